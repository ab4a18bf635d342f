"""Figures of panels: counts over time, with what is not covered drawn as not covered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.panels import VALUES, check_panel, period_word
from toolkit.plots import style
from toolkit.plots.panels import estimate, has_bounds, numbers, split_units
from toolkit.plots.steps import (
    draw_partial,
    draw_steps,
    find_edges,
    find_middles,
    find_runs,
    name_axes,
    shade_gaps,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BANDS = 3


def plot_series(
    panel: pd.DataFrame,
    *,
    value: str = "n_events",
    units: str | Sequence[str] | None = None,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    r"""Draw counts over time, one line per unit, with gaps where the data cover nothing.

    The line runs along 0 where the dataset covers a period and has no event, and is broken and
    hatched where it does not. A low line is no proof of calm and a high one no proof of more
    violence: both also follow what was reported. Periods covered only in part are hollow and
    always too low. The band is the provider's low to high estimate, not a confidence interval.

    Parameters
    ----------
    panel
        What `count_events` returns, of one unit or of up to eight.
    value
        "n_events", "fatalities" (with the band where the provider gives bounds and at most three
        units are drawn), "fatalities_low" or "fatalities_high".
    units
        Units to draw, by name, in this order. Chosen here and not in pandas, they leave the
        source line whole.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to the lines (`Axes.stairs` for one unit, `Axes.plot` for several).

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        Unknown value or unit, more than eight units, or nothing recorded of the value.
    ColumnError
        The table is no panel.
    EmptySelectionError
        The panel has no rows.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), period="month")
    >>> ax = ct.plot_series(panel, value="fatalities")
    >>> ax.get_ylabel()
    'deaths per month\n(best estimate)'
    """
    panel = check_panel(panel, value)
    lines = split_units(panel, value, units)
    ax = style.make_axes(ax, (7, 3.2))
    banded = value == "fatalities" and len(lines) <= MOST_BANDS and has_bounds(lines)
    colours = style.colours_of(lines)
    for name, line in lines.items():
        draw = draw_steps if len(lines) == 1 else _draw_line
        label = style.plain(name or VALUES[value])
        draw(ax, line, value, label=label, **{"color": colours[name], **kwargs})
    for name, line in lines.items():
        if banded:
            _draw_band(ax, line, colours[name], stepped=len(lines) == 1)
        draw_partial(ax, line, value, colours[name])
    period, smoothed = period_word(panel["period"]), panel.attrs.get("smoothed")
    gap = "no whole window" if smoothed else "not covered"
    shade_gaps(ax, list(lines.values()), value, uncovered=gap)
    what = f"{VALUES[value]} per {period}{', smoothed' if smoothed else ''}"
    name_axes(ax, what + estimate(value, panel), period)
    style.legend_above(ax)
    style.source_note(ax, panel, *([smoothed] if smoothed else []))
    return ax


def _draw_line(ax: Axes, line: pd.DataFrame, value: str, **kwargs: Any) -> None:
    """Draw one of several units as a line; a period between two gaps shows as a point."""
    counts = numbers(line[value])
    ax.plot(find_middles(line), counts, zorder=3, **{"linewidth": 1.2, **kwargs})
    alone = [start for start, stop in find_runs(np.isfinite(counts)) if stop - start == 1]
    ax.plot(find_middles(line)[alone], counts[alone], "o", ms=2.5, zorder=3, color=kwargs["color"])


def _draw_band(ax: Axes, line: pd.DataFrame, colour: str, *, stepped: bool) -> None:
    low, high = numbers(line["fatalities_low"]), numbers(line["fatalities_high"])
    look: dict[str, Any] = {"color": colour, "alpha": 0.3, "linewidth": 0, "zorder": 2.5}
    shown = colour if stepped else style.PALE_INK
    ax.fill_between([], [], **{**look, "color": shown, "label": "low to high"})
    if stepped:
        edges = find_edges(line)
        ax.fill_between(edges, [*low, low[-1]], [*high, high[-1]], step="post", **look)
    else:
        ax.fill_between(find_middles(line), low, high, **look)
