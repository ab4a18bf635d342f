"""Measures of many networks at once: the same numbers as one network at a time."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from toolkit import networks
from toolkit.errors import OptionError
from toolkit.networks.draws import (
    MEASURES,
    Draws,
    check_measures,
    draw_degrees,
    draw_strengths,
    measure_draws,
    read_draws,
    summarise_null,
)

ONE_AT_A_TIME = {name: getattr(networks, name) for name in MEASURES if name != "n_ties"}


def random_draws(seed: int, *, directed: bool) -> tuple[Draws, list[nx.Graph]]:
    """Return thirty networks of nine actors as arrays, and the same ones as graphs."""
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(9) for j in range(9) if (i != j if directed else i < j)]
    ends = np.array(pairs)
    shape = (30, len(pairs))
    present = rng.random(shape) < rng.choice([0, 0.05, 0.2, 0.6], (30, 1))
    weight = np.where(rng.random(shape) < 0.1, np.nan, rng.integers(0, 5, shape))
    there = rng.random((30, 9)) < 0.8
    row, tie = np.nonzero(present)
    there[row[:, None], ends[tie]] = True
    draws = Draws(list("ABCDEFGHI"), ends[:, 0][None], ends[:, 1][None], present, weight, there,
                  directed)  # fmt: skip
    graphs = []
    for row in range(30):
        G = nx.DiGraph() if directed else nx.Graph()
        G.add_nodes_from(np.flatnonzero(there[row]))
        G.add_weighted_edges_from(
            (*ends[t], float(weight[row, t])) for t in np.flatnonzero(present[row])
        )
        graphs.append(G)
    return draws, graphs


@pytest.mark.filterwarnings("ignore:Reciprocity is missing")
@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_numbers_as_the_functions_of_one_network(seed, directed, monkeypatch):
    monkeypatch.setattr("toolkit.networks.draws.LARGEST", 500)  # several parts
    draws, graphs = random_draws(seed, directed=directed)
    table = measure_draws(draws, MEASURES)
    for name, measure in ONE_AT_A_TIME.items():
        expected = [measure(G) for G in graphs]
        np.testing.assert_allclose(table[name], expected, atol=1e-12, err_msg=name)
    assert table["n_ties"].tolist() == [G.number_of_edges() for G in graphs]
    for row, G in enumerate(graphs):
        names = np.flatnonzero(draws.there[row])
        assert draw_degrees(draws)[row, names].tolist() == networks.degree(G)[names].tolist()
        strength = networks.strength(G).fillna(0)[names]
        assert draw_strengths(draws)[row, names].tolist() == strength.tolist()


def test_a_network_is_a_draw_of_itself_without_its_loops():
    G = nx.Graph([("A", "A"), ("A", "B", {"weight": 4}), ("B", "C")])
    G.add_node("D")
    draws = read_draws(G)
    assert draws.actors == ["A", "B", "C", "D"]
    assert draw_strengths(draws).tolist() == [[4, 5, 1, 0]]
    assert measure_draws(draws, ["n_components", "n_isolates"]).iloc[0].tolist() == [2, 1]


def test_a_network_without_ties_or_actors():
    empty = measure_draws(read_draws(nx.Graph()), MEASURES).iloc[0]
    assert empty[["n_ties", "n_isolates", "n_components", "total_weight"]].tolist() == [0] * 4
    assert empty.drop(["n_ties", "n_isolates", "n_components", "total_weight"]).isna().all()


def test_an_unknown_measure_is_told_with_the_nearest():
    with pytest.raises(OptionError, match="did you mean 'density'"):
        check_measures(["densety"])
    with pytest.raises(OptionError, match="No measure is asked for"):
        check_measures([])
    assert check_measures("density") == ["density"]


def test_a_measure_named_twice_is_one_and_what_is_no_name_an_error():
    assert check_measures(["n_ties", "density", "n_ties"]) == ["n_ties", "density"]
    for wrong in (None, 3, [["density"]]):
        with pytest.raises(OptionError, match=r"(?s)Allowed: .*Type: measures="):
            check_measures(wrong)


def test_the_summary_by_hand():
    # of 9 draws 2 are at least 6, so p = (1 + 2) / (1 + 9) above and (1 + 8) / 10 below
    draws = pd.DataFrame({"a": [1.0, 2, 3, 3, 3, 4, 5, 6, 7], "b": [np.nan] * 8 + [2.0],
                          "c": 1.0})  # fmt: skip
    observed = pd.Series({"a": 6.0, "b": np.nan, "c": 1.0})
    found, values = summarise_null(observed, draws, record={}, step="x", null="held")
    assert found.index.name == "measure"
    assert found["p_value"].tolist()[0] == pytest.approx(0.6)
    assert np.isnan(found.loc["b", "p_value"])
    assert found.loc["c", "p_value"] == 1.0
    assert np.isnan(found.loc["c", "z"])
    # mean 34/9; variance (158 - 34**2 / 9) / 8
    assert found.loc["a", "z"] == pytest.approx((6 - 34 / 9) / ((158 - 34**2 / 9) / 8) ** 0.5)
    # the 2.5 % point of 9 draws lies 0.025 x 8 = 0.2 of the way from the first to the second
    assert found.loc["a", ["mean", "low", "high"]].tolist() == pytest.approx([34 / 9, 1.2, 6.8])
    assert found["n_undefined"].tolist() == [0, 8, 0]
    assert found.attrs["null"] == values.attrs["null"] == "held"
