"""The plain finder: what a user would write in an afternoon.

Same holder, weight within 5 %, 45 days, the chance count of like weights alone: no memory of
habits, no parties to order, no second records, no part loads, nothing lawful. Best first, no two
findings sharing a shipment. It is the yardstick that says whether a world is hard enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

LINKS = """
WITH s AS (
  SELECT id, shipper, CASE WHEN consignee <> 'TO ORDER' THEN consignee END AS consignee,
    departed, arrived, weight_kg AS kg, hs[:4] AS heading, hs[:2] AS chapter,
    floor(ln(weight_kg) / 0.0513)::INT AS bucket
  FROM read_csv($path, types = {'hs': 'VARCHAR'})
),
world AS (
  SELECT count(*)::DOUBLE AS n, date_diff('day', min(departed), max(arrived)) AS days FROM s
),
sizes AS (SELECT bucket, count(*) AS n FROM s GROUP BY ALL),
senders AS (SELECT shipper, count(*) AS n FROM s GROUP BY ALL),
chapters AS (SELECT chapter, count(*) AS n FROM s GROUP BY ALL),
pairs AS (
  SELECT a.id AS a, b.id AS b, b.shipper, b.bucket,
    CASE WHEN a.chapter = b.chapter THEN a.chapter END AS chapter,
    1 - least(a.kg, b.kg) / greatest(a.kg, b.kg) AS drift
  FROM s a CROSS JOIN (SELECT unnest([-1, 0, 1]) AS beside)
  JOIN s b ON b.shipper = a.consignee AND b.bucket = a.bucket + beside
    AND b.departed BETWEEN a.arrived AND a.arrived + 45
  WHERE drift <= 0.05
),
scored AS (
  SELECT a, b, (p.n / days) * 45 * (z.n / world.n) * 2 * greatest(drift, 0.002) / 0.0513
    * coalesce(c.n / world.n, 1) AS expected
  FROM pairs JOIN senders p USING (shipper) JOIN sizes z USING (bucket)
  LEFT JOIN chapters c USING (chapter) CROSS JOIN world
)
SELECT a, b, -log10(greatest(expected, 1e-9)) AS g FROM scored
QUALIFY row_number() OVER (PARTITION BY a ORDER BY expected, b) <= 3
"""


@dataclass(frozen=True)
class Shipment:
    """What the finder reads of a row."""

    shipper: str
    consignee: str
    heading: str
    load: str
    discharge: str


class Plain:
    """The plain finder's links over one world, and its paths."""

    def __init__(self, folder: Path) -> None:
        path = str(folder / "shipments.csv")
        self.after: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for a, b, g in duckdb.execute(LINKS, {"path": path}).fetchall():
            self.after[a].append((g, b))
        rows = duckdb.execute(
            "SELECT id, shipper, consignee, hs[:4], coalesce(load_port, ''),"
            " coalesce(discharge_port, '') FROM read_csv(?, types = {'hs': 'VARCHAR'})",
            [path],
        ).fetchall()
        self.of = {row[0]: Shipment(*row[1:]) for row in rows}

    def find(self, command: str) -> list[list[str]]:
        """The findings of an investigation, best first."""
        keep = {
            "find-rings": self._ring,
            "find-circular-routes": self._route,
            "find-relabel-chains": self._chain,
        }[command]
        found = sorted(
            ((score, path) for score, path in self._paths() if keep(path)),
            key=lambda one: (-one[0], one[1]),
        )
        taken: set[str] = set()
        best = []
        for _, path in found:
            if taken.isdisjoint(path):
                taken.update(path)
                best.append(path)
        return best

    def _paths(self) -> Iterator[tuple[float, list[str]]]:
        stack = [(0.0, [a]) for a in self.after]
        while stack:
            score, path = stack.pop()
            if len(path) > 1:
                yield score, path
            if len(path) == 6:
                continue
            visited = {self.of[one].shipper for one in path}
            for g, b in self.after.get(path[-1], ()):
                if score + g > 0 and self.of[b].shipper not in visited:
                    stack.append((score + g, [*path, b]))

    def _ring(self, path: list[str]) -> bool:
        return len(path) >= 3 and self.of[path[-1]].consignee == self.of[path[0]].shipper

    def _route(self, path: list[str]) -> bool:
        first, last = self.of[path[0]], self.of[path[-1]]
        return (
            first.load[:2] == last.discharge[:2] != ""
            and any(self.of[one].discharge[:2] != first.load[:2] for one in path[:-1])
            and last.consignee not in {self.of[one].shipper for one in path}
        )

    def _chain(self, path: list[str]) -> bool:
        first, last = self.of[path[0]], self.of[path[-1]]
        return len(path) <= 5 and first.heading != last.heading
