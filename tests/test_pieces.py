"""Reading in pieces: what the loaders give, with decisions taken on the whole file."""

import gzip
import io
import json
from collections import Counter
from functools import partial

import makers
import numpy as np
import pandas as pd
import pytest
from makers import acled, acled_row, file_of, ged, ged_row, load, refused, told

from toolkit import delimited
from toolkit.errors import FileFormatError, OptionError
from toolkit.formats import find_problems, read_pieces
from toolkit.reading import find_lines, read_cells
from toolkit.sources import eventfile

SMALL = 1000  # bytes: a few rows


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(delimited, "STEP", 1 << 11)
    monkeypatch.setattr(delimited, "STRETCH", 1 << 11)


def pieces(content, **options):
    return list(read_pieces(file_of(content), piece_bytes=SMALL, **options))


def check(content, *, lines=True, **options):
    """Check that the pieces are the whole, and return them; without `lines` none is known."""
    parts = pieces(content, **options)
    events, problems = load(content, **options)
    joined = pd.concat([p.events for p in parts], ignore_index=True)
    pd.testing.assert_frame_equal(joined, events)
    listed = pd.concat([p.problems.table() for p in parts], ignore_index=True)
    if not lines:
        assert listed.pop("line").isna().all()
        problems = problems.drop(columns="line")
    pd.testing.assert_frame_equal(listed, problems)
    assert sum(int(p.facts["rows_in_file"]) for p in parts) == int(events.attrs["rows_in_file"])
    for fact in parts[0].facts.keys() - {"rows_in_file"}:
        assert {p.facts[fact] for p in parts} == {events.attrs[fact]}, fact
    return parts


def test_pieces_are_the_whole_and_count_their_own_rows():
    parts = check(acled(100))
    assert len(parts) > 5
    assert [len(p.events) for p in parts] == [int(p.facts["rows_in_file"]) for p in parts]
    assert pd.concat([p.events for p in parts])["event_id"].tolist() == [
        f"VLM{i}" for i in range(1, 101)
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_only_a_file_longer_than_a_piece_is_read_twice(monkeypatch, pack):
    readings = []
    for name in ("read_cells", "read_cells_again"):
        real = getattr(eventfile, name)
        spy = partial(lambda real, *a, **options: readings.append(a) or real(*a, **options), real)
        monkeypatch.setattr(eventfile, name, spy)
    text = acled(3)
    for size, times in ((len(text), 1), (len(text) - 1, 2)):
        readings.clear()
        parts = list(read_pieces(io.BytesIO(pack(text.encode())), piece_bytes=size))
        assert sum(len(p.events) for p in parts) == 3
        assert len(readings) == times


def test_a_date_far_below_decides_the_order_above():
    rows = [acled_row(i, event_date="3/4/2016") for i in range(1, 60)]
    parts = check(acled([*rows, acled_row(60, event_date="4/18/2016")]))
    assert parts[0].events["date_start"].iloc[0] == pd.Timestamp("2016-03-04")
    assert "1 of 1 telling" in parts[0].facts["rules"]


def test_na_in_a_number_far_below_decides_what_na_means_above():
    rows = [acled_row(i, admin1="NA") for i in range(1, 60)]
    assert check(acled(rows))[0].events["admin1"].eq("NA").all()
    parts = check(acled([*rows, acled_row(60, fatalities="NA")]))
    assert parts[0].events["admin1"].isna().all()


def test_an_id_that_comes_again_in_a_later_piece_leaves_the_first_out():
    parts = check(acled([*makers.acled_rows(60), acled_row(2, actor1="Later")]))
    assert parts[0].events["event_id"].head(2).tolist() == ["VLM1", "VLM3"]
    assert told(parts[0].problems.table(), "record", "line", "column", "action") == [
        (2, 3, "event_id_cnty", "row left out")
    ]
    assert parts[-1].events["actor1"].iloc[-1] == "Later"


def test_the_middle_of_a_country_is_that_of_the_whole_file():
    far = [ged_row(1, latitude="10", longitude="60")]
    near = [ged_row(i, latitude="60", longitude="10") for i in range(2, 60)]
    parts = check(ged([*far, *near]))
    assert "swapped" in parts[0].problems.table()["reason"].item()
    assert sum(len(p.problems.table()) for p in parts) == 1


def test_decimal_comma_only_where_no_piece_has_a_point():
    rows = [ged_row(i, latitude="-25,5", longitude="-21,25") for i in range(1, 60)]
    assert check(ged(rows))[0].events["latitude"].iloc[0] == -25.5
    parts = check(ged([*rows, ged_row(60)]))
    assert parts[0].events["latitude"].isna().all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    rows = [acled_row(i, actor1="Zoë League", notes="x\ny") for i in range(1, 40)]
    parts = check(acled(rows).encode(encoding))
    assert parts[0].events["actor1"].iloc[0] == "Zoë League"
    check(gzip.compress(acled(rows).encode(encoding)))


def test_damage_in_a_column_that_is_not_read_is_told_in_its_piece():
    content = acled([acled_row(i, source=f"Paper {i}") for i in range(1, 60)])
    content = content.replace("Paper 50", "Pap\x00er 50").encode() + b"short,row\n"
    parts = check(content)
    found = pd.concat([p.problems.table() for p in parts])
    assert told(found, "line", "record", "column", "action") == [
        (51, 50, "source", "noted"), (61, 60, "", "row left out"),
    ]  # fmt: skip
    assert len(parts[0].problems.table()) == 0


def test_a_quote_that_is_not_closed_in_a_column_that_is_not_read():
    rows = [acled_row(i, notes=f"First, number {i}.") for i in range(1, 60)]
    content = acled(rows).replace('"First, number 30."', '"First, number 30.')
    parts = check(content, lines=False)
    gone = pd.concat([p.problems.table() for p in parts])
    assert gone["record"].tolist() == [30, 30, 31]  # 30 has too few fields, and swallows 31
    assert sum(len(p.events) for p in parts) == 57


def test_file_cut_in_the_last_value_is_noted_once():
    parts = check(acled(60).rstrip("\n"))
    assert Counter(len(p.problems.table()) for p in parts)[1] == 1
    assert parts[-1].problems.table()["record"].item() == 60


def test_rows_longer_than_the_first_block():
    rows = [acled_row(i, notes="x" * (5000 if i == 30 else 5)) for i in range(1, 60)]
    check(acled(rows), keep=["notes"])


def test_options_of_the_readers():
    parts = pieces(acled(60), keep=["notes"], provider="ACLED", accessed="2026-01-31")
    assert parts[0].events["notes"].eq("Shots were heard.").all()
    refused(lambda: pieces(acled(3), provider="acled"), kind=OptionError)
    mixed = [acled_row(1, event_date="18/4/2016"), acled_row(2, event_date="4/18/2016")]
    refused(lambda: pieces(acled(mixed)), kind=FileFormatError, match="mixes orders")
    assert len(pieces(acled(mixed), date_order="day first")[0].events) == 1


def test_json_is_one_piece_and_a_file_without_header_is_many():
    assert len(check(json.dumps({"data": makers.acled_rows(60)}))) == 1
    assert len(check(ged(60, names=False))) > 5


def test_lines_are_known_without_a_second_reading_only_where_that_is_safe():
    rows = [acled_row(1, notes="a\r\nb\nc"), acled_row(2, fatalities="x"), acled_row(3)]
    for content, known in ((acled(rows), True), ("\n" + acled(rows), False)):
        table = read_cells(file_of(content), lambda header, file: header)
        assert (table.problems.find_lines is not None) is known
        lines = find_lines(file_of(content), [1, 2, 3])
        if known:
            assert table.problems.find_lines(np.array([1, 2, 3])).tolist() == [2, 5, 6]
        assert lines == {1: 2 + (not known), 2: 5 + (not known), 3: 6 + (not known)}
        assert find_problems(file_of(content))["line"].tolist() == [5 + (not known)]
