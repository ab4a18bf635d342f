"""What lies in the cache: listed, checked against its recorded hashes, removed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.datasets.catalog import find_entry, read_catalog
from toolkit.datasets.folder import (
    LEDGER,
    UNFINISHED,
    cache_folder,
    hash_file,
    locked,
    read_ledger,
    writing,
)
from toolkit.errors import MissingFileError

COLUMNS = ["dataset", "version", "file", "bytes", "sha256", "basis", "seen", "origin", "state"]


def list_downloads() -> pd.DataFrame:
    """List the files in the cache without reading them.

    Returns
    -------
    DataFrame
        One row per file: `dataset`, `version`, `file`, `bytes`, `sha256`, `basis` ("in the
        catalog", or "first seen": recorded from the first file, never compared with the
        provider's word), `seen` (the day), `origin` (address, "put there by hand" or the archive
        it was unpacked from) and `state` ("there", "missing", "not recorded", "unfinished").

    Examples
    --------
    >>> import toolkit as ct
    >>> list(ct.datasets.list_downloads())[:3]
    ['dataset', 'version', 'file']
    """
    return _table(lambda path, recorded: "there", None)


def check_downloads(name: str | None = None) -> pd.DataFrame:
    """Check the files in the cache against the hashes recorded of them.

    Parameters
    ----------
    name
        A dataset; by default all.

    Returns
    -------
    DataFrame
        As `list_downloads`; `state` is "as recorded" or "changed" for files that are there.

    Raises
    ------
    OptionError
        The dataset is unknown.
    """
    if name is not None:
        find_entry(name)
    return _table(_compare, name)


def remove_downloads(name: str, *, version: str | None = None) -> list[Path]:
    """Remove a dataset from the cache, with the hashes recorded of it.

    Parameters
    ----------
    name
        The dataset.
    version
        One version; by default all.

    Returns
    -------
    list of Path
        The folders that were removed.

    Raises
    ------
    OptionError, MissingFileError
        The dataset is unknown, or nothing of it is in the cache.
    """
    find_entry(name)
    folders = [f for n, f in _folders() if n == name and version in (None, f.name)]
    if not folders:
        raise MissingFileError(
            f"{name} {version or ''}".strip() + f" is not in {cache_folder()}.",
            (", ".join(f"{n} {f.name}" for n, f in _folders()) or "nothing is there") + ".",
            "python -m toolkit data list",
        )
    for folder in folders:
        with writing(folder), locked(folder):
            shutil.rmtree(folder)
    return folders


def _folders() -> Iterator[tuple[str, Path]]:
    """Yield the folders of the cache that are a dataset's, each with the dataset's name."""
    top = cache_folder()
    with writing(top):
        for name in read_catalog():
            if (top / name).is_dir():
                versions = (top / name).iterdir()
                yield from ((name, f) for f in sorted(versions) if f.is_dir())


def _table(state: Callable[[Path, dict[str, Any]], str], name: str | None) -> pd.DataFrame:
    rows = []
    for dataset, folder in _folders():
        if name in (None, dataset):
            with writing(folder):
                for file, facts in _describe(folder, state):
                    rows.append({"dataset": dataset, "version": folder.name, "file": file, **facts})
    return pd.DataFrame(rows, columns=COLUMNS)


def _describe(
    folder: Path, state: Callable[[Path, dict[str, Any]], str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    recorded = read_ledger(folder)["files"]
    for file, facts in recorded.items():
        there = (folder / file).is_file()
        yield file, {**facts, "state": state(folder / file, facts) if there else "missing"}
    for path in sorted(folder.iterdir()):
        if (
            path.name not in recorded
            and path.name != LEDGER
            and not path.name.endswith(f"{UNFINISHED}.json")
        ):
            unfinished = path.name.endswith(UNFINISHED)
            yield (
                path.name,
                {
                    "bytes": path.stat().st_size,
                    "state": "unfinished" if unfinished else "not recorded",
                },
            )


def _compare(path: Path, recorded: dict[str, Any]) -> str:
    return "as recorded" if hash_file(path) == recorded["sha256"] else "changed"
