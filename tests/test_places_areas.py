"""Boundaries: which files and tables of areas are read, and why others cannot be."""

import json

import pytest
from makers import quiet
from test_places import BOARD, EAST, WEST, collection, feature, make_points, ring, said

from toolkit import places
from toolkit.errors import (
    FileFormatError,
    MissingDependencyError,
    MissingFileError,
    OptionError,
)


def crossed():
    """Return a bow tie: two triangles that meet at (0.5, 0.5)."""
    bow = feature((0, 0, 1, 1), name="Tie")
    bow["geometry"]["coordinates"] = [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]
    return bow


def test_an_outline_that_crosses_itself_is_repaired_and_told():
    events = make_points((0.5, 0.9), (0.5, 0.1), (0.9, 0.5))
    result, told = said(places.add_provinces, events, collection(crossed()))
    assert result["province"].fillna("-").tolist() == ["Tie", "Tie", "-"]
    assert any("1 of 1 outlines" in t and "repaired" in t for t in told)


def test_only_the_polygons_of_a_collection_count():
    parts = [
        {"type": "LineString", "coordinates": [[0, 3], [1, 3]]},
        {"type": "MultiPolygon", "coordinates": [ring(0, 0, 1, 1), ring(5, 5, 6, 6)]},
    ]
    mixed = feature((0, 0, 1, 1), name="Mixed")
    mixed["geometry"] = {"type": "GeometryCollection", "geometries": parts}
    events = make_points((0.5, 0.5), (5.5, 5.5), (3, 0.5))
    result = quiet(places.add_provinces, events, collection(mixed))
    assert result["province"].fillna("-").tolist() == ["Mixed", "Mixed", "-"]


def test_features_without_polygon_or_name_are_left_out_and_told():
    point = {"type": "Feature", "properties": {"name": "Capital"}}
    point["geometry"] = {"type": "Point", "coordinates": [0.5, 0.5]}
    empty = {"type": "Feature", "properties": {"name": "Nowhere"}, "geometry": None}
    nameless = feature((1, 0, 2, 1), name=None)
    events = make_points((0.5, 0.5), (0.5, 1.5))
    result, told = said(places.add_provinces, events, collection(WEST, point, empty, nameless))
    assert result["province"].fillna("-").tolist() == ["West", "-"]
    assert any("2 of 4 features of the GeoJSON have no polygon" in t for t in told)
    assert any("1 of 4 features of the GeoJSON have no name" in t for t in told)


def projected(**members):
    return collection(feature((300_000, 3_900_000, 310_000, 3_910_000), name="UTM"), **members)


def crs(name):
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize(
    ("boundaries", "words"),
    [
        (projected(), "in another projection: it has the coordinates"),
        (collection(feature((181, 0, 190, 1), name="Beyond")), "in another projection"),
        (collection(WEST, crs=crs("urn:ogc:def:crs:EPSG::32637")), '"crs" says urn:ogc:def'),
        (collection(WEST, crs=crs("EPSG:14326")), "in another projection"),
        (collection(), "has no features"),
        ({"type": "Topology", "objects": {}}, r"no GeoJSON FeatureCollection \(Topology\)"),
        ({"type": "FeatureCollection", "features": {"a": 1}}, "no GeoJSON FeatureCollection"),
        (collection("West"), "no GeoJSON FeatureCollection"),
        (42, "no GeoJSON FeatureCollection"),
        (None, "no GeoJSON FeatureCollection"),
        (collection({**WEST, "geometry": None}), "no polygon with a name"),
        (collection({**WEST, "geometry": {"type": "Polygon"}}), "no readable geometry"),
        (collection({**WEST, "geometry": {"type": "Blob", "coordinates": []}}), "no readable"),
        (
            collection({**WEST, "geometry": {"type": "Polygon", "coordinates": [["a", 1]]}}),
            "no readable geometry",
        ),
    ],
)
def test_boundaries_that_cannot_be_used_say_why(boundaries, words):
    with pytest.raises(FileFormatError, match=words):
        places.add_provinces(make_points((0.5, 0.5)), boundaries)


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326",
     "urn:ogc:def:crs:EPSG:6.9:4326", None],
)  # fmt: skip
def test_boundaries_may_say_that_they_are_in_degrees(name):
    result = places.add_provinces(make_points((0.5, 0.5)), collection(WEST, crs=crs(name)))
    assert result["province"].tolist() == ["West"]


def test_careless_digits_at_the_date_line_are_no_projection():
    fiji = collection(feature((179, -17, 180.00000000000006, -16), name="Edge"))
    events = make_points((-16.5, 179.5), (-16.5, 180))
    assert places.add_provinces(events, fiji)["province"].tolist() == ["Edge", "Edge"]


def test_a_property_that_is_not_there_lists_those_that_are():
    with pytest.raises(OptionError, match="no property 'adm1'") as caught:
        places.add_provinces(make_points((0.5, 0.5)), BOARD, name="adm1")
    assert caught.value.allowed == "name, country."
    with pytest.raises(OptionError, match="no property 'state'"):
        places.add_provinces(make_points((0.5, 0.5)), BOARD, country="state")


@pytest.mark.parametrize("ending", ["geojson", "json"])
def test_boundaries_from_a_file(tmp_path, ending):
    path = tmp_path / f"provinces.{ending}"
    path.write_text("\ufeff" + json.dumps(collection(WEST)), encoding="utf-8")
    for given_path in (path, str(path)):
        result = places.add_provinces(make_points((0.5, 0.5)), given_path)
        assert result["province"].tolist() == ["West"]


def test_files_that_are_no_boundaries(tmp_path):
    events = make_points((0.5, 0.5))
    with pytest.raises(MissingFileError, match="There is no file"):
        places.add_provinces(events, tmp_path / "gone.geojson")
    for name, text, words in [
        ("page.geojson", "<html>", "page.geojson cannot be read"),
        ("latin.geojson", b'{"name": "\xe9"}', "latin.geojson cannot be read"),
        ("areas.gpkg", "", "neither GeoJSON nor a shapefile"),
        ("areas.shp", "no shapes here", "areas.shp cannot be read"),
    ]:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(FileFormatError, match=words):
            places.add_provinces(events, path)


def write_shapefile(folder, projection=None):
    shapefile = pytest.importorskip("shapefile")
    with shapefile.Writer(str(folder / "areas")) as writer:
        writer.field("name", "C")
        for box in (WEST, EAST):
            writer.poly([p[::-1] for p in box["geometry"]["coordinates"]])
            writer.record(box["properties"]["name"] + "é")
    if projection:
        (folder / "areas.prj").write_text(projection)
    return folder / "areas.shp"


@pytest.mark.parametrize("projection", [None, 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]'])
def test_boundaries_from_a_shapefile(tmp_path, projection):
    path = write_shapefile(tmp_path, projection)
    result = places.add_provinces(make_points((0.5, 0.5), (0.5, 1.5)), path)
    assert result["province"].tolist() == ["Westé", "Easté"]


def test_a_shapefile_in_another_projection_and_one_without_its_table(tmp_path):
    events = make_points((0.5, 0.5))
    path = write_shapefile(tmp_path, 'PROJCS["WGS_1984_UTM_Zone_37N",GEOGCS["GCS_WGS_1984"]]')
    with pytest.raises(FileFormatError, match=r"its .prj says PROJCS") as caught:
        places.add_provinces(events, path)
    assert "to_crs(4326)" in caught.value.fix
    (tmp_path / "areas.prj").unlink()
    (tmp_path / "areas.dbf").unlink()
    with pytest.raises((FileFormatError, OptionError)):
        places.add_provinces(events, path)


def test_a_shapefile_in_another_encoding_or_cut_short(tmp_path):
    events = make_points((0.5, 0.5))
    path = write_shapefile(tmp_path)
    whole = {p: p.read_bytes() for p in tmp_path.iterdir()}
    table = tmp_path / "areas.dbf"
    table.write_bytes(whole[table].replace("é".encode(), "é ".encode("latin-1")))
    with pytest.raises(FileFormatError, match=r"(?i)decode"):
        places.add_provinces(events, path)
    table.write_bytes(whole[table])
    for length in (0, 50, 99, 110, 150):
        path.write_bytes(whole[path][:length])
        with pytest.raises(FileFormatError, match="cannot be read"):
            places.add_provinces(events, path)


def test_a_shapefile_without_pyshp(tmp_path, monkeypatch):
    path = write_shapefile(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "shapefile", None)
    with pytest.raises(MissingDependencyError, match="pyshp"):
        places.add_provinces(make_points((0.5, 0.5)), path)


def test_boundaries_from_geopandas():
    import geopandas

    frame = geopandas.GeoDataFrame.from_features(BOARD["features"], crs=4326)
    events = make_points((0.5, 0.5), (0.5, 1.5))
    assert places.add_provinces(events, frame, country="country")["province"].tolist() == [
        "West", "East",
    ]  # fmt: skip
    assert places.add_provinces(events, frame.set_crs(None, allow_override=True).iloc[:2])[
        "province"
    ].tolist() == ["West", "East"]
    with pytest.raises(FileFormatError, match="its crs is WGS 84 / UTM zone 31N"):
        places.add_provinces(events, frame.to_crs(32631))
