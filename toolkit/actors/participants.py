"""PARTICIPANTS: one row per event, side and actor; coalitions split, names followed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from toolkit.actors.aliases import FOLLOW, VIEWS, apply_aliases, find_alias_days
from toolkit.actors.lineups import LINEUP, find_lineups, number_lineups
from toolkit.engines import is_scan
from toolkit.errors import ColumnError, EmptySelectionError, OptionError, check_option, warn
from toolkit.events import ACTOR_TYPES, EVENT, check_columns, check_dates, find_twins, take_events
from toolkit.provenance import add_step, read_record

# How a provider writes several actors: within the names of a side, and in the associated columns
COALITION = {"ucdp-ged": ", ", "sample-ged": ", "}
ASSOCIATED = {"acled": ";", "sample-acled": ";"}
SIDES = {
    "actor1": (1, "main"),
    "actor2": (2, "main"),
    "assoc_actor_1": (1, "associated"),
    "assoc_actor_2": (2, "associated"),
}
ARMED = ["state", "rebel", "political militia", "identity militia", "external"]
CATEGORIES = r"(?:Civilians|Protesters|Rioters|Unidentified .+?)(?: \(.*\))?"
RESULT = ["side", "actor", "role", "recorded", "actor_id", "actor_type", "organised"]
REGIME = r" \(\d{4}-(?:\d{4})?\)"


def participants(
    events: Any,
    *,
    aliases: pd.DataFrame | None = None,
    view: str = "recorded",
    follow: str = "by_date",
    categories: str = "keep",
    regimes: str = "keep",
    coalitions: str = "split",
    names: Sequence[str] = (),
) -> pd.DataFrame:
    """List who took part in each event: one row per event, side and actor.

    Coalitions are split by the provider's rule (UCDP: commas within a side; ACLED: semicolons in
    the associated columns). A name that has a comma of its own stays whole: one given in
    `names`, or one whose parts are recorded nowhere without it. So take the participants of the
    whole table, not of a part in which a coalition's members may never appear alone. Then names
    are followed through the alias table, and categories and regimes treated as asked.

    Parameters
    ----------
    events
        Event table: pandas, polars or pyarrow; or a scan, which stays on its engine (a DuckDB
        relation, a Spark DataFrame, a polars LazyFrame, see `scan_events`).
    aliases
        Alias table (`load_aliases`, or a table with its columns), needed for a view other than
        "recorded".
    view
        "recorded": names as they stand. "successor": spellings, renames, mergers and regimes
        followed. "umbrella": besides, members of fronts and operations rooms under its name.
    follow
        "by_date": a rule applies to events dated within it. "throughout": renames and mergers
        apply whatever the date, so that an organisation has its last name in all years.
    categories
        Civilians, protesters, rioters and unidentified groups are no actors: "keep" them as
        recorded, "fold" the country away ("Civilians"), or "drop" them.
    regimes
        "keep", or "fold" the years of "Military Forces of X (2000-2024)" away.
    coalitions
        "split", or "whole": a recorded coalition stands as one actor.
    names
        Names that contain the separator and are one actor.

    Returns
    -------
    DataFrame
        PARTICIPANTS: `event_id`, `dataset`, `date_start`, `side` (1, 2), `actor`, `role` (main,
        associated), `recorded` (the whole text as it stands in the file), `actor_id` and
        `actor_type` of the recorded name (of members and associates those that the dataset has
        most often for that very name as a main actor, else missing), `organised` (bool: an armed
        organisation; identities such as "Women (X)", bystanders, categories and, outside UCDP
        GED, names without a type are not). An actor stands once per event and side. How many
        members have an id, and what was changed or dropped, stand in the provenance.

        Of a scan by line-up: the actor columns as recorded, `since` (the first day on which the
        rules that hold are those of the row) and `n_events` stand in place of the event, so that
        the table is as small as the variety of names. `count_events` and `count_dyads` take it.

    Raises
    ------
    OptionError, ColumnError
        Unknown view or policy; a view without an alias table; a column missing; an event without
        an id of its own.
    EmptySelectionError
        No event has an actor, or none is left.

    Warns
    -----
    DataWarning
        An alias table in the view "recorded", which follows none of it.

    Examples
    --------
    >>> import toolkit as ct
    >>> people = ct.participants(ct.load_sample("ged"))
    >>> people.query("recorded == 'Ember Brigades, Morvask Column'")["actor"].unique().tolist()
    ['Ember Brigades', 'Morvask Column']
    """
    check_option("view", view, VIEWS)
    check_option("follow", follow, FOLLOW)
    check_option("categories", categories, ("keep", "fold", "drop"))
    check_option("regimes", regimes, ("keep", "fold"))
    check_option("coalitions", coalitions, ("split", "whole"))
    events = take_events(events)
    check_dates(events, [*EVENT, "actor1", "actor2"], scan=True)
    changes = [] if aliases is None else find_alias_days(aliases)
    join: Callable[[pd.DataFrame], pd.DataFrame]
    if is_scan(events):
        lineups = find_lineups(events, changes)
        join = partial(_join_lineups, lineups=lineups)
    else:
        number, lineups = _number_events(events, changes)
        join = partial(_join_events, events=events, number=number)
    people, step = _find_people(
        lineups, aliases, view, follow, categories, regimes, coalitions, names
    )
    return add_step(join(people), read_record(events), step, view=view)


def number_participants(events: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return events with the number of their line-up, and the `participants` of each by number.

    All choices are as they are where none is made. Both tables together are many times smaller
    than one with a row for each event and actor.
    """
    check_dates(events, [*EVENT, "actor1", "actor2"])
    number, lineups = _number_events(events, [])
    people, step = _find_people(lineups, None, "recorded", "by_date", "keep", "keep", "split", ())
    return events.assign(**{LINEUP: number}), add_step(people, read_record(events), step)


def _number_events(
    events: pd.DataFrame, changes: Iterable[pd.Timestamp]
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the number of each event's line-up, and the line-ups."""
    check_ids(events)
    number = number_lineups(events, changes)
    first = np.unique(number, return_index=True)[1]
    return number, events.iloc[first].assign(_weight=np.bincount(number))


def _find_people(
    lineups: pd.DataFrame, aliases: pd.DataFrame | None, view: str, follow: str, categories: str,
    regimes: str, coalitions: str, names: Sequence[str],
) -> tuple[pd.DataFrame, str]:  # fmt: skip
    """Return who takes part in each line-up, by its place, and what was done in words."""
    people, split = _stack(lineups.reset_index(drop=True), names, coalitions)
    people, matched = _add_ids(people)
    people, followed = _follow(people, aliases, view, follow)
    people, treated = _treat_names(people, categories, regimes)
    if people.empty:
        raise EmptySelectionError(
            "No actor is left: all names are categories.",
            "events with an actor that is none.",
            'ct.participants(events, categories="keep")',
        )
    people = people.drop_duplicates([LINEUP, "side", "actor"], ignore_index=True)
    step = ", ".join(["participants: coalitions " + coalitions, *split, *matched, *followed,
                      f"categories {categories}", *treated, f"regimes {regimes}"])  # fmt: skip
    return people, step


def _join_events(people: pd.DataFrame, events: pd.DataFrame, number: np.ndarray) -> pd.DataFrame:
    """Return the participants of each event, in the order of the events: those of its line-up."""
    size = np.bincount(people[LINEUP], minlength=number.max(initial=-1) + 1)
    start, n = np.cumsum(size) - size, size[number]
    at = np.arange(n.sum()) + np.repeat(start[number] - (np.cumsum(n) - n), n)
    own = events[["event_id", "dataset", "date_start"]].iloc[np.repeat(np.arange(len(events)), n)]
    theirs = people[RESULT].iloc[at].reset_index(drop=True)
    return pd.concat([own.reset_index(drop=True), theirs], axis=1)


def _join_lineups(people: pd.DataFrame, lineups: pd.DataFrame) -> pd.DataFrame:
    """Return the participants of each line-up, beside the columns that make it."""
    lineups = lineups.rename(columns={"_weight": "n_events"}).drop(columns="date_start")
    own = lineups.iloc[people[LINEUP]].reset_index(drop=True)
    return pd.concat([own, people[RESULT].reset_index(drop=True)], axis=1)


def check_ids(events: pd.DataFrame) -> None:
    """Raise unless each event has an id of its own, or actors of several events would be mixed."""
    check_columns(events, EVENT)
    for rows, fault in (
        (events[EVENT].isna().any(axis=1), "have no event_id or dataset"),
        (find_twins(events), "share their event_id with another of the dataset"),
    ):
        if rows.any():
            raise ColumnError(
                f"{int(rows.sum()):,} of {len(events):,} events {fault}.",
                "one row for each dataset and event_id.",
                "ct.validate_events(events), or without ids: events.assign(event_id=[str(i) for i "
                "in range(len(events))])",
            )


def find_coalitions(events: pd.DataFrame, *, names: Sequence[str] = ()) -> pd.DataFrame:
    """List the recorded names that hold a separator, and what each is split into.

    Parameters
    ----------
    events
        Event table.
    names
        Names that contain the separator and are one actor.

    Returns
    -------
    DataFrame
        `recorded`, `members` (list), `n_events` (sides on which it stands), `rule` ("split" or
        "one name").

    Examples
    --------
    >>> import toolkit as ct
    >>> table = ct.find_coalitions(ct.load_sample("ged"))
    >>> table.loc[table["rule"] == "one name", "recorded"].tolist()
    ['Front for Land, Bread and Water']
    """
    check_columns(events, ["dataset", "actor1", "actor2"])
    rows = []
    for dataset, own in events.groupby("dataset"):
        separator = COALITION.get(str(dataset))
        if separator is None:
            continue
        counts = pd.concat([own["actor1"], own["actor2"]]).value_counts()
        whole = find_whole_names(counts.index, separator, names)
        for name, n in counts.items():
            if separator in name:
                members = split_name(name, separator, whole)
                rows.append((name, members, n, "split" if len(members) > 1 else "one name"))
    table = pd.DataFrame(rows, columns=["recorded", "members", "n_events", "rule"])
    return add_step(table, read_record(events), "coalitions")


def split_name(recorded: str, separator: str, whole: Collection[str]) -> list[str]:
    """Split a coalition into its members; names in `whole` contain the separator and stay so.

    Examples
    --------
    >>> split_name("Bread, Land and Water, Lantern", ", ", ["Bread, Land and Water"])
    ['Bread, Land and Water', 'Lantern']
    """
    parts = recorded.split(separator)
    members, at = [], 0
    while at < len(parts):
        longest = next(
            (end for end in range(len(parts), at, -1) if separator.join(parts[at:end]) in whole),
            at + 1,
        )
        members.append(separator.join(parts[at:longest]).strip())
        at = longest
    return members


def find_whole_names(recorded: Iterable[str], separator: str, names: Sequence[str]) -> set[str]:
    """Return the names that contain the separator and are one actor.

    Those given, and those none of whose parts is recorded anywhere without the whole name.
    Governments are always members.
    """
    lists = {name: name.split(separator) for name in recorded}
    whole = {name for name in names if separator in name}
    for name, parts in lists.items():
        if len(parts) == 1 or any(part.startswith("Government of ") for part in parts):
            continue
        inside = f"{separator}{name}{separator}"
        others = [p for n, p in lists.items() if inside not in f"{separator}{n}{separator}"]
        if set(parts).isdisjoint(part for other in others for part in other):
            whole.add(name)
    return whole


def _stack(
    lineups: pd.DataFrame, names: Sequence[str], coalitions: str
) -> tuple[pd.DataFrame, list[str]]:
    """Stack the actor columns of the line-ups into single actors, main before associated."""
    whole = {
        dataset: find_whole_names(
            pd.concat([own["actor1"], own["actor2"]]).dropna().unique(), COALITION[dataset], names
        )
        for dataset, own in lineups.groupby("dataset")
        if dataset in COALITION
    }
    parts = []
    for column, (side, role) in SIDES.items():
        if column not in lineups or lineups[column].isna().all():
            continue
        part = lineups.loc[lineups[column].notna(), ["dataset", "date_start", "_weight"]]
        part = part.assign(side=side, role=role, recorded=lineups[column], **{LINEUP: part.index})
        for what in ("id", "type"):
            own = lineups.get(f"{column}_{what}", pd.Series(pd.NA, lineups.index))
            part[f"actor_{what}"] = own.astype("object")
        rules = ASSOCIATED if role == "associated" else COALITION if coalitions == "split" else {}
        parts.append(part.assign(actor=_split(part, rules, whole, names)).explode("actor"))
    if not parts:
        raise EmptySelectionError(
            "No event has an actor.", "events with actor1 or actor2.", "ct.describe_events(events)"
        )
    people = pd.concat(parts).sort_index(kind="stable").astype({"actor": "str"})
    kept = sorted(set().union(*whole.values()) & set(people["actor"]))
    said = [f"one name in spite of its comma: {', '.join(map(repr, kept))}"] if kept else []
    guessed = [name for name in kept if name not in names]
    if guessed:
        warn(
            f"Kept as one actor, for no part of it is recorded elsewhere: {'; '.join(guessed)}. "
            f"A coalition whose members never appear alone looks the same. names={guessed!r} says "
            "that these are single actors."
        )
    people = people[people["actor"].ne("")].drop_duplicates([LINEUP, "side", "actor"])
    return people.reset_index(drop=True), said


def _split(
    part: pd.DataFrame, rules: dict[str, str], whole: dict[str, set[str]], names: Sequence[str]
) -> pd.Series:
    """Return lists of names; each distinct text of a dataset is split once."""
    texts = list(zip(part["dataset"], part["recorded"], strict=True))
    lists = {
        (dataset, text): split_name(text, rules[dataset], whole.get(dataset, set(names)))
        if dataset in rules
        else [text]
        for dataset, text in set(texts)
    }
    return pd.Series([lists[text] for text in texts], index=part.index, dtype="object")


def _add_ids(people: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give members and associates the id and type that the dataset has for that very name."""
    own = people["role"].eq("main") & people["actor"].eq(people["recorded"])
    for column in ("actor_id", "actor_type"):
        key = ["dataset", "actor"]
        known = people[own].groupby([*key, column], observed=True)["_weight"].sum()
        known = known.rename("n").reset_index()
        usual = known.sort_values(["n", column], ascending=[False, True]).drop_duplicates(key)
        found = people[key].merge(usual, on=key, how="left")[column]
        people[column] = people[column].where(own, found)
    people["actor_id"] = people["actor_id"].astype("str")
    people["actor_type"] = people["actor_type"].astype(pd.CategoricalDtype(ACTOR_TYPES))
    unsaid = people["actor_type"].isna() & people["dataset"].isin(list(COALITION))
    armed = people["actor_type"].isin(ARMED) | unsaid
    people["organised"] = armed & ~_is_category(people["actor"])
    listed = people[~own].drop_duplicates(["dataset", "actor"])
    with_id, with_type = listed["actor_id"].count(), listed["actor_type"].count()
    said = f"{len(listed)} names of members and associates, by exact match {with_id} with an id "
    return people, [f"{said}and {with_type} with a type"] if len(listed) else []


def _follow(
    people: pd.DataFrame, aliases: pd.DataFrame | None, view: str, follow: str
) -> tuple[pd.DataFrame, list[str]]:
    """Follow the names through the alias table, and say how many changed."""
    if view == "recorded":
        if aliases is not None:
            warn(
                'view="recorded" follows no rule of the alias table: view="successor" and '
                'view="umbrella" do.'
            )
        return people, []
    if aliases is None:
        raise OptionError(
            f"view={view!r} needs an alias table.",
            "aliases=ct.load_aliases(...).",
            'view="recorded"',
        )
    followed, changed = apply_aliases(
        people["actor"], people["date_start"], aliases, view=view, follow=follow
    )
    n, idle = int(people.loc[followed.ne(people["actor"]), "_weight"].sum()), changed.eq(0).sum()
    said = [
        f"{view} view of {aliases.attrs.get('file', 'a table made by hand')}, {follow}",
        f"{n:,} names changed, {idle} of {len(aliases)} rules changed nothing",
    ]
    return people.assign(actor=followed), said


def _treat_names(
    people: pd.DataFrame, categories: str, regimes: str
) -> tuple[pd.DataFrame, list[str]]:
    """Fold or drop what is no actor, and fold the years of regimes away."""
    if regimes == "fold":
        people = people.assign(actor=people["actor"].str.replace(REGIME, "", regex=True))
    category = _is_category(people["actor"])
    if categories == "drop":
        return people[~category], [f"{int(people.loc[category, '_weight'].sum()):,} rows dropped"]
    if categories == "fold":
        folded = people["actor"].str.replace(r" \(.*\)$", "", regex=True)
        people = people.assign(actor=people["actor"].mask(category, folded))
    return people, []


def _is_category(names: pd.Series) -> pd.Series:
    return names.str.fullmatch(CATEGORIES).astype(bool)
