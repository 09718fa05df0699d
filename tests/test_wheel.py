"""The wheel is whole: installed by itself it runs the demo, and a checkout is read as it stands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from the files that git would hand on."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for part in ("cypher", "import"):
        for path in (ROOT / part).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"netinv/{path.relative_to(ROOT)}" in names
    assert any(re.search(r"licenses/LICENSE$", name) for name in names)
    assert any(name.startswith("netinv/page/") for name in names)
    assert "netinv/neo4j-2026.08.1.lock.toml" in names


def test_the_demo_runs_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """In an environment that holds the wheel and what it needs, and no checkout; on a Neo4j that
    it starts by itself."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            f"{wheel}[local]",
        ],
        check=True,
        capture_output=True,
    )
    netinv = python.parent / "netinv"
    try:
        done = subprocess.run(
            [netinv, "demo", "out"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        stop = [netinv, "--case", "out", "server", "stop"]
        stopped = subprocess.run(stop, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert stopped.returncode == 0, stopped.stderr
    for name in ("find-rings", "find-circular-routes", "find-relabel-chains"):
        assert (tmp_path / "out" / f"{name}.html").stat().st_size > 100_000
    assert "Try next:" in done.stdout


def test_an_edited_question_is_seen_at_once(tmp_path: Path) -> None:
    """In an editable install the checkout's cypher/ is read, and no copy of it."""
    for part in ("toolkit", "cypher", "import"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    question = tmp_path / "cypher" / "routes" / "find-rings.cypher"
    text = question.read_text(encoding="utf-8")
    question.write_text(text.replace("// title: Goods", "// title: Edited goods"), "utf-8")
    shown = subprocess.run(
        [sys.executable, "-m", "netinv", "find-rings", "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "toolkit")},
        check=True,
    )
    assert "Edited goods" in shown.stdout
