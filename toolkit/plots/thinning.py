"""Curves of thinning: what becomes of a measure when a share of the events is missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.events import check_columns
from toolkit.plots import style
from toolkit.plots.grids import (
    make_panels,
    note_panels,
    say_level,
    say_measure,
    share_legend,
    title_panel,
    write_numbers,
)
from toolkit.plots.panels import numbers
from toolkit.plots.steps import last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = ["measure", "missed", "estimate", "low", "high", "observed"]
COLOUR = "#004488"  # Tol, high-contrast
OBSERVED = "#BB5566"


def plot_thinning(curve: pd.DataFrame, *, columns: int = 3, **kwargs: Any) -> np.ndarray:
    """Draw how each measure falls or rises when a share of the events is missed.

    The line is the mean over networks from which events were taken away at random, the band holds
    most of them, and the dashed line is the observed number, at which the curve begins. The curve
    looks forward from what was recorded: it says how a network that loses still more events would
    change, which is a hint, and no correction, for what has been lost already. Events that are
    missed in one place or of one kind more often than of others move a measure in other ways.

    Parameters
    ----------
    curve
        What the thinning of `ct.networks` returns: measure, missed, estimate, low, high,
        observed, n_undefined.
    columns
        Panels in a row.
    **kwargs
        Passed on to the line (`Axes.plot`).

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        One for each measure. The y axes begin at 0, and differ.

    Raises
    ------
    OptionError
        A table of another kind; columns below 1.
    ColumnError, EmptySelectionError
        The table lacks a column or all rows.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"measure": "density", "missed": [0.1, 0.3], "estimate": [0.28, 0.2],
    ...         "low": [0.25, 0.15], "high": [0.3, 0.25], "observed": 0.3, "n_undefined": 0}
    >>> [ax.get_title(loc="left") for ax in plot_thinning(pd.DataFrame(rows))]
    ['density']
    """
    check_columns(curve, COLUMNS)
    style.need_rows(curve, "points of a curve")
    if curve.attrs.get("kind", "thinning") != "thinning":
        raise OptionError(
            f"The table is of kind {curve.attrs['kind']!r}.", "a table of thinning.",
            "plot_intervals(table)",
        )  # fmt: skip
    names = list(dict.fromkeys(curve["measure"]))
    figure, axes = make_panels(len(names), columns, high=0.72, wide=(2.6, 4.2))
    for ax, name in zip(axes, names, strict=True):
        line = curve[curve["measure"].eq(name)].sort_values("missed")
        _draw_curve(style.make_axes(ax, (3, 2)), str(name), line, kwargs)
    share_legend(figure, _explain_curves(curve))
    limit = "Nothing is said of events missed more often in one place or of one kind"
    note_panels(figure, curve, last_step(curve), limit)
    return axes


def _draw_curve(ax: Axes, name: str, line: pd.DataFrame, kwargs: dict[str, Any]) -> None:
    missed = numbers(line["missed"])
    low, estimate, high = (numbers(line[c]) for c in ("low", "estimate", "high"))
    title_panel(ax, say_measure(name), *_say_undefined(line))
    ax.fill_between(missed, low, high, color=COLOUR, alpha=0.2, linewidth=0, gid="band")
    look = {"color": COLOUR, "linewidth": 1.5, "marker": "o", "markersize": 3, "zorder": 3}
    ax.plot(missed, estimate, **{**look, "gid": "estimate", **kwargs})
    observed = float(numbers(line["observed"])[0])
    if np.isfinite(observed):
        ax.axhline(observed, color=OBSERVED, linewidth=1, linestyle=(0, (4, 2)), gid="observed")
        ax.plot(0, observed, "o", color=OBSERVED, markersize=5, zorder=4, clip_on=False)
    if not np.isfinite(estimate).any():
        ax.set_yticks([])
        ax.text(0.5, 0.5, "undefined", transform=ax.transAxes, ha="center", va="center",
                fontsize=style.SMALL, color=style.PALE_INK)  # fmt: skip
    top = np.nanmax([*high, *estimate, observed, 0])
    ax.set_ylim(0, 1.08 * top if top > 0 else 1)
    ax.set_xlim(0, max(1.04 * float(np.nanmax(missed)), 0.01))
    write_numbers(ax.xaxis, most=6)
    ax.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.3g} %")
    write_numbers(ax.yaxis, whole=name.startswith("n_"))
    ax.set_xlabel("share of events missed", fontsize=style.SMALL, color=style.INK)
    style.clear_frame(ax)


def _say_undefined(line: pd.DataFrame) -> list[str]:
    """Say where draws of a curve have no value, and so are not in it."""
    lost = line[numbers(line["n_undefined"]) > 0] if "n_undefined" in line else line[:0]
    if lost.empty:
        return []
    worst = lost.loc[lost["n_undefined"].astype(float).idxmax()]
    return [f"undefined in up to {worst.n_undefined:,} draws (at {100 * worst.missed:.3g} %)"]


def _explain_curves(curve: pd.DataFrame) -> dict[str, Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    level = say_level(curve.attrs).strip(", ")
    return {
        "observed": Line2D([], [], color=OBSERVED, linewidth=1, linestyle=(0, (4, 2))),
        "mean of the draws": Line2D([], [], color=COLOUR, linewidth=1.5, marker="o", markersize=3),
        f"thinning: {level or 'most'} of the draws": Patch(color=COLOUR, alpha=0.2, linewidth=0),
    }
