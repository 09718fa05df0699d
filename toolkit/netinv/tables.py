"""Results as tables and files: one line a finding, one line a source row. The home of pandas."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from netinv.errors import InputError
from netinv.inputs import guarded
from netinv.result import Edge, Node, Result, plain

if TYPE_CHECKING:
    from netinv.result import Finding

LONGEST = 32_767
"""Characters that a cell of xlsx can hold."""

EVIDENCE = ["finding", "element", "kind", "name", "derived", "source", "record", "file"]


def frame(result: Result) -> pd.DataFrame:
    """One line a finding: id, score and its parts, the columns of the question, what explains it,
    what speaks against it, and how many weaker rows were folded into it. Lists stay lists."""
    parts = [name for name in result.question.score if name not in result.columns]
    columns = ["finding", "score", *parts, *result.columns, "explained", "against", "variants"]
    return pd.DataFrame(
        [list(_line(one, result, parts)) for one in result.findings], columns=columns
    )


def _line(one: Finding, result: Result, parts: list[str]) -> Iterator[Any]:
    yield one.id
    yield one.score
    yield from (one.parts.get(name) for name in parts)
    yield from (one.values.get(name) for name in result.columns)
    yield one.explained
    yield list(one.against)
    yield one.variants


def evidence(result: Result) -> pd.DataFrame:
    """One line for each finding, element (node or relationship) and source row behind it.

    `record` is the number of the data row in `file`, counted from 1 before any reject. An element
    that no row defines has one line: derived links name their rule, bare nodes nothing.
    """
    files = {one["id"]: one["file"] for one in result.question.datasets}
    lines: list[list[Any]] = []
    for finding in result.findings:
        elements: list[Node | Edge] = [result.nodes[id_] for id_ in finding.nodes]
        elements += [result.edges[id_] for id_ in finding.edges]
        for element in elements:
            derived = isinstance(element, Edge) and element.derived
            kind = element.type if isinstance(element, Edge) else element.label
            name = element.name if isinstance(element, Node) else ""
            if derived:
                name = f"rule {element.properties.get('rule', '')}"
            head = [finding.id, element.id, kind, name, derived]
            for row in element.sources or ("",):
                source, _, record = row.partition(":")
                number = int(record) if record else None
                lines.append([*head, source, number, files.get(source, "")])
    made = pd.DataFrame(lines, columns=EVIDENCE)
    return made.astype({"record": "Int64"})


def writable(path: Path) -> None:
    """Refuse a file that cannot be written before anything is asked. Raises InputError."""
    if path.suffix not in WRITERS:
        raise InputError(
            f"{path.suffix or 'a file without a suffix'} is no format to write",
            where=str(path),
            next="use " + ", ".join(WRITERS),
        )
    if not path.parent.is_dir():
        raise InputError("is in no folder", where=str(path), next=f"make {path.parent} first")


def save(result: Result, path: Path | str) -> list[Path]:
    """Write a result; the suffix chooses the format. Returns the paths written.

    Every file is written in one step. The same result gives the same bytes. Raises InputError for
    an unknown suffix or an absent folder.
    """
    path = Path(path)
    writable(path)
    return WRITERS[path.suffix](result, path)


def _save_csv(result: Result, path: Path) -> list[Path]:
    """For people: lists as JSON, and an apostrophe before what a spreadsheet would run.

    The file begins with a byte order mark, so that spreadsheets read its names right.
    """
    counts = {"guarded_cells": 0}

    def cell(value: Any) -> Any:
        if isinstance(value, list | tuple | dict):
            value = json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, str):
            safe = guarded(value)
            counts["guarded_cells"] += safe != value
            return safe
        return value

    beside = path.with_suffix(".evidence.csv")
    for table, file in ((frame(result), path), (evidence(result), beside)):
        text = table.map(cell).to_csv(index=False, lineterminator="\n")
        _write(file, text.encode("utf-8-sig"))
    said = path.with_suffix(".question.json")
    _write(said, _json(_question(result) | counts))
    return [path, beside, said]


def _question(result: Result) -> dict[str, Any]:
    """What was asked, of what, and what was cut."""
    whole = plain(result)
    return {key: whole[key] for key in ("question", "answer", "checked", "cut", "notes")}


def _save_json(result: Result, path: Path) -> list[Path]:
    _write(path, _json(plain(result)))
    return [path]


def _save_parquet(result: Result, path: Path) -> list[Path]:
    """Verbatim, with the question in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = frame(result)
    mixed = [name for name in made if made[name].map(type).nunique() > 1]
    for name in mixed:  # a column of one type; what is mixed is kept as JSON
        if made[name].map(lambda v: isinstance(v, str | list | dict)).any():
            made[name] = made[name].map(
                lambda v: v if v is None or isinstance(v, str) else json.dumps(v, default=str)
            )
    table = pa.Table.from_pandas(made, preserve_index=False)
    said = {b"netinv.question": _json(_question(result))}
    part = _part(path)
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **said}), part)
    part.replace(path)
    return [path]


def _save_xlsx(result: Result, path: Path) -> list[Path]:
    """Three sheets; every cell a text or a number, never a formula."""
    import datetime as dt

    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = dt.datetime(2000, 1, 1)
    clipped = 0

    def cell(sheet: Any, value: Any) -> Any:
        nonlocal clipped
        if value is None or value is pd.NA or value != value:
            return None
        if isinstance(value, list | tuple | dict):
            value = json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, bool) or not isinstance(value, str):
            return value
        text = ILLEGAL_CHARACTERS_RE.sub(lambda found: f"\\x{ord(found[0]):02x}", value)
        clipped += len(text) > LONGEST
        made = WriteOnlyCell(sheet, text[:LONGEST])
        made.data_type = "s"
        return made

    for title, table in (("findings", frame(result)), ("evidence", evidence(result))):
        sheet = book.create_sheet(title)
        sheet.append([cell(sheet, name) for name in table.columns])
        for line in table.astype(object).itertuples(index=False):
            sheet.append([cell(sheet, value) for value in line])
    sheet = book.create_sheet("question")
    for key, value in _flat(_question(result)):
        sheet.append([cell(sheet, key), cell(sheet, value)])
    sheet.append(["cells cut to the length that xlsx allows", clipped])
    part = _part(path)
    book.save(part)
    part.replace(path)
    return [path]


def _flat(value: dict[str, Any], under: str = "") -> Iterator[tuple[str, Any]]:
    for key, one in value.items():
        name = f"{under}.{key}" if under else str(key)
        if isinstance(one, dict):
            yield from _flat(one, name)
        elif isinstance(one, list) and one and isinstance(one[0], dict):
            for number, inner in enumerate(one, 1):
                yield from _flat(inner, f"{name} {number}")
        elif isinstance(one, list):
            yield from ((name, inner) for inner in one)
        else:
            yield name, one


def _save_html(result: Result, path: Path) -> list[Path]:
    from netinv.view import page

    _write(path, page(result).encode())
    return [path]


WRITERS: dict[str, Callable[[Result, Path], list[Path]]] = {
    ".csv": _save_csv,
    ".xlsx": _save_xlsx,
    ".json": _save_json,
    ".parquet": _save_parquet,
    ".html": _save_html,
}


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return (text + "\n").encode("utf-8", "surrogatepass")


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")


def _write(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader sees the old one or the whole new one."""
    part = _part(path)
    part.write_bytes(content)
    part.replace(path)
