"""A signed network: ties of opposition and of cooperation in one picture, and two camps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.networks.signs import check_signed
from toolkit.plots import style
from toolkit.plots.drawing import draw_network, finish
from toolkit.plots.layout import Positions, need_actors, network_positions
from toolkit.plots.legends import dot, explain, heading
from toolkit.plots.names import find_ends
from toolkit.plots.picture import Picture, check_labels, make_scales, read_picture

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

KINDS = {1: "cooperation", -1: "opposition"}
# apart in print too; dashes longer than those of a number that is not recorded
LOOKS: dict[str, Any] = {"cooperation": "solid", "opposition": (0, (4, 1.6))}
# far in lightness from each other and in hue from the ties (Okabe and Ito)
CAMPS = ["#333333", "#E69F00"]
ALONG = [0.5, 0.42, 0.58, 0.34, 0.66]  # where on a tie a mark may stand, the best place first
CLEAR = 0.05  # from the actors, in units of the layout
# how a pair with both kinds is signed: in the legend, and in the note
RULES = {
    "opposition": ("opposition", "signed as opposition"),
    "cooperation": ("cooperation", "signed as cooperation"),
    "stronger": ("the stronger", "signed as the kind with more events"),
    "leave_out": ("no tie", "without a tie"),
}


def plot_signed_network(
    S: nx.Graph,
    *,
    camps: Mapping[str, object] | pd.Series | None = None,
    positions: Positions | None = None,
    size: str | None = "strength",
    width: str | None = "weight",
    labels: str | bool | Sequence[str] = "auto",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw a signed network: cooperation as whole lines, opposition as dashed ones.

    A tie of cooperation says that two actors were recorded on one side of an event, which is no
    alliance by itself; a pair with both kinds has the sign that was chosen for it, which stands
    under the figure. With `camps`, actors have the colour of their camp, and the ties that do
    not fit are marked with a cross: opposition inside a camp, cooperation across. Camps are one
    best division of many that are as good; which is "one" and which "other" means nothing, and
    neither does where an actor stands.

    Parameters
    ----------
    S
        What `signed_network` returns: a network whose ties have `sign` 1 or -1. The rule for
        pairs with both kinds of ties is read from `S.graph["both"]`.
    camps
        A camp for each actor, at most two different ones: the `partition` of a frustration index.
        Actors without one are grey, and their ties unmarked.
    positions, size, width, labels
        As in `plot_network`. Where ties have no `weight`, all have one width.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.scatter`, which draws the dots.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        A tie without a sign of 1 or -1; camps that are no dict or Series, more than two, or none
        for any actor; as in `plot_network`.
    DirectionError
        A directed network.
    EmptySelectionError
        The network has no actors.

    Examples
    --------
    >>> import networkx as nx
    >>> S = nx.Graph()
    >>> S.add_edge("Ithvar Front", "Ember Brigades", sign=1, weight=4)
    >>> S.add_edge("Ithvar Front", "Northern Army", sign=-1, weight=9)
    >>> ax = plot_signed_network(S, camps={a: a == "Northern Army" for a in S})
    >>> [text.get_text() for text in ax.get_legend().get_texts()][-3:]
    ['camp', 'one (2 actors)', 'other (1 actor)']
    """
    check_signed(S)
    need_actors(S)
    check_labels(labels, S)
    plain = _name_kinds(S)
    groups = None if camps is None else _read_camps(S, camps)
    where = network_positions(plain) if positions is None else positions
    (picture,) = read_picture([plain], where, groups, size, width)
    if groups is not None:
        picture = _colour_camps(picture)
    ax = style.make_axes(ax, (7.2, 5.4) if len(S) < 60 else (9.5, 7.6))
    scales = make_scales([picture], min(style.width_of(ax), style.height_of(ax)) - 30)
    draw_network(ax, picture, scales, looks=LOOKS, **kwargs)
    against = _find_against(picture) if groups is not None else picture.ties[:0]
    marks = _mark(ax, picture, against)
    entries = explain([picture], scales, None, looks=LOOKS)
    entries += [*_explain_rule(S), *_explain_camps(picture, against)]
    finish(ax, S, picture, scales, labels, entries, *_say_rule(S), avoid=marks)
    return ax


def _name_kinds(S: nx.Graph) -> nx.Graph:
    """Return the network with the kind of each tie by its sign."""
    plain = S.copy()
    for *_, data in plain.edges(data=True):
        data["tie"] = KINDS[data["sign"]]
    return plain


def _read_camps(S: nx.Graph, camps: Mapping[str, object] | pd.Series) -> dict[str, str]:
    """Return "one" or "other" for each actor that has a camp."""
    if not isinstance(camps, Mapping | pd.Series):
        raise OptionError(
            f"camps is a {type(camps).__name__}, which says no camp of an actor.",
            "a dict of actor and camp, or a Series with the actors as index.",
            "camps=ct.networks.frustration_index(S).partition",
        )
    found = {a: c for a, c in dict(camps).items() if a in S and not pd.isna(c)}
    kinds = sorted(set(found.values()), key=str)
    if not 1 <= len(kinds) <= 2:
        wrong = f"{len(kinds)} different ones" if kinds else "none for any actor of the network"
        raise OptionError(
            f"camps has {wrong}.",
            "one or two camps, by names as they stand in the network.",
            "camps=None, or a dict of actor and 0 or 1",
        )
    return {a: ["one", "other"][kinds.index(c)] for a, c in found.items()}


def _colour_camps(picture: Picture) -> Picture:
    palette = {**dict(zip(["one", "other"], CAMPS, strict=True)), style.NOT_RECORDED: style.MISSING}
    actors = picture.actors.assign(colour=picture.actors["group"].map(palette))
    return replace(picture, actors=actors)


def _find_against(picture: Picture) -> pd.DataFrame:
    """Return the ties that do not fit the camps."""
    camp = picture.actors["group"]
    one, two = (picture.ties[end].map(camp).to_numpy() for end in ("one", "two"))
    known = (one != style.NOT_RECORDED) & (two != style.NOT_RECORDED)
    return picture.ties[known & ((one == two) == picture.ties["kind"].eq("opposition").to_numpy())]


def _mark(ax: Axes, picture: Picture, against: pd.DataFrame) -> np.ndarray:
    """Put a cross on ties, and return where: in the middle, unless an actor stands there."""
    ends = find_ends(replace(picture, ties=against))
    actors = picture.actors[["x", "y"]].to_numpy()
    spots = np.empty((len(ends), 2))
    for i, (one, two) in enumerate(ends):
        tried = one + np.outer(ALONG, two - one)
        clear = np.hypot(*(tried[:, None] - actors).transpose(2, 0, 1)).min(axis=1)
        spots[i] = tried[np.minimum(clear, CLEAR).argmax()]
    if len(spots):
        ax.plot(*spots.T, "x", color="white", ms=6.5, mew=3.4, zorder=2.5)
        ax.plot(*spots.T, "x", color=style.INK, ms=6, mew=1.5, zorder=2.6, gid="against")
    return spots


def _explain_rule(S: nx.Graph) -> list[Artist]:
    from matplotlib.lines import Line2D

    rule = RULES.get(str(S.graph.get("both")), ("not recorded", ""))[0]
    return [Line2D([], [], linestyle="", label=f"pair with both: {rule}")]


def _explain_camps(picture: Picture, against: pd.DataFrame) -> list[Artist]:
    from matplotlib.lines import Line2D

    if "" in set(picture.actors["group"]):
        return []
    entries: list[Artist] = []
    if len(against):
        label = f"does not fit the camps ({len(against):,})"
        look: dict[str, Any] = {"marker": "x", "ms": 6, "mew": 1.5, "color": style.INK}
        entries.append(Line2D([], [], linestyle="", label=label, **look))
    entries.append(heading("camp"))
    counts = picture.actors["group"].value_counts()
    for name, colour in zip(["one", "other", style.NOT_RECORDED], [*CAMPS, style.MISSING],
                            strict=True):  # fmt: skip
        if name in counts:
            label = "in none" if name == style.NOT_RECORDED else name
            n = counts[name]
            entries.append(dot(f"{label} ({n:,} actor{'' if n == 1 else 's'})", 36, colour))
    return entries


def _say_rule(S: nx.Graph) -> list[str]:
    """Say how a pair with both kinds of ties was signed, and what cooperation rests on."""
    facts = S.graph
    rule = RULES.get(str(facts.get("both")), ("", "how they were signed is not recorded"))[1]
    n = f" ({int(facts['n_both']):,})" if "n_both" in facts else ""
    lines = [f"Pairs with both kinds of ties{n}: {rule}"]
    if facts.get("both") == "stronger" and int(facts.get("n_left_out", 0)):
        lines[0] += f", {int(facts['n_left_out']):,} with as many of each without a tie"
    said = {
        "co-listing": "Cooperation is co-listing in events, which proves no alliance",
        "acts": "Cooperation is acts that the provider classes so, which proves no alliance",
    }.get(facts.get("cooperation", ""))
    return [*lines, said] if said else lines
