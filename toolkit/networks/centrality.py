"""Measures of each actor, one short function each: a Series with the actors as its index.

Ties of an actor to itself are ignored by all of them. What is undefined is missing (NaN), not 0.
A central actor is central in what was recorded: who is reported on more has more ties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import DirectionError, warn
from toolkit.networks.graphs import check_graph
from toolkit.networks.scores import COUNTS, score_stack
from toolkit.networks.spectra import find_spectrum
from toolkit.networks.stacks import read_stack

if TYPE_CHECKING:
    import networkx as nx


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
    return _score(G, "degree")


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
    return _score(G, "strength")


def in_degree(G: nx.Graph) -> pd.Series:
    """Count the ties that point to each actor; a `DirectionError` in an undirected network.

    Examples
    --------
    >>> import networkx as nx
    >>> in_degree(nx.DiGraph(["AB", "AC", "CB"])).to_dict()
    {'A': 0, 'B': 2, 'C': 1}
    """
    _check_direction(G, "in_degree")
    return _score(G, "in_degree")


def out_degree(G: nx.Graph) -> pd.Series:
    """Count the ties that start from each actor; a `DirectionError` in an undirected network.

    Examples
    --------
    >>> import networkx as nx
    >>> out_degree(nx.DiGraph(["AB", "AC", "CB"])).to_dict()
    {'A': 2, 'B': 0, 'C': 1}
    """
    _check_direction(G, "out_degree")
    return _score(G, "out_degree")


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
    return _score(G, "in_strength")


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
    return _score(G, "out_strength")


def betweenness(G: nx.Graph, *, weighted: bool = True) -> pd.Series:
    """Share of the shortest paths between all other pairs that run through each actor.

    Normalised by the number of other pairs, (n - 1)(n - 2) / 2, ordered pairs if directed, joined
    by a path or not. Weighted: the length of a tie is 1/weight, so that pairs who fight often are
    near; a tie of weight 0 has no length and carries no path. That anything flows along paths of
    opposition is a model, not an observation. 0 for an isolate; missing for fewer than three
    actors. Paths of equal length are shared: lengths are compared in whole numbers, where
    networkx with rounded lengths would take one of them for the only shortest. Weights that are
    no simple fractions have no whole lengths: what differs by rounding at most is equal then.

    Without weights, and in components of more than 500 actors, networkx's backend
    ``nx-rustworkx`` does it where it is installed (``pip install "conflict-toolkit[fast]"``).

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
    return _score(G, "betweenness" if weighted else "betweenness_unweighted")


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
    return _score(G, "closeness" if weighted else "closeness_unweighted")


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
    check_graph(G)
    found = find_spectrum(read_stack([G]))
    scores = _series(G, found.scores, "eigenvector")
    scores.attrs = {"component": str(found.component[0]), "shared": "no"}
    if not np.isnan(found.value[0]):
        scores.attrs["eigenvalue"] = f"{found.value[0]:.12g}"
    if found.shared[0]:
        scores.attrs["shared"] = "yes"
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
    return _score(G, "core_number")


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
    return _score(G, "clustering")


def _score(G: nx.Graph, measure: str) -> pd.Series:
    check_graph(G)
    return _series(G, score_stack(read_stack([G]), [measure])[measure], measure)


def _series(G: nx.Graph, values: np.ndarray, measure: str) -> pd.Series:
    index = pd.Index(list(G), name="actor", dtype=None if len(G) else "str")
    kind = "int64" if measure in COUNTS else "float64"
    return pd.Series(values.astype(kind), index, name=measure)


def _check_direction(G: nx.Graph, measure: str) -> None:
    check_graph(G)
    if not G.is_directed():
        raise DirectionError(
            f"{measure} is asked of a network without direction.",
            "a directed network, from dyads with direction.",
            f"ct.networks.{measure.split('_')[1]}(G)",
        )
