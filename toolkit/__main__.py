"""The few commands: `python -m toolkit reproduce`, `python -m toolkit data`."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    import pandas as pd


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Returns
    -------
    int
        0 when all went well, 1 when a notebook failed or a file in the cache is not the one
        recorded, 2 when the command could not start.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 0
    try:
        if arguments.command == "data":
            return data(arguments)
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


def data(arguments: argparse.Namespace) -> int:
    """List, fetch, check or remove the files in the cache."""
    from toolkit import datasets

    if arguments.action == "fetch":
        print(datasets.fetch_dataset(arguments.name, version=arguments.version))
        return 0
    if arguments.action == "remove":
        for folder in datasets.remove_downloads(arguments.name, version=arguments.version):
            print(f"Removed {folder}")
        return 0
    if arguments.action == "check":
        files = datasets.check_downloads(arguments.name)
        _show_files(files)
        return 1 if files["state"].isin(["changed", "missing"]).any() else 0
    known = datasets.list_datasets()
    for name, entry in known[known["fetchable"]].iterrows():
        # the releases that follow a rule are too many to list
        versions = datasets.find_entry(name).get("release_form") or entry["version"]
        print(f"{name}: {entry['title']}. Versions: {versions}")
    _show_files(datasets.list_downloads())
    return 0


def _show_files(files: pd.DataFrame) -> None:
    """Print one line per file of the cache, and where the cache is."""
    from toolkit.datasets import cache_folder

    count = "1 file" if len(files) == 1 else f"{len(files)} files"
    print(f"In {cache_folder()}: {count}" + (":" if len(files) else "."))
    for file in files.astype("object").where(files.notna(), "").itertuples():
        seen = f", {file.basis} {file.seen}, sha256 {file.sha256[:12]}" if file.sha256 else ""
        print(f"  {file.dataset} {file.version}: {file.file}, {file.state}{seen}")


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
    _add_data(commands)
    return parser


def _add_data(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "data",
        help="list, fetch, check or remove datasets in the cache",
        description="Datasets by name, fetched once into the cache; TOOLKIT_CACHE moves it.",
    )
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="what can be fetched, and what is in the cache")
    fetch = actions.add_parser("fetch", help="fetch a dataset and print the path of its file")
    check = actions.add_parser("check", help="compare the files with the hashes recorded of them")
    remove = actions.add_parser("remove", help="remove a dataset and what is recorded of it")
    check.add_argument("name", nargs="?", metavar="NAME")
    for action in (fetch, remove):
        action.add_argument("name", metavar="NAME")
        action.add_argument("--version", metavar="VERSION", help="a release, such as 25.1")


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
