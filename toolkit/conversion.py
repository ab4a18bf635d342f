"""Text columns -> typed columns, by documented rules; what does not convert becomes a problem.

Dates, codes, names and numbers come again and again: each rule looks at the distinct values of a
column, and what it makes of them stands in the rows in which they stood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from toolkit.cells import TEXT, Cells, Column, combine, pair_up
from toolkit.dates import find_short_years, make_dates, name_parts, split_dates
from toolkit.errors import FileFormatError, OptionError, check_option, did_you_mean
from toolkit.problems import LEFT_OUT, NOTED, SET_MISSING, Problems

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "<NA>")  # in numbers and dates
DATE_ORDERS = ("day first", "month first")
MIXED_SHARE = 0.01  # of the dates that can be read one way only: above it a column is mixed
SWAP_FAR, SWAP_NEAR = 15.0, 5.0  # degrees from the country's median point, as it stands and swapped

T = TypeVar("T")


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
    decisions
        What was decided on the whole file, where these cells are a piece of it. A conversion of
        the whole file decides itself, and writes it down here.

    Notes
    -----
    An absent column gives missing values throughout. "NA" is missing in a number or a date; in a
    text column it is missing only if some number or date of the same file is "NA" too (then the
    file was written by R), because "NA" is also Namibia's code.
    """

    def __init__(
        self,
        cells: Cells | pd.DataFrame,
        columns: Mapping[str, str],
        problems: Problems,
        decisions: dict[tuple[str, str], Any] | None = None,
    ) -> None:
        self.cells = Cells.of(cells) if isinstance(cells, pd.DataFrame) else cells
        self.index = self.cells.index
        self.columns, self.problems = columns, problems
        self.decisions = {} if decisions is None else decisions
        self.writes_na = False
        self.rules: list[str] = []
        self._stripped: dict[str, Column] = {}
        self._coming: dict[str, Future[Any]] = {}

    def has(self, name: str) -> bool:
        """Return whether the file has this column of the provider."""
        return name in self.columns

    def decide(self, what: str, name: str, find: Callable[[], T]) -> T:
        """Return what was decided on the whole of a column, or find it in these cells."""
        if (what, name) not in self.decisions:
            self.decisions[what, name] = find()
        found: T = self.decisions[what, name]
        return found

    def find_aside(self, name: str, find: Callable[[], Any]) -> None:
        """Find something in a column in another thread, while more is converted."""
        thread = ThreadPoolExecutor(1)
        self._coming[name] = thread.submit(find)
        thread.shutdown(wait=False)  # it ends when it is done

    def found_aside(self, name: str) -> Any:
        """Wait for what is found in a column, and return it."""
        return self._coming[name].result()

    def column(self, name: str) -> Column:
        """Return a column's values stripped of blanks around them; all '' where it was not read."""
        if name not in self._stripped:
            blank = Column(pd.Series([""], dtype=TEXT), np.zeros(len(self.index), "int8"))
            own = self.columns.get(name)
            found = blank if own is None else self.cells.columns.get(own, blank)
            self._stripped[name] = found._replace(values=found.values.str.strip())
        return self._stripped[name]

    def text(self, name: str, by: Callable[[pd.Series], pd.Series] | None = None) -> Column:
        """Return a text column; empty is missing, and "NA" where the file writes missing so.

        `by` makes other text of the values that are not missing.
        """

        def keep(values: pd.Series) -> pd.Series:
            missing = values.isin(["", "NA"] if self.writes_na else [""])
            values = values.mask(missing) if missing.any() else values
            return values if by is None else by(values)

        return self.column(name).map(keep)

    def watch_for_na(self, names: list[str]) -> None:
        """Look in these number columns whether the file writes "NA" for missing."""
        self.writes_na = self.decide("na", "", lambda: any(
            (self.column(n).values == "NA").any() for n in names if self.has(n)
        ))  # fmt: skip
        if self.writes_na:
            self.rules.append('"NA" means missing (numbers of this file use it so)')

    def number(self, name: str) -> Column:
        """Return floats; a decimal comma is accepted if the whole column has it."""
        column = self.column(name)
        values = column.values.mask(column.values.isin(MISSING))
        numbers = pd.to_numeric(values, errors="coerce")
        if self.decide("comma", name, lambda: _has_comma(values)):
            numbers = pd.to_numeric(values.str.replace(",", ".", regex=False), errors="coerce")
            self.rules.append(f"decimal comma in {name}")
        bad = values.notna() & (numbers.isna() | ~np.isfinite(numbers.fillna(0)))
        self._note_values(bad, name, "not a number", SET_MISSING)
        return column._replace(values=numbers.mask(bad).astype("float64"))

    def integer(self, name: str, *, minimum: int | None = None) -> Column:
        """Return whole numbers (nullable); "6.0", as spreadsheets and R write, is 6."""
        column = self.column(name)
        values = column.values.mask(column.values.isin(MISSING))
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        whole = numbers.notna() & np.isfinite(numbers.fillna(0)) & (numbers.abs() < 2**53)
        whole &= numbers.where(whole, 0).mod(1).eq(0)
        self._note_values(values.notna() & ~whole, name, "not a whole number", SET_MISSING)
        numbers = numbers.where(whole)
        if minimum is not None:
            low = numbers < minimum
            self._note_values(low, name, f"below {minimum}", SET_MISSING)
            numbers = numbers.mask(low)
        return column._replace(values=numbers.astype("Int64"))

    def code(
        self,
        name: str,
        meaning: Mapping[Any, Any],
        *,
        missing: tuple[str, ...] = (),
        action: str | None = SET_MISSING,
    ) -> Column:
        """Return what a code means; unknown codes are set missing. Text in any case, 6.0 is 6.

        The result is text, nullable integers or flags, as the meanings are. Without an `action`
        nothing is said of unknown codes.
        """
        column = self.column(name)
        folded = column.values.str.casefold().str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
        known = {str(k).casefold(): v for k, v in meaning.items()}
        dtype = {str: TEXT, int: "Int64", bool: "boolean"}[type(next(iter(meaning.values())))]
        result = pd.Series([known.get(value) for value in folded], dtype=dtype)
        if action is not None:
            empty = column.values.isin([*MISSING, *missing])
            allowed = ", ".join(dict.fromkeys(str(k) for k in meaning))
            bad = ~empty & ~folded.isin(list(known))
            self._note_values(bad, name, f"unknown code; known are {allowed}"[:120], action)
        return column._replace(values=result)

    def identifier(self, name: str) -> Column:
        """Return an id as text; 652.0 is 652."""

        def shorten(values: pd.Series) -> pd.Series:
            if not values.str.contains(".0", regex=False).fillna(False).any():
                return values
            return values.str.replace(r"^(\d+)\.0+$", r"\1", regex=True)

        return self.text(name, by=shorten)

    def date(self, name: str, *, year: Column | None = None, order: str | None = None) -> Column:
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
        column = self.column(name)
        values = column.values.mask(column.values.isin(MISSING))
        said, numeric = split_dates(values)
        asked = order
        order = self.decide("order", name, lambda: self._date_order(name, column, numeric, asked))
        at = (2, 1, 0) if order == "day first" else (2, 0, 1)
        parts = pd.concat([said, name_parts(numeric, at)]).reindex(values.index)
        parts["short"] = find_short_years(values)
        parts["slashed"] = values.index.isin(numeric.index)
        known = None
        if year is not None and parts["short"].any():  # the row decides
            column, known = Column(column.rows(self.index), None), year.rows(self.index)
            parts = parts.iloc[self.column(name).at(np.arange(len(self.index)))]
            parts.index, values = self.index, column.values.mask(column.values.isin(MISSING))
        dates = make_dates(parts[["year", "month", "day"]], parts["short"], known)
        bad = values.notna() & dates.isna()
        reason = np.where(parts["slashed"], f"not a date when read {order}", "not a date")
        self._note_values(bad, name, reason, SET_MISSING, column)
        found = column._replace(values=dates)
        if year is not None:
            other = combine(lambda day, said: day.dt.year.astype("Int64").ne(said), found, year)
            self.note(other, name, "its year is not that of the year column")
        return found

    def _date_order(
        self, name: str, column: Column, numeric: pd.DataFrame, order: str | None
    ) -> str:
        """Decide day first or month first for the whole column, and record why."""
        rows = column.times().loc[numeric.index]
        day_first = int(rows[(numeric[0] > 12) & (numeric[1] <= 12)].sum())
        month_first = int(rows[(numeric[1] > 12) & (numeric[0] <= 12)].sum())
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
        self, latitude: str, longitude: str, *, within: Column
    ) -> tuple[Column, Column]:
        """Return latitude and longitude in degrees; out of range sets both missing.

        A pair that lies far from the median point of its country (`within`), but near it when
        swapped, is noted as probably swapped and left as it is.
        """
        named = within.map(lambda names: names.fillna(""))
        read = self.number(latitude), self.number(longitude), named
        (lat, lon, places), codes = pair_up(*read)  # points are few, as places are

        def note(points: pd.Series, reason: str, action: str) -> None:
            self._note(Column(points, codes), (latitude, longitude), reason, action)

        bad = (lat.abs() > 90) | (lon.abs() > 180)
        swapped = bad & (lon.abs() <= 90) & (lat.abs() <= 180)
        note(bad & ~swapped, "out of range", SET_MISSING)
        note(swapped, "out of range; latitude and longitude swapped?", SET_MISSING)
        half = ~bad & (lat.notna() ^ lon.notna())
        note(half, "only one of latitude and longitude", SET_MISSING)
        points = Column(lat.mask(bad | half), codes), Column(lon.mask(bad | half), codes)
        middle = self.decide("middle", latitude, lambda: _find_middles(*points, places))
        mid_lat, mid_lon = middle.reindex(places).to_numpy().T
        lat, lon = (point.values for point in points)
        far = np.hypot(lat - mid_lat, lon - mid_lon) > SWAP_FAR
        near = np.hypot(lon - mid_lat, lat - mid_lon) < SWAP_NEAR
        reason = "far from its country but near it when latitude and longitude are swapped"
        note(far & near, reason, NOTED)
        return points

    def leave_out(self, rows: Column, name: str, reason: str) -> None:
        """Leave the rows with this flag out of the result, because of this column."""
        self._note(rows, (name,), reason, LEFT_OUT)

    def note(self, rows: Column, name: str, reason: str) -> None:
        """Note something about the rows with this flag; their values stay."""
        self._note(rows, (name,), reason, NOTED)

    def _note(self, rows: Column, names: tuple[str, ...], reason: str, action: str) -> None:
        """Add a problem for each of these rows, showing what stands in the columns."""
        at = rows.where()
        if len(at):
            columns = [self.column(n) for n in names]
            shown = [c.values.take(c.at(at)).tolist() for c in columns]
            values = [", ".join(parts) for parts in zip(*shown, strict=True)]
            self._add(at, names[0], values, reason, action)

    def _note_values(
        self, bad: pd.Series, name: str, reason: Any, action: str, column: Column | None = None
    ) -> None:
        """Add a problem for each row with one of these values; `reason` is one, or one for each."""
        column = column or self.column(name)
        at = column._replace(values=bad).where()
        if len(at):
            values = column.at(at)
            reasons = reason if isinstance(reason, str) else reason[values].tolist()
            self._add(at, name, column.values.take(values).tolist(), reasons, action)

    def _add(self, at: np.ndarray, name: str, values: list[str], reason: Any, action: str) -> None:
        self.problems.add(self.index[at], self.columns.get(name, name), values, reason, action)


def _has_comma(values: pd.Series) -> bool:
    """Return whether a column writes its decimals with a comma, and none with a point."""
    if not values.str.contains(",", regex=False).fillna(False).any():
        return False
    comma = values.str.fullmatch(r"[+-]?\d+,\d+").fillna(False)
    return bool(comma.any() and not values.str.contains(".", regex=False).fillna(False).any())


def _find_middles(lat: Column, lon: Column, places: pd.Series) -> pd.DataFrame:
    """Return the median point of each country, in which each point stands as often as in rows."""
    return pd.DataFrame({n: _find_medians(c, places) for n, c in (("lat", lat), ("lon", lon))})


def _find_medians(column: Column, places: pd.Series) -> pd.Series:
    table = pd.DataFrame({"value": column.values, "place": places, "times": column.times()})
    table = table[table["times"] > 0].dropna().sort_values("value")
    times = table.groupby("place")["times"]
    twice, total = 2 * times.cumsum(), times.transform("sum")
    middle = [
        table[rows].groupby("place")["value"].first() for rows in (twice >= total, twice > total)
    ]
    return (middle[0] + middle[1]) / 2


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
