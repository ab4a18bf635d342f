"""Backbones, against numbers by hand, the integral of the null and exact fractions."""

from fractions import Fraction
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from scipy import integrate, stats

from toolkit.errors import DataWarning, EmptySelectionError, OptionError
from toolkit.networks import backbone
from toolkit.networks.backbone import compare_backbones, find_backbone


def graph(*ties, kind=nx.Graph):
    G = kind()
    G.add_weighted_edges_from(ties)
    return G


def random_graph(seed, n=20, kind=nx.Graph, scale=1):
    G = nx.gnp_random_graph(n, 0.3, seed=seed, directed=kind is nx.DiGraph)
    weights = np.random.default_rng(seed).geometric(0.05, G.number_of_edges())
    nx.set_edge_attributes(G, dict(zip(G.edges, (weights * scale).tolist(), strict=True)), "weight")
    return G


def kept(G, **options):
    return {frozenset(tie) for tie in find_backbone(G, **options).edges}


# strengths A 12 (3 ties), B 18 (2), C 10 (3), D 2 (2)
SQUARE = graph(("A", "B", 10), ("A", "C", 1), ("A", "D", 1), ("B", "C", 8), ("C", "D", 1))


# -------------------------------------------------------------------------------- disparity


def test_disparity_by_hand():
    B = find_backbone(SQUARE, alpha=0.99)
    expected = {
        ("A", "B"): (2 / 12) ** 2,  # B: 8/18
        ("A", "C"): (9 / 10) ** 2,  # A: (11/12)^2
        ("A", "D"): 1 / 2,  # D: 1 - 1/2
        ("B", "C"): (2 / 10) ** 2,  # B: 10/18
        ("C", "D"): 1 / 2,
    }
    found = {tie: B.edges[tie]["p_value"] for tie in B.edges}
    assert found == pytest.approx(expected)
    assert kept(SQUARE) == {frozenset("AB"), frozenset("BC")}
    # a chance equal to alpha is not below it
    assert kept(SQUARE, alpha=0.5) == {frozenset("AB"), frozenset("BC")}
    assert len(kept(SQUARE, alpha=0.51)) == 4


def test_an_actor_with_one_tie_is_judged_from_the_other_end():
    # A: 8, 1, 1 of 10
    G = graph(("A", "B", 8), ("A", "C", 1), ("A", "D", 1))
    B = find_backbone(G, alpha=0.9)
    assert B.edges["A", "B"]["p_value"] == pytest.approx(0.2**2)
    assert B.edges["A", "C"]["p_value"] == pytest.approx(0.9**2)


def test_two_actors_with_one_tie_cannot_be_judged():
    G = graph(("A", "B", 8), ("A", "C", 1), ("A", "D", 1), ("X", "Y", 500))
    with pytest.warns(DataWarning, match="1 of 4 ties are between two actors"):
        assert kept(G, alpha=0.9999) == {frozenset(tie) for tie in ("AB", "AC", "AD")}


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_disparity_equals_the_integral_of_its_null(kind):
    """1 - (k - 1) times the integral of (1 - x)^(k - 2) from 0 to the share, at both ends."""
    G = random_graph(3, kind=kind)

    def chance(weights, weight):
        k = len(weights)
        if k == 1:
            return np.inf
        below, _ = integrate.quad(lambda x: (1 - x) ** (k - 2), 0, weight / sum(weights))
        return 1 - (k - 1) * below

    expected = {}
    for one, two, weight in G.edges(data="weight"):
        sent = [w for *_, w in (G.out_edges if G.is_directed() else G.edges)(one, data="weight")]
        got = [w for *_, w in (G.in_edges if G.is_directed() else G.edges)(two, data="weight")]
        expected[one, two] = min(chance(sent, weight), chance(got, weight))
    B = find_backbone(G, alpha=0.2)
    assert dict(nx.get_edge_attributes(B, "p_value")) == pytest.approx(
        {tie: p for tie, p in expected.items() if p < 0.2}, abs=1e-9
    )
    assert 0 < B.number_of_edges() < G.number_of_edges()


def test_disparity_chance_is_that_of_strength_cut_at_random():
    """Uniform cuts of a strength of 1 into 4 parts: the share of parts of 0.5 or more."""
    cuts = np.sort(np.random.default_rng(0).random((40_000, 3)), axis=1)
    first = cuts[:, 0]
    G = graph(("A", "B", 5), ("A", "C", 2), ("A", "D", 2), ("A", "E", 1))
    p = find_backbone(G, alpha=0.5).edges["A", "B"]["p_value"]
    assert np.mean(first >= 0.5) == pytest.approx(p, abs=4 * np.sqrt(p / 40_000))


def test_disparity_reads_shares():
    G, H = random_graph(5), random_graph(5, scale=0.01)
    assert kept(G) == kept(H) != set()


def test_directed_ends_are_apart():
    # A sends 8, 1, 1; B receives 8, 8: the same ties the other way give other chances
    ties = [
        ("A", "B", 8),
        ("A", "C", 1),
        ("A", "D", 1),
        ("E", "B", 8),
        ("B", "A", 1),
        ("B", "E", 1),
    ]
    B = find_backbone(graph(*ties, kind=nx.DiGraph), alpha=0.9)
    assert B.edges["A", "B"]["p_value"] == pytest.approx(min(0.2**2, 1 - 8 / 16))
    # E sends one tie only: the receiving end decides
    assert B.edges["E", "B"]["p_value"] == pytest.approx(1 - 8 / 16)
    assert B.edges["B", "A"]["p_value"] == pytest.approx(1 - 1 / 2)


# -------------------------------------------------------------------------- noise-corrected


def test_noise_corrected_scores_by_hand():
    # strengths A 12, B 2, C 2, D 10; each tie both ways: 26
    # kappa w: AB, AC 26/24, AD 260/120, BC 26/4
    G = graph(("A", "B", 1), ("A", "C", 1), ("A", "D", 10), ("B", "C", 1))
    ends = backbone._read_ends(G)
    score, _ = backbone._score(ends)
    expected = {("A", "B"): 1 / 25, ("A", "C"): 1 / 25, ("A", "D"): 7 / 19, ("B", "C"): 11 / 15}
    assert dict(zip(ends.ties, score.tolist(), strict=True)) == pytest.approx(expected)


def exact_score(w, a, b, n):
    """The score and its variance in fractions, by the steps of the method."""
    w, a, b, n = (Fraction(x) for x in (w, a, b, n))
    score = (n * w / (a * b) - 1) / (n * w / (a * b) + 1)
    mean = a * b / n**2
    variance = a * b * (n - a) * (n - b) / (n**2 * (n - 1)) / n**2
    size = mean * (1 - mean) / variance - 1
    alpha, beta = mean * size, (1 - mean) * size
    prior = stats.beta(float(alpha), float(beta))
    assert prior.mean() == pytest.approx(float(mean))
    assert prior.var() == pytest.approx(float(variance))
    p = (alpha + w) / (alpha + beta + n)

    # one event more is one more in both totals and in all: the slope, by a very small step
    h = Fraction(1, 10**9)
    kappa = (n + h) / ((a + h) * (b + h))
    more = (kappa * (w + h) - 1) / (kappa * (w + h) + 1)
    slope = float((more - score) / h)
    return float(score), float(np.sqrt(float(n * p * (1 - p)))) * abs(slope)


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_noise_corrected_equals_exact_fractions(kind):
    G = random_graph(7, kind=kind)
    total = sum(w for *_, w in G.edges(data="weight")) * (1 if kind is nx.DiGraph else 2)
    expected = {}
    for one, two, weight in G.edges(data="weight"):
        a = sum(w for *_, w in (G.out_edges if G.is_directed() else G.edges)(one, data="weight"))
        b = sum(w for *_, w in (G.in_edges if G.is_directed() else G.edges)(two, data="weight"))
        expected[one, two] = exact_score(weight, a, b, total)
    B = find_backbone(G, method="noise_corrected", strictness=1)
    stays = {tie: found for tie, found in expected.items() if found[0] > found[1]}
    assert set(B.edges) == set(stays)
    assert 0 < len(stays) < len(expected)
    for tie, (score, deviation) in stays.items():
        assert B.edges[tie]["score"] == pytest.approx(score)
        assert B.edges[tie]["score_sd"] == pytest.approx(deviation, rel=1e-5)


def test_deviation_is_the_spread_of_counts_but_not_of_ties_that_dominate():
    """The score over 400 simulated networks of 2,000 events; the docstring states the limit."""
    shares = np.array([[0, 6, 2, 2], [0, 0, 3, 5], [0, 0, 0, 8], [0, 0, 0, 0]], float) / 26
    at = np.nonzero(shares)
    drawn = np.random.default_rng(1).multinomial(2_000, shares[at], size=400)
    scores, said = [], []
    for counts in drawn:
        M = np.zeros((4, 4))
        M[at] = counts
        score, deviation = backbone._score(backbone._read_ends(nx.from_numpy_array(M + M.T)))
        scores.append(score)
        said.append(deviation)
    ratio = dict(zip(zip(*at, strict=True), np.mean(said, 0) / np.std(scores, 0), strict=True))
    # totals 10 14 13 15 of 26: these four ties are at most a third of both their actors' totals
    for tie in [(0, 2), (0, 3), (1, 2), (1, 3)]:
        assert 0.5 < ratio[tie] < 1.5
    # 6 of 10 and 14, 8 of 13 and 15: more than half of an actor
    for tie in [(0, 1), (2, 3)]:
        assert ratio[tie] < 0.25


def test_an_actor_with_a_single_event_keeps_it():
    """The limit that the docstring states: its total moves with the tie."""
    G = random_graph(17)
    G.add_edge(0, "newcomer", weight=1)
    assert frozenset((0, "newcomer")) in kept(G, method="noise_corrected", strictness=3)


def test_all_ties_of_a_star_score_a_third():
    """The limit that the docstring states."""
    star = graph(("S", "A", 1), ("S", "B", 10), ("S", "C", 100))
    score, _ = backbone._score(backbone._read_ends(star))
    assert np.allclose(score, 1 / 3)


def test_strictness_keeps_fewer():
    G = random_graph(9)
    some = [kept(G, method="noise_corrected", strictness=s) for s in (0, 1.28, 2.33, 5)]
    assert all(strict < lax for lax, strict in pairwise(some))


def test_a_single_directed_event_is_as_expected():
    G = graph(("A", "B", 1), kind=nx.DiGraph)
    assert find_backbone(G, method="noise_corrected").number_of_edges() == 0


# ------------------------------------------------------------------------------------- both


@pytest.mark.parametrize("method", backbone.METHODS)
def test_ties_without_weight_neither_count_nor_stay(method):
    G = random_graph(11)
    H = G.copy()
    H.add_edges_from([(0, 50, {"weight": 0}), (1, 51, {"weight": np.nan}), (2, 2, {"weight": 99})])
    with_zero, without = (find_backbone(K, method=method) for K in (H, G))
    assert set(with_zero.edges) == set(without.edges)
    name = "p_value" if method == "disparity" else "score_sd"
    assert nx.get_edge_attributes(with_zero, name) == nx.get_edge_attributes(without, name)
    assert {50, 51} <= set(with_zero)


@pytest.mark.parametrize("method", backbone.METHODS)
def test_floats_and_whole_numbers_are_the_same(method):
    G = random_graph(13)
    H = G.copy()
    for tie in H.edges:
        H.edges[tie]["weight"] = np.float64(H.edges[tie]["weight"])
    assert kept(G, method=method) == kept(H, method=method) != set()


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_actors_attributes_and_provenance_stay(kind):
    G = random_graph(15, kind=kind)
    nx.set_node_attributes(G, {0: "state"}, "side")
    G.graph.update(title="GED", steps="dyads by year")
    before = nx.get_edge_attributes(G, "weight")
    B = find_backbone(G)
    assert list(B) == list(G)
    assert B.nodes[0]["side"] == "state"
    assert type(B) is type(G)
    assert B.graph["title"] == "GED"
    assert B.graph["backbone"] == "disparity filter, p < 0.05"
    m = B.number_of_edges()
    assert B.graph["steps"] == (
        "dyads by year; backbone for display (disparity filter, p < 0.05: "
        f"{m} of {len(before)} ties)"
    )
    assert G.graph["steps"] == "dyads by year"
    assert all("p_value" not in data for *_, data in G.edges(data=True))
    assert all(B.edges[tie]["weight"] == before[tie] for tie in B.edges)


def test_comparison_by_hand():
    # disparity keeps AB and BC: 18 of 21
    table = compare_backbones(SQUARE)
    assert list(table.index) == ["whole", "disparity", "noise_corrected"]
    assert table.loc["whole"].tolist()[1:] == [5, 1, 1, 4, 1]
    row = table.loc["disparity"]
    assert row["threshold"] == "p < 0.05"
    assert (row["n_ties"], row["n_actors"], row["n_components"]) == (2, 3, 1)
    assert row["share_of_ties"] == pytest.approx(2 / 5)
    assert row["share_of_weight"] == pytest.approx(18 / 21)
    stays = kept(SQUARE, method="noise_corrected")
    assert table.loc["noise_corrected", "n_ties"] == len(stays)
    assert table.attrs["steps"] == "backbones compared, for display"


def test_comparison_counts_the_parts_among_actors_with_ties():
    ties = [("A", "B", 90), ("A", "C", 1), ("A", "D", 1), ("D", "E", 1), ("X", "E", 1),
            ("X", "Y", 90), ("X", "Z", 1)]  # fmt: skip
    row = compare_backbones(graph(*ties)).loc["disparity"]
    assert (row["n_ties"], row["n_actors"], row["n_components"]) == (2, 4, 2)


def test_nothing_kept_is_an_empty_picture_and_no_error():
    row = compare_backbones(SQUARE, alpha=0.001, strictness=1000).loc["disparity"]
    assert (row["n_ties"], row["share_of_weight"], row["n_actors"], row["n_components"]) == (
        0, 0, 0, 0)  # fmt: skip


def test_errors():
    with pytest.raises(OptionError, match="method='disparity'"):
        find_backbone(SQUARE, method="disparty")
    for alpha in (0, 1, 5, True):
        with pytest.raises(OptionError, match="alpha"):
            find_backbone(SQUARE, alpha=alpha)
    for strictness in (-1, np.nan, np.inf, "1", True):
        with pytest.raises(OptionError, match="strictness"):
            find_backbone(SQUARE, strictness=strictness)
    with pytest.raises(EmptySelectionError, match="above 0"):
        find_backbone(graph(("A", "B", 0)))
    with pytest.raises(OptionError, match="are no counts"):
        find_backbone(graph(("A", "B", 0.2), ("B", "C", 0.3)), method="noise_corrected")
    with pytest.raises(OptionError, match="multigraph"):
        find_backbone(nx.MultiGraph([("A", "B")]))
