"""A downloaded archive -> the one table in it, written beside it; nothing else leaves it.

No path of the archive is followed: the table gets its last name only. An archive with a name that
leads out of a folder, or with a link, is refused whole.
"""

from __future__ import annotations

import errno
import io
import re
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from toolkit.datasets.folder import UNFINISHED
from toolkit.errors import FileFormatError

LARGEST = 8 << 30  # bytes; GED 26.1 unpacks to 0.27 GB
RATIO = 100  # times its packed size, from 100 MB on; GED 26.1 is packed to a seventh
CHUNK = 1 << 20
# others make gigabytes of one chunk at once
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
TABLES = (".csv", ".tab", ".tsv", ".txt")
DEVICES = r"(?!(?:con|prn|aux|nul|com\d|lpt\d)\.)"  # which Windows writes to, whatever the ending
PLAIN_NAME = re.compile(DEVICES + r"[a-z0-9][a-z0-9._-]{0,120}", re.IGNORECASE | re.ASCII)


class _Archive(io.FileIO):
    """A file that is never read into memory whole: a list of millions of members would be."""

    def read(self, size: int | None = -1) -> bytes:
        if size and size > CHUNK:
            raise zipfile.BadZipFile("its list of files is too long")
        return super().read(size)


def unpack(archive: Path, *, member: str, title: str) -> Path:
    """Write the wanted table of an archive beside it, under an unfinished name, and return that.

    Raises
    ------
    FileFormatError
        It is no archive, is damaged, holds another number of tables, or is an attack.
    """
    try:
        with _Archive(archive) as stream, zipfile.ZipFile(stream) as opened:
            wanted = _find_member(opened, member, title)
            name = PurePosixPath(wanted.filename).name
            target = archive.with_name(name + UNFINISHED)
            target.unlink(missing_ok=True)
            try:
                _copy(opened, wanted, target)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
    except FileFormatError:
        raise
    except Exception as error:  # zipfile raises many kinds for a damaged archive
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # EINVAL: a place before 0
            raise
        raise _refuse(title, f"cannot be unpacked ({error}): it is damaged or no zip") from None
    return target


def _find_member(opened: zipfile.ZipFile, member: str, title: str) -> zipfile.ZipInfo:
    members = opened.infolist()
    for info in members:
        _check_member(info, title)
    tables = [m for m in members if not m.is_dir() and _is_wanted(m.filename, member)]
    if len(tables) != 1:
        held = ", ".join(m.filename for m in members)[:200] or "nothing"
        raise _refuse(title, f"holds {len(tables)} of {member or 'one table'}: {held}")
    if not PLAIN_NAME.fullmatch(PurePosixPath(tables[0].filename).name):
        raise _refuse(title, f"holds a table with the name {tables[0].filename[:80]!r}")
    _check_size(tables[0], title)
    return tables[0]


def _is_wanted(path: str, member: str) -> bool:
    name = PurePosixPath(path).name
    if member:
        return name == member
    return name.lower().endswith(TABLES) and not path.startswith("__MACOSX")


def _check_member(info: zipfile.ZipInfo, title: str) -> None:
    """Refuse names that lead out of a folder, links and passwords."""
    # orig_filename: zipfile itself cuts a name at a zero byte and turns backslashes round
    parts = re.split(r"[/\\]", info.orig_filename)
    if ".." in parts or not parts[0] or ":" in parts[0] or "\x00" in info.orig_filename:
        raise _refuse(title, f"has a file that leads out of its folder: {info.orig_filename!r}")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refuse(title, f"has a link, or no plain file: {info.filename!r}")
    if info.flag_bits & 1:
        raise _refuse(title, f"has a password on {info.filename!r}")


def _check_size(wanted: zipfile.ZipInfo, title: str) -> None:
    """Refuse a table by what the archive says of it; zipfile lets no more than that come out."""
    if wanted.compress_type not in PACKINGS:
        raise _refuse(title, "is packed in a way that is not read here")
    if wanted.file_size > min(LARGEST, RATIO * max(wanted.compress_size, CHUNK)):
        raise _refuse(title, f"says that it unpacks to {wanted.file_size / 2**30:,.1f} GB")


def _copy(opened: zipfile.ZipFile, wanted: zipfile.ZipInfo, target: Path) -> None:
    if wanted.file_size > shutil.disk_usage(target.parent).free:
        raise OSError(errno.ENOSPC, "no space left")
    with opened.open(wanted) as source, target.open("xb") as stream:
        shutil.copyfileobj(source, stream, CHUNK)
        if stream.tell() != wanted.file_size:
            raise zipfile.BadZipFile("less comes out than it says")


def _refuse(title: str, fault: str) -> FileFormatError:
    return FileFormatError(
        f"The archive of {title} {fault}. Nothing was unpacked.",
        "a zip with one readable table, as its provider publishes it.",
        "fetch it again (delete it first, if you put it there); if it stays so, tell the provider",
    )
