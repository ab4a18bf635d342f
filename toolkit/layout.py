"""How a delimited file is to be read: its columns, delimiter, quotes and encoding."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.errors import FileFormatError
from toolkit.numbering import rows_with_long_fields
from toolkit.opening import Source, read_head
from toolkit.recoding import UTF_8, decide_encoding, find_encoding

COLUMNS_LIMIT = 5000  # columns, and letters in the name of one
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Layout(NamedTuple):
    """How a file is to be read; `damaged` is the number of characters not of its encoding.

    After a first reading `marked` are the columns in which something has to be looked at; before
    it, None, these are all. In a `plain` file there are none, for each line is a row: a guess from
    its beginning, which reading it proves or refutes. `long` rows are known of once one has failed.
    """

    columns: list[str]
    delimiter: str
    quotes: bool
    header: bool
    encoding: str
    damaged: int
    marked: frozenset[str] | None = None
    plain: bool = False
    long: bool = False

    def parsed(self, names: Sequence[str]) -> list[str]:
        """Return the columns to read where these are wanted; the last one shows a cut."""
        if self.damaged or (self.marked is None and not self.plain):
            return self.columns
        needed = {*names, *(self.marked or ()), self.columns[-1]}
        return [name for name in self.columns if name in needed]

    @property
    def facts(self) -> dict[str, str]:
        """Return what was recognised, in words."""
        encoding = self.encoding.removesuffix("-sig")
        damaged = f", {self.damaged} damaged" if self.damaged else ""
        return {"encoding": encoding + damaged, "delimiter": DELIMITERS[self.delimiter]}


def read_header(raw: Source, encoding: str) -> tuple[list[str], str]:
    """Return the first row's fields and the delimiter that splits it into the most of them."""
    text = read_head(raw, 1 << 20).decode(encoding, errors="replace").lstrip("\ufeff\r\n")
    stream = io.StringIO(text, newline="")
    line: list[str] = []
    best = ","
    for delimiter in DELIMITERS:
        stream.seek(0)
        reader = csv.reader(stream, delimiter=delimiter)
        fields = next(rows_with_long_fields(reader), [])
        if len(fields) > len(line):
            line, best = fields, delimiter
    if any(("\n" in name or "\r" in name) and best in name for name in line):
        raise FileFormatError(
            f"A quote in the first line of {raw.name} is not closed: it swallows rows.",
            "a header row whose names stand in closed quotes, or in none.",
            "open the file in a text editor and look for a lone quote in the first line",
        )
    if len(line) > COLUMNS_LIMIT or max(map(len, line), default=0) > COLUMNS_LIMIT:
        raise FileFormatError(
            f"The first line of {raw.name} has {len(line):,} fields and {sum(map(len, line)):,} "
            "letters: it is no header row.",
            f"a table with at most {COLUMNS_LIMIT:,} columns, and line breaks between its rows.",
            "open the file in a text editor and look whether it has line breaks",
        )
    return line, best


def find_layout(raw: Source, names: list[str] | None, *, quotes: bool) -> Layout:
    """Recognise how a file is to be read, from its beginning.

    Without `quotes`, a quote between tabs is a letter like any other.
    """
    encoding, damaged = find_encoding(read_head(raw)), 0
    header, delimiter = read_header(raw, encoding)
    if encoding != UTF_8:
        encoding, damaged = decide_encoding(raw, encoding)
    quotes = quotes or delimiter != "\t"
    plain = encoding == UTF_8 and _is_plain(raw, delimiter, quotes)
    return Layout(
        columns=make_unique(names or header),
        delimiter=delimiter,
        quotes=quotes,
        header=names is None,
        encoding=encoding,
        damaged=damaged,
        plain=plain,
    )


def _is_plain(raw: Source, delimiter: str, quotes: bool) -> bool:
    """Say whether each row at the beginning of a file is a line of its own."""
    lines = read_head(raw, 1 << 18).decode(errors="replace").split("\n")[:-1]
    reader = csv.reader(
        lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    )
    rows = rows_with_long_fields(reader)
    return bool(lines) and sum(map(bool, rows)) == len(lines)


def make_unique(names: list[str]) -> list[str]:
    """Return the names as they stand, a doubled one with .2, .3 behind it."""
    times: dict[str, int] = {}
    unique: dict[str, None] = {}
    for name in (n.strip() for n in names):
        fresh = name
        while fresh in unique:  # a column may be called x.2 already
            times[name] = times.get(name, 1) + 1
            fresh = f"{name}.{times[name]}"
        unique[fresh] = None
    return list(unique)
