from . import claims, networks, places, plots, spatial, timeseries
from .actors.aliases import describe_aliases, find_lookalikes, load_aliases
from .actors.lineage import find_kin, make_lineage
from .actors.participants import find_coalitions, participants
from .actors.roster import find_activity, find_roster
from .comparison import compare_counts
from .counts import count_events
from .datasets import fetch_dataset, list_datasets, load_boundaries, load_table
from .dyads import count_dyads
from .errors import DataWarning, ToolkitError
from .events import validate_events
from .filters import filter_events
from .formats import find_problems, load_events
from .networks import actor_network
from .overview import describe_events
from .panels import combine_units
from .parquet import scan_events, to_parquet
from .plots import (
    plot_breaks,
    plot_calendar,
    plot_coverage,
    plot_event_window,
    plot_events_map,
    plot_interruption,
    plot_maps_by_period,
    plot_network,
    plot_networks_by_period,
    plot_panel,
    plot_precision,
    plot_series,
    plot_unit_map,
)
from .provenance import cite, coverage, source_line
from .releases import combine_events, find_conflicts
from .sample import load_sample, make_sample
from .sources.acled import load_acled
from .sources.gdelt import load_gdelt
from .sources.ucdp import load_ucdp_actors, load_ucdp_country_year, load_ucdp_ged
from .specifications import describe_sensitivity, sensitivity
from .timeseries import (
    describe_series,
    event_window,
    find_breaks,
    find_spells,
    interrupted_time_series,
)

__version__: str
__all__ = [
    "DataWarning",
    "ToolkitError",
    "actor_network",
    "cite",
    "claims",
    "combine_events",
    "combine_units",
    "compare_counts",
    "count_dyads",
    "count_events",
    "coverage",
    "describe_aliases",
    "describe_events",
    "describe_sensitivity",
    "describe_series",
    "event_window",
    "fetch_dataset",
    "filter_events",
    "find_activity",
    "find_breaks",
    "find_coalitions",
    "find_conflicts",
    "find_kin",
    "find_lookalikes",
    "find_problems",
    "find_roster",
    "find_spells",
    "interrupted_time_series",
    "list_datasets",
    "load_acled",
    "load_aliases",
    "load_boundaries",
    "load_events",
    "load_gdelt",
    "load_sample",
    "load_table",
    "load_ucdp_actors",
    "load_ucdp_country_year",
    "load_ucdp_ged",
    "make_lineage",
    "make_sample",
    "networks",
    "participants",
    "places",
    "plot_breaks",
    "plot_calendar",
    "plot_coverage",
    "plot_event_window",
    "plot_events_map",
    "plot_interruption",
    "plot_maps_by_period",
    "plot_network",
    "plot_networks_by_period",
    "plot_panel",
    "plot_precision",
    "plot_series",
    "plot_unit_map",
    "plots",
    "scan_events",
    "sensitivity",
    "source_line",
    "spatial",
    "timeseries",
    "to_parquet",
    "validate_events",
]
