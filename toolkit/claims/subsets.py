"""Subsets: which events a proposition counts, whether evidence can tell them, and their counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from toolkit.actors.aliases import apply_aliases
from toolkit.claims.evidence import Evidence, say_spans
from toolkit.provenance import find_spans

DEATHS = {"best": "fatalities", "low": "fatalities_low", "high": "fatalities_high"}
# ACLED's types that are armed violence; where no type is asked for, its other types do not count
ARMED = ["Battles", "Explosions/Remote violence", "Violence against civilians"]
UNARMED = ["Protests", "Riots", "Strategic developments"]
TO_TEST = " To test it: "
SELECTIONS = {
    ("any", "any"): "all",
    ("exact", "any"): "exact place",
    ("any", "exact"): "exact day",
    ("exact", "exact"): "exact place and day",
}


class Subset(NamedTuple):
    """Which events count; what is empty is no condition, several names are alternatives.

    Parameters
    ----------
    countries, places, violence_types, event_types
        As recorded. Without event types ACLED's protests, riots and strategic developments do not
        count: all that UCDP records is armed violence, and propositions without a type speak of it.
    actor, other
        Names of the actor and of its opponent (or partner).
    tie
        Opposition or cooperation, of events with an actor.
    """

    countries: tuple[str, ...] = ()
    places: tuple[tuple[str, ...], ...] = ()
    actor: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    tie: str = "opposition"
    violence_types: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()


class Choices(NamedTuple):
    """The choices under which evidence is read.

    Parameters
    ----------
    place, day
        "any" precision, or only "exact".
    deaths
        "best", "low" or "high" estimate.
    window
        Periods by which all windows move.
    straddling
        Events of several months: in the month of their "start", or "spread" over their days.
    names
        "recorded", or "successor" by the alias table.
    """

    place: str = "any"
    day: str = "any"
    deaths: str = "best"
    window: int = 0
    straddling: str = "start"
    names: str = "recorded"


# --------------------------------------------------------------------- whether it can be told


def find_gap(evidence: Evidence, subset: Subset, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return what is missing of a window in words, '' where evidence covers it wholly."""
    spans = evidence.spans
    assert spans is not None
    named = list(spans["country"].unique())
    countries = [c for c in subset.countries if c in named] or list(subset.countries) or named
    days = pd.date_range(start, end)
    for country in countries[:1] if subset.countries else countries:
        here = find_spans(spans, country).dropna(subset=["start", "end"])
        types = here["event_types"].str.split("; ").map(set)
        wanted = set(subset.event_types or ARMED)
        whole = here[np.array([("*" in listed) or wanted <= listed for listed in types], bool)]
        covered = np.zeros(len(days), dtype=bool)
        for first, last in zip(whole["start"], whole["end"], strict=True):
            covered |= (days >= first) & (days <= last)
        if not covered.all():
            return f"it covers {say_spans(here, country)}"
    return ""


def find_edge(evidence: Evidence, subset: Subset, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Say where a country has no event before or after a window that its file is taken to cover.

    The first and the last event of a file stand for its limits, and may be another country's.
    """
    spans, events = evidence.spans, evidence.events
    assert spans is not None
    guessed = spans[spans["basis"].astype("str").str.contains("in the file")]
    if events is None or guessed.empty:
        return ""
    here = events[events["country"].isin(list(subset.countries) or guessed["country"])]
    days = here.groupby("country")["date_start"].agg(["min", "max"])
    basis = guessed["basis"].iloc[0]
    late = [] if basis.startswith("start stated") else days.index[days["min"] > start]
    early = [] if basis.startswith("end stated") else days.index[days["max"] < end]
    lacking = [f"{c} before it" for c in late] + [f"{c} after it" for c in early]
    if not lacking:
        return ""
    return (
        "that the window is covered is taken from the first and last event of the whole file, "
        f"which has no event of {' or of '.join(lacking)}"
    )


def cut_needs(reason: str) -> tuple[str, str]:
    """Return a reason without what would test it, and that as a sentence ('' where it has none).

    Examples
    --------
    >>> cut_needs("it covers nothing of Velmara. To test it: GED 99.1")
    ('it covers nothing of Velmara.', 'To test it: GED 99.1.')
    """
    why, mark, needs = reason.partition(TO_TEST)
    return why, f"{TO_TEST.strip()} {needs.rstrip('.')}." if mark else ""


def find_unknown(evidence: Evidence, subset: Subset, measure: str) -> str:
    """Return in words what of a subset the evidence cannot tell, '' where it tells all.

    A name that is recorded nowhere in it may be one that it spells differently: nothing can be
    concluded from not finding it.
    """
    events, place = evidence.events, "; ".join(" | ".join(p) for p in subset.places)
    if evidence.years is not None and (subset.actor or place or subset.event_types):
        return "its annual figures are of whole countries, without actors, places or event types"
    if evidence.years is not None and measure == "events":
        return "its annual figures are of deaths, not of events"
    if events is None and evidence.years is None:
        if subset.event_types:
            return "its tables do not tell event types apart"
        if subset.actor and (place or subset.violence_types):
            return "its tables by actor do not tell places or types of violence"
        if (evidence.dyads if subset.actor else evidence.panel) is None:
            return f"it has no table by {'actor' if subset.actor else 'place'}"
    for names, column in [*((p, "admin1") for p in subset.places), (subset.event_types, "type"),
                          (subset.violence_types, "violence_type"),
                          (subset.actor, "actor"), (subset.other, "actor")]:  # fmt: skip
        absent = [n for n in names if n not in evidence.known[column]]
        # event types add up, each has to be known; names are alternatives
        if names and (len(absent) == len(names) or (column == "type" and absent)):
            word = {"type": "event type", "admin1": "place"}.get(column, column.replace("_", " "))
            return f"it records no {word} {' | '.join(absent)!r}, or under another name"
    return ""


# ---------------------------------------------------------------------------- what it says


def _choose_events(evidence: Evidence, subset: Subset, choices: Choices) -> np.ndarray:
    """Say which events are in a subset, under the choices of precision and names."""
    events = evidence.events
    assert events is not None
    kept, types = np.ones(len(events), dtype=bool), list(subset.event_types)
    for column, values in (
        ("country", subset.countries),
        ("admin1", [name for place in subset.places for name in place]),
        ("violence_type", subset.violence_types),
        ("date_precision", ["day"] if choices.day == "exact" else []),
        ("geo_precision", ["exact"] if choices.place == "exact" else []),
    ):
        if values:
            kept &= events[column].isin(list(values)).to_numpy(bool)
    if types:
        alike = events["event_type"].isin(types) | events["sub_event_type"].isin(types)
        kept &= alike.to_numpy(bool)
    else:
        kept &= ~events["event_type"].isin(UNARMED).to_numpy(bool)
    if subset.actor:
        pairs = evidence.pairs[choices.names]
        of_actor = np.zeros(len(events), dtype=bool)
        of_actor[pairs.loc[_choose_pairs(evidence, pairs, subset, choices.names), "place"]] = True
        kept &= of_actor
    return kept


def _choose_pairs(evidence: Evidence, pairs: pd.DataFrame, subset: Subset, names: str) -> pd.Series:
    """Say which pairs join the actor to the other, or to anybody."""
    actor, other = (_follow(evidence, n, names) for n in (subset.actor, subset.other))
    one, two = pairs["actor1"].isin(actor), pairs["actor2"].isin(actor)
    if other:
        one, two = one & pairs["actor2"].isin(other), two & pairs["actor1"].isin(other)
    return (one | two) & pairs["tie"].eq(subset.tie)


def _follow(evidence: Evidence, names: tuple[str, ...], view: str) -> list[str]:
    """Return names with, in the successor view, those that they have become."""
    if view == "recorded" or not names:
        return list(names)
    listed, undated = pd.Series(names), pd.Series(pd.NaT, range(len(names)))
    followed, _ = apply_aliases(
        listed, undated, evidence.aliases, view="successor", follow="throughout"
    )
    return [*names, *followed]


def count_periods(
    evidence: Evidence,
    subset: Subset,
    start: pd.Timestamp,
    end: pd.Timestamp,
    choices: Choices,
) -> pd.DataFrame:
    """Count a subset in each period of a window.

    Of an event file the months at the ends of a window are cut to its days, and `exposure` is the
    part of the month that is left. Tables cannot be cut: only periods wholly inside are counted.

    Returns
    -------
    DataFrame
        Index: the periods. `n_events` (missing in an annual table), `fatalities` (the bound
        chosen) and `exposure`.
    """
    deaths = DEATHS[choices.deaths]
    periods = pd.period_range(start, end, freq=evidence.freq)
    if evidence.events is not None:
        counted = _count_events(evidence, subset, start, end, choices)
        inside = np.minimum(periods.end_time, end + pd.Timedelta(days=1))
        length = (inside - np.maximum(periods.start_time, start)) / pd.Timedelta(days=1)
        exposure = np.ceil(np.asarray(length) - 1e-6) / periods.days_in_month
    else:
        periods = periods[(periods.start_time >= start) & (periods.end_time.normalize() <= end)]
        rows = _choose_rows(evidence, subset, choices)
        counted = rows.groupby("period")[["n_events", deaths]].sum(min_count=1)
        counted = counted.reindex(periods, fill_value=0).astype("Float64").to_numpy(float, np.nan)
        exposure = np.ones(len(periods))
    table = pd.DataFrame(counted, index=periods, columns=["n_events", "fatalities"])
    return table.assign(exposure=exposure)


def _count_events(
    evidence: Evidence,
    subset: Subset,
    start: pd.Timestamp,
    end: pd.Timestamp,
    choices: Choices,
) -> np.ndarray:
    """Return events and deaths by month inside the days of a window, months in rows.

    The numbers are those of `ct.count_events`, and a test holds the two together; this way is
    short enough to be run for every combination of choices.
    """
    events, days = evidence.events, evidence.days[choices.straddling]
    assert events is not None
    kept = _choose_events(evidence, subset, choices)[days["place"]]
    kept &= ((days["day"] >= start) & (days["day"] <= end)).to_numpy()
    day, share, place = (days[c].to_numpy()[kept] for c in ("day", "share", "place"))
    month = (day.astype("datetime64[M]") - np.datetime64(start, "M")).astype("int64")
    n = len(pd.period_range(start, end, freq="M"))
    deaths = events[DEATHS[choices.deaths]].astype("Float64").to_numpy(float, 0.0)[place]
    sums = [np.bincount(month, weights=w * share, minlength=n) for w in (1.0, deaths)]
    return np.column_stack(sums)


def _choose_rows(evidence: Evidence, subset: Subset, choices: Choices) -> pd.DataFrame:
    """Return the rows of the table of counts that a subset is summed from."""
    if evidence.years is not None:
        rows = evidence.years.assign(n_events=np.nan)
    elif subset.actor:
        assert evidence.dyads is not None
        rows = evidence.dyads
        rows = rows[_choose_pairs(evidence, rows, subset, "recorded")]
    else:
        assert evidence.panel is not None
        rows = evidence.panel
    if "selection" in rows:
        rows = rows[rows["selection"] == SELECTIONS[choices.place, choices.day]]
    for column, values in (
        ("country", subset.countries if "country" in rows else ()),
        ("admin1", [name for place in subset.places for name in place]),
        ("violence_type", subset.violence_types),
    ):
        if values:
            rows = rows[rows[column].isin(list(values))]
    return rows


def count_pairs(
    evidence: Evidence,
    subset: Subset,
    start: pd.Timestamp,
    end: pd.Timestamp,
    choices: Choices,
) -> int:
    """Return how many pairs of names a subset is summed from, in a table by pairs of actors."""
    rows = _choose_rows(evidence, subset, choices)
    times = pd.PeriodIndex(rows["period"])
    inside = (times.start_time >= start) & (times.end_time.normalize() <= end)
    recorded = rows[inside & rows["n_events"].gt(0).to_numpy(bool)]
    return len(recorded[["actor1", "actor2"]].drop_duplicates())


def find_first(
    evidence: Evidence,
    subset: Subset,
    start: pd.Timestamp,
    end: pd.Timestamp,
    choices: Choices,
) -> tuple[pd.Timestamp, pd.Timestamp, pd.Timestamp, int] | None:
    """Return the first day of a subset in a window, the range it may lie in, and how many events.

    None where nothing is recorded. In monthly tables the range is the whole month.
    """
    if evidence.events is None:
        counted = count_periods(evidence, subset, start, end, choices)["n_events"]
        months = pd.PeriodIndex(counted.index[counted > 0])
        if not len(months):
            return None
        day = months[0].start_time
        return day, day, months[0].end_time.normalize(), int(counted.sum())
    days = evidence.days["start"]
    days = days[_choose_events(evidence, subset, choices)[days["place"]]]
    days = days[days["day"].between(start, end)]
    if days.empty:
        return None
    return days["day"].min(), max(days["first"].min(), start), days["last"].min(), len(days)
