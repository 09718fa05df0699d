"""One stage of netinv by itself, in a process of its own, so that its cost can be told apart.

python bench/stage.py take-in CASE WORLD
python bench/stage.py links CASE
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

from netinv import intake, link
from netinv.case import open_case
from netinv.relate import Relations


def take_in(case: Path, world: Path) -> dict[str, Any]:
    """Files → checked tables, without a graph."""
    reports = intake.take_in(open_case(case), [world])
    return {"rows": sum(one.written for one in reports)}


def links(case: Path) -> dict[str, Any]:
    """Checked tables → links, without writing them anywhere: the relational part of `link.link`."""
    name, values = link.rule()
    begun, used = time.monotonic(), _cpu()
    with Relations(open_case(case)) as relations:
        link.relate(relations, "made", name, values)
        count = relations.one("SELECT count(*) FROM made")
        return {"links": count, "seconds": time.monotonic() - begun, "cpu": _cpu() - used}


def _cpu() -> float:
    used = os.times()
    return used.user + used.system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stage", choices=["take-in", "links"])
    parser.add_argument("case", type=Path)
    parser.add_argument("world", type=Path, nargs="?")
    asked = parser.parse_args()
    done = links(asked.case) if asked.stage == "links" else take_in(asked.case, asked.world)
    print(json.dumps(done))


if __name__ == "__main__":
    main()
