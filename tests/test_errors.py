"""Three parts in every message, the builtin that a user would catch, the user's own line."""

import pickle
import warnings
from pathlib import Path

import pytest

from toolkit import errors
from toolkit.errors import DataWarning, OptionError, check_option, did_you_mean, warn

CAUGHT_AS = {
    "OptionError": ValueError,
    "ColumnError": KeyError,
    "FileFormatError": ValueError,
    "MissingFileError": FileNotFoundError,
    "MissingDependencyError": ImportError,
    "EmptySelectionError": ValueError,
    "DirectionError": ValueError,
    "AccountingError": RuntimeError,
}


@pytest.mark.parametrize(("name", "builtin"), CAUGHT_AS.items())
def test_each_error_is_the_builtin_a_user_would_catch(name, builtin):
    error = getattr(errors, name)("It is broken.", "whole ones.", "mend(it)")
    assert isinstance(error, builtin)
    assert isinstance(error, errors.ToolkitError)
    assert str(error) == "It is broken.\n  Allowed: whole ones.\n  Type: mend(it)"
    assert (error.wrong, error.allowed, error.fix) == ("It is broken.", "whole ones.", "mend(it)")
    # a worker process hands its errors back pickled
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_no_error_is_only_ours():
    ours = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    for error in set(ours) - {errors.ToolkitError}:
        builtins = [b for b in error.__mro__ if b.__module__ == "builtins"]
        assert builtins[0] not in (Exception, BaseException, object), error
        assert error.__doc__


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("contry", ["country", "admin1"], "did you mean 'country'?"),
        ("COUNTRY", ["country", "admin1"], "did you mean 'country'?"),
        ("idlip", ["Idlib", "IDLIB", "Homs"], "did you mean 'Idlib'?"),
        ("xyz", ["country", "admin1"], "one of country, admin1."),
        ("xyz", [1, 2], "one of 1, 2."),
        (5, ["country"], "one of country."),
        ("country", [], "there are none."),
    ],
)
def test_did_you_mean(name, known, said):
    assert did_you_mean(name, known) == said


def test_did_you_mean_names_the_nearest_of_thousands_but_lists_thirty():
    known = [f"{n:05d}" for n in range(3_000)] + ["Zorvan Guard"]
    assert did_you_mean("Zorvan Gard", known) == "did you mean 'Zorvan Guard'?"
    listed = did_you_mean("nothing near it", known)
    assert listed.startswith("one of 00000, 00001, ")
    assert listed.endswith("00029 and 2,971 more.")


def test_check_option_lets_pass_and_names_the_nearest():
    check_option("period", "month", ["day", "month"])
    with pytest.raises(OptionError) as caught:
        check_option("period", "months", ["day", "month"])
    assert caught.value.wrong == "period='months' is not known."
    assert caught.value.allowed == "'day', 'month'."
    assert caught.value.fix == "period='month'"
    with pytest.raises(OptionError, match="Type: period='day'"):
        check_option("period", None, ["day", "month"])


@pytest.mark.parametrize(
    ("folder", "blamed"), [("toolkit", __file__), ("toolkit_mine", "toolkit_mine")]
)
def test_warn_points_at_the_line_of_the_user(folder, blamed):
    # a function that lies in the package is passed over; one in a folder beside it is the user's
    file = str(Path(errors.__file__).parents[1] / folder / "module.py")
    names = {"warn": warn}
    exec(compile("def work():\n    warn('It could mislead.')", file, "exec"), names)
    with pytest.warns(DataWarning, match="could mislead") as caught:
        names["work"]()
    assert blamed in caught[0].filename


def test_warn_is_a_user_warning_that_can_be_made_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataWarning)
        with pytest.raises(UserWarning):
            warn("It could mislead.")
