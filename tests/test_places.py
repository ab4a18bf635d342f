"""Places: cells, provinces, names and routes, each against hand arithmetic or a second way.

Two invented countries on a plain chessboard: Aurel holds West (0-1 E, 0-1 N) and East (1-2 E,
0-1 N), Boria holds another East (0-2 E, 1-2 N).
"""

import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import quiet

import toolkit as ct
from toolkit import places
from toolkit.errors import (
    ColumnError,
    EmptySelectionError,
    OptionError,
)
from toolkit.provenance import stamp

NA = pd.NA


def ring(west, south, east, north):
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def feature(box, **properties):
    geometry = {"type": "Polygon", "coordinates": ring(*box)}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}


WEST = feature((0, 0, 1, 1), name="West", country="Aurel")
EAST = feature((1, 0, 2, 1), name="East", country="Aurel")
NORTH = feature((0, 1, 2, 2), name="East", country="Boria")
BOARD = collection(WEST, EAST, NORTH)


def make_points(*points, **columns):
    """Make an event table of (latitude, longitude), under an index that is not 0, 1, ..."""
    table = pd.DataFrame(points, columns=["latitude", "longitude"], dtype="float64")
    table.insert(0, "event_id", [str(n) for n in range(len(table))])
    table = table.assign(**columns).set_axis(range(10, 10 + len(table)))
    return stamp(table, {"title": "Reed Events", "dataset": "reed"})


def said(function, *args, **options):
    """Return the result of a call and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = function(*args, **options)
    return result, [str(w.message) for w in caught]


# ---------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("latitude", "longitude", "cell"),
    [
        (-90, -180, 1),
        (-89.51, -179.51, 1),
        (-89.5, -180, 721),  # on a line between rows: the northern one
        (-90, -179.5, 2),  # on a line between columns: the eastern one
        (-90, 179.9, 720),
        (-90, 180, 1),  # the date line is one line
        (90, -180, 359 * 720 + 1),  # the pole belongs to the last row
        (89.9, 179.9, 259_200),
        (90, 180, 359 * 720 + 1),
        (0, 0, 180 * 720 + 360 + 1),
        (np.nextafter(0, -1), 0, 179 * 720 + 360 + 1),  # the nearest number south of the equator
        (36.2, 37.16, 252 * 720 + 434 + 1),  # Aleppo: row 252 and column 434, from 0
    ],
)
def test_cell_of_a_point(latitude, longitude, cell):
    assert places.add_cells(make_points((latitude, longitude)))["priogrid"].tolist() == [cell]


def test_cells_are_missing_without_a_point_and_the_loss_is_told():
    events = make_points((None, 1), (95, 30), (0, 181), (1, 1))
    result, told = said(places.add_cells, events)
    assert result["priogrid"].isna().tolist() == [True, True, True, False]
    assert result["priogrid"].dtype == "Int64"
    assert "1 of 4 rows have no coordinates" in told[0]
    assert "2 of 4 rows have coordinates out of range" in told[1]
    assert "1 of them would be in range with latitude and longitude swapped" in told[1]
    assert "3 rows without" in result.attrs["steps"]


def test_added_columns_leave_the_rows_as_they_were():
    events = make_points((1, 1), (2, 2), (1, 1)).set_axis([5, 5, 7])
    before = events.copy()
    result = places.add_cells(events)
    pd.testing.assert_frame_equal(events, before)
    pd.testing.assert_frame_equal(result[list(events)], before, check_flags=False)
    assert list(result) == [*events, "priogrid"]
    assert result.attrs["title"] == "Reed Events"


def test_a_cell_of_a_notebook_may_run_twice_but_no_column_is_overwritten():
    events = places.add_cells(make_points((1, 1)))
    assert places.add_cells(events)["priogrid"].tolist() == events["priogrid"].tolist()
    with pytest.raises(OptionError, match="has a column 'priogrid' already"):
        places.add_cells(events.assign(priogrid="mine"))
    both = places.add_cells(events.assign(priogrid="mine"), column="cell")
    assert both["priogrid"].tolist() == ["mine"]
    assert both["cell"].equals(events["priogrid"].rename("cell"))


def test_cells_need_numbers():
    with pytest.raises(ColumnError, match="no column 'latitude'"):
        places.add_cells(pd.DataFrame({"longitude": [1.0]}))
    with pytest.raises(ColumnError, match="latitude holds str"):
        places.add_cells(pd.DataFrame({"latitude": ["1"], "longitude": [1.0]}))


@given(st.lists(st.integers(1, 259_200), min_size=1, max_size=20))
def test_a_cell_has_a_centre_and_the_centre_its_cell(cells):
    centres = places.cell_centres(cells)
    assert places.add_cells(centres[["latitude", "longitude"]])["priogrid"].tolist() == cells


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_point_is_a_quarter_degree_from_the_centre_of_its_cell(latitude, longitude):
    cell = places.add_cells(make_points((latitude, longitude)))["priogrid"]
    centre = places.cell_centres(cell).iloc[0]
    across = abs(centre["longitude"] - longitude)
    assert abs(centre["latitude"] - latitude) <= 0.25
    assert min(across, 360 - across) <= 0.25


def test_centres_keep_index_and_holes():
    cells = pd.Series([1, NA, 259_200], index=["a", "b", "c"], dtype="Int64")
    centres = places.cell_centres(cells)
    assert centres.index.tolist() == ["a", "b", "c"]
    assert centres["latitude"].tolist()[::2] == [-89.75, 89.75]
    assert centres.loc["b"].isna().all()


@pytest.mark.parametrize("wrong", [0, 259_201, -3, 1.5, "north"])
def test_a_number_that_is_no_cell_is_an_error(wrong):
    with pytest.raises(OptionError, match="is not a PRIO-GRID cell"):
        places.cell_centres(pd.Series([1, wrong], dtype="object"))


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ("ged_syria_652_2016-01_2019-11.csv", 16_566),
        ("ged_myanmar_full49cols.csv", 7_374),
        ("ged_v23_1_sample1000_full49cols.csv", 1_000),
    ],
)
def test_cells_equal_those_of_ged(realdata, file, rows):
    events = quiet(ct.load_ucdp_ged, realdata / "ucdp" / file, keep=["priogrid_gid"])
    cells = places.add_cells(events)
    equal = cells["priogrid"].eq(cells["priogrid_gid"].astype("Int64"))
    assert (len(events), int(equal.sum())) == (rows, rows)
    halves = events[["latitude", "longitude"]] * 2 % 1
    assert halves.eq(0).any(axis=1).sum() > 0, "some points lie on a line between cells"


# ------------------------------------------------------------------------------ provinces


def test_province_by_boundary():
    events = make_points((0.5, 0.5), (0.5, 1.5), (1.5, 1.5), (3, 3), (None, None))
    result, told = said(places.add_provinces, events, BOARD, country="country")
    assert result["province"].tolist()[:3] == ["West", "East", "East"]
    assert result["province_country"].tolist()[:3] == ["Aurel", "Aurel", "Boria"]
    assert result["province"].isna().tolist()[3:] == [True, True]
    basis = ["inside", "inside", "inside", "outside", "no point"]
    assert result["province_basis"].tolist() == basis
    assert list(result)[-3:] == ["province", "province_country", "province_basis"]
    assert result.index.tolist() == events.index.tolist()
    assert any("1 of 5 events lie outside every boundary" in t for t in told)
    assert "3 inside, 1 outside, 1 no point" in result.attrs["steps"]


def test_a_point_on_a_border_takes_the_first_area_of_the_file():
    events = make_points((0.5, 1), (1, 1), (0, 0.5))  # two areas meet, three meet, coast
    result, told = said(places.add_provinces, events, BOARD, country="country")
    assert result["province"].tolist() == ["West", "West", "West"]
    assert result["province_basis"].tolist() == ["several", "several", "inside"]
    assert any("2 of 3 events lie in several areas" in t for t in told)
    turned = collection(*reversed(BOARD["features"]))
    first = quiet(places.add_provinces, events, turned, country="country")
    assert first["province_country"].tolist() == ["Aurel", "Boria", "Aurel"]


def test_features_of_one_name_are_one_area_and_that_is_told():
    events = make_points((0.5, 1.5), (1.5, 1.5), (1, 1.5))
    result, told = said(places.add_provinces, events, BOARD)
    assert result["province"].tolist() == ["East"] * 3
    assert result["province_basis"].tolist() == ["inside"] * 3, "no border is left between them"
    assert any("3 features have 2 names" in t for t in told)
    country = quiet(places.add_provinces, events, BOARD, name="country", column="land")
    assert country["land"].tolist() == ["Aurel", "Boria", "Aurel"]


def test_points_off_the_coast_get_the_nearest_area_only_if_asked():
    events = make_points((-0.02, 0.5), (-0.2, 1.5), (0.5, 0.5))  # 2.2 km and 22 km south
    none = quiet(places.add_provinces, events, BOARD, country="country")
    assert none["province_basis"].tolist() == ["outside", "outside", "inside"]
    some = quiet(places.add_provinces, events, BOARD, country="country", snap_km=5)
    assert some["province_basis"].tolist() == ["near", "outside", "inside"]
    all_ = quiet(places.add_provinces, events, BOARD, country="country", snap_km=23)
    assert all_["province"].tolist() == ["West", "East", "West"]
    beside = make_points((0.001, 0.5))  # inside, and as near to the coast
    kept = places.add_provinces(beside, BOARD, country="country", snap_km=5)
    assert kept["province_basis"].tolist() == ["inside"]


@pytest.mark.parametrize("wrong", [-1, math.inf, math.nan, "5", True])
def test_a_distance_is_a_number_from_0(wrong):
    with pytest.raises(OptionError, match="is no distance"):
        places.add_provinces(make_points((0, 0)), BOARD, snap_km=wrong)


def test_swapped_coordinates_are_suggested():
    far = collection(feature((40, 10, 42, 11), name="Reach"))
    events = make_points((41, 10.5), (41.5, 10.2), (10.5, 41), (60, 60))
    _, told = said(places.add_provinces, events, far)
    assert any(
        "3 of 4 events lie outside" in t and "2 of them would lie inside with latitude" in t
        for t in told
    )
    _, told = said(places.add_provinces, make_points((60, 60)), far)
    assert not any("swapped" in t for t in told)


def test_a_hole_and_an_island_belong_to_whom_they_belong():
    lake = feature((0, 0, 3, 3), name="Shore")
    lake["geometry"]["coordinates"] += ring(1, 1, 2, 2)
    isle = feature((0, 0, 1, 1), name="Isles")
    isle["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [ring(1.4, 1.4, 1.6, 1.6), ring(5, 5, 6, 6)],
    }
    events = make_points((0.5, 0.5), (1.2, 1.2), (1.5, 1.5), (5.5, 5.5))
    result = quiet(places.add_provinces, events, collection(lake, isle))
    assert result["province"].fillna("-").tolist() == ["Shore", "-", "Isles", "Isles"]


def test_no_event_with_a_point_is_no_error():
    events = make_points((None, 1), (None, None))
    result = quiet(places.add_provinces, events, BOARD, country="country", snap_km=1)
    assert result["province_basis"].tolist() == ["no point"] * 2
    assert result["province"].dtype == "str"
    assert quiet(places.add_border_distance, events, BOARD)["border_km"].isna().all()


# -------------------------------------------------------------------------------- borders


def test_distance_to_the_border():
    box = collection(feature((10, 59.5, 12, 60.5), name="Box"))
    events = make_points((60, 10.1), (60.4, 11), (60, 13), (59, 9), (None, None))
    km = quiet(places.add_border_distance, events, box)["border_km"]
    degree = math.pi * 6371.0088 / 180
    # due west, due north, due east: along a parallel of 60 degrees a degree is half as long
    assert km.tolist()[:3] == pytest.approx([0.1 * degree / 2, 0.1 * degree, degree / 2], rel=1e-4)
    # to the corner, by the cosine rule of the sphere
    a, b, c = map(math.radians, (59, 59.5, 1))
    corner = math.acos(math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(c))
    assert km.iloc[3] == pytest.approx(6371.0088 * corner, rel=1e-4)
    assert np.isnan(km.iloc[4])


@given(st.floats(-2, 4), st.floats(-2, 4))
def test_distance_to_the_border_equals_a_slow_search(latitude, longitude):
    steps = np.linspace(0, 2, 2001)
    edges = [(y, x) for x in (0, 1, 2) for y in steps if x != 1 or y <= 1]
    edges += [(y, x) for y in (0, 1, 2) for x in steps]
    lat, lon = np.radians(np.array(edges)).T
    a, b = math.radians(latitude), math.radians(longitude)
    cosine = np.sin(a) * np.sin(lat) + np.cos(a) * np.cos(lat) * np.cos(b - lon)
    slow = 6371.0088 * np.arccos(np.clip(cosine, -1, 1)).min()
    events = make_points((latitude, longitude))
    found = places.add_border_distance(events, BOARD, country="country")["border_km"].iloc[0]
    assert found <= slow + 1e-3
    assert found == pytest.approx(slow, rel=1e-3, abs=0.06)  # the search steps by 0.11 km


def test_misplaced_events_are_those_outside_their_recorded_province():
    events = make_points(
        (0.5, 0.5), (0.5, 1.1), (0.5, 1), (0.5, 0.5), (0.5, 0.5), (3, 0.5), (0.5, 0.5),
        country=["Aurel"] * 3 + ["Boria"] + ["Aurel"] * 3,
        admin1=["West", "West", "West", "East", "Nowhere", "West", None],
    )  # fmt: skip
    missed, told = said(places.find_misplaced, events, BOARD, country="country")
    assert missed.index.tolist() == [15, 13, 11], "farthest first"
    assert missed["province"].fillna("-").tolist() == ["-", "West", "East"]
    degree = math.pi * 6371.0088 / 180
    expected = [2 * degree, degree / 2, 0.1 * degree * math.cos(math.radians(0.5))]
    assert missed["km"].tolist() == pytest.approx(expected, rel=1e-3)
    assert "3 of 5 rows with a recorded province lie outside it" in missed.attrs["steps"]
    assert any("no area of these names" in t and "Nowhere" in t for t in told)


def test_nothing_misplaced_and_nothing_comparable():
    events = make_points((0.5, 0.5), admin1=["West"])
    assert quiet(places.find_misplaced, events, BOARD).empty
    with pytest.raises(EmptySelectionError, match="No admin1 of the events"):
        places.find_misplaced(events.assign(admin1="Far West"), collection(WEST))
    for latitude in (None, 100.0):
        with pytest.raises(EmptySelectionError, match="known admin1 has coordinates"):
            quiet(
                places.find_misplaced,
                events.assign(latitude=[latitude]).astype({"latitude": float}),
                BOARD,
            )


# ---------------------------------------------------------------------------------- names


def make_named(*rows):
    table = pd.DataFrame(rows, columns=["dataset", "country", "admin1"])
    return stamp(table, {"title": "Reed Events", "dataset": "reed"})


def test_names_are_joined_by_the_table_and_never_by_likeness():
    events = make_named(
        ("acled", "Aurel", "Idleb"), ("ged", "Aurel", "Idlib Governorate"),
        ("ged", "Aurel", "Idlib governorate"), ("ged", "Aurel", None),
    )  # fmt: skip
    table = {"Idleb": "Idlib", "Idlib Governorate": "Idlib"}
    result, told = said(places.add_province_names, events, table)
    assert result["province"].fillna("-").tolist() == ["Idlib", "Idlib", "-", "-"]
    basis = ["by name", "by name", "not in the table", "no name"]
    assert result["province_basis"].tolist() == basis
    assert len(told) == 1
    assert "1 names of 1 events are not in the table" in told[0]
    assert "Idlib governorate (1)" in told[0]
    assert "did you mean 'Idlib Governorate'" in told[0]
    assert "2 by name" in result.attrs["steps"]


def test_rows_of_the_table_may_hold_for_a_dataset_or_a_country_only():
    events = make_named(
        ("ged", "Aurel", "East"), ("ged", "Boria", "East"), ("acled", "Aurel", "East"),
        ("ged", "Aurel", "West"),
    )  # fmt: skip
    table = pd.DataFrame(
        [
            ("East", "Sunrise", "ged", "Aurel"),
            ("East", "Dawn", None, "Boria"),
            ("East", "Morning", "acled", "*"),
            ("West", "Sunset", "*", None),
        ],
        columns=["name", "province", "dataset", "country"],
    )
    result = places.add_province_names(events, table)
    assert result["province"].tolist() == ["Sunrise", "Dawn", "Morning", "Sunset"]


def test_a_name_with_two_provinces_is_an_error():
    table = pd.DataFrame({"name": ["East", "East"], "province": ["Dawn", "Dusk"]})
    with pytest.raises(OptionError, match="'East' has several provinces in the table: Dawn, Dusk"):
        places.add_province_names(make_named(("ged", "Aurel", "East")), table)
    same = pd.DataFrame({"name": ["East", "East"], "province": ["Dawn", "Dawn"]})
    result = places.add_province_names(make_named(("ged", "Aurel", "East")), same)
    assert result["province"].tolist() == ["Dawn"]


@pytest.mark.parametrize(
    ("names", "error", "words"),
    [
        ({}, ColumnError, "no rows"),
        ({"East": None}, ColumnError, "without a name or a province"),
        (pd.DataFrame({"name": ["East"]}), ColumnError, "no column 'province'"),
        ("East", OptionError, "str is no table of names"),
    ],
)
def test_tables_of_names_that_are_none(names, error, words):
    with pytest.raises(error, match=words):
        places.add_province_names(make_named(("ged", "Aurel", "East")), names)


def test_recorded_names_beside_the_boundaries():
    events = make_points(
        (0.5, 0.5), (0.5, 0.6), (0.5, 1.5), (0.5, 1.6), (5, 5), (0.5, 0.5),
        admin1=["W", "W", "W", "E", "E", None],
    )  # fmt: skip
    events = quiet(places.add_provinces, events, BOARD, country="country")
    table = places.compare_provinces(events)
    rows = table.fillna({"province": "-"}).itertuples(index=False, name=None)
    third = pytest.approx(1 / 3)
    assert [*rows] == [
        ("W", "West", 2, pytest.approx(2 / 3)), ("W", "East", 1, third),
        ("E", "East", 1, 0.5), ("E", "-", 1, 0.5),
    ]  # fmt: skip


# --------------------------------------------------------------------------------- routes

TOWNS = pd.DataFrame(
    {"place": ["Ford", "Mill", "Gate"], "latitude": [0, 0, 1], "longitude": [0, 1, 1]}
)
DEGREE = math.pi * 6371.0088 / 180


def test_a_route_is_measured_from_its_first_town():
    route = places.make_route(TOWNS)
    assert route["route_km"].tolist() == pytest.approx([0, DEGREE, 2 * DEGREE])
    assert route["route_order"].tolist() == [0, 1, 2]


def test_events_get_the_nearest_town_within_reach():
    events = make_points((0.1, 0), (0, 0.9), (0.5, 1), (0, 0.5), (1, 1.3), (None, 1), (0, 5))
    route = places.make_route(TOWNS)
    result = quiet(places.add_route, events, route, within_km=60)
    expected = ["Ford", "Mill", "Mill", "Ford", "Gate", "-", "-"]
    assert result["route_place"].fillna("-").tolist() == expected, "a tie goes to the first"
    assert result["route_order"].tolist() == [0, 1, 1, 0, 2, NA, NA]
    away = [0.1 * DEGREE, 0.1 * DEGREE, 0.5 * DEGREE, 0.5 * DEGREE]
    assert result["route_off_km"].tolist()[:4] == pytest.approx(away)
    assert result["route_off_km"].isna().tolist() == [False] * 5 + [True, False]
    assert result["route_km"].iloc[4] == pytest.approx(2 * DEGREE)
    assert "5 events within 60 km" in result.attrs["steps"]
    assert result["route_order"].dtype == "Int64"


def test_the_order_of_the_rows_of_a_route_does_not_matter():
    events = make_points((0.1, 0), (0, 0.9), (0, 0.5), (1, 1.3))
    route = places.make_route(TOWNS)
    two = places.add_route(events, route.iloc[::-1], column="road", within_km=60)
    one = places.add_route(events, route, column="road", within_km=60)
    pd.testing.assert_frame_equal(one, two)
    assert list(one)[-4:] == ["road_place", "road_order", "road_km", "road_off_km"]


@pytest.mark.parametrize(
    "towns",
    [
        TOWNS.head(1),
        TOWNS.assign(place=["Ford", "Mill", "Ford"]),
        TOWNS.assign(place=["Ford", None, "Gate"]),
        TOWNS.assign(latitude=[0, np.nan, 1]),
        TOWNS.assign(latitude=[0, 95, 1]),
    ],
)
def test_towns_that_are_no_route(towns):
    with pytest.raises(OptionError, match="towns are no route"):
        quiet(places.make_route, towns)


def test_a_route_is_made_before_it_is_used():
    with pytest.raises(ColumnError, match="no column 'route_order'"):
        places.add_route(make_points((0, 0)), TOWNS)
    for wrong in (0, -1, math.nan, "15"):
        with pytest.raises(OptionError, match="is no distance"):
            places.add_route(make_points((0, 0)), places.make_route(TOWNS), within_km=wrong)


def test_the_planted_road_is_found_again():
    """Precise events of the front lie in its towns (read off the truth), in their order."""
    from toolkit.datasets import data_folder

    truth = json.loads((data_folder() / "sample" / "truth.json").read_text(encoding="utf-8"))
    towns = pd.DataFrame(truth["front"]["towns"]).rename(columns={"name": "place"})
    events = ct.filter_events(quiet(ct.load_sample, "ged"), geo_precision="exact")
    result = places.add_route(events, places.make_route(towns), within_km=1)
    named = events["location"].str.removesuffix(" town").isin(towns["place"])
    found = result["route_place"].notna()
    assert found.sum() > 50
    assert (result.loc[found & named, "location"].str.contains("|".join(towns["place"]))).all()
    assert named[found].mean() > 0.95


def test_events_known_to_no_province_are_told():
    levels = ["exact", "admin1", "country", "wider"]
    events = make_points((0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (9, 9), geo_precision=levels)
    _, texts = said(places.add_provinces, events, BOARD)
    assert sum("1 events are known to no province" in text for text in texts) == 1
    _, texts = said(places.add_provinces, events.iloc[:2], BOARD)
    assert not any("known to no province" in text for text in texts)
