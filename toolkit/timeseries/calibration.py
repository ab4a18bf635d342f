"""How easily a search finds a break where there is none: the no-break model, simulated.

The no-break model is one level with noise about it: negative binomial counts whose dispersion
(alpha) and memory (`carry`, the share of a shock that lasts into the next period) are those of the
series within its segments. Everything is computed for many series at once, one per row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import gamma, norm

from toolkit.timeseries.costs import LEAST_ALPHA, Formula, make_formula

CARRIES = np.array([0, 0.2, 0.4, 0.6, 0.8])
MOST_ALPHA = 20.0
DRAWS = 200  # for the estimate of the noise


class Noise(NamedTuple):
    """Noise about one level: of a series, and for each of many that it could be."""

    mean: float
    alpha: float
    carry: float
    alphas: np.ndarray
    carries: np.ndarray

    def simulate(self, n_periods: int, rng: np.random.Generator) -> np.ndarray:
        """Return one series without a break for each noise that it could be."""
        return simulate_counts(self.mean, self.alphas, self.carries, n_periods, rng)


def simulate_counts(
    mean: float, alphas: np.ndarray, carries: np.ndarray, n_periods: int, rng: np.random.Generator
) -> np.ndarray:
    """Return series of counts without a break, one for each alpha and carry.

    Poisson counts about a level that gamma shocks of mean 1 and variance alpha move; the normal
    scores of the shocks follow an autoregression of first order.
    """
    carries, alphas = carries[:, np.newaxis], np.maximum(alphas, LEAST_ALPHA)[:, np.newaxis]
    scores = rng.standard_normal((len(alphas), n_periods))
    scores[:, 1:] *= np.sqrt(1 - carries**2)
    for now in range(1, n_periods):
        scores[:, now] += carries[:, 0] * scores[:, now - 1]
    shocks = gamma.ppf(norm.cdf(scores), 1 / alphas, scale=alphas)
    return rng.poisson(mean * shocks).astype(float)


def cut_best(
    values: np.ndarray, formula: Formula, *, n_cuts: int, shortest: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the costs of the best partitions with 0 to n_cuts cuts, and that of the last.

    Exact, by dynamic programming. The costs are numbers of cuts by series; the partition is the
    number of the segment of each period: series by periods.
    """
    n_series, n = values.shape
    sums = np.concatenate([np.zeros((n_series, 1)), values.cumsum(axis=1)], axis=1)
    ends, rows = np.arange(shortest, n + 1), np.arange(n_series)
    best = np.full((n_cuts + 1, n_series, n + 1), np.inf)
    best[0][:, ends] = formula(sums[:, ends], ends)
    last = np.zeros((n_cuts + 1, n_series, n + 1), dtype=int)  # where the last segment begins
    for cuts in range(1, n_cuts + 1):
        for end in range((cuts + 1) * shortest, n + 1):
            starts = np.arange(cuts * shortest, end - shortest + 1)
            segment = formula(sums[:, [end]] - sums[:, starts], end - starts)
            costs = best[cuts - 1][:, starts] + segment
            chosen = costs.argmin(axis=1)
            best[cuts][:, end], last[cuts][:, end] = costs[rows, chosen], starts[chosen]
    segments, edge = np.zeros((n_series, n), dtype=int), np.full(n_series, n)
    for cuts in range(n_cuts, 0, -1):
        edge = last[cuts][rows, edge]
        segments += np.arange(n) >= edge[:, np.newaxis]
    return best[:, :, n], segments


def calibrate(
    stable: np.ndarray, noise: Noise, cost: str, *, n_cuts: int, shortest: int
) -> np.ndarray:
    """Return for each series the largest penalty at which a search finds a break in it.

    A partition with k cuts is preferred to none where it saves more than k penalties.
    """
    formula = make_formula(cost, mean=noise.mean, alpha=noise.alpha)
    most = min(n_cuts, stable.shape[1] // shortest - 1)
    costs, _ = cut_best(stable, formula, n_cuts=most, shortest=shortest)
    saved = (costs[0] - costs[1:]) / np.arange(1, most + 1)[:, np.newaxis]
    return saved.max(axis=0)


def scatter_within(
    counts: np.ndarray, *, n_cuts: int, shortest: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return dispersion and lag-1 autocorrelation within segments, cut where they differ most.

    The cuts are those of least squares on the square roots, where the variance of counts depends
    least on their level. Both numbers come out too small, alpha even below 0, for cuts follow the
    noise.
    """
    least_squares: Formula = lambda total, length: -(total**2) / length  # noqa: E731
    _, segments = cut_best(np.sqrt(counts), least_squares, n_cuts=n_cuts, shortest=shortest)
    level = np.zeros_like(counts)
    for segment in range(n_cuts + 1):
        inside = segments == segment
        mean = (counts * inside).sum(axis=1) / inside.sum(axis=1)
        level += mean[:, np.newaxis] * inside
    n = counts.shape[1]
    square = (level**2).sum(axis=1)
    spread = ((counts - level) ** 2).sum(axis=1) * n / (n - n_cuts - 1)
    alpha = (spread - level.sum(axis=1)) / np.maximum(square, 1e-12)
    error = np.sqrt(level + np.maximum(alpha, 0)[:, np.newaxis] * level**2)
    scaled = np.divide(counts - level, error, out=np.zeros_like(counts), where=level > 0)
    same = segments[:, 1:] == segments[:, :-1]
    together = (scaled[:, 1:] * scaled[:, :-1] * same).sum(axis=1) / same.sum(axis=1)
    return alpha, together / np.maximum((scaled**2).mean(axis=1), 1e-12)


def estimate_noise(
    counts: np.ndarray, *, n_cuts: int, shortest: int, n_draws: int, rng: np.random.Generator
) -> Noise:
    """Estimate the noise of a series about its levels, and how uncertain the estimate is.

    Sought are the alpha and carry with which series without a break, cut in the same way, show on
    average the same scatter and autocorrelation within segments as this one. A slow drift and a
    series of breaks look alike: the smallest carry that fits is taken, 0.8 at most. The draws of
    alpha and carry are what series with this noise would be estimated at, so that a calibration
    on them does not take the estimate for the truth.
    """
    mean, n = counts.mean(), len(counts)

    def within(alpha: float, carry: float) -> tuple[np.ndarray, np.ndarray]:
        same = np.random.default_rng(seed)  # of every alpha and carry the same draws
        drawn = simulate_counts(mean, np.full(DRAWS, alpha), np.full(DRAWS, carry), n, same)
        return scatter_within(drawn, n_cuts=n_cuts, shortest=shortest)

    seed = int(rng.integers(2**32))
    (scatter,), (memory,) = scatter_within(counts[np.newaxis], n_cuts=n_cuts, shortest=shortest)
    alpha, alphas, memories = max(scatter, 0.0), list[float](), list[float]()
    for carry in CARRIES:
        for _ in range(2 if alphas else 4):
            alpha = float(np.clip(alpha + scatter - within(alpha, carry)[0].mean(), 0, MOST_ALPHA))
        alphas.append(alpha)
        memories.append(within(alpha, carry)[1].mean())
    rising = np.maximum.accumulate(memories) + 1e-9 * np.arange(len(CARRIES))
    carry = float(np.interp(memory, rising, CARRIES))
    alpha = float(np.interp(carry, CARRIES, alphas))
    if alpha < LEAST_ALPHA:  # without shocks there is nothing to carry over
        carry = 0.0
    shown, remembered = within(alpha, carry)
    again = rng.integers(DRAWS, size=n_draws)
    carries = np.interp(remembered[again], rising, CARRIES)
    fitting = np.interp(carries, CARRIES, alphas)
    drawn = np.clip(fitting + shown[again] - shown.mean(), 0, MOST_ALPHA)
    return Noise(mean, alpha, carry, drawn, carries)
