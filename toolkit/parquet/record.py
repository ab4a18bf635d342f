"""The provenance of a folder of events: the records of all its files, as one."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from toolkit.parquet.ledger import Entry
from toolkit.provenance import COVERAGE_COLUMNS, pack_coverage
from toolkit.releases import combine_records

MANY = 10  # names that are still listed one by one


def whole_record(entries: Iterable[Entry]) -> dict[str, str]:
    """Return what the records of all files say of the events together.

    Up to ten files are listed with their hashes. Of more there are the first and the last name,
    and the hash of the list of all hashes; the ledger has each.
    """
    files = [file for entry in entries for file in entry.files]
    if not files:
        return {}
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    versions = {_version(file) for file in files}
    for file in files:
        key = _version(file) if len(versions) <= MANY else _version(file)[:1]
        groups.setdefault(key, []).append(file)
    record = combine_records(_collapse(group) for group in groups.values())
    record["coverage"] = merge_coverage(file["record"]["coverage"] for file in files)
    record["rows"] = record["rows_kept"]
    if len(files) > 1:
        record["files"] = str(len(files))
    return record


def _version(file: dict[str, Any]) -> tuple[str, ...]:
    return file["record"]["dataset"], file["record"].get("version", "")


def _collapse(files: list[dict[str, Any]]) -> dict[str, str]:
    """Return the record of the files of one release, or of one dataset with many releases."""
    records = [file["record"] for file in files]
    merged: dict[str, str] = {}
    for key in dict.fromkeys(k for r in records for k in r if k != "coverage"):
        values = [r[key] for r in records if key in r]
        if key in ("rows_in_file", "rows_kept", "rows_left_out"):
            merged[key] = str(sum(map(int, values)))
        elif key == "sha256" and len(values) > MANY:
            merged[key] = hashlib.sha256("\n".join(sorted(values)).encode()).hexdigest()
        else:
            merged[key] = _join(sorted(set(values)) if key == "version" else values)
    reasons = sum((Counter(file["reasons"]) for file in files), Counter[str]())
    if reasons:
        said = [f"{why} ({n:,} row{'' if n == 1 else 's'})" for why, n in reasons.most_common()]
        merged["left_out_because"] = "; ".join(said)
    return merged


def _join(values: Iterable[str]) -> str:
    once = list(dict.fromkeys(values))
    if len(once) <= MANY:
        return " + ".join(once)
    return f"{once[0]} to {once[-1]} ({len(once):,})"


def merge_coverage(packed: Iterable[str]) -> str:
    """Return the coverage of several files as one: spans that meet or overlap become one span.

    Examples
    --------
    >>> head = '[{"dataset": "d", "version": "", "country": "*", "event_types": "*", "basis": "b",'
    >>> days = [("2016-05-01", "2016-05-02"), ("2016-05-03", "2016-05-03")]
    >>> merged = merge_coverage(f'{head} "start": "{a}", "end": "{b}"}}]' for a, b in days)
    >>> merged.count("start"), "2016-05-01" in merged, '"end": "2016-05-03"' in merged
    (1, True, True)
    """
    rows = [json.dumps(row) for text in dict.fromkeys(packed) for row in json.loads(text)]
    spans = pd.DataFrame([json.loads(row) for row in dict.fromkeys(rows)], columns=COVERAGE_COLUMNS)
    for column in ("start", "end"):
        spans[column] = pd.to_datetime(spans[column])
    holes, spans = spans[spans["start"].isna()], spans[spans["start"].notna()]
    key = ["dataset", "version", "country", "event_types", "basis"]
    spans = spans.sort_values([*key, "start"], ignore_index=True)
    groups = spans.groupby(key, sort=False, dropna=False)
    # the last day reached so far by the spans before, within the group
    reached = groups["end"].cummax().groupby([spans[k] for k in key], dropna=False).shift()
    new = reached.isna() | (spans["start"] > reached + pd.Timedelta(days=1))
    spans["run"] = new.cumsum()
    ends = spans.groupby("run")["end"].max()
    merged = spans.drop_duplicates("run").assign(end=lambda t: t["run"].map(ends))
    return pack_coverage(pd.concat([merged[COVERAGE_COLUMNS], holes], ignore_index=True))
