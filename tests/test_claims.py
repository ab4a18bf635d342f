"""Evidence and the statistics of propositions, against arithmetic by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import toolkit as ct
import toolkit.claims as tc
from toolkit.claims.evidence import Evidence, check_evidence
from toolkit.claims.statistics import STATISTICS, list_subsets, read_window
from toolkit.claims.subsets import Choices, Subset, count_periods, find_gap, find_unknown
from toolkit.claims.table import COLUMNS
from toolkit.errors import EmptySelectionError, MissingFileError, OptionError
from toolkit.events import make_event_table
from toolkit.provenance import pack_coverage

pytestmark = pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
MAIN = Choices()


def make_events(rows, start="2001-01-01", end="2001-12-31", types="*"):
    """Return events of Velmara: (day, province, type, actor1, actor2, deaths), or with a dict."""
    names = ["date_start", "admin1", "violence_type", "actor1", "actor2", "fatalities"]
    cells = [{**dict(zip(names, row, strict=False)), **(row[6] if len(row) > 6 else {})}
             for row in rows]  # fmt: skip
    table = pd.DataFrame(cells)
    table["date_start"] = pd.to_datetime(table["date_start"])
    table["date_end"] = pd.to_datetime(table.get("date_end", table["date_start"]))
    table["date_end"] = table["date_end"].fillna(table["date_start"])
    table["date_precision"] = table.get("date_precision", pd.Series(dtype=str)).fillna("day")
    table["geo_precision"] = table.get("geo_precision", pd.Series(dtype=str)).fillna("exact")
    for bound in ("fatalities_low", "fatalities_high"):
        own = table.get(bound, pd.Series(dtype=float))
        table[bound] = own.reindex(table.index).fillna(table["fatalities"])
    more = {"country": "Velmara", "dataset": "ucdp-ged",
            "event_id": [str(n) for n in range(len(table))],
            "actor1_type": "rebel", "actor2_type": "rebel"}  # fmt: skip
    columns = {c: table[c] for c in table} | {k: pd.Series(v, table.index) for k, v in more.items()}
    events = make_event_table(columns, index=table.index)
    spans = pd.DataFrame({
        "dataset": "ucdp-ged", "version": "99", "country": ["Velmara"],
        "start": pd.to_datetime([start]), "end": pd.to_datetime([end]),
        "event_types": types, "basis": "stated when loaded",
    })  # fmt: skip
    events.attrs = {"title": "Velmara events", "version": "99", "coverage": pack_coverage(spans),
                    "rows": str(len(events))}  # fmt: skip
    return events


def row(statistic, **cells):
    given = {"country": "Velmara", "measure": "events", "statistic": statistic,
             "start": "2001-01-01", "end": "2001-04-30", "needs": "events", "if_silent":
             "contradicts", "silence_reason": "it would"}  # fmt: skip
    return {**dict.fromkeys(COLUMNS, ""), **given, **cells}


def estimate(evidence, statistic, choices=MAIN, **cells):
    asked = row(statistic, **cells)
    return STATISTICS[statistic](asked, evidence, choices)


def months(*counts, **cells):
    """Return events, so many in each month of 2001 from January, one death each."""
    state = ("Idra", "state-based", "Alba", "Bruno", 1, cells)
    return [(f"2001-{m:02}-15", *state) for m, n in enumerate(counts, 1) for _ in range(n)]


# counts 4 2 6 4 then 8 8 4 4: means 4 and 6
SERIES = tc.make_evidence(make_events(months(4, 2, 6, 4, 8, 8, 4, 4)))
BASE = {"start": "2001-05-01", "end": "2001-08-31", "base_start": "2001-01-01",
        "base_end": "2001-04-30"}  # fmt: skip


# --------------------------------------------------------------------------------- statistics


def test_count_by_hand():
    found = estimate(SERIES, "count")
    # 0, 4, 4 and 0 about the mean 4: 8 / 4 / 3 is below chance, so the Poisson limits hold
    low, high = stats.chi2.ppf([0.025, 0.975], [32, 34]) / 2
    assert found[:3] == pytest.approx((16, low, high))
    assert found.n_events == 16
    assert found.kind == "variation between months (quasi-Poisson, 95 %)"


def test_count_of_deaths_scatters_more():
    rows = [(f"2001-{m:02}-15", "Idra", "state-based", "Alba", "Bruno", n)
            for m, n in enumerate([10, 30, 10, 30], 1)]  # fmt: skip
    found = estimate(tc.make_evidence(make_events(rows)), "count", measure="fatalities")
    # 4 times 10^2 about the mean 20: dispersion 400 / 20 / 3
    phi = 20 / 3
    low, high = phi * stats.chi2.ppf([0.025, 0.975], [160 / phi, 160 / phi + 2]) / 2
    assert found[:3] == pytest.approx((80, low, high))
    assert found.n_events == 4


def test_a_single_month_has_the_limits_of_chance_or_none():
    one = {"start": "2001-03-01", "end": "2001-03-31"}
    found = estimate(SERIES, "count", **one)
    low, high = stats.chi2.ppf([0.025, 0.975], [12, 14]) / 2
    assert found[:3] == pytest.approx((6, low, high))
    assert "Poisson" in found.kind
    assert "the periods do not show how they vary" in found.kind
    deaths = estimate(SERIES, "count", measure="fatalities", **one)
    assert deaths[:4] == (6, 6, 6, "none")


def test_what_is_recorded_is_recorded():
    """A single event is one event: no interval of a count begins between 0 and 1."""
    evidence = tc.make_evidence(make_events(months(1, 0, 0, 0)))
    assert estimate(evidence, "count").low == 1
    nothing = estimate(evidence, "count", start="2001-02-01")
    assert nothing[:4] == (0, 0, 0, "none")
    assert nothing.silent


def test_ratio_by_hand():
    found = estimate(SERIES, "ratio", **BASE)
    # squares about the means: 8 / 4 and 16 / 6 over 6 degrees: 0.78, so binomial limits
    share = stats.binomtest(24, 40).proportion_ci(method="exact")
    limits = [p / (1 - p) for p in share]
    assert found[:3] == pytest.approx((1.5, *limits))
    assert found.n_events == 24  # of the window


def test_ratio_is_of_means_not_of_sums():
    found = estimate(SERIES, "ratio", **{**BASE, "end": "2001-06-30"})
    assert found.value == 2  # 8 a month by 4 a month


def test_ratio_with_an_empty_base_has_no_upper_limit():
    evidence = tc.make_evidence(make_events(months(0, 0, 0, 0, 3, 3, 3, 3)))
    found = estimate(evidence, "ratio", **BASE)
    assert found.value == found.high == np.inf
    # of 12 events all in the window: 0.025 ** (1 / 12) of the share
    low = 0.025 ** (1 / 12)
    assert found.low == pytest.approx(low / (1 - low))


def test_ratio_of_nothing_to_nothing_is_no_number():
    found = estimate(SERIES, "ratio", start="2001-11-01", end="2001-12-31",
                     base_start="2001-09-01", base_end="2001-10-31")  # fmt: skip
    assert np.isnan(found.value)
    assert found.note == "nothing is recorded in either window"


def test_share_of_a_type_by_hand():
    rows = months(4, 2, 6, 4) + [
        (f"2001-{m:02}-20", "Idra", "one-sided", "Alba", "Civilians", 1)
        for m in (1, 1, 1, 1, 2, 2, 3, 3)
    ]
    evidence = tc.make_evidence(make_events(rows))
    found = estimate(evidence, "share", part_type="one-sided")
    # 8 of 24; expected 8/3, 4/3, 8/3, 4/3 of 8 4 8 4: squares 16/9 4/9 4/9 16/9 by n p q
    phi = sum([16 / 9 / 8, 4 / 9 / 4, 4 / 9 / 8, 16 / 9 / 4]) / (2 / 9) / 3
    low = stats.beta.ppf(0.025, 8 / phi, 16 / phi + 1)
    high = stats.beta.ppf(0.975, 8 / phi + 1, 16 / phi)
    assert phi > 1
    assert found[:3] == pytest.approx((1 / 3, low, high))
    assert found.n_events == 24


def test_share_of_an_opponent():
    rows = [("2001-01-05", "Idra", "non-state", "Alba", other, 2)
            for other in ("Bruno", "Bruno", "Bruno", "Cato")]  # fmt: skip
    rows.append(("2001-02-05", "Idra", "non-state", "Bruno", "Cato", 2))  # not Alba's
    evidence = tc.make_evidence(make_events(rows))
    assert estimate(evidence, "share", actor="Alba", other="Bruno").value == 0.75
    assert estimate(evidence, "share", actor="Bruno", other="Alba").value == 0.75


def fit_trend(counts, per_year):
    """Return the change a year in percent, with limits, by statsmodels."""
    import statsmodels.api as sm

    X = sm.add_constant(np.arange(len(counts)) / per_year)
    fit = sm.GLM(counts, X, family=sm.families.Poisson()).fit(scale="X2")
    # scatter below chance is not believed: then scale 1
    error = fit.bse[1] / np.sqrt(min(fit.scale, 1))
    limits = fit.params[1] + stats.t.ppf([0.5, 0.025, 0.975], len(counts) - 2) * error
    return 100 * np.expm1(limits)


@pytest.mark.parametrize(
    "counts", [[8, 12, 5, 9, 4, 7, 3, 2, 4, 1, 2, 1], [20, 1, 14, 2, 9, 30, 1, 5, 2, 40, 6, 3]]
)
def test_trend_is_that_of_the_quasi_poisson_regression(counts):
    evidence = tc.make_evidence(make_events(months(*counts)))
    found = estimate(evidence, "trend", end="2001-12-31")
    assert found[:3] == pytest.approx(tuple(fit_trend(counts, 12)))


def test_trend_of_an_annual_table():
    deaths = [820, 390, 210, 90]
    years = pd.DataFrame({"country": "Velmara", "violence_type": "state-based",
                          "period": pd.period_range("2001", "2004", freq="Y"),
                          "fatalities": deaths}).assign(
        fatalities_low=deaths, fatalities_high=deaths)  # fmt: skip
    evidence = check_evidence(Evidence("years", years=years))[0]
    found = estimate(evidence, "trend", measure="fatalities", end="2004-12-31")
    assert found[:3] == pytest.approx(tuple(fit_trend(deaths, 1)))
    assert -55 < found.value < -45  # deaths about halve every year
    assert found.kind == "variation between years (quasi-Poisson, 95 %)"
    assert np.isnan(found.n_events)


def test_trend_needs_four_whole_periods():
    found = estimate(SERIES, "trend", start="2001-01-02", end="2001-04-30")
    assert np.isnan(found.value)
    assert found.note == "3 whole periods, 4 are needed"


def test_rank_by_hand():
    pairs = {"Alba": 6, "Bruno": 3, "Cato": 3, "Dora": 1}
    rows = [(f"2001-{m:02}-05", "Idra", "non-state", name, "Foe", 1)
            for m in range(1, 7) for name, n in pairs.items() for _ in range(n)]  # fmt: skip
    evidence = tc.make_evidence(make_events(rows))
    among = {"among": "Alba; Bruno; Cato; Dora", "end": "2001-06-30"}
    # every month is the same, so that every draw is: equals share the better rank, 2 to 3
    assert estimate(evidence, "rank", actor="Alba", **among)[:3] == (1, 1, 1)
    assert estimate(evidence, "rank", actor="Bruno", **among)[:3] == (2, 2, 3)
    found = estimate(evidence, "rank", actor="Dora", **among)
    assert found[:3] == (4, 4, 4)
    assert "resampling in blocks of 3 months" in found.kind
    assert found.n_events == 6
    assert found.note == "Alba 36, Bruno 18, Cato 18, Dora 6"


def test_rank_that_rests_on_one_month_is_open():
    rows = [("2001-01-05", "Idra", "non-state", "Alba", "Foe", 1)] * 20
    rows += [(f"2001-{m:02}-05", "Idra", "non-state", "Bruno", "Foe", 1) for m in range(1, 13)]
    evidence = tc.make_evidence(make_events(rows))
    found = estimate(evidence, "rank", actor="Alba", among="Alba; Bruno", end="2001-12-31")
    assert found[:3] == (1, 1, 2)


def test_rank_counts_alternative_names_together():
    rows = [("2001-01-05", "Idra", "non-state", n, "Foe", 1) for n in ("Old", "New", "Alba")]
    evidence = tc.make_evidence(make_events(rows))
    found = estimate(evidence, "rank", actor="Old | New", among="Alba; Old | New")
    # all is in January, which (3 / 4) ** 4 of the draws are without: then both have nothing
    assert found[:4] == (1, 1, 2, "resampling in blocks of 1 month (95 %)")
    alone = estimate(evidence, "rank", actor="Alba", among="Alba; Old | New", end="2001-01-31")
    assert alone[:4] == (2, 2, 2, "none")  # a single month cannot be drawn from


@pytest.mark.parametrize(
    ("months_of_alba", "n_months", "high"),
    [
        # Alba is ahead where one of its months is drawn: 1 - (1 / 3) ** 3 is 0.963 of the draws,
        # below 0.975; 1 - (1 / 4) ** 4 is 0.996; 1 - (3 / 5) ** 5 is 0.922
        ((1, 2), 3, 2),
        ((1, 2, 3), 4, 1),
        ((1, 2), 5, 2),
        ((1, 2, 3), 5, 1),
    ],
)
def test_limits_of_a_rank_are_what_97_in_100_draws_say(months_of_alba, n_months, high):
    rows = [(f"2001-{m:02}-05", "Idra", "non-state", "Alba", "Foe", 1) for m in months_of_alba]
    rows += [("2001-12-05", "Idra", "non-state", "Bruno", "Foe", 1)]
    evidence = tc.make_evidence(make_events(rows))
    end = str(pd.Period(f"2001-{n_months:02}").end_time.date())
    cells = {"among": "Alba; Bruno", "end": end}
    assert estimate(evidence, "rank", actor="Alba", **cells)[:3] == (1, 1, high)
    found = estimate(evidence, "rank", actor="Bruno", **cells)
    assert found[:3] == (2, 3 - high, 2)
    assert found.silent
    assert found.note == (
        f"nothing is recorded of Bruno in the window (Alba {len(months_of_alba)}, Bruno 0)"
    )


def test_rank_where_nobody_is_recorded_is_no_number():
    evidence = tc.make_evidence(make_events(months(2, 0, 0)))
    found = estimate(evidence, "rank", actor="Alba", among="Alba; Bruno", start="2001-02-01")
    assert np.isnan(found.value)
    assert found.silent
    assert found.note == "nothing is recorded in the window of any actor compared"


def test_share_that_is_nothing_or_all_shows_no_variation():
    rows = [*months(3, 3), ("2001-03-05", "Idra", "one-sided", "Alba", "Civilians", 4)]
    evidence = tc.make_evidence(make_events(rows))
    none = {"part_type": "one-sided", "end": "2001-02-28"}
    # deaths come several to an event: chance is no guide to them
    deaths = estimate(evidence, "share", measure="fatalities", **none)
    assert deaths[:4] == (0, 0, 0, "none")
    every = estimate(evidence, "share", measure="fatalities", part_type="state-based",
                     end="2001-02-28")  # fmt: skip
    assert every[:4] == (1, 1, 1, "none")
    found = estimate(evidence, "share", **none)
    # none of 6 by chance alone
    assert found[:3] == pytest.approx((0, 0, 1 - 0.025 ** (1 / 6)))
    assert "chance alone" in found.kind


DAYS = [
    ("2001-02-10", "Idra", "non-state", "Alba", "Bruno", 1,
     {"date_end": "2001-02-14", "date_precision": "days"}),
    ("2001-02-12", "Orso", "non-state", "Alba", "Cato", 1),
    ("2001-03-01", "Orso", "non-state", "Cato", "Bruno", 1, {"date_precision": "month"}),
]  # fmt: skip
JANUARY = pd.Timestamp("1970-01-01")


def days(*texts):
    return tuple(float((pd.Timestamp(t) - JANUARY).days) for t in texts)


def test_first_is_a_range_of_possible_days():
    evidence = tc.make_evidence(make_events(DAYS))
    # some time from the 10th, and by the 12th at the latest, when the second event is
    found = estimate(evidence, "first", actor="Alba")
    assert found[:3] == days("2001-02-10", "2001-02-10", "2001-02-12")
    assert found.kind == "range of possible days"
    # a single day with the precision "month" is some day of the month
    found = estimate(evidence, "first", actor="Bruno", other="Cato")
    assert found[:3] == days("2001-03-01", "2001-03-01", "2001-03-31")
    assert estimate(evidence, "first", actor="Alba", start="2001-03-01").silent


def test_first_does_not_reach_back_before_the_window():
    rows = [("2001-02-20", "Idra", "non-state", "Alba", "Bruno", 1, {"date_precision": "month"})]
    evidence = tc.make_evidence(make_events(rows))
    assert estimate(evidence, "first").low == days("2001-02-01")[0]
    found = estimate(evidence, "first", start="2001-02-11")
    assert found[:2] == days("2001-02-20", "2001-02-11")


def test_lag_takes_the_ranges_of_both_ends():
    evidence = tc.make_evidence(make_events(DAYS))
    found = estimate(evidence, "lag", place="Idra", other_place="Orso")
    # Idra on 10 to 14 February, Orso on the 12th
    assert found[:3] == (2, -2, 2)
    found = estimate(evidence, "lag", actor="Alba", other="Cato", place="Idra")
    assert found.value == 2  # Cato is in the fight of the 12th
    found = estimate(evidence, "lag", place="Idra", other_place="Orso", start="2001-02-11")
    assert found.silent
    assert found.note == "nothing is recorded of the first subset"


# ----------------------------------------------------------------- how evidence is cut and chosen


def test_months_of_an_event_file_are_cut_to_the_days_of_the_window():
    rows = [(f"2001-01-{d:02}", "Idra", "state-based", "A", "B", 1) for d in (5, 20, 25)]
    evidence = tc.make_evidence(make_events(rows))
    window = pd.Timestamp("2001-01-16"), pd.Timestamp("2001-02-14")
    found = count_periods(evidence, Subset(), *window, MAIN)
    assert found["n_events"].tolist() == [2, 0]
    assert found["exposure"].tolist() == pytest.approx([16 / 31, 14 / 28])


def test_tables_leave_out_the_months_that_a_window_cuts():
    evidence = tables(months(4, 2, 6, 4))
    found = estimate(evidence, "count", start="2001-01-02", end="2001-03-30")
    assert found.value == 2
    assert found.note == "months cut by the window are left out (2001-01, 2001-03)"


def test_counts_are_those_of_the_house():
    """The short way of counting gives what count_events gives, straddling events included."""
    events = ct.load_sample("ged")
    evidence = tc.make_evidence(events)
    window = pd.Timestamp("2012-01-01"), pd.Timestamp("2019-12-31")
    for rule in ("start", "spread"):
        panel = ct.count_events(events, by="country", straddling=rule)
        panel = panel[panel["country"] == "Karvenia"]
        found = count_periods(evidence, Subset(("Karvenia",)), *window, Choices(straddling=rule))
        assert found["n_events"].to_numpy() == pytest.approx(panel["n_events"].to_numpy(float))
        assert found["fatalities"].to_numpy() == pytest.approx(panel["fatalities"].to_numpy(float))


def test_pairs_are_those_of_the_dyads():
    events = ct.load_sample("ged")
    dyads = ct.count_dyads(events, period="year", tie="both")
    evidence = tc.make_evidence(events)
    window = pd.Timestamp("2017-01-01"), pd.Timestamp("2017-12-31")
    for tie in ("opposition", "cooperation"):
        these = dyads[(dyads["tie"] == tie) & dyads["period"].eq("2017")]
        assert len(these)
        for pair in these.head(6).itertuples():
            subset = Subset(actor=(pair.actor2,), other=(pair.actor1,), tie=tie)
            found = count_periods(evidence, subset, *window, MAIN)
            assert found["n_events"].sum() == pair.n_events


def tables(rows, **options):
    """Return the monthly tables of these events as evidence, as those that ship are made."""
    events = make_events(rows, **options)
    panel = ct.count_events(events, by=["country", "admin1", "violence_type"])
    return check_evidence(
        Evidence("tables", panel=panel, dyads=ct.count_dyads(events, period="month", tie="both"))
    )[0]


@pytest.mark.parametrize(
    ("statistic", "cells"),
    [
        ("count", {"place": "Idra"}),
        ("count", {"measure": "fatalities", "violence_type": "one-sided"}),
        ("ratio", {"start": "2001-03-01", "base_start": "2001-01-01", "base_end": "2001-02-28"}),
        ("ratio", {"actor": "Alba", "other": "Bruno", "start": "2001-03-01",
                   "base_start": "2001-01-01", "base_end": "2001-02-28"}),
        ("share", {"part_type": "one-sided"}),
        ("share", {"actor": "Alba", "other": "Bruno"}),
        ("trend", {}),
        ("rank", {"actor": "Alba", "among": "Alba; Bruno; Civilians"}),
    ],
)  # fmt: skip
def test_tables_and_the_events_they_are_made_from_agree(statistic, cells):
    rows = months(4, 2, 6, 5) + [
        (f"2001-{m:02}-20", "Orso", "one-sided", "Alba", "Civilians", m) for m in (1, 2, 2, 4)
    ]
    one = estimate(tables(rows), statistic, **cells)
    two = estimate(tc.make_evidence(make_events(rows)), statistic, **cells)
    assert one[:3] == pytest.approx(two[:3])
    assert one.n_events == two.n_events


def test_first_in_a_table_is_the_whole_month():
    evidence = tables(months(0, 3, 1))
    assert estimate(evidence, "first")[:3] == days("2001-02-01", "2001-02-01", "2001-02-28")


def test_precision_is_a_choice():
    rows = months(2, 2) + months(1, 1, geo_precision="admin1") + months(3, date_precision="week")
    evidence = tc.make_evidence(make_events(rows))
    assert estimate(evidence, "count").value == 9
    assert estimate(evidence, "count", Choices(place="exact")).value == 7
    assert estimate(evidence, "count", Choices(day="exact")).value == 6
    assert estimate(evidence, "count", Choices(place="exact", day="exact")).value == 4


def test_bounds_of_deaths_are_a_choice():
    rows = [("2001-01-05", "Idra", "state-based", "A", "B", 5,
             {"fatalities_low": 2, "fatalities_high": 9})]  # fmt: skip
    evidence = tc.make_evidence(make_events(rows))
    counts = [estimate(evidence, "count", Choices(deaths=d), measure="fatalities").value
              for d in ("best", "low", "high")]  # fmt: skip
    assert counts == [5, 2, 9]


def test_an_event_of_several_months_is_a_choice():
    # 20 days, 5 of them in February
    rows = [("2001-01-17", "Idra", "state-based", "A", "B", 20, {"date_end": "2001-02-05"})]
    evidence = tc.make_evidence(make_events(rows))
    february = {"start": "2001-02-01", "end": "2001-02-28", "measure": "fatalities"}
    assert estimate(evidence, "count", **february).value == 0
    spread = estimate(evidence, "count", Choices(straddling="spread"), **february)
    assert spread.value == pytest.approx(5)


def test_names_can_be_followed_to_their_successor():
    rows = [("2001-01-05", "Idra", "non-state", "Old", "Foe", 1),
            ("2001-03-05", "Idra", "non-state", "New", "Foe", 1)]  # fmt: skip
    aliases = pd.DataFrame({"name": ["Old"], "canonical": ["New"], "valid_from": ["2001-02-01"],
                            "valid_to": [""], "relation": ["rename"], "source": ["x"],
                            "where": ["y"]})  # fmt: skip
    evidence = tc.make_evidence(make_events(rows), aliases=aliases)
    followed = Choices(names="successor")
    assert estimate(evidence, "count", actor="Old").value == 1
    # who was called Old is New from February on, and New's events are those of Old's successor
    assert estimate(evidence, "count", followed, actor="Old").value == 2
    # in January the name was not yet given up
    assert estimate(evidence, "count", followed, actor="New").value == 1


@pytest.mark.parametrize(
    ("start", "end", "shift", "freq", "expected"),
    [
        ("2001-01-01", "2001-01-31", 1, "M", ("2001-02-01", "2001-02-28")),
        ("2001-02-01", "2001-02-28", -1, "M", ("2001-01-01", "2001-01-31")),
        ("2001-03-06", "2001-03-20", 1, "M", ("2001-04-06", "2001-04-20")),
        ("2001-01-01", "2001-12-31", -1, "Y", ("2000-01-01", "2000-12-31")),
    ],
)
def test_windows_move_by_whole_periods(start, end, shift, freq, expected):
    window = read_window(row("count", start=start, end=end), freq, shift)
    assert window == tuple(map(pd.Timestamp, expected))


def test_places_are_summed_and_alternatives_are_one():
    rows = [("2001-01-05", place, "state-based", "A", "B", 1) for place in ("Idra", "Orso", "Ulm")]
    evidence = tc.make_evidence(make_events(rows))
    assert estimate(evidence, "count", place="Idra | Eedra; Orso").value == 2


def test_sub_types_of_events_count():
    more = {"event_type": "Explosions", "sub_event_type": "Air/drone strike"}
    rows = months(2, **more) + months(0, 3)
    evidence = tc.make_evidence(make_events(rows))
    assert estimate(evidence, "count", event_type="Air/drone strike").value == 2
    assert estimate(evidence, "count", event_type="Explosions").value == 2


def test_what_is_not_armed_counts_only_where_it_is_asked_for():
    more = [{"event_type": t, "sub_event_type": t} for t in ("Battles", "Protests", "Riots")]
    rows = [event for cells in more for event in months(2, **cells)]
    evidence = tc.make_evidence(make_events(rows))
    found = estimate(evidence, "count")
    assert found.value == 2
    assert found.note == "without protests, riots and strategic developments"
    asked = estimate(evidence, "count", event_type="Riots; Battles")
    assert (asked.value, asked.note) == (4, "")


def test_an_extract_of_armed_violence_covers_what_asks_for_no_type():
    types = "Battles; Explosions/Remote violence; Violence against civilians"
    evidence = tc.make_evidence(make_events(months(2, event_type="Battles"), types=types))
    assert gap(evidence, ("Velmara",), "2001-01-01", "2001-01-31") == ""
    assert gap(evidence, ("Velmara",), "2001-01-01", "2001-01-31", ("Protests",)) != ""


def test_sums_over_pairs_say_that_an_event_may_count_twice():
    rows = [("2001-01-05", "Idra", "non-state", "Alba", "Bruno, Cato", 2)]
    rows += [("2001-02-05", "Idra", "non-state", "Bruno", "Cato", 2)]  # both are actors
    note = "an event that belongs to several pairs of actors counts in each"
    found = estimate(tables(rows), "count", actor="Alba")
    assert (found.value, found.note) == (2, note)
    assert estimate(tables(rows), "count", actor="Alba", other="Bruno | Cato").note == note
    assert estimate(tables(rows), "count", actor="Alba", other="Bruno")[0::6] == (1, "")
    # February has one pair alone
    february = {"start": "2001-02-01", "end": "2001-02-28", "actor": "Bruno"}
    assert estimate(tables(rows), "count", **february)[0::6] == (1, "")
    ranked = {"actor": "Alba", "among": "Alba; Bruno", "start": "2001-01-02"}
    cut = "months cut by the window are left out (2001-01)"
    more = [("2001-03-05", "Idra", "non-state", "Alba", "Dora", 2)]
    more += [("2001-03-06", "Idra", "non-state", "Alba", "Cato", 2)]
    found = estimate(tables([*rows, *more]), "rank", **ranked)
    assert found.note == f"Alba 2, Bruno 1; {cut}; {note}"
    assert estimate(tc.make_evidence(make_events(rows)), "count", actor="Alba").value == 1


# ----------------------------------------------------------------------------- what is covered


def gap(evidence, country, start, end, types=()):
    subset = Subset(countries=country, event_types=types)
    return find_gap(evidence, subset, pd.Timestamp(start), pd.Timestamp(end))


def test_a_window_has_to_be_covered_wholly():
    evidence = tc.make_evidence(make_events(months(1), start="2001-02-01", end="2001-11-30"))
    assert gap(evidence, ("Velmara",), "2001-02-01", "2001-11-30") == ""
    said = "it covers Velmara 2001-02-01 to 2001-11-30"
    assert gap(evidence, ("Velmara",), "2001-01-31", "2001-11-30") == said
    assert gap(evidence, ("Velmara",), "2001-02-01", "2001-12-01") == said
    assert gap(evidence, ("Nowhere",), "2001-02-01", "2001-02-02") == "it covers nothing of Nowhere"
    # no country named: every country of the evidence
    assert gap(evidence, (), "2001-01-01", "2001-02-02") == said
    assert gap(evidence, ("Other name", "Velmara"), "2001-02-01", "2001-02-02") == ""


def test_an_extract_of_some_event_types_covers_no_others():
    events = make_events(months(1, event_type="Battles"), types="Battles; Riots")
    evidence = tc.make_evidence(events)
    window = ("2001-02-01", "2001-02-28")
    assert gap(evidence, ("Velmara",), *window, ("Battles",)) == ""
    assert "only Battles; Riots" in gap(evidence, ("Velmara",), *window)
    assert "only Battles; Riots" in gap(evidence, ("Velmara",), *window, ("Battles", "Protests"))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"place": "Ulm"}, "it records no place 'Ulm', or under another name"),
        ({"place": "Idra; Ulm | Oolm"}, "no place 'Ulm | Oolm'"),
        ({"actor": "Nobody"}, "no actor 'Nobody'"),
        ({"actor": "Alba", "other": "Nobody"}, "no actor 'Nobody'"),
        ({"violence_type": "non-state"}, "no violence type 'non-state'"),
        ({"event_type": "Battles"}, "no event type 'Battles'"),
        ({"place": "Idra | Eedra", "actor": "Nobody | Alba"}, ""),
    ],
)
def test_names_that_evidence_does_not_know(cells, said):
    found = find_unknown(SERIES, list_subsets(row("count", **cells))[0], "events")
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"actor": "Alba", "place": "Idra"}, "do not tell places or types of violence"),
        ({"event_type": "Battles"}, "do not tell event types"),
        ({"place": "Idra"}, ""),
        ({"actor": "Alba"}, ""),
    ],
)
def test_what_monthly_tables_cannot_tell(cells, said):
    found = find_unknown(tables(months(2, 2)), list_subsets(row("count", **cells))[0], "events")
    assert said in found
    assert bool(said) == bool(found)


# ------------------------------------------------------------------------------- what is evidence


def test_what_ships_is_described():
    found = tc.describe_evidence(tc.load_evidence())
    assert found["coverage"].tolist() == [
        "Syria 2016-01-01 to 2019-11-30",
        "Syria 1989-01-01 to 2024-12-31",
    ]
    assert found["version"].tolist() == ["652.1601.1911", "25.1"]


def test_tables_made_by_hand_cover_first_to_last_row():
    panel = tables(months(1, 2, 3)).panel
    panel.attrs = {}
    panel = panel[panel["period"] <= "2001-03"]
    found = tc.describe_evidence([Evidence("mine", panel=panel)])
    assert found["coverage"].tolist() == ["Velmara 2001-01-01 to 2001-03-31"]


def test_evidence_is_checked():
    with pytest.raises(EmptySelectionError):
        tc.make_evidence(make_events(months(1)).iloc[:0])
    with pytest.raises(OptionError, match="each with a name of its own"):
        tc.describe_evidence([SERIES, SERIES])
    with pytest.raises(OptionError, match="is no evidence"):
        tc.describe_evidence([pd.DataFrame()])
    with pytest.raises(OptionError, match=r"ct\.claims\.make_evidence"):
        tc.describe_evidence(Evidence("mine", events=make_events(months(1))))


def test_a_file_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("TOOLKIT_EVENTS", str(tmp_path / "GEDEvent_v99_1.csv"))
    with pytest.raises(MissingFileError):
        tc.gather_evidence()


@pytest.mark.parametrize(
    "span", ["2017", "2017-01-01", "2017-01-01/", "2017-13-01/2018-01-01", "2018-01-01/2017-01-01"]
)
def test_what_is_no_span_behind_a_file_is_told(monkeypatch, tmp_path, span):
    monkeypatch.setenv("TOOLKIT_EVENTS", str(tmp_path / f"mine.csv@{span}"))
    with pytest.raises(OptionError, match="@start/end"):
        tc.gather_evidence()
