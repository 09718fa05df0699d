"""Makes the derived links from the case's tables and writes the difference into the graph."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from netinv import cypherfile
from netinv.bulk import Bulk
from netinv.case import Case, now, read_json, write_json
from netinv.cypherfile import CypherFile
from netinv.difference import Difference, Progress, silent, whole
from netinv.errors import DefinitionError
from netinv.graph import Graph
from netinv.inputs import Input
from netinv.relate import Relations, failed, quoted

SAME, SISTERS, HANDOFF, PATHS, CHANCE = "same", "sisters", "handoff", "paths", "chance"
PART = 1_000_000
"""Shipments in a part, about: what reads `$part` is worked on part by part, so that no step holds
all pairs of all companies."""
READS = ("shipments", "companies", "ownerships", "same_as", "processing", "ports")
"""The tables that the rule reads: the links are stale when their sources change."""


@dataclass(frozen=True)
class Links:
    """What one linking made: `kept` of `tried` candidates, `cut` beyond the best few of a
    shipment, for how many shipments only the nearest weights were looked at, since their sender
    sends many alike, and for how many nothing could be tried for want of a column."""

    rule: str
    inputs: Mapping[str, Any]
    datasets: tuple[str, ...]
    kept: int = 0
    cut: int = 0
    tied: int = 0
    crowded: int = 0
    bases: Mapping[str, int] = field(default_factory=dict)
    chance: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Command → the scores of the findings that chance alone makes of it, best first."""
    unlinkable: Mapping[str, int] = field(default_factory=dict)
    made: str = ""
    written: int = 0
    removed: int = 0


def program(name: str, suffix: str = "sql") -> CypherFile:
    """A program over the links: SAME says which records tell that they are of one company, SISTERS
    which companies are of one owner, the stages make the links, HANDOFF the last of them, PATHS
    says which paths each can be part of, CHANCE what chance alone makes."""
    return cypherfile.shipped(cypherfile.home("import") / "links" / f"{name}.{suffix}")


def inputs() -> tuple[Input, ...]:
    """What can be given to a linking: the inputs of all its stages."""
    return tuple(one for stage in cypherfile.stages() for one in stage.inputs)


def files() -> tuple[CypherFile, CypherFile]:
    """The rule and the statement that writes it."""
    return program(HANDOFF), program(HANDOFF, "cypher")


def rule(given: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """The rule's hash, which is that of its texts and inputs, and its inputs."""
    known = inputs()
    given = dict(given or {})
    unknown = set(given) - {one.name for one in known}
    if unknown:
        raise DefinitionError(f"the links have no input {sorted(unknown)[0]!r}")
    values = {one.name: one.value(given.get(one.name)) for one in known}
    programs = (SAME, SISTERS, *cypherfile.STAGES, PATHS, CHANCE)
    return digest([program(one) for one in programs], values), values


def digest(programs: Sequence[CypherFile], values: Mapping[str, Any]) -> str:
    """What names a rule: the hash of its texts and inputs, which changes with either."""
    text = json.dumps([*(one.sha256 for one in programs), values], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def datasets(case: Case, reads: Sequence[str] = READS) -> tuple[str, ...]:
    """The sources that a rule reads, by the tables that it does."""
    return tuple(one.id for one in case.sources() if any(t in one.tables for t in reads))


def kept(case: Case) -> Links | None:
    """The links that were made last, None when there are none."""
    entry = read_json(case.path("written", "links.json"))
    return Links(**{**entry, "datasets": tuple(entry["datasets"])}) if entry else None


def stale(case: Case) -> str:
    """Why the links are not those that the case's data and the rule would give now, else ''."""
    links = kept(case)
    if links is None or (links.kept and not whole(case, f"link_{HANDOFF}")):
        return "there are none yet"
    if links.datasets != datasets(case):
        return "the sources changed since they were made"
    if older(links):
        return "the rule changed since they were made"
    return ""


def older(links: Links) -> bool:
    """Whether another rule made them: they may lack what the investigations read."""
    given = asked(links)
    return given != links.inputs or links.rule != rule(given)[0]


def asked(links: Links) -> dict[str, Any]:
    """The inputs that links were made with, without those that the rule no longer has."""
    known = {one.name for one in inputs()}
    return {name: value for name, value in links.inputs.items() if name in known}


def relate(relations: Relations, table: str, name: str, values: Mapping[str, Any]) -> None:
    """Make the table of links that the rule of this name gives with these inputs, and `handed`:
    the links of departures set back, which chance alone makes."""
    execute = relations.database.execute
    moves = cypherfile.home("import") / "reference" / "hs-moves.csv"
    execute(
        f"CREATE OR REPLACE VIEW hs_moves AS"
        f" SELECT * FROM read_csv('{quoted(moves)}', all_varchar = true)"
        if moves.is_file()
        else "CREATE OR REPLACE VIEW hs_moves AS SELECT '' AS hs_from, '' AS hs_to WHERE false"
    )
    # The views resolve conflicts at each reading; all of a shipment is read but once, by the legs.
    for read in READS[1:]:
        execute(f"CREATE TABLE IF NOT EXISTS kept_{read} AS FROM {read}")
        execute(f"CREATE OR REPLACE VIEW {read} AS FROM kept_{read}")
    where = program(SAME)
    try:
        _stands_for(relations, "same", "company", one_company(execute(where.statement).fetchall()))
        where = program(SISTERS)
        execute(f"CREATE OR REPLACE TABLE sisters AS {where.statement}")
        families = _firsts(execute("FROM sisters").fetchall())
        _stands_for(relations, "family", "first", sorted(families.items()))
        parts = 1 + int(relations.one("SELECT count(*) FROM shipments")) // PART
        for where in cypherfile.stages():
            made = f"{table}_all" if where.name == HANDOFF else where.name
            reads = where.parameters()
            for part in range(parts if "part" in reads else 1):
                given = {**values, "part": part, "parts": parts}
                into = f"INSERT INTO {made}" if part else f"CREATE OR REPLACE TABLE {made} AS"
                execute(f"{into} {where.statement}", {name: given[name] for name in reads})
        execute(
            "CREATE OR REPLACE VIEW linked AS SELECT * EXCLUDE (shifted, from_days, to_days,"
            f" returning_in, returning_out) FROM {table}_all WHERE NOT shifted"
        )
        execute(f"CREATE OR REPLACE VIEW handed AS SELECT * FROM {table}_all WHERE shifted")
        where = program(PATHS)
        execute(
            f"CREATE OR REPLACE TABLE {table} AS"
            f" SELECT *, '{name}' AS rule FROM ({where.statement})"
        )
    except duckdb.Error as error:
        raise failed(error, where.path.name) from None


def _stands_for(
    relations: Relations, table: str, column: str, of: Sequence[tuple[str, str]]
) -> None:
    """Make a table (id, `column`) of which company stands for which."""
    relations.database.execute(
        f"CREATE OR REPLACE TABLE {table} AS"
        f" SELECT unnest($1::VARCHAR[]) AS id, unnest($2::VARCHAR[]) AS {column}",
        [[one for one, _ in of], [first for _, first in of]],
    )


def one_company(ties: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Record → the first of the records that are one company with it, for those that have others.

    `ties` are pairs of records, `accepted`, `rejected` or `told`. What pairs tie together is one
    company; where that holds a rejected pair, only what was accepted ties, and where that does,
    nothing.
    """
    joined = [(one, other) for one, other, tie in ties if tie != "rejected"]
    rejected = [(one, other) for one, other, tie in ties if tie == "rejected"]
    torn = _torn(_firsts(joined), rejected)
    firsts = _firsts(
        (one, other)
        for one, other, tie in ties
        if tie == "accepted" or (tie == "told" and one not in torn)
    )
    torn = _torn(firsts, rejected)
    return sorted((one, first) for one, first in firsts.items() if one not in torn)


def _firsts(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each member of a pair → the first of all that pairs tie together with it."""
    above: dict[str, str] = {}

    def top(one: str) -> str:
        while (over := above.setdefault(one, one)) != one:
            one, above[one] = over, above[over]
        return one

    for pair in pairs:
        first, second = sorted(map(top, pair))
        above[second] = first
    return {one: top(one) for one in list(above)}


def _torn(firsts: Mapping[str, str], rejected: Sequence[tuple[str, str]]) -> set[str]:
    """The members of the groups that hold a rejected pair."""
    groups = {firsts[one] for one, other in rejected if firsts.get(one, 1) == firsts.get(other, 2)}
    return {one for one, first in firsts.items() if first in groups}


def chance(relations: Relations) -> dict[str, list[float]]:
    """The scores of the findings that the links of `handed` make, best first, by command: of those
    that share a shipment the best, as an answer has it."""
    sql = program(CHANCE)
    values = {one.name: one.value(None) for one in sql.inputs}
    found: dict[str, list[float]] = {}
    taken: dict[str, set[str]] = {}
    try:
        rows = relations.database.execute(sql.statement, values).fetchall()
    except duckdb.Error as error:
        raise failed(error, sql.path.name) from None
    for command, score, shipments in rows:
        mine = taken.setdefault(command, set())
        if mine.isdisjoint(shipments):
            mine.update(shipments)
            found.setdefault(command, []).append(round(score, 4))
    return found


def link(
    case: Case,
    graph: Graph | Bulk,
    given: Mapping[str, Any] | None = None,
    progress: Progress = silent,
) -> Links:
    """Make all links anew from the tables and write the difference. The caller is the writer."""
    name, values = rule(given)
    statement = program(HANDOFF, "cypher")
    table = f"link_{HANDOFF}"
    with Relations(case) as relations:
        execute = relations.database.execute
        relate(relations, table, name, values)
        by_chance = chance(relations)  # before a row is written: it may need too much memory
        # The graph knows a link by the loads that it joins; to find it, its ends are kept as well.
        execute(
            f"CREATE VIEW {table}_rows AS SELECT *, to_json([a, b, from_load, to_load])::VARCHAR"
            f" AS key FROM {table}"
        )
        difference = Difference(case, graph, relations, progress)
        _forget_older(difference, table)
        difference.relate(table, ("Shipment", "Shipment"), "HANDOFF", statement.statement)
        written, removed = (difference.count(f"{what}_{table}") for what in ("change", "gone"))
        links = Links(
            rule=name,
            inputs=values,
            datasets=datasets(case),
            kept=int(relations.one(f"SELECT count(*) FROM {table}")),
            cut=int(
                relations.one(
                    f"SELECT coalesce(sum(of - n), 0) FROM"
                    f" (SELECT a, any_value(of) AS of, count(*) AS n FROM {table} GROUP BY a)"
                )
            ),
            tied=int(
                relations.one(
                    f"SELECT coalesce(sum(greatest(n - {values['keep']}, 0)), 0) FROM"
                    f" (SELECT a, count(*) AS n FROM {table} GROUP BY a)"
                )
            ),
            crowded=int(relations.one("SELECT count(*) FROM loads WHERE load > 0 AND crowded")),
            bases=dict(
                relations.rows(f"SELECT basis, count(*) FROM {table} GROUP BY 1 ORDER BY 1")
            ),
            chance=by_chance,
            unlinkable=_unlinkable(relations),
            made=now(),
            written=written,
            removed=removed,
        )
        write_json(case.path("written", "links.json"), links.__dict__)
        difference.settle()
    return links


def _forget_older(difference: Difference, table: str) -> None:
    """Links that an older netinv wrote have other keys: all are removed, and made anew."""
    path = difference.path(table)
    if not path.is_file():
        return
    held = f"read_parquet('{quoted(path)}')"
    if difference.relations.one(f"SELECT count(*) FROM {held} WHERE NOT json_valid(key)"):
        difference.graph.run(
            f"MATCH ()-[h:{HANDOFF.upper()}]->() CALL (h) {{ DELETE h }}"
            " IN TRANSACTIONS OF 10000 ROWS"
        )
        path.unlink()


def _unlinkable(relations: Relations) -> dict[str, int]:
    """How many shipments cannot be handed on, or over, for want of what."""
    trace = (
        "coalesce(weight_kg, 0) <= 0 AND coalesce(gross_kg, 0) <= 0 AND lot IS NULL"
        " AND serial IS NULL AND (container IS NULL OR seal IS NULL)"
    )
    counts = relations.rows(f"""
        SELECT count(*),
          count(*) FILTER (arrived IS NULL OR arrived <> arrived_last),
          count(*) FILTER (departed IS NULL OR departed <> departed_last),
          count(*) FILTER (coalesce(importer, buyer, consignee, notify) IS NULL),
          count(*) FILTER (coalesce(exporter, seller, shipper) IS NULL),
          count(*) FILTER ({trace})
        FROM shipments
    """)[0]
    names = (
        "shipments",
        "without a day of arrival: the lane's usual days stand in",
        "without a day of departure: the lane's usual days stand in",
        "without a holder at the end: not handed on",
        "without a holder at the start: not handed over",
        "without weight, lot, serial, or container and seal",
    )
    return {name: int(count) for name, count in zip(names, counts, strict=True)}
