"""What the graph holds against what it must hold: the difference, written in batches."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from netinv.bulk import After, Bulk
from netinv.case import Case, read_json, write_json
from netinv.graph import Graph, Mark
from netinv.model import KEYS
from netinv.relate import Relations, quoted

BATCH = 5_000
"""Rows a transaction."""

Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """Shows no progress."""


class Difference:
    """One write into the graph, or of a new one in bulk.

    `written/<name>.parquet` says which rows the graph holds, with the hash of each. Before a write
    the rows that it will touch are kept there without a hash, so that a write that breaks leaves
    nothing unaccounted for: the next one writes those rows again, or removes them.
    """

    def __init__(
        self,
        case: Case,
        graph: Graph | Bulk,
        relations: Relations,
        progress: Progress = silent,
    ) -> None:
        self.case = case
        self.graph = graph
        self.relations = relations
        self.progress = progress
        self.pending = 0
        self.bare: set[str] = set()  # of what the graph holds no row yet
        self.load = uuid.uuid4().hex[:12]
        self.batch = 0
        self.state = case.path("written", "state.json")
        self.resourced = False
        self.mark = self._begin()
        self.meant: list[tuple[Path, Path]] = []

    def _begin(self) -> Mark:
        """Claim the database; one that is another than was written holds nothing yet."""
        mark = self.graph.claim(uuid.uuid4().hex)
        state = read_json(self.state)
        if state.get("graph") != mark.graph:
            for path in self.case.path("written").glob("*.parquet"):
                path.unlink()
            state = {}
        _run_after(self.graph, state)
        self.resourced = state.get("sources") != [one.id for one in self.case.sources()]
        write_json(self.state, {**state, "graph": mark.graph, "open": True})
        return mark

    def path(self, name: str) -> Path:
        return self.case.path("written", f"{name}.parquet")

    def compare(self, name: str, query: str = "") -> None:
        """Tables `new_<name>` (what must stand), `change_<name>`, `gone_<name>` (their keys)."""
        query = query or f"SELECT key, row_hash FROM {name}"
        path = self.path(name)
        execute = self.relations.database.execute
        execute(f"CREATE TABLE new_{name} AS {query}")
        if path.is_file():
            execute(f"CREATE TABLE held_{name} AS FROM read_parquet('{quoted(path)}')")
            execute(
                f"CREATE TABLE change_{name} AS SELECT n.key FROM new_{name} n"
                f" LEFT JOIN held_{name} h USING (key) WHERE h.row_hash IS DISTINCT FROM n.row_hash"
            )
            execute(
                f"CREATE TABLE gone_{name} AS SELECT key FROM held_{name}"
                f" WHERE key NOT IN (SELECT key FROM new_{name})"
            )
        else:
            # Nothing is held, so there is nothing to compare.
            self.bare.add(name)
            execute(f"CREATE VIEW held_{name} AS FROM new_{name} WHERE false")
            execute(f"CREATE VIEW change_{name} AS SELECT key FROM new_{name}")
            execute(f"CREATE VIEW gone_{name} AS SELECT key FROM held_{name}")
        touched = self.count(f"change_{name}") + self.count(f"gone_{name}")
        if not touched:
            return
        self.pending += touched
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        doubted = (
            f"SELECT key, NULL::UBIGINT AS row_hash FROM new_{name}"
            if name in self.bare
            else f"SELECT key, CASE WHEN key NOT IN (FROM change_{name}) AND key NOT IN"
            f" (FROM gone_{name}) THEN row_hash END AS row_hash FROM (SELECT * FROM held_{name}"
            f" UNION ALL SELECT * FROM new_{name} WHERE key NOT IN (SELECT key FROM held_{name}))"
        )
        execute(f"COPY ({doubted}) TO '{quoted(part)}' (FORMAT parquet)")
        part.replace(path)
        meant = path.with_suffix(".meant")
        execute(f"COPY new_{name} TO '{quoted(meant)}' (FORMAT parquet)")
        self.meant.append((meant, path))

    def changed(self, name: str, rows: str) -> str:
        """Of the rows of a query, those that are new or were otherwise."""
        return rows if name in self.bare else f"{rows} SEMI JOIN change_{name} USING (key)"

    def doubt(self, path: Path) -> None:
        """Take the hashes from a file of `written/`: its rows are to be written anew or removed."""
        part = path.with_suffix(".part")
        self.relations.database.execute(
            f"COPY (SELECT key, NULL::UBIGINT AS row_hash FROM read_parquet('{quoted(path)}'))"
            f" TO '{quoted(part)}' (FORMAT parquet)"
        )
        part.replace(path)

    def count(self, table: str) -> int:
        return int(self.relations.one(f"SELECT count(*) FROM {table}"))

    def write_all(self, statement: str, sql: str, what: str, total: int) -> None:
        """Write the rows of a query."""
        if isinstance(self.graph, Graph):
            self.write(statement, self.relations.batches(sql, BATCH), what, total)
        elif total:
            self.graph.take(statement, self.relations, sql)
            self.progress(what, total, total)

    def write(
        self, statement: str, batches: Iterator[list[dict[str, Any]]], what: str, total: int
    ) -> None:
        """Write rows that are not those of a query, or take rows out: over Bolt alone."""
        if not isinstance(self.graph, Graph):
            return  # nothing stands in a new store that could go
        done = 0
        for rows in batches:
            self.batch += 1
            self.graph.write(statement, rows, f"{self.load}:{self.batch}")
            done += len(rows)
            self.progress(what, done, total)

    def relate(self, table: str, ends: tuple[str, str], type_: str, statement: str) -> None:
        """Write the derived relationships of a table: rows with their ends' keys `a` and `b`, and
        `key`, a JSON list that begins with those two. `ends` are the labels of the two."""
        rows = f"{table}_rows"
        self.compare(table, f"SELECT key, hash(t) AS row_hash FROM {rows} t")
        if not self.pending:
            return
        start, end = ends
        self.write(
            f"UNWIND $rows AS row MATCH (:{start} {{{KEYS[start]}: row.a}})"
            f"-[h:{type_} {{key: row.key}}]->(:{end} {{{KEYS[end]}: row.b}}) DELETE h",
            self.relations.batches(
                f"SELECT key ->> 0 AS a, key ->> 1 AS b, key FROM gone_{table}", BATCH
            ),
            f"old {type_}",
            self.count(f"gone_{table}"),
        )
        self.write_all(
            statement,
            self.changed(table, f"SELECT * FROM {rows}"),
            "links" if type_ == "HANDOFF" else type_,
            self.count(f"change_{table}"),
        )

    def settle(self) -> None:
        """All was written: what was meant is what is. A changed graph is of a new generation."""
        if self.pending:
            self.graph.advance()
        for meant, path in self.meant:
            meant.replace(path)
        live = [one.id for one in self.case.sources()]
        write_json(self.state, {"graph": self.mark.graph, "open": False, "sources": live})


def unfinished(case: Case, after: After) -> None:
    """Note that a store which stands lacks its constraints, and what these statements do: the next
    write, or `finish`, makes it whole."""
    path = case.path("written", "state.json")
    write_json(path, {**read_json(path), "open": True, "after": after})


def finish(case: Case, graph: Graph) -> None:
    """Make whole what was noted as unfinished. The caller is the writer."""
    path = case.path("written", "state.json")
    state = read_json(path)
    graph.claim(case.id)  # makes the constraints and indexes
    _run_after(graph, state)
    write_json(path, {"graph": state.get("graph"), "open": False, "sources": state.get("sources")})


def _run_after(graph: Graph | Bulk, state: Mapping[str, Any]) -> None:
    for statement, values in state.get("after", ()):
        graph.run(statement, values)


def behind(case: Case) -> bool:
    """Whether the graph may lack something of the tables: a write broke off, or none was made."""
    state = read_json(case.path("written", "state.json"))
    return bool(state.get("open", True)) or state.get("sources") != [s.id for s in case.sources()]


def whole(case: Case, name: str) -> bool:
    """Whether all rows that `written/` names stand in the graph: no write of them broke off."""
    path = case.path("written", f"{name}.parquet")
    if not path.is_file():
        return False
    with duckdb.connect() as database, suppress(duckdb.Error):  # it may go meanwhile
        row = database.execute(
            "SELECT count(*) FROM read_parquet(?) WHERE row_hash IS NULL", [str(path)]
        ).fetchone()
        return row == (0,)
    return False
