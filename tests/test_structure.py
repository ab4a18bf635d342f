"""The house rules: floors, third parties, the public functions, notebooks, environments."""

import ast
import inspect
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import toolkit

REPOSITORY = Path(__file__).resolve().parents[1]

# A module imports only from lower floors. A package stands for the modules in it; its own
# `__init__`, which names them, stands half a floor above them.
FLOORS = {
    "errors": 0,
    "engines": 0.5,
    "provenance": 1,
    "problems": 1,
    "permutation": 1,
    "cells": 1,
    "ids": 1,
    "dates": 1,
    "opening": 1.5,
    "recoding": 1.55,
    "numbering": 1.55,
    "layout": 1.58,
    "delimited": 1.6,
    "records": 1.7,
    "reading": 2,
    "conversion": 2,
    "events": 2,
    "references": 0.5,
    "filters": 2.5,
    "tally": 2.5,
    "datasets": 2.9,
    "datasets.catalog": 3,
    "datasets.folder": 3,
    "datasets.archive": 3.1,
    "datasets.coverage": 3.1,
    "datasets.downloads": 3.1,
    "datasets.transfer": 3.1,
    "datasets.fetching": 3.2,
    "overview": 3,
    "releases": 3,
    "sources.loading": 3.5,
    "sources.eventfile": 3.6,
    "sources": 4,
    "formats": 5,
    "sample.world": 4.5,
    "sample.history": 4.6,
    "sample.recording": 4.7,
    "sample.truth": 4.8,
    "sample": 5,
    "actors.lineups": 4.8,
    "actors.aliases": 4.9,
    "actors": 5,
    "places.points": 4.6,
    "places.cells": 4.7,
    "places.areas": 4.7,
    "places.borders": 4.7,
    "places.provinces": 4.8,
    "places": 5,
    "account": 5.6,
    "straddling": 5.7,
    "zeros": 5.8,
    "units": 5.9,
    "comparison": 6,
    "counts": 6,
    "panels": 6.1,
    "pairs": 6.1,
    "dyads": 6.2,
    "parquet.duck": 5.5,
    "parquet.ledger": 5.5,
    "parquet.intake": 5.6,
    "parquet.parts": 5.6,
    "parquet.sums": 5.6,
    "parquet.record": 5.6,
    "parquet.checks": 5.7,
    "parquet": 6,
    "plots.style": 6.5,
    "plots.panels": 6.6,
    "networks.graphs": 6.6,
    "networks.ties": 6.6,
    "networks.rosters": 6.6,
    "networks.plain": 6.7,
    "networks.matrices": 6.7,
    "networks.sums": 6.7,
    "networks.hops": 6.605,
    "networks.paths": 6.61,
    "networks.stacks": 6.62,
    "networks.tallies": 6.63,
    "networks.spectra": 6.63,
    "networks.scores": 6.64,
    "networks.structure": 6.7,
    "networks.centrality": 6.7,
    "networks.build": 6.8,
    "networks.draws": 6.8,
    "networks.rewiring": 6.9,
    "networks.signs": 6.8,
    "networks.frustration": 6.9,
    "networks.triples": 6.9,
    "networks.losses": 6.85,
    "networks.relations": 6.9,
    "networks.strata": 6.9,
    "networks": 7,
    "timeseries.dispersion": 6.7,
    "timeseries.regression": 6.7,
    "timeseries.costs": 6.8,
    "timeseries.changes": 6.8,
    "timeseries.calibration": 6.9,
    "timeseries": 7,
    "spatial.distances": 6.7,
    "spatial.precision": 6.7,
    "spatial.weights": 6.8,
    "spatial.movement": 6.9,
    "spatial": 7,
    "plots.basemap": 7.2,
    "plots.grids": 7.2,
    "plots.layout": 7.2,
    "plots.steps": 7.2,
    "plots.circles": 7.3,
    "plots.picture": 7.3,
    "plots.legends": 7.4,
    "plots.names": 7.4,
    "plots.drawing": 7.45,
    "plots": 7.5,
    "combinations": 7.9,
    "specifications": 8,
    "claims.rules": 8.2,
    "claims.table": 8.3,
    "claims.evidence": 8.3,
    "claims.subsets": 8.4,
    "claims.statistics": 8.5,
    "claims.judge": 8.6,
    "claims": 9,
    "report": 10,
    "__main__": 11,
}

THIRD_PARTIES = {
    "matplotlib": {"plots"},
    "networkx": {"networks", "actors", "plots"},
    "pooch": {"datasets"},
    "requests": {"datasets"},
    "shapely": {"places", "spatial"},
    "shapefile": {"places"},
    "statsmodels": {"timeseries"},
    "ruptures": {"timeseries"},
    "narwhals": {"engines", "filters", "tally"},
    "duckdb": {"parquet"},
    "pyspark": {"parquet"},
    "nbclient": {"report"},
    "nbconvert": {"report"},
}

VERBS = (
    "add_",
    "combine_",
    "compare_",
    "count_",
    "describe_",
    "fetch_",
    "filter_",
    "find_",
    "list_",
    "load_",
    "make_",
    "plot_",
    "scan_",
    "to_",
    "validate_",
    "write_",
)
NOUNS = {
    "actor_network",
    "cite",
    "coverage",
    "event_window",
    "interrupted_time_series",
    "participants",
    "sensitivity",
    "source_line",
}


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield each module below the package with its name: `sources.acled`, `plots`."""
    for path in sorted((root / "toolkit").rglob("*.py")):
        parts = path.relative_to(root / "toolkit").with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name:
            yield name, path


def imports(name: str, path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of what a module imports, wherever in it."""
    parents = ["toolkit", *name.split(".")][: None if path.name == "__init__.py" else -1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = parents[: len(parents) - node.level + 1] if node.level else []
            source = ".".join([*start, *filter(None, [node.module])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def floor(name: str, path: Path) -> float | None:
    own = FLOORS.get(name, FLOORS.get(name.split(".")[0]))
    above = 0.5 if path.name == "__init__.py" else 0
    return None if own is None else own + above


def broken_floors(root: Path) -> list[str]:
    """Say which module imports from its own floor or a higher one, or has no floor."""
    known = dict(modules(root))
    faults = []
    for name, path in known.items():
        own = floor(name, path)
        if own is None:
            faults.append(f"toolkit.{name} has no floor")
            continue
        for line, imported in imports(name, path):
            if imported.split(".")[0] != "toolkit":
                continue
            parts = imported.split(".")[1:]
            found = [".".join(parts[:n]) for n in (2, 1) if ".".join(parts[:n]) in known]
            below = floor(found[0], known[found[0]]) if found else None
            if below is None or below >= own:
                faults.append(f"toolkit.{name}:{line} (floor {own}) imports {imported} ({below})")
    return faults


def test_modules_import_only_from_lower_floors():
    assert broken_floors(REPOSITORY) == []


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("events", "from toolkit.errors import ToolkitError", None),
        ("events", "from .errors import ToolkitError", None),
        ("events", "def f():\n    from toolkit import reading", "toolkit.events:2 (floor 2)"),
        ("events", "import toolkit.sources.acled", "imports toolkit.sources.acled (4)"),
        ("events", "from toolkit import load_events", "imports toolkit.load_events (None)"),
        ("sources/ucdp", "from .acled import load_acled", "imports toolkit.sources.acled"),
        ("sources/ucdp", "from ..errors import ToolkitError", None),
        ("sources/__init__", "from . import acled", None),
        ("plots/series", "from toolkit.plots.style import color", None),
        ("plots/style", "from toolkit.plots.maps import draw", "toolkit.plots.style:1"),
        ("helpers", "import os", "toolkit.helpers has no floor"),
    ],
)
def test_floors_name_the_module_that_breaks_them(tmp_path, name, source, fault):
    names = ["__init__", "errors", "reading", "sources/__init__", "sources/acled"]
    names += ["plots/__init__", "plots/style", "plots/maps"]
    for module in [*names, name]:
        path = tmp_path / "toolkit" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source if module == name else "")
    faults = broken_floors(tmp_path)
    assert len(faults) == (fault is not None)
    assert not faults or fault in faults[0]


def test_third_parties_stay_where_they_belong():
    misplaced = [
        f"toolkit.{name}:{line} imports {imported}"
        for name, path in modules(REPOSITORY)
        for line, imported in imports(name, path)
        if name.split(".")[0] not in THIRD_PARTIES.get(imported.split(".")[0], {name.split(".")[0]})
    ]
    assert misplaced == []


def test_import_is_light():
    heavy = ["matplotlib", "networkx", "statsmodels", "ruptures", "scipy", "nbclient", "joblib"]
    heavy += ["pooch", "requests", "duckdb", "pyspark"]
    code = f"import sys, toolkit; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def public_functions() -> dict[str, object]:
    named = {name: getattr(toolkit, name) for name in getattr(toolkit, "__all__", ())}
    return {name: thing for name, thing in named.items() if inspect.isfunction(thing)}


def test_public_names_are_few():
    assert len(toolkit.__all__) <= 65
    assert len(set(toolkit.__all__)) == len(toolkit.__all__)


@pytest.mark.parametrize("name", sorted(public_functions()))
def test_public_function_keeps_the_conventions(name):
    function = public_functions()[name]
    assert name.startswith(VERBS) or name in NOUNS, "a verb first, or a noun on the list"
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    data = [p for p in parameters if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    most = 3 if name == "sensitivity" else 2  # a statistic, its data, the choices
    assert len(data) <= most, "data positional, everything else keyword-only"
    missing = [p.name for p in parameters if p.annotation is p.empty]
    assert missing == [], "every parameter has its type"
    assert signature.return_annotation is not signature.empty, "the result has its type"
    docstring = inspect.getdoc(function) or ""
    assert "\nExamples\n--------\n" in docstring, "an example that runs"
    assert ">>> " in docstring, "an example that runs"


NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
LAST_SECTIONS = ["What this does not show", "Exercises", "Sources"]
FORBIDDEN = re.compile(
    r"^\s*(?:async\s+)?def\s|^\s*[%!]|\?\s*$|sys\.path|filterwarnings|simplefilter", re.MULTILINE
)


def cells(path: Path, kind: str) -> list[str]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in content["cells"] if c["cell_type"] == kind]


def headings(path: Path, level: int) -> list[str]:
    prose = re.sub(r"^```.*?^```", "", "\n\n".join(cells(path, "markdown")), flags=re.M | re.S)
    return re.findall(rf"^#{{{level}}} +(.+?) *$", prose, re.MULTILINE)


def test_there_are_notebooks_and_each_has_its_number():
    numbers = [path.name[:2] for path in NOTEBOOKS]
    assert numbers
    assert len(set(numbers)) == len(numbers)


@every_notebook
def test_notebook_begins_and_ends_as_agreed(path):
    assert re.fullmatch(r"\d\d(-[a-z0-9]+)+\.ipynb", path.name)
    first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    assert first["cell_type"] == "markdown"
    opening = "".join(first["source"])
    assert opening.startswith("# ")
    assert len(headings(path, 1)) == 1
    assert re.search(r"\[[^]]+\]\([^)]+\)", opening), "links to its neighbours"
    assert headings(path, 2)[-3:] == LAST_SECTIONS


@every_notebook
def test_notebook_links_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", "\n".join(cells(path, "markdown")))
    assert [link for link in links if not (path.parent / link).exists()] == []


@every_notebook
def test_notebook_code_is_plain_and_short(path):
    code = cells(path, "code")
    assert [text for text in code if len(text.strip().splitlines()) > 15] == []
    assert [text for text in code if FORBIDDEN.search(text)] == []
    later = [text for text in code[1:] if re.search(r"^\s*(?:import|from)\s", text, re.MULTILINE)]
    assert later == [], "all imports stand in the first code cell"


@every_notebook
def test_notebook_is_committed_without_outputs(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def project() -> dict:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def split_requirement(text: str) -> tuple[str, str]:
    name, _, floor = text.partition(">=")
    return name.strip(), floor.strip()


def test_environment_has_the_floors_of_the_project():
    lines = (REPOSITORY / "environment.yml").read_text(encoding="utf-8").splitlines()
    listed = [line[4:] for line in lines if line.startswith("  - ") and not line.endswith(":")]
    assert listed.pop(0) == "conda-forge"
    assert "      - -e .[lab]" in lines
    conda = dict(map(split_requirement, listed))
    described = project()
    lab = described["optional-dependencies"]["lab"]
    floors = dict(map(split_requirement, described["dependencies"] + lab))
    floors |= {"python": described["requires-python"].removeprefix(">="), "pip": ""}
    assert {"python", "jupyterlab", "pandas", "networkx", "matplotlib", "pip"} <= set(conda)
    assert conda == {name: floors.get(name) for name in conda}


def test_citation_has_the_version_of_the_project():
    citation = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project()['version']}\n" in citation


@pytest.mark.parametrize(
    "command",
    [
        'python3 -m venv .venv && .venv/bin/pip install -e ".[lab]"'
        " && .venv/bin/python -m toolkit reproduce",
        'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/python -m pytest',
        ".venv/bin/jupyter lab notebooks",
    ],
)
def test_readme_has_the_command_on_one_line(command):
    assert command in (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
