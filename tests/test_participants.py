"""Participants and rosters: who took part in an event, and when an actor was there.

Invented actors. The rules of UCDP GED (commas) and ACLED (semicolons) are those of the real names
of the datasets; "reed" is a dataset without rules.
"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import refused
from test_aliases import make_rules
from test_counts import make_spans

import toolkit as ct
from toolkit.actors.participants import find_whole_names, split_name
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.events import make_event_table
from toolkit.provenance import pack_coverage, stamp

LEAGUE = "League for Bread, Land and Water"
WOMEN = "Women (Velmora)"

# actor1 (id, type), actor2 (id, type), beside actor1, beside actor2
GED = [
    ["Government of Velmora", "1", "state", "Heron", "2", "rebel"],
    ["Heron, Otter", "90", None, "Government of Velmora", "1", "state"],
    [LEAGUE, "4", "rebel", "Otter", "3", None],
    [f"Heron, {LEAGUE}, Teal", "91", None, "Otter", "3", None],
    ["Government of Boria, Government of Velmora", "92", "state", "Teal, Otter", "93", None],
    ["Heron", "2", None, "Civilians", "9", "civilians"],
    ["Heron", "2", "rebel", None, None, None],
]
ACLED = [
    ["Army (2010-)", None, "state", "Reed, Marsh and Co", None, "rebel"],
    ["Reed, Marsh and Co", None, "rebel", "Army (2010-)", None, "state"],
    ["Civilians (Velmora)", None, "civilians", "Unidentified Armed Group (Velmora)", None,
     "political militia"],
    ["Protesters (Velmora)", None, "protesters", None, None, None],
    ["Army (2010-)", None, "external", "Otter", None, "rebel"],
    ["Otter", None, "rebel", "Rioters (Velmora)", None, "rioters"],
]  # fmt: skip
BESIDE = [
    ["Otter; Civilians (Velmora);Army (2010-) ", "Teal"],
    ["Otter; Otter", None],
    [None, None],
    [f"{WOMEN}; Students (Velmora)", None],
    [None, "Otter"],
    ["Army (2010-); Unidentified Armed Group (Velmora)", None],
]


def make_events(rows=GED, beside=None, *, dataset="ucdp-ged"):
    columns = ["actor1", "actor1_id", "actor1_type", "actor2", "actor2_id", "actor2_type"]
    table = pd.DataFrame(rows, columns=columns)
    if beside is not None:
        table[["assoc_actor_1", "assoc_actor_2"]] = beside
    table["event_id"] = [str(n + 1) for n in range(len(table))]
    table["date_start"] = pd.date_range("2016-01-01", periods=len(table), freq="MS")
    table["directed"] = False
    return make_event_table({**table, "dataset": dataset}, index=table.index)


def make_acled(**options):
    return make_events(ACLED, BESIDE, **{"dataset": "acled", **options})


def people_of(people, event, *columns):
    """Return the rows of an event: (side, actor), or the columns asked for."""
    rows = people[people["event_id"] == str(event)]
    return [tuple(row) for row in rows[list(columns or ("side", "actor"))].to_numpy()]


# ---------------------------------------------------------------------------------- coalitions


def test_ged_splits_at_commas_and_keeps_names_with_a_comma_of_their_own():
    people = ct.participants(make_events())
    assert people_of(people, 1) == [(1, "Government of Velmora"), (2, "Heron")]
    assert people_of(people, 2) == [(1, "Heron"), (1, "Otter"), (2, "Government of Velmora")]
    assert people_of(people, 3) == [(1, LEAGUE), (2, "Otter")]
    assert people_of(people, 4) == [(1, "Heron"), (1, LEAGUE), (1, "Teal"), (2, "Otter")]
    assert people_of(people, 5) == [(1, "Government of Boria"), (1, "Government of Velmora"),
                                    (2, "Teal"), (2, "Otter")]  # fmt: skip
    assert people_of(people, 7) == [(1, "Heron")]
    assert people_of(people, 4, "recorded", "role")[0] == (f"Heron, {LEAGUE}, Teal", "main")
    assert repr(LEAGUE) in people.attrs["steps"]


def test_coalitions_as_recorded():
    people = ct.participants(make_events(), coalitions="whole")
    assert people_of(people, 2) == [(1, "Heron, Otter"), (2, "Government of Velmora")]
    assert people["actor"].equals(people["recorded"])


def test_a_name_that_only_a_list_has_is_split_unless_it_is_given():
    rows = [[f"{LEAGUE}, Otter", "1", None, "Heron", "2", None],
            ["Otter", "3", None, "Heron", "2", None]]  # fmt: skip
    events = make_events(rows)
    assert len(people_of(ct.participants(events), 1)) == 4
    people = ct.participants(events, names=[LEAGUE])
    assert people_of(people, 1) == [(1, LEAGUE), (1, "Otter"), (2, "Heron")]


def test_members_who_never_appear_alone_look_like_one_name():
    # what find_coalitions is for: the heuristic cannot know, and says what it took as one
    rows = [["Heron, Otter", "1", None, "Teal", "2", None]]
    assert ct.find_coalitions(make_events(rows))["rule"].tolist() == ["one name"]
    governments = [["Government of A, Government of B", "1", None, "Teal", "2", None]]
    assert ct.find_coalitions(make_events(governments))["rule"].tolist() == ["split"]


def test_the_list_of_coalitions():
    table = ct.find_coalitions(pd.concat([make_events(), make_acled()]))
    rows = {name: (members, n, rule) for name, members, n, rule in table.itertuples(index=False)}
    assert rows == {
        "Heron, Otter": (["Heron", "Otter"], 1, "split"),
        LEAGUE: ([LEAGUE], 1, "one name"),
        f"Heron, {LEAGUE}, Teal": (["Heron", LEAGUE, "Teal"], 1, "split"),
        "Government of Boria, Government of Velmora":
            (["Government of Boria", "Government of Velmora"], 1, "split"),
        "Teal, Otter": (["Teal", "Otter"], 1, "split"),
    }  # fmt: skip
    assert ct.find_coalitions(make_acled()).empty


def test_acled_never_splits_its_actors_and_splits_associates_at_semicolons():
    people = ct.participants(make_acled())
    assert people_of(people, 1, "side", "actor", "role") == [
        (1, "Army (2010-)", "main"), (2, "Reed, Marsh and Co", "main"), (1, "Otter", "associated"),
        (1, "Civilians (Velmora)", "associated"), (2, "Teal", "associated"),
    ]  # fmt: skip
    # listed twice, once an event and side; on both sides, twice
    assert people_of(people, 2)[2:] == [(1, "Otter")]
    assert people_of(people, 5) == [(1, "Army (2010-)"), (2, "Otter")]
    both = make_events([["Heron", "1", None, "Heron, Otter", "2", None]])
    assert people_of(ct.participants(both, names=["-"]), 1)[0] == (1, "Heron")
    assert people_of(ct.participants(both), 1)[1:] == [(2, "Heron"), (2, "Otter")]


def test_a_dataset_without_rules_is_taken_as_recorded():
    people = ct.participants(make_events(dataset="reed"))
    assert people["actor"].equals(people["recorded"])


def test_the_rule_of_one_dataset_is_not_for_another():
    # "Marsh and Co" as a rebel of GED makes no coalition of ACLED's "Reed, Marsh and Co"
    ged = make_events([["Reed, Teal", "1", None, "Heron", "2", None]])
    both = pd.concat([ged, make_acled()])
    people = ct.participants(both)
    assert people.loc[people["dataset"] == "ucdp-ged", "actor"].tolist() == ["Reed, Teal", "Heron"]
    assert "Reed, Marsh and Co" in set(people["actor"])


@pytest.mark.parametrize(
    ("recorded", "members"),
    [
        ("A", ["A"]),
        ("A, B", ["A", "B"]),
        ("A, B, ", ["A", "B", ""]),
        ("X, Y", ["X, Y"]),
        ("A, X, Y, B", ["A", "X, Y", "B"]),
        ("X, Y, Z", ["X, Y, Z"]),  # the longest name first
    ],
)
def test_splitting_a_name(recorded, members):
    assert split_name(recorded, ", ", {"X, Y", "X, Y, Z"}) == members


NAMES = st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=4).map(", ".join)


@given(st.lists(NAMES, min_size=1, max_size=8))
def test_splitting_loses_and_invents_nothing(recorded):
    whole = find_whole_names(recorded, ", ", [])
    assert all(", ".join(split_name(name, ", ", whole)) == name for name in recorded)
    singles = {name for name in recorded if ", " not in name}
    assert not any(singles & set(name.split(", ")) for name in whole)


# --------------------------------------------------------------------------------- ids and types


def test_members_have_the_id_recorded_for_that_very_name():
    people = ct.participants(make_events())
    ids = people.fillna({"actor_id": "-"})
    assert people_of(ids, 2, "actor", "actor_id") == [
        ("Heron", "2"), ("Otter", "3"), ("Government of Velmora", "1"),
    ]  # fmt: skip
    assert people_of(ids, 4, "actor", "actor_id")[2] == ("Teal", "-")
    assert people_of(ids, 5, "actor", "actor_id")[:2] == [
        ("Government of Boria", "-"), ("Government of Velmora", "1"),
    ]  # fmt: skip
    # Heron, Otter, the League, the two governments and Teal stand in lists
    said = "6 names of members and associates, by exact match 4 with an id and 3 with a type"
    assert said in people.attrs["steps"]


def test_a_main_actor_keeps_the_type_of_its_event_and_an_associate_has_the_usual_one():
    people = ct.participants(make_acled())
    army = people[people["actor"] == "Army (2010-)"]
    # abroad it is external; beside Otter in event 6 it has the type it has most often
    assert army[["event_id", "actor_type"]].values.tolist() == [
        ["1", "state"], ["2", "state"], ["5", "external"], ["6", "state"],
    ]  # fmt: skip
    assert people.loc[people["actor"] == "Teal", "actor_type"].isna().all()


def test_who_is_organised():
    organised = ct.participants(make_acled()).groupby("actor")["organised"].agg(set)
    assert organised.to_dict() == {
        "Army (2010-)": {True}, "Otter": {True}, "Reed, Marsh and Co": {True},
        "Civilians (Velmora)": {False}, "Protesters (Velmora)": {False},
        "Rioters (Velmora)": {False}, "Students (Velmora)": {False}, WOMEN: {False},
        "Unidentified Armed Group (Velmora)": {False},  # a militia by its type, and no actor
        "Teal": {False},  # ACLED says nowhere what it is
    }  # fmt: skip
    ged = ct.participants(make_events())
    assert set(ged.loc[~ged["organised"], "actor"]) == {"Civilians"}


# -------------------------------------------------------------------------- policies and aliases


def test_categories():
    kept = set(ct.participants(make_acled())["actor"])
    folded = set(ct.participants(make_acled(), categories="fold")["actor"])
    names = {"Civilians", "Protesters", "Rioters", "Unidentified Armed Group"}
    assert folded - kept == names
    assert kept - folded == {f"{name} (Velmora)" for name in names}
    dropped = ct.participants(make_acled(), categories="drop")
    assert set(dropped["actor"]) == kept & folded
    assert "categories drop, 6 rows dropped" in dropped.attrs["steps"]
    assert "3" not in set(dropped["event_id"])


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Military Forces of X (2000-2024)", "Military Forces of X"),
        ("Military Forces of X (2000-)", "Military Forces of X"),
        ("Forces of X (1999-2015) Joint Task Force", "Forces of X Joint Task Force"),
        ("Police Forces of X (2000-2024) Prison Guards", "Police Forces of X Prison Guards"),
        ("Reed Front (Marsh)", "Reed Front (Marsh)"),
        ("Reed Front 2000-2024", "Reed Front 2000-2024"),
    ],
)  # fmt: skip
def test_regimes(name, folded):
    events = make_events([[name, None, None, "Otter", None, None]], dataset="acled")
    assert ct.participants(events)["actor"].iloc[0] == name
    assert ct.participants(events, regimes="fold")["actor"].iloc[0] == folded


def test_names_are_followed_before_regimes_are_folded_and_merge_on_a_side():
    rules = make_rules("Otter > Army (2010-) : alias")
    people = ct.participants(make_acled(), aliases=rules, view="successor", regimes="fold")
    assert people_of(people, 1, "side", "actor", "role")[0] == (1, "Army", "main")
    assert [row for row in people_of(people, 1) if row[1] == "Army"] == [(1, "Army")]
    assert people_of(people, 5) == [(1, "Army"), (2, "Army")]
    assert people.attrs["view"] == "successor"
    said = "successor view of a table made by hand, by_date, 4 names changed, 0 of 1 rules"
    assert said in people.attrs["steps"]


def test_what_is_refused():
    events = make_events()
    for options in ({"view": "sucessor"}, {"follow": "never"}, {"categories": "all"},
                    {"regimes": "drop"}, {"coalitions": "both"}, {"view": "umbrella"}):  # fmt: skip
        refused(ct.participants, events, kind=OptionError, **options)
    refused(ct.participants, events.drop(columns="actor2"), kind=ColumnError, match="actor2")
    refused(ct.participants, events.assign(actor1=None, actor2=None), kind=EmptySelectionError)
    refused(ct.participants, events.iloc[:0], kind=EmptySelectionError)
    nobody = make_acled().iloc[[2]].assign(assoc_actor_1=None)
    refused(ct.participants, nobody, categories="drop", kind=EmptySelectionError, match="left")
    twice = pd.concat([events, events.iloc[[0]]])
    refused(ct.participants, twice, kind=ColumnError, match="2 of 8 events share")
    refused(ct.participants, events.assign(event_id=None), kind=ColumnError, match="no event_id")


def test_a_table_of_aliases_that_nothing_follows_is_told():
    with pytest.warns(ct.DataWarning, match='view="successor"'):
        people = ct.participants(make_events(), aliases=make_rules())
    assert people["actor"].equals(ct.participants(make_events())["actor"])


@pytest.mark.parametrize("events", [make_events(), make_acled()], ids=["ged", "acled"])
def test_neither_index_nor_order_of_the_rows_matters_and_nothing_is_changed(events):
    before = events.copy()
    people = ct.participants(events)
    pd.testing.assert_frame_equal(events, before)
    key = ["event_id", "side", "actor"]
    other = ct.participants(events.sample(frac=1, random_state=3).set_axis([1] * len(events)))
    pd.testing.assert_frame_equal(
        other.sort_values(key, ignore_index=True), people.sort_values(key, ignore_index=True),
        check_like=True,
    )  # fmt: skip


def test_the_same_id_in_two_datasets_is_two_events():
    both = pd.concat([make_events(), make_acled()])
    people = ct.participants(both)
    assert len(people) == len(ct.participants(make_events())) + len(ct.participants(make_acled()))
    first = people[(people["event_id"] == "1") & (people["dataset"] == "ucdp-ged")]
    assert first["actor"].tolist() == ["Government of Velmora", "Heron"]


# -------------------------------------------------------------------------- rosters and activity


def make_people(*rows, coverage=("2014-01-01", "2018-06-30")):
    """Make participants from (actor, days); each day is an event of its own."""
    days = [(actor, day) for actor, listed in rows for day in listed.split()]
    table = pd.DataFrame(days, columns=["actor", "date_start"])
    table["date_start"] = pd.to_datetime(table["date_start"])
    table = table.assign(event_id=[str(n) for n in range(len(table))], dataset="reed", side=1)
    spans = make_spans(("Velmora", *coverage)) if coverage else None
    facts = {"coverage": pack_coverage(spans)} if coverage else {}
    return stamp(table, {"title": "Reed Events"}, **facts)


PEOPLE = make_people(
    ("Heron", "2014-05-01 2016-01-01 2016-12-31 2018-03-01"), ("Otter", "2015-06-01"),
    ("Teal", "2015-12-31 2016-01-01"),
)  # fmt: skip


def test_a_roster_has_first_and_last_seen():
    roster = ct.find_roster(PEOPLE)
    assert roster.astype(str).values.tolist() == [
        ["Heron", "2014-05-01", "2018-03-01", "4"],
        ["Otter", "2015-06-01", "2015-06-01", "1"],
        ["Teal", "2015-12-31", "2016-01-01", "2"],
    ]
    assert "roster of 3 of 3 actors" in roster.attrs["steps"]
    assert ct.find_roster(PEOPLE, minimum_events=2)["actor"].tolist() == ["Heron", "Teal"]
    assert ct.find_roster(PEOPLE, minimum_years=1)["actor"].tolist() == ["Heron", "Teal"]
    assert ct.find_roster(PEOPLE, minimum_years=4)["actor"].tolist() == ["Heron"]
    error = refused(ct.find_roster, PEOPLE, minimum_years=5, kind=EmptySelectionError)
    assert "up to 4 years" in error.allowed
    # on both sides of an event, once
    twice = pd.concat([PEOPLE, PEOPLE.assign(side=2)])
    assert ct.find_roster(twice)["n_events"].tolist() == [4, 1, 2]


def test_active_inactive_and_before_existence_absent():
    table = ct.find_activity(PEOPLE)
    assert table.astype(str).values.tolist() == [
        ["Heron", "2014", "active", "1"],
        ["Heron", "2015", "inactive", "0"],
        ["Heron", "2016", "active", "2"],
        ["Heron", "2017", "inactive", "0"],
        ["Heron", "2018", "active", "1"],
        ["Otter", "2015", "active", "1"],
        ["Teal", "2015", "active", "1"],
        ["Teal", "2016", "active", "1"],
    ]


def test_outside_the_coverage_nothing_can_be_said():
    roster = pd.DataFrame({"actor": ["Otter"], "first": pd.to_datetime(["2013-01-01"]),
                           "last": pd.to_datetime(["2019-12-31"])})  # fmt: skip
    table = ct.find_activity(PEOPLE, roster=roster)
    status = dict(zip(table["period"].astype(str), table["status"], strict=True))
    assert status == {
        "2013": "not covered", "2014": "inactive", "2015": "active", "2016": "inactive",
        "2017": "inactive", "2018": "inactive", "2019": "not covered",
    }  # fmt: skip
    assert table.loc[table["status"] == "not covered", "n_events"].isna().all()
    assert len(ct.find_activity(PEOPLE, period="month", roster=roster)) == 84


def test_unknown_coverage_says_nothing_of_silent_periods():
    people = make_people(("Heron", "2014-05-01 2016-01-01"), coverage=None)
    with pytest.warns(ct.DataWarning, match="not known"):
        table = ct.find_activity(people)
    assert table["status"].tolist() == ["active", "not covered", "active"]


def test_events_outside_the_span_of_the_roster_are_told():
    roster = ct.find_roster(PEOPLE).assign(first=pd.Timestamp("2015-01-01"))
    with pytest.warns(ct.DataWarning, match="1 of 7 appearances"):
        table = ct.find_activity(PEOPLE, roster=roster)
    assert table["n_events"].sum() == 6
    refused(ct.find_activity, PEOPLE, roster=roster.drop(columns="last"), kind=ColumnError)
    refused(ct.find_activity, PEOPLE, roster=roster.assign(last=pd.NaT), kind=ColumnError)
    refused(ct.find_activity, PEOPLE, period="decade", kind=OptionError)
