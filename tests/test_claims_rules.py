"""Rules as ranges, and the claims table with every fault told at once."""

import math
from pathlib import Path

import pandas as pd
import pytest

import toolkit.claims as tc
from toolkit.claims.rules import Range, find_overlap, has_days, holds, read_rule
from toolkit.claims.table import COLUMNS, read_cells
from toolkit.errors import EmptySelectionError, FileFormatError, OptionError

GOOD = {
    "claim_id": "c01", "paragraph": "14", "speaker": "interviewee", "claim": "it rose",
    "kind": "level", "proposition_id": "c01a", "proposition": "twice as many", "needs": "events",
    "statistic": "ratio", "measure": "events", "country": "Velmara",
    "start": "2001-01-01", "end": "2001-02-28", "base_start": "2000-01-01",
    "base_end": "2000-02-28", "supports": "ratio >= 2", "contradicts": "ratio < 2",
    "if_silent": "says nothing", "silence_reason": "it may have been missed",
}  # fmt: skip


def claims(*changes):
    """Return a table of claims, each row the good one with changes."""
    return read_cells(pd.DataFrame([{**GOOD, **change} for change in changes]))


def faults(**change):
    found = tc.validate_claims(claims(change))
    return list(found[["column", "value", "problem"]].itertuples(index=False, name=None))


# --------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("ratio >= 1.5", [Range(1.5, math.inf)]),
        ("ratio>1.5", [Range(1.5, math.inf, False)]),
        ("trend < -5", [Range(-math.inf, -5, True, False)]),
        ("rank = 1", [Range(1, 1)]),
        ("ratio >= 0.8 and ratio <= 1.25", [Range(0.8, 1.25)]),
        ("count <= 2 or count > 9", [Range(-math.inf, 2), Range(9, math.inf, False)]),
        # 1970-01-11 is ten days after the first of January
        ("first >= 1970-01-11", [Range(10, math.inf)]),
    ],
)
def test_a_rule_is_ranges(text, ranges):
    assert list(read_rule(text).ranges) == ranges


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ratio at least 2", "is no rule"),
        ("ratio => 2", "is no rule"),
        ("2 <= ratio", "is no rule"),
        ("first >= 2020-02-30", "is no rule"),
        ("ratio > 2 and count > 1", "count and ratio"),
        ("ratio > 2 and ratio < 1", "No number can fulfil"),
        ("ratio > 2 and ratio < 2", "No number can fulfil"),
        ("", "is no rule"),
    ],
)
def test_what_is_no_rule_is_refused(text, wrong):
    with pytest.raises(OptionError) as error:
        read_rule(text)
    assert wrong in error.value.wrong


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("ratio >= 1.5", 1.5, 9, True),
        ("ratio > 1.5", 1.5, 9, False),
        ("ratio > 1.5", 1.6, math.inf, True),
        ("ratio >= 1.5", 1.4, 9, False),
        ("ratio <= 2", 0, 2, True),
        ("ratio < 2", 0, 2, False),
        ("ratio >= 1 and ratio < 3", 1, 2.9, True),
        ("ratio >= 1 and ratio < 3", 1, 3, False),
        # each of the two ranges alone has to hold the whole interval
        ("count < 2 or count > 8", 1, 9, False),
        ("count < 2 or count > 8", 9, 9, True),
    ],
)
def test_a_rule_holds_for_the_whole_interval(text, low, high, expected):
    assert holds(read_rule(text), low, high) is expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("ratio >= 1.5", "ratio < 1.5", None),
        ("ratio >= 1.5", "ratio <= 1.5", Range(1.5, 1.5)),
        ("trend > -5 and trend < 5", "trend >= 5 or trend <= -5", None),
        ("count > 5", "count < 9", Range(5, 9, False, False)),
    ],
)
def test_rules_that_exclude_each_other(one, two, expected):
    assert find_overlap(read_rule(one), read_rule(two)) == expected
    assert find_overlap(read_rule(two), read_rule(one)) == expected


def test_days_are_told_from_numbers():
    assert has_days("first < 2020-01-01")
    assert not has_days("count >= 2020")


# --------------------------------------------------------------------------------------- faults


def test_a_good_row_has_no_fault():
    assert faults() == []


def test_an_empty_statistic_needs_nothing_measured():
    nothing = dict.fromkeys(list(COLUMNS)[list(COLUMNS).index("measure") : -1], "")
    assert faults(statistic="none", **nothing) == []
    given = faults(statistic="none")
    assert ("supports", "ratio >= 2", "given, but the statistic is none") in given


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"claim_id": "1", "proposition_id": "1a"}, ("claim_id", "1", "not written as agreed")),
        ({"proposition_id": "c02a"}, ("proposition_id", "c02a", "of another claim")),
        ({"paragraph": "p. 14"}, ("paragraph", "p. 14", "not written as agreed")),
        ({"speaker": "minister"}, ("speaker", "minister", "not known")),
        ({"kind": "Level"}, ("kind", "Level", "not known")),
        ({"claim": ""}, ("claim", "", "empty")),
        ({"needs": ""}, ("needs", "", "empty")),
        ({"measure": ""}, ("measure", "", "empty")),
        ({"measure": "deaths"}, ("measure", "deaths", "not known")),
        ({"if_silent": "nothing"}, ("if_silent", "nothing", "not known")),
        ({"violence_type": "state-based; riots"}, ("violence_type", "riots", "not known")),
        ({"start": "01/02/2001"}, ("start", "01/02/2001", "not a day")),
        ({"start": "2001"}, ("start", "2001", "not a day")),
        ({"end": "2001-02-29"}, ("end", "2001-02-29", "not a day")),
        ({"end": "2000-12-31"}, ("end", "2000-12-31", "before start")),
        ({"base_end": "1999-12-31"}, ("base_end", "1999-12-31", "before base_start")),
        ({"base_start": ""}, ("base_start", "", "empty, but the statistic is ratio")),
        ({"base_end": "2001-01-01"}, ("base_start", "2000-01-01", "the two windows overlap")),
        ({"other": "X"}, ("actor", "", "empty, but other is given")),
        ({"tie": "cooperation"}, ("actor", "", "empty, but tie is given")),
        ({"place": "Idra", "country": ""}, ("country", "", "empty, but a place is given")),
        ({"among": "A; B"}, ("among", "A; B", "given for ratio")),
        ({"part_type": "one-sided"}, ("part_type", "one-sided", "given for ratio")),
        ({"external_date": "2001-01-01"}, ("external_source", "", "date or source alone")),
        ({"external_date": "2001/2002", "external_source": "x"},
         ("external_date", "2001/2002", "neither a day nor a span")),
        ({"supports": "count >= 2"}, ("supports", "count >= 2", "speaks of another statistic")),
        ({"supports": "ratio >= 2001-01-01"},
         ("supports", "ratio >= 2001-01-01", "a day or a number is needed")),
        ({"supports": "ratio ~ 2"}, ("supports", "ratio ~ 2", "'ratio ~ 2' is no rule")),
        ({"contradicts": "ratio < 3"},
         ("contradicts", "ratio < 3", "fulfilled together with supports, e.g. by 2 to 3")),
    ],
)  # fmt: skip
def test_each_fault_is_told(change, fault):
    found = faults(**change)
    assert fault in found
    assert [column for column, *_ in found if column not in change] in ([], [fault[0]])


WITHOUT_BASE = {"base_start": "", "base_end": ""}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"statistic": "share"}, ("part_type", "", "the part is not clear")),
        ({"statistic": "share", "part_type": "one-sided", "actor": "A", "other": "B"},
         ("part_type", "one-sided", "the part is not clear")),
        ({"statistic": "share", "part_type": "one-sided", "violence_type": "non-state"},
         ("part_type", "one-sided", "not in violence_type")),
        ({"statistic": "rank", "actor": "A", "among": "B; C"},
         ("among", "B; C", "does not name the actor")),
        ({"statistic": "rank", "actor": "A", "among": "A"},
         ("among", "A", "fewer than two actors")),
        ({"statistic": "lag", "actor": "A"}, ("other_place", "", "lacks an end")),
        ({"statistic": "lag", "actor": "A", "other": "B", "measure": "fatalities"},
         ("measure", "fatalities", "not for lag")),
        ({"statistic": "first", "supports": "first >= 3", "contradicts": "first < 2001-01-01"},
         ("supports", "first >= 3", "a day or a number is needed")),
    ],
)  # fmt: skip
def test_a_statistic_needs_its_columns(change, fault):
    rules = {c: GOOD[c].replace("ratio", change["statistic"]) for c in ("supports", "contradicts")}
    assert fault in faults(**{**WITHOUT_BASE, **rules, **change})


@pytest.mark.parametrize(
    ("statistic", "rule", "other", "wrong"),
    [
        ("ratio", "ratio < 0", "ratio >= 1", True),
        ("ratio", "ratio <= 0", "ratio >= 1", False),
        ("count", "count <= -1", "count >= 10", True),
        ("count", "count < 0 or count > 20", "count > 2 and count <= 5", True),
        ("count", "count < 1", "count >= 10", False),
        ("share", "share > 1", "share < 0.5", True),
        ("share", "share >= 50", "share < 0.5", True),
        ("share", "share >= 1", "share < 0.5", False),
        ("trend", "trend <= -100", "trend > 0", True),
        ("trend", "trend < -99", "trend > 0", False),
        ("rank", "rank < 1", "rank >= 2", True),
        ("rank", "rank >= 3", "rank <= 1", True),
        ("rank", "rank > 1 and rank < 2", "rank <= 1", True),
        ("rank", "rank >= 2", "rank <= 1", False),
    ],
)
def test_a_rule_that_no_value_can_fulfil_is_a_fault(statistic, rule, other, wrong):
    more = {"share": {"part_type": "one-sided"}, "rank": {"actor": "A", "among": "A; B"}}
    base = {} if statistic == "ratio" else WITHOUT_BASE
    change = {"statistic": statistic, "supports": rule, "contradicts": other, **base}
    found = faults(**change, **more.get(statistic, {}))
    assert found == ([("supports", rule, "no value can fulfil it")] if wrong else [])


def test_joined_tables_are_checked():
    joined = pd.concat([claims({}), claims({"claim": "it fell"})])
    found = tc.validate_claims(joined)
    assert found[["row", "column", "problem"]].to_numpy().tolist() == [
        [0, "proposition_id", "stands twice"],
        [0, "claim", "not as in the first row of the claim"],
    ]
    named = claims({"measure": "x"}).set_axis(["first"]).rename(columns={"kind": "sort"})
    assert tc.validate_claims(named)["row"].tolist() == [1, 1, "first"]


def test_a_column_that_stands_twice_is_told():
    table = claims({})
    table = pd.concat([table, table[["measure"]]], axis=1)
    found = tc.validate_claims(table)[["column", "problem"]].to_numpy().tolist()
    assert found == [["measure", "the column stands twice"]]


def test_days_may_be_days_of_pandas():
    table = claims({})
    table["start"] = pd.to_datetime(table["start"])
    assert tc.validate_claims(table).empty


@pytest.mark.parametrize("source", [None, ["sample"], pd.DataFrame({"claim_id": []})])
def test_what_is_no_name_and_no_path_is_told(source):
    with pytest.raises(OptionError, match="is no name of a table of claims"):
        tc.load_claims(source)


def test_folders_and_empty_files_are_told(tmp_path):
    for name in ("mine", "mine.csv"):
        (tmp_path / name).mkdir()
        with pytest.raises(OptionError, match="is a folder"):
            tc.load_claims(tmp_path / name)
    claims({}).iloc[:0].to_csv(tmp_path / "empty.csv", index=False)
    with pytest.raises(EmptySelectionError, match="no rows"):
        tc.load_claims(tmp_path / "empty.csv")


def test_all_faults_are_told_at_once_in_the_order_of_rows():
    table = claims({"measure": "x"}, {"proposition_id": "c01b", "claim": "else"}, {})
    found = tc.validate_claims(table)
    assert found[["row", "column", "problem"]].to_numpy().tolist() == [
        [0, "measure", "not known"],
        [1, "claim", "not as in the first row of the claim"],
        [2, "proposition_id", "stands twice"],
    ]


def test_columns_are_checked_by_name():
    table = claims({}).rename(columns={"measure": "mesure"})
    found = tc.validate_claims(table)[["row", "column", "problem"]].to_numpy().tolist()
    assert found == [
        [1, "measure", "the column is missing"],
        [1, "mesure", "not a column of a claims table"],
    ]


# --------------------------------------------------------------------------------------- files


def test_a_spreadsheet_saved_as_csv_is_read(tmp_path):
    """Semicolons, a byte order mark, an empty row, a day at midnight, blanks around."""
    path = tmp_path / "mine.csv"
    rows = [";".join(COLUMNS), ";".join(claims({}).iloc[0]), ";" * (len(COLUMNS) - 1)]
    second = {"proposition_id": " c01b ", "start": "2001-01-01 00:00:00"}
    rows.append(";".join(claims(second).iloc[0]))
    path.write_text("\r\n".join(rows) + "\r\n", encoding="utf-8-sig", newline="")
    found = tc.load_claims(path)
    assert found["proposition_id"].tolist() == ["c01a", "c01b"]
    assert found["start"].tolist() == ["2001-01-01", "2001-01-01"]
    assert found.index.tolist() == [2, 4]  # as in the sheet
    assert found.attrs["file"] == "mine.csv"


def test_a_real_spreadsheet_is_read(tmp_path):
    table = claims({})
    for column in ("start", "end", "base_start", "base_end"):
        table[column] = pd.to_datetime(table[column])
    table.to_excel(tmp_path / "mine.xlsx", index=False)
    found = tc.load_claims(tmp_path / "mine.xlsx")
    assert found.iloc[0].to_dict() == claims({}).iloc[0].to_dict()


def test_the_error_names_the_first_faults_and_how_to_list_all(tmp_path):
    path = tmp_path / "mine.csv"
    wrong = {"start": "1.2.2001", "speaker": "he", "kind": "x", "measure": "y"}
    claims(wrong).to_csv(path, index=False)
    with pytest.raises(FileFormatError) as error:
        tc.load_claims(path)
    assert "mine.csv has 4 faults" in error.value.wrong
    assert "row 2 (speaker='he'): not known" in error.value.wrong
    assert "start" not in error.value.wrong  # the fourth
    assert "validate_claims" in error.value.fix
    assert len(tc.validate_claims(path)) == 4


def test_an_unknown_name_is_answered_with_what_ships():
    with pytest.raises(OptionError) as error:
        tc.load_claims("sampel")
    assert "sample" in error.value.allowed


def test_every_table_that_ships_is_well_formed():
    folder = Path(__file__).resolve().parents[1] / "data" / "claims"
    names = sorted(path.stem for path in folder.glob("*.csv"))
    assert "sample" in names
    assert {name: len(tc.validate_claims(name)) for name in names} == dict.fromkeys(names, 0)
