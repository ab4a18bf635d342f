"""A file -> a table of text and a table of problems: the row accounting.

Everything is read as text first; what it means is decided later, column by column
(`toolkit.conversion`). Nothing is unpickled or evaluated, no path in an archive is followed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import pandas as pd

from toolkit.cells import Cells, Collector, Encoder
from toolkit.delimited import Piece, Round, read_round
from toolkit.layout import Layout, find_layout, read_header
from toolkit.numbering import is_long, is_row, rows_with_long_fields
from toolkit.opening import Readable, Source, find_kind, opened, read_head
from toolkit.problems import Problems
from toolkit.recoding import find_encoding
from toolkit.records import read_json, read_spreadsheet

# The names in a file and the file's name -> the columns to read.
Choice: TypeAlias = Callable[[list[str], str], Sequence[str]]


class TextTable(NamedTuple):
    """A file as text: the cells, where each row stood, what was wrong, and what was recognised.

    `cells` has the file's own column names (each once; a doubled name gets `.2`), one row per
    record kept so far, and as index the number of the record in the file (1 is the first).
    """

    cells: pd.DataFrame
    problems: Problems
    facts: dict[str, str]


class CellTable(NamedTuple):
    """The same of some columns, small in memory; with `layout` a text file can be read again."""

    cells: Cells
    problems: Problems
    facts: dict[str, str]
    layout: Layout | None = None


def read_text(
    source: Readable, *, names: list[str] | None = None, quotes: bool = True
) -> TextTable:
    """Read a delimited file, a spreadsheet or an API's JSON as text, with every row accounted for.

    Parameters
    ----------
    source
        Path or file object: .csv, .tab, .txt, each also as .gz or alone in a .zip; .xlsx with one
        sheet; .json with a list of records. Encoding (UTF-8, UTF-16, Windows latin-1) and
        delimiter (comma, semicolon, tab, bar) are recognised and recorded in `facts`.
    names
        Column names for a file that has no header row.
    quotes
        False for a provider that never quotes: in its tab-separated files a quote is a letter.

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
    table = read_cells(source, lambda header, _: header, names=names, quotes=quotes)
    return TextTable(table.cells.frame(), table.problems, table.facts)


def read_cells(
    source: Readable, choose: Choice, *, names: list[str] | None = None, quotes: bool = True
) -> CellTable:
    """Read as `read_text` does, but keep only some columns; the others are looked at for damage.

    Parameters
    ----------
    source, names, quotes
        As for `read_text`.
    choose
        Gets the names of the columns and of the file; returns those to keep.
    """
    with opened(source) as raw:
        kind = find_kind(raw)
        if kind != "text":
            frame, problems, facts = (read_spreadsheet if kind == "spreadsheet" else read_json)(raw)
            cells = Cells.of(frame[list(choose(list(frame), raw.name))], header=frame)
            facts = {"file": raw.name, "sha256": raw.digest(), **facts}
            return CellTable(cells, problems, facts)
        layout = find_layout(raw, names, quotes=quotes)
        chosen = choose(layout.columns, raw.name)
        encoder = Encoder()
        (cells, problems), reading = read_round(
            raw, layout, chosen, lambda pieces: _collect(pieces, chosen, layout, encoder),
            encoder.encode,
        )  # fmt: skip
        problems.find_lines = reading.find_lines
        return CellTable(cells, problems, _facts(raw, reading), reading.layout)


def read_cells_again(
    source: Readable, choose: Choice, layout: Layout, *, size: int
) -> Iterator[CellTable]:
    """Yield the cells of a text file piece by piece, of about so many bytes each.

    `facts["rows_in_file"]` are the rows of the piece.
    """
    with opened(source) as raw:
        names = choose(layout.columns, raw.name)
        encoder = Encoder()
        for pieces in _group(Round(raw, layout, names, encoder.encode).pieces(), size):
            cells, problems = _collect(pieces, names, layout, encoder)
            rows = sum(piece.rows for piece in pieces)
            yield CellTable(cells, problems, {"rows_in_file": str(rows)}, layout)


def _group(pieces: Iterable[Piece], size: int) -> Iterator[list[Piece]]:
    """Yield pieces that are together at least of this size."""
    group: list[Piece] = []
    for piece in pieces:
        group.append(piece)
        if sum(p.size for p in group) >= size:
            yield group
            group = []
    if group:
        yield group


def _collect(
    pieces: Iterable[Piece], names: Sequence[str], layout: Layout, encoder: Encoder
) -> tuple[Cells, Problems]:
    """Put the pieces together."""
    collector, problems = Collector(names, encoder), Problems()
    for piece in pieces:
        collector.add(piece.table, piece.records)
        problems.extend(piece.problems)
    return collector.cells(layout.columns), problems


def _facts(raw: Source, reading: Round) -> dict[str, str]:
    return {
        "file": raw.name,
        "sha256": reading.digest(),
        **reading.layout.facts,
        "rows_in_file": str(reading.rows),
    }


def read_names(source: Readable) -> list[str]:
    """Return the column names of a file as they stand in it, reading only its beginning."""
    with opened(source) as raw:
        kind = find_kind(raw)
        if kind == "text":
            return read_header(raw, find_encoding(read_head(raw)))[0]
        read = read_spreadsheet if kind == "spreadsheet" else read_json
        return list(read(raw)[0].columns)


def find_lines(
    source: Readable, records: Iterable[int], *, header: bool = True, quotes: bool = True
) -> dict[int, int]:
    """Return the line on which each of these records begins; 1 is the first line of the file.

    Records and lines differ where a quoted value holds line breaks or where lines are blank.
    Only delimited text has lines: for a spreadsheet or JSON the answer is empty. This reads the
    file again, line by line: mostly the problems of a table know their lines already.
    """
    wanted = set(records)
    with opened(source) as raw:
        if not wanted or find_kind(raw) != "text":
            return {}
        encoding = find_encoding(read_head(raw))
        names, delimiter = read_header(raw, encoding)
        with io.TextIOWrapper(raw.open(), encoding, errors="replace", newline="") as text:
            plain = not quotes and delimiter == "\t"
            starts = _row_starts(text, delimiter, len(names), header, plain)
            return {record: line for record, line in starts if record in wanted}


def _row_starts(
    text: Iterable[str], delimiter: str, width: int, header: bool, plain: bool
) -> Iterator[tuple[int, int]]:
    """Yield number and first line of each row, counted as `Numbering` counts them."""
    seen: list[str] = []
    reader = csv.reader(
        _noted(text, seen),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL,
    )
    line, record = 1, -1 if header else 0
    for fields in rows_with_long_fields(reader):
        inside = seen[1:] if record >= 0 else []
        if inside and len(fields) == width:
            inside = inside if any(is_long(f, delimiter, width) for f in fields) else []
        rows = [0, *(i for i, s in enumerate(inside, 1) if is_row(s, delimiter, width))]
        for i in rows if fields else []:
            record += 1
            yield record, line + i
        line += len(seen)
        seen.clear()


def _noted(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line
