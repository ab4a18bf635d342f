"""Spells: by hand, against a slow second implementation, and with every kind of unknown edge.

In the strings of `read`, one character a period: a digit is the count, "." is not covered, "p" a
period covered in part with 2 events, "P" one with 9. The threshold is 5.
"""

import warnings

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit as ct
from toolkit.errors import OptionError
from toolkit.provenance import stamp
from toolkit.timeseries.spells import find_spells

NA = pd.NA
COUNTS = {".": None, "p": 2, "P": 9} | {str(n): n for n in range(10)}


def read(states, *, start="2016-01", **unit):
    periods = pd.period_range(start, periods=len(states), freq="M")
    numbers = pd.array([COUNTS[s] for s in states], dtype="Int64")
    panel = pd.DataFrame(
        {**unit, "period": periods, "n_events": numbers, "fatalities": numbers * 10}
    )
    panel["covered"] = panel["n_events"].notna()
    return panel.assign(partial=[s in "pP" for s in states])


def spells_of(states, **options):
    """Return (first, last, onset, start known, end known) of each spell, places from 0."""
    found = find_spells(read(states), **{"threshold": 5, **options})
    origin = pd.Period("2016-01", "M")
    return [
        ((s.start - origin).n, (s.end - origin).n, s.onset, s.start_known, s.end_known)
        for s in found.itertuples()
    ]


def test_spells_by_hand():
    panel = read("0570690", country="Aurel")
    result = find_spells(panel, threshold=5)
    columns = "country start end duration n_events fatalities onset start_known end_known"
    assert list(result) == columns.split()
    assert result.drop(columns=["start", "end"]).astype(object).values.tolist() == [
        ["Aurel", 2, 12, 120, True, True, True],
        ["Aurel", 2, 15, 150, True, True, True],
    ]
    assert result["start"].tolist() == [pd.Period("2016-02", "M"), pd.Period("2016-05", "M")]
    assert result["end"].tolist() == [pd.Period("2016-03", "M"), pd.Period("2016-06", "M")]
    assert result["start"].dtype == result["end"].dtype == pd.PeriodDtype("M")
    assert str(result["n_events"].dtype) == "Int64"
    assert {str(result[c].dtype) for c in columns.split()[-3:]} == {"bool"}


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("550", [(0, 1, False, False, True)]),  # already so when the data begin
        ("055", [(1, 2, True, True, False)]),  # still so when they end
        ("5", [(0, 0, False, False, False)]),
        (".550", [(1, 2, False, False, True)]),
        ("055.", [(1, 2, True, True, False)]),
        ("05.50", [(1, 1, True, True, False), (3, 3, False, False, True)]),
        ("0P50", [(1, 2, True, True, True)]),  # enough in a part of the period
        ("05P50", [(1, 3, True, True, True)]),
        ("p50", [(1, 1, False, False, True)]),  # the rest of the period may have reached it
        ("05p", [(1, 1, True, True, False)]),
        ("05p50", [(1, 1, True, True, False), (3, 3, False, False, True)]),
        ("P00", [(0, 0, False, False, True)]),
        ("0440", []),
    ],
)
def test_edges(states, expected):
    assert spells_of(states) == expected


@pytest.mark.parametrize(
    ("states", "gap", "expected"),
    [
        ("0505000", 0, [(1, 1, True, True, True), (3, 3, True, True, True)]),
        ("0050500", 1, [(2, 4, True, True, True)]),
        ("0050050", 1, [(2, 2, True, True, True), (5, 5, True, True, False)]),
        ("0500500", 2, [(1, 4, False, False, False)]),  # it could go on beyond either edge
        ("000500500", 2, [(3, 6, True, True, False)]),
        ("00050.500", 2, [(3, 3, True, True, False), (6, 6, False, False, False)]),
        ("0005p5000", 2, [(3, 3, True, True, False), (5, 5, False, False, True)]),
        ("0005P5000", 2, [(3, 5, True, True, True)]),
    ],
)
def test_interruptions(states, gap, expected):
    assert spells_of(states, gap=gap) == expected


def test_what_lies_in_an_interruption_is_counted_and_lasts():
    result = find_spells(read("00514500"), threshold=5, gap=2).iloc[0]
    assert (result["duration"], result["n_events"], result["fatalities"]) == (4, 15, 150)


@pytest.mark.parametrize(
    ("states", "quiet", "onsets"),
    [
        ("0505005", 1, [True, True, True]),
        ("0505005", 2, [False, False, True]),
        ("0005005", 3, [True, False]),
        ("0.05005", 2, [False, True]),
        ("0p05005", 2, [False, True]),
    ],
)
def test_an_onset_needs_quiet_before_it(states, quiet, onsets):
    assert [onset for _, _, onset, _, _ in spells_of(states, quiet=quiet)] == onsets


def test_an_onset_needs_a_known_start():
    # one quiet month is enough, but with a gap of 2 the spell may have begun before the data
    assert spells_of("05000", gap=2, quiet=1) == [(1, 1, False, False, True)]


def test_units_are_apart_and_sorted_and_one_without_a_spell_is_not_there():
    panel = pd.concat([
        read("550", country="Boria", admin1="West"),
        read("055", country="Boria", admin1="East"),
        read("044", country="Boria", admin1="Low"),
        read("505", country="Aurel", admin1=None),
    ])  # fmt: skip
    result = find_spells(panel.sample(frac=1, random_state=0), threshold=5)
    assert result["country"].tolist() == ["Aurel", "Aurel", "Boria", "Boria"]
    assert result["admin1"].fillna("-").tolist() == ["-", "-", "East", "West"]
    assert result["duration"].tolist() == [1, 1, 2, 2]
    assert result["start"].dt.month.tolist() == [1, 3, 2, 1]
    assert result.index.tolist() == [0, 1, 2, 3]


def test_the_threshold_is_reached_by_equal_and_by_fractions():
    panel = read("0550")
    panel["n_events"] = panel["n_events"].astype("Float64") / 2
    assert len(find_spells(panel, threshold=2.5)) == 1
    assert len(find_spells(panel, threshold=2.6)) == 0
    assert find_spells(panel, threshold=0.5)["n_events"].tolist() == [5.0]
    assert len(find_spells(read("0110"))) == 1  # one event, where nothing is said


def test_a_threshold_of_deaths():
    panel = read("0123")
    result = find_spells(panel, value="fatalities", threshold=20)
    assert result[["duration", "n_events", "fatalities"]].values.tolist() == [[2, 5, 50]]


def test_deaths_that_are_not_recorded_are_not_zero():
    panel = read("0550550")
    panel.loc[1, "fatalities"] = NA
    panel.loc[4:5, "fatalities"] = NA
    events = find_spells(panel, threshold=5)
    assert events["fatalities"].astype(object).values.tolist() == [50, NA]
    deaths = find_spells(panel, value="fatalities", threshold=50)
    # in February nobody knows: the spell of March may have begun before
    assert deaths[["duration", "start_known", "end_known"]].values.tolist() == [[1, False, True]]


def test_a_number_beside_covered_false_is_not_believed():
    panel = read("055")
    panel["covered"] = [True, False, True]
    assert find_spells(panel, threshold=5)["duration"].tolist() == [1]


def test_no_spell_is_an_empty_table_of_the_same_kind():
    panel = read("0440", country="Aurel")
    none, some = find_spells(panel, threshold=5), find_spells(panel, threshold=4)
    assert len(none) == 0
    assert len(some) == 1
    assert (none.dtypes == some.dtypes).all()
    zeros = find_spells(read("0000"))
    assert len(zeros) == 0
    assert find_spells(read("5"), threshold=5)["duration"].tolist() == [1]


def test_units_of_which_nothing_is_known_are_told():
    panel = pd.concat([read("050", country="Aurel"), read("...", country="Boria")])
    with pytest.warns(ct.DataWarning, match="1 of 2 units have no n_events"):
        assert find_spells(panel)["country"].tolist() == ["Aurel"]
    with pytest.raises(OptionError, match="missing in every row"):
        find_spells(read("..."))


def test_a_smoothed_panel_is_told():
    panel = stamp(read("050"), {"smoothed": "mean of the 3 months up to each"})
    with pytest.warns(ct.DataWarning, match="smoothed"):
        find_spells(panel)


@pytest.mark.parametrize("threshold", [0, -1, "25", None, True, float("nan"), float("inf"), [5]])
def test_thresholds_that_are_not_possible(threshold):
    with pytest.raises(OptionError, match="threshold="):
        find_spells(read("050"), threshold=threshold)


@pytest.mark.parametrize(
    "wrong",
    [{"gap": -1}, {"gap": 1.0}, {"gap": True}, {"gap": "1"}, {"quiet": 0}, {"quiet": 2.5},
     {"value": "deaths"}],
)  # fmt: skip
def test_other_options_that_are_not_possible(wrong):
    with pytest.raises(OptionError, match=f"{next(iter(wrong))}="):
        find_spells(read("050"), **wrong)


def test_a_panel_that_is_not_complete():
    with pytest.raises(OptionError, match="no row for 1 months"):
        find_spells(read("050").drop(index=1))
    with pytest.raises(OptionError, match="stands twice"):
        find_spells(pd.concat([read("050"), read("050")]))


def test_the_threshold_is_a_step_and_the_panel_is_not_changed():
    panel = stamp(read("0550"), {"title": "Reed Events", "steps": "counted"})
    before = panel.copy()
    result = find_spells(panel, threshold=2.5, gap=1)
    assert result.attrs["steps"] == (
        "counted; spells of 2.5 or more n_events per month, gap 1, quiet 1"
    )
    assert ct.source_line(result) == "Source: Reed Events"
    pd.testing.assert_frame_equal(panel, before)


def walk(states, gap, quiet):
    """Find spells by walking through the periods one by one."""
    kind = ["in" if COUNTS[s] is not None and COUNTS[s] >= 5
            else "unknown" if s in ".p" else "below" for s in states]  # fmt: skip
    spells, t = [], 0
    while t < len(kind):
        if kind[t] != "in":
            t += 1
            continue
        first = last = t
        t += 1
        while t < len(kind) and kind[t] != "unknown" and t - last <= gap + 1:
            if kind[t] == "in":
                last = t
            t += 1
        spells.append((first, last))
        t = last + 1
    found = []
    for first, last in spells:
        before = after = 0
        while first - before > 0 and kind[first - before - 1] == "below":
            before += 1
        while last + after + 1 < len(kind) and kind[last + after + 1] == "below":
            after += 1
        known = before > gap
        found.append((first, last, known and before >= quiet, known, after > gap))
    return found


@given(st.text("0025.pP9", min_size=1, max_size=25), st.integers(0, 3), st.integers(1, 3))
def test_spells_are_those_of_a_slow_walk(states, gap, quiet):
    if set(states) == {"."}:
        return
    assert spells_of(states, gap=gap, quiet=quiet) == walk(states, gap, quiet)


@given(st.text("0025.pP9", min_size=1, max_size=25))
def test_spells_and_quiet_make_up_the_whole(states):
    if set(states) == {"."}:
        return
    found = find_spells(read(states), threshold=5)
    reached = [COUNTS[s] for s in states if COUNTS[s] is not None and COUNTS[s] >= 5]
    assert found["duration"].sum() == len(reached)
    assert found["n_events"].sum() == sum(reached)


def test_spells_of_the_sample_do_not_depend_on_the_order_of_rows():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.DataWarning)
        panel = ct.count_events(ct.load_sample("ged"), by=["country", "admin1"], period="quarter")
    found = find_spells(panel, value="fatalities", threshold=50, gap=1)
    mixed = find_spells(panel.sample(frac=1, random_state=3), value="fatalities",
                        threshold=50, gap=1)  # fmt: skip
    pd.testing.assert_frame_equal(found, mixed)


@pytest.mark.realdata
def test_idlib_in_2019(realdata):
    events = ct.load_ucdp_ged(realdata / "ucdp" / "ged_syria_652_2016-01_2019-11.csv")
    idlib = ct.filter_events(events, admin1="Idlib Governorate", start="2019-04-01")
    found = find_spells(ct.count_events(idlib), value="fatalities", threshold=100)
    # April to November 2019, read off the file by hand: events 37 113 83 79 101 22 29 65,
    # deaths 122 253 252 318 950 44 75 307
    numbers = found[["duration", "n_events", "fatalities", "onset", "start_known", "end_known"]]
    assert numbers.values.tolist() == [
        [5, 413, 1895, False, False, True],
        [1, 65, 307, True, True, False],
    ]
