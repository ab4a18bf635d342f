"""The overview of an event table: what a reviewer asks first, in one readable table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError
from toolkit.events import COLUMNS, check_dates, validate_events
from toolkit.provenance import coverage, read_record, stamp


def describe_events(events: pd.DataFrame) -> pd.DataFrame:
    """Describe an event table in one readable table: what a reviewer asks first.

    Parameters
    ----------
    events
        Event table.

    Returns
    -------
    DataFrame
        Index (topic, item), columns `value` and `share` (of all events, where that makes sense).
        Topics: source, coverage, time, date precision, place precision, missing, actors,
        violence, deaths, to note. It says that ACLED's 0 deaths may mean unknown, and that
        deaths of different datasets are not summed.

    Raises
    ------
    EmptySelectionError
        The table has no rows.

    Examples
    --------
    >>> import toolkit as ct
    >>> table = ct.describe_events(ct.load_sample("ged"))
    >>> table.loc["time"]
                                      value  share
    item
    first event                  2012-01-01
    last event                   2019-12-31
    events of more than one day         420  18.1%
    """
    check_dates(events, ["event_id", "dataset"])
    if len(events) == 0:
        raise EmptySelectionError(
            "There are no events to describe.",
            "at least one row.",
            "len(events), and look at the filter",
        )
    lines: list[Line] = []
    for part in (_describe_source, _describe_time, _describe_precision, _describe_missing,
                 _describe_actors, _describe_deaths, _describe_notes):  # fmt: skip
        lines.extend(part(events))
    table = pd.DataFrame(lines, columns=["topic", "item", "value", "share"])
    table["value"] = [
        f"{v:,}" if isinstance(v, (int, np.integer)) else str(v) for v in table["value"]
    ]
    table["share"] = [
        f"{s:.1%}" if s is not None else ""
        for s in table["share"].astype(object).where(table["share"].notna(), None)
    ]
    return stamp(table.set_index(["topic", "item"]), read_record(events))


Line = tuple[str, str, object, float | None]


def _describe_source(events: pd.DataFrame) -> Iterable[Line]:
    record = read_record(events)
    for key in ("title", "version", "format", "file", "filters", "steps"):
        if record.get(key):
            yield "source", key, record[key], None
    for key in ("rows_in_file", "rows_left_out"):
        if key in record:
            yield "source", key.replace("_", " "), int(record[key]), None
    if not record:
        yield "source", "provenance", "not recorded", None
    yield "source", "events", len(events), None
    spans = coverage(events)
    for row in spans.head(5).itertuples():
        hole = pd.isna(row.start)
        span = "not covered" if hole else f"{_say_day(row.start)} to {_say_day(row.end)}"
        span += f" ({row.basis})"
        yield "coverage", "every country" if row.country == "*" else str(row.country), span, None
    if len(spans) > 5:
        yield "coverage", "further rows", f"{len(spans) - 5}, see ct.coverage(events)", None


def _say_day(day: pd.Timestamp) -> str:
    return "none has a date" if pd.isna(day) else f"{day:%Y-%m-%d}"


def _describe_time(events: pd.DataFrame) -> Iterable[Line]:
    start = events["date_start"]
    yield "time", "first event", _say_day(start.min()), None
    yield "time", "last event", _say_day(start.max()), None
    if "date_end" in events:
        longer = int((events["date_end"] > start).sum())
        yield "time", "events of more than one day", longer, longer / len(events)


def _describe_precision(events: pd.DataFrame) -> Iterable[Line]:
    for column, topic in (
        ("date_precision", "date precision"),
        ("geo_precision", "place precision"),
    ):
        if column in events:
            counts = events[column].value_counts(sort=False, dropna=False)
            for level, n in counts[counts > 0].items():
                yield topic, "missing" if pd.isna(level) else str(level), int(n), n / len(events)


def _describe_missing(events: pd.DataFrame) -> Iterable[Line]:
    absent = [c for c in COLUMNS if c in events and events[c].isna().all()]
    if absent:
        yield "missing", "not in this dataset or file", ", ".join(absent), None
    for column in COLUMNS:
        n = int(events[column].isna().sum()) if column in events and column not in absent else 0
        if n:
            yield "missing", column, n, n / len(events)


def _describe_actors(events: pd.DataFrame) -> Iterable[Line]:
    if "actor1" not in events or "actor2" not in events:
        return
    both = pd.concat([events["actor1"], events["actor2"]]).dropna()
    yield "actors", "names as recorded", int(both.nunique()), None
    for name, n in both.value_counts().head(3).items():
        yield "actors", f"most often: {name}", int(n), n / len(events)
    alone = int(events["actor2"].isna().sum())
    yield "actors", "events with one actor only", alone, alone / len(events)


def _describe_deaths(events: pd.DataFrame) -> Iterable[Line]:
    if "fatalities" not in events:
        return
    several = events["dataset"].nunique() > 1
    if several:
        yield "deaths", "of several datasets", "defined differently: never summed", None
    for dataset, part in events.groupby("dataset", sort=True):
        label = f" ({dataset})" if several else ""
        for column in ("fatalities_low", "fatalities", "fatalities_high"):
            if column in part and part[column].notna().any():
                yield "deaths", column + label, int(part[column].sum()), None
        none = int((part["fatalities"] == 0).sum())
        yield "deaths", "events with 0" + label, none, none / len(part)
        if str(dataset).endswith("acled"):  # its invented sample too
            yield "deaths", "what 0 means" + label, "none reported, or unknown", None
        if "fatalities_high" in part and part["fatalities_high"].notna().any():
            wide = int((part["fatalities_high"] > part["fatalities"]).sum())
            yield "deaths", "high above best" + label, wide, wide / len(part)


def _describe_notes(events: pd.DataFrame) -> Iterable[Line]:
    counts = validate_events(events).groupby(["column", "reason"]).size()
    for (column, reason), n in counts.items():
        yield "to note", f"{column}: {reason}", int(n), n / len(events)
    same = [c for c in ("dataset", "date_start", "actor1", "actor2", "latitude", "longitude",
                        "event_type", "sub_event_type", "fatalities") if c in events]  # fmt: skip
    twins = int(events.duplicated(same).sum())
    yield "to note", "alike in date, place, actors, type and deaths", twins, twins / len(events)
