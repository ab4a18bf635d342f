"""Events as rows of two opponents in strata: what permuting events needs of an event table."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.actors.participants import check_ids
from toolkit.counts import check_units
from toolkit.errors import EmptySelectionError, OptionError, warn
from toolkit.events import EVENT, PERIODS, check_columns
from toolkit.pairs import join_actors

# names of provinces are unique only within the larger unit
WITHIN = {"admin1": ["country"], "admin2": ["country", "admin1"]}
# what is permuted, and what goes with it: who is in an event, and its deaths
PERMUTED = ("actor", "assoc_actor", "dyad_id", "event_id", "fatalities", "deaths")


class Rows(NamedTuple):
    """Events as rows of two actors, each in a stratum (-1: its event is alone in it)."""

    actors: list[Hashable]
    one: np.ndarray
    two: np.ndarray
    stratum: np.ndarray
    weight: np.ndarray
    events: pd.DataFrame  # one row each
    n_alone: int


def read_rows(
    marked: pd.DataFrame, people: pd.DataFrame, columns: list[str], period: str, weight: str
) -> Rows:
    """Join the actors of the events to rows, and number actors and strata."""
    rows = _join_opponents(marked, people)
    dates = marked["date_start"].dt.to_period(PERIODS[period])
    keys = marked[EVENT].assign(**{f"_{c}": dates if c == "period" else marked[c] for c in columns})
    keys = rows[EVENT].merge(keys, on=EVENT, how="left").assign(_all=0)
    by = ["_all", *(f"_{c}" for c in columns)]
    stratum = keys.groupby(by, dropna=False, observed=True).ngroup()
    # the pairs of one event are one here: they meet no other event
    event = keys.groupby(EVENT).ngroup()
    alone = event.groupby(stratum).transform("nunique") == 1
    n_alone = int(event[alone].nunique())
    _tell_alone(n_alone, int(event.nunique()))
    actors = sorted({*rows["actor1"], *rows["actor2"]})
    place = pd.Series(range(len(actors)), actors)
    one, two = (rows[c].map(place).to_numpy(np.int64) for c in ("actor1", "actor2"))
    deaths = rows["fatalities"].astype("Float64") if weight == "fatalities" else event * 0 + 1.0
    return Rows(
        actors, one, two, stratum.mask(alone, -1).to_numpy(),
        deaths.to_numpy(float, na_value=np.nan), rows.drop_duplicates(EVENT), n_alone,
    )  # fmt: skip


def _join_opponents(marked: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each event and pair of opponents, and tell what is left out."""
    undated = int(marked["date_start"].isna().sum())
    if undated:
        warn(f"{undated:,} events have no date_start and are left out.")
    rows = join_actors(people, marked, "opposition", directed=False)
    loops = rows["actor1"] == rows["actor2"]
    if loops.any():
        warn(f"{int(loops.sum()):,} rows pair an actor with itself and are left out.")
    if loops.all():
        raise EmptySelectionError(
            "No event joins two actors.",
            "events with actors on both sides.",
            "ct.participants(events).groupby('side')['actor'].value_counts(), to see who is there",
        )
    return rows[~loops].reset_index(drop=True)


def _tell_alone(n_alone: int, n_events: int) -> None:
    if 2 * n_alone > n_events:
        warn(
            f"{n_alone:,} of {n_events:,} events are alone in their stratum and cannot move: the "
            "null stays close to what was observed. Coarser strata or a longer period leave more "
            "to exchange."
        )


def check_strata(
    events: pd.DataFrame, people: pd.DataFrame, strata: str | Iterable[str], period: str,
    weight: str,
) -> list[str]:  # fmt: skip
    """Check the two tables, and return the strata, each with the larger units it lies in."""
    check_units(events, ["event_id"], period)
    check_ids(events)
    check_columns(people, [*EVENT, "side", "actor", "role", "organised"])
    names = _read_names(strata)
    columns = [c for name in names for c in (*WITHIN.get(name, []), name)]
    columns = list(dict.fromkeys(columns))
    needed = [c for c in columns if c != "period"]
    check_columns(events, [*needed, *(["fatalities"] if weight == "fatalities" else [])])
    empty = [c for c in needed if events[c].isna().all()]
    if empty:
        warn(f"{', '.join(empty)} is missing in all events and divides nothing.")
    return columns


def _read_names(strata: object) -> list[str]:
    """Return the names of the strata: none that fixes what is permuted."""
    listed = isinstance(strata, Iterable) and not isinstance(strata, str)
    names: list[Any] = list(strata) if listed else [strata]  # type: ignore[call-overload]
    for name in names:
        if not isinstance(name, str):
            raise OptionError(
                f"strata={strata!r} names no columns.",
                '"period" and columns of the events; an empty list is one stratum of all events.',
                'strata=["period", "admin1"]',
            )
        if name.startswith(PERMUTED):
            raise OptionError(
                f"{name!r} cannot be a stratum: it says who is in an event or how many died, and "
                "who meets whom is what the null model draws.",
                "where, when and what kind of event: period, country, admin1, violence_type.",
                'strata=["period", "admin1"]',
            )
    return names
