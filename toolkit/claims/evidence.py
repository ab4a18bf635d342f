"""Evidence: an event file or tables of counts, what it covers and which names it knows."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.actors.participants import participants
from toolkit.datasets import load_table
from toolkit.errors import DataWarning, EmptySelectionError, OptionError
from toolkit.events import EVENT, check_columns
from toolkit.formats import load_events
from toolkit.pairs import join_actors
from toolkit.provenance import coverage, read_record
from toolkit.straddling import mark_straddling, spread_days

VARIABLE = "TOOLKIT_EVENTS"


class Evidence(NamedTuple):
    """One piece of evidence: an event file, monthly tables of counts, or a yearly table.

    Parameters
    ----------
    name
        How it is called beside a verdict.
    panel
        Counts by country, admin1, violence_type and month, and by `selection` (all, exact place,
        exact day, exact place and day) where the table has several.
    dyads
        Counts by pair of actors, tie and month, and by `selection`.
    years
        Deaths by country, violence_type and year.
    events
        Event table. Where it is there, everything is counted from it.
    pairs
        The actors of its events as pairs, by view of the names ("recorded", "successor").
    aliases
        The alias table of the view "successor".
    days
        On which days its events count, and with which share, by rule of straddling.
    spans
        What it covers, as `ct.coverage` says it.
    known
        The names that it records, by column.
    """

    name: str
    panel: pd.DataFrame | None = None
    dyads: pd.DataFrame | None = None
    years: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    pairs: Mapping[str, pd.DataFrame] = {}
    aliases: pd.DataFrame | None = None
    days: Mapping[str, pd.DataFrame] = {}
    spans: pd.DataFrame | None = None
    known: Mapping[str, frozenset[str]] = {}

    @property
    def step(self) -> str:
        """Return how finely time is told: day, month or year."""
        if self.events is not None:
            return "day"
        return "year" if self.years is not None else "month"

    @property
    def freq(self) -> str:
        """Return pandas' name of the periods that are counted."""
        return "Y" if self.years is not None else "M"

    @property
    def tables(self) -> list[pd.DataFrame]:
        """Return the tables there are, e.g. for `ct.cite`."""
        there = (self.events, self.panel, self.dyads, self.years)
        return [table for table in there if table is not None]


# ---------------------------------------------------------------------------------- making it


def make_evidence(
    events: pd.DataFrame,
    *,
    name: str | None = None,
    people: pd.DataFrame | None = None,
    aliases: pd.DataFrame | None = None,
) -> Evidence:
    """Make evidence of an event table.

    Its coverage decides what can be judged (`ct.coverage`): state with `extract=` when loading
    what the file was filtered on, else the first and the last event are taken for its limits.

    Parameters
    ----------
    events
        Event table.
    name
        How to call it; by default title and version of the dataset.
    people
        PARTICIPANTS of the events, by default `ct.participants(events)`.
    aliases
        Alias table; then each verdict can be tried with names followed to their successors.

    Returns
    -------
    Evidence
        With `events` and their `pairs` of actors.

    Examples
    --------
    >>> import toolkit as ct
    >>> make_evidence(ct.load_sample("ged")).name
    'INVENTED sample (GED form) 1'
    """
    check_columns(events, [*EVENT, "date_start", "country", "admin1", "actor1", "actor2"])
    if events.empty:
        raise EmptySelectionError(
            "There are no events to judge by.", "at least one event.", "len(events)"
        )
    record = read_record(events)
    known = record.get("title") or record.get("dataset") or "events of unrecorded source"
    pairs = {"recorded": _join_pairs(events, people)}
    if aliases is not None:
        followed = participants(events, aliases=aliases, view="successor")
        pairs["successor"] = _join_pairs(events, followed)
    name = name or f"{known} {record.get('version', '')}".strip()
    days = {"start": _place_days(events, "start"), "spread": _place_days(events, "spread")}
    return _complete(Evidence(name, events=events, pairs=pairs, aliases=aliases, days=days))


def _complete(evidence: Evidence) -> Evidence:
    """Return evidence with its coverage and the names it knows, which are asked for often."""
    columns = {
        "country": ["country"], "admin1": ["admin1"], "violence_type": ["violence_type"],
        "type": ["event_type", "sub_event_type"], "actor": ["actor1", "actor2"],
    }  # fmt: skip
    # of an event file the actors are those of its pairs: coalitions are split there
    plain = [t.drop(columns=columns["actor"], errors="ignore") for t in evidence.tables[:1]]
    tables = plain if evidence.events is not None else evidence.tables
    known = {
        key: frozenset(
            str(value)
            for table in [*tables, *evidence.pairs.values()]
            for name in names
            if name in table
            for value in table[name].dropna().unique()
        )
        for key, names in columns.items()
    }
    return evidence._replace(spans=_find_coverage(evidence), known=known)


def _place_days(events: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Return the days on which events count, by the house's rule of straddling.

    Columns: `place` of the event in the table, `day`, `share` (1, or an equal part of each day),
    and the `first` and `last` day on which it may have happened. Events without a day are not in.
    """
    columns = ["date_start", "_first", "_last", "_straddles", "_weight"]
    rows = mark_straddling(events, "month").reset_index(drop=True)
    rows = rows.loc[rows["date_start"].notna(), columns]
    rows = spread_days(rows) if rule == "spread" else rows
    return pd.DataFrame({
        "place": rows.index, "day": rows["date_start"].dt.normalize(), "share": rows["_weight"],
        "first": rows["_first"], "last": rows["_last"],
    }).reset_index(drop=True)  # fmt: skip


def _join_pairs(events: pd.DataFrame, people: pd.DataFrame | None) -> pd.DataFrame:
    """Return actor1, actor2, tie and the place of the event in the table, each pair once."""
    people = participants(events) if people is None else people
    pairs = join_actors(people, mark_straddling(events, "month"), "both", directed=False)
    places = events[EVENT].assign(place=np.arange(len(events)))
    pairs = pairs[[*EVENT, "actor1", "actor2", "tie"]].merge(places, on=EVENT)
    # names are looked up for every combination of choices: as categories, each is compared once
    return pairs.astype(dict.fromkeys(["actor1", "actor2", "tie"], "category"))


def load_evidence() -> list[Evidence]:
    """Load the evidence that ships: monthly and annual figures of UCDP for Syria.

    The monthly tables (January 2016 to November 2019) know provinces and types of violence, or
    pairs of actors, never both. The annual table (1989 to 2024) knows deaths by type of violence
    in the whole country, and is of a later release.

    Examples
    --------
    >>> [(one.name, one.step) for one in load_evidence()]
    [('UCDP GED Syria 652.1601.1911, monthly', 'month'), ('UCDP country-year Syria 25.1, annual', 'year')]
    """  # noqa: E501 - a name is as long as it is
    monthly = Evidence(
        "UCDP GED Syria 652.1601.1911, monthly",
        panel=load_table("ucdp-syria-province-month"),
        dyads=load_table("ucdp-syria-dyad-month"),
    )
    annual = load_table("ucdp-syria-country-year")
    yearly = Evidence("UCDP country-year Syria 25.1, annual", years=annual)
    return [_complete(monthly), _complete(yearly)]


def gather_evidence(*, aliases: pd.DataFrame | None = None) -> list[Evidence]:
    """Gather what ships and the reader's own event files.

    The files are named in the environment variable TOOLKIT_EVENTS, several with the separator of
    paths between them (":" on Linux and macOS, ";" on Windows), in a form that `ct.load_events`
    recognises. With a newer release there, claims become testable without a change to a notebook.
    A file that is somebody's extract covers what lies from its first to its last event, unless the
    span is stated behind its name: "my_export.csv@2017-01-01/2024-12-31".

    Parameters
    ----------
    aliases
        Alias table for the reader's files.

    Raises
    ------
    MissingFileError, FileFormatError, OptionError
        A file is not there, or not in a form that is known; no span behind its "@".

    Examples
    --------
    >>> len(gather_evidence()) >= 2
    True
    """
    own = []
    for entry in filter(None, map(str.strip, os.environ.get(VARIABLE, "").split(os.pathsep))):
        file, extract = _read_entry(entry)
        events = load_events(file, extract=extract)
        own.append(make_evidence(events, aliases=aliases))
    return [*load_evidence(), *_name_apart(own)]


def _read_entry(entry: str) -> tuple[str, dict[str, str] | None]:
    """Return the path of a file, and the span that is stated behind it."""
    file, mark, span = entry.rpartition("@")
    if not mark or Path(entry).exists():  # an @ may stand in a name
        return entry, None
    days = [pd.to_datetime(day, format="%Y-%m-%d", errors="coerce") for day in span.split("/")]
    written = re.fullmatch(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", span)
    if not file or not written or any(map(pd.isna, days)) or days[0] > days[1]:
        raise OptionError(
            f"{VARIABLE}: {'@' + span!r} behind {Path(file).name!r} is no span.",
            "@start/end: two days, year-month-day, the earlier first.",
            "my_export.csv@2017-01-01/2024-12-31",
        )
    start, end = span.split("/")
    return file, {"start": start, "end": end}


def _name_apart(several: list[Evidence]) -> list[Evidence]:
    """Return pieces of evidence under names that differ: two files of one dataset get numbers."""
    names = [one.name for one in several]
    return [
        one._replace(name=f"{one.name}, file {n}") if names.count(one.name) > 1 else one
        for n, one in enumerate(several, 1)
    ]


# --------------------------------------------------------------------------- what it covers


def _find_coverage(evidence: Evidence) -> pd.DataFrame:
    """Return what evidence covers, as `ct.coverage`; of a table made by hand, its first to last."""
    spans = [known for table in evidence.tables if len(known := coverage(table))]
    if spans:
        return spans[0]
    table = evidence.tables[0]
    check_columns(table, ["country"])
    times = table["date_start"] if "date_start" in table else table["period"].dt.start_time
    ends = table["date_start"] if "date_start" in table else table["period"].dt.end_time
    rows = [
        {"dataset": "", "version": "", "country": country, "start": times[here].min().normalize(),
         "end": ends[here].max().normalize(), "event_types": "*", "basis": "first to last row"}
        for country in table["country"].dropna().unique()
        for here in [table["country"].eq(country)]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def say_spans(here: pd.DataFrame, country: str) -> str:
    """Return the spans of a country in words."""
    if here.empty:
        return f"nothing of {country}"
    said = [
        f"{country} {row.start:%Y-%m-%d} to {row.end:%Y-%m-%d}"
        + ("" if row.event_types == "*" else f", only {row.event_types}")
        + (f" ({row.basis})" if "file" in str(row.basis) else "")
        for row in here.itertuples()
    ]
    return ", ".join(said)


def describe_evidence(evidence: list[Evidence]) -> pd.DataFrame:
    """Describe pieces of evidence: what each is, covers, and how finely it tells time and place.

    Returns
    -------
    DataFrame
        `evidence`, `dataset`, `version`, `step` (day, month or year), `coverage`.

    Examples
    --------
    >>> describe_evidence(load_evidence())["step"].tolist()
    ['month', 'year']
    """
    rows = []
    for one in check_evidence(evidence):
        assert one.spans is not None
        record = read_record(one.tables[0])
        spans = one.spans.dropna(subset=["start", "end"])
        said = ", ".join(say_spans(rows, str(c)) for c, rows in spans.groupby("country"))
        version = record.get("version", "")
        rows.append((one.name, record.get("title", "not recorded"), version, one.step, said))
    return pd.DataFrame(rows, columns=["evidence", "dataset", "version", "step", "coverage"])


def check_evidence(evidence: Evidence | list[Evidence]) -> list[Evidence]:
    """Return pieces of evidence as a list, each under its own name, or say what is wrong."""
    several = [evidence] if isinstance(evidence, Evidence) else list(evidence)
    for one in several:
        if not isinstance(one, Evidence) or not one.tables:
            raise OptionError(
                f"{type(one).__name__} is no evidence, or holds no table.",
                "what make_evidence, load_evidence or gather_evidence return.",
                "ct.claims.gather_evidence()",
            )
        if one.events is not None and not (one.pairs and one.days):
            raise OptionError(
                f"The evidence {one.name!r} holds events without their pairs and days.",
                "what make_evidence makes of an event table.",
                "use ct.claims.make_evidence(events)",
            )
    names = [one.name for one in several]
    if not several or len(set(names)) < len(names):
        raise OptionError(
            f"The pieces of evidence are called {names}.",
            "at least one, each with a name of its own.",
            'ct.claims.make_evidence(events, name="my export")',
        )
    return [one if one.known else _complete(one) for one in several]


def be_quiet() -> warnings.catch_warnings:
    """Return a context in which the toolkit does not warn: what it would say stands in the row."""
    return warnings.catch_warnings(action="ignore", category=DataWarning)
