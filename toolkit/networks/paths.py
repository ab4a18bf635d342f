"""Shortest paths between all actors at once, and who stands on them, from ties as arrays.

Lengths of paths are sums of 1/weight in floats, and two that should be equal may not be: in
floats 1/10 + 1/10 + 1/10 is more than 3/10, and a path that is one of two shortest ones would
count as the only one. So lengths that differ by rounding at most are candidates for equality, and
whole numbers decide: each length is also known modulo a large prime, where sums are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from toolkit.networks.hops import FEW, SHALLOW, follow_hops

SMALL = 64  # actors up to which a component shares a matrix of distances with others
TOGETHER = 256  # actors in such a matrix
CELLS = 1 << 22  # numbers in one part of the distances
BLOCK = 1 << 13  # of which so many are looked at together: new memory costs more than that
CLOSE = 1e-12  # relative difference up to which rounding can be all there is
LARGE = 500  # actors from which on a backend of networkx, where installed, is faster
UNKNOWN = -1
PRIME = (1 << 61) - 1  # a sum of two numbers below it fits into 64 bits
CUBIC = 50  # ties for each squared actor from which on Floyd and Warshall's method is faster


class Paths(NamedTuple):
    """What the shortest paths say of each actor, one array each.

    Parameters
    ----------
    n_in, length_in
        Others from whom a path leads to the actor, and the sum of the lengths.
    n_out, length_out
        Others to whom a path leads from the actor, and the sum of the lengths.
    between
        Sum over ordered pairs of others of the share of their shortest paths through the actor.
    """

    n_in: np.ndarray
    length_in: np.ndarray
    n_out: np.ndarray
    length_out: np.ndarray
    between: np.ndarray


def find_paths(
    one: np.ndarray,
    two: np.ndarray,
    n: int,
    *,
    weight: np.ndarray | None = None,
    lengths: bool = True,
    between: bool = False,
) -> Paths:
    """Follow all shortest paths along the ties from `one` to `two` among n actors.

    A tie is 1/weight long (1 without weights); its weight is above 0. What is not asked for
    stays 0.

    Examples
    --------
    >>> find_paths(np.array([0, 1]), np.array([1, 2]), 3).length_in.tolist()
    [0.0, 1.0, 3.0]
    """
    found = Paths(*np.zeros((5, n)))
    length = np.ones(len(one)) if weight is None else 1 / weight
    rests = _rests(weight) if between and weight is not None else np.full(len(one), UNKNOWN)
    local = np.empty(n, dtype=np.intp)
    for actors, ties in _groups(one, two, n):
        local[actors] = np.arange(len(actors))
        arcs = _Arcs(local[one[ties]], local[two[ties]], length[ties], rests[ties], len(actors))
        fast = between and weight is None and len(actors) > LARGE and _has_backend()
        if fast:
            found.between[actors] = _count_between(arcs, None, backend="rustworkx")
        if lengths or (between and not fast):
            sure = _add_paths(found, actors, arcs, between=between and not fast)
            if not sure and weight is not None:
                found.between[actors] = _count_between(arcs, _whole_lengths(weight[ties]))
    return found


def _add_paths(found: Paths, actors: np.ndarray, arcs: _Arcs, *, between: bool) -> bool:
    """Add up the paths of some actors; say whether all equalities of lengths are certain."""
    for sources, distance, shares in _follow(arcs, between=between):
        reached = np.isfinite(distance) & (distance > 0)
        lengths = np.where(reached, distance, 0.0)
        found.n_in[actors] += reached.sum(axis=0)
        found.length_in[actors] += lengths.sum(axis=0)
        found.n_out[actors[sources]] = reached.sum(axis=1)
        found.length_out[actors[sources]] = lengths.sum(axis=1)
        if shares is None:
            return False
        found.between[actors] += shares
    return True


class _Arcs(NamedTuple):
    """Directed ties among n actors; `rest` is the length modulo the prime, or unknown."""

    tail: np.ndarray
    head: np.ndarray
    length: np.ndarray
    rest: np.ndarray
    n: int


def _groups(one: np.ndarray, two: np.ndarray, n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield actors and ties of a large component, or of several small ones together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(one):
        return
    ties = coo_array((np.ones(len(one)), (one, two)), shape=(n, n))
    part = connected_components(ties, directed=False)[1]
    size = np.bincount(part)
    large = np.flatnonzero(size > SMALL)
    shared = np.where((size > SMALL) | (size < 2), 0, size)
    number = (np.cumsum(shared) - shared) // TOGETHER
    number[large] = number.max() + 1 + np.arange(len(large))
    group = np.where(size > 1, number, -1)[part]
    by_actor, by_tie = np.argsort(group, kind="stable"), np.argsort(group[one], kind="stable")
    for number in np.unique(group[one]):
        first, last = (
            np.searchsorted(groups, [number, number + 1])
            for groups in (group[by_actor], group[one][by_tie])
        )
        yield by_actor[slice(*first)], by_tie[slice(*last)]


def _follow(arcs: _Arcs, *, between: bool) -> Iterator[tuple[np.ndarray, np.ndarray, Any]]:
    """Yield some of the actors, their distances to all, and how much each actor is between.

    The last is 0 if not asked for, and None where equalities of lengths are not certain.
    """
    step = max(1, CELLS // max(arcs.n, len(arcs.tail)))
    length = arcs.length[0]
    even = bool((arcs.length == length).all())
    for begin in range(0, arcs.n, step):
        sources = np.arange(begin, min(begin + step, arcs.n))
        hops = follow_hops(*arcs[:2], arcs.n, sources, between=between) if even else None
        if hops is not None:
            yield sources, hops.distance * length, hops.between
            continue
        even = False  # it leads far, and will from the others
        distance = _distances(arcs, sources)
        yield sources, distance, _shares(distance, arcs) if between else 0.0


def _distances(arcs: _Arcs, sources: np.ndarray) -> np.ndarray:
    """Return the distances of some actors to all."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra, floyd_warshall

    matrix = csr_array((arcs.length, (arcs.tail, arcs.head)), shape=(arcs.n, arcs.n))
    if arcs.n**2 < CUBIC * len(arcs.tail) and len(sources) == arcs.n:
        return np.asarray(floyd_warshall(matrix))
    return np.asarray(dijkstra(matrix, indices=sources))


def _shares(distance: np.ndarray, arcs: _Arcs) -> np.ndarray | None:
    """Return how much each actor is between; None unless all equalities of lengths are certain.

    Brandes' two sums, of paths and of dependencies, for all sources at once. A place is a source
    and an actor in reach; the last ties of the shortest paths lead from place to place, and either
    sum is that of all ways along them.
    """
    source, tie = _last_ties(distance, arcs)
    places = np.flatnonzero(np.isfinite(distance))
    places = places[np.argsort(distance.ravel()[places])]
    rank = np.empty(distance.size, dtype=np.intp)
    rank[places] = np.arange(len(places))
    before, after = (rank[source * arcs.n + end[tie]] for end in (arcs.tail, arcs.head))
    begins = distance.ravel()[places] == 0
    several = len(tie) > len(places) - begins.sum()  # ways to some place
    exact = several and (arcs.rest != UNKNOWN).all()
    if exact and not _agree(before, after, arcs.rest[tie], len(places)):
        return None
    paths = _sum_ways(before, after, begins.astype(float))
    through = _sum_ways(after, before, 1 / paths)
    dependency = np.where(begins, 0.0, through * paths - 1)
    return np.bincount(places % arcs.n, dependency, minlength=arcs.n)


def _last_ties(distance: np.ndarray, arcs: _Arcs) -> tuple[np.ndarray, np.ndarray]:
    """Return sources, and ties with which one of their shortest paths to some actor ends."""
    ties = np.arange(len(arcs.tail))
    if len(distance) == arcs.n:  # only a tie that is itself a shortest path is part of another
        longer = arcs.length - distance[arcs.tail, arcs.head]
        most = distance.max(where=np.isfinite(distance), initial=0)
        ties = np.flatnonzero(longer <= 2 * CLOSE * most)
    away, found = np.ascontiguousarray(distance.T), []
    step = max(1, BLOCK // len(distance))
    for part in (ties[begin : begin + step] for begin in range(0, len(ties), step)):
        near, far = away[arcs.tail[part]], away[arcs.head[part]]
        with np.errstate(invalid="ignore"):  # inf - inf: nobody gets there
            last = (near < far) & (near + arcs.length[part, None] - far <= CLOSE * far)
        tie, source = np.divmod(np.flatnonzero(last), len(distance))
        found.append((source, part[tie]))
    sources, lasts = zip(*found, strict=True)
    return np.concatenate(sources), np.concatenate(lasts)


def _sum_ways(before: np.ndarray, after: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Add up, at each place, what starts anywhere, along all ways of steps that lead there.

    Where places are few, so are the steps of a way as a rule. Else the sum solves I - steps, which
    is triangular, the places being in order of distance.
    """
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import spsolve_triangular

    n = len(start)
    total = moved = start
    for _ in range(SHALLOW if n < FEW else 0):
        moved = np.bincount(after, moved[before], minlength=n)
        if not moved.any():
            return total
        total = total + moved
    each = np.arange(n)
    steps = np.repeat([1.0, -1.0], [n, len(before)])
    system = csc_array((steps, (np.r_[each, after], np.r_[each, before])), shape=(n, n))
    lower = bool((before < after).all())
    return np.asarray(spsolve_triangular(system, start, lower=lower, unit_diagonal=True))


def _agree(before: np.ndarray, after: np.ndarray, rest: np.ndarray, n: int) -> bool:
    """Say whether all ways to a place are of exactly the same length.

    One way to each place is followed back to its source, in strides that double.
    """
    back, whole = np.arange(n), np.zeros(n, dtype=np.int64)
    back[after], whole[after] = before, rest
    while ((further := back[back]) != back).any():
        whole = (whole + whole[back]) % PRIME
        back = further
    return bool(((whole[before] + rest) % PRIME == whole[after]).all())


def _rests(weight: np.ndarray) -> np.ndarray:
    """Return 1/weight modulo the prime; unknown for a weight that is no simple fraction."""
    values, place = np.unique(weight, return_inverse=True)
    simple = [_simple(value) for value in values.tolist()]
    rests = [f.denominator * pow(f.numerator, -1, PRIME) % PRIME if f else UNKNOWN for f in simple]
    return np.array(rests, dtype=np.int64)[place]


def _simple(weight: float) -> Fraction | None:
    near = Fraction(weight).limit_denominator(1000)
    return near if near < PRIME and abs(float(near) - weight) <= 1e-9 * weight else None


def _whole_lengths(weight: np.ndarray) -> list[int]:
    """Return whole numbers, of any size, in proportion to 1/weight."""
    fractions = [Fraction(value).limit_denominator(1000) for value in weight.tolist()]
    common = math.lcm(*(f.numerator for f in fractions))
    return [common // f.numerator * f.denominator for f in fractions]


def _count_between(
    arcs: _Arcs, lengths: list[int] | None, *, backend: str | None = None
) -> np.ndarray:
    """Return what `_shares` adds up to, by networkx or one of its backends."""
    import networkx as nx

    G: Any = nx.DiGraph()
    G.add_nodes_from(range(arcs.n))
    ties = zip(arcs.tail.tolist(), arcs.head.tolist(), lengths or arcs.length, strict=True)
    G.add_weighted_edges_from(ties, weight="length")
    found = nx.betweenness_centrality(
        G, normalized=False, weight="length" if lengths else None, backend=backend
    )
    return np.array([found[place] for place in range(arcs.n)])


def _has_backend() -> bool:
    return find_spec("nx_rustworkx") is not None
