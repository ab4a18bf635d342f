"""Parquet files of events -> a relation of DuckDB or a DataFrame of Spark, nothing loaded yet."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toolkit.engines import attach_record, find_packed
from toolkit.errors import (
    FileFormatError,
    MissingDependencyError,
    MissingFileError,
    OptionError,
    check_option,
    did_you_mean,
    warn,
)
from toolkit.events import COLUMNS
from toolkit.parquet.duck import connect, missing
from toolkit.parquet.ledger import is_dataset, read_entries
from toolkit.parquet.record import whole_record
from toolkit.provenance import check_rows
from toolkit.releases import combine_records

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
SPARK_TYPES = {
    "text": "STRING", "category": "STRING", "date": "TIMESTAMP_NTZ", "number": "DOUBLE",
    "integer": "BIGINT", "flag": "BOOLEAN",
}  # fmt: skip


def scan_events(
    folder: Paths,
    *,
    engine: str = "duckdb",
    memory_limit: str | None = None,
    threads: int | None = None,
    spill: str | os.PathLike[str] | None = None,
    master: str | None = None,
    session: Any = None,
) -> Any:
    """Open events in Parquet files as a relation of DuckDB or a DataFrame of Spark.

    Nothing is loaded: rows are read when something is counted, and only the columns needed. Of a
    folder that `to_parquet` wrote, only what its ledger names is read. The events of all its
    files stand in it once for each file: one that two exports hold stands twice (`to_parquet`
    warns of that). Ordered codes such as `date_precision` are text here, without their order.

    Parameters
    ----------
    folder
        A folder that `to_parquet` wrote, or other Parquet files of event tables: a file, a list
        of files, or a folder of them.
    engine
        "duckdb" (one machine) or "spark" (one machine or a cluster).
    memory_limit
        Memory the engine may take before it writes to disk, e.g. "2GB". DuckDB takes four fifths
        of the machine's by default, Spark 1 GB.
    threads
        Processor cores to use; by default all.
    spill
        Folder for what does not fit into memory; by default one in the system's folder of
        temporary files.
    master
        Where Spark runs: "local[2]", or the address of a cluster.
    session
        Your own `duckdb.DuckDBPyConnection` or `SparkSession`; the other options are then yours.

    Returns
    -------
    DuckDBPyRelation or pyspark.sql.DataFrame
        All columns of the event table, then further ones that were kept. Relations opened with
        the same options share a connection and can be joined.

    Raises
    ------
    MissingDependencyError
        The library is not installed, or Spark finds no Java.
    MissingFileError, FileFormatError
        No Parquet file is there, or one is damaged, missing or no event table.
    OptionError
        An option is unknown, or does not go with the engine or your own session.

    Warns
    -----
    DataWarning
        The files were not written by `to_parquet`: where they come from is known only where
        they say so themselves.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import toolkit as ct
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "ged.parquet"
    ...     ct.load_sample("ged").to_parquet(path)
    ...     events = ct.scan_events(path, threads=1)
    ...     events.filter("fatalities > 100").aggregate("count(*) AS n").fetchall()
    [(17,)]
    """
    check_option("engine", engine, ["duckdb", "spark"])
    _check_options(engine, memory_limit, threads, spill, master, session)
    paths, record, further = _find_parts(folder)
    if engine == "duckdb":
        connection = session or connect(memory_limit, threads, os.fspath(spill) if spill else None)
        return attach_record(_scan_duckdb(connection, paths), record)
    spark = session or _start_spark(memory_limit, threads, spill, master)
    return attach_record(_scan_spark(spark, paths, further), record)


def _check_options(
    engine: str, memory_limit: str | None, threads: int | None, spill: Any, master: str | None,
    session: Any,
) -> None:  # fmt: skip
    given = {"memory_limit": memory_limit, "threads": threads, "spill": spill, "master": master}
    used = [name for name, value in given.items() if value is not None]
    if engine == "duckdb" and master is not None:
        raise OptionError(
            f"master={master!r} means nothing to DuckDB.",
            "engine='spark' with a master.",
            f"ct.scan_events(folder, engine='spark', master={master!r})",
        )
    if master is not None and threads is not None:
        raise OptionError(
            f"master={master!r} says how many threads, and so does threads={threads}.",
            "one of the two.",
            f"master='local[{threads}]'",
        )
    if session is not None and used:
        raise OptionError(
            f"{' and '.join(used)} cannot be set for a session that is yours.",
            "your own session, with your own settings, or none.",
            f"ct.scan_events(folder, engine={engine!r}, session=session)",
        )
    kind = {"duckdb": "read_parquet", "spark": "sparkContext"}[engine]
    if session is not None and not hasattr(session, kind):
        raise OptionError(
            f"session is a {type(session).__name__}, which is not one of {engine}.",
            "a duckdb.DuckDBPyConnection for DuckDB, a SparkSession for Spark.",
            f"ct.scan_events(folder, engine={engine!r})",
        )


# --------------------------------------------------------------------------- which files


def _find_parts(folder: Paths) -> tuple[list[str], dict[str, str], list[str] | None]:
    """Return the files to read, their record, and the further columns (None where not known)."""
    if isinstance(folder, str | os.PathLike) and is_dataset(Path(folder)):
        home = Path(folder)
        entries = read_entries(home)
        parts = [part for entry in entries for part in entry.parts]
        if not parts:
            raise MissingFileError(
                f"{home} holds no events yet.", "a folder that to_parquet has filled.",
                f'ct.to_parquet(paths, "{home}")',
            )  # fmt: skip
        further = list(dict.fromkeys(name for part in parts for name in part["further"]))
        return [str(home / part["path"]) for part in parts], whole_record(entries), further
    paths = _find_files(folder)
    return [str(path) for path in paths], _read_records(paths), None


def _find_files(folder: Paths) -> list[Path]:
    """Return the Parquet files given, or those in a folder."""
    given = [folder] if isinstance(folder, str | os.PathLike) else list(folder)
    found: list[Path] = []
    for path in map(Path, given):
        inside = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
        if not inside or not inside[0].is_file():
            raise MissingFileError(
                f"There is no Parquet file {'in ' if path.is_dir() else ''}{str(path)[:200]!r}.",
                "a folder that to_parquet wrote, or Parquet files of event tables.",
                'ct.to_parquet("my_export.csv", "events"), and then ct.scan_events("events")',
            )
        found += inside
    if not found:
        raise MissingFileError(
            "No file was given.", "at least one Parquet file.", 'ct.scan_events("events")'
        )
    return found


def _read_records(paths: list[Path]) -> dict[str, str]:
    """Return what plain Parquet files say of their source, and warn where they do not."""
    import pyarrow.parquet as pq

    records = []
    for path in paths:
        try:
            facts = pq.read_metadata(path)
        except (OSError, ValueError) as error:
            raise FileFormatError(
                f"{path} cannot be read: {error}.", "a whole Parquet file.",
                "write or copy it again",
            ) from None  # fmt: skip
        schema = facts.schema.to_arrow_schema()
        for name in ("event_id", "dataset", "date_start"):
            if name not in schema.names:
                raise FileFormatError(
                    f"{path} is no event table: it has no column {name!r}.",
                    did_you_mean(name, schema.names),
                    'ct.to_parquet("my_export.csv", "events"), which writes one',
                )
        record = find_packed(schema.with_metadata(facts.metadata))
        records.append(check_rows(record, facts.num_rows))
    silent = sum(not record for record in records)
    known = f"of {silent:,} the source is not recorded" if silent else "each names its source"
    warn(
        f"Parquet files that to_parquet did not write ({len(paths):,}): {known}, and whether an "
        "event stands in several was not checked."
    )
    return _merge_records(records, silent) if silent < len(records) else {}


def _merge_records(records: list[dict[str, str]], silent: int) -> dict[str, str]:
    merged = combine_records(record for record in records if record)
    merged["rows"] = str(sum(int(record.get("rows", "0")) for record in records))
    spans = [span for record in records for span in json.loads(record.get("coverage", "[]"))]
    if spans:
        once = {json.dumps(span): span for span in spans}
        merged["coverage"] = json.dumps(list(once.values()))
    if silent:
        unknown = f"rows added, source not recorded ({silent:,} files)"
        merged["steps"] = "; ".join(filter(None, [merged.get("steps"), unknown]))
    return merged


# --------------------------------------------------------------------------- the engines


def _scan_duckdb(connection: Any, paths: list[str]) -> Any:
    # the year in the path is no column of the event table
    return connection.read_parquet(paths, hive_partitioning=False, union_by_name=True)


def _start_spark(
    memory_limit: str | None, threads: int | None, spill: Any, master: str | None
) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise missing("Spark", "spark") from None
    place = master or (f"local[{threads}]" if threads else None)
    # Java writes 1g for what DuckDB writes 1GB
    memory = memory_limit and re.sub(r"\s|i?b$", "", memory_limit.lower())
    asked = {
        "spark.master": place,
        "spark.driver.memory": memory,
        "spark.local.dir": spill and os.fspath(spill),
    }
    asked = {name: value for name, value in asked.items() if value}
    running = SparkSession.getActiveSession()
    if running is not None:
        _check_running(running, asked)
        return running
    builder = SparkSession.builder.appName("conflict-toolkit")
    for name, value in {"spark.master": "local[*]", **asked}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        if "JAVA" not in str(error).upper():
            raise
        raise MissingDependencyError(
            "Spark does not start, for it finds no Java that it can use.",
            "Java from 17 on, where JAVA_HOME points or on the PATH.",
            "conda install -c conda-forge openjdk=17, and then start Python anew",
        ) from None


def _check_running(running: Any, asked: dict[str, str]) -> None:
    """Raise where a session that runs already has other settings: they cannot change any more."""
    for name, value in asked.items():
        held = running.sparkContext.getConf().get(name)
        if held != value:
            raise OptionError(
                f"A Spark session runs already, with {name}={held!r}, not {value!r}.",
                "the settings it has; they cannot change while it runs.",
                "session.stop() first, or ct.scan_events(folder, engine='spark', session=session)",
            )


def _scan_spark(spark: Any, paths: list[str], further: list[str] | None) -> Any:
    # read as files, a name with brackets is not taken for a pattern
    reader = spark.read.option("mergeSchema", "true")
    if further is not None:
        names = {name: SPARK_TYPES[kind] for name, (kind, _) in COLUMNS.items()}
        names |= dict.fromkeys(further, "STRING")
        reader = spark.read.schema(", ".join(f"`{n}` {t}" for n, t in names.items()))
    return reader.parquet(*map(_plain, paths))


def _plain(path: str) -> str:
    """Return the address of a local file in which Spark takes no letter for a pattern.

    Without file:// a cluster's own file system would be searched.
    """
    whole = Path(path).absolute().as_posix()
    start = "file://" if whole.startswith("/") else "file:///"
    return start + "".join("\\" + c if c in "[]{}*?\\" else c for c in whole)
