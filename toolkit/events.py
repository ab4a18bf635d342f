"""The event table: its columns and codes, and what is done to it before anything is counted."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import pandas as pd

from toolkit.cells import Column
from toolkit.engines import column_names, find_dates, is_scan, take_table
from toolkit.errors import (
    ColumnError,
    OptionError,
    did_you_mean,
)
from toolkit.ids import begin_apart
from toolkit.problems import NOTED, Problems
from toolkit.provenance import find_held

EVENT = ["dataset", "event_id"]  # what tells one event from another
# name: pandas' frequency. A week is named by its first day here, by its last in pandas.
PERIODS = {
    "day": "D", "week": "W-SUN", "week-monday": "W-SUN", "week-tuesday": "W-MON",
    "week-wednesday": "W-TUE", "week-thursday": "W-WED", "week-friday": "W-THU",
    "week-saturday": "W-FRI", "week-sunday": "W-SAT",
    "month": "M", "quarter": "Q-DEC", "year": "Y-DEC",
}  # fmt: skip
DATE_PRECISIONS = ["day", "days", "week", "month", "longer"]
GEO_PRECISIONS = ["exact", "near", "admin2", "admin1", "wider", "country", "international"]
VIOLENCE_TYPES = ["state-based", "non-state", "one-sided"]
ACTOR_TYPES = [
    "state", "rebel", "political militia", "identity militia",
    "rioters", "protesters", "civilians", "external",
]  # fmt: skip

# name: (kind, meaning); kinds are text, date, category, number, integer, flag
COLUMNS: dict[str, tuple[str, str]] = {
    "event_id": ("text", "the provider's own id, unique within `dataset`"),
    "dataset": ("text", "name of the dataset in the catalog"),
    "date_start": ("date", "first day on which the event may have happened"),
    "date_end": ("date", "last such day; the same day where the provider gives one date"),
    "date_precision": ("category", "day < days < week < month < longer"),
    "date_precision_code": ("text", "the provider's own code"),
    "geo_precision": (
        "category",
        "exact < near < admin2 < admin1 < wider < country < international",
    ),
    "geo_precision_code": ("text", "the provider's own code"),
    "country": ("text", "country in which the event happened, as recorded"),
    "admin1": ("text", "first-order administrative unit, as recorded; unique only with `country`"),
    "admin2": ("text", "second-order administrative unit, as recorded"),
    "location": ("text", "name of the place, as recorded"),
    "latitude": ("number", "degrees north"),
    "longitude": ("number", "degrees east"),
    "event_type": ("text", "the provider's own words"),
    "sub_event_type": ("text", "the provider's own words"),
    "violence_type": ("category", "state-based, non-state or one-sided; missing if not recorded"),
    "actor1": ("text", "first actor as recorded, coalitions unsplit"),
    "actor2": ("text", "second actor as recorded; missing where there is one actor only"),
    "actor1_id": ("text", "the provider's id of actor1"),
    "actor2_id": ("text", "the provider's id of actor2"),
    "actor1_type": ("category", ", ".join(ACTOR_TYPES)),
    "actor2_type": ("category", ", ".join(ACTOR_TYPES)),
    "assoc_actor_1": ("text", "names listed beside actor1, as recorded"),
    "assoc_actor_2": ("text", "names listed beside actor2, as recorded"),
    "country_id": ("text", "the provider's number of the country (gwno or ISO, see provenance)"),
    "conflict_id": ("text", "the provider's id of the conflict"),
    "dyad_id": ("text", "the provider's id of the dyad"),
    "directed": ("flag", "whether the order of the actors means anything"),
    "deaths_civilians": ("integer", "civilian deaths, the provider's best estimate"),
    "fatalities": ("integer", "deaths, the provider's best estimate; ACLED's 0 may mean unknown"),
    "fatalities_low": ("integer", "low estimate; missing where the provider gives none"),
    "fatalities_high": ("integer", "high estimate; missing where the provider gives none"),
    "civilian_targeting": ("flag", "whether civilians were the target; missing if not recorded"),
}
CATEGORIES = {
    "date_precision": (DATE_PRECISIONS, True),
    "geo_precision": (GEO_PRECISIONS, True),
    "violence_type": (VIOLENCE_TYPES, False),
    "actor1_type": (ACTOR_TYPES, False),
    "actor2_type": (ACTOR_TYPES, False),
}
DTYPES = {
    "text": "str",
    "date": "datetime64[us]",
    "number": "float64",
    "integer": "Int64",
    "flag": "boolean",
}


def make_event_table(columns: dict[str, Any], *, index: pd.Index) -> pd.DataFrame:
    """Build an event table from typed columns: all columns of `COLUMNS`, in order, right dtypes.

    Columns not given are missing throughout; columns that are not part of the event table follow
    behind, as they are. A column can be given by its values (`toolkit.cells.Column`): the few are
    converted, then put into their rows on all cores. For writers of sources.

    Examples
    --------
    >>> from toolkit.events import make_event_table
    >>> table = make_event_table({"event_id": ["1"]}, index=pd.RangeIndex(1))
    >>> table.shape[1] == len(COLUMNS), str(table["latitude"].dtype)
    (True, 'float64')
    """
    names = list(dict.fromkeys([*COLUMNS, *columns]))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(lambda name: _make_column(name, columns.get(name), index), names)
        return pd.DataFrame(dict(zip(names, made, strict=True)), index=index, copy=False)


def _make_column(name: str, given: Any, index: pd.Index) -> pd.Series:
    """Return a column of the event table with its type, row by row; any other as it is given."""
    if pd.api.types.is_scalar(given):  # the same in every row
        given = Column(pd.Series([given]), np.zeros(len(index), "int8"))
    if not isinstance(given, Column):
        given = Column(pd.Series(given), None)
    if name in COLUMNS:
        dtype: Any = DTYPES.get(COLUMNS[name][0]) or pd.CategoricalDtype(*CATEGORIES[name])
        given = given.map(lambda values: values.astype(dtype))
    return given.rows(index)


def validate_events(events: pd.DataFrame) -> pd.DataFrame:
    """Check that a table is an event table, and list the rows that a reviewer would ask about.

    Noted are: a missing id and one that stands twice within its dataset, a missing `date_start`,
    an end before the start, coordinates out of range, negative deaths, a best estimate outside its
    low and high estimate (UCDP has such rows, so this is a note and not an error).

    Parameters
    ----------
    events
        Event table; one made by hand needs at least event_id, dataset and date_start.

    Returns
    -------
    DataFrame
        The table of problems, empty if there are none; `record` is the position of the row in
        `events`, from 1.

    Raises
    ------
    ColumnError
        A column that every event needs is missing, or date_start does not hold dates.

    Examples
    --------
    >>> import toolkit as ct
    >>> ct.validate_events(ct.load_sample("ged"))["reason"].unique().tolist()
    ['best estimate above the high one']
    """
    check_dates(events, ["event_id", "dataset"])
    problems = Problems()
    for column, rows, reason in _doubts(events):
        at = np.flatnonzero(rows.fillna(False).to_numpy(bool))
        problems.add(at + 1, column, events[column].iloc[at].tolist(), reason, NOTED)
    return problems.table()


def restore_types(table: pd.DataFrame) -> pd.DataFrame:
    """Give the categories of the event table back to columns that came from an engine as text.

    A column with a value of its own stays text; so does a dictionary that is no such column.
    """
    restored = {}
    for name, column in table.items():
        levels, ordered = CATEGORIES.get(str(name), ([], False))
        if levels and column.dropna().isin(levels).all():
            # to pandas, unordered categories in another order are the same: so by way of text
            plain = column.astype("str")
            restored[name] = plain.astype(pd.CategoricalDtype(levels, ordered=ordered))
        elif isinstance(column.dtype, pd.CategoricalDtype):
            restored[name] = column.astype("str")
    return table.assign(**restored)


def take_events(events: Any) -> Any:
    """Return events as a pandas table, or the scan that they are; see `engines.take_table`."""
    taken = take_table(events)
    if taken is events:
        return events
    restored = restore_types(taken)
    restored.attrs = taken.attrs
    return restored


def _doubts(events: pd.DataFrame) -> Iterable[tuple[str, pd.Series, str]]:
    """Yield column, rows and reason of everything doubtful in a table."""
    has = events.columns.__contains__
    no_id, twice = events["event_id"].isna(), find_twins(events)
    yield "event_id", no_id, "no id: the event cannot be told from others"
    yield "event_id", twice & ~no_id, "id stands twice"
    yield "date_start", events["date_start"].isna(), "no date: not counted in any period"
    if has("date_end"):
        yield "date_end", events["date_end"] < events["date_start"], "ends before it starts"
    for column, limit in (("latitude", 90), ("longitude", 180)):
        if has(column):
            yield column, events[column].abs() > limit, "out of range"
    for column in ("fatalities", "fatalities_low", "fatalities_high", "deaths_civilians"):
        if has(column):
            yield column, events[column] < 0, "negative"
    if has("fatalities") and has("fatalities_low") and has("fatalities_high"):
        best = events["fatalities"]
        yield "fatalities_low", events["fatalities_low"] > best, "low estimate above the best one"
        yield (
            "fatalities_high",
            best > events["fatalities_high"],
            "best estimate above the high one",
        )


def find_twins(events: pd.DataFrame, *, keep: Literal["last", False] = False) -> pd.Series:
    """Return which events have the dataset and id of another one: any, or one further down."""
    if begin_apart(events["event_id"]):
        return pd.Series(False, events.index)
    return events.duplicated(EVENT, keep=keep)


def check_columns(table: Any, needed: Iterable[str], *, scan: bool = False) -> None:
    """Raise `ColumnError`, with the nearest names there are, for the first column missing.

    With `scan` the table may also be one that an engine reads later.
    """
    if not isinstance(table, pd.DataFrame) and not (scan and is_scan(table)):
        raise ColumnError(
            f"A table in memory is needed, not {type(table).__name__}.",
            "a DataFrame that the toolkit made, or one with its columns. What lies in DuckDB or "
            "Spark can be filtered and counted there: filter_events, participants, count_events, "
            "count_dyads.",
            'ct.load_events("my_export.csv"), or ct.count_events(scan)',
        )
    known = column_names(table)
    for column in needed:
        if column not in known:
            raise ColumnError(
                f"The table has no column {column!r}.",
                did_you_mean(column, known),
                f"table.rename(columns={{'its name there': {column!r}}})",
            )


def check_dates(events: Any, needed: Iterable[str] = (), *, scan: bool = False) -> None:
    """Raise `ColumnError` unless these columns are there, and `date_start` holding dates."""
    check_columns(events, [*needed, "date_start"], scan=scan)
    kind, zone = find_dates(events, "date_start")
    if kind is not None:
        raise ColumnError(
            f"date_start holds {kind}, not dates.",
            "datetime64.",
            "events['date_start'] = pd.to_datetime(events['date_start'])",
        )
    if zone is not None:
        raise ColumnError(
            f"date_start holds times of the zone {zone}, not days.",
            "days without a time zone: the day as recorded.",
            "events['date_start'] = events['date_start'].dt.tz_localize(None)",
        )


def check_day(name: str, value: object) -> pd.Timestamp:
    """Return a day as a Timestamp, or raise `OptionError`.

    Only whole days: pandas would take 2016 for nanoseconds since 1970, and "2019" as the end of a
    span for the first of January.

    Examples
    --------
    >>> check_day("start", "2016-1-31")
    Timestamp('2016-01-31 00:00:00')
    """
    written = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d?-\d\d?", value.strip())
    if written or isinstance(value, datetime.date | np.datetime64):
        day = pd.to_datetime(value, errors="coerce")
        if not pd.isna(day):
            return day.normalize()
    raise OptionError(
        f"{name}={value!r} is not a day.",
        "a day of the calendar, written year-month-day.",
        f"{name}='2016-01-31'",
    )


def find_outside(events: pd.DataFrame, spans: pd.DataFrame) -> pd.Series:
    """Return which dated events lie on a day that the coverage of their country does not hold.

    Spans that hold for certain event types speak of these only. An event without a country counts
    as covered if any country is covered on its day.
    """
    dates = events["date_start"].reset_index(drop=True)
    types = events.get("event_type", pd.Series(pd.NA, events.index)).reset_index(drop=True)
    codes, names = pd.factorize(events["country"].astype("str").fillna(""))
    rules = list(zip(*(spans[c].tolist() for c in ("start", "end", "event_types")), strict=True))
    places = find_held(spans, names)
    outside = np.zeros(len(events), bool)
    for code, first, last in dates.groupby(codes).agg(["min", "max"]).itertuples():
        held = [rules[place] for place in places[code]] if names[code] else rules
        if any(kinds == "*" and start <= first and last <= end for start, end, kinds in held):
            continue
        rows = np.flatnonzero(codes == code)
        days = dates.iloc[rows]
        inside = days.isna()
        for start, end, kinds in held:
            alike = True if kinds == "*" else types.iloc[rows].isin(kinds.split("; "))
            inside |= days.between(start, end) & alike
        outside[rows] = ~inside
    return pd.Series(outside, events.index)


def possible_days(events: pd.DataFrame) -> pd.DataFrame:
    """Return the first and the last day on which each event may have happened.

    These are `date_start` and `date_end`; a missing end, or one before the start, counts as the
    start. A single day with `date_precision` "month" stands for its calendar month, one with
    "week" for the three days before it to the three days after it: the toolkit's convention,
    for no provider says which week is meant. A single day with "days" or "longer" stays that
    day: how many days are meant is not recorded.

    Returns
    -------
    DataFrame
        `first` and `last` (dates), with the index of the events; missing without a `date_start`.

    Examples
    --------
    >>> from toolkit.events import possible_days
    >>> days = pd.to_datetime(["2016-02-10", "2016-02-10"])
    >>> events = pd.DataFrame({"date_start": days, "date_precision": ["week", "month"]})
    >>> possible_days(events)
           first       last
    0 2016-02-07 2016-02-13
    1 2016-02-01 2016-02-29
    """
    first = events["date_start"].dt.normalize()
    last = events["date_end"].dt.normalize() if "date_end" in events else first
    last = last.where(last >= first, first)
    if "date_precision" in events:
        single, precision = first == last, events["date_precision"].astype("str")
        week, month = ((single & precision.eq(p)).to_numpy(bool) for p in ("week", "month"))
        three = pd.Timedelta(days=3)
        begins = first - pd.to_timedelta(first.dt.day - 1, unit="D")
        ends = begins + pd.to_timedelta(first.dt.days_in_month - 1, unit="D")
        first, last = (
            first.mask(week, first - three).mask(month, begins),
            last.mask(week, last + three).mask(month, ends),
        )
    return pd.DataFrame({"first": first, "last": last}, index=events.index)
