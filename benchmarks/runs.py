"""Runs: one process each, the sides of a case in turn, with limits of time and memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from cases import Case, Side
from files import REPOSITORY, Files

CHILD = Path(__file__).with_name("child.py")
PAUSE = 0.02  # seconds between two looks at a child
PAGE = os.sysconf("SC_PAGE_SIZE")
UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


@dataclass(frozen=True)
class Limits:
    """How long a run may take, and how much memory it and the processes below it may hold."""

    seconds: float
    memory: float  # GB


@dataclass
class Runs:
    """All runs of one side: seconds and peaks (GB) of those that finished, or why none did."""

    side: str
    seconds: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    answer: dict[str, int] = field(default_factory=dict)
    outcome: str = "done"
    why: str = ""

    @property
    def done(self) -> bool:
        """Whether there is something to compare."""
        return self.outcome == "done" and bool(self.seconds)

    def add(self, report: dict, peak: float) -> None:
        """Add a run; one that did not finish ends the side."""
        self.outcome, self.why = report["outcome"], report.get("why", "")
        if self.outcome == "done":
            self.seconds.append(report["seconds"])
            self.answer = report["answer"]
        if self.outcome != "skipped":
            self.peaks.append(peak)

    def ratios(self, rival: Runs) -> list[float]:
        """Return our seconds over the rival's, round by round."""
        return [a / b for a, b in zip(self.seconds, rival.seconds, strict=False)]

    def memory_ratio(self, rival: Runs) -> float:
        """Return our median peak over the rival's."""
        return median(self.peaks) / median(rival.peaks)


def run_case(
    case: Case, files: Files, *, rounds: int, limits: Limits, tell: Callable[[str], None]
) -> list[Runs]:
    """Run the sides of a case in turn, A B A B, and return the runs of each."""
    warm(case, files)
    everyone = [Runs(side.name) for side in case.sides]
    for number in range(rounds):
        for place, (side, runs) in enumerate(zip(case.sides, everyone, strict=True)):
            if runs.outcome != "done" or number >= (side.rounds or rounds):
                continue
            report, peak = run_child(case, place, files, limits)
            runs.add(report, peak)
            tell(f"{case.name} {number + 1}/{rounds} {side.name}: {say_run(report, peak)}")
        if everyone[0].outcome == "skipped":
            break
    return everyone


def say_run(report: dict, peak: float) -> str:
    """Return how a run went, in words."""
    if report["outcome"] == "done":
        return f"{report['seconds']:.3f} s, {peak:.2f} GB"
    return ": ".join(text for text in (report["outcome"], report.get("why")) if text)


def warm(case: Case, files: Files) -> None:
    """Read the files of a case once, so that the first run does not pay for the disk."""
    for name in case.files:
        for part in files.parts(name):
            with part.open("rb") as file:
                while file.read(1 << 24):
                    pass


def run_child(case: Case, place: int, files: Files, limits: Limits) -> tuple[dict, float]:
    """Run one side in a new process; return its report and its peak of memory in GB."""
    command = [sys.executable, str(CHILD), case.name, str(place), str(files.folder)]
    # pytest and editors may set these; a rival has to be what its name says
    env = {k: v for k, v in os.environ.items() if not k.startswith(("NETWORKX_", "NX_"))}
    env["PYTHONPATH"] = str(REPOSITORY)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*command, str(files.scale)], stdout=out, stderr=errors, env=env,
            start_new_session=True,
        )  # fmt: skip
        stopped, status, peak = watch(process.pid, limits)
        process.returncode = os.waitstatus_to_exitcode(status)
        if stopped:
            return {"outcome": stopped}, peak
        if process.returncode == -signal.SIGKILL:  # by the system, which needed the memory
            return {"outcome": "out of memory"}, peak
        return read_report(out, errors), peak


def watch(pid: int, limits: Limits) -> tuple[str, int, float]:
    """Wait for a child; return why it was stopped ("" if not), its status and peak in GB."""
    start, stopped, peak = time.monotonic(), "", 0.0
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return stopped, status, max(peak, usage.ru_maxrss * UNIT / 1e9)
        peak = max(peak, resident(pid) / 1e9)
        if peak > limits.memory:
            stopped = "out of memory"
        elif time.monotonic() - start > limits.seconds:
            stopped = f"longer than {limits.seconds:g} s"
        if stopped:
            os.killpg(pid, signal.SIGKILL)  # the child leads a group of its own
        time.sleep(PAUSE)


def resident(pid: int) -> int:
    """Return the bytes that a process and those below it hold, 0 where the system cannot tell."""
    folder = Path("/proc", str(pid))
    try:
        pages = int((folder / "statm").read_text().split()[1])
        below = (folder / "task" / str(pid) / "children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages * PAGE + sum(resident(int(child)) for child in below)


def read_report(out, errors) -> dict:
    """Return the report that a child printed last, or the last line of its errors."""
    out.seek(0)
    lines = out.read().strip().splitlines()
    if lines and lines[-1].startswith("{"):
        return json.loads(lines[-1])
    errors.seek(0)
    said = errors.read().strip().splitlines()
    return {"outcome": "failed", "why": said[-1][:300] if said else "no report"}


def save_runs(path: Path, everyone: list[Runs], **facts: object) -> None:
    """Keep the runs of a case, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({**facts, "sides": [asdict(runs) for runs in everyone]}))
    unfinished.replace(path)


def load_runs(path: Path) -> tuple[dict, list[Runs]]:
    """Return the facts and the runs that were kept."""
    facts = json.loads(path.read_text())
    return facts, [Runs(**runs) for runs in facts.pop("sides")]


def different_answers(case: Case, everyone: list[Runs]) -> list[str]:
    """Return the sides whose numbers are not ours."""
    first, *others = everyone
    if not case.same or not first.done:
        return []
    return [runs.side for runs in others if runs.done and runs.answer != first.answer]


def find_side(case: Case, name: str) -> Side:
    """Return the side of this name, with its targets."""
    return next(side for side in case.sides if side.name == name)
