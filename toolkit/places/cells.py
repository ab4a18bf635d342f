"""PRIO-GRID: the cell of a point, and the centre of a cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.places.points import read_points, with_columns

COLUMNS, ROWS = 720, 360  # cells of half a degree


def add_cells(events: pd.DataFrame, *, column: str = "priogrid") -> pd.DataFrame:
    """Add the PRIO-GRID cell in which the point of each event lies.

    The cells are half a degree high and wide, about 55 km at the equator and narrower towards the
    poles, so that counts by cell are not counts by equal area. They are numbered from 1 in the
    south-west corner (90 S, 180 W), eastwards, row by row, to 259,200 in the north-east.
    A point on the line between cells belongs to the one north or east of it; latitude 90 belongs
    to the last row, and longitude 180 is the same line as -180 and belongs to the first column.

    Every event gets a cell, also one whose place is known only to the province: its point is a
    centroid, and its cell a pile (`describe_places`, `spread_places`).

    Parameters
    ----------
    events
        Event table, or any table with `latitude` and `longitude` in degrees.
    column
        Name of the new column.

    Returns
    -------
    DataFrame
        The same rows with the number of the cell (Int64) behind, missing where there is no point.

    Raises
    ------
    ColumnError
        No coordinates, or text in their place.
    OptionError
        The column is there already, with other values.

    Warns
    -----
    DataWarning
        Rows without coordinates, or with coordinates out of range.

    Notes
    -----
    The numbers equal `priogrid_gid` in all 24,940 rows of three UCDP GED files (Syria 2016-19,
    Myanmar 1989-2023, 1,000 rows of the world), 1,611 of which lie on a line between cells. GED
    has no event at a pole or on the date line: what is said above of these is our choice.

    References
    ----------
    prio-data/priogrid, R/utility.R, `create_pg_indices` (the numbering); mihaicroicu/priogridtools,
    R/pg_priogrid.R (row and column of a point).

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.places.add_cells(ct.load_sample("ged"))
    >>> ct.count_events(events, by="priogrid", period="year").head(2)[["priogrid", "n_events"]]
       priogrid  n_events
    0     86714         9
    1     86714         2
    """
    cells = cells_of(read_points(events))
    step = f"PRIO-GRID cell of the point added as {column}, {cells.isna().sum():,} rows without"
    return with_columns(events, {column: cells}, step)


def cells_of(points: pd.DataFrame) -> pd.Series:
    """Return the PRIO-GRID cell of points as `read_points` returns them."""
    # twice a float is exact: no rounding can move a point over a line
    row = np.floor(points["latitude"] * 2).add(ROWS // 2).clip(upper=ROWS - 1)
    column = np.floor(points["longitude"] * 2).add(COLUMNS // 2).mod(COLUMNS)
    return (row * COLUMNS + column + 1).astype("Int64")


def cell_centres(cells: pd.Series | Sequence[int]) -> pd.DataFrame:
    """Return the centre of PRIO-GRID cells: the way back from a cell to a point.

    Parameters
    ----------
    cells
        Numbers of cells, 1 to 259,200; a missing one gives a missing centre.

    Returns
    -------
    DataFrame
        `priogrid`, `latitude` and `longitude` in degrees; one row per number, in their order,
        under their index. `add_cells` of it gives the numbers back.

    Raises
    ------
    OptionError
        A number that is no cell.

    Examples
    --------
    >>> import toolkit as ct
    >>> ct.places.cell_centres([1, 720, 721, 259200])
       priogrid  latitude  longitude
    0         1    -89.75    -179.75
    1       720    -89.75     179.75
    2       721    -89.25    -179.75
    3    259200     89.75     179.75
    """
    given = pd.Series(cells)
    numbers = pd.to_numeric(given, errors="coerce").astype("Float64")
    known = (numbers.between(1, COLUMNS * ROWS) & (numbers % 1 == 0)).fillna(False)
    wrong = given[given.notna() & ~known]
    if len(wrong):
        raise OptionError(
            f"{wrong.iloc[0]!r} is not a PRIO-GRID cell.",
            f"whole numbers from 1 to {COLUMNS * ROWS:,}.",
            "ct.places.cell_centres(events['priogrid'])",
        )
    number = numbers.astype("Int64")
    row, column = (number - 1) // COLUMNS, (number - 1) % COLUMNS
    centres = {"latitude": (row + 0.5) / 2 - 90, "longitude": (column + 0.5) / 2 - 180}
    return pd.DataFrame({"priogrid": number, **centres}).astype(dict.fromkeys(centres, "float64"))
