"""Files as text: every row accounted for, whatever the file went through."""

import gzip
import io
import json
import zipfile
from datetime import date, datetime

import makers
import openpyxl
import pandas as pd
import pytest
from makers import acled, acled_row, file_of, ged, load, refused, told

import toolkit as ct
from toolkit import delimited
from toolkit.errors import FileFormatError, MissingFileError
from toolkit.reading import find_lines, read_names, read_text

LEFT_OUT = "row left out"


def read(content, **options):
    return read_text(file_of(content), **options)


def rows_in(content, **options):
    return int(read(content, **options).facts["rows_in_file"])


def cells(content, **options):
    return read(content, **options).cells.to_numpy().tolist()


def left_out(content, **options):
    return read(content, **options).problems.left_out.tolist()


# ------------------------------------------------------------------------- what a file holds


def test_every_cell_is_text():
    text = read("a,b\n1,\n 2 ,NA\n")
    assert text.cells.to_dict("list") == {"a": ["1", " 2 "], "b": ["", "NA"]}
    assert text.cells.index.tolist() == [1, 2]
    assert text.facts["rows_in_file"] == "2"
    assert text.facts["delimiter"] == "comma"


@pytest.mark.parametrize("content", [b"", b"\n\r\n\n", b"\xef\xbb\xbf", b"\x00\x00", b"\xff\xfe"])
def test_empty_file_is_refused(content):
    for call in (read_text, read_names, ct.load_acled, ct.load_ucdp_ged, ct.find_problems):
        refused(call, file_of(content), kind=FileFormatError, match="is empty")


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n\n"])
def test_header_only_has_no_rows(end):
    assert rows_in("a,b" + end) == 0
    header = ",".join(makers.ACLED) + end
    refused(ct.load_acled, file_of(header), kind=FileFormatError, match="holds no event")
    assert ct.find_problems(file_of(header)).empty
    refused(ct.load_ucdp_ged, file_of(",".join(makers.GED) + end), match="holds no event")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end):
    content = end.join(["a,b", "1,2", "3", "5,6", ""])
    assert cells(content) == [["1", "2"], ["5", "6"]]
    assert find_lines(file_of(content), [1, 2, 3]) == {1: 2, 2: 3, 3: 4}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_blank_lines_are_no_rows_wherever_they_stand(mark):
    content = mark + "\n\r\na,b\n\n1,2\n\n\n3,4\n\n"
    assert cells(content) == [["1", "2"], ["3", "4"]]
    assert read_names(file_of(content)) == ["a", "b"]
    assert find_lines(file_of(content), [1, 2]) == {1: 5, 2: 8}


def test_line_break_in_a_value_moves_the_lines_below():
    content = 'a,b\r\n1,"x\r\ny\r\nz"\r\n\r\n2,w\r\n'
    assert cells(content) == [["1", "x\r\ny\r\nz"], ["2", "w"]]
    assert find_lines(file_of(content), [1, 2]) == {1: 2, 2: 6}


def test_line_break_in_the_header():
    content = '"a\nx",b\n1,2\n3\n'
    assert read_names(file_of(content)) == ["a\nx", "b"]
    assert left_out(content) == [2]
    assert find_lines(file_of(content), [1, 2]) == {1: 3, 2: 4}


def test_nul_in_the_header_loses_no_row():
    # pyarrow, asked to skip the header, skips rows behind it too
    for content in ("a,b\x00\n1,2\n3\n5,6\n", "a,\x00b\n1,2\n3\n5,6\n"):
        assert cells(content) == [["1", "2"], ["5", "6"]]
        assert left_out(content) == [2]


def test_unclosed_quote_in_the_header():
    for content in ('a,"b\n1,2\n3,4\n', 'a,"b,c\n1,"2",3\n4,5,6\n'):
        refused(read_text, file_of(content), kind=FileFormatError, match="swallows rows")


def test_value_longer_than_the_csv_modules_limit():
    long = "x" * 200_000
    assert cells(f"a,b\n1,{long}\n") == [["1", long]]
    assert find_lines(file_of(f"a,b\n1,{long}\n2,y\n"), [2]) == {2: 3}
    assert left_out(f'a,b\n1,"{long}\n{long}",3\n4,5\n') == [1]


def test_doubled_names_get_numbers_and_never_collide():
    assert list(read("a,a,a.2,b,a\n1,2,3,4,5\n").cells.columns) == ["a", "a.2", "a.2.2", "b", "a.3"]
    assert list(read("a.2,a,a\n1,2,3\n").cells.columns) == ["a.2", "a", "a.3"]


def test_spaces_and_quotes_around_names_go():
    assert list(read('" a ", b\n1,2\n').cells.columns) == ["a", "b"]


# ------------------------------------------------------------------------- rows that are broken


def test_too_many_and_too_few_fields_are_left_out_by_line():
    content = "a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11,12\n13,14,15\n"
    text = read(content)
    assert text.cells.to_numpy().tolist() == [["1", "2", "3"], ["6", "7", "8"], ["13", "14", "15"]]
    assert text.cells.index.tolist() == [1, 3, 5]
    table = text.problems.table()
    assert told(table, "record", "value", "reason", "action") == [
        (2, "4,5", "2 fields where the header has 3", LEFT_OUT),
        (4, "9,10,11,12", "4 fields where the header has 3", LEFT_OUT),
    ]
    assert rows_in(content) == 5


def test_broken_row_says_that_it_runs_over_several_lines():
    problems = read('a,b,c\n1,"x\ny"\n4,"5\n\n6"\n').problems.table()
    assert problems["reason"].tolist() == [
        "2 fields where the header has 3, with 1 line break in them",
        "2 fields where the header has 3, with 2 line breaks in them",
    ]


def test_headerless_rows_are_numbered_from_the_first():
    content = "1,2\n3\n5,6\n7\n"
    text = read(content, names=["a", "b"])
    assert text.cells.index.tolist() == [1, 3]
    assert text.problems.left_out.tolist() == [2, 4]
    assert find_lines(file_of("\n" + content), [1, 2, 4], header=False) == {1: 2, 2: 3, 4: 5}


def test_file_cut_in_mid_row():
    content = "a,b,c\n1,2,3\n4,5"
    assert left_out(content) == [2]
    assert rows_in(content) == 2


def test_file_cut_in_the_last_value_is_noted():
    problems = read("a,b\n1,2\n3,4").problems.table()
    assert told(problems, "record", "column", "value", "action") == [(2, "b", "4", "noted")]
    assert "cut short" in problems["reason"].item()


def test_the_note_on_the_cut_is_never_put_on_another_row():
    problems = read("a,b\n1,2\n3").problems.table()
    assert told(problems, "record", "action") == [(2, LEFT_OUT)]


def test_unclosed_quote_at_the_end_of_the_file():
    content = 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n10,11,12\n'
    assert left_out(content) == [2, 3, 4]
    assert rows_in(content) == 4
    assert find_lines(file_of(content), [2, 3, 4]) == {2: 3, 3: 4, 4: 5}


def test_unclosed_quote_in_the_last_column_swallows_to_the_end():
    content = 'a,b,c\n1,2,"3\n4,5,6\n7,8,9\n'
    refused_rows = left_out(content)
    assert refused_rows == [1, 2, 3]
    assert find_lines(file_of(content), [1, 2, 3]) == {1: 2, 2: 3, 3: 4}


def test_unclosed_quote_in_the_middle_swallows_up_to_the_next_quote():
    # the quote of row 2 is closed by the one that opens in row 4
    content = 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n10,"11, x",12\n13,14,15\n'
    text = read(content)
    assert text.cells.index.tolist() == [1, 5]
    assert text.problems.left_out.tolist() == [2, 3, 4]
    assert text.facts["rows_in_file"] == "5"
    assert find_lines(file_of(content), range(1, 6)) == {1: 2, 2: 3, 3: 4, 4: 5, 5: 6}


def test_unclosed_quote_that_leaves_the_right_number_of_fields():
    # row 2 ends in row 3, whose quoted value holds no delimiter: three fields, as in the header
    content = 'a,b,c\n1,2,3\n4,"5,6\n7,"8",9\n10,11,12\n'
    text = read(content)
    assert text.cells.index.tolist() == [1, 4]
    assert text.problems.left_out.tolist() == [2, 3]
    assert text.facts["rows_in_file"] == "4"
    assert find_lines(file_of(content), [4]) == {4: 5}


def test_unclosed_quotes_in_a_real_layout():
    rows = [acled_row(i, notes=f"First, number {i}.") for i in range(1, 7)]
    content = acled(rows).replace('"First, number 3."', '"First, number 3.')
    events, problems = load(content)
    assert events["event_id"].tolist() == ["VLM1", "VLM2", "VLM5", "VLM6"]
    assert set(problems["line"]) == {4, 5}
    assert events.attrs["rows_in_file"] == "6"


def test_prose_of_many_lines_and_commas_is_no_swallowed_row():
    prose = "He came, they saw,\nshe went, we stayed, all of it, at last\nin peace, so it seems"
    content = f'a,b,c\n1,"{prose}",3\n4,5,6\n'
    assert cells(content) == [["1", prose, "3"], ["4", "5", "6"]]
    assert find_lines(file_of(content), [2]) == {2: 5}


def test_nul_bytes_are_taken_out_and_noted():
    text = read(b"a,b\n1,x\x00y\n2,z\n")
    assert text.cells["b"].tolist() == ["xy", "z"]
    assert told(text.problems.table(), "record", "column", "value", "action") == [
        (1, "b", "x\\0y", "noted")
    ]
    assert rows_in(b"a,b\n1,2\n\x00\x00\n3,4\n") == 3  # a line of NULs is a row, and left out


def test_numbering_holds_over_many_blocks(monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 1 << 12)
    lines = [f"{i},{'x' * (i % 50)}" for i in range(1, 3001)]
    for broken in (1, 700, 1999, 3000):
        lines[broken - 1] += ",too,many"
    text = read("a,b\n" + "\n".join(lines) + "\n")
    assert text.problems.left_out.tolist() == [1, 700, 1999, 3000]
    assert (text.cells["a"].astype(int) == text.cells.index).all()
    assert text.facts["rows_in_file"] == "3000"


def test_record_longer_than_a_block_is_refused_with_its_line(monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 1 << 12)
    for encoding in ("utf-8", "utf-16"):
        content = "a,b\n1,2\n3,4\n5,".encode(encoding) + ("x" * 9000).encode(encoding)[2:]
        error = refused(read_text, file_of(content), kind=FileFormatError, match="line 4")
        assert "lone quote" in error.fix


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b"x" * (200 << 20),
        b"x," * (100 << 20),
        (",".join(makers.ACLED) + "\n").encode() + b"x" * (200 << 20),
        (",".join(makers.ACLED) + "\n").encode() + b"x," * (100 << 20),
    ],
    ids=["one field", "only commas", "below a header", "below a header, commas"],
)
def test_single_line_of_200_megabytes(content):
    refused(ct.load_events, file_of(content), kind=FileFormatError)


def test_first_line_that_is_no_header():
    for content in ("x" * 10_000, "x," * 10_000):
        refused(read_text, file_of(content), kind=FileFormatError, match="no header row")


# --------------------------------------------------------------------- encodings, delimiters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings(encoding):
    content = "a,b\nZoë,1\nÅsa,2\nx\n".encode(encoding)
    text = read(content)
    assert text.cells["a"].tolist() == ["Zoë", "Åsa"]
    assert text.facts["encoding"] == encoding.removesuffix("-sig")
    assert text.problems.left_out.tolist() == [3]
    assert find_lines(file_of(content), [3]) == {3: 4}
    assert read_names(file_of(content)) == ["a", "b"]


@pytest.mark.parametrize("names", ["Zoë,1\nÅsa,2\n", "Zoë,1\nAsa,2\n"])
def test_latin_1_also_with_a_single_letter_that_shows_it(names):
    text = read(("a,b\n" + names).encode("latin-1"))
    assert text.cells["a"].iloc[0] == "Zoë"
    assert text.facts["encoding"] == "cp1252"


def test_windows_quotation_marks():
    assert cells("a,b\n“Reed” – League,1\n".encode("cp1252")) == [["“Reed” – League", "1"]]


def test_bytes_that_windows_does_not_know():
    assert read(b"a,b\n\x81\xe9,1\n").facts["encoding"] == "latin-1"


def test_damaged_utf_8_stays_utf_8_and_is_noted():
    text = read("a,b\nZoë Ågren,1\n".encode() + b"bro\xffken,2\n")
    assert text.cells["a"].tolist() == ["Zoë Ågren", "bro�ken"]
    assert text.facts["encoding"] == "utf-8, 1 damaged"
    assert told(text.problems.table(), "record", "column", "action") == [(2, "a", "noted")]


def test_broken_row_in_latin_1():
    text = read("a,b\nZoë,1\nÅsa\nEmi,2\n".encode("latin-1"))
    assert text.cells.index.tolist() == [1, 3]
    assert told(text.problems.table(), "record", "value") == [(2, "Åsa")]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
)
def test_delimiters(delimiter, name):
    content = delimiter.join("abc") + "\n" + delimiter.join(["1,5;6", "2", "3"]) + "\n"
    if delimiter in ",;":
        content = delimiter.join("abc") + "\n" + delimiter.join(['"1,5;6"', "2", "3"]) + "\n"
    text = read(content)
    assert text.facts["delimiter"] == name
    assert text.cells.to_numpy().tolist() == [["1,5;6", "2", "3"]]


# --------------------------------------------------------------------------- what is no table


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html>\n<html><body>Please log in</body></html>",
        b"\xef\xbb\xbf\n  <HTML>",
        "<!doctype html>".encode("utf-16"),
        b"<head><title>Sign in</title>",
        b'<?xml version="1.0"?>',
        b"%PDF-1.7\n...",
        b"\x89PNG\r\n\x1a\n....",
        b"PAR1....",
        b"SQLite format 3\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ],
)
def test_what_is_no_table_is_named(content):
    for call in (ct.load_acled, ct.load_ucdp_ged, ct.load_events, ct.find_problems):
        error = refused(call, file_of(content), kind=FileFormatError)
        assert "web page" in error.wrong or "PDF" in error.wrong


def test_text_given_as_a_path():
    error = refused(ct.load_acled, acled(50), kind=MissingFileError)
    assert "io.StringIO" in error.fix


def test_missing_file_names_its_neighbours(tmp_path):
    (tmp_path / "acled_2024.csv").write_text(acled())
    error = refused(ct.load_acled, tmp_path / "acled_2023.csv", kind=MissingFileError)
    assert "acled_2024.csv" in error.allowed
    refused(ct.load_acled, tmp_path / "no" / "such.csv", kind=MissingFileError)
    refused(ct.load_acled, tmp_path, kind=MissingFileError)


@pytest.mark.parametrize("thing", [None, 7, pd.DataFrame({"a": [1]}), ["x.csv"]])
def test_what_is_no_file(thing):
    refused(ct.load_acled, thing, kind=FileFormatError, match="where a file is needed")


def test_file_objects_are_read_from_their_beginning_and_left_there():
    stream = io.StringIO(acled())
    stream.read(100)
    assert read_text(stream).facts["rows_in_file"] == "3"
    assert stream.tell() == 0
    assert read_text(io.BytesIO(acled().encode("utf-16"))).facts["encoding"] == "utf-16"


def test_text_object_with_half_a_character():
    assert rows_in_object(io.StringIO("a,b\n\ud800,1\n")) == 1


def rows_in_object(stream):
    return int(read_text(stream).facts["rows_in_file"])


def test_stream_that_can_be_read_only_once():
    class Once(io.BytesIO):
        def seekable(self):
            return False

    refused(ct.load_acled, Once(acled().encode()), kind=FileFormatError, match="only once")


# ------------------------------------------------------------------------------------ archives


def zipped(members, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, **options)
    return out.getvalue()


def test_gz_and_zip_give_the_same_events():
    plain, _ = load(acled(5))
    for packed in (gzip.compress(acled(5).encode()), zipped({"folder/acled.csv": acled(5)})):
        events, _ = load(packed)
        pd.testing.assert_frame_equal(events, plain, check_like=False)


def test_zip_with_two_tables_names_both():
    error = refused(read_text, file_of(zipped({"a.csv": acled(), "b.csv": acled()})))
    assert "a.csv, b.csv" in error.wrong


def test_zip_without_a_table():
    refused(read_text, file_of(zipped({"readme.md": "x"})), match="holds 0 tables")
    refused(read_text, file_of(zipped({})))


def test_zip_with_junk_of_a_mac_and_a_codebook():
    packed = zipped({"acled.csv": acled(), "__MACOSX/._acled.csv": "\x00\x05", "codebook.pdf": "%"})
    assert int(read(packed).facts["rows_in_file"]) == 3


def test_path_in_a_zip_is_never_followed(tmp_path):
    packed = tmp_path / "inner" / "acled.zip"
    packed.parent.mkdir()
    packed.write_bytes(zipped({"../../evil.csv": acled()}))
    before = sorted(tmp_path.rglob("*"))
    assert int(read_text(packed).facts["rows_in_file"]) == 3
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "evil.csv").exists()


def test_encrypted_zip():
    packed = bytearray(zipped({"acled.csv": acled()}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + at] |= 1
    refused(read_text, file_of(bytes(packed)), kind=FileFormatError, match="holds 1 tables")


def test_zip_of_a_rare_compression():
    packed = bytearray(zipped({"acled.csv": acled()}))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        packed[packed.index(mark) + at] = 9  # what Windows uses above two gigabytes
    refused(read_text, file_of(bytes(packed)), kind=FileFormatError)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_truncated_gz(encoding):
    packed = gzip.compress(
        acled([acled_row(i, actor1=f"Zoë {i * 7919}") for i in range(5000)]).encode(encoding)
    )
    for share in (0.3, 0.6, 0.99):
        cut = packed[: int(len(packed) * share)]
        refused(ct.load_acled, file_of(cut), kind=FileFormatError, match="cut short")
    refused(read_text, file_of(packed[:10]), kind=FileFormatError)


def test_truncated_zip_and_json():
    packed = zipped({"acled.csv": acled(500)})
    for cut in (packed[:-30], packed[: len(packed) // 2], packed[:8]):
        refused(ct.load_acled, file_of(cut), kind=FileFormatError)
    inside = gzip.compress(json.dumps({"data": [acled_row()] * 99}).encode())
    refused(read_text, file_of(inside[:-20]), kind=FileFormatError)


def test_damaged_byte_in_a_zip():
    packed = bytearray(zipped({"acled.csv": acled([acled_row(i) for i in range(3000)])}))
    packed[len(packed) // 2] ^= 0xFF
    refused(ct.load_acled, file_of(bytes(packed)), kind=FileFormatError)


# -------------------------------------------------------------------------------- spreadsheets


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for i, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet{i + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_spreadsheet_with_one_sheet_and_true_dates():
    rows = [
        ["event_id_cnty", "event_date", "event_type", "fatalities", "iso"],
        ["VLM1", datetime(2016, 5, 3), "Battles", 2, 999],
        ["VLM2", date(2016, 5, 4), "Battles", 0, None],
        [None, None, None, None, None],
        ["VLM3", "05 May 2016", "Battles", 1.0, 999.0],
        ["VLM4", "06 May 2016", "Battles", "x", 999],
    ]
    events, problems = load(workbook(rows, []), name="acled.xlsx")
    assert events["date_start"].dt.strftime("%d.%m.").tolist() == [
        "03.05.",
        "04.05.",
        "05.05.",
        "06.05.",
    ]
    assert events["fatalities"].tolist() == [2, 0, 1, pd.NA]
    assert events["country_id"].fillna("").tolist() == ["999", "", "999", "999"]
    assert told(problems, "record", "column", "action") == [(4, "fatalities", "value set missing")]
    assert problems["line"].isna().all()


def test_spreadsheet_row_of_zeros_is_a_row():
    assert rows_in(workbook([["a", "b"], [0, 0], [1, 2]])) == 2


def test_spreadsheet_with_two_tables_names_them():
    error = refused(read_text, file_of(workbook([["a"], [1]], [["b"], [2]])))
    assert "Sheet1, Sheet2" in error.wrong
    refused(read_text, file_of(workbook([])), kind=FileFormatError)


def test_spreadsheet_values_beyond_the_header_leave_the_row_out():
    assert left_out(workbook([["a", "b"], [1, 2], [3, 4, 5]])) == [2]


def test_spreadsheet_formula_is_not_evaluated():
    events, _ = load(
        workbook(
            [
                ["event_id_cnty", "event_date", "event_type", "notes"],
                ["VLM1", "2016-05-03", "Battles", '=HYPERLINK("http://x.invalid")'],
            ]
        ),
        keep=["notes"],
    )
    assert events["notes"].tolist() == [""]  # the workbook holds no result of it


def test_damaged_spreadsheet():
    whole = workbook([["a", "b"], [1, 2]])
    for cut in (whole[:-40], whole[: len(whole) // 2]):
        refused(read_text, file_of(cut), kind=FileFormatError)


# ---------------------------------------------------------------------------------------- JSON


def test_json_of_the_acled_api():
    answer = {
        "status": 200, "success": True, "count": 2, "total_count": 7, "messages": [],
        "data": [
            acled_row(1, iso=999, fatalities=3, tags=None),
            acled_row(2, actor2="", inter2="", interaction="State forces only"),
        ],
    }  # fmt: skip
    events, problems = load(json.dumps(answer), name="page1.json")
    assert events["fatalities"].tolist() == [3, 2]
    assert events["actor2"].isna().tolist() == [False, True]
    assert events.attrs["incomplete"] == "2 of 7 rows: one page of several"
    assert problems.empty
    with pytest.warns(ct.DataWarning, match="one page of several"):
        ct.load_acled(
            file_of(json.dumps(answer)), extract={"start": "2016-01-01", "end": "2016-12-31"}
        )


def test_json_of_the_ucdp_api():
    answer = {
        "TotalCount": 1, "TotalPages": 1, "PreviousPageUrl": "", "NextPageUrl": "",
        "Result": [makers.ged_row(1, id=600001, best=2, latitude=-25.5, type_of_violence=1)],
    }  # fmt: skip
    events, _ = load(json.dumps(answer).encode("utf-8-sig"))
    assert events["event_id"].tolist() == ["600001"]
    assert events["violence_type"].tolist() == ["state-based"]
    assert "incomplete" not in events.attrs


def test_json_list_of_records_with_different_keys():
    text = read(json.dumps([{"a": 1, "b": None}, {"a": 2.0, "c": [1]}, {"a": True, "b": 1.5}]))
    assert text.cells.to_dict("list") == {
        "a": ["1", "2", "True"], "b": ["", "", "1.5"], "c": ["", "[1]", ""],
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        '{"status": 401, "success": false, "error": ["token expired"]}',
        '{"message": "Unauthorized"}',
        '{"data": {"a": 1}}',
        '{"data": [[1, 2]]}',
        "[1, 2]",
        "[]",
        '{"data": []}',
        '{"a": 1}\n{"a": 2}\n',
        '{"data": [{"event_id_cnty": "VLM1", "event_da',
        "[" * 100_000,
        '{"data": [{"a": ' + "9" * 5000 + "}]}",
        "{",
    ],
)
def test_json_that_is_no_table(content):
    refused(ct.load_acled, file_of(content, "answer.json"), kind=FileFormatError)
    refused(ct.load_events, file_of(content, "answer.json"), kind=FileFormatError)


def test_json_error_says_what_the_server_said():
    error = refused(read_text, file_of('{"status": 401, "error": "token expired"}'))
    assert "token expired" in error.wrong


def test_json_with_odd_counts_and_half_characters():
    for count in ('"many"', "[1]", "null", "-5", "1e400", '"' + "9" * 50 + '"'):
        answer = f'{{"total_count": {count}, "data": [{{"a": "\\ud800", "b": 1}}]}}'
        assert rows_in(answer) == 1


def test_json_has_no_lines():
    content = json.dumps([{"a": 1}, {"a": 2}]).encode("utf-8-sig")
    assert find_lines(file_of(content), [1, 2]) == {}


def test_ged_in_every_wrapping_gives_the_same_table():
    plain, _ = load(ged(4))
    for content in (ged(4, delimiter="\t"), ged(4, end="\r\n"), ged(4).encode("utf-16")):
        events, _ = load(content)
        pd.testing.assert_frame_equal(events, plain)
