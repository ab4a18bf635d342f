"""The catalog: a dataset's name -> title, versions, licence, citation, coverage and its holes.

It names what ships with the toolkit and what its loaders read. `data/` lies beside the package in
a checkout and inside it in an installed wheel. Keys of `catalog.toml`: `file` (below data/, of what
ships), `period` (of tables of counts: their frequency), `country_ids` (the provider's system),
`country_starts` (a table of the days from which countries are covered), `coverage` (of a table that
ships); for each version its `rows`, `start`, `end`, the `countries` it is limited to, and its
`holes` (countries it leaves out).
"""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.errors import MissingFileError, OptionError, did_you_mean, warn
from toolkit.events import check_day, find_outside
from toolkit.provenance import COVERAGE_COLUMNS, cut_spans, find_spans, pack_coverage, stamp

EXTRACT_KEYS = ("countries", "start", "end", "event_types")


@functools.cache
def read_catalog() -> dict[str, dict[str, Any]]:
    """Return the catalog as nested dicts, name of the dataset first."""
    return tomllib.loads(Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8"))


def list_datasets() -> pd.DataFrame:
    """List the datasets that the toolkit knows: what ships, and what its loaders read.

    Returns
    -------
    DataFrame
        Index `name`; columns `title`, `version` (known ones, newest first), `licence`, `start`
        and `end` of the newest version, `holes` (countries it leaves out), `ships` (bool) and
        `citation`.

    Examples
    --------
    >>> import toolkit as ct
    >>> ct.list_datasets().loc["ucdp-ged", "licence"]
    'CC BY 4.0'
    """
    rows = {}
    for name, entry in read_catalog().items():
        versions = entry.get("versions", {})
        newest = next(iter(versions.values()), entry)
        holes = {v: r["holes"] for v, r in versions.items() if r.get("holes")}
        rows[name] = {
            "title": entry["title"],
            "version": ", ".join(versions) or entry.get("version", ""),
            "licence": entry["licence"],
            "start": newest.get("start"),
            "end": newest.get("end"),
            "holes": "; ".join(f"{v} without {', '.join(h)}" for v, h in holes.items()),
            "ships": "file" in entry,
            "citation": entry["citation"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def find_entry(name: str) -> dict[str, Any]:
    """Return the catalog's entry of a dataset, or say which names are near."""
    catalog = read_catalog()
    if name not in catalog:
        raise OptionError(
            f"There is no dataset {name!r} in the catalog.",
            did_you_mean(name, catalog),
            "ct.list_datasets()",
        )
    return catalog[name]


def find_file(name: str) -> Path:
    """Return the path of a dataset that ships with the toolkit.

    Raises
    ------
    OptionError
        The dataset is not in the catalog, or does not ship.
    MissingFileError
        The installation is damaged: the file is not there.
    """
    entry = find_entry(name)
    if "file" not in entry:
        raise OptionError(
            f"{name} does not ship with the toolkit.",
            ", ".join(n for n, e in read_catalog().items() if "file" in e) + ".",
            f"download it from {entry.get('url', 'its provider')} and load the file",
        )
    path = data_folder() / entry["file"]
    if not path.is_file():
        raise MissingFileError(
            f"{path} is not there.",
            "the files that ship with the toolkit, all in one folder.",
            "pip install --force-reinstall conflict-toolkit",
        )
    return path


def data_folder() -> Path:
    """Return the folder of the data that ship: in the package, or beside it in a checkout."""
    package = Path(__file__).parent
    for folder in (package / "data", package.parent / "data"):
        if folder.is_dir():
            return folder
    raise MissingFileError(
        f"The data that ship with the toolkit are not in {package}.",
        "an installed wheel, or a checkout with data/ beside toolkit/.",
        "pip install --force-reinstall conflict-toolkit",
    )


def load_table(name: str) -> pd.DataFrame:
    """Load a derived table that ships (counts, not events), with its provenance.

    Parameters
    ----------
    name
        As in `list_datasets`, e.g. "ucdp-syria-province-month".

    Returns
    -------
    DataFrame
        Columns as the README in its folder under data/ says; `period` is a pandas Period.

    Raises
    ------
    OptionError
        The dataset is unknown, does not ship, or is not a table.

    Examples
    --------
    >>> import toolkit as ct
    >>> table = ct.load_table("ucdp-syria-province-month")
    >>> august = table[table["admin1"].eq("Idlib Governorate") & table["period"].eq("2019-08")]
    >>> august.loc[august["selection"] == "all", "fatalities"].sum()
    np.int64(950)
    """
    path = find_file(name)
    tables = [n for n, e in read_catalog().items() if "period" in e]
    _check_kind(name, tables, "is not a table of counts", "ct.load_table")
    table = pd.read_csv(path, keep_default_na=False, na_values=[""], encoding="utf-8")
    if "period" in table:
        table["period"] = pd.PeriodIndex(
            table["period"].astype("str"), freq=find_entry(name)["period"]
        )
    return stamp(table, describe_dataset(name), coverage=_shipped_coverage(name))


def load_boundaries(name: str) -> dict[str, Any]:
    """Load boundaries that ship, as a GeoJSON FeatureCollection.

    Parameters
    ----------
    name
        "sample-boundaries", "countries" or "syria-governorates".

    Returns
    -------
    dict
        GeoJSON; each feature has `properties["name"]`, coordinates in degrees (WGS 84).

    Raises
    ------
    OptionError
        The dataset is unknown or holds no boundaries.

    Examples
    --------
    >>> import toolkit as ct
    >>> len(ct.load_boundaries("syria-governorates")["features"])
    15
    """
    path = find_file(name)
    maps = [n for n, e in read_catalog().items() if e.get("file", "").endswith(".geojson")]
    _check_kind(name, maps, "holds no boundaries", "ct.load_boundaries")
    boundaries: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return boundaries


def _check_kind(name: str, allowed: list[str], fault: str, call: str) -> None:
    if name not in allowed:
        raise OptionError(f"{name} {fault}.", ", ".join(allowed) + ".", f"{call}({allowed[0]!r})")


def describe_dataset(name: str, version: str = "") -> dict[str, str]:
    """Return what the provenance of a table from this dataset says: title, licence, citation."""
    entry = find_entry(name)
    release = entry.get("versions", {}).get(version, {})
    citation = ". ".join(c for c in (entry["citation"], release.get("citation")) if c)
    record = {"dataset": name, "version": version or entry.get("version"), "citation": citation}
    record |= {k: entry.get(k) for k in ("title", "licence", "url", "country_ids")}
    return {k: v for k, v in record.items() if v}


def find_invented(events: pd.DataFrame, dataset: str) -> tuple[str, str] | None:
    """Return name and version of the invented sample if these events are taken from it, else None.

    An invented country's name in one event's country or actors is enough, however the file was cut
    or renamed: an invented event must never stand under a real dataset's name.
    """
    said = [events[c].dropna().unique() for c in ("country", "actor1", "actor2") if c in events]
    words = " ".join(str(name) for names in said for name in names).casefold()
    for name, entry in read_catalog().items():
        for version, release in entry.get("versions", {}).items():
            same_form = entry.get("form_of") == dataset
            if same_form and any(c.casefold() in words for c in release["countries"]):
                return name, version
    return None


def _shipped_coverage(name: str) -> str | None:
    rows = find_entry(name).get("coverage")
    if not rows:
        return None
    filled = [{"dataset": name, "version": find_entry(name).get("version", ""), "country": "*",
               "event_types": "*", "basis": "catalog", **r} for r in rows]  # fmt: skip
    spans = pd.DataFrame(filled)[COVERAGE_COLUMNS]
    return pack_coverage(
        spans.assign(start=pd.to_datetime(spans["start"]), end=pd.to_datetime(spans["end"]))
    )


# --------------------------------------------------------------------------------- coverage


def state_coverage(
    events: pd.DataFrame,
    *,
    dataset: str,
    version: str,
    rows: int,
    extract: Mapping[str, Any] | None,
    accessed: str | None = None,
) -> pd.DataFrame:
    """State what a loaded file covers: the catalog's span, cut to the release and to `extract`.

    A file counts as the whole release only if the version is known and it has as many rows as the
    catalog says the release has: then every country is covered, the holes excepted. Anything
    else is somebody's extract: the countries are those seen or stated, the span is that stated,
    else the first to the last event of the file, with a warning. No extract covers more than the
    release it is from.

    Parameters
    ----------
    events
        Event table as loaded.
    dataset, version
        Name in the catalog and version, "" where unknown.
    rows
        Rows in the file.
    extract
        What the file was filtered on: countries, start, end, event_types.
    accessed
        The day of download: what had not happened yet is not covered.

    Returns
    -------
    DataFrame
        A coverage table as `toolkit.provenance.coverage` describes it; `start` and `end` missing
        for a hole.
    """
    extract = check_extract(extract)
    release = find_entry(dataset).get("versions", {}).get(version, {})
    whole = bool(release) and release["rows"] == rows
    days = events["date_start"]
    seen: dict[str, Any] = {"start": days.min(), "end": days.max()}
    stated: dict[str, Any] = {k: extract[k] for k in seen if k in extract}
    cut = stated if whole else {**seen, **stated}
    spans = _release_spans(release or cut, dataset, version)
    if not whole:
        spans["basis"] = _basis(list(stated))
    countries = extract.get("countries") or ([] if whole else _seen_countries(events))
    if countries:
        spans = pd.concat([find_spans(spans, c) for c in countries], ignore_index=True)
    spans = cut_spans(cut_spans(spans, **cut), start=_country_starts(dataset, spans))
    if accessed is not None:
        spans = cut_spans(spans, end=check_day("accessed", accessed))
    if "event_types" in extract:
        spans["event_types"] = "; ".join(extract["event_types"])
    if not whole and len(stated) < 2:
        _warn_span(spans, [k for k in seen if k not in stated])
    _warn_outside(events, spans)
    return spans[COVERAGE_COLUMNS]


def check_extract(extract: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a file was filtered on, days as Timestamps and names as lists, or raise."""
    extract = dict(extract or {})
    for key, value in extract.items():
        if key not in EXTRACT_KEYS:
            raise OptionError(
                f"extract has the unknown key {key!r}.",
                ", ".join(EXTRACT_KEYS) + ".",
                'extract=dict(countries=["Syria"], start="2016-01-01", end="2019-11-30")',
            )
        if key in ("start", "end"):
            extract[key] = check_day(f"extract {key}", value)
        else:
            extract[key] = [value] if isinstance(value, str) else list(value)
    if "start" in extract and "end" in extract and extract["start"] > extract["end"]:
        raise OptionError(
            f"extract starts on {extract['start']:%Y-%m-%d}, after its end.",
            "a start on or before the end.",
            f'extract=dict(start="{extract["end"]:%Y-%m-%d}", end="{extract["start"]:%Y-%m-%d}")',
        )
    return extract


def _seen_countries(events: pd.DataFrame) -> list[str]:
    return sorted(events["country"].dropna().unique()) or ["*"]


def _release_spans(release: Mapping[str, Any], dataset: str, version: str) -> pd.DataFrame:
    """Return the coverage of a release: its span for its countries, and its holes."""
    countries, holes = release.get("countries", ["*"]), release.get("holes", [])
    spans = pd.DataFrame({"dataset": dataset, "version": version, "country": [*countries, *holes]})
    spans["start"], spans["end"] = pd.Timestamp(release["start"]), pd.Timestamp(release["end"])
    spans["event_types"] = "*"
    spans["basis"] = "whole release, by its number of rows"
    hole = spans["country"].isin(holes)
    return spans.assign(start=spans["start"].mask(hole), end=spans["end"].mask(hole),
                        basis=spans["basis"].mask(hole, "left out of the release"))  # fmt: skip


def _basis(stated: list[str]) -> str:
    if len(stated) == 2:
        return "stated when loaded"
    events = "first to last event in the file"
    return f"{stated[0]} stated when loaded, else {events}" if stated else events


def _country_starts(dataset: str, spans: pd.DataFrame) -> pd.Series:
    """Return the day from which the provider covers each row's country, NaT where unknown."""
    entry = find_entry(dataset)
    if "country_starts" not in entry:
        return pd.Series(pd.NaT, index=spans.index)
    table = pd.read_csv(data_folder() / entry["country_starts"], keep_default_na=False)
    return pd.to_datetime(spans["country"].map(table.set_index("country")["start"]))


def _warn_span(spans: pd.DataFrame, missing: list[str]) -> None:
    first, last = spans["start"].min(), spans["end"].max()
    span = "nothing" if pd.isna(first) else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    warn(
        f"What the file was filtered on is not stated ({' and '.join(missing)}): the events "
        f"decide, and its coverage is taken as {span}. A zero at its edges may be a gap; state it: "
        'extract=dict(countries=[...], start="...", end="...").'
    )


def _warn_outside(events: pd.DataFrame, spans: pd.DataFrame) -> None:
    """Warn where events lie outside the coverage stated: one of the two is wrong."""
    outside = int(find_outside(events, spans).sum())
    if outside:
        warn(
            f"{outside:,} of {len(events):,} events lie outside the coverage of the file (in "
            "country or date); they stay in the table, but panels will not count them. See "
            "ct.coverage(events)."
        )
