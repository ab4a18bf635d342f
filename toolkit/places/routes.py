"""Routes: an ordered list of towns, and the town of it to which an event is nearest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.events import check_columns
from toolkit.places.points import POINT, measure_km, read_points, with_columns
from toolkit.provenance import add_step, read_record


def make_route(towns: pd.DataFrame) -> pd.DataFrame:
    """Make a route of towns in the order in which they are passed.

    Parameters
    ----------
    towns
        `place`, `latitude`, `longitude` (degrees); further columns are kept.

    Returns
    -------
    DataFrame
        The towns with `route_order` (0, 1, ...) and `route_km`, the distance from the first town
        along straight lines from town to town. The road is longer.

    Raises
    ------
    OptionError
        Fewer than two towns, a town twice, one without a name or a point.
    ColumnError
        A column that is not there.

    Examples
    --------
    >>> import toolkit as ct
    >>> towns = pd.DataFrame({"place": ["Othmenny", "Quendry"], "latitude": [-26.2896, -26.1329],
    ...                       "longitude": [-20.046, -20.4734]})
    >>> ct.places.make_route(towns)["route_km"].round(1).tolist()
    [0.0, 46.1]
    """
    check_columns(towns, ["place", *POINT])
    points = read_points(towns)
    names = towns["place"]
    faulty = names.isna() | names.duplicated() | points.isna().any(axis=1)
    if faulty.any() or len(towns) < 2:
        where = f": {names[faulty].iloc[0]!r} stands twice or has no point" if faulty.any() else ""
        raise OptionError(
            f"The {len(towns)} towns are no route{where}.",
            "at least two towns in their order, each once, with place, latitude and longitude.",
            "ct.places.make_route(towns.dropna().drop_duplicates('place'))",
        )
    lat, lon = points["latitude"].to_numpy(), points["longitude"].to_numpy()
    legs = measure_km(lat[:-1], lon[:-1], lat[1:], lon[1:])
    route = towns.reset_index(drop=True).assign(
        route_order=range(len(towns)), route_km=np.concatenate([[0.0], np.cumsum(legs)])
    )
    return add_step(route, read_record(towns), f"route of {len(towns)} towns")


def add_route(
    events: pd.DataFrame, route: pd.DataFrame, *, within_km: float = 15, column: str = "route"
) -> pd.DataFrame:
    """Add the town of a route to which each event is nearest, if one is near enough.

    Distances are straight lines (great circles) to the towns, not to the road between them: an
    event on the road halfway between two distant towns is on no town. Events known only to the
    province lie on a centroid and may come to lie near a town by chance:
    `ct.filter_events(events, geo_precision="near")` first.

    Parameters
    ----------
    events
        Event table, or any table with `latitude` and `longitude` in degrees.
    route
        What `make_route` returns.
    within_km
        An event farther than this from every town is not on the route.
    column
        What the new columns begin with: the name of the route.

    Returns
    -------
    DataFrame
        The same rows with `route_place`, `route_order` (Int64, 0 is the first town), `route_km`
        (of that town along the route), all missing off the route, and `route_off_km` (distance to
        the nearest town; missing only without a point) behind. Of two towns equally near, the
        first.

    Raises
    ------
    ColumnError
        No coordinates, or a route that was not made.
    OptionError
        Something that is no distance; a column that is there already.

    Warns
    -----
    DataWarning
        Rows without coordinates.

    Examples
    --------
    >>> import toolkit as ct
    >>> towns = pd.DataFrame({"place": ["Othmenny", "Quendry"], "latitude": [-26.2896, -26.1329],
    ...                       "longitude": [-20.046, -20.4734]})
    >>> events = ct.filter_events(ct.load_sample("ged"), geo_precision="exact")
    >>> on_route = ct.places.add_route(events, ct.places.make_route(towns), within_km=10)
    >>> on_route["route_place"].value_counts().to_dict()
    {'Quendry': 57, 'Othmenny': 29}
    """
    check_columns(route, ["place", *POINT, "route_order", "route_km"])
    if not (isinstance(within_km, int | float) and 0 < within_km < np.inf):
        raise OptionError(f"within_km={within_km!r} is no distance.", "km above 0.", "within_km=15")
    points = read_points(events)
    towns = route.sort_values("route_order", ignore_index=True)
    here, there = points.to_numpy(), towns[POINT].to_numpy()
    away = measure_km(here[:, [0]], here[:, [1]], there[:, 0], there[:, 1])
    km = pd.Series(away.min(axis=1), index=events.index)
    near = towns.reindex(np.where(km <= within_km, away.argmin(axis=1), -1))
    columns = {
        f"{column}_place": near["place"].astype("str").array,
        f"{column}_order": near["route_order"].astype("Int64").array,
        f"{column}_km": near["route_km"].array,
        f"{column}_off_km": km,
    }
    step = f"{int((km <= within_km).sum()):,} events within {within_km:g} km of a town of {column}"
    return with_columns(events, columns, step)
