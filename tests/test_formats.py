"""One door for all providers: which file is this, and what is wrong with it."""

import io
import warnings

import makers
import pandas as pd
import pytest
from makers import acled, acled_row, file_of, ged, ged_row, load, refused, told

import toolkit as ct
from toolkit import reading
from toolkit.errors import ColumnError, FileFormatError, OptionError
from toolkit.formats import recognise_format
from toolkit.problems import COLUMNS
from toolkit.sources import acled as acled_source
from toolkit.sources import eventfile, gdelt, ucdp
from toolkit.sources.eventfile import EventFile


def test_providers_are_recognised_by_names_never_by_number():
    assert recognise_format(file_of(acled())) == "ACLED"
    assert recognise_format(file_of(makers.table([], makers.ACLED_V7))) == "ACLED"
    assert recognise_format(file_of(ged())) == "UCDP GED"
    assert recognise_format(file_of(ged(names=False))) == "UCDP GED"
    assert recognise_format(file_of(ged(delimiter="\t").encode("utf-16"))) == "UCDP GED"
    thirty_one = ",".join(f"c{i}" for i in range(31)) + "\n"
    forty_nine = ",".join(f"c{i}" for i in range(49)) + "\n"
    for header in (thirty_one, forty_nine):
        refused(recognise_format, file_of(header), kind=FileFormatError)


def test_a_file_that_could_be_either_is_refused():
    header = ["event_id_cnty", "event_date", "type_of_violence", "date_start"]
    content = makers.table([dict.fromkeys(header, "1")], header)
    error = refused(ct.load_events, io.StringIO(content), kind=FileFormatError)
    assert "ACLED or UCDP GED" in error.wrong


def test_rename_helps_to_recognise():
    content = ged(2).replace("type_of_violence", "kind")
    refused(ct.load_events, io.StringIO(content), kind=FileFormatError)
    events, _ = load(content, rename={"kind": "type_of_violence"})
    assert len(events) == 2


def test_load_events_says_which_it_took():
    assert load(acled())[0].attrs["format"].startswith("ACLED, current form")
    assert load(ged())[0].attrs["dataset"] == "ucdp-ged"


def test_load_events_equals_the_providers_own_loader():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        own = ct.load_ucdp_ged(file_of(ged(3)))
    pd.testing.assert_frame_equal(load(ged(3))[0], own)


def test_find_problems_takes_the_options_of_the_loader():
    options = {"extract": {"start": "2016-01-01"}, "accessed": "2026-01-31", "keep": ["notes"]}
    assert ct.find_problems(file_of(acled()), **options).empty
    assert ct.find_problems(file_of(ged()), version="25.1").empty


def odd_values(provider):
    """Return a file in which each row has another column with a value that means nothing."""
    if provider == "GDELT":
        row = dict.fromkeys(gdelt.VERSION_2, "1") | {"SQLDATE": "20160503", "GLOBALEVENTID": "1"}
        rows = [row | {"GLOBALEVENTID": str(i)} for i in range(len(row))]
        options = {"header": gdelt.VERSION_2, "delimiter": "\t"}
    else:
        ours = {"ACLED": (acled_row, makers.ACLED), "UCDP GED": (ged_row, makers.GED)}
        make, header = ours[provider]
        rows, options = [make(i) for i in range(len(header))], {"header": header}
    odd = [row | {name: "?!"} for row, name in zip(rows, options["header"], strict=True)]
    return file_of(makers.table(odd, **options))


@pytest.mark.parametrize("provider", ["ACLED", "UCDP GED", "GDELT"])
def test_find_problems_finds_what_the_loader_finds_though_it_reads_less(provider, monkeypatch):
    source = {"ACLED": acled_source, "UCDP GED": ucdp, "GDELT": gdelt}[provider]
    loaded = EventFile(odd_values(provider), source.FORM).read()
    read = []

    def read_cells(file, choose, **options):
        table = reading.read_cells(file, choose, **options)
        read.extend(table.cells.columns)
        return table

    monkeypatch.setattr(eventfile, "read_cells", read_cells)
    found = ct.find_problems(odd_values(provider), provider=provider)
    pd.testing.assert_frame_equal(found, loaded.problems.table())
    assert found["column"].nunique() > 3
    assert read
    assert not set(source.FORM.silent) & {*read, *found["column"], *source.FORM.deciding}


def test_what_had_not_happened_at_download_is_not_covered():
    events, _ = load(
        acled(), extract={"start": "2016-01-01", "end": "2016-12-31"}, accessed="2016-06-01"
    )
    assert ct.coverage(events)["end"].tolist() == [pd.Timestamp("2016-06-01")]


def test_find_problems_can_be_told_the_provider():
    content = makers.table([acled_row(1, fatalities="x")], ["event_date", "fatalities"])
    error = refused(ct.find_problems, file_of(content), kind=FileFormatError)
    assert 'provider="ACLED"' in error.fix
    problems = ct.find_problems(file_of(content), provider="ACLED")
    assert told(problems) == [(2, "fatalities", "value set missing")]
    refused(ct.find_problems, file_of(content), provider="acled", kind=OptionError)


def test_the_table_of_problems_has_its_columns_even_when_empty():
    table = ct.find_problems(file_of(acled()))
    assert table.columns.tolist() == list(COLUMNS)
    assert table["line"].dtype == "Int64"


def test_problems_come_in_the_order_of_the_file_with_true_lines():
    rows = [
        acled_row(1, notes="two\nlines, here"),
        acled_row(2, fatalities="x"),
        acled_row(3, event_date="31/02/2016"),
        acled_row(4),
        acled_row(5, latitude="99"),
    ]
    lines = acled(rows).split("\n")
    lines[5:5] = ["", "only,three,fields", ""]
    _, problems = load("\n".join(lines))
    assert told(problems, "line", "record", "column", "value") == [
        (4, 2, "fatalities", "x"),
        (5, 3, "event_date", "31/02/2016"),
        (5, 3, "event_date", "31/02/2016"),
        (7, 4, "", "only,three,fields"),
        (10, 6, "latitude", "99, -21.25"),
    ]


def test_the_files_own_column_names_stand_in_the_problems():
    header = makers.ACLED_V7
    _, problems = load(makers.table([acled_row(1, fatalities="x", iso="1")], header))
    assert problems["column"].tolist() == ["FATALITIES"]


def test_long_values_are_cut():
    _, problems = load(acled([acled_row(1, fatalities="x" * 500)]))
    assert problems["value"].item() == "x" * 77 + "..."


def test_two_files_in_one_are_accounted_for():
    events, problems = load(ged(2) + ged([ged_row(3)]))
    assert events["event_id"].tolist() == ["600001", "600002", "600003"]
    assert set(problems["line"]) == {4}  # the second header


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "x\n1\n", "\ufffd\n", "   \n  \n"])
def test_what_nobody_knows_is_refused(content):
    for call in (ct.load_events, ct.find_problems):
        refused(call, io.StringIO(content), kind=FileFormatError)
    for call in (ct.load_acled, ct.load_ucdp_ged):
        refused(call, io.StringIO(content), kind=(FileFormatError, ColumnError))


def test_tables_beside_the_events_are_no_events():
    country_year = ",".join(makers.country_year_header()) + "\n"
    for content in (country_year, "ActorId,NameData,Version\n7,Reed League,22.1\n"):
        refused(ct.load_events, io.StringIO(content), kind=FileFormatError)


@pytest.mark.realdata
def test_every_real_event_file_is_recognised(realdata):
    known = {
        "ucdp/ged_syria_652_2016-01_2019-11.csv": "UCDP GED",
        "ucdp/ged_myanmar_full49cols.csv": "UCDP GED",
        "meltt_nigeria/nigeria_2011__ged.csv": "UCDP GED",
        "meltt_nigeria/nigeria_2011__acled.csv": "ACLED",
        "acled/acled_2025_schema_syria_12rows.csv": "ACLED",
        "nigeria_networks/acled_v7_nigeria_1997_2016_cleaned.csv": "ACLED",
    }
    assert {n: recognise_format(realdata / n) for n in known} == known
