"""Spatial weights: which units are neighbours of which, and how much each neighbour counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import (
    EmptySelectionError,
    OptionError,
    check_option,
    did_you_mean,
    warn,
)
from toolkit.events import check_columns
from toolkit.panels import (
    NOT_RECORDED,
    check_panel,
    choose_periods,
    each_unit,
    unit_columns,
    whole_counts,
)
from toolkit.permutation import check_whole
from toolkit.places.areas import Boundaries, read_areas
from toolkit.places.points import read_points
from toolkit.provenance import read_record
from toolkit.spatial.distances import check_km, to_chord, to_sphere

KINDS = ["borders", "cells", "nearest", "distance"]
STYLES = ["row", "binary"]
_CELLS_ACROSS, _CELLS_DOWN = 720, 360  # PRIO-GRID: half a degree, numbered from the south-west


class Weights(NamedTuple):
    """Weights between units: names, a sparse matrix (row: the unit, column: its neighbour), rule.

    `style` is "row" (the neighbours of a unit sum to 1) or "binary" (each neighbour counts 1).
    """

    units: list[str]
    matrix: Any
    rule: str
    style: str


def make_weights(
    units: Boundaries | pd.DataFrame | pd.Series | Sequence[Any],
    *,
    kind: str,
    style: str = "row",
    names: Sequence[str] | str = "name",
    k: int = 5,
    km: float = 50.0,
) -> Weights:
    """Say which units are neighbours, and state it, because every statistic of place rests on it.

    Parameters
    ----------
    units
        For "borders" what `load_boundaries` returns, a path (.geojson, .json, .shp) or a
        GeoDataFrame, in degrees; for "cells" the numbers of PRIO-GRID cells; for "nearest" and
        "distance" a table with `latitude` and `longitude`.
    kind
        "borders": the shapes touch, in a line or a point. Shapes that were simplified one by one
        leave gaps and are no neighbours; the warning on units without neighbours shows the worst.
        "cells": the eight cells around a cell (queen's move), across the date line too.
        "nearest": the `k` nearest points; not symmetric, and at ties the choice is arbitrary.
        "distance": all points within `km`.
    style
        "row": every unit's neighbours share the weight 1, so that units with many neighbours
        count no more than others. "binary": every neighbour counts 1.
    names
        Property or properties of the features, or columns of the table, that name a unit; joined
        by ", " as in a panel. Province names repeat across countries: ["country", "name"].
        Features of the same name (or names, two at most) are one unit, with a warning.
    k
        Number of nearest points.
    km
        Distance in km, along the great circle.

    Returns
    -------
    Weights
        `units` (names as text), `matrix` (scipy sparse), `rule` (a line of text), `style`.

    Raises
    ------
    OptionError
        An unknown kind or style, units that do not fit the kind, a name that stands twice.
    FileFormatError, MissingFileError, MissingDependencyError
        Boundaries that cannot be read, have no polygons, or are in another projection.
    ColumnError
        A table of points without the columns.
    EmptySelectionError
        Fewer than three units.

    Warns
    -----
    DataWarning
        Units without neighbours, by name: they have no say in a statistic, and islands and units
        at the edge of the map have fewer neighbours than there are on the ground.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit import spatial
    >>> boundaries = ct.load_boundaries("sample-boundaries")
    >>> weights = spatial.make_weights(boundaries, kind="borders", names=["country", "name"])
    >>> weights.rule
    'neighbours touch; row-standardised'
    >>> weights.matrix[weights.units.index("Karvenia, Ithvar")].nnz
    2
    """
    check_option("kind", kind, KINDS)
    check_option("style", style, STYLES)
    columns = [names] if isinstance(names, str) else list(names)
    if kind == "borders":
        found, pairs, rule = _share_borders(units, columns)
    elif kind == "cells":
        found, pairs, rule = _adjoin_cells(units)
    else:
        found, points = _read_points(units, columns)
        pairs, rule = _near_points(points, kind, k, km)
    _check_units(found)
    matrix = _to_matrix(pairs, len(found))
    alone = [u for u, n in zip(found, np.diff(matrix.indptr), strict=True) if n == 0]
    if alone:
        warn(f"{len(alone)} of {len(found)} units have no neighbours: {_listed(alone)}.")
    matrix = standardise(matrix) if style == "row" else matrix
    said = {"row": "row-standardised", "binary": "binary"}[style]
    return Weights(found, matrix, f"{rule}; {said}", style)


def standardise(matrix: Any) -> Any:
    """Return the matrix with every row divided by its sum; rows without neighbours stay empty."""
    from scipy import sparse

    total = np.asarray(matrix.sum(axis=1)).ravel()
    return sparse.csr_array(sparse.diags_array(1 / np.where(total == 0, 1, total)) @ matrix)


def read_values(
    data: pd.DataFrame | pd.Series, weights: Weights, *, value: str, period: str | pd.Period | None
) -> tuple[pd.Series, dict[str, str], str]:
    """Return one number per unit, the provenance, and what the numbers are called.

    The periods of a panel are added up. A unit that in one of them is not covered, or has no value
    or no row, has no sum. A period covered in part counts if that holds for every unit.
    """
    if not isinstance(data, pd.DataFrame):
        if period is not None:
            raise OptionError(
                "period= is given, and the values have no periods.",
                "period= with a panel, or a Series without it.",
                "ct.count_events(events, by=['country', 'admin1'], period='year')",
            )
        return data, read_record(data) if isinstance(data, pd.Series) else {}, _name_of(data)
    panel, beyond = check_panel(data, value), 0
    if period is not None:
        panel, beyond = choose_periods(panel, period)
    first, last = panel["period"].min(), panel["period"].max()
    said = f"{value}, {first}" + (f" to {last}" if last != first else "")
    said += f" ({beyond} periods that reach beyond {period} left out)" if beyond else ""
    return _add_up(panel, value, weights), read_record(data), said


def _name_of(values: Any) -> str:
    return str(getattr(values, "name", None) or "values")


def _add_up(panel: pd.DataFrame, value: str, weights: Weights) -> pd.Series:
    """Return the sum over the periods for each unit of a panel, named as in the weights."""
    by = unit_columns(panel)
    if not by:
        raise OptionError(
            "The panel is one series without units.",
            "a panel counted by what the weights connect.",
            "ct.count_events(events, by=['country', 'admin1'])",
        )
    if "partial" in panel:
        everywhere = panel["partial"].groupby(panel["period"]).transform("all")
        panel = panel.assign(partial=panel["partial"] & ~everywhere)
    known = panel.dropna(subset=by)
    if len(known) < len(panel):
        lost = _read_numbers(panel.drop(known.index)[value]).sum()
        warn(f"{value} {lost:,.10g} of units without a name ({', '.join(by)}) are left out.")
    n = panel["period"].nunique()
    numbers = whole_counts(known, value).set_axis(known.index)
    # fewer numbers than periods are no sum
    sums = numbers.groupby([known[c] for c in by], observed=True).sum(min_count=n)
    if len(known):
        _check_complete(known, by, len(sums))
    if sums.isna().all():
        raise EmptySelectionError(
            f"No unit has {value} in each of the {n} periods of the panel.",
            "periods that are covered.",
            "period='2016', or ct.coverage(panel)",
        )
    # weights of one country may name their units without it
    units = list(sums.index) if len(by) > 1 else [(unit,) for unit in sums.index]
    names = [[", ".join(map(_text, unit[m:])) for unit in units] for m in range(len(by))]
    fitting = max(names, key=lambda found: len(set(found) & set(weights.units)))
    return sums.set_axis(fitting).rename(value)


def _check_complete(panel: pd.DataFrame, by: list[str], n_units: int) -> None:
    """Raise for a period that stands twice in a unit, or is skipped in it."""
    periods = pd.period_range(panel["period"].min(), panel["period"].max())
    if len(panel) != n_units * len(periods) or panel.duplicated([*by, "period"]).any():
        for _ in each_unit(panel):
            pass  # the unit that does not fit raises


def align_values(values: pd.Series, weights: Weights) -> tuple[np.ndarray, Weights]:
    """Return the values in the order of the weights, without the units that have none.

    A unit without a value is left out with a warning, and its neighbours share its weight: a unit
    that is not covered has no 0. A unit the weights do not know is an error.
    """
    if not isinstance(values, pd.Series):
        raise OptionError(
            f"The values are {type(values).__name__}, not a panel or a Series by unit.",
            "what count_events returns, or a Series with the names of the units as its index.",
            "ct.count_events(events, by=['country', 'admin1'], period='year')",
        )
    numbers = _read_numbers(values).set_axis(_names_of(values.index))
    _check_units(list(numbers.index))
    unknown = [name for name in numbers.index if name not in set(weights.units)]
    if unknown:
        raise OptionError(
            f"{len(unknown)} units have values but no weights: {_listed(unknown)}.",
            f"the units of the weights; {did_you_mean(unknown[0], weights.units)}",
            "values.rename({'name in the events': 'name in the weights'})",
        )
    numbers = numbers.reindex(weights.units)
    kept = numbers.notna().to_numpy()
    if not kept.all():
        missing = list(numbers.index[~kept])
        warn(f"{len(missing)} units have no value and are left out: {_listed(missing)}.")
        weights = _choose_units(weights, kept)
    return _vary(numbers.to_numpy()[kept]), weights


def _read_numbers(values: pd.Series) -> pd.Series:
    if not pd.api.types.is_numeric_dtype(values.infer_objects()) and values.notna().any():
        raise OptionError(
            f"{_name_of(values)} holds {values.dtype}, not numbers.",
            "numbers, or missing.",
            "pd.to_numeric(values)",
        )
    return values.astype("Float64").astype("float64")


def _vary(numbers: np.ndarray) -> np.ndarray:
    if len(numbers) < 3 or np.ptp(numbers) == 0 or not np.isfinite(numbers).all():
        raise EmptySelectionError(
            f"The {len(numbers)} values do not vary, or not all of them are numbers.",
            "three units or more, with different finite values.",
            "values.describe()",
        )
    return numbers


def _choose_units(weights: Weights, kept: np.ndarray) -> Weights:
    matrix = weights.matrix[kept][:, kept]
    matrix = standardise(matrix) if weights.style == "row" else matrix
    units = [u for u, keep in zip(weights.units, kept, strict=True) if keep]
    return weights._replace(units=units, matrix=matrix)


def _names_of(index: pd.Index) -> list[str]:
    """Return the names as the weights write them: parts joined, whole numbers without a point."""
    if isinstance(index, pd.MultiIndex):
        return [", ".join(map(_text, parts)) for parts in index]
    return [_text(unit) for unit in index]


def _text(unit: Any) -> str:
    return str(int(unit)) if isinstance(unit, float) and unit.is_integer() else str(unit)


def _share_borders(units: Any, names: list[str]) -> tuple[list[str], np.ndarray, str]:
    import shapely

    if len(names) not in (1, 2):
        raise OptionError(
            f"names={names!r} are {len(names)} properties.",
            "one, or two with the country first.",
            "names=['country', 'name']",
        )
    try:
        areas = read_areas(units, name=names[-1], country=names[0] if len(names) == 2 else None)
    except OptionError as error:  # there the two are called name= and country=
        fix = "names=" + error.fix.partition("=")[2]
        raise OptionError(error.wrong, error.allowed, fix) from None
    parts = areas[["country", "name"][-len(names) :]].fillna(NOT_RECORDED)
    found = [", ".join(row) for row in parts.itertuples(index=False)]
    shapes = areas["shape"].to_numpy()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    return found, pairs, "neighbours touch"


def _adjoin_cells(units: Any) -> tuple[list[str], np.ndarray, str]:
    numbers = pd.to_numeric(pd.Series(list(units)), errors="coerce")
    whole = numbers.between(1, _CELLS_ACROSS * _CELLS_DOWN) & (numbers % 1 == 0)
    if isinstance(units, Mapping | pd.DataFrame) or not whole.all():
        raise OptionError(
            "kind='cells' needs the numbers of PRIO-GRID cells.",
            f"whole numbers from 1 to {_CELLS_ACROSS * _CELLS_DOWN:,}.",
            "make_weights(events['priogrid_gid'].dropna().unique(), kind='cells')",
        )
    cells = numbers.to_numpy("int64") - 1
    place = {int(cell): n for n, cell in enumerate(cells)}
    pairs = [
        (n, place[cell])
        for n, (row, column) in enumerate(zip(*divmod(cells, _CELLS_ACROSS), strict=True))
        for up in (-1, 0, 1)
        for right in (-1, 0, 1)
        if (cell := int((row + up) * _CELLS_ACROSS + (column + right) % _CELLS_ACROSS)) in place
    ]
    found = [str(cell + 1) for cell in cells]
    return found, np.array(pairs).reshape(-1, 2), "neighbours are the eight PRIO-GRID cells around"


def _read_points(units: Any, names: list[str]) -> tuple[list[str], pd.DataFrame]:
    if not isinstance(units, pd.DataFrame):
        raise OptionError(
            f"Points are needed, not {type(units).__name__}.",
            "a table with latitude, longitude and a name.",
            "make_weights(table, kind='nearest', names='location')",
        )
    check_columns(units, ["latitude", "longitude", *names])
    if read_points(units).isna().any(axis=None):
        raise OptionError(
            "Some points have no coordinates on earth.",
            "latitude (-90 to 90) and longitude (-180 to 180) in every row.",
            "table[table['latitude'].abs().le(90) & table['longitude'].abs().le(180)]",
        )
    return [", ".join(map(str, row)) for row in units[names].itertuples(index=False)], units


def _near_points(points: pd.DataFrame, kind: str, k: int, km: float) -> tuple[np.ndarray, str]:
    from scipy.spatial import KDTree

    sphere = to_sphere(points)
    if kind == "distance":
        within = KDTree(sphere).query_pairs(to_chord(check_km("km", km)), output_type="ndarray")
        return np.concatenate([within, within[:, ::-1]]), f"neighbours within {km:g} km"
    k = check_whole("k", k, least=1, usual=5)
    if k >= len(points):
        raise OptionError(
            f"k={k} does not fit {len(points)} points.",
            f"1 to {len(points) - 1}.",
            f"k={max(len(points) - 1, 1)}",
        )
    _, near = KDTree(sphere).query(sphere, k=k + 1)
    # of points that lie on each other, the point itself need not come first
    others = [[j for j in row if j != i][:k] for i, row in enumerate(near)]
    pairs = np.column_stack([np.repeat(np.arange(len(points)), k), np.concatenate(others)])
    return pairs, f"neighbours are the {k} nearest"


def _to_matrix(pairs: np.ndarray, n: int) -> Any:
    from scipy import sparse

    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return sparse.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))


def _check_units(units: list[str]) -> None:
    if len(units) < 3:
        raise EmptySelectionError(
            f"There are {len(units)} units.", "three or more.", "a table of more units"
        )
    if len(set(units)) < len(units):
        twice = pd.Series(units)[pd.Series(units).duplicated()].iloc[0]
        raise OptionError(
            f"The unit {twice!r} stands twice.",
            "a name for every unit that no other has.",
            "names=['country', 'name']",
        )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
