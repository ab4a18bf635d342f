"""Maps: events on boundaries, sized by deaths and faded by imprecision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import ColumnError, MissingFileError, OptionError, warn
from toolkit.events import GEO_PRECISIONS, check_columns
from toolkit.plots import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.path import Path as Outline

# From opaque to nearly transparent: what is known to the province is not a point.
ALPHAS = dict(zip(GEO_PRECISIONS, [0.75, 0.55, 0.38, 0.27, 0.19, 0.13, 0.08], strict=True))
ALPHAS[style.NOT_RECORDED] = 0.12
DEATHS = ("fatalities", "fatalities_low", "fatalities_high", "deaths_civilians")
KM_PER_DEGREE = 111.32
LONGEST_NAME = 27  # letters, in the legend
WORTH_SHOWING = 0.02  # share of the events that an area must hold to be shown whole
Box = tuple[float, float, float, float]  # west, south, east, north


def plot_events_map(
    events: pd.DataFrame,
    *,
    boundaries: Mapping[str, Any] | str | Path | None = None,
    size: str | None = "fatalities",
    colour: str | None = "violence_type",
    labels: str | None = None,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw events on a map, their area by deaths, fainter the less precisely their place is known.

    Each circle is one event, at the point that the provider recorded. That is the centre of a
    province or country where nothing more is known: such events are faint, and piles of them in
    one spot are no hot spot. Places with nothing drawn on them had no event recorded, which is
    not peace. No front line can be read off the points. Events without coordinates are counted
    under the map.

    Parameters
    ----------
    events
        Event table.
    boundaries
        GeoJSON FeatureCollection as `load_boundaries` returns it, or the path of such a file
        (degrees, WGS 84; Polygon and MultiPolygon). The map shows the areas that hold events.
    size
        Column of numbers that the area of a circle is proportional to, or None for equal ones.
        Events with 0 or nothing recorded are small crosses.
    colour
        Column of categories, at most eight, or None for one colour.
    labels
        Property of the boundaries to write on the areas, e.g. "name", where there is room.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.scatter`.

    Returns
    -------
    matplotlib.axes.Axes
        Longitude and latitude in degrees, with the aspect of its middle latitude; the scale bar
        holds at that latitude.

    Raises
    ------
    OptionError
        A size that is no number, too many categories, boundaries that are no GeoJSON polygons.
    ColumnError
        A column that is not there.
    EmptySelectionError
        No events, or none with coordinates.
    MissingFileError
        The boundaries are not where they were looked for.

    Warns
    -----
    DataWarning
        No event lies inside the boundaries: swapped coordinates, or another country's.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.filter_events(ct.load_sample("ged"), start="2016-01-01", end="2016-06-30")
    >>> ax = ct.plot_events_map(events, boundaries=ct.load_boundaries("sample-boundaries"))
    >>> ax.get_legend().get_texts()[0].get_text()
    'violence type'
    """
    check_columns(events, ["latitude", "longitude", *(c for c in (size, colour) if c)])
    style.need_rows(events, "events")
    points = _place_points(events, size, colour)
    areas = _read_areas(boundaries)
    box = _frame(points, areas)
    middle = np.cos(np.radians((box[1] + box[3]) / 2))
    names = _order(events[colour]) if colour else []
    beside = 0.7 + 0.066 * min(max(map(len, [*names, "place known to"])), LONGEST_NAME)
    ax = style.make_axes(ax, _figure_size(box, middle, beside))
    _draw_land(ax, areas, box, labels)
    _set_view(ax, box, middle)
    scale = _scale(ax, points)
    _draw_points(ax, points, scale, kwargs)
    _draw_scale_bar(ax, points, box, middle)
    _draw_legend(ax, _explain(points, size, names, scale))
    style.source_note(ax, events, *_left_out(events, points), beside=72 * beside)
    return ax


# ------------------------------------------------------------------------------------ points


def _place_points(events: pd.DataFrame, size: str | None, colour: str | None) -> pd.DataFrame:
    """Return the events that have coordinates, with their colour, alpha and size."""
    on_earth = events["latitude"].abs().le(90) & events["longitude"].abs().le(180)
    kept = events[on_earth.fillna(False).astype(bool)]
    style.need_rows(kept, "events with coordinates")
    size_of = _sizes(kept[size], size) if size else pd.Series(1.0, kept.index)
    precision = kept.get("geo_precision", pd.Series(pd.NA, kept.index)).astype("object")
    level = precision.where(precision.notna(), style.NOT_RECORDED)
    points = pd.DataFrame({"x": kept["longitude"], "y": kept["latitude"]}, dtype=float)
    points = points.assign(size=size_of, level=level, alpha=level.map(ALPHAS).astype(float))
    points["heading"] = style.plain((colour or "").replace("_", " "))
    points["name"] = _names(kept[colour]) if colour else "event"
    points["colour"] = points["name"].map(_colours(events, colour))
    return points.sort_values("size", ascending=False, kind="stable")


def _sizes(column: pd.Series, name: str) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(column) or (column < 0).any():
        raise OptionError(
            f"size={name!r} does not hold numbers from 0 up.",
            ", ".join(repr(c) for c in DEATHS) + ", None.",
            "size='fatalities'",
        )
    return column.astype("Float64").fillna(0).astype(float)


def _names(column: pd.Series) -> pd.Series:
    return column.astype("object").where(column.notna(), style.NOT_RECORDED).astype("str")


def _colours(events: pd.DataFrame, colour: str | None) -> dict[str, str]:
    """Return the colours of all categories of a column, those not on the map included."""
    if colour is None:
        return {"event": style.COLOURS["state-based"]}
    names = _order(events[colour])
    if len(names) > style.MOST_COLOURS:
        raise OptionError(
            f"{colour} has {len(names)} different values, too many for colours.",
            f"a column with up to {style.MOST_COLOURS}, or None.",
            "colour='violence_type', or filter the events first",
        )
    ordered = isinstance(events[colour].dtype, pd.CategoricalDtype) and events[colour].cat.ordered
    return style.ramp(names) if ordered else style.colours_of(names)


def _order(column: pd.Series) -> list[str]:
    """Return the values of a column in the order of its categories, else of the alphabet."""
    values = list(dict.fromkeys(_names(column)))
    if isinstance(column.dtype, pd.CategoricalDtype):
        every = [*map(str, column.cat.categories), style.NOT_RECORDED]
        return every if column.cat.ordered else [n for n in every if n in values]
    return sorted(values)


def _scale(ax: Axes, points: pd.DataFrame) -> float:
    """Return the area in square points of a size of 1, so that the largest circle fits the map."""
    short = min(style.width_of(ax), style.height_of(ax))
    most = max(points["size"].max(), 1)
    return float(np.clip((0.1 * short) ** 2 / most, 0.5, 14))


def _draw_points(ax: Axes, points: pd.DataFrame, scale: float, kwargs: dict[str, Any]) -> None:
    from matplotlib.colors import to_rgba_array

    faces = to_rgba_array(points["colour"], points["alpha"])
    sized = points["size"].to_numpy() > 0
    for rows, shape in ((sized, "o"), (~sized, "x")):
        if rows.any():
            area = points["size"][rows] * scale if shape == "o" else np.full(rows.sum(), 5.0)
            line = np.where((area > 10) | (shape == "x"), 0.35, 0)
            colours: dict[str, Any] = {"color": faces[rows]}
            if shape == "o":  # a thin rim keeps the circles of a pile apart
                colours = {"facecolors": faces[rows], "edgecolors": (1, 1, 1, 0.6)}
            ax.scatter(
                points["x"][rows], points["y"][rows], s=area, marker=shape,
                **{"linewidths": line, "zorder": 3, **colours, **kwargs},
            )  # fmt: skip


def _left_out(events: pd.DataFrame, points: pd.DataFrame) -> list[str]:
    gone = len(events) - len(points)
    word = "event" if gone == 1 else "events"
    return [f"{gone:,} {word} without coordinates not shown"] if gone else []


# ------------------------------------------------------------------------------------- land


def _read_areas(boundaries: Mapping[str, Any] | str | Path | None) -> list[tuple[Outline, dict]]:
    """Return each area as one outline, with its properties."""
    if boundaries is None:
        return []
    if isinstance(boundaries, (str, Path)):
        boundaries = _read_json(Path(boundaries))
    features = boundaries.get("features") if isinstance(boundaries, Mapping) else None
    if not isinstance(features, list):
        raise _no_areas("boundaries are no GeoJSON FeatureCollection.")
    return [
        (_outline(f["geometry"]), f.get("properties") or {}) for f in features if f.get("geometry")
    ]


def _read_json(path: Path) -> Any:
    if not path.is_file():
        raise MissingFileError(
            f"There is no file {path}.",
            "the path of a GeoJSON file, or what load_boundaries returns.",
            "ct.load_boundaries('countries')",
        )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise _no_areas(f"{path} is no JSON file.") from None


def _no_areas(wrong: str) -> OptionError:
    return OptionError(
        wrong,
        "a GeoJSON FeatureCollection of Polygon and MultiPolygon, in degrees.",
        "boundaries=ct.load_boundaries('countries')",
    )


def _outline(geometry: Mapping[str, Any]) -> Outline:
    """Return the rings of a geometry as one path; holes run the other way round."""
    from matplotlib.path import Path as Outline

    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise _no_areas(f"boundaries hold a {kind}.")
    polygons = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
    rings = []
    for polygon in polygons:
        for i, ring in enumerate(polygon):
            corners = np.asarray([point[:2] for point in ring], float)
            outer = i == 0
            rings.append(corners if (_signed_area(corners) > 0) == outer else corners[::-1])
    return Outline.make_compound_path(*(Outline(r, closed=True) for r in rings))


def _signed_area(ring: np.ndarray) -> float:
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2


def _frame(points: pd.DataFrame, areas: list[tuple[Outline, dict]]) -> Box:
    """Return the box that holds all points and every area with more than stray points in it."""
    where = points[["x", "y"]].to_numpy()
    corners = [where]
    for outline, _ in areas:
        if outline.contains_points(where).mean() >= WORTH_SHOWING:
            corners.append(outline.get_extents().get_points())
    if areas and not any(outline.contains_points(where).any() for outline, _ in areas):
        warn(
            "No event lies inside the boundaries: they belong to another country, or latitude and "
            "longitude are swapped."
        )
        corners += [outline.get_extents().get_points() for outline, _ in areas]
    west, south = np.vstack(corners).min(axis=0)
    east, north = np.vstack(corners).max(axis=0)
    pad = max(0.03 * max(east - west, north - south), 0.05)
    return (west - pad, south - pad, east + pad, north + pad)


def _figure_size(box: Box, middle: float, beside: float) -> tuple[float, float]:
    """Return a figure that the map fills, the legend beside it."""
    wide, high = (box[2] - box[0]) * middle, box[3] - box[1]
    height = float(np.clip(5.0 * high / wide, 2.6, 6.5))
    return (float(np.clip(height * wide / high, 2.2, 5.6)) + beside, height + 0.4)


def _draw_land(ax: Axes, areas: list[tuple[Outline, dict]], box: Box, labels: str | None) -> None:
    from matplotlib.collections import PathCollection

    land = PathCollection(
        [outline for outline, _ in areas], facecolor=style.LAND, edgecolor=style.BORDER,
        linewidth=0.6, zorder=1,
    )  # fmt: skip
    ax.add_collection(land, autolim=False)
    if labels:
        _write_names(ax, areas, box, labels)


def _write_names(ax: Axes, areas: list[tuple[Outline, dict]], box: Box, labels: str) -> None:
    """Write the names of areas in the middle of their largest ring, where there is room."""
    width, height = style.width_of(ax) / (box[2] - box[0]), style.height_of(ax) / (box[3] - box[1])
    taken: list[np.ndarray] = []
    rings = [_largest_ring(outline) for outline, _ in areas]
    for i in sorted(range(len(areas)), key=lambda i: -abs(_signed_area(rings[i]))):
        name = style.plain(_property(areas[i][1], labels), width=22)
        middle = _centroid(rings[i])
        room = np.array([4.2 * len(name) / width, 9 / height]) / 2
        here = np.concatenate([middle - room, middle + room])
        inside = (here[:2] > box[:2]).all() and (here[2:] < box[2:]).all()
        if inside and not any(_overlap(here, other) for other in taken):
            taken.append(here)
            _write_name(ax, name, middle)


def _property(properties: dict, labels: str) -> object:
    if labels not in properties:
        raise ColumnError(
            f"The boundaries have no property {labels!r}.",
            ", ".join(map(str, properties)) + ".",
            f"labels={next(iter(properties), None)!r}",
        )
    return properties[labels]


def _write_name(ax: Axes, name: str, middle: np.ndarray) -> None:
    from matplotlib.patheffects import withStroke

    ax.text(
        middle[0], middle[1], name, ha="center", va="center", fontsize=style.NOTE, zorder=4,
        color=style.PALE_INK,
        path_effects=[withStroke(linewidth=2, foreground="white", alpha=0.9)],
    )  # fmt: skip


def _overlap(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())


def _largest_ring(outline: Outline) -> np.ndarray:
    return np.asarray(max(outline.to_polygons(), key=lambda r: abs(_signed_area(np.asarray(r)))))


def _centroid(ring: np.ndarray) -> np.ndarray:
    x, y = (ring - ring[0]).T
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    middle = [((c[:-1] + c[1:]) * cross).sum() / (3 * cross.sum()) for c in (x, y)]
    return ring[0] + middle


def _set_view(ax: Axes, box: Box, middle: float) -> None:
    """Cut the map to its box and give a degree of longitude the length that it has there."""
    ax.set(xlim=box[::2], ylim=box[1::2], xticks=[], yticks=[])
    # Held on the right, beside its legend: there constrained layout reckons right in one pass.
    ax.set_aspect(1 / max(middle, 0.05), anchor="NE")
    style.clear_frame(ax, sides=())
    for spine in ax.spines.values():
        spine.set(color=style.BORDER, linewidth=0.5)


# ----------------------------------------------------------------------------------- legends


def _explain(
    points: pd.DataFrame, size: str | None, names: list[str], scale: float
) -> list[Artist]:
    """Return the entries of the legend: colours, sizes, and how faint which precision is."""
    entries: list[Artist] = []
    shown = dict(zip(points["name"], points["colour"], strict=True))
    if names:
        entries.append(_heading(points["heading"].iloc[0]))
        named = [n for n in names if n in shown]
        entries += [_dot(style.plain(n, width=LONGEST_NAME), shown[n], 0.85, 36) for n in named]
    if size and points["size"].gt(0).any():
        entries.append(_heading(f"{_title(size)}"))
        for number in _round_sizes(points["size"].max(), scale):
            entries.append(_dot(f"{number:,}", "none", 1, number * scale))
    if points["size"].eq(0).any():
        entries.append(_cross("0 or missing"))
    levels = [n for n in ALPHAS if n in set(points["level"])]
    entries.append(_heading("place known to"))
    return entries + [_dot(n, style.INK, ALPHAS[n], 36) for n in levels]


def _title(size: str) -> str:
    titles = {"fatalities": "deaths (area)", "fatalities_low": "deaths, low",
              "fatalities_high": "deaths, high", "deaths_civilians": "civilian deaths"}  # fmt: skip
    return titles.get(size, size.replace("_", " "))


def _round_sizes(most: float, scale: float) -> list[int]:
    """Return up to four round numbers whose circles can be seen and fit a legend."""
    steps = [10**k * m for k in range(6) for m in (1, 3)]
    fit = [n for n in steps if n <= max(most, 1) and n * scale <= 420]
    return sorted(fit[::-1][:6:2]) or [1]


def _draw_legend(ax: Axes, entries: list[Artist]) -> None:
    """Put the entries beside the map, in small type where it is low, with bold headings."""
    low = style.height_of(ax) < 15 * len(entries)
    look: dict[str, Any] = (
        {"fontsize": style.NOTE, "labelspacing": 0.2} if low else {"labelspacing": 0.65}
    )
    style.legend_right(ax, entries, **look)
    legend = ax.get_legend()
    assert legend is not None
    for entry, text in zip(entries, legend.get_texts(), strict=True):
        text.set_fontweight("bold" if entry.get_gid() == "heading" else "normal")


def _heading(text: str) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", label=text, gid="heading")


def _dot(label: str, colour: str, alpha: float, area: float) -> Artist:
    from matplotlib.colors import to_rgba
    from matplotlib.lines import Line2D

    face = colour if colour == "none" else to_rgba(colour, alpha)
    edge = style.INK if colour == "none" else "white"
    return Line2D(
        [], [], linestyle="", marker="o", markersize=np.sqrt(area), markerfacecolor=face,
        markeredgecolor=edge, markeredgewidth=0.5, label=label,
    )  # fmt: skip


def _cross(label: str) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], linestyle="", marker="x", markersize=3, markeredgewidth=0.6, color=style.INK,
        label=label,
    )  # fmt: skip


def _draw_scale_bar(ax: Axes, points: pd.DataFrame, box: Box, middle: float) -> None:
    """Draw a bar of a round number of kilometres into the lower corner that has fewer events."""
    from matplotlib.patheffects import withStroke

    wide, high = box[2] - box[0], box[3] - box[1]
    most = 0.25 * wide * KM_PER_DEGREE * middle
    km = max(m * 10**k for k in range(-2, 5) for m in (1, 2, 5) if m * 10**k <= most)
    length = km / KM_PER_DEGREE / middle
    low = points["y"] < box[1] + 0.15 * high
    crowd = [(low & (points["x"] < box[0] + 0.3 * wide)).sum(),
             (low & (points["x"] > box[2] - 0.3 * wide)).sum()]  # fmt: skip
    x = box[0] + 0.03 * wide if crowd[0] < crowd[1] else box[2] - 0.03 * wide - length
    y = box[1] + 0.035 * high
    halo = [withStroke(linewidth=2.4, foreground="white")]
    ax.plot(
        [x, x + length], [y, y], color=style.INK, linewidth=1.4, solid_capstyle="butt", zorder=5,
        path_effects=halo,
    )  # fmt: skip
    ax.annotate(
        f"{km:g} km", (x + length / 2, y), (0, 2.5), textcoords="offset points", ha="center",
        va="bottom", fontsize=style.NOTE, color=style.INK, zorder=5, path_effects=halo,
    )  # fmt: skip
