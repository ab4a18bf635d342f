"""Files as UCDP GED and ACLED write them, with invented events: true headers, true formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from world import Draw, World, take

CHUNK = 100_000  # rows made and written at once
GED = (
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id "
    "conflict_name dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a "
    "side_b_dset_id side_b_new_id side_b number_of_sources source_article source_office "
    "source_date source_headline source_original where_prec where_coordinates where_description "
    "adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id region event_clarity "
    "date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best high low "
    "gwnoa gwnob"
).split()
ACLED = (
    "event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 "
    "assoc_actor_1 inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting iso region "
    "country admin1 admin2 admin3 location latitude longitude geo_precision source source_scale "
    "notes fatalities tags timestamp"
).split()
# kind of violence: ACLED's words for it
EVENT_TYPES = ["Battles", "Battles", "Violence against civilians"]
SUB_EVENT_TYPES = ["Armed clash", "Armed clash", "Attack"]
INTER1, INTER2 = ["State forces", "Rebel group", "Rebel group"], [*["Rebel group"] * 2, "Civilians"]
TARGETING = [None, None, "Civilian targeting"]


def write_ged(path: Path, rows: int) -> None:
    """Write a GED export of so many rows, in the order of days."""
    world = World("1989-01-01", "2024-12-31")
    _write(path, GED, _chunks(world, np.arange(rows), ged_columns))


def write_acled(path: Path, rows: int) -> None:
    """Write an ACLED export of so many rows, the latest first, as ACLED's export tool does."""
    world = World("1997-01-01", "2024-12-31")
    _write(path, ACLED, _chunks(world, np.arange(rows)[::-1], acled_columns))


Columns = dict[str, Any]


def _chunks(
    world: World, rows: np.ndarray, make: Callable[[World, Draw, np.ndarray], Columns]
) -> Iterator[Columns]:
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        yield make(world, world.draw(part, len(rows), seed=start), part)


def _write(path: Path, header: list[str], chunks: Iterator[Columns]) -> None:
    """Write chunks of columns below the header; a column that is not made is empty."""
    with path.open("wb") as file:
        file.write((",".join(header) + "\n").encode())
        for columns in chunks:
            empty = _full(len(columns[header[0]]), "")
            cells = [_quote(columns.get(name, empty)) for name in header]
            lines = pc.binary_join_element_wise(*cells, pa.scalar(",", pa.large_string()))
            file.write(("\n".join(lines.to_pylist()) + "\n").encode())


def _quote(values: Any) -> pa.Array:
    """Return values as text, in quotes where it holds a comma or a quote, as real exports do."""
    texts = pc.fill_null(pc.cast(values, pa.large_string()), "")
    needed = pc.match_substring_regex(texts, '[,"]')
    if not pc.any(needed).as_py():
        return texts
    return pc.if_else(needed, _join('"', pc.replace_substring(texts, '"', '""'), '"'), texts)


def ged_columns(world: World, draw: Draw, rows: np.ndarray) -> Columns:
    """Return the columns of GED; those that real files leave empty are not there."""
    n, country = len(rows), take(world.countries, draw.country)
    year = pc.utf8_slice_codeunits(take(world.calendar, draw.day), 0, 4)
    last = draw.day + draw.days_long
    side_a, side_b = take(world.actors, draw.actor1), take(world.actors, draw.actor2)
    dyad, place = draw.pair + 11_000, take(world.places, draw.place)
    latitude, longitude = world.latitudes[draw.place], world.longitudes[draw.place]
    article, text = (world.write_texts(n, seed=int(rows[0]) * 2 + k) for k in (0, 1))
    headline = pc.utf8_slice_codeunits(article, 0, 70)
    others = draw.best - draw.civilians
    office = take(world.provinces, draw.province)
    return {
        "id": rows + 600_000, "relid": _join("INV-", year, "-", rows), "year": year,
        "active_year": _full(n, "1"), "code_status": _full(n, "Clear"),
        "type_of_violence": draw.kind, "conflict_dset_id": dyad, "conflict_new_id": dyad,
        "conflict_name": _join(country, ": Government"), "dyad_dset_id": dyad,
        "dyad_new_id": dyad, "dyad_name": _join(side_a, " - ", side_b),
        "side_a_dset_id": draw.actor1 + 1, "side_a_new_id": draw.actor1 + 1, "side_a": side_a,
        "side_b_dset_id": draw.actor2 + 1, "side_b_new_id": draw.actor2 + 1, "side_b": side_b,
        "number_of_sources": draw.pair % 4 + 1,
        "source_article": _join('"', office, ",", take(world.calendar, last), ",", article, '"'),
        "source_office": office, "source_date": take(world.calendar, last),
        "source_headline": headline, "source_original": side_a,
        "where_prec": draw.place % 6 + 1, "where_coordinates": _join(place, " town"),
        "where_description": pc.utf8_slice_codeunits(text, 0, 120),
        "adm_1": _join(take(world.provinces, draw.province), " state"),
        "adm_2": _join(place, " district"), "latitude": latitude, "longitude": longitude,
        "geom_wkt": _join("POINT (", longitude, " ", latitude, ")"),
        "priogrid_gid": ((latitude + 90) * 2).astype(int) * 720
        + ((longitude + 180) * 2).astype(int) + 1,
        "country": country, "country_id": draw.country + 2_000, "region": _full(n, "Africa"),
        "event_clarity": draw.pair % 2 + 1,
        "date_prec": np.select([draw.days_long == 0, draw.days_long < 7], [1, 2], 4),
        "date_start": _join(take(world.calendar, draw.day), " 00:00:00.000"),
        "date_end": _join(take(world.calendar, last), " 00:00:00.000"),
        "deaths_a": others // 2, "deaths_b": others - others // 2,
        "deaths_civilians": draw.civilians, "deaths_unknown": draw.best * 0,
        "best": draw.best, "high": draw.high, "low": draw.low,
        "gwnoa": pc.if_else(pa.array(draw.kind == 1), pa.array(draw.country + 2_000), None),
    }  # fmt: skip


def acled_columns(world: World, draw: Draw, rows: np.ndarray) -> Columns:
    """Return the columns of ACLED; those that real files often leave empty are not there."""
    n, country = len(rows), take(world.countries, draw.country)
    day, place = take(world.calendar, draw.day), take(world.places, draw.place)
    inter1, inter2 = _words(INTER1, draw), _words(INTER2, draw)
    text = world.write_texts(n, seed=int(rows[0]))
    ally = take(world.actors, draw.actor1 // 25 * 25)
    return {
        "event_id_cnty": _join("INV", rows), "event_date": day,
        "year": pc.utf8_slice_codeunits(day, 0, 4), "time_precision": draw.place % 3 + 1,
        "disorder_type": _full(n, "Political violence"), "event_type": _words(EVENT_TYPES, draw),
        "sub_event_type": _words(SUB_EVENT_TYPES, draw),
        "actor1": take(world.actors, draw.actor1),
        "assoc_actor_1": pc.if_else(pa.array(draw.place % 5 == 0), ally, None),
        "inter1": inter1, "actor2": take(world.actors, draw.actor2), "inter2": inter2,
        "interaction": _join(inter1, "-", inter2), "civilian_targeting": _words(TARGETING, draw),
        "iso": draw.country + 900, "region": _full(n, "Invented Region"), "country": country,
        "admin1": take(world.provinces, draw.province), "admin2": place, "location": place,
        "latitude": world.latitudes[draw.place], "longitude": world.longitudes[draw.place],
        "geo_precision": draw.place % 3 + 1,
        "source": _join(take(world.countries, draw.country), " Courier"),
        "source_scale": _full(n, "National"), "notes": _join("On ", day, ", ", text),
        "fatalities": draw.best, "timestamp": rows + 1_500_000_000,
    }  # fmt: skip


def _words(words: list[str | None], draw: Draw) -> pa.Array:
    return take(pa.array(words, pa.large_string()), draw.kind - 1)


def _full(n: int, text: str) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.large_string()), n)


def _join(*parts: Any) -> pa.Array:
    """Join texts and numbers, row by row."""
    texts = [p if isinstance(p, str) else pc.cast(p, pa.large_string()) for p in parts]
    scalars = [pa.scalar(t, pa.large_string()) if isinstance(t, str) else t for t in texts]
    return pc.binary_join_element_wise(*scalars, pa.scalar("", pa.large_string()))
