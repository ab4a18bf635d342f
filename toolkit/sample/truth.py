"""The truth about the invented country: what is planted, and what is to be expected of it."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from toolkit.sample.history import plan
from toolkit.sample.recording import Records
from toolkit.sample.world import Section, World, holds

PLANTED = (
    "period countries provinces actors categories aliases alliances changes regime rename "
    "merger split umbrella background campaign ceasefire front siege recording precision history"
).split()


def tell_truth(world: World, records: Records) -> dict[str, Any]:
    """Return all of ``truth.json`` but the seed."""
    totals = {
        "ged": totals_by_year(records.ged, "best"),
        "acled": totals_by_year(records.acled, "fatalities"),
    }
    planted = what_is_planted(world) | what_to_expect(world)
    return {**planted, "quality": records.faults, "totals": totals, "pairs": records.pairs}


def totals_by_year(table: pd.DataFrame, deaths: str) -> dict[str, dict[str, int]]:
    """Return events and deaths of each year in a file."""
    by_year = table[deaths].astype(int).groupby(table["year"])
    return {str(year): {"events": len(x), "deaths": int(x.sum())} for year, x in by_year}


def what_is_planted(world: World) -> dict[str, Any]:
    """Return what no dice change: the setting, dated and with its towns placed."""
    truth: dict[str, Any] = {section: world.setting[section] for section in PLANTED}
    for route in ("front", "siege"):
        stages = [{**town._asdict(), "reached": day} for day, town in world.stages(truth[route])]
        truth[route] = {**truth[route], "towns": stages}
    what = "Enemies: they fight each other, with `rate` true events a month, see `history`."
    fights = [stream for stream in world.streams if stream["kind"] in (1, 2)]
    truth["rivalries"] = [{"what": what, **stream} for stream in fights]
    truth["towns"] = [town._asdict() for town in world.by_name.values()]
    as_text: dict[str, Any] = json.loads(json.dumps(truth, default=str))  # dates as text
    return as_text


def what_to_expect(world: World) -> dict[str, Any]:
    """Return the counts to be expected: of each actor, and by month and type in GED."""
    provinces, home = world.setting["provinces"], world.setting["ceasefire"]["country"]
    by_actor: dict[str, dict[str, float]] = {x: defaultdict(float) for x in ("ged", "acled")}
    by_month: dict[str, dict[str, float]] = {x: defaultdict(float) for x in "123"}
    for stream, month, means in plan(world):
        kind = stream["kind"]
        if kind == 0:
            continue
        at_home = math.fsum(x for p, x in means.items() if provinces[p]["country"] == home)
        by_month[str(kind)][f"{month:%Y-%m}"] += at_home * share_recorded(world, "ged", kind)
        for dataset, counts in by_actor.items():
            rate = math.fsum(means.values()) * share_recorded(world, dataset, kind)
            for actor, share in shares_named(world, stream, month, dataset):
                counts[actor] += rate * share
    del by_actor["ged"]["Civilians"]
    ranking = [
        {"actor": actor, "ged": round(rate, 1), "acled": round(by_actor["acled"][actor], 1)}
        for actor, rate in sorted(by_actor["ged"].items(), key=lambda item: -item[1])
    ]
    months = {
        kind: {month: round(x, 2) for month, x in sorted(counts.items())}
        for kind, counts in by_month.items()
    }
    return {
        "ranking": {**world.setting["ranking"], "expected": ranking},
        "expected_by_month": {**world.setting["expected_by_month"], **months},
    }


def share_recorded(world: World, dataset: str, kind: int) -> float:
    """Return the share of a kind's true events that a dataset records."""
    odds, precision = world.setting["recording"], world.setting["precision"]
    deadly = float(odds["deadly"][str(kind)])
    if dataset == "ged":
        return deadly * float(odds["ged"])
    places, days = precision["where_prec"], precision["date_prec"]
    clear = (places["1"] + places["2"]) * days["1"]
    unclear = (1 - clear) * (1 - odds["ged"])
    of_deadly = clear * odds["acled_clear"] + unclear * odds["acled_unclear"]
    return float(deadly * of_deadly + (1 - deadly) * odds["acled_not_deadly"])


def shares_named(
    world: World, stream: Section, month: date, dataset: str
) -> Iterator[tuple[str, float]]:
    """Yield the actors whom a stream's events name, and in what share of the events."""
    umbrella = world.setting["umbrella"]
    alliances = [] if world.route(stream, month) else world.setting["alliances"]
    for actor in (stream["a"], stream["b"]):
        covered = stream["kind"] == 1 and actor in umbrella["members"] and holds(umbrella, month)
        own = 1 - umbrella["share"] * covered
        yield actor, own
        yield umbrella["actor"], 1 - own
        for x in alliances:
            shown = dataset == "acled" or ("id" in x and stream["kind"] < 3)
            if shown and actor in x["members"] and holds(x, month):
                yield from ((ally, own * x["share"]) for ally in x["members"] if ally != actor)
