"""Rolling and seasonal views: windows and years that are whole, and nothing made of what is not."""

import numpy as np
import pandas as pd
import pytest

import toolkit as ct
from toolkit.errors import EmptySelectionError, OptionError
from toolkit.provenance import stamp
from toolkit.timeseries.views import rolling, seasonal

NA = pd.NA


def make_panel(counts, *, start="2016-01-01", freq="M", partial=(), **unit):
    """Make the panel of one unit; None is not covered, deaths are twice the events."""
    periods = pd.period_range(start, periods=len(counts), freq=freq)
    numbers = pd.array(counts, dtype="Int64")
    panel = pd.DataFrame(
        {**unit, "period": periods, "n_events": numbers, "fatalities": numbers * 2}
    )
    panel["covered"] = panel["n_events"].notna()
    return panel.assign(partial=[i in partial for i in range(len(counts))])


def make_series(counts, *, start="2016-01-01", freq="M"):
    return pd.Series(counts, pd.period_range(start, periods=len(counts), freq=freq), dtype=float)


def values(column):
    return column.astype(object).values.tolist()


# --------------------------------------------------------------------------- rolling


def test_a_rolling_mean_by_hand():
    panel = make_panel([3, 0, 6, 9])
    result = rolling(panel, window=3)
    assert values(result["n_events"]) == [NA, NA, 3, 5]
    assert values(result["fatalities"]) == [NA, NA, 6, 10]
    assert result["covered"].tolist() == [False, False, True, True]
    assert list(result) == list(panel)
    assert str(result["n_events"].dtype) == str(result["fatalities"].dtype) == "Float64"
    assert values(rolling(panel, window=3, centred=True)["n_events"]) == [NA, 3, 5, NA]
    assert values(rolling(panel, window=2)["n_events"]) == [NA, 1.5, 3, 7.5]


def test_a_rolling_median_by_hand():
    panel = make_panel([3, 0, 6, 9, 100])
    assert values(rolling(panel, window=3, statistic="median")["n_events"]) == [NA, NA, 3, 6, 9]
    four = rolling(panel, window=4, statistic="median")
    assert values(four["n_events"]) == [NA, NA, NA, 4.5, 7.5]


def test_a_window_needs_every_period_whole():
    panel = make_panel([1, 1, None, 1, 1, 1, 1], partial=[6])
    result = rolling(panel, window=2)
    assert values(result["n_events"]) == [NA, 1, NA, NA, 1, 1, NA]
    assert result["covered"].tolist() == [False, True, False, False, True, True, False]
    assert not result["partial"].any()


def test_deaths_that_are_not_recorded_leave_the_events():
    panel = make_panel([1, 1, 1, 1])
    panel.loc[1, "fatalities"] = NA
    result = rolling(panel, window=2)
    assert values(result["n_events"]) == [NA, 1, 1, 1]
    assert values(result["fatalities"]) == [NA, NA, NA, 2]
    assert result["covered"].tolist() == [False, True, True, True]


def test_no_window_reaches_into_another_unit_whatever_the_order_of_the_rows():
    panel = pd.concat([make_panel([1, 3, 5], country="Aurel"),
                       make_panel([10, 30, 50], country="Boria")], ignore_index=True)  # fmt: skip
    expected = rolling(panel, window=2)
    assert values(expected["n_events"]) == [NA, 2, 4, NA, 20, 40]
    mixed = panel.iloc[[5, 0, 3, 2, 1, 4]]
    result = rolling(mixed, window=2)
    pd.testing.assert_frame_equal(result.sort_index(), expected)
    assert result.index.tolist() == [5, 0, 3, 2, 1, 4]


def test_a_unit_shorter_than_the_window_is_missing_and_all_of_them_an_error():
    long = make_panel([1, 3, 5], country="Aurel")
    panel = pd.concat([long, make_panel([10, 30], country="Boria")], ignore_index=True)
    assert values(rolling(panel, window=3)["n_events"]) == [NA, NA, 3, NA, NA]
    for window in (4, 12):
        with pytest.raises(EmptySelectionError, match=f"No {window} months in a row"):
            rolling(panel, window=window)
    with pytest.raises(EmptySelectionError, match="No 3 months in a row"):
        rolling(long, window=3).pipe(rolling, window=3)


def test_after_a_peak_zeros_are_zeros():
    peak = make_panel([10**15, 1, 0, 0, 0, 0])
    assert values(rolling(peak, window=3)["n_events"])[4:] == [0, 0]


def test_fractions_and_bounds_are_smoothed_too():
    panel = make_panel([1, 2, 4]).assign(fatalities_low=[0, 1, 2])
    panel["n_events"] = panel["n_events"].astype("Float64") / 2
    result = rolling(panel, window=2)
    assert values(result["n_events"]) == [NA, 0.75, 1.5]
    assert values(result["fatalities_low"]) == [NA, 0.5, 1.5]


@pytest.mark.parametrize("window", [1, 0, -3, 2.0, "3", True, None])
def test_windows_that_are_not_possible(window):
    with pytest.raises(OptionError, match="window="):
        rolling(make_panel([1, 2, 3]), window=window)


def test_other_options_that_are_not_possible():
    panel = make_panel([1, 2, 3, 4])
    with pytest.raises(OptionError, match="window=4 is not possible"):
        rolling(panel, window=4, centred=True)
    with pytest.raises(OptionError, match="statistic='avg'"):
        rolling(panel, window=2, statistic="avg")
    with pytest.raises(OptionError, match="missing in every row"):
        rolling(make_panel([None, None]), window=2)
    with pytest.raises(OptionError, match="no row for 1 months"):
        rolling(panel.drop(index=1), window=2)
    with pytest.raises(OptionError, match="stands twice"):
        rolling(pd.concat([panel, panel]), window=2)


def test_the_window_is_a_step_and_the_panel_is_not_changed():
    panel = stamp(make_panel([1, 2, 3]), {"title": "Reed Events", "steps": "counted"})
    before = panel.copy()
    result = rolling(panel, window=3, centred=True)
    assert result.attrs["steps"] == "counted; mean of the 3 months around each"
    assert result.attrs["smoothed"] == "mean of the 3 months around each"
    assert rolling(panel, window=2).attrs["smoothed"] == "mean of the 2 months up to each"
    pd.testing.assert_frame_equal(panel, before)
    assert panel.attrs == before.attrs


def test_a_smoothed_panel_can_be_drawn():
    panel = ct.count_events(ct.load_sample("ged"), period="month")
    ax = ct.plot_series(rolling(panel, window=12), value="fatalities")
    assert "no whole window" in [t.get_text() for t in ax.get_legend().get_texts()]


# --------------------------------------------------------------------------- seasonal


def test_a_season_by_hand():
    # three years of quarters: 1 2 3 6, 1 0 3 0, 4 4 4 4
    series = make_series([1, 2, 3, 6, 1, 0, 3, 0, 4, 4, 4, 4], freq="Q-DEC")
    result = seasonal(series)
    assert list(result) == "quarter n_periods mean lower upper ratio above".split()
    assert result["quarter"].tolist() == [1, 2, 3, 4]
    assert result["n_periods"].tolist() == [3] * 4
    assert result["mean"].tolist() == pytest.approx([2, 2, 10 / 3, 10 / 3])
    assert result["lower"].tolist() == [1, 1, 3, 2]  # halfway from the lowest to the middle one
    assert result["upper"].tolist() == [2.5, 3, 3.5, 5]
    assert result["ratio"].tolist() == pytest.approx([2 / (32 / 12)] * 2 + [10 / 8] * 2)
    # the means of the years are 3, 1 and 4
    assert result["above"].tolist() == [0, 0, 1, 1]


def test_only_whole_years_are_used():
    year = list(range(1, 13))
    cut = [500] * 5 + year * 3 + [700] * 11
    result = seasonal(make_series(cut, start="2015-08-01"))
    assert result["mean"].tolist() == year
    assert result["n_periods"].tolist() == [3] * 12
    assert result["above"].tolist() == [0] * 6 + [3] * 6
    assert "by month, 3 whole years" in result.attrs.get("steps", "")


def test_a_year_with_a_hole_is_not_whole():
    counts = [1] * 12 + [9] * 3 + [None] + [9] * 8 + [1] * 24
    result = seasonal(make_panel(counts))
    assert result["mean"].tolist() == [1] * 12
    assert result["n_periods"].tolist() == [3] * 12


@pytest.mark.parametrize("years", [1, 2])
def test_one_episode_looks_like_a_season(years):
    with pytest.warns(ct.DataWarning, match=f"Only {years} whole years"):
        seasonal(make_series([1, 2, 3, 4] * years, freq="Q-DEC"))


def test_less_than_a_year_has_no_season():
    with pytest.raises(EmptySelectionError, match="No year of the series"):
        seasonal(make_series([1] * 20, start="2016-02-01"))  # February to September
    with pytest.raises(EmptySelectionError, match="No week of the series"):
        seasonal(
            make_series([1] * 12, start="2016-01-05", freq="D"), of="week"
        )  # Tuesday to Saturday


def test_weeks_follow_the_iso_calendar():
    # 4 January 2016 is the Monday of week 1; 2020 has 53 weeks, the last from 28 December
    weeks = pd.period_range("2016-01-04", "2021-01-03", freq="W-SUN")
    iso = [p.start_time.isocalendar() for p in weeks]
    result = seasonal(pd.Series([float(i.week) for i in iso], weeks))
    assert result["week"].tolist() == list(range(1, 54))
    assert result["mean"].tolist() == list(range(1, 54))
    assert result["n_periods"].tolist() == [5] * 52 + [1]
    # without the first week of 2016 and the last of 2020 three years are left
    shorter = seasonal(pd.Series(1.0, weeks[1:-1]))
    assert shorter["week"].tolist() == list(range(1, 53))
    assert shorter["n_periods"].tolist() == [3] * 52


def test_weekdays_of_whole_weeks():
    # 1 January 2016 is a Friday: three days, four weeks, and a Monday
    days = pd.period_range("2016-01-01", periods=32, freq="D")
    counts = [100] * 3 + [1, 2, 3, 4, 5, 6, 7] * 4 + [100]
    result = seasonal(pd.Series(counts, days), of="week")
    assert result["weekday"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert result["mean"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert result["ratio"].tolist() == pytest.approx([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])
    assert result["above"].tolist() == [0, 0, 0, 0, 4, 4, 4]


def test_quarters_of_another_year():
    # years that end in March: April 2016 is the first quarter of 2017
    result = seasonal(make_series([1, 2, 3, 4] * 3, start="2016-04-01", freq="Q-MAR"))
    assert result["mean"].tolist() == [1, 2, 3, 4]
    assert result["n_periods"].tolist() == [3] * 4


@pytest.mark.parametrize(
    ("freq", "of"), [("Y-DEC", "year"), ("D", "year"), ("M", "week"), ("W-SUN", "week")]
)
def test_periods_without_a_place(freq, of):
    with pytest.raises(OptionError, match=f"has no place in a {of}"):
        seasonal(make_series([1] * 40, freq=freq), of=of)


def test_a_year_without_events_has_no_ratio():
    result = seasonal(make_series([0] * 12, freq="Q-DEC"))
    assert result["ratio"].isna().all()
    assert result[["mean", "above"]].eq(0).all(axis=None)


def test_one_unit_of_a_panel_with_a_partial_end():
    panel = pd.concat([
        make_panel([1, 2, 3, 6] * 3 + [9], freq="Q-DEC", partial=[12], country="Aurel"),
        make_panel([7] * 13, freq="Q-DEC", country="Boria"),
    ])  # fmt: skip
    panel = stamp(panel, {"title": "Reed Events", "steps": "counted"})
    with pytest.warns(ct.DataWarning, match="1 quarters at the ends"):
        result = seasonal(panel, unit="Aurel", value="fatalities")
    assert result["mean"].tolist() == [2, 4, 6, 12]
    assert result.attrs["steps"] == (
        "counted; unit Aurel; fatalities by quarter, 3 whole years"
    )  # fmt: skip
    with pytest.raises(OptionError, match="2 units of the panel"):
        seasonal(panel)
    with pytest.raises(OptionError, match="of='month'"):
        seasonal(panel, unit="Boria", of="month")


def test_a_planted_season_is_found():
    rng = np.random.default_rng(5)
    rate = 20 * (1 + 0.6 * np.sin(2 * np.pi * np.arange(12) / 12))
    result = seasonal(make_series(rng.poisson(np.tile(rate, 10))))
    assert result["ratio"].tolist() == pytest.approx(rate / 20, abs=0.15)
    flat = seasonal(make_series(rng.poisson(20, 120)))
    assert flat["ratio"].between(0.8, 1.2).all()


def test_a_week_belongs_to_the_iso_week_that_holds_most_of_its_days():
    # 3 to 9 January 2016, a Sunday to a Saturday: six days of ISO week 1
    weeks = pd.period_range("2016-01-03", "2018-12-29", freq="W-SAT")
    series = pd.Series(0.0, weeks, name="n_events")
    series.iloc[0] = 1
    table = seasonal(series)
    assert table.loc[table["mean"] > 0, "week"].tolist() == [1]
