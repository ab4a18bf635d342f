"""The cells of a file: each value once, and the rows in which it stands."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from makers import file_of

from toolkit import cells
from toolkit.cells import Cells, Collector, Column, Encoder, combine, pair_up
from toolkit.reading import read_cells


def test_cells_hold_each_value_once_or_as_they_stand():
    lines = [f"{i},{i % 3}" for i in range(2000)]
    content = "\n".join(["a,b", *lines, ""])
    table = read_cells(file_of(content), lambda header, file: header)
    a, b = table.cells.columns["a"], table.cells.columns["b"]
    assert a.codes is None
    assert b.values.tolist() == ["0", "1", "2"]
    assert b.codes.dtype == "int8"
    assert table.cells.frame()["a"].tolist() == [str(i) for i in range(2000)]
    again = Cells.of(table.cells.frame())
    assert again.columns["b"].times().tolist() == [667, 667, 666]


def test_a_flag_of_a_value_is_that_of_its_rows():
    column = Column(pd.Series(["x", "y"], dtype="str"), np.array([1, 0, 1], "int8"))
    assert column.map(lambda values: values.eq("y")).where().tolist() == [0, 2]
    assert column.map(lambda values: values.eq("z")).where().tolist() == []
    assert column.map(lambda values: pd.array([True, None], "boolean")).where().tolist() == [1]
    assert Column(pd.Series([True, False, True]), None).where().tolist() == [0, 2]


@pytest.mark.parametrize("few", [0, 1 << 16])
def test_columns_are_combined_row_by_row(monkeypatch, few):
    monkeypatch.setattr(cells, "FEW", few)
    first = Column(pd.Series([1, 2, 3]), np.array([0, 1, 2, 0, 2], "int8"))
    second = Column(pd.Series([10, 20]), np.array([0, 1, 1, 1, 0], "int8"))
    rows = Column(pd.Series([100, 200, 300, 400, 500]), None)
    assert combine(pd.Series.add, first, second).rows().tolist() == [11, 22, 23, 21, 13]
    assert combine(pd.Series.add, first, rows).rows().tolist() == [101, 202, 303, 401, 503]
    (left, _), numbers = pair_up(first, second)
    assert (len(left), sorted(set(numbers))) == (
        (6, [0, 1, 3, 4, 5]) if few else (5, [0, 1, 2, 3, 4])
    )
    none = Column(pd.Series([], dtype="int64"), np.zeros(0, "int8"))
    assert combine(pd.Series.add, none, none).rows().tolist() == []


@pytest.mark.parametrize("sizes", [(200, 200), (1000, 40), (70_000, 70_000), (3_000_000, 1)])
def test_the_last_of_all_pairs_has_its_own_number(sizes):
    last = [Column(pd.Series(range(n)), np.array([0, n - 1], "int32")) for n in sizes]
    values, codes = pair_up(*last)
    pairs = list(zip(*(v.iloc[codes] for v in values), strict=True))
    assert pairs == [(0, 0), (sizes[0] - 1, sizes[1] - 1)]


def test_columns_without_rows_are_combined_to_none():
    some = [Column(pd.Series(range(n), dtype="int64"), np.zeros(0, "int8")) for n in (0, 300)]
    assert len(combine(pd.Series.gt, *some).where()) == 0


def test_a_column_whose_values_stop_coming_again_is_kept_as_it_stands():
    pieces = [["u"] * 3, ["a", "b", "c", "d"], ["u", "u"]]
    collector = Collector(["x"], Encoder())
    for values in pieces:
        collector.add(pa.table({"x": values}), np.arange(len(values)))
    column = collector.cells(["x"]).columns["x"]
    assert column.codes is None
    assert column.values.tolist() == [value for values in pieces for value in values]
