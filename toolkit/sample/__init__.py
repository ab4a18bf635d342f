"""The invented country: one history, recorded by two datasets, with the truth beside them.

`world` reads the setting, made by hand; `history` throws the dice; `recording` lets two datasets
record what happens in the true headers of UCDP GED and ACLED; `truth` writes down what is true.
All of it is invented, so that no row can be taken for a real event.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from toolkit.datasets import find_file
from toolkit.errors import check_option
from toolkit.sample.history import Dice
from toolkit.sample.recording import record
from toolkit.sample.truth import tell_truth
from toolkit.sample.world import World
from toolkit.sources.acled import load_acled
from toolkit.sources.ucdp import load_ucdp_ged

__all__ = ["Sample", "load_sample", "make_sample", "write_sample"]


class Sample(NamedTuple):
    """The invented country as its two datasets record it, and the truth about it.

    Attributes
    ----------
    ged : pandas.DataFrame
        Deadly events under the 49 columns of UCDP GED; every value is text, missing is "".
    acled : pandas.DataFrame
        Events of all kinds under the 31 columns of ACLED; every value is text, missing is "".
    truth : dict
        What is planted, as in ``truth.json``.
    boundaries : dict
        The provinces as a GeoJSON FeatureCollection with ``name`` and ``country``.
    """

    ged: pd.DataFrame
    acled: pd.DataFrame
    truth: dict[str, Any]
    boundaries: dict[str, Any]


def load_sample(name: str = "ged") -> pd.DataFrame:
    """Load the events of the invented country as an event table, through the real readers.

    For trying things out without a download. The events tell nothing about any real conflict, and
    a method that finds here what is planted (``data/sample/truth.json``) has not been shown to
    find it in real data: rates, precision and overlap of the two datasets are chosen, not
    estimated.

    Parameters
    ----------
    name
        "ged": deadly events in the form of UCDP GED; "acled": events of all kinds in the form of
        ACLED. Both record the same history, 2012 to 2019, in Karvenia and Dulmora.

    Returns
    -------
    DataFrame
        Event table; `dataset` is "sample-ged" or "sample-acled", never a real dataset's name.

    Raises
    ------
    OptionError
        For another name.

    Warns
    -----
    DataWarning
        With the counts of rows that have something to note, as real files do: "ged" has some on
        purpose.

    Examples
    --------
    >>> import toolkit as ct
    >>> events = ct.load_sample("ged")
    >>> events["country"].unique().tolist()
    ['Karvenia', 'Dulmora']
    >>> ct.source_line(events)
    'Source: INVENTED sample (GED form) ...'
    """
    check_option("name", name, ["ged", "acled"])
    load = load_ucdp_ged if name == "ged" else load_acled
    return load(find_file(f"sample-{name}"))


def make_sample(seed: int = 2024) -> Sample:
    """Make the invented country's two event files, their truth and their map.

    What is planted is the same for every seed; only the dice differ. The events tell nothing
    about any real conflict, and the rates, precision and overlap of the two datasets are chosen
    for teaching and testing, not estimated.

    Parameters
    ----------
    seed
        Seed of the dice. The same seed gives the same values on any machine.

    Returns
    -------
    Sample
        `ged`, `acled`, `truth` and `boundaries`.

    Examples
    --------
    >>> import toolkit as ct
    >>> sample = ct.make_sample()
    >>> sample.ged.shape[1], sample.acled.shape[1]
    (49, 31)
    >>> sample.truth["rename"]["date"]
    '2014-05-01'
    """
    world = World()
    records = record(world, Dice(seed))
    truth = {"seed": seed, **tell_truth(world, records)}
    return Sample(records.ged, records.acled, truth, world.boundaries())


def write_sample(folder: str | Path, *, seed: int = 2024) -> None:
    """Write ``ged.csv``, ``acled.csv``, ``truth.json`` and ``boundaries.geojson``.

    Parameters
    ----------
    folder
        Where to write; made if it does not exist. Files of these names are replaced.
    seed
        As for `make_sample`; 2024 gives the files that ship.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sample = make_sample(seed)
    for name, table in [("ged.csv", sample.ged), ("acled.csv", sample.acled)]:
        table.to_csv(folder / name, index=False, encoding="utf-8", lineterminator="\n")
    for name, tree in [("truth.json", sample.truth), ("boundaries.geojson", sample.boundaries)]:
        text = json.dumps(tree, indent=1, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
