"""Time series of a panel: what kind of series it is, and what changed when."""

from toolkit.timeseries.breaks import find_break_path, find_breaks
from toolkit.timeseries.dispersion import autocorrelation, describe_series, overdispersion
from toolkit.timeseries.interruptions import Interruption, interrupted_time_series
from toolkit.timeseries.spells import find_spells
from toolkit.timeseries.views import rolling, seasonal
from toolkit.timeseries.windows import EventWindow, event_window

__all__ = [
    "EventWindow",
    "Interruption",
    "autocorrelation",
    "describe_series",
    "event_window",
    "find_break_path",
    "find_breaks",
    "find_spells",
    "interrupted_time_series",
    "overdispersion",
    "rolling",
    "seasonal",
]
