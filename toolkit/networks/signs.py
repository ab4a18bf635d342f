"""Signs as arrays: the ties of a signed network, its triangles, and the indices of many draws."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from toolkit.errors import DirectionError, OptionError
from toolkit.networks.graphs import check_graph, without_loops

if TYPE_CHECKING:
    import networkx as nx

LARGEST = 30_000_000  # numbers that are held at once


class Ties(NamedTuple):
    """The topology of a signed network, fixed over all signs: places of the ends of each tie."""

    actors: list[Hashable]
    one: np.ndarray
    two: np.ndarray
    blocks: list[np.ndarray]  # ties in one cycle with each other; others are never frustrated


def triangle_index(S: nx.Graph) -> float:
    """Share of the triangles that are balanced: none or two of their three ties are opposition.

    Missing where there is no triangle. It knows cycles of three alone: a network of long cycles
    can be far from balance and have an index of 1. Three actors who all fight each other count
    as unbalanced, so that with little cooperation it is low whatever actors do.

    Parameters
    ----------
    S
        A signed network (`signed_network`); weights are ignored.

    Raises
    ------
    OptionError, DirectionError
        A tie without a sign of 1 or -1; a directed network.

    Examples
    --------
    >>> import networkx as nx
    >>> S = nx.Graph()
    >>> S.add_edges_from([("A", "B", {"sign": 1}), ("A", "C", {"sign": -1}),
    ...                   ("B", "C", {"sign": -1})])
    >>> triangle_index(S)
    1.0
    """
    ties, sign = read_signed(S)
    return float(measure_triangles(find_triangles(ties), sign[None])[0])


def walk_index(S: nx.Graph) -> float:
    """Divide closed walks with their signs by closed walks without: tr exp(A) / tr exp(|A|).

    A holds the signs, |A| their absolute values. A walk of length k counts 1/k!, so that short
    cycles count more; it is negative if it passes an odd number of ties of opposition. 1 is
    balance; the index is above 0. Missing without ties.

    Compare it with its null only, and not between networks: the most connected actors decide it,
    it falls towards 0 as networks grow dense or large, and each actor without ties pulls it
    towards 1, so that it hangs on the roster. Walks that go back and forth on one tie are
    balanced, and lift it even where no cycle is.

    Parameters
    ----------
    S
        A signed network (`signed_network`); weights are ignored.

    Raises
    ------
    OptionError, DirectionError
        As in `triangle_index`.

    References
    ----------
    Estrada, E. and Benzi, M. (2014). Walk-based measure of balance in signed networks: Detecting
    lack of balance in social networks. Physical Review E 90, 042802 (abstract).
    Documentation of the R package signnet, ``balance_score`` (the ratio over eigenvalues).

    Examples
    --------
    >>> import networkx as nx
    >>> S = nx.from_edgelist([("A", "B", {"sign": -1}), ("B", "C", {"sign": -1})])
    >>> round(walk_index(S), 6)
    1.0
    """
    ties, sign = read_signed(S)
    return float(measure_walks(ties, sign[None])[0])


def read_signed(S: nx.Graph) -> tuple[Ties, np.ndarray]:
    """Return the ties of a signed network and their signs, or raise if it is none.

    Frustration adds up over the biconnected components, the blocks. A tie that closes no cycle is
    a block of its own, which is never frustrated, and is left out.

    Examples
    --------
    >>> import networkx as nx
    >>> tail_and_triangle = nx.Graph(["AB", "BC", "CD", "DB"])
    >>> nx.set_edge_attributes(tail_and_triangle, -1, "sign")
    >>> ties, sign = read_signed(tail_and_triangle)
    >>> [block.tolist() for block in ties.blocks], sign.tolist()
    ([[1, 2, 3]], [-1, -1, -1, -1])
    """
    import networkx as nx

    check_signed(S)
    plain = without_loops(S)
    actors = list(plain)
    place = {actor: i for i, actor in enumerate(actors)}
    ends = np.array([(place[u], place[v]) for u, v in plain.edges], dtype=int).reshape(-1, 2)
    number = {frozenset(pair): i for i, pair in enumerate(plain.edges)}
    found = (list(block) for block in nx.biconnected_component_edges(plain))
    blocks = [np.array(sorted(number[frozenset(t)] for t in b)) for b in found if len(b) > 2]
    sign = np.array([s for *_, s in plain.edges(data="sign")], dtype=np.int8)
    return Ties(actors, ends[:, 0], ends[:, 1], sorted(blocks, key=lambda b: int(b[0]))), sign


def check_signed(S: nx.Graph) -> None:
    """Raise unless this is an undirected network with a sign of 1 or -1 on every tie."""
    check_graph(S)
    if S.is_directed():
        raise DirectionError(
            "The signed network is directed.",
            "an undirected one: a tie has one sign, whoever began.",
            "ct.networks.signed_network(opposition, cooperation, both='stronger')",
        )
    wrong = {repr(s) for *_, s in S.edges(data="sign") if s not in (1, -1)}
    if wrong:
        raise OptionError(
            f"The ties have the sign {', '.join(sorted(wrong)[:3])}.",
            "the attribute `sign` on every tie: 1 for cooperation, -1 for opposition.",
            "ct.networks.signed_network(opposition, cooperation, both='stronger')",
        )


def find_triangles(ties: Ties) -> np.ndarray:
    """Return the triangles as T x 3 numbers of ties: i-j, i-k, j-k for i < j < k."""
    n = len(ties.actors)
    number = np.full((n, n), -1)
    low, high = np.minimum(ties.one, ties.two), np.maximum(ties.one, ties.two)
    number[low, high] = np.arange(len(low))
    found = [np.empty((0, 3), dtype=int)]
    for i, j in zip(low, high, strict=True):
        third = np.flatnonzero((number[i] >= 0) & (number[j] >= 0))
        found.append(np.column_stack(
            [np.full(len(third), number[i, j]), number[i, third], number[j, third]]
        ))  # fmt: skip
    return np.concatenate(found)


def measure_triangles(triangles: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Return the share of balanced triangles for R x m signs; missing where there is none."""
    if not len(triangles):
        return np.full(len(signs), np.nan)
    size = max(1, LARGEST // triangles.size)
    parts = (signs[i : i + size] for i in range(0, len(signs), size))
    return np.concatenate([(s[:, triangles].prod(axis=2) > 0).mean(axis=1) for s in parts])


def measure_walks(ties: Ties, signs: np.ndarray) -> np.ndarray:
    """Return the walk index of R x m signs; eigenvalues are shifted, for exp overflows."""
    if not len(ties.one):
        return np.full(len(signs), np.nan)
    n = len(ties.actors)
    unsigned = _find_eigenvalues(ties, np.ones((1, len(ties.one))))[0]
    top = unsigned.max()
    total = np.exp(unsigned - top).sum()
    size = max(1, LARGEST // n**2)
    parts = (signs[i : i + size] for i in range(0, len(signs), size))
    return np.concatenate([
        np.exp(_find_eigenvalues(ties, part) - top).sum(axis=1) / total for part in parts
    ])  # fmt: skip


def _find_eigenvalues(ties: Ties, signs: np.ndarray) -> np.ndarray:
    n = len(ties.actors)
    matrices = np.zeros((len(signs), n, n))
    matrices[:, ties.one, ties.two] = matrices[:, ties.two, ties.one] = signs
    return np.asarray(np.linalg.eigvalsh(matrices))
