"""Make the three tables of this folder from UCDP's files, through the toolkit's public functions.

    python data/ucdp_syria/make.py GED_SYRIA.csv COUNTRY_YEAR.csv [FOLDER]

GED_SYRIA.csv is the special release 652.1601.1911, COUNTRY_YEAR.csv is version 25.1.
"""

import sys
import warnings
from pathlib import Path

import pandas as pd

import toolkit as ct

SELECTIONS = {
    "all": {},
    "exact place": {"geo_precision": "exact"},
    "exact day": {"date_precision": "day"},
    "exact place and day": {"geo_precision": "exact", "date_precision": "day"},
}
NUMBERS = ["n_events", "fatalities", "fatalities_low", "fatalities_high"]


def count_selections(events: pd.DataFrame, count) -> pd.DataFrame:
    """Count all events, and again only those placed and dated exactly."""
    parts = []
    for name, conditions in SELECTIONS.items():
        chosen = ct.filter_events(events, **conditions) if conditions else events
        parts.append(count(chosen).assign(selection=name))
    table = pd.concat(parts, ignore_index=True)
    return table[["selection", *(c for c in table if c != "selection")]]


def count_provinces(events: pd.DataFrame) -> pd.DataFrame:
    """Count by province and type of violence; every unit of `all` stands in every selection."""
    by = ["country", "admin1", "violence_type"]
    table = count_selections(events, lambda e: ct.count_events(e, by=by, period="month"))
    units = table.loc[table["selection"] == "all", [*by, "period"]]
    universe = pd.DataFrame({"selection": list(SELECTIONS)}).merge(units, how="cross")
    full = universe.merge(table, on=["selection", *by, "period"], how="left")
    full[NUMBERS] = full[NUMBERS].fillna(0)
    return full.drop(columns="n_straddling").assign(covered=True, partial=False)


def sum_country(path: str) -> pd.DataFrame:
    """Take Syria's rows from the published country-year table: deaths only."""
    published = ct.load_ucdp_country_year(path)
    return published[published["country"] == "Syria"].drop(columns="country_id")


def main(ged: str, country_year: str, folder: str = str(Path(__file__).parent)) -> None:
    """Write the three tables."""
    warnings.simplefilter("ignore", ct.DataWarning)  # bounds out of order, see the README
    events = ct.load_ucdp_ged(ged, version="652.1601.1911")
    tables = {
        "province_month": count_provinces(events),
        "dyad_month": count_selections(
            events, lambda e: ct.count_dyads(e, period="month", tie="both")
        ),
        "country_year": sum_country(country_year),
    }
    for name, table in tables.items():
        table.to_csv(Path(folder) / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
