"""The ground of a map: boundaries, frame, names of areas and towns, and the scale bar."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from toolkit.errors import ColumnError, MissingFileError, OptionError, did_you_mean, warn
from toolkit.events import check_columns
from toolkit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path as Outline

Boundaries: TypeAlias = Mapping[str, Any] | str | Path | None
Box = tuple[float, float, float, float]  # west, south, east, north

KM_PER_DEGREE = 111.32
WORTH_SHOWING = 0.02  # share of the events that an area must hold to be shown whole
PALE_LAND = "#FBFAF7"  # areas around the one that the map is about
OUTLINE = "#8F897C"
TRIED = 17  # places tried for a name, along each side
TOWN_NAME = 6.0  # points


class Area(NamedTuple):
    """One feature of the boundaries: its outline, holes included, and its properties."""

    outline: Outline
    properties: Mapping[str, Any]


class Ground(NamedTuple):
    """What lies under a map: areas, the box shown, and which areas the map is about."""

    areas: list[Area]
    box: Box
    inner: list[bool]  # one per area


# ----------------------------------------------------------------------------------- reading


def read_areas(boundaries: Boundaries) -> list[Area]:
    """Return each feature of the boundaries as one outline, with its properties."""
    if boundaries is None:
        return []
    if isinstance(boundaries, (str, Path)):
        boundaries = _read_json(Path(boundaries))
    boundaries = getattr(boundaries, "__geo_interface__", boundaries)
    features = boundaries.get("features") if isinstance(boundaries, Mapping) else None
    if not isinstance(features, list):
        raise _no_areas("boundaries are no GeoJSON FeatureCollection.")
    return [
        Area(_outline(f["geometry"]), f.get("properties") or {})
        for f in features
        if f.get("geometry")
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


def name_areas(areas: Sequence[Area], names: str | Sequence[str], option: str) -> list[str]:
    """Return the name of each area: one property, or several joined by ", "."""
    columns = [names] if isinstance(names, str) else list(names)
    return [", ".join(str(_property(a.properties, c, option)) for c in columns) for a in areas]


def _property(properties: Mapping[str, Any], name: str, option: str) -> object:
    if name not in properties:
        raise ColumnError(
            f"The boundaries have no property {name!r}.",
            ", ".join(map(str, properties)) + ".",
            f"{option}={next(iter(properties), None)!r}",
        )
    return properties[name]


# ------------------------------------------------------------------------------------- frame


def make_ground(
    boundaries: Boundaries,
    points: np.ndarray,
    *,
    within: str | Sequence[str] | None = None,
    name: str = "name",
) -> Ground:
    """Return the ground of a map of these points (n x 2), or of the areas named in `within`."""
    areas = read_areas(boundaries)
    if within is None:
        return Ground(areas, _frame(points, areas), [True] * len(areas))
    wanted = [within] if isinstance(within, str) else list(within)
    names = name_areas(areas, name, "name")
    for missing in [w for w in wanted if w not in names] or wanted[:0]:
        raise OptionError(
            f"The boundaries have no area {missing!r}.",
            did_you_mean(missing, names),
            f"within={names[0]!r}" if names else "boundaries=ct.load_boundaries(...)",
        )
    inner = [n in wanted for n in names]
    chosen = [a.outline.get_extents().get_points() for a, i in zip(areas, inner, strict=True) if i]
    return Ground(areas, _widen(np.vstack(chosen), 0.07), inner)


def _frame(points: np.ndarray, areas: Sequence[Area]) -> Box:
    """Return the box that holds all points and every area with more than stray points in it."""
    corners = [points]
    for outline, _ in areas:
        if outline.contains_points(points).mean() >= WORTH_SHOWING:
            corners.append(outline.get_extents().get_points())
    if areas and not any(outline.contains_points(points).any() for outline, _ in areas):
        warn(
            "No event lies inside the boundaries: they belong to another country, or latitude and "
            "longitude are swapped."
        )
        corners += [outline.get_extents().get_points() for outline, _ in areas]
    return _widen(np.vstack(corners), 0.03)


def box_of(areas: Iterable[Area]) -> Box:
    """Return the box that holds these areas."""
    return _widen(np.vstack([a.outline.get_extents().get_points() for a in areas]), 0.03)


def _widen(corners: np.ndarray, share: float) -> Box:
    west, south = corners.min(axis=0)
    east, north = corners.max(axis=0)
    pad = max(share * max(east - west, north - south), 0.05)
    return (west - pad, south - pad, east + pad, north + pad)


def is_inside(box: Box, points: pd.DataFrame) -> pd.Series:
    """Return which points (`x`, `y`) lie in a box."""
    west, south, east, north = box
    return points["x"].between(west, east) & points["y"].between(south, north)


def narrowing(box: Box) -> float:
    """Return the length of a degree of longitude in the middle of the box, in those of latitude."""
    return max(float(np.cos(np.radians((box[1] + box[3]) / 2))), 0.05)


def shape_of(box: Box) -> float:
    """Return the height of a box on the ground, for a width of 1."""
    return (box[3] - box[1]) / ((box[2] - box[0]) * narrowing(box))


def figure_size(box: Box, beside: float) -> tuple[float, float]:
    """Return a figure that the map fills, a legend so many inches wide beside it."""
    height = float(np.clip(5.0 * shape_of(box), 2.6, 6.5))
    return (float(np.clip(height / shape_of(box), 2.2, 5.6)) + beside, height + 0.4)


def set_view(ax: Axes, box: Box) -> None:
    """Cut the map to its box and give a degree of longitude the length that it has there."""
    ax.set(xlim=box[::2], ylim=box[1::2], xticks=[], yticks=[])
    # Held on the right, beside its legend: there constrained layout reckons right in one pass.
    ax.set_aspect(1 / narrowing(box), anchor="NE")
    style.clear_frame(ax, sides=())
    for spine in ax.spines.values():
        spine.set(color=style.BORDER, linewidth=0.5)


# ----------------------------------------------------------------------------- land and names


def draw_ground(
    ax: Axes,
    ground: Ground,
    crowd: np.ndarray,
    *,
    labels: str | Sequence[str] | None = None,
    towns: pd.DataFrame | None = None,
    bar: bool = True,
    ink: str = style.PALE_INK,
) -> None:
    """Draw the land, the scale bar, the towns and the names of areas where the crowd is thin."""
    set_view(ax, ground.box)
    draw_land(ax, ground)
    taken = [_draw_scale_bar(ax, crowd, ground.box)] if bar else []
    if towns is not None:
        taken += _draw_towns(ax, towns, ground.box, taken)
    if labels:
        names = name_areas(ground.areas, labels, "labels")
        _write_names(ax, ground, names, crowd, taken, ink)


def draw_land(ax: Axes, ground: Ground, **look: Any) -> None:
    """Draw the areas: those that the map is about as land, the others paler."""
    from matplotlib.collections import PathCollection

    fills = [style.LAND if inner else PALE_LAND for inner in ground.inner]
    whole = all(ground.inner)
    land = PathCollection(
        [a.outline for a in ground.areas],
        **{"facecolor": fills, "edgecolor": style.BORDER, "linewidth": 0.6, "zorder": 1, **look},
    )
    ax.add_collection(land, autolim=False)
    if not whole:
        chosen = [a.outline for a, i in zip(ground.areas, ground.inner, strict=True) if i]
        rim = PathCollection(chosen, facecolor="none", edgecolor=OUTLINE, linewidth=1, zorder=1.5)
        ax.add_collection(rim, autolim=False)


def _scale_of(ax: Axes, box: Box) -> np.ndarray:
    """Return the points on paper of a degree, across and up."""
    wide, high = style.width_of(ax), style.height_of(ax)
    wide = min(wide, high / shape_of(box))  # the map keeps its shape inside the axes
    return np.array([wide / (box[2] - box[0]), wide * shape_of(box) / (box[3] - box[1])])


def _write_names(
    ax: Axes,
    ground: Ground,
    names: Sequence[str],
    crowd: np.ndarray,
    taken: list[np.ndarray],
    ink: str,
) -> None:
    """Write the names of areas, large areas first, where there is room and the crowd is thin."""
    per_degree, taken = _scale_of(ax, ground.box), list(taken)
    crowd = crowd[:: len(crowd) // 1000 + 1]  # enough to tell where it is thin
    rings = [_largest_ring(a.outline, ground.box) for a in ground.areas]
    sizes = [abs(_signed_area(ring)) if len(ring) else 0 for ring in rings]
    for i in sorted(range(len(rings)), key=lambda i: -sizes[i]):
        text = style.plain(names[i], width=22)
        room = np.array([4.3 * len(text), 9]) / per_degree / 2
        spot = _find_spot(rings[i], room, ground.box, crowd, taken) if sizes[i] else None
        if spot is not None:
            taken.append(np.concatenate([spot - room, spot + room]))
            _write_name(ax, text, spot, ink)


def _largest_ring(outline: Outline, box: Box) -> np.ndarray:
    """Return the largest ring of an area as far as the map shows it."""
    from matplotlib.transforms import Bbox

    seen = outline.clip_to_bbox(Bbox.from_extents(*box))
    rings = [ring for ring in map(np.asarray, seen.to_polygons()) if len(ring) > 3]
    return max(rings, key=lambda r: abs(_signed_area(r)), default=np.empty((0, 2)))


def _find_spot(
    ring: np.ndarray, room: np.ndarray, box: Box, crowd: np.ndarray, taken: list[np.ndarray]
) -> np.ndarray | None:
    """Return where a name fits: inside the area if it can, off the crowd, far from the outline."""
    from matplotlib.path import Path as Outline

    low, high = ring.min(axis=0), ring.max(axis=0)
    sides = [np.linspace(low[k], high[k], TRIED + 2)[1:-1] for k in (0, 1)]
    spots = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    free = (spots - room > box[:2]).all(axis=1) & (spots + room < box[2:]).all(axis=1)
    for other in taken:
        free &= ~((spots - room < other[2:]) & (spots + room > other[:2])).all(axis=1)
    shape = Outline(ring)
    spots = spots[free & shape.contains_points(spots)]
    corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1], [-1, 0], [1, 0]]) * room
    whole = np.all([shape.contains_points(spots + c) for c in corners], axis=0)
    if not len(spots):
        return None
    reach = np.abs(spots[:, None] - _points_along(ring)) / room
    clear = np.hypot(reach[..., 0], reach[..., 1]).min(axis=1)
    if not whole.any():
        return np.asarray(spots[clear.argmax()])
    covered = (np.abs(crowd - spots[:, None]) < room).all(axis=2).sum(axis=1)
    return np.asarray(spots[whole][np.lexsort([-clear[whole], covered[whole]])[0]])


def _points_along(ring: np.ndarray) -> np.ndarray:
    """Return up to a few hundred places of an outline, its long straight pieces included."""
    steps = np.linspace(0, 1, 4, endpoint=False)[:, None, None]
    places = (ring[:-1] + steps * (ring[1:] - ring[:-1])).reshape(-1, 2)
    return places[:: max(len(places) // 400, 1)]


def _write_name(ax: Axes, name: str, middle: np.ndarray, ink: str) -> None:
    ax.text(
        middle[0], middle[1], name, ha="center", va="center", fontsize=style.NOTE, zorder=4,
        color=ink, path_effects=halo(1.6), gid="area",
    )  # fmt: skip


def halo(width: float) -> list[Any]:
    """Return the white rim that keeps text and lines readable on a map."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground="white", alpha=0.9)]


def _draw_towns(
    ax: Axes, towns: pd.DataFrame, box: Box, taken: list[np.ndarray]
) -> list[np.ndarray]:
    """Draw towns as small squares, each with its name on a free side; return the room they take."""
    check_columns(towns, ["place", "latitude", "longitude"])
    where = pd.DataFrame({"x": towns["longitude"], "y": towns["latitude"]}, dtype=float)
    seen, per_degree = is_inside(box, where), _scale_of(ax, box)
    spots = where[seen].to_numpy()
    marks = [np.concatenate([s - 2 / per_degree, s + 2 / per_degree]) for s in spots]
    used = [*taken, *marks]
    for spot, place in zip(spots, towns.loc[seen, "place"], strict=True):
        text = style.plain(place, width=26)
        room = np.array([0.5 * TOWN_NAME * len(text), TOWN_NAME + 1])
        for side in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            middle = spot + side * (room / 2 + 4) / per_degree
            here = np.concatenate([middle - room / 2 / per_degree, middle + room / 2 / per_degree])
            free = not any(_overlap(here, other) for other in used)
            if free and (here[:2] > box[:2]).all() and (here[2:] < box[2:]).all():
                used.append(here)
                _write_town(ax, text, spot, side)
                break
    ax.plot(*spots.T, "s", ms=2.6, mfc=style.INK, mec="white", mew=0.4, zorder=4, gid="town")
    return used[len(taken) :]


def _write_town(ax: Axes, text: str, spot: np.ndarray, side: tuple[int, int]) -> None:
    ax.annotate(
        text, tuple(spot), (3.5 * side[0], 3.5 * side[1]), textcoords="offset points",
        ha={1: "left", -1: "right", 0: "center"}[side[0]],
        va={1: "bottom", -1: "top", 0: "center"}[side[1]],
        fontsize=TOWN_NAME, color=style.INK, zorder=5, path_effects=halo(1.4), gid="town",
    )  # fmt: skip


def _overlap(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())


def _draw_scale_bar(ax: Axes, crowd: np.ndarray, box: Box) -> np.ndarray:
    """Draw a bar of a round number of km into the lower corner with the smaller crowd."""
    wide, high = box[2] - box[0], box[3] - box[1]
    degree = KM_PER_DEGREE * narrowing(box)
    most = 0.25 * wide * degree
    km = max(m * 10**k for k in range(-2, 5) for m in (1, 2, 5) if m * 10**k <= most)
    length = km / degree
    low = crowd[:, 1] < box[1] + 0.15 * high
    left, right = crowd[:, 0] < box[0] + 0.3 * wide, crowd[:, 0] > box[2] - 0.3 * wide
    at_left = (low & left).sum() < (low & right).sum()
    x = box[0] + 0.03 * wide if at_left else box[2] - 0.03 * wide - length
    y = box[1] + 0.035 * high
    ax.plot(
        [x, x + length], [y, y], color=style.INK, linewidth=1.4, solid_capstyle="butt", zorder=5,
        path_effects=halo(2.4), gid="scale",
    )  # fmt: skip
    ax.annotate(
        f"{km:g} km", (x + length / 2, y), (0, 2.5), textcoords="offset points", ha="center",
        va="bottom", fontsize=style.NOTE, color=style.INK, zorder=5, path_effects=halo(2.4),
    )  # fmt: skip
    text = 14 / _scale_of(ax, box)[1]
    return np.array([x - 0.02 * wide, box[1], x + length + 0.02 * wide, y + text])
