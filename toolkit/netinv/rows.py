"""Checks rows by the types of their table and writes them into one Parquet file.

Rows are worked on many at a time and column by column: most cells of a column repeat, and what was
read once is looked up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netinv.cypherfile import CypherFile
from netinv.errors import InputError
from netinv.inputs import KINDS, Input, imo_number, to_order

CHUNK = 20_000
"""Rows that are worked on at a time."""
MEMO = 100_000
"""How many different cells of a column are remembered while a file is read."""

PARTIES = ("shipper", "consignee", "exporter", "importer", "seller", "buyer", "notify")
"""Columns of a shipment of which one must name a party, unless it is to order."""

NAMESPACED = {"id", "company", "party", "subject", "shipment", "licence"}


@dataclass
class Reject:
    """One row that could not be taken in."""

    file: str
    record: int
    place: str
    column: str
    value: str
    reason: str
    raw: str


@dataclass
class Checked:
    """Typed rows, column by column, in the order of the table's columns.

    A column that the file does not have is None. What is odd in a row stands under its place among
    the rows; those in `rejects` are in the columns too, and are not to be written.
    """

    count: int
    columns: list[Sequence[Any] | None]
    rejects: dict[int, Reject] = field(default_factory=dict)
    doubts: dict[int, list[str]] = field(default_factory=dict)
    raw: dict[int, dict[str, str]] = field(default_factory=dict)
    unread: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    """Cells that were taken as empty: column and why; their texts are in `raw`."""


class _Memo:
    """What the texts of one column read as. `odd` holds doubt, and what is wrong, of some."""

    def __init__(self, one: Input) -> None:
        self.values: dict[str, Any] = {}
        self.also: list[dict[str, Any]] = [{} for _ in one.kind.also]
        self.odd: dict[str, tuple[str, str]] = {}

    def clear(self) -> None:
        for kept in (self.values, *self.also, self.odd):
            kept.clear()


class Checker:
    """Reads the cells of one file by the types of its table."""

    def __init__(self, spec: CypherFile, header: Sequence[str], namespace: str) -> None:
        self.spec = spec
        self.prefix = f"{namespace}-" if namespace else ""
        self.known = {one.name for one in spec.inputs}
        self.unread: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.places = {name: at for at, name in enumerate(columns(spec))}
        self.readers = [
            (header.index(one.name), one, _Memo(one)) for one in spec.inputs if one.name in header
        ]
        self.flagged = self.places.get("to_order")
        self.needed = [(one.name, self.places[one.name]) for one in spec.inputs if one.required]
        self.traded = spec.name == "shipments"
        self.widens = spec.fields.get("empty") == "all"

    def check(self, rows: Sequence[Sequence[str]]) -> Checked:
        """Read rows of as many cells as the header has."""
        made = Checked(len(rows), [None] * len(self.places))
        cells = list(zip(*rows, strict=True))
        to_order: list[int] = []
        for at, one, memo in self.readers if rows else ():
            texts, place = cells[at], self.places[one.name]
            self._remember(one, memo, set(texts))
            for offset, known in enumerate((memo.values, *memo.also)):
                made.columns[place + offset] = list(map(known.get, texts))
            if memo.odd:
                for row, text in enumerate(texts):
                    if text in memo.odd and not self._odd(made, row, one, text, *memo.odd[text]):
                        to_order.append(row)
        if to_order and self.flagged is not None:
            flags = list(made.columns[self.flagged] or [None] * len(rows))
            for row in to_order:
                flags[row] = True
            made.columns[self.flagged] = flags
        for name, place in self.needed:
            for row in _empty(made.columns[place], len(rows)):
                made.rejects.setdefault(row, reject(name, "", "is empty and must not be"))
        if self.traded:
            for row in self._nobody(made):
                made.rejects.setdefault(
                    row, reject("shipper", "", "no party is named at either end")
                )
        self._count(made)
        return made

    def _remember(self, one: Input, memo: _Memo, texts: set[str]) -> None:
        """Read the texts of a column that were not read before."""
        texts.discard("")
        new = texts.difference(memo.values)
        if len(memo.values) + len(new) > MEMO:
            memo.clear()
            new = texts
        for text in new:
            value, doubt, also, wrong = self._read(one, text)
            memo.values[text] = value
            for known, extra in zip(memo.also, also, strict=False):
                known[text] = extra
            if doubt or wrong:
                memo.odd[text] = doubt, wrong

    def _odd(self, made: Checked, row: int, one: Input, text: str, doubt: str, wrong: str) -> bool:
        """Keep what is odd in a cell; false for a consignee that names nobody."""
        if doubt:
            made.doubts.setdefault(row, []).append(doubt)
        if wrong and (one.required or self.widens):
            made.rejects.setdefault(row, reject(one.name, text, wrong))
        elif wrong:
            made.raw.setdefault(row, {})[one.name] = text
            if one.name == "consignee":
                return False
            made.unread.setdefault(row, []).append((one.name, wrong))
        return True

    def _nobody(self, made: Checked) -> list[int]:
        """The rows that name no party and are not to order."""
        named = [made.columns[self.places[name]] for name in (*PARTIES, "to_order")]
        given = [column for column in named if column is not None]
        if not given:
            return [*range(made.count)]
        return [row for row, who in enumerate(zip(*given, strict=True)) if not any(who)]

    def _count(self, made: Checked) -> None:
        """Count the cells taken as empty in the rows that stay."""
        inputs = {one.name: one for one in self.spec.inputs}
        for row, cells in made.unread.items():
            for name, _ in cells if row not in made.rejects else ():
                example = self.examples.setdefault(name, made.raw[row][name][:60])
                kind = "none of its values" if inputs[name].choices else f"no {inputs[name].type}"
                self.unread[f"{name}: is {kind}, such as {example!r}"] += 1

    def _read(self, one: Input, text: str) -> tuple[Any, str, tuple[Any, ...], str]:
        """Value, doubt, added columns, and what is wrong if it cannot be read."""
        if one.name == "consignee" and to_order(text):
            return None, "", (), "names nobody"
        try:
            reading = one.read(text)
        except InputError as error:
            return None, "", (), f"{error.what}" + (f" ({error.next})" if error.next else "")
        value = reading.value
        if self.prefix and value is not None and one.type in NAMESPACED:
            vessel = one.type == "subject" and imo_number(value)
            value = value if vessel else self.prefix + value
        also = tuple(map(reading.also.get, KINDS[one.type].also)) if reading.also else ()
        doubt = f"{one.name}: {text.strip()} {reading.doubt}" if reading.doubt else ""
        return value, doubt, also, ""


def reject(column: str, value: str, reason: str) -> Reject:
    """What is wrong in a row, before it is said which row that is."""
    return Reject("", 0, "", column, value, reason, "")


def _empty(column: Sequence[Any] | None, count: int) -> Iterable[int]:
    """The places of a column that hold nothing."""
    if column is None:
        return range(count)
    return [at for at, value in enumerate(column) if value is None] if None in column else ()


ARROW = {"text": "string", "integer": "int64", "number": "double", "flag": "bool", "date": "date32"}


def columns(spec: CypherFile) -> dict[str, str]:
    """The typed columns of a table, with those that its kinds add: name → column type."""
    found: dict[str, str] = {}
    for one in spec.inputs:
        found[one.name] = one.kind.column
        found |= {f"{one.name}_{suffix}": type_ for suffix, type_ in one.kind.also.items()}
    return found


class TableWriter:
    """Writes the checked rows of one load into one Parquet file.

    Beside the table's columns: `_record`, `_place`, `_sources` (list of `<source>:<record>`),
    `_doubts` (list of texts) and `_raw` (JSON of cells that did not read).
    """

    def __init__(self, spec: CypherFile, scratch: Path) -> None:
        import pyarrow as pa

        self.spec = spec
        self.path = scratch / f"{spec.name}.parquet"
        self.doubts: Counter[str] = Counter()
        self.types = [pa.type_for_alias(ARROW[type_]) for type_ in columns(spec).values()]
        text, texts = pa.string(), pa.list_(pa.string())
        own = {"_record": pa.int64(), "_place": text, "_sources": texts, "_doubts": texts}
        typed = dict(zip(columns(spec), self.types, strict=True))
        self.schema = pa.schema([*(typed | own | {"_raw": text}).items()])

    def __enter__(self) -> TableWriter:
        import duckdb
        import pyarrow.parquet as pq

        self.writer = pq.ParquetWriter(self.path, self.schema, compression="zstd")
        self.database = duckdb.connect()
        checks = self.spec.mapping("doubts")
        self.checks = (
            "SELECT * REPLACE (list_concat(_doubts, [said FOR said IN ["
            + ", ".join(f"CASE WHEN {wrong} THEN '{says}' END" for wrong, says in checks.items())
            + "] IF said IS NOT NULL]) AS _doubts) FROM chunk"
            if checks
            else ""
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.close()
        self.database.close()

    def add(
        self,
        rows: Checked,
        records: Sequence[int],
        places: Sequence[str],
        sources: Sequence[Sequence[str]],
    ) -> None:
        """Write the rows that are not rejected; each has a record, a place and its sources."""
        import pyarrow as pa

        every = range(rows.count)
        doubts = [rows.doubts.get(row, ()) for row in every]
        raw = [
            json.dumps(rows.raw[row], ensure_ascii=False) if row in rows.raw else None
            for row in every
        ]
        chunk = pa.Table.from_arrays(
            [
                pa.nulls(rows.count, type_) if column is None else pa.array(column, type_)
                for column, type_ in zip(
                    [*rows.columns, records, places, sources, doubts, raw],
                    self.schema.types,
                    strict=True,
                )
            ],
            schema=self.schema,
        )
        if rows.rejects:
            chunk = chunk.filter(pa.array([row not in rows.rejects for row in every], pa.bool_()))
        if not chunk.num_rows:
            return
        if self.checks:
            self.database.register("chunk", chunk)
            checked: Any = self.database.sql(self.checks)
            chunk = checked.to_arrow_table().cast(self.schema)
        for doubted in chunk.column("_doubts").combine_chunks().flatten().to_pylist():
            self.doubts[_reason(doubted)] += 1
        self.writer.write_table(chunk)


def _reason(doubt: str) -> str:
    """A doubt without the value it speaks of, to be counted."""
    column, _, rest = doubt.partition(": ")
    at = rest.find(" is ")
    at = rest.find(" has ") if at < 0 else at
    return f"{column}: {rest[at + 1 :]}" if rest and at >= 0 else doubt
