"""Conversion that is killed, crowded or out of space, and goes on: nothing lost, nothing twice."""

import contextlib
import os
import random
import shutil
import signal
import time

import pytest
from exported import SPAN, content, convert, put
from loopback import Worker
from makers import acled, acled_row, ged

import toolkit as ct
from toolkit.errors import MissingFileError


class Writer(Worker):
    """Writes events into a folder."""

    def __init__(self):
        super().__init__("writer.py")

    def start(self, paths, folder, options=(), **order):
        """Start writing and return the process ids."""
        options = {"batch_bytes": 3000, "extract": SPAN, **dict(options)}
        return self.order(paths=str(paths), folder=str(folder), options=options, **order)


@pytest.fixture(scope="module")
def writer():
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    with contextlib.closing(Writer()) as found:
        yield found


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """Return a folder with files of several years, and the events in them."""
    home = tmp_path_factory.mktemp("exports")
    for i in range(2):
        rows = [
            acled_row(100 * i + n, event_date=f"{2012 + n % 2}-03-0{1 + i}", year="")
            for n in range(8)
        ]
        put(home / "in" / f"{i}.csv", acled(rows))
    put(home / "in" / "ged.csv", ged(5))
    convert(home / "in", home / "out")
    return home / "in", content(home / "out")


def check_folder(folder):
    """Check that what the ledger names is there and whole, and say how much it is."""
    with contextlib.suppress(MissingFileError):
        return len(content(folder)) if (folder / "_ledger").is_dir() else 0
    return 0


def finish(writer, exports, folder):
    files, expected = exports
    writer.start(files, folder)
    [[kind, said]] = writer.wait()
    assert (kind, said) == ("returned", len(expected))
    assert content(folder) == expected
    left = [p for p in folder.rglob("*") if p.name.endswith(".part")]
    named = sum(len(e.parts) for e in ct.parquet.ledger.read_entries(folder))
    assert left == []
    assert len(list(folder.glob("dataset=*/year=*/*"))) == named


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [2, 3, 4, 8])  # parts, an entry, a part, the last entry
def test_killed_as_a_file_gets_its_name_it_goes_on(writer, exports, tmp_path, number, when):
    writer.start(exports[0], tmp_path / "out", die=[number, when])
    assert writer.wait() == [[]], "it died"
    before = check_folder(tmp_path / "out")
    assert before == {2: 0, 3: 8 * (when == "after"), 4: 8, 8: 16 + 5 * (when == "after")}[number]
    finish(writer, exports, tmp_path / "out")


def kill_at_random(writer, exports, folder, times, seed):
    rng = random.Random(seed)
    begin = time.perf_counter()
    finish(writer, exports, folder)
    lasts = time.perf_counter() - begin
    seen = set()
    for _ in range(times):
        shutil.rmtree(folder)
        for _ in range(rng.randint(1, 3)):  # killed again as it goes on
            [child] = writer.start(exports[0], folder, hold=rng.choice([1, 5000, 1 << 20]))
            time.sleep(rng.uniform(0, lasts))
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            writer.wait()
        seen.add(check_folder(folder))
        finish(writer, exports, folder)
    return seen


def test_killed_at_random_moments_it_ends_with_the_same_events(writer, exports, tmp_path):
    kill_at_random(writer, exports, tmp_path / "out", 2, seed=1)


@pytest.mark.slow
def test_killed_at_many_random_moments_it_ends_with_the_same_events(writer, exports, tmp_path):
    seen = kill_at_random(writer, exports, tmp_path / "out", 8, seed=2)
    assert len(seen) > 2, "the kills fell on different states"


def test_two_processes_at_once_are_refused(writer, exports, tmp_path):
    writer.start(exports[0], tmp_path / "out", copies=3)
    ends = writer.wait()
    kinds = [kind for kind, _ in ends]
    assert "returned" in kinds
    assert all(k == "returned" or "Another process" in said for k, said in ends)
    finish(writer, exports, tmp_path / "out")


def test_a_full_disk_is_told_and_nothing_half_stays(writer, exports, tmp_path):
    writer.start(exports[0], tmp_path / "out", largest_file=3000)
    [[kind, said]] = writer.wait()
    assert kind == "FolderError"
    assert "disk is full" in said
    assert check_folder(tmp_path / "out") == 0
    finish(writer, exports, tmp_path / "out")
