"""Event windows: what happens in the days before and after given dates, against placebo dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option, warn
from toolkit.events import check_day
from toolkit.panels import period_word, record_of_series, take_series
from toolkit.provenance import add_step

# With fewer placebos p cannot be 0.05: the smallest is 1 / (1 + 19).
_FEWEST = 19


class EventWindow(NamedTuple):
    """What `event_window` finds, as three tables."""

    profile: pd.DataFrame
    effect: pd.DataFrame
    dates: pd.DataFrame


def event_window(
    data: pd.DataFrame | pd.Series,
    *,
    dates: Sequence[str] | pd.Series,
    before: int = 28,
    after: int = 28,
    value: str = "n_events",
    unit: str | None = None,
    overlaps: str = "drop",
    placebos: str = "shift",
    n_placebos: int = 999,
    seed: int = 0,
) -> EventWindow:
    """Set what happens before given dates beside what happens after, and both beside placebos.

    The windows of the dates are laid over each other (a superposed epoch). The effect is the mean
    per period after the dates minus the mean before them; the period of a date itself belongs to
    neither side. Placebos are sets of as many other dates of the same series, treated alike, and
    p is the share of them whose difference is as far from the mean of all differences as that of
    the given dates: (1 + at least as far) / (1 + placebos), two-sided. Far from that mean, not
    from 0: in a series that falls anyway, every date has less after it than before. A difference
    and not a ratio, which zeros make undefined.

    What is permuted is dates, not periods: the given dates are taken as exchangeable with others
    of the series. Autocorrelation and weekdays are then no fault, for the placebos meet them too:
    without an effect, p < 0.05 came in 2 to 6 % of simulated series, independent or not. These
    are faults:

    - Dates that were chosen by the series. A ceasefire is signed when fighting is at its worst,
      and after the worst comes less. Eight dates at the peaks of a series without any effect had
      p < 0.05 in seven to nine of ten simulations. No placebo repairs this.
    - Dates that keep to a season. What changes with the season changes around them, and no date
      of the same series tells the two apart. At three dates a year apart, where a season falls
      fastest, p < 0.05 came in 10 % ("random": 40 %).
    - A series that is much wilder in one part than in another, and dates from one part only: the
      difference is in events, and large where events are many (p < 0.05 in about 10 %). Cut the
      series there.

    A difference is not a cause, and what a window holds may be the doing of another date, given
    or not. Few dates in an autocorrelated series show little: a fall of 60 % after each date was
    found in 9 % of simulations with one date, in a quarter with three, in three quarters with
    eight. A large p is then no sign that nothing changed. Placebos may touch the windows of the
    given dates: kept away from them they are drawn from another series than the dates, and
    p < 0.05 came in 15 % of simulations without an effect.

    Parameters
    ----------
    data
        One unit of a panel, usually counted by day, or a Series with periods as its index.
    dates
        Days, given from outside the series; each stands for the period of the panel it lies in.
    before, after
        Length of the two sides in periods of the panel. In days, whole weeks are best: then both
        sides hold each weekday equally often, and habits of reporting cancel out.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high"; for a panel only.
    unit
        Name of the unit, where the panel has several.
    overlaps
        What to do with dates whose windows share periods. "drop" keeps the first in time and
        leaves out those that reach into its window; "keep" takes all, which counts some periods
        more than once; "raise" is an error.
    placebos
        "shift": all dates moved by the same number of periods, what goes over the end of the
        series coming in at the start. It keeps the spacing: dates at intervals, such as one a
        year, are compared with dates at the same intervals. "random": any dates whose windows do
        not overlap, each such set with the same probability. It finds an effect slightly more
        often (78 against 76 % for eight dates in an autocorrelated series) and needs less room
        between gaps, but it is wrong for dates at intervals: with three of them a year apart in a
        seasonal series, p < 0.05 came in 15 % of simulations without an effect (shift: 5 %). Not
        with overlaps="keep", because random dates overlap less (35 %; shift: 4 %).
        The windows of either kind lie inside the series and hold no missing period.
    n_placebos
        Number of placebo sets, at least 19. There are no more shifts than the series has
        periods.
    seed
        Seed of the draws.

    Returns
    -------
    EventWindow
        Three tables.

        `profile`, a row for each offset: `offset` (-before to after, in periods), `mean` (over
        the dates used), `n_dates`, `expected` (mean of the placebos), `low` and `high` (2.5 and
        97.5 % of the placebos). The band is pointwise: of 57 offsets some three lie outside
        it by chance alone.

        `effect`, one row: `before`, `after` (means per period), `difference` (after - before),
        `expected` (mean difference of the placebos), `ratio` (after / before; missing where
        nothing happened before), `p`, `n_dates`, `n_placebos`.

        `dates`, a row for each given date in the order given: `date`, `used`, `reason` (why not;
        empty if used), `before`, `after` (means per period, missing where the window is not
        whole).

    Raises
    ------
    OptionError
        An unknown option, a date that is no day, a series shorter than one window, windows that
        overlap with overlaps="raise", random placebos with overlaps="keep".
    EmptySelectionError
        None of the dates can be used.

    Warns
    -----
    DataWarning
        Dates that are not used; windows that overlap and are kept; fewer than 19 other sets of
        dates are possible, or the series is one number throughout: p and what else comes of the
        placebos is missing then.

    Examples
    --------
    In the invented country a ceasefire of 1 July 2017 leaves 40 % of the state-based events.

    >>> import toolkit as ct
    >>> events = ct.filter_events(
    ...     ct.load_sample("ged"), countries="Karvenia", violence_types="state-based"
    ... )
    >>> panel = ct.count_events(events, period="day")
    >>> found = ct.event_window(panel, dates=["2017-07-01"], before=182, after=182)
    >>> found.effect[["before", "after", "ratio", "p"]].round(2).values.tolist()
    [[0.57, 0.2, 0.35, 0.02]]
    """
    _check_options(before, after, n_placebos, overlaps, placebos)
    series = take_series(data, value=value, unit=unit, gaps=True)
    numbers, offsets = series.to_numpy(), np.arange(-before, after + 1)
    whole = _whole_windows(series, before, after)
    table, places = _judge_dates(series, dates, whole, before, after)
    _apply_rule(table, places, len(offsets), overlaps)
    _tell_unused(table)
    table[["before", "after"]] = _means_of_each(numbers, places, whole, offsets)
    chosen = np.sort(places[table["used"].to_numpy()])
    sets = _draw_sets(numbers, whole, chosen, len(offsets), placebos, n_placebos, seed)
    real, drawn = (_profiles(numbers, group, offsets) for group in (chosen[np.newaxis], sets))
    profile = _make_profile(real[0], drawn, offsets, len(chosen))
    effect = _make_effect(real, drawn, offsets, len(chosen))
    step = (
        f"{series.name or 'values'} around {len(chosen)} of {len(table)} given dates, {before} "
        f"before and {after} after, overlaps {overlaps}, {len(sets)} placebos {placebos}, "
        f"seed {seed}"
    )
    record = {**record_of_series(data, unit), "period": period_word(series.index)}
    return EventWindow(
        *(add_step(part, record, step, value=series.name) for part in (profile, effect, table))
    )


# ----------------------------------------------------------------------------------- the dates


def _check_options(before: int, after: int, n_placebos: int, overlaps: str, placebos: str) -> None:
    check_option("overlaps", overlaps, ["drop", "keep", "raise"])
    check_option("placebos", placebos, ["random", "shift"])
    least = {"before": (before, 1), "after": (after, 1), "n_placebos": (n_placebos, _FEWEST)}
    for name, (number, fewest) in least.items():
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < fewest:
            raise OptionError(
                f"{name}={number!r} cannot be used.",
                f"a whole number, {fewest} or more.",
                f"{name}={999 if name == 'n_placebos' else 28}",
            )
    if overlaps == "keep" and placebos == "random":
        raise OptionError(
            'overlaps="keep" cannot be tested with random placebos: they do not overlap alike.',
            "placebos that keep the spacing of the dates.",
            'placebos="shift", or overlaps="drop"',
        )


def _whole_windows(series: pd.Series, before: int, after: int) -> np.ndarray:
    """Return for each period whether the window around it is inside and nowhere missing."""
    width = before + 1 + after
    if len(series) < width:
        word = period_word(series.index)
        raise OptionError(
            f"The series has {len(series)} {word}s, and one window takes {width}.",
            "a series longer than a window, for placebos much longer.",
            "before=..., after=... smaller, or a shorter period in ct.count_events",
        )
    missing = np.lib.stride_tricks.sliding_window_view(series.isna().to_numpy(), width)
    return np.pad(~missing.any(axis=1), (before, after))


def _judge_dates(
    series: pd.Series, dates: Any, whole: np.ndarray, before: int, after: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the given dates with what is wrong with each, and their places in the series."""
    single = isinstance(dates, str) or not isinstance(dates, Iterable)
    given = [dates] if single else list(dates)
    days = pd.DatetimeIndex([check_day("dates", day) for day in given])
    places = series.index.get_indexer(days.to_period(series.index.freq))
    inside = places >= 0
    fits = (places >= before) & (places < len(series) - after)
    faults = {
        "outside the series": ~inside,
        f"stands twice (the same {period_word(series.index)})": pd.Series(places).duplicated(),
        "its window reaches beyond the series": ~fits,
        "its window holds a period that is not covered": ~whole[places],
    }
    reason = np.select(list(faults.values()), list(faults), "")
    return pd.DataFrame({"date": days, "used": reason == "", "reason": reason}), places


def _apply_rule(table: pd.DataFrame, places: np.ndarray, width: int, overlaps: str) -> None:
    """Write down what follows for dates that are closer to each other than one window is wide."""
    usable = table.index[table["used"]]
    usable = usable[np.argsort(places[usable])]
    kept: list[int] = []
    for row in usable:
        if not kept or places[row] - places[kept[-1]] >= width or overlaps == "keep":
            kept.append(row)
            continue
        earlier = f"{table['date'][kept[-1]]:%Y-%m-%d}"
        if overlaps == "raise":
            raise OptionError(
                f"The windows of {earlier} and {table['date'][row]:%Y-%m-%d} overlap.",
                f"dates at least {width} periods apart.",
                'overlaps="drop", or before=..., after=... smaller',
            )
        table.loc[row, ["used", "reason"]] = [False, f"its window overlaps with that of {earlier}"]
    close = int((np.diff(places[kept]) < width).sum())
    if close:
        warn(
            f"{close} of {len(kept)} windows overlap with the one before: periods are counted more "
            "than once, and the dates are not independent."
        )


def _tell_unused(table: pd.DataFrame) -> None:
    unused = table[~table["used"]]
    told = "; ".join(f"{day:%Y-%m-%d} {why}" for day, why in unused[["date", "reason"]].values[:3])
    if len(unused) == len(table):
        raise EmptySelectionError(
            f"None of {len(table)} dates can be used. {told}".strip(),
            "at least one date whose window is inside the series and covered.",
            "before=..., after=... smaller, or ct.coverage(panel)",
        )
    if len(unused):
        warn(f"{len(unused)} of {len(table)} dates are not used: {told}. See the table `dates`.")


# -------------------------------------------------------------------------------- the placebos


def _draw_sets(
    numbers: np.ndarray, whole: np.ndarray, chosen: np.ndarray, width: int, placebos: str,
    n_draws: int, seed: int,
) -> np.ndarray:  # fmt: skip
    """Return the places of the dates of each placebo: placebos by dates, none if untestable."""
    rng = np.random.default_rng(seed)
    if np.nanmin(numbers) == np.nanmax(numbers):
        warn("The series is the same number throughout: there is nothing to test, p is missing.")
        return np.empty((0, len(chosen)), dtype=int)
    if placebos == "shift":
        sets = _shifted_sets(whole, chosen, n_draws, rng)
    else:
        sets = _random_sets(whole, len(chosen), width, n_draws, rng)
    if not len(sets):
        warn(
            f"Fewer than {_FEWEST} other sets of the dates fit into the series: p is missing. "
            "Shorter windows need less room, and so may the other option of placebos."
        )
    return sets


def _random_sets(
    whole: np.ndarray, n_dates: int, width: int, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw sets of whole windows that do not overlap, each possible set equally likely.

    ways[k][i] is the number of ways to place k dates from period i on, in parts of that for the
    whole series. The first date of k comes before period i in all ways but these.
    """
    ways, log_sets = [np.ones(len(whole) + width)], 0.0
    for _ in range(n_dates):
        here = whole * ways[-1][width:]  # a date here, the others behind its window
        counts = np.append(np.cumsum(here[::-1])[::-1], np.zeros(width))
        log_sets += np.log(counts[0])
        ways.append(counts / counts[0])
    if log_sets < np.log(_FEWEST + 0.5):  # the given dates are one of the sets
        return np.empty((0, n_dates), dtype=int)
    first, drawn = np.zeros(n_draws, dtype=int), []
    for left in range(n_dates, 0, -1):
        share = rng.random(n_draws) * ways[left][first]
        drawn.append(np.searchsorted(-ways[left], -share) - 1)
        first = drawn[-1] + width
    return np.stack(drawn, axis=1)


def _shifted_sets(
    whole: np.ndarray, chosen: np.ndarray, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Move all dates by the same number of periods, round the end to the start.

    The whole series is the circle, so that dates whose windows fit into it never become
    neighbours across its ends. A shift that takes a window over an end or a gap is left out.
    """
    by = np.arange(1, len(whole))[:, np.newaxis]
    sets = np.sort((chosen + by) % len(whole), axis=1)
    sets = sets[whole[sets].all(axis=1)]
    return rng.permutation(sets)[:n_draws] if len(sets) >= _FEWEST else sets[:0]


# --------------------------------------------------------------------------------- the results


def _profiles(numbers: np.ndarray, sets: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Return the mean over the dates of each set at each offset: sets by offsets."""
    return np.stack([numbers[sets + offset].mean(axis=1) for offset in offsets], axis=1)


def _sides(profiles: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the means per period before and after, for each row of profiles."""
    return profiles[:, offsets < 0].mean(axis=1), profiles[:, offsets > 0].mean(axis=1)


def _means_of_each(
    numbers: np.ndarray, places: np.ndarray, whole: np.ndarray, offsets: np.ndarray
) -> np.ndarray:
    """Return the means before and after each date alone, missing where its window is not whole."""
    means = np.full((len(places), 2), np.nan)
    can = (places >= 0) & whole[places]
    profiles = _profiles(numbers, places[can][:, np.newaxis], offsets)
    means[can] = np.column_stack(_sides(profiles, offsets))
    return means


def _make_profile(
    real: np.ndarray, drawn: np.ndarray, offsets: np.ndarray, n_dates: int
) -> pd.DataFrame:
    profile = pd.DataFrame({"offset": offsets, "mean": real, "n_dates": n_dates})
    if not len(drawn):
        return profile.assign(expected=np.nan, low=np.nan, high=np.nan)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return profile.assign(expected=drawn.mean(axis=0), low=low, high=high)


def _make_effect(
    real: np.ndarray, drawn: np.ndarray, offsets: np.ndarray, n_dates: int
) -> pd.DataFrame:
    (before,), (after,) = _sides(real, offsets)
    earlier, later = _sides(drawn, offsets)
    effect = {
        "before": before,
        "after": after,
        "difference": after - before,
        "expected": (later - earlier).mean() if len(drawn) else np.nan,
        "ratio": after / before if before else np.nan,
        "p": _p_value(after - before, later - earlier) if len(drawn) else np.nan,
        "n_dates": n_dates,
        "n_placebos": len(drawn),
    }
    return pd.DataFrame([effect])


def _p_value(real: float, drawn: np.ndarray) -> float:
    """Return the share of all sets, the real one among them, that lie as far from their mean."""
    every = np.append(drawn, real)
    far = np.abs(every - every.mean())
    # Sums of the same counts in another order differ in the last digit.
    return float(np.mean((far > far[-1]) | np.isclose(far, far[-1], rtol=1e-9)))
