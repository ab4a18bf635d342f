"""Breaks, interruptions and event windows: what of their tables stands where in the figure.

The tables are written by hand, so that the figures are tested apart from what computes them.
"""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import legend_of, note_of, texts_of

from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.plots import breaks as module
from toolkit.plots.breaks import plot_breaks
from toolkit.plots.interruptions import plot_interruption
from toolkit.plots.windows import plot_event_window
from toolkit.provenance import stamp
from toolkit.timeseries import EventWindow, Interruption

NAN = np.nan
RECORD = {"title": "INVENTED events", "version": "1.0"}
SETTINGS = {"cost": "negative binomial", "false_rate": "0.05", "penalty": "9.4",
            "minimum_lengths": "3, 6"}  # fmt: skip


def day(text):
    return mpl.dates.date2num(np.datetime64(text))


def segments_of(ax, label):
    """Return the horizontal lines of this label as (from, to, height)."""
    (lines,) = [c for c in ax.collections if c.get_label() == label]
    return [(s[0][0], s[1][0], s[0][1]) for s in lines.get_segments()]


def lines_of(ax, label):
    return [line for line in ax.lines if line.get_label() == label]


def steps_of(ax, label):
    (line,) = [p for p in ax.patches if isinstance(p, mpl.patches.StepPatch)
               and p.get_label() == label]  # fmt: skip
    return line.get_data().values.tolist()


def hatched_of(ax):
    return [(p.get_x(), p.get_width()) for p in ax.patches if p.get_hatch()]


# ---------------------------------------------------------------------------------- breaks

COUNTS = [NAN, 1, 4, 6, 5, 5, 11, 9, 10, 10, 2, 2]  # 2015-01 to 2015-12; February in part


def make_panel(**units):
    tables = []
    for name, counts in (units or {"Ithvar": COUNTS}).items():
        periods = pd.period_range("2015-01", periods=len(counts), freq="M")
        table = pd.DataFrame({"admin1": name, "period": periods, "n_events": counts})
        table = table.astype({"n_events": "Int64"})
        table = table.assign(covered=table["n_events"].notna())
        tables.append(table.assign(partial=table["period"].astype(str) == "2015-02"))
    return stamp(pd.concat(tables, ignore_index=True), RECORD)


def make_breaks(*rows, freq="M", **settings):
    columns = "period earliest latest before after stability chosen".split()
    table = pd.DataFrame(rows, columns=columns)
    for column in columns[:3]:
        table[column] = pd.PeriodIndex(table[column], freq=freq)
    return stamp(table.astype({"chosen": bool}), RECORD, **(settings or SETTINGS))


JULY = ("2015-07", "2015-06", "2015-08", 5.0, 10.0, 0.83, True)
NOVEMBER = ("2015-11", "2015-11", "2015-11", 10.0, 2.0, 0.4, True)
SEPTEMBER = ("2015-09", "2015-09", "2015-10", 9.5, 10.0, 0.2, False)


@pytest.fixture
def drawn():
    return plot_breaks(make_panel(), make_breaks(JULY, NOVEMBER, SEPTEMBER))


def test_levels_go_from_the_first_whole_period_from_break_to_break(drawn):
    assert segments_of(drawn, "mean level") == [
        (day("2015-03-01"), day("2015-07-01"), 5),
        (day("2015-07-01"), day("2015-11-01"), 10),
        (day("2015-11-01"), day("2016-01-01"), 2),
    ]


def test_series_is_drawn_as_steps_with_its_gap_hatched(drawn):
    assert steps_of(drawn, "Ithvar")[1:] == COUNTS[1:]
    assert np.isnan(steps_of(drawn, "Ithvar")[0])
    assert hatched_of(drawn) == [(day("2015-01-01"), 31)]
    (partial,) = lines_of(drawn, "period covered in part")
    assert partial.get_ydata().tolist() == [1]


def test_line_of_a_break_stands_at_its_first_day_and_weighs_as_much_as_it_is_stable(drawn):
    stable, less = lines_of(drawn, "break")
    assert stable.get_xdata().tolist() == [day("2015-07-01")] * 2
    assert less.get_xdata().tolist() == [day("2015-11-01")] * 2
    assert stable.get_linewidth() > less.get_linewidth()
    assert stable.get_alpha() > less.get_alpha()
    (other,) = lines_of(drawn, "not chosen")
    assert other.get_xdata().tolist() == [day("2015-09-01")] * 2
    assert other.get_linestyle() == "--"
    assert other.get_linewidth() <= less.get_linewidth()


def test_band_goes_from_the_earliest_to_the_latest_date_of_what_is_chosen(drawn):
    bands = [(p.get_x(), p.get_width()) for p in drawn.patches
             if isinstance(p, mpl.patches.Rectangle) and not p.get_hatch()]  # fmt: skip
    assert bands == [(day("2015-06-01"), 30 + 31)]


def test_labels_have_date_and_stability_in_the_order_of_time(drawn):
    assert texts_of(drawn, "break") == ["2015-07, 83 %", "2015-09, 20 %", "2015-11, 40 %"]


def test_note_has_the_settings_and_what_a_break_is_not(drawn):
    note = note_of(drawn)
    assert note.startswith("Source: INVENTED events 1.0 Breaks: cost negative binomial")
    for part in ("penalty 9.4", "minimum lengths 3, 6", "false-break rate 5 %"):
        assert part in note
    assert note.endswith("A break is a date, not a cause")
    assert "no break" not in note
    assert drawn.get_ylabel() == "events per month"


def test_without_breaks_the_series_has_one_mean_and_the_note_says_so():
    ax = plot_breaks(make_panel(), make_breaks())
    mean = sum(COUNTS[2:]) / 10
    assert segments_of(ax, "mean (no break)") == [(day("2015-03-01"), day("2016-01-01"), mean)]
    assert "no break at a false-break rate of 5 %" in note_of(ax)
    assert texts_of(ax, "break") == []


def test_breaks_that_are_not_chosen_leave_one_mean():
    ax = plot_breaks(make_panel(), make_breaks(SEPTEMBER))
    assert len(segments_of(ax, "mean (no break)")) == 1
    assert "no break at a false-break rate of 5 %" in note_of(ax)
    assert texts_of(ax, "break") == ["2015-09, 20 %"]


def test_settings_that_are_not_recorded_are_not_invented():
    ax = plot_breaks(make_panel(), make_breaks(JULY, settings="none"))
    assert "false-break rate not recorded" in note_of(ax)


def test_unit_is_chosen_by_name_and_the_source_stays_whole():
    panel = make_panel(Ithvar=COUNTS, Belvash=[1] * 12)
    ax = plot_breaks(panel, make_breaks(JULY), unit="Ithvar")
    assert steps_of(ax, "Ithvar")[6] == 11
    assert note_of(ax).startswith("Source: INVENTED events 1.0 ")
    with pytest.raises(OptionError, match="2 units") as error:
        plot_breaks(panel, make_breaks(JULY))
    assert error.value.fix == "unit='Ithvar'"


def test_series_with_periods_as_index_is_drawn_too():
    series = pd.Series([5.0, 5, 10, 10], pd.period_range("2015", periods=4, freq="Y"))
    row = ("2017", "2017", "2017", 5.0, 10.0, 1.0, True)
    ax = plot_breaks(series, make_breaks(row, freq="Y"))
    assert steps_of(ax, "events") == [5, 5, 10, 10]
    assert texts_of(ax, "break") == ["2017, 100 %"]
    assert note_of(ax).startswith("Source not recorded")
    with pytest.raises(OptionError, match="not periods"):
        plot_breaks(series.reset_index(drop=True), make_breaks())


def test_weeks_are_named_by_their_first_day():
    series = pd.Series(1.0, pd.period_range("2015-01-05", periods=9, freq="W"))
    week = "2015-02-02"
    row = (week, week, week, 1.0, 1.0, 0.5, True)
    ax = plot_breaks(series, make_breaks(row, freq="W"))
    assert texts_of(ax, "break") == ["2015-02-02, 50 %"]


def boxes_and_poles(ax):
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.texts if t.get_gid() == "break"]
    poles = [line.get_transform().transform(line.get_xydata())
             for line in ax.lines if line.get_label() in ("break", "not chosen")]  # fmt: skip
    return boxes, [(pole[0, 0], pole[1, 1]) for pole in poles]


@pytest.mark.parametrize("grid", [False, True])
@pytest.mark.parametrize(
    "months",
    [
        [1], [47], [1, 2, 3], [45, 46, 47], [5, 17, 19, 24, 26, 32, 40, 46],
        [20, 21, 22, 23, 24, 25, 26, 27], [2, 3, 22, 23, 24, 45, 46, 47],
    ],
)  # fmt: skip
def test_labels_lie_on_no_other_label_and_on_no_line(months, grid):
    periods = pd.period_range("2016-01", periods=48, freq="M")
    series = pd.Series(np.arange(48.0), periods)
    rows = [(str(periods[m]), str(periods[m]), str(periods[m]), 1.0, 2.0, 0.5, m % 2 == 0)
            for m in months]  # fmt: skip
    size = {"figsize": (10, 7.5), "layout": "constrained"}
    ax = plt.subplots(2, 2, **size)[1][0, 0] if grid else None
    ax = plot_breaks(series, make_breaks(*rows), ax=ax)
    boxes, poles = boxes_and_poles(ax)
    odd = sum(m % 2 for m in months)  # not chosen: three of them are written
    assert len(boxes) == len(months) - max(odd - 3, 0)
    assert len(poles) == len(months)
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        crossed = [x for x, top in poles if box.x0 < x < box.x1 and top > box.y0]
        assert crossed == []
        assert box.x1 <= ax.bbox.x1 + 1


def test_data_stay_below_the_labels(drawn):
    boxes, _ = boxes_and_poles(drawn)
    highest = drawn.transData.transform((0, max(COUNTS[1:])))[1]
    assert highest < min(box.y0 for box in boxes)


def test_of_many_breaks_the_chosen_and_the_three_most_stable_others_are_written():
    months = pd.period_range("2015-02", periods=9, freq="M").astype(str)
    rows = [(m, m, m, 1.0, 2.0, 0.1 + i / 20, i == 0) for i, m in enumerate(months)]
    ax = plot_breaks(make_panel(), make_breaks(*rows))
    written = [text.split(",")[0] for text in texts_of(ax, "break")]
    assert written == [months[0], *months[-3:]]
    assert "5 dates not written" in note_of(ax)
    assert len(lines_of(ax, "not chosen")) == 8


def test_at_most_eight_dates_are_written_those_chosen_first():
    months = pd.period_range("2015-02", periods=10, freq="M").astype(str)
    rows = [(m, m, m, 1.0, 2.0, 0.1 + i / 20, i < 9) for i, m in enumerate(months)]
    ax = plot_breaks(make_panel(), make_breaks(*rows))
    assert [text.split(",")[0] for text in texts_of(ax, "break")] == list(months[1:9])


def test_flags_of_breaks_that_are_not_chosen_leave_the_data_their_room():
    months = pd.period_range("2015-03", periods=9, freq="M").astype(str)
    rows = [(m, m, m, 1.0, 2.0, 0.1 + i / 20, False) for i, m in enumerate(months)]
    # at most three rows of 10 points and 3 above them, of three quarters of the height
    ax = plot_breaks(make_panel(), make_breaks(*rows))
    bare = plot_breaks(make_panel(), make_breaks())
    height = 72 * bare.get_position().height * bare.figure.get_size_inches()[1]
    assert ax.get_ylim()[1] <= bare.get_ylim()[1] / (1 - 33 / (0.75 * height)) + 1e-9


@pytest.mark.parametrize(
    ("row", "freq"),
    [(("2014-07", "2014-07", "2014-07", 1, 1, 1, True), "M"),
     (("2015-07-01", "2015-07-01", "2015-07-01", 1, 1, 1, True), "D")],
)  # fmt: skip
def test_breaks_of_another_series_are_refused(row, freq):
    with pytest.raises(OptionError, match="no period of the series") as error:
        plot_breaks(make_panel(), make_breaks(row, freq=freq))
    assert error.value.fix


def test_tables_without_their_columns_are_refused():
    with pytest.raises(ColumnError, match="stability"):
        plot_breaks(make_panel(), make_breaks(JULY).drop(columns="stability"))
    with pytest.raises(ColumnError, match="covered"):
        plot_breaks(make_panel().drop(columns="covered"), make_breaks(JULY))
    with pytest.raises(EmptySelectionError):
        plot_breaks(make_panel().iloc[:0], make_breaks(JULY))


@pytest.mark.parametrize("column", ["chosen", "stability"])
def test_breaks_that_do_not_say_whether_they_hold_are_refused(column):
    found = make_breaks(JULY, NOVEMBER).astype({"chosen": "boolean"})
    found.loc[1, column] = None
    with pytest.raises(OptionError, match=f"{column} is missing in 1 row") as error:
        plot_breaks(make_panel(), found)
    assert error.value.fix


def test_what_is_no_table_is_refused():
    with pytest.raises(OptionError, match="list is no table of breaks"):
        plot_breaks(make_panel(), [1])
    with pytest.raises(OptionError, match="not list"):
        plot_breaks([1, 2], make_breaks(JULY))


def test_tables_are_left_alone():
    panel, found = make_panel(), make_breaks(NOVEMBER, JULY)
    before = panel.copy(), found.copy()
    plot_breaks(panel, found)
    pd.testing.assert_frame_equal(panel, before[0])
    pd.testing.assert_frame_equal(found, before[1])


def test_flags_stand_as_worked_out_by_hand():
    # 30 wide each: the one at 0 reaches that at 20 and stands above it; 90 does not fit in 100
    # and flies to the left, where it reaches nothing.
    left, rows = module._place_flags(np.array([0.0, 20, 90]), np.array([30.0, 30, 30]), 100)
    assert left.tolist() == [False, False, True]
    assert rows.tolist() == [1, 0, 0]
    # 65 would fit, but the flag of 90 lies across it: both fly to the left, the last one highest.
    left, rows = module._place_flags(np.array([65.0, 90]), np.array([30.0, 30]), 100)
    assert left.tolist() == [True, True]
    assert rows.tolist() == [0, 1]


# --------------------------------------------------------------------------- interruptions


STEPS = "counted by month; unit Ithvar; n_events at 2015-04-01: quasi-Poisson, change of level"


def make_interruption(*, effects=None, value="n_events", **columns):
    fitted = pd.DataFrame(
        {
            "period": pd.period_range("2015-01", periods=6, freq="M"),
            "observed": [9.0, 11, 10, 5, 3, 4],
            "fitted": [10.0, 10, 10, 4, 4, 4],
            "counterfactual": [NAN, NAN, NAN, 10, 10, 10],
            "low": [NAN, NAN, NAN, 8, 7, 6],
            "high": [NAN, NAN, NAN, 12, 13, 14],
            "after": [False, False, False, True, True, True],
            **columns,
        }
    )
    rows = effects or [("level", 0.41, 0.35, 0.48, 0.00002, 0.021)]
    table = pd.DataFrame(rows, columns="term ratio low high p placebo_p".split())
    record = {**RECORD, "steps": STEPS, "value": value}
    return Interruption(stamp(table, record), stamp(fitted, record), pd.DataFrame(), pd.DataFrame())


def known(line):
    """Return the points of a line that are drawn."""
    points = line.get_xydata()
    return points[np.isfinite(points[:, 1])].tolist()


def test_points_are_observed_and_the_fit_breaks_at_the_date():
    ax = plot_interruption(make_interruption())
    (points,) = lines_of(ax, "observed")
    assert points.get_ydata().tolist() == [9, 11, 10, 5, 3, 4]
    assert points.get_linestyle() == "None"
    before, after = lines_of(ax, "fitted")
    assert [y for _, y in known(before)] == [10, 10, 10]
    assert [y for _, y in known(after)] == [4, 4, 4]
    assert known(after)[0][0] == day("2015-04-01") + 15


def test_what_was_expected_is_dashed_with_its_interval_and_the_gap_is_shaded():
    ax = plot_interruption(make_interruption())
    (dashed,) = lines_of(ax, "without the change")
    assert [y for _, y in known(dashed)] == [10, 10, 10]
    assert dashed.is_dashed()
    (band,) = [c for c in ax.collections if c.get_label() == "its 95 % interval"]
    ends = band.get_paths()[0].get_extents()
    assert (ends.y0, ends.y1) == (6, 14)
    (gap,) = [c for c in ax.collections if c is not band]
    ends = gap.get_paths()[0].get_extents()
    assert (ends.x0, ends.y0, ends.y1) == (day("2015-04-01") + 15, 4, 10)


def test_date_is_a_line_and_its_first_period_is_named():
    ax = plot_interruption(make_interruption())
    (date,) = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert date.get_xdata().tolist() == [day("2015-04-01")] * 2
    assert texts_of(ax, "date") == ["from 2015-04"]


def test_effects_are_written_with_their_intervals():
    ax = plot_interruption(make_interruption())
    assert texts_of(ax, "effect") == [
        "level × 0.41 (0.35 to 0.48), p < 0.001", "placebo p = 0.021"
    ]  # fmt: skip
    both = [("level", 0.5, 0.2, 1.25, 0.2, NAN), ("slope per period", 0.95, 0.92, 0.98, 0.01, NAN)]
    ax = plot_interruption(make_interruption(effects=both))
    assert texts_of(ax, "effect") == [
        "level × 0.50 (0.20 to 1.25), p = 0.200",
        "slope per period × 0.950 (0.920 to 0.980), p = 0.010",
    ]


def test_comparison_of_two_means_has_no_interval_and_says_that_nothing_is_estimated():
    effects = [("mean after / mean before", 0.4, NAN, NAN, NAN, NAN)]
    ax = plot_interruption(make_interruption(effects=effects, low=NAN, high=NAN))
    assert texts_of(ax, "effect") == ["mean after / mean before = 0.40 (nothing estimated)"]
    assert "its 95 % interval" not in legend_of(ax)
    undefined = [("mean after / mean before", NAN, NAN, NAN, NAN, NAN)]
    (text,) = texts_of(plot_interruption(make_interruption(effects=undefined)), "effect")
    assert text == "mean after / mean before = not defined (nothing estimated)"


def test_note_has_source_unit_and_choices_and_the_axis_its_unit():
    ax = plot_interruption(make_interruption())
    assert note_of(ax) == (
        "Source: INVENTED events 1.0 unit Ithvar; n_events at 2015-04-01: quasi-Poisson, "
        "change of level"
    )
    assert ax.get_ylabel() == "events per month"
    assert ax.get_xlabel() == "month in which the event began"
    deaths = plot_interruption(make_interruption(value="fatalities"))
    assert deaths.get_ylabel() == "deaths per month"


def test_interval_that_runs_away_does_not_flatten_the_counts():
    ax = plot_interruption(make_interruption(high=[NAN, NAN, NAN, 20, 200, 5000]))
    assert ax.get_ylim()[1] < 60
    assert "the interval goes on to 5,000, above the scale" in note_of(ax)
    assert "above the scale" not in note_of(plot_interruption(make_interruption()))


def test_period_that_was_left_out_is_hatched():
    result = make_interruption()
    fitted = stamp(result.fitted.drop(index=3), result.fitted.attrs)
    ax = plot_interruption(result._replace(fitted=fitted))
    assert hatched_of(ax) == [(day("2015-04-01"), 30)]
    assert "left out" in legend_of(ax)
    assert texts_of(ax, "date") == ["from 2015-05"]


def test_text_and_data_do_not_meet():
    ax = plot_interruption(make_interruption())
    ax.figure.draw_without_rendering()
    lowest = min(t.get_window_extent().y0 for t in ax.texts if t.get_gid() in ("effect", "date"))
    assert ax.transData.transform((0, 14))[1] < lowest


@pytest.mark.parametrize("plot", [plot_interruption, plot_event_window])
def test_what_is_no_result_is_refused(plot):
    with pytest.raises(OptionError, match="DataFrame is no") as error:
        plot(make_panel())
    assert error.value.allowed
    assert error.value.fix


def test_incomplete_interruptions_are_refused():
    result = make_interruption()
    with pytest.raises(ColumnError, match="counterfactual"):
        plot_interruption(result._replace(fitted=result.fitted.drop(columns="counterfactual")))
    with pytest.raises(EmptySelectionError, match="effects"):
        plot_interruption(result._replace(effects=result.effects.iloc[:0]))


# --------------------------------------------------------------------------------- windows


WINDOW = "counted by day; fatalities around 3 of 4 given dates"


def make_window(*, placebos=True, record=(), **effect):
    profile = pd.DataFrame({"offset": range(-2, 3), "mean": [4.0, 2, 9, 1, 2], "n_dates": 3})
    limits = {"expected": 2.5, "low": 1.0, "high": 6.0} if placebos else {}
    profile = profile.assign(**{"expected": NAN, "low": NAN, "high": NAN, **limits})
    row = {"before": 3.0, "after": 1.5, "difference": -1.5, "ratio": 0.5, "p": 0.032,
           "n_dates": 3, "n_placebos": 999, **effect}  # fmt: skip
    facts = {**RECORD, "steps": WINDOW, "period": "day", "value": "fatalities", **dict(record)}
    return EventWindow(stamp(profile, facts), stamp(pd.DataFrame([row]), facts), pd.DataFrame())


def test_profile_is_drawn_as_steps_around_each_offset():
    ax = plot_event_window(make_window())
    assert steps_of(ax, "mean profile") == [4, 2, 9, 1, 2]
    assert steps_of(ax, "their mean") == [2.5] * 5
    assert ax.get_xlim() == (-2.5, 2.5)
    (band,) = [c for c in ax.collections if c.get_label() == "95 % of placebos"]
    ends = band.get_paths()[0].get_extents()
    assert (ends.x0, ends.x1, ends.y0, ends.y1) == (-2.5, 2.5, 1, 6)


def test_means_reach_over_their_sides_and_not_over_the_date():
    ax = plot_event_window(make_window())
    assert segments_of(ax, "before and after") == [(-2.5, -0.5, 3), (0.5, 2.5, 1.5)]
    (zero,) = ax.lines
    assert zero.get_xdata().tolist() == [0, 0]


def test_effect_is_written_with_p_and_what_it_rests_on():
    assert texts_of(plot_event_window(make_window()), "effect") == [
        "3 before, 1.5 after (× 0.50)", "p = 0.032, 3 dates, 999 placebos"
    ]  # fmt: skip
    few = make_window(placebos=False, p=NAN, ratio=NAN, before=0.0, n_dates=1, n_placebos=0)
    ax = plot_event_window(few)
    assert texts_of(ax, "effect") == ["0 before, 1.5 after", "no p, 1 date, 0 placebos"]
    assert legend_of(ax) == ["observed", "before and after"]


def test_axes_have_their_units_and_the_note_its_choices():
    ax = plot_event_window(make_window())
    assert ax.get_xlabel() == "days from the date"
    assert ax.get_ylabel() == "deaths per day"
    assert note_of(ax) == "Source: INVENTED events 1.0 fatalities around 3 of 4 given dates"
    told = plot_event_window(make_window(record={"value": "n_events"}))
    assert told.get_ylabel() == "events per day"


def test_days_are_marked_by_weeks():
    window = make_window()
    profile = pd.DataFrame({"offset": range(-28, 29)}).assign(
        mean=1.0, n_dates=3, expected=1.0, low=0.5, high=2.0
    )
    ax = plot_event_window(window._replace(profile=stamp(profile, window.profile.attrs)))
    assert ax.get_xticks().tolist() == [-28, -21, -14, -7, 0, 7, 14, 21, 28]


def test_text_of_a_window_stands_above_the_profile():
    ax = plot_event_window(make_window())
    ax.figure.draw_without_rendering()
    lowest = min(t.get_window_extent().y0 for t in ax.texts if t.get_gid() == "effect")
    assert ax.transData.transform((0, 9))[1] < lowest


def test_incomplete_windows_are_refused():
    window = make_window()
    with pytest.raises(ColumnError, match="expected"):
        plot_event_window(window._replace(profile=window.profile.drop(columns="expected")))
    with pytest.raises(EmptySelectionError, match="effect"):
        plot_event_window(window._replace(effect=window.effect.iloc[:0]))


@pytest.mark.parametrize(
    "draw",
    [
        lambda **k: plot_breaks(make_panel(), make_breaks(JULY), **k),
        lambda **k: plot_interruption(make_interruption(), **k),
        lambda **k: plot_event_window(make_window(), **k),
    ],
)
def test_axes_of_the_caller_are_used_and_nothing_is_cut_off(draw):
    figure, ax = plt.subplots(layout="constrained")
    assert draw(ax=ax) is ax
    for _ in range(2):
        figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(box.x0, box.y0) >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= height + 0.01
