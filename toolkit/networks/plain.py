"""Networks with plain attributes: what any file can hold, and nothing that it changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.networks.graphs import check_graph

if TYPE_CHECKING:
    import networkx as nx

KINDS: dict[type, str] = {bool: "flag", int: "integer", float: "number", str: "text"}
# what XML cannot hold, and line ends that readers change
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def attribute_kinds(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return name and kind of all attributes of plain rows, in order of appearance."""
    return {name: KINDS[type(value)] for row in rows for name, value in row.items()}


def plain_network(G: nx.Graph) -> nx.Graph:
    """Return the network with names and attributes of plain kinds, one kind for each attribute."""
    check_graph(G)
    names = [str(node) for node in G]
    if len(set(names)) < len(names):
        raise OptionError(
            "Two actors have the same name when written as text.",
            "names that differ.",
            "networkx.relabel_nodes(G, ...)",
        )
    nodes = _plain_columns("actor", [data for _, data in G.nodes(data=True)])
    ties = _plain_columns("tie", [data for *_, data in G.edges(data=True)])
    plain = type(G)()
    plain.add_nodes_from(zip(names, nodes, strict=True))
    plain.add_edges_from((str(u), str(v), d) for (u, v), d in zip(G.edges, ties, strict=True))
    plain.graph.update({str(k): str(v) for k, v in G.graph.items() if v is not None})
    for text in (*names, *plain.graph, *plain.graph.values()):
        _check_text(text)
    return plain


def _plain_columns(what: str, rows: list[dict[Any, Any]]) -> list[dict[str, Any]]:
    """Return attributes without missing values, each of one kind in all rows."""
    plain: list[dict[str, Any]] = [{} for _ in rows]
    for name in dict.fromkeys(str(key) for row in rows for key in row):
        values = [row.get(name) for row in rows]
        values = [v.item() if isinstance(v, np.generic) else v for v in values]
        values = [None if v is pd.NA or v is pd.NaT or v == "" else v for v in values]
        kind = _kind(what, name, [v for v in values if v is not None])
        for row, value in zip(plain, values, strict=True):
            if value is not None:
                row[name] = float(value) if kind == "number" else value
    return plain


def _kind(what: str, name: str, values: list[Any]) -> str:
    found = {KINDS.get(type(v), type(v).__name__) for v in values}
    if found == {"integer", "number"}:
        found = {"number"}
    if not found <= set(KINDS.values()) or len(found) > 1:
        raise OptionError(
            f"The attribute {name!r} of the {what}s holds {', '.join(sorted(found))}.",
            "whole numbers, numbers, texts or flags (True, False), one kind for each attribute.",
            f"turn {name!r} into text, or leave it out",
        )
    for text in [name, *(v for v in values if isinstance(v, str))]:
        _check_text(text)
    return found.pop() if found else "text"


def _check_text(text: str) -> None:
    if UNWRITABLE.search(text):
        raise OptionError(
            f"{text!r} holds a control character, which files do not keep.",
            "letters, digits, punctuation, spaces.",
            "clean the names: networkx.relabel_nodes(G, {old: new})",
        )
