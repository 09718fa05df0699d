"""The documents are held to the code: what they show runs, what they list is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from netinv import cypherfile
from netinv.model import DERIVED
from netinv.server import Address
from tests.conftest import ROOT
from tests.test_cli import COMMANDS

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def tables_page() -> str:
    """docs/tables.md, as the specifications of import/tables/ say it."""
    lines = [
        "# Tables",
        "",
        "One table, one file, the same stem: csv, csv.gz, tsv, parquet, xlsx or json (a list",
        "of objects). Any table may be missing and any optional cell empty. Text is UTF-8 and read",
        "as text. Days are ISO 8601",
        "(`2025-04-04`; a month `2025-04` or a year is an interval), countries ISO 3166-1 alpha-2,",
        "weights kilograms, shares 0 to 100. Column names are kept: others may be added, none is",
        "renamed. This page is made from `import/tables/`: `python -m tests.test_docs`.",
    ]
    for name, spec in cypherfile.tables().items():
        lines += ["", f"## {name}", "", " ".join(spec.text("about").split()), ""]
        if like := spec.fields.get("like"):
            lines += [f"Beside its own columns, any column of {like} but its id.", ""]
        lines += ["| column | type | required | what |", "|---|---|---|---|"]
        own = cypherfile.read(spec.path).inputs
        for one in own:
            what = "; ".join(part for part in (one.help, ", ".join(one.choices)) if part)
            required = "yes" if one.required else ""
            lines.append(f"| {one.name} | {one.type} | {required} | {what} |")
    return "\n".join(lines) + "\n"


def listed(needs: Mapping[str, Sequence[str]]) -> str:
    """Tables and their columns, as a reader says them."""
    return "; ".join(
        table + (f" ({', '.join(one.replace('|', ' or ') for one in columns)})" if columns else "")
        for table, columns in needs.items()
    )


def questions_page() -> str:
    """docs/investigations.md, as the headers of cypher/ say it."""
    lines = [
        "# Investigations",
        "",
        "What each finds, what it misses, and what looks like it and is lawful, as its file in",
        "`cypher/` says it; `netinv COMMAND --help` says the same, with every option. This page is",
        "made from these files: `python -m tests.test_docs`.",
    ]
    group = ""
    for file in sorted(cypherfile.investigations().values(), key=lambda f: (f.group, f.name)):
        if file.group != group:
            group = file.group
            lines += ["", f"## {group}"]
        lines += ["", f"### {file.name}", "", f"{file.title}. " + file.text("about")]
        for name, title in (
            ("misses", "Misses"),
            ("lawful", "Lawful look-alikes"),
            ("red_flag", "Red flag"),
        ):
            lines += ["", f"{title}: {' '.join(file.text(name).split())}"]
        if needs := file.mapping("needs"):
            lines += ["", f"Needs: {listed(needs)}."]
        if branches := file.mapping("either"):
            lines += ["", "Needs for one branch at least:", ""]
            lines += [f"- {name}: {listed(needs)}" for name, needs in branches.items()]
    return "\n".join(lines) + "\n"


PAGES = {"tables.md": tables_page, "investigations.md": questions_page}


def commands(text: str) -> list[str]:
    """The netinv lines of a document's code blocks."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for language, block in blocks if not language for line in block.splitlines()]
    return [line for line in lines if line.startswith("netinv ")]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_of_files_is_what_they_say(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name]()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_readme_names_every_command(words: list[str]) -> None:
    assert f"`netinv {words[0]}`" in README
    assert all(word in README for word in words)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:toolkit|cypher|import|tests|bench|docs)/[^`<]*)`", text)
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    for one in named:
        assert (ROOT / one).exists(), one
    for one in links:
        assert (path.parent / one).exists(), one


@pytest.mark.parametrize("type_", DERIVED)
def test_every_derived_link_has_its_derivation(type_: str) -> None:
    page = (ROOT / "docs" / "links.md").read_text(encoding="utf-8")
    assert f"`{type_}` " in page or f"`{type_}`." in page


def test_contributing_answers_ten_common_changes() -> None:
    rows = re.findall(r"^\| (an? [a-z ]+) \|", CONTRIBUTING, re.MULTILINE)
    assert len(rows) == 10


def test_no_document_speaks_of_how_it_was_made() -> None:
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"\b(issue \d|session of|helper|claude|pypi\.org|maven\.org)\b", text)


@pytest.mark.server
def test_the_session_of_the_readme_runs(on_server: Address, tmp_path: Path) -> None:
    """Every netinv line of the README, in its order, in an empty folder."""
    del on_server
    (tmp_path / "import").symlink_to(ROOT / "import")
    (tmp_path / "questions").mkdir()
    question = re.search(r"```cypher\n(.*?)```", README, re.DOTALL)
    assert question
    lines = commands(README)
    assert len(lines) >= 10
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for line in lines:
        words = shlex.split(line)
        if words[-2:] == ["server", "stop"]:
            continue  # here the server is one of a user's own
        if words[:2] == ["netinv", "demo"]:
            continue  # tests/test_demo.py asks it
        if "find-heavy" in line:
            path = tmp_path / "questions" / "find-heavy.cypher"
            path.write_text(question[1], encoding="utf-8")
            words[words.index("demo")] = "mine"
        done = subprocess.run(
            words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
    assert (tmp_path / "rings.html").stat().st_size > 100_000


if __name__ == "__main__":
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), encoding="utf-8")
