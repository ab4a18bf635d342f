"""Signed networks: opposition and cooperation between the same actors as one network."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from toolkit.errors import DirectionError, OptionError, check_option, warn
from toolkit.networks.graphs import check_graph, check_graphs, shared_record, without_loops

if TYPE_CHECKING:
    import networkx as nx

Layer = dict[frozenset[Hashable], tuple[Any, Any]]  # weight and events of each pair
BOTH = ("opposition", "cooperation", "stronger", "leave_out")


def signed_network(
    opposition: nx.Graph, cooperation: nx.Graph, *, both: str | None = None
) -> nx.Graph:
    """Join a network of opposition and one of cooperation into one with signs.

    The same two actors can be on one side and on opposite sides in the same period. How such a
    pair is signed changes every index of balance, and no dataset says it: the choice is yours,
    and has no default.

    A sign sums up a period: -1 says that events of the pair on opposite sides were recorded, 1
    that they were listed on one side, or that acts between them were classed as cooperation. Being
    listed together is no proof of an alliance, and no tie is no neutrality: nothing was recorded.

    Parameters
    ----------
    opposition, cooperation
        Networks of the same dataset and period (`actor_network` with tie="opposition" and
        "cooperation"). Undirected. Ties of an actor to itself are ignored.
    both
        How a pair with both ties is signed. "opposition" or "cooperation": always so.
        "stronger": the one with more events; a pair with equally many has no tie, and the events
        of both ties have to be known.
        "leave_out": such pairs have no tie.

    Returns
    -------
    networkx.Graph
        Actors: those of either network. Ties: `sign` (1 cooperation, -1 opposition); `weight`,
        that of the layer that gave the sign; `n_opposition` and `n_cooperation`, the events of
        each kind (in a layer without `n_events` its weights), 0 where there is none. `G.graph`
        holds the rule (`both`), the number of pairs with both ties (`n_both`), and of those
        without a tie (`n_left_out`), and as `cooperation` where the positive ties come from:
        "co-listing" in events, "acts" where all are acts between the two that the provider
        classes as cooperation (GDELT), or "as given".

    Raises
    ------
    OptionError
        `both` is missing or unknown; the networks come from different datasets; "stronger" for
        a pair whose events of one kind are not recorded.
    DirectionError
        A directed network.

    Warns
    -----
    DataWarning
        Pairs with both ties; networks of different periods.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"), tie="both", split="share")
    >>> layers = [ct.actor_network(dyads, tie=tie) for tie in ("opposition", "cooperation")]
    >>> S = signed_network(*layers, both="stronger")
    >>> sum(sign == 1 for *_, sign in S.edges(data="sign"))
    3
    """
    _check_both(both)
    S = _join(opposition, cooperation, str(both))
    _tell([S], [opposition], [cooperation])
    return S


def signed_by_period(
    opposition: Mapping[Any, nx.Graph],
    cooperation: Mapping[Any, nx.Graph],
    *,
    both: str | None = None,
) -> dict[Any, nx.Graph]:
    """Join networks of opposition and of cooperation, period by period, into signed ones.

    Parameters
    ----------
    opposition, cooperation
        Networks of the same periods (`networks_by_period`, from one table of dyads with
        tie="both").
    both
        As in `signed_network`.

    Returns
    -------
    dict of period and networkx.Graph

    Raises
    ------
    OptionError
        The periods differ; otherwise as in `signed_network`.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"), tie="both", split="share")
    >>> kinds = ("opposition", "cooperation")
    >>> layers = [ct.networks.networks_by_period(dyads, tie=kind) for kind in kinds]
    >>> len(signed_by_period(*layers, both="leave_out"))
    8
    """
    _check_both(both)
    check_graphs(opposition)
    check_graphs(cooperation)
    if list(opposition) != list(cooperation):
        differ = [str(p) for p in {**opposition, **cooperation}
                  if p not in opposition or p not in cooperation]  # fmt: skip
        raise OptionError(
            f"The layers have different periods: {', '.join(differ[:3]) or 'another order'}.",
            "the same periods in both, empty networks included.",
            "ct.networks.networks_by_period(dyads, tie=..., start=..., end=...)",
        )
    signed = {p: _join(opposition[p], cooperation[p], str(both)) for p in opposition}
    _tell(list(signed.values()), opposition.values(), cooperation.values())
    return signed


def _check_both(both: str | None) -> None:
    if both is None:
        raise OptionError(
            "How a pair with both ties is signed was not said.",
            ", ".join(repr(b) for b in BOTH) + ". No dataset says it, and results hang on it.",
            "both='stronger', and once more with another rule",
        )
    check_option("both", both, BOTH)


def _join(opposition: nx.Graph, cooperation: nx.Graph, both: str) -> nx.Graph:
    import networkx as nx

    _check_layers(opposition, cooperation)
    minus, plus = _read_layer(opposition), _read_layer(cooperation)
    S = nx.Graph()
    for G in (opposition, cooperation):
        S.add_nodes_from(G.nodes(data=True))
    for pair in {**minus, **plus}:
        weights, events = zip(minus.get(pair, (0, 0)), plus.get(pair, (0, 0)), strict=True)
        sign = _find_sign(pair, minus, plus, both)
        if sign:
            one, two = sorted(pair, key=str)
            S.add_edge(one, two, sign=sign, weight=weights[sign > 0], n_opposition=events[0],
                       n_cooperation=events[1])  # fmt: skip
    n_both = len(set(minus) & set(plus))
    n_left_out = len(set(minus) | set(plus)) - S.number_of_edges()
    given = "co-listing" if cooperation.graph.get("tie") == "cooperation" else "as given"
    record = shared_record([opposition, cooperation]) | {
        "tie": "signed", "both": both, "n_both": str(n_both), "n_left_out": str(n_left_out),
        "cooperation": cooperation.graph.get("cooperation", given),
    }  # fmt: skip
    step = f"signed network, {n_both:,} pairs with both ties: {both}, {n_left_out:,} without a tie"
    S.graph.update(record, steps="; ".join(s for s in (record.get("steps", ""), step) if s))
    return S


def _find_sign(pair: frozenset[Hashable], minus: Layer, plus: Layer, both: str) -> int:
    """Return 1 or -1, or 0 for a pair with both ties that the rule leaves out."""
    if pair not in minus or pair not in plus:
        return 1 if pair in plus else -1
    if both != "stronger":
        return {"opposition": -1, "cooperation": 1, "leave_out": 0}[both]
    opposed, together = minus[pair][1], plus[pair][1]
    if math.isnan(opposed) or math.isnan(together):
        one, two = sorted(pair, key=str)
        raise OptionError(
            f"{one} and {two} have both ties, and one without a known number of events.",
            "`n_events` (or a known weight) for both, or a rule that compares no events.",
            "both='leave_out'",
        )
    return int(together > opposed) - int(together < opposed)


def _read_layer(G: nx.Graph) -> Layer:
    """Return weight and number of events of each pair."""
    ties = without_loops(G).edges(data=True)
    weights = ((u, v, d, d.get("weight", 1)) for u, v, d in ties)
    return {frozenset((u, v)): (w, d.get("n_events", w)) for u, v, d, w in weights}


def _check_layers(opposition: nx.Graph, cooperation: nx.Graph) -> None:
    for name, G in (("opposition", opposition), ("cooperation", cooperation)):
        check_graph(G)
        if G.is_directed():
            raise DirectionError(
                f"The network of {name} is directed.",
                "undirected ones: cooperation has no direction, and a tie one sign.",
                "ct.actor_network(dyads, directed=False)",
            )
        kind = G.graph.get("tie", name)
        if kind != name:
            raise OptionError(
                f"The network of {name} holds {kind} ties.",
                "opposition first, cooperation second.",
                "signed_network(opposition, cooperation, both=...)",
            )
    for key, what in (("dataset", "dataset"), ("version", "version"), ("weight", "weight")):
        said = [str(G.graph[key]) for G in (opposition, cooperation) if key in G.graph]
        if len(set(said)) > 1:
            raise OptionError(
                f"The two networks differ in their {what}: {' and '.join(said)}.",
                "both layers from one table of events.",
                'dyads = ct.count_dyads(events, tie="both"), and both networks from it',
            )


def _tell(signed: list[nx.Graph], opposition: Any, cooperation: Any) -> None:
    """Warn of the pairs with both ties, and of periods that differ, over all networks at once."""
    n_both, left_out = (sum(int(S.graph[k]) for S in signed) for k in ("n_both", "n_left_out"))
    if n_both:
        total = n_both + sum(S.number_of_edges() for S in signed) - (n_both - left_out)
        rule = signed[0].graph["both"]
        gone = f" {left_out:,} of them have no tie." if left_out else ""
        warn(
            f"{n_both:,} of {total:,} pairs have ties of both kinds; the rule is both={rule!r}."
            f"{gone} Compare with another rule."
        )
    apart = [(G.graph["period"], H.graph["period"])
             for G, H in zip(opposition, cooperation, strict=True)
             if "period" in G.graph and "period" in H.graph]  # fmt: skip
    differ = [f"{one} and {two}" for one, two in apart if one != two]
    if differ:
        warn(f"The layers have ties in different periods: {', '.join(differ[:3])}.")
