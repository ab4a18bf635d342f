"""A path, an archive or a file object -> its bytes, and what kind of file they are."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias, cast

from toolkit.errors import FileFormatError, MissingFileError

Readable: TypeAlias = str | os.PathLike[str] | IO[Any]
DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, RuntimeError)
UNPACKED_LIMIT = 64 << 30  # bytes: an archive that claims more is not a table of events
ZIPS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is empty
TABLES = (".csv", ".tab", ".tsv", ".txt", ".json", ".xlsx")


class Source(NamedTuple):
    """One file's bytes, which can be opened again: a path, a member of a zip, or a file object.

    `digest` reads the file as it lies on disk; where that is what `open` gives (not `packed`), who
    reads it anyway can save the second reading.
    """

    name: str
    open: Callable[[], IO[bytes]]
    digest: Callable[[], str]
    packed: bool = False


@contextlib.contextmanager
def opened(source: Readable) -> Iterator[Source]:
    """Open a path or file object and unpack .gz and .zip; damage that shows later is named too."""
    raw = _find(source)
    try:
        yield _unpack(raw)
    except DAMAGE as error:
        raise cut_short(raw, str(error)) from error


def _find(source: Readable) -> Source:
    """Return the file as it lies on disk or in memory."""
    if not isinstance(source, (str, os.PathLike)):
        if hasattr(source, "read"):
            return _hold(source)
        raise FileFormatError(
            f"A {type(source).__name__} was given where a file is needed.",
            "a path, or a file object opened for reading.",
            'ct.load_events("my_export.csv"), or df.to_csv("my_export.csv", index=False) first',
        )
    path = Path(source).expanduser()
    if not os.path.isfile(path):  # unlike Path.is_file, no error for a name that is too long
        near = ", ".join(sorted(os.listdir(path.parent))[:8]) if path.parent.is_dir() else "nothing"
        raise MissingFileError(
            f"There is no file {str(path)[:200]!r}.",
            f"a file that exists; {str(path.parent)[:200]!r} holds {near}.",
            'ct.load_events("folder/my_export.csv"), or io.StringIO(text) for a text in memory',
        )
    return _source(path.name, lambda: path.open("rb"))


def _hold(source: IO[Any]) -> Source:
    """Take a file object's whole content into memory; it is left at its beginning."""
    if not source.seekable():
        raise FileFormatError(
            f"A {type(source).__name__} was given that can be read only once.",
            "a path, or a file object that can go back to its beginning.",
            "ct.load_events(io.BytesIO(stream.read()))",
        )
    source.seek(0)
    content = source.read()
    source.seek(0)
    content = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    name = Path(str(getattr(source, "name", "file object"))).name
    return _source(name, lambda: io.BytesIO(content))


def _source(name: str, opener: Callable[[], io.BufferedIOBase]) -> Source:
    def digest() -> str:
        with opener() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    return Source(name, cast("Callable[[], IO[bytes]]", opener), digest)


def _unpack(raw: Source) -> Source:
    """Look through .gz and through a .zip that holds one table; a spreadsheet is a zip too."""
    head = read_head(raw, 4)
    if head[:2] == b"\x1f\x8b":
        return raw._replace(
            open=lambda: cast("IO[bytes]", gzip.open(raw.open(), "rb")), packed=True
        )
    if head not in ZIPS:
        return raw
    try:
        archive = zipfile.ZipFile(raw.open())
    except Exception as error:  # zipfile raises many kinds for a damaged archive
        raise cut_short(raw, f"{type(error).__name__}: {error}") from error
    members = [m for m in archive.infolist() if not m.is_dir()]
    if any(m.filename == "[Content_Types].xml" for m in members):
        return raw
    tables = [m for m in members if _is_table(m.filename)]
    if len(tables) != 1 or not _is_readable(tables[0]):
        held = ", ".join(m.filename for m in tables)[:200] or "nothing that is read here"
        raise FileFormatError(
            f"{raw.name} holds {len(tables)} tables: {held}.",
            "a zip with one readable table (.csv, .tab, .txt, .json, .xlsx), without password.",
            "unpack it and load the file you need by its own name",
        )
    return _unpack(raw._replace(open=lambda: archive.open(tables[0]), packed=True))


def _is_table(name: str) -> bool:
    return name.lower().endswith(TABLES) and not name.startswith("__MACOSX")


def _is_readable(member: zipfile.ZipInfo) -> bool:
    """Say whether a member is not encrypted, of a usual compression and of a sane size."""
    usual = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return usual and not member.flag_bits & 1 and member.file_size <= UNPACKED_LIMIT


def read_head(raw: Source, size: int = 65536) -> bytes:
    """Return the first bytes of a file."""
    with raw.open() as stream:
        return stream.read(size)


def fits(source: Readable, size: int) -> bool:
    """Say whether a file, unpacked, has at most so many bytes."""
    with opened(source) as raw:
        return len(read_head(raw, size + 1)) <= size


def cut_short(raw: Source, detail: str) -> FileFormatError:
    """Return the error for a file that is damaged or not whole."""
    return FileFormatError(
        f"{raw.name} cannot be unpacked: {detail}. It is damaged or was cut short.",
        "a complete file.",
        "download it again and compare its size with the provider's",
    )


def find_kind(raw: Source) -> str:
    """Say what is in a file: "spreadsheet", "json" or "text"; raise for what is not a table."""
    head = read_head(raw)
    if head.startswith(ZIPS):
        return "spreadsheet"
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")[:200].lower()
    if start[:1] in (b"{", b"["):
        return "json"
    if not start:
        fault = f"{raw.name} is empty."
    elif start.startswith(b"<"):
        fault = f"{raw.name} is a web page or XML, not a table; a login page saved as .csv?"
    elif start.startswith(
        (b"%pdf", b"\x89png", b"par1", b"sqlite format", b"{\\rtf", b"\xd0\xcf\x11\xe0")
    ):
        fault = f"{raw.name} is a PDF, picture, database or old Office file, not a text table."
    else:
        return "text"
    raise FileFormatError(
        fault,
        "a delimited text file with a header row, .xlsx, or an API's JSON.",
        "open it in a text editor, download it again and look at its first line",
    )
