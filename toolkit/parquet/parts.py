"""Event tables -> Parquet files by dataset and year, in bounded memory, under a name at the end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd

from toolkit.datasets.folder import UNFINISHED, put_in_place
from toolkit.events import make_event_table
from toolkit.parquet.ledger import PROBLEMS

HOLD = 192 << 20  # bytes of events that wait until a year has enough for a group of rows
ROW_GROUP = 1 << 19  # rows
Key = tuple[str, int]


class Parts:
    """The parts of one batch while they are written: one for each dataset and year.

    A second thread sorts the events by year and writes them, so that the next piece is read
    meanwhile; of the pieces given, one waits at most. Leaving the `with` block without `finish`
    removes what was written.
    """

    def __init__(self, folder: Path, batch: str) -> None:
        self.folder, self.batch = folder, batch
        self._held: dict[Key, list[Any]] = {}
        self._bytes: dict[Key, int] = {}
        self._writers: dict[str, Any] = {}
        self._made: dict[Key, dict[str, Any]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._waiting: Future[None] | None = None

    def __enter__(self) -> Parts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._thread.shutdown(wait=True)
        for path, writer in self._writers.items():
            with contextlib.suppress(OSError):  # the footer finds no room either
                writer.close()
            _unfinished(self.folder / path).unlink(missing_ok=True)

    def add(self, events: pd.DataFrame, *, dataset: str, file: int) -> None:
        """Take the events of a piece; `file` is the number of its file in the batch."""
        self._run(self._take, to_arrow(events), dataset, file)

    def add_problems(self, problems: pd.DataFrame, *, file: str) -> None:
        """Take the problems of a piece; `line` is left out, for a piece does not know it."""
        if len(problems):
            self._run(self._write_problems, problems.drop(columns="line"), file)

    def finish(self) -> list[dict[str, Any]]:
        """Write what is held, give all files their names, and return what the ledger says of them.

        `segments` are pairs (number of the file, rows) in the order in which the rows lie.
        """
        self._run(self._flush, 0)
        self._wait()
        for path in list(self._writers):
            self._writers.pop(path).close()
            put_in_place(_unfinished(self.folder / path), self.folder / path)
        for part in self._made.values():
            part["bytes"] = (self.folder / part["path"]).stat().st_size
        return list(self._made.values())

    def _run(self, work: Any, *arguments: Any) -> None:
        self._wait()
        self._waiting = self._thread.submit(work, *arguments)

    def _wait(self) -> None:
        if self._waiting is not None:
            self._waiting.result()
            self._waiting = None

    # what follows runs in the second thread

    def _take(self, table: Any, dataset: str, file: int) -> None:
        for year, rows in split_years(table):
            key = (dataset, year)
            part = self._made.setdefault(key, self._describe(key, table.schema))
            if not part["segments"] or part["segments"][-1][0] != file:
                part["segments"].append([file, 0])
            part["segments"][-1][1] += rows.num_rows
            part["rows"] += rows.num_rows
            self._held.setdefault(key, []).append(rows)
            self._bytes[key] = self._bytes.get(key, 0) + rows.nbytes
        self._flush(HOLD)

    def _describe(self, key: Key, schema: Any) -> dict[str, Any]:
        path = f"dataset={key[0]}/year={key[1]}/{self.batch}.parquet"
        further = schema.names[len(make_event_table({}, index=pd.RangeIndex(0)).columns) :]
        return {"path": path, "dataset": key[0], "further": further, "rows": 0, "segments": []}

    def _flush(self, limit: int) -> None:
        """Write the largest years until no more than `limit` bytes are held."""
        import pyarrow as pa

        while self._held and sum(self._bytes.values()) >= limit:
            key = max(self._bytes, key=self._bytes.__getitem__)
            rows = pa.concat_tables(self._held.pop(key))
            del self._bytes[key]
            self._write(self._made[key]["path"], rows)

    def _write_problems(self, problems: pd.DataFrame, file: str) -> None:
        import pyarrow as pa

        problems = problems.assign(file=file)
        self._write(f"{PROBLEMS}/{self.batch}.parquet",
                    pa.Table.from_pandas(problems, preserve_index=False))  # fmt: skip

    def _write(self, path: str, rows: Any) -> None:
        import pyarrow.parquet as pq

        if path not in self._writers:
            unfinished = _unfinished(self.folder / path)
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            # an id stands once: a dictionary of ids costs time and saves nothing
            repeated = [name for name in rows.schema.names if name != "event_id"]
            self._writers[path] = pq.ParquetWriter(
                unfinished, rows.schema, compression="zstd", use_dictionary=repeated
            )
        self._writers[path].write_table(rows, row_group_size=ROW_GROUP)


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + UNFINISHED)


def to_arrow(events: pd.DataFrame) -> Any:
    """Return events as an Arrow table; read back with pandas, its types are the same."""
    import pyarrow as pa

    bare = events.copy(deep=False)
    bare.attrs = {}
    return pa.Table.from_pandas(bare, preserve_index=False)


def split_years(table: Any) -> Iterator[tuple[int, Any]]:
    """Yield the rows of each year of `date_start`, in their order, as copies."""
    import pyarrow.compute as pc

    years = pc.year(table["date_start"]).to_numpy()
    first, last = years.min(initial=9999), years.max(initial=0)
    if first == last:
        yield int(first), table
        return
    order = np.argsort(years, kind="stable")
    found, starts = np.unique(years[order], return_index=True)
    for year, rows in zip(found, np.split(order, starts[1:]), strict=True):
        yield int(year), table.take(rows)
