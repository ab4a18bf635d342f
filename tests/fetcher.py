"""Run by `loopback.Fetcher`: fetches by order, each time in a process of its own."""

import pooch  # noqa: F401  so that no fork imports them, and kills fall on the fetch
import requests  # noqa: F401
from forks import follow_orders

from toolkit.datasets import fetch_dataset


def fetch(order):
    return str(
        fetch_dataset(order["name"], version=order["version"], url=order["url"], progress=False)
    )


if __name__ == "__main__":
    follow_orders(fetch)
