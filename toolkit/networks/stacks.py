"""Several networks side by side, as arrays: what measures read of them, once for all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.networks.paths import Paths, find_paths

if TYPE_CHECKING:
    import networkx as nx

INSIDE = 1 << 22  # ties whose partners are compared at once


@dataclass(frozen=True, eq=False)
class Stack:
    """R networks as the one large network in which no tie joins two of them.

    Parameters
    ----------
    actors
        The names, network after network.
    start
        R + 1 places: where in `actors` each network begins, and the end.
    one, two
        Places of the two ends of each tie in `actors`: no tie of an actor to itself, and in one
        network no pair twice.
    weight
        The weight of each tie; NaN is not recorded.
    directed
        Whether ties run from `one` to `two`.
    """

    actors: list[Hashable]
    start: np.ndarray
    one: np.ndarray
    two: np.ndarray
    weight: np.ndarray
    directed: bool

    def add_actors(self, values: np.ndarray) -> np.ndarray:
        """Sum a value of each actor, for each network."""
        return np.bincount(self.network, values, minlength=len(self.size))

    def add_ties(self, values: np.ndarray) -> np.ndarray:
        """Sum a value of each tie, for each network."""
        return np.bincount(self.network[self.one], values, minlength=len(self.size))

    def add_ends(self, values: np.ndarray, ends: str = "both") -> np.ndarray:
        """Sum a value of each tie over the actors it starts from, points to, or both."""
        n = len(self.actors)
        out = 0 if ends == "in" else np.bincount(self.one, values, minlength=n)
        into = 0 if ends == "out" else np.bincount(self.two, values, minlength=n)
        return np.asarray(out + into)

    def keep_ties(self, kept: np.ndarray) -> Stack:
        """Return the same actors with some of the ties."""
        return Stack(
            self.actors, self.start, self.one[kept], self.two[kept], self.weight[kept],
            self.directed,
        )  # fmt: skip

    @cached_property
    def size(self) -> np.ndarray:
        """Actors of each network."""
        return np.diff(self.start)

    @cached_property
    def network(self) -> np.ndarray:
        """The network that each actor is in."""
        return np.repeat(np.arange(len(self.size)), self.size)

    @cached_property
    def n_ties(self) -> np.ndarray:
        """Ties of each network."""
        return np.bincount(self.network[self.one], minlength=len(self.size))

    @cached_property
    def strengths(self) -> np.ndarray:
        """Sum of the recorded weights of each actor, in and out together."""
        return self.add_ends(np.nan_to_num(self.weight))

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the tied pairs: one that is tied in both directions is one pair."""
        if not self.directed:
            return self.one, self.two
        n = max(1, len(self.actors))
        low, high = np.minimum(self.one, self.two), np.maximum(self.one, self.two)
        return np.divmod(np.unique(low * n + high), n)

    @cached_property
    def partners(self) -> Any:
        """Who is tied to whom, whatever the direction: a sparse matrix of ones."""
        return as_matrix(*self.pairs, len(self.actors), both=True)

    @cached_property
    def degrees(self) -> np.ndarray:
        """Partners of each actor, whatever the direction."""
        return np.diff(self.partners.indptr)

    @cached_property
    def triangles(self) -> np.ndarray:
        """Triangles that each actor is in.

        With pairs pointing to the end of more partners, a triangle is a pair and one actor that
        both of its ends point to; and nobody points to many.
        """
        n = len(self.actors)
        one, two = self.pairs
        up = self.degrees[one] * n + one < self.degrees[two] * n + two
        low, high = np.where(up, one, two), np.where(up, two, one)
        onward = as_matrix(low, high, n, both=False)
        counts = np.zeros(n)
        size = max(1, INSIDE // max(1, int(np.diff(onward.indptr).max(initial=0))))
        for begin in range(0, len(low), size):
            ends = low[begin : begin + size], high[begin : begin + size]
            shared = onward[ends[0]].multiply(onward[ends[1]])
            counts += shared.sum(axis=0)
            for end in ends:
                counts += np.bincount(end, np.diff(shared.indptr), minlength=n)
        return counts

    @cached_property
    def positive(self) -> Stack:
        """All actors, and only the ties of known weight above 0: those that have a distance."""
        return self.keep_ties(self.weight > 0)  # a missing weight is not above 0

    def walk(self, *, weighted: bool, lengths: bool = True, between: bool = False) -> Paths:
        """Follow the shortest paths; weighted, along the positive ties, 1/weight long."""
        ties = self.positive if weighted else self
        one, two, weight = ties.one, ties.two, ties.weight
        if not self.directed:
            one, two, weight = np.r_[one, two], np.r_[two, one], np.r_[weight, weight]
        return find_paths(
            one, two, len(self.actors),
            weight=weight if weighted else None, lengths=lengths, between=between,
        )  # fmt: skip

    @cached_property
    def hops(self) -> Paths:
        """Shortest paths in numbers of ties."""
        return self.walk(weighted=False)

    @cached_property
    def parts(self) -> np.ndarray:
        """The component of each actor, with ties in any direction."""
        return find_parts(self)

    @cached_property
    def largest(self) -> np.ndarray:
        """Whether each actor is in the largest component of its network."""
        return find_largest(self, self.parts)


def read_stack(graphs: Iterable[nx.Graph]) -> Stack:
    """Return networks of one kind as a stack, without ties of an actor to itself.

    Examples
    --------
    >>> import networkx as nx
    >>> read_stack([nx.Graph(["AB"]), nx.Graph(["AB", "BC"])]).two.tolist()
    [1, 3, 4]
    """
    actors: list[Hashable] = []
    start, number, weight, ends = [0], [], [], list[int]()
    directed = False
    for G in graphs:
        place = {actor: i for i, actor in enumerate(G, len(actors))}
        actors.extend(G)
        start.append(len(actors))
        directed = G.is_directed()
        for _, ties in G.adjacency():
            number.append(len(ties))
            ends.extend(map(place.__getitem__, ties))
            weight.extend([data.get("weight", 1) for data in ties.values()])
    one, two = np.repeat(np.arange(len(actors)), number), np.array(ends, dtype=np.intp)
    kept = one != two if directed else one < two  # a tie of a pair is listed twice
    weights = np.array(weight, dtype=float)[kept]
    return Stack(actors, np.array(start), one[kept], two[kept], weights, directed)


def as_matrix(
    one: np.ndarray, two: np.ndarray, n: int, values: np.ndarray | None = None, *, both: bool
) -> Any:
    """Return ties as a sparse matrix (rows: where they start), in both directions if asked."""
    from scipy.sparse import csr_array

    values = np.ones(len(one)) if values is None else values
    if both:
        one, two, values = np.r_[one, two], np.r_[two, one], np.r_[values, values]
    return csr_array((values, (one, two)), shape=(n, n))


def find_parts(stack: Stack, *, strong: bool = False) -> np.ndarray:
    """Return the number of each actor's component; strong: in which each reaches each other.

    Examples
    --------
    >>> import networkx as nx
    >>> find_parts(read_stack([nx.Graph(["AB", "CD"])])).tolist()
    [0, 0, 1, 1]
    """
    from scipy.sparse.csgraph import connected_components

    if not stack.actors:
        return np.zeros(0, dtype=np.intp)
    ties = as_matrix(stack.one, stack.two, len(stack.actors), both=False)
    kind = "strong" if strong and stack.directed else "weak"
    return np.asarray(connected_components(ties, connection=kind)[1], dtype=np.intp)


def find_largest(stack: Stack, parts: np.ndarray) -> np.ndarray:
    """Say for each actor whether it is in the largest component of its network.

    Of several with as many actors the one with more weight inside, then the first by name.
    """
    sizes = np.bincount(parts)
    inside = parts[stack.one] == parts[stack.two]
    weight = np.bincount(
        parts[stack.one[inside]], np.nan_to_num(stack.weight[inside]), minlength=len(sizes)
    )
    most, heaviest = np.zeros(len(stack.size)), np.full(len(stack.size), -1.0)
    np.maximum.at(most, stack.network, sizes[parts])
    best = sizes[parts] == most[stack.network]
    np.maximum.at(heaviest, stack.network[best], weight[parts[best]])
    best &= weight[parts] == heaviest[stack.network]
    chosen = np.full(len(stack.size), -1)
    chosen[stack.network[best]] = parts[best]
    rivals = np.flatnonzero(best & (parts != chosen[stack.network]))
    for network in np.unique(stack.network[rivals]):
        here = np.flatnonzero(best & (stack.network == network))
        chosen[network] = parts[min(here, key=lambda place: str(stack.actors[place]))]
    return best & (parts == chosen[stack.network])
