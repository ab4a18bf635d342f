"""Borders: how far a point is from the nearest outline of an area."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from toolkit.places.points import measure_km

BANDS = 2  # per degree of latitude


def nearest_border(areas: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Return for each point the area whose outline is nearest, and how far that is.

    The nearest place of the outline is found on a plane in which a degree of longitude is as long
    as in the middle of the point's band of half a degree of latitude; to it the great-circle
    distance is measured. Tried against densely sampled outlines of Syria, Ecuador and Norway it is
    never too short; up to 100 km it is right to 0.01 percent of a sphere (0.5 percent of the
    ellipsoid), at 1,000 km up to 2 percent too long. Outlines are straight between their vertices,
    in degrees; the way across the date line is not tried.

    Parameters
    ----------
    areas
        As `read_areas` returns them.
    points
        `latitude`, `longitude`, none missing.

    Returns
    -------
    DataFrame
        `area` (row of `areas`) and `km`, under the index of the points. Inside an area, too, the
        distance is that to the outline.

    Examples
    --------
    >>> areas = pd.DataFrame({"shape": [shapely.box(0, 0, 1, 1)]})
    >>> points = pd.DataFrame({"latitude": [0.5], "longitude": [1.5]})
    >>> nearest_border(areas, points).round(1)
       area    km
    0     0  55.6
    """
    lines, owner = _segments(areas["shape"].to_numpy())
    bands = np.floor(points["latitude"] * BANDS)
    found = [_nearest(lines, owner, here, band) for band, here in points.groupby(bands)]
    none = pd.DataFrame({"area": pd.Series(dtype="int64"), "km": pd.Series(dtype="float64")})
    return pd.concat(found).loc[points.index] if found else none


def _segments(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the straight pieces of all outlines, (n, 2 ends, 2 degrees), and whose each is."""
    parts, area = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    ends, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    lines = np.stack([ends[:-1], ends[1:]], axis=1)[same]
    return lines, area[part][ring[1:][same]]


def _nearest(
    lines: np.ndarray, owner: np.ndarray, points: pd.DataFrame, band: float
) -> pd.DataFrame:
    """Return area and km for the points of one band of latitude."""
    # a degree of longitude in degrees of latitude; at the pole itself it must not vanish
    wide = max(np.cos(np.radians((band + 0.5) / BANDS)), 1e-3)
    places = shapely.points(points["longitude"] * wide, points["latitude"])
    tree = shapely.STRtree(shapely.linestrings(lines * [wide, 1.0]))
    point, line = tree.query_nearest(places)
    # neighbours share their border: the first in the file, so that the answer is always the same
    order = np.lexsort([owner[line], point])
    first = order[np.unique(point[order], return_index=True)[1]]
    way = shapely.shortest_line(tree.geometries[line[first]], places[point[first]])
    x, y = shapely.get_coordinates(way)[::2].T
    km = measure_km(points["latitude"], points["longitude"], y, x / wide)
    return pd.DataFrame({"area": owner[line[first]], "km": km}, index=points.index)
