"""A file -> a table of text and a table of problems: the row accounting.

Everything is read as text first; what it means is decided later, column by column
(`toolkit.conversion`). Nothing is unpickled or evaluated, no path in an archive is followed.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from toolkit.errors import FileFormatError, MissingFileError
from toolkit.problems import LEFT_OUT, NOTED, Problems

Readable: TypeAlias = str | os.PathLike[str] | IO[Any]

BLOCK = 16 << 20  # bytes: no row of a sane export is longer, and pyarrow needs a row in one block
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, RuntimeError)
UNPACKED_LIMIT = 64 << 30  # bytes: an archive that claims more is not a table of events
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is empty
COLUMNS_LIMIT = 5000  # columns, and letters in the name of one
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
TABLES = (".csv", ".tab", ".tsv", ".txt", ".json", ".xlsx")
ENVELOPES = ("data", "result")  # where the APIs of ACLED and UCDP keep their rows


class TextTable(NamedTuple):
    """A file as text: the cells, where each row stood, what was wrong, and what was recognised.

    `cells` has the file's own column names (each once; a doubled name gets `.2`), one row per
    record kept so far, and as index the number of the record in the file (1 is the first).
    """

    cells: pd.DataFrame
    problems: Problems
    facts: dict[str, str]


class _Source(NamedTuple):
    """One file's bytes, which can be opened again: a path, a member of a zip, or a file object."""

    name: str
    open: Callable[[], IO[bytes]]
    digest: str


def read_text(source: Readable, *, names: list[str] | None = None) -> TextTable:
    """Read a delimited file, a spreadsheet or an API's JSON as text, with every row accounted for.

    Parameters
    ----------
    source
        Path or file object: .csv, .tab, .txt, each also as .gz or alone in a .zip; .xlsx with one
        sheet; .json with a list of records. Encoding (UTF-8, UTF-16, Windows latin-1) and
        delimiter (comma, semicolon, tab, bar) are recognised and recorded in `facts`.
    names
        Column names for a file that has no header row.

    Returns
    -------
    TextTable
        `facts["rows_in_file"]` counts the rows below the header, blank lines not counted.

    Raises
    ------
    FileFormatError
        Empty file, web page, PDF, several tables in one archive, a record longer than 16 MB.
    MissingFileError
        No such file.
    """
    with _opened(source) as raw:
        kind = _kind(raw)
        if kind == "text":
            cells, problems, facts = _read_delimited(raw, names)
        else:
            read = _read_spreadsheet if kind == "spreadsheet" else _read_json
            cells, problems, facts = read(raw)
        facts = {"file": raw.name, "sha256": raw.digest, **facts}
        return TextTable(cells, problems, facts)


def read_names(source: Readable) -> list[str]:
    """Return the column names of a file as they stand in it, reading only its beginning."""
    with _opened(source, digest=False) as raw:
        kind = _kind(raw)
        if kind == "text":
            return _header(raw, _encoding(_head(raw)))[0]
        read = _read_spreadsheet if kind == "spreadsheet" else _read_json
        return list(read(raw)[0].columns)


def find_lines(source: Readable, records: Iterable[int], *, header: bool = True) -> dict[int, int]:
    """Return the line on which each of these records begins; 1 is the first line of the file.

    Records and lines differ where a quoted value holds line breaks or where lines are blank.
    Only delimited text has lines: for a spreadsheet or JSON the answer is empty.
    """
    wanted = set(records)
    with _opened(source, digest=False) as raw:
        if not wanted or _kind(raw) != "text":
            return {}
        encoding = _encoding(_head(raw))
        names, delimiter = _header(raw, encoding)
        with io.TextIOWrapper(raw.open(), encoding, errors="replace", newline="") as text:
            starts = _row_starts(text, delimiter, len(names), header)
            return {record: line for record, line in starts if record in wanted}


def _row_starts(
    text: Iterable[str], delimiter: str, width: int, header: bool
) -> Iterator[tuple[int, int]]:
    """Yield number and first line of each row, counted as `_number_rows` counts them."""
    seen: list[str] = []
    reader = csv.reader(_noted(text, seen), delimiter=delimiter)
    line, record = 1, -1 if header else 0
    for fields in _rows_with_long_fields(reader):
        inside = seen[1:] if record >= 0 else []
        if inside and len(fields) == width:
            inside = inside if any(_is_long(f, delimiter, width) for f in fields) else []
        rows = [0, *(i for i, s in enumerate(inside, 1) if _is_row(s, delimiter, width))]
        for i in rows if fields else []:
            record += 1
            yield record, line + i
        line += len(seen)
        seen.clear()


def _noted(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line


# ---------------------------------------------------------------------------------- opening


@contextlib.contextmanager
def _opened(source: Readable, *, digest: bool = True) -> Iterator[_Source]:
    """Open a path or file object and unpack .gz and .zip; damage that shows later is named too."""
    raw = _find(source, digest)
    try:
        yield _unpack(raw)
    except DAMAGE as error:
        raise _cut_short(raw, str(error)) from error


def _find(source: Readable, digest: bool) -> _Source:
    """Return the file as it lies on disk or in memory, with the hash of its bytes."""
    if not isinstance(source, (str, os.PathLike)):
        if hasattr(source, "read"):
            return _hold(source)
        raise FileFormatError(
            f"A {type(source).__name__} was given where a file is needed.",
            "a path, or a file object opened for reading.",
            'ct.load_events("my_export.csv"), or df.to_csv("my_export.csv", index=False) first',
        )
    path = Path(source).expanduser()
    if not os.path.isfile(path):  # unlike Path.is_file, no error for a name that is too long
        near = ", ".join(sorted(os.listdir(path.parent))[:8]) if path.parent.is_dir() else "nothing"
        raise MissingFileError(
            f"There is no file {str(path)[:200]!r}.",
            f"a file that exists; {str(path.parent)[:200]!r} holds {near}.",
            'ct.load_events("folder/my_export.csv"), or io.StringIO(text) for a text in memory',
        )
    with path.open("rb") as stream:
        sha256 = _sha256(stream) if digest else ""
    return _Source(path.name, lambda: path.open("rb"), sha256)


def _hold(source: IO[Any]) -> _Source:
    """Take a file object's whole content into memory; it is left at its beginning."""
    if not source.seekable():
        raise FileFormatError(
            f"A {type(source).__name__} was given that can be read only once.",
            "a path, or a file object that can go back to its beginning.",
            "ct.load_events(io.BytesIO(stream.read()))",
        )
    source.seek(0)
    content = source.read()
    source.seek(0)
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    name = Path(str(getattr(source, "name", "file object"))).name
    return _Source(name, lambda: io.BytesIO(content), _sha256(io.BytesIO(content)))


def _sha256(stream: io.BufferedIOBase) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpack(raw: _Source) -> _Source:
    """Look through .gz and through a .zip that holds one table; a spreadsheet is a zip too."""
    head = _head(raw, 4)
    if head[:2] == b"\x1f\x8b":
        return raw._replace(open=lambda: cast("IO[bytes]", gzip.open(raw.open(), "rb")))
    if head not in ZIPS:
        return raw
    try:
        archive = zipfile.ZipFile(raw.open())
    except Exception as error:  # zipfile raises many kinds for a damaged archive
        raise _cut_short(raw, f"{type(error).__name__}: {error}") from error
    members = [m for m in archive.infolist() if not m.is_dir()]
    if any(m.filename == "[Content_Types].xml" for m in members):
        return raw
    tables = [m for m in members if _is_table(m.filename)]
    if len(tables) != 1 or not _is_readable(tables[0]):
        held = ", ".join(m.filename for m in tables)[:200] or "nothing that is read here"
        raise FileFormatError(
            f"{raw.name} holds {len(tables)} tables: {held}.",
            "a zip with one readable table (.csv, .tab, .txt, .json, .xlsx), without password.",
            "unpack it and load the file you need by its own name",
        )
    return _unpack(raw._replace(open=lambda: archive.open(tables[0])))


def _is_table(name: str) -> bool:
    return name.lower().endswith(TABLES) and not name.startswith("__MACOSX")


def _is_readable(member: zipfile.ZipInfo) -> bool:
    """Say whether a member is not encrypted, of a usual compression and of a sane size."""
    usual = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return usual and not member.flag_bits & 1 and member.file_size <= UNPACKED_LIMIT


def _head(raw: _Source, size: int = 65536) -> bytes:
    with raw.open() as stream:
        return stream.read(size)


def _cut_short(raw: _Source, detail: str) -> FileFormatError:
    return FileFormatError(
        f"{raw.name} cannot be unpacked: {detail}. It is damaged or was cut short.",
        "a complete file.",
        "download it again and compare its size with the provider's",
    )


def _kind(raw: _Source) -> str:
    """Say what is in a file: "spreadsheet", "json" or "text"; raise for what is not a table."""
    head = _head(raw)
    if head.startswith(ZIPS):
        return "spreadsheet"
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")[:200].lower()
    if start[:1] in (b"{", b"["):
        return "json"
    if not start:
        fault = f"{raw.name} is empty."
    elif start.startswith(b"<"):
        fault = f"{raw.name} is a web page or XML, not a table; a login page saved as .csv?"
    elif start.startswith(
        (b"%pdf", b"\x89png", b"par1", b"sqlite format", b"{\\rtf", b"\xd0\xcf\x11\xe0")
    ):
        fault = f"{raw.name} is a PDF, picture, database or old Office file, not a text table."
    else:
        return "text"
    raise FileFormatError(
        fault,
        "a delimited text file with a header row, .xlsx, or an API's JSON.",
        "open it in a text editor, download it again and look at its first line",
    )


# ------------------------------------------------------------------------- delimited text


def _encoding(head: bytes) -> str:
    """Recognise UTF-16 by its byte order mark or its NULs; everything else starts as UTF-8."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    even, odd = head[:4096:2], head[1:4096:2]
    if odd.count(0) > 0.4 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) == 0:
        return "utf-16-be"
    return "utf-8-sig"


def _header(raw: _Source, encoding: str) -> tuple[list[str], str]:
    """Return the first row's fields and the delimiter that splits it into the most of them."""
    text = _head(raw, 1 << 20).decode(encoding, errors="replace").lstrip("\ufeff\r\n")
    line: list[str] = []
    best = ","
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        fields = next(_rows_with_long_fields(reader), [])
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


def _rows_with_long_fields(reader: Any) -> Iterator[list[str]]:
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


def _read_delimited(
    raw: _Source, names: list[str] | None
) -> tuple[pd.DataFrame, Problems, dict[str, str]]:
    encoding = _encoding(_head(raw))
    header, delimiter = _header(raw, encoding)
    columns = _unique(names or header)
    try:
        try:
            if encoding != "utf-8-sig":
                raise UnicodeError("UTF-16 is decoded before it is parsed")
            table, invalid, tally = _parse(raw.open, columns, delimiter)
        except UnicodeError:
            content, encoding = _transcode(raw)
            table, invalid, tally = _parse(lambda: io.BytesIO(content), columns, delimiter)
    except pa.ArrowInvalid as error:
        raise _too_long(raw, delimiter, str(error)) from error
    problems = Problems()
    cells, rows = _number_rows(table, invalid, tally, delimiter, names is None, problems)
    if "damaged" in encoding:
        _note_inside(cells, "\ufffd", "characters that are not of the file's encoding", problems)
    facts = {
        "encoding": encoding.removesuffix("-sig"),
        "delimiter": DELIMITERS[delimiter],
        "rows_in_file": str(rows),
    }
    return cells, problems, facts


def _parse(
    opener: Callable[[], IO[bytes]], columns: list[str], delimiter: str
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


def _transcode(raw: _Source) -> tuple[bytes, str]:
    """Return the content as UTF-8 and the name of the encoding it was in.

    A file in which more characters are whole UTF-8 than damaged stays UTF-8, the damage shown as
    U+FFFD: reading it all as latin-1 would spoil every other name in it.
    """
    with raw.open() as stream:
        content = stream.read()
    encoding = _encoding(content[:65536])
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


def _too_long(raw: _Source, delimiter: str, detail: str) -> FileFormatError:
    """Say on which line a record begins that does not fit a block: mostly an unclosed quote."""
    line = 1
    encoding = _encoding(_head(raw))
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


def _unique(names: list[str]) -> list[str]:
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


# ------------------------------------------------------------------------ row accounting


def _number_rows(
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


def _is_long(value: str, delimiter: str, width: int) -> bool:
    """Say of one value what `_long_values` asks of a whole column."""
    return ("\n" in value or "\r" in value) and value.count(delimiter) >= max(width - 1, 1)


def _rows_inside(text: str, delimiter: str, width: int) -> int:
    """Count the lines behind the first that would be rows of their own."""
    lines = io.StringIO(text, newline="")
    next(lines, None)
    return sum(_is_row(line, delimiter, width) for line in lines)


def _is_row(line: str, delimiter: str, width: int) -> bool:
    """Say whether a line could be a row of its own, and not a line of a longer value.

    The last line of a value has an odd number of quotes; in prose most fields begin with a blank.
    """
    fields = next(_rows_with_long_fields(csv.reader([line], delimiter=delimiter)), [])
    blank = sum(f.startswith(" ") for f in fields)
    return len(fields) == width and 2 * blank < width and line.count('"') % 2 == 0


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(types_mapper=lambda _: pd.StringDtype(na_value=np.nan))


def _note_inside(cells: pd.DataFrame, mark: str, reason: str, problems: Problems) -> None:
    """Note the values that hold a mark of damage."""
    for column in cells:
        values = cells.loc[cells[column].str.contains(mark, regex=False), column]
        problems.add(values.index, column, values.tolist(), reason, NOTED)


# ------------------------------------------------------------------- spreadsheets and JSON


def _read_spreadsheet(raw: _Source) -> tuple[pd.DataFrame, Problems, dict[str, str]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(raw.open(), read_only=True, data_only=True)
        sheets = {
            s.title: [r for r in s.iter_rows(values_only=True) if _is_filled(r)] for s in book
        }
    except Exception as error:  # openpyxl raises many kinds for a damaged workbook
        raise _cut_short(raw, f"{type(error).__name__}: {error}"[:200]) from error
    filled = [name for name, rows in sheets.items() if rows]
    if len(filled) != 1:
        raise FileFormatError(
            f"{raw.name} has {len(filled)} sheets with rows: {', '.join(filled)[:200]}.",
            "a workbook with the table on its only sheet.",
            "save the sheet you need as .csv and load that",
        )
    header, *rows = sheets[filled[0]]
    return _from_rows([_plain(h) for h in header], [[_plain(v) for v in r] for r in rows])


def _is_filled(row: Iterable[Any]) -> bool:
    return any(value not in (None, "") for value in row)


def _plain(value: Any) -> str:
    """Return a spreadsheet's or JSON's value as it would stand in a text file."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = json.dumps(value) if isinstance(value, (list, dict)) else str(value)
    return text.encode("utf-8", "replace").decode()  # JSON can hold half of a character


def _from_rows(
    header: list[str], rows: list[list[str]]
) -> tuple[pd.DataFrame, Problems, dict[str, str]]:
    """Build the table from rows in memory; cells beyond the header leave their row out."""
    while header and not header[-1]:
        header = header[:-1]
    width, problems = len(header), Problems()
    wide = [i + 1 for i, r in enumerate(rows) if any(r[width:])]
    problems.add(
        wide, "", [str(rows[i - 1]) for i in wide], f"values beyond the {width} columns", LEFT_OUT
    )
    kept = {i + 1: [*r[:width], *[""] * (width - len(r))] for i, r in enumerate(rows)}
    for record in wide:
        del kept[record]
    index = pd.Index(list(kept), dtype="int64", name="record")
    cells = pd.DataFrame(list(kept.values()), columns=_unique(header), index=index, dtype="str")
    return (
        cells,
        problems,
        {"encoding": "utf-8", "delimiter": "none", "rows_in_file": str(len(rows))},
    )


def _read_json(raw: _Source) -> tuple[pd.DataFrame, Problems, dict[str, str]]:
    """Read a list of records, or the envelope of ACLED's or UCDP's API around one."""
    with raw.open() as stream:
        try:
            content = json.loads(stream.read())
        except (ValueError, RecursionError) as error:
            raise FileFormatError(
                f"{raw.name} is not whole JSON: {error}.",
                "a complete answer of the API, or a list of records.",
                "download it again; the answer was cut short or is an error page",
            ) from error
    envelope = {k.lower(): v for k, v in content.items()} if isinstance(content, dict) else {}
    rows = next((envelope[k] for k in ENVELOPES if k in envelope), content)
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        said = str(envelope.get("error") or envelope.get("message") or type(rows).__name__)[:200]
        raise FileFormatError(
            f"{raw.name} holds no list of records but: {said}.",
            'a JSON list, or an object with "data" (ACLED) or "Result" (UCDP).',
            "look at the answer's first lines; an expired token answers with an error like this",
        )
    header = list(dict.fromkeys(key for row in rows for key in row))
    cells, problems, facts = _from_rows(header, [[_plain(r.get(h)) for h in header] for r in rows])
    promised = _plain(envelope.get("total_count") or envelope.get("totalcount"))
    if promised.isdecimal() and len(promised) < 20 and int(promised) > len(rows):
        facts["incomplete"] = f"{len(rows):,} of {int(promised):,} rows: one page of several"
    return cells, problems, facts
