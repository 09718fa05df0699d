"""Checks rows by the types of their table and writes them into one Parquet file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netinv.cypherfile import CypherFile
from netinv.errors import InputError
from netinv.inputs import KINDS, Input, imo_number, to_order

CHUNK = 20_000
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
class Row:
    """The typed cells of one row, in the order of the table's columns, and what is odd in it."""

    values: list[Any]
    doubts: list[str]
    raw: dict[str, str]
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Cells that were taken as empty: column and why; their texts are in `raw`."""


class Checker:
    """Reads the cells of one file by the types of its table."""

    def __init__(self, spec: CypherFile, header: Sequence[str], namespace: str) -> None:
        self.spec = spec
        self.prefix = f"{namespace}-" if namespace else ""
        self.known = {one.name for one in spec.inputs}
        self.unread: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.places = {name: at for at, name in enumerate(columns(spec))}
        self.readers: list[tuple[int, Input, int, dict[str, Any]]] = [
            (at, one, self.places[one.name], {})
            for one in spec.inputs
            for at, name in enumerate(header)
            if name == one.name
        ]
        self.flagged = self.places.get("to_order")
        self.needed = [(one.name, self.places[one.name]) for one in spec.inputs if one.required]
        self.traded = spec.name == "shipments"
        self.parties = [self.places[name] for name in PARTIES] if self.traded else []

    def check(self, cells: Sequence[str]) -> Row | Reject:
        """A row, or the reject that says which cell is wrong and why."""
        values: list[Any] = [None] * len(self.places)
        row = Row(values, [], {})
        for at, one, place, memo in self.readers:
            text = cells[at]
            if not text:
                continue
            kept = memo.get(text)
            if kept is None:
                if len(memo) >= MEMO:
                    memo.clear()
                kept = memo[text] = self._read(one, text)
            read, doubt, also, wrong = kept
            if wrong:
                if one.required:
                    return Reject("", 0, "", one.name, text, wrong, "")
                row.raw[one.name] = text
                if one.name == "consignee":
                    if self.flagged is not None:
                        values[self.flagged] = True
                else:
                    example = self.examples.setdefault(one.name, text[:60])
                    what = "none of its values" if one.choices else f"no {one.type}"
                    self.unread[f"{one.name}: {what}, such as {example!r}"] += 1
                    row.unread.append((one.name, wrong))
                continue
            values[place] = read
            if also:
                for offset, extra in enumerate(also, 1):
                    values[place + offset] = extra
            if doubt:
                row.doubts.append(doubt)
        for name, place in self.needed:
            if values[place] is None:
                return Reject("", 0, "", name, "", "is empty and must not be", "")
        if self.traded and not self._has_party(values):
            return Reject("", 0, "", "shipper", "", "no party is named at either end", "")
        return row

    def _has_party(self, values: list[Any]) -> bool:
        to_order = self.flagged is not None and values[self.flagged]
        return bool(to_order) or any(values[place] is not None for place in self.parties)

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
        self.rows: list[list[Any]] = []

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
        try:
            self._flush()
        finally:
            self.writer.close()
            self.database.close()

    def add(self, row: Row, record: int, place: str, sources: list[str]) -> None:
        raw = json.dumps(row.raw, ensure_ascii=False) if row.raw else None
        self.rows.append([*row.values, record, place, sources, row.doubts, raw])
        if len(self.rows) >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if not self.rows:
            return
        arrays = [
            pa.array(column, type_)
            for column, type_ in zip(zip(*self.rows, strict=True), self.schema.types, strict=True)
        ]
        chunk = pa.Table.from_arrays(arrays, schema=self.schema)
        if self.checks:
            self.database.register("chunk", chunk)
            checked: Any = self.database.sql(self.checks)
            chunk = checked.to_arrow_table().cast(self.schema)
        for doubts in chunk.column("_doubts").to_pylist():
            self.doubts.update(_reason(doubt) for doubt in doubts or ())
        self.writer.write_table(chunk)
        self.rows = []


def _reason(doubt: str) -> str:
    """A doubt without the value it speaks of, to be counted."""
    column, _, rest = doubt.partition(": ")
    at = rest.find(" is ")
    at = rest.find(" has ") if at < 0 else at
    return f"{column}: {rest[at + 1 :]}" if rest and at >= 0 else doubt
