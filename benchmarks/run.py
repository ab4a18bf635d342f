"""Time the toolkit beside its rivals and write BENCHMARKS.md and its picture.

python benchmarks/run.py [--only NAME ...] [--rounds 5] [--scale 0.01] [--list]

Files are made once, below build/benchmarks. The report shows the last runs of every case at this
scale, so that --only measures one again and leaves the others as they are.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

# pandas, matplotlib etc. stay out until the runs are over: a child begins as a copy of this
# process, and its peak would not be its own.
from cases import CASES, Case
from files import DATA, REPOSITORY, Files
from machine import describe_libraries, describe_machine, find_commit
from runs import Limits, load_runs, run_case, save_runs


def read_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--only", nargs="+", metavar="NAME", default=["*"], help="cases, e.g. load-ged 'rows-*'")
    add("--rounds", type=int, default=5, help="runs of each side, 5 if not given")
    add("--scale", type=float, default=1.0, help="size of the made data, 0.01 for a trial")
    add("--list", action="store_true", help="list the cases and stop")
    add("--data", type=Path, default=DATA, help="folder of the made files")
    add("--output", type=Path, default=REPOSITORY / "BENCHMARKS.md",
        help="the report; the picture goes to docs/benchmarks.png beside it")  # fmt: skip
    add("--time-limit", type=float, default=1800, metavar="SECONDS", help="of a run")
    add("--memory-limit", type=float, default=16, metavar="GB", help="of a run")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.scale <= 0:
        parser.error("--rounds and --scale have to be above 0")
    return options


def choose_cases(patterns: list[str]) -> list[Case]:
    """Return the cases with these names, or say which name no case has."""
    for pattern in patterns:
        if not any(fnmatch(case.name, pattern) for case in CASES):
            sys.exit(f"No case is called {pattern}; --list names them.")
    return [case for case in CASES if any(fnmatch(case.name, p) for p in patterns)]


def make_files(files: Files, cases: list[Case]) -> None:
    """Make what the cases read and what is not there yet."""
    needed = {name for case in cases for name in case.files if not files.path(name).exists()}
    if needed:
        command = [sys.executable, str(REPOSITORY / "benchmarks" / "files.py"), *sorted(needed)]
        subprocess.run(
            [*command, "--data", str(files.folder), "--scale", str(files.scale)], check=True
        )


def kept_runs(files: Files, case: Case) -> Path:
    """Return where the runs of a case are kept."""
    return files.folder / f"runs-{files.scale:g}" / f"{case.name}.json"


def write(files: Files, output: Path) -> None:
    """Write the report and the picture of all runs that are kept."""
    from picture import draw
    from report import Measured, write_report

    measured = []
    for case in CASES:
        if kept_runs(files, case).exists():
            facts, everyone = load_runs(kept_runs(files, case))
            measured.append(Measured(case, everyone, **facts))
    picture = output.parent / "docs" / "benchmarks.png"
    draw(measured, files, picture)
    text = write_report(
        measured, machine=describe_machine(), libraries=describe_libraries(), files=files,
        picture="docs/benchmarks.png",
    )  # fmt: skip
    output.write_text(text, encoding="utf-8")
    print(f"{output} and {picture}")


def main() -> None:
    """Run."""
    options = read_options()
    cases = choose_cases(options.only)
    if options.list:
        print("\n".join(f"{case.name:20} {case.title}" for case in cases))
        return
    files = Files(options.data.resolve(), options.scale)
    limits = Limits(options.time_limit, options.memory_limit)
    make_files(files, cases)
    for case in cases:
        everyone = run_case(case, files, rounds=options.rounds, limits=limits,
                            tell=lambda text: print(text, flush=True))  # fmt: skip
        facts = {"day": f"{date.today():%Y-%m-%d}", "commit": find_commit()}
        save_runs(kept_runs(files, case), everyone, **facts)
    write(files, options.output)


if __name__ == "__main__":
    main()
