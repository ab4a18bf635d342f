"""Reporting: one network for each stated choice, and the range of a measure over the choices."""

from __future__ import annotations

import re
import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.actors.participants import participants
from toolkit.dyads import count_dyads
from toolkit.errors import DataWarning, EmptySelectionError, OptionError, did_you_mean, warn
from toolkit.filters import filter_events
from toolkit.networks.build import actor_network
from toolkit.networks.centrality import degree, strength
from toolkit.networks.draws import BINARY, MEASURES, check_measures, measure_draws, read_draws
from toolkit.networks.graphs import check_graphs, shared_record
from toolkit.permutation import check_whole
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

OF_ACTORS = ["degree", "strength", "share", "rank"]
IN_UNITS = ["total_weight", "strength"]  # events, or deaths: not both in one range
USUAL = ["n_ties", "density", "transitivity", "n_components", "largest_component_share",
         "concentration"]  # fmt: skip
COLUMNS = ["estimate", "low", "low_at", "high", "high_at", "n_alternatives", "n_undefined"]
MOST = 500


def networks_by_choice(
    events: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    people: pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
    geo_precision: str | Iterable[str | None] | None = None,
    date_precision: str | Iterable[str | None] | None = None,
    split: str | Iterable[str] = "whole",
    minimum_events: int | Iterable[int] = 1,
    weight: str | Iterable[str] = "events",
    tie: str = "opposition",
    period: str = "year",
    among: pd.DataFrame | Iterable[str] | None = None,
    roster: pd.DataFrame | Iterable[str] | None = None,
) -> dict[str, nx.Graph]:
    """Build the network of the same events for every combination of the stated choices.

    Each choice is one value, or a list of alternatives of which the first is the main one. Which
    events count (precision, or several tables), who is one actor (aliases, views, categories,
    regimes and coalitions, each in a table of participants), which bound of the deaths weighs a
    tie: all are decisions on which a network hangs, and of which articles mostly report one.

    Nothing is random. State what you would defend; a choice that nobody would make widens the
    range and says nothing.

    Parameters
    ----------
    events
        Event table, or several by name (a period, a type of violence, another release).
    people
        PARTICIPANTS of these events, or several tables by name: `participants(events, ...)` with
        the aliases, view and policies of each alternative. By default `participants(events)`.
    geo_precision, date_precision
        The least precise level that counts, as in `filter_events`; None is every event.
    split, minimum_events
        As in `count_dyads`.
    weight
        "events", "fatalities", "fatalities_low", "fatalities_high".
    tie, period, among, roster
        The same in all networks, as in `count_dyads` and `actor_network`.

    Returns
    -------
    dict of str and networkx.Graph
        In the order of the lists. The first, "main", is that of all main choices; the key of each
        other says in what it differs from it ("date_precision day, weight fatalities_low").
        `G.graph["choice"]` holds all that was stated in lists.

    Raises
    ------
    OptionError
        An empty list of alternatives, more than 500 combinations, or an unknown value.
    EmptySelectionError
        A combination leaves no tie; the message names it.

    Warns
    -----
    DataWarning
        As `participants`, `count_dyads` and `actor_network`, each once. Where the numbers in a
        warning differ between the alternatives it has those of the first, and says so.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.load_sample("ged")
    >>> weights = ["fatalities", "fatalities_low"]
    >>> graphs = networks_by_choice(events, geo_precision=[None, "near"], weight=weights)
    >>> list(graphs)
    ['main', 'weight fatalities_low', 'geo_precision near', 'geo_precision near, weight fat...']
    """
    choices = {
        "events": _named(events, "events"),
        "people": _named(people, "people"),
        "geo_precision": _listed(geo_precision, "geo_precision"),
        "date_precision": _listed(date_precision, "date_precision"),
        "split": _listed(split, "split"),
        "minimum_events": _numbers(minimum_events, "minimum_events"),
        "weight": _listed(weight, "weight"),
    }
    n = int(np.prod([len(values) for values in choices.values()]))
    if n > MOST:
        raise OptionError(
            f"The choices have {n:,} combinations.",
            f"{MOST} at most.",
            "shorter lists, or one choice after the other",
        )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fixed = {"tie": tie, "period": period, "among": among}
        graphs = _build_all(choices, people is None, roster, fixed)
    _warn_once(caught)
    return graphs


def reporting_range(
    graphs: Mapping[str, nx.Graph],
    *,
    measures: str | Iterable[str] | None = None,
    actor: Hashable | None = None,
) -> pd.DataFrame:
    """Say how far measures move over the stated alternatives.

    Nothing is random, and this is no confidence interval: the range holds what the stated
    alternatives give and nothing else. Alternatives that were not stated can lie outside, those
    that were are not equally defensible, and what no alternative records is in none of them. A
    narrow range says that these choices do not matter, not that the number is right.

    Parameters
    ----------
    graphs
        Networks by choice (`networks_by_choice`), at least two; the first is the main one.
    measures
        Names of measures of a network, as in `thinning_curve`; by default n_ties, density,
        transitivity, n_components, largest_component_share and concentration. Of an actor:
        "degree", "strength", "share" (of the sum of all strengths), "rank" (1 is the strongest);
        by default all that can be compared.
    actor
        Measure this actor instead of the network.

    Returns
    -------
    DataFrame
        Index `measure`: `estimate` (the first alternative), `low`, `low_at` (the first
        alternative that gives it), `high`, `high_at`, `n_alternatives`, `n_undefined` (those in
        which the measure is undefined, or the actor is not there). `attrs["kind"]` is "reporting".

    Raises
    ------
    OptionError
        Fewer than two networks; total weight or strength of networks of which some are weighted
        by events and some by deaths; an unknown measure or actor.

    Examples
    --------
    >>> import toolkit as ct
    >>> weights = ["fatalities", "fatalities_low", "fatalities_high"]
    >>> graphs = networks_by_choice(ct.load_sample("ged"), weight=weights)
    >>> reporting_range(graphs, measures="total_weight")[["estimate", "low", "high"]]
                  estimate      low     high
    measure
    total_weight   11822.0  10572.0  14805.0
    """
    check_graphs(graphs)
    if len(graphs) < 2:
        raise OptionError(
            "There is one network, and so no alternative.",
            "two networks or more.",
            'networks_by_choice(events, date_precision=[None, "day"])',
        )
    names = _choose_measures(graphs, measures, actor)
    values = pd.DataFrame(
        [_measure(G, names, actor) for G in graphs.values()],
        index=pd.Index([str(label) for label in graphs]),
        columns=pd.Index(names, name="measure"),
    )
    rows = {name: _find_ends(values[name]) for name in names}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).rename_axis("measure")
    whose = "" if actor is None else f" of {actor}"
    first = str(next(iter(graphs.values())).graph.get("choice") or values.index[0])
    step = (
        f"range of {', '.join(names)}{whose} over {len(graphs)} stated alternatives, "
        f"of which the first is: {first}"
    )
    return add_step(table, shared_record(graphs.values()), step, kind="reporting", actor=actor)


# --------------------------------------------------------------------------------- the choices


def _build_all(
    choices: dict[str, dict[Any, Any]], alone: bool, roster: Any, fixed: dict[str, Any]
) -> dict[str, nx.Graph]:
    """Build the networks; the dyads of all weights are counted once."""
    graphs: dict[str, nx.Graph] = {}
    weights, counted = choices["weight"], {o: v for o, v in choices.items() if o != "weight"}
    tables = choices["events"].items()
    everybody = {name: participants(table) for name, table in tables} if alone else {}
    for names in _show(list(product(*counted.values()))):
        stated = dict(zip(counted, names, strict=True))
        found = {option: choices[option][name] for option, name in stated.items()}
        if alone:
            found["people"] = everybody[stated["events"]]
        dyads = _count(found, _differ(stated, choices), **fixed)
        for name in weights:
            stated["weight"] = name
            G = actor_network(dyads, tie=fixed["tie"], weight=weights[name], roster=roster)
            G.graph["choice"] = _say({o: v for o, v in stated.items() if len(choices[o]) > 1})
            graphs[_differ(stated, choices)] = G
    return graphs


def _warn_once(caught: list[warnings.WarningMessage]) -> None:
    """Tell each warning once, whatever the numbers in it, and not for each combination."""
    told: dict[str, list[str]] = {}
    for one in caught:
        if not issubclass(one.category, DataWarning):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
            continue
        text = str(one.message)
        told.setdefault(re.sub(r"\d[\d,.]*", "#", text), []).append(text)
    for texts in told.values():
        other = len(set(texts)) > 1
        warn(texts[0] + (" In other alternatives the numbers are others." if other else ""))


def _named(tables: Any, option: str) -> dict[Any, Any]:
    """Return tables by name; a single one has no name."""
    if not isinstance(tables, Mapping):
        return {"": tables}
    return _check_some({str(name): table for name, table in tables.items()}, option)


def _listed(values: Any, option: str) -> dict[Any, Any]:
    """Return the alternatives of an option by the word that stands for them."""
    single = isinstance(values, str) or not isinstance(values, Iterable)
    listed = [values] if single else list(values)
    return _check_some({"any" if v is None else str(v): v for v in listed}, option)


def _numbers(values: Any, option: str) -> dict[Any, Any]:
    """Return whole numbers as `_listed` does; 2 and 2.0 are one alternative."""
    listed = _listed(values, option).values()
    return _listed([check_whole(option, n, least=1, usual=1) for n in listed], option)


def _check_some(values: dict[str, Any], option: str) -> dict[Any, Any]:
    if not values:
        raise OptionError(
            f"{option} has no alternative.", "one or more, the main one first.", f"{option}=None"
        )
    return values


def _say(stated: Mapping[str, str]) -> str:
    return ", ".join(f"{option} {name}" for option, name in stated.items())


def _differ(stated: Mapping[str, str], choices: Mapping[str, Mapping[str, Any]]) -> str:
    """Say in what a combination differs from the first of all."""
    other = {o: name for o, name in stated.items() if name != next(iter(choices[o]))}
    return _say(other) or "main"


def _count(found: Mapping[str, Any], label: str, **fixed: Any) -> pd.DataFrame:
    """Count the dyads of one combination; where nothing is left, say which it is."""
    events = found["events"]
    precision = {c: found[c] for c in ("geo_precision", "date_precision") if found[c] is not None}
    try:
        events = filter_events(events, **precision) if precision else events
        return count_dyads(
            events, people=found["people"], split=found["split"],
            minimum_events=found["minimum_events"], **fixed,
        )  # fmt: skip
    except EmptySelectionError as fault:
        raise EmptySelectionError(
            f"Nothing is left of the alternative {label!r}: {fault.wrong}",
            fault.allowed,
            fault.fix,
        ) from fault


def _show(combinations: list[Any]) -> Iterator[Any]:
    """Yield the combinations, with a progress bar where it takes longer than a few seconds."""
    from tqdm.auto import tqdm

    yield from tqdm(combinations, desc="choices", delay=3, leave=False)


# -------------------------------------------------------------------------------- the measures


def _choose_measures(
    graphs: Mapping[str, nx.Graph], measures: str | Iterable[str] | None, actor: Hashable | None
) -> list[str]:
    """Return the measures; none of them in events here and in deaths there."""
    if actor is not None and not any(actor in G for G in graphs.values()):
        raise OptionError(
            f"No network has an actor {actor!r}.",
            did_you_mean(str(actor), sorted({str(name) for G in graphs.values() for name in G})),
            "sorted(G), and a name from there as it is written",
        )
    units = {"events" if G.graph.get("weight") == "events" else "deaths" for G in graphs.values()}
    if measures is None:
        usual = USUAL if actor is None else OF_ACTORS
        return [name for name in usual if len(units) == 1 or name not in IN_UNITS]
    names = check_measures(measures, MEASURES if actor is None else OF_ACTORS)
    mixed = [name for name in names if name in IN_UNITS and len(units) > 1]
    if mixed:
        raise OptionError(
            f"{mixed[0]} is in events in some of the networks and in deaths in others.",
            "measures without a unit (" + ", ".join([*BINARY, "concentration"]) + "; of an actor "
            "degree, share, rank), or weights of one unit.",
            'weight=["fatalities", "fatalities_low", "fatalities_high"]',
        )
    return names


def _measure(G: nx.Graph, names: list[str], actor: Hashable | None) -> list[float]:
    if actor is None:
        return [float(value) for value in measure_draws(read_draws(G), names).iloc[0]]
    if actor not in G:
        return [np.nan] * len(names)
    strengths = strength(G)
    total = strengths.sum()
    found = {
        "degree": degree(G),
        "strength": strengths,
        "share": strengths / total if total > 0 else strengths * np.nan,
        "rank": strengths.rank(ascending=False),
    }
    return [float(found[name].loc[actor]) for name in names]


def _find_ends(values: pd.Series) -> list[Any]:
    """Return the first value, and the lowest and highest with the alternatives that give them."""
    known = values.dropna()
    lost = len(values) - len(known)
    if known.empty:
        return [np.nan, np.nan, None, np.nan, None, len(values), lost]
    return [
        values.iloc[0], known.min(), known.idxmin(), known.max(), known.idxmax(), len(values), lost
    ]  # fmt: skip
