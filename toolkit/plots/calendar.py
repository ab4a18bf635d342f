"""Calendar of intensity: counts by day or week, one block or row per year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.panels import VALUES, check_panel, period_word
from toolkit.plots import style
from toolkit.plots.panels import estimate, numbers, one_unit, when

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_DAILY_YEARS = 8


def plot_calendar(
    panel: pd.DataFrame, *, value: str = "n_events", ax: Axes | None = None, **kwargs: Any
) -> Axes:
    """Draw a calendar of intensity: one cell per day or week, darker where more was recorded.

    White is 0: covered, and no event recorded. Hatched is not covered. Daily panels give one
    block per year (a column per week, Monday on top), weekly panels one row per ISO year (a first
    or last week that belongs to another year stays in the row it touches). Dates
    known only to the week or month stand on the day that the provider recorded, so that first
    days of a month can be too dark. Colours are spaced by logarithm where the largest count is
    above 30, as the colour bar shows.

    Parameters
    ----------
    panel
        What `count_events` returns for one unit with period="day" (up to eight years) or "week".
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high".
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.pcolor`, e.g. `cmap` and `norm`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        Another period, several units, more than eight years of days, unknown value.
    ColumnError
        The table is no panel.
    EmptySelectionError
        The panel has no rows.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), period="week")
    >>> ax = ct.plot_calendar(panel)
    >>> ax.figure.axes[-1].get_ylabel()
    'events per week'
    """
    panel = check_panel(panel, value)
    period = period_word(panel["period"])
    if period not in ("day", "week"):
        raise OptionError(
            f"A calendar shows days or weeks, the panel holds counts per {period}.",
            "day, week.",
            'ct.plot_calendar(ct.count_events(events, period="day"))',
        )
    name, line = one_unit(panel, value)
    cells = _place_cells(line, value, period)
    years = np.unique(cells["year"])
    if period == "day" and len(years) > MOST_DAILY_YEARS:
        raise OptionError(
            f"The panel has {len(years)} years of days, too many for cells that can be seen.",
            f"up to {MOST_DAILY_YEARS} years of days, or weeks.",
            'ct.plot_calendar(ct.count_events(events, period="week"))',
        )
    height = 0.9 + len(years) * (0.95 if period == "day" else 0.24)
    ax = style.make_axes(ax, (7, max(height, 1.8)))
    mesh = _draw_cells(ax, cells, **kwargs)
    _finish_calendar(ax, cells, period)
    style.colour_bar(
        ax,
        mesh,
        f"{VALUES[value]} per {period}{estimate(value, panel)}",
        aspect=max(style.height_of(ax) / 11, 10),
    )
    if name:
        ax.set_title(style.plain(name), loc="right", fontsize=style.SMALL, color=style.INK)
    style.source_note(ax, panel)
    return ax


def _place_cells(line: pd.DataFrame, value: str, period: str) -> pd.DataFrame:
    """Return each day or week of the years shown with its row, its column and its count."""
    first, last = pd.PeriodIndex(line.index)[[0, -1]]
    if period == "day":
        every = pd.period_range(f"{first.year}-01-01", f"{last.year}-12-31", freq="D")
        year, row = every.year.to_numpy(), every.day_of_week.to_numpy()
        column = (every.day_of_year.to_numpy() - 1 + _weekday_of_new_year(year)) // 7
    else:
        # The week of 4 January is the first of its ISO year, that of 28 December the last. A
        # week on the edge of the panel stays in the row beside which it stands, not in its own.
        start, stop = first.end_time.year, last.start_time.year
        new, old = (pd.Period(day, "W-SUN") for day in (f"{start}-01-04", f"{stop}-12-28"))
        every = pd.period_range(min(first, new), max(last, old))
        year = every.start_time.isocalendar()["year"].to_numpy(int).clip(start, stop)
        first_weeks = pd.PeriodIndex([f"{y}-01-04" for y in year], freq=first.freq)
        column = (every.start_time - first_weeks.start_time).days.to_numpy() // 7
        row = np.zeros(len(every), int)
    early = max(-int(column.min()), 0)
    cells = pd.DataFrame({"year": year, "row": row, "column": column + early}, index=every)
    height = 8 if period == "day" else 1  # seven days and a gap
    cells["row"] += (cells["year"] - cells["year"].min()) * height
    absent = ~every.isin(line.index[line["listed"]]) & (every >= first) & (every <= last)
    return cells.assign(early=early, count=numbers(line[value].reindex(every)), absent=absent)


def _weekday_of_new_year(years: np.ndarray) -> np.ndarray:
    return pd.to_datetime([f"{y}-01-01" for y in years]).day_of_week.to_numpy()


def _draw_cells(ax: Axes, cells: pd.DataFrame, **kwargs: Any) -> Any:
    """Draw counts in colour, zeros white, what is not covered hatched; return the counts."""
    shape = (cells["row"].max() + 1, cells["column"].max() + 1)
    grid = np.full(shape, np.nan)
    there = np.zeros(shape, bool)
    grid[cells["row"], cells["column"]] = cells["count"]
    there[cells["row"], cells["column"]] = True
    lines = {"edgecolors": "#D8D8D8", "linewidth": 0.3}
    positive = np.ma.masked_where(~(grid > 0), grid)
    defaults = {"cmap": style.intensity(), "norm": style.scale_counts(positive), **lines}
    mesh = ax.pcolor(positive, zorder=2, **{**defaults, **kwargs})
    missing = "not covered, or not in the panel" if cells["absent"].any() else "not covered"
    white = {"facecolor": "white", "edgecolor": "#D8D8D8", "linewidth": 0.3}
    _draw_patches(ax, grid == 0, "0 (covered, none recorded)", white)
    _draw_patches(ax, there & np.isnan(grid), missing, style.UNCOVERED)
    return mesh


def _draw_patches(ax: Axes, where: np.ndarray, label: str, look: dict[str, Any]) -> None:
    """Draw the cells of a grid that are true in one look, with an entry for the legend."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    squares = [Rectangle((float(c), float(r)), 1, 1) for r, c in np.argwhere(where)]
    if squares:
        ax.add_collection(PatchCollection(squares, zorder=1, **look))
        ax.add_patch(Rectangle((0, 0), 0, 0, label=label, **{**look, "linewidth": 0.5}))


def _finish_calendar(ax: Axes, cells: pd.DataFrame, period: str) -> None:
    """Write years on the left and months above the columns they begin in, Monday on top."""
    height = 8 if period == "day" else 1
    years, early = np.unique(cells["year"]), int(cells["early"].iloc[0])
    months = pd.period_range("2023-01", "2023-12", freq="M")
    ax.set_xticks(
        [m.start_time.day_of_year / 7 + 2.2 + early for m in months], months.strftime("%b")
    )
    rows = np.arange(len(years)) * height
    step = 1 if period == "day" else max(len(years) // 18 + 1, 1)
    ax.set_yticks(rows[::step] + (3.5 if period == "day" else 0.5), years[::step])
    ax.tick_params(length=0)
    ax.set(xlim=(-0.2, cells["column"].max() + 1.2), ylim=(rows[-1] + min(height, 7) + 0.2, -0.2))
    style.clear_frame(ax, sides=("top", "right", "bottom", "left"))
    if period == "day":
        for year, row in zip(years, rows, strict=True):
            _separate_months(ax, int(year), int(row))
    ax.set_ylabel("year" if period == "day" else "ISO year", fontsize=style.SMALL, color=style.INK)
    ax.set_xlabel(when(period), fontsize=style.SMALL, color=style.INK)
    style.legend_above(ax)


def _separate_months(ax: Axes, year: int, row: int) -> None:
    """Draw a thin step between the last day of each month and the first of the next."""
    first = pd.date_range(f"{year}-02-01", f"{year}-12-01", freq="MS")
    new_year = pd.Timestamp(year, 1, 1).weekday()
    for day in first:
        column, weekday = divmod(day.day_of_year - 1 + new_year, 7)
        across = [column + 1, column + 1, column, column] if weekday else [column, column]
        down = [0, weekday, weekday, 7] if weekday else [0, 7]
        ax.plot(across, np.add(down, row), color=style.PALE_INK, linewidth=0.6, zorder=3)
