"""The command line: exit codes, what goes where, and help that a stranger can read."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from netinv import cli, cypherfile
from netinv.case import open_case
from netinv.inputs import Input
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
        (["load"], 2, "name files or folders to load"),
        (["load", "no-such-file.csv"], 1, "no-such-file.csv: does not exist"),
        (["load", "x" * 5000], 1, "check the path, the disk and your rights there"),
        (["--case", "pyproject.toml", "sources"], 1, "is a file"),
        (["--case", "pyproject.toml", "load", "x.csv"], 1, "is a file"),
        (["find-rings", "--days", "0"], 2, "netinv: --days: 0 is below 1 (use 1 to 3650)\n"),
        (["find-rings", "--days", ""], 2, "netinv: --days: is empty (leave it out for 180)\n"),
        (["find-rings", "--company", ""], 2, "--company: is empty (leave it out or give a value)"),
        (["find-rings", "--since", "yesterday"], 2, "--since: 'yesterday' is not a date"),
        (["find-rings", "--time-limit", "x"], 2, "--time-limit: 'x' is not a whole number"),
        (["link", "--window", "999"], 2, "--window: 999 is above 365 (use 0 to 365)"),
        (["load", "x.csv", "--as", "nonsense"], 2, "--as: 'nonsense' is no table and no source"),
        (["load", "x.csv", "--as-of", "soon"], 2, "--as-of: 'soon' is not a date"),
        (["load", "x.csv", "--namespace", "a b"], 2, "--namespace: 'a b' is no namespace"),
        (["load", "x.csv", "--encoding", "klingon"], 2, "--encoding: no encoding 'klingon'"),
        (["--memory", "1m", "sources"], 2, "netinv: --memory: '1m' is not a size of at least"),
        (["find-rings", "-o", "r.pdf"], 2, "-o r.pdf: .pdf is no format to write (use .csv"),
        (["find-rings", "-o", "tests"], 2, "is no format to write"),
        (["find-rings", "-o", "r.csv", "-o", "r.question.json"], 2, "is written by another -o too"),
        (["find-rings", "-o", "no/r.csv"], 1, "no/r.csv: is in no folder (make no first)"),
        (["sources", "drop", "ffff", "--reason", " "], 2, "--reason: is empty"),
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


@pytest.mark.parametrize(
    "words",
    [
        ["find-rings"],
        ["sources"],
        ["sources", "drop", "ffff", "--reason", "x"],
        ["link"],
        ["doctor"],
        ["lint", "cypher"],
        ["rebuild", "--dry-run"],
        ["server", "status"],
        ["server", "stop"],
    ],
    ids=" ".join,
)
def test_a_command_that_only_reads_makes_no_case(tmp_path: Path, words: list[str]) -> None:
    open_case(tmp_path / "mine")
    wrong = tmp_path / "mien"
    done = netinv("--case", wrong, *words)
    assert done.returncode == 1
    assert done.stderr == (
        f"netinv: {wrong}: no case there (did you mean {tmp_path / 'mine'}?"
        f" netinv --case {wrong} load FILES makes one)\n"
    )
    assert not wrong.exists()
    by_default = netinv(*words, XDG_DATA_HOME=str(tmp_path / "data"))
    assert "no case there (netinv load FILES makes one)" in by_default.stderr
    assert not (tmp_path / "data").exists()


def test_the_help_of_case_says_the_default_folder(tmp_path: Path) -> None:
    shown = netinv("--help", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "data"))
    assert "[NETINV_CASE; default ~/data/netinv/case]" in " ".join(shown.stdout.split())


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Input("n", "number", min="0", help="Kilograms"), "Kilograms [0 or more]"),
        (Input("n", "number", default="3", max="9", help="Few"), "Few [default 3; 9 or less]"),
        (Input("n", "number", default="3", min="0", max="9", help="Few"), "[default 3; 0 to 9]"),
        (Input("n", "number", optional=True, help="Any"), "Any"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bound_reads_as_words(one: Input, said: str) -> None:
    option = cli._parameter(one)
    assert isinstance(option, click.Option)
    assert option.help and option.help.endswith(said)


def test_an_investigation_without_an_example_gets_one_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "find-heavy.cypher"
    path.write_text(
        "// title: Heavy\n// inputs:\n//   company: {type: entity}\n//   least_kg: {type: number}\n"
        "//   id: {argument: true}\n//   most: {type: number, default: 9}\n"
        "RETURN $company AS a, $least_kg AS b, $id AS c, $most AS d\n",
        encoding="utf-8",
    )
    shown = netinv("--cypher-dir", tmp_path, "find-heavy", "--help").stdout
    assert "Example: netinv find-heavy --company … --least-kg … …" in shown


def test_the_investigation_of_the_readme_finds_something_in_the_demo() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    least = re.search(r"least: \{type: number, default: (\d+)", text)
    company = re.search(r"find-heavy --company (C\d+) ", text)
    assert least and company
    with (ROOT / "import" / "sample" / "shipments.csv").open(encoding="utf-8", newline="") as file:
        sent = [row["weight_kg"] for row in csv.DictReader(file) if row["shipper"] == company[1]]
    assert any(float(weight or 0) >= float(least[1]) for weight in sent)


def test_the_demo_names_the_program_as_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "a bin" / "netinv"
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli._called() == f"'{program}'"
    monkeypatch.setenv("PATH", str(program.parent))
    assert cli._called() == "netinv"
    monkeypatch.setattr(sys, "argv", ["netinv/__main__.py", "demo"])
    monkeypatch.setattr(sys, "orig_argv", ["bin/python", "-m", "netinv", "demo"])
    assert cli._called() == "bin/python -m netinv"


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
    assert (tmp_path / "rings.evidence.parquet").is_file()
    (tmp_path / "d.evidence.csv").mkdir()
    refused = netinv(*served, "find-rings", "--strength", "0", "-o", tmp_path / "d.csv")
    assert refused.returncode == 1
    assert "d.csv: cannot be written: " in refused.stderr
    assert "Traceback" not in refused.stderr

    unknown = netinv(*served, "sources", "drop", "ffff", "--reason", "x")
    assert unknown.returncode == 1
    assert "'ffff' names no source" in unknown.stderr
    dry = netinv(*served, "rebuild", "--dry-run")
    assert re.match(r"would remove and write again: .*3 Shipment.* \(at bolt:", dry.stderr)
    assert "NetinvCase" not in dry.stderr


@pytest.mark.server
def test_links_are_made_anew_when_they_are_stale_with_the_inputs_that_they_had(
    served: tuple[str, ...], tmp_path: Path
) -> None:
    first = netinv(*served, "link", "--json")
    assert json.loads(first.stdout)["kept"] == 2
    more = RING.replace("S1", "T1").replace("S2", "T2").replace("S3", "T3")
    anew = json.loads(netinv(*served, "link", "--window", "20", "--json").stdout)
    assert anew["inputs"]["window"] == 20
    netinv(*served, "load", write_tables(tmp_path / "more", {"shipments": more}))
    asked = netinv(*served, "find-rings", "--json")
    assert "making links: the sources changed since they were made" in asked.stderr
    links = json.loads(asked.stdout)["question"]["links"]
    assert links["kept"] > 2 and links["inputs"]["window"] == 20
    assert "making links" not in netinv(*served, "find-rings").stderr


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
        "// title: Bad\n// needs: {shipments: [wieght_kg]}\n// either: {one: {shipmants: [hs]}}\n"
        "MATCH p = (s:Shipmnt)-[:HANDOFF]->+(t) SET s.x = 1 RETURN p, s.id\n",
        encoding="utf-8",
    )
    clean = netinv(*served, "lint", good)
    assert (clean.returncode, clean.stdout) == (0, f"{good}: fine\n")
    said = netinv(*served, "lint", bad)
    assert said.returncode == 1
    for line in (
        *("writes: an investigation only reads", "without an upper bound", "write AS"),
        "needs the column 'wieght_kg' of shipments",
        "needs the table 'shipmants'",
    ):
        assert line in said.stdout
    both = netinv(*served, "lint", mine)
    assert both.returncode == 1
    assert f"{good}: fine\n" in both.stdout
    assert f"{bad}: writes: " in both.stdout
    (tmp_path / "none").mkdir()
    nothing = netinv(*served, "lint", tmp_path / "none")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "none: holds no .cypher file (name an investigation)" in nothing.stderr
    taken = tmp_path / "taken" / "profile.cypher"
    taken.parent.mkdir()
    taken.write_text(good.read_text(encoding="utf-8"), encoding="utf-8")
    clash = netinv(*served, "lint", taken)
    assert clash.returncode == 1
    shipped = cypherfile.investigations()["profile"].path
    assert clash.stdout == (
        f"{taken}: makes the command profile, which {shipped} makes already: rename it\n"
    )
    bad.rename(mine / "load.cypher")
    clash = netinv(*served, "lint", mine / "load.cypher")
    assert "makes the command load, which netinv has already: rename it" in clash.stdout
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
        ["lint", cypherfile.investigations()["profile"].path],
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


def test_json_spells_out_what_could_act_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    marks = "\u202e\u200b\x9b\u2028\U000e0001\x1b"
    cli._json({"name": f"湖南 {marks} x"})
    text = capsys.readouterr().out
    assert json.loads(text) == {"name": f"湖南 {marks} x"}
    assert "湖南" in text and not set(marks) & set(text)
