"""Points: coordinates that can be used, the distance between two, and columns made from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import ColumnError, OptionError, warn
from toolkit.events import check_columns
from toolkit.provenance import add_step, read_record

EARTH_KM = 6371.0088  # mean radius
POINT = ["latitude", "longitude"]


def read_points(table: pd.DataFrame) -> pd.DataFrame:
    """Return latitude and longitude as floats, both missing where they are no point on earth.

    What is missing or out of range is counted in a warning, and how much of it would be in range
    with latitude and longitude swapped.

    Examples
    --------
    >>> read_points(pd.DataFrame({"latitude": [35.9, None], "longitude": [36.6, 36.6]}))
       latitude  longitude
    0      35.9       36.6
    1       NaN        NaN
    """
    check_columns(table, POINT)
    numbers = {}
    for column in POINT:
        if not pd.api.types.is_numeric_dtype(table[column]):
            raise ColumnError(
                f"{column} holds {table[column].dtype}, not numbers.",
                "degrees, with a point as decimal mark.",
                f"events[{column!r}] = pd.to_numeric(events[{column!r}])",
            )
        numbers[column] = table[column].to_numpy(float, na_value=np.nan)
    points = pd.DataFrame(numbers, index=table.index)
    on_earth = _on_earth(points["latitude"], points["longitude"])
    _tell_lost(points, on_earth)
    return points.where(on_earth)


def _on_earth(latitude: pd.Series, longitude: pd.Series) -> pd.Series:
    return latitude.abs().le(90) & longitude.abs().le(180)


def _tell_lost(points: pd.DataFrame, on_earth: pd.Series) -> None:
    missing = points.isna().any(axis=1)
    out = ~missing & ~on_earth
    if missing.any():
        warn(f"{missing.sum():,} of {len(points):,} rows have no coordinates.")
    if out.any():
        swapped = (out & _on_earth(points["longitude"], points["latitude"])).sum()
        warn(
            f"{out.sum():,} of {len(points):,} rows have coordinates out of range and count as "
            f"without; {swapped:,} of them would be in range with latitude and longitude swapped."
        )


def measure_km(
    latitude1: Any, longitude1: Any, latitude2: Any, longitude2: Any
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the great-circle distance in km between points in degrees (haversine, a sphere).

    The earth is flatter at the poles: the true distance differs by half a percent at most.

    Examples
    --------
    >>> measure_km(0, 0, 0, 90).round().item()  # a quarter of the equator
    10008.0
    """
    lat1, lat2 = np.radians(latitude1), np.radians(latitude2)
    across = np.radians(longitude2) - np.radians(longitude1)
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(across / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def with_columns(events: pd.DataFrame, columns: Mapping[str, Any], step: str) -> pd.DataFrame:
    """Return a copy of the events with these columns behind, and the step in the provenance.

    A column that is there already may stand there with the same values (a cell of a notebook run
    twice); with others it is somebody else's.
    """
    added = pd.DataFrame(columns, index=events.index)
    for name in added.columns.intersection(events.columns):
        if not events[name].equals(added[name]):
            raise OptionError(
                f"The table has a column {name!r} already, with other values.",
                "the name of a new column.",
                f"column=..., or events.drop(columns=[{name!r}])",
            )
    kept = events.drop(columns=added.columns, errors="ignore")
    return add_step(pd.concat([kept, added], axis=1), read_record(events), step)
