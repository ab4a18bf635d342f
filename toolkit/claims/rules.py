"""Rules: what would support a proposition and what would contradict it, as ranges of numbers."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import pandas as pd

from toolkit.errors import OptionError

_PART = re.compile(r"([a-z]+) *(>=|<=|>|<|=) *(-?\d+(?:\.\d+)?|\d{4}-\d\d-\d\d)")
ALLOWED = (
    "statistic, one of >= <= > < =, and a number or (for first) a day, e.g. 'ratio >= 1.5'; two "
    "parts joined with ' and ', e.g. 'ratio >= 0.8 and ratio <= 1.25'; alternatives with ' or '"
)


class Range(NamedTuple):
    """The numbers from low to high; `with_low` and `with_high` say whether the ends belong to it.

    Parameters
    ----------
    low, high
        The ends; infinite where there is none.
    with_low, with_high
        Whether the end itself is in the range.
    """

    low: float = -math.inf
    high: float = math.inf
    with_low: bool = True
    with_high: bool = True

    def meets(self, other: Range) -> Range:
        """Return the numbers that are in both ranges (`is_empty` where there are none)."""
        low, with_low = max((self.low, not self.with_low), (other.low, not other.with_low))
        high, with_high = min((self.high, self.with_high), (other.high, other.with_high))
        return Range(low, high, not with_low, with_high)

    def is_empty(self) -> bool:
        """Say whether no number is in the range."""
        closed = self.with_low and self.with_high
        return self.low > self.high or (self.low == self.high and not closed)

    def holds(self, low: float, high: float) -> bool:
        """Say whether all from low to high is in the range."""
        above = low > self.low or (low == self.low and self.with_low)
        below = high < self.high or (high == self.high and self.with_high)
        return above and below


class Rule(NamedTuple):
    """What a rule says: of which statistic, and in which ranges it is fulfilled.

    Parameters
    ----------
    statistic
        Name of the statistic.
    ranges
        The ranges; one is enough. Days are numbers of days since 1970-01-01.
    """

    statistic: str
    ranges: tuple[Range, ...]


def read_rule(text: str) -> Rule:
    """Return a rule that is written as text.

    Raises
    ------
    OptionError
        The text is no rule, speaks of two statistics, or no number could fulfil it.

    Examples
    --------
    >>> read_rule("ratio >= 1.5 and ratio < 3").ranges
    (Range(low=1.5, high=3.0, with_low=True, with_high=False),)
    """
    statistics, ranges = set(), []
    for alternative in text.strip().split(" or "):
        found = Range()
        for part in alternative.split(" and "):
            statistic, one = _read_part(part.strip(), text)
            statistics.add(statistic)
            found = found.meets(one)
        if found.is_empty():
            raise OptionError(
                f"No number can fulfil the rule {text!r}.", ALLOWED + ".", "'ratio >= 1.5'"
            )
        ranges.append(found)
    if len(statistics) > 1:
        raise OptionError(
            f"The rule {text!r} speaks of {' and '.join(sorted(statistics))}.",
            "one statistic in a rule.",
            "two propositions",
        )
    return Rule(statistics.pop(), tuple(ranges))


def _read_part(part: str, text: str) -> tuple[str, Range]:
    found = _PART.fullmatch(part)
    number = _read_number(found[3]) if found else None
    if found is None or number is None:
        raise OptionError(f"{text!r} is no rule.", ALLOWED + ".", "'ratio >= 1.5'")
    kinds = {
        ">=": Range(low=number),
        ">": Range(low=number, with_low=False),
        "<=": Range(high=number),
        "<": Range(high=number, with_high=False),
        "=": Range(number, number),
    }
    return found[1], kinds[found[2]]


def _read_number(text: str) -> float | None:
    if "-" not in text[1:]:
        return float(text)
    day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    return None if pd.isna(day) else to_number(day)


def has_days(text: str) -> bool:
    """Say whether a rule compares with days and not with numbers.

    Examples
    --------
    >>> has_days("first >= 2020-04-01"), has_days("trend < -5")
    (True, False)
    """
    return re.search(r"\d{4}-\d\d-\d\d", text) is not None


def to_number(day: pd.Timestamp) -> float:
    """Return a day as the number of days since 1970-01-01, in which rules compare.

    Examples
    --------
    >>> to_number(pd.Timestamp("1970-02-01"))
    31.0
    """
    return float((day.normalize() - pd.Timestamp(0)).days)


def holds(rule: Rule, low: float, high: float) -> bool:
    """Say whether the whole interval from low to high fulfils a rule.

    Examples
    --------
    >>> rule = read_rule("ratio >= 1.5")
    >>> holds(rule, 1.5, 2.0), holds(rule, 1.4, 2.0)
    (True, False)
    """
    return any(one.holds(low, high) for one in rule.ranges)


def find_overlap(one: Rule, two: Rule) -> Range | None:
    """Return a range of numbers that fulfil both rules, None where the rules exclude each other.

    Examples
    --------
    >>> find_overlap(read_rule("rank <= 1"), read_rule("rank > 1")) is None
    True
    """
    both = [a.meets(b) for a in one.ranges for b in two.ranges]
    return next((r for r in both if not r.is_empty()), None)
