"""The two tables of measures: one of networks, one of actors.

What a number means stands with the function of its name, in `structure` and `centrality`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import warn
from toolkit.networks.graphs import check_graph, check_graphs, shared_record
from toolkit.networks.scores import COUNTS as WHOLE
from toolkit.networks.scores import score_stack
from toolkit.networks.spectra import find_spectrum
from toolkit.networks.stacks import read_stack
from toolkit.networks.tallies import measure_stack
from toolkit.provenance import stamp

if TYPE_CHECKING:
    import networkx as nx

# measure: why it is missing where it is
GRAPH_MEASURES = {
    "n_actors": "",
    "n_ties": "",
    "total_weight": "no tie has a recorded weight",
    "density": "fewer than two actors",
    "n_isolates": "",
    "transitivity": "no actor has two ties",
    "mean_clustering": "no actor has two ties",
    "reciprocity": "no ties",
    "weight_reciprocity": "no ties, all weights equal, or a weight missing",
    "degree_assortativity": "no ties, or all degrees equal",
    "degree_centralization": "fewer than three actors",
    "concentration": "no weight",
    "effective_number": "no weight",
    "n_components": "",
    "largest_component_share": "no actors",
    "mean_distance": "no ties",
    "connected_pairs": "fewer than two actors",
}
SIDES = ["in_degree", "out_degree", "in_strength", "out_strength"]
PATHS = ["betweenness", "betweenness_unweighted", "closeness", "closeness_unweighted"]
TOGETHER = 200_000  # actors and ties of the networks that are measured at once
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
        measured = _measure([[G]])
        row = pd.Series({name: float(values[0]) for name, values in measured.items()})
        return _finish(row.rename("measure"), [G], _reasons(measured, [G]))
    check_graphs(G)
    measured = _measure(_batches(G))
    table = pd.DataFrame(measured, _period_index(G))
    return _finish(table, list(G.values()), _reasons(measured, G.values()))


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
        table, shared = _measure_actors([G])
        _tell_shared(["this network"] if shared.any() else [])
        return stamp(table.set_index("actor"), shared_record([G]))
    check_graphs(G)
    measured = [_measure_actors(graphs) for graphs in _batches(G)]
    shared = np.concatenate([found for _, found in measured])
    _tell_shared([str(period) for period, found in zip(G, shared, strict=True) if found])
    long = pd.concat([table for table, _ in measured], ignore_index=True)
    sizes = [len(graph) for graph in G.values()]
    long.insert(0, "period", _period_index(G).repeat(sizes))
    return stamp(long, shared_record(G.values()))


def _measure(batches: Iterable[list[nx.Graph]]) -> dict[str, np.ndarray]:
    """Return the measures, with one number for each network of the batches."""
    parts = [measure_stack(read_stack(graphs), GRAPH_MEASURES) for graphs in batches]
    measured = {name: np.concatenate([part[name] for part in parts]) for name in GRAPH_MEASURES}
    return measured | {name: measured[name].astype("int64") for name in COUNTS}


def _reasons(measured: dict[str, np.ndarray], graphs: Iterable[nx.Graph]) -> dict[str, str]:
    """Say for each measure that is missing somewhere why."""
    reasons = {name: why for name, why in GRAPH_MEASURES.items() if np.isnan(measured[name]).any()}
    if not all(G.is_directed() for G in graphs):
        reasons |= dict.fromkeys(DIRECTED, UNDIRECTED)
    return reasons


def _measure_actors(graphs: list[nx.Graph]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the measures of the actors, and of which networks the leading eigenvalue is shared."""
    stack = read_stack(graphs)
    sides = SIDES if stack.directed else []
    spectrum = find_spectrum(stack)
    columns = {
        **score_stack(stack, ["degree", "strength", *sides, *PATHS]),
        "eigenvector": spectrum.scores,
        **score_stack(stack, ["core_number", "clustering"]),
    }
    columns |= {name: values.astype("int64") for name, values in columns.items() if name in WHOLE}
    actors = pd.Series(stack.actors, dtype=None if stack.actors else "str")
    return pd.DataFrame({"actor": actors, **columns}), spectrum.shared


def _batches(graphs: Mapping[Hashable, nx.Graph]) -> Iterator[list[nx.Graph]]:
    """Yield networks of one kind, many at once, with a progress bar where it takes longer."""
    from tqdm.auto import tqdm

    batch: list[nx.Graph] = []
    size = 0
    with tqdm(total=len(graphs), desc="networks", delay=3, leave=False) as bar:
        for G in graphs.values():
            own = len(G) + G.number_of_edges()
            if batch and (size + own > TOGETHER or G.is_directed() != batch[0].is_directed()):
                yield batch
                bar.update(len(batch))
                batch, size = [], 0
            batch.append(G)
            size += own
        yield batch


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
