"""GDELT: its event files, version 1.0 and 2.0, which have no header -> the event table.

Columns: the column tables of both versions as they stand in public client libraries, and one real
file of 2.0. What codes mean is in the tables "cameo-events", "cameo-countries" and "fips-countries"
that ship. GDELT's rows are reports that a machine coded, by the thousand and unchecked: this module
says so wherever a table is made.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.cells import Column, combine
from toolkit.conversion import MISSING, Conversion, fold
from toolkit.datasets import load_table
from toolkit.errors import EmptySelectionError, FileFormatError, check_option
from toolkit.provenance import add_step, read_record
from toolkit.reading import Readable, read_names
from toolkit.sources.eventfile import EventFile, Form
from toolkit.sources.loading import finish, read_ids, tell_gaps


def _sides(fields: str) -> list[str]:
    return [f"Actor{n}{field}" for n in (1, 2) for field in fields.split()]


def _places(fields: str) -> list[str]:
    return [f"{p}Geo_{f}" for p in ("Actor1", "Actor2", "Action") for f in fields.split()]


VERSION_2 = [
    *"GLOBALEVENTID SQLDATE MonthYear Year FractionDate".split(),
    *_sides("Code Name CountryCode KnownGroupCode EthnicCode Religion1Code Religion2Code "
            "Type1Code Type2Code Type3Code"),
    *"IsRootEvent EventCode EventBaseCode EventRootCode QuadClass GoldsteinScale".split(),
    *"NumMentions NumSources NumArticles AvgTone".split(),
    *_places("Type FullName CountryCode ADM1Code ADM2Code Lat Long FeatureID"),
    *"DATEADDED SOURCEURL".split(),
]  # fmt: skip
VERSION_1 = [name for name in VERSION_2 if not name.endswith("ADM2Code")]
FORMS = {len(names): names for names in (VERSION_2, VERSION_1, VERSION_1[:-1])}  # 61, 58, 57
KNOWN = {name: name for name in VERSION_2}
UNUSED = [
    *"MonthYear FractionDate IsRootEvent EventBaseCode GoldsteinScale".split(),
    *"NumMentions NumSources NumArticles AvgTone ActionGeo_FeatureID SOURCEURL".split(),
    *(name for name in VERSION_2 if re.match("Actor[12](?!Code|Name)", name)),
]
SILENT = [
    *"Actor1Code Actor1Name Actor2Code Actor2Name".split(),
    *"ActionGeo_ADM1Code ActionGeo_ADM2Code".split(),
]
FIRST_FIELDS = [r"\d+", r"\d{8}", r"\d{6}", r"\d{4}"]  # id, day, its month, its year

# CAMEO's root codes, in the words of the table "cameo-events"
ROOTS = {
    "01": "Make public statement", "02": "Appeal", "03": "Express intent to cooperate",
    "04": "Consult", "05": "Engage in diplomatic cooperation",
    "06": "Engage in material cooperation", "07": "Provide aid", "08": "Yield",
    "09": "Investigate", "10": "Demand", "11": "Disapprove", "12": "Reject", "13": "Threaten",
    "14": "Protest", "15": "Exhibit force posture", "16": "Reduce relations", "17": "Coerce",
    "18": "Assault", "19": "Fight", "20": "Use unconventional mass violence",
}  # fmt: skip
QUAD_CLASSES = {
    1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict",
    4: "material conflict",
}  # fmt: skip
CODES = {"EventCode": "cameo-events", "ActionGeo_CountryCode": "fips-countries"}  # their tables
# 1 country, 2 US state, 3 US city or landmark, 4 city or landmark elsewhere, 5 state elsewhere
GEO_TYPES = {1: "country", 2: "admin1", 3: "exact", 4: "exact", 5: "admin1"}
REPORTS = "a row is a report coded by machine, not an event: one event can be many rows"
USES = {
    "GLOBALEVENTID": "events are numbered by their row and files cannot be combined",
    "Actor1Name": "there are no actors, dyads and networks",
    "Actor2Name": "there are no actors, dyads and networks",
    "EventRootCode": "events have no type",
    "QuadClass": "cooperation and conflict cannot be told apart",
    "ActionGeo_FullName": "there are no units by country, and the coverage is unknown",
    "ActionGeo_Lat": "there are no maps",
    "ActionGeo_Long": "there are no maps",
}


def recognise(header: list[str]) -> bool:
    """Return whether these are GDELT's columns, or already the first row of a file of it."""
    names = {fold(h) for h in header}
    return {"globaleventid", "sqldate", "eventcode"} <= names or is_headerless(header)


def is_headerless(first_row: list[str]) -> bool:
    """Return whether this is a row of GDELT: 57, 58 or 61 fields, the first four as it has them.

    Examples
    --------
    >>> row = ["881990832", "20181024", "201810", "2018"]
    >>> is_headerless([*row, *[""] * 54]), is_headerless([*row, *[""] * 27])
    (True, False)
    """
    row = [cell.strip() for cell in first_row]
    told = zip(FIRST_FIELDS, row, strict=False)
    return len(row) in FORMS and all(re.fullmatch(f, c, re.ASCII) for f, c in told)


def find_version(name: str) -> str:
    """Return the day (1.0) or quarter of an hour (2.0) that GDELT's file names carry, else ''.

    Examples
    --------
    >>> find_version("20191024143000.export.CSV"), find_version("20130401.export.CSV.zip")
    ('20191024143000', '20130401')
    """
    found = re.search(r"(?<!\d)(\d{14}|\d{8})\.export", name, re.IGNORECASE)
    return found[1] if found else ""


def load_gdelt(
    source: Readable,
    *,
    quad_class: Sequence[str] | str | None = None,
    version: str | None = None,
    extract: Mapping[str, Any] | None = None,
    accessed: str | None = None,
    keep: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    r"""Load an event file of GDELT 1.0 or 2.0 as an event table, every row accounted for.

    The files have no header: the number of fields tells 1.0 (58, or 57 without SOURCEURL) from 2.0
    (61). A file to which somebody gave a header is read by its names. Tabs separate, and quotes
    are letters. Mentions and the knowledge graph are other tables.

    A row is a report coded by machine and checked by nobody. One event can be many rows, a place
    or an actor can be wrong, and the number of rows follows the number of media. Counts are counts
    of reports.

    Codes stay text, "010" is not "10", and the tables that ship say what they mean: "cameo-events"
    for `sub_event_type`, "fips-countries" for `country_id`, "cameo-countries" for the three letters
    of Actor1CountryCode. A code that its table does not have is noted as a problem and kept.
    Names of a country differ between providers and change; `iso3` does not, where there is one.

    Parameters
    ----------
    source
        Path or file object (.CSV, tab separated; .gz, .zip).
    quad_class
        Classes to keep: "verbal cooperation", "material cooperation", "verbal conflict",
        "material conflict"; by default all rows. The choice stands in the provenance. GDELT puts
        investigations (root 09) under material cooperation and protests (14) under verbal conflict
        in every row of the one file that was measured. `count_dyads` counts classes of conflict as
        opposition and classes of cooperation as cooperation.
    version
        Day (1.0, "20130401") or quarter of an hour (2.0, "20191024143000") of the file; taken from
        GDELT's own file names where not given.
    extract
        What the file was filtered on: dict with countries, start, end, event_types. State it: a
        file holds what was added in its time, with single rows dated a week, a month or a year
        earlier, and by default the coverage would begin there.
    accessed
        The day the data were downloaded, "2026-01-31".
    keep
        Further columns to carry along as text under GDELT's names, e.g. ["NumMentions",
        "GoldsteinScale", "Actor1CountryCode", "DATEADDED", "SOURCEURL"].
    rename
        Corrections of column names, for a file with a header: {"name in the file": "GDELT's name"}.

    Returns
    -------
    DataFrame
        Event table, and `quad_class` in words behind it. `date_start` is SQLDATE, the day of the
        event as the machine read it, not DATEADDED; `date_precision` is missing, for GDELT
        records none. `actor1` and `actor2` are the names, `actor1_id` and `actor2_id` the CAMEO
        codes, as recorded; actor1 acts on actor2 (`directed`), and both can have one name, which is
        then a dyad with itself. The place is that of the action
        (ActionGeo): `country` is the end of its full name, `country_id` its FIPS 10-4 code, not
        ISO; `admin1` is missing where the code names the country only; `geo_precision` is "exact"
        for a city or landmark, whose centroid the coordinates are. `event_type` is the CAMEO root
        in words, `sub_event_type` the EventCode as text. There are no deaths, no violence type
        and no types of actor.

    Raises
    ------
    FileFormatError, ColumnError, OptionError, MissingFileError
        The file is no event file of GDELT; a column or an option is unknown.
    EmptySelectionError
        No row is of these classes.

    Warns
    -----
    DataWarning
        Once with what a row is and the counts of rows left out or changed; where `extract` is not
        stated.

    Examples
    --------
    >>> import io
    >>> import toolkit as ct
    >>> row = ["1", "20160503", "201605", "2016", "2016.3370", *[""] * 53]
    >>> row[26], row[28], row[29], row[51] = "0251", "02", "1", "SZ"
    >>> span = dict(start="2016-05-03", end="2016-05-03")
    >>> events = ct.load_gdelt(io.StringIO("\t".join(row) + "\n"), extract=span)
    >>> events[["event_type", "sub_event_type", "quad_class"]]
      event_type sub_event_type          quad_class
    0     Appeal           0251  verbal cooperation

    The codes in words:

    >>> words = ct.load_table("cameo-events").set_index("code")["name"]
    >>> events["sub_event_type"].map(words).item()
    'Appeal for easing of administrative sanctions'
    >>> countries = ct.load_table("fips-countries").rename(columns={"code": "country_id"})
    >>> events[["country_id"]].merge(countries, how="left")
      country_id         name iso3
    0         SZ  Switzerland  CHE
    """
    wanted = _check_classes(quad_class)
    loaded = open_gdelt(source, keep=keep, rename=rename).read()
    events, facts = loaded.events, loaded.facts
    version = find_version(facts["file"]) if version is None else version
    facts = {**facts, "gaps": "; ".join(filter(None, (facts["gaps"], REPORTS)))}
    events = finish(loaded._replace(facts=facts), dataset=facts["dataset"], version=version,
                    extract=extract, accessed=accessed)  # fmt: skip
    return events if wanted is None else _choose(events, wanted)


def open_gdelt(
    source: Readable, *, keep: Sequence[str] = (), rename: Mapping[str, str] | None = None
) -> EventFile:
    """Open a file of GDELT, to be read whole or piece by piece."""
    names = _check_first_row(read_names(source))
    return EventFile(source, FORM, keep=keep, rename=rename, names=names, quotes=names is None)


def _decide(convert: Conversion, order: str | None) -> Column:
    """Decide on the whole file what 1,5 means and which ids come again, and count the old rows."""
    read_ids(convert, "GLOBALEVENTID")
    start = _dates(convert)
    _point(convert)
    return start


def _convert(convert: Conversion, order: str | None) -> dict[str, Any]:
    ids, start = read_ids(convert, "GLOBALEVENTID"), _dates(convert)
    _note_unknown(convert)
    return {
        "event_id": ids, "dataset": _dataset(convert),
        "date_start": start, "date_end": start, **_place(convert), **_actors(convert),
        "event_type": convert.code("EventRootCode", ROOTS),
        "sub_event_type": convert.text("EventCode"), "directed": True,
        "quad_class": convert.code("QuadClass", QUAD_CLASSES),
    }  # fmt: skip


def _note_unknown(convert: Conversion) -> None:
    """Note codes that their table does not have; they stay as they are."""
    for column, name in CODES.items():
        unknown = convert.column(column).map(functools.partial(_is_unknown, name=name))
        convert.note(unknown, column, f"not in the table {name}")


def _is_unknown(codes: pd.Series, name: str) -> pd.Series:
    return ~codes.isin(_read_codes(name))


@functools.cache
def _read_codes(name: str) -> frozenset[str]:
    return frozenset([*load_table(name)["code"], *MISSING])


def _describe(convert: Conversion, bare: bool) -> dict[str, str]:
    second = convert.has("ActionGeo_ADM2Code")
    form = f"GDELT {'2.0' if second else '1.0'} events, {len(convert.cells.header)} columns"
    return {
        "format": f"{form}, {'without a' if bare else 'with a'} header row",
        "dataset": _dataset(convert), "gaps": tell_gaps(convert, USES),
        "rules": "; ".join([*convert.rules, convert.decisions["added", "DATEADDED"]]),
        "country_ids": "FIPS 10-4", "actor_ids": "CAMEO",
        "header": "none" if bare else "first row", "quotes": "none" if bare else "doubled",
    }  # fmt: skip


def _dataset(convert: Conversion) -> str:
    return "gdelt-events-2" if convert.has("ActionGeo_ADM2Code") else "gdelt-events-1"


def _check_first_row(row: list[str]) -> list[str] | None:
    """Return the names that the number of fields stands for, None where there is a header."""
    if is_headerless(row):
        return list(FORMS[len(row)])
    if row and row[0].strip().isdigit():
        raise FileFormatError(
            f"The first line has {len(row)} fields and begins with {', '.join(row[:4])[:80]}.",
            "57, 58 (GDELT 1.0) or 61 (2.0) fields between tabs; the first are the id, the day as "
            "YYYYMMDD, its month and its year.",
            "look at the first line: it may be cut short, or the file a table of mentions",
        )
    return None


def _dates(convert: Conversion) -> Column:
    """Return the days of the events; decide in words how they lie to the days they were added."""
    year = convert.integer("Year") if convert.has("Year") else None
    start = convert.date("SQLDATE", year=year)
    convert.leave_out(start.map(pd.isna), "SQLDATE", "no date: the event cannot be placed in time")
    said = convert.column("DATEADDED")
    added = said.map(_read_day)
    convert.note(said.map(lambda v: v.ne("") & added.values.isna()), "DATEADDED", "not a date")
    later = combine(pd.Series.gt, start, added)
    convert.note(later, "SQLDATE", "dated after the day on which it was added")
    convert.decide("added", "DATEADDED", lambda: _tell_added(start, added))
    return start


def _read_day(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values.str[:8], format="%Y%m%d", errors="coerce")


def _tell_added(start: Column, added: Column) -> str:
    rule, days = "date_start is SQLDATE", added.values
    if days.notna().any():
        earlier = len(combine(pd.Series.lt, start, added).where())
        rule += f", {earlier:,} rows dated before the day they were added, "
        rule += f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d} (DATEADDED)"
    return rule


def _point(convert: Conversion) -> dict[str, Column]:
    """Return where the action was; the full name ends with the country, as in "Bahamas, The"."""
    country = convert.text("ActionGeo_FullName", by=_last_part)
    lat, lon = convert.coordinates("ActionGeo_Lat", "ActionGeo_Long", within=country)
    return {"country": country, "latitude": lat, "longitude": lon}


def _last_part(names: pd.Series) -> pd.Series:
    return names.str.extract(r"([^,]*(?:, The)?)$", expand=False).str.strip()


def _place(convert: Conversion) -> dict[str, Column]:
    code, admin1 = convert.text("ActionGeo_CountryCode"), convert.text("ActionGeo_ADM1Code")
    return {
        **_point(convert), "country_id": code, "location": convert.text("ActionGeo_FullName"),
        "admin1": combine(lambda one, whole: one.mask(one.eq(whole).fillna(False)), admin1, code),
        "admin2": convert.text("ActionGeo_ADM2Code"),
        "geo_precision": convert.code("ActionGeo_Type", GEO_TYPES, missing=("0",)),
        "geo_precision_code": convert.text("ActionGeo_Type"),
    }  # fmt: skip


def _actors(convert: Conversion) -> dict[str, Column]:
    named = {"": "Name", "_id": "Code"}
    return {f"actor{n}{k}": convert.text(f"Actor{n}{f}") for n in (1, 2) for k, f in named.items()}


FORM = Form(
    provider="GDELT",
    known=KNOWN,
    needed="SQLDATE",
    ids="GLOBALEVENTID",
    unused=UNUSED,
    silent=SILENT,
    deciding=[
        *"GLOBALEVENTID SQLDATE Year DATEADDED".split(),
        *"ActionGeo_FullName ActionGeo_Lat ActionGeo_Long".split(),
    ],
    decide=_decide,
    convert=_convert,
    describe=_describe,
)


def _check_classes(quad_class: Sequence[str] | str | None) -> list[str] | None:
    if quad_class is None:
        return None
    wanted = [quad_class] if isinstance(quad_class, str) else list(quad_class)
    for name in wanted:
        check_option("quad_class", name, QUAD_CLASSES.values())
    return wanted


def _choose(events: pd.DataFrame, wanted: list[str]) -> pd.DataFrame:
    """Keep the rows of these classes, and record it."""
    record = read_record(events)
    kept = events[events["quad_class"].isin(wanted)].reset_index(drop=True)
    said = f"quad_class {' or '.join(wanted)}"
    if kept.empty:
        raise EmptySelectionError(
            f"None of {len(events):,} rows is of the {said}.",
            f"classes in the file: {', '.join(sorted(events['quad_class'].dropna().unique()))}.",
            "load_gdelt(path), for all of them",
        )
    filters = "; ".join(s for s in (record.get("filters", ""), said) if s)
    step = f"{len(events):,} events filtered to {len(kept):,}"
    return add_step(kept, record, step, filters=filters)
