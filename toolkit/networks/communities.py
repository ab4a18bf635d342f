"""Communities: groups with more weight inside than their strengths would lead one to expect."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, warn
from toolkit.networks.graphs import check_graph, positive_part, shared_record
from toolkit.provenance import stamp

if TYPE_CHECKING:
    import networkx as nx

LOW_AGREEMENT = 0.8


def find_communities(
    G: nx.Graph, *, seeds: int = 50, resolution: float = 1.0, seed: int = 0
) -> pd.DataFrame:
    """Find communities by Louvain from many seeds, with how far the runs agree.

    Louvain maximises modularity: the share of the weight inside communities, less what is
    expected from the actors' strengths alone. It starts at random and ends in a local optimum:
    one run is one answer of many, so the best of all runs is returned and the others say how
    firm it is. Modularity finds communities in random networks too: a high value or a high
    agreement is no test against chance, and communities smaller than its resolution limit are
    merged.

    **In a network of opposition communities are not alliances.** They are theatres: actors who
    fight each other more than others. Allies who fight the same enemy tend to stand in one
    community with it.

    Parameters
    ----------
    G
        A network. Ties of weight 0 or of missing weight do not count.
    seeds
        Number of runs.
    resolution
        Above 1 more and smaller communities, below 1 fewer and larger ones.
    seed
        Seed of the first run; the others follow it.

    Returns
    -------
    DataFrame
        Index `actor`: `community` (1 is the largest; Int64), `stability` (share of runs in which
        the actor is together with more than half of its community; whether that merged with
        another one is not seen), and the same in all rows
        `modularity` (of the partition returned) and `agreement` (adjusted Rand index, mean over
        all pairs of runs: 1 if all agree, about 0 if they agree no more than by chance). An actor
        without a weighted tie has no community: missing. `attrs["n_communities"]`.

    Raises
    ------
    OptionError
        seeds below 2, a resolution that is not above 0.

    Warns
    -----
    DataWarning
        The runs agree poorly (adjusted Rand below 0.8), or there is no weighted tie.

    References
    ----------
    Blondel, V. D. et al. (2008). Fast unfolding of communities in large networks. Journal of
    Statistical Mechanics, P10008. Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal
    of Classification 2, 193-218. networkx documentation,
    ``networkx.community.louvain_communities``.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.Graph(["AB", "BC", "CA", "DE", "EF", "FD", "CD"])
    >>> find_communities(G, seeds=5)["community"].to_dict()
    {'A': 1, 'B': 1, 'C': 1, 'D': 2, 'E': 2, 'F': 2}
    """
    check_graph(G)
    _check_options(seeds, resolution)
    positive = positive_part(G)
    actors = sorted((a for a in positive if positive.degree(a)), key=str)
    table = pd.DataFrame(index=pd.Index(list(G), name="actor"))
    if not actors:
        warn("The network has no weighted tie: there are no communities, and all is missing.")
        empty = table.assign(community=pd.NA, stability=np.nan, modularity=np.nan, agreement=np.nan)
        return _finish(empty, G, seeds, resolution)
    runs = _run(positive.subgraph(actors), actors, range(seed, seed + seeds), resolution)
    values = [_modularity(positive, actors, run, resolution) for run in runs]
    best = runs[int(np.argmax(np.round(values, 12)))]
    agreement = float(np.mean([adjusted_rand(a, b) for a, b in combinations(runs, 2)]))
    _tell_agreement(agreement, seeds)
    found = pd.DataFrame({"community": _number(best), "stability": _stability(best, runs)}, actors)
    table = table.join(found).assign(modularity=max(values), agreement=agreement)
    return _finish(table, G, seeds, resolution)


def adjusted_rand(one: np.ndarray, two: np.ndarray) -> float:
    """Agreement of two partitions of the same things, corrected for chance; 1 if they are equal.

    (pairs together in both - expected) / (mean of pairs together in each - expected), where
    expected is what random partitions with groups of these sizes have. Below 0 if they agree less
    than that.

    References
    ----------
    Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.

    Examples
    --------
    >>> adjusted_rand(np.array([1, 1, 2, 2]), np.array([5, 5, 3, 3]))
    1.0
    """
    _, one = np.unique(one, return_inverse=True)
    _, two = np.unique(two, return_inverse=True)
    table = np.zeros((one.max() + 1, two.max() + 1))
    np.add.at(table, (one, two), 1)
    both, first, second, everything = (
        float((n * (n - 1) / 2).sum())
        for n in (table, table.sum(1), table.sum(0), np.array(len(one)))
    )
    expected = first * second / everything if everything else 0.0
    most = (first + second) / 2
    # both trivial: all together, or all apart
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _run(G: nx.Graph, actors: list[Hashable], seeds: range, resolution: float) -> list[np.ndarray]:
    """Return the actors' labels, run by run. Nodes are numbered: sets of text have no order."""
    import networkx as nx

    place = {actor: i for i, actor in enumerate(actors)}
    plain = type(G)()
    plain.add_nodes_from(range(len(actors)))
    ties = sorted((place[u], place[v], weight) for u, v, weight in G.edges(data="weight"))
    plain.add_weighted_edges_from(ties)
    runs = []
    for seed in seeds:
        labels = np.empty(len(actors), dtype=int)
        found = nx.community.louvain_communities(plain, resolution=resolution, seed=seed)
        for label, members in enumerate(found):
            labels[list(members)] = label
        runs.append(labels)
    return runs


def _modularity(
    G: nx.Graph, actors: list[Hashable], labels: np.ndarray, resolution: float
) -> float:
    import networkx as nx

    groups: dict[int, set[Hashable]] = {}
    for actor, label in zip(actors, labels, strict=True):
        groups.setdefault(int(label), set()).add(actor)
    inside = G.subgraph(actors)
    return float(nx.community.modularity(inside, groups.values(), resolution=resolution))


def _number(labels: np.ndarray) -> pd.array:
    """Return communities numbered from 1, the largest first, then the first by name."""
    values, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    numbers = {values[place]: number for number, place in enumerate(order, start=1)}
    return pd.array([numbers[label] for label in labels], dtype="Int64")


def _stability(best: np.ndarray, runs: list[np.ndarray]) -> np.ndarray:
    """Return for each actor the share of runs in which most of its community is with it."""
    stable = np.zeros(len(best))
    for labels in runs:
        for community in np.unique(best):
            members = best == community
            _, place, counts = np.unique(labels[members], return_inverse=True, return_counts=True)
            stable[members] += counts[place] > members.sum() / 2
    return stable / len(runs)


def _check_options(seeds: int, resolution: float) -> None:
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 2:
        raise OptionError(
            f"seeds={seeds!r} is not possible.", "2 and more: one run has no agreement.", "seeds=50"
        )
    if not resolution > 0:
        raise OptionError(
            f"resolution={resolution!r} is not possible.", "numbers above 0.", "resolution=1.0"
        )


def _tell_agreement(agreement: float, seeds: int) -> None:
    if agreement < LOW_AGREEMENT:
        warn(
            f"The {seeds} runs agree poorly (adjusted Rand {agreement:.2f}): the communities hang "
            "on the seed. Read `stability` before interpreting them."
        )


def _finish(table: pd.DataFrame, G: nx.Graph, seeds: int, resolution: float) -> pd.DataFrame:
    table["community"] = table["community"].astype("Int64")
    facts = {"n_communities": table["community"].nunique(), "seeds": seeds}
    return stamp(table, shared_record([G]), **facts, resolution=resolution)
