"""Which files are given, which of them are in the folder already, and which are to be read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.datasets.folder import hash_file
from toolkit.errors import ChangedFileError, MissingFileError, OptionError
from toolkit.parquet.ledger import Entry

ENDINGS = (".csv", ".tab", ".tsv", ".txt", ".gz", ".zip", ".xlsx", ".json")
UNPACKED = 6  # times the size of a .gz or .zip: what text of events comes to, about


class Candidate(NamedTuple):
    """A file that was given: where it is, its name in the ledger, and what tells it unchanged."""

    path: Path
    name: str
    size: int
    changed: int
    asked: bool  # by its own name, not found in a folder

    @property
    def weight(self) -> int:
        """Return about how many bytes of text are in it."""
        packed = self.path.suffix.lower() in (".gz", ".zip")
        return self.size * (UNPACKED if packed else 1)


class Plan(NamedTuple):
    """What is to be read, what else there is to say of files, and the batches to be replaced."""

    todo: list[Candidate]
    others: list[dict[str, Any]]
    replaces: list[str]


def find_candidates(
    paths: Sequence[str | os.PathLike[str]], folder: Path
) -> tuple[list[Candidate], list[dict[str, Any]]]:
    """Return the files given and those in the folders given, and the ones of another kind.

    Hidden files, and the folder of the events itself, are passed over.
    """
    found: dict[Path, Candidate] = {}
    others: list[dict[str, Any]] = []
    for given in map(Path, paths):
        given = given.expanduser()
        if not given.exists():
            raise MissingFileError(
                f"There is no file or folder {str(given)[:200]!r}.",
                "files of ACLED, UCDP GED or GDELT, or folders of them.",
                'ct.to_parquet(["first.csv", "folder/of/exports"], "events")',
            )
        for path in _walk(given, folder) if given.is_dir() else [given]:
            if given.is_dir() and not path.name.lower().endswith(ENDINGS):
                why = f"not taken: no file of {', '.join(ENDINGS)}"
                others.append({"file": path.name, "path": _relative(path, folder), "status": why})
                continue
            facts, key = path.stat(), path.resolve()
            if key not in found or not given.is_dir():
                found[key] = Candidate(path, _relative(path, folder), facts.st_size,
                                       facts.st_mtime_ns, not given.is_dir())  # fmt: skip
    return list(found.values()), others


def _walk(given: Path, folder: Path) -> Iterator[Path]:
    own = folder.resolve()
    for path in sorted(given.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(given).parts)
        if path.is_file() and not hidden and own not in path.resolve().parents:
            yield path


def _relative(path: Path, folder: Path) -> str:
    """Return the path as seen from the folder: both can be moved together."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_posix()


def make_plan(
    candidates: list[Candidate], entries: list[Entry], options: Mapping[str, Any], *, replace: bool
) -> Plan:
    """Decide which files are to be read, by size and time first and by their hash in doubt.

    Raises
    ------
    ChangedFileError
        A file is not the one that was taken under its name, and it is not to be replaced.
    OptionError
        A file was taken with other options, and it is not to be replaced.
    """
    known = {file["path"]: (entry, file) for entry in entries for file in entry.files}
    held = {file["sha256"]: file for _, file in known.values()}
    sizes = Counter([*(f["size"] for f in held.values()), *(c.size for c in candidates)])
    todo: list[Candidate] = []
    others: list[dict[str, Any]] = []
    retired: dict[str, Entry] = {}
    seen: dict[str, dict[str, str]] = {}
    for candidate in candidates:
        entry, file = known.get(candidate.name, (None, None))
        if entry and file and _is_same(candidate, file):
            if file["options"] == options:
                continue
            _refuse_options(candidate, file, options, replace)
            retired[entry.batch] = entry
        elif entry:
            _refuse_change(candidate, file, replace)
            retired[entry.batch] = entry
        elif sizes[candidate.size] > 1:
            sha256 = hash_file(candidate.path)
            twin = held.get(sha256) or seen.get(sha256)
            if twin:
                others.append(_same(candidate, twin))
                continue
            seen[sha256] = {"path": candidate.name, "name": candidate.path.name}
        todo.append(candidate)
    todo += _bring_back(candidates, todo, retired.values())
    return Plan(todo, others, list(retired))


def _is_same(candidate: Candidate, file: dict[str, Any]) -> bool:
    if candidate.size != file["size"]:
        return False
    same_time: bool = candidate.changed == file["changed"]
    return same_time or hash_file(candidate.path) == file["sha256"]


def _same(candidate: Candidate, twin: Mapping[str, Any]) -> dict[str, Any]:
    status = f"not taken: the same content as {twin['path']}"
    return {"file": candidate.path.name, "path": candidate.name, "status": status}


def _refuse_change(candidate: Candidate, file: Any, replace: bool) -> None:
    if not replace:
        raise ChangedFileError(
            f"{candidate.path} changed since its events were taken on {file['taken']}.",
            "the same bytes, because the events of the old file are in the folder.",
            "replace=True, to take them out and the new ones in; or a new folder",
        )


def _refuse_options(candidate: Candidate, file: Any, options: Mapping, replace: bool) -> None:
    differs = [k for k in options if options[k] != file["options"].get(k)]
    if not replace:
        was = ", ".join(f"{k}={file['options'].get(k)!r}" for k in differs)
        raise OptionError(
            f"{candidate.path.name} is in the folder already, read with {was}.",
            "the same options, or a folder for each choice.",
            "replace=True, to read it anew with these; or a new folder",
        )


def _bring_back(
    candidates: list[Candidate], todo: list[Candidate], retired: Iterable[Entry]
) -> list[Candidate]:
    """Return the files that share a batch with one that is replaced: they are read again too."""
    given = {candidate.name: candidate for candidate in candidates}
    names = [file["path"] for entry in retired for file in entry.files]
    lost = [name for name in names if name not in given]
    if lost:
        raise OptionError(
            f"A file to be replaced was taken together with {', '.join(lost[:5])[:200]}, which "
            "would have to be read again but is not given.",
            "all files of a batch, or a new folder.",
            f"paths=[..., {lost[0]!r}]",
        )
    going = {candidate.name for candidate in todo}
    return [given[name] for name in names if name not in going]


def make_batches(todo: list[Candidate], size: int) -> Iterator[list[Candidate]]:
    """Yield the files in groups of about this many bytes: small files share their parts."""
    batch: list[Candidate] = []
    for candidate in todo:
        if batch and sum(c.weight for c in batch) + candidate.weight > size:
            yield batch
            batch = []
        batch.append(candidate)
    if batch:
        yield batch
