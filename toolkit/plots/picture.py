"""A network before it is drawn: sizes, widths, groups, colours, and their scales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option, did_you_mean
from toolkit.networks.centrality import degree, strength
from toolkit.plots import style
from toolkit.plots.layout import Positions

if TYPE_CHECKING:
    import networkx as nx

Colour: TypeAlias = "Mapping[str, object] | pd.Series | str | None"
WIDEST = 6.0  # points, the line of the heaviest tie
THINNEST = 0.6
SMALLEST = 10.0  # square points, the dot of the smallest actor
WORDS = {
    "events": "events", "n_events": "events", "fatalities": "deaths",
    "fatalities_low": "deaths (low)", "fatalities_high": "deaths (high)", "periods": "periods",
}  # fmt: skip


@dataclass(frozen=True)
class Scales:
    """How numbers become areas and widths, the same in all panels of a figure."""

    area: float  # square points for each unit of size; 0: all actors alike
    width: float  # points for each square root of a unit of width; 0: all ties alike

    def areas(self, sizes: pd.Series) -> np.ndarray:
        """Return the areas of dots in square points."""
        if not self.area:
            return np.full(len(sizes), 4 * SMALLEST)
        return np.maximum(sizes.fillna(0).to_numpy(float) * self.area, SMALLEST)

    def widths(self, values: pd.Series) -> np.ndarray:
        """Return the widths of lines in points."""
        if not self.width:
            return np.full(len(values), 2 * THINNEST)
        return np.maximum(np.sqrt(values.fillna(0).to_numpy(float)) * self.width, THINNEST)


@dataclass(frozen=True)
class Picture:
    """One network, read: its actors with place, size and colour, and its ties."""

    actors: pd.DataFrame  # index: actor; x, y, size, group, colour
    ties: pd.DataFrame  # one, two, value, kind, both
    directed: bool
    loops: int
    words: tuple[str, str]  # what size and width count


def check_labels(labels: object, G: nx.Graph) -> None:
    """Say what is wrong with a choice of names to show."""
    if isinstance(labels, str):
        check_option("labels", labels, ["auto"])
    elif not isinstance(labels, bool):
        check_actors(labels, G, "labels")


def check_actors(names: Any, G: nx.Graph, option: str) -> None:
    """Raise for a name that is not in the network, with the nearest that are."""
    for name in names:
        if name not in G:
            raise OptionError(
                f"{option}: the network has no actor {name!r}.",
                did_you_mean(str(name), G),
                "sorted(G), and a name from there as it is written",
            )


def read_picture(
    graphs: list[nx.Graph], where: Positions, colour: Colour, size: str | None, width: str | None
) -> list[Picture]:
    """Return what is drawn of each network; colours are the same in all of them."""
    groups = [_groups(G, colour) for G in graphs]
    every = pd.concat(groups) if groups else pd.Series(dtype="object")
    palette = _palette(every, colour)
    words = (
        say_word(graphs[0], "weight" if size == "strength" else size),
        say_word(graphs[0], width),
    )
    pictures = []
    for G, group in zip(graphs, groups, strict=True):
        places = pd.DataFrame([_place(a, where) for a in G], list(G), ["x", "y"], dtype=float)
        actors = places.assign(size=_sizes(G, size), group=group, colour=group.map(palette))
        actors = actors.sort_values("size", ascending=False, kind="stable")
        ties = read_ties(G, width)
        loops = sum(u == v for u, v in G.edges)
        pictures.append(Picture(actors, ties, G.is_directed(), loops, words))
    return pictures


def _place(actor: str, where: Positions) -> tuple[float, float]:
    if actor not in where:
        raise OptionError(
            f"positions has no place for {actor!r}.",
            "a place for each actor of the network.",
            "positions=None, or network_positions(graphs) of all networks that are drawn",
        )
    return where[actor]


def say_word(G: nx.Graph, attribute: str | None) -> str:
    """Return the word for what a size or width counts."""
    name = str(G.graph.get("weight", "weight")) if attribute == "weight" else str(attribute)
    return "ties" if name == "degree" else WORDS.get(name, name.replace("_", " "))


def _sizes(G: nx.Graph, size: str | None) -> pd.Series:
    if size is None:
        return pd.Series(1.0, list(G))
    if size in ("strength", "degree"):
        return (strength if size == "strength" else degree)(G).astype("Float64").astype(float)
    known = {k for _, data in G.nodes(data=True) for k in data}
    check_option("size", size, ["strength", "degree", *sorted(known)])
    values = pd.Series({a: data.get(size) for a, data in G.nodes(data=True)})
    return _as_numbers(values, f"size={size!r}", "size='strength'")


def _as_numbers(values: pd.Series, what: str, fix: str) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    if (numbers.isna() & values.notna()).any() or (numbers < 0).any():
        raise OptionError(f"{what} does not hold numbers from 0 up.", "counts of something.", fix)
    return numbers


def read_ties(G: nx.Graph, width: str | None) -> pd.DataFrame:
    """Return the ties between two actors, the heaviest last, so that it is drawn on top."""
    known = {k for *_, data in G.edges(data=True) for k in data}
    if width not in (None, "weight") and G.number_of_edges():
        check_option("width", width, ["weight", *sorted(known)])
    default = 1 if width == "weight" and "weight" not in known else None
    kind = str(G.graph.get("tie", "tie"))
    rows = [
        (u, v, data.get(width, default) if width else 1, str(data.get("tie", kind)),
         G.is_directed() and G.has_edge(v, u))
        for u, v, data in G.edges(data=True) if u != v
    ]  # fmt: skip
    ties = pd.DataFrame(rows, columns=["one", "two", "value", "kind", "both"])
    ties["value"] = _as_numbers(ties["value"], f"width={width!r}", "width='weight'")
    return ties.sort_values("value", kind="stable", na_position="first", ignore_index=True)


def _groups(G: nx.Graph, colour: Colour) -> pd.Series:
    """Return the category of each actor as text, not recorded where it has none."""
    if colour is None:
        return pd.Series("", list(G), dtype="object")
    if isinstance(colour, str):
        known = sorted({k for _, data in G.nodes(data=True) for k in data})
        if len(G):
            _check_attribute(colour, known)
        found = {a: data.get(colour) for a, data in G.nodes(data=True)}
    else:
        table = colour.to_dict() if isinstance(colour, pd.Series) else dict(colour)
        found = {a: table.get(a) for a in G}
    text = {a: style.NOT_RECORDED if pd.isna(v) else str(v) for a, v in found.items()}
    return pd.Series(text, list(G), dtype="object")


def _check_attribute(colour: str, known: list[str]) -> None:
    if colour not in known:
        raise OptionError(
            f"colour={colour!r}: no actor has this attribute.",
            did_you_mean(colour, known),
            "colour=None, or a dict of actor and category",
        )


def _palette(groups: pd.Series, colour: Colour) -> dict[str, str]:
    if colour is None:
        return {"": style.SLATE}
    names = sorted(set(groups) - {style.NOT_RECORDED}, key=lambda n: (len(n), n))
    if not names and not isinstance(colour, str):
        raise OptionError(
            "colour has a category for none of the actors.",
            "names as they stand in the network: " + ", ".join(map(repr, groups.index[:3])) + ".",
            "colour=ct.networks.find_communities(G)['community']",
        )
    if len(names) > style.MOST_COLOURS:
        raise OptionError(
            f"colour has {len(names)} different values, too many for colours.",
            f"up to {style.MOST_COLOURS} categories, or None.",
            "colour=None, or a dict with fewer categories",
        )
    return {**style.colours_of(names), style.NOT_RECORDED: style.MISSING}


def make_scales(pictures: list[Picture], short: float, n: int = 0) -> Scales:
    """Return scales that the largest actor and the heaviest tie of all panels fit."""
    sizes = pd.concat([p.actors["size"] for p in pictures]).dropna()
    values = pd.concat([p.ties["value"] for p in pictures]).dropna()
    n = n or max(len(p.actors) for p in pictures)
    across = float(np.clip(0.9 * short / np.sqrt(n), 8, max(0.085 * short, 8)))
    widest = WIDEST if short > 250 and n < 100 else 0.65 * WIDEST
    area = across**2 / sizes.max() if sizes.nunique() > 1 else 0.0
    width = widest / np.sqrt(values.max()) if values.nunique() > 1 and values.max() > 0 else 0.0
    return Scales(float(area), float(width))
