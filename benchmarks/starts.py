"""What a run prepares before its clock starts: imports, and what is given to the work.

Each function gets the files and returns the work, which takes nothing and returns its result.
Libraries are imported here and not above, so that a run holds only its own in memory.
"""

from __future__ import annotations

import importlib
import io
import itertools
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from files import Files, real_file, remove

Work = Callable[[], object]
COUNTED = "event_id dataset date_start date_end date_precision geo_precision country admin1".split()
COUNTED += "actor1 actor2 actor1_type actor2_type assoc_actor_1 assoc_actor_2 directed".split()
COUNTED += "actor1_id actor2_id fatalities fatalities_low fatalities_high".split()


def _warm(work: Callable[[Any], object], whole: Any, few: Any) -> Work:
    """Return the work on the whole, done once on a few rows: imports on first use are no work."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work(few)
    return lambda: work(whole)


def _first_lines(path: Path) -> io.BytesIO:
    with path.open("rb") as stream:
        return io.BytesIO(b"".join(itertools.islice(stream, 100)))


def _few_dyads() -> Any:
    networks = importlib.import_module("networks")
    return networks.make_dense_dyads(n_actors=10, n_periods=2, n_ties=30)


def import_library(files: Files, *, name: str) -> Work:
    """Import a library: here the import is the work."""
    return lambda: importlib.import_module(name) and None


def load(files: Files, *, file: str, function: str) -> Work:
    """Call a function of the toolkit on a made export."""
    import toolkit as ct

    return _warm(getattr(ct, function), files.path(file), _first_lines(files.path(file)))


def read_csv(files: Files, *, file: str, idiom: str = "read_csv") -> Work:
    """Read a made export by an idiom."""
    import idioms

    return _warm(getattr(idioms, idiom), files.path(file), _first_lines(files.path(file)))


def read_columns(files: Files, *, file: str, source: str, problems: bool = False) -> Work:
    """Read the columns that make events, or tell problems, as text, every row accounted for."""
    from toolkit.reading import read_cells

    module = importlib.import_module(f"toolkit.sources.{source}")

    def choose(header: list[str], _: str) -> list[str]:
        unused = [*module.UNUSED, *(module.SILENT if problems else [])]
        return [name for name in header if name not in unused]

    path = files.path(file)
    return _warm(lambda source: read_cells(source, choose) and None, path, _first_lines(path))


def parse_columns(files: Files, *, file: str, source: str) -> Work:
    """Only hash the file and parse these columns, on all cores: the floor of loading by pyarrow."""
    from toolkit.delimited import Round
    from toolkit.layout import find_layout
    from toolkit.opening import opened

    module = importlib.import_module(f"toolkit.sources.{source}")

    def work() -> None:
        with opened(files.path(file)) as raw:
            layout = find_layout(raw, None, quotes=True)
            names = [name for name in layout.columns if name not in module.UNUSED]
            for _ in Round(raw, layout, names, lambda table: table).pieces():
                pass

    return work


def to_parquet(files: Files) -> Work:
    """Convert the ACLED export by the toolkit."""
    import toolkit as ct

    path, folder, convert = files.path("acled"), _room(files, "parquet"), ct.to_parquet
    extract = {"start": "1997-01-01", "end": "2024-12-31"}

    def work() -> Path:
        convert([path], folder, extract=extract)
        return folder

    return work


def to_parquet_with_duckdb(files: Files) -> Work:
    """Convert the ACLED export by DuckDB."""
    import engines

    path, target = files.path("acled"), _room(files, "duckdb.parquet")
    connection = engines.connect_duckdb(None, files.folder)
    return lambda: engines.convert_with_duckdb(connection, path, target)


# ---------------------------------------------------------------------------- counts in memory


def count_events(files: Files, *, file: str, by: list[str], period: str) -> Work:
    """Count an event table in memory by the toolkit."""
    import toolkit as ct

    events = _read_events(files, file)
    return _warm(lambda e: ct.count_events(e, by=by, period=period), events, events.head(100))


def count_events_by_hand(files: Files, *, file: str, by: list[str], period: str) -> Work:
    """Count the same table by pandas."""
    import idioms

    events = _read_events(files, file)
    return _warm(lambda e: idioms.count_events(e, by, period), events, events.head(100))


def count_events_with_polars(files: Files, *, file: str, by: list[str], period: str) -> Work:
    """Count the same rows, as a polars table."""
    import engines
    import polars as pl

    events = pl.read_parquet(files.parts(file), columns=COUNTED)
    return lambda: engines.count_with_polars(events, by, period)


def count_dyads(files: Files, *, file: str) -> Work:
    """Count dyads by year by the toolkit, participants included."""
    import toolkit as ct

    events = _read_events(files, file)
    return lambda: ct.count_dyads(events, period="year")


def count_dyads_by_hand(files: Files, *, file: str) -> Work:
    """Count dyads by year by pandas."""
    import idioms

    events = _read_events(files, file)
    return lambda: idioms.count_dyads(events, "year")


# --------------------------------------------------------------------------- counts in Parquet


def scan_events(files: Files, *, file: str, memory_limit: str) -> Work:
    """Count Parquet files by country and month by the toolkit on DuckDB."""
    import toolkit as ct

    scan, parts = ct.scan_events, files.parts(file)

    def work() -> object:
        events = scan(parts, engine="duckdb", memory_limit=memory_limit)
        return ct.count_events(events, by="country", period="month")

    return work


def scan_with_duckdb(files: Files, *, file: str, memory_limit: str) -> Work:
    """Count the same files by SQL."""
    import engines

    parts = files.parts(file)

    def work() -> object:
        connection = engines.connect_duckdb(memory_limit, files.folder)
        return engines.count_with_duckdb(connection, parts, "country")

    return work


def scan_with_pandas(files: Files, *, file: str) -> Work:
    """Count the same files by pandas, in memory."""
    import idioms

    parts = files.parts(file)
    return lambda: idioms.count_parquet(parts, ["country"], "month")


def scan_with_polars(files: Files, *, file: str) -> Work:
    """Count the same files by polars."""
    import engines
    import polars  # noqa: F401

    parts = files.parts(file)
    return lambda: engines.scan_with_polars(parts, ["country"], "month")


def scan_with_spark(files: Files, *, file: str) -> Work:
    """Count the same files by Spark on this machine, its session started before."""
    import engines

    parts = files.parts(file)
    spark = engines.start_spark(files.folder)
    return lambda: engines.count_with_spark(spark, parts, "country")


# ------------------------------------------------------------------------------------ networks


def measure_real(files: Files, *, side: str, names: list[str], period: str) -> Work:
    """Measure the networks by period of UCDP's real events."""
    import pandas as pd

    import toolkit as ct

    measure = _measures(side)
    tables = [ct.load_ucdp_ged(real_file(f"ucdp/{name}.csv")) for name in names]
    dyads = pd.concat([ct.count_dyads(t, period=period) for t in tables], ignore_index=True)
    return _warm(measure, dyads, _few_dyads())


def measure_dense(
    files: Files, *, side: str, actors: int = 152, periods: int = 13, ties: int = 2_600
) -> Work:
    """Measure dense directed networks by period."""
    networks = importlib.import_module("networks")
    dyads = networks.make_dense_dyads(n_actors=actors, n_periods=periods, n_ties=ties)
    return _warm(_measures(side), dyads, _few_dyads())


def betweenness(files: Files, *, actors: int, ties: int) -> Work:
    """Measure betweenness in a large network by the toolkit, with the extra `fast`."""
    import rustworkx  # noqa: F401

    import toolkit as ct

    G = _make_large(files.scaled(actors, 50), files.scaled(ties, 200))
    return lambda: ct.networks.betweenness(G, weighted=False)


def betweenness_by_hand(files: Files, *, actors: int, ties: int) -> Work:
    """Measure the same by networkx."""
    import networkx as nx

    G = _make_large(files.scaled(actors, 50), files.scaled(ties, 200))
    return lambda: nx.betweenness_centrality(G)


def _measures(side: str) -> Callable[[Any], object]:
    return getattr(importlib.import_module("networks"), f"{side}_measures")


def _make_large(actors: int, ties: int) -> Any:
    import networkx as nx

    G = nx.gnm_random_graph(actors, ties, seed=0)
    nx.set_edge_attributes(G, 1, "weight")
    return nx.relabel_nodes(G, {node: f"Actor {node:05}" for node in G})


def _read_events(files: Files, name: str) -> Any:
    """Return a made event table with the columns that counting may need."""
    import pandas as pd

    return pd.read_parquet(files.path(name), columns=COUNTED)


def _room(files: Files, name: str) -> Path:
    """Return a path to write to, with nothing there from the run before."""
    path = files.folder / f"written-{name}"
    remove(path)
    return path
