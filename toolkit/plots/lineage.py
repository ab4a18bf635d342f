"""Lineage over time: which organisation became which, when, and where no date is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.actors.lineage import find_kin
from toolkit.errors import EmptySelectionError, OptionError
from toolkit.plots import style
from toolkit.provenance import source_line

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

ENDS = ("rename", "merger", "regime")  # the earlier organisation is not one of its own afterwards
BEGINS = ("rename", "split", "regime")  # the later one begins with the link
SPELLINGS = ("alias",)
LONGEST_NAME = 36  # letters
SLOT = 0.022  # share of the width of the time axis between two links without a date


def plot_lineage(
    lineage: nx.MultiDiGraph,
    *,
    actor: str | None = None,
    steps: int = 2,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw a lineage over time: a line for each organisation, an arrow for each link between two.

    An arrow runs from the earlier organisation to the later one (rename, merger), from the
    parent to the splinter (split), from the member to the front or operations room (umbrella), at
    the date that the table gives. Dates known only to the month or year stand on the day that the
    table has for them; links that would cover each other are moved a little to the right, and
    the note counts them. Links without a date are dashed, in a margin of their own: where they
    stand there means nothing. A line begins and ends where a link says so, and else runs on
    faintly: neither the founding nor the end of an organisation is recorded here. Spellings
    (aliases) are left out.

    Parameters
    ----------
    lineage
        What `make_lineage` returns.
    actor
        Draw only its kin; None draws all, which is long.
    steps
        How many links away the kin may be.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to the arrows (`matplotlib.patches.FancyArrowPatch`).

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        The name is not in the lineage (the message has the nearest), steps below 1.
    EmptySelectionError
        No link but spellings.

    Examples
    --------
    >>> import toolkit as ct
    >>> ax = plot_lineage(ct.make_lineage(ct.load_aliases("syria")), actor="HTS", steps=1)
    >>> "Jabhat Fateh al-Sham" in [label.get_text() for label in ax.get_yticklabels()]
    True
    """
    links = _read_links(lineage, actor, steps)
    rows = _order_rows(links)
    links = _place(links, rows)
    beside = 0.3 + 0.068 * min(max(map(len, rows)), LONGEST_NAME)
    ax = style.make_axes(ax, (beside + 5.4, 1.3 + 0.21 * len(rows)))
    first, last, margin = _span(links)
    _draw_names(ax, links, rows, first, last, margin)
    _draw_links(ax, links, kwargs)
    _name_axes(ax, rows, links, actor, (first, last, margin))
    record = style.record_of(lineage.graph)
    line = source_line(record)
    if line == "Source not recorded":
        line = "Source: named for each link in the lineage (find_kin lists them)"
    undated = int((links["date"] == "").sum())
    more = [f"{undated} of {len(links)} links have no date (dashed)"] if undated else []
    moved = int((links["x"] - links["day"] > 0.5).sum())
    if moved:
        word = "link" if moved == 1 else "links"
        more.append(f"{moved} {word} moved right of their date, to part them from others")
    more.append("lines: solid between first and last dated link, dotted where nothing is recorded")
    style.note(ax, line, *more, beside=72 * beside)
    return ax


def _read_links(lineage: nx.MultiDiGraph, actor: str | None, steps: int) -> pd.DataFrame:
    """Return the links that are no spellings, one for each pair, relation and date."""
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise OptionError(f"steps={steps!r} is not possible.", "whole numbers from 1.", "steps=2")
    if actor is not None:
        table = find_kin(lineage, actor, steps=steps)
    else:
        rows = [(a, b, d["relation"], d["date"]) for a, b, d in lineage.edges(data=True)]
        table = pd.DataFrame(rows, columns=["earlier", "later", "relation", "date"])
    table = table[~table["relation"].isin(SPELLINGS)]
    if table.empty:
        raise EmptySelectionError(
            "The lineage has no link to draw" + (f" for {actor!r}." if actor else "."),
            "renames, mergers, splits or umbrellas; spellings are not drawn.",
            "ct.find_kin(lineage, actor), to see the links",
        )
    table = table.drop_duplicates(["earlier", "later", "relation", "date"])
    # a link that is dated somewhere needs no dashed arrow besides
    pair = ["earlier", "later", "relation"]
    dated = table.groupby(pair)["date"].transform(lambda d: (d != "").any())
    table = table[(table["date"] != "") | ~dated]
    return table.sort_values(["date", "earlier", "later"], ignore_index=True)


def _order_rows(links: pd.DataFrame) -> list[str]:
    """Order the names so that arrows are short: from the order of dates, moved one by one."""
    names = list(dict.fromkeys([*links["earlier"], *links["later"]]))
    row = {a: i for i, a in enumerate(names)}
    ends = np.array([[row[a], row[b]] for a, b in zip(links["earlier"], links["later"],
                                                      strict=True)])  # fmt: skip
    order = np.arange(len(names))  # order[i] is the name in row i
    cost = _length(order, ends)
    for _ in range(12):
        before = cost
        for name in range(len(names)):
            rest = order[order != name]
            tries = [np.insert(rest, i, name) for i in range(len(names))]
            costs = [_length(t, ends) for t in tries]
            best = int(np.argmin(costs))
            if costs[best] < cost - 1e-9:
                order, cost = tries[best], costs[best]
        if cost >= before - 1e-9:
            break
    return [names[i] for i in order]


def _length(order: np.ndarray, ends: np.ndarray) -> float:
    place = np.argsort(order)
    return float(np.abs(place[ends[:, 0]] - place[ends[:, 1]]).sum())


def _place(links: pd.DataFrame, rows: list[str]) -> pd.DataFrame:
    """Return the links with their two rows and their x in days, links of one day side by side.

    Those of one day to the same later (or from the same earlier) organisation share a stem.
    """
    from matplotlib.dates import date2num

    row = {a: i for i, a in enumerate(rows)}
    links = links.assign(y1=links["earlier"].map(row), y2=links["later"].map(row))
    days = pd.to_datetime(links["date"].replace("", None), format="ISO8601")
    links["day"] = [np.nan if pd.isna(d) else date2num(d) for d in days]
    known = links["day"].dropna()
    reach = max(float(known.max() - known.min()), 365.0) if len(known) else 365.0
    links["x"] = links["day"]
    taken: list[tuple[float, float, float, tuple[str, str]]] = []
    for i, link in links[links["day"].notna()].iterrows():
        low, high = sorted((link["y1"], link["y2"]))
        stem = (link["relation"], link["later"])
        x = link["day"]
        while any(
            abs(x - t) < 0.011 * reach and a <= high and low <= b and not (s == stem and t == x)
            for t, a, b, s in taken
        ):
            x += 0.012 * reach
        taken.append((x, low, high, stem))
        links.loc[i, "x"] = x
    edge = (links["x"].max() if len(known) else 0.0) + 0.06 * reach
    taken_slots: list[list[tuple[float, float]]] = []
    for i, link in links[links["day"].isna()].iterrows():
        low, high = sorted((link["y1"], link["y2"]))
        fits = (n for n, s in enumerate(taken_slots) if all(high < a or low > b for a, b in s))
        slot = next(fits, len(taken_slots))
        if slot == len(taken_slots):
            taken_slots.append([])
        taken_slots[slot].append((low, high))
        links.loc[i, "x"] = edge + (slot + 0.5) * SLOT * reach
    return links


def _span(links: pd.DataFrame) -> tuple[float, float, float]:
    """Return first and last x of the time axis, and the end of the margin of links without date."""
    dated, undated = links[links["day"].notna()], links[links["day"].isna()]
    if dated.empty:
        return 0.0, 0.0, float(undated["x"].max() * 1.1)
    reach = max(float(dated["day"].max() - dated["day"].min()), 365.0)
    first, last = dated["x"].min() - 0.05 * reach, dated["x"].max() + 0.05 * reach
    end = undated["x"].max() + 0.03 * reach if len(undated) else last
    return float(first), float(last), float(max(end, last))


def _draw_names(
    ax: Axes, links: pd.DataFrame, rows: list[str], first: float, last: float, margin: float
) -> None:
    """Draw the line of each organisation: dark between its links, faint where nothing is said."""
    for y, name in enumerate(rows):
        own = links[links["day"].notna()]
        gone = own[(own["earlier"] == name) & own["relation"].isin(ENDS)]["x"]
        made = own[(own["later"] == name) & own["relation"].isin(BEGINS)]["x"]
        merged = own[(own["later"] == name) & (own["relation"] == "merger")]["x"]
        there = own[(own["earlier"] == name) | (own["later"] == name)]["x"]
        begin = made.min() if len(made) else (merged.min() if len(merged) else np.nan)
        begin = np.nan if len(there) and begin > there.min() else begin
        end = np.nan if not len(gone) or gone.max() < there.max() else gone.max()
        start, stop = (first if pd.isna(begin) else begin), (last if pd.isna(end) else end)
        ax.plot([first, margin], [y, y], color="#EDEDED", linewidth=0.6, zorder=1)
        if len(there):
            faint: dict[str, Any] = {"color": style.MISSING, "linewidth": 1.2, "zorder": 2}
            ax.plot([start, stop], [y, y], linestyle=(0, (1, 1.5)), **faint)
            ax.plot([max(there.min(), start), min(there.max(), stop)], [y, y], color=style.SLATE,
                    linewidth=1.8, solid_capstyle="butt", zorder=2)  # fmt: skip


def _draw_links(ax: Axes, links: pd.DataFrame, kwargs: dict[str, Any]) -> None:
    from matplotlib.patches import FancyArrowPatch

    for link in links.itertuples():
        colour = _colour(link.relation)
        known = pd.notna(link.day)
        look: dict[str, Any] = {
            "arrowstyle": "-|>", "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0, "zorder": 4,
            "linewidth": 1.1, "color": colour, "linestyle": "solid" if known else (0, (2.5, 1.5)),
            "gid": "link", **kwargs,
        }  # fmt: skip
        ax.add_patch(FancyArrowPatch((link.x, link.y1), (link.x, link.y2), **look))
        ax.plot([link.x], [link.y1], marker="o", markersize=3, color=colour, zorder=5)


def _colour(relation: str) -> str:
    return style.COLOURS.get(relation) or style.COLOURS.get(relation.split(",")[0], style.PALE_INK)


def _name_axes(
    ax: Axes,
    rows: list[str],
    links: pd.DataFrame,
    actor: str | None,
    ends: tuple[float, float, float],
) -> None:
    from matplotlib.dates import AutoDateLocator, num2date

    first, last, margin = ends
    ax.set_yticks(
        range(len(rows)), [style.plain(n, width=LONGEST_NAME) for n in rows], fontsize=7.5
    )
    for name, label in zip(rows, ax.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if name == actor else "normal")
    marks: list[tuple[float, str]] = []
    if last > first:
        years = [
            d for d in AutoDateLocator(minticks=3, maxticks=9).tick_values(
                num2date(first), num2date(last)
            ) if first <= d <= last
        ]  # fmt: skip
        yearly = all(num2date(d).timetuple().tm_yday == 1 for d in years)
        marks = [(float(d), f"{num2date(d):{'%Y' if yearly else '%b %Y'}}") for d in years]
    undated = links[links["day"].isna()]
    if len(undated):
        middle = (undated["x"].min() + undated["x"].max()) / 2
        gap = 0.1 * (margin - first)
        marks = [m for m in marks if abs(m[0] - middle) > gap] + [(middle, "no date")]
        ax.axvspan(
            (last + undated["x"].min()) / 2 if last else 0, margin, color=style.LAND, zorder=0
        )
    ax.set_xticks([m[0] for m in marks], [m[1] for m in marks], fontsize=7.5)
    ax.set(xlim=(first, margin), ylim=(len(rows) - 0.3, -0.7))
    ax.tick_params(axis="y", length=0)
    style.clear_frame(ax, sides=("top", "right", "left"))
    _label(ax, links)


def _label(ax: Axes, links: pd.DataFrame) -> None:
    """Put the relations that are drawn into a legend above the axes."""
    for relation in sorted(set(links["relation"])):
        ax.plot([], [], color=_colour(relation), marker=">", markersize=4, linewidth=1.1,
                label=relation, markevery=[1])  # fmt: skip
    style.legend_above(ax)
