"""ACLED in every form it has been handed out in, and everything that goes wrong with it."""

import io

import makers
import pandas as pd
import pytest
from makers import acled, acled_row, acled_rows, load, refused, told

import toolkit as ct
from toolkit.errors import ColumnError, FileFormatError, OptionError
from toolkit.events import COLUMNS, DTYPES
from toolkit.sources.acled import INTER, interaction_code, interaction_label

LEFT_OUT, MISSING_SET, NOTED = "row left out", "value set missing", "noted"
SPAN = {"start": "2016-01-01", "end": "2016-12-31"}


def values(events, column):
    return events[column].astype("object").where(events[column].notna(), None).tolist()


def test_the_current_form():
    row = acled_row(1, assoc_actor_1="Labour Group (Velmora); Women (Velmora)", tags="crowd size=9")
    events, problems = load(acled([row]))
    assert problems.empty
    event = events.iloc[0]
    assert event["event_id"] == "VLM1"
    assert event["dataset"] == "acled"
    assert event["date_start"] == event["date_end"] == pd.Timestamp("2016-05-03")
    assert (event["date_precision"], event["date_precision_code"]) == ("day", "1")
    assert (event["geo_precision"], event["geo_precision_code"]) == ("exact", "1")
    assert (event["country"], event["country_id"]) == ("Velmora", "999")
    assert (event["latitude"], event["longitude"]) == (-25.5, -21.25)
    assert (event["actor1_type"], event["actor2_type"]) == ("state", "rebel")
    assert event["assoc_actor_1"] == "Labour Group (Velmora); Women (Velmora)"
    assert event["fatalities"] == 2
    missing = events.columns[events.isna().all()].tolist()
    assert missing == [
        "violence_type", "actor1_id", "actor2_id", "assoc_actor_2", "conflict_id", "dyad_id",
        "deaths_civilians", "fatalities_low", "fatalities_high",
    ]  # fmt: skip
    assert events.attrs["format"].startswith("ACLED, current form (31 of its columns")


def test_numbers_for_types_of_actor_as_in_2022_to_2024():
    rows = [acled_row(i, inter1=str(i), inter2="0", interaction=f"{i}0") for i in range(1, 9)]
    events, problems = load(acled(rows))
    assert problems.empty
    assert values(events, "actor1_type") == [
        "state", "rebel", "political militia", "identity militia",
        "rioters", "protesters", "civilians", "external",
    ]  # fmt: skip
    assert values(events, "actor2_type") == [None] * 8
    assert "types of actor as numbers" in events.attrs["format"]


def test_the_form_of_api_version_3():
    row = acled_row(1, inter1="1", inter2="2", interaction="12", event_date="03 May 2016")
    content = makers.table([{**row, "data_id": "77", "iso3": "VLM"}], makers.ACLED_V3)
    events, problems = load(content)
    assert problems.empty
    assert events["date_start"].item() == pd.Timestamp("2016-05-03")
    assert events["event_id"].item() == "VLM1"
    assert events["civilian_targeting"].isna().item()
    assert "version 3" in events.attrs["format"]


def test_the_upper_case_forms_of_versions_1_to_8():
    row = acled_row(1, inter1="1", inter2="2", interaction="12", event_date="18/04/2001",
                    year="2001", event_type="Battle-No change of territory", iso="475",
                    assoc_actor_1="Hill Guard")  # fmt: skip
    events, problems = load(makers.table([row], makers.ACLED_V7, delimiter=";", end="\r\n"))
    assert problems.empty
    event = events.iloc[0]
    assert event["date_start"] == pd.Timestamp("2001-04-18")
    assert event["event_type"] == "Battle-No change of territory"
    assert event["assoc_actor_1"] == "Hill Guard"
    assert event["country_id"] == "475"
    assert events.attrs["country_ids"] == "gwno"
    assert "version 1-8" in events.attrs["format"]
    assert events.attrs["delimiter"] == "semicolon"


def test_the_dbf_name_of_geo_precision():
    header = ["GEO_PRECIS" if h == "GEO_PRECISION" else h for h in makers.ACLED_V7]
    events, _ = load(makers.table([acled_row(1, GEO_PRECIS="3")], header))
    assert values(events, "geo_precision") == ["admin1"]


def test_thirty_one_columns_do_not_tell_the_form():
    assert len(makers.ACLED) == len(makers.ACLED_V3) == 31
    forms = [load(makers.table(acled_rows(2), h))[0].attrs["format"]
             for h in (makers.ACLED, makers.ACLED_V3)]  # fmt: skip
    assert forms[0] != forms[1]


def test_a_stripped_file_says_what_cannot_be_done():
    content = (
        "event_date,latitude,longitude,fatalities,event_type\n2016-05-03,-25.5,-21,1,Battles\n"
    )
    with pytest.warns(ct.DataWarning, match="no actors, dyads and networks") as caught:
        events = ct.load_acled(io.StringIO(content), extract=SPAN)
    assert "without actor1, actor2 there are no actors" in str(caught[0].message)
    assert "country there are no units by country" in str(caught[0].message)
    assert events["event_id"].tolist() == ["row 1"]
    assert events["fatalities"].tolist() == [1]
    load(content)


def test_every_form_gives_the_same_types():
    forms = [makers.ACLED, makers.ACLED_V3, makers.ACLED_V7, ["event_date", "event_type"]]
    tables = [load(makers.table(acled_rows(2), header))[0] for header in forms]
    for other in tables[1:]:
        assert other.dtypes.tolist() == tables[0].dtypes.tolist()


# ----------------------------------------------------------------------------------- headers


def test_columns_in_another_order_and_case_with_bom():
    plain, _ = load(acled(4))
    shuffled = makers.table(acled_rows(4), makers.ACLED[::-1])
    upper = "\ufeff" + acled(4).replace(",".join(makers.ACLED), ",".join(makers.ACLED).upper())
    for content in (shuffled, upper):
        events, _ = load(content)
        pd.testing.assert_frame_equal(events, plain)


def test_a_renamed_column_is_suggested_and_can_be_named():
    content = acled(2).replace("event_date", "evnt_date")
    error = refused(ct.load_acled, io.StringIO(content), kind=ColumnError)
    assert "did you mean 'evnt_date'?" in error.allowed
    events, _ = load(content, rename={"evnt_date": "event_date"})
    assert len(events) == 2
    refused(ct.load_acled, io.StringIO(content), rename={"date": "event_date"}, kind=OptionError)
    refused(ct.load_acled, io.StringIO(content), rename={"evnt_date": "dat"}, kind=OptionError)


def test_a_doubled_column_is_refused():
    header = ["country" if h == "region" else h for h in makers.ACLED]
    error = refused(ct.load_acled, io.StringIO(makers.table(acled_rows(2), header)))
    assert isinstance(error, FileFormatError)
    assert "'country'" in error.wrong


def test_keep_carries_columns_as_they_stand():
    events, _ = load(acled(), keep=["notes", "source", "country"])
    assert events.columns.tolist()[-2:] == ["notes", "source"]
    assert events["notes"].tolist() == ["Shots were heard."] * 3
    assert events["country"].tolist() == ["Velmora"] * 3
    refused(ct.load_acled, io.StringIO(acled()), keep=["note"], kind=ColumnError)


def test_keep_of_a_column_of_the_event_table_leaves_its_type():
    events, _ = load(acled([acled_row(1, latitude="", longitude="")]), keep=["latitude", "iso"])
    assert events["latitude"].isna().all()
    assert events["latitude"].dtype == DTYPES[COLUMNS["latitude"][0]]
    assert load(acled(), keep="notes")[0].columns[-1] == "notes"


# ------------------------------------------------------------------------------------- values


def test_integers_that_r_or_a_spreadsheet_damaged():
    row = acled_row(1, year="2016.0", time_precision="1.0", inter1="1.0", inter2="0.0", iso="32.0",
                    interaction="10.0", geo_precision="2.0", fatalities="6.0")  # fmt: skip
    events, problems = load(acled([row]))
    assert problems.empty
    event = events.iloc[0]
    assert (event["fatalities"], event["country_id"], event["actor1_type"]) == (6, "32", "state")
    assert (event["date_precision"], event["date_precision_code"]) == ("day", "1")
    assert event["geo_precision"] == "near"
    assert pd.isna(event["actor2_type"])


def test_precision_codes_keep_the_recorded_date():
    rows = [acled_row(i, time_precision=str(i), geo_precision=str(i)) for i in (1, 2, 3, 4)]
    events, problems = load(acled(rows))
    assert values(events, "date_precision") == ["day", "week", "month", None]
    assert values(events, "geo_precision") == ["exact", "near", "admin1", None]
    assert events["date_start"].nunique() == 1
    assert told(problems) == [(5, "geo_precision", MISSING_SET), (5, "time_precision", MISSING_SET)]


def test_misspelt_demonstrations_are_noted_and_left_as_they_are():
    row = acled_row(1, disorder_type="Demostrations", event_type="Protests")
    events, problems = load(acled([row, acled_row(2)]), keep=["disorder_type"])
    assert events["disorder_type"].tolist() == ["Demostrations", "Political violence"]
    assert told(problems) == [(2, "disorder_type", NOTED)]


def test_the_double_type_of_disorder_is_known():
    row = acled_row(1, disorder_type="Political violence; Demonstrations", event_type="Protests",
                    sub_event_type="Excessive force against protesters")  # fmt: skip
    assert load(acled([row]))[1].empty


def test_na_is_namibia_unless_the_numbers_of_the_file_say_missing():
    rows = [acled_row(1, admin1="NA", actor2="NA"), acled_row(2)]
    events, problems = load(acled(rows))
    assert values(events, "admin1") == ["NA", "Pelloray"]
    assert values(events, "actor2") == ["NA", "Reed League"]
    assert problems.empty
    events, problems = load(acled([*rows, acled_row(3, fatalities="NA")]))
    assert values(events, "admin1") == [None, "Pelloray", "Pelloray"]
    assert values(events, "fatalities") == [2, 2, None]
    assert "means missing" in events.attrs["rules"]
    assert problems.empty


def test_direction_only_in_violence_against_civilians():
    kinds = ["Violence against civilians", "violence against civilians", "Battles", "Protests"]
    rows = [acled_row(i, event_type=kind) for i, kind in enumerate(kinds)]
    assert values(load(acled(rows))[0], "directed") == [True, True, False, False]


def test_civilian_targeting_is_empty_for_no():
    said = ["Civilian targeting", "Civilians targeted", "", "NA", "perhaps"]
    rows = [acled_row(i, civilian_targeting=v) for i, v in enumerate(said)]
    events, problems = load(acled(rows))
    assert values(events, "civilian_targeting") == [True, True, False, False, None]
    assert told(problems) == [(6, "civilian_targeting", MISSING_SET)]


def test_old_labels_of_actor_types():
    old = ["Rebel Groups", "Political Militias", "Communal", "Identity", "Protestors", "Other"]
    rows = [acled_row(i, inter1=label, inter2="", interaction="") for i, label in enumerate(old)]
    events, problems = load(acled(rows))
    assert problems.empty
    assert values(events, "actor1_type") == [
        "rebel", "political militia", "identity militia", "identity militia", "protesters",
        "external",
    ]  # fmt: skip


def test_unknown_type_of_actor_is_set_missing():
    events, problems = load(acled([acled_row(1, inter1="Pirates", interaction="")]))
    assert values(events, "actor1_type") == [None]
    assert told(problems) == [(2, "inter1", MISSING_SET)]


def test_interaction_78_is_written_reversed():
    assert interaction_label(78) == "External/Other forces-Civilians"
    assert interaction_code("External/Other forces-Civilians") == 78
    assert interaction_code("Civilians-External/Other forces") == 78
    rows = [
        acled_row(1, inter1="External/Other forces", inter2="Civilians",
                  interaction="External/Other forces-Civilians"),
        acled_row(2, inter1="7", inter2="8", interaction="78"),
        acled_row(3, inter1="Civilians", inter2="", interaction="Civilians only"),
    ]  # fmt: skip
    assert load(acled(rows))[1].empty


def test_all_interactions_both_ways():
    pairs = [(a, b) for a in range(1, 9) for b in (0, *range(a, 9))]
    assert len(pairs) == 44
    for a, b in pairs:
        assert interaction_code(interaction_label(10 * a + b)) == 10 * a + b
    assert interaction_label(12) == "State forces-Rebel group"
    assert interaction_label(60) == "Protesters only"
    assert interaction_code("Rebel Groups-Protestors") == 26
    for code in (0, 9, 19, 21, 90, 99, 100):
        refused(interaction_label, code, kind=OptionError)
    error = refused(interaction_code, "State forces-Rebl group", kind=OptionError)
    assert "Rebel group" in error.allowed
    assert set(INTER) == set(range(1, 9))


def test_wrong_interaction_is_noted():
    rows = [
        acled_row(1, interaction="State forces-Civilians"),
        acled_row(2, interaction="99"),
        acled_row(3, interaction=""),
        acled_row(4, inter2="", interaction="12"),
    ]
    events, problems = load(acled(rows))
    assert len(events) == 4
    assert told(problems) == [
        (2, "interaction", NOTED), (3, "interaction", NOTED), (5, "interaction", NOTED),
    ]  # fmt: skip


def test_date_that_does_not_exist_leaves_the_row_out():
    rows = [acled_row(1), acled_row(2, event_date="31/02/2016"), acled_row(3, event_date="")]
    events, problems = load(acled(rows))
    assert events["event_id"].tolist() == ["VLM1"]
    assert told(problems, "line", "value", "action") == [
        (3, "31/02/2016", MISSING_SET), (3, "31/02/2016", LEFT_OUT), (4, "", LEFT_OUT),
    ]  # fmt: skip


def test_mixed_forms_of_date_follow_one_rule_that_is_reported():
    said = ["18/04/2016", "3/4/16", "2016-04-03", "31/12/2016"]
    rows = [acled_row(i, event_date=v) for i, v in enumerate(said)]
    events, problems = load(acled(rows))
    assert events["date_start"].dt.strftime("%d.%m.%y").tolist() == [
        "18.04.16", "03.04.16", "03.04.16", "31.12.16",
    ]  # fmt: skip
    assert events.attrs["rules"] == "event_date read day first (2 of 2 telling dates)"
    assert problems.empty


def test_mixed_orders_of_day_and_month_ask_the_user():
    rows = [acled_row(1, event_date="18/04/2016"), acled_row(2, event_date="04/18/2016")]
    refused(ct.load_acled, io.StringIO(acled(rows)), kind=FileFormatError, match="mixes orders")
    events, problems = load(acled(rows), date_order="day first")
    assert events["event_id"].tolist() == ["VLM1"]
    assert set(problems["line"]) == {3}


def test_year_column_that_disagrees_is_noted():
    events, problems = load(acled([acled_row(1, year="2015")]))
    assert len(events) == 1
    assert told(problems) == [(2, "event_date", NOTED)]


def test_semicolons_with_decimal_commas():
    rows = [acled_row(i, latitude="-25,5", longitude="-21,25") for i in (1, 2)]
    events, problems = load(acled(rows, delimiter=";"))
    assert values(events, "latitude") == [-25.5, -25.5]
    assert problems.empty
    assert "decimal comma in latitude" in events.attrs["rules"]


def test_latitude_and_longitude():
    rows = [acled_row(1), acled_row(2, latitude="-21.25", longitude="-125.5"),
            acled_row(3, latitude="-125.5", longitude="-21.25"),
            acled_row(4, latitude="91", longitude="0"), acled_row(5, longitude="")]  # fmt: skip
    events, problems = load(acled(rows))
    assert values(events, "latitude") == [-25.5, -21.25, None, None, None]
    assert told(problems) == [
        (4, "latitude", MISSING_SET), (5, "latitude", MISSING_SET), (6, "latitude", MISSING_SET),
    ]  # fmt: skip


def test_negative_and_unreadable_deaths():
    rows = [acled_row(i, fatalities=v) for i, v in enumerate(["0", "-3", "many", "2.5", ""])]
    events, problems = load(acled(rows))
    assert values(events, "fatalities") == [0, None, None, None, None]
    assert [p[0] for p in told(problems)] == [3, 4, 5]


def test_ids_that_repeat_keep_the_later_row():
    rows = [acled_row(1, fatalities="1"), acled_row(2), acled_row(1, fatalities="9"),
            acled_row(1, event_date="31/02/2016"), acled_row(event_id_cnty="")]  # fmt: skip
    events, problems = load(acled(rows))
    assert dict(zip(events["event_id"], events["fatalities"], strict=True)) == {
        "VLM2": 2,
        "VLM1": 9,
    }
    gone = problems[problems["action"] == LEFT_OUT]
    assert told(gone, "line", "column") == [
        (2, "event_id_cnty"), (5, "event_date"), (6, "event_id_cnty"),
    ]  # fmt: skip


def test_ids_that_only_begin_alike_are_no_repeats():
    long = "é" * 40
    ids = [long + "1", long + "2", "7", "07", "7 events", long + "1", "7"]
    events, problems = load(acled([acled_row(event_id_cnty=i) for i in ids]))
    assert events["event_id"].tolist() == [long + "2", "07", "7 events", long + "1", "7"]
    assert told(problems, "record") == [(1,), (3,)]


def test_formulas_and_html_in_notes_stay_text_and_are_shown_escaped():
    nasty = ['=HYPERLINK("http://x.invalid";"x")', "<script>alert(1)</script>", "@SUM(1+1)", "-2+3"]
    events, _ = load(acled([acled_row(i, notes=n) for i, n in enumerate(nasty)]), keep=["notes"])
    assert events["notes"].tolist() == nasty
    page = events.to_html() + events[["notes"]]._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    _, problems = load(acled([acled_row(1, fatalities="<b>2</b>")]))
    assert "&lt;b&gt;" in problems.to_html()
    assert "<b>2" not in problems.to_html()


def test_actor_names_keep_regime_prefix_and_separator():
    name = "KLF: Front (North; South)"
    events, _ = load(acled([acled_row(1, actor1=name, actor2="  Reed League ")]))
    assert events["actor1"].item() == name
    assert events["actor2"].item() == "Reed League"


def test_lines_of_problems_where_notes_have_many_lines():
    rows = [acled_row(1, notes="one\r\ntwo, three\r\n\r\nfour"), acled_row(2, fatalities="x")]
    _, problems = load(acled(rows, end="\r\n"))
    assert told(problems) == [(6, "fatalities", MISSING_SET)]


def test_one_warning_with_the_counts_and_the_way_to_the_list():
    rows = [acled_row(1), acled_row(2, event_date=""), acled_row(3, fatalities="x")]
    with pytest.warns(ct.DataWarning) as caught:
        ct.load_acled(makers.file_of(acled(rows), "my.csv"), extract=SPAN)
    said = [str(w.message) for w in caught]
    assert len(said) == 1
    assert "my.csv" in said[0]
    assert "3 rows in the file, 2 kept; 1 row left out, 1 row with a value set missing" in said[0]
    assert "find_problems" in said[0]


def test_a_file_of_problems_only_is_refused():
    content = acled([acled_row(1, event_date="x")])
    refused(ct.load_acled, io.StringIO(content), kind=FileFormatError, match="1 left out")
    assert len(ct.find_problems(io.StringIO(content))) == 2


@pytest.mark.parametrize(
    ("header", "provider"),
    [
        (makers.GED, "UCDP GED"),
        (["eventid", "iyear", "imonth", "iday", "country_txt", "country", "latitude",
          "longitude"], "GTD"),
        (["Event ID", "Event Date", "Source Name", "CAMEO Code", "Country", "Latitude",
          "Longitude"], "ICEWS"),
        (["Event ID", "Event Date", "Event Type", "Event Mode", "Country", "Latitude",
          "Longitude"], "POLECAT"),
        (["GlobalEventID", "SQLDATE", "Year", "Source", "Country"], "GDELT"),
    ],
)  # fmt: skip
def test_the_file_of_another_provider(header, provider):
    content = makers.table([dict.fromkeys(header, "2016-01-01")], header)
    error = refused(ct.load_acled, io.StringIO(content), kind=FileFormatError, match=provider)
    assert "ACLED" in error.wrong
    if provider != "UCDP GED":
        refused(ct.load_events, io.StringIO(content), kind=FileFormatError)
        refused(ct.find_problems, io.StringIO(content), kind=FileFormatError)


def test_gdelt_has_no_header():
    content = "\t".join(["881990832", "20181024", "201810", "2018", "2018.8055"] + [""] * 53) + "\n"
    refused(ct.load_acled, io.StringIO(content * 2), kind=FileFormatError)


# ------------------------------------------------------------------------------- the real files


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_nigeria_v7_has_every_row_and_every_date(realdata):
    path = realdata / "nigeria_networks" / "acled_v7_nigeria_1997_2016_cleaned.csv"
    events = ct.load_acled(path, keep=["YEAR", "a1"], extract={"countries": "Nigeria"})
    assert len(events) == 7699
    assert events.attrs["rows_left_out"] == "0"
    assert events["date_start"].notna().all()
    assert (events["date_start"].dt.year == events["YEAR"].astype(int)).all()
    assert ct.find_problems(path).empty
    battles = events["event_type"].str.startswith("Battle-")
    assert battles.sum() == 1978


@pytest.mark.realdata
def test_all_extracts_of_acled_have_the_same_types(realdata):
    sizes = {
        "acled/acled_2022_schema_argentina_326rows.csv": 326,
        "acled/acled_2025_schema_syria_12rows.csv": 12,
        "nigeria_networks/acled_v7_nigeria_1997_2016_cleaned.csv": 7699,
        "meltt_nigeria/nigeria_2011__acled.csv": 349,
    }
    seen = set()
    for name, rows in sizes.items():
        with pytest.warns(ct.DataWarning):
            events = ct.load_events(realdata / name)
        makers.check_accounting(events, ct.find_problems(realdata / name))
        assert len(events) == rows
        seen.add(tuple(map(str, events.dtypes)))
    assert len(seen) == 1


@pytest.mark.realdata
def test_argentina_is_noted_for_its_spelling(realdata):
    path = realdata / "acled" / "acled_2022_schema_argentina_326rows.csv"
    problems = ct.find_problems(path)
    assert set(problems["value"]) == {"Demostrations"}
    text = path.read_text(encoding="utf-8")
    assert len(problems) == text.count(",Demostrations,")


@pytest.mark.realdata
@pytest.mark.parametrize(
    "name",
    ["icews/events.2018.sample.tab", "meltt_nigeria/nigeria_2011__gtd.csv",
     "meltt_nigeria/nigeria_2011__scad.csv"],
)  # fmt: skip
def test_real_files_of_other_providers_are_refused(realdata, name):
    for call in (ct.load_acled, ct.load_ucdp_ged, ct.load_events, ct.find_problems):
        refused(call, realdata / name, kind=(FileFormatError, ColumnError))
