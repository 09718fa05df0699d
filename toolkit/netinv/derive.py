"""Makes the derived relationships that need nothing but their own SQL, when a question reads them.

Each is a pair of files of `import/links/`: the SQL says what stands, the Cypher writes it. They are
cheap, so a question that reads one finds it made anew whenever the tables or the rule changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb

from netinv import link
from netinv.bulk import Bulk
from netinv.case import Case, Say, quiet, read_json, write_json
from netinv.cypherfile import CypherFile
from netinv.difference import Difference, Progress, silent, whole
from netinv.errors import TooLargeError
from netinv.graph import Graph
from netinv.model import RULES as RULES  # callers say derive.RULES
from netinv.relate import Relations, failed, keys


@dataclass(frozen=True)
class Derived:
    """What one derivation made: how many relationships stand, were written, were removed, and how
    much the rule left out and, of a rule that tells (`left_all`), looked at."""

    rule: str
    inputs: Mapping[str, Any]
    datasets: tuple[str, ...]
    kept: int = 0
    written: int = 0
    removed: int = 0
    left_out: int = 0
    looked_at: int = 0


def program(type_: str, suffix: str = "sql") -> CypherFile:
    """The rule of a relationship, or the statement that writes it."""
    return link.program(RULES[type_][0], suffix)


def used(file: CypherFile) -> list[str]:
    """The derived relationships of RULES that a question reads."""
    return [type_ for type_ in RULES if re.search(rf"\b{type_}\b", file.bare())]


def kept(case: Case, type_: str) -> Derived | None:
    """What was derived last, None when nothing was."""
    entry = read_json(_record(case, type_))
    return Derived(**{**entry, "datasets": tuple(entry["datasets"])}) if entry else None


def stale(case: Case, type_: str, given: Mapping[str, Any]) -> bool:
    """Whether tables, rule and inputs would give other relationships than stand, as far as known.

    Of `given`, the inputs of a question, those count that the rule has too.
    """
    made = kept(case, type_)
    return (
        made is None
        or (made.kept > 0 and not whole(case, _table(type_)))
        or made.datasets != _datasets(case, program(type_))
        or made.rule != _rule(type_, given)[0]
    )


def possible(case: Case, type_: str) -> bool:
    """Whether the tables hold anything to derive it from."""
    return case.rows(program(type_).columns("reads")[0]) > 0


def derive(
    case: Case,
    graph: Graph | Bulk,
    types: Sequence[str],
    given: Mapping[str, Any] | None = None,
    progress: Progress = silent,
    say: Say = quiet,
) -> None:
    """Make relationships anew and write the difference. The caller is the writer."""
    with Relations(case) as relations:
        for type_ in types:
            title = program(type_).title
            say(f"making {type_}: {title[0].lower()}{title[1:]}")
            _derive(case, graph, relations, type_, given or {}, progress)


def derive_all(case: Case, graph: Graph | Bulk, progress: Progress = silent) -> None:
    """Make anew every relationship that the tables hold something for. The caller is the writer.

    One that does not fit in memory is left to the question that reads it, which says so.
    """
    with Relations(case) as relations:
        for type_ in RULES:
            if possible(case, type_):
                with suppress(TooLargeError):
                    _derive(case, graph, relations, type_, {}, progress)


def _derive(
    case: Case,
    graph: Graph | Bulk,
    relations: Relations,
    type_: str,
    given: Mapping[str, Any],
    progress: Progress,
) -> None:
    sql = program(type_)
    name, values = _rule(type_, given)
    table = _table(type_)
    written = program(type_, "cypher")
    named = ", ".join(keys(written))
    execute = relations.database.execute
    try:
        execute(f"CREATE TABLE {table} AS {sql.statement}", values)
    except duckdb.Error as error:
        raise failed(error, sql.path.name) from None
    # A rule that leaves something out gives a row without an end for it; for what it looked at, it
    # may give one without both.
    left_out = relations.one(f"SELECT count(a) FROM {table} WHERE b IS NULL")
    looked_at = relations.one(f"SELECT count(*) FROM {table} WHERE a IS NULL AND b IS NULL")
    execute(f"DELETE FROM {table} WHERE b IS NULL")
    execute(
        f"CREATE VIEW {table}_rows AS SELECT *, json_array({named})::VARCHAR AS key,"
        f" '{name}' AS rule FROM {table}"
    )
    difference = Difference(case, graph, relations, progress)
    difference.relate(table, RULES[type_][1], type_, written.statement)
    made = Derived(
        rule=name,
        inputs={key: str(value) for key, value in values.items() if value is not None},
        datasets=_datasets(case, sql),
        kept=difference.count(table),
        written=difference.count(f"change_{table}"),
        removed=difference.count(f"gone_{table}"),
        left_out=left_out,
        looked_at=looked_at,
    )
    write_json(_record(case, type_), made.__dict__)
    difference.settle()


def _table(type_: str) -> str:
    return f"link_{RULES[type_][0]}"


def _record(case: Case, type_: str) -> Any:
    return case.path("written", f"{_table(type_)}.json")


def _rule(type_: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The rule's hash, which is that of its text and inputs, and its inputs."""
    sql = program(type_)
    values = {one.name: one.value(given.get(one.name)) for one in sql.inputs}
    return link.digest([sql], values), values


def _datasets(case: Case, sql: CypherFile) -> tuple[str, ...]:
    return link.datasets(case, sql.columns("reads"))
