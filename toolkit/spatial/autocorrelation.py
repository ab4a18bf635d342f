"""Clumping in space: Moran's I for the whole map, Getis-Ord Gi* unit by unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.permutation import check_permutations, check_rate, find_p
from toolkit.provenance import add_step
from toolkit.spatial.weights import Weights, align_values, read_values


def moran(
    values: pd.DataFrame | pd.Series,
    weights: Weights,
    *,
    value: str = "n_events",
    period: str | pd.Period | None = None,
    alternative: str = "two-sided",
    n_permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure whether neighbouring units have similar values (Moran's I).

    I is the number of units over the sum of all weights, times the sum over pairs of neighbours of
    weight times the product of both deviations from the mean, over the sum of squared deviations.
    Above `expected`, -1 / (units - 1), neighbours resemble each other; below it they differ.

    The p-value comes from dealing the values out over the units at random. A low one says that the
    values are not scattered at random over this map. It does not say that violence spread from
    unit to unit: population, terrain and the reach of reporters are clumped as well. The number
    changes with the units (provinces or cells) and with the weights, and units at the edge of the
    map lack the neighbours that lie outside it. Counts are skewed: one unit can carry the result,
    so look at log(1 + count) or ranks too.

    Parameters
    ----------
    values
        What `count_events` returns with `by`: its periods are added up, and a unit that is not
        covered in one of them is left out. Units without events must be in it (`units=` of
        `count_events`), or they are left out too. Or a Series: one number per unit, its name as
        index. Events placed on a province only in name (`geo_precision`) belong in no cell:
        filter first.
    weights
        What `make_weights` returns; units are compared by name, the country left out where the
        weights leave it out.
    value
        Of a panel: "n_events", "fatalities", "fatalities_low" or "fatalities_high".
    period
        Of a panel: the periods inside this one, e.g. "2016" or "2016-03"; all by default.
    alternative
        "two-sided" (twice the smaller side), "greater" (alike) or "less" (unlike).
    n_permutations
        Permutations; p cannot be smaller than 1 / (1 + this), twice that if two-sided.
    seed
        Start of the random numbers.

    Returns
    -------
    DataFrame
        One row: `moran`, `expected`, `z` (deviations from the mean of the permutations, a
        description, not a test), `p`, `n_units`, `n_islands` (units without neighbours: counted,
        without a say), `weights`, `alternative`, `n_permutations`.

    Raises
    ------
    OptionError
        A unit the weights do not know, texts, an unknown alternative or period, too few
        permutations, no neighbours.
    EmptySelectionError
        Fewer than three units, values that do not vary, no period or no unit that is covered.

    Warns
    -----
    DataWarning
        Units without a value or without a name, which are left out.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(ct.load_sample("acled"), geo_precision="admin1")
    >>> panel = ct.count_events(events, by=["country", "admin1"], period="year")
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> weights = spatial.make_weights(boundaries, kind="borders", names=["country", "name"])
    >>> spatial.moran(panel, weights)[["moran", "expected", "p"]].round(2)
       moran  expected     p
    0   0.27      -0.1  0.06
    """
    n_permutations = check_permutations(n_permutations)
    series, record, said = read_values(values, weights, value=value, period=period)
    numbers, used = align_values(series, weights)
    total = _total_weight(used)
    away = numbers - numbers.mean()
    rng = np.random.default_rng(seed)
    dealt = rng.permuted(np.tile(away, (n_permutations, 1)), axis=1)
    scale = len(away) / total / (away @ away)
    observed = scale * (away @ (used.matrix @ away))
    simulated = scale * np.einsum("pu,up->p", dealt, used.matrix @ dealt.T)
    result = {
        "moran": observed,
        "expected": -1 / (len(away) - 1),
        "z": (observed - simulated.mean()) / simulated.std(),
        "p": find_p(simulated, observed, alternative=alternative),
        "n_units": len(away),
        "n_islands": int((np.diff(used.matrix.indptr) == 0).sum()),
        "weights": used.rule,
        "alternative": alternative,
        "n_permutations": n_permutations,
    }
    step = f"Moran's I of {said}: {used.rule}; {n_permutations} permutations, seed {seed}"
    return add_step(pd.DataFrame([result]), record, step)


def find_hot_spots(
    values: pd.DataFrame | pd.Series,
    weights: Weights,
    *,
    value: str = "n_events",
    period: str | pd.Period | None = None,
    rate: float = 0.05,
    n_permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Find units that lie, with their neighbours, among high or among low values (Getis-Ord Gi*).

    Gi* is the weighted sum over a unit and its neighbours, less what would be expected if all
    units had the mean, in standard deviations of such a sum when values are dealt out at random.
    The unit itself counts as much as its heaviest neighbour. Row-standardised and binary weights
    give the same Gi*.

    The p-value keeps the unit's own value and deals the others out over the rest of the map
    (conditional permutation, two-sided). It is not taken from the normal distribution, which
    counts of violence with their many zeros are far from. With one test per unit some are low by
    chance: `q` is the Benjamini-Hochberg rate of false discoveries, and a unit is called hot or
    cold where q is at most `rate`. Among the units so called, that share is expected to be wrong.

    A hot spot is a place with much recorded violence around it: not a cause, not a risk for
    a person (that needs the population), not the ground anybody holds. No front line can be drawn
    through hot spots. The units and weights chosen, the edge of the map, and the reach of
    reporters have the same say as in `moran`. Cold spots need units with more than zeros: where
    most units have none, a low neighbourhood is not rare, and p is near 1.

    Parameters
    ----------
    values
        As for `moran`: a panel, or a Series of one number per unit.
    weights
        What `make_weights` returns; units are compared by name, the country left out where the
        weights leave it out.
    value
        Of a panel: "n_events", "fatalities", "fatalities_low" or "fatalities_high".
    period
        Of a panel: the periods inside this one, e.g. "2016" or "2016-03"; all by default.
    rate
        Rate of false discoveries at which a unit is called hot or cold.
    n_permutations
        Permutations for each unit. With n units the smallest q is about 2 n / n_permutations
        where one unit alone stands out, so that many units need many permutations.
    seed
        Start of the random numbers.

    Returns
    -------
    DataFrame
        One row per unit, in the order of the weights: `unit`, `value`, `n_neighbours`, `gi_star`,
        `p`, `q`, `spot` ("hot", "cold" or missing).

    Raises
    ------
    OptionError
        A unit the weights do not know, texts, an unknown period, too few permutations, a rate
        outside 0 to 1, no neighbours.
    EmptySelectionError
        Fewer than three units, values that do not vary, no period or no unit that is covered.

    Warns
    -----
    DataWarning
        Units without a value or without a name, which are left out.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(ct.load_sample("ged"), geo_precision="exact")
    >>> towns = events.groupby("location")[["latitude", "longitude"]].first().reset_index()
    >>> weights = spatial.make_weights(towns, kind="nearest", k=5, names="location")
    >>> campaign = ct.filter_events(events, start="2015-10-01", end="2016-06-30")
    >>> panel = ct.count_events(campaign, by="location", units=towns["location"].tolist())
    >>> spots = spatial.find_hot_spots(panel, weights)
    >>> spots.loc[spots["spot"] == "hot", ["unit", "n_neighbours", "gi_star"]].round(2)
                 unit  n_neighbours  gi_star
    3  Carrodane town             5     4.13
    """
    from scipy.stats import false_discovery_control

    n_permutations = check_permutations(n_permutations)
    check_rate("rate", rate)
    series, record, said = read_values(values, weights, value=value, period=period)
    numbers, used = align_values(series, weights)
    _total_weight(used)
    whole = _with_self(used.matrix)
    gi_star = _gi_star(numbers, whole)
    p = _conditional_p(numbers, whole, n_permutations, seed)
    q = false_discovery_control(p, method="bh")
    called = pd.Series(np.where(gi_star > 0, "hot", "cold"), dtype="str").where(q <= rate)
    table = {"unit": used.units, "value": numbers, "n_neighbours": np.diff(used.matrix.indptr)}
    result = pd.DataFrame({**table, "gi_star": gi_star, "p": p, "q": q, "spot": called})
    step = (
        f"Gi* of {said}: {used.rule}; {n_permutations} conditional permutations, seed "
        f"{seed}; hot or cold at a false discovery rate of {rate:g}"
    )
    return add_step(result, record, step)


def _total_weight(weights: Weights) -> float:
    total = float(weights.matrix.sum())
    if total == 0:
        raise OptionError(
            "No unit has a neighbour.",
            "weights with neighbours.",
            "make_weights(units, kind='nearest', k=5)",
        )
    return total


def _with_self(matrix: Any) -> Any:
    """Return the weights with each unit as its own neighbour, as heavy as the heaviest other."""
    from scipy import sparse

    heaviest = np.asarray(matrix.max(axis=1).todense()).ravel()
    return sparse.csr_array(matrix + sparse.diags_array(np.where(heaviest == 0, 1.0, heaviest)))


def _gi_star(numbers: np.ndarray, whole: Any) -> np.ndarray:
    n = len(numbers)
    total = np.asarray(whole.sum(axis=1)).ravel()
    squares = np.asarray((whole * whole).sum(axis=1)).ravel()
    spread = numbers.std() * np.sqrt(np.maximum(n * squares - total**2, 0) / (n - 1))
    away = whole @ numbers - numbers.mean() * total
    # a unit whose neighbours are the whole map can not differ from it
    return np.divide(away, spread, out=np.zeros(n), where=spread > 1e-12)


def _conditional_p(numbers: np.ndarray, whole: Any, n_permutations: int, seed: int) -> np.ndarray:
    """Return p for each unit, its own value kept and its neighbours drawn from all the others."""
    rng = np.random.default_rng(seed)
    n, sizes = len(numbers), np.diff(whole.indptr) - 1
    draws = range(n_permutations)
    drawn = np.array([rng.choice(n - 1, sizes.max(), replace=False) for _ in draws])
    p = np.ones(n)
    for i in range(n):
        row = slice(whole.indptr[i], whole.indptr[i + 1])
        near, weight = whole.indices[row], whole.data[row]
        others = near != i
        # numbers of the others, without i itself
        chosen = drawn[:, : sizes[i]]
        simulated = numbers[chosen + (chosen >= i)] @ weight[others]
        p[i] = find_p(simulated, numbers[near[others]] @ weight[others])
    return p
