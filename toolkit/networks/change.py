"""Change between networks: which actors and ties come, stay and go, and how much weight moves."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, warn
from toolkit.networks.graphs import check_graph, check_graphs, shared_record, without_loops
from toolkit.provenance import stamp

if TYPE_CHECKING:
    import networkx as nx

CHANGE_COUNTS = [
    "actors_kept", "entries", "exits", "ties_kept", "ties_new", "ties_gone",
    "ties_new_by_entry", "ties_gone_by_exit",
]  # fmt: skip


def compare_networks(a: nx.Graph, b: nx.Graph) -> pd.Series:
    """Compare two networks of the same kind, an earlier and a later one.

    An actor that is only in one of them enters or leaves; its ties are counted apart from those
    that changed between actors who are in both. What that means hangs on the roster: among the
    actors seen, a group without events in a period "leaves"; on a roster with dates it stays, as
    an isolate. A tie is there after one recorded event, so that rare ties come and go by chance
    and by reporting: turnover is high where most ties are single events.

    Parameters
    ----------
    a, b
        Two networks, both directed or both not, of the same tie and weight.

    Returns
    -------
    Series
        - `actors_kept`, `entries`, `exits`: actors in both, only in b, only in a;
        - `jaccard_actors`: actors in both / actors in either;
        - `ties_kept`, `ties_new`, `ties_gone`: ties in both, only in b, only in a;
        - `jaccard_ties`: ties in both / ties in either;
        - `ties_new_by_entry`, `ties_gone_by_exit`: of the new (gone) ties those of an actor who
          was not (is no longer) there;
        - `jaccard_ties_common`: as jaccard_ties, among actors who are in both;
        - `weight_correlation`: Pearson's r of the weights over the ties in either, 0 where a tie
          is absent. Pairs without a tie in both are left out, which pulls it down: two networks
          without a common tie are below 0;
        - `weight_variation`: total variation of the shares of the weight, half the sum of
          |share in a - share in b|: the part of the weight that would have to move, 0 to 1.

        Undefined (nothing to divide by, no variance) is missing. Ties of an actor to itself are
        ignored, as are missing weights in the last two.

    Raises
    ------
    OptionError
        One is directed and one is not, or tie or weight differ.

    Examples
    --------
    >>> import networkx as nx
    >>> compare_networks(nx.Graph(["AB", "BC"]), nx.Graph(["AB", "BD"]))["jaccard_ties"]
    np.float64(0.3333333333333333)
    """
    _check_pair(a, b)
    return stamp(pd.Series(_compare(a, b), name="change", dtype=float), shared_record([a, b]))


def find_turnover(graphs: Mapping[Any, nx.Graph]) -> pd.DataFrame:
    """Compare each network with the one before it.

    Parameters
    ----------
    graphs
        Networks by period, in order of time (`networks_by_period`).

    Returns
    -------
    DataFrame
        Index `period`; the columns of `compare_networks`, each the change since the period
        before. The first period has no one before it: its row is missing throughout.

    Raises
    ------
    OptionError, EmptySelectionError
        As in `compare_networks`; an empty dict.

    Warns
    -----
    DataWarning
        Windows overlap: the same events are in both networks, and turnover is too low.

    Examples
    --------
    >>> import networkx as nx
    >>> graphs = {2016: nx.Graph(["AB"]), 2017: nx.Graph(["AB", "BC"])}
    >>> int(find_turnover(graphs).loc[2017, "ties_new"])
    1
    """
    check_graphs(graphs)
    networks = list(graphs.values())
    for a, b in pairwise(networks):
        _check_pair(a, b)
    if any(int(G.graph.get("window", 1)) > int(G.graph.get("step", 1)) for G in networks):
        warn(
            "The windows overlap: neighbours share events, and change between them is understated. "
            "step = window keeps them apart."
        )
    rows = [_compare(a, b) for a, b in pairwise(networks)]
    nothing = dict.fromkeys(_compare(networks[0], networks[0]), np.nan)
    table = pd.DataFrame([nothing, *rows], index=pd.Index(list(graphs), name="period"))
    table = table.astype(dict.fromkeys(CHANGE_COUNTS, "Int64"))
    return stamp(table, shared_record(networks))


def find_changed_ties(a: nx.Graph, b: nx.Graph) -> pd.DataFrame:
    """List the ties whose weight differs between two networks, the largest difference first.

    Answers which ties made the difference. It compares weights as they are: in a period with more
    events altogether, or better reporting, most ties grow.

    Parameters
    ----------
    a, b
        Two networks, both directed or both not, of the same tie and weight.

    Returns
    -------
    DataFrame
        - `actor1`, `actor2`: the pair, in alphabetical order if undirected;
        - `before`, `after`: weights. 0 where both actors are in the network without a tie;
          missing where one of them is not in it, or the weight was not recorded;
        - `difference`: after - before, an absent actor taken as 0; missing where a weight was
          not recorded;
        - `share`: |difference| over the sum of all |difference|;
        - `change`: "new", "gone" or "kept";
        - `actors`: "in both", or "entry" or "exit" where one of the pair is new or gone.

        Ties of equal weight are left out.

    Raises
    ------
    OptionError
        One is directed and one is not, or tie or weight differ.

    Examples
    --------
    >>> import networkx as nx
    >>> a = nx.Graph([("A", "B", {"weight": 5}), ("A", "C", {"weight": 1})])
    >>> b = nx.Graph([("A", "B", {"weight": 2}), ("A", "C", {"weight": 1})])
    >>> find_changed_ties(a, b)[["actor1", "actor2", "difference", "share"]].values.tolist()
    [['A', 'B', -3.0, 1.0]]
    """
    _check_pair(a, b)
    both = _both_weights(a, b)
    one, two = (both.index.get_level_values(level) for level in ("actor1", "actor2"))
    table = both.assign(difference=both["after"] - both["before"])
    there = {"before": one.isin(list(a)) & two.isin(list(a)),
             "after": one.isin(list(b)) & two.isin(list(b))}  # fmt: skip
    for when, present in there.items():
        table[when] = table[when].where(present)
    tied = pd.DataFrame({"a": _has(a, both.index), "b": _has(b, both.index)}, both.index)
    table["share"] = table["difference"].abs() / table["difference"].abs().sum()
    table["change"] = np.select([tied["a"] & tied["b"], tied["b"]], ["kept", "new"], "gone")
    table["actors"] = np.select([~there["before"], ~there["after"]], ["entry", "exit"], "in both")
    table = table[~(table["difference"] == 0)].reset_index()
    order = table.assign(size=-table["difference"].abs())
    order = order.sort_values(["size", "actor1", "actor2"], na_position="last").index
    return stamp(table.loc[order].reset_index(drop=True), shared_record([a, b]))


def _compare(a: nx.Graph, b: nx.Graph) -> dict[str, float]:
    before, after = set(_tie_weights(a)), set(_tie_weights(b))
    common = set(a) & set(b)
    new, gone, kept = after - before, before - after, before & after
    changed = {tie for tie in before ^ after if set(tie) <= common}
    weights = _both_weights(a, b).dropna()
    return {
        "actors_kept": len(common),
        "entries": len(set(b) - common),
        "exits": len(set(a) - common),
        "jaccard_actors": _ratio(len(common), len(set(a) | set(b))),
        "ties_kept": len(kept),
        "ties_new": len(new),
        "ties_gone": len(gone),
        "jaccard_ties": _ratio(len(kept), len(before | after)),
        "ties_new_by_entry": sum(not set(tie) <= common for tie in new),
        "ties_gone_by_exit": sum(not set(tie) <= common for tie in gone),
        "jaccard_ties_common": _ratio(len(kept), len(kept) + len(changed)),
        "weight_correlation": _correlation(weights),
        "weight_variation": _variation(weights),
    }


def _tie_weights(G: nx.Graph) -> dict[tuple[Hashable, Hashable], float]:
    """Return the weight of each tie; the names in alphabetical order if undirected."""
    ties = without_loops(G).edges(data="weight", default=1)
    if G.is_directed():
        return {(u, v): weight for u, v, weight in ties}
    return {(u, v) if str(u) <= str(v) else (v, u): weight for u, v, weight in ties}


def _both_weights(a: nx.Graph, b: nx.Graph) -> pd.DataFrame:
    """Return the weights of all ties in either, 0 where a tie is absent."""
    before, after = _tie_weights(a), _tie_weights(b)
    pairs = sorted({*before, *after}, key=lambda pair: tuple(map(str, pair)))
    names = [[pair[i] for pair in pairs] for i in (0, 1)]
    index = pd.MultiIndex.from_arrays(names, names=["actor1", "actor2"])
    columns = {
        "before": [float(before.get(pair, 0)) for pair in pairs],
        "after": [float(after.get(pair, 0)) for pair in pairs],
    }
    return pd.DataFrame(columns, index, dtype=float)


def _has(G: nx.Graph, pairs: pd.MultiIndex) -> list[bool]:
    return [bool(G.has_edge(one, two)) for one, two in pairs]


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else np.nan


def _correlation(weights: pd.DataFrame) -> float:
    constant = len(weights) < 2 or (weights.nunique() < 2).any()
    return np.nan if constant else float(np.corrcoef(weights["before"], weights["after"])[0, 1])


def _variation(weights: pd.DataFrame) -> float:
    totals = weights.sum()
    if not (totals > 0).all():
        return np.nan
    shares = weights / totals
    return float((shares["after"] - shares["before"]).abs().sum() / 2)


def _check_pair(a: nx.Graph, b: nx.Graph) -> None:
    check_graph(a)
    check_graph(b)
    if a.is_directed() != b.is_directed():
        raise OptionError(
            "One network is directed and the other is not.",
            "two of the same kind.",
            "ct.actor_network(dyads, directed=False), for both",
        )
    for key in ("tie", "weight"):
        one, two = a.graph.get(key), b.graph.get(key)
        if one is not None and two is not None and one != two:
            raise OptionError(
                f"The networks have different {key}s: {one!r} and {two!r}.",
                f"two networks of the same {key}.",
                f"ct.actor_network(dyads, {key}={one!r}), for both",
            )
