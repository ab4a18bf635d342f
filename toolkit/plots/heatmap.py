"""Heatmap of a panel: units by time, with what is not covered told apart from zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option
from toolkit.panels import VALUES, check_panel, choose_units, period_word, unit_names
from toolkit.plots import style
from toolkit.plots.panels import estimate, numbers, reach, when
from toolkit.plots.steps import find_edges, find_middles, find_runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ORDERS = ["total", "name", "given"]
LONGEST_NAME = 30  # letters
NAME_SIZE = 7.5  # points
SMALLEST_NAME = 5.5


def plot_panel(
    panel: pd.DataFrame,
    *,
    value: str = "n_events",
    units: Sequence[str] | None = None,
    order: str = "total",
    most: int = 40,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw a panel as a heatmap: one row per unit, one column per period, darker is more.

    White is 0: covered, and no event recorded. Hatched is not covered, so that nothing can be
    said. A period covered in part has a hollow point and is always too low. Rows compare counts,
    not rates: a large province is dark because it is large, and a row that grows dark can be one
    that is reported on more. Colours are spaced by logarithm where the largest count is above 30,
    as the colour bar shows. Cells narrower than a point are drawn a little wider: none is lost.

    Parameters
    ----------
    panel
        What `count_events` returns with `by`, with any period.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high".
    units
        Units to draw, by name. Chosen here and not in pandas, they leave the source line whole.
    order
        Rows from top to bottom: "total" (largest first), "name", or "given" (as in `units`, else
        as in the panel).
    most
        Rows drawn, those with the largest totals. The note says how many are left out, and which
        share of the value is theirs.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.pcolormesh`, e.g. `cmap` and `norm`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        Unknown value, order or unit, most below 1, nothing recorded of the value.
    ColumnError
        The table is no panel.
    EmptySelectionError
        The panel has no rows; `units` is empty.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), by=["country", "admin1"])
    >>> ax = plot_panel(panel, most=5)
    >>> len(ax.get_yticklabels())
    5
    """
    check_option("order", order, ORDERS)
    panel = check_panel(panel, value)
    lines, left_out = _choose_lines(panel, value, units, order, _check_most(most))
    names = [style.plain(name or VALUES[value], width=LONGEST_NAME) for name in lines]
    beside = 0.3 + 0.062 * max(map(len, names))
    ax = style.make_axes(ax, (beside + 6.2, 1.3 + 0.19 * max(len(names), 3)))
    tables = list(lines.values())
    mesh = _draw_cells(ax, tables, value, kwargs)
    said = [*left_out, *_name_rows(ax, names)]
    _name_columns(ax, tables[0], 1.4 * style.width_of(ax) - 72 * (beside + 0.7))
    word = period_word(panel["period"])
    label = f"{VALUES[value]} per {word}{estimate(value, panel)}"
    style.colour_bar(ax, mesh, label, aspect=max(style.height_of(ax) / 11, 8))
    style.legend_above(ax)
    style.source_note(ax, panel, *said, beside=72 * beside)
    return ax


def _check_most(most: int) -> int:
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise OptionError(f"most={most!r} is not possible.", "whole numbers from 1.", "most=40")
    return most


def _choose_lines(
    panel: pd.DataFrame, value: str, units: Sequence[str] | None, order: str, most: int
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the units drawn, by name, from top to bottom, and what is said of the others."""
    wanted = [units] if isinstance(units, str) else units
    if wanted is not None and not len(wanted):
        raise EmptySelectionError(
            "units= names no unit.", "at least one, or None for all.", "units=None"
        )
    names = unit_names(panel) if wanted is None else choose_units(panel, list(wanted))
    totals = panel.loc[names.index, value].groupby(names, sort=False).sum().astype(float)
    largest = totals.sort_values(ascending=False, kind="stable").index[:most]
    chosen = {
        "total": list(largest),
        "name": sorted(largest, key=str.casefold),
        "given": [name for name in totals.index if name in set(largest)],
    }[order]
    every = pd.period_range(panel["period"].min(), panel["period"].max(), name="period")
    lines = {n: reach(panel.loc[names.index[names == n]], every, n) for n in chosen}
    return lines, _say_left_out(totals.drop(chosen), float(totals.sum()), value)


def _say_left_out(rest: pd.Series, total: float, value: str) -> list[str]:
    if rest.empty:
        return []
    share = f" ({100 * rest.sum() / total:.1f} % of all)" if total else ""
    units = "unit with the smallest total" if len(rest) == 1 else "units with the smallest totals"
    return [f"{len(rest):,} {units} left out: {rest.sum():,.0f} {VALUES[value]}{share}"]


def _draw_cells(ax: Axes, lines: list[pd.DataFrame], value: str, kwargs: dict[str, Any]) -> Any:
    """Draw counts in colour, zeros white, missing hatched, partial marked; return the counts."""
    grid = np.array([numbers(line[value]) for line in lines])
    edges, rows = find_edges(lines[0]), np.arange(len(lines) + 1)
    norm = style.scale_counts(grid)
    shown = np.ma.masked_where(~(grid > 0), grid)
    thin = style.width_of(ax) < grid.shape[1]
    look = {"cmap": style.intensity(), "norm": norm, "zorder": 2, "edgecolors": "face",
            "linewidth": 0.5 if thin else 0}  # fmt: skip
    mesh = ax.pcolormesh(edges, rows, shown, **{**look, **kwargs})
    ax.set(xlim=edges[[0, -1]], ylim=(len(lines), 0))
    if (grid == 0).any():
        _add_key(ax, "0 (covered, none recorded)", {"facecolor": "white", "edgecolor": "#C4C4C4"})
    _hatch_missing(ax, lines, np.isnan(grid))
    _mark_partial(ax, lines, ~np.isnan(grid))
    for row in rows[1:-1]:
        ax.axhline(row, color="#E2E2E2", linewidth=0.4, zorder=3)
    return mesh


def _hatch_missing(ax: Axes, lines: list[pd.DataFrame], missing: np.ndarray) -> None:
    """Hatch each stretch without a value, with one entry that names all the reasons there are."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    edges = find_edges(lines[0])
    stretches = [
        Rectangle((edges[start], row), edges[stop] - edges[start], 1)
        for row, mask in enumerate(missing)
        for start, stop in find_runs(mask)
    ]
    if stretches:
        ax.add_collection(PatchCollection(stretches, zorder=1, **style.UNCOVERED))
        covered = np.array([line["covered"] for line in lines])
        listed = np.array([line["listed"] for line in lines])
        reasons = {
            "not covered": listed & ~covered,
            "covered, but not recorded": covered,
            "not in the panel": ~listed,
        }
        found = [reason for reason, where in reasons.items() if (missing & where).any()]
        _add_key(ax, "; or ".join(found), style.UNCOVERED)


def _add_key(ax: Axes, label: str, look: dict[str, Any]) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((0, 0), 0, 0, label=label, **{**look, "linewidth": 0.5}))


def _mark_partial(ax: Axes, lines: list[pd.DataFrame], known: np.ndarray) -> None:
    """Mark the cells of which only some days are covered with hollow points that fit into them."""
    part = np.array([line["partial"] for line in lines]) & known
    if part.any():
        row, column = np.nonzero(part)
        room = min(style.width_of(ax) / part.shape[1], style.height_of(ax) / part.shape[0])
        ax.plot(
            find_middles(lines[0])[column], row + 0.5, "o", mfc="white", mec=style.INK, mew=0.6,
            ms=float(np.clip(0.45 * room, 1.5, 4)), zorder=4, label="period covered in part",
        )  # fmt: skip


def _name_rows(ax: Axes, names: list[str]) -> list[str]:
    """Name the rows, in smaller type where they are low, and not all where they are lower yet."""
    height = style.height_of(ax) / len(names)
    step = int(np.ceil(SMALLEST_NAME / height))
    size = float(np.clip(height * step, SMALLEST_NAME, NAME_SIZE))
    spots = np.arange(len(names)) + 0.5
    ax.set_yticks(spots[::step], names[::step], fontsize=size)
    ax.tick_params(axis="y", length=0)
    style.clear_frame(ax, sides=())
    for spine in ax.spines.values():
        spine.set(color=style.BORDER, linewidth=0.5)
    return [f"one row in {step} is named" for _ in range(step > 1)]


def _name_columns(ax: Axes, line: pd.DataFrame, across: float) -> None:
    """Write dates under the columns: years and few periods in their middle, else at the edge."""
    periods = pd.PeriodIndex(line.index)
    word = period_word(periods)
    ax.set_xlabel(when(word), fontsize=style.SMALL, color=style.INK)
    if word != "year" and len(periods) > 4:
        style.write_dates(ax)
        locator: Any = ax.xaxis.get_major_locator()
        locator.maxticks = dict.fromkeys(locator.maxticks, int(np.clip(across / 28, 3, 9)))
        return
    labels = [str(p).split("/")[0] for p in periods]
    room = max(across / (7 * max(map(len, labels))), 1)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if len(labels) / s <= room or s == 100)
    first = -periods.year[0] % step if word == "year" else 0
    ax.set_xticks(find_middles(line)[first::step], labels[first::step])
