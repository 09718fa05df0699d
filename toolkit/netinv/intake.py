"""Takes files in: keeps the original bytes, checks every row, and writes immutable tables."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from netinv import cypherfile
from netinv.case import Case, Member, Say, Source, now, quiet
from netinv.cypherfile import CypherFile
from netinv.errors import DefinitionError, InputError
from netinv.files import Opened, Record, fingerprint, keep_original, open_table
from netinv.inputs import Input, guarded, written
from netinv.match import Candidate, bundles, match
from netinv.rows import CHUNK, Checker, Reject, TableWriter, reject

CELLS = 100_000
"""Cells taken as empty that are listed for a file; all are counted in its report."""


@dataclass(frozen=True)
class Options:
    """How a load reads its files. `kind` is `--as`: a table or a foreign source."""

    kind: str = ""
    namespace: str = ""
    strict: bool = False
    encoding: str = ""
    as_of: str = ""
    covers: str = ""
    priority: int = 1
    replaces: str = ""


def reference() -> list[tuple[Path, Options]]:
    """The tables that ship with netinv, in import/reference/, and how they are taken in: of their
    day of record, and behind the user's own rows."""
    folder = cypherfile.home("import") / "reference"
    said = tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8"))
    return [
        (folder / f"{table}.csv", Options(kind=table, as_of=entry["as_of"], priority=0))
        for table, entry in said.items()
    ]


@dataclass
class FileReport:
    """What became of one file: read = written + unchanged + rejected + the sum of skipped.

    `rows` counts the rows made per table; `doubts` and `unread` count cells per column and reason.
    """

    file: str
    kind: str = ""
    source: str = ""
    encoding: str = ""
    dialect: str = ""
    read: int = 0
    written: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    unknown_columns: list[str] = field(default_factory=list)
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """The report in values that JSON knows; `asdict` breaks a Counter in Python 3.11."""
        return {k: dict(v) if isinstance(v, Counter) else v for k, v in vars(self).items()}


def take_in(
    case: Case,
    paths: Sequence[Path],
    options: Options | None = None,
    say: Say = quiet,
    progress: Callable[[str, int], None] = lambda what, done: None,
) -> list[FileReport]:
    """Take files and folders in. The caller holds the case as its writer.

    Returns one report a file. Raises InputError for a named file that matches nothing, for a file
    that cannot be read at all, and with `strict` for the first file with a rejected row; a file
    that raises leaves nothing behind.
    """
    options = options or Options()
    if options.as_of:
        Input("as_of", "date").value(options.as_of)
    if options.namespace and not re.fullmatch(r"[A-Za-z0-9_.]+", options.namespace):
        raise InputError(f"{options.namespace!r} is no namespace", next="use letters and digits")
    candidates, unread = match(paths, options.kind, options.encoding)
    replaced = case.source(options.replaces) if options.replaces else None
    reports: list[FileReport] = []
    groups = [*bundles(candidates)]
    for number, group in enumerate(groups, 1):
        say("reading " + ", ".join(one.path.name for one in group))
        try:
            reports += _take_bundle(case, group, options, progress)
        except InputError as error:
            if not (before := [one.file for one in reports if one.source]):
                raise
            after = [one.path.name for rest in groups[number:] for one in rest]
            kept = f"in before it: {', '.join(before)}; "
            kept += f"not looked at: {', '.join(after)}; " if after else ""
            kept += "load again when it is mended"
            raise InputError(
                error.what, where=error.where, next="; ".join(filter(None, [error.next, kept]))
            ) from error
    if replaced and reports and not replaced.retired:
        taken = {one.source for one in reports}
        if replaced.id not in taken:
            case.retire(replaced, "replaced by " + ", ".join(sorted(taken)))
    return reports + [
        FileReport(one.name, note=f"not read: {what}") for one, what in unread.items()
    ]


# ---------------------------------------------------------------- taking a file in


def _take_bundle(
    case: Case,
    group: list[Candidate],
    options: Options,
    progress: Callable[[str, int], None],
) -> list[FileReport]:
    prints = {one.role: fingerprint(one.path) for one in group}
    # One file is named by its content; several, or one under a namespace, by what names them.
    named = sorted(prints.values()) + ([options.namespace] if options.namespace else [])
    whole = named[0] if len(named) == 1 else hashlib.sha256("".join(named).encode()).hexdigest()
    kind = group[0].kind
    before = next((one for one in case.sources(retired=True) if one.sha256 == whole), None)
    if before and not before.retired:
        if before.kind != kind:
            raise InputError(
                f"is in already, as {before.kind}",
                where=group[0].path.name,
                next=f"netinv sources drop {before.id} --reason … first",
            )
        if options.strict and before.rejected:
            raise InputError(
                f"is in already, and {before.rejected} of its rows were rejected",
                where=group[0].path.name,
                next=f"see {case.path('rejects')}; netinv sources drop {before.id} --reason …",
            )
        return [_unchanged(one, before) for one in group]
    with tempfile.TemporaryDirectory(dir=_made(case.path("tables"))) as name:
        scratch = Path(name)
        if kind in cypherfile.tables():
            reading = _read_plain(group[0], prints[""], options, scratch, progress)
        else:
            reading = _read_foreign(group, prints, options, scratch, progress)
        # Only now is it sure that what was read is what the hash says.
        originals = [keep_original(one.path, prints[one.role], scratch) for one in group]
        _write_rejects(case, reading.rejects, whole[:12])
        _write_rejects(case, reading.cells, whole[:12], ".cells")
        if options.strict and reading.rejects:
            first = reading.rejects[0]
            raise InputError(
                f"{first.column + ': ' if first.column else ''}{first.reason}"
                f" ({len(reading.rejects)} rows rejected, nothing taken in)",
                where=f"{first.file}:{first.place}",
                next=f"see {case.path('rejects')}, mend the file or load without --strict",
            )
        for path in set(originals):  # two roles may have one content
            path.replace(_made(case.path("originals")) / path.name)
        for table, path in reading.tables.items():
            path.replace(_made(case.path("tables", table)) / f"{whole}.parquet")
    members = tuple(
        Member(prints[one.role][:12], prints[one.role], one.path.name, one.role, report.read)
        for one, report in zip(group, reading.reports, strict=True)
    )
    source = Source(
        id=whole[:12],
        sha256=whole,
        kind=kind,
        files=members,
        tables={table: reading.reports[0].rows[table] for table in reading.tables},
        digests={
            table: fingerprint(case.path("tables", table, f"{whole}.parquet"))
            for table in reading.tables
        },
        rejected=sum(one.rejected for one in reading.reports),
        skipped=sum(one.skipped.total() for one in reading.reports),
        namespace=options.namespace,
        priority=options.priority,
        as_of=options.as_of,
        covers=options.covers,
        taken_in=now(),
    )
    case.keep(source)
    for report in reading.reports:
        report.source = source.id
    return reading.reports


def _unchanged(one: Candidate, before: Source) -> FileReport:
    member = next(m for m in before.files if m.role == one.role)
    return FileReport(
        one.path.name,
        kind=before.kind,
        source=before.id,
        read=member.records,
        unchanged=member.records,
        note="is in already"
        + (f"; {before.rejected} of its rows were rejected then" if before.rejected else ""),
    )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Reading:
    """What reading a bundle gave: a report a file, a Parquet file a table, the rejects, and the
    first CELLS cells that were taken as empty."""

    reports: list[FileReport]
    tables: dict[str, Path]
    rejects: list[Reject]
    cells: list[Reject] = field(default_factory=list)


def _read_plain(
    one: Candidate,
    sha256: str,
    options: Options,
    scratch: Path,
    progress: Callable[[str, int], None],
) -> Reading:
    """A file whose columns are those of a table."""
    spec = cypherfile.tables()[one.kind]
    report = FileReport(one.path.name, kind=one.kind)
    rejects: list[Reject] = []
    cells: list[Reject] = []
    with open_table(one.path, options.encoding) as opened, TableWriter(spec, scratch) as writer:
        report.encoding, report.dialect = opened.encoding, opened.dialect
        header = [name.lower() for name in opened.header]
        checker = Checker(spec, header, options.namespace)
        missing = [i.name for i in spec.inputs if i.required and i.name not in header]
        if missing:
            raise InputError(
                f"has no column {missing[0]!r}, which {spec.name} needs",
                where=one.path.name,
                next=f"its columns are {', '.join(opened.header[:12])}; rename one or use --as",
            )
        report.unknown_columns = [n for n in opened.header if n.lower() not in checker.known]
        for records in _chunks(opened):
            whole = [record for record in records if not record.wrong]
            checked = checker.check([record.cells for record in whole])
            report.read += len(records)
            report.written += checked.count - len(checked.rejects)
            refused = {whole[at].number: wrong for at, wrong in checked.rejects.items()}
            for record in records:
                if record.wrong or record.number in refused:
                    report.rejected += 1
                    wrong = refused.get(record.number) or reject("", "", record.wrong)
                    rejects.append(_placed(wrong, one.path.name, record, opened))
            writer.add(
                checked,
                [record.number for record in whole],
                [record.place for record in whole],
                [[f"{sha256[:12]}:{record.number}"] for record in whole],
            )
            for at, unread in sorted(checked.unread.items()):
                if at in checked.rejects or len(cells) >= CELLS:
                    continue
                cells += [
                    _placed(
                        reject(name, checked.raw[at][name], why), one.path.name, whole[at], opened
                    )
                    for name, why in unread
                ]
            progress(one.path.name, report.read)
        report.note = opened.note
    if report.read == 0:
        raise InputError("holds no rows", where=one.path.name, next="check that it is whole")
    report.rows[spec.name] = report.written
    report.doubts, report.unread = writer.doubts, checker.unread
    return Reading([report], {spec.name: writer.path}, rejects, cells)


def _placed(wrong: Reject, file: str, record: Record, opened: Opened) -> Reject:
    raw = record.raw or opened.raw(record.cells)
    return replace(wrong, file=file, record=record.number, place=record.place, raw=raw)


def _read_foreign(
    group: list[Candidate],
    prints: Mapping[str, str],
    options: Options,
    scratch: Path,
    progress: Callable[[str, int], None],
) -> Reading:
    """Files of a foreign source: staged as text, then a SELECT for each table that it feeds."""
    import duckdb

    reports = {one.role: FileReport(one.path.name, kind=one.kind) for one in group}
    rejects: list[Reject] = []
    used: dict[str, set[int]] = {one.role: set() for one in group}
    refused: dict[str, set[int]] = {one.role: set() for one in group}
    tables: dict[str, Path] = {}
    rows: Counter[str] = Counter()
    database = duckdb.connect()
    for one in group:
        staged, broken = _stage(one, options, scratch, reports[one.role], progress)
        database.read_parquet(str(staged)).create_view(one.role)
        rejects += broken
        refused[one.role].update(reject.record for reject in broken)
    select_reasons: list[CypherFile] = []
    for select in cypherfile.sources()[group[0].kind]:
        table = select.fields.get("table", select.name)
        if table == "skipped":
            select_reasons.append(select)
            continue
        spec = cypherfile.tables().get(table)
        if spec is None:
            raise DefinitionError(f"no table {table!r}", where=select.path.name)
        cursor = _run(database, select)
        names = [column[0] for column in cursor.description]
        checker = Checker(spec, [n for n in names if n != "sources"], options.namespace)
        at = names.index("sources")
        with TableWriter(spec, scratch) as writer:
            while batch := cursor.fetchmany(CHUNK):
                marks = [
                    [
                        (role, int(number))
                        for role, number in (ref.split(":", 1) for ref in row[at] if ref)
                    ]
                    for row in batch
                ]
                checked = checker.check(
                    [[written(v) for i, v in enumerate(row) if i != at] for row in batch]
                )
                for place, wrong in sorted(checked.rejects.items()):
                    whole = dict(zip(names, batch[place], strict=True))
                    rejects += [
                        replace(
                            wrong,
                            file=reports[role].file,
                            record=number,
                            place=f"record {number}",
                            raw=json.dumps(whole, default=str),
                        )
                        for role, number in marks[place]
                    ]
                for place, named in enumerate(marks):
                    became = refused if place in checked.rejects else used
                    for role, number in named:
                        became[role].add(number)
                writer.add(
                    checked,
                    [named[0][1] for named in marks],
                    [""] * len(batch),
                    [sorted({f"{prints[r][:12]}:{n}" for r, n in named}) for named in marks],
                )
                rows[table] += checked.count - len(checked.rejects)
        tables[table] = writer.path
        # Counted once for the bundle, on its first file.
        reports[group[0].role].doubts += _under(table, writer.doubts)
        reports[group[0].role].unread += _under(table, checker.unread)
    for role, number, reason in (
        row for select in select_reasons for row in _run(database, select).fetchall()
    ):
        if number not in used[role] and number not in refused[role]:
            used[role].add(number)
            reports[role].skipped[reason] += 1
    for role, report in reports.items():
        report.written = len(used[role]) - report.skipped.total()
        report.rejected = len(refused[role] - used[role])
        rest = report.read - report.written - report.rejected - report.skipped.total()
        if rest:
            report.skipped["no SELECT of the source uses the record"] += rest
        report.rows = rows
    database.close()
    return Reading(list(reports.values()), tables, rejects)


def _under(table: str, counts: Counter[str]) -> Counter[str]:
    return Counter({f"{table}: {what}": count for what, count in counts.items()})


def _run(database: Any, select: CypherFile) -> Any:
    import duckdb

    try:
        return database.execute(select.statement)
    except duckdb.Error as error:
        raise DefinitionError(
            str(error).splitlines()[0], where=f"{select.group}/{select.path.name}"
        ) from None


def _stage(
    one: Candidate,
    options: Options,
    scratch: Path,
    report: FileReport,
    progress: Callable[[str, int], None],
) -> tuple[Path, list[Reject]]:
    """A foreign file as a Parquet file of texts, with the number of each record."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = scratch / f"{one.role}.staged"
    broken: list[Reject] = []
    with open_table(one.path, options.encoding) as opened:
        report.encoding, report.dialect = opened.encoding, opened.dialect
        schema = pa.schema([(n, pa.string()) for n in opened.header] + [("record", pa.int64())])
        with pq.ParquetWriter(path, schema) as writer:
            for records in _chunks(opened):
                report.read += len(records)
                broken += [
                    Reject(one.path.name, bad.number, bad.place, "", "", bad.wrong, bad.raw)
                    for bad in records
                    if bad.wrong
                ]
                chunk = [
                    [*((cell.strip() or None) for cell in record.cells), record.number]
                    for record in records
                    if not record.wrong
                ]
                columns = list(zip(*chunk, strict=True)) or [()] * len(schema)
                arrays = [pa.array(c, t) for c, t in zip(columns, schema.types, strict=True)]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
                progress(one.path.name, report.read)
    if report.read == 0:
        raise InputError("holds no rows", where=one.path.name, next="check that it is whole")
    return path, broken


def _chunks(opened: Opened) -> Iterator[list[Record]]:
    """CHUNK records at a time, and fewer of a file of more than a hundred columns."""
    count = CHUNK * 100 // max(100, len(opened.header))
    while chunk := [*islice(opened.records(), count)]:
        yield chunk


def rejects_name(file: str, source: str, kind: str = "") -> str:
    """The file in `rejects/` for a file of a source: `<file>.<source>.csv`, and with `.cells` as
    its kind `<file>.<source>.cells.csv`. A name too long for a folder is cut."""
    room = 200  # of the 255 bytes that file systems give a name
    if len(os.fsencode(file)) > room:
        file = os.fsencode(file)[:room].decode("utf-8", "ignore")
    return f"{file}.{source}{kind}.csv"


def first_rejects(path: Path, most: int) -> list[str]:
    """The first lines of a file of `rejects/`: where a row stands, its column, what is wrong."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            f"{'line ' * row['line'].isdigit()}{row['line']}: "
            + ": ".join(filter(None, [row["column"], row["reason"]]))
            for row in islice(csv.DictReader(file), most)
        ]


def _write_rejects(case: Case, rejects: list[Reject], source: str, kind: str = "") -> None:
    """Write `rejects/` for the rows that were rejected, and with `.cells` as the kind for the cells
    taken as empty in rows that were kept; made anew for each file that has any."""
    by_file: dict[str, list[Reject]] = {}
    for one in rejects:
        by_file.setdefault(one.file, []).append(one)
    for file, group in by_file.items():
        path = _made(case.path("rejects")) / rejects_name(file, source, kind)
        with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["file", "record", "line", "column", "value", "reason", "raw"])
            for one in group:
                texts = (one.place, one.column, one.value, one.reason, one.raw)
                writer.writerow([guarded(file), one.record, *(guarded(t) for t in texts)])
