"""How two datasets record the true events: rows in the true columns of UCDP GED and of ACLED."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd

from toolkit.sample.history import Dice, Event, happenings, month_end
from toolkit.sample.world import Section, World, holds

Row = dict[str, Any]
Rows = dict[int, Row]  # by the number of the true event

LAST_ID = 600_000  # of GED, before the first row
LAST_TIMESTAMP = 1_609_459_200  # of ACLED, 2021-01-01; a minute to each row


class Records(NamedTuple):
    """What the two datasets hold, and what is known about their rows."""

    ged: pd.DataFrame
    acled: pd.DataFrame
    pairs: dict[str, str]  # id in GED -> id in ACLED of the same event
    faults: dict[str, Any]  # which rows are spoilt, and how


def record(world: World, dice: Dice) -> Records:
    """Let the history happen and both datasets record it."""
    ged: Rows = {}
    acled: Rows = {}
    for number, event in enumerate(happenings(world, dice)):
        in_ged, in_acled = draw_recorded(world, dice, event)
        if in_ged:
            ged[number] = ged_row(world, dice, event)
        if in_acled:
            acled[number] = acled_row(world, dice, event)
    number_rows(world, ged, acled)
    pairs = {ged[n]["id"]: acled[n]["event_id_cnty"] for n in ged.keys() & acled.keys()}
    faults = plant_faults(world, dice, ged, acled)
    mark_active_years(ged.values())
    return Records(
        ged=make_table(world, "ged", sorted(ged.values(), key=itemgetter("id"))),
        acled=make_table(world, "acled", sorted(acled.values(), key=itemgetter("timestamp"))),
        pairs={str(ged_id): pairs[ged_id] for ged_id in sorted(pairs)},
        faults=faults,
    )


def draw_recorded(world: World, dice: Dice, event: Event) -> tuple[bool, bool]:
    """Decide whether GED and whether ACLED record an event."""
    odds = world.setting["recording"]
    if event.kind == 0 or event.certain:
        return event.certain, True
    if not event.deaths:
        return False, dice.chance(odds["acled_not_deadly"])
    in_ged = dice.chance(odds["ged"])
    if event.clear:
        return in_ged, dice.chance(odds["acled_clear"])
    return in_ged, not in_ged and dice.chance(odds["acled_unclear"])


# ------------------------------------------------------------------------ who acts, and how named


def name_on(world: World, actor: str, dataset: str, day: date, country: str = "") -> str:
    """Return what a dataset calls an actor on a day."""
    entry = world.setting["actors"][actor]
    names = entry[dataset]
    renamed = len(names) > 1 and day >= entry["since"]
    return str(names[renamed]).format(country)


def actor_code(world: World, actor: str, country: str) -> int:
    """Return ACLED's code of an actor's type; state forces abroad are external forces."""
    entry = world.setting["actors"][actor]
    return 8 if entry.get("home", country) != country else int(entry["code"])


def who_shows(world: World, event: Event, actor: str, day: date) -> tuple[str, list[Section]]:
    """Return under which actor's name a side acts on a day, and its alliances then."""
    umbrella = world.setting["umbrella"]
    member = event.kind == 1 and actor in umbrella["members"] and holds(umbrella, day)
    if member and event.drawn and event.drawn[-1]:
        return umbrella["actor"], []
    drawn = zip(world.setting["alliances"], event.drawn, strict=False)
    return actor, [x for x, yes in drawn if yes and actor in x["members"] and holds(x, day)]


# -------------------------------------------------------------------------------------- GED


def ged_row(world: World, dice: Dice, event: Event) -> Row:
    """Return an event as GED records it, all but its ids."""
    start, end = ged_dates(dice, event)
    side_a, id_a = ged_side(world, event, event.a, start)
    side_b, id_b = ged_side(world, event, event.b, start)
    row: Row = {
        "year": start.year,
        "code_status": "Clear",
        "type_of_violence": event.kind,
        "dyad_name": f"{side_a} - {side_b}",
        "dyad_new_id": f"9{id_a % 9800:02d}{id_b % 9800:02d}",
        "side_a": side_a,
        "side_b": side_b,
        "side_a_new_id": id_a,
        "side_b_new_id": id_b,
        "where_prec": event.where_prec,
        "event_clarity": 2 if not event.clear and dice.chance(0.3) else 1,
        "date_prec": event.date_prec,
        "date_start": f"{start} 00:00:00.000",
        "date_end": f"{end} 00:00:00.000",
        "gwnob": "",
    }
    state = side_a.removeprefix("Government of ")
    country = world.setting["countries"].get(state, {})
    row["gwnoa"] = country.get("gwno", "")
    row["conflict_name"] = f"{state}: Government" if event.kind == 1 else row["dyad_name"]
    row["conflict_new_id"] = country["conflict"] if event.kind == 1 else row["dyad_new_id"]
    for what in ("conflict", "dyad", "side_a", "side_b"):
        row[f"{what}_dset_id"] = 9999 if row[f"{what}_new_id"] == 1 else row[f"{what}_new_id"]
    row |= ged_place(world, event)
    return row | ged_deaths(world, dice, event) | ged_source(world, dice, event)


def ged_dates(dice: Dice, event: Event) -> tuple[date, date]:
    """Return the first and last day as far as GED knows them, inside the stream's span."""
    start = end = event.day
    if event.date_prec in (2, 3):
        days = dice.whole(2, 6) if event.date_prec == 2 else 7
        start -= timedelta(dice.whole(0, days - 1))
        end = start + timedelta(days - 1)
    elif event.date_prec > 3:
        start = start.replace(day=1)
        end = month_end(start if event.date_prec == 4 else start + timedelta(dice.whole(31, 80)))
    return max(start, event.span[0]), min(end, event.span[1])


def ged_side(world: World, event: Event, actor: str, day: date) -> tuple[str, int]:
    """Return a side's name and id; allies stand in one name, separated by commas."""
    shown, alliances = who_shows(world, event, actor, day)
    coalition = next((x for x in alliances if "id" in x and event.kind < 3), None)
    if coalition:
        names = sorted(name_on(world, x, "ged", day) for x in coalition["members"])
        return ", ".join(names), coalition["id"]
    return name_on(world, shown, "ged", day), world.setting["actors"][shown]["id"]


def ged_place(world: World, event: Event) -> Row:
    """Place an event as precisely as it is known: the town, near it, or the middle of a part."""
    town, precision = event.town, event.where_prec
    north = town.latitude > world.centres[town.country][0]
    district = f"{town.name} district"
    province = f"{world.setting['provinces'][town.letter]['ged']} province"
    part = f"{'Northern' if north else 'Southern'} {town.country}"
    lat, lon = town.latitude, town.longitude
    if precision == 2:
        lat, lon = lat + event.offset[0], lon + event.offset[1]
    elif precision > 3:
        lat, lon = world.centres[town.letter if precision == 4 else town.country]
        if precision == 5:
            lat += 1.0 if north else -1.0
    lat, lon = round(lat, 4), round(lon, 4)
    places = [f"{town.name} town", f"{town.name} town", district, province, part, town.country]
    place = places[precision - 1]
    return {
        "where_coordinates": place,
        "where_description": f"near {town.name}" if precision == 2 else place,
        "adm_1": province if precision < 5 else "",
        "adm_2": district if precision < 4 else "",
        "latitude": lat,
        "longitude": lon,
        "geom_wkt": f"POINT ({lon} {lat})",
        "priogrid_gid": math.floor((lat + 90) / 0.5) * 720 + math.floor((lon + 180) / 0.5) + 1,
        "country": town.country,
        "country_id": world.setting["countries"][town.country]["gwno"],
        "region": world.setting["words"]["region"],
    }


def ged_deaths(world: World, dice: Dice, event: Event) -> Row:
    """Divide the deaths among the sides; the less clear the event, the wider the bounds."""
    best, shares = event.deaths, world.setting["deaths"][str(event.kind)]
    divided = Counter(dice.choose(shares) for _ in range(best))
    low = high = best
    if dice.chance(0.12 if event.clear else 0.6):
        high += 1 + int(dice.uniform() * best * (0.4 if event.clear else 1.5))
    if dice.chance(0.06 if event.clear else 0.4):
        low -= 1 if event.clear else dice.whole(1, best)
    parts = {part: divided[part] for part in shares}
    return {**parts, "best": best, "high": high, "low": low}


def ged_source(world: World, dice: Dice, event: Event) -> Row:
    """Invent the news offices that report an event on the day after it."""
    words = world.setting["words"]
    n_sources = int(dice.choose({"1": 0.5, "2": 0.2, "3": 0.06, "-1": 0.24}))
    first = dice.whole(0, len(words["offices"]) - 1)
    offices = [words["offices"][(first + n) % len(words["offices"])] for n in range(n_sources)]
    day = event.day + timedelta(1)
    headline = f"{event.deaths or 'No'} dead near {event.town.name}"
    return {
        "number_of_sources": n_sources,
        "source_article": ";".join(f'"{office},{day},{headline}"' for office in offices),
        "source_office": ";".join(offices),
        "source_date": ";".join(str(day) for _ in offices),
        "source_headline": ";".join(headline for _ in offices),
        "source_original": dice.choose(dict.fromkeys(words["origins"], 1)),
    }


# ------------------------------------------------------------------------------------ ACLED


def acled_row(world: World, dice: Dice, event: Event) -> Row:
    """Return an event as ACLED records it, all but its id."""
    late = event.clear and not event.certain and event.kind > 0 and dice.chance(0.2)
    day = min(event.day + timedelta(late), event.span[1])
    event_type, sub_type, a, b = draw_act(world, dice, event)
    excessive = sub_type == "Excessive force against protesters"
    hits_civilians = b == "Civilians" and event_type != "Strategic developments"
    row: Row = {
        "event_date": str(day),
        "year": day.year,
        "time_precision": {1: 1, 2: 2, 3: 2, 4: 3, 5: 3}[event.date_prec],
        "disorder_type": disorder_type(event_type, sub_type),
        "event_type": event_type,
        "sub_event_type": sub_type,
        "civilian_targeting": "Civilian targeting" if hits_civilians or excessive else "",
        "fatalities": acled_fatalities(dice, event.deaths),
        "tags": "crowd size=no report" if event_type == "Protests" else "",
    }
    row |= acled_place(world, event) | acled_source(world, dice)
    for side, actor in (("1", a), ("2", b)):
        row |= acled_side(world, dice, event, day, side, actor)
    row["interaction"] = interaction(world, row["inter1"], row["inter2"])
    row["notes"] = write_note(world, event, row)
    if event_type == "Battles" and dice.chance(0.5):  # the order means nothing
        for column in ("actor", "inter", "assoc_actor_"):
            one, two = f"{column}1", f"{column}2"
            row[one], row[two] = row[two], row[one]
    return row


def draw_act(world: World, dice: Dice, event: Event) -> tuple[str, str, str, str]:
    """Return event type, sub-event type, attacker and attacked."""
    if event.act:
        return *event.act, event.a, event.b
    acts, a, b = world.setting["acts"], event.a, event.b
    if event.kind == 3 and dice.chance(acts["vac"]):
        event_type = "Violence against civilians"
        subs = "deadly_vac" if event.deaths else "other_vac"
    elif event.kind < 3 and dice.chance(acts["battle"]):
        event_type, subs = "Battles", "battle_state" if event.kind == 1 else "battle_other"
    else:
        if event.kind < 3 and dice.chance(0.5):
            a, b = b, a
        state = actor_code(world, a, event.town.country) in (1, 8)
        event_type, subs = "Explosions/Remote violence", "remote_state" if state else "remote_other"
    return event_type, dice.choose(acts["subs"][subs]), a, b


def disorder_type(event_type: str, sub_type: str) -> str:
    """Return ACLED's widest class of an event."""
    if event_type == "Strategic developments":
        return event_type
    if sub_type == "Excessive force against protesters":
        return "Political violence; Demonstrations"
    demonstration = event_type == "Protests" or sub_type == "Violent demonstration"
    return "Demonstrations" if demonstration else "Political violence"


def acled_place(world: World, event: Event) -> Row:
    """Place an event in a town: its own, or the capital where only the province is known."""
    precision = {1: 1, 2: 1, 3: 2}.get(event.where_prec, 3)
    town = event.town if precision < 3 else world.towns[event.town.letter][0]
    return {
        "geo_precision": precision,
        "iso": world.setting["countries"][town.country]["iso"],
        "region": world.setting["words"]["region"],
        "country": town.country,
        "admin1": town.province,
        "admin2": town.name,
        "admin3": "",
        "location": town.name,
        "latitude": round(town.latitude + 0.01 * math.sin(50 * town.longitude), 4),
        "longitude": round(town.longitude + 0.01 * math.sin(50 * town.latitude), 4),
    }


def acled_fatalities(dice: Dice, deaths: int) -> int:
    """Count deaths as the other dataset would: often the same, sometimes none reported."""
    if not deaths or dice.chance(0.6):
        return deaths
    return 0 if dice.chance(0.25) else max(1, round(deaths * (0.5 + dice.uniform())))


def acled_side(world: World, dice: Dice, event: Event, day: date, side: str, actor: str) -> Row:
    """Return the columns of one side: the actor, its type, and who is listed beside it."""
    names, code, country = [""], 0, event.town.country
    if actor:
        shown, alliances = who_shows(world, event, actor, day)
        allies = [x for alliance in alliances for x in alliance["members"] if x != actor]
        names = [name_on(world, x, "acled", day, country) for x in [shown, *allies]]
        code = actor_code(world, shown, country)
    if code in (6, 7) and dice.chance(0.5 if code == 6 else 0.25):
        groups = world.setting["categories"]["associates"][:-1]
        names.append(dice.choose(dict.fromkeys(groups, 1)).format(country))
    elif code in (2, 4) and dice.chance(0.05):  # in the way, no ally
        names.append(f"Civilians ({country})")
    return {
        f"actor{side}": names[0],
        f"inter{side}": world.setting["words"]["inter"][code],
        f"assoc_actor_{side}": "; ".join(names[1:]),
    }


def interaction(world: World, inter1: str, inter2: str) -> str:
    """Join two labels, the smaller code first; 78 is the one that stands reversed."""
    first, second = sorted([inter1, inter2], key=world.setting["words"]["inter"].index)
    if not first:
        return f"{second} only"
    if first == "Civilians" and second != first:
        first, second = second, first
    return f"{first}-{second}"


def acled_source(world: World, dice: Dice) -> Row:
    """Invent one or two sources with their scales."""
    scales = world.setting["words"]["scales"]
    sources = {dice.choose(dict.fromkeys(scales, 1)) for _ in range(1 + dice.chance(0.3))}
    return {
        "source": "; ".join(sorted(sources)),
        "source_scale": "-".join(sorted({scales[source] for source in sources})),
    }


def write_note(world: World, event: Event, row: Row) -> str:
    """Tell an event in two sentences, attacker first."""
    act = event.note or world.setting["words"]["acts"][row["sub_event_type"]]
    act = act.format(a=row["actor1"], b=row["actor2"])
    dead = {0: "No deaths were reported", 1: "One person died"}
    end = dead.get(row["fatalities"], f"{row['fatalities']} people died")
    return f"On {row['event_date']}, {act} in {row['location']} ({row['admin1']}). {end}."


# ------------------------------------------------------------------------ the finished files


def number_rows(world: World, ged: Rows, acled: Rows) -> None:
    """Give the rows their ids, by date; ids with a country's code count on in that country."""
    counts: Counter[str] = Counter()
    for n, row in enumerate(sorted(ged.values(), key=itemgetter("date_start")), start=1):
        code = world.setting["countries"][row["country"]]["code"]
        counts[code] += 1
        middle = f"{row['year']}-{row['type_of_violence']}-{row['dyad_new_id']}"
        row["id"] = LAST_ID + n
        row["relid"] = f"{code}-{middle}-{counts[code]}"
    counts.clear()
    for n, row in enumerate(sorted(acled.values(), key=itemgetter("event_date")), start=1):
        code = world.setting["countries"][row["country"]]["code"]
        counts[code] += 1
        row["event_id_cnty"] = f"{code}{counts[code]}"
        row["timestamp"] = LAST_TIMESTAMP + 60 * n


def plant_faults(world: World, dice: Dice, ged: Rows, acled: Rows) -> dict[str, Any]:
    """Spoil a few rows as real files have it; return the ids of the spoilt rows."""
    quality = world.setting["quality"]
    acled_only = [row for number, row in acled.items() if number not in ged]
    remote = [x for x in acled_only if x["event_type"] == "Explosions/Remote violence"]
    fits = {
        "best_above_high": [x for x in ged.values() if x["best"] > 4],
        "best_zero": [x for x in ged.values() if x["best"] == 1 and x["high"] > 1],
        "adm_1_missing": [x for x in ged.values() if x["where_prec"] < 4],
        "actor2_missing": [x for x in remote if not x["civilian_targeting"]],
    }
    faults = {"what": quality["what"]}
    for fault, rows in fits.items():
        chosen = [rows.pop(dice.whole(0, len(rows) - 1)) for _ in range(quality[fault])]
        faults[fault] = sorted(str(row.get("id") or row["event_id_cnty"]) for row in chosen)
        for row in chosen:
            spoil(row, fault)
    return faults


def spoil(row: Row, fault: str) -> None:
    """Plant one fault in one row."""
    if fault == "best_above_high":
        row["high"] = row["best"] - 1
        row["low"] = min(row["low"], row["high"])
    elif fault == "best_zero":
        row.update({x: 0 for x in row if x.startswith("deaths_")}, best=0, low=0)
    elif fault == "adm_1_missing":
        row["adm_1"] = ""
    else:
        row.update(actor2="", assoc_actor_2="", inter2="", interaction=f"{row['inter1']} only")


def mark_active_years(rows: Collection[Row]) -> None:
    """Mark a row's year as active if its dyad has 25 deaths or more in it."""
    deaths: Counter[tuple[int, str]] = Counter()
    for row in rows:
        deaths[row["year"], row["dyad_name"]] += row["best"]
    for row in rows:
        row["active_year"] = int(deaths[row["year"], row["dyad_name"]] >= 25)


def make_table(world: World, dataset: str, rows: list[Row]) -> pd.DataFrame:
    """Return rows as text in the dataset's columns."""
    return pd.DataFrame(rows, columns=world.setting["columns"][dataset].split()).astype(str)
