"""Null models: networks beside random ones with the same degrees, or the same activity."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.actors.participants import participants
from toolkit.errors import EmptySelectionError, OptionError, check_option, did_you_mean, warn
from toolkit.networks.draws import (
    BINARY,
    WEIGHTED,
    Draws,
    NullTest,
    check_measures,
    measure_draws,
    read_draws,
    summarise_null,
)  # fmt: skip
from toolkit.networks.graphs import shared_record
from toolkit.networks.rewiring import permute_partners, rewire_draws, split_draws
from toolkit.networks.strata import Rows, check_strata, read_rows
from toolkit.permutation import ALTERNATIVES, check_seed, check_whole
from toolkit.straddling import mark_straddling, say_straddling
from toolkit.units import join_records

if TYPE_CHECKING:
    import networkx as nx

LARGEST = 1_000_000  # numbers that are held at once, of one kind
DEGREES = "the degrees fix it: it is the same in every rewired network"
ACTIVITY = "the activity of the actors fixes it: it is the same in every draw"
TIE_CONCENTRATION = "tie_concentration"


def compare_to_rewired(
    G: nx.Graph,
    *,
    measures: str | Iterable[str] = ("transitivity", "mean_clustering"),
    n_draws: int = 999,
    attempts: int = 10,
    alternative: str = "two-sided",
    seed: int = 0,
) -> NullTest:
    """Compare a network with random ones in which each actor has as many opponents as in it.

    Random is who is tied to whom: all simple networks with these degrees (directed: in-degrees
    and out-degrees) are equally likely. Held are the actors, the degree of each, and with it the
    number of ties and the isolates. Weights are ignored, and so are place and time: in the null
    a group in the north may fight one in the south, or one that had ceased to exist.

    A small p says that so much (or so little) of the measure is rare among networks with these
    degrees. It does not say why: that fighting is local makes triangles by itself, as does one
    coalition event, which ties each member to each opponent. It is no test of the degrees, and
    of several measures or years some are below 0.05 by chance. A large p says that the degrees
    are enough to give the number, not that there is no structure.

    Parameters
    ----------
    G
        A network (`actor_network`), with two ties or more for there to be something to exchange.
    measures
        Of transitivity, mean_clustering, reciprocity (directed), degree_assortativity,
        n_components, largest_component_share; of a directed network degree_centralization too,
        which ignores direction. Each is defined in `ct.networks` under its name.
    n_draws
        Random networks, 99 or more.
    attempts
        Exchanges attempted for each tie and draw. In networks with few possible exchanges (a hub
        that is tied to nearly everyone) many are refused: see that the null distribution stays
        the same with more.
    alternative
        "two-sided", "greater" or "less" than in the rewired networks.
    seed
        Seed of the random numbers.

    Returns
    -------
    NullTest
        `summary`: index `measure`; observed, mean, low, high (2.5 % and 97.5 % of the null),
        p_value, z (a description: the null is not normal), n_draws, n_undefined. `draws`: one
        row for each draw. `attrs`: `null` in one sentence, `accepted` exchanges for each tie.

    Raises
    ------
    OptionError
        A measure of weights, or one that the degrees fix; an option that does not fit.
    EmptySelectionError
        A network without ties.

    Warns
    -----
    DataWarning
        No exchange fitted in any draw, as in a star: the null has one member.

    References
    ----------
    See `rewiring.rewire_draws`.

    Examples
    --------
    >>> import toolkit as ct
    >>> G = ct.actor_network(ct.count_dyads(ct.load_sample("ged"), split="share"))
    >>> test = compare_to_rewired(G, measures="transitivity", n_draws=99)
    >>> test.summary.columns.tolist()[:5]
    ['observed', 'mean', 'low', 'high', 'p_value']
    """
    n_draws, attempts = _check_draws(n_draws, attempts, alternative)
    own = read_draws(G)
    names = _check_binary(measures, own.directed)
    m = own.one.shape[1]
    if m == 0:
        raise EmptySelectionError(
            "The network has no tie between two actors, so that there is nothing to rewire.",
            "a network with ties.",
            "G.number_of_edges()",
        )
    drawn, accepted = rewire_draws(
        own, n_draws=n_draws, attempts=attempts, rng=np.random.default_rng(check_seed(seed))
    )
    if not accepted.any():
        warn(
            f"None of {n_draws * attempts * m:,} exchanges fitted: this seems to be the only "
            "simple network with these degrees, as a star is. All draws are the network itself, "
            "and p is 1."
        )
    kind, kept = ("directed ", "in-degree and out-degree") if own.directed else ("", "degree")
    null = (
        f"Random is who is tied to whom, with every simple {kind}network that keeps what is held "
        f"as likely as any other; held are the actors and the {kept} of each. Weights, place and "
        "time are ignored."
    )
    each = f"{accepted.mean() / m:.2f}"
    step = (
        f"compared with {n_draws:,} rewired networks, {attempts} exchanges attempted and {each} "
        f"accepted for each tie, {alternative}, seed {seed}"
    )
    return summarise_null(
        measure_draws(own, names).iloc[0], measure_draws(drawn, names), step=step, null=null,
        alternative=alternative, record={**shared_record([G]), "accepted": each},
    )  # fmt: skip


def compare_to_permuted_events(
    events: pd.DataFrame,
    *,
    people: pd.DataFrame | None = None,
    strata: str | Iterable[str] = ("period", "admin1", "violence_type"),
    period: str = "year",
    weight: str = "events",
    measures: str | Iterable[str] = ("n_ties", "tie_concentration"),
    pairs: Iterable[tuple[str, str]] = (),
    n_draws: int = 999,
    attempts: int = 50,
    alternative: str = "two-sided",
    seed: int = 0,
) -> NullTest:
    """Compare a network with those of events whose opponents are exchanged within strata.

    Random is who meets whom in the events of a stratum: the actors of its events are put into
    pairs anew, none with itself, and every way to do so is equally likely. Held is the activity,
    how often each actor takes part in the events of each stratum; the deaths stay with the
    event, so that with weight="fatalities" it is also random on whom they fall.

    It answers for the network, "is the fighting gathered on fewer pairs than the activity in the
    same places and periods gives?", and for a stated pair, "do these two fight each other more
    than that?".

    A small p of a pair says that the two met more (or less) often than if whoever is active in a
    stratum fought whoever else is. It does not say that they are enemies beyond these events, nor
    that one seeks the other: within a stratum actors still differ in where and when exactly they
    are, and allies who never fight each other make every other pair "more than chance". Events
    are not independent either; one long battle is many rows, and makes p too small. Finer strata
    hold more, and leave less to exchange. A pair was best stated before the data were seen; of
    many pairs some are below 0.05 by chance.

    Parameters
    ----------
    events
        Event table. Events count in the period of `date_start`.
    people
        PARTICIPANTS, as in `count_dyads`. An event of several members of a coalition is one row
        for each pair of opponents, and the rows are exchanged on their own.
    strata
        "period" or columns of the events. admin1 is read within `country`, and admin2 within
        admin1. Missing values are a stratum of their own. violence_type follows from who the
        two are: with it rebels meet rebels in the events of rebels only, and where two of them
        have nearly all such events of a province, the null is what was observed.
    period
        Length of the period, as in `count_dyads`, if it is one of the strata.
    weight
        "events" or "fatalities" (deaths, best estimate), of whole events (split="whole").
    measures
        n_ties, density, transitivity, mean_clustering, degree_assortativity,
        degree_centralization, n_components, largest_component_share, as in `ct.networks`, and
        tie_concentration, the sum of the squared shares of the pairs in the weight: 1 if one
        pair has all. With weight="fatalities" concentration and effective_number too: with
        events the activity fixes them. An empty list, where only pairs are asked for.
    pairs
        Pairs of names; each gives a row "A - B", the weight between the two. A pair that is named
        twice, in either order, has one row.
    n_draws, alternative, seed
        As in `compare_to_rewired`.
    attempts
        Rounds of exchange. In each every event meets another of its stratum. Where one or two
        actors are in nearly all events of a stratum, see that the null distribution stays the
        same with more.

    Returns
    -------
    NullTest
        As of `compare_to_rewired`. `attrs`: `null` in one sentence; `alone`, events that are the
        only one of their stratum and cannot move; `moved`, the mean share of the rows of events
        that have another pair of actors in a draw.

    Raises
    ------
    OptionError, ColumnError
        A measure that the activity fixes; a stratum of who is in the event or of its deaths; an
        unknown option, actor or column.
    EmptySelectionError
        No event joins two actors.

    Warns
    -----
    DataWarning
        More than half of the events are alone in their stratum; a stratum that is missing in all
        events; events without date.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.load_sample("ged").query("country == 'Karvenia'")
    >>> test = compare_to_permuted_events(events, strata=["period", "violence_type"], n_draws=99)
    >>> test.summary.index.tolist()
    ['n_ties', 'tie_concentration']
    """
    n_draws, attempts = _check_draws(n_draws, attempts, alternative)
    check_option("weight", weight, ["events", "fatalities"])
    people = participants(events) if people is None else people
    columns = check_strata(events, people, strata, period, weight)
    marked = mark_straddling(events, period)
    rows = read_rows(marked, people, columns, period, weight)
    wanted = _find_places(rows.actors, pairs)
    names = _check_measures(measures, weight, bool(wanted))
    rng = np.random.default_rng(check_seed(seed))
    own = _pair_codes(rows.one, rows.two, len(rows.actors))
    observed = _measure(rows, own[None], names, wanted).iloc[0]
    measured, moved = _measure_permuted(rows, names, wanted, n_draws, attempts, rng)
    within = ", ".join(columns) or "all events"
    null = (
        "Random is who meets whom in the events of a stratum, nobody itself; held are the strata "
        f"({within}), how often each actor is in the events of each, and the deaths of each event."
    )
    alone = f"{rows.n_alone:,} of {len(rows.events):,} events"
    unpaired = int(marked["date_start"].notna().sum()) - len(rows.events)
    step = (
        f"compared with {n_draws:,} permutations of the actors of events within strata ({within}, "
        f"period {period}), weight {weight}, {unpaired:,} of {len(events):,} events join no "
        f"pair, {alone} alone in their stratum, "
        f"{say_straddling(rows.events, period, 'start')}, {attempts} rounds, {alternative}, "
        f"seed {seed}"
    )
    record = {**join_records(events, people), "alone": alone, "moved": f"{moved:.3f}"}
    return summarise_null(observed, measured, record=record, step=step, null=null,
                          alternative=alternative)  # fmt: skip


# ------------------------------------------------------------------------------- the options


def _check_draws(n_draws: int, attempts: int, alternative: str) -> tuple[int, int]:
    check_option("alternative", alternative, ALTERNATIVES)
    return (
        check_whole("n_draws", n_draws, least=99, usual=999),
        check_whole("attempts", attempts, least=1, usual=10),
    )


def _check_binary(measures: str | Iterable[str], directed: bool) -> list[str]:
    """Return the names of measures that rewiring can change."""
    why = dict.fromkeys(["n_ties", "density", "n_isolates"], DEGREES)
    why |= dict.fromkeys(WEIGHTED, "it reads weights, and rewiring permutes ties without them")
    if not directed:
        why["degree_centralization"] = DEGREES
        why["reciprocity"] = "the network has no direction"
    return _refuse(measures, [*BINARY, *WEIGHTED], why)


def _check_measures(measures: str | Iterable[str], weight: str, pairs: bool) -> list[str]:
    """Return the names of measures that permuting events can change."""
    why = dict.fromkeys(["n_isolates", "total_weight"], ACTIVITY)
    why["reciprocity"] = "the pairs have no direction"
    if weight == "events":
        why |= dict.fromkeys(["concentration", "effective_number"], ACTIVITY)
    if pairs and isinstance(measures, list | tuple) and not measures:
        return []
    return _refuse(measures, [TIE_CONCENTRATION, *BINARY, *WEIGHTED], why)


def _refuse(measures: str | Iterable[str], known: Iterable[str], why: dict[str, str]) -> list[str]:
    """Return the names, or raise `OptionError` with the reason why the null cannot test one."""
    names = check_measures(measures, known)
    allowed = [name for name in known if name not in why]
    for name in names:
        if name in why:
            raise OptionError(
                f"The measure {name!r} cannot be compared with this null model: {why[name]}.",
                ", ".join(allowed) + ".",
                f"measures={allowed[:2]!r}",
            )
    return names


def _find_places(
    actors: list[Hashable], pairs: Iterable[Sequence[Hashable]]
) -> dict[str, tuple[int, int]]:
    """Return the places of the two actors of each pair, by the name of its row."""
    place = {actor: i for i, actor in enumerate(actors)}
    found: dict[str, tuple[int, int]] = {}
    for pair in pairs if isinstance(pairs, Iterable) else [pairs]:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or pair[0] == pair[1]:
            raise OptionError(
                f"pairs holds {pair!r}.", "pairs of two different names.", 'pairs=[("A", "B")]'
            )
        for name in pair:
            if name not in actors:
                raise OptionError(
                    f"pairs names {name!r}, but no event has this actor against another.",
                    did_you_mean(str(name), map(str, actors)),
                    "sorted(people['actor'].unique()), and a name from there as it is written",
                )
        one, two = sorted(place[name] for name in pair)
        if (one, two) not in found.values():
            found[f"{pair[0]} - {pair[1]}"] = (one, two)
    return found


# -------------------------------------------------------------------------------- the events


def _measure_permuted(
    rows: Rows,
    names: list[str],
    wanted: dict[str, tuple[int, int]],
    n_draws: int,
    attempts: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, float]:
    """Return the measures of each draw, and the mean share of the rows that have another pair."""
    parts, moved, n = [], 0, len(rows.actors)
    own = _pair_codes(rows.one, rows.two, n)
    for size in split_draws(n_draws, each=max(len(rows.one), n * n), largest=LARGEST):
        one, two = permute_partners(
            rows.one, rows.two, rows.stratum, n_draws=size, attempts=attempts, rng=rng
        )
        codes = _pair_codes(one, two, n)
        moved += int((codes != own).sum())
        parts.append(_measure(rows, codes, names, wanted))
    return pd.concat(parts, ignore_index=True), moved / (n_draws * len(own))


def _pair_codes(one: np.ndarray, two: np.ndarray, n: int) -> np.ndarray:
    """Give each pair a number, whichever end stands first."""
    return np.asarray(np.minimum(one, two) * n + np.maximum(one, two))


def _measure(
    rows: Rows, codes: np.ndarray, names: list[str], wanted: dict[str, tuple[int, int]]
) -> pd.DataFrame:
    """Sum the rows of each draw to ties, and measure the networks and the pairs."""
    n, n_draws = len(rows.actors), len(codes)
    flat = (codes + np.arange(n_draws)[:, None] * n * n).ravel()

    def add(values: np.ndarray) -> np.ndarray:
        each = np.broadcast_to(values, codes.shape).ravel()
        return np.bincount(flat, each, minlength=n_draws * n * n).reshape(n_draws, n * n)

    count, known = add(np.ones(len(rows.weight))), add(~np.isnan(rows.weight))
    # a tie of which no event has recorded deaths has no weight, which is not 0
    weight = np.where((count > 0) & (known == 0), np.nan, add(np.nan_to_num(rows.weight)))
    seen = np.flatnonzero(count.any(axis=0))
    draws = Draws(rows.actors, seen[None] // n, seen[None] % n, count[:, seen] > 0,
                  weight[:, seen], np.ones((n_draws, n), dtype=bool), False)  # fmt: skip
    plain = [name for name in names if name != TIE_CONCENTRATION]
    table = measure_draws(draws, plain) if plain else pd.DataFrame(index=range(n_draws))
    table[TIE_CONCENTRATION] = _concentrate(draws.weight)
    for name, (one, two) in wanted.items():
        table[name] = weight[:, one * n + two]
    return table[[*names, *wanted]].rename_axis(columns="measure")


def _concentrate(weight: np.ndarray) -> np.ndarray:
    """Return the sum of the squared shares of the ties in the weight of each draw."""
    total = np.nansum(weight, axis=1)
    return np.asarray(np.nansum(weight**2, axis=1) / np.where(total > 0, total, np.nan) ** 2)
