"""Raw files -> Parquet: every row accounted for, and none twice."""

import gzip
import json
import os
import shutil
import zipfile
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from exported import SPAN, content, convert, put
from makers import acled, acled_row, acled_rows, ged, ged_row, quiet, refused

import toolkit as ct
from toolkit.engines import find_record
from toolkit.errors import (
    ChangedFileError,
    ColumnError,
    FileFormatError,
    FolderError,
    MissingFileError,
    OptionError,
)
from toolkit.events import COLUMNS
from toolkit.provenance import coverage


def problems(folder):
    names = sorted(Path(folder, "_problems").glob("*.parquet"))
    return pd.concat([pd.read_parquet(name) for name in names], ignore_index=True)


def statuses(files):
    return dict(zip(files["file"], files["status"], strict=True))


ROWS = [
    acled_row(1, event_date="2016-12-31", year="2016"),
    acled_row(2, event_date="2017-01-01", year="2017", notes="a\nb"),
    acled_row(3, event_date="never"),
    acled_row(4, fatalities="many"),
    acled_row("", event_id_cnty=""),
]


# ------------------------------------------------------------------------- the accounting


def test_a_file_is_accounted_for_as_its_loader_does_it(tmp_path):
    path = put(tmp_path / "a.csv", acled(ROWS))
    files = convert(path, tmp_path / "out", keep=["notes"])
    events = quiet(ct.load_events, path, extract=SPAN, keep=["notes"])
    row = files.iloc[0]
    assert (row["rows_in_file"], row["rows_kept"], row["rows_left_out"]) == (5, 3, 2)
    for key in ("sha256", "format", "dataset", "left_out_because"):
        assert row[key] == events.attrs[key]
    assert (str(row["first_day"])[:10], str(row["last_day"])[:10]) == ("2016-05-03", "2017-01-01")
    expected = ct.find_problems(path).drop(columns="line")
    told = problems(tmp_path / "out")
    assert told.pop("file").unique().tolist() == ["../a.csv"]
    pd.testing.assert_frame_equal(told, expected, check_dtype=False)


def test_the_events_are_those_of_the_loader_with_their_types(tmp_path):
    path = put(tmp_path / "a.csv", ged([ged_row(1), ged_row(2, date_start="2017-01-01")]))
    convert(path, tmp_path / "out", keep=["source_article"])
    events = quiet(ct.load_events, path, extract=SPAN, keep=["source_article"])
    parts = sorted((tmp_path / "out").glob("dataset=ucdp-ged/year=*/*.parquet"))
    assert [p.parent.name for p in parts] == ["year=2016", "year=2017"]
    back = pd.concat([pd.read_parquet(p, partitioning=None) for p in parts], ignore_index=True)
    assert list(back.columns) == [*COLUMNS, "source_article"]
    events.attrs = {}
    pd.testing.assert_frame_equal(back, events.sort_values("date_start", ignore_index=True))


def test_the_record_is_that_of_the_loader(tmp_path):
    path = put(tmp_path / "a.csv", acled(ROWS))
    files = convert(path, tmp_path / "out", accessed="2026-01-31")
    expected = quiet(ct.load_events, path, extract=SPAN, accessed="2026-01-31").attrs
    record = find_record(ct.scan_events(tmp_path / "out"))
    assert {k: record.get(k) for k in expected} == expected
    assert files.attrs["title"] == expected["title"]
    assert ct.cite(files).startswith(expected["citation"][:20])


def in_small_pieces(monkeypatch):
    """Have files read from here on in pieces of a few rows."""
    for name in ("STEP", "STRETCH"):
        monkeypatch.setattr(f"toolkit.delimited.{name}", 1 << 11)
    small = partial(ct.parquet.convert.read_pieces, piece_bytes=1000)
    monkeypatch.setattr("toolkit.parquet.convert.read_pieces", small)


def test_a_file_of_many_pieces_is_written_like_one_of_one(tmp_path, monkeypatch):
    nowhen = [acled_row(i, event_date="") for i in range(61, 91)]  # pieces without any event
    rows = [*acled_rows(60), *nowhen, acled_row(2, actor1="Later"), acled_row(91)]
    put(tmp_path / "a.csv", acled(rows))
    one = convert(tmp_path / "a.csv", tmp_path / "one")
    in_small_pieces(monkeypatch)
    many = convert(tmp_path / "a.csv", tmp_path / "many")
    assert one["rows_kept"].tolist() == [61]
    assert content(tmp_path / "many") == content(tmp_path / "one")
    pd.testing.assert_frame_equal(many, one)
    pd.testing.assert_frame_equal(problems(tmp_path / "many"), problems(tmp_path / "one"))


def test_an_invented_country_in_a_late_piece_marks_the_whole_file(tmp_path, monkeypatch):
    put(tmp_path / "a.csv", acled([*acled_rows(60), acled_row(61, country="Karvenia")]))
    in_small_pieces(monkeypatch)
    files = convert(tmp_path / "a.csv", tmp_path / "out")
    assert files["dataset"].tolist() == ["sample-acled"]
    assert {row[0] for row in content(tmp_path / "out")} == {"sample-acled"}
    assert len(content(tmp_path / "out")) == 61


def test_the_records_of_several_files_are_put_together(tmp_path):
    put(tmp_path / "in" / "a.csv", acled(ROWS))
    put(tmp_path / "in" / "b.csv", acled([acled_row(9, country="Orvale", event_date="2018-02-03")]))
    put(tmp_path / "in" / "GEDEvent_v25_1.csv", ged(2))
    files = convert(tmp_path / "in", tmp_path / "out", extract=None)
    record = find_record(ct.scan_events(tmp_path / "out"))
    assert record == {k: v for k, v in files.attrs.items() if k not in ("rows", "ledger")} | {
        "rows": "6"
    }
    assert record["file"] == "GEDEvent_v25_1.csv + a.csv + b.csv"
    assert (record["rows_in_file"], record["rows_kept"]) == ("8", "6")
    assert "25.1" in record["title"]
    spans = coverage(files).set_index(["dataset", "country"])
    assert str(spans.loc[("acled", "Velmora"), "start"])[:10] == "2016-05-03"
    assert str(spans.loc[("acled", "Orvale"), "start"])[:10] == "2018-02-03"


def test_more_files_than_can_be_listed_have_a_short_record(tmp_path):
    for i in range(12):
        day = f"2016-01-{i + 1:02}"
        put(tmp_path / "in" / f"{i:02}.csv", acled([acled_row(i, event_date=day, year="2016")]))
    files = convert(tmp_path / "in", tmp_path / "out", extract=None)
    assert files.attrs["file"] == "00.csv to 11.csv (12)"
    assert len(files.attrs["sha256"]) == 64
    spans = coverage(files)
    assert spans[["start", "end"]].astype("str").to_numpy().tolist() == [
        ["2016-01-01", "2016-01-12"]
    ]


def test_the_quarters_of_an_hour_of_gdelt_are_one_dataset(tmp_path):
    from test_gdelt import row, write

    days = ["20191024", "20191025", "20191027"]
    for i, day in enumerate(days):
        text = write(row(i, SQLDATE=day, MonthYear=day[:6], Year=day[:4], DATEADDED=day + "143000"))
        put(tmp_path / "in" / f"{day}143000.export.CSV", text)
    files = convert(tmp_path / "in", tmp_path / "out", extract=None)
    assert len(list((tmp_path / "out").glob("dataset=*/year=*/*"))) == 1, "they share a part"
    with pytest.warns(ct.DataWarning, match=r"Of 3 of 3 days fewer than 96 .* 20191024, 1"):
        ct.to_parquet(tmp_path / "in", tmp_path / "out", progress=False)
    spans = coverage(files)
    assert spans["country"].tolist() == ["*", "*"]
    assert [f"{d:%m-%d}" for d in spans["start"]] == ["10-24", "10-27"]
    assert [f"{d:%m-%d}" for d in spans["end"]] == ["10-25", "10-27"], "a missing day is a gap"


# ----------------------------------------------------------------------------- which files


def test_archives_and_folders_are_read_and_what_is_no_table_is_told(tmp_path):
    inside = tmp_path / "in"
    put(inside / "a.csv", acled([acled_row(1)]))
    (inside / "deep").mkdir()
    (inside / "deep" / "b.csv.gz").write_bytes(gzip.compress(acled([acled_row(2)]).encode()))
    with zipfile.ZipFile(inside / "c.zip", "w") as archive:
        archive.writestr("c.csv", ged(1))
    put(inside / "README.txt", "What these files are.\n")
    put(inside / "map.png", "x")
    put(inside / ".DS_Store", "x")
    (inside / "cut.csv.gz").write_bytes(gzip.compress(acled(50).encode())[:-20])
    with pytest.warns(ct.DataWarning) as caught:
        files = ct.to_parquet(inside, inside / "out", progress=False, extract=SPAN)
    assert any("3 files were not taken" in str(w.message) for w in caught)
    said = statuses(files)
    assert set(said) == {"a.csv", "b.csv.gz", "c.zip", "README.txt", "map.png", "cut.csv.gz"}
    assert [said[n] for n in ("a.csv", "b.csv.gz", "c.zip")] == ["written now"] * 3
    assert "damaged or was cut short" in said["cut.csv.gz"]
    assert all(said[n].startswith("not taken: ") for n in ("README.txt", "map.png", "cut.csv.gz"))
    assert len(content(inside / "out")) == 3


def test_a_file_asked_for_by_name_must_be_readable(tmp_path):
    path = put(tmp_path / "README.txt", "What these files are.\n")
    refused(convert, [path], tmp_path / "out", kind=FileFormatError)
    path = put(tmp_path / "a.csv", acled(1))
    refused(convert, path, tmp_path / "out", kind=ColumnError, keep=["nots"])
    refused(convert, tmp_path / "none.csv", tmp_path / "out", kind=MissingFileError)
    refused(convert, [], tmp_path / "out", kind=OptionError)
    refused(convert, path, tmp_path / "out", kind=OptionError, extract={"start": "2016"})
    refused(convert, path, tmp_path / "out", kind=OptionError, provider="GTD")
    convert(path, tmp_path / "out")


def test_the_same_content_is_taken_once(tmp_path):
    put(tmp_path / "in" / "a.csv", acled(2))
    put(tmp_path / "in" / "b.csv", acled(2))
    first = convert(tmp_path / "in", tmp_path / "out")
    assert statuses(first)["b.csv"] == "not taken: the same content as ../in/a.csv"
    put(tmp_path / "in" / "c.csv", acled(2))
    again = convert(tmp_path / "in", tmp_path / "out")
    assert statuses(again)["c.csv"] == "not taken: the same content as ../in/a.csv"
    assert statuses(again)["a.csv"] == "already there"


def test_events_in_several_files_are_told_every_time(tmp_path):
    put(tmp_path / "in" / "a.csv", acled([acled_row(i) for i in (1, 2, 3)]))
    put(tmp_path / "in" / "b.csv", acled([acled_row(i) for i in (3, 4)]))
    put(tmp_path / "in" / "c.csv", acled([acled_row(i) for i in (5, 6)]))
    for _ in range(2):
        with pytest.warns(ct.DataWarning, match="stand more than once") as caught:
            ct.to_parquet(tmp_path / "in", tmp_path / "out", progress=False, extract=SPAN)
        [said] = [str(w.message) for w in caught if "stand more" in str(w.message)]
        assert "1 events stand more than once (2 rows), in ../in/a.csv, ../in/b.csv:" in said


def test_events_outside_of_the_coverage_are_told(tmp_path):
    path = put(tmp_path / "a.csv", acled(ROWS))
    with pytest.warns(ct.DataWarning, match="2 of 3 events lie outside"):
        ct.to_parquet(path, tmp_path / "out", progress=False,
                      extract={"start": "2016-06-01", "end": "2016-12-31"})  # fmt: skip


def test_the_count_outside_is_that_of_the_loader(tmp_path):
    rows = [
        acled_row(1, country="Orvale"), acled_row(2, country=""), acled_row(3),
        acled_row(4, event_type="Riots"), acled_row(5, event_date="2018-05-03", year="2018"),
        acled_row(6, country="", event_date="2018-05-03", year="2018"),
    ]  # fmt: skip
    path = put(tmp_path / "a.csv", acled(rows))
    extract = {"countries": ["Velmora"], "start": "2016-01-01", "end": "2016-12-31",
               "event_types": ["Battles", "Protests"]}  # fmt: skip
    for call in (lambda: ct.load_events(path, extract=extract),
                 lambda: ct.to_parquet(path, tmp_path / "out", extract=extract)):  # fmt: skip
        with pytest.warns(ct.DataWarning, match="4 of 6 events lie outside"):
            call()


def test_the_invented_sample_stays_invented_in_every_file(tmp_path):
    from toolkit.datasets import find_file

    files = convert(find_file("sample-acled"), tmp_path / "out")
    assert files["dataset"].tolist() == ["sample-acled"]
    assert {row[0] for row in content(tmp_path / "out")} == {"sample-acled"}


# ------------------------------------------------------------------------------- once more


def test_what_is_there_is_not_read_again(tmp_path, monkeypatch):
    put(tmp_path / "in" / "a.csv", acled(3))
    convert(tmp_path / "in", tmp_path / "out")
    before = content(tmp_path / "out")
    put(tmp_path / "in" / "b.csv", acled([acled_row(9)]))
    read = []
    real = ct.parquet.convert.read_pieces
    monkeypatch.setattr(
        "toolkit.parquet.convert.read_pieces",
        lambda path, **options: read.append(path.name) or real(path, **options),
    )
    files = convert(tmp_path / "in", tmp_path / "out")
    assert read == ["b.csv"]
    assert statuses(files) == {"a.csv": "already there", "b.csv": "written now"}
    assert len(content(tmp_path / "out")) == len(before) + 1
    os.utime(tmp_path / "in" / "a.csv")
    assert set(convert(tmp_path / "in", tmp_path / "out")["status"]) == {"already there"}
    assert read == ["b.csv"], "touched, and still the same"


def test_a_folder_can_be_moved_with_its_files(tmp_path):
    put(tmp_path / "one" / "in" / "a.csv", acled(3))
    convert(tmp_path / "one" / "in", tmp_path / "one" / "out")
    (tmp_path / "one").rename(tmp_path / "two")
    files = convert(tmp_path / "two" / "in", tmp_path / "two" / "out")
    assert statuses(files) == {"a.csv": "already there"}


@pytest.mark.parametrize("how", ["content", "options"])
def test_a_file_that_changed_is_refused_or_replaced(tmp_path, how):
    path = put(tmp_path / "in" / "a.csv", acled(3))
    put(tmp_path / "in" / "b.csv", acled([acled_row(9)]))
    convert(tmp_path / "in", tmp_path / "out")
    options = {"keep": ["notes"]} if how == "options" else {}
    if how == "content":
        put(path, acled(2))
    kind = {"content": ChangedFileError, "options": OptionError}[how]
    refused(convert, tmp_path / "in", tmp_path / "out", kind=kind, match="replace=True", **options)
    if how == "content":
        refused(convert, path, tmp_path / "out", kind=OptionError, match="b.csv", replace=True)
    files = convert(tmp_path / "in", tmp_path / "out", replace=True, **options)
    assert set(files["status"]) == {"written now"}
    assert len(content(tmp_path / "out")) == (3 if how == "content" else 4)
    assert len(list((tmp_path / "out" / "_ledger").glob("0*.json"))) == 1
    assert len(list((tmp_path / "out").glob("dataset=*/year=*/*"))) == 1


# ------------------------------------------------------------------------------- bad days


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    path = put(tmp_path / "a.csv", acled(1))
    other = put(tmp_path / "other" / "x.parquet", "mine")
    refused(convert, path, tmp_path / "other", kind=FolderError, match="something else")
    refused(convert, path, path, kind=FolderError, match="is a file")
    assert other.read_text() == "mine"


def test_a_stranger_in_the_folder_is_told_and_not_read(tmp_path):
    path = put(tmp_path / "a.csv", acled(1))
    convert(path, tmp_path / "out")
    [part] = (tmp_path / "out").glob("dataset=*/year=*/*")
    shutil.copy(part, part.with_name("copy.parquet"))
    with pytest.warns(ct.DataWarning, match=r"1 Parquet files .* such as copy\.parquet"):
        ct.to_parquet(path, tmp_path / "out", progress=False, extract=SPAN)
    assert len(content(tmp_path / "out")) == 1


def test_a_part_that_is_gone_is_an_error(tmp_path):
    path = put(tmp_path / "a.csv", acled(1))
    convert(path, tmp_path / "out")
    [part] = (tmp_path / "out").glob("dataset=*/year=*/*")
    part.unlink()
    refused(ct.scan_events, tmp_path / "out", kind=FileFormatError, match="not whole")
    refused(convert, path, tmp_path / "out", kind=FileFormatError, match="not whole")


def test_a_ledger_that_was_changed_is_an_error(tmp_path):
    convert(put(tmp_path / "a.csv", acled(1)), tmp_path / "out")
    [entry] = (tmp_path / "out" / "_ledger").glob("0*.json")
    entry.write_text(json.dumps({"form": 99}))
    refused(ct.scan_events, tmp_path / "out", kind=FileFormatError, match="later version")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind here")
def test_a_folder_without_permission_is_an_error(tmp_path):
    path = put(tmp_path / "a.csv", acled(1))
    (tmp_path / "locked").mkdir(mode=0o500)
    refused(convert, path, tmp_path / "locked" / "out", kind=FolderError, match="cannot be used")


# ---------------------------------------------------------------------------- in the engines


def test_memory_is_given_back_year_by_year(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.parquet.parts.HOLD", 1)
    path = put(tmp_path / "a.csv", acled(ROWS))
    convert([path, put(tmp_path / "b.csv", acled([acled_row(8), acled_row(9)]))], tmp_path / "out")
    parts = sorted((tmp_path / "out").glob("dataset=acled/year=2016/*"))
    events = quiet(ct.load_events, path)
    assert [pd.read_parquet(p)["event_id"].tolist() for p in parts] == [
        [*events.query("date_start < '2017'")["event_id"], "VLM8", "VLM9"]
    ]


def test_files_with_and_without_further_columns_are_read_together(tmp_path, spark):
    from test_gdelt import row, write

    put(tmp_path / "in" / "20191024143000.export.CSV", write(row(1), row(2)))
    put(tmp_path / "in" / "a.csv", acled(3))
    convert(tmp_path / "in", tmp_path / "out")
    with_duckdb = ct.scan_events(tmp_path / "out")
    with_spark = ct.scan_events(tmp_path / "out", engine="spark", session=spark)
    assert with_duckdb.columns == with_spark.columns == [*COLUMNS, "quad_class"]
    assert with_spark.where("quad_class IS NULL").count() == 3
    assert sorted(r.event_id for r in with_spark.select("event_id").collect()) == sorted(
        e for (e,) in with_duckdb.project("event_id").fetchall()
    )
    assert find_record(with_spark) == find_record(with_duckdb)


def test_the_year_in_the_path_is_no_column_and_dates_prune(tmp_path):
    convert(put(tmp_path / "a.csv", acled(ROWS)), tmp_path / "out")
    with duckdb.connect() as own:
        events = ct.scan_events(tmp_path / "out", session=own)
        assert events.filter("date_start >= '2017-01-01'").aggregate("count(*)").fetchall() == [
            (1,)
        ]
