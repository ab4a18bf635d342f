"""Places known imprecisely: the piles on centroids shown, and spread over their area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from toolkit.errors import EmptySelectionError, OptionError, check_option, warn
from toolkit.events import check_columns
from toolkit.places.areas import Boundaries, read_areas
from toolkit.places.cells import cells_of
from toolkit.places.points import POINT, read_points
from toolkit.places.provinces import locate_points
from toolkit.provenance import add_step, read_record

RECORDED = "as recorded"
# what a later function would read off the recorded point, which the spread rows do not have
DERIVED = ("priogrid", "province", "border_km", "route_place")


def describe_places(
    events: pd.DataFrame, *, by: Sequence[str] | str = "geo_precision"
) -> pd.DataFrame:
    """Describe how precisely places are known, and how high events pile up on single points.

    An event known only to the province or the country is recorded on one point of it. On a map,
    in a cell or along a route such a pile looks like a hot spot and is none. Left out they are
    with `ct.filter_events(events, geo_precision="near")`; kept they need nothing; `spread_places`
    spreads them.

    Parameters
    ----------
    events
        Event table.
    by
        Column or columns to group by, e.g. ["country", "geo_precision"].

    Returns
    -------
    DataFrame
        One row per group in the order of its values: `n_events`, `fatalities`, `no_point` (events
        without coordinates), `n_points` (distinct ones), and of the point with most events
        `top_events`, `top_share` (of the group's events), `top_location`, `latitude`,
        `longitude`.

    Raises
    ------
    ColumnError
        A column that is not there.
    OptionError
        No column to group by; rows that are parts of events (`spread_places`).
    EmptySelectionError
        No events.

    Examples
    --------
    >>> import toolkit as ct
    >>> table = ct.places.describe_places(ct.load_sample("ged"))
    >>> table[["geo_precision", "n_events", "n_points", "top_share"]].round(2).tail(2)
      geo_precision  n_events  n_points  top_share
    4         wider       114         4        0.5
    5       country        59         2       0.98
    """
    by = [by] if isinstance(by, str) else list(by)
    if not by:
        raise OptionError("by=[] names no column.", "one column or more.", "by='geo_precision'")
    check_columns(events, [*by, *POINT])
    refuse_parts(events)
    if events.empty:
        raise EmptySelectionError(
            "There are no events.", "at least one row.", "len(events), and look at the filter"
        )
    rows = events[by].assign(
        **read_points(events),
        fatalities=events.get("fatalities", pd.Series(pd.NA, events.index, dtype="Int64")),
        location=events.get("location", pd.Series(pd.NA, events.index, dtype="str")),
    )
    groups = rows.groupby(by, dropna=False, observed=True)
    table = groups.agg(n_events=("fatalities", "size"), no_point=("latitude", _count_missing))
    table["fatalities"] = groups["fatalities"].sum(min_count=1).astype("Int64")
    piles = rows.dropna(subset=POINT).groupby([*by, *POINT], dropna=False, observed=True)
    tops = piles.agg(top_events=("fatalities", "size"), top_location=("location", "first"))
    tops = tops.reset_index().sort_values("top_events", ascending=False, kind="stable")
    table["n_points"] = tops.groupby(by, dropna=False, observed=True).size()
    table = table.join(tops.drop_duplicates(by).set_index(by))
    counts = ["n_points", "top_events"]
    table[counts] = table[counts].fillna(0).astype("int64")
    table["top_share"] = table["top_events"] / table["n_events"]
    order = ["n_events", "fatalities", "no_point", *counts, "top_share", "top_location", *POINT]
    described = f"places described by {', '.join(by)}"
    return add_step(table[order].reset_index(), read_record(events), described)


def refuse_parts(events: pd.DataFrame) -> None:
    """Raise where rows are parts of spread events, and each would count as a whole event."""
    for column, whole in (("spread", RECORDED), ("share", 1)):
        if column in events:
            parts = (events[column].notna() & events[column].ne(whole)).fillna(False)
            if parts.any():
                raise OptionError(
                    f"{int(parts.sum()):,} rows are parts of events that were spread over their "
                    f"area (column {column!r}): here each would count as a whole event.",
                    "events as they were recorded; parts only in ct.count_events(share='share').",
                    f"events[events[{column!r}] == {whole!r}]",
                )


def _count_missing(column: pd.Series) -> int:
    return int(column.isna().sum())


def spread_places(
    events: pd.DataFrame,
    boundaries: Boundaries,
    *,
    level: str = "admin1",
    method: str = "area",
    name: str = "name",
    country: str | None = None,
) -> pd.DataFrame:
    """Spread the events known only to a province, or only to a country, over its PRIO-GRID cells.

    Each such event becomes one row for each cell of its area, with a `share`; the shares of an
    event sum to 1, and `ct.count_events(..., share="share")` counts events and deaths in
    fractions. Its area is the one that holds the recorded point, so give provinces for
    level="admin1" and countries for level="country", and call it once for each.

    The result is an assumption spelled out, not knowledge: nobody recorded that a part of an
    event happened in a cell. It serves counts by cell and maps of expected counts; it is no
    ground for dating, for routes, or for the spread of uncertainty.

    Parameters
    ----------
    events
        Event table. Columns read off the recorded point (`priogrid`, `province`, ...) are added
        after spreading, not before.
    boundaries, name, country
        As for `add_provinces`. Features of one name are one area: name="country" makes countries
        of provinces that have such a property.
    level
        The `geo_precision` to spread: "admin2", "admin1" or "country". Other events stay as they
        are. "wider" is not offered: its area is in no boundaries.
    method
        "area": in proportion to the part of the area's surface in each cell, as if every square
        km were equally likely. "events": in proportion to the events of precision "exact" or
        "near" in the same area and cell, over all dates in the table; an area without any is
        spread by area, with a warning.

    Returns
    -------
    DataFrame
        The rows in their order under a new index, spread ones several times with the same
        `event_id`; `latitude` and `longitude` of a spread row are a point of the cell inside the
        area. Behind: `priogrid`, `share` (1 for what is not spread) and `spread` ("as recorded",
        "by area", "by events").

    Raises
    ------
    OptionError
        Unknown level or method; columns read off the recorded point are there already.
    EmptySelectionError
        No event has this precision.
    FileFormatError, ColumnError
        As for `add_provinces`.

    Warns
    -----
    DataWarning
        Events of that level outside every area (they stay as recorded), areas without precise
        events.

    Examples
    --------
    >>> import toolkit as ct
    >>> events, boundaries = ct.load_sample("ged"), ct.load_boundaries("sample-boundaries")
    >>> spread = ct.places.spread_places(events, boundaries, country="country")
    >>> len(events), len(spread), float(spread["share"].sum().round(6))
    (2316, 8343, 2316.0)
    """
    check_option("level", level, ["admin2", "admin1", "country"])
    check_option("method", method, ["area", "events"])
    check_columns(events, ["geo_precision"])
    _refuse_derived(events)
    areas = read_areas(boundaries, name=name, country=country)
    points = read_points(events).reset_index(drop=True)
    rows = points.assign(area=locate_points(areas, points)["area"], cell=cells_of(points))
    precision = events["geo_precision"].astype("str").reset_index(drop=True)
    chosen = precision.eq(level) & _unspread(events)
    _check_chosen(chosen, rows["area"], level)
    pieces = _pieces(areas, rows["area"][chosen].dropna().unique())
    pieces["basis"] = "by area"
    if method == "events":
        pieces = _weigh_by_events(pieces, rows[precision.isin(["exact", "near"])], areas)
    total = pieces.groupby("area")["weight"].transform("sum")
    pieces = pieces.assign(part=pieces["weight"] / total)[pieces["weight"] > 0]
    spread = rows.loc[chosen, ["area"]].rename_axis("row").reset_index().merge(pieces, on="area")
    result = _put_together(events, rows["cell"], spread)
    step = (
        f"{spread['row'].nunique():,} events of precision {level} spread over the cells of their "
        f'area {", ".join(sorted(set(spread["basis"])))}, to be counted with share="share"'
    )
    return add_step(result, read_record(events), step)


def _refuse_derived(events: pd.DataFrame) -> None:
    """Raise where columns speak of the recorded point that spread rows leave."""
    found = [c for c in DERIVED if c in events.columns]
    if found and "spread" not in events.columns:
        raise OptionError(
            f"The table has {', '.join(found)}, read off the points that are now spread.",
            "spreading first, and these columns after it.",
            f"ct.places.spread_places(events.drop(columns={found}), boundaries)",
        )


def _unspread(events: pd.DataFrame) -> pd.Series:
    if "spread" not in events:
        return pd.Series(True, index=range(len(events)))
    return events["spread"].eq(RECORDED).reset_index(drop=True)


def _check_chosen(chosen: pd.Series, area: pd.Series, level: str) -> None:
    if not chosen.any():
        raise EmptySelectionError(
            f"No event has the precision {level!r}.",
            "a precision that occurs in the table.",
            "ct.places.describe_places(events)",
        )
    lost = int((chosen & area.isna()).sum())
    if lost:
        warn(
            f"{lost:,} of {chosen.sum():,} events of precision {level} lie outside every area and "
            "stay on their point."
        )


def _pieces(areas: pd.DataFrame, wanted: np.ndarray) -> pd.DataFrame:
    """Return the pieces into which the cells cut these areas, with their surface as weight."""
    parts = [_cut(areas["shape"].iloc[int(n)]).assign(area=int(n)) for n in wanted]
    columns = ["area", "cell", *POINT, "weight"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _cut(area: shapely.Geometry) -> pd.DataFrame:
    """Return the pieces of one area: cell, a point inside, and surface (on any scale)."""
    west, south, east, north = np.floor(np.array(area.bounds) * 2) / 2
    steps = np.arange(west, east + 0.5, 0.5), np.arange(south, north + 0.5, 0.5)
    x, y = (corner.ravel() for corner in np.meshgrid(*steps))
    cuts = shapely.intersection(area, shapely.box(x, y, x + 0.5, y + 0.5))
    some = shapely.area(cuts) > 0  # the others touch the area along a line, or not at all
    x, y, cuts = x[some], y[some], cuts[some]
    inside = shapely.point_on_surface(cuts)
    # a square degree shrinks with the latitude
    shrunk = np.cos(np.radians(shapely.get_y(shapely.centroid(cuts))))
    return pd.DataFrame(
        {
            "cell": cells_of(pd.DataFrame({"latitude": y, "longitude": x})),
            "latitude": shapely.get_y(inside),
            "longitude": shapely.get_x(inside),
            "weight": shapely.area(cuts) * shrunk,
        }
    )


def _weigh_by_events(
    pieces: pd.DataFrame, precise: pd.DataFrame, areas: pd.DataFrame
) -> pd.DataFrame:
    """Weigh the pieces by the precise events in them, where their area has some."""
    counts = precise.groupby(["area", "cell"]).size().rename("n").reset_index()
    counted = pieces.merge(counts.astype({"area": "int64"}), on=["area", "cell"], how="left")
    n = counted["n"].fillna(0)
    has = n.groupby(counted["area"]).transform("sum") > 0
    if not has.all():
        names = areas["name"].iloc[counted["area"][~has].unique()]
        warn(f"No precise events in {', '.join(names)}: spread by area.")
    counted["weight"] = counted["weight"].mask(has, n)
    counted["basis"] = counted["basis"].mask(has, "by events")
    return counted.drop(columns="n")


def _put_together(events: pd.DataFrame, cells: pd.Series, spread: pd.DataFrame) -> pd.DataFrame:
    """Return the events that stay, and in their place the parts of those that are spread."""
    kept = pd.DataFrame({"row": range(len(events)), "cell": cells, "part": 1.0})
    kept = kept[~kept["row"].isin(spread["row"])]
    rows = pd.concat([kept, spread]).sort_values("row", kind="stable", ignore_index=True)
    table = events.iloc[rows["row"]].reset_index(drop=True)
    moved = rows["basis"].notna()
    for column in POINT:
        table[column] = table[column].mask(moved, rows[column])
    share = table.get("share", pd.Series(1.0, table.index))
    before = table.get("spread", pd.Series(RECORDED, table.index)).astype("str")
    return table.drop(columns=["priogrid", "share", "spread"], errors="ignore").assign(
        priogrid=rows["cell"].astype("Int64"),
        share=share * rows["part"],
        spread=before.mask(moved, rows["basis"]),
    )
