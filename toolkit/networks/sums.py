"""Sums of the rows of each pair of actors, over many spans of periods at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from toolkit.networks.ties import COUNTS

Span = tuple[pd.Period, pd.Period]
Tie = tuple[str, str, dict[str, Any]]


def sum_pairs(rows: pd.DataFrame, weight: str, spans: Sequence[Span | None]) -> Iterator[list[Tie]]:
    """Yield for each span (None: all periods) its pairs in order of the names, with their sums.

    A sum is a whole number where all of the span are. What is missing throughout stays missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"actor1": "A", "actor2": ["C", "B", "B"], "n_events": [1, 2, 3],
    ...                      "period": pd.PeriodIndex(["2016", "2016", "2017"], freq="Y")})
    >>> next(sum_pairs(rows, "n_events", [None]))[0]
    ('A', 'B', {'weight': 5, 'n_events': 5, 'periods': 2})
    """
    span, row = _rows_of_spans(rows["period"].array.asi8, spans)
    codes, names = pd.factorize(pd.concat([rows["actor1"], rows["actor2"]]), sort=True)
    one, two = codes.reshape(2, -1)
    n = max(1, len(names))
    place, group = np.unique((span * n + one[row]) * n + two[row], return_inverse=True)
    owner, pair = np.divmod(place, n * n)
    sums = _sums(rows, row, group)
    sums = {"weight": sums[weight], **sums}
    numbers = zip(*(_plain(values, owner) for values in sums.values()), strict=True)
    known = list(names)
    ties = [
        (known[pair // n], known[pair % n], dict(zip(sums, values, strict=True)))
        for pair, values in zip(pair.tolist(), numbers, strict=True)
    ]
    first = np.searchsorted(owner, np.arange(len(spans) + 1)).tolist()
    yield from (ties[start:end] for start, end in pairwise(first))


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

    pandas' own floats with missing values, which are summed with less rounding than numpy's.
    """
    counts = rows[[c for c in COUNTS if c in rows]].astype("Float64").iloc[row]
    sums = counts.groupby(group).sum(min_count=1)
    once = np.unique(np.stack([group, rows["period"].array.asi8[row]]), axis=1)[0]
    periods = np.bincount(once, minlength=len(sums))
    known = {c: sums[c].to_numpy(float, na_value=np.nan) for c in counts}
    return known | {"periods": periods}


def _plain(values: np.ndarray, span: np.ndarray) -> list[int | float | None]:
    """Return Python's own numbers: int where all of a span are whole; None where missing."""
    broken = np.bincount(span, (values % 1 != 0) & ~np.isnan(values)) > 0
    return [
        None if value != value else value if part else int(value)
        for value, part in zip(values.tolist(), broken[span].tolist(), strict=True)
    ]
