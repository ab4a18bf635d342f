"""Fetching that is killed, crowded or out of space: no half file, and each byte asked for once."""

import contextlib
import json
import logging
import os
import random
import shutil
import signal
import time

import pytest
from loopback import TABLE, Fetcher, Server, make_zip, running, sha

BIG = random.Random(1).randbytes(1_500_000).hex().encode()  # hardly gets smaller when packed
ARCHIVE = make_zip(("ged181.csv", TABLE))
BIG_ARCHIVE = make_zip(("ged181.csv", b"a,b\n" + BIG))


@pytest.fixture
def server():
    with running(Server(BIG_ARCHIVE)) as found:
        yield found


@pytest.fixture(scope="module")
def fetcher(tmp_path_factory):
    with contextlib.closing(Fetcher(tmp_path_factory.mktemp("kills") / "cache")) as found:
        yield found


def check_cache(cache):
    """Check that what has its name is whole and nothing lies elsewhere; say how far it came."""
    assert {p.name for p in cache.parent.iterdir()} <= {"cache"}
    folder_ = cache / "ucdp-ged" / "18.1"
    allowed = {"ged181-csv.zip", "ged181.csv", "first_seen.json"}
    found = {p.name for p in folder_.iterdir()} if folder_.is_dir() else set()
    assert {n for n in found - allowed if ".part" not in n} == set()
    whole = {"ged181-csv.zip": BIG_ARCHIVE, "ged181.csv": b"a,b\n" + BIG}
    for name, content in whole.items():
        assert name not in found or (folder_ / name).read_bytes() == content
    if "first_seen.json" in found:
        files = json.loads((folder_ / "first_seen.json").read_text(encoding="utf-8"))["files"]
        assert {n: f["sha256"] for n, f in files.items()} == {n: sha(c) for n, c in whole.items()}
    if "ged181.csv" in found:
        return "complete"
    if "ged181-csv.zip" in found:
        return "archive without table"
    if "first_seen.json" in found:
        return "recorded, nothing in place"
    if "ged181-csv.zip.part" in found:
        whole_part = (folder_ / "ged181-csv.zip.part").stat().st_size == len(BIG_ARCHIVE)
        return "all bytes, not unpacked" if whole_part else "part of the bytes"
    return "nothing"


def clear(cache):
    shutil.rmtree(cache, ignore_errors=True)


@pytest.mark.parametrize("room", [0, 100, len(ARCHIVE) - 1, len(ARCHIVE) + 2, len(TABLE) - 1])
def test_a_disk_that_fills_up_leaves_nothing_behind(fetcher, server, room):
    """The system itself refuses to write more than `room` bytes to a file."""
    server.body = ARCHIVE
    clear(fetcher.cache)
    fetcher.start("ucdp-ged", "18.1", server.url(), largest_file=room)
    [[kind, said]] = fetcher.wait()
    assert kind == "CacheError", said
    assert "disk of the cache is full" in said
    assert [p for p in fetcher.cache.rglob("*") if p.is_file() and p.suffix != ".lock"] == []


def finish(fetcher, server):
    """Fetch once more, undisturbed, and check that the file is whole."""
    fetcher.start("ucdp-ged", "18.1", server.url())
    [[kind, path]] = fetcher.wait()
    assert kind == "returned", path
    assert check_cache(fetcher.cache) == "complete"


def undisturbed(fetcher, server):
    """Return the seconds of a whole fetch that nothing disturbs."""
    clear(fetcher.cache)
    begin = time.perf_counter()
    finish(fetcher, server)
    return time.perf_counter() - begin


def kill_at_random(fetcher, server, times, seed):
    """Kill a fetch at random moments, finish it after each, and count what the kill left."""
    server.body, server.piece, server.pause = BIG_ARCHIVE, len(BIG_ARCHIVE) // 20, 0.01
    lasts = min(undisturbed(fetcher, server) for _ in range(3))
    rng, left, asked = random.Random(seed), {}, 0
    for _ in range(times):
        clear(fetcher.cache)
        [child] = fetcher.start("ucdp-ged", "18.1", server.url())
        time.sleep(rng.uniform(0, lasts))
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        fetcher.wait()
        state = check_cache(fetcher.cache)
        left[state] = left.get(state, 0) + 1
        before = len(server.seen)
        finish(fetcher, server)
        asked += any("Range" in headers for _, headers in server.seen[before:])
    return left, asked


def test_a_process_killed_at_random_moments_leaves_no_half_file(fetcher, server):
    left, _ = kill_at_random(fetcher, server, 5, seed=1)
    assert sum(left.values()) == 5


@pytest.mark.slow
def test_a_process_killed_at_a_hundred_random_moments_leaves_no_half_file(
    fetcher, server, record_property
):
    left, resumed = kill_at_random(fetcher, server, 100, seed=2)
    record_property("left", left)
    record_property("resumed", resumed)
    logging.getLogger(__name__).info("100 kills left %s; %s were resumed", left, resumed)
    assert sum(left.values()) == 100
    assert left["part of the bytes"] > 20, "the kills fell where there is something to break"
    assert resumed > left["part of the bytes"] / 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_process_that_dies_where_a_file_gets_its_name_leaves_no_half_file(
    fetcher, server, number, when
):
    """The names are: the note of the download, the ledger, the archive, the table."""
    server.body = BIG_ARCHIVE
    clear(fetcher.cache)
    fetcher.start("ucdp-ged", "18.1", server.url(), die=[number, when])
    assert fetcher.wait() == [[]], "it died"
    states = {
        (1, "before"): "part of the bytes", (1, "after"): "part of the bytes",
        (2, "before"): "all bytes, not unpacked", (2, "after"): "recorded, nothing in place",
        (3, "before"): "recorded, nothing in place", (3, "after"): "archive without table",
        (4, "before"): "archive without table", (4, "after"): "complete",
    }  # fmt: skip
    assert check_cache(fetcher.cache) == states[number, when]
    asked = len(server.seen)
    finish(fetcher, server)
    assert len(server.seen) - asked == (number == 1), "what has all its bytes is not fetched again"


@pytest.mark.parametrize("copies", [2, 6])
def test_processes_at_once_fetch_once_and_all_get_the_file(fetcher, server, copies):
    server.body, server.piece, server.pause = BIG_ARCHIVE, len(BIG_ARCHIVE) // 10, 0.02
    clear(fetcher.cache)
    fetcher.start("ucdp-ged", "18.1", server.url(), copies=copies)
    ends = fetcher.wait()
    assert ends == [["returned", str(fetcher.cache / "ucdp-ged" / "18.1" / "ged181.csv")]] * copies
    assert check_cache(fetcher.cache) == "complete"
    assert len(server.seen) == 1


def test_when_the_one_that_fetches_is_killed_the_one_that_waits_goes_on(fetcher, server):
    server.body, server.piece, server.pause = BIG_ARCHIVE, len(BIG_ARCHIVE) // 10, 0.05
    clear(fetcher.cache)
    children = fetcher.start("ucdp-ged", "18.1", server.url(), copies=2)
    part = fetcher.cache / "ucdp-ged" / "18.1" / "ged181-csv.zip.part"
    while not part.is_file() or not part.stat().st_size:
        time.sleep(0.01)
    # which of the two fetches is not known: the first to be killed is, or the other one goes on
    os.kill(children[0], signal.SIGKILL)
    ends = fetcher.wait()
    assert ends[0] == []
    assert ends[1][0] == "returned"
    assert check_cache(fetcher.cache) == "complete"
