"""The case's tables as relations: what the rows of all live sources together say, in DuckDB.

Several rows may share a key. The node then takes, column by column, the value of the higher
priority (the user's over shipped reference), then of the later `as_of`, then of the smaller
(sha256, record), and lists the other values as `conflicts`.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from netinv import cypherfile
from netinv.case import Case
from netinv.cypherfile import CypherFile
from netinv.errors import CaseError, DefinitionError, NetinvError, TooLargeError
from netinv.home import memory_here
from netinv.inputs import Input
from netinv.model import keyed_as
from netinv.rows import columns

TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "date": "DATE",
}

LEAST, MOST = 600, 8_000
"""What DuckDB may take at least and at most, in MB; what goes beyond is spilled to disk."""

MACROS = """
CREATE OR REPLACE MACRO kilograms(net, gross) AS [kg FOR kg IN [net, gross] IF kg > 0][1];
CREATE OR REPLACE MACRO imo(word) AS
  CASE WHEN regexp_full_match(word, '(?i)(IMO[ -]*)?[0-9]{7}')
    AND list_sum([substr(right(word, 7), i, 1)::INT * (8 - i) FOR i IN range(1, 7)]) % 10
        = right(word, 1)::INT
  THEN right(word, 7) END;
CREATE OR REPLACE MACRO vessel(word) AS
  coalesce(imo(word), CASE WHEN word IN (FROM vessel_ids) THEN word END)
"""
"""What rules and tables may write for: the net weight, else the gross (kg); a valid IMO number; the
key of a vessel. None where there is none."""


class Relations:
    """A DuckDB over the case's tables: a view `<table>` for each, empty when nothing is loaded.

    The views hold the typed columns, `key`, `sources`, `doubts`, `conflicts` and `row_hash`.
    Close it after use; what it spills goes beside the tables and is removed.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        case.path("tables").mkdir(parents=True, exist_ok=True)
        self.scratch = tempfile.TemporaryDirectory(dir=case.path("tables"), prefix=".scratch-")
        self.database = duckdb.connect(Path(self.scratch.name) / "relations.duckdb")
        self.database.execute(f"SET memory_limit = '{allowance()}MB'")
        self.database.execute("SET preserve_insertion_order = false")
        self.ranks = self._ranks()
        self.database.execute("BEGIN")
        for spec in cypherfile.tables().values():
            self._raw(spec)
        self.database.execute("CREATE TABLE company_ids AS SELECT DISTINCT id FROM raw_companies")
        self.database.execute(
            "CREATE TABLE party_ids AS SELECT id FROM company_ids"
            " UNION SELECT DISTINCT id FROM raw_people"
        )
        self.database.execute("CREATE TABLE vessel_ids AS SELECT DISTINCT imo FROM raw_vessels")
        self.database.execute(MACROS)
        for spec in cypherfile.tables().values():
            self._resolved(spec)
        self.database.execute("COMMIT")

    def __enter__(self) -> Relations:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()
        self.scratch.cleanup()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.database.execute(sql, list(values)).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """The one value of a query."""
        row = self.database.execute(sql, list(values)).fetchone()
        return row[0] if row else None

    def batches(self, sql: str, size: int) -> Iterator[list[dict[str, Any]]]:
        """The rows of a query as dictionaries without empty cells, `size` at a time."""
        cursor = self.database.cursor()
        cursor.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(size):
            yield [
                {name: value for name, value in zip(names, row, strict=True) if value is not None}
                for row in rows
            ]

    def _ranks(self) -> dict[str, int]:
        """Source → its rank among the live ones: 0 is the one whose values win."""
        ordered = sorted(self.case.sources(), key=lambda one: one.sha256)
        ordered.sort(key=lambda one: one.as_of, reverse=True)
        ordered.sort(key=lambda one: -one.priority)
        return {one.sha256: rank for rank, one in enumerate(ordered)}

    def _raw(self, spec: CypherFile) -> None:
        """View `raw_<table>`: the rows of all live sources as they were taken in."""
        typed = columns(spec)
        wanted = [*typed, "_record", "_sources", "_doubts", "_raw"]
        names = ", ".join(f'"{name}"' for name in wanted)
        parts = [
            f"SELECT {names}, {self.ranks[source.sha256]} AS _rank"
            f" FROM read_parquet('{quoted(path)}')"
            for source, path in self.case.parquet(spec.name)
        ]
        if not parts:
            listed = ", ".join(f'"{name}" {TYPES[type_]}' for name, type_ in typed.items())
            self.database.execute(
                f"CREATE TABLE raw_{spec.name} ({listed}, _record BIGINT, _sources VARCHAR[],"
                " _doubts VARCHAR[], _raw VARCHAR, _rank INTEGER, _key VARCHAR)"
            )
            return
        key = " || '|' || ".join(_key_part(name, len(keys(spec)) > 1) for name in keys(spec))
        try:
            self.database.execute(
                f"CREATE VIEW raw_{spec.name} AS SELECT *, {key} AS _key"
                f" FROM ({' UNION ALL '.join(parts)})"
            )
        except duckdb.Error as error:
            raise _damaged(self.case, error) from None

    def _resolved(self, spec: CypherFile) -> None:
        """View `<table>`: one row a key; of nothing where nothing is loaded, which is quicker."""
        subjects = [one.name for one in spec.inputs if one.type == "subject"]
        if not self.case.parquet(spec.name):
            typed = {f'"{name}"': TYPES[type_] for name, type_ in columns(spec).items()}
            typed |= {"key": "VARCHAR"}
            typed |= dict.fromkeys(("sources", "doubts", "conflicts"), "VARCHAR[]")
            typed |= {f"{name}_vessel": "VARCHAR" for name in subjects} | {"row_hash": "UBIGINT"}
            listed = ", ".join(f"{name} {type_}" for name, type_ in typed.items())
            self.database.execute(f"CREATE TABLE no_{spec.name} ({listed})")
            self.database.execute(f"CREATE VIEW {spec.name} AS FROM no_{spec.name}")
            return
        own = [f'"{name}"' for name in columns(spec)]
        listed = ", ".join(
            f"list({{'v': {name}, 's': _sources[1]}} ORDER BY _rank, _record)"
            f" FILTER ({name} IS NOT NULL) AS {name}"
            for name in own
        )
        winners = ", ".join(f"{name}[1].v AS {name}" for name in own)
        others = ", ".join(
            f"[{_text(name)} || ': ' || o.v::VARCHAR || ' (' || o.s || ')'"
            f" FOR o IN {name} IF o.v <> {name}[1].v]"
            for name in own
            if not name.endswith('_key"')
        )
        vessels = "".join(
            f", CASE WHEN {name} NOT IN (FROM party_ids) THEN vessel({name}) END AS {name}_vessel"
            for name in subjects
        )
        replaced = "".join(
            f" REPLACE (CASE WHEN {name} IN (FROM party_ids) OR vessel({name}) IS NULL"
            f" THEN {name} END AS {name})"
            for name in subjects
        )
        # An id may stand once over companies and people; the company's row is the one drawn.
        only = " WHERE id NOT IN (FROM company_ids)" if spec.name == "people" else ""
        single = f"""
            SELECT {", ".join(own)}, _key AS key, list_sort(_sources) AS sources,
              CASE WHEN len(_doubts) > 0 THEN list_sort(_doubts) END AS doubts,
              NULL::VARCHAR[] AS conflicts
            FROM (FROM raw_{spec.name}{only})"""
        whole = (
            single
            if self._all_once(spec)
            else f"""
            WITH rows AS MATERIALIZED (FROM raw_{spec.name}{only}),
            twice AS MATERIALIZED (SELECT _key FROM rows GROUP BY _key HAVING count(*) > 1),
            lists AS (
              SELECT _key, {listed},
                list_sort(list_distinct(flatten(list(_sources)))) AS _sources,
                list_sort(list_distinct(flatten(list(_doubts)))) AS _doubts
              FROM rows SEMI JOIN twice USING (_key) GROUP BY _key
            ),
            several AS (
              SELECT {winners}, _key AS key, _sources AS sources,
                CASE WHEN len(_doubts) > 0 THEN _doubts END AS doubts,
                list_distinct(flatten([{others}])) AS conflicts
              FROM lists
            )
            {single} ANTI JOIN twice USING (_key) UNION ALL BY NAME
            SELECT * REPLACE (CASE WHEN len(conflicts) > 0 THEN list_sort(conflicts) END
              AS conflicts) FROM several"""
        )
        self.database.execute(f"""
            CREATE VIEW {spec.name} AS
            WITH whole AS ({whole}),
            pointed AS (SELECT *{vessels} FROM whole),
            final AS (SELECT *{replaced} FROM pointed)
            SELECT *, hash(final) AS row_hash FROM final
        """)

    def _all_once(self, spec: CypherFile) -> bool:
        """Whether no key of a table stands in two rows, so that nothing is to be resolved."""
        if not self.case.parquet(spec.name):
            return True
        rows, different = self.rows(f"SELECT count(*), count(DISTINCT _key) FROM raw_{spec.name}")[
            0
        ]
        return bool(rows == different)


def allowance() -> int:
    """The MB that DuckDB may take: a quarter of what is here, between LEAST and MOST."""
    return min(max(memory_here() // 4, LEAST), MOST)


def failed(error: duckdb.Error, where: str) -> NetinvError:
    """What DuckDB says against a program over the tables: that memory ran out, or what is wrong."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return TooLargeError(
            f"needs more memory than it may take ({allowance():,} MB)",
            where=where,
            next="use a machine or container with more memory, or load fewer shipments",
        )
    return DefinitionError(str(error).splitlines()[0], where=where)


def _damaged(case: Case, error: duckdb.Error) -> CaseError:
    return CaseError(
        f"a table is damaged: {str(error).splitlines()[0]}",
        where=str(case.folder),
        next="restore the case from a copy, or load its originals into a new one",
    )


@contextmanager
def _tables(case: Case) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB to look at the files of the case's tables."""
    with duckdb.connect() as database:
        try:
            yield database
        except duckdb.Error as error:
            raise _damaged(case, error) from None


def keys(spec: CypherFile) -> tuple[str, ...]:
    """The columns whose values name a row."""
    return spec.columns("key")


def references(spec: CypherFile) -> list[tuple[Input, str]]:
    """The columns of a drawn table that name a node of another, and its label."""
    if not spec.fields.get("writes"):
        return []
    drawn = set(re.findall(r"\brow\.(\w+)", spec.bare()))
    return [(one, one.kind.refers) for one in spec.inputs if one.kind.refers and one.name in drawn]


def _key_part(name: str, several: bool) -> str:
    text = f"coalesce(\"{name}\"::VARCHAR, '')"
    return f"replace(replace({text}, '\\', '\\\\'), '|', '\\|')" if several else text


WEIGHTS = ("weight_kg", "gross_kg")


@dataclass(frozen=True)
class Coverage:
    """How many `rows` a table has, how many are `checkable`, and how many lack each need. `what`
    names the rows: the table, and the value of a column that was asked for."""

    what: str
    rows: int
    checkable: int
    lacks: Mapping[str, int]


def coverage(
    case: Case, needs: Mapping[str, Sequence[str]], holding: Mapping[str, str] | None = None
) -> dict[str, Coverage]:
    """How many rows of each needed table have what a question needs, of those that hold values
    (`table.column` → value).

    `needs` maps a table to column names (`a|b`: either). A weight at or below zero is none.
    """
    found: dict[str, Coverage] = {}
    with _tables(case) as database:
        for table, wanted in needs.items():
            lacks = [_lack(need) for need in wanted]
            held = {
                place.partition(".")[2]: value
                for place, value in (holding or {}).items()
                if place.startswith(f"{table}.")
            }
            where = "".join(f' AND "{column}" = ${column}' for column in held)
            conditions = [f"({one}){where}" for one in ("true", _has(wanted), *lacks)]
            rows, checkable, *counts = _counts(case, database, table, conditions, held)
            what = table + "".join(f" of {column} {value}" for column, value in held.items())
            found[table] = Coverage(what, rows, checkable, dict(zip(wanted, counts, strict=True)))
    return found


@dataclass(frozen=True)
class Narrowed:
    """How many `rows` of a table that could be checked are of the day and name the entity that were
    asked for, and how many lack the day (`undated`)."""

    table: str
    checkable: int
    rows: int
    undated: int


def narrowed(
    case: Case,
    needs: Mapping[str, Sequence[str]],
    since: dt.date | None = None,
    days: Sequence[str] = (),
    entity: tuple[str, str] | None = None,
) -> list[Narrowed]:
    """What a day and an entity (label, key) leave of each needed table that has such days and names
    entities of that kind. The first of `days` that a row has is its day.

    Where a table tells what happened (`dated`), registers do not count: being known is no trade.
    """
    found: dict[str, Narrowed] = {}
    with _tables(case) as database:
        for table, wanted in needs.items():
            spec = cypherfile.tables()[table]
            dated = [f'"{day}"' for day in days if since and day in columns(spec)]
            named = _naming(spec, entity[0]) if entity else []
            if not (named if entity else dated):
                continue
            has, values = _has(wanted), dict[str, Any]()
            conditions = [has]
            if dated:
                conditions.append(f"coalesce({', '.join(dated)}) >= $since")
                values["since"] = since
            if entity:
                conditions.append(" OR ".join(f'"{name}" = $key' for name in named))
                values["key"] = entity[1]
            undated = f"coalesce({', '.join(dated)}) IS NULL" if dated else "false"
            every = " AND ".join(f"({one})" for one in conditions)
            counts = _counts(case, database, table, [has, every, f"({has}) AND {undated}"], values)
            found[table] = Narrowed(table, *counts)
    happened = {one for one in found if cypherfile.tables()[one].columns("dated")}
    return [found[table] for table in found if table in happened or not happened]


def _lack(need: str) -> str:
    return " AND ".join(
        f'coalesce("{name}" <= 0, true)' if name in WEIGHTS else f'"{name}" IS NULL'
        for name in need.split("|")
    )


def _has(wanted: Sequence[str]) -> str:
    return " AND ".join(f"NOT ({_lack(need)})" for need in wanted) or "true"


def _naming(spec: CypherFile, label: str) -> list[str]:
    """The columns of a table that name an entity of a label's kind."""
    names = [one.name for one in spec.inputs if keyed_as(one.kind.refers) == keyed_as(label)]
    own = keyed_as(str(spec.fields.get("writes"))) == keyed_as(label)
    return [*names, *keys(spec)] if own else names


def _counts(
    case: Case,
    database: duckdb.DuckDBPyConnection,
    table: str,
    conditions: Sequence[str],
    values: Mapping[str, Any],
) -> list[int]:
    """How many rows of a table meet each condition."""
    files = [str(path) for _, path in case.parquet(table)]
    if not files:
        return [0] * len(conditions)
    counts = ", ".join(f"count(*) FILTER ({one})" for one in conditions)
    (row,) = database.execute(
        f"SELECT {counts} FROM read_parquet($files)", {"files": files, **values}
    ).fetchall()
    return list(row)


def held(case: Case, column: str) -> list[str]:
    """The values that a column holds in the live sources; `column` is `table.column`."""
    table, _, name = column.partition(".")
    files = [str(path) for _, path in case.parquet(table)]
    if not files:
        return []
    with _tables(case) as database:
        rows = database.execute(
            f'SELECT DISTINCT "{name}" FROM read_parquet(?) WHERE "{name}" IS NOT NULL ORDER BY 1',
            [files],
        ).fetchall()
    return [str(value) for (value,) in rows]


def places(case: Case, rows: Iterable[str]) -> dict[str, str]:
    """Where source rows stand in their files: `<source>:<record>` → line, or sheet and row.

    Rows of foreign sources, which a SELECT makes of several records, have no line of their own.
    """
    wanted = sorted(set(rows))
    files = [
        str(path)
        for one in case.sources()
        for table in one.tables
        if (path := case.path("tables", table, f"{one.sha256}.parquet")).is_file()
    ]
    if not wanted or not files:
        return {}
    with _tables(case) as database:
        found = database.execute(
            "SELECT DISTINCT _sources[1], _place FROM read_parquet(?, union_by_name = true)"
            " WHERE len(_sources) = 1 AND _place <> '' AND _sources[1] IN (SELECT unnest(?))"
            " ORDER BY ALL",
            [files, wanted],
        ).fetchall()
    return {str(row): str(place) for row, place in found}


def quoted(path: Path) -> str:
    """A file's name between the quotes of a statement."""
    return str(path).replace("'", "''")


def _text(name: str) -> str:
    return "'" + name.strip('"') + "'"
