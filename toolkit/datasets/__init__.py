"""Datasets by name: the catalog, what a loaded file covers, and the cache of fetched files."""

from toolkit.datasets.catalog import (
    data_folder,
    describe_dataset,
    find_entry,
    find_file,
    find_invented,
    list_datasets,
    load_boundaries,
    load_table,
    read_catalog,
)
from toolkit.datasets.coverage import check_extract, state_coverage
from toolkit.datasets.downloads import check_downloads, list_downloads, remove_downloads
from toolkit.datasets.fetching import fetch_dataset
from toolkit.datasets.folder import cache_folder, find_access_day

__all__ = [
    "cache_folder",
    "check_downloads",
    "check_extract",
    "data_folder",
    "describe_dataset",
    "fetch_dataset",
    "find_access_day",
    "find_entry",
    "find_file",
    "find_invented",
    "list_datasets",
    "list_downloads",
    "load_boundaries",
    "load_table",
    "read_catalog",
    "remove_downloads",
    "state_coverage",
]
