"""Label a world: python -m world.labelled BASE FOLDER --seed 1 --hard."""

from __future__ import annotations

import argparse
from pathlib import Path

from world.labelled import GROUPS, label

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path, help="a folder of `python -m world`")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=12, help="cases of each kind")
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--groups", nargs="*", default=(), choices=tuple(GROUPS))
    asked = parser.parse_args()
    label(asked.base, asked.folder, asked.seed, asked.each, asked.hard, *asked.groups)
