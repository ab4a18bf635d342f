"""Straddling: events whose possible days touch several periods, and what becomes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit.account import write_number
from toolkit.errors import ColumnError
from toolkit.events import PERIODS, check_columns, possible_days
from toolkit.tally import DEATHS, weigh_rows

RULES = ("start", "spread", "drop")
_SAID = {
    "start": "counted where they start",
    "spread": "spread evenly over their days",
    "drop": "left out",
}


def mark_straddling(events: pd.DataFrame, period: str, *, share: str | None = None) -> pd.DataFrame:
    """Add what the counting needs to know of each row.

    `_first` and `_last` possible day, `_straddles` (they lie in two periods) and `_weight`: how
    many events the row stands for, which is 1, or the part of one in the column `share`; deaths
    become those of that part.
    """
    days = possible_days(events)
    first, last = (days[c].dt.to_period(PERIODS[period]) for c in ("first", "last"))
    straddles = (first != last) & events["date_start"].notna()
    marked = events.assign(
        _first=days["first"], _last=days["last"], _straddles=straddles, _weight=1
    )
    if share is not None:
        marked = weigh_rows(marked, check_share(events, share))
    return marked.reset_index(drop=True)


def check_share(events: pd.DataFrame, share: str) -> pd.Series:
    """Return the column as parts of an event, or say which row is none."""
    check_columns(events, [share])
    parts = pd.to_numeric(events[share], errors="coerce").astype("Float64")
    wrong = ~((parts > 0) & (parts <= 1)).fillna(False)
    if wrong.any():
        raise ColumnError(
            f"{share} is no fraction of an event in {int(wrong.sum()):,} rows, first "
            f"{events.loc[wrong.to_numpy(bool), share].iloc[0]!r}.",
            "numbers above 0 and up to 1; the rows of one event add up to 1.",
            f"events[~events[{share!r}].between(0, 1, inclusive='right')]",
        )
    return parts.astype("float64")


def say_straddling(rows: pd.DataFrame, period: str, rule: str) -> str:
    """Return how many events straddle and what is done with them, for the provenance."""
    n, unit = rows.loc[rows["_straddles"], "_weight"].sum(), name_period(period)
    if n == 0:
        return f"no event straddles {unit}s"
    return f"{write_number(n)} events straddle {unit}s: {_SAID[rule]}"


def name_period(period: str) -> str:
    """Return the word for a period: a week is a week, whatever day it begins on."""
    return period.split("-")[0]


def spread_days(rows: pd.DataFrame) -> pd.DataFrame:
    """Return straddling rows once for each of their days, with an equal part; others once.

    The index keeps the number of the row, so that `gather_days` can put its days together again.
    """
    length = (rows["_last"] - rows["_first"]).dt.days.to_numpy() + 1
    n = np.where(rows["_straddles"], length, 1).astype("int64")
    days = rows.loc[rows.index.repeat(n)]
    later = pd.to_timedelta(np.arange(n.sum()) - np.repeat(n.cumsum() - n, n), unit="D")
    day = days["date_start"].where(~days["_straddles"], days["_first"] + later)
    n = pd.Series(n.repeat(n), days.index)
    return weigh_rows(days.assign(date_start=day, _n=n), 1 / n)


def gather_days(days: pd.DataFrame, period: str) -> pd.DataFrame:
    """Put the days of a row that lie in one period together again, and add up their parts."""
    number = days["date_start"].dt.to_period(PERIODS[period]).astype("int64")
    key = pd.DataFrame({"row": days.index, "period": number.to_numpy()})
    size = key.groupby(["row", "period"])["row"].transform("size").to_numpy()
    # (whole * 7) / 31, not 7 times a 31st: fewer decimals for the reader
    whole = weigh_rows(days, days["_n"]).round(dict.fromkeys(["_weight", *DEATHS], 12))
    return weigh_rows(whole, size / days["_n"])[~key.duplicated().to_numpy()]
