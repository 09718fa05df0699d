"""What runs in a server folder: its state file, its lock, whose process it is, how it is ended."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from netinv.errors import CaseError, ServerError
from netinv.home import MAIN

LOCK_LIMIT = 240
"""Seconds to wait for another command that starts or ends the server."""

IDLE = 3600
"""Seconds without a client after which a server ends itself, unless NETINV_IDLE says other."""

STOP_LIMIT = 60
"""Seconds a server may take to end before it is killed: it writes its pages to disk first."""

Say = Callable[[str], None]
Process = psutil.Process


@dataclass(frozen=True)
class State:
    """What state.json holds. `created` is when the process began, as `created()` gives it."""

    port: int = 0
    memory: str = ""
    pid: int = 0
    created: float = 0.0
    started: str = ""
    watcher: int = 0
    watcher_created: float = 0.0
    stopping: bool = False


# ------------------------------------------------------------ files


def read(home: Path) -> State:
    """What state.json holds; an empty state when it is absent or damaged."""
    try:
        return State(**json.loads((home / "state.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return State()


def write(home: Path, state: State) -> None:
    write_json(home / "state.json", asdict(state))


def write_json(path: Path, value: object) -> None:
    """Write a file in one step: a reader sees the old one or the new one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)


@contextmanager
def alone(home: Path, say: Say) -> Iterator[None]:
    """Hold a server folder as the one who starts or ends its server.

    What cannot be read or written meanwhile is a CaseError.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(home / "lock")
    try:
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            say("Another command starts or stops this server: waiting for it")
            lock.acquire(timeout=LOCK_LIMIT)
    except Timeout:
        raise ServerError(
            "another command has held the server's lock for minutes",
            where=str(home / "lock"),
            next="end that command",
        ) from None
    except OSError as error:
        raise _unwritable(home, error) from None
    try:
        yield
    except OSError as error:
        raise _unwritable(home, error) from None
    finally:
        lock.release()


def touch(home: Path, idle: float) -> None:
    """Note that a command uses the server, and after how many idle seconds it may end."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "used").write_text(str(idle), encoding="utf-8")
    except OSError as error:
        raise _unwritable(home, error) from None


def used(home: Path) -> tuple[float, float]:
    """When a command last used the server (seconds since 1970), and its idle seconds."""
    path = home / "used"
    try:
        return path.stat().st_mtime, float(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # absent, or read between two writes
        return 0.0, IDLE


def _unwritable(home: Path, error: OSError) -> CaseError:
    return CaseError(
        f"cannot be used: {error.strerror or error}",
        where=str(error.filename or home),
        next="check the disk and your rights there, or name another case folder",
    )


# ------------------------------------------------------------ whose process it is


def server_of(home: Path, state: State) -> Process | None:
    """The running server of a home, or None."""
    return _ours(home, state.pid, state.created)


def watcher_of(home: Path, state: State) -> Process | None:
    """The running watcher of a home's server, or None."""
    return _ours(home, state.watcher, state.watcher_created)


def _ours(home: Path, pid: int, since: float) -> Process | None:
    """A process that was started in this very folder: a copy of a case has no part in it."""
    process = alive(pid, since)
    return process if process is not None and _works_in(process, home) else None


def alive(pid: int, since: float) -> Process | None:
    """The process of that number, if it still is the one created at `since`."""
    try:
        process = Process(pid) if pid > 0 else None
        if process is None or abs(created(pid) - since) > 2:
            return None
        # One that ended under a parent that has not asked yet is as good as gone.
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def _works_in(process: Process, home: Path) -> bool:
    try:
        return Path(process.cwd()).samefile(home)
    except (psutil.Error, OSError):
        return False


def adopt(home: Path, state: State) -> State:
    """The state, or that of a server which runs here though state.json does not know it: a lost
    file, or one that another machine wrote."""
    if server_of(home, state) is not None:
        return state
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError, ValueError):
            if MAIN not in process.cmdline() or not _works_in(process, home):
                continue
            settings = (home / "conf" / "neo4j.conf").read_text(encoding="utf-8")
            port = int(settings.split("server.bolt.listen_address=127.0.0.1:")[1].split()[0])
            state = replace(state, port=port, pid=process.pid, created=created(process.pid))
            write(home, state)
    return state


def clients(process: Process, port: int) -> int:
    """How many connections to its Bolt port the server holds."""
    try:
        return sum(
            line.status == psutil.CONN_ESTABLISHED and line.laddr.port == port
            for line in process.net_connections("tcp")
        )
    except psutil.Error:
        return 0


def created(pid: int) -> float:
    """When a process began: seconds since the machine did, where the system tells (Linux), for a
    clock that is set moves the time of day of every beginning. Raises psutil.NoSuchProcess."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return int(told[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return Process(pid).create_time()


# ------------------------------------------------------------ ending


def end(process: Process, say: Say) -> None:
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


def _gone(process: Process, limit: float) -> bool:
    end = time.monotonic() + limit
    try:
        since = created(process.pid)
    except psutil.Error:
        return True
    while time.monotonic() < end:
        if alive(process.pid, since) is None:
            return True
        time.sleep(0.02)
    return False
