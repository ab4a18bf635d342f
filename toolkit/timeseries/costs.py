"""Costs of a stretch of counts with one mean, for the search of ruptures and in numpy.

A cost is -2 times the log-likelihood of the stretch at its own mean, without the terms that no
partition of the series changes. So penalties mean the same for all three, and differences of
costs are likelihood ratios. Imported where it is needed: ruptures is slow to load.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from ruptures.base import BaseCost
from ruptures.costs import CostL2
from ruptures.detection import Pelt
from scipy.special import xlogy

LEAST_ALPHA = 1e-6  # below it a negative binomial is Poisson
# sums of the counts, numbers of periods -> costs
Formula = Callable[[np.ndarray, np.ndarray], np.ndarray]


def poisson_cost(total: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return the cost of stretches of Poisson counts."""
    return 2 * (total - xlogy(total, total / length))


def negative_binomial_cost(total: np.ndarray, length: np.ndarray, *, alpha: float) -> np.ndarray:
    """Return the cost of stretches of counts with the variance mean + alpha mean^2."""
    mean, size = total / length, 1 / alpha
    return 2 * ((total + length * size) * np.log1p(mean * alpha) - xlogy(total, mean * alpha))


def gaussian_cost(total: np.ndarray, length: np.ndarray, *, variance: float) -> np.ndarray:
    """Return the cost of stretches of normal numbers of one variance."""
    return -(total**2) / length / variance


def make_formula(cost: str, *, mean: float, alpha: float) -> Formula:
    """Return the cost that goes by this name, for noise of this kind about the level.

    Without dispersion the negative binomial is the Poisson distribution. The variance of the
    Gaussian is that of the noise at the mean of the whole series.

    Examples
    --------
    >>> formula = make_formula("Poisson", mean=1, alpha=0)
    >>> float(formula(np.array(4.0), np.array(4)))  # 2 (4 - 4 log 1)
    8.0
    """
    if cost == "Gaussian":
        return partial(gaussian_cost, variance=mean + alpha * mean**2)
    if cost == "negative binomial" and alpha > LEAST_ALPHA:
        return partial(negative_binomial_cost, alpha=alpha)
    return poisson_cost


class CostPoisson(BaseCost):
    """Poisson counts with one mean."""

    model = "poisson"
    min_size = 1
    formula: Formula = staticmethod(poisson_cost)

    def fit(self, signal: np.ndarray) -> CostPoisson:
        """Compute the cost of every stretch at once: the search then only looks them up."""
        self.signal = np.asarray(signal, dtype=float).reshape(-1, 1)
        sums, places = np.append(0, self.signal.cumsum()), np.arange(len(self.signal) + 1)
        totals, lengths = sums - sums[:, np.newaxis], places - places[:, np.newaxis]
        backwards = lengths <= 0
        costs = self.formula(np.where(backwards, 0, totals), np.where(backwards, 1, lengths))
        self.costs = costs.tolist()
        return self

    def error(self, start: int, end: int) -> float:
        """Return the cost of the periods from `start` to before `end`."""
        return self.costs[start][end]


class CostNegativeBinomial(CostPoisson):
    """Negative binomial counts with one mean and a dispersion given beforehand."""

    model = "negative binomial"

    def __init__(self, *, alpha: float) -> None:
        self.formula = partial(negative_binomial_cost, alpha=alpha)


def make_search(counts: np.ndarray, cost: str, *, alpha: float, shortest: int) -> Pelt:
    """Return the search of ruptures over a series; `predict` takes penalties in likelihood."""
    if cost == "Gaussian":
        mean = counts.mean()
        scaled = counts / np.sqrt(mean + alpha * mean**2)
        return Pelt(custom_cost=CostL2(), min_size=shortest, jump=1).fit(scaled)
    overdispersed = cost == "negative binomial" and alpha > LEAST_ALPHA
    found = CostNegativeBinomial(alpha=alpha) if overdispersed else CostPoisson()
    return Pelt(custom_cost=found, min_size=shortest, jump=1).fit(counts)
