"""Lineage: from earlier to later, from member to umbrella, from parent to splinter."""

import networkx as nx
import pandas as pd
import pytest
from conftest import REAL_DATA
from makers import refused
from test_aliases import make_rules

import toolkit as ct
from toolkit.errors import ColumnError, EmptySelectionError, OptionError

# UCDP's columns; the Bread, Land and Water League has commas of its own
LIST = pd.DataFrame(
    [
        ["1", "Reed League", None, None, None, None],
        ["2", "Bread, Land and Water League", "Reed League", None, None, None],
        ["3", "Otter", "Bread, Land and Water League", None, "Delta Front", None],
        ["4", "Heron", "Reed League, Otter", None, "Delta Front, Reed Union", None],
        ["5", "Teal", None, "Heron", None, "Otter"],
    ],
    columns="actor_id name_data name_prev name_split_temp name_alliance group_name".split(),
).assign(version="22.1")  # fmt: skip


def links(graph):
    return sorted((a, b, d["relation"], d["date"]) for a, b, d in graph.edges(data=True))


def test_an_alias_table_runs_from_earlier_to_later():
    assert links(ct.make_lineage(make_rules())) == [
        ("Army (2010-2015)", "Army (2015-)", "regime", "2015-07-01"),
        ("Heron", "Heron Union", "merger", "2017-01-01"),
        ("Marsh Army", "Delta Front", "umbrella", "2016-06-01"),
        ("Otter", "Heron Union", "merger", "2017-01-01"),
        ("Reed Leage", "Reed League", "alias", ""),
        ("Reed League", "Marsh Army", "rename", "2016-03-01"),
        ("Reed League", "Splinter", "split", "2015-01-01"),  # from parent to splinter
    ]


def test_ucdps_list_runs_from_earlier_to_later():
    graph = ct.make_lineage(actors=LIST)
    assert [link[:3] for link in links(graph)] == [
        ("Bread, Land and Water League", "Otter", "split"),
        ("Heron", "Delta Front", "alliance"),
        ("Heron", "Reed Union", "alliance"),
        ("Heron", "Teal", "split, for a time"),
        ("Otter", "Delta Front", "alliance"),
        ("Otter", "Heron", "split"),
        ("Reed League", "Bread, Land and Water League", "split"),
        ("Reed League", "Heron", "split"),
        ("Teal", "Otter", "join"),
    ]
    (edge,) = graph.get_edge_data("Teal", "Otter").values()
    assert edge["source"] == "UCDP actor list 22.1, ActorId 5, group_name"


def test_both_tables_in_one_graph():
    graph = ct.make_lineage(make_rules(), LIST)
    assert graph.number_of_edges() == 7 + 9
    assert {"Heron Union", "Delta Front"} <= set(nx.descendants(graph, "Otter"))


def test_kin_within_some_steps():
    graph = ct.make_lineage(make_rules())
    near = ct.find_kin(graph, "Reed League", steps=1)
    assert near[["earlier", "later"]].values.tolist() == [
        ["Reed Leage", "Reed League"], ["Reed League", "Splinter"], ["Reed League", "Marsh Army"],
    ]  # fmt: skip
    assert near["source"].unique().tolist() == ["Reed Gazette, p. 1"]
    assert "Delta Front" in set(ct.find_kin(graph, "Reed League", steps=2)["later"])
    assert "Heron" not in set(ct.find_kin(graph, "Reed League", steps=9)["earlier"])


def test_an_actor_that_is_not_there_gets_the_nearest_names():
    graph = ct.make_lineage(make_rules())
    error = refused(ct.find_kin, graph, "Herons Union", kind=OptionError)
    assert "'Heron Union'" in error.allowed


def test_what_is_refused():
    refused(ct.make_lineage, kind=OptionError, match="needs a table")
    refused(ct.make_lineage, actors=LIST.drop(columns="group_name"), kind=ColumnError)
    refused(ct.make_lineage, make_rules("A > B : alias\nB > A : alias"), kind=OptionError)
    refused(ct.find_kin, nx.MultiDiGraph(), "A", kind=EmptySelectionError)


@pytest.mark.realdata
def test_ucdps_real_list():
    actors = ct.load_ucdp_actors(REAL_DATA / "ucdp" / "ucdp-actor-221.csv")
    graph = ct.make_lineage(ct.load_aliases("syria"), actors)
    kin = ct.find_kin(graph, "HTS", steps=1)
    assert ["Jabhat Fateh al-Sham", "HTS", "merger"] in kin.iloc[:, :3].values.tolist()
    # all but four of the names in the lists are names of the list
    others = {n for a, b in ct.make_lineage(actors=actors).edges() for n in (a, b)}
    assert sorted(others - set(actors["name_data"])) == [
        "Ansar al-Sham", "Liwa al-Haqq", "PBCP-ML", "Raia Mutomboki - Shukuru",
    ]  # fmt: skip
