"""The same counts written for DuckDB, polars and Spark by hand: rivals of the toolkit's engines.

As in `idioms`, zeros and missing are not told apart, nothing is accounted for and no provenance is
kept. Each function imports its engine, so that no run holds the others in its memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

DEATHS = ["fatalities", "fatalities_low", "fatalities_high"]


def connect_duckdb(memory_limit: str | None, folder: Path) -> Any:
    """Return a connection that may spill into the folder."""
    import duckdb

    limit = {} if memory_limit is None else {"memory_limit": memory_limit}
    return duckdb.connect(config={"temp_directory": str(folder / "duckdb-spill"), **limit})


def count_with_duckdb(connection: Any, files: Iterable[Path], unit: str) -> Any:
    """Count by unit and month in SQL, and return a DataFrame of the cells with events."""
    sums = ", ".join(f"sum({column})::BIGINT AS {column}" for column in DEATHS)
    return connection.execute(
        f"""
        SELECT {unit}, date_trunc('month', date_start) AS period, count(*) AS n_events, {sums}
        FROM read_parquet(?) GROUP BY ALL ORDER BY ALL
        """,
        [[str(file) for file in files]],
    ).df()


def convert_with_duckdb(connection: Any, path: Path, target: Path) -> Path:
    """Convert a comma-separated file to Parquet, as text; the dialect is given, not guessed."""
    connection.execute(
        f"""
        COPY (SELECT * FROM read_csv(
            '{path}', delim = ',', quote = '"', escape = '"', header = true, all_varchar = true
        )) TO '{target}' (FORMAT parquet, COMPRESSION zstd)
        """
    )
    return target


def count_with_polars(events: Any, by: list[str], period: str) -> Any:
    """Count a polars table, in memory or scanned, and fill the grid with zeros."""
    import polars as pl

    every = {"month": "1mo", "year": "1y"}[period]
    counted = (
        events.lazy()
        .group_by(*by, pl.col("date_start").dt.truncate(every).alias("period"))
        .agg(pl.len().cast(pl.Int64).alias("n_events"), pl.col(DEATHS).sum())
        .collect(engine="streaming")
    )
    first, last = counted["period"].min(), counted["period"].max()
    periods = pl.datetime_range(first, last, every, time_unit="us", eager=True).alias("period")
    grid = counted.select(by).unique().join(periods.to_frame(), how="cross")
    cells = grid.join(counted, on=[*by, "period"], how="left", nulls_equal=True)
    return cells.with_columns(pl.col("n_events", *DEATHS).fill_null(0)).sort(*by, "period")


def scan_with_polars(files: Iterable[Path], by: list[str], period: str) -> Any:
    """Count event tables in Parquet with polars, which reads as it counts."""
    import polars as pl

    return count_with_polars(pl.scan_parquet(list(files)), by, period)


def start_spark(folder: Path) -> Any:
    """Return a session of Spark on this machine, with 2 GB for its Java process."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[*]").config("spark.driver.memory", "2g")
    for option, value in {
        "spark.ui.enabled": "false",
        "spark.local.dir": str(folder / "spark-spill"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "8",
    }.items():
        builder = builder.config(option, value)
    return builder.getOrCreate()


def count_with_spark(spark: Any, files: Iterable[Path], unit: str) -> Any:
    """Count by unit and month with Spark, and return a DataFrame of the cells with events."""
    from pyspark.sql import functions as sf

    events = spark.read.parquet(*(str(file) for file in files))
    sums = [sf.sum(column).alias(column) for column in DEATHS]
    month = sf.date_trunc("month", "date_start").alias("period")
    counted = events.groupBy(unit, month).agg(sf.count("*").alias("n_events"), *sums)
    return counted.orderBy(unit, "period").toPandas()
