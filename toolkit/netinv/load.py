"""Writes the tables into the graph: computes what it must hold and writes only the difference."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from netinv import cypherfile
from netinv.bulk import Bulk
from netinv.case import Case
from netinv.cypherfile import CypherFile
from netinv.difference import BATCH, Difference, Progress, silent
from netinv.graph import Graph
from netinv.inputs import imo_number
from netinv.model import DERIVED, KEYS, VALUES, keyed_as
from netinv.relate import Relations, references

NODES_FIRST = ("ports", "vessels", "companies", "people", "licences", "controls")
"""Tables whose rows refer to no other node: they are written before the stubs."""


@dataclass
class Written:
    """What a write changed in the graph: rows written and removed per table, stubs made and
    completed, conflicts and doubts that stand on what is drawn now, with the keys of a few."""

    rows: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    stubs_made: int = 0
    stubs_completed: int = 0
    stubs: int = 0
    conflicts: dict[str, int] = field(default_factory=dict)
    doubts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    both: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.rows or self.removed or self.stubs_made or self.stubs_completed)


def write(case: Case, graph: Graph | Bulk, progress: Progress = silent) -> Written:
    """Make the graph hold what the tables of all live sources say. The caller is the writer.

    Repeatable at any point: what a broken write left is put right by the next one.
    """
    report = Written()
    with Relations(case) as relations:
        writer = Writer(Difference(case, graph, relations, progress), report)
        drawn = {
            name: spec
            for name, spec in cypherfile.tables().items()
            if spec.fields.get("writes")
            and (case.parquet(name) or writer.difference.path(name).is_file())
        }
        for name in drawn:
            writer.difference.compare(name)
        writer.compare_stubs()
        if writer.difference.pending:
            for spec in reversed(drawn.values()):
                writer.remove(spec)
            for name in NODES_FIRST:
                if name in drawn:
                    writer.rows(drawn[name])
            writer.stubs()
            for name, spec in drawn.items():
                if name not in NODES_FIRST:
                    writer.rows(spec)
            writer.sweep(drawn)
        if writer.difference.pending or writer.difference.resourced:
            writer.sources()
        writer.difference.settle()
        _count(relations, report, drawn)
    return report


def _count(relations: Relations, report: Written, drawn: dict[str, CypherFile]) -> None:
    for name in drawn:
        conflicts, doubts = relations.rows(f"SELECT count(conflicts), count(doubts) FROM {name}")[0]
        for what, count, said in (
            ("conflicts", conflicts, report.conflicts),
            ("doubts", doubts, report.doubts),
        ):
            if count:
                said[name] = count
                few = f"SELECT key FROM {name} WHERE {what} IS NOT NULL ORDER BY key LIMIT 3"
                report.examples[f"{what} {name}"] = [str(key) for (key,) in relations.rows(few)]
    report.both = relations.one(
        "SELECT count(DISTINCT id) FROM raw_people WHERE id IN (FROM company_ids)"
    )


class Writer:
    """Writes one difference: rows, removals and stubs, in batches."""

    def __init__(self, difference: Difference, report: Written) -> None:
        self.difference = difference
        self.relations = difference.relations
        self.graph = difference.graph
        self.case = difference.case
        self.report = report

    def compare_stubs(self) -> None:
        """The nodes that rows name and no row describes, as keys `Label|key|is company`."""
        parts = ["SELECT NULL AS label, NULL AS k, false AS company WHERE false"]
        for spec in cypherfile.tables().values():
            if not self.case.parquet(spec.name):
                continue
            for one, label in references(spec):
                name = one.name
                table = f'(SELECT "{name}" AS k FROM {spec.name} WHERE "{name}" IS NOT NULL)'
                company = "true" if one.type == "company" else "false"
                label = "Party" if label == "Company" else label
                parts.append(f"SELECT '{label}' AS label, k, {company} AS company FROM {table}")
                if one.type == "subject":
                    parts.append(
                        f"SELECT 'Vessel', {name}_vessel, false FROM {spec.name}"
                        f" WHERE {name}_vessel IS NOT NULL"
                    )
        known = " UNION ALL ".join(
            [
                "SELECT 'Party' AS label, id AS k FROM party_ids",
                "SELECT 'Vessel', imo FROM raw_vessels",
                "SELECT 'Port', code FROM raw_ports",
                "SELECT 'Shipment', id FROM raw_shipments",
                "SELECT 'Licence', id FROM raw_licences",
            ]
        )
        self.relations.database.execute(f"CREATE TABLE known AS {known}")
        self.difference.compare(
            "stubs",
            f"""SELECT label || '|' || (CASE WHEN company THEN 'c' ELSE '' END) || '|' || k AS key,
                hash(label, k, company) AS row_hash
            FROM (SELECT label, k, bool_or(company) AS company
                  FROM ({" UNION ALL ".join(parts)}) GROUP BY label, k) AS named
            ANTI JOIN known USING (label, k)""",
        )
        self.report.stubs = self.difference.count("new_stubs")
        named = (
            "SELECT DISTINCT split_part(key, '|', 1) AS label,"
            " regexp_replace(key, '^[A-Za-z]+[|]c?[|]', '') AS k FROM {}"
        )
        made, gone = (named.format(table) for table in ("change_stubs", "gone_stubs"))
        held = named.format("held_stubs WHERE row_hash IS NOT NULL")
        count = "SELECT count(*) FROM ({}) {} JOIN ({}) USING (label, k)"
        self.report.stubs_made = int(self.relations.one(count.format(made, "ANTI", held)))
        self.report.stubs_completed = int(
            self.relations.one(count.format(gone, "SEMI", "FROM known"))
        )

    def rows(self, spec: CypherFile) -> None:
        """Write the rows of a table that are new or changed."""
        name = spec.name
        total = self.difference.count(f"change_{name}")
        if not total:
            return
        if any(one.type == "subject" for one in spec.inputs):
            # A number that was a vessel's may have become a party's, or the other way about.
            again = f"SELECT key FROM change_{name} SEMI JOIN held_{name} USING (key)"
            self.unlink(spec, again, total)
        but = "row_hash, key" if spec.fields["writes"] in KEYS else "row_hash"
        sql = self.difference.changed(name, f"SELECT * EXCLUDE ({but}) FROM {name}")
        self.difference.write_all(spec.statement, sql, name, total)
        self.report.rows[name] = total

    def remove(self, spec: CypherFile) -> None:
        """Take out what rows said that are no more: a node then stands bare until it is swept."""
        name, writes = spec.name, spec.fields["writes"]
        total = self.difference.count(f"gone_{name}")
        if not total:
            return
        if writes not in KEYS:
            self.unlink(spec, f"SELECT key FROM gone_{name}", total)
        else:
            batches = self.relations.batches(f"SELECT key FROM gone_{name}", BATCH)
            key = KEYS[writes]
            label = keyed_as(writes)
            derived = "|".join(DERIVED)
            bare = (
                [{key: row["key"]} for row in batch]
                for batch in self.relations.batches(f"SELECT key FROM gone_{name}", BATCH)
            )
            self.difference.write(spec.statement, bare, name, total)
            self.difference.write(
                f"UNWIND $rows AS row MATCH (n:{label} {{{key}: row.key}}) SET n.stub = true"
                + (f" REMOVE n:{writes}" if label != writes else "")
                + f" WITH n CALL (n) {{ MATCH (n)-[r:{derived}]-() DELETE r }}",
                batches,
                name,
                total,
            )
            for path in self.case.path("written").glob("link_*.parquet"):
                self.difference.doubt(path)
        self.report.removed[name] = total

    def unlink(self, spec: CypherFile, keys: str, total: int) -> None:
        """Remove the relationships of a table whose keys a query gives: found by their start."""
        kind = f"[r:{spec.fields['writes']} {{key: row.key}}]"
        self.difference.write(
            "UNWIND $rows AS row"
            f" CALL (row) {{ MATCH (:Party {{id: row.start}})-{kind}->() DELETE r }}"
            f" CALL (row) {{ MATCH (:Vessel {{imo: row.imo}})-{kind}->() DELETE r }}"
            f" CALL (row) {{ MATCH (:Shipment {{id: row.start}})-{kind}->() DELETE r }}",
            map(_starts, self.relations.batches(keys, BATCH)),
            spec.name,
            total,
        )

    def stubs(self) -> None:
        """Bare nodes for what rows name and no row describes."""
        for label in ("Party", "Vessel", "Port", "Shipment", "Licence"):
            for company in ("c", "") if label == "Party" else ("",):
                begins = f"{label}|{company}|"
                total = int(
                    self.relations.one(
                        "SELECT count(*) FROM change_stubs WHERE starts_with(key, ?)", begins
                    )
                )
                if not total:
                    continue
                sql = (
                    f"SELECT substr(key, {len(begins) + 1}) AS key FROM change_stubs"
                    f" WHERE starts_with(key, '{begins}')"
                )
                named = " SET n:Company" if company else ""
                named = " REMOVE n:Company" if label == "Party" and not company else named
                self.difference.write_all(
                    f"UNWIND $rows AS row MERGE (n:{label} {{{KEYS[label]}: row.key}})"
                    f" SET n.stub = true{named}",
                    sql,
                    "stubs",
                    total,
                )

    def sweep(self, drawn: dict[str, CypherFile]) -> None:
        """Remove what nothing refers to any more: bare stubs and values without a row."""
        # A row that stood before and is written with other values may leave something behind.
        again = any(
            self.relations.one(
                f"SELECT count(*) FROM change_{name} SEMI JOIN held_{name} USING (key)"
            )
            for name in drawn
        )
        if not (self.report.removed or self.difference.count("gone_stubs") or again):
            return
        for label in ("Party", "Vessel", "Port", "Shipment", "Licence", "Document", "Payment"):
            self.graph.run(
                f"MATCH (n:{label}) WHERE n.stub"
                " AND NOT EXISTS { (n)-[r]-() WHERE r.derived IS NULL }"
                " CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
            )
        self.graph.run("MATCH (n:Control) WHERE n.stub AND NOT (n)--() DELETE n")
        for label in VALUES:
            if label != "Source":
                self.graph.run(
                    f"MATCH (n:{label}) WHERE NOT (n)--()"
                    " CALL (n) { DELETE n } IN TRANSACTIONS OF 10000 ROWS"
                )

    def sources(self) -> None:
        """One node a file that the graph's rows come from, named by its content alone."""
        live = {
            member.id: (member.id, member.sha256, one.kind)
            for one in self.case.sources()
            for member in one.files
        }
        self.graph.run("MATCH (n:Source) WHERE NOT n.id IN $ids DELETE n", {"ids": list(live)})
        execute = self.relations.database.execute
        execute("CREATE TABLE live (id VARCHAR, sha256 VARCHAR, kind VARCHAR)")
        for row in live.values():
            execute("INSERT INTO live VALUES (?, ?, ?)", row)
        self.difference.write_all(
            "UNWIND $rows AS row MERGE (n:Source {id: row.id}) SET n = row",
            "FROM live",
            "sources",
            len(live),
        )


def _starts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of relationship keys with the node that each begins at: the first part of its key."""
    for row in rows:
        first = re.match(r"(?:\\.|[^|\\])*", row["key"], re.DOTALL)
        row["start"] = re.sub(r"\\(.)", r"\1", first[0] if first else "", flags=re.DOTALL)
        row["imo"] = imo_number(row["start"]) or row["start"]
    return rows
