"""Panels: units and periods are told apart, and a series holds only what is covered as a whole."""

import numpy as np
import pandas as pd
import pytest

import toolkit as ct
from toolkit.errors import ColumnError, DataWarning, EmptySelectionError, OptionError
from toolkit.panels import (
    check_panel,
    check_periods,
    choose_units,
    combine_units,
    each_unit,
    period_word,
    record_of_series,
    take_series,
    trim,
    unit_columns,
    unit_names,
    whole_counts,
)
from toolkit.provenance import stamp

NA = pd.NA


def make_panel(counts, *, start="2016-01", freq="M", partial=(), **unit):
    """Make the panel of one unit; None is not covered, `partial` are positions covered in part."""
    periods = pd.period_range(start, periods=len(counts), freq=freq)
    numbers = pd.array(counts, dtype="Int64")
    panel = pd.DataFrame({"period": periods, "n_events": numbers, "fatalities": numbers * 2})
    panel["covered"] = panel["n_events"].notna()
    panel["partial"] = [i in partial for i in range(len(counts))]
    for place, (column, name) in enumerate(unit.items()):
        panel.insert(place, column, pd.Series(name, index=panel.index, dtype="object"))
    return panel


def join(*panels):
    return pd.concat(panels, ignore_index=True)


TWO = join(
    make_panel([1, 2], country="Aurel", admin1="East"),
    make_panel([3, 4], country="Boria", admin1="East"),
)

# --------------------------------------------------------------------------- units


def test_units_are_the_columns_before_the_period():
    assert unit_columns(TWO) == ["country", "admin1"]
    assert unit_columns(make_panel([1])) == []


def test_a_unit_is_named_by_what_tells_it_apart():
    assert unit_names(TWO).tolist() == ["Aurel", "Aurel", "Boria", "Boria"]
    one = TWO.iloc[:2]
    assert unit_names(one).tolist() == ["Aurel, East"] * 2
    assert unit_names(make_panel([1, 2])).tolist() == ["", ""]
    west = make_panel([1], country="Aurel", admin1="West")
    assert unit_names(join(TWO, west)).iloc[[0, 4]].tolist() == ["Aurel, East", "Aurel, West"]


@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_a_missing_part_of_a_name_is_said(kind):
    panel = join(make_panel([1], country="Aurel", admin1="East"),
                 make_panel([2], country="Aurel", admin1=None))  # fmt: skip
    panel["admin1"] = panel["admin1"].astype(kind)
    assert unit_names(panel).tolist() == ["East", "not recorded"]
    assert take_series(panel, unit="not recorded").tolist() == [2]
    assert [rows["n_events"].tolist() for rows in each_unit(panel)] == [[1], [2]]


def test_units_are_chosen_by_name_or_by_a_column_in_the_order_asked_for():
    assert choose_units(TWO, ["Boria", "Aurel"]).index.tolist() == [2, 3, 0, 1]
    assert choose_units(TWO, ["East"]).index.tolist() == [0, 1, 2, 3]
    assert choose_units(TWO, ["East", "Aurel"]).index.tolist() == [0, 1, 2, 3]  # none twice
    numbered = join(make_panel([1], gwno=652), make_panel([2], gwno=651))
    assert choose_units(numbered, ["651"]).index.tolist() == [1]


def test_an_unknown_unit_names_the_nearest_and_how_to_list_them():
    with pytest.raises(OptionError, match="no unit 'Borya'") as error:
        choose_units(TWO, ["Borya"])
    assert error.value.allowed == "did you mean 'Boria'?"
    assert eval(error.value.fix, {"panel": TWO}).shape == (2, 2)
    with pytest.raises(OptionError, match="one series without units, and unit 'East'"):
        take_series(make_panel([1, 2]), unit="East")


def test_each_unit_comes_in_the_order_of_time():
    mixed = TWO.iloc[[3, 0, 2, 1]]
    assert [rows["n_events"].tolist() for rows in each_unit(mixed)] == [[1, 2], [3, 4]]
    assert [rows.index.tolist() for rows in each_unit(mixed)] == [[0, 1], [2, 3]]
    assert [len(rows) for rows in each_unit(make_panel([1, 2, 3]))] == [3]


def test_a_category_without_rows_is_no_unit():
    panel = TWO.astype({"country": "category"}).iloc[:2]
    assert [rows["n_events"].tolist() for rows in each_unit(panel)] == [[1, 2]]


def test_a_unit_that_lacks_a_period_is_named():
    later = make_panel([5, 6], start="2016-03", country="Boria", admin1="East")
    with pytest.raises(OptionError, match="no row for 1 months of Boria, first 2016-02"):
        list(each_unit(join(TWO.drop(index=3), later)))
    with pytest.raises(OptionError, match="period 2016-01 of Aurel stands twice"):
        list(each_unit(join(TWO, TWO.iloc[[0]])))


# --------------------------------------------------------------------------- periods


@pytest.mark.parametrize(
    ("freq", "word"),
    [("D", "day"), ("W-SUN", "week"), ("W-WED", "week"), ("M", "month"), ("Q-DEC", "quarter"),
     ("Q-MAR", "quarter"), ("Y-DEC", "year"), ("Y-JUN", "year")],
)  # fmt: skip
def test_the_word_for_a_period(freq, word):
    periods = pd.period_range("2016-01-01", periods=2, freq=freq)
    assert period_word(periods) == word
    assert period_word(pd.Series(periods)) == word


@pytest.mark.parametrize("freq", ["h", "2M", "B", "min"])
def test_periods_that_are_not_counted_in(freq):
    with pytest.raises(OptionError, match=f"periods of '{freq}'"):
        period_word(pd.period_range("2016-01-04", periods=2, freq=freq))


def test_every_length_of_count_events_has_its_word():
    events = ct.load_sample("ged")
    for period in ("day", "week", "month", "quarter", "year"):
        assert period_word(ct.count_events(events, period=period)["period"]) == period


def test_a_period_that_is_missing_is_no_period():
    index = pd.PeriodIndex(["2016-01", "NaT"], freq="M")
    with pytest.raises(OptionError, match="not only periods"):
        check_periods(index)


# --------------------------------------------------------------------------- numbers


def test_only_periods_covered_as_a_whole_have_a_number():
    panel = make_panel([1, None, 3, 4], partial=[2])
    assert whole_counts(panel, "n_events").tolist() == pytest.approx([1, np.nan, np.nan, 4],
                                                                      nan_ok=True)  # fmt: skip
    # a number beside covered=False is not believed
    hidden = panel.assign(covered=False)
    assert whole_counts(hidden, "n_events").isna().all()
    without = panel.drop(columns="partial")
    assert whole_counts(without, "fatalities").tolist()[2:] == [6, 8]


def test_missing_ends_are_trimmed():
    counts = pd.Series([np.nan, 1, np.nan, 2, np.nan])
    assert trim(counts).index.tolist() == [1, 2, 3]
    assert trim(counts[[0, 2]]).empty


def test_a_panel_of_one_unit_is_a_series():
    series = take_series(make_panel([1, 0, 3], country="Aurel"), value="fatalities")
    months = pd.period_range("2016-01", periods=3, freq="M", name="period")
    expected = pd.Series([2.0, 0.0, 6.0], months, name="fatalities")
    pd.testing.assert_series_equal(series, expected)


def test_rows_in_any_order_and_under_any_index():
    panel = make_panel([1, 2, 3]).set_axis([7, 7, 7]).iloc[[2, 0, 1]]
    assert take_series(panel).tolist() == [1, 2, 3]
    assert take_series(panel.set_index("period")["n_events"]).tolist() == [1, 2, 3]


def test_ends_that_are_not_covered_are_left_out_with_a_warning():
    panel = make_panel([None, 1, 2, 3, 4], partial=[4])
    with pytest.warns(ct.DataWarning, match="^2 months at the ends"):
        series = take_series(panel)
    assert series.tolist() == [1, 2, 3]


def test_a_gap_is_an_error_or_missing():
    panel = make_panel([1, None, 3, None, 5])
    with pytest.raises(OptionError, match="2 months without a whole count, first 2016-02") as error:
        take_series(panel)
    assert eval(error.value.fix, {"panel": panel})["n_events"].tolist() == [5]
    series = take_series(panel, gaps=True)
    assert series.isna().tolist() == [False, True, False, True, False]


def test_one_unit_of_several_has_to_be_named():
    with pytest.raises(OptionError, match="2 units of the panel are meant") as error:
        take_series(TWO)
    assert error.value.fix == "unit='Aurel'"
    with pytest.raises(OptionError, match="2 units of the panel are meant"):
        take_series(TWO, unit="East")
    assert take_series(TWO, unit="Boria").tolist() == [3, 4]


def test_two_units_under_one_name_are_not_mixed():
    panel = join(make_panel([1], a="x, y", b="z"), make_panel([2], a="x", b="y, z"))
    assert unit_names(panel).nunique() == 1
    with pytest.raises(OptionError, match="stands twice"):
        take_series(panel, unit="x, y, z")
    assert take_series(panel, unit="x, y").tolist() == [1]
    assert len(list(each_unit(panel))) == 2


def test_what_is_no_series():
    with pytest.raises(OptionError, match="list is neither"):
        take_series([1, 2])
    with pytest.raises(OptionError, match="Series is neither a panel nor a series with rows"):
        take_series(pd.Series(dtype=float))
    with pytest.raises(OptionError, match="holds datetime64"):
        take_series(pd.Series([1], index=pd.to_datetime(["2016-01-01"])))
    months = pd.PeriodIndex(["2016-01", "2016-03"], freq="M")
    with pytest.raises(OptionError, match="no row for 1 months, first 2016-02"):
        take_series(pd.Series([1, 2], index=months))
    with pytest.raises(OptionError, match="period 2016-01 stands twice"):
        take_series(pd.Series([1, 2], index=months[[0, 0]]))
    with pytest.raises(OptionError, match="holds str, not numbers"):
        take_series(pd.Series(["1", "2"], index=months))
    with pytest.raises(EmptySelectionError, match="No period of the series"):
        take_series(pd.Series([NA, NA], index=months[:1].append(months[:1] + 1)))


def test_what_is_no_panel():
    panel = make_panel([1, 2])
    with pytest.raises(OptionError, match="value='deaths'"):
        check_panel(panel, "deaths")
    with pytest.raises(EmptySelectionError):
        check_panel(panel.iloc[:0], "n_events")
    with pytest.raises(OptionError, match="no column period"):
        check_panel(panel.assign(period="2016-01"), "n_events")
    with pytest.raises(ColumnError, match="'covered'"):
        check_panel(panel.drop(columns="covered"), "n_events")
    with pytest.raises(OptionError, match="missing in every row"):
        check_panel(panel.assign(n_events=NA), "n_events")
    with pytest.raises(EmptySelectionError, match="covered as a whole"):
        take_series(make_panel([1], partial=[0]))


def test_nothing_given_is_changed():
    panel = join(TWO, make_panel([None], start="2016-03", country="Aurel", admin1="East"))
    before = panel.copy()
    list(each_unit(panel))
    with pytest.warns(ct.DataWarning):
        take_series(panel, unit="Aurel")
    pd.testing.assert_frame_equal(panel, before)


def test_the_unit_chosen_is_a_step_of_the_provenance():
    panel = stamp(TWO.copy(), {"title": "Reed Events", "steps": "counted"})
    assert record_of_series(panel, "Aurel")["steps"] == "counted; unit Aurel"
    assert record_of_series(panel, None)["steps"] == "counted"
    assert record_of_series(pd.Series([1]), None) == {}


# ---------------------------------------------------------------------------- adding up units


def units_panel():
    periods = pd.PeriodIndex(["2015-01", "2015-02"] * 3, freq="M")
    return pd.DataFrame(
        {
            "country": ["Aurel", "Aurel", "Aurel", "Aurel", "Boria", "Boria"],
            "admin1": ["East", "East", "West", "West", "East", "East"],
            "period": periods,
            "n_events": pd.array([1, 2, 4, 8, 16, None], dtype="Int64"),
            "fatalities": pd.array([0, 0, 1, None, 5, None], dtype="Int64"),
            "covered": [True] * 5 + [False],
            "partial": [False, False, False, True, False, False],
        }
    )


def test_sums_of_units_are_missing_where_one_is_missing():
    panel = combine_units(units_panel())
    assert panel["n_events"].fillna(-1).tolist() == [21, -1]
    assert panel["covered"].tolist() == [True, False]
    by_country = combine_units(units_panel(), by="country")
    assert by_country["country"].tolist() == ["Aurel", "Aurel", "Boria", "Boria"]
    assert by_country["n_events"].fillna(-1).tolist() == [5, 10, 16, -1]
    assert by_country["fatalities"].fillna(-1).tolist() == [1, -1, 5, -1]
    assert by_country["partial"].tolist() == [False, True, False, False]


def test_units_of_other_periods_datasets_or_actors_are_not_added_up_in_silence():
    with pytest.raises(OptionError, match="same periods"):
        combine_units(units_panel().iloc[:-1])
    with pytest.raises(OptionError, match="by='province'"):
        combine_units(units_panel(), by="province")
    with pytest.raises(OptionError, match="Several datasets"):
        combine_units(units_panel().rename(columns={"country": "dataset"}))
    with pytest.warns(DataWarning, match="several times in the sum"):
        combine_units(units_panel().rename(columns={"admin1": "actor"}))


def test_a_sum_over_types_of_violence_is_the_count_without_them():
    events = ct.load_sample("ged")
    summed = combine_units(ct.count_events(events, by=["country", "violence_type"]), by="country")
    alone = ct.count_events(events, by="country")
    pd.testing.assert_frame_equal(summed, alone, check_like=True)


def test_units_with_other_lives_are_not_added_up_even_if_they_are_as_many():
    panel = units_panel().iloc[[0, 3]]  # one unit in January, the other in February
    with pytest.raises(OptionError, match="same periods"):
        combine_units(panel)


def test_panels_that_are_none_are_refused():
    with pytest.raises(OptionError, match="A panel is needed, not Series"):
        combine_units(units_panel()["n_events"])
    unclear = units_panel().astype({"covered": "boolean"})
    unclear.loc[0, "covered"] = pd.NA
    with pytest.raises(OptionError, match="covered is missing"):
        combine_units(unclear)
