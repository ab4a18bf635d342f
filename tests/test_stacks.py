"""Measures of many networks at once, against networkx over many random networks."""

from fractions import Fraction

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import toolkit.networks as net
from toolkit.networks import hops, measures, paths, stacks
from toolkit.networks.stacks import find_largest, find_parts, read_stack

KINDS = ["undirected", "directed"]
WEIGHTS = {
    # few values: many paths of equal length; 0 and unknown ones are ties without a length
    "counts": [1, 1, 2, 3, 4, 6, 12],
    "with zeros and unknown": [0, np.nan, 1, 2, 3],
    "shares": [1 / 3, 0.5, 1, 1.5, 0.2],
}


def random_network(seed, *, directed, weights, n_most=14):
    """Return a network with loops, isolates and several components, names in no order."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, n_most))
    G = (nx.DiGraph if directed else nx.Graph)()
    G.add_nodes_from(f"actor {i}" for i in rng.permutation(n))
    for _ in range(int(rng.integers(0, 2 * n + 1))):
        one, two = rng.integers(0, n, 2)
        G.add_edge(f"actor {one}", f"actor {two}", weight=weights[rng.integers(len(weights))])
    return G


def with_exact_lengths(G):
    """Return the ties of weight above 0, without loops, and their lengths as fractions."""
    H = type(G)()
    H.add_nodes_from(G)
    for u, v, weight in G.edges(data="weight", default=1):
        if u != v and weight > 0:
            H.add_edge(u, v, weight=weight, length=1 / Fraction(weight).limit_denominator(1000))
    return H


def without_loops(G):
    H = G.copy()
    H.remove_edges_from(list(nx.selfloop_edges(G)))
    return H


def expected_actors(G):
    H, L = without_loops(G), with_exact_lengths(G)
    plain = nx.Graph(H)
    several = [a for a in plain if plain.degree(a) > 1]
    near = {a: float(c) for a, c in nx.closeness_centrality(L, distance="length").items()}
    columns = {
        "degree": dict(H.degree),
        "closeness": {a: c for a, c in near.items() if c > 0},
        "closeness_unweighted": {a: c for a, c in nx.closeness_centrality(H).items() if c > 0},
        "core_number": nx.core_number(plain),
        "clustering": nx.clustering(plain, several),
    }
    if len(G) > 2:
        columns["betweenness"] = nx.betweenness_centrality(L, weight="length")
        columns["betweenness_unweighted"] = nx.betweenness_centrality(H)
    return pd.DataFrame(columns, index=list(G)).astype(float)


def expected_network(G):
    H = without_loops(G)
    plain = nx.Graph(H)
    parts = list(nx.connected_components(plain))
    triples = sum(d * (d - 1) / 2 for _, d in plain.degree)
    found = {
        "n_actors": len(H),
        "n_ties": H.number_of_edges(),
        "density": nx.density(H) if len(H) > 1 else np.nan,
        "n_isolates": nx.number_of_isolates(H),
        "transitivity": nx.transitivity(plain) if triples else np.nan,
        "n_components": len(parts),
        "largest_component_share": max(map(len, parts)) / len(H) if parts else np.nan,
    }
    if H.is_directed() and H.number_of_edges():
        found["reciprocity"] = nx.overall_reciprocity(H)
    if len(H) > 1:
        reached = sum(len(nx.single_source_shortest_path_length(H, a)) - 1 for a in H)
        found["connected_pairs"] = reached / (len(H) * (len(H) - 1))
    if len(parts) == 1 and len(H) > 1 and (not H.is_directed() or nx.is_strongly_connected(H)):
        found["mean_distance"] = nx.average_shortest_path_length(H)
    return found


@pytest.mark.parametrize("weights", list(WEIGHTS))
@pytest.mark.parametrize("directed", [False, True], ids=KINDS)
@pytest.mark.parametrize("together", [measures.TOGETHER, 1], ids=["one stack", "many stacks"])
def test_random_networks_agree_with_networkx(monkeypatch, directed, weights, together):
    monkeypatch.setattr(measures, "TOGETHER", together)
    networks = {
        seed: random_network(seed, directed=directed, weights=WEIGHTS[weights])
        for seed in range(60)
    }
    actors, whole = net.actor_measures(networks), net.graph_measures(networks)
    for seed, G in networks.items():
        rows = actors[actors["period"] == seed].set_index("actor")
        assert list(rows.index) == list(G)
        expected = expected_actors(G)
        assert rows[expected.columns].to_numpy(float) == pytest.approx(
            expected.to_numpy(), rel=1e-9, abs=1e-12, nan_ok=True
        )
        named = expected_network(G)
        assert whole.loc[seed, list(named)].to_dict() == pytest.approx(named, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("directed", [False, True], ids=KINDS)
def test_large_components_and_parts_of_the_sources_agree_with_networkx(monkeypatch, directed):
    G = nx.gnm_random_graph(90, 200, seed=4, directed=directed)
    for number, (u, v) in enumerate(G.edges):
        G.edges[u, v]["weight"] = 1 + number % 12
    expected = expected_actors(G)
    for cells, cubic in ((paths.CELLS, 0), (paths.CELLS, 1000), (2_000, 0)):
        monkeypatch.setattr(paths, "CELLS", cells)
        monkeypatch.setattr(paths, "CUBIC", cubic)
        found = net.actor_measures(G)[expected.columns]
        assert found.to_numpy(float) == pytest.approx(
            expected.to_numpy(), rel=1e-9, abs=1e-12, nan_ok=True
        )


@pytest.mark.parametrize("more", [0, 1], ids=["equal", "differ by less than rounding shows"])
def test_lengths_that_floats_cannot_tell_apart_are_told_apart_in_whole_numbers(more):
    # from A to D through B, or through C, which is shorter by one part in 10**13
    big = 10**13
    G = nx.Graph()
    G.add_weighted_edges_from([("A", "B", big), ("B", "D", big), ("A", "C", big)])
    G.add_edge("C", "D", weight=big + more)
    # B to C is as near through A as through D, or nearer through D; three pairs of others
    equal = {"A": 0.5 / 3, "B": 0.5 / 3, "C": 0.5 / 3, "D": 0.5 / 3}
    other = {"A": 0, "B": 0, "C": 1 / 3, "D": 1 / 3}
    found = net.betweenness(G).loc[list("ABCD")].to_dict()
    assert found == pytest.approx(other if more else equal)


def test_weights_that_are_no_fractions_share_paths_of_equal_length():
    # a square of equal sides: two ways between opposite corners
    G = nx.cycle_graph(4)
    nx.set_edge_attributes(G, np.pi, "weight")
    assert net.betweenness(G).tolist() == pytest.approx([0.5 / 3] * 4)


@pytest.mark.parametrize("directed", [False, True], ids=KINDS)
@pytest.mark.parametrize("shallow", [0, 2, 100])
def test_ways_of_many_steps_agree_with_networkx(monkeypatch, directed, shallow):
    monkeypatch.setattr(paths, "SHALLOW", shallow)
    monkeypatch.setattr(hops, "SHALLOW", shallow)
    G = nx.gnm_random_graph(90, 120, seed=5, directed=directed)
    for number, (u, v) in enumerate(G.edges):
        G.edges[u, v]["weight"] = 1 + number % 3
    expected = expected_actors(G)
    found = net.actor_measures(G)[expected.columns]
    assert found.to_numpy(float) == pytest.approx(
        expected.to_numpy(), rel=1e-9, abs=1e-12, nan_ok=True
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_long_chains_have_an_end(weighted):
    n = 400
    found = net.betweenness(nx.path_graph(n), weighted=weighted)
    # the actor in place i lies between i before and n - 1 - i behind it
    expected = [2 * i * (n - 1 - i) / ((n - 1) * (n - 2)) for i in range(n)]
    assert found.to_numpy() == pytest.approx(np.array(expected))


def test_directed_and_undirected_networks_in_one_dict():
    one, two = nx.Graph(["AB", "BC"]), nx.DiGraph(["AB", "BA", "AC"])
    both = net.actor_measures({1: one, 2: two, 3: one})
    assert both["period"].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert both["in_degree"].isna().tolist() == [True] * 3 + [False] * 3 + [True] * 3
    table = net.graph_measures({1: one, 2: two, 3: one})
    assert table["reciprocity"].tolist() == pytest.approx([np.nan, 2 / 3, np.nan], nan_ok=True)


@pytest.mark.parametrize("directed", [False, True], ids=KINDS)
def test_the_backend_of_networkx_gives_the_same_betweenness(monkeypatch, directed):
    pytest.importorskip("nx_rustworkx", reason="the extra `fast` is not installed")
    G = nx.gnm_random_graph(80, 160, seed=2, directed=directed)
    monkeypatch.setattr(paths, "LARGE", 10)
    asked = []
    find_spec = paths.find_spec
    monkeypatch.setattr(paths, "find_spec", lambda name: asked.append(name) or find_spec(name))
    found = net.betweenness(G, weighted=False)
    assert asked == ["nx_rustworkx"]
    assert found.to_dict() == pytest.approx(nx.betweenness_centrality(G), rel=1e-9)


def test_nothing_needs_the_backend(monkeypatch):
    monkeypatch.setattr(paths, "LARGE", 2)
    monkeypatch.setattr(paths, "find_spec", lambda name: None)
    G = nx.gnm_random_graph(20, 40, seed=2)
    found = net.betweenness(G, weighted=False)
    assert found.to_dict() == pytest.approx(nx.betweenness_centrality(G))


def test_measuring_changes_nothing():
    G = random_network(3, directed=True, weights=WEIGHTS["counts"])
    before = nx.to_dict_of_dicts(G.copy())
    net.graph_measures(G), net.actor_measures(G)
    assert nx.to_dict_of_dicts(G) == before


def test_components_and_the_largest_by_hand():
    # two pairs: C and D with more weight, then three actors in the second network
    stack = read_stack([nx.Graph([("A", "B"), ("C", "D", {"weight": 5})]), nx.Graph(["AB", "BC"])])
    parts = find_parts(stack)
    assert len(set(parts.tolist())) == 3
    assert find_largest(stack, parts).tolist() == [False, False, True, True, True, True, True]


@pytest.mark.parametrize("n_partners", [2, 30], ids=["few ties", "hubs"])
def test_triangles_in_parts_of_the_ties(monkeypatch, n_partners):
    G = nx.barabasi_albert_graph(60, n_partners, seed=1)
    monkeypatch.setattr(stacks, "INSIDE", 50)
    assert read_stack([G]).triangles.tolist() == list(nx.triangles(G).values())
