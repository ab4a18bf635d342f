"""Events longer than a period, or known only to the week or month: assigned, spread, left out.

Invented countries. Every rule keeps its sums, for every unit and period.
"""

import datetime
import warnings
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import refused
from test_counts import NUMBERS, cells, count, make_spans, said

import toolkit as ct
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.events import PERIODS, make_event_table, possible_days

# first day, last day, precision, deaths; "-" is missing
ROWS = """
2016-01-25 2016-02-05 days   12
2016-01-10 2016-01-10 day     3
2016-02-29 2016-02-29 month   2
2016-03-31 -          week    7
2016-05-20 2016-05-10 days    1
"""
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
RULES = ["start", "spread", "drop"]
YEAR = make_spans(("*", "2016-01-01", "2016-12-31"))
WIDE = make_spans(("*", "2014-01-01", "2018-12-31"))


def make_long(rows=ROWS, **columns):
    table = [[None if c == "-" else c for c in r.split()] for r in rows.strip().splitlines()]
    table = pd.DataFrame(table, columns=["date_start", "date_end", "date_precision", "fatalities"])
    for column in ("date_start", "date_end"):
        table[column] = pd.to_datetime(table[column])
    table["fatalities"] = pd.to_numeric(table["fatalities"]).astype("Int64")
    table["event_id"] = [str(n) for n in range(len(table))]
    table = table.assign(**{"dataset": "reed", "country": "Aurel", **columns})
    return make_event_table({c: table[c] for c in table}, index=table.index)


def by_month(panel, column):
    """Return {month: value} of the months that are not 0."""
    values = panel.set_index(panel["period"].dt.month)[column]
    return {month: float(value) for month, value in values.items() if value}


def test_possible_days():
    days = possible_days(make_long()).astype(str).values.tolist()
    assert days == [
        ["2016-01-25", "2016-02-05"], ["2016-01-10", "2016-01-10"],
        ["2016-02-01", "2016-02-29"],  # the calendar month, of a leap year
        ["2016-03-28", "2016-04-03"],  # three days before, three after
        ["2016-05-20", "2016-05-20"],  # an end before the start is none
    ]  # fmt: skip
    bare = make_long()[["date_start"]]
    assert possible_days(bare)["last"].equals(bare["date_start"].rename("last"))
    unknown = possible_days(make_long("2016-12-31 - longer 1\n- - month 1\n2016-12-31 - month 1"))
    assert unknown.dropna().astype(str).values.tolist() == [
        ["2016-12-31", "2016-12-31"], ["2016-12-01", "2016-12-31"],
    ]  # fmt: skip
    assert unknown.iloc[1].isna().all()


def test_by_default_an_event_is_counted_where_it_starts():
    panel = count(make_long(), spans=YEAR)
    assert by_month(panel, "n_events") == {1: 2, 2: 1, 3: 1, 5: 1}
    assert by_month(panel, "fatalities") == {1: 15, 2: 2, 3: 7, 5: 1}
    assert by_month(panel, "n_straddling") == {1: 1, 3: 1}
    assert "2 events straddle months: counted where they start" in panel.attrs["steps"]
    # by the week the event known to the month straddles too, and the first of twelve days
    weeks = count(make_long(), spans=YEAR, period="week")
    assert weeks["n_straddling"].sum() == 2
    assert "2 events straddle weeks" in weeks.attrs["steps"]
    assert count(make_long(), spans=YEAR, period="year")["n_straddling"].sum() == 0


def test_spread_evenly_over_the_days():
    panel = count(make_long(), spans=YEAR, straddling="spread")
    # 7 and 5 of 12 days; 4 and 3 of 7 days
    parts = {1: 7 / 12, 2: 5 / 12, 3: 4 / 7, 4: 3 / 7}
    assert by_month(panel, "n_straddling") == pytest.approx(parts)
    assert by_month(panel, "n_events") == pytest.approx(
        {1: 1 + parts[1], 2: 1 + parts[2], 3: parts[3], 4: parts[4], 5: 1}
    )
    assert by_month(panel, "fatalities") == pytest.approx({1: 10, 2: 7, 3: 4, 4: 3, 5: 1})
    assert panel["fatalities_low"].isna().all()
    assert {str(panel[c].dtype) for c in NUMBERS} == {"Float64"}
    assert "spread evenly over their days" in panel.attrs["steps"]
    assert said(ct.count_events, make_long(), spans=YEAR, straddling="spread") == []


def test_left_out_and_told():
    panel = count(make_long(), spans=YEAR, straddling="drop")
    assert by_month(panel, "n_events") == {1: 1, 2: 1, 5: 1}
    assert by_month(panel, "fatalities") == {1: 3, 2: 2, 5: 1}
    assert panel["n_straddling"].eq(0).all()
    (message,) = said(ct.count_events, make_long(), spans=YEAR, straddling="drop")
    assert message == (
        "2 of 5 events and 19 of 25 deaths are not counted: 2 that straddle months (19 deaths)."
    )
    assert "2 of 5 events not counted" in panel.attrs["steps"]


def test_days_outside_the_coverage_are_left_out_of_a_spread_event():
    spans = make_spans(("*", "2016-01-01", "2016-02-02"))
    panel = count(make_long().head(2), spans=spans, straddling="spread")
    # 7 days of January, 2 of February; 3 of 12 are not covered
    assert panel["n_events"].tolist() == pytest.approx([1 + 7 / 12, 2 / 12])
    assert panel["fatalities"].tolist() == pytest.approx([10, 2])
    (message,) = said(ct.count_events, make_long().head(2), spans=spans, straddling="spread")
    assert message.startswith("0.25 of 2 events and 3 of 15 deaths are not counted: 0.25 on days")


def test_days_outside_the_coverage_add_no_cells():
    events = make_long("2015-12-30 2016-01-02 days 4\n2016-06-29 2016-08-02 days 5")
    spans = make_spans(("*", "2016-01-01", "2016-07-31"))
    covered = [f"2016-{m:02d}" for m in range(1, 8)]
    panels = {rule: count(events, spans=spans, straddling=rule) for rule in RULES}
    months = {rule: panel["period"].astype(str).tolist() for rule, panel in panels.items()}
    # an event that starts outside it and is counted there whole does, missing
    assert months == {"start": ["2015-12", *covered], "spread": covered, "drop": covered}
    # 2 days of 4 in January; of 35 days 2 in June, 31 in July and 2 in August
    assert panels["spread"]["n_events"].tolist() == pytest.approx(
        [2 / 4, 0, 0, 0, 0, 2 / 35, 31 / 35]
    )


def test_an_unknown_rule_names_the_nearest():
    error = refused(ct.count_events, make_long(), kind=OptionError, straddling="spred")
    assert error.fix == "straddling='spread'"
    refused(ct.count_dyads, make_long(), kind=OptionError, straddling="half")


# ---------------------------------------------------------------------------------------- share


def test_a_row_that_is_part_of_an_event():
    events = make_long().iloc[[0, 0, 1]].reset_index(drop=True)
    events = events.assign(cell=["a", "b", "a"], part=[0.25, 0.75, 1])
    panel = count(events, by="cell", period="year", spans=YEAR, share="part")
    assert cells(panel, "n_events", "fatalities") == {
        ("a", "2016"): [1.25, 3 + 3], ("b", "2016"): [0.75, 9],
    }  # fmt: skip
    both = count(events, by="cell", spans=YEAR, share="part", straddling="spread")
    february = both[both["period"] == "2016-02"]
    assert february["n_events"].tolist() == pytest.approx([0.25 * 5 / 12, 0.75 * 5 / 12])
    assert february["fatalities"].tolist() == pytest.approx([1.25, 3.75])
    assert both["n_events"].sum() == pytest.approx(2)
    # by the event alone it is one event again
    assert count(events, period="year", spans=YEAR, share="part")["n_events"].tolist() == [2]


@pytest.mark.parametrize("wrong", [0, -0.5, 1.5, None, "x"])
def test_a_share_that_is_none(wrong):
    events = make_long().assign(part=[1, 0.5, wrong, 1, 1])
    refused(ct.count_events, events, kind=ColumnError, match="in 1 rows", share="part")
    refused(ct.count_events, events, kind=ColumnError, match="'parts'", share="parts")


# ----------------------------------------------------------------------------------- properties

days = st.dates(datetime.date(2015, 11, 15), datetime.date(2017, 2, 15))
row = st.tuples(
    days, st.integers(0, 70), st.sampled_from(["day", "days", "week", "month", None]),
    st.none() | st.integers(0, 50), st.sampled_from("AB"), st.sampled_from(["East", "West", None]),
)  # fmt: skip
UNITS = [[], ["country"], ["admin1"], ["date_precision"], ["country", "event_type"]]


def make_random(rows):
    names = ["date_start", "date_end", "date_precision", "fatalities", "country", "admin1"]
    table = pd.DataFrame(rows, columns=names)
    table["date_start"] = pd.to_datetime(table["date_start"])
    table["date_end"] = table["date_start"] + pd.to_timedelta(table["date_end"], unit="D")
    table["event_id"], table["dataset"] = [str(n) for n in range(len(table))], "reed"
    return make_event_table({c: table[c] for c in table}, index=table.index)


def spread_by_hand(rows, freq):
    """Second implementation: day by day, in plain Python."""
    events, deaths = Counter(), Counter()
    for start, length, precision, dead, *_ in rows:
        first, last = start, start + datetime.timedelta(days=length)
        if length == 0 and precision == "week":
            first, last = (start + datetime.timedelta(days=d) for d in (-3, 3))
        elif length == 0 and precision == "month":
            first = start.replace(day=1)
            last = (first + datetime.timedelta(days=31)).replace(day=1)
            last -= datetime.timedelta(days=1)
        n = (last - first).days + 1
        touched = {pd.Period(first + datetime.timedelta(days=d), freq) for d in range(n)}
        if len(touched) == 1:
            events[touched.pop()] += 1
            deaths[pd.Period(start, freq)] += dead or 0
            continue
        for d in range(n):
            here = pd.Period(first + datetime.timedelta(days=d), freq)
            events[here] += 1 / n
            deaths[here] += (dead or 0) / n
    return events, deaths


@settings(max_examples=15)
@given(st.lists(row, min_size=1, max_size=6), st.sampled_from(["week", "month", "year"]))
def test_spread_as_counted_day_by_day(rows, period):
    panel = count(make_random(rows), period=period, spans=WIDE, straddling="spread")
    panel = panel.set_index("period")
    events, deaths = spread_by_hand(rows, PERIODS[period])
    for numbers, column in ((events, "n_events"), (deaths, "fatalities")):
        found = panel[column].fillna(0)
        expected = pd.Series([numbers[p] for p in panel.index], panel.index)
        assert found.to_numpy(float) == pytest.approx(expected.to_numpy(float))


@pytest.mark.parametrize("straddling", RULES)
@settings(max_examples=25)
@given(
    rows=st.lists(row, min_size=1, max_size=10),
    by=st.sampled_from(UNITS),
    period=st.sampled_from(list(PERIODS)),
)
def test_sums_are_kept_for_every_unit_period_and_rule(straddling, rows, by, period):
    events = make_random(rows)
    whole = possible_days(events).apply(lambda c: c.dt.to_period(PERIODS[period]))
    straddles = whole["first"].ne(whole["last"])
    kept = events[~straddles] if straddling == "drop" else events
    options = {"by": by, "period": period, "straddling": straddling, "complete": False}
    if kept.empty:
        refused(
            count, events, spans=WIDE, kind=EmptySelectionError, match="that straddle", **options
        )
        return
    panel = count(events, spans=WIDE, **options)
    assert panel["n_events"].sum() == pytest.approx(len(kept))
    assert panel["fatalities"].sum() == pytest.approx(kept["fatalities"].sum())
    assert panel["n_straddling"].sum() == pytest.approx(
        0 if straddling == "drop" else straddles.sum()
    )
    assert not panel.duplicated(["period", *(c for c in panel if c in {*by, "country"})]).any()
    assert (panel["n_straddling"] <= panel["n_events"] + 1e-9).all()


@pytest.mark.parametrize("number", range(7))
def test_a_week_begins_on_the_day_it_names_and_never_has_two_labels(number):
    name = f"week-{WEEKDAYS[number]}"
    first = pd.Timestamp("1969-12-22") + pd.Timedelta(days=number)  # a Monday and what follows
    assert first.day_name().lower() == WEEKDAYS[number]
    for start in (first, first + pd.Timedelta(weeks=2505)):
        dates = pd.date_range(start - pd.Timedelta(days=1), periods=15)
        events = pd.DataFrame({"date_start": dates})
        panel = count(events, period=name, complete=False)
        assert panel["n_events"].tolist() == [1, 7, 7]
        assert panel["period"].dt.start_time.tolist()[1:] == [
            start, start + pd.Timedelta(days=7),
        ]  # fmt: skip
    if number == 0:
        same = count(events, period="week", complete=False)
        pd.testing.assert_frame_equal(same, panel)


def test_dyads_are_spread_too():
    events = make_long(actor1="Heron", actor2="Otter")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dyads = ct.count_dyads(events, period="month", straddling="spread")
        assert ct.count_dyads(events, period="month")["n_events"].tolist() == [2, 1, 1, 1]
    assert dyads["n_events"].tolist() == pytest.approx([19 / 12, 17 / 12, 4 / 7, 3 / 7, 1])
    assert dyads["fatalities"].tolist() == pytest.approx([10, 7, 4, 3, 1])
    assert "2 events straddle months: spread" in dyads.attrs["steps"]
    with pytest.warns(ct.DataWarning, match="2 of 5 events by dyad and 19 of 25 deaths"):
        dropped = ct.count_dyads(events, period="month", straddling="drop")
    assert dropped["n_events"].tolist() == [1, 1, 1]


# ---------------------------------------------------------------------------------------- Syria


@pytest.mark.realdata
def test_a_quarter_of_the_deaths_of_syria_are_of_events_that_straddle_months(realdata):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        path = realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv"
        events = ct.load_ucdp_ged(path, version="652.1601.1911")
    first, last = events["date_start"], events["date_end"]
    straddles = (first.dt.year * 12 + first.dt.month) != (last.dt.year * 12 + last.dt.month)
    new_year = first.eq("2016-01-01")
    assert (straddles.sum(), events.loc[straddles, "fatalities"].sum()) == (143, 25_367)
    # of 16,558 deaths dated 1 January 2016 all but 25
    assert events.loc[new_year, "fatalities"].agg(["size", "sum"]).tolist() == [17, 16_558]
    assert events.loc[new_year & straddles, "fatalities"].agg(["size", "sum"]).tolist() == [
        7, 16_533,
    ]  # fmt: skip
    panels = {rule: count(events, by="admin1", straddling=rule) for rule in RULES}
    sums = {rule: panel["fatalities"].sum() for rule, panel in panels.items()}
    assert (sums["start"], sums["drop"]) == (112_337, 112_337 - 25_367)
    assert panels["start"]["n_straddling"].sum() == 143
    # one event of 28 deaths is dated 30 November to 1 December 2019: half of it is not covered
    late = events[last > "2019-11-30"]
    assert late[["fatalities"]].values.tolist() == [[28]]
    assert sums["spread"] == pytest.approx(112_337 - 14)
    assert panels["spread"]["n_events"].sum() == pytest.approx(16_565.5)


@pytest.mark.parametrize("straddling", RULES)
def test_labels_that_stand_twice_change_nothing(straddling):
    whole = ct.load_sample("ged")
    twice = pd.concat([whole.iloc[:1000], whole.iloc[1000:].reset_index(drop=True)])
    assert not twice.index.is_unique
    twice.attrs = whole.attrs
    options = {"by": "admin1", "period": "week", "straddling": straddling}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        found, wanted = (ct.count_events(events, **options) for events in (twice, whole))
    pd.testing.assert_frame_equal(found, wanted)
