"""DYADS: who fights whom and who stands beside whom, event by event. Invented actors."""

import warnings

import pandas as pd
import pytest
from conftest import REAL_DATA
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import refused

import toolkit as ct
from toolkit.errors import ColumnError, DirectionError, EmptySelectionError, OptionError
from toolkit.events import make_event_table
from toolkit.provenance import stamp

NUMBERS = ["n_events", "fatalities", "fatalities_low", "fatalities_high"]

# day, actor1, actor2, low, best, high; in the dataset with coalitions "&" stands for the comma
ROWS = """
2016-01-05 Heron         Otter        1 2 3
2016-02-05 Otter         Heron        0 1 1
2016-03-05 Heron&Teal    Otter        2 6 9
2016-04-05 Heron&Teal    Otter&Marsh  0 8 8
2017-01-05 Heron&Otter   Marsh        - 1 -
2017-02-05 Heron         Heron&Teal   0 4 4
2017-03-05 Marsh         -            1 1 1
2017-04-05 Heron         Civilians    5 5 5
2017-05-05 Teal          Marsh        - - -
"""
ONE_SIDED = [8]


def make_events(text=ROWS, *, dataset="ucdp-ged"):
    cells = [[None if c == "-" else c for c in line.split()] for line in text.strip().splitlines()]
    columns = ["date_start", "actor1", "actor2", "fatalities_low", "fatalities", "fatalities_high"]
    table = pd.DataFrame(cells, columns=columns)
    table["date_start"] = pd.to_datetime(table["date_start"])
    for column in NUMBERS[1:]:
        table[column] = pd.to_numeric(table[column]).astype("Int64")
    for column in ("actor1", "actor2"):
        table[column] = table[column].str.replace("&", ", ")
    table["event_id"] = [str(n + 1) for n in range(len(table))]
    table["directed"] = [n + 1 in ONE_SIDED for n in range(len(table))]
    return make_event_table({**table, "dataset": dataset}, index=table.index)


def count(events, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        return ct.count_dyads(events, **options)


def by_pair(dyads, *columns):
    """Return {(actor1, actor2): numbers} of a table of one period for each pair."""
    columns = list(columns or ["n_events"])
    sums = dyads.groupby(["actor1", "actor2"])[columns].sum()
    rows = zip(sums.index, sums.values.tolist(), strict=True)
    return {pair: row[0] if len(row) == 1 else row for pair, row in rows}


# ----------------------------------------------------------------------------------- the ties


def test_opposition_joins_every_member_of_one_side_to_every_one_of_the_other():
    dyads = count(make_events())
    assert list(dyads) == ["actor1", "actor2", "tie", "period", *NUMBERS]
    assert set(dyads["tie"]) == {"opposition"}
    rows = dyads.drop(columns="tie").astype({"period": str}).astype(object)
    assert rows.where(rows.notna(), None).values.tolist() == [
        ["Civilians", "Heron", "2017", 1, 5, 5, 5],
        ["Heron", "Heron", "2017", 1, 4, 0, 4],  # on both sides: a pair of its own
        ["Heron", "Marsh", "2016", 1, 8, 0, 8],
        ["Heron", "Marsh", "2017", 1, 1, None, None],
        ["Heron", "Otter", "2016", 4, 17, 3, 21],
        ["Heron", "Teal", "2017", 1, 4, 0, 4],
        ["Marsh", "Otter", "2017", 1, 1, None, None],
        ["Marsh", "Teal", "2016", 1, 8, 0, 8],
        ["Marsh", "Teal", "2017", 1, None, None, None],
        ["Otter", "Teal", "2016", 2, 14, 2, 17],
    ]


def test_cooperation_joins_the_organised_of_a_side():
    dyads = count(make_events(), tie="cooperation")
    assert set(dyads["tie"]) == {"cooperation"}
    assert by_pair(dyads, "n_events", "fatalities") == {
        ("Heron", "Teal"): [3, 18], ("Marsh", "Otter"): [1, 8], ("Heron", "Otter"): [1, 1],
    }  # fmt: skip


def test_both_ties_stand_below_each_other():
    both = count(make_events(), tie="both")
    parts = [count(make_events(), tie=tie) for tie in ("cooperation", "opposition")]
    pd.testing.assert_frame_equal(both, pd.concat(parts, ignore_index=True))


# What passes from actor1 to actor2, by class. Heron and Otter: 2 of conflict (one from each), 3 of
# cooperation (2 from Heron); Heron and Marsh: 1 of each; one without a class; one of Heron with
# itself, one without a second actor.
CLASSES = """
2016-01-05 Heron  Otter  material_conflict
2016-01-06 Otter  Heron  verbal_conflict
2016-01-07 Heron  Otter  verbal_cooperation
2016-01-08 Heron  Otter  material_cooperation
2016-01-09 Otter  Heron  verbal_cooperation
2016-01-10 Heron  Marsh  verbal_conflict
2017-01-11 Marsh  Heron  material_cooperation
2017-01-12 Marsh  Otter  -
2017-01-13 Heron  Heron  verbal_cooperation
2017-01-14 Heron  -      material_conflict
"""


def make_classes():
    lines = [line.split() for line in CLASSES.strip().splitlines()]
    events = make_events("\n".join(" ".join([*line[:3], "- - -"]) for line in lines),
                         dataset="gdelt-events-2")  # fmt: skip
    said = pd.Series([line[3].replace("_", " ") for line in lines], dtype="str")
    return events.assign(directed=True, quad_class=said.mask(said == "-"))


def by_tie(dyads):
    return {tie: by_pair(rows) for tie, rows in dyads.groupby("tie")}


FOUGHT = {("Heron", "Otter"): 2, ("Heron", "Marsh"): 1, ("Marsh", "Otter"): 1}
HELPED = {("Heron", "Otter"): 3, ("Heron", "Marsh"): 1, ("Heron", "Heron"): 1}


def test_classes_of_conflict_oppose_and_classes_of_cooperation_cooperate():
    events = make_classes()
    assert by_tie(count(events)) == {"opposition": FOUGHT}
    assert by_tie(count(events, tie="cooperation")) == {"cooperation": HELPED}
    both = count(events, tie="both")
    assert by_tie(both) == {"opposition": FOUGHT, "cooperation": HELPED}
    assert both["n_events"].sum() == 9, "each event once, but for the one without a second actor"
    assert "1 of 10 events join no pair" in both.attrs["steps"]
    assert "6 of 10 events join no pair" in count(events).attrs["steps"]
    assert both.attrs["cooperation"] == "acts"
    assert "cooperation" not in count(events).attrs


def test_what_passes_between_the_sides_has_a_direction():
    events = make_classes()
    fought = {("Heron", "Otter"): 1, ("Otter", "Heron"): 1, ("Heron", "Marsh"): 1,
              ("Marsh", "Otter"): 1}  # fmt: skip
    helped = {("Heron", "Otter"): 2, ("Otter", "Heron"): 1, ("Marsh", "Heron"): 1,
              ("Heron", "Heron"): 1}  # fmt: skip
    for tie, expected in (("opposition", [fought]), ("cooperation", [helped]),
                          ("both", [helped, fought])):  # fmt: skip
        dyads = count(events, tie=tie, directed=True)
        assert [by_pair(rows) for _, rows in dyads.groupby("tie")] == expected
        assert dyads.attrs["directed"] == "yes"


def test_without_the_column_nothing_is_known_of_cooperation():
    bare = make_classes().drop(columns="quad_class")
    assert by_pair(count(bare)) == {
        ("Heron", "Otter"): 5, ("Heron", "Marsh"): 2, ("Marsh", "Otter"): 1, ("Heron", "Heron"): 1,
    }  # fmt: skip
    refused(ct.count_dyads, bare, tie="cooperation", kind=EmptySelectionError)
    refused(ct.count_dyads, bare, tie="both", directed=True, kind=DirectionError)


def test_classes_and_coalitions_in_one_table():
    ged = make_events()  # without classes: opposition, and cooperation by standing on one side
    mixed = pd.concat([make_classes(), ged], ignore_index=True)
    alone = [by_tie(count(events, tie="both")) for events in (make_classes(), ged)]
    expected = {
        tie: {p: sum(a[tie].get(p, 0) for a in alone) for p in {**alone[0][tie], **alone[1][tie]}}
        for tie in ("opposition", "cooperation")
    }
    found = by_tie(count(mixed, tie="both"))
    assert found == expected
    assert found["opposition"]["Heron", "Otter"] == 2 + 4
    assert found["cooperation"]["Heron", "Otter"] == 3 + 1
    assert found["cooperation"]["Heron", "Teal"] == 3
    assert count(mixed, tie="both").attrs["cooperation"] == "co-listing"  # of some, so not acts
    acts = count(mixed, tie="both", among=["Heron", "Marsh"])
    assert acts.attrs["cooperation"] == "acts"  # all that are left
    refused(ct.count_dyads, mixed, tie="cooperation", directed=True, kind=DirectionError)


def test_actors_of_one_side_have_no_direction_beside_classes_either():
    ged = make_events("2016-01-05 Heron&Teal Otter - - -\n2016-01-06 Heron Marsh - - -\n"
                      "2016-01-07 Teal Marsh - - -")  # fmt: skip
    mixed = pd.concat([make_classes(), ged.assign(directed=True)], ignore_index=True)
    for tie in ("cooperation", "both"):
        for how in (True, "as_recorded"):
            error = refused(ct.count_dyads, mixed, tie=tie, directed=how, kind=DirectionError)
            assert "same side" in error.wrong
    assert by_pair(count(mixed, directed=True))["Heron", "Otter"] == 1 + 1


def test_in_acled_associates_cooperate_and_do_not_fight():
    table = make_events("2016-01-05 Heron Otter - 4 -\n2016-01-06 Marsh Otter - 1 -",
                        dataset="acled")  # fmt: skip
    table["actor1_type"] = table["actor2_type"] = "rebel"
    table["assoc_actor_1"] = ["Marsh; Women (Velmora); Marsh; Unidentified Armed Group (Velmora)",
                              "Civilians (Velmora)"]  # fmt: skip
    dyads = count(table, tie="both")
    assert dyads[["actor1", "actor2", "tie", "n_events"]].values.tolist() == [
        ["Heron", "Marsh", "cooperation", 1],
        ["Heron", "Otter", "opposition", 1],
        ["Marsh", "Otter", "opposition", 1],
    ]


def test_categories_are_for_the_policy_to_drop():
    people = ct.participants(make_events(), categories="drop")
    dyads = count(make_events(), people=people)
    assert "Civilians" not in set(dyads["actor1"]) | set(dyads["actor2"])
    assert "2 of 9 events join no pair" in dyads.attrs["steps"]


# ------------------------------------------------------------------------------ whole or share


def test_a_share_is_one_by_the_number_of_dyads_of_the_event():
    dyads = count(make_events(), split="share")
    assert dyads.dtypes[NUMBERS].astype(str).unique().tolist() == ["Float64"]
    # 1 + 1, half of event 3, a quarter of event 4
    here = dyads.query("actor1 == 'Heron' & actor2 == 'Otter'").iloc[0]
    assert here[NUMBERS].tolist() == [2.75, 2 + 1 + 3 + 2, 1 + 0 + 1 + 0, 3 + 1 + 4.5 + 2]
    assert dyads["n_events"].sum() == 8
    assert dyads["fatalities"].sum() == 2 + 1 + 6 + 8 + 1 + 4 + 5


def test_a_share_does_not_depend_on_what_is_selected():
    everything = count(make_events(), split="share")
    chosen = count(make_events(), split="share", among=["Heron", "Otter"])
    expected = everything.query("actor1 in ['Heron', 'Otter'] & actor2 in ['Heron', 'Otter']")
    pd.testing.assert_frame_equal(chosen, expected.reset_index(drop=True))


def test_whole_counts_warn_that_they_do_not_sum():
    with pytest.warns(ct.DataWarning, match="4 events belong to several dyads"):
        ct.count_dyads(make_events())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ct.count_dyads(make_events(), split="share")
        # a selection in which none does
        ct.count_dyads(make_events(), among=["Heron", "Otter"])


@pytest.mark.parametrize("tie", ["opposition", "cooperation", "both"])
@pytest.mark.parametrize(
    "options",
    [{}, {"split": "share", "straddling": "spread"}, {"complete": True, "straddling": "drop"}],
)
def test_without_people_the_dyads_are_those_of_the_participants(tie, options):
    events = ct.load_sample("acled")
    events.loc[5, "date_start"] = pd.NaT  # and so no day on which a rule holds
    options = {"tie": tie, "period": "week", **options}
    expected = count(events, people=ct.participants(events), **options)
    dyads = count(events, **options)
    pd.testing.assert_frame_equal(dyads, expected)
    assert dyads.attrs == expected.attrs


ACTORS = st.lists(st.sampled_from("ABCD"), min_size=0, max_size=3, unique=True)
EVENTS = st.lists(st.tuples(ACTORS, ACTORS, st.integers(0, 30)), min_size=1, max_size=12)


@settings(max_examples=30)
@given(EVENTS, st.sampled_from(["opposition", "cooperation"]), st.booleans())
def test_shares_sum_to_the_events_that_join_a_pair_and_their_deaths(rows, tie, directed):
    table = pd.DataFrame(rows, columns=["actor1", "actor2", "fatalities"])
    for column in ("actor1", "actor2"):
        table[column] = [", ".join(names) or None for names in table[column]]
    table["event_id"] = [str(n) for n in range(len(table))]
    table["date_start"] = pd.date_range("2016-01-01", periods=len(table), freq="W")
    table["directed"] = True
    events = make_event_table({**table, "dataset": "ucdp-ged"}, index=table.index)
    people = None
    if table[["actor1", "actor2"]].notna().any(axis=None):
        people = ct.participants(events)
    joined, n_pairs = [], 0
    for at, (one, two, _) in enumerate(rows):
        if people is not None:  # as they were split: two names only ever together are one
            mine = people[people["event_id"] == str(at)]
            one, two = (list(mine.loc[mine["side"] == side, "actor"]) for side in (1, 2))
        if tie == "opposition":
            pairs = {(a, b) if directed else tuple(sorted((a, b))) for a in one for b in two}
        else:
            pairs = {(a, b) for side in (one, two) for a in side for b in side if a < b}
        joined.append(bool(pairs))
        n_pairs += len(pairs)
    options = {"tie": tie, "directed": directed and tie == "opposition"}
    if not any(joined):
        refused(ct.count_dyads, events, kind=EmptySelectionError, **options)
        return
    share, whole = (count(events, split=split, **options) for split in ("share", "whole"))
    assert share["n_events"].sum() == pytest.approx(sum(joined))
    assert share["fatalities"].sum() == pytest.approx(table.loc[joined, "fatalities"].sum())
    assert whole["n_events"].sum() == n_pairs
    assert not share.duplicated(["actor1", "actor2", "period"]).any()
    assert options["directed"] or (share["actor1"] <= share["actor2"]).all()


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "year"])
def test_shares_are_kept_in_every_period(period):
    dyads = count(make_events(), period=period, split="share", tie="opposition")
    assert dyads["n_events"].sum() == pytest.approx(8)
    assert dyads["fatalities"].sum() == pytest.approx(27)


# -------------------------------------------------------------------------------------- direction


def test_direction_as_recorded_warns_and_says_so():
    with pytest.warns(ct.DataWarning, match="means nothing in 8 of 9 events"):
        dyads = ct.count_dyads(make_events(), directed="as_recorded", among=["Heron", "Otter"])
    assert by_pair(dyads) == {("Heron", "Otter"): 3, ("Otter", "Heron"): 1, ("Heron", "Heron"): 1}
    assert dyads.attrs["directed"] == "as_recorded"


def test_direction_where_the_data_have_one():
    events = make_events()
    one_sided = events[events["directed"]]
    dyads = count(one_sided, directed=True)
    assert by_pair(dyads) == {("Heron", "Civilians"): 1}
    assert dyads.attrs["directed"] == "yes"
    assert count(events).attrs["directed"] == "no"


def test_direction_where_there_is_none_is_refused():
    error = refused(ct.count_dyads, make_events(), directed=True, kind=DirectionError)
    assert error.wrong.startswith("In 8 of 9 events the order of actor1 and actor2 means nothing")
    assert "as_recorded" in error.fix
    bare = make_events().drop(columns="directed")
    refused(ct.count_dyads, bare, directed=True, kind=DirectionError, match="In 9 of 9")
    for tie in ("cooperation", "both"):
        for how in (True, "as_recorded"):
            error = refused(
                ct.count_dyads, make_events(), tie=tie, directed=how, kind=DirectionError
            )
            assert "same side" in error.wrong
    for how in ("yes", 1, None):
        refused(ct.count_dyads, make_events(), directed=how, kind=OptionError, match="as_recorded")


# -------------------------------------------------------------------------------------- selection


def test_among_a_roster_or_names():
    events = make_events()
    names = ["Heron", "Otter", "Teal"]
    dyads = count(events, among=names)
    assert by_pair(dyads) == {
        ("Heron", "Heron"): 1, ("Heron", "Otter"): 4, ("Heron", "Teal"): 1, ("Otter", "Teal"): 2,
    }  # fmt: skip
    # a roster may know more actors than these events do
    roster = pd.DataFrame({"actor": [*names, "Nobody"]})
    numbers = ["actor1", "actor2", "period", *NUMBERS]
    pd.testing.assert_frame_equal(count(events, among=roster)[numbers], dyads[numbers])
    assert "among 4 actors" in count(events, among=roster).attrs["steps"]


def test_an_actor_that_is_not_there_gets_the_nearest_names():
    error = refused(ct.count_dyads, make_events(), among=["Heron", "Oter"], kind=OptionError)
    assert "'Otter'" in error.allowed


def test_minimum_events_over_all_periods():
    dyads = count(make_events(), minimum_events=2)
    assert by_pair(dyads) == {
        ("Heron", "Marsh"): 2, ("Heron", "Otter"): 4, ("Marsh", "Teal"): 2, ("Otter", "Teal"): 2,
    }  # fmt: skip
    assert "at least 2 events" in dyads.attrs["steps"]
    # of each tie apart: Heron and Teal are beside each other three times, opposed once
    both = count(make_events(), minimum_events=2, tie="both")
    assert set(both.query("actor2 == 'Teal' & actor1 == 'Heron'")["tie"]) == {"cooperation"}


def test_empty_selections():
    events = make_events()
    refused(ct.count_dyads, events.iloc[:0], kind=EmptySelectionError)
    refused(ct.count_dyads, events.iloc[[6]], kind=EmptySelectionError, match="joins two actors")
    refused(ct.count_dyads, events.iloc[[0]], tie="cooperation", kind=EmptySelectionError)
    error = refused(ct.count_dyads, events, minimum_events=9, kind=EmptySelectionError)
    assert "at least 9 events" in error.wrong
    assert "8 dyads" in error.allowed
    undated = events.iloc[[0]].assign(date_start=pd.NaT)
    refused(ct.count_dyads, undated, kind=EmptySelectionError)


def test_what_is_refused():
    events = make_events()
    for options in ({"tie": "friends"}, {"split": "half"}, {"period": "decade"}):
        refused(ct.count_dyads, events, kind=OptionError, **options)
    refused(ct.count_dyads, events.drop(columns="actor2"), kind=ColumnError, match="actor2")
    refused(ct.count_dyads, events, people=events, kind=ColumnError, match="side")
    twice = pd.concat([events, events.iloc[[0]]])
    refused(ct.count_dyads, twice, kind=ColumnError, match="share their event_id")
    people = ct.participants(events)
    refused(ct.count_dyads, twice, people=people, kind=ColumnError, match="share their event_id")


# ------------------------------------------------------------------------- people and provenance


def test_people_of_the_whole_table_count_in_a_part_of_it():
    events = make_events()
    people = ct.participants(events)
    # alone this event looks like one of an actor "Heron, Teal"
    assert by_pair(count(events.iloc[[2]])) == {("Heron, Teal", "Otter"): 1}
    dyads = count(events.iloc[[2]], people=people)
    assert by_pair(dyads) == {("Heron", "Otter"): 1, ("Otter", "Teal"): 1}
    assert "0 of 1 events join no pair" in dyads.attrs["steps"]
    refused(ct.count_dyads, events.iloc[[2]], people=people, minimum_events=2,
            kind=EmptySelectionError)  # fmt: skip


def test_a_filter_that_nobody_recorded_is_admitted_whoever_the_people_are():
    events = stamp(make_events(), {"title": "Reed Events"})
    people = ct.participants(events)
    part = events[events["date_start"] < "2017"]
    for who in (None, people):
        dyads = count(part, people=who)
        assert ct.source_line(dyads) == "Subset of Reed Events, filter not recorded"
        assert dyads.attrs["steps"].count("filter not recorded") == 1
        assert "coalitions split" in dyads.attrs["steps"]
    chosen = people[people["actor"] != "Teal"]
    assert "filter not recorded (22 to 18 rows)" in count(events, people=chosen).attrs["steps"]


def test_names_as_recorded():
    people = ct.participants(make_events(), coalitions="whole")
    assert by_pair(count(make_events(), people=people, period="year"))["Heron, Teal", "Otter"] == 1
    whole = count(make_events(), people=people)
    assert whole["n_events"].sum() == 8


def test_the_choices_stand_in_the_provenance():
    dyads = count(make_events(), tie="both", split="share", among=["Heron", "Otter"],
                  minimum_events=2, period="month")  # fmt: skip
    for said in ("dyads by month of date_start", "tie both", "split share", "directed no",
                 "among 2 actors", "at least 2 events", "1 of 9 events join no pair",
                 "coalitions split", "categories keep", "regimes keep"):  # fmt: skip
        assert said in dyads.attrs["steps"], said
    assert dyads.attrs["split"] == "share"


def test_nothing_is_changed_and_neither_order_nor_index_matters():
    events = make_events()
    people = ct.participants(events)
    before = events.copy(), people.copy()
    dyads = count(events, people=people, tie="both")
    pd.testing.assert_frame_equal(events, before[0])
    pd.testing.assert_frame_equal(people, before[1])
    shuffled = events.sample(frac=1, random_state=1).set_axis([0] * len(events))
    pd.testing.assert_frame_equal(count(shuffled, tie="both"), dyads)
    mixed = people.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(count(events, people=mixed, tie="both"), dyads)


def test_the_same_id_in_two_datasets_is_two_events():
    one = make_events("2016-01-05 Heron Otter 1 1 1")
    two = make_events("2016-01-05 Teal Marsh 1 1 1", dataset="acled")
    with pytest.warns(ct.DataWarning, match="Several datasets"):
        dyads = ct.count_dyads(pd.concat([one, two]))
    assert by_pair(dyads) == {("Heron", "Otter"): 1, ("Marsh", "Teal"): 1}
    assert dyads[NUMBERS[1:]].isna().all(axis=None)


def test_an_umbrella_that_fights_itself_is_a_pair_of_its_own():
    people = ct.participants(make_events())
    one = people.assign(actor=people["actor"].replace({"Otter": "Heron"}))
    dyads = count(make_events(), people=one)
    assert by_pair(dyads)["Heron", "Heron"] == 5
    with pytest.warns(ct.DataWarning, match="pair an actor with itself"):
        graph = ct.actor_network(dyads)
    assert not list(graph.subgraph(["Heron"]).edges)


# -------------------------------------------------------------------------------- Nigeria, Syria


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_twenty_of_twenty_networks_of_nigeria_equal_the_published_ones():
    """Dorff, Gallop and Minhas, "Networks of Violence", Journal of Politics 82(2), 2020."""
    folder = REAL_DATA / "nigeria_networks"
    published = pd.read_csv(folder / "published_adjacency_edges.csv").query("matrix == 'yList'")
    actors = pd.read_csv(folder / "published_actor_roster.csv")

    events = ct.load_acled(folder / "acled_v7_nigeria_1997_2016_cleaned.csv", keep=["a1", "a2"])
    events = events.assign(actor1=events["a1"], actor2=events["a2"])
    battles = ct.filter_events(events, event_types=[
        "Battle-Government regains territory", "Battle-No change of territory",
        "Battle-Non-state actor overtakes territory"])  # fmt: skip
    people = ct.participants(battles).query("role == 'main'")
    roster = ct.find_roster(people, minimum_years=5)
    known = roster[roster["actor"].isin(actors["actor"])]
    dyads = ct.count_dyads(battles, people=people, directed="as_recorded", among=known)
    graphs = ct.networks.networks_by_period(dyads, roster=known, self_loops="keep")

    assert (len(events), len(battles), len(roster), len(known)) == (7_699, 1_978, 49, 37)
    assert len(graphs) == 20
    for period, graph in graphs.items():
        edges = published.loc[published["year"] == period.year, ["sender", "receiver"]]
        assert set(graph.edges) == set(edges.itertuples(index=False, name=None)), period
        assert set(graph) == set(actors.loc[actors["year"] == period.year, "actor"]), period
    sizes = {p.year: (len(G), G.number_of_edges()) for p, G in graphs.items()}
    assert [sizes[year] for year in (1997, 2003, 2010, 2013, 2016)] == [
        (13, 13), (33, 16), (33, 24), (29, 28), (18, 20),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def syria():
    path = REAL_DATA / "ucdp" / "ged_syria_652_2016-01_2019-11.csv"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        return ct.load_ucdp_ged(path, version="652.1601.1911")


def of_pair(dyads, one, two):
    """Return {year: [events, deaths]} of a pair."""
    rows = dyads[(dyads["actor1"] == one) & (dyads["actor2"] == two)]
    numbers = rows[["n_events", "fatalities"]].values.tolist()
    return dict(zip(rows["period"].dt.year, numbers, strict=True))


@pytest.mark.realdata
def test_ahrar_al_sham_and_hts(syria):
    whole = ct.participants(syria, coalitions="whole")
    for people in (None, whole):  # coalitions on opposite sides add none
        dyads = count(syria, people=people)
        assert of_pair(dyads, "Ahrar al-Sham", "HTS") == {2017: [54, 185]}
    together = of_pair(count(syria, tie="cooperation"), "Ahrar al-Sham", "HTS")
    assert {year: n for year, (n, _) in together.items()} == {2016: 16, 2017: 58, 2018: 10}


@pytest.mark.realdata
def test_the_members_of_syrian_coalitions(syria):
    table = ct.find_coalitions(syria)
    assert (len(table), set(table["rule"])) == (30, {"split"})
    assert table["members"].explode().nunique() == 37
    people = ct.participants(syria)
    assert (
        "37 names of members and associates, by exact match 22 with an id" in people.attrs["steps"]
    )
    assert not people["actor"].str.contains(", ").any()


@pytest.mark.realdata
def test_half_of_syria_is_one_pair(syria):
    dyads = count(syria, people=ct.participants(syria, coalitions="whole"))
    n = dyads.groupby(["actor1", "actor2"])["n_events"].sum()
    assert (n.idxmax(), n.max()) == (("Government of Syria", "Syrian insurgents"), 8_723)
    assert n.sum() == len(syria) == 16_566
    share = count(syria, split="share")
    assert share["n_events"].sum() == pytest.approx(16_566)
    assert share["fatalities"].sum() == pytest.approx(syria["fatalities"].sum())


@pytest.mark.realdata
def test_most_rivalry_is_with_is(syria):
    rivals = syria[syria["violence_type"] == "non-state"]
    people = ct.participants(syria)
    people = people[people["event_id"].isin(rivals["event_id"])]
    with_is = people.loc[people["actor"] == "IS", "event_id"].nunique()
    assert (len(rivals), with_is, round(100 * with_is / len(rivals), 1)) == (4_577, 3_463, 75.7)
    dyads = count(rivals, people=people, split="share")
    left = dyads.query("actor1 != 'IS' & actor2 != 'IS'")
    assert left["n_events"].sum() == pytest.approx(4_577 - 3_463)


@pytest.mark.realdata
def test_the_renames_of_2017_are_followed_by_date(syria):
    table = ct.load_aliases("syria")
    before = ct.participants(syria)
    by_date = ct.participants(syria, aliases=table, view="successor")
    changed = by_date[by_date["actor"] != before["actor"]]
    assert changed[["actor"]].assign(day=changed["date_start"].astype(str)).values.tolist() == [
        ["Revolutionary Commando Army", "2016-12-10"], ["HTS", "2017-02-14"],
        ["Levant Front", "2018-06-27"], ["Levant Front", "2018-07-08"],
    ]  # fmt: skip
    # Jabhat Fateh al-Sham in a coalition, a fortnight after it became HTS
    assert ", " in changed["recorded"].iloc[1]
    throughout = ct.participants(syria, aliases=table, view="successor", follow="throughout")
    assert "297 names changed" in throughout.attrs["steps"]
    # of some coalitions two members become one
    assert (len(before), len(throughout)) == (35_394, 35_388)
    audit = ct.describe_aliases(before, table).query("effect == 'changed rows'")
    assert audit["n_changed"].sum() == 4
    assert of_pair(count(syria, people=by_date), "Ahrar al-Sham", "HTS") == {2017: [54, 185]}
