"""Timelines: whom one actor fought and stood beside, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option, did_you_mean
from toolkit.events import check_columns
from toolkit.panels import VALUES, period_word
from toolkit.plots import style
from toolkit.plots.panels import MOST_UNITS, estimate, when

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TIES = {"opposition": "against", "cooperation": "on the same side as"}
LONGEST_NAME = 34  # letters
MOST_WRITTEN = 12  # columns with numbers in their cells


def plot_actor_timeline(
    dyads: pd.DataFrame,
    actor: str,
    *,
    value: str = "n_events",
    most: int = 25,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw an actor's opponents (and partners) over time: a row for each, a column per period.

    Darker is more. White is covered and none recorded, which is not peace; hatched is not
    covered; a period that the data cover in part has a star. An opponent counts from its first
    event in the data: that a row is white before says neither that it existed nor that it did
    not. Rows of the same side are co-listing, no proof of an alliance. An event with several
    opponents stands in the row of each, so that columns are no totals.

    Parameters
    ----------
    dyads
        What `count_dyads` returns; with tie="both" partners stand below the opponents.
    actor
        A name in it.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high".
    most
        Rows drawn for each kind of tie, those with most; how many are left out is written below.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.pcolormesh`.

    Returns
    -------
    matplotlib.axes.Axes
        Rows in the order of the first period, then of the total.

    Raises
    ------
    OptionError
        No dyad has this actor (the message has the nearest names), unknown value, most below 1.
    ColumnError, EmptySelectionError
        No dyads; columns missing.

    Examples
    --------
    >>> import toolkit as ct
    >>> dyads = ct.count_dyads(ct.load_sample("ged"))
    >>> ax = plot_actor_timeline(dyads, "Lantern Movement")
    >>> ax.get_yticklabels()[0].get_text()
    'Government of Karvenia'
    """
    rows = _find_rows(dyads, actor, value, most)
    periods = pd.period_range(dyads["period"].min(), dyads["period"].max(), name="period")
    table, left_out = _arrange(rows, value, most)
    names = table.index.get_level_values("other")
    beside = 0.3 + 0.068 * min(max(map(len, names)), LONGEST_NAME)
    wide = float(np.clip(0.5 * len(periods), 2.4, 6.5))
    ax = style.make_axes(ax, (wide + beside + 0.9, 1.35 + 0.21 * (len(table) + 2)))
    values = table.reindex(columns=periods)
    spots = _place_rows(values)
    parts = [style.covered_part(p, dyads) for p in periods]
    mesh = _draw_cells(ax, values, spots, parts, kwargs)
    _name_axes(ax, values, spots, parts)
    if mesh is not None:
        style.colour_bar(ax, mesh, VALUES[value] + estimate(value, dyads))
    ax.set_title(style.plain(actor), loc="left", fontsize=style.SMALL, color=style.INK,
                 fontweight="bold")  # fmt: skip
    style.source_note(ax, dyads, *_explain(parts, left_out), beside=72 * (beside + 0.7))
    return ax


def _find_rows(dyads: pd.DataFrame, actor: str, value: str, most: int) -> pd.DataFrame:
    """Return the dyads of an actor, with the other one as a column."""
    check_option("value", value, VALUES)
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise OptionError(
            f"most={most!r} is not possible.", "whole numbers from 1.", f"most={MOST_UNITS}"
        )
    style.need_rows(dyads, "dyads")
    check_columns(dyads, ["actor1", "actor2", "period", value])
    first, second = dyads["actor1"].eq(actor), dyads["actor2"].eq(actor)
    if not (first | second).any():
        raise OptionError(
            f"No dyad has the actor {actor!r}.",
            did_you_mean(actor, sorted({*dyads["actor1"], *dyads["actor2"]})),
            "sorted({*dyads['actor1'], *dyads['actor2']}), and a name from there",
        )
    rows = dyads[(first | second) & (dyads["actor1"] != dyads["actor2"])]
    other = rows["actor2"].where(rows["actor1"].eq(actor), rows["actor1"])
    kind = rows["tie"] if "tie" in rows else pd.Series("opposition", rows.index)
    style.need_rows(rows, "dyads with another actor")
    return rows.assign(other=other.astype(str), tie=kind.astype(str))


def _arrange(rows: pd.DataFrame, value: str, most: int) -> tuple[pd.DataFrame, int]:
    """Return one row for each tie and other actor, opponents first, by first period and total."""
    numbers = rows.assign(value=rows[value].astype("Float64").astype(float))
    table = numbers.pivot_table(
        index=["tie", "other"], columns="period", values="value", aggfunc="sum"
    )
    keep = []
    for tie in sorted(set(rows["tie"]), key=lambda t: (list(TIES).index(t) if t in TIES else 9, t)):
        part = table.loc[[tie]]
        largest = part.sum(axis=1).sort_values(ascending=False, kind="stable").index[:most]
        part = part.loc[largest]
        begins = part.notna().to_numpy().argmax(axis=1)
        keep.append(part.iloc[np.lexsort((-part.sum(axis=1).to_numpy(), begins))])
    shown = pd.concat(keep)
    return shown, len(table) - len(shown)


def _place_rows(values: pd.DataFrame) -> np.ndarray:
    """Return the upper edge of each row; a gap for the heading of each kind of tie."""
    ties = values.index.get_level_values("tie")
    several = ties.nunique() > 1
    gaps = np.cumsum(np.r_[several, ties[1:] != ties[:-1]]) if several else np.zeros(len(values))
    return np.arange(len(values)) + 1.15 * gaps


def _draw_cells(
    ax: Axes, values: pd.DataFrame, spots: np.ndarray, parts: list[str], kwargs: dict[str, Any]
) -> Any:
    from matplotlib.patches import Rectangle

    numbers = values.to_numpy(float)
    norm = style.scale_counts(numbers)
    look = {"cmap": style.intensity(), "norm": norm, "edgecolors": "#D8D8D8", "linewidth": 0.4}
    mesh = None
    for row, top in zip(numbers, spots, strict=True):
        shown = np.ma.masked_where(~(row > 0), row)[None]
        mesh = ax.pcolormesh(
            np.arange(len(row) + 1), [top, top + 1], shown, zorder=2, **{**look, **kwargs}
        )
        for i, part in enumerate(parts):
            empty = {"facecolor": "white", "edgecolor": "#D8D8D8", "linewidth": 0.4}
            face = style.UNCOVERED if part == "none" and not row[i] > 0 else empty
            ax.add_patch(Rectangle((i, float(top)), 1, 1, zorder=1, **face))
        if len(row) <= MOST_WRITTEN and mesh is not None:
            _write_numbers(ax, row, float(top), mesh)
    return mesh


def _write_numbers(ax: Axes, row: np.ndarray, top: float, mesh: Any) -> None:
    for i, number in enumerate(row):
        if np.isfinite(number):
            shade = mesh.cmap(mesh.norm(number)) if number > 0 else (1, 1, 1, 1)
            dark = float(np.dot(shade[:3], [0.3, 0.59, 0.11])) < 0.55
            text = f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"
            ax.text(i + 0.5, top + 0.52, text, ha="center", va="center", fontsize=7, zorder=3,
                    color="white" if dark else style.INK)  # fmt: skip


def _name_axes(ax: Axes, values: pd.DataFrame, spots: np.ndarray, parts: list[str]) -> None:
    names = values.index.get_level_values("other")
    ax.set_yticks(spots + 0.5, [style.plain(n, width=LONGEST_NAME) for n in names], fontsize=7.5)
    n = len(parts)
    step = max(-(-n // 14), 1)
    marks = [f"{p}{'*' if part == 'part' else ''}" for p, part in zip(values, parts, strict=True)]
    ax.set_xticks(np.arange(n)[::step] + 0.5, marks[::step], fontsize=7.5)
    if max(map(len, marks)) > 5 and n > 6:
        ax.tick_params(axis="x", rotation=90)
    ax.tick_params(length=0)
    ties = values.index.get_level_values("tie")
    if ties.nunique() > 1:
        for tie in dict.fromkeys(ties):
            top = spots[list(ties).index(tie)]
            ax.annotate(
                TIES.get(tie, tie), (0, top), (0, 2.5), textcoords="offset points", ha="left",
                va="bottom", fontsize=7.5, fontweight="bold",
                color=style.COLOURS.get(tie, style.INK), annotation_clip=False,
            )  # fmt: skip
    first = -0.05 if ties.nunique() == 1 else 0
    ax.set(xlim=(0, n), ylim=(spots[-1] + 1.05, first))
    word = period_word(pd.PeriodIndex(values.columns))
    ax.set_xlabel(when(word), fontsize=style.SMALL, color=style.INK)
    style.clear_frame(ax, sides=("top", "right", "bottom", "left"))


def _explain(parts: list[str], left_out: int) -> list[str]:
    said = ["white: none recorded"]
    if "none" in parts:
        said[0] += "; hatched: not covered"
    if "unknown" in parts:
        said[0] += " (coverage not known)"
    if "part" in parts:
        said[0] += "; *: covered in part"
    if left_out:
        said.append(f"{left_out:,} actor{'' if left_out == 1 else 's'} with less left out")
    return said
