"""Spells: stretches of time above a stated threshold, with their onset, duration and end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, warn
from toolkit.panels import VALUES, check_panel, each_unit, period_word, unit_columns, whole_counts
from toolkit.provenance import add_step, read_record


def find_spells(
    panel: pd.DataFrame,
    *,
    value: str = "n_events",
    threshold: float = 1,
    gap: int = 0,
    quiet: int = 1,
) -> pd.DataFrame:
    """Find the spells in which each unit reaches a threshold, period after period.

    A spell ends where more than `gap` periods lie below the threshold, or where a period is not
    known: not covered, without a value, or covered in part and below the threshold (the days not
    covered could have reached it). A partial period that reaches the threshold belongs to the
    spell. Where the data end is not where the violence ended, so `start_known` and `end_known`
    say which durations are only lower bounds; leaving those spells out makes the rest too short.

    Onset, number and duration of spells follow from the threshold, the gap and the length of the
    period as much as from the violence. Try several. A spell of months says nothing of its days,
    and one of a province may hold several conflicts.

    Parameters
    ----------
    panel
        What `count_events` returns, not smoothed.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high".
    threshold
        Number per period that has to be reached, above 0.
    gap
        Number of periods below the threshold in a row that do not end a spell.
    quiet
        Number of periods below the threshold in a row that have to lie before an onset. PRIO's
        onset data, for one, come with two, five and eight years [1]_.

    Returns
    -------
    DataFrame
        One row per spell, sorted by unit and start: the columns of the unit, `start` and `end`
        (Periods), `duration` (periods from start to end, tolerated ones included), `n_events` and
        deaths (sums from start to end of what is recorded), `onset` (the start is known and at
        least `quiet` periods before it are below the threshold), `start_known` and `end_known`
        (at least `gap` + 1 periods before, or after, are covered as a whole and below the
        threshold). A unit without a spell is not in the table, which is empty where there is none.

    Raises
    ------
    OptionError
        A threshold, gap or quiet that is no such number, unknown value, no panel, a period that
        stands twice or has no row.

    Warns
    -----
    DataWarning
        Units of which nothing is known, so that they cannot have a spell; a smoothed panel.

    References
    ----------
    .. [1] PRIO, Onset and Duration of Intrastate Conflict, Onset Data,
       https://www.prio.org/Data/Armed-Conflict/Onset-and-Duration-of-Intrastate-Conflict/Onset-Data/

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), by="country", period="month")
    >>> spells = find_spells(panel, value="fatalities", threshold=250)
    >>> spells[["country", "start", "duration", "fatalities", "onset", "end_known"]].head(2)
        country    start  duration  fatalities  onset  end_known
    0  Karvenia  2013-03         1         399   True       True
    1  Karvenia  2015-09         1         271   True       True
    """
    _check_number("threshold", threshold, whole=False, least=0)
    _check_number("gap", gap, whole=True, least=0)
    _check_number("quiet", quiet, whole=True, least=1)
    rows, record = check_panel(panel, value), read_record(panel)
    by, sums = unit_columns(rows), [c for c in VALUES if c in rows]
    units = list(each_unit(rows))
    if "smoothed" in record:
        warn("The panel is smoothed: the sums of its spells count a period several times.")
    unknown = sum(bool(unit[value].isna().all()) for unit in units)
    if unknown:
        warn(
            f"{unknown} of {len(units)} units have no {value} in any period: that no spell is "
            "found there says nothing."
        )
    spells = [
        {**unit[by].iloc[0], **line}
        for unit in units
        for line in _spells_of(unit, value, threshold, gap, quiet, sums)
    ]
    kinds = {c: rows[c].dtype for c in [*by, *sums]}
    kinds |= dict.fromkeys(["start", "end"], rows["period"].dtype) | {"duration": "int64"}
    kinds |= dict.fromkeys(["onset", "start_known", "end_known"], "bool")
    columns = [*by, "start", "end", "duration", *sums, "onset", "start_known", "end_known"]
    result = pd.DataFrame(spells, columns=columns).astype(kinds)
    word = period_word(rows["period"])
    step = f"spells of {threshold:g} or more {value} per {word}, gap {gap}, quiet {quiet}"
    return add_step(result, record, step)


def _check_number(name: str, number: Any, *, whole: bool, least: int) -> None:
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    right = isinstance(number, kinds) and not isinstance(number, bool) and np.isfinite(number)
    if not right or (number < least if whole else number <= least):
        raise OptionError(
            f"{name}={number!r} is not possible.",
            f"a whole number from {least} on." if whole else f"a number above {least}.",
            f"{name}={1 if whole else 25}",
        )


def _spells_of(
    unit: pd.DataFrame, value: str, threshold: float, gap: int, quiet: int, sums: list[str]
) -> list[dict[str, Any]]:
    """Return the spells of one unit, whose rows are complete and in the order of time."""
    recorded = unit[value].where(unit["covered"])
    reached = recorded.ge(threshold).fillna(False).to_numpy(bool)
    below = whole_counts(unit, value).lt(threshold).to_numpy()
    spells = []
    for first, last in _find_runs(reached, below, gap):
        spell = unit.iloc[first : last + 1]
        before, after = below[:first][::-1], below[last + 1 :]
        line = {
            "start": spell["period"].iloc[0],
            "end": spell["period"].iloc[-1],
            "duration": len(spell),
            **spell[sums].sum(min_count=1),
            "onset": _all_of_first(before, max(quiet, gap + 1)),
            "start_known": _all_of_first(before, gap + 1),
            "end_known": _all_of_first(after, gap + 1),
        }
        spells.append(line)
    return spells


def _find_runs(reached: np.ndarray, below: np.ndarray, gap: int) -> list[tuple[int, int]]:
    """Return first and last position of each run of `reached`, bridging short `below` ones."""
    at = np.flatnonzero(reached)
    unknown = np.cumsum(~reached & ~below)[at]
    ends = (np.diff(at) > gap + 1) | (np.diff(unknown) > 0)
    runs = np.split(at, np.flatnonzero(ends) + 1)
    return [(int(run[0]), int(run[-1])) for run in runs if len(run)]


def _all_of_first(states: np.ndarray, n: int) -> bool:
    """Say whether there are n states, and the first n hold."""
    return len(states) >= n and bool(states[:n].all())
