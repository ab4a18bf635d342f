"""Every combination of the options of some choices, and a function run for each of them."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from math import ceil
from pickle import PicklingError
from time import perf_counter
from typing import Any, NamedTuple

import pandas as pd

from toolkit.errors import OptionError, ToolkitError
from toolkit.permutation import check_whole

Choices = Mapping[str, Sequence[Any] | Mapping[Any, Any]]
Options = dict[str, dict[str, Any]]  # of each choice: label and value
Labels = dict[str, str]  # of each choice: the label of one option
OWN_COLUMNS = ["main", "failed"]

_WORTH_SPREADING = 10.0  # seconds of work left from which other processes pay for their start
_QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


class Run(NamedTuple):
    """What one run gave: values by name, or what was wrong; and the warnings it raised."""

    values: dict[str, Any]
    failed: str
    warnings: list[str]


# ----------------------------------------------------------------------------- what is asked for


def read_choices(choices: Choices) -> Options:
    """Return the options of each choice by their labels, as text and in their order."""
    if not isinstance(choices, Mapping) or not choices:
        raise OptionError(
            f"choices={choices!r} holds no choice.",
            "a mapping from the name of a choice to its options.",
            'choices={"geo_precision": {"any": None, "exact": "exact"}}',
        )
    return {str(name): _read_options(str(name), given) for name, given in choices.items()}


def _read_options(name: str, given: Sequence[Any] | Mapping[Any, Any]) -> dict[str, Any]:
    if name in OWN_COLUMNS:
        raise OptionError(
            f"A choice is called {name!r}, like a column of the result.",
            "any other name.",
            f'choices={{"{name}_choice": ...}}',
        )
    listed = isinstance(given, Sequence) and not isinstance(given, str | bytes)
    pairs = list(given.items()) if isinstance(given, Mapping) else []
    if listed:
        pairs = [(_label(name, value), value) for value in given]
    labels = [str(label) for label, _ in pairs]
    if not labels or len(set(labels)) < len(labels):
        raise OptionError(
            f"The choice {name!r} has no options, or two of the same label: {given!r:.80}.",
            "a list of values, or a mapping from label to value, each label once.",
            f'choices={{"{name}": {{"first label": ..., "second label": ...}}}}',
        )
    return dict(zip(labels, (value for _, value in pairs), strict=True))


def _label(name: str, value: Any) -> str:
    """Return the label of an option that came without one."""
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    if not pd.api.types.is_scalar(value) and not isinstance(value, tuple):
        raise OptionError(
            f"An option of {name!r} is a {type(value).__name__} and has no label.",
            "a mapping from label to value.",
            f'choices={{"{name}": {{"short label": value}}}}',
        )
    return str(value)


def check_call(
    statistic: Callable[..., Any], data: Any, known: Options, fixed: dict[str, Any]
) -> None:
    """Raise `OptionError` where the statistic cannot be called with these choices."""
    twice = sorted(set(known) & set(fixed))
    if twice:
        raise OptionError(
            f"{twice[0]!r} is a choice and an option at once.",
            "a keyword that is the same in every run, or one that changes.",
            f'leave "{twice[0]}" out of options=',
        )
    first = {name: next(iter(options.values())) for name, options in known.items()}
    try:
        signature = inspect.signature(statistic)
    except (TypeError, ValueError):  # some functions written in C tell nothing
        return
    try:
        signature.bind(data, **first, **fixed)
    except TypeError as error:
        raise OptionError(
            f"The statistic cannot be called with these choices: {error}.",
            f"the keywords of {name_of(statistic)}{signature}.",
            "rename the choice, or give the statistic a keyword of its name",
        ) from None


def combine_options(known: Options, skip: Callable[..., Any] | None) -> tuple[list[Labels], int]:
    """Return the combinations to run, the main one first, and how many were skipped."""
    every = [dict(zip(known, labels, strict=True)) for labels in product(*known.values())]
    kept = [labels for labels in every if skip is None or not skip(**labels)]
    if every[0] not in kept:
        raise OptionError(
            f"skip leaves out the main combination: {_say(every[0])}.",
            "any other combination: the first option of each choice makes the main result.",
            "another order of the options, or another rule",
        )
    return kept, len(every) - len(kept)


# ---------------------------------------------------------------------------------------- running


def run_all(
    run: Callable[[list[Labels]], list[Run]], combinations: list[Labels], workers: int | None
) -> list[Run]:
    """Run all combinations: the main one here, the others where it is quickest."""
    from tqdm.auto import tqdm

    asked = None if workers is None else check_whole("workers", workers, least=1, usual=2)
    look: dict[str, Any] = {"desc": "sensitivity", "unit": "run", "delay": 3, "leave": False}
    with tqdm(total=len(combinations), **look) as bar:
        start = perf_counter()
        runs = run(combinations[:1])
        bar.update()
        rest = combinations[1:]
        n = asked or _count_workers((perf_counter() - start) * len(rest))
        size = ceil(len(rest) / (4 * n)) if n > 1 else 1
        batches = [rest[i : i + size] for i in range(0, len(rest), max(size, 1))]
        for part in _spread(run, batches, n, asked=asked is not None):
            runs += part
            bar.update(len(part))
    return runs


def _count_workers(seconds: float) -> int:
    """Return how many processes share what is left, which one would need so many seconds for."""
    if seconds < _WORTH_SPREADING:
        return 1
    from joblib import cpu_count

    return int(cpu_count())


def _spread(
    run: Callable[[list[Labels]], list[Run]], batches: list[list[Labels]], n: int, *, asked: bool
) -> Iterator[list[Run]]:
    """Yield the runs of each batch in its order, from n processes."""
    done = 0
    if n > 1 and batches:
        from joblib import Parallel, delayed

        # Without max_nbytes arrays would come to the workers as read-only files, and a statistic
        # could fail there that runs here.
        pool = Parallel(n_jobs=n, return_as="generator", max_nbytes=None)
        try:
            for part in pool(delayed(run)(batch) for batch in batches):
                done += 1
                yield part
        except PicklingError as error:
            if asked:
                raise OptionError(
                    f"workers={n}: the statistic, its data or its results cannot be sent to "
                    f"another process ({error}).",
                    "tables, arrays, plain values and functions.",
                    "workers=1",
                ) from error
    yield from map(run, batches[done:])


def run_batch(
    statistic: Callable[..., Any], data: Any, known: Options, fixed: dict[str, Any],
    combinations: list[Labels],
) -> list[Run]:  # fmt: skip
    """Run a statistic for these combinations; what goes to another process in one piece."""
    return [_run_once(statistic, data, known, fixed, labels) for labels in combinations]


def _run_once(
    statistic: Callable[..., Any], data: Any, known: Options, fixed: dict[str, Any], labels: Labels
) -> Run:
    values = {name: known[name][label] for name, label in labels.items()}
    # a shallow copy costs nothing, and a column added in one run is not there in the next
    given = data.copy(deep=False) if isinstance(data, pd.DataFrame | pd.Series) else data
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer, failed = statistic(given, **fixed, **values), ""
        except ToolkitError as error:
            answer, failed = {}, error.wrong
        except Exception as error:
            error.add_note(f"In the run with {_say(labels)}.")
            raise
    told = [str(w.message) for w in caught if not issubclass(w.category, _QUIET)]
    return Run(_read_answer(statistic, answer), failed, list(dict.fromkeys(told)))


def _read_answer(statistic: Callable[..., Any], answer: Any) -> dict[str, Any]:
    """Return what a statistic returned as values by name."""
    if hasattr(answer, "_asdict"):
        answer = answer._asdict()
    if isinstance(answer, pd.Series | Mapping):
        # pd.NA among numbers would make a column of objects
        return {str(k): None if v is pd.NA else v for k, v in answer.items()}
    if not pd.api.types.is_scalar(answer):
        raise OptionError(
            f"{name_of(statistic)} returned a {type(answer).__name__}.",
            "a number, text or date, or several by name: a Series, a dict, a named tuple.",
            "a function that returns the number looked for, such as len(...)",
        )
    return {"value": None if answer is pd.NA else answer}


def name_of(statistic: Callable[..., Any]) -> str:
    """Return the name of a function, that of what is inside where it is a partial one."""
    inner = statistic.func if isinstance(statistic, partial) else statistic
    return str(getattr(inner, "__name__", type(inner).__name__))


def _say(labels: Labels) -> str:
    return ", ".join(f"{name}={label}" for name, label in labels.items())
