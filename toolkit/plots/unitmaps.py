"""Map by unit: the counts of provinces as colours, what is not covered told apart from zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, did_you_mean
from toolkit.panels import (
    NOT_RECORDED,
    VALUES,
    check_panel,
    choose_periods,
    read_period,
    unit_columns,
)
from toolkit.plots import style
from toolkit.plots.basemap import (
    Area,
    Boundaries,
    Ground,
    box_of,
    draw_ground,
    figure_size,
    name_areas,
    read_areas,
)
from toolkit.plots.panels import estimate, numbers
from toolkit.plots.steps import first_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ZERO: dict[str, Any] = {"facecolor": "white", "edgecolor": style.BORDER}
NO_DATA: dict[str, Any] = {"facecolor": style.LAND, "edgecolor": style.BORDER}


def plot_unit_map(
    data: pd.DataFrame | pd.Series,
    boundaries: Boundaries,
    *,
    value: str = "n_events",
    name: str | Sequence[str] = "name",
    period: str | int | pd.Period | None = None,
    labels: str | None = None,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw counts by unit as colours of its area: darker is more.

    White is 0: covered, and no event recorded. Hatched is not covered, so that nothing can be
    said. An area in the colour of land has no unit in the panel. Units without an area stand in
    the note, with their share of the value: none is lost.

    Colours are counts, not rates: no population and no size of the area stands behind them, and a
    large dark area catches the eye whether or not it was more dangerous to live in. Colours are
    spaced by logarithm where the largest count is above 30. Units are the names recorded, not the
    places of the events: an event known only to the country is in no area.

    Parameters
    ----------
    data
        What `count_events` returns with `by`, or a Series of numbers with the names of the units
        as its index.
    boundaries
        GeoJSON FeatureCollection as `load_boundaries` returns it, a GeoDataFrame, or the path of
        a GeoJSON file.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high"; a Series has its own.
    name
        Property of the boundaries that holds the names of the units; several where names repeat,
        e.g. ["country", "name"]. They are compared with the last columns before `period`.
    period
        Period to draw, e.g. "2016" or "2016-03": the periods of the panel inside it are added up,
        those that reach beyond it stand in the note. By default all of the panel.
    labels
        Property of the boundaries to write on the areas.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to the `PathCollection` of the coloured areas, e.g. `cmap` and `norm`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        No unit has an area (the message has the nearest name), a unit stands twice, unknown value
        or period, nothing recorded, numbers below 0 or without end, a Series of text.
    ColumnError
        The table is no panel; a property that is not there.
    EmptySelectionError
        No rows; no period inside the one asked for.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.filter_events(ct.load_sample("ged"), geo_precision="near")
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> events = ct.places.add_provinces(events, boundaries, country="country")
    >>> panel = ct.count_events(events, by=["province_country", "province"], period="year")
    >>> ax = plot_unit_map(panel, boundaries, name=["country", "name"], period="2016")
    >>> ax.figure.axes[-1].get_ylabel()
    'events, 2016'
    """
    names = [name] if isinstance(name, str) else list(name)
    units, label, beyond = _read_units(data, value, len(names), period)
    areas = read_areas(boundaries)
    of = name_areas(areas, names, "name")
    shown, said = _match(units, of, label)
    ground = Ground(areas, box_of(areas), [True] * len(areas))
    ax = style.make_axes(ax, figure_size(ground.box, 1.0))
    corners = np.vstack([a.outline.vertices for a in areas])
    draw_ground(ax, ground, corners, labels=labels, ink=style.INK)
    mesh = _draw_units(ax, areas, shown, kwargs)
    style.colour_bar(ax, mesh, label, aspect=max(style.height_of(ax) / 11, 8))
    style.legend_above(ax)
    said = beyond + said
    source = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    if shown.loc[shown["value"].notna(), "partial"].all():
        said.append("All areas are covered in part of the time only")
    style.source_note(ax, source, *said, "Counts, not rates: population is not considered")
    return ax


def _read_units(
    data: pd.DataFrame | pd.Series, value: str, n: int, period: str | int | pd.Period | None
) -> tuple[pd.DataFrame, str, list[str]]:
    """Return `value`, `covered`, `partial` by unit, added up over time, the word for it, a note."""
    beyond: list[str] = []
    if isinstance(data, pd.Series):
        parts = data.index.to_frame(index=False).iloc[:, -n:]
        table = pd.DataFrame({"unit": _join(parts), "value": _read_numbers(data)})
        table = table.assign(covered=table["value"].notna(), partial=False, period=0)
        label = str(data.name or "value").replace("_", " ")
    else:
        panel, beyond = _choose_periods(check_panel(data, value), period)
        by = unit_columns(panel)[-n:]
        if len(by) < n:
            raise OptionError(
                f"The panel has {len(by)} columns of units, and name= has {n}.",
                "as many as name=, before period.",
                "ct.count_events(events, by=['country', 'admin1'])",
            )
        table = panel[["period", "covered"]].assign(
            unit=_join(panel[by]), value=_read_numbers(panel[value]),
            partial=panel.get("partial", False),
        )  # fmt: skip
        label = f"{VALUES[value]}, {_say_periods(panel['period'])}{estimate(value, panel)}"
    twice = table[table.duplicated(["unit", "period"])]
    if len(twice):
        raise OptionError(
            f"The unit {twice['unit'].iloc[0]!r} stands twice.",
            "one row per unit and period, with a name that no other unit has.",
            "name=['country', 'name']",
        )
    return _add_up(table), label, beyond


def _read_numbers(column: pd.Series) -> np.ndarray:
    """Return a column as floats, or say which of them has no colour."""
    try:
        found = numbers(column)
    except (TypeError, ValueError):
        raise OptionError(
            f"The values hold {column.dtype}, not numbers.",
            "numbers from 0, or missing.",
            "pd.to_numeric(series)",
        ) from None
    wrong = found[(found < 0) | np.isinf(found)]
    if len(wrong):
        raise OptionError(
            f"{wrong[0]:g} is among the values: the colours say how much there is, from 0.",
            "numbers from 0, or missing.",
            "two maps for a difference: series.clip(lower=0) and (-series).clip(lower=0)",
        )
    return found


def _join(parts: pd.DataFrame) -> pd.Series:
    """Return names made of several columns, as `name_areas` joins properties."""
    texts = parts.astype("object").where(parts.notna(), NOT_RECORDED).astype("str")
    return texts.agg(", ".join, axis=1).set_axis(parts.index)


def _choose_periods(
    panel: pd.DataFrame, period: str | int | pd.Period | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of the periods inside this one, and say how many lie only in part in it."""
    if period is None:
        return panel, []
    chosen, n = choose_periods(panel, period)
    words = "period that reaches" if n == 1 else "periods that reach"
    span = first_day(read_period("period", period))
    text = f"{n} {words} beyond {span} {'is' if n == 1 else 'are'} left out"
    return chosen, [text for _ in range(n > 0)]


def _say_periods(periods: pd.Series) -> str:
    first, last = first_day(periods.min()), first_day(periods.max())
    return first if first == last else f"{first} to {last}"


def _add_up(table: pd.DataFrame) -> pd.DataFrame:
    """Add up the periods of each unit; where some have no value the sum is partial."""
    parts = table.groupby("unit", sort=False)
    sums = parts["value"].sum(min_count=1)
    known = parts["value"].count()
    partial = parts["partial"].any() | (known.gt(0) & known.lt(parts["period"].nunique()))
    covered = parts["covered"].any()
    return pd.DataFrame({"value": sums, "covered": covered, "partial": partial.astype(bool)})


def _match(units: pd.DataFrame, names: list[str], label: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the unit of each area (in their order), and what is said of units without one."""
    if not units["value"].notna().any():
        raise EmptySelectionError(
            "No unit has a value.", "at least one that is covered.", "ct.coverage(panel)"
        )
    lost = units[~units.index.isin(names)]
    if len(lost) == len(units):
        raise OptionError(
            f"No unit of the panel is an area of the boundaries, e.g. {units.index[0]!r}.",
            did_you_mean(units.index[0], names),
            "ct.places.add_provinces(events, boundaries), and count by='province'",
        )
    shown = units.reindex(names)
    shown["listed"] = shown.index.isin(units.index)
    shown[["covered", "partial"]] = shown[["covered", "partial"]].eq(True)
    if lost.empty:
        return shown, []
    total, gone = float(units["value"].sum()), float(lost["value"].sum())
    listed = ", ".join(lost.index[:6]) + (f" and {len(lost) - 6} more" if len(lost) > 6 else "")
    share = f" ({100 * gone / total:.1f} % of all)" if total else ""
    word = label.split(",")[0]
    return shown, [f"{gone:,.0f} {word}{share} have no area on the map: {listed}"]


def _draw_units(
    ax: Axes, areas: Sequence[Area], shown: pd.DataFrame, kwargs: dict[str, Any]
) -> Any:
    """Fill the areas by their unit: coloured, white, hatched or land; return what is coloured."""
    from matplotlib.collections import PathCollection

    outlines = np.array([a.outline for a in areas], dtype=object)
    numbers = shown["value"].to_numpy()
    some, listed = numbers > 0, shown["listed"].to_numpy()
    least = _round_down(float(numbers[some].min())) if some.any() else 1
    norm = style.scale_counts(numbers, least=least)
    look: dict[str, Any] = {"cmap": style.intensity(), "norm": norm, "edgecolor": "white",
                            "linewidth": 0.6, "zorder": 1.5, "gid": "units"}  # fmt: skip
    mesh = PathCollection(list(outlines[some]), **{**look, **kwargs})
    mesh.set_array(numbers[some])
    ax.add_collection(mesh, autolim=False)
    covered = shown["covered"].to_numpy()
    _fill(ax, outlines[listed & (numbers == 0)], "0 (covered, none recorded)", ZERO)
    _fill(ax, outlines[listed & np.isnan(numbers) & ~covered], "not covered", style.UNCOVERED)
    _fill(ax, outlines[listed & np.isnan(numbers) & covered], "not recorded", style.UNCOVERED)
    _fill(ax, outlines[~listed], "none in the panel", NO_DATA)
    partial = shown["partial"].to_numpy() & ~np.isnan(numbers)
    if partial.sum() < (~np.isnan(numbers)).sum():  # of all of them the note says it
        _mark_partial(ax, outlines[partial])
    return mesh


def _round_down(number: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, ... up to a number: where a scale begins.

    Examples
    --------
    >>> _round_down(3), _round_down(700), _round_down(0.2)
    (2, 500, 1)
    """
    steps = [m * 10**k for k in range(9) for m in (1, 2, 5)]
    return max([n for n in steps if n <= number], default=1)


def _fill(ax: Axes, outlines: Sequence[Any], label: str, look: dict[str, Any]) -> None:
    """Fill areas alike, with an entry in the legend."""
    from matplotlib.collections import PathCollection
    from matplotlib.patches import Rectangle

    if len(outlines):
        fill = PathCollection(list(outlines), zorder=1.4, gid=label, **{**look, "linewidth": 0.6})
        ax.add_collection(fill, autolim=False)
        ax.add_patch(Rectangle((0, 0), 0, 0, label=label, **{**look, "linewidth": 0.5}))


def _mark_partial(ax: Axes, outlines: Sequence[Any]) -> None:
    """Mark areas whose count is of a part of the time with hollow points."""
    if len(outlines):
        middles = [o.get_extents().get_points().mean(axis=0) for o in outlines]
        ax.plot(
            *np.array(middles).T, "o", mfc="white", mec=style.INK, mew=0.6, ms=4, zorder=3,
            label="covered in part", gid="partial",
        )  # fmt: skip
