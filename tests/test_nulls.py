"""Null models: what is held is held exactly, every member of the null is as likely, p is honest."""

import itertools
import warnings
from collections import Counter

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import toolkit as ct
from toolkit.errors import ColumnError, DataWarning, EmptySelectionError, OptionError
from toolkit.networks.draws import draw_degrees, draw_strengths, measure_draws, read_draws
from toolkit.networks.nulls import compare_to_permuted_events, compare_to_rewired
from toolkit.networks.rewiring import permute_partners, rewire_draws, split_draws


def rewire(G, *, n_draws, attempts=10, seed=0):
    rng = np.random.default_rng(seed)
    return rewire_draws(read_draws(G), n_draws=n_draws, attempts=attempts, rng=rng)


def ties(draws, row):
    """Return the ties of a draw as a set; of undirected ones each with the smaller place first."""
    pairs = zip(draws.one[row].tolist(), draws.two[row].tolist(), strict=True)
    return frozenset(pair if draws.directed else tuple(sorted(pair)) for pair in pairs)


def all_networks(G):
    """Return every simple network with the degrees of this one, by trying all sets of ties."""
    n, m = len(G), G.number_of_edges()
    pairs = itertools.permutations if G.is_directed() else itertools.combinations

    def degrees(chosen):
        out, into = [0] * n, [0] * n
        for one, two in chosen:
            out[one] += 1
            (into if G.is_directed() else out)[two] += 1
        return out, into

    wanted = degrees(G.edges)
    sets = itertools.combinations(list(pairs(range(n), 2)), m)
    return {frozenset(chosen) for chosen in sets if degrees(chosen) == wanted}


def assert_uniform(found, members):
    """Chi-square of the frequencies: within four standard deviations of its mean."""
    counts = Counter(found)
    assert set(counts) <= set(members)
    expected = len(found) / len(members)
    chi = sum((counts[member] - expected) ** 2 for member in members) / expected
    freedom = len(members) - 1
    assert abs(chi - freedom) < 4 * np.sqrt(2 * freedom)


def assert_uniform_p(ranks):
    """Ranks from 0 to 99, mean and largest distance from the uniform (Kolmogorov, 1 %)."""
    ranks = np.sort(ranks)
    n = len(ranks)
    assert abs(ranks.mean() - 49.5) < 3 * np.sqrt((100**2 - 1) / 12 / n)
    steps = np.arange(1, n + 1) / n
    # a rank r of 100 stands for the interval from r / 100 to (r + 1) / 100
    distance = max((steps - (ranks + 1) / 100).max(), (ranks / 100 - (steps - 1 / n)).max())
    assert distance < 1.63 / np.sqrt(n)


def rank_of_observed(test, measure, rng):
    """Return the rank of the observed number among the draws, ties broken at random."""
    observed, drawn = test.summary.loc[measure, "observed"], test.draws[measure]
    equal = (drawn - observed).abs() < 1e-9
    return int(((drawn > observed) & ~equal).sum() + rng.integers(0, equal.sum() + 1))


# ------------------------------------------------------------------------------- rewiring


@pytest.mark.parametrize("directed", [False, True])
def test_rewiring_keeps_every_degree_and_stays_simple(directed):
    G = nx.gnm_random_graph(15, 40, seed=3, directed=directed)
    drawn, accepted = rewire(G, n_draws=60)
    for row in range(60):
        pairs = ties(drawn, row)
        assert len(pairs) == 40
        assert all(one != two for one, two in pairs)
        H = nx.empty_graph(15, create_using=type(G))
        H.add_edges_from(pairs)
        if directed:
            assert dict(H.in_degree) == dict(G.in_degree)
            assert dict(H.out_degree) == dict(G.out_degree)
        else:
            assert dict(H.degree) == dict(G.degree)
    assert (accepted > 40).all()
    assert len({ties(drawn, row) for row in range(60)}) > 50


@pytest.mark.parametrize(
    ("G", "n_members"),
    [
        # degrees 2 2 2 2 2: the twelve rings of five
        (nx.cycle_graph(5), 12),
        # degrees 1 2 2 1: 0-1-2-3 and 0-2-1-3, of which swaps that are not counted favour none
        (nx.path_graph(4), 2),
        (nx.Graph([(0, 1), (0, 2), (0, 3), (1, 2), (3, 4), (4, 5)]), None),
        # only the reversal of the ring of three joins its two members
        (nx.DiGraph([(0, 1), (1, 2), (2, 0)]), 2),
        # a matrix of 0 and 1 without diagonal, one in each row and column: derangements of four
        (nx.DiGraph([(0, 1), (1, 2), (2, 3), (3, 0)]), 9),
        (nx.DiGraph([(0, 1), (1, 2), (2, 0), (0, 2), (3, 0), (1, 3)]), None),
    ],
    ids=["ring", "path", "uneven", "three", "derangements", "uneven directed"],
)
def test_rewiring_draws_every_network_of_these_degrees_as_often(G, n_members):
    members = all_networks(G)
    assert len(members) == (n_members or len(members))
    assert len(members) > 1
    drawn, _ = rewire(G, n_draws=3000, attempts=30)
    assert_uniform([ties(drawn, row) for row in range(3000)], members)


def test_parts_of_the_draws_are_chains_of_their_own(monkeypatch):
    assert list(split_draws(5, each=10**9, largest=10)) == [1, 1, 1, 1, 1]
    monkeypatch.setattr("toolkit.networks.rewiring.LARGEST", 36 * 7)
    drawn, accepted = rewire(nx.cycle_graph(6), n_draws=40)
    assert drawn.one.shape == drawn.two.shape == drawn.present.shape == (40, 6)
    assert len(accepted) == 40
    assert (draw_degrees(drawn) == 2).all()
    assert len({ties(drawn, row) for row in range(40)}) > 10


def test_a_star_is_told_to_be_alone():
    with pytest.warns(DataWarning, match="only simple network"):
        test = compare_to_rewired(nx.star_graph(5), measures="n_components", n_draws=99)
    assert test.summary.loc["n_components", ["mean", "p_value"]].tolist() == [1, 1]
    assert np.isnan(test.summary.loc["n_components", "z"])
    with pytest.warns(DataWarning, match="only simple network"):
        compare_to_rewired(nx.DiGraph(["AB"]), measures="n_components", n_draws=99)


def test_p_of_random_networks_is_uniform():
    rng = np.random.default_rng(5)
    ranks, small = [], 0
    for seed in range(200):
        G = nx.gnm_random_graph(12, 22, seed=seed)
        test = compare_to_rewired(G, measures="mean_clustering", n_draws=99, seed=seed)
        ranks.append(rank_of_observed(test, "mean_clustering", rng))
        small += test.summary.loc["mean_clustering", "p_value"] <= 0.1
    assert_uniform_p(ranks)
    # 20 expected at most; 0.001 of binomials (200, 0.1) are above 34
    assert small <= 34


def test_planted_triangles_are_found():
    G = nx.disjoint_union_all([nx.complete_graph(4)] * 5)
    G.add_edges_from([(0, 4), (4, 8), (8, 12), (12, 16)])
    test = compare_to_rewired(G, n_draws=199, alternative="greater")
    assert (test.summary["p_value"] == 1 / 200).all()
    assert (test.summary["observed"] > test.summary["high"]).all()
    other = compare_to_rewired(G, n_draws=199, alternative="less")
    assert (other.summary["p_value"] == 1).all()


def test_planted_returned_ties_are_found_in_a_directed_network():
    ring = nx.cycle_graph(12).to_directed()
    test = compare_to_rewired(ring, measures=["reciprocity", "degree_centralization"], n_draws=99)
    assert test.summary.loc["reciprocity", "observed"] == 1
    assert test.summary.loc["reciprocity", "p_value"] == 0.02
    # without direction the degrees are not fixed: some are 2, some up to 4
    assert test.draws["degree_centralization"].nunique() > 1


def test_observed_is_the_measure_of_the_network_and_seeds_decide_the_draws():
    G = ct.actor_network(ct.count_dyads(ct.load_sample("ged"), split="share"))
    one, same, other = (
        compare_to_rewired(G, n_draws=99, seed=s, measures=["transitivity", "degree_assortativity"])
        for s in (1, 1, 2)
    )
    assert one.summary.loc["transitivity", "observed"] == pytest.approx(ct.networks.transitivity(G))
    assortativity = one.summary.loc["degree_assortativity", "observed"]
    assert assortativity == pytest.approx(ct.networks.degree_assortativity(G))
    pd.testing.assert_frame_equal(one.draws, same.draws)
    assert not one.draws.equals(other.draws)
    assert one.draws.shape == (99, 2)
    assert "degree of each" in one.summary.attrs["null"]
    assert "rewired networks" in one.draws.attrs["steps"]
    assert float(one.summary.attrs["accepted"]) > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"measures": "concentration"}, "reads weights"),
        ({"measures": ["transitivity", "total_weight"]}, "reads weights"),
        ({"measures": "density"}, "degrees fix it"),
        ({"measures": "n_ties"}, "degrees fix it"),
        ({"measures": "n_isolates"}, "degrees fix it"),
        ({"measures": "degree_centralization"}, "degrees fix it"),
        ({"measures": "reciprocity"}, "no direction"),
        ({"measures": "transitivty"}, "did you mean 'transitivity'"),
        ({"measures": []}, "No measure"),
        ({"n_draws": 98}, "n_draws=98"),
        ({"attempts": 0}, "attempts=0"),
        ({"alternative": "more"}, "alternative='more'"),
    ],
)
def test_rewiring_refuses_with_the_reason(options, said):
    with pytest.raises(OptionError) as error:
        compare_to_rewired(nx.cycle_graph(6), **options)
    assert said in str(error.value)
    assert all([error.value.wrong, error.value.allowed, error.value.fix])


def test_a_network_without_ties_has_nothing_to_rewire():
    with pytest.raises(EmptySelectionError, match="nothing to rewire"):
        compare_to_rewired(nx.empty_graph(4))


# ------------------------------------------------------------------- partners of events


def permute(one, two, stratum, *, n_draws, attempts=30, seed=0):
    return permute_partners(
        *(np.array(column) for column in (one, two, stratum)),
        n_draws=n_draws, attempts=attempts, rng=np.random.default_rng(seed),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([0, 0, 1], [1, 2, 2]),
        # a hub in three of four events, and one without it
        ([0, 0, 0, 1], [1, 2, 3, 4]),
        ([0, 0, 1], [1, 1, 2]),
    ],
)
def test_every_way_to_fill_the_events_is_as_likely(one, two):
    ends = [*one, *two]
    # all orders of the ends, two by two; orders of equal ends, and within an event, are one
    ways = {
        tuple(tuple(sorted(order[i : i + 2])) for i in range(0, len(order), 2))
        for order in itertools.permutations(ends)
    }
    members = {way for way in ways if all(a != b for a, b in way)}
    assert len(members) > 1
    drawn = np.sort(np.stack(permute(one, two, [0] * len(one), n_draws=4000), axis=2), axis=2)
    assert_uniform([tuple(map(tuple, rows)) for rows in drawn.tolist()], members)


def test_partners_move_only_within_strata_and_activity_is_kept():
    rng = np.random.default_rng(2)
    one = rng.integers(0, 8, 60)
    two = (one + rng.integers(1, 8, 60)) % 8
    stratum = rng.integers(-1, 6, 60)
    ones, twos = permute(one, two, stratum, n_draws=50)
    assert (ones != twos).all()
    stays = stratum < 0
    assert (ones[:, stays] == one[stays]).all()
    assert (twos[:, stays] == two[stays]).all()
    for s in range(6):
        mine = stratum == s
        wanted = np.bincount(np.r_[one[mine], two[mine]], minlength=8)
        for row in range(50):
            found = np.bincount(np.r_[ones[row, mine], twos[row, mine]], minlength=8)
            assert (found == wanted).all()
    assert (np.sort([ones, twos], axis=0) != np.sort([one, two], axis=0)[:, None]).any()


ACTORS = list("ABCDEF")


def make_events(pairs, places, years, deaths=None):
    """Return an event table of these pairs, one event each."""
    n = len(pairs)
    days = pd.to_datetime([f"{year}-06-01" for year in years])
    return pd.DataFrame({
        "event_id": [str(i) for i in range(n)], "dataset": "invented",
        "date_start": days, "date_end": days, "date_precision": "day",
        "country": "Karvenia", "admin1": places, "violence_type": "state-based",
        "event_type": "battle", "actor1": [a for a, _ in pairs], "actor2": [b for _, b in pairs],
        "assoc_actor_1": None, "assoc_actor_2": None, "directed": False,
        "fatalities": deaths if deaths is not None else [1] * n,
        "fatalities_low": 0, "fatalities_high": 9,
    }).astype({"event_id": str, "fatalities": "Int64"})  # fmt: skip


def random_rows(rng, *, n_strata=5, size=4):
    """Fill the events of each place at random from its actors, by drawing again until it fits."""
    rows = []
    for _ in range(n_strata):
        ends = rng.integers(0, 6, 2 * size)
        while np.bincount(ends).max() > size:
            ends = rng.integers(0, 6, 2 * size)
        while (ends[0::2] == ends[1::2]).any():
            ends = rng.permutation(ends)
        rows.append(ends.reshape(size, 2))
    one, two = np.concatenate(rows).T
    return one, two, np.repeat(np.arange(n_strata), size)


def measure_rows(one, two, deaths):
    """Return the deaths of the first two actors' pair, and the concentration of all deaths."""
    pairs, strength = np.zeros((6, 6)), np.zeros(6)
    np.add.at(pairs, (np.minimum(one, two), np.maximum(one, two)), deaths)
    for ends in (one, two):
        np.add.at(strength, ends, deaths)
    return pairs[0, 1], (pairs**2).sum(), (strength**2).sum()


def test_p_of_events_whose_partners_are_random_is_uniform():
    rng = np.random.default_rng(7)
    ranks = []
    for seed in range(200):
        one, two, stratum = random_rows(rng)
        deaths = rng.integers(1, 1000, len(one))
        ones, twos = permute(one, two, stratum, n_draws=99, attempts=20, seed=seed)
        drawn = np.array([measure_rows(*ends, deaths) for ends in zip(ones, twos, strict=True)])
        observed = np.array(measure_rows(one, two, deaths))
        equal = (drawn == observed).sum(axis=0)
        ranks.append((drawn > observed).sum(axis=0) + rng.integers(0, equal + 1))
    for found in np.transpose(ranks):
        assert_uniform_p(found)


def random_events(rng):
    """Return an event table of such rows."""
    one, two, stratum = random_rows(rng)
    pairs = [(ACTORS[a], ACTORS[b]) for a, b in zip(one, two, strict=True)]
    return make_events(pairs, [f"P{s}" for s in stratum], [2015] * len(pairs))


def test_a_planted_rivalry_is_found_and_activity_alone_is_none():
    # in each place A and B meet four times, C and D four times: by activity any of the four
    pairs = [("A", "B"), ("C", "D")] * 4 * 3
    events = make_events(pairs, np.repeat(["N", "S", "W"], 8), [2015] * 24)
    test = compare_to_permuted_events(events, pairs=[("B", "A"), ("A", "C")], n_draws=199)
    assert test.summary.loc["B - A", "observed"] == 12
    assert test.summary.loc["B - A", "p_value"] == 0.01
    # A has 12 ends, and an equal chance of B, C and D
    assert test.summary.loc["B - A", "mean"] == pytest.approx(4, abs=0.5)
    assert test.summary.loc["A - C", "p_value"] <= 0.05
    assert test.summary.loc["n_ties", ["observed", "low", "p_value"]].tolist() == [2, 6, 0.01]
    # two pairs of 12 of 24 events each
    assert test.summary.loc["tie_concentration", "observed"] == pytest.approx(0.5)
    # where A only meets B, and C only D, place by place, nothing can move
    apart = make_events([("A", "B")] * 6 + [("C", "D")] * 6, ["N"] * 6 + ["S"] * 6, [2015] * 12)
    held = compare_to_permuted_events(apart, pairs=[("A", "B")], n_draws=99)
    assert held.summary.loc["A - B", ["mean", "p_value"]].tolist() == [6, 1]
    assert held.summary.attrs["moved"] == "0.000"
    free = compare_to_permuted_events(apart, pairs=[("A", "B")], strata="period", n_draws=99)
    assert free.summary.loc["A - B", "p_value"] == 0.02


def test_deaths_stay_with_the_event():
    # one event of 100 deaths and three of 1: whoever is in it, one pair has 100 or more
    events = make_events([("A", "B"), ("C", "D"), ("A", "C"), ("B", "D")], "N", [2015] * 4,
                         [100, 1, 1, 1])  # fmt: skip
    test = compare_to_permuted_events(
        events, weight="fatalities", pairs=[("A", "B"), ("C", "D")], n_draws=399,
        measures="concentration",
    )  # fmt: skip
    assert test.summary.loc["A - B", "observed"] == 100
    # 100 + 0 to 1 with the same pair again, else what is left
    assert set(test.draws["A - B"]) <= {0, 1, 2, 100, 101}
    # by symmetry each of the six pairs has the great event as often: 1 in 6 of 399 is 66.5
    for pair in ("A - B", "C - D"):
        n_great = (test.draws[pair] >= 100).sum()
        assert abs(n_great - 399 / 6) < 4 * np.sqrt(399 * 5 / 36)


def test_unrecorded_deaths_are_not_zero():
    events = make_events([("A", "B"), ("A", "B"), ("C", "D")], ["N", "S", "W"], [2015] * 3,
                         [None, None, 4])  # fmt: skip
    with pytest.warns(DataWarning, match="alone in their stratum"):
        test = compare_to_permuted_events(
            events, weight="fatalities", measures=[], pairs=[("A", "B"), ("C", "D"), ("A", "C")],
            n_draws=99,
        )  # fmt: skip
    assert np.isnan(test.summary.loc["A - B", "observed"])
    assert test.summary.loc["A - B", "n_undefined"] == 99
    assert test.summary.loc[["C - D", "A - C"], "observed"].tolist() == [4, 0]


def test_observed_is_the_network_of_the_dyads():
    events = ct.load_sample("ged")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        G = ct.actor_network(ct.count_dyads(events), weight="fatalities")
        names = ["n_ties", "transitivity", "concentration", "effective_number", "n_components"]
        pairs = list(itertools.islice(G.edges, 3))
        test = compare_to_permuted_events(events, weight="fatalities", measures=names, pairs=pairs,
                                          n_draws=99, attempts=5)  # fmt: skip
    wanted = ct.networks.graph_measures(G)[names]
    assert test.summary.loc[names, "observed"].tolist() == pytest.approx(wanted.tolist())
    for one, two in pairs:
        observed = test.summary.loc[f"{one} - {two}", "observed"]
        assert observed == G.edges[one, two]["weight"]


def test_strata_are_told_apart_and_missing_is_a_stratum():
    events = make_events([("A", "B"), ("C", "D")] * 4, ["N"] * 4 + [None] * 4, [2015] * 8)
    test = compare_to_permuted_events(events, n_draws=99, pairs=[("A", "B")])
    assert test.summary.attrs["alone"] == "0 of 8 events"
    assert test.draws["A - B"].nunique() > 1
    # the provinces of two countries share a name, so that nobody can be exchanged
    twice = make_events([("A", "B"), ("A", "B"), ("C", "D"), ("C", "D")], "North", [2015] * 4)
    twice["country"] = ["Karvenia", "Karvenia", "Dulmora", "Dulmora"]
    held = compare_to_permuted_events(twice, pairs=[("A", "B")], n_draws=99)
    assert (held.draws["A - B"] == 2).all()
    free = compare_to_permuted_events(twice, pairs=[("A", "B")], strata="period", n_draws=99)
    assert (free.draws["A - B"] != 2).any()
    # two years are two strata, of a longer period one
    years = make_events([("A", "B"), ("C", "D")], "N", [2015, 2016])
    with pytest.warns(DataWarning, match="2 of 2 events are alone"):
        alone = compare_to_permuted_events(years, n_draws=99)
    assert alone.summary.attrs["alone"] == "2 of 2 events"
    assert (alone.summary["p_value"] == 1).all()
    with pytest.warns(DataWarning, match="admin1 is missing in all events"):
        compare_to_permuted_events(events.assign(admin1=None), n_draws=99)


def test_the_pairs_of_a_coalition_do_not_meet_each_other_alone():
    events = make_events([("A, B", "C, D"), ("A", "C"), ("B", "D")], ["N", "S", "S"], [2015] * 3)
    people = pd.DataFrame({
        "event_id": [*"0000", *"11", *"22"], "dataset": "invented",
        "side": [1, 1, 2, 2, 1, 2, 1, 2], "actor": list("ABCDACBD"), "role": "main",
        "organised": True,
    })  # fmt: skip
    test = compare_to_permuted_events(events, people=people, pairs=[("A", "B")], n_draws=99)
    assert test.summary.attrs["alone"] == "1 of 3 events"
    # A-C and B-D of the south can become A-B and C-D; the four pairs of the coalition stay
    assert set(test.draws["A - B"]) == {0, 1}
    assert test.draws["n_ties"].between(4, 6).all()


def test_seeds_and_provenance_of_permuted_events():
    rng = np.random.default_rng(1)
    events = random_events(rng)
    before = events.copy()
    one, same, other = (compare_to_permuted_events(events, n_draws=99, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one.draws, same.draws)
    assert not one.draws.equals(other.draws)
    pd.testing.assert_frame_equal(events, before)
    assert "who meets whom" in one.summary.attrs["null"]
    assert "seed 1" in one.summary.attrs["steps"]


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"measures": "concentration"}, OptionError, "activity"),
        ({"measures": "effective_number"}, OptionError, "activity"),
        ({"measures": "total_weight", "weight": "fatalities"}, OptionError, "activity"),
        ({"measures": "n_isolates"}, OptionError, "activity"),
        ({"measures": "reciprocity"}, OptionError, "no direction"),
        ({"measures": "n_tie"}, OptionError, "did you mean 'n_ties'"),
        ({"measures": []}, OptionError, "No measure"),
        ({"weight": "deaths"}, OptionError, "weight='deaths'"),
        ({"pairs": [("A", "Z")]}, OptionError, "'Z'"),
        ({"pairs": [("A", "A")]}, OptionError, "two different names"),
        ({"pairs": "AB"}, OptionError, "two different names"),
        ({"period": "decade"}, OptionError, "decade"),
        ({"pairs": 5}, OptionError, "pairs holds 5"),
        ({"pairs": None}, OptionError, "pairs holds None"),
        ({"pairs": [5]}, OptionError, "pairs holds 5"),
        ({"pairs": [(["A"], "B")]}, OptionError, "['A']"),
        ({"strata": None}, OptionError, "strata=None"),
        ({"strata": 5}, OptionError, "strata=5"),
        ({"strata": [["period"]]}, OptionError, "names no columns"),
        ({"strata": ["period", "actor1"]}, OptionError, "'actor1' cannot be a stratum"),
        ({"strata": "actor2_id"}, OptionError, "'actor2_id' cannot be a stratum"),
        ({"strata": "fatalities_low"}, OptionError, "'fatalities_low' cannot be a stratum"),
        ({"strata": "deaths_civilians"}, OptionError, "how many died"),
        ({"strata": "dyad_id"}, OptionError, "'dyad_id' cannot be a stratum"),
        ({"seed": "x"}, OptionError, "seed='x'"),
        ({"strata": "province"}, ColumnError, "province"),
        ({"n_draws": 10}, OptionError, "n_draws=10"),
        ({"attempts": 1.5}, OptionError, "attempts=1.5"),
        ({"alternative": "both"}, OptionError, "alternative='both'"),
    ],
)
def test_permuting_refuses_with_the_reason(options, kind, said):
    events = make_events([("A", "B"), ("C", "D")] * 2, "N", [2015] * 4)
    with pytest.raises(kind) as error:
        compare_to_permuted_events(events, **options)
    assert said in str(error.value)
    assert all([error.value.wrong, error.value.allowed, error.value.fix])


def test_events_without_two_actors_have_nobody_to_exchange():
    events = make_events([("A", None), ("B", None)], "N", [2015] * 2)
    with pytest.raises(EmptySelectionError, match="No event joins two actors"):
        compare_to_permuted_events(events)


def test_weights_stay_in_place_when_ties_are_rewired():
    G = nx.gnm_random_graph(10, 20, seed=1)
    for number, tie in enumerate(G.edges):
        G.edges[tie]["weight"] = number + 1
    drawn, _ = rewire(G, n_draws=5)
    # each weight counts at two ends, wherever they are
    assert (draw_strengths(drawn).sum(axis=1) == 20 * 21).all()
    assert (measure_draws(drawn, ["total_weight"])["total_weight"] == 210).all()


@pytest.mark.realdata
def test_syrian_opposition_of_2017(realdata):
    events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
    events = events[events["date_start"].dt.year == 2017]
    G = ct.actor_network(ct.count_dyads(events))
    few, many = (
        compare_to_rewired(G, measures="transitivity", attempts=attempts) for attempts in (10, 40)
    )
    # enough steps: no more of them move the null, whose mean has an error of about 0.001
    assert few.summary.at["transitivity", "mean"] == pytest.approx(
        many.summary.at["transitivity", "mean"], abs=0.005
    )


def test_what_joins_no_pair_is_told_in_the_step():
    pairs = [("A", "B"), ("C", "D"), ("A", "C"), ("B", None), ("A", "A")]
    events = make_events(pairs, "N", [2015] * 5)
    with pytest.warns(DataWarning, match="1 rows pair an actor with itself"):
        test = compare_to_permuted_events(events, n_draws=99)
    assert "2 of 5 events join no pair, 0 of 3 events alone" in test.summary.attrs["steps"]


def test_a_pair_that_is_named_twice_has_one_row():
    events = make_events([("A", "B"), ("C", "D")] * 2, "N", [2015] * 4)
    twice = [("B", "A"), ("A", "B"), ["C", "A"], ("B", "A")]
    test = compare_to_permuted_events(events, pairs=twice, measures=[], n_draws=99)
    assert test.summary.index.tolist() == ["B - A", "C - A"]
