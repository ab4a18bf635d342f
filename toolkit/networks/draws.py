"""Many networks at once, as arrays: the draws of null models and of resampling, and their measures.

A measure here is that of the same name in `structure`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, did_you_mean
from toolkit.networks.graphs import check_graph, edge_weights, without_loops
from toolkit.networks.stacks import Stack
from toolkit.networks.tallies import BINARY, WEIGHTED, measure_stack
from toolkit.permutation import find_p
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

MEASURES = BINARY | WEIGHTED
LARGEST = 1_000_000  # actors and ties that are held at once


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
    parts = [pd.DataFrame(measure_stack(stack, names)) for stack in _stacks(draws)]
    return pd.concat(parts, ignore_index=True).astype(float).rename_axis(columns="measure")


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


def _stacks(draws: Draws) -> Iterator[Stack]:
    """Yield the draws as stacks that fit in memory."""
    n_draws, n_ties = draws.present.shape
    size = max(1, LARGEST // max(1, n_ties + len(draws.actors)))
    for start in range(0, n_draws, size):
        part = slice(start, start + size)
        present, there = draws.present[part], draws.there[part]
        place = np.cumsum(there).reshape(there.shape) - 1
        row, tie = np.nonzero(present)
        one, two = (
            place[row, np.broadcast_to(end[part] if len(end) > 1 else end, present.shape)[row, tie]]
            for end in (draws.one, draws.two)
        )
        actors = [draws.actors[i] for i in np.nonzero(there)[1]]
        begins = np.r_[0, np.cumsum(there.sum(axis=1))]
        yield Stack(actors, begins, one, two, draws.weight[part][row, tie], draws.directed)


def _sum_ends(draws: Draws, values: np.ndarray) -> np.ndarray:
    """Sum a value of each tie over both its ends, for each actor of each draw."""
    n_draws, n = len(values), len(draws.actors)
    first = np.arange(n_draws)[:, None] * n
    sums = np.zeros(n_draws * n)
    for end in (draws.one, draws.two):
        sums += np.bincount((first + end).ravel(), values.ravel(), minlength=n_draws * n)
    return sums.reshape(n_draws, n)
