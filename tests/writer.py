"""Run by test_parquet_writing: writes events by order, each time in a process of its own."""

import duckdb  # noqa: F401  so that no fork imports it, and kills fall on the writing
import pyarrow.parquet  # noqa: F401
from forks import follow_orders

import toolkit as ct
from toolkit.parquet import parts


def write(order):
    parts.HOLD = order.get("hold", parts.HOLD)
    files = ct.to_parquet(order["paths"], order["folder"], progress=False, **order["options"])
    return int(files["rows_kept"].sum())


if __name__ == "__main__":
    follow_orders(write)
