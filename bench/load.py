"""Loading, against the floor: a bare driver loop that sends the same statements with the same rows.

    python bench/load.py --shipments 100000 --rounds 3

Both write into a fresh local Neo4j of the same memory, one after the other, in one run. The loop
parses the csv itself and checks nothing: no file is kept, no row is typed, rejected, doubted or
compared. What is printed is the ratio of the wall times, and the memory that netinv's own process
took at its peak.

Then the same with the links: loaded and linked over Bolt into a server that runs, against a bulk
load from nothing to a server that answers. CPU seconds are those of netinv and of every Java.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import neo4j
import psutil

from netinv import cypherfile, server
from netinv.difference import BATCH
from netinv.graph import Graph

GOAL = 1.4
"""At most this many times as long as the loop."""

QUICKER = 3
"""At least this many times as quick in bulk as over Bolt, links included."""

COMPANIES = ("id", "name", "country", "address")
SHIPMENTS = (
    *("id", "shipper", "consignee", "departed", "arrived", "weight_kg", "hs", "description"),
    *("origin", "load_port", "discharge_port", "value_usd"),
)


def tables(folder: Path, shipments: int) -> None:
    """Companies and shipments, the same every time: a tenth as many companies, 60 ports."""
    chance = random.Random(1)
    companies = max(shipments // 10, 100)
    folder.mkdir(parents=True)
    with (folder / "companies.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COMPANIES)
        for n in range(companies):
            out.writerow([f"C{n}", f"Company {n} Ltd.", "NO", f"{n % 900} Harbour Road"])
    with (folder / "shipments.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(SHIPMENTS)
        for n in range(shipments):
            left = date(2024, 1, 1) + timedelta(chance.randrange(330))
            there = left + timedelta(chance.randrange(3, 40))
            ends = (f"C{int(companies * chance.random() ** 2)}" for _ in "ab")
            goods = chance.choice(("811292", "850440", "720449", "392690"))
            out.writerow(
                (f"S{n}", *ends, left, there, round(10 ** chance.uniform(1, 5)), goods)
                + (f"goods {n % 997}", "CN", f"XX{n % 60:03}", f"YY{n % 60:03}", n)
            )


def loop(folder: Path, address: server.Address) -> float:
    """Seconds of the bare loop: nodes first, then shipments, a transaction a batch."""
    specs = cypherfile.tables()
    with Graph(lambda: address, "bench") as graph:
        graph.claim("bench")  # the constraints that a MERGE needs
    auth = (address.username, address.password)
    with neo4j.GraphDatabase.driver(address.uri, auth=auth) as driver, driver.session() as session:

        def send(statement: str, rows: Iterator[dict[str, Any]]) -> None:
            while batch := list(islice(rows, BATCH)):
                session.execute_write(lambda tx: tx.run(statement, rows=batch).consume())

        begun = time.monotonic()
        send(specs["companies"].statement, _read(folder / "companies.csv"))
        send(specs["shipments"].statement, _read(folder / "shipments.csv"))
        return time.monotonic() - begun


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            made: dict[str, Any] = {**row, "sources": [f"{path.stem}:{number}"]}
            for name in ("departed", "arrived"):
                if name in made:
                    made[name] = made[f"{name}_last"] = date.fromisoformat(made[name])
            for name in ("weight_kg", "value_usd"):
                if name in made:
                    made[name] = float(made[name])
            if "address" in made:
                made["address_key"] = made["address"].lower()
            yield made


@dataclass(frozen=True)
class Took:
    """Wall and CPU seconds of a command, and its peak in MB; a Java that it waited for is in it."""

    wall: float
    cpu: float
    peak: float = 0.0

    def __add__(self, other: Took) -> Took:
        return Took(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


def netinv(case: Path, memory: str, *words: str | Path) -> Took:
    """What a command of netinv takes. CPU of a server that it leaves running is not in it."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "netinv", "-q", "--case", case, "--memory", memory, *words],
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"netinv {words[0]} failed")
    cpu = used.ru_utime + used.ru_stime
    return Took(time.monotonic() - begun, cpu, used.ru_maxrss / 1024)


def served(case: Path) -> Took:
    """The CPU seconds that a case's running server has used."""
    used = psutil.Process(server.status(case).pid).cpu_times()
    return Took(0, used.user + used.system)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shipments", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="1g", help="heap of the servers")
    parser.add_argument("--without-loop", action="store_true", help="do not run the bare loop")
    parser.add_argument("--without-bulk", action="store_true", help="neither link nor load in bulk")
    asked = parser.parse_args()
    ratios, quicker, peaks = [], [], []
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        tables(data, asked.shipments)
        for number in range(asked.rounds):
            case, bare = Path(name) / f"case{number}", Path(name) / f"bare{number}"
            floor = None
            if not asked.without_loop:
                floor = loop(data, server.ensure(bare, lambda line: None, asked.memory))
                server.stop(bare, lambda line: None)
            server.ensure(case, lambda line: None, asked.memory)
            took = netinv(case, asked.memory, "load", "--no-bulk", data)
            peaks.append(took.peak)
            said = f"round {number + 1}: netinv {took.wall:.1f} s, peak {took.peak:.0f} MB"
            if floor is not None:
                ratios.append(took.wall / floor)
                said += f"; loop {floor:.1f} s; ratio {took.wall / floor:.2f}"
            print(said, flush=True)
            if not asked.without_bulk:
                took += netinv(case, asked.memory, "link") + served(case)
            server.stop(case, lambda line: None)
            if not asked.without_bulk:
                case = Path(name) / f"bulk{number}"
                bulk = netinv(case, asked.memory, "load", "--bulk", data)
                bulk += netinv(case, asked.memory, "server", "start") + served(case)
                server.stop(case, lambda line: None)
                quicker.append(took.wall / bulk.wall)
                print(
                    f"  with links: over Bolt {took.wall:.1f} s (CPU {took.cpu:.0f} s), in bulk"
                    f" {bulk.wall:.1f} s (CPU {bulk.cpu:.0f} s, peak with Java {bulk.peak:.0f} MB);"
                    f" {took.wall / bulk.wall:.1f} times as quick (CPU {took.cpu / bulk.cpu:.1f})",
                    flush=True,
                )
    if ratios:
        print(f"{asked.shipments:,} shipments: {statistics.median(ratios):.2f} times (goal {GOAL})")
    if quicker:
        told = f"{statistics.median(quicker):.1f} times as quick in bulk (goal {QUICKER})"
        print(f"{asked.shipments:,} shipments with their links: {told}")
    print(f"netinv's own memory: {max(peaks):.0f} MB at its peak (goal 1,000)")


if __name__ == "__main__":
    main()
