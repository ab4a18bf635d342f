"""Networks: who fights whom, as a drawing, by period, and around one actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option
from toolkit.networks.build import ego_network
from toolkit.networks.graphs import check_graph, check_graphs, shared_record
from toolkit.plots import style
from toolkit.plots.layout import (
    ACROSS,
    Positions,
    join_graphs,
    need_actors,
    network_positions,
    ring_positions,
)
from toolkit.plots.names import find_ends, say_left_out, settle_layout, write_names
from toolkit.plots.picture import (
    SMALLEST,
    THINNEST,
    Colour,
    Picture,
    Scales,
    check_labels,
    make_scales,
    read_picture,
)
from toolkit.provenance import source_line

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SHOWN = 300.0  # square points, the largest dot that fits a legend


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
    _draw(ax, picture, scales, kwargs)
    _set_view(ax)
    entries = _explain([picture], scales, colour)
    _draw_legend(ax, entries)
    beside = 30 + 4.8 * max(len(str(e.get_label())) for e in entries)
    _finish(ax, G, picture, scales, labels, beside)
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
    if isinstance(columns, bool) or not isinstance(columns, int) or columns < 1:
        raise OptionError(
            f"columns={columns!r} is not possible.", "whole numbers from 1.", "columns=3"
        )
    everybody = join_graphs(graphs.values())
    need_actors(everybody)
    check_labels(labels, everybody)
    where = network_positions(graphs) if positions is None else positions
    pictures = read_picture(list(graphs.values()), where, colour, size, width)
    figure, axes = _make_panels(len(graphs), columns)
    wide = figure.get_size_inches()[0] / min(columns, len(graphs))
    scales = make_scales(pictures, 55 * float(wide), len(everybody))
    for ax, (period, G), picture in zip(axes, graphs.items(), pictures, strict=True):
        if absent == "pale":
            _draw_absent(ax, [where[a] for a in everybody if a not in G])
        _draw(ax, picture, scales, kwargs)
        _set_view(ax)
        _write_title(ax, period, G)
    _explain_panels(figure, pictures, scales, colour)
    record = style.record_of(shared_record(graphs.values()))
    _note_panels(figure, record, 999)
    settle_layout(figure)
    left_out = sum(write_names(ax, p, scales, labels) for ax, p in zip(axes, pictures, strict=True))
    _note_panels(figure, record, left_out)
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


def _set_view(ax: Axes) -> None:
    ax.set(xlim=(-0.06 * ACROSS, 1.06 * ACROSS), ylim=(-0.05, 1.05), xticks=[], yticks=[])
    style.clear_frame(ax, sides=())
    for spine in ax.spines.values():
        spine.set(color=style.BORDER, linewidth=0.5)


def _draw(ax: Axes, picture: Picture, scales: Scales, kwargs: dict[str, Any]) -> None:
    from matplotlib.colors import to_rgba

    ties, actors = picture.ties, picture.actors
    areas = pd.Series(scales.areas(actors["size"]), actors.index)
    widths = scales.widths(ties["value"])
    alpha = float(np.clip(60 / max(len(ties), 1), 0.3, 0.7))
    colours = [to_rgba(style.COLOURS.get(k, style.PALE_INK), alpha) for k in ties["kind"]]
    if picture.directed:
        _draw_arrows(ax, picture, areas, widths, colours)
    elif len(ties):
        _draw_lines(ax, picture, widths, colours)
    look = {"edgecolors": "white", "linewidths": 0.6, "zorder": 3, **kwargs}
    ax.scatter(actors["x"], actors["y"], s=areas, c=actors["colour"].tolist(), **look)


def _draw_lines(ax: Axes, picture: Picture, widths: np.ndarray, colours: list[Any]) -> None:
    from matplotlib.collections import LineCollection

    known = picture.ties["value"].notna().to_numpy()
    ends = find_ends(picture)
    for rows, dashes in ((known, "solid"), (~known, (0, (2, 1.5)))):
        if rows.any():
            lines = LineCollection(
                list(ends[rows]), linewidths=widths[rows], linestyles=dashes, zorder=2,
                colors=[c for c, r in zip(colours, rows, strict=True) if r], capstyle="butt",
            )  # fmt: skip
            ax.add_collection(lines, autolim=False)


def _draw_arrows(
    ax: Axes, picture: Picture, areas: pd.Series, widths: np.ndarray, colours: list[Any]
) -> None:
    """Draw arrows that end at the rim of the dots, bent only where one comes back."""
    from matplotlib.patches import FancyArrowPatch

    radii = np.sqrt(areas) / 2
    for tie, ends, width, colour in zip(
        picture.ties.itertuples(), find_ends(picture), widths, colours, strict=True
    ):
        ax.add_patch(FancyArrowPatch(
            tuple(ends[0]), tuple(ends[1]), arrowstyle="-|>", mutation_scale=5 + 1.6 * width,
            connectionstyle=f"arc3,rad={0.16 if tie.both else 0}", linewidth=width, zorder=2,
            color=colour, shrinkA=radii[tie.one], shrinkB=radii[tie.two] + 0.5, clip_on=True,
            linestyle="solid" if pd.notna(tie.value) else (0, (2, 1.5)), capstyle="butt",
            joinstyle="miter",
        ))  # fmt: skip


def _draw_absent(ax: Axes, places: list[tuple[float, float]]) -> None:
    if places:
        x, y = zip(*places, strict=True)
        ax.scatter(x, y, s=5, c="#DDDDDD", linewidths=0, zorder=1, gid="absent")


def _explain(pictures: list[Picture], scales: Scales, colour: Colour) -> list[Artist]:
    """Return the entries of the legend: colours, kinds, sizes and widths with example values."""
    actors = pd.concat([p.actors for p in pictures])
    ties = pd.concat([p.ties for p in pictures])
    counted, weighed = pictures[0].words
    entries: list[Artist] = []
    if scales.area:
        entries.append(_heading(f"actor: {counted} (area)"))
        for label, value in _examples(
            actors["size"], SMALLEST / scales.area, MOST_SHOWN / scales.area
        ):
            entries.append(_dot(label, float(scales.areas(pd.Series([value]))[0])))
    if scales.width:
        entries.append(_heading(f"tie: {weighed} (width)"))
        for label, value in _examples(ties["value"], THINNEST**2 / scales.width**2, np.inf):
            entries.append(_line(label, float(scales.widths(pd.Series([value]))[0])))
    if ties["value"].isna().any():
        entries.append(_line(f"{weighed} not recorded", THINNEST, dashed=True))
    kinds = sorted(set(ties["kind"]))
    arrow = ", from → to" if pictures[0].directed else ""
    if kinds != ["tie"] or arrow:
        entries.append(_heading("kind of tie"))
        entries += [
            _line(k + arrow, 2.2, style.COLOURS.get(k, style.PALE_INK), arrow=bool(arrow))
            for k in kinds
        ]
    if colour is not None:
        text = colour if isinstance(colour, str) else getattr(colour, "name", None)
        entries.append(_heading(style.plain(str(text or "colour").replace("_", " "), width=26)))
        shown = dict(zip(actors["group"], actors["colour"], strict=True))
        for name in sorted(shown, key=lambda n: (n == style.NOT_RECORDED, len(n), n)):
            entries.append(_dot(style.plain(name, width=22), 36, shown[name]))
    return entries or [_heading("actors")]


def _examples(values: pd.Series, limit: float, shown_up_to: float) -> list[tuple[str, float]]:
    """Return labels and values: what is drawn smallest, and up to three round numbers."""
    known = values.dropna()
    least, most = float(known.min()), float(known.max())
    steps = [m * 10.0**k for k in range(-3, 8) for m in (1, 2, 5)]
    fit = [n for n in steps if max(least, limit) <= n <= min(most, shown_up_to)]
    third = max(len(fit) // 3, 1)
    shown = sorted(fit[::-third][:3])
    shown = shown or [most]
    rows = [(f"{n:,.0f}" if n >= 1 else f"{n:g}", n) for n in shown]
    if least < limit:
        up_to = np.floor(limit) if limit >= 1 else limit
        rows.insert(0, (f"up to {up_to:,.3g}" if up_to < 1000 else f"up to {up_to:,.0f}", limit))
    return rows


def _heading(text: str) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", label=text, gid="heading")


def _dot(label: str, area: float, colour: str = style.SLATE) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], linestyle="", marker="o", markersize=np.sqrt(area), markerfacecolor=colour,
        markeredgecolor="white", markeredgewidth=0.5, label=label, gid="size",
    )  # fmt: skip


def _line(
    label: str,
    width: float,
    colour: str = style.PALE_INK,
    *,
    dashed: bool = False,
    arrow: bool = False,
) -> Artist:
    from matplotlib.lines import Line2D

    end: dict[str, Any] = {"marker": ">", "markersize": 5, "markevery": [1]} if arrow else {}
    look: Any = (0, (2, 1.5)) if dashed else "solid"
    return Line2D([0, 1], [0, 0], linestyle=look, linewidth=width, color=colour, label=label,
                  solid_capstyle="butt", gid="width", **end)  # fmt: skip


def _draw_legend(ax: Axes, entries: list[Artist]) -> None:
    """Put the entries beside the drawing, in small type where it is low, with bold headings."""
    low = style.height_of(ax) < 15 * len(entries)
    look: dict[str, Any] = {
        "fontsize": style.NOTE if low else style.SMALL,
        "labelspacing": 0.9,
        "handlelength": 2,
    }
    style.legend_right(ax, entries, **look)
    legend = ax.get_legend()
    assert legend is not None
    _embolden(legend, entries)


def _embolden(legend: Any, entries: list[Artist]) -> None:
    for entry, text in zip(entries, legend.get_texts(), strict=True):
        text.set_fontweight("bold" if entry.get_gid() == "heading" else "normal")
    legend.set_in_layout(True)


def _finish(
    ax: Axes, G: nx.Graph, picture: Picture, scales: Scales, labels: Any, beside: float
) -> None:
    """Write names into the room that legend and note leave, then say what was left out."""
    record = style.record_of(G.graph)
    loops = [f"not drawn: ties of an actor to itself, {picture.loops}"] if picture.loops else []
    style.source_note(ax, record, *loops, *say_left_out(999), beside=beside)
    figure = ax.get_figure(root=True)
    assert figure is not None
    settle_layout(figure)
    left_out = write_names(ax, picture, scales, labels)
    for text in [t for t in ax.texts if t.get_gid() == "source-note"]:
        text.remove()
    style.source_note(ax, record, *loops, *say_left_out(left_out), beside=beside)


def _make_panels(n: int, columns: int) -> tuple[Figure, np.ndarray]:
    import matplotlib.pyplot as plt

    columns = min(columns, n)
    rows = -(-n // columns)
    wide = float(np.clip(8.4 / columns, 2.8, 4.2))
    size = (wide * columns + 1.5, 0.9 * wide * rows + 0.45)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for ax in grid.flat[n:]:
        ax.remove()
    return figure, grid.ravel()[:n]


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


def _explain_panels(
    figure: Figure, pictures: list[Picture], scales: Scales, colour: Colour
) -> None:
    entries = _explain(pictures, scales, colour)
    legend = figure.legend(
        handles=entries, loc="outside right upper", frameon=False, fontsize=style.SMALL,
        alignment="left", labelcolor=style.INK, labelspacing=0.9, handlelength=2,
    )  # fmt: skip
    _embolden(legend, entries)


def _note_panels(figure: Figure, record: pd.DataFrame, left_out: int) -> None:
    """Write the source line under all panels."""
    across = figure.get_size_inches()[0] * 72
    texts = [source_line(record), *say_left_out(left_out)]
    lines = [line for text in texts for line in style.wrap(text, across)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=style.NOTE, color=style.PALE_INK)
