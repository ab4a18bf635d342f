"""Regression of counts with log link, and errors that hold under autocorrelation."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np


class NoAnswerError(Exception):
    """A regression has no finite or no meaningful answer; the text is a sentence."""


class Regression(NamedTuple):
    """One regression of counts; periods in rows, coefficients in columns.

    `influence` is what each period adds to the error of each coefficient.
    """

    coefficients: np.ndarray
    influence: np.ndarray
    mean: np.ndarray
    residuals: np.ndarray  # Pearson's: in standard deviations of the model
    dispersion: float  # the negative binomial's alpha, or the scale of the quasi-Poisson


def fit_counts(counts: np.ndarray, design: np.ndarray, *, negative_binomial: bool) -> Regression:
    """Fit counts by maximum likelihood: negative binomial, or Poisson for the quasi-Poisson.

    The influence of a period is its score times the inverse of the observed information, divided
    by one minus its leverage: a period that pulls the curve towards itself hides its error.

    Raises
    ------
    NoAnswerError
        Separation, coefficients that run away, a curve through every point.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what statsmodels warns of is judged here
        try:
            fitted, alpha = _maximise(counts, design, negative_binomial)
            bread = np.linalg.inv(-fitted.model.hessian(fitted.params, scale=1.0))
            scores = fitted.model.score_obs(fitted.params, scale=1.0)
            leverage = fitted.get_hat_matrix_diag(observed=False)
        except (ValueError, np.linalg.LinAlgError) as error:
            raise NoAnswerError("The regression breaks off.") from error
        influence = scores / (1 - leverage)[:, None] @ bread
    residuals = np.asarray(fitted.resid_pearson)
    if not (fitted.converged and np.isfinite(influence).all() and fitted.mu.min() > 1e-6):
        raise NoAnswerError("The regression finds no finite answer, e.g. it runs towards zero.")
    if np.abs(residuals).max() < 1e-6:
        raise NoAnswerError("The counts have no scatter around the model.")
    scale = (residuals**2).sum() / (len(counts) - design.shape[1])
    dispersion = alpha if negative_binomial else scale
    return Regression(fitted.params, influence, fitted.mu, residuals, float(dispersion))


def _maximise(counts: np.ndarray, design: np.ndarray, negative_binomial: bool) -> tuple[Any, float]:
    """Return the fitted model of statsmodels and its alpha.

    Alpha and coefficients are found in turn, which climbs to the likelihood of both together and,
    unlike their joint search, does not stop halfway.
    """
    import statsmodels.api as sm

    fitted, alpha = sm.GLM(counts, design, family=sm.families.Poisson()).fit(), 0.0
    for _ in range(50 if negative_binomial else 0):
        last, alpha = alpha, _find_alpha(counts, fitted.mu)
        if abs(alpha - last) <= 1e-6 * alpha:
            break
        family = sm.families.NegativeBinomial(alpha=alpha) if alpha else sm.families.Poisson()
        start = fitted.params
        fitted = sm.GLM(counts, design, family=family).fit(start_params=start)
    return fitted, alpha


def _find_alpha(counts: np.ndarray, mean: np.ndarray) -> float:
    """Return the negative binomial's alpha of highest likelihood, given the means; 0 for Poisson.

    Examples
    --------
    >>> _find_alpha(np.array([4.0, 5.0, 6.0]), np.array([5.0, 5.0, 5.0]))
    0.0
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    if ((counts - mean) ** 2 - counts).sum() <= 0:  # the slope of the likelihood at alpha 0
        return 0.0

    def loss(log_alpha: float) -> float:
        size = np.exp(-log_alpha)
        chances = gammaln(counts + size) - gammaln(size) + counts * np.log(mean / size)
        return -float((chances - (counts + size) * np.log1p(mean / size)).sum())

    found = minimize_scalar(loss, bounds=(-12, 6), method="bounded", options={"xatol": 1e-7})
    return float(np.exp(found.x))


def combine(
    fits: list[Regression], weights: list[np.ndarray], lags: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted sums of the coefficients of several regressions, and their standard errors.

    `weights` holds one table for each regression: sums in rows, coefficients in columns. What the
    periods add is summed over the regressions first, so that shocks they share cancel or add up.
    Neighbouring periods are taken together with weights that fall linearly to 0 after `lags`
    (Bartlett). Where that would narrow the error (neighbours in opposition), it is left out.
    """
    pairs = list(zip(fits, weights, strict=True))
    values = np.sum([w @ fit.coefficients for fit, w in pairs], axis=0)
    moves = np.sum([fit.influence @ w.T for fit, w in pairs], axis=0)
    alone, carried = (moves**2).sum(axis=0), np.zeros(len(values))
    for lag in range(1, lags + 1):
        carried += 2 * (1 - lag / (lags + 1)) * (moves[lag:] * moves[:-lag]).sum(axis=0)
    return values, np.sqrt(alone + carried.clip(min=0))
