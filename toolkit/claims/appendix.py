"""The table of verdicts for a paper's appendix: HTML, LaTeX or Markdown."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from toolkit.claims.subsets import cut_needs
from toolkit.errors import ColumnError, EmptySelectionError, MissingFileError, OptionError
from toolkit.provenance import cite

# which columns stand in the table: heading, and the share of the width
SUMMARY = {
    "claim_id": ("Claim", 0.06),
    "paragraph": ("Par.", 0.05),
    "claim": ("What is asserted", 0.28),
    "verdict": ("Verdict", 0.11),
    "basis": ("Basis", 0.25),
    "reasons": ("Reasons", 0.25),
}
JUDGED = {
    "proposition_id": ("Prop.", 0.05),
    "proposition": ("Proposition", 0.21),
    "supports": ("Supports", 0.10),
    "contradicts": ("Contradicts", 0.10),
    "evidence": ("Evidence", 0.13),
    "verdict": ("Verdict", 0.10),
    "estimate": ("Estimate", 0.12),
    "reason": ("Reason", 0.19),
}
NOTE = (
    "Verdicts are about propositions and datasets, not about persons. In brackets are intervals at "
    "95 %: of counts, ratios, shares and trends what varies from month to month (or year to year), "
    "of ranks what resampling months in blocks gives, of days the range of possible days. None "
    "speaks of what was not recorded."
)
_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
}  # fmt: skip


def write_appendix(table: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    r"""Write verdicts as a table for a paper, with the references of the datasets below it.

    Parameters
    ----------
    table
        What `summarise_claims` or `judge_claims` returns.
    path
        Where to write; the ending decides: ".html", ".tex" (a `longtable`, which needs the
        packages longtable, array and booktabs) or ".md". A file that is there is replaced.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OptionError
        Another ending.
    ColumnError, EmptySelectionError
        Not such a table, or one without rows.
    MissingFileError
        The folder is not there.

    Examples
    --------
    >>> import tempfile, toolkit as ct
    >>> claims = ct.claims.load_claims("sample").head(1)
    >>> judged = ct.claims.judge_claims(claims, ct.claims.make_evidence(ct.load_sample("ged")))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = write_appendix(judged, folder + "/verdicts.md").read_text(encoding="utf-8")
    >>> text.splitlines()[0]
    '| Prop. | Proposition | Supports | Contradicts | Evidence | Verdict | Estimate | Reason |'
    """
    path = Path(path)
    writers: dict[str, Callable[[pd.DataFrame, list[float], list[str]], str]] = {
        ".html": _write_html,
        ".tex": _write_tex,
        ".md": _write_markdown,
    }
    if path.suffix.lower() not in writers:
        raise OptionError(
            f"The ending of {path.name!r} is not known.", ", ".join(writers) + ".", "'verdicts.tex'"
        )
    columns = SUMMARY if "basis" in table else JUDGED
    for column in columns:
        if column not in table:
            raise ColumnError(
                f"The table has no column {column!r}.",
                "what summarise_claims or judge_claims returns.",
                "write_appendix(ct.claims.summarise_claims(judged), path)",
            )
    if table.empty:
        raise EmptySelectionError("The table has no rows.", "at least one verdict.", "len(table)")
    shown = table[list(columns)].fillna("").astype("str")
    if columns is JUDGED:
        shown["reason"] = _tell_needs_once(shown)
    shown = shown.apply(lambda column: column.str.split().str.join(" "))  # line breaks in cells
    shown = shown.set_axis([heading for heading, _ in columns.values()], axis=1)
    below = [NOTE, *cite(table).splitlines()]
    widths = [width for _, width in columns.values()]
    text = writers[path.suffix.lower()](shown, widths, below)
    if not path.parent.is_dir():
        raise MissingFileError(
            f"There is no folder {path.parent.name!r} to write {path.name!r} in.",
            "a folder that is there.",
            "path.parent.mkdir(parents=True)",
        )
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _tell_needs_once(table: pd.DataFrame) -> list[str]:
    """Return the reasons, with what would test a proposition in the first of its rows alone."""
    told, reasons = set(), []
    for name, reason in zip(table["proposition_id"], table["reason"], strict=True):
        why, needs = cut_needs(reason)
        reasons.append(why if (name, needs) in told else reason)
        told.add((name, needs))
    return reasons


def _write_markdown(table: pd.DataFrame, _: list[float], below: list[str]) -> str:
    def cell(text: str) -> str:
        for sign in "\\|*_`<[]~$&":
            text = text.replace(sign, "\\" + sign)
        return text

    lines = [table.columns, ["---"] * table.shape[1], *table.map(cell).to_numpy().tolist()]
    rows = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([*rows, "", *(f"{cell(text)}\n" for text in below)])


def _write_html(table: pd.DataFrame, widths: list[float], below: list[str]) -> str:
    def row(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"

    columns = "".join(f'<col style="width: {100 * width:.0f}%">' for width in widths)
    rows = "\n".join(row(cells, "td") for cells in table.to_numpy().tolist())
    notes = "\n".join(f"<p>{html.escape(text)}</p>" for text in below)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Verdicts</title>
<style>
body {{ font-family: serif; margin: 2em; }}
table {{ border-collapse: collapse; table-layout: fixed; width: 100%; }}
th, td {{ border-bottom: 1px solid #999; padding: 0.3em; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }}
</style>
</head>
<body>
<table>
<colgroup>{columns}</colgroup>
<thead>{row(list(table.columns), "th")}</thead>
<tbody>
{rows}
</tbody>
</table>
{notes}
</body>
</html>
"""


def _write_tex(table: pd.DataFrame, widths: list[float], below: list[str]) -> str:
    def cell(text: str) -> str:
        return "".join(_TEX.get(sign, sign) for sign in text)

    # the blanks between columns are part of the width of the page
    left = 1 - 0.02 * len(widths)
    form = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{left * width:.3f}\linewidth}}" for width in widths
    )
    rows = [" & ".join(map(cell, cells)) + r" \\" for cells in table.to_numpy().tolist()]
    head = " & ".join(rf"\textbf{{{cell(name)}}}" for name in table.columns) + r" \\"
    notes = "\n\n".join(rf"\noindent {cell(text)}" for text in below)
    return "\n".join([
        "% needs the packages longtable, array and booktabs",
        r"{\small\setlength{\tabcolsep}{0.01\linewidth}",
        rf"\begin{{longtable}}{{{form}}}",
        r"\toprule", head, r"\midrule", r"\endhead", *rows, r"\bottomrule",
        r"\end{longtable}", "", notes, "}", "",
    ])  # fmt: skip
