"""The ledger of a folder of events: which parts count, from which files, with what left out.

A dataset is a folder. The events lie in `dataset=NAME/year=YYYY/*.parquet`, the problems of the
files in `_problems/`. The files were taken in batches, and each batch has one entry in `_ledger/`
that names its parts and its files. The entry is what counts: it is written last and in one step,
a part that no entry names is never read, and it is removed at the next start.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.datasets.folder import FULL, UNFINISHED, try_lock, write_whole
from toolkit.errors import FileFormatError, FolderError, ToolkitError

LEDGER = "_ledger"
PROBLEMS = "_problems"
FORM = 1  # of the entries: a later form has a higher number
OURS = re.compile(r"\d{6}-[0-9a-f]{8}\.(parquet|json)(\.part)?")


class Entry(NamedTuple):
    """One batch: its name, its parts, its files, and the batches that it takes the place of."""

    batch: str
    parts: list[dict[str, Any]]
    files: list[dict[str, Any]]
    replaces: list[str]


def is_dataset(folder: Path) -> bool:
    """Say whether a folder is one that `to_parquet` wrote."""
    return (folder / LEDGER).is_dir()


def read_entries(folder: Path) -> list[Entry]:
    """Return the entries of a folder, oldest first; raise where a part they name is not there."""
    entries = [_read_entry(path) for path in sorted((folder / LEDGER).glob("[0-9]*.json"))]
    gone = {batch for entry in entries for batch in entry.replaces}
    entries = [entry for entry in entries if entry.batch not in gone]
    for entry in entries:
        for part in entry.parts:
            path = folder / part["path"]
            if not path.is_file() or path.stat().st_size != part["bytes"]:
                raise FileFormatError(
                    f"{folder} is not whole: {part['path']} was removed or changed.",
                    "the parts as to_parquet wrote them.",
                    f'bring it back; or remove the folder and ct.to_parquet(paths, "{folder}")',
                )
    return entries


def _read_entry(path: Path) -> Entry:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["form"] > FORM:
            raise ValueError
        common = said["common"]
        files = [{**f, "record": {**common, **f["record"]}} for f in said["files"]]
        return Entry(path.stem, said["parts"], files, said["replaces"])
    except (ValueError, KeyError, TypeError):
        raise FileFormatError(
            f"{path} cannot be read: it was changed, or is of a later version of the toolkit.",
            f"an entry as to_parquet writes it, form {FORM}.",
            "remove the folder and call to_parquet again; or upgrade conflict-toolkit",
        ) from None


def write_entry(folder: Path, entry: Entry) -> None:
    """Write the entry of a batch whose parts are in place: from now on they count."""
    records = [file["record"] for file in entry.files]
    # thousands of files say much the same: that is written once
    common = {k: v for k, v in records[0].items() if all(r.get(k) == v for r in records)}
    files = [
        {**f, "record": {k: v for k, v in f["record"].items() if k not in common}}
        for f in entry.files
    ]
    said = {"form": FORM, "replaces": entry.replaces, "parts": entry.parts, "common": common,
            "files": files}  # fmt: skip
    text = json.dumps(said, indent=1, ensure_ascii=False)
    write_whole(folder / LEDGER / f"{entry.batch}.json", text + "\n")


def name_batch(folder: Path) -> str:
    """Return a name for the next batch, which no batch ever had."""
    numbers = [int(path.name[:6]) for path in (folder / LEDGER).glob("[0-9]*.json")]
    return f"{max(numbers, default=0) + 1:06}-{secrets.token_hex(4)}"


@contextlib.contextmanager
def working(folder: Path) -> Iterator[None]:
    """Make the folder, and be the only process that writes there; say what went wrong, if it did.

    The operating system lets go of the lock when a process ends, however it ends.
    """
    try:
        _refuse_other(folder)
        (folder / LEDGER).mkdir(parents=True, exist_ok=True)
        with (folder / LEDGER / "lock").open("a+b") as stream:
            if not try_lock(stream):
                raise FolderError(
                    f"Another process is writing into {folder}.",
                    "one process at a time.",
                    "wait until it has ended, then call this again; or take another folder",
                )
            yield
    except ToolkitError:  # some are kinds of OSError
        raise
    except OSError as error:
        raise _folder_error(folder, error) from None


def _folder_error(folder: Path, error: OSError) -> FolderError:
    if error.errno in FULL:
        return FolderError(
            f"The disk is full: no room for the events in {folder}.",
            "about a fifth of the size of the files (unpacked) as free space.",
            "make room and call this again: what was written before stays and is not read again",
        )
    return FolderError(
        f"{folder} cannot be used: {error.strerror or error}.",
        "a folder that you may write to, on a disk that can lock files, and files you may read.",
        'ct.to_parquet(paths, "a/folder/of/yours")',
    )


def _refuse_other(folder: Path) -> None:
    """Raise for a folder that holds something else, which must not be mixed or removed."""
    if is_dataset(folder) or not folder.exists():
        return
    if not folder.is_dir():
        raise FolderError(f"{folder} is a file.", "a new folder.", 'ct.to_parquet(paths, "events")')
    held = sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))
    if held:
        raise FolderError(
            f"{folder} holds something else: {', '.join(held[:5])[:200]}.",
            "a new or empty folder, or one that to_parquet wrote.",
            f'ct.to_parquet(paths, "{folder / "events"}")',
        )


def clean(folder: Path, entries: list[Entry]) -> list[Path]:
    """Remove what interrupted runs left behind, and return what in the folder is not ours."""
    named = {folder / part["path"] for entry in entries for part in entry.parts}
    named |= {folder / LEDGER / f"{entry.batch}.json" for entry in entries}
    named |= {folder / PROBLEMS / f"{entry.batch}.parquet" for entry in entries}
    places = [f"{LEDGER}/*.json*", f"{PROBLEMS}/*.parquet*", "dataset=*/year=*/*"]
    found = [path for place in places for path in sorted(folder.glob(place)) if path.is_file()]
    ours = [p for p in found if OURS.fullmatch(p.name) or p.name.endswith(".json" + UNFINISHED)]
    for path in ours:
        if path not in named:
            path.unlink(missing_ok=True)
    for path in sorted(folder.glob("dataset=*/**/"), reverse=True):
        with contextlib.suppress(OSError):  # which is not empty
            os.rmdir(path)
    return [path for path in folder.rglob("*.parquet") if path not in named and path.is_file()]
