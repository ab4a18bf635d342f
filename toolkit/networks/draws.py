"""Many networks at once, as arrays: the draws of null models and of resampling, and their measures.

A measure here has the definition of the function of the same name in `structure`; a test holds
the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, did_you_mean
from toolkit.networks.graphs import check_graph, edge_weights, without_loops
from toolkit.permutation import find_p
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

LARGEST = 30_000_000  # cells of the adjacency matrices that are held at once


class Draws(NamedTuple):
    """R networks of the same n actors, whose m ties can differ from draw to draw.

    Parameters
    ----------
    actors
        The n names, in the order of the graph.
    one, two
        Places of the two ends of each tie, R x m (or 1 x m where all draws share them). No tie
        of an actor to itself, and in one draw no pair twice.
    present
        R x m: whether the draw has the tie.
    weight
        R x m: its weight; NaN is not recorded.
    there
        R x n: whether the actor exists in the draw.
    directed
        Whether ties run from `one` to `two`.
    """

    actors: list[Hashable]
    one: np.ndarray
    two: np.ndarray
    present: np.ndarray
    weight: np.ndarray
    there: np.ndarray
    directed: bool


class NullTest(NamedTuple):
    """An observed network beside what a null model gives.

    Parameters
    ----------
    summary
        Index `measure`; `observed`; `mean`, `low` and `high` of the null distribution (2.5 % and
        97.5 %); `p_value`, the share of draws as extreme, the observed one included (two-sided:
        twice the share of the smaller side, at most 1); `z`, which describes the distance and is
        no test; `n_draws`; `n_undefined`, draws without a value.
    draws
        One row for each draw, one column for each measure.

    `attrs["null"]` of both says what was treated as random and what was held.
    """

    summary: pd.DataFrame
    draws: pd.DataFrame


def read_draws(G: nx.Graph) -> Draws:
    """Return a network as a single draw, without ties of an actor to itself.

    Examples
    --------
    >>> import networkx as nx
    >>> read_draws(nx.Graph(["AB", "BC"])).two.tolist()
    [[1, 2]]
    """
    check_graph(G)
    plain = without_loops(G)
    place = {actor: i for i, actor in enumerate(plain)}
    ends = np.array([(place[u], place[v]) for u, v in plain.edges], dtype=np.intp).reshape(-1, 2)
    m = len(ends)
    return Draws(
        list(plain),
        ends[:, 0][None],
        ends[:, 1][None],
        np.ones((1, m), dtype=bool),
        edge_weights(plain)[None],
        np.ones((1, len(plain)), dtype=bool),
        plain.is_directed(),
    )


def check_measures(measures: str | Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """Return the names of the measures, each once, or raise `OptionError` for an unknown one.

    Examples
    --------
    >>> check_measures(["density", "n_ties", "density"])
    ['density', 'n_ties']
    """
    allowed = list(known or MEASURES)
    if not isinstance(measures, Iterable):
        raise OptionError(
            f"measures={measures!r} is no name of a measure.",
            "one of " + ", ".join(allowed) + ", or a list of them.",
            f"measures={allowed[:2]!r}",
        )
    names = [measures] if isinstance(measures, str) else list(measures)
    for name in names or [""]:
        if name not in allowed:
            raise OptionError(
                f"The measure {name!r} is not known here." if name else "No measure is asked for.",
                did_you_mean(str(name), allowed) if name else "one of " + ", ".join(allowed) + ".",
                f"measures={allowed[:2]!r}",
            )
    return list(dict.fromkeys(names))


def measure_draws(draws: Draws, measures: Iterable[str]) -> pd.DataFrame:
    """Measure each draw: one row a draw, one column a measure; what is undefined is missing.

    Examples
    --------
    >>> import networkx as nx
    >>> draws = read_draws(nx.Graph(["AB", "BC", "CA", "CD"]))
    >>> measure_draws(draws, ["n_ties", "transitivity"]).iloc[0].tolist()
    [4.0, 0.6]
    """
    names = check_measures(measures)
    parts = []
    with np.errstate(divide="ignore", invalid="ignore"):  # undefined is missing
        for chunk in _split(draws):
            batch = _Batch(chunk)
            parts.append(np.column_stack([MEASURES[name](batch) for name in names]))
    return pd.DataFrame(np.concatenate(parts), columns=pd.Index(names, name="measure"))


def draw_degrees(draws: Draws) -> np.ndarray:
    """Return the degree of each actor in each draw, R x n; directed, in and out together."""
    return _sum_ends(draws, draws.present.astype(float)).astype(np.int64)


def draw_strengths(draws: Draws) -> np.ndarray:
    """Return the strength of each actor in each draw, R x n; a weight not recorded adds nothing."""
    return _sum_ends(draws, np.where(draws.present, np.nan_to_num(draws.weight), 0.0))


def summarise_null(
    observed: pd.Series,
    draws: pd.DataFrame,
    *,
    record: Mapping[str, str],
    step: str,
    null: str,
    alternative: str = "two-sided",
) -> NullTest:
    """Set the observed numbers beside the null distribution of each.

    Draws in which a measure is undefined are left out of its distribution and counted. Where
    the observed number is undefined, or all draws are, the p-value is missing; where all draws
    agree there is no z.
    """
    rows = []
    for name, value in observed.items():
        known = draws[name].dropna().to_numpy(float)
        defined = len(known) > 0 and not np.isnan(value)
        spread = float(known.std(ddof=1)) if len(known) > 1 else 0.0
        mean = float(known.mean()) if len(known) else np.nan
        low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
        p = float(find_p(known, value, alternative=alternative)) if defined else np.nan
        # a spread that is rounding alone is none
        z = (value - mean) / spread if spread > 1e-9 * max(1.0, abs(mean)) else np.nan
        rows.append([value, mean, low, high, p, z, len(draws), len(draws) - len(known)])
    columns = "observed mean low high p_value z n_draws n_undefined".split()
    summary = pd.DataFrame(rows, observed.index.rename("measure"), columns)
    summary = summary.astype({"n_draws": "int64", "n_undefined": "int64"})
    said = {"null": null, "alternative": alternative}
    return NullTest(
        add_step(summary, record, step, **said), add_step(draws.copy(), record, step, **said)
    )


# ------------------------------------------------------------------------------- one batch


def _split(draws: Draws) -> Iterator[Draws]:
    """Yield the draws in parts whose matrices fit in memory."""
    n_draws, n = draws.present.shape[0], len(draws.actors)
    size = max(1, LARGEST // max(1, n * n))
    for start in range(0, n_draws, size):
        part = slice(start, start + size)
        arrays = (a[part] if len(a) > 1 else a for a in (draws.one, draws.two))
        one, two = (np.broadcast_to(a, draws.present[part].shape) for a in arrays)
        yield Draws(
            draws.actors, one, two, draws.present[part], draws.weight[part], draws.there[part],
            draws.directed,
        )  # fmt: skip


def _sum_ends(draws: Draws, values: np.ndarray) -> np.ndarray:
    """Sum a value of each tie over both its ends, for each actor of each draw."""
    n_draws, n = len(values), len(draws.actors)
    first = np.arange(n_draws)[:, None] * n
    sums = np.zeros(n_draws * n)
    for end in (draws.one, draws.two):
        sums += np.bincount((first + end).ravel(), values.ravel(), minlength=n_draws * n)
    return sums.reshape(n_draws, n)


class _Batch:
    """Draws whose matrices fit in memory, and what several measures read of them."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws

    @cached_property
    def adjacency(self) -> np.ndarray:
        """R x n x n, in the direction of the ties."""
        n_draws, n = len(self.draws.present), len(self.draws.actors)
        matrix = np.zeros((n_draws, n, n), dtype=bool)
        row, tie = np.nonzero(self.draws.present)
        matrix[row, self.draws.one[row, tie], self.draws.two[row, tie]] = True
        return matrix

    @cached_property
    def either(self) -> np.ndarray:
        """R x n x n, whatever the direction."""
        return self.adjacency | self.adjacency.swapaxes(1, 2)

    @cached_property
    def degrees(self) -> np.ndarray:
        """R x n, whatever the direction."""
        return np.asarray(self.either.sum(axis=2))

    @cached_property
    def size(self) -> np.ndarray:
        return np.asarray(self.draws.there.sum(axis=1))

    @cached_property
    def n_ties(self) -> np.ndarray:
        return np.asarray(self.draws.present.sum(axis=1))

    @cached_property
    def triangles(self) -> np.ndarray:
        """R x n: triangles that an actor is in, from the partners that two tied actors share."""
        packed = np.packbits(self.either, axis=2)
        draw, tie = np.nonzero(self.draws.present)
        one, two = self.draws.one[draw, tie], self.draws.two[draw, tie]
        common = np.bitwise_count(packed[draw, one] & packed[draw, two]).sum(axis=1, dtype=float)
        # a pair that is tied in both directions is one pair
        common /= 1.0 + (self.adjacency[draw, two, one] if self.draws.directed else 0)
        n_draws, n = self.degrees.shape
        counts = sum(
            np.bincount(draw * n + end, common, minlength=n_draws * n) for end in (one, two)
        )
        return np.asarray(counts).reshape(n_draws, n) / 2

    @cached_property
    def parts(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of components of each draw, and the actors in the largest."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        n_draws, n = self.draws.there.shape
        draw, tie = np.nonzero(self.draws.present)
        ends = [draw * n + end[draw, tie] for end in (self.draws.one, self.draws.two)]
        joined = coo_array((np.ones(len(draw)), ends), shape=(n_draws * n, n_draws * n))
        _, labels = connected_components(joined, directed=False)
        here = self.draws.there.ravel()
        _, first, sizes = np.unique(labels[here], return_index=True, return_counts=True)
        owner = np.flatnonzero(here)[first] // n
        largest = np.zeros(n_draws)
        np.maximum.at(largest, owner, sizes)
        return np.bincount(owner, minlength=n_draws), largest

    @cached_property
    def strengths(self) -> np.ndarray:
        return draw_strengths(self.draws)


def _density(batch: _Batch) -> np.ndarray:
    pairs = batch.size * (batch.size - 1) / (1 if batch.draws.directed else 2)
    return batch.n_ties / np.where(batch.size > 1, pairs, np.nan)


def _n_isolates(batch: _Batch) -> np.ndarray:
    return np.asarray((batch.draws.there & (batch.degrees == 0)).sum(axis=1))


def _transitivity(batch: _Batch) -> np.ndarray:
    triples = (batch.degrees * (batch.degrees - 1) / 2).sum(axis=1)
    return np.asarray(batch.triangles.sum(axis=1) / triples)


def _mean_clustering(batch: _Batch) -> np.ndarray:
    several = batch.degrees > 1
    own = np.where(several, batch.triangles / (batch.degrees * (batch.degrees - 1) / 2), 0)
    return np.asarray(own.sum(axis=1) / several.sum(axis=1))


def _degree_centralization(batch: _Batch) -> np.ndarray:
    n = batch.size
    away = n * batch.degrees.max(axis=1, initial=0) - batch.degrees.sum(axis=1)
    return away / np.where(n > 2, (n - 1) * (n - 2), np.nan)


def _degree_assortativity(batch: _Batch) -> np.ndarray:
    present, (one, two) = batch.draws.present, (batch.draws.one, batch.draws.two)
    out, into = batch.adjacency.sum(axis=2), batch.adjacency.sum(axis=1)
    if not batch.draws.directed:
        out = into = batch.degrees
        one, two = np.hstack([one, two]), np.hstack([two, one])
        present = np.hstack([present, present])
    rows = np.arange(len(present))[:, None]
    a, b = (np.where(present, x[rows, end], np.nan) for x, end in ((out, one), (into, two)))
    count = present.sum(axis=1)
    a, b = (x - (np.nansum(x, axis=1) / count)[:, None] for x in (a, b))
    spread = np.sqrt(np.nansum(a**2, axis=1) * np.nansum(b**2, axis=1))
    return np.where(spread > 1e-9, np.nansum(a * b, axis=1) / spread, np.nan)


def _reciprocity(batch: _Batch) -> np.ndarray:
    if not batch.draws.directed:
        return np.full(len(batch.n_ties), np.nan)
    back = (batch.adjacency & batch.adjacency.swapaxes(1, 2)).sum(axis=(1, 2))
    return np.asarray(back / batch.n_ties)


def _total_weight(batch: _Batch) -> np.ndarray:
    known = batch.draws.present & ~np.isnan(batch.draws.weight)
    total = np.where(known, batch.draws.weight, 0.0).sum(axis=1)
    return np.where(known.any(axis=1) | (batch.n_ties == 0), total, np.nan)


def _concentration(batch: _Batch) -> np.ndarray:
    total = batch.strengths.sum(axis=1)
    return (batch.strengths**2).sum(axis=1) / np.where(total > 0, total, np.nan) ** 2


BINARY: dict[str, Callable[[_Batch], np.ndarray]] = {
    "n_ties": lambda batch: batch.n_ties,
    "density": _density,
    "n_isolates": _n_isolates,
    "transitivity": _transitivity,
    "mean_clustering": _mean_clustering,
    "reciprocity": _reciprocity,
    "degree_assortativity": _degree_assortativity,
    "degree_centralization": _degree_centralization,
    "n_components": lambda batch: batch.parts[0],
    "largest_component_share": lambda batch: batch.parts[1] / batch.size,
}
WEIGHTED: dict[str, Callable[[_Batch], np.ndarray]] = {
    "total_weight": _total_weight,
    "concentration": _concentration,
    "effective_number": lambda batch: 1 / _concentration(batch),
}
MEASURES = BINARY | WEIGHTED
