"""Is the chance that find-relabel-chains names the chance that there is?

    python bench/chance.py --shipments 50000 --seed 1

Links are made with all departures set back by 200 days: the same companies, habits and sizes, and
no real hand-over. How many chains are as unlikely as u is then held against N x 10^-u.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from world.write import make

import netinv

SHIFT = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shipments", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=101)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        make(Path(name) / "world", asked.seed, asked.shipments, 40, False)
        with netinv.open(Path(name) / "case") as case:
            case.load(Path(name) / "world")
            case.link(shift=SHIFT)
            found = case.run("find-relabel-chains", limit=5000, strength=0, days=3000).findings
            case.stop()
    unlikely = [one.values["unlikely"] for one in found]
    print("unlikely at least | chains | N x 10^-u | ratio (goal: within a factor of 2)")
    for at in (2.5, 3, 3.5, 4, 4.5):
        there, said = sum(one >= at for one in unlikely), asked.shipments * 10**-at
        print(f"{at:17} | {there:6} | {said:9.1f} | {said / max(there, 1):.2f}")


if __name__ == "__main__":
    main()
