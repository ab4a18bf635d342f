"""What a careful pandas user writes by hand: the rivals of what the toolkit does in one call.

They are here to be read. Each docstring says what the toolkit's call does beyond it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

DEATHS = ["fatalities", "fatalities_low", "fatalities_high"]
FREQUENCIES = {"month": "M", "year": "Y"}


def read_csv(path: Path) -> pd.DataFrame:
    """Read all columns, types as pandas guesses them.

    The toolkit also converts every column by a documented rule, reads the dates, turns codes into
    words, looks for rows that are cut, doubled or impossible, accounts for each of them by line
    number, and hashes the file.
    """
    return pd.read_csv(path)


def read_csv_with_arrow(path: Path) -> pd.DataFrame:
    """Read all columns with pyarrow's reader, which uses all cores and is less tolerant."""
    return pd.read_csv(path, engine="pyarrow")


def count_events(events: pd.DataFrame, by: list[str], period: str) -> pd.DataFrame:
    """Count events and deaths by unit and period, and fill the grid with zeros.

    The toolkit also keeps zero and missing apart (inside and outside the coverage), counts events
    that straddle periods, tells what is not counted and why, and carries the provenance along.
    """
    rows = events[[*by, *DEATHS]].assign(
        period=events["date_start"].dt.to_period(FREQUENCIES[period]), n_events=1
    )
    counted = rows.groupby([*by, "period"], dropna=False)[["n_events", *DEATHS]].sum()
    units = rows[by].drop_duplicates()
    periods = pd.period_range(rows["period"].min(), rows["period"].max(), name="period").to_frame()
    grid = pd.MultiIndex.from_frame(units.merge(periods, how="cross"))
    return counted.reindex(grid, fill_value=0).sort_index().reset_index()


def count_dyads(events: pd.DataFrame, period: str) -> pd.DataFrame:
    """Count events and deaths by pair of actors, whichever stands first, and period.

    The toolkit also splits coalitions, follows aliases, knows allies from opponents, refuses a
    direction that the data do not have, and says how many events join no pair.
    """
    in_order = events["actor1"] <= events["actor2"]
    rows = events[DEATHS].assign(
        actor1=events["actor1"].where(in_order, events["actor2"]),
        actor2=events["actor2"].where(in_order, events["actor1"]),
        period=events["date_start"].dt.to_period(FREQUENCIES[period]),
        n_events=1,
    )
    pairs = rows.dropna(subset=["actor1", "actor2"]).groupby(["actor1", "actor2", "period"])
    return pairs[["n_events", *DEATHS]].sum().reset_index()


def count_parquet(files: Iterable[Path], by: list[str], period: str) -> pd.DataFrame:
    """Count event tables in Parquet: read the columns that are needed, then count as in memory."""
    columns = ["date_start", *by, *DEATHS]
    events = pd.concat((pd.read_parquet(f, columns=columns) for f in files), ignore_index=True)
    return count_events(events, by, period)
