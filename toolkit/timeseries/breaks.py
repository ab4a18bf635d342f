"""Breaks: when the level of a series changed, how stable each date is, and at what false rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option, warn
from toolkit.panels import period_word, record_of_series, take_series
from toolkit.provenance import add_step, read_record, stamp

if TYPE_CHECKING:
    from toolkit.timeseries.calibration import Noise

COSTS = ["negative binomial", "Poisson", "Gaussian"]
PARTS = ["period", "before", "after"]
MULTIPLES = (0.5, 0.59, 0.71, 0.84, 1, 1.19, 1.41, 1.68, 2)
CUT_EVERY, MOST_CUTS = 16, 8  # the noise is what is left after a cut in so many periods
LONGEST = 1500  # periods: PELT takes seconds a run there, and finds days nobody would defend


def find_breaks(
    data: pd.DataFrame | pd.Series,
    *,
    value: str = "n_events",
    unit: str | None = None,
    cost: str = "negative binomial",
    false_rate: float = 0.05,
    minimum_lengths: Sequence[int] = (3, 6, 12),
    multiples: Sequence[float] = MULTIPLES,
    n_simulations: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Find the periods from which on a series has another level, and how stable each date is.

    PELT (ruptures) looks for the partition of the series with the least cost; every break adds a
    penalty. The penalty is calibrated: it is the one at which a search finds any break in
    `false_rate` of simulated series that have none, but the scatter and the memory that this
    series shows within its segments. What the search finds at this penalty is `chosen`. The
    search is run again with penalties half to twice as high, and with every minimum length, each
    calibrated for itself: the share of all these runs that find a break is its `stability`.

    A break is a date, not a cause: reporting can change as well as fighting. The date is that of
    the best fit; `earliest` and `latest` are no confidence interval. A trend is cut into steps,
    and a season into summers and winters; a slow drift and a series of breaks look alike, and
    what is taken for memory here is not found. A campaign shorter than the minimum length is
    missed, and so is what begins in the last periods. The rate holds for the series as a whole,
    not for each break. Of 100 stable series of 96 months, with means from 1 to 15, 1 to 6 had a
    break at a stated rate of 5 %. In 20 samples of the invented country the ceasefire was found
    within three months in 19, the start of the campaign in its thin province in 17.

    Poisson cost takes scatter beyond Poisson for breaks: at a usual penalty such as
    2 log(n) it cuts stable overdispersed series to pieces. Calibrated it does not, but it then
    weighs a change at a high level more than the same ratio at a low one; so does the Gaussian.

    Parameters
    ----------
    data
        One unit of a panel, or a Series of counts with periods as index.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high"; for a panel only.
    unit
        Name of the unit, where the panel has several.
    cost
        "negative binomial" (variance mean + alpha mean^2, one alpha for the series, estimated
        within segments), "Poisson" or "Gaussian" (one variance).
    false_rate
        Share of series without a break in which one may be found.
    minimum_lengths
        Shortest segments to try, in periods. The first is the main one: breaks are chosen with it.
    multiples
        Penalties to try, as multiples of the calibrated one; 1, the penalty itself, always is.
    n_simulations
        Simulated series of the calibration.
    seed
        Seed of the simulations.

    Returns
    -------
    DataFrame
        One row per break in order of time: `period` (the first with the new level), `earliest`
        and `latest` (dates less than the smallest minimum length apart are one break: no
        partition holds both), `before` and `after` (mean per period of the segments on either
        side), `ratio` (after / before; missing where before is 0), `stability` (0 to 1),
        `penalty` (the highest that finds it with the main minimum length, missing if none does),
        `false_rate` (share of the series without a break that have one at that penalty) and
        `chosen`. Empty where no penalty finds any. The provenance holds algorithm, cost, rate,
        penalty, and the noise: `alpha` and `carry`, the share of a shock that lasts into the next
        period (0 to 0.8: what swings more slowly is not told from breaks).

    Raises
    ------
    OptionError
        Unknown cost, a rate or a length out of range; a series too short for two segments, with a
        gap, with numbers below 0, or of more than 1,500 periods.
    EmptySelectionError
        Nothing is covered, or every count is 0.

    Warns
    -----
    DataWarning
        A minimum length is too long for the series and is left out; periods at the ends that are
        covered only in part.

    References
    ----------
    C. Truong, L. Oudre, N. Vayatis, ruptures: `Pelt` and custom costs.
    https://centre-borelli.github.io/ruptures-docs/user-guide/detection/pelt/

    Examples
    --------
    In the invented country a ceasefire begins in July 2017.

    >>> import toolkit as ct
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), countries="Karvenia", violence_types="state-based"
    ... )
    >>> breaks = ct.find_breaks(ct.count_events(events, period="month"))
    >>> breaks.loc[breaks["chosen"], ["period", "before", "after"]]
        period     before     after
    0  2017-07  16.69697  6.366667
    """
    path = find_break_path(
        data, value=value, unit=unit, cost=cost, false_rate=false_rate,
        minimum_lengths=minimum_lengths, multiples=multiples, n_simulations=n_simulations,
        seed=seed,
    )  # fmt: skip
    return stamp(_summarise(path), read_record(path))


def find_break_path(
    data: pd.DataFrame | pd.Series,
    *,
    value: str = "n_events",
    unit: str | None = None,
    cost: str = "negative binomial",
    false_rate: float = 0.05,
    minimum_lengths: Sequence[int] = (3, 6, 12),
    multiples: Sequence[float] = MULTIPLES,
    n_simulations: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what each run of `find_breaks` finds: over all penalties and minimum lengths.

    Parameters and errors are those of `find_breaks`.

    Returns
    -------
    DataFrame
        One row per run and break, and one with a missing period per run that finds none:
        `minimum_length`, `multiple` (of the calibrated penalty), `penalty`, `false_rate` (share
        of series without a break that have one at this penalty), `period`, `before`, `after`.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), countries="Karvenia", violence_types="state-based"
    ... )
    >>> path = ct.timeseries.find_break_path(ct.count_events(events, period="month"))
    >>> path["minimum_length"].unique().tolist(), path["multiple"].nunique()
    ([3, 6, 12], 9)
    """
    check_option("cost", cost, COSTS)
    series = take_series(data, value=value, unit=unit)
    lengths = _check_series(series, minimum_lengths)
    _check_rate(false_rate, n_simulations)
    tried = _check_multiples(multiples)
    rng = np.random.default_rng(seed)
    path, noise = _search(series, cost, lengths, tried, false_rate, n_simulations, rng)
    main = path.loc[path["multiple"] == 1, "penalty"].iloc[0]
    shown = ", ".join(map(str, lengths))
    step = (
        f"breaks of {series.name or 'the series'} by {period_word(series.index)}: PELT with "
        f"{cost} cost, penalty {main:.3g} for a false-break rate of {false_rate:g} "
        f"({n_simulations} simulated series, seed {seed}), minimum lengths {shown}"
    )
    return add_step(
        path, record_of_series(data, unit), step, algorithm="PELT", cost=cost, value=series.name,
        false_rate=false_rate, penalty=f"{main:.3g}", minimum_lengths=shown,
        alpha=f"{noise.alpha:.3g}", carry=f"{noise.carry:.2g}",
    )  # fmt: skip


def _search(
    series: pd.Series, cost: str, lengths: list[int], multiples: list[float], false_rate: float,
    n_simulations: int, rng: np.random.Generator,
) -> tuple[pd.DataFrame, Noise]:  # fmt: skip
    """Run the search with every minimum length and penalty, each length with its calibration."""
    from tqdm.auto import tqdm

    from toolkit.timeseries.calibration import calibrate, estimate_noise
    from toolkit.timeseries.costs import make_search

    counts = series.to_numpy()
    n_cuts = min(max(2, len(counts) // CUT_EVERY), MOST_CUTS, len(counts) // lengths[0] - 1)
    noise = estimate_noise(
        counts, n_cuts=n_cuts, shortest=lengths[0], n_draws=n_simulations, rng=rng
    )
    stable = noise.simulate(len(counts), rng)
    runs = []
    with tqdm(total=len(lengths) * len(multiples), disable=len(counts) < 300) as bar:
        for length in lengths:
            critical = calibrate(stable, noise, cost, n_cuts=n_cuts, shortest=length)
            usual = float(np.quantile(critical, 1 - false_rate, method="higher"))
            search = make_search(counts, cost, alpha=noise.alpha, shortest=length)
            for multiple in multiples:
                run = {"minimum_length": length, "multiple": multiple, "penalty": multiple * usual}
                run["false_rate"] = (1 + (critical >= multiple * usual).sum()) / (1 + len(critical))
                ends = search.predict(pen=multiple * usual)
                runs.append(_read_partition(series, ends).assign(**run)[[*run, *PARTS]])
                bar.update()
    return pd.concat(runs, ignore_index=True), noise


def _check_series(series: pd.Series, minimum_lengths: Sequence[int]) -> list[int]:
    """Say what is wrong with a series, and return the minimum lengths that fit into it."""
    given = minimum_lengths if isinstance(minimum_lengths, Iterable) else ()
    lengths = list(dict.fromkeys(given))
    whole = all(isinstance(x, Integral) and not isinstance(x, bool) for x in lengths)
    if not lengths or not whole or min(lengths) < 2:
        raise OptionError(
            f"minimum_lengths={minimum_lengths!r} cannot be used.",
            "whole numbers of periods, 2 or more.",
            "minimum_lengths=(3, 6, 12)",
        )
    n, word = len(series), period_word(series.index)
    # the noise is estimated within three segments at least
    if n < max(3 * lengths[0], 12) or n > LONGEST:
        raise OptionError(
            f"The series has {n:,} {word}s.",
            f"{max(3 * lengths[0], 12)} to {LONGEST:,} with a minimum length of {lengths[0]}.",
            'a shorter period in ct.count_events, or a longer one: period="week"',
        )
    if (series < 0).any():
        raise OptionError("The series holds numbers below 0.", "counts.", "the counts themselves")
    if not series.any():
        raise EmptySelectionError(
            f"Every count of the series is 0: there is no level that could change in {n} {word}s.",
            "at least one event.",
            "ct.count_events(events) of another unit or value",
        )
    fitting = [length for length in lengths if 2 * length <= n]
    if len(fitting) < len(lengths):
        left = ", ".join(str(x) for x in lengths if x not in fitting)
        warn(f"A minimum length of {left} does not fit twice into {n} {word}s and is left out.")
    return fitting


def _check_multiples(multiples: Sequence[float]) -> list[float]:
    tried = sorted({1.0, *(x for x in multiples if isinstance(x, Real))})
    if len(tried) < len({1.0, *multiples}) or not 0 < tried[0] <= tried[-1] < np.inf:
        raise OptionError(
            f"multiples={multiples!r} cannot be used.",
            "numbers above 0: parts and multiples of the calibrated penalty.",
            "multiples=(0.5, 1, 2)",
        )
    return tried


def _check_rate(false_rate: float, n_simulations: int) -> None:
    if not isinstance(false_rate, Real) or not 0 < false_rate < 1:
        raise OptionError(
            f"false_rate={false_rate!r} is no share.",
            "more than 0, less than 1.",
            "false_rate=0.05",
        )
    least = int(np.ceil(5 / false_rate))
    if not isinstance(n_simulations, Integral) or n_simulations < least:
        raise OptionError(
            f"n_simulations={n_simulations!r} is too few for a rate of {false_rate:g}.",
            f"a whole number, {least} or more, so that five series have a break.",
            f"n_simulations={max(least, 500)}",
        )


def _read_partition(series: pd.Series, ends: list[int]) -> pd.DataFrame:
    """Return the breaks of a partition, as ruptures writes it, with the means beside them."""
    edges = [0, *ends]
    means = [series.iloc[start:end].mean() for start, end in pairwise(edges)]
    index = series.index
    found = pd.PeriodIndex([index[end] for end in ends[:-1]], dtype=index.dtype)
    if found.empty:
        return pd.DataFrame({"period": pd.PeriodIndex([None], dtype=index.dtype),
                             "before": np.nan, "after": np.nan})  # fmt: skip
    return pd.DataFrame({"period": found, "before": means[:-1], "after": means[1:]})


# ------------------------------------------------------------------------------- stability


def _summarise(path: pd.DataFrame) -> pd.DataFrame:
    """Return one row per break: dates too close for one partition are the same break."""
    n_runs = len(path[["minimum_length", "multiple"]].drop_duplicates())
    shortest, main = path["minimum_length"].min(), path["minimum_length"].iloc[0]
    found = path.dropna(subset="period")
    chosen = found[(found["minimum_length"] == main) & (found["multiple"] == 1)]
    often = found["period"].value_counts(sort=False).sort_index()
    others = often.sort_values(ascending=False, kind="stable").index
    rows, left = [], found
    for date in dict.fromkeys([*chosen["period"], *others]):
        away = (left["period"].astype("int64") - date.ordinal).abs()
        same = left[away < shortest]
        if date in set(same["period"]):
            rows.append(_describe_break(date, same, main, n_runs, date in set(chosen["period"])))
            left = left[away >= shortest]
    columns = ["period", "earliest", "latest", "before", "after", "ratio", "stability", "penalty",
               "false_rate", "chosen"]  # fmt: skip
    breaks = pd.DataFrame(rows, columns=columns).astype({"chosen": bool})
    kinds = dict.fromkeys(columns[:3], path["period"].dtype)
    return breaks.astype(kinds).sort_values("period", ignore_index=True)


def _describe_break(
    date: pd.Period, same: pd.DataFrame, main: int, n_runs: int, chosen: bool
) -> dict[str, object]:
    """Return the row of one break from the runs that find it, within a few periods of its date."""
    found = same[same["minimum_length"] == main].sort_values("penalty")
    at = same[same["period"] == date].sort_values("penalty")
    if chosen:
        at = at[(at["minimum_length"] == main) & (at["multiple"] == 1)]
    before, after = at[["before", "after"]].iloc[-1]
    n_found = len(same[["minimum_length", "multiple"]].drop_duplicates())
    return {
        "period": date,
        "earliest": same["period"].min(),
        "latest": same["period"].max(),
        "before": before,
        "after": after,
        "ratio": after / before if before else np.nan,
        "stability": n_found / n_runs,
        "penalty": found["penalty"].iloc[-1] if len(found) else np.nan,
        "false_rate": found["false_rate"].iloc[-1] if len(found) else np.nan,
        "chosen": chosen,
    }
