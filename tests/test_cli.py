"""The command line: exit codes, what goes where, and help that a stranger can read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from netinv import cypherfile
from netinv.server import Address
from tests.conftest import ROOT, write_tables

COMMANDS = [
    ["demo"],
    ["load"],
    ["sources"],
    ["sources", "drop"],
    ["rebuild"],
    ["link"],
    ["server"],
    ["server", "start"],
    ["server", "stop"],
    ["server", "status"],
    ["server", "list"],
    ["doctor"],
    ["lint"],
    *([name] for name in sorted(cypherfile.investigations())),
]
RING = """
| id | shipper | consignee | departed   | arrived    | weight_kg | hs     | description |
| S1 | A       | B         | 2024-03-01 | 2024-03-10 | 1234      | 811292 | gallium     |
| S2 | B       | C         | 2024-03-20 | 2024-03-25 | 1230      | 790111 | =zinc       |
| S3 | C       | A         | 2024-04-05 | 2024-04-12 | 1231      | 790111 | zinc        |
"""


def netinv(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "netinv", *map(str, words)],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture
def served(on_server: Address, tmp_path: Path) -> tuple[str, ...]:
    """The words that name a case with one ring in it."""
    folder = write_tables(tmp_path / "tables", {"shipments": RING})
    words = ("--case", str(tmp_path / "case"))
    done = netinv(*words, "load", folder)
    assert done.returncode == 0, done.stderr
    return words


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(words: list[str]) -> None:
    done = netinv(*words, "--help")
    assert done.returncode == 0
    assert re.search(r"Example: netinv ", done.stdout), "no example"
    first = done.stdout.split("\n\n")[1].strip()
    assert len(first) > 20, "no sentence says what it does"
    assert "Traceback" not in done.stderr


def test_help_lists_every_command() -> None:
    listed = netinv("--help").stdout
    for name in {words[0] for words in COMMANDS}:
        assert re.search(rf"^  {name}\b", listed, re.MULTILINE), name


def test_help_of_an_investigation_says_what_a_stranger_must_know() -> None:
    text = " ".join(netinv("find-rings", "--help").stdout.split())
    for part in ("Misses:", "Lawful look-alikes:", "Red flag:", "default 45, ours", "--time-limit"):
        assert part in text


def test_start_up_loads_neither_driver_nor_pandas() -> None:
    code = (
        "import sys, runpy, contextlib, io\n"
        "sys.argv = ['netinv', '--help']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    runpy.run_module('netinv', run_name='__main__')\n"
        "print(sorted({'neo4j', 'pandas', 'duckdb', 'pyvis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["find-ring"], 2, "Did you mean find-rings"),
        (["find-rings", "--wndow", "3"], 2, "No such option"),
        (["load"], 2, "Missing argument"),
        (["load", "no-such-file.csv"], 1, "no-such-file.csv: does not exist"),
        (["--case", "pyproject.toml", "sources"], 1, "is a file"),
        (["sources", "drop", "ffff", "--reason", "x"], 1, "names no source"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_and_a_next_step(
    tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = netinv(*words, NETINV_CASE=str(tmp_path / "case"))
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.server
def test_a_question_answers_on_stdout_and_talks_on_stderr(
    served: tuple[str, ...], tmp_path: Path
) -> None:
    done = netinv(*served, "find-rings", "--strength", "0")
    assert done.returncode == 0, done.stderr
    header, row = done.stdout.splitlines()
    assert header.split("\t")[:3] == ["finding", "score", "shipments"]
    assert row.split("\t")[2] == "S1, S2, S3"
    assert "3 of 3 shipments could be checked" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr

    as_json = json.loads(netinv(*served, "find-rings", "--strength", "0", "--json").stdout)
    assert as_json["shape"] == "netinv.result/1"
    assert as_json["answer"] == "found"
    assert as_json["findings"][0]["id"] == row.split("\t")[0]

    nothing = netinv(*served, "find-rings", "--strength", "50")
    assert (nothing.returncode, nothing.stdout.count("\n")) == (0, 1)
    assert "found nothing" in nothing.stderr

    unchecked = netinv(*served, "find-shared-directors", "--json")
    assert unchecked.returncode == 3
    assert json.loads(unchecked.stdout)["answer"] == "could not be checked"

    wrong = netinv(*served, "find-rings", "--days", "0")
    assert wrong.returncode == 1
    assert wrong.stderr.strip() == "netinv: days: 0 is below 1 (use 1 to 3650)"

    unknown = netinv(*served, "profile", "nobody at all")
    assert unknown.returncode == 1
    assert "no entity has the id or name 'nobody at all'" in unknown.stderr

    quiet = netinv(*served, "--quiet", "find-rings", "--strength", "0")
    assert quiet.stderr == ""
    again = netinv(*served, "--quiet", "load", tmp_path / "tables")
    assert (again.returncode, again.stderr) == (0, "")

    files = [tmp_path / f"rings.{suffix}" for suffix in ("csv", "xlsx", "json", "parquet", "html")]
    words = [word for path in files for word in ("-o", path)]
    written = netinv(*served, "find-rings", "--strength", "0", *words)
    assert written.returncode == 0, written.stderr
    assert written.stdout == ""
    assert all(path.stat().st_size for path in files)
    assert (tmp_path / "rings.evidence.csv").is_file()
    assert (tmp_path / "rings.question.json").is_file()
    refused = netinv(*served, "find-rings", "-o", tmp_path / "rings.doc")
    assert refused.returncode == 1
    assert ".xlsx" in refused.stderr


@pytest.mark.server
def test_links_can_be_made_anew_and_are_said_to_be_stale(
    served: tuple[str, ...], tmp_path: Path
) -> None:
    first = netinv(*served, "link", "--json")
    assert json.loads(first.stdout)["kept"] == 2
    more = RING.replace("S1", "T1").replace("S2", "T2").replace("S3", "T3")
    netinv(*served, "load", write_tables(tmp_path / "more", {"shipments": more}))
    assert "The links are stale" in netinv(*served, "find-rings").stderr
    anew = json.loads(netinv(*served, "link", "--window", "20", "--json").stdout)
    assert anew["inputs"]["window"] == 20
    assert "stale" not in netinv(*served, "find-rings").stderr


@pytest.mark.server
def test_lint_says_what_is_wrong_and_a_folder_of_ones_own_adds_commands(
    served: tuple[str, ...], tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    good = mine / "find-heavy.cypher"
    good.write_text(
        "// title: Heavy shipments\n// about: of more than some weight\n// misses: unweighed ones\n"
        "// lawful: nearly all\n// red_flag: none\n// key: s\n// explain: '{id} weighs {kg} kg'\n"
        "// inputs:\n//   least: {type: number, default: 1000, help: Kilograms}\n"
        "MATCH (s:Shipment) WHERE s.weight_kg >= $least\n"
        "RETURN s.id AS id, s.weight_kg AS kg, s ORDER BY kg DESC\n",
        encoding="utf-8",
    )
    bad = mine / "bad.cypher"
    bad.write_text(
        "// title: Bad\nMATCH p = (s:Shipmnt)-[:HANDOFF]->+(t) SET s.x = 1 RETURN p, s.id\n",
        encoding="utf-8",
    )
    clean = netinv(*served, "lint", good)
    assert (clean.returncode, clean.stdout) == (0, f"{good}: fine\n")
    said = netinv(*served, "lint", bad)
    assert said.returncode == 1
    for line in ("writes: an investigation only reads", "without an upper bound", "write AS"):
        assert line in said.stdout
    bad.rename(mine / "load.cypher")
    clash = netinv("--cypher-dir", mine, *served, "find-heavy")
    assert clash.returncode == 1
    assert "makes the command load, which netinv has already (rename it)" in clash.stderr
    (mine / "load.cypher").unlink()
    asked = netinv("--cypher-dir", mine, *served, "find-heavy", "--least", "1232")
    assert [row.split("\t")[2] for row in asked.stdout.splitlines()[1:]] == ["S1"]
    assert "find-heavy" in netinv("--cypher-dir", mine, "--help").stdout


@pytest.mark.server
def test_doctor_says_what_is_there(served: tuple[str, ...], on_server: Address) -> None:
    done = netinv(*served, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ("Neo4j 20", "3 shipments", "find-rings\tcan be asked", "No directorships"):
        assert part in done.stdout
    assert on_server.password not in done.stdout + done.stderr
    broken = netinv(*served, "doctor", NEO4J_PASSWORD="wrong")
    assert broken.returncode == 1
    assert "check NEO4J_USERNAME and NEO4J_PASSWORD" in broken.stderr


@pytest.mark.server
def test_the_log_keeps_every_command(served: tuple[str, ...]) -> None:
    netinv(*served, "find-rings", "--strength", "0")
    for words in (
        ["sources"],
        ["doctor"],
        ["link"],
        ["lint", *sorted(ROOT.rglob("profile.cypher"))],
    ):
        assert netinv(*served, *words).returncode == 0
    lines = (Path(served[1]) / "log.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    asked = ["load", "find-rings", "sources", "doctor", "link", "lint"]
    assert [entry["command"] for entry in entries] == asked
    for entry in entries[:2]:
        assert {"time", "user", "inputs", "sources"} <= set(entry)
    assert entries[1]["inputs"] == {"strength": "0"}
    assert len(entries[1]["result"]) == 16
