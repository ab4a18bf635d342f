"""What happens in the invented country: the dice, and the true events one after the other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import TypeVar

import numpy as np

from toolkit.sample.world import Section, Town, World, holds

T = TypeVar("T")


class Dice:
    """Draws from uniform numbers alone, which numpy keeps the same from release to release."""

    def __init__(self, seed: int) -> None:
        self.uniform = np.random.default_rng(seed).random

    def chance(self, probability: float) -> bool:
        """Draw yes with a probability."""
        return self.uniform() < probability

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.uniform() * (high - low + 1))

    def choose(self, weights: Mapping[T, float]) -> T:
        """Draw one of the options, each in proportion to its weight."""
        left = self.uniform() * math.fsum(weights.values())
        for option, weight in weights.items():
            left -= weight
            if left < 0:
                return option
        return option  # the last one, where rounding left a rest

    def poisson(self, mean: float) -> int:
        """Draw a count from a Poisson distribution."""
        left, probability, count = self.uniform(), math.exp(-mean), 0
        while left > probability and count < 1000:
            left -= probability
            count += 1
            probability *= mean / count
        return count

    def deaths(self) -> int:
        """Draw from a power law: most deadly events kill one or two, a few kill many."""
        return min(int((1 - self.uniform()) ** (-1 / 1.1)), 120)

    def shocks(self, n_months: int, *, size: int, carry: float) -> list[float]:
        """Draw gamma shocks of mean 1 and variance 1/size with the autocorrelation `carry`.

        A shock is the mean of `size` exponential parts, each kept from the month before
        with the probability `carry`.
        """
        parts = [-math.log(1 - self.uniform()) for _ in range(size)]
        shocks = []
        for _ in range(n_months):
            parts = [p if self.chance(carry) else -math.log(1 - self.uniform()) for p in parts]
            shocks.append(fmean(parts))
        return shocks


@dataclass(frozen=True)
class Event:
    """A true event: what happened, and how clearly it can be known."""

    day: date
    span: tuple[date, date]  # the days on which its stream of events runs
    a: str
    b: str
    kind: int  # 1 to 3 as in GED, 0 for what only ACLED records
    town: Town
    deaths: int
    where_prec: int = 1
    date_prec: int = 1
    offset: tuple[float, float] = (0.0, 0.0)  # degrees from the town, for "near"
    drawn: tuple[bool, ...] = ()  # which alliances, and last the umbrella, show in this event
    act: tuple[str, str] | None = None  # event and sub-event type, where not drawn by ACLED
    note: str = ""
    certain: bool = False  # recorded by both datasets

    @property
    def clear(self) -> bool:
        """Whether day and town are known."""
        return self.where_prec <= 2 and self.date_prec == 1


def plan(world: World) -> Iterator[tuple[Section, date, dict[str, float]]]:
    """Yield for each stream and month the expected number of true events by province."""
    setting = world.setting
    season, campaign, ceasefire = (setting[x] for x in ("background", "campaign", "ceasefire"))
    for stream in world.streams:
        state_based = stream["kind"] == 1
        for month in world.months:
            if not holds(stream, month):
                continue
            turn = 2 * math.pi * (month.month - season["peak"]) / 12
            means: dict[str, float] = defaultdict(float)
            for letter in stream["provinces"]:
                rate = stream["rate"] / len(stream["provinces"])
                rate *= 1 + season["season"] * math.cos(turn)
                province = setting["provinces"][letter]
                if state_based and province["name"] == campaign["province"]:
                    rate *= campaign["factor"] if holds(campaign, month) else 1
                if state_based and province["country"] == ceasefire["country"]:
                    rate *= ceasefire["factor"] if month >= ceasefire["date"] else 1
                means[letter] += rate
            yield stream, month, dict(means)


def happenings(world: World, dice: Dice) -> Iterator[Event]:
    """Yield the true events: the streams, the front's arrivals and the milestones.

    Each is drawn when it is asked for: whoever throws the same dice in between, as the
    recording does, belongs to the order of the draws.
    """
    setting, n_months = world.setting, len(world.months)
    size, carry = setting["background"]["size"], setting["background"]["carry"]
    shocks = {
        kind: dict(zip(world.months, dice.shocks(n_months, size=size, carry=carry), strict=True))
        for kind in (1, 2, 3, 0)
    }
    for stream, month, means in plan(world):
        for _ in range(dice.poisson(math.fsum(means.values()) * shocks[stream["kind"]][month])):
            yield draw_event(world, dice, stream, month, means)

    period = (setting["period"]["start"], setting["period"]["end"])
    front, act = setting["front"], ("Battles", "Non-state actor overtakes territory")
    a, b = front["side_a"], front["side_b"]
    for day, town in world.stages(front):
        yield Event(day, period, a, b, 1, town, dice.deaths(), act=act, certain=True)
    for x in setting["history"]["milestones"]:
        town, act = world.by_name[x["town"]], ("Strategic developments", x["event"])
        yield Event(x["date"], period, x["a"], x["b"], 0, town, 0, act=act, note=x["note"])


def draw_event(
    world: World, dice: Dice, stream: Section, month: date, means: dict[str, float]
) -> Event:
    """Draw one event of a stream in a month; the order of the draws is part of the seed."""
    setting = world.setting
    day = month + timedelta(dice.whole(0, month_end(month).day - 1))
    letter = dice.choose(means)
    town = dice.choose({town: 1 / (n + 2) for n, town in enumerate(world.towns[letter])})
    route = world.route(stream, day)
    shares = [x["share"] for x in [*setting["alliances"], setting["umbrella"]]]
    deadly = stream.get("deadly", setting["recording"]["deadly"][str(stream["kind"])])
    return Event(
        day=day,
        span=(stream["start"], stream["end"]),
        a=stream["a"],
        b=stream["b"],
        kind=stream["kind"],
        town=draw_stage(world, dice, route, day) if route else town,
        deaths=dice.deaths() if dice.chance(deadly) else 0,
        where_prec=int(dice.choose(setting["precision"]["where_prec"])),
        date_prec=int(dice.choose(setting["precision"]["date_prec"])),
        offset=(0.12 * dice.uniform() - 0.06, 0.12 * dice.uniform() - 0.06),
        drawn=() if route else tuple(dice.chance(share) for share in shares),
        act=tuple(stream["event"]) if "event" in stream else None,
    )


def draw_stage(world: World, dice: Dice, route: Section, day: date) -> Town:
    """Return the town last reached, or now and then one behind it."""
    reached = [town for since, town in world.stages(route) if since <= day]
    if dice.chance(route["share"]) or len(reached) == 1:
        return reached[-1]
    return reached[dice.whole(0, len(reached) - 2)]


def month_end(day: date) -> date:
    """Return the last day of a day's month."""
    return (day.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)
