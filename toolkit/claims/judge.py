"""The judge: propositions and evidence -> verdicts, each with what it stands on.

A verdict is about a proposition and one piece of evidence. It is never about the honesty of
whoever said it: a true statement can be contradicted by a dataset that misses events, and a false
one supported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from toolkit.claims.evidence import Evidence, be_quiet, check_evidence
from toolkit.claims.rules import holds, read_rule
from toolkit.claims.statistics import (
    NONE,
    STATISTICS,
    Estimate,
    Row,
    list_subsets,
    list_windows,
)
from toolkit.claims.subsets import TO_TEST, Choices, cut_needs, find_edge, find_gap, find_unknown
from toolkit.claims.table import check_rows, read_cells, validate_claims
from toolkit.errors import FileFormatError, check_option
from toolkit.provenance import add_step, read_record

VERDICTS = ["supported", "contradicted", "mixed", "inconclusive", "not testable"]
BY_SILENCE = {"contradicts": "contradicted", "supports": "supported"}
CLAIM = ["claim_id", "paragraph", "speaker", "claim", "kind"]
PROPOSITION = ["proposition_id", "proposition", "statistic", "measure", "supports", "contradicts"]


def judge_claims(claims: pd.DataFrame, evidence: Evidence | list[Evidence]) -> pd.DataFrame:
    """Judge each proposition by each piece of evidence.

    supported: the whole interval fulfils the rule `supports`. contradicted: the whole interval
    fulfils `contradicts`. inconclusive: neither. not testable: the evidence does not cover the
    window wholly, cannot tell what is asked, or recorded nothing where that says nothing; `reason`
    says which, and `needs` what would test it. Where nothing is recorded and the coder wrote that
    this contradicts (or supports), the number 0 is judged by the rules; a statistic that has no
    number then gets that verdict itself, a ratio of nothing to nothing none.

    A verdict is about a proposition and a dataset, not about the person who said it. It is as good
    as the proposition is fair to the claim.

    Parameters
    ----------
    claims
        What `load_claims` returns, or rows of it.
    evidence
        What `make_evidence`, `load_evidence` or `gather_evidence` return.

    Returns
    -------
    DataFrame
        One row per proposition and piece of evidence (one row for the statistic "none", which no
        event data can serve): `claim_id`, `paragraph`, `speaker`, `claim`, `kind`,
        `proposition_id`, `proposition`, `statistic`, `measure`, `supports`, `contradicts`,
        `evidence`, `dataset`, `version`, `step` (day, month or year: how finely it tells time),
        `coverage`, `verdict`, `estimate` (value and interval in words), `value`, `low`, `high`
        (of "first" days since 1970-01-01), `interval` (its kind), `n_events` (in the window),
        `reason`, `note`, `needs`. The references of all datasets are in `ct.cite`.

    Raises
    ------
    FileFormatError
        The table has faults (`validate_claims`).
    OptionError
        Not evidence, or two pieces of the same name.

    Examples
    --------
    >>> import toolkit as ct
    >>> claims = ct.claims.load_claims("sample")
    >>> judged = judge_claims(claims, ct.claims.make_evidence(ct.load_sample("ged")))
    >>> judged[["proposition_id", "statistic", "verdict"]].head(2).to_numpy().tolist()
    [['c01a', 'ratio', 'supported'], ['c01b', 'ratio', 'contradicted']]
    """
    several = check_evidence(evidence)
    rows = []
    for row in read_rows(claims):
        pieces = several if row["statistic"] != "none" else [None]
        rows += [_judge_row(row, one) for one in pieces]
    return stamp_result(pd.DataFrame(rows), claims, several, "judged")


def judge(row: Row, evidence: Evidence, choices: Choices) -> tuple[str, str, Estimate]:
    """Return verdict, reason and estimate of one proposition by one piece of evidence."""
    nothing = Estimate(math.nan, math.nan, math.nan, NONE, math.nan, False)
    obstacle = find_obstacle(row, evidence, choices)
    if obstacle:
        return "not testable", obstacle, nothing
    found = STATISTICS[row["statistic"]](row, evidence, choices)
    reason = _tell_silence(row, found)
    if reason and row["if_silent"] == "says nothing":
        return "not testable", reason, found
    if math.isinf(found.low):
        return "not testable", f"{reason}; the ratio has no limit and no interval", found
    if math.isnan(found.value) and found.silent and row["statistic"] != "ratio":
        return BY_SILENCE[row["if_silent"]], reason, found
    if math.isnan(found.value):
        return "not testable", found.note or "the statistic has no number here", found
    for verdict, column in (("supported", "supports"), ("contradicted", "contradicts")):
        if holds(read_rule(row[column]), found.low, found.high):
            return verdict, reason, found
    return "inconclusive", reason or "the interval lies in neither rule wholly", found


def _tell_silence(row: Row, found: Estimate) -> str:
    """Say that nothing is recorded, in the window or in that compared with; '' where something is.

    A ratio is infinite where its base alone is silent.
    """
    said = "nothing is recorded in the window"
    if row["statistic"] in ("rank", "lag") and found.note:
        said = found.note
    if math.isinf(found.value):
        said = "nothing is recorded in the base window"
    elif not found.silent:
        return ""
    return f"{said}: {row['silence_reason']}"


def find_obstacle(row: Row, evidence: Evidence, choices: Choices = Choices()) -> str:  # noqa: B008
    """Return in words why a piece of evidence cannot test a proposition, '' where it can."""
    subsets = list_subsets(row)
    for start, end in list_windows(row, evidence.freq, choices.window):
        needed = f"needed: {row['country'] or 'every country'} {start:%Y-%m-%d} to {end:%Y-%m-%d}"
        gap = find_gap(evidence, subsets[0], start, end) or _find_cut(evidence, start, end)
        if gap:
            return f"{gap}; {needed}.{TO_TEST}{row['needs']}"
    for subset in subsets:
        unknown = find_unknown(evidence, subset, row["measure"])
        if unknown:
            return f"{unknown}.{TO_TEST}{row['needs']}"
    if row["statistic"] in ("first", "lag") and evidence.freq == "Y":
        return f"its annual figures hold no days.{TO_TEST}{row['needs']}"
    return ""


def _find_cut(evidence: Evidence, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Say that a window holds no whole period of a table, or cuts a year of an annual one."""
    whole_years = start.is_year_start and end.is_year_end
    if evidence.freq == "Y":
        return "" if whole_years else "its figures are annual and serve windows of whole years only"
    months = pd.period_range(start, end, freq="M")
    inside = (months.start_time >= start) & (months.end_time.normalize() <= end)
    if evidence.events is None and not inside.any():
        return "its figures are monthly, and no whole month lies in the window"
    return ""


# ---------------------------------------------------------------------------------- one row


def _judge_row(row: Row, evidence: Evidence | None) -> dict[str, Any]:
    """Return the whole row of a verdict: nothing of it stands without its evidence."""
    kept = {column: row[column] for column in [*CLAIM, *PROPOSITION]}
    if evidence is None:
        reason = f"no event data hold this.{TO_TEST}{row['needs']}"
        found = Estimate(math.nan, math.nan, math.nan, NONE, math.nan, False)
        return kept | _tell_evidence(None) | _tell_estimate(row, "not testable", reason, found)
    with be_quiet():
        verdict, reason, found = judge(row, evidence, Choices())
    edge = "" if math.isnan(found.n_events) else _tell_edge(row, evidence)
    if edge and (found.silent or math.isinf(found.value)):
        reason = f"{reason}; {edge}"
    elif edge:
        found = found._replace(note="; ".join(filter(None, [found.note, edge])))
    return kept | _tell_evidence(evidence) | _tell_estimate(row, verdict, reason, found)


def _tell_edge(row: Row, evidence: Evidence) -> str:
    """Say which end of the windows only other countries' events cover, '' where none."""
    starts, ends = zip(*list_windows(row, evidence.freq, 0), strict=True)
    return find_edge(evidence, list_subsets(row)[0], min(starts), max(ends))


def _tell_evidence(evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None:
        return dict.fromkeys(["evidence", "dataset", "version", "step", "coverage"], "")
    record = read_record(evidence.tables[0])
    assert evidence.spans is not None
    spans = evidence.spans.dropna(subset=["start", "end"])
    said = [f"{s.country} {s.start:%Y-%m-%d} to {s.end:%Y-%m-%d}" for s in spans.itertuples()]
    more = f" and {len(said) - 3} more" if len(said) > 3 else ""
    return {
        "evidence": evidence.name,
        "dataset": record.get("title") or record.get("dataset", "source not recorded"),
        "version": record.get("version", "not recorded"),
        "step": evidence.step,
        "coverage": ", ".join(said[:3]) + more,
    }


def _tell_estimate(row: Row, verdict: str, reason: str, found: Estimate) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "estimate": write_estimate(row["statistic"], found),
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "interval": found.kind,
        "n_events": found.n_events,
        "reason": reason,
        "note": found.note,
        "needs": row["needs"],
    }


def write_estimate(statistic: str, found: Estimate) -> str:
    """Return value and interval in words; '' where there is no number.

    Examples
    --------
    >>> write_estimate("ratio", Estimate(1.5, 1.25, 2.0, "", 9, False))
    '1.5 (1.25 to 2)'
    >>> write_estimate("first", Estimate(31, 31, 58, "", 9, False))
    '1970-02-01 (1970-02-01 to 1970-02-28)'
    """
    if math.isnan(found.value):
        return ""
    value, low, high = (_write(statistic, n) for n in (found.value, found.low, found.high))
    alone = found.kind == NONE or (statistic in ("first", "lag") and low == high)
    return value if alone else f"{value} ({low} to {high})"


def _write(statistic: str, number: float) -> str:
    if statistic == "first":
        return f"{pd.Timestamp(number, unit='D'):%Y-%m-%d}"
    if statistic == "trend":
        return f"{number:+.1f} %"
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


# ------------------------------------------------------------------------------- summing up


def summarise_claims(judged: pd.DataFrame, *, by: str = "claim") -> pd.DataFrame:
    """Sum up the verdicts: one row a claim, or one a proposition.

    First over the pieces of evidence: a proposition has the verdict of those that can test it
    where they agree, else it is inconclusive, and both are shown. Then over its propositions, those
    not testable aside: their verdict where they agree, "mixed" where some are supported and others
    contradicted, inconclusive otherwise; not testable where none is.

    Parameters
    ----------
    judged
        What `judge_claims` returns.
    by
        "claim", or "proposition": then the pieces of evidence alone are summed up.

    Returns
    -------
    DataFrame
        `claim_id`, `paragraph`, `speaker`, `claim`, `kind` (by proposition also
        `proposition_id` and `proposition`), `verdict`, `n_propositions`,
        `n_tested`, and in words, one proposition after the other: `propositions` (its verdict),
        `basis` (verdict, estimate and evidence), `reasons` (why not testable or inconclusive).

    Raises
    ------
    OptionError
        `by` is neither.

    Examples
    --------
    >>> import toolkit as ct
    >>> claims = ct.claims.load_claims("sample")
    >>> judged = judge_claims(claims, ct.claims.make_evidence(ct.load_sample("ged")))
    >>> summarise_claims(judged)["verdict"].value_counts().sum() == claims["claim_id"].nunique()
    np.True_
    """
    check_option("by", by, ["claim", "proposition"])
    kept = CLAIM if by == "claim" else [*CLAIM, *PROPOSITION[:2]]
    rows = []
    for _, claim in judged.groupby(f"{by}_id", sort=False):
        each = [_sum_up_proposition(p) for _, p in claim.groupby("proposition_id", sort=False)]
        tested = [p for p in each if p["verdict"] != "not testable"]
        rows.append({
            **claim.iloc[0][kept].to_dict(),
            "verdict": _agree({p["verdict"] for p in tested}, "mixed"),
            "n_propositions": len(each),
            "n_tested": len(tested),
            "propositions": "; ".join(f"{p['name']} {p['verdict']}" for p in each),
            "basis": "; ".join(p["basis"] for p in each if p["basis"]),
            "reasons": " ".join(p["reason"] for p in each if p["reason"]),
        })  # fmt: skip
    return add_step(pd.DataFrame(rows), read_record(judged), f"verdicts summed up by {by}")


def _agree(verdicts: set[str], opposed: str) -> str:
    """Return the one verdict, or what several come to; none is not testable."""
    if len(verdicts) < 2:
        return verdicts.pop() if verdicts else "not testable"
    return opposed if {"supported", "contradicted"} <= verdicts else "inconclusive"


def _say_basis(row: Mapping[str, Any]) -> str:
    """Return a verdict with the number and the events it stands on, in words."""
    number = f", {row['statistic']} {row['estimate']}" if row["estimate"] else ""
    n = row["n_events"]
    events = "" if math.isnan(n) else f", {n:,.0f} event{'' if round(n) == 1 else 's'}"
    return f"{row['verdict']}{number}{events} by {row['evidence']}"


def _sum_up_proposition(rows: pd.DataFrame) -> dict[str, str]:
    tested = rows[rows["verdict"] != "not testable"]
    name = rows["proposition_id"].iloc[0]
    verdict = _agree(set(tested["verdict"]), "inconclusive")
    basis = [_say_basis(row) for row in tested.to_dict("records")]
    apart = tested["verdict"].nunique() > 1
    if apart:
        reason = f"datasets disagree: {' / '.join(basis)}."
    else:
        shown = rows if tested.empty else tested
        said = [(r.evidence, *cut_needs(r.reason)) for r in shown.itertuples() if r.reason]
        reasons = [f"{who + ': ' if who else ''}{why.rstrip('.')}." for who, why, _ in said]
        reason = " ".join([*reasons, *dict.fromkeys(needs for *_, needs in said if needs)])
    return {
        "name": name,
        "verdict": verdict,
        "basis": f"{name}: {' / '.join(basis)}" if basis else "",
        "reason": f"{name}: {reason}" if reason else "",
    }


# -------------------------------------------------------------- what robustness needs as well


def read_rows(claims: pd.DataFrame) -> list[dict[str, str]]:
    """Return the propositions as dicts of text, or raise where the table has faults."""
    problems = validate_claims(claims)
    check_rows(claims)
    if len(problems):
        first = problems.iloc[0]
        raise FileFormatError(
            f"The table of claims has {len(problems)} faults, first in row {first['row']}: "
            f"{first['column']} is {first['problem']}.",
            f"{first['allowed']}.",
            "ct.claims.validate_claims(claims), which lists all",
        )
    return list(read_cells(claims).to_dict("records"))


def stamp_result(
    table: pd.DataFrame, claims: pd.DataFrame, evidence: list[Evidence], what: str
) -> pd.DataFrame:
    """Write on a result what it rests on: the references of every dataset, and the claims' file."""
    records = [read_record(t) for one in evidence for t in one.tables]
    for record in records:
        version = record.get("version", "")
        record["title"] = f"{record.get('title', record.get('dataset', ''))} {version}".strip()
        reference = record.get("citation", record["title"])
        record["citation"] = f"{reference}. Version {version}" if version else reference
    keys = ["title", "citation", "licence", "filters", "accessed"]
    joined = {k: " + ".join(dict.fromkeys(r[k] for r in records if r.get(k))) for k in keys}
    about = read_record(claims)
    by = ", ".join(f"{one.name} ({_tell_evidence(one)['coverage']})" for one in evidence)
    step = f"{what} {len(claims):,} propositions of {about.get('file', 'a table')} by {by}"
    return add_step(table, {k: v for k, v in joined.items() if v}, step,
                    claims_file=about.get("file"), claims_sha256=about.get("sha256"))  # fmt: skip
