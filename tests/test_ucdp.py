"""UCDP: GED of every release and candidate, the country-year table, the actor list."""

import io

import makers
import pandas as pd
import pytest
from makers import GED, GED_19, file_of, ged, ged_row, ged_rows, load, refused, told

import toolkit as ct
from toolkit.errors import ColumnError, FileFormatError
from toolkit.sources.ucdp import find_version, is_headerless

LEFT_OUT, MISSING_SET, NOTED = "row left out", "value set missing", "noted"
SHAPEFILE = [
    "id", "year", "active_yea", "type_of_vi", "conflict_n", "dyad_new_i", "dyad_name",
    "side_a_new", "side_a", "side_b_new", "side_b", "where_prec", "where_coor", "adm_1", "adm_2",
    "latitude", "longitude", "priogrid_g", "country", "country_id", "region", "event_clar",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civ", "deaths_unk",
    "low", "best", "high",
]  # fmt: skip


def values(events, column):
    return events[column].astype("object").where(events[column].notna(), None).tolist()


def shapefile_rows(rows):
    """Write rows under names cut to ten letters, as a shapefile's table does."""
    full = {"conflict_n": "conflict_new_id", "priogrid_g": "priogrid_gid"}
    names = {s: full.get(s) or next(n for n in GED if n[:10] == s) for s in SHAPEFILE}
    cut = [{s: row.get(name, "") for s, name in names.items()} for row in rows]
    return makers.table(cut, SHAPEFILE)


def test_forty_nine_columns():
    events, problems = load(ged([ged_row(1, date_end="2016-05-05 00:00:00.000", date_prec="2")]))
    assert problems.empty
    event = events.iloc[0]
    assert (event["event_id"], event["dataset"]) == ("600001", "ucdp-ged")
    assert event["date_start"] == pd.Timestamp("2016-05-03")
    assert event["date_end"] == pd.Timestamp("2016-05-05")
    assert (event["date_precision"], event["date_precision_code"]) == ("days", "2")
    assert (event["violence_type"], event["event_type"]) == ("state-based", "state-based conflict")
    assert (event["actor1"], event["actor1_id"], event["actor1_type"]) == (
        "Government of Velmora", "921", "state",
    )  # fmt: skip
    assert (event["actor2"], event["actor2_id"], event["actor2_type"]) == (
        "Reed League", "922", "rebel",
    )  # fmt: skip
    assert (event["conflict_id"], event["dyad_id"]) == ("901", "911")
    assert (event["country"], event["country_id"]) == ("Velmora", "9999")
    assert (event["admin1"], event["admin2"]) == ("Pelloray", "Kessarith")
    assert event["location"] == "Kessarith town"
    deaths = ["fatalities_low", "fatalities", "fatalities_high", "deaths_civilians"]
    assert event[deaths].tolist() == [1, 2, 3, 0]
    assert not event["directed"]
    assert events.attrs["format"] == "UCDP GED, 49 of its 49 columns"


def test_the_forms_with_41_and_42_columns_read_low_best_high_by_name():
    for header in (GED_19, [h for h in GED_19 if h != "gwnoa"]):
        events, problems = load(makers.table(ged_rows(2), header))
        assert problems.empty
        assert values(events, "fatalities_low") == [1, 1]
        assert values(events, "fatalities_high") == [3, 3]


def test_names_cut_to_ten_letters():
    plain, _ = load(ged(2))
    events, problems = load(shapefile_rows(ged_rows(2)))
    assert problems.empty
    pd.testing.assert_frame_equal(events, plain)
    assert events.attrs["format"].endswith("names cut to ten characters")


def test_the_names_of_ged_5():
    header = [{"best": "best_est", "high": "high_est", "low": "low_est", "country_id": "gwno"}
              .get(h, h) for h in GED_19]  # fmt: skip
    events, problems = load(makers.table(ged_rows(1), header))
    assert problems.empty
    assert values(events, "fatalities") + values(events, "fatalities_high") == [2, 3]
    assert values(events, "country_id") == ["9999"]


def test_codes_of_violence_precision_and_place():
    rows = [ged_row(i, type_of_violence=str(min(i, 3)), where_prec=str(i), date_prec=str(min(i, 5)))
            for i in range(1, 8)]  # fmt: skip
    events, problems = load(ged(rows))
    assert problems.empty
    assert values(events, "violence_type")[:3] == ["state-based", "non-state", "one-sided"]
    assert values(events, "geo_precision") == [
        "exact", "near", "admin2", "admin1", "wider", "country", "international",
    ]  # fmt: skip
    assert values(events, "date_precision")[:5] == ["day", "days", "week", "month", "longer"]
    events, problems = load(ged([ged_row(1, type_of_violence="4", where_prec="8", date_prec="0")]))
    assert values(events, "violence_type") == [None]
    assert {p[2] for p in told(problems)} == {MISSING_SET}
    assert len(problems) == 3


def test_direction_only_in_one_sided_violence():
    rows = [ged_row(i, type_of_violence=str(i), side_b="Civilians" if i == 3 else "Reed League")
            for i in (1, 2, 3)]  # fmt: skip
    events, _ = load(ged(rows))
    assert values(events, "directed") == [False, False, True]
    assert values(events, "civilian_targeting") == [False, False, True]
    assert values(events, "actor2_type") == ["rebel", None, "civilians"]


def test_coalitions_are_left_unsplit():
    name = "Hill Guard, Reed League, Front (North, South)"
    assert load(ged([ged_row(1, side_b=name)]))[0]["actor2"].item() == name


def test_stray_spaces_and_apostrophes_in_names_survive_inside():
    name = "Tahrir al- Velmor Army of the Ra’ad"
    assert load(ged([ged_row(1, side_b=f" {name} ")]))[0]["actor2"].item() == name


def test_best_outside_its_bounds_is_noted_and_kept():
    rows = [ged_row(1, best="5", high="3"), ged_row(2, low="4", best="2"), ged_row(3)]
    events, problems = load(ged(rows))
    assert values(events, "fatalities") == [5, 2, 2]
    assert told(problems) == [(2, "high", NOTED), (3, "low", NOTED)]


@pytest.mark.parametrize("said", [["0", "1"], ["False", "True"], ["FALSE", "1.0"]])
def test_active_year_in_either_spelling_never_drops_a_row(said):
    rows = [ged_row(i, active_year=v) for i, v in enumerate(said)]
    events, problems = load(ged(rows), keep=["active_year"])
    assert events["active_year"].tolist() == said
    assert problems.empty


def test_a_doubled_active_year_is_refused_by_name():
    header = ["active_year" if h == "relid" else h for h in GED]
    error = refused(ct.load_ucdp_ged, io.StringIO(makers.table(ged_rows(2), header)))
    assert isinstance(error, FileFormatError)
    assert "'active_year'" in error.wrong


def test_text_in_number_columns_that_are_not_used():
    rows = [ged_row(1, gwnoa="775, 780", dyad_dset_id="1-100", number_of_sources="-1")]
    events, problems = load(ged(rows), keep=["gwnoa"])
    assert events["gwnoa"].tolist() == ["775, 780"]
    assert problems.empty


def test_candidate_file_without_a_header_row():
    rows = [ged_row(i, code_status="Check dyad") for i in (1, 2, 3)]
    plain, _ = load(ged(rows))
    bare = ged(rows, names=False)
    assert is_headerless(bare.splitlines()[0].split(","))
    assert not is_headerless(GED)
    for content in (bare, "\ufeff" + bare):
        events, problems = load(content, name="GEDEvent_v25_0_3.csv")
        pd.testing.assert_frame_equal(events, plain)
        assert events.attrs["version"] == "25.0.3"
        assert "without a header row" in events.attrs["format"]
        assert told(problems) == [(i, "code_status", NOTED) for i in (1, 2, 3)]


def test_broken_row_in_a_file_without_a_header_row():
    lines = ged(4, names=False).splitlines()
    lines[1] = lines[1].rsplit(",", 3)[0]
    lines[2] = lines[2].replace(",2,3,1,", ",5,3,1,")
    events, problems = load("\n".join(lines) + "\n")
    assert events["event_id"].tolist() == ["600001", "600003", "600004"]
    assert told(problems) == [(2, "", LEFT_OUT), (3, "high", NOTED)]


def test_ids_that_repeat_in_one_file_keep_the_later_row():
    rows = [ged_row(1, best="1"), ged_row(2), ged_row(1, best="3")]
    events, problems = load(ged(rows))
    assert dict(zip(events["event_id"], events["fatalities"], strict=True)) == {
        "600002": 2, "600001": 3,
    }  # fmt: skip
    assert told(problems) == [(2, "id", LEFT_OUT)]


@pytest.mark.parametrize(
    ("ids", "left_out"),
    [
        (["7", "8", "9"], []),
        (["7", "8", "7"], [1]),
        (["7", "07", "8"], []),  # the same number, but not the same id
        (["7", "8", "x", "8"], [2]),  # the first ones look like numbers
        (["7", "8.0", "8"], [2]),
        (["9" * 30, "8", "9" * 30], [1]),  # more than a number of 64 bits
    ],
)
def test_ids_are_told_apart_as_text(ids, left_out):
    _, problems = load(ged([ged_row(id=value) for value in ids]))
    gone = problems.loc[problems["action"] == "row left out", "record"]
    assert gone.tolist() == left_out


def test_a_row_without_a_date_does_not_push_out_one_with():
    rows = [ged_row(1), ged_row(1, date_start="2016-02-30")]
    events, problems = load(ged(rows))
    assert events["event_id"].tolist() == ["600001"]
    assert set(problems["line"]) == {3}


def test_dates_that_a_spreadsheet_rewrote():
    rows = [ged_row(1, date_start="3/5/2016", date_end="5/13/2016"), ged_row(2)]
    for row, start in zip(rows, ("3/5/2016", "3/28/2016"), strict=True):
        row["date_start"] = start
    events, _ = load(ged(rows))
    assert events["date_start"].dt.strftime("%d.%m.").tolist() == ["05.03.", "28.03."]
    rows.append(ged_row(3, date_start="28/3/2016"))
    refused(ct.load_ucdp_ged, io.StringIO(ged(rows)), kind=FileFormatError, match="mixes orders")
    events, problems = load(ged(rows), date_order="month first")
    assert len(events) == 2
    assert set(problems.loc[problems["action"] == LEFT_OUT, "line"]) == {4}


def test_end_before_start_and_unreadable_end():
    rows = [ged_row(1, date_end="2016-05-01"), ged_row(2, date_end="soon"), ged_row(3, date_end="")]
    events, problems = load(ged(rows))
    assert told(problems) == [(2, "date_end", NOTED), (3, "date_end", MISSING_SET)]
    assert events["date_end"].dt.day.fillna(0).tolist() == [1, 0, 0]


def test_na_is_namibia_unless_the_numbers_of_the_file_say_missing():
    rows = [ged_row(1, adm_1="NA"), ged_row(2)]
    assert values(load(ged(rows))[0], "admin1") == ["NA", "Pelloray"]
    rows.append(ged_row(3, latitude="NA", longitude="NA"))
    assert values(load(ged(rows))[0], "admin1") == [None, "Pelloray", "Pelloray"]


def test_coordinates_out_of_range_and_swapped():
    rows = [ged_row(i, latitude="60", longitude="10") for i in (1, 2, 3)]
    rows += [ged_row(4, latitude="10", longitude="60"), ged_row(5, latitude="99")]
    events, problems = load(ged(rows))
    assert told(problems) == [(5, "latitude", NOTED), (6, "latitude", MISSING_SET)]
    assert values(events, "latitude")[3:] == [10, None]


def test_integers_that_r_damaged():
    row = ged_row(1, id="600001.0", type_of_violence="1.0", best="2.0", country_id="652.0",
                  where_prec="4.0", year="2016.0")  # fmt: skip
    events, problems = load(ged([row]))
    assert problems.empty
    assert events["event_id"].item() == "600001"
    assert events["country_id"].item() == "652"
    assert events["geo_precision"].item() == "admin1"


def test_columns_renamed_in_another_case_order_or_doubled():
    plain, _ = load(ged(2))
    events, _ = load(makers.table(ged_rows(2), GED[::-1]))
    pd.testing.assert_frame_equal(events, plain)
    events, _ = load(ged(2).replace(",".join(GED), ";".join(GED).upper().replace(";", ",")))
    pd.testing.assert_frame_equal(events, plain)
    renamed = ged(2).replace("date_start", "start_of_it", 1)
    error = refused(ct.load_ucdp_ged, io.StringIO(renamed), kind=ColumnError)
    assert "rename={" in error.fix
    events, _ = load(renamed, rename={"start_of_it": "date_start"})
    pd.testing.assert_frame_equal(events, plain)


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_a_stripped_file_says_what_cannot_be_done():
    header = ["date_start", "type_of_violence", "best"]
    with pytest.warns(ct.DataWarning, match="without low, high deaths have no bounds"):
        events = ct.load_ucdp_ged(io.StringIO(makers.table(ged_rows(1), header)))
    assert events["event_id"].tolist() == ["row 1"]


def test_the_file_of_another_provider():
    error = refused(ct.load_ucdp_ged, io.StringIO(makers.acled(2)), kind=FileFormatError)
    assert "event_id_cnty" in error.wrong
    assert "ACLED" in error.wrong
    for header in (["eventid", "iyear", "country", "latitude", "longitude"], ["a", "b"]):
        content = makers.table([dict.fromkeys(header, "1")], header)
        refused(ct.load_ucdp_ged, io.StringIO(content), kind=FileFormatError)


@pytest.mark.parametrize(
    ("name", "version"),
    [("GEDEvent_v25_1.csv", "25.1"), ("GEDEvent_v25_0_3.csv", "25.0.3"),
     ("GEDEvent_v25_01_25_06.csv", "25.01.25.06"), ("ged251-csv.zip", "25.1"),
     ("ged50-csv.zip", "5.0"), ("my_file.csv", ""), ("ged.csv", "")],
)  # fmt: skip
def test_version_from_the_names_that_ucdp_gives(name, version):
    assert find_version(name) == version


def test_every_form_gives_the_same_types():
    forms = [ged(2), makers.table(ged_rows(2), GED_19), shapefile_rows(ged_rows(2)),
             makers.table(ged_rows(2), ["date_start", "type_of_violence"])]  # fmt: skip
    assert len({tuple(map(str, load(content)[0].dtypes)) for content in forms}) == 1


# --------------------------------------------------------------------------- tables beside GED


def country_year(*rows):
    return "\n".join([",".join(makers.country_year_header()), *rows]) + "\n"


def test_country_year_table():
    content = country_year(
        "9901,Velmora,2015,25.1,5,7,4,1,1,1,0,0,0", "9901,Velmora,2016,25.1" + ",2" * 9
    )
    table = ct.load_ucdp_country_year(io.StringIO(content))
    assert len(table) == 6
    assert table.loc[0, ["fatalities", "fatalities_low", "fatalities_high"]].tolist() == [5, 4, 7]
    assert table["violence_type"].tolist()[:3] == ["state-based", "non-state", "one-sided"]
    assert table["period"].astype(str).tolist() == ["2015"] * 3 + ["2016"] * 3
    assert table["period"].dtype == pd.PeriodDtype("Y-DEC")
    assert table.attrs["version"] == "25.1"


def test_country_year_table_of_release_26_1_has_names_without_their_ending():
    row = "9901,Velmora,2015,26.1,5,7,4,1,1,1,0,0,0"
    old = ct.load_ucdp_country_year(io.StringIO(country_year(row)))
    new = ct.load_ucdp_country_year(io.StringIO(country_year(row).replace("_cy", "")))
    pd.testing.assert_frame_equal(old, new)
    assert new.attrs["version"] == "26.1"


def test_country_year_rows_that_go_are_told():
    good = "9901,Velmora,2015,25.1" + ",1" * 9
    content = country_year(good, "9901,Velmora,20x5,25.1" + ",1" * 9, "9901,Velmora", good)
    with pytest.warns(ct.DataWarning, match="2 rows left out") as caught:
        table = ct.load_ucdp_country_year(io.StringIO(content))
    assert len(table) == 6
    assert "row 2, year_cy '20x5'" in str(caught[0].message)


def test_country_year_table_lacks_a_column():
    content = country_year("1").replace("sb_total_deaths_best_cy", "x")
    refused(ct.load_ucdp_country_year, io.StringIO(content), kind=ColumnError)
    refused(ct.load_ucdp_country_year, io.StringIO(ged()), kind=FileFormatError)
    refused(ct.load_ucdp_country_year, io.StringIO(makers.acled()), kind=FileFormatError)
    refused(ct.load_ucdp_actors, io.StringIO(ged()), kind=FileFormatError)


def test_actor_list_with_bom():
    content = (
        "\ufeffActorId,NameData,ActorIdPrev,NewNameFullEng,OSID,Version\n7,Reed, 5 ,,NA,22.1\n8\n"
    )
    with pytest.warns(ct.DataWarning, match="1 row left out"):
        table = ct.load_ucdp_actors(file_of(content))
    assert table.columns.tolist() == [
        "actor_id", "name_data", "actor_id_prev", "new_name_full_eng", "osid", "version",
    ]  # fmt: skip
    assert table.fillna("-").to_numpy().tolist() == [["7", "Reed", "5", "-", "NA", "22.1"]]
    assert table.attrs["version"] == "22.1"


# ------------------------------------------------------------------------------- the real files


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "rows"),
    [("ged_syria_652_2016-01_2019-11.csv", 16566), ("ged_myanmar_full49cols.csv", 7374),
     ("ged_v23_1_sample1000_full49cols.csv", 1000)],
)  # fmt: skip
def test_real_releases_lose_no_row(realdata, name, rows):
    path = realdata / "ucdp" / name
    with pytest.warns(ct.DataWarning):
        events = ct.load_ucdp_ged(path)
    problems = ct.find_problems(path)
    makers.check_accounting(events, problems)
    assert len(events) == rows
    assert set(problems["action"]) == {NOTED}


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_syria_has_the_numbers_that_were_computed_by_hand(realdata):
    path = realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv"
    events = ct.load_ucdp_ged(path, version="652.1601.1911")
    assert (events["date_start"].min(), events["date_end"].max()) == (
        pd.Timestamp("2016-01-01"), pd.Timestamp("2019-12-01"),
    )  # fmt: skip
    pairs = events["actor1"] + " - " + events["actor2"]
    assert (pairs == "Government of Syria - Syrian insurgents").sum() == 8723
    idlib = events[events["admin1"].str.contains("Idlib") & (events["date_start"].dt.year == 2019)]
    months = idlib.groupby(idlib["date_start"].dt.month)["fatalities"].agg(["size", "sum"])
    assert months.loc[[1, 4, 5, 6, 7, 8, 9, 10, 11]].to_numpy().tolist() == [
        [23, 112], [37, 122], [113, 253], [83, 252], [79, 318], [101, 950], [22, 44], [29, 75],
        [65, 307],
    ]  # fmt: skip
    yearly = events.groupby(events["date_start"].dt.year)["fatalities"].sum()
    assert yearly.tolist() == [48710, 33316, 20251, 10060]


@pytest.mark.realdata
def test_myanmar_shares_that_were_measured(realdata):
    with pytest.warns(ct.DataWarning):
        events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_myanmar_full49cols.csv")
    vague = events["geo_precision"] >= "admin1"
    assert round(100 * vague.mean(), 1) == 57.6
    assert round(100 * (events["actor2"] == "Civilians").mean(), 1) == 31.6
    assert round(100 * (events["fatalities_high"] > events["fatalities"]).mean()) == 37
    assert (events["fatalities"] > events["fatalities_high"]).sum() == 8


@pytest.mark.realdata
def test_country_year_totals_of_syria(realdata):
    table = ct.load_ucdp_country_year(realdata / "ucdp" / "organizedviolencecy_v25_1.csv")
    assert len(table) == 3 * 6936
    syria = table[table["country"] == "Syria"]
    totals = syria.groupby(syria["period"].dt.year)["fatalities"].sum()
    assert totals.loc[2016:].to_dict() == {
        2016: 53891, 2017: 38517, 2018: 21730, 2019: 11208, 2020: 5690, 2021: 1948, 2022: 1671,
        2023: 2187, 2024: 3616,
    }  # fmt: skip


@pytest.mark.realdata
def test_actor_list_of_ucdp(realdata):
    table = ct.load_ucdp_actors(realdata / "ucdp" / "ucdp-actor-221.csv")
    assert table.shape == (1725, 35)  # 1,727 lines below the header: two names hold a line break
    assert table["actor_id"].is_unique
    assert table.attrs["rows_in_file"] == "1725"
