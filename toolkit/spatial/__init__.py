"""Statistics of place: clumping, near repeats, the movement of a campaign, its spread."""

from toolkit.spatial.advance import describe_advance
from toolkit.spatial.autocorrelation import find_hot_spots, moran
from toolkit.spatial.escalation import describe_diffusion
from toolkit.spatial.movement import find_arrivals, find_centres
from toolkit.spatial.near_repeats import knox
from toolkit.spatial.weights import Weights, make_weights

__all__ = [
    "Weights",
    "describe_advance",
    "describe_diffusion",
    "find_arrivals",
    "find_centres",
    "find_hot_spots",
    "knox",
    "make_weights",
    "moran",
]
