"""The advance of a campaign: dates against the way along a route, and what the test says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError
from toolkit.events import check_columns
from toolkit.plots import style
from toolkit.plots.circles import ALPHAS, NO_FRONT, count_of, find_scale
from toolkit.plots.steps import say_p

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE = "#D55E00"  # what a test says, unlike anything recorded
NAME_HEIGHT = 9.0  # points from one name beside the axis to the next


def plot_advance(
    arrivals: pd.DataFrame,
    *,
    advance: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    along: str = "route_km",
    size: str = "fatalities",
    ax: Axes | None = None,
) -> Axes:
    """Draw a campaign along a route: dates against km, the first event of each place as steps.

    Each place is a horizontal line, at its km along the route. Its first event dated to the day
    is a diamond; the bar through it reaches over the days on which the first event may have
    happened, counting those known only to the week or the month. The steps join the diamonds in
    the order of the route: steps that go back in time are places reached before those on the way
    to them. A first event is an upper bound of arrival, and no capture.

    A line of speed is drawn only where the test says that there is movement along the route or
    against it; else the figure says that none was shown. The interval of the speed takes the
    finding for granted; few places have none. It is no map and no front line.

    Parameters
    ----------
    arrivals
        What `spatial.find_arrivals` returns for places with a way along a route.
    advance
        What `spatial.describe_advance` returns for the same events and places.
    events
        Events with the way along the route (`places.add_route`): circles by deaths, fainter the
        less precisely their place is known, with a line over the days between which they happened.
    along
        Column of `arrivals`, and of `events`, with the way in km.
    size
        Column of numbers that the area of a circle is proportional to; 0 is a small cross.
    ax
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ColumnError
        A column that is not there.
    OptionError
        A place without a way along the route, or a test of more than one row.
    EmptySelectionError
        No place has an event.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), actors="Lantern Movement", start="2013-04-01", end="2014-02-28"
    ... )
    >>> road = pd.DataFrame(
    ...     {"place": ["Othmenny", "Quendry", "Belizhar", "Moltharen", "Yarrickel"],
    ...      "latitude": [-26.29, -26.13, -26.69, -26.23, -25.77],
    ...      "longitude": [-20.05, -20.47, -20.80, -21.62, -22.47],
    ...      "route_km": [0, 46, 115, 213, 329]})
    >>> ax = plot_advance(
    ...     spatial.find_arrivals(events, road), advance=spatial.describe_advance(events, road)
    ... )
    >>> [t.get_text() for t in ax.texts if t.get_gid() == "finding"][0]
    'along the route: 1.5 km a day (95 % interval 1.48 to 1.51), p = 0.040'
    """
    places = _check_arrivals(arrivals, along)
    ax = style.make_axes(ax, (7.4, 4.2))
    left_out = _draw_route_events(ax, events, along, size) if events is not None else []
    _draw_arrivals(ax, places, along)
    if advance is not None:
        _draw_test(ax, places, advance, along)
    ax.set_xlabel("date", fontsize=style.SMALL, color=style.INK)
    ax.set_ylabel("km along the route", fontsize=style.SMALL, color=style.INK)
    reach = np.ptp(places[along])
    top = 0.08 if advance is None else 0.18  # room for a line of text
    ax.set_ylim(places[along].min() - 0.06 * reach, places[along].max() + top * reach)
    style.write_dates(ax)
    style.clear_frame(ax)
    _name_places(ax, places, along)
    style.legend_above(ax)
    style.source_note(ax, arrivals, *left_out, NO_FRONT)
    return ax


def _check_arrivals(arrivals: pd.DataFrame, along: str) -> pd.DataFrame:
    """Return the places in the order of the route, or say what is wrong with them."""
    check_columns(arrivals, ["place", "date", "earliest", "latest", "n_events", along])
    style.need_rows(arrivals, "places")
    if not pd.api.types.is_numeric_dtype(arrivals[along]) or arrivals[along].isna().any():
        raise OptionError(
            f"{along} is not a number for every place.",
            "the way along the route in km.",
            "spatial.find_arrivals(events, ct.places.make_route(towns))",
        )
    if arrivals["earliest"].isna().all():
        raise EmptySelectionError(
            "No place has an event.", "at least one.", "a larger km in find_arrivals"
        )
    return arrivals.sort_values(along, ignore_index=True)


def _draw_arrivals(ax: Axes, places: pd.DataFrame, along: str) -> None:
    """Draw the line of each place, the days of its first event, and the steps between them."""
    for km in places[along]:
        ax.axhline(km, color="#E2E2E2", linewidth=0.6, zorder=0.5)
    spans = places[places["earliest"].notna()]
    for i, place in enumerate(spans.itertuples()):
        ax.plot(
            [place.earliest, place.latest], [getattr(place, along)] * 2, color=style.INK,
            linewidth=4, alpha=0.35, solid_capstyle="butt", zorder=3.2, gid="imprecise",
            label="days on which the first may have been" if i == 0 else None,
        )  # fmt: skip
    dated = places[places["date"].notna()]
    ax.plot(
        dated["date"], dated[along], drawstyle="steps-post", color=style.INK, linewidth=0.9,
        marker="D", ms=4.5, mfc="white", mec=style.INK, mew=1, zorder=4, gid="first",
        label="first event dated to the day",
    )  # fmt: skip


def _draw_route_events(ax: Axes, events: pd.DataFrame, along: str, size: str) -> list[str]:
    """Draw the events on the route, and return what is said of those that are not."""
    from matplotlib.colors import to_rgba_array

    check_columns(events, [along, "date_start", "date_end", "geo_precision", size])
    near = events[events[along].notna() & events["date_start"].notna()]
    level = near["geo_precision"].astype("object").fillna(style.NOT_RECORDED)
    faces: Any = to_rgba_array(
        [style.SLATE] * len(near), level.map(ALPHAS).astype(float).to_numpy()
    )
    number = near[size].astype("Float64").fillna(0).to_numpy(float)
    days = near["date_end"].fillna(near["date_start"])
    ax.hlines(
        near[along], near["date_start"], days, colors=faces, linewidth=1.2, zorder=2, gid="spans"
    )
    scale = find_scale(pd.DataFrame({"size": number}), style.height_of(ax), 0.07)
    some = number > 0
    middle = near["date_start"] + (days - near["date_start"]) / 2
    ax.scatter(
        middle[some], near[along][some], s=number[some] * scale, c=faces[some], linewidths=0.35,
        edgecolors=(1, 1, 1, 0.6), zorder=2.5, label="event, area by deaths", gid="events",
    )  # fmt: skip
    if not some.all():
        ax.scatter(
            middle[~some], near[along][~some], s=7, marker="x", c=faces[~some], linewidths=0.6,
            zorder=2.5, label="event, 0 or missing", gid="events",
        )  # fmt: skip
    off = len(events) - len(near)
    return [f"{count_of(off)} off the route or without a date not shown"] if off else []


def _draw_test(ax: Axes, places: pd.DataFrame, advance: pd.DataFrame, along: str) -> None:
    """Write what the test says, with the line of speed where it says that there is movement."""
    check_columns(advance, ["finding", "p", "km_per_day", "km_per_day_low", "km_per_day_high"])
    if len(advance) != 1:
        raise OptionError(
            f"The test has {len(advance)} rows.", "one row.", "spatial.describe_advance(...)"
        )
    test = advance.iloc[0]
    ax.annotate(
        _say_test(test), (0, 1), (5, -3), xycoords="axes fraction", textcoords="offset points",
        va="top", fontsize=style.SMALL, color=style.INK, gid="finding",
    )  # fmt: skip
    if test["finding"] == "no movement" or pd.isna(test["km_per_day"]):
        return
    dated = places[places["date"].notna()]
    # Theil-Sen: the line of the median pace runs through the medians
    way = dated[along].to_numpy(float)
    ends = np.array([way.min(), way.max()])
    days = pd.to_timedelta((ends - np.median(way)) / test["km_per_day"], unit="D")
    label = "median speed, where movement is shown"
    ax.plot(dated["date"].median() + days, ends, color=LINE, linewidth=1.6, zorder=3.5,
            linestyle=(0, (5, 2)), label=label, gid="speed")  # fmt: skip


def _say_test(test: pd.Series) -> str:
    p = say_p(float(test["p"]))
    if test["finding"] == "no movement":
        return f"no movement shown, {p}"
    if pd.isna(test["km_per_day"]):
        return f"{test['finding']}, its speed not known, {p}"
    ends = test[["km_per_day_low", "km_per_day_high"]].astype(float)
    if test["km_per_day"] < 0:  # against the route: the words say so, not a sign
        ends = -ends[::-1]
    low, high = ("open" if np.isnan(end) else f"{end:.3g}" for end in ends)
    interval = "no interval" if ends.isna().all() else f"95 % interval {low} to {high}"
    return f"{test['finding']}: {abs(test['km_per_day']):.3g} km a day ({interval}), {p}"


def _name_places(ax: Axes, places: pd.DataFrame, along: str) -> None:
    """Write the places on the right at their km, pushed apart where they would overlap."""
    low, high = ax.get_ylim()
    gap = NAME_HEIGHT / style.height_of(ax) * (high - low) / 0.8
    spots = _push_apart(places[along].to_numpy(float), gap)
    edge = ax.get_xlim()[1]
    for place, km, spot in zip(places.itertuples(), places[along], spots, strict=True):
        none = place.n_events == 0
        text = style.plain(place.place, width=26) + (" (none recorded)" if none else "")
        ax.annotate(
            text, (1, km), (1.03, spot), xycoords=("axes fraction", "data"),
            textcoords=("axes fraction", "data"), va="center", fontsize=style.NOTE, gid="place",
            color=style.PALE_INK if none else style.INK, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": style.BORDER, "linewidth": 0.6, "shrinkA": 0,
                        "shrinkB": 0, "relpos": (0, 0.5)},
        )  # fmt: skip
    ax.set_xlim(right=edge)


def _push_apart(spots: np.ndarray, gap: float) -> np.ndarray:
    """Return ordered places with at least a gap between them, moved as little as can be.

    Examples
    --------
    >>> _push_apart(np.array([0.0, 1.0, 10.0]), 3.0)
    array([-1.,  2., 10.])
    """
    blocks: list[list[float]] = []  # of each block: the spots less their rank in it
    for spot in spots:
        blocks.append([spot])
        while len(blocks) > 1 and _start(blocks[-1]) < _start(blocks[-2]) + gap * len(blocks[-2]):
            last = blocks.pop()
            shift = gap * len(blocks[-1])
            blocks[-1] += [s - shift for s in last]
    return np.array([_start(b) + gap * i for b in blocks for i in range(len(b))])


def _start(block: Sequence[float]) -> float:
    return float(np.mean(block))
