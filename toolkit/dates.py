"""Dates as text -> days, by the forms in which providers and spreadsheets write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

YEARS = (1900, 2100)  # outside, a date or year is a slip of the keyboard
CENTURY = 70  # two digits from 70 on are 19xx, unless the file's own year column says otherwise

# in RE2, as pyarrow has it: a digit is one of 0 to 9
_ISO = r"^(?P<a>\d{4})[/.\-](?P<b>\d{1,2})[/.\-](?P<c>\d{1,2})(?:[T ].*)?$"
_NUMERIC = r"^(?P<a>\d{1,2})[/.\-](?P<b>\d{1,2})[/.\-](?P<c>\d{4}|\d{2})(?: 0{1,2}:00(?::00)?)?$"
_NAMED = r"^(?P<a>\d{1,2})[ \-.](?P<b>[A-Za-z]{3,9})[ \-.,]+(?P<c>\d{4}|\d{2})$"
_COMPACT = r"^(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})$"
_SHORT = r"^\d{1,2}\D.*\D\d\d$"
_MONTHS = {
    name[:letters]: number
    for number, name in enumerate(
        (
            "january february march april may june july august september october november december"
        ).split(),
        start=1,
    )
    for letters in range(3, len(name) + 1)
}


def split_dates(values: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return year, month and day of the dates that say which is which, and of the others the parts.

    The others are of the form 18/04/2001: their parts 0, 1 and 2 are given as they stand.
    """
    found, rest = {}, values.dropna()
    for pattern in (_ISO, _COMPACT, _NAMED, _NUMERIC):
        found[pattern] = _extract(rest, pattern)
        rest = rest.drop(found[pattern].index)
    places = {_ISO: (0, 1, 2), _COMPACT: (0, 1, 2), _NAMED: (2, 1, 0)}
    said = pd.concat(name_parts(found[pattern], at) for pattern, at in places.items())
    return said, found[_NUMERIC]


def _extract(values: pd.Series, pattern: str) -> pd.DataFrame:
    """Return the three parts of the values that are of a form, as numbers."""
    parts = pc.extract_regex(_to_arrow(values), pattern=pattern)
    fits = parts.is_valid().to_numpy(zero_copy_only=False)
    found = [parts.field(i).filter(parts.is_valid()) for i in range(3)]
    if pattern == _NAMED:
        found[1] = pa.array([_MONTHS.get(name.lower()) for name in found[1].to_pylist()], "float64")
    numbers = {i: part.cast("float64").to_pandas() for i, part in enumerate(found)}
    return pd.DataFrame(numbers).set_axis(values.index[fits])


def _to_arrow(values: pd.Series) -> pa.Array:
    return pa.array(values.to_numpy(object), pa.large_string(), from_pandas=True)


def name_parts(parts: pd.DataFrame, at: tuple[int, ...]) -> pd.DataFrame:
    """Return year, month and day, from the columns in which they stand."""
    return parts[list(at)].set_axis(["year", "month", "day"], axis=1)


def find_short_years(values: pd.Series) -> pd.Series:
    """Return which dates have two digits for a year."""
    short = pc.match_substring_regex(_to_arrow(values), pattern=_SHORT)
    return pd.Series(short.fill_null(False).to_numpy(zero_copy_only=False), index=values.index)


def make_dates(parts: pd.DataFrame, short: pd.Series, known: pd.Series | None) -> pd.Series:
    """Return days from year, month and day; missing where there is no such day."""
    parts = parts.assign(year=_full_year(parts["year"], short, known))
    dates = pd.to_datetime(parts, errors="coerce").astype("datetime64[us]")
    return dates.where(parts.notna().all(axis=1) & parts["year"].between(*YEARS))


def _full_year(year: pd.Series, short: pd.Series, known: pd.Series | None) -> pd.Series:
    """Give two-digit years a century: that of the year column where it agrees, else 1970-2069."""
    short = short & (year < 100)
    full = year.mask(short, year + np.where(year >= CENTURY, 1900, 2000))
    if known is not None:
        known = known.astype("float64")
        full = full.mask(short & (known % 100 == year), known)
    return full
