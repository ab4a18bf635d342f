"""Rosters: which actors there are, from when to when, and in which periods they were active."""

from __future__ import annotations

import pandas as pd

from toolkit.actors.lineups import SINCE
from toolkit.errors import ColumnError, EmptySelectionError, OptionError, check_option, warn
from toolkit.events import EVENT, PERIODS, check_columns
from toolkit.provenance import add_step, coverage, read_record

STATUS = ["active", "inactive", "not covered"]


def find_roster(
    people: pd.DataFrame, *, minimum_events: int = 1, minimum_years: int = 0
) -> pd.DataFrame:
    """Find the actors, with the first and last event in which each was seen.

    First and last seen is a lower bound of an actor's life: an organisation can exist without an
    event, and before the data begin.

    Parameters
    ----------
    people
        PARTICIPANTS.
    minimum_events
        Leave out actors with fewer events.
    minimum_years
        Leave out actors whose last year minus first year is less.

    Returns
    -------
    DataFrame
        `actor`, `first`, `last` (dates), `n_events`, sorted by name. What was left out stands in
        the provenance.

    Raises
    ------
    EmptySelectionError
        No actor is left.

    Examples
    --------
    >>> import toolkit as ct
    >>> roster = ct.find_roster(ct.participants(ct.load_sample("ged")), minimum_years=7)
    >>> "Government of Karvenia" in set(roster["actor"])
    True
    """
    _check_people(people)
    once = people.drop_duplicates([*EVENT, "actor"])
    seen = once.groupby("actor")["date_start"].agg(["min", "max", "size"]).reset_index()
    seen.columns = ["actor", "first", "last", "n_events"]
    years = seen["last"].dt.year - seen["first"].dt.year
    kept = seen[(seen["n_events"] >= minimum_events) & (years >= minimum_years)]
    if kept.empty:
        raise EmptySelectionError(
            f"None of {len(seen)} actors has {minimum_events} events or more, and {minimum_years} "
            "years or more from the first to the last.",
            f"up to {seen['n_events'].max()} events, up to {years.max()} years.",
            "minimum_events=1, minimum_years=0",
        )
    step = (
        f"roster of {len(kept)} of {len(seen)} actors (at least {minimum_events} events, "
        f"{minimum_years} years from first to last)"
    )
    return add_step(kept.sort_values("actor", ignore_index=True), read_record(people), step)


def find_activity(
    people: pd.DataFrame, *, period: str = "year", roster: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Tell for each actor and period whether it was active, inactive, or nothing can be said.

    Parameters
    ----------
    people
        PARTICIPANTS.
    period
        "day", "week", "month", "quarter" or "year".
    roster
        `actor`, `first`, `last`; by default first and last seen. Periods outside an actor's span
        are left out: an actor that does not exist yet is neither active nor inactive.

    Returns
    -------
    DataFrame
        `actor`, `period`, `status` (active, inactive, not covered), `n_events` (missing where not
        covered). A period touched by the coverage of any country counts as covered.

    Raises
    ------
    OptionError, ColumnError
        Unknown period; an actor of the roster without first and last.

    Warns
    -----
    DataWarning
        Events outside the span that the roster gives their actor; coverage not known, so that a
        period without events is "not covered".

    Examples
    --------
    >>> import toolkit as ct
    >>> people = ct.participants(ct.load_sample("ged"))
    >>> ct.find_activity(people).query("actor == 'Ember Brigades'")["status"].unique().tolist()
    ['active']
    """
    check_option("period", period, PERIODS)
    _check_people(people)
    freq = PERIODS[period]
    roster = find_roster(people) if roster is None else roster
    table = _list_spans(roster, freq)
    once = people[people["actor"].isin(roster["actor"])].drop_duplicates([*EVENT, "actor"])
    periods = once["date_start"].dt.to_period(freq).rename("period")
    counts = once.groupby(["actor", periods]).size().astype("Int64").rename("n_events")
    table = table.merge(counts.reset_index(), on=["actor", "period"], how="left")
    _tell_outside(len(once) - int(table["n_events"].sum()), len(once))
    silent = table["n_events"].isna()
    covered = _covered(table["period"], coverage(people))
    table["n_events"] = table["n_events"].mask(silent & covered, 0)
    status = pd.Series("active", table.index).mask(silent, "inactive")
    status = status.mask(silent & ~covered, "not covered")
    table.insert(2, "status", status.astype(pd.CategoricalDtype(STATUS)))
    return add_step(table, read_record(people), f"activity by {period}")


def _list_spans(roster: pd.DataFrame, freq: str) -> pd.DataFrame:
    """Return one row for each actor and period of its span."""
    check_columns(roster, ["actor", "first", "last"])
    open_ended = roster[["first", "last"]].isna().any(axis=1)
    if open_ended.any():
        raise ColumnError(
            f"The roster has no first or last day of {roster.loc[open_ended, 'actor'].iloc[0]!r}.",
            "both days for each actor.",
            "roster.dropna(subset=['first', 'last'])",
        )
    spans = [
        pd.DataFrame({"actor": actor, "period": pd.period_range(first, last, freq=freq)})
        for actor, first, last in zip(roster["actor"], roster["first"], roster["last"], strict=True)
    ]
    return pd.concat(spans, ignore_index=True).drop_duplicates(ignore_index=True)


def _tell_outside(n: int, total: int) -> None:
    if n:
        warn(
            f"{n:,} of {total:,} appearances lie outside the span that the roster gives the actor, "
            "and are left out."
        )


def _covered(periods: pd.Series, spans: pd.DataFrame) -> pd.Series:
    """Mark the periods that the coverage touches; where it is not known, none."""
    if spans.empty:
        warn(
            "The coverage of the events is not known: a period without events is called not "
            "covered. State it when loading: extract=dict(start=..., end=...)."
        )
    covered = pd.Series(False, periods.index)
    for span in spans.dropna(subset=["start", "end"]).itertuples():
        covered |= (periods.dt.end_time >= span.start) & (periods.dt.start_time <= span.end)
    return covered


def _check_people(people: pd.DataFrame) -> None:
    """Raise unless the participants are those of single events, which have dates."""
    if isinstance(people, pd.DataFrame) and SINCE in people:
        raise OptionError(
            "These participants come by line-up, from a scan: when each was seen is not in them.",
            "participants of events in memory.",
            'ct.count_events(scan, by="actor", people=people, period="year"), for activity',
        )
    check_columns(people, ["actor", *EVENT, "date_start"])
