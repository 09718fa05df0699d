"""The graph is what the tables say, whatever came first, twice, in pieces, or broke off."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import random
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import neo4j
import pytest
from neo4j.exceptions import ServiceUnavailable

import netinv
from netinv import cypherfile, difference, load, server
from netinv.api import OpenCase
from netinv.case import open_case
from netinv.errors import ServerError
from netinv.graph import Graph
from netinv.intake import take_in
from netinv.relate import Relations
from netinv.server import Address
from tests.conftest import graph_as_sets, write_tables

pytestmark = pytest.mark.server

# The last cell of a row is never empty: `write_tables` strips the bars at its end.
WORLD = {
    "companies": """
        id | country | role         | address           | phone          | email        | name
        C1 | NO      | trader       | 1 Main St, Oslo   | +47 2233 4455  | INFO@acme.no | Acme
        C2 | DE      | manufacturer | 1  MAIN ST. (Oslo) | 0047-22334455 |              | Bolt
        C3 |         |              |                   | 123            | info@acme.no | Cargo
    """,
    "people": """
        id | country | born    | address | name
        P1 | NO      | 1970-01 |         | Ann Lee
    """,
    "vessels": """
        imo     | flag | type   | name
        9074729 | PA   | tanker | Star
    """,
    "ports": """
        code  | country | lat  | name
        NOOSL | NO      | 59.9 | Oslo
        DEHAM | DE      | 53.5 | Hamburg
    """,
    "shipments": """
        id | shipper | consignee | notify | exporter | importer | seller | buyer | manufacturer | forwarder | carrier | declarant | end_user | departed   | arrived    | weight_kg | load_port | discharge_port | vessel     | container   | seal | licence | hs
        S1 | C1      | C2        | C3     | E1       | I1       | V1     | B1    | M1           | F1        | L1      | D1        | U1       | 2024-01-05 | 2024-01    | 1250.5    | NOOSL     | DEHAM          | IMO9074729 | CSQU3054383 | QQ1  | LIC1    | 0301
        S2 | C2      | TO ORDER  |        |          |          |        |       |              |           |         |           |          | 2024-02-05 | 2024-01-05 |           | no osl    | XXWHR          | 9999999    | CSQU3054383 |      |         | 8112
    """,  # noqa: E501 - a row reads as a row
    "directorships": """
        director | company | from    | to      | role
        P1       | C1      | 2020-02 | 2021-02 | chair
        P9       | C8      |         |         | chair
    """,
    "ownerships": """
        owner | owned      | from       | share
        P1    | C1         |            | 60
        C1    | IMO9074729 | 2020-01-01 | 100
    """,
    "port_calls": """
        vessel  | port  | departed | arrived
        9074729 | NOOSL | 2024-01-06 | 2024-01-05
    """,
    "vessel_identities": """
        vessel  | field | value
        9074729 | flag  | LR
    """,
    "shipment_versions": """
        shipment | filed      | consignee
        S1       | 2024-01-02 | C77
    """,
    "documents": """
        id | shipment | kind    | consignee | number
        D1 | S1       | invoice | C99       | 7
        D2 | S77      | invoice |           | 8
    """,
    "payments": """
        id | payer | payee | shipment | amount | currency | paid
        Y1 | C2    | P1    | S1       | 1000   | eur      | 2024-02
    """,
    "licences": """
        id   | from | hs       | holder
        LIC1 | 2024 | 8112.92  | C66
    """,
    "processing": """
        company | hs_in | hs_out
        C55     | 8112  | 8113
    """,
    "listings": """
        entity     | program | from | list
        C3         | SDGT    | 2022 | OFAC SDN
        IMO9074729 |         |      | OFAC SDN
    """,
    "controls": """
        id | regime | measure | hs   | from       | destination
        K1 | EU     | ban     | 8112 | 2023-01-01 | RU
    """,
}
TRADE = {
    "SHIPPED": "C1",
    "CONSIGNED_TO": "C2",
    "NOTIFIES": "C3",
    "EXPORTED_BY": "E1",
    "IMPORTED_BY": "I1",
    "SOLD_BY": "V1",
    "BOUGHT_BY": "B1",
    "MADE_BY": "M1",
    "FORWARDED_BY": "F1",
    "CARRIED_BY_LINE": "L1",
    "DECLARED_BY": "D1",
    "MEANT_FOR": "U1",
}
NODES = """
MATCH (n) WHERE NOT n:NetinvCase AND NOT n:Source
RETURN COLLECT { UNWIND labels(n) AS l RETURN l ORDER BY l } AS labels, properties(n) AS p
"""
EDGES = """
MATCH (a)-[r]->(b)
RETURN type(r) AS type, properties(r) AS p,
  coalesce(a.id, a.key, a.code, a.imo, a.number, a.name) AS a,
  coalesce(b.id, b.key, b.code, b.imo, b.number, b.name) AS b
"""


def tuples(case: OpenCase, table_of: Mapping[str, str] | None = None) -> tuple[set[Any], set[Any]]:
    """Nodes as (labels, properties) and relationships as (type, a, b, properties); a source stands
    as what `table_of` calls it."""
    names = table_of if table_of is not None else {one.id: one.kind for one in case.sources()}

    def frozen(properties: Mapping[str, Any]) -> frozenset[Any]:
        said = {}
        for key, value in properties.items():
            if isinstance(value, list):
                value = tuple(
                    re.sub(r"[0-9a-f]{12}(?=:\d)", lambda m: names.get(m[0], m[0]), one)
                    for one in value
                )
            said[key] = value
        return frozenset(said.items())

    nodes = case.graph().ask(NODES).rows
    edges = case.graph().ask(EDGES).rows
    return (
        {(" ".join(row["labels"]), frozen(row["p"])) for row in nodes},
        {(row["type"], row["a"], row["b"], frozen(row["p"])) for row in edges},
    )


def of(**properties: Any) -> frozenset[Any]:
    return frozenset(properties.items())


def lines(case: OpenCase) -> tuple[set[Any], set[Any]]:
    """The graph with each source row as its very line, so that it does not matter in which file
    the row stood; a list of sources or conflicts as a set."""
    found: dict[str, list[str]] = {}
    for source in case.sources():
        path = case.folder / "originals" / f"{source.sha256}.gz"
        found[source.id] = gzip.decompress(path.read_bytes()).decode().splitlines()

    def spelt(text: str) -> str:
        return re.sub(r"([0-9a-f]{12}):(\d+)", lambda m: found[m[1]][int(m[2])], text)

    def plain(value: Any) -> Any:
        if isinstance(value, frozenset):
            return frozenset((key, plain(one)) for key, one in value)
        return frozenset(map(spelt, value)) if isinstance(value, tuple) else value

    nodes, edges = tuples(case, {})
    return (
        {(labels, plain(p)) for labels, p in nodes},
        {(type_, a, b, plain(p)) for type_, a, b, p in edges},
    )


@pytest.fixture
def fresh(on_server: Address, tmp_path: Path) -> Iterator[Callable[[], OpenCase]]:
    """Makes a new case on the emptied server, as often as it is called."""
    opened: list[OpenCase] = []

    def make() -> OpenCase:
        for one in opened:
            one.close()
        with Graph(lambda: on_server) as graph:
            graph.run("MATCH (n) DETACH DELETE n")
        opened.append(netinv.open(tmp_path / f"case{len(opened)}"))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def rows(case: OpenCase, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in case.graph().ask(statement, values).rows]


def called(name: str) -> dict[str, str]:
    """A name as a node holds it, with the folded form by which it is looked up."""
    return {"name": name, "name_key": name.lower()}


def shapes(case: OpenCase) -> set[tuple[str, ...]]:
    """The nodes and relationships, without their properties."""
    nodes, edges = tuples(case)
    keys = ("id", "key", "code", "imo", "number", "name")
    named = set()
    for labels, properties in nodes:
        p = dict(properties)
        key = next(p[k] for k in keys if k in p)
        named.add((labels, key, *(["stub"] if p.get("stub") else [])))
    return named | {(a, type_, b) for type_, a, b, _ in edges}


# ---------------------------------------------------------------- the graph of the tables


def test_the_graph_is_what_the_tables_say(case: OpenCase, tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "world", WORLD)
    loaded = case.load(folder)
    assert sum(one.written for one in loaded.files) == 24 and loaded.graph.stubs_made == 15
    nodes, edges = tuples(case)
    oslo, tel, mail = "1 main st oslo", "tel:4722334455", "mail:info@acme.no"
    company = {
        "C1": of(
            id="C1", **called("Acme"), country="NO", role="trader", address="1 Main St, Oslo",
            phone="+47 2233 4455", email="INFO@acme.no", sources=("companies:1",),
        ),
        "C2": of(
            id="C2", **called("Bolt"), country="DE", role="manufacturer",
            address="1  MAIN ST. (Oslo)", phone="0047-22334455", sources=("companies:2",),
        ),
        "C3": of(
            id="C3", **called("Cargo"), phone="123", email="info@acme.no", sources=("companies:3",)
        ),
    }  # fmt: skip
    trade = ("E1", "I1", "V1", "B1", "M1", "F1", "L1", "D1", "U1", "C8", "C55")
    s2_doubts = (
        "arrives more than a day before it departs",
        "vessel: 9999999 is not a valid IMO number (check digit)",
    )
    assert nodes == {
        *(("Company Party", node) for node in company.values()),
        *(("Company Party", of(id=id_, stub=True)) for id_ in trade),
        ("Party", of(id="P9", stub=True)),
        (
            "Party Person",
            of(
                id="P1", **called("Ann Lee"), country="NO", born="1970-01-01",
                born_last="1970-01-31", sources=("people:1",),
            ),
        ),
        (
            "Vessel",
            of(imo="9074729", **called("Star"), flag="PA", type="tanker", sources=("vessels:1",)),
        ),
        ("Vessel", of(imo="9999999", stub=True)),
        ("Port", of(code="NOOSL", **called("Oslo"), country="NO", lat=59.9, sources=("ports:1",))),
        (
            "Port",
            of(code="DEHAM", **called("Hamburg"), country="DE", lat=53.5, sources=("ports:2",)),
        ),
        ("Port", of(code="XXWHR", stub=True)),
        (
            "Shipment",
            of(
                id="S1", hs="0301", departed="2024-01-05", departed_last="2024-01-05",
                arrived="2024-01-01", arrived_last="2024-01-31", weight_kg=1250.5,
                sources=("shipments:1",),
            ),
        ),
        (
            "Shipment",
            of(
                id="S2", hs="8112", departed="2024-02-05", departed_last="2024-02-05",
                arrived="2024-01-05", arrived_last="2024-01-05", to_order=True,
                doubts=s2_doubts, sources=("shipments:2",),
            ),
        ),
        ("Shipment", of(id="S77", stub=True)),
        ("Address", of(key=oslo)),
        ("Contact", of(key=tel)),
        ("Contact", of(key=mail)),
        ("Container", of(number="CSQU3054383")),
        ("List", of(name="OFAC SDN")),
        ("Country", of(code="NO")),
        ("Country", of(code="DE")),
        (
            "Document",
            of(
                id="D1", shipment="S1", kind="invoice", consignee="C99", number="7", key="D1",
                sources=("documents:1",),
            ) - of(key="D1"),
        ),
        (
            "Document",
            of(id="D2", shipment="S77", kind="invoice", number="8", sources=("documents:2",)),
        ),
        (
            "Payment",
            of(
                id="Y1", amount=1000.0, currency="EUR", paid="2024-02-01", paid_last="2024-02-29",
                sources=("payments:1",),
            ),
        ),
        (
            "Licence",
            of(
                **{"id": "LIC1", "holder": "C66", "hs": "811292", "from": "2024-01-01"},
                sources=("licences:1",),
            ),
        ),
        (
            "Control",
            of(
                id="K1", regime="EU", measure="ban", hs="8112", destination="RU",
                sources=("controls:1",), **{"from": "2023-01-01"},
            ),
        ),
    }  # fmt: skip

    def by(table: str, record: int, **more: Any) -> frozenset[Any]:
        return of(sources=(f"{table}:{record}",), **more)

    s1, s2 = by("shipments", 1), by("shipments", 2)
    parts = {(kind, "S1", party, s1) for kind, party in TRADE.items() if kind != "SHIPPED"}
    assert edges == parts | {
        ("SHIPPED", "C1", "S1", s1),
        ("SHIPPED", "C2", "S2", s2),
        ("LOADED_AT", "S1", "NOOSL", s1),
        ("LOADED_AT", "S2", "NOOSL", s2),
        ("DISCHARGED_AT", "S1", "DEHAM", s1),
        ("DISCHARGED_AT", "S2", "XXWHR", s2),
        ("CARRIED_BY", "S1", "9074729", s1),
        ("CARRIED_BY", "S2", "9999999", s2),
        ("STUFFED_IN", "S1", "CSQU3054383", by("shipments", 1, seal="QQ1")),
        (
            "PROCESSES", "C55", "C55",
            by("processing", 1, key="C55|8112|8113||", hs_in="8112", hs_out="8113"),
        ),
        (
            "KNOWN_AS", "9074729", "9074729",
            by("vessel_identities", 1, key="9074729|flag|LR||", field="flag", value="LR"),
        ),
        (
            "FILED_AS", "S1", "S1",
            by(
                "shipment_versions", 1, key="S1|2024-01-02", shipment="S1", consignee="C77",
                filed="2024-01-02", filed_last="2024-01-02",
            ),
        ),
        ("STUFFED_IN", "S2", "CSQU3054383", s2),
        ("UNDER", "S1", "LIC1", s1),
        *(("LOCATED_AT", f"C{n}", oslo, by("companies", n)) for n in (1, 2)),
        *(("USES", f"C{n}", tel, by("companies", n)) for n in (1, 2)),
        *(("USES", f"C{n}", mail, by("companies", n)) for n in (1, 3)),
        ("IN", "C1", "NO", by("companies", 1)),
        ("IN", "C2", "DE", by("companies", 2)),
        ("IN", "P1", "NO", by("people", 1)),
        ("IN", "NOOSL", "NO", by("ports", 1)),
        ("IN", "DEHAM", "DE", by("ports", 2)),
        (
            "DIRECTS", "P1", "C1",
            by("directorships", 1, key="P1|C1|chair|2020-02-01|2021-02-28", role="chair")
            | of(**{"from": "2020-02-01", "to": "2021-02-28"}),
        ),
        ("DIRECTS", "P9", "C8", by("directorships", 2, key="P9|C8|chair||", role="chair")),
        ("OWNS", "P1", "C1", by("ownerships", 1, key="P1|C1||", share=60.0)),
        (
            "OWNS", "C1", "9074729",
            by("ownerships", 2, key="C1|IMO9074729|2020-01-01|", share=100.0)
            | of(**{"from": "2020-01-01"}),
        ),
        (
            "CALLED_AT", "9074729", "NOOSL",
            by(
                "port_calls", 1, key="9074729|NOOSL|2024-01-05", arrived="2024-01-05",
                arrived_last="2024-01-05", departed="2024-01-06", departed_last="2024-01-06",
            ),
        ),
        ("DESCRIBES", "D1", "S1", by("documents", 1)),
        ("DESCRIBES", "D2", "S77", by("documents", 2)),
        ("PAID", "C2", "Y1", by("payments", 1)),
        ("RECEIVED_BY", "Y1", "P1", by("payments", 1)),
        ("PAYS_FOR", "Y1", "S1", by("payments", 1)),
        (
            "LISTED_ON", "C3", "OFAC SDN",
            by("listings", 1, key="C3|OFAC SDN|SDGT||2022-01-01|", program="SDGT")
            | of(**{"from": "2022-01-01"}),
        ),
        ("LISTED_ON", "9074729", "OFAC SDN", by("listings", 2, key="IMO9074729|OFAC SDN||||")),
    }  # fmt: skip
    held = rows(case, "MATCH (n:Source) RETURN n.id, n.sha256, n.kind, size(keys(n)) ORDER BY n.id")
    assert held == [(one.id, one.sha256, one.kind, 3) for one in case.sources()]
    assert len(held) == len(WORLD)

    before, generation = graph_as_sets(case.graph()), case.graph().mark().generation  # type: ignore[union-attr]
    again = case.load(folder)
    assert [one.unchanged for one in again.files] == [one.read for one in again.files]
    assert not again.graph.changed
    assert graph_as_sets(case.graph()) == before
    assert case.graph().mark().generation == generation  # type: ignore[union-attr]


def test_the_order_of_files_and_rows_does_not_matter(
    fresh: Callable[[], OpenCase], tmp_path: Path
) -> None:
    folder = write_tables(tmp_path / "world", WORLD)
    case = fresh()
    case.load(folder)
    exact, spelt = graph_as_sets(case.graph()), lines(case)

    case = fresh()
    backwards = sorted(folder.iterdir(), reverse=True)
    for at in range(0, len(backwards), 3):
        case.load(*backwards[at : at + 3])
    assert graph_as_sets(case.graph()) == exact

    chance = random.Random(4)
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    for path in folder.iterdir():
        header, *records = path.read_text().splitlines()
        for number, record in enumerate(records):
            (pieces / f"{path.stem}.{number}.csv").write_text(f"{header}\n{record}\n")
    one_row = sorted(pieces.iterdir())
    chance.shuffle(one_row)
    case = fresh()
    for part in (one_row[:5], one_row[5:12], one_row[12:]):
        case.load(*part)
    assert len(case.sources()) == 24
    assert lines(case) == spelt

    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for path in folder.iterdir():
        header, *records = path.read_text().splitlines()
        (shuffled / path.name).write_text("\n".join([header, *reversed(records)]) + "\n")
    case = fresh()
    case.load(shuffled)
    assert lines(case) == spelt


def test_a_source_without_drawn_rows_stands_in_the_graph_at_once(
    case: OpenCase, tmp_path: Path
) -> None:
    case.load(write_tables(tmp_path / "a", {"ports": WORLD["ports"]}))
    case.load(write_tables(tmp_path / "b", {"processing": WORLD["processing"]}))
    assert rows(case, "MATCH (n:Source) RETURN n.kind ORDER BY n.kind") == [
        ("ports",),
        ("processing",),
    ]


# ---------------------------------------------------------------- conflicts, stubs, references


def test_conflicts_are_settled_column_by_column(
    fresh: Callable[[], OpenCase], tmp_path: Path
) -> None:
    def world(name: str, *companies: tuple[str, str]) -> list[tuple[Path, str]]:
        return [
            (write_tables(tmp_path / f"{name}{n}", {"companies": text}) / "companies.csv", as_of)
            for n, (text, as_of) in enumerate(companies)
        ]

    files = world(
        "late",
        ("id|country|role|name\nC1|NO|trader|Older", "2023-01-01"),
        ("id|country|role|name\nC1|SE||Newer", "2024-01-01"),
    )
    for order in (files, files[::-1]):
        case = fresh()
        for path, as_of in order:
            written = case.load(path, as_of=as_of).graph
        ids = {one.as_of: one.id for one in case.sources()}
        old, new = ids["2023-01-01"], ids["2024-01-01"]
        assert rows(
            case, "MATCH (c:Company) RETURN c.name, c.country, c.role, c.conflicts, c.sources"
        ) == [
            (
                "Newer",
                "SE",
                "trader",
                [f"country: NO ({old}:1)", f"name: Older ({old}:1)"],
                sorted([f"{old}:1", f"{new}:1"]),
            )
        ]
        assert rows(case, "MATCH (:Company)-[:IN]->(k) RETURN k.code") == [("SE",)]
        assert rows(case, "MATCH (k:Country) RETURN k.code") == [("SE",)]
        assert written.conflicts == {"companies": 1}

    # Of the same day the smaller sha256 wins; within one file the smaller record.
    case = fresh()
    paths = [
        path
        for path, _ in world("same", ("id|name\nC1|One\nC1|Two", ""), ("id|name\nC1|Three", ""))
    ]
    case.load(*paths)
    first = min(case.sources(), key=lambda one: one.sha256)
    names = {1: "Three", 2: "One"}
    assert rows(case, "MATCH (c:Company) RETURN c.name, size(c.conflicts), size(c.sources)") == [
        (names[first.tables["companies"]], 2, 3)
    ]

    # The user's own word goes before shipped reference data, whatever its day.
    case = fresh()
    shipped, mine = (path for path, _ in files)
    case.load(mine, as_of="2020-01-01")
    case.load(shipped, as_of="2024-01-01")
    reference = next(one for one in case.sources() if one.as_of == "2024-01-01")
    assert rows(case, "MATCH (c:Company) RETURN c.name") == [("Older",)]
    case.case.keep(replace(reference, priority=0))
    case.load(write_tables(tmp_path / "more", {"ports": WORLD["ports"]}))
    assert rows(case, "MATCH (c:Company) RETURN c.name, c.role") == [("Newer", "trader")]


def test_stubs_are_made_counted_and_completed(case: OpenCase, tmp_path: Path) -> None:
    def put(name: str, **tables: str) -> load.Written:
        return case.load(write_tables(tmp_path / name, tables)).graph

    boards = put("boards", directorships="director|company\nP1|C1\nX1|C1")
    assert (boards.stubs_made, boards.stubs_completed, boards.stubs) == (3, 0, 3)
    assert {("Party", "P1", "stub"), ("Party", "X1", "stub"), ("Company Party", "C1", "stub")} < (
        shapes(case)
    )
    # A role in trade makes a company of what was only a party, and its loss takes it back.
    trade = put("trade", shipments="id|shipper|consignee\nS1|X1|C1")
    assert ("Company Party", "X1", "stub") in shapes(case)
    assert (trade.stubs_made, trade.stubs_completed, trade.stubs) == (0, 0, 3)
    source = next(one for one in case.sources() if one.kind == "shipments")
    _, dropped = case.drop(source.id, "wrong")
    assert shapes(case) == {
        ("Party", "P1", "stub"),
        ("Party", "X1", "stub"),
        ("Company Party", "C1", "stub"),
        ("P1", "DIRECTS", "C1"),
        ("X1", "DIRECTS", "C1"),
    }
    assert (dropped.stubs_made, dropped.stubs_completed, dropped.stubs) == (0, 0, 3)

    people = put("people", people="id|name\nP1|Ann", companies="id|name\nX1|X\nC1|C")
    assert (people.stubs_made, people.stubs_completed, people.stubs) == (0, 3, 0)
    assert shapes(case) == {
        ("Party Person", "P1"),
        ("Company Party", "X1"),
        ("Company Party", "C1"),
        ("P1", "DIRECTS", "C1"),
        ("X1", "DIRECTS", "C1"),
    }


def test_an_id_that_is_a_company_and_a_person(
    fresh: Callable[[], OpenCase], tmp_path: Path
) -> None:
    people = write_tables(tmp_path / "p", {"people": "id|country|name\nZ|SE|Zed (person)"})
    firms = write_tables(tmp_path / "c", {"companies": "id|address|name\nZ|1 Road|Zed (company)"})
    drawn = ("Company Party", "Z"), ("Address", "1 road"), ("Z", "LOCATED_AT", "1 road")
    for order in ((people, firms), (firms, people)):
        case = fresh()
        written = [case.load(path).graph for path in order][-1]
        assert written.both == 1
        assert shapes(case) == set(drawn)
    firm = next(one for one in case.sources() if one.kind == "companies")
    case.drop(firm.id, "not a company")
    assert shapes(case) == {("Party Person", "Z"), ("Country", "SE"), ("Z", "IN", "SE")}
    assert rows(case, "MATCH (n:Party) RETURN n.name, n.stub") == [("Zed (person)", None)]


def test_a_changed_reference_removes_the_old_relationship(case: OpenCase, tmp_path: Path) -> None:
    head = "id|shipper|consignee|vessel|licence|container|seal|hs\n"
    old = write_tables(
        tmp_path / "old", {"shipments": head + "S1|A|B|9074729|L1|CSQU3054383|Q|0301\nS2|A|B|||||1"}
    )
    new = write_tables(tmp_path / "new", {"shipments": head + "S1|A|C||||Q|0301\nS2|A|B|||||1"})
    source = case.load(old).files[0].source
    case.load(write_tables(tmp_path / "list", {"listings": "entity|list\n9074729|OFAC"}))
    written = case.load(new, replaces=source).graph
    assert shapes(case) == {
        ("Company Party", "A", "stub"),
        ("Company Party", "B", "stub"),
        ("Company Party", "C", "stub"),
        ("Shipment", "S1"),
        ("Shipment", "S2"),
        ("A", "SHIPPED", "S1"),
        ("A", "SHIPPED", "S2"),
        ("S1", "CONSIGNED_TO", "C"),
        ("S2", "CONSIGNED_TO", "B"),
        ("Vessel", "9074729", "stub"),
        ("List", "OFAC"),
        ("9074729", "LISTED_ON", "OFAC"),
    }
    assert written.rows == {"shipments": 2} and written.removed == {}
    assert [bool(one.retired) for one in case.sources(retired=True)].count(True) == 1

    # What was a vessel's number turns out to be a party's id: the old end goes.
    case.load(write_tables(tmp_path / "party", {"companies": "id|name\n9074729|Odd Ltd"}))
    assert {one for one in shapes(case) if "9074729" in one} == {
        ("Company Party", "9074729"),
        ("9074729", "LISTED_ON", "OFAC"),
    }
    ((labels,),) = rows(case, "MATCH (n)-[:LISTED_ON]->() RETURN labels(n)")
    assert set(labels) == {
        "Party",
        "Company",
    }  # in the order in which the database came to know them
    assert rows(case, "MATCH (v:Vessel) RETURN v.imo") == []


def test_keys_with_bars_in_them_are_not_mixed_up(case: OpenCase, tmp_path: Path) -> None:
    (tmp_path / "directorships.csv").write_text(
        "director,company,role,from,to\na|b,c,,,\na,,c|,,\na|,b,x,,\na,|b,x,,\n"
    )
    case.load(tmp_path)
    assert rows(
        case, "MATCH (d)-[r:DIRECTS]->(c) RETURN d.id, c.id, r.role ORDER BY d.id, c.id"
    ) == [("a", "|b", "x"), ("a|", "b", "x"), ("a|b", "c", None)]


def test_dropping_sources(case: OpenCase, tmp_path: Path) -> None:
    case.load(write_tables(tmp_path / "world", WORLD))
    ids = {one.kind: one.id for one in case.sources()}
    whole = shapes(case)

    def drop(kind: str) -> load.Written:
        return case.drop(ids[kind], "a test")[1]

    assert drop("companies").removed == {"companies": 3}
    left = shapes(case)
    gone = {s for s in whole if s[0] in ("Address", "Contact") or s[1] in ("LOCATED_AT", "USES")}
    gone |= {("C1", "IN", "NO"), ("C2", "IN", "DE")}
    stubs = {("Company Party", id_) for id_ in ("C1", "C2", "C3")}
    assert left == whole - gone - stubs | {(*one, "stub") for one in stubs}
    drop("people")
    assert ("Party", "P1", "stub") in shapes(case)
    drop("shipments")  # D1 and Y1 still speak of S1
    left = shapes(case)
    assert ("Shipment", "S1", "stub") in left and ("Shipment", "S2", "stub") not in left
    assert not {s for s in left if s[1] in TRADE or s[1] == "STUFFED_IN" or s[0] == "Container"}
    for source in case.sources():
        if source.kind != "listings":
            case.case.retire(source, "a test")
    assert drop("listings").stubs == 0
    assert rows(case, "MATCH (n) RETURN labels(n)") == [(["NetinvCase"],)]
    # Taken in again, all of it is there again.
    case.load(tmp_path / "world")
    assert shapes(case) == whole


def test_namespaces_keep_two_agencies_apart(case: OpenCase, tmp_path: Path) -> None:
    tables = {
        "companies": "id|name\nC1|{0}",
        "shipments": "id|shipper|vessel|load_port\nS1|C1|9074729|NOOSL",
        "ownerships": "owner|share|owned\nC1|50|9074729\nC1|50|C2",
        "listings": "entity|list\nIMO9074729|{0}",
    }
    for name in ("dea", "hmrc"):
        mine = {table: text.format(name) for table, text in tables.items()}
        case.load(write_tables(tmp_path / name, mine), namespace=name)
    apart = {
        one
        for name in ("dea", "hmrc")
        for one in (
            ("Company Party", f"{name}-C1"),
            ("Party", f"{name}-C2", "stub"),
            ("Shipment", f"{name}-S1"),
            (f"{name}-C1", "SHIPPED", f"{name}-S1"),
            (f"{name}-S1", "CARRIED_BY", "9074729"),
            (f"{name}-S1", "LOADED_AT", "NOOSL"),
            (f"{name}-C1", "OWNS", "9074729"),
            (f"{name}-C1", "OWNS", f"{name}-C2"),
            ("9074729", "LISTED_ON", name),
            ("List", name),
        )
    }
    # A vessel's IMO number and a port's code are the same for everybody.
    common = {("Vessel", "9074729", "stub"), ("Port", "NOOSL", "stub")}
    assert shapes(case) == apart | common


HOSTILE = [
    "'}) DETACH DELETE n //",
    '" OR 1=1 RETURN "x" //`',
    "`Party`) MATCH (n) SET n.pwned = true",
    "$rows {id: 1} \\u0027 \\",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "\u202eevil\u202c \u0645\u0631\u062d\u0628\u0627",
    "zero\u200bwidth e\u0301 \U0001f6a2",
    "NULL",
    "x" * 100_000,
]


def test_hostile_texts_are_values(fresh: Callable[[], OpenCase], tmp_path: Path) -> None:
    folder = tmp_path / "it's [1] `*`"
    folder.mkdir()
    ids = [f"C{n} {text[:60]}" for n, text in enumerate(HOSTILE)]
    with (folder / "companies.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "address"])
        writer.writerows(zip(ids, HOSTILE, HOSTILE, strict=True))
    with (folder / "directorships.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["director", "company", "role"])
        writer.writerows(zip(ids, ids[1:] + ids[:1], HOSTILE, strict=True))
    with (folder / "shipments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "shipper", "consignee", "description", "load_port", "seal"])
        writer.writerows(
            [one, one, one, text, one, text] for one, text in zip(ids, HOSTILE, strict=True)
        )
    first = fresh()
    first.close()
    with netinv.open(folder / "case's [2] *") as case:
        loaded = case.load(
            folder / "companies.csv", folder / "directorships.csv", folder / "shipments.csv"
        )
        assert [one.rejected for one in loaded.files] == [0, 0, 0]
        held = rows(case, "MATCH (c:Company) RETURN c.id, c.name, c.address")
        assert set(held) == set(zip(ids, HOSTILE, HOSTILE, strict=True))
        roles = rows(case, "MATCH (a)-[r:DIRECTS]->(b) RETURN a.id, b.id, r.role")
        assert set(roles) == set(zip(ids, ids[1:] + ids[:1], HOSTILE, strict=True))
        trade = rows(
            case,
            "MATCH (a)-[:SHIPPED]->(s)-[:CONSIGNED_TO]->(b), (s)-[:LOADED_AT]->(p)"
            " RETURN a.id, s.id, b.id, p.code, s.description",
        )
        assert set(trade) == {(one, one, one, one, t) for one, t in zip(ids, HOSTILE, strict=True)}
        labels = set(case.graph().counts())
        assert labels == {
            "Party", "Company", "Shipment", "Port", "Address", "Source", "NetinvCase",
            "DIRECTS", "SHIPPED", "CONSIGNED_TO", "LOADED_AT", "LOCATED_AT",
        }  # fmt: skip
        before = graph_as_sets(case.graph())
        case.rebuild()
        assert graph_as_sets(case.graph()) == before
        source = next(one for one in case.sources() if one.kind == "directorships")
        case.drop(source.id, "'}) //")
        assert rows(case, "MATCH ()-[r:DIRECTS]->() RETURN r.role") == []


# ---------------------------------------------------------------- what breaks off


class Breaks:
    """Lets a graph write so many batches, then the server is gone."""

    def __init__(self, patch: pytest.MonkeyPatch, after: int) -> None:
        self.left = after
        self.write = Graph.write
        patch.setattr(Graph, "write", lambda *words: self(*words))

    def __call__(self, graph: Graph, statement: str, given: Any, batch: str) -> None:
        if self.left == 0:
            raise ServerError("does not answer")
        self.left -= 1
        self.write(graph, statement, given, batch)


AFTER = {  # the world, changed in every table: rows that go, come and differ
    "companies": WORLD["companies"].replace("| NO      | trader ", "| SE      | bank ")
    + "C8 | FI | | 9 Side St | | | Eight",
    "people": "id|name\nP9|Pia",
    "shipments": WORLD["shipments"]
    .replace("| C1      | C2  ", "| C1      | N1  ")
    .replace("CSQU3054383", "HLXU2008419"),
    "directorships": "director|company|from|role\nP9|C8||chair\nP9|C1|2024|member",
    "ownerships": "owner|share|owned\nP9|60|C1",
    "listings": "entity|list\nC8|UN",
    "documents": "id|shipment|kind\nD1|S2|invoice",
    "payments": "id|payer|payee\nY1|C2|P9\nY2|C2|C1",
}


def test_a_write_that_breaks_off_is_put_right(
    case: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "BATCH", 2)
    after = write_tables(tmp_path / "after", AFTER)
    mine = {hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in after.iterdir()}
    case.load(write_tables(tmp_path / "world", WORLD))
    before = graph_as_sets(case.graph())

    def drop() -> None:
        *most, last = [one for one in case.sources() if one.id in mine]
        for one in most:
            case.case.retire(one, "half of it")
        case.drop(last.id, "half of it")

    def break_off(after_batches: int) -> None:
        with monkeypatch.context() as patch:
            Breaks(patch, after_batches)
            with pytest.raises(ServerError, match="does not answer"):
                case.load(after)
        assert difference.behind(case.case)

    steps: list[str] = []
    with monkeypatch.context() as patch:
        write = Graph.write
        patch.setattr(Graph, "write", lambda *words: (steps.append(words[3]), write(*words))[1])
        case.load(after)
    both = graph_as_sets(case.graph())
    assert len(mine & {one.id for one in case.sources()}) == len(AFTER) and both != before
    drop()
    assert graph_as_sets(case.graph()) == before

    seen = set()
    for stop in (0, len(steps) // 3, len(steps) * 2 // 3, len(steps) - 1):
        break_off(stop)
        seen.add(repr(sorted(graph_as_sets(case.graph())[0])))
        case.run("find-paths", **{"from": "C1", "to": "C2"})  # the next command puts it right
        assert graph_as_sets(case.graph()) == both, stop
        assert not difference.behind(case.case)
        drop()
        assert graph_as_sets(case.graph()) == before, stop
        break_off(stop)
        drop()  # what is half written goes again
        assert graph_as_sets(case.graph()) == before, stop
        assert not difference.behind(case.case)
    assert len(seen) > 2, "it broke off at different places"


def lose(patch: pytest.MonkeyPatch, committed: bool) -> list[str]:
    """Let the answer to the next commit be lost, after it was done or before."""
    calls: list[str] = []
    commit = neo4j.Transaction.commit

    def once(transaction: neo4j.Transaction) -> None:
        calls.append("commit")
        if len(calls) > 1 or committed:
            commit(transaction)
        if len(calls) == 1:
            raise ServiceUnavailable("Failed to read from defunct connection")

    patch.setattr(neo4j.Transaction, "commit", once)
    return calls


@pytest.mark.parametrize("committed", [True, False])
def test_a_commit_without_an_answer_is_asked_about(
    case: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    graph = case.graph()
    graph.claim("t")
    with monkeypatch.context() as patch:
        calls = lose(patch, committed)
        graph.write("UNWIND $rows AS row CREATE (:Probe {n: row.n})", [{"n": 1}, {"n": 2}], "l:1")
    assert len(calls) == (1 if committed else 2)  # done: asked about; not done: done again
    assert rows(case, "MATCH (n:Probe) RETURN n.n ORDER BY n.n") == [(1,), (2,)]
    graph.write("UNWIND $rows AS row CREATE (:Probe {n: row.n})", [{"n": 3}], "l:2")
    assert rows(case, "MATCH (n:Probe) RETURN count(n)") == [(3,)]

    # A server that stays away is said to, and the rows stand when it is back.
    with monkeypatch.context() as patch:
        patch.setattr("netinv.graph.time.sleep", lambda seconds: None)
        patch.setattr(neo4j.Transaction, "commit", lambda transaction: _unavailable())
        with pytest.raises(ServerError, match="does not answer: gone"):
            case.load(write_tables(tmp_path / "t", {"companies": "id|name\nC1|Acme"}))
    assert rows(case, "MATCH (c:Company) RETURN c.id") == []
    graph.run("MATCH (n:Probe) DELETE n")
    case.run("profile", id="C1")
    assert rows(case, "MATCH (c:Company) RETURN c.id") == [("C1",)]


def _unavailable() -> None:
    raise ServiceUnavailable("gone")


def test_a_local_server_is_rebuilt_and_survives_a_kill(tmp_path: Path) -> None:
    """On a server of netinv's own: the same graph after a rebuild, and after kill -9 in a load."""
    assert not os.environ.get("NEO4J_URI")
    head = "id|shipper|consignee|departed|arrived|weight_kg\n"
    day = "|2024-01-{:02}|2024-01-{:02}|{}"
    ring = [f"R{n}|A{n}|A{n + 1}" + day.format(3 * n + 1, 3 * n + 2, 1000 + n) for n in range(4)]
    many = [f"S{n}|C{n % 700}|D{n % 900}" + day.format(1, 2, n + 1) for n in range(25_000)]
    small = write_tables(tmp_path / "small", WORLD | {"shipments": head + "\n".join(ring)})
    big = write_tables(tmp_path / "big", {"shipments": head + "\n".join(many)})
    case = netinv.open(tmp_path / "case")
    try:
        case.load(small)
        assert case.link().kept == 3
        before = graph_as_sets(case.graph())
        first = case.graph().mark()
        case.rebuild()
        assert graph_as_sets(case.graph()) == before
        second = case.graph().mark()
        assert first and second and first.id == second.id and first.graph != second.graph

        pid = server.status(case.folder).pid
        assert pid and pid > 1
        batches: list[int] = []
        killed: list[int] = []

        def watch(what: str, done: int, total: int) -> None:
            if what == "shipments" and total == 25_000:
                batches.append(done)
                if len(batches) == 2:
                    threading.Timer(0.3, kill).start()  # in the middle of the third batch

        def kill() -> None:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

        case.progress = watch
        try:
            case.load(big)
            ended = True  # it started the server again by itself
        except ServerError:
            ended = False
        assert killed, "the server was killed while the load wrote"
        assert server.status(case.folder).pid != pid
        committed = rows(case, "MATCH (s:Shipment) WHERE s.id STARTS WITH 'S' RETURN count(s)")
        assert committed[0][0] >= 10_000, "what was committed before is there"
        case.progress = lambda *words: None
        answer = case.run("find-paths", **{"from": "S24999", "to": "D699"})
        assert answer.findings, ended
        assert rows(case, "MATCH (s:Shipment)-[:CONSIGNED_TO]->() RETURN count(*)") == [(25_004,)]
        assert rows(case, "MATCH (:Party)-[:SHIPPED]->(s) RETURN count(*)") == [(25_004,)]
        assert rows(case, "MATCH ()-[h:HANDOFF]->() RETURN count(h)") == [(3,)]
        assert not difference.behind(case.case)
    finally:
        case.stop()


# ---------------------------------------------------------------- other people's databases


def test_another_cases_database_is_refused_untouched(case: OpenCase, tmp_path: Path) -> None:
    tables = write_tables(tmp_path / "t", {"companies": "id|name\nC1|Acme"})
    case.load(tables)
    before, mark = graph_as_sets(case.graph()), case.graph().mark()
    with netinv.open(tmp_path / "other") as other:
        for act in (lambda: other.load(tables), other.link, other.rebuild):
            with pytest.raises(ServerError) as refused:
                act()
            assert case.case.id[:8] in str(refused.value) or "nothing was removed" in str(
                refused.value
            )
        with pytest.raises(ServerError, match="holds another case of netinv"):
            other.load(tables)
    assert (graph_as_sets(case.graph()), case.graph().mark()) == (before, mark)


def test_a_foreign_database_is_refused_untouched(case: OpenCase, tmp_path: Path) -> None:
    tables = write_tables(tmp_path / "t", {"companies": "id|name\nC1|Acme"})
    case.graph().run("CREATE (:Movie {title: 'x'})-[:HAS]->(:Actor), (:Movie), ()")
    before = graph_as_sets(case.graph())
    with pytest.raises(ServerError) as refused:
        case.load(tables)
    text = str(refused.value)
    assert "2 Movie" in text and "1 Actor" in text and "1 unlabelled" in text
    assert "nothing was written" in text and case.graph().address.uri in text  # type: ignore[union-attr]
    with pytest.raises(ServerError, match="nothing was removed"):
        case.rebuild()
    assert graph_as_sets(case.graph()) == before
    assert case.graph().mark() is None
    # Emptied by its owner, it takes what was taken in.
    case.graph().run("MATCH (n) DETACH DELETE n")
    case.run("profile", id="C1")
    assert rows(case, "MATCH (c:Company) RETURN c.id") == [("C1",)]


def test_a_graph_of_a_newer_netinv_is_refused(case: OpenCase, tmp_path: Path) -> None:
    case.graph().run(
        "CREATE (:NetinvCase {id: $id, schema: 99, graph: 'g', generation: 1, batch: ''})",
        {"id": case.case.id},
    )
    with pytest.raises(ServerError, match=r"newer netinv \(schema 99\)"):
        case.load(write_tables(tmp_path / "t", {"companies": "id|name\nC1|Acme"}))
    assert rows(case, "MATCH (n) RETURN labels(n)") == [(["NetinvCase"],)]


# ---------------------------------------------------------------- rebuild, report


def test_a_rebuild_gives_the_same_graph_links_included(case: OpenCase, tmp_path: Path) -> None:
    head = "id|shipper|consignee|departed|arrived|weight_kg\n"
    ring = "R1|A|B|2024-01-01|2024-01-02|100\nR2|B|C|2024-01-05|2024-01-06|101"
    case.load(write_tables(tmp_path / "w", WORLD | {"shipments": head + ring}))
    case.link(window=20)
    case.load(write_tables(tmp_path / "a", AFTER))
    dropped = hashlib.sha256((tmp_path / "a" / "payments.csv").read_bytes()).hexdigest()[:12]
    case.drop(dropped, "for once")
    case.link(window=20)
    before, generation = graph_as_sets(case.graph()), case.graph().mark()
    assert any("HANDOFF" in edge for edge in before[1])
    written = case.rebuild()
    assert graph_as_sets(case.graph()) == before
    assert written.rows["companies"] == len(
        rows(case, "MATCH (c:Company) WHERE c.stub IS NULL RETURN c")
    )
    assert case.graph().mark().graph != generation.graph  # type: ignore[union-attr]
    assert not case.load(tmp_path / "w").graph.changed
    assert case.link(window=20).written == 0


def test_links_of_an_older_netinv_are_made_anew(case: OpenCase, tmp_path: Path) -> None:
    head = "id|shipper|consignee|departed|arrived|weight_kg\n"
    ring = "R1|A|B|2024-01-01|2024-01-02|100\nR2|B|C|2024-01-05|2024-01-06|101"
    case.load(write_tables(tmp_path / "w", {"shipments": head + ring}))
    case.link()
    before = graph_as_sets(case.graph())
    case.graph().run("MATCH ()-[h:HANDOFF]->() SET h.key = 'old'")
    with duckdb.connect() as database:
        database.execute(
            "COPY (SELECT 'R1' || chr(31) || 'R2' AS key, 1::UBIGINT AS row_hash) TO"
            f" '{case.case.path('written', 'link_handoff.parquet')}' (FORMAT parquet)"
        )
    assert case.link().written == 1
    assert graph_as_sets(case.graph()) == before


def test_the_report_adds_up(case: OpenCase, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "shipments.csv").write_text(
        "id,shipper,consignee,hs,weight_kg,gross_kg\n"
        "S1,A,B,0301,10,20\n"
        ",A,B,0301,10,20\n"  # no key
        "S2,,,0301,10,20\n"  # no party
        "S3,A,B,0301\n"  # too few cells
        "S4,A,B,03011,20,10\n"  # doubts: odd digits, lighter gross than net
        "S5,A,B,0301,heavy,\n"  # a cell that does not read
        "\n"
        "S1,A,B,0301,11,20\n"  # a conflict
    )
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    loaded = case.load(folder)
    by = {one.file: one for one in loaded.files}
    report = by["shipments.csv"]
    assert (report.read, report.written, report.unchanged, report.rejected) == (7, 4, 0, 3)
    assert by["notes.csv"].note.startswith("not read")
    again = case.load(folder / "shipments.csv").files[0]
    assert (again.read, again.written, again.unchanged, again.rejected) == (7, 0, 7, 0)
    for one in (*loaded.files, again):
        parts = one.written + one.unchanged + one.rejected + one.skipped.total()
        assert one.read == parts, one.file
    assert dict(report.rows) == {"shipments": 4}
    assert dict(report.unread) == {"weight_kg: is no amount, such as 'heavy'": 1}
    assert report.doubts.total() == 2 and len(report.doubts) == 2
    graph = loaded.graph
    assert (graph.rows, graph.stubs_made, graph.conflicts, graph.doubts) == (
        {"shipments": 3},
        2,
        {"shipments": 1},
        {"shipments": 1},
    )
    assert loaded.plain()["graph"]["stubs_made"] == 2
    name = f"shipments.csv.{report.source}.csv"
    with (case.folder / "rejects" / name).open(encoding="utf-8-sig") as file:
        assert [(row["record"], row["line"]) for row in csv.DictReader(file)] == [
            ("2", "3"),
            ("3", "4"),
            ("4", "5"),
        ]


def test_a_table_that_is_not_loaded_has_the_columns_of_one_that_is(tmp_path: Path) -> None:
    def described(folder: Path, tables: dict[str, str]) -> dict[str, list[tuple[str, ...]]]:
        opened = open_case(tmp_path / folder)
        if tables:
            take_in(opened, [write_tables(tmp_path / f"{folder}-tables", tables)])
        with Relations(opened) as relations:
            return {
                name: [tuple(map(str, row[:2])) for row in relations.rows(f"DESCRIBE {name}")]
                for table in cypherfile.tables()
                for name in (table, f"raw_{table}")
            }

    without = described(Path("without"), {})
    assert without == described(Path("with"), {**WORLD, "same_as": "record | same_record\nC1 | C2"})
