"""Counting: events -> panel. Nothing is counted anywhere else: dyads use this kernel too.

The kernel is written in narwhals and knows columns only; what it gives back is small and pandas.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from toolkit.errors import ColumnError, EmptySelectionError, OptionError, check_option, warn
from toolkit.events import PERIODS, check_columns, check_dates, check_day, find_outside
from toolkit.provenance import (
    add_step,
    coverage,
    find_spans,
    pack_coverage,
    read_record,
    source_line,
)

DEATHS = ["fatalities", "fatalities_low", "fatalities_high"]
RESULTS = ["date_start", "period", "n_events", *DEATHS, "covered", "partial"]


def count_events(
    events: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    period: str = "month",
    spans: pd.DataFrame | None = None,
    complete: bool = True,
) -> pd.DataFrame:
    """Count events and deaths by unit and period, with zeros only where the data can say zero.

    An event belongs to the period in which its `date_start` lies, whole, however long it lasts;
    events on days outside the coverage are not counted, and a warning says how many.

    Parameters
    ----------
    events
        Event table.
    by
        Column or columns that make the unit, e.g. ["country", "admin1"]; none for one series.
        A unit of province needs the country: admin1 names repeat across countries.
    period
        "day", "week" (Monday to Sunday), "month", "quarter" or "year".
    spans
        Coverage table; by default the one that came with the events (`coverage`). One written by
        hand needs `country` ("*" for all), `start` and `end`, both included.
    complete
        Fill in every period of the coverage for every unit seen in the data. False gives only
        the cells in which something happened.

    Returns
    -------
    DataFrame
        PANEL: the columns of `by`, `period` (pandas Period), `n_events`, `fatalities`,
        `fatalities_low`, `fatalities_high` (Int64), `covered` (bool) and `partial` (bool: the
        coverage holds only part of the period), sorted by unit and period. Inside the coverage
        a cell without events is 0, outside it is missing. Where the unit holds no country, a
        period is covered if the coverage of every country covers it; the same for datasets. A
        country left out of a release (a hole) is left aside there. Deaths are sums of what is
        recorded; missing where the dataset has no such column, or where several datasets are
        counted together, because they define deaths differently. A missing value of `by` is a
        unit of its own.

    Raises
    ------
    OptionError, ColumnError
        Unknown period; a column that is not there or holds the wrong kind of values; a unit that
        is itself counted.
    EmptySelectionError
        No events.

    Warns
    -----
    DataWarning
        Events outside the coverage, coverage not known, events without a date, several datasets
        counted together, provinces without their country.

    Examples
    --------
    >>> import toolkit as ct
    >>> panel = ct.count_events(ct.load_sample("ged"), by="country", period="year")
    >>> panel[["country", "period", "n_events", "fatalities", "covered"]].head(2)
       country period  n_events  fatalities  covered
    0  Dulmora   2012         7          16     True
    1  Dulmora   2013         8         133     True
    """
    by = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    check_units(events, by, period)
    spans = coverage(events) if spans is None else _given_spans(spans)
    counted = count_rows(events, by, period)
    if len(spans) and "country" in events:
        outside = find_outside(events, spans)
        if outside.any():  # a period covered in part counts its covered days only
            inside = count_rows(events[~outside], by, period)
            counted = counted[[*by, "period"]].merge(inside, on=[*by, "period"], how="left")
    panel = _complete(counted, by, period, spans) if complete and len(spans) else counted
    panel = _hide_uncovered(_mark_coverage(panel, by, spans), by)
    panel = panel.sort_values([*by, "period"], ignore_index=True, na_position="last")
    if complete and spans.empty:
        warn(
            "The coverage of the events is not known: only periods with events are in the panel, "
            'and none is 0. State it: spans=pd.DataFrame({"country": ["*"], '
            '"start": ["2016-01-01"], "end": ["2019-11-30"]}).'
        )
    _tell_total(panel, events)
    step = f"counted by {', '.join([*by, period])} of date_start"
    packed = pack_coverage(spans) if len(spans) else None
    return add_step(panel, read_record(events), step, coverage=packed)


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
        One of the tables has several rows for one key, e.g. several countries.

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
    both[["counted", "published"]] = both[["counted", "published"]].astype("Int64")
    both["difference"] = both["counted"] - both["published"]
    both["equal"] = both["difference"].eq(0).fillna(False).astype(bool)
    if both["published"].isna().all():
        warn(f"No row of the panel is published: {', '.join(on)} may be written differently.")
    name = source_line(published).removeprefix("Source: ")
    return add_step(both, read_record(panel), f"compared with: {name}")


# ---------------------------------------------------------------------------------- kernel


def check_units(events: pd.DataFrame, by: list[str], period: str) -> None:
    """Raise what cannot be counted, warn of what can mislead."""
    check_option("period", period, PERIODS)
    check_dates(events, by)
    for column in by:
        if column in RESULTS:
            raise OptionError(
                f"by={column!r} is itself counted or names the period.",
                f"a column other than {', '.join(RESULTS)}.",
                f"events.rename(columns={{{column!r}: 'its other name'}})",
            )
    _check_deaths(events)
    if len(events) == 0:
        raise EmptySelectionError(
            "There are no events to count.",
            "at least one row.",
            "len(events), and look at the filter",
        )
    undated = int(events["date_start"].isna().sum())
    if undated:
        warn(f"{undated:,} events have no date_start and are not counted.")
    if "filter not recorded" in read_record(events).get("steps", ""):
        warn(
            "Rows were filtered in plain pandas, which leaves no record: the coverage still speaks "
            "of all of them, and a zero may be the filter's. ct.filter_events records and cuts it."
        )
    countries = events["country"].nunique() if "country" in events else 0
    if "admin1" in by and "country" not in by and countries > 1:
        warn(
            "Provinces of several countries are counted by name alone, but names repeat across "
            'countries: by=["country", "admin1"] keeps them apart.'
        )


def _check_deaths(events: pd.DataFrame) -> None:
    for column in (c for c in DEATHS if c in events):
        values = events[column].dropna()
        if len(values) and not (pd.api.types.is_numeric_dtype(values) and (values % 1 == 0).all()):
            raise ColumnError(
                f"{column} holds values that are not whole numbers.",
                "numbers of people, or missing.",
                f"events[{column!r}] = pd.to_numeric(events[{column!r}]).astype('Int64')",
            )


def count_rows(
    rows: pd.DataFrame, by: list[str], period: str, *, share: str | None = None
) -> pd.DataFrame:
    """Count by unit and period: the one place where rows become numbers.

    With `share`, the name of a column of fractions, a row counts only as that part of an event
    and the numbers are fractions too.
    """
    columns = [c for c in DEATHS if c in rows.columns]
    needed = rows[[*by, "date_start", *columns, *([share] if share else [])]]
    date = nw.col("date_start")
    parts = {c: nw.col(c) * nw.col(share) for c in columns} if share else {}
    grouped = (
        nw.from_native(needed, eager_only=True)
        .filter(~date.is_null())
        .with_columns(_period=_period_number(date, period), **parts)
        .group_by([*by, "_period"])
        .agg(
            (nw.col(share).sum() if share else nw.len()).alias("n_events"),
            *(nw.col(c).sum() for c in columns),
            *(nw.col(c).count().alias(f"_known_{c}") for c in columns),
        )
        .to_pandas()
    )
    several = "dataset" in rows.columns and rows["dataset"].nunique() > 1 and "dataset" not in by
    if several:
        warn(
            "Several datasets are counted together: their deaths are defined differently and are "
            'set missing, and one event may be counted twice. by=["dataset", ...] keeps them apart.'
        )
    number = "Float64" if share else "Int64"
    grouped["period"] = _to_periods(grouped.pop("_period"), period)
    grouped["n_events"] = grouped["n_events"].astype(number)
    for column in DEATHS:
        sums = grouped.get(column, pd.Series(pd.NA, grouped.index)).astype(number)
        known = grouped.get(f"_known_{column}", pd.Series(0, grouped.index))
        grouped[column] = sums.mask((known == 0) | several)
    if period == "week":
        sums = grouped.groupby([*by, "period"], dropna=False, observed=True, sort=False)
        grouped = sums[["n_events", *DEATHS]].sum(min_count=1).reset_index()
    return grouped[[*by, "period", "n_events", *DEATHS]]


def _period_number(date: nw.Expr, period: str) -> nw.Expr:
    """Return the number of the period as pandas counts them; days for days and weeks."""
    months = (date.dt.year() - 1970) * 12 + date.dt.month() - 1
    numbers = {"month": months, "quarter": months // 3, "year": date.dt.year() - 1970}
    return numbers[period] if period in numbers else date.dt.truncate("1d")


def _to_periods(numbers: pd.Series, period: str) -> pd.Series:
    if period in ("day", "week"):
        return pd.Series(pd.DatetimeIndex(numbers).to_period(PERIODS[period]), index=numbers.index)
    index = pd.PeriodIndex.from_ordinals(numbers.astype("int64"), freq=PERIODS[period])
    return pd.Series(index, index=numbers.index)


# -------------------------------------------------------------------------------- coverage


def _given_spans(spans: pd.DataFrame) -> pd.DataFrame:
    """Return a coverage table that a user wrote with all its columns, or say what is off."""
    check_columns(spans, ["country", "start", "end"])
    rest = {"dataset": "*", "version": "", "event_types": "*", "basis": "stated when counted"}
    spans = spans.assign(**{c: text for c, text in rest.items() if c not in spans})
    for key in ("start", "end"):
        days = [pd.NaT if pd.isna(day) else check_day(key, day) for day in spans[key]]
        spans[key] = pd.to_datetime(pd.Series(days, index=spans.index))
    if (spans["start"] > spans["end"]).any():
        raise OptionError(
            "spans has a start after its end.",
            "first and last day, both included; both missing for a country never covered.",
            "spans.query('start > end')",
        )
    return spans


def _complete(
    counted: pd.DataFrame, by: list[str], period: str, spans: pd.DataFrame
) -> pd.DataFrame:
    """Join the counts to every unit seen times every period of the coverage."""
    freq = PERIODS[period]
    known = spans.dropna(subset=["start", "end"])
    edges = pd.concat(
        [counted["period"], known["start"].dt.to_period(freq), known["end"].dt.to_period(freq)]
    )
    universe = pd.DataFrame({"period": pd.period_range(edges.min(), edges.max(), freq=freq)})
    if by:
        universe = counted[by].drop_duplicates().merge(universe, how="cross")
    return universe.merge(counted, on=[*by, "period"], how="left")


def _mark_coverage(panel: pd.DataFrame, by: list[str], spans: pd.DataFrame) -> pd.DataFrame:
    """Mark each cell as covered, and as partial where the coverage holds only part of its days."""
    if spans.empty:
        return panel.assign(covered=True, partial=False)
    starts = panel["period"].dt.start_time
    origin = starts.min()
    first = (starts - origin).dt.days.to_numpy()
    after = (panel["period"].dt.end_time - origin).dt.days.to_numpy() + 1
    units = panel[[c for c in ("dataset", "country") if c in by]].astype("str").fillna("")
    groups = units.groupby(list(units)).indices if len(units.columns) else {(): panel.index}
    n_days = np.zeros(len(panel), dtype="int64")
    for names, rows in groups.items():
        unit = dict(zip(units, [names] if isinstance(names, str) else names, strict=True))
        total = np.concatenate([[0], np.cumsum(_covered_days(spans, unit, origin, after.max()))])
        n_days[rows] = total[after[rows]] - total[first[rows]]
    return panel.assign(covered=n_days > 0, partial=(n_days > 0) & (n_days < after - first))


def _covered_days(
    spans: pd.DataFrame, unit: dict[str, str], origin: pd.Timestamp, n: int
) -> np.ndarray:
    """Say of each of the n days from the origin whether a unit is covered.

    Releases of one dataset add up. Countries and datasets that the unit does not tell apart all
    have to cover a day, or the count would jump where one of them begins; holes are left aside.
    """
    if "dataset" in unit:
        spans = spans[spans["dataset"].isin([unit["dataset"], "*"])]
    if "country" in unit:
        spans = find_spans(spans, unit["country"])
    masks = []
    for _, rows in spans.groupby("dataset"):
        for country in rows["country"].unique():
            known = find_spans(rows, country).dropna(subset=["start", "end"])
            if len(known):
                masks.append(_days_between(known, origin, n))
    return np.logical_and.reduce(masks) if masks else np.zeros(n, dtype=bool)


def _days_between(spans: pd.DataFrame, origin: pd.Timestamp, n: int) -> np.ndarray:
    inside = np.zeros(n, dtype=bool)
    for start, end in zip(spans["start"], spans["end"], strict=True):
        inside[max((start - origin).days, 0) : max((end - origin).days + 1, 0)] = True
    return inside


def _hide_uncovered(panel: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Fill 0 inside the coverage and missing outside; bounds nobody recorded stay missing."""
    empty = panel["n_events"].isna() & panel["covered"]
    for column in ("n_events", *DEATHS):
        recorded = panel[column].notna()
        # side by side with GED, which has bounds, ACLED still has none
        known = pd.Series(column == "n_events" or recorded.any(), index=panel.index)
        if "dataset" in by and column != "n_events":
            known = recorded.groupby(panel["dataset"], dropna=False).transform("any")
        panel[column] = panel[column].mask(empty & known, 0).mask(~panel["covered"]).astype("Int64")
    return panel


def _tell_total(panel: pd.DataFrame, events: pd.DataFrame) -> None:
    """Warn where the panel's total is not the table's: events outside the coverage."""
    missing = int(events["date_start"].notna().sum()) - int(panel["n_events"].sum())
    if missing:
        warn(
            f"{missing:,} of {len(events):,} events lie outside the coverage and are not counted: "
            "outside it a count is missing, not small. See ct.coverage(events)."
        )
