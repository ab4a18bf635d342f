"""A series with its breaks: when the level changed, how sure the date is, and from what to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError
from toolkit.events import check_columns
from toolkit.panels import VALUES, period_word
from toolkit.plots import style
from toolkit.plots.panels import estimate, numbers
from toolkit.plots.steps import (
    below_top,
    draw_partial,
    draw_steps,
    find_edges,
    first_day,
    make_headroom,
    name_axes,
    shade_gaps,
    take_line,
)
from toolkit.provenance import read_record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = ["period", "earliest", "latest", "before", "after", "stability", "chosen"]
LEVEL = "#004488"  # Tol, high-contrast: as far from the grey of the counts as from the breaks
BREAK = "#BB5566"
COUNTS = "#8A8A8A"
MOST_LABELS = 8
MOST_OTHERS = 3  # of the labels, those of breaks that are not chosen
LABEL_SIZE = 7.0  # points
ROW = 10.0  # points from one row of labels to the next


def plot_breaks(
    data: pd.DataFrame | pd.Series,
    breaks: pd.DataFrame,
    *,
    value: str = "n_events",
    unit: str | None = None,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw a series with its breaks: the level between them, and how stable each date is.

    A vertical line is a break, at the start of the first period of the new level. The stronger
    the line, the larger its stability: the share of the penalties and minimum lengths tried that
    find it. The pale band goes from the earliest to the latest date found for it. Thin dashed
    lines are breaks that other settings find and the calibrated penalty does not.

    A break is a date, not a cause: it says that the level of what was recorded changed, which can
    also be a change in reporting. A level is a mean over its segment, no statement that nothing
    moved inside it. The stability is no probability.

    Parameters
    ----------
    data
        The panel or series in which the breaks were found.
    breaks
        What `find_breaks` returns for it; without rows, the series is drawn with its mean.
    value
        "n_events", "fatalities", "fatalities_low" or "fatalities_high"; for a panel only.
    unit
        Name of the unit, where the panel has several. Chosen here and not in pandas, it leaves
        the source line whole.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to the steps of the series (`Axes.stairs`).

    Returns
    -------
    matplotlib.axes.Axes
        At most eight breaks have their date written beside them: those chosen first, the most
        stable before others, then up to three that are not chosen.

    Raises
    ------
    OptionError
        Unknown value or unit, several units, breaks of another period or outside of the series,
        `breaks` that are no table or do not say of each whether it is chosen.
    ColumnError
        The breaks lack a column; the table is no panel.
    EmptySelectionError
        The panel has no rows.

    Examples
    --------
    >>> import pandas as pd, toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), period="year")
    >>> year = pd.Period("2015")
    >>> row = {"period": year, "earliest": year, "latest": year + 1, "before": 268.0,
    ...        "after": 303.0, "stability": 0.6, "chosen": True}
    >>> ax = plot_breaks(panel, pd.DataFrame([row]))
    >>> [text.get_text() for text in ax.texts][0]
    '2015, 60 %'
    """
    breaks = _check_breaks(breaks)
    name, line = take_line(data, value, unit)
    _check_periods(breaks, line)
    ax = style.make_axes(ax, (7, 3.4))
    word = period_word(pd.PeriodIndex(line.index))
    label = style.plain(unit or name or VALUES[value])
    draw_steps(ax, line, value, **{"label": label, "color": COUNTS, **kwargs})
    draw_partial(ax, line, value, COUNTS)
    shade_gaps(ax, [line], value)
    chosen = breaks[breaks["chosen"].astype(bool)].sort_values("period")
    _draw_levels(ax, line, value, chosen)
    name_axes(ax, f"{VALUES[value]} per {word}{estimate(value, line)}", word)
    shown = _choose_labels(breaks)
    depths = _write_labels(ax, shown.sort_values("period"))
    _draw_breaks(ax, breaks, depths)
    style.legend_above(ax)
    source = data if isinstance(data, pd.DataFrame) else style.record_of(read_record(data))
    style.source_note(ax, source, *_explain(breaks, len(breaks) - len(shown)))
    return ax


def _check_breaks(breaks: pd.DataFrame) -> pd.DataFrame:
    """Return the breaks under an index of their own, or say what is wrong with them."""
    if not isinstance(breaks, pd.DataFrame):
        raise OptionError(
            f"{type(breaks).__name__} is no table of breaks.",
            "what find_breaks returns.",
            "plot_breaks(data, ct.find_breaks(data))",
        )
    check_columns(breaks, COLUMNS)
    for column in ("stability", "chosen"):
        if breaks[column].isna().any():
            raise OptionError(
                f"{column} is missing in {breaks[column].isna().sum()} rows of the breaks.",
                "a value for every break.",
                f"breaks.dropna(subset={column!r})",
            )
    return breaks.reset_index(drop=True)


def _check_periods(breaks: pd.DataFrame, line: pd.DataFrame) -> None:
    """Raise `OptionError` for breaks that were found in another series."""
    known = set(line.index)
    for date in breaks[["period", "earliest", "latest"]].to_numpy().ravel():
        if date not in known:
            raise OptionError(
                f"The break {date} is no period of the series, which goes from {line.index[0]} to "
                f"{line.index[-1]}.",
                "breaks of this very series.",
                "ct.find_breaks(data), of the same data, value and unit",
            )


def _starts(periods: pd.Series) -> np.ndarray:
    """Return the first days of periods as matplotlib counts."""
    from matplotlib.dates import date2num

    return date2num(pd.PeriodIndex(periods).start_time.to_numpy()) if len(periods) else np.empty(0)


def _draw_levels(ax: Axes, line: pd.DataFrame, value: str, chosen: pd.DataFrame) -> None:
    """Draw the mean of each segment from its first to its last period; without breaks, of all."""
    counts = numbers(line[value])
    whole = np.flatnonzero(np.isfinite(counts) & ~line["partial"].to_numpy())
    if not len(whole):
        return
    edges = find_edges(line)
    cuts = [edges[whole[0]], *_starts(chosen["period"]), edges[whole[-1] + 1]]
    if chosen.empty:
        levels, label = [counts[whole].mean()], "mean (no break)"
    else:
        levels, label = [chosen["before"].iloc[0], *chosen["after"]], "mean level"
    ax.hlines(levels, cuts[:-1], cuts[1:], color=LEVEL, linewidth=1.8, zorder=5, label=label)


def _draw_breaks(ax: Axes, breaks: pd.DataFrame, depths: dict[Any, float]) -> None:
    """Draw a line for each break, up to its label, over a band of the dates found for it."""
    below = max(depths.values(), default=-ROW) + ROW  # a line without a label crosses none
    dates = [_starts(breaks[c]) for c in ("period", "earliest", "latest")]
    for row, x, first, last in zip(breaks.itertuples(), *dates, strict=True):
        if row.chosen and last > first:
            ax.axvspan(first, last, color=BREAK, alpha=0.13, linewidth=0, zorder=1.5)
        top = below_top(ax, depths.get(row.Index, below))
        ax.plot([x, x], [0, 1], transform=top, color=BREAK, zorder=4, solid_capstyle="butt",
                **_look_of(row))  # fmt: skip


def _look_of(row: Any) -> dict[str, Any]:
    if not row.chosen:
        return {"label": "not chosen", "linewidth": 0.8, "linestyle": (0, (4, 3)), "alpha": 0.75}
    strength = float(np.clip(row.stability, 0, 1))
    return {"label": "break", "linewidth": 0.8 + 1.8 * strength, "alpha": 0.35 + 0.65 * strength}


def _choose_labels(breaks: pd.DataFrame) -> pd.DataFrame:
    """Return the breaks whose dates are written: many others would press the data down."""
    stable = breaks.sort_values("stability", ascending=False, kind="stable")
    chosen = stable["chosen"].astype(bool)
    others = stable[~chosen].head(MOST_OTHERS)
    return pd.concat([stable[chosen], others]).head(MOST_LABELS)


def _write_labels(ax: Axes, shown: pd.DataFrame) -> dict[Any, float]:
    """Write dates and stabilities above the data, as flags at the tops of their lines.

    The return value says how far below the upper edge of the axes each line ends, in points.
    """
    if shown.empty:
        return {}
    texts = [f"{first_day(b.period)}, {100 * b.stability:.0f} %" for b in shown.itertuples()]
    places = (_starts(shown["period"]) - ax.get_xlim()[0]) / np.ptp(ax.get_xlim())
    widths = np.array([0.6 * LABEL_SIZE * len(text) + 6 for text in texts])
    # The layout makes the axes wider and, with legend and note, lower than they are now.
    left, rows = _place_flags(1.15 * style.width_of(ax) * places, widths, 1.15 * style.width_of(ax))
    depths = ROW * (rows.max() - rows)
    make_headroom(ax, ROW * (rows.max() + 1.3))
    for text, row, flies_left, depth in zip(texts, shown.itertuples(), left, depths, strict=True):
        ax.annotate(
            text, (_starts(pd.Series([row.period]))[0], 1), xycoords=("data", "axes fraction"),
            xytext=(-3 if flies_left else 3, -depth), textcoords="offset points", va="top",
            ha="right" if flies_left else "left", fontsize=LABEL_SIZE, zorder=6, gid="break",
            color=style.INK if row.chosen else style.PALE_INK, annotation_clip=False,
        )  # fmt: skip
    return dict(zip(shown.index, depths, strict=True))


def _place_flags(
    places: np.ndarray, widths: np.ndarray, across: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which flags fly to the left, and the row of each, 0 lowest; all in points.

    No flag lies on another or is crossed by a line. To the right fly all that fit in; one further
    left stands higher than those it reaches. Beyond the last that fits it is the other way round.
    """
    left, rows = places + widths > across, np.zeros(len(places), int)
    for i in reversed(range(len(places))):  # no line may cross a flag that flies to the left
        left[i] |= (left[i + 1 :] & ((places - widths)[i + 1 :] < places[i])).any()
    begins = places - widths * left
    for i in np.flatnonzero(left).tolist():
        reached = rows[:i][left[:i] & (places[:i] > begins[i])]
        rows[i] = max(reached + 1, default=0)
    for i in np.flatnonzero(~left)[::-1].tolist():
        reached = rows[i + 1 :][begins[i + 1 :] < places[i] + widths[i]]
        rows[i] = max(reached + 1, default=0)
    return left, rows


def _explain(breaks: pd.DataFrame, left_out: int) -> list[str]:
    """Say with which settings the breaks were found, and what they are not."""
    facts = breaks.attrs
    words = {"cost": "cost {}", "penalty": "penalty {}", "minimum_lengths": "minimum lengths {}"}
    said = [text.format(facts[key]) for key, text in words.items() if key in facts]
    rate = f"{100 * float(facts['false_rate']):g} %" if "false_rate" in facts else "not recorded"
    lines = [f"Breaks: {'; '.join([*said, f'false-break rate {rate}'])}"]
    if not breaks["chosen"].any():
        lines.insert(0, f"no break at a false-break rate of {rate}")
    if len(breaks):
        lines.append(
            "%: share of the settings tried that find it, as is the weight of the line; band: "
            "earliest to latest date. A break is a date, not a cause"
        )
    if left_out:
        lines.append(f"{left_out:,} date{'' if left_out == 1 else 's'} not written")
    return lines
