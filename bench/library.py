"""Every investigation on a world whose answers are known, asked by its command as it stands.

    python bench/library.py                       # 50,000 shipments, easy and hard
    python bench/library.py --shipments 5000 --easy --groups controls --keep FOLDER

A labelled world (`bench/world/labelled/`) holds, for each investigation, planted cases, near misses
(one condition of the definition is broken by a little) and lawful look-alikes (something on record
explains them). A finding names a case when the two share at least half of the shipments or
companies of either. A finding that is of a case of another investigation is passed over: a firm
that trades without a licence may be a newcomer too. Beside the command as it stands is the plain
definition, the same with `--lawful`: what something on record explains counts there as found, so
that the world is seen to be hard enough. `near` and `alike` there say how many such cases are named
anywhere in the list. Where nothing explained is listed, inputs are widened instead (`PLAINER`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from world.labelled import GROUPS, label
from world.labelled.sheet import KINDS
from world.write import make

GOALS = ((0.95, 0.9, 0.05), (0.8, 0.8, 0.1))
"""Recall, precision among the first 50, look-alikes among the first N: easy and hard."""
PLAINER = {
    "find-reused-identities": ("--slack", "0"),
    "find-hidden-owners": ("--least", "1"),
    "find-voyage-irregularities": ("--slack", "0", "--factor", "1"),
    "find-new-entrants": ("--quarter", "0"),
}
"""Inputs that make a definition plain where what is left out is nothing that is explained."""
KEPT = ("Shipment:", "Company:", "Person:", "Vessel:")


class FailedError(Exception):
    """A command that was not done."""


@dataclass
class Answer:
    """What one command found of its cases."""

    planted: int
    found: int = 0
    right: int = 0
    of: int = 0
    near: int = 0
    alike: int = 0
    passed: int = 0
    listed: int = 0
    near_anywhere: int = 0
    alike_anywhere: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[list[str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.planted

    @property
    def precision(self) -> float:
        return self.right / self.of if self.of else 0.0


class Truth:
    """The cases of all investigations, to be looked up by what a finding draws."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.wide: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for command, kinds in told.items():
            for kind, cases in kinds.items():
                for at, case in enumerate(cases):
                    for one in set(case["wide"]):
                        self.wide[one].append((command, KINDS.index(kind) * 1000 + at))

    def named(self, command: str, finding: set[str]) -> tuple[str, int] | None:
        """The case of this investigation that a finding names: the one it shares most with."""
        best: tuple[float, str, int] | None = None
        for kind in KINDS:
            for at, case in enumerate(self.told[command][kind]):
                core = set(case["core"])
                sort = next(iter(core)).split(":")[0]
                mine = {one for one in finding if one.startswith(sort + ":")}
                common = len(core & mine)
                if common and (2 * common >= len(core) or 2 * common >= len(mine)):
                    share = common / len(core | mine)
                    if best is None or share > best[0]:
                        best = share, kind, at
        return best and (best[1], best[2])

    def of_another(self, command: str, finding: set[str]) -> bool:
        """Whether half of a finding's shipments, or else companies, are of one other case."""
        for kind in ("Shipment:", "Company:", "Vessel:"):
            mine = [one for one in finding if one.startswith(kind)]
            counts: dict[tuple[str, int], int] = defaultdict(int)
            for one in mine:
                for case in self.wide[one]:
                    if case[0] != command:
                        counts[case] += 1
            if mine and 2 * max(counts.values(), default=0) >= len(mine):
                return True
        return False

    def judged(self, command: str, findings: Sequence[set[str]]) -> Answer:
        n = len(self.told[command]["planted"])
        answer = Answer(n)
        rank = 0
        seen: set[tuple[str, int]] = set()
        for finding in findings:
            name = self.named(command, finding)
            if name is None and self.of_another(command, finding):
                answer.passed += 1
                continue
            kind = name[0] if name else ""
            answer.listed += 1
            rank += 1
            if rank <= 50:
                answer.of += 1
                answer.right += kind == "planted"
                if kind != "planted":
                    answer.wrong.append(f"{rank} {kind or 'background'} {sorted(finding)[:6]}")
            if name and name not in seen:
                seen.add(name)
                answer.found += kind == "planted"
                answer.near_anywhere += kind == "near"
                answer.alike_anywhere += kind == "alike"
                answer.near += kind == "near" and rank <= n
                answer.alike += kind == "alike" and rank <= n
        answer.missed = [
            case["core"]
            for at, case in enumerate(self.told[command]["planted"])
            if ("planted", at) not in seen
        ]
        return answer


def netinv(case: Path, *words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "netinv", "--quiet", "--case", str(case), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 3):
        raise FailedError(f"netinv {words[0]}: {done.stderr}")
    return done.stdout


def asked(case: Path, command: str, *words: str) -> tuple[list[set[str]], list[set[str]]]:
    """What each finding draws or names, best first; and the same with those that are explained.

    `--lawful` lists the explained ones behind the others, and changes nothing else.
    """
    out = netinv(
        case, command, "--limit", "1000", "--time-limit", "600", "--json", "--lawful", *words
    )
    found, all_of_them = [], []
    for finding in json.loads(out)["findings"]:
        drawn = {one for one in finding["nodes"] if one.startswith(KEPT)}
        for value in finding["values"].values():
            if isinstance(value, list):
                ids = [one for one in value if isinstance(one, str) and one[:1] == "S"]
                drawn |= {f"Shipment:{one}" for one in ids}
        all_of_them.append(drawn)
        if not finding["explained"]:
            found.append(drawn)
    return found, all_of_them


def table(folder: Path, case: Path, hard: bool, show: bool, only: Sequence[str]) -> None:
    truth = Truth(json.loads((folder / "truth.json").read_text("utf-8")))
    goal = GOALS[hard]
    print(
        f"\n{'hard' if hard else 'easy'}, goals: recall {goal[0]}, precision {goal[1]}, "
        f"look-alikes {goal[2]}\n{'':30} planted found recall precision near alike listed passed | "
        "plain: precision near alike | s"
    )
    for command in only or truth.told:
        begun = time.monotonic()
        try:
            found, all_of_them = asked(case, command)
            took = time.monotonic() - begun
            if command in PLAINER:
                _, all_of_them = asked(case, command, *PLAINER[command])
        except FailedError as error:
            print(f"{command:30} FAILED: {error}", flush=True)
            continue
        one = truth.judged(command, found)
        plain = truth.judged(command, all_of_them)
        short = [
            name
            for name, met in (
                ("recall", one.recall >= goal[0]),
                ("precision", one.precision >= goal[1]),
                ("look-alikes", one.alike <= goal[2] * one.planted),
            )
            if not met
        ]
        print(
            f"{command:30} {one.planted:7} {one.found:5} {one.recall:6.2f} {one.precision:9.2f} "
            f"{one.near:4} {one.alike:5} {one.listed:6} {one.passed:6} | "
            f"{plain.precision:9.2f} {plain.near_anywhere:4} {plain.alike_anywhere:5} | {took:4.1f}"
            + (f"  short of {', '.join(short)}" if short else ""),
            flush=True,
        )
        if show:
            for missed in one.missed:
                print("    missed", missed[:8])
            for wrong in one.wrong[:12]:
                print("    wrong", wrong)


def measure(asked_for: argparse.Namespace, hard: bool, room: Path) -> None:
    base, folder, case = room / "base", room / "labelled", room / "case"
    if not asked_for.again:
        _made(asked_for, hard, base, folder, case)
    try:
        table(folder, case, hard, asked_for.show, asked_for.only)
    finally:
        netinv(case, "server", "stop")


def _made(asked_for: argparse.Namespace, hard: bool, base: Path, folder: Path, case: Path) -> None:
    make(base, asked_for.seed, asked_for.shipments, asked_for.base_planted, hard)
    label(base, folder, asked_for.seed, asked_for.each, hard, *asked_for.groups)
    netinv(case, "load", "--bulk", folder)
    netinv(case, "link")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shipments", type=int, default=50_000)
    parser.add_argument("--each", type=int, default=12, help="cases of each kind")
    parser.add_argument("--base-planted", type=int, default=0, help="networks of the base world")
    parser.add_argument("--easy", action="store_true", help="only the easy world")
    parser.add_argument("--hard", action="store_true", help="only the hard world")
    parser.add_argument("--groups", nargs="*", default=(), choices=tuple(GROUPS))
    parser.add_argument("--show", action="store_true", help="say what is missed and what is wrong")
    parser.add_argument("--only", nargs="*", default=(), help="only these commands")
    parser.add_argument("--again", action="store_true", help="ask the worlds kept in --keep again")
    parser.add_argument("--keep", default="", help="keep the worlds and their cases here")
    given = parser.parse_args()
    for hard in (False, True):
        if (given.hard and not hard) or (given.easy and hard):
            continue
        with tempfile.TemporaryDirectory() as name:
            measure(given, hard, Path(given.keep or name) / ("hard" if hard else "easy"))


if __name__ == "__main__":
    main()
