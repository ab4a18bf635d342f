"""What a loaded file covers: the catalog's span, cut to the release and to what the user states."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from toolkit.datasets.catalog import data_folder, find_entry
from toolkit.errors import OptionError, warn
from toolkit.events import check_day, find_outside
from toolkit.provenance import COVERAGE_COLUMNS, UNLISTED, cut_spans, find_spans

EXTRACT_KEYS = ("countries", "start", "end", "event_types")


def state_coverage(
    events: pd.DataFrame,
    *,
    dataset: str,
    version: str,
    rows: int,
    extract: Mapping[str, Any] | None,
    accessed: str | None = None,
) -> pd.DataFrame:
    """State what a loaded file covers: the catalog's span, cut to the release and to `extract`.

    A file counts as the whole release only if the version is known and it has as many rows as the
    catalog says the release has: then every country is covered, the holes excepted. Anything
    else is somebody's extract: the countries are those seen or stated, the span is that stated,
    else the first to the last event of the file, with a warning. No extract covers more than the
    release it is from.

    Parameters
    ----------
    events
        Event table as loaded.
    dataset, version
        Name in the catalog and version, "" where unknown.
    rows
        Rows in the file.
    extract
        What the file was filtered on: countries, start, end, event_types.
    accessed
        The day of download: what had not happened yet is not covered.

    Returns
    -------
    DataFrame
        A coverage table as `toolkit.provenance.coverage` describes it; `start` and `end` missing
        for a hole.
    """
    seen = Seen(events["date_start"].min(), events["date_start"].max(), _seen_countries(events))
    spans, guessed = find_coverage(
        seen, dataset=dataset, version=version, rows=rows, extract=extract, accessed=accessed
    )
    if guessed:
        _warn_span(spans, guessed)
    _warn_outside(events, spans)
    return spans


class Seen(NamedTuple):
    """What a file shows of its coverage: the days of its first and last event, its countries."""

    start: pd.Timestamp
    end: pd.Timestamp
    countries: list[str]


def find_coverage(
    seen: Seen,
    *,
    dataset: str,
    version: str,
    rows: int,
    extract: Mapping[str, Any] | None,
    accessed: str | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the coverage as `state_coverage` does, and which of its ends only the events tell."""
    extract = check_extract(extract)
    release = find_entry(dataset).get("versions", {}).get(version, {})
    release = release if "start" in release else {}  # of some releases the span was not read
    whole = bool(release) and release.get("rows") == rows
    shown: dict[str, Any] = {"start": seen.start, "end": seen.end}
    stated: dict[str, Any] = {k: extract[k] for k in shown if k in extract}
    cut = stated if whole else {**shown, **stated}
    spans = _release_spans(release or cut, dataset, version)
    if not whole:
        spans["basis"] = _basis(list(stated))
    countries = extract.get("countries") or ([] if whole else seen.countries)
    if countries:
        spans = _name_countries(spans, countries)
    spans = cut_spans(cut_spans(spans, **cut), start=_country_starts(dataset, spans))
    if accessed is not None:
        spans = cut_spans(spans, end=check_day("accessed", accessed))
    if "event_types" in extract:
        spans["event_types"] = "; ".join(extract["event_types"])
    guessed = [] if whole else [k for k in shown if k not in stated]
    return spans[COVERAGE_COLUMNS], guessed


def check_extract(extract: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a file was filtered on, days as Timestamps and names as lists, or raise."""
    extract = dict(extract or {})
    for key, value in extract.items():
        if key not in EXTRACT_KEYS:
            raise OptionError(
                f"extract has the unknown key {key!r}.",
                ", ".join(EXTRACT_KEYS) + ".",
                'extract=dict(countries=["Syria"], start="2016-01-01", end="2019-11-30")',
            )
        if key in ("start", "end"):
            extract[key] = check_day(f"extract {key}", value)
        else:
            extract[key] = [value] if isinstance(value, str) else list(value)
    if "start" in extract and "end" in extract and extract["start"] > extract["end"]:
        raise OptionError(
            f"extract starts on {extract['start']:%Y-%m-%d}, after its end.",
            "a start on or before the end.",
            f'extract=dict(start="{extract["end"]:%Y-%m-%d}", end="{extract["start"]:%Y-%m-%d}")',
        )
    return extract


def _seen_countries(events: pd.DataFrame) -> list[str]:
    return sorted(events["country"].dropna().unique()) or ["*"]


def _release_spans(release: Mapping[str, Any], dataset: str, version: str) -> pd.DataFrame:
    """Return the coverage of a release: its span for its countries, and its holes."""
    countries, holes = release.get("countries", ["*"]), release.get("holes", [])
    spans = pd.DataFrame({"dataset": dataset, "version": version, "country": [*countries, *holes]})
    spans["start"], spans["end"] = pd.Timestamp(release["start"]), pd.Timestamp(release["end"])
    spans["event_types"] = "*"
    spans["basis"] = "whole release, by its number of rows"
    hole = spans["country"].isin(holes)
    return spans.assign(start=spans["start"].mask(hole), end=spans["end"].mask(hole),
                        basis=spans["basis"].mask(hole, "left out of the release"))  # fmt: skip


def _name_countries(spans: pd.DataFrame, countries: Sequence[str]) -> pd.DataFrame:
    """Return a coverage by the names of these countries; those it does not list are alike."""
    listed, every = set(spans["country"]), find_spans(spans, UNLISTED)
    held = (find_spans(spans, c) if c in listed else every.assign(country=c) for c in countries)
    return pd.concat(held, ignore_index=True)


def _basis(stated: list[str]) -> str:
    if len(stated) == 2:
        return "stated when loaded"
    events = "first to last event in the file"
    return f"{stated[0]} stated when loaded, else {events}" if stated else events


def _country_starts(dataset: str, spans: pd.DataFrame) -> pd.Series:
    """Return the day from which the provider covers each row's country, NaT where unknown."""
    entry = find_entry(dataset)
    if "country_starts" not in entry:
        return pd.Series(pd.NaT, index=spans.index)
    return spans["country"].map(_read_starts(entry["country_starts"]))


@functools.cache  # thousands of files are stated one after the other
def _read_starts(name: str) -> pd.Series:
    table = pd.read_csv(data_folder() / name, keep_default_na=False)
    return pd.to_datetime(table.set_index("country")["start"])


def _warn_span(spans: pd.DataFrame, missing: list[str]) -> None:
    first, last = spans["start"].min(), spans["end"].max()
    span = "nothing" if pd.isna(first) else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    warn(
        f"What the file was filtered on is not stated ({' and '.join(missing)}): the events "
        f"decide, and its coverage is taken as {span}. A zero at its edges may be a gap; state it: "
        'extract=dict(countries=[...], start="...", end="...").'
    )


def _warn_outside(events: pd.DataFrame, spans: pd.DataFrame) -> None:
    """Warn where events lie outside the coverage stated: one of the two is wrong."""
    outside = int(find_outside(events, spans).sum())
    if outside:
        warn(
            f"{outside:,} of {len(events):,} events lie outside the coverage of the file (in "
            "country or date); they stay in the table, but panels will not count them. See "
            "ct.coverage(events)."
        )
