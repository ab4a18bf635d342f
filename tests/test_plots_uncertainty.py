"""Pictures of hand-made results: intervals, thinning, null models, signed networks, backbones."""

from itertools import combinations

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from drawn import legend_of, note_of
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

from toolkit.errors import ColumnError, DirectionError, EmptySelectionError, OptionError
from toolkit.networks.draws import NullTest, summarise_null
from toolkit.plots import style
from toolkit.plots.backbones import plot_backbone
from toolkit.plots.layout import network_positions
from toolkit.plots.nulls import find_bins, plot_null
from toolkit.plots.signed import CAMPS, plot_signed_network
from toolkit.plots.thinning import plot_thinning
from toolkit.plots.uncertainty import plot_intervals
from toolkit.provenance import add_step

RECORD = {"dataset": "invented", "title": "INVENTED events", "version": "1.0"}
LONG = "Movement for the Liberation of the Upper Valley of Ithvar, "
TIES = [("Ash", "Birch", 100), ("Ash", "Cedar", 25), ("Birch", "Cedar", 4), ("Cedar", "Elm", 71)]
NULL = "Random is who is tied to whom, held is the degree of each actor."


def make_resampling(names=("Ash", "Birch", "Cedar"), *, measure="strength", **columns):
    n = len(names)
    found = {"estimate": np.arange(n, 0, -1) * 10.0, "low": np.arange(n, 0, -1) * 9.0,
             "high": np.arange(n, 0, -1) * 12.0, "n_events": np.arange(n) + 1}  # fmt: skip
    table = pd.DataFrame({**found, **columns}, index=pd.Index(list(names), name="actor"))
    return add_step(table, RECORD, "resampled", kind="resampling", measure=measure,
                    weight="events", level="0.95", block="3 months")  # fmt: skip


def make_reporting():
    rows = {
        "total_weight": (3400.0, 1700.0, "low bound", 5100.0, "high bound", 6),
        "density": (0.2, 0.15, "day only", 0.2, "main", 6),
        "n_isolates": (0.0, 0.0, "main", 2.0, "day only", 6),
        "reciprocity": (np.nan, np.nan, None, np.nan, None, 6),
        "rank": (2.0, 1.0, "day only", 2.0, "main", 6),
    }
    columns = ["estimate", "low", "low_at", "high", "high_at", "n_alternatives"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("measure")
    return add_step(table, RECORD, "range", kind="reporting")


def make_perturbation(name="Ash"):
    rows = [
        ("left out", "Ash", "density", 0.25, 0.25, 0.25, -0.05, 0.3),
        ("merged", f"{name} + Birch", "density", 0.5, 0.5, 0.5, 0.2, 0.3),
        ("split", "Cedar in 2", "density", 0.31, 0.28, 0.35, 0.01, 0.3),
        ("left out", "Ash", "n_ties", 3.0, 3.0, 3.0, -2.0, 5.0),
    ]
    names = ["change", "actors", "measure", "estimate", "low", "high", "change_of", "observed"]
    table = pd.DataFrame(rows, columns=names)
    return add_step(table, RECORD, "perturbed", kind="perturbation", level="0.9")


def make_curve():
    rows = [
        ("density", 0.0, 0.3, 0.3, 0.3, 0.3, 0), ("density", 0.4, 0.2, 0.1, 0.3, 0.3, 0),
        ("density", 0.2, 0.25, 0.2, 0.3, 0.3, 0),
        ("n_ties", 0.2, 8.0, 7.0, 9.0, 10.0, 0), ("n_ties", 0.4, 6.0, 4.0, 8.0, 10.0, 3),
        ("transitivity", 0.2, np.nan, np.nan, np.nan, np.nan, 200),
        ("transitivity", 0.4, np.nan, np.nan, np.nan, np.nan, 200),
    ]  # fmt: skip
    names = ["measure", "missed", "estimate", "low", "high", "observed", "n_undefined"]
    table = pd.DataFrame(rows, columns=names)
    return add_step(table, RECORD, "thinning", kind="thinning", level="0.95")


def make_null(**measures):
    draws = pd.DataFrame({name: values for name, (_, values) in measures.items()})
    observed = pd.Series({name: float(number) for name, (number, _) in measures.items()})
    return summarise_null(observed, draws, record=RECORD, step="99 rewired", null=NULL)


def make_graph(ties=TIES, *, kind=nx.Graph, **graph):
    G = kind(**RECORD, tie="opposition", weight="events", **graph)
    G.add_weighted_edges_from(ties)
    return G


def make_signed(**graph):
    S = nx.Graph(**RECORD, weight="events", **graph)
    signs = [
        ("Ash", "Birch", 1, 9), ("Birch", "Cedar", -1, 4), ("Ash", "Cedar", -1, 1),
        ("Cedar", "Elm", 1, 16), ("Ash", "Elm", 1, 2), ("Birch", "Ash Army", -1, 3),
    ]  # fmt: skip
    for u, v, sign, weight in signs:
        S.add_edge(u, v, sign=sign, weight=weight)
    return S


SIDES = {"Ash": 0, "Birch": 0, "Ash Army": 0, "Cedar": 1, "Elm": 1}
AGAINST = {("Ash", "Elm"), ("Birch", "Ash Army")}  # cooperation across, opposition inside


def below(axes):
    return axes[0].figure.get_supxlabel().replace("\n", " ")


def labels_of(ax):
    return [t.get_text() for t in ax.get_yticklabels()]


def artist(ax, gid):
    (found,) = [a for a in ax.get_children() if a.get_gid() == gid]
    return found


def dots_of(ax):
    """Return the estimate of each row, from top to bottom."""
    dots = artist(ax, "estimate")
    assert list(dots.get_ydata()) == list(range(len(dots.get_ydata())))
    return list(dots.get_xdata())


def spans_of(ax):
    """Return the intervals by row."""
    lines = [c for c in ax.collections if c.get_gid() == "interval"]
    return {int(s[0, 1]): tuple(s[:, 0].tolist()) for c in lines for s in c.get_segments()}


def subtitle(ax):
    return [t.get_text() for t in ax.texts if t.get_gid() == "result"]


def ties_of(ax):
    return {
        to_hex(c.get_colors()[0]): c for c in ax.collections if isinstance(c, LineCollection)
    }  # fmt: skip


FIGURES = {
    "resampling": lambda: plot_intervals(make_resampling()),
    "long names": lambda: plot_intervals(make_resampling([LONG + str(i) for i in range(30)])),
    "reporting": lambda: plot_intervals(make_reporting()),
    "perturbation": lambda: plot_intervals(make_perturbation(), measure="density"),
    "long change": lambda: plot_intervals(make_perturbation(LONG), measure="density"),
    "thinning": lambda: plot_thinning(make_curve())[0],
    "one curve": lambda: plot_thinning(make_curve().query("measure == 'density'"))[0],
    "null": lambda: plot_null(make_null(density=(0.3, np.arange(99) / 300)))[0],
    "signed": lambda: plot_signed_network(make_signed(), camps=SIDES),
    "backbone": lambda: plot_backbone(make_graph(), make_graph(TIES[:1]))[0],
}
every_figure = pytest.mark.parametrize("name", FIGURES)


# ---------------------------------------------------------------------------- every figure


@every_figure
def test_source_stands_below_and_says_that_the_data_are_invented(name):
    ax = FIGURES[name]()
    notes = [t.get_text() for t in ax.texts if t.get_gid() == "source-note"]
    line = notes[0] if notes else below([ax])
    assert "INVENTED events 1.0" in line.split("\n")[0]


@every_figure
def test_nothing_of_the_figure_is_cut_off(name):
    figure = FIGURES[name]().figure
    for _ in range(2):
        figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert min(box.x0, box.y0) >= -0.02
    assert box.x1 <= width + 0.02
    assert box.y1 <= height + 0.02


@pytest.mark.parametrize("draw", [
    lambda **k: plot_intervals(make_resampling(), **k),
    lambda **k: plot_signed_network(make_signed(), **k),
])  # fmt: skip
def test_axes_given_are_axes_returned(draw):
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax


def test_tables_and_networks_are_not_changed():
    table, S, G = make_resampling(), make_signed(), make_graph()
    before = [table.copy(), S.copy(), G.copy()]
    plot_intervals(table)
    plot_signed_network(S, camps=SIDES)
    plot_backbone(G, make_graph(TIES[:1]))
    pd.testing.assert_frame_equal(table, before[0])
    assert nx.utils.graphs_equal(S, before[1])
    assert nx.utils.graphs_equal(G, before[2])


# -------------------------------------------------------------------------------- intervals


def test_dots_and_lines_are_the_numbers_of_the_table():
    ax = plot_intervals(make_resampling())
    assert labels_of(ax) == ["Ash", "Birch", "Cedar"]
    assert dots_of(ax) == [30, 20, 10]
    assert spans_of(ax) == {0: (27, 36), 1: (18, 24), 2: (9, 12)}
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "the first row is at the top"
    assert ax.get_xlim()[0] == 0


def test_legend_and_axis_name_the_kind_the_level_and_the_measure():
    ax = plot_intervals(make_resampling())
    assert legend_of(ax) == ["estimate", "resampling in blocks of 3 months, 95 %"]
    assert ax.get_xlabel() == "strength (events)"
    assert "Ties that were never recorded are not in it" in note_of(ax)
    (beside,) = ax.child_axes
    assert labels_of(beside) == ["1", "2", "3"], "events of each row"


def test_rank_one_is_at_the_top_and_on_the_left():
    ranks = make_resampling(["Elm", "Ash", "Fir"], measure="rank", estimate=[3.0, 1.0, 2.0],
                            low=[2.0, 1.0, 1.0], high=[3.0, 2.0, 3.0])  # fmt: skip
    ax = plot_intervals(ranks)
    assert labels_of(ax) == ["Ash", "Fir", "Elm"]
    assert dots_of(ax) == [1, 2, 3]
    assert ax.get_xlim()[0] < 1 < ax.get_xlim()[1]
    assert "1 is the strongest" in ax.get_xlabel()
    assert list(ax.get_xticks()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("order", "names"),
    [("estimate", ["Birch", "Ash", "Cedar"]), ("name", ["Ash", "Birch", "Cedar"]),
     ("width", ["Cedar", "Ash", "Birch"]), ("table", ["Cedar", "Birch", "Ash"])],
)  # fmt: skip
def test_orders_of_the_rows(order, names):
    table = make_resampling(["Cedar", "Birch", "Ash"], estimate=[1.0, 9.0, 5.0],
                            low=[0.0, 8.0, 4.0], high=[9.0, 9.5, 7.0])  # fmt: skip
    assert labels_of(plot_intervals(table, order=order)) == names


def test_missing_estimates_come_last_and_say_so():
    table = make_resampling(estimate=[np.nan, 5.0, 7.0], low=[np.nan, np.nan, 6.0],
                            high=[np.nan, np.nan, 8.0])  # fmt: skip
    ax = plot_intervals(table)
    assert labels_of(ax) == ["Cedar", "Birch", "Ash"]
    assert spans_of(ax) == {0: (6, 8)}
    assert [(t.get_text(), t.xy[1]) for t in ax.texts if t.get_gid() == "missing"] == [
        ("undefined", 2)
    ]


def test_rows_left_out_are_counted():
    table = make_resampling([f"Brigade {i}" for i in range(200)])
    ax = plot_intervals(table, most=40)
    assert labels_of(ax) == [f"Brigade {i}" for i in range(40)]
    assert "160 more rows not drawn" in note_of(ax)
    assert "not drawn" not in note_of(plot_intervals(table[:40], most=40))


def test_long_names_that_begin_alike_stay_apart_and_do_not_overlap():
    ax = FIGURES["long names"]()
    names = labels_of(ax)
    assert len(set(names)) == len(names) == 20
    assert max(map(len, names)) <= 44
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


@pytest.mark.parametrize(("directed", "joint"), [("no", " – "), ("yes", " → ")])
def test_pairs_are_named_by_both_ends(directed, joint):
    table = make_resampling(["a", "b"], measure="tie_share")
    table.index = pd.MultiIndex.from_tuples(
        [("Ash", "Birch"), ("Ash", "$x$")], names=["actor1", "actor2"]
    )
    table.attrs["directed"] = directed
    ax = plot_intervals(table)
    assert labels_of(ax) == [f"Ash{joint}Birch", f"Ash{joint}\\$x\\$"]
    ax.figure.draw_without_rendering()


def test_reporting_is_drawn_as_shares_of_the_first_alternative_with_numbers_beside():
    ax = plot_intervals(make_reporting(), order="table")
    rows = dict(zip(labels_of(ax), range(5), strict=True))
    dots = dict(zip(rows, dots_of(ax), strict=True))
    spans = spans_of(ax)
    assert dots["total weight"] == pytest.approx(100)
    assert spans[rows["total weight"]] == pytest.approx((50, 150))
    assert spans[rows["density"]] == pytest.approx((75, 100))
    said = {ax.texts[i].xy[1]: ax.texts[i].get_text() for i in range(len(ax.texts))
            if ax.texts[i].get_gid() == "missing"}  # fmt: skip
    assert said == {
        rows["actors without a tie"]: "no share of 0",
        rows["reciprocity"]: "undefined",
        rows["rank by strength, 1 is the strongest"]: "no shares of ranks",
    }
    beside = dict(zip(rows, labels_of(ax.child_axes[0]), strict=True))
    assert beside["total weight"] == "3,400  (1,700 to 5,100)\nlow: low bound\nhigh: high bound"
    assert beside["actors without a tie"].startswith("0  (0 to 2)")
    assert "range over 6 stated alternatives (no confidence interval)" in legend_of(ax)
    assert "%" in ax.get_xlabel()


def test_one_measure_of_reporting_is_drawn_in_its_own_unit():
    ax = plot_intervals(make_reporting(), measure="density")
    assert dots_of(ax) == [0.2]
    assert spans_of(ax) == {0: (0.15, 0.2)}
    assert ax.get_xlabel() == "density"


def test_perturbations_stand_beside_the_observed_number_the_largest_change_first():
    ax = plot_intervals(make_perturbation(), measure="density")
    assert labels_of(ax) == ["merged: Ash + Birch", "left out: Ash", "split: Cedar in 2"]
    assert dots_of(ax) == [0.5, 0.25, 0.31]
    assert spans_of(ax) == {2: (0.28, 0.35)}, "only a split has a range"
    assert list(artist(ax, "line").get_xdata()) == [0.3, 0.3]
    assert legend_of(ax) == ["observed: 0.3", "perturbation: after one change",
                             "90 % of the draws of a split"]  # fmt: skip


# --------------------------------------------------------------------------------- thinning


def test_a_panel_for_each_measure_with_curve_band_and_observed_number():
    axes = plot_thinning(make_curve())
    assert [ax.get_title(loc="left") for ax in axes] == [
        "density", "number of ties", "transitivity",
    ]  # fmt: skip
    curve = artist(axes[0], "estimate")
    assert np.array_equal(curve.get_xydata(), [[0, 0.3], [0.2, 0.25], [0.4, 0.2]])
    assert list(artist(axes[0], "observed").get_ydata()) == [0.3, 0.3]
    corners = {tuple(v) for v in np.round(artist(axes[0], "band").get_paths()[0].vertices, 9)}
    assert corners == {(0, 0.3), (0.2, 0.2), (0.4, 0.1), (0.4, 0.3), (0.2, 0.3)}
    assert all(ax.get_xlabel() == "share of events missed" for ax in axes)
    assert all(ax.get_ylim()[0] == 0 for ax in axes)


def test_draws_without_a_value_are_counted_and_curves_without_any_say_so():
    axes = plot_thinning(make_curve())
    assert subtitle(axes[0]) == []
    assert subtitle(axes[1]) == ["undefined in up to 3 draws (at 40 %)"]
    assert "undefined" in [t.get_text() for t in axes[2].texts]
    (legend,) = axes[0].figure.legends
    assert [t.get_text() for t in legend.get_texts()] == [
        "observed", "mean of the draws", "thinning: 95 % of the draws",
    ]  # fmt: skip


# ------------------------------------------------------------------------------ null models


def test_bars_hold_the_draws_and_the_line_is_the_observed_number():
    values = np.repeat([2.0, 3.0, 5.0], [50, 30, 19])
    (ax,) = plot_null(make_null(n_components=(4, values)))
    counts, edges, _ = artist(ax, "draws").get_data()
    assert counts.tolist() == [50, 30, 0, 19]
    assert edges.tolist() == [1.5, 2.5, 3.5, 4.5, 5.5], "around whole numbers"
    assert list(artist(ax, "observed").get_xdata()) == [4, 4]
    assert list(artist(ax, "band").get_xdata()) == [2, 5]


def test_title_has_the_p_value_with_the_one_and_the_note_what_is_random():
    # 9 of 99 draws are 0.7 or more: p = 2 (1 + 9) / (1 + 99)
    axes = plot_null(make_null(density=(0.7, np.repeat([0.1, 0.8], [90, 9]))))
    assert axes[0].get_title(loc="left") == "density"
    assert subtitle(axes[0]) == ["0.7 observed, p = 0.200"]
    assert NULL in below(axes)
    formula = "(1 + draws as extreme) / (1 + draws with a value), of 99"
    assert f"p, two-sided: twice the smaller side of {formula}" in below(axes)
    test = make_null(density=(0.7, np.repeat([0.1, 0.8], [90, 9])))
    test.summary.attrs["alternative"] = "greater"
    assert f"p, greater: {formula}" in below(plot_null(test))


def test_a_null_of_one_value_is_called_no_test():
    (one, two) = plot_null(make_null(n_ties=(34, np.full(99, 34.0)), density=(0.2, [0.1] * 99)))
    assert subtitle(one) == ["34 observed, p = 1.000", "no test: the null has one value, 34"]
    assert subtitle(two)[1] == "no test: the null has one value, 0.1"
    for ax in (one, two):
        counts, edges, _ = artist(ax, "draws").get_data()
        assert counts.tolist() == [99]
        assert np.ptp(edges) < 0.2 * np.ptp(ax.get_xlim())


def test_what_is_undefined_is_said_and_not_drawn():
    half = np.where(np.arange(99) < 40, np.nan, np.arange(99.0) ** 1.5)
    axes = plot_null(make_null(a=(np.nan, np.arange(99.0)), b=(0.5, [np.nan] * 99), c=(9, half)))
    assert subtitle(axes[0]) == ["not defined here, no p"]
    assert not [a for a in axes[0].get_children() if a.get_gid() == "observed"]
    assert subtitle(axes[1]) == ["0.5 observed, no p", "undefined in every draw"]
    assert not [a for a in axes[1].get_children() if a.get_gid() == "draws"]
    assert subtitle(axes[2])[1] == "undefined in 40 of 99 draws"
    assert sum(artist(axes[2], "draws").get_data().values) == 59


def test_a_test_that_was_refused_says_why():
    test = make_null(walk_index=(np.nan, []))
    test.summary.attrs["reason"] = "2 ties of cooperation among 40"
    (ax,) = axes = plot_null(test)
    assert subtitle(ax) == ["missing"]
    assert "Missing: 2 ties of cooperation among 40" in below(axes)
    assert not ax.lines
    assert not ax.patches
    assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0


def test_a_measure_of_fewer_draws_says_how_many():
    test = make_null(a=(5, np.arange(99.0)), b=(5, np.arange(99.0)))
    test.summary.loc["b", "n_draws"] = 50
    assert [("(50 draws)" in subtitle(ax)[0]) for ax in plot_null(test)] == [False, True]


@pytest.mark.parametrize("step", [1, 7, 1 / 3, 0.0125])
@pytest.mark.parametrize("n", [3, 29, 100])
def test_evenly_spaced_values_are_shared_out_evenly(step, n):
    values = step * np.arange(5, 5 + n)
    counts, edges = np.histogram(values, find_bins(values, np.nan))
    assert counts.sum() == n
    if step == 7:  # whole numbers need no bar for each that is missing
        return
    assert len(set(counts[:-1])) <= 1, "all but the last hold as many values"
    assert len(counts) <= 30
    assert counts[0] == -(-n // 30)
    assert edges[0] < values[0] - 0.4 * step


def test_columns_of_panels():
    test = make_null(**{f"m{i}": (i, np.arange(99.0)) for i in range(5)})
    axes = plot_null(test, columns=2)
    assert len(axes) == 5
    rows = {round(ax.get_subplotspec().rowspan.start) for ax in axes}
    assert rows == {0, 1, 2}


# --------------------------------------------------------------------------- signed networks


def test_signs_have_their_colour_and_their_kind_of_line():
    ax = plot_signed_network(make_signed())
    ties = ties_of(ax)
    together, against = (ties[style.COLOURS[k].lower()] for k in ("cooperation", "opposition"))
    assert len(together.get_segments()) == 3
    assert len(against.get_segments()) == 3
    assert together.get_linestyle()[0][1] is None
    assert against.get_linestyle()[0][1] is not None
    unit = 6 / 4  # the heaviest tie, of 16 events, is 6 points wide
    assert sorted(together.get_linewidths()) == pytest.approx([np.sqrt(2) * unit, 3 * unit, 6])
    assert {"cooperation", "opposition"} <= set(legend_of(ax))


def test_camps_have_colours_and_ties_that_do_not_fit_are_marked():
    S = make_signed()
    places = network_positions(S)
    ax = plot_signed_network(S, camps=SIDES, positions=places)
    (dots,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    seen = {
        tuple(np.round(xy, 6)): to_hex(c)
        for xy, c in zip(dots.get_offsets(), dots.get_facecolors(), strict=True)
    }
    expected = {
        tuple(np.round(places[a], 6)): CAMPS[s].lower() for a, s in SIDES.items()
    }  # fmt: skip
    assert seen == expected
    middles = {tuple(np.round(np.mean([places[u], places[v]], 0), 6)) for u, v in AGAINST}
    assert {tuple(np.round(xy, 6)) for xy in artist(ax, "against").get_xydata()} == middles
    assert legend_of(ax)[-4:] == ["does not fit the camps (2)", "camp", "one (3 actors)",
                                  "other (2 actors)"]  # fmt: skip


def test_actors_without_a_camp_are_grey_and_their_ties_unmarked():
    camps = {a: s for a, s in SIDES.items() if a != "Elm"}
    ax = plot_signed_network(make_signed(), camps=pd.Series(camps))
    assert len(artist(ax, "against").get_xydata()) == 1
    assert "in none (1 actor)" in legend_of(ax)
    (dots,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    assert style.MISSING.lower() in {to_hex(c) for c in dots.get_facecolors()}


@pytest.mark.parametrize(
    ("graph", "entry", "said"),
    [
        ({}, "not recorded", "Pairs with both kinds of ties: how they were signed is not recorded"),
        ({"both": "opposition", "n_both": 12}, "opposition", "ties (12): signed as opposition"),
        ({"both": "leave_out", "n_both": "3"}, "no tie", "ties (3): without a tie"),
        ({"both": "stronger", "n_both": "3", "n_left_out": "2"}, "the stronger",
         "signed as the kind with more events, 2 with as many of each without a tie"),
        ({"cooperation": "co-listing"}, "not recorded", "co-listing in events, which proves no"),
        ({"cooperation": "acts"}, "not recorded", "acts that the provider classes so, which"),
    ],
)  # fmt: skip
def test_how_a_pair_with_both_kinds_is_signed_is_said(graph, entry, said):
    ax = plot_signed_network(make_signed(**graph))
    assert f"pair with both: {entry}" in legend_of(ax)
    assert said in note_of(ax)


def test_a_mark_does_not_hide_behind_an_actor_on_its_line():
    S = nx.Graph()
    S.add_edge("Ash", "Birch", sign=-1)
    S.add_node("Cedar")
    places = {"Ash": (0.0, 0.5), "Birch": (1.0, 0.5), "Cedar": (0.5, 0.5)}
    ax = plot_signed_network(S, camps={"Ash": 0, "Birch": 0}, positions=places, size="degree")
    ((x, y),) = artist(ax, "against").get_xydata()
    assert (x, y) == pytest.approx((0.42, 0.5))


def test_without_camps_nothing_is_marked():
    ax = plot_signed_network(make_signed())
    assert not [a for a in ax.get_children() if a.get_gid() == "against"]
    assert "camp" not in legend_of(ax)


def test_names_do_not_cover_each_other_or_a_mark():
    G = nx.gnm_random_graph(60, 120, seed=1)
    S = nx.relabel_nodes(G, {i: f"Brigade of the Valley {i}" for i in G})
    nx.set_edge_attributes(S, {e: 1 if i % 3 else -1 for i, e in enumerate(S.edges)}, "sign")
    ax = plot_signed_network(S, camps={a: i % 2 for i, a in enumerate(S)}, size="degree")
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.texts if t.get_gid() == "name"]
    marks = ax.transData.transform(artist(ax, "against").get_xydata())
    assert len(boxes) > 10
    assert len(marks) > 30
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert not any(b.contains(*m) for b in boxes for m in marks)


# --------------------------------------------------------------------------------- backbones


def test_both_panels_have_the_same_places_sizes_and_widths():
    G = make_graph()
    whole, part = plot_backbone(G, make_graph(TIES[1:2] + TIES[3:]))
    dots = [
        {tuple(np.round(xy, 6)): s for xy, s in zip(c.get_offsets(), c.get_sizes(), strict=True)}
        for ax in (whole, part) for c in ax.collections if isinstance(c, PathCollection)
    ]  # fmt: skip
    assert dots[0] == dots[1]
    assert len(dots[0]) == 4
    (all_ties,), (kept,) = (ties_of(ax).values() for ax in (whole, part))
    widths = dict(zip([4, 25, 71, 100], sorted(all_ties.get_linewidths()), strict=True))
    assert sorted(kept.get_linewidths()) == [widths[25], widths[71]]
    assert widths[100] == pytest.approx(3.9), "the heaviest of the whole network sets the scale"


def test_titles_say_what_each_keeps():
    # 2 of 4 ties, 171 of 200 events
    B = make_graph(TIES[:1] + TIES[3:], backbone="disparity filter, p < 0.05")
    axes = plot_backbone(make_graph([*TIES, ("Ash", "Ash", 50)]), B)
    assert [ax.get_title(loc="left") for ax in axes] == [
        "whole network", "disparity filter, p < 0.05",
    ]  # fmt: skip
    assert [subtitle(ax) for ax in axes] == [
        ["4 ties, 200 events"], ["2 ties (50 %), 86 % of the events"],
    ]  # fmt: skip
    assert "for display" in below(axes)
    assert "not drawn: ties of an actor to itself, 1" in below(axes)


def test_an_empty_backbone_keeps_the_actors():
    B = make_graph()
    B.clear_edges()
    axes = plot_backbone(make_graph(), B)
    assert subtitle(axes[1]) == ["0 ties (0 %), 0 % of the events"]
    (dots,) = [c for c in axes[1].collections if isinstance(c, PathCollection)]
    assert len(dots.get_offsets()) == 4


# ------------------------------------------------------------------------------------ errors


def unsigned(sign):
    S = make_signed()
    S.edges["Ash", "Birch"]["sign"] = sign
    return S


def kind(table, name):
    table.attrs["kind"] = name
    return table


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (lambda: plot_intervals(make_resampling()[:0]), EmptySelectionError, "no estimates"),
        (lambda: plot_intervals(make_resampling().drop(columns="low")), ColumnError, "low"),
        (lambda: plot_intervals(kind(make_resampling(), "")), OptionError, "does not say"),
        (lambda: plot_intervals(make_curve()), OptionError, "plot_thinning"),
        (lambda: plot_intervals(make_resampling(), order="size"), OptionError, "'width'"),
        (lambda: plot_intervals(make_resampling(), most=0), OptionError, "most=20"),
        (lambda: plot_intervals(make_resampling(), measure="rank"), OptionError, "one measure"),
        (lambda: plot_intervals(make_perturbation()), OptionError, "measure='density'"),
        (lambda: plot_intervals(make_reporting(), measure="densty"), OptionError, "'density'"),
        (lambda: plot_thinning(make_curve()[:0]), EmptySelectionError, "no points"),
        (lambda: plot_thinning(make_curve().drop(columns="missed")), ColumnError, "missed"),
        (lambda: plot_thinning(kind(make_curve(), "resampling")), OptionError, "plot_intervals"),
        (lambda: plot_thinning(make_curve(), columns=0), OptionError, "columns=3"),
        (lambda: plot_null(make_curve()), OptionError, "is no result of"),
        (lambda: plot_null(NullTest(pd.DataFrame(), pd.DataFrame())), ColumnError, "observed"),
        (lambda: plot_null(make_null(a=(1, []))), EmptySelectionError, "no rows of draws"),
        (lambda: plot_null(make_null(a=(1, [1.0] * 99)), columns=0), OptionError, "columns=3"),
        (lambda: plot_signed_network(nx.Graph()), EmptySelectionError, "no actors"),
        (lambda: plot_signed_network(make_graph()), OptionError, "sign None"),
        (lambda: plot_signed_network(unsigned(0)), OptionError, "sign 0"),
        (lambda: plot_signed_network(make_signed().to_directed()), DirectionError, "directed"),
        (lambda: plot_signed_network(make_signed(), camps=["Ash"]), OptionError, "is a list"),
        (lambda: plot_signed_network(make_signed(), camps={"Oak": 1}), OptionError, "none for"),
        (
            lambda: plot_signed_network(make_signed(), camps={"Ash": 0, "Birch": 1, "Elm": 2}),
            OptionError, "3 different",
        ),
        (lambda: plot_signed_network(make_signed(), labels=["Ahs"]), OptionError, "'Ash'"),
        (lambda: plot_backbone(nx.Graph(), nx.Graph()), EmptySelectionError, "no actors"),
        (lambda: plot_backbone(make_graph(), nx.Graph(["AB"])), OptionError, "has not 'A'"),
        (
            lambda: plot_backbone(make_graph(), nx.Graph([("Ash", "Elm")])),
            OptionError, "has not ('Ash', 'Elm')",
        ),
        (
            lambda: plot_backbone(make_graph(), make_graph(TIES[:1], kind=nx.DiGraph)),
            OptionError, "its backbone is directed",
        ),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong_what_is_allowed_and_what_to_type(draw, error, words):
    with pytest.raises(error) as caught:
        draw()
    text = str(caught.value)
    assert words in text
    assert "\n  Allowed: " in text
    assert "\n  Type: " in text
