"""The table of Syrian organisations: every row on a source, nothing absurd when applied."""

import re

import pandas as pd
import pytest
from conftest import REAL_DATA, REPOSITORY

from toolkit import load_ucdp_actors, load_ucdp_ged
from toolkit.actors.aliases import (
    COLUMNS,
    RELATIONS,
    VIEWS,
    apply_aliases,
    check_aliases,
    load_aliases,
)

FOLDER = REPOSITORY / "data" / "actors"
TABLE = check_aliases(
    pd.read_csv(FOLDER / "syria.csv", dtype="str", keep_default_na=False, encoding="utf-8")
)
README = (FOLDER / "README.md").read_text(encoding="utf-8")
FIELDS = {
    "NameData": "name_data",
    "NameOrig": "name_orig",
    "NameOrigFull": "name_orig_full",
    "NameOrigFullEng": "name_orig_full_eng",
    "NewName": "new_name",
    "NamePrev": "name_prev",
    "NameAlliance": "name_alliance",
    "GroupName": "group_name",
}


def test_the_table_that_ships_is_the_one_checked():
    loaded = load_aliases("syria")
    assert list(loaded.columns) == COLUMNS
    assert len(loaded) == len(TABLE)


def test_every_row_has_source_and_place_and_a_known_relation():
    assert TABLE[["source", "where"]].map(str.strip).ne("").all(axis=None)
    assert set(TABLE["relation"]) == set(RELATIONS)
    assert not TABLE.duplicated(["name", "canonical", "relation", "valid_from"]).any()
    stray = TABLE[COLUMNS[:2]].map(lambda name: name != name.strip())
    assert not stray.any(axis=None)


def test_a_place_for_every_source():
    assert (TABLE["where"].str.count("; ") == TABLE["source"].str.count("; ")).all()


def test_dates_are_plausible_and_rules_have_one():
    dates = pd.concat([TABLE["valid_from"], TABLE["valid_to"]]).dropna()
    assert dates.between("2011-01-01", "2025-12-31").all()
    dated = TABLE["relation"].isin(["rename", "merger", "umbrella", "regime"])
    assert TABLE.loc[dated, "valid_from"].notna().all()
    assert TABLE.loc[TABLE["relation"] == "alias", ["valid_from", "valid_to"]].isna().all(axis=None)
    # What ends is a membership: a merger would be followed in all years.
    assert set(TABLE.loc[TABLE["valid_to"].notna(), "relation"]) == {"umbrella"}


@pytest.mark.parametrize("what", ["month only", "year only"])
def test_a_vague_date_is_the_edge_of_its_month_or_year(what):
    rows = TABLE[TABLE["where"].str.contains(what)]
    assert len(rows)
    starts, ends = rows["valid_from"], rows["valid_to"]
    if what == "month only":
        assert (starts.dt.is_month_start | ends.dt.is_month_end).all()
    else:
        assert (starts.dt.is_year_start | ends.dt.is_year_end).all()


def test_no_name_is_under_two_rules_on_one_day():
    rules = TABLE[TABLE["relation"].isin(VIEWS["umbrella"])].fillna(
        {"valid_from": pd.Timestamp("1900-01-01"), "valid_to": pd.Timestamp("2100-01-01")}
    )
    for _, group in rules.sort_values("valid_from").groupby("name"):
        assert (group["valid_to"].shift() < group["valid_from"]).iloc[1:].all()


@pytest.mark.parametrize(
    ("name", "canonical", "relation", "start", "end"),
    [
        ("Jabhat al-Nusra", "Jabhat Fateh al-Sham", "rename", "2016-07-28", None),
        ("Jabhat Fateh al-Sham", "HTS", "merger", "2017-01-28", None),
        ("Nour al-Din al-Zenki", "HTS", "umbrella", "2017-01-28", "2017-07-19"),
        ("Ahrar al-Sham", "Syrian Liberation Front", "umbrella", "2018-02-18", "2018-07-31"),
        ("Sham Legion", "National Front for Liberation", "umbrella", "2018-05-28", None),
        ("National Front for Liberation", "SNA", "umbrella", "2019-10-04", "2025-01-29"),
        ("Tanzim Hurras ad-Din", "HTS", "split", "2018-02-27", None),
    ],
)
def test_dates_as_read(name, canonical, relation, start, end):
    row = TABLE.set_index(["name", "canonical", "relation"]).loc[(name, canonical, relation)]
    assert row["valid_from"] == pd.Timestamp(start)
    assert pd.isna(row["valid_to"]) if end is None else row["valid_to"] == pd.Timestamp(end)


def test_both_readings_of_the_operations_room_stand():
    rows = TABLE[(TABLE["name"] == "HTS") & (TABLE["canonical"] == "al-Fatah al-Mubin")]
    assert rows["valid_from"].dt.year.tolist() == [2019, 2020]
    assert rows["source"].str.contains("Al Majalla").tolist() == [False, True]


def test_a_chain_is_followed_by_date():
    names = pd.Series(["Jabhat al-Nusra"] * 3 + ["Nour al-Din al-Zenki"] * 2)
    days = ["2016-07-27", "2016-07-28", "2017-01-28", "2017-07-19", "2017-07-20"]
    dates = pd.Series(pd.to_datetime(days))
    found, _ = apply_aliases(names, dates, TABLE, view="umbrella")
    assert found.tolist() == [
        "Jabhat al-Nusra", "Jabhat Fateh al-Sham", "HTS", "HTS", "Nour al-Din al-Zenki",
    ]  # fmt: skip


def test_the_paragraphs_of_the_interview_exist():
    cited = [
        place
        for _, row in TABLE.iterrows()
        for source, place in zip(row["source"].split("; "), row["where"].split("; "), strict=True)
        if source.startswith("Al Majalla")
    ]
    assert cited
    for place in cited:
        numbers = re.findall(r"\d+", re.match(r"paragraphs? [\d and]+", place)[0])
        assert numbers
        assert all(1 <= int(number) <= 96 for number in numbers)


def test_the_readme_names_every_address_and_counts_right():
    sources = TABLE["source"]
    found = sources.str.findall(r"https?://\S+").explode().dropna()
    lines = {line.rsplit(", ", 1)[-1] for line in README.splitlines() if line.startswith("- ")}
    assert set(found.str.rstrip(";")) <= lines
    assert f"{len(TABLE)} rows" in README
    for relation, count in TABLE["relation"].value_counts().items():
        assert f"{relation} {count}" in README
    assert f"{sources.str.contains('UCDP actor list').sum()} rows cite UCDP's list" in README
    assert f"{sources.str.contains('Al Majalla').sum()} the interview" in README
    assert f"{sources.str.contains('http').sum()} a document found" in README


@pytest.mark.realdata
def test_ucdps_list_says_so():
    actors = load_ucdp_actors(REAL_DATA / "ucdp" / "ucdp-actor-221.csv")
    actors.index = actors["actor_id"].astype("str")
    for _, row in TABLE.iterrows():
        for actor, field in re.findall(r"ActorId (\d+), (\w+)", row["where"]):
            assert pd.notna(actors.loc[actor, FIELDS[field]]), row["name"]
            if row["relation"] == "split" and field == "NamePrev":
                assert row["canonical"] in actors.loc[actor, "name_prev"].split(", ")
            if field in ("NameAlliance", "GroupName"):
                assert row["canonical"] in actors.loc[actor, FIELDS[field]].split(", ")


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("view", "follow", "changed"),
    [
        ("recorded", "by_date", 0),
        ("successor", "by_date", 4),
        ("successor", "throughout", 297),
        ("umbrella", "by_date", 22),
        ("umbrella", "throughout", 315),
    ],
)
@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_ged_syria_has_nobody_on_both_sides(view, follow, changed):
    path = REAL_DATA / "ucdp" / "ged_syria_652_2016-01_2019-11.csv"
    events = load_ucdp_ged(path, version="652.1601.1911")
    sides = events.melt(["event_id", "date_start"], ["actor1", "actor2"], "side", "actor")
    people = sides.assign(actor=sides["actor"].str.split(", ")).explode("actor", ignore_index=True)
    actor, _ = apply_aliases(people["actor"], people["date_start"], TABLE, view=view, follow=follow)
    assert int((actor != people["actor"]).sum()) == changed
    per_actor = people.assign(actor=actor).groupby(["event_id", "actor"])["side"].nunique()
    assert per_actor.max() == 1
