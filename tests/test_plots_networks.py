"""Pictures of hand-made networks: what is drawn, what the legend says, what covers what."""

from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from drawn import note_of
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from toolkit.errors import EmptySelectionError, OptionError
from toolkit.plots import style
from toolkit.plots.layout import network_positions
from toolkit.plots.lineage import plot_lineage
from toolkit.plots.matrix import plot_network_matrix
from toolkit.plots.networks import plot_ego, plot_network, plot_networks_by_period
from toolkit.plots.picture import SMALLEST, THINNEST
from toolkit.plots.timelines import plot_actor_timeline
from toolkit.provenance import pack_coverage, stamp

RECORD = {"dataset": "invented", "title": "INVENTED events", "version": "1.0", "rows": "9"}
SPAN = {"dataset": "invented", "version": "1.0", "country": "*", "event_types": "*",
        "basis": "stated", "start": pd.Timestamp("2016-01-01"),
        "end": pd.Timestamp("2018-06-30")}  # fmt: skip
TIES = [
    ("Ash", "Birch", 100),
    ("Ash", "Cedar", 25),
    ("Birch", "Cedar", 4),
    ("Cedar", "Dogwood", 64),
]


def make_graph(ties=TIES, *, kind=nx.Graph, tie="opposition", **graph):
    G = kind(**RECORD, tie=tie, weight="events", **graph)
    G.add_weighted_edges_from(ties)
    return G


def make_years():
    coverage = pack_coverage(pd.DataFrame([SPAN]))
    ties = {"2016": TIES, "2017": TIES[:1], "2018": [("Dogwood", "Elm", 9)], "2019": []}
    return {pd.Period(y): make_graph(t, coverage=coverage, period=y) for y, t in ties.items()}


def make_dyads():
    rows = [
        ("Ash", "Birch", "opposition", "2016", 40), ("Ash", "Birch", "opposition", "2018", 2),
        ("Ash", "Cedar", "opposition", "2017", 7), ("Ash", "Dogwood", "cooperation", "2016", 3),
        ("Birch", "Cedar", "opposition", "2019", 5),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["actor1", "actor2", "tie", "period", "n_events"])
    table["period"] = pd.PeriodIndex(table["period"], freq="Y")
    return stamp(table, RECORD, coverage=pack_coverage(pd.DataFrame([SPAN])))


def make_kin():
    links = [("Old Ash", "Ash", "rename", "2016-03-01"), ("Birch", "Ash", "merger", "2017-01-01"),
             ("Ash", "Elm", "split", ""), ("Ash Army", "Ash", "alias", ""),
             ("Elm", "Joint Room", "umbrella", "2018-05-01")]  # fmt: skip
    G = nx.MultiDiGraph()
    for a, b, relation, date in links:
        G.add_edge(a, b, relation=relation, date=date, source="invented")
    return G


def make_crowd(n=200):
    G = nx.gnm_random_graph(n, 2 * n, seed=3)
    return nx.relabel_nodes(G, {i: f"Brigade of the Valley {i}" for i in G})


def dots_of(ax):
    (dots,) = [
        c for c in ax.collections if isinstance(c, PathCollection) and c.get_gid() != "absent"
    ]
    return dots


def areas_of(ax, places):
    """Return the area of each actor's dot, found by its place."""
    dots = dots_of(ax)
    found = {
        tuple(np.round(xy, 6)): s
        for xy, s in zip(dots.get_offsets(), dots.get_sizes(), strict=True)
    }
    return {a: found[xy] for a, xy in rounded(places).items() if xy in found}


def rounded(places):
    return {a: tuple(np.round(xy, 6)) for a, xy in places.items()}


def lines_of(ax):
    return [c for c in ax.collections if isinstance(c, LineCollection)]


def names_of(ax):
    return [t for t in ax.texts if t.get_gid() == "name"]


def legend_of(legend):
    return {t.get_text(): h for t, h in zip(legend.get_texts(), legend.legend_handles, strict=True)}


def picture(ax):
    ax.figure.canvas.draw()
    return np.asarray(ax.figure.canvas.buffer_rgba()).copy()


FIGURES = {
    "network": lambda **k: plot_network(make_graph(), **k),
    "matrix": lambda **k: plot_network_matrix(make_graph(), **k),
    "ego": lambda **k: plot_ego(make_graph(), "Ash", **k),
    "timeline": lambda **k: plot_actor_timeline(make_dyads(), "Ash", **k),
    "lineage": lambda **k: plot_lineage(make_kin(), **k),
}
every_figure = pytest.mark.parametrize("name", FIGURES)


# ---------------------------------------------------------------------------- every figure


@every_figure
def test_axes_given_are_axes_returned(name):
    _, ax = plt.subplots()
    assert FIGURES[name](ax=ax) is ax


@pytest.mark.parametrize("name", [n for n in FIGURES if n != "lineage"])
def test_source_line_comes_from_the_provenance(name):
    assert note_of(FIGURES[name]()).startswith("Source: INVENTED events 1.0")


def test_source_that_is_not_recorded_is_admitted():
    assert note_of(plot_network(nx.Graph([("Ash", "Birch")]))) == "Source not recorded"


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


@every_figure
def test_same_input_gives_the_same_picture(name):
    assert np.array_equal(picture(FIGURES[name]()), picture(FIGURES[name]()))


def test_graph_is_not_changed():
    G = make_graph()
    before = G.copy()
    plot_network(G)
    plot_network_matrix(G)
    assert nx.utils.graphs_equal(G, before)
    assert G.graph == before.graph


# ------------------------------------------------------------------------------- positions


def test_positions_are_the_same_for_the_same_seed_and_another_order_of_ties():
    G, H = make_graph(), make_graph(TIES[::-1])
    assert network_positions(G) == network_positions(H)
    crowd = make_crowd(30)
    assert network_positions(crowd, seed=1) != network_positions(crowd, seed=2)


def test_positions_of_all_periods_hold_everybody_inside_the_box():
    years = make_years()
    years[pd.Period("2016")].add_node("Lonely")
    places = network_positions(years)
    assert set(places) == {"Ash", "Birch", "Cedar", "Dogwood", "Elm", "Lonely"}
    assert all(0 <= x <= 1.3 and 0 <= y <= 1 for x, y in places.values())
    assert places["Lonely"][1] < min(y for a, (_, y) in places.items() if a != "Lonely")
    apart = [np.hypot(*np.subtract(a, b)) for a, b in combinations(places.values(), 2)]
    assert min(apart) > 0.05


def test_actors_stay_put_in_all_panels():
    years = make_years()
    places = rounded(network_positions(years))
    axes = plot_networks_by_period(years)
    seen = [
        {tuple(np.round(xy, 6)) for xy in dots_of(ax).get_offsets()} for ax in axes[:3]
    ]  # fmt: skip
    for G, here in zip(years.values(), seen, strict=False):
        assert here == {places[a] for a in G}


# ------------------------------------------------------------------------- sizes and widths


def test_area_is_proportional_to_strength_and_the_legend_says_so():
    G = make_graph()
    places = network_positions(G)
    ax = plot_network(G, positions=places)
    areas = areas_of(ax, places)
    strength = {"Ash": 125, "Birch": 104, "Cedar": 93, "Dogwood": 64}
    unit = areas["Ash"] / 125
    assert areas == pytest.approx({a: s * unit for a, s in strength.items()})
    legend = legend_of(ax.get_legend())
    assert "actor: events (area)" in legend
    dots = {t: h.get_markersize() ** 2 for t, h in legend.items() if h.get_gid() == "size" or (
        h.get_marker() == "o" and t.replace(",", "").isdigit())}  # fmt: skip
    assert dots
    assert dots == pytest.approx({t: float(t.replace(",", "")) * unit for t in dots})


def test_width_is_proportional_to_the_root_of_the_weight_and_the_legend_says_so():
    ax = plot_network(make_graph())
    (lines,) = lines_of(ax)
    unit = 6 / 10
    assert sorted(lines.get_linewidths()) == pytest.approx(
        [2 * unit, 5 * unit, 8 * unit, 10 * unit]
    )
    legend = legend_of(ax.get_legend())
    widths = {t: h.get_linewidth() for t, h in legend.items()
              if t.isdigit() and h.get_linestyle() == "-"}  # fmt: skip
    assert len(widths) >= 2
    assert widths == pytest.approx({t: np.sqrt(float(t)) * unit for t in widths})


def test_smallest_dot_and_thinnest_line_are_named_in_the_legend():
    ties = [("Ash", "Birch", 10_000), ("Ash", "Cedar", 1), ("Cedar", "Dogwood", 1)]
    ax = plot_network(make_graph(ties))
    (lines,) = lines_of(ax)
    assert min(lines.get_linewidths()) == THINNEST
    assert min(dots_of(ax).get_sizes()) == pytest.approx(SMALLEST)
    said = [t for t in legend_of(ax.get_legend()) if t.startswith("up to ")]
    assert len(said) == 2
    assert "up to 100" in said  # (0.6 / 6)^2 of 10,000


def test_a_tie_without_recorded_deaths_is_dashed_and_explained():
    ax = plot_network(make_graph([*TIES, ("Ash", "Dogwood", float("nan"))]))
    _, dashed = lines_of(ax)
    assert len(dashed.get_segments()) == 1
    assert dashed.get_linestyle()[0][1] is not None
    assert "events not recorded" in legend_of(ax.get_legend())


def test_panels_share_one_scale():
    years = make_years()
    places = network_positions(years)
    axes = plot_networks_by_period(years, positions=places)
    one, two, _ = (areas_of(ax, places) for ax in axes[:3])
    assert one["Ash"] / two["Ash"] == pytest.approx(1.25)
    widths = [max(lines_of(ax)[0].get_linewidths()) for ax in axes[:3]]
    assert widths == pytest.approx([widths[0], widths[0], widths[0] * 0.3])
    assert len(axes[0].figure.legends) == 1


# ----------------------------------------------------------------------------------- colours


@pytest.mark.parametrize("tie", ["opposition", "cooperation"])
def test_ties_have_the_colour_of_their_kind(tie):
    ax = plot_network(make_graph(tie=tie))
    (lines,) = lines_of(ax)
    assert {to_hex(c) for c in lines.get_colors()} == {style.COLOURS[tie].lower()}
    assert to_hex(legend_of(ax.get_legend())[tie].get_color()) == style.COLOURS[tie].lower()


def test_ties_of_two_kinds_in_one_network():
    G = make_graph()
    G.edges["Ash", "Birch"]["tie"] = "cooperation"
    ax = plot_network(G)
    colours = [to_hex(c) for c in lines_of(ax)[0].get_colors()]
    assert colours.count(style.COLOURS["cooperation"].lower()) == 1
    assert colours.count(style.COLOURS["opposition"].lower()) == 3


@pytest.mark.parametrize("how", ["dict", "series", "attribute"])
def test_actors_have_the_colour_of_their_category(how):
    G = make_graph()
    side = {"Ash": "rebel", "Birch": "state", "Cedar": "rebel"}
    nx.set_node_attributes(G, side, "side")
    colour = {"dict": side, "series": pd.Series(side), "attribute": "side"}[how]
    ax = plot_network(G, colour=colour)
    colours = [to_hex(c) for c in dots_of(ax).get_facecolors()]
    expected = ["rebel", "rebel", "state", "not recorded"]
    assert sorted(colours) == sorted(style.COLOURS[n].lower() for n in expected)
    assert {"rebel", "state", "not recorded"} <= set(legend_of(ax.get_legend()))


# ------------------------------------------------------------------------------------- names


@pytest.mark.parametrize("n", [10, 60, 200])
@pytest.mark.parametrize("labels", ["auto", True])
def test_no_name_covers_another_or_leaves_the_axes(n, labels):
    G = make_crowd(n)
    ax = plot_network(G, labels=labels)
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in names_of(ax)]
    assert len(boxes) >= 8
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    frame = ax.get_window_extent()
    assert all(frame.x0 <= b.x0 and b.x1 <= frame.x1 for b in boxes)
    assert all(frame.y0 <= b.y0 and b.y1 <= frame.y1 for b in boxes)
    left_out = n - len(boxes)
    said = f"{left_out} names left out" if left_out > 1 else "INVENTED"
    assert (said in note_of(ax)) == (left_out > 1)


def test_names_asked_for_are_those_drawn():
    ax = plot_network(make_graph(), labels=["Cedar"])
    assert [t.get_text() for t in names_of(ax)] == ["Cedar"]
    assert names_of(plot_network(make_graph(), labels=False)) == []


@pytest.mark.parametrize("name", ["Front of $x$ and $", "جبهة النصرة", "Фронт", "_hidden"])
def test_names_are_drawn_as_they_are(name):
    G = make_graph([(name, "Birch", 3), ("Birch", "Cedar", 5)])
    ax = plot_network(G, colour={name: "a$b$", "Birch": "c"})
    ax.figure.draw_without_rendering()
    drawn = [t.get_text().replace(r"\$", "$").strip() for t in names_of(ax)]
    assert name in drawn
    plot_network_matrix(G).figure.draw_without_rendering()
    assert name in plot_ego(G, name).get_title(loc="left").replace(r"\$", "$")


def test_names_left_out_are_counted_over_all_panels():
    axes = plot_networks_by_period({"one": make_crowd(80), "two": make_crowd(90)})
    shown = sum(len(names_of(ax)) for ax in axes)
    assert f"{170 - shown} names left out" in axes[0].figure.get_supxlabel()
    for ax in axes:
        boxes = [t.get_window_extent() for t in names_of(ax)]
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


# --------------------------------------------------------------------------------- direction


def test_arrows_are_bent_only_where_one_comes_back():
    ties = [("Ash", "Birch", 3), ("Birch", "Ash", 1), ("Birch", "Cedar", 2)]
    ax = plot_network(make_graph(ties, kind=nx.DiGraph))
    arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
    assert sorted(a.get_connectionstyle().rad for a in arrows) == [0, 0.16, 0.16]
    assert lines_of(ax) == []
    assert "opposition, from → to" in legend_of(ax.get_legend())


def test_undirected_ties_have_no_arrows():
    assert not [p for p in plot_network(make_graph()).patches if isinstance(p, FancyArrowPatch)]


def test_ties_of_an_actor_to_itself_are_counted_in_the_note():
    ax = plot_network(make_graph([*TIES, ("Ash", "Ash", 3)]))
    assert "not drawn: ties of an actor to itself, 1" in note_of(ax)


# ------------------------------------------------------------------------------------ panels


def test_titles_say_what_is_covered_and_empty_is_not_uncovered():
    years = make_years()
    years[pd.Period("2017")].clear_edges()
    axes = plot_networks_by_period(years, columns=2)
    assert [ax.get_title(loc="left") for ax in axes] == [
        "2016", "2017", "2018 (covered in part)", "2019 (not covered)",
    ]  # fmt: skip
    assert [bool([p for p in ax.patches if p.get_hatch()]) for ax in axes] == [0, 0, 0, 1]
    said = [[t.get_text() for t in ax.texts if "no tie" in t.get_text()] for ax in axes]
    assert [len(s) for s in said] == [0, 1, 0, 0]
    assert axes[0].figure.get_supxlabel() == "Source: INVENTED events 1.0"


@pytest.mark.parametrize(("absent", "pale"), [("pale", 3), ("hide", 0)])
def test_absent_actors_are_pale_or_hidden(absent, pale):
    ax = plot_networks_by_period(make_years(), absent=absent)[1]
    drawn = [len(c.get_offsets()) for c in ax.collections if c.get_gid() == "absent"]
    assert sum(drawn) == pale


# ------------------------------------------------------------------------------------ matrix


def test_matrix_holds_the_weights_and_leaves_the_rest_empty():
    ax = plot_network_matrix(make_graph(), order=["Dogwood", "Cedar", "Birch", "Ash"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Dogwood", "Cedar", "Birch", "Ash"]
    (mesh,) = [c for c in ax.collections if isinstance(c, mpl.collections.QuadMesh)]
    cells = mesh.get_array().filled(0).reshape(4, 4)
    assert cells.tolist() == [[0, 64, 0, 0], [64, 0, 4, 25], [0, 4, 0, 100], [0, 25, 100, 0]]


def test_matrix_of_a_directed_network_points_from_rows_to_columns():
    G = make_graph([("Ash", "Birch", 3)], kind=nx.DiGraph)
    ax = plot_network_matrix(G, order=["Ash", "Birch"])
    (mesh,) = [c for c in ax.collections if isinstance(c, mpl.collections.QuadMesh)]
    assert mesh.get_array().filled(0).reshape(2, 2).tolist() == [[0, 3], [0, 0]]
    assert "rows point to columns" in note_of(ax)


def test_matrix_keeps_communities_together():
    two = [("Ash", "Birch", 9), ("Birch", "Cedar", 9), ("Ash", "Cedar", 9), ("Elm", "Fir", 9),
           ("Fir", "Gum", 9), ("Elm", "Gum", 9), ("Cedar", "Elm", 1)]  # fmt: skip
    ax = plot_network_matrix(make_graph(two))
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert {frozenset(names[:3]), frozenset(names[3:])} == {
        frozenset({"Ash", "Birch", "Cedar"}), frozenset({"Elm", "Fir", "Gum"}),
    }  # fmt: skip
    assert [t.get_text() for t in ax.texts if t.get_gid() == "community"] == ["1", "2"]


def test_matrix_of_200_actors_names_some_and_counts_the_others():
    ax = plot_network_matrix(make_crowd(), order="strength")
    ax.figure.draw_without_rendering()
    labels = ax.get_yticklabels()
    assert f"{200 - len(labels)} names left out" in note_of(ax)
    boxes = [t.get_window_extent() for t in labels]
    assert len(boxes) > 20
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


# -------------------------------------------------------------------- ego, timeline, lineage


def test_ego_has_its_actor_in_the_middle_and_only_its_neighbours():
    ax = plot_ego(make_graph(), "Dogwood")
    assert ax.get_title(loc="left") == "Dogwood and its 1 neighbour"
    assert (0.65, 0.5) in {tuple(np.round(xy, 6)) for xy in dots_of(ax).get_offsets()}
    assert len(dots_of(ax).get_offsets()) == 2


def test_timeline_has_opponents_then_partners_and_their_numbers():
    ax = plot_actor_timeline(make_dyads(), "Ash")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Birch", "Cedar", "Dogwood"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2016", "2017", "2018*", "2019"]
    written = [t.get_text() for t in ax.texts if t.get_text().isdigit()]
    assert written == ["40", "2", "7", "3"]
    heads = [t.get_text() for t in ax.texts if t.get_fontweight() == "bold"]
    assert heads == ["against", "on the same side as"]


def test_timeline_hatches_what_is_not_covered_and_leaves_zero_white():
    ax = plot_actor_timeline(make_dyads(), "Ash")
    hatched = {p.get_x() for p in ax.patches if p.get_hatch()}
    assert hatched == {3}
    assert "hatched: not covered; *: covered in part" in note_of(ax)


def test_timeline_says_how_many_actors_it_leaves_out():
    ax = plot_actor_timeline(make_dyads(), "Ash", most=1)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Birch", "Dogwood"]
    assert "1 actor with less left out" in note_of(ax)


def test_lineage_draws_each_link_in_its_colour_and_undated_ones_dashed():
    ax = plot_lineage(make_kin())
    names = [t.get_text() for t in ax.get_yticklabels()]
    assert set(names) == {"Old Ash", "Ash", "Birch", "Elm", "Joint Room"}, "no spellings"
    arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
    colours = {to_hex(a.get_edgecolor()): a.get_linestyle() for a in arrows}
    dashed = {c for c, line in colours.items() if line != "solid" and line != "-"}
    assert set(colours) == {
        style.COLOURS[r].lower() for r in ("rename", "merger", "split", "umbrella")
    }
    assert dashed == {style.COLOURS["split"].lower()}
    assert "no date" in [t.get_text() for t in ax.get_xticklabels()]
    assert "1 of 4 links have no date" in note_of(ax)


def test_lineage_of_one_actor_is_that_of_its_kin():
    ax = plot_lineage(make_kin(), actor="Joint Room", steps=1)
    assert {t.get_text() for t in ax.get_yticklabels()} == {"Elm", "Joint Room"}


# ------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (lambda: plot_network(nx.Graph()), EmptySelectionError, "no actors"),
        (lambda: plot_network(make_graph(), size="stength"), OptionError, "strength"),
        (lambda: plot_network(make_graph(), width="weigth"), OptionError, "weight"),
        (lambda: plot_network(make_graph(), labels="every"), OptionError, "auto"),
        (lambda: plot_network(make_graph(), labels=["Cedr"]), OptionError, "'Cedar'"),
        (lambda: plot_network(make_graph(), colour="side"), OptionError, "side"),
        (lambda: plot_network(make_graph(), colour={"Oak": 1}), OptionError, "none of the"),
        (
            lambda: plot_network(make_crowd(9), colour={f"Brigade of the Valley {i}": i
                                                        for i in range(9)}),
            OptionError, "too many",
        ),
        (lambda: plot_network(make_graph(), positions={"Ash": (0, 0)}), OptionError, "no place"),
        (lambda: plot_network(nx.MultiGraph(TIES[:0])), OptionError, "multigraph"),
        (lambda: plot_networks_by_period({}), EmptySelectionError, "no networks"),
        (lambda: plot_networks_by_period(make_years(), columns=0), OptionError, "columns=3"),
        (lambda: plot_networks_by_period(make_years(), absent="no"), OptionError, "'hide'"),
        (lambda: plot_network_matrix(make_graph(), order="size"), OptionError, "community"),
        (lambda: plot_network_matrix(make_graph(), order=["Ash"]), OptionError, "1 of the 4"),
        (lambda: plot_network_matrix(make_graph(), order=["Ahs"]), OptionError, "'Ash'"),
        (lambda: plot_ego(make_graph(), "Dogwod"), OptionError, "'Dogwood'"),
        (lambda: plot_actor_timeline(make_dyads(), "Asch"), OptionError, "'Ash'"),
        (lambda: plot_actor_timeline(make_dyads(), "Ash", value="deaths"), OptionError, "fatal"),
        (lambda: plot_actor_timeline(make_dyads()[:0], "Ash"), EmptySelectionError, "no dyads"),
        (lambda: plot_lineage(make_kin(), actor="Joint Rome"), OptionError, "'Joint Room'"),
        (lambda: plot_lineage(make_kin(), steps=0), OptionError, "steps=2"),
        (lambda: plot_lineage(nx.MultiDiGraph()), EmptySelectionError, "no link"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong_what_is_allowed_and_what_to_type(draw, error, words):
    with pytest.raises(error) as caught:
        draw()
    text = str(caught.value)
    assert words in text
    assert "\n  Allowed: " in text
    assert "\n  Type: " in text


def test_lineage_parts_links_of_one_day_and_counts_those_moved():
    G = make_kin()
    G.add_edge("Birch", "Elm", relation="split", date="2017-01-01", source="invented")
    ax = plot_lineage(G)
    assert "1 link moved right of their date" in note_of(ax)
    arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
    at = [round(a.get_path().vertices[0][0], 3) for a in arrows]
    assert len(set(at)) == len(at)
    assert "moved" not in note_of(plot_lineage(make_kin()))
