"""The few exceptions of the toolkit, each a subclass of the builtin that a user would catch.

Every message has three parts: what is wrong, what is allowed, what to type.
"""

from __future__ import annotations

import difflib
import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path

# With the separator: a user's folder beside it may be called toolkit_analysis.
_PACKAGE = str(Path(__file__).parent) + os.sep


class ToolkitError(Exception):
    """An error that says what is wrong, what is allowed and what to type.

    Parameters
    ----------
    wrong, allowed, fix
        One sentence each: the fault with its place and value, what would have been right,
        and what the user can type or do next.

    Examples
    --------
    >>> raise OptionError("period='decade' is not known.", "day, week, month.", "period='month'")
    Traceback (most recent call last):
    ...
    toolkit.errors.OptionError: period='decade' is not known.
      Allowed: day, week, month.
      Type: period='month'
    """

    def __init__(self, wrong: str, allowed: str, fix: str) -> None:
        self.wrong, self.allowed, self.fix = wrong, allowed, fix
        super().__init__(wrong, allowed, fix)

    def __str__(self) -> str:
        return f"{self.wrong}\n  Allowed: {self.allowed}\n  Type: {self.fix}"


class OptionError(ToolkitError, ValueError):
    """An argument has a value the function does not know."""


class ColumnError(ToolkitError, KeyError):
    """A column that is needed is missing, or stands twice."""


class FileFormatError(ToolkitError, ValueError):
    """A file is not the table it should be: a web page, another provider's file, cut short."""


class MissingFileError(ToolkitError, FileNotFoundError):
    """A file or a shipped dataset is not where it was looked for."""


class DownloadError(ToolkitError, ConnectionError):
    """A file could not be had from its provider: no network, refused, or not the file it is."""


class CacheError(ToolkitError, OSError):
    """The cache folder cannot be read or written, or its disk is full."""


class FolderError(ToolkitError, OSError):
    """A folder of events cannot be written or read: it is full, in use, or something else."""


class ChangedFileError(ToolkitError, ValueError):
    """A file is not the one that was recorded: its hash is another."""


class MissingDependencyError(ToolkitError, ImportError):
    """A library of one of the extras is not installed."""


class EmptySelectionError(ToolkitError, ValueError):
    """A selection leaves no events, so that there is nothing to count or draw."""


class DirectionError(ToolkitError, ValueError):
    """Direction is asked for where the order of the actors means nothing."""


class AccountingError(ToolkitError, RuntimeError):
    """Rows in the file are not rows kept plus rows left out: a fault of the toolkit."""


class DataWarning(UserWarning):
    """The result is usable but could mislead; the text says how."""


def warn(message: str) -> None:
    """Issue a `DataWarning` that points at the user's own line, however deep it comes from."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, DataWarning, stacklevel=level)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the nearest known names as the end of a sentence, or all of them (the first thirty).

    Examples
    --------
    >>> did_you_mean("contry", ["country", "admin1"])
    "did you mean 'country'?"
    """
    known = [str(k) for k in known]
    near = _nearest(name, known)
    if near:
        return "did you mean " + " or ".join(repr(n) for n in near) + "?"
    if not known:
        return "there are none."
    more = f" and {len(known) - 30:,} more" if len(known) > 30 else ""
    return "one of " + ", ".join(known[:30]) + more + "."


def _nearest(name: object, known: list[str]) -> list[str]:
    folded = {k.casefold(): k for k in reversed(known)}
    near = difflib.get_close_matches(str(name).casefold(), list(folded), n=3, cutoff=0.6)
    return [folded[n] for n in near]


def check_option(name: str, value: object, allowed: Iterable[str]) -> None:
    """Raise `OptionError`, with the nearest value to type, unless this one is allowed."""
    allowed = list(allowed)
    if value not in allowed:
        raise OptionError(
            f"{name}={value!r} is not known.",
            ", ".join(repr(a) for a in allowed) + ".",
            f"{name}={[*_nearest(value, allowed), *allowed][0]!r}",
        )
