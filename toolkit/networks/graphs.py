"""What every part of `networks` expects of a graph, and the few questions that all of them ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np

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


def shared_record(graphs: Iterable[nx.Graph]) -> dict[str, str]:
    """Return the provenance that all these networks have in common, steps up to where they part."""
    records = [{str(k): str(v) for k, v in G.graph.items()} for G in graphs]
    first = records[0] if records else {}
    shared = {k: v for k, v in first.items() if all(r.get(k) == v for r in records)}
    steps = zip(*(r.get("steps", "").split("; ") for r in records), strict=False)
    same = [step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps) if step[0]]
    return {**shared, "steps": "; ".join(same)} if same else shared
