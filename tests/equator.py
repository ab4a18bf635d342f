"""Makers of spatial tests: events on the equator, and cells in a row with their weights."""

import numpy as np
import pandas as pd

from toolkit import spatial
from toolkit.events import make_event_table
from toolkit.provenance import coverage, pack_coverage, stamp


def make_events(rows, **columns):
    """Make events from (day, degrees east on the equator[, place])."""
    rows = [(*row, f"at {row[1]:g}")[:3] for row in rows]
    days, east, places = (list(column) for column in zip(*rows, strict=True))
    days = pd.to_datetime(pd.Series(days))
    table = {
        "event_id": [str(i) for i in range(len(rows))], "dataset": "reed", "country": "Aurel",
        "date_start": days, "date_end": days, "date_precision": "day", "geo_precision": "exact",
        "location": places, "latitude": 0.0, "longitude": east, "fatalities": 1,
    }  # fmt: skip
    return make_event_table({**table, **columns}, index=pd.RangeIndex(len(rows)))


def make_cells(counts):
    """Make one event per count of a table cells x months from 2016, covered as a whole."""
    months = pd.period_range("2016-01", periods=counts.shape[1], freq="M")
    rows = [
        (months[t].start_time + pd.Timedelta(days=3), float(c), str(c))
        for c, t in zip(*np.nonzero(counts), strict=True)
        for _ in range(counts[c, t])
    ]
    events = make_events(rows)
    spans = coverage(events).reindex([0]).assign(
        dataset="reed", version="", country="*", start=months[0].start_time,
        end=months[-1].end_time.normalize(), event_types="*", basis="stated",
    )  # fmt: skip
    return stamp(events, {"title": "Reed Events"}, coverage=pack_coverage(spans))


def weigh(n_cells, across=None):
    """Make weights of cells in a row, or in rows of so many, with diagonal neighbours."""
    across = across or n_cells
    cells = [(100 + c // across) * 720 + 1 + c % across for c in range(n_cells)]
    weights = spatial.make_weights(cells, kind="cells")
    return weights._replace(units=[str(c) for c in range(n_cells)])


def diffusion(counts, weights, **options):
    options = {"cell": "location", "n_permutations": 99, **options}
    table = spatial.describe_diffusion(make_cells(counts), weights, **options)
    return table.set_index(["kind", "baseline"])
