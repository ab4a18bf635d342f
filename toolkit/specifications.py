"""How much a result depends on the choices behind it: run again for every combination of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from toolkit.combinations import (
    OWN_COLUMNS,
    Choices,
    Labels,
    Options,
    Run,
    check_call,
    combine_options,
    name_of,
    read_choices,
    run_all,
    run_batch,
)
from toolkit.errors import EmptySelectionError, OptionError, check_option, warn
from toolkit.provenance import add_step, read_record

_MOST_WARNINGS = 5


def sensitivity(
    statistic: Callable[..., Any],
    data: Any,
    choices: Choices,
    *,
    options: Mapping[str, Any] | None = None,
    skip: Callable[..., Any] | None = None,
    workers: int | None = None,
) -> pd.DataFrame:
    """Run a statistic again for every combination of the choices that could be defended.

    `statistic(data, **options)` is called once for each combination, with one option of every
    choice as a keyword. The first option of each choice is the main one, and the run with all of
    them is the main result. This is what Steegen et al. call a multiverse analysis, and the first
    two steps of the specification curve analysis of Simonsohn et al.; their third, a joint test
    over all specifications, is not done.

    The table says how far the answer depends on the choices that were listed. It says nothing
    about choices left out, about what all runs have in common (the dataset's own bias), or about
    chance: the runs share their data, so their spread is no confidence interval, and the share of
    runs with some answer is no probability. A long list of odd options makes any result look
    fragile, many options without effect make any look solid.

    Parameters
    ----------
    statistic
        A function of the data and of keywords named like the choices. It returns one number, text
        or date, or several by name (a Series, a dict, a named tuple). It must not change its data.
        Where it draws random numbers, give it `options={"seed": 1}`: then all runs draw the same
        ones, differences between runs are no noise, and the number of workers does not matter.
    data
        What `statistic` takes first: a table, several of them, a network.
    choices
        For each choice its options: a sequence, whose values are their own labels, or a mapping
        from label to value, which anything without a short name needs (a table, a dict).
    options
        Keywords that are the same in every run.
    skip
        Called with the labels of a combination as keywords; where it returns True the combination
        is left out: nonsense, or the same as another. How many were left out stands in the
        provenance.
    workers
        Number of processes. None: one, or as many as there are cores where the time of the main
        run promises more than ten seconds of work.

    Returns
    -------
    DataFrame
        One row per combination, the last choice changing fastest: a column per choice with the
        label of its option, `main` (True for the row of all first options), `value` or the names
        that `statistic` returns, and `failed`: empty, or what was wrong where a run raised an error
        of the toolkit (no event left, say), whose values are then missing. Errors of any other kind
        are raised, with the combination noted.

    Raises
    ------
    OptionError
        A choice without options, with two of the same label, of a name that the statistic does not
        take or that a result has; the main combination skipped; a result that is a table or a list;
        with `workers` above 1, what cannot be sent to another process.

    Warns
    -----
    DataWarning
        Runs that failed, and the warnings raised in the runs: each told once, with the number of
        runs.

    References
    ----------
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature
    Human Behaviour 4, 1208-1214. (Abstract read.)

    Steegen, S., Tuerlinckx, F., Gelman, A. and Vanpaemel, W. (2016). Increasing transparency
    through a multiverse analysis. Perspectives on Psychological Science 11, 702-712. (Abstract
    read.)

    Examples
    --------
    >>> import toolkit as ct
    >>> def deaths_in_belvash(events, bound, geo_precision):
    ...     belvash = ct.filter_events(
    ...         events, admin1="Belvash province", geo_precision=geo_precision
    ...     )
    ...     return belvash[bound].sum()
    >>> choices = {
    ...     "bound": {"best": "fatalities", "low": "fatalities_low", "high": "fatalities_high"},
    ...     "geo_precision": {"any": None, "near or better": "near"},
    ... }
    >>> table = sensitivity(deaths_in_belvash, ct.load_sample("ged"), choices)
    >>> table.drop(columns="failed")
      bound   geo_precision   main  value
    0  best             any   True   1219
    1  best  near or better  False    734
    2   low             any  False   1124
    3   low  near or better  False    691
    4  high             any  False   1647
    5  high  near or better  False    796
    """
    known = read_choices(choices)
    fixed = dict(options or {})
    check_call(statistic, data, known, fixed)
    combinations, n_skipped = combine_options(known, skip)
    run = partial(run_batch, statistic, data, known, fixed)
    runs = run_all(run, combinations, workers)
    table = _make_table(known, combinations, runs)
    _tell(runs)
    name, words = name_of(statistic), ", ".join(f"{c} ({', '.join(known[c])})" for c in known)
    step = f"sensitivity of {name} to {words}: {len(runs):,} runs"
    n_failed = sum(bool(r.failed) for r in runs)
    step += f", {n_failed:,} failed" if n_failed else ""
    step += f", {n_skipped:,} skipped" if n_skipped else ""
    facts = {"statistic": name, "runs_failed": n_failed, "combinations_skipped": n_skipped}
    return add_step(table, _shared_record(data, known), step, **facts)


def describe_sensitivity(table: pd.DataFrame, *, value: str = "value") -> pd.DataFrame:
    """Say for each choice how much it moves the answer, those that move it most first.

    The eta squared of a choice is the variance between the means of its options, each weighted
    with its number of runs, as a share of the variance of all runs: its main effect. Over all
    combinations of a full table the shares of the choices add up to one, less what the choices do
    only together. A switch is a pair of runs that differ in one choice alone; the share of
    switches that change the answer compares like with like.

    `robustness`, for answers in words such as verdicts, is the number of runs with the same answer
    as the main one, itself included, by the number of all runs; a run that failed does not agree.
    It is the share of the listed choices under which the verdict stands. It is not the probability
    that the verdict is true, it depends on how many options each choice was given, and it is 1
    where there was nothing to choose.

    Where combinations were skipped or failed, the means of two options come from different runs
    and can differ for that reason alone, and shares of variance may overlap: trust
    `largest_change` and `changed`.

    Parameters
    ----------
    table
        What `sensitivity` returns.
    value
        The column with the answer: numbers, dates (differences are in days), or words.

    Returns
    -------
    DataFrame
        One row per choice: `choice`, `n_options`; for numbers and dates `eta_squared` (missing
        where all runs agree), `largest_difference` between the means of two options,
        `lowest_option` and `highest_option` with the lowest and highest mean, `largest_change` by
        one switch; for words `weakest_option`, whose runs agree least with the main answer, and
        their `agreement` (a share); for both `changed` (share of the switches that change the
        answer), `n_switches` that it is a share of, and `n_unanswered` (further switches, where one
        run or both have no answer). Sorted by `eta_squared` or `changed`.

        In `attrs`: `runs`, `runs_answered`, `main_value`; `lowest` and `highest` of numbers and
        dates; `robustness` of words, missing where the main run has no answer.

    Raises
    ------
    OptionError
        No such column of answers; a combination that stands twice; not a table of `sensitivity`.
    EmptySelectionError
        No run has an answer.

    Examples
    --------
    >>> def answer(data, a, b):
    ...     return data + 10 * a + b
    >>> table = sensitivity(answer, 100, {"b": [1, 2, 3], "a": [1, 2]})
    >>> found = describe_sensitivity(table)
    >>> found[["choice", "eta_squared", "largest_difference", "changed"]].round(3)
      choice  eta_squared  largest_difference  changed
    0      a        0.974                10.0      1.0
    1      b        0.026                 2.0      1.0
    >>> found.attrs["main_value"], found.attrs["lowest"], found.attrs["highest"]
    ('111', '111', '123')
    """
    choices = _check_table(table, value)
    answers = _read_answers(table, value)
    in_words = not pd.api.types.is_numeric_dtype(answers)
    main = answers[table["main"].astype(bool)].dropna()
    measure = _compare_words if in_words else _compare_numbers
    rows = []
    for choice in choices:
        row = {"choice": choice, "n_options": table[choice].nunique()}
        row |= measure(answers, table[choice].astype("str"), main)
        rows.append(row | _compare_switches(table, choices, choice, answers))
    found = pd.DataFrame(rows)
    order = "changed" if in_words else "eta_squared"
    found = found.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    facts = _describe_answers(table, value, answers, in_words=in_words)
    return add_step(found, read_record(table), f"choices described by {value}", **facts)


# -------------------------------------------------------------------------------------- the table


def _make_table(known: Options, combinations: list[Labels], runs: list[Run]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for run in runs for name in run.values)) or ["value"]
    clash = [name for name in names if name in [*known, *OWN_COLUMNS]]
    if clash:
        raise OptionError(
            f"The statistic returns {clash[0]!r}, which is the name of a choice or of a column "
            "of the result.",
            "any other name.",
            f'pd.Series({{"{clash[0]}_found": ...}})',
        )
    table = pd.DataFrame(combinations).astype("object")
    for name, options in known.items():
        table[name] = pd.Categorical(table[name], categories=list(options))
    table["main"] = table.index == 0
    for name in names:
        table[name] = pd.Series([run.values.get(name, np.nan) for run in runs])
    return table.assign(failed=[run.failed for run in runs])


def _tell(runs: list[Run]) -> None:
    """Warn once of what failed, and once of what was warned of in the runs."""
    failed = Counter(run.failed for run in runs if run.failed)
    if failed:
        reasons = _count_texts(failed, len(runs))
        main = "The main run failed. " if runs[0].failed else ""
        warn(
            f"{main}{failed.total():,} of {len(runs):,} runs failed and have no value, see the "
            f"column failed: {reasons}"
        )
    warned = Counter(text for run in runs for text in run.warnings)
    if warned:
        n = sum(bool(run.warnings) for run in runs)
        warn(f"{n:,} of {len(runs):,} runs warned: {_count_texts(warned, len(runs))}")


def _count_texts(texts: Counter[str], n_runs: int) -> str:
    shown = [f"{text} ({n:,} of {n_runs:,})" for text, n in texts.most_common(_MOST_WARNINGS)]
    more = len(texts) - len(shown)
    return "; ".join(shown) + (f"; and {more:,} others" if more else "")


def _shared_record(data: Any, known: Options) -> dict[str, str]:
    """Return the provenance of the data and of tables among the options, joined if several."""
    options = [value for given in known.values() for value in given.values()]
    records = [r for r in map(_read_any, _parts([data, options])) if r]
    if len({tuple(sorted(r.items())) for r in records}) < 2:
        return records[0] if records else {}
    for record in records:
        record["title"] = record.get("title", record.get("dataset", ""))
        record["title"] = f"{record['title']} {record.pop('version', '')}".strip()
    keys = [k for k in ("title", "citation", "licence", "filters", "accessed")
            if any(r.get(k) for r in records)]  # fmt: skip
    return {k: " + ".join(dict.fromkeys(r[k] for r in records if r.get(k))) for k in keys}


def _parts(data: Any) -> list[Any]:
    """Return what a collection holds, of collections in it too, or the one thing itself."""
    if hasattr(data, "graph") or not isinstance(data, Mapping | list | tuple):
        return [data]
    held = data.values() if isinstance(data, Mapping) else data
    return [part for one in held for part in _parts(one)]


def _read_any(thing: Any) -> dict[str, str]:
    """Return the provenance of a table or of a network (`G.graph`); of anything else none."""
    if isinstance(thing, pd.DataFrame | pd.Series):
        return read_record(thing)
    facts = getattr(thing, "graph", None)
    return {str(k): str(v) for k, v in facts.items()} if isinstance(facts, Mapping) else {}


# -------------------------------------------------------------------------------------- measuring


def _check_table(table: pd.DataFrame, value: str) -> list[str]:
    """Return the names of the choices, the columns before `main`, or say what is wrong."""
    columns = list(table.columns) if isinstance(table, pd.DataFrame) else []
    choices = columns[: columns.index("main")] if "main" in columns else []
    if not choices or "failed" not in columns:
        raise OptionError(
            "This is not a table of sensitivity().",
            "its choices, then main, the values, and failed.",
            "table = ct.sensitivity(statistic, data, choices)",
        )
    check_option("value", value, columns[len(choices) + 1 : columns.index("failed")])
    if table.duplicated(choices).any():
        raise OptionError(
            "A combination of choices stands twice in the table.",
            "one row per combination.",
            "describe_sensitivity for each table by itself",
        )
    return choices


def _read_answers(table: pd.DataFrame, value: str) -> pd.Series:
    """Return the answers as floats (dates as days) or as text, missing where there is none."""
    answers = table[value].infer_objects()
    if answers.notna().sum() == 0:
        raise EmptySelectionError(
            f"None of the {len(table):,} runs has an answer in {value!r}.",
            "one at least.",
            "table['failed'].value_counts()",
        )
    if pd.api.types.is_datetime64_any_dtype(answers):
        return (answers - answers.min()) / pd.Timedelta(days=1)
    if pd.api.types.is_timedelta64_dtype(answers):
        return answers / pd.Timedelta(days=1)
    if pd.api.types.is_numeric_dtype(answers) and not pd.api.types.is_bool_dtype(answers):
        return answers.astype("Float64").astype(float)
    return answers.astype("object").map(str, na_action="ignore")


def _compare_numbers(answers: pd.Series, option: pd.Series, _: pd.Series) -> dict[str, Any]:
    known = answers.dropna()
    option = option[known.index]
    means = known.groupby(option, sort=False).mean()
    every = (known - known.mean()).pow(2).sum()
    between = (known.groupby(option).transform("mean") - known.mean()).pow(2).sum()
    agree = _same_numbers(known, known.iloc[0], known).all()
    return {
        # rounded: a choice without effect has 0, not what the sums leave over
        "eta_squared": np.nan if agree else round(between / every, 12),
        "largest_difference": means.max() - means.min(),
        "lowest_option": means.idxmin(),
        "highest_option": means.idxmax(),
    }


def _same_numbers(one: pd.Series, other: Any, answers: pd.Series) -> np.ndarray:
    """Return where two numbers are the same but for the last digits of a sum."""
    finite = answers[np.isfinite(answers)]
    return np.isclose(one, other, rtol=1e-9, atol=1e-12 * finite.abs().max() if len(finite) else 0)


def _compare_words(answers: pd.Series, option: pd.Series, main: pd.Series) -> dict[str, Any]:
    if main.empty:
        return {"weakest_option": None, "agreement": np.nan}
    shares = answers.eq(main.iloc[0]).groupby(option, sort=False).mean()
    return {"weakest_option": shares.idxmin(), "agreement": shares.min()}


def _compare_switches(
    table: pd.DataFrame, choices: list[str], choice: str, answers: pd.Series
) -> dict[str, Any]:
    """Compare each two runs that differ in one choice alone."""
    others = [c for c in choices if c != choice]
    held = table.groupby(others, observed=True, sort=False).ngroup() if others else 0
    runs = pd.DataFrame({"option": table[choice].astype("str"), "answer": answers, "held": held})
    pairs = runs.merge(runs, on="held", suffixes=("", "_other"))
    pairs = pairs[pairs["option"] < pairs["option_other"]]
    known = pairs.dropna(subset=["answer", "answer_other"])
    one, other = known["answer"], known["answer_other"]
    found: dict[str, Any] = {}
    if pd.api.types.is_numeric_dtype(answers):
        same = _same_numbers(one, other, answers)
        found["largest_change"] = (one - other).abs().max()
    else:
        same = (one == other).to_numpy()
    found["changed"] = (~same).mean() if len(known) else np.nan
    return {**found, "n_switches": len(known), "n_unanswered": len(pairs) - len(known)}


def _describe_answers(
    table: pd.DataFrame, value: str, answers: pd.Series, *, in_words: bool
) -> dict[str, Any]:
    """Return the main answer, and its range or its robustness."""
    main = table.loc[table["main"].astype(bool) & answers.notna(), value]
    facts: dict[str, Any] = {"runs": len(table), "runs_answered": int(answers.notna().sum())}
    facts["main_value"] = main.iloc[0] if len(main) else None
    if not in_words:
        return facts | {"lowest": table[value].min(), "highest": table[value].max()}
    if len(main):
        facts["robustness"] = float(answers.eq(str(main.iloc[0])).mean())
    return facts
