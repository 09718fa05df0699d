"""Precision and recall on worlds whose answers are known, asked as a user asks.

    python bench/quality.py                   # the whole table: two difficulties, three seeds each
    python bench/quality.py --seeds 1 --easy  # one world, while tuning
    python bench/quality.py --harder          # the third difficulty; --blinded: and no word tells

Each world is loaded by `netinv load`, linked by `netinv link` and asked by the commands. A finding
names a planted network when the two share at least half of all shipments (companies, for boards)
that either has. A ring that changes its goods
is a relabel chain too: a finding that names a network planted for another command is right there,
and is passed over here. `first N` are the best N findings, N the number planted. Beside it the
plain finder (`bench/plain.py`), which says whether the world is hard enough to count. Harder worlds
say what each network is made of: below their figures stands how much of each is found, and what the
wrong findings among the first N are.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plain import Plain
from world.write import make

COMMANDS = (
    "find-rings",
    "find-circular-routes",
    "find-relabel-chains",
    "find-shared-directors",
)
UNTUNED = (201, 202, 203)
"""Seeds that were never looked at while the rule was tuned."""

DIFFICULTIES = ("easy", "hard", "harder", "blinded")
GOALS = {
    # command: (precision among the first N, recall among the first 2N, look-alikes), easy and hard
    "find-rings": ((0.98, 0.98, 0.02), (0.93, 0.93, 0.05)),
    "find-circular-routes": ((0.96, 0.98, 0.02), (0.93, 0.93, 0.05)),
    "find-relabel-chains": ((0.98, 0.98, 0.02), (0.93, 0.93, 0.05)),
    "find-shared-directors": ((0.98, 0.98, 0.02), (0.95, 0.93, 0.05)),
}
GOALS_HARDER = ((0.9, 0.9, 0.1), (0.85, 0.85, 0.15))
"""The same, of every command: harder, and harder with no telling word."""
LIMIT = (0.7, 0.35, 0.35, 0.35)
"""A world counts when the plain finder's rings reach no more than this among the first N."""


@dataclass
class Score:
    """Counts over the worlds of one difficulty."""

    planted: int = 0
    first: int = 0
    right: int = 0
    right_50: int = 0
    of_50: int = 0
    right_100: int = 0
    of_100: int = 0
    found: int = 0
    alike: int = 0
    lawful: int = 0
    named: int = 0
    missed: list[Any] = field(default_factory=list)
    of: Counter[str] = field(default_factory=Counter)
    found_of: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Sequence[Sequence[str]], truth: dict[str, Any]) -> None:
        planted, lawful = truth["planted"], truth["lawful"]
        n = len(planted)
        hits = [_best(finding, planted) for finding in answer]
        alike = [_part_of(finding, lawful) for finding in answer]
        self.planted += n
        self.first += min(n, len(answer)) if answer else 0
        self.right += len(set(hits[:n]) - {None})
        self.right_50 += len(set(hits[:50]) - {None})
        self.of_50 += min(50, n)
        self.right_100 += len(set(hits[:100]) - {None})
        self.of_100 += min(100, n)
        self.found += len(set(hits[: 2 * n]) - {None})
        self.alike += sum(one is not None for one in alike[:n])
        self.lawful += len(lawful)
        self.named += len(set(alike) - {None})
        self.missed += [one for at, one in enumerate(planted) if at not in hits[: 2 * n]]
        for at, made_of in enumerate(truth.get("ingredients", ())):
            self.of.update(made_of)
            self.found_of.update(made_of if at in hits[: 2 * n] else ())

    def add_wrong(
        self, answer: Sequence[Sequence[str]], command: str, truth: dict[str, Any]
    ) -> None:
        """What the findings among the first N are that name no planted network."""
        mine = truth[command]
        kind_of = {one: kind for kind, ids in truth["background"].items() for one in ids}
        lawful = [one for name in COMMANDS for one in truth[name]["lawful"]]
        kinds = [one for name in COMMANDS for one in truth[name]["kinds"]]
        for finding in answer[: len(mine["planted"])]:
            if _best(finding, mine["planted"]) is not None:
                continue
            alike = _part_of(finding, lawful)
            touched = [len(set(finding) & set(one)) for one in mine["planted"]]
            if alike is not None:
                self.wrong[kinds[alike]] += 1
            elif max(touched, default=0) * 2 >= len(finding):
                self.wrong["a part of a planted one"] += 1
            elif max(touched, default=0) > 1:
                self.wrong["a planted hand-over, and chance"] += 1
            else:
                trade = Counter(kind_of.get(one, "ordinary") for one in finding)
                (kind, times), *_ = trade.most_common()
                whole = times == len(finding)
                self.wrong[f"{'all' if whole else 'most'} of it {kind}"] += 1


def _best(finding: Sequence[str], networks: Sequence[Sequence[str]]) -> int | None:
    """The network that a finding names: at least half of what either has is common."""
    mine = set(finding)
    for at, network in enumerate(networks):
        if 2 * len(mine & set(network)) >= len(mine | set(network)):
            return at
    return None


def _part_of(finding: Sequence[str], networks: Sequence[Sequence[str]]) -> int | None:
    """The network of which at least half of a finding is a part."""
    mine = set(finding)
    for at, network in enumerate(networks):
        if 2 * len(mine & set(network)) >= len(mine):
            return at
    return None


def own(answer: list[list[str]], command: str, truth: dict[str, Any]) -> list[list[str]]:
    """The findings of a command without those that name a network of another."""
    others = [one for name in COMMANDS if name != command for one in truth[name]["planted"]]
    mine = truth[command]["planted"]
    return [one for one in answer if _best(one, mine) is not None or _part_of(one, others) is None]


def interval(hits: int, of: int) -> str:
    """Wilson's 95 % interval of a share."""
    if not of:
        return "–"
    p, z = hits / of, 1.96
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{p:.3f} [{max(middle - half, 0):.2f}, {min(middle + half, 1):.2f}]"


def netinv(case: Path, *words: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "netinv", "--quiet", "--case", str(case), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"netinv {words[0]}: {done.stderr}")
    return done.stdout


def asked(case: Path, command: str, limit: int) -> list[list[str]]:
    """The elements of each finding, best first, as the command prints them."""
    told = json.loads(netinv(case, command, "--limit", str(limit), "--time-limit", "600", "--json"))
    label = "Company:" if command == "find-shared-directors" else "Shipment:"
    return [
        [one.removeprefix(label) for one in finding["nodes"] if one.startswith(label)]
        for finding in told["findings"]
    ]


def measure(seed: int, shipments: int, planted: int, level: int, keep: str) -> dict[str, Any]:
    """Make one world, ask netinv and the plain finder; gives answers and truth."""
    with tempfile.TemporaryDirectory() as name:
        folder, case = Path(keep or name) / "world", Path(keep or name) / "case"
        make(
            folder, seed, shipments, planted, level > 0, harder=level > 1, blinded=level > 2
        )  # fmt: skip
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
        netinv(case, "load", folder)
        netinv(case, "link")
        answers = {command: asked(case, command, max(5 * planted, 100)) for command in COMMANDS}
        netinv(case, "server", "stop")
        plain = Plain(folder)
        if keep:
            (folder / "answers.json").write_text(json.dumps(answers), "utf-8")
        plainly = {command: plain.find(command) for command in COMMANDS[:3]}
    return {"truth": truth, "netinv": answers, "plain": plainly}


def table(level: int, scores: dict[tuple[str, str], Score]) -> None:
    """Print the figures of one difficulty, with the goals beside them."""
    print(
        f"\n{DIFFICULTIES[level]}: precision among first N | 50 | 100 | recall in 2N | look-alikes"
    )
    for command in COMMANDS:
        goal = GOALS[command][level] if level < 2 else GOALS_HARDER[level - 2]
        for who in ("netinv", "plain"):
            one = scores.get((who, command))
            if one is None:
                continue
            line = (
                f"{command:24} {who:6} {interval(one.right, one.planted)} | "
                f"{one.right_50 / one.of_50:.2f} | {one.right_100 / one.of_100:.2f} | "
                f"{interval(one.found, one.planted)} | {interval(one.alike, one.planted)}"
            )
            if who == "netinv":
                line += f"   goal {goal[0]} {goal[1]} {goal[2]}"
            else:
                line += f"   names {one.named} of {one.lawful} look-alikes somewhere"
            print(line)
    rings = scores[("plain", "find-rings")]
    counts = rings.right / rings.planted <= LIMIT[level] and 3 * rings.named >= 2 * rings.lawful
    print(f"these worlds {'count' if counts else 'DO NOT COUNT: too easy for the plain finder'}")


def told(scores: dict[tuple[str, str], Score]) -> None:
    """Print how much is found of what is made of which ingredient, and what is wrong."""
    for command in COMMANDS:
        one = scores["netinv", command]
        print(f"\n{command}: found in 2N, of those made of")
        for name, of in sorted(one.of.items(), key=lambda item: one.found_of[item[0]] / item[1]):
            print(f"  {name:28} {one.found_of[name]:3} of {of:3}  {one.found_of[name] / of:.2f}")
        print("  wrong among the first N: " + (_listed(one.wrong) or "none"))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{times} {name}" for name, times in counts.most_common())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=UNTUNED)
    parser.add_argument("--shipments", type=int, default=50_000)
    parser.add_argument("--planted", type=int, default=40)
    parser.add_argument("--easy", action="store_true", help="only the easy worlds")
    parser.add_argument("--hard", action="store_true", help="only the hard worlds")
    parser.add_argument("--harder", action="store_true", help="only the harder worlds")
    parser.add_argument("--blinded", action="store_true", help="harder, and no word tells")
    parser.add_argument("--keep", default="", help="keep the last world and its case here")
    given = parser.parse_args()
    asked_for = [level for level, name in enumerate(DIFFICULTIES) if vars(given)[name]]
    if given.blinded:
        asked_for = [3]
    for level in asked_for or (0, 1):
        scores: dict[tuple[str, str], Score] = defaultdict(Score)
        for seed in given.seeds:
            one = measure(seed, given.shipments, given.planted, level, given.keep)
            for who in ("netinv", "plain"):
                for command, answer in one[who].items():
                    mine = own(answer, command, one["truth"])
                    scores[who, command].add(mine, one["truth"][command])
                    if level > 1:
                        scores[who, command].add_wrong(mine, command, one["truth"])
        table(level, scores)
        if level > 1:
            told(scores)
        if given.keep:
            missed = {command: scores["netinv", command].missed for command in COMMANDS}
            Path(given.keep, "missed.json").write_text(json.dumps(missed), "utf-8")


if __name__ == "__main__":
    main()
