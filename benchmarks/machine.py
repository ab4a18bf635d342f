"""The machine and the versions that the numbers belong to."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from files import REPOSITORY

LIBRARIES = (
    "pandas numpy pyarrow duckdb polars networkx scipy rustworkx pyspark conflict-toolkit"
).split()


def describe_machine() -> dict[str, str]:
    """Return what the times depend on, by name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "Processor": find_processor(),
        "Cores": str(os.cpu_count()),
        "Memory": f"{memory:.0f} GiB",
        "System": f"{platform.system()} {platform.release()} ({platform.machine()})",
        "Python": platform.python_version(),
    }


def describe_libraries() -> dict[str, str]:
    """Return the versions of the libraries, "not installed" where there is none."""
    return {name: find_version(name) for name in LIBRARIES}


def find_processor() -> str:
    """Return the model of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def find_version(name: str) -> str:
    """Return the version of a library without importing it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def find_commit() -> str:
    """Return the commit, with "-dirty" if files changed since; "unknown" outside a repository."""
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
