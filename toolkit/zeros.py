"""Zeros: every unit times every period, and where the coverage lets a count be 0 or missing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from toolkit.account import APART, OUTSIDE, Account, take_away
from toolkit.errors import EmptySelectionError, OptionError, warn
from toolkit.events import PERIODS, check_columns, check_day, find_outside
from toolkit.provenance import find_spans, fold_unlisted
from toolkit.tally import DEATHS

COUNTS = ["n_events", *DEATHS, "n_straddling"]


def read_days(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table that a user wrote with `start` and `end` as days, or say what is off."""
    for key in ("start", "end"):
        days = [pd.NaT if pd.isna(day) else check_day(key, day) for day in table[key]]
        table = table.assign(**{key: pd.to_datetime(pd.Series(days, index=table.index))})
    if (table["start"] > table["end"]).any():
        raise OptionError(
            f"{name} has a start after its end.",
            "first and last day, both included; missing where there is none.",
            f"{name}.query('start > end')",
        )
    return table


def read_spans(spans: pd.DataFrame) -> pd.DataFrame:
    """Return a coverage table that a user wrote with all its columns, or say what is off."""
    check_columns(spans, ["country", "start", "end"])
    rest = {"dataset": "*", "version": "", "event_types": "*", "basis": "stated when counted"}
    spans = spans.assign(**{c: text for c, text in rest.items() if c not in spans})
    return read_days(spans, "spans")


def find_changes(spans: pd.DataFrame) -> list[pd.Timestamp]:
    """Return the days on which a span of the coverage begins, or has just ended."""
    return [*spans["start"], *(spans["end"] + pd.Timedelta(days=1))]


def take_outside(
    rows: pd.DataFrame, by: list[str], spans: pd.DataFrame, account: Account
) -> pd.DataFrame:
    """Return the rows on days that the coverage of their country, and of their unit, holds.

    A unit that does not tell countries apart is covered where all of them are, see `_covered_days`.
    The rest is accounted.
    """
    if spans.empty or rows.empty or "country" not in rows:
        account[OUTSIDE] = rows.iloc[:0]
        return rows
    rows = take_away(rows, find_outside(rows, spans), account, OUTSIDE)
    return take_away(rows, _find_apart(rows, by, spans), account, APART)


def _find_apart(rows: pd.DataFrame, by: list[str], spans: pd.DataFrame) -> pd.Series:
    """Return which rows lie on days on which their unit is not covered, though their country is."""
    apart = np.zeros(len(rows), dtype=bool)
    if rows.empty:
        return pd.Series(apart, rows.index)
    days = rows["date_start"].dt.normalize()
    at = (days - days.min()).dt.days.to_numpy()
    for unit, here in _group_units(rows, by, spans):
        covered = _covered_days(spans, unit, days.min(), at.max() + 1)
        apart[here] = ~covered[at[here]]
    return pd.Series(apart, rows.index)


def complete_cells(
    counted: pd.DataFrame, by: list[str], units: pd.DataFrame, period: str, spans: pd.DataFrame
) -> pd.DataFrame:
    """Join the counts to every unit times every period of the coverage.

    `units` has the columns of the unit, and `start` and `end` of its life: periods wholly outside
    a unit's life are no cells.
    """
    freq = PERIODS[period]
    known = spans.dropna(subset=["start", "end"])
    edges = pd.concat(
        [counted["period"], known["start"].dt.to_period(freq), known["end"].dt.to_period(freq)]
    )
    if edges.empty:
        raise EmptySelectionError(
            "Nothing is covered, and no event is of a unit in `units`.",
            "a unit with events, or a coverage with a span.",
            "ct.coverage(events), units=None",
        )
    cells = pd.DataFrame({"period": pd.period_range(edges.min(), edges.max(), freq=freq)})
    if by:
        cells = units.merge(cells, how="cross")
    if units[["start", "end"]].notna().any(axis=None):
        periods = cells["period"].dt
        alive = ~((periods.end_time < cells["start"]) | (periods.start_time > cells["end"]))
        cells = cells[alive]
    return cells[[*by, "period"]].merge(counted, on=[*by, "period"], how="left")


def mark_coverage(panel: pd.DataFrame, by: list[str], spans: pd.DataFrame) -> pd.DataFrame:
    """Mark each cell as covered, and as partial where the coverage holds only part of its days."""
    if spans.empty:
        return panel.assign(covered=True, partial=False)
    starts = panel["period"].dt.start_time
    origin = starts.min()
    first = (starts - origin).dt.days.to_numpy()
    after = (panel["period"].dt.end_time - origin).dt.days.to_numpy() + 1
    n_days = np.zeros(len(panel), dtype="int64")
    for unit, here in _group_units(panel, by, spans):
        total = np.concatenate([[0], np.cumsum(_covered_days(spans, unit, origin, after.max()))])
        n_days[here] = total[after[here]] - total[first[here]]
    return panel.assign(covered=n_days > 0, partial=(n_days > 0) & (n_days < after - first))


def _group_units(
    rows: pd.DataFrame, by: list[str], spans: pd.DataFrame
) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Yield what tells a unit's coverage (dataset, country, type), with the places of its rows."""
    columns = [c for c in ("dataset", "country", "event_type") if c in by]
    names = rows[columns].astype("str").fillna("")
    if "country" in columns:
        names["country"] = fold_unlisted(names["country"], spans)
    groups = names.groupby(columns).indices if columns else {(): np.arange(len(rows))}
    for name, here in groups.items():
        yield dict(zip(columns, [name] if isinstance(name, str) else name, strict=True)), here


def _covered_days(
    spans: pd.DataFrame, unit: dict[str, str], origin: pd.Timestamp, n: int
) -> np.ndarray:
    """Say of each of the n days from the origin whether a unit is covered.

    Releases of one dataset add up. Countries, datasets and event types that the unit does not tell
    apart all have to be covered on a day, or the count would jump where one of them begins; holes
    are left aside.
    """
    if "dataset" in unit:
        spans = spans[spans["dataset"].isin([unit["dataset"], "*"])]
    if "event_type" in unit:
        listed = [{"*", unit["event_type"]} & set(x.split("; ")) for x in spans["event_types"]]
        spans = spans[[bool(found) for found in listed]].assign(event_types="*")
    if "country" in unit and len(spans):
        spans = find_spans(spans, unit["country"])
    masks = []
    for _, rows in spans.groupby("dataset"):
        for types in rows["event_types"].unique():
            alike = rows[rows["event_types"].isin([types, "*"])]
            for country in alike["country"].unique():
                known = find_spans(alike, country).dropna(subset=["start", "end"])
                if len(known):
                    masks.append(_days_between(known, origin, n))
    return np.logical_and.reduce(masks) if masks else np.zeros(n, dtype=bool)


def _days_between(spans: pd.DataFrame, origin: pd.Timestamp, n: int) -> np.ndarray:
    inside = np.zeros(n, dtype=bool)
    for start, end in zip(spans["start"], spans["end"], strict=True):
        inside[max((start - origin).days, 0) : max((end - origin).days + 1, 0)] = True
    return inside


def hide_uncovered(panel: pd.DataFrame, by: list[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Fill 0 inside the coverage and missing outside; deaths nobody recorded stay missing."""
    empty = panel["n_events"].isna() & panel["covered"]
    filled = {}
    for column in COUNTS:
        zero = empty & _is_recorded(panel, by, rows, column)
        filled[column] = panel[column].mask(zero, 0).mask(~panel["covered"])
    return panel.assign(**filled)


def _is_recorded(
    panel: pd.DataFrame, by: list[str], rows: pd.DataFrame, column: str
) -> pd.Series | bool:
    """Say where a sum over no event is 0: the dataset has the column, with a value somewhere."""
    if column not in DEATHS:
        return True
    known = rows[rows[column].notna()] if column in rows else rows.iloc[:0]
    # side by side with GED, which has bounds, ACLED still has none
    return panel["dataset"].isin(known["dataset"]) if "dataset" in by else len(known) > 0


def hide_deaths(panel: pd.DataFrame, by: list[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Set deaths missing, with a warning, where several datasets are counted together."""
    if "dataset" in by or "dataset" not in rows or rows["dataset"].nunique() < 2:
        return panel
    warn(
        "Several datasets are counted together: their deaths are defined differently and are "
        'set missing, and one event may be counted twice. by=["dataset", ...] keeps them apart.'
    )
    return panel.assign(**{c: panel[c].mask(panel[c].notna()) for c in DEATHS})
