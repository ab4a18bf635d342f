"""Execute the notebooks and show them on one page that works offline.

The libraries of the `lab` extra are imported where they are used.
"""

from __future__ import annotations

import html
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from toolkit.errors import MissingDependencyError, MissingFileError, OptionError

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from nbclient import NotebookClient

CELL_SECONDS = 600
KERNELS = 4  # at a time at most: each takes some hundred megabytes


@dataclass(frozen=True)
class Run:
    """One notebook after its execution.

    Parameters
    ----------
    path
        The notebook's file, which stays as it was.
    notebook
        The notebook with its outputs, up to and with the cell that failed.
    seconds
        How long the execution took.
    failure
        What stopped it, with the number of the cell; empty when all cells ran.
    """

    path: Path
    notebook: Any
    seconds: float
    failure: str = ""

    @property
    def anchor(self) -> str:
        """Return the name of this notebook's section on the page."""
        return self.path.stem

    @property
    def title(self) -> str:
        """Return the notebook's first title, or the file's name."""
        for cell in self.notebook.cells:
            found = re.search(r"^# +(.+)$", cell.source, re.MULTILINE)
            if cell.cell_type == "markdown" and found:
                return found[1].strip()
        return self.path.stem


def make_report(
    notebooks: Path | None = None,
    *,
    output: Path = Path("build/report"),
    only: Sequence[str] = (),
) -> list[Run]:
    """Execute notebooks and write `index.html` with all of them, in the order of their names.

    They run side by side, one on each core and four at most, so that none can rely on what another
    has done. Each runs in a kernel of the running Python and in an empty temporary folder, so that
    nothing is written beside it. One that fails does not stop the others.

    Parameters
    ----------
    notebooks
        The folder with the notebooks; by default those that come with the toolkit.
    output
        The folder for the page.
    only
        Names of notebooks, or how they begin, for example ``"00"``; by default all.

    Returns
    -------
    list of Run
        One for each notebook; `Run.failure` says which failed and where.

    Raises
    ------
    MissingDependencyError
        The `lab` extra is not installed.
    MissingFileError
        The folder holds no notebook.
    OptionError
        A name in `only` fits no notebook.
    """
    _require_lab()
    paths = find_notebooks(notebooks, only=only)
    with ThreadPoolExecutor(min(os.cpu_count() or 1, KERNELS)) as pool:
        coming = pool.map(run_notebook, paths)
        runs = list(tqdm(coming, total=len(paths), desc="Notebooks", unit="notebook"))
    output.mkdir(parents=True, exist_ok=True)
    (output / "index.html").write_text(render_page(runs), encoding="utf-8")
    return runs


def notebooks_folder() -> Path:
    """Return the folder of the notebooks that come with the toolkit.

    An installed wheel holds them inside the package, a checkout beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "notebooks"
    return inside if inside.is_dir() else package.parent / "notebooks"


def find_notebooks(folder: Path | None = None, *, only: Sequence[str] = ()) -> list[Path]:
    """Return the notebooks of a folder in the order of their names.

    Parameters
    ----------
    folder
        By default the notebooks that come with the toolkit.
    only
        Names of notebooks, or how they begin; by default all.
    """
    folder = notebooks_folder() if folder is None else folder
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise MissingFileError(
            f"There is no notebook in {folder}.",
            "a folder that holds .ipynb files.",
            "python -m toolkit reproduce --notebooks FOLDER",
        )
    for name in only:
        if not any(path.name.startswith(name) for path in paths):
            raise OptionError(
                f"No notebook's name begins with {name!r}.",
                ", ".join(path.stem for path in paths) + ".",
                f"python -m toolkit reproduce --only {paths[0].stem}",
            )
    return [path for path in paths if not only or path.name.startswith(tuple(only))]


def run_notebook(path: Path) -> Run:
    """Execute one notebook and return it with its outputs, or with what stopped it."""
    import nbformat
    from nbformat.reader import NotJSONError

    start = time.perf_counter()
    try:
        notebook = nbformat.read(path, as_version=4)
    except (NotJSONError, UnicodeDecodeError, nbformat.ValidationError) as error:
        empty = nbformat.v4.new_notebook()
        return Run(path, empty, 0.0, f"{path.name} is not a notebook: {_first_line(error)}")
    failure = _execute(notebook)
    seconds = time.perf_counter() - start
    return Run(path, notebook, seconds, f"{path.name}, {failure}" if failure else "")


def _execute(notebook: Any) -> str:
    """Execute a notebook in place; return what stopped it, or an empty text."""
    from nbclient.exceptions import CellExecutionError

    started: list[int] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        client = _client(notebook, folder, started.append)
        try:
            client.execute(cleanup_kc=True, env=_kernel_environment(folder))
        except CellExecutionError as error:
            name, text = error.ename, error.evalue
        # A kernel that dies or hangs ends only its own notebook.
        except Exception as error:
            name, text = type(error).__name__, _first_line(error)
        else:
            return ""
    if not started:
        return f"kernel: {name}: {text}"
    _cut_after(notebook, started[-1], name, text)
    return f"cell [{len(started)}]: {name}: {text}"


def _client(notebook: Any, folder: str, report_start: Callable[[int], None]) -> NotebookClient:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    # With no folder to search, "python3" is the running interpreter and not a kernel
    # of that name which the user once registered.
    specs = KernelSpecManager(kernel_dirs=[])
    return NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs),
        timeout=CELL_SECONDS,
        # Else each kernel warns that it listens on this machine's loopback.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": folder}},
        on_cell_execute=lambda cell, cell_index: report_start(cell_index),
    )


def _kernel_environment(folder: str) -> dict[str, str]:
    """Return the kernel's environment: this toolkit, inline figures, no start-up files."""
    package_folder = str(Path(__file__).resolve().parents[1])
    python_path = [package_folder, os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(Path(folder) / ".ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _cut_after(notebook: Any, index: int, name: str, text: str) -> None:
    """Drop the cells that did not run; the last that did ends with its error."""
    from nbformat.v4 import new_output

    del notebook.cells[index + 1 :]
    outputs = notebook.cells[index].outputs
    if not any(output.output_type == "error" for output in outputs):
        outputs.append(new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"]))


def render_page(runs: Sequence[Run]) -> str:
    """Return one HTML page with a table of contents and every notebook, self-contained."""
    contents = "\n".join(_contents_line(run) for run in runs)
    sections = "\n".join(_section(run) for run in runs)
    made = f"Executed on {date.today()} with {_versions()}."
    return PAGE.substitute(style=_style(), made=made, contents=contents, sections=sections)


def _contents_line(run: Run) -> str:
    state = f'<strong class="failed">{_escape(run.failure)}</strong>' if run.failure else "ran"
    title = f'<a href="#{_escape(run.anchor)}">{_escape(run.title)}</a>'
    return f"<li>{title} <small>{state}, {run.seconds:.0f} s</small></li>"


def _section(run: Run) -> str:
    box = f'<p class="failure">Stopped here: {_escape(run.failure)}</p>' if run.failure else ""
    return f'<section id="{_escape(run.anchor)}">\n{_fragment(run)}\n{box}\n</section>'


def _fragment(run: Run) -> str:
    """Return a notebook as HTML that loads nothing from outside the page."""
    from bs4 import BeautifulSoup
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic", embed_images=True)
    resources = {"metadata": {"path": str(run.path.parent)}}
    body, _ = exporter.from_notebook_node(_printable(run), resources=resources)
    soup = BeautifulSoup(body, "html.parser")
    _remove_loaders(soup)
    _relink(soup, run.anchor)
    return str(soup)


def _printable(run: Run) -> Any:
    """Return a copy for the page: plain tracebacks, no widgets, a text for each figure."""
    from nbconvert.filters import strip_ansi

    notebook = deepcopy(run.notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.setdefault("alt", f"Figure of {run.title}, cell [{cell.execution_count}]")
        cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [strip_ansi(line) for line in output.traceback]
    return notebook


def _remove_loaders(soup: BeautifulSoup) -> None:
    """Replace by a note whatever would run, or fetch something from elsewhere."""
    for tag in soup.find_all(True):
        for name in [name for name in tag.attrs if name.startswith("on")]:
            del tag[name]
        if tag.name in LOADERS or _loads(tag):
            tag.replace_with(f"[{tag.name} left out: this page loads nothing]")


def _loads(tag: Tag) -> bool:
    source = str(tag.get("src") or tag.get("srcset") or "data:")
    styling = tag.get_text() if tag.name == "style" else str(tag.get("style") or "")
    script_link = str(tag.get("href") or "").strip().lower().startswith("javascript:")
    return not source.startswith("data:") or script_link or bool(STYLE_LOADS.search(styling))


def _relink(soup: BeautifulSoup, anchor: str) -> None:
    """Point links between notebooks to sections of the page; keep names of headings apart."""
    for tag in soup.find_all(id=True):
        tag["id"] = f"{anchor}-{tag['id']}"
    for link in soup.find_all("a", href=True):
        target = str(link["href"])
        if target.startswith("#"):
            link["href"] = f"#{anchor}-{target[1:]}"
        elif found := re.fullmatch(r"(?:\./)?([^/:]+)\.ipynb(?:#.*)?", target):
            link["href"] = f"#{found[1]}"


def _style() -> str:
    from pygments.formatters import HtmlFormatter

    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    return f"{light}\n{STYLE}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"


def _versions() -> str:
    names = ("conflict-toolkit", "pandas", "numpy", "networkx", "matplotlib")
    return ", ".join([f"Python {platform.python_version()}", *map(_version, names)])


def _version(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return f"{name} (not installed)"


def _require_lab() -> None:
    try:
        import ipykernel  # noqa: F401
        import nbclient  # noqa: F401
        import nbconvert  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"The notebooks cannot be executed: {error.name} is not installed in {sys.prefix}.",
            "an installation with the extra lab (JupyterLab, nbclient, nbconvert).",
            'pip install -e ".[lab]"',
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0]


def _escape(text: str) -> str:
    return html.escape(text, quote=True)


WIDGET = "application/vnd.jupyter.widget-view+json"
LOADERS = {"script", "link", "base", "meta", "iframe", "frame", "object", "embed", "form"}
STYLE_LOADS = re.compile(r"url\s*\(|@import", re.IGNORECASE)

PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>conflict-toolkit: the notebooks, executed</title>
<style>
$style
</style>
</head>
<body>
<header>
<h1>conflict-toolkit: the notebooks, executed</h1>
<p>$made</p>
</header>
<nav aria-label="Notebooks">
<ol>
$contents
</ol>
</nav>
<main>
$sections
</main>
</body>
</html>
""")

STYLE = """\
:root { color-scheme: light dark; --text: #1f2328; --page: #fff; --soft: #f4f5f7;
  --line: #d5d9de; --link: #0b5cad; --bad: #a40e26; --bad-soft: #fdecee; --warn: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8ea; --page: #16191d; --soft: #20252b; --line: #3b424a;
    --link: #7cb7ff; --bad: #ff8f9b; --bad-soft: #3a1a20; --warn: #e3b341; } }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; color: var(--text);
  background: var(--page); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--link); }
nav, section { border-top: 1px solid var(--line); margin-top: 2rem; }
nav small { opacity: .8; }
.text_cell_render, header p { max-width: 42rem; }
.code_cell { margin: 1rem 0; }
.prompt { font: .75rem/1.4 ui-monospace, monospace; opacity: .65; }
.prompt:empty, .anchor-link { display: none; }
pre { margin: 0; padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .85rem/1.45 ui-monospace, monospace; }
.highlight, :not(pre) > code { background: var(--soft); border-radius: 4px; }
.output_subarea { margin: .4rem 0; max-width: 100%; overflow-x: auto; }
.output_stderr { border-left: 4px solid var(--warn); background: var(--soft); }
.output_error, .failure { border: 2px solid var(--bad); border-radius: 4px;
  background: var(--bad-soft); }
.failure { padding: .6rem .8rem; white-space: pre-wrap; }
.failed { color: var(--bad); white-space: pre-wrap; }
img { max-width: 100%; height: auto; }
.output_png img, .output_svg img { background: #fff; border-radius: 4px; }
table { border-collapse: collapse; border: 0; font-size: .85rem; }
th, td { border: 0; border-bottom: 1px solid var(--line); padding: .25rem .6rem;
  text-align: right; vertical-align: top; font-variant-numeric: tabular-nums; }
.text_cell_render table { display: block; overflow-x: auto; }
.text_cell_render th, .text_cell_render td { text-align: left; }
.ansi-bold { font-weight: bold; }
.ansi-red-fg, .ansi-red-intense-fg { color: var(--bad); }
.ansi-yellow-fg, .ansi-yellow-intense-fg { color: var(--warn); }
.ansi-blue-fg, .ansi-cyan-fg, .ansi-blue-intense-fg, .ansi-cyan-intense-fg { color: var(--link); }
@media print { body { max-width: none; } .code_cell { break-inside: avoid-page; } }
"""
