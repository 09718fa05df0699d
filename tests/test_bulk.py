"""A graph written by Neo4j's own importer is the one that Bolt writes, to the last property."""

from __future__ import annotations

import csv
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import netinv
from netinv import api, cypherfile, derive, difference, link, relate, server, shape
from netinv.api import OpenCase
from netinv.errors import CaseError, DefinitionError, TooLargeError
from netinv.model import DERIVED
from tests.conftest import write_tables
from tests.test_cli import RING
from tests.test_derive import EXAMPLES
from tests.test_load import HOSTILE, WORLD

pytestmark = pytest.mark.server

ENDS = "coalesce({0}.id, {0}.key, {0}.code, {0}.imo, {0}.number, {0}.name)"
DUMP = (
    "MATCH (n) RETURN [labels(n), properties(n)] AS one",
    f"MATCH (a)-[r]->(b) RETURN [type(r), labels(a), {ENDS.format('a')}, labels(b),"
    f" {ENDS.format('b')}, properties(r)] AS one",
    "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties"
    " RETURN [name, type, labelsOrTypes, properties] AS one",
    "SHOW INDEXES YIELD name, type, state, labelsOrTypes, properties"
    " RETURN [name, type, state, labelsOrTypes, properties] AS one",
)


def dump(case: OpenCase) -> Counter[str]:
    """All that a database holds, values with their types, but the names of store and batch."""
    case.graph().open()
    assert case.graph().driver is not None
    held: Counter[str] = Counter()
    with case.graph().driver.session() as session:
        for statement in DUMP:
            for record in session.run(statement):
                held[repr([_sorted(part) for part in record["one"]])] += 1
    return held


def _sorted(part: Any) -> Any:
    """A map in the order of its names, labels in theirs; other values as they are."""
    if isinstance(part, dict):
        return sorted((k, v) for k, v in part.items() if k not in ("graph", "batch"))
    return sorted(part) if isinstance(part, list) else part


def held_rows(case: OpenCase) -> dict[str, set[Any]]:
    """What `written/` says that the graph holds."""
    return {
        path.name: set(duckdb.sql(f"FROM '{path}'").fetchall())
        for path in case.folder.glob("written/*.parquet")
    }


def write_csv(path: Path, rows: list[list[str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def apart(mark: str, tables: dict[str, str]) -> dict[str, str]:
    """The same tables under ids that no other tables have."""
    told = {}
    for name, text in tables.items():
        lines = text.strip().splitlines()
        bar = "|" if "|" in lines[0] else ","
        head, *rows = ([cell.strip() for cell in line.split(bar)] for line in lines)
        types = {one.name: one.type for one in cypherfile.tables()[name].inputs}
        own = [
            types[column] in ("id", "company", "party", "subject", "shipment") for column in head
        ]
        marked = [
            [
                f"{mark}-{cell}" if cell and is_id else cell
                for cell, is_id in zip(row, own, strict=False)
            ]
            for row in rows
        ]
        told[name] = "\n".join(bar.join(row) for row in [head, *marked])
    return told


def second_records(folder: Path) -> list[Path]:
    """The world of the load's tests, a second file that says otherwise, and hostile texts: every
    table, conflicts, doubts, stubs of each label, and subjects that are vessels."""
    texts = [*HOSTILE, "two\nlines", "two\r\nlines", ' "quoted", and\\', "\x1e\x1f;|", "a,b"]
    ids = [f"X{n} {text[:60]}".strip() for n, text in enumerate(texts)]
    hostile = folder / "hostile"
    write_csv(
        hostile / "companies.csv",
        [["id", "name", "address", "incorporated", "dissolved"]]
        + [[i, t, t, "2020-01-01", "2019"] for i, t in zip(ids, texts, strict=True)],
    )
    write_csv(
        hostile / "shipments.csv",
        [["id", "shipper", "consignee", "arrived", "departed", "description", "lot", "seal"]]
        + [
            row
            for i, t in zip(ids, texts, strict=True)
            for row in (
                [f"{i} a", "C1", i, "2024-03-01", "2024-02-01", t, t, t],
                [f"{i} b", i, "C2", "2024-04-01", "2024-03-05", "x", t, t],
            )
        ],
    )
    again = {
        "companies": "id|name|role\nC1|Acme Ltd, else\nC1|Ac\x1fme|bank\nP1|Ann|trader",
        "vessels": "imo|name|flag\n9074729|Moon|LR",
        "ownerships": "owner|owned|share\nC1|9074729|140\nC1|IMO9074729|50\nP7|MMSI-1|1\nP1|C1|61",
        "licences": "id|holder|hs\nLIC1|C1|8112.92\nLIC2|C1|8112",
    }
    return [
        *(write_tables(folder / type_, apart(type_, tables)) for type_, tables in EXAMPLES.items()),
        *(write_tables(folder / "one", WORLD), write_tables(folder / "two", again), hostile),
    ]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenCase]:
    """A new case on a local server of its own."""
    monkeypatch.delenv("NEO4J_URI", raising=False)
    with netinv.open(tmp_path / "own") as opened:
        yield opened
        opened.stop()


@pytest.mark.parametrize("world", ["sample", "second records"])
def test_bulk_and_bolt_write_the_same_graph(
    case: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: str
) -> None:
    files = [cypherfile.home("import") / "sample"]
    if world != "sample":
        files = second_records(tmp_path)
    over_bolt = [case.load(*files, bulk=False), case.link()]
    expected, rows = dump(case), held_rows(case)
    monkeypatch.delenv("NEO4J_URI")
    (tmp_path / "own").mkdir()
    shutil.copy(case.folder / "case.json", tmp_path / "own")
    with netinv.open(tmp_path / "own") as own:
        try:
            said: list[str] = []
            own.say = said.append
            loaded = own.load(*files, bulk=True)
            assert "importing with neo4j-admin" in said
            found = dump(own)
            assert found - expected == Counter() == expected - found
            assert [loaded.graph, loaded.links and loaded.links.bases] == [
                over_bolt[0].graph,
                over_bolt[1].bases,
            ]
            assert held_rows(own) == rows
            assert not own.load(*files).graph.changed
            assert own.link().written == 0
            if world == "sample":
                return
            monkeypatch.setattr(api, "PAYS", 1)
            said.clear()
            own.rebuild()
            assert "importing with neo4j-admin" in said
            again = dump(own)
            assert again - expected == Counter() == expected - again
            kinds = re.findall(r"Date\(|\[\[?'[A-Z]\w+'", " ".join(expected))
            assert {"Date("} < set(kinds), "there is something to compare"
            assert [t for t in DERIVED if f"'{t}'" not in " ".join(expected)] == []
        finally:
            own.stop()


def test_bulk_is_chosen_when_it_pays_and_then_only_the_difference_is_written(
    own: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {name: WORLD[name] for name in ("companies", "ports", "shipments")}
    said: list[str] = []
    own.say = said.append
    monkeypatch.setattr(api, "PAYS", 5)
    own.start()  # an empty database that runs is as good as none
    loaded = own.load(write_tables(tmp_path / "a", first))
    assert loaded.links is not None and "importing with neo4j-admin" in said
    said.clear()
    rest = write_tables(tmp_path / "b", {n: text for n, text in WORLD.items() if n not in first})
    more = own.load(rest)
    assert more.links is None, "the graph stands: the rest goes over Bolt"
    assert "importing with neo4j-admin" not in said
    assert "shipments" not in more.graph.rows and more.graph.rows["people"] == 1
    assert more.graph.stubs_completed > 0
    assert own.run("find-paths", **{"from": "P1", "to": "C2"}).findings
    with pytest.raises(CaseError, match="has a graph already; netinv rebuild makes it anew"):
        own.load(rest, bulk=True)


def test_bulk_needs_a_server_of_ours(case: OpenCase, tmp_path: Path) -> None:
    tables = write_tables(tmp_path / "t", {"companies": "id|name\nC1|Acme"})
    with pytest.raises(CaseError, match=r"NEO4J_URI names a server .* \(leave out --bulk\)"):
        case.load(tables, bulk=True)
    assert case.sources() == []


def test_a_kill_leaves_nothing_half_written(own: OpenCase, tmp_path: Path) -> None:
    tables = write_tables(tmp_path / "t", WORLD)
    log = own.folder / "rebuild" / "server" / "logs" / "import.log"
    words = [sys.executable, "-m", "netinv", "--case", str(own.folder), "load", "--bulk"]
    for end in (signal.SIGKILL, signal.SIGTERM):
        log.unlink(missing_ok=True)
        process = subprocess.Popen([*words, str(tables)], stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 120
        while not (log.exists() and log.stat().st_size) and process.poll() is None:
            assert time.monotonic() < limit
            time.sleep(0.02)
        process.send_signal(end)
        assert process.wait(120) != 0
        assert not server.has_database(own.folder)
    assert not (own.folder / "rebuild").exists(), "what is interrupted takes all away"
    assert own.run("find-paths", **{"from": "P1", "to": "C2"}).findings
    assert not (own.folder / "written.old").exists()


@pytest.mark.parametrize("next_command", ["find-rings", "link"])
def test_what_a_kill_after_the_swap_leaves_is_made_whole(
    own: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, next_command: str
) -> None:
    tables = write_tables(tmp_path / "t", {**WORLD, "shipments": RING})

    def killed(case: Any, graph: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(difference, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            own.load(tables, bulk=True)
    assert not own.graph().ask("SHOW CONSTRAINTS YIELD name RETURN name").rows
    said: list[str] = []
    own.say = said.append
    if next_command == "link":
        assert own.link().written == 0
    else:
        assert own.run(next_command, strength=0).findings
        assert "putting into the graph what it lacks" in said
    found = dump(own)
    monkeypatch.setattr(api, "PAYS", 1)
    own.rebuild()
    whole = dump(own)
    assert found - whole == Counter() == whole - found
    said.clear()
    own.run("find-rings")
    assert "putting into the graph what it lacks" not in said


def test_a_statement_that_is_not_understood_goes_over_bolt(
    own: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(statement: str) -> shape.Shape:
        raise DefinitionError("cannot be written in bulk: 'CREATE' is not understood")

    tables = write_tables(tmp_path / "t", {"companies": "id|name\nC1|Acme"})
    said: list[str] = []
    own.say = said.append
    monkeypatch.setattr(shape, "read", refuse)
    monkeypatch.setattr(api, "PAYS", 1)
    assert own.load(tables).graph.rows == {"companies": 1}
    assert "cannot be written in bulk: 'CREATE' is not understood: written over Bolt" in said


def test_without_memory_for_the_links_the_graph_is_made_without_them(
    own: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        duckdb.connect(config={"memory_limit": "20MB", "temp_directory": ""}) as database,
        pytest.raises(duckdb.OutOfMemoryException) as full,
    ):
        database.execute("SELECT list(n) FROM range(20_000_000) t(n)")

    def fill(*_: Any) -> None:
        raise relate.failed(full.value, "handoff.sql")

    said: list[str] = []
    own.say = said.append
    with monkeypatch.context() as patch:
        patch.setattr(link, "relate", fill)
        loaded = own.load(write_tables(tmp_path / "t", WORLD), bulk=True)
        assert loaded.links is None and loaded.graph.rows["shipments"] == 2
        assert any("handoff.sql: needs more memory" in line for line in said)
        assert any(line.endswith("the graph is made without links") for line in said)
        with pytest.raises(TooLargeError, match="use a machine or container with more memory"):
            own.link()
    assert own.link().kept == 0, "with memory they are made"


# ---------------------------------------------------------------- what a statement makes of a row


WRITING = [
    *(one for one in cypherfile.tables().values() if one.statement),
    link.files()[1],
    *(derive.program(type_, "cypher") for type_ in derive.RULES),
]


@pytest.mark.parametrize("file", WRITING, ids=lambda file: file.name)
def test_every_import_statement_is_understood(file: cypherfile.CypherFile) -> None:
    made = shape.read(file.statement)
    types = set(re.findall(r"(?<!old):([A-Z][A-Z_]+)", file.bare()))
    assert {one.type for one in made.edges} == types


@pytest.mark.parametrize(
    "clause",
    [
        "CREATE (n:Party {id: row.id})",
        "MERGE (n:Party {id: toUpper(row.id)})",
        "MERGE (n:Party {name: row.name})",
        "SET n.name = row.name",
        "MERGE (n:Party {id: row.id}) ON CREATE SET n.new = true",
        "MERGE (n:Party {id: row.id}) SET n = row {.id, name: toUpper(row.name)}",
        "MERGE (n:Party {id: row.id}) DETACH DELETE n",
        "MERGE (n:Party {id: row.id}) SET n += row",
        "MATCH (n:Party {id: row.id}) WHERE n.stub SET n:Old",
    ],
)
def test_a_clause_of_another_form_is_an_error(clause: str) -> None:
    with pytest.raises(DefinitionError, match=r"cannot be written in bulk: .* is not understood"):
        shape.read(f"UNWIND $rows AS row\n{clause}")
