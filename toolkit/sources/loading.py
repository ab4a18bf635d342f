"""What every loader does around its own columns: open, account for the rows, stamp, warn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.cells import Column, combine
from toolkit.conversion import Conversion, fold, match_columns
from toolkit.datasets import describe_dataset, find_access_day, find_invented, state_coverage
from toolkit.errors import AccountingError, ColumnError, FileFormatError, did_you_mean, warn
from toolkit.events import COLUMNS as EVENT_COLUMNS
from toolkit.ids import begin_apart
from toolkit.problems import NOTED, Problems
from toolkit.provenance import pack_coverage, stamp
from toolkit.reading import Readable, read_text

# One column of each provider that no other has: with it, a file is not taken for another's.
HALLMARKS = {
    "event_id_cnty": "ACLED",
    "type_of_violence": "UCDP GED",
    "type_of_vi": "UCDP GED",
    "globaleventid": "GDELT",
    "cameo_code": "ICEWS",
    "event_mode": "POLECAT",
    "iyear": "GTD",
}


class Loaded(NamedTuple):
    """A file as an event table, its problems, and what was recognised and decided on the way."""

    events: pd.DataFrame
    problems: Problems
    facts: dict[str, str]


def open_columns(
    source: Readable, *, known: Mapping[str, str], needed: str, provider: str
) -> tuple[Conversion, dict[str, str]]:
    """Read all of a table beside the events as text, and find the provider's columns in it."""
    table = read_text(source)
    columns = find_columns(
        list(table.cells.columns), known=known, rename=None, needed=needed, provider=provider,
        file=table.facts["file"],
    )  # fmt: skip
    return Conversion(table.cells, columns, table.problems), find_access(source, table.facts)


def find_columns(
    header: list[str], *, known: Mapping[str, str], rename: Mapping[str, str] | None, needed: str,
    provider: str, file: str,
) -> dict[str, str]:  # fmt: skip
    """Return the provider's name of a column -> the file's own.

    Raises
    ------
    FileFormatError
        No column of the provider is there: another provider's file.
    ColumnError
        The one column without which nothing can be done (`needed`) is missing.
    """
    refuse_strangers([(rename or {}).get(h, h) for h in header], provider, file)
    columns = match_columns(header, known, rename=rename)
    if len(columns) < 2:
        raise FileFormatError(
            f"{file} is not a file of {provider}: its columns are {', '.join(header)[:200]}.",
            f"an export of {provider}, with its header row.",
            "ct.load_events(path), which recognises the provider by the columns",
        )
    if needed not in columns:
        spare = [c for c in header if c not in columns.values()]
        raise ColumnError(
            f"{file} has no column {needed!r}, without which no event has a date.",
            did_you_mean(needed, spare or header),
            f"rename={{'its name in the file': {needed!r}}}",
        )
    return columns


def find_access(source: Readable, facts: dict[str, str]) -> dict[str, str]:
    """Return the facts, and the day on which the file was fetched where that is known."""
    day = find_access_day(source, sha256=facts["sha256"])
    return {**facts, "accessed": day} if day else facts


def refuse_strangers(header: Sequence[str], provider: str, file: str) -> None:
    """Raise `FileFormatError` for a file that carries the hallmark of another provider only."""
    marks = {HALLMARKS[fold(h)]: h for h in header if fold(h) in HALLMARKS}
    if marks and provider not in marks:
        other, mark = next(iter(marks.items()))
        raise FileFormatError(
            f"{file} is not a file of {provider}: the column {mark!r} is {other}'s.",
            f"an export of {provider}, with its header row.",
            "ct.load_events(path), which recognises the provider by the columns; or delete "
            f"{mark!r}, if it is your own",
        )


def read_ids(convert: Conversion, name: str) -> Column:
    """Return the ids of the events in a column, or the numbers of the rows where it is absent.

    A row without id is left out. The search for ids that come again is begun: see `drop_repeats`.
    """
    if not convert.has(name):
        return Column(pd.Series("row " + convert.index.astype("str")), None)
    ids = convert.identifier(name)
    convert.leave_out(ids.map(pd.isna), name, "no id: the event cannot be told from others")
    if ("repeats", name) not in convert.decisions:
        convert.find_aside(name, lambda: _find_repeats(ids.rows(convert.index)))
    return ids


def drop_repeats(convert: Conversion, name: str, dates: Column) -> None:
    """Leave out a row whose id comes again further down in a row that has a date."""
    if not convert.has(name):
        return

    def find() -> np.ndarray:
        found: np.ndarray = convert.found_aside(name)
        if len(found) == 0 or not dates.values.hasnans:
            return found
        ids = convert.identifier(name)
        dated = combine(lambda one, day: one.mask(day.isna()), ids, dates)
        return _find_repeats(dated.rows(convert.index))

    repeated = convert.decide("repeats", name, find)
    if len(repeated):
        rows = Column(pd.Series(convert.index.isin(repeated)), None)
        reason = "the same id comes again further down, and that row is kept"
        convert.leave_out(rows, name, reason)


def _find_repeats(ids: pd.Series) -> np.ndarray:
    """Return the records whose id comes again further down."""
    ids = ids.dropna()
    if begin_apart(ids):
        return np.zeros(0, dtype="int64")
    return ids.index[ids.duplicated(keep="last")].to_numpy("int64")


def check_keep(
    keep: Sequence[str] | str, columns: Mapping[str, str], header: list[str]
) -> list[str]:
    """Return the further columns to carry along; one of the event table stays as it is there."""
    keep = [keep] if isinstance(keep, str) else list(keep)
    for name in keep:
        if name not in columns and name not in header:
            raise ColumnError(
                f"keep names {name!r}, which the file does not have.",
                did_you_mean(name, header),
                f"keep=[{header[0]!r}]",
            )
    return [n for n in keep if n not in EVENT_COLUMNS]


def carry(convert: Conversion, keep: Sequence[str]) -> dict[str, Column]:
    """Return further columns as text, untouched, under the provider's names."""
    return {n: convert.cells.columns[convert.columns.get(n, n)] for n in keep}


def tell_gaps(convert: Conversion, uses: Mapping[str, str]) -> str:
    """Return what cannot be done because columns are missing, '' where all are there."""
    gaps: dict[str, list[str]] = {}
    for column, use in uses.items():
        if not convert.has(column):
            gaps.setdefault(use, []).append(column)
    return "; ".join(f"without {', '.join(c)} {use}" for use, c in gaps.items())


def finish(loaded: Loaded, *, dataset: str, version: str, extract: Mapping[str, Any] | None,
           accessed: str | None) -> pd.DataFrame:  # fmt: skip
    """Check the accounting, stamp the provenance on the events, and warn once with the counts."""
    events, problems, facts = loaded
    if accessed is not None:
        facts = {**facts, "accessed": accessed}
    invented = find_invented(events, dataset)
    if invented:
        dataset, version = invented
        facts = {**facts, "country_ids": "invented"}
        events["dataset"] = dataset
    rows, left = int(facts["rows_in_file"]), len(problems.left_out)
    if rows != len(events) + left:
        raise AccountingError(
            f"{facts['file']} has {rows:,} rows, but {len(events):,} were kept, {left:,} left out.",
            "rows in the file = rows kept + rows left out.",
            "please report this as a fault of the toolkit, with the file if you may",
        )
    if events.empty:
        raise FileFormatError(
            f"{facts['file']} holds no event: {rows:,} rows below the header, {left:,} left out.",
            "at least one row that can be read.",
            "ct.find_problems(path), for the reason row by row",
        )
    spans = state_coverage(
        events, dataset=dataset, version=version, rows=rows, extract=extract,
        accessed=facts.get("accessed"),
    )  # fmt: skip
    stamp(events, describe_dataset(dataset, version), **facts,
          rows_kept=len(events), rows_left_out=left,
          left_out_because=problems.why_left_out() or None, filters=describe_extract(extract),
          coverage=pack_coverage(spans))  # fmt: skip
    tell_problems(problems, facts, kept=len(events))
    return events


def tell_problems(problems: Problems, facts: Mapping[str, str], *, kept: int) -> None:
    """Warn once with the counts of what was left out or changed, if there is anything to say."""
    said = [problems.summary(), facts.get("gaps", ""), facts.get("incomplete", "")]
    if any(said):
        warn(
            f"{facts['file']}, read as {facts['format']}: {int(facts['rows_in_file']):,} rows in "
            f"the file, {kept:,} kept; {'; '.join(s for s in said if s)}. "
            "ct.find_problems(path) lists them line by line."
        )


def tell_table_problems(convert: Conversion, facts: Mapping[str, str]) -> None:
    """Warn of what was left out of a table beside the events, and where the first one stands."""
    table = convert.problems.table()
    table = table[table["action"] != NOTED]
    if len(table):
        first = table.iloc[0]
        warn(
            f"{facts['file']}: {convert.problems.summary()}, of {facts['rows_in_file']} rows. "
            f"The first: row {first['record']}, {first['column']} {first['value']!r}: "
            f"{first['reason']}."
        )


def describe_extract(extract: Mapping[str, Any] | None) -> str | None:
    """Return what a file was filtered on, in words; None for nothing."""
    if not extract:
        return None
    said = {k: v if isinstance(v, (list, tuple)) else [v] for k, v in extract.items()}
    plain = {k: [str(x).removesuffix(" 00:00:00") for x in v] for k, v in said.items()}
    return "; ".join(f"{k} {' or '.join(v)}" for k, v in plain.items())


def keep_rows(events: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Drop the rows that are left out and number the rest from 0."""
    left_out = problems.left_out
    kept = events[~events.index.isin(left_out)] if len(left_out) else events
    return kept.reset_index(drop=True)
