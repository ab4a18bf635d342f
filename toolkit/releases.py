"""Several releases of the same data: put together, and what changed between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from toolkit.errors import ColumnError, EmptySelectionError, OptionError, warn
from toolkit.events import CATEGORIES, COLUMNS, EVENT, check_columns, find_twins
from toolkit.provenance import add_step, coverage, pack_coverage, read_record


def combine_events(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put event tables together; an event that several of them hold is taken from the last one.

    Give the tables from the oldest release to the newest: monthly candidate files first, the
    final release last. An event is the same if dataset and event_id are the same. Events that an
    older release had and a newer one lacks stay: `find_conflicts` lists what changed.

    Parameters
    ----------
    tables
        Event tables, oldest first.

    Returns
    -------
    DataFrame
        Event table in the order of date_start, with a new index. Its coverage is that of all
        tables together.

    Raises
    ------
    EmptySelectionError
        No table is given.
    OptionError
        One table alone, or something that is not a table.
    ColumnError
        A column is missing, or events of one dataset have no ids to be told apart by.

    Warns
    -----
    DataWarning
        Events replaced with other values, or datasets whose deaths are defined differently.

    Examples
    --------
    >>> import toolkit as ct
    >>> ged, acled = ct.load_sample("ged"), ct.load_sample("acled")
    >>> both = ct.combine_events([ged, acled])
    >>> len(ged), len(acled), len(both)
    (2316, 2656, 4972)
    """
    tables = _table_list(tables)
    _need_ids(tables)
    stacked = pd.concat(
        [t.set_axis(range(len(t))) for t in _without_attrs(tables)], ignore_index=True
    )
    kept = stacked[~find_twins(stacked, keep="last")]
    kept = kept.sort_values("date_start", kind="stable", ignore_index=True)
    for column in CATEGORIES:
        if column in kept:
            levels, ordered = CATEGORIES[column]
            kept[column] = kept[column].astype(pd.CategoricalDtype(levels, ordered=ordered))
    conflicts = find_conflicts(tables)
    if len(conflicts):
        n = conflicts[EVENT].drop_duplicates().shape[0]
        warn(
            f"{n:,} events differ between the tables; the last table's values were taken. "
            "ct.find_conflicts(tables) lists them."
        )
    if kept["dataset"].nunique() > 1:
        warn(
            "The table holds several datasets. They define deaths and events differently and may "
            "record the same event twice: compare them side by side, do not sum them."
        )
    return _combined_record(tables, kept, len(stacked))


def _combined_record(tables: list[pd.DataFrame], kept: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Stamp a combined table with what its parts have to say."""
    records = [read_record(t) for t in tables]
    spans = pd.concat([coverage(t) for t in tables]).drop_duplicates()
    repeated = f"{rows - len(kept):,} repeated events taken from the later one"
    step = f"{len(tables)} tables combined, {repeated}"
    if not all(records):
        step += "; of some tables source not recorded"
    packed = pack_coverage(spans) if len(spans) else None
    return add_step(kept, combine_records(records), step, coverage=packed)


def combine_records(records: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return what the provenance records of several tables say of all of them, but the coverage.

    Rows are added up; of everything else each value stands once, joined by " + ".

    Examples
    --------
    >>> combine_records([{"file": "a.csv", "rows_kept": "2"}, {"file": "b.csv", "rows_kept": "3"}])
    {'file': 'a.csv + b.csv', 'rows_kept': '5'}
    """
    named = [dict(r) for r in records]
    if len({(r.get("dataset"), r.get("version")) for r in named}) > 1:
        named = [_name_version(r) for r in named]
    merged: dict[str, str] = {}
    for key in dict.fromkeys(k for r in named for k in r):
        if key in ("rows_in_file", "rows_kept", "rows_left_out"):
            merged[key] = str(sum(int(r.get(key, "0")) for r in named))
        elif key != "coverage":
            # a filter or step of one table must not read as if it were one of all
            absent = "none" if key in ("filters", "steps") else ""
            values = dict.fromkeys(r.get(key) or absent for r in named)
            merged[key] = " + ".join(v for v in values if v)
    return merged


def _name_version(record: dict[str, str]) -> dict[str, str]:
    """Write the version behind title and citation, so that it stays with its own dataset."""
    version = record.pop("version", "")
    if version:
        record["title"] = f"{record.get('title', record.get('dataset', ''))} {version}".strip()
        record["citation"] = f"{record.get('citation', record['title'])}. Version {version}"
    return record


def find_conflicts(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """List what differs where two event tables hold the same event, value by value.

    Parameters
    ----------
    tables
        Event tables in the order of their release, oldest first.

    Returns
    -------
    DataFrame
        `dataset`, `event_id`, `column`, `earlier`, `later` (both as text), `earlier_table` and
        `later_table` (positions in `tables`); one row per value that changed between an event's
        neighbouring appearances. Only columns of the event table are compared.

    Examples
    --------
    >>> import toolkit as ct
    >>> old = ct.load_sample("ged")
    >>> new = old.assign(fatalities=old["fatalities"].where(old.index != old.index[0], 99))
    >>> ct.find_conflicts([old, new])[["column", "later"]]
           column later
    0  fatalities    99
    """
    tables = _table_list(tables)
    _need_ids(tables)
    marked = [
        t.reset_index(drop=True).assign(_table=i) for i, t in enumerate(_without_attrs(tables))
    ]
    stacked = pd.concat(marked, ignore_index=True)
    stacked = stacked[find_twins(stacked)]
    stacked = stacked.sort_values(["dataset", "event_id", "_table"], kind="stable")
    before = stacked.groupby(EVENT).shift()
    parts = []
    for column in (c for c in COLUMNS if c in stacked and c not in ("dataset", "event_id")):
        new, old = stacked[column].astype("str"), before[column].astype("str")
        changed = before["_table"].notna() & (new.fillna("") != old.fillna(""))
        part = stacked.loc[changed, EVENT].assign(column=column)
        part["earlier"], part["later"] = old[changed], new[changed]
        part["earlier_table"] = before.loc[changed, "_table"].astype("int64")
        parts.append(part.assign(later_table=stacked.loc[changed, "_table"]))
    return pd.concat(parts).sort_values(["dataset", "event_id", "column"], ignore_index=True)


def _need_ids(tables: list[pd.DataFrame]) -> None:
    for table in tables:
        check_columns(table, ["event_id", "dataset", "date_start"])
    homes = Counter(d for t in tables for d in t["dataset"].dropna().unique())
    for number, table in enumerate(tables):
        # loaders number the events of a file without ids "row 0", "row 1": no two are the same
        ids = table["event_id"].astype("str").fillna("row 0")
        nameless = ids.str.fullmatch(r"row \d+") & (table["dataset"].map(homes) > 1)
        if nameless.any():
            raise ColumnError(
                f"Table {number} has {int(nameless.sum()):,} events without an id of their own, "
                "and another table holds the same dataset: which events are the same is not known.",
                "event_id as the provider gives it.",
                "pd.concat([first, second]), if no event is in both",
            )


def _table_list(tables: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return the tables as a list, or say what was given instead."""
    several = [tables] if isinstance(tables, pd.DataFrame) else list(tables)
    if not several:
        raise EmptySelectionError(
            "No table was given.",
            "a list of event tables.",
            "ct.combine_events([candidate, final])",
        )
    if isinstance(tables, pd.DataFrame) or not all(isinstance(t, pd.DataFrame) for t in several):
        raise OptionError(
            "What was given is not a list of tables.",
            "a list of event tables, oldest first.",
            "ct.combine_events([candidate, final])",
        )
    return several


def _without_attrs(tables: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return shallow copies without provenance: pandas compares attrs when it concatenates."""
    bare = [t.copy(deep=False) for t in tables]
    for table in bare:
        table.attrs = {}
    return bare
