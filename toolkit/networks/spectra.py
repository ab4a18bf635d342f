"""Leading eigenvectors of the networks of a stack, one for each largest component."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from toolkit.networks.stacks import Stack, as_matrix, find_largest, find_parts

MOST_DENSE = 20  # actors up to which all eigenvectors, of the dense matrix, come as fast as two
SAME = 1e-9  # relative difference up to which two eigenvalues are the same
EXACT = 1e-13  # relative change of a vector that is rounding
ROUNDS = 100  # products with the matrix after which a vector that still changes is left


class Spectrum(NamedTuple):
    """The leading eigenvector of each network.

    Parameters
    ----------
    scores
        Of each actor; missing outside the component.
    component, value, shared
        Of each network: actors in the component, the eigenvalue (missing for fewer than two
        actors), and whether another one is as large, in the component or in another one.
    """

    scores: np.ndarray
    component: np.ndarray
    value: np.ndarray
    shared: np.ndarray


def find_spectrum(stack: Stack) -> Spectrum:
    """Find the leading eigenvector in the largest (strong) component of ties above 0.

    Examples
    --------
    >>> import networkx as nx
    >>> from toolkit.networks.stacks import read_stack
    >>> find_spectrum(read_stack([nx.path_graph(2)])).value.round(6).tolist()
    [1.0]
    """
    ties = stack.positive
    parts = find_parts(ties, strong=True)
    largest = find_largest(ties, parts)
    first, second = (np.full(len(np.bincount(parts)), -np.inf) for _ in range(2))
    scores = np.full(len(stack.actors), np.nan)
    for actors, matrices in _components(ties, parts):
        values, vectors = _lead(matrices, directed=stack.directed)
        first[parts[actors[:, 0]]], second[parts[actors[:, 0]]] = values
        scores[actors] = vectors
    scores[~largest] = np.nan
    value = np.full(len(stack.size), -np.inf)
    value[stack.network[largest]] = first[parts[largest]]
    # each component once, by its first actor
    _, one_of = np.unique(parts, return_index=True)
    network, own = stack.network[one_of], largest[one_of]
    as_large = np.where(own, second, first)
    with np.errstate(invalid="ignore"):  # -inf - -inf: nobody has a score
        equal = np.abs(as_large - value[network]) <= SAME * value[network]
    shared = np.bincount(network, equal, minlength=len(value)) > 0
    component = stack.add_actors(largest).astype(int)
    return Spectrum(scores, component, np.where(value > -np.inf, value, np.nan), shared)


def _components(ties: Stack, parts: np.ndarray) -> Iterator[tuple[np.ndarray, Any]]:
    """Yield all components of two and more actors: actors and matrices, those of a size together.

    Large ones come one by one, as sparse matrices. A matrix has the ties that lead to an actor in
    its row: scores come from them.
    """
    size = np.bincount(parts)
    order = np.argsort(parts, kind="stable")
    place = np.empty(len(parts), dtype=np.intp)
    place[order] = np.arange(len(parts)) - (np.cumsum(size) - size)[parts[order]]
    inside = parts[ties.one] == parts[ties.two]
    one, two, weight = ties.one[inside], ties.two[inside], ties.weight[inside]
    for k in np.unique(size[size > 1]):
        members = order[size[parts[order]] == k].reshape(-1, k)
        row = np.full(len(size), -1)
        row[parts[members[:, 0]]] = np.arange(len(members))
        here = size[parts[one]] == k
        which, a, b, w = row[parts[one[here]]], place[one[here]], place[two[here]], weight[here]
        if k > MOST_DENSE:
            for number, actors in enumerate(members):
                own = which == number
                yield actors[None], as_matrix(b[own], a[own], k, w[own], both=not ties.directed)
            continue
        matrices = np.zeros((len(members), k, k))
        matrices[which, b, a] = w
        if not ties.directed:
            matrices[which, a, b] = w
        yield members, matrices


def _lead(matrices: Any, *, directed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the two largest eigenvalues and the vector of the first, of each matrix.

    Within a component the first is real and its vector of one sign (Perron and Frobenius).
    """
    values, vectors = _solve(matrices, directed=directed)
    order = np.argsort(-values.real, axis=-1)[..., :2]
    top = np.take_along_axis(values.real, order, axis=-1)
    vector = np.abs(np.take_along_axis(vectors, order[..., None, :1], axis=-1))[..., 0]
    return top.T, vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def _solve(matrices: Any, *, directed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues, the two largest at the least, and their vectors, of each matrix."""
    from scipy.sparse import issparse
    from scipy.sparse.linalg import ArpackNoConvergence, eigs, eigsh

    if issparse(matrices):
        found = _multiply(matrices) if directed else None
        if found is not None:
            return found
        solve, which = (eigs, "LR") if directed else (eigsh, "LA")
        with suppress(ArpackNoConvergence):  # the dense solver is slow, but always ends
            values, vectors = solve(matrices, k=2, which=which, v0=np.ones(matrices.shape[0]))
            return values[None], vectors[None]
        matrices = matrices.toarray()[None]
    return (np.linalg.eig if directed else np.linalg.eigh)(matrices)


def _multiply(matrix: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the leading eigenvalue, its vector, and -inf for all other values, or None.

    Two vectors are multiplied until neither changes. If both soon are the same, the other
    eigenvalues are far from the first: were one as large, each would keep its own share of both.
    """
    vectors = np.random.default_rng(0).exponential(size=(matrix.shape[0], 2))
    for _ in range(ROUNDS):
        vectors /= np.linalg.norm(vectors, axis=0)
        product = matrix @ vectors
        value = float(np.vdot(vectors[:, 0], product[:, 0]))
        if np.abs(product - value * vectors).max() < EXACT * value:
            same = np.abs(vectors[:, 0] - vectors[:, 1]).max() < SAME
            return (np.array([[value, -np.inf]]), vectors[None]) if same else None
        # more of the same: values of the same size but another sign or direction fall behind
        vectors = product + 0.2 * value * vectors
    return None
