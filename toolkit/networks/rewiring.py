"""Exchanges that keep what a null model holds: rewired ties, permuted partners of events.

Many chains run side by side, one for each draw. Every chain starts at what was observed, each
proposal is as likely as the one that takes it back, and one that does not fit is a step that
stays where it is: therefore all states that the exchanges reach are equally likely in the end.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from toolkit.networks.draws import Draws

LARGEST = 32_000_000  # bytes of the adjacency matrices that are held at once
BLOCK = 500_000  # random numbers drawn at once


def rewire_draws(
    draws: Draws, *, n_draws: int, attempts: int, rng: np.random.Generator
) -> tuple[Draws, np.ndarray]:
    """Draw simple networks at random in which every actor has the degree that it has in this one.

    In each step two ties a-b and c-d are drawn at random, and replaced by a-d and c-b unless
    that pairs an actor with itself or an existing tie twice. Undirected, either end can be the
    first. Directed, in-degree and out-degree are kept; as such swaps alone cannot turn a ring of
    three around, two ties a -> b -> c that are drawn from such a ring (without ties back)
    reverse it. With this all simple networks of these degrees are reached, directed or not.

    How many steps are enough is not known in general. Where the numbers matter, see that they
    stay the same with more `attempts`.

    Parameters
    ----------
    draws
        One network, as `read_draws` returns it.
    n_draws
        Networks to draw.
    attempts
        Steps for each tie.
    rng
        Source of the random numbers.

    Returns
    -------
    tuple of Draws and ndarray
        The networks, and how many swaps and reversals were accepted in each. A weight stays
        with the place of its tie in the list, which makes no null model of weights.

    References
    ----------
    Berger, A. and Müller-Hannemann, M. (2009). Uniform sampling of undirected and directed graphs
    with a fixed degree sequence. arXiv:0912.0685 (abstract).
    Nishimura, J. (2017). Swap connectivity for two graph spaces between simple and pseudo graphs
    and disconnectivity for triangle constraints. arXiv:1704.01951 (abstract).

    Examples
    --------
    >>> import networkx as nx
    >>> from toolkit.networks.draws import draw_degrees, read_draws
    >>> ring = read_draws(nx.cycle_graph(6))
    >>> drawn, _ = rewire_draws(ring, n_draws=50, attempts=10, rng=np.random.default_rng(0))
    >>> bool((draw_degrees(drawn) == 2).all())
    True
    """
    n, m = len(draws.actors), draws.one.shape[1]
    run = _swap_arrows if draws.directed else _swap_ties
    parts = []
    for size in split_draws(n_draws, each=n * n, largest=LARGEST):
        chains = _Chains(draws, size)
        for picks in _pick(rng, chains, attempts * m):
            run(chains, *picks)
        parts.append((chains.ends[:, 0::2], chains.ends[:, 1::2], chains.accepted))
    one, two, accepted = (np.concatenate(part) for part in zip(*parts, strict=True))
    there = np.broadcast_to(draws.there, (n_draws, n))
    present, weight = (np.broadcast_to(a, (n_draws, m)) for a in (draws.present, draws.weight))
    return Draws(draws.actors, one, two, present, weight, there, draws.directed), accepted


class _Chains:
    """Chains side by side: the ends of their ties, and who is tied, as flat arrays.

    The ends of a tie stand side by side, so that `place ^ 1` is the other end. `tied` calls every
    actor tied to itself: a swap that would do so is refused as one that doubles a tie.
    """

    def __init__(self, draws: Draws, size: int) -> None:
        self.n, self.m = len(draws.actors), draws.one.shape[1]
        self.ends = np.empty((size, 2 * self.m), dtype=np.int64)
        self.ends[:, 0::2], self.ends[:, 1::2] = draws.one, draws.two
        tied = np.eye(self.n, dtype=bool)
        tied[draws.one[0], draws.two[0]] = True
        if not draws.directed:
            tied[draws.two[0], draws.one[0]] = True
        self.tied = np.tile(tied.ravel(), size)
        self.first_end = np.arange(size) * 2 * self.m
        self.first_pair = np.arange(size) * self.n * self.n
        self.accepted = np.zeros(size, dtype=np.int64)


def split_draws(n_draws: int, *, each: int, largest: int) -> Iterator[int]:
    """Yield how many draws to hold at once, with a progress bar where it takes long.

    Examples
    --------
    >>> list(split_draws(10, each=100, largest=400))
    [4, 4, 2]
    """
    from tqdm.auto import tqdm

    size = max(1, largest // max(1, each))
    for start in tqdm(range(0, n_draws, size), desc="draws", delay=3, leave=False):
        yield min(size, n_draws - start)


def _pick(
    rng: np.random.Generator, chains: _Chains, n_steps: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield two random ends for each chain and step."""
    size = len(chains.accepted)
    block = max(1, BLOCK // (2 * size))
    for start in range(0, n_steps, block):
        steps = min(block, n_steps - start)
        yield from zip(*rng.integers(0, 2 * chains.m, (2, steps, size)), strict=True)


def _swap_ties(chains: _Chains, left: np.ndarray, right: np.ndarray) -> None:
    """Attempt one swap in each chain: a-b and c-d become a-d and c-b."""
    flat, tied = chains.ends.reshape(-1), chains.tied
    left, right = left + chains.first_end, right + chains.first_end
    a, b, c, d = (flat.take(place) for place in (left, left ^ 1, right, right ^ 1))
    row_a, row_b, row_c, row_d = (chains.first_pair + end * chains.n for end in (a, b, c, d))
    new, other = tied.take(row_a + d), tied.take(row_c + b)
    fits = ~(new | other)
    chains.accepted += fits
    flat[left ^ 1], flat[right ^ 1] = np.where(fits, d, b), np.where(fits, b, d)
    # a pair keeps what it is where the swap does not fit
    tied[row_a + b] = tied[row_b + a] = tied[row_c + d] = tied[row_d + c] = ~fits
    tied[row_a + d] = tied[row_d + a] = new | fits
    tied[row_c + b] = tied[row_b + c] = other | fits


def _swap_arrows(chains: _Chains, left: np.ndarray, right: np.ndarray) -> None:
    """Attempt one swap, or the reversal of a ring of three, in each chain."""
    flat, tied = chains.ends.reshape(-1), chains.tied
    # an even place is the source of an arrow
    left, right = (left & ~1) + chains.first_end, (right & ~1) + chains.first_end
    a, b, c, d = (flat.take(place) for place in (left, left ^ 1, right, right ^ 1))
    row_a, row_c = chains.first_pair + a * chains.n, chains.first_pair + c * chains.n
    new, other = tied.take(row_a + d), tied.take(row_c + b)
    fits = ~(new | other)
    chains.accepted += fits
    flat[left ^ 1], flat[right ^ 1] = np.where(fits, d, b), np.where(fits, b, d)
    tied[row_a + b] = tied[row_c + d] = ~fits
    tied[row_a + d], tied[row_c + b] = new | fits, other | fits
    # a -> b -> d, and neither a -> d nor a = d: perhaps a ring, where the swap did not fit
    meet = np.flatnonzero((b == c) & ~new)
    _reverse_rings(chains, meet, left[meet], right[meet])


def _reverse_rings(chains: _Chains, meet: np.ndarray, left: np.ndarray, right: np.ndarray) -> None:
    """Turn a -> b -> d around in the chains `meet`, where d -> a closes it and none has a tie back.

    Three ordered pairs of ties lead to each ring, before and after: either way is as likely.
    """
    n, flat, tied = chains.n, chains.ends.reshape(-1), chains.tied
    a, b, d, first = flat[left], flat[left ^ 1], flat[right ^ 1], chains.first_pair[meet]
    is_ring = tied[first + d * n + a] & ~tied[first + b * n + a] & ~tied[first + d * n + b]
    kept = (x[is_ring] for x in (meet, left, right, a, b, d, first))
    meet, left, right, a, b, d, first = kept
    if not len(meet):
        return
    ends = chains.ends[meet]
    closing = (ends[:, 0::2] == d[:, None]) & (ends[:, 1::2] == a[:, None])
    third = chains.first_end[meet] + 2 * closing.argmax(axis=1)
    for place, one, two in ((left, a, b), (right, b, d), (third, d, a)):
        flat[place], flat[place ^ 1] = two, one
        tied[first + one * n + two] = False
        tied[first + two * n + one] = True
    chains.accepted[meet] += 1


# ------------------------------------------------------------------------ partners of events


def permute_partners(
    one: np.ndarray,
    two: np.ndarray,
    stratum: np.ndarray,
    *,
    n_draws: int,
    attempts: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Exchange the actors of events within strata; each keeps its number of places in each.

    A row is an event of two actors, whose order means nothing. In each of `attempts` rounds the
    rows of a stratum meet two by two at random. Their four actors are put into pairs at random,
    and the pairs on the two rows at random, unless that pairs an actor with itself. A pair may
    come to stand in several rows. All ways to fill the rows with these actors, none with itself,
    are equally likely in the end.

    The draws of one call share which rows meet, but not what comes of it: after enough rounds
    that leaves no trace. Rounds have to be many where one or two actors have nearly all events
    of a stratum, as most meetings change nothing then.

    Parameters
    ----------
    one, two
        Numbers of the two actors of each row.
    stratum
        Number of the stratum of each row; below 0 the row stays as it is.
    n_draws, attempts, rng
        Draws, rounds, and source of the random numbers.

    Returns
    -------
    tuple of two ndarray
        The two actors of each row in each draw, n_draws x rows each.

    Examples
    --------
    >>> ends = permute_partners(np.array([0, 2, 4]), np.array([1, 3, 5]), np.array([0, 0, 0]),
    ...                         n_draws=2, attempts=10, rng=np.random.default_rng(0))
    >>> np.sort(np.hstack(ends)).tolist()
    [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]]
    """
    # small numbers, and the draws of a row side by side in memory: that is what makes it fast
    small = np.min_scalar_type(max(one.max(initial=0), two.max(initial=0)))
    ones, twos = (np.repeat(ends.astype(small)[:, None], n_draws, 1) for ends in (one, two))
    seat = np.sort(stratum)
    within = np.arange(len(seat)) - np.searchsorted(seat, seat)
    # of each stratum the first with the second, the third with the fourth ...
    meets = (within[:-1] % 2 == 0) & (seat[:-1] == seat[1:]) & (seat[:-1] >= 0)
    first = np.flatnonzero(meets)
    for _ in range(attempts):
        order = np.lexsort((rng.random(len(seat)), stratum))
        _exchange(ones, twos, order[first], order[first + 1], rng)
    return ones.T.astype(np.int64), twos.T.astype(np.int64)


def _exchange(
    ones: np.ndarray,
    twos: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Put a-b and c-d together as a-b and c-d, a-d and c-b, or a-c and b-d, where that fits."""
    a, b, c, d = ones[left], twos[left], ones[right], twos[right]
    # 3 ways to put four actors into pairs, 2 to put the pairs on the rows
    way = rng.integers(0, 6, a.shape, dtype=np.uint8)
    cross = (way < 2) & (a != d) & (c != b)
    along = (way > 3) & (a != c) & (b != d)
    b, c, d = (
        np.where(cross, d, np.where(along, c, b)),
        np.where(along, b, c),
        np.where(cross, b, d),
    )
    change = (way & 1).astype(bool)
    ones[left], twos[left] = np.where(change, c, a), np.where(change, d, b)
    ones[right], twos[right] = np.where(change, a, c), np.where(change, b, d)
