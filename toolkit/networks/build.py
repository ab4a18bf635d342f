"""Networks from dyads: one tie for each pair of actors, several periods summed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option, did_you_mean, warn
from toolkit.networks.graphs import check_graph
from toolkit.networks.rosters import actors_between, read_roster, roster_attributes
from toolkit.networks.sums import Span, Tie, sum_pairs
from toolkit.networks.ties import WEIGHTS, Plan, prepare_ties
from toolkit.provenance import coverage, read_record

if TYPE_CHECKING:
    import networkx as nx

Actors = dict[str, dict[str, str]]


def actor_network(
    dyads: pd.DataFrame,
    *,
    tie: str = "opposition",
    weight: str = "events",
    roster: pd.DataFrame | Iterable[str] | None = None,
    self_loops: str = "drop",
    directed: bool | None = None,
) -> nx.Graph:
    """Build the network of a table of dyads: actors as nodes, one weighted tie for each pair.

    Several periods in the table are summed. A tie says that events of a pair were recorded under
    the dataset's rules; that there is no tie says that none was, not that there was no contact.
    Opposition is no enmity between organisations beyond these events, and an actor without ties
    is an isolate only if a roster says that it existed.

    Parameters
    ----------
    dyads
        What `count_dyads` returns. Without a column `tie` all rows are opposition. Rows with 0
        events are no ties; rows with a missing count (not covered) are left out with a warning.
    tie
        "opposition" or "cooperation". The two are never mixed in one network.
    weight
        "events" (number of events), "fatalities" (deaths, best estimate), "fatalities_low" or
        "fatalities_high" (the provider's bounds).
    roster
        Actors that exist: a table with `actor` and, if known, `first` and `last` (timestamps or
        Periods), or a list of names. Those whose span touches the periods of the table become
        nodes, isolates where they have no tie. An actor with ties that the roster does not name
        is kept, with a warning. None: the actors that have a tie.
    self_loops
        "drop" (with a warning that counts them) or "keep" ties of an actor to itself, which
        aliases can make: fighting inside an umbrella. The measures ignore them.
    directed
        None follows the table. False sums both directions of a directed table. True is an error
        where the order of the actors means nothing.

    Returns
    -------
    networkx.Graph or networkx.DiGraph
        Directed (actor1 -> actor2) where `dyads.attrs["directed"]` is "yes" or "as_recorded".
        Nodes: `name`, with `first` and `last` day (ISO text) where the roster knows them. Ties:
        `weight`; `distance` = 1/weight; `n_events`, `fatalities`, `fatalities_low`,
        `fatalities_high` (where recorded); `periods`, the number of periods with events.
        `G.graph` holds the provenance as flat text.

        A tie of weight 0 (events without deaths, or deaths unknown and coded 0) is a tie in
        degree and density, but has no `distance` and carries no weighted path. A tie whose deaths
        are not recorded has a missing weight (NaN), which is not 0.

    Raises
    ------
    EmptySelectionError
        No row has this tie, or no tie is left and no roster given.
    DirectionError
        directed=True for dyads without direction.
    OptionError, ColumnError
        Unknown option; columns missing, names missing, negative counts.

    Warns
    -----
    DataWarning
        Ties of an actor to itself dropped; rows without a count; ties without recorded deaths;
        actors that the roster lacks.

    References
    ----------
    networkx documentation, ``networkx.Graph``.

    Examples
    --------
    >>> year = pd.PeriodIndex(["2016", "2017"], freq="Y")
    >>> dyads = pd.DataFrame({"actor1": "A", "actor2": ["B", "B"], "period": year,
    ...                       "n_events": [3, 1], "fatalities": [5, 0]})
    >>> actor_network(dyads, roster=["A", "B", "C"]).edges["A", "B"]["weight"]
    4
    """
    rows, plan = prepare_ties(dyads, tie, weight, self_loops, directed)
    if rows.empty and roster is None:
        raise EmptySelectionError(
            f"No {tie} tie is left: no pair of two actors has events.",
            "at least one, or a roster, whose actors are isolates then.",
            "dyads.query('n_events > 0 and actor1 != actor2')",
        )
    span = (dyads["period"].min(), dyads["period"].max()) if len(dyads) else None
    (G,) = _make_graphs(rows, plan, [span], roster)
    return G


def networks_by_period(
    dyads: pd.DataFrame,
    *,
    roster: str | pd.DataFrame | Iterable[str] = "seen",
    window: int = 1,
    step: int = 1,
    start: object = None,
    end: object = None,
    tie: str = "opposition",
    weight: str = "events",
    self_loops: str = "drop",
    directed: bool | None = None,
) -> dict[pd.Period, nx.Graph]:
    """Build a network for each period, or for each window of several periods.

    A period without ties in between gives an empty network (or one of isolates): none was
    recorded. Windows that overlap share events, so that their measures are not independent and
    look smoother than the data.

    Parameters
    ----------
    dyads
        What `count_dyads` returns.
    roster
        Who is there in each window: "seen", the actors with a tie in it; "fixed", all actors of
        the table, in every window; a table with `actor`, `first` and `last`, of whom those whose
        span touches the window; or a list of names. The choice matters: density and isolates of
        "fixed" fall in years in which most actors did not exist yet.
    window, step
        Periods in a window, and periods between the starts of two windows. Only whole windows.
    start, end
        First and last period, by default those of the table. The coverage of the data may reach
        further than the table; a period outside both is an error.
    tie, weight, self_loops, directed
        As in `actor_network`.

    Returns
    -------
    dict of Period and networkx.Graph
        In order of time. The key is the last period of the window, as in pandas' `rolling`;
        `G.graph["period"]` says the whole window.

    Raises
    ------
    OptionError
        A period outside the data; an unknown roster; window or step below 1 or too long.
    EmptySelectionError, DirectionError, ColumnError
        As in `actor_network`.

    Examples
    --------
    >>> dyads = pd.DataFrame({"actor1": ["A", "A"], "actor2": ["B", "C"], "n_events": [3, 1],
    ...                       "period": pd.PeriodIndex(["2016", "2018"], freq="Y")})
    >>> graphs = networks_by_period(dyads, roster="fixed")
    >>> {str(p): (len(G), G.number_of_edges()) for p, G in graphs.items()}
    {'2016': (3, 1), '2017': (3, 0), '2018': (3, 1)}
    """
    rows, plan = prepare_ties(dyads, tie, weight, self_loops, directed)
    if isinstance(roster, str):
        check_option("roster", roster, ["seen", "fixed"])
        everybody = {str(name) for end in ("actor1", "actor2") for name in dyads[end].unique()}
        roster = None if roster == "seen" else sorted(everybody)
    spans = _windows(_whole_range(dyads, start, end), window, step)
    graphs = _make_graphs(rows, plan, spans, roster)
    for G in graphs:
        G.graph.update(window=str(window), step=str(step))
    return {last: G for (_, last), G in zip(spans, graphs, strict=True)}


def ego_network(G: nx.Graph, actor: str, *, radius: int = 1) -> nx.Graph:
    """Return an actor, the others within some ties of it, and all ties among them.

    Ties count in both directions. Of radius 1: the actor, its opponents, and who of them fight
    each other.

    Raises
    ------
    OptionError
        The actor is not in the network (the message has the nearest names), or radius below 1.

    Examples
    --------
    >>> import networkx as nx
    >>> sorted(ego_network(nx.Graph([("A", "B"), ("B", "C")]), "A"))
    ['A', 'B']
    """
    import networkx as nx

    check_graph(G)
    if actor not in G:
        raise OptionError(
            f"The network has no actor {actor!r}.",
            did_you_mean(str(actor), G),
            "sorted(G), and a name from there as it is written",
        )
    _check_count("radius", radius)
    ego = nx.ego_graph(G, actor, radius=radius, undirected=True)
    return _add_step(ego, f"actors within {radius} ties of {actor}")


# -------------------------------------------------------------------------------- the graph


def _make_graphs(
    rows: pd.DataFrame,
    plan: Plan,
    spans: list[Span] | list[Span | None],
    roster: pd.DataFrame | Iterable[str] | None,
) -> list[nx.Graph]:
    """Build the network of each span of periods; the warnings are of all of them together."""
    names = None if roster is None else read_roster(roster)
    days = {} if names is None else roster_attributes(names)
    kind = "with dates" if isinstance(roster, pd.DataFrame) else "a list of names"
    said = f"{len(days):,} actors, {kind}" if names is not None else "actors with a tie"
    limits = [(span[0].start_time, span[1].end_time) for span in spans if span is not None]
    known = [[]] * len(limits) if names is None else list(actors_between(names, limits))
    there = known or [list(days)]
    graphs, strangers = [], set()
    pairs = sum_pairs(rows, WEIGHTS[plan.weight], spans)
    for span, ties, actors in zip(spans, pairs.ties(), there, strict=True):
        G = _make_graph(ties, {actor: days[actor] for actor in actors}, plan)
        strangers |= set() if names is None else set(G).difference(actors)
        _add_span(G, plan, span, said)
        graphs.append(G)
    _tell_strangers(strangers)
    _tell_missing(pairs.sums["weight"])
    return graphs


def _make_graph(ties: list[Tie], actors: Actors, plan: Plan) -> nx.Graph:
    """Build one network: the roster's actors, and the sums of the rows."""
    import networkx as nx

    G = nx.DiGraph() if plan.directed else nx.Graph()
    tied = {name for one, two, _ in ties for name in (one, two)}
    names = sorted(tied.union(actors))
    G.add_nodes_from((name, {"name": name, **actors.get(name, {})}) for name in names)
    G.add_edges_from(ties)
    return G


def _add_span(G: nx.Graph, plan: Plan, span: Span | None, roster: str) -> None:
    G.graph.update(plan.record, roster=roster)
    step = f"network of {plan.tie} ties by {plan.weight}"
    if span is not None:
        G.graph["period"] = str(span[0]) if span[0] == span[1] else f"{span[0]} to {span[1]}"
        step += f" in {G.graph['period']}"
    _add_step(G, step)


def _add_step(G: nx.Graph, step: str) -> nx.Graph:
    G.graph["steps"] = "; ".join(s for s in (G.graph.get("steps", ""), step) if s)
    return G


def _tell_strangers(strangers: set[str]) -> None:
    if strangers:
        few = ", ".join(sorted(strangers)[:3]) + (" ..." if len(strangers) > 3 else "")
        warn(
            f"{len(strangers):,} actors have ties in periods in which the roster does not have "
            f"them, and are kept: {few}."
        )


def _tell_missing(weights: list[float]) -> None:
    unknown = sum(weight != weight for weight in weights)
    if unknown:
        warn(
            f"Of {unknown:,} of {len(weights):,} ties no deaths are recorded: their weight is "
            "missing, not 0. They count as ties, but carry no strength and no path."
        )


# ---------------------------------------------------------------------------------- windows


def _whole_range(dyads: pd.DataFrame, start: object, end: object) -> pd.PeriodIndex:
    """Return the periods from start to end, or raise if the data do not reach so far."""
    if dyads.empty:
        raise EmptySelectionError(
            "The table of dyads has no rows.", "at least one.", "ct.count_dyads(events)"
        )
    periods = dyads["period"]
    freq = periods.dtype.freq
    first, last = periods.min(), periods.max()
    asked = [_read_period(n, p, freq) for n, p in (("start", start), ("end", end))]
    known = [first, last] if asked == [None, None] else _known_range(dyads)
    for name, period in zip(("start", "end"), asked, strict=True):
        if period is not None and not known[0] <= period <= known[1]:
            raise OptionError(
                f"{name}={str(period)!r} is outside the data: what happened then is not known.",
                f"{known[0]} to {known[1]}.",
                f"{name}={str(known[name == 'end'])!r}",
            )
    first, last = asked[0] or first, asked[1] or last
    if first > last:
        raise OptionError(
            f"start={str(first)!r} is after end={str(last)!r}.",
            "the earlier period first.",
            f"start={str(last)!r}, end={str(first)!r}",
        )
    return pd.period_range(first, last, freq=freq)


def _known_range(dyads: pd.DataFrame) -> list[pd.Period]:
    """Return the first and the last period that the table or the coverage of the data has."""
    first, last = dyads["period"].min(), dyads["period"].max()
    spans = coverage(dyads).dropna(subset=["start", "end"])
    if spans.empty or "filter not recorded" in read_record(dyads).get("steps", ""):
        return [first, last]
    freq = dyads["period"].dtype.freq
    return [
        min(first, spans["start"].min().to_period(freq)),
        max(last, spans["end"].max().to_period(freq)),
    ]


def _read_period(name: str, value: object, freq: Any) -> pd.Period | None:
    """Return the first period of a start, the last of an end: in months "2017" ends in December."""
    if value is None:
        return None
    try:
        span = value if isinstance(value, pd.Period) else pd.Period(str(value))
    except ValueError as fault:
        raise OptionError(
            f"{name}={value!r} is not a period.",
            "a year, quarter, month, week or day.",
            f"{name}='2017'",
        ) from fault
    return pd.Period(span.start_time if name == "start" else span.end_time, freq=freq)


def _windows(periods: pd.PeriodIndex, window: int, step: int) -> list[Span]:
    """Return first and last period of each whole window."""
    for name, value in (("window", window), ("step", step)):
        _check_count(name, value)
    if window > len(periods):
        raise OptionError(
            f"window={window} is longer than the {len(periods)} periods.",
            f"1 to {len(periods)}.",
            f"window={len(periods)}",
        )
    starts = range(0, len(periods) - window + 1, step)
    unused = len(periods) - (starts[-1] + window)
    skipped = max(step - window, 0) * (len(starts) - 1)
    if unused or skipped:
        warn(f"{unused + skipped} of {len(periods)} periods are in no window of {window}.")
    known = list(periods)
    return [(known[i], known[i + window - 1]) for i in starts]


def _check_count(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise OptionError(
            f"{name}={value!r} is not possible.", "whole numbers from 1.", f"{name}=1"
        )
