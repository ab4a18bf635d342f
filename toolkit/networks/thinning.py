"""Thinning: how the measures of a network move when each event is missed with some probability."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.networks.draws import Draws, check_measures, measure_draws
from toolkit.networks.graphs import shared_record
from toolkit.networks.losses import (
    TOPOLOGY,
    check_weights,
    find_range,
    read_events,
    read_minimum,
    read_recorded,
    settle,
)
from toolkit.permutation import check_rate, check_seed, check_whole
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

COLUMNS = ["measure", "missed", "estimate", "low", "high", "observed", "n_undefined"]


def thinning_curve(
    G: nx.Graph,
    *,
    measures: str | Iterable[str] = TOPOLOGY,
    missed: float | Iterable[float] = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5),
    n_draws: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how measures would have moved had each recorded event been missed with probability q.

    Random is which events are missed, each apart from all others; held are the recorded events
    and the actors that a roster names. A tie is gone when all its events are missed; where
    `count_dyads` asked for `minimum_events`, when fewer than so many are left. Actors who lose
    all ties vanish where the network was built from the actors with a tie, and stay as isolates
    where it has a roster, or does not say (`G.graph["roster"]`). Who is an isolate of the network
    itself stays.

    The recorded network is itself a thinned one. The curve says how a measure would stand had more
    been missed; it extrapolates nothing backwards, and its value at q is no estimate of the
    network without omissions. A steep curve says that the measure hangs on ties of one event. And
    independent misses are kind: real ones cluster in places, times and actors that nobody reports
    on, and take whole parts of a network away. An event of a coalition that counts whole in
    several ties is missed in each of them apart, where in truth it is missed in all.

    Parameters
    ----------
    G
        A network with `n_events` on its ties, in whole numbers (`split="whole"`). One of dyads
        with `minimum_events` has to hold all periods of them, because the rule is about all.
    measures
        Names of measures of a network: n_ties, density, n_isolates, transitivity,
        mean_clustering, reciprocity, degree_assortativity, degree_centralization, n_components,
        largest_component_share; in a network weighted by events also total_weight,
        concentration, effective_number.
    missed
        Probabilities q, 0 to less than 1.
    n_draws
        Networks drawn for each probability, 20 or more.
    level
        Share of the draws between `low` and `high`.
    seed
        Start of the random numbers.

    Returns
    -------
    DataFrame
        One row for each measure and probability: `measure`, `missed`, `estimate` (mean of the
        draws), `low`, `high`, `observed`, `n_undefined` (draws in which the measure is undefined
        and that are left out). `attrs["kind"]` is "thinning".

    Raises
    ------
    OptionError
        Ties without whole numbers of events, or of some of the periods that `minimum_events`
        was asked of; a measure of weights where the weights are not the
        events, because it is not known which deaths go with which event; a probability below 0
        or not below 1; an unknown measure.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"), period="month")
    >>> G = ct.actor_network(dyads[dyads["period"] == "2015-06"])
    >>> thinning_curve(G, measures="n_ties", missed=[0, 0.5])[["missed", "estimate"]].round(1)
       missed  estimate
    0     0.0      11.0
    1     0.5       8.4
    """
    names = check_measures(measures)
    shares = _check_missed(missed)
    check_rate("level", level, usual=0.95)
    n_draws = check_whole("n_draws", n_draws, least=20, usual=200)
    rng = np.random.default_rng(check_seed(seed))
    recorded, tied, stay = read_recorded(G)
    events = read_events(G)
    minimum = read_minimum(G, events)
    check_weights(recorded, events, names)
    observed = measure_draws(recorded, names).iloc[0]
    rows = []
    for share in shares:
        kept = rng.binomial(events, 1 - share, (n_draws, len(events)))
        values = measure_draws(settle(_thin(recorded, kept, minimum), tied, stay=stay), names)
        rows += [[name, share, *find_range(values[name], level)] for name in names]
    table = pd.DataFrame(rows, columns=["measure", "missed", "estimate", "low", "high", "lost"])
    table = table.assign(observed=table["measure"].map(observed), n_undefined=table["lost"])
    table = table.sort_values("measure", key=lambda m: m.map(names.index), kind="stable")
    said = "actors who lose their ties " + ("stay as isolates" if stay else "vanish")
    said += f", ties have {minimum} events or more" if minimum > 1 else ""
    step = (
        f"thinning: each event missed with probability {', '.join(f'{q:g}' for q in shares)}, "
        f"{n_draws:,} draws each, {said}, level {level:g}, seed {seed}"
    )
    return add_step(table[COLUMNS].reset_index(drop=True), shared_record([G]), step,
                    kind="thinning", level=f"{level:g}")  # fmt: skip


def _thin(recorded: Draws, kept: np.ndarray, minimum: int) -> Draws:
    there = np.ones((len(kept), len(recorded.actors)), dtype=bool)
    return recorded._replace(present=kept >= minimum, weight=kept.astype(float), there=there)


def _check_missed(missed: float | Iterable[float]) -> list[float]:
    shares: list[Any] = list(missed) if isinstance(missed, Iterable) else [missed]
    if not shares:
        raise OptionError("missed is empty.", "one probability or more.", "missed=[0, 0.1, 0.3]")
    for share in shares:
        number = isinstance(share, int | float | np.integer | np.floating)
        if not number or isinstance(share, bool) or not 0 <= share < 1:
            raise OptionError(
                f"missed={share!r} is no share of events that can be missed.",
                "0 to less than 1.",
                "missed=[0, 0.1, 0.3]",
            )
    return [float(share) for share in shares]
