"""A network beside a null model: where the observed number lies among those of the draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.plots import style
from toolkit.plots.grids import (
    make_panels,
    note_panels,
    say_measure,
    say_number,
    share_legend,
    title_panel,
    write_numbers,
)
from toolkit.plots.steps import last_step, say_p, take_tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from toolkit.networks.draws import NullTest

COLUMNS = ["observed", "low", "high", "p_value", "n_draws", "n_undefined"]
CALL = "ct.networks.compare_to_rewired(G)"
OBSERVED = "#004488"  # Tol, high-contrast
DRAWS = "#DDAA33"  # what chance alone gives, as the placebos of event windows
BAND = "#8C6D31"
MOST_BINS = 30


def plot_null(test: NullTest, *, columns: int = 3, **kwargs: Any) -> np.ndarray:
    """Draw each measure of a network among the values that a null model gives it.

    The bars are the draws of the null model, the line is the observed number, the bar below the
    axis holds the middle 95 % of the draws. The p above a panel is the share of draws as extreme,
    the observed network counted among them, so that it is never 0; two-sided, it is twice the
    share of the smaller side, at most 1. It answers the question of
    this null alone, whose sentence stands under the figure: what was treated as random, and what
    was held. Of several measures some lie outside by chance. A measure that the null cannot
    change, such as the number of ties where degrees are held, is no test, and its panel says so.

    Parameters
    ----------
    test
        What a null model of `ct.networks` returns: its summary and its draws.
    columns
        Panels in a row.
    **kwargs
        Passed on to the bars (`Axes.stairs`).

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        One for each measure, in the order of the summary. Draws that are whole numbers get bars
        around whole numbers. The x axes differ, and none has to begin at 0. What the summary
        calls missing (`attrs["reason"]`) has an empty panel, and the reason stands below.

    Raises
    ------
    OptionError
        Something that is no result of a null model; columns below 1.
    ColumnError, EmptySelectionError
        A table of the result lacks a column or all rows.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from toolkit.networks.draws import summarise_null
    >>> draws = pd.DataFrame({"n_ties": np.arange(99) % 7})
    >>> words = {"step": "shuffled", "null": "ends of ties are random, their number is held"}
    >>> test = summarise_null(pd.Series({"n_ties": 9.0}), draws, record={}, **words)
    >>> [ax.texts[0].get_text() for ax in plot_null(test)]
    ['9 observed, p = 0.020']
    """
    summary, draws = _take(test)
    reason = str(summary.attrs.get("reason", ""))
    names = [name for name in summary.index if name in draws]
    style.need_rows(summary.loc[names], "measures with draws")
    figure, axes = make_panels(len(names), columns, high=0.72, wide=(2.6, 4.2))
    for ax, name in zip(axes, names, strict=True):
        values = draws[name].dropna().to_numpy(float)
        row = summary.loc[name]
        said = ["missing"] if reason else _say_result(row, values, int(summary["n_draws"].max()))
        title_panel(style.make_axes(ax, (3, 2)), say_measure(name), *said)
        _draw_panel(ax, str(name), row, values, kwargs)
    share_legend(figure, _explain())
    null = str(summary.attrs.get("null", "what is random and what is held is not recorded"))
    said = [f"Null model: {null}", last_step(summary), _say_p(summary)]
    if reason:
        said = [f"Missing: {reason}", *said[:2]]
    note_panels(figure, summary, *said)
    return axes


def _take(test: NullTest) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return summary and draws; there are none where the summary has a reason why."""
    (summary,) = take_tables(test, {"summary": COLUMNS}, CALL)
    if "reason" in summary.attrs and isinstance(test.draws, pd.DataFrame):
        return summary, test.draws
    (draws,) = take_tables(test, {"draws": []}, CALL)
    return summary, draws


def _draw_panel(
    ax: Axes, name: str, row: pd.Series, values: np.ndarray, kwargs: dict[str, Any]
) -> None:
    observed = float(row["observed"])
    if len(values):
        edges = find_bins(values, observed)
        counts = np.histogram(values, edges)[0]
        ax.stairs(counts, edges, fill=True, zorder=2, **{"color": DRAWS, "gid": "draws", **kwargs})
        across = ax.get_xaxis_transform()
        ax.plot([row["low"], row["high"]], [0, 0], color=BAND, linewidth=4, transform=across,
                solid_capstyle="butt", clip_on=False, zorder=4, gid="band")  # fmt: skip
        ax.set_ylim(0, 1.08 * counts.max())
        if len(counts) == 1:  # a narrow bar, not a full panel
            ax.update_datalim([(values[0] + side * 5 * np.ptp(edges), 0) for side in (-1, 1)])
    if np.isfinite(observed):
        ax.axvline(observed, color=OBSERVED, linewidth=1.8, zorder=5, gid="observed")
    ax.margins(x=0.04)
    _name_axes(ax, name, bool(len(values)))


def find_bins(values: np.ndarray, observed: float) -> np.ndarray:
    """Return the edges of the bars, around the values where these have an even spacing.

    Whole numbers have one, and so have numbers that are a count divided by what is held. Bars of
    any other width would hold now one value, now two.

    Examples
    --------
    >>> find_bins(np.array([1.0, 3.0]), 2.0).tolist()
    [0.5, 1.5, 2.5, 3.5]
    """
    least, most = values.min(), values.max()
    spacing = _find_spacing(values)
    if spacing:
        n_values = round((most - least) / spacing) + 1
        step = -(-n_values // MOST_BINS)
        edges = np.arange(-(-n_values // step) + 1) * step
        return np.asarray(least + spacing * (edges - 0.5), float)
    if _is_single(values):
        reach = abs(observed - least) if np.isfinite(observed) else 0.0
        half = 0.02 * (reach if reach > 1e-9 * max(1.0, abs(least)) else max(abs(least), 1e-6))
        return np.array([least - half, least + half])
    n = int(np.clip(np.sqrt(len(values)), 8, MOST_BINS))
    return np.linspace(least, most, n + 1)


def _find_spacing(values: np.ndarray) -> float:
    """Return the even spacing of the values, 0 where they have none."""
    if not (values % 1).any():
        return 1.0
    gaps = np.diff(np.unique(np.round(values, 12)))
    if not len(gaps):
        return 0.0
    times = gaps / gaps.min()
    return float(gaps.min()) if np.allclose(times, times.round(), rtol=0, atol=1e-4) else 0.0


def _is_single(values: np.ndarray) -> bool:
    """Return whether the null has one value only, but for rounding."""
    return len(values) > 0 and bool(np.ptp(values) <= 1e-9 * max(1.0, abs(float(values[0]))))


def _say_result(row: pd.Series, values: np.ndarray, most: int) -> list[str]:
    """Return the lines under the name of a measure: observed, p, and what makes it no test."""
    observed = float(row["observed"])
    said = f"{say_number(observed)} observed" if np.isfinite(observed) else "not defined here"
    fewer = f" ({row['n_draws']:,.0f} draws)" if row["n_draws"] < most else ""
    lines = [f"{said}, {say_p(float(row['p_value']))}{fewer}"]
    if not len(values):
        lines.append("undefined in every draw")
    elif _is_single(values):
        lines.append(f"no test: the null has one value, {say_number(values[0])}")
    if 0 < row["n_undefined"] < row["n_draws"]:
        lines.append(f"undefined in {row['n_undefined']:,.0f} of {row['n_draws']:,.0f} draws")
    return lines


def _name_axes(ax: Axes, name: str, drawn: bool) -> None:
    write_numbers(ax.xaxis, most=4, whole=name.startswith("n_"))
    style.write_counts(ax.yaxis)
    style.clear_frame(ax)
    ax.set_ylabel("draws", fontsize=style.SMALL, color=style.INK)
    if not drawn:
        ax.set(yticks=[], ylabel="")
    if not ax.lines and not drawn:
        ax.set(xticks=[])


def _explain() -> dict[str, Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return {
        "observed": Line2D([], [], color=OBSERVED, linewidth=1.8),
        "draws of the null": Patch(color=DRAWS),
        "their middle 95 %": Line2D([], [], color=BAND, linewidth=4, solid_capstyle="butt"),
    }


def _say_p(summary: pd.DataFrame) -> str:
    side = summary.attrs.get("alternative")
    kind = f"p, {side}" if side in ("two-sided", "greater", "less") else "p"
    twice = "twice the smaller side of " if side == "two-sided" else ""
    n = summary["n_draws"].max()
    return f"{kind}: {twice}(1 + draws as extreme) / (1 + draws with a value), of {n:,} draws"
