"""Tally: events -> one row for all that a count cannot tell apart, on the engine they lie on.

The one place where many rows become few. It is written in narwhals, knows columns only, and runs
on pandas, DuckDB, Spark and polars' LazyFrame; what it gives back is small and pandas.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from toolkit.engines import collect, column_names, is_scan, open_frame
from toolkit.events import possible_days, restore_types

DEATHS = ["fatalities", "fatalities_low", "fatalities_high"]
MOST_CHANGES = 40  # days on which something changes; with more of them every day is told apart
_DAY = nw.col("_day")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SPAN = ("date_end", "date_precision")


def tally_events(
    events: Any,
    keys: Sequence[str],
    period: str,
    *,
    changes: Iterable[pd.Timestamp] = (),
    days: bool = False,
    share: str | None = None,
) -> pd.DataFrame:
    """Count together the events that have the same keys, period and side of each change.

    Parameters
    ----------
    events
        A pandas table or a scan.
    keys
        Columns by which events are told apart; missing is a value of its own.
    period
        One of `events.PERIODS`.
    changes
        Days on which something begins or ends that a count has to respect (coverage, the life of a
        unit, a rule): events before and from such a day on are told apart.
    days
        Tell straddling events apart by their days, as spreading them needs.
    share
        Column with the part of an event that a row stands for; of a table only.

    Returns
    -------
    DataFrame
        The keys, `date_start` (a day of their period and side, not of each event; missing for
        events without one), `_first` and `_last` possible day (only with `days`), `_straddles`,
        `_weight` (how many events the row stands for) and their deaths, missing where none is
        known.
    """
    keys, known = list(dict.fromkeys(keys)), column_names(events)
    deaths = [c for c in DEATHS if c in known]
    side = _number_side(changes, period)
    if is_scan(events):
        return _tally_scan(events, keys, deaths, period, side, days)
    return _tally_table(events, keys, deaths, period, side, days, share)


def _tally_scan(
    events: Any, keys: list[str], deaths: list[str], period: str, side: nw.Expr | None, days: bool
) -> pd.DataFrame:
    """Tally on the engine."""
    span = [c for c in _SPAN if c in column_names(events)]
    marks = {"_period": number_period(_DAY, period), "_straddles": _straddles(span, period)}
    marks |= {} if side is None else {"_side": side}
    frame = _open_days(events, [*keys, *deaths], span).with_columns(**marks)
    exact = ["date_start", *span] if days else []
    copies = {f"_exact_{c}": nw.when(nw.col("_straddles")).then(nw.col(c)) for c in exact}
    frame = frame.with_columns(**copies) if copies else frame
    by, about = [*keys, *marks, *copies], [nw.len().alias("_weight")]
    told = side is None and period in _MONTHS
    about += [] if told else [_DAY.min().alias("date_start")]
    rows = restore_types(sum_groups(frame, by, deaths, *about))
    if told:
        rows["date_start"] = _first_days(rows["_period"], period)
    rows["_straddles"] = rows["_straddles"].fillna(False).astype(bool) & rows["date_start"].notna()
    if days:
        table = pd.DataFrame({c: rows[f"_exact_{c}"] for c in exact})
        rows = _add_possible_days(rows, table)
    return rows.drop(columns=[c for c in by if c not in (*keys, "_straddles")])


def _tally_table(
    events: pd.DataFrame, keys: list[str], deaths: list[str], period: str, side: nw.Expr | None,
    days: bool, share: str | None,
) -> pd.DataFrame:  # fmt: skip
    """Tally in memory; only rows of several days, or of a rough date, are asked for their days."""
    events = events.reset_index(drop=True)  # after pd.concat labels can stand twice
    table = events[list(dict.fromkeys([*keys, *deaths, "date_start"]))]
    when = _number_days(events["date_start"], period, side)
    table = table.assign(_when=when, _weight=1, _straddles=False)
    span = [c for c in _SPAN if c in events]
    several = _may_straddle(events, span)
    if several.any():
        rough = _open_days(events.loc[several, ["date_start", *span]], [], span)
        told = collect(rough.select(_straddles=_straddles(span, period)))["_straddles"]
        dated = events.loc[several, "date_start"].notna().to_numpy()
        table.loc[several, "_straddles"] = told.fillna(False).to_numpy(bool) & dated
    if share is not None:
        table = weigh_rows(table, events[share])
    by = [*keys, "_when", "_straddles"]
    if days:
        table = _add_possible_days(table, events[["date_start", *span]])
        by += ["_first", "_last"]
    rows = sum_rows(table, by, ["_weight", *deaths], also=["date_start"])
    return rows.assign(date_start=rows["date_start"].dt.normalize()).drop(columns="_when")


def _number_days(dates: pd.Series, period: str, side: nw.Expr | None) -> np.ndarray:
    """Return a number for each date, the same where the days have the same period and side.

    Events are many and days are few: in the calendar each is looked up once.
    """
    marks = {"_period": number_period(_DAY, period)} | ({} if side is None else {"_side": side})
    at, found = pd.factorize(dates, use_na_sentinel=False)
    told = collect(_open_days(pd.DataFrame({"date_start": found}), [], []).select(**marks))
    return pd.factorize(number_values(told))[0][at]


def _open_days(events: Any, columns: list[str], span: list[str]) -> Any:
    """Open the events with `_day`, the day of date_start."""
    frame = open_frame(events, dict.fromkeys([*columns, "date_start", *span]))
    return frame.with_columns(_day=nw.col("date_start").cast(nw.Date))


def _may_straddle(events: pd.DataFrame, span: list[str]) -> np.ndarray:
    several = np.zeros(len(events), dtype=bool)
    if "date_end" in span:
        several |= (events["date_end"] > events["date_start"]).to_numpy(bool)
    if "date_precision" in span:
        several |= events["date_precision"].isin(["week", "month"]).to_numpy(bool)
    return several


# ------------------------------------------------------------------------------- expressions


def number_period(day: nw.Expr, period: str) -> nw.Expr:
    """Return a number that tells periods apart and grows with time."""
    year, month = day.dt.year().cast(nw.Int64), day.dt.month().cast(nw.Int64)
    if period in _MONTHS:
        months = year * 12 + month - 1
        return {"year": year, "month": months}.get(period, months // 3)
    # days since 1 March of year 0, in whole numbers that every engine has (no engine's own epoch)
    years = year - (month < 3).cast(nw.Int64)
    number = years * 365 + years // 4 - years // 100 + years // 400
    number = number + ((month + 9) % 12 * 153 + 2) // 5 + day.dt.day().cast(nw.Int64)
    return number if period == "day" else (number - _week_start(period)) // 7


def _first_days(number: pd.Series, period: str) -> pd.Series:
    """Return the first day of months, quarters or years by their number, as an engine gave it."""
    months = number.astype("Int64") * _MONTHS[period]
    parts = {"year": months // 12, "month": months % 12 + 1, "day": 1}
    return pd.to_datetime(pd.DataFrame(parts).astype("Float64")).astype("datetime64[us]")


def _week_start(period: str) -> int:
    """Return the number modulo 7, as `number_period` counts days, on which the week begins."""
    names = "tuesday wednesday thursday friday saturday sunday monday".split()
    return names.index(period.partition("-")[2] or "monday")


def _straddles(span: Sequence[str], period: str) -> nw.Expr:
    """Say whether the possible days (`events.possible_days`) lie in two periods.

    Few events can: only of these the engine has to look at the calendar. Missing without a day.
    """
    number = functools.partial(number_period, period=period)
    apart: Any = nw.lit(False)
    if "date_precision" in span:  # of a single day
        level = nw.col("date_precision").cast(nw.String)
        before, after = (_DAY.dt.offset_by(by).cast(nw.Date) for by in ("-3d", "3d"))
        if period.split("-")[0] in ("day", "week"):  # a month lies in several of them
            apart = nw.when(level == "month").then(nw.lit(True)).otherwise(apart)
        apart = nw.when(level == "week").then(number(before) != number(after)).otherwise(apart)
    if "date_end" in span:
        end = nw.col("date_end").cast(nw.Date)
        apart = nw.when(end > _DAY).then(number(_DAY) != number(end)).otherwise(apart)
    return apart


def _number_side(changes: Iterable[pd.Timestamp], period: str) -> nw.Expr | None:
    """Return how many changes lie on or before the day, None where the period tells it all."""
    days = sorted({day.normalize() for day in changes if not pd.isna(day)})
    if period in _MONTHS:
        days = [day for day in days if not _begins(day, period)]
    if len(days) > MOST_CHANGES:
        return _DAY
    passed = [(nw.lit(day.date()) <= _DAY).cast(nw.Int64) for day in days]
    return functools.reduce(operator.add, passed) if passed else None


def _begins(day: pd.Timestamp, period: str) -> bool:
    return day.day == 1 and (day.month - 1) % _MONTHS[period] == 0


# ------------------------------------------------------------------------------------ groups


def weigh_rows(rows: pd.DataFrame, part: pd.Series) -> pd.DataFrame:
    """Return rows of which each stands only for a part of its events, and of their deaths."""
    numbers = ["_weight", *(c for c in DEATHS if c in rows)]
    return rows.assign(**{c: rows[c].astype("Float64") * part for c in numbers})


def sum_rows(
    rows: pd.DataFrame, keys: Sequence[str], numbers: Sequence[str], *, also: Sequence[str] = ()
) -> pd.DataFrame:
    """Add up numbers of a pandas table by key; a sum is missing where no number is known.

    The keys keep their types and come in the order in which they first appear, with what the
    first row of each has in the columns of `also`.
    """
    number, values = pd.factorize(number_values(rows[list(keys)]))
    # as a categorical the numbers need not be found a second time
    groups = pd.Categorical.from_codes(number, pd.RangeIndex(len(values)))
    sums = rows[list(numbers)].groupby(groups, observed=False).sum(min_count=1)
    first = np.zeros(len(values), dtype="int64")
    first[number[::-1]] = np.arange(len(rows))[::-1]  # the last one stays, which is the first row
    found = rows[[*keys, *also]].iloc[first]
    plain = {c: found[c].where(found[c].notna()) for c in found if found[c].dtype == object}
    found = found.assign(**plain).reset_index(drop=True)  # None became nan
    return pd.concat([found, sums.reset_index(drop=True)], axis=1)


def number_values(table: pd.DataFrame) -> np.ndarray:
    """Return one whole number for each row, the same where rows hold the same in all columns.

    It groups several times faster than the columns that it stands for.
    """
    number, size = np.zeros(len(table), dtype="int64"), 1
    for name in table:
        codes, n = _number_column(table[name])
        if n == 1:
            continue
        if size * n >= 2**62:
            number, found = pd.factorize(number)
            size = len(found)
        if size == 1:
            number = codes
        else:
            number *= n
            number += codes
        size *= n
    return number


def _number_column(column: pd.Series) -> tuple[np.ndarray, int]:
    """Return a number for each value of a column, and how many there can be; missing is one too."""
    if _holds_one(column.head(100)) and _holds_one(column):  # of one dataset, and the like
        return np.zeros(0, dtype="int64"), 1
    if column.dtype.kind in "bi" and column.notna().all():
        values = column.to_numpy("int64")
        least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        if most - least < len(values):
            return values - least, most - least + 1
    codes, found = pd.factorize(column)
    codes += 1
    return codes, len(found) + 1


def _holds_one(column: pd.Series) -> bool:
    """Say whether a column holds the same value in every row, and misses none."""
    # a masked column compares as missing where it is missing, which all() would pass over
    return len(column) > 0 and bool((column == column.iloc[0]).fillna(False).all())


def sum_groups(
    frame: Any, by: Sequence[str], numbers: Sequence[str], *others: nw.Expr
) -> pd.DataFrame:
    """Group on the engine; a sum is missing where nothing is known, whatever the engine says."""
    sums = [nw.col(c).sum() for c in numbers]
    known = [nw.col(c).count().alias(f"_known_{c}") for c in numbers]
    rows = collect(frame.group_by(list(by), drop_null_keys=False).agg(*others, *sums, *known))
    empty = {c: rows[c].mask(rows[f"_known_{c}"] == 0) for c in numbers}
    return rows.assign(**empty).drop(columns=[f"_known_{c}" for c in numbers])


def _add_possible_days(rows: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Add the first and last possible day of the rows that straddle; of others their own day."""
    found = possible_days(restore_types(dates[rows["_straddles"]]))
    days = {"_first": found["first"], "_last": found["last"]}
    return rows.assign(**{c: day.reindex(rows.index).fillna(rows["date_start"])
                          for c, day in days.items()})  # fmt: skip
