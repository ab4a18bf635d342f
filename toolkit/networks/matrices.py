"""Networks as matrices, in the forms that packages for R read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import networkx as nx

STRUCTURAL_ZERO = 10  # RSiena: a tie that cannot be


def write_adjacency(G: nx.Graph, path: Path) -> list[Path]:
    """Write one matrix of weights with the names in the first row and column."""
    names = list(G)
    pd.DataFrame(_matrix(G, names), names, names).to_csv(path, lineterminator="\n")
    return [path]


def write_amen(graphs: Mapping[str, nx.Graph], path: Path) -> list[Path]:
    """Write all ordered pairs in all periods as one long table; missing is empty."""
    names = sorted({name for G in graphs.values() for name in G})
    tables = []
    for period, G in graphs.items():
        weights = _matrix(G, names)
        there = np.isin(names, list(G))
        weights[~(there[:, None] & there[None, :]) | np.eye(len(names), dtype=bool)] = np.nan
        pairs = pd.MultiIndex.from_product([[period], names, names])
        tables.append(pd.Series(weights.ravel(), pairs.set_names(["period", "actor1", "actor2"])))
    pd.concat(tables).rename("weight").to_csv(path, lineterminator="\n")
    return [path]


def write_rsiena(graphs: Mapping[str, nx.Graph], path: Path) -> list[Path]:
    """Write a matrix of 0, 1 and 10 (not there) for each period, and the actors in its order."""
    names = sorted({name for G in graphs.values() for name in G})
    files = [path.with_name(f"{path.stem}.actors.txt")]
    files[0].write_text("".join(f"{name}\n" for name in names), encoding="utf-8", newline="\n")
    for period, G in graphs.items():
        ties = (_matrix(G, names, weight=None) > 0).astype(int)
        there = np.isin(names, list(G))
        ties[~(there[:, None] & there[None, :])] = STRUCTURAL_ZERO
        np.fill_diagonal(ties, 0)
        # weeks are written 2016-01-04/2016-01-10
        files.append(path.with_name(f"{path.stem}.{period.replace('/', '_')}.txt"))
        np.savetxt(files[-1], ties, fmt="%d")
    return files


def _matrix(G: nx.Graph, names: list[str], *, weight: str | None = "weight") -> np.ndarray:
    """Return the weights (or 1) of the ties of the network, in the order of the names."""
    place = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for one, two, data in G.edges(data=True):
        value = 1 if weight is None else data.get(weight, 1)
        matrix[place[one], place[two]] = value
        if not G.is_directed():
            matrix[place[two], place[one]] = value
    return matrix
