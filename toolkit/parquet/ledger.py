"""The ledger of a folder of events: which parts count, from which files, with what left out.

A dataset is a folder. The events lie in `dataset=NAME/year=YYYY/*.parquet`, the problems of the
files in `_problems/`. The files were taken in batches, and each batch has one entry in `_ledger/`
that names its parts and its files. The entry is what counts: it is written last and in one step,
and a part that no entry names is never read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.errors import FileFormatError

LEDGER = "_ledger"
PROBLEMS = "_problems"
FORM = 1  # of the entries: a later form has a higher number


class Entry(NamedTuple):
    """One batch: its name, its parts (path, dataset, rows, bytes, further columns), its files."""

    batch: str
    parts: list[dict[str, Any]]
    files: list[dict[str, Any]]


def is_dataset(folder: Path) -> bool:
    """Say whether a folder is one that `to_parquet` wrote."""
    return (folder / LEDGER).is_dir()


def read_entries(folder: Path) -> list[Entry]:
    """Return the entries of a folder, oldest first; raise where a part they name is not there."""
    entries = [_read_entry(path) for path in sorted((folder / LEDGER).glob("*.json"))]
    for entry in entries:
        for part in entry.parts:
            path = folder / part["path"]
            if not path.is_file() or path.stat().st_size != part["bytes"]:
                raise FileFormatError(
                    f"{folder} is not whole: {part['path']} was removed or changed.",
                    "the parts as to_parquet wrote them.",
                    f"bring it back, or remove the folder and call ct.to_parquet(paths, {folder})",
                )
    return entries


def _read_entry(path: Path) -> Entry:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["form"] > FORM:
            raise ValueError
        return Entry(path.stem, said["parts"], said["files"])
    except (ValueError, KeyError, TypeError):
        raise FileFormatError(
            f"{path} cannot be read: it was changed, or is of a later version of the toolkit.",
            f"an entry as to_parquet writes it, form {FORM}.",
            "remove the folder and call to_parquet again; or upgrade conflict-toolkit",
        ) from None
