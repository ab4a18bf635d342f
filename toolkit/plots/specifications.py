"""The specification curve: every result of a sensitivity, sorted, and the choices that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, check_option
from toolkit.events import check_columns
from toolkit.permutation import check_whole
from toolkit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAIN = "#D55E00"
_CURVE, _ROW = 2.3, 0.16  # inches: height of the curve, and of one row of the grid
_SMALLEST_TYPE = 5.0


class _Line(NamedTuple):
    """One line of the grid: a choice (option is None), or one of its options."""

    choice: str
    option: str | None


def plot_specifications(
    table: pd.DataFrame,
    *,
    value: str = "value",
    bounds: tuple[str, str] | None = None,
    reference: float | None = None,
    label: str | None = None,
    most: int = 200,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw every result of a sensitivity from low to high, and below it the choices that made it.

    One column is one specification: a point above, and in the grid below one stroke for the option
    of each choice. Where the strokes of an option crowd to one side, that option pulls the result
    there; `describe_sensitivity` has the numbers. The main result is a diamond, its strokes have
    its colour.

    The curve is no distribution: how many specifications lie where depends on how many options
    each choice was given. The specifications share their data, so that even a flat curve says
    nothing about chance or about a bias of the dataset.

    Parameters
    ----------
    table
        What `sensitivity` returns.
    value
        The column with the results: numbers, dates, or words, which are drawn in the order of
        contradicted, inconclusive, mixed, supported, others as they come.
    bounds
        Two columns with the ends of an interval of each result.
    reference
        A value at which a line is drawn: no change, or the threshold of a claim.
    label
        What the results are, with their unit; by default the name of the column.
    most
        Largest number of specifications drawn; of more, that many spread over all ranks, with a
        note. The main one, the lowest and the highest are among them.
    ax
        Axes to draw on, which become the upper part; new ones by default.
    **kwargs
        Passed on to `Axes.scatter`, which draws the points.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the curve; those of the grid share their x axis.

    Raises
    ------
    OptionError
        Not a table of `sensitivity`, no such column, a reference for results in words.
    ColumnError
        No such column of bounds.
    EmptySelectionError
        No specification has a result.

    Examples
    --------
    >>> from toolkit.specifications import sensitivity
    >>> def answer(data, a, b):
    ...     return data + 10 * a + b
    >>> ax = plot_specifications(sensitivity(answer, 100, {"a": [1, 2], "b": [1, 2, 3]}))
    >>> [t.get_text() for t in ax.get_legend().get_texts()]
    ['specification', 'main specification']
    """
    choices = _read_choices(table, value)
    check_columns(table, bounds or ())
    most = check_whole("most", most, least=2, usual=200)
    shown, in_words = _sort_rows(table, value)
    if in_words and reference is not None:
        raise OptionError(
            f"reference={reference!r} has no place among the words of {value!r}.",
            "None for results in words.",
            "reference=None",
        )
    n_results = len(shown)
    shown = _thin(shown, most)
    lines = [line for c in choices for line in _lines_of(table, c)]
    ax = style.make_axes(ax, (7.4, _CURVE + _ROW * len(lines) + 0.7))
    grid = _split(ax, len(lines))
    if bounds:
        _draw_bounds(ax, shown[bounds[0]], shown[bounds[1]])
    _draw_curve(ax, shown, kwargs)
    _finish_curve(ax, shown, reference, label or value.replace("_", " "), value if in_words else "")
    _draw_grid(grid, shown, lines)
    _finish_grid(grid, lines)
    order = "sorted by result" if in_words else "from the lowest result to the highest"
    words = f"{len(shown):,} specifications, {order}"
    grid.set_xlabel(words, fontsize=style.SMALL, color=style.INK)
    style.source_note(grid, table, *_say_left_out(table, n_results, len(shown)))
    return ax


# ---------------------------------------------------------------------------------------- reading


def _read_choices(table: pd.DataFrame, value: str) -> list[str]:
    """Return the names of the choices: the columns before `main`."""
    check_columns(table, ["main"])
    columns = list(table.columns)
    choices = columns[: columns.index("main")]
    if not choices:
        raise OptionError(
            "No column stands before main: the table has no choices.",
            "a table that sensitivity() returned.",
            "ct.sensitivity(statistic, data, choices)",
        )
    check_option("value", value, [c for c in columns if c not in [*choices, "main", "failed"]])
    style.need_rows(table, "specifications")
    return choices


def _sort_rows(table: pd.DataFrame, value: str) -> tuple[pd.DataFrame, bool]:
    """Return the rows with a result from low to high, with their heights as `_y`; words or not."""
    rows = table[table[value].notna()]
    if rows.empty:
        raise EmptySelectionError(
            f"None of the {len(table):,} specifications has a result in {value!r}.",
            "one at least.",
            "table['failed'].value_counts()",
        )
    results = rows[value].infer_objects()
    is_date = pd.api.types.is_datetime64_any_dtype(results)
    is_number = pd.api.types.is_numeric_dtype(results) and results.dtype != bool
    if is_date or is_number:
        heights = results if is_date else results.astype("Float64").astype(float)
    else:
        order = {word: place for place, word in enumerate(_order_words(results))}
        heights = results.map(str).map(order)
    rows = rows.assign(_y=heights.to_numpy())
    return rows.sort_values("_y", kind="stable"), not (is_date or is_number)


def _order_words(results: pd.Series) -> list[str]:
    """Return the words from the bottom of the figure to its top."""
    verdicts = ["not testable", "contradicted", "inconclusive", "mixed", "supported"]
    words = list(dict.fromkeys(results.map(str)))
    return [v for v in verdicts if v in words] + [w for w in words if w not in verdicts]


def _thin(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return so many rows over all ranks, lowest, highest and main one among them.

    One from each of as many stretches of equal length, where in it by chance (the same each time):
    even steps would keep step with the order of the options where results are alike.
    """
    if len(rows) <= most:
        return rows
    last = len(rows) - 1
    edges = np.linspace(0, len(rows), most + 1)
    ranks = np.floor(np.random.default_rng(0).uniform(edges[:-1], edges[1:])).astype(int)
    for rank in np.flatnonzero(rows["main"].astype(bool)):
        ranks[np.searchsorted(edges, rank, side="right") - 1] = rank
    ranks[0], ranks[-1] = min(ranks[0], 0), max(ranks[-1], last)
    return rows.iloc[np.unique(ranks)]


def _lines_of(table: pd.DataFrame, choice: str) -> list[_Line]:
    column = table[choice]
    known = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else ()
    present = set(column.astype("str"))
    options = [str(o) for o in known if str(o) in present] or list(dict.fromkeys(map(str, column)))
    return [_Line(choice, None), *(_Line(choice, option) for option in options)]


def _say_left_out(table: pd.DataFrame, n_results: int, n_shown: int) -> list[str]:
    """Say how many specifications are not in the figure, and why."""
    notes = []
    if n_shown < n_results:
        notes.append(
            f"{n_shown:,} of {n_results:,} specifications are drawn, spread over all ranks."
        )
    missing = len(table) - n_results
    if missing:
        why = "failed" if (table.get("failed", "") != "").sum() == missing else "have no result"
        notes.append(f"{missing:,} of {len(table):,} specifications {why} and are not drawn.")
    return notes


# ---------------------------------------------------------------------------------------- drawing


def _split(ax: Axes, n_lines: int) -> Axes:
    """Leave the upper part of the axes to the curve, and return new axes below for the grid."""
    figure, place = ax.figure, ax.get_subplotspec()
    share = _ROW * n_lines / (_CURVE + _ROW * n_lines)
    if place is None:
        box = ax.get_position()
        ax.set_position((box.x0, box.y0 + share * box.height, box.width, (1 - share) * box.height))
        below = (box.x0, box.y0, box.width, (share - 0.02) * box.height)
        return figure.add_axes(below, sharex=ax)
    parts = place.subgridspec(2, 1, height_ratios=[1 - share, share], hspace=0.04)
    ax.set_subplotspec(parts[0])
    return figure.add_subplot(parts[1], sharex=ax)


def _draw_bounds(ax: Axes, low: pd.Series, high: pd.Series) -> None:
    look: dict[str, Any] = {"color": style.SLATE, "alpha": 0.35, "zorder": 1}
    places = np.arange(len(low))
    ax.vlines(places, low, high, linewidth=_stroke(ax, len(low)), label="interval", **look)


def _draw_curve(ax: Axes, rows: pd.DataFrame, kwargs: dict[str, Any]) -> None:
    main = rows["main"].to_numpy(bool)
    places, heights = np.arange(len(rows)), rows["_y"].to_numpy()
    size = float(np.clip(style.width_of(ax) / len(rows), 2, 6)) ** 2
    look = {"s": size, "color": style.SLATE, "linewidth": 0, "zorder": 2, **kwargs}
    ax.scatter(places[~main], heights[~main], label="specification", **look)
    ax.scatter(
        places[main], heights[main], s=52, marker="D", color=MAIN, edgecolor="white",
        linewidth=0.8, zorder=3, label="main specification",
    )  # fmt: skip


def _finish_curve(
    ax: Axes, rows: pd.DataFrame, reference: float | None, label: str, words: str
) -> None:
    if reference is not None:
        look: dict[str, Any] = {
            "color": style.INK,
            "linewidth": 0.8,
            "linestyle": (0, (4, 3)),
            "zorder": 0.5,
        }
        ax.axhline(reference, label=f"reference: {reference:g}", **look)
    if words:
        names = rows.assign(_word=rows[words].map(str)).drop_duplicates("_y").set_index("_y")
        ax.set_yticks(names.index, [style.plain(n, width=20) for n in names["_word"]])
        ax.set_ylim(names.index.min() - 0.5, names.index.max() + 0.5)
    elif not pd.api.types.is_datetime64_any_dtype(rows["_y"]) and rows["_y"].abs().max() >= 10_000:
        ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set_ylabel(style.plain(label, width=40), fontsize=style.SMALL, color=style.INK)
    ax.set_xlim(-0.8, len(rows) - 0.2)
    ax.tick_params(axis="x", bottom=False, labelbottom=False)
    style.clear_frame(ax, sides=("top", "right", "bottom"))
    style.legend_above(ax)


def _draw_grid(grid: Axes, rows: pd.DataFrame, lines: list[_Line]) -> None:
    """Draw a stroke where a specification has an option, and a pale line along each option."""
    main = rows["main"].to_numpy(bool)
    width = _stroke(grid, len(rows))
    for place, line in enumerate(lines):
        if line.option is None:
            continue
        grid.axhline(place, color=style.COVERED, linewidth=0.5, zorder=0)
        has = rows[line.choice].astype("str").to_numpy() == line.option
        for some, colour in [(has & ~main, style.SLATE), (has & main, MAIN)]:
            look: dict[str, Any] = {"linewidth": width, "color": colour, "gid": line.option}
            grid.vlines(np.flatnonzero(some), place - 0.34, place + 0.34, **look)


def _finish_grid(grid: Axes, lines: list[_Line]) -> None:
    names = [_name_line(line) for line in lines]
    room = style.height_of(grid) / len(lines)
    type_size = float(np.clip(0.8 * room, _SMALLEST_TYPE, 7.5))
    grid.set_yticks(range(len(lines)), names, fontsize=type_size, color=style.INK)
    for tick, line in zip(grid.get_yticklabels(), lines, strict=True):
        tick.set_fontweight("bold" if line.option is None else "normal")
    grid.set_ylim(len(lines) - 0.4, -0.6)
    grid.tick_params(axis="both", length=0, labelbottom=False)
    style.clear_frame(grid, sides=("top", "right", "left", "bottom"))


def _name_line(line: _Line) -> str:
    if line.option is None:
        return style.plain(line.choice.replace("_", " "), width=30)
    return style.plain(line.option, width=30)


def _stroke(ax: Axes, n: int) -> float:
    """Return the width of strokes, in points, of which n stand side by side and stay apart."""
    return float(np.clip(0.55 * style.width_of(ax) / n, 0.5, 4))
