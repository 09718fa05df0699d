"""Results made by hand for the tests of pages and tables: a ring with hostile names, and none."""

from __future__ import annotations

from dataclasses import replace

from netinv.result import FOUND, NOTHING, Edge, Finding, Node, Question, Result

HOSTILE = {
    "script": "</script><script>window.hacked=1</script>",
    "image": "<img src=x onerror=window.hacked=1>",
    "override": "invoice\u202efdp.exe",
    "formula": "=cmd|' /C calc'!A0",
    "cypher": "x'}) DETACH DELETE n //",
    "long": "very long name " * 40,
    "chinese": "祥云贸易有限公司",
    "cyrillic": "ООО «Тихоречье» 🚢",
}


def question() -> Question:
    return Question(
        command="find-rings",
        title="Goods that come home & <b>more</b>",
        texts={"about": "What it shows.", "misses": "Part loads."},
        inputs={"days": 180, "company": None},
        query_sha256="f" * 64,
        score={"unlikely": "powers of ten"},
        datasets=(
            {"id": "a" * 12, "file": "shipments.csv", "sha256": "a" * 64, "records": 4},
            {"id": "b" * 12, "file": "more.csv", "sha256": "b" * 64, "records": 9},
        ),
        version="0",
        neo4j="2026.08.1",
    )


def ring() -> Result:
    """Four companies with hostile names and four shipments in a ring."""
    names = [*HOSTILE.values()]
    companies = [
        Node(
            f"Company:C{i}",
            "Company",
            f"C{i}",
            name,
            {"id": f"C{i}", "name": name, "sources": [f"{'a' * 12}:{i + 1}"]},
        )
        for i, name in enumerate(names[:4])
    ]
    shipments = [
        Node(
            f"Shipment:S{i}",
            "Shipment",
            f"S{i}",
            names[3 + i],
            {
                "description": names[3 + i],
                "weight_kg": 100.0,
                "sources": ["a" * 12 + f":{i}", "b" * 12 + ":9"],
                "doubts": ["hs: odd"],
            },
        )
        for i in range(1, 5)
    ]
    edges = []
    for i in range(4):
        start, end = companies[i].id, companies[(i + 1) % 4].id
        row = {"sources": [f"{'a' * 12}:{i + 1}"]}
        goods = shipments[i].id
        edges += [
            Edge(f"SHIPPED:{i}", "SHIPPED", start, goods, row),
            Edge(f"CONSIGNED_TO:{i}", "CONSIGNED_TO", goods, end, row),
        ]
        if i < 3:
            about = {"derived": True, "rule": "cafe", "days": 5, "basis": "weight"}
            edges.append(Edge(f"HANDOFF:{i}", "HANDOFF", goods, shipments[i + 1].id, about))
    nodes = {one.id: one for one in [*companies, *shipments]}
    first = Finding(
        id="00c0ffee00c0ffee",
        values={"shipments": ["S1", "S2", "S3", "S4"], "note": HOSTILE["formula"]},
        score=12.5,
        parts={"unlikely": 12.5},
        nodes=tuple(nodes),
        edges=tuple(edge.id for edge in edges),
        sentence=f"S1 to S4 came home to {HOSTILE['script']} {HOSTILE['override']}",
        against=("only like weight ties the goods together",),
        variants=2,
    )
    return Result(
        question=question(),
        answer=FOUND,
        columns=("shipments", "note"),
        findings=[first],
        nodes=nodes,
        edges={edge.id: edge for edge in edges},
        checked=["4 of 4 shipments could be checked."],
        cut=["7 more findings beyond --limit 1."],
    )


def empty() -> Result:
    return Result(question=question(), answer=NOTHING, columns=("shipments",))


def pair() -> Result:
    """The ring, and a second finding of a company by itself."""
    result = ring()
    lone = Node("Company:L", "Company", "L", "Lone Star", {"sources": ["b" * 12 + ":1"]})
    result.nodes[lone.id] = lone
    result.findings.append(
        Finding(
            id="0123456789abcdef",
            values={"shipments": [], "note": ""},
            score=1.0,
            parts={"unlikely": 1.0},
            nodes=(lone.id,),
            sentence="A company by itself",
        )
    )
    return result


def told() -> Result:
    """The pair, with a hand-over as the rule makes it and a line known for one record."""
    result = pair()
    one = result.edges["HANDOFF:0"]
    about = {
        **one.properties,
        "basis": "merge",
        "drift": 0.0123,
        "expected": 0.000063,
        "changes": ["heading 8110 → 7801"],
        "lawful": "declared as return",
        "from_parts": ["S1", "S3"],
        "holder": "C1",
        "rank": 1,
        "key": "S1\x1fS2",
        "sender_key": "c1",
    }
    result.edges[one.id] = Edge(one.id, one.type, one.start, one.end, about)
    lines = {f"{'a' * 12}:1": "3", f"{'b' * 12}:9": "Sheet1!12"}
    result.lines = lines
    asked = {
        "texts": {**result.question.texts, "red_flag": "Goods return."},
        "links": {"rule": "cafe", "inputs": {"window": 45, "tight": True}, "kept": 3},
    }
    result.question = replace(result.question, **asked)
    return result
