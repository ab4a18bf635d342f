"""What kind of series it is: how far the counts scatter, and how much each says of the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.panels import (
    check_panel,
    each_unit,
    period_word,
    take_series,
    trim,
    unit_columns,
    whole_counts,
)
from toolkit.provenance import add_step, read_record

PER_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4}
LEAST = 10  # periods, and periods with events, below which a series carries no model
LEVEL = 0.05  # of the tests in `suits`


def overdispersion(counts: np.ndarray | pd.Series) -> np.ndarray | np.float64:
    """Return how far counts scatter beyond a Poisson process: alpha of a negative binomial.

    By the method of moments from the variance m + alpha m^2 of the form NB2: alpha is
    (s^2 - m) / m^2 with the mean m and the sample variance s^2, and 0 where that is below 0. A
    change of level within the series counts as scatter.

    Parameters
    ----------
    counts
        Counts in order of time along the last axis; one series, or one per row.

    Returns
    -------
    float or array
        One alpha per series: 0 where the mean is 0; missing (NaN) where a count is missing, or
        where there are fewer than two.

    Examples
    --------
    >>> float(overdispersion(np.array([0, 4, 0, 4])))  # mean 2, variance 16 / 3
    0.8333333333333333
    """
    values = np.asarray(counts, dtype=float)
    mean = values.mean(axis=-1)
    variance = values.var(axis=-1, ddof=1) if values.shape[-1] > 1 else np.full_like(mean, np.nan)
    excess = np.divide(variance - mean, mean**2, out=np.zeros_like(mean), where=mean != 0)
    return np.maximum(excess, 0)[()]


def autocorrelation(counts: np.ndarray | pd.Series, *, lag: int = 1) -> np.ndarray | np.float64:
    """Return how much counts go with those some periods before, from -1 to 1.

    The usual sample autocorrelation: products of the deviations from the mean, `lag` periods
    apart, over the sum of all squared deviations. A trend or a change of level makes it large
    without any memory in the process. In a short series it is drawn towards 0.

    Parameters
    ----------
    counts
        Counts in order of time along the last axis; one series, or one per row.
    lag
        Number of periods, at least 1 and fewer than there are counts.

    Returns
    -------
    float or array
        One number per series: 0 where all counts are the same; missing (NaN) where one is missing.

    Raises
    ------
    OptionError
        A lag out of range.

    Examples
    --------
    >>> float(autocorrelation(np.array([0, 4, 0, 4])))  # 3 products of -4 over 4 squares of 4
    -0.75
    """
    values = np.asarray(counts, dtype=float)
    if not 0 < lag < values.shape[-1]:
        raise OptionError(
            f"lag={lag!r} does not lie within a series of {values.shape[-1]} periods.",
            "at least 1 and fewer than there are periods.",
            "lag=1",
        )
    away = values - values.mean(axis=-1, keepdims=True)
    together = (away[..., lag:] * away[..., :-lag]).sum(axis=-1)
    total = (away**2).sum(axis=-1)
    # the mean of equal fractions is rounded: what is left of them is no deviation
    constant = total <= 1e-24 * (values**2).sum(axis=-1)
    return np.divide(together, total, out=np.zeros_like(total), where=~constant)[()]


def describe_series(data: pd.DataFrame | pd.Series, *, value: str = "n_events") -> pd.DataFrame:
    """Describe each series in one line: its scatter, its memory, and what model it can carry.

    Only periods covered as a whole are described. A change of level or a trend inflates the
    dispersion and every autocorrelation: the numbers describe the series, not the noise about a
    level. Look for breaks first, and describe the stretches between them.

    `suits` is the first of these that holds, as rules of thumb of this toolkit:

    - "nothing recorded": every count is 0;
    - "too few periods": fewer than 10;
    - "too few events": fewer than 10 periods with any;
    - "fractions": not whole numbers (events counted in shares), so no distribution of counts;
      quasi-likelihood only;
    - "Poisson": the variance is not above the mean (5 % level of the chi-squared test that the
      periods share one Poisson distribution; few events seldom fail it);
    - "negative binomial" otherwise.

    From the third on, ", autocorrelated" is added where the Ljung-Box test is below 5 % or the
    autocorrelation lies outside 1.96 / sqrt(n_periods). Both together find more than the test over
    many lags alone, and find it in about one of ten series that have none. Errors and tests that
    take the periods for independent are then too sure: use HAC errors or blocks. ", with gaps" is
    added where periods in between are missing and nobody can say. Deaths come several to an
    event, so they scatter more than a Poisson process even where the events do not.

    Parameters
    ----------
    data
        Panel of one unit or several, or a Series with periods as index.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high"; a Series is its own.

    Returns
    -------
    DataFrame
        One row per unit, sorted: the columns of the unit, `start` and `end` (first and last
        period with a whole count), `n_periods` (with a whole count), `gaps` (periods in between
        without), `mean` (per period), `variance` (sample), `dispersion` (variance over mean, 1
        for a Poisson process), `alpha` (see `overdispersion`), `zeros` (share of periods with 0),
        `autocorrelation` (lag of one period), `ljung_box_p` (no autocorrelation up to lag
        min(10, n_periods // 5)), `season` (autocorrelation at one year, of series of three years
        or more: 12 months, 4 quarters, 52 weeks or 365 days) and `suits`. What cannot be
        computed is missing: autocorrelations of a series with gaps, all of a unit never covered as
        a whole (`n_periods` is 0).

    Raises
    ------
    OptionError
        Unknown value, no panel or series, a period that stands twice or has no row, numbers below
        0; a value that is missing in every row.
    EmptySelectionError
        No rows; a Series without a number.

    References
    ----------
    statsmodels, `acorr_ljungbox`: the test, and its rule for the number of lags.
    https://www.statsmodels.org/stable/generated/statsmodels.stats.diagnostic.acorr_ljungbox.html

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), by="country", period="month")
    >>> describe_series(panel)[["country", "n_periods", "dispersion", "suits"]].round(1)
        country  n_periods  dispersion                              suits
    0   Dulmora         96         0.9                            Poisson
    1  Karvenia         96         3.8  negative binomial, autocorrelated
    """
    if isinstance(data, pd.DataFrame):
        panel = check_panel(data, value)
        by = unit_columns(panel)
        units = [(rows[by].iloc[[0]], whole_counts(rows, value)) for rows in each_unit(panel)]
    else:
        units = [(pd.DataFrame(index=[0]), take_series(data, gaps=True))]
    lines = pd.DataFrame([_describe(trim(counts)) for _, counts in units])
    lines[["start", "end"]] = lines[["start", "end"]].astype(units[0][1].index.dtype)
    names = pd.concat([name for name, _ in units], ignore_index=True)
    what = value if isinstance(data, pd.DataFrame) else data.name or "series"
    return add_step(names.join(lines), read_record(data), f"scatter and memory of {what} described")


def _describe(counts: pd.Series) -> dict[str, Any]:
    """Return the line of one series, which begins and ends with a count."""
    known = counts.dropna().to_numpy()
    if (known < 0).any():
        raise OptionError(
            f"The series holds numbers below 0, e.g. {known.min():g}.",
            "counts.",
            "the counts themselves, not differences",
        )
    n, gaps = len(known), len(counts) - len(known)
    mean = known.mean() if n else np.nan
    variance = known.var(ddof=1) if n > 1 else np.nan
    year = PER_YEAR.get(period_word(counts.index), n)
    whole = known if n and not gaps else np.array([])
    line = {
        "start": counts.index[0] if n else pd.NaT,
        "end": counts.index[-1] if n else pd.NaT,
        "n_periods": n,
        "gaps": gaps,
        "mean": mean,
        "variance": variance,
        "dispersion": variance / mean if mean else np.nan,
        "alpha": overdispersion(known) if n else np.nan,
        "zeros": (known == 0).mean() if n else np.nan,
        "autocorrelation": autocorrelation(whole) if len(whole) > 1 else np.nan,
        "ljung_box_p": _ljung_box(whole),
        "season": autocorrelation(whole, lag=year) if len(whole) >= 3 * year else np.nan,
    }
    return {**line, "suits": _suits(known, line)}


def _ljung_box(counts: np.ndarray) -> float:
    """Return the p-value of no autocorrelation; missing for a short or constant series."""
    from statsmodels.stats.diagnostic import acorr_ljungbox

    lags = min(10, len(counts) // 5)
    if lags == 0 or np.ptp(counts) == 0:
        return np.nan
    return float(acorr_ljungbox(counts, lags=[lags])["lb_pvalue"].iloc[0])


def _suits(counts: np.ndarray, line: dict[str, Any]) -> str | None:
    from scipy.stats import chi2

    if len(counts) == 0:
        return None
    if not counts.any():
        return "nothing recorded"
    if len(counts) < LEAST:
        return "too few periods"
    freedom = len(counts) - 1
    if (counts > 0).sum() < LEAST:
        kind = "too few events"
    elif (counts % 1).any():
        kind = "fractions"
    elif chi2.sf(freedom * line["dispersion"], freedom) >= LEVEL:
        kind = "Poisson"
    else:
        kind = "negative binomial"
    bound = 1.96 / np.sqrt(len(counts))
    if line["ljung_box_p"] < LEVEL or abs(line["autocorrelation"]) > bound:
        kind += ", autocorrelated"
    return kind + (", with gaps" if line["gaps"] else "")
