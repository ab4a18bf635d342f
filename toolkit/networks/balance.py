"""Structural balance of a signed network: several indices, each against shuffled signs.

Balance can only be spoken of where cooperation is recorded. `describe_balance` and
`balance_by_period` refuse, with the reason, by a rule that looks at no index:

- fewer ties of cooperation than `least_cooperation`, or no tie of opposition: the indices restate
  the topology, because three actors who all fight each other are unbalanced by definition, and
  three who all cooperate are balanced;
- no triangle holds a tie of cooperation: the triangle index is 0 whoever is allied;
- cooperation is co-listing, and more than half of the triangles with a tie of cooperation are
  balanced by construction (`count_triples`), or how many are is not known.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import check_option, warn
from toolkit.networks.draws import NullTest, summarise_null
from toolkit.networks.frustration import check_time, solve_frustration
from toolkit.networks.graphs import check_graphs, shared_record
from toolkit.networks.signs import (
    Ties,
    find_triangles,
    measure_triangles,
    measure_walks,
    read_signed,
)
from toolkit.networks.triples import choose_triples, count_listings
from toolkit.permutation import ALTERNATIVES, check_seed, check_whole
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

INDICES = ["triangle_index", "walk_index", "frustration_normalised"]
COUNTS = ["n_positive", "n_negative", "n_triangles", "n_mixed_triangles", "n_one_listing"]
NULL = (
    "Random: which ties are cooperation and which opposition. Held: who is tied to whom, and how "
    "many ties are cooperation."
)


def describe_balance(
    S: nx.Graph,
    *,
    triples: pd.DataFrame | None = None,
    n_draws: int = 999,
    n_frustration: int = 99,
    least_cooperation: int = 10,
    time_limit: float = 60,
    alternative: str = "two-sided",
    seed: int = 0,
) -> NullTest:
    """Set three indices of balance beside networks with the same ties and shuffled signs.

    The null places as many ties of cooperation as there are at random over the ties. It asks
    whether signs fit the triangles better than chance does; it does not ask why there are
    triangles, and it takes every tie for an observation of its own. Where coalitions are listed
    that is wrong: their ties come in bundles, and the p-values are too small. The three indices
    see different cycles and need not agree.

    Parameters
    ----------
    S
        A signed network (`signed_network`).
    triples
        What `count_triples` says of the same events, by periods of which the network is one or
        several (`S.graph["period"]`): those are summed, others left out. Without it the indices
        are missing where cooperation is co-listing.
    n_draws
        Shuffled networks for the triangle and the walk index.
    n_frustration
        Of these, the first so many get their frustration solved exactly, at most `n_draws`.
    least_cooperation
        Fewer ties of cooperation, and the indices are missing.
    time_limit
        Seconds for the frustration of the network, and as many for that of all draws together.
    alternative
        "two-sided", "greater" (more balanced than by chance) or "less".
    seed
        Of the shuffling.

    Returns
    -------
    NullTest
        `summary` and `draws` with the rows or columns `triangle_index`, `walk_index` and
        `frustration_normalised` (1 - 2 frustration / ties), of each of which more is more
        balanced. `n_draws` is that of the index; draws that were not solved in time are
        `n_undefined`, and the draws are missing there. `attrs["reason"]` says why all are missing.

    Raises
    ------
    OptionError, DirectionError
        Options out of range; not a signed network; triples of shared events, of other periods,
        or of actors that the network does not have.

    Warns
    -----
    DataWarning
        The indices are missing; frustration was not solved in time; some triangles are balanced
        by construction.

    Examples
    --------
    >>> import networkx as nx
    >>> S = nx.complete_graph(8)
    >>> camps = {(u, v): 1 if u % 2 == v % 2 else -1 for u, v in S.edges}
    >>> nx.set_edge_attributes(S, camps, "sign")
    >>> describe_balance(S, n_draws=99).summary["observed"].tolist()
    [1.0, 1.0, 1.0]
    """
    plan = _check_plan(n_draws, n_frustration, least_cooperation, time_limit, alternative, seed)
    test, found = _describe(S, choose_triples(triples, S), plan)
    if found.reason:
        warn(f"Balance is missing: {found.reason}.")
    return test


def balance_by_period(
    signed: Mapping[Any, nx.Graph],
    *,
    triples: pd.DataFrame | None = None,
    n_draws: int = 999,
    n_frustration: int = 99,
    least_cooperation: int = 10,
    time_limit: float = 60,
    alternative: str = "two-sided",
    seed: int = 0,
) -> pd.DataFrame:
    """Describe the balance of each period, or say why it is missing.

    Indices of periods compare only where actors and ties are about as many: read the p-values,
    and remember that several are tested. What an index and its null mean is in `describe_balance`.

    Parameters
    ----------
    signed
        Signed networks by period (`signed_by_period`).
    triples
        What `count_triples` says of the same events, by the same periods. The keys of `signed`
        can be Periods, or say the period as text or as the number of the year.
    n_draws, n_frustration, least_cooperation, time_limit, alternative, seed
        As in `describe_balance`, for each period.

    Returns
    -------
    DataFrame
        Index `period`. `triangle_index`, `walk_index`, `frustration` (ties) and
        `frustration_normalised`; `p_triangle_index`, `p_walk_index`, `p_frustration`;
        `n_positive` and `n_negative` ties; `n_triangles`; `n_mixed_triangles`, with at least one
        tie of cooperation; `n_one_listing`, those of them that one listing alone makes and
        balances (missing where not known); `reason` why indices are missing, "" where they are
        not.

    Raises
    ------
    OptionError, DirectionError, EmptySelectionError
        As in `describe_balance`; no networks; triples of other periods.

    Warns
    -----
    DataWarning
        Frustration was not solved in time; some triangles are balanced by construction.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"), tie="both", split="share")
    >>> kinds = ("opposition", "cooperation")
    >>> layers = [ct.networks.networks_by_period(dyads, tie=kind) for kind in kinds]
    >>> signed = ct.networks.signed_by_period(*layers, both="leave_out")
    >>> balance_by_period(signed)["reason"].iloc[0]
    '1 tie of cooperation among 19: fewer than 10'
    """
    plan = _check_plan(n_draws, n_frustration, least_cooperation, time_limit, alternative, seed)
    check_graphs(signed)
    rows = []
    for period, S in signed.items():
        test, found = _describe(S, choose_triples(triples, S, period), plan)
        p = test.summary["p_value"].set_axis([f"p_{name}" for name in INDICES])
        p = p.rename({"p_frustration_normalised": "p_frustration"})
        row = {**test.summary["observed"], **p, **found._asdict()}
        rows.append(row)
    columns = ["triangle_index", "walk_index", "frustration", "frustration_normalised",
               "p_triangle_index", "p_walk_index", "p_frustration", *COUNTS, "reason"]  # fmt: skip
    table = pd.DataFrame(rows, pd.Index(list(signed), name="period"))[columns]
    table = table.astype({"frustration": "Int64", **dict.fromkeys(COUNTS, "Int64")})
    record = shared_record(signed.values())
    return add_step(table, record, f"balance by period, {_say(plan)}", null=NULL)


# ------------------------------------------------------------------------------ one network


class _Plan(NamedTuple):
    n_draws: int
    n_frustration: int
    least_cooperation: int
    time_limit: float
    alternative: str
    seed: int


class _Found(NamedTuple):
    n_positive: int
    n_negative: int
    n_triangles: int
    n_mixed_triangles: int
    n_one_listing: Any  # None: not known
    reason: str
    frustration: Any  # None: missing


def _describe(S: nx.Graph, triples: pd.DataFrame | None, plan: _Plan) -> tuple[NullTest, _Found]:
    """Return the test, empty where the rule refuses, and what is counted on the way."""
    ties, sign = read_signed(S)
    triangles = find_triangles(ties)
    found = _count(S, ties, sign, triangles, triples, plan.least_cooperation)
    observed = pd.Series(np.nan, INDICES)
    draws = pd.DataFrame(columns=INDICES, dtype=float)
    n_tried = 0
    if not found.reason:
        _tell_one_listing(found)
        _, value, bound = solve_frustration(ties, sign, time_limit=plan.time_limit)
        exact = value if value == bound else None
        if exact is None:
            warn(f"Frustration is missing: between {bound:,} and {value:,} ties when time ran out.")
        found = found._replace(frustration=exact)
        share = np.nan if exact is None else 1 - 2 * exact / len(sign)
        observed = _measure(ties, triangles, sign[None]).iloc[0].reindex(INDICES)
        observed["frustration_normalised"] = share
        draws, n_tried = _draw(ties, triangles, sign, plan)
    record = shared_record([S]) | ({"reason": found.reason} if found.reason else {})
    test = summarise_null(observed, draws, record=record, step=f"balance, {_say(plan)}", null=NULL,
                          alternative=plan.alternative)  # fmt: skip
    solved = int(draws["frustration_normalised"].count())
    test.summary.loc["frustration_normalised", "n_draws"] = n_tried
    test.summary.loc["frustration_normalised", "n_undefined"] = n_tried - solved
    return test, found


def _draw(
    ties: Ties, triangles: np.ndarray, sign: np.ndarray, plan: _Plan
) -> tuple[pd.DataFrame, int]:
    """Return the indices of shuffled signs, and for how many frustration was asked."""
    rng = np.random.default_rng(plan.seed)
    signs = rng.permuted(np.tile(sign, (plan.n_draws, 1)), axis=1)
    draws = _measure(ties, triangles, signs)
    n_tried = min(plan.n_frustration, plan.n_draws)
    deadline, values = time.monotonic() + plan.time_limit, np.full(plan.n_draws, np.nan)
    for i in range(n_tried):
        # the first that is not solved ends it: to go on would keep the draws that are easy
        left = deadline - time.monotonic()
        _, value, bound = solve_frustration(ties, signs[i], time_limit=left)
        if value > bound:
            warn(
                f"Frustration was solved for {i:,} of {n_tried:,} shuffled networks when time ran "
                "out; its p-value rests on these. A larger time_limit solves more."
            )
            break
        values[i] = 1 - 2 * value / len(sign)
    return draws.assign(frustration_normalised=values), n_tried


def _measure(ties: Ties, triangles: np.ndarray, signs: np.ndarray) -> pd.DataFrame:
    """Return triangle and walk index of R x m signs."""
    return pd.DataFrame({"triangle_index": measure_triangles(triangles, signs),
                         "walk_index": measure_walks(ties, signs)})  # fmt: skip


# ------------------------------------------------------------------------------- the refusal


def _count(
    S: nx.Graph, ties: Ties, sign: np.ndarray, triangles: np.ndarray,
    triples: pd.DataFrame | None, least: int,
) -> _Found:  # fmt: skip
    """Count ties and triangles, and find the reason why balance cannot be spoken of, if any."""
    mixed = triangles[(sign[triangles] > 0).any(axis=1)]
    listed = S.graph.get("cooperation") == "co-listing"
    n_listing = 0 if not listed else None
    if listed and triples is not None:
        n_listing = count_listings(S, ties, sign, mixed, triples)
    found = _Found(int((sign > 0).sum()), int((sign < 0).sum()), len(triangles), len(mixed),
                   n_listing, "", None)  # fmt: skip
    return found._replace(reason=_find_reason(found, least))


def _find_reason(found: _Found, least: int) -> str:
    plus, minus, n_all, mixed, one_listing = found[:5]
    kinds = f"{plus:,} tie{'s' * (plus != 1)} of cooperation among {plus + minus:,}"
    if plus < least:
        return f"{kinds}: fewer than {least:,}"
    if not minus:
        return f"{kinds}, and none of opposition: nothing can be out of balance"
    if not mixed:
        return f"{kinds}, and none in any of the {n_all:,} triangles: these are of opposition alone"
    if one_listing is None:
        return (
            f"{kinds}, by co-listing; how many of the {mixed:,} triangles with cooperation one "
            "listing balances is not known: it takes the events, and "
            "triples=ct.networks.count_triples(events)"
        )
    if 2 * one_listing > mixed:
        return (
            f"{kinds}, by co-listing; {one_listing:,} of the {mixed:,} triangles with cooperation "
            "are balanced by construction: single listings of a coalition make all their ties"
        )
    return ""


def _tell_one_listing(found: _Found) -> None:
    if found.n_one_listing:
        warn(
            f"{found.n_one_listing:,} of the {found.n_mixed_triangles:,} triangles with "
            "cooperation are balanced by construction, by single listings of a coalition: the "
            "indices are too high, and the p-values too small."
        )


# ----------------------------------------------------------------------------------- options


def _check_plan(
    n_draws: Any, n_frustration: Any, least_cooperation: Any, time_limit: Any, alternative: str,
    seed: Any,
) -> _Plan:  # fmt: skip
    check_option("alternative", alternative, ALTERNATIVES)
    check_time(time_limit)
    return _Plan(
        check_whole("n_draws", n_draws, least=99, usual=999),
        check_whole("n_frustration", n_frustration, least=19, usual=99),
        check_whole("least_cooperation", least_cooperation, least=1, usual=10),
        float(time_limit), alternative, check_seed(seed),
    )  # fmt: skip


def _say(plan: _Plan) -> str:
    return (
        f"{plan.n_draws:,} draws of shuffled signs, {min(plan.n_frustration, plan.n_draws):,} for "
        f"frustration, at least {plan.least_cooperation:,} ties of cooperation, seed {plan.seed}"
    )
