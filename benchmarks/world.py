"""The invented world that made files are drawn from: places, pairs of actors, days and texts.

Nothing in it exists. It is skewed as real data are: a few pairs of actors hold most events, a few
provinces most events of their country, and later years more than earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

COUNTRIES, PROVINCES, PLACES, ACTORS, PAIRS = 60, 15, 20, 25, 3_000  # within the one before
SYLLABLES = "vel mor quin dax ulth reb zan kir ost fey lun gar tev ish bral yon wex pell arq dun"
SLOTS = 1 << 16  # of a table that turns a random number into a skewed one


@dataclass(frozen=True)
class Draw:
    """Events as numbers: the arrays say which day, place and pair, and how many died."""

    day: np.ndarray
    country: np.ndarray
    province: np.ndarray
    place: np.ndarray
    pair: np.ndarray
    actor1: np.ndarray
    actor2: np.ndarray
    kind: np.ndarray  # 1 state-based, 2 non-state, 3 one-sided
    days_long: np.ndarray  # 0 for an event of one day
    civilians: np.ndarray
    low: np.ndarray
    best: np.ndarray
    high: np.ndarray


class World:
    """Names, coordinates and pairs; `draw` makes events of them, the same for the same numbers."""

    def __init__(self, first: str, last: str, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        sizes = np.cumprod([COUNTRIES, PROVINCES, PLACES])
        names = make_names(rng, int(sizes.sum()) + COUNTRIES * ACTORS)
        self.countries, self.provinces, self.places, groups = (
            pa.array(part, pa.large_string()) for part in np.split(names, np.cumsum(sizes))
        )
        self.actors, self.actor_of_civilians = name_actors(self.countries, groups)
        self.latitudes = spread_places(rng, -50, 65, int(sizes[2]))
        self.longitudes = spread_places(rng, -165, 165, int(sizes[2]))
        self.pair_country = rng.integers(0, COUNTRIES, PAIRS)
        self.pair_kind = rng.choice([1, 2, 3], PAIRS, p=[0.6, 0.2, 0.2])
        groups = rng.permuted(np.tile(np.arange(1, ACTORS), (PAIRS, 1)), axis=1)
        one = np.where(self.pair_kind == 1, 0, groups[:, 0])  # 0 is the government
        self.pair_actor1 = self.pair_country * ACTORS + one
        two = self.pair_country * ACTORS + groups[:, 1]
        self.pair_actor2 = np.where(self.pair_kind == 3, self.actor_of_civilians, two)
        self.texts = make_texts(rng, names, 5_000)
        self.first = np.datetime64(first)
        self.n_days = int((np.datetime64(last) - self.first).astype(int)) + 1
        calendar = self.first + np.arange(self.n_days + 400)
        self.calendar = pa.array(np.datetime_as_string(calendar), pa.large_string())
        self._skews = {n: skewed(n) for n in (PAIRS, PROVINCES, PLACES)}

    def day(self, rows: np.ndarray, n_rows: int) -> np.ndarray:
        """Return the day of each row of a table in the order of days, from 0."""
        return (self.n_days * ((rows + 0.5) / n_rows) ** 0.6).astype("int64")

    def draw(self, rows: np.ndarray, n_rows: int, *, seed: int) -> Draw:
        """Draw these rows of a table of `n_rows`."""
        rng = np.random.default_rng(seed)
        n = len(rows)
        pair = self._choose(rng, PAIRS, n)
        country = self.pair_country[pair]
        province = country * PROVINCES + self._choose(rng, PROVINCES, n)
        low = (rng.pareto(1.5, n) * (rng.random(n) < 0.7)).clip(0, 900).astype("int64")
        best = low + (rng.random(n) < 0.1) * rng.integers(0, 5, n)
        return Draw(
            day=self.day(rows, n_rows),
            country=country,
            province=province,
            place=province * PLACES + self._choose(rng, PLACES, n),
            pair=pair,
            actor1=self.pair_actor1[pair],
            actor2=self.pair_actor2[pair],
            kind=self.pair_kind[pair],
            days_long=(rng.random(n) < 0.1) * rng.integers(1, 30, n),
            civilians=np.where(self.pair_kind[pair] == 3, best, best // 5),
            low=low,
            best=best,
            high=best + (rng.random(n) < 0.3) * rng.integers(0, 20, n),
        )

    def write_texts(self, n: int, *, seed: int) -> pa.Array:
        """Return texts of 60 to 460 letters, with commas and quotes; few of them twice."""
        return take(self.texts, np.random.default_rng(seed).integers(0, len(self.texts), n))

    def _choose(self, rng: np.random.Generator, n: int, size: int) -> np.ndarray:
        return self._skews[n][rng.integers(0, SLOTS, size)]


def take(values: pa.Array, at: np.ndarray) -> pa.Array:
    """Return the values at these positions."""
    return values.take(pa.array(at))


def spread_places(rng: np.random.Generator, least: float, most: float, n: int) -> np.ndarray:
    """Return a coordinate for each place, at most four degrees from the middle of its country."""
    middles = rng.uniform(least, most, COUNTRIES).repeat(n // COUNTRIES)
    return (middles + rng.uniform(-4, 4, n)).round(4)


def skewed(n: int) -> np.ndarray:
    """Return a table of numbers below n in which the k-th stands about 1 / (k + 3) as often."""
    shares = np.cumsum(1 / np.arange(3, n + 3))
    return np.searchsorted(shares / shares[-1], (np.arange(SLOTS) + 0.5) / SLOTS)


def make_names(rng: np.random.Generator, n: int) -> np.ndarray:
    """Return n different invented words."""
    syllables = np.array(SYLLABLES.split())
    drawn = rng.choice(len(syllables) ** 5, n, replace=False)
    digits = drawn[:, None] // len(syllables) ** np.arange(5) % len(syllables)
    words = syllables[digits]
    return np.array([f"{''.join(row[:3])} {''.join(row[3:])}".title() for row in words.tolist()])


def name_actors(countries: pa.Array, groups: pa.Array) -> tuple[pa.Array, int]:
    """Return the actors, those of a country in a row, its government first; last the civilians."""
    names = [f"{group} Front" for group in groups.to_pylist()]
    for number, country in enumerate(countries.to_pylist()):
        names[number * ACTORS] = f"Government of {country}"
    return pa.array([*names, "Civilians"], pa.large_string()), len(names)


def make_texts(rng: np.random.Generator, names: np.ndarray, n: int) -> pa.Array:
    """Return n texts of invented words."""
    words = rng.choice(names, (n, 36)).tolist()
    lengths = rng.integers(5, 36, n)
    return pa.array(
        [_say(row[:k]) for row, k in zip(words, lengths, strict=True)], pa.large_string()
    )


def _say(words: list[str]) -> str:
    name = f'"{words[1]}"' if len(words) % 5 == 0 else words[1]
    return f"near {words[0]}, {name} and {words[2]} met: {' '.join(words[3:])}."
