"""A case is a folder with one writer, settings that are beaten in a stated order, and a log."""

from __future__ import annotations

import getpass
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netinv import case as cases
from netinv.case import IN_CASE, SETTINGS, Case, Member, Source, open_case, read_json, write_json
from netinv.errors import CaseError
from netinv.model import SCHEMA


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return open_case(tmp_path / "case")


def source(id: str, **more: object) -> Source:
    files = (Member(id, id * 5, "a.csv", ""),)
    made = Source(id, id * 5, "companies", files, {"companies": 1})
    return made.__class__(**{**made.__dict__, **more})


# ---------------------------------------------------------------- opening


def test_a_case_is_made_where_there_is_none_and_is_the_same_ever_after(tmp_path: Path) -> None:
    made = open_case(tmp_path / "deep" / "case")
    entry = read_json(made.path("case.json"))
    assert (entry["id"], entry["schema"]) == (made.id, SCHEMA)
    assert re.fullmatch(r"[0-9a-f]{32}", made.id)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["created"])
    assert open_case(str(made.folder)) == made
    assert open_case(tmp_path / "other").id != made.id
    assert made.sources() == []


def test_without_a_folder_it_is_that_of_the_variable_else_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "default_folder", lambda: tmp_path / "default")
    assert open_case().folder == (tmp_path / "default").resolve()
    monkeypatch.setenv("NETINV_CASE", str(tmp_path / "named"))
    assert open_case().folder == (tmp_path / "named").resolve()
    assert open_case(tmp_path / "said").folder == (tmp_path / "said").resolve()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not a case: case.json is damaged (restore it from a copy of the case)"),
        ("[]", "is not a case: case.json is damaged (restore it from a copy of the case)"),
        (
            '{"id": "", "schema": 1}',
            "is not a case: case.json is damaged (restore it from a copy of the case)",
        ),
        (
            '{"id": "a", "schema": "one"}',
            "is not a case: case.json is damaged (restore it from a copy of the case)",
        ),
        (
            f'{{"id": "a", "schema": {SCHEMA + 1}}}',
            f"was made by a newer netinv (schema {SCHEMA + 1}, this one knows {SCHEMA})"
            " (upgrade netinv)",
        ),
    ],
)
def test_a_folder_that_is_no_case_of_ours_is_refused_untouched(
    tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "case.json").write_text(content)
    with pytest.raises(CaseError) as error:
        open_case(tmp_path)
    assert str(error.value) == f"{tmp_path.resolve()}: {said}"
    assert (tmp_path / "case.json").read_text() == content


def test_a_file_is_no_case(tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"
    path.write_text("x")
    with pytest.raises(CaseError) as error:
        open_case(path)
    assert str(error.value) == f"{path.resolve()}: is a file (name a folder for the case)"
    with pytest.raises(CaseError) as error:
        open_case(path / "below")
    assert str(error.value).startswith(f"{path.resolve()}/below: cannot be made: ")


# ---------------------------------------------------------------- one writer

HOLD = """
import sys, time
from netinv.case import open_case
with open_case(sys.argv[1]).writing("load big.csv"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def held(case: Case) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes the case."""
    words = [sys.executable, "-c", HOLD, str(case.folder), "60"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_waits_and_then_says_who_holds_the_case(
    case: Case, held: subprocess.Popen[str]
) -> None:
    begun = time.monotonic()
    with pytest.raises(CaseError) as error, case.writing("link", wait=0.3):
        pytest.fail("two writers at once")
    assert time.monotonic() - begun >= 0.3
    since = read_json(case.path("lock.json"))["since"]
    assert str(error.value) == (
        f"{case.folder}: is being written by `load big.csv` (pid {held.pid}, since {since})"
        " (wait for it to end, or end it)"
    )


def test_a_second_writer_gets_the_case_when_the_first_ends(
    case: Case, held: subprocess.Popen[str]
) -> None:
    held.kill()  # also the lock of a writer that was killed is free
    with case.writing("link", wait=10):
        assert read_json(case.path("lock.json"))["pid"] == os.getpid()
    assert not case.path("lock.json").exists()


def test_the_case_is_let_go_when_its_writer_fails(case: Case) -> None:
    with pytest.raises(ZeroDivisionError), case.writing("load"):
        raise ZeroDivisionError
    with case.writing("link", wait=0):
        pass


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - {"password"}))
def test_a_flag_beats_the_variable_beats_the_case_beats_the_default(
    case: Case, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    variable, default = SETTINGS[name]
    monkeypatch.delenv(variable, raising=False)
    assert case.setting(name) == (default, "default")
    mark = case.path("case.json")
    write_json(mark, {**read_json(mark), "settings": {name: "of the case"}})
    own = ("of the case", "case.json") if name in IN_CASE else (default, "default")
    assert case.setting(name) == own
    monkeypatch.setenv(variable, "")
    assert case.setting(name) == own
    monkeypatch.setenv(variable, "of the variable")
    assert case.setting(name) == ("of the variable", variable)
    assert case.setting(name, "") == ("of the variable", variable)
    assert case.setting(name, "of the flag") == ("of the flag", "flag")


def test_a_password_is_never_read_from_the_case(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = case.path("case.json")
    write_json(mark, {**read_json(mark), "settings": {"password": "secret"}})
    assert case.setting("password") == ("", "default")
    monkeypatch.setenv("NEO4J_PASSWORD", "other")
    assert case.setting("password") == ("other", "NEO4J_PASSWORD")


@pytest.mark.parametrize("settings", [None, [], "x", {"uri": None}])
def test_settings_that_are_none_are_passed_over(case: Case, settings: object) -> None:
    mark = case.path("case.json")
    write_json(mark, {**read_json(mark), "settings": settings})
    assert case.setting("uri") == ("", "default")


# ---------------------------------------------------------------- sources


def test_a_source_is_found_by_the_begin_of_its_id_or_of_a_files_id(case: Case) -> None:
    one = source("abc123abc123")
    two = source("abd123abd123", files=(Member("fff000fff000", "f" * 64, "b.csv", "nodes"),))
    for each in (one, two):
        case.keep(each)
    assert case.sources() == [one, two]
    assert case.source("abc") == one
    assert case.source("fff0") == two


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("ab", "'ab' names more than one source (see netinv sources)"),
        ("zz", "'zz' names no source (see netinv sources)"),
        ("", "'' names no source (see netinv sources)"),
    ],
)
def test_a_source_that_is_not_one_is_refused(case: Case, id: str, said: str) -> None:
    case.keep(source("abc123abc123"))
    case.keep(source("abd123abd123"))
    with pytest.raises(CaseError) as error:
        case.source(id)
    assert str(error.value) == said


def test_a_retired_source_is_kept_and_listed_only_when_asked_for(case: Case) -> None:
    one = source("abc123abc123")
    case.keep(one)
    table = case.path("tables", "companies", f"{one.sha256}.parquet")
    table.parent.mkdir(parents=True)
    table.write_bytes(b"")
    assert (case.rows("companies"), case.parquet("companies")) == (1, [(one, table)])
    table.rename(table.with_suffix(".away"))
    with pytest.raises(CaseError, match=r"the table companies of source abc123abc123 is gone"):
        case.parquet("companies")
    table.with_suffix(".away").rename(table)
    case.retire(one, "superseded")
    assert (case.rows("companies"), case.parquet("companies")) == (0, [])
    assert case.sources() == []
    assert [each.retired for each in case.sources(retired=True)] == ["superseded"]
    assert table.exists()


def test_what_is_written_twice_in_one_tick_is_read_twice(case: Case) -> None:
    one = source("abc123abc123")
    case.keep(one)
    path = case.path("sources", f"{one.id}.json")
    tick = path.stat().st_mtime_ns
    assert case.sources() == [one]
    case.retire(one, "superseded")
    os.utime(path, ns=(tick, tick))
    assert case.sources() == []


@pytest.mark.parametrize("content", ["{", "{}", '{"files": [], "colour": "red"}'])
def test_a_damaged_entry_of_a_source_is_said(case: Case, content: str) -> None:
    path = case.path("sources", "abc.json")
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(CaseError) as error:
        case.sources()
    assert str(error.value) == f"{path}: is damaged (restore it from a copy of the case)"


# ---------------------------------------------------------------- log and files


def test_the_log_grows_by_one_line_a_command(case: Case) -> None:
    case.log("load", inputs={"paths": ["祥云.csv", "a\nb.csv"]}, sources=["abc"])
    case.log("find-rings", answer="found")
    case.log("load", inputs={"paths": ["lone\udcff.csv"]})
    lines = case.path("log.jsonl").read_text(encoding="utf-8").splitlines()
    first, second, third = map(json.loads, lines)
    assert list(first) == ["time", "user", "pid", "command", "inputs", "sources"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["time"])
    assert (first["user"], first["pid"]) == (getpass.getuser(), os.getpid())
    assert first["inputs"] == {"paths": ["祥云.csv", "a\nb.csv"]}
    assert "祥云" in lines[0]
    assert (second["command"], second["answer"]) == ("find-rings", "found")
    assert third["inputs"] == {"paths": ["lone\udcff.csv"]}


def test_a_json_file_is_the_old_one_or_the_whole_new_one(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.json"
    write_json(path, {"a": "祥\udcff"})
    assert read_json(path) == {"a": "祥\udcff"}

    class Broken:
        def __str__(self) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_json(path, {"a": Broken()})
    assert read_json(path) == {"a": "祥\udcff"}
    assert [one.name for one in path.parent.iterdir()] == ["x.json"]


@pytest.mark.parametrize("content", [None, "", "{", "[1]", "3"])
def test_a_json_file_that_is_none_reads_as_empty(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_text(content)
    assert read_json(path) == {}


@pytest.mark.parametrize(
    ("there", "served", "known"),
    [
        # killed while the new graph was built: the old one is served
        ({"server": "old", "written": "new", "written.old": "old"}, "old", "old"),
        ({"server": "old", "written.old": "old"}, "old", "old"),
        # killed between the two renames
        ({"server.old": "old", "written": "new", "written.old": "old"}, "old", "old"),
        # killed after the swap
        (
            {"server.old": "old", "server": "new", "written": "new", "written.old": "old"},
            *["new"] * 2,
        ),
        ({"server.old": "old", "server": "new", "written": "new"}, "new", "new"),
        ({"server": "new", "written": "new"}, "new", "new"),
    ],
)
def test_the_next_writer_mends_what_a_killed_rebuild_left(
    tmp_path: Path, there: dict[str, str], served: str, known: str
) -> None:
    case = open_case(tmp_path / "case")
    for folder, mark in there.items():
        case.path(folder).mkdir()
        case.path(folder, "mark").write_text(mark)
    with case.writing("link"):
        assert case.path("server", "mark").read_text() == served
        assert case.path("written", "mark").read_text() == known
        assert not case.path("server.old").exists() and not case.path("written.old").exists()
