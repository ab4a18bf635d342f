"""The catalog: what ships, under which licence, and what a loaded file covers."""

import datetime
import re
import warnings
from pathlib import Path

import pandas as pd
import pytest

import toolkit as ct
from toolkit.datasets import (
    catalog,
    check_extract,
    data_folder,
    describe_dataset,
    find_entry,
    find_file,
    find_invented,
    read_catalog,
    state_coverage,
)
from toolkit.errors import MissingFileError, OptionError
from toolkit.events import make_event_table
from toolkit.provenance import COVERAGE_COLUMNS

CATALOG = read_catalog()
KEYS = {
    "title", "version", "licence", "url", "citation", "country_ids", "country_starts", "file",
    "period", "start", "end", "coverage", "versions", "note", "form_of", "references",
    "attribution", "how_to_get", "candidate_of", "release_pattern", "release_url", "release_form",
    "release_example", "codes",
}  # fmt: skip


# --------------------------------------------------------------------------------- the catalog


@pytest.mark.parametrize("name", CATALOG)
def test_every_entry_says_what_it_is_and_names_a_file_that_is_there(name):
    entry = CATALOG[name]
    assert set(entry) <= KEYS
    assert all(entry[k].strip() for k in ("title", "licence", "citation"))
    for key in ("file", "country_starts"):
        assert key not in entry or (data_folder() / entry[key]).is_file()
    assert entry.get("form_of", "acled") in CATALOG
    if "period" in entry:
        assert entry["coverage"], "zeros in a table that ships need its coverage"


@pytest.mark.parametrize(
    ("name", "version"), [(n, v) for n, e in CATALOG.items() for v in e.get("versions", {})]
)
def test_every_version_has_its_rows_and_its_span_or_neither(name, version):
    release = CATALOG[name]["versions"][version]
    assert set(release) <= {
        "rows", "start", "end", "countries", "holes", "citation", "note", "download", "member",
        "sha256", "references",
    }  # fmt: skip
    assert release.get("rows", 1) > 0
    assert ("start" in release) == ("end" in release)
    if "start" in release:
        assert isinstance(release["start"], datetime.date)
        assert release["start"] <= release["end"]
    assert "holes" not in release or "start" in release


@pytest.mark.parametrize("name", [n for n, e in CATALOG.items() if "release_url" in e])
def test_releases_that_follow_a_rule_have_an_example_that_fits_it(name):
    entry = CATALOG[name]
    known = [entry["release_example"], *entry.get("versions", {})]
    assert all(re.fullmatch(entry["release_pattern"], version) for version in known)
    for version, release in entry.get("versions", {}).items():
        underscored = version.replace(".", "_")
        by_rule = entry["release_url"].format(version=version, underscored=underscored)
        assert release["download"] == by_rule


def test_what_cannot_be_fetched_and_does_not_ship_says_how_to_get_it():
    table = ct.list_datasets()
    rest = table.index[~table["fetchable"] & ~table["ships"]]
    assert all(CATALOG[name].get("how_to_get") for name in rest)
    assert list(rest) == ["acled"]


def test_versions_stand_newest_first_so_that_the_first_is_the_newest():
    releases = [v for v in CATALOG["ucdp-ged"]["versions"] if re.fullmatch(r"\d+\.\d", v)]
    assert (releases[0], releases[-1]) == ("26.1", "5.0")
    assert releases == sorted(releases, key=float, reverse=True)
    spans = [CATALOG["ucdp-ged"]["versions"][v] for v in releases]
    ends = [span["end"] for span in spans if "end" in span]
    assert ends == sorted(ends, reverse=True)


def test_every_folder_of_data_has_a_readme_that_names_its_files():
    for folder in (f for f in data_folder().iterdir() if f.is_dir()):
        readme = folder / "README.md"
        assert readme.is_file(), folder
        text = readme.read_text(encoding="utf-8")
        shipped = {
            f.name
            for f in folder.iterdir()
            if f.is_file() and f.suffix in (".csv", ".geojson", ".json")
        }
        assert {f for f in shipped if f not in text} == set()


def test_a_folder_of_the_catalog_has_no_file_that_the_catalog_does_not_know():
    known = {e[k] for e in CATALOG.values() for k in ("file", "country_starts") if k in e}
    folders = {data_folder() / Path(name).parent for name in known}
    tables = [f for d in folders for f in d.iterdir() if f.suffix in (".csv", ".geojson")]
    assert {f.relative_to(data_folder()).as_posix() for f in tables} - known == set()


def test_list_datasets_has_a_row_for_each():
    table = ct.list_datasets()
    assert table.index.tolist() == list(CATALOG)
    assert list(table) == [
        "title", "version", "licence", "start", "end", "holes", "ships", "fetchable", "url",
        "citation",
    ]  # fmt: skip
    ged = table.loc["ucdp-ged"]
    assert ged["version"].startswith("26.1, 25.1, ")
    assert (ged["start"], ged["end"]) == (datetime.date(1989, 1, 1), datetime.date(2025, 12, 31))
    assert ged["holes"] == "19.1 without Syria"
    assert not ged["ships"]
    assert ged["fetchable"]
    assert table.loc["sample-ged", "ships"]


def test_the_coverage_of_acled_begins_where_the_table_says():
    starts = pd.read_csv(data_folder() / "coverage" / "acled.csv", keep_default_na=False)
    assert starts["country"].is_unique
    days = pd.to_datetime(starts["start"], format="%Y-%m-%d")
    assert days.between("1997-01-01", "2026-12-31").all()
    known = dict(zip(starts["country"], starts["start"], strict=True))
    assert known["Syria"] == "2017-01-01"
    assert known["Nigeria"] == "1997-01-01"


# --------------------------------------------------------------------------- finding and loading


@pytest.mark.parametrize(
    ("name", "near"),
    [("ucdp-gde", "did you mean 'ucdp-ged'"), ("UCDP-GED", "did you mean 'ucdp-ged'"),
     ("sample_ged", "did you mean 'sample-ged'"), ("zzzz", "one of ucdp-ged, ")],
)  # fmt: skip
@pytest.mark.parametrize("function", [find_entry, find_file, ct.load_table, ct.load_boundaries])
def test_an_unknown_name_is_met_with_the_nearest(function, name, near):
    with pytest.raises(OptionError, match=f"no dataset '{name}'") as caught:
        function(name)
    assert caught.value.allowed.startswith(near)


@pytest.mark.parametrize("function", [find_file, ct.load_table, ct.load_boundaries])
def test_what_does_not_ship_says_where_to_get_it(function):
    with pytest.raises(OptionError, match="does not ship") as caught:
        function("ucdp-ged")
    assert "https://ucdp.uu.se/downloads/" in caught.value.fix
    assert "sample-ged" in caught.value.allowed


def test_a_file_that_is_gone_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "data_folder", lambda: tmp_path)
    with pytest.raises(MissingFileError, match=r"ged\.csv is not there"):
        find_file("sample-ged")
    with pytest.raises(FileNotFoundError, match="reinstall"):
        ct.load_table("ucdp-syria-country-year")


def test_data_lie_in_the_package_or_beside_it(tmp_path, monkeypatch):
    package = tmp_path / "site" / "toolkit"
    package.mkdir(parents=True)
    monkeypatch.setattr(catalog, "__file__", str(package / "datasets" / "catalog.py"))
    with pytest.raises(MissingFileError, match="are not in"):
        data_folder()
    (tmp_path / "site" / "data").mkdir()
    assert data_folder() == tmp_path / "site" / "data"
    (package / "data").mkdir()
    assert data_folder() == package / "data"


@pytest.mark.parametrize("name", [n for n, e in CATALOG.items() if "period" in e])
def test_tables_that_ship_come_with_periods_numbers_and_their_source(name):
    table = ct.load_table(name)
    assert isinstance(table["period"].dtype, pd.PeriodDtype)
    assert table["period"].dtype.freq == pd.tseries.frequencies.to_offset(
        CATALOG[name]["period"] + "E"
    )
    assert all(pd.api.types.is_integer_dtype(table[c]) for c in table if c.startswith("fatalities"))
    assert ct.source_line(table) == f"Source: {CATALOG[name]['title']} {CATALOG[name]['version']}"
    assert ct.coverage(table)["country"].tolist() == ["Syria"]
    assert "CC BY 4.0" in ct.cite(table)
    span = ct.coverage(table).iloc[0]
    assert table["period"].min().start_time >= span["start"]
    assert table["period"].max().end_time.normalize() <= span["end"]


@pytest.mark.parametrize("name", [n for n, e in CATALOG.items() if "codes" in e])
def test_tables_of_codes_are_text_with_every_zero_and_name_their_source(name):
    table = ct.load_table(name)
    assert table["code"].is_unique
    assert (table.dtypes == "str").all()
    assert not table[["code", "name"]].isna().any(axis=None)
    assert table["name"].eq(table["name"].str.strip()).all()
    assert ct.source_line(table) == f"Source: {CATALOG[name]['title']}"
    if "iso3" in table:
        assert table["iso3"].dropna().str.fullmatch("[A-Z]{3}").all()


@pytest.mark.parametrize("name", ["sample-ged", "sample-truth", "countries"])
def test_what_is_no_table_of_counts_is_not_loaded_as_one(name):
    with pytest.raises(OptionError, match=f"{name} is not a table of counts or codes") as caught:
        ct.load_table(name)
    assert "ucdp-syria-province-month" in caught.value.allowed


@pytest.mark.parametrize("name", ["sample-ged", "ucdp-syria-country-year", "sample-truth"])
def test_what_is_no_boundaries_is_not_loaded_as_such(name):
    with pytest.raises(OptionError, match=f"{name} holds no boundaries") as caught:
        ct.load_boundaries(name)
    assert caught.value.allowed == "sample-boundaries, countries, syria-governorates."


@pytest.mark.parametrize(
    ("name", "features"),
    [("sample-boundaries", 11), ("countries", 241), ("syria-governorates", 15)],
)
def test_boundaries_are_named_polygons_in_degrees(name, features):
    found = ct.load_boundaries(name)["features"]
    assert len(found) == features
    for feature in found:
        assert feature["properties"]["name"]
        assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
        numbers = [
            float(n) for n in re.findall(r"-?\d+\.?\d*", str(feature["geometry"]["coordinates"]))
        ]
        assert max(map(abs, numbers[::2])) <= 180
        assert max(map(abs, numbers[1::2])) <= 90


def test_a_description_names_the_release_it_is_of():
    plain, release = describe_dataset("ucdp-ged"), describe_dataset("ucdp-ged", "25.1")
    assert "version" not in plain
    assert release["version"] == "25.1"
    assert release["citation"].startswith(plain["citation"])
    assert "1989-2024" in release["citation"]
    assert describe_dataset("ucdp-ged", "99.9")["citation"] == plain["citation"]
    assert all(isinstance(v, str) for v in release.values())


def test_invented_events_are_known_for_what_they_are():
    def find(countries, dataset):
        return find_invented(pd.DataFrame({"country": pd.Series(countries, dtype="str")}), dataset)

    assert find(["Karvenia"], "ucdp-ged") == ("sample-ged", "1")
    assert find(["Syria", "Dulmora", None], "acled") == ("sample-acled", "1")
    assert find(["Syria", None], "ucdp-ged") is None
    assert find(["Karvenia"], "ucdp-actors") is None


# ------------------------------------------------------------------------------- what is covered

FAKE = {
    "reed": {
        "title": "Reed", "licence": "CC0", "citation": "Reed",
        "versions": {
            "2": {"rows": 3, "start": datetime.date(1989, 1, 1), "end": datetime.date(2018, 12, 31),
                  "holes": ["Syrra"]},
            "1": {"rows": 3, "start": datetime.date(2016, 1, 1), "end": datetime.date(2016, 12, 31),
                  "countries": ["Aurel"]},
        },
    },
    "acled": CATALOG["acled"],
    "ucdp-ged": CATALOG["ucdp-ged"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def fake_catalog(request, monkeypatch):
    if "state" in request.node.name:
        monkeypatch.setattr(catalog, "read_catalog", lambda: FAKE)


def make_events(*rows):
    """Make events from (country, day); Aurel in March and Boria in October 2016 by default."""
    rows = rows or [("Aurel", "2016-03-05"), ("Boria", "2016-10-31"), ("Aurel", "2016-04-01")]
    table = pd.DataFrame(rows, columns=["country", "date_start"])
    table["date_start"] = pd.to_datetime(table["date_start"])
    return make_event_table(dict(table), index=table.index)


def state(events=None, *, dataset="reed", version="", rows=3, **options):
    """Return the coverage as (country, start, end, basis) and the warnings."""
    events = make_events() if events is None else events
    options.setdefault("extract", None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        spans = state_coverage(events, dataset=dataset, version=version, rows=rows, **options)
    assert list(spans) == COVERAGE_COLUMNS
    assert spans["dataset"].eq(dataset).all()
    days = [
        [None if pd.isna(d) else f"{d:%Y-%m-%d}" for d in spans[key]] for key in ("start", "end")
    ]
    return list(zip(spans["country"], *days, strict=True)), spans, [str(w.message) for w in caught]


def test_state_a_whole_release_covers_every_country_but_its_holes():
    rows, spans, said = state(version="2")
    assert rows == [("*", "1989-01-01", "2018-12-31"), ("Syrra", None, None)]
    assert spans["basis"].tolist() == [
        "whole release, by its number of rows", "left out of the release",
    ]  # fmt: skip
    assert said == []


def test_state_a_release_limited_to_countries_covers_those():
    rows, _, said = state(make_events(("Aurel", "2016-03-05")), version="1")
    assert rows == [("Aurel", "2016-01-01", "2016-12-31")]
    assert said == []


def test_state_events_in_a_hole_are_told():
    _, _, said = state(make_events(("Syrra", "2016-03-05"), ("Aurel", "2016-03-05")), version="2")
    assert len(said) == 1
    assert said[0].startswith("1 of 2 events lie outside the coverage")


def test_state_as_many_rows_of_an_unknown_version_are_no_whole_release():
    for version in ("", "3"):
        rows, _, said = state(version=version)
        assert rows == [
            ("Aurel", "2016-03-05", "2016-10-31"),
            ("Boria", "2016-03-05", "2016-10-31"),
        ]
        assert len(said) == 1
        assert "not stated (start and end)" in said[0]
        assert "2016-03-05 to 2016-10-31" in said[0]


def test_state_fewer_rows_of_a_known_version_are_an_extract():
    rows, spans, said = state(version="2", rows=2)
    assert [r[0] for r in rows] == ["Aurel", "Boria"]
    assert set(spans["basis"]) == {"first to last event in the file"}
    assert len(said) == 1


def test_state_what_is_stated_is_taken():
    extract = {
        "countries": ["Aurel", "Boria", "Caldia"],
        "start": "2016-01-01",
        "end": "2016-12-31",
    }
    rows, spans, said = state(extract=extract)
    assert rows == [(c, "2016-01-01", "2016-12-31") for c in extract["countries"]]
    assert set(spans["basis"]) == {"stated when loaded"}
    assert set(spans["event_types"]) == {"*"}
    assert said == []


def test_state_countries_not_stated_are_those_seen():
    rows, _, _ = state(extract={"start": "2016-01-01", "end": "2016-12-31"})
    assert [r[0] for r in rows] == ["Aurel", "Boria"]
    rows, _, _ = state(
        make_events((None, "2016-01-01")), extract={"start": "2016-01-01", "end": "2016-12-31"}
    )
    assert [r[0] for r in rows] == ["*"]


def test_state_half_of_it_warns_about_the_other_half_and_keeps_the_stated_one():
    rows, spans, said = state(extract={"start": "2016-01-01"})
    assert rows[0] == ("Aurel", "2016-01-01", "2016-10-31")
    assert set(spans["basis"]) == {"start stated when loaded, else first to last event in the file"}
    assert len(said) == 1
    assert "not stated (end)" in said[0]
    assert "2016-01-01 to 2016-10-31" in said[0]
    rows, _, said = state(extract={"end": "2016-12-31", "countries": "Aurel"})
    assert rows == [("Aurel", "2016-03-05", "2016-12-31")]
    assert "not stated (start)" in said[0]
    # Boria's event is none of Aurel's
    assert said[1].startswith("1 of 3 events lie outside")


def test_state_events_outside_what_is_stated_are_told():
    _, _, said = state(extract={"start": "2016-04-01", "end": "2016-10-31"})
    assert len(said) == 1
    assert said[0].startswith("1 of 3 events lie outside the coverage of the file")


def test_state_no_extract_covers_more_than_its_release():
    extract = {"countries": ["Aurel", "Syrra"], "start": "1980-01-01", "end": "2030-12-31"}
    rows, _, _ = state(version="2", rows=2, extract=extract)
    assert rows == [("Aurel", "1989-01-01", "2018-12-31"), ("Syrra", None, None)]
    # stated of a whole release it is the same, and the hole stays
    rows, _, _ = state(version="2", rows=3, extract={"start": "2010-01-01"})
    assert rows == [("*", "2010-01-01", "2018-12-31"), ("Syrra", None, None)]
    rows, _, _ = state(version="1", rows=2, extract={"countries": ["Aurel", "Boria"]})
    assert rows[1] == ("Boria", None, None)


def test_state_nothing_after_the_day_of_access_is_covered():
    extract = {"start": "2016-01-01", "end": "2030-12-31"}
    rows, _, _ = state(extract=extract, accessed="2016-11-15")
    assert rows[0] == ("Aurel", "2016-01-01", "2016-11-15")
    with pytest.raises(OptionError, match="accessed='last week' is not a day"):
        state(accessed="last week")


def test_state_event_types_are_part_of_the_coverage():
    _, spans, _ = state(version="2", extract={"event_types": ["Battles", "Riots"]})
    assert set(spans["event_types"]) == {"Battles; Riots"}
    _, spans, _ = state(extract={"event_types": "Battles"})
    assert set(spans["event_types"]) == {"Battles"}


def test_state_of_acled_begins_where_acled_begins():
    events = make_events(
        ("Syria", "2018-01-05"), ("Nigeria", "1997-02-01"), ("Nowhere", "2001-01-01")
    )
    extract = {"start": "1990-01-01", "end": "2019-12-31"}
    rows, _, said = state(events, dataset="acled", extract=extract)
    assert rows == [
        ("Nigeria", "1997-01-01", "2019-12-31"),
        ("Nowhere", "1990-01-01", "2019-12-31"),
        ("Syria", "2017-01-01", "2019-12-31"),
    ]
    assert said == []


def test_state_of_acled_before_its_begin_is_not_covered_at_all():
    events = make_events(("Syria", "2014-01-05"))
    rows, _, said = state(
        events, dataset="acled", extract={"start": "2010-01-01", "end": "2015-12-31"}
    )
    assert rows == [("Syria", None, None)]
    assert len(said) == 1
    assert said[0].startswith("1 of 1 events lie outside")
    _, _, said = state(events, dataset="acled")
    assert "coverage is taken as nothing" in said[0]


def test_state_the_ged_releases_of_the_catalog():
    whole = {"dataset": "ucdp-ged", "version": "19.1", "rows": 152616}
    rows, _, _ = state(make_events(("Nigeria", "2001-01-01")), **whole)
    assert rows == [("*", "1989-01-01", "2018-12-31"), ("Syria", None, None)]
    syria = {"dataset": "ucdp-ged", "version": "652.1601.1911", "rows": 16566}
    rows, _, _ = state(make_events(("Syria", "2017-01-01")), **syria)
    assert rows == [("Syria", "2016-01-01", "2019-11-30")]


@pytest.mark.parametrize(
    ("extract", "said"),
    [
        ({"country": "Aurel"}, "unknown key 'country'"),
        ({"start": "2016"}, "extract start='2016' is not a day"),
        ({"start": 2016}, "extract start=2016 is not a day"),
        ({"end": "30/11/2019"}, "extract end='30/11/2019' is not a day"),
        ({"end": None}, "extract end=None is not a day"),
        ({"start": ["2016-01-01"]}, "is not a day"),
        ({"start": "2017-01-01", "end": "2016-12-31"}, "starts on 2017-01-01, after its end"),
    ],
)
def test_an_extract_that_is_off(extract, said):
    with pytest.raises(OptionError, match=re.escape(said)):
        check_extract(extract)


def test_an_extract_comes_back_with_lists_and_days():
    given = {"countries": "Aurel", "event_types": ("a", "b"), "start": "2016-1-1",
             "end": datetime.date(2016, 12, 31)}  # fmt: skip
    assert check_extract(given) == {
        "countries": ["Aurel"], "event_types": ["a", "b"],
        "start": pd.Timestamp("2016-01-01"), "end": pd.Timestamp("2016-12-31"),
    }  # fmt: skip
    assert given["countries"] == "Aurel"
    assert check_extract(None) == {}


def test_no_file_that_ships_has_a_path_of_some_machine():
    # `file` is a name below data/, wherever that is
    assert all(not Path(e["file"]).is_absolute() for e in CATALOG.values() if "file" in e)
