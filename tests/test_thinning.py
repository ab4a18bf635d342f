"""Thinning: exact binomial expectations, a loop over networkx, and what cannot be thinned."""

import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from makers import refused

import toolkit as ct
import toolkit.networks as net
from toolkit.errors import OptionError
from toolkit.events import make_event_table
from toolkit.networks.losses import TOPOLOGY
from toolkit.networks.thinning import thinning_curve


def graph(*ties, kind=nx.Graph, isolates=(), roster=None, **facts):
    """Make a network of (one, two, events), weighted by them."""
    G = kind()
    G.add_nodes_from(isolates)
    G.add_edges_from((u, v, {"weight": n, "n_events": n}) for u, v, n in ties)
    G.graph.update(facts if roster is None else {"roster": roster, **facts})
    return G


SEEN, LISTED = "actors with a tie", "3 actors, a list of names"
CHAIN = [("A", "B", 1), ("B", "C", 3)]
KITE = [("A", "B", 2), ("A", "C", 1), ("B", "C", 4), ("C", "D", 1), ("D", "E", 6)]


def estimates(table, measure):
    return table[table["measure"] == measure].set_index("missed")["estimate"]


def by_hand(G, missed, **options):
    """Draw the same numbers of events left, and measure each network with networkx."""
    rng, rows = np.random.default_rng(options["seed"]), []
    events = [n for *_, n in G.edges(data="n_events")]
    for share in missed:
        for kept in rng.binomial(events, 1 - share, (options["n_draws"], len(events))):
            H = type(G)()
            if G.graph.get("roster") != SEEN:
                H.add_nodes_from(G)
            left = zip(G.edges, kept.tolist(), strict=True)
            H.add_weighted_edges_from((u, v, n) for (u, v), n in left if n)
            rows.append(
                {"missed": share, **net.graph_measures(H)} | {"n_ties": H.number_of_edges()}
            )
    return pd.DataFrame(rows)


# ---------------------------------------------------------------------------------- by hand


def test_ties_left_are_those_of_the_binomial():
    # of 1 and 3 events: 1 - q and 1 - q^3
    shares = [0, 0.2, 0.5, 0.9]
    found = estimates(thinning_curve(graph(*CHAIN), measures="n_ties", missed=shares,
                                     n_draws=4000), "n_ties")  # fmt: skip
    for q in shares:
        gone = [q, q**3]
        error = math.sqrt(sum(p * (1 - p) for p in gone) / 4000)
        assert found[q] == pytest.approx(sum(1 - p for p in gone), abs=4.5 * error)
    assert found[0] == 2


def test_events_left_are_the_share_that_is_not_missed():
    table = thinning_curve(graph(*KITE), measures="total_weight", missed=[0.3], n_draws=4000)
    # 14 events, each kept with 0.7: variance 14 x 0.21
    error = math.sqrt(14 * 0.21 / 4000)
    assert table.loc[0, "estimate"] == pytest.approx(9.8, abs=4.5 * error)
    assert table.loc[0, "observed"] == 14
    # binomial of 14 and 0.7: P(X <= 5) = 0.008, P(X <= 6) = 0.031, P(X >= 13) = 0.047 and one
    # more of 14, 0.007
    assert (table.loc[0, "low"], table.loc[0, "high"]) == (6, 13)


def test_actors_without_a_tie_vanish_or_stay_with_the_roster():
    options = {"measures": ["density", "n_isolates", "n_components"], "missed": [0.5]}
    pair = [("A", "B", 1)]
    seen = thinning_curve(graph(*pair, roster=SEEN), n_draws=1000, **options).set_index("measure")
    # nobody is left in half of the networks, and two who are tied in the other half
    lost = seen.loc["density", "n_undefined"]
    assert abs(lost - 500) < 4.5 * math.sqrt(250)
    assert seen.loc["density", ["estimate", "low", "high"]].tolist() == [1, 1, 1]
    assert seen.loc["n_isolates", "high"] == 0
    assert seen.loc["n_components", "estimate"] == pytest.approx(1 - lost / 1000)
    for roster in (LISTED, None):
        table = thinning_curve(graph(*pair, roster=roster), n_draws=1000, **options)
        table = table.set_index("measure")
        assert table["n_undefined"].tolist() == [0, 0, 0]
        # with the tie 0 isolates and 1 component, without it 2 and 2
        share = table.loc["density", "estimate"]
        assert share == pytest.approx(1 - lost / 1000)
        assert table.loc["n_isolates", "estimate"] == pytest.approx(2 * (1 - share))
        assert table.loc["n_components", "estimate"] == pytest.approx(2 - share)


def test_a_measure_that_no_draw_has_is_missing():
    table = thinning_curve(graph(("A", "B", 1), roster=SEEN), measures="transitivity", missed=[0.5])
    assert table.loc[0, ["estimate", "low", "high", "observed"]].isna().all()
    assert table.loc[0, "n_undefined"] == 200


def test_nothing_missed_is_the_network_itself():
    G = graph(*KITE)
    table = thinning_curve(G, missed=[0]).set_index("measure")
    expected = net.graph_measures(G)[list(TOPOLOGY)].tolist()
    for column in ("estimate", "low", "high", "observed"):
        assert table[column].tolist() == pytest.approx(expected)


# ------------------------------------------------------------------------- a second implementation


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
@pytest.mark.parametrize("roster", [SEEN, LISTED])
def test_measures_are_those_of_networkx_on_the_same_draws(kind, roster):
    ties = [*KITE, ("E", "A", 1), ("A", "E", 1)] if kind is nx.DiGraph else KITE
    G = graph(*ties, kind=kind, roster=roster)
    names = ["n_ties", "density", "n_isolates", "transitivity", "mean_clustering", "n_components",
             "largest_component_share", "degree_centralization", "total_weight", "concentration",
             "effective_number", *(["reciprocity"] if kind is nx.DiGraph else [])]  # fmt: skip
    options = {"n_draws": 60, "seed": 5}
    missed = [0.2, 0.6]
    found = thinning_curve(G, measures=names, missed=missed, level=0.8, **options)
    draws = by_hand(G, missed, **options)
    for name in names:
        groups = draws.groupby("missed")[name]
        rows = found[found["measure"] == name].set_index("missed")
        assert rows["estimate"].tolist() == pytest.approx(groups.mean().tolist(), nan_ok=True)
        assert rows["low"].tolist() == pytest.approx(groups.quantile(0.1).tolist(), nan_ok=True)
        assert rows["high"].tolist() == pytest.approx(groups.quantile(0.9).tolist(), nan_ok=True)
        assert rows["n_undefined"].tolist() == draws[name].isna().groupby(
            draws["missed"]).sum().tolist()  # fmt: skip


# ------------------------------------------------------------------------------- what it accepts


def test_ties_of_an_actor_to_itself_are_left_out():
    table = thinning_curve(graph(*CHAIN, ("A", "A", 50)), measures="n_ties", missed=[0])
    assert table.loc[0, "estimate"] == 2


def test_missing_deaths_do_not_matter_to_ties_and_are_refused_for_weights():
    G = graph(*CHAIN, weight="fatalities")
    G.edges["A", "B"]["weight"] = float("nan")
    assert thinning_curve(G, measures="n_ties", missed=[0]).loc[0, "estimate"] == 2
    fault = refused(thinning_curve, G, measures=["n_ties", "concentration"], kind=OptionError)
    assert "which deaths go with which event is not known" in fault.wrong
    assert 'weight="events"' in fault.fix


@pytest.mark.parametrize(
    ("n", "match"),
    [(0.5, "n_events is 0.5"), (0, "n_events is 0 "), (None, "1 of 2 ties have no n_events")],
)
def test_only_whole_events_can_be_missed(n, match):
    G = graph(*CHAIN)
    G.edges["A", "B"]["n_events"] = n
    refused(thinning_curve, G, kind=OptionError, match=match)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"missed": [0.1, 1]}, "missed=1"),
        ({"missed": [-0.1]}, "missed=-0.1"),
        ({"missed": ["few"]}, "missed='few'"),
        ({"missed": []}, "missed is empty"),
        ({"measures": "densty"}, "densty"),
        ({"n_draws": 10}, "n_draws=10"),
        ({"level": 1.5}, "level=1.5"),
    ],
)
def test_options_that_cannot_be(options, match):
    refused(thinning_curve, graph(*CHAIN), kind=OptionError, match=match, **options)


def test_the_table_is_as_agreed_and_the_seed_decides():
    G = graph(*KITE, title="INVENTED", steps="one step", rows="3")
    before = nx.to_dict_of_dicts(G)
    one, two, other = (thinning_curve(G, missed=[0.1, 0.5], seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(other)
    assert nx.to_dict_of_dicts(G) == before
    columns = ["measure", "missed", "estimate", "low", "high", "observed", "n_undefined"]
    assert list(one) == columns
    assert list(zip(one["measure"], one["missed"], strict=True)) == [
        (name, q) for name in TOPOLOGY for q in (0.1, 0.5)
    ]
    assert {"kind": "thinning", "level": "0.95", "title": "INVENTED"}.items() <= one.attrs.items()
    assert one.attrs["steps"].startswith("one step; thinning: each event missed")
    assert thinning_curve(G, missed=0.1)["missed"].unique().tolist() == [0.1]


# ----------------------------------------------------------------------- isolates, and thresholds


def test_who_had_no_tie_before_is_kept_and_who_loses_all_vanishes():
    # five actors of whom A-B and B-C are tied: 2 of 10 pairs; D has a tie to itself, E none
    G = graph(*CHAIN, ("D", "D", 4), ("E", "F", 1), roster=SEEN).subgraph("ABCDE")
    names = ["density", "n_isolates", "n_components", "largest_component_share"]
    none = thinning_curve(G, measures=names, missed=0).set_index("measure")
    assert none["observed"].tolist() == [0.2, 2, 3, 0.6]
    assert none["estimate"].tolist() == pytest.approx([0.2, 2, 3, 0.6])
    # A-B is gone in half of the draws and A with it, B-C in 1 of 8 and C with it; D and E stay
    table = thinning_curve(G, measures=names, missed=0.5, n_draws=2000).set_index("measure")
    assert table.loc["n_isolates", ["estimate", "low", "high"]].tolist() == [2, 2, 2]
    parts = 2 + (1 - 1 / 2 * 1 / 8)  # one part more unless both are gone
    error = math.sqrt(1 / 16 * 15 / 16 / 2000)
    assert table.loc["n_components", "estimate"] == pytest.approx(parts, abs=4.5 * error)


def test_a_backbone_that_is_not_thinned_is_the_backbone():
    ties = [("A", b, n) for b, n in zip("BCDEF", [60, 1, 1, 1, 1], strict=True)]
    B = net.find_backbone(graph(*ties, roster=SEEN))
    assert list(B.edges) == [("A", "B")]
    table = thinning_curve(B, missed=[0])
    assert table["estimate"].tolist() == pytest.approx(table["observed"].tolist(), nan_ok=True)
    # one tie among six actors
    assert table.set_index("measure").loc["density", "estimate"] == pytest.approx(1 / 15)


def test_a_tie_of_fewer_events_than_the_rule_asks_for_is_none():
    # at least 2 of n events are left: 1 - q^n - n (1 - q) q^(n - 1)
    G, q = graph(("A", "B", 2), ("B", "C", 3), ("C", "D", 6), minimum_events="2"), 0.4
    table = thinning_curve(G, measures=["n_ties", "total_weight"], missed=[0, q], n_draws=4000)
    left = [1 - q**n - n * (1 - q) * q ** (n - 1) for n in (2, 3, 6)]
    error = math.sqrt(sum(p * (1 - p) for p in left) / 4000)
    assert estimates(table, "n_ties")[0] == 3
    assert estimates(table, "n_ties")[q] == pytest.approx(sum(left), abs=4.5 * error)
    # the events of such a tie count no longer: n (1 - q) less those of draws with one event
    events = sum(n * (1 - q) - n * (1 - q) * q ** (n - 1) for n in (2, 3, 6))
    assert estimates(table, "total_weight")[q] == pytest.approx(events, abs=0.15)
    assert "ties have 2 events or more" in table.attrs["steps"]


def test_the_rule_comes_with_the_dyads_and_is_about_all_periods():
    year = pd.to_datetime(["2016-01-05"] * 3 + ["2017-01-05"] * 2)
    events = make_event_table({
        "date_start": year, "actor1": list("AAAAC"), "actor2": list("BBBBD"),
        "event_id": [*"12345"], "dataset": "invented",
    }, index=range(5))  # fmt: skip
    dyads = ct.count_dyads(events, minimum_events=3)
    G = ct.actor_network(dyads)
    assert (list(G.edges), G.graph["minimum_events"]) == ([("A", "B")], "3")
    # at least 3 of 4: 5 / 16 with q = 1/2
    table = thinning_curve(G, measures="n_ties", missed=0.5, n_draws=4000)
    error = math.sqrt(5 / 16 * 11 / 16 / 4000)
    assert table.loc[0, "estimate"] == pytest.approx(5 / 16, abs=4.5 * error)
    for part in (
        ct.actor_network(dyads[dyads["period"] == "2017"]),
        *net.networks_by_period(dyads).values(),
    ):
        refused(thinning_curve, part, kind=OptionError, match="in all periods together")
    assert "minimum_events" not in ct.count_dyads(events).attrs


def test_probabilities_of_any_kind_of_number():
    table = thinning_curve(graph(*CHAIN), measures="n_ties", missed=np.float32(0.25))
    assert table["missed"].tolist() == [0.25]
    refused(thinning_curve, graph(*CHAIN), missed=None, kind=OptionError, match="None is no share")
    refused(thinning_curve, graph(*CHAIN), seed=-1, kind=OptionError, match="seed=-1")
