"""What a user would pick instead to find rings, each as well as its author could write it.

    python bench/rivals.py sql WORLD
    python bench/rivals.py cypher WORLD --case CASE

A ring is three to six shipments between different companies: each leaves 0 to 45 days after the
one before arrived, within 5 % of its weight, and the last goes to the company that sent the first.
All read the same `shipments.csv` and give the same rings; the plain script keeps the best only.
Prints as JSON how many rings there are, how many of those planted are among them, and the seconds
from the first row read to the last ring.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from plain import LINKS

WINDOW, DRIFT, SHORTEST, LONGEST = 45, 0.05, 3, 6
Ring = tuple[str, ...]

TABLE = """
CREATE TABLE s AS
SELECT id, shipper, consignee, departed, arrived, weight_kg AS kg,
  floor(ln(weight_kg) / 0.0513)::INT AS bucket
FROM read_csv($path, types = {'hs': 'VARCHAR'})
WHERE shipper <> consignee AND consignee <> 'TO ORDER' AND weight_kg > 0 AND arrived >= departed
"""

NEXT = """b.shipper = a.consignee AND b.departed BETWEEN a.arrived AND a.arrived + 45
  AND b.kg BETWEEN 0.95 * a.kg AND a.kg / 0.95"""

USEFUL = f"""
SELECT * FROM s a
WHERE EXISTS (FROM s b WHERE {NEXT})
  OR EXISTS (FROM s b WHERE {NEXT.replace("a.", "x.").replace("b.", "a.").replace("x.", "b.")})
"""
"""Shipments with a like one before or after: no other is part of a ring."""

WALK = """
WITH RECURSIVE ends AS (SELECT id, shipper, consignee FROM read_csv($path)),
links AS MATERIALIZED (
  SELECT a, b, g, x.shipper AS sender, y.shipper AS holder, y.consignee AS receiver
  FROM plain JOIN ends x ON x.id = a JOIN ends y ON y.id = b
),
paths AS (
  SELECT [a, b] AS ids, [sender, holder] AS firms, b AS last, receiver, g AS score
  FROM links WHERE g > 0 AND sender <> holder
  UNION ALL
  SELECT list_append(ids, b), list_append(firms, holder), b, l.receiver, score + g
  FROM paths p JOIN links l ON l.a = p.last
  WHERE len(ids) < 6 AND score + g > 0 AND NOT list_contains(firms, holder)
)
SELECT ids FROM paths WHERE len(ids) >= 3 AND receiver = firms[1] ORDER BY score DESC, ids
"""

RECURSIVE = f"""
WITH RECURSIVE paths AS (
  SELECT [id] AS ids, [shipper] AS firms, consignee, arrived, kg, bucket FROM s
  UNION ALL
  SELECT list_append(a.ids, b.id), list_append(a.firms, b.shipper), b.consignee, b.arrived, b.kg,
    b.bucket
  FROM (FROM paths CROSS JOIN (SELECT unnest([-1, 0, 1]) AS beside)) a
  JOIN s b ON b.bucket = a.bucket + a.beside AND {NEXT}
  WHERE len(ids) < {LONGEST} AND NOT list_contains(a.firms, b.shipper)
)
SELECT ids FROM paths WHERE len(ids) >= {SHORTEST} AND consignee = firms[1]
"""

CYPHER = """
CYPHER 25
MATCH (home:Company)-[:SHIPPED]->(first:Shipment)
  ((a:Shipment)-[:CONSIGNED_TO]->(holder:Company)-[:SHIPPED]->(b:Shipment)
    WHERE 0.95 * a.weight_kg <= b.weight_kg <= a.weight_kg / 0.95
      AND a.arrived <= b.departed <= a.arrived + $window){2,5}
  (last:Shipment)-[:CONSIGNED_TO]->(home)
WHERE NOT home IN holder
  AND none(i IN range(1, size(holder) - 1) WHERE holder[i] IN holder[..i])
RETURN [first.id] + [one IN b | one.id] AS ids
"""


def plain_links(folder: Path) -> duckdb.DuckDBPyConnection:
    """The plain script's links alone: forty lines of SQL over the csv."""
    database = duckdb.connect()
    database.execute(f"CREATE TABLE plain AS {LINKS}", {"path": str(folder / "shipments.csv")})
    return database


def plain(folder: Path) -> Iterator[Ring]:
    """The plain script, from csv to ranked rings: links by chance alone, three a shipment, walked
    while the running score stays above 0; no two rings share a shipment."""
    taken: set[str] = set()
    path = str(folder / "shipments.csv")
    for (ids,) in plain_links(folder).execute(WALK, {"path": path}).fetchall():
        if taken.isdisjoint(ids):
            taken.update(ids)
            yield tuple(ids)


def sql(folder: Path) -> Iterator[Ring]:
    """Recursive SQL in DuckDB over the raw table: one equality join a step (sender, and bucket of
    weight), days as a range, and no company twice on a path. It keeps every path of a step in
    memory, as recursive SQL does."""
    yield from (tuple(ids) for (ids,) in _table(folder).execute(RECURSIVE).fetchall())


def igraph(folder: Path) -> Iterator[Ring]:
    """The cycles of at most six companies of igraph, each then filled with shipments that fit.

    Only pairs of companies between whom something went that had a like shipment before or after it
    are drawn, once each, and only companies that lie on a cycle: the rest cannot be part of a ring
    and costs igraph most of its time."""
    from igraph import Graph

    legs = _Legs(folder)
    graph = Graph.TupleList(legs.between, directed=True)
    big = [part for part in graph.connected_components("strong") if len(part) >= SHORTEST]
    for part in big:
        inside = graph.induced_subgraph(part)
        names = inside.vs["name"]
        for cycle in inside.simple_cycles(min=SHORTEST, max=LONGEST, output="vpath"):
            yield from legs.rings([names[at] for at in cycle])


def networkx(folder: Path) -> Iterator[Ring]:
    """The same with `simple_cycles(length_bound=6)` of networkx, one cycle at a time."""
    import networkx as nx

    legs = _Legs(folder)
    graph = nx.DiGraph(list(legs.between))
    for part in nx.strongly_connected_components(graph):
        for cycle in nx.simple_cycles(graph.subgraph(part), length_bound=LONGEST):
            if len(cycle) >= SHORTEST:
                yield from legs.rings(cycle)


def cypher(case: Path, limit: float) -> Iterator[Ring]:
    """One statement over the raw graph (SHIPPED, CONSIGNED_TO), no derived links: a quantified path
    whose step holds days and weight, so that every step is pruned at once; the cheap test first.
    The server ends it when it is over its limit."""
    import neo4j
    from neo4j.time import Duration

    import netinv

    at = netinv.open(case).address()
    with (
        neo4j.GraphDatabase.driver(at.uri, auth=(at.username, at.password)) as driver,
        driver.session(default_access_mode=neo4j.READ_ACCESS) as session,
        session.begin_transaction(timeout=limit) as transaction,
    ):
        for record in transaction.run(CYPHER, {"window": Duration(days=WINDOW)}):
            yield tuple(record["ids"])


class _Legs:
    """Shipments by their two companies, and the walk that fills a cycle of companies with them."""

    def __init__(self, folder: Path) -> None:
        self.of: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        rows = _table(folder).execute(
            f"SELECT shipper, consignee, id, departed - DATE '2000-01-01',"
            f" arrived - DATE '2000-01-01', kg FROM ({USEFUL})"
        )
        for shipper, consignee, *leg in rows.fetchall():
            self.of[shipper, consignee].append(tuple(leg))

    @property
    def between(self) -> Iterable[tuple[str, str]]:
        """The pairs of companies with anything between them."""
        return self.of.keys()

    def rings(self, cycle: list[str]) -> Iterator[Ring]:
        """Every ring of shipments along a cycle of companies, from whichever it began."""
        size = len(cycle)
        pairs = [self.of[cycle[at], cycle[(at + 1) % size]] for at in range(size)]
        for begin in range(size):
            paths = [(leg,) for leg in pairs[begin]]
            for step in range(1, size):
                paths = [
                    (*path, leg)
                    for path in paths
                    for leg in pairs[(begin + step) % size]
                    if 0 <= leg[1] - path[-1][2] <= WINDOW
                    and 1 - DRIFT <= leg[3] / path[-1][3] <= 1 / (1 - DRIFT)
                ]
                if not paths:
                    break
            yield from (tuple(leg[0] for leg in path) for path in paths)


def _table(folder: Path) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute(TABLE, {"path": str(folder / "shipments.csv")})
    return database


RIVALS: dict[str, Callable[[Path], Iterator[Ring]]] = {
    "plain": plain,
    "sql": sql,
    "igraph": igraph,
    "networkx": networkx,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=[*RIVALS, "plain-links", "cypher"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--case", type=Path, help="the case whose Neo4j holds the raw graph")
    parser.add_argument("--limit", type=float, default=300, help="seconds, for cypher")
    asked = parser.parse_args()
    begun, used = time.monotonic(), os.times()
    if asked.name == "plain-links":
        count = plain_links(asked.folder).execute("SELECT count(*) FROM plain").fetchone()
        now = os.times()
        cpu = now.user + now.system - used.user - used.system
        took = time.monotonic() - begun
        print(json.dumps({"links": count and count[0], "seconds": took, "cpu": cpu}))
        return
    if asked.name == "cypher":
        found = cypher(asked.case, asked.limit)
    else:
        found = RIVALS[asked.name](asked.folder)
    rings = {frozenset(ring) for ring in found}
    took = time.monotonic() - begun
    truth = json.loads((asked.folder / "truth.json").read_text("utf-8"))
    planted = [frozenset(ring) for ring in truth["find-rings"]["planted"]]
    print(
        json.dumps(
            {
                "rings": len(rings),
                "found": sum(ring in rings for ring in planted),
                "planted": len(planted),
                "seconds": round(took, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
