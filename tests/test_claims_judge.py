"""Verdicts, their sums, their robustness, the appendix; and the planted propositions."""

import json
import os
import warnings
from pathlib import Path

import pandas as pd
import pytest

import toolkit as ct
import toolkit.claims as tc
from toolkit.claims.evidence import Evidence
from toolkit.claims.table import COLUMNS, read_cells
from toolkit.errors import (
    ColumnError,
    EmptySelectionError,
    FileFormatError,
    MissingFileError,
    OptionError,
)
from toolkit.sources.ucdp import load_ucdp_ged

pytestmark = pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")

YEAR = {"country": "Velmara", "start": "2001-01-01", "end": "2001-12-31"}


def claim(statistic="count", supports="count >= 10", contradicts="count < 10", **cells):
    given = {"claim_id": "c01", "paragraph": "14", "speaker": "interviewee", "claim": "it rose",
             "kind": "level", "proposition_id": "c01a", "proposition": "ten or more",
             "statistic": statistic, "measure": "events", "supports": supports,
             "contradicts": contradicts, "if_silent": "contradicts", "needs": "GED 99.1",
             "silence_reason": "deaths are recorded", **YEAR}  # fmt: skip
    return {**given, **cells}


def table(*rows):
    return read_cells(pd.DataFrame(rows))


def ged_rows(counts, *, place="Idra province", deaths=1, first="2001", **cells):
    """Return rows under some of GED's columns: so many events in each month from January."""
    days = pd.period_range(f"{first}-01", periods=len(counts), freq="M").strftime("%Y-%m-15")
    rows = []
    for day, n in zip(days, counts, strict=True):
        for _ in range(n):
            rows.append({
                "type_of_violence": "1", "side_a": "Government of Velmara", "side_b": "Orange Band",
                "adm_1": place, "country": "Velmara", "where_prec": "1", "date_prec": "1",
                "date_start": day, "date_end": day, "best": str(deaths), "low": str(deaths),
                "high": str(deaths), **cells,
            })  # fmt: skip
    return rows


HEADER = Path(ct.datasets.find_file("sample-ged")).read_text(encoding="utf-8").splitlines()[0]


def write_ged(path, rows):
    """Write rows under the 49 columns of GED, with ids."""
    full = pd.DataFrame(rows).reindex(columns=HEADER.split(","), fill_value="")
    full["id"] = range(1, len(full) + 1)
    for column, value in {"country_id": "9903", "region": "South Atlantic", "latitude": "-26",
                          "longitude": "-22", "conflict_new_id": "1", "dyad_new_id": "1",
                          "side_a_new_id": "1", "side_b_new_id": "2"}.items():  # fmt: skip
        full[column] = value
    full["year"] = full["date_start"].str[:4]
    full["conflict_name"] = full["dyad_name"] = full["side_a"] + " - " + full["side_b"]
    for deaths in ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown"):
        full[deaths] = "0"
    full["deaths_unknown"] = full["best"]
    full.to_csv(path, index=False)
    return path


def evidence(rows, tmp_path, name="mine", start="2001-01-01", end="2001-12-31"):
    path = write_ged(tmp_path / "GEDEvent_v99_1.csv", rows)
    span = {"countries": "Velmara", "start": start, "end": end}
    return tc.make_evidence(load_ucdp_ged(path, extract=span), name=name)


@pytest.fixture
def steady(tmp_path):
    """Return three events a month, in one province, all year."""
    return evidence(ged_rows([3] * 12), tmp_path)


def verdict(one, **cells):
    judged = tc.judge_claims(table(claim(**cells)), one)
    assert len(judged) == 1
    return judged.iloc[0]


# --------------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    ("supports", "contradicts", "expected"),
    [
        # 36 events, limits 25.2 to 49.8
        ("count >= 25", "count < 25", "supported"),
        ("count >= 50", "count < 50", "contradicted"),
        ("count >= 36", "count < 36", "inconclusive"),
        # what lies in neither rule is inconclusive too
        ("count >= 60", "count < 20", "inconclusive"),
        ("count < 20 or count > 60", "count >= 20 and count <= 60", "contradicted"),
    ],
)
def test_the_whole_interval_decides(steady, supports, contradicts, expected):
    found = verdict(steady, supports=supports, contradicts=contradicts)
    assert found["verdict"] == expected
    assert found["value"] == 36


def test_no_verdict_stands_without_its_evidence(steady):
    found = verdict(steady)
    assert found["evidence"] == "mine"
    assert (found["dataset"], found["version"]) == ("UCDP GED", "99.1")
    assert found["step"] == "day"
    assert found["coverage"] == "Velmara 2001-01-01 to 2001-12-31"
    assert found["estimate"] == "36 (25.2 to 49.8)"
    assert found["interval"] == "variation between months (quasi-Poisson, 95 %)"
    assert found["n_events"] == 36
    assert found["needs"] == "GED 99.1"


def test_the_result_knows_where_it_comes_from(steady, tmp_path):
    judged = tc.judge_claims(table(claim()), [steady, *tc.load_evidence()])
    cited = ct.cite(tc.summarise_claims(judged))
    assert "Sundberg" in cited
    assert "25.1" in cited
    assert (
        "judged 1 propositions of a table by mine (Velmara 2001-01-01 to 2001-12-31), UCDP" in cited
    )
    assert cited.endswith("Licence: CC BY 4.0.")


NOT_TESTABLE = [
    ({"end": "2002-01-31"},
     "it covers Velmara 2001-01-01 to 2001-12-31; needed: Velmara 2001-01-01 to 2002-01-31"),
    ({"country": "Elsewhere"},
     "it covers nothing of Elsewhere; needed: Elsewhere 2001-01-01 to 2001-12-31"),
    ({"place": "Orso province"}, "it records no place 'Orso province', or under another name"),
    ({"actor": "Blue Band"}, "it records no actor 'Blue Band', or under another name"),
    ({"event_type": "Battles"}, "it records no event type 'Battles', or under another name"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "reason"), NOT_TESTABLE)
def test_what_cannot_be_tested_says_why_and_what_would(steady, cells, reason):
    found = verdict(steady, **cells)
    assert found["verdict"] == "not testable"
    assert found["reason"] == f"{reason}. To test it: GED 99.1"
    assert found["estimate"] == ""


def test_both_windows_of_a_ratio_have_to_be_covered(steady):
    rules = {"supports": "ratio > 1", "contradicts": "ratio <= 1"}
    found = verdict(steady, statistic="ratio", base_start="2000-01-01", base_end="2000-12-31",
                    **rules)  # fmt: skip
    assert "needed: Velmara 2000-01-01 to 2000-12-31" in found["reason"]


def test_a_statistic_of_none_has_one_row_and_no_evidence(steady):
    empty = dict.fromkeys(list(COLUMNS)[list(COLUMNS).index("measure") : -1], "")
    judged = tc.judge_claims(
        table(claim(**{**empty, "statistic": "none"})), [steady, *tc.load_evidence()]
    )
    assert judged[["evidence", "verdict", "reason"]].to_numpy().tolist() == [
        ["", "not testable", "no event data hold this. To test it: GED 99.1"]
    ]


# ---------------------------------------------------------------------------------- silence


QUIET = ged_rows([3] * 6 + [0] * 6)
LATE = {"start": "2001-07-01", "end": "2001-12-31"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"if_silent": "contradicts"}, "contradicted"),
        ({"if_silent": "says nothing"}, "not testable"),
        # the number 0 is judged, whatever the coder expects it to mean
        ({"supports": "count < 10", "contradicts": "count >= 10", "if_silent": "supports"},
         "supported"),
        ({"supports": "count < 10", "contradicts": "count >= 10"}, "supported"),
        # where there is no number, silence itself is the verdict
        ({"statistic": "first", "supports": "first >= 2001-08-01",
          "contradicts": "first < 2001-08-01"}, "contradicted"),
        ({"statistic": "first", "supports": "first >= 2001-08-01",
          "contradicts": "first < 2001-08-01", "if_silent": "supports"}, "supported"),
        ({"statistic": "trend", "supports": "trend > 1", "contradicts": "trend <= 1",
          "if_silent": "says nothing"}, "not testable"),
        # 0 by 18: at most 0.23 of it
        ({"statistic": "ratio", "supports": "ratio >= 1", "contradicts": "ratio < 0.25",
          "base_start": "2001-01-01", "base_end": "2001-06-30"}, "contradicted"),
        # something by nothing is no finite number: what the silence of the base means decides
        ({"statistic": "ratio", "supports": "ratio >= 1.5", "contradicts": "ratio < 1",
          "start": "2001-01-01", "end": "2001-06-30", "base_start": "2001-07-01",
          "base_end": "2001-12-31", "if_silent": "says nothing"}, "not testable"),
        ({"statistic": "ratio", "supports": "ratio >= 1.5", "contradicts": "ratio < 1",
          "start": "2001-01-01", "end": "2001-06-30", "base_start": "2001-07-01",
          "base_end": "2001-12-31"}, "supported"),
        # of deaths in single months there is no interval, and infinity alone says nothing
        ({"statistic": "ratio", "supports": "ratio >= 1.5", "contradicts": "ratio < 1",
          "measure": "fatalities", "start": "2001-06-01", "end": "2001-06-30",
          "base_start": "2001-07-01", "base_end": "2001-07-31"}, "not testable"),
        # a rank among those who all are silent
        ({"statistic": "rank", "supports": "rank <= 1", "contradicts": "rank >= 2",
          "actor": "Orange Band", "among": "Orange Band; Government of Velmara"}, "contradicted"),
        # nothing by nothing is no number, whatever silence means
        ({"statistic": "ratio", "supports": "ratio >= 1", "contradicts": "ratio < 1",
          "start": "2001-10-01", "base_start": "2001-07-01", "base_end": "2001-09-30"},
         "not testable"),
    ],
)  # fmt: skip
def test_silence(tmp_path, cells, expected):
    found = verdict(evidence(QUIET, tmp_path), **{**LATE, **cells})
    assert found["verdict"] == expected
    if cells.get("base_start", "") > "2001-06":
        assert "nothing is recorded in " in found["reason"]
    elif cells.get("statistic") == "rank":
        assert found["reason"] == (
            "nothing is recorded in the window of any actor compared: deaths are recorded"
        )
    elif cells.get("statistic") != "ratio":
        assert found["reason"] == "nothing is recorded in the window: deaths are recorded"


def test_a_name_that_was_never_recorded_is_no_silence(tmp_path):
    found = verdict(evidence(QUIET, tmp_path), **LATE, actor="Orange band")
    assert found["verdict"] == "not testable"
    assert "or under another name" in found["reason"]


def two_countries(tmp_path):
    """Return a file whose first and last event are of Elmara, and what is between of Velmara."""
    ends = [{**ged_rows([1], first=year, country="Elmara")[0]} for year in ("2000", "2002")]
    path = write_ged(tmp_path / "mine.csv", ends + QUIET)
    return tc.make_evidence(load_ucdp_ged(path), name="mine")


def test_a_file_of_several_countries_says_whose_events_its_limits_are(tmp_path):
    one = two_countries(tmp_path)
    said = "has no event of Velmara "
    found = verdict(one, **LATE)
    assert found["verdict"] == "contradicted"
    assert found["reason"].startswith("nothing is recorded in the window: deaths are recorded; ")
    assert found["reason"].endswith(said + "after it")
    found = verdict(one)
    assert (found["verdict"], found["note"][-40:]) == (
        "inconclusive", "Velmara before it or of Velmara after it"
    )  # fmt: skip
    inside = verdict(one, start="2001-02-01", end="2001-05-31")
    assert (inside["value"], inside["note"]) == (12, "")


def test_a_span_that_is_stated_is_not_called_a_guess(tmp_path):
    assert verdict(evidence(QUIET, tmp_path), **LATE)["reason"].endswith("deaths are recorded")


def test_without_a_country_all_of_them_count(tmp_path):
    found = verdict(two_countries(tmp_path), country="", start="2000-02-01", end="2002-01-15")
    assert found["value"] == 19  # 18 of Velmara, and the last of Elmara
    found = verdict(two_countries(tmp_path), country="Elmara", start="2000-02-01",
                    end="2002-01-15")  # fmt: skip
    assert (found["value"], found["note"]) == (1, "")


# ----------------------------------------------------------------------------- kinds of evidence


def annual(deaths, name="years"):
    periods = pd.period_range("2001", periods=len(deaths), freq="Y")
    years = pd.DataFrame({"country": "Velmara", "period": periods, "violence_type": "state-based",
                          "fatalities": deaths, "fatalities_low": deaths,
                          "fatalities_high": deaths})  # fmt: skip
    return Evidence(name, years=years)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"start": "2001-02-01"}, "windows of whole years only"),
        ({"measure": "events"}, "of deaths, not of events"),
        ({"place": "Idra"}, "of whole countries"),
        ({"actor": "Orange Band"}, "of whole countries"),
        ({"violence_type": "non-state"}, "records no violence type 'non-state'"),
        ({"end": "2005-12-31"}, "it covers Velmara 2001-01-01 to 2004-12-31"),
    ],
)
def test_annual_tables_serve_whole_years_of_deaths_in_a_country(cells, reason):
    found = verdict(annual([90, 110, 40, 60]), **{"measure": "fatalities", **cells})
    assert found["verdict"] == "not testable"
    assert reason in found["reason"]


def test_annual_tables_judge_and_say_that_they_are_annual():
    rules = {"supports": "ratio > 1", "contradicts": "ratio <= 1", "statistic": "ratio"}
    found = verdict(annual([90, 110, 40, 60]), measure="fatalities", start="2003-01-01",
                    end="2004-12-31", base_start="2001-01-01", base_end="2002-12-31",
                    **rules)  # fmt: skip
    assert (found["verdict"], found["value"], found["step"]) == ("contradicted", 0.5, "year")
    assert found["interval"] == "variation between years (quasi-Poisson, 95 %)"
    # deaths of a single year scatter in a way that nobody can see
    alone = verdict(annual([90]), measure="fatalities", supports="count > 89",
                    contradicts="count <= 89")  # fmt: skip
    assert (alone["verdict"], alone["estimate"], alone["interval"]) == ("supported", "90", "none")


def test_monthly_tables_need_a_whole_month(steady):
    panel = ct.count_events(steady.events, by=["country", "admin1", "violence_type"])
    found = verdict(Evidence("tables", panel=panel), start="2001-02-02", end="2001-03-30")
    assert "no whole month lies in the window" in found["reason"]


# -------------------------------------------------------------------------------- summing up


def test_datasets_that_disagree_leave_a_proposition_open(steady):
    judged = tc.judge_claims(
        table(claim(measure="fatalities", supports="count > 50", contradicts="count <= 50")),
        [steady, annual([80]), annual([36, 40], name="other years")],
    )
    assert judged["verdict"].tolist() == ["contradicted", "supported", "contradicted"]
    found = tc.summarise_claims(judged).iloc[0]
    assert found["verdict"] == "inconclusive"
    assert found["reasons"].startswith("c01a: datasets disagree: contradicted, count 36 (")
    assert " / supported, count 80 by years" in found["reasons"]


RULES = {
    "supported": {"supports": "count >= 10", "contradicts": "count < 10"},
    "contradicted": {"supports": "count >= 100", "contradicts": "count < 100"},
    "inconclusive": {"supports": "count >= 36", "contradicts": "count < 36"},
    "not testable": {"country": "Elsewhere"},
}


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["supported", "supported"], "supported"),
        (["contradicted", "not testable"], "contradicted"),
        (["supported", "contradicted"], "mixed"),
        (["supported", "contradicted", "inconclusive"], "mixed"),
        (["supported", "inconclusive"], "inconclusive"),
        (["contradicted", "inconclusive", "not testable"], "inconclusive"),
        (["not testable", "not testable"], "not testable"),
    ],
)
def test_propositions_make_the_verdict_of_a_claim(steady, verdicts, expected):
    rows = [claim(proposition_id=f"c01{letter}", **RULES[v])
            for letter, v in zip("abc", verdicts, strict=False)]  # fmt: skip
    other = claim(claim_id="c02", proposition_id="c02a", **RULES["supported"])
    judged = tc.judge_claims(table(*rows, other), steady)
    assert judged["verdict"].tolist() == [*verdicts, "supported"]
    found = tc.summarise_claims(judged)
    assert found["claim_id"].tolist() == ["c01", "c02"]
    assert found["verdict"].tolist() == [expected, "supported"]
    assert found.loc[0, "n_tested"] == len([v for v in verdicts if v != "not testable"])


def test_a_table_with_faults_is_not_judged(steady):
    with pytest.raises(EmptySelectionError, match="no rows"):
        tc.judge_claims(table(claim()).iloc[:0], steady)
    with pytest.raises(FileFormatError, match="first in row 0: measure is not known"):
        tc.judge_claims(table(claim(measure="deaths")), steady)


def test_nothing_that_comes_in_is_changed(steady):
    claims = table(claim(), claim(proposition_id="c01b", **RULES["inconclusive"]))
    before = claims.copy(), steady.events.copy()
    tc.check_robustness(claims, steady)
    tc.judge_claims(claims, steady)
    pd.testing.assert_frame_equal(claims, before[0])
    pd.testing.assert_frame_equal(steady.events, before[1])


# -------------------------------------------------------------------------------- robustness


def test_robustness_by_hand(tmp_path):
    """Precision of place and the window alter the number: two by three combinations."""
    rows = ged_rows([1, 0, 24]) + ged_rows([0, 0, 16], where_prec="4") + ged_rows([0, 0, 0, 99])
    one = evidence(rows, tmp_path)
    march = {"start": "2001-03-01", "end": "2001-03-31"}
    claims = table(claim(supports="count >= 20", contradicts="count < 20", **march))
    found = tc.check_robustness(claims, one).iloc[0]
    # 40 in March (28.6 to 54.5) and 99 in April support; 24 exact ones (15.4 to 35.7) say nothing;
    # 0 in February contradicts, with any precision and with exact
    tried = tc.try_choices(claims, one, proposition_id="c01a")
    assert tried[["place", "window", "value", "verdict"]].to_numpy().tolist() == [
        ["any", "0", 40, "supported"],
        ["any", "-1", 0, "contradicted"],
        ["any", "1", 99, "supported"],
        ["exact", "0", 24, "inconclusive"],
        ["exact", "-1", 0, "contradicted"],
        ["exact", "1", 99, "supported"],
    ]
    assert found["verdict"] == "supported"
    assert found["robustness"] == 3 / 6
    assert found["choices"] == "place, window"
    assert found["weakest"] == "window"
    counts = ["n_combinations", "n_supported", "n_contradicted", "n_inconclusive"]
    assert found[counts].tolist() == [6, 3, 2, 1]


def test_only_what_alters_the_input_is_a_choice(steady):
    claims = table(
        claim(), claim(proposition_id="c01b", start="2001-02-01", end="2001-06-30"),
        claim(proposition_id="c01c", country="Elsewhere"),
    )  # fmt: skip
    found = tc.check_robustness(claims, steady)
    # every event is exact, every month the same, and beyond the year nothing is covered
    assert found["proposition_id"].tolist() == ["c01a", "c01b"]  # the other is not judged
    assert found["n_combinations"].tolist() == [1, 1]
    assert found["robustness"].tolist() == [1, 1]


def test_tables_offer_the_selections_and_bounds_that_they_hold(tmp_path):
    """Tables as those that ship: all events, and those placed or dated exactly."""
    rows = ged_rows(range(1, 13)) + ged_rows([2] * 12, where_prec="4", high="9")
    rows += ged_rows([1] * 12, date_prec="2")
    events = evidence(rows, tmp_path).events
    parts = [
        ct.count_events(chosen, by=["country", "admin1", "violence_type"]).assign(selection=name)
        for name, chosen in {
            "all": events,
            "exact place": ct.filter_events(events, geo_precision="exact"),
            "exact day": ct.filter_events(events, date_precision="day"),
            "exact place and day": ct.filter_events(
                events, geo_precision="exact", date_precision="day"
            ),
        }.items()
    ]
    one = Evidence("tables", panel=pd.concat(parts))
    spring = {"start": "2001-03-01", "end": "2001-05-31", "measure": "fatalities"}
    claims = table(claim(**spring), claim(proposition_id="c01b", **{**spring, "measure": "events"}))
    found = tc.check_robustness(claims, one)
    assert found["choices"].tolist() == ["place, day, deaths, window", "place, day, window"]
    assert found["n_combinations"].tolist() == [2 * 2 * 2 * 3, 2 * 2 * 3]  # low is best here
    tried = tc.try_choices(claims, one, proposition_id="c01b")
    assert tried["value"].tolist() == [
        # March to May: 3 + 4 + 5, three times 2 without a place and 1 without a day
        12 + 6 + 3, 9 + 6 + 3, 15 + 6 + 3, 12 + 6, 9 + 6, 15 + 6,
        12 + 3, 9 + 3, 15 + 3, 12, 9, 15,
    ]  # fmt: skip


def test_an_unknown_proposition_is_told(steady):
    with pytest.raises(OptionError, match="no proposition 'c01b'"):
        tc.try_choices(table(claim()), steady, proposition_id="c01b")


# ------------------------------------------------------------------------------- a newer release


def test_a_newer_release_makes_claims_testable_without_a_change(monkeypatch, tmp_path):
    claims = table(
        claim(supports="count >= 25", contradicts="count < 25"),
        claim(claim_id="c02", proposition_id="c02a", start="2002-01-01", end="2002-12-31"),
        claim(claim_id="c03", proposition_id="c03a", start="2002-02-01", end="2002-12-15",
              actor="Orange Band", place="Orso province"),
    )  # fmt: skip

    def judge():
        return tc.summarise_claims(tc.judge_claims(claims, tc.gather_evidence()))["verdict"]

    monkeypatch.delenv("TOOLKIT_EVENTS", raising=False)
    assert judge().tolist() == ["not testable"] * 3
    first = [{**ged_rows([1])[0], "date_start": "2001-01-01", "date_end": "2001-01-01"}]
    last = [{**first[0], "date_start": "2001-12-31", "date_end": "2001-12-31"}]
    old = write_ged(tmp_path / "GEDEvent_v98_1.csv", first + ged_rows([3] * 12) + last)
    monkeypatch.setenv("TOOLKIT_EVENTS", str(old))
    assert judge().tolist() == ["supported", "not testable", "not testable"]
    rows = ged_rows([3] * 13) + ged_rows([0] + [4] * 11, first="2002", place="Orso province")
    new = write_ged(tmp_path / "GEDEvent_v99_1.csv", rows)
    # this one begins and ends with its events: what it was taken from is stated behind its name
    monkeypatch.setenv("TOOLKIT_EVENTS", f"{old}{os.pathsep}{new}@2001-01-01/2002-12-31")
    assert judge().tolist() == ["supported", "supported", "supported"]
    names = [one.name for one in tc.gather_evidence()][2:]
    assert names == ["UCDP GED 98.1", "UCDP GED 99.1"]


def test_a_file_that_does_not_say_what_it_covers_is_told(monkeypatch, tmp_path):
    path = write_ged(tmp_path / "mine.csv", ged_rows([3] * 12))
    monkeypatch.setenv("TOOLKIT_EVENTS", str(path))
    found = tc.judge_claims(table(claim()), tc.gather_evidence()).iloc[-1]
    assert found["reason"].startswith(
        "it covers Velmara 2001-01-15 to 2001-12-15 (first to last event in the file)"
    )


def test_the_same_file_twice_is_two_pieces_of_evidence(monkeypatch, tmp_path):
    path = write_ged(tmp_path / "GEDEvent_v99_1.csv", ged_rows([3] * 12))
    entry = f"{path}@2001-01-01/2001-12-31"
    monkeypatch.setenv("TOOLKIT_EVENTS", os.pathsep.join([entry, entry]))
    found = tc.judge_claims(table(claim()), tc.gather_evidence())
    names = ["UCDP GED 99.1, file 1", "UCDP GED 99.1, file 2"]
    assert found["evidence"].tolist()[2:] == names
    assert found["value"].tolist()[2:] == [36, 36]


# ---------------------------------------------------------------------------------- the appendix


@pytest.fixture
def awkward(steady):
    text = "50 % of A & B_c <rose> | {fell} #1 $2 ~ ^ \\ *it*"
    return tc.judge_claims(table(claim(claim=text, proposition=text)), steady)


def test_appendix_in_html(awkward, tmp_path):
    text = tc.write_appendix(awkward, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<td>50 % of A &amp; B_c &lt;rose&gt; | {fell} #1 $2 ~ ^ \\ *it*</td>" in text
    assert "Sundberg" in text
    assert text.count("<tr>") == text.count("</tr>") == 2
    assert "not about persons" in text


def test_appendix_in_latex(awkward, tmp_path):
    text = tc.write_appendix(awkward, tmp_path / "a.tex").read_text(encoding="utf-8")
    assert (
        r"50 \% of A \& B\_c \textless{}rose\textgreater{} \textbar{} \{fell\} \#1 \$2 "
        r"\textasciitilde{} \textasciicircum{} \textbackslash{} *it*"
    ) in text
    assert "Sundberg" in text
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
    row = next(line for line in body.splitlines() if line.endswith(r"\\"))
    assert row.replace(r"\&", "").count("&") == 7  # eight columns
    # every brace that is no text has its other half
    plain = text.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")


def test_appendix_in_markdown(awkward, tmp_path):
    text = tc.write_appendix(awkward, tmp_path / "a.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert r"50 % of A \& B\_c \<rose> \| {fell} #1 \$2 \~ ^ \\ \*it\*" in lines[2]
    assert lines[1] == "|" + " --- |" * 8
    assert "Sundberg" in text


def test_appendix_of_the_summary(steady, tmp_path):
    judged = tc.judge_claims(table(claim(**RULES["inconclusive"])), steady)
    path = tc.write_appendix(tc.summarise_claims(judged), tmp_path / "a.md")
    row = path.read_text(encoding="utf-8").splitlines()[2]
    assert row.startswith(
        "| c01 | 14 | it rose | inconclusive | c01a: inconclusive, count 36 (25.2 to"
    )
    assert ", 36 events by mine |" in row


def test_what_would_test_it_is_told_once(steady, tmp_path):
    judged = tc.judge_claims(
        table(claim(country="Elsewhere")), [steady, annual([80]), annual([90], name="other")]
    )
    assert judged["reason"].str.contains("To test it: GED 99.1").all()
    (reasons,) = tc.summarise_claims(judged)["reasons"]
    assert reasons.count("To test it: GED 99.1.") == 1
    assert reasons.count("nothing of Elsewhere") == 3
    path = tc.write_appendix(judged, tmp_path / "a.md")
    assert path.read_text(encoding="utf-8").count("To test it: GED 99.1") == 1


def test_propositions_are_summed_up_one_by_one(steady):
    rows = [claim(**RULES["supported"]), claim(proposition_id="c01b", **RULES["contradicted"])]
    judged = tc.judge_claims(table(*rows), [steady, annual([80])])
    found = tc.summarise_claims(judged, by="proposition")
    columns = ["claim_id", "proposition_id", "proposition", "verdict", "n_propositions"]
    assert found[columns].to_numpy().tolist() == [
        ["c01", "c01a", "ten or more", "supported", 1],
        ["c01", "c01b", "ten or more", "contradicted", 1],
    ]
    with pytest.raises(OptionError, match="by='row'"):
        tc.summarise_claims(judged, by="row")


def test_one_event_is_one_event(tmp_path):
    judged = tc.judge_claims(table(claim()), evidence(ged_rows([1] + [0] * 11), tmp_path))
    assert ", 1 event by mine" in tc.summarise_claims(judged)["basis"][0]


def test_appendix_refuses_what_it_cannot_write(awkward, tmp_path):
    with pytest.raises(OptionError, match=r"a\.docx"):
        tc.write_appendix(awkward, tmp_path / "a.docx")
    with pytest.raises(MissingFileError, match="no folder 'there'"):
        tc.write_appendix(awkward, tmp_path / "there" / "a.md")
    with pytest.raises(ColumnError, match="proposition"):
        tc.write_appendix(pd.DataFrame({"x": [1]}), tmp_path / "a.md")
    with pytest.raises(EmptySelectionError):
        tc.write_appendix(awkward.iloc[:0], tmp_path / "a.md")


# ------------------------------------------------------------------- the planted propositions


# by what is planted in data/sample/setting.toml, not by what any draw shows
TRUE = "c01a c02a c04b c05a c06a c08a c09a c11a".split()
FALSE = "c01b c03a c04a c05b c07a c08b c10a c11b".split()


def test_the_planted_truth_stands_in_the_truth_of_the_sample():
    truth = json.loads(ct.datasets.find_file("sample-truth").read_text(encoding="utf-8"))
    assert truth["ceasefire"]["factor"] < 0.7  # c01a, c06a
    assert truth["ceasefire"]["what"].endswith("all else goes on.")  # c01b
    expected = {r["actor"]: r["ged"] for r in truth["ranking"]["expected"]}
    rebels = ["Karvenian Liberation Front", "Lantern Movement", "Front for Land, Bread and Water"]
    assert expected["Government of Karvenia"] > max(expected[r] for r in rebels)  # c05a
    assert expected["Salt Road Army"] < min(expected[r] for r in rebels)  # c05b
    by_month = truth["expected_by_month"]
    totals = {kind: sum(by_month[kind].values()) for kind in "123"}
    assert totals["3"] < 0.3 * sum(totals.values())  # c04a
    yearly = [sum(n for kind in "123" for m, n in by_month[kind].items() if m[:4] == y)
              for y in ("2012", "2016")]  # fmt: skip
    assert yearly[1] > yearly[0]  # c07a
    change = next(c for c in truth["changes"] if c["after"] == "rivalry")
    assert change["date"] == "2015-04-01"  # c08a, c11b
    assert truth["split"]["date"] < truth["merger"]["date"]  # c09a, c10a


def judge_draw(seed, folder):
    """Return the verdicts of a draw of the sample by proposition."""
    path = Path(folder) / f"draw{seed}.csv"
    ct.make_sample(seed).ged.to_csv(path, index=False)
    span = {"countries": ["Karvenia", "Elmara"], "start": "2012-01-01", "end": "2019-12-31"}
    one = tc.make_evidence(load_ucdp_ged(path, extract=span))
    judged = tc.judge_claims(tc.load_claims("sample"), one)
    return judged.set_index("proposition_id")["verdict"]


def count_right(seeds, folder):
    """Return how many verdicts on planted propositions are right, wrong or neither."""
    verdicts = pd.DataFrame({seed: judge_draw(seed, folder) for seed in seeds})
    right = pd.Series({**dict.fromkeys(TRUE, "supported"), **dict.fromkeys(FALSE, "contradicted")})
    wrong = right.map({"supported": "contradicted", "contradicted": "supported"})
    verdicts = verdicts.loc[right.index]
    return pd.DataFrame({
        "right": verdicts.eq(right, axis=0).sum(axis=1),
        "wrong": verdicts.eq(wrong, axis=0).sum(axis=1),
        "inconclusive": verdicts.eq("inconclusive").sum(axis=1),
        "not testable": verdicts.eq("not testable").sum(axis=1),
    })  # fmt: skip


def test_planted_propositions_are_judged_right_in_three_draws(tmp_path):
    counted = count_right([1, 2, 3], tmp_path)
    assert counted["wrong"].sum() == 0
    assert counted["right"].sum() >= 0.9 * 3 * len(counted)


@pytest.mark.slow
def test_planted_propositions_are_judged_right_in_fifty_draws(tmp_path):
    counted = count_right(range(1, 51), tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"verdicts of 50 draws:\n{counted.to_string()}", stacklevel=1)
    assert counted["wrong"].sum() <= 0.02 * 50 * len(counted)
    assert counted["right"].sum() >= 0.9 * 50 * len(counted)
