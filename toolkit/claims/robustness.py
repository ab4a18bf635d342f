"""Robustness: a verdict under every combination of the choices that alter its input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from toolkit.claims.evidence import Evidence, be_quiet, check_evidence
from toolkit.claims.judge import VERDICTS, find_obstacle, judge, read_rows, stamp_result
from toolkit.claims.statistics import Row, list_subsets, list_windows
from toolkit.claims.subsets import DEATHS, Choices, count_periods, find_first
from toolkit.errors import OptionError, did_you_mean
from toolkit.specifications import describe_sensitivity, sensitivity


def check_robustness(
    claims: pd.DataFrame, evidence: Evidence | list[Evidence], *, workers: int | None = 1
) -> pd.DataFrame:
    """Judge each proposition again under every combination of the choices that alter its input.

    The choices are: precision of place and of day (any, exact), estimate of deaths (best, low,
    high), windows moved by a period (0, -1, +1; all windows together, where still covered),
    events of several months (whole where they start, or spread over their days), names (recorded,
    successor). A choice counts only where it changes the numbers of the proposition: which
    evidence offers it depends on its form. Robustness is the share of all combinations with the
    same verdict as the main one (any, any, best, 0, start, recorded). It is no probability: the
    combinations are not equally good, and all rest on the same dataset. A proposition about an
    absolute number cannot but move where imprecise events are left out; ratios and shares need not.

    Parameters
    ----------
    claims, evidence
        As for `judge_claims`.
    workers
        Processes, as in `toolkit.sensitivity`.

    Returns
    -------
    DataFrame
        One row per proposition and piece of evidence that judges it: `claim_id`,
        `proposition_id`, `evidence`, `verdict`, `robustness` (0 to 1), `n_combinations`,
        `n_supported`, `n_contradicted`, `n_inconclusive`, `n_not_testable`, `choices` (that
        alter it), `weakest` (the choice that changes the verdict most often, '' where none does).

    Examples
    --------
    >>> import toolkit as ct
    >>> claims = ct.claims.load_claims("sample").head(1)
    >>> found = check_robustness(claims, ct.claims.make_evidence(ct.load_sample("ged")))
    >>> found[["proposition_id", "verdict", "n_combinations"]].values.tolist()
    [['c01a', 'supported', 24]]
    """
    several, rows = check_evidence(evidence), []
    for row in read_rows(claims):
        for one in several if row["statistic"] != "none" else []:
            with be_quiet():
                if judge(row, one, Choices())[0] != "not testable":
                    rows.append(_shake(row, one, workers))
    columns = ["claim_id", "proposition_id", "evidence", "verdict", "robustness", "n_combinations",
               "n_supported", "n_contradicted", "n_inconclusive", "n_not_testable", "choices",
               "weakest"]  # fmt: skip
    return stamp_result(pd.DataFrame(rows, columns=columns), claims, several, "robustness of")


def try_choices(
    claims: pd.DataFrame, evidence: Evidence, *, proposition_id: str, workers: int | None = 1
) -> pd.DataFrame:
    """Judge one proposition under every combination of choices, one row each.

    Returns
    -------
    DataFrame
        As `toolkit.sensitivity`: a column for each choice that alters the proposition's input,
        `main`, `verdict`, `value`, `low`, `high`, `n_events`, `failed`.

    Examples
    --------
    >>> import toolkit as ct
    >>> claims, evidence = ct.claims.load_claims("sample"), ct.load_sample("ged")
    >>> table = try_choices(claims, ct.claims.make_evidence(evidence), proposition_id="c01a")
    >>> table["verdict"].value_counts().to_dict()
    {'supported': 24}
    """
    chosen = claims[claims["proposition_id"] == proposition_id]
    if chosen.empty:
        raise OptionError(
            f"There is no proposition {proposition_id!r} in the table.",
            did_you_mean(proposition_id, claims["proposition_id"]),
            "claims['proposition_id']",
        )
    with be_quiet():
        return _run(read_rows(chosen)[0], check_evidence(evidence)[0], workers)


def _shake(row: Row, evidence: Evidence, workers: int | None) -> dict[str, Any]:
    runs = _run(row, evidence, workers)
    verdicts = runs["verdict"]
    main = verdicts[runs["main"]].iloc[0]
    choices = list(runs.columns[: runs.columns.get_loc("main")])
    moved = describe_sensitivity(runs, value="verdict").set_index("choice")["changed"]
    n = {v: int((verdicts == v).sum()) for v in VERDICTS}
    return {
        "claim_id": row["claim_id"],
        "proposition_id": row["proposition_id"],
        "evidence": evidence.name,
        "verdict": main,
        "robustness": n[main] / len(runs),
        "n_combinations": len(runs),
        **{f"n_{v.replace(' ', '_')}": n[v] for v in VERDICTS if v != "mixed"},
        "choices": ", ".join(choices),
        "weakest": moved.idxmax() if moved.max() > 0 else "",
    }


def _run(row: Row, evidence: Evidence, workers: int | None) -> pd.DataFrame:
    choices = find_choices(row, evidence)
    data = {"row": row, "evidence": evidence}
    return sensitivity(_judge_choices, data, choices, workers=workers)


def _judge_choices(data: Mapping[str, Any], **chosen: Any) -> dict[str, Any]:
    with be_quiet():
        verdict, _, found = judge(data["row"], data["evidence"], Choices(**chosen))
    return {"verdict": verdict, "value": found.value, "low": found.low, "high": found.high,
            "n_events": found.n_events}  # fmt: skip


def find_choices(row: Row, evidence: Evidence) -> dict[str, list[Any]]:
    """Return the choices that alter the input of a proposition, the main option of each first."""
    offered: dict[str, list[Any]] = {
        "place": ["any", "exact"],
        "day": ["any", "exact"],
        "deaths": ["best", "low", "high"],
        "window": [0, -1, 1],
        "straddling": ["start", "spread"],
        "names": ["recorded", "successor"],
    }
    tables, events = evidence.tables, evidence.events
    if events is None and not all("selection" in table for table in tables):
        del offered["place"], offered["day"]
    if not all(column in table for column in DEATHS.values() for table in tables):
        del offered["deaths"]
    if events is None:
        del offered["straddling"]
    if "successor" not in evidence.pairs:
        del offered["names"]
    kept, main = {}, _read_input(row, evidence, Choices())
    for name, options in offered.items():
        kept[name] = options[:1]
        for option in options[1:]:
            choice = Choices()._replace(**{name: option})
            covered = not find_obstacle(row, evidence, choice)
            if covered and _read_input(row, evidence, choice) != main:
                kept[name].append(option)
    return {name: options for name, options in kept.items() if len(options) > 1} or {"window": [0]}


def _read_input(row: Row, evidence: Evidence, choices: Choices) -> str:
    """Return what the statistic of a proposition is computed from, to be compared."""
    asked = "n_events" if row["measure"] == "events" else "fatalities"
    read = []
    for start, end in list_windows(row, evidence.freq, choices.window):
        for subset in list_subsets(row):
            if row["statistic"] in ("first", "lag"):
                read.append(str(find_first(evidence, subset, start, end, choices)))
            else:
                counted = count_periods(evidence, subset, start, end, choices)
                read.append(str(counted[asked].round(9).tolist()))
    return "; ".join(read)
