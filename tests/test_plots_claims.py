"""Specification curve and ledger: what is drawn equals the tables, nothing overlaps, notes say."""

import warnings
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import legend_of, note_of

from toolkit.errors import ColumnError, DataWarning, EmptySelectionError, OptionError
from toolkit.plots.claims import VERDICTS, plot_ledger
from toolkit.plots.specifications import MAIN, plot_specifications
from toolkit.provenance import stamp
from toolkit.specifications import sensitivity

DIGITS = {"a": [2, 1, 3], "b": {"five": 5, "none": 0}}
SOURCE = {"title": "INVENTED events", "version": "1.0"}


def digits(data, a, b):
    return 10 * a + b


def bounded(data, a, b):
    return {"x": 10 * a + b, "low": 10 * a, "high": 10 * a + 7}


def picky(data, a, b):
    if a == 3:
        raise EmptySelectionError("No event has a 3.", "another.", "a=1")
    return 10 * a + b


def run(statistic, choices=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        table = sensitivity(statistic, None, choices or DIGITS)
    return stamp(table, SOURCE)


def grid_of(ax):
    """Return the axes below the curve."""
    (grid,) = [other for other in ax.figure.axes if other is not ax and other.get_xlabel()]
    return grid


def points_of(ax):
    """Return the points drawn as (x, y, whether it is the main one), in the order of x."""
    found = []
    for points in ax.collections:
        if isinstance(points, mpl.collections.PathCollection):
            main = points.get_label() == "main specification"
            found += [(int(x), float(y), main) for x, y in points.get_offsets()]
    return sorted(found)


def strokes_of(grid):
    """Return the set of (x, label of the row) that have a stroke, and x of those in colour."""
    names = [t.get_text() for t in grid.get_yticklabels()]
    strokes, coloured = set(), set()
    for lines in grid.collections:
        for (x, low), (_, high) in lines.get_segments():
            strokes.add((int(x), names[round((low + high) / 2)]))
            if mpl.colors.to_hex(lines.get_color()[0]).upper() == MAIN:
                coloured.add(int(x))
    return strokes, coloured


# ------------------------------------------------------------------------ specification curve


def test_curve_is_sorted_and_the_main_result_is_marked():
    ax = plot_specifications(run(digits))
    expected = [(0, 10, False), (1, 15, False), (2, 20, False), (3, 25, True), (4, 30, False),
                (5, 35, False)]  # fmt: skip
    assert points_of(ax) == expected
    assert legend_of(ax) == ["specification", "main specification"]


def test_grid_shows_the_choices_that_made_each_result():
    ax = plot_specifications(run(digits))
    grid = grid_of(ax)
    names = [t.get_text() for t in grid.get_yticklabels()]
    assert names == ["a", "2", "1", "3", "b", "five", "none"]
    strokes, coloured = strokes_of(grid)
    # results 10 15 20 25 30 35
    a = dict(enumerate("112233"))
    b = dict(enumerate(["none", "five"] * 3))
    assert strokes == {(x, a[x]) for x in a} | {(x, b[x]) for x in b}
    assert coloured == {3}
    assert grid.get_shared_x_axes().joined(ax, grid)
    assert grid.get_xlabel() == "6 specifications, from the lowest result to the highest"


def test_bounds_and_reference_are_drawn_where_they_are():
    ax = plot_specifications(
        run(bounded), value="x", bounds=("low", "high"), reference=20, label="events a month"
    )
    (bars,) = [c for c in ax.collections if c.get_label() == "interval"]
    spans = [(s[0][1], s[1][1]) for s in bars.get_segments()]
    assert spans == [(10, 17), (10, 17), (20, 27), (20, 27), (30, 37), (30, 37)]
    (line,) = [line for line in ax.lines if line.get_label() == "reference: 20"]
    assert set(line.get_ydata()) == {20}
    assert ax.get_ylabel() == "events a month"


def test_what_failed_is_told_and_not_drawn():
    ax = plot_specifications(run(picky))
    assert len(points_of(ax)) == 4
    note = note_of(grid_of(ax))
    assert note.startswith("Source: INVENTED events 1.0")
    assert "2 of 6 specifications failed and are not drawn." in note
    with pytest.raises(EmptySelectionError, match="None of the 1 spec"):
        plot_specifications(run(picky, {"a": [3], "b": [1]}))


def test_many_are_thinned_to_lowest_highest_main_and_some_of_every_rank():
    choices = {"a": [20, *range(20), *range(21, 40)], "b": list(range(10))}
    ax = plot_specifications(run(digits, choices), most=100)
    points = points_of(ax)
    heights = [y for _, y, _ in points]
    assert 98 <= len(points) <= 100
    assert (heights[0], heights[-1]) == (0, 399)
    assert [y for _, y, main in points if main] == [200]
    assert max(b - a for a, b in pairwise(heights)) <= 8  # one of each four
    assert f"{len(points)} of 400 specifications are drawn" in note_of(grid_of(ax))


def test_thinning_shows_every_option_where_results_are_alike():
    # even steps of two would draw only one of the two options that change fastest
    table = run(lambda data, a, b: 1, {"a": list(range(200)), "b": ["x", "y"]})
    strokes, _ = strokes_of(grid_of(plot_specifications(table, most=200)))
    n = {name: sum(row == name for _, row in strokes) for name in "xy"}
    assert 70 <= n["x"] <= 130
    assert 70 <= n["y"] <= 130


def test_words_stand_in_the_order_of_verdicts():
    words = {1: "supported", 2: "inconclusive", 3: "contradicted"}
    table = run(lambda data, a, b: words[a])
    ax = plot_specifications(table)
    labels = [t.get_text() for t in ax.get_yticklabels()]
    assert labels == ["contradicted", "inconclusive", "supported"]
    assert [y for _, y, _ in points_of(ax)] == [0, 0, 1, 1, 2, 2]
    with pytest.raises(OptionError, match="no place among the words"):
        plot_specifications(table, reference=1)


def test_dates_can_be_drawn():
    table = run(lambda data, a, b: pd.Timestamp(2020, 3, a) + pd.Timedelta(days=b))
    ax = plot_specifications(table)
    ax.figure.draw_without_rendering()
    assert len(points_of(ax)) == 6


@pytest.mark.parametrize("kind", ["panel", "free"])
def test_axes_of_the_caller_are_divided_and_neighbours_stay(kind):
    if kind == "panel":
        figure, (ax, other) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    else:
        figure = plt.figure(figsize=(8, 5))
        ax, other = figure.add_axes((0.2, 0.2, 0.3, 0.7)), figure.add_axes((0.6, 0.2, 0.3, 0.7))
    before = other.get_position().bounds
    assert plot_specifications(run(digits), ax=ax) is ax
    figure.draw_without_rendering()
    grid = grid_of(ax)
    assert grid.get_window_extent().y1 <= ax.get_window_extent().y0
    assert not grid.get_tightbbox().overlaps(other.get_window_extent())
    if kind == "free":
        assert other.get_position().bounds == before


def test_labels_of_options_do_not_overlap():
    table = run(lambda data, a, b, c: a, {"a": range(12), "b": ["x" * 60, "y"], "c": range(9)})
    ax = plot_specifications(table)
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in grid_of(ax).get_yticklabels()]
    assert all(one.y0 > two.y0 + 0.8 * one.height for one, two in pairwise(boxes))
    assert min(b.x0 for b in boxes) >= 0


@pytest.mark.parametrize(
    ("options", "error"),
    [({"value": "y"}, OptionError), ({"bounds": ("low", "top")}, ColumnError),
     ({"most": 1}, OptionError)],
)  # fmt: skip
def test_faults_of_the_curve_are_named(options, error):
    with pytest.raises(error):
        plot_specifications(run(bounded), **{"value": "x", **options})


def test_another_table_is_no_curve():
    with pytest.raises(ColumnError, match="main"):
        plot_specifications(pd.DataFrame({"value": [1]}))
    with pytest.raises(OptionError, match="No column stands before main"):
        plot_specifications(pd.DataFrame({"main": [True], "value": [1]}))
    with pytest.raises(EmptySelectionError):
        plot_specifications(run(digits).iloc[:0])


# ------------------------------------------------------------------------------------- ledger

SUMMARY = stamp(
    pd.DataFrame({
        "claim_id": ["c01", "c02", "c03", "c04"],
        "claim": ["Fighting grew", "The largest group", "Many had to leave", "It then stopped"],
        "kind": ["trend", "ranking", "quantity outside event data", "trend"],
        "verdict": ["mixed", "supported", "not testable", "inconclusive"],
    }),
    SOURCE,
)  # fmt: skip
JUDGED = pd.DataFrame(
    [("c01", "c01a", "monthly", "supported"), ("c01", "c01a", "own file", "supported"),
     ("c01", "c01b", "monthly", "contradicted"), ("c01", "c01b", "own file", "inconclusive"),
     ("c02", "c02a", "monthly", "supported"), ("c02", "c02a", "own file", "not testable"),
     ("c03", "c03a", "", "not testable"), ("c04", "c04a", "own file", "inconclusive")],
    columns=["claim_id", "proposition_id", "evidence", "verdict"],
)  # fmt: skip
ROBUSTNESS = pd.DataFrame(
    [("c01", "c01a", "monthly", 1.0), ("c01", "c01b", "monthly", 0.75),
     ("c02", "c02a", "monthly", 0.999)],
    columns=["claim_id", "proposition_id", "evidence", "robustness"],
)  # fmt: skip


def marks_of(ax):
    """Return how many markers of each verdict stand in each column."""
    drawn = [(c.get_gid(), len(c.get_offsets())) for c in ax.collections if c.get_gid()]
    return dict(drawn)


def texts_of(ax):
    """Return the texts with their places, from top to bottom and from left to right."""
    texts = [t for t in ax.texts if t.get_gid() != "source-note"]
    return [t.get_text() for t in sorted(texts, key=lambda t: t.get_position()[::-1])]


def make_summary(n, *, words=8):
    rng = np.random.default_rng(2)
    return pd.DataFrame({
        "claim_id": [f"c{i + 1:02}" for i in range(n)],
        "claim": [" ".join(["Widely-told"] * int(rng.integers(1, words))) for _ in range(n)],
        "kind": [["level", "timing", "trend"][i % 3] for i in range(n)],
        "verdict": [list(VERDICTS)[i % 5] for i in range(n)],
    })  # fmt: skip


def make_judged(summary, names):
    rows = [
        (claim, f"{claim}{part}", name, verdict)
        for claim, verdict in zip(summary["claim_id"], summary["verdict"], strict=True)
        for part in "abc"[: 1 + int(claim[1:]) % 3]
        for name in names
    ]
    return pd.DataFrame(rows, columns=JUDGED.columns).replace({"mixed": "contradicted"})


def test_ledger_has_a_marker_and_a_word_for_each_claim():
    ax = plot_ledger(SUMMARY)
    assert marks_of(ax) == {
        "verdict: mixed": 1, "verdict: supported": 1, "verdict: not testable": 1,
        "verdict: inconclusive": 1,
    }  # fmt: skip
    expected = [
        "verdict", "trend", "c01", "Fighting grew", "mixed", "c04", "It then stopped",
        "inconclusive", "ranking", "c02", "The largest group", "supported",
        "quantity outside event data", "c03", "Many had to leave", "not testable",
    ]  # fmt: skip
    assert texts_of(ax) == expected
    assert legend_of(ax) == ["supported", "mixed", "inconclusive", "not testable"]
    assert note_of(ax).startswith("Source: INVENTED events 1.0 A verdict is about")


def test_ledger_has_a_column_for_each_evidence_and_a_dash_where_it_says_nothing():
    ax = plot_ledger(SUMMARY, judged=JUDGED)
    marks = {k: n for k, n in marks_of(ax).items() if not k.startswith("verdict")}
    assert marks == {
        "monthly: supported": 2, "monthly: contradicted": 1, "own file: supported": 1,
        "own file: inconclusive": 2, "own file: not testable": 1,
    }  # fmt: skip
    # c03 in both columns, c04 in that of the monthly figures
    assert texts_of(ax).count("–") == 3


def test_markers_stand_in_the_row_of_their_claim_and_the_column_of_their_evidence():
    ax = plot_ledger(SUMMARY, judged=JUDGED)
    heights = {t.get_text(): t.get_position()[1] for t in ax.texts}
    marks = {c.get_gid(): c.get_offsets() for c in ax.collections if c.get_gid()}
    heads = {t.get_text(): t.get_position()[0] for t in ax.texts if t.get_fontweight() == "bold"}
    for name, claims in [
        ("monthly: supported", ["c01", "c02"]), ("own file: inconclusive", ["c01", "c04"]),
    ]:  # fmt: skip
        for (x, y), claim in zip(marks[name], claims, strict=True):
            assert abs(y - heights[claim]) <= 10
            column = name.split(":")[0]
            assert min(heads, key=lambda h: abs(heads[h] - x)) == column


def test_robustness_stands_beside_its_verdict_and_is_called_no_probability():
    ax = plot_ledger(SUMMARY, judged=JUDGED, robustness=ROBUSTNESS)
    texts = texts_of(ax)
    # 0.999 is not all
    assert [t for t in texts if "%" in t] == [
        "supported  100 %", "contradicted  75 %", "supported  99 %"
    ]  # fmt: skip
    assert "robustness" in note_of(ax)
    assert "no probability" in note_of(ax)


def test_where_there_was_one_combination_no_number_stands():
    numbers = ROBUSTNESS.assign(n_combinations=[24, 24, 1])
    ax = plot_ledger(SUMMARY, judged=JUDGED, robustness=numbers)
    found = [t for t in texts_of(ax) if "%" in t]
    assert found == ["supported  100 %", "contradicted  75 %"]


def test_verdicts_differ_in_shape_and_in_the_lightness_of_grey():
    looks = {name: (look["marker"], look["facecolor"]) for name, look in VERDICTS.items()}
    assert len({marker for marker, face in looks.values() if face != "white"}) == 4
    assert looks["not testable"][1] == "white"


@pytest.mark.parametrize(("n", "names"), [(3, 1), (40, 1), (40, 4)])
def test_nothing_in_the_ledger_overlaps_or_leaves_the_figure(n, names):
    summary = make_summary(n, words=40)
    judged = make_judged(summary, [f"A dataset with the long name {i}" for i in range(names)])
    shares = judged.assign(robustness=1.0)
    ax = plot_ledger(summary, judged=judged, robustness=shares)
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.texts if t.get_text()]
    outer = ax.figure.bbox
    assert all(b.x0 >= outer.x0 and b.x1 <= outer.x1 for b in boxes)
    assert all(b.y0 >= outer.y0 and b.y1 <= outer.y1 for b in boxes)
    shrunk = [mpl.transforms.Bbox.from_extents(b.x0 + 1, b.y0 + 2, b.x1 - 1, b.y1 - 2)
              for b in boxes]  # fmt: skip
    assert max(b.count_overlaps(shrunk) for b in shrunk) == 1  # itself


def test_a_page_of_the_ledger_has_the_source_of_its_verdicts():
    summary, judged = stamp(SUMMARY.copy(), SOURCE), stamp(JUDGED.copy(), SOURCE)
    assert "filter not recorded" in note_of(plot_ledger(summary[:2]))
    text = note_of(plot_ledger(summary[:2], judged=judged))
    assert text.startswith("Source: INVENTED events 1.0 A verdict is about")
    # verdicts of unknown source leave that of the summary
    assert "INVENTED" in note_of(plot_ledger(summary, judged=JUDGED))


def test_ledger_on_small_axes_shrinks_its_type():
    _, (ax, _) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    assert plot_ledger(SUMMARY, judged=JUDGED, ax=ax) is ax
    small = max(t.get_fontsize() for t in ax.texts if t.get_text() == "c01")
    large = max(t.get_fontsize() for t in plot_ledger(SUMMARY).texts if t.get_text() == "c01")
    assert small < 0.8 * large


def test_text_of_the_source_is_no_code_of_the_figure():
    odd = SUMMARY.assign(claim="$x_1$ of _all_ & 5 %", kind=["$y$", None, "a", "b"])
    ax = plot_ledger(odd)
    ax.figure.draw_without_rendering()
    assert texts_of(ax).count(r"\$x_1\$ of _all_ & 5 %") == 4
    assert "not recorded" in texts_of(ax)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"summary": SUMMARY.drop(columns="kind")}, ColumnError, "kind"),
        ({"summary": SUMMARY.iloc[:0]}, EmptySelectionError, "no claims"),
        ({"summary": pd.concat([SUMMARY, SUMMARY])}, OptionError, "stands twice"),
        ({"summary": SUMMARY.assign(verdict="true")}, OptionError, "'true' is no verdict"),
        ({"judged": JUDGED.assign(verdict="yes")}, OptionError, "'yes' is no verdict"),
        ({"judged": None}, OptionError, "without judged"),
    ],
)
def test_faults_of_the_ledger_are_named(change, error, message):
    given = {"summary": SUMMARY, "judged": JUDGED, "robustness": ROBUSTNESS, **change}
    with pytest.raises(error, match=message):
        plot_ledger(given.pop("summary"), **given)


def test_tables_are_left_alone():
    table = run(digits)
    before = [t.copy() for t in (table, SUMMARY, JUDGED, ROBUSTNESS)]
    plot_specifications(table)
    plot_ledger(SUMMARY, judged=JUDGED, robustness=ROBUSTNESS)
    for old, new in zip(before, (table, SUMMARY, JUDGED, ROBUSTNESS), strict=True):
        pd.testing.assert_frame_equal(old, new)
        assert old.attrs == new.attrs
