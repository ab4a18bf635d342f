"""The cells of a file as text: each column as its distinct values, and where they stand."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import pyarrow as pa

TEXT = pd.StringDtype(na_value=np.nan)
FEW = 1 << 16  # combinations: so many are looked at whether they occur or not
AGAIN = 0.9  # of the rows of a piece: with more values a column is kept as it stands


class Column(NamedTuple):
    """A column: its `values`, and for each row the number of the one that stands there.

    Without `codes` the values are the rows. Two values can be equal, as "a" and " a" are without
    blanks around them.
    """

    values: pd.Series
    codes: np.ndarray | None

    def map(self, function: Callable[[pd.Series], Any]) -> Column:
        """Return what a function makes of the values, in the same rows."""
        return Column(pd.Series(function(self.values)), self.codes)

    def rows(self, index: pd.Index | None = None) -> pd.Series:
        """Return the column row by row."""
        rows = self.values.array if self.codes is None else self.values.array.take(self.codes)
        return pd.Series(rows, index=index)

    def where(self) -> np.ndarray:
        """Return the positions of the rows in which a flag is set."""
        told = self.values.to_numpy(bool, na_value=False)
        if self.codes is not None and told.any():
            told = told[self.codes]
        return np.flatnonzero(told)

    def times(self) -> pd.Series:
        """Return in how many rows each value stands."""
        if self.codes is None:
            return pd.Series(1, index=self.values.index)
        return pd.Series(np.bincount(self.codes, minlength=len(self.values)))

    def at(self, positions: np.ndarray) -> np.ndarray:
        """Return the numbers of the values in these rows."""
        return positions if self.codes is None else self.codes[positions]


def combine(function: Callable[..., Any], *columns: Column) -> Column:
    """Return what a function makes of several columns, row by row.

    Examples
    --------
    >>> low, best = (Column(pd.Series([1, 2]), np.array(codes)) for codes in ([0, 1, 1], [1, 0, 0]))
    >>> combine(pd.Series.gt, low, best).where()
    array([1, 2])
    """
    values, codes = pair_up(*columns)
    return Column(pd.Series(function(*values)), codes)


def pair_up(*columns: Column) -> tuple[list[pd.Series], np.ndarray | None]:
    """Return the values that stand side by side, each combination once, and its number by row."""
    sizes = [len(column.values) for column in columns]
    codes = [column.codes for column in columns if column.codes is not None]
    if len(codes) < len(columns) or math.prod(sizes) > np.iinfo("int64").max:
        return [column.rows() for column in columns], None
    numbers = codes[0].astype(np.min_scalar_type(-max(math.prod(sizes), *sizes, 1)))
    for size, more in zip(sizes[1:], codes[1:], strict=True):
        numbers *= size
        numbers += more
    if math.prod(sizes) <= FEW:
        found = np.arange(math.prod(sizes))
    else:
        numbers, found = pd.factorize(numbers)
    places = np.unravel_index(found, sizes)
    pairs = zip(columns, places, strict=True)
    return [c.values.take(at).reset_index(drop=True) for c, at in pairs], numbers


class Cells:
    """The columns of a file that were read, by the file's own names; rows by number of the record.

    `header` has the names of all columns, also of those that were only looked at.
    """

    def __init__(
        self, columns: Mapping[str, Column], index: pd.Index, header: Iterable[str]
    ) -> None:
        self.columns, self.index, self.header = dict(columns), index, list(header)

    @classmethod
    def of(cls, frame: pd.DataFrame, *, header: Iterable[str] | None = None) -> Cells:
        """Return the cells of a table of text."""
        columns = {}
        for name in map(str, frame.columns):
            codes, values = pd.factorize(frame[name])
            columns[name] = Column(pd.Series(values, dtype=TEXT), codes)
        return cls(columns, frame.index, frame.columns if header is None else header)

    def frame(self) -> pd.DataFrame:
        """Return the cells as a table of text."""
        table = {n: c.rows(self.index) for n, c in self.columns.items()}
        return pd.DataFrame(table, index=self.index, columns=list(self.columns), dtype=TEXT)


class Encoder:
    """Keeps each value of a column once, unless few come again; several threads can use one."""

    def __init__(self) -> None:
        self._plain: set[str] = set()

    def encode(self, table: pa.Table) -> pa.Table:
        """Return a table of text with columns encoded, where they are not yet."""
        return pa.table({name: self._encode(name, table[name]) for name in table.column_names})

    def _encode(self, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if name in self._plain or pa.types.is_dictionary(column.type):
            return column
        encoded = column.dictionary_encode()
        values = len(encoded.chunk(0).dictionary) if encoded.num_chunks else 0
        if values <= AGAIN * len(encoded):
            return encoded
        self._plain.add(name)
        return column


class Collector:
    """Takes the columns of a file piece by piece and keeps them small."""

    def __init__(self, names: Iterable[str], encoder: Encoder) -> None:
        self._chunks: dict[str, list[pa.Array]] = {n: [] for n in names}
        self._records: list[np.ndarray] = []
        self._encoder = encoder

    def add(self, table: pa.Table, records: np.ndarray) -> None:
        """Take the rows of a piece, whose records have these numbers."""
        self._records.append(records)
        table = self._encoder.encode(table)
        for name, chunks in self._chunks.items():
            chunks.extend(table[name].chunks)

    def cells(self, header: Iterable[str]) -> Cells:
        """Return all rows that were taken; the collector is empty behind it."""
        records = np.concatenate([np.zeros(0, "int64"), *self._records])
        names = list(self._chunks)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            columns = pool.map(lambda name: _join(self._chunks.pop(name)), names)
            return Cells(dict(zip(names, columns, strict=True)), _index(records), header)


def _index(records: np.ndarray) -> pd.Index:
    """Return the numbers of the records; where none is left out they need no memory."""
    if len(records) and records[-1] - records[0] == len(records) - 1:
        return pd.RangeIndex(int(records[0]), int(records[-1]) + 1, name="record")
    return pd.Index(records, name="record")


def _join(chunks: list[pa.Array]) -> Column:
    if not all(pa.types.is_dictionary(chunk.type) for chunk in chunks):
        text = [chunk.cast(pa.large_string()) for chunk in chunks]
        return Column(_series(pa.chunked_array(text, pa.large_string()).combine_chunks()), None)
    kind = pa.dictionary(pa.int32(), pa.string())
    joined = pa.chunked_array(chunks, kind).unify_dictionaries()
    values = joined.chunk(0).dictionary if joined.num_chunks else pa.array([], pa.string())
    small = np.min_scalar_type(-max(len(values), 1))  # a type with sign, for pandas' take
    codes = [np.zeros(0, small), *(chunk.indices.to_numpy() for chunk in joined.chunks)]
    rows = np.concatenate(codes, dtype=small, casting="unsafe")
    return Column(_series(values.cast(pa.large_string())), rows)


def _series(values: pa.Array) -> pd.Series:
    return cast(pd.Series, pd.Series(TEXT.__from_arrow__(values), dtype=TEXT))
