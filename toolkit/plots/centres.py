"""The centres of a campaign on a map, period by period, with their spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import ColumnError
from toolkit.events import check_columns
from toolkit.plots import style
from toolkit.plots.basemap import (
    KM_PER_DEGREE,
    Boundaries,
    draw_ground,
    figure_size,
    make_ground,
    narrowing,
)
from toolkit.plots.circles import NO_FRONT, OTHER, draw_legend, heading
from toolkit.plots.steps import first_day

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

BESIDE = 1.9  # inches, the list of periods
SPREAD = 0.07  # how opaque


def plot_centres(
    centres: pd.DataFrame,
    *,
    boundaries: Boundaries = None,
    within: str | Sequence[str] | None = None,
    labels: str | None = None,
    towns: pd.DataFrame | None = None,
    name: str = "name",
    ax: Axes | None = None,
) -> Axes:
    """Draw the centre of each period on a map, joined in the order of time, with its spread.

    A centre is the place with the smallest distances to all events of its period; half of them
    lie inside the circle. The line joins centres and follows no road; it is dashed over periods
    without a centre. Where the circles overlap the centre may have moved by chance alone:
    `spatial.describe_advance` tests a movement. It is no front line.

    Parameters
    ----------
    centres
        What `spatial.find_centres` returns.
    boundaries, within, labels, towns, name
        As in `plot_events_map`.
    ax
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ColumnError
        The table is not one of centres.
    EmptySelectionError
        No period has a centre.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), actors="Lantern Movement", start="2013-04-01", end="2014-02-28"
    ... )
    >>> centres = spatial.find_centres(events, period="quarter")
    >>> ax = plot_centres(centres, boundaries=ct.load_boundaries("sample-boundaries"))
    >>> [t.get_text() for t in ax.get_legend().get_texts()][1:-1]
    ['1   2013Q2', '2   2013Q3', '3   2013Q4', '4   2014Q1']
    """
    check_columns(centres, ["period", "latitude", "longitude", "spread_km"])
    if not isinstance(centres["period"].dtype, pd.PeriodDtype):
        raise ColumnError(
            f"period holds {centres['period'].dtype}, not periods.",
            "what spatial.find_centres returns.",
            'spatial.find_centres(events, period="month")',
        )
    known = centres[centres["latitude"].notna()].sort_values("period", ignore_index=True)
    style.need_rows(known, "centres")
    where = known[["longitude", "latitude"]].to_numpy(float)
    ground = make_ground(boundaries, _reach(known), within=within, name=name)
    ax = style.make_axes(ax, figure_size(ground.box, BESIDE))
    draw_ground(ax, ground, where, labels=labels, towns=towns)
    _draw_spreads(ax, known, narrowing(ground.box))
    _join_centres(ax, known, where)
    _write_numbers(ax, known)
    _list_periods(ax, known)
    empty = len(centres) - len(known)
    said = [f"Periods without a usable event, and so without a centre: {empty}"] if empty else []
    style.source_note(
        ax, centres, *said, "Joined in the order of time. " + NO_FRONT, beside=72 * BESIDE
    )
    return ax


def _reach(centres: pd.DataFrame) -> np.ndarray:
    """Return the corners of the boxes around the spreads."""
    up = centres["spread_km"].to_numpy(float) / KM_PER_DEGREE
    across = up / np.maximum(np.cos(np.radians(centres["latitude"].to_numpy(float))), 0.05)
    middle = centres[["longitude", "latitude"]].to_numpy(float)
    radii = np.column_stack([across, up])
    return np.vstack([middle - radii, middle + radii])


def _draw_spreads(ax: Axes, centres: pd.DataFrame, narrow: float) -> None:
    from matplotlib.patches import Ellipse

    for row in centres.itertuples():
        high = 2 * row.spread_km / KM_PER_DEGREE
        ax.add_patch(Ellipse(
            (row.longitude, row.latitude), high / narrow, high, facecolor=(*_rgb(OTHER), SPREAD),
            edgecolor=OTHER, linewidth=0.7, zorder=2.5, gid="spread",
        ))  # fmt: skip


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def _join_centres(ax: Axes, centres: pd.DataFrame, where: np.ndarray) -> None:
    """Draw an arrow from each centre to the next, dashed where a period lies in between."""
    ordinals = pd.PeriodIndex(centres["period"]).asi8
    for i in range(len(where) - 1):
        if (where[i] == where[i + 1]).all():
            continue
        gap = ordinals[i + 1] - ordinals[i] > 1
        ax.annotate(
            "", tuple(where[i + 1]), tuple(where[i]), zorder=4, gid="dashed" if gap else "solid",
            arrowprops={"arrowstyle": "-|>", "color": style.SLATE, "linewidth": 1, "shrinkA": 5,
                        "shrinkB": 7, "linestyle": (0, (3, 2)) if gap else "solid",
                        "mutation_scale": 8},
        )  # fmt: skip


def _write_numbers(ax: Axes, centres: pd.DataFrame) -> None:
    """Write the numbers of the periods on their centres, those of one place together."""
    numbers = pd.Series(range(1, len(centres) + 1)).astype("str")
    spots = [centres["longitude"], centres["latitude"]]
    for (x, y), here in numbers.groupby(spots, sort=False):
        ax.annotate(
            ", ".join(here), (x, y), ha="center", va="center", fontsize=6.5, color="white",
            zorder=5, gid="centre", fontweight="bold",
            bbox={"boxstyle": "round,pad=0.28", "facecolor": style.SLATE, "edgecolor": "white",
                  "linewidth": 0.6},
        )  # fmt: skip


def _list_periods(ax: Axes, centres: pd.DataFrame) -> None:
    """List beside the map which number is which period."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    look: dict[str, Any] = {"facecolor": (*_rgb(OTHER), SPREAD), "edgecolor": OTHER}
    entries: list[Artist] = [heading("centre (medoid) in")]
    for number, period in enumerate(centres["period"], start=1):
        entries.append(Line2D([], [], linestyle="", label=f"{number}   {first_day(period)}"))
    entries.append(Patch(label="half its events inside", linewidth=0.7, **look))
    draw_legend(ax, entries)
