"""Backbones: the ties that stand out from their actors' totals, for display only.

A backbone is a picture with fewer lines. It is no sample of the network and no better measured
network: density, components, centrality and the like, computed on it, are not measures of the
network but of the filter.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option, warn
from toolkit.networks.graphs import (
    check_graph,
    edge_weights,
    positive_part,
    shared_record,
    without_loops,
)
from toolkit.networks.structure import n_components
from toolkit.permutation import check_rate
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

METHODS = ["disparity", "noise_corrected"]

Scores = dict[tuple[Hashable, Hashable], dict[str, float]]


class Ends(NamedTuple):
    """The ties with weight, and at each end the strength and number of ties of the actor."""

    ties: list[tuple[Hashable, Hashable]]
    weight: np.ndarray
    strength: tuple[np.ndarray, np.ndarray]
    degree: tuple[np.ndarray, np.ndarray]
    total: float


def find_backbone(
    G: nx.Graph, *, method: str = "disparity", alpha: float = 0.05, strictness: float = 1.64
) -> nx.Graph:
    """Keep the ties that are heavy for the actors at their ends, to draw a dense network.

    **For display only.** A backbone is no sample of the network, and measures computed on it are
    not measures of the network. That a tie is left out does not say that it is an error or of no
    weight in the conflict: a single event between two busy actors is left out, and so is a tie
    that is the usual size for its actor. The thresholds are conventions: each tie is judged by
    itself, with no account of how many are judged.

    "disparity": is the tie's share of an actor's strength larger than if the strength were cut
    at random into as many parts as the actor has ties? The chance of a part of at least this
    share x among k is (1 - x)^(k - 1). It is computed at both ends (directed: of what the source
    sends and of what the target receives) and the smaller one counts, so that a tie may be of
    weight to one of its actors only. It reads shares, not counts: 2 events of 3 are judged as 200
    of 300. At an actor with one tie it is undefined (the share is always 1) and the other end
    alone decides; a tie between two such actors cannot be judged and is not kept.

    "noise_corrected": is the tie heavier than the totals of both ends lead one to expect? With
    kappa = total / (strength of one x strength of the other) the score is (kappa w - 1) / (kappa
    w + 1): 0 as expected, towards 1 heavier, below 0 lighter. Its standard deviation takes the
    weight as a count of independent events, binomial, with a beta prior whose mean and variance
    are those of a draw that holds both totals. Kept is a tie with score > strictness x deviation.
    Events come in clusters and deaths more so: the deviation is then too small and too much is
    kept. It is also too small, down to 0, where a tie is more than half of an actor's total, which
    moves with the tie. At an actor with one tie a single event is kept: where most actors have
    one tie, this filter keeps most ties.
    Multiplying all weights by 10 changes the answer. What is expected counts pairs of an actor
    with itself, which cannot be: in an undirected star all ties score 1/3.

    Parameters
    ----------
    G
        A network. Ties of weight 0 or of missing weight are never kept and do not count in an
        actor's number of ties; ties of an actor to itself neither.
    method
        "disparity" or "noise_corrected".
    alpha
        For "disparity": ties with a chance below it are kept, above 0 and below 1.
    strictness
        For "noise_corrected": how many standard deviations the score must be above 0; 0 or more.
        1.28, 1.64 and 2.33 are the upper 10, 5 and 1 % of a normal distribution.

    Returns
    -------
    networkx.Graph or networkx.DiGraph
        All actors (those without a kept tie as isolates, so that two pictures hold the same
        actors), and the kept ties with all their attributes and `p_value` ("disparity"), or
        `score` and `score_sd` ("noise_corrected"). `G.graph["backbone"]` says the rule.

    Raises
    ------
    OptionError
        Unknown method; a threshold outside its range; "noise_corrected" for weights that sum to
        less than 1, which are no counts.
    EmptySelectionError
        No tie has a weight above 0.

    Warns
    -----
    DataWarning
        Ties between two actors who have no other tie (disparity).

    References
    ----------
    Serrano, M. A., Boguna, M. and Vespignani, A. (2009). Extracting the multiscale backbone of
    complex weighted networks. PNAS 106(16), 6483-6488 (its abstract; the formula as in the
    manuals of the R packages backbone, ``disparity``, and bibnets, ``backbone``).
    Coscia, M. and Neffke, F. (2017). Network backboning with noisy data. ICDE (its abstract; the
    formulas as in copies of the authors' Python code, ``noise_corrected``. There the second
    parameter of the prior has 1 - m^2 in place of (1 - m)^2, m its mean, so that the prior has
    not the variance stated; here it has. Scores are the same, deviations differ a little).

    Examples
    --------
    >>> import toolkit as ct
    >>> G = ct.actor_network(ct.count_dyads(ct.load_sample("ged"), period="year"))
    >>> B = find_backbone(G, alpha=0.05)
    >>> len(B) == len(G), B.number_of_edges() < G.number_of_edges()
    (True, True)
    """
    check_option("method", method, METHODS)
    check_rate("alpha", alpha)
    _check_strictness(strictness)
    check_graph(G)
    ends = _read_ends(G)
    if method == "disparity":
        kept, rule = _disparity(ends, alpha), f"disparity filter, p < {alpha:g}"
    else:
        kept = _noise_corrected(ends, strictness)
        rule = f"noise-corrected filter, score > {strictness:g} deviations"
    B = G.copy()
    B.remove_edges_from([tie for tie in G.edges if tie not in kept])
    for tie, numbers in kept.items():
        B.edges[tie].update(numbers)
    step = f"backbone for display ({rule}: {len(kept)} of {G.number_of_edges()} ties)"
    steps = "; ".join(s for s in (str(G.graph.get("steps", "")), step) if s)
    B.graph.update(backbone=rule, steps=steps)
    return B


def compare_backbones(
    G: nx.Graph, *, alpha: float = 0.05, strictness: float = 1.64
) -> pd.DataFrame:
    """Set what each backbone keeps beside the whole network.

    It says how much of the network a picture shows, not which picture is right: the two filters
    ask different questions and often keep different ties.

    Parameters
    ----------
    G
        A network.
    alpha, strictness
        Thresholds of the two filters, as in `find_backbone`.

    Returns
    -------
    DataFrame
        Index `method` ("whole", "disparity", "noise_corrected"): `threshold` (text); `n_ties`
        and `share_of_ties` (of those of the whole, without ties of an actor to itself);
        `share_of_weight`; `n_actors` (with a tie); `n_components` (parts among these).

    Raises
    ------
    OptionError, EmptySelectionError
        As in `find_backbone`.

    Examples
    --------
    >>> import toolkit as ct
    >>> G = ct.actor_network(ct.count_dyads(ct.load_sample("ged"), period="year"))
    >>> compare_backbones(G).loc["whole", ["share_of_ties", "share_of_weight"]].tolist()
    [1.0, 1.0]
    """
    limits = {"alpha": alpha, "strictness": strictness}
    backbones = {"whole": G, **{m: find_backbone(G, method=m, **limits) for m in METHODS}}
    whole = without_loops(G)
    weight = float(np.nansum(edge_weights(whole)))
    rows = []
    for B in map(without_loops, backbones.values()):
        tied = B.subgraph([actor for actor, degree in B.degree if degree])
        m = B.number_of_edges()
        share = float(np.nansum(edge_weights(B))) / weight
        rows.append([m, m / whole.number_of_edges(), share, len(tied), n_components(tied)])
    columns = ["n_ties", "share_of_ties", "share_of_weight", "n_actors", "n_components"]
    table = pd.DataFrame(rows, pd.Index(list(backbones), name="method"), columns)
    table.insert(0, "threshold", ["", f"p < {alpha:g}", f"score > {strictness:g} deviations"])
    return add_step(table, shared_record([G]), "backbones compared, for display")


# ---------------------------------------------------------------------------------- filters


def _disparity(ends: Ends, alpha: float) -> Scores:
    """Return the ties whose share at one of the ends is less likely than alpha."""
    chances = []
    for strength, degree in zip(ends.strength, ends.degree, strict=True):
        share = np.minimum(ends.weight / strength, 1)
        chances.append(np.where(degree > 1, (1 - share) ** (degree - 1), np.nan))
    p = np.fmin(*chances)  # of one missing and one known the known one
    unjudged = int(np.isnan(p).sum())
    if unjudged:
        warn(
            f"{unjudged} of {len(p)} ties are between two actors who have no other tie: the "
            "disparity filter cannot judge them, and they are not in the backbone."
        )
    found = zip(ends.ties, p, strict=True)
    return {tie: {"p_value": float(chance)} for tie, chance in found if chance < alpha}


def _noise_corrected(ends: Ends, strictness: float) -> Scores:
    """Return the ties whose score is above so many standard deviations."""
    score, deviation = _score(ends)
    found = zip(ends.ties, score, deviation, strict=True)
    return {
        tie: {"score": float(s), "score_sd": float(sd)}
        for tie, s, sd in found
        if s > strictness * sd  # not where the deviation is missing
    }


def _score(ends: Ends) -> tuple[np.ndarray, np.ndarray]:
    """Return the noise-corrected score of each tie and its standard deviation."""
    w, n, (a, b) = ends.weight, ends.total, ends.strength
    if w.sum() < 1:
        raise OptionError(
            f"The weights sum to {w.sum():g}: they are no counts.",
            "numbers of events: the noise-corrected filter takes weights as counts.",
            "method='disparity', which reads shares",
        )
    kappa = n / (a * b)
    mean = a * b / n**2
    with np.errstate(divide="ignore", invalid="ignore"):
        # of a hypergeometric draw that holds both totals; missing for a total of one event
        variance = mean * (1 - a / n) * (1 - b / n) / (n - 1)
        prior = mean * (1 - mean) - variance  # times 1 / variance: the prior's weight in events
        p = (mean * prior + w * variance) / (prior + n * variance)
    slope = 1 / (a * b) - n * (a + b) / (a * b) ** 2  # of kappa, by the weight
    change = 2 * (kappa + w * slope) / (kappa * w + 1) ** 2  # of the score, by the weight
    deviation = np.sqrt(n * p * (1 - p)) * np.abs(change)
    return (kappa * w - 1) / (kappa * w + 1), deviation


def _read_ends(G: nx.Graph) -> Ends:
    """Return the ties with weight, and what their actors have; undirected ties count both ways."""
    positive = positive_part(G)
    if not positive.number_of_edges():
        raise EmptySelectionError(
            "No tie of the network has a weight above 0.",
            "at least one.",
            "ct.actor_network(dyads, weight='events')",
        )
    order = [tie for tie in G.edges if positive.has_edge(*tie)]
    weight = np.array([positive.edges[tie]["weight"] for tie in order], dtype=float)
    views = (positive.degree, positive.degree)
    if G.is_directed():
        views = (positive.out_degree, positive.in_degree)
    strengths = [dict(view(weight="weight")) for view in views]
    degrees = [dict(view()) for view in views]
    strength = [np.array([s[tie[i]] for tie in order], float) for i, s in enumerate(strengths)]
    degree = [np.array([d[tie[i]] for tie in order]) for i, d in enumerate(degrees)]
    total = float(weight.sum()) * (1 if G.is_directed() else 2)
    return Ends(order, weight, (strength[0], strength[1]), (degree[0], degree[1]), total)


def _check_strictness(strictness: float) -> None:
    number = isinstance(strictness, int | float | np.integer | np.floating)
    if not number or isinstance(strictness, bool) or not 0 <= strictness < np.inf:
        raise OptionError(
            f"strictness={strictness!r} is no number of deviations.",
            "0 and more.",
            "strictness=1.64",
        )
