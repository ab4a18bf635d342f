"""One unit over time: steps as wide as their periods, gaps hatched, and the axes they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.events import check_columns
from toolkit.panels import VALUES, check_panel, choose_units, unit_names
from toolkit.plots import style
from toolkit.plots.panels import numbers, reach, when

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEXT_ROW = 10.5  # points from one line of text to the next


def find_edges(line: pd.DataFrame) -> np.ndarray:
    """Return the first days of the periods and the day after the last, as matplotlib counts."""
    from matplotlib.dates import date2num

    first, last = line.index[[0, -1]]
    return date2num(pd.period_range(first, last + 1).start_time.to_numpy())


def find_middles(line: pd.DataFrame) -> np.ndarray:
    """Return the middles of the periods, as matplotlib counts days."""
    edges = find_edges(line)
    return (edges[:-1] + edges[1:]) / 2


def take_line(
    data: pd.DataFrame | pd.Series, value: str, unit: str | None
) -> tuple[str, pd.DataFrame]:
    """Return name and line of one unit of a panel, or of a series of numbers by period."""
    if isinstance(data, pd.Series):
        data = _as_panel(data, value)
    panel = check_panel(data, value)
    names = unit_names(panel) if unit is None else choose_units(panel, [unit])
    if names.nunique() > 1:
        raise OptionError(
            f"One series is needed, and {names.nunique()} units of the panel are meant.",
            "the name of one unit.",
            f"unit={names.iloc[0]!r}",
        )
    every = pd.period_range(panel["period"].min(), panel["period"].max(), name="period")
    return names.iloc[0], reach(panel.loc[names.index], every, names.iloc[0])


def _as_panel(series: pd.Series, value: str) -> pd.DataFrame:
    """Return a series as the panel of one unit; what is missing is not covered."""
    if not isinstance(series.index, pd.PeriodIndex):
        raise OptionError(
            f"The index of the series holds {series.index.dtype}, not periods.",
            "a PeriodIndex: a date alone does not say how long it is counted for.",
            'series.set_axis(series.index.to_period("M"))',
        )
    columns = {"period": series.index, value: series.to_numpy(), "covered": series.notna()}
    return pd.DataFrame(columns).reset_index(drop=True)


def take_tables(result: Any, columns: dict[str, list[str]], call: str) -> list[pd.DataFrame]:
    """Return the tables of a result with these columns, or say what is wrong with it.

    `call` is what to type for such a result.
    """
    maker = call.split("(")[0]
    tables = [getattr(result, name, None) for name in columns]
    for table, (name, needed) in zip(tables, columns.items(), strict=True):
        if not isinstance(table, pd.DataFrame):
            raise OptionError(
                f"{type(result).__name__} is no result of {maker}.",
                f"what {maker} returns, as a whole.",
                call,
            )
        check_columns(table, needed)
        style.need_rows(table, f"rows of {name}")
    return tables


def draw_steps(ax: Axes, line: pd.DataFrame, value: str, **kwargs: Any) -> None:
    """Draw one unit as steps, each as wide as its period, over a pale area."""
    counts, edges = numbers(line[value]), find_edges(line)
    pale = {"color": kwargs["color"], "alpha": 0.18, "linewidth": 0}
    ax.stairs(counts, edges, fill=True, zorder=2, **pale)
    ax.stairs(counts, edges, baseline=None, zorder=3, **{"linewidth": 1.1, **kwargs})


def draw_partial(ax: Axes, line: pd.DataFrame, value: str, colour: str) -> None:
    """Mark the periods of which only some days are covered with hollow points."""
    part = line["partial"].to_numpy() & line[value].notna().to_numpy()
    if part.any():
        ax.plot(
            find_middles(line)[part], numbers(line[value])[part], "o", mfc="white", mec=colour,
            ms=4.5, zorder=4, label="period covered in part", clip_on=False,
        )  # fmt: skip


def shade_gaps(
    ax: Axes, lines: list[pd.DataFrame], value: str, *, uncovered: str = "not covered"
) -> None:
    """Hatch the periods in which no unit has a value, and say why there is none."""
    missing = np.array([line[value].isna() for line in lines])
    inside = np.any([line["covered"] for line in lines], axis=0)
    known = np.any([line["listed"] for line in lines], axis=0)
    nowhere, edges = missing.all(axis=0), find_edges(lines[0])
    ax.update_datalim([(edge, 0) for edge in edges[[0, -1]]])
    _hatch(ax, edges, nowhere & known & ~inside, uncovered)
    _hatch(ax, edges, nowhere & inside, "covered, but not recorded")
    _hatch(ax, edges, nowhere & ~known, "not in the panel")
    if (missing & ~nowhere).any():
        ax.plot([], [], " ", label="(a line breaks where its unit is not covered)")


def find_runs(mask: np.ndarray) -> np.ndarray:
    """Return start and stop of each stretch that is true: stretches x 2.

    Examples
    --------
    >>> find_runs(np.array([True, True, False, True])).tolist()
    [[0, 2], [3, 4]]
    """
    turns = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return turns.reshape(-1, 2)


def _hatch(ax: Axes, edges: np.ndarray, mask: np.ndarray, label: str) -> None:
    for start, stop in find_runs(mask):
        ax.axvspan(edges[start], edges[stop], zorder=1, label=label, **style.UNCOVERED)


def name_axes(ax: Axes, label: str, period: str) -> None:
    """Label the axes of counts over time; the scale of counts begins at 0."""
    ax.set_ylabel(label.replace(" (", "\n("), fontsize=style.SMALL, color=style.INK)
    ax.set_xlabel(when(period), fontsize=style.SMALL, color=style.INK)
    style.write_dates(ax)
    style.write_counts(ax.yaxis)
    style.clear_frame(ax)
    ax.margins(x=0)
    ax.autoscale_view(scaley=False)
    ax.set_ylim(bottom=0)


def make_headroom(ax: Axes, points: float) -> None:
    """Stretch the scale so that so much room stays free between the data and the upper edge.

    Legend and note are still to take some of the height.
    """
    share = min(points / (0.75 * style.height_of(ax)), 0.6)
    ax.set_ylim(0, ax.get_ylim()[1] / (1 - share))


def below_top(ax: Axes, points: float) -> Any:
    """Return a transform: x in the data, y from 0 to 1 in the axes moved down by so many points.

    A line from 0 to 1 ends so far below the upper edge, at any size; below the axes it is clipped.
    """
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    figure = ax.get_figure(root=True)
    assert figure is not None
    down = ScaledTranslation(0, -points / 72, figure.dpi_scale_trans)
    return blended_transform_factory(ax.transData, ax.transAxes) + down


def write_lines(ax: Axes, lines: Sequence[str], *, room: float = 0) -> float:
    """Write lines of text at the upper left, above the data, and return how many points they take.

    `room` is for what stands between the text and the data.
    """
    taken = TEXT_ROW * len(lines) + 3
    make_headroom(ax, taken + room)
    for i, text in enumerate(lines):
        ax.annotate(
            style.plain(text, width=80), (0, 1), xycoords="axes fraction",
            xytext=(5, -2 - TEXT_ROW * i), textcoords="offset points", va="top", ha="left",
            fontsize=7.5, color=style.INK, zorder=6, gid="effect", annotation_clip=False,
        )  # fmt: skip
    return taken


def first_day(period: pd.Period) -> str:
    """Return a period as text, a week by its first day.

    Examples
    --------
    >>> first_day(pd.Period("2017-07-05", "W"))
    '2017-07-03'
    """
    return str(period).split("/")[0]


def last_step(table: pd.DataFrame) -> str:
    """Return what the last step of the provenance says, with the unit if one was chosen.

    Examples
    --------
    >>> table = pd.DataFrame()
    >>> table.attrs["steps"] = "counted by month; unit Ithvar; two means compared"
    >>> last_step(table)
    'unit Ithvar; two means compared'
    """
    steps = str(table.attrs.get("steps", "choices not recorded")).split("; ")
    return "; ".join([s for s in steps[-2:-1] if s.startswith("unit ")] + steps[-1:])


def value_words(table: pd.DataFrame) -> str:
    """Return the word for what a result counts, recorded as `value`.

    Examples
    --------
    >>> table = pd.DataFrame()
    >>> table.attrs["value"] = "fatalities"
    >>> value_words(table)
    'deaths'
    """
    value = str(table.attrs.get("value", "count"))
    return VALUES.get(value) or style.plain(value)


def say_p(p: float, name: str = "p") -> str:
    """Say a p value with no more digits than it deserves.

    Examples
    --------
    >>> say_p(0.0312), say_p(0.00004), say_p(float("nan"))
    ('p = 0.031', 'p < 0.001', 'no p')
    """
    if pd.isna(p):
        return f"no {name}"
    return f"{name} < 0.001" if p < 0.001 else f"{name} = {p:.3f}"
