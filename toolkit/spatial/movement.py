"""Movement of a campaign: its centre by period, and the first event in each place.

No front line is drawn from points: an event says where violence was recorded, not who holds what.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option
from toolkit.events import check_columns, possible_days
from toolkit.places.points import read_points
from toolkit.provenance import add_step, read_record
from toolkit.spatial.distances import check_km, find_distances, to_chord, to_sphere
from toolkit.spatial.precision import find_periods, find_usable

_CENTRE = ["location", "latitude", "longitude", "spread_km", "n_events", "n_places", "share_near"]


def find_centres(
    events: pd.DataFrame,
    *,
    period: str = "month",
    weight: str = "events",
    geo_precision: str | None = "near",
) -> pd.DataFrame:
    """Find the centre and the spread of the violence in each period.

    The centre is the medoid: of the places with an event, the one with the smallest sum of
    great-circle distances to all events of the period. Unlike a mean of coordinates it is a place
    where something was recorded. The spread is the median distance of the events from it.

    A centre that changes is not yet a movement: two places of equal weight take turns by chance,
    and more reports from one of them shift it too. A campaign on two sides has its centre on one
    of them. `describe_advance` tests a movement along a route.

    An event is used if its place is precise enough and all days on which it may have happened
    (`events.possible_days`) lie in one period. Of those located only near a place, coordinates can
    be off by the provider's radius (UCDP GED: 25 km): shifts and spreads below it say nothing where
    `share_near` is high.

    Parameters
    ----------
    events
        Event table of one campaign: filter on dyad, actor or province first.
    period
        "day", "week", "month", "quarter" or "year".
    weight
        "events" counts each event once, "fatalities" by its deaths (best estimate); an event
        without a recorded death then has no weight.
    geo_precision
        The least precise level used; None uses all.

    Returns
    -------
    DataFrame
        One row per period that has an event: `period`, `location`, `latitude`, `longitude` of the
        medoid, `spread_km`, `moved_km` (from the centre of the row before, which need not be the
        period before), `n_events`, `n_places` (different coordinates), `share_near`,
        `n_left_out` (events of unusable place; those of unusable time are in `steps`). A period
        without a usable event has missing values, and one without any event no row.

    Raises
    ------
    OptionError
        An unknown period or weight; several datasets, or parts of spread events.
    EmptySelectionError
        No event is precise enough.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), actors="Lantern Movement", start="2013-04-01", end="2014-02-28"
    ... )
    >>> centres = spatial.find_centres(events, period="quarter")
    >>> centres[["period", "location", "n_events"]].head(3)
       period        location  n_events
    0  2013Q2    Quendry town        15
    1  2013Q3  Moltharen town        16
    2  2013Q4    Drávuny town         5
    """
    check_option("weight", weight, ["events", "fatalities"])
    check_columns(events, ["location", "geo_precision", "fatalities"])
    usable = find_usable(events, geo_precision=geo_precision)
    periods = find_periods(events, period)
    rows = [
        {"period": when, **_find_centre(events[periods == when], usable[periods == when], weight)}
        for when in sorted(periods.dropna().unique())
    ]
    if not rows:
        raise EmptySelectionError(
            f"No event lies in one {period} with all its days.",
            "events dated more precisely than the period is long.",
            "period='year'",
        )
    table = pd.DataFrame(rows)
    table.insert(5, "moved_km", _steps_between(table))
    step = (
        f"centres by {period}, weight {weight}, place at least {geo_precision}; "
        f"{int(periods.isna().sum()):,} of {len(events):,} events lie in no single {period}"
    )
    return add_step(table, read_record(events), step)


def find_arrivals(
    events: pd.DataFrame,
    places: pd.DataFrame | None = None,
    *,
    km: float = 25.0,
    geo_precision: str | None = "near",
) -> pd.DataFrame:
    """Find the first recorded event of each place, and how much earlier or later it could be.

    The first event is an upper bound: whoever fights there may have come before anything was
    recorded. And it is an event, not a capture. `earliest` and `latest` are what the dates allow:
    the first day of any event there, counting those known only to the week or the month
    (`events.possible_days`), and the day by which one of them has happened for certain.

    Parameters
    ----------
    events
        Event table of one campaign: filter on dyad or actors, and on its time, first. A place
        with violence from long before has its first event long before.
    places
        Table with `place`, `latitude`, `longitude`; further columns, such as `route_km`, are
        carried along. An event belongs to the nearest place within `km`. By default the places
        are the `location`s of the events.
    km
        Distance in km along the great circle within which an event belongs to a place. With
        events located near a place (UCDP GED: up to 25 km off) some go to the wrong one of two
        neighbouring places.
    geo_precision
        The least precise level used; None uses all.

    Returns
    -------
    DataFrame
        One row per place, in the order of `places` or by date: its columns, then `date` (first
        event dated to the day), `earliest`, `latest`, `rank` (1 for the first; ties share the
        lower), `n_events`. A place without an event has missing dates and 0 events: none was
        recorded near it, which does not say that nobody came.

    Raises
    ------
    ColumnError
        A column is not there.
    OptionError
        A place stands twice, or km is no distance; several datasets, or parts of spread events.
    EmptySelectionError
        No event is precise enough.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), actors="Lantern Movement", start="2013-04-01", end="2014-02-28"
    ... )
    >>> places = pd.DataFrame(
    ...     {"place": ["Ostrivane", "Quendry"], "latitude": [-26.12, -26.13],
    ...      "longitude": [-23.47, -20.47]})
    >>> spatial.find_arrivals(events, places)[["place", "date", "rank"]]
           place       date  rank
    0  Ostrivane 2014-01-17     2
    1    Quendry 2013-05-02     1
    """
    usable = events[find_usable(events, geo_precision=geo_precision)]
    check_columns(events, ["location", "date_precision"])
    by_date = places is None
    if places is None:
        first = usable.dropna(subset="location").groupby("location")[["latitude", "longitude"]]
        places = first.first().rename_axis("place").reset_index()
        at = pd.Series(places.index, places["place"]).reindex(usable["location"]).to_numpy(float)
    else:
        at = find_nearest(usable, check_places(places), km)
    days = possible_days(usable).set_axis(["earliest", "latest"], axis=1)
    days["date"] = usable["date_start"].where(usable["date_precision"].eq("day").to_numpy(bool))
    table = places.reset_index(drop=True)
    for column in ("date", "earliest", "latest"):
        table[column] = days[column].groupby(at).min().reindex(table.index)
    table["rank"] = table["date"].rank(method="min").astype("Int64")
    table["n_events"] = pd.Series(at).value_counts().reindex(table.index, fill_value=0)
    if by_date:
        table = table.sort_values(["date", "place"], ignore_index=True)
    step = (
        f"first event of {len(table)} places from {int(table['n_events'].sum()):,} of "
        f"{len(events):,} events (place at least {geo_precision}"
        + ("" if by_date else f", within {km:g} km")
        + ")"
    )
    return add_step(table, read_record(events), step)


def find_nearest(events: pd.DataFrame, places: pd.DataFrame, km: float) -> np.ndarray:
    """Return the position of the place nearest to each event, missing beyond km."""
    from scipy.spatial import KDTree

    # a tree leaves out what lies at the bound itself
    bound = np.nextafter(to_chord(check_km("km", km)), np.inf)
    _, at = KDTree(to_sphere(places)).query(to_sphere(events), distance_upper_bound=bound)
    return np.where(at == len(places), np.nan, at)


def check_places(places: pd.DataFrame) -> pd.DataFrame:
    """Say what is wrong with a table of places: a column, a name that stands twice, no point."""
    check_columns(places, ["place", "latitude", "longitude"])
    faulty = places["place"].duplicated() | read_points(places).isna().any(axis=1)
    if faulty.any() or len(places) == 0:
        name = places["place"][faulty].iloc[0] if len(places) else "there is none"
        raise OptionError(
            f"A place stands twice or has no coordinates: {name}.",
            "one row with latitude (-90 to 90) and longitude (-180 to 180) for each place.",
            "places.drop_duplicates('place').dropna(subset=['latitude', 'longitude'])",
        )
    return places


def _find_centre(events: pd.DataFrame, usable: pd.Series, weight: str) -> dict[str, Any]:
    """Return the medoid of the usable events of one period, and what it rests on."""
    counts = {"n_left_out": int((~usable).sum())}
    used = events[usable]
    weights = used["fatalities"].fillna(0) if weight == "fatalities" else pd.Series(1, used.index)
    heavy = weights.to_numpy(float)
    if heavy.sum() == 0:
        return {**dict.fromkeys(_CENTRE, np.nan), "location": None, "n_events": len(used), **counts}
    spots = used.groupby(["latitude", "longitude"])["location"].first().reset_index()
    far = find_distances(spots, used)
    centre = int(np.argmin(far @ heavy))
    return {
        **spots.iloc[centre][["location", "latitude", "longitude"]].to_dict(),
        "spread_km": _weighted_median(far[centre], heavy),
        "n_events": len(used),
        "n_places": len(spots),
        "share_near": float(used["geo_precision"].ne("exact").mean()),
        **counts,
    }


def _weighted_median(numbers: np.ndarray, weights: np.ndarray) -> float:
    """Return the median of numbers that stand as often as their weight says."""
    order = np.argsort(numbers)
    numbers, upto = numbers[order], np.cumsum(weights[order])
    half = upto[-1] / 2
    low, high = np.searchsorted(upto, half), np.searchsorted(upto, half, "right")
    return float((numbers[low] + numbers[min(high, len(numbers) - 1)]) / 2)


def _steps_between(centres: pd.DataFrame) -> np.ndarray:
    """Return the distance of each centre from the one of the last row before that has one."""
    moved = np.full(len(centres), np.nan)
    known = centres["latitude"].notna().to_numpy(bool)
    far = find_distances(centres[known], centres[known])
    moved[np.flatnonzero(known)[1:]] = np.diagonal(far, offset=-1)
    return moved
