"""Alias tables: names as rows with dates and a source. Invented organisations only."""

import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import refused

import toolkit as ct
from toolkit.actors.aliases import COLUMNS, RELATIONS, apply_aliases, check_aliases
from toolkit.errors import ColumnError, MissingDependencyError, MissingFileError, OptionError

# a spelling, then a rename, then an umbrella; a merger of two; a regime; a split
RULES = """
Reed Leage  > Reed League  : alias
Reed League > Marsh Army   : rename   2016-03-01
Marsh Army  > Delta Front  : umbrella 2016-06-01 2016-06-30
Heron       > Heron Union  : merger   2017-01-01
Otter       > Heron Union  : merger   2017-01-01
Army (2010-2015) > Army (2015-) : regime 2015-07-01
Splinter    > Reed League  : split    2015-01-01
"""


def make_rules(text=RULES, **changes):
    rows = []
    for line in text.strip().splitlines():
        names, rest = line.split(" : ")
        name, canonical = (part.strip() for part in names.split(">"))
        relation, *days = rest.split()
        rows.append([name, canonical, *[*days, "", ""][:2], relation, "Reed Gazette", "p. 1"])
    return pd.DataFrame(rows, columns=COLUMNS).assign(**changes)


def follow(pairs, rules=None, **options):
    """Return the names in a view for (name, day), and how often each rule changed one."""
    names = pd.Series([name for name, _ in pairs], dtype="str")
    dates = pd.to_datetime(pd.Series([day for _, day in pairs]))
    rules = make_rules() if rules is None else rules
    found, changed = apply_aliases(names, dates, rules, **{"view": "successor", **options})
    return found.tolist(), changed.tolist()


# ------------------------------------------------------------------------------ views and dates


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("recorded", ["Reed Leage", "Reed Leage", "Reed Leage"]),
        ("successor", ["Reed League", "Marsh Army", "Marsh Army"]),
        ("umbrella", ["Reed League", "Marsh Army", "Delta Front"]),
    ],
)
def test_a_chain_of_spelling_rename_and_umbrella(view, expected):
    pairs = [("Reed Leage", day) for day in ("2016-02-29", "2016-03-01", "2016-06-01")]
    assert follow(pairs, view=view)[0] == expected


def test_both_days_of_a_rule_are_included():
    days = ["2016-05-31", "2016-06-01", "2016-06-30", "2016-07-01"]
    found, changed = follow([("Marsh Army", day) for day in days], view="umbrella")
    assert found == ["Marsh Army", "Delta Front", "Delta Front", "Marsh Army"]
    assert changed == [0, 0, 2, 0, 0, 0, 0]


def test_throughout_an_organisation_has_its_last_name_in_all_years():
    pairs = [("Reed League", "2014-01-01"), ("Otter", "2014-01-01"), ("Army (2010-2015)", None)]
    assert follow(pairs)[0] == ["Reed League", "Otter", "Army (2010-2015)"]
    found, changed = follow(pairs, follow="throughout")
    assert found == ["Marsh Army", "Heron Union", "Army (2015-)"]
    assert changed == [0, 1, 0, 0, 1, 1, 0]
    # but a membership is only ever followed by date
    assert follow(pairs[:1], view="umbrella", follow="throughout")[0] == ["Marsh Army"]


def test_a_rule_that_holds_on_the_day_comes_before_one_that_does_not():
    rules = make_rules("A > B : merger 2016-01-01\nA > Room : umbrella 2014-01-01 2014-12-31")
    pairs = [("A", day) for day in ("2013-01-01", "2014-06-01", "2016-01-01")]
    for table in (rules, rules[::-1]):
        found, _ = follow(pairs, table, view="umbrella", follow="throughout")
        assert found == ["B", "Room", "B"]


def test_of_two_renames_the_later_gives_the_last_name():
    rules = make_rules("A > B : rename 2010-01-01 2011-12-31\nA > C : rename 2012-01-01")
    pairs = [("A", day) for day in ("2009-01-01", "2010-01-01", "2013-01-01")]
    assert follow(pairs, rules)[0] == ["A", "B", "C"]
    assert follow(pairs, rules, follow="throughout")[0] == ["C", "B", "C"]


def test_an_event_without_a_date_meets_only_rules_without_one():
    assert follow([("Reed Leage", None)])[0] == ["Reed League"]


def test_a_split_is_never_applied():
    assert follow([("Splinter", "2016-01-01")], view="umbrella", follow="throughout") == (
        ["Splinter"],
        [0] * 7,
    )


def test_index_name_and_missing_names_survive_and_nothing_is_changed():
    names = pd.Series(["Heron", None, "Heron"], index=[7, 7, 3], name="actor", dtype="str")
    dates = pd.Series(pd.to_datetime(["2017-01-01"] * 3), index=names.index)
    rules = make_rules()
    before = rules.copy(), names.copy()
    found, _ = apply_aliases(names, dates, rules, view="successor")
    expected = pd.Series(["Heron Union", None, "Heron Union"], [7, 7, 3], "str", "actor")
    pd.testing.assert_series_equal(found, expected)
    pd.testing.assert_frame_equal(rules, before[0])
    pd.testing.assert_series_equal(names, before[1])


@settings(max_examples=40)
@given(st.permutations(range(7)), st.lists(st.sampled_from(["Reed Leage", "Marsh Army", "Heron"])))
def test_the_order_of_the_rules_does_not_matter(order, names):
    pairs = [(name, "2016-06-15") for name in names]
    rules = make_rules().iloc[order]
    for how in ("by_date", "throughout"):
        expected = follow(pairs, view="umbrella", follow=how)
        found, changed = follow(pairs, rules, view="umbrella", follow=how)
        assert found == expected[0]
        assert changed == [expected[1][at] for at in order]


def test_unknown_view_and_way():
    refused(follow, [("A", None)], view="sucessor", kind=OptionError, match="'successor'")
    refused(follow, [("A", None)], follow="by date", kind=OptionError, match="'by_date'")


# ---------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "changes", "match"),
    [
        ("A > B : brother", {}, "relation 'brother'"),
        ("A > B : rename", {"source": " "}, "source ' '"),
        ("A > B : rename", {"where": ""}, "no row stands without a source"),
        ("A > B : rename", {"where": None}, "no row stands without a source"),
        ("A > B : rename 2016-13-01", {}, "valid_from '2016-13-01'"),
        ("A > B : rename 2016", {}, "year-month-day"),
        ("A > B : rename 2016-05", {}, "year-month-day"),
        ("A > B : rename 2016-05-01 2016-04-30", {}, "not before valid_from"),
        ("A > A : alias", {}, "another name than"),
        ("A > B : alias\nA > C : umbrella 2016-01-01", {}, "one rule for a name on one day"),
        (
            "A > B : umbrella 2016-01-01 2016-03-01\nA > C : umbrella 2016-03-01",
            {},
            "one rule for a name on one day",
        ),
        (
            "A > B : umbrella 2010-01-01 2019-01-01\nA > C : umbrella 2011-01-01 2011-02-01\n"
            "A > D : umbrella 2012-01-01",
            {},
            "one rule for a name on one day",
        ),
        ("A > B : alias\nB > C : rename\nC > A : merger", {}, "leads back to it"),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused(text, changes, match):
    table = make_rules(text, **changes)
    refused(check_aliases, table, kind=OptionError, match=match)
    refused(follow, [("A", "2016-01-01")], table, kind=OptionError, match=match)


def test_what_is_fine():
    # one after the other; a split beside a rename; a circle that only a split closes
    check_aliases(make_rules("A > B : umbrella 2010-01-01 2010-12-31\nA > C : umbrella 2011-01-01"))
    check_aliases(make_rules("A > B : rename 2010-01-01\nA > C : split\nB > A : split"))
    assert set(make_rules()["relation"]) == set(RELATIONS)
    # checked twice, dates stay dates
    once = check_aliases(make_rules())
    pd.testing.assert_frame_equal(check_aliases(once), once)


def test_a_column_that_is_missing():
    error = refused(check_aliases, make_rules().drop(columns="where"), kind=ColumnError)
    assert "'where'" in error.wrong


# -------------------------------------------------------------------------------------- files


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "reed.csv"
    make_rules().to_csv(path, index=False, encoding="utf-8-sig")
    table = ct.load_aliases(path)
    pd.testing.assert_frame_equal(table, check_aliases(make_rules()), check_dtype=False)
    assert table.attrs["file"] == "reed.csv"
    assert ct.source_line(table) == "Source: reed.csv"


def test_a_row_with_too_many_fields_is_not_shifted(tmp_path):
    path = tmp_path / "reed.csv"
    path.write_text(",".join(COLUMNS) + "\nA,B,,,alias,Reed Gazette, 3 May,p. 1\n")
    error = refused(ct.load_aliases, path, kind=OptionError)
    assert "reed.csv, row 1" in error.wrong


def test_tables_that_are_not_there(tmp_path):
    refused(ct.load_aliases, "siria", kind=OptionError, match="actors-syria")
    refused(ct.load_aliases, tmp_path / "no.csv", kind=MissingFileError)


# -------------------------------------------------------------------------------------- audit


def make_people(pairs):
    names, days = zip(*pairs, strict=True)
    return pd.DataFrame({"actor": names, "date_start": pd.to_datetime(list(days))})


def test_the_audit_says_what_each_rule_did():
    people = make_people(
        [("Reed Leage", "2016-02-01"), ("Reed Leage", "2016-04-01"), ("Reed League", "2016-05-01"),
         ("Heron", "2016-05-01"), ("Splinter", "2016-05-01"), ("Marsh Army", "2016-06-02")]
    )  # fmt: skip
    audit = ct.describe_aliases(people, make_rules())
    columns = ["n_recorded", "n_changed", "effect"]
    assert audit[columns].values.tolist() == [
        [2, 2, "changed rows"],
        [1, 2, "changed rows"],  # one of them came by its spelling
        [1, 0, "not part of this view"],
        [1, 0, "changed nothing"],  # recorded, but before the merger
        [0, 0, "name not recorded"],
        [0, 0, "name not recorded"],
        [1, 0, "not part of this view"],
    ]
    assert audit.loc[0, ["first", "last"]].tolist() == [
        pd.Timestamp("2016-02-01"),
        pd.Timestamp("2016-04-01"),
    ]
    assert ct.describe_aliases(people, make_rules(), view="umbrella").loc[2, "n_changed"] == 1
    throughout = ct.describe_aliases(people, make_rules(), follow="throughout")
    assert throughout["n_changed"].tolist() == [2, 3, 0, 1, 0, 0, 0]


def test_an_audit_of_names_already_followed_is_refused():
    people = make_people([("Heron", "2016-05-01")])
    people.attrs["view"] = "successor"
    refused(ct.describe_aliases, people, make_rules(), kind=OptionError, match="already followed")


# -------------------------------------------------------------------------------- look-alikes


def test_names_that_look_alike_are_suggested_most_alike_first():
    pytest.importorskip("rapidfuzz")
    names = pd.Series(["19th Division", "9th Division", "Hearth Guard", "Hearthguard",
                       "Lantern", None, "Hearthguard"])  # fmt: skip
    table = ct.find_lookalikes(names)
    assert table[["name1", "name2"]].values.tolist() == [
        ["19th Division", "9th Division"],  # alike, and two organisations
        ["Hearth Guard", "Hearthguard"],
    ]
    assert table["score"].is_monotonic_decreasing
    assert table["score"].between(88, 100).all()
    ruled = make_rules("Hearth Guard > Hearthguard : alias")
    assert ct.find_lookalikes(names, ruled)["name1"].tolist() == ["19th Division"]
    assert ct.find_lookalikes(pd.Series(["Heron", "Otter"])).empty
    assert ct.find_lookalikes(names, score=99.9).empty


def test_without_rapidfuzz_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    refused(ct.find_lookalikes, pd.Series(["A"]), kind=MissingDependencyError, match="names")
