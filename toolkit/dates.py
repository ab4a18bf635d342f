"""Dates as text -> days, by the forms in which providers and spreadsheets write them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

YEARS = (1900, 2100)  # outside, a date or year is a slip of the keyboard
CENTURY = 70  # two digits from 70 on are 19xx, unless the file's own year column says otherwise

_ISO = r"^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[T ].*)?$"
_NUMERIC = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?: 0{1,2}:00(?::00)?)?$"
_NAMED = r"^(\d{1,2})[ \-.]([A-Za-z]{3,9})[ \-.,]+(\d{4}|\d{2})$"
_COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
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
        found[pattern] = rest.str.extract(pattern, flags=re.ASCII).dropna()
        rest = rest.drop(found[pattern].index)
    found[_NAMED][1] = found[_NAMED][1].str.lower().map(_MONTHS)
    places = {_ISO: (0, 1, 2), _COMPACT: (0, 1, 2), _NAMED: (2, 1, 0)}
    said = pd.concat(name_parts(found[pattern], at) for pattern, at in places.items())
    return said, found[_NUMERIC].astype(float)


def name_parts(parts: pd.DataFrame, at: tuple[int, ...]) -> pd.DataFrame:
    """Return year, month and day as numbers, from the columns in which they stand."""
    return parts[list(at)].set_axis(["year", "month", "day"], axis=1).astype(float)


def find_short_years(values: pd.Series) -> pd.Series:
    """Return which dates have two digits for a year."""
    short = values.str.contains(r"^\d{1,2}\D.*\D\d\d$", flags=re.ASCII)
    return short.fillna(False).astype(bool)


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
