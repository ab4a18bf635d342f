"""Distances between points given in degrees, on a sphere of the Earth's mean radius."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.events import check_columns
from toolkit.places.points import EARTH_KM, POINT, measure_km


def to_sphere(points: pd.DataFrame) -> np.ndarray:
    """Return points (`latitude`, `longitude` in degrees) as x, y, z on the unit sphere.

    The straight line between two such points grows with the great circle between them, so that a
    tree over x, y, z finds neighbours on the globe, across the date line too.
    """
    check_columns(points, ["latitude", "longitude"])
    lat = np.radians(points["latitude"].to_numpy(float))
    lon = np.radians(points["longitude"].to_numpy(float))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def to_chord(km: float) -> float:
    """Return the straight line on the unit sphere that belongs to a great circle in km."""
    return float(2 * np.sin(min(km / EARTH_KM, np.pi) / 2))


def find_distances(points: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Return the great-circle distances in km, one row per point and one column per other point.

    Examples
    --------
    >>> poles = pd.DataFrame({"latitude": [90.0, -90.0], "longitude": 0.0})
    >>> find_distances(poles, poles).round()
    array([[ 0., 20015.],
           [20015., 0.]])
    """
    here, there = points[POINT].to_numpy(float), others[POINT].to_numpy(float)
    return measure_km(here[:, [0]], here[:, [1]], there[:, 0], there[:, 1])


def check_km(name: str, km: Any) -> float:
    """Return a distance in km as a number, or raise `OptionError`."""
    number = isinstance(km, int | float | np.integer | np.floating) and not isinstance(km, bool)
    if not number or not 0 <= km < np.inf:
        said = km.item() if isinstance(km, np.generic) else km
        raise OptionError(f"{name}={said!r} is no distance.", "km, 0 or more.", f"{name}=25")
    return float(km)
