"""Saved runs come back as they were, differ by identity, and keep what a person decided."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from netinv import runs
from netinv.api import OpenCase
from netinv.case import open_case
from netinv.errors import CaseError, InputError
from netinv.result import from_plain, plain
from tests.conftest import write_tables
from tests.samples import empty, pair, told

TOMORROW = (dt.date.today() + dt.timedelta(days=1)).isoformat()


def test_a_saved_result_is_read_back_whole() -> None:
    text = json.dumps(plain(told()))
    assert json.dumps(plain(from_plain(json.loads(text)))) == text


def test_runs_are_named_by_question_or_beginning(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    runs.keep(case, empty())
    first = runs.listed(case)[0]
    path = case.path("runs", f"{first.name}.json")
    path.rename(path.with_name(f"2020-01-01T000000Z-find-rings-{'0' * 6}.json"))
    runs.keep(case, pair())
    last, before = runs.listed(case)
    assert (last.findings, before.findings, last.command) == (2, 0, "find-rings")
    assert runs.saved(case, "find-rings").findings == pair().findings
    assert runs.saved(case, "find-rings~1").findings == []
    assert runs.saved(case, before.name[:12]).findings == []
    file = tmp_path / "x.json"
    file.write_text(json.dumps(plain(pair())))
    assert runs.saved(case, str(file)).findings == pair().findings
    for wrong in ("find-rings~2", "find-rings~²", "find-rings~x", "find-nothing", "nope"):
        with pytest.raises(InputError, match="names no run"):
            runs.saved(case, wrong)
    file.write_text("{}")
    with pytest.raises(InputError, match="holds no saved answer"):
        runs.saved(case, str(file))


def test_two_runs_of_one_second_are_two(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    for days in range(5):
        runs.keep(case, pair(), {"days": days})
    assert [one.given for one in runs.listed(case)] == [f"days {n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"shape": "netinv.result/1"}', "[" * 9999, '{"findings": 3}']
)
def test_a_run_that_does_not_read_is_told_and_stops_nothing(tmp_path: Path, text: str) -> None:
    case = open_case(tmp_path / "case")
    runs.keep(case, pair())
    runs.keep(case, pair())
    last, before = sorted(case.path("runs").glob("*.json"), reverse=True)
    last.write_text(text)
    assert [one.answer for one in runs.listed(case)] == ["is damaged", "found"]
    with pytest.raises(CaseError, match=r"was changed since it was kept"):
        runs.saved(case, "find-rings")
    assert runs.saved(case, "find-rings~1").findings == pair().findings
    assert runs.saved(case, before.stem).findings == pair().findings
    assert runs.decide(case, "00c0ffee", "dismissed", "x").finding == "00c0ffee00c0ffee"
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(InputError, match="holds no saved answer"):
        runs.saved(case, str(file))


@pytest.mark.parametrize(
    "text",
    [
        '{"decisions": [{',
        '{"decisions": [{"finding": "x"}]}',
        '{"decisions": [3]}',
        "{}",
        '{"decisions": [{"finding": "x", "command": "c", "decision": "dismissed", "reason": "r",'
        ' "by": "b", "at": "a", "until": "soon"}]}',
    ],
)
def test_decisions_that_do_not_read_are_never_taken_for_none(tmp_path: Path, text: str) -> None:
    case = open_case(tmp_path / "case")
    runs.keep(case, pair())
    path = case.path("decisions.json")
    path.write_text(text)
    for act in (
        lambda: runs.decisions(case),
        lambda: runs.decide(case, "00c0ffee", "confirmed", ""),
    ):
        with pytest.raises(CaseError, match=r"decisions.json: is damaged"):
            act()
    assert path.read_text() == text


def test_a_difference_is_by_the_identity_of_findings() -> None:
    first, second = pair(), pair()
    ring, lone = first.findings
    second.findings = [replace(ring, score=10.0, variants=9), replace(lone, id="f" * 16)]
    found = runs.compare(first, second)
    assert [one.id for one in found.new] == ["f" * 16]
    assert [one.id for one in found.gone] == [lone.id]
    assert found.changed == {ring.id: {"score": (12.5, 10.0)}}
    assert found.same == 0
    assert "which may be what is new or gone" in found.notes[0]
    away = runs.Decision(lone.id, "find-rings", "dismissed", "a group", "me", "2026-01-01")
    put = runs.compare(first, second, {lone.id: away})
    assert (put.gone, [one.id for one in put.dismissed]) == ([], [lone.id])
    assert "a group" in put.dismissed[0].decided
    other = replace(second.question, inputs={"days": 90, "company": None})
    second.question = other
    said = runs.compare(first, second).notes
    assert "The second was asked with other inputs: days 180 → 90." in said
    second.question = replace(other, command="find-paths")
    with pytest.raises(InputError, match="are two questions"):
        runs.compare(first, second)


def test_what_differs_only_by_having_been_saved_is_the_same() -> None:
    saved = from_plain(json.loads(json.dumps(plain(told()))))
    assert runs.compare(told(), saved).same == 2
    assert runs.compare(told(), saved).changed == {}


def test_a_decision_is_kept_with_who_and_when_and_expires(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    runs.keep(case, pair())
    made = runs.decide(case, "00c0ffee", "dismissed", "a group", TOMORROW)
    assert (made.finding, made.command) == ("00c0ffee00c0ffee", "find-rings")
    assert made.by and made.at[:10] == dt.datetime.now(dt.UTC).date().isoformat()
    assert made.stands() and made.stands(TOMORROW) and not made.stands("2999-01-01")
    assert str(replace(made, until="2020-01-01")).endswith("until 2020-01-01 (expired): a group")
    runs.decide(case, "00c0ffee", "confirmed", "")
    assert runs.decisions(case)["00c0ffee00c0ffee"].decision == "confirmed"
    runs.decide(case, "00c0ffee", "confirmed", "seen in the ledger")
    again = runs.decide(case, "00c0ffee", "confirmed", "")
    assert again.reason == "seen in the ledger"
    kept = [one.decision for one in runs.decided(case)]
    assert kept == ["dismissed", "confirmed", "confirmed", "confirmed"]


def test_a_month_is_over_on_its_last_day(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    runs.keep(case, pair())
    year = dt.date.today().year
    assert runs.decide(case, "00c0ffee", "dismissed", "x", str(year)).until == f"{year}-12-31"
    assert runs.decide(case, "00c0ffee", "dismissed", "a\n b", "2099-02").until == "2099-02-28"
    assert [one.reason for one in runs.decided(case)] == ["x", "a b"]


def test_a_decision_is_taken_back_and_stays_on_record(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    runs.keep(case, pair())
    with pytest.raises(InputError, match="nothing is decided of 00c0ffee00c0ffee"):
        runs.decide(case, "00c0ffee", runs.TAKEN_BACK, "a slip")
    runs.decide(case, "00c0ffee", "dismissed", "a group")
    with pytest.raises(InputError, match="nothing is taken back without a reason"):
        runs.decide(case, "00c0ffee", runs.TAKEN_BACK, "")
    runs.decide(case, "00c0ffee", runs.TAKEN_BACK, "a slip")
    assert runs.decisions(case) == {}
    assert [one.reason for one in runs.decided(case)] == ["a group", "a slip"]


@pytest.mark.parametrize(
    ("finding", "reason", "until", "said"),
    [
        ("00c0f", "x", "", "names no finding"),
        ("123456789", "x", "", "names no finding"),
        ("00c0ffee", " ", "", "without a reason"),
        ("00c0ffee", "x", "2020-01-01", "is over"),
        ("00c0ffee", "x", "31/02/2030", "is not a date"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    tmp_path: Path, finding: str, reason: str, until: str, said: str
) -> None:
    case = open_case(tmp_path / "case")
    runs.keep(case, pair())
    with pytest.raises(InputError, match=said):
        runs.decide(case, finding, "dismissed", reason, until)
    assert runs.decisions(case) == {}


@pytest.mark.server
def test_a_dismissed_finding_is_counted_and_comes_back(case: OpenCase, tmp_path: Path) -> None:
    tables = {"directorships": "director | company\nP | A\nP | B\nQ | B\nQ | A"}
    case.load(write_tables(tmp_path / "tables", tables))
    (found,) = case.run("find-shared-directors").findings
    case.dismiss(found.id, "one family", TOMORROW)
    result = case.run("find-shared-directors")
    assert result.findings == [] and result.answer == "found nothing"
    assert "1 dismissed and not listed: --dismissed lists them." in result.cut
    (again,) = case.run("find-shared-directors", dismissed=True).findings
    assert again.decided.startswith("dismissed by ") and "one family" in again.decided
    assert again.put_aside
    path = case.case.path("decisions.json")
    path.write_text(path.read_text().replace(TOMORROW, "2020-01-01"))
    (back,) = case.run("find-shared-directors").findings
    assert "(expired)" in back.decided and not back.put_aside
    case.confirm(found.id)
    assert case.run("find-shared-directors").findings[0].decided.startswith("confirmed by ")
    assert case.diff("find-shared-directors~1", "find-shared-directors").changed
    case.dismiss(found.id, "one family")
    before = len(case.runs())
    _, one = case.explain("find-shared-directors", found.id[:8])
    assert one and one.id == found.id and "one family" in one.decided
    with pytest.raises(InputError, match="is the id of no finding"):
        case.explain("find-shared-directors", "ffffffff")
    assert len(case.runs()) == before
    assert case.run("find-shared-directors").findings == []
    away = case.diff("find-shared-directors~1", "find-shared-directors")
    assert (away.gone, [o.id for o in away.dismissed]) == ([], [found.id])
    assert away.notes == []
    assert [one.decision for one in case.decisions()] == ["dismissed"]
    case.take_back(found.id, "a slip")
    assert case.decisions() == []
    assert len(case.run("find-shared-directors").findings) == 1


@pytest.mark.server
def test_every_question_is_asked_and_what_fails_stops_nothing(
    case: OpenCase, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "find-broken.cypher").write_text("// title: Broken\n// key: n\nMATCH (n RETURN n\n")
    case.cypher_dirs = (own,)
    tables = {"directorships": "director | company\nP | A\nP | B\nQ | B\nQ | A"}
    case.load(write_tables(tmp_path / "tables", tables))
    answers, failed = case.run_all()
    assert list(failed) == ["find-broken"]
    by_name = {one.question.command: one for one in answers}
    assert by_name["find-shared-directors"].answer == "found"
    assert by_name["find-rings"].answer == "could not be checked"
    assert "find-paths" not in by_name and len(by_name) >= 30
    assert [one.question.command for one in case.run_all(["find-rings"])[0]] == ["find-rings"]
    (told,) = case.run_all(["find-shared-directors"], since="2020-01-01", limit=5)[0]
    assert told.notes[-1].startswith("--since is none of its options")
    assert case.runs()[0].given == "limit 5"
    with pytest.raises(InputError, match="no investigation 'find-ring'"):
        case.run_all(["find-ring"])
