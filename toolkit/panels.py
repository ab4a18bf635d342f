"""PANEL: its units, its periods, its values, and one series of numbers taken out of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option, did_you_mean, warn
from toolkit.events import check_columns
from toolkit.provenance import add_step, read_record

VALUES = {
    "n_events": "events",
    "fatalities": "deaths",
    "fatalities_low": "deaths",
    "fatalities_high": "deaths",
}
NOT_RECORDED = "not recorded"
_WORDS = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


def check_panel(panel: pd.DataFrame, value: str) -> pd.DataFrame:
    """Say what is wrong with a table that is no panel, or has nothing of the value."""
    check_option("value", value, VALUES)
    if not isinstance(panel, pd.DataFrame):
        raise OptionError(
            f"A panel is needed, not {type(panel).__name__}.",
            "the table that count_events returns.",
            'ct.count_events(events, period="month")',
        )
    if len(panel) == 0:
        raise EmptySelectionError(
            "There are no periods in the panel.",
            "at least one row.",
            "len(panel), and look at the filter",
        )
    if "period" not in panel.columns or not isinstance(panel["period"].dtype, pd.PeriodDtype):
        raise OptionError(
            "The table is no panel: it has no column period that holds periods.",
            "what count_events returns.",
            'ct.count_events(events, period="month")',
        )
    check_columns(panel, [value, "covered"])
    if panel["covered"].isna().any():
        raise OptionError(
            "covered is missing in some rows of the panel.",
            "True or False.",
            "panel.assign(covered=panel['covered'].fillna(False))",
        )
    if panel[value].isna().all():
        raise OptionError(
            f"{value} is missing in every row of the panel.",
            "a value that the dataset records, inside its coverage.",
            'value="n_events", or ct.coverage(panel)',
        )
    return panel.reset_index(drop=True)


def period_word(periods: pd.Series | pd.PeriodIndex) -> str:
    """Return the word for the length of periods: day, week, month, quarter or year.

    Examples
    --------
    >>> period_word(pd.period_range("2016-01", periods=2, freq="M"))
    'month'
    """
    length = str(periods.dtype).removeprefix("period[").removesuffix("]")  # e.g. W-SUN
    word = _WORDS.get(length.split("-")[0])
    if word is None:
        raise OptionError(
            f"The toolkit does not count in periods of {length!r}.",
            f"{', '.join(_WORDS.values())}.",
            'series.groupby(series.index.asfreq("M")).sum()',
        )
    return word


def read_period(option: str, given: object, freq: Any = None) -> pd.Period:
    """Return a period that is written as text, or as the number of a year.

    Examples
    --------
    >>> read_period("period", 2016), read_period("start", "2016-03", "Q")
    (Period('2016', 'Y-DEC'), Period('2016Q1', 'Q-DEC'))
    """
    try:
        period = pd.Period(given if isinstance(given, pd.Period) else str(given), freq)
    except ValueError:
        period = pd.NaT
    if pd.isna(period):
        raise OptionError(
            f"{option}={given!r} is not a period.",
            "a year, quarter, month or day.",
            f"{option}='2016', or {option}='2016-03'",
        )
    return period


def choose_periods(panel: pd.DataFrame, period: object) -> tuple[pd.DataFrame, int]:
    """Return the rows of the periods inside this one, and how many periods lie in part in it."""
    span = read_period("period", period)
    starts, ends = panel["period"].dt.start_time, panel["period"].dt.end_time
    inside = (starts >= span.start_time) & (ends <= span.end_time)
    beyond = (starts <= span.end_time) & (ends >= span.start_time) & ~inside
    if not inside.any():
        raise EmptySelectionError(
            f"The panel has no period inside {span}.",
            f"{panel['period'].min()} to {panel['period'].max()}.",
            f"period={str(panel['period'].max())!r}",
        )
    return panel[inside], panel.loc[beyond, "period"].nunique()


def unit_columns(panel: pd.DataFrame) -> list[str]:
    """Return the columns that make the unit: those before `period`."""
    return list(panel.columns[: panel.columns.get_loc("period")])


def unit_names(panel: pd.DataFrame) -> pd.Series:
    """Return the name of each row's unit, made of the columns that tell the units apart."""
    by = unit_columns(panel)
    telling = [c for c in by if panel[c].nunique(dropna=False) > 1] or by
    names = pd.Series("", index=panel.index)
    for column in telling:
        part = panel[column].astype("object").where(panel[column].notna(), NOT_RECORDED)
        names = names.where(names == "", names + ", ") + part.astype("str")
    return names


def choose_units(panel: pd.DataFrame, units: list[str]) -> pd.Series:
    """Return the unit names of the rows of the units asked for, in the order asked for.

    A unit is asked for by its whole name, or by what one of its columns holds.
    """
    names, found = unit_names(panel), []
    if not unit_columns(panel):
        raise OptionError(
            f"The panel is one series without units, and unit {units[0]!r} is asked for.",
            "a panel counted by something.",
            'ct.count_events(events, by="country"), or no unit',
        )
    if not units:
        raise EmptySelectionError(
            "No unit is asked for.", "at least one name.", f"units={names.iloc[0]!r}"
        )
    for unit in units:
        here = names == unit
        for column in unit_columns(panel):
            here |= panel[column].astype("str").eq(unit).fillna(False).astype(bool)
        if not here.any():
            raise OptionError(
                f"The panel has no unit {unit!r}.",
                did_you_mean(unit, names.unique()[:200]),
                f"panel[{unit_columns(panel)}].drop_duplicates()",
            )
        found.append(names[here])
    return pd.concat(found).pipe(lambda s: s[~s.index.duplicated()])


def each_unit(panel: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rows of each unit in the order of time, or say which periods a unit lacks."""
    by, names = unit_columns(panel), unit_names(panel)
    grouped = panel.groupby(by, dropna=False, observed=True) if by else [((), panel)]
    for _, rows in grouped:
        rows = rows.sort_values("period")
        check_periods(pd.PeriodIndex(rows["period"]), names[rows.index[0]])
        yield rows


def whole_counts(rows: pd.DataFrame, value: str) -> pd.Series:
    """Return numbers by period; of periods not covered, or in part only, they are missing."""
    whole = rows["covered"].astype(bool)
    if "partial" in rows:
        whole &= ~rows["partial"].astype(bool)
    counts = _floats(rows[value]).where(whole)
    return counts.set_axis(pd.PeriodIndex(rows["period"], name="period"))


def trim(counts: pd.Series) -> pd.Series:
    """Leave out what is missing at the two ends; nothing is left of a series without a number."""
    known = np.flatnonzero(counts.notna())
    return counts.iloc[known[0] : known[-1] + 1] if len(known) else counts.iloc[:0]


def take_series(
    data: pd.DataFrame | pd.Series,
    *,
    value: str = "n_events",
    unit: str | None = None,
    gaps: bool = False,
) -> pd.Series:
    """Take one series of numbers out of a panel of one unit, whole from first to last period.

    Periods that are not covered, or only in part, hold no count that can be compared with the
    others: at the ends they are left out with a warning; in between they are an error, or missing
    where `gaps` allows it. A Series with periods as its index is checked in the same way.

    `unit` names the unit of a panel of several. Chosen here and not in pandas, it leaves the
    source line whole (`record_of_series`).

    Returns
    -------
    Series
        float64, named after the value, one row per period (PeriodIndex) without a hole.

    Raises
    ------
    OptionError
        Several units, a period that stands twice or is not there, no periods, a gap, a text.
    EmptySelectionError
        Nothing is covered.

    Examples
    --------
    >>> import toolkit as ct
    >>> take_series(ct.count_events(ct.load_sample("ged"), period="year")).head(2)
    period
    2012    253.0
    2013    299.0
    Freq: Y-DEC, Name: n_events, dtype: float64
    """
    counts = _counts(data, value, unit)
    check_periods(counts.index)
    counts = counts.sort_index()
    word, inside = period_word(counts.index), trim(counts)
    if inside.empty:
        raise EmptySelectionError(
            "No period of the series is covered as a whole.",
            "at least one period with a count.",
            "ct.coverage(panel), or a shorter period",
        )
    if len(inside) < len(counts):
        warn(
            f"{len(counts) - len(inside)} {word}s at the ends of the series are not covered, or "
            "in part only, and are left out."
        )
    holes = inside.index[inside.isna()]
    if len(holes) and not gaps:
        raise OptionError(
            f"The series has a gap: {len(holes)} {word}s without a whole count, first {holes[0]}.",
            "a series without gaps, e.g. what lies before or after it.",
            f"panel[panel['period'] > '{holes[-1]}']",
        )
    return inside


def _counts(data: pd.DataFrame | pd.Series, value: str, unit: str | None) -> pd.Series:
    """Return the numbers of a Series, or of the one unit of a panel that is meant."""
    if isinstance(data, pd.Series) and len(data):
        return _floats(data).rename_axis("period")
    if not isinstance(data, pd.DataFrame):
        raise OptionError(
            f"{type(data).__name__} is neither a panel nor a series with rows.",
            "what count_events returns for one unit, or a Series with periods as index.",
            'ct.count_events(events, period="month")',
        )
    panel = check_panel(data, value)
    names = unit_names(panel) if unit is None else choose_units(panel, [unit])
    if names.nunique() > 1:
        raise OptionError(
            f"One series is needed, and {names.nunique()} units of the panel are meant.",
            "the name of one unit.",
            f"unit={names.iloc[0]!r}",
        )
    return whole_counts(panel.loc[names.index], value)


def _floats(column: pd.Series) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(column.dtype) and column.notna().any():
        raise OptionError(
            f"{column.name or 'The series'} holds {column.dtype}, not numbers.",
            "numbers, or missing.",
            "pd.to_numeric(series)",
        )
    floats = column.astype("Float64").to_numpy(float, na_value=np.nan)
    return pd.Series(floats, column.index, name=column.name)


def record_of_series(data: pd.DataFrame | pd.Series, unit: str | None) -> dict[str, str]:
    """Return the provenance of a series taken from this, with the unit chosen as a step."""
    record = read_record(data)
    steps = [s for s in (record.get("steps", ""), f"unit {unit}" if unit else "") if s]
    return {**record, "steps": "; ".join(steps)} if steps else record


def check_periods(index: pd.Index, name: str = "") -> None:
    """Say which period of a series (of the unit of this name) stands twice or is not there."""
    of = f" of {name}" if name else ""
    if not isinstance(index, pd.PeriodIndex) or index.hasnans:
        raise OptionError(
            f"The index of the series{of} holds {index.dtype}, not only periods.",
            "a PeriodIndex: a date alone does not say how long it is counted for.",
            'series.set_axis(series.index.to_period("M"))',
        )
    if index.has_duplicates:
        raise OptionError(
            f"The period {index[index.duplicated()][0]}{of} stands twice.",
            "one row per unit and period.",
            "unit=..., or series.groupby(level=0).sum()",
        )
    absent = pd.period_range(index.min(), index.max()).difference(index)
    if len(absent):
        raise OptionError(
            f"There is no row for {len(absent)} {period_word(index)}s{of}, first {absent[0]}: "
            "nobody can say whether nothing happened there.",
            "one row per period, with 0 where nothing was recorded.",
            "ct.count_events(events, complete=True), not a filter on n_events",
        )


def combine_units(panel: pd.DataFrame, *, by: str | Sequence[str] = ()) -> pd.DataFrame:
    """Add up the units of a panel that agree in the columns of `by`.

    A period is covered where all the units added up are, and has a number only where all have
    one: a sum over what is known in part would jump where a unit begins. Right where every event
    is in one unit only, e.g. for provinces or types of violence, not for actors or dyads.

    Parameters
    ----------
    panel
        What `count_events` returns, all units over the same periods.
    by
        Columns that tell the units apart that are left; none for one series.

    Returns
    -------
    DataFrame
        PANEL: the columns of `by`, `period`, the sums, `covered` and `partial`.

    Raises
    ------
    OptionError
        A column that does not belong to the units; units of several datasets, whose events may be
        the same; units that do not have the same periods.

    Warns
    -----
    DataWarning
        Actors or dyads are added up.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), by="violence_type", period="year")
    >>> ct.combine_units(panel)["n_events"].head(2).tolist()
    [253, 299]
    """
    panel = check_panel(panel, "n_events")
    by, units = [by] if isinstance(by, str) else list(by), unit_columns(panel)
    for column in by:
        check_option("by", column, units)
    if "dataset" in units and "dataset" not in by and panel["dataset"].nunique() > 1:
        raise OptionError(
            "Several datasets cannot be added up: they record the same events.",
            "units of one dataset, or one sum per dataset.",
            f"by={['dataset', *by]!r}",
        )
    actors = {"actor", "actor1", "actor2"}.intersection(units) - set(by)
    if actors:
        warn(
            f"Units told apart by {' and '.join(sorted(actors))} are added up: an event counts "
            "once for each actor or dyad it belongs to, and so several times in the sum."
        )
    sums = panel.groupby(by, dropna=False, observed=True) if by else [((), panel)]
    if units and any(
        len(rows) != len(rows[units].drop_duplicates()) * rows["period"].nunique()
        for _, rows in sums
    ):
        raise OptionError(
            "The units do not have the same periods: their sum would jump where one begins.",
            "a complete panel of units that live throughout.",
            "ct.count_events(events, complete=True), without start and end in units=",
        )
    panel = panel.assign(partial=panel.get("partial", False))
    parts = panel.groupby([*by, "period"], dropna=False, observed=True)
    numbers = [c for c in panel.columns[len(units) + 1 :] if c in [*VALUES, "n_straddling"]]
    sums = parts[numbers].sum(min_count=1)
    sums = sums.where(parts[numbers].count().eq(parts.size(), axis=0))
    flags = pd.DataFrame({"covered": parts["covered"].all(), "partial": parts["partial"].any()})
    left = ", ".join(by) or "one series"
    return add_step(sums.join(flags).reset_index(), read_record(panel), f"units added up: {left}")
