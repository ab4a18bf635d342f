"""Event windows: the mean before and after given dates, against placebo dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.plots import style
from toolkit.plots.panels import numbers
from toolkit.plots.steps import below_top, last_step, say_p, take_tables, value_words, write_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from toolkit.timeseries.windows import EventWindow

COLUMNS = {
    "profile": ["offset", "mean", "n_dates", "expected", "low", "high"],
    "effect": ["before", "after", "ratio", "p", "n_dates", "n_placebos"],
}
CALL = 'event_window(panel, dates=["2017-07-01"])'
PROFILE = "#333333"
MEANS = "#004488"
PLACEBO = "#DDAA33"


def plot_event_window(result: EventWindow, *, ax: Axes | None = None, **kwargs: Any) -> Axes:
    """Draw what happens around given dates: the mean profile, its two sides, and the placebos.

    Steps are means over the dates at each distance from them; the horizontal lines are the means
    of the two sides, to which the period of the date itself does not belong. The band holds 95 %
    of the placebos at each distance: some of many steps lie outside it by chance alone, and only
    the p above stands for the difference as a whole. A difference is not a cause, and p means
    nothing where the dates were chosen by the series.

    Parameters
    ----------
    result
        What `event_window` returns.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to the steps of the profile (`Axes.stairs`).

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        Something that is no result of `event_window`.
    ColumnError, EmptySelectionError
        A table of the result lacks a column or all rows.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), period="week")
    >>> found = ct.event_window(panel, dates=["2017-07-01"], before=20, after=20, n_placebos=99)
    >>> plot_event_window(found).get_xlabel()
    'weeks from the date'
    """
    profile, effects = take_tables(result, COLUMNS, CALL)
    profile = profile.sort_values("offset", ignore_index=True)
    effect: Any = next(effects.itertuples())
    ax = style.make_axes(ax, (7, 3.4))
    edges = np.append(profile["offset"] - 0.5, profile["offset"].iloc[-1] + 0.5)
    look = {"color": PROFILE, "linewidth": 1.1 if len(profile) < 120 else 0.7, "zorder": 4}
    label = "mean profile" if effect.n_dates > 1 else "observed"
    ax.stairs(numbers(profile["mean"]), edges, baseline=None, **{"label": label, **look, **kwargs})
    ax.hlines([effect.before, effect.after], [edges[0], 0.5], [-0.5, edges[-1]], color=MEANS,
              linewidth=1.8, zorder=5, label="before and after")  # fmt: skip
    _draw_placebos(ax, profile, edges)
    _name_axes(ax, profile, edges)
    depth = write_lines(ax, _say(effect))
    ax.plot([0, 0], [0, 1], transform=below_top(ax, depth), color=style.INK, lw=0.9,
            linestyle=(0, (1, 1.5)), zorder=3)  # fmt: skip
    style.legend_above(ax)
    style.source_note(ax, profile, last_step(profile))
    return ax


def _draw_placebos(ax: Axes, profile: pd.DataFrame, edges: np.ndarray) -> None:
    low, high = numbers(profile["low"]), numbers(profile["high"])
    if np.isfinite(low).any():
        ax.fill_between(
            edges, np.append(low, low[-1]), np.append(high, high[-1]), step="post", color=PLACEBO,
            alpha=0.3, linewidth=0, zorder=1.5, label="95 % of placebos",
        )  # fmt: skip
        ax.stairs(
            numbers(profile["expected"]), edges, baseline=None, color="#8C6D31", linewidth=1.1,
            linestyle=(0, (4, 2)), zorder=3, label="their mean",
        )  # fmt: skip


def _name_axes(ax: Axes, profile: pd.DataFrame, edges: np.ndarray) -> None:
    from matplotlib.ticker import MaxNLocator

    word = str(profile.attrs.get("period", "period"))
    ax.set_xlabel(f"{word}s from the date", fontsize=style.SMALL, color=style.INK)
    ax.set_ylabel(f"{value_words(profile)} per {word}", fontsize=style.SMALL, color=style.INK)
    ax.set(xlim=edges[[0, -1]])
    ax.set_ylim(0, max(ax.get_ylim()[1], 1e-9))
    if word == "day" and len(profile) > 14:
        step = 7 * int(np.ceil(len(profile) / 7 / 9))
        ax.set_xticks([o for o in profile["offset"] if o % step == 0])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6))
    style.clear_frame(ax)


def _say(effect: Any) -> list[str]:
    """Say the means of the two sides, their ratio, p, and what it rests on."""
    ratio = "" if pd.isna(effect.ratio) else f" (× {effect.ratio:.2f})"
    dates = f"{effect.n_dates:,} date{'' if effect.n_dates == 1 else 's'}"
    return [
        f"{effect.before:,.3g} before, {effect.after:,.3g} after{ratio}",
        f"{say_p(effect.p)}, {dates}, {effect.n_placebos:,} placebos",
    ]
