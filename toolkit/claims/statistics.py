"""The statistics of propositions: one short function each, with the interval that goes with it.

All intervals are at 95 %. Numbers vary from period to period as a quasi-Poisson process does: the
variance is the mean times a dispersion, which the periods of the window themselves show (never
taken below 1, what chance alone gives). With it, counts and shares have the exact limits of the
Poisson and the binomial distribution for the count divided by the dispersion. An interval speaks of
that variation alone: not of what the dataset did not record, and not of its coding.

On 60 draws of the invented sample, whose bad months last into the next, the intervals held the
planted expectation of two ratios in 0.97 and 0.85 of the draws (two years against two, half a year
against ten months), of a share in 0.95, of two trends in 0.90 and 0.95, of a year's count in 0.93.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.claims.evidence import Evidence
from toolkit.claims.rules import to_number
from toolkit.claims.subsets import (
    UNARMED,
    Choices,
    Subset,
    count_pairs,
    count_periods,
    find_first,
)
from toolkit.claims.table import split
from toolkit.networks.resampling import draw_periods
from toolkit.timeseries.regression import NoAnswerError, fit_counts

LEVEL = 0.95
BLOCK = 3  # months that are drawn together, for ranks; single months where there are few
N_DRAWS = 1000
SCATTER = "variation between {}s (quasi-Poisson, 95 %)"
POISSON = "chance alone (Poisson, 95 %): the periods do not show how they vary"
RANKS = "resampling in blocks of {} (95 %)"
POSSIBLE = "range of possible days"
NONE = "none"
Row = Mapping[str, str]


class Estimate(NamedTuple):
    """What a piece of evidence gives for a statistic.

    Parameters
    ----------
    value, low, high
        The number and its interval; days are numbers of days since 1970-01-01. NaN is no number.
    kind
        What the interval speaks of; "none" where there is none and the value stands alone.
    n_events
        Events in the window; NaN where the evidence holds deaths only.
    silent
        Nothing at all is recorded in the window.
    note
        What the reader should know of this number.
    """

    value: float
    low: float
    high: float
    kind: str
    n_events: float
    silent: bool
    note: str = ""


# ------------------------------------------------------------------------- what a row asks for


def read_subset(row: Row, *, second: bool = False) -> Subset:
    """Return the events that a proposition counts; of a lag, with `second`, those it ends with."""
    lag = row["statistic"] == "lag"
    return Subset(
        countries=tuple(split(row["country"], "|")),
        places=tuple(
            tuple(split(p, "|")) for p in split(row["other_place" if second else "place"])
        ),
        actor=tuple(split(row["other" if second else "actor"], "|")),
        other=() if lag else tuple(split(row["other"], "|")),
        tie=row["tie"] or "opposition",
        violence_types=tuple(split(row["violence_type"])),
        event_types=tuple(split(row["event_type"])),
    )


def read_window(
    row: Row, freq: str, shift: int, *, base: bool = False
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return first and last day of a window, moved by so many months (or years).

    The last day of a month stays the last day of a month.
    """
    moved = []
    for column in ("base_start", "base_end") if base else ("start", "end"):
        day = pd.Timestamp(row[column])
        later = day + pd.DateOffset(months=shift * (12 if freq == "Y" else 1))
        moved.append(later + pd.offsets.MonthEnd(0) if day.is_month_end else later)
    return moved[0], moved[1]


def list_subsets(row: Row) -> list[Subset]:
    """Return every subset that the statistic of a proposition counts."""
    subset = read_subset(row)
    if row["statistic"] == "rank":
        return [subset._replace(actor=tuple(split(g, "|"))) for g in split(row["among"])]
    if row["statistic"] == "lag":
        return [subset, read_subset(row, second=True)]
    if row["part_type"]:
        return [subset, subset._replace(violence_types=tuple(split(row["part_type"])))]
    if row["statistic"] == "share":
        return [subset._replace(other=()), subset]
    return [subset]


def list_windows(row: Row, freq: str, shift: int) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return every window in which the statistic of a proposition counts."""
    bases = [False, True] if row["statistic"] == "ratio" else [False]
    return [read_window(row, freq, shift, base=base) for base in bases]


def _count(
    row: Row, evidence: Evidence, choices: Choices, subset: Subset | None = None, **window: bool
) -> pd.DataFrame:
    """Count the subset of a proposition in its window; `number` is the measure it asks for."""
    start, end = read_window(row, evidence.freq, choices.window, **window)
    counted = count_periods(evidence, subset or read_subset(row), start, end, choices)
    asked = "n_events" if row["measure"] == "events" else "fatalities"
    return counted.assign(number=counted[asked])


# ------------------------------------------------------------------------------ the statistics


def estimate_count(row: Row, evidence: Evidence, choices: Choices) -> Estimate:
    """Sum of the measure in the window.

    What is recorded is recorded: a count that is not 0 has no interval that begins below 1, and one
    of nothing at all has none.
    """
    counted = _count(row, evidence, choices)
    total, scatter = counted["number"].sum(), _find_scatter([counted], row["measure"])
    n_events, silent = _tell_recorded(counted)
    kind = NONE if silent else _name_kind(evidence, scatter, row["measure"])
    low, high = (total, total) if kind == NONE else _limit_count(total, scatter or 1.0)
    low = max(low, min(total, 1.0))
    note = _tell_limits(row, evidence, choices)
    return Estimate(total, low, high, kind, n_events, silent, note)


def estimate_ratio(row: Row, evidence: Evidence, choices: Choices) -> Estimate:
    """Mean per period in the window, by that in the base; infinite where the base has none."""
    window, base = (_count(row, evidence, choices, base=b) for b in (False, True))
    scatter = _find_scatter([window, base], row["measure"])
    x, y = window["number"].sum(), base["number"].sum()
    times = base["exposure"].sum() / window["exposure"].sum()
    low, high = (_odds(p) * times for p in _limit_share(x, y, scatter or 1.0))
    value = x / y * times if y else (np.inf if x else np.nan)
    kind = _name_kind(evidence, scatter, row["measure"])
    note = _tell_limits(row, evidence, choices)
    if kind == NONE or not (x or y):
        low = high = value
        note = note if x or y else "nothing is recorded in either window"
    return Estimate(value, low, high, kind, *_tell_recorded(window), note)


def estimate_share(row: Row, evidence: Evidence, choices: Choices) -> Estimate:
    """Measure of the part, by the measure of all that is counted, in the window."""
    every, some = (_count(row, evidence, choices, s) for s in list_subsets(row))
    n, x = every["number"].sum(), some["number"].sum()
    value = x / n if n else np.nan
    scatter = _find_share_scatter(some["number"], every["number"])
    low, high = _limit_share(x, n - x, scatter or 1.0)
    kind = _name_kind(evidence, scatter, row["measure"])
    if kind == NONE:
        low = high = value
    note = _tell_limits(row, evidence, choices)
    return Estimate(value, low, high, kind, *_tell_recorded(every), note)


def estimate_trend(row: Row, evidence: Evidence, choices: Choices) -> Estimate:
    """Percent change per year of the measure, log-linear over the whole periods of the window."""
    from scipy.stats import t

    counted = _count(row, evidence, choices)
    whole = counted[counted["exposure"] > 1 - 1e-9]
    recorded = _tell_recorded(counted)
    if len(whole) < 4 or recorded[1]:
        note = "nothing to follow" if recorded[1] else f"{len(whole)} whole periods, 4 are needed"
        return Estimate(np.nan, np.nan, np.nan, NONE, *recorded, note)
    per_year = 1 if evidence.freq == "Y" else 12
    time = (np.arange(len(whole)) - (len(whole) - 1) / 2) / per_year
    design = np.column_stack([np.ones(len(whole)), time])
    try:
        fit = fit_counts(whole["number"].to_numpy(), design, negative_binomial=False)
    except NoAnswerError as error:
        return Estimate(np.nan, np.nan, np.nan, NONE, *recorded, str(error))
    covariance = max(fit.dispersion, 1.0) * np.linalg.inv(design.T @ (fit.mean[:, None] * design))
    away = t.ppf((1 + LEVEL) / 2, len(whole) - 2) * np.sqrt(covariance[1, 1])
    slope = fit.coefficients[1]
    value, low, high = (100 * np.expm1(s) for s in (slope, slope - away, slope + away))
    kind = _name_kind(evidence, fit.dispersion, row["measure"])
    return Estimate(value, low, high, kind, *recorded, _tell_limits(row, evidence, choices))


def estimate_rank(row: Row, evidence: Evidence, choices: Choices) -> Estimate:
    """Rank of the actor among those named, 1 is the one with most; equals share the better rank.

    The limits come from pairs: the actor is below all that have more, and above all that have
    less, in 97.5 % of the draws. Fewer than two blocks of months are drawn month by month, which
    does not see how one month lasts into the next. Where nobody is recorded there is no rank.
    """
    groups = split(row["among"])
    counted = [_count(row, evidence, choices, subset) for subset in list_subsets(row)]
    own = groups.index(row["actor"])
    numbers = np.column_stack([c["number"] for c in counted])
    totals = numbers.sum(axis=0)
    value = 1.0 + (totals > totals[own] + 1e-9).sum()
    said = ", ".join(f"{g} {n:,.0f}" for g, n in zip(groups, totals, strict=True))
    n_events, silent = _tell_recorded(counted[own])
    if silent:
        said = f"nothing is recorded of {row['actor']} in the window ({said})"
    if not totals.any():
        said = "nothing is recorded in the window of any actor compared"
        return Estimate(np.nan, np.nan, np.nan, NONE, n_events, True, said)
    alone = len(numbers) < 2
    low, high, kind = (value, value, NONE) if alone else _limit_rank(numbers, own)
    note = "; ".join(filter(None, [said, "" if silent else _tell_limits(row, evidence, choices)]))
    return Estimate(value, low, high, kind, n_events, silent, note)


def estimate_first(row: Row, evidence: Evidence, choices: Choices) -> Estimate:
    """First day (or month) of the window with an event of the subset."""
    window = read_window(row, evidence.freq, choices.window)
    found = find_first(evidence, read_subset(row), *window, choices)
    if found is None:
        return Estimate(np.nan, np.nan, np.nan, NONE, 0, True)
    day, low, high = map(to_number, found[:3])
    note = _tell_limits(row, evidence, choices)
    return Estimate(day, low, high, POSSIBLE, found[3], False, note)


def estimate_lag(row: Row, evidence: Evidence, choices: Choices) -> Estimate:
    """Days from the first event of the one subset to the first of the other, in the window."""
    window = read_window(row, evidence.freq, choices.window)
    one, two = (find_first(evidence, s, *window, choices) for s in list_subsets(row))
    n = sum(found[3] for found in (one, two) if found)
    if one is None or two is None:
        note = f"nothing is recorded of the {'first' if one is None else 'second'} subset"
        return Estimate(np.nan, np.nan, np.nan, NONE, n, True, note)
    value, low, high = (
        float((b - a).days) for a, b in ((one[0], two[0]), (one[2], two[1]), (one[1], two[2]))
    )
    note = f"first {one[0]:%Y-%m-%d}, then {two[0]:%Y-%m-%d}"
    return Estimate(value, low, high, POSSIBLE, n, False, note)


STATISTICS: dict[str, Callable[[Row, Evidence, Choices], Estimate]] = {
    "count": estimate_count,
    "ratio": estimate_ratio,
    "share": estimate_share,
    "trend": estimate_trend,
    "rank": estimate_rank,
    "first": estimate_first,
    "lag": estimate_lag,
}


# ------------------------------------------------------------------------------- the intervals


def _find_scatter(windows: list[pd.DataFrame], measure: str) -> float | None:
    """Return Pearson's dispersion of the periods about the mean of each window, at least 1.

    None where there is no second period in any window.
    """
    squares, freedom = 0.0, 0
    for counted in windows:
        expected = counted["exposure"] * counted["number"].sum() / counted["exposure"].sum()
        if expected.sum() > 0:
            squares += ((counted["number"] - expected) ** 2 / expected).sum()
        freedom += len(counted) - 1
    return max(squares / freedom, 1.0) if freedom else None


def _find_share_scatter(part: pd.Series, whole: pd.Series) -> float | None:
    """Return Pearson's dispersion of the share from period to period, at least 1.

    None where it cannot be seen: in a single period, or where the part is nothing or all.
    """
    known = whole > 0
    part, whole = part[known], whole[known]
    if len(whole) < 2:
        return None
    p = part.sum() / whole.sum()
    if p in (0, 1):
        return None
    squares = ((part - p * whole) ** 2 / (whole * p * (1 - p))).sum()
    return float(max(squares / (len(whole) - 1), 1.0))


def _limit_count(total: float, scatter: float) -> tuple[float, float]:
    """Return the exact limits of a Poisson count, of the count divided by its dispersion.

    Examples
    --------
    >>> [round(limit, 2) for limit in _limit_count(10, 1)]
    [4.8, 18.39]
    """
    from scipy.stats import gamma

    n, tail = total / scatter, (1 - LEVEL) / 2
    low = gamma.ppf(tail, n) if n > 0 else 0.0
    return float(low * scatter), float(gamma.ppf(1 - tail, n + 1) * scatter)


def _limit_share(x: float, y: float, scatter: float) -> tuple[float, float]:
    """Return the exact limits of the share x / (x + y), of numbers divided by their dispersion.

    Examples
    --------
    >>> [round(limit, 3) for limit in _limit_share(0, 10, 1)]
    [0.0, 0.308]
    """
    from scipy.stats import beta

    x, y, tail = x / scatter, y / scatter, (1 - LEVEL) / 2
    low = beta.ppf(tail, x, y + 1) if x > 0 else 0.0
    high = beta.ppf(1 - tail, x + 1, y) if y > 0 else 1.0
    return float(low), float(high)


def _limit_rank(numbers: np.ndarray, own: int) -> tuple[float, float, str]:
    """Return the limits of the rank of a column, of periods x actors, and their kind."""
    block = BLOCK if len(numbers) >= 2 * BLOCK else 1
    draws = draw_periods(len(numbers), block, n_draws=N_DRAWS, seed=0) @ numbers
    sure = (1 + LEVEL) / 2
    above = (draws > draws[:, [own]] + 1e-9).mean(axis=0) >= sure
    below = (draws < draws[:, [own]] - 1e-9).mean(axis=0) >= sure
    kind = RANKS.format(f"{block} months" if block > 1 else "1 month")
    return 1.0 + above.sum(), float(numbers.shape[1] - below.sum()), kind


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else np.inf


def _name_kind(evidence: Evidence, scatter: float | None, measure: str) -> str:
    """Return the kind of interval: deaths come several to an event, and chance is no guide."""
    if scatter is not None:
        return SCATTER.format("year" if evidence.freq == "Y" else "month")
    return POISSON if measure == "events" else NONE


# ------------------------------------------------------------------------------------ the notes


def _tell_recorded(counted: pd.DataFrame) -> tuple[float, bool]:
    """Return the number of events, and whether nothing at all is recorded."""
    n = counted["n_events"].sum(min_count=1)
    recorded = counted["fatalities"].sum() if pd.isna(n) else n
    return float(n), not recorded > 0


def _tell_limits(row: Row, evidence: Evidence, choices: Choices) -> str:
    """Say what the reader should know of how a piece of evidence counted."""
    if evidence.events is not None:
        typed = row["event_type"] or not evidence.known["type"] & set(UNARMED)
        return "" if typed else "without protests, riots and strategic developments"
    windows = [(row["start"], row["end"]), (row["base_start"], row["base_end"])]
    cut = [start[:7] for start, _ in windows if start and not pd.Timestamp(start).is_month_start]
    cut += [end[:7] for _, end in windows if end and not pd.Timestamp(end).is_month_end]
    notes = [f"months cut by the window are left out ({', '.join(cut)})"] if cut else []
    if row["actor"] and row["statistic"] not in ("first", "lag"):
        summed = [
            count_pairs(evidence, subset, *window, choices)
            for subset in list_subsets(row)
            for window in list_windows(row, evidence.freq, choices.window)
        ]
        if max(summed) > 1:
            notes.append("an event that belongs to several pairs of actors counts in each")
    return "; ".join(notes)
