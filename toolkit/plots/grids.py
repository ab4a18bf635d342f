"""Panels of one figure, often one for each measure: their titles, one note under all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.permutation import check_whole
from toolkit.plots import style
from toolkit.provenance import source_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

WORDS = {
    "n_actors": "number of actors",
    "n_ties": "number of ties",
    "n_isolates": "actors without a tie",
    "n_components": "number of components",
    "largest_component_share": "share of largest component",
}


def make_panels(
    n: int, columns: int, *, high: float, beside: float = 0, wide: tuple[float, float] = (2.8, 4.2)
) -> tuple[Figure, np.ndarray]:
    """Return a figure of n panels in rows of so many columns, and their axes.

    A panel is between the two widths `wide` in inches and `high` times as high; `beside` inches
    are left for a legend.
    """
    import matplotlib.pyplot as plt

    columns = min(check_whole("columns", columns, least=1, usual=3), n)
    rows = -(-n // columns)
    across = float(np.clip(8.4 / columns, *wide))
    size = (across * columns + beside, high * across * rows + 0.45)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for ax in grid.flat[n:]:
        ax.remove()
    return figure, grid.ravel()[:n]


def note_panels(figure: Figure, record: pd.DataFrame, *more: str) -> None:
    """Write the source line, and what else must be said, under all panels."""
    across = figure.get_size_inches()[0] * 72
    texts = [source_line(record), *more]
    lines = [line for text in texts for line in style.wrap(text, across)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=style.NOTE, color=style.PALE_INK)


def share_legend(figure: Figure, handles: dict[str, Any]) -> None:
    """Put entries, label and what it looks like, above all panels."""
    room = figure.get_size_inches()[0] * 72 / max(4.5 * len(text) + 36 for text in handles)
    figure.legend(
        list(handles.values()), list(handles), loc="outside upper left", frameon=False,
        fontsize=style.SMALL, labelcolor=style.INK, handlelength=1.6, columnspacing=1.4,
        ncols=int(np.clip(room, 1, len(handles))),
    )  # fmt: skip


def title_panel(ax: Axes, *lines: str) -> None:
    """Write the first line in bold and the others below it, left above a panel."""
    first, *others = lines
    ax.set_title(first, fontsize=style.SMALL, color=style.INK, fontweight="bold", loc="left",
                 pad=5 + 10.5 * len(others))  # fmt: skip
    for i, text in enumerate(others):
        ax.annotate(
            text, (0, 1), xycoords="axes fraction", xytext=(0, 5 + 10.5 * (len(others) - 1 - i)),
            textcoords="offset points", fontsize=7.5, color=style.INK, gid="result",
            annotation_clip=False,
        )  # fmt: skip


def write_numbers(axis: Axis, *, most: int = 5, whole: bool = False) -> None:
    """Label an axis with few round numbers, with separators of thousands."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    steps = [1, 2, 5, 10] if whole else [1, 2, 2.5, 5, 10]
    axis.set_major_locator(MaxNLocator(nbins=most, integer=whole, min_n_ticks=1, steps=steps))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.10g}"))


def say_number(x: float) -> str:
    """Return a number with no more digits than can be read.

    Examples
    --------
    >>> say_number(0.123456), say_number(3400.0)
    ('0.123', '3,400')
    """
    return f"{x:,.0f}" if abs(x) >= 1000 or x % 1 == 0 else f"{x:,.3g}"


def say_measure(name: object) -> str:
    """Return the words for a measure of a network.

    Examples
    --------
    >>> say_measure("n_ties"), say_measure("mean_clustering")
    ('number of ties', 'mean clustering')
    """
    return WORDS.get(str(name)) or style.plain(str(name).replace("_", " "))


def say_level(facts: Mapping[Any, Any]) -> str:
    """Return the level that a table of intervals records, with a comma before it.

    Examples
    --------
    >>> say_level({"level": "0.95"}), say_level({})
    (', 95 %', '')
    """
    return f", {100 * float(facts['level']):g} %" if "level" in facts else ""
