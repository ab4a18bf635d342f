"""Numbers that are published, or were counted by hand once, come out through public functions.

Sources: UCDP GED, special release for Syria 652.1601.1911 and Myanmar in 23.1 (Sundberg and
Melander 2013); UCDP's country-year table 25.1 (Davies et al. 2025). All CC BY 4.0.
"""

import hashlib
import importlib.util
import re
import warnings
from pathlib import Path

import pandas as pd
import pytest
from makers import quiet

import toolkit as ct

pytestmark = pytest.mark.realdata

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "ucdp_syria"
SYRIA = "ucdp/ged_syria_652_2016-01_2019-11.csv"
MYANMAR = "ucdp/ged_myanmar_full49cols.csv"
COUNTRY_YEAR = "ucdp/organizedviolencecy_v25_1.csv"


@pytest.fixture(scope="module")
def syria(realdata):
    return quiet(ct.load_ucdp_ged, realdata / SYRIA, version="652.1601.1911")


@pytest.fixture(scope="module")
def myanmar(realdata):
    span = {"countries": ["Myanmar (Burma)"], "start": "1989-01-01", "end": "2023-12-31"}
    return quiet(ct.load_ucdp_ged, realdata / MYANMAR, extract=span)


@pytest.fixture(scope="module")
def published(realdata):
    return ct.load_ucdp_country_year(realdata / COUNTRY_YEAR)


# --------------------------------------------------------------------------------------- Syria


def test_every_row_of_syria_is_accounted_for(syria):
    assert [syria.attrs[f"rows_{k}"] for k in ("in_file", "kept", "left_out")] == [
        "16566",
        "16566",
        "0",
    ]
    (span,) = ct.coverage(syria).to_dict("records")
    assert (span["country"], span["basis"]) == ("Syria", "whole release, by its number of rows")
    assert (span["start"], span["end"]) == (pd.Timestamp("2016-01-01"), pd.Timestamp("2019-11-30"))
    assert ct.source_line(syria) == "Source: UCDP GED 652.1601.1911"
    # one event ends the day after the release does
    assert syria["date_end"].max() == pd.Timestamp("2019-12-01")


def test_idlib_by_month_of_2019(syria):
    panel = ct.count_events(syria, by=["country", "admin1"], period="month")
    idlib = panel[panel["admin1"].eq("Idlib Governorate") & panel["period"].ge("2019-01")]
    assert idlib["period"].astype(str).tolist() == [f"2019-{m:02d}" for m in range(1, 12)]
    counted = idlib[["n_events", "fatalities"]].values.tolist()
    assert counted[0] == [23, 112]
    assert counted[3:] == [
        [37, 122], [113, 253], [83, 252], [79, 318], [101, 950], [22, 44], [29, 75], [65, 307],
    ]  # fmt: skip
    assert panel["n_events"].sum() == 16_566
    assert panel["covered"].all()
    assert not panel["partial"].any()


def test_the_special_release_beside_the_later_country_year_table(syria, published):
    ours = ct.count_events(syria, by="country", period="year")
    by_year = published[published["country"] == "Syria"].groupby(["country", "period"])
    totals = by_year[["fatalities"]].sum().reset_index()
    both = ct.compare_counts(ours, totals, on=["country", "period"])
    assert both[["counted", "published"]].astype(int).values.tolist() == [
        [48_710, 53_891], [33_316, 38_517], [20_251, 21_730], [10_060, 11_208],
    ]  # fmt: skip
    assert not both["equal"].any()
    # 2019 to November only
    assert ours["partial"].tolist() == [False, False, False, True]
    later = totals[totals["period"] >= "2020"]
    assert later["fatalities"].tolist() == [5_690, 1_948, 1_671, 2_187, 3_616]


def test_half_of_syria_is_one_dyad(syria):
    recorded = ct.participants(syria, coalitions="whole")
    dyads = ct.count_dyads(syria, people=recorded, period="year")
    n = dyads.groupby(["actor1", "actor2"])["n_events"].sum()
    assert n.idxmax() == ("Government of Syria", "Syrian insurgents")
    assert n.max() == 8_723
    assert dyads["n_events"].sum() == 16_566


def test_ahrar_al_sham_against_hts_in_2017(syria):
    dyads = quiet(ct.count_dyads, syria, period="year").query(
        "actor1 == 'Ahrar al-Sham' & actor2 == 'HTS'"
    )
    here = dyads[dyads["period"] == "2017"]
    assert here[["n_events", "fatalities"]].values.tolist() == [[54, 185]]


def test_a_plain_filter_of_real_events_is_admitted(syria):
    line = ct.source_line(syria.query("admin1 == 'Idlib Governorate'"))
    assert line == "Subset of UCDP GED 652.1601.1911, filter not recorded"


# ------------------------------------------------------------------------------------- Myanmar


@pytest.mark.parametrize(
    ("kind", "agree", "differences"),
    [
        ("state-based", 34, {2023: 60}),
        ("non-state", 35, {}),
        ("one-sided", 33, {2020: -2, 2021: -1}),
    ],
)
def test_myanmar_agrees_with_the_published_totals(myanmar, published, kind, agree, differences):
    panel = ct.count_events(myanmar, by=["country", "violence_type"], period="year")
    assert panel["fatalities"].sum() == myanmar["fatalities"].sum()
    panel = panel[panel["violence_type"] == kind]
    assert len(panel) == 35
    both = ct.compare_counts(panel, published, on=["country", "violence_type", "period"])
    assert both["published"].notna().all()
    assert both["equal"].sum() == agree
    off = both[~both["equal"]]
    assert dict(zip(off["period"].dt.year, off["difference"], strict=True)) == differences


# ------------------------------------------------------------------------- the tables that ship


def test_the_tables_that_ship_are_what_their_script_makes(realdata, tmp_path):
    spec = importlib.util.spec_from_file_location("make", SHIPPED / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    with warnings.catch_warnings():
        make.main(str(realdata / SYRIA), str(realdata / COUNTRY_YEAR), str(tmp_path))
    names = sorted(p.name for p in SHIPPED.glob("*.csv"))
    assert sorted(p.name for p in tmp_path.glob("*.csv")) == names
    assert [n for n in names if (tmp_path / n).read_bytes() != (SHIPPED / n).read_bytes()] == []


def test_the_hashes_in_the_readme_are_those_of_the_files(realdata):
    told = re.findall(r"\b[0-9a-f]{64}\b", (SHIPPED / "README.md").read_text(encoding="utf-8"))
    files = [realdata / SYRIA, realdata / COUNTRY_YEAR]
    assert told == [hashlib.sha256(f.read_bytes()).hexdigest() for f in files]


def test_what_the_readme_says_of_the_data_is_so(syria):
    problems = ct.validate_events(syria)["reason"].value_counts()
    text = " ".join((SHIPPED / "README.md").read_text(encoding="utf-8").split())
    above = problems["best estimate above the high one"]
    below = problems["low estimate above the best one"]
    assert f"{above} events have a best estimate above the high one and {below} a low one" in text
    assert "(8,723 of the 16,566 events)" in text


def test_a_table_that_ships_is_equal_to_a_fresh_count(syria):
    shipped = ct.load_table("ucdp-syria-province-month").query("selection == 'all'")
    by = ["country", "admin1", "violence_type"]
    fresh = ct.count_events(syria, by=by, period="month")
    assert len(shipped) == len(fresh)
    numbers = ["n_events", "fatalities", "fatalities_low", "fatalities_high"]
    assert shipped[numbers].sum().tolist() == fresh[numbers].sum().tolist()
    both = ct.compare_counts(fresh, shipped, on=[*by, "period"], value="n_events")
    assert both["equal"].all()
