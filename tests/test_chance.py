"""What chance alone makes is counted by the paths, and the scores, that the questions find."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from netinv import link
from netinv.api import OpenCase
from netinv.relate import Relations

BENCH = Path(__file__).parents[1] / "bench"
COMMANDS = ("find-rings", "find-circular-routes", "find-relabel-chains")


def made(folder: Path, *words: str) -> None:
    sizes = ("--shipments", "5000", "--planted", "6")
    subprocess.run(
        [sys.executable, "-m", "world", str(folder), *sizes, *words], cwd=BENCH, check=True
    )


@pytest.mark.parametrize("hard", [False, True], ids=["easy", "hard"])
def test_the_paths_of_chance_are_those_of_the_questions(
    case: OpenCase, tmp_path: Path, hard: bool
) -> None:
    made(tmp_path / "world", "--seed", "5", *(["--hard"] * hard))
    case.load(tmp_path / "world")
    case.link()
    asked = {
        name: [
            (one.score, sorted(n.split(":")[1] for n in one.nodes if n.startswith("Shipment:")))
            for one in case.run(name, limit=5000, days=3650).findings
        ]
        for name in COMMANDS
    }
    # The same program over the links of the trade as it is, instead of the departures set back.
    file = link.program(link.CHANCE)
    counted: dict[str, list[tuple[float, list[str]]]] = {name: [] for name in COMMANDS}
    taken: dict[str, set[str]] = {name: set() for name in COMMANDS}
    with Relations(case.case) as relations:
        name, values = link.rule()
        link.relate(relations, "made", name, values)
        execute = relations.database.execute
        execute("CREATE OR REPLACE VIEW handed AS FROM made_all WHERE NOT shifted")
        rows = execute(file.statement, {"days": 3650, "strength": 2}).fetchall()
    for command, score, shipments in rows:
        if taken[command].isdisjoint(shipments):
            taken[command].update(shipments)
            counted[command].append((round(score, 4), sorted(shipments)))
    for name in COMMANDS:
        assert len(asked[name]) >= 6
        assert len(counted[name]) == len(asked[name])
        for (score, shipments), (other, others) in zip(
            sorted(asked[name], key=str), sorted(counted[name], key=str), strict=True
        ):
            assert shipments == others
            assert score == pytest.approx(other, abs=2e-3)


def test_every_answer_says_what_was_tried_and_what_chance_makes(
    case: OpenCase, tmp_path: Path
) -> None:
    made(tmp_path / "world", "--seed", "6")
    case.load(tmp_path / "world")
    case.link(keep=1)
    result = case.run("find-relabel-chains", limit=1000)
    said = " ".join(result.checked)
    assert "hand-overs were tried in all shipments, and" in said
    assert "Chance alone makes about" in said
    counts = [one.values["by_chance"] for one in result.findings]
    assert counts == sorted(counts)
    assert counts[0] <= 3 < counts[-1]
    assert any("chance alone makes about" in line for line in result.findings[-1].against)
    exact = case.run("find-relabel-chains", exact=True, limit=1)
    assert len(exact.findings) >= len(result.findings)
    assert any("not exact" in note for note in exact.notes)
    case.link(keep=100_000)
    whole = case.run("find-relabel-chains", exact=True)
    assert not any("not exact" in note for note in whole.notes)
    assert not any("were not kept" in line for line in whole.cut)
    case.link(shift=0)
    blind = case.run("find-relabel-chains")
    assert "by_chance" not in blind.columns
