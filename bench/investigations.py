"""What every investigation takes on worlds with all tables, by the server's own clock.

    python bench/investigations.py                              # 50,000 and 500,000 shipments
    python bench/investigations.py --keep /tmp/all --only find-straw-purchasers profile

The worlds are those of `bench/world/` with the tables of `bench/world/more.py`. Each question is
asked of the whole graph (the better of two, the first of which warms up) and of one company or
vessel and of the last three months, as far as it takes such an input. A question that needs more
memory than the server allows a transaction, or more time than --limit, has failed. Beside the
clock stands the CPU that the server used meanwhile: on a machine that others use too, the clock
counts their work, and the growth is told by the smaller of the two.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import neo4j
import psutil
from measure import run
from questions import Asked, asked, companies
from world.more import more
from world.write import make

from netinv import cypherfile, derive, server
from netinv.case import open_case
from netinv.relate import Relations

WHOLE, ANCHORED = 10.0, 1.0
"""Goals in seconds: of the whole graph at 500,000 shipments, and of one company or three months."""
SINCE = "2024-10-01"
"""The last three months of a world."""


@dataclass(frozen=True)
class Took:
    """One question of one world; `failed` says why there is no figure."""

    seconds: float
    cpu: float = 0.0
    rows: int = 0
    failed: str = ""

    def __str__(self) -> str:
        return self.failed or f"{self.seconds:.2f} s (CPU {self.cpu:.2f})"


@dataclass(frozen=True)
class World:
    """A case that holds a world of that many shipments, and whom to ask about."""

    shipments: int
    case: Path
    memory: str
    limit: float
    company: str
    busiest: str
    vessel: str

    def took(self, command: str, **given: str) -> Took:
        """The better of two; a first one that is slow already is not asked again."""
        try:
            one: Asked = asked(self.case, self.memory, self.limit, command, given)
            if one.seconds < 3 * WHOLE:
                again = asked(self.case, self.memory, self.limit, command, given)
                one = min(one, again, key=lambda each: each.seconds)
        except neo4j.exceptions.Neo4jError as error:
            timed_out = "TimedOut" in str(error.code) or "Terminated" in str(error.code)
            said = f"not in {self.limit:.0f} s" if timed_out else f"failed: {error.code}"
            return Took(math.inf, failed=said)
        return Took(one.seconds, one.cpu, one.rows)


def world(folder: Path, shipments: int, memory: str, limit: float) -> World:
    """Make the world and load it, as far as that is not done already."""
    plain, full = folder / f"world-{shipments}", folder / f"more-{shipments}"
    case = folder / f"case-{shipments}"
    if not (plain / "truth.json").is_file():
        make(plain, 1, shipments, 40 if shipments >= 50_000 else 6, True)
    if not (full / "shipments.csv").is_file():
        more(plain, full)
    # A case that was kept is linked anew as far as a rule changed meanwhile.
    step = ["link"] if case.is_dir() else ["load", full]
    words = ["--quiet", "--memory", memory, "--case", case, *step]
    used = run([sys.executable, "-m", "netinv", *words], 3600, case=case)
    if used.failed:
        sys.exit(f"{step[0]}: {used.failed}")
    print(f"{shipments:,}: {step[0]} took {used.wall:.0f} s, most memory {used.peak:,.0f} MB")
    few, busiest = companies(plain)
    with (full / "port_calls.csv").open(encoding="utf-8") as file:
        calls = Counter(line.split(",")[0].strip('"') for line in file)
    return World(shipments, case, memory, limit, few[0], busiest, calls.most_common(1)[0][0])


def derived(one: World) -> None:
    """Seconds to compute the derived relationships from the tables (what a load does once)."""
    for type_ in derive.RULES:
        rule = derive.program(type_)
        values = {given.name: given.value(None) for given in rule.inputs}
        begun = time.monotonic()
        with Relations(open_case(one.case)) as relations:
            relations.database.execute(f"CREATE TABLE made AS {rule.statement}", values)
            count = relations.one("SELECT count(b) FROM made")
        print(f"{one.shipments:,}: {type_}: {time.monotonic() - begun:.1f} s, {count:,} links")


def anchored(one: World, command: str) -> dict[str, Took]:
    """The question of one company, the busiest, a vessel, the last three months."""
    takes = {given.name for given in cypherfile.investigations()[command].inputs}
    tried = {
        "company": {"company": one.company},
        "busiest": {"company": one.busiest},
        "vessel": {"vessel": one.vessel},
        "since": {"since": SINCE},
    }
    return {
        what: one.took(command, **given) for what, given in tried.items() if takes >= given.keys()
    }


def whole(one: World, command: str) -> Took:
    """The question of all, or of one entity where it asks for one."""
    if command == "profile":
        return one.took(command, id=one.company)
    if command == "find-paths":
        return one.took(command, **{"from": one.company, "to": one.busiest})
    return one.took(command)


def growth(small: Took, large: Took, sizes: Sequence[int]) -> tuple[str, bool]:
    """How a shipment's cost grows, and whether the whole grows no faster than n log n.

    Below a twentieth of a second the clock says too little.
    """
    if small.failed or large.failed:
        return "", not large.failed
    least = max(min(small.seconds, small.cpu), 0.05)
    first, last = min(sizes), max(sizes)
    times = min(large.seconds, large.cpu) / least / (last / first)
    return f"{times:.2f}", times <= math.log(last) / math.log(first) * 1.15


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[50_000, 500_000])
    parser.add_argument("--limit", type=float, default=60, help="seconds for a question")
    parser.add_argument("--memory", default="1g", help="heap of netinv's Neo4j")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these investigations")
    parser.add_argument("--keep", type=Path, help="keep worlds and cases in this folder")
    given = parser.parse_args(words)
    names = given.only or sorted(cypherfile.investigations())
    figures: dict[str, dict[int, Took]] = {name: {} for name in names}
    beside: dict[str, dict[str, Took]] = {}
    with tempfile.TemporaryDirectory() as made:
        for size in sorted(given.sizes):
            one = world(given.keep or Path(made), size, given.memory, given.limit)
            if not given.only:
                derived(one)
            for name in names:
                figures[name][size] = whole(one, name)
                told = f"{size:,} {name}: {figures[name][size]}, {figures[name][size].rows:,} rows"
                if size == max(given.sizes):
                    beside[name] = anchored(one, name)
                    told += "".join(f", {what} {took}" for what, took in beside[name].items())
                print(told, flush=True)
            with contextlib.suppress(psutil.Error):
                held = psutil.Process(server.status(one.case).pid).memory_info().rss / 2**20
                print(f"{size:,}: the server holds {held:,.0f} MB of {given.memory} heap and more")
            server.stop(one.case, lambda line: None)
    table(figures, beside)


def table(figures: dict[str, dict[int, Took]], beside: dict[str, dict[str, Took]]) -> None:
    """Every investigation in one line: seconds by size, growth, rows, anchored, goals."""
    for name, by_size in figures.items():
        small, large = by_size[min(by_size)], by_size[max(by_size)]
        grown, even = growth(small, large, list(by_size)) if len(by_size) > 1 else ("", True)
        missed = [f"over {WHOLE:g} s"] * (large.failed != "" or large.seconds > WHOLE)
        # A twentieth of a second grows by chance: a goal of growth is one for what takes long.
        missed += ["growth"] * (not even and large.seconds > ANCHORED)
        missed += [what for what, took in beside[name].items() if took.seconds > ANCHORED]
        cells = [name, *map(str, by_size.values()), grown, f"{large.rows:,}"]
        cells += [f"{what} {took}" for what, took in beside[name].items()]
        print(" | ".join([*cells, "NOT met: " + ", ".join(missed) if missed else "met"]))


if __name__ == "__main__":
    main()
