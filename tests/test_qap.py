"""QAP correlation and regression, against all permutations, naive loops and statsmodels."""

import itertools
import warnings

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from toolkit.errors import ColumnError, DataWarning, EmptySelectionError, OptionError
from toolkit.networks import qap
from toolkit.networks.qap import qap_correlation, qap_regression
from toolkit.networks.relations import Pairs, difference, same_value


def network(matrix, names=None, kind=nx.Graph):
    """All actors, and a tie for each cell that is not 0."""
    names = names or [f"a{i}" for i in range(len(matrix))]
    G = kind()
    G.add_nodes_from(names)
    G.add_weighted_edges_from(
        (names[i], names[j], matrix[i, j])
        for i, j in zip(*np.nonzero(matrix), strict=True)
        if i != j and (kind is nx.DiGraph or i < j)
    )
    return G


def counts(seed, n, *, directed=False, mean=1.0):
    matrix = np.random.default_rng(seed).poisson(mean, (n, n)).astype(float)
    matrix = matrix if directed else np.triu(matrix, 1) + np.triu(matrix, 1).T
    np.fill_diagonal(matrix, 0)
    return matrix


def normal(rng, n, activity=0.0):
    """A symmetric matrix whose cells share what is the actor's: pairs are not independent."""
    a, noise = rng.normal(size=n), np.triu(rng.normal(size=(n, n)), 1)
    return activity * (a[:, None] + a[None, :]) + noise + noise.T


def positive(matrix):
    """A constant added to all pairs changes no correlation and no t, and weights are above 0."""
    return network(matrix - matrix.min() + 1)


def orders(n, n_draws, seed):
    """The permutations that are drawn."""
    return np.random.default_rng(seed).permuted(np.tile(np.arange(n), (n_draws, 1)), axis=1)


def cells(n, directed):
    return np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)


# Five actors: two triangles that share the tie AB, with a pendant in each
FIRST = nx.Graph([("A", "B", {"weight": 5}), ("B", "C", {"weight": 3}), ("A", "C", {"weight": 2}),
                  ("C", "D", {"weight": 1})])  # fmt: skip
SECOND = nx.Graph([("A", "B", {"weight": 4}), ("B", "C", {"weight": 1}), ("A", "D", {"weight": 2}),
                   ("D", "E", {"weight": 1})])  # fmt: skip
FIRST.add_node("E")


# ------------------------------------------------------------------------------ correlation


def test_correlation_by_hand():
    # ten pairs. first: AB 5 BC 3 AC 2 CD 1, sum 11, squares 39; second: AB 4 BC 1 AD 2 DE 1,
    # sum 8, squares 22; products 5x4 + 3x1 = 23
    expected = (23 - 11 * 8 / 10) / np.sqrt((39 - 121 / 10) * (22 - 64 / 10))
    found = qap_correlation(FIRST, SECOND).summary
    assert list(found.index) == ["correlation"]
    assert found.loc["correlation", "observed"] == pytest.approx(expected)


def test_correlation_of_ties_by_hand():
    # both have 4 ties of 10, 2 of them the same: phi = (2 x 4 - 2 x 2) / (4 x 6)
    found = qap_correlation(FIRST, SECOND, values="tie").summary
    assert found.loc["correlation", "observed"] == pytest.approx(4 / 24)


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_drawn_p_agrees_with_all_permutations(alternative):
    one, two = (nx.to_numpy_array(G, list("ABCDE")) for G in (FIRST, SECOND))
    pairs = np.triu_indices(5, 1)
    every = [
        np.corrcoef(one[pairs], two[np.ix_(p, p)][pairs])[0, 1]
        for p in itertools.permutations(range(5))
    ]
    observed = every[0]
    above, below = (np.mean([s * r >= s * observed - 1e-9 for r in every]) for s in (1, -1))
    exact = {"greater": above, "less": below, "two-sided": min(1, 2 * min(above, below))}
    n = 4_000
    found = qap_correlation(FIRST, SECOND, n_draws=n, alternative=alternative).summary
    p = exact[alternative]
    factor = 2 if alternative == "two-sided" else 1
    slack = factor * 4 * np.sqrt(p / factor * (1 - p / factor) / n) + 2 / n
    assert p > 0.02
    assert found.loc["correlation", "p_value"] == pytest.approx(p, abs=slack)


@pytest.mark.parametrize("directed", [False, True])
def test_draws_equal_a_naive_loop(directed):
    kind = nx.DiGraph if directed else nx.Graph
    one, two = counts(1, 9, directed=directed), counts(2, 9, directed=directed)
    found = qap_correlation(network(one, kind=kind), network(two, kind=kind), n_draws=99, seed=5)
    at = cells(9, directed)
    loop = [np.corrcoef(one[at], two[np.ix_(p, p)][at])[0, 1] for p in orders(9, 99, 5)]
    assert np.allclose(found.draws["correlation"], loop)
    assert found.summary.loc["correlation", "observed"] == pytest.approx(
        np.corrcoef(one[at], two[at])[0, 1]
    )
    assert found.summary.attrs["n_pairs"] == str(72 if directed else 36)


def test_draws_in_parts_are_the_same(monkeypatch):
    G, H = network(counts(1, 9)), network(counts(2, 9))
    whole = qap_correlation(G, H, n_draws=150).draws
    monkeypatch.setattr(qap, "LARGEST", 36 * 7)
    assert np.allclose(qap_correlation(G, H, n_draws=150).draws, whole)


def test_order_of_the_actors_does_not_matter():
    matrix, other = counts(1, 8), counts(2, 8)
    G, H = network(matrix), network(other)
    back = nx.Graph()
    back.add_nodes_from(reversed(list(H)))
    back.add_edges_from(H.edges(data=True))
    a, b = (qap_correlation(G, K).summary.loc["correlation", "observed"] for K in (H, back))
    assert a == pytest.approx(b)


def test_loops_are_ignored():
    G = FIRST.copy()
    G.add_edge("A", "A", weight=100)
    assert qap_correlation(G, SECOND).summary.equals(qap_correlation(FIRST, SECOND).summary)


def test_a_large_number_added_to_all_weights_changes_nothing():
    one, two = counts(1, 9), counts(2, 9)
    a = qap_correlation(network(one + 1), network(two + 1), n_draws=99)
    b = qap_correlation(network(one + 1e8), network(two + 1e8), n_draws=99)
    assert np.allclose(a.draws, b.draws, atol=1e-6)


def test_a_network_with_itself_is_1_and_rare():
    G = network(counts(3, 10))
    found = qap_correlation(G, G, alternative="greater").summary.loc["correlation"]
    assert found["observed"] == pytest.approx(1)
    assert found["p_value"] == pytest.approx(1 / 1000)


def test_p_is_uniform_where_nothing_goes_together():
    p = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        # actors differ in activity, in each network on their own
        G, H = positive(normal(rng, 10, 1.0)), positive(normal(rng, 10, 1.0))
        found = qap_correlation(G, H, n_draws=99, seed=seed, alternative="greater").summary
        p.append(found.loc["correlation", "p_value"])
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert 2 <= sum(x <= 0.05 for x in p) <= 19  # binomial(200, 0.05): 99.8 % of it


def test_equal_activity_is_enough_for_a_low_p():
    """The limit that the docstring states: independent counts, the same actors busy."""
    low = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        a = rng.normal(size=15)
        expected = np.exp(-1 + 0.8 * (a[:, None] + a[None, :]))
        G, H = (network(np.triu(rng.poisson(expected), 1).astype(float)) for _ in range(2))
        found = qap_correlation(G, H, n_draws=99, seed=seed, alternative="greater").summary
        low += found.loc["correlation", "p_value"] <= 0.05
    assert low > 20


def test_missing_weights_are_left_out_and_told():
    one, two = counts(1, 8, mean=3.0), counts(2, 8, mean=3.0)
    one[0, 1] = one[1, 0] = two[2, 3] = two[3, 2] = two[2, 4] = two[4, 2] = np.nan
    with pytest.warns(DataWarning, match="3 of 28 .* .the first network: 1, the second network: 2"):
        found = qap_correlation(network(one), network(two), n_draws=99, seed=2)
    at = cells(8, False)

    def r(x, y):
        known = ~np.isnan(x) & ~np.isnan(y)
        return np.corrcoef(x[known], y[known])[0, 1]

    assert found.summary.loc["correlation", "observed"] == pytest.approx(r(one[at], two[at]))
    assert found.summary.attrs["n_pairs"] == "25"
    loop = [r(one[at], two[np.ix_(p, p)][at]) for p in orders(8, 99, 2)]
    assert np.allclose(found.draws["correlation"], loop)


def test_actors_of_one_network_only_are_told():
    G, H = FIRST.copy(), SECOND.copy()
    G.add_edges_from([("A", "X", {"weight": 9}), ("B", "Y", {"weight": 9})])
    H.add_edge("E", "Z", weight=9)
    with pytest.warns(
        DataWarning, match=r"2 of the first network \(X, Y\); 1 of the second network \(Z\)"
    ):
        found = qap_correlation(G, H)
    whole = qap_correlation(FIRST, SECOND)
    assert found.summary["observed"].equals(whole.summary["observed"])
    assert found.summary.attrs["n_actors"] == "5"


def test_provenance_says_what_is_random():
    G, H = FIRST.copy(), SECOND.copy()
    for K in (G, H):
        K.graph.update(title="GED", steps="dyads by year")
    found = qap_correlation(G, H)
    for table in found:
        assert table.attrs["title"] == "GED"
        assert table.attrs["steps"].startswith("dyads by year; QAP correlation")
        assert table.attrs["null"].startswith("Random: which actor")
    assert len(found.draws) == 999


def test_errors_of_the_correlation():
    with pytest.raises(OptionError, match="directed"):
        qap_correlation(FIRST, nx.DiGraph(SECOND))
    with pytest.raises(EmptySelectionError, match="Only 4 actors are in all"):
        qap_correlation(FIRST.subgraph("ABCD"), SECOND)
    with pytest.raises(OptionError, match="The second network has the same value, 0"):
        qap_correlation(FIRST, nx.empty_graph(list("ABCDE")))
    with pytest.raises(OptionError, match="n_draws=50"):
        qap_correlation(FIRST, SECOND, n_draws=50)
    with pytest.raises(OptionError, match="seed=-1"):
        qap_correlation(FIRST, SECOND, seed=-1)
    with pytest.raises(OptionError, match="values='weights'"):
        qap_correlation(FIRST, SECOND, values="weights")
    with pytest.raises(OptionError, match="alternative"):
        qap_correlation(FIRST, SECOND, alternative="more")


# ------------------------------------------------------------------------------- regression


def regression_data(seed=4, n=9, directed=False):
    kind = nx.DiGraph if directed else nx.Graph
    y, x1, x2 = (counts(seed + k, n, directed=directed, mean=2.0) for k in range(3))
    names = [f"a{i}" for i in range(n)]
    table = pd.DataFrame(x2, names, names).iloc[::-1, ::-1]  # another order of actors
    return y, x1, x2, network(y, kind=kind), {"x1": network(x1, kind=kind), "x2": table}


@pytest.mark.parametrize("directed", [False, True])
def test_coefficients_equal_statsmodels(directed):
    sm = pytest.importorskip("statsmodels.api")
    y, x1, x2, outcome, predictors = regression_data(directed=directed)
    found = qap_regression(outcome, predictors, n_draws=99)
    at = cells(9, directed)
    fit = sm.OLS(y[at], sm.add_constant(np.column_stack([x1[at], x2[at]]))).fit()
    assert list(found.index) == ["intercept", "x1", "x2"]
    assert np.allclose(found["coefficient"], fit.params)
    assert np.allclose(found["t"], fit.tvalues)
    assert np.allclose(found["r_squared"], fit.rsquared)
    assert set(found["n_pairs"]) == {len(y[at])}
    assert np.isnan(found.loc["intercept", "p_value"])


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("gap", [False, True])
def test_double_semi_partialling_equals_a_naive_loop(directed, gap):
    """The residuals as a matrix, its actors permuted, the whole regression fitted again."""
    sm = pytest.importorskip("statsmodels.api")
    y, x1, x2, outcome, predictors = regression_data(directed=directed)
    names, at = list(outcome), cells(9, directed)
    if gap:
        x2[0, 1] = x2[1, 0] = np.nan
        predictors["x2"] = pd.DataFrame(x2, names, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        found = qap_regression(outcome, predictors, n_draws=99, seed=3)
    known = ~np.isnan(x2[at])
    at = at[0][known], at[1][known]
    for name, x, z in (("x1", x1, x2), ("x2", x2, x1)):
        left = np.full((9, 9), np.nan)
        left[at] = sm.OLS(x[at], sm.add_constant(z[at])).fit().resid
        if not directed:
            left[at[::-1]] = left[at]
        drawn = []
        for p in orders(9, 99, 3):
            design = sm.add_constant(np.column_stack([left[np.ix_(p, p)][at], z[at]]))
            drawn.append(sm.OLS(y[at], design, missing="drop").fit().tvalues[1])
        t = found.loc[name, "t"]
        above, below = (sum(s * d >= s * t - 1e-9 for d in drawn) for s in (1, -1))
        assert found.loc[name, "p_value"] == min(1, 2 * (1 + min(above, below)) / 100)
        draws = qap._draw_t(name, y, {"x1": x1, "x2": x2}, Pairs(*at, 9, directed),
                            "double_semi_partialling", 99, 3)  # fmt: skip
        assert np.allclose(draws, drawn)


def test_permute_outcome_equals_a_naive_loop():
    sm = pytest.importorskip("statsmodels.api")
    y, x1, x2, outcome, predictors = regression_data()
    found = qap_regression(outcome, predictors, n_draws=99, seed=3, method="permute_outcome")
    at = cells(9, False)
    design = sm.add_constant(np.column_stack([x1[at], x2[at]]))
    drawn = np.array([sm.OLS(y[np.ix_(p, p)][at], design).fit().tvalues for p in orders(9, 99, 3)])
    for k, name in ((1, "x1"), (2, "x2")):
        t = found.loc[name, "t"]
        above, below = (sum(s * d >= s * t - 1e-9 for d in drawn[:, k]) for s in (1, -1))
        assert found.loc[name, "p_value"] == min(1, 2 * (1 + min(above, below)) / 100)


def test_one_predictor_gives_the_p_of_the_correlation():
    G, H = network(counts(1, 10)), network(counts(2, 10))
    r = qap_correlation(G, H, n_draws=199).summary.loc["correlation"]
    for method in qap.METHODS:
        found = qap_regression(G, {"x": H}, n_draws=199, method=method).loc["x"]
        assert found["r_squared"] == pytest.approx(r["observed"] ** 2)
    # with one predictor the outcome is fixed and the predictor's actors move, as there
    found = qap_regression(G, {"x": H}, n_draws=199).loc["x"]
    assert found["p_value"] == pytest.approx(r["p_value"])


def test_planted_effect_is_found_and_the_confounder_is_not():
    names = [f"a{i}" for i in range(15)]
    rng = np.random.default_rng(0)
    cause, noise = normal(rng, 15), normal(rng, 15)
    follower = cause + 0.5 * normal(rng, 15)  # goes with the cause, does nothing
    tables = {"cause": pd.DataFrame(cause, names, names),
              "follower": pd.DataFrame(follower, names, names)}  # fmt: skip
    alone = qap_regression(positive(2 * cause + noise), {"follower": tables["follower"]})
    both = qap_regression(positive(2 * cause + noise), tables)
    assert alone.loc["follower", "p_value"] <= 0.01
    assert both.loc["cause", "p_value"] <= 0.01
    assert both.loc["cause", "coefficient"] == pytest.approx(2, abs=0.5)
    assert both.loc["follower", "p_value"] > 0.05


def test_level_where_another_predictor_drives_the_outcome():
    """Pairs of an actor go together in error and predictor: only one method holds its level."""
    names = [f"a{i}" for i in range(12)]
    rejected = dict.fromkeys(qap.METHODS, 0)
    for seed in range(150):
        rng = np.random.default_rng(seed)
        driver, error = normal(rng, 12), normal(rng, 12, 2.0)
        idle = 0.9 * driver + normal(rng, 12, 2.0)
        X = {"driver": pd.DataFrame(driver, names, names), "idle": pd.DataFrame(idle, names, names)}
        for method in rejected:
            found = qap_regression(positive(5 * driver + error), X, n_draws=99, method=method)
            rejected[method] += found.loc["idle", "p_value"] <= 0.05
    # binomial(150, 0.05) is at most 16 in 99.9 % of cases
    assert rejected["double_semi_partialling"] <= 16
    assert rejected["permute_outcome"] > 22


def test_missing_pairs_are_left_out_of_the_regression():
    y, x1, x2, outcome, predictors = regression_data()
    x2[0, 1] = x2[1, 0] = y[2, 3] = y[3, 2] = np.nan
    names = list(outcome)
    predictors["x2"] = pd.DataFrame(x2, names, names)
    for method in qap.METHODS:
        with pytest.warns(DataWarning, match="2 of 36 pairs have a missing value"):
            found = qap_regression(network(y), predictors, n_draws=99, method=method)
        at = cells(9, False)
        known = ~np.isnan(y[at]) & ~np.isnan(x2[at])
        design = np.column_stack([np.ones(36), x1[at], x2[at]])[known]
        expected = np.linalg.lstsq(design, y[at][known], rcond=None)[0]
        assert np.allclose(found["coefficient"], expected)
        assert set(found["n_pairs"]) == {34}
        assert (found["n_undefined"].dropna() == 0).all()


def test_undefined_permutations_are_left_out_and_counted():
    """All five pairs that differ fall on pairs that are missing in some permutations."""
    x = np.ones((6, 6))
    x[0, 1:] = x[1:, 0] = 3  # only the pairs of the first actor differ
    y = counts(1, 6, mean=5.0) + 1
    y[5, :5] = y[:5, 5] = np.nan  # of the last actor nothing is known
    names = [f"a{i}" for i in range(6)]
    with pytest.warns(DataWarning, match="5 of 15 pairs"):
        found = qap_regression(network(y), {"x": pd.DataFrame(x, names, names)}, n_draws=599)
    assert found.loc["x", "n_undefined"] > 0
    # wherever the first actor falls among the five known the values differ: one place in six
    assert found.loc["x", "n_undefined"] == pytest.approx(100, abs=37)
    defined = 599 - found.loc["x", "n_undefined"]
    assert (found.loc["x", "p_value"] * (1 + defined) / 2) % 1 == pytest.approx(0, abs=1e-9)


def test_a_predictor_that_a_permutation_makes_a_sum_of_the_others_has_no_t():
    """What is left of the moving values is rounding: missing, not a t out of noise."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=45)
    Z, fixed = np.column_stack([np.ones(45), z]), rng.normal(size=45)
    moving = np.vstack([3 * z + 0.1, 1e6 * z, 3 * z + 1e-3 * rng.normal(size=45)])
    found = qap._partial_r(fixed, moving, Z)
    assert np.isnan(found).tolist() == [True, True, False]
    # small but real variance counts: the same from residuals of a regression
    left = [v - Z @ np.linalg.lstsq(Z, v, rcond=None)[0] for v in (fixed, moving[2])]
    assert found[2] == pytest.approx(np.corrcoef(*left)[0, 1])


def test_provenance_of_the_regression():
    *_, outcome, predictors = regression_data()
    outcome.graph["title"] = predictors["x1"].graph["title"] = "GED"
    found = qap_regression(outcome, predictors, n_draws=99)
    assert found.attrs["title"] == "GED"
    assert "double_semi_partialling" in found.attrs["steps"]
    assert "the others do not explain" in found.attrs["null"]


def test_errors_of_the_regression():
    *_, outcome, predictors = regression_data()
    names, table = list(outcome), predictors["x2"]
    errors = [
        ({}, OptionError, "no predictors"),
        ({"kind": pd.Series(1, names)}, OptionError, "'kind' is a Series"),
        ({"x": table + np.triu(np.ones((9, 9)))}, OptionError, "not symmetric"),
        ({"x": table.iloc[:5]}, ColumnError, "not the same actors"),
        ({"x": table.astype(str) + "x"}, OptionError, "no number"),
        ({"x": table * 0 + 1}, OptionError, "'x' has the same value, 1"),
        ({"x": table, "again": 2 * table + 1}, OptionError, "'x' follows from the others"),
        ({"x": nx.DiGraph(outcome)}, OptionError, "directed"),
        ({"intercept": table}, OptionError, "'intercept'"),
        (
            {"x": table.iloc[:4, -4:].set_axis(table.index[:4], axis=1)},
            EmptySelectionError,
            "Only 4",
        ),
    ]
    for wrong, error, text in errors:
        with pytest.raises(error, match=text):
            qap_regression(outcome, wrong, n_draws=99)
    with pytest.raises(OptionError, match="double_semi"):
        qap_regression(outcome, predictors, method="dsp")
    small = network(counts(1, 5))
    many = {f"x{k}": network(counts(k + 2, 5)) for k in range(9)}
    with pytest.raises(EmptySelectionError, match="10 pairs"):
        qap_regression(small, many, n_draws=99)


def test_relation_without_direction_explains_directed_ties():
    y = counts(1, 8, directed=True)
    x = counts(2, 8)
    found = qap_regression(network(y, kind=nx.DiGraph), {"x": network(x)}, n_draws=99)
    at = cells(8, True)
    assert found.loc["x", "coefficient"] == pytest.approx(np.polyfit(x[at], y[at], 1)[0])


def test_attributes_as_relations():
    kind = pd.Series({"A": "rebel", "B": "state", "C": "rebel", "D": None})
    nan = np.nan
    expected = [[1, 0, 1, nan], [0, 1, 0, nan], [1, 0, 1, nan], [nan] * 4]
    assert np.array_equal(same_value(kind).to_numpy(), expected, equal_nan=True)
    year = pd.Series([2011, 2014, None], ["A", "B", "C"], dtype="Int64")
    gaps = difference(year)
    assert list(gaps.columns) == list("ABC")
    assert np.array_equal(gaps.to_numpy(), [[0, 3, nan], [3, 0, nan], [nan] * 3], equal_nan=True)
    with pytest.raises(OptionError, match="no differences"):
        difference(kind)
    for make, wrong in ((same_value, ["a", "b"]), (difference, {"A": 1}), (difference, None)):
        with pytest.raises(OptionError, match=r"(?s)The attribute is a .*Allowed: .*Type: pd"):
            make(wrong)


@pytest.mark.realdata
def test_two_years_of_syria_equal_the_correlation_of_the_table_of_dyads(realdata):
    """The matrix of pairs made with pandas alone, from the same dyads."""
    import toolkit as ct

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
        dyads = ct.count_dyads(events, period="year", tie="opposition")
        years = ct.networks.networks_by_period(dyads, roster="fixed")
    found = qap_correlation(years[pd.Period("2016")], years[pd.Period("2017")], n_draws=199)
    table = dyads[dyads["actor1"] != dyads["actor2"]].astype({"period": str})
    wide = table.pivot_table("n_events", ["actor1", "actor2"], "period", "sum", fill_value=0)
    actors = set(table["actor1"]) | set(table["actor2"])
    empty = len(actors) * (len(actors) - 1) // 2 - len(wide)
    zeros = np.zeros(empty)
    x, y = (np.concatenate([wide[year].to_numpy(float), zeros]) for year in ("2016", "2017"))
    assert found.summary.loc["correlation", "observed"] == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert found.summary.attrs["n_actors"] == str(len(actors))
