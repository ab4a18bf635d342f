"""DYADS: events -> one row per pair of actors, tie and period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from toolkit.account import Account, tell_account
from toolkit.actors.lineups import key_columns
from toolkit.actors.participants import check_ids, number_participants, participants
from toolkit.counts import check_units, count_cells, take_rows
from toolkit.engines import column_names, is_scan
from toolkit.errors import (
    DirectionError,
    EmptySelectionError,
    OptionError,
    check_option,
    did_you_mean,
    warn,
)
from toolkit.events import check_columns, take_events
from toolkit.pairs import COOPERATION, join_actors, refuse_direction
from toolkit.permutation import check_whole
from toolkit.provenance import add_step, coverage, pack_coverage
from toolkit.straddling import RULES, say_straddling
from toolkit.tally import tally_events, weigh_rows
from toolkit.units import join_records
from toolkit.zeros import COUNTS, find_changes, read_spans

TIES = ("opposition", "cooperation", "both")
SPLITS = ("whole", "share")


def count_dyads(
    events: Any,
    *,
    people: pd.DataFrame | None = None,
    period: str = "year",
    tie: str = "opposition",
    split: str = "whole",
    directed: bool | str = False,
    among: pd.DataFrame | Iterable[str] | None = None,
    minimum_events: int = 1,
    straddling: str = "start",
    complete: bool = False,
    spans: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count events and deaths by pair of actors, tie and period.

    Opposition joins the main actors of one side to those of the other, every member of a
    coalition included. Cooperation joins organised armed actors listed on the same side, a
    coalition's members or, in ACLED, main and associated actors: co-listing, not proof of an
    alliance, and in UCDP GED rare by construction. Identities ("Women (X)"), bystanders and
    categories never cooperate so; `people[~people["organised"]]` lists them.

    Where the provider classes what passes between the sides (`quad_class`, GDELT), classes of
    cooperation join the two sides in cooperation and never in opposition; a row without a class
    is opposition, as everywhere else. That cooperation is acts, from one side to the other.

    Events and deaths are both counted; which of them weighs a tie is chosen in `actor_network`.

    Parameters
    ----------
    events
        Event table: pandas, polars or pyarrow; or a scan, which stays on its engine (a DuckDB
        relation, a Spark DataFrame, a polars LazyFrame, see `scan_events`).
    people
        PARTICIPANTS of these events, or of a larger table that holds them, with the aliases, view
        and policies of your choice; by default `participants(events)`: coalitions split, names as
        recorded. Only what is in `events` is counted.
    period
        "day", "week" (Monday to Sunday; "week-sunday" etc. begin on that day), "month", "quarter"
        or "year" of `date_start`.
    tie
        "opposition", "cooperation" or "both".
    split
        An event can belong to several dyads. "whole": it counts fully in each, right for one
        dyad; a total over dyads counts it several times. "share": each gets an equal part, right
        for sums: over all dyads of a tie they are the events that join a pair. Opposition and
        cooperation are shared out apart, and before `among` and `minimum_events` select.
    directed
        False: pairs in alphabetical order. True: from actor1 to actor2, where the provider gives
        the order a meaning in every event; actors of one side have none. "as_recorded": from actor1
        to actor2 although the order means nothing, to reproduce studies that did so.
    among
        Keep only dyads between these actors: a roster (`find_roster`), or names that all have to
        be there.
    minimum_events
        Keep only dyads with so many events over all periods. It stands in `attrs`, for
        `thinning_curve` has to know what makes a tie.
    straddling
        What becomes of events whose days lie in several periods, as in `count_events`: whole in
        the period of `date_start` ("start"), an equal part on each day ("spread"), or "drop".
    complete
        Give every dyad seen a row for every period of the coverage: 0 inside it, missing outside.
        The coverage of every country has to hold a period. Events outside it are not counted.
    spans
        Coverage table for `complete`, as in `count_events`; by default that of the events.

    Returns
    -------
    DataFrame
        DYADS: `actor1`, `actor2`, `tie`, `period`, `n_events`, `fatalities`, `fatalities_low`,
        `fatalities_high` (whole numbers, or fractions with split="share" or
        straddling="spread"); only pairs and periods with events, sorted. A pair that is not there
        was not recorded; whether that means none is for the coverage to say, and complete=True
        adds it: `covered` and `partial`, as in a PANEL. All choices stand in the provenance, and
        as `cooperation` whether that is "acts", as the provider classes them, or "co-listing";
        neither proves an alliance.

    Raises
    ------
    DirectionError
        directed=True where the order of the actors means nothing; any direction where actors
        cooperate by standing on one side.
    OptionError, ColumnError, EmptySelectionError
        Unknown option or actor; columns or ids missing; no event joins two actors.

    Warns
    -----
    DataWarning
        Events that count whole in several dyads; direction read into the order of actors.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"), tie="both", split="share")
    >>> dyads.query("tie == 'opposition'")["n_events"].sum().round(6)
    np.float64(2316.0)
    """
    check_option("tie", tie, TIES)
    check_option("split", split, SPLITS)
    check_option("straddling", straddling, RULES)
    minimum_events = check_whole("minimum_events", minimum_events, least=1, usual=1)
    events = take_events(events)
    check_units(events, ["event_id"], period)
    _check_direction(events, tie, directed)
    if people is None and is_scan(events):
        people = participants(events)
    elif people is None:
        events, people = number_participants(events)
    elif not is_scan(events):
        check_ids(events)
    check_columns(people, [*key_columns(people), "side", "actor", "role", "organised"])
    spans, account = _read_coverage(events, spans, complete), Account()
    rows = take_rows(
        events, [c for c in ["quad_class"] if c in column_names(events)], period, people,
        spans=spans, changes=find_changes(spans), days=straddling == "spread",
    )  # fmt: skip
    pairs = join_actors(people, rows, tie, directed=bool(directed))
    chosen, said = _choose_pairs(pairs, people, among, minimum_events)
    if split == "whole":
        _tell_several(chosen)
    dyads = count_cells(
        chosen if split == "whole" else weigh_rows(chosen, chosen["share"]),
        ["tie", "actor1", "actor2"], period, account, spans=spans,
        straddling=straddling, fractions=split == "share",
    )  # fmt: skip
    marks = ["covered", "partial"] if complete else []
    dyads = dyads[["actor1", "actor2", "tie", "period", *COUNTS[:-1], *marks]]
    joined, n = pairs.drop_duplicates("_row"), int(rows["_weight"].sum())
    alone = n - _tell_undated(rows) - int(joined["_weight"].sum())
    order = directed if isinstance(directed, str) else "yes" if directed else "no"
    step = ", ".join([f"dyads by {period} of date_start: tie {tie}", f"split {split}",
                      f"directed {order}", f"{alone:,} of {n:,} events join no pair",
                      *said, say_straddling(joined, period, straddling),
                      *tell_account(account, "events by dyad")])  # fmt: skip
    return add_step(dyads, join_records(events, people), step, directed=order, split=split,
                    minimum_events=minimum_events if minimum_events > 1 else None,
                    cooperation=_say_cooperation(chosen, rows),
                    coverage=pack_coverage(spans) if complete else None)  # fmt: skip


def _read_coverage(events: Any, spans: pd.DataFrame | None, complete: bool) -> pd.DataFrame:
    """Return the coverage to complete the dyads with; an empty one where they are not."""
    known = coverage(events)
    if not complete:
        if spans is not None:
            raise OptionError(
                "spans is given, but only a complete table of dyads uses it.",
                "spans with complete=True.",
                "complete=True",
            )
        return known.iloc[:0]
    known = known if spans is None else read_spans(spans)
    if known.empty:
        raise OptionError(
            "The coverage of the events is not known, so that no 0 can be told from missing.",
            "complete=True with a coverage.",
            'spans=pd.DataFrame({"country": ["*"], "start": ["2016-01-01"], '
            '"end": ["2019-11-30"]})',
        )
    return known


def _tell_undated(rows: pd.DataFrame) -> int:
    undated = int(rows.loc[rows["date_start"].isna(), "_weight"].sum())
    if undated:
        warn(f"{undated:,} events have no date_start and are not counted.")
    return undated


def _check_direction(events: Any, tie: str, directed: bool | str) -> None:
    """Raise or warn where a direction is asked for that the data do not carry."""
    if not isinstance(directed, bool) and directed != "as_recorded":
        raise OptionError(
            f"directed={directed!r} is not known.",
            "False, True or 'as_recorded'.",
            "directed=False",
        )
    if not directed:
        return
    if tie != "opposition" and "quad_class" not in column_names(events):
        raise refuse_direction(tie)
    n, unordered = _count_unordered(events)
    if unordered and directed is True:
        raise DirectionError(
            f"In {unordered:,} of {n:,} events the order of actor1 and actor2 means "
            "nothing: ACLED and UCDP give it a meaning only in violence against civilians.",
            "directed=False, or events whose order means something.",
            'ct.count_dyads(events[events["directed"]], directed=True), or directed="as_recorded" '
            "to reproduce a study that read direction into the order",
        )
    if unordered:
        warn(
            "Direction is read into the order of actor1 and actor2, which means nothing in "
            f"{unordered:,} of {n:,} events. Do so only to reproduce a study that did."
        )


def _count_unordered(events: Any) -> tuple[int, int]:
    """Return how many events there are, and in how many the order of actors means nothing."""
    keys = [c for c in ["directed"] if c in column_names(events)]
    rows = tally_events(events, keys, "year")
    ordered = rows["directed"].fillna(False).astype(bool) if keys else []
    n = int(rows["_weight"].sum())
    return n, n - int(rows.loc[ordered, "_weight"].sum())


def _say_cooperation(pairs: pd.DataFrame, rows: pd.DataFrame) -> str | None:
    """Return what joins the pairs that cooperate, None where there are none."""
    joined = rows.iloc[pairs.loc[pairs["tie"] == "cooperation", "_row"]]
    if joined.empty:
        return None
    classes = joined.get("quad_class", pd.Series("", joined.index))
    return "acts" if classes.isin(COOPERATION).all() else "co-listing"


def _choose_pairs(
    pairs: pd.DataFrame,
    people: pd.DataFrame,
    among: pd.DataFrame | Iterable[str] | None,
    minimum_events: int,
) -> tuple[pd.DataFrame, list[str]]:
    """Keep the pairs asked for, and say which rule left how many."""
    chosen, said = pairs, []
    if among is not None:
        names = _read_names(among, people)
        chosen = chosen[chosen["actor1"].isin(names) & chosen["actor2"].isin(names)]
        said.append(f"among {len(names):,} actors")
    if minimum_events > 1:
        size = chosen.groupby(["tie", "actor1", "actor2"])["_weight"].transform("sum")
        chosen = chosen[size >= minimum_events]
        said.append(f"at least {minimum_events} events")
    if chosen.empty:
        raise EmptySelectionError(
            f"No event joins two actors{''.join(f', {rule}' for rule in said)}.",
            "events with actors on both sides (opposition) or several armed ones on one side "
            "(cooperation); without the rules of selection "
            f"{len(pairs.drop_duplicates(['tie', 'actor1', 'actor2'])):,} dyads.",
            "ct.participants(events).groupby('side')['actor'].value_counts(), to see who is there",
        )
    return chosen, said


def _read_names(among: pd.DataFrame | Iterable[str], people: pd.DataFrame) -> set[str]:
    """Return the actors of a roster, or of a list of names that all have to be there."""
    if isinstance(among, pd.DataFrame):
        check_columns(among, ["actor"])
        return set(among["actor"])
    names = {among} if isinstance(among, str) else set(among)
    known = set(people["actor"])
    for name in sorted(names - known):
        raise OptionError(
            f"among names {name!r}, but no event has this actor.",
            did_you_mean(name, sorted(known)),
            "sorted(people['actor'].unique()), and a name from there as it is written",
        )
    return names


def _tell_several(pairs: pd.DataFrame) -> None:
    """Warn of events that count whole in several of the dyads that are left."""
    several = pairs[pairs.duplicated(["_row", "tie"])].drop_duplicates("_row")
    if len(several):
        warn(
            f"{int(several['_weight'].sum()):,} events belong to several dyads and count whole in "
            "each: right for one dyad, but a total over dyads counts them several times. "
            'split="share" is right for sums.'
        )
