"""Events as pairs of actors: one row per event, tie and pair."""

from __future__ import annotations

import pandas as pd

from toolkit.events import EVENT
from toolkit.zeros import DEATHS


def join_actors(
    people: pd.DataFrame, events: pd.DataFrame, tie: str, *, directed: bool
) -> pd.DataFrame:
    """Join actors to pairs, each pair once an event and tie, with date, deaths and share."""
    kinds = [tie] if tie != "both" else ["opposition", "cooperation"]
    joined = {"opposition": _join_opponents, "cooperation": _join_partners}
    pairs = pd.concat([joined[kind](people).assign(tie=kind) for kind in kinds])
    if not directed:
        one, two = pairs["actor1"], pairs["actor2"]
        swap = one > two
        pairs = pairs.assign(actor1=one.mask(swap, two), actor2=two.mask(swap, one))
    marks = ["_first", "_last", "_straddles", "_share"]
    known = ["date_start", *marks, *(c for c in ("country", *DEATHS) if c in events)]
    dated = events.loc[events["date_start"].notna(), [*EVENT, *known]]
    pairs = pairs.drop_duplicates().merge(dated, on=EVENT)
    return pairs.assign(share=1 / pairs.groupby([*EVENT, "tie"])["actor1"].transform("size"))


def _join_opponents(people: pd.DataFrame) -> pd.DataFrame:
    """Join the main actors of side 1 to those of side 2."""
    main = people.loc[people["role"] == "main", [*EVENT, "side", "actor"]]
    one, two = (main[main["side"] == side].drop(columns="side") for side in (1, 2))
    return one.merge(two, on=EVENT, suffixes=("1", "2"))


def _join_partners(people: pd.DataFrame) -> pd.DataFrame:
    """Join the organised actors of a side to each other."""
    armed = people.loc[people["organised"], [*EVENT, "side", "actor"]]
    pairs = armed.merge(armed, on=[*EVENT, "side"], suffixes=("1", "2"))
    return pairs[pairs["actor1"] < pairs["actor2"]].drop(columns="side")
