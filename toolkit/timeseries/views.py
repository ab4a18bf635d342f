"""Two ways to look at a series: smoothed over a window, and laid year upon year."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option, warn
from toolkit.panels import (
    VALUES,
    check_panel,
    each_unit,
    period_word,
    record_of_series,
    take_series,
    whole_counts,
)
from toolkit.provenance import add_step, read_record

STATISTICS: dict[str, Callable[..., np.ndarray]] = {"mean": np.mean, "median": np.median}
LEAST_YEARS = 3


def rolling(
    panel: pd.DataFrame, *, window: int, statistic: str = "mean", centred: bool = False
) -> pd.DataFrame:
    """Smooth the counts of each unit over a window of periods: for looking, not for testing.

    Neighbouring values share most of their periods, so a smoothed series moves slowly whatever
    the process does: breaks, trends and autocorrelation found in it are made by the window. A
    jump is spread over the window, and without `centred` it shows late.

    Parameters
    ----------
    panel
        What `count_events` returns.
    window
        Number of periods, at least 2.
    statistic
        "mean" (per period) or "median". A sum over the window is the mean times `window`.
    centred
        False: the window ends with the period, as one knew it then. True: the period stands in
        the middle of the window, which has to be odd.

    Returns
    -------
    DataFrame
        A panel with the rows, order and index of the one given, for `plot_series`. `n_events` and
        deaths (Float64) are those of the window, and missing where one of its periods is not
        covered, or in part only, or has no value. `covered` says that the whole window is
        covered (a figure hatches the rest as not covered), `partial` is False; other columns
        stay as they are.

    Raises
    ------
    OptionError
        A window or statistic that is not possible, no panel, a period that stands twice or has no
        row.
    EmptySelectionError
        No window is covered as a whole.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), period="year")
    >>> rolling(panel, window=3)["n_events"].round(1).tolist()
    [<NA>, <NA>, 281.3, 313.7, 353.3, 355.7, 318.0, 234.7]
    """
    _check_window(window, centred)
    check_option("statistic", statistic, STATISTICS)
    rows = check_panel(panel, "n_events")
    values = [c for c in VALUES if c in rows]
    views = []
    for unit in each_unit(rows):
        numbers = pd.DataFrame({c: whole_counts(unit, c).to_numpy() for c in values}, unit.index)
        views.append(numbers.apply(_roll, args=(window, statistic, centred)))
    view = pd.concat(views)
    if view["n_events"].isna().all():
        word = period_word(rows["period"])
        raise EmptySelectionError(
            f"No {window} {word}s in a row are covered as a whole in any unit.",
            "a window that fits into the coverage.",
            "window=3",
        )
    known = view["n_events"].notna()  # which it is wherever a period is covered
    result = rows.assign(**view.astype("Float64"), covered=known, partial=False)
    place = "around" if centred else "up to"
    step = f"{statistic} of the {window} {period_word(rows['period'])}s {place} each"
    return add_step(result.set_axis(panel.index), read_record(panel), step, smoothed=step)


def _check_window(window: int, centred: bool) -> None:
    whole = isinstance(window, int | np.integer) and not isinstance(window, bool)
    if not whole or window < 2 or (centred and window % 2 == 0):
        raise OptionError(
            f"window={window!r} is not possible.",
            "a whole number of periods from 2 on, an odd one for a centred window.",
            "window=3",
        )


def _roll(counts: pd.Series, window: int, statistic: str, centred: bool) -> np.ndarray:
    before = window // 2 if centred else window - 1
    padded = np.pad(counts, (before, window - 1 - before), constant_values=np.nan)
    # each window anew: a running sum would carry rounding errors into the zeros after a peak
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)
    return STATISTICS[statistic](windows, axis=-1)


def seasonal(
    data: pd.DataFrame | pd.Series,
    *,
    value: str = "n_events",
    unit: str | None = None,
    of: str = "year",
) -> pd.DataFrame:
    """Lay the years of a series upon each other: what is usual for each month of the year.

    Only whole years are used, so that each month meets the same years. A season of reporting and
    one of fighting look the same. A year with much violence decides the means; `above` counts
    each year once, and a season is what returns in nearly every year.

    Parameters
    ----------
    data
        Panel of months, quarters, weeks or days, or a Series with such periods as index.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high"; a Series is its own.
    unit
        Name of the unit, for a panel of several.
    of
        "year", or "week" for the weekdays of a daily series. A day is the first on which the
        event may have happened: weekdays need events dated to the day.

    Returns
    -------
    DataFrame
        One row per place in the year: `month` (1 to 12), `quarter` (1 to 4), `week` (ISO, 1 to
        53) or `weekday` (1 is Monday), `n_periods` (in whole years), `mean`, `lower` and `upper`
        (quartiles over the years), `ratio` (mean over the mean of all periods used; 1 is usual)
        and `above` (number of years in which it lay above the mean of its year).

    Raises
    ------
    OptionError
        What `take_series` raises; a period that has no place in a year or week.
    EmptySelectionError
        No year (or week) is covered as a whole.

    Warns
    -----
    DataWarning
        Fewer than three whole years: one episode looks like a season. Periods at the ends of the
        series without a whole count.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), period="quarter")
    >>> seasonal(panel)[["quarter", "n_periods", "ratio", "above"]].round(2)
       quarter  n_periods  ratio  above
    0        1          8   0.87      3
    1        2          8   1.05      4
    2        3          8   1.10      7
    3        4          8   0.97      2
    """
    check_option("of", of, ["year", "week"])
    series = take_series(data, value=value, unit=unit, gaps=True)
    first, last = series.index[[0, -1]]
    # one missing period at each end: a year that the series cuts has one of them
    counts = series.reindex(pd.period_range(first - 1, last + 1))
    word, cycle, place = _places(counts.index, of)
    whole = ~counts.isna().groupby(cycle).transform("any").to_numpy()
    if not whole.any():
        raise EmptySelectionError(
            f"No {of} of the series is covered as a whole.",
            f"a series that holds a {of} from its first to its last {period_word(series.index)}.",
            "ct.coverage(panel)",
        )
    counts, cycle, place = counts[whole], cycle[whole], place[whole]
    n_cycles = len(np.unique(cycle))
    if of == "year" and n_cycles < LEAST_YEARS:
        warn(f"Only {n_cycles} whole years: one episode of violence looks like a season.")
    result = _lay(counts, cycle, place).rename_axis(word).reset_index()
    step = f"{series.name or 'series'} by {word}, {n_cycles:,} whole {of}s"
    return add_step(result, record_of_series(data, unit), step)


def _lay(counts: pd.Series, cycle: np.ndarray, place: np.ndarray) -> pd.DataFrame:
    """Return the statistics of each place over the cycles."""
    above = counts > counts.groupby(cycle).transform("mean")
    places = counts.groupby(place)
    return pd.DataFrame(
        {
            "n_periods": places.size(),
            "mean": places.mean(),
            "lower": places.quantile(0.25),
            "upper": places.quantile(0.75),
            "ratio": places.mean() / counts.mean(),
            "above": above.groupby(place).sum(),
        }
    )


def _places(periods: pd.PeriodIndex, of: str) -> tuple[str, np.ndarray, np.ndarray]:
    """Return what a place is called, the year or week of each period, and its place in there."""
    word = period_word(periods)
    if (of, word) == ("week", "day"):
        weeks = periods.asfreq("W-SUN").astype("int64")
        return "weekday", weeks.to_numpy(), periods.day_of_week.to_numpy() + 1
    if (of, word) == ("year", "month"):
        return word, periods.year.to_numpy(), periods.month.to_numpy()
    if (of, word) == ("year", "quarter"):
        return word, periods.qyear.to_numpy(), periods.quarter.to_numpy()
    if (of, word) == ("year", "week"):
        # the ISO week that holds most of the days; its year is not always that of the date
        iso = (periods.start_time + pd.Timedelta(days=3)).isocalendar()
        return word, iso["year"].to_numpy(int), iso["week"].to_numpy(int)
    raise OptionError(
        f"A {word} has no place in a {of}.",
        "of='year' for weeks, months and quarters, of='week' for days.",
        'ct.count_events(events, period="month")',
    )
