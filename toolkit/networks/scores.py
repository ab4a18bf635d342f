"""Measures of actors as arrays: one number for each actor of a stack.

What a number means stands with the function of its name in `centrality`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from toolkit.networks.paths import Paths
from toolkit.networks.spectra import find_spectrum
from toolkit.networks.stacks import Stack
from toolkit.networks.tallies import clustering

COUNTS = {"degree", "in_degree", "out_degree", "core_number"}


def score_stack(stack: Stack, measures: Iterable[str]) -> dict[str, np.ndarray]:
    """Return measures of each actor of a stack; those that follow the same paths, in one go.

    Examples
    --------
    >>> import networkx as nx
    >>> from toolkit.networks.stacks import read_stack
    >>> score_stack(read_stack([nx.Graph(["AB", "BC"])]), ["degree"])["degree"].tolist()
    [1.0, 2.0, 1.0]
    """
    wanted = list(measures)
    found: dict[str, np.ndarray] = {}
    for ending in ("", "_unweighted"):
        near, amid = (name + ending in wanted for name in ("closeness", "betweenness"))
        if near or amid:
            paths = stack.walk(weighted=not ending, lengths=near, between=amid)
            found["closeness" + ending] = _closeness(stack, paths)
            found["betweenness" + ending] = _betweenness(stack, paths)
    return {name: found[name] if name in found else SCORES[name](stack) for name in wanted}


def _closeness(stack: Stack, paths: Paths) -> np.ndarray:
    reached = paths.n_in > 0
    others = (stack.size - 1)[stack.network]
    return np.divide(
        paths.n_in**2, others * paths.length_in, out=np.full(len(others), np.nan), where=reached
    )


def _betweenness(stack: Stack, paths: Paths) -> np.ndarray:
    pairs = ((stack.size - 1) * (stack.size - 2))[stack.network]
    return paths.between / np.where(pairs > 0, pairs, np.nan)


def _count_ends(ends: str) -> Callable[[Stack], np.ndarray]:
    return lambda stack: stack.add_ends(np.ones(len(stack.one)), ends)


def _sum_weights(ends: str) -> Callable[[Stack], np.ndarray]:
    def total(stack: Stack) -> np.ndarray:
        known = ~np.isnan(stack.weight)
        sums = stack.add_ends(np.where(known, stack.weight, 0.0), ends)
        unknown = stack.add_ends(~known, ends) > 0
        return np.where(unknown & (stack.add_ends(known, ends) == 0), np.nan, sums)

    return total


def _core_number(stack: Stack) -> np.ndarray:
    """Take away all actors with k partners or fewer, again and again; then those with k + 1."""
    left = stack.degrees.astype(float)
    core, k = np.zeros(len(left)), 0.0
    while np.isfinite(left).any():
        k = max(k, left.min())
        gone = left <= k
        core[gone] = k
        left = np.where(gone, np.inf, left - stack.partners @ gone.astype(float))
    return core


SCORES: dict[str, Callable[[Stack], Any]] = {
    "degree": _count_ends("both"),
    "in_degree": _count_ends("in"),
    "out_degree": _count_ends("out"),
    "strength": _sum_weights("both"),
    "in_strength": _sum_weights("in"),
    "out_strength": _sum_weights("out"),
    "eigenvector": lambda stack: find_spectrum(stack).scores,
    "core_number": _core_number,
    "clustering": clustering,
}
