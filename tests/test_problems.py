"""The table of problems: each in its place, nothing lost, nothing counted twice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.problems import COLUMNS, LEFT_OUT, NOTED, SET_MISSING, Problems

TEXT = ["column", "value", "reason", "action"]


def test_without_problems_the_table_is_empty_but_has_its_columns_and_types():
    table = Problems().table()
    assert list(table) == list(COLUMNS)
    assert len(table) == 0
    assert str(table["line"].dtype) == "Int64"
    assert str(table["record"].dtype) == "int64"
    assert all(str(table[c].dtype) == "str" for c in TEXT)
    assert Problems().summary() == ""
    assert Problems().left_out.tolist() == []


def test_the_table_is_in_the_order_of_the_file():
    problems = Problems()
    problems.add([5, 2], "best", ["-1", "x"], "not a number", SET_MISSING)
    problems.add([3], "date", "31/02", "no such day", LEFT_OUT)
    problems.add(np.array([2]), "low", ["9"], ["above best"], NOTED)
    problems.add([], "low", [], "never", NOTED)
    table = problems.table()
    assert table["record"].tolist() == [2, 2, 3, 5]
    assert table["column"].tolist() == ["best", "low", "date", "best"]
    assert table["value"].tolist() == ["x", "9", "31/02", "-1"]
    assert table["line"].isna().all()
    assert table.index.tolist() == [0, 1, 2, 3]
    assert [str(table[c].dtype) for c in TEXT] == ["str"] * 4


def test_rows_are_counted_once_each_however_many_problems_they_have():
    problems = Problems()
    problems.add([1, 2], "best", ["a", "b"], "not a number", SET_MISSING)
    problems.add([2], "low", ["c"], "not a number", SET_MISSING)
    problems.add([7], "date", ["?"], "no date", LEFT_OUT)
    problems.add([7], "id", [""], "no id", LEFT_OUT)
    problems.add([4], "name", ["x"], "odd", NOTED)
    assert problems.left_out.tolist() == [7]
    assert problems.summary() == (
        "1 row left out, 2 rows with a value set missing, 1 row with something to note"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""), (pd.NA, ""), (pd.NaT, ""), (float("nan"), ""), (np.float64("nan"), ""),
        ("", ""), ("NA", "NA"), (0, "0"), ("a\x00b", "a\\0b"),
        ("x" * 80, "x" * 80), ("x" * 81, "x" * 77 + "..."),
        (["a", "list"], "['a', 'list']"),
    ],
)  # fmt: skip
def test_values_are_shown_as_they_stand_and_cut(value, shown):
    problems = Problems()
    problems.add([1], "c", [value], "r", NOTED)
    assert problems.table()["value"].tolist() == [shown]


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from([LEFT_OUT, SET_MISSING, NOTED]))))
def test_every_problem_is_in_the_table_and_rows_left_out_are_distinct(added):
    problems = Problems()
    for record, action in added:
        problems.add([record], "c", ["v"], "r", action)
    table = problems.table()
    assert len(table) == len(added)
    assert table["record"].is_monotonic_increasing
    assert problems.left_out.tolist() == sorted({r for r, a in added if a == LEFT_OUT})
