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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil

from netinv import bolt
from netinv.errors import CaseError, InputError, ServerError
from netinv.home import (
    HEAP,
    MAIN,
    USER,
    Installation,
    detach,
    furnish,
    has_store,
    last_words,
    log_end,
    memory_of,
    password_file,
    start,
)
from netinv.install import VERSION, free_port, prepare

__all__ = [
    "Address",
    "Status",
    "ensure",
    "prepare",
    "remove_store",
    "running",
    "status",
    "stop",
]

IDLE = 3600
"""Seconds without a client after which a server ends itself, unless NETINV_IDLE says other."""

START_LIMIT = 180
"""Seconds a server may take to answer: one that was killed reads its log again first."""

STOP_LIMIT = 60
"""Seconds a server may take to end before it is killed: it writes its pages to disk first."""

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


@dataclass(frozen=True)
class State:
    """What state.json holds. `created` is the process's creation time as psutil gives it."""

    port: int = 0
    memory: str = ""
    pid: int = 0
    created: float = 0.0
    started: str = ""
    watcher: int = 0
    watcher_created: float = 0.0
    stopping: bool = False


# ------------------------------------------------------------ what callers use


def ensure(folder: Path, say: Say, memory: str | None = None) -> Address:
    """The address of the case folder's running server; starts it when it is down.

    `memory` is the heap, like `4g`; it is remembered for later starts. Two processes may ask at
    once: one starts it, both get its address. Raises ServerError, CaseError when a newer Neo4j
    made the store, InputError for a memory that is no size.
    """
    home = _home(folder)
    if memory is not None:
        memory_of(memory)
    _children[:] = [child for child in _children if child.poll() is None]
    _touch(home, _idle())  # before looking whether it runs: see _end_if_idle
    state = _read(home)
    if not (_settled(home, state) and _answers(home, state)):
        _refuse_newer(home)
        installation = None if _process(home, state) else prepare(say)
        with _alone(home, say):
            state = _adopt(home, _read(home))
            if _process(home, state) and not _wait(home, state, say) and _process(home, state):
                raise _mute(home, state)
            if _process(home, state) is None:
                installation = installation or prepare(say)
                wanted = state.memory if memory is None else memory
                state = _start(home, replace(state, memory=wanted), installation, say)
            _write(home, _watched(home, replace(state, stopping=False)))
    if memory is not None and memory_of(memory) != memory_of(state.memory):
        say(
            f"The server runs with {state.memory or f'{HEAP}m'} of memory, not {memory}:"
            " run netinv server stop first"
        )
    return _address(home, state)


def stop(folder: Path, say: Say) -> bool:
    """End the case folder's server; false when none was running. Raises ServerError."""
    home = _home(folder)
    if not home.is_dir():
        return False
    with _alone(home, say):
        state = _adopt(home, _read(home))
        process = _process(home, state)
        if process is not None:
            _write(home, replace(state, stopping=True))
            _end(process, say)
        watcher = _alive(state.watcher, state.watcher_created)
        if watcher is not None:
            _end(watcher, say)
        _write(home, _down(state))
    _registered(home).unlink(missing_ok=True)
    return process is not None


def status(folder: Path) -> Status:
    """What is known of the case folder's server. Looks, and starts nothing."""
    home = _home(folder)
    state = _read(home)
    up = _process(home, state) is not None
    return Status(
        folder=home.parent,
        running=up,
        pid=state.pid if up else None,
        port=state.port if up else None,
        started=state.started if up else None,
        memory=state.memory or f"{HEAP}m",
        version=_store_version(home) or VERSION,
    )


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


def remove_store(folder: Path, say: Say) -> None:
    """Stop the case folder's server and delete its database, so that the next start is a first."""
    home = _home(folder)
    stop(folder, say)
    if not home.is_dir():
        return
    with _alone(home, say):
        if _process(home, _adopt(home, _read(home))) is not None:
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


def _start(home: Path, state: State, installation: Installation, say: Say) -> State:
    """Start a server and wait until it answers. The caller holds the lock."""
    if has_store(home) and not password_file(home).is_file():
        raise ServerError(
            "the password of the local database is gone",
            where=str(password_file(home)),
            next="run netinv rebuild: it makes the database again from the case's tables",
        )
    _refuse_newer(home)
    say("Starting Neo4j")
    for attempt in range(3):
        port = free_port(state.port if attempt == 0 else 0)
        try:
            furnish(home, port, state.memory)
            _write_json(home / "store.json", {"neo4j": VERSION})
            since = log_end(home)
            child = start(installation, home, state.memory)
            # Written before anything else happens: a server nobody knows of could not be ended.
            state = replace(
                state,
                port=port,
                pid=child.pid,
                created=psutil.Process(child.pid).create_time(),
                started=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                stopping=False,
            )
            _write(home, state)
            _write_json(_registered(home), {"folder": str(home.parent)})
        except OSError as error:
            raise ServerError(
                f"cannot be started: {error}", where=str(home), next="check disk and rights"
            ) from None
        _children.append(child)
        try:
            if _wait(home, state, say):
                return state
        except BaseException:  # Ctrl-C: leave no server behind that nobody watches
            child.terminate()
            raise
        if child.poll() is None:
            raise _mute(home, state)
        words = last_words(home, since)
        if "already in use" not in words:
            break
    if "lock" in words.lower():
        words += ": another Neo4j works on this folder"
    raise ServerError(
        f"Neo4j ended while it was starting: {words}",
        where=str(home / "logs" / "neo4j.log"),
        next="read that log; netinv rebuild makes the database again from the case's tables",
    )


def _wait(home: Path, state: State, say: Say) -> bool:
    """Wait until the server answers; false when it ended, or took longer than START_LIMIT."""
    begun = time.monotonic()
    limit = max(START_LIMIT - _age(state), 15)
    told = False
    while _process(home, state) is not None:
        if _answers(home, state):
            return True
        waited = time.monotonic() - begun
        if waited > limit:
            return False
        if waited > 25 and not told:
            say("Still starting: after a crash Neo4j reads its log again")
            told = True
        time.sleep(0.05)
    return False


def _answers(home: Path, state: State) -> bool:
    """Whether Bolt answers with our password. Raises ServerError when it refuses it."""
    try:
        bolt.ask(state.port, USER, _password(home))
    except bolt.Refused:
        raise ServerError(
            "the local Neo4j refuses its password",
            where=str(password_file(home)),
            next="write the right one there, or run netinv rebuild",
        ) from None
    except OSError:
        return False
    return True


def _watched(home: Path, state: State) -> State:
    """See to it that one watcher runs beside the server. The caller holds the lock."""
    if _alive(state.watcher, state.watcher_created) is not None:
        return state
    command = [sys.executable, "-P", "-m", "netinv.server", "--watch"]
    watcher = detach(command, home, "watcher.log")
    _children.append(watcher)
    created = psutil.Process(watcher.pid).create_time()
    return replace(state, watcher=watcher.pid, watcher_created=created)


# ------------------------------------------------------------ ending


def _end(process: psutil.Process, say: Say) -> None:
    """End a process that was found to be ours; psutil refuses when its number has a new owner."""
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        if _gone(process, STOP_LIMIT):
            return
        say(f"Process {process.pid} does not end by itself: it is killed, and repaired at next use")
        process.kill()
        if not _gone(process, 15):
            raise ServerError(
                "cannot be ended", where=f"process {process.pid}", next="end it by hand"
            )


def _gone(process: psutil.Process, limit: float) -> bool:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if _alive(process.pid, process.create_time()) is None:
            return True
        time.sleep(0.02)
    return False


def watch(home: Path) -> None:
    """Stay beside the server of a home folder, and end it when nobody used it for its idle time.

    Ends when the server does, and ends the server when the folder is deleted.
    """
    state = _read(home)
    process = _process(home, state)
    seen = time.time()
    while process is not None and _alive(process.pid, process.create_time()):
        try:
            home = Path.cwd()  # a case folder may move while its server runs
            idle = float((home / "used").read_text(encoding="utf-8"))
        except OSError:
            _end(process, _quiet)
            return
        except ValueError:  # read between two writes
            idle = IDLE
        if _clients(process, state.port):
            seen = time.time()
        used = max(seen, _used(home))
        if idle and time.time() - used > idle and _end_if_idle(home, process, idle):
            return
        time.sleep(min(max(idle / 5, 0.2), 15) if idle else 15)


def _end_if_idle(home: Path, process: psutil.Process, idle: float) -> bool:
    """End an idle server, unless a command came in between.

    `ensure` touches `used` and then reads `stopping`; here `stopping` is written and then `used`
    looked at. So one of the two always sees the other, and no command is given a dying server.
    """
    with _alone(home, _quiet):
        state = _read(home)
        if state.pid != process.pid:
            return True
        _write(home, replace(state, stopping=True))
        if time.time() - _used(home) < idle or _clients(process, state.port):
            _write(home, state)
            return False
        _end(process, _quiet)
        _write(home, _down(state))
        _registered(home).unlink(missing_ok=True)
        return True


def _clients(process: psutil.Process, port: int) -> int:
    """How many connections to its Bolt port the server holds."""
    try:
        return sum(
            line.status == psutil.CONN_ESTABLISHED and line.laddr.port == port
            for line in process.net_connections("tcp")
        )
    except psutil.Error:
        return 0


# ------------------------------------------------------------ whose process it is


def _process(home: Path, state: State) -> psutil.Process | None:
    """The running server of a home, or None. A copy of the case has no part in it: the process
    must have been started in this very folder."""
    process = _alive(state.pid, state.created)
    return process if process is not None and _works_in(process, home) else None


def _alive(pid: int, created: float) -> psutil.Process | None:
    """The process of that number, if it still is the one created then."""
    try:
        process = psutil.Process(pid) if pid > 0 else None
        if process is None or abs(process.create_time() - created) > 2:
            return None
        # One that ended under a parent that has not asked yet is as good as gone.
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def _works_in(process: psutil.Process, home: Path) -> bool:
    try:
        return Path(process.cwd()).samefile(home)
    except (psutil.Error, OSError):
        return False


def _adopt(home: Path, state: State) -> State:
    """The state, or that of a server which runs here though state.json does not know it: a lost
    file, or a clock that was set, which moves the creation times."""
    if _process(home, state) is not None:
        return state
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError, ValueError):
            if process.uids().real != os.getuid() or MAIN not in process.cmdline():
                continue
            if not _works_in(process, home) or process.status() == psutil.STATUS_ZOMBIE:
                continue
            settings = (home / "conf" / "neo4j.conf").read_text(encoding="utf-8")
            port = int(settings.split("server.bolt.listen_address=127.0.0.1:")[1].split()[0])
            state = replace(state, port=port, pid=process.pid, created=process.create_time())
            _write(home, state)
    return state


def _settled(home: Path, state: State) -> bool:
    """Whether server and watcher run and nobody is ending them."""
    return (
        not state.stopping
        and _process(home, state) is not None
        and _alive(state.watcher, state.watcher_created) is not None
    )


def _down(state: State) -> State:
    """What stays of a state when the server has ended: its port and memory, for next time."""
    return State(port=state.port, memory=state.memory)


# ------------------------------------------------------------ files


def _home(folder: Path) -> Path:
    return Path(folder).expanduser().resolve() / "server"


def _touch(home: Path, idle: float) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "used").write_text(str(idle), encoding="utf-8")
    except OSError as error:
        raise CaseError(
            f"cannot be written: {error.strerror}", where=str(home), next="name another case folder"
        ) from None


def _used(home: Path) -> float:
    try:
        return (home / "used").stat().st_mtime
    except OSError:
        return 0.0


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
    return password_file(home).read_text(encoding="utf-8").strip()


def _address(home: Path, state: State) -> Address:
    return Address(f"bolt://127.0.0.1:{state.port}", USER, _password(home))


def _read(home: Path) -> State:
    """What state.json holds; an empty state when it is absent or damaged."""
    try:
        return State(**json.loads((home / "state.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return State()


def _write(home: Path, state: State) -> None:
    _write_json(home / "state.json", asdict(state))


def _write_json(path: Path, value: object) -> None:
    """Write a file in one step: a reader sees the old one or the new one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)


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


@contextmanager
def _alone(home: Path, say: Say) -> Iterator[None]:
    """Hold a server folder as the one who starts or ends its server."""
    from filelock import FileLock, Timeout

    lock = FileLock(home / "lock")
    try:
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            say("Another command starts or stops this server: waiting for it")
            lock.acquire(timeout=START_LIMIT + STOP_LIMIT)
    except Timeout:
        raise ServerError(
            "another command has held the server's lock for minutes",
            where=str(home / "lock"),
            next="end that command",
        ) from None
    except OSError as error:
        raise CaseError(f"cannot be written: {error.strerror}", where=str(home)) from None
    try:
        yield
    finally:
        lock.release()


def _mute(home: Path, state: State) -> ServerError:
    return ServerError(
        f"the local Neo4j (process {state.pid}) does not answer on port {state.port}",
        where=str(home / "logs" / "neo4j.log"),
        next="run netinv server stop, and try again",
    )


def _age(state: State) -> float:
    """Seconds since the server was started."""
    return max(time.time() - state.created, 0)


def _quiet(line: str) -> None:
    pass


_children: list[subprocess.Popen[bytes]] = []
"""What this process started: kept to be asked for its exit, so that no zombie stays."""

if __name__ == "__main__" and sys.argv[1:] == ["--watch"]:
    watch(Path.cwd())
