"""Every figure, with its units, its gaps and its source; the only place that knows matplotlib."""

from toolkit.plots.backbones import plot_backbone
from toolkit.plots.breaks import plot_breaks
from toolkit.plots.calendar import plot_calendar
from toolkit.plots.centres import plot_centres
from toolkit.plots.claims import plot_ledger
from toolkit.plots.heatmap import plot_panel
from toolkit.plots.hotspots import plot_hot_spots
from toolkit.plots.interruptions import plot_interruption
from toolkit.plots.lineage import plot_lineage
from toolkit.plots.maps import plot_events_map
from toolkit.plots.matrix import plot_network_matrix
from toolkit.plots.movement import plot_advance
from toolkit.plots.networks import plot_ego, plot_network, plot_networks_by_period
from toolkit.plots.nulls import plot_null
from toolkit.plots.periodmaps import plot_maps_by_period
from toolkit.plots.quality import plot_coverage, plot_precision
from toolkit.plots.series import plot_series
from toolkit.plots.signed import plot_signed_network
from toolkit.plots.specifications import plot_specifications
from toolkit.plots.thinning import plot_thinning
from toolkit.plots.timelines import plot_actor_timeline
from toolkit.plots.uncertainty import plot_intervals
from toolkit.plots.unitmaps import plot_unit_map
from toolkit.plots.windows import plot_event_window

__all__ = [
    "plot_actor_timeline",
    "plot_advance",
    "plot_backbone",
    "plot_breaks",
    "plot_calendar",
    "plot_centres",
    "plot_coverage",
    "plot_ego",
    "plot_event_window",
    "plot_events_map",
    "plot_hot_spots",
    "plot_interruption",
    "plot_intervals",
    "plot_ledger",
    "plot_lineage",
    "plot_maps_by_period",
    "plot_network",
    "plot_network_matrix",
    "plot_networks_by_period",
    "plot_null",
    "plot_panel",
    "plot_precision",
    "plot_series",
    "plot_signed_network",
    "plot_specifications",
    "plot_thinning",
    "plot_unit_map",
]
