"""Counting: events -> panel. Nothing is counted anywhere else: dyads use this kernel too.

What touches every event is `tally`, on the engine on which the events lie; what follows is small.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from toolkit.account import OUTSIDE, Account, take_away, tell_account
from toolkit.actors.lineups import SINCE, add_since, key_columns
from toolkit.engines import column_names, find_unwhole, is_scan
from toolkit.errors import ColumnError, EmptySelectionError, OptionError, check_option, warn
from toolkit.events import EVENT, PERIODS, check_columns, check_dates, take_events
from toolkit.provenance import add_step, coverage, pack_coverage, read_record
from toolkit.straddling import (
    RULES,
    check_share,
    gather_days,
    mark_straddling,
    name_period,
    say_straddling,
    spread_days,
)
from toolkit.tally import DEATHS, sum_rows, tally_events
from toolkit.units import find_lives, find_units, join_people, join_records, name_units, read_units
from toolkit.zeros import (
    COUNTS,
    complete_cells,
    find_changes,
    hide_deaths,
    hide_uncovered,
    mark_coverage,
    read_spans,
    take_outside,
)

RESULTS = ["date_start", "period", *COUNTS, "covered", "partial"]


def count_events(
    events: Any,
    *,
    by: str | Sequence[str] = (),
    period: str = "month",
    spans: pd.DataFrame | None = None,
    complete: bool = True,
    people: pd.DataFrame | None = None,
    units: pd.DataFrame | Sequence[str] | None = None,
    straddling: str = "start",
    share: str | None = None,
) -> pd.DataFrame:
    """Count events and deaths by unit and period, with zeros only where the data can say zero.

    The universe of cells is built first, every unit times every period, and the counts are joined
    to it. What is in the table and not in the panel is told in one warning, reason by reason. A
    count is of what was recorded: it does not say that nothing else happened.

    Parameters
    ----------
    events
        Event table: pandas, polars or pyarrow; or a scan, which stays on its engine (a DuckDB
        relation, a Spark DataFrame, a polars LazyFrame, see `scan_events`).
    by
        Column or columns that make the unit, e.g. ["country", "event_type"]; none for one series.
        "admin1" brings "country" in front, "admin2" both, where the table has them: names of
        provinces repeat across countries.
    period
        "day", "week" (Monday to Sunday; "week-sunday" etc. begin on that day), "month", "quarter"
        or "year".
    spans
        Coverage table; by default the one that came with the events (`coverage`). One written by
        hand needs `country` ("*" for all), `start` and `end`, both included.
    complete
        Fill in every period of the coverage for every unit. False gives only the cells in which
        something happened.
    people
        PARTICIPANTS of the events (of a scan by line-up, as `participants` gives them); then `by`
        may name their columns too ("actor", "side", "role"). An event counts once in each unit it
        belongs to, and not at all where `people` has none of its participants.
    units
        The universe of units, by default those seen in the data. A table with the columns of `by`
        and, if known, `start` and `end` of a unit's life, either may be missing: before and after
        it a unit has no cells, for it is neither at zero nor missing. Or a list, where one column
        makes the unit. A roster is a universe of actors:
        `roster.rename(columns={"first": "start", "last": "end"})`.
    straddling
        What becomes of events whose days (`date_start` to `date_end`, or the week or month that
        `date_precision` tells, see `events.possible_days`) lie in several periods. "start": whole
        in the period of `date_start`. "spread": an equal part on each day, so that the total is
        kept. "drop": not counted.
    share
        Column with the part of an event that a row stands for, where the rows of one event are
        spread over places and add up to 1. In memory only.

    Returns
    -------
    DataFrame
        PANEL: the columns of the unit, `period` (pandas Period), `n_events`, `fatalities`,
        `fatalities_low`, `fatalities_high`, `n_straddling` (how many of `n_events` straddle; all
        Int64, or Float64 with straddling="spread" or `share`), `covered` (bool) and `partial`
        (bool: the coverage holds only part of the period), sorted by unit and period. Inside the
        coverage a cell without events is 0, outside it is missing. Where the unit holds no
        country, a period is covered if the coverage of every country covers it; the same for
        datasets. A country left out of a release (a hole) is left aside there. Deaths are sums
        of what is recorded; missing where the dataset has no such column, or where several
        datasets are counted together, because they define deaths differently. A missing value
        of `by` is a unit of its own.

    Raises
    ------
    OptionError, ColumnError
        Unknown option, or one that a scan cannot do (before any of it is read); a column that is
        not there or holds the wrong kind of values; a unit that is itself counted, stands twice
        in `units` or ends before it starts; a share that is none.
    EmptySelectionError
        No events, none with a date, or no units.

    Warns
    -----
    DataWarning
        Events not counted: on days outside the coverage or the life of their unit, of units that
        are not in `units`, dropped, without a date or without participants. Coverage not known,
        several datasets counted together, events that belong to several units.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.load_sample("ged")
    >>> panel = ct.count_events(events, by="country", period="year")
    >>> panel[["country", "period", "n_events", "fatalities", "covered"]].head(2)
       country period  n_events  fatalities  covered
    0  Dulmora   2012         7          16     True
    1  Dulmora   2013         8         133     True
    >>> spread = ct.count_events(events, by="admin1", straddling="spread")
    >>> spread[["n_events", "n_straddling"]].sum().round(2).tolist()
    [2315.57, 61.57]
    """
    events = take_events(events)
    by = name_units(by, events, people)
    theirs = [] if people is None else [c for c in by if c in people and c not in EVENT]
    own = [c for c in by if c not in theirs]
    check_units(events, own, period)
    _check_results(by)
    if share is None and "share" in column_names(events):
        warn("The table has a column `share`, and each row is counted whole: share='share'?")
    check_option("straddling", straddling, RULES)
    spans = coverage(events) if spans is None else read_spans(spans)
    changes = [*find_changes(spans), *find_lives(units)]
    rows = take_rows(events, own, period, people, spans=spans, changes=changes,
                     days=straddling == "spread", share=share)  # fmt: skip
    account: Account = {}
    said = [f"counted by {', '.join([*by, period])} of date_start"]
    said.append(say_straddling(rows, period, straddling))
    if people is not None:
        rows, alone, words = join_people(rows, people, theirs)
        account["without a participant in `people`"] = alone
        said.append(words)
    universe = None if units is None else read_units(units, by, rows)
    if universe is not None:
        said.append(f"{len(universe):,} units given")
        _tell_filtered(universe, rows, by, read_record(events))
    panel = count_cells(
        rows, by, period, account, spans=spans, units=universe, complete=complete,
        straddling=straddling, fractions=share is not None,
    )  # fmt: skip
    if complete and spans.empty:
        _tell_unknown()
    said.extend(tell_account(account, "events" if people is None else "events by unit"))
    record = read_record(events) if people is None else join_records(events, people)
    packed = pack_coverage(spans) if len(spans) else None
    return add_step(panel, record, ", ".join(said), coverage=packed)


def take_rows(
    events: Any,
    keys: Sequence[str],
    period: str,
    people: pd.DataFrame | None = None,
    *,
    spans: pd.DataFrame,
    changes: Iterable[pd.Timestamp],
    days: bool = False,
    share: str | None = None,
) -> pd.DataFrame:
    """Return the rows that are counted: of a table with participants one each event, else tallied.

    What the participants belong to (`key_columns`), and what the coverage speaks of, are told
    apart besides the keys. Participants by line-up fit a scan, by event or by the number of its
    line-up a table in memory.
    """
    belong = [] if people is None else key_columns(people)
    _check_rows_asked(events, belong, share)
    if belong == EVENT:
        return mark_straddling(events, period, share=share)
    # a scan whose record names its one dataset need not be grouped by it
    single = read_record(events).get("dataset", "") if is_scan(events) else ""
    single = "" if " + " in single or "dataset" in keys else single
    types = len(spans) > 0 and spans["event_types"].ne("*").any()
    wanted = [
        *([] if single else ["dataset"]),
        *(["country"] if len(spans) else []),
        *(["event_type"] if types else []),
    ]
    keys = [*keys, *(c for c in wanted if c in column_names(events))]
    part = None
    if share is not None:
        part = "_part"
        events = events.assign(_part=check_share(events, share))
    starts: list[pd.Timestamp] = []
    if people is not None and SINCE in belong:
        starts = list(people[SINCE].dropna().unique())
        changes = [*changes, *starts]
    keys += [c for c in belong if c != SINCE]
    check_columns(events, keys, scan=True)
    rows = tally_events(events, keys, period, changes=changes, days=days, share=part)
    check_dated(len(rows), rows["date_start"])
    rows = rows.assign(dataset=single) if single and "dataset" not in keys else rows
    return add_since(rows, starts) if SINCE in belong else rows


def _check_rows_asked(events: Any, belong: list[str], share: str | None) -> None:
    """Raise what can be asked of a table in memory only."""
    if not is_scan(events):
        return
    if belong == EVENT:
        raise OptionError(
            "The events lie in an engine, and `people` has a row for each of other events.",
            "PARTICIPANTS of these very events, which come by line-up.",
            "people=ct.participants(scan)",
        )
    if share is not None:
        raise OptionError(
            f"share={share!r} is asked of events that lie in an engine.",
            "events in memory, where what a row stands for can be checked.",
            "share=None",
        )


def _tell_unknown() -> None:
    warn(
        "The coverage of the events is not known: only periods with events are in the panel, "
        'and none is 0. State it: spans=pd.DataFrame({"country": ["*"], '
        '"start": ["2016-01-01"], "end": ["2019-11-30"]}).'
    )


def _tell_filtered(
    units: pd.DataFrame, rows: pd.DataFrame, by: list[str], record: dict[str, str]
) -> None:
    """Warn of units without events where a filter on what makes the unit may have left them out."""
    filters = record.get("filters", "").split("; ")
    said = [f for f in filters if f.split(" ")[0].rstrip("s") in [c.rstrip("s12") for c in by]]
    seen = pd.MultiIndex.from_frame(rows[by].astype("str").drop_duplicates())
    unseen = ~pd.MultiIndex.from_frame(units[by].astype("str")).isin(seen)
    if said and unseen.any():
        warn(
            f"{unseen.sum()} units have no event, and the events are filtered on "
            f"{'; '.join(said)}: a zero may be the filter's. Count first, choose units after."
        )


# ---------------------------------------------------------------------------------- checks


def check_units(events: Any, by: list[str], period: str) -> None:
    """Raise what cannot be counted, warn of what can mislead."""
    check_option("period", period, PERIODS)
    check_dates(events, by, scan=True)
    _check_deaths(events)
    if not is_scan(events):
        check_dated(len(events), events["date_start"])
    if "filter not recorded" in read_record(events).get("steps", ""):
        warn(
            "Rows were filtered in plain pandas, which leaves no record: the coverage still speaks "
            "of all of them, and a zero may be the filter's. ct.filter_events records and cuts it."
        )


def check_dated(n: int, dates: pd.Series) -> None:
    """Raise where there is nothing that could be counted in any period."""
    if dates.notna().sum() == 0:
        raise EmptySelectionError(
            "There are no events to count." if n == 0 else "No event has a date_start.",
            "at least one row with a date.",
            "len(events), and look at the filter",
        )


def _check_results(by: list[str]) -> None:
    for column in (c for c in by if c in RESULTS):
        raise OptionError(
            f"by={column!r} is itself counted or names the period.",
            f"a column other than {', '.join(RESULTS)}.",
            f"events.rename(columns={{{column!r}: 'its other name'}})",
        )


def _check_deaths(events: Any) -> None:
    for column in find_unwhole(events, [c for c in DEATHS if c in column_names(events)]):
        raise ColumnError(
            f"{column} holds values that are not whole numbers.",
            "numbers of people, or missing.",
            f"events[{column!r}] = pd.to_numeric(events[{column!r}]).astype('Int64')",
        )


# ----------------------------------------------------------------------------------- cells


def count_cells(
    rows: pd.DataFrame,
    by: list[str],
    period: str,
    account: Account,
    *,
    spans: pd.DataFrame,
    units: pd.DataFrame | None = None,
    complete: bool = True,
    straddling: str = "start",
    fractions: bool = False,
) -> pd.DataFrame:
    """Count marked rows (`mark_straddling`) into the cells of a panel, and account for each row.

    `account` is filled with the rows by what became of them: counted, or why not.
    """
    table = rows = take_away(rows, rows["date_start"].isna(), account, "without a date_start")
    seen = rows[by].drop_duplicates()
    seen = seen.where(seen.notna()).assign(start=pd.NaT, end=pd.NaT)  # None becomes nan
    if units is not None:
        rows = find_units(rows, units, by)
        rows = take_away(rows, ~rows["_known"], account, "of units that are not in `units`")
    if straddling == "drop":
        rows = take_away(rows, rows["_straddles"], account, f"that straddle {name_period(period)}s")
    everything = rows
    if straddling == "spread":
        rows = spread_days(rows)
    if units is not None:
        dates = rows["date_start"].dt.normalize()
        gone = (dates < rows["_start"]) | (dates > rows["_end"])
        rows = take_away(rows, gone, account, "on days outside the life of their unit")
    rows = take_outside(rows, by, spans, account)
    if straddling == "spread":
        rows, fractions = gather_days(rows, period), True
    account["counted"] = rows
    counted = count_rows(rows, by, period, fractions=fractions)
    # the periods of events outside the coverage stand in the panel, missing; single days of a
    # spread event add none
    beyond = account[OUTSIDE]
    if straddling == "spread":
        beyond = beyond[~beyond["_straddles"]]
    if len(beyond):
        counted = counted.merge(count_rows(beyond, by, period)[[*by, "period"]], how="outer")
    if complete and len(spans):
        counted = complete_cells(counted, by, seen if units is None else units, period, spans)
    elif counted.empty:
        raise EmptySelectionError(
            f"No event is left to count: {'; '.join(r for r in account if len(account[r]))}.",
            "at least one event that is counted.",
            'straddling="start", units=None',
        )
    panel = hide_uncovered(mark_coverage(counted, by, spans), by, table)
    panel = hide_deaths(panel, by, everything)
    return panel.sort_values([*by, "period"], ignore_index=True, na_position="last")


def count_rows(
    rows: pd.DataFrame, by: list[str], period: str, *, fractions: bool = False
) -> pd.DataFrame:
    """Add up marked rows by unit and period: the one place where rows become numbers.

    All have a date. With `fractions` a row may stand for the part of an event, and the numbers are
    fractions too.
    """
    deaths = [c for c in DEATHS if c in rows]
    marked = rows[[*by, "_weight", *deaths]]
    periods = rows["date_start"].dt.to_period(PERIODS[period])
    straddling = rows["_weight"].where(rows["_straddles"], 0)
    marked = marked.assign(period=periods.array.asi8, n_straddling=straddling)
    marked = marked.rename(columns={"_weight": "n_events"})
    numbers = ["n_events", *deaths, "n_straddling"]
    counted = sum_rows(marked, [*by, "period"], numbers)
    ordinals = pd.PeriodIndex.from_ordinals(counted["period"].astype("int64"), freq=PERIODS[period])
    counted["period"] = pd.Series(ordinals, counted.index)
    counted = counted.assign(**{c: pd.NA for c in DEATHS if c not in deaths})
    kinds = dict.fromkeys(COUNTS, "Float64" if fractions else "Int64")
    return counted[[*by, "period", *COUNTS]].astype(kinds)
