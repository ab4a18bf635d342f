"""How sure a number is: estimates with their intervals, which are named by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import OptionError, check_option
from toolkit.events import check_columns
from toolkit.permutation import check_whole
from toolkit.plots import style
from toolkit.plots.grids import say_level, say_measure, say_number, write_numbers
from toolkit.plots.names import settle_layout
from toolkit.plots.panels import numbers
from toolkit.plots.picture import WORDS
from toolkit.plots.steps import last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOUR = "#004488"  # Tol, high-contrast
OBSERVED = "#BB5566"
ORDERS = ["estimate", "name", "width", "table"]
COLUMNS = {
    "resampling": ["estimate", "low", "high"],
    "reporting": ["estimate", "low", "low_at", "high", "high_at", "n_alternatives"],
    "perturbation": ["change", "actors", "measure", "estimate", "change_of", "observed"],
}
MEASURED = {
    "strength": "strength",
    "share": "share of all strengths",
    "rank": "rank by strength, 1 is the strongest",
    "tie_share": "share of the total weight",
}
LIMITS = {
    "resampling": "Ties that were never recorded are not in it",
    "reporting": "Choices that were not stated are not in it",
    "perturbation": "One change at a time, none of them a claim that it happened",
}


@dataclass(frozen=True)
class Rows:
    """What is drawn: a row for each number, and the words around it."""

    table: pd.DataFrame  # name, estimate, low, high, beside, weight (order by estimate)
    axis: str
    estimate: str  # what the dot is
    interval: str  # what the line is: the kind, by name
    line: tuple[float, str] | None = None  # a number to compare all rows with
    ranks: bool = False
    counted: str = ""  # what the numbers on the right count


def plot_intervals(
    table: pd.DataFrame,
    *,
    measure: str | None = None,
    order: str = "estimate",
    most: int = 20,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw estimates as dots and how far they can move as lines, with the kind of movement named.

    The legend says what a line is, because the kinds are not alike. Resampling: how the number
    varies when blocks of time are drawn anew, as an interval with its level. Reporting: the range
    over stated alternatives, which has no level and is no confidence interval. Perturbation: what
    becomes of the number when actors are left out, merged or split, beside the observed one.
    Lines of different kinds cannot be compared, and none holds all uncertainty.

    Measures of different scale, in a table of reporting, are drawn as shares of the first
    alternative, so that the lines can be compared; the numbers themselves stand on the right.
    What is 0 in the first alternative, and a rank, has no share and no dot. A share says little
    of a number that is close to 0.

    Parameters
    ----------
    table
        Estimates with `low` and `high`, as the functions of `ct.networks` for resampling,
        reporting and perturbation return them.
    measure
        The measure to draw, where a table of perturbations or reporting has several. By default
        all of a table of reporting.
    order
        From top to bottom: "estimate" (largest first; of ranks the first; of perturbations the
        largest change, up or down), "name", "width" (widest first) or "table" (as it stands).
    most
        Rows drawn; how many are left out stands below.
    ax
        Axes to draw on; new ones by default.
    **kwargs
        Passed on to the dots (`Axes.plot`).

    Returns
    -------
    matplotlib.axes.Axes
        Rank 1 is at the top and on the left. A row without an estimate says so, and comes last.

    Raises
    ------
    OptionError
        A table that does not say what kind it is, of thinning, or of several measures; an
        unknown order or measure; most below 1.
    ColumnError, EmptySelectionError
        The table lacks a column or all rows.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"estimate": [0.6, 0.4], "low": [0.5, 0.2], "high": [0.7, 0.6]})
    >>> rows.index = pd.Index(["Ithvar Front", "Ember Brigades"], name="actor")
    >>> rows.attrs.update(kind="resampling", level="0.95", block="3 months")
    >>> ax = plot_intervals(rows)
    >>> [text.get_text() for text in ax.get_legend().get_texts()][1]
    'resampling in blocks of 3 months, 95 %'
    """
    check_option("order", order, ORDERS)
    most = check_whole("most", most, least=1, usual=20)
    kind = _check_kind(table)
    rows = READERS[kind](_choose_measure(table, kind, measure))
    everything = _sort(rows, order)
    shown = everything.head(most)
    size = (8.4, 1.5 + 0.5 * len(shown)) if kind == "reporting" else (7.2, 1.2 + 0.26 * len(shown))
    ax = style.make_axes(ax, size)
    _draw_rows(ax, rows, shown, kwargs)
    _name_axes(ax, rows, shown)
    _settle(ax)
    style.legend_above(ax)
    left_out = len(everything) - len(shown)
    more = [f"{left_out:,} more row{'' if left_out == 1 else 's'} not drawn"] if left_out else []
    style.source_note(ax, table, last_step(table), LIMITS[kind], *more)
    return ax


# --------------------------------------------------------------------------- reading a table


def _check_kind(table: pd.DataFrame) -> str:
    """Return the kind of uncertainty of a table of intervals, or say what is wrong with it."""
    check_columns(table, ["estimate"])
    kind = str(table.attrs.get("kind", ""))
    if kind not in READERS:
        thinned = kind == "thinning"
        wrong = f"is of kind {kind!r}" if kind else "does not say of what kind its intervals are"
        raise OptionError(
            f"The table {wrong}.",
            "a table of ct.networks whose attrs['kind'] is " + ", ".join(READERS) + ".",
            "plot_thinning(curve)" if thinned else "the table as ct.networks returned it",
        )
    check_columns(table, COLUMNS[kind])
    style.need_rows(table, "estimates")
    return kind


def _choose_measure(table: pd.DataFrame, kind: str, measure: str | None) -> pd.DataFrame:
    """Return the rows of one measure, of all where the kind of table can show them together."""
    if kind == "resampling":
        if measure is not None:
            raise OptionError(
                "A table of resampling has one measure only.", "measure=None.", "measure=None"
            )
        return table
    names = list(table["measure"] if kind == "perturbation" else table.index)
    if measure is not None:
        check_option("measure", measure, dict.fromkeys(names))
        return table[[name == measure for name in names]]
    if kind == "perturbation" and len(set(names)) > 1:
        raise OptionError(
            f"The table has {len(set(names))} measures, which have no scale in common.",
            ", ".join(dict.fromkeys(names)) + ".",
            f"measure={names[0]!r}",
        )
    return table


def _read_resampling(table: pd.DataFrame) -> Rows:
    facts = table.attrs
    joint = " – " if facts.get("directed", "no") == "no" else " → "
    width = 44 if table.index.nlevels == 1 else 24
    ends = [table.index.get_level_values(i) for i in range(table.index.nlevels)]
    names = zip(*(_shorten(end, width) for end in ends), strict=True)
    what = str(facts.get("measure", "estimate"))
    ranks = what == "rank"
    blocks = f" in blocks of {facts['block']}" if "block" in facts else ""
    rows = _take(table).assign(
        name=[joint.join(ends) for ends in names],
        beside=[f"{n:,.0f}" for n in table["n_events"]] if "n_events" in table else "",
    )
    rows["weight"] = -rows["estimate"] if ranks else rows["estimate"]
    counted = WORDS.get(str(facts.get("weight")), "")
    axis = MEASURED.get(what, say_measure(what)) + (f" ({counted})" if counted else "")
    interval = f"resampling{blocks}{say_level(facts)}"
    beside = "events" if "n_events" in table else ""
    return Rows(rows, axis, "estimate", interval, ranks=ranks, counted=beside)


def _read_perturbation(table: pd.DataFrame) -> Rows:
    names = zip(table["change"], _shorten(table["actors"], 44), strict=True)
    weight = np.abs(numbers(table["change_of"]))
    rows = _take(table).assign(name=[": ".join(n) for n in names], beside="", weight=weight)
    rows.loc[rows["low"] == rows["high"], ["low", "high"]] = np.nan  # a single draw has no range
    observed = float(numbers(table["observed"])[0])
    line = (observed, f"observed: {say_number(observed)}") if np.isfinite(observed) else None
    axis = say_measure(table["measure"].iloc[0])
    share = say_level(table.attrs).strip(", ") or "range"
    words = ("perturbation: after one change", f"{share} of the draws of a split")
    return Rows(rows, axis, *words, line)


def _read_reporting(table: pd.DataFrame) -> Rows:
    rows = _take(table)
    beside = [_say_range(row) for row in table.itertuples()]
    names = [MEASURED.get(name, say_measure(name)) for name in table.index]
    rows = rows.assign(name=names, beside=beside)
    n = int(table["n_alternatives"].max())
    interval = f"range over {n:,} stated alternatives (no confidence interval)"
    if len(rows) == 1:
        rows["weight"] = 0.0
        ranks = table.index[0] == "rank"
        return Rows(rows, names[0], "first alternative", interval, ranks=ranks)
    rank = table.index == "rank"  # the 2nd is not twice the 1st
    rows["why"] = np.where(rank, "no shares of ranks", np.where(rows["estimate"].notna(),
                           "no share of 0", "undefined"))  # fmt: skip
    first = rows["estimate"].where((rows["estimate"] > 0) & ~rank)
    rows[["low", "high"]] = 100 * rows[["low", "high"]].div(first, axis=0)
    rows["estimate"] = (100 * rows["estimate"]).div(first)
    rows["weight"] = rows["high"] - rows["low"]  # every estimate is 100 %
    axis = "% of the first alternative"
    return Rows(rows, axis, "first alternative", interval, (100.0, ""))


READERS = {
    "resampling": _read_resampling,
    "reporting": _read_reporting,
    "perturbation": _read_perturbation,
}


def _take(table: pd.DataFrame) -> pd.DataFrame:
    """Return estimate, low and high as floats; without low and high there is no line."""
    found = {c: numbers(table[c]) if c in table else np.nan for c in ("estimate", "low", "high")}
    return pd.DataFrame(found, index=range(len(table)))


def _say_range(row: Any) -> str:
    """Return the numbers of a measure, and the alternatives that give the lowest and highest."""
    if pd.isna(row.estimate):
        return "undefined"
    said = f"{say_number(row.estimate)}  ({say_number(row.low)} to {say_number(row.high)})"
    if getattr(row, "n_undefined", 0):
        said += f", undefined in {row.n_undefined:,}"
    if row.low == row.high:
        return said
    ends = {"low": row.low_at, "high": row.high_at}
    return "\n".join([said, *(f"{end}: {style.plain(at, width=36)}" for end, at in ends.items())])


def _shorten(names: Iterable[object], width: int) -> list[str]:
    """Return names of at most this width; the ends of those that begin alike are kept."""
    names = list(names)
    short = {name: style.plain(name, width=width) for name in names}
    often = Counter(short.values())
    for name, text in short.items():
        if often[text] > 1:
            whole = " ".join(str(name).split())
            tail = style.plain(whole[-(width // 2) :], width=width).strip()
            short[name] = f"{style.plain(whole, width=width - width // 2)}{tail}"
    return [short[name] for name in names]


# -------------------------------------------------------------------------------- drawing it


def _sort(rows: Rows, order: str) -> pd.DataFrame:
    """Return the rows from top to bottom; those without an estimate are last in every order."""
    table = rows.table
    keys = {
        "estimate": -table["weight"],
        "width": table["low"] - table["high"],
        "name": table["name"].str.casefold(),
        "table": pd.Series(table.index, table.index),
    }
    keyed = table.assign(key=keys[order], missing=table["estimate"].isna())
    return keyed.sort_values(["missing", "key"], kind="stable", ignore_index=True)


def _draw_rows(ax: Axes, rows: Rows, shown: pd.DataFrame, kwargs: dict[str, Any]) -> None:
    y = np.arange(len(shown))
    if rows.line is not None:
        at, label = rows.line
        ax.axvline(at, color=OBSERVED, linewidth=1.1, zorder=2, gid="line", label=label or None)
    look = {"color": COLOUR, "markersize": 5, "zorder": 4, "gid": "estimate", **kwargs}
    ax.plot(shown["estimate"], y, "o", label=rows.estimate, **look)
    span = shown[["low", "high"]].notna().all(axis=1).to_numpy()
    if span.any():
        ends = shown.loc[span, ["low", "high"]].to_numpy()
        ax.hlines(y[span], *ends.T, color=COLOUR, linewidth=2, alpha=0.5, zorder=3,
                  gid="interval", label=rows.interval)  # fmt: skip
        ax.plot(ends.ravel(), np.repeat(y[span], 2), "|", color=COLOUR, markersize=6, zorder=3)
    for i in np.flatnonzero(shown["estimate"].isna()):
        why = shown["why"].iloc[i] if "why" in shown else "undefined"
        ax.annotate(
            why, (0, i), xycoords=("axes fraction", "data"), xytext=(3, 0), va="center",
            textcoords="offset points", fontsize=style.NOTE, color=style.PALE_INK, gid="missing",
            bbox={"facecolor": "white", "linewidth": 0, "pad": 1},
        )  # fmt: skip


def _settle(ax: Axes) -> None:
    """Let long names take their room, so that legend and note fit the width that is left."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    settle_layout(figure)


def _name_axes(ax: Axes, rows: Rows, shown: pd.DataFrame) -> None:
    y = np.arange(len(shown))
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_yticks(y, shown["name"], fontsize=style.SMALL, color=style.INK)
    ax.tick_params("y", length=0)
    ax.grid(axis="y", color="#E8E8E8", linewidth=0.6, zorder=0)
    ax.set_axisbelow(True)
    ax.set_xlabel(rows.axis, fontsize=style.SMALL, color=style.INK)
    write_numbers(ax.xaxis, most=7, whole=rows.ranks)
    if rows.ranks:
        ticks = ax.xaxis.get_major_locator().tick_values(1, float(shown["high"].max()))
        ax.set_xticks([1, *(t for t in ticks if 1 < t <= shown["high"].max())])
        ax.set_xlim(left=0.5)
    elif rows.line is None and (shown[["estimate", "low"]].min().min() >= 0):
        ax.set_xlim(left=0)
    style.clear_frame(ax, sides=("top", "right", "left"))
    if shown["beside"].astype(bool).any():
        other = ax.secondary_yaxis("right")
        other.set_yticks(y, shown["beside"], fontsize=7.0, color=style.INK)
        other.tick_params(length=0)
        other.spines["right"].set_visible(False)
    if rows.counted:
        ax.annotate(rows.counted, (1, 0), xycoords="axes fraction", xytext=(4, -5), va="top",
                    textcoords="offset points", fontsize=7.0, color=style.INK)  # fmt: skip
