"""Where a table comes from: the flat dict of strings in `attrs`, the source line, the citation.

Provenance is honest about pandas: it carries the row count of the last toolkit step. Where that
no longer fits, something was filtered without a record, and the source line says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from toolkit.engines import attach_record, find_record, is_scan
from toolkit.errors import EmptySelectionError, OptionError, check_option
from toolkit.references import describe_reference, find_measures, find_reference, write_bibtex

COVERAGE_COLUMNS = ["dataset", "version", "country", "start", "end", "event_types", "basis"]
UNLISTED = "not listed by name"  # stands for every country that a coverage does not name
_FILTERED = "filter not recorded"
_ADDED = "source not recorded"
_TOOLKIT = ("conflict-toolkit", {"author": "{The conflict-toolkit developers}",
            "title": "conflict-toolkit"})  # fmt: skip


def stamp(table: Any, record: Mapping[str, str], **facts: object) -> Any:
    """Write a provenance record, with these facts added, on a table and return the table.

    The row count is added, except for a scan, whose rows nobody has counted. `facts` that are None
    are dropped, everything else becomes text: GraphML and Parquet keep flat strings only.
    """
    merged = {**record, **{k: str(v) for k, v in facts.items() if v is not None}}
    if is_scan(table):
        return attach_record(table, merged)
    return attach_record(table, {**merged, "rows": str(len(table))})


def add_step(table: Any, record: Mapping[str, str], step: str, **facts: object) -> Any:
    """Stamp a table with the record and one more step (a filter, a count) at its end.

    A step that was not recorded (a plain pandas filter before this one) stays visible.
    """
    steps = [s for s in (record.get("steps", ""), step) if s]
    return stamp(table, record, **facts, steps="; ".join(steps))


def read_record(table: Any) -> dict[str, str]:
    """Return the provenance of a table, with rows lost or added elsewhere written down as a step.

    Only the number of rows tells: rows swapped for others, or values changed, go unnoticed. A table
    without provenance gives an empty dict.
    """
    record = find_record(table)
    return record if is_scan(table) else check_rows(record, len(table))


def check_rows(record: Mapping[str, str], rows: int) -> dict[str, str]:
    """Return a record with rows lost or added since written down; empty if it never had any."""
    if "rows" not in record:
        return {}
    if record["rows"] == str(rows):
        return dict(record)
    before = int(record["rows"])
    change = _FILTERED if rows < before else f"rows added, {_ADDED}"
    change = f"{change} ({before:,} to {rows:,} rows)"
    steps = "; ".join(s for s in (record.get("steps", ""), change) if s)
    return {**record, "steps": steps, "rows": str(rows)}


def source_line(table: Any) -> str:
    """Return the small line that stands under a figure: dataset, version, filters, access date.

    Says "subset of ..., filter not recorded" where rows went missing outside the toolkit, and
    "source not recorded" where a table carries no provenance. Says in capitals that invented
    data are invented.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.load_sample("ged")
    >>> ct.source_line(events.query("violence_type == 'state-based'"))
    'Subset of INVENTED sample (GED form) 1, filter not recorded'
    """
    record = read_record(table)
    name = _name(record)
    if not name:
        return "Source not recorded"
    steps = record.get("steps", "")
    line = f"Subset of {name}, {_FILTERED}" if _FILTERED in steps else f"Source: {name}"
    if _ADDED in steps:
        line += f"; of some rows {_ADDED}"
    if record.get("filters"):
        line += f"; filtered on {record['filters']}"
    if record.get("accessed"):
        line += f"; accessed {record['accessed']}"
    return line


def _name(record: Mapping[str, str]) -> str:
    """Return title and version; '' for a record that knows steps and coverage but no source."""
    name = record.get("title") or record.get("dataset", "")
    return f"{name} {record.get('version', '')}".strip() if name else ""


def cite(tables: pd.DataFrame | Iterable[pd.DataFrame], *, style: str = "text") -> str:
    """Return the references that go with a result, from the datasets and measures actually used.

    A measure is cited where a step of the table's record names it and the docstring of its function
    names a publication. Other measures get no line, and neither do numbers, networks and tables
    without such a step: what is absent here can still be owed to somebody.

    Parameters
    ----------
    tables
        A table of the toolkit, or several.
    style
        "text": one reference a line, with version, access date, filters and licence; then one
        line for each publication of a measure, which begins with "Measure:".
        "methods": sentences for a methods section: rows read, rows left out and why, and what was
        done then.
        "attribution": one line for a note or a figure: provider, version, access date, filters and
        what was changed, as ACLED's terms and CC BY ask. What is not recorded is said to be so.
        "bibtex": the publications that the provider asks for, the dataset, the publications of
        the measures, and the toolkit.

    Returns
    -------
    str
        A table without provenance gives a line that says so: a citation is never invented.

    Raises
    ------
    OptionError
        For another style, or something that is not a table.
    EmptySelectionError
        For an empty list.

    Examples
    --------
    >>> import toolkit as ct
    >>> print(ct.cite(ct.load_sample("ged"), style="methods"))
    INVENTED sample (GED form) 1: 2,316 rows in the file, 2,316 kept, 0 left out.
    """
    check_option("style", style, ["text", "methods", "attribution", "bibtex"])
    single = _is_table(tables) or not isinstance(tables, Iterable)
    several = [tables] if single else list(tables)
    if not several:
        raise EmptySelectionError(
            "cite() was given no table.", "at least one table.", "ct.cite([events, panel])"
        )
    if not all(_is_table(t) for t in several):
        raise OptionError(
            "cite() was given something that is not a table.",
            "a DataFrame made by the toolkit, or a list of them.",
            "ct.cite(events)",
        )
    measures = [key for t in several for key in find_measures(read_record(t).get("steps", ""))]
    if style == "bibtex":  # each entry once, the toolkit last
        entries = [entry for t in several for entry in _bibtex(t)]
        entries += map(find_reference, measures)
        return "\n\n".join(dict.fromkeys([*entries, write_bibtex("software", *_TOOLKIT)]))
    line = {"text": _reference, "methods": _methods, "attribution": _attribution}[style]
    lines = [line(t) for t in several]
    if style == "text":
        lines += [f"Measure: {describe_reference(key)}" for key in measures]
    return "\n".join(dict.fromkeys(lines))


def _is_table(thing: Any) -> bool:
    return isinstance(thing, pd.DataFrame) or is_scan(thing) or bool(find_record(thing))


def _reference(table: pd.DataFrame) -> str:
    record = read_record(table)
    if not _name(record):
        return (
            "Source not recorded: this table was not made by the toolkit, or lost its provenance."
        )
    parts = [record.get("citation", "").rstrip(".") or record.get("title", "Unnamed dataset")]
    if record.get("version"):
        parts.append(f"Version {record['version']}")
    if record.get("accessed"):
        parts.append(f"Accessed {record['accessed']}")
    for key, label in [("filters", "Filters"), ("steps", "Steps"), ("licence", "Licence")]:
        if record.get(key):
            parts.append(f"{label}: {record[key]}")
    if record.get("sha256"):
        # of a combined table there are several, each with its file
        short = " + ".join(s[:12] for s in record["sha256"].split(" + "))
        parts.append(f"File {record.get('file', '')} (sha256 {short})")
    return ". ".join(parts) + "."


def _methods(table: pd.DataFrame) -> str:
    record = read_record(table)
    name = _name(record)
    if not name:
        return "Source not recorded."
    said = {"rows_in_file": "rows in the file", "rows_kept": "kept", "rows_left_out": "left out"}
    rows = [f"{int(record[k]):,} {words}" for k, words in said.items() if k in record]
    text = (f"{name}: {', '.join(rows)}" if rows else name) + "."
    for key, label in [("left_out_because", "Left out"), ("filters", "Filters"), ("steps", "Then")]:
        if record.get(key):
            text += f" {label}: {record[key]}."
    return text


def _attribution(table: pd.DataFrame) -> str:
    record = read_record(table)
    if not _name(record):
        return "Source not recorded."
    who = record.get("attribution") or record.get("title") or record["dataset"]
    version = f", version {record['version']}" if record.get("version") else ""
    said = {"accessed": "Accessed", "filters": "Filters", "steps": "Changes", "licence": "Licence"}
    absent = {"accessed": "Access date not recorded", "filters": "Filters not recorded",
              "steps": "No changes recorded"}  # fmt: skip
    parts = [f"{label}: {record[k]}" if record.get(k) else absent.get(k, "")
             for k, label in said.items()]  # fmt: skip
    return ". ".join([f"Data: {who}{version}", *filter(None, parts)]) + "."


def _bibtex(table: pd.DataFrame) -> list[str]:
    """Return the entries of a table: its provider's publications, then the dataset itself."""
    record = read_record(table)
    if not _name(record):
        return ["% Source not recorded."]
    keys = re.split(r"; | \+ ", record.get("references", ""))
    entries = [find_reference(key) for key in keys if key]
    said = {k: record.get(k, "").split(" + ") for k in ("title", "url", "accessed")}
    for i, title in enumerate(said["title"]):
        # of a combined table: where one is missing, whose the others are is not known
        own = {k: v[i] for k, v in said.items() if len(v) == len(said["title"])}
        title = title or record["dataset"]
        key = re.sub(r"[^a-z0-9.]+", "-", f"{title} {record.get('version', '')}".lower()).strip("-")
        fields = {
            "title": title,
            "version": record.get("version"),
            "note": f"Licence: {record['licence']}" if record.get("licence") else "",
            "url": own.get("url"),
            "urldate": own.get("accessed"),
        }
        entries.append(write_bibtex("misc", key, fields))
    return entries


def coverage(table: Any) -> pd.DataFrame:
    """Return what a table covers: inside, no event means 0; outside, it means missing.

    Returns
    -------
    DataFrame
        One row per dataset, version and country ("*" for every country of the release), with
        `start` and `end` (dates, both included; missing for a hole: never covered),
        `event_types` ("*" for all) and `basis`, which says where the span comes from. Empty where
        the table carries none: its coverage is not known.

    Examples
    --------
    >>> import toolkit as ct
    >>> ct.coverage(ct.load_sample("ged"))[["country", "start", "end"]]
        country      start        end
    0  Karvenia 2012-01-01 2019-12-31
    1   Dulmora 2012-01-01 2019-12-31
    """
    rows = json.loads(read_record(table).get("coverage", "[]"))
    spans = pd.DataFrame(rows, columns=COVERAGE_COLUMNS)
    return spans.assign(start=pd.to_datetime(spans["start"]), end=pd.to_datetime(spans["end"]))


def pack_coverage(spans: pd.DataFrame) -> str:
    """Return a coverage table as the text that travels in `attrs`."""
    rows: list[dict[str, Any]] = spans[COVERAGE_COLUMNS].to_dict("records")
    for row in rows:
        for key in ("start", "end"):
            row[key] = None if pd.isna(row[key]) else f"{row[key]:%Y-%m-%d}"
    return json.dumps(rows)


def find_spans(spans: pd.DataFrame, country: str) -> pd.DataFrame:
    """Return the rows of a coverage table that hold for a country, under its name.

    Release by release: the country's own rows, where it has some, else the row for every country
    ("*"). A country that no release covers gets a hole, so that it is never taken for covered.
    """
    here = spans.iloc[find_held(spans, [country])[0]]
    if here.empty:
        here = spans.head(1).assign(start=pd.NaT, end=pd.NaT, basis="not in the coverage")
    return here.assign(country=country)


def find_held(spans: pd.DataFrame, countries: Iterable[str]) -> list[list[int]]:
    """Return the places of the rows that hold for each country, none where no release covers it."""
    versions = spans["version"].astype("str").fillna("").tolist()
    releases = list(zip(spans["dataset"].astype("str"), versions, strict=True))
    places: dict[str, list[int]] = {}
    for place, name in enumerate(spans["country"].tolist()):
        places.setdefault(name, []).append(place)
    found = []
    for country in countries:
        own = places.get(country, [])
        named = {releases[place] for place in own}
        every = [place for place in places.get("*", []) if releases[place] not in named]
        found.append(sorted({*own, *every}))
    return found


def fold_unlisted(countries: pd.Series, spans: pd.DataFrame) -> pd.Series:
    """Return the names, with one for all countries that the coverage does not list by name.

    `find_spans` gives the same answer for each of them. A missing name ("") stays apart.
    """
    return countries.where(countries.isin([*spans["country"], ""]), UNLISTED)


def cut_spans(spans: pd.DataFrame, *, start: Any = pd.NaT, end: Any = pd.NaT) -> pd.DataFrame:
    """Cut a coverage table to these days, one for all rows or one for each; NaT cuts nothing.

    Where nothing is left of a span it becomes a hole: dropped, it would let "*" stand in for it.
    """
    first = spans["start"].mask(spans["start"] < start, start)
    last = spans["end"].mask(spans["end"] > end, end)
    left = first <= last
    return spans.assign(start=first.where(left), end=last.where(left))
