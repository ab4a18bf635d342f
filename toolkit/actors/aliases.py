"""Alias tables: names as rows with dates and a source, and what applying them changes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.datasets import describe_dataset, find_file
from toolkit.errors import MissingDependencyError, OptionError, check_option
from toolkit.events import check_columns
from toolkit.problems import LEFT_OUT
from toolkit.provenance import add_step, read_record, stamp
from toolkit.reading import read_text

COLUMNS = ["name", "canonical", "valid_from", "valid_to", "relation", "source", "where"]
RELATIONS = {
    "alias": "another spelling or language of the same name",
    "rename": "the organisation goes on under a new name",
    "merger": "the organisation is dissolved into a new one",
    "regime": "state forces named after the government of the time",
    "umbrella": "a member acts as part of a front, operations room or army",
    "split": "a splinter (name) leaves its parent (canonical); never applied, it is lineage only",
}
VIEWS = {
    "recorded": (),
    "successor": ("alias", "rename", "merger", "regime"),
    "umbrella": ("alias", "rename", "merger", "regime", "umbrella"),
}
FOLLOW = ("by_date", "throughout")
ANYTIME = ("rename", "merger", "regime")  # followed throughout, whatever the date
DAYS = ["valid_from", "valid_to"]


def load_aliases(source: str | os.PathLike[str]) -> pd.DataFrame:
    """Load an alias table and check it: who is whom, since when, and on whose word.

    Parameters
    ----------
    source
        "syria" for the table that ships (`data/actors/syria.csv`), or the path of a CSV file
        with the columns below.

    Returns
    -------
    DataFrame
        `name`, `canonical`, `valid_from`, `valid_to` (days, both included; missing is open),
        `relation` (alias, rename, merger, regime, umbrella, split), `source` and `where` (the
        document and the place in it on which the row stands).

    Raises
    ------
    ColumnError, OptionError, MissingFileError
        A column is missing; a relation or date is not known; a row has no source; a name has two
        rules on one day, or leads back to itself.

    Examples
    --------
    >>> import toolkit as ct
    >>> table = ct.load_aliases("syria")
    >>> table.loc[table["name"] == "Jabhat Fateh al-Sham", "canonical"].tolist()
    ['HTS']
    """
    ships = not Path(source).suffix
    text = read_text(find_file(f"actors-{source}") if ships else Path(source))
    problems = text.problems.table()
    broken = problems[problems["action"] == LEFT_OUT]
    if len(broken):
        row = broken.iloc[0]
        raise OptionError(
            f"{text.facts['file']}, row {row['record']}: {row['reason']}.",
            "rows with as many fields as the header; text that holds a comma in quotes.",
            "correct the row in the file",
        )
    record = describe_dataset(f"actors-{source}") if ships else {"title": text.facts["file"]}
    return stamp(check_aliases(text.cells), record, **text.facts)


def check_aliases(table: pd.DataFrame) -> pd.DataFrame:
    """Return an alias table with dates as dates, or say which row breaks which rule.

    Raises
    ------
    ColumnError, OptionError
        As `load_aliases`.

    Examples
    --------
    >>> import pandas as pd
    >>> row = ["Old", "New", "2014-05-01", "", "rename", "an archive", "p. 3"]
    >>> check_aliases(pd.DataFrame([row], columns=COLUMNS)).loc[0, "valid_from"]
    Timestamp('2014-05-01 00:00:00')
    """
    check_columns(table, COLUMNS)
    record = table.attrs
    table = table.reset_index(drop=True)
    relations = "; ".join(f"{name}: {meaning}" for name, meaning in RELATIONS.items())
    _refuse(table, ~table["relation"].isin(list(RELATIONS)), "relation", relations)
    for column in ("name", "canonical", "source", "where"):
        blank = table[column].astype("str").fillna("").str.strip() == ""
        _refuse(table, blank, column, "a value in every row: no row stands without a source")
    table = table.assign(**{column: _read_days(table, column) for column in DAYS})
    _refuse(table, table["valid_to"] < table["valid_from"], "valid_to", "not before valid_from")
    same = table["name"] == table["canonical"]
    _refuse(table, same, "canonical", "another name than `name`")
    _refuse(table, _find_rivals(table), "name", "one rule for a name on one day")
    _refuse_circles(table)
    table.attrs = record
    return table


def _refuse(table: pd.DataFrame, wrong: pd.Series, column: str, allowed: str) -> None:
    if wrong.any():
        at = table.index[wrong][0]
        raise OptionError(
            f"Row {at + 1} of the alias table ({table.at[at, 'name']!r}) has {column} "
            f"{table.at[at, column]!r}, which cannot be.",
            allowed + ".",
            f"aliases.loc[{at}], and correct its {column} or take the row out",
        )


def _read_days(table: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as days; a bare year or month is refused, as an end it would be a start."""
    if pd.api.types.is_datetime64_any_dtype(table[column]):
        return table[column].astype("datetime64[us]")
    text = table[column].astype("str").str.strip().replace("", None)
    days = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    _refuse(table, text.notna() & days.isna(), column, "year-month-day, or empty")
    return days


def _find_rivals(table: pd.DataFrame) -> pd.Series:
    """Mark rules that hold on a day on which another rule of the same name holds too."""
    rules = table[table["relation"].isin(VIEWS["umbrella"])]
    start = rules["valid_from"].fillna(pd.Timestamp("1000-01-01")).sort_values(kind="stable")
    end = rules["valid_to"].fillna(pd.Timestamp("9999-12-31"))[start.index]
    names = rules["name"][start.index]
    ended = end.groupby(names).cummax().groupby(names).shift()
    return (start <= ended).reindex(table.index, fill_value=False)


def _refuse_circles(table: pd.DataFrame) -> None:
    """Raise where following the rules from a name could lead back to it."""
    applied = table[table["relation"].isin(VIEWS["umbrella"])]
    leads_to = applied.groupby("name")["canonical"].agg(set).to_dict()
    for start in leads_to:
        reached: set[str] = set()
        edge = {start}
        while edge:
            edge = set().union(*(leads_to.get(n, set()) for n in edge)) - reached
            reached |= edge
        if start in reached:
            raise OptionError(
                f"Following the alias table from {start!r} leads back to it.",
                "rules that end at a name.",
                f"aliases[aliases['name'].isin({sorted(reached)[:5]})], and take one rule out",
            )


def find_alias_days(aliases: pd.DataFrame) -> list[pd.Timestamp]:
    """Return the days on which a rule begins to hold, or has just ceased to."""
    rules = check_aliases(aliases)
    days = pd.concat([rules["valid_from"], rules["valid_to"] + pd.Timedelta(days=1)])
    return list(days.dropna())


def apply_aliases(
    names: pd.Series, dates: pd.Series, aliases: pd.DataFrame, *, view: str, follow: str = "by_date"
) -> tuple[pd.Series, pd.Series]:
    """Return the names in a view, and how many rows each rule of the table changed.

    Rules are followed one after the other until none applies: a spelling, then a rename, then an
    umbrella. A rule applies to an event that is dated within `valid_from` and `valid_to`; an
    event without a date only meets rules without one. With `follow="throughout"` renames, mergers
    and regimes apply whatever the date, so that an organisation has its last name in all years;
    of several rules the one that holds on the day comes first, then the latest.
    """
    check_option("view", view, VIEWS)
    check_option("follow", follow, FOLLOW)
    rules = check_aliases(aliases)[["name", "canonical", *DAYS, "relation"]]
    rules = rules[rules["relation"].isin(VIEWS[view])].rename_axis("rule").reset_index()
    changed = pd.Series(0, index=range(len(aliases)))
    rows = pd.DataFrame({"name": names.to_numpy(), "date": dates.to_numpy()}).astype(
        {"name": "str"}
    )
    current = rows["name"].copy()
    while len(rows := rows[rows["name"].isin(rules["name"])]):
        found = _find_rules(rows, rules, follow)
        changed = changed.add(found["rule"].value_counts(), fill_value=0)
        current[found.index] = found["canonical"]
        rows = found[["canonical", "date"]].set_axis(["name", "date"], axis=1)
    return (
        current.set_axis(names.index).rename(names.name),
        changed.astype("int64").set_axis(aliases.index),
    )


def _find_rules(rows: pd.DataFrame, rules: pd.DataFrame, follow: str) -> pd.DataFrame:
    """Return the rows to which a rule applies, each with the one rule."""
    met = rows.rename_axis("row").reset_index().merge(rules, on="name")
    begun = met["valid_from"].isna() | (met["date"] >= met["valid_from"])
    met["holds"] = begun & (met["valid_to"].isna() | (met["date"] <= met["valid_to"]))
    anytime = met["relation"].isin(ANYTIME) if follow == "throughout" else False
    met = met[met["holds"] | anytime].sort_values(["holds", "valid_from"], ascending=False)
    return met.drop_duplicates("row").set_index("row").sort_index()


def describe_aliases(
    people: pd.DataFrame, aliases: pd.DataFrame, *, view: str = "successor", follow: str = "by_date"
) -> pd.DataFrame:
    """Audit an alias table: how many rows each rule changes, and which rules change nothing.

    Parameters
    ----------
    people
        PARTICIPANTS in the view "recorded".
    aliases
        Alias table.
    view, follow
        As for `participants`.

    Returns
    -------
    DataFrame
        The rules of the table in their order with `n_recorded` (rows under this very name),
        `n_changed` (rows this rule changed, those that another rule brought to the name
        included), `first` and `last` recorded date of the name, and `effect`: "changed rows",
        "changed nothing" (the name is recorded, but not within the rule's dates), "name not
        recorded", or "not part of this view".

    Raises
    ------
    OptionError
        Unknown view, or people whose names were already followed.

    Examples
    --------
    >>> import toolkit as ct
    >>> people = ct.participants(ct.load_sample("ged"))
    >>> ct.describe_aliases(people, ct.load_aliases("syria"))["effect"].unique().tolist()
    ['name not recorded', 'not part of this view']
    """
    check_columns(people, ["actor", "date_start"])
    if people.attrs.get("view", "recorded") != "recorded":
        raise OptionError(
            f"These names were already followed in the {people.attrs['view']} view.",
            'participants in the view "recorded".',
            "ct.describe_aliases(ct.participants(events), aliases)",
        )
    _, changed = apply_aliases(
        people["actor"], people["date_start"], aliases, view=view, follow=follow
    )
    seen = people.groupby("actor")["date_start"].agg(["size", "min", "max"])
    seen = seen.reindex(aliases["name"]).set_axis(aliases.index)
    effect = pd.Series("changed nothing", index=aliases.index)
    effect = effect.mask(seen["size"].isna(), "name not recorded").mask(changed > 0, "changed rows")
    effect = effect.mask(~aliases["relation"].isin(VIEWS[view]), "not part of this view")
    audit = aliases.assign(
        n_recorded=seen["size"].fillna(0).astype("int64"), n_changed=changed,
        first=seen["min"], last=seen["max"], effect=effect,
    )  # fmt: skip
    return add_step(audit, read_record(aliases), f"audit of the {view} view, {follow}")


def find_lookalikes(
    names: pd.Series, aliases: pd.DataFrame | None = None, *, score: float = 88.0
) -> pd.DataFrame:
    """Suggest pairs of names that look alike and have no rule. Suggestions only, never applied.

    Two names may look alike and be two organisations ("9th Division", "19th Division"): read
    the sources before writing a rule.

    Parameters
    ----------
    names
        Names of actors, e.g. `people["actor"]`.
    aliases
        Pairs that a rule of this table joins are left out.
    score
        Least similarity, 0 to 100: rapidfuzz's weighted ratio after folding case.

    Returns
    -------
    DataFrame
        `name1`, `name2`, `score`, most alike first.

    Raises
    ------
    MissingDependencyError
        rapidfuzz is not installed (extra `names`).

    References
    ----------
    rapidfuzz documentation, ``rapidfuzz.fuzz.WRatio``.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["Hearthguard", "Hearth Guard", "Lantern Movement"])
    >>> find_lookalikes(names)[["name1", "name2"]].values.tolist()
    [['Hearth Guard', 'Hearthguard']]
    """
    try:
        from rapidfuzz import fuzz, process, utils
    except ImportError:
        raise MissingDependencyError(
            "Suggestions need the library rapidfuzz.",
            "the extra `names`.",
            'pip install "conflict-toolkit[names]"',
        ) from None
    known = sorted(set(names.dropna()))
    alike = process.cdist(
        known, known, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=score
    )
    one, two = np.nonzero(np.triu(alike, k=1))
    table = pd.DataFrame(
        {
            "name1": pd.Series([known[i] for i in one], dtype="str"),
            "name2": pd.Series([known[i] for i in two], dtype="str"),
            "score": alike[one, two].astype("float64").round(1),
        }
    )
    if aliases is not None:
        ruled = {
            frozenset(pair) for pair in zip(aliases["name"], aliases["canonical"], strict=True)
        }
        pairs = zip(table["name1"], table["name2"], strict=True)
        table = table[[frozenset(pair) not in ruled for pair in pairs]]
    return table.sort_values("score", ascending=False, kind="stable", ignore_index=True)
