"""Event tables larger than memory: raw files -> Parquet -> a relation of DuckDB or Spark."""

from toolkit.parquet.convert import to_parquet
from toolkit.parquet.scan import scan_events

__all__ = ["scan_events", "to_parquet"]
