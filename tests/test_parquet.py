"""Raw files -> Parquet -> DuckDB and Spark: nothing lost, nothing twice, killed at any moment."""

import pandas as pd
import pytest
from makers import quiet, refused

import toolkit as ct
from toolkit.engines import find_record
from toolkit.errors import FileFormatError, MissingFileError, OptionError
from toolkit.events import COLUMNS


@pytest.fixture(scope="session")
def ged():
    return quiet(ct.load_sample, "ged")


# ------------------------------------------------------------------- plain Parquet files


ODD = "a[1]*{b}? 'x"  # letters that engines take for patterns


@pytest.fixture
def plain(ged, tmp_path):
    folder = tmp_path / ODD
    folder.mkdir()
    ged.head(100).to_parquet(folder / "first.parquet")
    ged.iloc[100:].assign(note="x").to_parquet(folder / "second.parquet")
    return folder


def test_plain_files_are_opened_by_duckdb_and_stay_open(plain, ged):
    with pytest.warns(ct.DataWarning, match="each names its source"):
        events = ct.scan_events(plain, memory_limit="200MB", threads=1)
    assert events.columns == [*COLUMNS, "note"]
    derived = events.filter("note IS NULL").aggregate("count(*), sum(fatalities)")
    del events
    assert derived.fetchall() == [(100, ged.head(100)["fatalities"].sum())]


def test_plain_files_are_opened_by_spark(plain, ged, spark):
    events = quiet(ct.scan_events, plain, engine="spark", session=spark)
    assert sorted(events.columns) == sorted([*COLUMNS, "note"])
    assert events.where("note IS NULL").count() == 100
    assert events.count() == len(ged)
    said = find_record(events)
    assert (said["title"], said["version"]) == (ged.attrs["title"], ged.attrs["version"])


def test_what_plain_files_say_of_their_source_is_kept(plain, ged, tmp_path):
    record = find_record(quiet(ct.scan_events, plain))
    assert record["sha256"] == ged.attrs["sha256"]
    assert record["coverage"] == ged.attrs["coverage"]
    assert record["rows"] == "2316"
    assert "filter not recorded (2,316 to 100 rows)" in record["steps"]
    bare = ged.head(3).copy()
    bare.attrs = {}
    bare.to_parquet(tmp_path / "bare.parquet")
    with pytest.warns(ct.DataWarning, match="of 1 the source is not recorded"):
        assert find_record(ct.scan_events(tmp_path / "bare.parquet")) == {}
    both = [plain / "first.parquet", tmp_path / "bare.parquet"]
    assert "rows added, source not recorded" in find_record(quiet(ct.scan_events, both))["steps"]


def test_relations_of_one_connection_can_be_joined(plain):
    first = quiet(ct.scan_events, plain / "first.parquet", threads=1).set_alias("a")
    second = quiet(ct.scan_events, plain / "second.parquet", threads=1).set_alias("b")
    assert first.join(second, "a.event_id = b.event_id").fetchall() == []


def test_your_own_connection_is_used(plain):
    import duckdb

    with duckdb.connect() as own:
        quiet(ct.scan_events, plain, session=own).create_view("events")
        assert own.sql("SELECT count(*) > 0 FROM events").fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"engine": "dask"}, "engine='dask'"),
        ({"master": "local[2]"}, "means nothing to DuckDB"),
        ({"memory_limit": "5 apples"}, "DuckDB does not take"),
        ({"threads": 0}, "DuckDB does not take"),
        ({"session": "mine"}, "session is a str"),
        ({"session": "mine", "threads": 2}, "threads cannot be set"),
        ({"engine": "spark", "session": object()}, "session is a object"),
        ({"engine": "spark", "master": "local[2]", "threads": 2}, "so does threads"),
    ],
)
def test_options_that_do_not_go_together_are_refused(plain, options, wrong):
    assert wrong in refused(ct.scan_events, plain, kind=OptionError, **options).wrong


def test_what_is_no_event_table_is_refused(tmp_path):
    refused(ct.scan_events, tmp_path / "none.parquet", kind=MissingFileError)
    refused(ct.scan_events, tmp_path, kind=MissingFileError)
    refused(ct.scan_events, [], kind=MissingFileError)
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    refused(ct.scan_events, tmp_path / "cut.parquet", kind=FileFormatError)
    pd.DataFrame({"event_ids": ["1"]}).to_parquet(tmp_path / "other.parquet")
    refused(ct.scan_events, tmp_path / "other.parquet", kind=FileFormatError, match="event_id")
