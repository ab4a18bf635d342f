"""The advance of a campaign along a route: its order and its speed.

No front line is drawn: the result is one number for the order and one for the speed.
"""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError
from toolkit.events import check_columns, possible_days
from toolkit.permutation import check_permutations, check_rate, check_whole, find_p
from toolkit.provenance import add_step, read_record
from toolkit.spatial.movement import check_places, find_nearest
from toolkit.spatial.precision import draw_days, find_usable, to_day

_EXACT = 7  # places up to which all orders are gone through: 5,040
_FEWEST = 5  # places from which an interval of the speed is given


def describe_advance(
    events: pd.DataFrame,
    places: pd.DataFrame,
    *,
    along: str = "route_km",
    km: float = 25.0,
    geo_precision: str | None = "near",
    alpha: float = 0.05,
    n_permutations: int = 999,
    n_draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Test whether a campaign moved along a route, and say how fast.

    The order is Spearman's rank correlation between the way along the route and the first event
    of each place (`find_arrivals`, events dated to the day). It is held against two kinds of
    chance, and `p` is the larger of the two p-values (both two-sided):

    - `p_events` shuffles the dates over the events and finds the first events anew. Every place
      keeps its number of events. A busy place has an early first event by that alone, so violence
      that thins out along the road looks like an advance to any test that forgets the numbers.
    - `p_places` shuffles the first events over the places, in all orders up to seven places. It
      holds where violence comes in spells, so that the events of a place are not independent.
      Two-sided, four places cannot reach 0.05; five can.

    Where p is above `alpha` the finding is "no movement", and no speed is given: none was shown,
    which does not prove that there was none. Otherwise it is "along the route" or "against it".

    The pace (days per km) is the median over all pairs of places (Theil-Sen), days on km because
    the dates are what is uncertain; the speed is its inverse, with a 95 % interval that is open
    (missing) where the pace cannot be told from 0, and not given below five places. The interval
    is narrower than the truth: it takes the first dates as exact and as independent of each other,
    and it is conditional on the finding (a pace is only shown where the order was clear) and on
    the places chosen. First events are upper bounds of arrival, so a late first record in the far
    places makes the campaign slower than it was. The route is what the user says it is: towns
    chosen because violence was seen to pass through them will show it.

    Parameters
    ----------
    events
        Event table of one campaign: filter on dyad or actors, and on its time, first.
    places
        Table with `place`, `latitude`, `longitude` and the way along the route.
    along
        Column of `places` with the way along the route in km.
    km, geo_precision
        As in `find_arrivals`.
    alpha
        Rate at which a campaign that does not move may be called a movement, above 0, below 1.
    n_permutations
        Shuffles for each p-value.
    n_draws
        Draws of a day for every event, 1 or more, the imprecise events included, between its first
        and last possible day (`events.possible_days`): `imprecise_low` and `imprecise_high` are
        the 2.5 and 97.5 % points of the correlation over them.
    seed
        Start of the random numbers.

    Returns
    -------
    DataFrame
        One row: `finding`, `correlation`, `expected` (mean correlation of `p_events`), `p`,
        `p_events`, `p_places`, `imprecise_low`, `imprecise_high`, `km_per_day`, `km_per_day_low`,
        `km_per_day_high` (negative against the route), `n_places`, `n_reached` (with an event),
        `n_events` (used), `n_left_out` (not precise enough or not near a place).

    Raises
    ------
    ColumnError
        A column is not there.
    EmptySelectionError
        Fewer than three places have an event dated to the day.
    OptionError
        A place stands twice or has no way along the route, too few permutations or draws, an
        alpha that is no rate; several datasets, or parts of spread events.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), actors="Lantern Movement", start="2013-04-01", end="2014-02-28"
    ... )
    >>> road = pd.DataFrame(
    ...     {"place": ["Othmenny", "Quendry", "Belizhar", "Moltharen", "Yarrickel"],
    ...      "latitude": [-26.29, -26.13, -26.69, -26.23, -25.77],
    ...      "longitude": [-20.05, -20.47, -20.80, -21.62, -22.47],
    ...      "route_km": [0, 46, 115, 213, 329]})
    >>> found = spatial.describe_advance(events, road)
    >>> found[["finding", "p", "km_per_day"]].round(2)
               finding     p  km_per_day
    0  along the route  0.04         1.5
    """
    n_permutations = check_permutations(n_permutations)
    n_draws = check_whole("n_draws", n_draws, least=1, usual=200)
    check_rate("alpha", alpha)
    check_columns(events, ["date_precision"])
    way = _read_way(check_places(places), along)
    usable = events[find_usable(events, geo_precision=geo_precision)]
    at = find_nearest(usable, places, km)
    near, at = usable[~np.isnan(at)], at[~np.isnan(at)].astype(int)
    reached, first = _first_dated(near, at)
    rng = np.random.default_rng(seed)
    order = _test_order(near, at, way, n_permutations, rng)
    moves = order["p"] <= alpha
    result = {
        "finding": _name_finding(order, moves=moves),
        **order,
        **_draw_orders(near, at, way, n_draws, rng),
        **_find_speed(way[reached], first, moves=moves),
        "n_places": len(places),
        "n_reached": len(reached),
        "n_events": int(_dated(near).sum()),
        "n_left_out": len(events) - int(_dated(near).sum()),
    }
    step = (
        f"advance along {along}: {result['n_events']:,} of {len(events):,} events within {km:g} km "
        f"of {len(places)} places; {n_permutations} permutations, {n_draws} draws, seed {seed}"
    )
    return add_step(pd.DataFrame([result]), read_record(events), step)


def _read_way(places: pd.DataFrame, along: str) -> np.ndarray:
    check_columns(places, [along])
    way = pd.to_numeric(places[along], errors="coerce").to_numpy(float)
    if not np.isfinite(way).all() or np.ptp(way) == 0:
        raise OptionError(
            f"{along} is not a number for every place, or the same for all.",
            "the way along the route in km.",
            "places.assign(route_km=[0, 46, 115])",
        )
    return way


def _dated(events: pd.DataFrame) -> np.ndarray:
    return np.asarray(events["date_precision"].eq("day").to_numpy(bool))


def _first_dated(near: pd.DataFrame, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places with an event dated to the day, and their first such day."""
    dated = _dated(near)
    reached, first = _first_days(to_day(near["date_start"])[dated][None], at[dated])
    if len(reached) < 3:
        raise EmptySelectionError(
            f"{len(reached)} places have an event dated to the day.",
            "three places or more; five for a finding.",
            "a larger km, more places on the route, or another campaign",
        )
    return reached, first[0]


def _first_days(days: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places that have events, and the first day of each (columns) in each row."""
    order = np.argsort(at, kind="stable")
    reached, starts = np.unique(at[order], return_index=True)
    if len(reached) == 0:
        return reached, days
    return reached, np.minimum.reduceat(days[:, order], starts, axis=1)


def _correlate(way: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return Spearman's rank correlation of the way with each row of first days (0 if all tie)."""
    from scipy.stats import rankdata

    x = rankdata(way) - (len(way) + 1) / 2
    y = rankdata(first, axis=1) - (len(way) + 1) / 2
    size = np.sqrt((x @ x) * (y * y).sum(axis=1))
    return np.divide(y @ x, size, out=np.zeros(len(y)), where=size > 0)


def _test_order(
    near: pd.DataFrame,
    at: np.ndarray,
    way: np.ndarray,
    n_permutations: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Hold the order of the first events against dates over events, and against places."""
    dated = _dated(near)
    reached, first = _first_dated(near, at)
    day = to_day(near["date_start"])[dated]
    observed = _correlate(way[reached], first[None])[0]
    shuffled = rng.permuted(np.tile(day, (n_permutations, 1)), axis=1)
    by_events = _correlate(way[reached], _first_days(shuffled, at[dated])[1])
    p_events = float(find_p(by_events, observed))
    p_places = _shuffle_places(way[reached], first, n_permutations, rng)
    p = max(p_events, p_places)
    chance = {"expected": float(by_events.mean()), "p": p, "p_events": p_events}
    return {"correlation": float(observed), **chance, "p_places": p_places}


def _shuffle_places(
    way: np.ndarray, first: np.ndarray, n_permutations: int, rng: np.random.Generator
) -> float:
    """Return p among all orders of the first days, or among shuffles where there are too many."""
    observed = _correlate(way, first[None])[0]
    if len(way) <= _EXACT:
        orders = np.array(list(permutations(first)))
        dealt = _correlate(way, orders)
        n = math.factorial(len(way))
        # the order observed is one of them: nothing is added
        above, below = (dealt >= observed - 1e-9).sum(), (dealt <= observed + 1e-9).sum()
        return float(min(1, 2 * min(above, below) / n))
    dealt = _correlate(way, rng.permuted(np.tile(first, (n_permutations, 1)), axis=1))
    return float(find_p(dealt, observed))


def _draw_orders(
    near: pd.DataFrame, at: np.ndarray, way: np.ndarray, n: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the range of the correlation over days drawn from what each date allows."""
    reached, first = _first_days(draw_days(possible_days(near), n=n, rng=rng), at)
    low, high = np.quantile(_correlate(way[reached], first), [0.025, 0.975])
    return {"imprecise_low": float(low), "imprecise_high": float(high)}


def _name_finding(order: dict[str, float], *, moves: bool) -> str:
    if not moves:
        return "no movement"
    return "along the route" if order["correlation"] > 0 else "against the route"


def _find_speed(way: np.ndarray, first: np.ndarray, *, moves: bool) -> dict[str, Any]:
    """Return the speed in km per day, from the median pace; missing without a movement."""
    from scipy.stats import theilslopes

    speed = dict.fromkeys(["km_per_day", "km_per_day_low", "km_per_day_high"], np.nan)
    if not moves:
        return speed
    pace = theilslopes(first, way, alpha=0.95)
    ends = [pace.low_slope, pace.high_slope]
    if pace.slope:
        speed["km_per_day"] = 1 / pace.slope
    if len(way) < _FEWEST:
        return speed
    # a pace that may be 0 is a speed without an upper end
    if ends[0] > 0 or ends[1] < 0:
        speed["km_per_day_low"], speed["km_per_day_high"] = sorted(1 / e for e in ends)
    elif pace.slope > 0:
        speed["km_per_day_low"] = 1 / ends[1]
    elif pace.slope < 0:
        speed["km_per_day_high"] = 1 / ends[0]
    return speed
