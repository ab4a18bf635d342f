"""Networks as files: what is written is what is read, and R's forms cell by cell."""

import csv
import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit.networks as net
from toolkit.errors import FileFormatError, MissingFileError, OptionError

READABLE = ["graphml", "gexf", "csv"]
NAMES = ["Jabhat al-Nuṣra, «HTS»", 'Brigade "7", FSA', "قوات سوريا", "NA", "1", " a b ", "<&>;'"]


def build(kind):
    """A network with every awkward case: odd names, zero and missing deaths, loops, isolates."""
    G = kind()
    G.add_nodes_from((name, {"name": name}) for name in NAMES)
    G.nodes["NA"].update(first="2016-01-01", last="2019-12-31")
    a, b, c, d, e = NAMES[:5]
    G.add_edge(a, b, weight=4, distance=0.25, n_events=4, fatalities=10, periods=2)
    G.add_edge(c, b, weight=0, n_events=2, fatalities=0, fatalities_low=0, periods=1)
    G.add_edge(c, d, weight=3, distance=1 / 3, n_events=3, periods=1)
    G.add_edge(e, e, weight=1, distance=1.0, n_events=1, periods=1)
    if G.is_directed():
        G.add_edge(b, a, weight=7, distance=1 / 7, n_events=7, periods=3)
    G.graph.update(title="UCDP GED", steps='a "b", c\nd <e>', weight="events", directed="no")
    return G


def same(one, two):
    """Say whether two networks have the same actors in order, ties, attributes and provenance."""

    def ties(G):
        key = tuple if G.is_directed() else frozenset
        return {key((u, v)): d for u, v, d in G.edges(data=True)}

    assert type(one) is type(two)
    assert list(one.nodes(data=True)) == list(two.nodes(data=True))
    assert ties(one) == ties(two)
    kinds = [{k: type(v) for k, v in d.items()} for *_, d in one.edges(data=True)]
    assert kinds == [{k: type(v) for k, v in d.items()} for *_, d in two.edges(data=True)]
    assert one.graph == two.graph


@pytest.mark.parametrize("form", READABLE)
@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_what_is_written_is_what_is_read(tmp_path, form, kind):
    G = build(kind)
    before = G.copy()
    files = net.write_network(G, tmp_path / f"x.{form}")
    assert sorted(files) == sorted(tmp_path.iterdir())
    same(net.read_network(tmp_path / f"x.{form}"), G)
    same(G, before)


@pytest.mark.parametrize("form", READABLE)
def test_networks_from_dyads_go_round(tmp_path, form):
    dyads = pd.DataFrame({
        "actor1": ["Á", "Á", "B"], "actor2": ["B", "C", "C"], "n_events": [0.5, 2, 1],
        "fatalities": [3, None, 0], "period": pd.PeriodIndex(["2016"] * 3, freq="Y"),
    })  # fmt: skip
    dyads["fatalities"] = dyads["fatalities"].astype("Int64")
    roster = pd.DataFrame({"actor": ["Á", "B", "C", "D"], "first": pd.to_datetime(["2015"] * 4)})
    G = net.actor_network(dyads, roster=roster)
    net.write_network(G, tmp_path / f"x.{form}")
    same(net.read_network(tmp_path / f"x.{form}"), G)


@pytest.mark.parametrize("form", READABLE)
def test_a_weight_that_is_missing_stays_missing(tmp_path, form):
    G = nx.Graph()
    G.add_edge("A", "B", weight=math.nan, n_events=2)
    G.add_edge("A", "C", weight=2.0, n_events=1)
    net.write_network(G, tmp_path / f"x.{form}")
    found = net.read_network(tmp_path / f"x.{form}")
    assert math.isnan(found.edges["A", "B"]["weight"])
    assert found.edges["A", "C"]["weight"] == 2


@pytest.mark.parametrize("form", READABLE)
@pytest.mark.parametrize("G", [nx.Graph(), nx.DiGraph(), nx.empty_graph(["A", "B"])])
def test_networks_without_ties_go_round(tmp_path, form, G):
    net.write_network(G, tmp_path / f"x.{form}")
    same(net.read_network(tmp_path / f"x.{form}"), G)


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=20
)


@pytest.mark.parametrize("form", READABLE)
@given(actors=st.lists(names, min_size=2, max_size=5, unique=True), text=names)
def test_any_name_goes_round(tmp_path_factory, form, actors, text):
    G = nx.Graph()
    G.add_nodes_from((actor, {"name": actor}) for actor in actors)
    G.add_edge(actors[0], actors[1], weight=2, note=text)
    G.graph["title"] = text
    path = tmp_path_factory.mktemp("names") / f"x.{form}"
    net.write_network(G, path)
    same(net.read_network(path), G)


def test_attributes_of_numpy_and_missing_ones_become_plain(tmp_path):
    G = nx.Graph()
    G.add_node("A", community=np.int64(3), note=None, known=True)
    G.add_node("B", community=pd.NA, note="", known=np.bool_(False))
    G.add_edge("A", "B", weight=np.float64(1.5), n=1)
    G.add_edge("A", "C", weight=2, n=pd.NA)
    for form in READABLE:
        net.write_network(G, tmp_path / f"x.{form}")
        found = net.read_network(tmp_path / f"x.{form}")
        assert dict(found.nodes(data=True)) == {
            "A": {"community": 3, "known": True}, "B": {"known": False}, "C": {},
        }  # fmt: skip
        assert found.edges["A", "B"] == {"weight": 1.5, "n": 1}
        assert found.edges["A", "C"] == {"weight": 2.0}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda G: G.nodes["A"].update(place={"x": 1}), "'place' of the actors holds dict"),
        (lambda G: (G.nodes["A"].update(x=1), G.nodes["B"].update(x="one")), "integer, text"),
        (lambda G: G.add_edge("A", "C\x00"), "control character"),
        (lambda G: G.add_edge("A", "C\r"), "control character"),
        (lambda G: G.graph.update(title="\ud800"), "control character"),
        (lambda G: G.add_edge(1, "1"), "same name"),
    ],
)
def test_what_files_cannot_hold_is_an_error(tmp_path, change, match):
    G = nx.Graph(["AB"])
    change(G)
    with pytest.raises(OptionError, match=match):
        net.write_network(G, tmp_path / "x.graphml")
    assert list(tmp_path.iterdir()) == []


def test_names_that_a_form_needs_for_itself(tmp_path):
    G = nx.Graph([("A", "B", {"label": "x"})])
    with pytest.raises(OptionError, match="GEXF has its own meaning for the attributes label"):
        net.write_network(G, tmp_path / "x.gexf")
    G = nx.Graph([("A", "B", {"actor1": "x"})])
    with pytest.raises(OptionError, match="actor1"):
        net.write_network(G, tmp_path / "x.csv")


def test_graphml_has_one_key_for_each_attribute(tmp_path):
    # igraph takes the name of a key for the attribute: int and float of one name would clash
    G = nx.Graph([("A", "B", {"weight": 1}), ("B", "C", {"weight": 1.5})])
    net.write_network(G, tmp_path / "x.graphml")
    text = (tmp_path / "x.graphml").read_text(encoding="utf-8")
    assert text.count('attr.name="weight"') == 1
    assert 'attr.type="double"' in text


def test_forms_and_files_that_are_not_known(tmp_path):
    G = nx.Graph(["AB"])
    with pytest.raises(OptionError, match=r"suffix '\.net'"):
        net.write_network(G, tmp_path / "x.net")
    with pytest.raises(OptionError, match="form='pajek'"):
        net.write_network(G, tmp_path / "x.csv", form="pajek")
    with pytest.raises(OptionError, match="dict of 1"):
        net.write_network({"2016": G}, tmp_path / "x.graphml")
    with pytest.raises(OptionError, match="this is a Graph"):
        net.write_network(G, tmp_path / "x.csv", form="amen")
    for form in READABLE:
        with pytest.raises(MissingFileError, match="no file"):
            net.read_network(tmp_path / f"nothing.{form}")
        (tmp_path / f"y.{form}").write_text("a,b\n1,2\n", encoding="utf-8")
        (tmp_path / "y.graph.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        with pytest.raises(FileFormatError, match="not a network"):
            net.read_network(tmp_path / f"y.{form}")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_csv_tables_are_what_igraph_takes(tmp_path):
    G = nx.Graph([("B", "A", {"weight": 2, "fatalities": 1}), ("A", "C", {"weight": 1})])
    files = net.write_network(G, tmp_path / "x.csv")
    assert rows(files[0]) == [["name"], ["B"], ["A"], ["C"]]
    assert rows(files[1]) == [
        ["actor1", "actor2", "weight", "fatalities"],
        ["B", "A", "2", "1"],
        ["A", "C", "1", ""],
    ]


def test_adjacency_has_names_and_weights(tmp_path):
    G = nx.Graph([("B, 1", "A", {"weight": 2}), ("A", "C", {"weight": math.nan})])
    (path,) = net.write_network(G, tmp_path / "x.csv", form="adjacency")
    assert rows(path) == [
        ["", "B, 1", "A", "C"],
        ["B, 1", "0.0", "2.0", "0.0"],
        ["A", "2.0", "0.0", ""],
        ["C", "0.0", "", "0.0"],
    ]
    arrows = nx.DiGraph([("A", "B", {"weight": 2})])
    (path,) = net.write_network(arrows, tmp_path / "x.csv", form="adjacency")
    assert rows(path)[1:] == [["A", "0.0", "2.0"], ["B", "0.0", "0.0"]]


# B is not there in 2017, C not in 2016
WAVES = {
    pd.Period("2016", "Y"): nx.Graph([("B", "A", {"weight": 2})]),
    pd.Period("2017", "Y"): nx.Graph([("A", "C", {"weight": 0})]),
}


def test_amen_has_all_pairs_in_all_periods(tmp_path):
    (path,) = net.write_network(WAVES, tmp_path / "x.csv", form="amen")
    header, *found = rows(path)
    assert header == ["period", "actor1", "actor2", "weight"]
    assert len(found) == 2 * 3 * 3
    cells = {tuple(row[:3]): row[3] for row in found}
    assert cells["2016", "A", "B"] == cells["2016", "B", "A"] == "2.0"
    assert cells["2017", "A", "C"] == "0.0"  # both there, no deaths
    assert cells["2016", "A", "A"] == ""
    assert cells["2016", "A", "C"] == cells["2017", "A", "B"] == ""
    known = [cell for cell in cells.values() if cell]
    assert len(known) == 4


def test_rsiena_has_a_matrix_for_each_wave_and_one_order(tmp_path):
    files = net.write_network(WAVES, tmp_path / "x.txt", form="rsiena")
    assert [path.name for path in files] == ["x.actors.txt", "x.2016.txt", "x.2017.txt"]
    assert files[0].read_text(encoding="utf-8") == "A\nB\nC\n"
    # 10: C is not there in 2016, B not in 2017
    assert files[1].read_text() == "0 1 10\n1 0 10\n10 10 0\n"
    # a tie of weight 0 is a tie
    assert files[2].read_text() == "0 10 1\n10 0 10\n1 10 0\n"
    weeks = {pd.Period("2016-01-06", "W"): nx.Graph(["AB"])}
    files = net.write_network(weeks, tmp_path / "w.txt", form="rsiena")
    assert files[1].name == "w.2016-01-04_2016-01-10.txt"
