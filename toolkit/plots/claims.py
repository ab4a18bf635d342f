"""The ledger of claims: what each piece of evidence says of each claim of a document."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from toolkit.errors import OptionError
from toolkit.events import check_columns
from toolkit.plots import style
from toolkit.provenance import read_record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, and shapes that stay apart in grey.
VERDICTS: dict[str, dict[str, Any]] = {
    "supported": {"marker": "o", "facecolor": "#0072B2", "edgecolor": "#0072B2"},
    "contradicted": {"marker": "X", "facecolor": "#D55E00", "edgecolor": "#D55E00"},
    "mixed": {"marker": "D", "facecolor": "#CC79A7", "edgecolor": "#7A3E60"},
    "inconclusive": {"marker": "^", "facecolor": "#F0C94F", "edgecolor": "#8A6D00"},
    "not testable": {"marker": "o", "facecolor": "white", "edgecolor": style.MISSING},
}
SCALE = {"supported": 46, "contradicted": 52, "mixed": 34, "inconclusive": 48, "not testable": 26}

# points
_NUMBER, _TEXT, _CELL, _CELL_WITH_NUMBER = 32.0, 290.0, 86.0, 108.0
_LINE, _GAP, _HEADING = 10.0, 7.0, 17.0
_MOST_LINES = 4
_TYPE, _SMALL_TYPE = 7.6, 7.0
_WIDTH_OF_LETTER = 0.57  # of the size of the type, on average


class _Row(NamedTuple):
    """One row of the ledger: a claim, or the heading of a kind (then there is no claim)."""

    top: float
    height: float
    kind: str
    number: str = ""
    lines: tuple[str, ...] = ()


class _Cell(NamedTuple):
    """The verdicts of one claim in one column, each with the number beside it ('' for none)."""

    verdicts: tuple[str, ...]
    numbers: tuple[str, ...]


_Column = dict[str, _Cell]  # by claim


def plot_ledger(
    summary: pd.DataFrame,
    *,
    judged: pd.DataFrame | None = None,
    robustness: pd.DataFrame | None = None,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw the ledger: one row a claim, one column for its verdict and one for each evidence.

    A verdict is about a proposition and a dataset, never about the honesty of whoever said it.
    Not testable means that the evidence at hand cannot speak to it, not that it is doubtful.

    In the column of a piece of evidence stands one verdict for each proposition of the claim, in
    their order, and beside it its robustness: the share of the combinations of defensible choices
    that come to the same verdict. It is no probability. Without a number there was nothing to
    choose, or nothing was tried.

    Parameters
    ----------
    summary
        What `summarise_claims` returns, or any table with one row a claim and the columns
        `claim_id`, `claim`, `kind`, `verdict`. Claims stand in their order, by kind. For several
        pages draw parts of it: `summary[:25]`, `summary[25:]`.
    judged
        What `judge_claims` returns; then each piece of evidence has a column.
    robustness
        What `check_robustness` returns; then numbers stand beside the verdicts.
    ax
        Axes to draw on; new ones, as large as the ledger needs, by default. On small ones the
        type shrinks.
    **kwargs
        Passed on to `Axes.scatter`, which draws the verdicts.

    Returns
    -------
    matplotlib.axes.Axes
        In points from the upper left corner.

    Raises
    ------
    ColumnError
        A column is missing.
    OptionError
        A verdict that is none, a claim that stands twice in the summary, robustness without
        `judged`.
    EmptySelectionError
        No claims.

    Examples
    --------
    >>> summary = pd.DataFrame({
    ...     "claim_id": ["c01", "c02"], "kind": ["level", "level"],
    ...     "claim": ["Fighting went on in the north", "More than 200,000 had to leave"],
    ...     "verdict": ["supported", "not testable"],
    ... })
    >>> ax = plot_ledger(summary)
    >>> [t.get_text() for t in ax.get_legend().get_texts()]
    ['supported', 'not testable']
    """
    _check(summary, judged, robustness)
    columns = {"verdict": _read_claims(summary)}
    if judged is not None:
        columns |= _read_evidence(judged, robustness)
    cell = _CELL if robustness is None else _CELL_WITH_NUMBER
    widths = [_CELL, *[cell] * (len(columns) - 1)]
    wide = _NUMBER + _TEXT + sum(widths)
    heads = [
        _wrap(name, w - 9, 1.12 * _SMALL_TYPE, 3) for name, w in zip(columns, widths, strict=True)
    ]
    rows = _arrange(summary, columns, 4 + _LINE * max(map(len, heads)))
    high = rows[-1].top + rows[-1].height
    notes = _write_notes(judged, robustness)
    scale = 1.0 if ax is None else min(style.width_of(ax) / wide, style.height_of(ax) / high, 1.0)
    ax = style.make_axes(ax, ((wide + 12) / 72, (high + 46 + 14 * len(notes)) / 72))
    ax.set(xlim=(0, wide), ylim=(high, 0))
    _write_rows(ax, rows, wide, scale)
    left = _NUMBER + _TEXT
    for (name, column), width, head in zip(columns.items(), widths, heads, strict=True):
        _write_head(ax, left, head, scale)
        _draw_column(ax, rows, column, left, name, {"scale": scale, **kwargs})
        left += width
    _finish(ax, columns)
    # a part of the summary, drawn on its own page, is no filter of the data
    known = judged is not None and read_record(judged)
    style.source_note(ax, judged if known else summary, *notes)
    return ax


# ---------------------------------------------------------------------------------------- reading


def _check(
    summary: pd.DataFrame, judged: pd.DataFrame | None, robustness: pd.DataFrame | None
) -> None:
    check_columns(summary, ["claim_id", "claim", "kind", "verdict"])
    style.need_rows(summary, "claims")
    keys = ["claim_id", "proposition_id", "evidence"]
    if judged is not None:
        check_columns(judged, [*keys, "verdict"])
    if robustness is not None:
        check_columns(robustness, [*keys, "robustness"])
        if judged is None:
            raise OptionError(
                "robustness is given without judged: it belongs to verdicts by evidence.",
                "both, or neither.",
                "ct.plots.plot_ledger(summary, judged=judged, robustness=robustness)",
            )
    twice = summary["claim_id"][summary["claim_id"].duplicated()]
    if len(twice):
        raise OptionError(
            f"The claim {twice.iloc[0]!r} stands twice in the summary.",
            "one row a claim; verdicts by evidence come with judged=.",
            "ct.plots.plot_ledger(summarise_claims(judged), judged=judged)",
        )
    for table in [summary] if judged is None else [summary, judged]:
        unknown = sorted(set(table["verdict"].map(str)) - set(VERDICTS))
        if unknown:
            raise OptionError(
                f"{unknown[0]!r} is no verdict.", ", ".join(VERDICTS) + ".", "verdict='supported'"
            )


def _read_claims(summary: pd.DataFrame) -> _Column:
    verdicts = summary.set_index("claim_id")["verdict"]
    return {str(claim): _Cell((str(verdict),), ("",)) for claim, verdict in verdicts.items()}


def _read_evidence(judged: pd.DataFrame, robustness: pd.DataFrame | None) -> dict[str, _Column]:
    """Return a column for each piece of evidence; rows without one (no event data) are in none."""
    rows = judged[judged["evidence"].notna() & judged["evidence"].ne("")]
    shares = {}
    if robustness is not None:
        keys = ["claim_id", "proposition_id", "evidence"]
        if "n_combinations" in robustness:
            robustness = robustness[robustness["n_combinations"] > 1]
        shares = robustness.set_index(keys)["robustness"].dropna().to_dict()
    columns: dict[str, _Column] = {}
    for (evidence, claim), some in rows.groupby(["evidence", "claim_id"], sort=False):
        found = [shares.get((claim, p, evidence)) for p in some["proposition_id"]]
        numbers = tuple("" if n is None else _percent(n) for n in found)
        cell = _Cell(tuple(some["verdict"].map(str)), numbers)
        columns.setdefault(str(evidence), {})[str(claim)] = cell
    return columns


def _percent(share: float) -> str:
    """Return a share as whole percent, which says 100 and 0 only where it is all or nothing.

    Examples
    --------
    >>> [_percent(s) for s in (1, 0.999, 0.5, 0.001)]
    ['100 %', '99 %', '50 %', '1 %']
    """
    whole = 100 * share
    return f"{whole if whole in (0, 100) else min(max(round(whole), 1), 99):.0f} %"


# --------------------------------------------------------------------------------------- arranging


def _arrange(summary: pd.DataFrame, columns: dict[str, _Column], top: float) -> list[_Row]:
    """Return the rows from top to bottom, each kind of claim under its heading."""
    rows = []
    for kind, claims in summary.groupby("kind", sort=False, dropna=False):
        name = style.plain(kind)
        rows.append(_Row(top, _HEADING, name))
        top += _HEADING
        for claim in claims.itertuples():
            number = str(claim.claim_id)
            lines = _wrap(str(claim.claim), _TEXT - 8, _TYPE, _MOST_LINES)
            cells = [column[number] for column in columns.values() if number in column]
            most = max(len(lines), *(len(cell.verdicts) for cell in cells))
            rows.append(_Row(top, _GAP + _LINE * most, name, number, tuple(lines)))
            top += rows[-1].height
    return rows


def _wrap(text: str, width: float, size: float, most: int) -> list[str]:
    """Return text in so many lines at most, each so many points wide; more ends in a dot-dot."""
    letters = max(int(width / (_WIDTH_OF_LETTER * size)), 8)
    return textwrap.wrap(text, letters, max_lines=most, placeholder=" …") or [""]


# ---------------------------------------------------------------------------------------- drawing


def _write_rows(ax: Axes, rows: list[_Row], wide: float, scale: float) -> None:
    """Write number and text of each claim, the headings, and thin lines between."""
    look: dict[str, Any] = {"va": "center", "ha": "left", "color": style.INK, "clip_on": False}
    for row in rows:
        if not row.number:
            ax.text(2, row.top + 0.6 * row.height, row.kind, fontsize=scale * (_TYPE + 0.6),
                    fontweight="bold", **look)  # fmt: skip
            ax.hlines(row.top + row.height, 0, wide, color=style.INK, linewidth=0.7)
            continue
        middle = row.top + row.height / 2
        number = {**look, "color": style.PALE_INK, "fontsize": scale * _SMALL_TYPE}
        ax.text(2, middle, style.plain(row.number, width=8), **number)
        first = middle - _LINE * (len(row.lines) - 1) / 2
        for place, line in enumerate(row.lines):
            text = style.plain(line, width=200)
            ax.text(_NUMBER, first + place * _LINE, text, fontsize=scale * _TYPE, **look)
        ax.hlines(row.top + row.height, 0, wide, color=style.COVERED, linewidth=0.6)


def _write_head(ax: Axes, left: float, lines: list[str], scale: float) -> None:
    for place, line in enumerate(lines):
        ax.text(
            left + 3, 2 + (place + 0.5) * _LINE, style.plain(line, width=60), va="center",
            ha="left", fontsize=scale * _SMALL_TYPE, fontweight="bold", color=style.INK,
        )  # fmt: skip


def _draw_column(
    ax: Axes, rows: list[_Row], column: _Column, left: float, name: str, look: dict[str, Any]
) -> None:
    """Draw the verdicts of a column as markers, words and numbers; a dash where there are none."""
    scale = look.pop("scale")
    size = scale * _SMALL_TYPE
    places: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if not row.number:
            continue
        middle = row.top + row.height / 2
        cell = column.get(row.number)
        if cell is None:
            ax.text(left + 9, middle, "–", ha="center", va="center", color=style.MISSING,
                    fontsize=size)  # fmt: skip
            continue
        first = middle - _LINE * (len(cell.verdicts) - 1) / 2
        for place, (verdict, number) in enumerate(zip(*cell, strict=True)):
            at = first + place * _LINE
            places.setdefault(verdict, []).append((left + 9, at))
            ink = style.PALE_INK if verdict == "not testable" else style.INK
            words = f"{verdict}  {number}".strip()
            ax.text(left + 17, at, words, va="center", ha="left", fontsize=size, color=ink)
    for verdict, some in places.items():
        x, y = zip(*some, strict=True)
        marker = {"s": scale**2 * SCALE[verdict], "linewidth": 0.8, **VERDICTS[verdict], **look}
        ax.scatter(x, y, gid=f"{name}: {verdict}", zorder=3, clip_on=False, **marker)


def _finish(ax: Axes, columns: dict[str, _Column]) -> None:
    """Add the legend of the verdicts there are, and take away what is not needed."""
    present = {v for column in columns.values() for cell in column.values() for v in cell.verdicts}
    for verdict in VERDICTS:
        if verdict in present:
            ax.scatter([], [], s=SCALE[verdict], linewidth=0.8, label=verdict, **VERDICTS[verdict])
    style.legend_above(ax)
    ax.set_xticks([])
    ax.set_yticks([])
    style.clear_frame(ax, sides=("top", "right", "bottom", "left"))


def _write_notes(judged: pd.DataFrame | None, robustness: pd.DataFrame | None) -> list[str]:
    """Say below the figure what the verdicts and the numbers are."""
    notes = ["A verdict is about a proposition and a dataset, never about a person's honesty."]
    if judged is not None:
        notes.append("By evidence: one verdict for each proposition of the claim.")
    if robustness is not None:
        notes.append(
            "Percent: robustness, the share of the combinations of defensible choices that come to "
            "the same verdict; no probability."
        )
    return notes
