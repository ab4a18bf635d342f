"""Dispersion and autocorrelation: by hand, against libraries, and on series with a known truth."""

import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.tsa.stattools import acf

import toolkit as ct
from toolkit.errors import EmptySelectionError, OptionError
from toolkit.provenance import stamp
from toolkit.timeseries.dispersion import autocorrelation, describe_series, overdispersion

NA = pd.NA
COLUMNS = (
    "start end n_periods gaps mean variance dispersion alpha zeros autocorrelation ljung_box_p "
    "season suits"
).split()


def make_panel(counts, *, freq="M", partial=(), **unit):
    """Make the panel of one unit from January 2010; None is not covered."""
    periods = pd.period_range("2010-01-01", periods=len(counts), freq=freq)
    panel = pd.DataFrame({**unit, "period": periods, "n_events": pd.array(counts, dtype="Int64")})
    panel["covered"] = panel["n_events"].notna()
    return panel.assign(partial=[i in partial for i in range(len(counts))])


def make_series(counts, freq="M"):
    return pd.Series(counts, pd.period_range("2010-01-01", periods=len(counts), freq=freq))


def line_of(counts, freq="M"):
    return describe_series(make_series(counts, freq)).iloc[0]


# --------------------------------------------------------------------------- kernels


def test_overdispersion_by_hand():
    # mean 2, deviations -2 2 -2 2, variance 16/3; (16/3 - 2) / 4
    assert overdispersion([0, 4, 0, 4]) == pytest.approx(10 / 12)
    assert overdispersion([2, 2, 2]) == 0  # below 0 by the formula
    assert overdispersion([0, 0, 0]) == 0


def test_autocorrelation_by_hand():
    # mean 3, deviations -2 -1 0 3: (2 + 0 + 0) / 14 at lag 1, (0 - 3) / 14 at lag 2
    assert autocorrelation([1, 2, 3, 6]) == pytest.approx(2 / 14)
    assert autocorrelation([1, 2, 3, 6], lag=2) == pytest.approx(-3 / 14)
    assert autocorrelation([5, 5, 5]) == 0


def test_equal_fractions_have_no_autocorrelation():
    assert autocorrelation(np.full(7, 0.1)) == 0
    # while a small variance about a large mean is one: deviations -1 1 -1 1
    assert autocorrelation([1e6 - 1, 1e6 + 1, 1e6 - 1, 1e6 + 1]) == pytest.approx(-0.75)


def test_several_series_at_once_are_the_same_as_one_by_one():
    draws = np.random.default_rng(4).poisson(2, (3, 2, 20))
    alphas, rhos = overdispersion(draws), autocorrelation(draws, lag=3)
    assert alphas.shape == rhos.shape == (3, 2)
    for at in np.ndindex(3, 2):
        assert alphas[at] == overdispersion(draws[at])
        assert rhos[at] == pytest.approx(autocorrelation(draws[at], lag=3))
    with_zeros = np.array([[0, 0, 0, 0], [0, 4, 0, 4]])
    assert overdispersion(with_zeros).tolist() == pytest.approx([0, 10 / 12])
    assert autocorrelation(with_zeros).tolist() == [0, -0.75]


def test_a_missing_count_makes_its_own_series_missing():
    draws = np.array([[0, np.nan, 0, 4], [0, 4, 0, 4]])
    assert np.isnan(overdispersion(draws)).tolist() == [True, False]
    assert np.isnan(autocorrelation(draws)).tolist() == [True, False]
    assert np.isnan(overdispersion([3]))
    assert np.isnan(overdispersion(np.ones((2, 1)))).all()


@pytest.mark.parametrize("lag", [0, -1, 3, 10])
def test_a_lag_lies_within_the_series(lag):
    with pytest.raises(OptionError, match=f"lag={lag} "):
        autocorrelation([1, 2, 3], lag=lag)


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=30).filter(lambda c: len(set(c)) > 1))
def test_the_autocorrelation_is_that_of_statsmodels(counts):
    expected = acf(np.array(counts, float), nlags=2, fft=False)
    assert autocorrelation(counts) == pytest.approx(expected[1])
    assert autocorrelation(counts, lag=2) == pytest.approx(expected[2])


def test_a_planted_overdispersion_is_found():
    rng = np.random.default_rng(1)
    # numpy's n is 1 / alpha, and the mean n (1 - p) / p: here alpha 0.5 and mean 5
    draws = rng.negative_binomial(2, 2 / 7, (400, 200))
    assert overdispersion(draws).mean() == pytest.approx(0.5, abs=0.03)
    assert overdispersion(rng.poisson(5, (400, 200))).mean() < 0.02


# --------------------------------------------------------------------------- one line


def test_a_line_by_hand():
    counts = [0, 4] * 10
    line = line_of(counts)
    assert list(line.index) == COLUMNS
    assert (str(line["start"]), str(line["end"])) == ("2010-01", "2011-08")
    assert (line["n_periods"], line["gaps"], line["mean"], line["zeros"]) == (20, 0, 2, 0.5)
    assert line["variance"] == pytest.approx(80 / 19)  # 20 squares of 2
    assert line["dispersion"] == pytest.approx(40 / 19)
    assert line["alpha"] == pytest.approx((80 / 19 - 2) / 4)
    assert line["autocorrelation"] == pytest.approx(-19 / 20)
    # lags 1 to 4 of 20 // 5: the k-th is (-1)^k (20 - k) / 20, so Q = 20 * 22 * sum (20 - k) / 400
    assert line["ljung_box_p"] == pytest.approx(chi2.sf(22 / 20 * (19 + 18 + 17 + 16), 4))
    assert np.isnan(line["season"])  # not three years
    assert line["suits"] == "negative binomial, autocorrelated"


@pytest.mark.parametrize(("n", "lags"), [(5, 1), (24, 4), (49, 9), (80, 10)])
def test_the_ljung_box_test_and_its_lags(n, lags):
    counts = np.random.default_rng(n).poisson(4, n)
    away = counts - counts.mean()
    rhos = [sum(away[k:] * away[:-k]) / sum(away**2) for k in range(1, lags + 1)]
    q = n * (n + 2) * sum(r**2 / (n - k) for k, r in enumerate(rhos, start=1))
    assert line_of(counts)["ljung_box_p"] == pytest.approx(chi2.sf(q, lags))
    assert np.isnan(line_of(counts[:4])["ljung_box_p"])


def test_memory_of_one_period_that_the_test_over_ten_lags_does_not_see():
    # chosen among draws of a Poisson process; 1.96 / sqrt(60) is 0.253
    counts = "645354352584353245331241014587433233276625345444495655255323"
    line = line_of([int(c) for c in counts])
    assert line["autocorrelation"] > 0.253
    assert line["ljung_box_p"] > 0.05
    assert line["suits"] == "Poisson, autocorrelated"


@pytest.mark.parametrize(("freq", "year"), [("M", 12), ("Q-DEC", 4), ("W-SUN", 52), ("D", 365)])
def test_the_season_is_the_autocorrelation_of_one_year(freq, year):
    counts = [9] + [0] * (year - 1)
    # of a series that repeats exactly, k of n - k pairs are left: (n - k) / n
    assert line_of(counts * 3, freq)["season"] == pytest.approx(2 / 3)
    assert np.isnan(line_of((counts * 3)[:-1], freq)["season"])


def test_years_have_no_season():
    assert np.isnan(line_of([1, 2] * 20, "Y-DEC")["season"])


def test_each_unit_has_its_line_and_its_own_span():
    panel = pd.concat([
        make_panel([3] * 12, country="Boria", admin1="West"),
        make_panel([None, 1, 2, 3, 9], partial=[4], country="Aurel", admin1="East"),
        make_panel([None] * 4, country="Boria", admin1=None),
    ])  # fmt: skip
    result = describe_series(panel.sample(frac=1, random_state=1))
    assert list(result) == ["country", "admin1", *COLUMNS]
    assert result["country"].tolist() == ["Aurel", "Boria", "Boria"]
    assert result["admin1"].fillna("-").tolist() == ["East", "West", "-"]
    assert result["start"].astype("str").tolist()[:2] == ["2010-02", "2010-01"]
    assert result["end"].astype("str").tolist()[:2] == ["2010-04", "2010-12"]
    assert result["start"].dtype == result["end"].dtype == pd.PeriodDtype("M")
    assert result["n_periods"].tolist() == [3, 12, 0]
    assert result["mean"].tolist()[:2] == [2, 3]
    assert result["suits"].tolist()[:2] == ["too few periods", "Poisson"]
    # of a unit never covered nothing is said
    never = result.iloc[2][COLUMNS].drop(["n_periods", "gaps"])
    assert never.isna().all()


def test_gaps_leave_the_scatter_and_take_the_memory():
    counts = [1, 3] * 10
    gappy = [*counts[:5], None, None, *counts[5:]]
    line = describe_series(make_panel(gappy)).iloc[0]
    assert (line["n_periods"], line["gaps"], line["mean"]) == (20, 2, 2)
    assert line["variance"] == pytest.approx(20 / 19)
    assert line[["autocorrelation", "ljung_box_p", "season"]].isna().all()
    assert line["suits"] == "Poisson, with gaps"
    as_series = pd.Series(gappy, pd.period_range("2010-01", periods=22, freq="M"), dtype="Int64")
    assert describe_series(as_series).iloc[0]["suits"] == "Poisson, with gaps"


def test_a_constant_series_and_one_of_zeros():
    zeros = line_of([0] * 40)
    assert zeros["suits"] == "nothing recorded"
    assert (zeros["mean"], zeros["variance"], zeros["alpha"], zeros["zeros"]) == (0, 0, 0, 1)
    assert zeros["autocorrelation"] == zeros["season"] == 0
    assert zeros[["dispersion", "ljung_box_p"]].isna().all()
    sevens = line_of([7] * 40)
    assert (sevens["dispersion"], sevens["autocorrelation"], sevens["suits"]) == (0, 0, "Poisson")


def test_one_period():
    line = line_of([5])
    assert (line["n_periods"], line["mean"], line["suits"]) == (1, 5, "too few periods")
    unknown = "variance dispersion alpha autocorrelation ljung_box_p season".split()
    assert line[unknown].isna().all()


@pytest.mark.parametrize(
    ("counts", "suits"),
    [
        ([1] * 9, "too few periods"),
        ([1, 0] * 9, "too few events, autocorrelated"),  # 9 periods with one, in strict turns
        ([0, 0, 1, 1] * 2 + [0] * 32 + [1, 0] * 2, "too few events"),
        ([2.5, 1.0, 2.0, 3.5, 1.5] * 2, "fractions"),
        ([2.0, 1.0, 2.0, 3.0, 1.0] * 2, "Poisson"),
    ],
)
def test_the_rules_in_their_order(counts, suits):
    assert line_of(counts)["suits"].startswith(suits)


def test_the_line_between_poisson_and_negative_binomial_is_the_chi_squared_test():
    # ten periods: the statistic is 9 * dispersion, and the 5 % point of 9 degrees 16.919
    just_below = [1, 1, 1, 2, 2, 3, 3, 3, 6, 6]  # mean 2.8, squares 31.6 in sum, 11.29
    above = [1, 1, 1, 1, 2, 2, 3, 3, 6, 9]  # mean 2.9, squares 62.9 in sum, 21.7
    for counts, kind in ((just_below, "Poisson"), (above, "negative binomial")):
        squares = sum((c - sum(counts) / 10) ** 2 for c in counts)
        statistic = squares / (sum(counts) / 10)
        assert (statistic > 16.919) == (kind == "negative binomial")
        assert line_of(counts)["suits"].startswith(kind)


def test_planted_kinds_are_recognised():
    rng = np.random.default_rng(2)
    kinds = {
        "Poisson": lambda: rng.poisson(5, 60),
        "negative binomial": lambda: rng.negative_binomial(2, 2 / 7, 60),
    }
    for kind, draw in kinds.items():
        found = [line_of(draw())["suits"] for _ in range(60)]
        assert sum(f.startswith(kind) for f in found) > 50
        assert sum("autocorrelated" in f for f in found) < 18
    # a level that wanders: log-rates of an AR(1)
    for _ in range(10):
        level = np.zeros(60)
        for t in range(1, 60):
            level[t] = 0.9 * level[t - 1] + rng.normal(0, 0.5)
        assert "autocorrelated" in line_of(rng.poisson(np.exp(2 + level)))["suits"]


def test_a_change_of_level_looks_like_scatter_and_memory():
    rng = np.random.default_rng(3)
    quiet, loud = rng.poisson(3, 40), rng.poisson(20, 40)
    assert line_of(quiet)["suits"] == line_of(loud)["suits"] == "Poisson"
    assert line_of([*quiet, *loud])["suits"] == "negative binomial, autocorrelated"


def test_counts_are_not_below_zero():
    with pytest.raises(OptionError, match=r"below 0, e\.g\. -3"):
        line_of([1, -3, 2])


def test_what_cannot_be_described():
    with pytest.raises(EmptySelectionError):
        describe_series(make_panel([]))
    with pytest.raises(EmptySelectionError, match="covered as a whole"):
        describe_series(make_series([np.nan, np.nan]))
    with pytest.raises(OptionError, match="missing in every row"):
        describe_series(make_panel([None, None]))
    with pytest.raises(OptionError, match="of Aurel stands twice"):
        describe_series(pd.concat([make_panel([1], country="Aurel")] * 2))
    with pytest.raises(OptionError, match="value='deaths'"):
        describe_series(make_panel([1]), value="deaths")
    assert describe_series(make_panel([1, 2], partial=[0, 1]))["n_periods"].tolist() == [0]


def test_the_line_knows_where_it_comes_from():
    panel = stamp(make_panel([1, 2], country="Aurel"), {"title": "Reed Events", "steps": "counted"})
    result = describe_series(panel)
    assert ct.source_line(result) == "Source: Reed Events"
    assert result.attrs["steps"] == "counted; scatter and memory of n_events described"
    bare = describe_series(make_series([1, 2]))
    assert ct.source_line(bare) == "Source not recorded"


@pytest.mark.realdata
def test_idlib_in_2019(realdata):
    events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
    idlib = ct.filter_events(events, admin1="Idlib Governorate", start="2019-04-01")
    line = describe_series(ct.count_events(idlib), value="fatalities").iloc[0]
    deaths = [122, 253, 252, 318, 950, 44, 75, 307]  # April to November, read off the file by hand
    assert (line["n_periods"], line["mean"]) == (8, statistics.mean(deaths))
    assert line["variance"] == pytest.approx(statistics.variance(deaths))
