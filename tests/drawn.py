"""Figures: events and the ground that they are drawn on, and what a figure shows."""

import pandas as pd

from toolkit.events import make_event_table
from toolkit.provenance import pack_coverage, stamp

ROWS = [  # date, longitude, latitude, deaths
    ("2015-01-05", 1.0, 1.0, 10),
    ("2015-01-20", 1.5, 0.5, 0),
    ("2015-02-03", 2.05, 1.0, 7),  # just across the border of Ithvar
    ("2015-04-09", 1.2, 1.8, 40),
    ("2015-04-10", 5.0, 1.0, 3),  # far from it
]


# Three provinces side by side, each 2 degrees wide: Ithvar 0-2, Belvash 2-4, Quorin 4-6 east.
def square(west, south=0.0, size=2.0):
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def make_boundaries(names=("Ithvar", "Belvash", "Quorin"), **properties):
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, **{k: v[i] for k, v in properties.items()}},
            "geometry": {"type": "Polygon", "coordinates": [square(2 * i)]},
        }
        for i, name in enumerate(names)
    ]
    return {"type": "FeatureCollection", "features": features}


def make_events(rows=ROWS, *, start="2015-01-01", end="2015-12-31", **columns):
    dates, x, y, deaths = zip(*rows, strict=True)
    table = {
        "event_id": [f"e{i}" for i in range(len(rows))], "dataset": "invented",
        "date_start": pd.to_datetime(list(dates)), "date_end": pd.to_datetime(list(dates)),
        "date_precision": "day", "geo_precision": "exact", "country": "Karvenia",
        "admin1": "Ithvar", "longitude": x, "latitude": y, "violence_type": "state-based",
        "fatalities": deaths, **columns,
    }  # fmt: skip
    events = make_event_table(table, index=pd.RangeIndex(len(rows)))
    span = {"dataset": "invented", "version": "1.0", "country": "*", "event_types": "*",
            "start": pd.Timestamp(start), "end": pd.Timestamp(end), "basis": "stated"}  # fmt: skip
    record = {"dataset": "invented", "title": "INVENTED events", "version": "1.0"}
    return stamp(events, record, coverage=pack_coverage(pd.DataFrame([span])))


def note_of(ax):
    (note,) = [t for t in ax.texts if t.get_gid() == "source-note"]
    return note.get_text().replace("\n", " ")


def texts_of(ax, gid):
    return [t.get_text() for t in ax.texts if t.get_gid() == gid and t.get_text()]


def legend_of(holder):
    legends = [holder.get_legend()] if hasattr(holder, "get_legend") else holder.legends
    return [t.get_text() for t in legends[0].get_texts()]


def named(holder, gid):
    return [a for a in holder if a.get_gid() == gid]
