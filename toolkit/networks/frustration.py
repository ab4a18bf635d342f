"""The frustration index, solved: the fewest ties that stand in the way of two camps.

Linear programs over cycles give a lower bound, partitions made from them an upper one. Where the
two meet the index is known; where they do not, an integer program goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from toolkit.errors import OptionError
from toolkit.networks.signs import Ties, read_signed
from toolkit.permutation import is_number

if TYPE_CHECKING:
    import networkx as nx

SLACK = 1e-6
STALL = 4  # rounds in which cuts move the bound by less than 0.01


class Frustration(NamedTuple):
    """The frustration index of a signed network, and how far it is known.

    Parameters
    ----------
    value
        Ties that disagree with the best partition found: the index where `status` is "exact",
        else an upper bound of it.
    lower_bound
        No partition does with fewer.
    gap
        (value - lower_bound) / value; 0 where the index is exact.
    status
        "exact", or "time limit" where bound and value did not meet in time.
    partition
        Actor: camp, 0 or 1. One of many that are as good: components, and actors tied to nobody,
        can change sides for nothing.
    n_ties
        Ties without those of an actor to itself.
    normalised
        1 - 2 value / n_ties: 1 where two camps explain every tie, and never below 0. Missing
        without ties.
    """

    value: int
    lower_bound: int
    gap: float
    status: str
    partition: dict[Hashable, int]
    n_ties: int
    normalised: float


def frustration_index(S: nx.Graph, *, time_limit: float = 60) -> Frustration:
    """Count the fewest ties whose removal, or change of sign, leaves two camps.

    In two camps every tie inside is cooperation and every tie between is opposition, which is
    balance. The index is exact where `status` is "exact": it is the optimum of an integer program
    (scipy's HiGHS), or a partition that meets the lower bound of a linear one. Where time runs
    out `value` is an upper bound, and `gap` says how far the lower one is.

    It counts ties, not how strongly they are recorded: one event weighs as much as a war. It asks
    for two camps; three camps who all fight each other are frustrated. The best partition is
    often one of many: do not read alliances from it.

    Parameters
    ----------
    S
        A signed network (`signed_network`).
    time_limit
        Seconds.

    Returns
    -------
    Frustration
        `value`, `lower_bound`, `gap`, `status`, `partition` (actor: 0 or 1), `n_ties`,
        `normalised` (1 - 2 value / n_ties).

    Raises
    ------
    OptionError, DirectionError
        As in `triangle_index`; a time limit that is not above 0.

    References
    ----------
    Aref, S., Mason, A. J. and Wilson, M. C. (2020). A modeling and computational study of the
    frustration index in signed networks. Networks 75(1), 95-110 (abstract).
    Aref, S. and Wilson, M. C. (2018). Measuring partial balance in signed networks. Journal of
    Complex Networks 6(4), 566-595 (abstract; the normalisation as the R package signnet has it).

    Examples
    --------
    >>> import networkx as nx
    >>> enemies = nx.complete_graph(["A", "B", "C", "D"])
    >>> nx.set_edge_attributes(enemies, -1, "sign")
    >>> frustration_index(enemies)[:4]
    (2, 2, 0.0, 'exact')
    """
    check_time(time_limit)
    ties, sign = read_signed(S)
    sides, value, bound = solve_frustration(ties, sign, time_limit=float(time_limit))
    n_ties = len(sign)
    return Frustration(
        value,
        bound,
        (value - bound) / value if value else 0.0,
        "exact" if value == bound else "time limit",
        dict(zip(ties.actors, sides.tolist(), strict=True)),
        n_ties,
        1 - 2 * value / n_ties if n_ties else np.nan,
    )


def check_time(time_limit: Any) -> None:
    """Raise `OptionError` unless these are seconds, more than 0."""
    if not is_number(time_limit) or not time_limit > 0:
        raise OptionError(
            f"time_limit={time_limit!r} is no time.", "seconds, more than 0.", "time_limit=60"
        )


def solve_frustration(
    ties: Ties, sign: np.ndarray, *, time_limit: float
) -> tuple[np.ndarray, int, int]:
    """Return camp of each actor, number of frustrated ties, and the lower bound of it.

    Examples
    --------
    >>> import networkx as nx
    >>> enemies, _ = read_signed(nx.from_edgelist([("A", "B", {"sign": -1}),
    ...     ("B", "C", {"sign": -1}), ("C", "A", {"sign": -1})]))
    >>> solve_frustration(enemies, np.array([-1, -1, -1]), time_limit=5)[1:]
    (1, 1)
    """
    deadline = time.monotonic() + time_limit
    frustrated, bound = np.zeros(len(sign), dtype=bool), 0
    for block in ties.blocks:
        names, ends = np.unique([ties.one[block], ties.two[block]], return_inverse=True)
        one, two = ends.reshape(2, -1)
        sides, least = _solve_block(_Block(len(names), one, two, sign[block]), deadline)
        frustrated[block] = _is_frustrated(sides, one, two, sign[block])
        bound += least
    # outside the blocks every tie can be satisfied: the spanning tree passes through them
    sides = _grow_sides(
        _Block(len(ties.actors), ties.one, ties.two, sign), frustrated.astype(float)
    )
    return sides, int(frustrated.sum()), bound


class _Block(NamedTuple):
    n: int
    one: np.ndarray
    two: np.ndarray
    sign: np.ndarray


def _solve_block(block: _Block, deadline: float) -> tuple[np.ndarray, int]:
    """Return camps and a lower bound: the first where they meet, or the best until the deadline."""
    half = (time.monotonic() + deadline) / 2
    share = np.zeros(len(block.sign))  # how far each tie is frustrated, in the relaxation
    sides, value, bounds = np.zeros(block.n, dtype=int), len(share) + 1, [0.0]
    rows, limits = np.empty((0, len(share))), np.empty(0)
    while True:
        camps = _flip_sides(block, _grow_sides(block, share))
        count = int(_is_frustrated(camps, *block[1:]).sum())
        sides, value = (camps, count) if count < value else (sides, value)
        least = int(np.ceil(bounds[-1] - SLACK))
        stalled = len(bounds) > STALL and bounds[-1] - bounds[-1 - STALL] < 0.01 * STALL
        if least >= value or time.monotonic() > deadline:
            return sides, least
        new, below = _cut_cycles(block, share)
        if not len(new) or stalled or time.monotonic() > half:
            return _solve_integers(block, rows, limits, sides, value, least, deadline)
        rows, limits = np.vstack([rows, new]), np.append(limits, below)
        share, bound = _relax(rows, limits)
        bounds.append(max(bound, bounds[-1]))


def _is_frustrated(
    sides: np.ndarray, one: np.ndarray, two: np.ndarray, sign: np.ndarray
) -> np.ndarray:
    """Say of each tie: opposition inside a camp, or cooperation between the two."""
    return (sides[one] == sides[two]) == (sign < 0)


def _grow_sides(block: _Block, share: np.ndarray) -> np.ndarray:
    """Return camps along a spanning forest of the ties that the shares decide most clearly."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components
    from scipy.sparse.csgraph import minimum_spanning_tree as find_tree

    doubt = np.minimum(share, 1 - share) + SLACK  # 0 would be no tie
    shape = (block.n, block.n)
    tree = find_tree(coo_array((doubt, (block.one, block.two)), shape=shape).tocsr())
    differ = (block.sign < 0) != (share > 0.5)
    apart = coo_array((differ, (block.one, block.two)), shape=shape).tocsr()
    apart = (apart + apart.T).astype(bool)
    sides = np.zeros(block.n, dtype=int)
    _, parts = connected_components(tree, directed=False)
    for root in np.unique(parts, return_index=True)[1]:
        order, before = breadth_first_order(tree, root, directed=False)
        for actor in order[1:]:
            sides[actor] = sides[before[actor]] ^ int(apart[before[actor], actor])
    return sides


def _flip_sides(block: _Block, sides: np.ndarray) -> np.ndarray:
    """Return camps after moving actors, one at a time, with more frustrated ties than others."""
    sides, ends = sides.copy(), np.concatenate([block.one, block.two])
    while True:
        worse = np.where(_is_frustrated(sides, *block[1:]), 1, -1)
        gain = np.bincount(ends, np.tile(worse, 2), minlength=block.n)
        if gain.max(initial=0) <= 0:
            return sides
        sides[gain.argmax()] ^= 1


def _cut_cycles(block: _Block, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an inequality for each cycle that the shares contradict: at most one for each actor.

    Around a cycle the number of frustrated ties has the parity of the number of opposition ties.
    In a graph that holds every actor twice, the shortest way from an actor to its double finds
    the cycle, and the ties of it to be frustrated, that come nearest to the wrong parity.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    n, one, two, sign = block
    same = np.where(sign > 0, share, 1 - share)
    ends = [np.concatenate(e) for e in ([one, one + n] * 2, [two, two + n, two + n, two])]
    lengths = np.concatenate([same, same, 1 - same, 1 - same]).clip(0) + SLACK
    doubled = coo_array((lengths, ends), shape=(2 * n, 2 * n)).tocsr()
    far, before = dijkstra(doubled, directed=False, indices=np.arange(n), return_predecessors=True)
    place = {pair: i for i, pair in enumerate(zip(one.tolist(), two.tolist(), strict=True))}
    rows: dict[tuple[float, ...], float] = {}
    for actor in np.flatnonzero(far[np.arange(n), n + np.arange(n)] < 1 - 1e-3):
        row, below, at = np.zeros(len(sign)), 1.0, n + int(actor)
        while at != actor:
            last = int(before[actor, at])
            pair = (at % n, last % n)
            tie = place[pair] if pair in place else place[pair[::-1]]
            wrong = ((at >= n) != (last >= n)) == (sign[tie] > 0)
            row[tie] += -1 if wrong else 1
            below -= wrong
            at = last
        rows[tuple(row)] = below
    return np.array(list(rows)).reshape(-1, len(sign)), np.array(list(rows.values()))


def _relax(rows: np.ndarray, limits: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the shares with the smallest sum that satisfy the inequalities, and that sum."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    costs = np.ones(rows.shape[1])
    found = linprog(costs, A_ub=csr_array(-rows), b_ub=-limits, bounds=(0, 1), method="highs")
    return np.clip(found.x, 0, 1), float(found.fun)


def _solve_integers(
    block: _Block, rows: np.ndarray, limits: np.ndarray, sides: np.ndarray, value: int,
    least: int, deadline: float,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """Look for camps with fewer frustrated ties than `value`; that there are none proves it."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    n, m = block.n, len(block.sign)
    width = np.ones(n + m)
    width[np.bincount(np.append(block.one, block.two)).argmax()] = 0  # camps have no names
    better = np.append(np.zeros(n), np.ones(m))
    cuts = csr_array(np.hstack([np.zeros((len(rows), n)), rows]))
    pairs, low = _pair_rows(block)
    limit = LinearConstraint(
        vstack([pairs, cuts, csr_array(better[None])]),
        np.concatenate([low, limits, [least]]),
        np.append(np.full(2 * m + len(limits), np.inf), value - 1),
    )
    found = milp(
        better, integrality=1 - better, bounds=Bounds(0, width), constraints=limit,
        options={"time_limit": max(deadline - time.monotonic(), 0.01), "mip_rel_gap": 0},
    )  # fmt: skip
    if found.status == 2:  # infeasible
        return sides, value
    if found.x is not None:
        sides = found.x[:n].round().astype(int)
        value = int(_is_frustrated(sides, *block[1:]).sum())
    known: Any = found.get("mip_dual_bound")
    if found.status != 0 and known is not None and np.isfinite(known):
        least = max(least, int(np.ceil(known - SLACK)))
    return sides, value if found.status == 0 else min(least, value)


def _pair_rows(block: _Block) -> tuple[Any, np.ndarray]:
    """Return two inequalities a tie: it is frustrated where its camps and its sign disagree.

    With camps x and y, 0 or 1: for cooperation at least x - y and y - x, for opposition at least
    x + y - 1 and 1 - x - y.
    """
    from scipy.sparse import coo_array

    n, m = block.n, len(block.sign)
    tie, turn = np.arange(m), np.where(block.sign < 0, -1.0, 1.0)
    values = [-np.ones(m), turn, np.ones(m), np.ones(m), -turn, np.ones(m)]
    places = [block.one, block.two, n + tie] * 2
    lines = [tie] * 3 + [m + tie] * 3
    entries = (np.concatenate(values), (np.concatenate(lines), np.concatenate(places)))
    low = np.concatenate([np.where(block.sign < 0, -1, 0), np.where(block.sign < 0, 1, 0)])
    return coo_array(entries, shape=(2 * m, n + m)).tocsr(), low
