"""A network on its axes: dots, lines or arrows between them, the frame, and the note below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.plots import style
from toolkit.plots.layout import ACROSS
from toolkit.plots.legends import DASHED, draw_legend
from toolkit.plots.names import find_ends, say_left_out, settle_layout, write_names
from toolkit.plots.picture import Picture, Scales

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


def set_view(ax: Axes) -> None:
    """Show the whole box of the layout in a pale frame without scales."""
    ax.set(xlim=(-0.06 * ACROSS, 1.06 * ACROSS), ylim=(-0.05, 1.05), xticks=[], yticks=[])
    style.clear_frame(ax, sides=())
    for spine in ax.spines.values():
        spine.set(color=style.BORDER, linewidth=0.5)


def draw_network(
    ax: Axes,
    picture: Picture,
    scales: Scales,
    *,
    looks: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> None:
    """Draw ties and actors; `looks` is the style of the line of each kind, solid by default."""
    from matplotlib.colors import to_rgba

    ties, actors = picture.ties, picture.actors
    areas = pd.Series(scales.areas(actors["size"]), actors.index)
    widths = scales.widths(ties["value"])
    alpha = float(np.clip(60 / max(len(ties), 1), 0.3, 0.7))
    colours = [to_rgba(style.COLOURS.get(k, style.PALE_INK), alpha) for k in ties["kind"]]
    if picture.directed:
        _draw_arrows(ax, picture, areas, widths, colours)
    elif len(ties):
        _draw_lines(ax, picture, widths, colours, looks or {})
    look = {"edgecolors": "white", "linewidths": 0.6, "zorder": 3, **kwargs}
    ax.scatter(actors["x"], actors["y"], s=areas, c=actors["colour"].tolist(), **look)
    set_view(ax)


def _draw_lines(
    ax: Axes, picture: Picture, widths: np.ndarray, colours: list[Any], looks: Mapping[str, Any]
) -> None:
    from matplotlib.collections import LineCollection

    known = picture.ties["value"].notna().to_numpy()
    own = picture.ties["kind"].map(lambda kind: kind if kind in looks else "").to_numpy()
    ends = find_ends(picture)
    groups = [(known & (own == kind), looks.get(kind, "solid")) for kind in ["", *looks]]
    for rows, dashes in [*groups, (~known, DASHED)]:
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
            linestyle="solid" if pd.notna(tie.value) else DASHED, capstyle="butt",
            joinstyle="miter",
        ))  # fmt: skip


def draw_absent(ax: Axes, places: list[tuple[float, float]]) -> None:
    """Draw pale dots for actors that another panel has."""
    if places:
        x, y = zip(*places, strict=True)
        ax.scatter(x, y, s=5, c="#DDDDDD", linewidths=0, zorder=1, gid="absent")


def finish(
    ax: Axes,
    G: nx.Graph,
    picture: Picture,
    scales: Scales,
    labels: str | bool | Sequence[str],
    entries: list[Artist],
    *more: str,
    avoid: np.ndarray | None = None,
) -> None:
    """Draw the legend, write names into the room it leaves, and say below what was left out.

    `avoid` are the places of marks that no name may cover.
    """
    draw_legend(ax, entries)
    beside = 30 + 4.8 * max(len(str(e.get_label())) for e in entries)
    record = style.record_of(G.graph)
    loops = [f"not drawn: ties of an actor to itself, {picture.loops}"] if picture.loops else []
    said = [*more, *loops]
    style.source_note(ax, record, *said, *say_left_out(999), beside=beside)
    figure = ax.get_figure(root=True)
    assert figure is not None
    settle_layout(figure)
    left_out = write_names(ax, picture, scales, labels, avoid=avoid)
    for text in [t for t in ax.texts if t.get_gid() == "source-note"]:
        text.remove()
    style.source_note(ax, record, *said, *say_left_out(left_out), beside=beside)
