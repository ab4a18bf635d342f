"""Time 1,000 rewired and 1,000 resampled networks beside a loop over networkx.

python benchmarks/networks.py [draws of the loops]

The network is invented: 300 actors, 900 ties, a few actors with many. The loops are slow, so they
run for fewer draws (20 of the rewired, 100 of the resampled ones) and are scaled up.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

import networkx as nx
import numpy as np
import pandas as pd

from toolkit.networks.draws import draw_strengths, measure_draws, read_draws
from toolkit.networks.resampling import draw_periods, resampling_intervals
from toolkit.networks.rewiring import rewire_draws

N_ACTORS, N_TIES, N_MONTHS, N_DRAWS, BLOCK = 300, 900, 48, 1_000, 3


def make_dyads() -> pd.DataFrame:
    """Return invented dyads by month: each tie has events in some months, one at the least."""
    rng = np.random.default_rng(0)
    weights = 1 / np.arange(10, N_ACTORS + 10)
    ties: set[tuple[int, int]] = set()
    while len(ties) < N_TIES:
        one, two = sorted(rng.choice(N_ACTORS, 2, replace=False, p=weights / weights.sum()))
        ties.add((int(one), int(two)))
    months = pd.period_range("2012-01", periods=N_MONTHS, freq="M")
    rows = [
        (f"Actor {one:03}", f"Actor {two:03}", months[month], int(rng.geometric(0.4)))
        for one, two in sorted(ties)
        for month in rng.choice(N_MONTHS, 1 + rng.poisson(4), replace=False)
    ]
    return pd.DataFrame(rows, columns=["actor1", "actor2", "period", "n_events"])


def make_network(dyads: pd.DataFrame) -> nx.Graph:
    """Return the network of all months together."""
    G = nx.Graph()
    G.add_nodes_from(f"Actor {number:03}" for number in range(N_ACTORS))
    sums = dyads.groupby(["actor1", "actor2"])["n_events"].sum()
    G.add_weighted_edges_from((one, two, int(n)) for (one, two), n in sums.items())
    return G


def rewire_as_arrays(G: nx.Graph) -> float:
    """Draw and measure all networks; return the accepted exchanges of a draw."""
    rng = np.random.default_rng(1)
    drawn, accepted = rewire_draws(read_draws(G), n_draws=N_DRAWS, attempts=10, rng=rng)
    measure_draws(drawn, ["density", "transitivity"])
    draw_strengths(drawn)
    return float(accepted.mean())


def rewire_in_a_loop(G: nx.Graph, n_draws: int, n_swaps: int) -> None:
    """Draw and measure networks one by one, each with so many exchanges."""
    for seed in range(n_draws):
        H = G.copy()
        nx.double_edge_swap(H, nswap=n_swaps, max_tries=100 * n_swaps, seed=seed)
        nx.density(H)
        nx.transitivity(H)
        dict(H.degree(weight="weight"))


def resample_in_a_loop(dyads: pd.DataFrame, n_draws: int) -> None:
    """Build a network of the drawn months, again and again, and take the strengths."""
    months = [
        list(rows[["actor1", "actor2", "n_events"]].itertuples(index=False, name=None))
        for _, rows in dyads.groupby("period")
    ]
    strengths = []
    for times in draw_periods(N_MONTHS, BLOCK, n_draws=n_draws, seed=0):
        G = nx.Graph()
        for month in np.flatnonzero(times):
            for one, two, n in months[month]:
                before = G.edges[one, two]["weight"] if G.has_edge(one, two) else 0
                G.add_edge(one, two, weight=before + n * int(times[month]))
        strengths.append(dict(G.degree(weight="weight")))
    pd.DataFrame(strengths).fillna(0).quantile([0.025, 0.975])


def best_of(run: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest time in seconds: what else the machine does makes times longer only."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


def show(what: str, ours: float, loop: float, n_loop: int) -> None:
    """Print the two times, that of the loop as if it had run for all draws, and their ratio."""
    whole = loop * N_DRAWS / n_loop
    print(
        f"{what}: arrays {ours:.2f} s, networkx {whole:.1f} s "
        f"({n_loop} draws in {loop:.2f} s, scaled to {N_DRAWS:,}): {whole / ours:.0f} times"
    )


def main() -> None:
    """Run both comparisons."""
    loops = [int(argument) for argument in sys.argv[1:2]]
    n_rewired, n_resampled = (*loops, *loops) or (20, 100)
    dyads = make_dyads()
    G = make_network(dyads)
    n_swaps = round(rewire_as_arrays(G))
    print(f"{len(G)} actors, {G.number_of_edges()} ties, {len(dyads):,} rows of {N_MONTHS} months")
    print(f"10 attempts for each tie, of which {n_swaps / N_TIES:.2f} accepted: so many in both")
    show(
        f"{N_DRAWS:,} rewired networks, density, transitivity, strengths",
        best_of(lambda: rewire_as_arrays(G)),
        best_of(lambda: rewire_in_a_loop(G, n_rewired, n_swaps)),
        n_rewired,
    )
    show(
        f"{N_DRAWS:,} networks of resampled months, strengths with intervals",
        best_of(lambda: resampling_intervals(dyads, block=BLOCK, n_draws=N_DRAWS)),
        best_of(lambda: resample_in_a_loop(dyads, n_resampled)),
        n_resampled,
    )


if __name__ == "__main__":
    main()
