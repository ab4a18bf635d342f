"""Near repeats: whether events that are close in space are close in time too (Knox)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, warn
from toolkit.permutation import check_permutations, check_whole, find_p
from toolkit.places.points import POINT, measure_km
from toolkit.provenance import add_step, read_record
from toolkit.spatial.distances import check_km, to_chord, to_sphere
from toolkit.spatial.precision import find_usable, to_day

COLUMNS = [
    "km", "days", "near_space", "near_time", "observed", "expected", "ratio", "p", "same_place",
    "n_events", "n_left_out",
]  # fmt: skip


def knox(
    events: pd.DataFrame,
    *,
    km: float | Sequence[float],
    days: int | Sequence[int],
    geo_precision: str | None = "exact",
    date_precision: str | None = "day",
    n_permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Count pairs of events near in space and in time, against dates shuffled over places (Knox).

    A pair is near where it lies at most `km` and at most `days` apart. `expected` is pairs near in
    space times pairs near in time over all pairs: what is to be expected, exactly, if dates are
    shuffled over places. The p-value counts the shuffles with as many near pairs or more
    (one-sided). Several thresholds give a table; they contain each other (5 km holds 2 km), so
    its p-values are not independent and are not corrected for their number.

    More pairs than expected say that place and time go together. That need not be one attack
    drawing the next: a campaign that moves, a town that enters the coverage, an event that the
    provider splits into one row per day, or one event reported twice, all make near pairs. Events
    in one battle are not independent either.

    Precision decides: an event known to the month stands on its first day, one known to the
    province on one point, and such piles are near pairs by construction. So by default only
    events precise to the day and to the exact place are used, and thresholds below the precision
    asked for mean nothing ("near" is up to 25 km off in UCDP GED). Even so events stand on the
    point of their town: `same_place` says how many near pairs share their coordinates.

    Parameters
    ----------
    events
        Event table.
    km
        Distance or distances in km along the great circle; 0 is the same coordinates.
    days
        Difference or differences of `date_start` in whole days; 0 is the same day.
    geo_precision, date_precision
        The least precise level used; None uses all, at your own risk.
    n_permutations
        Shuffles; p cannot be smaller than 1 / (1 + this).
    seed
        Start of the random numbers.

    Returns
    -------
    DataFrame
        One row per distance and difference: `km`, `days`, `near_space`, `near_time` (pairs),
        `observed` (pairs near in both), `expected`, `ratio`, `p`, `same_place` (of the observed
        pairs, those at the same coordinates), `n_events`, `n_left_out`.

    Raises
    ------
    OptionError
        A negative threshold, a part of a day, too few permutations; several datasets (two records
        of one event would be a near repeat), or parts of spread events.
    EmptySelectionError
        Fewer than three events are precise enough.

    Warns
    -----
    DataWarning
        Most near pairs share their coordinates: the distance says nothing then, only the place.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(ct.load_sample("ged"), start="2013-04-01", end="2014-03-31")
    >>> table = spatial.knox(events, km=[10, 50], days=[7, 30])
    >>> table[["km", "days", "observed", "expected", "p"]].round(2)
         km  days  observed  expected     p
    0  10.0     7        29     17.39  0.01
    1  10.0    30        79     67.29  0.07
    2  50.0     7        36     24.85  0.02
    3  50.0    30       120     96.17  0.01
    """
    n_permutations = check_permutations(n_permutations)
    spans, lags = _thresholds("km", km), _thresholds("days", days)
    usable = find_usable(events, geo_precision=geo_precision, date_precision=date_precision)
    used = events[usable]
    if len(used) < 3:
        raise EmptySelectionError(
            f"{len(used)} events are precise enough.", "three or more.", "geo_precision='near'"
        )
    pairs, apart = _near_pairs(used, spans[-1])
    day = to_day(used["date_start"])
    band = np.searchsorted(spans, apart)
    observed = _count_near(day, pairs, band, spans, lags)
    rng = np.random.default_rng(seed)
    shuffles = (rng.permutation(day) for _ in range(n_permutations))
    simulated = np.array([_count_near(d, pairs, band, spans, lags) for d in shuffles])
    same = apart == 0
    table = pd.DataFrame(
        {
            "km": np.repeat(spans, len(lags)),
            "days": np.tile(lags, len(spans)),
            **_expect(day, apart, spans, lags),
            "observed": observed.ravel(),
            "p": find_p(simulated, observed, alternative="greater").ravel(),
            "same_place": _count_near(day, pairs[same], band[same], spans, lags).ravel(),
            "n_events": len(used),
            "n_left_out": len(events) - len(used),
        }
    )
    ratio = (table["observed"] / table["expected"]).where(table["expected"] > 0)
    table = table.assign(ratio=ratio)[COLUMNS]
    _tell_piles(table)
    step = (
        f"Knox test of {len(used):,} of {len(events):,} events (place at least {geo_precision}, "
        f"date at least {date_precision}); {n_permutations} permutations, seed {seed}"
    )
    return add_step(table, read_record(events), step)


def _thresholds(name: str, given: float | Sequence[float]) -> np.ndarray:
    listed = list(given) if isinstance(given, Sequence | np.ndarray) else [given]
    if not listed:
        raise OptionError(f"{name} is empty.", "one threshold or more.", f"{name}=[5, 10]")
    if name == "days":
        return np.unique([check_whole(name, value, least=0, usual=7) for value in listed])
    return np.unique([check_km(name, value) for value in listed])


def _near_pairs(events: pd.DataFrame, km: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of rows at most km apart, and how far apart they are."""
    from scipy.spatial import KDTree

    pairs = KDTree(to_sphere(events)).query_pairs(to_chord(km), output_type="ndarray")
    points = events[POINT].to_numpy(float)
    apart = measure_km(*points[pairs[:, 0]].T, *points[pairs[:, 1]].T)
    # rounding must not carry a pair over the threshold the tree put it under
    return pairs, np.minimum(apart, km)


def _count_near(
    day: np.ndarray, pairs: np.ndarray, band: np.ndarray, spans: np.ndarray, lags: np.ndarray
) -> np.ndarray:
    """Count the pairs within each distance (rows) and each difference in days (columns)."""
    lag = np.searchsorted(lags, np.abs(day[pairs[:, 0]] - day[pairs[:, 1]]))
    shape = (len(spans), len(lags) + 1)
    cells = np.bincount(band * shape[1] + lag, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(cells.cumsum(axis=0).cumsum(axis=1)[:, :-1])


def _expect(
    day: np.ndarray, apart: np.ndarray, spans: np.ndarray, lags: np.ndarray
) -> dict[str, np.ndarray]:
    """Count pairs near in space and pairs near in time, and what that makes one expect of both."""
    ordered = np.sort(day)
    after = [np.searchsorted(ordered, ordered + lag, "right") for lag in lags]
    in_time = [int((a - np.arange(1, len(day) + 1)).sum()) for a in after]
    in_space = np.searchsorted(np.sort(apart), spans, "right")
    space, time = np.repeat(in_space, len(lags)), np.tile(in_time, len(spans))
    every = len(day) * (len(day) - 1) / 2
    return {"near_space": space, "near_time": time, "expected": space * time / every}


def _tell_piles(table: pd.DataFrame) -> None:
    same, near = (int(table[c].iloc[-1]) for c in ("same_place", "observed"))
    if 2 * same > near:
        warn(
            f"{same:,} of {near:,} near pairs share their coordinates: "
            "they are repeats in one place (or on one town's point), not in its surroundings."
        )
