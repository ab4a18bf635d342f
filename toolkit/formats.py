"""Which provider is this file from: one door for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import pandas as pd

from toolkit.errors import FileFormatError, check_option
from toolkit.reading import Readable, find_lines, read_names
from toolkit.sources import acled, gdelt, ucdp
from toolkit.sources.eventfile import EventFile
from toolkit.sources.loading import Loaded

ONLY_FOR_LOADING = ("extract", "accessed", "version", "quad_class")
SOURCES: dict[str, ModuleType] = {"ACLED": acled, "UCDP GED": ucdp, "GDELT": gdelt}


def load_events(source: Readable, **options: Any) -> pd.DataFrame:
    """Load an event file of any provider the toolkit knows, recognised by its column names.

    GDELT's files have none: there the number of fields and the form of the first ones decide.
    Which one it took stands in `events.attrs["format"]` and in `describe_events`.

    Parameters
    ----------
    source
        Path or file object.
    **options
        Passed on to `load_acled`, `load_ucdp_ged` or `load_gdelt`: extract, accessed, keep, ...

    Returns
    -------
    DataFrame
        Event table.

    Raises
    ------
    FileFormatError
        The columns are those of no provider that is known, or of more than one.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit.datasets import find_file
    >>> span = dict(start="2012-01-01", end="2019-12-31")
    >>> ct.load_events(find_file("sample-ged"), extract=span).attrs["format"]
    'UCDP GED, 49 of its 49 columns'
    """
    name = recognise_format(source, rename=options.get("rename"))
    loaders: dict[str, Callable[..., pd.DataFrame]] = {
        "ACLED": acled.load_acled,
        "UCDP GED": ucdp.load_ucdp_ged,
        "GDELT": gdelt.load_gdelt,
    }
    return loaders[name](source, **options)


def find_problems(source: Readable, *, provider: str | None = None, **options: Any) -> pd.DataFrame:
    """List what loading this file leaves out, sets missing or only notes, line by line.

    Parameters
    ----------
    source
        Path or file object.
    provider
        "ACLED", "UCDP GED" or "GDELT", for a file whose columns do not tell (then use the
        provider's own loader too).
    **options
        As for the loader; extract, accessed and version change nothing here.

    Returns
    -------
    DataFrame
        `line` (where the row begins, 1 is the header; missing for spreadsheets and JSON),
        `record` (number of the row, 1 is the first of data), `column`, `value`, `reason`,
        `action` (row left out, value set missing, noted). Empty where nothing is to say.

    Raises
    ------
    FileFormatError
        As `load_events`.
    OptionError
        An unknown provider.

    Examples
    --------
    >>> import toolkit as ct
    >>> from toolkit.datasets import find_file
    >>> ct.find_problems(find_file("sample-ged"))["action"].unique().tolist()
    ['noted']
    """
    problems, facts = _open(source, provider, options).find_problems()
    table = problems.table()
    if problems.find_lines is None:
        header, quotes = (facts.get(fact) != "none" for fact in ("header", "quotes"))
        lines = find_lines(source, table["record"].unique(), header=header, quotes=quotes)
        table["line"] = pd.array([lines.get(r, pd.NA) for r in table["record"]], dtype="Int64")
    return table


def read_pieces(
    source: Readable, *, provider: str | None = None, piece_bytes: int = 64 << 20, **options: Any
) -> Iterator[Loaded]:
    """Read an event file of any size piece by piece, with the accounting of the whole.

    The pieces one behind the other are what the loader gives: the same rows, types, problems and
    numbers of records. What has to be decided on a whole column (the order of day and month, what
    "NA" means, which ids come again, where a country lies) is decided in a first reading of the
    few columns concerned; the second one converts. A file that is one piece is read once. The
    provenance is not stamped.

    Parameters
    ----------
    source
        Path or file object.
    provider
        As for `find_problems`.
    piece_bytes
        About how many bytes of text make a piece. Memory: some six pieces, three stretches of 8 MB
        for each core (eight at most), and in the first reading some 150 bytes for each row of the
        file.
    **options
        As for the loader; extract, accessed and version change nothing here.

    Yields
    ------
    Loaded
        `events`, `problems` and `facts` of a piece. `facts["rows_in_file"]` counts the rows of the
        piece, in text; all other facts are of the whole file. A spreadsheet or JSON is one piece.
        The `line` of a problem is missing where lines of the file are blank or an open quote has
        swallowed rows: `find_problems` looks such lines up.

    Raises
    ------
    FileFormatError, OptionError
        As `find_problems`.

    Examples
    --------
    >>> from toolkit.datasets import find_file
    >>> from toolkit.formats import read_pieces
    >>> [len(p.events) for p in read_pieces(find_file("sample-ged"), piece_bytes=1 << 22)]
    [2316]
    """
    yield from _open(source, provider, options).read_pieces(piece_bytes)


def _open(source: Readable, provider: str | None, options: Mapping[str, Any]) -> EventFile:
    if provider is not None:
        check_option("provider", provider, SOURCES)
    name = provider or recognise_format(source, rename=options.get("rename"))
    doors: dict[str, Callable[..., EventFile]] = {
        "ACLED": acled.open_acled,
        "UCDP GED": ucdp.open_ucdp_ged,
        "GDELT": gdelt.open_gdelt,
    }
    return doors[name](source, **{k: v for k, v in options.items() if k not in ONLY_FOR_LOADING})


def recognise_format(source: Readable, *, rename: dict[str, str] | None = None) -> str:
    """Return the provider's name, from the column names; without any, from the first row's form."""
    header = [(rename or {}).get(h, h) for h in read_names(source)]
    found = [name for name, module in SOURCES.items() if module.recognise(header)]
    if len(found) == 1:
        return found[0]
    fault = "could be " + " or ".join(found) if found else "are those of no provider known here"
    raise FileFormatError(
        f"The columns {', '.join(header)[:200]} {fault}.",
        f"a file of {' or '.join(SOURCES)} with its header row (GDELT has none).",
        'ct.load_acled(path, rename={"name in the file": "event_date"}), if you know what it is; '
        'then ct.find_problems(path, provider="ACLED")',
    )
