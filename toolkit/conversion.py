"""Text columns -> typed columns, by documented rules; what does not convert becomes a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import FileFormatError, OptionError, check_option, did_you_mean
from toolkit.problems import LEFT_OUT, NOTED, SET_MISSING, Problems

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "<NA>")  # in numbers and dates
DATE_ORDERS = ("day first", "month first")
MIXED_SHARE = 0.01  # of the dates that can be read one way only: above it a column is mixed
YEARS = (1900, 2100)  # outside, a date or year is a slip of the keyboard
CENTURY = 70  # two digits from 70 on are 19xx, unless the file's own year column says otherwise
SWAP_FAR, SWAP_NEAR = 15.0, 5.0  # degrees from the country's median point, as it stands and swapped

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


class Conversion:
    """The columns of one file, converted one by one; every failure is added to `problems`.

    Parameters
    ----------
    cells
        Text, one column each, the index is the number of the record in the file.
    columns
        The provider's name of a column -> the file's own name, for the columns that are there.
    problems
        The table that failures go to.

    Notes
    -----
    An absent column gives missing values throughout. "NA" is missing in a number or a date; in a
    text column it is missing only if some number or date of the same file is "NA" too (then the
    file was written by R), because "NA" is also Namibia's code.
    """

    def __init__(self, cells: pd.DataFrame, columns: Mapping[str, str], problems: Problems) -> None:
        self.cells, self.columns, self.problems = cells, columns, problems
        self.writes_na = False
        self.rules: list[str] = []

    def has(self, name: str) -> bool:
        """Return whether the file has this column of the provider."""
        return name in self.columns

    def raw(self, name: str) -> pd.Series:
        """Return a column as it stands, stripped of blanks around it; all '' where absent."""
        if name not in self.columns:
            return pd.Series("", index=self.cells.index, dtype="str")
        return self.cells[self.columns[name]].str.strip()

    def text(self, name: str) -> pd.Series:
        """Return a text column; empty is missing, and "NA" where the file writes missing so."""
        values = self.raw(name)
        return values.mask(values.isin(["", "NA"] if self.writes_na else [""]))

    def watch_for_na(self, names: list[str]) -> None:
        """Look in these number columns whether the file writes "NA" for missing."""
        self.writes_na = any((self.raw(n) == "NA").any() for n in names if self.has(n))
        if self.writes_na:
            self.rules.append('"NA" means missing (numbers of this file use it so)')

    def number(self, name: str) -> pd.Series:
        """Return floats; a decimal comma is accepted if the whole column has it."""
        values = self.raw(name)
        values = values.mask(values.isin(MISSING))
        numbers = pd.to_numeric(values, errors="coerce")
        comma = values.str.fullmatch(r"[+-]?\d+,\d+").fillna(False).astype(bool)
        if comma.any() and not values.str.contains(".", regex=False).fillna(False).any():
            numbers = pd.to_numeric(values.str.replace(",", ".", regex=False), errors="coerce")
            self.rules.append(f"decimal comma in {name}")
        bad = values.notna() & (numbers.isna() | ~np.isfinite(numbers.fillna(0)))
        self._note(bad, name, values, "not a number", SET_MISSING)
        return numbers.mask(bad).astype("float64")

    def integer(self, name: str, *, minimum: int | None = None) -> pd.Series:
        """Return whole numbers (nullable); "6.0", as spreadsheets and R write, is 6."""
        values = self.raw(name)
        values = values.mask(values.isin(MISSING))
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        whole = numbers.notna() & np.isfinite(numbers.fillna(0)) & (numbers.abs() < 2**53)
        whole &= numbers.where(whole, 0).mod(1).eq(0)
        self._note(values.notna() & ~whole, name, values, "not a whole number", SET_MISSING)
        numbers = numbers.where(whole)
        if minimum is not None:
            low = numbers < minimum
            self._note(low, name, values, f"below {minimum}", SET_MISSING)
            numbers = numbers.mask(low)
        return numbers.astype("Int64")

    def code(
        self,
        name: str,
        meaning: Mapping[Any, Any],
        *,
        missing: tuple[str, ...] = (),
        action: str = SET_MISSING,
    ) -> pd.Series:
        """Return what a code means; unknown codes are set missing. Text in any case, 6.0 is 6."""
        values = self.raw(name)
        folded = values.str.casefold().str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
        known = {str(k).casefold(): v for k, v in meaning.items()}
        result = folded.map(known)
        empty = values.isin([*MISSING, *missing])
        allowed = ", ".join(dict.fromkeys(str(k) for k in meaning))
        bad = result.isna() & ~empty & ~folded.isin(list(known))
        self._note(bad, name, values, f"unknown code; known are {allowed}"[:120], action)
        return result

    def identifier(self, name: str) -> pd.Series:
        """Return an id as text; 652.0 is 652."""
        return self.text(name).str.replace(r"^(\d+)\.0+$", r"\1", regex=True)

    def date(
        self, name: str, *, year: pd.Series | None = None, order: str | None = None
    ) -> pd.Series:
        """Return dates by one rule for the whole column.

        ISO (2001-04-18 or 2001/04/18, a time behind it is dropped), named months (18 April 2001,
        18-Apr-01) and 20010418 say what they are. For 18/04/2001 the order of day and month is
        that of the values of the column which can be read one way only (a part above 12); where
        none can, day first, as ACLED's codebook has it. Values impossible in that order are
        problems.
        Where more than 1 % of the telling values point the other way, the column is mixed and an
        error asks for `order`. Two digits for a year take the century that agrees with the
        file's `year` column, else 1970-2069. A year outside 1900-2100 makes no date.
        """
        values = self.raw(name)
        values = values.mask(values.isin(MISSING))
        parts, slashed = self._date_parts(name, values, order)
        short = values.str.contains(r"^\d{1,2}\D.*\D\d\d$", flags=re.ASCII).fillna(False)
        parts["year"] = _full_year(parts["year"], short.astype(bool), year)
        dates = pd.to_datetime(parts, errors="coerce").astype("datetime64[us]")
        dates = dates.where(parts.notna().all(axis=1) & parts["year"].between(*YEARS))
        bad = values.notna() & dates.isna()
        reason = pd.Series("not a date", index=values.index).mask(
            slashed, f"not a date when read {self._order}" if slashed.any() else ""
        )
        self._note(bad, name, values, reason, SET_MISSING)
        if year is not None:
            other = dates.notna() & year.notna() & (dates.dt.year != year.astype("float64"))
            self._note(other, name, values, "its year is not that of the year column", NOTED)
        return dates

    def _date_parts(
        self, name: str, values: pd.Series, order: str | None
    ) -> tuple[pd.DataFrame, pd.Series]:
        """Return year, month and day as numbers, and which values are of the form 18/04/2001."""
        found, rest = {}, values.dropna()
        for pattern in (_ISO, _COMPACT, _NAMED, _NUMERIC):
            found[pattern] = rest.str.extract(pattern, flags=re.ASCII).dropna()
            rest = rest.drop(found[pattern].index)
        found[_NAMED][1] = found[_NAMED][1].str.lower().map(_MONTHS)
        self._order = self._date_order(name, found[_NUMERIC].astype(float), order)
        numeric = (2, 1, 0) if self._order == "day first" else (2, 0, 1)
        places = {_ISO: (0, 1, 2), _COMPACT: (0, 1, 2), _NAMED: (2, 1, 0), _NUMERIC: numeric}
        parts = pd.concat(
            found[pattern][list(at)].set_axis(["year", "month", "day"], axis=1).astype(float)
            for pattern, at in places.items()
        )
        slashed = pd.Series(values.index.isin(found[_NUMERIC].index), index=values.index)
        return parts.reindex(values.index), slashed

    def _date_order(self, name: str, numeric: pd.DataFrame, order: str | None) -> str:
        """Decide day first or month first for the whole column, and record why."""
        day_first = int(((numeric[0] > 12) & (numeric[1] <= 12)).sum())
        month_first = int(((numeric[1] > 12) & (numeric[0] <= 12)).sum())
        if order is not None:
            check_option("date_order", order, DATE_ORDERS)
            found, why = order, "as asked"
        else:
            telling = day_first + month_first
            found = DATE_ORDERS[int(month_first > day_first)]
            if min(day_first, month_first) > MIXED_SHARE * telling:
                raise FileFormatError(
                    f"{name} mixes orders: {day_first:,} dates can only be day first, "
                    f"{month_first:,} only month first, so the others cannot be told.",
                    "one order in a column.",
                    f"date_order={found!r} (the dates that do not fit are then left out by name), "
                    "or mend the file",
                )
            why = f"{max(day_first, month_first):,} of {telling:,} telling dates"
            why = why if telling else "the provider's codebook: no date of the column tells"
        if len(numeric):
            self.rules.append(f"{name} read {found} ({why})")
        return found

    def coordinates(
        self, latitude: str, longitude: str, *, within: pd.Series
    ) -> tuple[pd.Series, pd.Series]:
        """Return latitude and longitude in degrees; out of range sets both missing.

        A pair that lies far from the median point of its country (`within`), but near it when
        swapped, is noted as probably swapped and left as it is.
        """
        lat, lon = self.number(latitude), self.number(longitude)
        bad = (lat.abs() > 90) | (lon.abs() > 180)
        swapped = bad & (lon.abs() <= 90) & (lat.abs() <= 180)
        shown = self.raw(latitude) + ", " + self.raw(longitude)
        reason = pd.Series("out of range", index=lat.index).mask(
            swapped, "out of range; latitude and longitude swapped?"
        )
        self._note(bad, latitude, shown, reason, SET_MISSING)
        lat, lon = lat.mask(bad), lon.mask(bad)
        half = lat.notna() ^ lon.notna()
        self._note(half, latitude, shown, "only one of latitude and longitude", SET_MISSING)
        lat, lon = lat.mask(half), lon.mask(half)
        groups = within.fillna("")
        mid_lat = lat.groupby(groups).transform("median")
        mid_lon = lon.groupby(groups).transform("median")
        far = np.hypot(lat - mid_lat, lon - mid_lon) > SWAP_FAR
        near = np.hypot(lon - mid_lat, lat - mid_lon) < SWAP_NEAR
        reason = "far from its country but near it when latitude and longitude are swapped"
        self._note(far & near, latitude, shown, reason, NOTED)
        return lat, lon

    def leave_out(self, rows: pd.Series, name: str, reason: str) -> None:
        """Leave these rows out of the result, because of this column."""
        self._note(rows, name, self.raw(name), reason, LEFT_OUT)

    def note(self, rows: pd.Series, name: str, reason: str) -> None:
        """Note something about these rows; their values stay."""
        self._note(rows, name, self.raw(name), reason, NOTED)

    def _note(
        self, rows: pd.Series, name: str, values: pd.Series, reason: Any, action: str
    ) -> None:
        rows = rows.fillna(False).astype(bool)
        if not rows.any():
            return
        reasons = reason[rows].tolist() if isinstance(reason, pd.Series) else reason
        column = self.columns.get(name, name)
        self.problems.add(rows.index[rows], column, values[rows].tolist(), reasons, action)


def _full_year(year: pd.Series, short: pd.Series, known: pd.Series | None) -> pd.Series:
    """Give two-digit years a century: that of the year column where it agrees, else 1970-2069."""
    short = short & (year < 100)
    full = year.mask(short, year + np.where(year >= CENTURY, 1900, 2000))
    if known is not None:
        known = known.astype("float64")
        full = full.mask(short & (known % 100 == year), known)
    return full


def match_columns(
    header: list[str], known: Mapping[str, str], *, rename: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the provider's column name -> the file's own, in any order, case and spelling.

    Parameters
    ----------
    header
        The file's column names.
    known
        Every spelling that is accepted -> the provider's present name.
    rename
        The user's own corrections: a column of the file -> the provider's name.

    Raises
    ------
    FileFormatError
        A known column stands twice in the file: which one counts cannot be told.
    OptionError
        `rename` names a column that the file does not have, or one the provider does not have.
    """
    rename = dict(rename or {})
    folded = {fold(k): name for k, name in known.items()}
    for column, meant in rename.items():
        if column not in header:
            raise OptionError(
                f"rename names {column!r}, which the file does not have.",
                f"its columns: {', '.join(header)[:300]}.",
                "rename={'column in the file': 'name of the provider'}",
            )
        if fold(meant) not in folded:
            raise OptionError(
                f"rename calls {column!r} {meant!r}, which is no column of the provider.",
                did_you_mean(meant, dict.fromkeys(known.values())),
                "rename={'column in the file': 'name of the provider'}",
            )
    matched: dict[str, str] = {}
    for column in header:
        single = re.sub(r"\.\d+$", "", column)
        name = folded.get(fold(rename.get(column, column))) or folded.get(fold(single))
        if name in matched:
            raise FileFormatError(
                f"The column {name!r} stands twice in the file: {matched[name]!r} and {column!r}.",
                "each column once.",
                "delete or rename one of the two in the file",
            )
        if name is not None:
            matched[name] = column
    return matched


def fold(name: str) -> str:
    """Return a column name without case, blanks, dots, dashes and quotes, for comparison."""
    return re.sub(r"[\s.\-\"']+", "_", name.strip().strip("\"'\ufeff").casefold()).strip("_")
