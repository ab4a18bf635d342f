"""Delimited text -> cells, with every row of the file accounted for, piece by piece."""

from __future__ import annotations

import csv
import io
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any, NamedTuple, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from toolkit.errors import FileFormatError
from toolkit.layout import Layout
from toolkit.numbering import Broken, Numbering, count_breaks
from toolkit.opening import Source, read_head
from toolkit.problems import NOTED, Problems
from toolkit.recoding import UTF_8, Recoded, Tally, decide_encoding, find_encoding

BLOCK = 16 << 20  # bytes: no row of a sane export is longer, and pyarrow needs a row in one block
STEP = 1 << 20  # bytes: the block that is tried first; what fits the processor's cache is faster
WORKERS = 8  # cores at most; each has two stretches waiting
STRETCH = 8 << 20  # bytes that are parsed at a time, by one core where each line is a row
PRINTED = 14  # bytes below it are NULs, line breaks and tabs
S = TypeVar("S")
T = TypeVar("T")


class Stretch(NamedTuple):
    """Some bytes of a file, their lines, and whether they are the first."""

    text: bytes
    lines: int
    first: bool


class Part(NamedTuple):
    """Rows as parsed, those that could not be kept, and about how many bytes they had."""

    table: pa.Table
    invalid: list[Any]
    size: int


class Piece(NamedTuple):
    """Rows that are kept, with the numbers of their records, and what was wrong among `rows`.

    `size` is about how many bytes they had.
    """

    table: pa.Table
    records: np.ndarray
    problems: Problems
    rows: int
    size: int


class _NotPlainError(FileFormatError):
    """The beginning of a file was plain, but not all of it is."""


def read_round(
    raw: Source,
    layout: Layout,
    names: Sequence[str],
    use: Callable[[Iterator[Piece]], T],
    prepare: Callable[[pa.Table], pa.Table],
) -> tuple[T, Round]:
    """Use the pieces of a file; where it is not of this layout after all, from the start again."""
    while True:
        reading = Round(raw, layout, names, prepare)
        try:
            return use(reading.pieces()), reading
        except _NotPlainError:
            layout = layout._replace(plain=False)
        except UnicodeError:
            encoding, damaged = decide_encoding(raw, layout.encoding)
            layout = layout._replace(encoding=encoding, damaged=damaged, plain=False)
        except pa.ArrowInvalid as error:  # a row is longer than a block
            if layout.long:
                raise _too_long(raw, layout.delimiter, str(error)) from error
            layout = layout._replace(long=True)


class Round:
    """One reading of a file from its beginning to its end.

    All columns are looked at for damage (see `Layout`), and those of these names given; `prepare`
    is called on tables of text while others are parsed, where that can be done. After the
    last piece the round knows the number of `rows`, the `digest` of the file and how to
    `find_lines`.
    """

    def __init__(
        self, raw: Source, layout: Layout, names: Sequence[str],
        prepare: Callable[[pa.Table], pa.Table],
    ) -> None:  # fmt: skip
        self.layout, self._raw, self._names, self._prepare = layout, raw, list(names), prepare
        self._numbering = Numbering(
            delimiter=layout.delimiter, width=len(layout.columns), before=int(layout.header)
        )
        self._parsed = layout.parsed(self._names)
        self._marked: set[str] = set()
        self._coming = 1  # the number that the parser gives to the row that comes next
        self._first_line = 1  # that of the first row of data

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces, each read while the one before it is used."""
        stream, layout = self._raw.open(), self.layout
        whole = layout.encoding == UTF_8 and not layout.damaged
        itself = whole and not self._raw.packed and layout.marked is None
        stream = stream if whole else cast("IO[bytes]", Recoded(stream, layout.encoding))
        with Tally(stream, hashes=itself) as self._tally:
            yield from _ahead(self._read())
        self.digest = self._tally.digest if itself else self._raw.digest
        self.layout = layout._replace(marked=frozenset(self._marked))
        self.rows = self._numbering.rows
        self.find_lines = self._numbering.line_finder(self._first_line, self._tally.lines)

    def _read(self) -> Iterator[Piece]:
        """Yield the pieces; one is held back, for the last one has to be known as such."""
        parts = self._lines() if self.layout.plain else self._rows()
        held = next(parts)
        for part in parts:
            yield self._account(held, last=False)
            held = part
        yield self._account(held, last=True)

    def _lines(self) -> Iterator[Part]:
        """Yield the rows of a file in which each line is one, parsed on all cores."""
        self._first_line = 1 + self.layout.header
        part = None
        for part in _side_by_side(self._parse_lines, self._stretches()):
            yield part
        if part is None:
            raise self._not_plain()

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the file in stretches that end with a line, and one with a field too many."""
        before, fence = 0, (self.layout.delimiter * len(self.layout.columns) + "\n").encode()
        while parts := self._read_parts(min(STRETCH, BLOCK)):
            rest = self._tally.readline(BLOCK)
            if len(rest) == BLOCK:
                raise self._not_plain()
            text = b"".join((*parts, rest, fence))
            yield Stretch(text, self._tally.lines - before, before == 0)
            before = self._tally.lines

    def _read_parts(self, size: int) -> list[bytes]:
        """Read so many bytes, in parts that stay in the cache while they are looked at."""
        parts: list[bytes] = []
        while size > 0 and (part := self._tally.read(min(size, STEP))):
            parts.append(part)
            size -= len(part)
        return parts

    def _parse_lines(self, stretch: Stretch) -> Part:
        """Return the rows of a stretch if they are its lines.

        An open quote would swallow the line with a field too many behind them. Where that did not
        happen, and there are as many rows as lines, every line is a row.
        """
        text, invalid = stretch.text, deque[Any]()
        table = pacsv.read_csv(pa.BufferReader(text), *self._options(invalid, block=len(text)))
        if len(invalid) != 1 or table.num_rows != stretch.lines or self._tally.nuls:
            raise self._not_plain()
        table = table.slice(1) if stretch.first and self.layout.header else table
        return Part(self._prepare(table), [], len(stretch.text))

    def _not_plain(self) -> _NotPlainError:
        """Return the error that has a first reading begin again; a later one finds changes."""
        return _NotPlainError(
            f"{self._raw.name} was changed while it was read.",
            "a file that stays as it is.",
            "wait until it is written, or copy it, then load it again",
        )

    def _rows(self) -> Iterator[Part]:
        """Yield the rows of any file, and those that could not be kept, from one block on."""
        invalid: deque[Any] = deque()
        options = self._options(invalid, block=BLOCK if self.layout.long else min(STEP, BLOCK))
        with pacsv.open_csv(self._tally, *options) as reader:
            yield from self._parts(reader, invalid)

    def _options(self, invalid: deque[Any], *, block: int) -> tuple[Any, Any, Any]:
        """Return pyarrow's options: all is text, and with threads rows would have no number.

        The header is read as a row: pyarrow, asked to skip it, skips too much where it holds a NUL
        or follows blank lines.
        """
        layout = self.layout

        def skip(row: Any) -> str:
            invalid.append(row)
            return "skip"

        read = pacsv.ReadOptions(use_threads=False, block_size=block, column_names=layout.columns)
        parse = pacsv.ParseOptions(
            delimiter=layout.delimiter,
            quote_char='"' if layout.quotes else False,
            newlines_in_values=True,
            invalid_row_handler=skip,
        )
        types = dict.fromkeys(layout.columns, pa.string())
        convert = pacsv.ConvertOptions(
            column_types=types,
            strings_can_be_null=False,
            check_utf8=False,
            include_columns=self._parsed,
        )
        return read, parse, convert

    def _parts(self, reader: Any, invalid: deque[Any]) -> Iterator[Part]:
        """Yield the rows of several blocks, and the rows among them that could not be kept."""
        batches: list[pa.RecordBatch] = []
        size = 0
        for batch in reader:
            batches.append(batch)
            size += batch.nbytes
            if size >= STRETCH:
                yield self._part(pa.Table.from_batches(batches), invalid)
                batches, size = [], 0
        rest = pa.Table.from_batches(batches, reader.schema)
        if rest.num_rows or invalid or self._coming == 1:
            yield self._part(rest, invalid)

    def _part(self, table: pa.Table, invalid: deque[Any]) -> Part:
        """Take the rows that could not be kept and stand among these; the header goes.

        The parser tells of such rows before it comes to their block: their number says which.
        """
        first = self._coming
        taken: list[Any] = []
        while invalid and invalid[0].number <= first + table.num_rows + len(taken):
            taken.append(invalid.popleft())
        self._coming += table.num_rows + len(taken)
        breaks = 0
        if first == 1 and self.layout.header:
            if taken and taken[0].number == 1:
                breaks = count_breaks(taken.pop(0).text)
            elif table.num_rows:
                names = table.slice(0, 1).to_pylist()[0]
                breaks = sum(count_breaks(name) for name in names.values())
                table = table.slice(1)
            self._first_line = 2 + breaks
        return Part(table, taken, table.nbytes)

    def _account(self, part: Part, *, last: bool) -> Piece:
        """Give the rows of a piece their numbers and note what is damaged in them."""
        table = part.table
        problems, before = Problems(), self._numbering.rows
        nuls, broken = [], []
        for i, name in enumerate(() if self.layout.plain else table.column_names):
            empty, ends = _find_marks(table.column(i))
            nuls += [i] if len(empty) else []
            if len(ends):
                values = table.column(i).take(ends).to_pylist()
                broken.append(Broken(self.layout.columns.index(name), ends, values))
            if len(empty) or len(ends):
                self._marked.add(name)
        table, records = self._numbering.number(table, part.invalid, broken, problems)
        for i in nuls:
            _note_inside(table, i, records, "\x00", "NUL bytes, taken out", problems)
        for i in nuls:
            clean = pc.replace_substring(table.column(i), "\x00", "")
            table = table.set_column(i, table.field(i), clean)
        if last and self._tally.cut and len(records) and records[-1] == self._numbering.last:
            reason = "the last line has no line end: the file may be cut short here"
            value = table.column(table.num_columns - 1)[-1].as_py()
            problems.add(records[-1:], table.column_names[-1], [value], reason, NOTED)
        for i in range(table.num_columns) if self.layout.damaged else ():
            reason = "characters that are not of the file's encoding"
            _note_inside(table, i, records, "\ufffd", reason, problems)
        rows = self._numbering.rows - before
        return Piece(table.select(self._names), records, problems, rows, part.size)


def _side_by_side(function: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
    """Yield what a function makes of the items, in their order, made on all cores."""
    workers = min(os.cpu_count() or 1, WORKERS)
    with ThreadPoolExecutor(workers) as pool:
        coming: deque[Future[T]] = deque()
        for item in items:
            coming.append(pool.submit(function, item))
            if len(coming) > 2 * workers:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield the items, each made in another thread while the one before it is used."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _find_marks(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of a column that hold NULs, and those that hold line breaks.

    The bytes of all rows lie one behind the other: a look at the smallest mostly is enough.
    """
    nuls, ends = [np.zeros(0, "int64")], [np.zeros(0, "int64")]
    before = 0
    for chunk in column.chunks:
        _, offsets, text = (
            np.frombuffer(b or b"", t) for b, t in zip(chunk.buffers(), "BiB", strict=True)
        )
        if len(text) and text.min() < PRINTED:
            at = np.flatnonzero(text < PRINTED)
            begins = offsets[chunk.offset : chunk.offset + len(chunk) + 1]
            rows = np.searchsorted(begins, at, side="right") - 1
            here = (rows >= 0) & (rows < len(chunk))  # the header is cut off, its bytes are not
            rows, low = rows[here] + before, text[at[here]]
            nuls.append(np.unique(rows[low == 0]))
            ends.append(np.unique(rows[np.isin(low, [10, 13])]))
        before += len(chunk)
    return np.concatenate(nuls), np.concatenate(ends)


def _note_inside(
    table: pa.Table, i: int, records: np.ndarray, mark: str, reason: str, problems: Problems
) -> None:
    """Note the values of a column that hold a mark of damage."""
    at = np.flatnonzero(pc.match_substring(table.column(i), mark).to_numpy())
    values = table.column(i).take(at).to_pylist()
    problems.add(records[at], table.column_names[i], values, reason, NOTED)


def _too_long(raw: Source, delimiter: str, detail: str) -> FileFormatError:
    """Say on which line a record begins that does not fit a block: mostly an unclosed quote."""
    line = 1
    encoding = find_encoding(read_head(raw))
    with io.TextIOWrapper(raw.open(), encoding, errors="replace", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        limit = csv.field_size_limit(BLOCK // 2)
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            pass
        finally:
            csv.field_size_limit(limit)
    return FileFormatError(
        f"{raw.name} cannot be read from line {line} on: {detail}.",
        f"rows shorter than {BLOCK >> 20} MB; a quote that is opened is closed in the same row.",
        f"open the file in a text editor, go to line {line} and look for a lone quote",
    )
