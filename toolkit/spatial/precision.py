"""What the precision of dates and places allows: which events can be used, and between which days.

Providers write an event known only to the month on a day, and one known only to the province on a
point. Statistics of place take such days and points at their word, so they are left out first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option
from toolkit.events import CATEGORIES, PERIODS, check_columns, check_dates, possible_days
from toolkit.places.points import read_points
from toolkit.places.precision import refuse_parts


def find_usable(
    events: pd.DataFrame, *, geo_precision: str | None, date_precision: str | None = None
) -> pd.Series:
    """Return which events have a date and coordinates on earth, both at least this precise.

    None asks for no precision. An event whose precision is not recorded is not precise. Several
    datasets, and parts of spread events, are refused: one event would stand there several times.
    """
    check_dates(events, ["latitude", "longitude"])
    refuse_parts(events)
    _refuse_datasets(events)
    usable = events["date_start"].notna() & read_points(events).notna().all(axis=1)
    for column, least in (("geo_precision", geo_precision), ("date_precision", date_precision)):
        if least is not None:
            check_columns(events, [column])
            levels, _ = CATEGORIES[column]
            check_option(column, least, levels)
            usable &= events[column].isin(levels[: levels.index(least) + 1]).astype(bool)
    if not usable.any():
        raise EmptySelectionError(
            f"None of the {len(events):,} events has a date and a place as precise as "
            f"geo_precision={geo_precision!r}, date_precision={date_precision!r}.",
            "a precision that some events reach, or None for any.",
            "events['geo_precision'].value_counts(dropna=False)",
        )
    return usable


def _refuse_datasets(events: pd.DataFrame) -> None:
    names = [str(n) for n in events["dataset"].dropna().unique()] if "dataset" in events else []
    if len(names) > 1:
        raise OptionError(
            f"The events are of several datasets ({', '.join(names)}), which record the same "
            "events: two records of one would count as two events near each other.",
            "events of one dataset.",
            f"events[events['dataset'] == {names[0]!r}]",
        )


def find_periods(events: pd.DataFrame, period: str) -> pd.Series:
    """Return the period of each event; missing where its possible days lie in two or more."""
    check_option("period", period, PERIODS)
    days = possible_days(events)
    first, last = (days[c].dt.to_period(PERIODS[period]) for c in ("first", "last"))
    return first.where((first == last).to_numpy(bool))


def draw_days(days: pd.DataFrame, *, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return n draws (rows) of a day for each event (columns), even between its first and last."""
    first = to_day(days["first"])
    return rng.integers(first, to_day(days["last"]) + 1, size=(n, len(days)))


def to_day(dates: pd.Series) -> np.ndarray:
    """Return dates as whole numbers of days."""
    return np.asarray(dates.to_numpy("datetime64[D]").astype("int64"))
