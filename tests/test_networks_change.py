"""Communities with a planted truth, and change between networks by hand."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import toolkit.networks as net
from toolkit.errors import DataWarning, EmptySelectionError, OptionError
from toolkit.networks.communities import _stability


def graph(*ties, kind=nx.Graph, isolates=()):
    G = kind()
    G.add_weighted_edges_from(ties)
    G.add_nodes_from(isolates)
    return G


# -------------------------------------------------------------------------------- communities

# five actors all tied with weight 3, four others as well, one weak tie between them
FIVE, FOUR = "ABCDE", "WXYZ"
PLANTED = graph(
    *((u, v, 3) for part in (FIVE, FOUR) for u, v in itertools.combinations(part, 2)),
    ("E", "W", 1),
    isolates="Q",
)


def test_two_planted_cliques_are_recovered():
    table = net.find_communities(PLANTED, seeds=10)
    assert table.index.name == "actor"
    assert list(table.index) == list(PLANTED)
    known = table["community"].dropna()
    assert known.to_dict() == dict.fromkeys(FIVE, 1) | dict.fromkeys(FOUR, 2)
    assert pd.isna(table.loc["Q", "community"])
    assert np.isnan(table.loc["Q", "stability"])
    assert table["community"].dtype == "Int64"
    assert (table["stability"].dropna() == 1).all()
    assert (table["agreement"] == 1).all()
    # weight inside 30 and 18 of 49; strengths 61 and 37 of 98
    expected = 48 / 49 - (61 / 98) ** 2 - (37 / 98) ** 2
    assert table["modularity"].to_numpy() == pytest.approx(expected)
    assert table.attrs["n_communities"] == "2"


def test_communities_do_not_depend_on_the_order_of_actors():
    turned = nx.Graph()
    turned.add_nodes_from(reversed(list(PLANTED)))
    turned.add_edges_from((v, u, d) for u, v, d in reversed(list(PLANTED.edges(data=True))))
    pd.testing.assert_frame_equal(
        net.find_communities(turned, seeds=5).sort_index(),
        net.find_communities(PLANTED, seeds=5).sort_index(),
    )


def test_a_ring_has_no_firm_communities_and_says_so():
    with pytest.warns(DataWarning, match="agree poorly"):
        table = net.find_communities(nx.cycle_graph(30), seeds=20)
    assert table["agreement"].iloc[0] < 0.8
    assert table["stability"].min() < 1


def test_the_best_of_all_runs_is_returned():
    # the runs hang on the order of nodes and ties: here the numbers' own
    plain = nx.Graph()
    plain.add_nodes_from(range(30))
    plain.add_edges_from(sorted(nx.random_regular_graph(4, 30, seed=4).edges))
    single = [
        nx.community.modularity(plain, nx.community.louvain_communities(plain, seed=seed))
        for seed in range(20)
    ]
    assert len(set(single)) > 1
    G = nx.relabel_nodes(plain, {i: f"{i:02d}" for i in plain})
    with pytest.warns(DataWarning):
        table = net.find_communities(G, seeds=20)
    assert table["modularity"].iloc[0] == pytest.approx(max(single))
    groups = [set(rows.index) for _, rows in table.groupby("community")]
    inside = G.subgraph(table.index[table["community"].notna()])
    assert nx.community.modularity(inside, groups) == pytest.approx(table["modularity"].iloc[0])


def test_ties_without_weight_make_no_community():
    G = graph(("A", "B", 2), ("B", "C", 0), ("C", "D", np.nan))
    table = net.find_communities(G, seeds=2)
    assert table["community"].notna().to_dict() == {"A": True, "B": True, "C": False, "D": False}
    with pytest.warns(DataWarning, match="no weighted tie"):
        empty = net.find_communities(graph(("A", "B", 0)))
    assert empty.isna().all(axis=None)
    assert empty.columns.tolist() == table.columns.tolist()
    with pytest.warns(DataWarning):
        assert len(net.find_communities(nx.Graph())) == 0


def test_directed_networks_have_communities_too():
    table = net.find_communities(nx.DiGraph(PLANTED), seeds=5)
    assert table["community"].nunique() == 2


def test_stability_is_the_share_of_runs_with_most_of_the_community():
    best = np.array([0, 0, 0, 1, 1])
    runs = [best, np.array([5, 5, 6, 7, 8]), np.array([0, 0, 0, 0, 0])]
    # run 2: actor 2 has left its community; of the pair no side is a majority
    assert _stability(best, runs) == pytest.approx([1, 1, 2 / 3, 2 / 3, 2 / 3])


def test_adjusted_rand_by_hand():
    # together in both: 1 pair (0, 1); in one 1 + 3, in two 3 + 1; of 10 pairs
    one, two = np.array([0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1])
    # contingency 2 0 / 1 2: pairs 1 + 1 = 2; expected 4 x 4 / 10
    assert net.adjusted_rand(one, two) == pytest.approx((2 - 1.6) / (4 - 1.6))
    assert net.adjusted_rand(one, one + 7) == 1
    assert net.adjusted_rand(np.zeros(4), np.zeros(4)) == 1
    assert net.adjusted_rand(np.arange(4), np.zeros(4)) == 0
    rng = np.random.default_rng(0)
    chance = [net.adjusted_rand(*rng.integers(0, 4, (2, 100))) for _ in range(200)]
    assert abs(np.mean(chance)) < 0.01


@pytest.mark.parametrize("options", [{"seeds": 1}, {"seeds": 2.5}, {"resolution": 0}])
def test_options_of_communities(options):
    with pytest.raises(OptionError, match=next(iter(options))):
        net.find_communities(PLANTED, **options)


# ------------------------------------------------------------------------------------- change

#  before                       after
#  A - B  6                     A - B  2
#  A - C  2                     A - C  2
#  B - C  1                     -
#  A - X  1   (X leaves)        B - D  1   (D was there, without a tie)
#                               A - N  5   (N enters)
BEFORE = graph(("A", "B", 6), ("A", "C", 2), ("B", "C", 1), ("A", "X", 1), isolates="D")
AFTER = graph(("A", "B", 2), ("C", "A", 2), ("B", "D", 1), ("A", "N", 5))


def test_change_by_hand():
    found = net.compare_networks(BEFORE, AFTER)
    x, y = [6, 2, 1, 1, 0, 0], [2, 2, 0, 0, 1, 5]  # AB AC BC AX BD AN
    expected = {
        "actors_kept": 4,  # A B C D
        "entries": 1,
        "exits": 1,
        "jaccard_actors": 4 / 6,
        "ties_kept": 2,
        "ties_new": 2,
        "ties_gone": 2,
        "jaccard_ties": 2 / 6,
        "ties_new_by_entry": 1,
        "ties_gone_by_exit": 1,
        "jaccard_ties_common": 2 / 4,  # AB AC of AB AC BC BD
        "weight_correlation": np.corrcoef(x, y)[0, 1],
        # shares .6 .2 .1 .1 0 0 and .2 .2 0 0 .1 .5: .4 + 0 + .1 + .1 + .1 + .5, halved
        "weight_variation": 0.6,
    }
    assert found.to_dict() == pytest.approx(expected)
    assert found["weight_correlation"] < 0.3


def test_a_network_does_not_differ_from_itself():
    found = net.compare_networks(BEFORE, BEFORE)
    assert found["jaccard_ties"] == found["jaccard_actors"] == found["jaccard_ties_common"] == 1
    assert found["weight_correlation"] == pytest.approx(1)
    assert (
        found[["weight_variation", "ties_new", "ties_gone", "entries", "exits"]].tolist() == [0] * 5
    )
    assert len(net.find_changed_ties(BEFORE, BEFORE)) == 0


def test_change_that_is_undefined_is_missing():
    found = net.compare_networks(nx.Graph(), nx.Graph())
    assert found[["ties_kept", "entries"]].tolist() == [0, 0]
    missing = ["jaccard_actors", "jaccard_ties", "weight_correlation", "weight_variation"]
    assert found[missing].isna().all()
    assert np.isnan(net.compare_networks(nx.Graph(), AFTER)["weight_variation"])
    # one tie, or the same weight everywhere: no correlation
    one = graph(("A", "B", 1), ("B", "C", 1))
    assert np.isnan(net.compare_networks(one, one)["weight_correlation"])


def test_direction_counts_where_there_is_one():
    there, back = graph(("A", "B", 1), kind=nx.DiGraph), graph(("B", "A", 1), kind=nx.DiGraph)
    assert net.compare_networks(there, back)["jaccard_ties"] == 0
    assert net.compare_networks(nx.Graph(there), nx.Graph(back))["jaccard_ties"] == 1
    with pytest.raises(OptionError, match="directed"):
        net.compare_networks(there, nx.Graph(back))


@pytest.mark.parametrize("key", ["tie", "weight"])
def test_networks_of_different_kinds_are_not_compared(key):
    one, two = BEFORE.copy(), AFTER.copy()
    one.graph[key], two.graph[key] = "this", "that"
    for compare in (net.compare_networks, net.find_changed_ties):
        with pytest.raises(OptionError, match=f"different {key}s"):
            compare(one, two)


def test_changed_ties_by_hand():
    table = net.find_changed_ties(BEFORE, AFTER)
    # |differences|: AN 5, AB 4, AX 1, BC 1, BD 1: 12 together; AC has not changed
    columns = ["actor1", "actor2", "before", "after", "difference", "change", "actors"]
    nan = np.nan
    expected = [
        ["A", "N", nan, 5, 5, "new", "entry"],
        ["A", "B", 6, 2, -4, "kept", "in both"],
        ["A", "X", 1, nan, -1, "gone", "exit"],
        ["B", "C", 1, 0, -1, "gone", "in both"],
        ["B", "D", 0, 1, 1, "new", "in both"],
    ]
    expected = pd.DataFrame(expected, columns=columns)
    pd.testing.assert_frame_equal(table[columns], expected, check_dtype=False)
    assert table["share"].to_list() == pytest.approx([5 / 12, 4 / 12, 1 / 12, 1 / 12, 1 / 12])


def test_a_weight_that_was_not_recorded_is_no_difference_of_zero():
    table = net.find_changed_ties(
        graph(("A", "B", np.nan), ("A", "C", 1)), graph(("A", "B", 3), ("A", "C", 2))
    )
    assert table["actor2"].tolist() == ["C", "B"]
    assert np.isnan(table.loc[1, "difference"])
    assert table.loc[0, "share"] == 1
    assert net.compare_networks(
        graph(("A", "B", np.nan), ("A", "C", 1)), graph(("A", "B", 3), ("A", "C", 2))
    )["weight_variation"] == pytest.approx(0)


def test_turnover_compares_each_period_with_the_one_before():
    years = pd.PeriodIndex(["2016", "2017", "2018"], freq="Y")
    table = net.find_turnover(dict(zip(years, [BEFORE, AFTER, AFTER], strict=True)))
    assert table.index.name == "period"
    assert isinstance(table.index, pd.PeriodIndex)
    assert table.loc["2016"].isna().all()
    expected = net.compare_networks(BEFORE, AFTER)
    assert table.loc["2017"].astype(float).to_dict() == pytest.approx(expected.to_dict())
    assert table.loc["2018", "ties_new"] == 0
    assert table["ties_new"].dtype == "Int64"
    with pytest.raises(EmptySelectionError):
        net.find_turnover({})
    with pytest.raises(OptionError, match="a list"):
        net.find_turnover([BEFORE, AFTER])


def test_turnover_of_overlapping_windows_warns():
    dyads = pd.DataFrame({
        "actor1": "A", "actor2": ["B", "C", "B"], "n_events": 1,
        "period": pd.PeriodIndex(["2016", "2017", "2018"], freq="Y"),
    })  # fmt: skip
    with pytest.warns(DataWarning, match="overlap"):
        net.find_turnover(net.networks_by_period(dyads, window=2))
    table = net.find_turnover(net.networks_by_period(dyads, roster="fixed"))
    # on a fixed roster nobody enters or leaves
    assert table["entries"].tolist()[1:] == [0, 0]
    assert table["ties_new"].tolist()[1:] == [1, 1]
