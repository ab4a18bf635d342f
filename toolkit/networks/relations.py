"""Several relations between the same actors as matrices: networks, or square tables."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import ColumnError, EmptySelectionError, OptionError, check_option, warn
from toolkit.networks.graphs import check_graph

if TYPE_CHECKING:
    import networkx as nx

VALUES = ["weight", "tie"]
FEWEST = 5  # actors: of four there are 24 orders, and no two-sided p below 0.08


class Pairs(NamedTuple):
    """The pairs of n actors that count: places of one and two, and are they ordered."""

    one: np.ndarray
    two: np.ndarray
    n: int
    directed: bool


def read_relations(
    relations: Mapping[str, nx.Graph | pd.DataFrame], values: str
) -> tuple[dict[str, np.ndarray], Pairs, np.ndarray]:
    """Return matrices of the actors that all share, the pairs, and which pairs have all values.

    The first relation is a network and says whether pairs are ordered. The names are those that
    messages use ("the outcome"). Actors and pairs that are left out are told.
    """
    check_option("values", values, VALUES)
    first, *_ = relations.values()
    directed = bool(first.is_directed())
    for name, relation in relations.items():
        _check_relation(name, relation, directed)
    actors = _shared_actors(relations)
    one, two = np.nonzero(~np.eye(len(actors), dtype=bool))
    pairs = Pairs(one, two, len(actors), directed)
    pairs = pairs if directed else only_pairs(pairs, one < two)
    matrices = {n: _read_matrix(n, r, actors, values, directed) for n, r in relations.items()}
    known = _known_pairs(matrices, pairs)
    _check_varies(matrices, pairs, known)
    return matrices, pairs, known


def same_value(attribute: pd.Series) -> pd.DataFrame:
    """Return 1 for pairs of actors with the same value of an attribute, 0 for others.

    Missing where the value of one is missing. The square table is a predictor of
    `qap_regression`; a positive coefficient says more between actors of a kind.

    Examples
    --------
    >>> same_value(pd.Series({"A": "rebel", "B": "state", "C": "rebel"})).loc["A"].tolist()
    [1.0, 0.0, 1.0]
    """
    _check_attribute(attribute)
    codes = pd.factorize(attribute)[0]  # -1 where missing
    same = np.where(codes[:, None] == codes, 1.0, 0.0)
    same[(codes[:, None] < 0) | (codes < 0)] = np.nan
    return pd.DataFrame(same, attribute.index, attribute.index)


def difference(attribute: pd.Series) -> pd.DataFrame:
    """Return the absolute difference of a numeric attribute for all pairs of actors.

    Missing where the value of one is missing.

    Examples
    --------
    >>> difference(pd.Series({"A": 1990, "B": 2004, "C": 1991})).loc["A"].tolist()
    [0.0, 14.0, 1.0]
    """
    _check_attribute(attribute)
    if not pd.api.types.is_numeric_dtype(attribute):
        raise OptionError(
            f"The attribute holds {attribute.dtype}, which has no differences.",
            "numbers; missing where not known.",
            "ct.networks.same_value(attribute)",
        )
    numbers = attribute.to_numpy(float, na_value=np.nan)
    return pd.DataFrame(np.abs(numbers[:, None] - numbers), attribute.index, attribute.index)


def _check_attribute(attribute: pd.Series) -> None:
    if not isinstance(attribute, pd.Series):
        raise OptionError(
            f"The attribute is a {type(attribute).__name__}.",
            "a Series: the actors as index, and the value of each.",
            'pd.Series({"A": "rebel", "B": "state"})',
        )


def only_pairs(pairs: Pairs, which: np.ndarray) -> Pairs:
    """Return some of the pairs."""
    return pairs._replace(one=pairs.one[which], two=pairs.two[which])


def check_apart(X: Mapping[str, np.ndarray], pairs: Pairs) -> None:
    """Raise where a relation is a sum of the others: then no coefficient is defined."""
    columns = {name: M[pairs.one, pairs.two] for name, M in X.items()}
    for name, values in columns.items():
        others = [columns[other] for other in X if other != name]
        Z = np.column_stack([np.ones(len(values)), *others])
        left = values - Z @ np.linalg.lstsq(Z, values, rcond=None)[0]
        if left @ left < 1e-12 * ((values - values.mean()) ** 2).sum():
            raise OptionError(
                f"The predictor {name!r} follows from the others.",
                "predictors of which none is a sum of others.",
                f"predictors without {name!r}",
            )


def _shared_actors(rosters: Mapping[str, Iterable[Hashable]]) -> list[Hashable]:
    """Return the actors that all have, in the order of the first; say who is left out."""
    names = {where: list(roster) for where, roster in rosters.items()}
    first, *_ = names.values()
    shared = set(first).intersection(*names.values())
    lost = {where: [a for a in actors if a not in shared] for where, actors in names.items()}
    if len(shared) < FEWEST:
        raise EmptySelectionError(
            f"Only {len(shared)} actors are in all: "
            + ", ".join(f"{where} has {len(actors)}" for where, actors in names.items())
            + ".",
            f"{FEWEST} or more: fewer have too few permutations to say anything.",
            "ct.networks.networks_by_period(dyads, roster='fixed')",
        )
    if any(lost.values()):
        told = [
            f"{len(actors)} of {where} ({', '.join(map(str, actors[:3]))}"
            + (" ...)" if len(actors) > 3 else ")")
            for where, actors in lost.items()
            if actors
        ]
        warn(f"Actors that are not in all are left out: {'; '.join(told)}. {len(shared)} are left.")
    return [actor for actor in first if actor in shared]


def _known_pairs(matrices: Mapping[str, np.ndarray], pairs: Pairs) -> np.ndarray:
    """Return which pairs have all values, and tell how many do not."""
    missing = {name: np.isnan(M[pairs.one, pairs.two]) for name, M in matrices.items()}
    unknown = np.logical_or.reduce(list(missing.values()))
    if unknown.any():
        where = ", ".join(f"{name}: {gaps.sum():,}" for name, gaps in missing.items() if gaps.any())
        warn(
            f"{unknown.sum():,} of {len(unknown):,} pairs have a missing value ({where}) and are "
            "left out: it is not 0."
        )
    return ~unknown


def _read_matrix(
    name: str,
    relation: nx.Graph | pd.DataFrame,
    actors: list[Hashable],
    values: str,
    directed: bool,
) -> np.ndarray:
    """Return the matrix of a relation: 0 without a tie, missing where the weight is."""
    import networkx as nx

    if isinstance(relation, nx.Graph):
        weight = "weight" if values == "weight" else None
        # ties of an actor to itself are on the diagonal, which no pair reads
        return np.asarray(nx.to_numpy_array(relation, actors, weight=weight), dtype=float)
    try:
        M = relation.loc[actors, actors].astype(float).to_numpy()
    except (TypeError, ValueError) as fault:
        raise OptionError(
            f"The table of {name} holds what is no number.",
            "numbers; missing where not known.",
            "ct.networks.same_value(attribute), for an attribute that is text",
        ) from fault
    if not directed and not np.allclose(M, M.T, equal_nan=True):
        raise OptionError(
            f"The table of {name} is not symmetric, and the outcome has no direction.",
            "the same value for A with B and B with A.",
            "(table + table.T) / 2",
        )
    return M


def _check_relation(name: str, relation: nx.Graph | pd.DataFrame, directed: bool) -> None:
    import networkx as nx

    if isinstance(relation, pd.DataFrame):
        unique = relation.index.is_unique and relation.columns.is_unique
        if set(relation.index) != set(relation.columns) or not unique:
            raise ColumnError(
                f"Index and columns of the table of {name} are not the same actors.",
                "the same actors in both, each once.",
                "table.reindex(index=actors, columns=actors)",
            )
    elif isinstance(relation, nx.Graph):
        check_graph(relation)
        # what has no direction is the same both ways: it can explain directed ties
        if relation.is_directed() and not directed:
            raise OptionError(
                f"{_begin(name)} is directed and the outcome is not.",
                "relations without direction, for an outcome without.",
                "ct.actor_network(dyads, directed=False)",
            )
    else:
        raise OptionError(
            f"{_begin(name)} is a {type(relation).__name__}.",
            "a network, or a square table with the actors as index and columns.",
            "ct.networks.same_value(attribute) or ct.networks.difference(attribute)",
        )


def _check_varies(matrices: Mapping[str, np.ndarray], pairs: Pairs, known: np.ndarray) -> None:
    """Raise for a network or predictor without variance, or with fewer pairs than needed."""
    if known.sum() <= len(matrices) + 1:
        raise EmptySelectionError(
            f"{int(known.sum())} pairs of actors have all values.",
            f"more than {len(matrices) + 1}.",
            "fewer predictors, or networks with more actors",
        )
    for name, matrix in matrices.items():
        found = matrix[pairs.one, pairs.two][known]
        if np.ptp(found) == 0:
            raise OptionError(
                f"{_begin(name)} has the same value, {found[0]:g}, for all pairs.",
                "values that differ between pairs: without them nothing goes together.",
                "other periods, or another roster",
            )


def _begin(name: str) -> str:
    """Return a name as the beginning of a sentence."""
    return name[0].upper() + name[1:]
