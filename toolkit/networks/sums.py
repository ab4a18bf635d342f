"""Sums of the rows of each pair of actors, over many spans of periods at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.networks.ties import COUNTS

Span = tuple[pd.Period, pd.Period]
Tie = tuple[str, str, dict[str, Any]]


class Pairs(NamedTuple):
    """The pairs of many spans, span after span and in order of the names, with their sums.

    Parameters
    ----------
    first
        Where each span begins, and the end.
    one, two
        Names of the two actors.
    sums
        Name of a number and its values, Python's own: a whole number where all of the span are
        whole, None where it is missing.
    """

    first: list[int]
    one: list[str]
    two: list[str]
    sums: dict[str, list[Any]]

    def ties(self) -> Iterator[list[Tie]]:
        """Yield for each span its pairs, with the sums that are not missing.

        Examples
        --------
        >>> list(Pairs([0, 1], ["A"], ["B"], {"weight": [5], "fatalities": [None]}).ties())
        [[('A', 'B', {'weight': 5})]]
        """
        for here in (slice(*limits) for limits in pairwise(self.first)):
            rows = zip(*(values[here] for values in self.sums.values()), strict=True)
            numbers = [
                {
                    name: value
                    for name, value in zip(self.sums, row, strict=True)
                    if value is not None
                }
                for row in rows
            ]
            yield list(zip(self.one[here], self.two[here], numbers, strict=True))


def sum_pairs(rows: pd.DataFrame, weight: str, spans: Sequence[Span | None]) -> Pairs:
    """Sum the rows of each pair in each span (None: all periods).

    The weight, NaN where it is missing, and the distance, 1/weight, come first. What is missing
    throughout stays missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"actor1": "A", "actor2": ["C", "B", "B"], "n_events": [1, 2, 3],
    ...                      "period": pd.PeriodIndex(["2016", "2016", "2017"], freq="Y")})
    >>> sum_pairs(rows, "n_events", [None]).sums
    {'weight': [5, 1], 'distance': [0.2, 1.0], 'n_events': [5, 1], 'periods': [2, 1]}
    """
    span, row = _rows_of_spans(rows["period"].array.asi8, spans)
    codes, names = pd.factorize(pd.concat([rows["actor1"], rows["actor2"]]), sort=True)
    one, two = codes.reshape(2, -1)
    n = max(1, len(names))
    place, group = np.unique((span * n + one[row]) * n + two[row], return_inverse=True)
    owner, pair = np.divmod(place, n * n)
    sums = _sums(rows, row, group)
    plain = {name: _plain(values, owner) for name, values in sums.items()}
    weights = [np.nan if value is None else value for value in plain[weight]]
    length = np.divide(1, sums[weight], where=sums[weight] > 0, out=np.full(len(pair), np.nan))
    plain = {"weight": weights, "distance": _plain(length, None), **plain}
    known = np.array(names, dtype=object)
    first = np.searchsorted(owner, np.arange(len(spans) + 1)).tolist()
    return Pairs(first, known[pair // n].tolist(), known[pair % n].tolist(), plain)


def _rows_of_spans(
    numbers: np.ndarray, spans: Sequence[Span | None]
) -> tuple[np.ndarray, np.ndarray]:
    """Return which span has which row, one entry for each row in each span."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    found = []
    for span in spans:
        limits = (0, len(order))
        if span is not None:
            limits = (
                int(np.searchsorted(ordered, span[0].ordinal)),
                int(np.searchsorted(ordered, span[1].ordinal, "right")),
            )
        found.append(np.sort(order[slice(*limits)]))
    return np.repeat(np.arange(len(spans)), [len(rows) for rows in found]), np.concatenate(found)


def _sums(rows: pd.DataFrame, row: np.ndarray, group: np.ndarray) -> dict[str, np.ndarray]:
    """Return the sums of each group of rows, and in how many periods they are.

    pandas sums floats with less rounding than numpy.
    """
    known = [c for c in COUNTS if c in rows]
    counts = np.column_stack([rows[c].to_numpy(float, na_value=np.nan)[row] for c in known])
    sums = pd.DataFrame(counts).groupby(group).sum(min_count=1).to_numpy()
    period, periods = pd.factorize(rows["period"].array.asi8)
    n = max(1, len(periods))
    once = np.unique(group * n + period[row]) // n
    return {**dict(zip(known, sums.T, strict=True)), "periods": np.bincount(once).astype(float)}


def _plain(values: np.ndarray, span: np.ndarray | None) -> list[Any]:
    """Return Python's own numbers: int where all of a span are whole; None where missing."""
    missing = np.isnan(values)
    plain = values.astype(object)
    plain[missing] = None
    if span is not None:
        broken = np.bincount(span, (values % 1 != 0) & ~missing) > 0
        whole = ~broken[span] & ~missing
        plain[whole] = values[whole].astype(np.int64)
    return plain.tolist()
