"""A file -> a table of text and a table of problems: the row accounting.

Everything is read as text first; what it means is decided later, column by column
(`toolkit.conversion`). Nothing is unpickled or evaluated, no path in an archive is followed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from toolkit.delimited import (
    is_long,
    is_row,
    read_delimited,
    read_header,
    rows_with_long_fields,
)
from toolkit.opening import Readable, find_encoding, find_kind, opened, read_head
from toolkit.problems import Problems
from toolkit.records import read_json, read_spreadsheet


class TextTable(NamedTuple):
    """A file as text: the cells, where each row stood, what was wrong, and what was recognised.

    `cells` has the file's own column names (each once; a doubled name gets `.2`), one row per
    record kept so far, and as index the number of the record in the file (1 is the first).
    """

    cells: pd.DataFrame
    problems: Problems
    facts: dict[str, str]


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
    with opened(source) as raw:
        kind = find_kind(raw)
        if kind == "text":
            cells, problems, facts = read_delimited(raw, names, quotes=quotes)
        else:
            read = read_spreadsheet if kind == "spreadsheet" else read_json
            cells, problems, facts = read(raw)
        facts = {"file": raw.name, "sha256": raw.digest, **facts}
        return TextTable(cells, problems, facts)


def read_names(source: Readable) -> list[str]:
    """Return the column names of a file as they stand in it, reading only its beginning."""
    with opened(source, digest=False) as raw:
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
    Only delimited text has lines: for a spreadsheet or JSON the answer is empty.
    """
    wanted = set(records)
    with opened(source, digest=False) as raw:
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
    """Yield number and first line of each row, counted as `number_rows` counts them."""
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
