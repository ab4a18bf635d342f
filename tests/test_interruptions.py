"""A change at a stated date: planted factors come back, errors agree with statsmodels, and where
nothing can be estimated there is no p.

`make_exact` adds +2, -2, -2, +2 to a curve. Over whole blocks of four this is orthogonal to
constant and trend on either side, and over whole years to the first two harmonics, so the equations
of the Poisson regression are solved by the curve itself: the planted numbers come back exactly.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.sandwich_covariance import S_hac_simple

import toolkit as ct
from toolkit.errors import EmptySelectionError, OptionError
from toolkit.provenance import stamp
from toolkit.timeseries.changes import Plan, fit_model
from toolkit.timeseries.interruptions import interrupted_time_series

pytestmark = pytest.mark.filterwarnings("ignore:The residuals are autocorrelated")
FEW = {"minimum_points": 30}  # leaves few placebo dates, which take time
EMPTY = ["low", "high", "log_ratio", "standard_error", "p", "placebo_p"]


def make_series(numbers, *, start="2012-01", freq="M"):
    index = pd.period_range(start, periods=len(numbers), freq=freq)
    return pd.Series(np.asarray(numbers, float), index, name="n_events")


def make_exact(
    before=24, after=24, *, level=3.0, slope=1.0, trend=1.0, wave=0.0, size=2, **options
):
    """Make 10 x trend^t, from the date on times level x slope^t, with a pattern of +2 -2 -2 +2."""
    time = np.arange(-before, after)
    curve = 10 * trend**time * np.where(time >= 0, level * slope**time, 1)
    curve = curve * np.exp(wave * np.cos(2 * np.pi * time / 12))
    return make_series(curve + np.resize([size, -size, -size, size], len(time)), **options)


def make_counts(seed=3, *, n=96, at=66, factor=0.4, mean=20, carry=0.0, size=10):
    """Draw counts with gamma shocks of variance 1/size; a share `carry` of them stays."""
    rng = np.random.default_rng(seed)
    parts, shocks = rng.exponential(size=size), []
    for _ in range(n):
        parts = np.where(rng.random(size) < carry, parts, rng.exponential(size=size))
        shocks.append(parts.mean())
    return make_series(rng.poisson(mean * np.where(np.arange(n) >= at, factor, 1) * shocks))


def make_panel(series, *, unit="Aurel"):
    panel = pd.DataFrame({"country": unit, "period": series.index})
    panel["n_events"] = pd.array(series.to_numpy().astype(int), "Int64")
    panel = panel.assign(covered=True, partial=False)
    return stamp(panel, {"title": "Reed Events", "version": "1", "steps": "counted"})


def make_design(n, at, *, harmonics=0):
    """Write out the regressors of a change of level: step, constant, trend, season by month."""
    time = np.arange(n) - at
    columns = [time >= 0, np.ones(n), time]
    for k in range(1, harmonics + 1):
        columns += [np.cos(2 * np.pi * k * time / 12), np.sin(2 * np.pi * k * time / 12)]
    return np.column_stack(columns).astype(float)


def look(result, check):
    rows = result.checks[result.checks["check"].str.startswith(check)]
    assert len(rows) == 1
    return rows.iloc[0]


# ---------------------------------------------------------------------------- planted, exactly


@pytest.mark.parametrize("model", ["negative binomial", "quasi-Poisson"])
@pytest.mark.parametrize("size", [2, 6])
def test_a_planted_step_comes_back(model, size):
    result = interrupted_time_series(make_exact(size=size), date="2014-01-01", model=model)
    row = result.effects.iloc[0]
    assert row["term"] == "level"
    assert row["ratio"] == pytest.approx(3, rel=1e-6)
    assert row["log_ratio"] == pytest.approx(np.log(3), rel=1e-6)
    assert row["low"] < 3 < row["high"]
    assert row["p"] < 0.05
    fitted = result.fitted
    assert fitted["fitted"].to_numpy() == pytest.approx([10] * 24 + [30] * 24, rel=1e-6)
    assert fitted["counterfactual"][24:].to_numpy() == pytest.approx([10] * 24, rel=1e-6)
    assert fitted.loc[:23, ["counterfactual", "low", "high"]].isna().all(axis=None)
    assert fitted["after"].tolist() == [False] * 24 + [True] * 24
    assert fitted["observed"].tolist() == make_exact(size=size).tolist()


@pytest.mark.parametrize(
    ("change", "planted", "found"),
    [
        ("level", {"level": 0.5, "trend": 1.02}, [0.5]),
        ("slope", {"level": 1, "slope": 1.04, "trend": 0.98}, [1.04]),
        ("both", {"level": 0.5, "slope": 1.04, "trend": 1.02}, [0.5, 1.04]),
    ],
)
def test_planted_level_slope_and_trend_come_back(change, planted, found):
    options = {"change": change, "model": "quasi-Poisson", "harmonics": 2}
    series = make_exact(wave=0.3, **planted)
    result = interrupted_time_series(series, date="2014-01-01", **options)
    assert result.effects["ratio"].tolist() == pytest.approx(found, rel=1e-6)
    without = make_exact(wave=0.3, size=0, level=1, trend=planted["trend"])
    assert result.fitted["counterfactual"][24:].tolist() == pytest.approx(without[24:].tolist())
    assert result.effects["n_placebos"].isna().tolist() == [False, True][: len(found)]


def test_a_control_takes_its_own_change_off():
    control = 2 * make_exact(level=2)
    result = interrupted_time_series(
        make_exact(), date="2014-01-01", control=control, model="quasi-Poisson"
    )
    assert result.effects["ratio"].tolist() == pytest.approx([1.5])
    assert result.fitted["counterfactual"][24:].tolist() == pytest.approx([20] * 24)
    assert look(result, "change of the control")["value"] == pytest.approx(2)
    assert look(result, "change of the control")["reading"] == "The control changed too."


def test_a_period_of_both_states_is_left_out():
    series = make_exact(24, 25, trend=1.02)
    shifted = pd.concat([series[:24], make_series([999], start="2014-01")])
    after = series[24:48] * 1.02  # one month later the trend has gone on
    shifted = pd.concat([shifted, after.set_axis(after.index + 1)])
    with pytest.warns(ct.DataWarning, match="2014-01 is part before, part after, and is left out"):
        result = interrupted_time_series(shifted, date="2014-01-15", model="quasi-Poisson")
    assert result.effects["ratio"].tolist() == pytest.approx([3], rel=1e-3)
    assert pd.Period("2014-01", "M") not in result.fitted["period"].tolist()
    assert "without 2014-01" in result.effects.attrs["steps"]


@pytest.mark.parametrize(
    ("freq", "start", "date"),
    [
        ("D", "2016-01-01", "2016-01-25"),
        ("W-SUN", "2016-01-04", "2016-06-20"),
        ("Q-DEC", "2010Q1", "2016-01-01"),
        ("Y-DEC", "1990", "2014-01-01"),
    ],
)
def test_days_weeks_quarters_and_years(freq, start, date):
    series = make_exact(freq=freq, start=start)
    result = interrupted_time_series(series, date=date, model="quasi-Poisson")
    assert result.effects["ratio"].tolist() == pytest.approx([3])
    assert result.fitted["period"].tolist() == series.index.tolist()


# -------------------------------------------------------------------- against statsmodels


@pytest.mark.parametrize("harmonics", [0, 2])
def test_estimate_agrees_with_the_negative_binomial_of_statsmodels(harmonics):
    counts = make_counts()
    theirs = sm.NegativeBinomial(counts.to_numpy(), make_design(96, 66, harmonics=harmonics)).fit(
        disp=0, method="newton"
    )
    ours = interrupted_time_series(counts, date="2017-07-01", harmonics=harmonics, **FEW)
    assert ours.effects["log_ratio"][0] == pytest.approx(theirs.params[0], abs=1e-5)
    assert look(ours, "dispersion")["value"] == pytest.approx(theirs.params[-1], rel=1e-4)
    assert ours.fitted["fitted"].to_numpy() == pytest.approx(theirs.predict(), rel=1e-4)


def sandwich(fitted, lags, groups=1):
    """Write out the covariance: scores over one minus leverage, summed by period, with Bartlett."""
    scores = fitted.model.score_obs(fitted.params, scale=1)
    scores = scores / (1 - fitted.get_hat_matrix_diag(observed=False))[:, None]
    scores = scores.reshape(groups, -1, scores.shape[1]).sum(axis=0)
    bread = np.linalg.inv(fitted.model.hessian(fitted.params, scale=1))
    return bread @ S_hac_simple(scores, nlags=lags) @ bread


@pytest.mark.parametrize("model", ["negative binomial", "quasi-Poisson"])
@pytest.mark.parametrize(("lags", "zigzag"), [(0, False), (3, False), (9, False), (3, True)])
def test_errors_agree_with_the_sandwich_of_statsmodels(model, lags, zigzag):
    counts, design = make_counts(carry=0.6), make_design(96, 66)
    if zigzag:  # neighbours in opposition, which must not narrow the errors
        counts = (make_counts() * np.resize([1.6, 0.4], 96)).round()
    ours = interrupted_time_series(counts, date="2017-07-01", model=model, lags=lags, **FEW)
    alpha = look(ours, "dispersion")["value"]
    negative = model == "negative binomial"
    family = sm.families.NegativeBinomial(alpha=alpha) if negative else sm.families.Poisson()
    fitted = sm.GLM(counts.to_numpy(), design, family=family).fit(tol=1e-12)
    error = np.sqrt(max(sandwich(fitted, lags)[0, 0], sandwich(fitted, 0)[0, 0]))
    row, t = ours.effects.iloc[0], stats.t(96 - 3)
    assert row["log_ratio"] == pytest.approx(fitted.params[0], rel=1e-5)
    assert row["standard_error"] == pytest.approx(error, rel=1e-4)
    assert row["p"] == pytest.approx(2 * t.sf(abs(fitted.params[0]) / error), rel=1e-2)
    assert np.log(row["high"] / row["low"]) == pytest.approx(2 * t.ppf(0.975) * error, rel=1e-4)
    last = design[-1] * [0, 1, 1]  # the mean of the last month, had nothing changed
    spread = np.sqrt(max(last @ sandwich(fitted, n) @ last for n in (lags, 0)))
    ends = np.exp(last @ fitted.params + t.ppf(0.975) * spread * np.array([-1, 1]))
    assert ours.fitted.loc[95, ["low", "high"]].tolist() == pytest.approx(ends, rel=1e-3)


def test_control_agrees_with_one_joint_model():
    counts, control = make_counts(carry=0.6), make_counts(4, factor=1, carry=0.6, mean=8)
    ours = interrupted_time_series(
        counts, date="2017-07-01", control=control, model="quasi-Poisson", lags=3, **FEW
    )
    one = make_design(96, 66)
    design = np.block([[one, one], [one, np.zeros_like(one)]])  # the control's, and what is beyond
    both = np.concatenate([counts, control])
    fitted = sm.GLM(both, design, family=sm.families.Poisson()).fit(tol=1e-12)
    error = np.sqrt(max(sandwich(fitted, n, groups=2)[3, 3] for n in (3, 0)))
    assert ours.effects["log_ratio"][0] == pytest.approx(fitted.params[3], rel=1e-5)
    assert ours.effects["standard_error"][0] == pytest.approx(error, rel=1e-5)


def test_default_lags_and_checks():
    counts = make_counts(carry=0.6)
    result = interrupted_time_series(counts, date="2017-07-01", model="quasi-Poisson", **FEW)
    stated = interrupted_time_series(
        counts, date="2017-07-01", model="quasi-Poisson", lags=3, **FEW
    )
    pd.testing.assert_frame_equal(result.effects, stated.effects)  # floor(4 x 0.96^(2/9)) = 3
    assert look(result, "lags")["value"] == 3
    assert look(result, "periods before")["value"] == 66
    assert look(result, "periods after")["value"] == 30
    assert look(result, "share of zeros")["value"] == (counts == 0).mean()
    fitted = sm.GLM(counts.to_numpy(), make_design(96, 66), family=sm.families.Poisson()).fit()
    assert look(result, "dispersion (scale)")["value"] == pytest.approx(fitted.pearson_chi2 / 93)
    theirs = sm.stats.acorr_ljungbox(fitted.resid_pearson, lags=[3]).iloc[0]
    assert look(result, "Ljung-Box")["value"] == pytest.approx(theirs["lb_stat"], rel=1e-5)
    assert look(result, "Ljung-Box")["p"] == pytest.approx(theirs["lb_pvalue"], rel=1e-5)
    assert theirs["lb_pvalue"] < 0.05
    assert "too narrow" in look(result, "Ljung-Box")["reading"]


def test_autocorrelation_left_over_is_warned_of():
    with pytest.warns(ct.DataWarning, match="Ljung-Box p = .*too narrow"):
        interrupted_time_series(make_counts(carry=0.6), date="2017-07-01", **FEW)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ct.DataWarning)
        interrupted_time_series(make_counts(), date="2017-07-01", **FEW)


def test_less_scatter_than_poisson_is_said():
    series = make_exact()
    as_poisson = sm.GLM(series.to_numpy(), make_design(48, 24), family=sm.families.Poisson()).fit()
    result = interrupted_time_series(series, date="2014-01-01")
    assert look(result, "dispersion (alpha)")["value"] == 0
    assert "fitted as such" in look(result, "dispersion (alpha)")["reading"]
    assert result.effects["log_ratio"][0] == pytest.approx(as_poisson.params[0])
    result = interrupted_time_series(series, date="2014-01-01", model="quasi-Poisson")
    # 24 x 4/10 + 24 x 4/30 over 48 - 3
    assert look(result, "dispersion (scale)")["value"] == pytest.approx(12.8 / 45)
    assert "Less scatter" in look(result, "dispersion (scale)")["reading"]


@pytest.mark.parametrize("factor", [0.25, 7.5])
def test_quasi_poisson_does_not_depend_on_the_unit(factor):
    counts = make_counts(n=48, at=24)
    one, other = (
        interrupted_time_series(c, date="2014-01-01", model="quasi-Poisson").effects
        for c in (counts, factor * counts)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-5)


# ------------------------------------------------------------------------------- placebos


def test_placebos_are_the_same_model_before_the_date():
    counts = make_counts(n=60, at=36)
    result = interrupted_time_series(counts, date="2015-01-01", model="quasi-Poisson")
    placebos = result.placebos
    # 36 months before, 12 on either side: the 13th to the 25th
    assert placebos["period"].tolist() == list(pd.period_range("2013-01", "2014-01", freq="M"))
    alone = interrupted_time_series(counts[:36], date="2013-06-01", model="quasi-Poisson")
    row = placebos[placebos["period"] == "2013-06"].iloc[0]
    assert row["ratio"] == pytest.approx(alone.effects["ratio"][0])
    assert row["p"] == pytest.approx(alone.effects["p"][0])
    real = abs(result.effects["log_ratio"][0])
    farther = sum(abs(np.log(ratio)) >= real for ratio in placebos["ratio"])
    assert result.effects["placebo_p"][0] == pytest.approx((1 + farther) / 14)
    assert result.effects["n_placebos"][0] == 13
    assert look(result, "placebo dates")["value"] == 13


@pytest.mark.parametrize(("before", "n"), [(23, 0), (24, 1), (32, 9), (33, 10)])
def test_few_placebos_give_no_p(before, n):
    date = f"{2012 + before // 12}-{before % 12 + 1:02}-01"
    result = interrupted_time_series(
        make_counts(n=before + 12, at=before), date=date, model="quasi-Poisson"
    )
    assert result.effects["n_placebos"].tolist() == [n]
    assert len(result.placebos) == n
    assert result.effects["placebo_p"].isna().tolist() == [n < 10]
    assert ("no placebo_p" in look(result, "placebo dates")["reading"]) == (n < 10)
    assert result.placebos["period"].dtype == "period[M]"


def test_placebos_without_an_answer_count_as_farther():
    numbers = make_counts(n=72, at=48).to_numpy().copy()
    numbers[:20] = 0  # up to the 21st month a placebo has nothing before it
    result = interrupted_time_series(make_series(numbers), date="2016-01-01", model="quasi-Poisson")
    lost = result.placebos["ratio"].isna()
    assert lost.sum() >= 9
    assert lost[:9].all()
    real = abs(result.effects["log_ratio"][0])
    farther = (np.log(result.placebos["ratio"].dropna()).abs() >= real).sum() + lost.sum()
    assert result.effects["placebo_p"][0] == pytest.approx((1 + farther) / (1 + len(lost)))


def test_many_placebos_are_thinned_evenly():
    counts = make_counts(n=460, at=430)
    days = counts.set_axis(pd.period_range("2016-01-01", periods=460, freq="D"))
    result = interrupted_time_series(days, date="2017-03-06", model="quasi-Poisson")
    steps = np.diff(result.placebos["period"].map(lambda day: day.ordinal))
    assert len(result.placebos) == 200
    assert set(steps) == {2, 3}  # 407 possible days
    assert result.placebos["period"].iloc[0] == days.index[12]
    assert result.placebos["period"].iloc[-1] == days.index[430 - 12]


# ------------------------------------------------------------------- nothing to be estimated


def assert_described(result, ratio, before, after):
    assert result.effects["term"].tolist() == ["mean after / mean before"]
    assert result.effects["ratio"].tolist() == pytest.approx([ratio], nan_ok=True)
    assert result.effects[EMPTY].isna().all(axis=None)
    assert result.effects["n_placebos"].tolist() == [0]
    assert len(result.placebos) == 0
    assert result.fitted.groupby("after")["fitted"].unique().map(list).tolist() == [
        pytest.approx([before]),
        pytest.approx([after]),
    ]
    assert result.fitted["counterfactual"].dropna().unique() == pytest.approx([before])
    assert result.fitted[["low", "high"]].isna().all(axis=None)
    assert result.checks["p"].isna().all()
    assert "two means compared" in result.effects.attrs["steps"]


def describe(numbers, date, match, **options):
    with pytest.warns(ct.DataWarning, match=match + ".*Nothing is estimated"):
        return interrupted_time_series(make_series(numbers), date=date, **options)


def test_too_few_periods_on_one_side():
    result = describe([4, 6] * 12 + [1, 2] * 5 + [3], "2014-01-01", "One side has 11 periods")
    assert_described(result, 18 / 11 / 5, 5, 18 / 11)
    assert look(result, "periods after")["value"] == 11
    result = describe([4, 6, 5] + [1, 2] * 8, "2012-04-01", "One side has 3 periods")
    assert_described(result, 0.3, 5, 1.5)
    result = describe([4, 6] * 12 + [3], "2014-01-01", "One side has 1 periods")
    assert_described(result, 0.6, 5, 3)


def test_the_limit_is_a_choice():
    numbers = make_counts(n=20, at=10).to_numpy()
    describe(numbers, "2012-11-01", "fewer than minimum_points=12")
    result = interrupted_time_series(make_series(numbers), date="2012-11-01", minimum_points=10)
    assert result.effects["p"].notna().all()


def test_zeros_on_one_side():
    result = describe(
        [4, 6] * 12 + [0] * 24, "2014-01-01", "The series has only zeros from the date"
    )
    assert_described(result, 0, 5, 0)
    assert look(result, "share of zeros")["value"] == 0.5
    result = describe([0] * 24 + [4, 6] * 12, "2014-01-01", "The series has only zeros before")
    assert_described(result, np.nan, 0, 5)
    control = make_series([0] * 24 + [4, 6] * 12)
    result = describe(
        [4, 6] * 24, "2014-01-01", "The control has only zeros before", control=control
    )
    assert_described(result, 1, 5, 5)


def test_no_scatter_at_all():
    assert_described(describe([5] * 48, "2014-01-01", "no scatter"), 1, 5, 5)
    assert_described(describe([5] * 24 + [9] * 24, "2014-01-01", "no scatter"), 1.8, 5, 9)


def test_a_regression_that_runs_away():
    result = describe([4, 6] * 12 + [7] + [0] * 23, "2014-01-01", "no finite answer", change="both")
    assert_described(result, 7 / 24 / 5, 5, 7 / 24)


def test_a_season_needs_two_years():
    result = describe([4, 6] * 6 + [3, 2] * 5 + [1], "2013-01-01", "23 periods are too few",
                      harmonics=1, minimum_points=10)  # fmt: skip
    assert_described(result, 26 / 11 / 5, 5, 26 / 11)
    counts = make_counts(n=60, at=23)
    result = interrupted_time_series(counts, date="2013-12-01", harmonics=1, minimum_points=6)
    assert result.effects["p"].notna().all()
    assert len(result.placebos) == 0  # not two years before the date


def test_nothing_but_zeros():
    with pytest.raises(EmptySelectionError, match="nothing but zeros"):
        interrupted_time_series(make_series([0] * 48), date="2014-01-01")


# --------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    "date", ["2011-12-01", "2012-01-01", "2012-01-15", "2016-01-01", "2015-12-15"]
)
def test_a_date_outside_or_at_the_edge(date):
    with pytest.raises(OptionError, match="no whole period before it, or none after it"):
        interrupted_time_series(make_counts(n=48, at=24), date=date)


@pytest.mark.parametrize("date", ["2012-02-01", "2012-02-15", "2015-12-01", "2015-11-15"])
@pytest.mark.filterwarnings("ignore::toolkit.DataWarning")
def test_a_date_next_to_the_edge_is_described(date):
    result = interrupted_time_series(make_counts(n=48, at=24), date=date)
    assert result.effects["term"].tolist() == ["mean after / mean before"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"date": "July 2017"}, "date='July 2017' is not a day"),
        ({"date": "2017"}, "is not a day"),
        ({"change": "step"}, "change='step' is not known"),
        ({"model": "poisson"}, "model='poisson' is not known"),
        ({"harmonics": 6}, "harmonics=6 needs shorter periods"),
        ({"harmonics": -1}, "harmonics=-1 is not possible"),
        ({"harmonics": True}, "harmonics=True is not possible"),
        ({"lags": 1.5}, "lags=1.5 is not possible"),
        ({"lags": 48}, "lags=48 is no shorter than the series"),
        ({"minimum_points": 2}, "minimum_points=2 is not possible"),
        ({"control": make_counts(n=48, at=24)}, "The control is the series itself"),
        ({"control": make_counts(n=48, at=24).rename("other")}, "The control is the series itself"),
        ({"control": make_series([1] * 48, start="1990-01")}, "no period in common"),
        ({"control": make_series([1] * 48, freq="Q-DEC")}, "no period in common"),
        ({"control": make_series([-1] * 48)}, "control: The series holds negative"),
        ({"control": pd.Series([1.0, 2.0])}, "control: The index of the series"),
    ],
)
def test_mistakes_are_told(options, message):
    with pytest.raises(OptionError, match=message) as caught:
        interrupted_time_series(make_counts(n=48, at=24), **{"date": "2014-01-01", **options})
    assert all([caught.value.wrong, caught.value.allowed, caught.value.fix])


def test_harmonics_of_years_and_quarters():
    years = make_exact(freq="Y-DEC", start="1990")
    with pytest.raises(OptionError, match="harmonics=1 needs shorter periods: a year has 1 here"):
        interrupted_time_series(years, date="2014-01-01", harmonics=1)
    quarters = make_counts(n=48, at=24).set_axis(
        pd.period_range("2010Q1", periods=48, freq="Q-DEC")
    )
    interrupted_time_series(quarters, date="2016-01-01", harmonics=1)
    with pytest.raises(OptionError, match="at most 1"):
        interrupted_time_series(quarters, date="2016-01-01", harmonics=2)


@pytest.mark.parametrize("bad", [-1, np.inf])
def test_values_that_are_no_counts(bad):
    with pytest.raises(OptionError, match="negative or infinite"):
        interrupted_time_series(make_series([1] * 47 + [bad]), date="2014-01-01")


def test_a_missing_month():
    counts = make_counts(n=48, at=24)
    with pytest.raises(OptionError, match="no row for 1 month"):
        interrupted_time_series(counts.drop(counts.index[30]), date="2014-01-01")
    panel = make_panel(counts)
    panel.loc[30, "covered"] = False
    with pytest.raises(OptionError, match="has a gap"):
        interrupted_time_series(panel, date="2014-01-01")


def test_partial_periods_at_the_ends_are_left_out():
    counts = make_counts(n=48, at=24)
    panel = make_panel(counts)
    panel.loc[[0, 47], "partial"] = True
    with pytest.warns(ct.DataWarning, match="2 months at the ends"):
        result = interrupted_time_series(panel, date="2014-01-01", model="quasi-Poisson")
    inner = interrupted_time_series(counts[1:47], date="2014-01-01", model="quasi-Poisson")
    assert len(result.fitted) == 46
    assert result.effects["ratio"][0] == pytest.approx(inner.effects["ratio"][0])


def test_a_control_of_other_length():
    counts, control = make_counts(n=60, at=30), make_counts(9, n=60, factor=1)
    options = {"date": "2014-07-01", "model": "quasi-Poisson"}
    with pytest.warns(ct.DataWarning, match="The control covers 54 of 60 months"):
        cut = interrupted_time_series(counts, control=control[3:57], **options)
    inner = interrupted_time_series(counts[3:57], control=control, **options)  # longer: no warning
    assert cut.fitted["period"].tolist() == counts.index[3:57].tolist()
    pd.testing.assert_frame_equal(cut.effects, inner.effects)


# ---------------------------------------------------------------------------- where it is from


def test_the_result_knows_where_it_comes_from():
    counts = make_counts(n=60, at=36)
    panel = make_panel(counts)
    before = panel.copy()
    result = interrupted_time_series(panel, date="2015-01-01", lags=2)
    for table in result:
        assert ct.source_line(table) == "Source: Reed Events 1"
        assert table.attrs["steps"] == (
            "counted; interrupted time series of n_events at 2015-01-01: negative binomial, "
            "change of level, 0 harmonics, 2 lags"
        )
    pd.testing.assert_frame_equal(panel, before)
    two = pd.concat([panel, make_panel(counts, unit="Boria")], ignore_index=True)
    two = stamp(two, before.attrs)
    result = interrupted_time_series(
        two, date="2015-01-01", unit="Boria", control=make_counts(9, n=60)
    )
    assert "; unit Boria; " in result.fitted.attrs["steps"]
    assert "control: Source not recorded" in result.fitted.attrs["steps"]


# ------------------------------------------------------------------------------ simulations


@pytest.mark.parametrize(("carry", "documented"), [(0.0, 0.957), (0.3, 0.903), (0.6, 0.854)])
def test_intervals_hold_the_planted_step_as_often_as_documented(carry, documented):
    """200 series against the documented share of 1,000 others.

    Farther off than four standard errors, 4 sqrt(share (1 - share) (1/200 + 1/1000)), would be a
    change of the errors and no chance.
    """
    plan, held = Plan("level", "negative binomial", 0, None, 12, 12.0), []
    for seed in range(200):
        table = make_counts(seed, carry=carry).to_frame("series").assign(time=np.arange(-66, 30))
        row = fit_model(table, plan).changes(plan).iloc[0]
        held.append(row["low"] < 0.4 < row["high"])
    margin = 4 * np.sqrt(documented * (1 - documented) * (1 / 200 + 1 / 1000))
    assert np.mean(held) == pytest.approx(documented, abs=margin)


def test_the_planted_ceasefire_of_the_sample():
    events = ct.filter_events(ct.load_sample("ged"), countries="Karvenia")
    panels = {
        kind: ct.count_events(
            ct.filter_events(events, violence_types=kind), by="country", period="month"
        )
        for kind in ("state-based", "non-state")
    }
    fights = panels["state-based"]
    result = interrupted_time_series(fights, date="2017-07-01")
    row = result.effects.iloc[0]
    assert row["low"] < 0.4 < row["high"] < 1
    assert row["placebo_p"] == pytest.approx(1 / 44)  # no placebo date comes near
    against = interrupted_time_series(fights, date="2017-07-01", control=panels["non-state"])
    assert against.effects["low"][0] < 0.4 < against.effects["high"][0] < 1
    assert "violence_type non-state" in against.effects.attrs["steps"]


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.DataWarning")
def test_finer_periods_add_no_evidence(realdata):
    """The documented lesson: the same events and date, by month and by day."""
    events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
    rows = {}
    for period in ("month", "day"):
        panel = ct.count_events(events, by="country", period=period)
        result = interrupted_time_series(
            panel, date="2018-09-17", unit="Syria", model="quasi-Poisson"
        )
        rows[period] = result.effects.iloc[0]
    assert round(rows["month"]["ratio"], 2) == round(rows["day"]["ratio"], 2) == 0.73
    assert round(rows["month"]["p"], 2) == 0.17
    assert round(rows["day"]["p"], 4) == 0.0004
    assert round(rows["day"]["placebo_p"], 2) == 0.63


def test_the_control_is_chosen_by_name_in_a_panel():
    panel = ct.count_events(ct.load_sample("ged"), by="country", period="month")
    options = {"unit": "Karvenia", "date": "2017-07-01"}
    chosen = ct.interrupted_time_series(panel, **options, control=panel, control_unit="Dulmora")
    alone = ct.interrupted_time_series(
        panel, **options, control=panel[panel["country"] == "Dulmora"]
    )
    pd.testing.assert_frame_equal(chosen.effects, alone.effects)
    assert "control: Dulmora of INVENTED sample" in chosen.effects.attrs["steps"]
    with pytest.raises(OptionError, match="control: One series is needed") as caught:
        ct.interrupted_time_series(panel, **options, control=panel)
    assert caught.value.fix == "control_unit='Dulmora'"
