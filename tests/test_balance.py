"""Balance: frustration against all partitions, indices by hand, the null, and the refusals."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.linalg import expm

import toolkit as ct
from toolkit.errors import DataWarning, DirectionError, EmptySelectionError, OptionError
from toolkit.networks import frustration
from toolkit.networks.balance import balance_by_period, describe_balance
from toolkit.networks.frustration import frustration_index
from toolkit.networks.signed import signed_by_period
from toolkit.networks.signs import Ties, measure_walks, read_signed, triangle_index, walk_index
from toolkit.networks.triples import count_triples


def signed(text, isolates=""):
    """Return a network from "AB+ BC-"."""
    S = nx.Graph()
    for tie in text.split():
        S.add_edge(tie[0], tie[1], sign=1 if tie[2] == "+" else -1)
    S.add_nodes_from(isolates)
    return S


def random_signs(G, share, seed):
    rng = np.random.default_rng(seed)
    nx.set_edge_attributes(G, {t: 1 if rng.random() < share else -1 for t in G.edges}, "sign")
    return G


def two_camps(n, seed, density=0.5):
    S = nx.gnp_random_graph(n, density, seed=seed)
    nx.set_edge_attributes(S, {(u, v): 1 if u % 2 == v % 2 else -1 for u, v in S.edges}, "sign")
    return S


def disagree(S, camp):
    return sum((camp[u] == camp[v]) == (sign < 0) for u, v, sign in S.edges(data="sign"))


def try_all(S):
    actors = list(S)
    rest = itertools.product([0, 1], repeat=len(actors) - 1)
    return min(disagree(S, dict(zip(actors, (0, *sides), strict=True))) for sides in rest)


# ----------------------------------------------------------------------------- frustration


@pytest.mark.parametrize("seed", range(200))
def test_frustration_is_that_of_the_best_of_all_partitions(seed):
    rng = np.random.default_rng(seed)
    G = nx.gnp_random_graph(int(rng.integers(2, 10)), rng.uniform(0.15, 1), seed=seed)
    S = random_signs(G, rng.uniform(0, 1), seed)
    found = frustration_index(S)
    assert found.status == "exact"
    assert found.value == found.lower_bound == try_all(S) == disagree(S, found.partition)
    assert found.gap == 0
    assert set(found.partition) == set(S)


def test_integer_program_alone_finds_the_same(monkeypatch):
    # in small networks the bounds meet before it is needed: take cuts and better camps away
    asked, solve = [], frustration._solve_integers
    monkeypatch.setattr(frustration, "_solve_integers", lambda *a: asked.append(1) or solve(*a))
    monkeypatch.setattr(frustration, "_flip_sides", lambda block, sides: sides)
    monkeypatch.setattr(
        frustration, "_cut_cycles", lambda b, share: (np.empty((0, len(b.sign))), np.empty(0))
    )
    for seed in range(60):
        S = random_signs(nx.gnm_random_graph(8, 18, seed=seed), 0.5, seed)
        found = frustration_index(S)
        assert found.value == found.lower_bound == try_all(S) == disagree(S, found.partition)
    assert len(asked) > 50


@pytest.mark.parametrize("seed", range(10))
def test_cuts_hold_for_every_partition_and_not_for_the_shares_they_cut(seed):
    S = random_signs(nx.gnm_random_graph(7, 14, seed=seed), 0.4, seed)
    ties, sign = read_signed(S)
    share = np.random.default_rng(seed).uniform(0, 0.3, 14)
    block = frustration._Block(7, ties.one, ties.two, sign)
    rows, limits = frustration._cut_cycles(block, share)
    assert len(rows)
    assert (rows @ share < limits).all()
    for sides in itertools.product([0, 1], repeat=7):
        frustrated = frustration._is_frustrated(np.array(sides), ties.one, ties.two, sign)
        assert (rows @ frustrated >= limits).all()


@pytest.mark.parametrize("n", [5, 7, 11, 12])
def test_frustration_of_enemies_of_all(n):
    # two camps of n/2: what is left inside them is frustrated; larger than brute force reaches
    S = random_signs(nx.complete_graph(n), 0, 0)
    a, b = n // 2, n - n // 2
    assert frustration_index(S).value == a * (a - 1) // 2 + b * (b - 1) // 2


def test_frustration_is_the_same_after_switching():
    # to turn all signs of an actor changes no cycle
    S = random_signs(nx.gnm_random_graph(40, 90, seed=3), 0.5, 3)
    other = S.copy()
    rng = np.random.default_rng(0)
    for actor in [a for a in S if rng.random() < 0.5]:
        for friend in S[actor]:
            other.edges[actor, friend]["sign"] *= -1
    found, switched = frustration_index(S), frustration_index(other)
    assert (found.status, switched.status) == ("exact", "exact")
    assert found.value == switched.value == disagree(S, found.partition) > 5


def test_planted_camps_are_found_with_a_tail_and_a_loop():
    S = two_camps(60, seed=1, density=0.1)
    S.add_edge("tail", 0, sign=-1)
    S.add_edge(0, 0, sign=-1)
    found = frustration_index(S)
    assert (found.value, found.normalised, found.status) == (0, 1, "exact")
    assert found.n_ties == S.number_of_edges() - 1
    assert found.partition["tail"] != found.partition[0]


def test_when_time_runs_out_the_bounds_hold_the_index_between_them():
    S = random_signs(nx.gnm_random_graph(60, 400, seed=1), 0.5, 1)
    found = frustration_index(S, time_limit=0.05)
    assert found.status == "time limit"
    assert found.lower_bound < found.value == disagree(S, found.partition)
    assert found.gap == pytest.approx(1 - found.lower_bound / found.value)
    assert found.normalised == pytest.approx(1 - 2 * found.value / 400)


def test_bound_is_that_of_the_integer_program_when_its_time_is_out(monkeypatch):
    import scipy.optimize

    known = []

    def run_out(*args, **options):
        # a program that found nothing and proved 1.2 below its optimum, which brute force knows
        known.append(best - 1.2)
        return scipy.optimize.OptimizeResult(status=1, x=None, mip_dual_bound=best - 1.2)

    monkeypatch.setattr(scipy.optimize, "milp", run_out)
    monkeypatch.setattr(
        frustration, "_cut_cycles", lambda b, share: (np.empty((0, len(b.sign))), np.empty(0))
    )
    for seed in range(5):
        S = random_signs(nx.complete_graph(8), 0.5, seed)
        best = try_all(S)
        found = frustration_index(S)
        # no more than best - 1.2 is proved, and the index is whole
        assert found.lower_bound == best - 1 < best <= found.value
        assert found.status == "time limit"
    assert len(known) == 5


def test_time_is_a_number_of_seconds():
    S = signed("AB- BC- CA-")
    for seconds in (5, 5.0, np.int64(5), np.float32(5)):
        assert frustration_index(S, time_limit=seconds).value == 1
    for wrong in (True, "5", np.nan, np.int64(0), None):
        with pytest.raises(OptionError, match="is no time"):
            frustration_index(S, time_limit=wrong)


def test_frustration_without_ties():
    found = frustration_index(nx.empty_graph(["A", "B"]))
    assert found[:4] == (0, 0, 0.0, "exact")
    assert np.isnan(found.normalised)


# --------------------------------------------------------------------------------- indices


@pytest.mark.parametrize(
    ("S", "triangles", "normalised"),
    [
        (signed("AB+ BC+ CA+"), 1, 1),
        (signed("AB+ BC- CA-"), 1, 1),
        (signed("AB+ BC+ CA-"), 0, 1 / 3),
        (signed("AB- BC- CA-"), 0, 1 / 3),
        # two triangles on AB: +-- is balanced, ++- is not; one tie settles it: 1 - 2/5
        (signed("AB+ BC- CA- BD+ DA-"), 1 / 2, 3 / 5),
        (signed("AB+ BC-"), np.nan, 1),
        (signed("", "AB"), np.nan, np.nan),
    ],
)
def test_indices_by_hand(S, triangles, normalised):
    assert triangle_index(S) == pytest.approx(triangles, nan_ok=True)
    assert frustration_index(S).normalised == pytest.approx(normalised, nan_ok=True)


@pytest.mark.parametrize("seed", range(10))
def test_walk_index_by_matrix_exponential(seed):
    S = random_signs(nx.gnm_random_graph(9, 16, seed=seed), 0.5, seed)
    A = nx.to_numpy_array(S, weight="sign")
    assert walk_index(S) == pytest.approx(np.trace(expm(A)) / np.trace(expm(np.abs(A))))
    # diagonal of A^3: six times the balanced triangles less the others
    balanced = np.trace(A @ A @ A) / np.trace(np.abs(A) @ np.abs(A) @ np.abs(A))
    assert triangle_index(S) == pytest.approx((1 + balanced) / 2)


def test_walk_index_of_one_triangle_and_limits():
    # eigenvalues 1 1 -2 against -1 -1 2
    e = np.exp
    expected = (2 * e(1) + e(-2)) / (2 * e(-1) + e(2))
    assert walk_index(signed("AB- BC- CA-")) == pytest.approx(expected)
    assert walk_index(two_camps(9, seed=0)) == pytest.approx(1)
    assert np.isnan(walk_index(signed("", "AB")))
    # 720 actors all tied: exp(719) is no number
    ties = Ties(list(range(720)), *np.triu_indices(720, 1), [])
    assert measure_walks(ties, np.ones((1, len(ties.one)))) == pytest.approx([1])


@pytest.mark.parametrize("measure", [triangle_index, walk_index, frustration_index])
def test_what_is_no_signed_network(measure):
    with pytest.raises(OptionError, match="sign None"):
        measure(nx.path_graph(3))
    with pytest.raises(OptionError, match="sign 0"):
        measure(nx.from_edgelist([("A", "B", {"sign": 0})]))
    with pytest.raises(DirectionError):
        measure(nx.DiGraph())


# -------------------------------------------------------------------------------- the null


def test_shuffling_keeps_the_ties_and_the_number_of_signs():
    # one triangle and three ties beside it, two of the six are cooperation: the triangle is
    # balanced where just one of the two is in it
    S = signed("AB+ BC- CA- AD- AE+ AF-")
    test = describe_balance(S, n_draws=4999, n_frustration=99, least_cooperation=2)
    share = 3 * 3 / 15  # of 15 pairs of ties
    assert test.summary.loc["triangle_index", "mean"] == pytest.approx(share, abs=0.03)


def test_draws_agree_with_the_indices_of_networks_built_from_them():
    S = random_signs(nx.gnm_random_graph(12, 30, seed=2), 0.5, 2)
    test = describe_balance(S, n_draws=99, n_frustration=19, seed=5)
    sign = np.array([s for *_, s in S.edges(data="sign")], dtype=np.int8)
    signs = np.random.default_rng(5).permuted(np.tile(sign, (99, 1)), axis=1)
    assert (signs.sum(axis=1) == sign.sum()).all()
    for row in range(19):
        nx.set_edge_attributes(S, dict(zip(S.edges, signs[row].tolist(), strict=True)), "sign")
        expected = [triangle_index(S), walk_index(S), 1 - 2 * try_all(S) / 30]
        assert test.draws.iloc[row].to_numpy() == pytest.approx(expected)
    assert test.draws["frustration_normalised"].count() == 19
    assert test.summary["n_draws"].tolist() == [99, 99, 19]
    assert test.summary["n_undefined"].tolist() == [0, 0, 0]


def test_planted_camps_are_more_balanced_than_shuffled_signs():
    test = describe_balance(
        two_camps(12, seed=4), n_draws=199, n_frustration=49, alternative="greater"
    )
    assert test.summary["observed"].tolist() == pytest.approx([1, 1, 1])
    # no draw is as balanced: 1/200 and 1/50
    assert test.summary["p_value"].tolist() == pytest.approx([1 / 200, 1 / 200, 1 / 50])
    assert "Held: who is tied to whom" in test.summary.attrs["null"]


def test_p_values_are_uniform_where_signs_are_random():
    G, p = nx.gnm_random_graph(9, 18, seed=9), []
    for seed in range(30):
        S = random_signs(G.copy(), 0.5, 1000 + seed)
        test = describe_balance(S, n_draws=99, n_frustration=19, least_cooperation=1,
                                alternative="greater", seed=seed)  # fmt: skip
        p.append(test.summary["p_value"])
    found = pd.DataFrame(p)
    # the mean of 30 uniform numbers has a standard deviation of 0.289 / sqrt(30) = 0.053; the
    # other two indices have few values, and a draw that ties with the network counts as extreme
    assert found["walk_index"].mean() == pytest.approx(0.5, abs=0.16)
    # binomial(30, 0.1): more than 8 at 0.1 or below has a probability of 0.002
    assert ((found <= 0.1).sum() <= 8).all()
    assert (found["walk_index"] <= 0.5).sum() >= 7


def test_frustration_that_time_does_not_allow_is_missing():
    S = random_signs(nx.gnm_random_graph(60, 400, seed=1), 0.5, 1)
    with pytest.warns(DataWarning) as told:
        test = describe_balance(S, n_draws=99, n_frustration=19, time_limit=0.05)
    said = " ".join(str(w.message) for w in told)
    assert "Frustration is missing: between" in said
    assert "for 0 of 19 shuffled networks" in said
    row = test.summary.loc["frustration_normalised"]
    assert np.isnan(row["observed"])
    assert np.isnan(row["p_value"])
    assert (row["n_draws"], row["n_undefined"]) == (19, 19)
    assert test.summary["p_value"].notna().sum() == 2


# ------------------------------------------------------------------------------ the refusal


def co_listed(text, n_events=1):
    S = signed(text)
    S.graph["cooperation"] = "co-listing"
    for *_, data in S.edges(data=True):
        data["n_opposition" if data["sign"] < 0 else "n_cooperation"] = n_events
    return S


def triples(*rows):
    found = pd.DataFrame([(*names, against, n) for names, against, n in rows],
                         columns=["actor1", "actor2", "actor3", "against", "n_events"])  # fmt: skip
    return found.assign(period=pd.Period("2016", "Y"))


ALLIES = "AB+ AC- BC- AD- BD-"  # two balanced triangles


@pytest.mark.parametrize(
    ("S", "least", "known", "reason"),
    [
        (signed("AB+ BC- CA-"), 2, None, "1 tie of cooperation among 3: fewer than 2"),
        (signed("AB+ BC+ CA+"), 1, None, "none of opposition"),
        (signed("AB- BC- CA- AD+"), 1, None, "none in any of the 1 triangles"),
        (
            co_listed(ALLIES),
            1,
            None,
            "how many of the 2 triangles .* is not known: it takes the events",
        ),
        # both triangles fall with the one event that made them
        (co_listed(ALLIES), 1, triples(("ABC", "C", 1), ("ABD", "D", 1)), "2 of the 2 triangles"),
        # one of two is not more than half
        (co_listed(ALLIES), 1, triples(("ABC", "C", 1)), ""),
        # with two events a tie there is one beside the joint one
        (co_listed(ALLIES, 2), 1, triples(("ABC", "C", 1), ("ABD", "D", 1)), ""),
        # listed together against another than C: nothing is inherited
        (co_listed(ALLIES), 1, triples(("ABC", "A", 1), ("ABD", "", 1)), ""),
        (co_listed("AB+ BC+ CA+ AD-"), 1, triples(("ABC", "", 1)), "1 of the 1 triangles"),
        (co_listed("AB+ BC+ CA+ AD-", 2), 1, triples(("ABC", "", 1)), ""),
    ],
)
@pytest.mark.filterwarnings(
    "ignore:.*balanced by construction, by single:toolkit.errors.DataWarning"
)
def test_missing_with_the_reason(S, least, known, reason):
    period = pd.Period("2016", "Y")
    options = {"n_draws": 99, "n_frustration": 19, "least_cooperation": least}
    row = balance_by_period({period: S}, triples=known, **options).loc[period]
    indices = row[["triangle_index", "walk_index", "frustration", "p_triangle_index"]]
    if not reason:
        assert row["reason"] == ""
        assert indices.notna().all()
        return
    assert pd.Series(row["reason"]).str.contains(reason).all()
    assert indices.isna().all()
    with pytest.warns(DataWarning, match="Balance is missing: "):
        test = describe_balance(S, triples=known, **options)
    assert test.summary["observed"].isna().all()
    assert test.summary.attrs["reason"] == row["reason"]


def test_by_period_counts_and_measures():
    camps = two_camps(10, seed=0, density=1)
    found = balance_by_period({1: camps, 2: signed("AB+")}, n_draws=99, n_frustration=19)
    # camps of five: 10 ties inside each, 25 between; 10 triangles inside each have no opposition
    expected = {"n_positive": 20, "n_negative": 25, "n_triangles": 120, "n_mixed_triangles": 120,
                "n_one_listing": 0, "frustration": 0}  # fmt: skip
    assert found.loc[1, list(expected)].to_dict() == expected
    assert found.loc[2, "reason"] == "1 tie of cooperation among 1: fewer than 10"
    assert "balance by period, 99 draws" in found.attrs["steps"]


def test_triangles_by_construction_are_told():
    with pytest.warns(DataWarning, match="1 of the 2 triangles with cooperation are balanced by"):
        describe_balance(co_listed(ALLIES), triples=triples(("ABC", "C", 1)), n_draws=99,
                         n_frustration=19, least_cooperation=1)  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n_draws": 50}, "n_draws=50"),
        ({"n_frustration": 5}, "n_frustration=5"),
        ({"least_cooperation": 0}, "least_cooperation=0"),
        ({"time_limit": 0}, "time_limit=0"),
        ({"alternative": "more"}, "alternative='more'"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": None}, "seed=None"),
    ],
)
def test_options_out_of_range(options, said):
    with pytest.raises(OptionError, match=said):
        describe_balance(two_camps(6, seed=0), **options)


def test_triples_that_do_not_fit():
    S = co_listed(ALLIES)
    with pytest.raises(OptionError, match="count other periods"):
        balance_by_period({pd.Period("2016-01", "M"): S}, triples=triples(("ABC", "C", 1)))
    with pytest.raises(OptionError, match=r"(?s)name 'E'.*Allowed: .*Type: .*people=people"):
        describe_balance(S, triples=triples(("ABC", "C", 1), ("ABE", "E", 1)))
    text = triples(("ABC", "C", 1)).astype({"period": str})
    with pytest.raises(OptionError, match="count other periods"):
        describe_balance(S, triples=text)
    S.graph["split"] = "share"
    with pytest.raises(OptionError, match="shares of events"):
        describe_balance(S, triples=triples(("ABC", "C", 1)))
    with pytest.raises(EmptySelectionError):
        balance_by_period({})


KEYS = {"period": lambda p: p, "year": lambda p: p.year, "text": str}
ENOUGH = {"n_draws": 99, "n_frustration": 19, "least_cooperation": 1}


def of_years(*years):
    """Return triples that make and balance both triangles of ALLIES, in each of the years."""
    rows = triples(("ABC", "C", 1), ("ABD", "D", 1))
    return pd.concat([rows.assign(period=pd.Period(str(y), "Y")) for y in years])


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_refusal_holds_however_the_period_is_said(key):
    years = {key(pd.Period(str(y), "Y")): co_listed(ALLIES) for y in (2016, 2017, 2018)}
    found = balance_by_period(years, triples=of_years(2016, 2018), **ENOUGH)
    # between the first and the last year none is counted in 2017: there 0 is a finding
    assert found["n_one_listing"].tolist() == [2, 0, 2]
    assert found["reason"].str.contains("by construction").tolist() == [True, False, True]
    outside = {key(pd.Period("2015", "Y")): co_listed(ALLIES)}
    with pytest.raises(OptionError, match="The network of 2015 and the triples count other"):
        balance_by_period(outside, triples=of_years(2016, 2018), **ENOUGH)


@pytest.mark.parametrize(
    ("said", "years", "n_one_listing"),
    [
        # 2 events of each tie: those of one year do not make them, those of two do
        ("2016", (2016, 2017), 0),
        ("2016 to 2017", (2016, 2017), 2),
        ("2016-07 to 2017-03", (2015, 2016, 2017, 2018), 2),
        ("2016 to 2017", (2017, 2018), 0),
        ("2018", (2016, 2017), None),
        ("2018 to 2019", (2016, 2017), None),
        ("2016-01", (2016, 2017), None),
    ],
)
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_triples_of_all_years_are_cut_to_the_network(said, years, n_one_listing):
    S = co_listed(ALLIES, 2)
    S.graph["period"] = said
    if n_one_listing is None:
        with pytest.raises(OptionError, match=f"The network of {said} and the triples"):
            describe_balance(S, triples=of_years(*years), **ENOUGH)
        return
    test = describe_balance(S, triples=of_years(*years), **ENOUGH)
    assert ("by construction" in test.summary.attrs.get("reason", "")) == (n_one_listing == 2)


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_a_year_that_was_counted_without_coalitions_is_no_other_year():
    events = ct.load_sample("ged")
    sizes = ct.participants(events).groupby("event_id").size()
    coalition = events["event_id"].map(sizes) > 2
    year = events["date_start"].dt.year
    # coalitions in 2014 alone, other events from 2013 on
    some = events[(coalition & (year == 2014)) | (~coalition & year.between(2013, 2014))]
    counted = count_triples(some)
    assert set(counted["period"].astype(str)) == {"2014"}
    dyads = ct.count_dyads(some, tie="both")
    layers = [ct.networks.networks_by_period(dyads, tie=t) for t in ("opposition", "cooperation")]
    signs = signed_by_period(*layers, both="opposition")
    found = balance_by_period(signs, triples=counted)
    assert list(found.index.astype(str)) == ["2013", "2014"]
    # of a table cut by hand it is not known what else was counted
    with pytest.raises(OptionError, match="network of 2013 and the triples"):
        balance_by_period(signs, triples=counted.iloc[1:])


# ------------------------------------------------------------------------------- real files


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_balance_of_ged_syria_is_missing_and_says_why(realdata):
    events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
    dyads = ct.count_dyads(events, tie="both")
    layers = [ct.networks.networks_by_period(dyads, tie=t) for t in ("opposition", "cooperation")]
    S = signed_by_period(*layers, both="opposition")
    found = balance_by_period(S, triples=count_triples(events))
    assert found["triangle_index"].isna().all()
    # counted event by event, from sets of events and not from these functions
    assert found["n_one_listing"].tolist() == [212, 36, 85, 0]
    assert found["n_mixed_triangles"].tolist() == [271, 71, 117, 0]
    assert found["reason"].str.contains("balanced by construction").tolist() == [True] * 3 + [False]
    assert found["reason"].iloc[-1] == "0 ties of cooperation among 31: fewer than 10"
