"""The only thing that talks to Neo4j: asks, writes, and says what went wrong in our words."""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import neo4j
from neo4j import exceptions as wrong
from neo4j import graph as drawn

from netinv.errors import NetinvError, QueryError, ServerError
from netinv.model import EDGE_INDEXES, INDEXES, KEYS, SCHEMA, element_id, label_of
from netinv.result import Edge, Node

if TYPE_CHECKING:
    from netinv.server import Address

OLDEST = (2025, 8)
"""The oldest Neo4j that netinv works with."""

TRIES = 4
ENDLESS = re.compile(r"\*(\d*\.\.)?\]|\.\.2147483647|\{\d+, \}")
"""How a plan writes a path without an upper bound."""

logging.getLogger("neo4j").setLevel(logging.CRITICAL + 1)  # we say what went wrong ourselves


@dataclass
class Answer:
    """The rows of a statement. `rows` hold plain values; a node, relationship or path of the
    database stands as a Drawing. `more` says that further rows were not read."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    more: bool = False


@dataclass(frozen=True)
class Drawing:
    """What one value of a row draws."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What Neo4j says of a statement without running it: `kind` is r, rw, w or s; `unknown` are the
    names that the database does not hold; `unbounded` that a path may grow without end."""

    kind: str
    columns: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    unbounded: bool = False


@dataclass(frozen=True)
class Mark:
    """The case's own mark in the database. `graph` names this very store."""

    id: str
    schema: int
    graph: str
    generation: int
    batch: str = ""


ONLINE = "SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name"


@dataclass
class Graph:
    """One database. `connect` gives its address, and starts a server of our own when it is down;
    it is asked again when the connection breaks."""

    connect: Callable[[], Address]
    case: str = ""
    driver: neo4j.Driver | None = field(default=None, repr=False)
    address: Address | None = None
    version: str = ""

    # ------------------------------------------------------------ connecting

    def open(self) -> Graph:
        """Connect, and check the version. Raises ServerError."""
        if self.driver is None:
            address = self.connect()
            with _translated(address):
                driver = neo4j.GraphDatabase.driver(
                    address.uri,
                    auth=(address.username, address.password),
                    connection_timeout=15,
                    max_transaction_retry_time=0,
                    user_agent="netinv",
                )
                info = driver.get_server_info()
            agent = str(info.agent).removeprefix("Neo4j/")
            self.driver, self.address, self.version = driver, address, agent
            if _numbers(agent) < OLDEST:
                self.close()
                raise ServerError(
                    f"is Neo4j {agent}; netinv needs 2025.08 or later",
                    where=address.uri,
                    next="upgrade it, or unset NEO4J_URI to let netinv serve itself",
                )
        return self

    def close(self) -> None:
        if self.driver is not None:
            with suppress(Exception):
                self.driver.close()
            self.driver = None

    def __enter__(self) -> Graph:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _session(self, access: str) -> neo4j.Session:
        self.open()
        assert self.driver is not None and self.address is not None
        return self.driver.session(database=self.address.database, default_access_mode=access)

    def _again(self, work: Callable[[], Any]) -> Any:
        """Do a repeatable thing; when the connection breaks, connect anew and do it again."""
        tries = TRIES if self.version else 2  # a server that never answered is not waited for long
        for attempt in range(tries):
            try:
                with _translated(self.address):
                    return work()
            except _Broken as error:
                self.close()
                if attempt == tries - 1:
                    raise ServerError(
                        error.what, where=error.where, next="see netinv doctor"
                    ) from None
                time.sleep(0.2 * 3**attempt)
        raise AssertionError

    # ------------------------------------------------------------ asking

    def ask(
        self,
        statement: str,
        values: Mapping[str, Any] | None = None,
        *,
        limit: float | None = None,
        most: int | None = None,
    ) -> Answer:
        """Run a reading statement. `limit` is in seconds, and ends it on the server; `most` bounds
        the rows read. Raises QueryError, also for a statement that writes."""

        def work() -> Answer:
            with (
                self._session(neo4j.READ_ACCESS) as session,
                session.begin_transaction(timeout=limit) as transaction,
            ):
                result = transaction.run(statement, dict(values or {}))
                columns = tuple(result.keys())
                rows: list[tuple[Any, ...]] = []
                more = False
                for record in result:
                    if most is not None and len(rows) >= most:
                        more = True
                        break
                    rows.append(tuple(record.values()))
                ends = _ends(transaction, rows)
            return Answer(
                columns,
                [{c: _plain(v, ends) for c, v in zip(columns, row, strict=True)} for row in rows],
                more,
            )

        answer: Answer = self._again(work)
        return answer

    def plan(self, statement: str) -> Plan:
        """What Neo4j says of a statement: its kind, its columns, and names it does not know."""

        def work() -> Plan:
            with self._session(neo4j.READ_ACCESS) as session:
                result = session.run("EXPLAIN " + statement)
                columns = tuple(result.keys())
                summary = result.consume()
            unknown = {
                name
                for one in summary.gql_status_objects
                if one.gql_status in ("01N50", "01N51", "01N52")
                for name in re.findall(r"`([^`]+)`", str(one.status_description))[:1]
            }
            endless = any(ENDLESS.search(text) for text in _details(summary.plan or {}))
            kind = summary.query_type or "r"
            return Plan(kind, columns, tuple(sorted(unknown)), endless)

        plan: Plan = self._again(work)
        return plan

    def counts(self) -> dict[str, int]:
        """How many nodes there are of each label, and relationships of each type."""
        labels = self.ask(
            "MATCH (n) WITH labels(n) AS ls UNWIND ls AS label RETURN label, count(*) AS n"
        )
        types = self.ask("MATCH ()-[r]->() RETURN type(r) AS type, count(*) AS n")
        found = {str(row["label"]): int(row["n"]) for row in labels.rows}
        return found | {str(row["type"]): int(row["n"]) for row in types.rows}

    def holds_something(self) -> bool:
        """Whether there is anything beside the mark of a case."""
        return bool(self.ask("MATCH (n) WHERE NOT n:NetinvCase RETURN 1 AS n LIMIT 1").rows)

    # ------------------------------------------------------------ writing

    def mark(self) -> Mark | None:
        """The mark of the case that the database holds."""
        rows = self.ask("MATCH (n:NetinvCase) RETURN n {.*} AS mark").rows
        if not rows:
            return None
        found = rows[0]["mark"]
        return Mark(
            str(found.get("id", "")),
            int(found.get("schema", 0)),
            str(found.get("graph", "")),
            int(found.get("generation", 0)),
            str(found.get("batch", "")),
        )

    def claim(self, token: str) -> Mark:
        """Make the database this case's own: it must be empty, or carry the case's mark.

        `token` names the store when it is new. Raises ServerError for any other database.
        """
        mark = self.mark()
        where = self.address.uri if self.address else ""
        if mark and mark.id != self.case:
            raise ServerError(
                f"holds another case of netinv ({mark.id[:8]}…)",
                where=where,
                next="name another database with NEO4J_DATABASE, or the case it belongs to",
            )
        if mark and mark.schema > SCHEMA:
            raise ServerError(
                f"was written by a newer netinv (schema {mark.schema})",
                where=where,
                next="upgrade netinv",
            )
        if mark is None:
            held = self.ask("MATCH (n) RETURN labels(n)[0] AS label, count(*) AS n LIMIT 5").rows
            if held:
                what = ", ".join(f"{row['n']} {row['label'] or 'unlabelled'}" for row in held)
                raise ServerError(
                    f"holds data that are not netinv's ({what}); nothing was written",
                    where=where,
                    next="name an empty database with NEO4J_DATABASE",
                )
        self._schema()
        if mark is None:
            self.run(
                "MERGE (n:NetinvCase {id: $id}) ON CREATE SET n.schema = $schema,"
                " n.graph = $graph, n.generation = 0, n.batch = ''",
                {"id": self.case, "schema": SCHEMA, "graph": token},
            )
            mark = self.mark()
            assert mark is not None
        return mark

    def _schema(self) -> None:
        """Make the constraints and indexes that are not there."""
        makes = {
            f"netinv_{label.lower()}": ("CONSTRAINT", f"(n:{label}) REQUIRE n.{key} IS UNIQUE")
            for label, key in KEYS.items()
        }
        for label, key in INDEXES:
            makes[f"netinv_{label.lower()}_{key}"] = ("INDEX", f"(n:{label}) ON (n.{key})")
        for type_, key in EDGE_INDEXES:
            makes[f"netinv_{type_.lower()}_{key}"] = ("INDEX", f"()-[r:{type_}]-() ON (r.{key})")
        held = {row["name"] for row in self.ask(ONLINE).rows}
        missing: dict[str, list[str]] = {"CONSTRAINT": [], "INDEX": []}
        for name, (kind, what) in makes.items():
            if name not in held:
                missing[kind].append(f"CREATE {kind} {name} IF NOT EXISTS FOR {what}")
        for create in missing["CONSTRAINT"]:
            self.run(create)
        # Of one transaction: the store is read once for all of them.
        self._run_together(missing["INDEX"])
        if any(missing.values()):
            self.run("CALL db.awaitIndexes(3600)")

    def run(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        """Run a statement that may be repeated, in its own transaction."""

        def work() -> None:
            with self._session(neo4j.WRITE_ACCESS) as session:
                session.run(statement, dict(values or {})).consume()

        self._again(work)

    def _run_together(self, statements: Sequence[str]) -> None:
        """Run statements that may be repeated in one transaction."""

        def work() -> None:
            with (
                self._session(neo4j.WRITE_ACCESS) as session,
                session.begin_transaction() as transaction,
            ):
                for statement in statements:
                    transaction.run(statement).consume()
                transaction.commit()

        if statements:
            self._again(work)

    def advance(self) -> None:
        """A changed graph is of a new generation."""
        self.run(
            "MATCH (n:NetinvCase {id: $id}) SET n.generation = n.generation + 1", {"id": self.case}
        )

    def empty(self) -> None:
        """Remove everything from the database, which must carry this case's mark."""
        mark = self.mark()
        if mark is None or mark.id != self.case:
            raise ServerError(
                "does not carry this case's mark; nothing was removed",
                where=self.address.uri if self.address else "",
            )
        for what in ("()-[x]->()", "(x)"):
            self.run(f"MATCH {what} CALL (x) {{ DELETE x }} IN TRANSACTIONS OF 10000 ROWS")

    def write(self, statement: str, rows: Sequence[Mapping[str, Any]], batch: str) -> None:
        """Write rows, and in the same transaction the name of the batch.

        A commit whose answer is lost has an unknown result: the database is asked whether it holds
        the batch, and the rows are written again only when it does not.
        """
        asked = False

        def work() -> None:
            nonlocal asked
            if asked:
                mark = self.mark()
                if mark and mark.batch == batch:
                    return
            asked = True
            with (
                self._session(neo4j.WRITE_ACCESS) as session,
                session.begin_transaction() as transaction,
            ):
                transaction.run(statement, {"rows": rows}).consume()
                transaction.run(
                    "MATCH (n:NetinvCase {id: $id}) SET n.batch = $batch",
                    {"id": self.case, "batch": batch},
                ).consume()
                transaction.commit()

        self._again(work)


# ---------------------------------------------------------------- foreign errors, one door


class _Broken(NetinvError):
    """The connection broke; the same thing may be tried again."""


@contextmanager
def _translated(address: Address | None) -> Iterator[None]:
    where = address.uri if address else "Neo4j"
    try:
        yield
    except wrong.AuthError:
        raise ServerError(
            "refuses the user name or password",
            where=where,
            next="check NEO4J_USERNAME and NEO4J_PASSWORD",
        ) from None
    except (wrong.ServiceUnavailable, wrong.SessionExpired, wrong.IncompleteCommit) as error:
        raise _Broken(
            f"does not answer: {_first(error)}",
            where=where,
            next="check that it runs, and NEO4J_URI",
        ) from None
    except wrong.Neo4jError as error:
        code = str(error.code)
        if "TransactionTimedOut" in code:
            raise QueryError(
                "was ended on the server: over its time limit",
                next="ask for less (anchor it, shorten its window), or give --time-limit more",
            ) from None
        if "DatabaseNotFound" in code:
            raise ServerError(
                "has no such database", where=where, next="see NEO4J_DATABASE"
            ) from None
        if "OutOfMemory" in code or "MemoryPool" in code:
            raise QueryError(
                "needs more memory than the server may use",
                next="ask for less (anchor it, lower its limits), or stop the server and give it"
                " more: netinv --memory 2g",
            ) from None
        if "Transient" in code or "DatabaseUnavailable" in code:
            raise _Broken(f"is not ready: {_first(error)}", where=where) from None
        if "AccessMode" in code or "access mode" in str(error.message):
            raise QueryError(
                "writes, and may only read", next="remove its writing clause"
            ) from None
        raise QueryError(_first(error)) from None
    except (ValueError, wrong.ConfigurationError) as error:  # before its parent, DriverError
        raise ServerError(f"cannot be used: {error}", where=where, next="check NEO4J_URI") from None
    except wrong.DriverError as error:
        raise ServerError(_first(error), where=where, next="see netinv doctor") from None


def _first(error: Exception) -> str:
    text = getattr(error, "message", None) or str(error)
    return str(text).strip().splitlines()[0] if str(text).strip() else type(error).__name__


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


# ---------------------------------------------------------------- values of the database


def _ends(transaction: neo4j.Transaction, rows: list[tuple[Any, ...]]) -> dict[str, drawn.Node]:
    """The nodes at the ends of relationships that were returned without them."""
    bare = {
        node.element_id
        for row in rows
        for value in row
        for edge in _edges_in(value)
        for node in edge.nodes
        if node is not None and not node.labels
    }
    if not bare:
        return {}
    found = transaction.run(
        "MATCH (n) WHERE elementId(n) IN $ids RETURN elementId(n) AS id, n", {"ids": sorted(bare)}
    )
    return {record["id"]: record["n"] for record in found}


def _edges_in(value: Any) -> Iterator[drawn.Relationship]:
    if isinstance(value, drawn.Relationship):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _edges_in(one)


def _plain(value: Any, ends: Mapping[str, drawn.Node]) -> Any:
    """A value of the database as ours: drawings for nodes, relationships and paths."""
    if isinstance(value, drawn.Node):
        return Drawing((_node(value),))
    if isinstance(value, drawn.Relationship):
        nodes = [ends.get(n.element_id, n) for n in value.nodes if n is not None]
        return Drawing(tuple(map(_node, nodes)), (_edge(value, ends),))
    if isinstance(value, drawn.Path):
        edges = tuple(_edge(one, ends) for one in value.relationships)
        return Drawing(tuple(map(_node, value.nodes)), edges)
    if isinstance(value, list):
        inside = [_plain(one, ends) for one in value]
        pictures = [one for one in inside if isinstance(one, Drawing)]
        if pictures and all(isinstance(one, Drawing) or one in ([], None) for one in inside):
            return Drawing(
                tuple(node for one in pictures for node in one.nodes),
                tuple(edge for one in pictures for edge in one.edges),
            )
        return [_named(one) for one in inside]
    if isinstance(value, dict):
        return {key: _named(_plain(one, ends)) for key, one in value.items()}
    if hasattr(value, "to_native"):
        value = value.to_native()
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    # A point, a duration, bytes: a table holds it as text.
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _named(value: Any) -> Any:
    """What is drawn beside other values of a list or a map stands there by its name."""
    return [one.id for one in value.nodes] if isinstance(value, Drawing) else value


def _properties(entity: drawn.Node | drawn.Relationship) -> dict[str, Any]:
    """What a reader may see: the folded forms that only an index needs are left out."""
    return {k: _plain(v, {}) for k, v in sorted(entity.items()) if not k.endswith("_key")}


def _node(node: drawn.Node) -> Node:
    label = label_of(set(node.labels))
    key = str(node.get(KEYS.get(label, "id"), node.element_id))
    name = str(node.get("name") or node.get("description") or key)
    return Node(element_id(label or "Node", key), label or "Node", key, name, _properties(node))


def _edge(edge: drawn.Relationship, ends: Mapping[str, drawn.Node]) -> Edge:
    first, last = (_node(ends.get(n.element_id, n)).id if n is not None else "" for n in edge.nodes)
    key = str(edge.get("key") or "")
    id_ = f"{edge.type}:{first}>{last}" + (f"#{key}" if key else "")
    return Edge(id_, edge.type, first, last, _properties(edge))


def _details(tree: Mapping[str, Any]) -> Iterator[str]:
    """What each operator of a plan that follows paths says of itself."""
    if re.match("VarLength|Repeat|Stateful|Shortest", str(tree.get("operatorType", ""))):
        yield str(tree.get("args", {}).get("Details", ""))
    for child in tree.get("children", ()):
        yield from _details(child)
