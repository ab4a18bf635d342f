"""Figures of invented tables: what they say, what they leave blank, what they leave alone."""

import json

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import legend_of

import toolkit as ct
from toolkit.counts import count_events
from toolkit.errors import ColumnError, DataWarning, EmptySelectionError, OptionError, ToolkitError
from toolkit.events import make_event_table
from toolkit.plots import style
from toolkit.plots.calendar import plot_calendar
from toolkit.plots.maps import plot_events_map
from toolkit.plots.quality import plot_coverage, plot_precision
from toolkit.plots.series import plot_series
from toolkit.provenance import pack_coverage, stamp

TITLE = "INVENTED events 1.0"


def spans(start="2015-01-01", end="2016-12-31", country="*"):
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    row = {"dataset": "invented", "version": "1.0", "country": country, "start": first,
           "end": last, "event_types": "*", "basis": "stated"}  # fmt: skip
    return pd.DataFrame([row])


def make_events(dates, *, covered=None, **columns):
    n = len(dates)
    table = {
        "event_id": [str(i) for i in range(n)], "dataset": "invented", "date_start": dates,
        "country": "Karvenia", "admin1": "Ithvar", "latitude": np.linspace(-37, -36, n),
        "longitude": np.linspace(10, 12, n), "violence_type": "state-based",
        "geo_precision": "exact", "date_precision": "day", "fatalities": 3, "fatalities_low": 2,
        "fatalities_high": 6, **columns,
    }  # fmt: skip
    events = make_event_table(table, index=pd.RangeIndex(n))
    record = {"dataset": "invented", "title": "INVENTED events", "version": "1.0"}
    return stamp(events, record, coverage=pack_coverage(spans() if covered is None else covered))


@pytest.fixture
def events():
    dates = pd.to_datetime(["2015-01-05", "2015-01-20", "2015-03-02", "2015-06-09", "2016-02-01"])
    return make_events(dates)


def source_of(ax):
    (note,) = [t for t in ax.texts if t.get_gid() == "source-note"]
    return note.get_text().replace("\n", " ")


def steps_of(ax):
    """Return the values of the line (not of the area) of one unit."""
    (line,) = [p for p in ax.patches if isinstance(p, mpl.patches.StepPatch) and not p.get_fill()]
    return line.get_data().values


def hatched_spans(ax):
    """Return how many days each hatched stretch of a series is long."""
    return [p.get_width() for p in ax.patches if p.get_hatch()]


def every_figure(table):
    return {
        "series": lambda **k: plot_series(count_events(table), **k),
        "calendar": lambda **k: plot_calendar(count_events(table, period="day"), **k),
        "map": lambda **k: plot_events_map(table, **k),
        "precision": lambda **k: plot_precision(table, **k),
        "coverage": lambda **k: plot_coverage(table, **k),
    }


FIGURES = ["series", "calendar", "map", "precision", "coverage"]


# ---------------------------------------------------------------------------- every figure


@pytest.mark.parametrize("name", FIGURES)
def test_axes_given_are_axes_returned(events, name):
    _, ax = plt.subplots()
    assert every_figure(events)[name](ax=ax) is ax


@pytest.mark.parametrize("name", FIGURES)
def test_source_line_is_under_the_figure_and_below_the_labels(events, name):
    ax = every_figure(events)[name]()
    assert source_of(ax) == f"Source: {TITLE}"
    ax.figure.draw_without_rendering()
    (note,) = [t for t in ax.texts if t.get_gid() == "source-note"]
    box = note.get_window_extent()
    labels = ax.xaxis.get_tightbbox()
    assert box.y1 <= (labels.y0 if labels else ax.get_window_extent().y0)
    assert box.y0 >= 0, "inside the figure"


@pytest.mark.parametrize("name", FIGURES)
def test_plain_pandas_filter_is_admitted(events, name):
    ax = every_figure(events.query("date_start < '2016-01-01'"))[name]()
    assert source_of(ax) == f"Subset of {TITLE}, filter not recorded"


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_of_the_figure_is_cut_off(events, name):
    figure = every_figure(events)[name]().figure
    for _ in range(2):
        figure.draw_without_rendering()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= height + 0.01


@pytest.mark.parametrize("name", FIGURES)
def test_input_is_not_changed(events, name):
    before = events.copy()
    every_figure(events)[name]()
    pd.testing.assert_frame_equal(events, before)
    assert events.attrs == before.attrs


@pytest.mark.parametrize(
    "plot", [plot_series, plot_calendar, plot_events_map, plot_precision, plot_coverage]
)
def test_empty_table_is_an_error_of_three_parts(events, plot):
    table = events if plot not in (plot_series, plot_calendar) else count_events(events)
    with pytest.raises(EmptySelectionError) as error:
        plot(table.iloc[:0])
    assert error.value.wrong
    assert error.value.allowed
    assert error.value.fix


def test_two_tables_on_one_axes_have_two_source_lines(events):
    other = count_events(events)
    other.attrs = {**other.attrs, "title": "OTHER events"}
    ax = plot_series(count_events(events))
    plot_series(other, ax=ax)
    assert source_of(ax) == f"Source: {TITLE} Source: OTHER events 1.0"


def test_table_without_provenance_says_so(events):
    panel = count_events(events)
    panel.attrs = {}
    assert source_of(plot_series(panel)) == "Source not recorded"


def test_known_categories_have_one_colour_each_everywhere(events):
    kinds = ["state-based", "one-sided", "non-state", "one-sided", "state-based"]
    table = events.assign(
        violence_type=pd.Categorical(kinds, events["violence_type"].cat.categories)
    )
    few = table[table["violence_type"] == "one-sided"]
    series = plot_series(count_events(table, by="violence_type"))
    lines = {line.get_label(): line.get_color() for line in series.lines}
    drawn = plot_events_map(few).collections[-1].get_facecolor()[0, :3]
    assert lines["one-sided"] == style.COLOURS["one-sided"]
    assert drawn == pytest.approx(mpl.colors.to_rgb(lines["one-sided"]))
    assert len({lines[k] for k in kinds}) == 3


def test_colours_of_categories_differ():
    assert len({style.COLOURS[k] for k in ("state-based", "non-state", "one-sided")}) == 3
    assert len(set(style.OTHERS)) == style.MOST_COLOURS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Front of $x_1$", r"Front of \$x_1\$"),
        ("two\nlines", "two lines"),
        (pd.NA, "not recorded"),
        ("_hidden", " _hidden"),
        ("x" * 50, "x" * 33 + "…"),
        ("جبهة", "جبهة"),
    ],
)
def test_text_from_data_stays_text(text, shown):
    assert style.plain(text) == shown


def test_names_with_dollars_and_other_letters_are_drawn_as_they_are(events):
    names = ["$alpha$", "Фронт", "جبهة", "_x", "$alpha$"]
    ax = plot_series(count_events(events.assign(admin1=names), by="admin1"))
    ax.figure.draw_without_rendering()
    texts = ax.get_legend().get_texts()
    assert {"Фронт", "جبهة", " _x", r"\$alpha\$"} <= set(legend_of(ax))
    (dollars,) = [t for t in texts if "alpha" in t.get_text()]
    assert dollars._preprocess_math(dollars.get_text()) == ("$alpha$", False)


# ---------------------------------------------------------------------------------- series


def test_series_says_what_and_in_which_unit(events):
    ax = plot_series(count_events(events))
    assert ax.get_ylabel() == "events per month"
    assert ax.get_xlabel() == "month in which the event began"
    weekly = plot_series(count_events(events, period="week"), value="fatalities_high")
    assert weekly.get_ylabel() == "deaths per week\n(high estimate)"


def test_zero_is_drawn_as_zero_and_missing_as_gap(events):
    table = make_events(events["date_start"], covered=spans("2015-03-01", "2016-12-31"))
    with pytest.warns(DataWarning, match="outside the coverage"):
        panel = count_events(table)
    ax = plot_series(panel)
    values = steps_of(ax)
    assert np.isnan(values[:2]).all()
    assert values[2:6].tolist() == [1, 0, 0, 1]
    assert hatched_spans(ax) == [31 + 28]
    assert "not covered" in legend_of(ax)


def test_covered_series_has_no_gap(events):
    ax = plot_series(count_events(events))
    assert steps_of(ax)[:3].tolist() == [2, 0, 1]
    assert hatched_spans(ax) == []
    assert "not covered" not in legend_of(ax)


def test_periods_that_are_not_in_the_panel_are_not_called_uncovered(events):
    ax = plot_series(count_events(events, complete=False))
    assert np.isnan(steps_of(ax)[1])
    assert "not in the panel" in legend_of(ax)
    assert "not covered" not in legend_of(ax)


def test_periods_covered_in_part_are_hollow(events):
    table = make_events(events["date_start"], covered=spans("2015-01-03", "2016-12-31"))
    ax = plot_series(count_events(table))
    (points,) = [line for line in ax.lines if line.get_label() == "period covered in part"]
    assert points.get_markerfacecolor() == "white"
    assert points.get_ydata().tolist() == [2]


def test_deaths_have_their_band_and_other_values_none(events):
    ax = plot_series(count_events(events), value="fatalities")
    assert steps_of(ax)[0] == 6
    (band,) = [c for c in ax.collections if len(c.get_paths())]
    heights = band.get_paths()[0].vertices[:, 1]
    assert heights.max() == 12
    assert "low to high" in legend_of(ax)
    assert "low to high" not in legend_of(plot_series(count_events(events)))


def test_deaths_without_bounds_have_no_band(events):
    table = events.assign(fatalities_low=pd.NA, fatalities_high=pd.NA)
    ax = plot_series(count_events(table), value="fatalities")
    assert "low to high" not in legend_of(ax)
    assert ax.get_ylabel() == "deaths per month", "one number is no best estimate"


def test_unit_with_its_own_gap_breaks_its_own_line(events):
    both = pd.concat([spans(country="Karvenia"), spans("2015-03-01", country="Dulmora")])
    countries = ["Karvenia", "Karvenia", "Dulmora", "Dulmora", "Karvenia"]
    table = make_events(events["date_start"], covered=both, country=countries)
    ax = plot_series(count_events(table, by="country"))
    (line,) = [line for line in ax.lines if line.get_label() == "Dulmora"]
    assert np.isnan(line.get_ydata()[:2]).all()
    assert line.get_ydata()[2] == 1
    assert hatched_spans(ax) == []
    assert any("breaks where" in text for text in legend_of(ax))


def test_units_are_chosen_by_name_with_the_source_left_whole(events):
    table = events.assign(admin1=["Ithvar", "Belvash", "Ithvar", "Quorrin", "Belvash"])
    panel = count_events(table, by=["country", "admin1"])
    ax = plot_series(panel, units=["Quorrin", "Ithvar"])
    assert [line.get_label() for line in ax.lines][:3:2] == ["Quorrin", "Ithvar"]
    assert source_of(ax) == f"Source: {TITLE}"


def test_too_many_units_says_how_to_choose(events):
    dates = pd.to_datetime(["2015-01-05"] * 9)
    panel = count_events(make_events(dates, admin1=[f"P{i}" for i in range(9)]), by="admin1")
    with pytest.raises(OptionError) as error:
        plot_series(panel)
    assert "9 units" in error.value.wrong
    assert "units=['P" in error.value.fix
    assert plot_series(panel, units=[f"P{i}" for i in range(8)])


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"value": "deaths"}, "value='deaths'"),
        ({"units": "Ithvr"}, "no unit 'Ithvr'"),
        ({"value": "fatalities"}, "fatalities is missing in every row"),
    ],
)
def test_series_errors_say_what_is_allowed(events, options, wrong):
    panel = count_events(events.assign(fatalities=pd.NA), by="admin1")
    with pytest.raises(OptionError) as error:
        plot_series(panel, **options)
    assert wrong in error.value.wrong
    assert error.value.allowed
    assert error.value.fix


@pytest.mark.parametrize("plot", [plot_series, plot_calendar])
def test_event_table_is_no_panel(events, plot):
    with pytest.raises(ToolkitError, match="count_events"):
        plot(events)


def test_several_rows_for_one_period_are_an_error(events):
    panel = count_events(events)
    with pytest.raises(OptionError, match="several rows for the same period"):
        plot_series(pd.concat([panel, panel]))


# -------------------------------------------------------------------------------- calendar


def cells_of(ax):
    """Return how many cells are coloured, white and hatched."""
    mesh, *others = ax.collections
    number = {"count": mesh.get_array().count()}
    for patches in others:
        number["hatched" if patches.get_hatch() else "zero"] = len(patches.get_paths())
    return number


def test_calendar_of_days_tells_zero_from_missing(events):
    table = make_events(events["date_start"], covered=spans("2015-01-01", "2016-03-31"))
    ax = plot_calendar(count_events(table, period="day"))
    days = 365 + 31 + 29 + 31
    assert cells_of(ax) == {"count": 5, "zero": days - 5, "hatched": 366 - 31 - 29 - 31}
    assert {"0 (covered, none recorded)", "not covered"} <= set(legend_of(ax))
    assert ax.figure.axes[-1].get_ylabel() == "events per day"


def test_calendar_of_weeks_has_a_row_per_iso_year(events):
    ax = plot_calendar(count_events(events, period="week"), value="fatalities")
    # ISO 2015 has 53 weeks, 2016 has 52; 1 January 2015 and 31 December 2016 lie in them.
    assert cells_of(ax) == {"count": 5, "zero": 100}
    assert [t.get_text() for t in ax.get_yticklabels()] == ["2015", "2016"]
    assert ax.figure.axes[-1].get_ylabel() == "deaths per week (best estimate)"


def test_calendar_puts_monday_on_top_and_each_day_in_its_column():
    days = pd.to_datetime(["2015-01-01", "2015-01-04", "2015-01-05"])  # Thursday, Sunday, Monday
    table = make_events(days, covered=spans("2015-01-01", "2015-12-31"))
    mesh = plot_calendar(count_events(table, period="day")).collections[0]
    corners = {tuple(path.vertices.min(axis=0)) for path in mesh.get_paths()}
    assert corners == {(0, 3), (0, 6), (1, 0)}


@pytest.mark.parametrize(
    ("period", "by", "end", "wrong"),
    [
        ("month", (), "2016-12-31", "counts per month"),
        ("day", "admin1", "2016-12-31", "one unit, the panel has 2"),
        ("day", (), "2023-12-31", "9 years of days"),
    ],
)
def test_calendar_errors_say_what_is_allowed(events, period, by, end, wrong):
    names = ["Ithvar", "Belvash", "Ithvar", "Ithvar", "Belvash"]
    table = make_events(events["date_start"], covered=spans(end=end), admin1=names)
    with pytest.raises(OptionError) as error:
        plot_calendar(count_events(table, period=period, by=by))
    assert wrong in error.value.wrong
    assert error.value.allowed
    assert error.value.fix


# ------------------------------------------------------------------------------------ maps

SQUARE = [[9, -38], [13, -38], [13, -35], [9, -35], [9, -38]]
HOLE = [[10.6, -36.9], [11.4, -36.9], [11.4, -36.1], [10.6, -36.1], [10.6, -36.9]]


def make_boundaries(*polygons, kind="Polygon"):
    geometries = [{"type": kind, "coordinates": p} for p in polygons]
    features = [
        {"type": "Feature", "properties": {"name": f"Area $ {i}"}, "geometry": g}
        for i, g in enumerate(geometries)
    ]
    return {"type": "FeatureCollection", "features": features}


def points_of(ax):
    """Return the collection of sized circles: the first scatter after the land."""
    return ax.collections[1]


def colour_at(ax, x, y):
    """Return the colour of the picture at a place on the map."""
    ax.figure.canvas.draw()
    picture = np.asarray(ax.figure.canvas.buffer_rgba())
    column, row = ax.transData.transform((x, y)).astype(int)
    return mpl.colors.to_hex(picture[-1 - row, column] / 255)


def test_area_is_proportional_to_deaths(events):
    ax = plot_events_map(events.assign(fatalities=[1, 2, 4, 8, 100]))
    areas = points_of(ax).get_sizes()
    assert areas / areas.min() == pytest.approx([100, 8, 4, 2, 1])


def test_events_without_deaths_are_crosses(events):
    deaths = pd.array([0, pd.NA, 4, 8, 100], dtype="Int64")
    ax = plot_events_map(events.assign(fatalities=deaths))
    assert len(points_of(ax).get_sizes()) == 3
    assert len(ax.collections[2].get_offsets()) == 2
    assert "0 or missing" in legend_of(ax)


def test_imprecise_places_are_fainter(events):
    levels = ["exact", "near", "admin1", "country", "international"]
    column = pd.Categorical(levels, events["geo_precision"].cat.categories, ordered=True)
    ax = plot_events_map(events.assign(geo_precision=column))
    alphas = points_of(ax).get_facecolor()[:, 3]
    assert (np.diff(alphas) < 0).all()
    assert legend_of(ax)[-5:] == levels


def test_events_without_coordinates_are_counted_in_a_note(events):
    table = events.assign(latitude=[np.nan, -36, -36, 95, -36])
    ax = plot_events_map(table)
    assert len(points_of(ax).get_offsets()) == 3
    assert source_of(ax).endswith("2 events without coordinates not shown")
    assert "not shown" not in source_of(plot_events_map(events))
    with pytest.raises(EmptySelectionError):
        plot_events_map(events.assign(latitude=np.nan))


def test_degrees_have_their_length_and_the_bar_its_kilometres(events):
    ax = plot_events_map(events)
    assert ax.get_aspect() == pytest.approx(1 / np.cos(np.radians(36.5)), rel=0.01)
    (bar,) = ax.lines
    (label,) = [t.get_text() for t in ax.texts if t.get_text().endswith(" km")]
    km = np.ptp(bar.get_xdata()) * 111.32 * np.cos(np.radians(36.5))
    assert float(label.removesuffix(" km")) == pytest.approx(km, rel=0.01)


@pytest.mark.parametrize("clockwise", [True, False])
def test_holes_are_holes_whichever_way_they_run(events, clockwise):
    ring = HOLE[::-1] if clockwise else HOLE
    ax = plot_events_map(events, boundaries=make_boundaries([SQUARE, ring]))
    assert colour_at(ax, 12.5, -37.5) == style.LAND.lower()
    assert colour_at(ax, 11.3, -36.8) == "#ffffff"


def test_boundaries_may_be_a_path_and_multipolygons(events, tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps(make_boundaries([[SQUARE], [HOLE]], kind="MultiPolygon")))
    ax = plot_events_map(events, boundaries=str(path), labels="name")
    assert len(ax.collections[0].get_paths()) == 1
    assert r"Area \$ 0" in [t.get_text() for t in ax.texts]


def test_map_shows_areas_with_events_whole_and_not_those_without(events):
    far = [[x + 50, y] for x, y in SQUARE]
    ax = plot_events_map(events, boundaries=make_boundaries([SQUARE], [far]))
    assert ax.get_xlim()[0] < 9
    assert 13 < ax.get_xlim()[1] < 20


def test_events_outside_all_boundaries_warn(events):
    far = [[x + 50, y] for x, y in SQUARE]
    with pytest.warns(DataWarning, match="inside the boundaries"):
        plot_events_map(events, boundaries=make_boundaries([far]))


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"boundaries": {"type": "Topology"}}, "no GeoJSON FeatureCollection"),
        ({"boundaries": make_boundaries([0, 0], kind="Point")}, "hold a Point"),
        ({"boundaries": "nowhere.geojson"}, "no file nowhere.geojson"),
        ({"boundaries": make_boundaries([SQUARE]), "labels": "nam"}, "no property 'nam'"),
        ({"size": "country"}, "size='country'"),
        ({"size": "nothing"}, "no column 'nothing'"),
        ({"colour": "event_id"}, "9 different values"),
    ],
)
def test_map_errors_say_what_is_allowed(options, wrong):
    table = make_events(pd.to_datetime(["2015-01-05"] * 9))
    with pytest.raises(ToolkitError) as error:
        plot_events_map(table, **options)
    assert wrong in error.value.wrong
    assert error.value.allowed
    assert error.value.fix


# --------------------------------------------------------------------------------- quality


def test_precision_shares_add_up_and_numbers_stand_above(events):
    levels = pd.Categorical(
        ["exact", "near", pd.NA, "exact", "near"],
        events["geo_precision"].cat.categories,
        ordered=True,
    )
    ax = plot_precision(events.assign(geo_precision=levels))
    heights = {c.get_label(): [b.get_height() for b in c] for c in ax.containers}
    assert heights == {"exact": [0.5, 0], "near": [0.25, 1], "not recorded": [0.25, 0]}
    assert [t.get_text() for t in ax.texts if not t.get_gid()] == ["4", "1"]
    assert ax.get_ylabel() == "share of events"


def test_precision_of_dates_by_a_column(events):
    ax = plot_precision(events, of="date_precision", by="violence_type")
    assert [t.get_text() for t in ax.get_xticklabels()] == ["state-based"]
    assert legend_of(ax) == ["day"]
    assert ax.get_legend().get_title().get_text() == "date known to"


def test_precision_keeps_empty_years_and_draws_nothing_there(events):
    dates = pd.to_datetime(["2015-01-05", "2017-01-20"])
    ax = plot_precision(make_events(dates))
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2015", "2016", "2017"]
    assert np.isnan([bar.get_height() for bar in ax.containers[0]][1])


def test_precision_errors_say_what_is_allowed(events):
    with pytest.raises(OptionError, match="date_precision"):
        plot_precision(events, of="precision")
    with pytest.raises(ColumnError, match="regoin"):
        plot_precision(events, by="regoin")


def bars_of(ax):
    """Return the hatched and the plain bars of a coverage figure by row, in days."""
    found = {"hatched": {}, "covered": {}}
    for bar in ax.patches:
        if isinstance(bar, mpl.patches.Rectangle) and bar.get_height() == pytest.approx(0.8):
            kind = "hatched" if bar.get_hatch() else "covered"
            found[kind].setdefault(round(bar.get_y() + 0.4), []).append(bar.get_width())
    return found


def test_coverage_shows_what_was_looked_for_and_what_was_found(events):
    covered = pd.concat([spans(country="Karvenia"), spans("2015-03-01", country="Dulmora")])
    ax = plot_coverage(make_events(events["date_start"], covered=covered))
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Dulmora", "Karvenia"]
    bars = bars_of(ax)
    assert bars["covered"] == {0: [731 - 59], 1: [731]}
    assert bars["hatched"] == {0: [731]}
    numbers = [t.get_text() for t in ax.texts if not t.get_gid()]
    assert numbers[:2] == ["none", "5 (2)"]


def test_holes_of_a_release_are_hatched(events):
    hole = spans(country="Dulmora").assign(start=pd.NaT, end=pd.NaT)
    ax = plot_coverage(make_events(events["date_start"], covered=pd.concat([spans(), hole])))
    assert set(bars_of(ax)["hatched"]) == {0}
    assert set(bars_of(ax)["covered"]) == {1}


def test_coverage_that_is_not_recorded_is_not_invented(events):
    events.attrs = {k: v for k, v in events.attrs.items() if k != "coverage"}
    ax = plot_coverage(events)
    assert bars_of(ax)["covered"] == {}
    assert "coverage not recorded" in legend_of(ax)
    assert source_of(ax).endswith("Coverage not recorded")


def test_coverage_marks_the_first_and_the_last_event(events):
    ax = plot_coverage(events)
    (marks,) = [line for line in ax.lines if line.get_label() == "first and last event"]
    days = mpl.dates.num2date(marks.get_xdata())
    assert [f"{d:%Y-%m-%d}" for d in days] == ["2015-01-05", "2016-02-01"]


def test_too_many_countries_says_how_to_choose():
    dates = pd.to_datetime(["2015-01-05"] * 41)
    with pytest.raises(OptionError) as error:
        plot_coverage(make_events(dates, country=[f"C{i:02}" for i in range(41)]))
    assert "41 rows" in error.value.wrong
    assert "ct.filter_events(events, countries=['C00', 'C01'])" in error.value.fix


def test_smoothed_counts_say_that_they_are():
    panel = ct.timeseries.rolling(ct.count_events(ct.load_sample("ged")), window=6)
    ax = ct.plot_series(panel)
    assert ax.get_ylabel() == "events per month, smoothed"
    assert panel.attrs["smoothed"] in ax.texts[-1].get_text().replace("\n", " ")
    assert "no whole window" in [text.get_text() for text in ax.get_legend().get_texts()]
