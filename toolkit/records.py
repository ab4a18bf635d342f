"""Spreadsheets and an API's JSON -> cells, as they would stand in a text file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from toolkit.errors import FileFormatError
from toolkit.layout import make_unique
from toolkit.opening import Source, cut_short
from toolkit.problems import LEFT_OUT, Problems

ENVELOPES = ("data", "result")  # where the APIs of ACLED and UCDP keep their rows


def read_spreadsheet(raw: Source) -> tuple[pd.DataFrame, Problems, dict[str, str]]:
    """Read the one sheet of a workbook that has rows; formulas count as their stored value."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(raw.open(), read_only=True, data_only=True)
        sheets = {
            s.title: [r for r in s.iter_rows(values_only=True) if _is_filled(r)] for s in book
        }
    except Exception as error:  # openpyxl raises many kinds for a damaged workbook
        raise cut_short(raw, f"{type(error).__name__}: {error}"[:200]) from error
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
    cells = pd.DataFrame(list(kept.values()), columns=make_unique(header), index=index, dtype="str")
    return (
        cells,
        problems,
        {"encoding": "utf-8", "delimiter": "none", "rows_in_file": str(len(rows))},
    )


def read_json(raw: Source) -> tuple[pd.DataFrame, Problems, dict[str, str]]:
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
