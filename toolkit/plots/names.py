"""Names of actors on a drawing: placed where they collide with nothing, or left out and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.plots import style
from toolkit.plots.picture import Picture, Scales

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONGEST_NAME = 26  # letters
ROOM_OF_NAME = 1900  # square points of the drawing for each name, unless all are asked for
NAME_SIZE = 7.5  # points
MARK = 3.0  # points, half the width of a mark on a tie
SIDES = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1),
         (0.5, 1), (-0.5, 1), (0.5, -1), (-0.5, -1)]  # fmt: skip


def find_ends(picture: Picture) -> np.ndarray:
    """Return the two ends of each tie: ties x 2 x 2."""
    spots = picture.actors[["x", "y"]]
    ends = [spots.loc[picture.ties[c]].to_numpy() for c in ("one", "two")]
    return np.stack(ends, axis=1)


def say_left_out(n: int) -> list[str]:
    """Say how many names found no room."""
    return [f"{n:,} name{'' if n == 1 else 's'} left out for want of room"] if n else []


def settle_layout(figure: Figure) -> None:
    """Let the layout come to rest, so that names can be measured against it."""
    for _ in range(2):
        figure.draw_without_rendering()


def write_names(
    ax: Axes, picture: Picture, scales: Scales, labels: Any, *, avoid: np.ndarray | None = None
) -> int:
    """Write names beside their dots where nothing is covered; return how many are left out.

    `avoid` are the places of other marks, n x 2, that no name may cover.
    """
    if labels is False:
        return 0
    actors = picture.actors
    wanted = list(actors.index) if isinstance(labels, (str, bool)) else list(labels)
    wanted = [a for a in wanted if a in actors.index]
    room = int(style.width_of(ax) * style.height_of(ax) / ROOM_OF_NAME)
    most = max(room, 8) if labels == "auto" else len(wanted)
    figure = ax.get_figure(root=True)
    assert figure is not None
    pixels = figure.dpi / 72
    spots = ax.transData.transform(actors[["x", "y"]].to_numpy())
    radii = np.sqrt(scales.areas(actors["size"])) / 2 * pixels
    dots = np.column_stack([spots - 0.8 * radii[:, None], spots + 0.8 * radii[:, None]])
    ends = ax.transData.transform(find_ends(picture).reshape(-1, 2)).reshape(-1, 4)
    taken = list(dots)
    if avoid is not None and len(avoid):
        marks = ax.transData.transform(avoid)
        taken += list(np.column_stack([marks - MARK * pixels, marks + MARK * pixels]))
    n_before = len(taken)
    frame = ax.bbox.extents + np.array([3, 3, -3, -3]) * pixels
    row = {a: i for i, a in enumerate(actors.index)}
    for actor in wanted[:most]:
        i = row[actor]
        text = _make_name(ax, actor, actors.loc[actor, ["x", "y"]].to_numpy(float))
        box = text.get_window_extent()
        size = np.array([box.width + 2 * pixels, box.height])
        offset = _find_spot(spots[i], radii[i] + 2.5 * pixels, size, np.array(taken), ends, frame)
        if offset is None:
            text.remove()
            continue
        text.set_position(tuple(offset / pixels))
        middle = spots[i] + offset
        taken.append(np.concatenate([middle - size / 2, middle + size / 2]))
    return len(wanted) - (len(taken) - n_before)


def _make_name(ax: Axes, actor: str, spot: np.ndarray) -> Any:
    from matplotlib.patheffects import withStroke

    return ax.annotate(
        style.plain(actor, width=LONGEST_NAME), tuple(spot), (0, 0), textcoords="offset points",
        ha="center", va="center", fontsize=NAME_SIZE, color=style.INK, zorder=5, gid="name",
        annotation_clip=False, path_effects=[withStroke(linewidth=1.8, foreground="white")],
    )  # fmt: skip


def _find_spot(
    spot: np.ndarray, away: float, size: np.ndarray, taken: np.ndarray, ends: np.ndarray,
    frame: Any,
) -> np.ndarray | None:  # fmt: skip
    """Return where a name stands beside its dot: free of all else, over the fewest lines."""
    best, least = None, np.inf
    for order, (x, y) in enumerate(SIDES):
        slant = 0.75 if abs(x * y) == 1 else 1.0
        offset = np.array([x, y]) * (slant * away + size / 2 * np.array([1, 0.85]))
        low, high = spot + offset - size / 2, spot + offset + size / 2
        if (low < frame[:2]).any() or (high > frame[2:]).any():
            continue
        covers = (low < taken[:, 2:]).all(1) & (taken[:, :2] < high).all(1)
        if covers.any():
            continue
        cost = _crossings(ends, low, high) + 0.2 * order
        if cost < least:
            best, least = offset, cost
    return best


def _crossings(ends: np.ndarray, low: np.ndarray, high: np.ndarray) -> int:
    """Count the lines that run through a box: the part of each inside all four sides."""
    if not len(ends):
        return 0
    start, along = ends[:, :2], ends[:, 2:] - ends[:, :2]
    along = np.where(np.abs(along) < 1e-9, 1e-9, along)
    one, two = (low - start) / along, (high - start) / along
    enter = np.maximum(np.minimum(one, two).max(1), 0)
    leave = np.minimum(np.maximum(one, two).min(1), 1)
    return int((enter < leave).sum())
