"""What is known of a file when its last piece was read: its rows, its days, its record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from toolkit.datasets import describe_dataset, find_invented
from toolkit.datasets.coverage import Seen, find_coverage
from toolkit.errors import AccountingError, FileFormatError
from toolkit.problems import LEFT_OUT
from toolkit.provenance import pack_coverage
from toolkit.sources import acled, gdelt, ucdp
from toolkit.sources.loading import Loaded, describe_extract


class Sums:
    """The sums over the pieces of one file."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.rows = self.kept = self.left = 0
        self.reasons: Counter[str] = Counter()
        self.actions: Counter[str] = Counter()
        self.facts: dict[str, str] = {}
        self.invented: tuple[str, str] | None = None
        self.guessed: list[str] = []
        self._days: list[pd.Timestamp] = []
        self._countries: set[str] = set()

    def add(self, piece: Loaded, problems: pd.DataFrame) -> None:
        """Add a piece, and the table of its problems."""
        events = piece.events
        self.facts = piece.facts
        self.rows += int(piece.facts["rows_in_file"])
        self.kept += len(events)
        self.left += len(piece.problems.left_out)
        first = problems[problems["action"].eq(LEFT_OUT)].drop_duplicates("record")
        self.reasons.update(first["reason"].value_counts().to_dict())
        self.actions.update(problems.groupby("action")["record"].nunique().to_dict())
        if len(events):
            self._days += [events["date_start"].min(), events["date_start"].max()]
            self._days = [min(self._days), max(self._days)]
            self._countries.update(events["country"].dropna().unique())

    def names(self, events: pd.DataFrame) -> tuple[str, str]:
        """Return dataset and version; those of the invented sample if an event is taken from it."""
        if self.provider == "GDELT":
            return self.facts["dataset"], gdelt.find_version(self.facts["file"])
        if self.provider == "UCDP GED":
            dataset, version = ucdp.DATASET, ucdp.find_version(self.facts["file"])
        else:
            dataset, version = acled.DATASET, ""
        self.invented = self.invented or find_invented(events, dataset)
        return self.invented or (dataset, version)

    def check(self) -> None:
        """Raise unless all rows are accounted for, and there is at least one event."""
        file, rows = self.facts.get("file", "The file"), self.rows
        if rows != self.kept + self.left:
            raise AccountingError(
                f"{file} has {rows:,} rows, but {self.kept:,} were kept, {self.left:,} left out.",
                "rows in the file = rows kept + rows left out.",
                "please report this as a fault of the toolkit, with the file if you may",
            )
        if not self.kept:
            raise FileFormatError(
                f"{file} holds no event: {rows:,} rows below the header, {self.left:,} left out.",
                "at least one row that can be read.",
                "ct.find_problems(path), for the reason row by row",
            )

    def describe(
        self, dataset: str, version: str, *, extract: Mapping[str, Any] | None,
        accessed: str | None,
    ) -> dict[str, Any]:  # fmt: skip
        """Return what the ledger says of the file, with the record that a loader would stamp."""
        because = "; ".join(
            f"{why} ({n:,} row{'' if n == 1 else 's'})" for why, n in self.reasons.most_common()
        )
        accessed = accessed or self.facts.get("accessed")
        spans = self._spans(dataset, version, extract, accessed)
        facts = {
            **self.facts, "accessed": accessed, "rows_in_file": self.rows, "rows_kept": self.kept,
            "rows_left_out": self.left, "left_out_because": because or None,
            "filters": describe_extract(extract), "coverage": pack_coverage(spans),
        }  # fmt: skip
        if self.invented:
            facts["country_ids"] = "invented"
        record = describe_dataset(dataset, version)
        record |= {k: str(v) for k, v in facts.items() if v is not None}
        return {
            "provider": self.provider, "first_day": f"{self._days[0]:%Y-%m-%d}",
            "last_day": f"{self._days[1]:%Y-%m-%d}", "reasons": dict(self.reasons),
            "actions": dict(self.actions), "guessed": self.guessed, "record": record,
        }  # fmt: skip

    def _spans(
        self, dataset: str, version: str, extract: Mapping[str, Any] | None, accessed: str | None
    ) -> pd.DataFrame:
        """Return the coverage of the file, that of a whole file of GDELT being its own day."""
        day = pd.to_datetime(version[:8], format="%Y%m%d", errors="coerce")
        whole = self.provider == "GDELT" and not pd.isna(day)
        first, last = self._days
        countries = sorted(self._countries) or ["*"]
        seen = Seen(day, day, ["*"]) if whole else Seen(first, last, countries)
        spans, self.guessed = find_coverage(
            seen, dataset=dataset, version=version, rows=self.rows, extract=extract,
            accessed=accessed,
        )  # fmt: skip
        if whole:
            self.guessed = []
            # thousands of files are one dataset, whose days add up
            spans = spans.assign(version="")
            if not extract:
                spans["basis"] = "days of the files, by their names"
        return spans
