"""Paths are begun where it pays: nothing is lost by it, in the whole graph or for one company."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from netinv import investigate, link
from netinv.api import OpenCase
from tests.conftest import write_tables

pytestmark = pytest.mark.server

PORTS = """
    | code,country,name
    | CNSHA,CN,CNSHA
    | CNNGB,CN,CNNGB
    | SGSIN,SG,SGSIN
    | NLRTM,NL,NLRTM
    | AEJEA,AE,AEJEA
"""
QUESTIONS = ("find-rings", "find-circular-routes", "find-relabel-chains")


def trade(count: int) -> str:
    """Few companies, ports and weights, so that there are paths of every kind, all by chance."""
    chance = random.Random(11)
    rows = ["id | shipper | consignee | departed | arrived | weight_kg | hs | origin | load_port"
            " | discharge_port"]  # fmt: skip
    for number in range(count):
        sender, receiver = chance.sample(range(9), 2)
        begin, end = chance.sample(["CNSHA", "CNNGB", "SGSIN", "NLRTM", "AEJEA"], 2)
        month, day = chance.randint(1, 9), chance.randint(1, 20)
        rows.append(
            f"S{number:03} | C{sender} | C{receiver} | 2024-{month:02}-{day:02}"
            f" | 2024-{month:02}-{day + 6:02} | {round(10 ** chance.uniform(2, 3))}"
            f" | {chance.choice(['740400', '740311', '261800'])} | CN | {begin} | {end}"
        )
    return "\n".join(rows)


OWNERS = (
    "owner | owned | share\nO1 | C0 | 50\nO1 | C1 | 80\nO2 | O1 | 100\nO2 | C2 | 50\nC3 | C4 | 49"
)
"""Owners of one and of two steps."""


def asked(case: OpenCase, name: str, **given: Any) -> list[str]:
    """The rows of a question, without what they draw, in an order of their own."""
    file = investigate.question_file(name)
    values = {one.name: one.value(given.get(one.name)) for one in file.inputs}
    rows = case.graph().ask(file.statement, values).rows
    kept = ("shipments", "companies", "unlikely", "explained", "changes", "basis", "days")
    gathered = ("seller", "receiver", "heading", "bought", "sent_on", "explained", "days")
    columns = gathered if name == "find-straw-purchasers" else kept
    return sorted(repr([row[column] for column in columns]) for row in rows)


@pytest.fixture
def traded(case: OpenCase, tmp_path: Path) -> OpenCase:
    case.load(write_tables(tmp_path / "tables", {"shipments": trade(400), "ports": PORTS}))
    assert case.link().kept > 100
    return case


def test_one_company_s_paths_are_those_of_the_whole_graph_that_it_is_in(traded: OpenCase) -> None:
    for name in QUESTIONS:
        every = asked(traded, name, strength="0")
        assert every, name
        for company in (f"C{number}" for number in range(9)):
            own = [row for row in every if f"'{company}'" in row]
            assert asked(traded, name, strength="0", company=company) == own


def test_no_path_is_lost_by_where_they_are_begun(traded: OpenCase) -> None:
    strengths = ("0", "1", "2")
    found = {(name, s): asked(traded, name, strength=s) for name in QUESTIONS for s in strengths}
    traded.graph().run("MATCH ()-[h:HANDOFF]->() SET h.ring = 99.0, h.route = 99.0, h.chain = 99.0")
    for (name, s), rows in found.items():
        assert asked(traded, name, strength=s) == rows
    assert all(found[name, "0"] for name in QUESTIONS)


def test_no_buyer_is_lost_by_where_straw_purchases_are_begun(
    case: OpenCase, tmp_path: Path
) -> None:
    tables = {"shipments": trade(400), "ports": PORTS, "ownerships": OWNERS}
    case.load(write_tables(tmp_path / "tables", tables))
    case.link()
    wide = {"chance": "1000", "days": "3650"}
    found = {
        buyers: asked(case, "find-straw-purchasers", buyers=buyers, **wide) for buyers in ("2", "3")
    }
    assert len(found["2"]) > len(found["3"]) > 0
    assert any("'O2'" in row for row in found["2"])  # behind receivers, over one and two steps
    case.graph().run("MATCH ()-[h:HANDOFF]->() SET h.buyers = 99")
    for buyers, rows in found.items():
        assert asked(case, "find-straw-purchasers", buyers=buyers, **wide) == rows


def test_links_of_an_older_rule_are_made_anew_as_they_were_asked_for(traded: OpenCase) -> None:
    made = traded.link(window=30)
    rows = asked(traded, "find-relabel-chains")
    traded.graph().run("MATCH ()-[h:HANDOFF]->() REMOVE h.ring, h.route, h.chain")
    path = traded.case.path("written", "links.json")
    path.write_text(path.read_text("utf-8").replace(made.rule, "0" * 12), "utf-8")
    held = traded.case.path("written", "link_handoff.parquet")  # of rows that were others
    with duckdb.connect() as database:
        database.execute(
            f"CREATE TABLE held AS SELECT key, hash(row_hash) AS row_hash FROM '{held}'"
        )
        database.execute(f"COPY held TO '{held}' (FORMAT parquet)")
    assert link.stale(traded.case) == "the rule changed since they were made"
    traded.run("find-relabel-chains")
    assert asked(traded, "find-relabel-chains") == rows
    kept = link.kept(traded.case)
    assert kept is not None and (kept.rule, kept.inputs["window"]) == (made.rule, 30)


def test_derived_links_make_nobody_a_hub(case: OpenCase, tmp_path: Path) -> None:
    """What a question derived counts for no relationship, whatever was asked before."""
    tables = {
        "companies": "id,name,role\nF,Quay Forwarding,forwarder\nA,A,\nB,B,",
        "shipments": "id,shipper,consignee,hs,departed\nS1,A,F,811292,2024-01-10\n"
        "S2,B,F,811292,2024-01-10\nS3,A,Z,0901,2024-12-01",
    }
    case.load(write_tables(tmp_path / "tables", tables))
    asked = {"from": "A", "to": "B", "hub": 2}
    before = case.run("find-paths", **asked).findings
    assert len(case.run("find-forwarder-consignees", least=1).findings) == 2
    assert len(case.run("find-paths", **asked).findings) == len(before) == 1
