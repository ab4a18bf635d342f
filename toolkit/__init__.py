"""Conflict-research toolkit: public event datasets -> one event table -> counts, networks, series.

In notebooks: ``import toolkit as ct``. The names listed below are the public functions; measures
and specialities live one level down.
"""

from toolkit.counts import compare_counts, count_dyads, count_events
from toolkit.datasets import list_datasets, load_boundaries, load_table
from toolkit.errors import DataWarning, ToolkitError
from toolkit.events import describe_events, filter_events, validate_events
from toolkit.formats import find_problems, load_events
from toolkit.plots.calendar import plot_calendar
from toolkit.plots.maps import plot_events_map
from toolkit.plots.quality import plot_coverage, plot_precision
from toolkit.plots.series import plot_series
from toolkit.provenance import cite, coverage, source_line
from toolkit.releases import combine_events, find_conflicts
from toolkit.sample import load_sample, make_sample
from toolkit.sources.acled import load_acled
from toolkit.sources.ucdp import load_ucdp_actors, load_ucdp_country_year, load_ucdp_ged

__version__ = "0.1.0"
__all__ = [
    "DataWarning",
    "ToolkitError",
    "cite",
    "combine_events",
    "compare_counts",
    "count_dyads",
    "count_events",
    "coverage",
    "describe_events",
    "filter_events",
    "find_conflicts",
    "find_problems",
    "list_datasets",
    "load_acled",
    "load_boundaries",
    "load_events",
    "load_sample",
    "load_table",
    "load_ucdp_actors",
    "load_ucdp_country_year",
    "load_ucdp_ged",
    "make_sample",
    "plot_calendar",
    "plot_coverage",
    "plot_events_map",
    "plot_precision",
    "plot_series",
    "source_line",
    "validate_events",
]
