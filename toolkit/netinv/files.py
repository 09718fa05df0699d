"""Reads a table's file whatever its format: records of text with their number and their place."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netinv.errors import InputError
from netinv.inputs import written

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".parquet", ".xlsx", ".json")
LONGEST = 500
"""Lines that one quoted record may span before its quote is taken for one that never closes."""
LINE = 64_000_000
"""Characters that a line may have: of a longer one, which may never end, no more is kept. A record
of several lines may have as many before its quote is taken for one that never closes."""
RAW = 50_000
"""Characters of a rejected line that are shown; the original has them all."""
COLUMNS = 5_000
"""Columns that a table may have: a file of more is no table, and would fill the memory."""
UNPACKED = 1_000_000_000
"""Bytes that an xlsx file may hold beside its sheets, which are read row by row: its texts are read
at once, and a small file may unpack to more than any memory."""

csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: `number` is 1-based and counted before any reject, `place` the physical line, or
    sheet and row. `wrong` says why it cannot be read as a row; `raw` is then its text."""

    number: int
    place: str
    cells: Sequence[str]
    wrong: str = ""
    raw: str = ""


class Opened:
    """A table's file, opened: header, encoding, dialect, and its records, once."""

    def __init__(
        self,
        header: Sequence[str],
        records: Iterator[Record],
        encoding: str = "",
        dialect: str = "",
        note: str = "",
    ) -> None:
        self.header = tuple(name or f"column_{i}" for i, name in enumerate(header, 1))
        self._records = records
        self.encoding = encoding
        self.dialect = dialect
        self.note = note

    def records(self) -> Iterator[Record]:
        return self._records

    def raw(self, cells: Sequence[str]) -> str:
        """Cells as one line of csv."""
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(cells)
        return line.getvalue()


def stem(path: Path) -> str:
    """The name of the table that a file's name says: `companies.csv.gz` → `companies`."""
    return path.name.split(".")[0].lower()


def readable(path: Path) -> bool:
    """Whether a file's name ends as one of a format that is read."""
    return path.name.lower().endswith(SUFFIXES)


def fingerprint(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_original(path: Path, sha256: str, folder: Path) -> Path:
    """Keep a file's bytes, compressed, under their hash. Raises InputError, and keeps nothing, when
    they no longer have it."""
    kept, part = folder / f"{sha256}.gz", folder / f".{sha256}.{os.getpid()}"
    found = hashlib.sha256()
    with (
        path.open("rb") as source,
        part.open("wb") as out,
        gzip.GzipFile("", "wb", compresslevel=3, fileobj=out, mtime=0) as to,
    ):
        while block := source.read(1 << 20):
            found.update(block)
            to.write(block)
    if found.hexdigest() != sha256:
        part.unlink()
        raise InputError(
            "changed while it was read",
            where=path.name,
            next="load it again when nothing writes it",
        )
    return part.replace(kept)


def original_stands(sha256: str, folder: Path) -> bool:
    """Whether a kept original is there, and still the file that had this hash."""
    try:
        with gzip.open(folder / f"{sha256}.gz") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except (OSError, EOFError, zlib.error):
        return False


@contextmanager
def open_table(path: Path, encoding: str = "") -> Iterator[Opened]:
    """Open a file of one of SUFFIXES. Raises InputError when it is none of them inside."""
    try:
        if path.name.lower().endswith(".parquet"):
            yield _open_parquet(path)
        elif path.name.lower().endswith(".xlsx"):
            yield _open_xlsx(path)
        else:
            with _text(path, encoding) as (file, codec):
                json_ = path.name.lower().endswith(".json")
                yield (_open_json if json_ else _open_csv)(path, file, codec)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot be read: {error}", where=path.name) from None
    except UnicodeError as error:
        what = (
            f"is not {error.encoding} at byte {error.start} of a block"
            if isinstance(error, UnicodeDecodeError)
            else f"cannot be decoded: {error}"
        )
        raise InputError(
            what,
            where=path.name,
            next="name its encoding with --encoding, such as gb18030 or cp1251",
        ) from None


# ---------------------------------------------------------------- csv


def _bytes(path: Path) -> Any:
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[tuple[io.TextIOWrapper, str]]:
    codec = encoding or _encoding(path)
    try:
        "".encode(codec)
    except (LookupError, UnicodeError):
        raise InputError(f"no encoding {codec!r}", next="use a name such as gb18030") from None
    with _bytes(path) as raw, io.TextIOWrapper(raw, encoding=codec, newline="") as file:
        yield file, codec


def _encoding(path: Path) -> str:
    """UTF-8 when the whole file is, else what its bytes look like."""
    import codecs

    with _bytes(path) as file:
        head = file.read(1 << 18)
        for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16")):
            if head.startswith(mark):
                return name
        if head.startswith(codecs.BOM_UTF16_BE):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        before, block = b"", head
        try:
            while block:
                decoder.decode(block)
                before, block = block, file.read(1 << 20)
            decoder.decode(b"", final=True)
            return "utf-8"
        except UnicodeDecodeError:
            pass
    from charset_normalizer import from_bytes

    # Letters that are not ASCII tell: whole lines from the first of them on, as a letter of several
    # bytes that was cut in two would tell wrong.
    odd = before + block
    letter = re.search(rb"[\x80-\xff]", odd)
    start = odd.rfind(b"\n", 0, letter.start()) + 1 if letter else 0
    sample = odd[start : start + (1 << 16)]
    best = from_bytes(sample[: sample.rfind(b"\n") + 1] or sample).best()
    if best is None:
        raise InputError(
            "is in no encoding that can be told", where=path.name, next="say --encoding"
        )
    return str(best.encoding)


class _Lines:
    """Physical lines, counted, with those of the present record kept so that some can go back."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self.file = file
        self.back: list[str] = []
        self.kept: list[str] = []
        self.number = 0
        self.room = LINE

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.kept and self.full():
            raise csv.Error("unclosed")
        line = self.back.pop() if self.back else self.read()
        if not line:
            raise StopIteration
        self.number += 1
        self.kept.append(line)
        if len(line) > LINE:
            raise csv.Error(f"its line is longer than {LINE:,} characters")
        return line

    def full(self) -> bool:
        """Whether the record has as many lines, or characters, as one may have."""
        self.room = (LINE if len(self.kept) == 1 else self.room) - len(self.kept[-1])
        return len(self.kept) > LONGEST or self.room < 0

    def read(self) -> str:
        """The next line of the file; one that is too long is cut, and its rest passed over."""
        line = rest = self.file.readline(LINE + 1)
        while len(line) > LINE and rest and rest[-1] not in "\r\n":
            rest = self.file.readline(1 << 20)
        return line

    def give_back(self) -> str:
        """Keep the first line of the record and give the others back."""
        first, *rest = self.kept
        self.back += reversed(rest)
        self.number -= len(rest)
        self.kept = []
        return first


def _cut(text: str) -> str:
    """The text of a record that is rejected, cut when it is long."""
    return text.rstrip("\r\n") if len(text) <= RAW else f"{text[:RAW]}… (cut)"


def _open_csv(path: Path, file: io.TextIOWrapper, codec: str) -> Opened:
    lines = _Lines(file)
    first = lines.read()
    while first and not first.strip():
        lines.number += 1
        first = lines.read()
    if not first:
        raise InputError("is empty", where=path.name, next="check that it is whole")
    where = f"{path.name}:{lines.number + 1}"
    if "\0" in first:
        raise InputError("is not a text file", where=path.name, next="save it as csv or xlsx")
    if len(first) > LINE:
        raise InputError(
            f"its header is longer than {LINE:,} characters",
            where=where,
            next="check that it is a table",
        )
    bare = re.sub(r'"[^"]*"', "", first)
    counts = {mark: bare.count(mark) for mark in (",", ";", "\t", "|")}
    mark = max(counts, key=lambda m: counts[m])
    lines.back.append(first)
    _few(counts[mark] + 1, where)
    try:
        header = [name.strip() for name in next(csv.reader(lines, delimiter=mark, strict=True))]
    except csv.Error:
        raise InputError(
            "its header cannot be parsed", where=where, next="mend its quotes"
        ) from None
    lines.kept = []
    _once(header, where)
    records = _csv_records(lines, mark, len(header))
    shown = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[mark]
    return Opened(header, records, codec, shown)


def _once(header: Sequence[str], where: str) -> None:
    """Refuse a header that names a column twice, as one of the two would be lost, or too many."""
    _few(len(header), where)
    counts = Counter(map(str.lower, header))
    double = next((name for name in header if name and counts[name.lower()] > 1), None)
    if double:
        raise InputError(f"has the column {double!r} twice", where=where, next="rename one of them")


def _few(columns: int, where: str) -> None:
    if columns > COLUMNS:
        raise InputError(
            f"has more than {COLUMNS:,} columns, too many for a table",
            where=where,
            next="check that it is one, or leave out columns",
        )


def _csv_records(lines: _Lines, mark: str, width: int) -> Iterator[Record]:
    number = 0
    reader = csv.reader(lines, delimiter=mark, strict=True)
    while True:
        lines.kept = []
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            # A quote that ran into further lines took them from their own records.
            unclosed = len(lines.kept) > 1 or "unexpected end" in str(error)
            what = "a quote opens and never closes" if unclosed else f"cannot be parsed: {error}"
            yield Record(number, str(start), (), what, _cut(lines.give_back()))
            reader = csv.reader(lines, delimiter=mark, strict=True)
            continue
        if not cells or (len(cells) == 1 and not cells[0].strip() and width > 1):
            continue  # a blank line is no record
        number += 1
        if len(cells) != width:
            raw = _cut("".join(lines.kept))
            wrong = f"has {len(cells)} cells where the header has {width}"
            yield Record(number, str(start), (), wrong, raw)
            continue
        yield Record(number, str(start), cells)


# ---------------------------------------------------------------- parquet and xlsx


def _open_parquet(path: Path) -> Opened:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise InputError(f"is no Parquet file: {error}", where=path.name) from None

    def records() -> Iterator[Record]:
        number = 0
        try:
            for batch in file.iter_batches(10_000):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield Record(number, f"row {number}", [written(value) for value in values])
        except (pa.ArrowException, OverflowError, ValueError) as error:
            raise InputError(f"cannot be read: {error}", where=path.name) from None

    header = [str(name).strip() for name in file.schema_arrow.names]
    _once(header, path.name)
    return Opened(header, records(), dialect="parquet")


def _open_xlsx(path: Path) -> Opened:
    import zipfile
    from xml.etree.ElementTree import ParseError

    import openpyxl

    # What openpyxl makes of a damaged book is any of these.
    damaged = (zipfile.BadZipFile, ParseError, LookupError, ValueError, AttributeError, TypeError)
    try:
        with zipfile.ZipFile(path) as packed:
            parts = [one for one in packed.infolist() if "/worksheets/" not in one.filename]
        if (size := sum(one.file_size for one in parts)) > UNPACKED:
            raise InputError(
                f"unpacks to {size:,} bytes beside its sheets, more than {UNPACKED:,}",
                where=path.name,
                next="save the sheet as csv",
            )
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except damaged as error:
        raise InputError(f"is no xlsx file: {error}", where=path.name) from None

    def filled() -> Iterator[tuple[int, list[str], str]]:
        try:
            yield from _filled(book, sheet) if sheet else ()
        except damaged as error:
            raise InputError(f"cannot be read: {error}", where=path.name) from None

    sheet, others = (book.worksheets or [None])[0], [one.title for one in book.worksheets[1:]]
    rows = filled()
    top, header, bare = next(rows, (0, [], ""))
    while header and not header[-1].strip():
        header.pop()
    if not header:
        raise InputError("is empty", where=path.name, next="check that it is whole")
    where = f"{path.name}:{sheet.title}!{top}"
    if bare:
        raise InputError(f"its header cannot be read: {bare}", where=where, next=SAVED)
    header = [name.strip() for name in header]
    _once(header, where)

    def records() -> Iterator[Record]:
        for number, (at, row, bare) in enumerate(rows, 1):
            wrong = f"{bare} ({SAVED})" if bare else ""
            if not wrong and any(row[len(header) :]):
                wrong = f"has cells beyond the header's {len(header)} columns"
            if wrong:
                yield Record(number, f"{sheet.title}!{at}", (), wrong, repr(row))
                continue
            cells = (row + [""] * len(header))[: len(header)]
            yield Record(number, f"{sheet.title}!{at}", cells)

    note = f"sheets not read: {', '.join(others)}" if others else ""
    return Opened(header, records(), dialect="xlsx", note=note)


SAVED = "open the file in a spreadsheet program and save it"


def _filled(book: Any, sheet: Any) -> Iterator[tuple[int, list[str], str]]:
    """The rows of a sheet that hold anything: number, cells, and which is a formula whose value the
    program that wrote it did not store.

    Such a cell is empty to who asks openpyxl's sheet, which also ends where the file says that it
    ends, true or not; so its parser is asked.
    """
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

    def parse_cell(element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = plain(element)
        formula = element.find(FORMULA_TAG) if cell["value"] is None else None
        # The stored value of a formula may be an empty text.
        if formula is not None and (element.find(VALUE_TAG) is None or cell["data_type"] != "str"):
            cell["value"] = f"={formula.text or ''}"
            bare.append(cell["column"])
        return cell

    bare: list[int] = []
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        plain, parser.parse_cell = parser.parse_cell, parse_cell
        for at, row in parser.parse():
            cells = [""] * max((cell["column"] for cell in row), default=0)
            for cell in row:
                cells[cell["column"] - 1] = written(cell["value"])
            if any(cells):
                which = f"{get_column_letter(bare[0])}{at}" if bare else ""
                yield at, cells, f"{which} is a formula without a stored value" if bare else ""
            bare.clear()


# ---------------------------------------------------------------- json


def _open_json(path: Path, file: io.TextIOWrapper, codec: str) -> Opened:
    """A list of objects, or an object a line: each is a record, numbers as they are written, and
    what is neither text nor number as JSON. Read whole: any object may have columns of its own."""
    text = file.read()
    try:
        try:
            found = _parsed(text) if text.strip() else []
        except json.JSONDecodeError as error:
            if not error.msg.startswith("Extra data"):
                raise
            found = _parsed_lines(text)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"is no JSON: {error}", where=path.name, next="check that it is whole"
        ) from None
    objects = found if isinstance(found, list) else [found]
    named: dict[str, None] = {}
    for one in objects:
        named |= dict.fromkeys(one) if isinstance(one, dict) else {}
        _few(len(named), path.name)
    header = [name for name in named if not HALF.search(name)]
    escaped = re.search(r"\\u[dD][89a-fA-F]", text) is not None
    if not header:
        raise InputError("holds no objects", where=path.name, next="check that it is whole")
    _once(header, path.name)

    def records() -> Iterator[Record]:
        for number, one in enumerate(objects, 1):
            place = f"object {number}"
            if escaped and _halved(one):
                wrong = "holds half of a character, such as \\ud800"
            else:
                wrong = "" if isinstance(one, dict) else "is no object"
            if wrong:
                yield Record(number, place, (), wrong, json.dumps(one))
            else:
                yield Record(number, place, [_json_cell(one.get(name)) for name in header])

    return Opened(header, records(), codec, "json")


def _parsed(text: str) -> Any:
    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("an object has a name twice, and one value of it would be lost")
        return found

    return json.loads(text, parse_float=str, object_pairs_hook=whole)


def _parsed_lines(text: str) -> list[Any]:
    """A value a line; what is wrong is said with its place in the whole text."""
    found = []
    for line in re.finditer(r"[^\r\n]+", text):  # other marks of a line's end may stand in a text
        try:
            if line[0].strip():
                found.append(_parsed(line[0]))
        except json.JSONDecodeError as error:
            raise json.JSONDecodeError(error.msg, text, line.start() + error.pos) from None
    return found


HALF = re.compile("[\ud800-\udfff]")
"""One of two escapes that make a character together (`\\ud83d\\ude00`), without the other."""


def _halved(one: Any) -> bool:
    return HALF.search(json.dumps(one, ensure_ascii=False)) is not None


def _json_cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
