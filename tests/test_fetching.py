"""Fetching by name from a server on loopback that has every kind of bad day."""

import base64
import contextlib
import datetime
import email.utils
import errno
import io
import json
import logging
import os
import re
import shutil
import socket
import traceback
import warnings

import pytest
import requests
from loopback import TABLE, Fetcher, Server, cut, hang, make_zip, running, serve, sha, status

import toolkit as ct
from toolkit.datasets import catalog, fetching, folder, transfer
from toolkit.datasets.catalog import find_download
from toolkit.datasets.transfer import show_url
from toolkit.errors import (
    CacheError,
    ChangedFileError,
    DataWarning,
    DownloadError,
    FileFormatError,
    OptionError,
    ToolkitError,
)

ARCHIVE = make_zip(("reed.csv", TABLE))
SIZE = len(ARCHIVE)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("TOOLKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(transfer, "TIMEOUT", (5, 5))
    monkeypatch.setattr(transfer, "CHUNK", 500)  # what a broken connection loses at most
    return tmp_path / "cache"


@pytest.fixture
def waits(monkeypatch):
    """Return the seconds that were waited between attempts; nothing waits in these tests."""
    waited = []
    monkeypatch.setattr(transfer, "_sleep", waited.append)
    return waited


@pytest.fixture
def server(monkeypatch):
    """Run a server with the archive, and put the dataset "reed" with its address in the catalog."""
    with running(Server(ARCHIVE)) as found:
        entry = {
            "title": "Reed Events", "licence": "CC0", "citation": "Reed",
            "versions": {
                "2": {"download": found.url("/reed2.zip"), "member": "reed.csv"},
                "1": {"download": found.url("/reed1.csv")},
                "0": {"download": found.url("/reed0.zip"), "sha256": sha(ARCHIVE)},
            },
        }  # fmt: skip
        known = {**catalog.read_catalog(), "reed": entry}
        monkeypatch.setattr(catalog, "read_catalog", lambda: known)
        monkeypatch.setattr("toolkit.datasets.downloads.read_catalog", lambda: known)
        yield found


def fetch(version="2", **options):
    return ct.fetch_dataset("reed", version=version, progress=False, **options)


def names(cache):
    """Return the names of all files in the cache but the locks."""
    return sorted(p.name for p in cache.rglob("*") if p.is_file() and p.suffix != ".lock")


def ledger(cache, version="2"):
    return json.loads((cache / "reed" / version / "first_seen.json").read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------- a good day


def test_a_dataset_is_fetched_once_and_served_from_the_cache_after(server, cache):
    path = fetch()
    assert path == cache / "reed" / "2" / "reed.csv"
    assert path.read_bytes() == TABLE
    assert (cache / "reed" / "2" / "reed2.zip").read_bytes() == ARCHIVE
    assert fetch() == path
    assert len(server.seen) == 1
    assert names(cache) == ["first_seen.json", "reed.csv", "reed2.zip"]


def test_a_plain_table_is_served_as_it_came(server):
    server.body = TABLE
    path = fetch("1")
    assert (path.name, path.read_bytes()) == ("reed1.csv", TABLE)


def test_the_newest_version_is_the_default_and_an_unknown_one_is_named(server):
    assert ct.fetch_dataset("reed", progress=False).parent.name == "2"
    with pytest.raises(OptionError, match="no version '7'") as caught:
        fetch("7")
    assert caught.value.fix == 'ct.fetch_dataset("reed", version="2")'


@pytest.mark.parametrize("version", ["../..", "..", "2/../../x", "", "26.0.8/..", "٢٦.0.8"])
@pytest.mark.parametrize("name", ["reed", "ucdp-candidate", "gdelt-events-2"])
def test_no_version_leads_out_of_the_cache(server, cache, name, version):
    with pytest.raises(OptionError, match="no version"):
        ct.fetch_dataset(name, version=version, progress=False)
    assert not cache.exists()


def test_a_hash_that_is_not_known_is_called_first_seen_and_nothing_better(server, cache):
    fetch()
    files = ledger(cache)["files"]
    assert files["reed2.zip"]["sha256"] == sha(ARCHIVE)
    assert files["reed2.zip"]["basis"] == "first seen"
    assert files["reed2.zip"]["bytes"] == SIZE
    assert files["reed2.zip"]["seen"] == f"{datetime.date.today():%Y-%m-%d}"
    assert files["reed2.zip"]["origin"] == server.url("/reed2.zip")
    assert files["reed.csv"]["sha256"] == sha(TABLE)
    assert "verified" not in json.dumps(ledger(cache)).lower()
    fetch("0")
    assert ledger(cache, "0")["files"]["reed0.zip"]["basis"] == "in the catalog"


def test_a_mirror_gives_the_file_its_usual_name(server, cache):
    assert fetch(url=server.url("/mirror/x.bin?a=b")).name == "reed.csv"
    assert names(cache) == ["first_seen.json", "reed.csv", "reed2.zip"]


def test_a_progress_bar_shows_where_it_is_wanted(server, capsys):
    ct.fetch_dataset("reed", version="1", progress=True, url=server.url())
    shown = capsys.readouterr().err
    assert "Reed Events 1" in shown
    assert f"/{SIZE / 1000:.0f}k" in shown
    shutil.rmtree(folder.cache_folder())
    fetch()
    assert capsys.readouterr().err == ""


def test_a_fetched_release_loads_under_its_version(server):
    path = catalog.find_file("sample-ged")
    server.body = make_zip(("ged191.csv", path.read_bytes()))
    found = ct.fetch_dataset("ucdp-ged", version="19.1", url=server.url(), progress=False)
    assert ct.sources.ucdp.find_version(found.name) == "19.1"
    span = {"start": "2012-01-01", "end": "2019-12-31"}
    assert len(ct.load_ucdp_ged(found, extract=span)) == 2316


def test_every_address_of_the_catalog_has_a_plain_name_and_a_safe_place():
    for name, entry in catalog.read_catalog().items():
        for version, release in entry.get("versions", {}).items():
            if "download" in release:
                found = find_download(name, version)
                assert found.url.startswith(("https://ucdp.uu.se/", "http://data.gdeltproject"))
                assert found.filename.endswith((".zip", ".csv"))
                assert len(found.sha256) in (0, 64)
    assert find_download("ucdp-candidate", "26.01.26.06").url.endswith(
        "/candidateged/GEDEvent_v26_01_26_06.csv"
    )
    assert find_download("gdelt-events-2", "20191024143000").filename == (
        "20191024143000.export.CSV.zip"
    )


def test_nothing_is_fetched_when_the_toolkit_is_imported(tmp_path):
    fetcher = Fetcher(tmp_path / "elsewhere")
    fetcher.close()
    assert fetcher.process.returncode == 0
    assert not (tmp_path / "elsewhere").exists()


# ------------------------------------------------------------------------ going on, and again


def test_a_body_cut_short_is_gone_on_with_where_it_stopped(server, waits):
    server.plan = [cut(1000), cut(2000)]
    assert fetch().read_bytes() == TABLE
    ranges = [headers.get("Range") for _, headers in server.seen]
    assert ranges == [None, "bytes=1000-", "bytes=2000-"]
    assert waits == [1, 2]


def test_a_server_without_ranges_is_asked_again_from_the_beginning(server, waits):
    server.ranges = False
    server.plan = [cut(1000)]
    assert fetch().read_bytes() == TABLE
    assert len(server.seen) == 2


def test_nothing_is_joined_to_the_beginning_of_another_file(server, waits):
    other = make_zip(("reed.csv", TABLE[::-1]))

    def change(handler):
        cut(1000)(handler)
        server.body, server.tag = other, '"two"'

    server.plan = [change]
    assert fetch().read_bytes() == TABLE[::-1]
    assert server.seen[1][1]["If-Range"] == '"one"'


@pytest.mark.parametrize("tag", ['W/"weak"', ""])
def test_without_a_word_that_it_is_the_same_file_nothing_is_gone_on_with(server, waits, tag):
    server.tag = tag
    server.plan = [cut(1000)]
    assert fetch().read_bytes() == TABLE
    assert "Range" not in server.seen[1][1]


def test_a_server_that_goes_on_with_another_file_is_not_believed(server, waits):
    """It heeds Range and not If-Range; the tag of what it sends tells."""
    other = make_zip(("reed.csv", TABLE[::-1]))

    def go_on(handler):
        server.body, server.tag = other, '"two"'
        said = {"Content-Range": f"bytes 1000-{len(other) - 1}/{len(other)}", "ETag": server.tag}
        handler.answer(206, said, other[1000:])

    server.plan = [cut(1000), go_on]
    assert fetch().read_bytes() == TABLE[::-1]
    assert [h.get("Range") for _, h in server.seen] == [None, "bytes=1000-", None]


def test_a_part_that_was_not_asked_for_is_not_taken_for_the_whole(server, waits):
    part = {"Content_Range": f"bytes 0-999/{SIZE}", "ETag": '"one"'}
    server.plan = [status(206, ARCHIVE[:1000], **part)]
    assert fetch().read_bytes() == TABLE
    assert server.seen[1][1]["Range"] == "bytes=1000-"
    server.plan = [status(206, ARCHIVE[5:], Content_Range=f"bytes 5-{SIZE - 1}/{SIZE}")]
    server.body = ARCHIVE
    assert fetch("0").read_bytes() == TABLE


@pytest.mark.parametrize("code", [203, 204, 300, 302, 304])
def test_an_answer_that_is_neither_file_nor_fault_is_not_joined_to_the_file(server, waits, code):
    server.plan = [cut(1000), status(code, b"odd")]
    with pytest.raises(DownloadError, match=rf"does not give it \({code}\)"):
        fetch()
    assert fetch().read_bytes() == TABLE
    assert server.seen[2][1]["Range"] == "bytes=1000-"


def test_no_password_goes_to_another_server(server):
    with running(Server(ARCHIVE)) as other:
        onward = other.url("/elsewhere.zip")
        server.plan = [status(302, Location=onward)]
        assert fetch(url=server.url(user=f"me:{PASSWORD}@")).read_bytes() == TABLE
    assert SECRETS[2] in server.seen[0][1]["Authorization"]
    assert "Authorization" not in other.seen[0][1]


@pytest.mark.parametrize(
    ("onward", "refused"),
    [("http://example.org/x", True), ("HTTP://example.org/x", True), ("ftp://example.org", True),
     ("https://example.org/x", False), ("/x", False), ("//example.org/x", False)],
)  # fmt: skip
def test_an_encrypted_address_does_not_lead_to_one_that_is_not(tmp_path, onward, refused):
    answer = requests.Response()
    answer.url, answer.status_code, answer.headers["Location"] = "https://example.org/", 302, onward
    attempt = transfer._Attempt("https://example.org/", tmp_path / "x.part")
    expected = pytest.raises(transfer.TransferError, match="not encrypted")
    with expected if refused else contextlib.nullcontext():
        attempt.inspect(answer)


@pytest.mark.parametrize("onward", ["http://a..b/x", "http://[::1", "file:///etc/passwd", "x:y"])
def test_a_server_that_sends_on_to_nonsense_is_told(server, waits, onward):
    server.plan = [status(302, Location=f"{onward}?key={TOKEN}")]
    with pytest.raises(DownloadError, match="the request failed") as caught:
        fetch()
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("said", ["bytes 5-9/10", f"bytes 5-9/{SIZE}", "nonsense", ""])
def test_another_part_than_was_asked_for_is_not_taken(server, waits, said):
    server.plan = [cut(1000), status(206, ARCHIVE[1000:], Content_Range=said)]
    assert fetch().read_bytes() == TABLE
    assert [h.get("Range") for _, h in server.seen] == [None, "bytes=1000-", None]


@pytest.mark.parametrize(
    "known", [{"ETag": '"one"'}, {"Last_Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, {}]
)
def test_a_server_that_gives_less_than_the_rest_is_asked_for_more(server, waits, known):
    said = {"Content_Range": f"bytes 1000-1499/{SIZE}", **known}
    server.plan = [cut(1000), status(206, ARCHIVE[1000:1500], **said)]
    assert fetch().read_bytes() == TABLE
    assert [h.get("Range") for _, h in server.seen] == [None, "bytes=1000-", "bytes=1500-"]
    assert server.seen[2][1]["If-Range"] == '"one"'


def test_what_one_address_began_another_does_not_go_on_with(server, waits):
    server.plan = [cut(1000), status(404)]
    with pytest.raises(DownloadError):
        fetch()
    assert fetch(url=server.url("/mirror.zip")).read_bytes() == TABLE
    assert "Range" not in server.seen[2][1]


def test_the_bar_of_a_download_that_goes_on_begins_where_it_stopped(server, waits, capsys):
    server.plan = [cut(SIZE - 400)]
    ct.fetch_dataset("reed", version="2", progress=True)
    last = [line for line in re.split("[\r\n]", capsys.readouterr().err) if "Reed" in line][-1]
    assert int(re.search(r"(\d+)%", last)[1]) >= 98


def test_what_was_begun_is_gone_on_with_by_the_next_call(server, waits):
    server.plan = [cut(1000), status(404)]
    with pytest.raises(DownloadError):
        fetch()
    assert fetch().read_bytes() == TABLE
    assert server.seen[2][1]["Range"] == "bytes=1000-"


def test_a_file_that_is_shorter_by_now_is_fetched_from_the_beginning(server, waits):
    server.plan = [cut(1000), status(416)]
    assert fetch().read_bytes() == TABLE


def test_more_bytes_than_there_should_be_are_not_taken(server, waits, cache):
    fetch_part = cache / "reed" / "2" / "reed2.zip.part"
    fetch_part.parent.mkdir(parents=True)
    fetch_part.write_bytes(ARCHIVE + b"more")
    note = {"address": server.url("/reed2.zip"), "validator": '"one"', "total": SIZE}
    fetch_part.with_name(fetch_part.name + ".json").write_text(json.dumps(note))
    assert fetch().read_bytes() == TABLE


@pytest.mark.parametrize(
    "fault",
    [cut(1000, reset=True), cut(0, reset=True), status(500), status(502), status(503), status(429)],
    ids=["reset", "reset at once", "500", "502", "503", "429"],
)
def test_a_passing_fault_is_got_over(server, waits, fault):
    server.plan = [fault, fault]
    assert fetch().read_bytes() == TABLE
    assert waits == [1, 2]


def test_a_server_that_hangs_is_left_and_asked_again(server, waits, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT", (5, 0.2))
    server.plan = [hang(), hang(1000)]
    assert fetch().read_bytes() == TABLE
    assert len(server.seen) == 3


def test_a_slow_server_is_waited_for(server, waits, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT", (5, 1))
    server.piece, server.pause = SIZE // 30, 0.05  # longer than a timeout in all, never at once
    assert fetch().read_bytes() == TABLE
    assert waits == []


def test_a_longer_wait_is_told_while_it_lasts(server, waits):
    server.plan = [status(429, Retry_After="90")]
    with pytest.warns(DataWarning, match=r"Reed Events 2: .* in 90 seconds \(429\)\. Waiting"):
        fetch()
    assert waits == [90]


@pytest.mark.filterwarnings("ignore::toolkit.errors.DataWarning")
@pytest.mark.parametrize("code", [429, 503])
def test_the_wait_that_a_server_asks_for_is_kept(server, waits, code):
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=90)
    date = email.utils.format_datetime(until, usegmt=True)
    odd = "Mon, 01 Jan 2024 00:00:00 +99999999999999"
    server.plan = [status(code, Retry_After=said) for said in ("7", date, "soon", odd)]
    assert fetch().read_bytes() == TABLE
    assert waits[0] == 7
    assert 80 < waits[1] <= 90
    assert waits[2:] == [4, 8]


def test_a_server_that_asks_for_a_long_wait_is_not_asked_again(server, waits):
    server.plan = [status(429, Retry_After="86400")]
    with pytest.raises(DownloadError, match=r"try again in 86,400 seconds \(429\)"):
        fetch()
    assert (waits, len(server.seen)) == ([], 1)


# --------------------------------------------------------------------------------- a bad day


def by_hand(error, server, cache):
    """Say whether the error names the file, its address and the place to put it."""
    return (
        server.url("/reed2.zip") in error.fix
        and str(cache / "reed" / "2" / "reed2.zip") in error.allowed
    )


@pytest.mark.parametrize(
    ("plan", "match", "requests_made"),
    [
        ([status(404)], r"no longer has it \(404\)", 1),
        ([status(410)], r"no longer has it \(410\)", 1),
        ([status(403)], r"refuses it \(403\)", 1),
        ([status(401)], r"asks for a password \(401\)", 1),
        ([status(400)], r"does not give it \(400\)", 1),
        ([status(500)] * 5, r"has a fault \(500\)", 5),
        ([status(429)] * 5, r"left alone for a while \(429\)", 5),
        ([status(200, b"<html>Log in", Content_Type="text/html; charset=utf-8")], "a web page", 1),
        ([cut(1000)] + [cut(0)] * 4, "broke before the whole file", 5),
        ([cut(0, reset=True)] * 5, "no connection to 127.0.0.1|broke before", 5),
        ([status(416)] * 5, r"changed while it was fetched \(416\)", 5),
    ],
    ids="404 410 403 401 400 500 429 html short reset 416".split(),
)
def test_what_cannot_be_fetched_says_what_to_do_by_hand(
    server, waits, cache, plan, match, requests_made
):
    server.plan = plan
    with pytest.raises(DownloadError, match=match) as caught:
        fetch()
    assert by_hand(caught.value, server, cache)
    assert isinstance(caught.value, ConnectionError)
    assert len(server.seen) == requests_made
    assert "reed2.zip" not in names(cache)
    assert "reed.csv" not in names(cache)
    assert "first_seen.json" not in names(cache)


def test_offline_what_was_fetched_is_served_and_the_rest_says_what_to_do(
    server, waits, cache, monkeypatch
):
    here = fetch()

    def refuse(*_):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert fetch() == here
    with pytest.raises(DownloadError, match=r"no connection to 127\.0\.0\.1") as caught:
        fetch("1")
    assert names(cache / "reed" / "1") == [], "not even an empty file"
    assert server.url("/reed1.csv") in caught.value.fix
    assert str(cache / "reed" / "1" / "reed1.csv") in caught.value.allowed


def test_a_refused_connection_says_what_to_do(server, waits):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        with pytest.raises(DownloadError, match="no connection"):
            fetch(url=f"http://127.0.0.1:{taken.getsockname()[1]}/x.zip")
    assert len(waits) == 4


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><p>Log in", b"\n <HTML>", b"\xef\xbb\xbf<html>"])
@pytest.mark.parametrize("version", ["1", "2"])
def test_a_web_page_that_says_it_is_data_is_known_for_what_it_is(server, cache, page, version):
    server.body = page
    with pytest.raises(FileFormatError, match="a web page"):
        fetch(version)
    assert names(cache) == []


def test_an_empty_file_is_not_taken(server, cache):
    server.body = b""
    with pytest.raises(FileFormatError, match="is empty"):
        fetch("1")
    assert names(cache) == []


def test_a_body_whose_length_is_not_said_is_taken_with_a_warning(server):
    server.body = TABLE
    server.plan = [cut(len(TABLE), length=False)]
    with pytest.warns(DataWarning, match="did not say how long"):
        assert fetch("1").read_bytes() == TABLE


def test_an_archive_cut_short_without_a_length_is_not_taken(server, cache):
    server.plan = [cut(SIZE // 2, length=False)]
    with pytest.warns(DataWarning), pytest.raises(FileFormatError, match="damaged or no zip"):
        fetch()
    assert names(cache) == []


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1/x", "https://", "http://[::1"])
def test_an_address_that_is_none_is_told_and_not_shown(server, waits, address):
    with pytest.raises(OptionError, match="not the address of a file") as caught:
        fetch(url=address)
    assert waits == []
    assert address not in caught.value.wrong


def test_a_link_in_the_cache_is_not_written_through(server, cache, tmp_path):
    (tmp_path / "target").write_bytes(b"precious")
    put(cache, "x", b"")
    for name in ("reed2.zip.part", "reed.csv.part", "first_seen.json.part"):
        (cache / "reed" / "2" / name).symlink_to(tmp_path / "target")
    assert fetch().read_bytes() == TABLE
    assert (tmp_path / "target").read_bytes() == b"precious"


# -------------------------------------------------------------------------------- other bytes


def test_a_file_with_another_hash_than_the_catalogs_is_not_taken(server, cache):
    server.body = make_zip(("reed.csv", b"a,b\n1,2\n"))
    with pytest.raises(ChangedFileError, match="is not the file in the catalog") as caught:
        fetch("0")
    assert sha(ARCHIVE)[:12] in caught.value.wrong
    assert names(cache) == []
    server.body = ARCHIVE
    assert fetch("0").read_bytes() == TABLE


def test_a_file_that_changed_upstream_is_told_and_never_served(server, cache):
    path = fetch()
    for file in path.parent.glob("reed*"):
        file.unlink()
    server.body, server.tag = make_zip(("reed.csv", b"a,b\n1,2\n")), '"two"'
    today = f"{datetime.date.today():%Y-%m-%d}"
    for _ in range(2):
        with pytest.raises(ChangedFileError, match=f"not the file first seen on {today}") as caught:
            fetch()
    assert names(cache) == ["first_seen.json"]
    assert "python -m toolkit data remove reed --version 2" in caught.value.fix
    ct.datasets.remove_downloads("reed", version="2")
    assert fetch().read_bytes() == b"a,b\n1,2\n"


@pytest.mark.parametrize("name", ["reed.csv", "reed1.csv"])
def test_a_table_that_was_edited_is_neither_served_nor_written_over(server, name):
    version = "2" if name == "reed.csv" else "1"
    server.body = ARCHIVE if version == "2" else TABLE
    path = fetch(version)
    path.write_bytes(b"edited in a spreadsheet")
    with pytest.raises(ChangedFileError, match=name):
        fetch(version)
    assert path.read_bytes() == b"edited in a spreadsheet"
    assert sorted(p.name for p in path.parent.iterdir() if ".part" in p.name) == []


def test_a_table_that_was_deleted_comes_back_from_its_archive(server):
    path = fetch()
    path.unlink()
    assert fetch().read_bytes() == TABLE
    assert len(server.seen) == 1


def test_the_first_sight_stays_recorded(server, cache):
    path = fetch()
    record = ledger(cache)["files"]["reed2.zip"]
    for file in path.parent.glob("reed*"):
        file.unlink()
    assert fetch(url=server.url("/mirror.zip")) == path
    assert ledger(cache)["files"]["reed2.zip"] == record


def test_a_hash_that_the_catalog_learns_later_is_enforced_too(server, cache):
    fetch()
    version = catalog.read_catalog()["reed"]["versions"]["2"]
    version["sha256"] = sha(b"other")
    with pytest.raises(ChangedFileError, match="in the catalog"):
        fetch()
    (cache / "reed" / "2" / "reed2.zip").unlink()
    with pytest.raises(ChangedFileError, match="in the catalog"):
        fetch()  # the table alone is not taken either
    version["sha256"] = sha(ARCHIVE)
    assert fetch().read_bytes() == TABLE


def test_an_archive_that_was_deleted_is_not_needed(server):
    path = fetch()
    (path.parent / "reed2.zip").unlink()
    assert fetch() == path
    assert len(server.seen) == 1


# ------------------------------------------------------------------------------------ by hand


def put(cache, name, content, version="2"):
    path = cache / "reed" / version / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("name", "content"), [("reed2.zip", ARCHIVE), ("reed.csv", TABLE)])
def test_a_file_put_there_by_hand_is_taken_and_recorded(server, cache, name, content):
    put(cache, name, content)
    assert fetch().read_bytes() == TABLE
    assert server.seen == []
    record = ledger(cache)["files"][name]
    assert (record["origin"], record["basis"]) == ("put there by hand", "first seen")
    assert record["sha256"] == sha(content)


def test_a_file_put_there_by_hand_is_held_to_the_catalogs_hash(server, cache):
    put(cache, "reed0.zip", make_zip(("reed.csv", b"a\n1\n")), "0")
    with pytest.raises(ChangedFileError, match="put there by hand"):
        fetch("0")
    put(cache, "reed0.zip", ARCHIVE, "0")
    assert fetch("0").read_bytes() == TABLE


def test_the_day_of_the_download_is_the_day_of_access(server, cache, monkeypatch):
    server.body = make_zip(("reed.csv", catalog.find_file("sample-ged").read_bytes()))
    path = fetch()
    book = cache / "reed" / "2" / "first_seen.json"
    book.write_text(book.read_text().replace(f"{datetime.date.today():%Y-%m-%d}", "2021-02-03"))
    span = {"start": "2012-01-01", "end": "2019-12-31"}

    def accessed(source, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ct.load_ucdp_ged(source, extract=span, **options).attrs.get("accessed")

    assert [accessed(p) for p in (path, str(path), path.with_name("reed2.zip"))] == [
        "2021-02-03", "2021-02-03", "2021-02-03",
    ]  # fmt: skip
    assert accessed(path, accessed="2022-01-01") == "2022-01-01"
    monkeypatch.chdir(path.parent)
    assert accessed("reed.csv") == "2021-02-03"
    assert accessed(catalog.find_file("sample-ged")) is None
    by_hand = book.read_text().replace(server.url("/reed2.zip"), "put there by hand")
    seen = book.read_text()
    for text in (by_hand, "somebody else's file"):
        book.write_text(text)
        assert accessed(path) is None
    book.write_text(seen)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n", 1))
    assert accessed(path) is None, "of an edited file the day is not known"


@pytest.mark.parametrize("content", [b"<html>", b"", ARCHIVE[: SIZE // 2], b"no zip"])
def test_a_file_put_there_by_hand_that_is_no_archive_is_told(server, cache, content):
    path = put(cache, "reed2.zip", content)
    with pytest.raises(FileFormatError):
        fetch()
    assert path.read_bytes() == content
    assert names(cache) == ["reed2.zip"]


# ------------------------------------------------------------------------------ cache and disk


def test_a_cache_that_is_no_folder_says_what_to_type(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("TOOLKIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(CacheError, match="cannot be used") as caught:
        fetch()
    assert "TOOLKIT_CACHE" in caught.value.fix
    assert isinstance(caught.value, OSError)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_cache_that_cannot_be_written_says_what_to_type(server, monkeypatch, code):
    def refuse(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(CacheError, match=os.strerror(code)):
        fetch()
    assert server.seen == []


def test_what_is_there_is_served_from_a_cache_that_cannot_be_written(server, monkeypatch):
    path = fetch()
    monkeypatch.setattr(folder, "locked", lambda _: pytest.fail("locked"))
    monkeypatch.setattr(fetching, "locked", lambda _: pytest.fail("locked"))
    assert fetch() == path


def test_a_ledger_that_was_changed_by_hand_is_told(server, cache):
    fetch()
    whole = ledger(cache)
    outside = {"files": {"../../x": whole["files"]["reed.csv"]}, "serves": "../../x"}
    undated = {"files": {"reed.csv": {"sha256": sha(TABLE)}}, "serves": "reed.csv"}
    for text in ("{", "[]", json.dumps(undated), '{"files": {}}', json.dumps(outside)):
        (cache / "reed" / "2" / "first_seen.json").write_text(text)
        with pytest.raises(CacheError, match="it was changed"):
            fetch()


def test_what_was_unpacked_does_not_stay_where_it_cannot_be_recorded(server, cache, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetching, "write_ledger", refuse)
    with pytest.raises(CacheError, match="disk of the cache is full"):
        fetch()
    assert names(cache) == []


def test_a_disk_that_is_too_small_is_told_before_the_download(server, cache, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=SIZE - 1)
    monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(CacheError, match="disk of the cache is full"):
        fetch()
    assert names(cache) == []


# ----------------------------------------------------------------------------------- secrets

TOKEN, PASSWORD = "t0k3nt0k3n", "p4ssw0rdp4ss"
SECRETS = (TOKEN, PASSWORD, base64.b64encode(f"me:{PASSWORD}".encode()).decode())


def redirect(handler):
    server = handler.server
    server.plan = [serve]
    handler.answer(302, {"Location": server.url(f"/signed.zip?X-Signature={TOKEN}")})


DAYS = {
    "good": [], "redirect": [redirect], "403": [status(403)], "404": [status(404)],
    "500": [status(500)] * 5, "429": [status(429, Retry_After="999")],
    "html": [status(200, b"<html>", Content_Type="text/html")],
    "no zip": [status(200, b"no zip")], "short": [cut(1000)] * 5,
    "reset": [cut(10, reset=True)] * 5, "hang": [hang()] * 5,
    "no length": [cut(SIZE, length=False)],
}  # fmt: skip


@pytest.mark.parametrize("day", [*DAYS, "refused", "changed", "full"])
def test_no_secret_of_an_address_is_said_logged_or_kept(
    server, waits, cache, day, caplog, capfd, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(transfer, "TIMEOUT", (5, 0.1))
    server.plan = list(DAYS.get(day, []))
    address = server.url(f"/reed2.zip?key={TOKEN}#{TOKEN}", user=f"me:{PASSWORD}@")
    if day == "refused":
        address = f"http://me:{PASSWORD}@127.0.0.1:1/x?key={TOKEN}"
    if day == "full":
        none = shutil.disk_usage("/")._replace(free=0)
        monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _: none)
    if day == "changed":
        put(cache, "reed2.zip", make_zip(("reed.csv", b"other\n")))
        fetch()
        for file in (cache / "reed" / "2").glob("reed*"):
            file.unlink()
    said = io.StringIO()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            path = ct.fetch_dataset("reed", version="2", url=address, progress=True)
            assert path.read_bytes() == TABLE
        except ToolkitError as error:
            assert day not in ("good", "redirect", "no length")
            said.write("".join(traceback.format_exception(error)))
            chain = error
            while chain := chain.__context__ or chain.__cause__:
                said.write(repr(chain) + str(chain) + repr(vars(chain)))
    said.write("".join(str(w.message) for w in caught) + caplog.text)
    said.write("".join(capfd.readouterr()))
    for file in cache.rglob("*"):
        said.write(str(file))
        if file.is_file():
            said.write(file.read_bytes().decode("latin-1"))
    said.write(ct.datasets.list_downloads().to_csv())
    found = [s for s in SECRETS if s in said.getvalue()]
    assert found == []
    if server.seen:  # they were really sent
        assert TOKEN in server.seen[0][0]
        assert SECRETS[2] in server.seen[0][1]["Authorization"]


def test_the_library_below_would_have_logged_them(server, caplog):
    caplog.set_level(logging.DEBUG)
    requests.get(server.url(f"/x?key={TOKEN}"), timeout=5)
    assert TOKEN in caplog.text
    before = len(caplog.records)
    fetch()
    requests.get(server.url("/later"), timeout=5)
    assert [r for r in caplog.records[before:] if "/later" in r.getMessage()], "others still log"


def test_what_is_shown_of_an_address_has_no_secret():
    shown = show_url("https://me:pass@example.org:8080/a/b.zip?key=1#frag")
    assert shown == "https://example.org:8080/a/b.zip"
