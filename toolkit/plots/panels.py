"""What a figure needs to know of a panel: its units, its periods, its values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option, did_you_mean
from toolkit.events import check_columns
from toolkit.plots import style

VALUES = {
    "n_events": "events",
    "fatalities": "deaths",
    "fatalities_low": "deaths",
    "fatalities_high": "deaths",
}
MOST_UNITS = style.MOST_COLOURS
ESTIMATES = {"fatalities": "best", "fatalities_low": "low", "fatalities_high": "high"}
PERIODS = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


def check_panel(panel: pd.DataFrame, value: str) -> pd.DataFrame:
    """Say what is wrong with a table that is no panel, or has nothing of the value."""
    check_option("value", value, VALUES)
    style.need_rows(panel, "periods")
    if "period" not in panel.columns or not isinstance(panel["period"].dtype, pd.PeriodDtype):
        raise OptionError(
            "The table is no panel: it has no column period that holds periods.",
            "what count_events returns.",
            'ct.count_events(events, period="month")',
        )
    check_columns(panel, [value, "covered"])
    if panel[value].isna().all():
        raise OptionError(
            f"{value} is missing in every row of the panel.",
            "a value that the dataset records, inside its coverage.",
            'value="n_events", or ct.coverage(panel)',
        )
    return panel.reset_index(drop=True)


def period_of(panel: pd.DataFrame) -> str:
    """Return the word for the length of a panel's periods."""
    return PERIODS[panel["period"].dt.freq.freqstr[0]]


def unit_columns(panel: pd.DataFrame) -> list[str]:
    """Return the columns that make the unit: those before `period`."""
    return list(panel.columns[: panel.columns.get_loc("period")])


def unit_names(panel: pd.DataFrame) -> pd.Series:
    """Return the name of each row's unit, made of the columns that tell the units apart."""
    by = unit_columns(panel)
    telling = [c for c in by if panel[c].nunique(dropna=False) > 1] or by
    names = pd.Series("", index=panel.index)
    for column in telling:
        part = panel[column].astype("object").where(panel[column].notna(), style.NOT_RECORDED)
        names = names.where(names == "", names + ", ") + part.astype("str")
    return names


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
        names = choose(panel, names, [units] if isinstance(units, str) else list(units))
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


def choose(panel: pd.DataFrame, names: pd.Series, units: list[str]) -> pd.Series:
    """Return the names of the units asked for, missing elsewhere, in the order asked for."""
    found = []
    for unit in units:
        here = names == unit
        for column in unit_columns(panel):
            here |= panel[column].astype("str").eq(unit).fillna(False).astype(bool)
        if not here.any():
            raise OptionError(
                f"The panel has no unit {unit!r}.",
                did_you_mean(unit, names.unique()[:200]),
                f"units={names.iloc[0]!r}",
            )
        found.append(names[here])
    return pd.concat(found).pipe(lambda s: s[~s.index.duplicated()])


def has_bounds(lines: dict[str, pd.DataFrame]) -> bool:
    """Return whether some line has a low and a high estimate."""
    bounds = ["fatalities_low", "fatalities_high"]
    return all(set(bounds) <= set(u) and u[bounds].notna().any().all() for u in lines.values())
