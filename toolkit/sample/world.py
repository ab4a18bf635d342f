"""The invented country: its map and towns, and what the setting plants there.

`data/sample/setting.toml` is the setting, made by hand. What happens in this world is drawn in
`history`, and two datasets record it in `recording`.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Any, NamedTuple

from toolkit.datasets import data_folder

Section = dict[str, Any]  # a table of the setting


class Town(NamedTuple):
    """A town, with the letter that its province has on the map."""

    name: str
    letter: str
    province: str
    country: str
    latitude: float
    longitude: float


class World:
    """The setting as read, with its towns, months, middles and streams of events."""

    def __init__(self) -> None:
        path = data_folder() / "sample" / "setting.toml"
        self.setting: Section = tomllib.loads(path.read_text(encoding="utf-8"))
        grid, provinces, period = (self.setting[x] for x in ("map", "provinces", "period"))

        self.towns: dict[str, list[Town]] = defaultdict(list)  # by letter, the capital first
        for letter, places in self.setting["towns"].items():
            province, country = provinces[letter]["name"], provinces[letter]["country"]
            for name, square in places.items():
                lon, lat = middle(grid, *square)
                self.towns[letter].append(Town(name, letter, province, country, lat, lon))
        self.by_name = {town.name: town for places in self.towns.values() for town in places}

        points: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for letter, province in provinces.items():
            inside = [middle(grid, *square) for square in squares(grid, letter)]
            points[letter] += inside
            points[province["country"]] += inside
        # latitude and longitude of the middle of a province (by its letter) or country
        self.centres = {
            place: (fmean(lat for _, lat in inside), fmean(lon for lon, _ in inside))
            for place, inside in points.items()
        }

        years = range(period["start"].year, period["end"].year + 1)
        self.months = [date(year, month, 1) for year in years for month in range(1, 13)]
        self.streams = [{**period, **stream} for stream in self.setting["history"]["streams"]]

    def stages(self, route: Section) -> list[tuple[date, Town]]:
        """Return the towns of a front or siege with the day on which each is reached."""
        towns = [self.by_name[name] for name in route["towns"]]
        stages, far = [(route["start"], towns[0])], 0.0
        for here, there in pairwise(towns):
            far += distance_km(here, there)
            stages.append((route["start"] + timedelta(round(far / route["km_per_day"])), there))
        return stages

    def route(self, stream: Section, day: date) -> Section | None:
        """Return the front or the siege that draws all of a stream's events on a day."""
        routes: list[Section] = [self.setting["front"], self.setting["siege"]]
        for route in routes:
            same_sides = (stream["a"], stream["b"]) == (route["side_a"], route["side_b"])
            if same_sides and stream["kind"] == 1 and holds(route, day):
                return route
        return None

    def boundaries(self) -> Section:
        """Return the provinces as GeoJSON; neighbours share their border point by point."""
        features = [
            {
                "type": "Feature",
                "properties": {"name": province["name"], "country": province["country"]},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [outline(self.setting["map"], letter)],
                },
            }
            for letter, province in self.setting["provinces"].items()
        ]
        return {"type": "FeatureCollection", "features": features}


def holds(planted: Section, day: date) -> bool:
    """Return whether something planted, with its start and end, holds on a day."""
    return bool(planted["start"] <= day <= planted["end"])


def distance_km(here: Town, there: Town) -> float:
    """Return the distance of two towns as on a flat map, good enough over so few degrees."""
    north = 111.2 * (there.latitude - here.latitude)
    east = 111.2 * (there.longitude - here.longitude) * math.cos(math.radians(here.latitude))
    return math.hypot(north, east)


# -------------------------------------------------------------------------------------- map


def squares(grid: Section, letter: str) -> list[tuple[int, int]]:
    """Return column and row of the squares of the map that have a letter."""
    rows = enumerate(grid["rows"])
    return [(c, r) for r, row in rows for c, found in enumerate(row) if found == letter]


def middle(grid: Section, column: int, row: int) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a square."""
    return warp(grid, column + 0.5, row + 0.5)


def warp(grid: Section, column: float, row: float) -> tuple[float, float]:
    """Bend the square grid, so that the borders look grown; return longitude and latitude."""
    east = 0.5 * math.sin(0.55 * row + 0.3 * column) + 0.12 * math.sin(2.3 * column - 3.1 * row)
    south = 0.5 * math.sin(0.6 * column - 0.2 * row) + 0.12 * math.sin(2.7 * row + 1.9 * column)
    lon = grid["west"] + grid["step"] * (column + east)
    lat = grid["north"] - grid["step"] * (row + south)
    return round(lon, 4), round(lat, 4)


def outline(grid: Section, letter: str) -> list[tuple[float, float]]:
    """Return the closed ring around the squares of one letter, anticlockwise."""
    edges = set()
    for c, r in squares(grid, letter):
        edges |= {((c, r), (c, r + 1)), ((c, r + 1), (c + 1, r + 1))}
        edges |= {((c + 1, r + 1), (c + 1, r)), ((c + 1, r), (c, r))}
    # An edge that is there both ways lies between two squares; the others are the border.
    onward = {start: end for start, end in edges if (end, start) not in edges}
    ring = [min(onward)]
    while onward[ring[-1]] != ring[0]:
        ring.append(onward[ring[-1]])
    return [warp(grid, *corner) for corner in [*ring, ring[0]]]
