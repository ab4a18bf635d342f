"""Dyads made ready for a network: which rows are ties, in which order the names stand."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from toolkit.errors import (
    ColumnError,
    DirectionError,
    EmptySelectionError,
    check_option,
    warn,
)
from toolkit.events import check_columns
from toolkit.provenance import read_record

TIES = ["opposition", "cooperation"]
WEIGHTS = {
    "events": "n_events",
    **{deaths: deaths for deaths in ("fatalities", "fatalities_low", "fatalities_high")},
}
COUNTS = ["n_events", "fatalities", "fatalities_low", "fatalities_high"]


@dataclass(frozen=True)
class Plan:
    """What is done to the dyads, decided once for all windows."""

    tie: str
    weight: str
    directed: bool
    self_loops: str
    record: dict[str, str]


def prepare_ties(
    dyads: pd.DataFrame, tie: str, weight: str, self_loops: str, directed: bool | None
) -> tuple[pd.DataFrame, Plan]:
    """Return the rows that are ties, in one order of names, and the plan."""
    check_option("tie", tie, TIES)
    check_option("weight", weight, WEIGHTS)
    check_option("self_loops", self_loops, ["drop", "keep"])
    _check_dyads(bare(dyads), WEIGHTS[weight])
    points = _direction(dyads, directed)
    rows = _select_ties(bare(dyads), tie)
    rows = _drop_loops(rows) if self_loops == "drop" else rows
    if not points:
        one, two = rows["actor1"], rows["actor2"]
        rows = rows.assign(actor1=one.where(one <= two, two), actor2=two.where(one <= two, one))
    said = dyads.attrs.get("directed", "no") if points else "no"
    record = {k: v for k, v in read_record(dyads).items() if k != "rows" and v}
    record |= {"tie": tie, "weight": weight, "directed": said, "self_loops": self_loops}
    return rows, Plan(tie, weight, points, self_loops, record)


def bare(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table without its record, which pandas would copy with each column taken."""
    same = table.copy(deep=False)
    same.attrs = {}
    return same


def _check_dyads(dyads: pd.DataFrame, weight: str) -> None:
    check_columns(dyads, ["actor1", "actor2", "period", "n_events", weight])
    if not isinstance(dyads["period"].dtype, pd.PeriodDtype):
        raise ColumnError(
            f"The column period holds {dyads['period'].dtype}, not periods.",
            "pandas Periods of one length.",
            "dyads['period'] = pd.PeriodIndex(dyads['period'], freq='Y')",
        )
    for column in ("actor1", "actor2", "period"):
        if dyads[column].isna().any():
            raise ColumnError(
                f"{column} is missing in {int(dyads[column].isna().sum()):,} rows of the dyads.",
                "two names and a period in each row.",
                f"dyads.dropna(subset=[{column!r}])",
            )
    for column in (c for c in COUNTS if c in dyads):
        if (dyads[column] < 0).any():
            raise ColumnError(
                f"{column} is negative in {int((dyads[column] < 0).sum()):,} rows of the dyads.",
                "0 and more, or missing.",
                f"dyads.query('{column} < 0')",
            )


def _direction(dyads: pd.DataFrame, directed: bool | None) -> bool:
    said = str(dyads.attrs.get("directed", "no"))
    check_option('dyads.attrs["directed"]', said, ["no", "yes", "as_recorded"])
    if directed and said == "no":
        raise DirectionError(
            "The dyads have no direction: their names stand in alphabetical order.",
            "direction where the provider gives the order of the actors a meaning.",
            'ct.count_dyads(events, directed="as_recorded"), to take the order as it was recorded',
        )
    return said != "no" and directed is not False


def _select_ties(dyads: pd.DataFrame, tie: str) -> pd.DataFrame:
    """Return the rows of this tie that have events, with all columns of counts as numbers."""
    kinds = dyads["tie"] if "tie" in dyads else pd.Series("opposition", dyads.index)
    if len(dyads) and not kinds.eq(tie).any():
        raise EmptySelectionError(
            f"The dyads hold no {tie} ties.",
            "those they hold: " + ", ".join(sorted(map(str, kinds.dropna().unique()))) + ".",
            f"ct.count_dyads(events, tie={tie!r})",
        )
    rows = dyads[kinds.eq(tie).fillna(False)]
    uncounted = int(rows["n_events"].isna().sum())
    if uncounted:
        warn(
            f"{uncounted:,} of {len(rows):,} rows have no count of events (not covered) and are "
            "left out: whether these pairs had a tie is not known."
        )
    rows = rows[rows["n_events"].fillna(0) > 0]
    kinds = {"actor1": str, "actor2": str} | {c: "Float64" for c in COUNTS if c in rows}
    return rows[["actor1", "actor2", "period", *(c for c in COUNTS if c in rows)]].astype(kinds)


def _drop_loops(rows: pd.DataFrame) -> pd.DataFrame:
    loops = rows["actor1"] == rows["actor2"]
    if loops.any():
        events, names = float(rows.loc[loops, "n_events"].sum()), rows.loc[loops, "actor1"].unique()
        warn(
            f"{int(loops.sum()):,} rows ({events:,g} events) pair an actor with itself and are "
            f"dropped: {', '.join(names[:3])}{' ...' if len(names) > 3 else ''}. "
            "self_loops='keep' keeps them; the measures ignore them."
        )
    return rows[~loops]
