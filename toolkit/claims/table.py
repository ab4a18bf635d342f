"""The claims table: one row a proposition; what it must hold, and every fault in it at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.claims.rules import Range, Rule, find_overlap, has_days, read_rule
from toolkit.datasets import data_folder
from toolkit.errors import (
    EmptySelectionError,
    FileFormatError,
    OptionError,
    ToolkitError,
    did_you_mean,
)
from toolkit.events import VIOLENCE_TYPES
from toolkit.problems import LEFT_OUT
from toolkit.provenance import stamp
from toolkit.reading import read_text

COLUMNS = {
    "claim_id": "c01, c02, ... in the order of the document; several rows share one claim",
    "paragraph": "number of the paragraph in the document, or several: 14;15",
    "speaker": "interviewee, journalist, caption or headline",
    "claim": "what is asserted, in the coder's own words",
    "actors": "as the source names them, '; ' between several",
    "places": "as the source names them",
    "dates": "as the source gives them",
    "external_date": "day or start/end from elsewhere, where the source gives none",
    "external_source": "where that date was read, and where in it",
    "kind": "what kind of claim it is",
    "proposition_id": "c01a, c01b, ...",
    "proposition": "one measurable statement, in words, that could be false",
    "statistic": "what is measured; none where event data cannot",
    "measure": "events or fatalities",
    "actor": "whose events count, ' | ' between alternative names; empty is any",
    "other": "the opponent; of a share the part, of a lag the second actor",
    "tie": "opposition (also where empty) or cooperation",
    "among": "rank only: the actors compared, '; ' between them",
    "country": "as recorded, ' | ' between alternative names",
    "place": "provinces (admin1), ' | ' between alternative names, '; ' between those summed",
    "other_place": "lag only: place of the second subset",
    "violence_type": "types that count, '; ' between several; empty is all",
    "part_type": "share only: types that are the part",
    "event_type": "the dataset's own event types or sub types, '; ' between several",
    "start": "first day of the window",
    "end": "last day of the window",
    "base_start": "ratio only: first day of the window compared with",
    "base_end": "ratio only: last day of that window",
    "supports": "rule, e.g. ratio >= 1.5",
    "contradicts": "rule that excludes the other one",
    "if_silent": "what it means when nothing is recorded: contradicts, supports or says nothing",
    "silence_reason": "why: would the dataset have recorded it?",
    "needs": "the exact data that would test it",
}
STATISTICS = ["count", "ratio", "share", "rank", "trend", "first", "lag", "none"]
KINDS = [
    "timing", "level", "trend", "ranking", "tie", "sequence", "quantity outside event data",
]  # fmt: skip
ALLOWED = {
    "speaker": ["interviewee", "journalist", "caption", "headline"],
    "kind": KINDS,
    "statistic": STATISTICS,
    "measure": ["events", "fatalities"],
    "tie": ["", "opposition", "cooperation"],
    "if_silent": ["contradicts", "says nothing", "supports"],
}
ALWAYS = ["claim_id", "paragraph", "speaker", "claim", "kind", "proposition_id", "proposition",
          "statistic", "needs"]  # fmt: skip
MEASURED = ["measure", "start", "end", "supports", "contradicts", "if_silent", "silence_reason"]
# column: the statistics it belongs to
ONLY = {
    "among": ["rank"],
    "other_place": ["lag"],
    "part_type": ["share"],
    "base_start": ["ratio"],
    "base_end": ["ratio"],
}
# the numbers that a statistic can be (of ranks in whole numbers), and in words
POSSIBLE = {"count": Range(low=0), "ratio": Range(low=0), "share": Range(0, 1),
            "trend": Range(low=-100, with_low=False)}  # fmt: skip
REACH = {"count": "0 or more", "ratio": "0 or more", "share": "0 to 1", "trend": "above -100",
         "rank": "1 to the number of actors in among"}  # fmt: skip
DAYS = ["start", "end", "base_start", "base_end"]
MEASURES_FROM = list(COLUMNS).index("measure")
Fault = tuple[str, str, str, str]  # column, value, problem, allowed


def load_claims(source: str | os.PathLike[str]) -> pd.DataFrame:
    """Load a table of claims and check it.

    One row is one proposition: a statement about what event data record, with the rule that would
    support it and the rule that would contradict it, written down before any result is known. A
    table that passes is well formed; whether the propositions are fair to the source is the
    coder's to answer.

    Parameters
    ----------
    source
        Name of a table that ships ("sample"), or the path of a file: CSV with comma or
        semicolon, or a spreadsheet with one sheet. Rows that are empty throughout are left out.

    Returns
    -------
    DataFrame
        Text in all columns ("" for what is empty), in the order of `claims.table.COLUMNS`, which
        says what each means; index is the row of the sheet (1 is the header).

    Raises
    ------
    FileFormatError
        The table has faults: the first are named, and how to list all.
    OptionError, MissingFileError
        No such table, no such file, or not the name of one.
    EmptySelectionError
        The table has no rows.

    Examples
    --------
    >>> claims = load_claims("sample")
    >>> claims.loc[2, ["proposition_id", "statistic", "supports"]].tolist()
    ['c01a', 'ratio', 'ratio < 0.7']
    """
    table, facts = _read(source)
    check_rows(table)
    problems = validate_claims(table)
    if len(problems):
        first = [
            f"row {p.row} ({p.column}={p.value!r}): {p.problem}"
            for p in problems.head(3).itertuples()
        ]
        raise FileFormatError(
            f"{facts['file']} has {len(problems)} faults. " + "; ".join(first) + ".",
            str(problems["allowed"].iloc[0]) + ".",
            f"ct.claims.validate_claims({str(source)!r}), which lists all",
        )
    return stamp(table[list(COLUMNS)], {"title": f"claims {facts['file']}"}, **facts)


def validate_claims(source: pd.DataFrame | str | os.PathLike[str]) -> pd.DataFrame:
    """List every fault in a table of claims at once.

    Parameters
    ----------
    source
        The table, or the name or path that `load_claims` takes.

    Returns
    -------
    DataFrame
        One row a fault: `row` (as in the sheet, 1 is the header; of a table its index),
        `proposition_id`, `column`, `value`, `problem`, `allowed`. Empty where there is none. Names
        of actors and places are not checked: whether a dataset knows them is found when judged.

    Examples
    --------
    >>> claims = load_claims("sample")
    >>> claims.loc[2, ["start", "measure"]] = ["1 July 2017", "deaths"]
    >>> validate_claims(claims)[["row", "column", "value", "problem"]].values.tolist()
    [[2, 'measure', 'deaths', 'not known'], [2, 'start', '1 July 2017', 'not a day']]
    """
    table = source if isinstance(source, pd.DataFrame) else _read(source)[0]
    names = [str(c) for c in table.columns]
    # by place, for what stands in an index may stand there twice
    rows: list[tuple[object, ...]] = [(-1, 1, "", *f) for f in _find_column_faults(names)]
    index, table = table.index, read_cells(table).reset_index(drop=True)
    present = set(names)
    for place, cells in enumerate(table.to_dict("records")):
        faults = [f for f in _find_faults(cells) if f[0] in present]
        rows += [(place, index[place], cells["proposition_id"], *fault) for fault in faults]
    for place, *fault in _find_disagreements(table):
        rows.append((place, index[place], table["proposition_id"][place], *fault))
    columns = ["place", "row", "proposition_id", "column", "value", "problem", "allowed"]
    found = pd.DataFrame(rows, columns=columns).sort_values("place", kind="stable")
    return found.drop(columns="place").reset_index(drop=True)


def _read(source: str | os.PathLike[str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the cells of a file as text, without rows that are empty throughout."""
    if not isinstance(source, str | os.PathLike):
        raise OptionError(
            f"{type(source).__name__} is no name of a table of claims, and no path.",
            "a name of what ships, or the path of one file; a table you have needs no loading.",
            "ct.claims.load_claims('sample')",
        )
    path = Path(source)
    if not path.suffix:
        folder = data_folder() / "claims"
        names = sorted(p.stem for p in folder.glob("*.csv"))
        path = folder / f"{source}.csv"
        if not path.is_file() and not Path(source).is_dir():
            known = did_you_mean(str(source), names)
            raise OptionError(
                f"No claims {str(source)!r} ship with the toolkit.",
                f"a name of what ships, or the path of a file with its ending; {known}",
                "ct.claims.load_claims('my_claims.csv')",
            )
        path = path if path.is_file() else Path(source)
    if path.is_dir():
        raise OptionError(
            f"{path.name or str(source)!r} is a folder.",
            "the path of one file, with its ending.",
            "ct.claims.load_claims('my_claims.csv')",
        )
    text = read_text(path)
    problems = text.problems.table()
    broken = problems[problems["action"] == LEFT_OUT]
    if len(broken):
        raise FileFormatError(
            f"{text.facts['file']}, row {broken['record'].iloc[0] + 1}: "
            f"{broken['reason'].iloc[0]}.",
            "rows with as many fields as the header; text with a comma in quotes.",
            "correct the row in the file",
        )
    cells = text.cells.rename(columns=str.strip).fillna("").astype("str")
    cells = cells.apply(lambda column: column.str.strip())
    cells = cells[(cells != "").any(axis=1)]
    return _cut_midnight(cells).set_axis(cells.index + 1), text.facts


def _cut_midnight(cells: pd.DataFrame) -> pd.DataFrame:
    """Return days as they are written in a claims table: a spreadsheet keeps them at midnight."""
    days = {c: cells[c].str.removesuffix(" 00:00:00") for c in DAYS if c in cells}
    return cells.assign(**days)


def check_rows(table: pd.DataFrame) -> None:
    """Raise `EmptySelectionError` for a table of claims without rows."""
    if table.empty:
        raise EmptySelectionError(
            "The table of claims has no rows.", "at least one proposition.", "len(claims)"
        )


def read_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a claims table as text, "" for what is missing."""
    cells = table.loc[:, ~table.columns.duplicated()].reindex(columns=list(COLUMNS))
    cells = cells.astype("object")
    return _cut_midnight(cells.where(cells.notna(), "").astype("str"))


def split(text: str, separator: str = ";") -> list[str]:
    """Return the parts of a cell, without blanks around them and without empty ones.

    Examples
    --------
    >>> split("Idlib | Edlib", "|"), split("")
    (['Idlib', 'Edlib'], [])
    """
    return [part.strip() for part in text.split(separator) if part.strip()]


# ---------------------------------------------------------------------------------- faults


def _find_column_faults(names: list[str]) -> Iterator[Fault]:
    for name in COLUMNS:
        if name not in names:
            yield name, "", "the column is missing", COLUMNS[name]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield name, "", "the column stands twice", "each once"
        if name not in COLUMNS:
            yield name, "", "not a column of a claims table", did_you_mean(name, COLUMNS)


def _find_faults(cells: dict[str, str]) -> Iterator[Fault]:
    """Yield the faults of one row: its cells first, then how they go together."""
    measured = cells["statistic"] != "none"
    for column, text in cells.items():
        if text == "" and column in ALWAYS + (MEASURED if measured else []):
            yield column, "", "empty", COLUMNS[column]
        elif text and not measured and column in list(COLUMNS)[MEASURES_FROM:-1]:
            yield column, text, "given, but the statistic is none", "empty"
        elif text and column in ONLY and cells["statistic"] not in ONLY[column]:
            yield column, text, f"given for {cells['statistic']}", f"only for {ONLY[column][0]}"
        elif text:
            yield from _find_cell_faults(column, text)
    yield from _find_window_faults(cells)
    yield from _find_subset_faults(cells)
    if measured and cells["supports"] and cells["contradicts"]:
        yield from _find_rule_faults(cells)


def _find_cell_faults(column: str, text: str) -> Iterator[Fault]:
    if column in ALLOWED and text not in ALLOWED[column]:
        yield column, text, "not known", ", ".join(filter(None, ALLOWED[column]))
    if column in ("violence_type", "part_type"):
        for kind in split(text):
            if kind not in VIOLENCE_TYPES:
                yield column, kind, "not known", "; ".join(VIOLENCE_TYPES)
    if column in DAYS and _day(text) is None:
        yield column, text, "not a day", "year-month-day, e.g. 2020-03-05"
    patterns = {"claim_id": r"c\d\d+", "proposition_id": r"c\d\d+[a-z]", "paragraph": r"\d+(;\d+)*"}
    if column in patterns and not re.fullmatch(patterns[column], text.replace("; ", ";")):
        yield column, text, "not written as agreed", COLUMNS[column]
    if column == "external_date":
        ends = [_day(part) for part in text.split("/")]
        if len(ends) > 2 or None in ends or ends != sorted(ends, key=str):
            yield column, text, "neither a day nor a span", "2020-03-05 or 2019-04-30/2020-03-06"


def _find_window_faults(cells: dict[str, str]) -> Iterator[Fault]:
    days = {column: _day(cells[column]) for column in DAYS}
    for first, last in (("start", "end"), ("base_start", "base_end")):
        one, two = days[first], days[last]
        if one is not None and two is not None and one > two:
            yield last, cells[last], f"before {first}", f"{cells[first]} or later"
    if cells["statistic"] == "ratio":
        for column in ("base_start", "base_end"):
            if not cells[column]:
                yield column, "", "empty, but the statistic is ratio", COLUMNS[column]
        start, end, base, base_end = days.values()
        known = start is not None and end is not None and base is not None and base_end is not None
        if known and base <= end and start <= base_end:  # type: ignore[operator]
            yield "base_start", cells["base_start"], "the two windows overlap", "windows apart"


def _find_subset_faults(cells: dict[str, str]) -> Iterator[Fault]:
    """Yield what a statistic lacks, and what is given without what it belongs to."""
    statistic, actor, other = cells["statistic"], cells["actor"], cells["other"]
    if cells["proposition_id"][:-1] != cells["claim_id"] and cells["proposition_id"]:
        yield "proposition_id", cells["proposition_id"], "of another claim", cells["claim_id"] + "a"
    if bool(cells["external_date"]) != bool(cells["external_source"]):
        yield "external_source", cells["external_source"], "date or source alone", "both or none"
    if cells["place"] and not cells["country"]:
        yield "country", "", "empty, but a place is given", "names of provinces repeat: a country"
    for column in ("other", "tie"):
        if cells[column] and not actor and statistic != "lag":
            yield "actor", "", f"empty, but {column} is given", COLUMNS["actor"]
    if statistic == "share" and bool(cells["part_type"]) == bool(actor and other):
        yield "part_type", cells["part_type"], "the part is not clear", "part_type, or actor+other"
    outside = set(split(cells["part_type"])) - set(split(cells["violence_type"]))
    if cells["violence_type"] and outside:
        yield "part_type", "; ".join(sorted(outside)), "not in violence_type", "part of it"
    if statistic == "rank" and (actor not in split(cells["among"]) or not actor):
        yield "among", cells["among"], "does not name the actor", "the actor and those beside it"
    if statistic == "rank" and len(split(cells["among"])) < 2:
        yield "among", cells["among"], "fewer than two actors", COLUMNS["among"]
    if statistic == "lag" and not ((actor or cells["place"]) and (other or cells["other_place"])):
        yield "other_place", cells["other_place"], "lacks an end", "place and other_place"
    if statistic in ("first", "lag") and cells["measure"] not in ("events", ""):
        yield "measure", cells["measure"], f"not for {statistic}", "events"


def _find_rule_faults(cells: dict[str, str]) -> Iterator[Fault]:
    rules = {}
    for column in ("supports", "contradicts"):
        try:
            rules[column] = read_rule(cells[column])
        except ToolkitError as error:
            yield column, cells[column], error.wrong.rstrip("."), error.allowed.rstrip(".")
            continue
        if rules[column].statistic != cells["statistic"]:
            yield column, cells[column], "speaks of another statistic", cells["statistic"]
        if has_days(cells[column]) != (cells["statistic"] == "first"):
            yield column, cells[column], "a day or a number is needed", "a day only for first"
        elif not _is_reachable(rules[column], len(split(cells["among"]))):
            yield column, cells[column], "no value can fulfil it", REACH[cells["statistic"]]
    both = find_overlap(rules["supports"], rules["contradicts"]) if len(rules) == 2 else None
    if both is not None:
        problem = f"fulfilled together with supports, e.g. by {both.low:g} to {both.high:g}"
        yield "contradicts", cells["contradicts"], problem, "rules that exclude each other"


def _find_disagreements(table: pd.DataFrame) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield propositions that stand twice, and rows of one claim that tell it differently."""
    twice = table["proposition_id"].duplicated() & table["proposition_id"].ne("")
    for place in np.flatnonzero(twice):
        name = str(table["proposition_id"][place])
        yield int(place), "proposition_id", name, "stands twice", "each once"
    for column in ("paragraph", "speaker", "claim"):
        first = table.groupby("claim_id")[column].transform("first")
        for place in np.flatnonzero(table[column].ne(first)):
            value = str(table[column][place])
            problem = "not as in the first row of the claim"
            yield int(place), column, value, problem, str(first[place])


def _is_reachable(rule: Rule, n_among: int) -> bool:
    """Say whether each alternative of a rule can be fulfilled by a value the statistic can have."""
    if rule.statistic == "rank":
        ranks = range(1, max(n_among, 1) + 1)
        return all(any(one.holds(k, k) for k in ranks) for one in rule.ranges)
    possible = POSSIBLE.get(rule.statistic, Range())
    return not any(one.meets(possible).is_empty() for one in rule.ranges)


def _day(text: str) -> pd.Timestamp | None:
    written = re.fullmatch(r"\d{4}-\d\d-\d\d", text)
    day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce") if written else pd.NaT
    return None if pd.isna(day) else day
