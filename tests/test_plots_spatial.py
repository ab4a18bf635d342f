"""Hot spots, advances and centres: what is drawn where, and what is left out and said."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from drawn import legend_of, make_boundaries, make_events, named, note_of, texts_of

from toolkit.errors import ColumnError, EmptySelectionError, OptionError, ToolkitError
from toolkit.plots.centres import plot_centres
from toolkit.plots.hotspots import COLOURS, plot_hot_spots
from toolkit.plots.movement import LINE, plot_advance
from toolkit.provenance import stamp

NAN = np.nan


@pytest.fixture
def boundaries():
    return make_boundaries()


@pytest.fixture
def events():
    return make_events()


# ----------------------------------------------------------------------------------- hot spots


def make_spots(**kinds):
    table = pd.DataFrame({"unit": list(kinds), "spot": list(kinds.values())}, dtype="str")
    step = (
        "counted; Gi* of n_events: neighbours touch; hot or cold at a false discovery rate of 0.1"
    )
    return stamp(table, {"title": "INVENTED events", "steps": step})


def paths_by_kind(ax):
    return {
        kind: [p.get_extents().x0 for c in named(ax.collections, kind) for p in c.get_paths()]
        for kind in COLOURS
    }


def test_areas_are_hot_cold_neither_or_not_tested(boundaries):
    ax = plot_hot_spots(make_spots(Ithvar="hot", Belvash=None), boundaries)
    assert paths_by_kind(ax) == {"hot": [0], "cold": [], "neither": [2]}
    assert legend_of(ax) == ["hot (1)", "cold (0)", "neither (1)", "not tested"]
    assert "Gi* of n_events: neighbours touch; hot or cold at a false discovery" in note_of(ax)


def test_cells_are_squares_of_half_a_degree_where_their_number_says(boundaries):
    # row 180, column 360 is the cell north-east of 0, 0: 180 * 720 + 360 + 1
    ax = plot_hot_spots(make_spots(**{"129961": "cold", "129962": None}), boundaries=boundaries)
    (cold,) = named(ax.collections, "cold")
    assert cold.get_paths()[0].get_extents().extents.tolist() == [0, 0, 0.5, 0.5]
    assert paths_by_kind(ax)["neither"] == [0.5]
    assert "not tested" in note_of(ax)


def test_points_are_where_the_table_says(boundaries):
    towns = pd.DataFrame({"town": ["A", "B", "C"], "latitude": 1.0, "longitude": [1.0, 3.0, 5.0]})
    spots = make_spots(C="hot", A=None)
    ax = plot_hot_spots(spots, towns, names="town", boundaries=boundaries)
    where = {kind: named(ax.collections, kind)[0].get_offsets().tolist() for kind in COLOURS}
    assert where == {"hot": [[5, 1]], "cold": [], "neither": [[1, 1]]}


@pytest.mark.parametrize("unit", ["Ithvar", "300000", "0", "7.5"])
def test_a_unit_that_is_no_cell_is_named_and_its_place_asked_for(unit):
    with pytest.raises(OptionError) as error:
        plot_hot_spots(make_spots(**{"129961": "cold", unit: "hot"}))
    assert error.value.wrong.startswith(f"The unit {unit!r} is not a PRIO-GRID cell")
    assert "units=" in error.value.fix


def test_units_that_are_not_given_are_an_error(boundaries):
    with pytest.raises(OptionError, match="first 'Itvar'"):
        plot_hot_spots(make_spots(Itvar="hot"), boundaries)
    with pytest.raises(OptionError, match="cell"):
        plot_hot_spots(make_spots(Ithvar="hot"))
    with pytest.raises(ColumnError, match="spot"):
        plot_hot_spots(pd.DataFrame({"unit": ["Ithvar"]}), boundaries)


# ------------------------------------------------------------------------------------- advance


def make_arrivals(dates, **columns):
    n = len(dates)
    days = pd.to_datetime(pd.Series(dates, dtype="object"))
    table = {
        "place": [f"Town {i}" for i in range(n)], "route_km": [20.0 * i for i in range(n)],
        "date": days, "earliest": days, "latest": days, "n_events": days.notna().astype(int),
        **columns,
    }  # fmt: skip
    return stamp(pd.DataFrame(table), {"title": "INVENTED events"})


FOUND = {"finding": "along the route", "p": 0.01, "km_per_day": 2.0, "km_per_day_low": 1.0,
         "km_per_day_high": NAN}  # fmt: skip
DATES = ["2015-01-01", "2015-01-11", "2015-01-21"]


def points_of(line):
    x = [f"{mpl.dates.num2date(mpl.dates.date2num(d)):%m-%d}" for d in line.get_xdata()]
    return list(zip(x, np.asarray(line.get_ydata()).tolist(), strict=True))


def test_first_events_are_joined_as_steps_in_the_order_of_the_route():
    table = make_arrivals(["2015-01-11", "2015-01-01", "2015-01-21"]).iloc[[2, 0, 1]]
    (first,) = named(plot_advance(table).lines, "first")
    assert points_of(first) == [("01-11", 0), ("01-01", 20), ("01-21", 40)]
    assert first.get_drawstyle() == "steps-post"


def test_imprecise_arrivals_have_a_bar_and_places_without_an_event_none():
    days = pd.to_datetime(pd.Series(["2015-01-05", "2014-12-20", None], dtype="object"))
    dates = ["2015-01-05", None, None]
    table = make_arrivals(dates, earliest=days, latest=days + pd.Timedelta("3D"),
                          n_events=[2, 1, 0])  # fmt: skip
    ax = plot_advance(table)
    bars = [points_of(line) for line in named(ax.lines, "imprecise")]
    assert bars == [[("01-05", 0), ("01-08", 0)], [("12-20", 20), ("12-23", 20)]]
    assert points_of(named(ax.lines, "first")[0]) == [("01-05", 0)]
    assert texts_of(ax, "place") == ["Town 0", "Town 1", "Town 2 (none recorded)"]


def test_the_line_of_speed_has_the_slope_of_the_test():
    ax = plot_advance(make_arrivals(DATES), advance=pd.DataFrame([FOUND]))
    (speed,) = named(ax.lines, "speed")
    # 40 km at 2 km a day, through the medians: 11 January at km 20
    assert points_of(speed) == [("01-01", 0), ("01-21", 40)]
    assert speed.get_color() == LINE
    assert texts_of(ax, "finding") == [
        "along the route: 2 km a day (95 % interval 1 to open), p = 0.010"
    ]


def test_against_the_route_the_words_say_so_and_not_a_sign():
    back = {**FOUND, "finding": "against the route", "km_per_day": -2.0, "km_per_day_low": -4.0,
            "km_per_day_high": -1.0}  # fmt: skip
    ax = plot_advance(make_arrivals(DATES[::-1]), advance=pd.DataFrame([back]))
    assert points_of(named(ax.lines, "speed")[0]) == [("01-21", 0), ("01-01", 40)]
    assert texts_of(ax, "finding") == [
        "against the route: 2 km a day (95 % interval 1 to 4), p = 0.010"
    ]


def test_a_speed_without_an_interval_is_written_without_one():
    few = {**FOUND, "km_per_day_low": NAN}
    ax = plot_advance(make_arrivals(DATES), advance=pd.DataFrame([few]))
    assert texts_of(ax, "finding") == ["along the route: 2 km a day (no interval), p = 0.010"]
    assert len(named(ax.lines, "speed")) == 1


def test_no_line_of_speed_without_movement():
    none = {**FOUND, "finding": "no movement", "p": 0.3}
    ax = plot_advance(make_arrivals(DATES), advance=pd.DataFrame([none]))
    assert named(ax.lines, "speed") == []
    assert texts_of(ax, "finding") == ["no movement shown, p = 0.300"]
    assert named(plot_advance(make_arrivals(DATES)).lines, "speed") == []


def test_events_on_the_route_are_sized_and_those_off_it_counted(events):
    on = events.assign(route_km=[0, 0, 20, 40, NAN])
    ax = plot_advance(make_arrivals(DATES), events=on)
    circles, crosses = named(ax.collections, "events")
    assert np.asarray(circles.get_offsets())[:, 1].tolist() == [0, 20, 40]
    assert circles.get_sizes() / circles.get_sizes()[0] == pytest.approx([1, 0.7, 4])
    assert len(crosses.get_offsets()) == 1
    assert "1 event off the route" in note_of(ax)


def test_advance_never_calls_itself_a_front():
    assert "No front line" in note_of(plot_advance(make_arrivals(DATES)))


def test_places_close_together_have_names_that_do_not_overlap():
    table = make_arrivals(DATES, route_km=[0.0, 1.0, 100.0])
    ax = plot_advance(table)
    ax.figure.canvas.draw()
    boxes = [t.get_window_extent() for t in ax.texts if t.get_gid() == "place"]
    heights = sorted((t.y0, t.y1) for t in boxes)
    assert heights[0][1] <= heights[1][0] + 1


@pytest.mark.parametrize(
    "table",
    [
        make_arrivals([None, None]),
        make_arrivals(DATES, route_km=[0, NAN, 3]),
        make_arrivals(DATES).drop(columns="latest"),
    ],
)
def test_errors_of_the_advance_say_what_is_allowed(table):
    with pytest.raises(ToolkitError) as error:
        plot_advance(table)
    assert error.value.allowed
    assert error.value.fix


# ------------------------------------------------------------------------------------- centres


def make_centres(rows, months):
    x, y, spread = zip(*rows, strict=True)
    table = {"period": pd.PeriodIndex(months, freq="M"), "longitude": x, "latitude": y,
             "spread_km": spread}  # fmt: skip
    return stamp(pd.DataFrame(table), {"title": "INVENTED events"})


def test_centres_stand_at_their_place_with_their_spread_in_km(boundaries):
    rows = [(1.0, 1.0, 55.66), (3.0, 1.0, 0.0)]
    ax = plot_centres(make_centres(rows, ["2015-01", "2015-02"]), boundaries=boundaries)
    numbers = {t.get_text(): t.xy for t in ax.texts if t.get_gid() == "centre"}
    assert numbers == {"1": (1, 1), "2": (3, 1)}
    first, second = named(ax.patches, "spread")
    # 55.66 km are half a degree: the circle is one degree high, and about as wide near the equator
    assert first.height == pytest.approx(1, rel=1e-3)
    assert first.width == pytest.approx(1, rel=2e-3)
    assert second.height == 0
    assert legend_of(ax)[1:-1] == ["1   2015-01", "2   2015-02"]
    assert "No front line" in note_of(ax)


def test_centres_in_one_place_share_a_sign_and_need_no_arrow(boundaries):
    rows = [(1.0, 1.0, 5.0), (1.0, 1.0, 9.0), (3.0, 1.0, 9.0)]
    table = make_centres(rows, ["2015-01", "2015-02", "2015-03"])
    ax = plot_centres(table, boundaries=boundaries)
    assert texts_of(ax, "centre") == ["1, 2", "3"]
    assert len(named(ax.texts, "solid")) == 1


def test_the_line_is_dashed_over_periods_without_a_centre(boundaries):
    rows = [(1.0, 1.0, 5.0), (NAN, NAN, NAN), (3.0, 1.0, 9.0), (5.0, 1.0, 2.0)]
    table = make_centres(rows, ["2015-01", "2015-02", "2015-03", "2015-04"])
    ax = plot_centres(table, boundaries=boundaries)
    (dashed,), (solid,) = named(ax.texts, "dashed"), named(ax.texts, "solid")
    assert (dashed.xyann, dashed.xy) == ((1, 1), (3, 1))
    assert (solid.xyann, solid.xy) == ((3, 1), (5, 1))
    assert "without a usable event, and so without a centre: 1" in note_of(ax)


def test_centres_need_periods(boundaries):
    table = make_centres([(1.0, 1.0, 5.0)], ["2015-01"]).astype({"period": "str"})
    with pytest.raises(ColumnError, match="not periods") as error:
        plot_centres(table, boundaries=boundaries)
    assert "find_centres" in error.value.fix


def test_centres_need_a_place(boundaries):
    with pytest.raises(EmptySelectionError):
        plot_centres(make_centres([(NAN, NAN, NAN)], ["2015-01"]), boundaries=boundaries)
