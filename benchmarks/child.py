"""One run in a process of its own: python benchmarks/child.py CASE SIDE FOLDER SCALE.

The last line printed is a JSON object: seconds and answer, or why there are none.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from time import perf_counter

from cases import CASES, Side
from files import Files


def run(side: Side, files: Files) -> dict[str, object]:
    """Run the work of a side and return how it went."""
    try:
        work = side.start(files)
    except (ImportError, FileNotFoundError) as why:
        return {"outcome": "skipped", "why": str(why)}
    except AttributeError as why:
        if getattr(why.obj, "__name__", "") in ("toolkit", "networks"):
            return {"outcome": "skipped", "why": f"not in this version: {why.name}"}
        raise
    start = perf_counter()
    result = work()
    seconds = perf_counter() - start
    return {"outcome": "done", "seconds": seconds, "answer": summarise(result)}


def summarise(result: object) -> dict[str, int]:
    """Return the numbers by which two sides are told to have done the same work."""
    if isinstance(result, Path):
        import pyarrow.parquet as pq

        files = result.rglob("*.parquet") if result.is_dir() else [result]
        return {"rows": sum(pq.read_metadata(file).num_rows for file in files)}
    if "n_events" in getattr(result, "columns", ()):
        numbers = ["n_events", "fatalities", "fatalities_low", "fatalities_high"]
        return {name: int(result[name].sum()) for name in numbers}
    return {"rows": len(result)} if hasattr(result, "__len__") else {}


def is_memory(error: Exception) -> bool:
    """Return whether an error says that memory did not suffice."""
    words = f"{type(error).__name__} {error}".lower().replace(" ", "")
    return isinstance(error, MemoryError) or "outofmemory" in words


def main() -> None:
    """Run and print."""
    name, number, folder, scale = sys.argv[1:]
    case = next(case for case in CASES if case.name == name)
    warnings.simplefilter("ignore")
    try:
        report = run(case.sides[int(number)], Files(Path(folder), float(scale)))
    except Exception as error:
        if is_memory(error):
            report = {"outcome": "out of memory"}
        else:
            report = {"outcome": "failed", "why": f"{type(error).__name__}: {error}"[:300]}
    print("\n" + json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
