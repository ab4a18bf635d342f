"""Connections to DuckDB, in memory, which spill to a folder that goes when the process ends."""

from __future__ import annotations

import functools
import tempfile
from typing import Any

from toolkit.errors import MissingDependencyError, OptionError


@functools.lru_cache(maxsize=8)
def connect(memory_limit: str | None, threads: int | None, spill: str | None) -> Any:
    """Return a connection to a database in memory; those asked for in the same way share one.

    What does not fit into its memory goes to the folder `spill`; nothing is fetched from anywhere.
    """
    try:
        import duckdb
    except ImportError:
        raise missing("DuckDB", "scale") from None
    # DuckDB's own default is a folder beside the notebook
    config: dict[str, Any] = {"temp_directory": spill or _spill_folder().name}
    # nothing is fetched from anywhere
    config |= {"autoinstall_known_extensions": False}
    given = {"memory_limit": memory_limit, "threads": threads}
    config |= {name: value for name, value in given.items() if value is not None}
    try:
        return duckdb.connect(":memory:", config=config)
    except duckdb.Error as error:
        raise OptionError(
            f"DuckDB does not take {given}: {str(error).splitlines()[0]}.",
            "memory_limit as text with its unit, threads as a whole number from 1.",
            'ct.scan_events(folder, memory_limit="2GB", threads=2)',
        ) from None


@functools.cache
def _spill_folder() -> tempfile.TemporaryDirectory[str]:
    """Return the folder for what does not fit into memory; it goes when the process ends."""
    return tempfile.TemporaryDirectory(prefix="conflict-toolkit-", ignore_cleanup_errors=True)


def missing(library: str, extra: str) -> MissingDependencyError:
    """Return the error for a library that is not installed, with the extra that brings it."""
    return MissingDependencyError(
        f"{library} is not installed.",
        f"the extra {extra!r} of conflict-toolkit.",
        f'pip install "conflict-toolkit[{extra}]"',
    )
