"""What was asked before, how two answers differ, and what a person decided of a finding."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from netinv.case import Case, now, read_json, user, write_json
from netinv.errors import InputError
from netinv.inputs import Input
from netinv.result import SHAPE, Finding, Result, finding_id, from_plain, plain

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
    """Keep an answer as a file of `runs/`, and what was given to its question. Returns the digest
    of its findings."""
    whole = plain(result)
    text = json.dumps(whole["findings"], sort_keys=True, ensure_ascii=False, default=str)
    digest = finding_id("result", [text])
    name = f"{now().replace(':', '')}-{result.question.command}-{digest[:6]}.json"
    write_json(case.path("runs", name), {"time": now(), "given": dict(given or {})} | whole)
    return digest


def listed(case: Case) -> list[Run]:
    """The runs of a case, the last first."""
    found = []
    for path in sorted(case.path("runs").glob("*.json"), reverse=True):
        entry = read_json(path)
        if str(entry.get("shape", "")).startswith("netinv.result/"):
            found.append(
                Run(
                    path.stem,
                    str(entry.get("time", "")),
                    str(entry["question"]["command"]),
                    str(entry["answer"]),
                    len(entry["findings"]),
                    ", ".join(f"{k} {v}" for k, v in dict(entry.get("given") or {}).items()),
                )
            )
    return found


def saved(case: Case, name: str) -> Result:
    """A saved answer: a file (`-o x.json`), or a run of the case by its name or how it begins.

    `find-rings` is the last run of that question, `find-rings~1` the one before it. Raises
    InputError.
    """
    path = Path(name)
    if not path.is_file():
        command, _, back = name.partition("~")
        runs = listed(case)
        same = [one.name for one in runs if one.command == command]
        if same and (back.isdigit() or not back) and int(back or 0) < len(same):
            matching = [same[int(back or 0)]]
        else:
            matching = [one.name for one in runs if one.name.startswith(name)]
        if len(matching) != 1:
            raise InputError(
                f"{name!r} names {'no run' if not matching else f'{len(matching)} runs'}",
                next="name a saved .json, or a run that netinv runs lists",
            )
        path = case.path("runs", f"{matching[0]}.json")
    entry = read_json(path)
    if str(entry.get("shape", "")) != SHAPE:
        raise InputError(
            "holds no saved answer of netinv", where=str(path), next="save one with -o x.json"
        )
    return from_plain(entry)


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
    inputs = (first.question.inputs, second.question.inputs)
    if others := _others(*inputs):
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
    ours = {name: getattr(one, name) for name in ("score", "explained", "against", "decided")}
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
    """Every decision ever made, the first first."""
    entries = read_json(case.path("decisions.json")).get("decisions", [])
    return [Decision(**entry) for entry in entries]


def until_day(text: str) -> str:
    """The last day of a decision, as ISO 8601; '' for good. Raises InputError for a day that is
    none or is over."""
    day = Input("until", "date", optional=True).value(text or None)
    if day and day.isoformat() < dt.date.today().isoformat():
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
    known = {
        one["id"]: entry["question"]["command"]
        for path in sorted(case.path("runs").glob("*.json"))
        if (entry := read_json(path))
        for one in entry.get("findings", ())
    }
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
    reason = reason.strip()
    if not reason and before and before.decision == decision:
        reason = before.reason
    made = Decision(id_, known[id_], decision, reason, user(), now(), day)
    path = case.path("decisions.json")
    earlier = read_json(path).get("decisions", [])
    write_json(path, {"decisions": [*earlier, asdict(made)]})
    return made
