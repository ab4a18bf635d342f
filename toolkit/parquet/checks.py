"""What only the whole of a folder shows: events that stand twice, events outside the coverage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from toolkit.datasets.folder import write_whole
from toolkit.parquet.duck import connect
from toolkit.parquet.ledger import LEDGER, Entry
from toolkit.provenance import COVERAGE_COLUMNS, find_spans

CHECKED = "checked.json"
MEMORY = "1GB"  # for the search for events that stand twice
LOOKED_AT = 100_000  # rows of such events whose files are looked up


def check_whole(folder: Path, entries: Sequence[Entry], coverage: str) -> dict[str, Any]:
    """Return how many events stand twice, in which files, and how many lie outside the coverage.

    The answer is kept beside the ledger, and found again where no file was added since.
    """
    batches = [entry.batch for entry in entries]
    path = folder / LEDGER / CHECKED
    if path.is_file():
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if held["batches"] == batches and held["coverage"] == coverage:
            return held
    parts = {str(folder / part["path"]): (entry, part) for entry in entries for part in entry.parts}
    table = connect(MEMORY, None, None).read_parquet(
        list(parts), hive_partitioning=False, union_by_name=True, filename=True,
        file_row_number=True,
    )  # fmt: skip
    found = {"batches": batches, "coverage": coverage, **_find_repeated(table, parts),
             "outside": _count_outside(table, coverage)}  # fmt: skip
    write_whole(path, json.dumps(found))
    return found


def _find_repeated(table: Any, parts: dict[str, tuple[Entry, dict[str, Any]]]) -> dict[str, Any]:
    """Count the ids that stand more than once within their dataset, and name their files.

    Rows without an id of their own are numbered in each file ("row 1"): these are not compared.
    """
    named = table.filter("NOT regexp_full_match(event_id, 'row \\d+')")
    twice = named.aggregate("dataset, event_id, count(*) AS n", "dataset, event_id").filter("n > 1")
    events, rows = twice.aggregate("count(*), coalesce(sum(n), 0)::BIGINT").fetchall()[0]
    if not events:
        return {"repeated": 0, "repeated_rows": 0, "repeated_in": []}
    some = twice.limit(LOOKED_AT // 2).set_alias("twice")
    where = named.set_alias("e").join(
        some, "e.dataset = twice.dataset AND e.event_id = twice.event_id", how="semi"
    )
    at = where.project("filename, file_row_number").df()
    files = {name for path, rows in at.groupby("filename") for name in _owners(parts[path], rows)}
    return {"repeated": events, "repeated_rows": rows, "repeated_in": sorted(files)}


def _owners(part: tuple[Entry, dict[str, Any]], rows: pd.DataFrame) -> set[str]:
    """Return the names of the source files that these rows of a part are from."""
    entry, facts = part
    numbers, counts = zip(*facts["segments"], strict=True)
    at = np.searchsorted(np.cumsum(counts), rows["file_row_number"].to_numpy(), side="right")
    return {entry.files[numbers[i]]["path"] for i in np.unique(at)}


def _count_outside(table: Any, coverage: str) -> int:
    """Count the events on days or in countries that the coverage does not hold."""
    held = pd.DataFrame(json.loads(coverage), columns=COVERAGE_COLUMNS)
    held = held.assign(start=pd.to_datetime(held["start"]), end=pd.to_datetime(held["end"]))
    where = table.project("dataset, country").distinct().fetchall()
    own = dict(list(held.groupby("dataset")))
    # an event without a country is covered if any country is
    spans = pd.concat(
        [
            (own[dataset] if country is None else find_spans(own[dataset], country)).assign(
                dataset=dataset, country=pd.Series(country, own[dataset].index, dtype="str")
            )
            for dataset, country in where
        ]
    )
    spans = pa.Table.from_pandas(spans[["dataset", "country", "start", "end", "event_types"]])
    inside = (
        "e.dataset = s.dataset AND e.country IS NOT DISTINCT FROM s.country "
        'AND e.date_start BETWEEN s.start AND s."end" '
        "AND (s.event_types = '*' "
        "OR list_contains(string_split(s.event_types, '; '), e.event_type))"
    )
    other = connect(MEMORY, None, None).from_arrow(spans).set_alias("s")
    outside = table.set_alias("e").join(other, inside, how="anti")
    return int(outside.aggregate("count(*)").fetchall()[0][0])
