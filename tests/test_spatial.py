"""Weights, Moran's I and Gi*: by hand on small maps, against libpysal and esda on the sample."""

import warnings
from itertools import combinations

import esda
import geopandas
import libpysal
import numpy as np
import pandas as pd
import pytest
from makers import quiet

import toolkit as ct
from toolkit import spatial
from toolkit.errors import EmptySelectionError, FileFormatError, OptionError
from toolkit.permutation import find_p
from toolkit.provenance import pack_coverage, stamp
from toolkit.spatial.weights import Weights

KM_PER_DEGREE = 2 * np.pi * 6371.0088 / 360


def square(name, x, y):
    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"name": name, "land": "Aurel"}, "geometry": geometry}


# A B      A touches B and C along a line and D in a point; E lies apart
# C D   E
MAP = {
    "type": "FeatureCollection",
    "features": [
        square("A", 0, 1), square("B", 1, 1), square("C", 0, 0), square("D", 1, 0),
        square("E", 9, 0),
    ],
}  # fmt: skip


def chain(n, style="binary"):
    """Make n units in a row, each the neighbour of the one before and the one after."""
    points = pd.DataFrame({"latitude": 0.0, "longitude": range(n), "name": map(str, range(n))})
    return spatial.make_weights(points, kind="distance", km=1.1 * KM_PER_DEGREE, style=style)


def by_unit(values):
    return pd.Series(values, index=[str(i) for i in range(len(values))], name="n_events")


def neighbours(weights):
    return {u: [weights.units[j] for j in sorted(weights.matrix[[i]].indices)]
            for i, u in enumerate(weights.units)}  # fmt: skip


def to_libpysal(weights):
    return libpysal.weights.W(neighbours(weights), id_order=weights.units, silence_warnings=True)


@pytest.fixture(scope="module")
def sample():
    """Return weights of the sample's provinces and the events in each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        events = ct.filter_events(ct.load_sample("acled"), geo_precision="admin1")
        panel = ct.count_events(events, by=["country", "admin1"], period="year")
    boundaries = ct.load_boundaries("sample-boundaries")
    weights = spatial.make_weights(boundaries, kind="borders", names=["country", "name"])
    return weights, panel.groupby(["country", "admin1"])["n_events"].sum()


# -------------------------------------------------------------------------------------- weights


def test_shapes_that_touch_are_neighbours_and_one_that_does_not_is_named():
    with pytest.warns(ct.DataWarning, match="1 of 5 units have no neighbours: E"):
        weights = spatial.make_weights(MAP, kind="borders", style="binary")
    assert neighbours(weights) == {
        "A": ["B", "C", "D"], "B": ["A", "C", "D"], "C": ["A", "B", "D"], "D": ["A", "B", "C"],
        "E": [],
    }  # fmt: skip
    assert weights.rule == "neighbours touch; binary"
    assert set(weights.matrix.data) == {1.0}


def test_rows_of_row_standardised_weights_sum_to_one_but_for_islands():
    with pytest.warns(ct.DataWarning, match="no neighbours"):
        weights = spatial.make_weights(MAP, kind="borders", names=["land", "name"])
    assert weights.units[0] == "Aurel, A"
    assert weights.matrix.sum(axis=1).tolist() == pytest.approx([1, 1, 1, 1, 0])
    assert weights.matrix.toarray()[0].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 0])


def test_cells_have_the_eight_around_them_across_the_date_line_too():
    # PRIO-GRID: 720 cells to a row, numbered from 1; rows 100 and 101, the last column and two more
    low, high = 100 * 720, 101 * 720
    cells = [low + 720, low + 1, low + 2, high + 720, high + 1, high + 2]
    weights = spatial.make_weights(cells, kind="cells", style="binary")
    found = {int(u): {int(v) for v in near} for u, near in neighbours(weights).items()}
    assert found[low + 1] == set(cells) - {low + 1}
    assert found[low + 720] == {low + 1, high + 720, high + 1}
    # the last cell of one row and the first of the next are numbered in a row and lie far apart
    assert low + 720 not in found[high + 2]
    inner = [r * 720 + c for r in (5, 6, 7) for c in (11, 12, 13)]
    nine = spatial.make_weights(pd.Series(inner), kind="cells", style="binary")
    assert np.diff(nine.matrix.indptr).tolist() == [3, 5, 3, 5, 8, 5, 3, 5, 3]


def test_points_near_each_other():
    # on the equator, 0.1 degrees is 11.1 km
    points = pd.DataFrame({"latitude": 0.0, "longitude": [0, 0.1, 0.3, 1.0], "name": list("abcd")})
    with pytest.warns(ct.DataWarning, match="no neighbours: d"):
        within = spatial.make_weights(points, kind="distance", km=25)
    assert neighbours(within) == {"a": ["b"], "b": ["a", "c"], "c": ["b"], "d": []}
    for km, n in ((11.1, 0), (11.2, 1)):
        edge = quiet(spatial.make_weights, points, kind="distance", km=km)
        assert edge.matrix[[0]].nnz == n
    nearest = spatial.make_weights(points, kind="nearest", k=2)
    assert neighbours(nearest) == {"a": ["b", "c"], "b": ["a", "c"], "c": ["a", "b"],
                                   "d": ["b", "c"]}  # fmt: skip
    same = points.assign(longitude=0.0)
    assert (
        np.diff(spatial.make_weights(same, kind="nearest", k=2).matrix.indptr).tolist() == [2] * 4
    )


def test_points_on_both_sides_of_the_date_line_are_near():
    points = pd.DataFrame(
        {"latitude": 10.0, "longitude": [179.95, -179.95, 0.0], "name": list("abc")}
    )
    with pytest.warns(ct.DataWarning, match="no neighbours: c"):
        weights = spatial.make_weights(points, kind="distance", km=15)
    assert neighbours(weights) == {"a": ["b"], "b": ["a"], "c": []}


def test_weights_agree_with_libpysal_on_the_sample(sample):
    weights, _ = sample
    shapes = geopandas.GeoDataFrame.from_features(ct.load_boundaries("sample-boundaries"))
    names = (shapes["country"] + ", " + shapes["name"]).tolist()
    queen = libpysal.weights.Queen.from_dataframe(shapes, ids=names, use_index=False)
    ours = {u: sorted(near) for u, near in neighbours(weights).items()}
    assert ours == {u: sorted(near) for u, near in queen.neighbors.items()}


@pytest.mark.parametrize(
    ("units", "options", "error", "wrong"),
    [
        (MAP, {"kind": "rook"}, OptionError, "kind='rook'"),
        (MAP, {"kind": "borders", "style": "c"}, OptionError, "style='c'"),
        (MAP, {"kind": "borders", "names": "nam"}, OptionError, "no property 'nam'"),
        (MAP, {"kind": "borders", "names": ["lan", "name"]}, OptionError, "no property 'lan'"),
        (MAP, {"kind": "borders", "names": list("abc")}, OptionError, "3 properties"),
        (MAP, {"kind": "borders", "names": "land"}, EmptySelectionError, "1 units"),
        ([1, 2, 3], {"kind": "borders"}, FileFormatError, "no GeoJSON"),
        ({"features": None}, {"kind": "borders"}, FileFormatError, "no GeoJSON"),
        ({"features": [{"properties": None}]}, {"kind": "borders"}, OptionError, "no property"),
        ({"features": [square("A", 0, 0) | {"geometry": {"type": "Polygon"}}]},
         {"kind": "borders"}, FileFormatError, "no readable geometry"),
        ([1, 2, 2.5], {"kind": "cells"}, OptionError, "PRIO-GRID"),
        ([1, 2, 259_201], {"kind": "cells"}, OptionError, "PRIO-GRID"),
        ([1, 2], {"kind": "cells"}, EmptySelectionError, "2 units"),
        ([1, 2, 3], {"kind": "nearest"}, OptionError, "Points are needed"),
        (pd.DataFrame({"latitude": [0.0, 1, 2], "longitude": 0.0, "name": list("abc")}),
         {"kind": "nearest", "k": 3}, OptionError, "k=3"),
        (pd.DataFrame({"latitude": [0.0, 1, 2], "longitude": 0.0, "name": list("abc")}),
         {"kind": "nearest", "k": 1.5}, OptionError, "k=1.5"),
        (pd.DataFrame({"latitude": [0.0, 1, 2], "longitude": 0.0, "name": list("abc")}),
         {"kind": "nearest", "k": "2"}, OptionError, "k='2'"),
        (pd.DataFrame({"latitude": [0.0, 1, 362], "longitude": 0.0, "name": list("abc")}),
         {"kind": "distance"}, OptionError, "no coordinates on earth"),
        (pd.DataFrame({"latitude": [0.0, 1, 2], "longitude": 0.0, "name": list("abc")}),
         {"kind": "distance", "km": "far"}, OptionError, "km='far'"),
        (pd.DataFrame({"latitude": [0.0, 1, None], "longitude": 0.0, "name": list("abc")}),
         {"kind": "distance"}, OptionError, "no coordinates"),
        (pd.DataFrame({"latitude": [0.0, 1, 2], "longitude": 0.0, "name": list("abc")}),
         {"kind": "distance", "km": -1}, OptionError, "km=-1"),
    ],
)  # fmt: skip
def test_units_that_do_not_fit(units, options, error, wrong):
    with pytest.raises(error, match=wrong) as raised:
        quiet(spatial.make_weights, units, **options)
    if "no property" in wrong:
        assert raised.value.fix.startswith("names=")


def test_numbers_of_numpy_are_numbers():
    points = pd.DataFrame({"latitude": [0.0, 1, 2], "longitude": 0.0, "name": list("abc")})
    for k in (2.0, np.int8(2), np.float32(2)):
        found = spatial.make_weights(points, kind="nearest", k=k)
        assert neighbours(found) == {"a": ["b", "c"], "b": ["a", "c"], "c": ["a", "b"]}
        assert found.rule == "neighbours are the 2 nearest; row-standardised"
    within = spatial.make_weights(points, kind="distance", km=np.int32(500))
    assert within.rule == "neighbours within 500 km; row-standardised"


def test_features_of_one_name_are_one_unit():
    islands = {"features": [square("A", 5, 5), *MAP["features"][:4]]}
    with pytest.warns(ct.DataWarning, match="5 features have 4 names"):
        weights = spatial.make_weights(islands, kind="borders")
    assert neighbours(weights)["A"] == ["B", "C", "D"]


# -------------------------------------------------------------------------------------- p-values


def test_p_counts_ties_on_both_sides():
    simulated = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2])
    # 9 of 9 at or above 0, 6 of 9 at or below
    assert find_p(simulated, 0, alternative="greater") == 1.0
    assert find_p(simulated, 0, alternative="less") == 0.7
    assert find_p(simulated, 0) == 1.0
    assert find_p(simulated, 2) == 0.4


# ----------------------------------------------------------------------------------------- Moran


def test_moran_by_hand():
    # 1 2 3 4 in a row: deviations -1.5 -.5 .5 1.5; products of neighbours .75 -.25 .75, each twice;
    # 4 units / 6 weights * 2.5 / 5 = 1/3
    found = spatial.moran(by_unit([1, 2, 3, 4]), chain(4), n_permutations=9999).iloc[0]
    assert found["moran"] == pytest.approx(1 / 3)
    assert found["expected"] == pytest.approx(-1 / 3)
    # of the 24 orders only 1234 and 4321 reach 1/3
    greater = spatial.moran(
        by_unit([1, 2, 3, 4]), chain(4), n_permutations=9999, alternative="greater"
    )
    assert greater["p"].iloc[0] == pytest.approx(2 / 24, abs=0.015)
    assert found["p"] == pytest.approx(4 / 24, abs=0.03)


def test_moran_agrees_with_esda_on_the_sample(sample):
    weights, values = sample
    theirs_w = to_libpysal(weights)
    ordered = values.set_axis([", ".join(u) for u in values.index])[weights.units].to_numpy(float)
    for style, letter in (("row", "r"), ("binary", "b")):
        matrix = weights.matrix if style == "row" else (weights.matrix > 0).astype(float)
        ours = spatial.moran(values, Weights(weights.units, matrix, "", style), n_permutations=9999)
        np.random.seed(1)  # noqa: NPY002  esda takes no other
        theirs = esda.Moran(ordered, theirs_w, transformation=letter, permutations=9999)
        assert ours["moran"].iloc[0] == pytest.approx(theirs.I, abs=1e-12)
        assert ours["expected"].iloc[0] == pytest.approx(theirs.EI, abs=1e-12)
        # esda gives the smaller side
        assert ours["p"].iloc[0] == pytest.approx(2 * theirs.p_sim, abs=0.02)
        assert ours["z"].iloc[0] == pytest.approx(theirs.z_sim, abs=0.1)


def test_moran_of_shuffled_values_is_called_clumped_at_the_nominal_rate():
    rng = np.random.default_rng(3)
    weights = chain(30, style="row")
    p = [
        spatial.moran(by_unit(rng.poisson(2, 30)), weights, n_permutations=99, seed=i)["p"].iloc[0]
        for i in range(200)
    ]
    # 10 of 200 expected; more than 18 would come up once in 100 such tests
    assert sum(x <= 0.05 for x in p) <= 18


def test_units_without_a_value_are_left_out_and_told():
    weights = chain(5, style="row")
    with pytest.warns(ct.DataWarning, match="1 units have no value and are left out: 4"):
        short = spatial.moran(by_unit([1, 2, 3, 4]), weights)
    # without it the unit before has one neighbour, which gets all its weight
    whole = spatial.moran(by_unit([1, 2, 3, 4]), chain(4, style="row"))
    assert short["moran"].iloc[0] == pytest.approx(whole["moran"].iloc[0])
    with pytest.warns(ct.DataWarning, match="left out: 4"):
        missing = spatial.moran(by_unit(pd.array([1, 2, 3, 4, pd.NA], dtype="Int64")), weights)
    assert missing["n_units"].iloc[0] == 4


@pytest.mark.parametrize("statistic", [spatial.moran, spatial.find_hot_spots])
@pytest.mark.parametrize(
    ("values", "error", "wrong"),
    [
        ([1, 2, 3, 4], OptionError, "not a panel or a Series"),
        (by_unit(["1", "2", "3", "4"]), OptionError, "n_events holds .*, not numbers"),
        (pd.Series(["few", 2, 3, 4]), OptionError, "values holds object, not numbers"),
        (by_unit([1, 2, 3, 4, 5]), OptionError, "no weights: 4"),
        (by_unit([2, 2, 2, 2]), EmptySelectionError, "do not vary"),
        (by_unit([1, 2, 3, np.inf]), EmptySelectionError, "do not vary"),
        (pd.Series([1, 2], index=["0", "0"]), EmptySelectionError, "2 units"),
        (pd.Series([1, 2, 3], index=["0", "0", "1"]), OptionError, "'0' stands twice"),
    ],
)
def test_values_that_do_not_fit(statistic, values, error, wrong):
    with pytest.raises(error, match=wrong):
        statistic(values, chain(4))


# -------------------------------------------------------------------------------------- panels


def make_panel(spans=None, by="admin1"):
    """Make a panel by month of events in A (1 and 2), B (2 and 1), C (0 and 3), D (1 and 0)."""
    rows = [("A", 1), ("A", 2), ("A", 2), ("B", 1), ("B", 1), ("B", 2), ("C", 2), ("C", 2),
            ("C", 2), ("D", 1)]  # fmt: skip
    events = pd.DataFrame(
        {"event_id": [str(i) for i in range(len(rows))], "dataset": "reed",
         "country": ["Boria" if name == "D" else "Aurel" for name, _ in rows],
         "admin1": [name for name, _ in rows],
         "date_start": [pd.Timestamp(2016, month, 5) for _, month in rows]}
    )  # fmt: skip
    spans = spans or {"Aurel": ("2016-01-01", "2016-02-29"), "Boria": ("2016-01-01", "2016-02-29")}
    table = pd.DataFrame(
        [("reed", "", c, *pd.to_datetime(d), "*", "stated") for c, d in spans.items()],
        columns=["dataset", "version", "country", "start", "end", "event_types", "basis"],
    )
    events = stamp(events, {"title": "Reed Events"}, coverage=pack_coverage(table))
    return quiet(ct.count_events, events, by=by)


def joined(n=4):
    names = ["Aurel, A", "Aurel, B", "Aurel, C", "Boria, D"][:n]
    return chain(n)._replace(units=names)


def test_the_periods_of_a_panel_are_added_up():
    panel = make_panel()
    both = spatial.find_hot_spots(panel, joined(), n_permutations=99)
    assert both[["unit", "value"]].values.tolist() == [
        ["Aurel, A", 3], ["Aurel, B", 3], ["Aurel, C", 3], ["Boria, D", 1]
    ]  # fmt: skip
    first = spatial.find_hot_spots(panel, joined(), period="2016-01", n_permutations=99)
    assert first["value"].tolist() == [1, 2, 0, 1]
    assert "Gi* of n_events, 2016-01: " in first.attrs["steps"]
    assert "Gi* of n_events, 2016-01 to 2016-02: " in both.attrs["steps"]
    assert "filter not recorded" not in both.attrs["steps"]
    assert ct.source_line(both) == "Source: Reed Events"
    pd.testing.assert_frame_equal(
        spatial.moran(panel, joined()),
        spatial.moran(pd.Series([3, 3, 3, 1], index=joined().units), joined()),
    )


def test_units_are_named_as_the_weights_name_them():
    short = spatial.moran(make_panel(), chain(4)._replace(units=list("ABCD")))
    assert short["moran"].tolist() == spatial.moran(make_panel(), joined())["moran"].tolist()
    # cells are numbers here and texts there
    panel = make_panel().drop(columns="country").replace({"A": "1", "B": "2", "C": "3", "D": "4"})
    panel["admin1"] = panel["admin1"].astype(float)
    cells = spatial.moran(panel, spatial.make_weights([1, 2, 3, 4], kind="cells", style="binary"))
    assert cells["moran"].tolist() == short["moran"].tolist()


def test_a_unit_that_is_not_covered_throughout_has_no_sum():
    whole = ("2016-01-01", "2016-02-29")
    # without Boria's February; the 3 of C in February becomes a 9
    panel = make_panel({"Aurel": whole, "Boria": ("2016-01-01", "2016-01-31")})
    panel = panel.replace({"n_events": {3: 9}})
    with pytest.warns(ct.DataWarning, match="1 units have no value and are left out: Boria, D"):
        found = spatial.find_hot_spots(panel, joined(), n_permutations=99)
    assert found["value"].tolist() == [3, 3, 9]
    # a month covered in part is left out where it is covered as a whole for the others
    part = make_panel({"Aurel": whole, "Boria": ("2016-01-01", "2016-02-20")})
    part = part.replace({"n_events": {3: 9}})
    with pytest.warns(ct.DataWarning, match="left out: Boria, D"):
        found = spatial.find_hot_spots(part, joined(), n_permutations=99)
    assert found["value"].tolist() == [3, 3, 9]
    everywhere = dict.fromkeys(["Aurel", "Boria"], ("2016-01-01", "2016-02-20"))
    same = spatial.find_hot_spots(make_panel(everywhere), joined(), n_permutations=99)
    assert same["value"].tolist() == [3, 3, 3, 1]


def test_a_unit_that_begins_later_has_no_sum_and_one_with_a_hole_is_an_error():
    panel = make_panel(dict.fromkeys(["Aurel", "Boria"], ("2016-01-01", "2016-03-31")))
    is_d, month = panel["admin1"] == "D", panel["period"].dt.month
    panel["n_events"] += panel["admin1"].eq("C")  # one more in each month: 6 in all
    with pytest.warns(ct.DataWarning, match="left out: Boria, D"):
        found = spatial.find_hot_spots(panel[~(is_d & (month == 1))], joined(), n_permutations=99)
    assert found["value"].tolist() == [3, 3, 6]
    with pytest.raises(OptionError, match="no row for 1 months of Boria, D, first 2016-02"):
        spatial.moran(panel[~(is_d & (month == 2))], joined())
    with pytest.raises(OptionError, match="stands twice"):
        spatial.moran(pd.concat([panel, panel[is_d].head(1)]), joined())


def test_units_without_a_name_are_left_out_and_told():
    panel = make_panel()
    panel["admin1"] = panel["admin1"].replace({"C": None})
    with (
        pytest.warns(ct.DataWarning, match="n_events 3 of units without a name"),
        pytest.warns(ct.DataWarning, match="left out: Aurel, C"),
    ):
        found = spatial.find_hot_spots(panel, joined(), n_permutations=99)
    assert found["value"].tolist() == [3, 3, 1]


@pytest.mark.parametrize(
    ("change", "options", "error", "wrong"),
    [
        (lambda p: p, {"period": "2017"}, EmptySelectionError, "no period inside 2017"),
        (lambda p: p, {"period": "spring"}, OptionError, "period='spring' is not a period"),
        (lambda p: p, {"value": "deaths"}, OptionError, "value='deaths'"),
        (lambda p: p, {"value": "fatalities"}, OptionError, "missing in every row"),
        (lambda p: p.drop(columns="period"), {}, OptionError, "no panel"),
        (lambda p: p.drop(columns=["country", "admin1"]).head(2), {}, OptionError, "without units"),
        (lambda p: p.assign(covered=False), {}, EmptySelectionError, "No unit has n_events"),
        (lambda p: p.assign(admin1=None), {}, EmptySelectionError, "No unit has n_events"),
        (lambda p: p.replace({"D": "E"}), {}, OptionError, "no weights: Boria, E"),
        (lambda p: by_unit([1, 2, 3, 4]), {"period": "2016"}, OptionError, "have no periods"),
    ],
)
@pytest.mark.parametrize("statistic", [spatial.moran, spatial.find_hot_spots])
def test_panels_that_do_not_fit(statistic, change, options, error, wrong):
    with pytest.raises(error, match=wrong):
        quiet(statistic, change(make_panel()), joined(), **options)


def test_a_series_without_a_name_is_called_values():
    found = spatial.moran(by_unit([1, 2, 3, 5]).rename(None), chain(4), n_permutations=99)
    named = spatial.moran(by_unit([1, 2, 3, 5]), chain(4), n_permutations=99)
    assert "I of values: " in found.attrs["steps"]
    assert "I of n_events: " in named.attrs["steps"]


def test_options_that_do_not_fit():
    values, weights = by_unit([1, 2, 3, 4]), chain(4)
    with pytest.raises(OptionError, match="n_permutations=9"):
        spatial.moran(values, weights, n_permutations=9)
    with pytest.raises(OptionError, match="alternative='both'"):
        spatial.moran(values, weights, alternative="both")
    with pytest.raises(OptionError, match="rate=5"):
        spatial.find_hot_spots(values, weights, rate=5)
    alone = weights._replace(matrix=weights.matrix * 0)
    with pytest.raises(OptionError, match="No unit has a neighbour"):
        spatial.moran(values, alone)


def test_results_carry_their_provenance_and_change_nothing(sample):
    weights, values = sample
    before = values.copy()
    first, again = (spatial.find_hot_spots(values, weights, n_permutations=99) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_series_equal(values, before)
    assert "99 conditional permutations, seed 0" in first.attrs["steps"]
    assert "neighbours touch; row-standardised" in first.attrs["steps"]


# ------------------------------------------------------------------------------------- hot spots


def test_gi_star_by_hand():
    # 0 0 0 6 in a row: mean 1.5, deviation sqrt(27/4); the last unit and its neighbour sum to 6:
    # (6 - 2 * 1.5) / (sqrt(6.75) * sqrt((4 * 2 - 2**2) / 3)) = 3 / 3 = 1
    for style in ("binary", "row"):
        spots = spatial.find_hot_spots(by_unit([0, 0, 0, 6]), chain(4, style=style))
        assert spots["gi_star"].iloc[3] == pytest.approx(1.0)
        # three units of four: (6 - 4.5) / (sqrt(6.75) * sqrt((4 * 3 - 3**2) / 3))
        assert spots["gi_star"].iloc[2] == pytest.approx(1.5 / np.sqrt(6.75))
    assert spots["n_neighbours"].tolist() == [1, 2, 2, 1]


def test_gi_star_agrees_with_esda_on_the_sample(sample):
    weights, values = sample
    ordered = values.set_axis([", ".join(u) for u in values.index])[weights.units].to_numpy(float)
    ours = spatial.find_hot_spots(values, weights)
    theirs = esda.G_Local(
        ordered, to_libpysal(weights), transform="B", star=True, permutations=9999, seed=1, n_jobs=1
    )
    np.testing.assert_allclose(ours["gi_star"], theirs.Zs, atol=1e-10)
    # esda gives the smaller side, and leaves ties out on the lower one: only the upper can agree
    high = theirs.Zs > 0
    assert high.sum() >= 4
    doubled = np.minimum(1, 2 * theirs.p_sim)
    np.testing.assert_allclose(ours["p"][high], doubled[high], atol=0.03)


def test_conditional_p_is_the_share_of_all_ways_to_draw_the_neighbours(sample):
    weights, values = sample
    numbers = values.set_axis([", ".join(u) for u in values.index])[weights.units].to_numpy(float)
    spots = spatial.find_hot_spots(values, weights)
    for i in range(len(numbers)):
        near = weights.matrix[[i]].indices
        ways = combinations(np.delete(numbers, i), len(near))
        sums = np.array([sum(way) for way in ways])
        above, below = (sums >= numbers[near].sum()).mean(), (sums <= numbers[near].sum()).mean()
        assert spots["p"][i] == pytest.approx(min(1, 2 * min(above, below)), abs=0.03)


def test_a_planted_hot_spot_is_found_and_the_rest_is_not():
    cells = [(100 + r) * 720 + c for r in range(9) for c in range(9)]
    weights = spatial.make_weights(cells, kind="cells")
    counts = pd.Series(np.random.default_rng(0).poisson(2, 81), index=cells)
    block = [(100 + r) * 720 + c for r in (3, 4, 5) for c in (3, 4, 5)]
    counts[block] += 15
    spots = spatial.find_hot_spots(counts, weights).set_index("unit")
    assert spots.loc[str(104 * 720 + 4), "spot"] == "hot"
    far = [str((100 + r) * 720 + c) for r in (0, 1, 7, 8) for c in (0, 1, 7, 8)]
    assert not spots.loc[far, "spot"].eq("hot").any()
    assert (spots["q"] >= spots["p"]).all()
    assert spots["spot"].notna().equals(spots["q"] <= 0.05)


def test_zeros_among_zeros_are_not_cold():
    # esda's smaller side does not count ties: it gives the units far from the one event p 0.01
    values = by_unit([0] * 20 + [7] + [0] * 9)
    spots = spatial.find_hot_spots(values, chain(30), n_permutations=999)
    assert (spots["p"][:18] == 1).all()
    theirs = esda.G_Local(
        values.to_numpy(float), to_libpysal(chain(30)), transform="B", star=True, permutations=99,
        seed=1, n_jobs=1,
    )  # fmt: skip
    assert theirs.p_sim[:18].max() == 0.01


def test_without_clumping_a_map_with_any_spot_is_as_rare_as_stated():
    rng = np.random.default_rng(5)
    weights = chain(25)
    maps = [
        spatial.find_hot_spots(by_unit(rng.normal(size=25)), weights, n_permutations=999, seed=i)
        for i in range(60)
    ]
    # 3 of 60 expected; 9 or more would come up three times in a thousand such tests
    assert sum(spots["spot"].notna().any() for spots in maps) <= 8


@pytest.mark.realdata
def test_moran_and_gi_star_agree_with_esda_over_the_cells_of_syria(realdata):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        path = realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv"
        events = ct.load_ucdp_ged(path, keep=["priogrid_gid"])
    near = ct.filter_events(events, geo_precision="near")
    cells = sorted(near["priogrid_gid"].astype(int).unique())
    weights = spatial.make_weights(cells, kind="cells")
    year = ct.filter_events(near, start="2019-01-01")["priogrid_gid"].astype(int)
    counts = year.value_counts().reindex(cells, fill_value=0)
    numbers, theirs_w = counts.to_numpy(float), to_libpysal(weights)
    ours = spatial.find_hot_spots(counts, weights, n_permutations=99)
    theirs = esda.G_Local(numbers, theirs_w, transform="B", star=True, permutations=0)
    np.testing.assert_allclose(ours["gi_star"], theirs.Zs, atol=1e-10)
    moran = esda.Moran(numbers, theirs_w, permutations=0)
    assert spatial.moran(counts, weights)["moran"].iloc[0] == pytest.approx(moran.I, abs=1e-12)
