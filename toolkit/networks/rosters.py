"""Rosters: which actors exist when. An actor that does not exist is absent, not an isolate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from toolkit.errors import ColumnError, OptionError
from toolkit.events import check_columns

Days = tuple[pd.Timestamp, pd.Timestamp]


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
        roster = pd.DataFrame({"actor": list(roster)}, dtype="object")
    check_columns(roster, ["actor"])
    if roster["actor"].isna().any():
        raise ColumnError(
            f"The roster has {int(roster['actor'].isna().sum())} rows without a name.",
            "a name in each row.",
            "roster.dropna(subset=['actor'])",
        )
    days = {"first": _days(roster, "first", "start"), "last": _days(roster, "last", "end")}
    return pd.DataFrame({"actor": [str(name) for name in roster["actor"]], **days})


def _days(roster: pd.DataFrame, column: str, how: str) -> pd.Series:
    """Return a column of the roster as days; a Period stands for its first or its last day."""
    if column not in roster.columns or roster[column].isna().all():
        return pd.Series(np.full(len(roster), "NaT", dtype="datetime64[ns]"))
    values = [v.to_timestamp(how=how) if isinstance(v, pd.Period) else v for v in roster[column]]
    days = [pd.to_datetime(v, errors="coerce") for v in values]
    bad = [v for v, day in zip(values, days, strict=True) if pd.isna(day) and not pd.isna(v)]
    if bad:
        raise ColumnError(
            f"The roster's column {column!r} holds {bad[0]!r}, which is no day.",
            "a timestamp, a Period, or missing where no limit is known.",
            f"roster[{column!r}] = pd.to_datetime(roster[{column!r}])",
        )
    return pd.to_datetime(pd.Series([pd.NaT if pd.isna(d) else d.normalize() for d in days]))


def actors_between(roster: pd.DataFrame, spans: Iterable[Days]) -> Iterator[list[str]]:
    """Yield for each span of days the actors of whom a span touches it; both ends included."""
    names = roster["actor"].tolist()
    first, last = (roster[end].to_numpy("datetime64[ns]") for end in ("first", "last"))
    if np.isnat(first).all() and np.isnat(last).all():
        yield from (list(dict.fromkeys(names)) for _ in spans)
        return
    for start, end in spans:
        # no limit is neither after the end nor before the start
        away = (first > np.datetime64(end)) | (last < np.datetime64(start.normalize()))
        yield list(dict.fromkeys(names[i] for i in np.flatnonzero(~away)))


def roster_attributes(roster: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return for each actor the first and the last day of all its spans as text, where known."""
    known: dict[str, dict[str, str]] = {str(actor): {} for actor in roster["actor"]}
    for name, pick in (("first", "min"), ("last", "max")):
        if roster[name].isna().all():
            continue
        open_ended = set(roster.loc[roster[name].isna(), "actor"])
        limited = roster[~roster["actor"].isin(open_ended)]
        for actor, day in limited.groupby("actor")[name].agg(pick).items():
            known[actor][name] = f"{day:%Y-%m-%d}"
    return known
