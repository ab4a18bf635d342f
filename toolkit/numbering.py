"""The parser's rows -> the file's rows: which number each has, and which it could not keep."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.problems import LEFT_OUT, Problems

LINE_END = "\r\n|\r|\n"


def rows_with_long_fields(reader: Any) -> Iterator[list[str]]:
    """Yield the rows of a csv reader, whose limit on a field's length is lifted meanwhile."""
    limit = csv.field_size_limit(1 << 30)
    try:
        yield from reader
    except csv.Error:
        return
    finally:
        csv.field_size_limit(limit)


def is_long(value: str, delimiter: str, width: int) -> bool:
    """Say whether a value holds a line break and a row's worth of delimiters."""
    return ("\n" in value or "\r" in value) and value.count(delimiter) >= max(width - 1, 1)


def is_row(line: str, delimiter: str, width: int) -> bool:
    """Say whether a line could be a row of its own, and not a line of a longer value.

    The last line of a value has an odd number of quotes; in prose most fields begin with a blank.
    """
    fields = next(rows_with_long_fields(csv.reader([line], delimiter=delimiter)), [])
    blank = sum(f.startswith(" ") for f in fields)
    return len(fields) == width and 2 * blank < width and line.count('"') % 2 == 0


class Numbering:
    """Gives the rows of a file their numbers, piece by piece; the first row of data has 1.

    Rows with too many or too few fields are left out. A quote that is not closed swallows the
    lines behind it: they are found by their number of fields, counted, and left out by name.
    """

    def __init__(self, *, delimiter: str, width: int, before: int) -> None:
        self._delimiter, self._width = delimiter, width
        self._before = before  # rows that the parser counts in front of the first row of data
        self._parsed = self._swallowed = 0
        self._broken: list[tuple[np.ndarray, np.ndarray]] = []
        self.last = 0  # the number of the last row that the parser saw

    @property
    def rows(self) -> int:
        """Return how many rows there are so far."""
        return self._parsed + self._swallowed

    def number(
        self, table: pa.Table, invalid: list[Any], broken: dict[int, int], problems: Problems
    ) -> tuple[pa.Table, np.ndarray]:
        """Return the rows of a piece that are kept, and their numbers.

        `invalid` are the rows that the parser could not keep, `broken` the columns in which some
        value holds a line break, each with its place in the file.
        """
        total = table.num_rows + len(invalid)
        bad = np.array([r.number - 1 for r in invalid], "int64") - self._before - self._parsed
        position = np.setdiff1d(np.arange(total), bad, assume_unique=True)
        inside, breaks = np.zeros((2, total), dtype="int64")
        for at, row in zip(bad, invalid, strict=True):
            inside[at], breaks[at] = self._rows_inside(row.text), count_breaks(row.text)
        for i, place in broken.items():
            column = table.column(i)
            breaks[position] += pc.count_substring_regex(column, LINE_END).to_numpy()
            for at, text in self._long_values(column, place):
                inside[position[at]] = self._rows_inside(text)
        numbers = 1 + self.rows + np.arange(total) + np.cumsum(inside) - inside
        self._left_out(numbers, bad, invalid, inside, problems)
        self._broken.append((numbers[breaks > 0], breaks[breaks > 0]))
        self._parsed, self._swallowed = self._parsed + total, self._swallowed + int(inside.sum())
        self.last = int(numbers[-1]) if total else self.last
        kept = inside[position] == 0
        return table if kept.all() else table.filter(pa.array(kept)), numbers[position][kept]

    def _left_out(
        self, numbers: np.ndarray, bad: np.ndarray, invalid: list[Any], inside: np.ndarray,
        problems: Problems,
    ) -> None:  # fmt: skip
        """Say which rows are left out: those with other fields, then those swallowed."""
        for at, row in zip(bad, invalid, strict=True):
            reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
            if breaks := len(row.text.splitlines()) - 1:
                reason += f", with {breaks} line break{'s'[: breaks > 1]} in them"
            problems.add([numbers[at]], "", [row.text], reason, LEFT_OUT)
        for at in np.flatnonzero(inside):
            reason = f"a quote is not closed: it swallows this row and the {inside[at]} behind it"
            problems.add(numbers[at] + np.arange(inside[at] + 1), "", "", reason, LEFT_OUT)

    def _long_values(self, column: pa.ChunkedArray, place: int) -> Iterator[tuple[int, str]]:
        """Yield row and text of the values that hold a line break and a row's worth of delimiters.

        The quote that closes it and the delimiters behind it are added: its last line then has as
        many quotes and fields as it had in the file.
        """
        broken = pc.match_substring_regex(column, r"[\r\n]")
        delimiters = pc.count_substring(column, self._delimiter)
        many = pc.greater_equal(delimiters, max(self._width - 1, 1))
        for at in np.flatnonzero(pc.and_(broken, many).to_numpy()):
            yield (
                int(at),
                column[int(at)].as_py() + '"' + self._delimiter * (self._width - 1 - place),
            )

    def _rows_inside(self, text: str) -> int:
        """Count the lines behind the first that would be rows of their own."""
        lines = io.StringIO(text, newline="")
        next(lines, None)
        return sum(is_row(line, self._delimiter, self._width) for line in lines)

    def line_finder(self, first: int, lines: int) -> Callable[[np.ndarray], np.ndarray] | None:
        """Return what tells the lines of records, from the line of the first row and all lines.

        None where lines are blank or a quote has swallowed some: then they cannot be told.
        """
        none = np.zeros(0, dtype="int64")
        rows = np.concatenate([none, *(rows for rows, _ in self._broken)])
        breaks = np.concatenate([none, *(breaks for _, breaks in self._broken)])
        if self._swallowed or first - 1 + self._parsed + breaks.sum() != lines:
            return None
        more = np.concatenate([[0], np.cumsum(breaks)])
        return lambda records: first - 1 + records + more[np.searchsorted(rows, records)]


def count_breaks(text: str) -> int:
    """Return the number of line breaks in a text."""
    return len(re.findall(LINE_END, text))
