"""GDELT 1.0 and 2.0: files without a header, rows that are reports coded by machine."""

import io
import warnings
import zipfile

import makers
import pandas as pd
import pytest
from makers import file_of, refused, told

import toolkit as ct
from toolkit.errors import ColumnError, EmptySelectionError, FileFormatError, OptionError
from toolkit.formats import recognise_format
from toolkit.sources.gdelt import FORMS, QUAD_CLASSES, REPORTS, ROOTS, load_gdelt

LEFT_OUT, MISSING_SET, NOTED = "row left out", "value set missing", "noted"
SPAN = {"start": "2016-05-03", "end": "2016-05-03"}
# The columns as the provider's column tables list them, written out once more.
V1 = (
    "GLOBALEVENTID SQLDATE MonthYear Year FractionDate Actor1Code Actor1Name Actor1CountryCode "
    "Actor1KnownGroupCode Actor1EthnicCode Actor1Religion1Code Actor1Religion2Code "
    "Actor1Type1Code Actor1Type2Code Actor1Type3Code Actor2Code Actor2Name Actor2CountryCode "
    "Actor2KnownGroupCode Actor2EthnicCode Actor2Religion1Code Actor2Religion2Code "
    "Actor2Type1Code Actor2Type2Code Actor2Type3Code IsRootEvent EventCode EventBaseCode "
    "EventRootCode QuadClass GoldsteinScale NumMentions NumSources NumArticles AvgTone "
    "Actor1Geo_Type Actor1Geo_FullName Actor1Geo_CountryCode Actor1Geo_ADM1Code Actor1Geo_Lat "
    "Actor1Geo_Long Actor1Geo_FeatureID Actor2Geo_Type Actor2Geo_FullName Actor2Geo_CountryCode "
    "Actor2Geo_ADM1Code Actor2Geo_Lat Actor2Geo_Long Actor2Geo_FeatureID ActionGeo_Type "
    "ActionGeo_FullName ActionGeo_CountryCode ActionGeo_ADM1Code ActionGeo_Lat ActionGeo_Long "
    "ActionGeo_FeatureID DATEADDED SOURCEURL"
).split()
# dict.fromkeys: of a name without ADM1 the second is the same
V2 = list(dict.fromkeys(n for name in V1 for n in (name, name.replace("ADM1", "ADM2"))))
# Velmora does not exist: UU (undesignated sovereignty) and NM (no man's land) are no countries.
VALUES = {
    "SQLDATE": "20160503", "MonthYear": "201605", "Year": "2016", "FractionDate": "2016.3370",
    "Actor1Code": "VLMGOV", "Actor1Name": "VELMORA", "Actor1CountryCode": "VLM",
    "Actor2Code": "VLMREB", "Actor2Name": "REED LEAGUE", "IsRootEvent": "1", "EventCode": "193",
    "EventBaseCode": "193", "EventRootCode": "19", "QuadClass": "4", "GoldsteinScale": "-10",
    "NumMentions": "07", "ActionGeo_Type": "4", "ActionGeo_CountryCode": "UU",
    "ActionGeo_FullName": "Kessarith, Pelloray, Velmora", "ActionGeo_ADM1Code": "UU01",
    "ActionGeo_ADM2Code": "0012", "ActionGeo_Lat": "-25.5", "ActionGeo_Long": "-21.25",
    "DATEADDED": "20160503144500", "SOURCEURL": "http://news.invalid/1",
}  # fmt: skip


def row(number=1, names=V2, **changes):
    values = {**VALUES, "GLOBALEVENTID": f"{number:09d}", **changes}
    return "\t".join(values.get(name, "") for name in names)


def write(*rows):
    return "\n".join(rows) + "\n"


def load(content, **options):
    """Load without the warnings, and check the accounting."""
    own = {k: v for k, v in options.items() if k != "quad_class"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        events = load_gdelt(file_of(content, options.pop("name", "x.CSV")), **options)
        problems = ct.find_problems(file_of(content), **own)
    if "quad_class" not in options:
        makers.check_accounting(events, problems)
    return events, problems


def values(events, column):
    return events[column].astype("object").where(events[column].notna(), None).tolist()


# ----------------------------------------------------------------------------------- forms


def test_the_number_of_fields_decides():
    assert (len(V1), len(V2)) == (58, 61)
    assert {57: V1[:-1], 58: V1, 61: V2} == FORMS
    said = {}
    for names in FORMS.values():
        events, problems = load(write(row(1, names), row(2, names)), keep=["DATEADDED"])
        assert problems.empty
        assert values(events, "location") == ["Kessarith, Pelloray, Velmora"] * 2
        assert values(events, "latitude") == [-25.5, -25.5]
        assert values(events, "DATEADDED") == ["20160503144500"] * 2
        said[len(names)] = (events.attrs["dataset"], values(events, "admin2")[0])
    assert said == {
        57: ("gdelt-events-1", None),
        58: ("gdelt-events-1", None),
        61: ("gdelt-events-2", "0012"),
    }


@pytest.mark.parametrize("names", FORMS.values(), ids=len)
def test_load_events_recognises_it(names):
    content = write(row(1, names), row(2, names))
    assert recognise_format(file_of(content)) == "GDELT"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        pd.testing.assert_frame_equal(
            ct.load_events(file_of(content)), load_gdelt(file_of(content))
        )


def test_other_numbers_of_fields_and_other_first_fields_are_no_gdelt():
    for line in ("\t".join(row().split("\t")[:40]), row() + "\t", row(names=V1) + "\t"):
        error = refused(load_gdelt, file_of(write(line)), kind=FileFormatError, match="first line")
        assert str(len(line.split("\t"))) in error.wrong
        refused(ct.load_events, file_of(write(line)), kind=FileFormatError)
    for change in ({"SQLDATE": "2016-05-03"}, {"MonthYear": "5"}, {"Year": "16"}):
        refused(ct.load_events, file_of(write(row(1, **change))), kind=FileFormatError)
    refused(ct.load_events, file_of(write(row(1, GLOBALEVENTID="a1"))), kind=FileFormatError)
    error = refused(load_gdelt, file_of(makers.acled()), kind=FileFormatError, match="ACLED")
    assert "GDELT" in error.wrong
    for call in (ct.load_acled, ct.load_ucdp_ged):
        refused(call, file_of(write(row())), kind=(FileFormatError, ColumnError))


def test_a_header_that_somebody_added_is_read_by_its_names():
    plain, _ = load(write(row(1)))
    turned = V2[::-1]
    for end in ("\t", ","):
        line = [f'"{v}"' for v in row(1, turned).split("\t")]
        events, problems = load(write(end.join(turned), end.join(line)))
        pd.testing.assert_frame_equal(events, plain)
        assert problems.empty
        assert "with a header row" in events.attrs["format"]


def test_a_header_without_places_says_what_cannot_be_done():
    names = [n for n in V1 if "Geo" not in n]
    with pytest.warns(ct.DataWarning, match="without ActionGeo_Lat, ActionGeo_Long there are no m"):
        load_gdelt(file_of(write("\t".join(names), row(1, names))), extract=SPAN)


def test_a_zip_as_gdelt_hands_it_out(tmp_path):
    path = tmp_path / "20160503144500.export.CSV.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("20160503144500.export.CSV", write(row(1)))
    with pytest.warns(ct.DataWarning):
        events = ct.load_events(path)
    assert events.attrs["version"] == "20160503144500"
    assert load(write(row(1)), version="20200101000000")[0].attrs["version"] == "20200101000000"


# ------------------------------------------------------------------------------------ values


def test_one_row():
    event = load(write(row(7)), keep=["NumMentions", "Actor1CountryCode"])[0].iloc[0]
    assert event["event_id"] == "000000007"
    assert event["date_start"] == event["date_end"] == pd.Timestamp("2016-05-03")
    assert (event["actor1"], event["actor1_id"]) == ("VELMORA", "VLMGOV")
    assert (event["actor2"], event["actor2_id"]) == ("REED LEAGUE", "VLMREB")
    assert event["directed"]
    assert (event["country"], event["country_id"], event["admin1"]) == ("Velmora", "UU", "UU01")
    assert (event["event_type"], event["sub_event_type"]) == ("Fight", "193")
    assert event["quad_class"] == "material conflict"
    assert (event["NumMentions"], event["Actor1CountryCode"]) == ("07", "VLM")
    nothing = ["fatalities", "fatalities_low", "fatalities_high", "deaths_civilians",
               "violence_type", "actor1_type", "date_precision", "civilian_targeting"]  # fmt: skip
    assert event[nothing].isna().all()


def test_codes_stay_text_with_their_zeros():
    rows = [row(i, EventCode=c, EventRootCode=c[:2]) for i, c in enumerate(["010", "10", "0251"])]
    events, problems = load(write(*rows))
    assert values(events, "sub_event_type") == ["010", "10", "0251"]
    words = ct.load_table("cameo-events").set_index("code")["name"]
    assert events["sub_event_type"].map(words).tolist() == [
        "Make statement, not specified below", "Demand",
        "Appeal for easing of administrative sanctions",
    ]  # fmt: skip
    assert values(events, "event_type") == ["Make public statement", "Demand", "Appeal"]
    assert problems.empty
    assert list(ROOTS) == [f"{n:02d}" for n in range(1, 21)]


def test_unknown_codes_are_set_missing():
    rows = [row(1, EventRootCode="1"), row(2, QuadClass="5"), row(3, ActionGeo_Type="9")]
    events, problems = load(write(*rows))
    assert values(events, "event_type") == [None, "Fight", "Fight"]
    assert values(events, "quad_class") == ["material conflict", None, "material conflict"]
    assert told(problems) == [
        (1, "EventRootCode", MISSING_SET), (2, "QuadClass", MISSING_SET),
        (3, "ActionGeo_Type", MISSING_SET),
    ]  # fmt: skip


def test_codes_that_no_table_has_are_noted_and_kept():
    rows = [
        row(1, EventCode="999"), row(2, EventCode="1"), row(3, EventCode=""),
        row(4, ActionGeo_CountryCode="0V"), row(5, ActionGeo_CountryCode=""), row(6),
    ]  # fmt: skip
    events, problems = load(write(*rows))
    assert values(events, "sub_event_type")[:3] == ["999", "1", None]
    assert values(events, "country_id")[3:] == ["0V", None, "UU"]
    assert told(problems) == [
        (1, "EventCode", NOTED), (2, "EventCode", NOTED), (4, "ActionGeo_CountryCode", NOTED),
    ]  # fmt: skip
    assert problems["reason"].tolist()[1:] == [
        "not in the table cameo-events", "not in the table fips-countries",
    ]  # fmt: skip


def test_the_table_of_events_has_the_roots_and_classes_of_the_loader():
    table = ct.load_table("cameo-events")
    roots = table[table["code"] == table["root"]]
    assert dict(zip(roots["code"], roots["name"], strict=True)) == ROOTS
    assert table["code"].str.fullmatch(r"(0[1-9]|1\d|20)\d{0,2}").all()
    assert table["root"].tolist() == table["code"].str[:2].tolist()
    assert table["quad_class"].unique().tolist() == list(QUAD_CLASSES.values())
    classes = table.groupby("quad_class")["root"].agg(["min", "max"])
    assert {c: tuple(classes.loc[c]) for c in QUAD_CLASSES.values()} == {
        "verbal cooperation": ("01", "05"), "material cooperation": ("06", "09"),
        "verbal conflict": ("10", "14"), "material conflict": ("15", "20"),
    }  # fmt: skip


def test_countries_meet_by_their_iso_code():
    fips, cameo = (
        ct.load_table(f"{n}-countries").set_index("code")["iso3"] for n in ("fips", "cameo")
    )
    pairs = {"SZ": "CHE", "RS": "RUS", "CH": "CHN", "RO": "ROM", "MJ": "MTN", "WA": "NAM"}
    assert [fips[f] for f in pairs] == [cameo[c] for c in pairs.values()]
    assert fips["RO"] == "ROU"
    assert fips[["GZ", "OS", "UU"]].isna().all()
    assert cameo[["AFR", "GZS", "WSB"]].isna().all()
    assert (fips.isna().sum(), cameo.isna().sum()) == (31, 28)


def test_precision_of_place_and_the_country_behind_it():
    said = [
        ("0", "", "", "", None, None, None),
        ("1", "Velmora", "UU", "UU", "country", "Velmora", None),
        ("2", "Pelloray, Velmora", "UU", "UU01", "admin1", "Velmora", "UU01"),
        ("3", "Kessarith, Pelloray, Velmora", "UU", "UU01", "exact", "Velmora", "UU01"),
        ("4", "Kessarith, Pelloray, Marshes, The", "NM", "NM02", "exact", "Marshes, The", "NM02"),
        ("5", "North, Velmora", "UU", "UU03", "admin1", "Velmora", "UU03"),
    ]
    nowhere = {"ActionGeo_Lat": "", "ActionGeo_Long": ""}
    rows = [
        row(i, ActionGeo_Type=kind, ActionGeo_FullName=name, ActionGeo_CountryCode=code,
            ActionGeo_ADM1Code=adm1, **({} if name else nowhere))
        for i, (kind, name, code, adm1, *_) in enumerate(said)
    ]  # fmt: skip
    events, problems = load(write(*rows))
    for at, column in ((4, "geo_precision"), (5, "country"), (6, "admin1")):
        assert values(events, column) == [s[at] for s in said], column
    assert values(events, "geo_precision_code") == list("012345")
    assert problems.empty
    assert events.attrs["country_ids"] == "FIPS 10-4"
    assert events.attrs["actor_ids"] == "CAMEO"


def test_the_day_of_the_event_is_not_the_day_it_was_added():
    rows = [
        row(1),
        row(2, SQLDATE="20150503", MonthYear="201505", Year="2015"),
        row(3, SQLDATE="20160504"),
        row(4, DATEADDED="20160503"),
        row(5, DATEADDED="x"),
    ]
    events, problems = load(write(*rows))
    days = events["date_start"].dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2016-05-03", "2015-05-03", "2016-05-04", "2016-05-03", "2016-05-03"]
    assert told(problems) == [(3, "SQLDATE", NOTED), (5, "DATEADDED", NOTED)]
    assert "1 rows dated before the day they were added, 2016-05-03 to" in events.attrs["rules"]


def test_dates_and_ids_that_are_none():
    rows = [row(1), row(2, SQLDATE="20160231"), row(3, Year="2015"), row(4, GLOBALEVENTID=""),
            row(5, SQLDATE=""), row(1, EventCode="190")]  # fmt: skip
    events, problems = load(write(*rows))
    assert values(events, "event_id") == ["000000003", "000000001"]
    assert values(events, "sub_event_type") == ["193", "190"]
    gone = problems[problems["action"] == LEFT_OUT]
    assert told(gone, "line", "column") == [
        (1, "GLOBALEVENTID"), (2, "SQLDATE"), (4, "GLOBALEVENTID"), (5, "SQLDATE"),
    ]  # fmt: skip
    assert told(problems[problems["action"] == NOTED]) == [(3, "SQLDATE", NOTED)]


def test_missing_actors_and_coordinates():
    events, problems = load(write(row(1, Actor1Code="", Actor1Name=""), row(2, ActionGeo_Lat="x"),
                                  row(3, ActionGeo_Lat="91")))  # fmt: skip
    assert values(events, "actor1") == [None, "VELMORA", "VELMORA"]
    assert values(events, "latitude") == [-25.5, None, None]
    assert {(r.line, r.column) for r in problems.itertuples()} == {
        (2, "ActionGeo_Lat"),
        (3, "ActionGeo_Lat"),
    }


# ------------------------------------------------------------------------------------- lines


def test_rows_with_another_number_of_fields_are_left_out_by_line():
    short = "\t".join(row(2).split("\t")[:30])
    content = write(row(1), short, row(3), row(4, V1), row(5) + "\tmore", row(6))
    events, problems = load(content)
    assert values(events, "event_id") == ["000000001", "000000003", "000000006"]
    assert told(problems, "line", "action") == [(2, LEFT_OUT), (4, LEFT_OUT), (5, LEFT_OUT)]
    assert problems["reason"].str.extract(r"^(\d+) fields")[0].tolist() == ["30", "58", "62"]


def test_a_file_cut_short_in_its_last_line():
    events, problems = load(write(row(1), row(2))[:-80])
    assert len(events) == 1
    assert problems.loc[problems["action"] == LEFT_OUT, "line"].tolist() == [2]


def test_a_quote_is_a_letter():
    rows = [row(1), row(2, Actor1Name='"THE REED'), row(3), row(4, Actor2Name='LEAGUE"'),
            row(5, Actor1Name='"A" LEAGUE'), row(6, SQLDATE="x")]  # fmt: skip
    events, problems = load(write(*rows))
    assert values(events, "actor1")[1] == '"THE REED'
    assert values(events, "actor2")[3] == 'LEAGUE"'
    assert values(events, "actor1")[4] == '"A" LEAGUE'
    assert set(problems["line"]) == {6}


def test_windows_line_ends_and_other_letters():
    content = row(1, Actor1Name="PELLORÉ") + "\r\n" + row(2) + "\r\n"
    for encoding in ("utf-8", "cp1252"):
        events, problems = load(content.encode(encoding))
        assert values(events, "actor1") == ["PELLORÉ", "VELMORA"]
        assert problems.empty


# ------------------------------------------------------------------------------ classes, ties


CODES = [("1", "04"), ("2", "07"), ("2", "07"), ("3", "13"), ("4", "19"), ("", "")]
CLASSES = [row(i, QuadClass=quad, EventRootCode=root) for i, (quad, root) in enumerate(CODES)]


def test_classes_are_chosen_and_recorded():
    events, _ = load(write(*CLASSES))
    assert len(events) == 6
    some, _ = load(write(*CLASSES), quad_class=["verbal conflict", "material conflict"])
    assert values(some, "quad_class") == ["verbal conflict", "material conflict"]
    assert some.index.tolist() == [0, 1]
    assert some.attrs["filters"] == "quad_class verbal conflict or material conflict"
    assert some.attrs["steps"] == "6 events filtered to 2"
    assert (some.attrs["rows_in_file"], some.attrs["rows"]) == ("6", "2")
    assert "quad_class verbal conflict" in ct.source_line(some)
    extract = {"extract": SPAN, "quad_class": "verbal conflict"}
    both, _ = load(write(*CLASSES), **extract)
    assert both.attrs["filters"].endswith("end 2016-05-03; quad_class verbal conflict")
    assert ct.find_problems(file_of(write(*CLASSES)), **extract).empty
    with pytest.warns(ct.DataWarning):
        assert len(ct.load_events(file_of(write(*CLASSES)), **extract)) == 1


def test_classes_that_do_not_exist():
    content = write(*CLASSES[:2])
    refused(load_gdelt, file_of(content), quad_class="conflict", kind=OptionError)
    error = refused(load_gdelt, file_of(content), quad_class="verbal conflict",
                    kind=EmptySelectionError)  # fmt: skip
    assert "material cooperation, verbal cooperation" in error.allowed


def test_the_warning_says_that_rows_are_reports():
    with pytest.warns(ct.DataWarning) as caught:
        events = load_gdelt(file_of(write(*CLASSES)), extract=SPAN)
    (said,) = [str(w.message) for w in caught]
    assert "a row is a report coded by machine, not an event" in said
    assert "cooperation" not in said
    assert events.attrs["gaps"] == REPORTS


def test_direction_has_a_meaning():
    turned = row(9, Actor1Name="REED LEAGUE", Actor2Name="VELMORA")
    events, _ = load(write(row(1), row(2), turned), quad_class="material conflict")
    dyads = ct.count_dyads(events, directed=True)
    found = {(d.actor1, d.actor2): d.n_events for d in dyads.itertuples()}
    assert found == {("VELMORA", "REED LEAGUE"): 2, ("REED LEAGUE", "VELMORA"): 1}
    assert dyads["fatalities"].isna().all()


def test_classes_make_the_tie():
    # CLASSES: 1 verbal and 2 material cooperation, 1 and 1 of conflict, 1 without a class
    events, _ = load(write(*CLASSES))
    for directed in (False, True):
        dyads = ct.count_dyads(events, tie="both", directed=directed)
        assert dict(zip(dyads["tie"], dyads["n_events"], strict=True)) == {
            "opposition": 1 + 1 + 1, "cooperation": 1 + 2,
        }  # fmt: skip
        assert dyads["actor1"].tolist() == ["VELMORA" if directed else "REED LEAGUE"] * 2


def test_keep_of_a_column_that_is_not_there():
    error = refused(load_gdelt, file_of(write(row(1))), keep=["NumMention"], kind=ColumnError)
    assert "NumMentions" in error.allowed
    refused(load_gdelt, io.StringIO(write(row(1, V1[:-1]))), keep=["SOURCEURL"], kind=ColumnError)


# ------------------------------------------------------------------------------ the real file


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_fifteen_minutes_of_2019(realdata):
    """Expected numbers: `cut -f | sort | uniq -c` over the file."""
    path = realdata / "gdelt" / "20191024143000.export.CSV"
    events = ct.load_events(path, keep=["DATEADDED", "NumMentions"])
    problems = ct.find_problems(path)
    makers.check_accounting(events, problems)
    assert problems.empty
    assert len(events) == 2111
    assert events.attrs["dataset"] == "gdelt-events-2"
    assert events.attrs["version"] == "20191024143000"
    assert events["quad_class"].value_counts().to_dict() == {
        "verbal cooperation": 1222, "material conflict": 337, "material cooperation": 281,
        "verbal conflict": 271,
    }  # fmt: skip
    assert events["date_start"].dt.strftime("%Y%m%d").value_counts().to_dict() == {
        "20191024": 2051, "20181024": 24, "20190924": 20, "20191023": 9, "20191017": 7,
    }  # fmt: skip
    assert "60 rows dated before the day they were added" in events.attrs["rules"]
    assert events["DATEADDED"].eq("20191024143000").all()
    assert events["geo_precision"].value_counts().to_dict() == {
        "exact": 368 + 811, "country": 550, "admin1": 283 + 62, "near": 0, "admin2": 0,
        "wider": 0, "international": 0,
    }  # fmt: skip
    assert events["geo_precision"].isna().sum() == 37
    assert events["latitude"].isna().sum() == 38  # one row has a type and a code, but no place
    assert (events["actor1"].isna().sum(), events["actor2"].isna().sum()) == (174, 531)
    roots = {"Consult": 460, "Fight": 176, "Protest": 31, "Investigate": 45}
    counted = events["event_type"].value_counts()
    assert {name: counted[name] for name in roots} == roots
    assert events["sub_event_type"].str.fullmatch(r"(0[1-9]|1\d|20)\d{0,2}").all()


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_the_real_file_against_pandas(realdata):
    path = realdata / "gdelt" / "20191024143000.export.CSV"
    raw = pd.read_csv(path, sep="\t", header=None, names=V2, dtype=str, quoting=3,
                      keep_default_na=False)  # fmt: skip
    events = load_gdelt(path)
    same = {"event_id": "GLOBALEVENTID", "actor1": "Actor1Name", "actor2_id": "Actor2Code",
            "sub_event_type": "EventCode", "location": "ActionGeo_FullName",
            "country_id": "ActionGeo_CountryCode", "admin2": "ActionGeo_ADM2Code"}  # fmt: skip
    for ours, theirs in same.items():
        assert events[ours].fillna("").tolist() == raw[theirs].str.strip().tolist(), ours
    assert events.groupby("country_id")["country"].nunique().max() == 1
    wanted = raw["QuadClass"].eq("4") & raw["Actor1Name"].ne("") & raw["Actor2Name"].ne("")
    itself = wanted & raw["Actor1Name"].eq(raw["Actor2Name"])
    fights = load_gdelt(path, quad_class="material conflict")
    assert len(fights) == 337
    dyads = ct.count_dyads(fights, directed=True)
    assert dyads["n_events"].sum() == wanted.sum() == 231
    assert dyads.loc[dyads["actor1"] == dyads["actor2"], "n_events"].sum() == itself.sum() == 5


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_the_ties_of_the_real_file(realdata):
    """Expected numbers: awk over fields 7, 17 and 30 (names of both actors, class)."""
    events = load_gdelt(realdata / "gdelt" / "20191024143000.export.CSV")
    said = {}
    for directed in (True, False):
        dyads = ct.count_dyads(events, tie="both", period="year", directed=directed)
        for tie, rows in dyads.groupby("tie"):
            itself = rows.loc[rows["actor1"] == rows["actor2"], "n_events"].sum()
            pairs = len(rows.drop_duplicates(["actor1", "actor2"]))
            said[tie, directed] = (rows["n_events"].sum(), itself, pairs)
    assert said == {
        ("opposition", True): (149 + 231, 8 + 5, 265),
        ("opposition", False): (149 + 231, 8 + 5, 243),
        ("cooperation", True): (844 + 182, 36 + 8, 664),
        ("cooperation", False): (844 + 182, 36 + 8, 501),
    }


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_the_codes_of_the_real_file_are_in_the_tables(realdata):
    """Expected numbers: the tables joined to `cut -f` of the file with another tool."""
    sides = ["Actor1CountryCode", "Actor2CountryCode"]
    events = load_gdelt(realdata / "gdelt" / "20191024143000.export.CSV", keep=sides)
    words = ct.load_table("cameo-events").set_index("code")
    assert events["sub_event_type"].isin(words.index).all()
    assert events["sub_event_type"].map(words["quad_class"]).eq(events["quad_class"]).all()
    cameo = ct.load_table("cameo-countries")["code"]
    assert all(events[c].isin([*cameo, ""]).all() for c in sides)
    coded = events[events["country_id"].notna()]
    countries = coded["country_id"].map(ct.load_table("fips-countries").set_index("code")["name"])
    assert len(coded) == 2074
    assert countries.notna().all()
    other = coded.loc[countries != coded["country"], "country_id"]
    assert other.value_counts().to_dict() == {
        "MK": 7, "NL": 6, "CF": 1, "LO": 1, "BF": 1, "BK": 1, "YI": 1,
    }  # fmt: skip
