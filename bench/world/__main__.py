"""Make a world: python bench/world --seed 1 --shipments 50000 --hard out/."""

from __future__ import annotations

import argparse
from pathlib import Path

from world.write import make

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shipments", type=int, default=50_000)
    parser.add_argument("--planted", type=int, default=40, help="networks of each kind")
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--harder", action="store_true", help="hard, and more: bench/README.md")
    parser.add_argument("--blinded", action="store_true", help="no telling word")
    asked = parser.parse_args()
    make(
        asked.folder, asked.seed, asked.shipments, asked.planted, asked.hard,
        harder=asked.harder, blinded=asked.blinded,
    )  # fmt: skip
