"""Networks from dyads: what becomes a node and a tie, windows, rosters, messages."""

import math
import warnings

import networkx as nx
import pandas as pd
import pytest

from toolkit.errors import (
    ColumnError,
    DataWarning,
    DirectionError,
    EmptySelectionError,
    OptionError,
)
from toolkit.networks import actor_network, ego_network, networks_by_period
from toolkit.provenance import pack_coverage, stamp


def make_dyads(rows, **attrs):
    """Make a table of dyads from (actor1, actor2, year, n_events, fatalities)."""
    table = pd.DataFrame(rows, columns=["actor1", "actor2", "period", "n_events", "fatalities"])
    table["period"] = pd.PeriodIndex(table["period"].astype(str), freq="Y")
    table["n_events"] = table["n_events"].astype("Int64")
    table["fatalities"] = table["fatalities"].astype("Int64")
    table.attrs = attrs
    return table


ROWS = [
    ("A", "B", 2016, 3, 10),
    ("A", "B", 2017, 1, 0),
    ("A", "C", 2016, 2, 0),
    ("B", "C", 2017, 5, None),
    ("A", "D", 2019, 4, 7),
]


def weights(G):
    return {(u, v): w for u, v, w in G.edges(data="weight")}


# --------------------------------------------------------------------------- actor_network


def test_periods_are_summed_pair_by_pair():
    G = actor_network(make_dyads(ROWS))
    assert type(G) is nx.Graph
    assert weights(G) == {("A", "B"): 4, ("A", "C"): 2, ("A", "D"): 4, ("B", "C"): 5}
    # 3 + 1 events, 10 + 0 deaths, in 2016 and 2017; distance 1/4
    expected = {"weight": 4, "distance": 0.25, "n_events": 4, "fatalities": 10, "periods": 2}
    assert G.edges["A", "B"] == expected
    assert all(type(G.edges["A", "B"][k]) is int for k in ("weight", "n_events", "fatalities"))
    assert dict(G.nodes(data=True)) == {a: {"name": a} for a in "ABCD"}


def test_fatalities_as_weight_keep_zero_and_missing_apart():
    with pytest.warns(DataWarning, match="1 of 4 ties no deaths are recorded"):
        G = actor_network(make_dyads(ROWS), weight="fatalities")
    assert G.edges["A", "B"]["weight"] == 10
    assert G.edges["A", "C"]["weight"] == 0
    assert "distance" not in G.edges["A", "C"]
    assert math.isnan(G.edges["B", "C"]["weight"])
    assert "distance" not in G.edges["B", "C"]
    assert "fatalities" not in G.edges["B", "C"]  # missing is left out: GraphML refuses None
    assert G.edges["A", "D"]["distance"] == 1 / 7


def test_shares_stay_fractions():
    dyads = make_dyads(ROWS[:2]).assign(n_events=[0.5, 0.25])
    assert actor_network(dyads).edges["A", "B"]["weight"] == 0.75


def test_bounds_are_summed_where_present():
    dyads = make_dyads(ROWS[:3]).assign(fatalities_low=[8, 0, None], fatalities_high=[12, 3, None])
    G = actor_network(dyads)
    assert G.edges["A", "B"]["fatalities_low"] == 8
    assert G.edges["A", "B"]["fatalities_high"] == 15
    assert "fatalities_high" not in G.edges["A", "C"]


def test_order_of_names_means_nothing_unless_the_table_says_so():
    rows = [("B", "A", 2016, 3, 0), ("A", "B", 2016, 2, 0)]
    assert weights(actor_network(make_dyads(rows))) == {("A", "B"): 5}
    for said in ("yes", "as_recorded"):
        dyads = make_dyads(rows, directed=said)
        G = actor_network(dyads)
        assert weights(G) == {("A", "B"): 2, ("B", "A"): 3}
        assert G.is_directed()
        assert G.graph["directed"] == said
        both = actor_network(dyads, directed=False)
        assert weights(both) == {("A", "B"): 5}
        assert both.graph["directed"] == "no"


def test_direction_where_there_is_none_is_an_error():
    with pytest.raises(DirectionError, match="alphabetical") as caught:
        actor_network(make_dyads(ROWS), directed=True)
    assert "as_recorded" in caught.value.fix
    with pytest.raises(OptionError, match="maybe"):
        actor_network(make_dyads(ROWS, directed="maybe"))


def test_ties_are_never_mixed():
    dyads = make_dyads(ROWS[:3]).assign(tie=["opposition", "cooperation", "opposition"])
    assert weights(actor_network(dyads)) == {("A", "B"): 3, ("A", "C"): 2}
    assert weights(actor_network(dyads, tie="cooperation")) == {("A", "B"): 1}
    with pytest.raises(EmptySelectionError, match="no cooperation ties"):
        actor_network(make_dyads(ROWS), tie="cooperation")
    # nobody looked for cooperation: isolates would claim that there was none
    with pytest.raises(EmptySelectionError):
        actor_network(make_dyads(ROWS), tie="cooperation", roster=["A", "B"])


def test_ties_of_an_actor_to_itself():
    dyads = make_dyads([*ROWS[:1], ("C", "C", 2016, 2, 1), ("C", "C", 2017, 5, 1)])
    with pytest.warns(DataWarning, match=r"2 rows \(7 events\) pair an actor with itself"):
        G = actor_network(dyads)
    assert sorted(G) == ["A", "B"]
    assert G.graph["self_loops"] == "drop"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = actor_network(dyads, self_loops="keep")
    assert kept.edges["C", "C"]["weight"] == 7


def test_rows_without_events_are_no_ties_and_rows_without_a_count_are_not_known():
    dyads = make_dyads([*ROWS[:1], ("A", "C", 2016, 0, 0), ("A", "D", 2016, None, None)])
    with pytest.warns(DataWarning, match="1 of 3 rows have no count"):
        G = actor_network(dyads)
    assert weights(G) == {("A", "B"): 3}


def test_roster_makes_isolates_and_keeps_those_it_lacks():
    roster = pd.DataFrame(
        {
            "actor": ["A", "B", "E", "F", "G"],
            "first": [pd.Period("2015", "Y"), pd.NaT, pd.Timestamp("2016-05-01"), pd.NaT, pd.NaT],
            "last": [pd.NaT, pd.Period("2018", "Y"), pd.NaT, pd.Timestamp("2015-12-31"), pd.NaT],
        }
    )
    with pytest.warns(DataWarning, match="1 actors have ties .* C"):
        G = actor_network(make_dyads(ROWS[:3]), roster=roster)
    # F ended the day before 2016
    assert sorted(G) == ["A", "B", "C", "E", "G"]
    assert list(nx.isolates(G)) == ["E", "G"]
    assert G.nodes["A"] == {"name": "A", "first": "2015-01-01"}
    assert G.nodes["B"] == {"name": "B", "last": "2018-12-31"}
    assert G.nodes["E"] == {"name": "E", "first": "2016-05-01"}


def test_actor_with_two_spans_is_there_in_both_and_open_if_one_is():
    roster = pd.DataFrame(
        {
            "actor": ["A", "A", "B", "B"],
            "first": pd.to_datetime(["2010-01-01", "2016-01-01", "2011-01-01", None]),
            "last": pd.to_datetime(["2012-12-31", "2017-06-30", "2012-01-01", None]),
        }
    )
    G = actor_network(make_dyads(ROWS[:2]), roster=roster)
    assert G.nodes["A"] == {"name": "A", "first": "2010-01-01", "last": "2017-06-30"}
    assert G.nodes["B"] == {"name": "B"}


def test_empty_table_needs_a_roster():
    empty = make_dyads(ROWS)[:0]
    with pytest.raises(EmptySelectionError, match="No opposition tie"):
        actor_network(empty)
    G = actor_network(empty, roster=["A", "B"])
    assert (sorted(G), G.number_of_edges()) == (["A", "B"], 0)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"tie": "enmity"}, OptionError, "tie='enmity'"),
        ({"weight": "deaths"}, OptionError, "weight='deaths'"),
        ({"self_loops": "fold"}, OptionError, "self_loops='fold'"),
        ({"roster": "everybody"}, OptionError, "roster='everybody' is a text"),
        ({"roster": pd.DataFrame({"name": ["A"]})}, ColumnError, "actor"),
        ({"roster": ["A", None]}, ColumnError, "1 rows without a name"),
    ],
)
def test_options_that_are_not_known(options, error, match):
    with pytest.raises(error, match=match):
        actor_network(make_dyads(ROWS), **options)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda d: d.drop(columns="n_events"), "no column 'n_events'"),
        (lambda d: d.assign(period=d["period"].astype(str)), "not periods"),
        (lambda d: d.assign(actor2=d["actor2"].mask(d["actor2"] == "C")), "missing in 2 rows"),
        (lambda d: d.assign(fatalities=-1), "fatalities is negative in 5 rows"),
    ],
)
def test_tables_that_are_no_dyads(change, match):
    with pytest.raises(ColumnError, match=match):
        actor_network(change(make_dyads(ROWS)))


def test_nothing_that_comes_in_is_changed():
    dyads = make_dyads([("B", "A", 2016, 3, 1), ("A", "A", 2016, 3, 1)], directed="no")
    before = dyads.copy(deep=True)
    with pytest.warns(DataWarning):
        actor_network(dyads)
    pd.testing.assert_frame_equal(dyads, before)
    assert dyads.attrs == before.attrs


def test_provenance_is_flat_text_and_says_what_was_done():
    dyads = stamp(make_dyads(ROWS), {"title": "UCDP GED", "steps": "dyads by year"})
    graph = actor_network(dyads[dyads["period"] == "2016"], roster=["A", "B", "C"]).graph
    assert all(isinstance(k, str) and isinstance(v, str) and v for k, v in graph.items())
    assert graph["title"] == "UCDP GED"
    assert graph["period"] == "2016"
    assert graph["roster"] == "3 actors, a list of names"
    assert graph["steps"] == (
        "dyads by year; filter not recorded (5 to 2 rows); "
        "network of opposition ties by events in 2016"
    )
    assert actor_network(dyads).graph["period"] == "2016 to 2019"
    assert "rows" not in graph


# ------------------------------------------------------------------------ networks_by_period


def shape(graphs):
    return {str(p): (len(G), G.number_of_edges()) for p, G in graphs.items()}


def test_every_period_between_first_and_last_has_a_network():
    graphs = networks_by_period(make_dyads(ROWS))
    assert shape(graphs) == {"2016": (3, 2), "2017": (3, 2), "2018": (0, 0), "2019": (2, 1)}
    assert all(isinstance(p, pd.Period) for p in graphs)
    assert weights(graphs[pd.Period("2017", "Y")]) == {("A", "B"): 1, ("B", "C"): 5}
    fixed = networks_by_period(make_dyads(ROWS), roster="fixed")
    assert shape(fixed) == {"2016": (4, 2), "2017": (4, 2), "2018": (4, 0), "2019": (4, 1)}


def test_actor_that_does_not_exist_yet_is_absent_and_not_an_isolate():
    roster = pd.DataFrame({"actor": list("ABCD"), "first": pd.to_datetime(["2010"] * 3 + ["2018"])})
    graphs = networks_by_period(make_dyads(ROWS), roster=roster)
    assert ["D" in G for G in graphs.values()] == [False, False, True, True]
    assert list(nx.isolates(graphs[pd.Period("2018", "Y")])) == ["A", "B", "C", "D"]


def test_windows_overlap_and_are_named_by_their_last_period():
    graphs = networks_by_period(make_dyads(ROWS), window=2)
    assert shape(graphs) == {"2017": (3, 3), "2018": (3, 2), "2019": (2, 1)}
    first = graphs[pd.Period("2017", "Y")]
    assert weights(first) == {("A", "B"): 4, ("A", "C"): 2, ("B", "C"): 5}
    assert first.graph["period"] == "2016 to 2017"
    assert (first.graph["window"], first.graph["step"]) == ("2", "1")


def test_periods_in_no_window_are_said():
    assert list(map(str, networks_by_period(make_dyads(ROWS), window=2, step=2))) == [
        "2017",
        "2019",
    ]
    with pytest.warns(DataWarning, match="1 of 4 periods are in no window of 3"):
        assert shape(networks_by_period(make_dyads(ROWS), window=3, step=2)) == {"2018": (3, 3)}
    # 2016 and 2019; 2017 and 2018 between them
    with pytest.warns(DataWarning, match="2 of 4 periods"):
        assert len(networks_by_period(make_dyads(ROWS), step=3)) == 2


def test_one_warning_for_all_periods():
    with pytest.warns(DataWarning) as caught:
        networks_by_period(make_dyads(ROWS), weight="fatalities", roster=["A", "B"])
    texts = sorted(str(w.message) for w in caught)
    assert len(texts) == 2
    assert "2 actors have ties" in texts[0]
    assert "1 of 5 ties" in texts[1]


def test_period_outside_the_data_is_an_error_that_says_what_there_is():
    with pytest.raises(OptionError, match="start='2014' is outside the data") as caught:
        networks_by_period(make_dyads(ROWS), start="2014")
    assert caught.value.allowed == "2016 to 2019."
    assert caught.value.fix == "start='2016'"
    with pytest.raises(OptionError, match="end='2025' is outside"):
        networks_by_period(make_dyads(ROWS), end="2025")
    assert shape(networks_by_period(make_dyads(ROWS), start="2017", end=pd.Period("2018"))) == {
        "2017": (3, 2),
        "2018": (0, 0),
    }


def test_coverage_reaches_further_than_the_ties():
    spans = pd.DataFrame({
        "dataset": ["ged"], "version": ["1"], "country": ["*"], "event_types": ["*"],
        "basis": ["stated"], "start": pd.to_datetime(["2014-01-01"]),
        "end": pd.to_datetime(["2019-12-31"]),
    })  # fmt: skip
    dyads = stamp(make_dyads(ROWS), {"coverage": pack_coverage(spans)})
    assert list(map(str, networks_by_period(dyads, start="2014")))[:2] == ["2014", "2015"]
    assert str(next(iter(networks_by_period(dyads)))) == "2016"
    # some rows went missing without a record: whether there was something is not known
    with pytest.raises(OptionError, match="outside the data"):
        networks_by_period(dyads[dyads["period"] > "2016"], start="2014")


def test_end_is_the_end_of_what_is_named():
    dyads = make_dyads(ROWS[:2])
    dyads["period"] = pd.PeriodIndex(["2016-02", "2018-01"], freq="M")
    keys = list(map(str, networks_by_period(dyads, start="2017", end="2017")))
    assert (keys[0], keys[-1], len(keys)) == ("2017-01", "2017-12", 12)
    dyads["period"] = pd.PeriodIndex(["2016-01-06", "2016-01-20"], freq="W-SUN")
    end = dyads["period"].iloc[0]
    assert list(networks_by_period(dyads, end=end)) == [end]
    assert list(networks_by_period(dyads, end=str(end))) == [end]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"window": 0}, "window=0"),
        ({"window": 5}, "window=5 is longer than the 4 periods"),
        ({"step": 1.5}, "step=1.5"),
        ({"roster": "all"}, "roster='all'"),
        ({"start": "soon"}, "start='soon' is not a period"),
        ({"start": "2018", "end": "2017"}, "is after end"),
    ],
)
def test_windows_that_are_not_possible(options, match):
    with pytest.raises(OptionError, match=match):
        networks_by_period(make_dyads(ROWS), **options)


def test_empty_table_has_no_periods():
    with pytest.raises(EmptySelectionError, match="no rows"):
        networks_by_period(make_dyads(ROWS)[:0], roster=["A"])


def test_direction_holds_in_every_window():
    graphs = networks_by_period(make_dyads(ROWS, directed="yes"))
    assert all(G.is_directed() for G in graphs.values())


# -------------------------------------------------------------------------------- ego_network


def test_ego_network_has_the_actor_its_partners_and_their_ties():
    G = actor_network(make_dyads(ROWS))
    ego = ego_network(G, "B")
    assert weights(ego) == {("A", "B"): 4, ("A", "C"): 2, ("B", "C"): 5}
    assert "actors within 1 ties of B" in ego.graph["steps"]
    assert "actors within" not in G.graph["steps"]
    assert "D" in ego_network(G, "B", radius=2)
    # against the direction too
    assert set(ego_network(nx.DiGraph(["AB", "CB"]), "B")) == {"A", "B", "C"}


def test_ego_of_an_unknown_actor_names_the_nearest():
    G = nx.Graph([("Ahrar al-Sham", "HTS")])
    with pytest.raises(OptionError, match="no actor 'Ahrar al Sham'") as caught:
        ego_network(G, "Ahrar al Sham")
    assert "Ahrar al-Sham" in caught.value.allowed
    with pytest.raises(OptionError, match="radius=0"):
        ego_network(G, "HTS", radius=0)
