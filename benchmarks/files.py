"""The files that the benchmarks read: made once, whole or not at all, and reused.

python benchmarks/files.py [--data DIR] [--scale 0.01] [NAME ...]

Without names all are made. A file's name says its rows and how it was made (`FORM`).
"""

from __future__ import annotations

import argparse
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = REPOSITORY / "build" / "benchmarks"
REAL_DATA = Path(os.environ.get("TOOLKIT_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
MILLION = 1_000_000
FORM = 1  # one more when the same rows come out differently: what was made before is not read
# name: (what makes it, rows)
FILES = {
    "ged": ("exports.write_ged", 400_000),
    "acled": ("exports.write_acled", 2_500_000),
    "events-0.5m": ("tables.write_events", MILLION // 2),
    "events-1m": ("tables.write_events", MILLION),
    "events-2m": ("tables.write_events", 2 * MILLION),
    "events-5m": ("tables.write_events", 5 * MILLION),
    "events-10m": ("tables.write_events", 10 * MILLION),
    "events-50m": ("tables.write_events", 50 * MILLION),
}
ENDINGS = {"exports.write_ged": ".csv", "exports.write_acled": ".csv", "tables.write_events": ""}


@dataclass(frozen=True)
class Files:
    """Where the made files are, and how much smaller than full size."""

    folder: Path
    scale: float = 1.0

    def scaled(self, full: int, least: int = 1) -> int:
        """Return a number of rows, actors, ... at this scale."""
        return max(least, round(full * self.scale))

    def rows(self, name: str) -> int:
        """Return how many rows a made file has."""
        return self.scaled(FILES[name][1], 2_000)

    def path(self, name: str) -> Path:
        """Return the path of a made file, or of a made folder of Parquet files."""
        kind = name.split("-")[0]
        return self.folder / f"{kind}-{self.rows(name)}-form{FORM}{ENDINGS[FILES[name][0]]}"

    def parts(self, name: str) -> list[Path]:
        """Return the file, or the files of the folder."""
        path = self.path(name)
        return sorted(path.glob("*.parquet")) if path.is_dir() else [path]

    def make(self, name: str) -> Path:
        """Make a file unless it is there."""
        path = self.path(name)
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f"{path.name}.unfinished")
            remove(unfinished)
            _maker(FILES[name][0])(unfinished, self.rows(name))
            unfinished.rename(path)
        return path


def real_file(name: str) -> Path:
    """Return the path of a provider's real file, e.g. "ucdp/ged_myanmar_full49cols.csv"."""
    path = REAL_DATA / name
    if not path.is_file():
        raise FileNotFoundError(f"no real file {name}: name the folder in TOOLKIT_REAL_DATA")
    return path


def remove(path: Path) -> None:
    """Remove a file, or a folder with what is in it, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _maker(name: str):
    module, function = name.split(".")
    return getattr(__import__(module), function)


def main() -> None:
    """Make the files that are named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FILES))
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the made files")
    parser.add_argument("--scale", type=float, default=1.0, help="0.01 for a trial")
    options = parser.parse_args()
    files = Files(options.data, options.scale)
    for name in options.names or FILES:
        start = perf_counter()
        path = files.make(name)
        size = sum(part.stat().st_size for part in files.parts(name)) / 1e6
        print(f"{path.name}: {size:,.0f} MB, {perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
