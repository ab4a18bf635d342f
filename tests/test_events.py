"""The event table: its columns, what is doubtful in it, its description, its filters."""

import datetime

import numpy as np
import pandas as pd
import pytest

import toolkit as ct
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.events import (
    CATEGORIES,
    COLUMNS,
    check_columns,
    check_dates,
    check_day,
    make_event_table,
)
from toolkit.provenance import COVERAGE_COLUMNS, pack_coverage, stamp

# Invented countries: Aurel with provinces East and West, Boria with a province East of its own.
# id, first day, last day, precision of date and place, country, province, kind, violence, actors,
# low, best, high
ROWS = """
a1 2016-01-01 2016-01-01 day    exact  Aurel East Battle  state-based Aurel_Army  Reed_League 0 1 2
a2 2016-01-31 2016-02-02 days   near   Aurel East Battle  state-based Reed_League Aurel_Army  1 2 3
a3 2016-02-15 2016-02-15 week   admin2 Aurel West Protest -           Marchers    -           0 0 0
a4 2016-02-29 2016-02-29 month  admin1 Boria East Battle  non-state   Heron_Guard Reed_League 5 4 9
a5 2016-12-31 2017-01-02 longer wider  Boria East Strike  one-sided   Heron_Guard Civilians   1 9 7
a6 2017-01-01 2017-01-01 -      -      Boria -    Strike  one-sided   Heron_Guard Civilians   - 3 -
a7 2017-06-30 2017-06-30 day    exact  -     -    Battle  state-based Aurel_Army  Heron_Guard 0 - 0
a8 2018-03-03 2018-03-03 day    exact  Aurel West Battle  state-based Aurel_Army  Reed_League 1 1 1
"""
NAMES = (
    "event_id date_start date_end date_precision geo_precision country admin1 event_type "
    "violence_type actor1 actor2 fatalities_low fatalities fatalities_high"
).split()


def make_events(*, source=True, dataset="reed"):
    cells = [[None if c == "-" else c for c in r.split()] for r in ROWS.strip().splitlines()]
    table = pd.DataFrame(cells, columns=NAMES)
    for column in (c for c in NAMES if c.startswith("fatalities")):
        table[column] = pd.to_numeric(table[column])
    for column in ("date_start", "date_end"):
        table[column] = pd.to_datetime(table[column])
    events = make_event_table({**table, "dataset": dataset}, index=table.index)
    if source:
        spans = make_spans(("Aurel", "2016-01-01", "2018-12-31"), ("Boria", "2016-01-01", None))
        stamp(events, {"dataset": dataset, "title": "Reed Events"}, coverage=pack_coverage(spans))
    return events


def make_spans(*rows):
    spans = pd.DataFrame(rows, columns=["country", "start", "end"])
    spans["start"] = pd.to_datetime(spans["start"])
    spans["end"] = pd.to_datetime(spans["end"].fillna("2018-12-31"))
    spans = spans.assign(dataset="reed", version="", event_types="*", basis="stated when loaded")
    return spans[COVERAGE_COLUMNS]


def ids(events):
    return events["event_id"].tolist()


# ---------------------------------------------------------------------------------- the table


def test_the_event_table_has_its_columns_in_order_and_the_same_types_whatever_is_given():
    kinds = {"text": "str", "date": "datetime64[us]", "number": "float64", "integer": "Int64",
             "flag": "boolean", "category": "category"}  # fmt: skip
    for table in (make_events(), make_event_table({}, index=pd.RangeIndex(2))):
        assert list(table) == list(COLUMNS)
        assert {c: str(table[c].dtype) for c in table} == {
            c: kinds[k] for c, (k, _) in COLUMNS.items()
        }
    for column, (levels, ordered) in CATEGORIES.items():
        assert table[column].cat.categories.tolist() == levels
        assert table[column].cat.ordered == ordered


def test_further_columns_follow_behind_untouched():
    table = make_event_table({"notes": ["x", "y"], "event_id": ["1", "2"]}, index=pd.Index([5, 9]))
    assert list(table)[-1] == "notes"
    assert table.index.tolist() == [5, 9]
    assert table["notes"].tolist() == ["x", "y"]
    assert table["fatalities"].isna().all()


def test_precisions_are_ordered_so_that_they_can_be_compared():
    events = make_events()
    assert (events["date_precision"] <= "week").sum() == 5  # a1, a2, a3, a7, a8


# ------------------------------------------------------------------------------ validate_events


def test_what_is_doubtful_is_noted_with_its_row():
    table = ct.validate_events(make_events())
    assert table[["record", "column", "reason"]].to_numpy().tolist() == [
        [4, "fatalities_low", "low estimate above the best one"],
        [5, "fatalities_high", "best estimate above the high one"],
    ]
    assert table["value"].tolist() == ["5", "7"]
    assert set(table["action"]) == {"noted"}
    assert table["line"].isna().all()


@pytest.mark.parametrize(
    ("column", "row", "value", "reason", "shown"),
    [
        ("event_id", 1, "a1", "id stands twice", "a1"),
        ("event_id", 1, None, "no id: the event cannot be told from others", ""),
        ("date_start", 2, pd.NaT, "no date: not counted in any period", ""),
        ("date_end", 2, pd.Timestamp("2015-01-01"), "ends before it starts", "2015-01-01 00:00:00"),
        ("latitude", 3, 90.1, "out of range", "90.1"),
        ("latitude", 3, -91.0, "out of range", "-91.0"),
        ("longitude", 3, 181.0, "out of range", "181.0"),
        ("fatalities", 0, -1, "negative", "-1"),
        ("deaths_civilians", 0, -1, "negative", "-1"),
    ],
)
def test_each_doubt_is_found(column, row, value, reason, shown):
    events = make_events()
    events.loc[row, column] = value
    found = ct.validate_events(events)
    found = found[(found["column"] == column) & (found["reason"] == reason)]
    assert row + 1 in found["record"].tolist()
    assert found["value"].tolist()[-1] == shown


def test_the_same_id_in_two_datasets_is_no_repetition():
    events = make_events().iloc[[0, 1]].assign(event_id="7", dataset=["reed", "heron"])
    assert ct.validate_events(events).empty
    assert ct.validate_events(events.assign(dataset="reed"))["record"].tolist() == [1, 2]


def test_missing_ids_do_not_stand_twice():
    events = make_events().iloc[[0, 1]].assign(event_id=pd.Series([None, None], dtype="str"))
    assert ct.validate_events(events)["reason"].str.startswith("no id").tolist() == [True, True]


def test_limits_themselves_are_in_range():
    events = make_events().assign(latitude=-90.0, longitude=180.0)
    assert "out of range" not in ct.validate_events(events)["reason"].tolist()


def test_a_table_made_by_hand_needs_three_columns():
    events = pd.DataFrame(
        {"event_id": ["1"], "dataset": "x", "date_start": pd.to_datetime(["2016-01-01"])}
    )
    assert ct.validate_events(events).empty
    with pytest.raises(ColumnError, match="no column 'dataset'"):
        ct.validate_events(events.drop(columns="dataset"))
    with pytest.raises(ColumnError, match=r"date_start holds str, not dates[\s\S]*to_datetime"):
        ct.validate_events(events.assign(date_start="2016-01-01"))


def test_validation_needs_no_numbered_index_and_changes_nothing():
    events = make_events().set_axis([f"r{n}" for n in range(8)])
    before, attrs = events.copy(), dict(events.attrs)
    assert ct.validate_events(events)["record"].tolist() == [4, 5]
    pd.testing.assert_frame_equal(events, before)
    assert events.attrs == attrs


def test_check_columns_names_the_nearest():
    with pytest.raises(ColumnError) as caught:
        check_columns(pd.DataFrame({"contry": [1], "admin1": [2]}), ["country"])
    assert caught.value.allowed == "did you mean 'contry'?"
    with pytest.raises(ColumnError, match="there are none"):
        check_columns(pd.DataFrame(), ["country"])
    with pytest.raises(KeyError, match="no column 'date_start'"):
        check_dates(pd.DataFrame({"country": [1]}), ["country"])


# ------------------------------------------------------------------------------- describe_events


def described(events):
    table = ct.describe_events(events)
    return {key: (row["value"], row["share"]) for key, row in table.iterrows()}


def test_the_description_is_right_by_hand():
    said = described(make_events())
    expected = {
        ("source", "title"): ("Reed Events", ""),
        ("source", "events"): ("8", ""),
        ("coverage", "Aurel"): ("2016-01-01 to 2018-12-31 (stated when loaded)", ""),
        ("time", "first event"): ("2016-01-01", ""),
        ("time", "last event"): ("2018-03-03", ""),
        # a2 and a5 end on a later day
        ("time", "events of more than one day"): ("2", "25.0%"),
        ("date precision", "day"): ("3", "37.5%"),
        ("date precision", "longer"): ("1", "12.5%"),
        ("date precision", "missing"): ("1", "12.5%"),
        ("place precision", "exact"): ("3", "37.5%"),
        ("missing", "country"): ("1", "12.5%"),
        ("missing", "admin1"): ("2", "25.0%"),
        ("missing", "actor2"): ("1", "12.5%"),
        # Aurel_Army, Reed_League, Marchers, Heron_Guard, Civilians
        ("actors", "names as recorded"): ("5", ""),
        ("actors", "most often: Aurel_Army"): ("4", "50.0%"),
        ("actors", "events with one actor only"): ("1", "12.5%"),
        # low 0+1+0+5+1+0+1, best 1+2+0+4+9+3+1, high 2+3+0+9+7+0+1
        ("deaths", "fatalities_low"): ("8", ""),
        ("deaths", "fatalities"): ("20", ""),
        ("deaths", "fatalities_high"): ("22", ""),
        ("deaths", "events with 0"): ("1", "12.5%"),
        # a1 2>1, a2 3>2, a4 9>4
        ("deaths", "high above best"): ("3", "37.5%"),
        ("to note", "fatalities_low: low estimate above the best one"): ("1", "12.5%"),
        ("to note", "alike in date, place, actors, type and deaths"): ("0", "0.0%"),
    }
    assert {key: said.get(key) for key in expected} == expected
    assert ("deaths", "what 0 means") not in said
    absent = said["missing", "not in this dataset or file"][0].split(", ")
    assert {"sub_event_type", "latitude", "conflict_id"} <= set(absent)
    assert "country" not in absent


def test_acleds_zero_is_explained_and_has_no_bounds():
    none = pd.Series(pd.NA, index=range(8), dtype="Int64")
    events = make_events(dataset="acled").assign(fatalities_low=none, fatalities_high=none)
    said = described(events)
    assert said["deaths", "what 0 means"][0] == "none reported, or unknown"
    assert not {i for t, i in said if t == "deaths"} & {"fatalities_low", "high above best"}
    assert ("deaths", "what 0 means") in described(events.assign(dataset="sample-acled"))


def test_deaths_of_several_datasets_are_kept_apart():
    both = pd.concat([make_events(), make_events(dataset="acled").iloc[:2]])
    said = described(both)
    assert said["deaths", "fatalities (reed)"][0] == "20"
    assert said["deaths", "fatalities (acled)"][0] == "3"
    assert said["deaths", "what 0 means (acled)"][0] == "none reported, or unknown"
    assert "never summed" in said["deaths", "of several datasets"][0]


def test_twins_are_counted():
    events = make_events()
    both = pd.concat([events, events.iloc[[0]].assign(event_id="z")], ignore_index=True)
    assert described(both)["to note", "alike in date, place, actors, type and deaths"][0] == "1"


def test_a_hole_in_the_coverage_is_described():
    events = make_events(source=False)
    spans = make_spans(("*", "1989-01-01", "2018-12-31"), ("Syrra", "2000-01-01", None))
    spans.loc[1, ["start", "end"]] = pd.NaT
    stamp(events, {"title": "Reed"}, coverage=pack_coverage(spans))
    said = described(events)
    assert said["coverage", "Syrra"][0] == "not covered (stated when loaded)"
    assert said["coverage", "every country"][0].startswith("1989-01-01 to 2018-12-31")


def test_of_a_long_coverage_five_rows_are_shown():
    events = make_events(source=False)
    spans = make_spans(*((f"Land {n}", "2016-01-01", None) for n in range(7)))
    stamp(events, {"title": "Reed"}, coverage=pack_coverage(spans))
    assert described(events)["coverage", "further rows"][0] == "2, see ct.coverage(events)"


def test_the_description_admits_what_is_not_recorded():
    said = described(make_events().query("country == 'Aurel'"))
    assert "filter not recorded (8 to 4 rows)" in said["source", "steps"][0]
    bare = pd.DataFrame({"event_id": ["1"], "dataset": "x", "date_start": [pd.NaT]})
    bare["date_start"] = pd.to_datetime(bare["date_start"])
    said = described(bare)
    assert said["source", "provenance"][0] == "not recorded"
    assert said["time", "first event"][0] == "none has a date"
    # a table made by hand may have deaths without bounds
    assert described(bare.assign(fatalities=3))["deaths", "fatalities"][0] == "3"


def test_numbers_are_grouped_but_names_and_versions_are_not():
    events = make_events()
    facts = {"title": "2016", "version": "2019", "file": "20191231", "rows_in_file": "12345"}
    said = described(stamp(events, facts))
    assert [said["source", k][0] for k in ("title", "version", "file")] == [
        "2016",
        "2019",
        "20191231",
    ]
    assert said["source", "rows in file"][0] == "12,345"


def test_no_events_cannot_be_described():
    with pytest.raises(EmptySelectionError, match="no events to describe"):
        ct.describe_events(make_events().iloc[:0])


# --------------------------------------------------------------------------------- filter_events


@pytest.mark.parametrize(
    ("conditions", "kept", "said"),
    [
        ({"countries": "Aurel"}, "a1 a2 a3 a8", "country Aurel"),
        ({"countries": ["Boria", "Aurel"]}, "a1 a2 a3 a4 a5 a6 a8", "country Boria or Aurel"),
        ({"admin1": "East"}, "a1 a2 a4 a5", "admin1 East"),
        ({"event_types": ("Strike", "Protest")}, "a3 a5 a6", "event_type Strike or Protest"),
        ({"violence_types": "one-sided"}, "a5 a6", "violence_type one-sided"),
        ({"actors": "Reed_League"}, "a1 a2 a4 a8", "actor Reed_League"),
        ({"actors": ["Marchers", "Civilians"]}, "a3 a5 a6", "actor Marchers or Civilians"),
        # the least precise level to keep; events of unknown precision are left out
        ({"date_precision": "day"}, "a1 a7 a8", "date_precision at least day"),
        ({"date_precision": "longer"}, "a1 a2 a3 a4 a5 a7 a8", "date_precision at least longer"),
        ({"geo_precision": "admin2"}, "a1 a2 a3 a7 a8", "geo_precision at least admin2"),
        ({"start": "2016-12-31"}, "a5 a6 a7 a8", "start 2016-12-31"),
        ({"end": "2016-12-31"}, "a1 a2 a3 a4 a5", "end 2016-12-31"),
        ({"start": "2016-02-29", "end": "2016-2-29"}, "a4", "start 2016-02-29; end 2016-02-29"),
        ({"start": datetime.date(2018, 3, 3)}, "a8", "start 2018-03-03"),
        ({"countries": "Aurel", "admin1": "West"}, "a3 a8", "country Aurel; admin1 West"),
        ({"countries": "Boria", "end": pd.Timestamp("2016-12-31")}, "a4 a5",
         "country Boria; end 2016-12-31"),
    ],
)  # fmt: skip
def test_each_condition_keeps_what_it_says_and_records_it(conditions, kept, said):
    events = make_events()
    found = ct.filter_events(events, **conditions)
    assert ids(found) == kept.split()
    assert found.attrs["filters"] == said
    assert ct.source_line(found) == f"Source: Reed Events; filtered on {said}"
    assert found.attrs["steps"] == f"8 events filtered to {len(kept.split())}"


def test_the_last_day_is_whole():
    events = make_events()
    events.loc[0, "date_start"] = pd.Timestamp("2016-01-01 23:59:59")
    assert ids(ct.filter_events(events, end="2016-01-01")) == ["a1"]


def test_the_input_is_unchanged_and_the_index_kept():
    events = make_events().set_axis([10, 10, 11, 12, 13, 14, 15, 16])
    before, attrs = events.copy(), dict(events.attrs)
    found = ct.filter_events(events, countries="Boria")
    assert found.index.tolist() == [12, 13, 14]
    found["country"] = "changed"
    found.attrs["title"] = "changed"
    pd.testing.assert_frame_equal(events, before)
    assert events.attrs == attrs


def test_filters_follow_each_other():
    once = ct.filter_events(make_events(), countries="Aurel")
    twice = ct.filter_events(once, start="2016-01-31", end="2016-12-31")
    assert ids(twice) == ["a2", "a3"]
    assert twice.attrs["filters"] == "country Aurel; start 2016-01-31; end 2016-12-31"
    assert twice.attrs["steps"] == "8 events filtered to 4; 4 events filtered to 2"


def test_an_unrecorded_filter_before_it_stays_visible():
    found = ct.filter_events(make_events().query("country == 'Aurel'"), admin1="East")
    assert ct.source_line(found).startswith("Subset of Reed Events, filter not recorded; filtered")


def test_no_condition_keeps_everything():
    found = ct.filter_events(make_events())
    assert len(found) == 8
    assert "filters" not in found.attrs


def test_of_unknown_source_it_stays_of_unknown_source():
    found = ct.filter_events(make_events(source=False), countries="Aurel")
    assert ct.source_line(found) == "Source not recorded"


def test_the_coverage_is_cut_to_countries_days_and_types():
    found = ct.filter_events(
        make_events(), countries="Aurel", start="2016-02-01", event_types="Battle"
    )
    (row,) = ct.coverage(found).to_dict("records")
    assert (row["country"], row["event_types"]) == ("Aurel", "Battle")
    assert (row["start"], row["end"]) == (pd.Timestamp("2016-02-01"), pd.Timestamp("2018-12-31"))
    wider = ct.filter_events(make_events(), start="1990-01-01", end="2030-12-31")
    assert ct.coverage(wider).equals(ct.coverage(make_events()))


def test_cutting_the_coverage_lets_no_hole_and_no_late_country_be_filled_from_the_row_for_all():
    events = make_events(source=False)
    spans = make_spans(
        ("*", "1989-01-01", None), ("Boria", "2017-01-01", None), ("Hole", "2000-01-01", None)
    )
    spans.loc[2, ["start", "end"]] = pd.NaT
    stamp(events, {"title": "Reed"}, coverage=pack_coverage(spans))
    cut = ct.coverage(ct.filter_events(events, end="2016-12-31"))
    assert cut.loc[cut["country"].isin(["Boria", "Hole"]), "start"].isna().tolist() == [True, True]
    one = ct.coverage(ct.filter_events(events, countries="Boria"))
    assert one["start"].tolist() == [pd.Timestamp("2017-01-01")]
    other = ct.coverage(ct.filter_events(events, countries="Aurel"))
    assert other[["country", "start"]].values.tolist() == [["Aurel", pd.Timestamp("1989-01-01")]]


@pytest.mark.parametrize(
    ("conditions", "wrong", "allowed"),
    [
        ({"countries": "Aurell"}, "No event has country 'Aurell'.", "did you mean 'Aurel'?"),
        ({"countries": ["Aurel", "Bori"]}, "No event has country 'Bori'.", "did you mean 'Boria'?"),
        ({"actors": "Reed League"}, "No event has actor1 or actor2 'Reed League'.",
         "did you mean 'Reed_League'?"),
        ({"violence_types": "onesided"}, "No event has violence_type 'onesided'.",
         "did you mean 'one-sided'?"),
        ({"geo_precision": "exakt"}, "geo_precision='exakt' is not known.",
         "'exact', 'near', 'admin2', 'admin1', 'wider', 'country', 'international'."),
        ({"start": "31/02/2016"}, "start='31/02/2016' is not a day.", None),
        ({"start": "2017-01-01", "end": "2016-1-1"}, "start 2017-01-01 lies after end 2016-1-1.",
         None),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_the_nearest(conditions, wrong, allowed):
    with pytest.raises(OptionError) as caught:
        ct.filter_events(make_events(), **conditions)
    assert caught.value.wrong == wrong
    assert allowed is None or caught.value.allowed == allowed


def test_a_misspelt_actor_is_found_among_thousands():
    events = make_events(source=False)
    many = pd.concat([events] * 200, ignore_index=True)
    many["actor1"] = [f"Band {n:04d}" for n in range(len(many) - 1)] + ["Zorvan Guard"]
    with pytest.raises(OptionError, match="did you mean 'Zorvan Guard'"):
        ct.filter_events(many, actors="Zorvan Gard")


@pytest.mark.parametrize(
    "value",
    ["2016", "2016-01", "2016-02-30", "soon", "", 2016, 20160101, 2016.0, pd.NaT, ["2016-01-01"],
     np.datetime64("NaT", "D")],
)  # fmt: skip
def test_only_a_day_is_a_day(value):
    # pandas takes 2016 for nanoseconds since 1970, and end="2016" for its first day
    with pytest.raises(OptionError, match="is not a day"):
        check_day("end", value)


def test_days_are_taken_as_they_are_written():
    day = pd.Timestamp("2016-02-29")
    written = ["2016-02-29", "2016-2-29", " 2016-02-29 ", day, day.to_pydatetime(), day.date()]
    assert {check_day("start", v) for v in [*written, np.datetime64("2016-02-29T12:00")]} == {day}


def test_conditions_that_no_event_meets_together():
    with pytest.raises(EmptySelectionError, match="country Aurel; event_type Strike"):
        ct.filter_events(make_events(), countries="Aurel", event_types="Strike")
    with pytest.raises(EmptySelectionError, match="the table has no rows"):
        ct.filter_events(make_events().iloc[:0])


def test_a_condition_on_a_column_that_is_not_there():
    with pytest.raises(ColumnError, match="no column 'admin1'"):
        ct.filter_events(make_events().drop(columns="admin1"), admin1="East")
    with pytest.raises(ColumnError, match="no column 'geo_precision'"):
        ct.filter_events(make_events().drop(columns="geo_precision"), geo_precision="near")


def test_events_without_a_date_are_kept_until_dates_are_asked_for():
    events = make_events()
    events.loc[0, "date_start"] = pd.NaT
    assert "a1" in ids(ct.filter_events(events, countries="Aurel"))
    assert "a1" not in ids(ct.filter_events(events, countries="Aurel", end="2018-12-31"))
