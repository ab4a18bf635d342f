"""Maps: what is drawn where, what is hatched, what is left out and said."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import legend_of, make_boundaries, make_events, named, note_of, texts_of

import toolkit as ct
from toolkit.errors import EmptySelectionError, OptionError, ToolkitError
from toolkit.plots import style
from toolkit.plots.basemap import draw_ground, make_ground
from toolkit.plots.maps import plot_events_map
from toolkit.plots.periodmaps import plot_maps_by_period
from toolkit.plots.unitmaps import plot_unit_map
from toolkit.provenance import stamp

NAN = np.nan


@pytest.fixture
def boundaries():
    return make_boundaries()


@pytest.fixture
def events():
    return make_events()


def circles_of(ax, gid=None):
    """Return {(longitude, latitude): area} of the scattered marks of a kind."""
    marks = [
        c
        for c in ax.collections
        if isinstance(c, mpl.collections.PathCollection) and len(c.get_offsets())
        if c.get_gid() == gid and not np.allclose(c.get_offsets(), 0)
    ]
    found = {}
    for mark in marks:
        sizes = np.broadcast_to(mark.get_sizes(), len(mark.get_offsets()))
        for (x, y), size in zip(np.asarray(mark.get_offsets()), sizes, strict=True):
            found[round(float(x), 3), round(float(y), 3)] = float(size)
    return found


# --------------------------------------------------------------------------------- events map


def test_within_cuts_the_map_to_the_area_and_says_what_is_beyond(events, boundaries):
    ax = plot_events_map(events, boundaries=boundaries, within="Ithvar")
    # 2 degrees and 7 percent of it on each side
    assert ax.get_xlim() == pytest.approx((-0.14, 2.14))
    assert ax.get_ylim() == pytest.approx((-0.14, 2.14))
    assert set(circles_of(ax)) == {(1.0, 1.0), (1.5, 0.5), (2.05, 1.0), (1.2, 1.8)}
    assert note_of(ax).endswith("1 event (3 deaths) beyond the frame not shown")


def test_neighbours_of_the_area_are_paler_than_it(events, boundaries):
    ax = plot_events_map(events, boundaries=boundaries, within=["Belvash"])
    fills = [mpl.colors.to_hex(c) for c in ax.collections[0].get_facecolor()]
    assert fills[1] == style.LAND.lower()
    assert fills[0] == fills[2] != fills[1]


def test_events_around_are_grey_inside_the_frame_and_never_twice(events, boundaries):
    inside = events.iloc[[0, 1, 3]]
    ax = plot_events_map(inside, boundaries=boundaries, within="Ithvar", around=events)
    assert set(circles_of(ax)) == {(1.0, 1.0), (1.5, 0.5), (1.2, 1.8)}
    assert set(circles_of(ax, "others")) == {(2.05, 1.0)}
    areas = circles_of(ax) | circles_of(ax, "others")
    assert areas[2.05, 1.0] / areas[1.0, 1.0] == pytest.approx(0.7)
    assert "other events, not counted" in legend_of(ax)
    assert "In grey: INVENTED events 1.0" in note_of(ax)


def test_events_around_of_another_dataset_are_others(events, boundaries):
    ax = plot_events_map(events, boundaries=boundaries, around=events.assign(dataset="second"))
    assert len(circles_of(ax, "others")) == 5


def test_no_event_inside_the_frame_is_an_error(events, boundaries):
    with pytest.raises(EmptySelectionError, match="inside the frame"):
        plot_events_map(events.iloc[[0]], boundaries=boundaries, within="Quorin")


def test_unknown_area_names_the_nearest(events, boundaries):
    with pytest.raises(OptionError, match="did you mean 'Ithvar'"):
        plot_events_map(events, boundaries=boundaries, within="Itvar")


def test_names_lie_in_their_area_and_in_the_frame(events, boundaries):
    ax = plot_events_map(events, boundaries=boundaries, within="Belvash", labels="name")
    spots = {t.get_text(): t.get_position()[0] for t in ax.texts if t.get_gid() == "area"}
    assert 2 < spots["Belvash"] < 4
    assert spots.get("Ithvar", 1.9) < 2  # a strip of 0.14 degrees may have no room for it
    assert all(ax.get_xlim()[0] < x < ax.get_xlim()[1] for x in spots.values())


def test_a_name_keeps_clear_of_the_crowd():
    _, ax = plt.subplots(figsize=(4, 4))
    crowd = np.random.default_rng(0).uniform([0, 0], [2, 1.2], (500, 2))
    draw_ground(ax, make_ground(make_boundaries(["Ithvar"]), crowd), crowd, labels="name")
    ((_, y),) = [t.get_position() for t in ax.texts if t.get_gid() == "area"]
    assert 1.2 < y < 2


def test_towns_are_marked_in_the_frame_only_and_named_on_a_free_side(events, boundaries):
    towns = pd.DataFrame({"place": ["Moltharen", "Yarrickel", "Far"], "latitude": [1.0, 1.0, 1.0],
                          "longitude": [0.5, 1.95, 5.0]})  # fmt: skip
    ax = plot_events_map(events, boundaries=boundaries, within="Ithvar", towns=towns)
    (marks,) = named(ax.lines, "town")
    assert marks.get_xdata().tolist() == [0.5, 1.95]
    sides = {t.get_text(): t.get_ha() for t in ax.texts if t.get_gid() == "town"}
    assert sides == {"Moltharen": "left", "Yarrickel": "right"}


def test_boundaries_may_come_from_geopandas(events, boundaries):
    class Frame:
        __geo_interface__ = boundaries

    ax = plot_events_map(events, boundaries=Frame())
    assert len(ax.collections[0].get_paths()) == 3


# ------------------------------------------------------------------------------ maps by period


def numbers_of(axes):
    return {ax.get_title(loc="left"): ax.get_title(loc="right") for ax in axes}


def test_each_period_has_a_map_with_its_numbers_also_the_empty_one(events, boundaries):
    axes = plot_maps_by_period(events, boundaries=boundaries)
    assert numbers_of(axes) == {
        "2015-01": "2 events, 10 deaths",
        "2015-02": "1 event, 7 deaths",
        "2015-03": "0 events, 0 deaths",
        "2015-04": "2 events, 43 deaths",
    }
    drawn = [set(circles_of(ax)) for ax in axes]
    assert drawn == [{(1.0, 1.0), (1.5, 0.5)}, {(2.05, 1.0)}, set(), {(1.2, 1.8), (5.0, 1.0)}]


def test_all_maps_have_one_frame_and_one_scale(events, boundaries):
    axes = plot_maps_by_period(events, boundaries=boundaries)
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in axes}) == 1
    january, _, _, april = (circles_of(ax) for ax in axes)
    assert april[1.2, 1.8] / january[1.0, 1.0] == pytest.approx(4)
    bars = [len(named(ax.lines, "scale")) for ax in axes]
    assert bars == [1, 0, 0, 0]


def test_numbers_count_what_is_drawn_and_never_the_grey(events, boundaries):
    inside = events.iloc[[0, 1, 3]]
    axes = plot_maps_by_period(inside, boundaries=boundaries, within="Ithvar", around=events)
    assert numbers_of(axes)["2015-02"] == "0 events, 0 deaths"
    assert [set(circles_of(ax, "others")) for ax in axes] == [set(), {(2.05, 1.0)}, set(), set()]


def test_maps_say_what_they_do_not_show(events, boundaries):
    events.loc[0, "date_end"] = pd.Timestamp("2015-02-02")
    axes = plot_maps_by_period(events, boundaries=boundaries, within="Ithvar", start="2015-01",
                               end="2015-04", size=None)  # fmt: skip
    note = axes[0].figure.get_supxlabel()
    assert "1 event beyond the frame not shown" in note
    assert "1 event may lie in two months or more: drawn in the month in which they began" in note
    earlier = plot_maps_by_period(events, boundaries=boundaries, end="2015-02")
    note = earlier[0].figure.get_supxlabel()
    assert "2 events before, after or without a date not shown" in note


def test_periods_covered_in_part_or_not_at_all_say_so(boundaries):
    table = make_events(start="2015-01-10", end="2015-02-15")
    axes = plot_maps_by_period(table, boundaries=boundaries)
    said = [(texts_of(ax, "remark"), ax.get_title(loc="right")) for ax in axes]
    assert said[0][0] == said[1][0] == ["covered in part"]
    assert said[2] == ([], "not covered")
    hatched = [any(p.get_hatch() for p in ax.patches) for ax in axes]
    assert hatched == [False, False, True, False]  # events outside the coverage stay visible
    assert said[3][1] == "2 events, 43 deaths"


def test_the_legend_takes_the_free_place_else_stands_beside(events, boundaries):
    three = plot_maps_by_period(events, boundaries=boundaries, columns=3, within="Ithvar")
    assert three[0].figure.legends == []
    assert "place known to" in legend_of(three[0].figure.axes[4])
    four = plot_maps_by_period(events, boundaries=boundaries, columns=4, within="Ithvar")
    assert "place known to" in legend_of(four[0].figure)


def test_rows_that_share_an_index_are_told_apart(events, boundaries):
    doubled = events.set_axis([0] * len(events))
    axes = plot_maps_by_period(doubled, boundaries=boundaries)
    assert numbers_of(axes)["2015-04"] == "2 events, 43 deaths"


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"most": 3}, "4 periods from 2015-01 to 2015-04, more than most=3"),
        ({"period": "decade"}, "period='decade'"),
        ({"columns": 0}, "columns=0"),
        ({"start": "2016-01"}, "no period to draw"),
        ({"start": "spring"}, "start='spring' is not a period"),
        ({"end": "spring"}, "end='spring' is not a period"),
        ({"start": "2015-03", "end": "2015-03"}, "no events to draw"),
    ],
)
def test_errors_of_maps_by_period_say_what_is_allowed(events, options, wrong):
    with pytest.raises(ToolkitError) as error:
        plot_maps_by_period(events, **options)
    assert wrong in error.value.wrong
    assert error.value.allowed
    assert error.value.fix


def test_what_is_missing_is_what_the_error_names(boundaries):
    with pytest.raises(EmptySelectionError, match="no events to draw"):
        plot_maps_by_period(make_events().iloc[:0], boundaries=boundaries)
    long = [("2010-01-01", NAN, NAN, 1), ("2017-12-31", NAN, NAN, 1)]  # 96 months
    with pytest.raises(EmptySelectionError, match="no events with coordinates"):
        plot_maps_by_period(make_events(long), boundaries=boundaries)
    undated = make_events().assign(date_start=pd.NaT)
    with pytest.raises(EmptySelectionError, match="no period to draw"):
        plot_maps_by_period(undated, boundaries=boundaries)


# ------------------------------------------------------------------------------------ unit map


def make_panel(rows, *, covered=None, partial=(), start="2015-01"):
    """Return a panel of months: one list of counts per unit, missing where not covered."""
    tables = []
    for name, counts in rows.items():
        periods = pd.period_range(start, periods=len(counts), freq="M")
        column = pd.array([pd.NA if c is NAN else c for c in counts], dtype="Int64")
        table = pd.DataFrame({"admin1": name, "period": periods, "n_events": column})
        table["covered"] = ~column.isna() if covered is None else covered
        table["partial"] = name in partial
        tables.append(table)
    record = {"title": "INVENTED events", "version": "1.0"}
    return stamp(pd.concat(tables, ignore_index=True), record)


def fills_of(ax):
    """Return what the areas of a unit map are filled with, by the west end of the area."""
    found = {}
    for fill in ax.collections:
        gid = fill.get_gid()
        if gid is None:
            continue
        values = fill.get_array() if gid == "units" else [gid] * len(fill.get_paths())
        for path, value in zip(fill.get_paths(), values, strict=True):
            found[path.get_extents().x0] = value
    return found


def test_areas_are_coloured_white_hatched_or_land(boundaries):
    names = ("Ithvar", "Belvash", "Quorin", "Morvask")
    panel = make_panel({"Ithvar": [2, 5], "Belvash": [0, 0], "Quorin": [NAN, NAN]})
    ax = plot_unit_map(panel, make_boundaries(names))
    assert fills_of(ax) == {
        0: 7,
        2: "0 (covered, none recorded)",
        4: "not covered",
        6: "none in the panel",
    }
    assert set(legend_of(ax)) == {"0 (covered, none recorded)", "not covered", "none in the panel"}
    (hatched,) = named(ax.collections, "not covered")
    assert hatched.get_hatch()
    assert ax.figure.axes[-1].get_ylabel() == "events, 2015-01 to 2015-02"


def test_a_period_is_chosen_and_shorter_ones_inside_it_are_added_up(boundaries):
    panel = make_panel({"Ithvar": [2, 5, 1, 9]}, start="2015-11")
    whole = plot_unit_map(panel, boundaries, period="2015")
    month = plot_unit_map(panel, boundaries, period=pd.Period("2016-02", "M"))
    assert fills_of(whole)[0] == 7
    assert fills_of(month)[0] == 9
    with pytest.raises(EmptySelectionError, match="no period inside 2019"):
        plot_unit_map(panel, boundaries, period="2019")


def test_a_year_may_be_a_number(boundaries):
    panel = make_panel({"Ithvar": [2, 5, 1, 9]}, start="2015-11")
    assert fills_of(plot_unit_map(panel, boundaries, period=2015))[0] == 7


def test_weeks_that_reach_beyond_the_period_are_left_out_and_said(boundaries):
    # Monday 28 December 2015 and Monday 26 December 2016 begin weeks that end in another year
    weeks = pd.period_range("2015-12-21", "2017-01-08", freq="W")
    panel = pd.DataFrame({"admin1": "Ithvar", "period": weeks, "n_events": 1, "covered": True})
    ax = plot_unit_map(panel, boundaries, period="2016")
    assert fills_of(ax)[0] == 51
    assert "2 periods that reach beyond 2016 are left out" in note_of(ax)
    first = plot_unit_map(panel[panel["period"] < weeks[-2]], boundaries, period="2016")
    assert "1 period that reaches beyond 2016 is left out" in note_of(first)
    assert "beyond" not in note_of(plot_unit_map(panel, boundaries, period=weeks[3]))


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ([3, -2], "-2 is among"),
        ([3, np.inf], "inf is among"),
        (["many", "few"], "not numbers"),
        ([3, [1]], "not numbers"),
    ],
)
def test_what_has_no_colour_is_refused(boundaries, values, wrong):
    with pytest.raises(OptionError) as error:
        plot_unit_map(pd.Series(values, ["Ithvar", "Belvash"]), boundaries)
    assert wrong in error.value.wrong
    assert error.value.allowed
    assert error.value.fix
    if wrong.startswith("-2"):
        with pytest.raises(OptionError, match=wrong):
            plot_unit_map(make_panel({"Ithvar": values}), boundaries)


def test_what_is_no_panel_is_refused_by_the_map(boundaries):
    with pytest.raises(OptionError, match="not list"):
        plot_unit_map([1], boundaries)


def test_units_without_an_area_are_named_with_their_share(boundaries):
    panel = make_panel({"Ithvar": [6], "Elsewhere": [3], pd.NA: [1]})
    note = note_of(plot_unit_map(panel, boundaries))
    assert "4 events (40.0 % of all) have no area on the map: Elsewhere, not recorded" in note
    assert "Counts, not rates" in note


def test_units_covered_for_part_of_the_time_are_marked(boundaries):
    panel = make_panel({"Ithvar": [6, 1], "Belvash": [3, NAN], "Quorin": [2, 2]})
    (marks,) = named(plot_unit_map(panel, boundaries).lines, "partial")
    assert marks.get_xdata().tolist() == [3]
    partial = make_panel({"Ithvar": [6, 1], "Belvash": [3, 1]}, partial=["Ithvar"])
    (marks,) = named(plot_unit_map(partial, boundaries).lines, "partial")
    assert marks.get_xdata().tolist() == [1]


def test_where_all_are_covered_in_part_the_note_says_it(boundaries):
    ax = plot_unit_map(make_panel({"Ithvar": [6, NAN], "Belvash": [3, NAN]}), boundaries)
    assert named(ax.lines, "partial") == []
    assert "All areas are covered in part of the time only" in note_of(ax)


def test_names_that_repeat_need_their_country():
    twins = make_boundaries(["Sundral", "Sundral"], country=["Karvenia", "Dulmora"])
    panel = make_panel({"Sundral": [4]}).assign(country="Karvenia")
    panel = pd.concat([panel, panel.assign(country="Dulmora", n_events=9)])
    panel = panel[["country", "admin1", "period", "n_events", "covered", "partial"]]
    assert fills_of(plot_unit_map(panel, twins, name=["country", "name"])) == {0: 4, 2: 9}
    with pytest.raises(OptionError, match="'Sundral' stands twice"):
        plot_unit_map(panel, twins)


def test_a_series_by_unit_is_drawn_too(boundaries):
    ax = plot_unit_map(pd.Series({"Ithvar": 0.5, "Quorin": NAN}, name="death_rate"), boundaries)
    assert fills_of(ax) == {0: 0.5, 4: "not covered", 2: "none in the panel"}
    assert ax.figure.axes[-1].get_ylabel() == "death rate"


@pytest.mark.parametrize(("most", "norm"), [(30, "Normalize"), (31, "LogNorm")])
def test_colours_are_spaced_as_in_the_heatmap(boundaries, most, norm):
    ax = plot_unit_map(make_panel({"Ithvar": [most], "Belvash": [7]}), boundaries)
    (units,) = named(ax.collections, "units")
    assert type(units.norm).__name__ == norm
    assert units.norm.vmax == most


def test_panel_of_other_names_says_what_to_do(boundaries):
    with pytest.raises(OptionError) as error:
        plot_unit_map(make_panel({"Ithvar prov.": [3]}), boundaries)
    assert "did you mean 'Ithvar'" in error.value.allowed
    assert "add_provinces" in error.value.fix


@pytest.mark.parametrize(
    ("data", "options"),
    [
        ({"Ithvar": [NAN]}, {}),
        ({"Ithvar": [3]}, {"value": "deaths"}),
        ({"Ithvar": [3]}, {"name": "nam"}),
        ({"Ithvar": [3]}, {"period": "abc"}),
        ({"Ithvar": [3]}, {"period": ""}),
        ({"Ithvar": [3]}, {"name": ["country", "name"]}),
    ],
)
def test_errors_of_unit_maps_say_what_is_allowed(boundaries, data, options):
    with pytest.raises(ToolkitError) as error:
        plot_unit_map(make_panel(data), boundaries, **options)
    assert error.value.allowed
    assert error.value.fix


# ----------------------------------------------------------------------------------- real data


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore")
def test_idlib_2019_by_month_has_the_counts_of_the_table(realdata):
    path = realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv"
    stated = {"countries": ["Syria"], "start": "2016-01-01", "end": "2019-11-30"}
    everything = ct.load_ucdp_ged(path, extract=stated)
    syria = ct.filter_events(everything, start="2019-01-01", end="2019-11-30")
    idlib = ct.filter_events(syria, admin1="Idlib Governorate")
    axes = plot_maps_by_period(
        idlib, around=syria, boundaries=ct.load_boundaries("syria-governorates"), within="Idlib"
    )
    panel = ct.count_events(idlib, by="admin1", period="month")
    expected = [f"{row.n_events} events, {row.fatalities} deaths" for row in panel.itertuples()]
    assert list(numbers_of(axes).values()) == expected
    assert "beyond the frame" not in axes[0].figure.get_supxlabel()
