"""Units: the columns that name one, the participants that belong to one, the universe of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit.account import write_number
from toolkit.actors.lineups import key_columns
from toolkit.actors.participants import check_ids
from toolkit.engines import column_names
from toolkit.errors import ColumnError, EmptySelectionError, OptionError, warn
from toolkit.events import EVENT, check_columns
from toolkit.provenance import read_record
from toolkit.zeros import read_days

WITHIN = {"admin1": ["country"], "admin2": ["country", "admin1"]}


def name_units(
    by: str | Sequence[str], events: Any, people: pd.DataFrame | None = None
) -> list[str]:
    """Return the columns of the unit; a province brings its country, where that is recorded."""
    known = set(column_names(events)) | set(() if people is None else people)
    if by is None:
        raise OptionError("by=None names no unit.", "columns, or none: by=().", 'by="country"')
    columns = []
    for column in [by] if isinstance(by, str) else by:
        columns += [c for c in WITHIN.get(column, []) if c in known] + [column]
    return list(dict.fromkeys(columns))


# ------------------------------------------------------------------------------ participants


def join_people(
    rows: pd.DataFrame, people: pd.DataFrame, columns: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Join each row to the units that its participants belong to, each once.

    `columns` are those of `people` that make the unit. Returns the rows joined, those without a
    participant, and words for the provenance.
    """
    key = key_columns(people)
    for table in (rows, people):
        check_columns(table, key)
    if key == EVENT and rows["_weight"].eq(1).all():
        check_ids(rows)
    named = people[[*key, *columns]].drop_duplicates().assign(_joined=True)
    own = rows.drop(columns=[c for c in columns if c in rows]).assign(_row=range(len(rows)))
    joined = own.astype(named[key].dtypes).merge(named, on=key, how="left")
    found, again = joined["_joined"].notna(), joined["_row"].duplicated()
    if not found.any():
        raise EmptySelectionError(
            "No event has a participant in `people`.",
            "PARTICIPANTS of these events, or of a larger table that holds them.",
            "people=ct.participants(events)",
        )
    n = write_number(joined[again].drop_duplicates("_row")["_weight"].sum())
    more = write_number(joined.loc[again, "_weight"].sum())
    if again.any():
        warn(
            f"{n} events belong to several units and count whole in each: right for one unit, "
            f"but a total over units counts {more} more events than there are."
        )
    words = f"{n} events whole in several units, {more} more than there are"
    joined = joined.drop(columns=["_row", "_joined"])
    return joined[found].reset_index(drop=True), joined[~found], words


def join_records(events: Any, people: pd.DataFrame) -> dict[str, str]:
    """Return the record of the events, with the steps of both tables."""
    record = read_record(events)
    steps, theirs = record.get("steps", ""), read_record(people).get("steps", "")
    joined = theirs if theirs.startswith(steps) else f"{theirs}; {steps}".removeprefix("; ")
    return {**record, "steps": joined}


# ----------------------------------------------------------------------------------- universe


def find_lives(units: Any) -> list[pd.Timestamp]:
    """Return the days on which a unit's life begins, or has just ended."""
    if not isinstance(units, pd.DataFrame):
        return []
    days = {c: pd.to_datetime(units[c], errors="coerce") for c in ("start", "end") if c in units}
    after = [day + pd.Timedelta(days=1) for day in days.get("end", [])]
    return [day for day in [*days.get("start", []), *after] if not pd.isna(day)]


def read_units(
    units: pd.DataFrame | Sequence[Any], by: list[str], rows: pd.DataFrame
) -> pd.DataFrame:
    """Return the universe of units as a table with the columns of `by`, `start` and `end`.

    The columns have the types that they have in the rows, so that both can be joined.
    """
    if not by:
        raise OptionError(
            "units is given, but no column makes a unit.", "units with by.", 'by="country"'
        )
    if not isinstance(units, pd.DataFrame | pd.Index | pd.Series | str | Sequence):
        raise OptionError(
            f"units={units!r} is no universe of units.",
            f"a table with the columns {', '.join(by)}, or a list of values.",
            "units=['one', 'other']",
        )
    table = units if isinstance(units, pd.DataFrame) else _read_list(units, by, rows)
    check_columns(table, by)
    life = [c for c in ("start", "end") if c in table]
    table = table[[*by, *life]].assign(**{c: None for c in ("start", "end") if c not in life})
    if table.empty:
        raise EmptySelectionError("units has no rows.", "at least one unit.", "units=None")
    table = read_days(table.reset_index(drop=True), "units")
    table = table.astype({c: _find_type(table[c], rows[c]) for c in by})
    if table.duplicated(by).any():
        raise OptionError(
            f"units has a unit twice: {_name(table, by, table.duplicated(by))}.",
            f"each {', '.join(by)} once; one life, from its first to its last day.",
            f"units.drop_duplicates({by!r})",
        )
    return table


def _read_list(units: Sequence[Any], by: list[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Return a list of values as a table; provinces only where there is one country."""
    table = pd.DataFrame({by[-1]: [units] if isinstance(units, str) else list(units)})
    if by == ["country", "admin1"] and rows["country"].nunique() == 1:
        table.insert(0, "country", rows["country"].dropna().iloc[0])
    elif len(by) > 1:
        raise OptionError(
            f"units is a list, but {', '.join(by)} make the unit.",
            "a table with these columns.",
            f"units=pd.DataFrame(..., columns={by!r})",
        )
    return table


def _find_type(given: pd.Series, own: pd.Series) -> Any:
    """Return the type of the column in the rows, which can hold the values given."""
    if isinstance(own.dtype, pd.CategoricalDtype):
        new = [v for v in given.dropna().unique() if v not in own.cat.categories]
        return pd.CategoricalDtype([*own.cat.categories, *new], ordered=own.cat.ordered)
    try:
        given.astype(own.dtype)
    except (TypeError, ValueError) as error:
        raise ColumnError(
            f"units holds {given.dtype} in {given.name}, the events hold {own.dtype}.",
            "values of the same kind.",
            f"units.astype({{{given.name!r}: {str(own.dtype)!r}}})",
        ) from error
    return own.dtype


def _name(table: pd.DataFrame, by: list[str], rows: pd.Series) -> str:
    return ", ".join(map(str, table.loc[rows, by].iloc[0]))


def find_units(rows: pd.DataFrame, units: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add to each row whether its unit is known (`_known`), and the unit's life (`_start`, `_end`).

    Both are missing where a life has no limit.
    """
    life = units.rename(columns={"start": "_start", "end": "_end"}).assign(_known=True)
    found = rows.astype(units[by].dtypes).merge(life, on=by, how="left")
    return found.assign(_known=found["_known"].notna())
