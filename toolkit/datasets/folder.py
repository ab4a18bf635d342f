"""The cache folder: one writer at a time, files that appear whole or not at all, and the ledger.

The ledger of a folder says which files it was given, with the hash at first sight. A hash that the
catalog has is enforced from the start. Where it has none, the hash of the first file seen is
recorded, called "first seen", and enforced from then on: that tells a file that changed, not that
the first one was right.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from toolkit.errors import CacheError, ChangedFileError, ToolkitError, warn

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
UNFINISHED = ".part"  # the end of a name that is never served
LEDGER = "first_seen.json"
KNOWN = "in the catalog"
FIRST_SEEN = "first seen"
BY_HAND = "put there by hand"
UNPACKED = "unpacked from "
FACTS = ("sha256", "basis", "seen", "origin")  # and bytes: of each file in the ledger
MOVE = 'import os; os.environ["TOOLKIT_CACHE"] = "/a/folder/of/yours"'


def cache_folder() -> Path:
    """Return the folder of fetched files: the user's cache folder, or where TOOLKIT_CACHE points.

    In it each file lies under dataset and version: `ucdp-ged/25.1/ged251-csv.zip`. The folder is
    made when the first file is fetched.

    Examples
    --------
    >>> import toolkit as ct
    >>> ct.datasets.cache_folder().is_absolute()
    True
    """
    moved = os.environ.get("TOOLKIT_CACHE", "").strip()
    if moved:
        return Path(os.path.expanduser(moved)).absolute()  # Path's own raises for no home
    import pooch

    return Path(pooch.os_cache("conflict-toolkit"))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder of one version of a dataset, and be the only process that writes there.

    Others wait. The operating system lets go of the lock when a process ends, however it ends.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("ab") as stream:
        _lock(stream)
        folder.mkdir(exist_ok=True)  # now: another process may have removed it before
        yield


if sys.platform == "win32":

    def _lock(stream: IO[bytes]) -> None:
        import msvcrt

        while True:
            try:
                return msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
            except OSError as error:
                if error.errno != errno.EDEADLK:  # with that it gives up after ten seconds
                    raise

    def try_lock(stream: IO[bytes]) -> bool:
        """Lock a file and say whether that went: not where another process has it."""
        import msvcrt

        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

else:

    def _lock(stream: IO[bytes]) -> None:
        import fcntl

        if not try_lock(stream):
            warn(f"Another process is at work on {stream.name}: waiting for it.")
            fcntl.flock(stream, fcntl.LOCK_EX)

    def try_lock(stream: IO[bytes]) -> bool:
        """Lock a file and say whether that went: not where another process has it."""
        import fcntl

        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def put_in_place(unfinished: Path, target: Path) -> None:
    """Give a file that is complete its name, in one step: nobody ever sees half of it."""
    with unfinished.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(unfinished, target)


def write_whole(target: Path, text: str) -> None:
    """Write a small text file so that it is the old one or the new one, never half of it."""
    unfinished = target.with_name(target.name + UNFINISHED)
    unfinished.unlink(missing_ok=True)  # a link, maybe
    try:
        unfinished.write_text(text, encoding="utf-8")
        put_in_place(unfinished, target)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the operating system says of a folder into an error that says what to do."""
    try:
        yield
    except ToolkitError:  # some are kinds of OSError
        raise
    except OSError as error:
        raise _cache_error(folder, error) from None


def _cache_error(folder: Path, error: OSError) -> CacheError:
    """Return the error for a cache folder that cannot be used."""
    if error.errno in FULL:
        return CacheError(
            f"The disk of the cache is full: no room for a file in {folder}.",
            "room for the download and what it unpacks to.",
            "python -m toolkit data remove NAME; or " + MOVE,
        )
    return CacheError(
        f"The cache folder cannot be used: {folder}: {error.strerror or type(error).__name__}.",
        "a folder that you may write to, on a disk that can lock files.",
        MOVE,
    )


def read_ledger(folder: Path) -> dict[str, Any]:
    """Return what is recorded of a folder: `files` (name -> hash and so on), and `serves`."""
    path = folder / LEDGER
    if not path.is_file():
        return {"files": {}, "serves": ""}
    try:
        ledger: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        said = [ledger["serves"], *(e[k] for e in ledger["files"].values() for k in FACTS)]
        names = [ledger["serves"], *ledger["files"]]
        if not all(isinstance(s, str) for s in said) or any(Path(n).name != n for n in names):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CacheError(
            f"{path} cannot be read: it was changed.",
            "the file as the toolkit wrote it.",
            "delete it: what lies beside it then counts as put there by hand",
        ) from None
    return ledger


def find_access_day(source: object, *, sha256: str) -> str | None:
    """Return the day on which a file was fetched into the cache, None where that is not known.

    The ledger beside the file knows it, but not for one put there by hand or changed since.
    """
    if not isinstance(source, str | os.PathLike):
        return None
    path = Path(source)
    try:
        files = read_ledger(path.parent)["files"]
    except OSError:  # somebody else's file of that name
        return None
    facts = files.get(path.name)
    if not facts or facts["sha256"] != sha256:
        return None
    fetched = files.get(facts["origin"].removeprefix(UNPACKED), facts)
    return None if fetched["origin"] == BY_HAND else str(fetched["seen"])


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def describe_file(path: Path, *, known: str, origin: str) -> dict[str, Any]:
    """Return what the ledger records of a file."""
    return {
        "sha256": hash_file(path),
        "bytes": path.stat().st_size,
        "basis": KNOWN if known else FIRST_SEEN,
        "seen": f"{datetime.date.today():%Y-%m-%d}",
        "origin": origin,
    }


def enforce(
    found: Mapping[str, Any], *, name: str, known: str, recorded: Mapping[str, Any], remove: str
) -> None:
    """Raise `ChangedFileError` where a file's hash is not the one of the catalog or the ledger.

    `remove` is the command that makes the ledger forget.
    """
    if known and found["sha256"] != known:
        basis, expected = KNOWN, known
        fix = f"{remove}, and fetch again; or load it by its own path, if you trust the change"
    elif recorded and found["sha256"] != recorded["sha256"]:
        basis, expected = f"{recorded['basis']} on {recorded['seen']}", recorded["sha256"]
        fix = f"{remove}, to forget the old one and take the new"
    else:
        return
    raise ChangedFileError(
        f"{name} ({found['origin']}) is not the file {basis}: its sha256 is "
        f"{found['sha256'][:12]}..., that was {expected[:12]}...",
        "the same bytes; the provider changed it, or somebody on the way or on this machine.",
        f"look first for the provider's note on the change; then {fix}",
    )


def write_ledger(folder: Path, files: dict[str, Any], *, serves: str) -> None:
    """Record the files of a folder, and which of them is served."""
    text = json.dumps({"files": files, "serves": serves}, indent=1, ensure_ascii=False)
    write_whole(folder / LEDGER, text + "\n")
