"""Networks: who fights whom, as a drawing, by period, and around one actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import check_option
from toolkit.networks.build import ego_network
from toolkit.networks.graphs import check_graph, check_graphs, shared_record
from toolkit.permutation import check_whole
from toolkit.plots import style
from toolkit.plots.drawing import draw_absent, draw_network, finish
from toolkit.plots.grids import make_panels, note_panels
from toolkit.plots.layout import (
    Positions,
    join_graphs,
    need_actors,
    network_positions,
    ring_positions,
)
from toolkit.plots.legends import draw_shared_legend, explain
from toolkit.plots.names import say_left_out, settle_layout, write_names
from toolkit.plots.picture import Colour, check_labels, make_scales, read_picture

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes


def plot_network(
    G: nx.Graph,
    *,
    positions: Positions | None = None,
    colour: Colour = None,
    size: str | None = "strength",
    width: str | None = "weight",
    labels: str | bool | Sequence[str] = "auto",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw a network: actors as dots, ties as lines in the colour of their kind.

    Where an actor stands means nothing: positions are chosen so that the ties can be told apart,
    and nearness is neither geography nor friendship. Two actors without a line had no event
    recorded, which is not peace. Ties of opposition say who fought, not who began.

    The area of a dot is proportional to its number, the width of a line to the square root of
    its number; below a smallest dot and a thinnest line, which the legend names, all are alike.
    Names are written where they fit, those of large actors first, and none covers another at the
    size at which the figure was made; how many were left out stands under the figure.

    Parameters
    ----------
    G
        What `actor_network` returns, or another networkx Graph or DiGraph with `weight`. The kind
        of the ties is read from their attribute `tie`, else from `G.graph["tie"]`.
    positions
        Place of each actor, from `network_positions`: the same in all pictures of a series.
    colour
        A category for each actor, at most eight: a dict or a Series (a column of
        `find_communities`), or the name of a node attribute. Actors without one are grey.
    size
        "strength", "degree", a numeric node attribute, or None for equal dots.
    width
        A numeric attribute of the ties ("weight", "n_events", "fatalities", ...), or None.
    labels
        "auto": as many names as stay readable; True: all that fit; False: none; or a list of the
        actors to name.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.scatter`, which draws the dots.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    EmptySelectionError
        The network has no actors.
    OptionError
        An unknown option, attribute or actor (the message has the nearest names), more than eight
        colours, a multigraph, negative weights.

    References
    ----------
    Kamada, T. and Kawai, S. (1989). An algorithm for drawing general undirected graphs.
    Information Processing Letters 31, 7-15.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"))
    >>> graphs = ct.networks.networks_by_period(dyads)
    >>> ax = plot_network(graphs[pd.Period("2015")])
    >>> ax.get_legend().get_texts()[0].get_text()
    'actor: events (area)'
    """
    check_graph(G)
    need_actors(G)
    where = network_positions(G) if positions is None else positions
    (picture,) = read_picture([G], where, colour, size, width)
    check_labels(labels, G)
    ax = style.make_axes(ax, (7.2, 5.4) if len(G) < 60 else (9.5, 7.6))
    scales = make_scales([picture], min(style.width_of(ax), style.height_of(ax)) - 30)
    draw_network(ax, picture, scales, **kwargs)
    finish(ax, G, picture, scales, labels, explain([picture], scales, colour))
    return ax


def plot_networks_by_period(
    graphs: Mapping[Any, nx.Graph],
    *,
    columns: int = 3,
    positions: Positions | None = None,
    colour: Colour = None,
    size: str | None = "strength",
    width: str | None = "weight",
    labels: str | bool | Sequence[str] = "auto",
    absent: str = "pale",
    **kwargs: Any,
) -> np.ndarray:
    """Draw the network of each period in a panel of its own, every actor in the same place.

    Dots and lines have the same scale in all panels, so that panels can be compared. A panel
    with fewer ties can be a year with fewer events, or one that the dataset covers in part, which
    its title says; a period outside the coverage is hatched, not empty. What a picture of a
    network does not mean, see `plot_network`.

    Parameters
    ----------
    graphs
        What `networks_by_period` returns: period and network.
    columns
        Panels in a row.
    positions, colour, size, width, labels
        As in `plot_network`; positions by default from all periods together.
    absent
        "pale": actors that other periods have are pale dots; "hide": they are not drawn.
    **kwargs
        Passed on to `Axes.scatter`.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        One for each period, in their order.

    Raises
    ------
    EmptySelectionError, OptionError
        As in `plot_network`; no periods; columns below 1.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"))
    >>> axes = plot_networks_by_period(ct.networks.networks_by_period(dyads, start="2018"))
    >>> [ax.get_title(loc="left") for ax in axes]
    ['2018', '2019']
    """
    check_graphs(graphs)
    check_option("absent", absent, ["pale", "hide"])
    columns = check_whole("columns", columns, least=1, usual=3)
    everybody = join_graphs(graphs.values())
    need_actors(everybody)
    check_labels(labels, everybody)
    where = network_positions(graphs) if positions is None else positions
    pictures = read_picture(list(graphs.values()), where, colour, size, width)
    figure, axes = make_panels(len(graphs), columns, high=0.9, beside=1.5)
    wide = figure.get_size_inches()[0] / min(columns, len(graphs))
    scales = make_scales(pictures, 55 * float(wide), len(everybody))
    for ax, (period, G), picture in zip(axes, graphs.items(), pictures, strict=True):
        if absent == "pale":
            draw_absent(ax, [where[a] for a in everybody if a not in G])
        draw_network(ax, picture, scales, **kwargs)
        _write_title(ax, period, G)
    draw_shared_legend(figure, explain(pictures, scales, colour))
    record = style.record_of(shared_record(graphs.values()))
    note_panels(figure, record, *say_left_out(999))
    settle_layout(figure)
    left_out = sum(write_names(ax, p, scales, labels) for ax, p in zip(axes, pictures, strict=True))
    note_panels(figure, record, *say_left_out(left_out))
    return axes


def plot_ego(
    G: nx.Graph, actor: str, *, radius: int = 1, ax: Axes | None = None, **options: Any
) -> Axes:
    """Draw one actor in the middle, those it has ties with around it, and the ties among them.

    The others stand on a ring in an order that keeps those with ties among them together; with a
    radius of 2 and more their own neighbours stand outside. A ring that looks like an alliance is
    none: in a network of opposition all on it fought the actor in the middle.

    Parameters
    ----------
    G
        As in `plot_network`.
    actor
        The name in the middle.
    radius
        How many ties away the others may be.
    ax
        Axes to draw on; new ones by default.
    **options
        As in `plot_network`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        The network has no such actor (the message has the nearest names); as `plot_network`.

    Examples
    --------
    >>> import toolkit as ct
    >>> G = ct.actor_network(ct.count_dyads(ct.load_sample("ged")))
    >>> ax = plot_ego(G, "Ember Brigades")
    >>> ax.get_title(loc="left")
    'Ember Brigades and its 1 neighbour'
    """
    ego = ego_network(G, actor, radius=radius)
    ax = plot_network(ego, ax=ax, **{"positions": ring_positions(ego, actor), **options})
    n = len(ego) - 1
    title = f"{style.plain(actor)} and its {n} neighbour{'' if n == 1 else 's'}"
    ax.set_title(title, loc="left", fontsize=style.SMALL, color=style.INK, fontweight="bold")
    return ax


def _write_title(ax: Axes, period: object, G: nx.Graph) -> None:
    from matplotlib.patches import Rectangle

    title = style.plain(period)
    if isinstance(period, pd.Period):
        part = style.covered_part(period, style.record_of(G.graph))
        title += {"part": " (covered in part)", "none": " (not covered)"}.get(part, "")
        if part == "none":
            look = {"transform": ax.transAxes, "zorder": 0, **style.UNCOVERED}
            ax.add_patch(Rectangle((0, 0), 1, 1, **look))
    ax.set_title(title, fontsize=style.SMALL, color=style.INK, fontweight="bold", loc="left")
    if not G.number_of_edges() and "not covered" not in title:
        ax.text(0.5, 0.5, "no tie recorded", transform=ax.transAxes, ha="center", va="center",
                fontsize=style.SMALL, color=style.PALE_INK)  # fmt: skip
