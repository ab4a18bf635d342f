"""Signed networks: which sign a pair gets, and which triangles single events make."""

import warnings

import networkx as nx
import pandas as pd
import pytest

import toolkit as ct
from toolkit.errors import DataWarning, DirectionError, OptionError
from toolkit.events import make_event_table
from toolkit.networks.signed import signed_by_period, signed_network
from toolkit.networks.triples import count_triples


def layer(*ties, **facts):
    G = nx.Graph(**facts)
    for one, two, weight, n_events in ties:
        G.add_edge(one, two, weight=weight, n_events=n_events)
    return G


# weights are deaths, so that they differ from the events; A-B both, more opposed; B-C both, more
# together; C-D both, equal; A-C opposed only; A-D together only
OPPOSED = layer(("A", "B", 70, 7), ("B", "C", 20, 2), ("C", "D", 40, 4), ("A", "C", 10, 1))
TOGETHER = layer(("B", "A", 3, 5), ("C", "B", 9, 6), ("D", "C", 5, 4), ("A", "D", 8, 3))


def signs(S):
    return {"".join(sorted(pair)): S.edges[pair]["sign"] for pair in S.edges}


@pytest.mark.parametrize(
    ("both", "expected", "left_out"),
    [
        ("opposition", {"AB": -1, "BC": -1, "CD": -1, "AC": -1, "AD": 1}, 0),
        ("cooperation", {"AB": 1, "BC": 1, "CD": 1, "AC": -1, "AD": 1}, 0),
        ("stronger", {"AB": -1, "BC": 1, "AC": -1, "AD": 1}, 1),
        ("leave_out", {"AC": -1, "AD": 1}, 3),
    ],
)
def test_rule_for_pairs_with_both_ties(both, expected, left_out):
    with pytest.warns(DataWarning, match="3 of 5 pairs have ties of both kinds"):
        S = signed_network(OPPOSED, TOGETHER, both=both)
    assert signs(S) == expected
    assert S.graph["both"] == both
    assert (S.graph["n_both"], S.graph["n_left_out"]) == ("3", str(left_out))
    assert set(S) == set("ABCD")


def test_ties_keep_the_weight_of_their_layer_and_the_events_of_both():
    with pytest.warns(DataWarning):
        S = signed_network(OPPOSED, TOGETHER, both="stronger")
    assert S.edges["A", "B"] == {"sign": -1, "weight": 70, "n_opposition": 7, "n_cooperation": 5}
    assert S.edges["B", "C"] == {"sign": 1, "weight": 9, "n_opposition": 2, "n_cooperation": 6}
    assert S.edges["A", "D"] == {"sign": 1, "weight": 8, "n_opposition": 0, "n_cooperation": 3}


def test_without_pairs_of_both_nothing_is_told():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        S = signed_network(layer(("A", "B", 1, 1)), layer(("B", "C", 1, 1)), both="leave_out")
    assert S.graph["n_both"] == "0"


def test_isolates_stay_loops_go_and_nothing_is_changed():
    minus, plus = layer(("A", "B", 1, 1), ("A", "A", 5, 5)), layer()
    plus.add_node("E", first="2016-01-01")
    S = signed_network(minus, plus, both="leave_out")
    assert list(S.edges) == [("A", "B")]
    assert S.nodes["E"] == {"first": "2016-01-01"}
    assert minus.has_edge("A", "A")
    assert "sign" not in minus.edges["A", "B"]


def test_missing_choice_is_an_error_of_three_parts():
    with pytest.raises(OptionError, match=r"(?s)not said.*'leave_out'.*both="):
        signed_network(OPPOSED, TOGETHER)
    with pytest.raises(OptionError, match="'strongest' is not known"):
        signed_network(OPPOSED, TOGETHER, both="strongest")


def test_stronger_needs_the_events_of_both_ties():
    # no events, and deaths that are not recorded: not "equally many"
    unknown = nx.Graph([("A", "B", {"weight": float("nan")}), ("B", "C", {"weight": 2})])
    with pytest.raises(OptionError, match="A and B have both ties"):
        signed_network(unknown, TOGETHER, both="stronger")
    with pytest.raises(OptionError, match="A and B have both ties"):
        signed_network(TOGETHER, unknown, both="stronger")
    # elsewhere nothing is compared
    with pytest.warns(DataWarning):
        assert signs(signed_network(unknown, TOGETHER, both="opposition"))["AB"] == -1
    assert signs(signed_network(unknown, layer(("A", "D", 1, 1)), both="stronger"))["AB"] == -1


def test_layers_that_do_not_belong_together():
    with pytest.raises(OptionError, match="dataset: acled and ucdp-ged"):
        signed_network(layer(dataset="acled"), layer(dataset="ucdp-ged"), both="stronger")
    with pytest.raises(OptionError, match="opposition holds cooperation ties"):
        signed_network(layer(tie="cooperation"), layer(tie="opposition"), both="stronger")
    with pytest.raises(DirectionError):
        signed_network(nx.DiGraph(), layer(), both="stronger")
    with pytest.warns(DataWarning, match="2016 to 2019 and 2016 to 2018"):
        signed_network(layer(period="2016 to 2019"), layer(period="2016 to 2018"), both="stronger")


def test_by_period_warns_once_and_needs_the_same_periods():
    minus, plus = {2016: OPPOSED, 2017: OPPOSED}, {2016: TOGETHER, 2017: layer()}
    with pytest.warns(DataWarning, match="3 of 9 pairs") as told:
        found = signed_by_period(minus, plus, both="opposition")
    assert len(told) == 1
    assert [S.number_of_edges() for S in found.values()] == [5, 4]
    with pytest.raises(OptionError, match="different periods: 2017"):
        signed_by_period(minus, {2016: TOGETHER}, both="opposition")


# ------------------------------------------------------------------------------- triples


def listed(*sides):
    """Return events and participants; (X) is an associated actor, lower case no organised one."""
    rows = [
        (f"e{n}", side, name.strip("()"), "associated" if name[0] == "(" else "main")
        for n, both in enumerate(sides)
        for side, names in enumerate(both, start=1)
        for name in names.split()
    ]
    people = pd.DataFrame(rows, columns=["event_id", "side", "actor", "role"])
    people = people.assign(dataset="made", organised=people["actor"].str.isupper())
    dates = pd.to_datetime(["2016-03-01"] * len(sides))
    events = pd.DataFrame({"dataset": "made", "event_id": [f"e{n}" for n in range(len(sides))],
                           "date_start": dates, "date_end": dates, "date_precision": "day",
                           "country": "X"})  # fmt: skip
    return events, people


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        # a coalition of two against one: C faces A and B together
        ([("A B", "C")], {("A", "B", "C", "C"): 1}),
        # an associated actor cooperates, but inherits no fight
        ([("A (B)", "C")], {}),
        # three on one side, an associated one among them, and a single opponent of the main two
        ([("A B (D)", "C")], {("A", "B", "C", "C"): 1, ("A", "B", "D", ""): 1}),
        # what is not organised fights but does not cooperate
        ([("A b", "C")], {}),
        # alone and then together
        ([("A", "C"), ("B", "C"), ("A B", "C"), ("C", "B A")], {("A", "B", "C", "C"): 2}),
        # B on both sides is a partner of A and of C, who are none: no coalition of three, and
        # that B faces itself is no triangle
        ([("A B", "B C")], {("A", "B", "C", "A"): 1, ("A", "B", "C", "C"): 1}),
        # two against two: four triangles
        ([("A B", "C D")], {("A", "B", "C", "C"): 1, ("A", "B", "D", "D"): 1,
                            ("A", "C", "D", "A"): 1, ("B", "C", "D", "B"): 1}),
    ],
)  # fmt: skip
def test_triples_by_hand(sides, expected):
    events, people = listed(*sides)
    found = count_triples(events, people=people)
    keys = zip(*(found[c] for c in ("actor1", "actor2", "actor3", "against")), strict=True)
    assert dict(zip(keys, found["n_events"], strict=True)) == expected
    assert isinstance(found["period"].dtype, pd.PeriodDtype)


def test_acts_of_cooperation_are_no_co_listing():
    events = make_event_table(
        {
            "event_id": ["1", "2"],
            "dataset": "gdelt-events-2",
            "date_start": pd.Timestamp("2016-05-03"),
            "actor1": ["A", "B"],
            "actor2": ["B", "C"],
            "quad_class": ["verbal cooperation", "material conflict"],
        },
        index=pd.RangeIndex(2),
    )
    dyads = ct.count_dyads(events, tie="both")
    layers = [ct.actor_network(dyads, tie=tie) for tie in ("opposition", "cooperation")]
    S = signed_network(*layers, both="leave_out")
    assert signs(S) == {"AB": 1, "BC": -1}
    assert S.graph["cooperation"] == "acts"


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_layers_of_the_sample_say_that_cooperation_is_co_listing():
    dyads = ct.count_dyads(ct.load_sample("ged"), tie="both")
    layers = [ct.actor_network(dyads, tie=tie) for tie in ("opposition", "cooperation")]
    S = signed_network(*layers, both="cooperation")
    assert S.graph["cooperation"] == "co-listing"
    assert S.graph["steps"].endswith("2 pairs with both ties: cooperation, 0 without a tie")
    allies = {frozenset(pair) for pair in S.edges if S.edges[pair]["sign"] == 1}
    # four of the six planted alliances: the other two are recorded by ACLED only
    assert allies == {frozenset(pair) for pair in [
        ("Karvenian Liberation Front", "Lantern Movement"),
        ("Front for Land, Bread and Water", "Salt Road Army"),
        ("Ember Brigades", "Morvask Column"),
        ("Steadfast Liberation Front", "Lantern Movement"),
    ]}  # fmt: skip
