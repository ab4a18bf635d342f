"""The page of executed notebooks, on tiny notebooks made here."""

import builtins
import json
import re
import sys
from pathlib import Path

import pytest

from toolkit import report
from toolkit.__main__ import main
from toolkit.errors import MissingDependencyError

LOADED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"'](?!data:)")

GOOD = [
    "# A good one\n\nNext: [the bad one](02-bad-one.ipynb), [below](#Table).\n\n## Table\n\n"
    '<img src="https://example.org/x.png">',
    "import warnings\nimport matplotlib.pyplot as plt\nimport pandas as pd",
    "_ = plt.plot([1, 2, 3])",
    "pd.DataFrame({'notes': ['<script>alert(1)</script>']})",
    "warnings.warn('mind the gap')",
]
BAD = [
    "# A bad one",
    "print('before the fault')",
    "raise ValueError('the <b>fault</b>')",
    "print('after' + ' the fault')",
]


def write_notebook(folder: Path, name: str, cells: list[str]) -> Path:
    """Write a notebook; cells that begin with a title are Markdown."""
    made = [
        {"cell_type": "markdown", "id": f"c{i}", "metadata": {}, "source": text}
        if text.startswith("#")
        else {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        for i, text in enumerate(cells)
    ]
    path = folder / name
    content = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "notebooks"
    made.mkdir()
    return made


@pytest.fixture
def lab():
    for name in ("ipykernel", "nbclient", "nbconvert"):
        pytest.importorskip(name, reason="needs the extra lab")


@pytest.fixture
def bad_between_good(lab, folder) -> Path:
    write_notebook(folder, "01-good-one.ipynb", GOOD)
    write_notebook(folder, "02-bad-one.ipynb", BAD)
    write_notebook(folder, "03-last-one.ipynb", ["# The last one", "print(6 * 7)"])
    return folder


def reproduce(*arguments: str) -> tuple[int, str]:
    status = main(["reproduce", "--notebooks", "notebooks", *arguments])
    page = Path("build/report/index.html")
    return status, page.read_text(encoding="utf-8") if page.exists() else ""


def section(page: str, name: str) -> str:
    return page.split(f'<section id="{name}">')[1].split("</section>")[0]


def test_good_notebook_is_shown_whole_and_loads_nothing(lab, folder, capsys):
    path = write_notebook(folder, "01-good-one.ipynb", GOOD)
    before = path.read_bytes()
    status, page = reproduce()
    assert status == 0
    shown = section(page, "01-good-one")
    assert 'src="data:image/png;base64,' in shown
    assert 'alt="Figure of A good one, cell [2]"' in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script" not in page
    assert "UserWarning: mind the gap" in shown
    assert "[img left out: this page loads nothing]" in shown
    assert not LOADED.search(page)
    assert path.read_bytes() == before
    assert [p.name for p in folder.iterdir()] == [path.name]


def test_links_lead_to_places_on_the_page(bad_between_good):
    _, page = reproduce()
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert {"01-good-one", "02-bad-one", "03-last-one", "01-good-one-Table"} <= links
    assert links <= set(re.findall(r' id="([^"]+)"', page))


def test_failing_notebook_is_named_and_the_rest_still_run(bad_between_good, capsys):
    status, page = reproduce()
    assert status == 1
    stderr = capsys.readouterr().err
    assert "02-bad-one.ipynb, cell [2]: ValueError: the <b>fault</b>" in stderr
    assert "1 of 3 notebooks failed." in stderr
    shown = section(page, "02-bad-one")
    assert "before the fault" in shown
    assert "after" not in shown
    assert "ValueError: the &lt;b&gt;fault" in shown.split('output_error">')[1]
    assert 'class="failure">Stopped here: 02-bad-one.ipynb, cell [2]: ValueError' in shown
    assert "\x1b" not in page
    assert "42" in section(page, "03-last-one")


def test_last_line_names_the_page_and_opens_jupyterlab(folder, capsys, monkeypatch):
    monkeypatch.setattr(report, "make_report", lambda *args, **options: [])
    monkeypatch.setattr(sys, "executable", str(Path.cwd() / ".venv" / "bin" / "python"))
    assert reproduce()[0] == 0
    page = Path("build", "report", "index.html")
    jupyter = Path(".venv", "bin", "jupyter")
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"Report: {page}   Open the notebooks: {jupyter} lab notebooks"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("import os\nos._exit(3)", "cell [2]: DeadKernelError: Kernel died"),
        ("import time\ntime.sleep(60)", "cell [2]: CellTimeoutError: A cell timed out"),
    ],
)
def test_dead_or_hanging_kernel_is_a_failure_of_its_cell(lab, folder, monkeypatch, cell, expected):
    monkeypatch.setattr(report, "CELL_SECONDS", 3)
    path = write_notebook(folder, "01-bad-one.ipynb", ["# Bad", "x = 1", cell, "x"])
    run = report.run_notebook(path)
    assert run.failure.startswith(f"01-bad-one.ipynb, {expected}")
    assert run.notebook.cells[-1].outputs[-1].output_type == "error"


def test_file_that_is_no_notebook_does_not_stop_the_rest(lab, folder, capsys):
    (folder / "01-broken-one.ipynb").write_text("<html>log in</html>")
    write_notebook(folder, "02-last-one.ipynb", ["# Last", "print(6 * 7)"])
    status, page = reproduce()
    assert status == 1
    assert "01-broken-one.ipynb is not a notebook" in capsys.readouterr().err
    assert "42" in section(page, "02-last-one")


def test_notebooks_run_away_from_their_folder_with_this_toolkit(lab, folder):
    cells = ["# Where", "import pathlib, sys, toolkit", "pathlib.Path('left').write_text('x')"]
    cells += ["print(toolkit.__file__, sys.executable, sep='\\n')"]
    run = report.run_notebook(write_notebook(folder, "01-where-am.ipynb", cells))
    assert run.failure == ""
    package, python = run.notebook.cells[-1].outputs[0].text.split()
    assert Path(package).parent == Path(report.__file__).parent
    assert python == sys.executable
    assert not list(Path.cwd().rglob("left"))


def test_only_takes_names_and_how_they_begin(folder):
    for name in ("00-tour-here.ipynb", "01-table-there.ipynb", "02-more-there.ipynb"):
        write_notebook(folder, name, ["# A"])
    found = report.find_notebooks(folder, only=["02", "00-tour-here"])
    assert [path.name[:2] for path in found] == ["00", "02"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["--only", "07"], "begins with '07'"), (["--notebooks", "away"], "no notebook in away")],
)
def test_wrong_arguments_are_explained(lab, folder, capsys, arguments, expected):
    write_notebook(folder, "00-tour-here.ipynb", ["# A"])
    status, page = reproduce(*arguments)
    assert (status, page) == (2, "")
    stderr = capsys.readouterr().err
    assert expected in stderr
    assert "Allowed: " in stderr
    assert "Type: python -m toolkit reproduce" in stderr


def test_missing_lab_extra_says_what_to_install(folder, monkeypatch):
    original = builtins.__import__

    def without_nbclient(name, *args, **kwargs):
        if name.startswith(("ipykernel", "nbclient")):
            raise ImportError(name=name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_nbclient)
    with pytest.raises(MissingDependencyError, match=r'pip install -e "\.\[lab\]"'):
        report.make_report(folder)


def test_without_a_command_the_help_is_shown(capsys):
    assert main([]) == 0
    assert "reproduce" in capsys.readouterr().out
