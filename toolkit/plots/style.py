"""What all figures share: colours that mean the same everywhere, the source line, legends."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError
from toolkit.panels import NOT_RECORDED
from toolkit.provenance import coverage, source_line, stamp

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.transforms import Bbox
    from numpy.typing import ArrayLike

INK = "#333333"
PALE_INK = "#767676"
SLATE = "#4A5A70"
COVERED = "#DDE5EE"
LAND = "#F6F4EF"
BORDER = "#BDB8AD"
MISSING = "#BBBBBB"
MOST_LINEAR = 30  # a largest count above this is coloured by logarithm
INTENSITY = "YlOrBr"  # darker is more, safe for colour-blind readers and in print
PRECISION = "cividis"  # ordered, from dark blue (precise) to yellow (imprecise)

# Paul Tol's colour schemes (high-contrast, muted), which colour-blind readers tell apart.
COLOURS = {
    "state-based": "#004488",
    "non-state": "#DDAA33",
    "one-sided": "#BB5566",
    "state": "#332288",
    "rebel": "#CC6677",
    "political militia": "#DDCC77",
    "identity militia": "#117733",
    "rioters": "#AA4499",
    "protesters": "#88CCEE",
    "civilians": "#44AA99",
    "external": "#882255",
    "Battles": "#332288",
    "Explosions/Remote violence": "#CC6677",
    "Violence against civilians": "#882255",
    "Protests": "#88CCEE",
    "Riots": "#AA4499",
    "Strategic developments": "#999933",
    # ties between actors (Tol, vibrant), and how one organisation became another
    "opposition": "#CC3311",
    "cooperation": "#0077BB",
    "rename": "#0072B2",
    "merger": "#D55E00",
    "split": "#AA3377",
    "umbrella": "#009E73",
    "regime": "#8C6D31",
    "alliance": "#56B4E9",
    "join": "#B8860B",
    NOT_RECORDED: MISSING,
}
# For names that have no colour of their own (provinces, actors): Okabe and Ito, without yellow.
OTHERS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D31"]
MOST_COLOURS = len(OTHERS)

UNCOVERED: dict[str, Any] = {
    "facecolor": "#EFEFEF", "edgecolor": "#C4C4C4", "hatch": "/////", "linewidth": 0,
}  # fmt: skip
SMALL = "small"
NOTE = "x-small"
_NOTE_ID = "source-note"


def colours_of(names: Iterable[object]) -> dict[str, str]:
    """Return one colour per name: categories keep theirs in every figure, other names take turns.

    Examples
    --------
    >>> colours_of(["one-sided", "Ithvar"])
    {'one-sided': '#BB5566', 'Ithvar': '#0072B2'}
    """
    known = list(dict.fromkeys(str(n) for n in names))
    free = [n for n in known if n not in COLOURS]
    turns = {n: OTHERS[i % len(OTHERS)] for i, n in enumerate(free)}
    return {n: COLOURS.get(n) or turns[n] for n in known}


def ramp(levels: Sequence[str]) -> dict[str, str]:
    """Return the colours of ordered levels of precision: dark blue is precise, yellow is not."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    steps = max(len(levels) - 1, 1)
    colours = {n: to_hex(colormaps[PRECISION](i / steps)) for i, n in enumerate(levels)}
    return {**colours, NOT_RECORDED: MISSING}


def intensity() -> Colormap:
    """Return the colours of counts above 0, the palest of them still unlike the white of 0."""
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap

    steps = colormaps[INTENSITY]([0.15 + 0.85 * i / 31 for i in range(32)])
    return LinearSegmentedColormap.from_list("intensity", steps)


def scale_counts(counts: ArrayLike, *, least: float = 1) -> Normalize:
    """Return the scale of colours of counts: even from 0, by logarithm where some are many.

    Examples
    --------
    >>> type(scale_counts([0, 30])).__name__, type(scale_counts([1, 31])).__name__
    ('Normalize', 'LogNorm')
    """
    from matplotlib.colors import LogNorm, Normalize

    numbers: Any = np.ma.masked_invalid(np.ma.asarray(counts, dtype=float))
    most = max(float(numbers.max()), 1) if numbers.count() else 1
    return LogNorm(least, most) if most > MOST_LINEAR else Normalize(0, most)


def make_axes(ax: Axes | None, figsize: tuple[float, float]) -> Axes:
    """Return the axes given, or new ones in a figure that makes room for labels by itself."""
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=figsize, layout="constrained")
    ax.tick_params(labelsize=SMALL, colors=INK, width=0.6, length=3)
    return ax


def clear_frame(ax: Axes, *, sides: Sequence[str] = ("top", "right")) -> None:
    """Hide the sides of the frame that carry no scale, and thin the others."""
    for name, spine in ax.spines.items():
        spine.set_visible(name not in sides)
        spine.set(linewidth=0.6, color=INK)


def write_counts(axis: Axis) -> None:
    """Label an axis of counts: whole numbers, with separators of thousands."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def write_dates(ax: Axes) -> None:
    """Label the x axis with dates that are no longer than they must be."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    ax.xaxis_date()
    locator = AutoDateLocator(minticks=3, maxticks=9)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def plain(text: object, *, width: int = 34) -> str:
    r"""Return text from data as it may stand in a figure: one line, no mathtext, not too long.

    Examples
    --------
    >>> plain("Front of $x$")
    'Front of \\$x\\$'
    >>> plain("Movement for the Liberation of the Upper Valley", width=24)
    'Movement for the Libera…'
    """
    line = NOT_RECORDED if pd.isna(text) else " ".join(str(text).split())
    if len(line) > width:
        line = line[: width - 1].rstrip() + "…"
    if line.startswith("_"):  # matplotlib leaves such names out of a legend
        line = " " + line
    return line.replace("$", r"\$")


def need_rows(table: pd.DataFrame, what: str) -> None:
    """Raise `EmptySelectionError` if there is nothing to draw."""
    if len(table) == 0:
        raise EmptySelectionError(
            f"There are no {what} to draw.",
            "at least one row.",
            "len(table), and look at the filter",
        )


def source_note(ax: Axes, table: pd.DataFrame, *more: str, beside: float = 0) -> None:
    """Write the source line of a table, and what else must be said, in small type under the axes.

    It hangs below tick labels and axis label wherever these come to lie, and takes part in the
    layout. A second table drawn on the same axes adds its own line. `beside` is the width, in
    points, of a legend that the axes have yet to make room for.
    """
    note(ax, source_line(table), *more, beside=beside)


def note(ax: Axes, *texts: str, beside: float = 0) -> None:
    """Write lines in small type under the axes, after those that are there; as `source_note`."""
    old = next((t for t in ax.texts if t.get_gid() == _NOTE_ID), None)
    lines = old.get_text().split("\n") if old else []
    across = min(width_of(ax), 1.29 * width_of(ax) - beside)
    for text in texts:
        lines += wrap(text, across)
    text = "\n".join(dict.fromkeys(lines))
    if old:
        old.set_text(text)
        return
    ax.annotate(
        text, (0, 0), xycoords=("axes fraction", partial(_lower_edge, ax)), xytext=(0, -4),
        textcoords="offset points", ha="left", va="top", fontsize=NOTE, color=PALE_INK,
        annotation_clip=False, gid=_NOTE_ID,
    )  # fmt: skip


def wrap(text: str, across: float) -> list[str]:
    """Return the lines that a note makes where there are so many points of room."""
    return textwrap.wrap(plain(text, width=1000), max(int(across / 3.7), 24))


def record_of(attributes: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table without rows that carries the provenance of a network (`G.graph`).

    Examples
    --------
    >>> source_line(record_of({"title": "UCDP GED", "version": "25.1", "tie": "opposition"}))
    'Source: UCDP GED 25.1'
    """
    facts = {str(k): str(v) for k, v in attributes.items() if k != "rows"}
    return stamp(pd.DataFrame(), facts)


def covered_part(period: pd.Period, table: pd.DataFrame) -> str:
    """Say how much of a period the table covers: "whole", "part", "none", or "unknown".

    The coverage of all countries together: inside the first start and the last end.

    Examples
    --------
    >>> import toolkit as ct
    >>> [covered_part(pd.Period(y), ct.load_sample("ged")) for y in ("2011", "2012")]
    ['none', 'whole']
    """
    spans = coverage(table).dropna(subset=["start", "end"])
    if spans.empty:
        return "unknown"
    first, last = spans["start"].min(), spans["end"].max()
    start, end = period.start_time.normalize(), period.end_time.normalize()
    if end < first or start > last:
        return "none"
    return "whole" if first <= start and end <= last else "part"


def _lower_edge(ax: Axes, renderer: Any) -> Bbox:
    """Return the box of the axes with its x axis, for an annotation to hang from."""
    from matplotlib.transforms import Bbox

    box, labels = ax.get_window_extent(renderer), ax.xaxis.get_tightbbox(renderer)
    return box if labels is None else Bbox.union([box, labels])


def width_of(ax: Axes) -> float:
    """Return the width of the axes in points."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return ax.get_window_extent().width / figure.dpi * 72


def height_of(ax: Axes) -> float:
    """Return the height of the axes in points."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return ax.get_window_extent().height / figure.dpi * 72


def legend_above(ax: Axes) -> None:
    """Put everything that has a label into a legend above the axes, where no data are."""
    handles, labels = ax.get_legend_handles_labels()
    entries = dict(zip(labels, handles, strict=True))
    if entries:
        widths = [4.5 * len(text) + 36 for text in entries]
        fits = sum(widths) < width_of(ax)
        room = len(entries) if fits else width_of(ax) / max(widths)
        ax.legend(
            entries.values(), entries.keys(), loc="lower left", bbox_to_anchor=(0, 1.005),
            ncols=min(max(int(room), 1), len(entries)), **_LEGEND,
        )  # fmt: skip


def legend_right(ax: Axes, handles: Sequence[Artist], **style: Any) -> None:
    """Put a legend to the right of the axes, where no data are."""
    ax.legend(
        handles=handles, alignment="left", loc="upper left", bbox_to_anchor=(1.01, 1),
        **{**_LEGEND, **style},
    )  # fmt: skip


def colour_bar(ax: Axes, mesh: Any, label: str, *, aspect: float = 25) -> None:
    """Put a scale of colours, whole numbers in even steps or by logarithm, beside the axes."""
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import LogLocator

    figure = ax.get_figure()
    assert figure is not None
    bar = figure.colorbar(mesh, ax=ax, pad=0.02, fraction=0.05, aspect=aspect)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=SMALL, colors=INK, width=0.6, length=3)
    bar.ax.minorticks_off()
    bar.ax.yaxis.set_major_formatter("{x:,.0f}")
    if isinstance(mesh.norm, LogNorm):
        few = float(mesh.norm.vmax or 1) < 500
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,)))
    else:
        write_counts(bar.ax.yaxis)
    bar.set_label(label, fontsize=SMALL, color=INK)


_LEGEND: dict[str, Any] = {
    "frameon": False, "fontsize": SMALL, "borderaxespad": 0.2, "borderpad": 0.1,
    "handlelength": 1.6, "columnspacing": 1.4, "handletextpad": 0.6, "labelcolor": INK,
}  # fmt: skip
