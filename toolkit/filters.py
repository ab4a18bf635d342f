"""Filters: the events that meet conditions, which travel along, and the coverage cut to them."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from toolkit.engines import collect, is_scan
from toolkit.errors import EmptySelectionError, OptionError, check_option, did_you_mean
from toolkit.events import CATEGORIES, check_columns, check_dates, check_day, take_events
from toolkit.provenance import (
    add_step,
    coverage,
    cut_spans,
    find_spans,
    pack_coverage,
    read_record,
)


def filter_events(
    events: Any,
    *,
    countries: Sequence[str] | str | None = None,
    admin1: Sequence[str] | str | None = None,
    start: str | None = None,
    end: str | None = None,
    event_types: Sequence[str] | str | None = None,
    violence_types: Sequence[str] | str | None = None,
    quad_classes: Sequence[str] | str | None = None,
    actors: Sequence[str] | str | None = None,
    date_precision: str | None = None,
    geo_precision: str | None = None,
) -> Any:
    """Keep the events that meet all conditions, and record them so that they travel along.

    Unlike a plain pandas filter this one stands in the source line and the citation, and it cuts
    the coverage, so that a panel is not filled with zeros where nothing was looked for.

    Parameters
    ----------
    events
        Event table: pandas, polars or pyarrow; or a scan, which stays on its engine (a DuckDB
        relation, a Spark DataFrame, a polars LazyFrame, see `scan_events`): it is read to see
        which values there are and how many events are left, and no row of it is fetched.
    countries, admin1, event_types, violence_types, quad_classes
        Values to keep, as recorded; `quad_class` is GDELT's.
    start, end
        First and last day of `date_start`, both included, e.g. "2016-01-01".
    actors
        Keep events in which one of these is actor1 or actor2, by exact name as recorded.
    date_precision, geo_precision
        The least precise level to keep, e.g. "week" or "admin1"; events without a recorded
        precision are left out.

    Returns
    -------
    DataFrame, or a scan
        Event table with the same index for the rows kept, a scan on the same engine (polars and
        pyarrow come back as pandas).

    Raises
    ------
    OptionError
        A value that no event has (with the nearest that exist), something that is not a day, or
        a start after the end.
    ColumnError
        A column that a condition needs is not there.
    EmptySelectionError
        No event meets all conditions together.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.filter_events(ct.load_sample("ged"), geo_precision="near", start="2015-01-01")
    >>> len(events), events.attrs["filters"]
    (978, 'geo_precision at least near; start 2015-01-01')
    """
    events = take_events(events)
    check_dates(events, scan=True)
    first, last = _days(start, end)
    conditions: list[tuple[list[str], list[str]]] = []
    said = []
    for columns, values in (
        (["country"], countries), (["admin1"], admin1), (["event_type"], event_types),
        (["violence_type"], violence_types), (["quad_class"], quad_classes),
        (["actor1", "actor2"], actors),
    ):  # fmt: skip
        if values is not None:
            names = _known_values(events, columns, values)
            conditions.append((columns, names))
            said.append(f"{'actor' if len(columns) > 1 else columns[0]} {' or '.join(names)}")
    for column, least in (("date_precision", date_precision), ("geo_precision", geo_precision)):
        if least is not None:
            conditions.append(([column], _precise(events, column, least)))
            said.append(f"{column} at least {least}")
    said += [f"start {first:%Y-%m-%d}"] if start is not None else []
    said += [f"end {last:%Y-%m-%d}"] if end is not None else []
    kept, n, left = _keep(events, conditions, first, last)
    if not left:
        raise EmptySelectionError(
            f"No event meets all conditions: {'; '.join(said) or 'the table has no rows'}.",
            f"conditions that some of the {n:,} events meet together.",
            "ct.filter_events(events, ...) with one condition at a time, to see which empties it",
        )
    spans = cut_spans(
        _choose_spans(coverage(events), countries, event_types), start=first, end=last
    )
    return _record_filter(events, kept, f"{n:,} events filtered to {left:,}", said, spans)


def _keep(
    events: Any, conditions: list[tuple[list[str], list[str]]], first: Any, last: Any
) -> tuple[Any, int, int]:
    """Return the events with one of the values in one of the columns of every condition.

    And how many there were, and are: of a scan these are counted, its rows are not fetched.
    """
    tests = [
        functools.reduce(operator.or_, (_is_one_of(nw.col(c), values) for c in columns))
        for columns, values in conditions
    ]
    day = nw.col("date_start")
    tests += [] if pd.isna(first) else [day >= nw.lit(first.to_pydatetime())]
    tests += [] if pd.isna(last) else [day < nw.lit((last + pd.Timedelta(days=1)).to_pydatetime())]
    frame = nw.from_native(events)
    kept = frame.filter(*tests) if tests else frame
    n, left = (
        int(collect(f.select(_=nw.len()))["_"].iloc[0]) if is_scan(events) else len(f)
        for f in (frame, kept)
    )
    return kept.to_native(), n, left


def _is_one_of(column: nw.Expr, values: Sequence[str]) -> nw.Expr:
    found = column.cast(nw.String).is_in(list(values))
    return nw.when(~column.is_null()).then(found).otherwise(nw.lit(False))


def _listed(values: Sequence[str] | str) -> list[str]:
    return [values] if isinstance(values, str) else list(values)


def _known_values(events: Any, columns: list[str], values: Sequence[str] | str) -> list[str]:
    """Return the values as a list, or say which of them no event has."""
    check_columns(events, columns, scan=True)
    wanted, known = _listed(values), set[str]()
    for column in columns:
        if is_scan(events):
            held = collect(nw.from_native(events).select(nw.col(column)).unique())[column]
        else:
            held = pd.Series(events[column].unique())
        known |= set(held.dropna().astype("str"))
    for value in wanted:
        if value not in known:
            raise OptionError(
                f"No event has {' or '.join(columns)} {value!r}.",
                did_you_mean(value, sorted(known)),
                f"events[{columns[0]!r}].value_counts()",
            )
    return wanted


def _precise(events: Any, column: str, least: str) -> list[str]:
    """Return the levels of precision that are at least so good."""
    check_columns(events, [column], scan=True)
    levels, _ = CATEGORIES[column]
    check_option(column, least, levels)
    return levels[: levels.index(least) + 1]


def _days(start: str | None, end: str | None) -> tuple[Any, Any]:
    """Return first and last day, NaT where not given."""
    first = pd.NaT if start is None else check_day("start", start)
    last = pd.NaT if end is None else check_day("end", end)
    if first > last:
        raise OptionError(
            f"start {start} lies after end {end}.",
            "a start on or before the end.",
            f"start='{last:%Y-%m-%d}', end='{first:%Y-%m-%d}'",
        )
    return first, last


def _choose_spans(
    spans: pd.DataFrame,
    countries: Sequence[str] | str | None,
    event_types: Sequence[str] | str | None,
) -> pd.DataFrame:
    """Return the coverage of these countries and event types."""
    if countries is not None:
        spans = pd.concat([find_spans(spans, n) for n in _listed(countries)], ignore_index=True)
    if event_types is not None:
        spans = spans.assign(event_types="; ".join(_listed(event_types)))
    return spans


def _record_filter(events: Any, kept: Any, step: str, said: list[str], spans: pd.DataFrame) -> Any:
    """Stamp the filtered table with the conditions; one of unknown source stays unstamped."""
    record = read_record(events)
    if not record:
        return kept
    filters = "; ".join(s for s in (record.get("filters", ""), *said) if s)
    # where the coverage is not known there is none to cut
    packed = pack_coverage(spans) if len(spans) else None
    return add_step(kept, record, step, filters=filters or None, coverage=packed)
