"""Where the cache is, what lies in it, and the command that shows, fetches, checks and removes."""

import re
import shutil
from pathlib import Path

import pooch
import pytest
from loopback import Server, make_zip, running

import toolkit as ct
from toolkit.__main__ import main
from toolkit.datasets import cache_folder, catalog, folder
from toolkit.errors import CacheError, MissingFileError, OptionError

TABLE = b"reed,heron\n1,2\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("TOOLKIT_CACHE", str(tmp_path / "cache"))
    with running(Server(make_zip(("reed.csv", TABLE)))) as server:
        versions = {v: {"download": server.url(f"/reed{v}.zip")} for v in ("2", "1")}
        reed = {"title": "Reed Events", "licence": "CC0", "citation": "Reed", "versions": versions}
        known = {**catalog.read_catalog(), "reed": reed}
        for module in ("catalog", "downloads"):
            monkeypatch.setattr(f"toolkit.datasets.{module}.read_catalog", lambda: known)
        yield tmp_path / "cache"


def run(capsys, *words):
    code = main(["data", *words])
    out, err = capsys.readouterr()
    return code, out, err


def states(table):
    return {(r.version, r.file): r.state for r in table.itertuples()}


# ------------------------------------------------------------------------------------ where


def test_the_cache_is_the_users_and_can_be_moved(tmp_path, monkeypatch):
    monkeypatch.delenv("TOOLKIT_CACHE", raising=False)
    assert cache_folder() == Path(pooch.os_cache("conflict-toolkit"))
    monkeypatch.setenv("TOOLKIT_CACHE", " ")
    assert cache_folder() == Path(pooch.os_cache("conflict-toolkit"))
    monkeypatch.setenv("TOOLKIT_CACHE", str(tmp_path / "there"))
    assert cache_folder() == tmp_path / "there"
    assert not (tmp_path / "there").exists(), "asking makes no folder"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TOOLKIT_CACHE", "~/mine")
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOOLKIT_CACHE", "here")
    assert cache_folder() == tmp_path / "here"
    monkeypatch.setenv("TOOLKIT_CACHE", "~nobody-of-this-name/x")
    assert cache_folder() == tmp_path / "~nobody-of-this-name" / "x"


# ------------------------------------------------------------------------------------- what


def test_an_empty_cache_is_an_empty_table(cache):
    for table in (ct.datasets.list_downloads(), ct.datasets.check_downloads()):
        assert len(table) == 0
        assert list(table)[-1] == "state"


def test_the_list_says_what_is_there_and_the_check_whether_it_is_the_same(cache):
    path = ct.fetch_dataset("reed", version="2", progress=False)
    expected = {("2", "reed.csv"), ("2", "reed2.zip")}
    assert states(ct.datasets.list_downloads()) == dict.fromkeys(expected, "there")
    assert states(ct.datasets.check_downloads("reed")) == dict.fromkeys(expected, "as recorded")
    path.write_bytes(TABLE.replace(b"1", b"9"))
    (path.parent / "reed2.zip").unlink()
    (path.parent / "notes.txt").write_text("mine")
    (path.parent / "reed2.zip.part").write_text("half")
    found = states(ct.datasets.check_downloads())
    assert found == {
        ("2", "reed.csv"): "changed", ("2", "reed2.zip"): "missing",
        ("2", "notes.txt"): "not recorded", ("2", "reed2.zip.part"): "unfinished",
    }  # fmt: skip
    assert len(ct.datasets.check_downloads("ucdp-ged")) == 0


def test_a_version_or_all_of_a_dataset_is_removed(cache):
    for version in ("1", "2"):
        ct.fetch_dataset("reed", version=version, progress=False)
    (cache / "mine").mkdir()
    (cache / "mine" / "file").write_text("not the toolkit's")
    assert ct.datasets.remove_downloads("reed", version="1") == [cache / "reed" / "1"]
    assert set(ct.datasets.list_downloads()["version"]) == {"2"}
    with pytest.raises(MissingFileError, match=r"reed 1 is not in") as caught:
        ct.datasets.remove_downloads("reed", version="1")
    assert caught.value.allowed == "reed 2."
    assert ct.datasets.remove_downloads("reed") == [cache / "reed" / "2"]
    assert (cache / "mine" / "file").is_file()


@pytest.mark.parametrize("version", ["..", "../..", "", ".", "../../mine"])
def test_no_version_removes_what_is_not_its_own(cache, version):
    ct.fetch_dataset("reed", version="2", progress=False)
    with pytest.raises(MissingFileError):
        ct.datasets.remove_downloads("reed", version=version)
    assert len(ct.datasets.list_downloads()) == 2


def test_a_folder_that_is_a_link_is_not_removed_through_it(cache, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("precious")
    (cache / "reed").mkdir(parents=True)
    (cache / "reed" / "2").symlink_to(tmp_path / "mine")
    with pytest.raises(CacheError, match="cannot be used"):
        ct.datasets.remove_downloads("reed")
    assert (tmp_path / "mine" / "file").read_text() == "precious"


def test_who_waited_for_a_folder_that_was_removed_meanwhile_has_one(cache, monkeypatch):
    path = cache / "reed" / "2"
    path.mkdir(parents=True)
    monkeypatch.setattr(folder, "_lock", lambda _: shutil.rmtree(path))  # by the one waited for
    with folder.locked(path):
        assert path.is_dir()


@pytest.mark.parametrize("function", ["check_downloads", "remove_downloads"])
def test_an_unknown_name_is_met_with_the_nearest(cache, function):
    with pytest.raises(OptionError, match="no dataset 'reeed'") as caught:
        getattr(ct.datasets, function)("reeed")
    assert caught.value.allowed == "did you mean 'reed'?"


# ------------------------------------------------------------------------------ the command


def test_the_command_lists_fetches_checks_and_removes(cache, capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert "reed: Reed Events. Versions: 2, 1" in out
    assert "gdelt-events-1: GDELT 1.0 events, one day. Versions: a day from 20130401" in out
    assert f"In {cache}: 0 files." in out
    assert "acled" not in out

    code, out, _ = run(capsys, "fetch", "reed", "--version", "1")
    assert (code, out.strip()) == (0, str(cache / "reed" / "1" / "reed.csv"))

    code, out, _ = run(capsys, "list")
    assert f"In {cache}: 2 files:" in out
    assert re.search(r"reed 1: reed1\.zip, there, first seen \d{4}-\d\d-\d\d, sha256 \w{12}", out)

    code, out, _ = run(capsys, "check")
    assert code == 0
    assert out.count("as recorded") == 2

    (cache / "reed" / "1" / "notes.txt").write_text("mine")
    assert "reed 1: notes.txt, not recorded\n" in run(capsys, "list")[1]

    (cache / "reed" / "1" / "reed.csv").write_bytes(b"edited")
    code, out, _ = run(capsys, "check", "reed")
    assert code == 1
    assert "reed 1: reed.csv, changed" in out

    code, out, _ = run(capsys, "remove", "reed")
    assert (code, out.strip()) == (0, f"Removed {cache / 'reed' / '1'}")
    assert run(capsys, "check")[1] == f"In {cache}: 0 files.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fetch", "acled"], "register at https://acleddata.com"),
        (["fetch", "ucdp-gde"], "did you mean 'ucdp-ged'"),
        (["fetch", "reed", "--version", "9"], "no version '9'"),
        (["remove", "reed"], "reed is not in"),
    ],
)
def test_the_command_says_what_is_wrong_and_what_to_do(cache, capsys, words, said):
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Allowed: " in err
    assert "Type: " in err


def test_the_command_needs_an_action(cache, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["data"])
    assert caught.value.code == 2
    assert "ACTION" in capsys.readouterr().err
