"""Provinces: the area in which the point of an event lies, and how far it is from the borders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from toolkit.errors import EmptySelectionError, OptionError, did_you_mean, warn
from toolkit.events import check_columns
from toolkit.places.areas import Boundaries, read_areas
from toolkit.places.borders import nearest_border
from toolkit.places.points import POINT, read_points, with_columns
from toolkit.provenance import add_step, read_record

INSIDE, SEVERAL, NEAR, OUTSIDE, NO_POINT = "inside", "several", "near", "outside", "no point"


def add_provinces(
    events: pd.DataFrame,
    boundaries: Boundaries,
    *,
    name: str = "name",
    country: str | None = None,
    snap_km: float = 0,
    column: str = "province",
) -> pd.DataFrame:
    """Add the province in whose boundaries the point of each event lies.

    Where providers spell provinces differently (Idlib, Idleb), one set of boundaries gives all
    events the same names; the provider's own `admin1` stays beside it. The two differ where a
    place lies near a border, where boundaries are simplified (those that ship are: they are made
    for maps), and where the provider's provinces are of another year. Nothing is guessed: a point
    outside every area has no province.

    An event known only to the province lies on its centroid, which may fall into a neighbour; one
    known only to the country is put into the province that holds the country's middle, which
    means nothing: `ct.filter_events(events, geo_precision="admin1")` keeps what is known to the
    province or better.

    Parameters
    ----------
    events
        Event table, or any table with `latitude` and `longitude` in degrees.
    boundaries
        What `load_boundaries` returns, the path of a GeoJSON file or shapefile, or a
        GeoDataFrame; in degrees (WGS 84).
    name
        Property of the boundaries that names the province.
    country
        Property that names its country; needed where names repeat across countries.
    snap_km
        A point outside every area gets the nearest one within so many km: points off the coast,
        or beyond a simplified outline.
    column
        Name of the new column; the others are called after it.

    Returns
    -------
    DataFrame
        The same rows with `province`, `province_country` (with `country` only) and
        `province_basis` behind: "inside" one area; "several" (on a common border, or where areas
        overlap: the first in the file is taken); "near" (within `snap_km`); "outside" and
        "no point" (no province).

    Raises
    ------
    FileFormatError, MissingFileError, MissingDependencyError
        Boundaries that cannot be read, have no polygons, or are in another projection.
    OptionError
        A property that is not there (the error lists those that are); a column that is.
    ColumnError
        No coordinates.

    Warns
    -----
    DataWarning
        Points outside every boundary, and how many would be inside with latitude and longitude
        swapped; points in several areas; rows without coordinates; events known to no province,
        whose point stands for a country or more.

    Examples
    --------
    >>> import toolkit as ct
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> events = ct.filter_events(ct.load_sample("ged"), geo_precision="near")
    >>> events = ct.places.add_provinces(events, boundaries, country="country")
    >>> events[["admin1", "province", "province_basis"]].drop_duplicates().head(2)
                  admin1  province province_basis
    0    Ithvar province    Ithvar         inside
    1  Hestomar province  Hestomar         inside
    """
    check_distance("snap_km", snap_km)
    areas = read_areas(boundaries, name=name, country=country)
    points = read_points(events)
    found = locate_points(areas, points, snap_km=snap_km)
    _tell_outside(areas, points, found["basis"])
    _tell_wide(events, found["area"])
    known = areas.reindex(found["area"].fillna(-1)).set_axis(events.index)
    columns = {column: known["name"].astype("str")}
    if country:
        columns[f"{column}_country"] = known["country"].astype("str")
    columns[f"{column}_basis"] = found["basis"].astype("str")
    counts = found["basis"].value_counts().to_dict()
    said = ", ".join(f"{n:,} {basis}" for basis, n in counts.items())
    return with_columns(events, columns, f"{column} by boundary ({said})")


def locate_points(areas: pd.DataFrame, points: pd.DataFrame, *, snap_km: float = 0) -> pd.DataFrame:
    """Return the area of each point (row of `areas`, Int64) and the basis, one row per point."""
    places = points.dropna().drop_duplicates().reset_index(drop=True)
    tree = shapely.STRtree(shapely.points(places["longitude"], places["latitude"]))
    area, place = tree.query(areas["shape"].to_numpy(), predicate="intersects")
    holds = pd.Series(area, index=place)
    places["area"] = holds.groupby(level=0).min().reindex(places.index).astype("Int64")
    several = places.index.isin(holds.index[holds.index.duplicated()])
    places["basis"] = np.where(places["area"].isna(), OUTSIDE, np.where(several, SEVERAL, INSIDE))
    if snap_km:
        near = nearest_border(areas, places[places["area"].isna()]).query("km <= @snap_km")
        places.loc[near.index, "area"] = near["area"]
        places.loc[near.index, "basis"] = NEAR
    found = points.merge(places, on=POINT, how="left")[["area", "basis"]]
    return found.assign(basis=found["basis"].fillna(NO_POINT)).set_axis(points.index)


def _tell_outside(areas: pd.DataFrame, points: pd.DataFrame, basis: pd.Series) -> None:
    outside, several = basis.eq(OUTSIDE), int(basis.eq(SEVERAL).sum())
    if outside.any():
        turned = points[outside].set_axis(POINT[::-1], axis=1)[POINT]
        swapped = int(locate_points(areas, turned)["basis"].isin([INSIDE, SEVERAL]).sum())
        hint = (
            f"; {swapped:,} of them would lie inside with latitude and longitude swapped "
            "(in the events, or in the boundaries)"
            if swapped
            else ""
        )
        warn(
            f"{outside.sum():,} of {len(points):,} events lie outside every boundary and get no "
            f"province{hint}. At sea, abroad, or beyond a simplified outline: snap_km=... takes "
            "the nearest area."
        )
    if several:
        warn(
            f"{several:,} of {len(points):,} events lie in several areas, on a common border or "
            "where areas overlap: the first in the file is taken."
        )


def _tell_wide(events: pd.DataFrame, area: pd.Series) -> None:
    """Warn of events that get a province although their place is known less precisely."""
    if "geo_precision" not in events:
        return
    wide = events["geo_precision"].astype("str").isin(["wider", "country", "international"])
    n = int((wide & area.notna()).sum())
    if n:
        warn(
            f"{n:,} events are known to no province: they get that of a point that stands for a "
            'wider area. ct.filter_events(events, geo_precision="admin1") leaves them out, '
            "ct.places.spread_places spreads them."
        )


def check_distance(name: str, km: float) -> None:
    """Raise `OptionError` unless this is a distance."""
    if isinstance(km, bool) or not isinstance(km, int | float) or not 0 <= km < np.inf:
        raise OptionError(f"{name}={km!r} is no distance.", "km, from 0 up.", f"{name}=5")


def add_border_distance(
    events: pd.DataFrame,
    boundaries: Boundaries,
    *,
    name: str = "name",
    country: str | None = None,
    column: str = "border_km",
) -> pd.DataFrame:
    """Add how far the point of each event is from the nearest border of any area.

    The distance to the outline, coasts included, whether the point is inside or outside. Where it
    is small beside the precision of the place (a GED point of precision "near" may be 25 km off),
    the province by boundary is uncertain. Distances are great-circle ones on a sphere to the
    place of the outline that is nearest on a local plane: good to half a percent up to 100 km.

    Parameters
    ----------
    events
        Event table, or any table with `latitude` and `longitude` in degrees.
    boundaries, name, country
        As for `add_provinces`.
    column
        Name of the new column.

    Returns
    -------
    DataFrame
        The same rows with the distance in km (float64) behind; missing where there is no point.

    Raises
    ------
    FileFormatError, OptionError, ColumnError
        As for `add_provinces`.

    Warns
    -----
    DataWarning
        Rows without coordinates.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.load_sample("ged")
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> near = ct.places.add_border_distance(events, boundaries, country="country")
    >>> int(near["border_km"].lt(5).sum())
    4
    """
    areas = read_areas(boundaries, name=name, country=country)
    points = read_points(events)
    places = points.dropna().drop_duplicates()
    km = points.merge(places.assign(km=nearest_border(areas, places)["km"]), on=POINT, how="left")
    step = f"km to the nearest border added as {column}"
    return with_columns(events, {column: km["km"].to_numpy()}, step)


def find_misplaced(
    events: pd.DataFrame,
    boundaries: Boundaries,
    *,
    recorded: str = "admin1",
    name: str = "name",
    country: str | None = None,
) -> pd.DataFrame:
    """Find events whose point does not lie in the province recorded for them, and by how much.

    For each such event the distance from its point to the province recorded: small where the
    boundaries are simplified or the place lies on the border, large where the coordinates or the
    province are wrong. It does not say which of the two is wrong.

    Parameters
    ----------
    events
        Event table.
    boundaries, name, country
        As for `add_provinces`; with `country` an area must be of the event's own country.
    recorded
        Column with the province recorded, under the names of the boundaries
        (`add_province_names` writes it). Rows without are left aside.

    Returns
    -------
    DataFrame
        Under the index of the events: `event_id`, `location`, `geo_precision` and coordinates
        (those that there are), `recorded`, `province` (where the point lies, missing outside
        every area) and `km` to the area recorded; farthest first. A point on a border lies in
        both provinces and is not listed. `attrs["steps"]` says of how many rows these are.

    Raises
    ------
    EmptySelectionError
        No row has coordinates and a recorded province that the boundaries know.
    FileFormatError, OptionError, ColumnError
        As for `add_provinces`.

    Warns
    -----
    DataWarning
        Recorded names that the boundaries do not have: those rows cannot be compared.

    Examples
    --------
    >>> import toolkit as ct
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> table = {"Ithvar province": "Ithvar", "Quorin province": "Belvash"}  # the second is wrong
    >>> events = ct.filter_events(ct.load_sample("ged"), admin1=list(table))
    >>> events = ct.places.add_province_names(events, table, column="recorded")
    >>> far = ct.places.find_misplaced(events, boundaries, recorded="recorded", country="country")
    >>> far["recorded"].unique().tolist()
    ['Belvash']
    """
    check_columns(events, [recorded, *(["country"] if country else [])])
    areas = read_areas(boundaries, name=name, country=country)
    points = read_points(events)
    wanted = _recorded_areas(events, areas, recorded, with_country=country is not None)
    rows = points.assign(recorded=wanted.to_numpy()).reset_index(drop=True).dropna()
    if rows.empty:
        raise EmptySelectionError(
            f"No event with a known {recorded} has coordinates on earth.",
            "latitude and longitude in degrees, for at least one event.",
            "ct.places.describe_places(events)",
        )
    off = [_distance_outside(areas.iloc[[int(n)]], here) for n, here in rows.groupby("recorded")]
    km = pd.concat(off).sort_values(ascending=False, kind="stable")
    shown = [c for c in ("event_id", "location", "geo_precision", *POINT) if c in events]
    missed = events[shown].iloc[km.index]
    place = locate_points(areas, points.iloc[km.index])["area"]
    missed["recorded"] = events[recorded].iloc[km.index].astype("str")
    missed["province"] = areas["name"].reindex(place.fillna(-1)).astype("str").to_numpy()
    missed["km"] = km.to_numpy()
    step = f"{len(km):,} of {len(rows):,} rows with a recorded province lie outside it"
    return add_step(missed, read_record(events), step)


def _recorded_areas(
    events: pd.DataFrame, areas: pd.DataFrame, recorded: str, *, with_country: bool
) -> pd.Series:
    """Return the row in `areas` of each event's recorded province, Int64."""
    keys = {"name": events[recorded].astype("object")}
    if with_country:
        keys["country"] = events["country"].astype("object")
    known = areas[list(keys)].assign(area=areas.index.astype("Int64"))
    found = pd.DataFrame(keys).merge(known, on=list(keys), how="left")["area"]
    names = events[recorded].reset_index(drop=True)
    strange = sorted(names[found.isna() & names.notna()].astype("str").unique())
    if found.isna().all():
        raise EmptySelectionError(
            f"No {recorded} of the events is the name of an area.",
            "the names of the boundaries: " + ", ".join(areas["name"].head(30)) + ".",
            "ct.places.add_province_names(events, table, column='recorded'), recorded='recorded'",
        )
    if strange:
        warn(
            f"The boundaries have no area of these names, so their events are not compared: "
            f"{', '.join(strange[:20])} ({strange[0]}: {did_you_mean(strange[0], areas['name'])})"
        )
    return found


def _distance_outside(area: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """Return the km of those points that are not in the area, under their index."""
    places = points[POINT].drop_duplicates()
    shapes = shapely.points(places["longitude"], places["latitude"])
    outside = places[~shapely.intersects(area["shape"].iloc[0], shapes)]
    km = outside.assign(km=nearest_border(area, outside)["km"])
    return points.reset_index().merge(km, on=POINT).set_index("index")["km"]
