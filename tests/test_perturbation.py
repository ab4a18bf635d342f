"""Perturbation: actors left out, merged and split, by hand and against networkx."""

import itertools
import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from makers import refused

import toolkit.networks as net
from toolkit.errors import DataWarning, EmptySelectionError, OptionError
from toolkit.networks.perturbation import perturb_actors

SEEN = "actors with a tie"
NAMES = ["n_ties", "density", "n_isolates", "transitivity", "mean_clustering", "n_components",
         "largest_component_share", "degree_centralization", "total_weight", "concentration",
         "effective_number"]  # fmt: skip


def graph(*ties, kind=nx.Graph, isolates=(), **facts):
    G = kind()
    G.add_nodes_from(isolates)
    G.add_edges_from((u, v, {"weight": n, "n_events": n}) for u, v, n in ties)
    G.graph.update(facts)
    return G


TRIANGLE = graph(("A", "B", 2), ("A", "C", 1), ("B", "C", 3))


def wild(seed, kind):
    """Return a random network of eight actors, one of them an isolate."""
    rng, names = np.random.default_rng(seed), "ABCDEFG"
    pairs = itertools.permutations(names, 2) if kind is nx.DiGraph else itertools.combinations(
        names, 2)  # fmt: skip
    ties = [(u, v, int(rng.integers(1, 6))) for u, v in pairs if rng.random() < 0.3]
    return graph(*ties, kind=kind, isolates=[*names, "H"])


def measured(G):
    """Return the measures of a network by the functions that measure one at a time."""
    return net.graph_measures(G)[NAMES].to_dict()


def changed(table, change, actors):
    rows = table[(table["change"] == change) & (table["actors"] == actors)]
    return rows.set_index("measure")["estimate"].to_dict()


# --------------------------------------------------------------------------------- left out


def test_left_out_by_hand():
    table = perturb_actors(TRIANGLE, measures=["n_ties", "total_weight"])
    assert table["actors"].tolist() == ["A", "A", "B", "B", "C", "C"]
    assert set(table["change"]) == {"left out"}
    # without A the tie of weight 3 is left, without B that of 1, without C that of 2
    assert table["estimate"].tolist() == [1, 3, 1, 1, 1, 2]
    assert table["observed"].tolist() == [3, 6] * 3
    assert table["change_of"].tolist() == [-2, -3, -2, -5, -2, -4]
    for column in ("low", "high"):
        assert table[column].tolist() == table["estimate"].tolist()


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
@pytest.mark.parametrize("roster", [SEEN, "8 actors, a list of names"])
def test_left_out_as_networkx_does_it(kind, roster):
    for seed in range(4):
        G = wild(seed, kind)
        G.graph["roster"] = roster
        if roster == SEEN:
            G.remove_nodes_from(list(nx.isolates(G)))
        table = perturb_actors(G, measures=NAMES)
        for actor in list(G):
            H = G.copy()
            H.remove_node(actor)
            if roster == SEEN:
                H.remove_nodes_from(list(nx.isolates(H)))
            assert changed(table, "left out", actor) == pytest.approx(measured(H), nan_ok=True)


def test_without_the_hub_nobody_is_left_or_all_are_alone():
    star = graph(("A", "B", 1), ("A", "C", 1), roster=SEEN)
    table = perturb_actors(star, measures=["n_components", "density"], leave_out=["A"])
    assert table["estimate"].tolist() == pytest.approx([0, np.nan], nan_ok=True)
    star.graph["roster"] = "3 actors, a list of names"
    table = perturb_actors(star, measures=["n_components", "density"], leave_out="A")
    assert table["estimate"].tolist() == [2, 0]


# ----------------------------------------------------------------------------------- merged


def test_merged_by_hand():
    with pytest.warns(DataWarning, match=r"1 ties \(3 events\) are inside B \+ C"):
        table = perturb_actors(
            graph(*TRIANGLE.edges(data="weight"), weight="events"),
            measures=["n_ties", "total_weight", "density"], leave_out=None, merge=[("B", "C")],
        )  # fmt: skip
    # A-(B + C) of weight 2 + 1; the three events of B and C are inside
    assert table["estimate"].tolist() == [1, 3, 1]
    assert table["actors"].unique().tolist() == ["B + C"]


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_merged_as_a_loop_over_the_ties_does_it(kind):
    for seed in range(4):
        G = wild(seed, kind)
        groups = [("A", "B"), ("C", "G", "E"), ("H", "A")]
        table = perturb_actors(G, measures=NAMES, leave_out=None, merge=groups)
        for group in groups:
            H = kind()
            H.add_nodes_from(group[0] if actor in group else actor for actor in G)
            for u, v, n in G.edges(data="weight"):
                u, v = (group[0] if actor in group else actor for actor in (u, v))
                if u != v:
                    H.add_edge(u, v, weight=n + H.get_edge_data(u, v, {"weight": 0})["weight"])
            found = changed(table, "merged", " + ".join(group))
            assert found == pytest.approx(measured(H), nan_ok=True)


def test_missing_weights_of_merged_ties_stay_missing_only_where_none_is_known():
    G = graph(("A", "B", 1), ("A", "C", 2), ("D", "B", 1), ("D", "C", 1))
    for pair in ("AB", "DB", "DC"):
        G.edges[tuple(pair)]["weight"] = float("nan")
    table = perturb_actors(G, measures=["n_ties", "total_weight"], leave_out=None,
                           merge=[("B", "C")])  # fmt: skip
    assert table["estimate"].tolist() == [2, 2]
    G.remove_node("A")
    table = perturb_actors(G, measures="total_weight", leave_out=None, merge=[("B", "C")])
    assert table["estimate"].isna().all()


# ------------------------------------------------------------------------------------ split


def test_a_split_by_hand():
    # four events fall to two parts: each part has one at least with 1 - 2 / 16
    G = graph(("A", "B", 4), roster=SEEN)
    table = perturb_actors(G, measures=["n_ties", "total_weight"], leave_out=None,
                           split={"A": 2}, n_draws=4000)  # fmt: skip
    error = math.sqrt(7 / 8 / 8 / 4000)
    assert table.loc[0, "estimate"] == pytest.approx(1 + 7 / 8, abs=4.5 * error)
    assert table.loc[0, ["low", "high"]].tolist() == [1, 2]
    assert table.loc[1, ["estimate", "low", "high"]].tolist() == [4, 4, 4]
    assert table["actors"].unique().tolist() == ["A in 2"]


def test_parts_without_events_vanish_or_stay():
    # one event, three parts: two of them have none
    G = graph(("A", "B", 1), roster=SEEN)
    options = {"measures": ["density", "n_isolates"], "leave_out": None, "split": {"A": 3}}
    assert perturb_actors(G, **options)["estimate"].tolist() == [1, 0]
    G.graph["roster"] = "2 actors, a list of names"
    assert perturb_actors(G, **options)["estimate"].tolist() == pytest.approx([1 / 6, 2])


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_a_split_as_a_loop_over_events_does_it(kind):
    # the same on average, from draws of its own: 3 events of A with B, 2 with C, C-B beside
    G = graph(("A", "B", 3), ("C", "A", 2), ("C", "B", 1), kind=kind)
    names = ["n_ties", "transitivity", "concentration", "degree_centralization"]
    table = perturb_actors(G, measures=names, leave_out=None, split={"A": 2}, n_draws=3000)
    rng, rows = np.random.default_rng(99), []
    for _ in range(1500):
        H = kind()
        H.add_nodes_from(["A", "A (2)", "B", "C"])
        H.add_edge("C", "B", weight=1)
        for (u, v), n in {("A", "B"): 3, ("C", "A"): 2}.items():
            for _ in range(n):
                part = "A" if rng.random() < 0.5 else "A (2)"
                one, two = (part if actor == "A" else actor for actor in (u, v))
                H.add_edge(one, two, weight=1 + H.get_edge_data(one, two, {"weight": 0})["weight"])
        single = [H.number_of_edges(), *(getattr(net, name)(H) for name in names[1:])]
        rows.append(dict(zip(names, single, strict=True)))
    draws = pd.DataFrame(rows)
    for name in names:
        error = draws[name].std() * math.sqrt(1 / 1500 + 1 / 3000)
        found = changed(table, "split", "A in 2")[name]
        assert found == pytest.approx(draws[name].mean(), abs=4.5 * error)
        assert error > 0


# ------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"leave_out": ["Abe"]}, "leave_out names 'Abe'"),
        ({"leave_out": None}, "No change is asked for"),
        ({"leave_out": []}, "No change is asked for"),
        ({"merge": [("A",)]}, "no group"),
        ({"merge": ["AB"]}, "no group"),
        ({"merge": [("A", "A")]}, "no group"),
        ({"merge": [("A", "Z")]}, "merge names 'Z'"),
        ({"merge": 5}, "5, which is no group"),
        ({"merge": [5]}, "5, which is no group"),
        ({"merge": [(["A"], "B")]}, r"merge names \['A'\]"),
        ({"leave_out": 5}, "leave_out names 5"),
        ({"leave_out": [["A"]]}, r"leave_out names \['A'\]"),
        ({"split": "A"}, "split='A' does not say how many parts"),
        ({"split": ["A"]}, "does not say how many parts"),
        ({"seed": None}, "seed=None"),
        ({"split": {"A": 1}}, "split"),
        ({"split": {"Z": 2}}, "split names 'Z'"),
        ({"measures": "size"}, "size"),
        ({"n_draws": 1}, "n_draws=1"),
        ({"level": 0}, "level=0"),
    ],
)
def test_options_that_cannot_be(options, match):
    refused(perturb_actors, TRIANGLE, kind=OptionError, match=match, **options)


def test_only_whole_events_can_fall_to_parts():
    shared = graph(("A", "B", 0.5), ("A", "C", 2))
    assert len(perturb_actors(shared, measures="density")) == 3
    refused(perturb_actors, shared, split={"A": 2}, kind=OptionError, match="n_events is 0.5")
    deaths = graph(("A", "B", 1), ("A", "C", 2))
    deaths.edges["A", "B"]["weight"] = 7
    assert len(perturb_actors(deaths, measures="density", split={"A": 2})) == 4
    refused(perturb_actors, deaths, measures="concentration", split={"A": 2}, kind=OptionError,
            match="which deaths")  # fmt: skip


def test_the_table_is_as_agreed_and_the_seed_decides():
    G = graph(("A", "B", 4), ("B", "C", 2), ("A", "D", 3), title="INVENTED", steps="one step")
    before = nx.to_dict_of_dicts(G)
    one, two, other = (
        perturb_actors(G, merge=[("A", "C")], split={"A": 3}, seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(other)
    assert nx.to_dict_of_dicts(G) == before
    columns = ["change", "actors", "measure", "estimate", "low", "high", "change_of", "observed",
               "n_undefined"]  # fmt: skip
    assert list(one) == columns
    assert list(dict.fromkeys(one["change"])) == ["left out", "merged", "split"]
    assert {"kind": "perturbation", "level": "0.95", "title": "INVENTED"}.items() <= (
        one.attrs.items()
    )
    assert one.attrs["steps"].startswith("one step; perturbation: left out one by one 4")
    assert "level" not in perturb_actors(G).attrs


# ------------------------------------------------------------- who was alone before, and thresholds


def test_only_those_who_lose_their_ties_vanish():
    # A-B-C, and D and E without a tie in a network of actors with a tie: a part of a larger one
    G = graph(("A", "B", 1), ("B", "C", 1), ("D", "E", 1), roster=SEEN)
    G.remove_edge("D", "E")
    names = ["n_isolates", "n_ties"]
    options = {"measures": names, "n_draws": 20}
    table = perturb_actors(G, leave_out=["B", "D", "C"], **options)
    # without B: A and C vanish; without D: E; without C: D and E
    assert table["estimate"].tolist() == [2, 0, 1, 2, 2, 1]
    with pytest.warns(DataWarning, match="are inside A [+] B"):
        table = perturb_actors(G, leave_out=None, merge=[("A", "B"), ("D", "E"), ("D", "A")],
                               **options)  # fmt: skip
    assert table["estimate"].tolist() == [2, 1, 1, 2, 1, 2]
    # parts of an isolate are isolates; of the only event of A one of two parts has none
    table = perturb_actors(G, leave_out=None, split={"D": 3, "A": 2}, **options)
    assert table["estimate"].tolist() == [4, 2, 2, 2]


@pytest.mark.parametrize("group", [("A", "B", "D"), ("D", "A", "B")])
def test_a_group_with_an_isolate_stays_in_whatever_order(group):
    G = graph(("A", "B", 1), isolates="D", roster=SEEN)
    with pytest.warns(DataWarning, match="1 ties"):
        table = perturb_actors(G, measures="n_isolates", leave_out=None, merge=[group])
    assert table["estimate"].tolist() == [1]
    assert table["observed"].tolist() == [1]


def test_parts_of_an_actor_need_as_many_events_as_a_tie():
    # four events on two parts, a tie from 3: 4 and 0, 3 and 1 either way: 2 x (1 + 4) of 16
    G = graph(("A", "B", 4), minimum_events="3")
    table = perturb_actors(G, measures="n_ties", leave_out=None, split={"A": 2}, n_draws=4000)
    error = math.sqrt(10 / 16 * 6 / 16 / 4000)
    assert table.loc[0, "estimate"] == pytest.approx(10 / 16, abs=4.5 * error)
    G.edges["A", "B"]["n_events"] = G.edges["A", "B"]["weight"] = 2
    refused(perturb_actors, G, split={"A": 2}, kind=OptionError, match="had to have 3 events")
    assert len(perturb_actors(G, measures="n_ties")) == 2


def test_a_network_without_actors_has_nobody_to_change():
    refused(perturb_actors, nx.Graph(), kind=EmptySelectionError, match="no actors")


def test_names_that_are_numbers():
    G = nx.relabel_nodes(TRIANGLE, {"A": 1, "B": 2, "C": 3})
    assert perturb_actors(G, measures="n_ties", leave_out=1, merge=None)["estimate"].tolist() == [1]
