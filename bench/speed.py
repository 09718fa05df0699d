"""netinv beside what a user would pick instead, in one run: seconds, CPU, memory, ratios.

    python bench/speed.py                                   # 50,000 and 500,000 shipments
    python bench/speed.py --sizes 50000 --keep /tmp/speed   # the worlds and cases stay
    python bench/speed.py --sizes 50000 500000 5000000 --memory 4g

Every contender is a process of its own, ended after --limit seconds and then printed as not done.
CPU is that of all its processes, and for netinv that of the case's Neo4j too. A question is timed
by the server's own clock, on a server that has just started (cold: files may still be in the
system's cache) and on one that was asked before (warm, the middle of three); the whole command
stands beside it. The rivals are in `bench/rivals.py`, which says what each does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import neo4j
from measure import Used, run
from questions import Asked, asked, companies
from world.write import make

from netinv import server

HERE = Path(__file__).parent
QUESTIONS = ("find-rings", "find-circular-routes", "find-relabel-chains")
COLD, WARM, ANCHORED, ASKED_AT = 10.0, 5.0, 0.2, 500_000
LINKS, WHOLE, DOUBLED, MEMORY = 3.0, 8.0, 2.0, 12_000
FASTER = {"igraph": 20.0, "cypher": 30.0, "networkx": None, "sql": None}
"""Rival → how many times faster netinv's rings should be at 50,000 shipments."""
RIVAL_MEMORY = 8_000
HARD_SIZE = 50_000
"""Shipments from which a world has room for forty networks of each kind."""


@dataclass
class Table:
    """The lines that are printed: as they come, and all together at the end."""

    lines: list[tuple[str, ...]] = field(default_factory=list)

    def add(
        self, size: int, what: str, figure: str, goal: str = "", met: bool | None = None
    ) -> None:
        said = "" if met is None else "met" if met else "NOT met"
        self.lines.append((f"{size:,}", what, figure, goal, said))
        print(" | ".join(self.lines[-1]), flush=True)

    def show(self) -> None:
        head = ("shipments", "what", "figure", "goal", "")
        wide = [max(len(line[at]) for line in (head, *self.lines)) for at in range(5)]
        print()
        for line in (head, *self.lines):
            print("  ".join(cell.ljust(wide[at]) for at, cell in enumerate(line)).rstrip())


@dataclass(frozen=True)
class Size:
    """A world of one size, and the case that netinv makes of it."""

    shipments: int
    world: Path
    case: Path
    limit: float
    memory: str
    table: Table

    def add(self, what: str, figure: str, goal: str = "", met: bool | None = None) -> None:
        self.table.add(self.shipments, what, figure, goal, met)

    @property
    def patience(self) -> float:
        """Seconds for what prepares: as many times the limit as the world is above 500,000."""
        return self.limit * max(1.0, self.shipments / 500_000)

    def netinv(self, *words: str, limit: float | None = None) -> Used:
        called = [sys.executable, "-m", "netinv", "--quiet", "--memory", self.memory]
        return run([*called, "--case", self.case, *words], limit or self.patience, case=self.case)

    def asked(self, command: str, **given: str) -> Asked:
        return asked(self.case, self.memory, self.limit, command, given)

    def bench(self, script: str, *words: str | Path, **options: Any) -> Used:
        return run([sys.executable, HERE / script, *words], self.patience, **options)


# ---------------------------------------------------------------- the whole way


def prepared(size: Size) -> dict[str, Used]:
    """Every stage from the files to the first ring, and the plain script beside them."""
    used: dict[str, Used] = {}

    def note(what: str, one: Used) -> None:
        used[what] = one
        size.add(what, one.failed or _said(one))

    with tempfile.TemporaryDirectory(dir=size.case.parent) as name:
        note("take-in", size.bench("stage.py", "take-in", name, size.world))
        note("links", size.bench("stage.py", "links", name))
        note("plain links", size.bench("rivals.py", "plain-links", size.world))
        note("plain", size.bench("rivals.py", "plain", size.world))
    note("load", size.netinv("load", str(size.world)))
    # The first question makes the links that a load has not made.
    note("first answer", size.netinv("find-rings", "--time-limit", f"{size.limit:.0f}"))
    mine, plain = _told(used["links"]), _told(used["plain links"])
    if mine and plain:
        size.add(
            "links: DuckDB's CPU against the plain script's",
            f"{mine['cpu']:.1f} s / {plain['cpu']:.1f} s = {mine['cpu'] / plain['cpu']:.1f}"
            f" ({mine['links']:,} links, {plain['links']:,})",
            f"at most {LINKS:g}",
            mine["cpu"] <= LINKS * plain["cpu"],
        )
    whole = used["load"] + used["first answer"]
    if not (whole.failed or used["plain"].failed):
        for what, one, other in (
            ("wall", whole.wall, used["plain"].wall),
            ("CPU", whole.all_cpu, used["plain"].all_cpu),
        ):
            size.add(
                f"files to the first ring, {what}, against the plain script",
                f"{one:.1f} s / {other:.1f} s = {one / other:.1f}",
                f"at most {WHOLE:g}",
                one <= WHOLE * other,
            )
    peak = max(one.peak for what, one in used.items() if not what.startswith("plain"))
    size.add("most memory of everything", f"{peak:,.0f} MB", f"at most {MEMORY:,}", peak <= MEMORY)
    return used


def _said(one: Used) -> str:
    return (
        f"{one.wall:.1f} s, CPU {one.cpu:.1f} s"
        + (f" + server {one.server:.1f} s" if one.server else "")
        + f", {one.peak:,.0f} MB"
    )


def _told(one: Used) -> dict[str, Any]:
    with suppress(ValueError):
        return dict(json.loads(one.output))
    return {}


# ---------------------------------------------------------------- questions


def questions(size: Size) -> dict[str, Asked]:
    """Each question cold, warm, as a command, and of one company; gives the warm ones."""
    warm: dict[str, Asked] = {}
    few, busiest = companies(size.world)
    for command in QUESTIONS:
        server.stop(size.case, lambda line: None)
        try:
            _goal(size, f"{command}: cold", [size.asked(command)], COLD)
            three = [size.asked(command) for _ in range(3)]
            warm[command] = _goal(size, f"{command}: warm", three, WARM)
        except neo4j.exceptions.Neo4jError as error:
            size.add(f"{command}: whole graph", _why(error, size), f"at most {WARM:g} s", False)
        size.add(f"{command}: the whole command, warm", _command(size, command))
        try:
            size.asked(command, company=few[0])
            each = [size.asked(command, company=one) for one in few]
            _goal(size, f"{command}: one company, middle of {len(few)}", each, ANCHORED)
            three = [size.asked(command, company=busiest) for _ in range(3)]
            _goal(size, f"{command}: the busiest company", three, ANCHORED)
        except neo4j.exceptions.Neo4jError as error:
            size.add(f"{command}: one company", _why(error, size), f"at most {ANCHORED:g} s", False)
        words = ("--company", few[0])
        size.add(f"{command}: the whole command, one company", _command(size, command, *words))
    return warm


def _goal(size: Size, what: str, several: list[Asked], goal: float) -> Asked:
    """Say the middle of several askings. Goals are set for 500,000 shipments and hold below it;
    above it the figure is only shown."""
    one = sorted(several, key=lambda each: each.seconds)[len(several) // 2]
    figure = f"{one.seconds:.2f} s, CPU {one.cpu:.2f} s, {one.rows:,} rows"
    if len(several) > 1:
        figure += f" (most {max(each.seconds for each in several):.2f} s)"
    if size.shipments <= ASKED_AT:
        size.add(what, figure, f"at most {goal:g} s", one.seconds <= goal)
    else:
        size.add(what, figure)
    return one


def _why(error: neo4j.exceptions.Neo4jError, size: Size) -> str:
    if "TimedOut" in str(error.code):
        return f"not done in {size.limit:.0f} s"
    return f"failed: {str(error.message).splitlines()[0]}"


def _command(size: Size, *words: str) -> str:
    limit = ("--time-limit", f"{size.limit:.0f}")
    used = size.netinv(*words, *limit, limit=size.limit)
    return used.failed or _said(used)


# ---------------------------------------------------------------- rivals


def rivals(size: Size, rings: Asked | None, links: Mapping[str, Any]) -> None:
    """What each rival takes for the rings, and how many times netinv's question that is."""
    linking = float(links.get("seconds", 0))
    for name, times in FASTER.items():
        beside = size.case if name == "cypher" else None
        words = ["--case", size.case, "--limit", str(size.limit + 5)] if beside else []
        used = run(
            [sys.executable, HERE / "rivals.py", name, size.world, *words],
            size.limit,
            case=beside,
            memory=RIVAL_MEMORY,
        )
        told = _told(used)
        took = float(told.get("seconds", used.wall))
        figure = used.failed or (
            f"{_said(used)}: {told['rings']:,} rings, {told['found']} of {told['planted']} planted"
        )
        size.add(f"rival {name}", figure)
        done = not used.failed
        if rings and not used.failed.startswith("failed"):
            over = "" if done else "more than "
            goal = times if size.shipments == HARD_SIZE else None
            size.add(
                f"rival {name} against netinv's rings",
                f"{over}{took / rings.seconds:.1f} times"
                f" ({over}{took / (rings.seconds + linking):.1f} with linking counted)",
                f"at least {goal:g} times"
                if goal
                else "not done"
                if times and size.shipments > HARD_SIZE
                else "",
                took >= goal * rings.seconds
                if goal
                else (not done if times and size.shipments > HARD_SIZE else None),
            )


# ---------------------------------------------------------------- sizes


def scaled(table: Table, costs: Mapping[int, Mapping[str, float]]) -> None:
    """The cost of a shipment in the largest world against that in the smallest."""
    small, large = min(costs), max(costs)
    for what in costs[small]:
        if what in costs[large]:
            one, other = (costs[n][what] / n * 1e6 for n in (small, large))
            table.add(
                large,
                f"{what}: cost of a shipment against that at {small:,}",
                f"{other:.0f} µs / {one:.0f} µs = {other / one:.2f}",
                f"at most {DOUBLED:g}",
                other <= DOUBLED * one,
            )


def measured(size: Size, with_rivals: bool) -> dict[str, float]:
    """Measure one size; gives the seconds of CPU whose growth is looked at."""
    if not (size.world / "truth.json").is_file():
        make(size.world, 1, size.shipments, 40 if size.shipments >= HARD_SIZE else 6, True)
    server.remove_store(size.case)
    used = prepared(size)
    try:
        warm = questions(size) if not (used["load"].failed or used["first answer"].failed) else {}
        if with_rivals:
            rivals(size, warm.get("find-rings"), _told(used["links"]))
    finally:
        server.stop(size.case, lambda line: None)
    stages = ("take-in", "links", "load")
    costs = {what: used[what].all_cpu for what in stages if not used[what].failed}
    return costs | {f"{command}, warm": one.cpu for command, one in warm.items()}


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[50_000, 500_000])
    parser.add_argument("--limit", type=float, default=300, help="seconds for each contender")
    parser.add_argument("--memory", default="2g", help="heap of netinv's Neo4j")
    parser.add_argument("--without-rivals", action="store_true")
    parser.add_argument("--keep", type=Path, help="keep worlds and cases in this folder")
    given = parser.parse_args(words)
    table, costs = Table(), {}
    print(f"{os.cpu_count()} cores, Neo4j with {given.memory} of heap, limit {given.limit:g} s")
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        for shipments in sorted(given.sizes):
            # A case is always new: what an earlier run left would be no fresh graph.
            case = Path(tempfile.mkdtemp(dir=folder, prefix=f"case-{shipments}-"))
            world = folder / f"world-{shipments}"
            size = Size(shipments, world, case, given.limit, given.memory, table)
            with_rivals = not given.without_rivals and shipments <= ASKED_AT
            costs[shipments] = measured(size, with_rivals)
    if len(costs) > 1:
        scaled(table, costs)
    table.show()


if __name__ == "__main__":
    main()
