"""What a command costs: seconds on the wall, seconds of CPU (the server's too), and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from netinv import server

LOOK = 0.2
"""Seconds between two looks at the processes."""


@dataclass(frozen=True)
class Used:
    """What one command used. `cpu` is that of its own processes, `server` that of the case's Neo4j
    meanwhile; `peak` is the most memory of all of them together, in MB; `failed` says why it was
    not done, and is empty when it was."""

    wall: float
    cpu: float
    server: float
    peak: float
    output: str = ""
    failed: str = ""

    @property
    def all_cpu(self) -> float:
        return self.cpu + self.server

    def __add__(self, other: Used) -> Used:
        return Used(
            self.wall + other.wall,
            self.cpu + other.cpu,
            self.server + other.server,
            max(self.peak, other.peak),
            other.output,
            self.failed or other.failed,
        )


def run(
    words: Sequence[str | Path], limit: float, case: Path | None = None, memory: int = 0
) -> Used:
    """Run a command; end it after `limit` seconds, or when it and its server hold more than
    `memory` MB. `case` names the folder whose Neo4j is watched beside it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as talk:
        watched = Watched(case)
        begun = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in words], stdout=out, stderr=talk, start_new_session=True
        )
        ended = threading.Event()
        said: list[str] = []

        def look() -> None:
            while not ended.wait(LOOK):
                watched.look(process.pid)
                if time.monotonic() - begun > limit:
                    said.append(f"not done in {limit:.0f} s")
                elif memory and watched.now > memory:
                    said.append(f"not done in {memory:,} MB")
                if said:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    return

        watcher = threading.Thread(target=look)
        watcher.start()
        # wait4 counts the children that the command waited for as well, a bulk import among them.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begun
        ended.set()
        watcher.join()
        watched.look(None)
        out.seek(0)
        talk.seek(0)
        failed = said[0] if said else ""
        if process.returncode and not failed:
            lines = talk.read().decode("utf-8", "replace").strip().splitlines()
            failed = f"failed: {lines[-1] if lines else f'exit {process.returncode}'}"
        return Used(
            wall,
            usage.ru_utime + usage.ru_stime,
            watched.cpu,
            max(watched.peak, usage.ru_maxrss / 1024),
            out.read().decode("utf-8", "replace"),
            failed,
        )


class Watched:
    """The processes of a command and of a case's Neo4j, looked at from time to time."""

    def __init__(self, case: Path | None) -> None:
        self.case = case
        self.peak = self.now = 0.0
        self.begun: dict[int, float] = {}
        self.seen: dict[int, float] = {}
        pid = self._server()
        if pid:
            self.begun[pid] = _cpu(pid) or 0.0

    @property
    def cpu(self) -> float:
        """CPU seconds of the server since the first look; of each that served meanwhile."""
        return sum(cpu - self.begun.get(pid, 0.0) for pid, cpu in self.seen.items())

    def look(self, pid: int | None) -> None:
        pids = {pid} if pid else set()
        if pid:
            with suppress(psutil.Error):
                pids |= {one.pid for one in psutil.Process(pid).children(recursive=True)}
        served = self._server()
        if served:
            pids.add(served)
            cpu = _cpu(served)
            if cpu is not None:
                self.seen[served] = cpu
        self.now = sum(map(_resident, pids))
        self.peak = max(self.peak, self.now)

    def _server(self) -> int | None:
        if self.case is None:
            return None
        with suppress(Exception):  # a state that is just being written
            return server.status(self.case).pid
        return None


def _cpu(pid: int) -> float | None:
    with suppress(psutil.Error):
        times = psutil.Process(pid).cpu_times()
        return times.user + times.system
    return None


def _resident(pid: int) -> float:
    """Memory that a process holds, in MB, mapped files included."""
    with suppress(psutil.Error):
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    return 0.0
