"""Time networks beside loops over networkx: measures by period, rewired and resampled networks.

python benchmarks/networks.py [draws of the loops]

Measures by period are those of real dyads, where the files are there (the folder that
TOOLKIT_REAL_DATA names, else ../shared/data beside the repository), and of a dense invented case.
The rewired and resampled network is invented: 300 actors, 900 ties, a few actors with many. Its
loops are slow, so they run for fewer draws (20 of the rewired, 100 of the resampled ones) and are
scaled up.
"""

from __future__ import annotations

import math
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import networkx as nx
import numpy as np
import pandas as pd

import toolkit as ct
from toolkit.networks.draws import draw_strengths, measure_draws, read_draws
from toolkit.networks.resampling import draw_periods, resampling_intervals
from toolkit.networks.rewiring import rewire_draws

N_ACTORS, N_TIES, N_MONTHS, N_DRAWS, BLOCK = 300, 900, 48, 1_000, 3
REAL_DATA = Path(
    os.environ.get("TOOLKIT_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)
FILES = {
    "Syria": REAL_DATA / "ucdp" / "ged_syria_652_2016-01_2019-11.csv",
    "Myanmar": REAL_DATA / "ucdp" / "ged_myanmar_full49cols.csv",
}
Tables = tuple[pd.DataFrame, pd.DataFrame]


# ------------------------------------------------------------------------- measures by period


def make_dense_dyads(*, n_actors: int = 152, n_periods: int = 13, n_ties: int = 2_600,
                     seed: int = 0) -> pd.DataFrame:  # fmt: skip
    """Return invented directed dyads by year: in each so many weighted ties among the same."""
    rng = np.random.default_rng(seed)
    tables = []
    for year in pd.period_range("2008", periods=n_periods, freq="Y"):
        pairs = rng.choice(n_actors * (n_actors - 1), n_ties, replace=False)
        one, two = np.divmod(pairs, n_actors - 1)
        two += two >= one
        names = [[f"Actor {number:03}" for number in end] for end in (one, two)]
        n_events = rng.geometric(0.05, n_ties)
        tables.append(pd.DataFrame({"actor1": names[0], "actor2": names[1],
                                    "period": [year] * n_ties, "n_events": n_events}))  # fmt: skip
    dyads = pd.concat(tables, ignore_index=True)
    dyads.attrs["directed"] = "yes"
    return dyads


def our_measures(dyads: pd.DataFrame, *, roster: str = "fixed") -> Tables:
    """Return the two tables of measures: of networks, and of every actor in every period."""
    graphs = ct.networks.networks_by_period(dyads, roster=roster)
    return ct.networks.graph_measures(graphs), ct.networks.actor_measures(graphs)


def idiom_measures(dyads: pd.DataFrame, *, roster: str = "fixed", exact: bool = False) -> Tables:
    """Return the measures as one writes them with networkx, period by period.

    Exact: lengths in whole numbers in proportion to 1/weight, so that paths of equal length are
    equal; betweenness is comparable then, closeness is not.
    """
    directed = dyads.attrs.get("directed") == "yes"
    everybody = sorted({*dyads["actor1"], *dyads["actor2"]}) if roster == "fixed" else []
    common = math.lcm(*map(int, dyads["n_events"].unique())) if exact else 1
    rows = dict(tuple(dyads.groupby("period")))
    whole, each = {}, []
    for period in pd.period_range(dyads["period"].min(), dyads["period"].max()):
        G = (nx.DiGraph if directed else nx.Graph)()
        G.add_nodes_from(everybody)
        if period in rows:
            ties = rows[period]
            for one, two, n in zip(ties["actor1"], ties["actor2"], ties["n_events"], strict=True):
                length = common // int(n) if exact else 1 / n
                G.add_edge(one, two, weight=n, distance=length)
        whole[period] = _idiom_of_network(G)
        if len(G):
            table = _idiom_of_actors(G).rename_axis("actor").reset_index()
            each.append(table.assign(period=period))
    return pd.DataFrame(whole).T, pd.concat(each, ignore_index=True)


def _idiom_of_network(G: nx.Graph) -> dict[str, float]:
    directed = G.is_directed()
    parts = list(nx.weakly_connected_components(G) if directed else nx.connected_components(G))
    core = G.subgraph(max(parts, key=len, default=()))
    whole = len(core) > 1 and (not directed or nx.is_strongly_connected(core))
    return {
        "n_actors": len(G),
        "n_ties": G.number_of_edges(),
        "total_weight": G.size("weight"),
        "density": nx.density(G),
        "n_isolates": nx.number_of_isolates(G),
        "transitivity": nx.transitivity(G.to_undirected() if directed else G),
        "reciprocity": nx.overall_reciprocity(G) if directed and G.size() else np.nan,
        "n_components": len(parts),
        "largest_component_share": len(core) / len(G) if len(G) else np.nan,
        "mean_distance": nx.average_shortest_path_length(core) if whole else np.nan,
    }


def _idiom_of_actors(G: nx.Graph) -> pd.DataFrame:
    find = nx.strongly_connected_components if G.is_directed() else nx.connected_components
    core = G.subgraph(max(find(G), key=len))
    scores = nx.eigenvector_centrality_numpy(core, weight="weight") if len(core) > 2 else {}
    return pd.DataFrame(
        {
            "degree": dict(G.degree),
            "strength": dict(G.degree(weight="weight")),
            "closeness": nx.closeness_centrality(G, distance="distance"),
            "betweenness": nx.betweenness_centrality(G, weight="distance"),
            "eigenvector": scores,
        }
    )


def compare_measures(dyads: pd.DataFrame, *, roster: str = "fixed") -> float:
    """Return the largest relative difference of any number that both have; raise above 1e-9.

    Transitivity and density of networks that are too small for one are 0 in networkx and missing
    here, as is the closeness of an isolate; the eigenvector is compared where the largest
    component is the only one of its size, and reaches further than a pair.
    """
    ours, idiom = our_measures(dyads, roster=roster), idiom_measures(dyads, roster=roster)
    exact = idiom_measures(dyads, roster=roster, exact=True)[1].set_index(["period", "actor"])
    actors = idiom[1].set_index(["period", "actor"])
    actors["betweenness"] = exact["betweenness"]
    mine = ours[1].set_index(["period", "actor"]).loc[actors.index]
    sizes = mine["eigenvector"].notna().groupby("period").transform("sum")
    same = (mine["eigenvector"].notna() == actors["eigenvector"].notna()).groupby("period")
    told = same.transform("all") & (sizes > 2)
    pairs = [
        *((mine[c].fillna(0), actors[c]) for c in ("degree", "strength", "closeness")),
        (mine["betweenness"], actors["betweenness"].where(mine["betweenness"].notna())),
        (mine["eigenvector"][told], actors["eigenvector"][told].abs()),
        *((ours[0][c].fillna(0), idiom[0][c].astype(float).fillna(0))
          for c in ("n_actors", "n_ties", "total_weight", "density", "n_isolates",
                    "transitivity", "reciprocity", "n_components")),
    ]  # fmt: skip
    for one, two in pairs:
        np.testing.assert_allclose(one.to_numpy(float), two.to_numpy(float), 1e-9, 1e-9)
    gaps = [np.nanmax(np.abs(a.to_numpy(float) - b.to_numpy(float)), initial=0) for a, b in pairs]
    return float(max(gaps))


def real_dyads() -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the real cases whose files are there; say which are not."""
    absent = [str(path) for path in FILES.values() if not path.exists()]
    if absent:
        print(f"Without the real cases: {', '.join(absent)} not there.")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.errors.DataWarning)
        events = {name: ct.load_events(path) for name, path in FILES.items()}
        for name, table in events.items():
            yield f"{name} by year", ct.count_dyads(table, period="year")
        months = [ct.count_dyads(table, period="month") for table in events.values()]
        yield "both by month", pd.concat(months, ignore_index=True)


def compare_times(rounds: int = 5) -> None:
    """Print the median times of both and their ratio, taken in turns."""
    for name, dyads in [*real_dyads(), ("dense, invented", make_dense_dyads())]:
        compare_measures(dyads)
        times: dict[Callable[..., Tables], list[float]] = {our_measures: [], idiom_measures: []}
        for _ in range(rounds):
            for measure, taken in times.items():
                taken.append(best_of(lambda measure=measure, dyads=dyads: measure(dyads), 1))
        ours, idiom = (median(taken) for taken in times.values())
        print(f"{name}: {ours:.3f} s, networkx {idiom:.3f} s, ratio {ours / idiom:.2f}")


# ---------------------------------------------------------------------- rewired and resampled


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
    """Run all comparisons."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ct.errors.DataWarning)
        compare_times()
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
