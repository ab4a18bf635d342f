"""Map of hot spots: which provinces, cells or towns are hot or cold, and which are neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, did_you_mean
from toolkit.events import check_columns
from toolkit.places.cells import COLUMNS, ROWS, cell_centres
from toolkit.plots import style
from toolkit.plots.basemap import (
    Area,
    Boundaries,
    Ground,
    box_of,
    draw_ground,
    draw_land,
    figure_size,
    make_ground,
    name_areas,
    read_areas,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"hot": "#B2182B", "cold": "#2166AC", "neither": "#DCD8CE"}
HALF_CELL = 0.25  # degrees


def plot_hot_spots(
    spots: pd.DataFrame,
    units: Mapping[str, Any] | pd.DataFrame | None = None,
    *,
    names: str | Sequence[str] = "name",
    boundaries: Boundaries = None,
    labels: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw which units are hot or cold spots, and which were tested and are neither.

    Hot is a unit that lies, with its neighbours, among high values; by which weights and at which
    rate of false discoveries stands in the note. The colour is of the unit in the middle: a quiet
    unit among violent ones can be hot. Grey is not "no violence" but "not told apart from
    chance". No front line runs along the border of hot spots.

    Parameters
    ----------
    spots
        What `spatial.find_hot_spots` returns.
    units
        What `spatial.make_weights` was given: boundaries (their areas are filled), or a table
        with `latitude` and `longitude` (points). Nothing for PRIO-GRID cells (squares of half a
        degree), whose numbers say where they are.
    names
        Property of the boundaries, or column of the table, that names a unit; as in
        `make_weights`.
    boundaries
        Drawn under points, and as lines over cells.
    labels
        Property of the boundaries to write on the areas.
    ax
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ColumnError
        The table is not one of hot spots; a property or column that is not there.
    OptionError
        A unit that is not among those given, or is no cell.
    EmptySelectionError
        No rows.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.places.add_cells(ct.filter_events(ct.load_sample("ged"), geo_precision="near"))
    >>> counts = events["priogrid"].value_counts()
    >>> weights = spatial.make_weights(counts.index, kind="cells")
    >>> ax = plot_hot_spots(spatial.find_hot_spots(counts, weights, n_permutations=999))
    >>> len(ax.get_legend().get_texts())
    3
    """
    check_columns(spots, ["unit", "spot"])
    style.need_rows(spots, "units")
    kinds = spots.set_index(spots["unit"].astype("str"))["spot"].astype("object").fillna("neither")
    if isinstance(units, pd.DataFrame):
        ax = _draw_points(kinds, units, names, boundaries, labels, ax)
    else:
        ax = _draw_areas(kinds, units, names, boundaries, labels, ax)
    style.legend_above(ax)
    gaps = ["Cells without a square were not tested"] if units is None else []
    style.source_note(ax, spots, _test_words(spots), *gaps)
    return ax


def _test_words(spots: pd.DataFrame) -> str:
    """Return what the provenance says of the test: weights, permutations, rate."""
    steps = str(spots.attrs.get("steps", ""))
    return steps[steps.rfind("Gi* of") :] if "Gi* of" in steps else "Test not recorded"


def _draw_areas(
    kinds: pd.Series,
    units: Mapping[str, Any] | None,
    names: str | Sequence[str],
    boundaries: Boundaries,
    labels: str | None,
    ax: Axes | None,
) -> Axes:
    """Fill areas or cells by kind; areas that were not tested stay land."""
    from matplotlib.collections import PathCollection
    from matplotlib.patches import Rectangle

    shapes = _make_cells(kinds.index) if units is None else read_areas(units)
    found = name_areas(shapes, "unit" if units is None else names, "names")
    _check_known(kinds.index, found)
    land = read_areas(boundaries) if units is None else shapes
    box = box_of([*shapes, *land])
    ax = style.make_axes(ax, figure_size(box, 0.2))
    ground = Ground(land, box, [True] * len(land))
    draw_ground(ax, ground, np.vstack([a.outline.vertices for a in shapes]), labels=labels)
    here = kinds.reindex(found).fillna("not tested").to_numpy()
    for kind, colour in COLOURS.items():
        outlines = [a.outline for a, k in zip(shapes, here, strict=True) if k == kind]
        look: dict[str, Any] = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.5}
        fill = PathCollection(outlines, zorder=1.6, gid=kind, **look)
        ax.add_collection(fill, autolim=False)
        ax.add_patch(Rectangle((0, 0), 0, 0, label=f"{kind} ({(kinds == kind).sum()})", **look))
    if units is None:
        draw_land(ax, ground, facecolor="none", edgecolor=style.PALE_INK, zorder=1.8)
    elif (here == "not tested").any():
        look = {"facecolor": style.LAND, "edgecolor": style.BORDER, "linewidth": 0.5}
        ax.add_patch(Rectangle((0, 0), 0, 0, label="not tested", **look))
    return ax


def _make_cells(numbers: pd.Index) -> list[Area]:
    """Return the squares of PRIO-GRID cells."""
    from matplotlib.path import Path as Outline

    cells = pd.Series(pd.to_numeric(numbers, errors="coerce"))
    wrong = numbers[~(cells.between(1, COLUMNS * ROWS) & (cells % 1 == 0))]
    if len(wrong):
        raise OptionError(
            f"The unit {wrong[0]!r} is not a PRIO-GRID cell, and units= does not say where it is.",
            "what make_weights was given, or numbers of cells without it.",
            "plot_hot_spots(spots, units=boundaries)",
        )
    low = cell_centres(cells)[["longitude", "latitude"]].to_numpy() - HALF_CELL
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * 2 * HALF_CELL
    return [
        Area(Outline(corner + corners, closed=True), {"unit": number})
        for corner, number in zip(low, numbers, strict=True)
    ]


def _draw_points(
    kinds: pd.Series,
    units: pd.DataFrame,
    names: str | Sequence[str],
    boundaries: Boundaries,
    labels: str | None,
    ax: Axes | None,
) -> Axes:
    """Draw points by kind, the hot ones on top."""
    columns = [names] if isinstance(names, str) else list(names)
    check_columns(units, ["latitude", "longitude", *columns])
    found = units[columns].astype("str").agg(", ".join, axis=1)
    _check_known(kinds.index, list(found))
    points = units[["longitude", "latitude"]].astype(float).set_axis(found).reindex(kinds.index)
    ground = make_ground(boundaries, points.to_numpy())
    ax = style.make_axes(ax, figure_size(ground.box, 0.2))
    draw_ground(ax, ground, points.to_numpy(), labels=labels)
    for order, (kind, colour) in enumerate(COLOURS.items()):
        x, y = points[(kinds == kind).to_numpy()].to_numpy().T
        ax.scatter(
            x, y, s=32 if kind != "neither" else 14, c=colour, edgecolors=style.INK,
            linewidths=0.4, zorder=3 - order / 10, gid=kind, label=f"{kind} ({len(x)})",
        )  # fmt: skip
    return ax


def _check_known(units: pd.Index, found: Sequence[str]) -> None:
    unknown = [u for u in units if u not in set(found)]
    if unknown:
        raise OptionError(
            f"{len(unknown)} units are not among those given, first {unknown[0]!r}.",
            did_you_mean(unknown[0], found),
            "plot_hot_spots(spots, the units given to make_weights, names=...)",
        )
