"""Measures of a whole network, one short function each: the docstring is the definition.

Ties of an actor to itself are ignored by all of them. What is undefined is missing (NaN), not 0.
Every one of them depends on which actors count as existing (the roster) and on the length of the
period: compare networks only where both are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.errors import warn
from toolkit.networks.graphs import check_graph
from toolkit.networks.stacks import read_stack
from toolkit.networks.tallies import measure_stack

if TYPE_CHECKING:
    import networkx as nx


def total_weight(G: nx.Graph) -> float:
    """Sum the weights of all ties: events, or deaths.

    A tie without a recorded weight adds nothing; missing if no tie has one. An event that belongs
    to several pairs counts once for each, unless it was shared out (`split="share"`).

    Examples
    --------
    >>> import networkx as nx
    >>> total_weight(nx.Graph([("A", "B", {"weight": 3}), ("B", "C", {"weight": 2})]))
    5.0
    """
    return _measure(G, "total_weight")


def density(G: nx.Graph) -> float:
    """Share of the possible ties that are there: m / (n (n - 1) / 2), or m / (n (n - 1)) directed.

    Missing for fewer than two actors (networkx says 0). It falls as the roster grows, because
    ties grow more slowly than pairs: a fixed roster and the actors seen give different numbers.

    References
    ----------
    networkx documentation, ``networkx.density``.

    Examples
    --------
    >>> import networkx as nx
    >>> density(nx.path_graph(4))
    0.5
    """
    return _measure(G, "density")


def n_isolates(G: nx.Graph) -> int:
    """Count the actors without a tie to another: on the roster, but in no recorded event.

    Examples
    --------
    >>> import networkx as nx
    >>> n_isolates(nx.empty_graph(3))
    3
    """
    return int(_measure(G, "n_isolates"))


def transitivity(G: nx.Graph) -> float:
    """Share of the connected triples that are closed: 3 x triangles / triples.

    Missing where no actor has two ties (networkx says 0). Direction is ignored. In a network of
    opposition a closed triple is three actors who all fight each other, the opposite of "the
    enemy of my enemy is my friend"; a high value is no sign of cohesion.

    References
    ----------
    networkx documentation, ``networkx.transitivity``.

    Examples
    --------
    >>> import networkx as nx
    >>> transitivity(nx.Graph(["AB", "BC", "CA", "CD"]))
    0.6
    """
    return _measure(G, "transitivity")


def mean_clustering(G: nx.Graph) -> float:
    """Mean over actors of the share of pairs of its partners that are tied themselves.

    Actors with fewer than two partners are left out (networkx counts them as 0); missing where
    there are no others. Weights and direction are ignored. Unlike `transitivity`, small actors
    count as much as large ones.

    References
    ----------
    networkx documentation, ``networkx.average_clustering``.

    Examples
    --------
    >>> import networkx as nx
    >>> round(mean_clustering(nx.Graph(["AB", "BC", "CA", "CD"])), 3)
    0.778
    """
    return _measure(G, "mean_clustering")


def reciprocity(G: nx.Graph) -> float:
    """Share of the directed ties that are returned.

    Missing for an undirected network, where every tie would be, and without ties. It knows
    nothing of the order in time, so that a returned tie is not retaliation. Where the direction
    is only "as recorded", it measures how the provider writes names down.

    Warns
    -----
    DataWarning
        The network has no direction.

    References
    ----------
    networkx documentation, ``networkx.overall_reciprocity``.

    Examples
    --------
    >>> import networkx as nx
    >>> round(reciprocity(nx.DiGraph(["AB", "BA", "AC"])), 3)
    0.667
    """
    _tell_direction(G)
    return _measure(G, "reciprocity")


def weight_reciprocity(G: nx.Graph) -> float:
    """Correlation of the weight of i -> j with that of j -> i, over all ordered pairs of actors.

    Pearson's r of the adjacency matrix, without its diagonal, with its transpose: a pair without
    a tie counts as 0. 1: what is done is returned in kind; 0: no linear relation; below 0: more
    in one direction goes with less in the other. In a sparse network the many pairs of zeros
    weigh heavily, and one heavy pair can decide. Missing for an undirected network, where all
    weights are equal (no variance), and where a weight is missing.

    Warns
    -----
    DataWarning
        The network has no direction.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("A", "B", 2), ("B", "A", 2), ("A", "C", 1), ("C", "A", 1)])
    >>> round(weight_reciprocity(G), 6)
    1.0
    """
    _tell_direction(G)
    return _measure(G, "weight_reciprocity")


def degree_assortativity(G: nx.Graph) -> float:
    """Correlation of the degrees at the two ends of a tie (Pearson's r over ties).

    Above 0: actors with many opponents fight each other; below 0: hubs and periphery, the usual
    case of a state and the groups that fight it. Directed: the source's out-degree with the
    target's in-degree. Missing where all degrees at an end are equal, as in a ring. In small
    networks it is bounded well away from -1 and 1.

    References
    ----------
    networkx documentation, ``networkx.degree_assortativity_coefficient``.

    Examples
    --------
    >>> import networkx as nx
    >>> round(degree_assortativity(nx.path_graph(4)), 6)
    -0.5
    """
    return _measure(G, "degree_assortativity")


def degree_centralization(G: nx.Graph) -> float:
    """How far the ties gather on one actor: sum(max degree - degree) / ((n - 1) (n - 2)).

    1 for a star, 0 where all have the same degree. Direction and weights are ignored. Missing for
    fewer than three actors.

    References
    ----------
    Freeman, L. C. (1979). Centrality in social networks: conceptual clarification. Social
    Networks 1(3), 215-239.

    Examples
    --------
    >>> import networkx as nx
    >>> degree_centralization(nx.star_graph(4))
    1.0
    """
    return _measure(G, "degree_centralization")


def concentration(G: nx.Graph) -> float:
    """Herfindahl index of strength: the sum of the squared shares of the actors.

    An actor's share is its strength (in and out together) over the sum of all strengths. Each
    tie counts at both ends, so that a single pair gives 0.5, and no network more. Missing where
    there is no weight. Isolates do not change it.

    Examples
    --------
    >>> import networkx as nx
    >>> concentration(nx.Graph([("A", "B", {"weight": 7})]))
    0.5
    """
    return _measure(G, "concentration")


def effective_number(G: nx.Graph) -> float:
    """Count the actors of equal strength that would be as concentrated: 1 / `concentration`.

    Missing where there is no weight.

    Examples
    --------
    >>> import networkx as nx
    >>> round(effective_number(nx.cycle_graph(5)), 6)
    5.0
    """
    return _measure(G, "effective_number")


def n_components(G: nx.Graph) -> int:
    """Count the parts between which there is no tie, in whatever direction.

    An isolate is a part of its own: see `n_isolates` beside it.

    References
    ----------
    networkx documentation, ``networkx.connected_components``.

    Examples
    --------
    >>> import networkx as nx
    >>> n_components(nx.Graph(["AB", "CD"]))
    2
    """
    return int(_measure(G, "n_components"))


def largest_component_share(G: nx.Graph) -> float:
    """Share of the actors that are in the largest component; missing without actors.

    Examples
    --------
    >>> import networkx as nx
    >>> largest_component_share(nx.Graph(["AB", "BC", "DE"]))
    0.6
    """
    return _measure(G, "largest_component_share")


def mean_distance(G: nx.Graph) -> float:
    """Mean number of ties on the shortest paths between the actors of the largest component.

    Weights are ignored. Pairs in different components have no distance and are left out, so read
    `connected_pairs` beside it: a network that falls apart can look closer. Directed: over the
    ordered pairs of the largest component that a path along the directions joins. Missing where
    the component is a single actor. Of components of equal size, that with more weight.

    References
    ----------
    networkx documentation, ``networkx.average_shortest_path_length``.

    Examples
    --------
    >>> import networkx as nx
    >>> round(mean_distance(nx.Graph(["AB", "BC", "DE"])), 3)
    1.333
    """
    return _measure(G, "mean_distance")


def connected_pairs(G: nx.Graph) -> float:
    """Share of all pairs of actors that some path joins; ordered pairs in a directed network.

    Missing for fewer than two actors.

    Examples
    --------
    >>> import networkx as nx
    >>> connected_pairs(nx.Graph(["AB", "BC", "DE"]))
    0.4
    """
    return _measure(G, "connected_pairs")


def _measure(G: nx.Graph, measure: str) -> float:
    check_graph(G)
    return float(measure_stack(read_stack([G]), [measure])[measure][0])


def _tell_direction(G: nx.Graph) -> None:
    check_graph(G)
    if not G.is_directed():
        warn(
            "Reciprocity is missing: the network has no direction, so every tie would be returned."
        )
