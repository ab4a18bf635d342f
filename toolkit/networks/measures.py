"""The two tables of measures: one of networks, one of actors.

What a number means stands with the function of its name, in `structure` and `centrality`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import warn
from toolkit.networks import centrality, structure
from toolkit.networks.graphs import check_graph, check_graphs, shared_record, without_loops
from toolkit.provenance import stamp

if TYPE_CHECKING:
    import networkx as nx

Measure = Callable[["nx.Graph"], Any]

# measure: (how, why it is missing where it is)
GRAPH_MEASURES: dict[str, tuple[Measure, str]] = {
    "n_actors": (len, ""),
    "n_ties": (lambda G: without_loops(G).number_of_edges(), ""),
    "total_weight": (structure.total_weight, "no tie has a recorded weight"),
    "density": (structure.density, "fewer than two actors"),
    "n_isolates": (structure.n_isolates, ""),
    "transitivity": (structure.transitivity, "no actor has two ties"),
    "mean_clustering": (structure.mean_clustering, "no actor has two ties"),
    "reciprocity": (structure.reciprocity, "no ties"),
    "weight_reciprocity": (
        structure.weight_reciprocity,
        "no ties, all weights equal, or a weight missing",
    ),
    "degree_assortativity": (structure.degree_assortativity, "no ties, or all degrees equal"),
    "degree_centralization": (structure.degree_centralization, "fewer than three actors"),
    "concentration": (structure.concentration, "no weight"),
    "effective_number": (structure.effective_number, "no weight"),
    "n_components": (structure.n_components, ""),
    "largest_component_share": (structure.largest_component_share, "no actors"),
    "mean_distance": (structure.mean_distance, "no ties"),
    "connected_pairs": (structure.connected_pairs, "fewer than two actors"),
}
COUNTS = ["n_actors", "n_ties", "n_isolates", "n_components"]
DIRECTED = ["reciprocity", "weight_reciprocity"]
UNDIRECTED = "the network has no direction"


def graph_measures(G: nx.Graph | Mapping[Any, nx.Graph]) -> pd.Series | pd.DataFrame:
    """Measure a network, or each network of a dict.

    Each row has its definition and limits in the function of the same name in `ct.networks`;
    `n_actors` and `n_ties` are what they say, without ties of an actor to itself. All of them
    depend on the roster and on the length of the period, none comes with an uncertainty, and
    events that were not recorded change every one.

    Parameters
    ----------
    G
        A network, or a dict of networks by period (`networks_by_period`).

    Returns
    -------
    Series or DataFrame
        n_actors, n_ties, total_weight (events or deaths, see `attrs["weight"]`), density,
        n_isolates, transitivity, mean_clustering, reciprocity, weight_reciprocity,
        degree_assortativity, degree_centralization, concentration, effective_number,
        n_components, largest_component_share, mean_distance, connected_pairs. Of a dict one row
        for each period. Undefined is missing; `attrs["undefined"]` says what and why.

    Raises
    ------
    OptionError, EmptySelectionError
        Something else than a simple network with weights of 0 and more; an empty dict.

    Examples
    --------
    >>> import networkx as nx
    >>> graph_measures(nx.Graph(["AB", "BC", "CA", "CD"]))[["n_ties", "density"]].round(3).tolist()
    [4.0, 0.667]
    """
    if not isinstance(G, Mapping):
        check_graph(G)
        row, reasons = _measure(G)
        return _finish(pd.Series(row, name="measure", dtype=float), [G], reasons)
    check_graphs(G)
    measured = [_measure(graph) for graph in _show(G)]
    table = pd.DataFrame([row for row, _ in measured], index=_period_index(G))
    table = table.astype(dict.fromkeys(COUNTS, "int64"))
    reasons = {k: why for _, found in measured for k, why in found.items()}
    return _finish(table, list(G.values()), reasons)


def actor_measures(G: nx.Graph | Mapping[Any, nx.Graph]) -> pd.DataFrame:
    """Measure each actor of a network, or of each network of a dict.

    Each column has its definition and limits in the function of the same name in `ct.networks`.
    Betweenness and closeness come twice, with distances of 1/weight and with every tie of length
    1; where the two disagree, the result hangs on reading many events as nearness.

    Parameters
    ----------
    G
        A network, or a dict of networks by period (`networks_by_period`).

    Returns
    -------
    DataFrame
        Index `actor`: degree, strength, betweenness, betweenness_unweighted, closeness,
        closeness_unweighted, eigenvector, core_number, clustering; for directed networks
        in_degree, out_degree, in_strength and out_strength too. Of a dict a long table with the
        columns `period` and `actor` first. Undefined is missing. An actor that is not in a
        network has no row there.

    Raises
    ------
    OptionError, EmptySelectionError
        Something else than a simple network with weights of 0 and more; an empty dict.

    Warns
    -----
    DataWarning
        The leading eigenvalue is shared (in these periods).

    Examples
    --------
    >>> import networkx as nx
    >>> actor_measures(nx.Graph(["AB", "BC"]))["degree"].to_dict()
    {'A': 1, 'B': 2, 'C': 1}
    """
    if not isinstance(G, Mapping):
        check_graph(G)
        table, shared = _measure_actors(G)
        _tell_shared(["this network"] if shared else [])
        return stamp(table, shared_record([G]))
    check_graphs(G)
    measured = [_measure_actors(graph) for graph in _show(G)]
    _tell_shared([str(p) for p, (_, shared) in zip(G, measured, strict=True) if shared])
    tables = [t.reset_index().assign(period=p) for p, (t, _) in zip(G, measured, strict=True)]
    long = pd.concat(tables, ignore_index=True)
    first = ["period", "actor"]
    return stamp(long[first + [c for c in long if c not in first]], shared_record(G.values()))


def _measure(G: nx.Graph) -> tuple[dict[str, float], dict[str, str]]:
    """Return the measures of a network, and for those that are missing why."""
    row, reasons = {}, {}
    for name, (measure, why) in GRAPH_MEASURES.items():
        skip = name in DIRECTED and not G.is_directed()
        row[name] = np.nan if skip else measure(G)
        if np.isnan(row[name]):
            reasons[name] = UNDIRECTED if skip else why
    return row, reasons


def _measure_actors(G: nx.Graph) -> tuple[pd.DataFrame, bool]:
    """Return the measures of the actors, and whether the leading eigenvalue is shared."""
    scores = centrality.leading_scores(G)
    sides = ["in_degree", "out_degree", "in_strength", "out_strength"] if G.is_directed() else []
    columns = [
        centrality.degree(G),
        centrality.strength(G),
        *(getattr(centrality, name)(G) for name in sides),
        *(centrality.betweenness(G, weighted=weighted) for weighted in (True, False)),
        *(centrality.closeness(G, weighted=weighted) for weighted in (True, False)),
        scores,
        centrality.core_number(G),
        centrality.clustering(G),
    ]
    table = pd.DataFrame({str(column.name): column for column in columns})
    return table.rename_axis("actor"), scores.attrs["shared"] == "yes"


def _show(graphs: Mapping[Hashable, nx.Graph]) -> Iterator[nx.Graph]:
    """Yield the networks, with a progress bar where it takes longer than a few seconds."""
    from tqdm.auto import tqdm

    yield from tqdm(graphs.values(), desc="networks", delay=3, leave=False)


def _period_index(graphs: Mapping[Hashable, nx.Graph]) -> pd.Index:
    return pd.Index(list(graphs), name="period")


def _finish(table: Any, graphs: list[nx.Graph], reasons: dict[str, str]) -> Any:
    said = "; ".join(f"{name}: {why}" for name, why in reasons.items())
    return stamp(table, shared_record(graphs), undefined=said or None)


def _tell_shared(periods: list[str]) -> None:
    if periods:
        warn(
            f"The leading eigenvalue is shared in {', '.join(periods)}: the eigenvector is that "
            "of one component of several that are as good, or one of many."
        )
