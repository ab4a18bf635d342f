"""The invented country: the same for the same seed, true to its headers, and the planted is there.

What is expected comes from the truth, that is from the planted values, never from the output.
Where dice decide, the tolerance is about three standard errors, computed beside it.
"""

from __future__ import annotations

import json
import math
import warnings
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import toolkit as ct
from toolkit.sample import Sample, make_sample, write_sample

SHIPPED = Path(__file__).parents[1] / "data" / "sample"
GED_HEADER = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,"
    "conflict_name,dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,"
    "side_b_dset_id,side_b_new_id,side_b,number_of_sources,source_article,source_office,"
    "source_date,source_headline,source_original,where_prec,where_coordinates,where_description,"
    "adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,"
    "event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,"
    "deaths_unknown,best,high,low,gwnoa,gwnob"
)
ACLED_HEADER = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,"
    "assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,"
    "country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,"
    "notes,fatalities,tags,timestamp"
)
NUMBERS = [
    *("year", "type_of_violence", "where_prec", "date_prec", "latitude", "longitude", "fatalities"),
    *("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high", "low"),
    *("priogrid_gid", "geo_precision", "active_year"),
]


@pytest.fixture(scope="module")
def sample() -> Sample:
    return make_sample()


@pytest.fixture(scope="module")
def truth(sample: Sample) -> dict:
    return sample.truth


def _typed(table: pd.DataFrame, *dates: str) -> pd.DataFrame:
    numbers = {column: pd.to_numeric(table[column]) for column in NUMBERS if column in table}
    days = {column: pd.to_datetime(table[column]) for column in dates}
    return table.assign(**numbers, **days)


@pytest.fixture(scope="module")
def ged(sample: Sample) -> pd.DataFrame:
    return _typed(sample.ged, "date_start", "date_end")


@pytest.fixture(scope="module")
def acled(sample: Sample) -> pd.DataFrame:
    return _typed(sample.acled, "event_date")


def _inside(lon: float, lat: float, ring: list) -> bool:
    """Cast a ray to the east and count the borders it crosses."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def _rings(sample: Sample) -> dict[tuple[str, str], list]:
    return {
        (x["properties"]["country"], x["properties"]["name"]): x["geometry"]["coordinates"][0]
        for x in sample.boundaries["features"]
    }


def _km(lat1: pd.Series, lon1: pd.Series, lat2: pd.Series, lon2: pd.Series) -> pd.Series:
    east = (lon2 - lon1) * math.cos(math.radians(27.5))
    return 111.2 * ((lat2 - lat1) ** 2 + east**2) ** 0.5


# ------------------------------------------------------------------------------- the files
def test_same_seed_writes_the_committed_files(tmp_path: Path) -> None:
    write_sample(tmp_path)
    for name in ("ged.csv", "acled.csv", "truth.json", "boundaries.geojson"):
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes(), name


def test_same_seed_same_values_other_seed_other_events_same_plan(sample: Sample) -> None:
    again, other = make_sample(), make_sample(7)
    pd.testing.assert_frame_equal(again.ged, sample.ged)
    pd.testing.assert_frame_equal(again.acled, sample.acled)
    assert again.truth == sample.truth
    assert not other.ged.equals(sample.ged)
    assert not other.acled.equals(sample.acled)
    drawn = {"seed", "pairs", "totals", "quality"}
    planted = sample.truth.keys() - drawn
    assert {x for x in sample.truth if sample.truth[x] != other.truth[x]} == drawn
    assert planted >= {"rename", "merger", "split", "umbrella", "campaign", "ceasefire", "front"}


def test_headers_are_the_providers() -> None:
    for name, header in [("ged.csv", GED_HEADER), ("acled.csv", ACLED_HEADER)]:
        assert (SHIPPED / name).read_text(encoding="utf-8").split("\n", 1)[0] == header
    assert len(GED_HEADER.split(",")) == 49
    assert len(ACLED_HEADER.split(",")) == 31


def test_reading_the_committed_files_gives_the_values_back(sample: Sample) -> None:
    for name, table in [("ged.csv", sample.ged), ("acled.csv", sample.acled)]:
        read = pd.read_csv(SHIPPED / name, dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(read, table, check_dtype=False)
    assert json.loads((SHIPPED / "truth.json").read_text(encoding="utf-8")) == sample.truth


@pytest.mark.parametrize("seed", [2024, 1, 2, 3])
def test_sizes_and_ids(seed: int) -> None:
    made = make_sample(seed)
    assert 1900 <= len(made.ged) <= 2700
    assert 2400 <= len(made.acled) <= 3200
    assert 600 <= len(made.truth["pairs"]) <= 900
    for column in ("id", "relid"):
        assert made.ged[column].is_unique
    assert made.acled["event_id_cnty"].is_unique


def test_totals(ged: pd.DataFrame, acled: pd.DataFrame, truth: dict) -> None:
    for name, table, deaths in [("ged", ged, "best"), ("acled", acled, "fatalities")]:
        found = {
            str(year): {"events": len(rows), "deaths": rows[deaths].sum()}
            for year, rows in table.groupby("year")
        }
        assert truth["totals"][name] == found


# ------------------------------------------------------------------------ codes that hang together
def test_ged_codes(ged: pd.DataFrame, truth: dict) -> None:
    period = truth["period"]
    assert (ged["year"] == ged["date_start"].dt.year).all()
    assert ged["date_start"].between(period["start"], period["end"]).all()
    assert ged["date_end"].between(ged["date_start"], period["end"]).all()
    assert (ged["date_end"] == ged["date_start"])[ged["date_prec"] == 1].all()
    assert (ged["dyad_name"] == ged["side_a"] + " - " + ged["side_b"]).all()
    assert ged.groupby("dyad_new_id")["dyad_name"].nunique().max() == 2  # the renamed actor's
    state, one_sided = ged["type_of_violence"] == 1, ged["type_of_violence"] == 3
    assert ged["side_a"].str.startswith("Government of ")[state].all()
    assert ged["gwnoa"][state].isin(["9901", "9902"]).all()
    assert ((ged["side_b"] == "Civilians") == one_sided).all()
    assert ((ged["side_b_new_id"] == "1") == one_sided).all()
    assert ((ged["side_b_dset_id"] == "9999") == one_sided).all()
    deaths = ged.groupby(["year", "dyad_name"])["best"].transform("sum")
    assert ((deaths >= 25) == (ged["active_year"] == 1)).all()


def test_ged_deaths_and_their_planted_faults(ged: pd.DataFrame, truth: dict) -> None:
    parts = ged[["deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown"]]
    assert (parts.sum(axis=1) == ged["best"]).all()
    quality = truth["quality"]
    assert (ged["low"] <= ged["best"]).all()
    assert (ged["low"] >= 0).all()
    assert sorted(ged["id"][ged["best"] > ged["high"]]) == quality["best_above_high"]
    assert sorted(ged["id"][ged["best"] == 0]) == quality["best_zero"]
    without = ged[(ged["where_prec"] < 4) & (ged["adm_1"] == "")]
    assert sorted(without["id"]) == quality["adm_1_missing"]
    faults = ["best_above_high", "best_zero", "adm_1_missing", "actor2_missing"]
    assert [len(quality[x]) for x in faults] == [8, 6, 12, 10]
    exact = (ged["where_prec"] == 1) & (ged["date_prec"] == 1)
    width = (ged["high"] - ged["low"]) / ged["best"].clip(lower=1)
    assert width[~exact].mean() > 2 * width[exact].mean()


def test_ged_places(ged: pd.DataFrame) -> None:
    point = "POINT (" + ged["longitude"].astype(str) + " " + ged["latitude"].astype(str) + ")"
    assert (ged["geom_wkt"] == point).all()
    # PRIO-GRID by hand: half-degree rows from the south pole, 720 to a row, columns from 180 W.
    row, column = (ged["latitude"] + 90) // 0.5, (ged["longitude"] + 180) // 0.5
    assert (ged["priogrid_gid"] == row * 720 + column + 1).all()
    assert ((ged["adm_1"] == "") | (ged["where_prec"] < 5)).all()
    province_only = ged[ged["where_prec"] == 4].groupby(["country", "adm_1"])
    assert (province_only[["latitude", "longitude"]].nunique() == 1).all().all()


def test_precision_shares(ged: pd.DataFrame, truth: dict) -> None:
    # 0.045: three standard errors of a share of one half among some 2,000 draws, and some more
    # for fighting that is drawn together.
    for column in ("where_prec", "date_prec"):
        shares = ged[column].value_counts(normalize=True)
        planted = {int(code): share for code, share in truth["precision"][column].items()}
        assert set(shares.index) == set(planted)
        assert all(abs(shares[code] - planted[code]) < 0.045 for code in planted)
    crossing = ged["date_start"].dt.month != ged["date_end"].dt.month
    assert (crossing & ged["date_prec"].isin([2, 3])).sum() >= 10


def test_acled_codes(sample: Sample, acled: pd.DataFrame, truth: dict) -> None:
    labels = ["State forces", "Rebel group", "Political militia", "Identity militia", "Rioters"]
    labels += ["Protesters", "Civilians", "External/Other forces"]
    for inter1, inter2, interaction in zip(
        acled["inter1"], acled["inter2"], acled["interaction"], strict=True
    ):
        codes = sorted(labels.index(x) for x in (inter1, inter2) if x)
        expected = "-".join(labels[x] for x in codes) if len(codes) == 2 else f"{inter1} only"
        if codes == [6, 7]:
            expected = "External/Other forces-Civilians"
        assert interaction == expected
    assert (acled["interaction"] == "External/Other forces-Civilians").any()
    assert (acled["year"] == acled["event_date"].dt.year).all()
    assert ((acled["actor2"] == "") == (acled["inter2"] == "")).all()
    lost = acled["actor2"].eq("") & acled["event_type"].eq("Explosions/Remote violence")
    assert sorted(acled["event_id_cnty"][lost]) == truth["quality"]["actor2_missing"]
    against = acled[acled["event_type"] == "Violence against civilians"]
    assert (against["civilian_targeting"] == "Civilian targeting").all()
    assert against["actor2"].str.startswith("Civilians (").all()
    excessive = acled["sub_event_type"] == "Excessive force against protesters"
    both = acled["disorder_type"] == "Political violence; Demonstrations"
    assert (excessive == both).all()
    assert both.any()


def test_dulmora_is_state_forces_at_home_and_external_abroad(acled: pd.DataFrame) -> None:
    countries: set[str] = set()
    for side in "12":
        rows = acled[acled[f"actor{side}"] == "Military Forces of Dulmora (2009-)"]
        home = rows["country"] == "Dulmora"
        assert (rows[f"inter{side}"][home] == "State forces").all()
        assert (rows[f"inter{side}"][~home] == "External/Other forces").all()
        countries |= set(rows["country"])
    assert countries == {"Dulmora", "Karvenia"}


# --------------------------------------------------------------------------------- the map
def test_exactly_placed_events_lie_in_their_province(
    sample: Sample, ged: pd.DataFrame, acled: pd.DataFrame, truth: dict
) -> None:
    rings = _rings(sample)
    spelled = {
        (x["country"], x["ged"] + " province"): x["name"] for x in truth["provinces"].values()
    }
    exact = ged[(ged["where_prec"] <= 3) & (ged["adm_1"] != "")]
    for x in exact.to_dict("records"):
        home = (x["country"], spelled[x["country"], x["adm_1"]])
        around = [key for key, r in rings.items() if _inside(x["longitude"], x["latitude"], r)]
        assert around == [home]
    for x in acled.drop_duplicates("location").to_dict("records"):
        assert _inside(x["longitude"], x["latitude"], rings[x["country"], x["admin1"]])


def test_provinces_share_their_borders_and_one_name(sample: Sample) -> None:
    rings = _rings(sample)
    names = [name for _, name in rings]
    assert sorted(x for x in set(names) if names.count(x) > 1) == ["Sundral"]
    edges = [frozenset(map(tuple, edge)) for r in rings.values() for edge in pairwise(r)]
    assert max(edges.count(edge) for edge in set(edges)) == 2
    for ring in rings.values():
        assert ring[0] == ring[-1]
        shared = sum(edges.count(frozenset(map(tuple, e))) == 2 for e in pairwise(ring))
        assert shared >= 8
        assert all(-25.5 < lon < -17.5 and -30.5 < lat < -24.5 for lon, lat in ring)


# ------------------------------------------------------------------------ actors and their ties
def _ged_sides(ged: pd.DataFrame) -> pd.Series:
    return ged["side_a"] + " | " + ged["side_b"]


def _acled_sides(acled: pd.DataFrame) -> pd.Series:
    columns = ["actor1", "assoc_actor_1", "actor2", "assoc_actor_2"]
    return acled[columns].agg(" | ".join, axis=1)


def _days_named(name: str, ged: pd.DataFrame, acled: pd.DataFrame) -> list[pd.Series]:
    """Return the days on which each dataset names an actor; a piece of a longer name counts."""
    days = [
        ged["date_start"][_ged_sides(ged).str.contains(name, regex=False)],
        acled["event_date"][_acled_sides(acled).str.contains(name, regex=False)],
    ]
    return [x for x in days if len(x)]


def test_names_change_on_their_day(ged: pd.DataFrame, acled: pd.DataFrame, truth: dict) -> None:
    for change in (truth["rename"], truth["regime"]):
        for days in _days_named(change["old"], ged, acled):
            assert days.max() < pd.Timestamp(change["date"])
        for days in _days_named(change["new"], ged, acled):
            assert days.min() >= pd.Timestamp(change["date"])
    assert len(_days_named(truth["rename"]["old"], ged, acled)) == 2
    assert len(_days_named(truth["rename"]["new"], ged, acled)) == 2


def test_merger_and_split(ged: pd.DataFrame, acled: pd.DataFrame, truth: dict) -> None:
    merger, split = truth["merger"], truth["split"]
    for old in merger["old"]:
        found = _days_named(old, ged, acled)
        assert len(found) == 2
        assert all(days.max() < pd.Timestamp(merger["date"]) for days in found)
        assert (ged["date_end"][_ged_sides(ged).str.contains(old)] < merger["date"]).all()
    for new, date in [(merger["new"], merger["date"]), (split["splinter"], split["date"])]:
        found = _days_named(new, ged, acled)
        assert len(found) == 2
        assert all(days.min() >= pd.Timestamp(date) for days in found)
    state = ged[(ged["type_of_violence"] == 1) & (ged["date_start"] >= split["date"])]
    n_splinter = state["side_b"].str.contains(split["splinter"]).sum()
    n_parent = (state["side_b"] == split["parent"]).sum()
    n = n_splinter + n_parent
    # Where the splinter is only the ally of another it counts too: hence the wider upper side.
    error = 3 * math.sqrt(split["share"] * (1 - split["share"]) / n)
    alone = (state["side_b"] == split["splinter"]).sum()
    assert alone / n < split["share"] + error
    assert n_splinter / n > split["share"] - error


def test_umbrella_acts_in_its_time_for_its_share(ged: pd.DataFrame, truth: dict) -> None:
    umbrella = truth["umbrella"]
    state = ged[(ged["type_of_violence"] == 1)]
    by_umbrella = state["side_b"] == umbrella["actor"]
    inside = state["date_start"].between(umbrella["start"], umbrella["end"])
    assert inside[by_umbrella].all()
    # Members alone or as a coalition of members and the allied Lantern Movement: the latter counts
    # for Lantern as well, so only rows without it tell the share.
    member = state["side_b"].str.contains("|".join(umbrella["members"]))
    own = member & ~state["side_b"].str.contains("Lantern") & inside
    share = by_umbrella.sum() / (by_umbrella.sum() + own.sum())
    error = 3 * math.sqrt(0.24 / (by_umbrella.sum() + own.sum()))
    assert umbrella["share"] - error < share < umbrella["share"] + error + 0.1


def _members(truth: dict) -> dict[str, list[str]]:
    """Return GED's names of each organised actor; none is a piece of another."""
    return {name: x["ged"] for name, x in truth["actors"].items() if "ged" in x}


def _on_side(side: pd.Series, names: list[str]) -> pd.Series:
    return pd.Series(False, side.index) | sum(side.str.contains(x, regex=False) for x in names) > 0


def test_alliances_stand_on_one_side_in_their_time_only(ged: pd.DataFrame, truth: dict) -> None:
    names = _members(truth)
    for alliance in truth["alliances"]:
        one, other = (names[x] for x in alliance["members"])
        together = _on_side(ged["side_a"], one) & _on_side(ged["side_a"], other) | _on_side(
            ged["side_b"], one
        ) & _on_side(ged["side_b"], other)
        against = _on_side(ged["side_a"], one) & _on_side(ged["side_b"], other) | _on_side(
            ged["side_b"], one
        ) & _on_side(ged["side_a"], other)
        holds = ged["date_start"].between(alliance["start"], alliance["end"])
        assert not (against & holds).any()
        assert not (together & ~holds).any()
        assert together.any() == ("id" in alliance)


def test_acled_lists_every_alliance_in_its_time_only(acled: pd.DataFrame, truth: dict) -> None:
    for alliance in truth["alliances"]:
        one, other = (truth["actors"][x]["acled"] for x in alliance["members"])
        listed = pd.Series(False, acled.index)
        for side in "12":
            both = acled[f"actor{side}"] + "; " + acled[f"assoc_actor_{side}"]
            listed |= _on_side(both, one) & _on_side(both, other)
        assert listed.any()
        assert acled["event_date"][listed].between(alliance["start"], alliance["end"]).all()


def test_two_pairs_change_sides(ged: pd.DataFrame, truth: dict) -> None:
    names = _members(truth)
    for change in truth["changes"]:
        one, other = (names[x] for x in change["pair"])
        on_a, on_b = (_on_side(ged[x], one) for x in ("side_a", "side_b"))
        other_a, other_b = (_on_side(ged[x], other) for x in ("side_a", "side_b"))
        days = {
            "alliance": ged["date_start"][on_a & other_a | on_b & other_b],
            "rivalry": ged["date_start"][on_a & other_b | on_b & other_a],
        }
        assert days[change["before"]].max() < pd.Timestamp(change["date"])
        assert days[change["after"]].min() >= pd.Timestamp(change["date"])
    assert {x["before"] for x in truth["changes"]} == {"alliance", "rivalry"}


def test_non_state_fights_only_between_planted_rivals(ged: pd.DataFrame, truth: dict) -> None:
    rivals = {(x["a"], x["b"]) for x in truth["rivalries"] if x["kind"] == 2}
    names = _members(truth)
    for side_a, side_b in (
        ged[ged["type_of_violence"] == 2][["side_a", "side_b"]].drop_duplicates().values
    ):
        assert any(
            any(n in side_a for n in names[a]) and any(n in side_b for n in names[b])
            for a, b in rivals
        )


def test_ranking_within_sampling_error(ged: pd.DataFrame, truth: dict) -> None:
    names, sides = _members(truth), _ged_sides(ged)
    expected = {x["actor"]: x["ged"] for x in truth["ranking"]["expected"]}
    assert list(expected.values()) == sorted(expected.values(), reverse=True)
    assert len(expected) == 15
    for actor, mean in expected.items():
        found = _on_side(sides, names[actor]).sum()
        # Poisson, and the shared shocks: size 10 over some 50 months, carried over with 0.3.
        error = math.sqrt(mean + mean**2 / 10 / 50 * 1.3 / 0.7)
        assert abs(found - mean) < 3.5 * error, (actor, found, mean)


def test_categories_and_associates_are_there(acled: pd.DataFrame, truth: dict) -> None:
    assert truth["categories"]["names"][0] == "Civilians ({})"
    for name in truth["categories"]["names"]:
        assert (acled[["actor1", "actor2"]] == name.format("Karvenia")).any().any()
    for name in truth["categories"]["associates"]:
        in_lists = acled["assoc_actor_1"] + "; " + acled["assoc_actor_2"]
        assert in_lists.str.contains(name.format("Karvenia"), regex=False).any()


# ------------------------------------------------------------------- campaign, ceasefire, front
def test_campaign_multiplies_its_province(ged: pd.DataFrame, truth: dict) -> None:
    campaign = truth["campaign"]
    before_ceasefire = ged["date_start"] < truth["ceasefire"]["date"]
    state = ged[(ged["type_of_violence"] == 1) & (ged["country"] == "Karvenia") & before_ceasefire]
    state = state[state["where_prec"] <= 4]
    here = state["adm_1"] == campaign["province"] + " province"
    during = state["date_start"].between(campaign["start"], campaign["end"])
    table = pd.crosstab(here, during)
    # The province against the others, during against not: shocks and seasons cancel out.
    ratio = (table[True][True] / table[True][False]) / (table[False][True] / table[False][False])
    error = math.sqrt((1 / table).to_numpy().sum())
    assert abs(math.log(ratio / campaign["factor"])) < 3 * error
    assert ratio > 2


@pytest.mark.parametrize("seed", [2024, 1, 2, 3])
def test_ceasefire_breaks_the_level_of_state_based_events_alone(seed: int) -> None:
    made = make_sample(seed)
    ged, ceasefire = _typed(made.ged, "date_start"), made.truth["ceasefire"]
    at_home = ged[ged["country"] == ceasefire["country"]]
    months = pd.period_range("2012-01", "2019-12", freq="M")
    campaign = made.truth["campaign"]
    quiet = (months < campaign["start"][:7]) | (months > campaign["end"][:7])
    after = months >= ceasefire["date"][:7]
    for kind, factor in [(1, ceasefire["factor"]), (3, 1.0)]:
        rows = at_home[at_home["type_of_violence"] == kind]
        counts = rows.groupby(rows["date_start"].dt.to_period("M")).size()
        counts = counts.reindex(months, fill_value=0)
        before_mean, after_mean = counts[quiet & ~after].mean(), counts[after].mean()
        # Negative binomial, size 10, autocorrelation 0.3; 57 months before, 30 after.
        error = math.sqrt(((1 / before_mean + 0.1) / 57 + (1 / after_mean + 0.1) / 30) * 1.3 / 0.7)
        assert abs(math.log(after_mean / before_mean / factor)) < 3 * error, kind
        assert counts[quiet & ~after].var() > counts[quiet & ~after].mean()


def test_months_follow_the_expected_level(ged: pd.DataFrame, truth: dict) -> None:
    for kind in (1, 2, 3):
        expected = sum(truth["expected_by_month"][str(kind)].values())
        found = ((ged["type_of_violence"] == kind) & (ged["country"] == "Karvenia")).sum()
        error = math.sqrt(expected + expected**2 / 10 / 96 * 1.3 / 0.7)
        assert abs(found - expected) < 3 * error


def _front_events(ged: pd.DataFrame, route: dict) -> pd.DataFrame:
    dyad = (ged["side_a"] == route["side_a"]) & (ged["side_b"] == route["side_b"])
    during = ged["date_start"].between(route["start"], route["end"])
    clear = (ged["date_prec"] == 1) & (ged["where_prec"] <= 2)
    return ged[dyad & during & clear]


def test_front_reaches_its_towns_in_order(ged: pd.DataFrame, truth: dict) -> None:
    front = truth["front"]
    events = _front_events(ged, front)
    first = events.groupby(events["adm_2"].str.removesuffix(" district"))["date_start"].min()
    reached = {town["name"]: pd.Timestamp(town["reached"]) for town in front["towns"]}
    assert list(reached.values()) == sorted(reached.values())
    assert len(reached) == 7
    assert first.to_dict() == reached


def test_front_moves_at_its_speed_and_the_siege_stays(ged: pd.DataFrame, truth: dict) -> None:
    towns = pd.DataFrame(truth["front"]["towns"])
    legs = _km(
        towns["latitude"],
        towns["longitude"],
        *(towns[x].shift(-1) for x in ("latitude", "longitude")),
    )
    days = pd.to_datetime(towns["reached"]).diff().dt.days.sum()
    assert legs.sum() / days == pytest.approx(truth["front"]["km_per_day"], rel=0.03)
    siege = truth["siege"]
    events = _front_events(ged, siege)
    assert len(events) >= 5
    assert set(events["where_coordinates"]) == {siege["towns"][0]["name"] + " town"}


def test_front_events_are_mostly_in_the_town_last_reached(ged: pd.DataFrame, truth: dict) -> None:
    front = truth["front"]
    events = _front_events(ged, front)
    days = pd.to_datetime(pd.Series([x["reached"] for x in front["towns"]]))
    names = [x["name"] + " town" for x in front["towns"]]
    last = [names[(days <= day).sum() - 1] for day in events["date_start"]]
    here = (events["where_coordinates"] == last).mean()
    assert here > front["share"] - 3 * math.sqrt(0.1275 / len(events))


# ------------------------------------------------------------------------------------ pairs
def test_pairs_are_close_in_time_and_place(
    ged: pd.DataFrame, acled: pd.DataFrame, truth: dict
) -> None:
    pairs, limits = truth["pairs"], truth["recording"]
    one = ged.set_index("id").loc[list(pairs)].reset_index()
    other = acled.set_index("event_id_cnty").loc[list(pairs.values())].reset_index()
    assert other["event_id_cnty"].is_unique
    late = (other["event_date"] - one["date_start"]).dt.days
    assert late.between(0, limits["days"]).all()
    assert late.any()
    km = _km(one["latitude"], one["longitude"], other["latitude"], other["longitude"])
    assert km.max() <= limits["km"]
    assert km.min() > 0
    assert (one["country"] == other["country"]).all()
    same = (one["best"] == other["fatalities"]).mean()
    assert 0.5 < same < 0.9
    assert (one["date_prec"] == 1).all()
    assert (one["where_prec"] <= 2).all()


def test_share_of_clear_events_in_both(ged: pd.DataFrame, truth: dict) -> None:
    clear = (ged["date_prec"] == 1) & (ged["where_prec"] <= 2)
    planted = truth["recording"]["acled_clear"]
    share = len(truth["pairs"]) / clear.sum()
    assert abs(share - planted) < 3 * math.sqrt(planted * (1 - planted) / clear.sum()) + 0.005


# --------------------------------------------------------------------------------- as events
@pytest.mark.parametrize(("name", "n_rows", "n_noted"), [("ged", 2316, 8), ("acled", 2656, 0)])
def test_load_sample_covers_the_whole_span_and_cannot_pass_for_real(
    name: str, n_rows: int, n_noted: int
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        events = ct.load_sample(name)
    told = [str(x.message) for x in caught]
    assert len(told) == (n_noted > 0)
    assert all(f"{n_rows:,} kept; {n_noted} rows with something to note" in x for x in told)
    assert all(x.category is ct.DataWarning for x in caught)

    assert len(events) == n_rows
    assert set(events["dataset"]) == {f"sample-{name}"}
    assert ct.source_line(events).startswith(f"Source: INVENTED sample ({name.upper()} form)")
    assert events.attrs["country_ids"] == "invented"

    spans = ct.coverage(events)
    assert set(spans["country"]) == {"Karvenia", "Dulmora"} == set(events["country"])
    assert set(spans["dataset"]) == {f"sample-{name}"}
    assert (spans["start"] == "2012-01-01").all()
    assert (spans["end"] == "2019-12-31").all()
    assert (spans["basis"] == "whole release, by its number of rows").all()


@pytest.mark.filterwarnings("ignore::toolkit.DataWarning")
def test_load_sample_reads_what_is_true(truth: dict) -> None:
    for name in ("ged", "acled"):
        events = ct.load_sample(name)
        by_year = events.groupby(events["date_start"].dt.year)["fatalities"]
        found = {str(y): {"events": len(x), "deaths": int(x.sum())} for y, x in by_year}
        assert found == truth["totals"][name]


def test_load_sample_names_what_there_is() -> None:
    with pytest.raises(ValueError, match="'ged', 'acled'") as caught:
        ct.load_sample("gdelt")
    assert "Type: name='ged'" in str(caught.value)


def test_whatever_is_planted_says_what_it_is(truth: dict) -> None:
    for key in ("alliances", "rivalries", "aliases", "changes"):
        assert all(x["what"] for x in truth[key]), key
