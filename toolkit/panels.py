"""PANEL: its units, its periods, its values, and one series of numbers taken out of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option, did_you_mean, warn
from toolkit.events import check_columns
from toolkit.provenance import read_record

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
    return _WORDS[periods.dtype.freq.freqstr[0]]


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
    for unit in units:
        here = names == unit
        for column in unit_columns(panel):
            here |= panel[column].astype("str").eq(unit).fillna(False).astype(bool)
        if not here.any():
            raise OptionError(
                f"The panel has no unit {unit!r}.",
                did_you_mean(unit, names.unique()[:200]),
                f"units={names.iloc[0]!r}",
            )
        found.append(names[here])
    return pd.concat(found).pipe(lambda s: s[~s.index.duplicated()])


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
        Several units, a period that stands twice or is not there, no periods, a gap.
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
    numbers, partial = _numbers(data, value, unit)
    _check_index(numbers.index)
    numbers, partial = numbers.sort_index(), partial.sort_index()
    every = pd.period_range(numbers.index[0], numbers.index[-1], name="period")
    absent = every.difference(numbers.index)
    if len(absent):
        raise OptionError(
            f"The series has no row for {len(absent)} {period_word(every)}s, first {absent[0]}: "
            "nobody can say whether nothing happened there.",
            "one row per period, with 0 where nothing was recorded.",
            "ct.count_events(events, complete=True), not a filter on n_events",
        )
    kept = numbers.mask(partial)
    if kept.notna().sum() == 0:
        raise EmptySelectionError(
            "No period of the series is covered as a whole.",
            "at least one period with a count.",
            "ct.coverage(panel), or a shorter period",
        )
    inside = kept.loc[kept.first_valid_index() : kept.last_valid_index()]
    if len(inside) < len(kept):
        warn(
            f"{len(kept) - len(inside)} {period_word(every)}s at the ends of the series are not "
            "covered, or in part only, and are left out."
        )
    holes = inside.index[inside.isna()]
    if len(holes) and not gaps:
        raise OptionError(
            f"The series has a gap: {len(holes)} {period_word(every)}s without a whole count, "
            f"first {holes[0]}.",
            "a series without gaps, e.g. what lies before or after it.",
            f"panel[panel['period'] > '{holes[-1]}']",
        )
    return inside


def _numbers(
    data: pd.DataFrame | pd.Series, value: str, unit: str | None
) -> tuple[pd.Series, pd.Series]:
    """Return the numbers by period, and which of them are of a period covered in part."""
    if isinstance(data, pd.DataFrame):
        panel = check_panel(data, value)
        names = unit_names(panel) if unit is None else choose_units(panel, [unit])
        if names.nunique() > 1:
            raise OptionError(
                f"One series is needed, and {names.nunique()} units of the panel are meant.",
                "the name of one unit.",
                f"unit={names.iloc[0]!r}",
            )
        line = panel.loc[names.index].set_index("period")
        partial = line["partial"] if "partial" in line else line["covered"] & False
        counts = line[value].mask(~line["covered"])
    elif isinstance(data, pd.Series) and len(data):
        counts, partial = data, pd.Series(False, index=data.index)
    else:
        raise OptionError(
            f"{type(data).__name__} is neither a panel nor a series with rows.",
            "what count_events returns for one unit, or a Series with periods as index.",
            'ct.count_events(events, period="month")',
        )
    floats = counts.astype("Float64").to_numpy(float, na_value=np.nan)
    name = value if isinstance(data, pd.DataFrame) else data.name
    return pd.Series(floats, counts.index, name=name), partial.astype(bool)


def record_of_series(data: pd.DataFrame | pd.Series, unit: str | None) -> dict[str, str]:
    """Return the provenance of a series taken from this, with the unit chosen as a step."""
    record = read_record(data)
    steps = [s for s in (record.get("steps", ""), f"unit {unit}" if unit else "") if s]
    return {**record, "steps": "; ".join(steps)} if steps else record


def _check_index(index: pd.Index) -> None:
    if not isinstance(index, pd.PeriodIndex):
        raise OptionError(
            f"The index of the series holds {index.dtype}, not periods.",
            "a PeriodIndex: a date alone does not say how long it is counted for.",
            'series.set_axis(series.index.to_period("M"))',
        )
    if index.has_duplicates:
        raise OptionError(
            f"The period {index[index.duplicated()][0]} stands twice.",
            "one row per period.",
            "unit=..., or series.groupby(level=0).sum()",
        )
