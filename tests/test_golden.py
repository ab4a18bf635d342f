"""Golden tables: the same call on every engine gives the same small pandas table.

Expected numbers are counted by hand from ROWS, or are what pandas gives on the sample, whose counts
other tests hold against hand arithmetic. Invented countries and actors.
"""

import pandas as pd
import pytest
from makers import quiet, refused

import toolkit as ct
from toolkit.errors import ColumnError, DirectionError, EmptySelectionError, OptionError
from toolkit.events import make_event_table
from toolkit.provenance import pack_coverage, read_record, stamp

ENGINES = ["pandas", "polars", "pyarrow", "lazy", "duckdb"]
ENGINES.append(pytest.param("spark", marks=pytest.mark.spark))
LARGE = 2**53 + 1  # a whole number that no float holds

# day, last day, precision, country, admin1, type, actor1, actor2, best, low
ROWS = """
2015-12-28 2016-01-03 days  Velmora Pelloray state-based Crown    Reed-League   3 1
2016-01-01 2016-01-01 day   Velmora Pelloray state-based Crown    Reed-League   1 1
2016-01-02 2016-01-02 week  Velmora Pelloray one-sided   Crown    Civilians     2 -
2016-01-31 2016-02-01 days  Velmora -        state-based Crown    Møre&Reed-League 0 0
2016-02-29 2016-02-29 day   Ostrå   Çelik    non-state   Møre     Reed-League   - -
2016-02-29 2016-02-29 month Ostrå   Çelik    non-state   Reed-League Møre       L 7
2016-12-31 2017-01-02 days  Ostrå   Çelik    non-state   Møre     Reed-League   4 4
2017-01-01 2017-01-01 day   -       -        non-state   Møre     -             1 1
2018-06-30 2018-06-30 day   Velmora Pelloray state-based Crown    Reed-League   9 9
-          -          day   Velmora Pelloray state-based Crown    Reed-League   5 5
"""
SPANS = pd.DataFrame(
    {"dataset": "ucdp-ged", "version": "1", "country": "*", "event_types": "*", "basis": "here",
     "start": [pd.Timestamp("2016-01-01")], "end": [pd.Timestamp("2017-06-15")]}
)  # fmt: skip


def make_events():
    cells = [[None if c == "-" else c for c in line.split()] for line in ROWS.strip().split("\n")]
    names = ["date_start", "date_end", "date_precision", "country", "admin1", "violence_type"]
    names += ["actor1", "actor2", "fatalities", "fatalities_low"]
    table = pd.DataFrame(cells, columns=names)
    for column in ("date_start", "date_end"):
        table[column] = pd.to_datetime(table[column])
    for column in ("fatalities", "fatalities_low"):
        numbers = [LARGE if n == "L" else pd.NA if pd.isna(n) else int(n) for n in table[column]]
        table[column] = pd.array(numbers, dtype="Int64")
    for column in ("actor1", "actor2"):
        table[column] = table[column].str.replace("-", " ").str.replace("&", ", ")
    table["event_id"] = [str(n) for n in range(len(table))]
    table["directed"] = table["violence_type"].eq("one-sided")
    events = make_event_table({**table, "dataset": "ucdp-ged"}, index=table.index)
    return stamp(
        events, {"dataset": "ucdp-ged", "title": "Invented"}, coverage=pack_coverage(SPANS)
    )


def put(engine, events, request):
    """Return the events on an engine, with their provenance."""
    record = read_record(events)
    if engine == "pandas":
        return events
    if engine == "spark":
        return stamp(to_spark(request.getfixturevalue("spark"), events), record)
    import pyarrow as pa

    table = pa.Table.from_pandas(events, preserve_index=False)
    if engine == "pyarrow":
        return table
    if engine == "duckdb":
        import duckdb

        return stamp(duckdb.connect().from_arrow(table), record)
    polars = pytest.importorskip("polars").from_arrow(table)
    return stamp(polars.lazy() if engine == "lazy" else polars, record)


def to_spark(session, events):
    import pyarrow as pa

    plain = {c: "str" for c in events if isinstance(events[c].dtype, pd.CategoricalDtype)}
    return session.createDataFrame(pa.Table.from_pandas(events.astype(plain), preserve_index=False))


@pytest.fixture(params=ENGINES)
def engine(request):
    if request.param == "duckdb":
        pytest.importorskip("duckdb")
    return request.param


@pytest.fixture
def put_events(engine, request):
    return lambda events: put(engine, events, request)


def same(found, expected):
    pd.testing.assert_frame_equal(found, expected)
    assert found.attrs == expected.attrs


def numbers(panel, *columns):
    """Return the rows of a table as text, a missing number as "-"."""
    rows = panel[list(columns)].astype("object")
    return [" ".join("-" if pd.isna(v) else str(v) for v in row) for row in rows.to_numpy()]


def test_events_and_deaths_by_year_by_hand(put_events):
    panel = quiet(ct.count_events, put_events(make_events()), by="country", period="year")
    columns = ["country", "period", "n_events", "fatalities", "fatalities_low", "n_straddling"]
    # nothing of 2015 and 2018 is covered; the day known to a week may lie in 2015 too
    assert numbers(panel, *columns, "covered", "partial") == [
        "Ostrå 2015 - - - - False False",
        "Ostrå 2016 3 9007199254740997 11 1 True False",
        "Ostrå 2017 0 0 0 0 True True",
        "Ostrå 2018 - - - - False False",
        "Velmora 2015 - - - - False False",
        "Velmora 2016 3 3 1 1 True False",
        "Velmora 2017 0 0 0 0 True True",
        "Velmora 2018 - - - - False False",
        "- 2015 - - - - False False",
        "- 2016 0 0 0 0 True False",
        "- 2017 1 1 1 0 True True",
        "- 2018 - - - - False False",
    ]
    assert panel["fatalities_high"].isna().all()
    assert panel.attrs["steps"].endswith("3 of 10 events not counted")


def test_weeks_across_years_by_hand(put_events):
    events = put_events(make_events())
    panel = quiet(ct.count_events, events, period="week", complete=False)
    # the week of 28 December 2015 holds 1 and 2 January, but of 28 December nothing is covered
    # that of 26 December 2016 holds 31 December and 1 January
    assert [f"{p.start_time:%Y-%m-%d}" for p in panel["period"]] == [
        "2015-12-28", "2016-01-25", "2016-02-29", "2016-12-26", "2018-06-25"
    ]  # fmt: skip
    assert numbers(panel, "n_events") == ["2", "1", "2", "2", "-"]
    panel = quiet(ct.count_events, events, period="week-sunday", complete=False)
    assert [f"{p.start_time:%Y-%m-%d}" for p in panel["period"]] == [
        "2015-12-27", "2016-01-31", "2016-02-28", "2016-12-25", "2017-01-01", "2018-06-24"
    ]  # fmt: skip
    assert numbers(panel, "n_events") == ["2", "1", "2", "1", "1", "-"]


def test_dyads_by_hand(put_events):
    dyads = quiet(ct.count_dyads, put_events(make_events()))
    # a coalition fights with each member; a side that names nobody joins no pair
    assert numbers(dyads, "actor1", "actor2", "period", "n_events", "fatalities") == [
        "Civilians Crown 2016 1 2",
        "Crown Møre 2016 1 0",
        "Crown Reed League 2015 1 3",
        "Crown Reed League 2016 2 1",
        "Crown Reed League 2018 1 9",
        f"Møre Reed League 2016 3 {LARGE + 4}",
    ]
    beside = quiet(ct.count_dyads, put_events(make_events()), tie="cooperation")
    assert numbers(beside, "actor1", "actor2", "period", "n_events") == ["Møre Reed League 2016 1"]


def test_dyads_by_class_by_hand(put_events):
    classes = {1: "verbal cooperation", 4: "material conflict", 8: "material cooperation"}
    events = make_events()
    events["quad_class"] = pd.Series(classes, dtype="str").reindex(events.index)
    dyads = quiet(ct.count_dyads, put_events(events), tie="both")
    assert numbers(dyads, "tie", "actor1", "actor2", "period", "n_events") == [
        "cooperation Crown Reed League 2016 1",  # event 1
        "cooperation Crown Reed League 2018 1",  # event 8
        "cooperation Møre Reed League 2016 1",  # side by side in event 3
        "opposition Civilians Crown 2016 1",
        "opposition Crown Møre 2016 1",
        "opposition Crown Reed League 2015 1",
        "opposition Crown Reed League 2016 1",
        "opposition Møre Reed League 2016 3",
    ]


COUNTS = [
    {"by": ["country", "admin1"], "period": "month"},
    {"by": "violence_type", "period": "quarter", "straddling": "spread"},
    {"by": "admin1", "period": "week-wednesday", "straddling": "drop"},
    {"period": "day", "complete": False},
    {"by": ["country", "directed"], "period": "year", "units": pd.DataFrame(
        {"country": ["Ostrå", "Karvenia"], "directed": [False, True],
         "start": ["2016-02-10", "2014-03-07"], "end": [None, "2016-05-05"]})},
]  # fmt: skip


@pytest.mark.parametrize("options", COUNTS, ids=["month", "spread", "weeks", "days", "lives"])
def test_counts_are_those_of_pandas(put_events, options):
    same(quiet(ct.count_events, put_events(make_events()), **options),
         quiet(ct.count_events, make_events(), **options))  # fmt: skip


@pytest.fixture(scope="module")
def sample():
    return quiet(ct.load_sample, "ged")


def test_the_sample_is_counted_alike(put_events, sample):
    events = put_events(sample)
    for options in (COUNTS[0], COUNTS[1], COUNTS[4]):
        same(quiet(ct.count_events, events, **options), quiet(ct.count_events, sample, **options))


ALIASES = pd.DataFrame(
    [["Ember Brigades", "Ember Army", "2015-03-01", "2017-02-28", "rename", "a page", "p. 1"],
     ["Morvask Column", "Ember Army", "2016-06-01", "", "merger", "a page", "p. 2"]],
    columns=["name", "canonical", "valid_from", "valid_to", "relation", "source", "where"],
)  # fmt: skip


@pytest.mark.parametrize("follow", ["by_date", "throughout"])
def test_names_are_followed_alike(put_events, sample, follow):
    options = {"aliases": ALIASES, "view": "successor", "follow": follow, "categories": "drop"}
    whole = quiet(ct.participants, sample, **options)
    assert set(whole["actor"]) >= {"Ember Army", "Government of Karvenia"}
    events = put_events(sample)
    people = quiet(ct.participants, events, **options)
    assert people.attrs["steps"] == whole.attrs["steps"]
    choices = {"tie": "both", "split": "share", "period": "month"}
    same(quiet(ct.count_dyads, events, people=people, **choices),
         quiet(ct.count_dyads, sample, people=whole, **choices))  # fmt: skip
    same(quiet(ct.count_events, events, by="actor", people=people, period="year"),
         quiet(ct.count_events, sample, by="actor", people=whole, period="year"))  # fmt: skip


def test_filters_keep_the_same_events_and_say_so(put_events, sample):
    chosen = {
        "countries": "Karvenia",
        "start": "2015-01-10",
        "end": "2018-03-05",
        "date_precision": "week",
        "violence_types": ["state-based", "non-state"],
    }
    expected = quiet(ct.filter_events, sample, **chosen)
    kept = quiet(ct.filter_events, put_events(sample), **chosen)
    same(quiet(ct.count_events, kept, by="admin1"), quiet(ct.count_events, expected, by="admin1"))
    assert ct.source_line(kept) == ct.source_line(expected)
    assert ct.cite(kept) == ct.cite(expected)


def test_actors_are_filtered_in_both_columns(put_events):
    kept = ct.filter_events(put_events(make_events()), actors="Møre")
    assert quiet(ct.count_events, kept, period="year")["n_events"].sum() == 4


def test_what_an_engines_own_methods_made_has_no_source(put_events, engine):
    if engine in ("pandas", "pyarrow"):
        pytest.skip("pandas and pyarrow carry the record along")
    import narwhals.stable.v2 as nw

    events = put_events(make_events())
    own = nw.from_native(events).filter(nw.col("country") == "Velmora").to_native()
    assert ct.source_line(own) == "Source not recorded"
    with pytest.warns(ct.DataWarning, match="coverage of the events is not known"):
        ct.count_events(own, period="year")


@pytest.mark.parametrize(
    ("call", "options", "kind", "wrong"),
    [
        (ct.count_events, {"by": "contry"}, ColumnError, "no column 'contry'"),
        (ct.count_events, {"period": "decade"}, OptionError, "decade"),
        (ct.filter_events, {"countries": "Ostra"}, OptionError, "No event has country 'Ostra'"),
        (ct.filter_events, {"start": "2030-01-01"}, EmptySelectionError, "start 2030-01-01"),
        (ct.count_dyads, {"directed": True}, DirectionError, "In 9 of 10 events"),
        (ct.count_dyads, {"among": ["Nobody"]}, OptionError, "Nobody"),
    ],
)
def test_the_same_errors_everywhere(put_events, call, options, kind, wrong):
    assert wrong in refused(call, put_events(make_events()), **options, kind=kind).wrong


def test_what_a_scan_cannot_do_is_said_before_any_work(put_events, engine, sample):
    if engine in ("pandas", "polars", "pyarrow"):
        pytest.skip("in memory everything can be done")
    events = put_events(make_events())
    one_each = quiet(ct.participants, make_events())
    for call, options in (
        (ct.count_events, {"share": "latitude"}),
        (ct.count_events, {"people": one_each, "by": "actor"}),
        (ct.count_dyads, {"people": one_each}),
    ):
        assert "engine" in refused(call, events, **options, kind=OptionError).wrong
    people = quiet(ct.participants, events)
    for call in (ct.find_roster, ct.find_activity):
        assert "line-up" in refused(call, people, kind=OptionError).wrong
    for call in (ct.describe_events, ct.validate_events, ct.find_coalitions):
        assert "in memory" in refused(call, events, kind=ColumnError).wrong


def test_deaths_that_are_no_whole_numbers_are_refused(put_events):
    events = make_events()
    events["fatalities"] = events["fatalities"].astype("Float64") + 0.5
    assert "not whole" in refused(ct.count_events, put_events(events), kind=ColumnError).wrong


def test_dates_that_are_text_are_refused(put_events):
    events = make_events()
    events["date_start"] = events["date_start"].astype("str")
    assert "not dates" in refused(ct.count_events, put_events(events), kind=ColumnError).wrong


def test_a_table_without_events_is_refused(put_events):
    events = make_events()
    empty = stamp(events.iloc[:0].copy(), read_record(events))
    refused(ct.count_events, put_events(empty), kind=EmptySelectionError)


def test_something_that_is_no_table():
    fault = refused(ct.count_events, [1, 2], kind=ColumnError)
    assert "list" in fault.wrong
    assert "DuckDB" in fault.allowed
