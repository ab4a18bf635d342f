"""What a figure needs of a panel: lines to draw, and words for its axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.panels import choose_units, unit_columns, unit_names
from toolkit.plots import style

MOST_UNITS = style.MOST_COLOURS
ESTIMATES = {"fatalities": "best", "fatalities_low": "low", "fatalities_high": "high"}


def reach(unit: pd.DataFrame, every: pd.PeriodIndex, name: str) -> pd.DataFrame:
    """Return one unit over every period; those that are not in the panel are missing."""
    if unit["period"].duplicated().any():
        raise OptionError(
            f"The panel has several rows for the same period{f' of {name}' if name else ''}.",
            "one row per unit and period, units in the columns before period.",
            'ct.count_events(events, by="country", period="month")',
        )
    unit = unit.set_index("period").assign(listed=True)
    whole = unit.assign(partial=unit.get("partial", False)).reindex(every)
    flags = ["covered", "partial", "listed"]
    whole[flags] = whole[flags].astype("boolean").fillna(False).astype(bool)
    return whole


def one_unit(panel: pd.DataFrame, value: str) -> tuple[str, pd.DataFrame]:
    """Return name and line of the one unit of a panel, or say how to choose one."""
    names = unit_names(panel)
    if names.nunique() > 1:
        raise OptionError(
            f"A calendar shows one unit, the panel has {names.nunique()}.",
            "a panel of one unit.",
            f'panel.query("{unit_columns(panel)[-1]} == ...")',
        )
    ((name, line),) = split_units(panel, value, None).items()
    return name, line


def numbers(column: pd.Series) -> np.ndarray:
    """Return a column as floats, missing as NaN."""
    return column.astype("Float64").to_numpy(float, na_value=np.nan)


def when(period: str) -> str:
    """Say what the time axis means."""
    return f"{period} {'on' if period == 'day' else 'in'} which the event began"


def estimate(value: str, panel: pd.DataFrame) -> str:
    """Say which estimate the deaths are; a provider without bounds gives one number, no best."""
    alone = value == "fatalities" and not has_bounds({"": panel})
    return f" ({ESTIMATES[value]} estimate)" if value in ESTIMATES and not alone else ""


def split_units(
    panel: pd.DataFrame, value: str, units: str | Sequence[str] | None
) -> dict[str, pd.DataFrame]:
    """Return one complete table of periods per unit, by name."""
    names = unit_names(panel)
    if units is not None:
        names = choose_units(panel, [units] if isinstance(units, str) else list(units))
    chosen = list(dict.fromkeys(names.dropna()))
    if len(chosen) > MOST_UNITS:
        total = panel[value].groupby(names).sum().sort_values(ascending=False)
        raise OptionError(
            f"The panel has {len(chosen)} units, too many for lines that can be told apart.",
            f"up to {MOST_UNITS} units.",
            f"ct.plot_series(panel, units={list(total.index[:3])!r})",
        )
    every = pd.period_range(panel["period"].min(), panel["period"].max(), name="period")
    return {n: reach(panel.loc[names.index[names == n]], every, n) for n in chosen}


def has_bounds(lines: dict[str, pd.DataFrame]) -> bool:
    """Return whether some line has a low and a high estimate."""
    bounds = ["fatalities_low", "fatalities_high"]
    return all(set(bounds) <= set(u) and u[bounds].notna().any().all() for u in lines.values())
