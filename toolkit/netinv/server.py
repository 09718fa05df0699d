"""The local Neo4j of a case: started when it is needed, ended when it is not, never two at once.

The server owns `server/` in the case folder: Neo4j's home (conf, data, logs), `password`,
`state.json` (who runs: process id, its creation time, port), `store.json` (which Neo4j made the
store), `used` (touched by every command; holds its idle time) and `lock`.

`python -m netinv.server --watch`, run in that folder, is the small process beside each server
that ends it after an idle hour.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from netinv import bolt
from netinv.errors import CaseError, InputError, ServerError
from netinv.home import (
    HEAP,
    IMPORTED,
    USER,
    Installation,
    affordable,
    detach,
    furnish,
    has_store,
    import_words,
    last_words,
    log_end,
    memory_of,
    password_file,
    start,
    start_import,
)
from netinv.install import VERSION, Progress, free_port, prepare
from netinv.state import (
    IDLE,
    Process,
    State,
    adopt,
    alive,
    alone,
    clients,
    created,
    end,
    read,
    server_of,
    touch,
    used,
    watcher_of,
    write,
    write_json,
)

__all__ = [
    "IMPORTED",
    "Address",
    "Status",
    "ensure",
    "fill",
    "has_database",
    "prepare",
    "remove_store",
    "running",
    "status",
    "stop",
]

START_LIMIT = 180
"""Seconds a server may take to answer: one that was killed reads its log again first."""

REFUSALS = 4
"""How often our password may be refused: a server that starts, or was guessed at three times,
refuses even the right one for up to 5 s."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Address:
    """Where a Neo4j is, and who we are there."""

    uri: str
    username: str
    password: str = field(repr=False)
    database: str = "neo4j"


@dataclass(frozen=True)
class Status:
    """What is known of a case's local server. `started` is ISO 8601 in UTC; `memory` its heap;
    `version` the Neo4j that serves it or, while it is down, that made its store."""

    folder: Path
    running: bool
    pid: int | None
    port: int | None
    started: str | None
    memory: str
    version: str


# ------------------------------------------------------------ what callers use


def ensure(
    folder: Path, say: Say, memory: str | None = None, progress: Progress | None = None
) -> Address:
    """The address of the case folder's running server; starts it when it is down.

    `memory` is the heap, like `4g`; it is remembered for later starts. `progress(done, total)`
    counts the files of this user's first start, when Neo4j is fetched. Two processes may ask at
    once: one starts it, both get its address. Raises ServerError, CaseError when a newer Neo4j
    made the store, InputError for a memory that is no size.
    """
    home = _home(folder)
    if memory is not None:
        affordable(memory)
    _reap()
    touch(home, _idle())  # before looking whether it runs: see _end_if_idle
    state = read(home)
    answers = False
    with suppress(bolt.Refused):
        answers = _settled(home, state) and _answers(home, state)
    if not answers:
        _refuse_newer(home)
        installation = None if server_of(home, state) else prepare(say, progress)
        with alone(home, say):
            state = adopt(home, read(home))
            if server_of(home, state) and not _wait(home, state, say) and server_of(home, state):
                raise _mute(home, state)
            if server_of(home, state) is None:
                installation = installation or prepare(say, progress)
                state = _start(home, state, memory, installation, say)
                touch(
                    home, _idle()
                )  # a start may take longer than the idle time: it counts from here
            state = replace(state, stopping=False)
            write(home, state if watcher_of(home, state) else _watched(home, state))
    if memory is not None and memory_of(memory) != memory_of(state.memory):
        say(
            f"The server runs with {state.memory or f'{HEAP}m'} of memory, not {memory}:"
            " run netinv server stop first"
        )
    return _address(home, state)


def fill(
    folder: Path,
    nodes: Sequence[tuple[str, str]],
    edges: Sequence[tuple[str, str]],
    mark: str,
    say: Say,
    memory: str = "",
    *,
    multiline: bool = True,
) -> None:
    """Make the database of a folder that has none yet, with Neo4j's own importer.

    `nodes`, `edges`, `mark` and `multiline` are those of `home.start_import`; the files are in the
    folder `IMPORTED` of the server's home, which goes when they are read. What fails leaves half a
    store: the caller removes the folder. Raises ServerError.
    """
    home = _home(folder)
    affordable(memory)
    installation = prepare(say)
    with alone(home, say):
        furnish(home, 0, memory)
        child = start_import(installation, home, memory, nodes, edges, mark, multiline)
        _children.append(child)
        # A state, so that whoever stops this server ends the importer.
        write(home, State(memory=memory, pid=child.pid, created=created(child.pid)))
        ended = child.wait()
        write(home, State(memory=memory))
        if ended:
            words, log = import_words(home)
            raise ServerError(
                f"Neo4j's importer ended: {words}",
                where=str(log),
                next="make room on disk and in memory, or load with --no-bulk",
            )
        write_json(home / "store.json", {"neo4j": VERSION})
        shutil.rmtree(home / IMPORTED, ignore_errors=True)


def stop(folder: Path, say: Say) -> bool:
    """End the case folder's server; false when none was running. Raises ServerError."""
    home = _home(folder)
    if not home.is_dir():
        return False
    with alone(home, say):
        state = adopt(home, read(home))
        process = server_of(home, state)
        if process is not None:
            write(home, replace(state, stopping=True))
            end(process, say)
        _unwatch(home, state)
        write(home, _down(state))
    _registered(home).unlink(missing_ok=True)
    _reap()
    return process is not None


def status(folder: Path) -> Status:
    """What is known of the case folder's server. Looks, and starts nothing."""
    home = _home(folder)
    state = read(home)
    up = server_of(home, state) is not None
    return Status(
        folder=home.parent,
        running=up,
        pid=state.pid if up else None,
        port=state.port if up else None,
        started=state.started if up else None,
        memory=state.memory or f"{HEAP}m",
        version=_store_version(home) or VERSION,
    )


def has_database(folder: Path) -> bool:
    """Whether a local server was ever started in the case folder. Looks, and starts nothing."""
    return has_store(_home(folder))


def running() -> list[Status]:
    """Every local server of this user that netinv started and that still runs, by folder."""
    found = []
    for entry in _registry().glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            one = status(Path(json.loads(entry.read_text(encoding="utf-8"))["folder"]))
            if one.running:
                found.append(one)
            else:
                entry.unlink(missing_ok=True)
    return sorted(found, key=lambda one: str(one.folder))


def remove_store(folder: Path, say: Say | None = None) -> None:
    """Stop the case folder's server and delete its database, so that the next start is a first."""
    home = _home(folder)
    stop(folder, say or _quiet)
    if not home.is_dir():
        return
    with alone(home, say or _quiet):
        if server_of(home, adopt(home, read(home))) is not None:
            raise ServerError(
                "was started again by another command", where=str(home), next="try again"
            )
        # Out of the way in one step: half a store must never be started.
        grave = home / f"removed-{os.getpid()}-{time.time_ns()}"
        with suppress(FileNotFoundError):
            (home / "data").rename(grave)
        for name in ("store.json", "password"):
            (home / name).unlink(missing_ok=True)
        for old in home.glob("removed-*"):
            shutil.rmtree(old, ignore_errors=True)


# ------------------------------------------------------------ starting


def _start(
    home: Path, before: State, memory: str | None, installation: Installation, say: Say
) -> State:
    """Start a server and wait until it answers. The caller holds the lock."""
    if has_store(home):
        _password(home)
    _refuse_newer(home)
    _unwatch(home, before)  # it still looks at the server that has died
    affordable(before.memory if memory is None else memory)
    say("Starting Neo4j")
    for attempt in range(3):
        port = free_port(before.port if attempt == 0 else 0)
        state = replace(before, memory=before.memory if memory is None else memory)
        furnish(home, port, state.memory)
        write_json(home / "store.json", {"neo4j": VERSION})
        since = log_end(home)
        child = start(installation, home, state.memory)
        _children.append(child)
        # Written before anything else happens: a server nobody knows of could not be ended.
        state = replace(
            state,
            port=port,
            pid=child.pid,
            created=created(child.pid),
            started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            stopping=False,
        )
        write(home, state)
        with suppress(OSError):  # without a place in the list it can still be used
            write_json(_registered(home), {"folder": str(home.parent)})
        state = _watched(home, state)
        write(home, state)
        if _wait(home, state, say, child):
            return state
        if child.poll() is None:
            raise _mute(home, state)
        _unwatch(home, state)
        words, log = last_words(home, since)
        write(home, _down(before))  # a memory that it cannot have is not remembered
        if "already in use" not in words:
            break
    hint = "read that log; netinv rebuild makes the database again from the case's tables"
    if "store_lock" in words:
        hint = "end the other Neo4j that works on this folder"
    elif "memory" in words or "heap" in words:
        hint = "ask for less memory, or end other programs"
    raise ServerError(f"Neo4j ended while it was starting: {words}", where=str(log), next=hint)


def _wait(home: Path, state: State, say: Say, child: subprocess.Popen[bytes] | None = None) -> bool:
    """Wait until the server answers; false when it ended, or took longer than START_LIMIT.

    `child` is the server when it is this process's own, which tells best whether it runs.
    Raises ServerError when it goes on refusing our password.
    """
    begun = time.monotonic()
    limit = max(START_LIMIT - _age(state), 30)
    told, refused = False, 0
    while child.poll() is None if child else server_of(home, state) is not None:
        try:
            if _answers(home, state):
                return True
        except bolt.Refused:
            refused += 1
            if refused > REFUSALS:
                raise ServerError(
                    "the local Neo4j refuses its password",
                    where=str(password_file(home)),
                    next="write the right one there, or run netinv rebuild",
                ) from None
            time.sleep(2)
        waited = time.monotonic() - begun
        if waited > limit:
            return False
        if waited > 25 and not told:
            say("Still starting: after a crash Neo4j reads its log again")
            told = True
        time.sleep(0.05)
    return False


def _age(state: State) -> float:
    """Seconds since a server was started, by the clock on the wall; 0 when that is not known."""
    with suppress(ValueError):
        started = dt.datetime.fromisoformat(state.started)
        return max((dt.datetime.now(dt.UTC) - started).total_seconds(), 0)
    return 0


def _answers(home: Path, state: State) -> bool:
    """Whether Bolt answers with our password. Raises Refused, and ServerError without one."""
    try:
        bolt.ask(state.port, USER, _password(home))
    except OSError:
        return False
    return True


def _watched(home: Path, state: State) -> State:
    """Start a watcher beside the server. The caller holds the lock."""
    command = [sys.executable, "-P", "-m", "netinv.server", "--watch"]
    watcher = detach(command, home, "watcher.log")
    _children.append(watcher)
    return replace(state, watcher=watcher.pid, watcher_created=created(watcher.pid))


def _unwatch(home: Path, state: State) -> None:
    watcher = watcher_of(home, state)
    if watcher is not None:
        end(watcher, _quiet)


# ------------------------------------------------------------ ending


def watch(home: Path) -> None:
    """Stay beside the server of a home folder, and end it when nobody used it for its idle time.

    Ends when the server does, and ends the server when the folder is deleted.
    """
    state = read(home)
    process = server_of(home, state)
    seen = time.time()
    while process is not None and alive(process.pid, state.created):
        try:
            home = Path.cwd()  # a case folder may move while its server runs
        except OSError:
            end(process, _quiet)
            return
        if clients(process, state.port):
            seen = time.time()
        last, idle = used(home)
        if idle and time.time() - max(seen, last) > idle and _end_if_idle(home, process, idle):
            return
        time.sleep(min(max(idle / 5, 0.2), 15) if idle else 15)


def _end_if_idle(home: Path, process: Process, idle: float) -> bool:
    """End an idle server, unless a command came in between.

    `ensure` touches `used` and then reads `stopping`; here `stopping` is written and then `used`
    looked at. So one of the two always sees the other, and no command is given a dying server.
    """
    with alone(home, _quiet):
        state = read(home)
        if state.pid != process.pid:
            return True
        write(home, replace(state, stopping=True))
        if time.time() - used(home)[0] < idle or clients(process, state.port):
            write(home, state)
            return False
        end(process, _quiet)
        write(home, _down(state))
        _registered(home).unlink(missing_ok=True)
        return True


def _settled(home: Path, state: State) -> bool:
    """Whether server and watcher run and nobody is ending them."""
    return (
        not state.stopping
        and server_of(home, state) is not None
        and watcher_of(home, state) is not None
    )


def _down(state: State) -> State:
    """What stays of a state when the server has ended: its port and memory, for next time."""
    return State(port=state.port, memory=state.memory)


# ------------------------------------------------------------ files


def _home(folder: Path) -> Path:
    return Path(folder).expanduser().resolve() / "server"


def _idle() -> float:
    text = os.environ.get("NETINV_IDLE", "").strip() or str(IDLE)
    try:
        idle = float(text)
    except ValueError:
        idle = -1
    if not 0 <= idle < float("inf"):
        raise InputError(
            f"{text!r} is not a number of seconds", where="NETINV_IDLE", next="use 3600, or 0"
        )
    return idle


def _password(home: Path) -> str:
    try:
        return password_file(home).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ServerError(
            f"the password of the local database cannot be read: {error.strerror}",
            where=str(password_file(home)),
            next="run netinv rebuild: it makes the database again from the case's tables",
        ) from None


def _address(home: Path, state: State) -> Address:
    return Address(f"bolt://127.0.0.1:{state.port}", USER, _password(home))


def _registry() -> Path:
    from platformdirs import user_state_path

    return user_state_path("netinv", appauthor=False) / "servers"


def _registered(home: Path) -> Path:
    return _registry() / f"{hashlib.sha256(str(home).encode()).hexdigest()[:16]}.json"


def _store_version(home: Path) -> str:
    try:
        value = json.loads((home / "store.json").read_text(encoding="utf-8"))
        return str(value["neo4j"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _refuse_newer(home: Path) -> None:
    made = _store_version(home)
    if _numbers(made) > _numbers(VERSION):
        raise CaseError(
            f"its database was made by Neo4j {made}, newer than the {VERSION} of this netinv;"
            " nothing was touched",
            where=str(home.parent),
            next="upgrade netinv",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _mute(home: Path, state: State) -> ServerError:
    return ServerError(
        f"the local Neo4j (process {state.pid}) does not answer on port {state.port}",
        where=str(home / "logs" / "neo4j.log"),
        next="run netinv server stop, and try again",
    )


def _reap() -> None:
    """Ask what this process started whether it ended, so that no zombie stays."""
    _children[:] = [child for child in _children if child.poll() is None]


def _quiet(line: str) -> None:
    pass


_children: list[subprocess.Popen[bytes]] = []
"""What this process started and has not yet seen ending."""

if __name__ == "__main__" and sys.argv[1:] == ["--watch"]:
    watch(Path.cwd())
