"""Map of events: on boundaries, sized by deaths and faded by imprecision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.plots import style
from toolkit.plots.basemap import Boundaries, draw_ground, figure_size
from toolkit.plots.circles import (
    LONGEST_NAME,
    OTHERS,
    draw_legend,
    draw_others,
    draw_points,
    explain_points,
    find_scale,
    order_names,
    place_events,
    place_others,
    say_left_out,
    say_others,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_events_map(
    events: pd.DataFrame,
    *,
    boundaries: Boundaries = None,
    within: str | Sequence[str] | None = None,
    around: pd.DataFrame | None = None,
    size: str | None = "fatalities",
    colour: str | None = "violence_type",
    labels: str | None = None,
    towns: pd.DataFrame | None = None,
    name: str = "name",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw events on a map, their area by deaths, fainter the less precisely their place is known.

    Each circle is one event, at the point that the provider recorded. That is the centre of a
    province or country where nothing more is known: such events are faint, and piles of them in
    one spot are no hot spot. Places with nothing drawn on them had no event recorded, which is
    not peace. No front line can be read off the points. Events without coordinates, and those
    beyond the frame, are counted under the map.

    Parameters
    ----------
    events
        Event table.
    boundaries
        GeoJSON FeatureCollection as `load_boundaries` returns it, a GeoDataFrame, or the path of
        a GeoJSON file (degrees, WGS 84; Polygon and MultiPolygon). The map shows the areas that
        hold events.
    within
        Area, or areas, that the map is cut to; their neighbours are drawn paler. It chooses what
        is seen, not what is counted: events of the neighbours are drawn where they lie inside the
        frame. To choose events, `filter_events` first.
    around
        Further events, drawn grey inside the frame: what happened beside the events shown. Those
        that are in both tables are drawn once.
    size
        Column of numbers that the area of a circle is proportional to, or None for equal ones.
        Events with 0 or nothing recorded are small crosses.
    colour
        Column of categories, at most eight, or None for one colour.
    labels
        Property of the boundaries to write on the areas, e.g. "name", where there is room.
    towns
        Table of `place`, `latitude`, `longitude`: drawn as small squares, named where there is
        room.
    name
        Property of the boundaries that holds the names in `within`.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.scatter`.

    Returns
    -------
    matplotlib.axes.Axes
        Longitude and latitude in degrees, with the aspect of its middle latitude; the scale bar
        holds at that latitude.

    Raises
    ------
    OptionError
        A size that is no number, too many categories, boundaries that are no GeoJSON polygons, an
        area that is not in them.
    ColumnError
        A column that is not there.
    EmptySelectionError
        No events, or none with coordinates, or none inside the frame.
    MissingFileError
        The boundaries are not where they were looked for.

    Warns
    -----
    DataWarning
        No event lies inside the boundaries: swapped coordinates, or another country's.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.filter_events(ct.load_sample("ged"), start="2016-01-01", end="2016-06-30")
    >>> ax = ct.plot_events_map(events, boundaries=ct.load_boundaries("sample-boundaries"))
    >>> ax.get_legend().get_texts()[0].get_text()
    'violence type'
    """
    points, ground = place_events(events, size, colour, boundaries, within, name)
    others = place_others(around, events, size, ground)
    names = order_names(events[colour]) if colour else []
    said = [*names, "place known to", *(OTHERS for _ in others.index[:1])]
    beside = 0.7 + 0.066 * min(max(map(len, said)), LONGEST_NAME)
    ax = style.make_axes(ax, figure_size(ground.box, beside))
    crowd = pd.concat([points, others])[["x", "y"]].to_numpy()
    draw_ground(ax, ground, crowd, labels=labels, towns=towns)
    scale = find_scale(points, min(style.width_of(ax), style.height_of(ax)))
    draw_others(ax, others, scale)
    draw_points(ax, points, scale, kwargs)
    entries = explain_points(points, others, scale, size=size, colour=colour, names=names)
    draw_legend(ax, entries)
    left_out = say_left_out(events, points, size)
    style.source_note(ax, events, *say_others(around, others), *left_out, beside=72 * beside)
    return ax
