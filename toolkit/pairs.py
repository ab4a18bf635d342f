"""Events as pairs of actors: one row per event (or events alike), tie and pair."""

from __future__ import annotations

import pandas as pd

from toolkit.actors.lineups import key_columns
from toolkit.errors import DirectionError
from toolkit.events import EVENT
from toolkit.tally import DEATHS, number_values

COOPERATION = ("verbal cooperation", "material cooperation")  # classes of GDELT's events


def join_actors(
    people: pd.DataFrame, rows: pd.DataFrame, tie: str, *, directed: bool
) -> pd.DataFrame:
    """Join actors to pairs, each pair once a row of events and tie, with date, deaths and share.

    `rows` are marked events, or the rows of a tally where `people` come by line-up. What a
    provider classes as cooperation (`quad_class`) joins the two sides in cooperation; nothing
    else does, and it is never opposition. Actors of one side have no direction: DirectionError.
    """
    key = key_columns(people)
    numbers = number_values(pd.concat([rows[key], people[key]], ignore_index=True))
    rows = rows.assign(_row=range(len(rows)), _key=numbers[: len(rows)])
    names = people[["side", "role", "organised", "actor"]].assign(_key=numbers[len(rows) :])
    friendly = rows.get("quad_class", pd.Series("", rows.index)).isin(COOPERATION)
    marks = ["_row", "_first", "_last", "_straddles", "_weight"]
    known = [c for c in (*EVENT, "date_start", *marks, "country", *DEATHS) if c in rows]
    parts = []
    for kind, join, chosen in (
        ("opposition", _join_opponents, ~friendly),
        ("cooperation", _join_opponents, friendly),
        ("cooperation", _join_partners, pd.Series(True, rows.index)),
    ):
        if tie in (kind, "both"):
            dated = rows.loc[rows["date_start"].notna() & chosen, ["_key", *known]]
            joined = join(names).merge(dated, on="_key").assign(tie=kind)
            if directed and join is _join_partners and len(joined):
                raise refuse_direction(tie)
            parts.append(joined)
    pairs = pd.concat(parts, ignore_index=True).drop(columns="_key")
    if not directed:
        one, two = pairs["actor1"], pairs["actor2"]
        swap = one > two
        pairs = pairs.assign(actor1=one.mask(swap, two), actor2=two.mask(swap, one))
    pairs = pairs.drop_duplicates(["_row", "tie", "actor1", "actor2"])
    return pairs.assign(share=1 / pairs.groupby(["_row", "tie"])["_row"].transform("size"))


def refuse_direction(tie: str) -> DirectionError:
    """Return the error for a direction between actors of one side."""
    return DirectionError(
        f"tie={tie!r} has no direction: actors on the same side act together.",
        'directed=False, or tie="opposition". What quad_class calls cooperation has a direction.',
        'ct.count_dyads(events, tie="opposition", directed=True)',
    )


def _join_opponents(people: pd.DataFrame) -> pd.DataFrame:
    """Join the main actors of side 1 to those of side 2."""
    main = people.loc[people["role"] == "main", ["_key", "side", "actor"]]
    one, two = (main[main["side"] == side].drop(columns="side") for side in (1, 2))
    return one.merge(two, on="_key", suffixes=("1", "2"))


def _join_partners(people: pd.DataFrame) -> pd.DataFrame:
    """Join the organised actors of a side to each other."""
    armed = people.loc[people["organised"], ["_key", "side", "actor"]]
    pairs = armed.merge(armed, on=["_key", "side"], suffixes=("1", "2"))
    return pairs[pairs["actor1"] < pairs["actor2"]].drop(columns="side")
