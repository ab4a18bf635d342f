"""Comparison: what was counted beside what is published, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from toolkit.errors import OptionError, warn
from toolkit.events import check_columns
from toolkit.provenance import add_step, read_record, source_line


def compare_counts(
    panel: pd.DataFrame,
    published: pd.DataFrame,
    *,
    on: str | Sequence[str],
    value: str = "fatalities",
) -> pd.DataFrame:
    """Set counts beside published totals: where they agree, where not, and by how much.

    Parameters
    ----------
    panel
        What was counted.
    published
        Totals to agree with, e.g. `load_ucdp_country_year`. Within one release all rows of it
        must agree; across releases the difference is a finding about revision.
    on
        Column or columns that both have, e.g. ["violence_type", "period"].
    value
        The column to compare.

    Returns
    -------
    DataFrame
        The columns of `on`, `counted`, `published`, `difference` (counted - published) and
        `equal`; rows of the panel in their order. A row that is not published is missing there
        and not equal; published rows that the panel does not have are not shown.

    Raises
    ------
    ColumnError
        A column of `on` or `value` is not in both tables.
    OptionError
        One of the tables has several rows for one key, e.g. several countries; a text.

    Warns
    -----
    DataWarning
        No row of the panel is published: the keys are written differently.

    Examples
    --------
    >>> import pandas as pd, toolkit as ct
    >>> ours = pd.DataFrame({"year": [1, 2], "fatalities": [5, 7]})
    >>> theirs = pd.DataFrame({"year": [1, 2], "fatalities": [5, 9]})
    >>> ct.compare_counts(ours, theirs, on=["year"])["difference"].tolist()
    [0, -2]
    """
    on = [on] if isinstance(on, str) else list(on)
    for name, table in (("panel", panel), ("published", published)):
        check_columns(table, [*on, value])
        if table.duplicated(on).any():
            raise OptionError(
                f"The table `{name}` has several rows for the same {', '.join(on)}.",
                "one row for each.",
                f"{name}.query(\"country == 'Syria'\") first, or more columns in on=",
            )
    ours = panel[[*on, value]].rename(columns={value: "counted"})
    theirs = published[[*on, value]].rename(columns={value: "published"})
    for column in on:
        if ours[column].dtype != theirs[column].dtype:
            ours[column], theirs[column] = ours[column].astype("str"), theirs[column].astype("str")
    both = ours.merge(theirs, on=on, how="left")
    for column in ("counted", "published"):
        both[column] = _read_numbers(both[column])
    both["difference"] = both["counted"] - both["published"]
    both["equal"] = both["difference"].abs().lt(1e-9).fillna(False).astype(bool)  # of fractions
    if both["published"].isna().all():
        warn(f"No row of the panel is published: {', '.join(on)} may be written differently.")
    name = source_line(published).removeprefix("Source: ")
    return add_step(both, read_record(panel), f"compared with: {name}")


def _read_numbers(column: pd.Series) -> pd.Series:
    """Return a column as Int64, or as Float64 where it holds fractions."""
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    text = column[numbers.isna() & column.notna()]
    if len(text):
        raise OptionError(
            f"Among the numbers {column.name} is {text.iloc[0]!r}.",
            "numbers, or missing.",
            "pd.to_numeric(table[value], errors='coerce'), to see which rows",
        )
    return numbers.astype("Int64") if (numbers.dropna() % 1 == 0).all() else numbers
