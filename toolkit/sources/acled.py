"""ACLED: its columns and codes, in every form since version 1 -> the event table.

Columns and codes: ACLED's codebook and code tables as shipped with ACLED's R package acledR
(`acled_codebook`, `acled_event_categories`, `acled_interaction_codes`) and the headers of real
exports of each generation. Raw ACLED rows may not be passed on; they never leave this process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from toolkit.cells import Column, combine
from toolkit.conversion import MISSING, Conversion, fold
from toolkit.errors import OptionError, did_you_mean
from toolkit.problems import NOTED
from toolkit.reading import Readable
from toolkit.sources.eventfile import EventFile, Form
from toolkit.sources.loading import finish, read_ids, tell_gaps

DATASET = "acled"
COLUMNS = (
    "event_id_cnty event_date year time_precision disorder_type event_type sub_event_type "
    "actor1 assoc_actor_1 inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting "
    "iso region country admin1 admin2 admin3 location latitude longitude geo_precision source "
    "source_scale notes fatalities tags timestamp"
).split()
OLD_COLUMNS = ["data_id", "event_id_no_cnty", "iso3", "gwno"]
UNUSED = "region admin3 source source_scale notes tags timestamp".split() + OLD_COLUMNS[:3]
SILENT = (
    "actor1 assoc_actor_1 actor2 assoc_actor_2 event_type sub_event_type admin1 admin2 location"
).split()
NUMBERS = "inter1 inter2 fatalities latitude year iso".split()  # some may say "NA"
SYNONYMS = {
    "ally_actor_1": "assoc_actor_1",
    "ally_actor_2": "assoc_actor_2",
    "geo_precis": "geo_precision",
}
KNOWN = {**{c: c for c in (*COLUMNS, *OLD_COLUMNS)}, **SYNONYMS}

# code: label of today; and what older files and code tables call it
INTER = {
    1: "State forces",
    2: "Rebel group",
    3: "Political militia",
    4: "Identity militia",
    5: "Rioters",
    6: "Protesters",
    7: "Civilians",
    8: "External/Other forces",
}
OLD_INTER: dict[Any, int] = {
    "Rebel groups": 2, "Rebel forces": 2, "Political militias": 3, "Militia groups": 3,
    "Identity militias": 4, "Communal": 4, "Identity": 4, "Communal / Identity groups": 4,
    "Communal militia": 4, "Protestors": 6, "Other": 8, "Other forces": 8, "Foreign / Others": 8,
}  # fmt: skip
ACTOR_TYPES = {
    1: "state", 2: "rebel", 3: "political militia", 4: "identity militia",
    5: "rioters", 6: "protesters", 7: "civilians", 8: "external",
}  # fmt: skip
INTER_CODES: dict[Any, int] = {
    **{code: code for code in INTER},
    **{label: code for code, label in INTER.items()},
    **OLD_INTER,
}

# Precision codes. ACLED's code table: 1 actual date, 2 specific week or weekend, 3 middle of week
# or weekend, which ACLED uses for events known to the month; the recorded date is kept as it is.
TIME_PRECISION = {1: "day", 2: "week", 3: "month"}
# 1 particular town, 2 small part of region, general area or near a town, 3 larger portion of region
GEO_PRECISION = {1: "exact", 2: "near", 3: "admin1"}

TARGETING = {"Civilian targeting": True, "Civilians targeted": True, "True": True, "1": True,
             "False": False, "0": False}  # fmt: skip
AGAINST_CIVILIANS = "violence against civilians"  # the one type in which actor2 is the target
MISSPELT = {"disorder_type": {"Demostrations": "Demonstrations"}}
USES = {
    "event_id_cnty": "events are numbered by their row and releases cannot be combined",
    "actor1": "there are no actors, dyads and networks",
    "actor2": "there are no actors, dyads and networks",
    "inter1": "actors have no type",
    "inter2": "actors have no type",
    "event_type": "events have no type",
    "country": "there are no units by country, and the coverage is unknown",
    "admin1": "there are no units by province",
    "latitude": "there are no maps",
    "longitude": "there are no maps",
    "fatalities": "there are no deaths",
    "time_precision": "imprecise dates cannot be told",
    "geo_precision": "imprecise places cannot be told",
}


def recognise(header: list[str]) -> bool:
    """Return whether these are ACLED's columns: its own id, or a date and a type of event."""
    names = {fold(h) for h in header}
    return "event_id_cnty" in names or {"event_date", "event_type"} <= names


def interaction_label(code: int) -> str:
    """Return ACLED's words for an interaction code: smaller code first, but 78 is written reversed.

    Parameters
    ----------
    code
        10 to 88; the second digit is 0 where there is one actor only.

    Returns
    -------
    str
        The order of the two carries no direction.

    Raises
    ------
    OptionError
        No such code.

    Examples
    --------
    >>> interaction_label(12), interaction_label(60), interaction_label(78)
    ('State forces-Rebel group', 'Protesters only', 'External/Other forces-Civilians')
    """
    first, second = divmod(int(code), 10)
    if first not in INTER or (second not in INTER and second != 0) or 0 < second < first:
        raise OptionError(
            f"{code} is not an interaction code.",
            "10 to 88, smaller code first.",
            "interaction_label(12)",
        )
    if code == 78:
        return f"{INTER[8]}-{INTER[7]}"
    return f"{INTER[first]}-{INTER[second]}" if second else f"{INTER[first]} only"


def interaction_code(label: str) -> int:
    """Return the interaction code of ACLED's words, new or old, in either order.

    Parameters
    ----------
    label
        "State forces-Rebel group", "Protesters only"; labels hold no "-" but may hold "/".

    Returns
    -------
    int

    Raises
    ------
    OptionError
        An unknown label, with the nearest that exist.

    Examples
    --------
    >>> interaction_code("External/Other forces-Civilians"), interaction_code("Protesters only")
    (78, 60)
    """
    known = {str(k).casefold(): v for k, v in INTER_CODES.items()}
    parts = [p.strip() for p in label.casefold().removesuffix(" only").split("-")]
    for part in parts:
        if part not in known:
            raise OptionError(
                f"{part!r} is not a type of actor.",
                did_you_mean(part, INTER.values()),
                "'State forces-Civilians'",
            )
    codes = sorted(known[p] for p in parts)
    return codes[0] * 10 + (codes[1] if len(codes) > 1 else 0)


def load_acled(
    source: Readable,
    *,
    extract: Mapping[str, Any] | None = None,
    accessed: str | None = None,
    keep: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    date_order: str | None = None,
) -> pd.DataFrame:
    """Load an ACLED export of any generation as an event table, every row accounted for.

    Reads the current form (types of actor as text), that of 2022-24 (as numbers), the API's
    version 3, the upper-case versions 1-8, the API's JSON, and files from which columns were
    stripped.

    Parameters
    ----------
    source
        Path or file object (.csv, .tab, .xlsx, .json; .gz, .zip).
    extract
        What the file was filtered on: dict with countries, start, end, event_types. It becomes
        the coverage: inside it a month without events is 0.
    accessed
        The day the data were downloaded, "2026-01-31"; ACLED is living data and asks for it.
    keep
        Further columns of the file to carry along as text, e.g. ["notes", "source"].
    rename
        Corrections of column names: {"name in the file": "ACLED's name"}.
    date_order
        "day first" or "month first" for dates such as 3/4/1997; by default the column decides.

    Returns
    -------
    DataFrame
        Event table. `fatalities` are ACLED's reported deaths: conservative, 0 may mean unknown,
        there is no low and high estimate. `violence_type` is missing: ACLED does not say. A week
        or month known only roughly keeps the recorded date, `date_precision` says so.

    Raises
    ------
    FileFormatError, ColumnError, OptionError, MissingFileError
        The file is no ACLED export or not a table; event_date is missing; an option is unknown.

    Warns
    -----
    DataWarning
        Once with the counts of rows left out or changed; where `extract` is not stated.

    References
    ----------
    ACLED Codebook; Raleigh, Kishi and Linke (2023), https://doi.org/10.1057/s41599-023-01559-4

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit.datasets import find_file
    >>> span = dict(start="2012-01-01", end="2019-12-31")
    >>> events = ct.load_acled(find_file("sample-acled"), extract=span)
    >>> events["date_precision"].cat.categories.tolist()
    ['day', 'days', 'week', 'month', 'longer']
    """
    loaded = open_acled(source, keep=keep, rename=rename, date_order=date_order).read()
    return finish(loaded, dataset=DATASET, version="", extract=extract, accessed=accessed)


def open_acled(
    source: Readable,
    *,
    keep: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    date_order: str | None = None,
) -> EventFile:
    """Open an ACLED export, to be read whole or piece by piece."""
    return EventFile(source, FORM, keep=keep, rename=rename, date_order=date_order)


def _decide(convert: Conversion, order: str | None) -> Column:
    """Decide on the whole file what "NA", 3/4/1997 and 1,5 mean, and which ids come again."""
    convert.watch_for_na(NUMBERS)
    read_ids(convert, "event_id_cnty")
    start = _date(convert, order)
    _point(convert)
    return start


def _convert(convert: Conversion, order: str | None) -> dict[str, Any]:
    convert.watch_for_na(NUMBERS)
    ids = read_ids(convert, "event_id_cnty")
    start = _date(convert, order)
    columns = {
        "event_id": ids, "dataset": DATASET, "date_start": start, "date_end": start,
        **_place(convert), **_kind(convert), **_actors(convert),
        "date_precision": convert.code("time_precision", TIME_PRECISION),
        "date_precision_code": convert.identifier("time_precision"),
        "fatalities": convert.integer("fatalities", minimum=0),
    }  # fmt: skip
    _note_spelling(convert)
    return columns


def _describe(convert: Conversion, bare: bool) -> dict[str, str]:
    return {
        "format": _form(convert), "rules": "; ".join(convert.rules),
        "gaps": tell_gaps(convert, USES), **_country_system(convert),
    }  # fmt: skip


def _date(convert: Conversion, order: str | None) -> Column:
    year = convert.integer("year") if convert.has("year") else None
    start = convert.date("event_date", year=year, order=order)
    convert.leave_out(
        start.map(pd.isna), "event_date", "no date: the event cannot be placed in time"
    )
    return start


def _point(convert: Conversion) -> dict[str, Column]:
    country = convert.text("country")
    lat, lon = convert.coordinates("latitude", "longitude", within=country)
    return {"country": country, "latitude": lat, "longitude": lon}


def _place(convert: Conversion) -> dict[str, Column]:
    return {
        **_point(convert),
        **{name: convert.text(name) for name in ("admin1", "admin2", "location")},
        "country_id": convert.identifier("iso" if convert.has("iso") else "gwno"),
        "geo_precision": convert.code("geo_precision", GEO_PRECISION),
        "geo_precision_code": convert.identifier("geo_precision"),
    }  # fmt: skip


def _kind(convert: Conversion) -> dict[str, Column]:
    event_type = convert.text("event_type")
    targeting = convert.code("civilian_targeting", TARGETING)
    if convert.has("civilian_targeting"):  # ACLED leaves it empty where civilians were no target
        empty = convert.column("civilian_targeting").values.isin(MISSING)
        targeting = targeting.map(lambda flags: flags.mask(empty, False))
    return {
        "event_type": event_type,
        "sub_event_type": convert.text("sub_event_type"),
        "directed": event_type.map(_is_directed),
        "civilian_targeting": targeting,
    }


def _is_directed(types: pd.Series) -> pd.Series:
    return types.str.casefold().eq(AGAINST_CIVILIANS).astype("boolean").mask(types.isna())


def _actors(convert: Conversion) -> dict[str, Column]:
    """Return names and types; note where `interaction` is not made of inter1 and inter2."""
    codes = [convert.code(f"inter{s}", INTER_CODES, missing=("0", "0.0")) for s in "12"]
    codes += [convert.code("interaction", _interactions(), action=NOTED)]
    other = combine(_is_other, *codes)
    convert.note(other, "interaction", "not made of inter1 and inter2")
    types = {label: ACTOR_TYPES[code] for label, code in INTER_CODES.items()}
    return {
        **{f"actor{s}": convert.text(f"actor{s}") for s in "12"},
        **{f"assoc_actor_{s}": convert.text(f"assoc_actor_{s}") for s in "12"},
        **{f"actor{s}_type": convert.code(f"inter{s}", types, action=None) for s in "12"},
    }


def _is_other(*codes: pd.Series) -> np.ndarray:
    """Return which interactions are not made of the types in front of them."""
    first, second, said = (c.to_numpy("float64", na_value=np.nan) for c in codes)
    made = np.fmin(first, second) * 10
    made += np.where(np.isnan(first) | np.isnan(second), 0, np.fmax(first, second))
    return ~np.isnan(said) & ~np.isnan(made) & (said != made)


def _interactions() -> dict[str, int]:
    """Return every way an interaction is written -> its code: 12, the words of today, old words."""
    pairs = [(a, b) for a in INTER for b in (0, *INTER) if b == 0 or b >= a]
    written = {str(10 * a + b): 10 * a + b for a, b in pairs}
    names: dict[int, list[str]] = {c: [INTER[c]] for c in INTER}
    for old, code in OLD_INTER.items():
        names[code].append(old)
    for a, b in pairs:
        for first in names[a]:
            if b == 0:
                written[f"{first} only"] = 10 * a
            for second in names.get(b, []):
                written[f"{first}-{second}"] = written[f"{second}-{first}"] = 10 * a + b
    return written


def _note_spelling(convert: Conversion) -> None:
    for column, words in MISSPELT.items():
        for wrong, right in words.items():
            misspelt = convert.column(column).map(partial(pd.Series.eq, other=wrong))
            convert.note(misspelt, column, f"misspelt, stands for {right}")


def _country_system(convert: Conversion) -> dict[str, str]:
    systems = {"iso": "ISO numeric", "gwno": "gwno"}
    return next(({"country_ids": s} for c, s in systems.items() if convert.has(c)), {})


def _form(convert: Conversion) -> str:
    """Say in words which generation of ACLED's files this is."""
    header = convert.cells.header
    numeric = convert.column("inter1").values.str.fullmatch(r"\d(\.0)?").any()
    if convert.has("gwno") or (convert.columns["event_date"].isupper() and not convert.has("iso")):
        form = "ACLED version 1-8, upper-case columns"
    elif {"data_id", "iso3", "event_id_no_cnty"} & set(convert.columns):
        form = "ACLED API version 3, to April 2023"
    elif len(convert.columns) < 20:
        form = "ACLED, stripped file"
    else:
        form = "ACLED 2022-24, types of actor as numbers" if numeric else "ACLED, current form"
    return f"{form} ({len(convert.columns)} of its columns, {len(header)} in the file)"


FORM = Form(
    provider="ACLED",
    known=KNOWN,
    needed="event_date",
    ids="event_id_cnty",
    unused=UNUSED,
    silent=SILENT,
    deciding=[*NUMBERS, "event_date", "event_id_cnty", "country", "longitude"],
    decide=_decide,
    convert=_convert,
    describe=_describe,
)
