"""Knox, centres, arrivals, advance: by hand, against pointpats, and the planted front.

Hand-made events lie on the equator, where 0.1 degrees are 11.12 km.
"""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pointpats
import pytest
from equator import diffusion, make_events, weigh
from makers import quiet
from scipy.stats import theilslopes

import toolkit as ct
from toolkit import spatial
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.spatial.distances import find_distances, to_chord, to_sphere
from toolkit.spatial.precision import find_periods

TRUTH = Path(__file__).parents[1] / "data" / "sample" / "truth.json"
START, END = "2013-04-01", "2014-02-28"


@pytest.fixture(scope="module")
def truth():
    return json.loads(TRUTH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=["ged", "acled"])
def front(request, truth):
    """Return the events of the dyad whose fighting moves along a road, and the towns on it."""
    towns = pd.DataFrame(truth["front"]["towns"]).rename(columns={"name": "place"})
    legs = np.diagonal(find_distances(towns, towns), offset=1)
    towns["route_km"] = np.concatenate([[0], np.cumsum(legs)])
    events = quiet(ct.load_sample, request.param)
    events = ct.filter_events(events, actors=truth["front"]["side_b"], start=START, end=END)
    names = events["actor1"] + events["actor2"].fillna("")
    # the state's forces bear the country's name in both datasets
    return events[names.str.contains("Karvenia")], towns.assign(
        reached=pd.to_datetime(towns["reached"])
    )


# ------------------------------------------------------------------------------------- precision


def test_an_event_has_a_period_if_all_its_possible_days_lie_in_it():
    # the week around the 10th is the 7th to the 13th, the one around the 2nd begins in February;
    # a month is its calendar month; how long "longer" is nobody says
    events = make_events([("2016-03-10", 0)] * 7)
    levels = ["day", "days", "week", "month", "longer"]
    events["date_precision"] = events["date_precision"].cat.set_categories(levels)
    events.loc[1, ["date_precision", "date_end"]] = ["week", pd.Timestamp("2016-04-01")]
    events.loc[2, "date_precision"] = "week"
    events.loc[3, ["date_precision", "date_start", "date_end"]] = [
        "week", pd.Timestamp("2016-03-02"), pd.Timestamp("2016-03-02")
    ]  # fmt: skip
    events.loc[4, "date_precision"] = "month"
    events.loc[5, "date_precision"] = None
    events.loc[6, "date_end"] = pd.NaT
    months = find_periods(events, "month")
    assert months.isna().tolist() == [False, True, False, True, False, False, False]
    assert months.dropna().eq(pd.Period("2016-03")).all()
    weeks = find_periods(events, "week")
    # 2016-03-07 is a Monday, the week around the 10th is the calendar week by chance
    assert weeks.isna().tolist() == [False, True, False, True, True, False, False]


def test_first_dates_reach_as_far_as_the_possible_days():
    events = make_events([("2016-02-10", 0), ("2016-02-20", 0)], date_precision=["month", "day"])
    found = spatial.find_arrivals(events).iloc[0]
    # the event of the month may lie on the 1st, and has happened for certain by the 20th, when
    # the other one has
    assert [str(found[c])[:10] for c in ("earliest", "date", "latest")] == [
        "2016-02-01", "2016-02-20", "2016-02-20"
    ]  # fmt: skip


CALLS = [
    lambda e: spatial.knox(e, km=5, days=5, geo_precision=None),
    lambda e: spatial.find_centres(e, geo_precision=None),
    lambda e: spatial.find_arrivals(e, geo_precision=None),
    lambda e: spatial.describe_advance(e, make_road(3), geo_precision=None),
    lambda e: spatial.describe_diffusion(e, weigh(4), cell="location", geo_precision=None),
]


@pytest.mark.parametrize("call", CALLS)
def test_two_records_of_one_event_and_parts_of_one_are_refused(call):
    rows = [(f"2016-01-0{1 + i}", i / 2, str(i)) for i in range(4)]
    two = make_events(rows, dataset=["reed", "reed", "heron", "heron"])
    with pytest.raises(OptionError, match="are of several datasets") as error:
        call(two)
    assert len(eval(error.value.fix, {"events": two})) == 2
    parts = make_events(rows).assign(share=[1, 0.5, 0.5, 1], spread="as recorded")
    with pytest.raises(OptionError, match="2 rows are parts of events"):
        call(parts)
    parts["spread"] = ["as recorded", "by area", "by area", None]
    with pytest.raises(OptionError, match="2 rows are parts of events") as error:
        call(parts)
    assert error.value.fix == "events[events['spread'] == 'as recorded']"


def test_columns_of_whole_events_and_of_one_dataset_do_no_harm():
    events = make_events([("2016-01-01", 0), ("2016-01-02", 0), ("2016-01-03", 0.05)])
    plain = quiet(spatial.knox, events, km=10, days=5, n_permutations=99)
    marked = events.assign(share=1.0, spread="as recorded")
    pd.testing.assert_frame_equal(
        plain, quiet(spatial.knox, marked, km=10, days=5, n_permutations=99)
    )


def test_coordinates_that_are_not_on_earth_are_not_used():
    events = make_events([("2016-01-01", 0), ("2016-01-02", 0), ("2016-01-03", 0.05)] * 2)
    events.loc[[3, 4], "latitude"] = [362.0, np.nan]
    with pytest.warns(ct.DataWarning, match="1 of 6 rows have coordinates out of range"):
        found = spatial.knox(events, km=10, days=5, n_permutations=99)
    # 360 + 2 degrees would be a place like any other to a sine
    assert found[["n_events", "n_left_out"]].values.tolist() == [[4, 2]]
    places = {"place": ["west", "east"], "latitude": [0, 362.0], "longitude": 0.0}
    with pytest.raises(OptionError, match="no coordinates: east"):
        quiet(spatial.find_arrivals, events, pd.DataFrame(places))


@pytest.mark.parametrize("number", ["99", 99.5, 98, None, True, float("nan"), np.float64("inf")])
def test_a_number_of_permutations_is_a_whole_one(number):
    events, road = make_events([("2016-01-01", 0)] * 4), make_road(3)
    values = pd.Series([1, 2, 3, 4], index=list("0123"))
    for call in (
        lambda: spatial.knox(events, km=1, days=1, n_permutations=number),
        lambda: spatial.describe_advance(events, road, n_permutations=number),
        lambda: diffusion(np.eye(4, dtype=int), weigh(4), n_permutations=number),
        lambda: spatial.moran(values, weigh(4), n_permutations=number),
        lambda: spatial.find_hot_spots(values, weigh(4), n_permutations=number),
    ):
        with pytest.raises(OptionError, match="n_permutations="):
            call()


@pytest.mark.parametrize(
    "call",
    [
        lambda e: spatial.knox(e, km=5, days=5),
        lambda e: spatial.find_centres(e),
        lambda e: spatial.find_arrivals(e),
    ],
)
def test_events_that_are_not_precise_enough(call):
    events = make_events([("2016-03-10", 0)] * 4, geo_precision="admin1")
    with pytest.raises(EmptySelectionError, match="None of the 4 events"):
        call(events)
    with pytest.raises(ColumnError, match="geo_precision"):
        call(events.drop(columns="geo_precision"))
    # what is not recorded is not precise
    with pytest.raises(EmptySelectionError, match="None of the 4 events"):
        call(make_events([("2016-03-10", 0)] * 4, geo_precision=None))


# ------------------------------------------------------------------------------------------ Knox


def test_knox_by_hand():
    # pairs: ab 0 km 2 days, ac 11 km 9 days, ad 111 km 1 day, bc 11 km 7 days, bd 111 km 1 day,
    # cd 100 km 8 days
    events = make_events(
        [("2016-01-01", 0), ("2016-01-03", 0), ("2016-01-10", 0.1), ("2016-01-02", 1)]
    )
    table = spatial.knox(events, km=[0, 20], days=[1, 7], n_permutations=99)
    assert table[["km", "days"]].values.tolist() == [[0, 1], [0, 7], [20, 1], [20, 7]]
    assert table["near_space"].tolist() == [1, 1, 3, 3]
    assert table["near_time"].tolist() == [2, 4, 2, 4]
    assert table["observed"].tolist() == [0, 1, 0, 2]
    assert table["same_place"].tolist() == [0, 1, 0, 1]
    assert table["expected"].tolist() == pytest.approx([2 / 6, 4 / 6, 1, 2])
    assert table["ratio"].iloc[3] == pytest.approx(1)


def test_only_pairs_at_the_same_coordinates_are_of_one_place():
    events = make_events([("2016-01-01", 0), ("2016-01-02", 0), ("2016-01-03", 0.05)])
    found = spatial.knox(events, km=10, days=5, n_permutations=99).iloc[0]
    assert [found["observed"], found["same_place"]] == [3, 1]


def test_expected_pairs_are_the_mean_over_all_shuffles():
    days, east = [1, 2, 4, 9, 10], [0, 0, 0.1, 0.3, 0.35]
    orders = [dict(zip(range(5), order, strict=True)) for order in permutations(days)]
    pairs = [(i, j) for i in range(5) for j in range(i) if abs(east[i] - east[j]) < 0.15]
    counts = [sum(abs(o[i] - o[j]) <= 2 for i, j in pairs) for o in orders]
    events = make_events([(f"2016-01-{d:02}", x) for d, x in zip(days, east, strict=True)])
    found = quiet(spatial.knox, events, km=15, days=2, n_permutations=9999).iloc[0]
    assert found["expected"] == pytest.approx(np.mean(counts))
    observed = sum(abs(days[i] - days[j]) <= 2 for i, j in pairs)
    assert found["observed"] == observed
    assert found["p"] == pytest.approx(np.mean([c >= observed for c in counts]), abs=0.02)


def test_knox_agrees_with_pointpats_on_the_sample():
    events = quiet(ct.load_sample, "ged")
    precise = ct.filter_events(
        events, start=START, end=END, geo_precision="exact", date_precision="day"
    )
    day = (precise["date_start"] - precise["date_start"].min()).dt.days.to_numpy(float)
    table = quiet(spatial.knox, ct.filter_events(events, start=START, end=END),
                  km=[10, 50], days=[7, 30]).set_index(["km", "days"])  # fmt: skip
    for (km, days), row in table.iterrows():
        np.random.seed(2)  # noqa: NPY002  pointpats takes no other
        theirs = pointpats.Knox(
            to_sphere(precise), day[:, None], delta=to_chord(km), tau=days, permutations=999
        )
        assert row["observed"] == theirs.nst
        assert row["expected"] == pytest.approx(theirs.expected[0][0])
        assert row["p"] == pytest.approx(theirs.p_sim, abs=0.03)
        assert row["n_events"] == len(precise)


def test_imprecise_events_are_left_out_and_counted():
    rows = [("2016-01-01", 0), ("2016-01-03", 0), ("2016-01-10", 0.1), ("2016-01-02", 1)]
    events = make_events(
        rows * 2, date_precision=["day"] * 7 + ["month"], geo_precision=["exact"] * 6 + ["near"] * 2
    )
    assert spatial.knox(events, km=200, days=9)[["n_events", "n_left_out"]].values.tolist() == [
        [6, 2]
    ]
    near = spatial.knox(events, km=200, days=9, geo_precision="near")
    every = spatial.knox(events, km=200, days=9, geo_precision=None, date_precision=None)
    assert [near["n_events"].iloc[0], every["n_events"].iloc[0]] == [7, 8]


def test_piles_on_one_point_are_told():
    events = make_events([(f"2016-01-{d:02}", d % 3) for d in range(1, 20)])
    with pytest.warns(ct.DataWarning, match="near pairs share their coordinates"):
        table = spatial.knox(events, km=50, days=6)
    assert table["same_place"].equals(table["observed"])


def test_near_repeats_are_found_and_independent_events_are_not():
    rng = np.random.default_rng(4)
    dates = pd.date_range("2016-01-01", periods=365)
    first = [(dates[d], x) for d, x in zip(rng.integers(0, 350, 60), rng.random(60) * 5)]  # noqa: B905
    # every second event is followed within a week and some kilometres
    after = [(d + pd.Timedelta(days=3), x + 0.03) for d, x in first[::2]]
    planted = spatial.knox(make_events([*first, *after]), km=10, days=7).iloc[0]
    assert planted["p"] == 0.001
    assert planted["ratio"] > 3
    p = []
    for seed in range(100):
        rows = [(dates[d], x) for d, x in zip(rng.integers(0, 365, 60), rng.random(60) * 3)]  # noqa: B905
        events = make_events(rows)
        p.append(spatial.knox(events, km=20, days=14, n_permutations=99, seed=seed)["p"].iloc[0])
    # 5 of 100 expected; more than 11 would come up less than once in 100 such tests
    assert sum(x <= 0.05 for x in p) <= 11


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"km": -1, "days": 5}, "km=-1"),
        ({"km": [], "days": 5}, "km is empty"),
        ({"km": 5, "days": [1, float("inf")]}, "days=inf"),
        ({"km": 5, "days": 7.9}, "days=7.9"),
        ({"km": 5, "days": np.float64(7.9)}, "days=7.9"),
        ({"km": 5, "days": "7"}, "days='7'"),
        ({"km": "5", "days": 7}, "km='5'"),
        ({"km": np.int32(-5), "days": 7}, "km=-5"),
        ({"km": 5, "days": 5, "n_permutations": 20}, "n_permutations=20"),
        ({"km": 5, "days": 5, "geo_precision": "town"}, "geo_precision='town'"),
    ],
)
def test_knox_options_that_do_not_fit(options, wrong):
    with pytest.raises(OptionError, match=wrong):
        spatial.knox(make_events([("2016-01-01", 0)] * 4), **options)


def test_numbers_of_numpy_are_numbers():
    events = make_events([("2016-01-01", 0), ("2016-01-02", 0), ("2016-01-03", 0.05)])
    plain = spatial.knox(events, km=[5, 10], days=7, n_permutations=99)
    numpy = spatial.knox(
        events, km=np.array([5, 10], dtype="int32"), days=np.float64(7), n_permutations=np.int16(99)
    )
    pd.testing.assert_frame_equal(plain, numpy)


# --------------------------------------------------------------------------------------- centres


def test_centre_and_spread_by_hand():
    # January: at 0, 0.1 (twice), 0.5: from 0.1 the sum is 0.1 + 0.4, from 0.5 it is 1.3
    events = make_events(
        [("2016-01-05", 0), ("2016-01-06", 0.1), ("2016-01-07", 0.1), ("2016-01-08", 0.5),
         ("2016-03-01", 0.5)],
        geo_precision=["near", "exact", "exact", "exact", "exact"],
    )  # fmt: skip
    centres = spatial.find_centres(events)
    assert centres["period"].astype("str").tolist() == ["2016-01", "2016-03"]
    assert centres["location"].tolist() == ["at 0.1", "at 0.5"]
    # distances 0, 0, 11.12, 44.48 km: the median lies halfway between 0 and 11.12
    assert centres["spread_km"].tolist() == pytest.approx([5.56, 0], abs=0.01)
    assert centres["moved_km"].tolist() == pytest.approx([np.nan, 44.48], abs=0.01, nan_ok=True)
    counts = centres[["n_events", "n_places", "share_near", "n_left_out"]].values.tolist()
    assert counts == [[4, 3, 0.25, 0], [1, 1, 0, 0]]


def test_deaths_pull_the_centre():
    rows = [("2016-01-05", 0), ("2016-01-06", 0.1), ("2016-01-07", 0.1), ("2016-01-08", 0.5)]
    deaths = pd.array([1, 1, pd.NA, 9], dtype="Int64")
    centres = spatial.find_centres(make_events(rows, fatalities=deaths), weight="fatalities")
    assert centres["location"].tolist() == ["at 0.5"]
    assert centres["spread_km"].tolist() == [0]
    without = spatial.find_centres(make_events(rows, fatalities=0), weight="fatalities")
    assert without["location"].isna().all()
    assert without["n_events"].tolist() == [4]
    with pytest.raises(OptionError, match="weight='deaths'"):
        spatial.find_centres(make_events(rows), weight="deaths")


def test_a_centre_uses_events_of_one_period_and_known_place():
    rows = [("2016-01-05", 0), ("2016-01-20", 3), ("2016-01-06", 3), ("2016-01-07", 3)]
    events = make_events(
        rows,
        date_end=pd.to_datetime(["2016-01-05", "2016-02-20", "2016-01-06", "2016-01-07"]),
        geo_precision=["exact", "exact", "admin1", "admin1"],
    )
    centres = spatial.find_centres(events)
    assert centres[["location", "n_events", "n_left_out"]].values.tolist() == [["at 0", 1, 2]]
    assert "1 of 4 events lie in no single month" in centres.attrs["steps"]
    with pytest.raises(EmptySelectionError, match="No event lies in one week"):
        spatial.find_centres(events.iloc[[1]], period="week")


def test_a_period_without_a_usable_event_has_no_centre():
    rows = [("2016-01-05", 0), ("2016-02-05", 1), ("2016-03-05", 0.5)]
    events = make_events(rows, geo_precision=["exact", "wider", "exact"])
    centres = spatial.find_centres(events.set_axis([7, 7, 7]))
    assert centres["location"].isna().tolist() == [False, True, False]
    assert centres["moved_km"].iloc[2] == pytest.approx(55.6, abs=0.01)


def test_the_centre_of_the_siege_stays_and_that_of_the_front_moves_west(front, truth):
    events = quiet(ct.load_sample, "ged")
    siege = ct.filter_events(events, actors=truth["siege"]["side_b"], start=START, end=END)
    centres = spatial.find_centres(siege, period="quarter")
    assert centres["location"].str.startswith(truth["siege"]["towns"][0]["name"]).all()
    moving = spatial.find_centres(front[0], period="quarter")
    assert moving["longitude"].is_monotonic_decreasing
    assert moving["longitude"].nunique() == len(moving)


# -------------------------------------------------------------------------------------- arrivals


def test_first_events_and_what_the_dates_allow():
    events = make_events(
        [("2016-02-01", 0), ("2016-01-20", 0.01), ("2016-03-05", 1.0), ("2016-04-01", 5.0)],
        date_end=pd.to_datetime(["2016-02-01", "2016-01-31", "2016-03-05", "2016-04-01"]),
        date_precision=["day", "days", "day", "day"],
    )
    places = pd.DataFrame(
        {"place": ["west", "east", "none"], "latitude": 0.0, "longitude": [0, 1.1, 9.0],
         "km": [1, 2, 3]}
    )  # fmt: skip
    found = spatial.find_arrivals(events, places)
    assert list(found) == [*places, "date", "earliest", "latest", "rank", "n_events"]
    west = found.iloc[0]
    assert [str(west[c])[:10] for c in ("date", "earliest", "latest")] == [
        "2016-02-01", "2016-01-20", "2016-01-31"
    ]  # fmt: skip
    assert found["n_events"].tolist() == [2, 1, 0]
    assert found["rank"].tolist()[:2] == [1, 2]
    assert found.loc[2, ["date", "earliest", "latest", "rank"]].isna().all()
    # 11.1 km lie between the event and the place in the east
    assert spatial.find_arrivals(events, places, km=11)["n_events"].tolist() == [2, 0, 0]


def test_without_places_the_locations_are_taken_by_date():
    rows = [("2016-02-01", 0, "Reed"), ("2016-01-20", 1, "Heron"), ("2016-01-05", 0, "Reed")]
    found = spatial.find_arrivals(make_events(rows))
    assert found[["place", "rank", "n_events"]].values.tolist() == [["Reed", 1, 2], ["Heron", 2, 1]]


def test_places_that_do_not_fit():
    events = make_events([("2016-02-01", 0)])
    good = pd.DataFrame({"place": ["a", "b"], "latitude": [0.0, 1], "longitude": [0.0, 1]})
    with pytest.raises(ColumnError, match="'place'"):
        spatial.find_arrivals(events, good.drop(columns="place"))
    with pytest.raises(OptionError, match="no coordinates: b"):
        spatial.find_arrivals(events, good.assign(latitude=[0, np.nan]))
    with pytest.raises(OptionError, match="stands twice"):
        spatial.find_arrivals(events, good.assign(place="a"))
    with pytest.raises(OptionError, match="km=-3"):
        spatial.find_arrivals(events, good, km=-3)


def test_the_planted_front_is_reached_in_order_and_on_its_days(front):
    events, towns = front
    found = spatial.find_arrivals(events, towns)
    assert found["rank"].tolist() == list(range(1, 8))
    # a first event is never before the planted day, and on it where that event was recorded
    late = (found["date"] - found["reached"]).dt.days
    assert late.between(0, 14).all()
    assert (found["earliest"] <= found["date"]).all()
    # dates known to the month may reach back before the planted day, but not past it
    assert (found["latest"] >= found["reached"]).all()


# --------------------------------------------------------------------------------------- advance


def test_the_planted_front_is_an_advance_at_its_speed(front, truth):
    events, towns = front
    found = spatial.describe_advance(events, towns).iloc[0]
    assert found["finding"] == "along the route"
    assert found["correlation"] == 1.0
    # all 7! orders, two of which are as extreme
    assert found["p_places"] == pytest.approx(2 / 5040)
    assert found["p"] == max(found["p_events"], found["p_places"])
    assert found["km_per_day"] == pytest.approx(truth["front"]["km_per_day"], rel=0.02)
    assert found["km_per_day_low"] <= found["km_per_day"] <= found["km_per_day_high"]
    assert found["imprecise_low"] > 0.9
    assert found["n_reached"] == 7
    assert found["n_events"] + found["n_left_out"] == len(events)


def test_the_route_the_other_way_round_gives_a_negative_speed(front, truth):
    events, towns = front
    back = towns.assign(route_km=-towns["route_km"]).iloc[::-1]
    found = spatial.describe_advance(events, back).iloc[0]
    assert found["finding"] == "against the route"
    assert found["km_per_day"] == pytest.approx(-truth["front"]["km_per_day"], rel=0.02)
    assert found["km_per_day_low"] <= found["km_per_day"] <= found["km_per_day_high"] < 0


def make_road(n):
    east = np.arange(n) / 2
    return pd.DataFrame(
        {"place": [f"at {x:g}" for x in east], "latitude": 0.0, "longitude": east,
         "route_km": 55.6 * np.arange(n)}
    )  # fmt: skip


def test_four_places_in_order_are_no_finding_and_five_are():
    dates = pd.date_range("2016-01-01", periods=5, freq="20D")
    # twelve events in each place from its first day on
    rows = [(d + pd.Timedelta(days=k), i / 2) for i, d in enumerate(dates) for k in range(12)]
    four, five = (
        spatial.describe_advance(make_events(rows[: 12 * n]), make_road(n)).iloc[0] for n in (4, 5)
    )
    assert four["p_places"] == pytest.approx(2 / 24)
    assert four["finding"] == "no movement"
    assert np.isnan(four["km_per_day"])
    assert five["finding"] == "along the route"
    assert five["p_places"] == pytest.approx(2 / 120)
    assert five["km_per_day"] == pytest.approx(55.6 / 20)
    with pytest.raises(EmptySelectionError, match="2 places have an event"):
        spatial.describe_advance(make_events(rows[:24]), make_road(5))


def test_the_interval_of_the_speed_is_that_of_the_pace():
    road = make_road(7)
    first = [0, 25, 36, 70, 78, 99, 121]
    rows = [
        (pd.Timestamp(START) + pd.Timedelta(days=d + k), i / 2)
        for i, d in enumerate(first)
        for k in range(8)
    ]
    found = spatial.describe_advance(make_events(rows), road).iloc[0]
    pace = theilslopes(first, road["route_km"], alpha=0.95)
    assert pace.low_slope < pace.slope < pace.high_slope
    assert found["km_per_day"] == pytest.approx(1 / pace.slope)
    assert found["km_per_day_low"] == pytest.approx(1 / pace.high_slope)
    assert found["km_per_day_high"] == pytest.approx(1 / pace.low_slope)


def make_campaign(rng, shares, n=45):
    """Make events of a campaign that does not move: each place has its share all the time."""
    places = rng.choice(len(shares), n, p=shares)
    dates = pd.Timestamp(START) + pd.to_timedelta(rng.integers(0, 334, n), unit="D")
    return make_events([(d, p / 2) for d, p in zip(dates, places, strict=True)])


@pytest.mark.parametrize("falling", [1.0, 0.6])
def test_a_campaign_that_stays_is_called_a_movement_at_the_nominal_rate(falling):
    # with 0.6 every town has fewer events than the one before, so that its first event comes later
    rng, road = np.random.default_rng(8), make_road(7)
    shares = falling ** np.arange(7)
    found = pd.concat(
        [
            spatial.describe_advance(
                make_campaign(rng, shares / shares.sum()), road, n_permutations=199, n_draws=2,
                seed=seed,
            )
            for seed in range(100)
        ]
    )  # fmt: skip
    # 5 of 100 expected; more than 11 would come up less than once in 100 such tests
    assert (found["finding"] != "no movement").sum() <= 11
    assert found["km_per_day"].notna().sum() == (found["p"] <= 0.05).sum()
    if falling < 1:
        # what the shuffle over places alone would have called a movement
        assert (found["p_places"] <= 0.05).sum() > 11


def test_imprecise_dates_widen_the_range_of_the_order(front):
    events, towns = front
    vague = events.assign(
        date_start=events["date_start"] - pd.Timedelta(days=120),
        date_end=events["date_end"] + pd.Timedelta(days=120),
    )
    sharp, blurred = (spatial.describe_advance(e, towns).iloc[0] for e in (events, vague))
    assert blurred["imprecise_low"] < sharp["imprecise_low"]


@pytest.mark.parametrize(
    ("options", "wrong"),
    [({"alpha": 0}, "alpha=0 "), ({"alpha": 5}, "alpha=5 "), ({"alpha": "0.05"}, "alpha='0.05' "),
     ({"n_draws": 0}, "n_draws=0 "), ({"n_draws": 2.5}, "n_draws=2.5 ")],
)  # fmt: skip
def test_options_of_the_advance_that_do_not_fit(options, wrong):
    rows = [(f"2016-01-0{1 + i}", i / 2) for i in range(3)]
    with pytest.raises(OptionError, match=wrong):
        spatial.describe_advance(make_events(rows), make_road(3), **options)


def test_below_five_places_a_speed_has_no_interval():
    # of 4 places 2 of 24 orders are as clear: a finding at 0.1, from slopes that leave no doubt
    dates = pd.date_range("2016-01-01", periods=5, freq="20D")
    rows = [(d + pd.Timedelta(days=k), i / 2) for i, d in enumerate(dates) for k in range(12)]
    four, five = (
        spatial.describe_advance(make_events(rows[: 12 * n]), make_road(n), alpha=0.1).iloc[0]
        for n in (4, 5)
    )
    assert [four["finding"], five["finding"]] == ["along the route"] * 2
    assert four["km_per_day"] == pytest.approx(55.6 / 20)
    assert four[["km_per_day_low", "km_per_day_high"]].isna().all()
    assert five[["km_per_day_low", "km_per_day_high"]].tolist() == pytest.approx([55.6 / 20] * 2)


def test_a_way_that_does_not_fit():
    events, road = make_events([("2016-02-01", 0)]), make_road(3)
    with pytest.raises(ColumnError, match="'route_km'"):
        spatial.describe_advance(events, road.drop(columns="route_km"))
    with pytest.raises(OptionError, match="not a number for every place"):
        spatial.describe_advance(events, road.assign(route_km=[0, None, 2]))


@pytest.mark.parametrize(
    "call",
    [
        lambda e, t: spatial.find_centres(e, period="quarter"),
        lambda e, t: spatial.find_arrivals(e, t),
        lambda e, t: spatial.describe_advance(e, t, n_permutations=99),
        lambda e, t: spatial.knox(e, km=50, days=30, n_permutations=99),
    ],
)
def test_results_repeat_carry_their_provenance_and_change_nothing(front, call):
    events, towns = front
    before = events.copy(), towns.copy()
    first, again = quiet(call, events, towns), quiet(call, events, towns)
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(events, before[0])
    pd.testing.assert_frame_equal(towns, before[1])
    assert "INVENTED" in ct.source_line(first)
    assert f"{len(events)} events" in first.attrs["steps"]


@pytest.mark.realdata
def test_knox_agrees_with_pointpats_on_the_idlib_campaign_of_2019(realdata):
    events = quiet(ct.load_ucdp_ged, realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
    province = [name for name in events["admin1"].dropna().unique() if "Idlib" in name]
    campaign = ct.filter_events(events, admin1=province, start="2019-04-01", end="2019-08-31")
    precise = ct.filter_events(campaign, geo_precision="exact", date_precision="day")
    day = (precise["date_start"] - precise["date_start"].min()).dt.days.to_numpy(float)
    ours = quiet(spatial.knox, campaign, km=[5, 25], days=7, n_permutations=99)
    for row in ours.itertuples():
        theirs = pointpats.Knox(
            to_sphere(precise), day[:, None], delta=to_chord(row.km), tau=7, permutations=0
        )
        assert row.observed == theirs.nst
        assert row.expected == pytest.approx(theirs.expected[0][0])
