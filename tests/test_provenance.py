"""Where a table comes from: never invented, never lost without a word, flat text only."""

import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit as ct
from toolkit.errors import EmptySelectionError, OptionError
from toolkit.provenance import (
    COVERAGE_COLUMNS,
    add_step,
    cut_spans,
    find_spans,
    pack_coverage,
    read_record,
    stamp,
)

RECORD = {
    "dataset": "reed",
    "title": "Reed Events",
    "version": "3.1",
    "citation": "Heron, A. (2020). Reed Events. Journal of Nowhere 1: 1-9",
    "licence": "CC0",
    "rows_in_file": "1250",
    "rows_kept": "1248",
    "rows_left_out": "2",
}


def make_table(n=6, **facts):
    table = pd.DataFrame({"n": range(n), "kind": ["a", "b"] * (n // 2)})
    return stamp(table, RECORD, **facts)


def make_spans(*rows, version="1"):
    """Make a coverage table from (country, start, end); None for both ends is a hole."""
    spans = pd.DataFrame(rows, columns=["country", "start", "end"])
    spans["start"], spans["end"] = pd.to_datetime(spans["start"]), pd.to_datetime(spans["end"])
    spans = spans.assign(dataset="reed", version=version, event_types="*", basis="stated")
    return spans[COVERAGE_COLUMNS]


# ------------------------------------------------------------------------------------ stamp


def test_stamped_values_are_flat_text_and_none_is_dropped():
    table = make_table(accessed=None, seed=5, share=0.5)
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in table.attrs.items())
    assert table.attrs["seed"] == "5"
    assert table.attrs["rows"] == "6"
    assert "accessed" not in table.attrs


def test_stamp_leaves_the_record_and_older_tables_alone():
    record = dict(RECORD)
    first = stamp(pd.DataFrame({"n": [1]}), record)
    second = stamp(first.copy(), record, title="Other")
    assert record == RECORD
    assert first.attrs["title"] == "Reed Events"
    assert second.attrs["title"] == "Other"


def test_steps_follow_each_other():
    table = add_step(make_table(), RECORD, "one")
    table = add_step(table.copy(), read_record(table), "two", filters="kind a")
    assert table.attrs["steps"] == "one; two"
    assert table.attrs["filters"] == "kind a"


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.copy(),
        lambda t: t.assign(more=1),
        lambda t: t.sort_values("kind"),
        lambda t: t.rename(columns={"kind": "type"}),
        lambda t: t.reset_index(drop=True),
        lambda t: t[["n"]],
        lambda t: t.set_index("n"),
    ],
)
def test_what_keeps_the_rows_keeps_the_source(change):
    assert ct.source_line(change(make_table())) == "Source: Reed Events 3.1"


@pytest.mark.parametrize(
    "change",
    [lambda t: t.query("kind == 'a'"), lambda t: t[t["n"] > 2], lambda t: t.head(3)],
)
def test_a_filter_in_plain_pandas_is_admitted(change):
    few = change(make_table())
    assert ct.source_line(few) == "Subset of Reed Events 3.1, filter not recorded"
    assert "filter not recorded (6 to 3 rows)" in ct.cite(few)
    assert "filter not recorded (6 to 3 rows)" in ct.cite(few, style="methods")


def test_an_unrecorded_filter_stays_visible_after_further_steps():
    few = make_table().query("kind == 'a'")
    later = add_step(few.copy(), read_record(few), "counted")
    assert later.attrs["steps"] == "filter not recorded (6 to 3 rows); counted"
    assert ct.source_line(later).endswith("filter not recorded")


def test_rows_added_elsewhere_are_no_subset():
    more = pd.concat([make_table(), make_table()])
    assert ct.source_line(more) == "Source: Reed Events 3.1; of some rows source not recorded"
    assert "rows added, source not recorded (6 to 12 rows)" in ct.cite(more)


def test_reading_a_record_changes_nothing():
    few = make_table().head(2)
    before = dict(few.attrs)
    read_record(few)["title"] = "changed"
    assert few.attrs == before


@pytest.mark.parametrize("attrs", [{}, {"unit": "km"}, {"rows": 3}, {"steps": "x", "rows": "3"}])
def test_a_table_of_unknown_source_says_so(attrs):
    table = pd.DataFrame({"n": [1, 2, 3]})
    table.attrs = attrs
    assert ct.source_line(table) == "Source not recorded"
    assert ct.cite(table).startswith("Source not recorded: ")
    assert ct.cite(table, style="methods") == "Source not recorded."
    assert ct.coverage(table).empty


def test_values_that_are_not_text_are_not_taken_for_provenance():
    table = make_table()
    table.attrs["plan"] = {"nested": 1}
    assert "plan" not in read_record(table)


# ------------------------------------------------------------------------- source line, cite


def test_the_source_line_has_filters_and_access_date():
    table = make_table(filters="country A; start 2016-01-01", accessed="2026-01-31")
    assert ct.source_line(table) == (
        "Source: Reed Events 3.1; filtered on country A; start 2016-01-01; accessed 2026-01-31"
    )


def test_the_citation_says_all_that_is_known():
    table = make_table(
        filters="country A", accessed="2026-01-31", file="reed.csv", sha256="0123456789abcdef" * 4
    )
    assert ct.cite(table) == (
        "Heron, A. (2020). Reed Events. Journal of Nowhere 1: 1-9. Version 3.1. "
        "Accessed 2026-01-31. Filters: country A. Licence: CC0. "
        "File reed.csv (sha256 0123456789ab)."
    )


def test_a_combined_table_names_the_hash_of_each_file():
    table = make_table(file="a.csv + b.csv", sha256="1" * 64 + " + " + "2" * 64)
    assert "File a.csv + b.csv (sha256 111111111111 + 222222222222)" in ct.cite(table)


def test_the_methods_sentence_has_the_rows():
    table = add_step(make_table(), read_record(make_table()), "counted by month")
    assert ct.cite(table, style="methods") == (
        "Reed Events 3.1: 1,250 rows in the file, 1,248 kept, 2 left out. Then: counted by month."
    )


def test_the_methods_sentence_invents_no_rows():
    # a table that ships was not read row by row
    bare = stamp(pd.DataFrame({"n": [1]}), {"title": "Reed Totals", "rows_in_file": "7"})
    assert ct.cite(bare, style="methods") == "Reed Totals: 7 rows in the file."
    shipped = ct.load_table("ucdp-syria-country-year")
    assert ct.cite(shipped, style="methods") == "UCDP country-year totals, Syria 25.1."


def test_several_tables_are_cited_once_each():
    first, second = make_table(), make_table(n=4, version="4.0")
    lines = ct.cite([first, second, first.copy()]).split("\n")
    assert len(lines) == 2
    assert "Version 3.1" in lines[0]
    assert "Version 4.0" in lines[1]
    assert ct.cite(t for t in [first, second]) == "\n".join(lines)


@pytest.mark.parametrize("given", ["a file name", [1, 2], None, 5, {"a": 1}, [make_table(), "x"]])
def test_what_is_not_a_table_is_not_cited(given):
    with pytest.raises(OptionError, match="not a table"):
        ct.cite(given)


def test_nothing_is_not_cited_with_an_empty_line():
    with pytest.raises(EmptySelectionError, match="no table"):
        ct.cite([])


def test_an_unknown_style_names_those_there_are():
    with pytest.raises(OptionError, match="style='method' is not known") as caught:
        ct.cite(make_table(), style="method")
    assert caught.value.fix == "style='methods'"


# --------------------------------------------------------------------------------- coverage


def test_coverage_comes_back_as_it_was_packed():
    spans = make_spans(("*", "1989-01-01", "2018-12-31"), ("Syrra", None, None))
    table = make_table(coverage=pack_coverage(spans))
    back = ct.coverage(table)
    assert list(back) == COVERAGE_COLUMNS
    assert back["country"].tolist() == ["*", "Syrra"]
    assert back["start"].tolist() == [pd.Timestamp("1989-01-01"), pd.NaT]
    assert back["end"].isna().tolist() == [False, True]
    assert pack_coverage(back) == table.attrs["coverage"]


def test_a_hole_is_null_in_the_text_that_travels():
    # NaN is no JSON: other programs could not read it
    text = pack_coverage(make_spans(("Syrra", None, None)))
    (row,) = json.loads(text, parse_constant=pytest.fail)
    assert row["start"] is None
    assert row["end"] is None


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_what_our_functions_return_carries_flat_text_that_survives_parquet():
    events = ct.load_sample("ged")
    panel = ct.count_events(events, by="country", period="year")
    for table in (events, panel, ct.describe_events(events), ct.count_dyads(events)):
        assert all(isinstance(v, str) for v in table.attrs.values())
    kept = io.BytesIO()
    panel.drop(columns="period").to_parquet(kept)
    back = pd.read_parquet(kept)
    assert back.attrs == panel.attrs
    assert ct.coverage(back).equals(ct.coverage(panel))


days = st.dates(pd.Timestamp("1946-01-01").date(), pd.Timestamp("2030-12-31").date())
rows = st.tuples(st.sampled_from(["*", "A", "Côte, d'\"Or"]), st.none() | days, st.none() | days)


@given(st.lists(rows, max_size=6))
def test_any_coverage_survives_the_journey(rows):
    spans = make_spans(*rows)
    back = ct.coverage(make_table(coverage=pack_coverage(spans)))
    assert back["country"].tolist() == spans["country"].tolist()
    for key in ("start", "end"):
        assert pd.to_datetime(back[key]).equals(spans[key].astype(back[key].dtype))


def test_a_countrys_own_row_counts_before_the_row_for_all():
    spans = make_spans(("*", "1989-01-01", "2018-12-31"), ("A", "2010-01-01", "2012-12-31"))
    assert find_spans(spans, "A")["start"].tolist() == [pd.Timestamp("2010-01-01")]
    assert find_spans(spans, "B")["start"].tolist() == [pd.Timestamp("1989-01-01")]
    assert find_spans(spans, "B")["country"].tolist() == ["B"]


def test_own_rows_count_release_by_release():
    # release 1 leaves A out, release 2 has a special one for it, release 3 has everything
    hole = make_spans(("*", "1989-01-01", "2018-12-31"), ("A", None, None))
    special = make_spans(("A", "2016-01-01", "2019-11-30"), version="2")
    assert len(find_spans(hole, "A").dropna()) == 0
    both = find_spans(pd.concat([hole, special]), "A").dropna()
    assert both["start"].tolist() == [pd.Timestamp("2016-01-01")]
    later = make_spans(("*", "1989-01-01", "2024-12-31"), version="3")
    found = find_spans(pd.concat([special, later]), "A")
    assert sorted(found["version"]) == ["2", "3"]


def test_a_country_in_no_release_is_a_hole_and_not_everything():
    spans = make_spans(("A", "2010-01-01", "2012-12-31"))
    found = find_spans(spans, "B")
    assert found["country"].tolist() == ["B"]
    assert found[["start", "end"]].isna().all(axis=None)
    assert find_spans(spans.iloc[:0], "B").empty


def test_what_is_cut_to_nothing_becomes_a_hole():
    spans = make_spans(("*", "1989-01-01", "2018-12-31"), ("A", "2017-01-01", "2018-12-31"))
    cut = cut_spans(spans, end=pd.Timestamp("2015-12-31"))
    assert cut["end"].tolist() == [pd.Timestamp("2015-12-31"), pd.NaT]
    # were the row of A dropped, "*" would cover A from 1989
    assert find_spans(cut, "A")["start"].isna().all()
    assert cut_spans(spans).equals(spans)
