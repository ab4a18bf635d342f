"""UCDP: GED 5.0 to 26.1 and the candidate files -> the event table; country-year table; actor list.

Columns and codes: headers of real releases, the UCDP GED Codebook (Högbladh) as quoted beside each
code table below, and the dataset card of the archive of all releases (see `catalog.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.cells import Column, combine
from toolkit.conversion import Conversion, fold
from toolkit.datasets import describe_dataset
from toolkit.dates import YEARS
from toolkit.events import check_columns
from toolkit.provenance import stamp
from toolkit.reading import Readable, read_names
from toolkit.sources.eventfile import EventFile, Form
from toolkit.sources.loading import (
    finish,
    keep_rows,
    open_columns,
    read_ids,
    tell_gaps,
    tell_table_problems,
)

DATASET = "ucdp-ged"
COLUMNS = (
    "id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id "
    "conflict_name dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a "
    "side_b_dset_id side_b_new_id side_b number_of_sources source_article source_office "
    "source_date source_headline source_original where_prec where_coordinates "
    "where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country "
    "country_id region event_clarity date_prec date_start date_end deaths_a deaths_b "
    "deaths_civilians deaths_unknown best high low gwnoa gwnob"
).split()
# GED 5.0 wrote best_est; shapefiles cut names to ten characters, of which conflict_n is ambiguous
SYNONYMS = {
    "best_est": "best", "high_est": "high", "low_est": "low", "conflict_n": "conflict_new_id",
    "dyad_new_i": "dyad_new_id", "side_a_new": "side_a_new_id", "side_b_new": "side_b_new_id",
    "type_of_vi": "type_of_violence", "deaths_civ": "deaths_civilians", "active_yea": "active_year",
    "deaths_unk": "deaths_unknown", "where_coor": "where_coordinates",
    "event_clar": "event_clarity", "code_statu": "code_status", "priogrid_g": "priogrid_gid",
}  # fmt: skip
UNUSED = (
    "relid active_year conflict_dset_id conflict_name dyad_dset_id dyad_name side_a_dset_id "
    "side_b_dset_id number_of_sources source_article source_office source_date source_headline "
    "source_original where_description geom_wkt priogrid_gid region event_clarity deaths_a "
    "deaths_b deaths_unknown gwnoa gwnob"
).split()
SILENT = (
    "conflict_new_id dyad_new_id side_a_new_id side_a side_b_new_id side_b "
    "where_coordinates adm_1 adm_2 country_id"
).split()
NUMBERS = "best low high latitude year where_prec date_prec".split()  # some may say "NA"
OLD_COLUMNS = ["gwno"]  # the country's number in GED 5.0
KNOWN = {**{c: c for c in (*COLUMNS, *OLD_COLUMNS)}, **SYNONYMS}

VIOLENCE = {1: "state-based", 2: "non-state", 3: "one-sided"}
WORDS = {
    "state-based": "state-based conflict",
    "non-state": "non-state conflict",
    "one-sided": "one-sided violence",
}
# date_prec: 1 exact date known; 2 known within 2-6 days; 3 only the week known; 4 known within 8-30
# days, or only the month; 5 known within more than a month, at most a calendar year
DATE_PRECISION = {1: "day", 2: "days", 3: "week", 4: "month", 5: "longer"}
# where_prec: 1 exact location; 2 within 25 km; 3 second-order unit; 4 first-order unit; 5 a line or
# an area larger than that; 6 only the country; 7 international waters or airspace
GEO_PRECISION = dict(
    zip(range(1, 8), ["exact", "near", "admin2", "admin1", "wider", "country", "international"],
        strict=True)
)  # fmt: skip
GOVERNMENT = "Government of "
CIVILIANS = "Civilians"
USES = {
    "id": "events are numbered by their row and releases cannot be combined",
    "type_of_violence": "types of violence cannot be told apart",
    "side_a": "there are no actors, dyads and networks",
    "side_b": "there are no actors, dyads and networks",
    "country": "there are no units by country, and the coverage is unknown",
    "adm_1": "there are no units by province",
    "latitude": "there are no maps",
    "longitude": "there are no maps",
    "best": "there are no deaths",
    "low": "deaths have no bounds",
    "high": "deaths have no bounds",
    "date_prec": "imprecise dates cannot be told",
    "where_prec": "imprecise places cannot be told",
}


def recognise(header: list[str]) -> bool:
    """Return whether these are GED's columns, or a row of a candidate file without a header."""
    names = {KNOWN.get(fold(h)) for h in header}
    return {"type_of_violence", "date_start"} <= names or is_headerless(header)


def is_headerless(first_row: list[str]) -> bool:
    """Return whether the first row is already an event, as in some candidate files."""
    row = [cell.strip() for cell in first_row]
    at = {name: i for i, name in enumerate(COLUMNS)}
    return (
        len(row) == len(COLUMNS)
        and row[at["id"]].isdigit()
        and row[at["type_of_violence"]] in ("1", "2", "3")
        and bool(re.match(r"\d{4}-\d\d-\d\d", row[at["date_start"]]))
    )


def find_version(name: str) -> str:
    """Return the release that UCDP's own file names carry, '' for any other name.

    Examples
    --------
    >>> find_version("GEDEvent_v25_1.csv"), find_version("ged251-csv.zip")
    ('25.1', '25.1')
    >>> find_version("ged191.csv"), find_version("ged50.csv")
    ('19.1', '5.0')
    >>> find_version("GEDEvent_v25_0_3.csv"), find_version("GEDEvent_v25_01_25_06.csv")
    ('25.0.3', '25.01.25.06')
    """
    plain = re.search(r"GEDEvent_v(\d+(?:[_.]\d+)+)", name, re.IGNORECASE)
    if plain:
        return plain[1].replace("_", ".")
    short = re.search(r"\bged(\d{1,2})(\d)(?:-(?:csv|xlsx|shp)|\.csv)", name, re.IGNORECASE)
    return f"{short[1]}.{short[2]}" if short else ""


def load_ucdp_ged(
    source: Readable,
    *,
    version: str | None = None,
    extract: Mapping[str, Any] | None = None,
    accessed: str | None = None,
    keep: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    date_order: str | None = None,
) -> pd.DataFrame:
    """Load UCDP's Georeferenced Event Dataset as an event table, every row accounted for.

    Reads releases 5.0 to 26.1, the special release for Syria, shapefile tables with their
    ten-character names, candidate files (also without a header row), and the API's JSON.

    Parameters
    ----------
    source
        Path or file object (.csv, .xlsx, .json; .gz, .zip).
    version
        Release, "25.1"; taken from UCDP's own file names where not given. With it, and as many
        rows as the release has, the coverage is that of the release.
    extract
        What the file was filtered on: dict with countries, start, end, event_types.
    accessed
        The day the data were downloaded, "2026-01-31"; that of `ct.fetch_dataset` where not given
        and the file lies in its cache.
    keep
        Further columns to carry along as text, e.g. ["source_article", "priogrid_gid"].
    rename
        Corrections of column names: {"name in the file": "UCDP's name"}.
    date_order
        "day first" or "month first" for dates such as 3/4/1997, which a spreadsheet makes of
        UCDP's; by default each column decides.

    Returns
    -------
    DataFrame
        Event table. `fatalities` is UCDP's best estimate with its low and high one; `actor1` and
        `actor2` are side_a and side_b as recorded, coalitions unsplit; the order means something
        in one-sided violence only (`directed`). A best estimate outside its bounds is noted.
        All rows are loaded: sums equal UCDP's country-year table only with rows of inactive years.

    Raises
    ------
    FileFormatError, ColumnError, OptionError, MissingFileError
        The file is no GED file or not a table; date_start is missing; an option is unknown.

    Warns
    -----
    DataWarning
        Once with the counts of rows left out or changed; where `extract` is not stated.

    References
    ----------
    Sundberg and Melander (2013), https://doi.org/10.1177/0022343313484347; Högbladh, UCDP GED
    Codebook of the release.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit.datasets import find_file
    >>> span = dict(start="2012-01-01", end="2019-12-31")
    >>> events = ct.load_ucdp_ged(find_file("sample-ged"), extract=span)
    >>> events.loc[events["violence_type"] == "one-sided", "actor2"].unique().tolist()
    ['Civilians']
    """
    loaded = open_ucdp_ged(source, keep=keep, rename=rename, date_order=date_order).read()
    version = find_version(loaded.facts["file"]) if version is None else version
    return finish(loaded, dataset=DATASET, version=version, extract=extract, accessed=accessed)


def open_ucdp_ged(
    source: Readable,
    *,
    keep: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    date_order: str | None = None,
) -> EventFile:
    """Open a GED file, to be read whole or piece by piece."""
    names = list(COLUMNS) if is_headerless(read_names(source)) else None
    return EventFile(source, FORM, keep=keep, rename=rename, date_order=date_order, names=names)


def _decide(convert: Conversion, order: str | None) -> Column:
    """Decide on the whole file what "NA", 3/4/1997 and 1,5 mean, and which ids come again."""
    convert.watch_for_na(NUMBERS)
    read_ids(convert, "id")
    start, _ = _dates(convert, order)
    _point(convert)
    return start


def _convert(convert: Conversion, order: str | None) -> dict[str, Any]:
    convert.watch_for_na(NUMBERS)
    ids = read_ids(convert, "id")
    start, end = _dates(convert, order)
    violence = convert.code("type_of_violence", VIOLENCE)
    one_sided = violence.map(lambda kinds: kinds.eq("one-sided"))
    words = {code: WORDS[kind] for code, kind in VIOLENCE.items()}
    columns = {
        "event_id": ids, "dataset": DATASET, "date_start": start, "date_end": end,
        "date_precision": convert.code("date_prec", DATE_PRECISION),
        "date_precision_code": convert.identifier("date_prec"),
        "violence_type": violence,
        "event_type": convert.code("type_of_violence", words, action=None),
        "directed": one_sided, "civilian_targeting": one_sided,
        "conflict_id": convert.identifier("conflict_new_id"),
        "dyad_id": convert.identifier("dyad_new_id"),
        **_place(convert), **_sides(convert, violence), **_deaths(convert),
    }  # fmt: skip
    if convert.has("code_status"):
        status = convert.column("code_status")
        unsure = status.map(lambda words: ~words.str.casefold().isin(["clear", ""]))
        convert.note(unsure, "code_status", "a candidate event that UCDP has not settled")
    return columns


def _describe(convert: Conversion, bare: bool) -> dict[str, str]:
    return {
        "format": _form(convert, bare), "rules": "; ".join(convert.rules), "country_ids": "gwno",
        "gaps": tell_gaps(convert, USES), "header": "none" if bare else "first row",
    }  # fmt: skip


def _dates(convert: Conversion, order: str | None) -> tuple[Column, Column]:
    year = convert.integer("year") if convert.has("year") else None
    start = convert.date("date_start", year=year, order=order)
    convert.leave_out(
        start.map(pd.isna), "date_start", "no date: the event cannot be placed in time"
    )
    end = convert.date("date_end", order=order) if convert.has("date_end") else start
    convert.note(combine(pd.Series.lt, end, start), "date_end", "ends before it starts")
    return start, end


def _point(convert: Conversion) -> dict[str, Column]:
    country = convert.text("country")
    lat, lon = convert.coordinates("latitude", "longitude", within=country)
    return {"country": country, "latitude": lat, "longitude": lon}


def _place(convert: Conversion) -> dict[str, Column]:
    return {
        **_point(convert),
        "country_id": convert.identifier("country_id" if convert.has("country_id") else "gwno"),
        "admin1": convert.text("adm_1"), "admin2": convert.text("adm_2"),
        "location": convert.text("where_coordinates"),
        "geo_precision": convert.code("where_prec", GEO_PRECISION),
        "geo_precision_code": convert.identifier("where_prec"),
    }  # fmt: skip


def _sides(convert: Conversion, violence: Column) -> dict[str, Any]:
    """Return names, ids and types; a non-state side of a state-based dyad is a rebel group."""
    columns: dict[str, Any] = {}
    for number, side in (("1", "side_a"), ("2", "side_b")):
        name = convert.text(side)
        columns[f"actor{number}"] = name
        columns[f"actor{number}_id"] = convert.identifier(f"{side}_new_id")
        columns[f"actor{number}_type"] = combine(_find_types, name, violence)
    return columns


def _find_types(names: pd.Series, violence: pd.Series) -> pd.Series:
    """Return which type of actor these are in violence of these kinds."""
    types = pd.Series("rebel", names.index).where(names.notna() & violence.eq("state-based"))
    types = types.mask(names.str.startswith(GOVERNMENT).fillna(False), "state")
    return types.mask(names.eq(CIVILIANS).fillna(False), "civilians")


def _deaths(convert: Conversion) -> dict[str, Column]:
    best, low, high = (convert.integer(c, minimum=0) for c in ("best", "low", "high"))
    convert.note(combine(pd.Series.gt, low, best), "low", "low estimate above the best one")
    convert.note(combine(pd.Series.gt, best, high), "high", "best estimate above the high one")
    return {
        "fatalities": best, "fatalities_low": low, "fatalities_high": high,
        "deaths_civilians": convert.integer("deaths_civilians", minimum=0),
    }  # fmt: skip


def _form(convert: Conversion, bare: bool) -> str:
    """Say in words which form of the dataset this is."""
    header = set(convert.columns.values())
    found = len(set(COLUMNS) & set(convert.columns))
    form = f"UCDP GED, {found} of its {len(COLUMNS)} columns"
    if bare:
        return form + ", without a header row"
    short = {s for s in SYNONYMS if len(s) == 10} & {fold(h) for h in header}
    return form + (", names cut to ten characters" if short else "")


FORM = Form(
    provider="UCDP GED",
    known=KNOWN,
    needed="date_start",
    ids="id",
    unused=UNUSED,
    silent=SILENT,
    deciding=[*NUMBERS, "date_start", "date_end", "id", "country", "longitude"],
    decide=_decide,
    convert=_convert,
    describe=_describe,
)


# ---------------------------------------------------------------------- tables beside GED


def load_ucdp_country_year(source: Readable, *, version: str | None = None) -> pd.DataFrame:
    """Load UCDP's country-year table of organized violence: the published totals to agree with.

    Parameters
    ----------
    source
        Path or file object of `organizedviolencecy_v25_1.csv` or its like.
    version
        Release; taken from the column `version` where not given.

    Returns
    -------
    DataFrame
        One row per country, year and violence type: `country`, `country_id` (gwno), `period`
        (year), `violence_type`, `fatalities`, `fatalities_low`, `fatalities_high`. Deaths only:
        the table has no number of events.

    Raises
    ------
    FileFormatError, ColumnError, MissingFileError
        The file is not this table.

    Examples
    --------
    >>> import io, toolkit as ct
    >>> head = "country_id_cy,country_cy,year_cy,version"
    >>> head += "".join(f",{k}_total_deaths_{b}_cy" for k in ("sb", "ns", "os")
    ...                 for b in ("best", "high", "low"))
    >>> row = "9901,Karvelia,2015,25.1,5,7,4,1,1,1,0,0,0"
    >>> table = ct.load_ucdp_country_year(io.StringIO(f"{head}{chr(10)}{row}"))
    >>> table[["country", "period", "violence_type", "fatalities"]]
        country period violence_type  fatalities
    0  Karvelia   2015   state-based           5
    1  Karvelia   2015     non-state           1
    2  Karvelia   2015     one-sided           0
    """
    bounds = {"fatalities": "best", "fatalities_low": "low", "fatalities_high": "high"}
    kinds = {"sb": "state-based", "ns": "non-state", "os": "one-sided"}
    plain = ["country_id_cy", "country_cy", "year_cy", "version"]
    totals = [f"{k}_total_deaths_{b}_cy" for k in kinds for b in bounds.values()]
    # release 26.1 leaves the `_cy` away
    known = {n: c for c in [*plain, *totals] for n in (c, c.removesuffix("_cy"))}
    convert, facts = open_columns(
        source, known=known, needed="year_cy", provider="UCDP's country-year table"
    )
    check_columns(pd.DataFrame(columns=list(convert.columns)), [*plain[:2], *totals])
    year = convert.integer("year_cy")
    wrong = year.map(lambda years: ~years.between(*YEARS).fillna(False))
    convert.leave_out(wrong, "year_cy", "not a year")
    index = convert.index
    place = {
        "country": convert.text("country_cy").rows(index),
        "country_id": convert.identifier("country_id_cy").rows(index),
        "period": year.rows(index),
    }
    parts = []
    for short, kind in kinds.items():
        counted = {n: convert.integer(f"{short}_total_deaths_{b}_cy") for n, b in bounds.items()}
        deaths = {name: column.rows(index) for name, column in counted.items()}
        parts.append(pd.DataFrame({**place, "violence_type": kind, **deaths}))
    table = keep_rows(pd.concat(parts).sort_index(kind="stable"), convert.problems)
    table["period"] = pd.PeriodIndex(table["period"].astype("str"), freq="Y")
    release = version or next(iter(convert.column("version").values), "")
    tell_table_problems(convert, facts)
    return stamp(table, describe_dataset("ucdp-country-year", release), **facts)


def load_ucdp_actors(source: Readable) -> pd.DataFrame:
    """Load UCDP's actor list: names, previous names, splinters, joins and alliances.

    Parameters
    ----------
    source
        Path or file object of `ucdp-actor-221.csv` or its like.

    Returns
    -------
    DataFrame
        One row per actor, all columns as text under their names in snake case (`actor_id`,
        `name_data`, `name_prev`, `actor_id_prev`, `splinter`, `join_group`, ...); lists stay
        comma-separated text. `actor_id` is GED's side_a_new_id and side_b_new_id.

    Raises
    ------
    FileFormatError, ColumnError, MissingFileError
        The file is not this list.

    Examples
    --------
    >>> import io, toolkit as ct
    >>> rows = ["ActorId,NameData,Version", "7,Reed League,22.1"]
    >>> ct.load_ucdp_actors(io.StringIO(chr(10).join(rows)))
      actor_id    name_data version
    0        7  Reed League    22.1
    """
    known = {c: c for c in ("ActorId", "NameData", "Version")}
    convert, facts = open_columns(
        source, known=known, needed="ActorId", provider="UCDP's actor list"
    )
    tell_table_problems(convert, facts)
    table = convert.cells.frame().rename(columns=_snake).reset_index(drop=True)
    table = table.apply(lambda c: c.str.strip().replace("", None)).astype("str")
    release = next(iter(convert.column("Version").values), "")
    return stamp(table, describe_dataset("ucdp-actors", release), **facts)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
