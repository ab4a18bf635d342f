"""A backbone beside the whole network: what a filter for display keeps and what it hides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import OptionError
from toolkit.networks.graphs import check_graph, edge_weights, shared_record, without_loops
from toolkit.plots import style
from toolkit.plots.drawing import draw_network
from toolkit.plots.grids import make_panels, note_panels, title_panel
from toolkit.plots.layout import Positions, need_actors, network_positions
from toolkit.plots.legends import draw_shared_legend, explain
from toolkit.plots.names import say_left_out, settle_layout, write_names
from toolkit.plots.picture import Colour, check_labels, make_scales, read_picture, say_word

if TYPE_CHECKING:
    import networkx as nx

LIMIT = "A backbone is for display: measures of it are measures of the filter"


def plot_backbone(
    G: nx.Graph,
    backbone: nx.Graph,
    *,
    positions: Positions | None = None,
    colour: Colour = None,
    size: str | None = "strength",
    width: str | None = "weight",
    labels: str | bool | Sequence[str] = "auto",
    **kwargs: Any,
) -> np.ndarray:
    """Draw a network and, beside it, the ties that a filter keeps, every actor in the same place.

    Both panels have the same scales, and dots have the size that they have in the whole. What is
    left out on the right is not noise and not absent: it is what the filter, named above, does
    not show. A backbone is for display and no better measured network.

    Parameters
    ----------
    G
        The network.
    backbone
        What `find_backbone` returns for it; or another part of the same network.
    positions, colour, size, width, labels
        As in `plot_network`; positions by default from the whole network.
    **kwargs
        Passed on to `Axes.scatter`, which draws the dots.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        Two: the whole, and the backbone with its share of the ties and of the weight above it
        (without ties of an actor to itself).

    Raises
    ------
    OptionError
        The backbone has a tie or an actor that the network has not, or is directed where that is
        not; as in `plot_network`.
    EmptySelectionError
        The network has no actors.

    Examples
    --------
    >>> import toolkit as ct
    >>> G = ct.actor_network(ct.count_dyads(ct.load_sample("ged"), period="year"))
    >>> part = G.edge_subgraph([tie for tie in G.edges if G.edges[tie]["weight"] > 50])
    >>> axes = plot_backbone(G, part)
    >>> axes[0].get_title(loc="left")
    'whole network'
    """
    check_graph(G)
    check_graph(backbone)
    need_actors(G)
    _check_part(G, backbone)
    check_labels(labels, G)
    where = network_positions(G) if positions is None else positions
    kept = _keep_actors(G, backbone)
    whole, part = read_picture([G, kept], where, colour, size, width)
    part.actors["size"] = whole.actors["size"]
    pictures = [whole, part]
    figure, axes = make_panels(2, 2, high=0.86, beside=1.5, wide=(4.6, 4.6))
    scales = make_scales(pictures, 250, len(G))
    for ax, picture in zip(axes, pictures, strict=True):
        draw_network(ax, picture, scales, **kwargs)
    title_panel(axes[0], "whole network", _say_size(G))
    rule = str(backbone.graph.get("backbone", "backbone, rule not recorded"))
    title_panel(axes[1], style.plain(rule, width=60), _say_share(G, backbone))
    draw_shared_legend(figure, explain(pictures, scales, colour))
    record = style.record_of(shared_record([G]))
    loops = [f"not drawn: ties of an actor to itself, {whole.loops}"] if whole.loops else []
    note_panels(figure, record, LIMIT, *loops, *say_left_out(999))
    settle_layout(figure)
    left_out = sum(write_names(ax, p, scales, labels) for ax, p in zip(axes, pictures, strict=True))
    note_panels(figure, record, LIMIT, *loops, *say_left_out(left_out))
    return axes


def _check_part(G: nx.Graph, backbone: nx.Graph) -> None:
    """Raise for a backbone that is not part of the network."""
    if G.is_directed() != backbone.is_directed():
        words = ["undirected", "directed"]
        raise OptionError(
            f"The network is {words[G.is_directed()]}, its backbone is "
            f"{words[backbone.is_directed()]}.",
            "a backbone of this very network.",
            "plot_backbone(G, ct.networks.find_backbone(G))",
        )
    strange: list[Any] = [a for a in backbone if a not in G]
    strange += [tie for tie in backbone.edges if not G.has_edge(*tie)]
    if strange:
        raise OptionError(
            f"The network has not {strange[0]!r}, which its backbone has.",
            "a backbone of this very network.",
            "plot_backbone(G, ct.networks.find_backbone(G))",
        )


def _keep_actors(G: nx.Graph, backbone: nx.Graph) -> nx.Graph:
    """Return all actors of the network, with the ties of its backbone."""
    import networkx as nx

    kept = nx.create_empty_copy(G)
    kept.add_edges_from((u, v, G.edges[u, v]) for u, v in backbone.edges)
    return kept


def _weigh(G: nx.Graph) -> tuple[int, float]:
    plain = without_loops(G)
    return plain.number_of_edges(), float(np.nansum(edge_weights(plain)))


def _say_size(G: nx.Graph) -> str:
    ties, weight = _weigh(G)
    word = say_word(G, "weight")
    total = f"weight {weight:,.6g}" if word == "weight" else f"{weight:,.6g} {word}"
    return f"{ties:,} tie{'' if ties == 1 else 's'}, {total}"


def _say_share(G: nx.Graph, backbone: nx.Graph) -> str:
    """Say what the backbone keeps of the ties and of their weight."""
    (ties, weight), (all_ties, all_weight) = _weigh(_keep_actors(G, backbone)), _weigh(G)
    said = f"{ties:,} tie{'' if ties == 1 else 's'}"
    if all_ties:
        said += f" ({100 * ties / all_ties:.0f} %)"
    if all_weight > 0:
        said += f", {100 * weight / all_weight:.0f} % of the {say_word(G, 'weight')}"
    return said
