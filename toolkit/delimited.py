"""Delimited text -> cells, with every row of the file accounted for."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from toolkit.errors import FileFormatError
from toolkit.opening import Source, find_encoding, read_head
from toolkit.problems import LEFT_OUT, NOTED, Problems

BLOCK = 16 << 20  # bytes: no row of a sane export is longer, and pyarrow needs a row in one block
COLUMNS_LIMIT = 5000  # columns, and letters in the name of one
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def read_header(raw: Source, encoding: str) -> tuple[list[str], str]:
    """Return the first row's fields and the delimiter that splits it into the most of them."""
    text = read_head(raw, 1 << 20).decode(encoding, errors="replace").lstrip("\ufeff\r\n")
    line: list[str] = []
    best = ","
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
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


def rows_with_long_fields(reader: Any) -> Iterator[list[str]]:
    """Yield the rows of a csv reader, whose limit on a field's length is lifted meanwhile."""
    limit = csv.field_size_limit(1 << 30)
    try:
        yield from reader
    except csv.Error:
        return
    finally:
        csv.field_size_limit(limit)


class _Tally(io.RawIOBase):
    """A stream that pyarrow reads through: it counts line ends and NULs, and checks for UTF-8.

    A last line without a line end is given one (pyarrow needs it where there is only a header),
    and `cut` says so.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._last = b""
        self.lines = self.nuls = 0
        self.cut = False

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()

    def read(self, size: int | None = -1) -> bytes:
        size = -1 if size is None else size
        data = self._stream.read(size)
        at_end = len(data) < size or not data
        self._decoder.decode(data, final=at_end)
        if at_end and (data or self._last)[-1:] not in (b"\n", b"\r"):
            data, self.cut = data + b"\n", True
        self.lines += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
        self.nuls += data.count(b"\x00")
        self._last = data[-1:] or self._last
        return data


def read_delimited(
    raw: Source, names: list[str] | None, *, quotes: bool = True
) -> tuple[pd.DataFrame, Problems, dict[str, str]]:
    """Read delimited text: cells by record number, problems, and what was recognised.

    Without `quotes`, a quote between tabs is a letter like any other.
    """
    encoding = find_encoding(read_head(raw))
    header, delimiter = read_header(raw, encoding)
    columns = make_unique(names or header)
    quote = '"' if quotes or delimiter != "\t" else None
    try:
        try:
            if encoding != "utf-8-sig":
                raise UnicodeError("UTF-16 is decoded before it is parsed")
            table, invalid, tally = _parse(raw.open, columns, delimiter, quote)
        except UnicodeError:
            content, encoding = _transcode(raw)
            table, invalid, tally = _parse(lambda: io.BytesIO(content), columns, delimiter, quote)
    except pa.ArrowInvalid as error:
        raise _too_long(raw, delimiter, str(error)) from error
    problems = Problems()
    cells, rows = number_rows(table, invalid, tally, delimiter, names is None, problems)
    if "damaged" in encoding:
        _note_inside(cells, "\ufffd", "characters that are not of the file's encoding", problems)
    facts = {
        "encoding": encoding.removesuffix("-sig"),
        "delimiter": DELIMITERS[delimiter],
        "rows_in_file": str(rows),
    }
    return cells, problems, facts


def _parse(
    opener: Callable[[], IO[bytes]], columns: list[str], delimiter: str, quote: str | None
) -> tuple[pa.Table, list[Any], _Tally]:
    """Read all rows as text, the header too; where fields are too many or few, once more for where.

    With threads the handler is not told the number of the row, so the second pass has none. The
    header is not skipped here: pyarrow skips too much where it holds a NUL or follows blank lines.
    """
    text = pa.large_string()
    for threads in (True, False):
        invalid: list[Any] = []
        tally = _Tally(opener())
        options = pacsv.ReadOptions(use_threads=threads, block_size=BLOCK, column_names=columns)
        parse = pacsv.ParseOptions(
            delimiter=delimiter,
            quote_char=quote or False,
            newlines_in_values=True,
            invalid_row_handler=lambda row, seen=invalid: seen.append(row) or "skip",
        )
        convert = pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, text), strings_can_be_null=False
        )
        with tally:
            table = pacsv.read_csv(tally, options, parse, convert)
        if not invalid:
            break
    return table, invalid, tally


def _transcode(raw: Source) -> tuple[bytes, str]:
    """Return the content as UTF-8 and the name of the encoding it was in.

    A file in which more characters are whole UTF-8 than damaged stays UTF-8, the damage shown as
    U+FFFD: reading it all as latin-1 would spoil every other name in it.
    """
    with raw.open() as stream:
        content = stream.read()
    encoding = find_encoding(content[:65536])
    text = content.decode(encoding, errors="replace")
    damaged = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - damaged
    if encoding.startswith("utf-16") or whole > damaged:
        name = encoding.removesuffix("-sig")
        return text.lstrip("\ufeff").encode(), f"{name}, {damaged} damaged" if damaged else name
    for encoding in ("cp1252", "latin-1"):
        try:
            return content.decode(encoding).encode(), encoding
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes every byte")


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


def number_rows(
    table: pa.Table, invalid: list[Any], tally: _Tally, delimiter: str, header: bool,
    problems: Problems,
) -> tuple[pd.DataFrame, int]:  # fmt: skip
    """Give every row its number in the file, counting those the parser could not keep.

    Rows with too many or too few fields are left out. A quote that is not closed swallows the
    lines behind it: they are found by their number of fields, counted, and left out by name.
    """
    bad = {int(row.number) - 1 - header: row for row in invalid}  # the header is pyarrow's row 1
    if header and not bad.pop(-1, None):
        table = table.slice(1)
    total = table.num_rows + len(bad)
    position = np.setdiff1d(
        np.arange(total), np.fromiter(bad, "int64", len(bad)), assume_unique=True
    )
    swallowed = {
        at: _rows_inside(row.text, delimiter, table.num_columns) for at, row in bad.items()
    }
    if tally.lines > total + header:  # else no value holds a line break
        for at, text in _long_values(table, delimiter):
            swallowed[int(position[at])] = _rows_inside(text, delimiter, table.num_columns)
    extra = np.zeros(total, dtype="int64")
    for at, count in swallowed.items():
        extra[at] = count
    number = np.arange(1, total + 1) + np.cumsum(extra) - extra
    for at, row in sorted(bad.items()):
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        if breaks := len(row.text.splitlines()) - 1:
            reason += f", with {breaks} line break{'s'[: breaks > 1]} in them"
        problems.add([number[at]], "", [row.text], reason, LEFT_OUT)
    for at, count in sorted(swallowed.items()):
        if count:
            reason = f"a quote is not closed: it swallows this row and the {count} behind it"
            problems.add(number[at] + np.arange(count + 1), "", "", reason, LEFT_OUT)
    kept = ~np.isin(position, [at for at, count in swallowed.items() if count])
    cells = _to_pandas(table)
    cells.index = pd.Index(number[position], name="record")
    cells = cells if kept.all() else cells[kept]
    if tally.nuls:
        _note_inside(cells, "\x00", "NUL bytes, taken out", problems)
        cells = cells.apply(lambda column: column.str.replace("\x00", "", regex=False))
    if tally.cut and len(cells) and cells.index[-1] == number[-1]:
        reason = "the last line has no line end: the file may be cut short here"
        problems.add([number[-1]], cells.columns[-1], [cells.iloc[-1, -1]], reason, NOTED)
    return cells, total + int(extra.sum())


def _long_values(table: pa.Table, delimiter: str) -> Iterator[tuple[int, str]]:
    """Yield row and text of the values that hold a line break and a row's worth of delimiters.

    The quote that closes it and the delimiters behind it are added: its last line then has as many
    quotes and fields as it had in the file.
    """
    width = table.num_columns
    for i, column in enumerate(table.columns):
        broken = pc.match_substring_regex(column, r"[\r\n]")
        if not pc.any(broken).as_py():
            continue
        many = pc.greater_equal(pc.count_substring(column, delimiter), max(width - 1, 1))
        for at in np.flatnonzero(pc.and_(broken, many).to_numpy(zero_copy_only=False)):
            yield int(at), column[int(at)].as_py() + '"' + delimiter * (width - 1 - i)


def is_long(value: str, delimiter: str, width: int) -> bool:
    """Say of one value what `_long_values` asks of a whole column."""
    return ("\n" in value or "\r" in value) and value.count(delimiter) >= max(width - 1, 1)


def _rows_inside(text: str, delimiter: str, width: int) -> int:
    """Count the lines behind the first that would be rows of their own."""
    lines = io.StringIO(text, newline="")
    next(lines, None)
    return sum(is_row(line, delimiter, width) for line in lines)


def is_row(line: str, delimiter: str, width: int) -> bool:
    """Say whether a line could be a row of its own, and not a line of a longer value.

    The last line of a value has an odd number of quotes; in prose most fields begin with a blank.
    """
    fields = next(rows_with_long_fields(csv.reader([line], delimiter=delimiter)), [])
    blank = sum(f.startswith(" ") for f in fields)
    return len(fields) == width and 2 * blank < width and line.count('"') % 2 == 0


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(types_mapper=lambda _: pd.StringDtype(na_value=np.nan))


def _note_inside(cells: pd.DataFrame, mark: str, reason: str, problems: Problems) -> None:
    """Note the values that hold a mark of damage."""
    for column in cells:
        values = cells.loc[cells[column].str.contains(mark, regex=False), column]
        problems.add(values.index, column, values.tolist(), reason, NOTED)
