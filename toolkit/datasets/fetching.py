"""A dataset by its name -> a file on this machine: fetched once, recorded, the same ever after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from toolkit.datasets import transfer
from toolkit.datasets.archive import unpack
from toolkit.datasets.catalog import Download, find_download, find_entry, find_file
from toolkit.datasets.folder import (
    BY_HAND,
    UNFINISHED,
    UNPACKED,
    cache_folder,
    describe_file,
    enforce,
    hash_file,
    locked,
    put_in_place,
    read_ledger,
    write_ledger,
    writing,
)
from toolkit.errors import DownloadError, FileFormatError, OptionError


def fetch_dataset(
    name: str, *, version: str | None = None, url: str | None = None, progress: bool = True
) -> Path:
    """Fetch a dataset by its name, once, and return the path of its file.

    The file is downloaded into `ct.datasets.cache_folder()`, and from then on served from there,
    offline too. A half file is never served: a download that was interrupted goes on where it
    stopped if the server allows that. Where the catalog has the file's hash, no other file is
    taken. Where it has none, the hash of the first file is recorded as "first seen" and no other
    one is taken later: this tells a change, not that the first file was right. A file that you put
    into the folder by hand, under the provider's name, is taken in the same way; a table that you
    unpacked before cannot be compared with the hash of its archive, and is "first seen".

    Parameters
    ----------
    name
        As in `list_datasets`, e.g. "ucdp-ged". What ships with the toolkit needs no download.
    version
        Release, e.g. "25.1"; by default the newest in the catalog. State it in whatever is to
        give the same result next year.
    url
        Another address of the same file, a mirror of your institution's say. It is not recorded
        with its query, name or password.
    progress
        Whether to show a progress bar.

    Returns
    -------
    Path
        Of the table, unpacked where the provider sends an archive: the argument of a loader.

    Raises
    ------
    OptionError
        The dataset or version is unknown, or cannot be had by an address (ACLED): the error says
        how to get it; `url` is no address.
    DownloadError
        No connection, or the server does not give the file; the error names the file to download
        by hand, from where, and where to put it.
    FileFormatError
        What came is a web page, or an archive that is damaged or unsafe.
    ChangedFileError
        The file is not the one in the catalog, or not the one first seen.
    CacheError
        The cache folder cannot be written, or the disk is full.

    Warns
    -----
    DataWarning
        The server did not say how long the file is, so that it may have been cut short; it asks
        for a longer wait; another process is fetching the same file.

    Examples
    --------
    `ct.load_ucdp_ged(ct.fetch_dataset("ucdp-ged", version="25.1"))` loads a release of UCDP GED.
    What ships is there without a download:

    >>> import toolkit as ct
    >>> ct.fetch_dataset("sample-ged").name
    'ged.csv'
    """
    entry = find_entry(name)
    if url is not None and not _is_address(url):
        raise OptionError(  # which is not shown: it may hold a password
            "url is not the address of a file.",
            "an address that begins with https:// or http://.",
            f'ct.fetch_dataset("{name}", url="https://mirror.example.org/file.zip")',
        )
    if "file" in entry:
        return _shipped(name, entry, version)
    wanted = find_download(name, version)
    folder = cache_folder() / wanted.dataset / wanted.version
    with writing(folder):
        ready = _find_ready(wanted, folder)
        if ready:
            return ready
        with locked(folder):
            # another process may have brought it while this one waited
            return _find_ready(wanted, folder) or _bring(wanted, folder, url, progress)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _shipped(name: str, entry: dict[str, Any], version: str | None) -> Path:
    shipped = [entry.get("version", ""), *entry.get("versions", {})]
    if version is not None and version not in shipped:
        raise OptionError(
            f"{name} has no version {version!r}.",
            f"the one that ships: {', '.join(v for v in shipped if v) or 'it has no number'}.",
            f'ct.fetch_dataset("{name}")',
        )
    return find_file(name)


def _find_ready(wanted: Download, folder: Path) -> Path | None:
    """Return the file to serve if it is there and has the hash recorded, else None."""
    ledger = read_ledger(folder)
    files, served = ledger["files"], ledger["serves"]
    path = folder / served
    if served not in files or not path.is_file():
        return None
    original = files.get(wanted.filename)
    if original:
        _check(original, wanted, wanted.filename)
    return path if hash_file(path) == files[served]["sha256"] else None


def _bring(wanted: Download, folder: Path, url: str | None, progress: bool) -> Path:
    """Take the file from the folder or from its provider, check it, record it, put it in place."""
    target = folder / wanted.filename
    if target.is_file():
        return _take(wanted, target, origin=BY_HAND)
    if wanted.member and (folder / wanted.member).is_file():
        return _take(wanted._replace(sha256=""), folder / wanted.member, origin=BY_HAND)
    part = folder / (wanted.filename + UNFINISHED)
    if part.is_symlink():  # never write through somebody's link
        transfer.forget(part)
    try:
        transfer.download(url or wanted.url, part, title=wanted.title, progress=progress)
    except transfer.TransferError as error:
        if not part.is_file() or not part.stat().st_size:
            transfer.forget(part)
        raise _not_fetched(wanted, target, error.why) from None
    except OSError:  # a full disk: leave no half file on it
        transfer.forget(part)
        raise
    try:
        return _take(wanted, part, origin=transfer.show_url(url or wanted.url))
    finally:
        transfer.forget(part)


def _take(wanted: Download, source: Path, *, origin: str) -> Path:
    """Check a complete file against catalog and ledger, unpack it, record both, serve the table."""
    folder = source.parent
    name = source.name.removesuffix(UNFINISHED)
    ledger = read_ledger(folder)["files"]
    recorded = ledger.get(name, {})
    _refuse_page(source, wanted)
    found = describe_file(source, known=wanted.sha256, origin=origin)
    _check(found, wanted, name, recorded)
    ledger[name] = recorded or found
    if not name.endswith(".zip"):
        write_ledger(folder, ledger, serves=name)
        if source.name != name:
            put_in_place(source, folder / name)
        return folder / name
    table = unpack(source, member=wanted.member, title=wanted.title)
    try:
        served = folder / table.name.removesuffix(UNFINISHED)
        ledger[served.name] = describe_file(table, known="", origin=UNPACKED + name)
        _refuse_edited(served, ledger[served.name], wanted)
        write_ledger(folder, ledger, serves=served.name)
        if source.name != name:
            put_in_place(source, folder / name)
        put_in_place(table, served)
    finally:
        table.unlink(missing_ok=True)
    return served


def _refuse_edited(path: Path, inside: dict[str, Any], wanted: Download) -> None:
    """Never write over a table that somebody changed, in a spreadsheet say."""
    if path.is_file():
        edited = describe_file(path, known="", origin="in the cache")
        unpacked = {**inside, "basis": "unpacked"}
        _check(edited, wanted._replace(sha256=""), path.name, unpacked)


def _check(
    found: Mapping[str, Any], wanted: Download, name: str, recorded: Mapping[str, Any] | None = None
) -> None:
    remove = f"python -m toolkit data remove {wanted.dataset} --version {wanted.version}"
    enforce(found, name=name, known=wanted.sha256, recorded=recorded or {}, remove=remove)


def _refuse_page(source: Path, wanted: Download) -> None:
    with source.open("rb") as stream:
        head = stream.read(512)
    if not head or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FileFormatError(
            f"What came for {wanted.title} is {'a web page' if head else 'empty'}: the network "
            "here asks to log in, or the provider moved the file.",
            f"the file {wanted.filename}.",
            f"open {wanted.url} in a browser, and see what comes",
        )


def _not_fetched(wanted: Download, target: Path, why: str) -> DownloadError:
    return DownloadError(
        f"{wanted.title} could not be fetched: {why}.",
        f"a connection to the provider, or the file {wanted.filename} put at {target} by hand.",
        f"download {wanted.url} in a browser, move it there unchanged, and call this again",
    )
