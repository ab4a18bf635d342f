"""Several releases of the same data: the later one counts, and what changed is told."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import quiet

import toolkit as ct
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.events import CATEGORIES, make_event_table
from toolkit.provenance import COVERAGE_COLUMNS, pack_coverage, stamp


def make_release(rows, *, dataset="reed", version="", span=("2016-01-01", "2016-12-31"), **facts):
    """Make an event table from (id, day, deaths) with a source and a coverage."""
    table = pd.DataFrame(rows, columns=["event_id", "date_start", "fatalities"])
    columns = {
        **table, "date_start": pd.to_datetime(table["date_start"]), "dataset": dataset,
        "country": "Aurel", "date_precision": "day", "actor1_type": "rebel",
    }  # fmt: skip
    events = make_event_table(columns, index=table.index)
    spans = pd.DataFrame({"country": ["*"], "start": [span[0]], "end": [span[1]]})
    spans = spans.assign(start=pd.to_datetime(spans["start"]), end=pd.to_datetime(spans["end"]),
                         dataset=dataset, version=version, event_types="*", basis="x")  # fmt: skip
    record = {"dataset": dataset, "title": dataset.title(), "version": version,
              "citation": f"The {dataset} book", "licence": "CC0", "rows_left_out": "1",
              "rows_in_file": str(len(rows) + 1), "rows_kept": str(len(rows))}  # fmt: skip
    record = {k: v for k, v in record.items() if v}
    return stamp(events, record, coverage=pack_coverage(spans[COVERAGE_COLUMNS]), **facts)


OLD = [("1", "2016-03-01", 5), ("2", "2016-01-15", 0), ("3", "2016-02-01", None)]
NEW = [("4", "2016-01-02", 7), ("1", "2016-03-01", 6), ("2", "2016-01-15", 0)]


def deaths(events):
    return dict(zip(events["event_id"], events["fatalities"], strict=True))


def test_the_later_release_counts_and_the_result_is_in_the_order_of_days():
    with pytest.warns(ct.DataWarning, match="1 events differ between the tables; the last"):
        both = ct.combine_events([make_release(OLD), make_release(NEW)])
    assert both["event_id"].tolist() == ["4", "2", "3", "1"]
    assert both.index.tolist() == [0, 1, 2, 3]
    assert deaths(both) == {"4": 7, "2": 0, "3": pd.NA, "1": 6}
    back = quiet(ct.combine_events, [make_release(NEW), make_release(OLD)])
    assert deaths(back)["1"] == 5


def test_types_survive_also_where_one_table_has_fewer_levels():
    first, second = make_release(OLD), make_release(NEW)
    second["date_precision"] = second["date_precision"].cat.remove_unused_categories()
    second["actor1_type"] = second["actor1_type"].astype("str")
    both = quiet(ct.combine_events, [first, second])
    assert both.dtypes.equals(first.dtypes)
    for column, (levels, ordered) in CATEGORIES.items():
        assert both[column].cat.categories.tolist() == levels
        assert both[column].cat.ordered == ordered


@pytest.mark.filterwarnings("error::toolkit.errors.DataWarning")
def test_what_is_the_same_needs_no_warning_and_what_comes_in_is_unchanged():
    first, second = make_release(OLD), make_release(OLD).set_axis([7, 7, 8])
    before, attrs = second.copy(), dict(second.attrs)
    both = ct.combine_events(t for t in [first, second])
    assert len(both) == 3
    pd.testing.assert_frame_equal(second, before)
    assert second.attrs == attrs
    assert both.attrs["steps"] == "2 tables combined, 3 repeated events taken from the later one"


def test_the_same_id_in_two_datasets_is_two_events_and_a_warning():
    with pytest.warns(ct.DataWarning, match="several datasets"):
        both = ct.combine_events([make_release(OLD), make_release(NEW, dataset="heron")])
    assert len(both) == 6


# ------------------------------------------------------------------------------------ source


def test_the_source_of_a_combined_table_is_all_of_its_sources():
    old = make_release(OLD, version="1", file="old.csv")
    new = make_release(NEW, version="2", span=("2017-01-01", "2017-12-31"), file="new.csv")
    both = quiet(ct.combine_events, [old, new])
    assert both.attrs["file"] == "old.csv + new.csv"
    assert both.attrs["dataset"] == "reed"
    # 4 + 4 rows in the files, 3 + 3 kept, 1 + 1 left out
    assert [both.attrs[f"rows_{k}"] for k in ("in_file", "kept", "left_out")] == ["8", "6", "2"]
    assert ct.coverage(both)["version"].tolist() == ["1", "2"]
    assert all(isinstance(v, str) for v in both.attrs.values())


def test_a_version_stays_with_its_own_dataset():
    both = quiet(
        ct.combine_events, [make_release(OLD, version="25.1"), make_release(NEW, dataset="heron")]
    )
    assert ct.source_line(both) == "Source: Reed 25.1 + Heron"
    assert ct.cite(both).startswith("The reed book. Version 25.1 + The heron book. Steps: ")


def test_a_filter_of_one_table_is_not_told_of_all():
    few = ct.filter_events(make_release(OLD), end="2016-02-01")
    both = quiet(ct.combine_events, [make_release(NEW), few])
    assert both.attrs["filters"] == "none + end 2016-02-01"
    assert both.attrs["steps"].startswith("none + 3 events filtered to 2; 2 tables combined")


def test_a_table_of_unknown_source_is_admitted():
    unknown = make_release(NEW)
    unknown.attrs = {}
    both = quiet(ct.combine_events, [make_release(OLD), unknown])
    assert ct.source_line(both) == "Source: Reed; of some rows source not recorded"
    neither = quiet(ct.combine_events, [unknown, unknown])
    assert ct.source_line(neither) == "Source not recorded"
    assert ct.coverage(neither).empty


def test_an_unrecorded_filter_of_one_table_is_still_told():
    both = quiet(ct.combine_events, [make_release(OLD).head(2), make_release(NEW)])
    assert ct.source_line(both).startswith("Subset of Reed, filter not recorded")


def test_monthly_files_cover_what_they_cover_together():
    spans = [
        ("2016-01-01", "2016-01-31"),
        ("2016-02-01", "2016-02-29"),
        ("2016-04-01", "2016-04-30"),
    ]
    rows = [[("1", "2016-01-05", 1)], [("2", "2016-02-05", 2)], [("3", "2016-04-05", 3)]]
    tables = [
        make_release(r, version=str(n), span=s)
        for n, (r, s) in enumerate(zip(rows, spans, strict=True))
    ]
    panel = ct.count_events(ct.combine_events(tables), period="month")
    # March was never looked for
    assert panel["n_events"].tolist() == [1, 1, pd.NA, 1]
    assert panel["covered"].tolist() == [True, True, False, True]


# ---------------------------------------------------------------------------------- conflicts


def test_conflicts_are_listed_value_by_value():
    new = make_release(NEW)
    new.loc[new["event_id"] == "1", "admin1"] = "East"
    found = ct.find_conflicts([make_release(OLD), new])
    assert found["earlier"].isna().tolist() == [True, False]
    assert found.fillna({"earlier": "missing"}).to_numpy().tolist() == [
        ["reed", "1", "admin1", "missing", "East", 0, 1],
        ["reed", "1", "fatalities", "5", "6", 0, 1],
    ]


def test_a_value_that_goes_missing_is_a_conflict_and_missing_twice_is_none():
    old = [("1", "2016-03-01", 5), ("2", "2016-03-01", None)]
    new = [("1", "2016-03-01", None), ("2", "2016-03-01", None)]
    found = ct.find_conflicts([make_release(old), make_release(new)])
    assert found[["event_id", "column", "earlier"]].to_numpy().tolist() == [
        ["1", "fatalities", "5"]
    ]
    assert found["later"].isna().tolist() == [True]


def test_conflicts_stand_between_neighbouring_appearances():
    tables = [make_release([("1", "2016-03-01", n)]) for n in (5, 6, 6, 5)]
    tables.insert(1, make_release([("9", "2016-03-01", 1)]))
    found = ct.find_conflicts(tables)
    assert found[["earlier", "later"]].to_numpy().tolist() == [["5", "6"], ["6", "5"]]
    assert found[["earlier_table", "later_table"]].to_numpy().tolist() == [[0, 2], [3, 4]]


def test_without_conflicts_the_list_is_empty_but_has_its_columns():
    found = ct.find_conflicts([make_release(OLD), make_release(OLD)])
    assert list(found) == [
        "dataset", "event_id", "column", "earlier", "later", "earlier_table", "later_table",
    ]  # fmt: skip
    assert found.empty


@pytest.mark.parametrize("function", [ct.combine_events, ct.find_conflicts])
@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ([], EmptySelectionError, "No table was given"),
        (make_release(OLD), OptionError, "not a list of tables"),
        ([make_release(OLD), "new.csv"], OptionError, "not a list of tables"),
        ([make_release(OLD).drop(columns="event_id")], ColumnError, "no column 'event_id'"),
    ],
)
def test_what_cannot_be_combined(function, given, error, said):
    with pytest.raises(error, match=said):
        function(given)


@pytest.mark.parametrize("ids", [["row 0", "row 1", "row 2"], [None, "2", "3"]])
def test_events_without_ids_of_their_own_are_not_taken_for_each_other(ids):
    # the loaders number the rows of a file without ids: "row 0" of two files are two events
    numbered = make_release(OLD).assign(event_id=pd.Series(ids, dtype="str"))
    with pytest.raises(ColumnError, match="events without an id of their own"):
        ct.combine_events([numbered, make_release(NEW)])
    other = make_release(NEW, dataset="heron")
    assert len(quiet(ct.combine_events, [numbered, other])) == 6


releases = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3), min_size=1),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25)
@given(releases)
def test_the_last_word_on_each_event_is_kept_and_every_change_is_listed(releases):
    day = "2016-03-01"
    few = ["event_id", "dataset", "date_start", "country", "fatalities"]
    tables = [make_release([(k, day, n) for k, n in r.items()])[few] for r in releases]
    last, changes = {}, []
    for release in releases:
        changes += [k for k, n in release.items() if last.get(k, n) != n]
        last |= release
    both = quiet(ct.combine_events, tables)
    assert deaths(both) == last
    assert sorted(ct.find_conflicts(tables)["event_id"]) == sorted(changes)
    once = quiet(ct.combine_events, [both, both])
    pd.testing.assert_frame_equal(once, both)
