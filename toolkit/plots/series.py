"""Figures of panels: counts over time, with what is not covered drawn as not covered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.panels import VALUES, check_panel, period_word
from toolkit.plots import style
from toolkit.plots.panels import estimate, has_bounds, numbers, split_units, when

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
        draw = _draw_steps if len(lines) == 1 else _draw_line
        label = style.plain(name or VALUES[value])
        draw(ax, line, value, label=label, **{"color": colours[name], **kwargs})
    for name, line in lines.items():
        if banded:
            _draw_band(ax, line, colours[name], stepped=len(lines) == 1)
        _draw_partial(ax, line, value, colours[name])
    _shade_gaps(ax, list(lines.values()), value)
    _finish_series(ax, value, period_word(panel["period"]), estimate(value, panel))
    style.source_note(ax, panel)
    return ax


def _edges(line: pd.DataFrame) -> np.ndarray:
    """Return the first days of the periods and the day after the last, as matplotlib counts."""
    from matplotlib.dates import date2num

    first, last = line.index[[0, -1]]
    return date2num(pd.period_range(first, last + 1).start_time.to_numpy())


def _middles(line: pd.DataFrame) -> np.ndarray:
    edges = _edges(line)
    return (edges[:-1] + edges[1:]) / 2


def _draw_steps(ax: Axes, line: pd.DataFrame, value: str, **kwargs: Any) -> None:
    """Draw one unit as steps, each as wide as its period, over a pale area."""
    counts, edges = numbers(line[value]), _edges(line)
    pale = {"color": kwargs["color"], "alpha": 0.18, "linewidth": 0}
    ax.stairs(counts, edges, fill=True, zorder=2, **pale)
    ax.stairs(counts, edges, baseline=None, zorder=3, **{"linewidth": 1.1, **kwargs})


def _draw_line(ax: Axes, line: pd.DataFrame, value: str, **kwargs: Any) -> None:
    """Draw one of several units as a line; a period between two gaps shows as a point."""
    counts = numbers(line[value])
    ax.plot(_middles(line), counts, zorder=3, **{"linewidth": 1.2, **kwargs})
    known = np.isfinite(counts)
    alone = known & ~np.roll(known, 1) & ~np.roll(known, -1)
    ax.plot(_middles(line)[alone], counts[alone], "o", ms=2.5, zorder=3, color=kwargs["color"])


def _draw_band(ax: Axes, line: pd.DataFrame, colour: str, *, stepped: bool) -> None:
    low, high = numbers(line["fatalities_low"]), numbers(line["fatalities_high"])
    look: dict[str, Any] = {"color": colour, "alpha": 0.3, "linewidth": 0, "zorder": 2.5}
    shown = colour if stepped else style.PALE_INK
    ax.fill_between([], [], **{**look, "color": shown, "label": "low to high"})
    if stepped:
        edges = _edges(line)
        ax.fill_between(edges, [*low, low[-1]], [*high, high[-1]], step="post", **look)
    else:
        ax.fill_between(_middles(line), low, high, **look)


def _draw_partial(ax: Axes, line: pd.DataFrame, value: str, colour: str) -> None:
    """Mark the periods of which only some days are covered with hollow points."""
    part = line["partial"].to_numpy() & line[value].notna().to_numpy()
    if part.any():
        ax.plot(
            _middles(line)[part], numbers(line[value])[part], "o", mfc="white", mec=colour, ms=4.5,
            zorder=4, label="period covered in part", clip_on=False,
        )  # fmt: skip


def _shade_gaps(ax: Axes, lines: list[pd.DataFrame], value: str) -> None:
    """Hatch the periods in which no unit has a value, and say why there is none."""
    missing, covered, listed = (
        np.array([line[c].to_numpy() for line in lines])
        for lines in [[u.assign(missing=u[value].isna()) for u in lines]]
        for c in ("missing", "covered", "listed")
    )
    ax.update_datalim([(edge, 0) for edge in _edges(lines[0])[[0, -1]]])
    nowhere, inside, known = missing.all(axis=0), covered.any(axis=0), listed.any(axis=0)
    _hatch(ax, _edges(lines[0]), nowhere & known & ~inside, "not covered")
    _hatch(ax, _edges(lines[0]), nowhere & inside, "covered, but not recorded")
    _hatch(ax, _edges(lines[0]), nowhere & ~known, "not in the panel")
    if (missing & ~nowhere).any():
        ax.plot([], [], " ", label="(a line breaks where its unit is not covered)")


def _hatch(ax: Axes, edges: np.ndarray, mask: Any, label: str) -> None:
    turns = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    for start, stop in turns.reshape(-1, 2):
        ax.axvspan(edges[start], edges[stop], zorder=1, label=label, **style.UNCOVERED)


def _finish_series(ax: Axes, value: str, period: str, estimate: str) -> None:
    label = f"{VALUES[value]} per {period}{estimate}"
    ax.set_ylabel(label.replace(" (", "\n("), fontsize=style.SMALL, color=style.INK)
    ax.set_xlabel(when(period), fontsize=style.SMALL, color=style.INK)
    style.write_dates(ax)
    style.write_counts(ax.yaxis)
    style.clear_frame(ax)
    ax.margins(x=0)
    ax.autoscale_view(scaley=False)
    ax.set_ylim(bottom=0)
    style.legend_above(ax)
