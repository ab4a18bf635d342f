"""Dyads made ready for a network: which rows are ties, in which order the names stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
    table = bare(dyads)
    _check_dyads(table, WEIGHTS[weight])
    points = _direction(dyads, directed)
    rows = _select_ties(table, _read_counts(table), tie)
    rows = _drop_loops(rows) if self_loops == "drop" else rows
    rows = rows if points else _order_names(rows)
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


def _read_counts(dyads: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the columns of counts as floats, NaN where missing; raise for a negative one."""
    counts = {c: dyads[c].to_numpy(float, na_value=np.nan) for c in COUNTS if c in dyads}
    for column, values in counts.items():
        if (values < 0).any():
            raise ColumnError(
                f"{column} is negative in {int((values < 0).sum()):,} rows of the dyads.",
                "0 and more, or missing.",
                f"dyads.query('{column} < 0')",
            )
    return counts


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


def _select_ties(dyads: pd.DataFrame, counts: dict[str, np.ndarray], tie: str) -> pd.DataFrame:
    """Return the rows of this tie that have events, with all columns of counts as numbers."""
    kinds = dyads["tie"] if "tie" in dyads else pd.Series("opposition", dyads.index)
    asked = kinds.eq(tie).fillna(False).to_numpy(bool)
    if len(dyads) and not asked.any():
        raise EmptySelectionError(
            f"The dyads hold no {tie} ties.",
            "those they hold: " + ", ".join(sorted(map(str, kinds.dropna().unique()))) + ".",
            f"ct.count_dyads(events, tie={tie!r})",
        )
    uncounted = int(np.isnan(counts["n_events"][asked]).sum())
    if uncounted:
        warn(
            f"{uncounted:,} of {asked.sum():,} rows have no count of events (not covered) and are "
            "left out: whether these pairs had a tie is not known."
        )
    kept = asked & (counts["n_events"] > 0)
    names = {end: dyads[end].astype(str).array[kept] for end in ("actor1", "actor2")}
    numbers = {column: values[kept] for column, values in counts.items()}
    return pd.DataFrame({**names, "period": dyads["period"].array[kept], **numbers})


def _order_names(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the names of each pair in alphabetical order."""
    one, two = rows["actor1"], rows["actor2"]
    ordered = one <= two
    if ordered.all():
        return rows
    return rows.assign(actor1=one.where(ordered, two), actor2=two.where(ordered, one))


def _drop_loops(rows: pd.DataFrame) -> pd.DataFrame:
    loops = rows["actor1"] == rows["actor2"]
    if not loops.any():
        return rows
    events, names = float(rows.loc[loops, "n_events"].sum()), rows.loc[loops, "actor1"].unique()
    warn(
        f"{int(loops.sum()):,} rows ({events:,g} events) pair an actor with itself and are "
        f"dropped: {', '.join(names[:3])}{' ...' if len(names) > 3 else ''}. "
        "self_loops='keep' keeps them; the measures ignore them."
    )
    return rows[~loops]
