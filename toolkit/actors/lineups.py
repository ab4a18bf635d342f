"""Line-ups: what the actor columns of an event hold. Events with the same one have the same actors.

There are far fewer line-ups than events: names are split, followed and sorted once for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from toolkit.engines import column_names
from toolkit.events import EVENT
from toolkit.tally import number_values, tally_events

COLUMNS = [
    "dataset", "actor1", "actor2", "assoc_actor_1", "assoc_actor_2",
    "actor1_id", "actor2_id", "actor1_type", "actor2_type",
]  # fmt: skip
LINEUP = "_lineup"  # number of a line-up, among those of one table
SINCE = "since"  # first day on which the rules followed are those of the line-up


def find_lineups(events: Any, changes: Iterable[pd.Timestamp]) -> pd.DataFrame:
    """Return the line-ups of a scan, each side of the changes apart, and how many events have each.

    `date_start` is the first day with an event of the line-up, `_weight` the number of events.
    Events without a date are in none.
    """
    changes = sorted(set(changes))
    columns = [c for c in COLUMNS if c in column_names(events)]
    rows = tally_events(events, columns, "year", changes=changes)
    rows = add_since(rows[rows["date_start"].notna()], changes)
    groups = rows.groupby([*columns, SINCE], dropna=False, observed=True)
    return groups.agg({"date_start": "min", "_weight": "sum"}).reset_index()


def number_lineups(events: pd.DataFrame, changes: Iterable[pd.Timestamp]) -> np.ndarray:
    """Return the number of each event's line-up, from 0, each side of the changes apart."""
    days = np.array(sorted(set(changes)), dtype="datetime64[us]")
    side = np.searchsorted(days, events["date_start"].to_numpy("datetime64[us]"), side="right")
    side = np.where(events["date_start"].isna(), -1, side)
    own = events[[c for c in COLUMNS if c in events]]
    return pd.factorize(number_values(own.assign(_side=side)))[0]


def add_since(rows: pd.DataFrame, changes: Iterable[pd.Timestamp]) -> pd.DataFrame:
    """Add the last change on or before each row's day, missing where there is none."""
    days = pd.Series([pd.NaT, *sorted(set(changes))], dtype="datetime64[us]")
    at = np.searchsorted(
        days[1:].to_numpy(), rows["date_start"].to_numpy("datetime64[us]"), side="right"
    )
    at = np.where(rows["date_start"].isna(), 0, at)
    return rows.assign(**{SINCE: days.to_numpy()[at]})


def key_columns(people: pd.DataFrame) -> list[str]:
    """Return by which columns PARTICIPANTS belong to events: their ids, or their line-up."""
    if LINEUP in people:
        return [LINEUP]
    if SINCE not in people:
        return EVENT
    return [c for c in (*COLUMNS, SINCE) if c in people]
