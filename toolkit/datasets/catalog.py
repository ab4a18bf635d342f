"""The catalog: a dataset's name -> title, versions, licence, citation, coverage and its holes.

It names what ships with the toolkit, what its loaders read and what can be fetched. `data/` lies
beside the package in a checkout and inside it in an installed wheel. Keys of `catalog.toml`:
`file` (below data/, of what ships), `period` (of tables of counts: their frequency), `codes` (of
tables of codes, which are all text), `country_ids` (the provider's system), `country_starts` (a
table of the days from which countries are covered), `coverage` (of a table that ships),
`references` (keys of `references.toml`), `attribution` (the words the provider asks for),
`how_to_get` (where no address gives the file), `release_pattern` and `release_url` (of releases
that follow a rule: their form and their address; `release_form` and `release_example` say it in
words), `candidate_of` (the dataset it comes before). For each version, as far as it was read: its
`rows`, `start`, `end`, the `countries` it is limited to, its `holes` (countries it leaves out), the
`download` (the provider's address of the file), the `member` of the archive that is wanted and the
`sha256` of the download.
"""

from __future__ import annotations

import functools
import json
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from toolkit.errors import MissingFileError, OptionError, did_you_mean
from toolkit.provenance import COVERAGE_COLUMNS, pack_coverage, stamp


class Download(NamedTuple):
    """One file of a provider: where it is, what it is called, what is wanted of it."""

    dataset: str
    version: str
    title: str
    url: str
    member: str
    sha256: str

    @property
    def filename(self) -> str:
        """Return the provider's name of the file."""
        return self.url.rpartition("/")[2]


@functools.cache
def read_catalog() -> dict[str, dict[str, Any]]:
    """Return the catalog as nested dicts, name of the dataset first."""
    return tomllib.loads((_package() / "catalog.toml").read_text(encoding="utf-8"))


def list_datasets() -> pd.DataFrame:
    """List the datasets that the toolkit knows: what ships, can be fetched or is read by loaders.

    Returns
    -------
    DataFrame
        Index `name`; columns `title`, `version` (known ones, newest first), `licence`, `start`
        and `end` of the newest version, `holes` (countries it leaves out), `ships` (bool),
        `fetchable` (bool: `ct.fetch_dataset` knows an address), `url` and `citation`.

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
            "fetchable": is_fetchable(entry),
            "url": entry.get("url", ""),
            "citation": entry["citation"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def is_fetchable(entry: dict[str, Any]) -> bool:
    """Say whether the catalog has an address for at least one version."""
    return "release_url" in entry or any(
        "download" in r for r in entry.get("versions", {}).values()
    )


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


def find_download(name: str, version: str | None = None) -> Download:
    """Return the file of a version of a dataset, by default of the newest in the catalog.

    Raises
    ------
    OptionError
        The dataset or version is unknown, or the file is not to be had by an address: the error
        says how to get it.
    """
    entry = find_entry(name)
    if not is_fetchable(entry):
        raise OptionError(
            f"{name} cannot be fetched by its name.",
            ", ".join(n for n, e in read_catalog().items() if is_fetchable(e)) + ".",
            entry.get("how_to_get") or f"see {entry.get('url', 'its provider')}",
        )
    version = _newest(name, entry) if version is None else str(version)
    release = entry.get("versions", {}).get(version, {})
    url = release.get("download") or _by_rule(entry, version)
    if not url:
        raise _unknown(name, entry, version)
    return Download(
        name, version, f"{entry['title']} {version}", url,
        release.get("member", ""), release.get("sha256", ""),
    )  # fmt: skip


def _newest(name: str, entry: dict[str, Any]) -> str:
    if "release_url" in entry:  # which is the newest of these the catalog does not know
        raise OptionError(
            f"{name} needs the release: there are many, and more every month.",
            entry["release_form"] + ".",
            f'ct.fetch_dataset("{name}", version="{entry["release_example"]}")',
        )
    return next(v for v, r in entry["versions"].items() if "download" in r)


def _by_rule(entry: dict[str, Any], version: str) -> str:
    """Return the address of a release that follows the provider's rule, '' where none does."""
    if "release_url" not in entry or not re.fullmatch(entry["release_pattern"], version, re.ASCII):
        return ""
    url: str = entry["release_url"]
    return url.format(version=version, underscored=version.replace(".", "_"))


def _unknown(name: str, entry: dict[str, Any], version: str) -> OptionError:
    known = [v for v, r in entry.get("versions", {}).items() if "download" in r]
    example = entry.get("release_example") or known[0]
    return OptionError(
        f"{name} has no version {version!r} whose address is known.",
        entry["release_form"] + "." if "release_form" in entry else did_you_mean(version, known),
        f'ct.fetch_dataset("{name}", version="{example}")',
    )


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
            f'ct.fetch_dataset("{name}"), or load a file from {entry.get("url", "its provider")}'
            if is_fetchable(entry)
            else f"download it from {entry.get('url', 'its provider')} and load the file",
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
    package = _package()
    for folder in (package / "data", package.parent / "data"):
        if folder.is_dir():
            return folder
    raise MissingFileError(
        f"The data that ship with the toolkit are not in {package}.",
        "an installed wheel, or a checkout with data/ beside toolkit/.",
        "pip install --force-reinstall conflict-toolkit",
    )


def _package() -> Path:
    return Path(__file__).parents[1]


def load_table(name: str) -> pd.DataFrame:
    """Load a table that ships (counts or the meaning of codes, not events), with its provenance.

    Parameters
    ----------
    name
        As in `list_datasets`, e.g. "ucdp-syria-province-month", "cameo-events", "fips-countries".

    Returns
    -------
    DataFrame
        Columns as the README in its folder under data/ says; `period` is a pandas Period, and
        tables of codes are all text, so that "010" keeps its zero.

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
    >>> ct.load_table("cameo-events").set_index("code").loc["0211", "name"]
    'Appeal for economic cooperation'
    """
    path = find_file(name)
    tables = [n for n, e in read_catalog().items() if e.keys() & {"period", "codes"}]
    _check_kind(name, tables, "is not a table of counts or codes", "ct.load_table")
    dtype = "str" if "codes" in find_entry(name) else None
    table = pd.read_csv(path, dtype=dtype, keep_default_na=False, na_values=[""], encoding="utf-8")
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
    """Return what the provenance of a table from this dataset says: title, licence, citation.

    A version of UCDP GED that has the form of a candidate release is described as one.
    """
    entry = _candidate_entry(name, version) or find_entry(name)
    release = entry.get("versions", {}).get(version, {})
    citation = ". ".join(c for c in (entry["citation"], release.get("citation")) if c)
    references = [*entry.get("references", []), *release.get("references", [])]
    record = {"dataset": name, "version": version or entry.get("version"), "citation": citation}
    record |= {k: entry.get(k) for k in ("title", "licence", "url", "country_ids", "attribution")}
    record["references"] = "; ".join(references)
    return {k: v for k, v in record.items() if v}


def _candidate_entry(name: str, version: str) -> dict[str, Any] | None:
    for entry in read_catalog().values():
        if entry.get("candidate_of") == name and re.fullmatch(entry["release_pattern"], version):
            return entry
    return None


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
            if same_form and any(c.casefold() in words for c in release.get("countries", [])):
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
