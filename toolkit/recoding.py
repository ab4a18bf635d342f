"""Bytes in any encoding -> UTF-8, checked and counted, without holding the file in memory."""

from __future__ import annotations

import codecs
import hashlib
import io
from typing import IO

import numpy as np

from toolkit.opening import Source

STEP = 1 << 20  # bytes read at a time
LINE_END, RETURN = b"\n\r"
UTF_8 = "utf-8-sig"


def find_encoding(head: bytes) -> str:
    """Recognise UTF-16 by its byte order mark or its NULs; everything else starts as UTF-8."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    even, odd = head[:4096:2], head[1:4096:2]
    if odd.count(0) > 0.4 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    if even.count(0) > 0.4 * len(even) and odd.count(0) == 0:
        return "utf-16-be"
    return UTF_8


def decide_encoding(raw: Source, encoding: str) -> tuple[str, int]:
    """Return the encoding of a file that is not whole UTF-8, and the number of damaged characters.

    A file in which more characters are whole UTF-8 than damaged stays UTF-8, the damage shown as
    U+FFFD: reading it all as latin-1 would spoil every other name in it.
    """
    whole = damaged = 0
    with Recoded(raw.open(), encoding) as stream:
        while text := stream.read_text():
            bad = text.count("\ufffd")
            damaged += bad
            whole += len(text) - len(text.encode("ascii", "ignore")) - bad
    if encoding.startswith("utf-16") or whole > damaged:
        return encoding, damaged
    try:
        with Recoded(raw.open(), "cp1252", errors="strict") as stream:
            while stream.read_text():
                pass
    except UnicodeDecodeError:
        return "latin-1", 0
    return "cp1252", 0


class Recoded(io.RawIOBase):
    """A stream of UTF-8 over one of another encoding; what cannot be read becomes U+FFFD."""

    def __init__(self, stream: IO[bytes], encoding: str, *, errors: str = "replace") -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._begun = False

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def close(self) -> None:
        """Close the stream beneath as well."""
        self._stream.close()
        super().close()

    def read_text(self, size: int = STEP) -> str:
        """Return the text of about so many bytes, '' at the end; marks of order in front go."""
        text = ""
        while not text:
            data = self._stream.read(size)
            text = self._decoder.decode(data, final=not data)
            if not self._begun:
                text = text.lstrip("\ufeff")
                self._begun = bool(text)
            if not data:
                break
        return text

    def read(self, size: int | None = -1) -> bytes:
        """Return at most so many bytes, none at the end."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read_text().encode(), b""))
        return self.read_text(max(size // 3, 1)).encode()  # a byte becomes three at most


class Tally(io.RawIOBase):
    """A stream that pyarrow reads through: it hashes, counts, and checks for UTF-8.

    Counted are line ends; `nuls` says whether there are NULs.

    A last line without a line end is given one (pyarrow needs it where there is only a header),
    and `cut` says so.
    """

    def __init__(self, stream: IO[bytes], *, hashes: bool = True) -> None:
        self._stream, self._hashes = stream, hashes
        self._decoder = codecs.getincrementaldecoder(UTF_8)()
        self._sha256 = hashlib.sha256()
        self._last = b""
        self.lines = 0
        self.nuls = self.cut = False

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def close(self) -> None:
        """Close the stream beneath as well."""
        self._stream.close()
        super().close()

    def read(self, size: int | None = -1) -> bytes:
        """Return at most so many bytes, none at the end."""
        return self._count(self._stream.read(-1 if size is None else size) or b"")

    def readline(self, size: int | None = -1) -> bytes:
        """Return the rest of a line with its end, at most so many bytes; nothing at the end."""
        line = self._count(self._stream.readline(-1 if size is None else size))
        return line if line.endswith(b"\n") or len(line) == size else line + self.read()

    def _count(self, data: bytes) -> bytes:
        """Take note of what is read; return it, or the line end that is missing at the end."""
        if self._hashes:
            self._sha256.update(data)
        if not data or not data.isascii() or self._decoder.getstate()[0]:
            self._decoder.decode(data, final=not data)
        if not data and not self.cut and self._last not in (b"\n", b"\r"):
            data, self.cut = b"\n", True
        text = np.frombuffer(data, "u1")
        ends = text == LINE_END
        self.lines += int(np.count_nonzero(ends))
        if b"\r" in data or self._last == b"\r":
            returns = text == RETURN
            pairs = np.count_nonzero(returns[:-1] & ends[1:])
            pairs += self._last == b"\r" and data[:1] == b"\n"
            self.lines += int(np.count_nonzero(returns) - pairs)
        self.nuls |= b"\0" in data
        self._last = data[-1:] or self._last
        return data

    def digest(self) -> str:
        """Return the hash of what was read."""
        return self._sha256.hexdigest()
