"""For scripts that fork once for each order they read, do the work there and say how it ended."""

import json
import os
import resource
import sys
import tempfile
import warnings

import conftest


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


def work_once(work, order, report):
    """Do the work with the faults that are ordered, report what it returned or raised, and end."""
    if order.get("largest_file") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"],) * 2)
    if order.get("die"):
        die_at(*order["die"])
    warnings.simplefilter("ignore")
    try:
        said = ["returned", work(order)]
    except BaseException as error:
        said = [type(error).__name__, str(error)]
    # by os.write: not limited by what the test limits, and nothing is buffered
    os.write(report, json.dumps(said).encode())
    os._exit(0)


def follow_orders(work):
    """Read an order a line; print the processes that follow it, and then how each ended."""
    conftest.pytest_configure(None)
    with tempfile.TemporaryDirectory() as folder:  # who is killed cannot clear up behind itself
        tempfile.tempdir = folder
        for line in sys.stdin:
            follow_order(work, json.loads(line))


def follow_order(work, order):
    """Do what one order says."""
    children = []
    for _ in range(order.get("copies", 1)):
        source, report = os.pipe()
        child = os.fork()
        if child == 0:
            work_once(work, order, report)
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
