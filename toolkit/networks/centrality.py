"""Measures of each actor, one short function each: a Series with the actors as its index.

Ties of an actor to itself are ignored by all of them. What is undefined is missing (NaN), not 0.
A central actor is central in what was recorded: who is reported on more has more ties.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import DirectionError, warn
from toolkit.networks.graphs import (
    check_graph,
    components,
    largest_component,
    positive_part,
    with_distances,
    without_loops,
)

if TYPE_CHECKING:
    import networkx as nx

MOST_DENSE = 100  # actors up to which the eigenvector comes from the dense matrix
SAME = 1e-9  # relative difference up to which two eigenvalues are the same


def degree(G: nx.Graph) -> pd.Series:
    """Count the ties of each actor.

    In a directed network in-degree plus out-degree, as in networkx: a pair that attack each other
    counts twice. A tie of weight 0 counts.

    References
    ----------
    networkx documentation, ``networkx.Graph.degree``.

    Examples
    --------
    >>> import networkx as nx
    >>> degree(nx.Graph(["AB", "AC"])).to_dict()
    {'A': 2, 'B': 1, 'C': 1}
    """
    check_graph(G)
    return _series(G, dict(without_loops(G).degree), "degree").astype("int64")


def strength(G: nx.Graph) -> pd.Series:
    """Sum of the weights of each actor's ties: its events, or the deaths in them.

    Where events of coalitions count whole in each of their dyads (`split="whole"`), an actor's
    strength is more than its events: count with `split="share"` for sums.

    In a directed network in and out together. The deaths are those of both sides and of
    civilians, not those that the actor suffered or caused. 0 for an isolate; a tie without a
    recorded weight adds nothing, and missing is an actor who has only such ties. Summed over
    actors every tie counts twice.

    Examples
    --------
    >>> import networkx as nx
    >>> strength(nx.Graph([("A", "B", {"weight": 3}), ("A", "C", {"weight": 2})])).to_dict()
    {'A': 5.0, 'B': 3.0, 'C': 2.0}
    """
    check_graph(G)
    return _strength(G, [0, 1], "strength")


def in_degree(G: nx.Graph) -> pd.Series:
    """Count the ties that point to each actor; a `DirectionError` in an undirected network.

    Examples
    --------
    >>> import networkx as nx
    >>> in_degree(nx.DiGraph(["AB", "AC", "CB"])).to_dict()
    {'A': 0, 'B': 2, 'C': 1}
    """
    _check_direction(G, "in_degree")
    return _series(G, dict(without_loops(G).in_degree), "in_degree").astype("int64")


def out_degree(G: nx.Graph) -> pd.Series:
    """Count the ties that start from each actor; a `DirectionError` in an undirected network.

    Examples
    --------
    >>> import networkx as nx
    >>> out_degree(nx.DiGraph(["AB", "AC", "CB"])).to_dict()
    {'A': 2, 'B': 0, 'C': 1}
    """
    _check_direction(G, "out_degree")
    return _series(G, dict(without_loops(G).out_degree), "out_degree").astype("int64")


def in_strength(G: nx.Graph) -> pd.Series:
    """Sum of the weights of the ties that point to each actor; as `strength` otherwise.

    A `DirectionError` in an undirected network.

    Examples
    --------
    >>> import networkx as nx
    >>> in_strength(nx.DiGraph([("A", "B", {"weight": 3})])).to_dict()
    {'A': 0.0, 'B': 3.0}
    """
    _check_direction(G, "in_strength")
    return _strength(G, [1], "in_strength")


def out_strength(G: nx.Graph) -> pd.Series:
    """Sum of the weights of the ties that start from each actor; as `strength` otherwise.

    A `DirectionError` in an undirected network.

    Examples
    --------
    >>> import networkx as nx
    >>> out_strength(nx.DiGraph([("A", "B", {"weight": 3})])).to_dict()
    {'A': 3.0, 'B': 0.0}
    """
    _check_direction(G, "out_strength")
    return _strength(G, [0], "out_strength")


def betweenness(G: nx.Graph, *, weighted: bool = True) -> pd.Series:
    """Share of the shortest paths between all other pairs that run through each actor.

    Normalised by the number of other pairs, (n - 1)(n - 2) / 2, ordered pairs if directed, joined
    by a path or not. Weighted: the length of a tie is 1/weight, so that pairs who fight often are
    near; a tie of weight 0 has no length and carries no path. That anything flows along paths of
    opposition is a model, not an observation. 0 for an isolate; missing for fewer than three
    actors. Paths of equal length are shared: lengths are compared in whole numbers, where
    networkx with rounded lengths would take one of them for the only shortest.

    References
    ----------
    Freeman, L. C. (1977). A set of measures of centrality based on betweenness. Sociometry 40(1),
    35-41. networkx documentation, ``networkx.betweenness_centrality``.

    Examples
    --------
    >>> import networkx as nx
    >>> betweenness(nx.path_graph(["A", "B", "C"])).to_dict()
    {'A': 0.0, 'B': 1.0, 'C': 0.0}
    """
    import networkx as nx

    check_graph(G)
    name = "betweenness" if weighted else "betweenness_unweighted"
    if len(G) < 3:
        return _series(G, {}, name)
    if not weighted:
        return _series(G, nx.betweenness_centrality(without_loops(G)), name)
    exact = with_distances(G, exact=True)
    return _series(G, nx.betweenness_centrality(exact, weight="distance"), name)


def closeness(G: nx.Graph, *, weighted: bool = True) -> pd.Series:
    """Inverse of the mean distance to the actors in reach, times the share of actors in reach.

    (r / (n - 1)) x (r / sum of distances), with r the number of other actors that a path joins to
    the actor (Wasserman and Faust's form for networks of several components, as in networkx).
    Directed: along the ties that lead to the actor. Weighted: the length of a tie is 1/weight,
    so that the number grows with the unit of the weight and is not below 1. Missing, not 0, where
    nobody is in reach, as for an isolate.

    References
    ----------
    Wasserman, S. and Faust, K. (1994). Social Network Analysis: Methods and Applications.
    Cambridge University Press. networkx documentation, ``networkx.closeness_centrality``.

    Examples
    --------
    >>> import networkx as nx
    >>> closeness(nx.star_graph(["A", "B", "C"])).round(3).to_dict()
    {'A': 1.0, 'B': 0.667, 'C': 0.667}
    """
    import networkx as nx

    check_graph(G)
    name = "closeness" if weighted else "closeness_unweighted"
    plain = with_distances(G) if weighted else without_loops(G)
    found = nx.closeness_centrality(plain, distance="distance" if weighted else None)
    return _series(G, {actor: value for actor, value in found.items() if value > 0}, name)


def eigenvector(G: nx.Graph) -> pd.Series:
    """Leading eigenvector of the weights within the largest component: tied to the well tied.

    Of length 1 (the squares sum to 1), so that values of networks of different size do not
    compare. The component is that with the most actors among ties of weight above 0, of several
    the one with more weight; directed, the largest in which every actor reaches every other, and
    an actor's score comes from the ties that lead to it. All other actors are missing, not 0:
    the scores of separate components have no common scale. By an eigen-solver: power iteration
    (``networkx.eigenvector_centrality``) does not converge on many event networks.

    Returns
    -------
    Series
        `attrs`: `component` (actors in it), `eigenvalue`, `shared` ("yes" where a second leading
        eigenvalue is as large, in the component or in another one: there is no one answer then).

    Warns
    -----
    DataWarning
        The leading eigenvalue is shared.

    References
    ----------
    Bonacich, P. (1972). Factoring and weighting approaches to status scores and clique
    identification. Journal of Mathematical Sociology 2(1), 113-120.

    Examples
    --------
    >>> import networkx as nx
    >>> eigenvector(nx.star_graph(["A", "B", "C"])).round(3).to_dict()
    {'A': 0.707, 'B': 0.5, 'C': 0.5}
    """
    scores = leading_scores(G)
    if scores.attrs["shared"] == "yes":
        warn(
            "The leading eigenvalue is shared: the eigenvector is that of one component of "
            "several that are as good, or one of many. See .attrs."
        )
    return scores


def core_number(G: nx.Graph) -> pd.Series:
    """Largest k such that the actor is in a part where each has k ties inside the part (k-core).

    Weights and direction are ignored. 0 for an isolate.

    References
    ----------
    networkx documentation, ``networkx.core_number``.

    Examples
    --------
    >>> import networkx as nx
    >>> core_number(nx.Graph(["AB", "BC", "CA", "CD"])).to_dict()
    {'A': 2, 'B': 2, 'C': 2, 'D': 1}
    """
    import networkx as nx

    check_graph(G)
    return _series(G, nx.core_number(nx.Graph(without_loops(G))), "core_number").astype("int64")


def clustering(G: nx.Graph) -> pd.Series:
    """Share of the pairs of an actor's partners that are tied themselves.

    Missing, not 0, for fewer than two partners. Weights and direction are ignored. In a network
    of opposition a high value means that those who fight an actor also fight each other.

    References
    ----------
    networkx documentation, ``networkx.clustering``.

    Examples
    --------
    >>> import networkx as nx
    >>> clustering(nx.Graph(["AB", "BC", "CA", "CD"])).round(3).to_dict()
    {'A': 1.0, 'B': 1.0, 'C': 0.333, 'D': nan}
    """
    import networkx as nx

    check_graph(G)
    plain = nx.Graph(without_loops(G))
    several = [actor for actor, ties in plain.degree if ties > 1]
    return _series(G, nx.clustering(plain, several), "clustering")


# -------------------------------------------------------------------------------- eigenvector


def leading_scores(G: nx.Graph) -> pd.Series:
    """Return what `eigenvector` returns, without its warning."""
    check_graph(G)
    positive = positive_part(G)
    chosen = largest_component(positive, strong=True)
    if len(chosen) < 2:
        scores = _series(G, {}, "eigenvector")
        scores.attrs = {"component": str(len(chosen)), "shared": "no"}
        return scores
    values, vector = _lead(positive, chosen)
    others = [c for c in components(positive, strong=True) if len(c) > 1 and not c & set(chosen)]
    rivals = [*values[1:], *(_lead(positive, sorted(c, key=str))[0][0] for c in others)]
    shared = any(abs(value - values[0]) <= SAME * values[0] for value in rivals)
    scores = _series(G, dict(zip(chosen, vector, strict=True)), "eigenvector")
    scores.attrs = {
        "component": str(len(chosen)),
        "eigenvalue": f"{values[0]:.12g}",
        "shared": "yes" if shared else "no",
    }
    return scores


def _lead(G: nx.Graph, actors: list[Hashable]) -> tuple[list[float], np.ndarray]:
    """Return the two largest eigenvalues (one for two actors) and the vector of the first.

    Within a component the first is real and its vector of one sign (Perron and Frobenius).
    """
    import networkx as nx
    from scipy.sparse.linalg import ArpackNoConvergence, eigs, eigsh

    # the left vector: scores come from ties that lead to the actor
    matrix = nx.to_scipy_sparse_array(G, nodelist=actors, weight="weight", dtype=float).T
    found = None
    if len(actors) > MOST_DENSE:
        solve, which = (eigs, "LR") if G.is_directed() else (eigsh, "LA")
        with suppress(ArpackNoConvergence):  # the dense solver is slow, but always ends
            found = solve(matrix, k=2, which=which, v0=np.ones(len(actors)))
    if found is None:
        found = (np.linalg.eig if G.is_directed() else np.linalg.eigh)(matrix.toarray())
    values, vectors = found
    order = np.argsort(-values.real)
    vector = np.abs(vectors[:, order[0]])
    return [float(v) for v in values.real[order[:2]]], vector / np.linalg.norm(vector)


# ------------------------------------------------------------------------------------ helpers


def _series(G: nx.Graph, values: dict[Hashable, float], name: str) -> pd.Series:
    """Return the values in the order of the network's actors, missing for those without one."""
    index = pd.Index(list(G), name="actor", dtype=None if len(G) else "str")
    return pd.Series([values.get(actor, np.nan) for actor in G], index, name=name, dtype=float)


def _strength(G: nx.Graph, ends: Iterable[int], name: str) -> pd.Series:
    sums: dict[Hashable, float] = {}
    tied = set()
    for *pair, weight in without_loops(G).edges(data="weight", default=1):
        for actor in (pair[end] for end in ends):
            tied.add(actor)
            if not np.isnan(weight):
                sums[actor] = sums.get(actor, 0) + weight
    return _series(G, {actor: 0 for actor in G if actor not in tied} | sums, name)


def _check_direction(G: nx.Graph, measure: str) -> None:
    check_graph(G)
    if not G.is_directed():
        raise DirectionError(
            f"{measure} is asked of a network without direction.",
            "a directed network, from dyads with direction.",
            f"ct.networks.{measure.split('_')[1]}(G)",
        )
