"""Rosters: which actors exist when. An actor that does not exist is absent, not an isolate."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from toolkit.errors import ColumnError, OptionError
from toolkit.events import check_columns


def read_roster(roster: pd.DataFrame | Iterable[str]) -> pd.DataFrame:
    """Return a roster as a table of `actor`, `first` and `last` day (NaT: no limit known).

    Examples
    --------
    >>> read_roster(["B", "A"])["actor"].tolist()
    ['B', 'A']
    """
    if isinstance(roster, str):
        raise OptionError(
            f"roster={roster!r} is a text.",
            "a table with actor, first and last, or a list of names.",
            f"roster=[{roster!r}]",
        )
    if not isinstance(roster, pd.DataFrame):
        names = pd.Series(list(roster), dtype="object", name="actor")
        roster = names.to_frame().assign(first=pd.NaT, last=pd.NaT)
    check_columns(roster, ["actor"])
    if roster["actor"].isna().any():
        raise ColumnError(
            f"The roster has {int(roster['actor'].isna().sum())} rows without a name.",
            "a name in each row.",
            "roster.dropna(subset=['actor'])",
        )
    table = pd.DataFrame({"actor": [str(name) for name in roster["actor"]]})
    table["first"] = pd.to_datetime(pd.Series(_days(roster, "first", "start")))
    table["last"] = pd.to_datetime(pd.Series(_days(roster, "last", "end")))
    return table


def _days(roster: pd.DataFrame, column: str, how: str) -> list[pd.Timestamp]:
    """Return a column of the roster as days; a Period stands for its first or its last day."""
    if column not in roster.columns:
        return [pd.NaT] * len(roster)
    values = [v.to_timestamp(how=how) if isinstance(v, pd.Period) else v for v in roster[column]]
    days = [pd.to_datetime(v, errors="coerce") for v in values]
    bad = [v for v, day in zip(values, days, strict=True) if pd.isna(day) and not pd.isna(v)]
    if bad:
        raise ColumnError(
            f"The roster's column {column!r} holds {bad[0]!r}, which is no day.",
            "a timestamp, a Period, or missing where no limit is known.",
            f"roster[{column!r}] = pd.to_datetime(roster[{column!r}])",
        )
    return [pd.NaT if pd.isna(day) else day.normalize() for day in days]


def actors_between(roster: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> list[str]:
    """Return the actors of whom a span touches these days; both ends included."""
    begun = roster["first"].isna() | (roster["first"] <= end)
    not_over = roster["last"].isna() | (roster["last"] >= start.normalize())
    return list(dict.fromkeys(roster.loc[begun & not_over, "actor"]))


def roster_attributes(roster: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return for each actor the first and the last day of all its spans as text, where known."""
    spans = roster.groupby("actor", sort=False)
    first = spans["first"].agg(lambda days: days.min(skipna=False))
    last = spans["last"].agg(lambda days: days.max(skipna=False))
    known: dict[str, dict[str, str]] = {str(actor): {} for actor in first.index}
    for name, days in (("first", first), ("last", last)):
        for actor, day in days.dropna().items():
            known[actor][name] = f"{day:%Y-%m-%d}"
    return known
