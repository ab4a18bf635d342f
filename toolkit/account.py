"""Account: the rows of a count by what became of them, so that none is lost in silence."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from toolkit.errors import warn

# why rows are not counted, or "counted": the rows, each with the part of an event in `_weight`
Account = dict[str, pd.DataFrame]
OUTSIDE = "on days outside the coverage, where a count is missing and not small"
APART = "on days that not every country, dataset or event type counted together is covered"


def take_away(rows: pd.DataFrame, away: pd.Series, account: Account, reason: str) -> pd.DataFrame:
    """Return the rows that stay, and write the others into the account."""
    account[reason] = rows[away]
    return rows[~away]


def tell_account(account: Account, what: str = "events") -> list[str]:
    """Warn of rows that are not counted, reason by reason, and return it for the provenance."""
    left = {reason: rows for reason, rows in account.items() if reason != "counted" and len(rows)}
    if not left:
        return []
    n, deaths = _weigh(left.values())
    of_n, of_deaths = _weigh(account.values())
    weights = {reason: _weigh([rows]) for reason, rows in left.items()}
    reasons = [f"{lost} {reason} ({dead} deaths)" for reason, (lost, dead) in weights.items()]
    warn(
        f"{n} of {of_n} {what} and {deaths} of {of_deaths} deaths are not counted: "
        f"{'; '.join(reasons)}."
    )
    return [f"{n} of {of_n} {what} not counted"]


def _weigh(parts: Iterable[pd.DataFrame]) -> tuple[str, str]:
    """Return the events and deaths in these tables, written out."""
    parts = list(parts)
    n = sum(part["_weight"].sum() for part in parts)
    deaths = sum(part["fatalities"].sum() for part in parts if "fatalities" in part)
    return write_number(n), write_number(deaths)


def write_number(n: float) -> str:
    """Return a number as a sentence has it: whole, or with up to two decimals.

    Examples
    --------
    >>> write_number(1234), write_number(0.42857)
    ('1,234', '0.43')
    """
    return f"{n:,.2f}".rstrip("0").removesuffix(".")
