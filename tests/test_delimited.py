"""Files in which each line is a row: a guess from the beginning, proved or given up."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import acled, file_of, refused

from toolkit import delimited, layout
from toolkit.errors import FileFormatError
from toolkit.formats import read_pieces
from toolkit.opening import opened
from toolkit.reading import read_cells


def read_guessing(content, *, plain, size):
    """Return what reading gives, the beginning of the file taken for plain or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "_is_plain", lambda *_: plain)
        patch.setattr(delimited, "STRETCH", size)
        patch.setattr(delimited, "STEP", 64)
        return read_cells(file_of(content), lambda header, file: header)


def same(content, size=20):
    """Check that the guess changes nothing in what is read; return whether it was proved right."""
    guessed = read_guessing(content, plain=True, size=size)
    careful = read_guessing(content, plain=False, size=size)
    pd.testing.assert_frame_equal(guessed.cells.frame(), careful.cells.frame())
    pd.testing.assert_frame_equal(guessed.problems.table(), careful.problems.table())
    assert guessed.facts == careful.facts
    return guessed.layout.plain


@pytest.mark.parametrize(
    ("rest", "proved"),
    [
        ("1,2\n3,4\n", True),
        ("1,2\n3,4", True),
        ("1,2\r\n3,4\r\n", True),
        ("1,2\r3,4\r", True),
        ('1,"a ""b"" c"\n3,"4"\n', True),
        ("1,Zoë\n2,Ł\n", True),
        ("", True),
        ('1,"2\n3,4"\n', False),  # the second line is a row to the eye
        ('1,"2\n3,4', False),
        ('1,2"\n3,"4\n', False),  # as many rows as lines, but a quote stays open to the end
        ("1,2\n\n3,4\n", False),
        ("1,2\n3\n4,5\n", False),
        ("1,2,3\n4,5\n", False),
        ("1,\x002\n", False),
    ],
)
@pytest.mark.parametrize("size", [1, 5, 20, 1000])
def test_a_plain_beginning_is_no_proof(rest, proved, size):
    assert same("x,y\n" + rest, size) is proved


@given(
    st.lists(st.sampled_from(["1,2\n", '"', ",", "\n", "\r\n", "a", "ë", '1,"2"\n']), max_size=25)
)
@settings(max_examples=150, deadline=None)
def test_what_a_plain_beginning_promises_is_proved(parts):
    same("x,y\n" + "".join(parts))


def test_a_file_that_changes_between_two_readings_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "STRETCH", 1 << 12)
    path = tmp_path / "a.csv"
    path.write_text(text := acled(2000), encoding="utf-8")
    parts = read_pieces(path, piece_bytes=1 << 15)
    next(parts)
    path.write_text(text + "short,row\n", encoding="utf-8")
    refused(lambda: list(parts), kind=FileFormatError, match="changed while it was read")


@pytest.mark.parametrize(
    ("rows", "quotes", "plain"),
    [
        ("1\t2\n3\t4\n", True, True),
        ('1\t"2\n3\t4\n', False, True),  # a letter like any other
        ('1\t"2\n3\t4\n', True, False),
        ("1\ta\u2028b\n3\t4\n", True, True),  # a line break to Unicode, none to a table
        ('1\t"2\n3"\t4\n', True, False),
    ],
)
def test_a_beginning_is_plain_where_each_line_is_a_row(rows, quotes, plain):
    with opened(file_of("x\ty\n" + rows)) as raw:
        assert layout.find_layout(raw, None, quotes=quotes).plain is plain
