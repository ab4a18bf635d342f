"""The cases: what is timed beside what, and the ratios that we aim at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import starts
from files import Files
from starts import Work

Start = Callable[[Files], Work]


@dataclass(frozen=True)
class Side:
    """One who does the work; `seconds` and `memory` are the targets for ours over theirs."""

    name: str
    start: Start
    seconds: float | None = None
    memory: float | None = None
    rounds: int | None = None  # at most so many, where one takes minutes


@dataclass(frozen=True)
class Case:
    """One piece of work, done by the toolkit (the first side) and its rivals."""

    name: str
    title: str
    sides: tuple[Side, ...]
    files: tuple[str, ...] = ()
    peak: float | None = None  # target for our memory, in GB
    same: bool = True  # whether the answers of the sides have to agree
    parts: bool = False  # whether the sides between the first and the last are parts of our work
    growth: str = ""  # what grows over the cases that share this word
    size: int = 0


def ours(start: Start) -> Side:
    """Return the toolkit's side."""
    return Side("toolkit", start)


def loading() -> list[Case]:
    """Return the cases that read an export."""
    cases = []
    for file, source, loader, title in (
        ("ged", "ucdp", "load_ucdp_ged", "400,000 x 49 UCDP GED"),
        ("acled", "acled", "load_acled", "2.5 million x 31 ACLED"),
    ):
        read = partial(starts.read_csv, file=file)
        arrow = Side("pandas with pyarrow", partial(read, idiom="read_csv_with_arrow"))
        load = ours(partial(starts.load, file=file, function=loader))
        find = ours(partial(starts.load, file=file, function="find_problems"))
        parts = {"file": file, "source": source}
        cases += [
            Case(f"load-{file}", f"Load {title}", (load, Side("pandas", read, 1.5, 1.0), arrow),
                 files=(file,)),
            Case(f"problems-{file}", f"Find the problems of {title}",
                 (find, Side("pandas", read, 2.0)), files=(file,), same=False),
            Case(f"parts-{file}", f"Parts of loading {title}: all", (
                load,
                Side("its problems found, no table made", find.start),
                Side("the columns of its problems read as text",
                    partial(starts.read_columns, problems=True, **parts)),
                Side("its columns read as text", partial(starts.read_columns, **parts)),
                Side("its columns parsed, the file hashed", partial(starts.parse_columns, **parts)),
                Side("pandas", read),
            ), files=(file,), same=False, parts=True),
        ]  # fmt: skip
    return cases


def counting() -> list[Case]:
    """Return the cases that count an event table in memory."""
    cases = [
        Case(
            f"count-{by[-1]}-{period}",
            f"Count 5 million events by {' and '.join(by)}, {period}",
            (
                ours(partial(starts.count_events, file="events-5m", by=by, period=period)),
                Side(
                    "pandas",
                    partial(starts.count_events_by_hand, file="events-5m", by=by, period=period),
                    1.2,
                ),
                Side(
                    "polars",
                    partial(
                        starts.count_events_with_polars, file="events-5m", by=by, period=period
                    ),
                ),
            ),
            files=("events-5m",),
        )
        for by, period in ((["country", "admin1"], "month"), (["country"], "year"))
    ]
    dyads = (
        ours(partial(starts.count_dyads, file="events-1m")),
        Side("pandas", partial(starts.count_dyads_by_hand, file="events-1m")),
    )
    return [*cases, Case("dyads", "Count dyads of 1 million events, year", dyads, ("events-1m",))]


def parquet() -> list[Case]:
    """Return the cases that are larger than memory, or make them so."""
    file, limit = "events-50m", "2GB"
    sides = (
        ours(partial(starts.scan_events, file=file, memory_limit=limit)),
        Side("DuckDB", partial(starts.scan_with_duckdb, file=file, memory_limit=limit), 1.3),
        Side("pandas", partial(starts.scan_with_pandas, file=file), 0.25, rounds=3),
        Side("polars", partial(starts.scan_with_polars, file=file)),
        Side("Spark", partial(starts.scan_with_spark, file=file), rounds=3),
    )
    convert = (
        ours(starts.to_parquet),
        Side("DuckDB", starts.to_parquet_with_duckdb, 2.0),
    )
    title = "Count 50 million events in Parquet by country, month, with 2 GB"
    return [
        Case("scan", title, sides, (file,), peak=2.0),
        Case("to-parquet", "Convert 2.5 million x 31 ACLED to Parquet", convert, ("acled",)),
    ]


def networks() -> list[Case]:
    """Return the cases that measure networks by period, and one large network."""
    syria, myanmar = "ged_syria_652_2016-01_2019-11", "ged_myanmar_full49cols"
    cases = [
        Case(f"networks-{name}", f"Measure {title}", both_sides(start, target), same=False)
        for name, title, target, start in (
            ("syria", "GED Syria, year", 0.5,
             partial(starts.measure_real, names=[syria], period="year")),
            ("myanmar", "GED Myanmar, year", 0.5,
             partial(starts.measure_real, names=[myanmar], period="year")),
            ("pooled", "GED Syria and Myanmar pooled, month", 0.4,
             partial(starts.measure_real, names=[syria, myanmar], period="month")),
            ("dense", "dense directed networks", 0.12, starts.measure_dense),
        )
    ]  # fmt: skip
    shape = {"actors": 5_000, "ties": 50_000}
    large = (
        ours(partial(starts.betweenness, **shape)),
        Side("networkx", partial(starts.betweenness_by_hand, **shape), 1 / 20, rounds=1),
    )
    title = "Betweenness, 5,000 actors and 50,000 ties"
    return [*cases, Case("betweenness", title, large, same=False)]


def both_sides(start: Callable[..., Work], target: float | None) -> tuple[Side, Side]:
    """Return our measures and those of the idiom, on the same dyads."""
    return (
        ours(partial(start, side="our")),
        Side("networkx", partial(start, side="idiom"), target),
    )


def importing() -> list[Case]:
    """Return the case of the import."""
    sides = (
        ours(partial(starts.import_library, name="toolkit")),
        Side("pandas", partial(starts.import_library, name="pandas"), 1.2),
    )
    return [Case("import", "Import, in a new process", sides)]


def growing() -> list[Case]:
    """Return the cases that differ in size only."""
    cases = []
    for name, size in (("0.5m", 0.5), ("1m", 1), ("2m", 2), ("5m", 5), ("10m", 10)):
        options = {"file": f"events-{name}", "by": ["country"], "period": "month"}
        sides = (
            ours(partial(starts.count_events, **options)),
            Side("pandas", partial(starts.count_events_by_hand, **options)),
        )
        cases.append(
            Case(f"rows-{name}", f"Count {size:g} million events by country, month", sides,
                 (options["file"],), growth="rows", size=int(size * 1_000_000))
        )  # fmt: skip
    shapes = [("actors", {"actors": n, "ties": 10 * n, "periods": 4}) for n in (40, 80, 160, 320)]
    shapes += [("periods", {"actors": 60, "ties": 300, "periods": n}) for n in (12, 48, 192)]
    for growth, shape in shapes:
        size = shape[growth]
        sides = both_sides(partial(starts.measure_dense, **shape), None)
        cases.append(
            Case(f"{growth}-{size}", f"Measure dense networks, {size} {growth}", sides,
                 same=False, growth=growth, size=size)
        )  # fmt: skip
    return cases


CASES = [*loading(), *counting(), *parquet(), *networks(), *importing(), *growing()]
