"""Maps of events over time: one for each period, all with one frame and one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option
from toolkit.events import PERIODS, check_dates
from toolkit.panels import read_period
from toolkit.plots import style
from toolkit.plots.basemap import Boundaries, Ground, draw_ground, halo, set_view, shape_of
from toolkit.plots.circles import (
    count_of,
    draw_others,
    draw_points,
    embolden,
    explain_points,
    find_scale,
    order_names,
    place_events,
    place_others,
    place_points,
    say_left_out,
    say_others,
    size_word,
)
from toolkit.plots.steps import first_day
from toolkit.provenance import source_line
from toolkit.spatial.precision import find_periods

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_maps_by_period(
    events: pd.DataFrame,
    *,
    period: str = "month",
    start: str | None = None,
    end: str | None = None,
    boundaries: Boundaries = None,
    within: str | Sequence[str] | None = None,
    around: pd.DataFrame | None = None,
    size: str | None = "fatalities",
    colour: str | None = "violence_type",
    labels: str | None = None,
    towns: pd.DataFrame | None = None,
    name: str = "name",
    columns: int = 4,
    most: int = 12,
    **kwargs: Any,
) -> np.ndarray:
    """Draw the events of each period on a map of their own, all with one frame and one scale.

    Circles have the same scale in all maps, so that maps can be compared. Above each stand its
    numbers: those of the events drawn in it, never of those in grey. A map with fewer events can
    be a month with fewer events, one with fewer reports, or one that the dataset covers in part,
    which it says; a period outside the coverage is hatched. What moves from map to map is where
    violence was recorded: no front line can be read off it. Events stand in the period in which
    they began; how many may lie in two is said below. What else a map of events does not mean,
    see `plot_events_map`.

    Parameters
    ----------
    events
        Event table, filtered to what the numbers are to count.
    period
        "day", "week", "month", "quarter" or "year".
    start, end
        First and last period, e.g. "2019-01"; by default those of the first and the last event.
    boundaries, within, around, size, colour, labels, towns, name
        As in `plot_events_map`.
    columns
        Maps in a row.
    most
        Maps at most. More periods are an error: none is dropped in silence.
    **kwargs
        Passed on to `Axes.scatter`.

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
        One for each period, in their order; `axes[0].figure` is the figure.

    Raises
    ------
    OptionError, ColumnError, EmptySelectionError, MissingFileError
        As in `plot_events_map`; more periods than `most`; columns below 1.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.filter_events(ct.load_sample("ged"), start="2016-01-01", end="2016-06-30")
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> axes = plot_maps_by_period(events, period="quarter", boundaries=boundaries)
    >>> [ax.get_title(loc="left") for ax in axes]
    ['2016Q1', '2016Q2']
    """
    check_dates(events, [])
    style.need_rows(events, "events")
    style.need_rows(place_points(events, size, colour), "events with coordinates")
    when = events["date_start"].dt.to_period(PERIODS[_check_period(period)])
    periods = _list_periods(when, start, end, _check_number("most", most))
    shown = events[when.isin(periods)]
    points, ground = place_events(shown, size, colour, boundaries, within, name)
    others = place_others(around, events, size, ground)
    names = order_names(events[colour]) if colour else []
    wide = float(np.clip(8.8 / _check_number("columns", columns), 1.9, 4))
    scale = find_scale(points, 72 * wide * min(shape_of(ground.box), 1), 0.145)
    entries = explain_points(points, others, scale, size=size, colour=colour, names=names, room=220)
    figure, axes = _make_panels(len(periods), columns, wide, ground, entries)
    crowd = pd.concat([points, others])[["x", "y"]].to_numpy()
    for i, (ax, one) in enumerate(zip(axes, periods, strict=True)):
        draw_ground(ax, ground, crowd, labels=labels, towns=towns, bar=i == 0)
        here, beside = (p[p["date"].dt.to_period(periods.freq) == one] for p in (points, others))
        draw_others(ax, beside, scale)
        draw_points(ax, here, scale, kwargs)
        _write_title(ax, one, here, size, events)
    left_out = say_left_out(shown, points, size) + _say_other_days(events, shown, period)
    _write_note(figure, source_line(events), *say_others(around, others), *left_out)
    return axes


def _check_period(period: str) -> str:
    check_option("period", period, PERIODS)
    return period


def _check_number(option: str, number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise OptionError(f"{option}={number!r} is not possible.", "whole numbers from 1.",
                          f"{option}=4")  # fmt: skip
    return number


def _list_periods(when: pd.Series, start: str | None, end: str | None, most: int) -> pd.PeriodIndex:
    """Return the periods to draw, those without an event included."""
    freq = when.dt.freq
    first = when.min() if start is None else read_period("start", start, freq)
    last = when.max() if end is None else read_period("end", end, freq)
    periods = (
        pd.PeriodIndex([], freq=freq) if pd.isna(first) else pd.period_range(first, last, freq=freq)
    )
    if len(periods) == 0:
        raise EmptySelectionError(
            "There is no period to draw.", "a start before the end.", "start='2019-01'"
        )
    if len(periods) > most:
        raise OptionError(
            f"There are {len(periods)} periods from {first} to {last}, more than most={most}.",
            "longer periods, fewer of them, or more maps.",
            f"period='quarter', start=..., end=..., or most={len(periods)}",
        )
    return periods


def _say_other_days(events: pd.DataFrame, shown: pd.DataFrame, period: str) -> list[str]:
    """Say how many events are not of these periods, and how many may be of two."""
    other = len(events) - len(shown)
    said = [
        f"{count_of(other)} before, after or without a date not shown" for _ in range(other > 0)
    ]
    several = int(find_periods(shown, period).isna().sum())
    where = f"drawn in the {period} in which they began"
    text = f"{count_of(several)} may lie in two {period}s or more: {where}"
    return said + [text for _ in range(several > 0)]


# ------------------------------------------------------------------------------------ panels


def _make_panels(
    n: int, columns: int, wide: float, ground: Ground, entries: list[Artist]
) -> tuple[Figure, np.ndarray]:
    """Return a figure of n maps, the legend in the last place if that is free, else beside."""
    import matplotlib.pyplot as plt

    columns = min(columns, n)
    rows = -(-n // columns)
    high = wide * float(np.clip(shape_of(ground.box), 0.4, 1.8))
    free = rows * columns > n and 72 * high > 12 * len(entries)
    size = (wide * columns + (0.1 if free else 1.6), (high + 0.25) * rows + 0.35)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.03, h_pad=0.03, wspace=0.01, hspace=0.01)
    look: dict[str, Any] = {
        "handles": entries, "frameon": False, "fontsize": style.NOTE, "alignment": "left",
        "labelcolor": style.INK, "labelspacing": 0.45,
    }  # fmt: skip
    for ax in grid.flat[n:]:
        ax.axis("off")
    legend = (
        grid.flat[n].legend(loc="upper left", borderaxespad=0, **look)
        if free
        else figure.legend(loc="outside right upper", **look)
    )
    embolden(legend, entries)
    for ax in grid.flat[:n]:
        set_view(ax, ground.box)
        ax.set_title("place", fontsize=style.NOTE)
    figure.draw_without_rendering()  # names are placed by the room that the maps really have
    return figure, grid.ravel()[:n]


def _write_title(
    ax: Axes, period: pd.Period, here: pd.DataFrame, size: str | None, events: pd.DataFrame
) -> None:
    """Write period and numbers above a map, and hatch it where the period is not covered."""
    from matplotlib.patches import Rectangle

    part = style.covered_part(period, events)
    numbers = count_of(len(here)) + (
        f", {here['size'].sum():,.0f} {size_word(size)}" if size else ""
    )
    if part == "none" and here.empty:
        ax.add_patch(Rectangle((0, 0), 1, 1, transform=ax.transAxes, zorder=2, **style.UNCOVERED))
        numbers = "not covered"
    if part == "part":
        _write_on(ax, "covered in part")
    look: dict[str, Any] = {"fontsize": style.NOTE, "pad": 3}
    ax.set_title(first_day(period), loc="left", color=style.INK, fontweight="bold", **look)
    ax.set_title("")
    ax.set_title(numbers, loc="right", color=style.PALE_INK, **look)


def _write_note(figure: Figure, *texts: str) -> None:
    """Write the source line, and what else must be said, under all maps."""
    across = figure.get_size_inches()[0] * 72
    lines = [line for text in texts for line in style.wrap(text, across)]
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=style.NOTE, color=style.PALE_INK)


def _write_on(ax: Axes, text: str) -> None:
    """Write a remark into the upper left corner of a map."""
    ax.annotate(
        text, (0, 1), (3, -3), xycoords="axes fraction", textcoords="offset points", va="top",
        fontsize=style.NOTE, color=style.INK, zorder=6, path_effects=halo(2), gid="remark",
    )  # fmt: skip
