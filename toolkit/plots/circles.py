"""Events as circles on a map: area by deaths, faint where the place is imprecise; their legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.events import EVENT, GEO_PRECISIONS, check_columns
from toolkit.plots import style
from toolkit.plots.basemap import Boundaries, Ground, is_inside, make_ground
from toolkit.provenance import source_line

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

# From opaque to nearly transparent: what is known to the province is not a point.
ALPHAS = dict(zip(GEO_PRECISIONS, [0.75, 0.55, 0.38, 0.27, 0.19, 0.13, 0.08], strict=True))
ALPHAS[style.NOT_RECORDED] = 0.12
DEATHS = ("fatalities", "fatalities_low", "fatalities_high", "deaths_civilians")
WORDS = {
    "fatalities": "deaths", "fatalities_low": "deaths, low", "fatalities_high": "deaths, high",
    "deaths_civilians": "civilian deaths",
}  # fmt: skip
OTHERS = "other events, not counted"
OTHER = "#9A9A9A"  # events that the map is not about
NO_FRONT = "No front line: an event is not a capture, and its place is where it was recorded"
LONGEST_NAME = 27  # letters, in the legend


def size_word(size: str) -> str:
    """Return the word for what the circles are sized by."""
    return WORDS.get(size, size.replace("_", " "))


# ------------------------------------------------------------------------------------ points


def place_points(events: pd.DataFrame, size: str | None, colour: str | None) -> pd.DataFrame:
    """Return the events that have coordinates: place, date, size, colour, alpha; largest first."""
    check_columns(events, ["latitude", "longitude", *(c for c in (size, colour) if c)])
    on_earth = events["latitude"].abs().le(90) & events["longitude"].abs().le(180)
    kept = events[on_earth.fillna(False).astype(bool)]
    size_of = _sizes(kept[size], size) if size else pd.Series(1.0, kept.index)
    precision = kept.get("geo_precision", pd.Series(pd.NA, kept.index)).astype("object")
    level = precision.where(precision.notna(), style.NOT_RECORDED)
    points = pd.DataFrame({"x": kept["longitude"], "y": kept["latitude"]}, dtype=float)
    points = points.assign(size=size_of, level=level, alpha=level.map(ALPHAS).astype(float))
    points["date"] = kept.get("date_start", pd.Series(pd.NaT, kept.index))
    points["name"] = _names(kept[colour]) if colour else "event"
    points["colour"] = points["name"].map(_colours(events, colour))
    return points.sort_values("size", ascending=False, kind="stable")


def _sizes(column: pd.Series, name: str) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(column) or (column < 0).any():
        raise OptionError(
            f"size={name!r} does not hold numbers from 0 up.",
            ", ".join(repr(c) for c in DEATHS) + ", None.",
            "size='fatalities'",
        )
    return column.astype("Float64").fillna(0).astype(float)


def _names(column: pd.Series) -> pd.Series:
    return column.astype("object").where(column.notna(), style.NOT_RECORDED).astype("str")


def _colours(events: pd.DataFrame, colour: str | None) -> dict[str, str]:
    """Return the colours of all categories of a column, those not on the map included."""
    if colour is None:
        return {"event": style.COLOURS["state-based"]}
    names = order_names(events[colour])
    if len(names) > style.MOST_COLOURS:
        raise OptionError(
            f"{colour} has {len(names)} different values, too many for colours.",
            f"a column with up to {style.MOST_COLOURS}, or None.",
            "colour='violence_type', or filter the events first",
        )
    ordered = isinstance(events[colour].dtype, pd.CategoricalDtype) and events[colour].cat.ordered
    return style.ramp(names) if ordered else style.colours_of(names)


def order_names(column: pd.Series) -> list[str]:
    """Return the values of a column in the order of its categories, else of the alphabet."""
    values = list(dict.fromkeys(_names(column)))
    if isinstance(column.dtype, pd.CategoricalDtype):
        every = [*map(str, column.cat.categories), style.NOT_RECORDED]
        return every if column.cat.ordered else [n for n in every if n in values]
    return sorted(values)


def find_scale(points: pd.DataFrame, short: float, share: float = 0.1) -> float:
    """Return the square points of a size of 1: the largest circle takes a share of the map.

    `short` is the shorter side of the map in points.
    """
    most = max(points["size"].max(), 1)
    return float(np.clip((share * short) ** 2 / most, 0.5, 14))


def draw_points(ax: Axes, points: pd.DataFrame, scale: float, kwargs: dict[str, Any]) -> None:
    """Draw events as circles, those of size 0 as small crosses."""
    from matplotlib.colors import to_rgba_array

    faces = to_rgba_array(points["colour"], points["alpha"])
    sized = points["size"].to_numpy() > 0
    for rows, shape in ((sized, "o"), (~sized, "x")):
        if rows.any():
            area = points["size"][rows] * scale if shape == "o" else np.full(rows.sum(), 5.0)
            line = np.where((area > 10) | (shape == "x"), 0.35, 0)
            colours: dict[str, Any] = {"color": faces[rows]}
            if shape == "o":  # a thin rim keeps the circles of a pile apart
                colours = {"facecolors": faces[rows], "edgecolors": (1, 1, 1, 0.6)}
            ax.scatter(
                points["x"][rows], points["y"][rows], s=area, marker=shape,
                **{"linewidths": line, "zorder": 3, **colours, **kwargs},
            )  # fmt: skip


def draw_others(ax: Axes, points: pd.DataFrame, scale: float) -> None:
    """Draw events that the map is not about in grey, under the others."""
    draw_points(ax, points.assign(colour=OTHER), scale, {"zorder": 2.5, "gid": "others"})


def place_events(
    events: pd.DataFrame,
    size: str | None,
    colour: str | None,
    boundaries: Boundaries,
    within: str | Sequence[str] | None,
    name: str,
) -> tuple[pd.DataFrame, Ground]:
    """Return the events inside the frame as points, and the ground that the frame cuts out."""
    style.need_rows(events, "events")
    points = place_points(events, size, colour)
    style.need_rows(points, "events with coordinates")
    ground = make_ground(boundaries, points[["x", "y"]].to_numpy(), within=within, name=name)
    inside = points[is_inside(ground.box, points)]
    style.need_rows(inside, "events inside the frame")
    return inside, ground


def place_others(
    around: pd.DataFrame | None, events: pd.DataFrame, size: str | None, ground: Ground
) -> pd.DataFrame:
    """Return the further events inside the frame that are not among the events."""
    if around is None:
        return place_points(events.head(0), size, None)
    check_columns(around, EVENT)
    known = pd.MultiIndex.from_frame(around[EVENT]).isin(pd.MultiIndex.from_frame(events[EVENT]))
    points = place_points(around[~known], size, None)
    return points[is_inside(ground.box, points)]


def count_of(n: int) -> str:
    """Say how many events."""
    return f"{n:,} event" if n == 1 else f"{n:,} events"


def say_left_out(events: pd.DataFrame, points: pd.DataFrame, size: str | None) -> list[str]:
    """Say which events have no coordinates, and which lie beyond the frame."""
    placed = place_points(events, size, None)
    nowhere, beyond = len(events) - len(placed), len(placed) - len(points)
    deaths = placed["size"].sum() - points["size"].sum()
    share = f" ({deaths:,.0f} {size_word(size)})" if size else ""
    said = [f"{count_of(nowhere)} without coordinates not shown" for _ in range(nowhere > 0)]
    return said + [
        f"{count_of(beyond)}{share} beyond the frame not shown" for _ in range(beyond > 0)
    ]


def say_others(around: pd.DataFrame | None, others: pd.DataFrame) -> list[str]:
    """Say where the events in grey come from."""
    if around is None or others.empty:
        return []
    return [f"In grey: {source_line(around).removeprefix('Source: ')}"]


# ------------------------------------------------------------------------------------ legend


def explain_points(
    points: pd.DataFrame,
    others: pd.DataFrame,
    scale: float,
    *,
    size: str | None,
    colour: str | None,
    names: Sequence[str],
    room: float = 420,
) -> list[Artist]:
    """Return the entries of the legend: colours, sizes, and how faint which precision is.

    `room` is the largest circle, in square points, that fits between two lines of it.
    """
    entries: list[Artist] = []
    shown = dict(zip(points["name"], points["colour"], strict=True))
    if colour:
        entries.append(heading(style.plain(colour.replace("_", " "))))
        named = [n for n in names if n in shown]
        entries += [dot(style.plain(n, width=LONGEST_NAME), shown[n], 0.85, 36) for n in named]
    if len(others):
        entries.append(dot(OTHERS, OTHER, 0.75, 36))
        points = pd.concat([points, others])
    if size and points["size"].gt(0).any():
        area = " (area)" if size == "fatalities" else ""
        entries.append(heading(size_word(size) + area))
        for number in _round_sizes(points["size"].max(), scale, room):
            entries.append(dot(f"{number:,}", "none", 1, number * scale))
    if points["size"].eq(0).any():
        entries.append(_cross("0 or missing"))
    levels = [n for n in ALPHAS if n in set(points["level"])]
    entries.append(heading("place known to"))
    return entries + [dot(n, style.INK, ALPHAS[n], 36) for n in levels]


def _round_sizes(most: float, scale: float, room: float) -> list[int]:
    """Return up to three round numbers whose circles can be seen and fit a legend."""
    steps = [10**k * m for k in range(6) for m in (1, 3)]
    fit = [n for n in steps if n <= max(most, 1) and n * scale <= room]
    return sorted(fit[::-1][:6:2]) or [1]


def draw_legend(ax: Axes, entries: list[Artist]) -> None:
    """Put the entries beside the map, in small type where it is low, with bold headings."""
    low = style.height_of(ax) < 15 * len(entries)
    look: dict[str, Any] = (
        {"fontsize": style.NOTE, "labelspacing": 0.2} if low else {"labelspacing": 0.65}
    )
    style.legend_right(ax, entries, **look)
    embolden(ax.get_legend(), entries)


def embolden(legend: Any, entries: Sequence[Artist]) -> None:
    """Write the headings of a legend in bold."""
    for entry, text in zip(entries, legend.get_texts(), strict=True):
        text.set_fontweight("bold" if entry.get_gid() == "heading" else "normal")


def heading(text: str) -> Artist:
    """Return an entry of a legend that is a heading."""
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", label=text, gid="heading")


def dot(label: str, colour: str, alpha: float, area: float) -> Artist:
    """Return an entry with a circle of so many square points; hollow for the colour "none"."""
    from matplotlib.colors import to_rgba
    from matplotlib.lines import Line2D

    face = colour if colour == "none" else to_rgba(colour, alpha)
    edge = style.INK if colour == "none" else "white"
    return Line2D(
        [], [], linestyle="", marker="o", markersize=np.sqrt(area), markerfacecolor=face,
        markeredgecolor=edge, markeredgewidth=0.5, label=label,
    )  # fmt: skip


def _cross(label: str) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], linestyle="", marker="x", markersize=3, markeredgewidth=0.6, color=style.INK,
        label=label,
    )  # fmt: skip
