"""Networks by choice and the range over them: a handful of invented events, counted by hand."""

import warnings

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from makers import refused

import toolkit as ct
import toolkit.networks as net
from toolkit.errors import EmptySelectionError, OptionError
from toolkit.events import make_event_table
from toolkit.networks.reporting import networks_by_choice, reporting_range

# day, actor1, actor2, low, best, high, precision of place and of date
ROWS = """
2016-01-05 Heron       Otter 1 2 4  exact  day
2016-02-05 Heron       Otter 0 1 1  admin1 month
2016-03-05 Heron&Teal  Otter 2 6 9  near   day
2016-04-05 Marsh       Otter 0 8 8  exact  week
2017-05-05 Marsh       Teal  1 3 5  exact  week
"""


def make_events(text=ROWS):
    cells = [line.split() for line in text.strip().splitlines()]
    deaths = ["fatalities_low", "fatalities", "fatalities_high"]
    levels = ["geo_precision", "date_precision"]
    table = pd.DataFrame(cells, columns=["date_start", "actor1", "actor2", *deaths, *levels])
    table["date_start"] = pd.to_datetime(table["date_start"])
    table[deaths] = table[deaths].astype("Int64")
    table["actor1"] = table["actor1"].str.replace("&", ", ")
    table["event_id"] = [str(n + 1) for n in range(len(table))]
    return make_event_table({**table, "dataset": "ucdp-ged"}, index=table.index)


EVENTS = make_events()


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        yield


def weights(G):
    return {tuple(sorted((u, v))): w for u, v, w in G.edges(data="weight")}


# ------------------------------------------------------------------------------- the networks


def test_one_network_where_no_choice_is_open():
    graphs = networks_by_choice(EVENTS)
    assert list(graphs) == ["main"]
    assert weights(graphs["main"]) == {
        ("Heron", "Otter"): 3, ("Otter", "Teal"): 1, ("Marsh", "Otter"): 1, ("Marsh", "Teal"): 1,
    }  # fmt: skip


def test_every_combination_has_its_network_and_its_name():
    graphs = networks_by_choice(
        EVENTS, geo_precision=[None, "near"], weight=["fatalities", "fatalities_low"]
    )
    pairs = [("Heron", "Otter"), ("Otter", "Teal"), ("Marsh", "Otter"), ("Marsh", "Teal")]
    deaths = {label: [weights(G)[pair] for pair in pairs] for label, G in graphs.items()}
    # without the second event, which is known to the province only
    assert deaths == {
        "main": [9, 6, 8, 3],
        "weight fatalities_low": [3, 2, 0, 1],
        "geo_precision near": [8, 6, 8, 3],
        "geo_precision near, weight fatalities_low": [3, 2, 0, 1],
    }
    assert graphs["main"].graph["choice"] == "geo_precision any, weight fatalities"
    assert graphs["main"].graph["weight"] == "fatalities"


def test_who_is_one_actor_comes_in_tables_by_name():
    people = {
        "split": ct.participants(EVENTS),
        "whole": ct.participants(EVENTS, coalitions="whole"),
    }
    graphs = networks_by_choice(EVENTS, people=people)
    assert list(graphs) == ["main", "people whole"]
    assert weights(graphs["people whole"]) == {
        ("Heron", "Otter"): 2, ("Heron, Teal", "Otter"): 1, ("Marsh", "Otter"): 1,
        ("Marsh", "Teal"): 1,
    }  # fmt: skip


def test_events_thresholds_and_shares_are_choices_too():
    years = {
        "both": EVENTS,
        "first": EVENTS[EVENTS["date_start"] < "2017"],
    }
    graphs = networks_by_choice(
        years, split=["whole", "share"], minimum_events=[1, 2], date_precision=["month", "day"]
    )
    assert len(graphs) == 16
    assert list(graphs)[:3] == ["main", "minimum_events 2", "split share"]
    assert weights(graphs["split share"])[("Otter", "Teal")] == 0.5
    assert weights(graphs["minimum_events 2"]) == {("Heron", "Otter"): 3}
    assert weights(graphs["events first, date_precision day"]) == {
        ("Heron", "Otter"): 2, ("Otter", "Teal"): 1,
    }  # fmt: skip


def test_a_coalition_is_split_as_in_the_whole_table():
    # among the events precise to the day no member is alone; among all Teal is, and stays one
    events = EVENTS[EVENTS["date_start"] >= "2016-02-10"]
    graphs = networks_by_choice(events, date_precision=[None, "day"], geo_precision="near")
    assert ("Otter", "Teal") in weights(graphs["date_precision day"])


def test_what_all_networks_share_is_handed_on():
    graphs = networks_by_choice(
        EVENTS, weight=["events", "fatalities"], among=["Heron", "Otter"], roster=["Heron", "Owl"]
    )
    assert [sorted(G) for G in graphs.values()] == [["Heron", "Otter", "Owl"]] * 2
    ties = networks_by_choice(EVENTS, tie="cooperation", date_precision=[None, "day"])
    assert [weights(G) for G in ties.values()] == [{("Heron", "Teal"): 1}] * 2


def test_an_alternative_that_leaves_nothing_is_named():
    fault = refused(networks_by_choice, EVENTS, minimum_events=[1, 9], kind=EmptySelectionError)
    assert "'minimum_events 9'" in fault.wrong


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"weight": []}, "weight has no alternative"),
        ({"people": {}}, "people has no alternative"),
        ({"weight": ["events", "dead"]}, "weight='dead'"),
        ({"geo_precision": [None, "town"]}, "town"),
        ({"minimum_events": range(1, 502)}, "501 combinations"),
        ({"minimum_events": 0}, "minimum_events=0"),
        ({"minimum_events": None}, "minimum_events=None"),
        ({"minimum_events": [1, "two"]}, "minimum_events='two'"),
        ({"weight": 5}, "weight=5"),
    ],
)
def test_choices_that_cannot_be(options, match):
    refused(networks_by_choice, EVENTS, kind=OptionError, match=match, **options)


# --------------------------------------------------------------------------------- the range


def chain(*ties, isolates=(), **facts):
    G = nx.Graph()
    G.add_weighted_edges_from(ties)
    G.add_nodes_from(isolates)
    G.graph.update(facts)
    return G


# ties 2, 3, 1; weight 3, 9, 4
THREE = {
    "main": chain(("A", "B", 1), ("B", "C", 2)),
    "loose": chain(("A", "B", 3), ("B", "C", 3), ("A", "C", 3)),
    "strict": chain(("A", "B", 4), isolates="C"),
}


def test_the_range_by_hand():
    table = reporting_range(
        THREE, measures=["n_ties", "total_weight", "transitivity", "n_isolates"]
    )
    assert list(table) == [
        "estimate", "low", "low_at", "high", "high_at", "n_alternatives", "n_undefined"
    ]  # fmt: skip
    assert table.index.name == "measure"
    rows = table.to_dict("index")
    assert list(rows["n_ties"].values()) == [2, 1, "strict", 3, "loose", 3, 0]
    assert list(rows["total_weight"].values()) == [3, 3, "main", 9, "loose", 3, 0]
    # a single tie has no triple
    assert list(rows["transitivity"].values()) == [0, 0, "main", 1, "loose", 3, 1]
    # of two alternatives that give the same number the first is named
    assert list(rows["n_isolates"].values()) == [0, 0, "main", 1, "strict", 3, 0]


def test_the_range_is_that_of_each_network_measured_alone():
    names = ["n_ties", "density", "n_components", "largest_component_share", "concentration"]
    table = reporting_range(THREE)
    each = net.graph_measures(THREE)[names]
    assert set(names) < set(table.index)
    for name in names:
        found = table.loc[name, ["estimate", "low", "high"]].tolist()
        assert found == pytest.approx([each[name].iloc[0], each[name].min(), each[name].max()])


def test_the_range_of_an_actor_by_hand():
    graphs = THREE | {"without": chain(("B", "C", 1))}
    table = reporting_range(graphs, actor="A")
    rows = table.to_dict("index")
    assert list(rows["degree"].values()) == [1, 1, "main", 2, "loose", 4, 1]
    # strengths 1 of 6, 6 of 18, 4 of 8; the fourth does not have A
    assert list(rows["strength"].values()) == [1, 1, "main", 6, "loose", 4, 1]
    assert list(rows["share"].values()) == [1 / 6, 1 / 6, "main", 0.5, "strict", 4, 1]
    # third of B 3, C 2, A 1; one of three equals; one of two equals
    assert list(rows["rank"].values()) == [3, 1.5, "strict", 3, "main", 4, 1]
    assert table.attrs["actor"] == "A"
    turned = reporting_range(dict(reversed(graphs.items())), actor="A").loc["degree"]
    assert pd.isna(turned["estimate"])
    assert turned[["low", "low_at", "high"]].tolist() == [1, "strict", 2]


def test_nothing_is_known_of_what_no_alternative_defines():
    pair = {"main": chain(("A", "B", 1)), "other": chain(("A", "B", 2))}
    row = reporting_range(pair, measures="transitivity").loc["transitivity"]
    assert row[["estimate", "low", "low_at", "high", "high_at"]].isna().all()
    assert row[["n_alternatives", "n_undefined"]].tolist() == [2, 2]
    without = reporting_range(
        {"main": chain(("A", "B", 0)), "other": chain(("A", "B", 0))}, actor="A"
    )
    assert without.loc["share", ["estimate", "low", "high"]].isna().all()


def test_events_and_deaths_are_not_one_range():
    graphs = networks_by_choice(EVENTS, weight=["events", "fatalities"])
    fault = refused(reporting_range, graphs, measures=["n_ties", "total_weight"], kind=OptionError)
    assert "total_weight is in events in some of the networks and in deaths" in fault.wrong
    refused(reporting_range, graphs, measures="strength", actor="Heron", kind=OptionError,
            match="strength is in events")  # fmt: skip
    assert list(reporting_range(graphs, actor="Heron").index) == ["degree", "share", "rank"]
    deaths = networks_by_choice(EVENTS, weight=["fatalities", "fatalities_low", "fatalities_high"])
    row = reporting_range(deaths, measures="total_weight").loc["total_weight"]
    # 9 + 6 + 8 + 3, 3 + 2 + 0 + 1 and 14 + 9 + 8 + 5
    assert row[["estimate", "low", "high"]].tolist() == [26, 6, 36]
    assert row["low_at"] == "weight fatalities_low"
    assert "strength" in reporting_range(deaths, actor="Heron").index


@pytest.mark.parametrize(
    ("graphs", "options", "match"),
    [
        ({"main": THREE["main"]}, {}, "no alternative"),
        (THREE, {"measures": "densty"}, "densty"),
        (THREE, {"measures": "density", "actor": "A"}, "density"),
        (THREE, {"actor": "Z"}, "No network has an actor 'Z'"),
        ([THREE["main"]], {}, "list"),
    ],
)
def test_ranges_that_cannot_be(graphs, options, match):
    refused(reporting_range, graphs, kind=OptionError, match=match, **options)


def test_the_table_says_what_it_is_and_what_came_first():
    graphs = networks_by_choice(EVENTS, date_precision=["week", "day"])
    table = reporting_range(graphs)
    assert table.attrs["kind"] == "reporting"
    assert "level" not in table.attrs
    assert table.attrs["steps"].endswith(
        "over 2 stated alternatives, of which the first is: date_precision week"
    )
    before = {label: nx.to_dict_of_dicts(G) for label, G in graphs.items()}
    reporting_range(graphs, actor="Otter")
    assert before == {label: nx.to_dict_of_dicts(G) for label, G in graphs.items()}


@pytest.mark.realdata
def test_syria_in_2017_over_bounds_and_precision(realdata):
    path = realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv"
    events = ct.filter_events(ct.load_ucdp_ged(path), start="2017-01-01", end="2017-12-31")
    bounds = ["fatalities", "fatalities_low", "fatalities_high"]
    graphs = networks_by_choice(events, split="share", weight=bounds, date_precision=[None, "day"])
    row = reporting_range(graphs, measures="total_weight").loc["total_weight"]
    # shared out, the deaths of all pairs are those of the events that have two sides
    sided = events[events["actor2"].notna()]
    assert row["estimate"] == pytest.approx(float(sided["fatalities"].sum()))
    assert row["high"] == pytest.approx(float(sided["fatalities_high"].sum()))
    precise = sided[sided["date_precision"] == "day"]
    assert row["low"] == pytest.approx(float(precise["fatalities_low"].sum()))
    assert row["low_at"] == "date_precision day, weight fatalities_low"


# ------------------------------------------------------------------------ numbers, names, warnings


@pytest.mark.parametrize("two", [np.int64(2), 2.0, np.float64(2)])
def test_thresholds_of_any_kind_of_number(two):
    single = networks_by_choice(EVENTS, minimum_events=two)
    assert weights(single["main"]) == {("Heron", "Otter"): 3}
    assert list(networks_by_choice(EVENTS, minimum_events=[1, two])) == ["main", "minimum_events 2"]
    assert ct.count_dyads(EVENTS, minimum_events=two).attrs["minimum_events"] == "2"


def test_names_of_actors_are_taken_as_they_are():
    graphs = {k: nx.relabel_nodes(G, {"A": 1, "B": 2, "C": 3}) for k, G in THREE.items()}
    assert reporting_range(graphs, actor=1).loc["degree", "high"] == 2
    refused(reporting_range, graphs, actor="1", kind=OptionError, match="No network has an actor")
    refused(reporting_range, THREE, actor=1, kind=OptionError, match="No network has an actor 1")
    refused(reporting_range, THREE, actor=["A"], kind=OptionError, match="No network has an actor")


def test_a_warning_is_told_once_and_from_the_line_of_the_user():
    options = {"weight": ["events", "fatalities"], "minimum_events": [1, 2]}
    # the third event has two members on one side; with two events or more only one pair is left
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        networks_by_choice(EVENTS, **options)
    told = [w for w in caught if "belong to several dyads" in str(w.message)]
    assert len(told) == 1
    assert str(told[0].message).startswith("1 events")
    assert "the numbers are others" not in str(told[0].message)
    assert {w.filename for w in caught} == {__file__}
    assert len({str(w.message) for w in caught}) == len(caught)


def test_a_warning_with_other_numbers_says_so():
    row = "2016-06-05 Heron&Teal Marsh 1 1 1 exact day"
    more = make_events(ROWS.strip() + "\n" + row)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        networks_by_choice(more, date_precision=[None, "day"], geo_precision=[None, "exact"])
    told = [str(w.message) for w in caught if "belong to several dyads" in str(w.message)]
    # two coalition events, one of them precise
    assert len(told) == 1
    assert told[0].startswith("2 events")
    assert told[0].endswith("In other alternatives the numbers are others.")
