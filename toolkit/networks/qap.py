"""Do two networks go together more than chance: QAP correlation and QAP regression.

Pairs of actors are not independent: all pairs of one busy actor are high together. So the actors
are permuted, not the pairs: the rows and columns of a matrix are moved as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option
from toolkit.networks.draws import NullTest, summarise_null
from toolkit.networks.graphs import check_graph, shared_record
from toolkit.networks.relations import Pairs, check_apart, only_pairs, read_relations
from toolkit.permutation import ALTERNATIVES, check_seed, check_whole, find_p
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

METHODS = ["double_semi_partialling", "permute_outcome"]
LARGEST = 4_000_000  # numbers in one part of the draws

Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def qap_correlation(
    G: nx.Graph,
    H: nx.Graph,
    *,
    values: str = "weight",
    n_draws: int = 999,
    alternative: str = "two-sided",
    seed: int = 0,
) -> NullTest:
    """Correlate two networks over the pairs of actors they share, against permuted actors.

    The measure is Pearson's r over pairs; a pair without a tie counts as 0. The actors of H are
    permuted, rows and columns together, and r is computed again. What is random is which actor of
    H is which actor of G; what is held is both networks as they are, with all their weights. The
    p-value is the share of permutations in which r is as extreme, the observed one included;
    two-sided, it is twice the share of the smaller side, at most 1. It answers whether the same
    pairs are tied in both, beyond what two networks of these shapes give if names did not matter.

    What it does not say: a low p does not need pairs that repeat. That the same actors are active
    in both networks is enough, because the permutation does not hold who is active: two networks
    of independent counts, in which the same few of 15 actors were busy, were called related at
    5 % in four of five simulated cases.
    Weights of events are skewed, so that r may hang on one heavy pair (`values="tie"` beside it).
    Most pairs are 0 in both networks, and the roster decides how many: the more actors idle in
    both, the higher r. Compare only networks on the same roster.

    Parameters
    ----------
    G, H
        Two networks, both directed or both not. They may hold different ties (opposition and
        cooperation) or periods. Ties of an actor to itself are ignored.
    values
        "weight", or "tie": 1 where there is a tie, else 0.
    n_draws
        Number of permutations, 99 or more.
    alternative
        "two-sided", "greater" or "less".
    seed
        Seed of the permutations.

    Returns
    -------
    NullTest
        `summary` has the one row "correlation"; `draws` the one column. `attrs["null"]` says what
        is random; `attrs["n_actors"]` and `attrs["n_pairs"]` what was compared. A pair whose
        weight is missing in one network is left out, in each permutation where it then falls.

    Raises
    ------
    OptionError
        One network is directed and the other is not; an unknown option; one of the two has the
        same value for all pairs.
    EmptySelectionError
        The networks share fewer than five actors.

    Warns
    -----
    DataWarning
        Actors that are in one network only; pairs without a recorded weight.

    References
    ----------
    Manual of the R package sna, ``qaptest``.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"), period="year")
    >>> years = list(ct.networks.networks_by_period(dyads, roster="fixed").values())
    >>> found = qap_correlation(years[2], years[3], alternative="greater").summary
    >>> bool(found.loc["correlation", "p_value"] < 0.05)
    True
    """
    check_option("alternative", alternative, ALTERNATIVES)
    n_draws = check_whole("n_draws", n_draws, least=99, usual=999)
    seed = check_seed(seed)
    _check_same_kind(G, H)
    found, pairs, known = read_relations({"the first network": G, "the second network": H}, values)
    one, two = found.values()
    here = only_pairs(pairs, ~np.isnan(one[pairs.one, pairs.two]))
    fixed, constant = one[here.one, here.two], np.ones((len(here.one), 1))
    observed = _partial_r(fixed, two[here.one, here.two][None], constant)
    drawn = _draw(_partial_r, fixed, two, constant, here, n_draws, seed)
    test = summarise_null(
        pd.Series({"correlation": float(observed[0])}),
        pd.DataFrame({"correlation": drawn}),
        record=shared_record([G, H]),
        step=f"QAP correlation of two networks by {values} ({pairs.n} actors)",
        null="Random: which actor of the second network is which actor of the first (actors "
        "permuted, rows and columns together). Held: both networks with all their ties and "
        "weights.",
        alternative=alternative,
    )
    for table in test:
        table.attrs |= {"n_actors": str(pairs.n), "n_pairs": str(int(known.sum()))}
    return test


def qap_regression(
    outcome: nx.Graph,
    predictors: Mapping[str, nx.Graph | pd.DataFrame],
    *,
    values: str = "weight",
    method: str = "double_semi_partialling",
    n_draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Regress a network on other networks or relations between the same actors.

    Least squares over pairs of actors; a pair without a tie counts as 0. The p-values come from
    permuting actors, not from the t distribution, which takes pairs as independent. What is
    permuted is t, not the coefficient: t does not depend on the spread of the error, and the
    tests hold their level better with such a statistic (Dekker and others).

    "double_semi_partialling": each predictor is first regressed on the others; what they leave
    unexplained is permuted by actors and put in its place. Random is to which actors the
    predictor's own part belongs; held are the outcome and the other predictors. The test is of
    one predictor given the others, also if they go together.

    "permute_outcome": the actors of the outcome are permuted. Random is which actor of the
    outcome is which; held are all predictors. The test is of no relation with any predictor at
    all. Of one given the others it is none: where another predictor drove the outcome and the
    errors of an actor's pairs went together, it called an idle predictor significant at 5 % in
    26 % of 400 simulated networks of 15 actors, double semi-partialling in 5.5 %. Collinear
    predictors alone did no harm to either.

    Limits: no permutation holds who is active; a predictor that shares the activity of the actors
    with the outcome is called related. Counts of events are skewed and mostly 0, and a line
    through them is a rough description; all tests of this kind fail where extreme skew meets
    strongly related predictors (Dekker and others). A coefficient is no effect: what drives both
    sides and is left out goes with it.

    Parameters
    ----------
    outcome
        The network to explain. Ties of an actor to itself are ignored.
    predictors
        Name -> a network, or a square table with the actors as index and columns (distance,
        border, same side; `same_value` and `difference` make one of an attribute). Symmetric
        where the outcome has no direction. Actors that one of them lacks are left out.
    values
        "weight" or "tie" (1 or 0), for the outcome and predictors that are networks.
    method
        "double_semi_partialling" or "permute_outcome".
    n_draws
        Number of permutations, 99 or more.
    seed
        Seed of the permutations, which are the same for all predictors.

    Returns
    -------
    DataFrame
        Index `predictor`, the first "intercept", of which there is no test: `coefficient` (in the
        outcome's unit for one unit of the predictor), `t`, `p_value` (two-sided: twice the
        share of the smaller side, at most 1, the observed one included), `n_draws`,
        `n_undefined` (permutations without a t); and the same in all rows `r_squared`, `n_pairs`,
        `n_actors`. `attrs["null"]` says what is random.

    Raises
    ------
    OptionError
        Unknown option; a predictor that is neither network nor square table; direction that does
        not fit; a predictor that does not vary, or that the others give away.
    ColumnError
        A table whose index and columns are not the same actors, or hold one twice.
    EmptySelectionError
        Fewer than five shared actors; no more pairs than coefficients.

    Warns
    -----
    DataWarning
        Actors that are not in all of them; pairs with a missing value, which are left out.

    References
    ----------
    Dekker, D., Krackhardt, D. and Snijders, T. A. B. (2007). Sensitivity of MRQAP tests to
    collinearity and autocorrelation conditions. Psychometrika 72(4), 563-581 (its abstract).
    Manuals of the R packages asnipe, ``mrqap.dsp``, and sna, ``netlm``.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"), period="year")
    >>> years = list(ct.networks.networks_by_period(dyads, roster="fixed").values())
    >>> from toolkit.networks.relations import same_value
    >>> state = pd.Series({actor: actor.startswith("Government") for actor in years[3]})
    >>> found = qap_regression(
    ...     years[3], {"year before": years[2], "both or neither a state": same_value(state)}
    ... )
    >>> bool(found.loc["year before", "p_value"] < 0.05)
    True
    """
    check_option("method", method, METHODS)
    n_draws = check_whole("n_draws", n_draws, least=99, usual=999)
    seed = check_seed(seed)
    _check_names(outcome, predictors)
    relations = {
        "the outcome": outcome,
        **{f"the predictor {n!r}": p for n, p in predictors.items()},
    }
    matrices, pairs, known = read_relations(relations, values)
    here = only_pairs(pairs, known)
    y, *others = matrices.values()
    X = dict(zip(predictors, others, strict=True))
    check_apart(X, here)
    table = _fit(y, X, here)
    tests = {n: _test(table.loc[n, "t"], _draw_t(n, y, X, here, method, n_draws, seed)) for n in X}
    columns = {0: "p_value", 1: "n_draws", 2: "n_undefined"}
    table = table.join(pd.DataFrame.from_dict(tests, orient="index").rename(columns=columns))
    table = table.astype({"n_draws": "Int64", "n_undefined": "Int64"})
    table = table.assign(n_pairs=len(here.one), n_actors=pairs.n)
    order = "coefficient t p_value n_draws n_undefined r_squared n_pairs n_actors".split()
    graphs = [outcome, *(p for p in predictors.values() if not isinstance(p, pd.DataFrame))]
    step = f"QAP regression by {values}, {method} ({pairs.n} actors)"
    return add_step(table[order], shared_record(graphs), step, null=_null_sentence(method))


# ------------------------------------------------------------------------- the permutations


def _draw(
    statistic: Statistic,
    fixed: np.ndarray,
    matrix: np.ndarray,
    Z: np.ndarray,
    pairs: Pairs,
    n_draws: int,
    seed: int,
) -> np.ndarray:
    """Return a statistic of fixed values and a matrix of permuted actors, given Z."""
    parts = _permuted(matrix, pairs, n_draws, seed)
    return np.concatenate([statistic(fixed, moving, Z) for moving in parts])


def _permuted(M: np.ndarray, pairs: Pairs, n_draws: int, seed: int) -> Iterator[np.ndarray]:
    """Yield the values of the pairs after permuting actors, draws as rows, in parts that fit."""
    rng = np.random.default_rng(seed)
    size = max(1, LARGEST // max(1, len(pairs.one)))
    for start in range(0, n_draws, size):
        orders = np.tile(np.arange(pairs.n), (min(size, n_draws - start), 1))
        orders = rng.permuted(orders, axis=1)
        yield M[orders[:, pairs.one], orders[:, pairs.two]]


def _partial_r(fixed: np.ndarray, moving: np.ndarray, Z: np.ndarray) -> np.ndarray:
    """Return the correlation of `fixed` with each row of `moving`, both without what Z explains.

    Z holds a constant. With nothing else in it this is Pearson's r. A row with missing values is
    computed over the pairs that are left.
    """
    known = ~np.isnan(moving)
    if not known.all():
        each = zip(moving, known, strict=True)
        return np.array([_partial_r(fixed[ok], row[ok][None], Z[ok])[0] for row, ok in each])
    if moving.shape[1] <= Z.shape[1]:
        return np.full(len(moving), np.nan)
    # centred first: sums of squares of large numbers lose small differences
    moving = moving - moving.mean(axis=1, keepdims=True)
    fixed = fixed - fixed.mean()
    Q, _ = np.linalg.qr(Z)
    left = fixed - Q @ (Q.T @ fixed)
    total = np.einsum("ij,ij->i", moving, moving)
    own = total - ((moving @ Q) ** 2).sum(axis=1)
    # what is rounding alone is no variance
    own = np.where(own > 1e-12 * total, own, np.nan)
    ours = left @ left if left @ left > 1e-12 * (fixed @ fixed) else np.nan
    return np.clip(moving @ left / np.sqrt(ours * own), -1, 1)


def _partial_t(fixed: np.ndarray, moving: np.ndarray, Z: np.ndarray) -> np.ndarray:
    """Return the t of one predictor given the others, for each row of `moving`.

    t is a function of the partial correlation of outcome and predictor, and it does not matter
    which of the two moves: one computation serves both methods.
    """
    r = _partial_r(fixed, moving, Z)
    free = (~np.isnan(moving)).sum(axis=1) - Z.shape[1] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return r * np.sqrt(np.where(free > 0, free, np.nan) / (1 - r**2))


def _draw_t(
    name: str,
    y: np.ndarray,
    X: Mapping[str, np.ndarray],
    pairs: Pairs,
    method: str,
    n_draws: int,
    seed: int,
) -> np.ndarray:
    """Return the t of one predictor in each permutation."""
    at = pairs.one, pairs.two
    others = [X[other][at] for other in X if other != name]
    Z = np.column_stack([np.ones(len(pairs.one)), *others])
    if method == "permute_outcome":
        return _draw(_partial_t, X[name][at], y, Z, pairs, n_draws, seed)
    return _draw(_partial_t, y[at], _residuals(X[name], Z, pairs), Z, pairs, n_draws, seed)


def _residuals(matrix: np.ndarray, Z: np.ndarray, pairs: Pairs) -> np.ndarray:
    """Return what the others leave unexplained, as a matrix; missing for pairs left out."""
    values = matrix[pairs.one, pairs.two]
    left = np.full_like(matrix, np.nan)
    left[pairs.one, pairs.two] = values - Z @ np.linalg.lstsq(Z, values, rcond=None)[0]
    if not pairs.directed:
        left[pairs.two, pairs.one] = left[pairs.one, pairs.two]
    return left


def _fit(y: np.ndarray, X: Mapping[str, np.ndarray], pairs: Pairs) -> pd.DataFrame:
    """Fit by least squares: coefficients, t, and the share of the variance explained."""
    at = pairs.one, pairs.two
    design = np.column_stack([np.ones(len(pairs.one)), *(matrix[at] for matrix in X.values())])
    values = y[at]
    found = np.linalg.lstsq(design, values, rcond=None)[0]
    errors = values - design @ found
    spread = errors @ errors / (len(values) - design.shape[1])
    inverse = np.linalg.inv(np.linalg.qr(design)[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        t = found / np.sqrt(spread * (inverse**2).sum(axis=1))
    r_squared = 1 - errors @ errors / ((values - values.mean()) ** 2).sum()
    index = pd.Index(["intercept", *X], name="predictor")
    return pd.DataFrame({"coefficient": found, "t": t, "r_squared": r_squared}, index)


def _test(observed: float, drawn: np.ndarray) -> list[float]:
    known = drawn[~np.isnan(drawn)]
    p = float(find_p(known, observed)) if len(known) else np.nan
    return [p, len(drawn), len(drawn) - len(known)]


def _null_sentence(method: str) -> str:
    if method == "permute_outcome":
        return (
            "Random: which actor of the outcome is which (actors permuted, rows and columns "
            "together). Held: the outcome's ties and weights, and all predictors."
        )
    return (
        "Random: to which actors the part of a predictor belongs that the others do not explain "
        "(actors permuted, rows and columns together). Held: the outcome and the other predictors."
    )


def _check_same_kind(G: nx.Graph, H: nx.Graph) -> None:
    for network in (G, H):
        check_graph(network)
    if G.is_directed() != H.is_directed():
        raise OptionError(
            "One network is directed and the other is not.",
            "two of the same kind.",
            "ct.actor_network(dyads, directed=False), for both",
        )


def _check_names(outcome: nx.Graph, predictors: Mapping[str, nx.Graph | pd.DataFrame]) -> None:
    check_graph(outcome)
    if not isinstance(predictors, Mapping) or not predictors:
        raise OptionError(
            "There are no predictors by name.",
            "a dict of name and network or square table, at least one.",
            "{'year before': G}",
        )
    if "intercept" in predictors:
        raise OptionError(
            "A predictor is called 'intercept', which is in every regression.",
            "another name.",
            "predictors={'level': ...}",
        )
