"""Is the number of findings that chance alone makes, as every answer names it, the number there is?

    python bench/chance.py --seeds 1 2 3

netinv links each shipment also to departures set back by some months, and counts what the questions
would find there. Here that is held against the findings in the trade as it is that name nothing
planted and no look-alike, which are chance indeed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path

from world.write import make

import netinv
from netinv import link

COMMANDS = ("find-rings", "find-circular-routes", "find-relabel-chains")
SCORES = (3, 3.5, 4, 4.5, 5, 5.5, 6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shipments", type=int, default=50_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[201, 202, 203])
    asked = parser.parse_args()
    print(
        "command, world | score at least | findings by chance | netinv says | ratio (goal 0.5..2)"
    )
    for hard in (False, True):
        there: dict[str, list[float]] = defaultdict(list)
        said: dict[str, list[float]] = defaultdict(list)
        for seed in asked.seeds:
            with tempfile.TemporaryDirectory() as name:
                world, folder = Path(name) / "world", Path(name) / "case"
                make(world, seed, asked.shipments, 40, hard)
                truth = json.loads((world / "truth.json").read_text("utf-8"))
                known = {
                    f"Shipment:{one}"
                    for kinds in truth.values()
                    for listed in kinds.values()
                    for network in listed
                    for one in network
                }
                with netinv.open(folder) as case:
                    case.load(world)
                    case.link()
                    for command in COMMANDS:
                        found = case.run(command, limit=5000, time_limit=600).findings
                        there[command] += [
                            one.score or 0 for one in found if known.isdisjoint(one.nodes)
                        ]
                        kept = link.kept(case.case)
                        said[command] += kept.chance.get(command, ()) if kept else ()
                    case.stop()
        for command in COMMANDS:
            for score in SCORES:
                is_, says = (
                    sum(one >= score for one in scores[command]) for scores in (there, said)
                )
                ratio = f"{says / is_:.2f}" if is_ else "–"
                print(
                    f"{command}, {'hard' if hard else 'easy'} | {score} | {is_} | {says} | {ratio}"
                )


if __name__ == "__main__":
    main()
