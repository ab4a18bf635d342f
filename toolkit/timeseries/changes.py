"""The model of a change at a date: level or slope, trend, season, with or without a control."""

from __future__ import annotations

import contextlib
import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option
from toolkit.timeseries.regression import NoAnswerError, Regression, combine, fit_counts

CHANGES = {
    "level": ["level"],
    "slope": ["slope per period"],
    "both": ["level", "slope per period"],
}
MODELS = ["negative binomial", "quasi-Poisson"]
_MOST_PLACEBOS = 200


class Plan(NamedTuple):
    """What was stated beforehand; `year` is the number of periods in a year."""

    change: str
    model: str
    harmonics: int
    lags: int | None
    minimum_points: int
    year: float

    @property
    def n_changes(self) -> int:
        """How many terms the change has; they are the first coefficients."""
        return len(CHANGES[self.change])

    @property
    def fewest(self) -> float:
        """Two periods for each coefficient, and two years where there is a season."""
        coefficients = self.n_changes + 2 + 2 * self.harmonics
        return max(2 * coefficients, 2 * self.year if self.harmonics else 0)

    def lags_of(self, n: int) -> int:
        """Return the lags of the errors for a series of n periods."""
        return int(4 * (n / 100) ** (2 / 9)) if self.lags is None else self.lags


def check_plan(plan: Plan, n: int) -> None:
    """Raise what is not known or no number, too long lags, harmonics that periods cannot tell."""
    check_option("change", plan.change, CHANGES)
    check_option("model", plan.model, MODELS)
    for name, least in (("harmonics", 0), ("lags", 0), ("minimum_points", 3)):
        number = getattr(plan, name)
        if not (name == "lags" and number is None) and not _is_whole(number, least):
            raise OptionError(
                f"{name}={number!r} is not possible.",
                f"a whole number, {least} or more.",
                f"{name}={least}",
            )
    if plan.lags_of(n) >= n:
        raise OptionError(f"lags={plan.lags} is no shorter than the series.", f"< {n}.", "lags=3")
    most = math.ceil(plan.year / 2) - 1
    if plan.harmonics > most:
        raise OptionError(
            f"harmonics={plan.harmonics} needs shorter periods: a year has {plan.year:.0f} here.",
            f"at most {most}: two periods and more for each harmonic.",
            f"harmonics={most}",
        )


def _is_whole(number: Any, least: int) -> bool:
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    return whole and number >= least


class Model(NamedTuple):
    """The regression of the series, and after it that of the control where there is one."""

    fits: list[Regression]
    design: np.ndarray
    lags: int

    def combine(self, *weights: np.ndarray) -> pd.DataFrame:
        """Return weighted sums of coefficients, with errors, 95 % intervals and p, in rows."""
        from scipy import stats

        value, error = combine(self.fits, list(weights[: len(self.fits)]), self.lags)
        free = self.design.shape[0] - self.design.shape[1]
        reach = stats.t.ppf(0.975, free) * error
        columns = {
            "ratio": np.exp(value),
            "low": np.exp(value - reach),
            "high": np.exp(value + reach),
            "log_ratio": value,
            "standard_error": error,
            "p": 2 * stats.t.sf(np.abs(value) / error, free),
        }
        return pd.DataFrame(columns)

    def changes(self, plan: Plan) -> pd.DataFrame:
        """Return the changes of the series, beyond those of the control."""
        chosen = np.eye(self.design.shape[1])[: plan.n_changes]
        return self.combine(chosen, -chosen)


def fit_model(table: pd.DataFrame, plan: Plan) -> Model:
    """Fit each column of the table but `time`, which is 0 in the first period from the date on."""
    time = table["time"].to_numpy(float)
    step = (time >= 0).astype(float)
    change = {"level": [step], "slope": [step * time], "both": [step, step * time]}
    angles = [2 * np.pi * k * time / plan.year for k in range(1, plan.harmonics + 1)]
    season = [wave(angle) for angle in angles for wave in (np.cos, np.sin)]
    design = np.column_stack([*change[plan.change], np.ones(len(time)), time, *season])
    fits = [
        fit_counts(table[name].to_numpy(), design, negative_binomial=plan.model == MODELS[0])
        for name in table.columns.drop("time")
    ]
    return Model(fits, design, plan.lags_of(len(table)))


def fit_placebos(before: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Refit the model to the periods before the date, with the change at each of them in turn."""
    dates = range(plan.minimum_points, len(before) - plan.minimum_points + 1)
    if len(before) < plan.fewest:
        dates = range(0)
    chosen = np.linspace(0, len(dates) - 1, min(len(dates), _MOST_PLACEBOS)).round().astype(int)
    rows = []
    for at in (dates[i] for i in chosen):
        ratio, p = np.nan, np.nan
        moved = before.assign(time=before["time"] - before["time"].iloc[at])
        with contextlib.suppress(NoAnswerError):  # missing, it counts as farther from 1
            ratio, p = fit_model(moved, plan).changes(plan).loc[0, ["ratio", "p"]]
        rows.append((before.index[at], ratio, p))
    periods = pd.PeriodIndex([r[0] for r in rows], dtype=before.index.dtype)
    numbers = {"ratio": [r[1] for r in rows], "p": [r[2] for r in rows]}
    return pd.DataFrame({"period": periods, **numbers}).astype({"ratio": float, "p": float})
