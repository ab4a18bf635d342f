"""What is planted in the sample is found again: allies, rivals, names and their dates.

Every number expected here is in `data/sample/truth.json`; every number found comes from public
functions.
"""

import json
import math
import warnings

import pandas as pd
import pytest
from conftest import REPOSITORY

import toolkit as ct

TRUTH = json.loads((REPOSITORY / "data" / "sample" / "truth.json").read_text(encoding="utf-8"))
CATEGORIES = ["Civilians", "Protesters", "Rioters", "Unidentified Armed Group"]
UMBRELLA = TRUTH["umbrella"]


def make_rules():
    """Build the alias table that the truth implies: spellings, a rename, a merger, regimes."""
    rows = [(x["acled"], x["ged"], "", "alias") for x in TRUTH["aliases"]]
    rename, merger = TRUTH["rename"], TRUTH["merger"]
    rows.append((rename["old"], rename["new"], rename["date"], "rename"))
    rows += [(old, merger["new"], merger["date"], "merger") for old in merger["old"]]
    for actor, entry in TRUTH["actors"].items():
        names = entry.get("acled", [])
        if "Forces" in names[0]:
            rows += [(old, names[-1], entry["since"], "regime") for old in names[:-1]]
            rows.append((names[-1], actor, "", "alias"))
    table = pd.DataFrame(rows, columns=["name", "canonical", "valid_from", "relation"])
    return table.assign(valid_to="", source="truth.json", where="as planted")


@pytest.fixture(scope="module", params=["ged", "acled"])
def sample(request):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        return request.param, ct.load_sample(request.param)


def follow(events, **options):
    return ct.participants(
        events, aliases=make_rules(), view="successor", follow="throughout", categories="fold",
        **options,
    )  # fmt: skip


def without_merger(events, **options):
    """Return the participants under one name for each organisation, merged ones apart."""
    rules = make_rules().query("relation != 'merger'")
    return ct.participants(events, aliases=rules, view="successor", follow="throughout", **options)


def count(events, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        return ct.count_dyads(events, **options)


def within_error(found, n, share):
    """Say whether a share of n throws lies within three standard errors of what is planted."""
    return abs(found / n - share) < 3 * math.sqrt(share * (1 - share) / n)


# ---------------------------------------------------------------------------------------- names


def test_followed_throughout_the_names_are_the_actors_of_the_truth(sample):
    name, events = sample
    people = follow(events)
    expected = {a for a, entry in TRUTH["actors"].items() if name in entry}
    expected -= set(TRUTH["merger"]["old"])
    groups = {x.format(c) for x in TRUTH["categories"]["associates"] for c in TRUTH["countries"]}
    assert set(people["actor"]) - groups == expected
    main = people[people["role"] == "main"]
    assert not groups & set(main["actor"])
    assert not set(people.loc[people["organised"], "actor"]) & {*CATEGORIES, *groups}
    audit = ct.describe_aliases(ct.participants(events), make_rules(), follow="throughout")
    used = audit[audit["effect"] == "changed rows"]
    renames = {TRUTH["rename"]["old"], *TRUTH["merger"]["old"]}
    assert set(used["name"]) == (renames if name == "ged" else set(audit["name"]))


def test_names_with_a_comma(sample):
    name, events = sample
    league = "Front for Land, Bread and Water"
    table = ct.find_coalitions(events)
    assert table.loc[table["rule"] == "one name", "recorded"].tolist() == [league] * (name == "ged")
    allied = {", ".join(sorted(x["members"])) for x in TRUTH["alliances"] if "id" in x}
    assert set(table.loc[table["rule"] == "split", "recorded"]) == (
        allied if name == "ged" else set()
    )
    assert league in set(ct.participants(events)["actor"])


def test_look_alikes_find_the_two_spellings():
    pytest.importorskip("rapidfuzz")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        people = [ct.participants(ct.load_sample(name)) for name in ("ged", "acled")]
    names = pd.concat(people)["actor"]
    pairs = {frozenset(p) for p in ct.find_lookalikes(names)[["name1", "name2"]].to_numpy()}
    assert {frozenset([x["ged"], x["acled"]]) for x in TRUTH["aliases"]} <= pairs
    with_rules = ct.find_lookalikes(names, make_rules())[["name1", "name2"]].to_numpy()
    assert not {frozenset([x["ged"], x["acled"]]) for x in TRUTH["aliases"]} & {
        frozenset(p) for p in with_rules
    }


def test_the_dates_of_rename_merger_split_and_umbrella(sample):
    _, events = sample
    people = ct.participants(events)
    seen = ct.find_roster(people).set_index("actor")
    rename, merger, split = (TRUTH[what] for what in ("rename", "merger", "split"))
    assert seen.loc[rename["old"], "last"] < pd.Timestamp(rename["date"])
    assert seen.loc[rename["new"], "first"] >= pd.Timestamp(rename["date"])
    assert (seen.loc[merger["old"], "last"] < merger["date"]).all()
    month = pd.Timedelta(days=31)
    for actor, day in ((merger["new"], merger["date"]), (split["splinter"], split["date"])):
        assert pd.Timestamp(day) <= seen.loc[actor, "first"] <= pd.Timestamp(day) + month
    first, last = seen.loc[UMBRELLA["actor"], ["first", "last"]]
    assert pd.Timestamp(UMBRELLA["start"]) <= first <= pd.Timestamp(UMBRELLA["start"]) + month
    assert pd.Timestamp(UMBRELLA["end"]) - month <= last <= pd.Timestamp(UMBRELLA["end"])
    activity = ct.find_activity(people, period="year")
    years = activity[activity["actor"] == split["splinter"]]["period"].dt.year.tolist()
    assert years == [2015, 2016, 2017, 2018, 2019]  # before, it is absent, not inactive


def test_the_umbrella_carries_its_share_of_the_members_fights_with_the_state():
    # in ACLED the main actor tells who acts; GED's coalitions do not
    people = ct.participants(ct.load_sample("acled"))
    span = people["date_start"].between(UMBRELLA["start"], UMBRELLA["end"])
    army = people["actor"].str.startswith("Military Forces of Karvenia") & (people["side"] == 1)
    here = people[span & people["event_id"].isin(people.loc[army, "event_id"])]
    main = here[(here["role"] == "main") & (here["side"] == 2)]["actor"].value_counts()
    n = main.reindex([UMBRELLA["actor"], *UMBRELLA["members"]]).fillna(0).sum()
    assert within_error(main[UMBRELLA["actor"]], n, UMBRELLA["share"])


# ------------------------------------------------------------------------------- allies and rivals


@pytest.mark.parametrize("at", range(len(TRUTH["alliances"])))
def test_allies_are_listed_together_at_the_planted_rate(sample, at):
    name, events = sample
    alliance = TRUTH["alliances"][at]
    one, two = sorted(alliance["members"])
    people = without_merger(events)
    if name == "ged" and "id" not in alliance:  # listed by ACLED only
        sides = people.groupby(["event_id", "side"])["actor"].agg(set)
        assert not any({one, two} <= actors for actors in sides)
        return
    dyads = count(events, people=people, tie="cooperation", period="month")
    dyads = dyads[(dyads["actor1"] == one) & (dyads["actor2"] == two)]
    assert dyads["period"].min() >= pd.Period(alliance["start"], "M")
    assert dyads["period"].max() <= pd.Period(alliance["end"], "M")

    allowed = events["date_start"].between(alliance["start"], alliance["end"])
    allowed &= events["violence_type"].ne("one-sided").fillna(True).astype(bool)
    rows = people[people["event_id"].isin(events.loc[allowed, "event_id"])]
    # fights along the road and in the besieged town name the two sides alone
    for route in (TRUTH["front"], TRUTH["siege"]):
        names = [route["side_a"], route["side_b"]]
        road = rows[rows["actor"].isin(names)]
        road = road[road["date_start"].between(route["start"], route["end"])]
        both = road.groupby("event_id")["actor"].nunique()
        rows = rows[~rows["event_id"].isin(both.index[both == 2])]
    sides = rows.groupby(["event_id", "side"])["actor"].agg(set)
    there = [actors for actors in sides if {one, two} & actors]
    together = sum({one, two} <= actors for actors in there)
    assert within_error(together, len(there), alliance["share"]), (together, len(there))


def test_rivals_are_found_in_the_periods_planted_and_no_others(sample):
    _, events = sample
    # as recorded: a coalition is no rival of everybody its members fight
    people = without_merger(events, coalitions="whole", categories="drop")
    dyads = count(events, people=people, period="month")
    planted = {}
    for x in TRUTH["rivalries"]:
        start, end = planted.get((pair := tuple(sorted((x["a"], x["b"])))), (x["start"], x["end"]))
        planted[pair] = (min(start, x["start"]), max(end, x["end"]))
    spans = dyads.groupby(["actor1", "actor2"])["period"].agg(["min", "max"])
    for pair, (start, end) in planted.items():
        assert pair in spans.index
        assert pd.Period(start, "M") <= spans.loc[pair, "min"], pair
        assert spans.loc[pair, "max"] <= pd.Period(end, "M"), pair
    coalitions = set(ct.find_coalitions(events).query("rule == 'split'")["recorded"])
    # besides: coalitions, the umbrella, and the police against crowds and unknown groups
    others = {UMBRELLA["actor"], "Police Forces of Karvenia", *coalitions}
    assert all(pair in planted or others & set(pair) for pair in spans.index)


def test_the_two_pairs_that_change_sides(sample):
    _, events = sample
    people = without_merger(events)
    dyads = count(events, people=people, tie="both", period="month")
    for change in TRUTH["changes"]:
        one, two = sorted(change["pair"])
        pair = dyads[(dyads["actor1"] == one) & (dyads["actor2"] == two)]
        spans = pair.groupby("tie")["period"].agg(["min", "max"])
        before, after = ("cooperation", "opposition")
        if change["before"] == "rivalry":
            before, after = after, before
        assert spans.loc[before, "max"] < pd.Period(change["date"], "M") <= spans.loc[after, "min"]


def test_members_inherit_the_fights_of_their_coalition():
    """What is not recovered: split, an ally is an opponent of whom its partner fights.

    The rivalry of the Karvenian and the Steadfast Liberation Front ends in 2017, but GED lists
    Steadfast beside the Lantern Movement against the Karvenian one until 2019. As recorded the
    pair ends where it was planted.
    """
    events = ct.load_sample("ged")
    planted = next(x for x in TRUTH["rivalries"] if x["b"] == "Steadfast Liberation Front"
                   and x["kind"] == 2)  # fmt: skip
    pair = "actor1 == 'Karvenian Liberation Front' & actor2 == 'Steadfast Liberation Front'"
    members = count(events, period="month").query(pair)
    whole = ct.participants(events, coalitions="whole")
    alone = count(events, people=whole, period="month").query(pair)
    assert alone["period"].max() <= pd.Period(planted["end"], "M") < members["period"].max()
    assert members["n_events"].sum() > alone["n_events"].sum()
