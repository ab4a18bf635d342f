"""Shortest paths along ties of one length: counted a tie at a time, from many actors together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

SHALLOW = 32  # ties up to which going a tie at a time is faster, where a step costs little
FEW = 1 << 17  # sources times actors up to which it does


class Hops(NamedTuple):
    """What starts from some actors: one row for each of them.

    Parameters
    ----------
    distance
        Ties on the shortest paths to each actor; infinite where no path leads.
    between
        Sum over these sources and all targets of the share of their shortest paths through each
        actor.
    """

    distance: np.ndarray
    between: np.ndarray


def follow_hops(
    tail: np.ndarray, head: np.ndarray, n: int, sources: np.ndarray, *, between: bool
) -> Hops | None:
    """Follow the ties from `tail` to `head` among n actors; None where that leads far.

    Brandes' two sums, of paths and of dependencies, as products of the matrix of ties: a step
    adds up all paths that are one tie longer.

    Examples
    --------
    >>> ties = np.array([0, 1]), np.array([1, 2])
    >>> follow_hops(*ties, 3, np.array([0]), between=True)
    Hops(distance=array([[0., 1., 2.]]), between=array([0., 1., 0.]))
    """
    from scipy.sparse import csr_array

    onward = csr_array((np.ones(len(tail)), (head, tail)), shape=(n, n))
    paths = np.zeros((n, len(sources)))
    paths[sources, np.arange(len(sources))] = 1.0
    distance = np.where(paths > 0, 0.0, np.inf)
    newest, step, most = paths, 0, SHALLOW if paths.size < FEW else SHALLOW // 4
    while np.isinf(distance).any():
        newest = np.where(np.isinf(distance), onward @ newest, 0.0)
        new = newest > 0
        if not new.any():
            break
        if step == most:
            return None
        step += 1
        np.copyto(distance, step, where=new)
        paths = paths + newest
    amid = _depend(onward.T, paths, distance, step) if between else np.zeros(n)
    return Hops(distance.T, amid)


def _depend(back: Any, paths: np.ndarray, distance: np.ndarray, last: int) -> np.ndarray:
    """Add up for each actor the dependencies of the sources on it, from the farthest inwards."""
    dependency = np.zeros(paths.shape)
    for step in range(last, 1, -1):
        none = np.zeros(paths.shape)
        share = np.divide(1 + dependency, paths, where=distance == step, out=none)
        dependency += np.where(distance == step - 1, paths * (back @ share), 0.0)
    return np.asarray(dependency.sum(axis=1))
