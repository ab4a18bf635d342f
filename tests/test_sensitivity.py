"""Re-running a statistic over choices, against values by hand; what fails, is skipped, warns."""

import subprocess
import sys
import threading
import warnings
from collections import namedtuple
from datetime import datetime
from functools import partial

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from toolkit import combinations
from toolkit.errors import DataWarning, EmptySelectionError, OptionError, warn
from toolkit.provenance import cite, source_line, stamp
from toolkit.specifications import describe_sensitivity, sensitivity

DIGITS = {"a": [1, 2, 3], "b": [0, 5]}


def digits(data, a, b):
    return data + 10 * a + b


def by_name(data, a, b):
    return {"sum": a + b, "product": a * b}


def picky(data, a, b):
    if a == b:
        raise EmptySelectionError(f"No event has a {a}.", "another.", "a=1")
    return a - b


def noisy(data, a, b):
    if a > 1:
        warn("a is large.")
    warnings.warn(f"b is {b}.", UserWarning, stacklevel=1)
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    return a


def random_walk(data, a, b, seed=None):
    return np.random.default_rng(seed).normal(a, b + 1, 50).sum()


def quiet(*arguments, **keywords):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sensitivity(*arguments, **keywords)


# ------------------------------------------------------------------------------- combinations


def test_every_combination_stands_once_in_order_with_its_value():
    table = sensitivity(digits, 100, DIGITS)
    assert list(table.columns) == ["a", "b", "main", "value", "failed"]
    assert table["a"].tolist() == ["1", "1", "2", "2", "3", "3"]
    assert table["b"].tolist() == ["0", "5"] * 3
    assert table["value"].tolist() == [110, 115, 120, 125, 130, 135]
    assert table["main"].tolist() == [True] + [False] * 5
    assert table["failed"].eq("").all()
    assert table["a"].cat.categories.tolist() == ["1", "2", "3"]


def test_labels_stand_for_values_and_name_functions_and_tuples():
    table = sensitivity(
        lambda data, f, window, bound: len(data) + f(window) + (bound is None),
        "four",
        {"f": [min, max], "window": [(1, 7), (3, 9)], "bound": {"any": None, "low": "x"}},
    )
    assert table["f"].unique().tolist() == ["min", "max"]
    assert table["window"].unique().tolist() == ["(1, 7)", "(3, 9)"]
    assert table["value"].tolist() == [6, 5, 8, 7, 12, 11, 14, 13]


def test_one_option_is_a_choice_that_changes_nothing():
    table = sensitivity(digits, 0, {"a": [4], "b": [2]})
    assert table["value"].tolist() == [42]
    assert describe_sensitivity(table).attrs["lowest"] == "42"


@pytest.mark.parametrize("kind", [dict, pd.Series, lambda d: namedtuple("Pair", d)(**d)])
def test_several_values_are_several_columns(kind):
    table = sensitivity(lambda data, a, b: kind(by_name(data, a, b)), None, DIGITS)
    assert table["sum"].tolist() == [1, 6, 2, 7, 3, 8]
    assert table["product"].tolist() == [0, 5, 0, 10, 0, 15]


def test_missing_answers_are_missing_and_numbers_stay_numbers():
    table = sensitivity(lambda data, a: pd.NA if a == 2 else a, None, {"a": [1, 2, 3]})
    assert table["value"].isna().tolist() == [False, True, False]
    assert table["value"].dtype == float
    assert table["failed"].eq("").all()


def test_skip_leaves_out_and_the_provenance_says_so():
    table = sensitivity(digits, 0, DIGITS, skip=lambda a, b: a == "3" and b == "5")
    assert table["value"].tolist() == [10, 15, 20, 25, 30]
    assert "5 runs, 1 skipped" in table.attrs["steps"]
    with pytest.raises(OptionError, match="main combination: a=1, b=0"):
        sensitivity(digits, 0, DIGITS, skip=lambda a, b: b == "0")


# ------------------------------------------------------------------------------ what goes wrong


def test_a_run_without_events_is_a_row_that_says_so():
    with pytest.warns(DataWarning, match=r"^1 of 4 runs failed .*No event has a 2\. \(1 of 4\)"):
        table = sensitivity(picky, None, {"a": [1, 2], "b": [5, 2]})
    assert table["failed"].tolist() == ["", "", "", "No event has a 2."]
    assert table["value"].tolist()[:3] == [-4, -1, -3]
    assert np.isnan(table["value"].iloc[3])
    assert "4 runs, 1 failed" in table.attrs["steps"]


def test_a_main_run_that_fails_is_told_and_all_may_fail():
    with pytest.warns(DataWarning, match=r"^The main run failed\. 1 of 2"):
        sensitivity(picky, None, {"a": [1], "b": [1, 2]})
    table = quiet(picky, None, {"a": [1], "b": [1]})
    assert table["value"].isna().all()
    with pytest.raises(EmptySelectionError, match="None of the 1 runs"):
        describe_sensitivity(table)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_programming_error_is_raised_with_its_combination(workers):
    def broken(data, a, b):
        return 1 / (6 - a - b) if b == 5 else 0

    with pytest.raises(ZeroDivisionError) as caught:
        sensitivity(broken, None, DIGITS, workers=workers)
    assert caught.value.__notes__ == ["In the run with a=1, b=5."]


def test_warnings_of_many_runs_are_told_once():
    with pytest.warns(DataWarning) as caught:
        sensitivity(noisy, None, DIGITS)
    (told,) = caught
    text = str(told.message)
    assert text.startswith("6 of 6 runs warned: a is large. (4 of 6)")
    assert "b is 0. (3 of 6)" in text
    assert "b is 5. (3 of 6)" in text
    assert "old" not in text
    assert told.filename == __file__


def test_many_different_warnings_are_cut():
    with pytest.warns(DataWarning, match="and 15 others"):
        sensitivity(noisy, None, {"a": [1], "b": list(range(20))})


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({}, "no choice"),
        (["a"], "no choice"),
        ({"a": [], "b": [1]}, "'a' has no options"),
        ({"a": "low", "b": [1]}, "'a' has no options"),
        ({"a": [1, "1"], "b": [1]}, "two of the same label"),
        ({"a": [pd.DataFrame()], "b": [1]}, "is a DataFrame and has no label"),
        ({"a": [1], "failed": [1]}, "like a column"),
        ({"a": [1], "bb": [1]}, "cannot be called"),
        ({"a": [1]}, "cannot be called"),
    ],
)
def test_choices_that_cannot_be_used_are_refused(choices, message):
    with pytest.raises(OptionError, match=message):
        sensitivity(digits, 0, choices)


@pytest.mark.parametrize("answer", [pd.DataFrame(), [1], np.ones(2), {1}])
def test_results_that_no_row_can_hold_are_refused(answer):
    with pytest.raises(OptionError, match="returned a"):
        sensitivity(lambda data, a: answer, None, {"a": [1]})


def test_names_that_clash_are_refused():
    with pytest.raises(OptionError, match="'a'"):
        sensitivity(lambda data, a: {"a": 1}, None, {"a": [1]})
    with pytest.raises(OptionError, match="choice and an option at once"):
        sensitivity(digits, 0, DIGITS, options={"a": 1})


@pytest.mark.parametrize("workers", [0, 1.5, "two", True])
def test_workers_are_a_whole_number(workers):
    with pytest.raises(OptionError, match="workers"):
        sensitivity(lambda data, a: pytest.fail("was run"), 0, {"a": [1]}, workers=workers)


# ------------------------------------------------------------------------------------- data


def test_no_run_sees_what_another_did_to_the_table():
    def count_columns(data, a):
        data["more"] = a
        data.loc[0, "n"] = 99
        data.attrs["more"] = "x"
        return len(data.columns) + data["n"].iloc[1]

    data = pd.DataFrame({"n": [1, 2]})
    table = sensitivity(count_columns, data, {"a": [1, 2]})
    assert table["value"].tolist() == [4, 4]
    assert data.to_dict("list") == {"n": [1, 2]}
    assert data.attrs == {}


def test_provenance_is_that_of_the_data_and_of_tables_among_the_options():
    ged = stamp(pd.DataFrame({"n": [1]}), {}, title="GED", version="25.1", citation="Sundberg")
    acled = stamp(pd.DataFrame({"n": [2]}), {}, title="ACLED", citation="Raleigh")
    alone = sensitivity(lambda data, a: a, ged, {"a": [1, 2]})
    assert source_line(alone) == "Source: GED 25.1"
    both = sensitivity(
        lambda data, dataset: dataset["n"].sum(), None, {"dataset": {"GED": ged, "ACLED": acled}}
    )
    assert both["value"].tolist() == [1, 2]
    assert source_line(both) == "Source: GED 25.1 + ACLED"
    assert "Sundberg + Raleigh" in cite(both)
    pieces = sensitivity(lambda data, a: a, {"x": ged, "y": (1, [acled])}, {"a": [1]})
    assert source_line(pieces) == "Source: GED 25.1 + ACLED"
    G = nx.Graph(title="GED", version="25.1")
    assert source_line(sensitivity(lambda data, a: a, G, {"a": [1]})) == "Source: GED 25.1"
    assert source_line(sensitivity(digits, 0, DIGITS)) == "Source not recorded"
    assert ged.attrs["title"] == "GED"


def test_steps_name_statistic_and_options_also_of_a_partial_function():
    table = sensitivity(partial(digits, b=1), 0, {"a": {"one": 1, "two": 2}})
    assert table.attrs["steps"] == "sensitivity of digits to a (one, two): 2 runs"


# ---------------------------------------------------------------------------------- processes


def test_one_and_two_workers_give_the_same_table():
    choices = {"a": [1, 2, 3, 4, 5], "b": [5, 2]}
    for statistic, options in [(picky, {}), (noisy, {}), (random_walk, {"seed": 3})]:
        with warnings.catch_warnings(record=True) as alone:
            warnings.simplefilter("always")
            one = sensitivity(statistic, None, choices, options=options, workers=1)
        with warnings.catch_warnings(record=True) as spread:
            warnings.simplefilter("always")
            two = sensitivity(statistic, None, choices, options=options, workers=2)
        pd.testing.assert_frame_equal(one, two)
        assert one.attrs == two.attrs
        assert [str(w.message) for w in alone] == [str(w.message) for w in spread]


def test_long_work_is_spread_and_what_cannot_travel_runs_here(monkeypatch):
    monkeypatch.setattr(combinations, "_WORTH_SPREADING", 0.0)
    monkeypatch.setattr("joblib.cpu_count", lambda: 2)

    def name_process(data, a):
        import os

        return os.getpid()

    spread = sensitivity(name_process, None, {"a": list(range(6))})
    here = sensitivity(lambda data, a: name_process(None, a), threading.Lock(), {"a": [1, 2, 3]})
    assert here["value"].nunique() == 1
    assert not set(spread["value"].iloc[1:]) & set(here["value"])
    assert spread["value"].iloc[0] == here["value"].iloc[0]
    with pytest.raises(OptionError, match="cannot be sent"):
        sensitivity(lambda data, a: a, threading.Lock(), {"a": [1, 2, 3]}, workers=2)


def test_arrays_can_be_written_to_in_every_process():
    def sort_in_place(data, a):
        data["x"].sort()
        return float(data["x"][a])

    data = {"x": np.arange(200_000.0)[::-1].copy()}
    table = sensitivity(sort_in_place, data, {"a": [0, 1, 2, 3]}, workers=2)
    assert table["value"].tolist() == [0, 1, 2, 3]


def test_functions_of_a_notebook_travel():
    code = (
        "from toolkit.specifications import sensitivity\n"
        "k = 7\n"
        "def f(data, a):\n"
        "    return k * a\n"
        "print(sensitivity(f, None, {'a': [1, 2, 3]}, workers=2)['value'].tolist())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[7, 14, 21]"


# -------------------------------------------------------------------------------- description


def test_eta_squared_and_differences_by_hand():
    # a: means 12.5 22.5 32.5, so 2 x (100 + 0 + 100); b: means 20 25, so 6 x 2.5 x 2.5
    found = describe_sensitivity(sensitivity(digits, 0, DIGITS)).set_index("choice")
    assert found.index.tolist() == ["a", "b"]
    assert found["eta_squared"].tolist() == pytest.approx([400 / 437.5, 37.5 / 437.5])
    assert found["largest_difference"].tolist() == [20, 5]
    assert found["largest_change"].tolist() == [20, 5]
    assert found["lowest_option"].tolist() == ["1", "0"]
    assert found["highest_option"].tolist() == ["3", "5"]
    # a: three pairs of options at each of two b; b: one pair at each of three a
    assert found["n_switches"].tolist() == [6, 3]
    assert found["changed"].tolist() == [1, 1]
    assert found["n_options"].tolist() == [3, 2]
    facts = {k: found.attrs[k] for k in ("runs", "main_value", "lowest", "highest")}
    assert facts == {"runs": "6", "main_value": "10", "lowest": "10", "highest": "35"}
    assert "robustness" not in found.attrs


def test_what_choices_do_only_together_belongs_to_none_of_them():
    # 1 where both are on or both off: the means are alike, yet every switch changes the answer
    table = sensitivity(lambda data, a, b: int(a == b), None, {"a": [0, 1], "b": [0, 1]})
    found = describe_sensitivity(table)
    assert found["eta_squared"].tolist() == [0, 0]
    assert found["largest_difference"].tolist() == [0, 0]
    assert found["largest_change"].tolist() == [1, 1]
    assert found["changed"].tolist() == [1, 1]


def test_eta_squared_as_the_main_effect_of_an_analysis_of_variance():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(3, 4, 2))
    choices = {"a": [0, 1, 2], "b": [0, 1, 2, 3], "c": [0, 1]}
    table = sensitivity(lambda data, a, b, c: data[a, b, c], values, choices)
    found = describe_sensitivity(table).set_index("choice")["eta_squared"]
    for axis, name in enumerate("abc"):
        means = values.mean(axis=tuple({0, 1, 2} - {axis}))
        assert found[name] == pytest.approx(means.var() / values.var())


def test_a_choice_without_effect_changes_nothing():
    table = sensitivity(lambda data, a, b: 0.1 * a + b * 1e-18, None, DIGITS)
    found = describe_sensitivity(table).set_index("choice")
    assert found.loc["b", "changed"] == 0
    assert found.loc["b", "eta_squared"] == pytest.approx(0)
    flat = describe_sensitivity(sensitivity(lambda data, a, b: 7, None, DIGITS))
    assert flat["eta_squared"].isna().all()
    assert flat["changed"].tolist() == [0, 0]


def test_words_have_robustness_and_the_option_that_agrees_least():
    # a=1: yes yes   a=2: yes no   a=3: no no
    table = sensitivity(
        lambda data, a, b: {"verdict": "yes" if a + b / 5 <= 2 else "no"}, None, DIGITS
    )
    found = describe_sensitivity(table, value="verdict").set_index("choice")
    assert float(found.attrs["robustness"]) == 3 / 6
    assert found.attrs["main_value"] == "yes"
    assert "lowest" not in found.attrs
    # a: at b=0 yes yes no, two of three pairs differ; at b=5 yes no no, two of three
    assert found.loc["a", "changed"] == pytest.approx(4 / 6)
    assert found.loc["b", "changed"] == pytest.approx(1 / 3)
    assert found.loc["a", ["weakest_option", "agreement"]].tolist() == ["3", 0]
    assert found.loc["b", "weakest_option"] == "5"
    assert found.loc["b", "agreement"] == pytest.approx(1 / 3)
    assert found.index.tolist() == ["a", "b"]
    assert "eta_squared" not in found


def test_runs_that_failed_do_not_agree_and_are_no_switch():
    def verdict(data, a, b):
        if (a, b) == (3, 5):
            raise EmptySelectionError("Nothing.", "something.", "x")
        return "yes"

    found = describe_sensitivity(quiet(verdict, None, DIGITS)).set_index("choice")
    assert float(found.attrs["robustness"]) == pytest.approx(5 / 6)
    assert found.attrs["runs_answered"] == "5"
    assert found["changed"].tolist() == [0, 0]
    assert found["n_switches"].to_dict() == {"a": 4, "b": 2}
    assert found["n_unanswered"].to_dict() == {"a": 2, "b": 1}


def test_robustness_is_missing_where_the_main_run_has_no_answer():
    def verdict(data, a):
        if a == 1:
            raise EmptySelectionError("Nothing.", "something.", "x")
        return "yes"

    found = describe_sensitivity(quiet(verdict, None, {"a": [1, 2]}))
    assert "robustness" not in found.attrs
    assert "main_value" not in found.attrs
    assert found["agreement"].isna().all()


def test_combinations_left_out_are_no_switches():
    table = sensitivity(digits, 0, DIGITS, skip=lambda a, b: a == "3" and b == "5")
    found = describe_sensitivity(table).set_index("choice")
    assert found["n_switches"].to_dict() == {"a": 4, "b": 2}
    assert found["n_unanswered"].tolist() == [0, 0]
    assert found.loc["b", "largest_change"] == 5
    # means of all runs: b=0 20, b=5 20
    assert found.loc["b", "largest_difference"] == 0


def test_dates_differ_by_days_and_truth_values_are_words():
    dates = sensitivity(lambda data, a: datetime(2020, 3, a), None, {"a": [5, 1, 9]})
    found = describe_sensitivity(dates)
    assert found["largest_difference"].tolist() == [8]
    assert found["highest_option"].tolist() == ["9"]
    assert found.attrs["lowest"].startswith("2020-03-01")
    truth = describe_sensitivity(sensitivity(lambda data, a: a > 1, None, {"a": [3, 2, 1, 0]}))
    assert float(truth.attrs["robustness"]) == 1 / 2


def test_description_is_of_one_column_of_a_table_of_sensitivity():
    table = sensitivity(by_name, None, DIGITS)
    assert describe_sensitivity(table, value="product").attrs["highest"] == "15"
    with pytest.raises(OptionError, match="'sum', 'product'"):
        describe_sensitivity(table)
    with pytest.raises(OptionError, match="not a table of sensitivity"):
        describe_sensitivity(pd.DataFrame({"value": [1]}))
    with pytest.raises(OptionError, match="stands twice"):
        describe_sensitivity(pd.concat([table, table]), value="sum")


def test_inputs_are_left_alone():
    table = sensitivity(digits, 0, DIGITS)
    before, attrs = table.copy(), dict(table.attrs)
    found = describe_sensitivity(table)
    pd.testing.assert_frame_equal(table, before)
    assert table.attrs == attrs
    assert found.attrs["steps"] == table.attrs["steps"] + "; choices described by value"
