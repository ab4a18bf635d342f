"""Text columns to typed ones: every rule by hand."""

import pandas as pd
import pytest
from makers import refused, told

from toolkit.cells import Column
from toolkit.conversion import Conversion, fold, match_columns
from toolkit.errors import FileFormatError, OptionError
from toolkit.problems import Problems

MISSING_SET, NOTED = "value set missing", "noted"


def convert(**columns):
    """Return a conversion of these columns; records are numbered from 1."""
    cells = pd.DataFrame({name: pd.Series(v, dtype="str") for name, v in columns.items()})
    cells.index = pd.Index(range(1, len(cells) + 1), name="record")
    return Conversion(cells, {name: name for name in columns}, Problems())


def dates(values, **options):
    conversion = convert(day=values)
    found = conversion.date("day", **options).rows()
    assert found.dtype == "datetime64[us]"
    return found.dt.strftime("%Y-%m-%d").fillna("").tolist(), conversion


def problems(conversion):
    return told(conversion.problems.table(), "record", "value", "action")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2001-04-18", "2001-04-18"),
        ("2001-4-8", "2001-04-08"),
        ("2001/04/18", "2001-04-18"),
        ("2001-04-18 00:00:00.000", "2001-04-18"),
        ("2001-04-18T23:59:59Z", "2001-04-18"),
        ("20010418", "2001-04-18"),
        ("18 April 2001", "2001-04-18"),
        ("18 april 2001", "2001-04-18"),
        ("18-April-2001", "2001-04-18"),
        ("18-Apr-01", "2001-04-18"),
        ("18-Sept-2001", "2001-09-18"),
        ("18 April 71", "1971-04-18"),
        ("18/04/2001", "2001-04-18"),
        ("18.4.01", "2001-04-18"),
        ("18/04/2001 00:00", "2001-04-18"),
        ("29/02/2016", "2016-02-29"),
        ("1/2/69", "2069-02-01"),
        ("1/2/70", "1970-02-01"),
        ("", ""),
        ("NA", ""),
    ],
)
def test_dates_that_say_what_they_are(value, day):
    found, conversion = dates([value])
    assert found == [day]
    assert problems(conversion) == []


@pytest.mark.parametrize(
    "value",
    [
        "31/02/2016", "2015-02-29", "2016-13-01", "0/1/2016", "18 Junk 2001", "18 2001",
        "April 2001", "43831", "2001", "yesterday", "20011301", "0000-01-01", "0018-04-18",
        "9999-12-31", "1/1/0999", "٠١/٠٢/2011", "²/2/2011", "18/04/2001 12:30", "-1/2/2001",
        "1/2/3",
    ],
)  # fmt: skip
def test_what_is_no_date_is_a_problem(value):
    found, conversion = dates([value])
    assert found == [""]
    assert problems(conversion) == [(1, value, MISSING_SET)]


def test_one_value_that_tells_decides_the_whole_column():
    found, conversion = dates(["3/4/2016", "18/4/2016"])
    assert found == ["2016-04-03", "2016-04-18"]
    assert conversion.rules == ["day read day first (1 of 1 telling dates)"]
    found, conversion = dates(["3/4/2016", "4/18/2016"])
    assert found == ["2016-03-04", "2016-04-18"]
    assert conversion.rules == ["day read month first (1 of 1 telling dates)"]


def test_where_no_value_tells_the_codebook_decides():
    found, conversion = dates(["3/4/2016"])
    assert found == ["2016-04-03"]
    assert "codebook" in conversion.rules[0]


def test_a_column_that_mixes_orders_is_never_guessed_row_by_row():
    values = ["18/4/2016", "4/18/2016", "3/4/2016"]
    error = refused(convert(day=values).date, "day", kind=FileFormatError)
    assert "1 dates can only be day first" in error.wrong
    assert "date_order='day first'" in error.fix
    found, conversion = dates(values, order="month first")
    assert found == ["", "2016-04-18", "2016-03-04"]
    assert problems(conversion) == [(1, "18/4/2016", MISSING_SET)]
    refused(convert(day=values).date, "day", order="dmy", kind=OptionError)


def test_one_slip_in_a_hundred_is_a_slip():
    found, conversion = dates(["18/4/2016"] * 100 + ["4/18/2016"])
    assert found[-1] == ""
    assert problems(conversion) == [(101, "4/18/2016", MISSING_SET)]


def test_forms_of_date_may_mix_in_one_column():
    found, conversion = dates(["18/04/2016", "18/04/16", "2016-04-18", "18 April 2016"])
    assert found == ["2016-04-18"] * 4
    assert problems(conversion) == []


def test_two_digit_years_follow_the_year_column():
    year = Column(pd.Series([1965, 2071, None, 2016], dtype="Int64"), None)
    found, conversion = dates(["1/2/65", "1/2/71", "1/2/65", "1/2/15"], year=year)
    assert found == ["1965-02-01", "2071-02-01", "2065-02-01", "2015-02-01"]
    assert problems(conversion) == [(4, "1/2/15", NOTED)]


@pytest.mark.parametrize(
    ("value", "number"),
    [("6", 6), ("6.0", 6), (" 7 ", 7), ("1e3", 1000), ("+3", 3), ("-1", -1), ("NA", None)],
)
def test_whole_numbers(value, number):
    conversion = convert(n=[value])
    found = conversion.integer("n").rows()
    assert found.dtype == "Int64"
    assert found.isna().item() if number is None else found.item() == number
    assert problems(conversion) == []


@pytest.mark.parametrize(
    "value", ["6.5", "six", "1,000", "1 000", "inf", "1e999", "0x1A", "1_0", "٣", "9" * 23, "True"]
)
def test_what_is_no_whole_number(value):
    conversion = convert(n=[value, "1"])
    assert conversion.integer("n").rows().fillna(-9).tolist() == [-9, 1]
    assert problems(conversion) == [(1, value, MISSING_SET)]


def test_negative_deaths_are_set_missing():
    conversion = convert(n=["-1", "0"])
    assert conversion.integer("n", minimum=0).rows().fillna(-9).tolist() == [-9, 0]
    assert problems(conversion) == [(1, "-1", MISSING_SET)]


def test_decimal_comma_only_where_the_whole_column_has_it():
    conversion = convert(n=["1,5", "-2,25", "3", ""])
    assert conversion.number("n").rows().fillna(0).tolist() == [1.5, -2.25, 3, 0]
    assert conversion.rules == ["decimal comma in n"]
    conversion = convert(n=["1,5", "2.25"])
    assert conversion.number("n").rows().fillna(0).tolist() == [0, 2.25]
    assert problems(conversion) == [(1, "1,5", MISSING_SET)]


@pytest.mark.parametrize("value", ["inf", "-Infinity", "x", "1..2", "12°30'"])
def test_what_is_no_number(value):
    conversion = convert(n=[value])
    assert conversion.number("n").values.isna().all()
    assert problems(conversion) == [(1, value, MISSING_SET)]


def test_codes_in_any_case_and_as_a_spreadsheet_writes_them():
    conversion = convert(c=["1", "6.0", "STATE forces", "", "9", "NA", "x"])
    found = conversion.code("c", {1: "a", 6: "b", "State forces": "a"}).rows()
    assert found.fillna("").tolist() == ["a", "b", "a", "", "", "", ""]
    assert problems(conversion) == [(5, "9", MISSING_SET), (7, "x", MISSING_SET)]


def test_na_is_a_word_until_a_number_column_says_otherwise():
    conversion = convert(place=["NA", ""], deaths=["1", "2"])
    conversion.watch_for_na(["deaths"])
    assert conversion.text("place").rows().fillna("-").tolist() == ["NA", "-"]
    conversion = convert(place=["NA", ""], deaths=["1", "NA"])
    conversion.watch_for_na(["deaths"])
    assert conversion.text("place").rows().isna().all()
    assert "NA" in conversion.rules[0]


def test_identifiers_lose_the_point_that_a_spreadsheet_adds():
    found = convert(i=["652.0", "652", "1-100", "65.2", "00652"]).identifier("i").rows()
    assert found.tolist() == ["652", "652", "1-100", "65.2", "00652"]


def coordinates(lat, lon, country=None):
    conversion = convert(lat=lat, lon=lon, place=country or ["Velmora"] * len(lat))
    found = conversion.coordinates("lat", "lon", within=conversion.text("place"))
    return [degrees.rows().fillna(0).tolist() for degrees in found], conversion


def test_coordinates_out_of_range_are_set_missing():
    found, conversion = coordinates(["-25", "95", "-25", "181"], ["-21", "-21", "-181", "200"])
    assert found == [[-25, 0, 0, 0], [-21, 0, 0, 0]]
    table = conversion.problems.table()
    assert table["record"].tolist() == [2, 3, 4]
    assert set(table["action"]) == {MISSING_SET}
    assert table["reason"].tolist() == [
        "out of range; latitude and longitude swapped?", "out of range", "out of range",
    ]  # fmt: skip


def test_swapped_coordinates_are_noted_and_left_as_they_are():
    lat, lon = ["60", "61", "62", "10"], ["10", "11", "9", "60"]
    found, conversion = coordinates(lat, lon)
    assert found[0] == [60, 61, 62, 10]
    assert problems(conversion) == [(4, "10, 60", NOTED)]
    _, conversion = coordinates(lat, lon, ["Velmora"] * 3 + ["Ostmark"])
    assert problems(conversion) == []  # another country: nothing to compare with


def test_the_middle_of_a_country_is_the_median_of_its_rows():
    lat, lon = ["5"] * 5 + ["50", "51", "52"], ["35"] * 5 + ["80", "81", "82"]
    _, conversion = coordinates([*lat, "35"], [*lon, "5"])
    assert problems(conversion) == [(9, "35, 5", NOTED)]
    _, conversion = coordinates([*lat[4:], "35"], [*lon[4:], "5"])
    assert problems(conversion) == []  # now most rows lie elsewhere


def test_half_a_pair_of_coordinates_is_none():
    found, conversion = coordinates(["-25", ""], ["", "-21"])
    assert found == [[0, 0], [0, 0]]
    assert [p[0] for p in problems(conversion)] == [1, 2]


def test_absent_columns_give_missing_values():
    conversion = convert(a=["1", "2"])
    for found in (conversion.text("b"), conversion.integer("b"), conversion.number("b"),
                  conversion.date("b"), conversion.code("b", {1: 2})):  # fmt: skip
        assert found.rows().isna().tolist() == [True, True]
    assert problems(conversion) == []


def test_no_rows_at_all():
    conversion = convert(a=[])
    assert conversion.date("a").rows().dtype == "datetime64[us]"
    assert conversion.integer("a").rows().dtype == "Int64"
    assert len(conversion.code("a", {1: 2}).rows()) == 0


def test_names_match_in_any_order_case_and_spelling():
    known = {"event_date": "event_date", "ally_actor_1": "assoc_actor_1"}
    for name in ("EVENT_DATE", "Event Date", " event.date ", '"event-date"', "\ufeffevent_date"):
        assert match_columns(["x", name], known) == {"event_date": name}
    assert match_columns(["ALLY_ACTOR_1"], known) == {"assoc_actor_1": "ALLY_ACTOR_1"}


def test_a_known_column_that_stands_twice_is_refused():
    for header in (["country", "country.2"], ["COUNTRY", "country"], ["country", "country.1"]):
        error = refused(match_columns, header, {"country": "country"}, kind=FileFormatError)
        assert header[1] in error.wrong
    assert match_columns(["x", "x.2", "country"], {"country": "country"}) == {"country": "country"}


def test_rename_is_checked_on_both_ends():
    known = {"country": "country"}
    assert match_columns(["land"], known, rename={"land": "Country"}) == {"country": "land"}
    refused(match_columns, ["land"], known, rename={"lnd": "country"}, kind=OptionError)
    error = refused(match_columns, ["land"], known, rename={"land": "contry"}, kind=OptionError)
    assert "did you mean 'country'?" in error.allowed


def test_fold():
    assert fold("\ufeff' Event  Date'") == "event_date"
