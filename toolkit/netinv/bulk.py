"""Writes a new graph as files of nodes and relationships, which Neo4j's own importer reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from netinv import server, shape
from netinv.case import Case, Say
from netinv.errors import DefinitionError
from netinv.graph import Mark
from netinv.model import SCHEMA
from netinv.relate import Relations, allowance, quoted
from netinv.shape import MadeEdge, MadeNode, Shape

TYPES = {
    "VARCHAR": "",
    "DOUBLE": ":double",
    "FLOAT": ":double",
    "BOOLEAN": ":boolean",
    "DATE": ":date",
    "VARCHAR[]": ":string[]",
    "DATE[]": ":date[]",
    "BIGINT[]": ":long[]",
    "DOUBLE[]": ":double[]",
}
TYPES |= {f"{sign}{size}INT": ":long" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG")}
TYPES |= {f"{sign}INTEGER": ":long" for sign in ("", "U")} | {"HUGEINT": ":long"}
"""Column type → how the importer's header calls it; a text needs no word."""

MARKS = [*range(0x1F, 0x1B, -1), *range(0xE000, 0xE010)]
"""Characters of which two are taken that stand in no text of a list: one parts the texts, the other
stands for a list without any, which the importer would take for none."""

After = list[tuple[str, dict[str, Any]]]
"""Statements with their values that a new store still needs; each may be run twice."""

Part = tuple[Shape, str]
"""What a statement makes of each row, and the table of its rows."""


class Bulk:
    """A graph that does not stand yet: it takes what a Graph is given to write, and `build` makes
    the store of it.

    `folder` is where the new local server is to live. The rows are kept beside it as they come.
    """

    def __init__(self, case: Case, folder: Path) -> None:
        self.case = case
        self.folder = folder
        self.rows = folder / "rows.duckdb"
        self.files = folder / "server" / server.IMPORTED
        self.parts: list[Part] = []
        self.token = ""
        self.generation = 0
        self.after: After = []

    # ------------------------------------------------------------ what a write gives

    def claim(self, token: str) -> Mark:
        """The mark that the store will carry, from the first write on."""
        self.token = self.token or token
        return Mark(self.case.id, SCHEMA, self.token, self.generation)

    def advance(self) -> None:
        """A changed graph is of a new generation."""
        self.generation += 1

    def run(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        """A statement over what the graph holds has nothing to do: it holds nothing yet."""

    def take(self, statement: str, relations: Relations, sql: str) -> None:
        """Keep the rows of a query for a statement. Raises DefinitionError for one of a form that
        only Neo4j reads."""
        made = shape.read(statement)
        name = f"part_{len(self.parts)}"
        execute = relations.database.execute
        execute(f"ATTACH '{quoted(self.rows)}' AS bulk")
        execute(f"CREATE TABLE bulk.{name} AS {sql}")
        execute("DETACH bulk")
        self.parts.append((made, name))

    # ------------------------------------------------------------ the store

    def build(self, say: Say, memory: str) -> None:
        """Write the files and let Neo4j's importer make the store of them.

        The statements of `after` are then to be run in it.
        """
        self.files.mkdir(mode=0o700, parents=True)
        with duckdb.connect(self.rows) as database:
            database.execute(f"SET memory_limit = '{allowance()}MB'")
            database.execute("SET preserve_insertion_order = false")
            files = _Files(database, self.files, self.parts)
            nodes, edges = files.nodes(), files.edges()
            nodes.append(("NetinvCase", self._mark(database)))
        self.rows.unlink()
        server.fill(
            self.folder, nodes, edges, chr(files.mark), say, memory, multiline=files.multiline
        )
        self.after = [
            (
                f"MATCH {what} WHERE x.`{name}` = $empty CALL (x) {{ SET x.`{name}` = [] }}"
                " IN TRANSACTIONS OF 10000 ROWS",
                {"empty": [chr(files.empty)]},
            )
            for what, name in files.empties
        ]

    def _mark(self, database: duckdb.DuckDBPyConnection) -> str:
        database.execute(
            'COPY (SELECT $id AS "id:ID(NetinvCase)", $schema AS "schema:long", $graph AS graph,'
            ' $generation AS "generation:long", $batch AS batch)'
            f" TO '{quoted(self.files / 'case.csv')}' (FORMAT csv, HEADER, FORCE_QUOTE *)",
            {
                "id": self.case.id,
                "schema": SCHEMA,
                "graph": self.token,
                "generation": self.generation,
                "batch": "",
            },
        )
        return "case.csv"


class _Files:
    """The importer's files, made of the rows of all statements."""

    def __init__(
        self, database: duckdb.DuckDBPyConnection, folder: Path, parts: Sequence[Part]
    ) -> None:
        self.database = database
        self.folder = folder
        self.parts = parts
        self.columns = {name: self._types(f"FROM {name}") for _, name in parts}
        self.empties: list[tuple[str, str]] = []
        self.multiline = False
        """Whether a text runs over several lines: such a file cannot be read in pieces."""
        free = [*islice(filter(self._free, MARKS), 2)]
        if len(free) < 2:
            raise DefinitionError("cannot be written in bulk: the lists of texts hold every mark")
        self.mark, self.empty = free

    def nodes(self) -> list[tuple[str, str]]:
        """Labels and file of the nodes that rows describe, then of those that they only name."""
        found = []
        described: dict[str, list[str]] = {}
        named: dict[str, list[str]] = {}
        keys: dict[str, str] = {}
        for made, table in self.parts:
            for node in made.nodes:
                if node.column not in self.columns[table]:
                    continue
                keys[node.label] = node.key
                own = f'SELECT "{node.column}" AS k FROM {table} WHERE "{node.column}" IS NOT NULL'
                if node.properties:
                    described.setdefault(node.label, []).append(own)
                    found.append((":".join(node.labels), self._node(node, table)))
                else:
                    named.setdefault(node.label, []).append(own)
        for label, queries in named.items():
            but = "".join(f" AND k NOT IN ({query})" for query in described.get(label, ()))
            sql = (
                f'SELECT DISTINCT k AS "{keys[label]}:ID({label})"'
                f" FROM ({' UNION ALL '.join(queries)}) WHERE true{but}"
            )
            found.append((label, sql))
        return [(labels, file) for labels, sql in found if (file := self._write(sql))]

    def edges(self) -> list[tuple[str, str]]:
        """Type and file of all relationships. Those of several types between the same labels, with
        the same properties, stand in one file, which says each one's type: every file costs the
        importer a while."""
        alike: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for made, table in self.parts:
            for edge in made.edges:
                for start in edge.start:
                    for end in edge.end:
                        if {start[1], end[1]} <= set(self.columns[table]):
                            sql = self._edge(edge, start, end, table)
                            alike.setdefault(tuple(self._types(sql)), []).append((edge.type, sql))
        found = []
        for queries in alike.values():
            types = {type_ for type_, _ in queries}
            one = types.pop() if len(types) == 1 else ""
            say = "" if one else ", '{}' AS \":TYPE\""
            sql = " UNION ALL ".join(f"SELECT *{say.format(t)} FROM ({q})" for t, q in queries)
            found.append((one, self._write(sql)))
        return [(type_, file) for type_, file in found if file]

    def _node(self, node: MadeNode, table: str) -> str:
        about = self._about(node.properties, table)
        about.pop(node.key, None)  # `*` has it too
        first = [f'"{node.column}" AS "{node.key}:ID({node.label})"']
        about_it = self._headed(about, table, f"(x:{node.label})")
        return (
            f'SELECT {", ".join(first + about_it)} FROM {table} WHERE "{node.column}" IS NOT NULL'
        )

    def _edge(self, edge: MadeEdge, start: shape.Choice, end: shape.Choice, table: str) -> str:
        ends = [
            f'"{start[1]}" AS ":START_ID({start[0]})"',
            f'"{end[1]}" AS ":END_ID({end[0]})"',
        ]
        about = self._headed(self._about(edge.properties, table), table, f"()-[x:{edge.type}]->()")
        return (
            f"SELECT {', '.join(ends + about)} FROM {table}"
            f' WHERE "{start[1]}" IS NOT NULL AND "{end[1]}" IS NOT NULL'
        )

    def _about(self, properties: Mapping[str, str], table: str) -> dict[str, str]:
        """Properties with all columns for `*`, without those of columns that no row has."""
        has = self.columns[table]
        about = {name: f'"{name}"' for name in has} if "*" in properties else {}
        for name, value in properties.items():
            if name != "*" and (not value.startswith('"') or value.strip('"') in has):
                about[name] = value
        return about

    def _headed(self, about: Mapping[str, str], table: str, what: str) -> list[str]:
        """Properties as columns under the importer's headers; `what` matches what has them."""
        if not about:
            return []
        listed = ", ".join(f'{value} AS "{name}"' for name, value in about.items())
        found = []
        for name, type_ in self._types(f"SELECT {listed} FROM {table}").items():
            if type_ not in TYPES:
                raise DefinitionError(f"cannot be written in bulk: {name} is of type {type_}")
            value = about[name]
            if type_ == "VARCHAR[]":
                if self._one(f"SELECT count(*) FROM {table} WHERE {value} = ['']"):
                    raise DefinitionError(f"cannot be written in bulk: {name} is a list of no text")
                if self._one(f"SELECT count(*) FROM {table} WHERE len({value}) = 0"):
                    self.empties.append((what, name))
                value = (
                    f"CASE WHEN len({value}) = 0 THEN chr({self.empty})"
                    f" ELSE array_to_string({value}, chr({self.mark})) END"
                )
            elif type_.endswith("[]"):
                if self._one(f"SELECT count(*) FROM {table} WHERE len({value}) = 0"):
                    raise DefinitionError(f"cannot be written in bulk: {name} is a list of nothing")
                value = f"array_to_string({value}::VARCHAR[], chr({self.mark}))"
            found.append(f'{value} AS "{name}{TYPES[type_]}"')
        return found

    def _types(self, sql: str) -> dict[str, str]:
        rows = self.database.execute(f"DESCRIBE {sql}").fetchall()
        return {str(row[0]): str(row[1]) for row in rows}

    def _free(self, mark: int) -> bool:
        """Whether a character stands in no text of any list."""
        return not any(
            self._one(
                f"SELECT count(*) FROM {table}"
                f" WHERE contains(array_to_string(\"{name}\", ''), chr({mark}))"
            )
            for table, columns in self.columns.items()
            for name, type_ in columns.items()
            if type_ == "VARCHAR[]"
        )

    def _write(self, sql: str) -> str:
        """The name of the file that a query was written to; empty when it gives no row.

        Texts stand in quotes, so that an empty one is told from none.
        """
        name = f"{sum(1 for _ in self.folder.iterdir())}.csv"
        path = self.folder / name
        texts = [f'"{name}"' for name, type_ in self._types(sql).items() if type_ == "VARCHAR"]
        rows = self._one(
            f"COPY ({sql}) TO '{quoted(path)}'"
            f" (FORMAT csv, HEADER, FORCE_QUOTE ({', '.join(texts)}))"
        )
        if not rows:
            path.unlink()
            return ""
        self.multiline = self.multiline or _lines(path) > rows + 1
        return name

    def _one(self, sql: str) -> int:
        row = self.database.execute(sql).fetchone()
        return int(row[0]) if row else 0


def _lines(path: Path) -> int:
    """How many lines a file has."""
    count = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            count += block.count(b"\n") + block.count(b"\r")
    return count
