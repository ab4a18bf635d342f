"""The picture of the ratios with their targets, and of how seconds grow with size."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from cases import Side
from files import Files
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator
from report import Measured, find_exponent, growth_lines
from runs import Runs

# of Okabe and Ito, told apart by shape too
MET, MISSED, PLAIN, OTHER = "#0072B2", "#D55E00", "#666666", "#E69F00"
ROW = 0.27  # inches


def draw(measured: list[Measured], files: Files, path: Path) -> None:
    """Draw the picture and save it."""
    pairs = [
        (m, side, runs)
        for m in measured
        if not (m.case.growth or m.case.parts)
        for side, runs in m.rivals
        if m.ours.done and runs.done
    ]
    growth = growth_lines([m for m in measured if m.case.growth], files)
    heights = [max(1.6, ROW * len(pairs) + 0.4), *([2.6] if growth else [])]
    figure = Figure(figsize=(10, sum(heights) + 1.4), layout="constrained")
    panels = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    draw_ratios(panels[0].subplots(), pairs)
    if files.scale != 1:
        figure.suptitle(f"TRIAL at scale {files.scale:g}", color=MISSED)
    explain(panels[0])
    if growth:
        for axes, (what, (sizes, lines)) in zip(
            panels[1].subplots(1, len(growth), squeeze=False)[0], growth.items(), strict=True
        ):
            draw_growth(axes, what, sizes, lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def draw_ratios(axes: Axes, pairs: list[tuple[Measured, Side, Runs]]) -> None:
    """Draw a row for each rival: the range of the rounds, their median, and the target."""
    for row, (m, side, runs) in enumerate(pairs):
        ratios = m.ours.ratios(runs)
        middle, target = median(ratios), side.seconds
        met = target is None or middle <= target
        colour = PLAIN if target is None else MET if met else MISSED
        axes.plot([min(ratios), max(ratios)], [row, row], color=colour, linewidth=2)
        axes.plot(middle, row, "D" if not met else "o", color=colour, markersize=6,
                  markerfacecolor="white" if target is None else colour)  # fmt: skip
        if target is not None:
            axes.plot(target, row, "|", color="black", markersize=13, markeredgewidth=2)
    axes.axvline(1, color="black", linewidth=0.8, linestyle=":")
    axes.set(xscale="log", ylim=(len(pairs) - 0.5, -0.5),
             title="Seconds of the toolkit for each second of the other",
             xlabel="ratio (left of the dotted line the toolkit is faster)")  # fmt: skip
    names = [f"{m.case.title}  /  {side.name}" for m, side, _ in pairs]
    axes.set_yticks(range(len(pairs)), names, fontsize=8)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def explain(panel: SubFigure) -> None:
    """Add the legend below the panel."""
    marks = [
        Line2D([], [], color=MET, marker="o", label="meets its target"),
        Line2D([], [], color=MISSED, marker="D", label="misses it"),
        Line2D([], [], color=PLAIN, marker="o", markerfacecolor="white", label="no target"),
        Line2D([], [], color="black", marker="|", markersize=12, markeredgewidth=2,
               linestyle="", label="target"),
    ]  # fmt: skip
    panel.legend(handles=marks, ncols=4, fontsize=8, frameon=False, loc="outside lower center")


def draw_growth(axes: Axes, what: str, sizes: list[int], lines: dict[str, list[float]]) -> None:
    """Draw seconds over size, both as logarithms, a line for each side."""
    styles = zip((MET, OTHER, PLAIN), ("o-", "s--", "^:"), strict=True)
    for (name, seconds), (colour, style) in zip(lines.items(), styles, strict=False):
        label = f"{name}, exponent {find_exponent(sizes, seconds):.2f}"
        axes.plot(sizes, seconds, style, color=colour, label=label, markersize=5)
    axes.set(xscale="log", yscale="log", xlabel=what, ylabel="seconds")
    axes.set_xticks(sizes, [f"{n:,}" for n in sizes], fontsize=7, rotation=30)
    axes.minorticks_off()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=6))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.legend(fontsize=8, frameon=False)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
