"""Where the actors of a network stand: one layout that holds for all periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from toolkit.errors import EmptySelectionError
from toolkit.networks.graphs import check_graph

if TYPE_CHECKING:
    import networkx as nx

Positions: TypeAlias = Mapping[str, tuple[float, float]]
ACROSS = 1.3  # the layout is a box of this width and height 1


def network_positions(
    graphs: nx.Graph | Mapping[Any, nx.Graph] | Iterable[nx.Graph], *, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Place the actors of one or several networks so that they can stay put over time.

    One layout of all ties of all networks together, whatever their weight: Kamada and Kawai's
    springs, each component on its own, larger components with more room, isolates in rows at the
    lower margin. The same networks and seed give the same places. They are for reading only:
    distances in the picture are no measure.

    Parameters
    ----------
    graphs
        A network, or several (what `networks_by_period` returns).
    seed
        Seed of the small shifts that part actors with the same ties.

    Returns
    -------
    dict of str and tuple of float
        x from 0 to 1.3, y from 0 to 1.

    Raises
    ------
    EmptySelectionError
        The networks have no actors.

    Examples
    --------
    >>> import networkx as nx
    >>> sorted(network_positions(nx.Graph(["AB", "BC"])))
    ['A', 'B', 'C']
    """
    import networkx as nx

    if isinstance(graphs, Mapping):
        graphs = graphs.values()
    several = [graphs] if isinstance(graphs, nx.Graph) else list(graphs)
    for G in several:
        check_graph(G)
    union = join_graphs(several)
    need_actors(union)
    joined = [sorted(c, key=str) for c in nx.connected_components(union) if len(c) > 1]
    joined.sort(key=lambda c: (-len(c), str(c[0])))
    alone = sorted((a for a in union if not union.degree(a)), key=str)
    places: dict[str, tuple[float, float]] = {}
    rows = -(-len(alone) // 18)
    floor = min(0.09 * rows, 0.5) if joined else 1.0
    for i, actor in enumerate(alone):
        row, column = divmod(i, 18)
        here = min(len(alone) - 18 * row, 18)
        places[actor] = (ACROSS * (column + 0.5) / here, floor * (1 - (row + 0.5) / rows) * 0.8)
    random = np.random.default_rng(seed)
    cells = _share_out([float(len(c)) for c in joined], (0.0, floor, ACROSS, 1 - floor))
    for component, cell in zip(joined, cells, strict=True):
        points = _spring(union.subgraph(component), component, random)
        spots = _fit(points, cell).round(9).tolist()
        places.update({a: (x, y) for a, (x, y) in zip(component, spots, strict=True)})
    return places


def join_graphs(graphs: Iterable[nx.Graph]) -> nx.Graph:
    """Return all actors and all ties between two of them, without direction or weight, sorted."""
    import networkx as nx

    graphs = list(graphs)
    union: nx.Graph = nx.Graph()
    union.add_nodes_from(sorted({a for G in graphs for a in G}, key=str))
    pairs = {tuple(sorted((u, v), key=str)) for G in graphs for u, v in G.edges if u != v}
    union.add_edges_from(sorted(pairs, key=str))
    return union


def _spring(G: nx.Graph, names: list[str], random: np.random.Generator) -> np.ndarray:
    """Return Kamada-Kawai positions, started from classical scaling of the path lengths."""
    import networkx as nx

    if len(names) == 2:
        return np.array([[0.0, 0.5], [1.0, 0.5]])
    lengths = dict(nx.all_pairs_shortest_path_length(G))
    distances = np.array([[lengths[a][b] for b in names] for a in names], float)
    square = distances**2
    centred = -0.5 * (square - square.mean(0) - square.mean(1)[:, None] + square.mean())
    values, vectors = np.linalg.eigh(centred)
    vectors *= np.sign(vectors[np.abs(vectors).argmax(0), np.arange(len(names))])
    start = vectors[:, :-3:-1] * np.sqrt(np.maximum(values[:-3:-1], 0))
    start = start + random.normal(scale=0.05, size=start.shape)
    found = nx.kamada_kawai_layout(
        nx.Graph(G), dist=lengths, pos=dict(zip(names, start, strict=True))
    )
    points = np.array([found[a] for a in names])
    points -= points.mean(0)
    turn = np.linalg.svd(points, full_matrices=False)[2]
    return points @ turn.T  # the long way is across


def _fit(points: np.ndarray, cell: tuple[float, float, float, float]) -> np.ndarray:
    """Stretch points to a cell, and part those that would cover each other."""
    x, y, wide, high = cell
    span = np.ptp(points, axis=0)
    unit = (points - points.min(0)) / np.where(span > 1e-9, span, 1)
    if len(points) > 8:  # halfway to equal spacing, which opens the crowd around a hub
        ranks = np.round(points, 6).argsort(0, kind="stable").argsort(0) / (len(points) - 1)
        unit = 0.45 * unit + 0.55 * ranks
    unit[:, span <= 1e-9] = 0.5
    margin = 0.04 if len(points) > 8 else 0.08
    corner, size = np.array([x, y]), np.array([wide, high])
    spots = corner + size * (margin + (1 - 2 * margin) * unit)
    apart = 0.55 * np.sqrt(wide * high / len(points))
    for _ in range(60):
        gaps = spots[:, None] - spots[None]
        length = np.hypot(gaps[..., 0], gaps[..., 1])
        np.fill_diagonal(length, np.inf)
        push = np.clip(apart - length, 0, None) / np.maximum(length, 1e-9)
        if not push.any():
            break
        spots = spots + 0.25 * (gaps * push[..., None]).sum(1)
        spots = np.clip(spots, corner + 0.03 * size, corner + 0.97 * size)
    return spots


def _share_out(
    weights: list[float], box: tuple[float, float, float, float]
) -> list[tuple[float, float, float, float]]:
    """Cut a box into cells of these shares, always along its longer side."""
    if len(weights) < 2:
        return [box] * len(weights)
    x, y, wide, high = box
    total = np.cumsum(weights)
    at = int(np.abs(total[:-1] - total[-1] / 2).argmin()) + 1
    share = float(total[at - 1] / total[-1])
    if wide >= high:
        one, two = (x, y, wide * share, high), (x + wide * share, y, wide * (1 - share), high)
    else:
        one, two = (x, y + high * (1 - share), wide, high * share), (x, y, wide, high * (1 - share))
    return _share_out(weights[:at], one) + _share_out(weights[at:], two)


def ring_positions(ego: nx.Graph, actor: str) -> dict[str, tuple[float, float]]:
    """Return positions around one actor, in the order of the angles that springs give them."""
    import networkx as nx

    steps = nx.single_source_shortest_path_length(ego.to_undirected(as_view=True), actor)
    others = join_graphs([ego])
    others.remove_node(actor)
    sprung = network_positions(others) if len(others) else {}
    middle = np.array(list(sprung.values())).mean(0) if sprung else np.zeros(2)
    places = {actor: (ACROSS / 2, 0.5)}
    for ring in range(1, max(steps.values(), default=0) + 1):
        here = [a for a in sprung if steps[a] == ring]
        here.sort(key=lambda a: float(np.arctan2(*(np.array(sprung[a]) - middle)[::-1])))
        far = 0.44 * ring / max(steps.values())
        for i, a in enumerate(here):
            angle = 2 * np.pi * (i + 0.25) / len(here)
            stagger = 0.84 if len(here) > 24 and i % 2 else 1.0
            reach = far * stagger
            places[a] = (
                float(ACROSS * (0.5 + reach * np.cos(angle))), float(0.5 + reach * np.sin(angle)),
            )  # fmt: skip
    return places


def need_actors(G: nx.Graph) -> None:
    """Raise for a network without actors."""
    if not len(G):
        raise EmptySelectionError(
            "The network has no actors to draw.", "at least one actor.", "len(G), and the dyads"
        )
