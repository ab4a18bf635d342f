"""Counting: zeros only where the data can say zero, and no event counted twice or lost in silence.

Invented countries and actors. Coverage of `make_events`: Aurel from 10 January 2016 to 20 April
2016, Boria the whole year 2016.
"""

import warnings

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as ct
from toolkit.counts import PERIODS
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.events import make_event_table
from toolkit.provenance import COVERAGE_COLUMNS, pack_coverage, stamp

NUMBERS = ["n_events", "fatalities", "fatalities_low", "fatalities_high"]
MARKS = ["covered", "partial"]
COUNTS = [*NUMBERS, "n_straddling"]
NA = pd.NA

# id, day, country, province, actors, low, best, high
ROWS = """
1  2016-01-10 Aurel East Reed  Army      1 2 3
2  2016-01-31 Aurel East Army  Reed      0 1 4
3  2016-01-31 Aurel West Reed  Army      0 0 0
4  2016-03-01 Aurel East Reed  Civilians 4 4 5
5  2016-03-31 Aurel -    Reed  -         - 2 -
6  2016-01-01 Boria East Heron Army      1 1 1
7  2016-06-15 Boria East Army  Heron     2 3 9
8  2016-12-31 Boria East Heron Marsh     - - -
"""


def make_spans(*rows, dataset="reed", version=""):
    """Make a coverage table from (country, start, end); None for both ends is a hole."""
    spans = pd.DataFrame(rows, columns=["country", "start", "end"])
    spans["start"], spans["end"] = pd.to_datetime(spans["start"]), pd.to_datetime(spans["end"])
    spans = spans.assign(dataset=dataset, version=version, event_types="*", basis="stated")
    return spans[COVERAGE_COLUMNS]


SPANS = make_spans(("Aurel", "2016-01-10", "2016-04-20"), ("Boria", "2016-01-01", "2016-12-31"))


def make_events(rows=ROWS, *, dataset="reed", spans=SPANS):
    names = (
        "event_id date_start country admin1 actor1 actor2 fatalities_low fatalities fatalities_high"
    )
    cells = [[None if c == "-" else c for c in r.split()] for r in rows.strip().splitlines()]
    table = pd.DataFrame(cells, columns=names.split())
    table["date_start"] = pd.to_datetime(table["date_start"])
    for column in NUMBERS[1:]:
        table[column] = pd.to_numeric(table[column]).astype("Int64")
    events = make_event_table({**table, "dataset": dataset}, index=table.index)
    if spans is None:
        return events
    return stamp(
        events, {"title": "Reed Events", "dataset": dataset}, coverage=pack_coverage(spans)
    )


def count(events, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        return ct.count_events(events, **options)


def said(function, *args, **options):
    """Return what a call warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args, **options)
    return [str(w.message) for w in caught]


def cells(panel, *columns):
    """Return {(unit, period): values} of a panel."""
    by = [c for c in panel if c not in {*NUMBERS, "n_straddling", *MARKS}]
    keys = [tuple(str(v) for v in key) for key in panel[by].itertuples(index=False, name=None)]
    values = panel[list(columns or ["n_events"])].astype(object).values.tolist()
    return {
        k if len(k) > 1 else k[0]: v if columns else v[0] for k, v in zip(keys, values, strict=True)
    }


# ------------------------------------------------------------------------- zero is not missing


def test_inside_the_coverage_a_month_without_events_is_zero_and_outside_it_is_missing():
    panel = count(make_events(), by="country", period="month")
    aurel = panel[panel["country"] == "Aurel"]
    # January: 1, 2, 3; March: 4, 5; Aurel is covered to 20 April
    assert aurel["n_events"].tolist() == [3, 0, 2, 0] + [NA] * 8
    assert aurel["fatalities"].tolist() == [3, 0, 6, 0] + [NA] * 8
    assert aurel["covered"].tolist() == [True] * 4 + [False] * 8
    # 9 days of January and 10 of April are not covered
    assert aurel["partial"].tolist() == [True, False, False, True] + [False] * 8
    boria = panel[panel["country"] == "Boria"]
    assert boria["n_events"].tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert boria["covered"].all()
    assert not boria["partial"].any()


def test_deaths_are_sums_of_what_is_recorded():
    panel = count(make_events(), by="country", period="year")
    # Aurel: low 1+0+0+4, best 2+1+0+4+2, high 3+4+0+5; event 5 has no bounds
    # Boria: low 1+2, best 1+3, high 1+9; of event 8 nothing is known
    assert cells(panel, *NUMBERS) == {
        ("Aurel", "2016"): [5, 9, 5, 12],
        ("Boria", "2016"): [3, 4, 3, 10],
    }


def test_deaths_of_a_cell_in_which_none_are_known_are_missing():
    panel = count(make_events(), by="country", period="month")
    assert cells(panel, *NUMBERS)["Boria", "2016-12"] == [1, NA, NA, NA]
    assert cells(panel, *NUMBERS)["Boria", "2016-11"] == [0, 0, 0, 0]


def test_bounds_that_nobody_recorded_stay_missing():
    none = pd.Series(NA, index=range(8), dtype="Int64")
    panel = count(make_events().assign(fatalities_low=none, fatalities_high=none), by="country")
    assert panel[["fatalities_low", "fatalities_high"]].isna().all(axis=None)
    assert cells(panel, "fatalities")["Boria", "2016-11"] == [0]
    without = count(make_events().drop(columns=["fatalities_low", "fatalities_high"]), by="country")
    pd.testing.assert_frame_equal(panel, without)


@pytest.mark.parametrize("period", PERIODS)
def test_the_panel_is_complete_sorted_and_typed(period):
    panel = count(make_events(), by=["country", "admin1"], period=period)
    assert list(panel) == ["country", "admin1", "period", *COUNTS, *MARKS]
    assert panel["period"].dtype == pd.PeriodDtype(PERIODS[period])
    assert all(str(panel[c].dtype) == "Int64" for c in COUNTS)
    assert panel["covered"].dtype == bool
    assert panel["partial"].dtype == bool
    # Aurel East, Aurel West, Aurel without a province, Boria East
    per_unit = panel.groupby(["country", "admin1"], dropna=False).size()
    assert len(per_unit) == 4
    first, last = pd.Period("2016-01-01", PERIODS[period]), pd.Period("2016-12-31", PERIODS[period])
    assert per_unit.eq(len(pd.period_range(first, last))).all()
    again = panel.sort_values(["country", "admin1", "period"], ignore_index=True)
    pd.testing.assert_frame_equal(panel, again)


def test_a_missing_value_of_the_unit_is_a_unit_of_its_own():
    panel = count(make_events(), by=["country", "admin1"], period="year")
    assert cells(panel) == {
        ("Aurel", "East", "2016"): 3, ("Aurel", "West", "2016"): 1, ("Aurel", "nan", "2016"): 1,
        ("Boria", "East", "2016"): 3,
    }  # fmt: skip
    events = make_events().assign(violence_type=pd.Categorical(["state-based"] * 7 + [None]))
    panel = count(events, by="violence_type", period="year")
    # both countries are covered from 10 January to 20 April: not events 6, 7 and 8
    assert panel["n_events"].tolist() == [5, 0]
    assert panel["violence_type"].isna().tolist() == [False, True]


@pytest.mark.parametrize("kind", ["boolean", "Int64", "Float64", "float64", "object"])
def test_a_missing_value_beside_a_single_other_is_a_unit_of_its_own(kind):
    events = make_events().assign(flag=pd.Series([True] * 7 + [None], dtype="boolean").astype(kind))
    panel = count(
        events, by="flag", period="year", spans=make_spans(("*", "2016-01-01", "2016-12-31"))
    )
    assert panel["n_events"].tolist() == [7, 1]
    assert panel["flag"].isna().tolist() == [False, True]


def test_an_event_without_a_country_is_covered_only_by_the_row_for_all():
    events = make_events()
    events.loc[0, "country"] = None
    assert cells(count(events, by="country", period="year"))["nan", "2016"] is NA
    spans = make_spans(("*", "2016-01-01", "2016-12-31"))
    assert cells(count(events, by="country", period="year", spans=spans))["nan", "2016"] == 1


def test_only_the_cells_with_events():
    panel = count(make_events(), by="country", period="month", complete=False)
    assert cells(panel) == {
        ("Aurel", "2016-01"): 3, ("Aurel", "2016-03"): 2, ("Boria", "2016-01"): 1,
        ("Boria", "2016-06"): 1, ("Boria", "2016-12"): 1,
    }  # fmt: skip
    assert cells(panel, "covered", "partial")["Aurel", "2016-01"] == [True, True]


def test_a_unit_whose_every_name_is_missing():
    events = make_events().assign(admin1=pd.Series([None] * 8, dtype="object"))
    panel = count(events, by="admin1", period="year")
    assert panel[["country", "n_events"]].values.tolist() == [["Aurel", 5], ["Boria", 3]]
    assert panel["admin1"].isna().all()


def test_without_units_there_is_one_series():
    panel = count(make_events(), period="month")
    assert list(panel) == ["period", *COUNTS, *MARKS]
    # both countries are covered from 10 January to 20 April: 3, 0, 2, 0
    assert panel["n_events"].tolist() == [3, 0, 2, 0] + [NA] * 8
    assert panel["partial"].tolist() == [True, False, False, True] + [False] * 8


def test_events_where_not_every_country_is_covered_are_told():
    (text,) = said(ct.count_events, make_events(), period="month")
    assert text == (
        "3 of 8 events and 4 of 13 deaths are not counted: 3 on days that not every country, "
        "dataset or event type counted together is covered (4 deaths)."
    )


# ------------------------------------------------------------------------------------ coverage


def test_a_countrys_own_row_counts_before_the_row_for_all():
    spans = make_spans(("*", "2015-12-01", "2016-12-31"), ("Aurel", "2016-02-01", "2016-12-31"))
    panel = count(make_events(), by="country", period="month", spans=spans)
    assert cells(panel, "covered")["Aurel", "2016-01"] == [False]
    assert cells(panel)["Aurel", "2016-01"] is NA
    assert cells(panel)["Aurel", "2016-02"] == 0
    assert cells(panel)["Boria", "2015-12"] == 0


def test_a_hole_is_never_covered():
    spans = make_spans(("*", "2016-01-01", "2016-12-31"), ("Aurel", None, None))
    panel = count(make_events(), by="country", period="month", spans=spans)
    aurel = panel[panel["country"] == "Aurel"]
    assert not aurel["covered"].any()
    assert aurel[NUMBERS].isna().all(axis=None)
    # only holes: nothing at all is covered, and the panel is that of the events
    nothing = count(make_events(), by="country", spans=make_spans(("*", None, None)))
    assert not nothing["covered"].any()
    assert nothing["n_events"].isna().all()
    # a total leaves a hole aside: the release has nothing of it
    total = count(make_events().query("country == 'Boria'"), period="year", spans=spans)
    assert total["n_events"].tolist() == [3]


def test_a_country_in_no_row_is_not_covered():
    panel = count(
        make_events(), by="country", spans=make_spans(("Boria", "2016-01-01", "2016-12-31"))
    )
    assert not panel.loc[panel["country"] == "Aurel", "covered"].any()


def test_a_hole_of_one_release_is_filled_by_another_that_has_the_country():
    first = make_spans(("*", "2015-01-01", "2016-12-31"), ("Aurel", None, None), version="1")
    second = make_spans(("Aurel", "2016-03-01", "2016-03-31"), version="2")
    panel = count(make_events(), by="country", spans=pd.concat([first, second]))
    assert panel.loc[(panel["country"] == "Aurel") & panel["covered"], "period"].astype(
        str
    ).tolist() == ["2016-03"]
    # and a special release takes nothing from a whole one
    whole = make_spans(("*", "2016-01-01", "2016-12-31"), version="3")
    panel = count(make_events(), by="country", spans=pd.concat([second, whole]))
    assert panel["covered"].all()


@pytest.mark.parametrize(
    ("spans", "partial"),
    [
        # two halves that meet, two that overlap, one that has it all beside a half: whole
        ([("*", "2016-01-01", "2016-01-15"), ("*", "2016-01-16", "2016-01-31")], False),
        ([("*", "2016-01-01", "2016-01-20"), ("*", "2016-01-10", "2016-01-31")], False),
        ([("*", "2016-01-01", "2016-01-31"), ("*", "2016-01-10", "2016-01-31")], False),
        # a day in the middle is not covered
        ([("*", "2016-01-01", "2016-01-15"), ("*", "2016-01-17", "2016-01-31")], True),
    ],
)
def test_spans_of_a_country_add_up_day_by_day(spans, partial):
    events = make_events().iloc[[1, 2]]
    panel = count(events, by="country", spans=make_spans(*spans))
    assert panel["covered"].tolist() == [True]
    assert panel["partial"].tolist() == [partial]


def test_partial_weeks_quarters_and_years():
    # Aurel is covered from Sunday 10 January to Wednesday 20 April 2016
    events = make_events().query("country == 'Aurel'")
    spans = make_spans(("Aurel", "2016-01-10", "2016-04-20"))
    weeks = count(events, by="country", period="week", spans=spans)
    assert str(weeks["period"].iloc[0]) == "2016-01-04/2016-01-10"
    assert str(weeks["period"].iloc[-1]) == "2016-04-18/2016-04-24"
    assert weeks["partial"].tolist() == [True] + [False] * 14 + [True]
    quarters = count(events, by="country", period="quarter", spans=spans)
    assert quarters[["n_events", "partial"]].values.tolist() == [[5, True], [0, True]]
    days = count(events, by="country", period="day", spans=spans)
    # 22 days of January, 29 of February, 31 of March, 20 of April
    assert len(days) == 102
    assert not days["partial"].any()


def test_events_outside_the_coverage_are_not_counted_and_told():
    spans = make_spans(("Aurel", "2016-02-01", "2016-12-31"), ("Boria", "2016-01-01", "2016-12-31"))
    messages = said(ct.count_events, make_events(), by="country", spans=spans)
    assert len(messages) == 1
    # events 1, 2 and 3, with 2 + 1 + 0 of 13 deaths
    assert messages[0].startswith(
        "3 of 8 events and 3 of 13 deaths are not counted: 3 on days outside the coverage"
    )
    panel = count(make_events(), by="country", spans=spans)
    assert panel["n_events"].sum() == 5
    # their month stands in the panel, missing
    assert cells(panel)["Aurel", "2016-01"] is NA


def test_of_unknown_coverage_no_zero_is_claimed():
    events = make_events(spans=None)
    messages = said(ct.count_events, events, by="country")
    assert len(messages) == 1
    assert messages[0].startswith("The coverage of the events is not known")
    panel = count(events, by="country")
    assert not panel["n_events"].eq(0).any()
    assert len(panel) == 5
    assert ct.coverage(panel).empty
    assert ct.source_line(panel) == "Source not recorded"
    assert said(ct.count_events, events, complete=False) == []


def test_a_coverage_written_by_hand_needs_three_columns():
    spans = pd.DataFrame(
        {"country": ["*", "Hole"], "start": ["2016-01-01", None], "end": ["2016-12-31", None]}
    )
    panel = count(make_events(spans=None), by="country", spans=spans)
    assert panel["covered"].all()
    assert len(panel) == 24
    assert ct.coverage(panel)["basis"].tolist() == ["stated when counted"] * 2
    # it is told of the source no more than is known
    assert ct.source_line(panel) == "Source not recorded"


@pytest.mark.parametrize(
    ("spans", "error", "wrong"),
    [
        ({"land": ["*"], "start": ["2016-01-01"], "end": ["2016-12-31"]}, ColumnError, "'country'"),
        ({"country": ["*"], "start": ["2016"], "end": ["2016-12-31"]}, OptionError, "start='2016'"),
        ({"country": ["*"], "start": ["2016-01-01"], "end": ["31/12/2016"]}, OptionError, "end="),
        ({"country": ["*"], "start": ["2017-01-01"], "end": ["2016-12-31"]}, OptionError,
         "start after its end"),
    ],
)  # fmt: skip
def test_a_coverage_that_is_off(spans, error, wrong):
    with pytest.raises(error, match=wrong):
        ct.count_events(make_events(), spans=pd.DataFrame(spans))


# ------------------------------------------------------------------------------ several datasets


def make_two():
    """Make events of two datasets: acled has no bounds and begins in March."""
    none = pd.Series(NA, index=range(8), dtype="Int64")
    acled = make_events(dataset="acled").assign(fatalities_low=none, fatalities_high=none)
    both = pd.concat([make_events(spans=None), acled.iloc[3:]], ignore_index=True)
    spans = [
        make_spans(("*", "2016-01-01", "2016-12-31")),
        make_spans(("*", "2016-03-01", "2016-12-31"), dataset="acled"),
    ]
    both = both[~((both["dataset"] == "acled") & (both["event_id"] == "6"))]
    return stamp(both, {"title": "Two"}, coverage=pack_coverage(pd.concat(spans)))


def test_deaths_of_several_datasets_are_not_summed():
    messages = said(ct.count_events, make_two(), period="month")
    assert any("Several datasets are counted together" in m for m in messages)
    panel = count(make_two(), period="month")
    assert panel[NUMBERS[1:]].isna().all(axis=None)
    # reed 4, 5 and acled 4, 5 in March; before it only one of the two looked
    assert cells(panel)["2016-03"] == 4
    assert cells(panel)["2016-01"] is NA


def test_datasets_side_by_side_keep_their_own_coverage_and_bounds():
    events = make_two()
    assert said(ct.count_events, events, by="dataset", period="month") == []
    panel = count(events, by="dataset", period="month")
    assert cells(panel)["acled", "2016-01"] is NA
    assert cells(panel, *NUMBERS)["acled", "2016-03"] == [2, 6, NA, NA]
    assert cells(panel, *NUMBERS)["acled", "2016-04"] == [0, 0, NA, NA]
    assert cells(panel, *NUMBERS)["reed", "2016-04"] == [0, 0, 0, 0]
    panel = count(events, by=["dataset", "country"], period="month")
    assert cells(panel)["acled", "Boria", "2016-02"] is NA
    assert cells(panel)["reed", "Boria", "2016-02"] == 0


def test_of_a_country_only_one_of_the_datasets_has_that_one_decides():
    spans = [
        make_spans(("Aurel", "2016-01-01", "2016-12-31")),
        make_spans(("Boria", "2016-06-01", "2016-12-31"), dataset="acled"),
    ]
    events = make_events(spans=None)
    events.loc[events["country"] == "Boria", "dataset"] = "acled"
    panel = count(events, by="country", spans=pd.concat(spans))
    assert cells(panel)["Aurel", "2016-05"] == 0
    assert cells(panel)["Boria", "2016-05"] is NA


# ------------------------------------------------------------------------------ wrong questions


@pytest.mark.parametrize("function", [ct.count_events, ct.count_dyads])
def test_an_unknown_period_names_the_nearest(function):
    with pytest.raises(OptionError, match="period='months' is not known") as caught:
        function(make_events(), period="months")
    assert caught.value.allowed.startswith("'day', 'week', 'week-monday', ")
    assert caught.value.fix == "period='month'"


def test_an_unknown_column_names_the_nearest():
    with pytest.raises(ColumnError, match="no column 'contry'") as caught:
        ct.count_events(make_events(), by="contry")
    assert "'country'" in caught.value.allowed
    with pytest.raises(KeyError, match="no column 'date_start'"):
        ct.count_events(make_events().drop(columns="date_start"))


@pytest.mark.parametrize("by", ["fatalities", "date_start"])
def test_what_is_counted_is_no_unit(by):
    with pytest.raises(OptionError, match=f"by='{by}' is itself counted"):
        ct.count_events(make_events(), by=by)


def test_a_unit_named_twice_is_one_unit():
    once, twice = (count(make_events(), by=by) for by in ("country", ["country", "country"]))
    pd.testing.assert_frame_equal(once, twice)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [("date_start", "2016-01-01", "date_start holds str, not dates"),
     ("fatalities", 0.5, "not whole numbers"), ("fatalities_low", "3", "not whole numbers")],
)  # fmt: skip
def test_columns_of_the_wrong_kind(column, values, said):
    with pytest.raises(ColumnError, match=said):
        ct.count_events(make_events().assign(**{column: values}))


def test_whole_numbers_of_another_type_are_counted():
    events = make_events()
    floats = events.assign(fatalities=events["fatalities"].astype("float64"))
    pd.testing.assert_frame_equal(count(floats, by="country"), count(events, by="country"))


@pytest.mark.parametrize("function", [ct.count_events, ct.count_dyads])
def test_no_events_cannot_be_counted(function):
    with pytest.raises(EmptySelectionError, match="no events to count"):
        function(make_events().iloc[:0])


def test_a_province_brings_its_country():
    panel = count(make_events(), by="admin1", period="year")
    pd.testing.assert_frame_equal(
        panel, count(make_events(), by=["country", "admin1"], period="year")
    )
    assert list(count(make_events(), by=["actor1", "admin2"]))[:4] == [
        "actor1", "country", "admin1", "admin2",
    ]  # fmt: skip
    assert list(count(make_events(), by=["admin1", "country"]))[:2] == ["country", "admin1"]
    spans = make_spans(("*", "2016-01-01", "2016-12-31"))
    bare = make_events().drop(columns="country")
    assert list(count(bare, by="admin1", spans=spans))[:2] == ["admin1", "period"]


def test_a_filter_in_plain_pandas_is_told_before_its_zeros_are_believed():
    late = make_events().query("date_start >= '2016-03-01'")
    messages = said(ct.count_events, late, by="country", period="year")
    assert any("filtered in plain pandas" in m for m in messages)


def test_events_without_a_date_are_told_and_not_counted():
    events = make_events()
    events.loc[0, "date_start"] = pd.NaT
    messages = said(ct.count_events, events, by="country", period="year")
    assert messages == [
        "1 of 8 events and 2 of 13 deaths are not counted: 1 without a date_start (2 deaths)."
    ]
    with pytest.raises(EmptySelectionError, match="No event has a date_start"):
        ct.count_events(events.head(1))
    assert count(events, by="country", period="year")["n_events"].sum() == 7


def test_counting_changes_nothing_and_says_what_it_did():
    events = make_events().set_axis([3, 3, 4, 5, 6, 7, 8, 9])
    before, attrs = events.copy(), dict(events.attrs)
    panel = count(events, by=["country", "admin1"])
    pd.testing.assert_frame_equal(events, before)
    assert events.attrs == attrs
    assert panel.attrs["steps"] == (
        "counted by country, admin1, month of date_start, no event straddles months"
    )
    assert ct.source_line(panel) == "Source: Reed Events"
    assert ct.coverage(panel).equals(ct.coverage(events))
    assert ct.source_line(count(events.head(7), by="country")).startswith("Subset of Reed Events")


# ----------------------------------------------------------------------------------- properties

days = st.dates(pd.Timestamp("2015-11-15").date(), pd.Timestamp("2017-02-15").date())
units = st.sampled_from([["country"], ["country", "admin1"], ["actor1"], []])
some = st.sampled_from
rows = st.tuples(days, some(["A", "B"]), some(["East", "West", None]), some(["Reed", "Army"]),
                 st.none() | st.integers(0, 50))  # fmt: skip
tables = st.lists(rows, min_size=1, max_size=30)
WIDE = make_spans(("*", "2015-11-01", "2017-02-28"))


def make_table(rows):
    table = pd.DataFrame(rows, columns=["date_start", "country", "admin1", "actor1", "fatalities"])
    table["date_start"] = pd.to_datetime(table["date_start"])
    table["fatalities"] = table["fatalities"].astype("Int64")
    events = pd.DataFrame({"event_id": [str(n) for n in range(len(table))], "dataset": "reed"})
    return events.join(table)


@settings(max_examples=40)
@given(tables, units, st.sampled_from(list(PERIODS)))
def test_no_event_and_no_death_is_lost_or_counted_twice(rows, by, period):
    events = make_table(rows)
    panel = count(events, by=by, period=period, spans=WIDE)
    assert panel["n_events"].sum() == len(events)
    assert panel["fatalities"].sum() == events["fatalities"].sum()
    assert not panel.duplicated([*by, "period"]).any()
    few = count(events, by=by, period=period, spans=WIDE, complete=False)
    filled = panel[panel["n_events"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, filled)


@settings(max_examples=25)
@given(tables, days, days, st.sampled_from(list(PERIODS)))
def test_the_total_is_the_number_of_events_in_covered_periods(rows, one, other, period):
    start, end = (pd.Timestamp(d) for d in sorted([one, other]))
    events = make_table(rows)
    panel = count(events, by="country", period=period, spans=make_spans(("*", start, end)))
    # a period is covered if a day of it is; only events on covered days are counted
    first, last = (day.to_period(PERIODS[period]) for day in (start, end))
    assert panel["n_events"].sum() == events["date_start"].between(start, end).sum()
    assert panel.loc[~panel["covered"], "n_events"].isna().all()
    assert panel.loc[panel["covered"], "n_events"].notna().all()
    assert (panel["period"].between(first, last) == panel["covered"]).all()


@settings(max_examples=15)
@given(tables, units)
def test_days_summed_to_longer_periods_are_the_longer_periods(rows, by):
    events = make_table(rows)
    by_day = count(events, by=by, period="day", spans=WIDE, complete=False)
    for period in ("week", "month", "quarter", "year"):
        direct = count(events, by=by, period=period, spans=WIDE, complete=False)
        longer = by_day.assign(
            period=by_day["period"].dt.to_timestamp().dt.to_period(PERIODS[period])
        )
        summed = longer.groupby([*by, "period"], dropna=False)[["n_events", "fatalities"]]
        summed = summed.sum(min_count=1).reset_index()
        pd.testing.assert_frame_equal(summed, direct[list(summed)], check_dtype=False)


@settings(max_examples=15)
@given(tables, units, st.sampled_from(list(PERIODS)), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_means_nothing(rows, by, period, random):
    events = make_table(rows)
    shuffled = events.loc[random.sample(range(len(events)), len(events))]
    first, second = (count(e, by=by, period=period, spans=WIDE) for e in (events, shuffled))
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=15)
@given(tables)
def test_a_further_country_changes_no_other_number(rows):
    # where no death at all is known the column counts as not recorded, so one is
    rows = [*rows, (pd.Timestamp("2016-01-01"), "A", None, "Reed", 0)]
    events = make_table(rows)
    before = count(events, by="country", spans=WIDE)
    # one that is covered, for a longer time, and has no event
    longer = pd.concat([WIDE, make_spans(("Empty", "2014-01-01", "2018-12-31"))])
    after = count(events, by="country", spans=longer)
    old = after["period"].isin(before["period"])
    pd.testing.assert_frame_equal(after[old].reset_index(drop=True), before)
    assert after.loc[~old, "n_events"].isna().all()
    # and one with an event
    more = make_table([*rows, (pd.Timestamp("2016-05-05"), "Zed", "East", "Reed", 3)])
    after = count(more, by="country", spans=WIDE)
    pd.testing.assert_frame_equal(after[after["country"] != "Zed"].reset_index(drop=True), before)


@pytest.mark.parametrize(
    "start", ["2015-12-28", "2016-02-29", "2017-01-02", "2018-12-31", "1969-12-29"]
)
def test_a_week_is_monday_to_sunday_and_never_has_two_labels(start):
    monday = pd.Timestamp(start)
    assert monday.day_name() == "Monday"
    days = pd.date_range(monday, periods=7)
    rows = [(day, "A", None, "Reed", 1) for day in [days[0] - pd.Timedelta(days=1), *days]]
    spans = make_spans(("*", days[0] - pd.Timedelta(days=7), days[-1]))
    panel = count(make_table(rows), period="week", spans=spans)
    assert panel["n_events"].tolist() == [1, 7]
    assert panel["fatalities"].tolist() == [1, 7]
    assert panel["period"].iloc[1] == pd.Period(monday, "W-SUN")
    assert not panel["partial"].any()


def test_days_before_1970_have_their_own_month_and_quarter():
    rows = [
        (pd.Timestamp(d), "A", None, "Reed", 1) for d in ("1969-12-31", "1969-09-30", "1946-01-01")
    ]
    for period, first in (("month", "1946-01"), ("quarter", "1946Q1"), ("year", "1946")):
        panel = count(make_table(rows), period=period, complete=False)
        assert str(panel["period"].iloc[0]) == first
        assert panel["n_events"].sum() == 3


# --------------------------------------------------------------------------------- count_dyads


def test_a_dyad_is_alphabetical_whoever_stands_first():
    dyads = ct.count_dyads(make_events(), period="year")
    assert list(dyads) == ["actor1", "actor2", "tie", "period", *NUMBERS]
    # 1, 2, 3; 6, 7; 4, in which Civilians are a name like any other; 8. Event 5 has one actor
    assert dyads.drop(columns=["tie", "period"]).astype(object).values.tolist() == [
        ["Army", "Heron", 2, 4, 3, 10],
        ["Army", "Reed", 3, 3, 1, 7],
        ["Civilians", "Reed", 1, 4, 4, 5],
        ["Heron", "Marsh", 1, NA, NA, NA],
    ]
    assert dyads["period"].dtype == pd.PeriodDtype("Y-DEC")
    assert "1 of 8 events join no pair" in dyads.attrs["steps"]


def test_dyads_have_only_periods_with_events():
    dyads = ct.count_dyads(make_events(), period="month")
    assert dyads["n_events"].min() > 0
    assert dyads["n_events"].sum() == 7
    assert dyads[["actor1", "period"]].astype(str).values.tolist()[:2] == [
        ["Army", "2016-01"], ["Army", "2016-06"],
    ]  # fmt: skip


def test_swapping_the_sides_changes_no_dyad():
    events = make_events()
    swapped = events.rename(columns={"actor1": "actor2", "actor2": "actor1"})
    pd.testing.assert_frame_equal(ct.count_dyads(events), ct.count_dyads(swapped))
    as_category = events.assign(actor1=events["actor1"].astype("category"))
    pd.testing.assert_frame_equal(ct.count_dyads(events), ct.count_dyads(as_category))


def test_dyads_need_two_actors():
    with pytest.raises(EmptySelectionError, match="No event joins two actors"):
        ct.count_dyads(make_events().iloc[[4]])
    with pytest.raises(ColumnError, match="no column 'actor2'"):
        ct.count_dyads(make_events().drop(columns="actor2"))


def test_dyads_of_several_datasets_have_no_deaths():
    both = pd.concat([make_events(spans=None), make_events(spans=None, dataset="acled")])
    with pytest.warns(ct.DataWarning, match="Several datasets"):
        dyads = ct.count_dyads(both)
    assert dyads["n_events"].tolist() == [4, 6, 2, 2]
    assert dyads[NUMBERS[1:]].isna().all(axis=None)


names = st.sampled_from(["Army", "Reed", "army", "Heron, of the Marsh", "Ärmel", None])


@settings(max_examples=40)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=20))
def test_every_event_of_two_actors_is_in_one_dyad(pairs):
    events = make_table([(pd.Timestamp("2016-01-01"), "A", None, "x", 1)] * len(pairs))
    events["actor1"] = pd.Series([p[0] for p in pairs], dtype="str")
    events["actor2"] = pd.Series([p[1] for p in pairs], dtype="str")
    known = sorted(tuple(sorted(p)) for p in pairs if None not in p)
    if not known:
        with pytest.raises(EmptySelectionError):
            ct.count_dyads(events)
        return
    dyads = ct.count_dyads(events)
    assert list(zip(dyads["actor1"], dyads["actor2"], strict=True)) == sorted(set(known))
    assert dyads["n_events"].sum() == len(known)
