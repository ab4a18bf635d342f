"""What a network can lose: whole events of its ties, and the actors whose ties are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.networks.draws import WEIGHTED, Draws, draw_degrees, read_draws
from toolkit.networks.graphs import without_loops

if TYPE_CHECKING:
    import networkx as nx

TOPOLOGY = ("n_ties", "density", "transitivity", "n_components", "largest_component_share")


class Recorded(NamedTuple):
    """A network as it was recorded.

    `tied` says which actors have a tie. `stay` says whether they stay when they have none left:
    not where the actors of the network are those with a tie.
    """

    draws: Draws
    tied: np.ndarray
    stay: bool


def read_recorded(G: nx.Graph) -> Recorded:
    """Return the network as a draw, with its rule of which actors stay.

    Examples
    --------
    >>> import networkx as nx
    >>> read_recorded(nx.Graph(["AB", "CC"])).tied.tolist()
    [True, True, False]
    """
    draws = read_draws(G)
    stay = not str(G.graph.get("roster", "")).startswith("actors with a tie")
    return Recorded(draws, draw_degrees(draws)[0] > 0, stay)


def settle(draws: Draws, tied: np.ndarray, *, stay: bool) -> Draws:
    """Return the draws without the actors who lost all ties in them, unless these stay.

    Who had no tie before (`tied`, one for each actor of the draws) has lost none, and is kept.
    """
    if stay:
        return draws
    return draws._replace(there=draws.there & ((draw_degrees(draws) > 0) | ~tied))


def read_events(G: nx.Graph) -> np.ndarray:
    """Return the events of each tie, in the order of `read_draws`, or say what is off.

    Examples
    --------
    >>> import networkx as nx
    >>> read_events(nx.Graph([("A", "B", {"n_events": 3})])).tolist()
    [3]
    """
    ties = without_loops(G).edges(data="n_events")
    events = np.array([np.nan if n is None else n for *_, n in ties], dtype=float)
    if np.isnan(events).any():
        raise OptionError(
            f"{int(np.isnan(events).sum()):,} of {len(events):,} ties have no n_events.",
            "the number of events on each tie, as actor_network writes it.",
            "ct.actor_network(dyads)",
        )
    odd = (events % 1 != 0) | (events < 1)
    if odd.any():
        raise OptionError(
            f"n_events is {events[odd][0]:.3g} on a tie, and only whole events can be missed or "
            "go to one actor or another.",
            "whole numbers from 1: events counted whole, in the period of their start.",
            'ct.count_dyads(events, split="whole", straddling="start")',
        )
    return events.astype(np.int64)


def read_minimum(G: nx.Graph, events: np.ndarray) -> int:
    """Return how many events a tie needs to be one: `minimum_events` of `count_dyads`, or 1.

    The rule is about all periods together. In a network of some of them it cannot be asked again.
    """
    minimum = int(G.graph.get("minimum_events", 1))
    part = f"windows of {G.graph['window']} periods" if "window" in G.graph else ""
    if (events < minimum).any():
        part = f"a tie with {events.min()} of them"
    if minimum > 1 and part:
        raise OptionError(
            f"A tie had to have {minimum} events in all periods together, and this network has "
            f"{part}: with fewer events, it is not known which ties would still be there.",
            "a network of all periods of the dyads, or dyads of all pairs.",
            f"ct.actor_network(dyads), or ct.count_dyads(events, minimum_events=1) in place of "
            f"{minimum}",
        )
    return minimum


def check_weights(recorded: Draws, events: np.ndarray, names: list[str]) -> None:
    """Raise for a measure of weights, unless the weights are the events."""
    weighted = [name for name in names if name in WEIGHTED]
    if weighted and not np.array_equal(recorded.weight[0], events):
        raise OptionError(
            f"{weighted[0]} reads weights that are not the number of events: which deaths go with "
            "which event is not known here.",
            "measures of the ties alone, or a network weighted by events.",
            'ct.actor_network(dyads, weight="events")',
        )


def find_range(values: pd.Series, level: float) -> tuple[float, float, float, int]:
    """Return mean, low and high of the draws in which there is a value, and in how many is none.

    Examples
    --------
    >>> find_range(pd.Series([1.0, 2.0, 3.0, np.nan]), 0.5)
    (2.0, 1.5, 2.5, 1)
    """
    known = values.dropna().to_numpy(float)
    lost = len(values) - len(known)
    if not len(known):
        return np.nan, np.nan, np.nan, lost
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(known.mean()), float(low), float(high), lost
