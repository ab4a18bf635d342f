"""Areas: boundaries that a user brings (GeoJSON, shapefile, geopandas) -> one table of shapes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import pandas as pd
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from toolkit.errors import (
    FileFormatError,
    MissingDependencyError,
    MissingFileError,
    OptionError,
    warn,
)

# Names under which GeoJSON says that it holds longitude and latitude in degrees, WGS 84.
DEGREES = re.compile(r".*(CRS:?84|EPSG:([\d.]*:)?4326)", re.IGNORECASE)
ROUNDING = 1e-3  # degrees beyond 180 or 90 that are no other projection, only careless digits


class GeoInterface(Protocol):
    """What geopandas objects offer: themselves as GeoJSON."""

    @property
    def __geo_interface__(self) -> dict[str, Any]: ...


Boundaries: TypeAlias = Mapping[str, Any] | str | os.PathLike[str] | GeoInterface


def read_areas(boundaries: Boundaries, *, name: str, country: str | None = None) -> pd.DataFrame:
    """Return the polygons of boundaries as a table: `name`, `country`, `shape`.

    Features with the same name (and country) are one area; the order is that of the file.
    Outlines that cross themselves are repaired; features without an outline or a name are left
    out; both with a warning.

    Parameters
    ----------
    boundaries
        GeoJSON FeatureCollection (a dict), a path (.geojson, .json, .shp) or a GeoDataFrame; in
        degrees.
    name, country
        Properties that hold them; without `country` it is missing.

    Raises
    ------
    FileFormatError
        No GeoJSON, another projection, no polygons.
    OptionError
        No such property; the error lists those that exist.
    MissingFileError, MissingDependencyError
        The file is not there; a shapefile without the library pyshp.

    Examples
    --------
    >>> import toolkit as ct
    >>> read_areas(ct.load_boundaries("syria-governorates"), name="name")["name"].tolist()[:2]
    ['Lattakia', 'Tartus']
    """
    collection, source = _read_collection(boundaries)
    features = _read_features(collection, source)
    shapes = _repair([_read_shape(feature, source) for feature in features])
    rows = pd.DataFrame({"shape": shapes})
    rows["name"] = _read_property(features, name, "name")
    rows["country"] = _read_property(features, country, "country") if country else None
    drawn = pd.Series(~shapely.is_empty(shapes), index=rows.index)
    named = rows["name"].notna()
    if not (drawn & named).any():
        raise FileFormatError(
            f"{source} holds no polygon with a name.",
            "areas: Polygon or MultiPolygon.",
            "a file of provinces, not of their centres, capitals or border lines",
        )
    for kept, what in ((drawn, "no polygon"), (named, f"no {name}")):
        if not kept.all():
            warn(f"{(~kept).sum():,} of {len(rows):,} features of {source} have {what}.")
    return _dissolve(rows[drawn & named], has_country=country is not None)


# --------------------------------------------------------------------------------- reading


def _read_collection(boundaries: Boundaries) -> tuple[Any, str]:
    """Return the boundaries as GeoJSON, and what to call them in a message."""
    if isinstance(boundaries, str | os.PathLike):
        path = Path(boundaries)
        if not path.is_file():
            raise MissingFileError(
                f"There is no file {path}.",
                "the path of a GeoJSON file or shapefile, or what load_boundaries returns.",
                "ct.load_boundaries('syria-governorates')",
            )
        readers = {".geojson": _read_json, ".json": _read_json, ".shp": _read_shapefile}
        if path.suffix.lower() not in readers:
            raise FileFormatError(
                f"{path.name} is neither GeoJSON nor a shapefile, by its ending.",
                ", ".join(readers) + ", or a GeoDataFrame.",
                f"boundaries=geopandas.read_file({path.name!r})",
            )
        return readers[path.suffix.lower()](path), path.name
    if isinstance(boundaries, Mapping):
        return boundaries, "the GeoJSON"
    _refuse_projected_frame(boundaries)
    return getattr(boundaries, "__geo_interface__", None), f"the {type(boundaries).__name__}"


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileFormatError(
            f"{path.name} cannot be read: {error}.",
            "GeoJSON, in UTF-8.",
            "download it anew, and look at its first line",
        ) from None


def _read_shapefile(path: Path) -> Any:
    try:
        import shapefile
    except ImportError:
        raise MissingDependencyError(
            "Shapefiles need the library pyshp.",
            "the extra `geo`, or a GeoJSON file.",
            'pip install "conflict-toolkit[geo]"',
        ) from None
    projection = path.with_suffix(".prj")
    if projection.is_file():
        said = projection.read_text(encoding="utf-8", errors="replace").lstrip()
        if said.upper().startswith(("PROJCS", "PROJCRS")):
            raise _other_projection(path.name, f"its .prj says {said[:60]}")
    try:
        with shapefile.Reader(str(path)) as reader:
            return reader.__geo_interface__
    except Exception as error:  # of a damaged file pyshp raises whatever it stumbles over
        raise FileFormatError(
            f"{path.name} cannot be read ({type(error).__name__}: {str(error)[:80]}).",
            "a shapefile with its .shx and .dbf beside it, names in UTF-8 or as its .cpg says.",
            f"boundaries=geopandas.read_file({path.name!r}, encoding='latin-1')",
        ) from None


def _refuse_projected_frame(frame: Any) -> None:
    crs = getattr(frame, "crs", None)
    if crs is not None and not getattr(crs, "is_geographic", True):
        raise _other_projection("The GeoDataFrame", f"its crs is {getattr(crs, 'name', crs)}")


def _other_projection(source: str, evidence: str) -> FileFormatError:
    return FileFormatError(
        f"{source} is in another projection: {evidence}.",
        "longitude -180 to 180 and latitude -90 to 90, in degrees (WGS 84, EPSG:4326).",
        "boundaries=geopandas.read_file('the file').to_crs(4326)",
    )


def _read_features(collection: Any, source: str) -> list[Mapping[str, Any]]:
    """Return the features of a GeoJSON FeatureCollection, or say why there are none."""
    features = collection.get("features") if isinstance(collection, Mapping) else None
    if not isinstance(features, list | tuple) or not all(isinstance(f, Mapping) for f in features):
        kind = collection.get("type") if isinstance(collection, Mapping) else type(collection)
        raise FileFormatError(
            f"{source[0].upper()}{source[1:]} is no GeoJSON FeatureCollection ({kind}).",
            "what ct.load_boundaries returns, a path, or a GeoDataFrame.",
            "ct.load_boundaries('syria-governorates')",
        )
    if not features:
        raise FileFormatError(
            f"{source[0].upper()}{source[1:]} has no features.",
            "at least one polygon.",
            "boundaries=ct.load_boundaries('syria-governorates')",
        )
    crs = collection.get("crs")
    said = (crs.get("properties") or {}).get("name") if isinstance(crs, Mapping) else None
    if said and not DEGREES.fullmatch(str(said)):
        raise _other_projection(source, f'its "crs" says {said}')
    return list(features)


def _read_shape(feature: Mapping[str, Any], source: str) -> shapely.Geometry:
    """Return the polygons of a feature; an empty one where it has none."""
    if not feature.get("geometry"):
        return shapely.Polygon()
    try:
        found = shapely.force_2d(shape(feature["geometry"]))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ShapelyError) as e:
        raise FileFormatError(
            f"A feature of {source} has no readable geometry: {e}. "
            f"Its properties are {str(feature.get('properties'))[:80]}.",
            "a GeoJSON geometry.",
            "download the file anew, or correct the feature",
        ) from None
    if found.geom_type not in ("Polygon", "MultiPolygon", "GeometryCollection"):
        return shapely.Polygon()
    places = shapely.get_coordinates(found)
    beyond = ~(np.abs(places) <= np.array([180, 90]) + ROUNDING).all(axis=1)
    if beyond.any():
        x, y = places[beyond][0]
        raise _other_projection(source, f"it has the coordinates ({x:g}, {y:g})")
    return found


def _repair(shapes: list[shapely.Geometry]) -> np.ndarray:
    """Return the shapes with outlines that do not cross themselves, and nothing but polygons."""
    found = np.array(shapes, dtype=object)
    crossed = ~shapely.is_valid(found)
    if crossed.any():
        warn(
            f"{crossed.sum():,} of {len(found):,} outlines cross or touch themselves and were "
            "repaired (shapely.make_valid)."
        )
        found[crossed] = shapely.make_valid(found[crossed])
    mixed = shapely.get_type_id(found) == shapely.GeometryType.GEOMETRYCOLLECTION
    found[mixed] = [_polygons_only(geometry) for geometry in found[mixed]]
    return found


def _polygons_only(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(geometry))  # a collection may hold MultiPolygons
    return shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _read_property(features: list[Mapping[str, Any]], wanted: str, option: str) -> list[str | None]:
    """Return a property of all features as text, None where a feature has none."""
    known = list(dict.fromkeys(str(k) for f in features for k in (f.get("properties") or {})))
    if wanted not in known:
        raise OptionError(
            f"The boundaries have no property {wanted!r}.",
            ", ".join(known[:40]) + "." if known else "features with properties.",
            f"{option}={(known or ['...'])[0]!r}",
        )
    values = [(f.get("properties") or {}).get(wanted) for f in features]
    # only what is not a number differs from itself
    return [None if v is None or v != v or not str(v).strip() else str(v) for v in values]


def _dissolve(rows: pd.DataFrame, *, has_country: bool) -> pd.DataFrame:
    """Return one row per name (and country), features of the same name joined."""
    groups = rows.groupby(["name", "country"], sort=False, dropna=False)["shape"]
    areas = groups.agg(lambda s: s.iloc[0] if len(s) == 1 else shapely.union_all(s.to_numpy()))
    areas = areas.reset_index()
    if len(areas) < len(rows) and not has_country:
        warn(
            f"{len(rows):,} features have {len(areas):,} names: those of one name are taken as one "
            "area. country=... keeps provinces of several countries apart."
        )
    return areas[["name", "country", "shape"]]
