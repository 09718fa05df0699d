"""One real Neo4j for each test process, emptied before each test that uses it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import netinv
from netinv import cypherfile, home
from netinv.api import OpenCase
from netinv.graph import Graph
from netinv.server import Address

for name in list(os.environ):
    if name.startswith("NEO4J_") or name in ("NETINV_CASE", "NETINV_MEMORY"):
        del os.environ[name]  # tests never touch a server that a user named
os.environ["NETINV_IDLE"] = "900"
# A test's Neo4j answers thousands of small questions: what a JVM gains from compiling them well,
# and from planning them anew for every few nodes, it never earns back.
os.environ.setdefault("NETINV_JAVA", "-XX:TieredStopAtLevel=1")
home.SETTINGS += "dbms.cypher.min_replan_interval=1h\n"

REQUIRED = bool(os.environ.get("NETINV_REQUIRE_ALL"))
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not SHARED.is_dir():
        skip = pytest.mark.skip(reason="the whole data sets are not beside the checkout")
        for item in items:
            if "shared" in item.keywords:
                item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many of the page tests had a browser to run in."""
    stats = terminalreporter.stats
    pages = {
        kind: sum("page" in report.keywords for report in stats.get(kind, []))
        for kind in ("passed", "failed", "skipped")
    }
    run = pages["passed"] + pages["failed"]
    terminalreporter.write_line(f"{run} of {run + pages['skipped']} page tests run")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where NETINV_REQUIRE_ALL is set, a real part that is missing is a failure and no skip."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if REQUIRED and reporter and reporter.stats.get("skipped"):
        session.exitstatus = 1


@pytest.fixture(scope="session")
def neo4j_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A Neo4j for this process: NETINV_TEST_URI if it names an empty one, else one of our own."""
    uri = os.environ.get("NETINV_TEST_URI")
    if uri:
        user = os.environ.get("NETINV_TEST_USERNAME", "neo4j")
        address = Address(uri, user, os.environ.get("NETINV_TEST_PASSWORD", ""), "neo4j")
        with Graph(lambda: address) as graph:
            if graph.counts():
                pytest.exit("NETINV_TEST_URI names a database that is not empty", 2)
        yield address
        with Graph(lambda: address) as graph:
            graph.run("MATCH (n) DETACH DELETE n")
        return
    from netinv import server

    folder = tmp_path_factory.mktemp("neo4j")
    address = server.ensure(folder, lambda line: None)
    with Graph(lambda: address) as graph:
        # A name that is new to the database has every question that reads it planned once more.
        for kind in ("Label", "RelationshipType", "Property"):
            graph.run(
                f"UNWIND $names AS name CALL db.create{kind}(name)",
                {"names": sorted(cypherfile.vocabulary())},
            )
    yield address
    server.stop(folder, lambda line: None)


@pytest.fixture
def on_server(neo4j_address: Address, monkeypatch: pytest.MonkeyPatch) -> Address:
    """The test process's Neo4j, empty, named as a user names a server of their own."""
    with Graph(lambda: neo4j_address) as graph:
        graph.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS")
    monkeypatch.setenv("NEO4J_URI", neo4j_address.uri)
    monkeypatch.setenv("NEO4J_USERNAME", neo4j_address.username)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_address.password)
    return neo4j_address


@pytest.fixture
def case(on_server: Address, tmp_path: Path) -> Iterator[OpenCase]:
    """A new case on the empty server."""
    with netinv.open(tmp_path / "case") as opened:
        yield opened


def write_tables(folder: Path, tables: Mapping[str, str]) -> Path:
    """Tables as the tests write them, one line a row with cells between bars, as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        lines = [line.strip().strip("|").strip() for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def graph_as_sets(graph: Graph) -> tuple[set[str], set[str]]:
    """Everything in a graph but the case's mark, as two sets of texts that can be compared."""
    nodes = graph.ask(
        "MATCH (n) WHERE NOT n:NetinvCase RETURN COLLECT { UNWIND labels(n) AS l RETURN l"
        " ORDER BY l } AS labels, n {.*} AS properties"
    )
    edges = graph.ask(
        "MATCH (a)-[r]->(b) RETURN type(r) AS type, r {.*} AS properties,"
        " coalesce(a.id, a.key, a.code, a.imo, a.number, a.name) AS a,"
        " coalesce(b.id, b.key, b.code, b.imo, b.number, b.name) AS b"
    )

    def text(row: Mapping[str, object]) -> str:
        properties = row["properties"]
        assert isinstance(properties, dict)
        return repr([{**row, "properties": sorted(properties.items())}])

    return {text(row) for row in nodes.rows}, {text(row) for row in edges.rows}
