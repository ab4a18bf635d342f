"""Event tables in Parquet, with invented events: a folder with a file for each year."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from world import Draw, World, take

from toolkit.events import CATEGORIES, VIOLENCE_TYPES, make_event_table
from toolkit.provenance import pack_coverage, stamp

FIRST, LAST = "1997-01-01", "2024-12-31"
GROUP = 250_000  # rows of a row group
PRECISIONS = ["day", "days", "month"]


def write_events(folder: Path, rows: int) -> None:
    """Write an event table of so many rows, in the order of days.

    The columns that counting does not need, and that would only take room, are missing
    throughout: admin2, location, associated actors and the provider's own codes.
    """
    folder.mkdir()
    world, schema = World(FIRST, LAST), event_schema(rows)
    days = world.day(np.arange(rows), rows)
    years = pd.DatetimeIndex(world.first + np.arange(world.n_days)).year.to_numpy()[days]
    for year in np.unique(years):
        start, end = np.searchsorted(years, [year, year + 1])
        with pq.ParquetWriter(folder / f"{year}.parquet", schema, compression="zstd") as writer:
            for first in range(start, end, GROUP):
                numbers = np.arange(first, min(first + GROUP, end))
                columns = event_columns(world, world.draw(numbers, rows, seed=first), numbers)
                writer.write_table(_make_table(columns, schema, len(numbers)))


def event_schema(rows: int) -> pa.Schema:
    """Return the schema of an event table with its provenance, as pandas writes and reads it."""
    spans = pd.DataFrame({"country": ["*"], "start": [FIRST], "end": [LAST]})
    spans[["start", "end"]] = spans[["start", "end"]].astype("datetime64[us]")
    spans = spans.assign(dataset="invented", version="1", event_types="*", basis="as made")
    record = {"dataset": "invented", "title": "INVENTED events", "citation": "no event happened"}
    events = stamp(make_event_table({}, index=pd.RangeIndex(0)), record)
    events.attrs |= {"coverage": pack_coverage(spans), "rows": str(rows)}
    schema = pa.Table.from_pandas(events, preserve_index=False).schema
    return schema.with_metadata({**schema.metadata, "PANDAS_ATTRS": json.dumps(events.attrs)})


def event_columns(world: World, draw: Draw, rows: np.ndarray) -> dict[str, Any]:
    """Return the columns that are not missing throughout."""
    n, day = len(rows), world.first + draw.day
    long = np.select([draw.days_long == 0, draw.days_long < 7], [0, 1], 2)
    violence = pa.array(VIOLENCE_TYPES, pa.large_string())
    return {
        "event_id": pc.cast(pa.array(rows), pa.large_string()),
        "dataset": pa.repeat(pa.scalar("invented", pa.large_string()), n),
        "date_start": pa.array(day), "date_end": pa.array(day + draw.days_long),
        "date_precision": take(pa.array(PRECISIONS), long),
        "geo_precision": take(pa.array(CATEGORIES["geo_precision"][0]), draw.place % 6),
        "country": take(world.countries, draw.country),
        "admin1": take(world.provinces, draw.province),
        "latitude": world.latitudes[draw.place], "longitude": world.longitudes[draw.place],
        "event_type": take(violence, draw.kind - 1),
        "violence_type": take(violence, draw.kind - 1),
        "actor1": take(world.actors, draw.actor1), "actor2": take(world.actors, draw.actor2),
        "actor1_type": take(pa.array(["state", "rebel", "rebel"]), draw.kind - 1),
        "actor2_type": take(pa.array(["rebel", "rebel", "civilians"]), draw.kind - 1),
        "actor1_id": _number(draw.actor1), "actor2_id": _number(draw.actor2),
        "country_id": _number(draw.country), "conflict_id": _number(draw.pair),
        "dyad_id": _number(draw.pair), "directed": draw.kind == 3,
        "deaths_civilians": draw.civilians, "fatalities": draw.best,
        "fatalities_low": draw.low, "fatalities_high": draw.high,
        "civilian_targeting": draw.kind == 3,
    }  # fmt: skip


def _number(values: np.ndarray) -> pa.Array:
    return pc.cast(pa.array(values + 1), pa.large_string())


def _make_table(columns: dict[str, Any], schema: pa.Schema, n: int) -> pa.Table:
    """Return the columns under the schema; one that is not made is missing throughout."""
    arrays = []
    for field in schema:
        values = columns.get(field.name)
        values = pa.nulls(n, field.type) if values is None else pa.array(values)
        if pa.types.is_dictionary(field.type) and field.name in columns:
            levels = pa.array(CATEGORIES[field.name][0], pa.large_string())
            codes = pc.index_in(pc.cast(values, pa.large_string()), levels).cast(pa.int8())
            arrays.append(pa.DictionaryArray.from_arrays(codes, levels, ordered=field.type.ordered))
        else:
            arrays.append(values.cast(field.type))
    return pa.table(arrays, schema=schema)
