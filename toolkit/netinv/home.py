"""One Neo4j home folder: its settings, its password, the Java process on it, its last words."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from netinv.errors import InputError

USER = "neo4j"
MAIN = "org.neo4j.server.Neo4jCommunity"
ADMIN = "org.neo4j.cli.AdminTool"
IMPORTED = "import"
"""Where in a home the files lie that the importer reads."""

HEAP, PAGES = 512, 64
"""The small memory a server gets unless asked for more: heap and page cache in MiB."""

JAVA_FLAGS = (
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
    ),
    "--enable-native-access=ALL-UNNAMED",
    "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",  # a dead server is started again, a wedged one is not
    "-Dio.netty.leakDetection.level=DISABLED",
    "-Dlog4j2.disable.jmx=true",
    "-Dfile.encoding=UTF-8",
)

SETTINGS = """\
# Written by netinv at every start; changes are lost.
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.heap.initial_size={heap}m
server.memory.heap.max_size={heap}m
server.memory.pagecache.size={pages}m
# Nothing leaves the machine, and no statement reads its files or reaches into its network.
dbms.usage_report.enabled=false
dbms.fleet_manager.enabled=false
server.fleet_discovery.enabled=false
dbms.security.allow_csv_import_from_file_urls=false
internal.dbms.cypher_ip_blocklist=0.0.0.0/0,::/0
# A longer name, or another number of rows, is no other statement: it is planned once.
internal.cypher.use_parameter_size=false
# An empty case costs 2 MB on disk, not 290.
db.tx_log.preallocate=false
# Stops in about a second; the default waits 12 s for new clients.
internal.dbms.bolt.netty_server_shutdown_quiet_period_duration=0s
internal.dbms.bolt.netty_server_shutdown_timeout=1s
"""


@dataclass(frozen=True)
class Installation:
    """A Neo4j that can be started: `lib` holds its jars, `aot` is Java's cache of loaded classes
    (absent while it is being trained, or where this Java cannot make one)."""

    java: Path
    lib: Path
    version: str
    aot: Path | None = None


def memory_of(text: str) -> tuple[int, int]:
    """Heap and page cache in MiB for a size like `4g`: the page cache is a quarter of the heap.

    The empty text is the small default. Raises InputError.
    """
    if not text:
        return HEAP, PAGES
    found = re.fullmatch(r"([1-9][0-9]{0,6})([mMgG])[bB]?", text.strip())
    heap = int(found[1]) * (1024 if found[2] in "gG" else 1) if found else 0
    if heap < 256:
        raise InputError(f"memory: {text!r} is not a size of at least 256m", next="use 512m or 4g")
    return heap, PAGES if heap <= HEAP else heap // 4


def memory_here() -> int:
    """The MiB of memory that this machine has, or that the container (cgroup v2) may use of it."""
    from psutil import virtual_memory

    there = virtual_memory().total
    with suppress(OSError, ValueError):  # no such file, or the word max
        there = min(there, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return there // 2**20


def affordable(text: str) -> None:
    """Refuse a memory that this machine does not have: Java may take minutes to say so."""
    there = memory_here()
    if sum(memory_of(text)) > there:
        raise InputError(
            f"memory: {text} of heap, with its page cache, is more than this machine has"
            f" ({there:,} MB)",
            next="ask for less memory",
        )


def furnish(home: Path, port: int, memory: str) -> None:
    """Write the settings of a home, and before its first start the password of its one user."""
    heap, pages = memory_of(memory)
    for folder in (home, home / "conf", home / "logs"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    settings = SETTINGS.format(port=port, heap=heap, pages=pages)
    (home / "conf" / "neo4j.conf").write_text(settings, encoding="utf-8")
    if not has_store(home):
        secret = secrets.token_urlsafe(24)
        _write_private(password_file(home), secret)
        _write_private(home / "data" / "dbms" / "auth.ini", _credential(secret))


def has_store(home: Path) -> bool:
    """Whether a database was ever started here."""
    return (home / "data" / "databases" / "system").is_dir()


def password_file(home: Path) -> Path:
    return home / "password"


def start(
    installation: Installation, home: Path, memory: str, *extra: str
) -> subprocess.Popen[bytes]:
    """Start Java on a furnished home, detached; what it prints goes to logs/console.log."""
    heap, _ = memory_of(memory)
    command = _java(installation, heap, f"-Xms{heap}m", *extra)
    command += [MAIN, f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
    return detach(command, home, "console.log")


def start_import(
    installation: Installation,
    home: Path,
    memory: str,
    nodes: Sequence[tuple[str, str]],
    edges: Sequence[tuple[str, str]],
    mark: str,
    multiline: bool,
) -> subprocess.Popen[bytes]:
    """Start Neo4j's own importer on a furnished home that has no database yet.

    `nodes` are labels and csv file, `edges` type (empty where the file says it) and csv file, all
    in the home's folder `IMPORTED`. `mark` parts the texts of a list; `multiline` says that a text
    may run over several lines. What is amiss in the files ends it.
    """
    heap, _ = memory_of(memory)
    command = [*_java(installation, heap), ADMIN, "database", "import", "full", "neo4j"]
    command += [f"--nodes={labels}={IMPORTED}/{file}" for labels, file in nodes]
    command += [
        f"--relationships={type_ and type_ + '='}{IMPORTED}/{file}" for type_, file in edges
    ]
    command += [
        f"--array-delimiter=U+{ord(mark):04X}",
        f"--max-off-heap-memory={max(2 * heap, 1024)}m",
        "--path-pattern-style=none",
        f"--multiline-fields={str(multiline).lower()}",
        "--bad-tolerance=0",
        "--strict=true",
        f"--report-file={home / 'logs' / 'import-report.log'}",
    ]
    places = {"NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
    return detach(command, home, "import.log", places)


def _java(installation: Installation, heap: int, *flags: str) -> list[str]:
    """The command line of Java up to the main class, with the flags of NETINV_JAVA."""
    try:
        own = shlex.split(os.environ.get("NETINV_JAVA", ""))
    except ValueError as error:
        raise InputError(
            str(error).lower(), where="NETINV_JAVA", next="close what is quoted"
        ) from None
    command = [str(installation.java), *JAVA_FLAGS, f"-Xmx{heap}m", *flags, *own]
    if installation.aot:
        command.append(f"-XX:AOTCache={installation.aot}")
    jars = sorted(str(path) for path in installation.lib.glob("*.jar"))
    return [*command, "-cp", os.pathsep.join(jars)]


def detach(
    command: list[str], home: Path, log: str, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that outlives us, in the home folder; what it prints goes to logs/`log`.

    `more` are environment variables of its own.
    """
    # Java's own variables would change the flags, and Neo4j's hold the passwords of other servers.
    foreign = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in foreign and not name.startswith("NEO4J_")
    }
    with (home / "logs" / log).open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home,  # by which the process is known later, even after the folder has moved
            env=environment | dict(more or {}),
            start_new_session=True,
            umask=0o077,
        )


def log_end(home: Path) -> int:
    """Where the server's log ends now, for `last_words`."""
    try:
        return (home / "logs" / "neo4j.log").stat().st_size
    except OSError:
        return 0


def last_words(home: Path, since: int = 0) -> tuple[str, Path]:
    """The line that best says why the server died, and the log it stands in; of Neo4j's log only
    what follows position `since`."""
    path = home / "logs" / "neo4j.log"
    lines = _lines(path, since)
    for found in (
        [line for line in lines if line.startswith("Caused by: ")],
        [line for line in lines if " ERROR " in line],
        lines,
    ):
        if found:
            line = re.sub(r"^(Caused by: |\S+ \S+ (ERROR|WARN|INFO) +)", "", found[-1])
            return re.sub(r"^[\w.$]+(Exception|Error): ", "", line)[:300], path
    # Neo4j did not get that far: Java says why in its first two lines.
    path = path.with_name("console.log")
    told = [line.strip("# ") for line in _lines(path) if "warning" not in line.lower()]
    return " ".join(list(filter(None, told))[:2]) or "without a word", path


def import_words(home: Path) -> tuple[str, Path]:
    """Why the importer ended, and the log it stands in."""
    path = home / "logs" / "import.log"
    lines = [line for line in _lines(path) if not line.startswith(("Full exc", "Please", "---"))]
    told = [at for at, line in enumerate(lines) if line == "Command Failed"]
    said = lines[told[-1] + 1 :] if told else lines[-1:]
    return " ".join(said)[:300] or "without a word", path


def _lines(path: Path, since: int = 0) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(since)
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _credential(password: str) -> str:
    """The line that `neo4j-admin dbms set-initial-password` writes: 1024 rounds of salted SHA-256.

    Written here because that command takes 2 s and the password as an argument, in sight of all.
    """
    salt = secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(1023):
        digest = hashlib.sha256(digest).digest()
    return f"{USER}:SHA-256,{digest.hex()},{salt.hex()},1024:"


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
