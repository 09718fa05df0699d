"""The demo: loads the sample case, asks the investigations named first, writes pages and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from netinv import cypherfile
from netinv.api import OpenCase
from netinv.link import stale
from netinv.result import Result

ASKED = (
    "find-shared-directors",
    "find-rings",
    "find-circular-routes",
    "find-relabel-chains",
)


@dataclass(frozen=True)
class Shown:
    """One investigation of the demo and the files that its answer was written to."""

    result: Result
    files: Sequence[Path]


def run(case: OpenCase, folder: Path) -> list[Shown]:
    """Load the sample, link it, ask, and write a page and tables into a folder."""
    case.load(cypherfile.home("import") / "sample")
    if stale(case.case):
        case.link()
    found = []
    for name in ASKED:
        result = case.run(name)
        case.say(f"writing {name}")
        files = [path for suffix in ("html", "csv") for path in _save(result, folder, suffix)]
        found.append(Shown(result, files))
    return found


def _save(result: Result, folder: Path, suffix: str) -> list[Path]:
    return list(result.save(folder / f"{result.question.command}.{suffix}"))
