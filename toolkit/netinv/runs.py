"""What was asked before, how two answers differ, and what a person decided of a finding."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from netinv.case import RESTORE, Case, damaged, now, read_json, user, write_json
from netinv.errors import CaseError, InputError
from netinv.inputs import Input
from netinv.result import SHAPE, Finding, Result, from_plain, plain

DIGITS = 16
"""Of a run's digest, at the end of its name; older ones have 6, of their findings alone."""

SHORTEST = 6
"""Characters of a finding's or a run's name that are enough to name it, when they name one."""


# ---------------------------------------------------------------- runs


@dataclass(frozen=True)
class Run:
    """One question that was asked: its file's stem, and what it says at a glance."""

    name: str
    time: str
    command: str
    answer: str
    findings: int
    given: str = ""


def keep(case: Case, result: Result, given: Mapping[str, Any] | None = None) -> str:
    """Keep an answer as a file of `runs/`, and what was given to its question. Returns its digest,
    which its name ends with: one that was changed since no longer has it."""
    whole = plain(result)
    digest = _digest(whole)
    time = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")
    path = case.path("runs", f"{time}-{result.question.command}-{digest}.json")
    write_json(path, {"time": now(), "given": dict(given or {})} | whole)
    return digest


def _digest(whole: Mapping[str, Any]) -> str:
    """16 hex digits of an answer in its JSON shape."""
    said = {key: value for key, value in whole.items() if key not in ("time", "given")}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _kept(case: Case) -> list[Path]:
    """The files of the runs, the last first."""
    return sorted(case.path("runs").glob("*.json"), reverse=True)


def _command(path: Path) -> str:
    return re.sub(r"^[0-9T.-]+Z-|-[0-9a-f]+$", "", path.stem)


def _result(entry: Mapping[str, Any], path: Path) -> Result:
    """The answer of an entry. Raises CaseError for one that is none."""
    try:
        if entry["shape"] == SHAPE:
            return from_plain(entry)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise damaged(path)


def changed(case: Case) -> list[str]:
    """The runs that are no longer what was kept under their names."""
    return [path.stem for path in _kept(case) if _changed(read_json(path), path)]


def _changed(entry: Mapping[str, Any], path: Path) -> bool:
    digest = path.stem.rpartition("-")[2]
    return len(digest) == DIGITS and _digest(entry) != digest


def listed(case: Case) -> list[Run]:
    """The runs of a case, the last first; `answer` says it of one that does not read."""
    found = []
    for path in _kept(case):
        entry = read_json(path)
        try:
            result = _result(entry, path)
        except CaseError as error:
            found.append(Run(path.stem, "", _command(path), error.what, 0))
            continue
        given = ", ".join(f"{k} {v}" for k, v in dict(entry.get("given") or {}).items())
        time = str(entry.get("time", ""))
        count = len(result.findings)
        found.append(Run(path.stem, time, result.question.command, result.answer, count, given))
    return found


def saved(case: Case, name: str) -> Result:
    """A saved answer: a file (`-o x.json`), or a run of the case by its name or how it begins.

    `find-rings` is the last run of that question, `find-rings~1` the one before it. Raises
    InputError for a name of none, CaseError for a run that is damaged or was changed.
    """
    path = Path(name)
    if path.is_file():
        try:
            return _result(read_json(path), path)
        except CaseError:
            raise InputError(
                "holds no saved answer of netinv", where=str(path), next="save one with -o x.json"
            ) from None
    command, _, back = name.partition("~")
    kept = _kept(case)
    same = [one for one in kept if _command(one) == command]
    if same and re.fullmatch("[0-9]{0,6}", back) and int(back or 0) < len(same):
        matching = [same[int(back or 0)]]
    else:
        matching = [one for one in kept if one.stem.startswith(name)]
    if len(matching) != 1:
        raise InputError(
            f"{name!r} names {'no run' if not matching else f'{len(matching)} runs'}",
            next="name a saved .json, or a run that netinv runs lists",
        )
    (path,) = matching
    entry = read_json(path)
    if _changed(entry, path):
        raise CaseError("was changed since it was kept", where=str(path), next=RESTORE)
    return _result(entry, path)


@dataclass(frozen=True)
class Difference:
    """How a second answer to a question differs from a first, by the identity of findings.

    `dismissed` are those of the first that were put away since, and would be listed otherwise;
    `changed` maps a finding's id to what differs: name → (before, after).
    """

    new: list[Finding]
    gone: list[Finding]
    dismissed: list[Finding]
    changed: Mapping[str, Mapping[str, tuple[Any, Any]]]
    same: int
    notes: list[str]


def compare(
    first: Result, second: Result, decided: Mapping[str, Decision] | None = None
) -> Difference:
    """What is new, gone and changed. `decided` is what a person decided of findings. Raises
    InputError for answers to two questions."""
    if first.question.command != second.question.command:
        raise InputError(
            f"{first.question.command} and {second.question.command} are two questions",
            next="compare two runs of one",
        )
    before = {one.id: one for one in first.findings}
    after = {one.id: one for one in second.findings}
    changed = {}
    for id_ in before.keys() & after.keys():
        one, other = _said(before[id_]), _said(after[id_])
        if differs := {
            k: (one.get(k), other.get(k)) for k in one | other if one.get(k) != other.get(k)
        }:
            changed[id_] = differs
    notes = []
    if others := _others(first.question.inputs, second.question.inputs):
        notes.append(f"The second was asked with other inputs: {others}.")
    for what, name in (
        ("another text of the question", "query_sha256"),
        ("other sources", "datasets"),
        ("another version of netinv", "version"),
        ("other links", "links"),
    ):
        if _plain(getattr(first.question, name)) != _plain(getattr(second.question, name)):
            notes.append(f"The second was asked with {what}.")
    for which, answer in (("first", first), ("second", second)):
        notes += [
            f"Of the {which} something was cut, which may be what is new or gone: {line}"
            for line in answer.lost()
        ]
    away = {id_ for id_, one in (decided or {}).items() if one.puts_away()}
    gone = [one for one in first.findings if one.id not in after]
    return Difference(
        new=[one for one in second.findings if one.id not in before],
        gone=[one for one in gone if one.id not in away],
        dismissed=[replace(o, decided=str((decided or {})[o.id])) for o in gone if o.id in away],
        changed=dict(sorted(changed.items())),
        same=len(before.keys() & after.keys()) - len(changed),
        notes=notes,
    )


def _others(first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """The inputs that differ, as `days 180 → 90`."""
    before, after = _plain(first), _plain(second)
    return ", ".join(
        f"{name} {'none' if old is None else old} → {'none' if new is None else new}"
        for name in before | after
        if (old := before.get(name)) != (new := after.get(name))
    )


def _said(one: Finding) -> dict[str, Any]:
    names = ("score", "sentence", "explained", "against", "decided")
    ours = {name: getattr(one, name) for name in names}
    return {name: _plain(value) for name, value in {**one.values, **ours}.items()}


def _plain(value: Any) -> Any:
    """A value as it comes back from JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


# ---------------------------------------------------------------- decisions


TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class Decision:
    """What a person decided of a finding: confirmed, or dismissed until a day (empty: for good), or
    that an earlier decision is taken back."""

    finding: str
    command: str
    decision: str
    reason: str
    by: str
    at: str
    until: str = ""

    def stands(self, today: str = "") -> bool:
        """Whether it holds on a day (today's, unless said); the last day is included."""
        return not self.until or self.until >= (today or dt.date.today().isoformat())

    def puts_away(self) -> bool:
        """Whether it keeps its finding from being listed."""
        return self.decision == "dismissed" and self.stands()

    def __str__(self) -> str:
        until = f" until {self.until}" if self.until else ""
        expired = "" if self.stands() else " (expired)"
        said = f": {self.reason}" if self.reason else ""
        return f"{self.decision} by {self.by} on {self.at[:10]}{until}{expired}{said}"


def decisions(case: Case) -> dict[str, Decision]:
    """Finding → the last decision of it, unless that was taken back."""
    last = {one.finding: one for one in decided(case)}
    return {id_: one for id_, one in last.items() if one.decision != TAKEN_BACK}


def decided(case: Case) -> list[Decision]:
    """Every decision ever made, the first first. Raises CaseError for a record of them that does
    not read: none is forgotten."""
    path = case.path("decisions.json")
    if not path.exists():
        return []
    try:
        made = [Decision(**entry) for entry in read_json(path)["decisions"]]
        for one in made:
            until_day(one.until, over=True)
    except (KeyError, TypeError, AttributeError, InputError):
        raise damaged(path) from None
    return made


def until_day(text: str, over: bool = False) -> str:
    """The last day of a decision, as ISO 8601, of a month or year its last; '' for good. Raises
    InputError for a day that is none or, unless it may, is over."""
    day = Input("until", "last_day", optional=True).value(text or None)
    if day and not over and day < dt.date.today():
        raise InputError(f"{text} is over", where="--until", next="name a day to come")
    return day.isoformat() if day else ""


def decide(case: Case, finding: str, decision: str, reason: str, until: str = "") -> Decision:
    """Keep a decision of a finding that a run of the case has listed; earlier ones stay, and the
    reason of one that is only made again.

    The caller is the case's writer. Raises InputError for a finding that no run has, or a day that
    is none or is over.
    """
    if decision != "confirmed" and not reason.strip():
        raise InputError(f"nothing is {decision} without a reason", next="give --reason")
    day = until_day(until)
    known: dict[str, str] = {}
    for path in _kept(case):
        with suppress(CaseError):  # netinv runs and netinv doctor tell of it
            result = _result(read_json(path), path)
            known |= {one.id: result.question.command for one in result.findings}
    matching = [id_ for id_ in known if id_.startswith(finding) and len(finding) >= SHORTEST]
    if len(matching) != 1:
        raise InputError(
            f"{finding!r} names {'no finding' if not matching else f'{len(matching)} findings'} of"
            " this case's runs",
            next=f"give its id, or at least the first {SHORTEST} characters",
        )
    (id_,) = matching
    before = decisions(case).get(id_)
    if decision == TAKEN_BACK and not before:
        raise InputError(f"nothing is decided of {id_}", next="see netinv decisions")
    reason = " ".join(reason.split())
    if not reason and before and before.decision == decision:
        reason = before.reason
    made = Decision(id_, known[id_], decision, reason, user(), now(), day)
    every = [asdict(one) for one in (*decided(case), made)]
    write_json(case.path("decisions.json"), {"decisions": every})
    return made
