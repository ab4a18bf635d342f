"""Run by test_parquet: reads an order a line, forks, writes events, says how each fork ended."""

import json
import os
import resource
import sys
import warnings

import conftest
import duckdb  # noqa: F401  so that no fork imports it, and kills fall on the writing
import pyarrow.parquet  # noqa: F401

import toolkit as ct
from toolkit.parquet import parts


def die_at(number, when):
    """End this process, as a kill would, before or after the n-th time a file gets its name."""
    real, count = os.replace, 0

    def replace(*names):
        nonlocal count
        count += 1
        if count == number and when == "before":
            os._exit(9)
        real(*names)
        if count == number and when == "after":
            os._exit(9)

    os.replace = replace


def write(order, report):
    parts.HOLD = order.get("hold", parts.HOLD)
    if order.get("largest_file") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"],) * 2)
    if order.get("die"):
        die_at(*order["die"])
    warnings.simplefilter("ignore")
    try:
        files = ct.to_parquet(order["paths"], order["folder"], progress=False, **order["options"])
        said = ["returned", int(files["rows_kept"].sum())]
    except BaseException as error:
        said = [type(error).__name__, str(error)]
    os.write(report, json.dumps(said).encode())
    os._exit(0)


def main():
    conftest.pytest_configure(None)
    for line in sys.stdin:
        order = json.loads(line)
        children = []
        for _ in range(order.get("copies", 1)):
            source, report = os.pipe()
            child = os.fork()
            if child == 0:
                write(order, report)
            os.close(report)
            children.append((child, source))
        print(json.dumps([child for child, _ in children]), flush=True)
        ends = []
        for child, source in children:
            with os.fdopen(source, "rb") as stream:
                said = stream.read()
            os.waitpid(child, 0)
            ends.append(json.loads(said) if said else [])
        print(json.dumps(ends), flush=True)


if __name__ == "__main__":
    main()
