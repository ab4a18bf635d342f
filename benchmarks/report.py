"""BENCHMARKS.md: the table of all cases, and what it was measured on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import linear_regression, median

import numpy as np
from cases import Case, Side
from files import Files
from runs import Runs, different_answers, find_side

CITATION = (
    "Cases named after GED Syria and GED Myanmar are computed from the UCDP Georeferenced Event "
    "Dataset (Sundberg, Ralph, and Erik Melander, 2013, “Introducing the UCDP Georeferenced Event "
    "Dataset”, Journal of Peace Research 50(4); CC BY 4.0). All other events are invented."
)
HOW = (
    "Each run is a process of its own; the sides of a case take turns. Seconds are those of the "
    "work alone, without imports and set-up (except where the import is the work), with the files "
    "read once before, and mostly after the same work on a few rows. Peak is the resident memory "
    "of the whole process, what was given to the work included, and for Spark that of its Java "
    "process. A ratio is ours over theirs, the median of the rounds; below 1 ours is faster or "
    "smaller. A side without a target is there for information. What ours does beyond the others "
    "stands in `benchmarks/idioms.py`."
)
HEADER = (
    "| Case | Side | Runs | Median s | Min s | Max s | Ratio of seconds | Peak GB | "
    "Ratio of peaks |\n|---|---|--:|--:|--:|--:|--:|--:|--:|"
)


@dataclass(frozen=True)
class Measured:
    """A case with the runs of its sides, and the day and the commit of them."""

    case: Case
    everyone: list[Runs]
    day: str
    commit: str

    @property
    def ours(self) -> Runs:
        """The runs of the toolkit."""
        return self.everyone[0]

    @property
    def rivals(self) -> list[tuple[Side, Runs]]:
        """The others with their targets."""
        return [(find_side(self.case, runs.side), runs) for runs in self.everyone[1:]]


def write_report(
    measured: list[Measured],
    *,
    machine: dict[str, str],
    libraries: dict[str, str],
    files: Files,
    picture: str,
) -> str:
    """Return the report as Markdown."""
    days, commits = (sorted({getattr(m, what) for m in measured}) for what in ("day", "commit"))
    parts = [
        "# Benchmarks",
        f"Written by `python benchmarks/run.py`; measured {' to '.join(unique_ends(days))} "
        f"at commit {', '.join(commits)}.",
        *([f"**A trial at scale {files.scale:g}**: made files are that much smaller than their "
           "names say, and the targets are not meant for it."] if files.scale != 1 else []),
        f"![Ratios of seconds with their targets, and growth]({picture})",
        HOW,
        "\n".join(f"- {name}: {value}" for name, value in machine.items()),
        ", ".join(f"{name} {version}" for name, version in libraries.items()) + ".",
        *describe_cases([m for m in measured if not m.case.growth]),
        *describe_growth([m for m in measured if m.case.growth], files),
        CITATION,
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def unique_ends(days: list[str]) -> list[str]:
    """Return the first and the last day, or the only one."""
    return [days[0], days[-1]] if len(days) > 1 else days


def describe_cases(measured: list[Measured]) -> list[str]:
    """Return the table of the cases, and what is to be said about them."""
    if not measured:
        return []
    rows = [row for m in measured for row in case_rows(m)]
    return ["## Cases", "\n".join([HEADER, *rows]), *missed(measured), *floors(measured)]


def case_rows(m: Measured) -> list[str]:
    """Return a row for each side; the first has the title."""
    rows = []
    for number, runs in enumerate(m.everyone):
        side = find_side(m.case, runs.side)
        title = f"{m.case.title} (`{m.case.name}`)" if number == 0 else ""
        seconds = [format_number(f(runs.seconds)) for f in (median, min, max)] if runs.done else []
        cells = seconds or [say_outcome(runs), "", ""]
        peak = format_number(median(runs.peaks)) if runs.peaks else ""
        ratio, memory = ("", say_peak(m)) if number == 0 else compare(m.ours, runs, side)
        cells = [title, runs.side, str(len(runs.seconds)), *cells, ratio, peak, memory]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def compare(ours: Runs, runs: Runs, side: Side) -> tuple[str, str]:
    """Return the two ratios with their targets, in words."""
    if not (ours.done and runs.done):
        return "", ""
    return (
        say_ratio(median(ours.ratios(runs)), side.seconds),
        say_ratio(ours.memory_ratio(runs), side.memory),
    )


def say_ratio(ratio: float, target: float | None) -> str:
    """Return a ratio, and whether it meets its target."""
    if target is None:
        return format_number(ratio)
    meets = "meets" if ratio <= target else "**misses**"
    return f"{format_number(ratio)}, {meets} {target:g}"


def say_peak(m: Measured) -> str:
    """Return whether our peak meets its target, where it has one."""
    if m.case.peak is None or not m.ours.done:
        return ""
    meets = "meets" if median(m.ours.peaks) <= m.case.peak else "**misses**"
    return f"{meets} {m.case.peak:g} GB"


def say_outcome(runs: Runs) -> str:
    """Return why there are no times."""
    return ": ".join(t.replace("|", "/") for t in (runs.outcome, runs.why) if t)


def missed(measured: list[Measured]) -> list[str]:
    """Return a sentence for each case in which the sides do not agree on the numbers."""
    return [
        f"**The numbers of {', '.join(others)} differ from ours in `{m.case.name}`.**"
        for m in measured
        if (others := different_answers(m.case, m.everyone))
    ]


def floors(measured: list[Measured]) -> list[str]:
    """Return what each part of loading takes beside pandas; the first ones are its floor."""
    said = []
    for m in measured:
        if m.case.parts and all(runs.done for runs in m.everyone):
            *parts, pandas = (median(runs.seconds) for runs in m.everyone)
            whole, found, told, read, parsed = (format_number(part / pandas) for part in parts)
            said.append(
                f"`{m.case.name}`: of the time of pandas, which parses all columns and checks "
                f"none, it takes {parsed} to parse the columns of which events are made, on all "
                "cores, and to hash the file: the floor of any loader with this parser and a hash. "
                f"It takes {read} to have them as text with each row accounted for and each value "
                "once, which the rules for dates, codes, numbers and ids need: the floor of this "
                "one, below which it can meet no target. To find the problems, names without rules "
                f"are not read: {told} to have the others as text, {found} with the rules applied. "
                f"The whole takes {whole}, with the table of events made, with its 34 columns, and "
                "its coverage stated."
            )
    return said


# --------------------------------------------------------------------------------------- growth


def describe_growth(measured: list[Measured], files: Files) -> list[str]:
    """Return a table for each thing that grows: seconds by size, and the exponent."""
    parts = ["## Growth"] if measured else []
    for what, (sizes, lines) in growth_lines(measured, files).items():
        head = [what.capitalize(), *(f"{size:,}" for size in sizes), "exponent"]
        rows = [head, ["---", *["--:"] * (len(head) - 1)]]
        for name, seconds in lines.items():
            cells = ["" if np.isnan(s) else format_number(s) for s in seconds]
            rows.append([name, *cells, format_number(find_exponent(sizes, seconds))])
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    if parts:
        parts.append(
            "Median seconds. The exponent is the slope of log seconds over log size: 1 means that "
            "twice the size takes twice the time, 0 that size does not matter."
        )
    return parts


def growth_lines(
    measured: Iterable[Measured], files: Files
) -> dict[str, tuple[list[int], dict[str, list[float]]]]:
    """Return, for each thing that grows, the sizes and the median seconds of each side."""
    found: dict[str, tuple[list[int], dict[str, list[float]]]] = {}
    for m in measured:
        if not any(runs.done for runs in m.everyone):
            continue
        sizes, lines = found.setdefault(m.case.growth, ([], {}))
        sizes.append(files.rows(m.case.files[0]) if m.case.files else m.case.size)
        for runs in m.everyone:
            seconds = median(runs.seconds) if runs.done else float("nan")
            lines.setdefault(runs.side, []).append(seconds)
    return found


def find_exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return the slope of log seconds over log size, not a number from fewer than two sizes."""
    pairs = [(np.log(n), np.log(s)) for n, s in zip(sizes, seconds, strict=True) if s == s]
    if len(pairs) < 2:
        return float("nan")
    return linear_regression(*zip(*pairs, strict=True)).slope


def format_number(value: float) -> str:
    """Return a number with three digits that count."""
    if value != value:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
