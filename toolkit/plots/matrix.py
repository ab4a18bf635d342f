"""A network as a matrix, ordered by community."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option
from toolkit.networks.centrality import strength
from toolkit.networks.communities import find_communities
from toolkit.networks.graphs import check_graph
from toolkit.plots import style
from toolkit.plots.layout import need_actors
from toolkit.plots.names import LONGEST_NAME, NAME_SIZE, say_left_out
from toolkit.plots.picture import check_actors, read_ties, say_word

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

MOST_NAMED_ROWS = 70


def plot_network_matrix(
    G: nx.Graph,
    *,
    order: str | Sequence[str] = "community",
    width: str = "weight",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw a network as a matrix: one cell for each pair, darker the more was recorded.

    White is no tie recorded; the diagonal is grey, an actor with itself. Rows and columns have
    the same order. With order="community" lines part the communities, numbered from the largest:
    in a network of opposition these are theatres, actors who fight each other more than others,
    and not alliances (`networks.find_communities`). Above seventy actors only those of the
    greatest strength are named. In a directed network rows point to columns.

    Parameters
    ----------
    G
        As in `plot_network`.
    order
        "community" (inside it by strength), "strength", or a list of all actors.
    width
        The attribute of the ties that is shown: "weight", "n_events", "fatalities", ...
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.pcolormesh`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    EmptySelectionError, OptionError
        No actors; an unknown order, attribute or actor; a list that leaves actors out.

    Examples
    --------
    >>> import toolkit as ct
    >>> G = ct.actor_network(ct.count_dyads(ct.load_sample("ged")))
    >>> ax = plot_network_matrix(G, order="strength")
    >>> ax.get_yticklabels()[0].get_text()
    'Government of Karvenia'
    """
    check_graph(G)
    need_actors(G)
    names, groups = _order(G, order)
    n = len(names)
    side = float(np.clip(0.16 * n, 2.4, 7.5))
    beside = 0.3 + 0.062 * min(max(len(str(a)) for a in names), LONGEST_NAME)
    ax = style.make_axes(ax, (side + beside + 1.1, side + beside + 0.3))
    mesh = _draw_cells(ax, _matrix(G, names, width), kwargs)
    if groups is not None:
        _separate(ax, groups)
    left_out = _name_rows(ax, names, strength(G))
    ax.set(xlim=(0, n), ylim=(n, 0))
    ax.tick_params(length=0)
    style.clear_frame(ax, sides=())
    for spine in ax.spines.values():
        spine.set(color=style.BORDER, linewidth=0.5)
    if mesh is not None:
        style.colour_bar(ax, mesh, say_word(G, width))
    said = ["white: no tie recorded; grey: an actor with itself", *say_left_out(left_out)]
    if groups is not None:
        said[0] += "; numbers: communities"
    if G.is_directed():
        said[0] += "; rows point to columns"
    style.source_note(ax, style.record_of(G.graph), *said, beside=72 * (beside + 0.4))
    return ax


def _order(G: nx.Graph, order: str | Sequence[str]) -> tuple[list[str], list[object] | None]:
    """Return the actors in order and, by community, the community of each."""
    if not isinstance(order, str):
        names = list(order)
        check_actors(names, G, "order")
        if len(set(names)) < len(names) or len(names) < len(G):
            raise OptionError(
                f"order has {len(set(names))} of the {len(G)} actors, in {len(names)} places.",
                "each actor once.",
                'order="strength", or G.subgraph(names)',
            )
        return names, None
    check_option("order", order, ["community", "strength"])
    table = pd.DataFrame({"strength": strength(G).astype("Float64")}, list(G)).fillna(0)
    table["name"] = [str(a) for a in table.index]
    keys, up = ["strength", "name"], [False, True]
    if order == "strength" or not G.number_of_edges():
        return list(table.sort_values(keys, ascending=up).index), None
    table["community"] = find_communities(G)["community"]
    table = table.sort_values(["community", *keys], ascending=[True, *up])
    numbers = table["community"]
    return list(table.index), [None if pd.isna(n) else int(n) for n in numbers]


def _matrix(G: nx.Graph, names: list[str], width: str) -> np.ndarray:
    ties = read_ties(G, width)
    row = {a: i for i, a in enumerate(names)}
    values = np.full((len(names), len(names)), np.nan)
    for tie in ties.itertuples():
        values[row[tie.one], row[tie.two]] = tie.value
        if not G.is_directed():
            values[row[tie.two], row[tie.one]] = tie.value
    return values


def _draw_cells(ax: Axes, values: np.ndarray, kwargs: dict[str, Any]) -> Any:
    from matplotlib.collections import PatchCollection
    from matplotlib.colors import LogNorm
    from matplotlib.patches import Rectangle

    n = len(values)
    squares = [Rectangle((i, i), 1, 1) for i in range(n)]
    ax.add_collection(PatchCollection(squares, facecolor="#D9D9D9", linewidth=0, zorder=1))
    for side in range(n + 1) if n <= MOST_NAMED_ROWS else ():
        ax.axhline(side, color="#EEEEEE", linewidth=0.4, zorder=0.5)
        ax.axvline(side, color="#EEEEEE", linewidth=0.4, zorder=0.5)
    if np.isnan(values).all():
        return None
    norm = style.scale_counts(values)
    shown = np.ma.masked_invalid(np.maximum(values, 1) if isinstance(norm, LogNorm) else values)
    look = {"cmap": style.intensity(), "norm": norm, "zorder": 2, **kwargs}
    return ax.pcolormesh(np.arange(n + 1), np.arange(n + 1), shown, **look)


def _separate(ax: Axes, groups: list[object]) -> None:
    """Part the communities by lines and number them at the right, where there is room."""
    cuts = [i for i in range(1, len(groups)) if groups[i] != groups[i - 1]]
    look = 0.8 if len(groups) <= MOST_NAMED_ROWS else 0.4
    for cut in cuts:
        ax.axhline(cut, color=style.INK, linewidth=look, zorder=4)
        ax.axvline(cut, color=style.INK, linewidth=look, zorder=4)
    edges = [0, *cuts, len(groups)]
    if len(cuts):
        height = style.height_of(ax) / len(groups)
        for first, last in pairwise(edges):
            if (last - first) * height > 8 and groups[first] is not None:
                ax.annotate(
                    f"{groups[first]}", (len(groups), (first + last) / 2), (2, 0),
                    textcoords="offset points", ha="left", va="center", fontsize=NAME_SIZE,
                    color=style.PALE_INK, annotation_clip=False, gid="community",
                )  # fmt: skip


def _name_rows(ax: Axes, names: list[str], strengths: pd.Series) -> int:
    """Name rows and columns; of too many the strongest that fit. Return how many are left out."""
    n, shown = len(names), list(range(len(names)))
    if n > MOST_NAMED_ROWS:
        apart = int(np.ceil(1.25 * n / MOST_NAMED_ROWS))
        shown = []
        by_strength = strengths.reindex(names).fillna(0).to_numpy(float)
        for i in np.argsort(-by_strength, kind="stable").tolist():
            if all(abs(i - j) >= apart for j in shown):
                shown.append(i)
        shown.sort()
    text = [style.plain(names[i], width=LONGEST_NAME) for i in shown]
    spots = [i + 0.5 for i in shown]
    ax.set_yticks(spots, text, fontsize=NAME_SIZE)
    ax.set_xticks(spots, text, fontsize=NAME_SIZE, rotation=90)
    return n - len(shown)
