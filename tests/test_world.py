"""The worlds of the benches: the same seed gives the same bytes, and the truth is in the tables."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from netinv import intake
from netinv.case import open_case
from tests.conftest import ROOT


def made(folder: Path, *words: str) -> Path:
    subprocess.run(
        [sys.executable, "-m", "world", folder, "--shipments", "5000", "--planted", "6", *words],
        cwd=ROOT / "bench",
        check=True,
    )
    return folder


@pytest.mark.parametrize("words", [(), ("--hard",)], ids=["easy", "hard"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, words: tuple[str, ...]) -> None:
    one, two = made(tmp_path / "one", *words), made(tmp_path / "two", *words)
    files = sorted(path.name for path in one.iterdir())
    assert "truth.json" in files and len(files) == 8
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)
    other = made(tmp_path / "other", *words, "--seed", "2")
    assert (one / "shipments.csv").read_bytes() != (other / "shipments.csv").read_bytes()


def test_the_truth_is_in_the_tables_and_every_row_is_taken_in(tmp_path: Path) -> None:
    folder = made(tmp_path / "world", "--hard")
    with (folder / "shipments.csv").open(encoding="utf-8", newline="") as file:
        shipments = {row["id"]: row for row in csv.DictReader(file)}
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert {len(kinds["planted"]) for kinds in truth.values()} == {6}
    assert {len(kinds["lawful"]) for kinds in truth.values()} == {6}
    for command in ("find-rings", "find-circular-routes", "find-relabel-chains"):
        for network in truth[command]["planted"]:
            legs = [shipments[id_] for id_ in network]
            days = [leg["departed"] for leg in legs]
            assert len(legs) >= 2 and all(days)
            if command == "find-relabel-chains":
                assert len({leg["hs"] for leg in legs}) == 2
    reports = intake.take_in(open_case(tmp_path / "case"), [folder])
    read = [one for one in reports if one.read]
    assert all(one.written == one.read for one in read), read
    assert len(read) == 7
