"""The table of problems: what in a file was left out, set missing or only noted, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

LEFT_OUT = "row left out"
SET_MISSING = "value set missing"
NOTED = "noted"

COLUMNS = {
    "line": "line of the file on which the row begins, 1 is the header (missing where unknown)",
    "record": "number of the row in the file, 1 is the first row of data",
    "column": "the file's column",
    "value": "what stands there, cut to 80 characters",
    "reason": "why it is a problem",
    "action": f"{LEFT_OUT}, {SET_MISSING} or {NOTED}",
}


class Problems:
    """Collects problems while a file is read; `table` gives them in the order of the file.

    `find_lines` returns the lines on which records begin, where the reader could count them.
    """

    find_lines: Callable[[np.ndarray], np.ndarray] | None = None

    def __init__(self) -> None:
        self._parts: list[pd.DataFrame] = []
        self._left_out: set[int] = set()

    def add(
        self,
        records: Sequence[int] | np.ndarray,
        column: str,
        values: Any,
        reason: Any,
        action: str,
    ) -> None:
        """Note one problem for each record; `values` and `reason` are one for all or one each."""
        records = np.asarray(records, dtype="int64")
        if len(records) == 0:
            return
        part = pd.DataFrame({"record": records})
        part["column"] = column
        part["value"] = pd.Series(values, index=part.index, dtype="object").map(_short)
        part["reason"] = reason
        part["action"] = action
        self._parts.append(part)
        if action == LEFT_OUT:
            self._left_out.update(records.tolist())

    def extend(self, others: Problems) -> None:
        """Take the problems of another part of the file as well."""
        self._parts += others._parts
        self._left_out |= others._left_out

    @property
    def left_out(self) -> np.ndarray:
        """Return the numbers of the records that are left out, sorted, each once."""
        return np.array(sorted(self._left_out), dtype="int64")

    def table(self) -> pd.DataFrame:
        """Return all problems, one row each, columns as in `COLUMNS`."""
        parts = self._parts or [
            pd.DataFrame(columns=["record", "column", "value", "reason", "action"])
        ]
        table = pd.concat(parts, ignore_index=True).sort_values("record", kind="stable")
        table.insert(0, "line", pd.array([pd.NA] * len(table), dtype="Int64"))
        if self.find_lines is not None:
            table["line"] = pd.array(self.find_lines(table["record"].to_numpy("int64")), "Int64")
        text = dict.fromkeys(["column", "value", "reason", "action"], "str")
        return table.astype({"record": "int64", **text}).reset_index(drop=True)

    def why_left_out(self) -> str:
        """Return why rows are left out, the commonest reason first; each row counts once."""
        table = self.table()
        first = table[table["action"].eq(LEFT_OUT)].drop_duplicates("record")
        return "; ".join(f"{why} ({_rows(n)})" for why, n in first["reason"].value_counts().items())

    def summary(self) -> str:
        """Return the counts in one sentence, '' where there is nothing to say."""
        if not self._parts:
            return ""
        table = pd.concat(self._parts)
        rows = table.groupby("action")["record"].nunique()
        said = {
            LEFT_OUT: "{} left out",
            SET_MISSING: "{} with a value set missing",
            NOTED: "{} with something to note",
        }
        parts = [said[a].format(_rows(rows[a])) for a in said if a in rows]
        return ", ".join(parts)


def _rows(n: int) -> str:
    return f"{n:,} row" + ("" if n == 1 else "s")


def _short(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    text = str(value).replace("\x00", "\\0")
    return text if len(text) <= 80 else text[:77] + "..."
