"""Breaks: costs against scipy, the search against brute force, the planted truth, the rate."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import toolkit as ct
from toolkit.errors import DataWarning, EmptySelectionError, OptionError
from toolkit.timeseries.breaks import COSTS, _summarise, find_break_path, find_breaks
from toolkit.timeseries.calibration import (
    Noise,
    calibrate,
    cut_best,
    estimate_noise,
    scatter_within,
    simulate_counts,
)
from toolkit.timeseries.costs import (
    CostNegativeBinomial,
    CostPoisson,
    make_formula,
    make_search,
    poisson_cost,
)


def months(counts, start="2012-01"):
    index = pd.period_range(start, periods=len(counts), freq="M", name="period")
    return pd.Series(np.asarray(counts, dtype=float), index, name="n_events")


def stepped(means, *, alpha, seed):
    """Draw negative binomial counts without memory about given means."""
    means = np.asarray(means, dtype=float)
    return np.random.default_rng(seed).negative_binomial(1 / alpha, 1 / (1 + alpha * means))


# ------------------------------------------------------------------------------------ costs


def loglik(name, counts, alpha, mean):
    at = counts.mean()
    if name == "Poisson":
        return stats.poisson.logpmf(counts, at).sum()
    if name == "negative binomial":
        return stats.nbinom.logpmf(counts, 1 / alpha, 1 / (1 + alpha * at)).sum()
    return stats.norm.logpdf(counts, at, np.sqrt(mean + alpha * mean**2)).sum()


@pytest.mark.parametrize("name", COSTS)
def test_differences_of_costs_are_likelihood_ratios(name):
    counts, alpha = np.array([3, 0, 4, 2, 9, 12, 7, 11]), 0.3
    formula = make_formula(name, mean=counts.mean(), alpha=alpha)
    cut, whole = (
        sum(float(formula(part.sum(), np.array(len(part)))) for part in parts)
        for parts in ([counts[:4], counts[4:]], [counts])
    )
    ratio = 2 * (
        loglik(name, counts[:4], alpha, counts.mean())
        + loglik(name, counts[4:], alpha, counts.mean())
        - loglik(name, counts, alpha, counts.mean())
    )
    assert whole - cut == pytest.approx(ratio)


def test_the_classes_for_ruptures_cost_what_the_formulas_say():
    counts = np.array([3.0, 0, 0, 2, 9])
    assert CostPoisson().fit(counts).error(0, 4) == pytest.approx(2 * (5 - 5 * np.log(5 / 4)))
    assert CostPoisson().fit(counts).error(1, 3) == 0  # nothing happened, and that was likely
    negative = CostNegativeBinomial(alpha=0.5).fit(counts).error(3, 5)
    # two periods, sum 11, mean 5.5, size 2
    assert negative == pytest.approx(2 * ((11 + 4) * np.log(1 + 2.75) - 11 * np.log(2.75)))


@pytest.mark.parametrize("name", COSTS)
def test_a_step_without_noise_is_found_at_its_place(name):
    search = make_search(np.repeat([2.0, 9.0, 4.0], 8), name, alpha=0.05, shortest=3)
    assert search.predict(pen=1.0) == [8, 16, 24]


# ------------------------------------------------------------------------------ calibration


def brute_force(values, formula, n_cuts, shortest):
    n, best = len(values), np.inf
    for cuts in combinations(range(1, n), n_cuts):
        edges = [0, *cuts, n]
        lengths = np.diff(edges)
        if (lengths < shortest).any():
            continue
        sums = np.array([values[a:b].sum() for a, b in pairwise(edges)])
        best = min(best, formula(sums, lengths).sum())
    return best


def test_the_best_partitions_are_those_of_brute_force():
    values = np.random.default_rng(5).poisson(4, (6, 13)).astype(float)
    costs, segments = cut_best(values, poisson_cost, n_cuts=3, shortest=2)
    for series, row in enumerate(values):
        for n_cuts in range(4):
            assert costs[n_cuts, series] == pytest.approx(brute_force(row, poisson_cost, n_cuts, 2))
        sizes = np.bincount(segments[series])
        sums = np.bincount(segments[series], row)
        assert (np.diff(segments[series]) >= 0).all()
        assert sizes.min() >= 2
        assert poisson_cost(sums, sizes).sum() == pytest.approx(costs[3, series])


@pytest.mark.parametrize("name", COSTS)
def test_ruptures_finds_a_break_below_the_critical_penalty_and_none_above(name):
    rng = np.random.default_rng(11)
    stable = simulate_counts(8, np.full(20, 0.2), np.full(20, 0.3), 48, rng)
    for row in stable:
        noise = Noise(row.mean(), 0.2, 0.3, np.array([]), np.array([]))
        (critical,) = calibrate(row[np.newaxis], noise, name, n_cuts=6, shortest=3)
        search = make_search(row, name, alpha=0.2, shortest=3)
        assert len(search.predict(pen=critical * 0.999)) > 1
        assert len(search.predict(pen=critical * 1.001)) == 1


def test_simulated_counts_have_the_moments_asked_for():
    rng = np.random.default_rng(2)
    counts = simulate_counts(10, np.full(400, 0.2), np.full(400, 0.5), 200, rng)
    assert counts.mean() == pytest.approx(10, rel=0.02)
    assert counts.var() == pytest.approx(10 + 0.2 * 100, rel=0.05)
    # of the variance 30, 20 is of the shocks; their memory is a little under that of the scores
    memory = np.corrcoef(counts[:, 1:].ravel(), counts[:, :-1].ravel())[0, 1]
    assert 0.45 * 20 / 30 < memory < 0.5 * 20 / 30


def test_scatter_is_that_about_the_levels_not_across_them():
    counts = np.repeat([2.0, 30.0, 8.0], 40)[np.newaxis]
    alpha, memory = scatter_within(counts, n_cuts=2, shortest=3)
    # no scatter at all: the variance 0 = mean + alpha mean^2, summed over the periods
    assert alpha[0] == pytest.approx(-(2 + 30 + 8) / (2**2 + 30**2 + 8**2))
    assert memory[0] == 0


@pytest.mark.parametrize(("alpha", "carry"), [(0.1, 0.0), (0.4, 0.5)])
def test_the_noise_is_estimated_through_a_change_of_level(alpha, carry):
    levels = np.repeat([1.0, 3.0, 1.5], 40)
    rng = np.random.default_rng(9)
    estimates = []
    for _ in range(9):
        shocks = simulate_counts(1000, np.array([alpha]), np.array([carry]), 120, rng)[0] / 1000
        counts = rng.poisson(12 * levels * shocks).astype(float)
        noise = estimate_noise(counts, n_cuts=6, shortest=3, n_draws=50, rng=rng)
        estimates.append((noise.alpha, noise.carry))
    found = np.median(estimates, axis=0)
    # of nine estimates the median; across the levels alpha would be 0.3 more
    assert found[0] == pytest.approx(alpha, abs=0.15)
    assert found[1] == pytest.approx(carry, abs=0.25)


# ----------------------------------------------------------------------------- the planted


@pytest.fixture(scope="module")
def fighting():
    events = ct.load_sample("ged")
    return ct.filter_events(events, countries="Karvenia", violence_types="state-based")


def test_the_planted_ceasefire_is_the_one_break_of_the_country(fighting):
    breaks = find_breaks(ct.count_events(fighting, period="month"))
    chosen = breaks[breaks["chosen"]]
    assert abs((chosen["period"].iloc[0] - pd.Period("2017-07")).n) <= 2
    assert len(chosen) == 1
    assert chosen["ratio"].iloc[0] == pytest.approx(0.4, abs=0.1)
    assert 0.5 < chosen["stability"].iloc[0] <= 1


def test_the_planted_campaign_is_found_in_its_province(fighting):
    panel = ct.count_events(fighting, by="admin1", period="month")
    breaks = find_breaks(panel, unit="Belvash province", minimum_lengths=[3])
    chosen = breaks.loc[breaks["chosen"]].set_index("period")
    rise, fall = (
        chosen[(abs(chosen.index.astype("int64") - pd.Period(day).ordinal)) <= 2]
        for day in ("2015-10", "2016-07")
    )
    assert rise["ratio"].item() > 2
    assert fall["ratio"].item() < 0.5
    assert breaks.attrs["steps"].split("; ")[-2] == "unit Belvash province"


@pytest.mark.parametrize("name", COSTS)
def test_a_strong_step_is_found_with_every_cost(name):
    series = months(stepped([4] * 40 + [16] * 40, alpha=0.1, seed=3))
    breaks = find_breaks(series, cost=name, minimum_lengths=[3], n_simulations=200)
    (found,) = breaks.loc[breaks["chosen"], "period"]
    assert abs((found - pd.Period("2015-05")).n) <= 1


def test_stable_overdispersed_series_have_breaks_no_more_often_than_stated():
    rng = np.random.default_rng(21)
    stable = simulate_counts(10, np.full(40, 0.3), np.full(40, 0.3), 40, rng)
    options = {"minimum_lengths": [3], "multiples": [1], "n_simulations": 100}
    false = sum(len(find_breaks(months(row), **options)) > 0 for row in stable)
    assert false <= stats.binom.ppf(0.999, 40, 0.05)  # 8 of 40


def test_poisson_cuts_stable_series_to_pieces_at_a_usual_penalty():
    rng = np.random.default_rng(7)
    stable = simulate_counts(15, np.full(20, 0.3), np.zeros(20), 96, rng)
    usual = 2 * np.log(96)
    poisson, negative = (
        sum(
            len(make_search(row, name, alpha=0.3, shortest=3).predict(pen=usual)) - 1
            for row in stable
        )
        for name in ("Poisson", "negative binomial")
    )
    assert negative <= 5
    assert poisson >= 40


@pytest.mark.realdata
def test_idlib_2019_is_found_only_where_false_breaks_are_common(realdata):
    events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
    panel = ct.count_events(events, by="admin1", period="month")
    path = find_break_path(
        panel, unit="Idlib Governorate", minimum_lengths=[3], multiples=[0.05, 0.2, 1]
    )
    found = {m: set(p["period"].dropna().astype(str)) for m, p in path.groupby("multiple")}
    assert {"2019-05", "2019-09"} <= found[0.05]
    assert "2019-05" in found[0.2]
    assert found[1] == set()
    assert path.loc[path["multiple"] < 1, "false_rate"].min() > 0.4


# ----------------------------------------------------------------------------- the summary


def test_the_summary_counts_the_runs_that_find_a_break():
    when = pd.PeriodIndex(["2012-05", "2012-06", None, "2012-05", "2013-01", None], freq="M")
    path = pd.DataFrame(
        {
            "minimum_length": [3, 3, 3, 6, 6, 6],
            "multiple": [0.5, 1.0, 2.0, 0.5, 0.5, 1.0],
            "penalty": [5.0, 10.0, 20.0, 6.0, 6.0, 12.0],
            "false_rate": [0.4, 0.05, 0.01, 0.3, 0.3, 0.05],
            "period": when,
            "before": [2.0, 2.0, np.nan, 3.0, 4.0, np.nan],
            "after": [4.0, 5.0, np.nan, 4.0, 0.0, np.nan],
        }
    )
    breaks = _summarise(path)
    # five runs: May and June 2012 are one break, dated by the calibrated run of length 3
    assert breaks["period"].astype(str).tolist() == ["2012-06", "2013-01"]
    assert breaks["earliest"].astype(str).tolist() == ["2012-05", "2013-01"]
    assert breaks["latest"].astype(str).tolist() == ["2012-06", "2013-01"]
    assert breaks["stability"].tolist() == [3 / 5, 1 / 5]
    assert breaks["ratio"].tolist() == [2.5, 0]
    assert breaks["penalty"].fillna(-1).tolist() == [10, -1]
    assert breaks["false_rate"].fillna(-1).tolist() == [0.05, -1]
    assert breaks["chosen"].tolist() == [True, False]


def test_nothing_found_is_an_empty_table_of_the_same_kind():
    breaks = find_breaks(months([5] * 30))
    assert breaks.empty
    assert isinstance(breaks["period"].dtype, pd.PeriodDtype)
    assert breaks["chosen"].dtype == bool
    assert breaks.attrs["algorithm"] == "PELT"
    assert float(breaks.attrs["false_rate"]) == 0.05


def test_the_seed_makes_it_the_same_again():
    series = months(stepped([4] * 20 + [9] * 20, alpha=0.2, seed=1))
    options = {"minimum_lengths": [3], "n_simulations": 100}
    pd.testing.assert_frame_equal(find_breaks(series, **options), find_breaks(series, **options))
    other = find_breaks(series, **options, seed=1)
    assert other.attrs["penalty"] != find_breaks(series, **options).attrs["penalty"]


def test_the_calibrated_penalty_is_always_tried():
    path = find_break_path(
        months(stepped([6] * 40, alpha=0.2, seed=4)), multiples=[0.5], n_simulations=100
    )
    assert sorted(path["multiple"].unique()) == [0.5, 1]
    rates = path.groupby("multiple")["false_rate"].min()
    assert rates[1] <= (1 + 5) / 101
    assert rates[0.5] > rates[1]


# -------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"cost": "poisson"}, "cost='poisson'"),
        ({"false_rate": 0}, "false_rate=0"),
        ({"false_rate": 0.001}, "n_simulations=500 is too few"),
        ({"n_simulations": 50}, "n_simulations=50 is too few"),
        ({"minimum_lengths": []}, r"minimum_lengths=\[\]"),
        ({"minimum_lengths": [1]}, r"minimum_lengths=\[1\]"),
        ({"minimum_lengths": [3.5]}, r"minimum_lengths=\[3.5\]"),
        ({"n_simulations": 200.5}, "n_simulations=200.5"),
        ({"false_rate": "x"}, "false_rate='x'"),
        ({"multiples": [0]}, r"multiples=\[0\]"),
        ({"multiples": ["x"]}, r"multiples=\['x'\]"),
    ],
)
def test_wrong_options_are_named(options, wrong):
    with pytest.raises(OptionError, match=wrong):
        find_breaks(months(np.arange(40) % 3), **options)


@pytest.mark.parametrize(
    ("series", "error", "wrong"),
    [
        (months([1, 2, 3, 4]), OptionError, "has 4 months"),
        (months([0] * 40), EmptySelectionError, "Every count of the series is 0"),
        (months([1, -2] * 20), OptionError, "below 0"),
        (months([1, 2] * 20).drop(pd.Period("2013-01")), OptionError, "no row for 1 months"),
        (months([1, np.nan, 2] * 20), OptionError, "has a gap"),
        (months([1, 2] * 800), OptionError, "1,600 months"),
    ],
)
def test_series_that_cannot_be_searched_are_refused(series, error, wrong):
    with pytest.raises(error, match=wrong) as caught:
        find_breaks(series)
    assert caught.value.allowed
    assert caught.value.fix


def test_a_minimum_length_that_does_not_fit_is_left_out_and_told():
    series = months(stepped([6] * 20, alpha=0.2, seed=4))
    with pytest.warns(DataWarning, match="A minimum length of 12 does not fit twice"):
        breaks = find_breaks(series, n_simulations=100)
    assert breaks.attrs["minimum_lengths"] == "3, 6"


def test_a_change_in_the_last_periods_is_found_only_from_the_minimum_length_on():
    quiet = stepped([3] * 46, alpha=0.05, seed=8)
    change, options = pd.Period("2012-01") + 46, {"minimum_lengths": [3], "n_simulations": 100}
    long = find_breaks(months(np.r_[quiet, [60] * 3]), **options)
    assert change in set(long.loc[long["chosen"], "period"])
    short = find_breaks(months(np.r_[quiet, [60] * 2]), **options)
    assert change not in set(short["period"])


def test_periods_covered_in_part_are_left_out_and_told():
    panel = ct.count_events(ct.load_sample("ged"), period="month").iloc[:40]
    panel["partial"] = panel.index == 39
    with pytest.warns(DataWarning, match="1 months at the ends"):
        breaks = find_breaks(panel, minimum_lengths=[3], n_simulations=100)
    assert (breaks["period"] < panel["period"].iloc[-3]).all()
