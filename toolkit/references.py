"""Publications -> BibTeX and text. The data are in `references.toml`, with where each was read."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SPECIAL = re.compile(r"([&%#_$])")


@functools.cache
def read_references() -> dict[str, dict[str, Any]]:
    """Return the publications as nested dicts, key of the publication first."""
    text = Path(__file__).with_name("references.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def find_reference(key: str) -> str:
    """Return a publication as a BibTeX entry.

    Examples
    --------
    >>> print(find_reference("hegre2020").splitlines()[0])
    @article{hegre2020,
    """
    fields = {k: v for k, v in read_references()[key].items() if k != "measures"}
    return write_bibtex(fields.pop("type"), key, fields)


def describe_reference(key: str) -> str:
    """Return a publication as one line of text; what is not known of it is left out.

    Examples
    --------
    >>> describe_reference("coscia2017")
    'Coscia, M. and Neffke, F. (2017). Network backboning with noisy data. ICDE.'
    """
    known = read_references()[key]
    *others, last = known["author"].split(" and ")
    authors = " and ".join(filter(None, [", ".join(others), last]))
    year = f" ({known['year']})" if "year" in known else ""
    number = f"({known['number']})" if "number" in known else ""
    place = (
        f"{known.get('journal') or known.get('booktitle', '')} {known.get('volume', '')}{number}"
    )
    where = ", ".join(filter(None, [place.strip(), known.get("pages")]))
    doi = f"https://doi.org/{known['doi']}" if "doi" in known else ""
    parts = [authors + year, known["title"], where, known.get("note"), known.get("url"), doi]
    # an author's initial brings its own full stop
    return ". ".join(part.rstrip(".") for part in parts if part).replace("--", "-") + "."


def find_measures(steps: str) -> list[str]:
    """Return the keys of the publications whose measures these steps of a record name.

    Examples
    --------
    >>> find_measures("network of ties; backbone for display (disparity filter, p < 0.05")
    ['serrano2009']
    """
    return [
        key
        for key, known in read_references().items()
        if any(phrase in steps for phrase in known.get("measures", []))
    ]


def write_bibtex(kind: str, key: str, fields: Mapping[str, object]) -> str:
    r"""Return one BibTeX entry; empty fields are left out.

    Examples
    --------
    >>> print(write_bibtex("misc", "reed", {"title": "Reed & Heron", "doi": "10.1/a_b"}))
    @misc{reed,
      title = {{Reed \& Heron}},
      doi = {10.1/a_b},
    }
    """
    lines = [f"  {name} = {{{_escape(name, value)}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _escape(name: str, value: object) -> str:
    """Return a value as BibTeX has it: braces around a title, which keeps its capitals."""
    if name in ("doi", "url"):
        return str(value)
    text = SPECIAL.sub(r"\\\1", str(value))
    return f"{{{text}}}" if name == "title" else text
