"""Results as tables and files: one line a finding, one line a source row. The home of pandas."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from netinv.errors import InputError
from netinv.inputs import guarded
from netinv.model import element_id
from netinv.result import Edge, Node, Result, plain

if TYPE_CHECKING:
    from netinv.result import Finding

LONGEST = 32_767
"""Characters that a cell of xlsx can hold."""

WIDEST = 60
"""Characters that a column of xlsx is made wide at most."""

BESIDE = {".csv": (".evidence.csv", ".question.json"), ".parquet": (".evidence.parquet",)}
"""Format → the endings of the files that are written beside one of it."""

BEFORE, AFTER = ("finding", "score"), ("explained", "against", "variants", "decided", "sentence")
"""Our columns of a line, before and after those of the question."""

EVIDENCE = ["finding", "element", "kind", "name", "derived", "source", "record", "line", "file"]


def frame(result: Result) -> pd.DataFrame:
    """One line a finding: id, score and its parts, the columns of the question, what explains it,
    what speaks against it, how many weaker rows were folded into it, and the sentence that says
    it. Lists stay lists. A column of the question that has the name of one of ours gets a `_`."""
    parts = [name for name in result.question.score if name not in result.columns]
    own = [f"{name}_" if name in (*BEFORE, *AFTER) else name for name in result.columns]
    columns = [*BEFORE, *parts, *own, *AFTER]
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
    yield one.decided
    yield one.sentence


def evidence(result: Result) -> pd.DataFrame:
    """One line for each finding, element (node or relationship) and source row behind it.

    `record` is the number of the data row in `file`, counted from 1 without the header and before
    any reject; `line` is the line of the file, or sheet and row, where it is known. A derived link
    names its rule, and the rows are those of the shipments that it links. An element that no row
    defines has one line.
    """
    files = {one["id"]: one["file"] for one in result.question.datasets}
    places = getattr(result, "lines", {})
    lines: list[list[Any]] = []
    for finding in result.findings:
        elements: list[Node | Edge] = [result.nodes[id_] for id_ in finding.nodes]
        elements += [result.edges[id_] for id_ in finding.edges]
        for element in elements:
            derived = isinstance(element, Edge) and element.derived
            kind = element.type if isinstance(element, Edge) else element.label
            name = element.name if isinstance(element, Node) else ""
            rows = element.sources
            if isinstance(element, Edge) and derived:
                name, rows = _ruled(element), _linked(element, result)
            head = [finding.id, element.id, kind, name, derived]
            for row in rows or ("",):
                source, _, record = row.partition(":")
                number = int(record) if record else None
                place = places.get(row, "")
                lines.append([*head, source, number, place, files.get(source, "")])
    made = pd.DataFrame(lines, columns=EVIDENCE)
    return made.astype({"record": "Int64"})


def _ruled(edge: Edge) -> str:
    """The rule of a derived link and its numbers, in words."""
    about = edge.properties
    days, drift, expected = (about.get(name) for name in ("days", "drift", "expected"))
    numbers = [
        "" if days is None else f"{days} day{'s' * (days != 1)}",
        "" if drift is None else f"drift {100 * drift:.2g} %",
        "" if expected is None else f"expected {expected:.2g}",
        f"by {about['basis']}" if about.get("basis") else "",
    ]
    said = ", ".join(number for number in numbers if number)
    return f"rule {about.get('rule', '')}" + (f": {said}" if said else "")


def _linked(edge: Edge, result: Result) -> tuple[str, ...]:
    """The rows of the shipments that a derived link goes from and to, part loads included."""
    ends = [edge.start]
    ends += [element_id("Shipment", one) for one in edge.properties.get("from_parts") or ()]
    ends += [edge.end]
    ends += [element_id("Shipment", one) for one in edge.properties.get("to_parts") or ()]
    known = [result.nodes[id_] for id_ in ends if id_ in result.nodes]
    return tuple(dict.fromkeys([*edge.sources, *(row for one in known for row in one.sources)]))


def known_format(path: Path) -> None:
    """Refuse a suffix that is no format. Raises InputError."""
    if path.suffix not in WRITERS:
        raise InputError(
            f"{path.suffix or 'a file without a suffix'} is no format to write",
            where=str(path),
            next="use " + ", ".join(WRITERS),
        )


def files(path: Path) -> list[Path]:
    """The files that an answer written to a file makes: itself and those beside it."""
    return [path, *(path.with_suffix(suffix) for suffix in BESIDE.get(path.suffix, ()))]


def writable(path: Path) -> None:
    """Refuse a file that cannot be written before anything is asked. Raises InputError."""
    known_format(path)
    with translated(path):
        if path.is_dir():
            raise InputError("is a folder", where=str(path), next="name a file")
        if not path.parent.is_dir():
            raise InputError("is in no folder", where=str(path), next=f"make {path.parent} first")
        # Tried and not looked up: root may write anywhere but to a file system that takes no files.
        with tempfile.TemporaryFile(dir=path.parent):
            pass


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """What the system says against writing a file, as one InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror or error}",
            where=str(path),
            next="check the disk and your rights there, or name a file in another folder",
        ) from None


def save(result: Result, path: Path | str) -> list[Path]:
    """Write a result; the suffix chooses the format. Returns the paths written.

    Every file is written in one step. The same result gives the same bytes. Raises InputError for
    an unknown suffix, an absent folder, and whatever the system says against writing.
    """
    path = Path(path)
    writable(path)
    with translated(path):
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

    path, beside, said = files(path)
    for table, file in ((frame(result), path), (evidence(result), beside)):
        text = table.map(cell).to_csv(index=False, lineterminator="\n")
        _write(file, text.encode("utf-8-sig"))
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
    """Verbatim, with the question in the files' metadata; the evidence in a file beside it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = frame(result)
    for name in made:  # a column has one type; what is mixed, in it or inside it, is kept as JSON
        try:
            pa.array(made[name], from_pandas=True)
        except pa.ArrowException:
            made[name] = made[name].map(
                lambda v: v if v is None or isinstance(v, str) else json.dumps(v, default=str)
            )
    kinds = {"derived": pa.bool_(), "record": pa.int64()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in EVIDENCE])
    path, beside = files(path)
    said = {b"netinv.question": _json(_question(result))}
    for table, file in (
        (pa.Table.from_pandas(made, preserve_index=False), path),
        (pa.Table.from_pandas(evidence(result), schema, preserve_index=False), beside),
    ):
        noted = table.replace_schema_metadata({**(table.schema.metadata or {}), **said})
        with _whole(file) as part:
            pq.write_table(noted, part)
    return [path, beside]


def _save_xlsx(result: Result, path: Path) -> list[Path]:
    """Three sheets; every cell a text or a number, never a formula."""
    book = _Book()
    for title, table in (("findings", frame(result)), ("evidence", evidence(result))):
        book.sheet(title, list(table.columns), _rows(table))
    book.sheet("question", [], [[key, value] for key, value in _flat(_question(result))])
    book.save(path)
    return [path]


def save_book(
    path: Path,
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]],
    answers: Iterable[Result] = (),
) -> None:
    """Write a workbook of named sheets, and of a sheet for each answer that has findings.

    Raises InputError for whatever the system says against writing.
    """
    book = _Book()
    for title, (columns, lines) in sheets.items():
        book.sheet(title, columns, lines)
    for result in answers:
        if result.findings:
            table = frame(result)
            book.sheet(result.question.command[:31], list(table.columns), _rows(table))
    book.sheet("about", [], [["A finding is a lead and no proof.", ""]])
    with translated(path):
        book.save(path)


def _rows(table: pd.DataFrame) -> list[list[Any]]:
    return [list(line) for line in table.astype(object).itertuples(index=False)]


class _Book:
    """An xlsx that is written as it is filled."""

    def __init__(self) -> None:
        import openpyxl

        self.book = openpyxl.Workbook(write_only=True)
        self.book.properties.created = self.book.properties.modified = dt.datetime(2000, 1, 1)
        self.clipped = 0
        self.last: Any = None

    def sheet(self, title: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
        """One sheet; without columns it has no head."""
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter

        sheet = self.book.create_sheet(title)
        kept = [list(line) for line in lines]
        whole = [list(columns), *kept] if columns else kept
        # Both go before the rows.
        if columns:
            sheet.freeze_panes = "A2"
        for number, column in enumerate(zip(*whole, strict=True), 1):
            longest = max(len("" if value is None else str(value)) for value in column)
            width = min(max(longest + 2, 8), WIDEST)
            sheet.column_dimensions[get_column_letter(number)].width = width
        if columns:
            head = [self._cell(sheet, name) for name in columns]
            for cell in head:
                cell.font = Font(bold=True)
            sheet.append(head)
        for line in kept:
            sheet.append([self._cell(sheet, value) for value in line])
        self.last = sheet

    def save(self, path: Path) -> None:
        """Write the file; the last sheet ends with what was cut."""
        self.last.append(["cells cut to the length that xlsx allows", self.clipped])
        with _whole(path) as part:
            self.book.save(part)

    def _cell(self, sheet: Any, value: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        if value is None or value is pd.NA or value != value:
            return None
        if isinstance(value, list | tuple | dict):
            value = json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, bool) or not isinstance(value, str):
            return value
        text = ILLEGAL_CHARACTERS_RE.sub(lambda found: f"\\x{ord(found[0]):02x}", value)
        self.clipped += len(text) > LONGEST
        made = WriteOnlyCell(sheet, text[:LONGEST])
        made.data_type = "s"
        return made


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


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A place to write a file that takes its name in one step: a reader sees the old one or the
    whole new one, and what breaks off leaves nothing."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with _whole(path) as part:
        part.write_bytes(content)
