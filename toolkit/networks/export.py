"""Networks as files: GraphML, GEXF and CSV, which read back as the same network, and R's forms."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from toolkit.errors import FileFormatError, MissingFileError, OptionError, check_option
from toolkit.networks.graphs import check_graphs
from toolkit.networks.matrices import write_adjacency, write_amen, write_rsiena
from toolkit.networks.plain import attribute_kinds, plain_network

if TYPE_CHECKING:
    import networkx as nx

SUFFIXES = {".graphml": "graphml", ".gexf": "gexf", ".csv": "csv"}
FORMS = ["graphml", "gexf", "csv", "adjacency", "amen", "rsiena"]
READ: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "number": float,
    "flag": "True".__eq__,
    "text": str,
}
GEXF_WORDS = {
    "id",
    "label",
    "start",
    "end",
    "pid",
    "viz",
    "parents",
    "spells",
    "slices",
    "key",
    "type",
}


def write_network(
    G: nx.Graph | Mapping[Any, nx.Graph], path: str | Path, *, form: str | None = None
) -> list[Path]:
    """Write a network to a file, for other programs or to read it back.

    GraphML, GEXF and CSV keep actors, ties, all their attributes and the provenance, and
    `read_network` gives the same network back. Missing numbers are left out, never written as 0;
    empty texts are not kept on actors and ties. The other forms keep only what their reader
    takes. Existing files are overwritten.

    Parameters
    ----------
    G
        A network; for "amen" and "rsiena" networks by period (`networks_by_period`).
    path
        File to write. The forms of several files put a word between name and suffix.
    form
        By default from the suffix (.graphml, .gexf, .csv). How R reads each:

        - "graphml", one file: ``igraph::read_graph("x.graphml", format = "graphml")``;
        - "gexf", one file, for Gephi;
        - "csv": x.nodes.csv, x.edges.csv and x.graph.csv (provenance and kinds of columns):
          ``igraph::graph_from_data_frame(read.csv("x.edges.csv"), directed = FALSE,
          vertices = read.csv("x.nodes.csv", na.strings = ""))``;
        - "adjacency", one matrix of weights with names: ``m <- as.matrix(read.csv("x.csv",
          row.names = 1, check.names = FALSE))``, then ``network::as.network(m, matrix.type =
          "adjacency", directed = FALSE, ignore.eval = FALSE, names.eval = "weight")``. No tie is
          0, so that a tie of weight 0 is no tie there;
        - "amen", one long table of all ordered pairs and periods: ``d <- read.csv("x.csv",
          na.strings = ""); Y <- tapply(d$weight, d[c("actor1", "actor2", "period")], sum)`` is
          the actors x actors x periods array that ``amen::ame_rep`` takes. Missing: the diagonal,
          actors that are not there in a period, weights not recorded;
        - "rsiena", for each period a matrix of 0 and 1 without names (x.PERIOD.txt) and the
          actors in its order (x.actors.txt): ``as.matrix(read.table("x.2016.txt"))`` for each,
          then ``RSiena::sienaDependent(array(c(w1, w2), dim = c(n, n, 2)))``. Weights are dropped.
          Ties of an actor that is not there in a period are 10, RSiena's structural zero.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OptionError
        An unknown form or suffix; several networks where one is needed, or the reverse; names or
        attributes that the form cannot hold.

    Examples
    --------
    >>> import tempfile, networkx as nx
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [p.name for p in write_network(nx.Graph(["AB"]), f"{folder}/x.csv")]
    ['x.nodes.csv', 'x.edges.csv', 'x.graph.csv']
    """
    path = Path(path)
    form = _find_form(path, form, FORMS)
    if form in ("amen", "rsiena"):
        check_graphs(G)
        plain = {str(period): plain_network(graph) for period, graph in G.items()}
        return (write_amen if form == "amen" else write_rsiena)(plain, path)
    if isinstance(G, Mapping):
        raise OptionError(
            f"form={form!r} holds one network, and this is a dict of {len(G)}.",
            'one network; "amen" and "rsiena" hold several.',
            "for period, G in graphs.items(): ct.networks.write_network(G, f'{period}.graphml')",
        )
    writers = {"graphml": _write_graphml, "gexf": _write_gexf,
               "csv": _write_csv, "adjacency": write_adjacency}  # fmt: skip
    return writers[form](plain_network(G), path)


def read_network(path: str | Path, *, form: str | None = None) -> nx.Graph:
    """Read a network that `write_network` wrote as GraphML, GEXF or CSV.

    Parameters
    ----------
    path
        The path given to `write_network`: for CSV "x.csv", not one of its three files.
    form
        "graphml", "gexf" or "csv"; by default from the suffix.

    Returns
    -------
    networkx.Graph or networkx.DiGraph
        The same actors, ties, attributes and provenance. Names are text.

    Raises
    ------
    MissingFileError, FileFormatError, OptionError
        No such file; not such a file; an unknown form.

    Examples
    --------
    >>> import tempfile, networkx as nx
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = f"{folder}/x.graphml"
    ...     files = write_network(nx.Graph([("A", "B", {"weight": 3})]), path)
    ...     read_network(path).edges["A", "B"]
    {'weight': 3}
    """
    path = Path(path)
    form = _find_form(path, form, ["graphml", "gexf", "csv"])
    first = _part(path, "graph") if form == "csv" else path
    if not first.exists():
        raise MissingFileError(
            f"There is no file {first.name!r} in {str(first.parent)!r}.",
            "the path that write_network was given.",
            f"ct.networks.write_network(G, {str(path)!r})",
        )
    try:
        return {"graphml": _read_graphml, "gexf": _read_gexf, "csv": _read_csv}[form](path)
    except (ElementTree.ParseError, KeyError, ValueError) as fault:
        raise FileFormatError(
            f"{path.name!r} is not a network in the form {form!r}: {fault}",
            "a file that write_network wrote.",
            f"ct.networks.write_network(G, {str(path)!r})",
        ) from fault


# -------------------------------------------------------------------------------------- forms


def _find_form(path: Path, form: str | None, allowed: list[str]) -> str:
    found = form if form is not None else SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise OptionError(
            f"The suffix {path.suffix!r} does not say which form is meant.",
            ", ".join(SUFFIXES) + ", or form= " + ", ".join(allowed) + ".",
            f"form={allowed[0]!r}",
        )
    check_option("form", found, allowed)
    return found


def _write_graphml(G: nx.Graph, path: Path) -> list[Path]:
    import networkx as nx

    # the writer of the standard library: networkx takes another one where lxml is installed
    nx.write_graphml_xml(G, path)
    return [path]


def _read_xml(form: str, path: Path) -> nx.Graph:
    import networkx as nx

    read = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}[form]
    try:
        return read(path)
    except nx.NetworkXError as fault:
        raise ValueError(str(fault)) from fault


def _read_graphml(path: Path) -> nx.Graph:
    G = _read_xml("graphml", path)
    for key in ("node_default", "edge_default"):
        G.graph.pop(key, None)
    return G


def _write_gexf(G: nx.Graph, path: Path) -> list[Path]:
    """GEXF has no place for provenance but its description: there it stands as JSON."""
    import networkx as nx

    used = {k for _, data in G.nodes(data=True) for k in data}
    used |= {k for *_, data in G.edges(data=True) for k in data}
    if used & GEXF_WORDS:
        raise OptionError(
            f"GEXF has its own meaning for the attributes {', '.join(sorted(used & GEXF_WORDS))}.",
            "other names.",
            'form="graphml"',
        )
    bare = type(G)(G)
    bare.graph.clear()
    said = f"<description>{escape(json.dumps(G.graph))}</description></meta>"
    text = "\n".join(nx.generate_gexf(bare)).replace("</meta>", said, 1)
    path.write_text(text, encoding="utf-8", newline="\n")
    return [path]


def _read_gexf(path: Path) -> nx.Graph:
    G = _read_xml("gexf", path)
    for _, data in G.nodes(data=True):
        data.pop("label", None)
    for *_, data in G.edges(data=True):
        data.pop("id", None)
    _restore_whole(G)
    said = ElementTree.parse(path).find("{*}meta/{*}description")
    G.graph = json.loads(said.text) if said is not None and said.text else {}
    return G


def _restore_whole(G: nx.Graph) -> None:
    """Turn weights back into whole numbers: GEXF knows only decimal ones."""
    weights = [d["weight"] for *_, d in G.edges(data=True) if "weight" in d]
    if all(weight % 1 == 0 for weight in weights):
        for *_, data in G.edges(data=True):
            if "weight" in data:
                data["weight"] = int(data["weight"])


def _write_csv(G: nx.Graph, path: Path) -> list[Path]:
    """Three tables: actors, ties, and what the columns hold, with the provenance."""
    nodes, ties = [data for _, data in G.nodes(data=True)], [d for *_, d in G.edges(data=True)]
    of_nodes, of_ties = attribute_kinds(nodes), attribute_kinds(ties)
    taken = {"actor1", "actor2"} & set(of_ties)
    if taken or any(data.get("name", node) != node for node, data in G.nodes(data=True)):
        raise OptionError(
            "The columns name, actor1 and actor2 hold the names of the actors in CSV.",
            "no attributes of these names that hold something else.",
            'form="graphml"',
        )
    files = [_part(path, word) for word in ("nodes", "edges", "graph")]
    others = [name for name in of_nodes if name != "name"]
    rows = [[node, *_texts(data, others)] for node, data in G.nodes(data=True)]
    _write_rows(files[0], [["name", *others], *rows])
    rows = [[u, v, *_texts(data, list(of_ties))] for u, v, data in G.edges(data=True)]
    _write_rows(files[1], [["actor1", "actor2", *of_ties], *rows])
    _write_rows(files[2], [
        ["part", "name", "value"],
        ["network", "directed", "yes" if G.is_directed() else "no"],
        *(["nodes", name, kind] for name, kind in of_nodes.items()),
        *(["edges", name, kind] for name, kind in of_ties.items()),
        *(["provenance", key, value] for key, value in G.graph.items()),
    ])  # fmt: skip
    return files


def _read_csv(path: Path) -> nx.Graph:
    import networkx as nx

    said: dict[str, dict[str, str]] = {}
    for part, name, value in list(_read_rows(_part(path, "graph")))[1:]:
        said.setdefault(part, {})[name] = value
    G = nx.DiGraph() if said["network"]["directed"] == "yes" else nx.Graph()
    G.graph.update(said.get("provenance", {}))
    header, *rows = _read_rows(_part(path, "nodes"))
    kinds = said.get("nodes", {})
    for name, *values in rows:
        own = {"name": name} if "name" in kinds else {}
        G.add_node(name, **own, **_values(header[1:], values, kinds))
    header, *rows = _read_rows(_part(path, "edges"))
    for one, two, *values in rows:
        G.add_edge(one, two, **_values(header[2:], values, said.get("edges", {})))
    return G


def _part(path: Path, word: str) -> Path:
    return path.with_name(f"{path.stem}.{word}{path.suffix}")


def _texts(data: dict[str, Any], names: list[str]) -> list[str]:
    """Return attributes as text; '' where there is none. R reads NaN in this spelling only."""
    texts = [str(data.get(name, "")) for name in names]
    return ["NaN" if data.get(n) != data.get(n) else t for n, t in zip(names, texts, strict=True)]


def _values(names: list[str], texts: list[str], kinds: dict[str, str]) -> dict[str, Any]:
    pairs = zip(names, texts, strict=True)
    return {name: READ[kinds[name]](text) for name, text in pairs if text != ""}


def _write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _read_rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)
