"""How violence spreads between neighbouring cells: escalation against relocation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.counts import count_events
from toolkit.errors import EmptySelectionError, OptionError, did_you_mean, warn
from toolkit.events import check_columns
from toolkit.panels import period_word, unit_columns
from toolkit.permutation import check_permutations, find_p
from toolkit.provenance import add_step, read_record
from toolkit.spatial.precision import find_periods, find_usable
from toolkit.spatial.weights import Weights

BASELINES = ["times", "places", "turns"]
KINDS = ["escalation", "relocation"]


def describe_diffusion(
    events: pd.DataFrame,
    weights: Weights,
    *,
    cell: str | Sequence[str],
    period: str = "month",
    geo_precision: str | None = "near",
    n_permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Count how new violence stands to the neighbouring cells: escalation or relocation.

    A cell is violent in a period if an event was recorded there. For every pair of neighbours and
    every two periods in a row in which one of them, quiet before, becomes violent, and the other
    was violent before:

    - escalation: the other is still violent (the violence has grown into the new cell);
    - relocation: the other is quiet now (it has shifted there).

    A new cell with several violent neighbours counts once for each. Both counts are held against
    chance, in which what happens in one cell does not depend on its neighbours. There is no one
    such chance: each of three keeps some things as they are and calls the rest diffusion.

    - "times" shuffles the periods over the events. Cells and periods keep their numbers of events.
      It breaks spells: where violence in a cell lasts there is less onset in the data than here,
      which pushes both counts below the baseline, diffusion or not.
    - "places" lets the cells swap their whole histories. Spells and surges stay. Any region in
      which violent cells lie together, year in, year out, stands above this baseline.
    - "turns" lets each cell's history begin at another period, end joined to start. Spells and
      the map stay. A surge everywhere at once stands above this baseline.

    Tried on simulated grids, violence that grows or wanders stood above "places" and "turns"
    alike. Of the processes without diffusion one did so too: a surge within one region, which
    stood above "times" hardly more often than by chance. So no count above one baseline alone
    is a finding, and one above two still has to be told from a regional surge.

    The two scenarios, the joint counts and the Monte Carlo baseline follow the idea of Schutte
    and Weidmann (2011), of which only the abstract was read: the classification by pairs and the
    three baselines are our own, and results are no replication of theirs.

    The counts say that violence was recorded next door a period later. They do not say that it
    came from there: a harvest, an offensive on two sides or a reporter who travels do the same.
    They change with the size of the cells and the length of the period, both of which must fit
    the speed of the fighting (a front as wide as a cell looks like escalation where it stays for
    several periods); cells at the edge of the map have neighbours nobody counted.

    Parameters
    ----------
    events
        Event table with a column for the cell.
    weights
        Neighbours of the cells (`make_weights`); its units are all the cells there are, those
        without events included. Only who is a neighbour is used, not how much it counts.
    cell
        Column with the cell of each event; several where names repeat, e.g. ["country", "admin1"],
        joined by ", " as `make_weights` joins `names`.
    period
        "day", "week", "month", "quarter" or "year". Events whose possible days lie in two periods
        are left out; periods not covered as a whole in every cell that has events are passed over,
        with a warning. A cell without events is taken to be covered where all the others are.
    geo_precision
        The least precise level used; None uses all. Cells should be larger than it.
    n_permutations
        Shuffles; p cannot be smaller than 2 / (1 + this).
    seed
        Start of the random numbers.

    Returns
    -------
    DataFrame
        Six rows, `kind` ("escalation", "relocation") by `baseline` ("times", "places", "turns"):
        `observed`, `expected` (mean of the baseline), `low`, `high` (its 2.5 and 97.5 % points),
        `ratio`, `p` (two-sided), `n_cells`, `n_periods`, `n_events`, `n_left_out`.

    Raises
    ------
    OptionError
        An unknown period, too few permutations, events in a cell that the weights do not know, a
        cell that stands in several countries; several datasets, or parts of spread events.
    ColumnError
        The table has no column for the cell.
    EmptySelectionError
        No event is precise enough, or there are no two covered periods in a row.

    Warns
    -----
    DataWarning
        Periods that are passed over.

    References
    ----------
    Schutte, Sebastian; Weidmann, Nils B. (2011). Diffusion Patterns of Violence in Civil Wars.
    Political Geography 30(3): 143-152. Read: the abstract, at
    https://www.prio.org/Publications/Publication/?x=4857.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(ct.load_sample("acled"), countries="Karvenia")
    >>> boundaries = ct.load_boundaries("sample-boundaries")["features"]
    >>> inside = [f for f in boundaries if f["properties"]["country"] == "Karvenia"]
    >>> weights = spatial.make_weights({"features": inside}, kind="borders")
    >>> found = spatial.describe_diffusion(events, weights, cell="admin1", period="week")
    >>> found[["kind", "baseline", "observed", "expected", "p"]].round(2)
             kind baseline  observed  expected     p
    0  escalation    times       516    552.94  0.07
    1  escalation   places       516    507.32  0.63
    2  escalation    turns       516    530.32  0.38
    3  relocation    times       776    728.09  0.17
    4  relocation   places       776    752.82  0.21
    5  relocation    turns       776    763.10  0.62
    """
    n_permutations = check_permutations(n_permutations)
    columns = [cell] if isinstance(cell, str) else list(cell)
    used = _choose_events(events, weights, columns, period, geo_precision)
    counts, joined = _count_cells(used, weights, columns, period)
    neighbours = (weights.matrix != 0).astype("float64")
    observed = _count_joints(counts > 0, neighbours, joined)
    rng = np.random.default_rng(seed)
    tables = []
    for baseline in BASELINES:
        shuffled = (_shuffle(counts, baseline, rng) for _ in range(n_permutations))
        simulated = np.array([_count_joints(s, neighbours, joined) for s in shuffled])
        tables.append(_compare(observed, simulated, baseline))
    table = pd.concat(tables).sort_values("kind", kind="stable", ignore_index=True)
    table = table.assign(
        n_cells=len(weights.units),
        n_periods=counts.shape[1],
        n_events=int(counts.sum()),
        n_left_out=len(events) - int(counts.sum()),
    )
    step = (
        f"escalation and relocation by {', '.join(columns)} and {period}: {weights.rule}; "
        f"{n_permutations} permutations for each baseline, seed {seed}"
    )
    return add_step(table, read_record(events), step)


def _choose_events(
    events: pd.DataFrame,
    weights: Weights,
    columns: list[str],
    period: str,
    geo_precision: str | None,
) -> pd.DataFrame:
    """Return the events of known cell and period, with the cell as the weights write it."""
    check_columns(events, columns)
    cell = ", ".join(columns)
    usable = find_usable(events, geo_precision=geo_precision)
    usable &= find_periods(events, period).notna() & events[columns].notna().all(axis=1)
    used = events[usable]
    if used.empty:
        raise EmptySelectionError(
            f"No event with a {cell} lies in one {period} with all its days.",
            "events of known cell, dated more precisely than the period is long.",
            "period='month'",
        )
    texts = {c: used[c].astype("str").str.removesuffix(".0") for c in columns}
    unknown = sorted(set(_join(pd.DataFrame(texts))) - set(weights.units))
    if unknown:
        raise OptionError(
            f"{len(unknown)} cells of the events are not in the weights, first {unknown[0]!r}.",
            f"the units of the weights; {did_you_mean(unknown[0], weights.units)}",
            f"make_weights of all cells, or events[{columns[-1]!r}].replace(...)",
        )
    step = f"{len(used):,} of {len(events):,} events of known {cell} and {period}"
    return add_step(used.assign(**texts), read_record(events), step)


def _join(parts: pd.DataFrame) -> pd.Series:
    return parts.agg(", ".join, axis=1)


def _count_cells(
    events: pd.DataFrame, weights: Weights, columns: list[str], period: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return events by cell (rows) and covered period (columns), and which columns follow on."""
    panel = count_events(events, by=columns, period=period)
    panel = panel.assign(unit=_join(panel[columns]))
    _refuse_shared_names(panel, columns)
    whole = panel["n_events"].where(panel["covered"] & ~panel["partial"])
    wide = panel.assign(n_events=whole).pivot(index="unit", columns="period", values="n_events")
    # nobody can say that a cell was quiet where it was not looked at
    wide = wide.dropna(axis="columns")
    numbers = np.array([p.ordinal for p in wide.columns])
    # weeks are numbered by the week, and so on: a difference of 1 is the period after
    joined = np.diff(numbers) == 1
    if not joined.any():
        raise EmptySelectionError(
            "No two covered periods follow on each other.",
            f"two {period_word(panel['period'])}s in a row or more, covered as a whole in every "
            "cell that has events.",
            "ct.coverage(events), then a shorter period, or the events of one country",
        )
    if len(numbers) < panel["period"].nunique():
        passed = panel["period"].nunique() - len(numbers)
        warn(f"{passed} periods are not covered as a whole in every cell and are passed over.")
    return wide.reindex(weights.units, fill_value=0).to_numpy("int64"), joined


def _refuse_shared_names(panel: pd.DataFrame, columns: list[str]) -> None:
    """Raise where a name stands for several units, e.g. a province's in two countries."""
    by = unit_columns(panel)
    units = panel[[*by, "unit"]].drop_duplicates()
    shared = units["unit"][units["unit"].duplicated()]
    if len(shared):
        raise OptionError(
            f"The cell {shared.iloc[0]!r} stands for several units ({', '.join(by)}).",
            "a name for every cell that no other has, in the events and in the weights.",
            f"cell={by!r}, and weights=make_weights(..., names=['country', 'name'])",
        )


def _count_joints(violent: np.ndarray, neighbours: Any, joined: np.ndarray) -> np.ndarray:
    """Count escalation and relocation over pairs of neighbours, and the share of the first."""
    before, after = violent[:, :-1][:, joined], violent[:, 1:][:, joined]
    new = after & ~before
    grown = float((new * (neighbours @ (before & after).astype("float64"))).sum())
    shifted = float((new * (neighbours @ (before & ~after).astype("float64"))).sum())
    return np.array([grown, shifted])


def _shuffle(counts: np.ndarray, baseline: str, rng: np.random.Generator) -> np.ndarray:
    """Return which cells are violent when, with times, places or turns dealt out anew."""
    cells, periods = counts.shape
    if baseline == "places":
        return np.asarray(rng.permutation(counts, axis=0) > 0)
    if baseline == "turns":
        starts = rng.integers(0, periods, size=(cells, 1))
        return np.asarray(np.take_along_axis(counts, _turn(starts, periods), axis=1) > 0)
    places = np.repeat(np.arange(cells), counts.sum(axis=1))
    times = np.repeat(np.arange(periods), counts.sum(axis=0))
    violent = np.zeros(counts.shape, dtype=bool)
    violent[places, rng.permutation(times)] = True
    return violent


def _turn(starts: np.ndarray, periods: int) -> np.ndarray:
    return (np.arange(periods) + starts) % periods


def _compare(observed: np.ndarray, simulated: np.ndarray, baseline: str) -> pd.DataFrame:
    low, high = np.quantile(simulated, [0.025, 0.975], axis=0)
    expected = simulated.mean(axis=0)
    table = pd.DataFrame({"kind": KINDS, "baseline": baseline, "observed": observed.astype(int)})
    table = table.assign(expected=expected, low=low, high=high)
    table["ratio"] = (table["observed"] / expected).where(expected > 0)
    return table.assign(p=find_p(simulated, observed))
