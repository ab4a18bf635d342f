"""The few commands: `python -m toolkit reproduce`."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from toolkit.errors import ToolkitError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Returns
    -------
    int
        0 when all went well, 1 when a notebook failed, 2 when the command could not start.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 0
    try:
        return reproduce(arguments.notebooks, output=arguments.output, only=arguments.only)
    except ToolkitError as error:
        print(error, file=sys.stderr)
        return 2


def reproduce(notebooks: Path | None, *, output: Path, only: Sequence[str]) -> int:
    """Execute the notebooks, write the page, and say where it is and what failed."""
    from toolkit.report import make_report, notebooks_folder

    runs = make_report(notebooks, output=output, only=only)
    failures = [run.failure for run in runs if run.failure]
    for failure in failures:
        print(failure, file=sys.stderr)
    if failures:
        print(f"{len(failures)} of {len(runs)} notebooks failed.", file=sys.stderr)
    page = _shown(output / "index.html")
    print(f"Report: {page}   Open the notebooks: {_lab_command(notebooks or notebooks_folder())}")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m toolkit", description="Conflict event data in notebooks."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    command = commands.add_parser(
        "reproduce",
        help="execute every notebook and write one page with all of them",
        description="Execute every notebook, offline, and write one self-contained page.",
    )
    command.add_argument(
        "--notebooks", type=Path, metavar="DIR", help="default: those that come with the toolkit"
    )
    command.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        default=Path("build/report"),
        help="where index.html goes (default: %(default)s)",
    )
    command.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="names of notebooks, or how they begin: 00 01",
    )
    return parser


def _lab_command(notebooks: Path) -> str:
    """Return what to type here to open the notebooks in JupyterLab."""
    command = [_shown(Path(sys.executable).parent / "jupyter"), "lab", _shown(notebooks)]
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


def _shown(path: Path) -> str:
    """Return the path from here where it lies below, else in full."""
    path = path.absolute()
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


if __name__ == "__main__":
    sys.exit(main())
