"""An interrupted series: what was observed, what the model fits, what it expected otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.panels import period_word
from toolkit.plots import style
from toolkit.plots.panels import numbers
from toolkit.plots.steps import (
    below_top,
    find_edges,
    find_middles,
    first_day,
    last_step,
    name_axes,
    say_p,
    take_tables,
    value_words,
    write_lines,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from toolkit.timeseries.interruptions import Interruption

COLUMNS = {
    "fitted": ["period", "observed", "fitted", "counterfactual", "low", "high", "after"],
    "effects": ["term", "ratio", "low", "high", "p", "placebo_p"],
}
CALL = 'interrupted_time_series(panel, date="2017-07-01")'
OBSERVED = "#8A8A8A"
FIT = "#004488"
WITHOUT = "#BB5566"
ROW = 10.0  # points that the date takes at the top of its line


def plot_interruption(result: Interruption, *, ax: Axes | None = None, **kwargs: Any) -> Axes:
    """Draw an interrupted time series: observed counts, the fit, and the fit without the change.

    Points are counts. The line is the fitted mean; the dashed line is what the model expects from
    the date on without the change, with the interval of that mean, not of counts: points lie
    outside it also where nothing changed. The shaded area between the two is the change. It is
    as good as the model: a trend that a few months before the date tilt carries the dashed line
    away, and everything else that happened at the date is in the difference too.

    Parameters
    ----------
    result
        What `interrupted_time_series` returns.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to the points (`Axes.plot`).

    Returns
    -------
    matplotlib.axes.Axes
        The scale of counts holds all points. Where the interval without the change, or the dashed
        line itself, runs far above them, it is cut, and the note says where it ends.

    Raises
    ------
    OptionError
        Something that is no result of `interrupted_time_series`.
    ColumnError, EmptySelectionError
        A table of the result lacks a column or all rows.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), period="month")
    >>> ax = plot_interruption(ct.interrupted_time_series(panel, date="2017-07-01"))
    >>> ax.get_xlabel()
    'month in which the event began'
    """
    fitted, effects = take_tables(result, COLUMNS, CALL)
    line, after = _whole(fitted)
    ax = style.make_axes(ax, (7, 3.4))
    _draw_points(ax, line, kwargs)
    _draw_curves(ax, line, after)
    start = pd.PeriodIndex(line.index)[np.argmax(after)]
    word = period_word(pd.PeriodIndex(line.index))
    name_axes(ax, f"{value_words(fitted)} per {word}", word)
    most = _limit_scale(ax, line)
    _mark_date(ax, start, write_lines(ax, _say(effects), room=ROW))
    style.legend_above(ax)
    style.source_note(ax, fitted, last_step(fitted), *_say_beyond(ax, most))
    return ax


def _whole(fitted: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows of every period from first to last, and which lie after the date."""
    line = fitted.set_index("period").sort_index()
    after = line["after"].astype(bool)
    line = line.reindex(pd.period_range(line.index[0], line.index[-1], name="period"))
    return line, after.reindex(line.index, fill_value=False).to_numpy()


def _draw_points(ax: Axes, line: pd.DataFrame, kwargs: dict[str, Any]) -> None:
    """Draw the observed counts, smaller the more there are; hatch periods that are left out."""
    size = float(np.clip(0.9 * style.width_of(ax) / len(line), 2, 3.6))
    look = {"color": OBSERVED, "ms": size, "mew": 0, "zorder": 3, "label": "observed",
            "clip_on": False}  # fmt: skip
    ax.plot(find_middles(line), numbers(line["observed"]), "o", **{**look, **kwargs})
    edges = find_edges(line)
    ax.update_datalim([(edge, 0) for edge in edges[[0, -1]]])
    for i in np.flatnonzero(line["observed"].isna()):
        ax.axvspan(edges[i], edges[i + 1], zorder=1, label="left out", **style.UNCOVERED)


def _draw_curves(ax: Axes, line: pd.DataFrame, after: np.ndarray) -> None:
    """Draw the fit on both sides, the dashed fit without the change, and the area between."""
    x, fit, without = find_middles(line), numbers(line["fitted"]), numbers(line["counterfactual"])
    for side in (~after, after):
        ax.plot(x, np.where(side, fit, np.nan), color=FIT, lw=1.8, zorder=5, label="fitted")
    low, high = numbers(line["low"]), numbers(line["high"])
    dashes: dict[str, Any] = {"color": WITHOUT, "linestyle": (0, (4, 2)), "zorder": 4}
    ax.plot(x, without, lw=1.5, label="without the change", **dashes)
    if np.isfinite(low).any():
        ax.fill_between(x, low, high, color=WITHOUT, alpha=0.18, lw=0, zorder=2,
                        label="its 95 % interval")  # fmt: skip
    ax.fill_between(x, fit, without, where=after, color=FIT, alpha=0.08, lw=0, zorder=1.5)


def _limit_scale(ax: Axes, line: pd.DataFrame) -> float:
    """End the scale where the data do, as extrapolations can run far; return where all would."""
    seen = np.nanmax(np.concatenate([numbers(line["observed"]), numbers(line["fitted"])]))
    without = np.nanmax([seen, line["counterfactual"].max()])
    most = float(np.nanmax([without, line["high"].max()]))
    ax.set_ylim(0, 1.05 * max(min(most, 1.5 * min(without, 3 * seen)), 1))
    return most


def _say_beyond(ax: Axes, most: float) -> list[str]:
    beyond = most > ax.get_ylim()[1]
    return [f"the interval goes on to {most:,.0f}, above the scale"] if beyond else []


def _mark_date(ax: Axes, start: pd.Period, depth: float) -> None:
    """Draw the first day of what is after as a line below the text, and write it at its top."""
    from matplotlib.dates import date2num

    date = float(date2num(start.start_time))
    left = date > np.dot(ax.get_xlim(), [0.2, 0.8])
    ax.plot([date, date], [0, 1], transform=below_top(ax, depth), color=style.INK, lw=0.9, zorder=6)
    ax.annotate(
        f"from {first_day(start)}", (date, 1), xycoords=("data", "axes fraction"),
        xytext=(-3 if left else 3, -depth), textcoords="offset points", va="top",
        ha="right" if left else "left", fontsize=7, color=style.PALE_INK, zorder=6, gid="date",
    )  # fmt: skip


def _say(effects: pd.DataFrame) -> list[str]:
    """Return a line for each effect: ratio, interval, p; and one for the placebos."""
    said = []
    for row in effects.itertuples():
        if pd.isna(row.low):
            said.append(f"{row.term} = {_ratio(row.ratio)[0]} (nothing estimated)")
            continue
        ratio, low, high = _ratio(row.ratio, row.low, row.high)
        said.append(f"{row.term} × {ratio} ({low} to {high}), {say_p(row.p)}")
    placebos = effects["placebo_p"].dropna()
    return [*said, *(say_p(p, "placebo p") for p in placebos[:1])]


def _ratio(*numbers: float) -> list[str]:
    """Write ratios with two decimals, or three where two would hide what they say."""
    near = all(abs(n - 1) < 0.1 for n in numbers) or numbers[0] < 0.1
    return ["not defined" if pd.isna(n) else f"{n:.{3 if near else 2}f}" for n in numbers]
