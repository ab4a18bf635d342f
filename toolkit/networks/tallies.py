"""Measures of networks as arrays: one number for each network of a stack.

What a number means stands with the function of its name in `structure`. What is undefined is
missing: a division by none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from toolkit.networks.stacks import Stack

Tally = Callable[[Stack], np.ndarray]


def measure_stack(stack: Stack, measures: Iterable[str]) -> dict[str, np.ndarray]:
    """Return measures of each network of a stack.

    Examples
    --------
    >>> import networkx as nx
    >>> from toolkit.networks.stacks import read_stack
    >>> measure_stack(read_stack([nx.Graph(["AB", "BC"])]), ["n_ties"])["n_ties"].tolist()
    [2]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: TALLIES[name](stack) for name in measures}


def _density(stack: Stack) -> np.ndarray:
    pairs = stack.size * (stack.size - 1) / (1 if stack.directed else 2)
    return stack.n_ties / np.where(stack.size > 1, pairs, np.nan)


def _n_isolates(stack: Stack) -> np.ndarray:
    return stack.add_actors(stack.degrees == 0).astype(np.int64)


def _transitivity(stack: Stack) -> np.ndarray:
    triples = stack.add_actors(stack.degrees * (stack.degrees - 1) / 2)
    return stack.add_actors(stack.triangles) / triples


def clustering(stack: Stack) -> np.ndarray:
    """Return the clustering of each actor; missing for fewer than two partners."""
    pairs = stack.degrees * (stack.degrees - 1) / 2
    return stack.triangles / np.where(pairs > 0, pairs, np.nan)


def _mean_clustering(stack: Stack) -> np.ndarray:
    return stack.add_actors(np.nan_to_num(clustering(stack))) / stack.add_actors(stack.degrees > 1)


def _reciprocity(stack: Stack) -> np.ndarray:
    if not stack.directed:
        return np.full(len(stack.size), np.nan)
    return 2 * (stack.n_ties - stack.add_actors(stack.degrees) / 2) / stack.n_ties


def _weight_reciprocity(stack: Stack) -> np.ndarray:
    if not stack.directed:
        return np.full(len(stack.size), np.nan)
    weight, pairs = stack.weight, stack.size * (stack.size - 1)
    mean = stack.add_ties(weight) / pairs
    variance = stack.add_ties(weight**2) / pairs - mean**2
    product = stack.add_ties(weight * _weight_back(stack)) / pairs
    # mean**2 as the scale: a variance that is rounding alone is none
    return np.where(variance > 1e-12 * mean**2, (product - mean**2) / variance, np.nan)


def _weight_back(stack: Stack) -> np.ndarray:
    """Return for each directed tie the weight of the one that returns it, else 0."""
    n = len(stack.actors)
    key, back = stack.one * n + stack.two, stack.two * n + stack.one
    order = np.argsort(key)
    place = np.minimum(np.searchsorted(key, back, sorter=order), max(0, len(key) - 1))
    found = order[place]
    return np.where(key[found] == back, stack.weight[found], 0.0)


def _degree_assortativity(stack: Stack) -> np.ndarray:
    ones = np.ones(len(stack.one))
    if stack.directed:
        one, two = stack.one, stack.two
        out, into = stack.add_ends(ones, "out"), stack.add_ends(ones, "in")
    else:
        one, two = np.r_[stack.one, stack.two], np.r_[stack.two, stack.one]
        out = into = stack.add_ends(ones)
    network, n = stack.network[one], len(stack.size)
    count = np.bincount(network, minlength=n)
    sides = []
    for degrees in (out[one], into[two]):
        mean = np.bincount(network, degrees, minlength=n) / count
        sides.append(degrees - mean[network])
    a, b = sides
    squares = np.bincount(network, a**2, minlength=n) * np.bincount(network, b**2, minlength=n)
    spread = np.sqrt(squares)
    return np.where(spread > 1e-9, np.bincount(network, a * b, minlength=n) / spread, np.nan)


def _degree_centralization(stack: Stack) -> np.ndarray:
    n, most = stack.size, np.zeros(len(stack.size))
    np.maximum.at(most, stack.network, stack.degrees)
    away = n * most - stack.add_actors(stack.degrees)
    return away / np.where(n > 2, (n - 1) * (n - 2), np.nan)


def _total_weight(stack: Stack) -> np.ndarray:
    known = ~np.isnan(stack.weight)
    total = stack.add_ties(np.where(known, stack.weight, 0.0))
    return np.where((stack.add_ties(known) > 0) | (stack.n_ties == 0), total, np.nan)


def _concentration(stack: Stack) -> np.ndarray:
    total = stack.add_actors(stack.strengths)
    return stack.add_actors(stack.strengths**2) / np.where(total > 0, total, np.nan) ** 2


def _n_components(stack: Stack) -> np.ndarray:
    _, first = np.unique(stack.parts, return_index=True)
    return np.bincount(stack.network[first], minlength=len(stack.size))


def _largest_component_share(stack: Stack) -> np.ndarray:
    return stack.add_actors(stack.largest) / stack.size


def _mean_distance(stack: Stack) -> np.ndarray:
    length, count = (
        stack.add_actors(stack.largest * values)
        for values in (stack.hops.length_out, stack.hops.n_out)
    )
    return length / count


def _connected_pairs(stack: Stack) -> np.ndarray:
    n = stack.size
    if not stack.directed:
        sizes = np.bincount(stack.parts)[stack.parts]
        return stack.add_actors(sizes - 1) / (n * (n - 1))
    return stack.add_actors(stack.hops.n_out) / (n * (n - 1))


BINARY: dict[str, Tally] = {
    "n_ties": lambda stack: stack.n_ties,
    "density": _density,
    "n_isolates": _n_isolates,
    "transitivity": _transitivity,
    "mean_clustering": _mean_clustering,
    "reciprocity": _reciprocity,
    "degree_assortativity": _degree_assortativity,
    "degree_centralization": _degree_centralization,
    "n_components": _n_components,
    "largest_component_share": _largest_component_share,
}
WEIGHTED: dict[str, Tally] = {
    "total_weight": _total_weight,
    "concentration": _concentration,
    "effective_number": lambda stack: 1 / _concentration(stack),
}
# too slow, or of no use, for the thousands of networks of a null model
SINGLE: dict[str, Tally] = {
    "n_actors": lambda stack: stack.size,
    "weight_reciprocity": _weight_reciprocity,
    "mean_distance": _mean_distance,
    "connected_pairs": _connected_pairs,
}
TALLIES = BINARY | WEIGHTED | SINGLE
