"""What every part of `networks` expects of a graph, and the few questions that all of them ask."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError

if TYPE_CHECKING:
    import networkx as nx


def check_graph(G: nx.Graph) -> None:
    """Raise `OptionError` unless this is one simple networkx graph with weights of 0 and more."""
    import networkx as nx

    if not isinstance(G, nx.Graph):
        raise OptionError(
            f"A network is needed, and this is a {type(G).__name__}.",
            "a networkx.Graph or networkx.DiGraph.",
            "ct.actor_network(dyads)",
        )
    if G.is_multigraph():
        raise OptionError(
            "The network has several ties between the same two actors (a multigraph).",
            "one tie for each pair: measures read parallel ties in different ways.",
            "ct.actor_network(dyads), which sums them",
        )
    if any(data.get("weight", 1) < 0 for _, ties in G.adjacency() for data in ties.values()):
        raise OptionError(
            "The network has ties of negative weight.",
            "weights of 0 and more: neither distances nor shares are defined for others.",
            "G.edges(data='weight')",
        )


def check_graphs(graphs: Mapping[Any, nx.Graph]) -> None:
    """Raise unless these are networks by period, at least one."""
    if not isinstance(graphs, Mapping):
        raise OptionError(
            f"Networks by period are needed, and this is a {type(graphs).__name__}.",
            "a dict of period and network.",
            "ct.networks.networks_by_period(dyads)",
        )
    if not graphs:
        raise EmptySelectionError(
            "There are no networks in the dict.",
            "at least one period.",
            "ct.networks.networks_by_period(dyads)",
        )
    for G in graphs.values():
        check_graph(G)


def without_loops(G: nx.Graph) -> nx.Graph:
    """Return the graph without ties of an actor to itself: the same object where it has none."""
    import networkx as nx

    loops = list(nx.selfloop_edges(G))
    if not loops:
        return G
    copy = G.copy()
    copy.remove_edges_from(loops)
    return copy


def positive_part(G: nx.Graph) -> nx.Graph:
    """Return all actors, and only the ties of known weight above 0: those that have a distance."""
    kept = type(G)()
    kept.add_nodes_from(G)
    kept.add_edges_from(
        (u, v, {"weight": weight})
        for u, v, weight in G.edges(data="weight", default=1)
        if u != v and weight > 0  # a missing weight is not above 0
    )
    return kept


def edge_weights(G: nx.Graph) -> np.ndarray:
    """Return the weights of the ties as numbers; 1 where a graph has none, as networkx does."""
    return np.array([weight for *_, weight in G.edges(data="weight", default=1)], dtype=float)


def with_distances(G: nx.Graph, *, exact: bool = False) -> nx.Graph:
    """Return the ties of weight above 0 with `distance` 1/weight.

    Exact distances are whole numbers in proportion to 1/weight. Paths of equal length are equal
    then: in floats 1/10 + 1/10 + 1/10 is more than 3/10, and a path that is one of two shortest
    ones would count as the only one.
    """
    kept = positive_part(G)
    ties = list(kept.edges(data="weight"))
    weights = [weight for *_, weight in ties]
    for (u, v, _), distance in zip(ties, _distances(weights, exact), strict=True):
        kept.edges[u, v]["distance"] = distance
    return kept


def _distances(weights: list[float], exact: bool) -> list[float]:
    fractions = [Fraction(w).limit_denominator(1000) for w in weights] if exact else []
    near = [abs(float(f) - w) <= 1e-9 * w for f, w in zip(fractions, weights, strict=False)]
    if not exact or not all(near):
        return [1 / weight for weight in weights]
    common = math.lcm(*(f.numerator for f in fractions))
    return [common // f.numerator * f.denominator for f in fractions]


def largest_component(G: nx.Graph, *, strong: bool = False) -> list[Hashable]:
    """Return the actors of the largest component, sorted; an empty list for an empty graph.

    Of several with as many actors the one with more weight inside, then the first by name.
    """
    found = [sorted(c, key=str) for c in components(G, strong=strong)]
    if not found:
        return []
    most = max(len(c) for c in found)
    largest = [c for c in found if len(c) == most]
    if len(largest) == 1:
        return largest[0]
    return min(largest, key=lambda c: (-float(np.nansum(edge_weights(G.subgraph(c)))), str(c[0])))


def components(G: nx.Graph, *, strong: bool = False) -> Iterable[set[Hashable]]:
    """Return the components: with ties in any direction, or strong ones of a directed graph."""
    import networkx as nx

    if not G.is_directed():
        return list(nx.connected_components(G))
    find = nx.strongly_connected_components if strong else nx.weakly_connected_components
    return list(find(G))


def plain_numbers(values: pd.Series) -> list[int | float | None]:
    """Return numbers as Python's own: int where all are whole, float else, None where missing."""
    known = values.dropna().astype(float)
    whole = bool((known % 1 == 0).all())
    kind = int if whole else float
    return [None if pd.isna(v) else kind(v) for v in values]


def shared_record(graphs: Iterable[nx.Graph]) -> dict[str, str]:
    """Return the provenance that all these networks have in common, steps up to where they part."""
    records = [{str(k): str(v) for k, v in G.graph.items()} for G in graphs]
    first = records[0] if records else {}
    shared = {k: v for k, v in first.items() if all(r.get(k) == v for r in records)}
    steps = zip(*(r.get("steps", "").split("; ") for r in records), strict=False)
    same = [step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps) if step[0]]
    return {**shared, "steps": "; ".join(same)} if same else shared
