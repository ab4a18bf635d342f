"""The heatmap of a panel: which cells are white, coloured, hatched, marked, and which left out."""

import warnings
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import legend_of, note_of

from toolkit.counts import count_events
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.plots.heatmap import plot_panel
from toolkit.provenance import stamp
from toolkit.sources.ucdp import load_ucdp_ged

NAN = np.nan


def make_panel(rows, *, start="2015-01", freq="M", partial=None):
    """Return a panel: one list of counts per unit, missing where it is not covered."""
    tables = []
    for name, counts in rows.items():
        periods = pd.period_range(start, periods=len(counts), freq=freq)
        column = pd.array([pd.NA if c is NAN else c for c in counts], dtype="Int64")
        tables.append(
            pd.DataFrame({"admin1": name, "period": periods, "n_events": column})
            .assign(fatalities=2 * column, covered=~column.isna())
            .assign(partial=[c == partial for c in periods.astype(str)])
        )
    panel = pd.concat(tables, ignore_index=True)
    return stamp(panel, {"title": "INVENTED events", "version": "1.0"})


PROVINCES = {"Ithvar": [0, 3, 5, NAN], "Belvash": [20, 0, 0, 7], "Quorin": [9, 9, NAN, NAN]}


@pytest.fixture
def panel():
    return make_panel(PROVINCES)


def mesh_of(ax):
    (mesh,) = [c for c in ax.collections if isinstance(c, mpl.collections.QuadMesh)]
    return mesh


def rows_of(ax):
    return [t.get_text() for t in ax.get_yticklabels()]


def hatched_of(ax):
    """Return the hatched stretches as (row, first column, columns); months counted in days."""
    (patches,) = [c for c in ax.collections if c.get_hatch()] or [None]
    if patches is None:
        return []
    start = mpl.dates.date2num(np.datetime64("2015-01-01"))
    boxes = [path.get_extents() for path in patches.get_paths()]
    return [(int(b.y0), round(b.x0 - start), round(b.width)) for b in boxes]


def test_cells_hold_the_counts_and_zeros_no_colour(panel):
    ax = plot_panel(panel, order="given")
    cells = mesh_of(ax).get_array()
    assert cells.filled(-1).tolist() == [[-1, 3, 5, -1], [20, -1, -1, 7], [9, 9, -1, -1]]
    assert rows_of(ax) == ["Ithvar", "Belvash", "Quorin"]
    assert "0 (covered, none recorded)" in legend_of(ax)


def test_first_row_is_on_top_and_columns_are_as_wide_as_months(panel):
    ax = plot_panel(panel)
    assert ax.get_ylim() == (3, 0)
    edges = mesh_of(ax).get_coordinates()[0, :, 0]
    assert np.diff(edges).tolist() == [31, 28, 31, 30]
    assert ax.get_xlim() == (edges[0], edges[-1])


def test_what_is_not_covered_is_hatched_and_nothing_else(panel):
    ax = plot_panel(panel, order="given")
    assert sorted(hatched_of(ax)) == [(0, 90, 30), (2, 59, 61)]
    assert "not covered" in legend_of(ax)
    covered = plot_panel(panel, units=["Belvash"])
    assert hatched_of(covered) == []
    assert "not covered" not in legend_of(covered)


def test_reasons_for_a_missing_value_are_told_apart(panel):
    absent = panel.drop(index=[1])
    assert "not covered; or not in the panel" in legend_of(plot_panel(absent))
    unknown = panel.assign(covered=True)
    assert "covered, but not recorded" in legend_of(plot_panel(unknown))


def test_rows_come_in_the_order_asked_for(panel):
    assert rows_of(plot_panel(panel)) == ["Belvash", "Quorin", "Ithvar"]  # 27, 18, 8
    assert rows_of(plot_panel(panel, order="name")) == ["Belvash", "Ithvar", "Quorin"]
    chosen = plot_panel(panel, units=["Quorin", "Belvash"], order="given")
    assert rows_of(chosen) == ["Quorin", "Belvash"]
    assert rows_of(plot_panel(panel, units=["Quorin", "Belvash"])) == ["Belvash", "Quorin"]


def test_units_with_less_are_left_out_and_their_share_is_told(panel):
    ax = plot_panel(panel, most=2, order="given")
    assert rows_of(ax) == ["Belvash", "Quorin"]
    assert "1 unit with the smallest total left out: 8 events (15.1 % of all)" in note_of(ax)
    few = note_of(plot_panel(panel, most=1, value="fatalities"))
    assert "2 units with the smallest totals left out: 52 deaths (49.1 % of all)" in few
    assert "left out" not in note_of(plot_panel(panel))


def test_scale_is_by_logarithm_where_the_largest_count_is_above_thirty():
    linear = mesh_of(plot_panel(make_panel({"A": [0, 30], "B": [1, 2]}))).norm
    assert not isinstance(linear, mpl.colors.LogNorm)
    wide = mesh_of(plot_panel(make_panel({"A": [0, 31], "B": [1, 2]}))).norm
    assert isinstance(wide, mpl.colors.LogNorm)
    assert (wide.vmin, wide.vmax) == (1, 31)


def test_periods_covered_in_part_are_marked_where_they_have_a_count():
    ax = plot_panel(make_panel(PROVINCES, partial="2015-04"), order="given")
    (points,) = [line for line in ax.lines if line.get_label() == "period covered in part"]
    assert points.get_ydata().tolist() == [1.5]  # Belvash alone is covered in April
    assert points.get_markerfacecolor() == "white"


def test_labels_say_what_is_counted_and_the_note_whence(panel):
    ax = plot_panel(panel, value="fatalities")
    assert ax.figure.axes[-1].get_ylabel() == "deaths per month"
    assert ax.get_xlabel() == "month in which the event began"
    assert note_of(ax) == "Source: INVENTED events 1.0"


@pytest.mark.parametrize(
    ("freq", "n", "start", "most"),
    [("M", 48, "2016-01", 10), ("Y", 40, "1984", 20), ("W", 300, "2012-01-02", 10),
     ("D", 1500, "2016-01-01", 10), ("Q", 3, "2016Q1", 3)],
)  # fmt: skip
def test_time_is_labelled_without_crowding(freq, n, start, most):
    rows = {"A": [1] * n, "B": list(range(n))}
    ax = plot_panel(make_panel(rows, start=start, freq=freq))
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.get_xticklabels() if t.get_text()]
    inside = [b for b in boxes if ax.bbox.x0 - 1 <= (b.x0 + b.x1) / 2 <= ax.bbox.x1 + 1]
    assert 3 <= len(inside) <= most
    assert all(one.x1 < two.x0 for one, two in pairwise(inside))


def test_years_stand_in_the_middle_of_their_columns():
    ax = plot_panel(make_panel({"A": [1, 2, 3]}, start="2015", freq="Y"))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2015", "2016", "2017"]
    edges = mesh_of(ax).get_coordinates()[0, :, 0]
    assert ax.get_xticks() == pytest.approx((edges[1:] + edges[:-1]) / 2)


def test_names_never_overlap_and_the_note_says_when_some_are_missing():
    rows = {f"Province {i:02}": [i, 1] for i in range(40)}
    figure, axes = plt.subplots(2, 2, figsize=(8, 5), layout="constrained")
    ax = plot_panel(make_panel(rows), ax=axes[0, 0])
    figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.get_yticklabels()]
    assert all(one.y0 > two.y0 + 0.8 * one.height for one, two in pairwise(boxes))
    assert "one row in" in note_of(ax)
    assert "one row in" not in note_of(plot_panel(make_panel(rows)))


def test_columns_narrower_than_a_point_are_not_lost():
    many = mesh_of(plot_panel(make_panel({"A": [1] * 1500}, start="2016-01-01", freq="D")))
    few = mesh_of(plot_panel(make_panel({"A": [1] * 50})))
    assert many.get_linewidth()[0] > 0
    assert few.get_linewidth()[0] == 0


def test_panel_without_a_single_event_is_white_all_over():
    ax = plot_panel(make_panel({"A": [0, 0], "B": [0, 0]}))
    assert mesh_of(ax).get_array().count() == 0
    assert note_of(ax) == "Source: INVENTED events 1.0"


def test_axes_and_options_of_the_caller_are_used(panel):
    _, ax = plt.subplots()
    assert plot_panel(panel, ax=ax, cmap="viridis") is ax
    assert mesh_of(ax).get_cmap().name == "viridis"


def test_input_is_left_alone(panel):
    before = panel.copy()
    plot_panel(panel, most=1)
    pd.testing.assert_frame_equal(panel, before)
    assert panel.attrs == before.attrs


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"order": "size"}, "order='size'"),
        ({"most": 0}, "most=0"),
        ({"most": True}, "most=True"),
        ({"value": "deaths"}, "value='deaths'"),
        ({"units": ["Ithvr"]}, "no unit 'Ithvr'"),
    ],
)
def test_errors_say_what_is_allowed(panel, options, wrong):
    with pytest.raises(OptionError) as error:
        plot_panel(panel, **options)
    assert wrong in error.value.wrong
    assert error.value.allowed
    assert error.value.fix


def test_no_unit_asked_for_is_an_error(panel):
    with pytest.raises(EmptySelectionError, match="no unit") as error:
        plot_panel(panel, units=[])
    assert error.value.fix == "units=None"


def test_wrong_tables_are_refused(panel):
    with pytest.raises(EmptySelectionError):
        plot_panel(panel.iloc[:0])
    with pytest.raises(ColumnError, match="covered"):
        plot_panel(panel.drop(columns="covered"))
    with pytest.raises(OptionError, match="no panel"):
        plot_panel(panel.drop(columns="period"))
    with pytest.raises(OptionError, match="several rows for the same period"):
        plot_panel(pd.concat([panel, panel]))


@pytest.mark.realdata
def test_provinces_of_syria_fill_their_cells(realdata):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        events = load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
        panel = count_events(events, by=["country", "admin1"])
    ax = plot_panel(panel)
    assert mesh_of(ax).get_array().shape == (panel["admin1"].nunique(dropna=False), 47)
    assert mesh_of(ax).get_array().sum() == panel["n_events"].sum()
    assert rows_of(ax)[0] == panel.groupby("admin1")["n_events"].sum().idxmax()
