"""Run by `loopback.Fetcher`: reads an order a line, forks, fetches, says how each fork ended."""

import json
import os
import resource
import sys
import warnings

import conftest
import pooch  # noqa: F401  so that no fork imports them, and kills fall on the fetch
import requests  # noqa: F401

from toolkit.datasets import fetch_dataset


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


def fetch(order, report):
    if order.get("largest_file") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"],) * 2)
    if order.get("die"):
        die_at(*order["die"])
    warnings.simplefilter("ignore")
    try:
        result = fetch_dataset(
            order["name"], version=order["version"], url=order["url"], progress=False
        )
        said = ["returned", str(result)]
    except BaseException as error:
        said = [type(error).__name__, str(error)]
    # by os.write: not limited by what the test limits, and nothing is buffered
    os.write(report, json.dumps(said).encode())
    os._exit(0)


def main():
    conftest.pytest_configure(None)
    for line in sys.stdin:
        order = json.loads(line)
        children = []
        for _ in range(order["copies"]):
            source, report = os.pipe()
            child = os.fork()
            if child == 0:
                fetch(order, report)
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
