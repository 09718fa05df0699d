"""A case is a folder: original files, tables, the local database, the log, rejects and runs.

case.json       who it is and which schema it has
originals/      every file that was taken in, under its sha256, compressed
sources/        one JSON a load: which files, as what, how many rows
tables/         the checked rows, one immutable Parquet file a table and load
written/        what the graph holds of the tables and links
rejects/ runs/ log.jsonl server/
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from netinv.errors import CaseError
from netinv.model import SCHEMA

RESTORE = "restore it from a copy of the case"

WAIT = 30
"""Seconds that a second writer waits for the first."""

SETTINGS = {
    "case": ("NETINV_CASE", ""),
    "uri": ("NEO4J_URI", ""),
    "username": ("NEO4J_USERNAME", "neo4j"),
    "password": ("NEO4J_PASSWORD", ""),
    "database": ("NEO4J_DATABASE", "neo4j"),
    "memory": ("NETINV_MEMORY", ""),
    "idle": ("NETINV_IDLE", "3600"),
    "cache": ("NETINV_CACHE", ""),
    "java": ("NETINV_JAVA", ""),
}
"""Setting → its environment variable and its default. A flag beats the variable, the variable beats
`settings` in the case's case.json for those of IN_CASE, and that beats the default."""

IN_CASE = ("uri", "username", "database", "memory")
"""What is of a case; the others are of a user, and a password is never read from a file."""

Say = Callable[[str], None]


def quiet(line: str) -> None:
    """Says nothing: what a notebook hears unless it asks for more."""


@dataclass(frozen=True)
class Member:
    """One file of a source: `id` is the first 12 hex digits of its content's sha256."""

    id: str
    sha256: str
    file: str
    role: str
    records: int = 0


@dataclass(frozen=True)
class Source:
    """What one load took in: a file of a table, or the files of a foreign source.

    `kind` is the table or the foreign source; `tables` counts rows per table, and `digests` has the
    sha256 of the file of each; `priority` is 1 for the user's own and 0 for shipped reference data;
    `as_of` the day the data speak of.
    """

    id: str
    sha256: str
    kind: str
    files: tuple[Member, ...]
    tables: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    rejected: int = 0
    skipped: int = 0
    namespace: str = ""
    priority: int = 1
    as_of: str = ""
    covers: str = ""
    taken_in: str = ""
    retired: str = ""


@dataclass(frozen=True)
class Case:
    """A case folder. Open one with `open_case`."""

    folder: Path
    id: str

    def path(self, *parts: str) -> Path:
        return self.folder.joinpath(*parts)

    def setting(self, name: str, flag: str | None = None) -> tuple[str, str]:
        """The value of a setting and where it comes from."""
        variable, default = SETTINGS[name]
        if flag:
            return flag, "flag"
        if os.environ.get(variable):
            return os.environ[variable], variable
        kept = read_json(self.path("case.json")).get("settings")
        if isinstance(kept, dict) and kept.get(name) and name in IN_CASE:
            return str(kept[name]), "case.json"
        return default, "default"

    def sources(self, *, retired: bool = False) -> list[Source]:
        """What was taken in, in the order of its hashes; retired ones only when asked for."""
        files = sorted(self.path("sources").glob("*.json"))
        found = [_read_source(path, path.stat().st_mtime_ns) for path in files]
        return [one for one in found if retired or not one.retired]

    def source(self, id: str) -> Source:
        """The source whose id, or one of whose files' ids, begins so. Raises CaseError."""
        hits = [
            one
            for one in self.sources(retired=True)
            if id and any(name.startswith(id) for name in (one.id, *(m.id for m in one.files)))
        ]
        if len(hits) != 1:
            what = "names no source" if not hits else "names more than one source"
            raise CaseError(f"{id!r} {what}", next="see netinv sources")
        return hits[0]

    def keep(self, source: Source) -> None:
        """Write a source's entry, in one step."""
        write_json(self.path("sources", f"{source.id}.json"), asdict(source))
        _read_source.cache_clear()  # two writes may fall into one tick of the file system's clock

    def retire(self, source: Source, reason: str) -> None:
        """Mark a source as retired: kept, no longer in the graph."""
        self.keep(replace(source, retired=reason))

    def parquet(self, table: str) -> list[tuple[Source, Path]]:
        """The live Parquet files of a table, with their sources. Raises CaseError for one that is
        gone: what it said would be missing from every answer."""
        files = [
            (one, self.path("tables", table, f"{one.sha256}.parquet"))
            for one in self.sources()
            if table in one.tables
        ]
        for one, path in files:
            if not path.is_file():
                raise CaseError(
                    f"the table {table} of source {one.id} is gone", where=str(path), next=RESTORE
                )
        return files

    def rows(self, table: str) -> int:
        return sum(one.tables.get(table, 0) for one in self.sources())

    @contextmanager
    def writing(self, command: str, wait: float = WAIT) -> Iterator[None]:
        """Hold the case as its one writer. Raises CaseError that names who holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        who = self.path("lock.json")
        lock = FileLock(self.path("lock"), timeout=wait)
        try:
            lock.acquire()
        except Timeout:
            holder = read_json(who)
            raise CaseError(
                f"is being written by `{holder.get('command', '?')}` (pid {holder.get('pid', '?')},"
                f" since {holder.get('since', '?')})",
                where=str(self.folder),
                next="wait for it to end, or end it",
            ) from None
        try:
            self._mend_rebuild()
            write_json(who, {"pid": os.getpid(), "command": command, "since": now()})
            yield
        finally:
            who.unlink(missing_ok=True)
            lock.release()

    def _mend_rebuild(self) -> None:
        """Put the folders right that a killed rebuild left: the graph that is served and what
        `written/` says of it belong together. The caller is the writer."""
        server, old = self.path("server"), self.path("server.old")
        written, kept = self.path("written"), self.path("written.old")
        if old.exists() and server.exists():  # it was swapped: the new ones stand
            shutil.rmtree(kept, ignore_errors=True)
        elif old.exists():
            old.rename(server)
        if kept.exists():
            shutil.rmtree(written, ignore_errors=True)
            kept.rename(written)
        shutil.rmtree(old, ignore_errors=True)

    def log(self, command: str, **entry: Any) -> None:
        """Append one line: time, user, command and what else is worth keeping."""
        line = {"time": now(), "user": user(), "pid": os.getpid(), "command": command} | entry
        path = self.path("log.jsonl")
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def default_folder() -> Path:
    """The case used when neither `--case` nor NETINV_CASE names one."""
    from platformdirs import user_data_path

    return user_data_path("netinv", appauthor=False) / "case"


def open_case(folder: Path | str | None = None) -> Case:
    """Open the case of a folder; makes an empty one where there is none.

    Without a folder: NETINV_CASE, else the platform's data folder. Raises CaseError when the
    folder is a file or its case.json is damaged, or for a case made by a newer netinv.
    """
    path = Path(folder or os.environ.get("NETINV_CASE") or default_folder()).expanduser().resolve()
    mark = path / "case.json"
    if path.exists() and not path.is_dir():
        raise CaseError("is a file", where=str(path), next="name a folder for the case")
    if not mark.exists():
        try:
            path.mkdir(parents=True, exist_ok=True)
            with FileLock(path / "lock", timeout=WAIT):
                if not mark.exists():
                    made = {"id": uuid.uuid4().hex, "schema": SCHEMA, "created": now()}
                    write_json(mark, made)
        except (OSError, Timeout) as error:
            raise CaseError(f"cannot be made: {error}", where=str(path)) from None
    entry = read_json(mark)
    schema = entry.get("schema", 0)
    if not entry.get("id") or not isinstance(schema, int):
        raise CaseError(
            "is not a case: case.json is damaged",
            where=str(path),
            next="restore it from a copy of the case",
        )
    if schema > SCHEMA:
        raise CaseError(
            f"was made by a newer netinv (schema {schema}, this one knows {SCHEMA})",
            where=str(path),
            next="upgrade netinv",
        )
    return Case(path, entry["id"])


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else ""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object of a file; empty when the file is absent or damaged."""
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def damaged(path: Path) -> CaseError:
    """What is said of a file of the case that does not read."""
    return CaseError("is damaged", where=str(path), next=RESTORE)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file in one step: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    part.write_bytes(text.encode("utf-8", "backslashreplace"))  # names of files may be no text
    part.replace(path)


@lru_cache(4_096)
def _read_source(path: Path, stamp: int) -> Source:
    """An entry of `sources/`, read again only when it changed."""
    entry = read_json(path)
    try:
        files = tuple(Member(**one) for one in entry.pop("files"))
        return Source(files=files, **entry)
    except (KeyError, TypeError):
        raise damaged(path) from None
