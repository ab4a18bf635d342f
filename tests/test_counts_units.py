"""Units: the universe first, then the counts. Invented countries and actors.

Events of `test_counts`: Aurel is covered from 10 January to 20 April 2016, Boria the whole year.
"""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import refused
from test_counts import COUNTS, NA, cells, count, make_events, make_spans, make_table, said, tables

import toolkit as ct
from toolkit.errors import ColumnError, EmptySelectionError, OptionError

YEAR = make_spans(("*", "2016-01-01", "2016-12-31"))
WIDE = make_spans(("*", "2015-11-01", "2017-02-28"))


def make_units(*rows, columns=("country", "admin1")):
    return pd.DataFrame(rows, columns=list(columns))


# ----------------------------------------------------------------------------------- universe


def test_units_without_events_are_zero_inside_the_coverage():
    units = make_units(("Aurel", "East"), ("Aurel", "North"), ("Boria", "East"))
    panel = count(make_events(), by="admin1", units=units.assign(note="x"))
    assert list(panel)[:3] == ["country", "admin1", "period"]
    north = panel[panel["admin1"] == "North"]
    assert north["n_events"].tolist() == [0] * 4 + [NA] * 8
    assert north["fatalities"].tolist() == [0] * 4 + [NA] * 8
    assert north["n_straddling"].tolist() == [0] * 4 + [NA] * 8
    assert panel.groupby(["country", "admin1"], dropna=False).size().tolist() == [12, 12, 12]
    assert "3 units given" in panel.attrs["steps"]


def test_events_of_other_units_are_not_counted_and_told():
    (message,) = said(ct.count_events, make_events(), by="country", units=["Boria", "Corvo"])
    # events 1 to 5 of Aurel, with 2 + 1 + 0 + 4 + 2 deaths
    assert message == (
        "5 of 8 events and 9 of 13 deaths are not counted: "
        "5 of units that are not in `units` (9 deaths)."
    )
    panel = count(make_events(), by="country", units=["Boria", "Corvo"], period="year")
    # Corvo is in no row of the coverage
    assert cells(panel) == {("Boria", "2016"): 3, ("Corvo", "2016"): NA}
    few = count(make_events(), by="country", units=["Boria", "Corvo"], complete=False)
    assert few["country"].tolist() == ["Boria"] * 3


def test_a_universe_in_which_nothing_happened_is_zero_in_deaths_too():
    panel = count(make_events(), by="country", units=["Corvo"], period="year", spans=YEAR)
    assert panel[COUNTS].values.tolist() == [[0, 0, 0, 0, 0]]


def test_a_unit_has_no_cells_outside_its_life():
    units = pd.DataFrame({"actor1": ["Heron", "Army", "Reed"], "start": ["2016-02-10", None, None],
                          "end": [None, "2016-11-30", None]})  # fmt: skip
    panel = count(make_events(), by="actor1", units=units, spans=YEAR)
    per = panel.groupby("actor1")["period"].agg(["min", "max"]).astype(str)
    assert per.loc["Heron"].tolist() == ["2016-02", "2016-12"]
    assert per.loc["Army"].tolist() == ["2016-01", "2016-11"]
    assert per.loc["Reed"].tolist() == ["2016-01", "2016-12"]
    assert not panel["partial"].any()  # a matter of the coverage, not of lives
    # Heron: event 6 is of 1 January, before it begins; event 8 of 31 December counts
    assert panel.loc[panel["actor1"] == "Heron", "n_events"].tolist() == [0] * 10 + [1]
    (message,) = said(ct.count_events, make_events(), by="actor1", units=units, spans=YEAR)
    assert message.endswith("1 on days outside the life of their unit (1 deaths).")
    one = units.drop(columns="start")
    assert count(make_events(), by="actor1", units=one, spans=YEAR)["n_events"].sum() == 8


def test_in_the_period_in_which_a_life_begins_only_its_days_count():
    units = pd.DataFrame({"actor1": ["Reed", "Army", "Heron"], "start": "2016-01-15"})
    panel = count(make_events(), by="actor1", units=units, spans=YEAR)
    january = panel[panel["period"] == "2016-01"].set_index("actor1")["n_events"]
    # Reed: event 3 counts, event 1 of the 10th does not; Army: event 2; Heron: event 6 does not
    assert january.to_dict() == {"Army": 1, "Heron": 0, "Reed": 1}
    events = make_events().head(1).assign(date_end=pd.Timestamp("2016-02-08"))
    spread = count(events, by="actor1", units=units.head(1), spans=YEAR, straddling="spread")
    # 10 January to 8 February: 30 days, 17 of January from the 15th on, 8 of February
    assert spread["n_events"].head(2).tolist() == pytest.approx([17 / 30, 8 / 30])


def test_a_list_of_provinces_needs_one_country():
    boria = ct.filter_events(make_events(), countries="Boria")
    panel = count(boria, by="admin1", units=["East", "South"], period="year")
    assert cells(panel) == {("Boria", "East", "2016"): 3, ("Boria", "South", "2016"): 0}
    error = refused(ct.count_events, make_events(), by="admin1", units=["East"], kind=OptionError)
    assert "country, admin1 make the unit" in error.wrong


def test_the_types_of_the_events_are_kept():
    violence = pd.Categorical(["state-based"] * 6 + ["one-sided", None])
    events = make_events().assign(violence_type=violence, cell=[7, 7, 8, 8, 8, 9, 9, 9])
    panel = count(events, by="violence_type", units=["non-state", "state-based"], spans=YEAR,
                  period="year")  # fmt: skip
    assert dict(zip(panel["violence_type"], panel["n_events"], strict=True)) == {
        "state-based": 6, "non-state": 0,
    }  # fmt: skip
    by_cell = count(events, by="cell", units=["7", "10"], spans=YEAR, period="year")
    assert by_cell[["cell", "n_events"]].values.tolist() == [[7, 2], [10, 0]]
    refused(ct.count_events, events, by="cell", units=["x"], kind=ColumnError, match="holds")


@pytest.mark.parametrize(
    ("units", "kind", "wrong"),
    [
        (make_units(("Aurel", "East"), ("Aurel", "East")), OptionError, "twice: Aurel, East"),
        (make_units(("Aurel", "East"), columns=("country", "province")), ColumnError, "'admin1'"),
        (make_units(("Aurel", "East")).assign(start="2016"), OptionError, "start='2016'"),
        (make_units(("Aurel", "East")).assign(end="31/12/2016"), OptionError, "end="),
        (make_units(("Aurel", "East")).assign(start="2017-01-01", end="2016-01-01"), OptionError,
         "units has a start after its end"),
        (make_units(), EmptySelectionError, "no rows"),
    ],
)  # fmt: skip
def test_a_universe_that_is_off(units, kind, wrong):
    refused(ct.count_events, make_events(), by="admin1", units=units, kind=kind, match=wrong)


def test_units_need_a_column():
    refused(ct.count_events, make_events(), units=["Aurel"], kind=OptionError, match="no column")


@settings(max_examples=20)
@given(tables, st.sampled_from(["country", "actor1"]), st.sampled_from(["start", "spread"]))
def test_an_empty_unit_changes_no_other_number(rows, by, straddling):
    events = make_table(rows)
    options = {"by": by, "spans": WIDE, "straddling": straddling}
    seen = count(events, **options)
    units = pd.DataFrame({by: [*events[by].unique(), "Nobody"]})
    given_ = count(events, units=units, **options)
    same = given_[given_[by] != "Nobody"].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, seen)
    empty = given_[given_[by] == "Nobody"]
    assert len(empty) == 16
    assert empty["n_events"].eq(0).all()


# --------------------------------------------------------------------------------- participants


def make_coalitions():
    """Make events in which Heron and Teal stand on one side: 3 of them, with 2, 6 and 1 deaths."""
    events = make_events().head(3).assign(
        dataset="ucdp-ged", actor1=["Heron", "Heron, Teal", "Teal"],
        actor2=["Otter", "Otter", None], fatalities=[2, 6, 1],
    )  # fmt: skip
    events.attrs = {}
    return events.assign(admin1=["East", "East", "West"])


def test_an_event_counts_once_in_each_unit_it_belongs_to():
    events = make_coalitions()
    people = ct.participants(events)
    panel = count(events, by="actor", people=people, period="year", spans=YEAR)
    assert cells(panel, "n_events", "fatalities") == {
        ("Heron", "2016"): [2, 8], ("Otter", "2016"): [2, 8], ("Teal", "2016"): [2, 7],
    }  # fmt: skip
    sides = count(events, by=["country", "side"], people=people, period="year", spans=YEAR)
    # the coalition of event 2 is one side
    assert cells(sides) == {("Aurel", "1", "2016"): 3, ("Aurel", "2", "2016"): 2}
    both = count(events, by=["actor", "admin1"], people=people, period="year", spans=YEAR)
    assert list(both)[:4] == ["actor", "country", "admin1", "period"]
    assert cells(both)["Teal", "Aurel", "West", "2016"] == 1


def test_events_in_several_units_are_told_once():
    events = make_coalitions()
    people = ct.participants(events)
    (message,) = said(ct.count_events, events, by="actor", people=people, spans=YEAR)
    # 2 + 3 + 1 units of 3 events
    assert message.startswith("2 events belong to several units and count whole in each")
    assert "counts 3 more events than there are" in message
    panel = count(events, by="actor", people=people, spans=YEAR)
    assert "coalitions split" in panel.attrs["steps"]
    assert "2 events whole in several units, 3 more than there are" in panel.attrs["steps"]
    assert said(ct.count_events, events, by="country", people=people, spans=YEAR) == []


def test_events_without_a_participant_are_told():
    events = make_coalitions()
    people = ct.participants(events).query("actor == 'Heron'")
    (message,) = said(ct.count_events, events, by="actor", people=people, spans=YEAR)
    assert message == (
        "1 of 3 events by unit and 1 of 9 deaths are not counted: "
        "1 without a participant in `people` (1 deaths)."
    )
    nobody = people.assign(event_id="?")
    refused(ct.count_events, events, by="actor", people=nobody, kind=EmptySelectionError)
    twice = pd.concat([events, events])
    refused(ct.count_events, twice, by="actor", people=people, kind=ColumnError, match="share")
    refused(ct.count_events, events, by="actr", people=people, kind=ColumnError, match="'actr'")


def test_parts_of_an_event_are_joined_to_its_participants():
    events = make_coalitions().iloc[[1, 1]].assign(cell=["a", "b"], part=[0.5, 0.5])
    people = ct.participants(make_coalitions())
    panel = count(events, by="actor", people=people, share="part", period="year", spans=YEAR)
    assert cells(panel, "n_events", "fatalities") == {
        (actor, "2016"): [1, 6] for actor in ("Heron", "Otter", "Teal")
    }


def test_a_roster_is_a_universe_with_lives():
    events = make_events()
    people = ct.participants(events)
    roster = ct.find_roster(people)
    units = roster.rename(columns={"first": "start", "last": "end"})
    panel = count(events, by="actor", people=people, units=units, spans=YEAR)
    lives = panel.groupby("actor")["period"].agg(["min", "max", "size"]).astype(str)
    # Heron: events 6, 7 and 8; Marsh only 8; Civilians only 4
    assert lives.loc["Heron"].tolist() == ["2016-01", "2016-12", "12"]
    assert lives.loc["Marsh"].tolist() == ["2016-12", "2016-12", "1"]
    assert lives.loc["Civilians"].tolist() == ["2016-03", "2016-03", "1"]
    assert panel["n_events"].sum() == roster["n_events"].sum()


# ---------------------------------------------------------------------------------------- dyads


def test_complete_dyads_are_a_panel():
    dyads = ct.count_dyads(make_events(), period="month", complete=True)
    assert list(dyads) == ["actor1", "actor2", "tie", "period", *COUNTS[:-1], "covered", "partial"]
    # the four dyads of the events; both countries are covered from 10 January to 20 April
    assert dyads.groupby(["actor1", "actor2"]).size().tolist() == [12] * 4
    pair = dyads.query("actor1 == 'Army' & actor2 == 'Reed'")
    assert pair["n_events"].tolist() == [3, 0, 0, 0] + [NA] * 8
    assert pair["partial"].tolist() == [True, False, False, True] + [False] * 8
    again = dyads.sort_values(["tie", "actor1", "actor2", "period"], ignore_index=True)
    pd.testing.assert_frame_equal(again, dyads)


def test_complete_dyads_with_a_coverage_of_ones_own():
    events = make_events(spans=None)
    refused(ct.count_dyads, events, complete=True, kind=OptionError, match="not known")
    refused(ct.count_dyads, events, spans=YEAR, kind=OptionError, match="only a complete table")
    dyads = ct.count_dyads(events, period="month", complete=True, spans=YEAR, split="share")
    few = ct.count_dyads(events, period="month", split="share")
    assert dyads["n_events"].sum() == few["n_events"].sum() == 7
    filled = dyads[dyads["n_events"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(filled[list(few)], few)
    assert len(ct.coverage(dyads)) == 1
    late = make_spans(("*", "2016-03-01", "2016-12-31"))
    with pytest.warns(ct.DataWarning, match="4 of 7 events by dyad and 4 of 11 deaths"):
        ct.count_dyads(events, complete=True, spans=late)


# ----------------------------------------------------------- what a filter or an extract leaves out


def test_an_event_type_is_covered_where_its_own_span_says_so():
    events = ct.load_sample("acled")
    battles = ct.filter_events(events, event_types=["Battles"], end="2015-12-31")
    riots = ct.filter_events(events, event_types=["Riots"], start="2016-01-01")
    both = ct.combine_events([battles, riots])
    panel = ct.count_events(both, by="event_type", period="year")
    covered = panel[panel["covered"]].groupby("event_type")["period"].agg(["min", "max"])
    assert covered.astype(str).to_numpy().tolist() == [["2012", "2015"], ["2016", "2019"]]
    assert panel.loc[~panel["covered"], "n_events"].isna().all()
    assert panel["n_events"].sum() == len(both)
    with pytest.warns(ct.DataWarning, match="not every country, dataset or event type"):
        together = ct.count_events(both, period="year")  # no day has both
    assert not together["covered"].any()


def test_a_unit_that_the_filter_left_out_is_told():
    events = ct.filter_events(ct.load_sample("ged"), violence_types="state-based")
    kinds = ["state-based", "non-state"]
    with pytest.warns(ct.DataWarning, match="1 units have no event, and the events are filtered"):
        ct.count_events(events, by="violence_type", units=kinds)
