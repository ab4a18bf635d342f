"""Names of provinces: a provider's spelling -> the name to use, by a table that somebody stated."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from toolkit.errors import ColumnError, OptionError, did_you_mean, warn
from toolkit.events import check_columns
from toolkit.places.points import with_columns
from toolkit.provenance import add_step, read_record

BY_NAME, NOT_IN_TABLE, NO_NAME = "by name", "not in the table", "no name"
KEYS = ["dataset", "country"]  # columns of the table that limit a row to some events


def add_province_names(
    events: pd.DataFrame,
    names: pd.DataFrame | Mapping[str, str],
    *,
    source: str = "admin1",
    column: str = "province",
) -> pd.DataFrame:
    """Add the province by a table of names: what the provider wrote -> the name to use.

    A name that the table does not have gets no province, however like another it looks: As
    Suwayda and As Suwayda' are one place, Sundral in Karvenia and Sundral in Dulmora are two.

    Parameters
    ----------
    events
        Event table.
    names
        {name: province}, or a table with the columns `name` and `province` and, where a row holds
        only for some events, `dataset` and `country` ("*" or missing: for all).
    source
        Column of the events that holds the name.
    column
        Name of the new column.

    Returns
    -------
    DataFrame
        The same rows with `province` and `province_basis` behind: "by name", "not in the table",
        "no name" (nothing recorded).

    Raises
    ------
    ColumnError
        A column that is not there.
    OptionError
        Two rows of the table give an event two provinces; a row without name or province.

    Warns
    -----
    DataWarning
        Names of the events that the table does not have, with the number of events, and a name in
        the table that looks like the first: a suggestion, never followed.

    Examples
    --------
    >>> import toolkit as ct
    >>> table = {"Quorin province": "Quorrin", "Ulgavan province": "Ulgavan"}
    >>> events = ct.filter_events(ct.load_sample("ged"), admin1=list(table))
    >>> ct.places.add_province_names(events, table)["province"].value_counts().to_dict()
    {'Ulgavan': 284, 'Quorrin': 249}
    """
    check_columns(events, [source])
    table = _check_names(names)
    check_columns(events, [k for k in KEYS if k in table])
    given = [source, *(k for k in KEYS if k in table)]
    wanted = events[given].astype("str").set_axis(["name", *given[1:]], axis=1)
    found = _follow(wanted.drop_duplicates(), table)
    province = wanted.merge(found, on=list(wanted), how="left")["province"].set_axis(events.index)
    basis = province.mask(province.notna(), BY_NAME).fillna(NOT_IN_TABLE)
    basis = basis.mask(wanted["name"].isna(), NO_NAME)
    _tell_strangers(wanted["name"][basis.eq(NOT_IN_TABLE)], table)
    columns = {column: province.astype("str"), f"{column}_basis": basis.astype("str")}
    said = ", ".join(f"{n:,} {b}" for b, n in basis.value_counts().items())
    return with_columns(events, columns, f"{column} by a table of {len(table)} names ({said})")


def _check_names(names: pd.DataFrame | Mapping[str, str]) -> pd.DataFrame:
    """Return the table of names as text, or say what is wrong with it."""
    if isinstance(names, Mapping):
        names = pd.DataFrame({"name": list(names), "province": list(names.values())})
    if not isinstance(names, pd.DataFrame):
        raise OptionError(
            f"{type(names).__name__} is no table of names.",
            "{name: province}, or a DataFrame with the columns name and province.",
            "names={'Idlib Governorate': 'Idlib'}",
        )
    check_columns(names, ["name", "province"])
    table = names[["name", "province", *(k for k in KEYS if k in names)]].astype("str")
    if table[["name", "province"]].isna().any(axis=None) or table.empty:
        raise ColumnError(
            "The table of names has a row without a name or a province, or no rows.",
            "both in every row.",
            "names.dropna(subset=['name', 'province'])",
        )
    return table.drop_duplicates(ignore_index=True)


def _follow(wanted: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the province of each combination of name, dataset and country that has one."""
    keys = [k for k in KEYS if k in table]
    met = wanted.merge(table, on="name", suffixes=("", "_rule"))
    for key in keys:
        rule = met[f"{key}_rule"]
        met = met[rule.isna() | rule.eq("*") | rule.eq(met[key])]
    found = met[[*wanted, "province"]].drop_duplicates()
    twice = found[found.duplicated(list(wanted), keep=False)]
    if len(twice):
        raise OptionError(
            f"{twice['name'].iloc[0]!r} has several provinces in the table: "
            f"{', '.join(twice['province'].unique()[:5])}.",
            "one province for a name, dataset and country.",
            "a column `country` or `dataset` in the table, or one row less",
        )
    return found


def _tell_strangers(names: pd.Series, table: pd.DataFrame) -> None:
    counts = names.value_counts()
    if counts.empty:
        return
    listed = ", ".join(f"{name} ({n:,})" for name, n in counts.head(20).items())
    more = f" and {len(counts) - 20:,} more" if len(counts) > 20 else ""
    warn(
        f"{len(counts):,} names of {counts.sum():,} events are not in the table and get no "
        f"province: {listed}{more}. {counts.index[0]}: "
        f"{did_you_mean(counts.index[0], table['name'].unique())}"
    )


def compare_provinces(
    events: pd.DataFrame, *, recorded: str = "admin1", province: str = "province"
) -> pd.DataFrame:
    """Set the provinces recorded beside those by boundary: which name lies where, how often.

    What a table of names can be written from: a name nearly all of whose events lie in one area
    is, as a rule, its name. It stays a rule of thumb: read the table before stating it.

    Parameters
    ----------
    events
        Event table with both columns.
    recorded
        Column with the provider's names.
    province
        Column that `add_provinces` wrote.

    Returns
    -------
    DataFrame
        One row per pair that occurs: `recorded`, `province` (missing: outside every area),
        `n_events`, `share` (of the events of that name); most frequent names and pairs first.
        Events without a recorded name are left aside.

    Raises
    ------
    ColumnError
        A column that is not there.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.filter_events(ct.load_sample("ged"), geo_precision="near")
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> events = ct.places.add_provinces(events, boundaries, country="country")
    >>> ct.places.compare_provinces(events).head(2)
                recorded  province  n_events  share
    0  Zandrith province  Zandrith       191    1.0
    1   Ulgavan province   Ulgavan       190    1.0
    """
    check_columns(events, [recorded, province])
    pairs = pd.DataFrame({"recorded": events[recorded], "province": events[province]})
    pairs = pairs.astype("str").dropna(subset="recorded")
    table = pairs.value_counts(dropna=False).rename("n_events").reset_index()
    total = table.groupby("recorded")["n_events"].transform("sum")
    table["share"] = table["n_events"] / total
    order = table.assign(total=total).sort_values(
        ["total", "recorded", "n_events", "province"], ascending=[False, True, False, True]
    )
    step = f"{recorded} compared with {province}"
    return add_step(table.loc[order.index].reset_index(drop=True), read_record(events), step)
