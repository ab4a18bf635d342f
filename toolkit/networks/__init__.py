"""Networks of actors: dyads -> networkx graphs -> measures, change, files; and how sure."""

from toolkit.networks.backbone import compare_backbones, find_backbone
from toolkit.networks.balance import balance_by_period, describe_balance
from toolkit.networks.build import actor_network, ego_network, networks_by_period
from toolkit.networks.centrality import (
    betweenness,
    closeness,
    clustering,
    core_number,
    degree,
    eigenvector,
    in_degree,
    in_strength,
    out_degree,
    out_strength,
    strength,
)
from toolkit.networks.change import compare_networks, find_changed_ties, find_turnover
from toolkit.networks.communities import adjusted_rand, find_communities
from toolkit.networks.export import read_network, write_network
from toolkit.networks.frustration import frustration_index
from toolkit.networks.measures import actor_measures, graph_measures
from toolkit.networks.nulls import compare_to_permuted_events, compare_to_rewired
from toolkit.networks.perturbation import perturb_actors
from toolkit.networks.qap import qap_correlation, qap_regression
from toolkit.networks.relations import difference, same_value
from toolkit.networks.reporting import networks_by_choice, reporting_range
from toolkit.networks.resampling import resampling_intervals
from toolkit.networks.signed import signed_by_period, signed_network
from toolkit.networks.signs import triangle_index, walk_index
from toolkit.networks.structure import (
    concentration,
    connected_pairs,
    degree_assortativity,
    degree_centralization,
    density,
    effective_number,
    largest_component_share,
    mean_clustering,
    mean_distance,
    n_components,
    n_isolates,
    reciprocity,
    total_weight,
    transitivity,
    weight_reciprocity,
)
from toolkit.networks.thinning import thinning_curve
from toolkit.networks.triples import count_triples

__all__ = [
    "actor_measures",
    "actor_network",
    "adjusted_rand",
    "balance_by_period",
    "betweenness",
    "closeness",
    "clustering",
    "compare_backbones",
    "compare_networks",
    "compare_to_permuted_events",
    "compare_to_rewired",
    "concentration",
    "connected_pairs",
    "core_number",
    "count_triples",
    "degree",
    "degree_assortativity",
    "degree_centralization",
    "density",
    "describe_balance",
    "difference",
    "effective_number",
    "ego_network",
    "eigenvector",
    "find_backbone",
    "find_changed_ties",
    "find_communities",
    "find_turnover",
    "frustration_index",
    "graph_measures",
    "in_degree",
    "in_strength",
    "largest_component_share",
    "mean_clustering",
    "mean_distance",
    "n_components",
    "n_isolates",
    "networks_by_choice",
    "networks_by_period",
    "out_degree",
    "out_strength",
    "perturb_actors",
    "qap_correlation",
    "qap_regression",
    "read_network",
    "reciprocity",
    "reporting_range",
    "resampling_intervals",
    "same_value",
    "signed_by_period",
    "signed_network",
    "strength",
    "thinning_curve",
    "total_weight",
    "transitivity",
    "triangle_index",
    "walk_index",
    "weight_reciprocity",
    "write_network",
]
