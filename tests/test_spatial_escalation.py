"""Escalation and relocation: by hand, with what is not covered, and in planted worlds."""

import numpy as np
import pandas as pd
import pytest
from equator import diffusion, make_cells, make_events, weigh

import toolkit as ct
from toolkit import spatial
from toolkit.errors import ColumnError, EmptySelectionError, OptionError
from toolkit.provenance import coverage, pack_coverage, stamp


def test_escalation_and_relocation_by_hand():
    counts = np.array(
        [
            [2, 1, 0, 0],  # violent in the first two months
            [0, 1, 0, 1],  # new in the second: its neighbour above goes on: escalation
            [0, 0, 1, 0],  # new in the third: its neighbour above is quiet now: relocation
            [0, 0, 0, 0],  # and in the fourth the second is new beside the third, quiet: relocation
        ]
    )
    found = diffusion(counts, weigh(4))
    assert found.loc["escalation", "observed"].tolist() == [1, 1, 1]
    assert found.loc["relocation", "observed"].tolist() == [2, 2, 2]
    assert found["n_events"].eq(6).all()
    assert found["n_cells"].eq(4).all()
    assert found["n_periods"].eq(4).all()


def test_a_new_cell_counts_once_for_each_violent_neighbour():
    counts = np.array([[1, 1], [0, 1], [1, 1], [1, 0]])
    # the second cell is new between two that go on
    found = diffusion(counts, weigh(4))
    assert found.loc["escalation", "observed"].tolist() == [2, 2, 2]
    assert found.loc["relocation", "observed"].tolist() == [0, 0, 0]


def test_months_that_are_not_covered_are_no_quiet_ones():
    counts = np.array([[1, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]])
    events = make_cells(counts)
    spans = coverage(events)
    spans = pd.concat([spans.assign(end=pd.Timestamp("2016-01-31")),
                       spans.assign(start=pd.Timestamp("2016-03-01"))])  # fmt: skip
    events = events[events["date_start"].dt.month != 2]
    events = stamp(events.copy(), {"title": "Reed Events"}, coverage=pack_coverage(spans))
    with pytest.warns(ct.DataWarning, match="1 periods are not covered as a whole"):
        found = spatial.describe_diffusion(events, weigh(3), cell="location", n_permutations=99)
    # between January and March lies a month nobody looked at
    assert found["observed"].eq(0).all()
    assert found["n_periods"].eq(3).all()


def test_a_month_covered_in_part_is_passed_over():
    counts = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 0]])
    events = make_cells(counts)
    spans = coverage(events).assign(start=pd.Timestamp("2016-01-04"))
    events = stamp(events.copy(), {"title": "Reed Events"}, coverage=pack_coverage(spans))
    with pytest.warns(ct.DataWarning, match="1 periods are not covered as a whole"):
        found = spatial.describe_diffusion(events, weigh(3), cell="location", n_permutations=99)
    assert found["observed"].eq(0).all()
    assert found["n_periods"].eq(2).all()


def make_provinces(**spans):
    """Make events of two provinces of each of two countries, one name standing in both.

    Aurel: Ford is violent in January and February, Hill is new in February. Boria: Ford is violent
    in March. `spans` cut the coverage: country=(first day, last day).
    """
    rows = [("2016-01-05", 0), ("2016-02-05", 0), ("2016-02-06", 1), ("2016-03-05", 9)]
    events = make_events(
        rows, country=["Aurel"] * 3 + ["Boria"], admin1=["Ford", "Ford", "Hill", "Ford"]
    )
    days = {"Aurel": ("2016-01-01", "2016-04-30"), "Boria": ("2016-01-01", "2016-04-30"), **spans}
    table = pd.DataFrame(
        [("reed", "", c, *pd.to_datetime(d), "*", "stated") for c, d in days.items()],
        columns=["dataset", "version", "country", "start", "end", "event_types", "basis"],
    )
    return stamp(events, {"title": "Reed Events"}, coverage=pack_coverage(table))


BOTH = weigh(4)._replace(units=["Aurel, Ford", "Aurel, Hill", "Boria, Ford", "Boria, Lake"])


def test_a_province_name_in_two_countries_needs_both_columns():
    weights = weigh(3)._replace(units=["Ford", "Hill", "Lake"])
    with pytest.raises(OptionError, match="cell 'Ford' stands for several units") as error:
        spatial.describe_diffusion(make_provinces(), weights, cell="admin1", n_permutations=99)
    assert "cell=['country', 'admin1']" in error.value.fix
    found = spatial.describe_diffusion(
        make_provinces(), BOTH, cell=["country", "admin1"], n_permutations=99
    )
    # Hill is new beside Ford, which goes on; Boria's Ford beside Hill, which is quiet again
    assert found["observed"].tolist() == [1, 1, 1, 1, 1, 1]
    assert found["n_periods"].eq(4).all()
    assert "by country, admin1 and month" in found.attrs["steps"]


def test_a_cell_that_is_not_covered_is_not_a_quiet_one():
    # Boria enters the coverage in March: until then nobody knows whether its Ford was quiet
    events = make_provinces(Boria=("2016-03-01", "2016-04-30"))
    with pytest.warns(ct.DataWarning, match="2 periods are not covered as a whole in every cell"):
        found = spatial.describe_diffusion(
            events, BOTH, cell=["country", "admin1"], n_permutations=99
        )
    assert found["n_periods"].eq(2).all()
    assert found["observed"].eq(0).all()
    assert found["n_left_out"].eq(3).all()


def test_cells_and_events_that_do_not_fit():
    counts = np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]])
    with pytest.raises(OptionError, match="first '2'"):
        diffusion(counts, weigh(3)._replace(units=["0", "1", "x"]))
    with pytest.raises(ColumnError, match="'cel'"):
        diffusion(counts, weigh(3), cell="cel")
    with pytest.raises(EmptySelectionError, match="No two covered periods"):
        diffusion(counts[:, :1], weigh(3))
    with pytest.raises(OptionError, match="period='fortnight'"):
        diffusion(counts, weigh(3), period="fortnight")


def simulate(kind, rng, side=7, months=24):
    """Draw events by cell and month on a square of cells."""
    row, column = np.divmod(np.arange(side * side), side)
    away = np.hypot(row - side // 2, column - side // 2)
    rate = np.full((side * side, months), 0.02)
    if kind == "independent":
        rate[:] = 0.15
    if kind == "region":
        rate += (0.6 * np.exp(-(away**2) / 6))[:, None]
    if kind == "growing":
        for t in range(months):
            rate[away < 0.5 + 0.18 * t, t] = 1.2
    if kind == "wandering":
        places = rng.integers(0, side, size=(4, 2))
        for t in range(months):
            rate[places[:, 0] * side + places[:, 1], t] = 2
            places = np.clip(places + rng.integers(-1, 2, size=(4, 2)), 0, side - 1)
    if kind == "spells":
        for cell in np.flatnonzero(rng.random(side * side) < 0.5):
            start = rng.integers(0, months)
            rate[cell, start : start + 6] = 1.2
    return rng.poisson(rate)


def share_above(kind, n=12):
    """Return the share of simulations in which a count lies significantly above a baseline."""
    rng = np.random.default_rng(9)
    tables = [diffusion(simulate(kind, rng), weigh(49, 7), seed=i) for i in range(n)]
    return sum((t["p"] <= 0.05) & (t["ratio"] > 1) for t in tables) / n


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_violence_that_grows_is_escalation_and_violence_that_wanders_relocation():
    growing, wandering = share_above("growing"), share_above("wandering")
    assert growing["escalation", "places"] > 0.9
    assert growing["escalation", "turns"] > 0.9
    assert wandering["relocation", "places"] > 0.9
    assert wandering["relocation", "turns"] > 0.9
    assert wandering["escalation", "turns"] < 0.2


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
def test_without_diffusion_at_most_one_baseline_is_broken():
    independent, region, spells = (share_above(k) for k in ("independent", "region", "spells"))
    assert independent.max() < 0.3
    # a region that is always violent breaks "places", as it says, and nothing else
    assert region["escalation", "places"] > 0.7
    assert region.drop("places", level="baseline").max() < 0.3
    assert spells.max() < 0.3
