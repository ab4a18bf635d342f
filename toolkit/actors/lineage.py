"""Lineage: which organisation came from which, as a directed graph from earlier to later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.actors.aliases import check_aliases
from toolkit.errors import EmptySelectionError, OptionError, did_you_mean
from toolkit.events import check_columns

if TYPE_CHECKING:
    import networkx as nx

# UCDP's actor list: column of other names -> relation, and whether they are the earlier ones
LIST_RELATIONS = {
    "name_prev": ("split", True),
    "name_split_temp": ("split, for a time", True),
    "name_alliance": ("alliance", False),
    "group_name": ("join", False),
}


def make_lineage(
    aliases: pd.DataFrame | None = None, actors: pd.DataFrame | None = None
) -> nx.MultiDiGraph:
    """Make the lineage of organisations from an alias table, UCDP's actor list, or both.

    Parameters
    ----------
    aliases
        Alias table (`load_aliases`).
    actors
        UCDP's actor list (`load_ucdp_actors`); its previous names become splits, its alliances
        and joins edges to the other group. It gives no dates, and whether a group joined or was
        made by joining has to be read from the names.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are names; an edge runs from the earlier organisation to the later one, from member
        to umbrella, from parent to splinter, with `relation`, `date` (ISO text, "" if unknown)
        and `source`.

    Raises
    ------
    OptionError, ColumnError
        Neither table is given; an alias table breaks a rule; a column of the list is missing.

    Examples
    --------
    >>> import toolkit as ct
    >>> graph = ct.make_lineage(ct.load_aliases("syria"))
    >>> graph.has_edge("Jabhat Fateh al-Sham", "HTS")
    True
    """
    import networkx as nx

    if aliases is None and actors is None:
        raise OptionError(
            "A lineage needs a table.",
            "an alias table, UCDP's actor list, or both.",
            'ct.make_lineage(ct.load_aliases("syria"))',
        )
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    if aliases is not None:
        for row in check_aliases(aliases).itertuples():
            ends = (row.name, row.canonical)
            graph.add_edge(
                *(ends[::-1] if row.relation == "split" else ends),
                relation=row.relation,
                date="" if pd.isna(row.valid_from) else f"{row.valid_from:%Y-%m-%d}",
                source=f"{row.source}, {row.where}",
            )
    if actors is not None:
        for one, two, relation, source in _list_links(actors):
            graph.add_edge(one, two, relation=relation, date="", source=source)
    return graph


def _list_links(actors: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    """Yield the links of UCDP's actor list: earlier and later name, relation, source."""
    check_columns(actors, ["actor_id", "name_data", "version", *LIST_RELATIONS])
    known = set(actors["name_data"])
    for column, (relation, earlier) in LIST_RELATIONS.items():
        listed = actors.dropna(subset=[column])
        for actor_id, name, version, others in zip(
            listed["actor_id"], listed["name_data"], listed["version"], listed[column], strict=True
        ):
            source = f"UCDP actor list {version}, ActorId {actor_id}, {column}"
            # a name with a comma of its own is in the list under this name
            for other in [others] if others in known else re.split(r"\s*,\s+", others):
                yield *((other, name) if earlier else (name, other)), relation, source


def find_kin(lineage: nx.MultiDiGraph, actor: str, *, steps: int = 2) -> pd.DataFrame:
    """List the links of an actor and of those linked to it, up to so many steps away.

    Parameters
    ----------
    lineage
        As `make_lineage` gives it.
    actor
        A name in it.
    steps
        How far to go, in either direction.

    Returns
    -------
    DataFrame
        `earlier`, `later`, `relation`, `date`, `source`, sorted by date and name.

    Raises
    ------
    OptionError
        The name is not in the lineage (with the nearest that are).
    EmptySelectionError
        The lineage is empty.

    Examples
    --------
    >>> import toolkit as ct
    >>> graph = ct.make_lineage(ct.load_aliases("syria"))
    >>> kin = ct.find_kin(graph, "HTS", steps=1)
    >>> kin.loc[kin["relation"] == "split", ["earlier", "later"]].values.tolist()
    [['HTS', 'Nour al-Din al-Zenki'], ['HTS', 'Tanzim Hurras ad-Din']]
    """
    import networkx as nx

    if not len(lineage):
        raise EmptySelectionError(
            "The lineage has no names.", "a table with rows.", "ct.make_lineage(...)"
        )
    if actor not in lineage:
        raise OptionError(
            f"{actor!r} is not in the lineage.",
            did_you_mean(actor, sorted(lineage)),
            "sorted(lineage)[:20]",
        )
    near = nx.ego_graph(lineage.to_undirected(), actor, radius=steps)
    rows = [
        (a, b, d["relation"], d["date"], d["source"])
        for a, b, d in lineage.edges(data=True)
        if a in near and b in near
    ]
    table = pd.DataFrame(rows, columns=["earlier", "later", "relation", "date", "source"])
    return table.sort_values(["date", "earlier", "later"], ignore_index=True)
