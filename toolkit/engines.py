"""Engines: in which library a table lies, and what goes to it and comes back from it.

In memory: pandas, polars, pyarrow. Elsewhere, read only when something is counted: a DuckDB
relation, a Spark DataFrame, a polars LazyFrame. Counting gives back small pandas tables from all.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa

from toolkit.errors import ColumnError

_ATTRS = b"PANDAS_ATTRS"  # the key under which pandas writes `attrs` into Parquet
_RECORDS: dict[int, tuple[weakref.ref[Any], dict[str, str]]] = {}


def is_scan(table: Any) -> bool:
    """Return whether a table is read only when something is counted: DuckDB, Spark, LazyFrame."""
    if isinstance(table, (pd.DataFrame, pd.Series)):
        return False
    return isinstance(nw.from_native(table, pass_through=True), nw.LazyFrame)


def take_table(table: Any, columns: Iterable[str] | None = None) -> Any:
    """Return a pandas table or a scan as it is, and a polars or pyarrow table as pandas.

    Of the latter only `columns` are taken, where they are given. Anything else is no table.
    """
    if isinstance(table, pd.DataFrame) or is_scan(table):
        return table
    frame = nw.from_native(table, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        raise ColumnError(
            f"A table is needed, not {type(table).__name__}.",
            "a pandas, polars or pyarrow table, a DuckDB relation or a Spark DataFrame.",
            'ct.load_events("my_export.csv"), or ct.scan_events("folder")',
        )
    if columns is not None:
        wanted = set(columns)
        frame = frame.select([c for c in frame.columns if c in wanted])
    taken = to_pandas(frame.to_arrow())
    taken.attrs = find_record(table)
    return taken


def column_names(table: Any) -> list[str]:
    """Return the names of the columns of a table or a scan; nothing is read."""
    if isinstance(table, pd.DataFrame):
        return list(table.columns)
    return list(nw.from_native(table).collect_schema().names())


def find_dates(table: Any, column: str) -> tuple[Any, Any]:
    """Return the kind of a column that holds no dates (else None), and its time zone (or None)."""
    if isinstance(table, pd.DataFrame):
        dates = pd.api.types.is_datetime64_any_dtype(table[column])
        kind = table[column].dtype
        return (None, table[column].dt.tz) if dates else (kind, None)
    frame = nw.from_native(table)
    kind = frame.collect_schema()[column]
    # Spark's usual timestamp is shown, and read here, in the time zone of the session
    if kind == nw.Date or (isinstance(kind, nw.Datetime) and frame.implementation.is_spark_like()):
        return None, None
    return (None, kind.time_zone) if isinstance(kind, nw.Datetime) else (kind, None)


def find_unwhole(table: Any, columns: Iterable[str]) -> list[str]:
    """Return which of these columns hold something else than whole numbers and missing values.

    Only columns of fractions have to be read for it.
    """
    if isinstance(table, pd.DataFrame):
        return [c for c in columns if not _is_whole(table[c].dropna())]
    frame = nw.from_native(table).lazy()
    kinds = frame.collect_schema()
    unwhole = [c for c in columns if not kinds[c].is_numeric()]
    for column in (c for c in columns if kinds[c].is_float() or kinds[c].is_decimal()):
        rest = nw.col(column).cast(nw.Float64) % 1
        if int(collect(frame.select(_=(rest != 0).cast(nw.Int64).sum()))["_"].fillna(0).iloc[0]):
            unwhole.append(column)
    return unwhole


def _is_whole(values: pd.Series) -> bool:
    if not len(values) or pd.api.types.is_integer_dtype(values.dtype):
        return True
    return pd.api.types.is_numeric_dtype(values.dtype) and bool((values % 1 == 0).all())


def open_frame(table: Any, columns: Iterable[str]) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """Return these columns of a pandas table or a scan, ready for narwhals.

    A pandas table becomes an arrow table, which shares its memory.
    """
    if not isinstance(table, pd.DataFrame):
        return nw.from_native(table).lazy().select(list(columns))
    arrays = {name: _to_arrow(table[name]) for name in dict.fromkeys(columns)}
    return nw.from_native(pa.table(arrays), eager_only=True)


def _to_arrow(column: pd.Series) -> pa.ChunkedArray:
    try:
        return pa.Table.from_pandas(column.to_frame("_"), preserve_index=False)["_"]
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ColumnError(
            f"{column.name} mixes kinds of values: {error}.",
            "values of one kind in a column.",
            f"events[{column.name!r}] = events[{column.name!r}].astype('str')",
        ) from error


def collect(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> pd.DataFrame:
    """Run what was asked of an engine, and return the answer as pandas (`to_pandas`)."""
    read = frame.collect("pyarrow") if isinstance(frame, nw.LazyFrame) else frame
    return to_pandas(read.to_arrow())


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return an arrow table as pandas in the types of the event table, whatever engine made it.

    Texts are str, whole numbers Int64 (sums of an engine's wider type too), days and times
    datetime64[us] without a time zone, flags boolean. Dictionaries become categories.
    """
    return pd.DataFrame({name: _from_arrow(table[name]) for name in table.column_names})


def _from_arrow(array: pa.ChunkedArray) -> pd.Series:
    kind = array.type
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0):
        return array.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    if pa.types.is_boolean(kind):
        return array.to_pandas(types_mapper={kind: pd.BooleanDtype()}.get)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return array.cast(pa.timestamp("us")).to_pandas()
    if pa.types.is_decimal(kind):
        return array.cast(pa.float64()).to_pandas()
    values = array.to_pandas()
    if pa.types.is_null(kind) or pd.api.types.is_string_dtype(values.dtype):
        return values.astype("str")
    return values


# ---------------------------------------------------------------------------------- provenance


def attach_record(table: Any, record: Mapping[str, str]) -> Any:
    """Write a provenance record on a table of any engine, and return the table.

    pandas keeps it in `attrs`, pyarrow in the metadata of its schema, where pandas puts `attrs` in
    Parquet. Other tables have no place for it: it is remembered for this
    very object, and what the engine's own methods make of it has none.
    """
    if hasattr(table, "attrs"):
        table.attrs = dict(record)
    elif isinstance(table, pa.Table):
        held = {**(table.schema.metadata or {}), _ATTRS: json.dumps(dict(record)).encode()}
        return table.replace_schema_metadata(held)
    else:
        key = id(table)
        _RECORDS[key] = (weakref.ref(table, lambda _: _RECORDS.pop(key, None)), dict(record))
    return table


def find_record(table: Any) -> dict[str, str]:
    """Return the provenance record of a table of any engine; an empty dict where it has none."""
    if isinstance(table, pa.Table):
        return find_packed(table.schema)
    if hasattr(table, "attrs"):
        return {str(k): str(v) for k, v in table.attrs.items() if isinstance(v, str)}
    known, record = _RECORDS.get(id(table), (None, {}))
    return dict(record) if known is not None and known() is table else {}


def find_packed(schema: pa.Schema) -> dict[str, str]:
    """Return the record in an arrow or Parquet schema: where pandas, or pyarrow, writes `attrs`."""
    held = schema.metadata or {}
    packed = held.get(_ATTRS)
    found = json.loads(packed or held.get(b"pandas", b"{}"))
    record = found if packed else found.get("attributes") or {}
    return {str(k): v for k, v in record.items() if isinstance(v, str)}
