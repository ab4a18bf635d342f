"""Figures of the data's own quality: how precise they are, and what was looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.counts import count_events
from toolkit.errors import OptionError, check_option
from toolkit.events import DATE_PRECISIONS, GEO_PRECISIONS, check_columns
from toolkit.plots import style
from toolkit.provenance import coverage, find_spans

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = {"geo_precision": GEO_PRECISIONS, "date_precision": DATE_PRECISIONS}
MOST_BARS = 60
MOST_ROWS = 40


def plot_precision(
    events: pd.DataFrame,
    *,
    of: str = "geo_precision",
    by: str = "year",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw how precisely events are placed or dated: shares of each level, by year or by a column.

    One bar is all events of a year, with their number above it. A share says nothing about the
    number of events, and a change over the years can be a change in reporting or coding rather
    than in the conflict. Levels are those common to all datasets; two providers can mean
    slightly different things by them.

    Parameters
    ----------
    events
        Event table.
    of
        "geo_precision" or "date_precision".
    by
        "year" (of `date_start`) or a column of the table, e.g. "violence_type".
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.bar`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        Another `of`, or more than sixty bars.
    ColumnError
        A column that is not there.
    EmptySelectionError
        No events.

    Examples
    --------
    >>> import toolkit as ct
    >>> ax = ct.plot_precision(ct.load_sample("ged"), of="date_precision")
    >>> ax.get_ylabel()
    'share of events'
    """
    check_option("of", of, LEVELS)
    check_columns(events, ["date_start", of, *([by] if by != "year" else [])])
    style.need_rows(events, "events")
    numbers = _count_levels(events, of, by)
    if len(numbers) > MOST_BARS:
        raise OptionError(
            f"by={by!r} gives {len(numbers)} bars, too many to be read.",
            f"up to {MOST_BARS}.",
            "by='year', or filter the events first",
        )
    ax = style.make_axes(ax, (7, 3.2))
    _draw_shares(ax, numbers, {**style.ramp(LEVELS[of])}, kwargs)
    _finish_shares(ax, numbers, of, by)
    style.source_note(ax, events)
    return ax


def plot_coverage(events: pd.DataFrame, *, ax: Axes | None = None, **kwargs: Any) -> Axes:
    """Draw what was looked for and what was found: coverage and events over time, by country.

    The pale bar is the coverage, the steps on it are events per month, each row to its own
    maximum (written at the right, with the total): rows compare in time, not in height. Pale bar
    without steps: looked for, none recorded. Hatched: not covered, so that nothing can be said.
    Triangles are the first and the last event. Where the bar has no steps near its ends, check
    that the coverage was stated rightly.

    Parameters
    ----------
    events
        Event table; the coverage is the one that it carries (`coverage`).
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to `Axes.stairs`.

    Returns
    -------
    matplotlib.axes.Axes
        One row per country, or per dataset and country where there are several datasets.

    Raises
    ------
    OptionError
        More than forty rows.
    ColumnError
        A column that is not there.
    EmptySelectionError
        No events.

    Examples
    --------
    >>> import toolkit as ct
    >>> ax = ct.plot_coverage(ct.load_sample("ged"))
    >>> ax.get_xlabel()
    'date'
    """
    check_columns(events, ["dataset", "country", "date_start"])
    style.need_rows(events, "events")
    by = ["dataset", "country"] if events["dataset"].nunique() > 1 else ["country"]
    found = _count_months(events, by)
    rows = _rows(found, coverage(events), by)
    if len(rows) > MOST_ROWS:
        raise OptionError(
            f"There are {len(rows)} rows to draw, too many to be read.",
            f"up to {MOST_ROWS} countries.",
            f"ct.filter_events(events, countries={[r[-1] for r in rows[:2]]!r})",
        )
    ax = style.make_axes(ax, (7, 1.25 + 0.42 * len(rows)))
    span = _span(events, coverage(events))
    for place, key in enumerate(rows):
        _draw_span(ax, place, _spans_of(coverage(events), key, by), span)
        _draw_found(ax, place, events, found, dict(zip(by, key, strict=True)), kwargs)
    _finish_coverage(ax, rows, span)
    more = [] if len(coverage(events)) else ["Coverage not recorded"]
    style.source_note(ax, events, *more)
    return ax


# --------------------------------------------------------------------------------- precision


def _count_levels(events: pd.DataFrame, of: str, by: str) -> pd.DataFrame:
    """Return the number of events per bar (rows) and level of precision (columns)."""
    keys = [of] if by == "year" else [by, of]
    panel = count_events(
        events[[*dict.fromkeys(keys), "date_start"]], by=list(dict.fromkeys(keys)), period="year",
        spans=coverage(events).iloc[:0], complete=False,
    )  # fmt: skip
    bars = panel["period"].dt.year if by == "year" else _text(panel[by])
    numbers = panel.pivot_table(
        index=bars, columns=_text(panel[of]), values="n_events", aggfunc="sum", fill_value=0
    )
    if by == "year":
        numbers = numbers.reindex(range(numbers.index.min(), numbers.index.max() + 1), fill_value=0)
    elif isinstance(events[by].dtype, pd.CategoricalDtype):
        order = [*map(str, events[by].cat.categories), style.NOT_RECORDED]
        numbers = numbers.reindex([n for n in order if n in numbers.index])
    levels = [n for n in [*LEVELS[of], style.NOT_RECORDED] if n in numbers.columns]
    return numbers[levels].astype(int)


def _text(column: pd.Series) -> pd.Series:
    return column.astype("object").where(column.notna(), style.NOT_RECORDED).astype("str")


def _draw_shares(
    ax: Axes, numbers: pd.DataFrame, colours: dict[str, str], kwargs: dict[str, Any]
) -> None:
    """Stack the shares, the most precise level at the bottom; years without events stay empty."""
    total = numbers.sum(axis=1)
    shares = numbers.div(total.where(total > 0), axis=0)
    places, bottom = np.arange(len(numbers)), np.zeros(len(numbers))
    look = {"width": 0.82, "edgecolor": "white", "linewidth": 0.4, **kwargs}
    for level in shares.columns:
        heights = shares[level].to_numpy(float)
        ax.bar(places, heights, bottom=bottom, color=colours[level], label=level, **look)
        bottom = bottom + np.nan_to_num(heights)
    _write_totals(ax, total)


def _write_totals(ax: Axes, total: pd.Series) -> None:
    """Write the number of events above each bar, upright where there is no room."""
    room = style.width_of(ax) / len(total)
    turn = room < 5 * max(len(f"{n:,}") for n in total)
    for place, number in enumerate(total):
        ax.annotate(
            f"{number:,}", (place, 1), (0, 2), textcoords="offset points", ha="center", va="bottom",
            rotation=90 if turn else 0, fontsize=style.NOTE, color=style.PALE_INK,
        )  # fmt: skip


def _finish_shares(ax: Axes, numbers: pd.DataFrame, of: str, by: str) -> None:
    from matplotlib.ticker import PercentFormatter

    names = [style.plain(n, width=18) for n in numbers.index]
    each = max(int(np.ceil(len(names) * 26 / style.width_of(ax))), 1) if by == "year" else 1
    ax.set_xticks(np.arange(len(names))[::each], names[::each])
    ax.set(ylim=(0, 1), xlim=(-0.6, len(names) - 0.4))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.set_ylabel("share of events", fontsize=style.SMALL, color=style.INK)
    label = "year" if by == "year" else by.replace("_", " ")
    ax.set_xlabel(f"{label} (events above bars)", fontsize=style.SMALL, color=style.INK)
    style.clear_frame(ax)
    handles, _ = ax.get_legend_handles_labels()
    title = "place known to" if of == "geo_precision" else "date known to"
    style.legend_right(ax, handles[::-1], title=title, title_fontsize=style.SMALL)


# ---------------------------------------------------------------------------------- coverage

Key = tuple[str, ...]


def _count_months(events: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the events per month and row; without deaths, which datasets define differently."""
    panel = count_events(
        events[[*by, "date_start"]], by=by, period="month", spans=coverage(events).iloc[:0],
        complete=False,
    )  # fmt: skip
    return panel.assign(**{c: _text(panel[c]) for c in by})


def _rows(found: pd.DataFrame, spans: pd.DataFrame, by: list[str]) -> list[Key]:
    """Return the rows: what was found, and what is covered by name and had nothing to find."""
    named = spans[spans["country"] != "*"]
    keys = pd.concat([found[by], named[by].astype("str")]).drop_duplicates().sort_values(by)
    return [tuple(row) for row in keys.itertuples(index=False)]


def _spans_of(spans: pd.DataFrame, key: Key, by: list[str]) -> pd.DataFrame:
    """Return the coverage of a row: its country's own, else that of every country."""
    if "dataset" in by:
        spans = spans[spans["dataset"].isin([key[0], "*"])]
    return find_spans(spans, key[-1])


def _span(events: pd.DataFrame, spans: pd.DataFrame) -> tuple[float, float]:
    """Return the first and the last day of the figure: of the coverage and of the events."""
    from matplotlib.dates import date2num

    days = pd.concat([events["date_start"], spans["start"], spans["end"]]).dropna()
    return float(date2num(days.min())), float(date2num(days.max())) + 1


def _draw_span(ax: Axes, place: int, spans: pd.DataFrame, span: tuple[float, float]) -> None:
    """Draw one row as not covered, and over it the spans that are."""
    from matplotlib.dates import date2num

    bar: dict[str, Any] = {"height": 0.8, "linewidth": 0, "zorder": 1}
    known = spans.dropna(subset=["start", "end"])
    starts, stops = date2num(known["start"]), date2num(known["end"]) + 1
    label = "not covered" if len(spans) else "coverage not recorded"
    if not ((starts <= span[0]) & (stops >= span[1])).any():
        ax.barh(place, span[1] - span[0], left=span[0], label=label, **{**bar, **style.UNCOVERED})
    look = {**bar, "color": style.COVERED, "zorder": 1.5, "label": "covered"}
    for start, stop in zip(starts, stops, strict=True):
        ax.barh(place, stop - start, left=start, **look)


def _draw_found(
    ax: Axes, place: int, events: pd.DataFrame, found: pd.DataFrame, key: dict[str, str],
    kwargs: dict[str, Any],
) -> None:  # fmt: skip
    """Draw the events of one row: steps per month, the first and the last, the numbers."""
    from matplotlib.dates import date2num

    ours = found[np.logical_and.reduce([found[c] == n for c, n in key.items()])]
    text = "none"
    if len(ours):
        months = pd.period_range(ours["period"].min(), ours["period"].max() + 1)
        edges = date2num(months.start_time.to_numpy())
        counts = ours.set_index("period")["n_events"].reindex(months[:-1], fill_value=0)
        counts = counts.astype(float)
        look = {"color": style.SLATE, "fill": True, "linewidth": 0, "zorder": 3, **kwargs}
        heights = place + 0.4 - 0.8 * counts.to_numpy() / counts.max()
        ax.stairs(heights, edges, baseline=place + 0.4, label="events per month", **look)
        rows = np.logical_and.reduce([_text(events[c]) == n for c, n in key.items()])
        dates = events["date_start"][rows]
        ax.plot(
            date2num([dates.min(), dates.max()]), [place + 0.4] * 2, "^", ms=4, color="#D55E00",
            clip_on=False, zorder=4, label="first and last event", mec="white", mew=0.4,
        )  # fmt: skip
        text = f"{int(counts.sum()):,} ({int(counts.max()):,})"
    ax.annotate(
        text, (1, place), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=style.NOTE, color=style.PALE_INK,
    )  # fmt: skip


def _finish_coverage(ax: Axes, rows: list[Key], span: tuple[float, float]) -> None:
    names = [style.plain(f"{r[-1]} ({r[0]})" if len(r) > 1 else r[0], width=30) for r in rows]
    ax.set_yticks(range(len(rows)), names)
    ax.set(xlim=span, ylim=(len(rows) - 0.45, -0.55))
    ax.annotate(
        "events\n(most a month)", (1, 1), (4, 0), xycoords="axes fraction", va="bottom",
        textcoords="offset points", ha="left", fontsize=style.NOTE, color=style.PALE_INK,
    )  # fmt: skip
    style.write_dates(ax)
    ax.set_xlabel("date", fontsize=style.SMALL, color=style.INK)
    ax.set_ylabel("country", fontsize=style.SMALL, color=style.INK)
    style.clear_frame(ax, sides=("top", "right", "left"))
    ax.tick_params(axis="y", length=0)
    style.legend_above(ax)
