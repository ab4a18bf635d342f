"""An address -> the bytes in a file, tried again and gone on with where the server allows it.

pooch makes the request and writes the bytes; here is what it leaves open: resuming, the waits that
a server asks for, a web page in place of the file, a body cut short. Nothing that is raised or
logged here has the query of an address or a name and password in it.
"""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import errno
import json
import logging
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from toolkit.datasets.folder import write_whole
from toolkit.errors import warn

ATTEMPTS = 5
TIMEOUT = (15, 60)  # seconds: to connect, and between two pieces of the body
LONGEST_WAIT = 120  # seconds; a server that asks for more is answered by giving up
CHUNK = 1 << 16
SLOW_DOWN = (429, 503)


class TransferError(Exception):
    """Why a download failed, in words; `again` says whether trying again may help."""

    def __init__(self, why: str, *, again: bool = False, wait: float | None = None) -> None:
        super().__init__(why)
        self.why, self.again, self.wait = why, again, wait


def show_url(url: str) -> str:
    """Return an address without what may be secret in it: name, password, query.

    Examples
    --------
    >>> show_url("https://me:pass@example.org/data.zip?key=1234#top")
    'https://example.org/data.zip'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def download(url: str, part: Path, *, title: str, progress: bool) -> None:
    """Bring the bytes of an address to the file `part`, which may hold their beginning already.

    Raises
    ------
    TransferError
        With the reason, after the last attempt.
    OSError
        The file cannot be written: the disk is full, say.
    """
    if _is_whole(part, url):
        return
    for attempt in range(ATTEMPTS):
        with _quiet_logs():
            fault = _Attempt(url, part).run(title=title, progress=progress)
        if fault is None:
            return
        wait = 2.0**attempt if fault.wait is None else fault.wait
        if not fault.again or attempt == ATTEMPTS - 1 or wait > LONGEST_WAIT:
            raise fault
        if wait > 10:
            warn(f"{title}: {fault.why}. Waiting, to go on by itself.")
        _sleep(wait)


def forget(part: Path) -> None:
    """Delete an unfinished download, and what is noted of it."""
    for path in (part, _note(part)):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


class _Attempt:
    """One request for a file, from where the last one stopped."""

    def __init__(self, url: str, part: Path) -> None:
        self.url, self.part = url, part
        self.offset, self.validator = _find_rest(part, url)
        self.total: int | None = None
        self.measured = False  # whether a body cut short would be noticed
        self.stream: IO[bytes]

    def run(self, *, title: str, progress: bool) -> TransferError | None:
        """Make the request and return what went wrong, None where the file is complete."""
        import pooch
        import requests

        headers = {"Accept-Encoding": "identity"}
        if self.offset:
            headers |= {"Range": f"bytes={self.offset}-", "If-Range": self.validator}
        bar = _Bar(title, self) if progress else None
        get = pooch.HTTPDownloader(
            progressbar=bar or False, chunk_size=CHUNK, timeout=TIMEOUT, headers=headers,
            hooks={"response": self.inspect},
        )  # fmt: skip
        try:
            with self.part.open("ab") as self.stream:
                get(self.url, self.stream, None)
            return self.check_length()
        except TransferError as error:
            fault = TransferError(error.why, again=error.again)
        except requests.exceptions.HTTPError as error:
            fault = self.read_status(error.response)
        except (requests.exceptions.RequestException, ValueError) as error:  # of odd addresses
            fault = _read_failure(error, urlsplit(self.url).hostname or "")
        finally:
            if bar:
                bar.close()
        return fault  # outside `except`: the library's error, which has the address, is not chained

    def inspect(self, response: Any, **_: Any) -> None:
        """Look at an answer before its body: is it the file, from where on, how long."""
        if response.is_redirect:
            return _refuse_downgrade(response)
        status, headers = response.status_code, response.headers
        if status >= 400:
            return  # pooch raises
        if status not in (200, 206):
            raise TransferError(f"the server does not give it ({status})")
        if headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml")):
            raise TransferError("the server answered with a web page in place of the file")
        length = headers.get("Content-Length", "")
        plain = headers.get("Content-Encoding", "identity") == "identity"
        self.measured = bool(length) or "Transfer-Encoding" in headers
        if status == 206:
            self.total = self.read_range(headers)
        else:
            self.offset = 0
            self.total = int(length) if re.fullmatch("[0-9]+", length) and plain else None
        self.stream.truncate(self.offset)
        if not self.offset:
            self.validator = _find_validator(headers) if plain else ""
        # by what the server knows this very file, so that nothing is joined to another
        note = {"address": show_url(self.url), "validator": self.validator, "total": self.total}
        write_whole(_note(self.part), json.dumps(note))
        if self.total and self.total - self.offset > shutil.disk_usage(self.part.parent).free:
            raise OSError(errno.ENOSPC, "no space left")

    def read_range(self, headers: Any) -> int | None:
        """Return the length of the whole file; raise for another part, or of another file."""
        said = re.fullmatch(
            r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)", headers.get("Content-Range", "").strip()
        )
        kind = "ETag" if self.validator.startswith('"') else "Last-Modified"
        other = self.offset and headers.get(kind, self.validator) != self.validator
        if not said or int(said[1]) != self.offset or other:
            forget(self.part)
            raise TransferError("the server sent another part than it was asked for", again=True)
        return None if said[2] == "*" else int(said[2])

    def check_length(self) -> TransferError | None:
        size = self.part.stat().st_size
        if self.total is None:
            if self.measured:
                return None
            warn(
                f"{urlsplit(self.url).hostname} did not say how long the file is: a body that was "
                "cut short cannot be told from a whole one. Compare its size with the provider's."
            )
            return None
        if size > self.total:
            forget(self.part)
        if size != self.total:
            return TransferError(f"{size:,} of {self.total:,} bytes came", again=True)
        return None

    def read_status(self, response: Any) -> TransferError:
        """Return what an answer of 400 and above means, and the wait that the server asks for."""
        status = response.status_code
        if status == 416:  # what is here is longer than the server's file: begin anew
            forget(self.part)
            return TransferError("the file changed while it was fetched (416)", again=True)
        words = {
            401: "asks for a password", 403: "refuses it", 404: "no longer has it",
            410: "no longer has it", 429: "asks to be left alone for a while",
        }  # fmt: skip
        why = words.get(status, "has a fault" if status >= 500 else "does not give it")
        wait = _read_wait(response.headers.get("Retry-After", "")) if status in SLOW_DOWN else None
        if wait is not None:
            why += f", try again in {wait:,.0f} seconds"
        again = status in SLOW_DOWN or status >= 500
        return TransferError(f"the server {why} ({status})", again=again, wait=wait)


def _refuse_downgrade(response: Any) -> None:
    onward = urljoin(response.url, response.headers["Location"])
    if urlsplit(response.url).scheme == "https" and urlsplit(onward).scheme != "https":
        raise TransferError("the server sends on to an address that is not encrypted")


def _find_validator(headers: Any) -> str:
    """Return the strong tag of a file, or its last change; '' where the server gives neither."""
    tag: str = headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")


def _find_rest(part: Path, url: str) -> tuple[int, str]:
    """Return how many bytes are here already and the file they are of; 0 where that is unknown."""
    note = _read_note(part)
    if note.get("address") == show_url(url) and note.get("validator"):
        return part.stat().st_size, note["validator"]
    return 0, ""


def _is_whole(part: Path, url: str) -> bool:
    """Say whether all of the file is here: a process ended after its last byte."""
    note = _read_note(part)
    return note.get("address") == show_url(url) and part.stat().st_size == note.get("total")


def _read_note(part: Path) -> dict[str, Any]:
    """Return what is noted of an unfinished download; nothing where there is none."""
    try:
        note = json.loads(_note(part).read_text(encoding="utf-8"))
        return note if isinstance(note, dict) and part.is_file() else {}
    except (OSError, ValueError):
        return {}


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _read_wait(said: str) -> float | None:
    """Return the seconds of a Retry-After header, which has seconds or a date; None for neither."""
    if re.fullmatch("[0-9]+", said.strip()):
        return float(said)
    try:
        until = email.utils.parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=datetime.UTC)
    return max(0.0, (until - datetime.datetime.now(datetime.UTC)).total_seconds())


def _read_failure(error: Exception, host: str) -> TransferError:
    """Return in words why a request failed; the library's own text has the address in it."""
    from requests import exceptions

    if isinstance(error, exceptions.SSLError):
        return TransferError(f"the certificate of {host} was not accepted")
    if isinstance(error, exceptions.Timeout):
        return TransferError(f"{host} did not answer in time", again=True)
    if isinstance(error, exceptions.ProxyError):
        return TransferError("the proxy that is set here gave no connection", again=True)
    if isinstance(error, exceptions.ChunkedEncodingError | exceptions.ContentDecodingError):
        return TransferError("the connection broke before the whole file had come", again=True)
    if isinstance(error, exceptions.ConnectionError):
        return TransferError(f"there is no connection to {host}", again=True)
    return TransferError(f"the request failed ({type(error).__name__})")


@contextlib.contextmanager
def _quiet_logs() -> Iterator[None]:
    """Keep the addresses that urllib3 logs, with their query, out of the user's log."""
    logger = logging.getLogger("urllib3.connectionpool")

    def drop(record: logging.LogRecord) -> bool:
        return False

    logger.addFilter(drop)
    try:
        yield
    finally:
        logger.removeFilter(drop)


class _Bar:
    """The progress bar that pooch is given: it appears with the first bytes that come."""

    def __init__(self, title: str, attempt: _Attempt) -> None:
        self.title, self.attempt, self.total = title, attempt, 0
        self.shown: Any = None
        self.full = False

    def update(self, size: int) -> None:
        from tqdm.auto import tqdm

        if self.full:
            return
        if self.shown is None:
            self.shown = tqdm(
                total=self.attempt.total, initial=self.attempt.offset, desc=self.title,
                unit="B", unit_scale=True, leave=False,
            )  # fmt: skip
        self.shown.update(size)

    def reset(self) -> None:
        """Count no more: pooch begins anew when all has come, to fill the bar to its end."""
        self.full = True

    def close(self) -> None:
        if self.shown is not None:
            self.shown.close()


def _sleep(seconds: float) -> None:
    time.sleep(seconds)
