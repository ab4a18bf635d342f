"""What stands beside a network: which area, width, colour and line means what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.plots import style
from toolkit.plots.picture import SMALLEST, THINNEST, Colour, Picture, Scales

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SHOWN = 300.0  # square points, the largest dot that fits a legend
DASHED = (0, (2, 1.5))  # the number of a tie is not recorded


def explain(
    pictures: list[Picture],
    scales: Scales,
    colour: Colour,
    *,
    looks: Mapping[str, Any] | None = None,
) -> list[Artist]:
    """Return the entries of the legend: sizes and widths with example values, kinds, colours.

    `looks` is the style of the line of each kind of tie; solid by default.
    """
    entries = _explain_sizes(pictures, scales) + _explain_kinds(pictures, looks or {})
    if colour is not None:
        actors = pd.concat([p.actors for p in pictures])
        text = colour if isinstance(colour, str) else getattr(colour, "name", None)
        entries.append(heading(style.plain(str(text or "colour").replace("_", " "), width=26)))
        shown = dict(zip(actors["group"], actors["colour"], strict=True))
        for name in sorted(shown, key=lambda n: (n == style.NOT_RECORDED, len(n), n)):
            entries.append(dot(style.plain(name, width=22), 36, shown[name]))
    return entries or [heading("actors")]


def _explain_sizes(pictures: list[Picture], scales: Scales) -> list[Artist]:
    sizes = pd.concat([p.actors["size"] for p in pictures])
    values = pd.concat([p.ties["value"] for p in pictures])
    counted, weighed = pictures[0].words
    entries: list[Artist] = []
    if scales.area:
        entries.append(heading(f"actor: {counted} (area)"))
        for label, value in _examples(sizes, SMALLEST / scales.area, MOST_SHOWN / scales.area):
            entries.append(dot(label, float(scales.areas(pd.Series([value]))[0])))
    if scales.width:
        entries.append(heading(f"tie: {weighed} (width)"))
        for label, value in _examples(values, THINNEST**2 / scales.width**2, np.inf):
            entries.append(line(label, float(scales.widths(pd.Series([value]))[0])))
    if values.isna().any():
        entries.append(line(f"{weighed} not recorded", THINNEST, look=DASHED))
    return entries


def _explain_kinds(pictures: list[Picture], looks: Mapping[str, Any]) -> list[Artist]:
    kinds = sorted({k for p in pictures for k in p.ties["kind"]})
    directed = pictures[0].directed
    if kinds in ([], ["tie"]) and not directed:
        return []
    arrow = ", from → to" if directed else ""
    return [heading("kind of tie")] + [
        line(k + arrow, 1.5 if k in looks else 2.2, style.COLOURS.get(k, style.PALE_INK),
             look=looks.get(k, "solid"), arrow=directed)
        for k in kinds
    ]  # fmt: skip


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


def heading(text: str) -> Artist:
    """Return an entry that is only text, and will be bold."""
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", label=text, gid="heading")


def dot(label: str, area: float, colour: str = style.SLATE) -> Artist:
    """Return an entry with a dot of this area in square points."""
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], linestyle="", marker="o", markersize=np.sqrt(area), markerfacecolor=colour,
        markeredgecolor="white", markeredgewidth=0.5, label=label, gid="size",
    )  # fmt: skip


def line(
    label: str,
    width: float,
    colour: str = style.PALE_INK,
    *,
    look: Any = "solid",
    arrow: bool = False,
) -> Artist:
    """Return an entry with a line of this width in points."""
    from matplotlib.lines import Line2D

    end: dict[str, Any] = {"marker": ">", "markersize": 5, "markevery": [1]} if arrow else {}
    return Line2D([0, 1], [0, 0], linestyle=look, linewidth=width, color=colour, label=label,
                  solid_capstyle="butt", gid="width", **end)  # fmt: skip


def draw_legend(ax: Axes, entries: list[Artist]) -> None:
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


def draw_shared_legend(figure: Figure, entries: list[Artist]) -> None:
    """Put the entries beside all panels of a figure."""
    legend = figure.legend(
        handles=entries, loc="outside right upper", frameon=False, fontsize=style.SMALL,
        alignment="left", labelcolor=style.INK, labelspacing=0.9, handlelength=2,
    )  # fmt: skip
    _embolden(legend, entries)


def _embolden(legend: Any, entries: list[Artist]) -> None:
    for entry, text in zip(entries, legend.get_texts(), strict=True):
        text.set_fontweight("bold" if entry.get_gid() == "heading" else "normal")
    legend.set_in_layout(True)
