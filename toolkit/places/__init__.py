"""Columns for place: PRIO-GRID cell, province by boundary or by name, route, and imprecision.

Each `add_` function returns the rows it was given with columns behind; counting by them is left to
`count_events`.
"""

from toolkit.places.cells import add_cells, cell_centres
from toolkit.places.names import add_province_names, compare_provinces
from toolkit.places.precision import describe_places, spread_places
from toolkit.places.provinces import add_border_distance, add_provinces, find_misplaced
from toolkit.places.routes import add_route, make_route

__all__ = [
    "add_border_distance",
    "add_cells",
    "add_province_names",
    "add_provinces",
    "add_route",
    "cell_centres",
    "compare_provinces",
    "describe_places",
    "find_misplaced",
    "make_route",
    "spread_places",
]
