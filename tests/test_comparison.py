"""Counts beside published totals: every expected row by hand, invented countries."""

import pandas as pd
import pytest
from test_counts import NA, count, make_events

import toolkit as ct
from toolkit.errors import ColumnError, OptionError
from toolkit.provenance import stamp


def make_totals(values, *, column="fatalities", title="Totals"):
    table = pd.DataFrame({"country": list("ABC")[: len(values)], column: values})
    return stamp(table, {"title": title})


def test_counts_are_set_beside_what_is_published():
    ours, theirs = make_totals([5, 7, NA], title="Ours"), make_totals([5, 9], title="Theirs")
    both = ct.compare_counts(ours, theirs, on="country")
    assert both.astype(object).values.tolist() == [
        ["A", 5, 5, 0, True], ["B", 7, 9, -2, False], ["C", NA, NA, NA, False],
    ]  # fmt: skip
    assert both["equal"].dtype == bool
    assert ct.source_line(both) == "Source: Ours"
    assert both.attrs["steps"] == "compared with: Theirs"


def test_periods_are_compared_as_they_are_written():
    panel = count(make_events(), by="country", period="year")
    published = pd.DataFrame({"country": ["Boria", "Aurel", "Dunn"], "period": [2016, 2016, 2016],
                              "fatalities": [4, 10, 1]})  # fmt: skip
    both = ct.compare_counts(panel, published, on=["country", "period"])
    assert both["country"].tolist() == ["Aurel", "Boria"]
    assert both["difference"].tolist() == [-1, 0]
    other = ct.compare_counts(panel, published.rename(columns={"fatalities": "n_events"}),
                              on=["country", "period"], value="n_events")  # fmt: skip
    assert other["counted"].tolist() == [5, 3]


def test_the_order_of_the_panel_is_kept_and_nothing_is_changed():
    ours, theirs = make_totals([5, 7, 9]).iloc[[2, 0, 1]], make_totals([5, 7, 9])
    before = ours.copy()
    assert ct.compare_counts(ours, theirs, on=["country"])["country"].tolist() == ["C", "A", "B"]
    pd.testing.assert_frame_equal(ours, before)


@pytest.mark.parametrize("which", ["panel", "published"])
def test_several_rows_for_one_key_cannot_be_compared(which):
    tables = {"panel": make_totals([1, 2]), "published": make_totals([1, 2])}
    tables[which] = pd.concat([tables[which], tables[which]])
    with pytest.raises(
        OptionError, match=f"The table `{which}` has several rows for the same country"
    ):
        ct.compare_counts(*tables.values(), on=["country"])


def test_columns_that_one_of_the_tables_lacks():
    with pytest.raises(ColumnError, match="no column 'period'"):
        ct.compare_counts(make_totals([1]), make_totals([1]), on=["country", "period"])
    with pytest.raises(ColumnError, match="no column 'n_events'"):
        ct.compare_counts(make_totals([1]), make_totals([1]), on="country", value="n_events")


def test_keys_that_never_meet_are_told():
    panel = count(make_events(), by="country", period="month")
    published = pd.DataFrame({"country": ["Boria"], "period": [2016], "fatalities": [4]})
    with pytest.warns(ct.DataWarning, match="country, period may be written differently"):
        both = ct.compare_counts(panel, published, on=["country", "period"])
    assert not both["equal"].any()


def test_fractions_are_compared_as_they_are():
    ours = pd.DataFrame({"year": [1, 2, 3], "fatalities": [1.5, 0.1 + 0.2, 2.0]})
    theirs = pd.DataFrame({"year": [1, 2, 3], "fatalities": [1, 0.3, None]})
    table = ct.compare_counts(ours, theirs, on="year")
    assert table["difference"].iloc[0] == 0.5
    assert table["equal"].tolist() == [False, True, False]
    with pytest.raises(ct.ToolkitError, match="Among the numbers published is 'many'"):
        ct.compare_counts(ours, theirs.assign(fatalities="many"), on="year")
