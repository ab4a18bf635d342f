"""Triples: the events that list three actors at once, and balance a triangle by construction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.actors.participants import check_ids, participants
from toolkit.counts import check_units, count_cells
from toolkit.errors import OptionError
from toolkit.events import EVENT, PERIODS, check_columns
from toolkit.networks.signs import Ties
from toolkit.pairs import join_actors
from toolkit.provenance import add_step, coverage
from toolkit.straddling import mark_straddling
from toolkit.units import join_records

if TYPE_CHECKING:
    import networkx as nx

TRIPLE = ["actor1", "actor2", "actor3"]


def count_triples(
    events: pd.DataFrame, *, people: pd.DataFrame | None = None, period: str = "year"
) -> pd.DataFrame:
    """Count the events that alone make a triangle of a signed network, and balance it.

    An event of a coalition, A and B against C, gives every member its fights: one tie of
    cooperation and two of opposition, a balanced triangle. A coalition of three is another. Such
    triangles are balanced by construction: they say how a listing is split into pairs, not whom
    actors choose as allies. The functions of `balance` need these counts to tell them apart.

    Where only main actors fight and associated ones only cooperate, as in ACLED, an event gives
    the second kind of triangle alone.

    Parameters
    ----------
    events, people, period
        As in `count_dyads`, and the same as there. Events count whole, in the period of
        `date_start`.

    Returns
    -------
    DataFrame
        `actor1`, `actor2`, `actor3` (alphabetical); `against`, the one of them whom the other two
        face together, "" where all three are on one side; `period`; `n_events`. Empty where no
        event lists three.

    Raises
    ------
    ColumnError, OptionError, EmptySelectionError
        As in `count_dyads`.

    Examples
    --------
    >>> import toolkit as ct
    >>> triples = count_triples(ct.load_sample("ged"))
    >>> triples.loc[triples["n_events"].idxmax(), ["actor1", "actor2", "against"]].tolist()
    ['Government of Karvenia', 'Karvenian Liberation Front', 'Government of Karvenia']
    """
    check_units(events, ["event_id"], period)
    check_ids(events)
    people = participants(events) if people is None else people
    check_columns(people, [*EVENT, "side", "actor", "role", "organised"])
    marked = mark_straddling(events, period)
    sides = {
        t: join_actors(people, marked, t, directed=False) for t in ("opposition", "cooperation")
    }
    rows = pd.concat([_face_together(sides["cooperation"], sides["opposition"]),
                      _stand_together(sides["cooperation"])])  # fmt: skip
    step = f"events that list three actors, by {period} of date_start"
    record = join_records(events, people)
    # a period without such events is no period of other events: `choose_triples` tells them apart
    days = {"days": " to ".join(f"{day:%Y-%m-%d}" for day in _find_ends(marked["date_start"]))}
    if rows.empty:
        kinds = {"period": pd.PeriodDtype(PERIODS[period]), "n_events": "Int64"}
        empty = pd.DataFrame(columns=[*TRIPLE, "against", "period", "n_events"]).astype(kinds)
        return add_step(empty, record, step, **days)
    by = [*TRIPLE, "against"]
    counted = count_cells(rows, by, period, {}, spans=coverage(events).iloc[:0], complete=False)
    return add_step(counted[[*by, "period", "n_events"]], record, step, **days)


def count_listings(
    S: nx.Graph, ties: Ties, sign: np.ndarray, mixed: np.ndarray, triples: pd.DataFrame
) -> int:
    """Count the balanced triangles that fall apart without the events that list all three.

    Two who cooperate against a third: each has to have fought it without the other. Three who
    cooperate: each two of them have to be listed without the third.
    """
    check_columns(triples, ["actor1", "actor2", "actor3", "against", "n_events"])
    if S.graph.get("split") == "share":
        raise OptionError(
            "The ties count shares of events, the triples whole ones.",
            "dyads of whole events.",
            'ct.count_dyads(events, tie="both", split="whole")',
        )
    strange = [name for name in pd.unique(triples[TRIPLE].to_numpy().ravel()) if name not in S]
    if strange:
        raise OptionError(
            f"The triples name {strange[0]!r}, who is no actor of the network.",
            "triples of the same events and participants as the network.",
            "ct.networks.count_triples(events, people=people), people as in count_dyads",
        )
    keys = zip(*(triples[c] for c in ("actor1", "actor2", "actor3")), strict=True)
    names = [(frozenset(k), a) for k, a in zip(keys, triples["against"], strict=True)]
    joint = triples["n_events"].groupby(pd.Index(names, tupleize_cols=False)).sum().to_dict()
    count = 0
    for triangle in mixed[sign[mixed].prod(axis=1) > 0]:
        pairs = [{ties.actors[ties.one[t]], ties.actors[ties.two[t]]} for t in triangle]
        negative = [pair for t, pair in zip(triangle, pairs, strict=True) if sign[t] < 0]
        against = next(iter(negative[0] & negative[1])) if negative else ""
        together = joint.get((frozenset().union(*pairs), against), 0)
        key = "n_opposition" if negative else "n_cooperation"
        count += any(S.edges[tuple(pair)][key] <= together for pair in negative or pairs)
    return count


def choose_triples(
    triples: pd.DataFrame | None, S: nx.Graph, period: Any = None
) -> pd.DataFrame | None:
    """Return the triples of the period, or the periods, of a network.

    A network that does not say its period keeps all. Raises where none of its periods is one that
    was counted: no triples would then look like no coalitions.
    """
    if triples is None:
        return None
    check_columns(triples, ["period"])
    of_key = "" if period is None else str(period)
    said = str(S.graph.get("period", of_key))
    if not isinstance(triples["period"].dtype, pd.PeriodDtype) or said != (of_key or said):
        raise _other_periods(said or "all periods")
    if triples.empty or not said:
        return triples
    counted = _list_periods(triples)
    first, *last = said.split(" to ")
    fits = counted.astype(str) == said
    if last:
        start, end = pd.Period(first).start_time, pd.Period(last[0]).end_time
        fits = (counted.end_time >= start) & (counted.start_time <= end)
    if not fits.any():
        raise _other_periods(said)
    return triples[triples["period"].isin(counted[fits])]


def _list_periods(triples: pd.DataFrame) -> pd.PeriodIndex:
    """Return the periods that were counted, or from the first to the last where not known."""
    ends = _find_ends(triples["period"])
    # once rows were taken out by hand, what is left says what is counted
    if triples.attrs.get("rows") == str(len(triples)) and "days" in triples.attrs:
        ends = tuple(pd.Timestamp(day) for day in triples.attrs["days"].split(" to "))
    return pd.period_range(*ends, freq=triples["period"].dtype.freq)


def _find_ends(values: pd.Series) -> tuple[Any, Any]:
    return values.min(), values.max()


def _other_periods(said: str) -> OptionError:
    return OptionError(
        f"The network of {said} and the triples count other periods.",
        "networks and triples of the same events, by periods of one length.",
        'ct.networks.count_triples(events, period="year") beside '
        'ct.count_dyads(events, tie="both", period="year")',
    )


def _face_together(partners: pd.DataFrame, opponents: pd.DataFrame) -> pd.DataFrame:
    """Return the events in which two partners have the same opponent."""
    enemies = opponents[[*EVENT, "actor1", "actor2"]].set_axis([*EVENT, "own", "enemy"], axis=1)
    enemies = pd.concat([enemies, enemies.rename(columns={"own": "enemy", "enemy": "own"})])
    # one actor on both sides faces itself, which is no triangle
    enemies = enemies[enemies["own"] != enemies["enemy"]]
    rows = partners.merge(enemies.rename(columns={"own": "actor1"}), on=[*EVENT, "actor1"])
    rows = rows.merge(enemies.rename(columns={"own": "actor2"}), on=[*EVENT, "actor2", "enemy"])
    names = rows[["actor1", "actor2", "enemy"]].to_numpy(dtype=object)
    names.sort(axis=1)
    return rows.assign(against=rows["enemy"], **dict(zip(TRIPLE, names.T, strict=True)))


def _stand_together(partners: pd.DataFrame) -> pd.DataFrame:
    """Return the events that list three partners."""
    pairs = partners[[*EVENT, "actor1", "actor2"]]
    rows = partners.merge(pairs.set_axis([*EVENT, "actor2", "actor3"], axis=1))
    closed = pairs.rename(columns={"actor2": "actor3"})
    return rows.merge(closed, on=[*EVENT, "actor1", "actor3"]).assign(against="")
