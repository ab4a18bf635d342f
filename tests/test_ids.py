"""Ids that stand twice: told apart by numbers, never lost by them."""

import pandas as pd
import pytest

from toolkit.events import find_twins
from toolkit.ids import begin_apart

LONG = "é" * 32


@pytest.mark.parametrize(
    ("ids", "apart"),
    [
        ([], True),
        ([""], True),
        (["", ""], False),
        (["SYR1", "SYR2", "SYR10"], True),
        (["SYR1", "SYR2", "SYR1"], False),
        (["7", "07", "7 ", " 7"], False),  # filled up with blanks "7" is "7 ": not known
        (["7", "07", "70"], True),
        (["é", "e", "è"], True),
        ([LONG + "a", LONG + "b"], False),  # they begin alike: not known
        ([LONG[1:] + "a", LONG[1:] + "b"], True),
        (["a", None], False),
    ],
)
def test_ids_are_apart_only_where_their_beginnings_are(ids, apart):
    assert begin_apart(pd.Series(ids, dtype="str")) is apart


def test_ids_that_are_no_text_are_not_known_to_be_apart():
    assert not begin_apart(pd.Series([1, 2]))
    assert not begin_apart(pd.Series(["a", 1], dtype=object))


@pytest.mark.parametrize(
    ("datasets", "ids", "twins", "earlier"),
    [
        ("xx", "12", [False, False], [False, False]),
        ("xxx", "121", [True, False, True], [True, False, False]),
        ("xyx", "111", [True, False, True], [True, False, False]),  # another dataset's is another
    ],
)
def test_twins_have_the_dataset_and_the_id_of_another(datasets, ids, twins, earlier):
    events = pd.DataFrame(
        {"dataset": list(datasets), "event_id": pd.Series(list(ids), dtype="str")}
    ).set_axis(range(5, 5 + len(ids)))
    assert find_twins(events).to_dict() == dict(enumerate(twins, 5))
    assert find_twins(events, keep="last").to_dict() == dict(enumerate(earlier, 5))
