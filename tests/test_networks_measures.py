"""Measures of networks and actors, against arithmetic by hand and networkx where it is right."""

import warnings

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import toolkit.networks as net
from toolkit.errors import DataWarning, DirectionError, EmptySelectionError, OptionError
from toolkit.networks import spectra, stacks


def graph(*ties, kind=nx.Graph, isolates=()):
    G = kind()
    G.add_weighted_edges_from(ties)
    G.add_nodes_from(isolates)
    return G


# A triangle with a tail, and an isolate:  A -2- B -4- C -1- D,  A -1- C,  E
KITE = graph(("A", "B", 2), ("A", "C", 1), ("B", "C", 4), ("C", "D", 1), isolates="E")
# A -> B 3, B -> A 1, A -> C 2
ARROWS = graph(("A", "B", 3), ("B", "A", 1), ("A", "C", 2), kind=nx.DiGraph)
EMPTY, SINGLE, PAIR = nx.Graph(), nx.empty_graph(["A"]), graph(("A", "B", 3))
EMPTY_ARROWS = nx.DiGraph()


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("n_actors", 5),
        ("n_ties", 4),
        ("total_weight", 8),
        ("density", 4 / 10),
        ("n_isolates", 1),
        # triples: A 1, B 1, C 3; one triangle closes 3 of 5
        ("transitivity", 3 / 5),
        # A 1, B 1, C 1 of 3; D and E have no pair of partners
        ("mean_clustering", (1 + 1 + 1 / 3) / 3),
        # ends of ties in both orders: (2,2)x2, (2,3)x2, (3,2)x2, (3,1), (1,3)
        # mean 18/8, variance 44/8 - 81/16 = 7/16, covariance 38/8 - 81/16 = -5/16
        ("degree_assortativity", -5 / 7),
        # degrees 2 2 3 1 0: (1 + 1 + 0 + 2 + 3) / (4 x 3)
        ("degree_centralization", 7 / 12),
        # strengths 3 6 6 1 of 16
        ("concentration", (9 + 36 + 36 + 1) / 256),
        ("effective_number", 256 / 82),
        ("n_components", 2),
        ("largest_component_share", 4 / 5),
        # AB AC BC CD 1, AD BD 2
        ("mean_distance", 8 / 6),
        ("connected_pairs", 6 / 10),
        ("reciprocity", np.nan),
        ("weight_reciprocity", np.nan),
    ],
)
def test_measures_of_a_graph_by_hand(measure, expected):
    found = net.graph_measures(KITE)
    assert found[measure] == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("total_weight", 6),
        ("density", 3 / 6),
        # without direction A has two partners who are not tied
        ("transitivity", 0),
        ("mean_clustering", 0),
        ("reciprocity", 2 / 3),
        # six ordered pairs: 3 1 2 0 0 0, mean 1; back 1 3 0 2 0 0: mean product 6/6, so 0
        ("weight_reciprocity", 0),
        ("degree_centralization", 1),
        # strengths 6 4 2 of 12
        ("concentration", (36 + 16 + 4) / 144),
        ("n_components", 1),
        # AB AC BA 1, BC 2; from C nobody is reached
        ("mean_distance", 5 / 4),
        ("connected_pairs", 4 / 6),
    ],
)
def test_measures_of_a_directed_graph_by_hand(measure, expected):
    assert net.graph_measures(ARROWS)[measure] == pytest.approx(expected)


def test_weight_reciprocity_by_matrix():
    rng = np.random.default_rng(1)
    matrix = rng.poisson(0.7, (6, 6)).astype(float)
    np.fill_diagonal(matrix, 0)
    G = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
    off = ~np.eye(6, dtype=bool)
    expected = np.corrcoef(matrix[off], matrix.T[off])[0, 1]
    assert net.weight_reciprocity(G) == pytest.approx(expected)


UNDEFINED = {
    "empty": (EMPTY, {"n_actors": 0, "n_ties": 0, "total_weight": 0, "n_isolates": 0,
                      "n_components": 0}),
    "single": (SINGLE, {"n_actors": 1, "n_ties": 0, "total_weight": 0, "n_isolates": 1,
                        "n_components": 1, "largest_component_share": 1}),
    "pair": (PAIR, {"n_actors": 2, "n_ties": 1, "total_weight": 3, "n_isolates": 0,
                    "n_components": 1, "largest_component_share": 1, "density": 1,
                    "concentration": 0.5, "effective_number": 2, "mean_distance": 1,
                    "connected_pairs": 1}),
    "isolates": (nx.empty_graph(3), {"n_actors": 3, "n_ties": 0, "total_weight": 0,
                                     "n_isolates": 3, "n_components": 3, "density": 0,
                                     "largest_component_share": 1 / 3, "connected_pairs": 0,
                                     "degree_centralization": 0}),
    "empty directed": (EMPTY_ARROWS, {"n_actors": 0, "n_ties": 0, "total_weight": 0,
                                      "n_isolates": 0, "n_components": 0}),
}  # fmt: skip


@pytest.mark.parametrize("name", list(UNDEFINED))
def test_undefined_is_missing_and_says_why(name):
    G, defined = UNDEFINED[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = net.graph_measures(G)
    assert found.dropna().to_dict() == pytest.approx(defined)
    said = dict(part.split(": ") for part in found.attrs["undefined"].split("; "))
    assert set(said) == set(found.index[found.isna()])
    assert all(said.values())
    direction = "no ties" if G.is_directed() else "the network has no direction"
    assert said["reciprocity"] == direction


def test_reciprocity_of_an_undirected_network_is_missing_with_the_reason():
    for measure in (net.reciprocity, net.weight_reciprocity):
        with pytest.warns(DataWarning, match="no direction"):
            assert np.isnan(measure(KITE))
    # the same weight everywhere: no variance
    assert np.isnan(net.weight_reciprocity(nx.complete_graph(4, create_using=nx.DiGraph)))


def test_assortativity_of_a_ring_is_missing_and_a_star_is_defined():
    assert np.isnan(net.degree_assortativity(nx.cycle_graph(5)))
    assert net.degree_assortativity(nx.star_graph(3)) == pytest.approx(-1)
    # all sources have out-degree 1
    assert np.isnan(net.degree_assortativity(nx.DiGraph(["AB", "CB", "BA"])))


def test_measures_agree_with_networkx_where_it_is_right():
    for seed in range(5):
        G = nx.gnm_random_graph(12, 30, seed=seed)
        D = nx.gnm_random_graph(12, 40, seed=seed, directed=True)
        for H in (G, D):
            for number, (u, v) in enumerate(H.edges):
                H.edges[u, v].update(weight=1 + number % 4, distance=1 / (1 + number % 4))
        found, arrows = net.graph_measures(G), net.graph_measures(D)
        assert found["density"] == pytest.approx(nx.density(G))
        assert found["transitivity"] == pytest.approx(nx.transitivity(G))
        assert arrows["reciprocity"] == pytest.approx(nx.overall_reciprocity(D))
        for H, row in ((G, found), (D, arrows)):
            expected = nx.degree_assortativity_coefficient(H)
            assert row["degree_assortativity"] == pytest.approx(expected)
            assert row["total_weight"] == H.size(weight="weight")
            actors = net.actor_measures(H)
            assert actors["degree"].to_dict() == dict(H.degree)
            assert actors["strength"].to_dict() == dict(H.degree(weight="weight"))
            near = nx.closeness_centrality(H, distance="distance")
            assert actors["closeness"].fillna(0).to_dict() == pytest.approx(near)
            between = nx.betweenness_centrality(H)
            assert actors["betweenness_unweighted"].to_dict() == pytest.approx(between)
        assert found["mean_distance"] == pytest.approx(nx.average_shortest_path_length(G))
        assert net.core_number(G).to_dict() == nx.core_number(G)


# ------------------------------------------------------------------------------------- actors

ACTORS = {
    "degree": {"A": 2, "B": 2, "C": 3, "D": 1, "E": 0},
    "strength": {"A": 3, "B": 6, "C": 6, "D": 1, "E": 0},
    # distances AB 1/2, BC 1/4, AC 1, CD 1: A to C through B. Of the 6 other pairs B lies
    # between AC and AD, C between AD and BD
    "betweenness": {"A": 0, "B": 2 / 6, "C": 2 / 6, "D": 0, "E": 0},
    "betweenness_unweighted": {"A": 0, "B": 0, "C": 2 / 6, "D": 0, "E": 0},
    # 3 of 4 others in reach; A: 1/2 + 3/4 + 7/4 = 3; B: 1/2 + 1/4 + 5/4 = 2;
    # C: 3/4 + 1/4 + 1 = 2; D: 7/4 + 5/4 + 1 = 4
    "closeness": {"A": 3 / 4, "B": 9 / 8, "C": 9 / 8, "D": 9 / 16, "E": np.nan},
    # A: 1 + 1 + 2, B: 1 + 1 + 2, C: 1 + 1 + 1, D: 2 + 2 + 1
    "closeness_unweighted": {"A": 9 / 16, "B": 9 / 16, "C": 3 / 4, "D": 9 / 20, "E": np.nan},
    "core_number": {"A": 2, "B": 2, "C": 2, "D": 1, "E": 0},
    "clustering": {"A": 1, "B": 1, "C": 1 / 3, "D": np.nan, "E": np.nan},
}


@pytest.mark.parametrize("measure", list(ACTORS))
def test_measures_of_actors_by_hand(measure):
    table = net.actor_measures(KITE)
    assert table.index.name == "actor"
    assert table[measure].to_dict() == pytest.approx(ACTORS[measure], nan_ok=True)


def test_in_and_out_by_hand():
    table = net.actor_measures(ARROWS)
    assert table["out_strength"].to_dict() == {"A": 5, "B": 1, "C": 0}
    assert table["in_strength"].to_dict() == {"A": 1, "B": 3, "C": 2}
    assert table["strength"].to_dict() == {"A": 6, "B": 4, "C": 2}
    assert table["out_degree"].to_dict() == {"A": 2, "B": 1, "C": 0}
    assert table["in_degree"].to_dict() == {"A": 1, "B": 1, "C": 1}
    # A lies on the way from B to C, one of two ordered pairs of others
    assert table["betweenness_unweighted"].to_dict() == {"A": 0.5, "B": 0, "C": 0}
    assert "in_degree" not in net.actor_measures(KITE)


@pytest.mark.parametrize("measure", ["in_degree", "out_degree", "in_strength", "out_strength"])
def test_direction_of_an_undirected_network_is_an_error(measure):
    with pytest.raises(DirectionError, match=measure) as caught:
        getattr(net, measure)(KITE)
    assert caught.value.fix == f"ct.networks.{measure.split('_')[1]}(G)"


def test_a_tie_of_weight_zero_is_a_tie_without_a_path():
    G = graph(("A", "B", 2), ("B", "C", 0), ("C", "D", np.nan))
    table = net.actor_measures(G)
    assert table["degree"].tolist() == [1, 2, 2, 1]
    # D has one tie, and its weight is not known
    assert table["strength"].to_dict() == pytest.approx(
        {"A": 2, "B": 2, "C": 0, "D": np.nan}, nan_ok=True
    )
    # networkx would walk B - C as if it were of length 1
    assert table["closeness"].to_dict() == pytest.approx(
        {"A": (1 / 3) * 2, "B": (1 / 3) * 2, "C": np.nan, "D": np.nan}, nan_ok=True
    )
    assert table["betweenness"].tolist() == [0, 0, 0, 0]
    assert table["betweenness_unweighted"].tolist() == pytest.approx([0, 2 / 3, 2 / 3, 0])
    assert table["eigenvector"].isna().tolist() == [False, False, True, True]
    found = net.graph_measures(G)
    assert found[["n_ties", "total_weight", "n_components"]].tolist() == [3, 2, 1]
    assert np.isnan(net.total_weight(graph(("A", "B", np.nan))))


def test_two_shortest_paths_share_although_floats_differ():
    # A to D: 1/2 + 1/12 through B and 1/3 + 1/4 through C are both 7/12, but not as floats
    assert 1 / 2 + 1 / 12 != 1 / 3 + 1 / 4
    G = graph(("A", "B", 2), ("B", "D", 12), ("A", "C", 3), ("C", "D", 4))
    # B to C is 1/12 + 1/4 through D; pairs of others: 3
    expected = {"A": 0, "B": 0.5 / 3, "D": 1 / 3, "C": 0.5 / 3}
    assert net.betweenness(G).to_dict() == pytest.approx(expected)
    for _, _, data in G.edges(data=True):
        data["distance"] = 1 / data["weight"]
    assert nx.betweenness_centrality(G, weight="distance")["B"] != pytest.approx(0.5 / 3)
    halves = graph(*((u, v, w / 2) for u, v, w in G.edges(data="weight")))
    assert net.betweenness(halves).to_dict() == pytest.approx(expected)
    # no simple fractions: distances in floats
    odd = graph(*((u, v, w * np.pi) for u, v, w in KITE.edges(data="weight")), isolates="E")
    assert net.betweenness(odd).to_dict() == pytest.approx(ACTORS["betweenness"])


def test_betweenness_needs_three_actors():
    assert net.betweenness(PAIR).isna().all()
    assert net.betweenness(PAIR, weighted=False).isna().all()
    assert net.betweenness(nx.empty_graph(3)).tolist() == [0, 0, 0]


def test_directed_closeness_goes_along_the_ties_that_lead_to_the_actor():
    found = net.closeness(nx.DiGraph(["AB", "BC"]), weighted=False)
    # B: A in reach, (1/2) (1/1); C: A at 2 and B at 1, (2/2) (2/3)
    assert found.to_dict() == pytest.approx({"A": np.nan, "B": 0.5, "C": 2 / 3}, nan_ok=True)


# -------------------------------------------------------------------------------- eigenvector


def test_eigenvector_solves_its_equation_in_the_largest_component():
    G = nx.union(KITE, graph(("X", "Y", 50)))
    scores = net.eigenvector(G)
    # a heavier pair elsewhere does not take over; D is in the component, E X Y are not
    assert scores.index[scores.isna()].tolist() == ["E", "X", "Y"]
    known = scores.dropna()
    matrix = nx.to_numpy_array(G, nodelist=known.index, weight="weight")
    value = float(scores.attrs["eigenvalue"])
    assert matrix @ known.to_numpy() == pytest.approx(value * known.to_numpy())
    assert (known > 0).all()
    assert (known**2).sum() == pytest.approx(1)
    assert scores.attrs["shared"] == "no"
    assert scores.attrs["component"] == "4"


def test_eigenvector_of_a_star_by_hand():
    # centre c, leaves l: l = c / v and c = 3 l / v, so v = sqrt 3 and c = 1 / sqrt 2
    scores = net.eigenvector(nx.star_graph(["Z", "A", "B", "C"]))
    assert scores.to_dict() == pytest.approx(
        {"Z": 2**-0.5, "A": 6**-0.5, "B": 6**-0.5, "C": 6**-0.5}
    )


def test_shared_leading_eigenvalue_is_flagged():
    twins = graph(("A", "B", 2), ("C", "D", 2))
    with pytest.warns(DataWarning, match="leading eigenvalue is shared"):
        scores = net.eigenvector(twins)
    assert scores.attrs["shared"] == "yes"
    assert scores.index[scores.notna()].tolist() == ["A", "B"]
    with pytest.warns(DataWarning, match="shared in 2017, 2018"):
        net.actor_measures({"2016": KITE, "2017": twins, "2018": twins})
    # of two pairs the one with more weight
    unequal = net.eigenvector(graph(("A", "B", 2), ("C", "D", 3)))
    assert unequal.index[unequal.notna()].tolist() == ["C", "D"]


def test_directed_eigenvector_follows_ties_in_and_the_strong_component():
    # a ring A -> B -> C -> A with a second way A -> C; D only receives
    G = nx.DiGraph(["AB", "BC", "CA", "AC", "CD"])
    scores = net.eigenvector(G)
    assert np.isnan(scores["D"])
    value = float(scores.attrs["eigenvalue"])
    assert value**3 == pytest.approx(value + 1)  # characteristic polynomial x^3 - x - 1
    assert scores["C"] == pytest.approx((scores["A"] + scores["B"]) / value)
    # without a ring nobody has a score
    assert net.eigenvector(nx.DiGraph(["AB", "BC"])).isna().all()


@pytest.mark.parametrize("rounds", [0, 100])
@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_sparse_and_dense_solver_agree(monkeypatch, kind, rounds):
    G = kind(nx.gnm_random_graph(40, 120, seed=3))
    dense = net.eigenvector(G)
    monkeypatch.setattr(spectra, "MOST_DENSE", 5)
    monkeypatch.setattr(spectra, "ROUNDS", rounds)
    assert net.eigenvector(G).to_numpy() == pytest.approx(dense.to_numpy(), nan_ok=True)


def test_twins_far_apart_share_the_leading_eigenvalue_of_a_directed_network():
    # two groups in which each fights each, and a long chain between them, in both directions
    for length, shared in ((3, "no"), (30, "yes")):
        G = nx.DiGraph(nx.barbell_graph(15, length))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)
            assert net.eigenvector(G).attrs["shared"] == shared


def test_eigenvector_where_power_iteration_fails():
    # two heavy pairs of nearly the same weight, joined: the gap is too small for 100 steps
    G = graph(("A", "B", 1000), ("C", "D", 999), ("B", "C", 1))
    with pytest.raises(nx.PowerIterationFailedConvergence):
        nx.eigenvector_centrality(G, weight="weight")
    scores = net.eigenvector(G)
    matrix = nx.to_numpy_array(G, weight="weight")
    value = float(scores.attrs["eigenvalue"])
    assert matrix @ scores.to_numpy() == pytest.approx(value * scores.to_numpy())


# ---------------------------------------------------------------------- loops, dicts, refusals


@pytest.mark.parametrize("G", [KITE, ARROWS], ids=["undirected", "directed"])
def test_ties_of_an_actor_to_itself_change_nothing(G):
    looped = G.copy()
    looped.add_edge("A", "A", weight=100)
    pd.testing.assert_series_equal(net.graph_measures(looped), net.graph_measures(G))
    pd.testing.assert_frame_equal(net.actor_measures(looped), net.actor_measures(G))
    assert looped.has_edge("A", "A")


def test_dict_of_networks_gives_one_row_for_each_period():
    years = pd.PeriodIndex(["2016", "2017"], freq="Y")
    networks = dict(zip(years, [KITE, EMPTY], strict=True))
    table = net.graph_measures(networks)
    assert isinstance(table.index, pd.PeriodIndex)
    assert table.index.name == "period"
    assert table["n_ties"].tolist() == [4, 0]
    assert table["n_ties"].dtype.kind == "i"
    assert table.loc["2016", "density"] == 0.4
    assert np.isnan(table.loc["2017", "density"])
    assert "density: fewer than two actors" in table.attrs["undefined"]


def test_dict_of_networks_gives_a_long_table_of_actors():
    years = pd.PeriodIndex(["2016", "2017"], freq="Y")
    table = net.actor_measures(dict(zip(years, [KITE, PAIR], strict=True)))
    assert table.columns[:2].tolist() == ["period", "actor"]
    assert isinstance(table["period"].dtype, pd.PeriodDtype)
    assert list(zip(table["period"].astype(str), table["actor"], strict=True)) == [
        *(("2016", actor) for actor in "ABCDE"),
        ("2017", "A"),
        ("2017", "B"),
    ]
    assert table["degree"].dtype.kind == "i"


def test_empty_network_has_an_empty_table_of_actors():
    table = net.actor_measures(EMPTY)
    assert len(table) == 0
    assert "betweenness" in table


def test_provenance_that_networks_share_is_kept():
    one, two = KITE.copy(), KITE.copy()
    one.graph.update(title="UCDP GED", weight="events", period="2016")
    two.graph.update(title="UCDP GED", weight="events", period="2017")
    for table in (net.graph_measures({1: one, 2: two}), net.actor_measures({1: one, 2: two})):
        assert table.attrs["title"] == "UCDP GED"
        assert "period" not in table.attrs
        assert table.attrs["rows"] == str(len(table))
    assert net.graph_measures(one).attrs["period"] == "2016"


@pytest.mark.parametrize("measure", [net.graph_measures, net.actor_measures, net.density])
def test_what_is_no_network_is_refused(measure):
    with pytest.raises(OptionError, match="a DataFrame"):
        measure(pd.DataFrame())
    with pytest.raises(OptionError, match="multigraph"):
        measure(nx.MultiGraph([("A", "B"), ("A", "B")]))
    with pytest.raises(OptionError, match="negative weight"):
        measure(graph(("A", "B", -1)))


def test_an_empty_dict_is_an_empty_selection():
    for measure in (net.graph_measures, net.actor_measures):
        with pytest.raises(EmptySelectionError):
            measure({})


def test_largest_component_of_equal_ones_is_the_heavier_then_the_first_by_name():
    def largest(*ties):
        scores = spectra.find_spectrum(stacks.read_stack([graph(*ties)]))
        return [a for a, score in zip(graph(*ties), scores.scores, strict=True) if score == score]

    assert largest(("C", "D", 1), ("A", "B", 1)) == ["A", "B"]
    assert largest(("C", "D", 2), ("A", "B", 1)) == ["C", "D"]
    assert largest() == []


def test_every_public_name_has_an_example_and_types():
    import inspect

    for name in net.__all__:
        function = getattr(net, name)
        assert ">>> " in (inspect.getdoc(function) or ""), name
        signature = inspect.signature(function)
        assert signature.return_annotation is not signature.empty, name
        positional = [p for p in signature.parameters.values() if p.kind != p.KEYWORD_ONLY]
        assert len(positional) <= 2, name
