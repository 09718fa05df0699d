"""The labelled world: the same twice, no row rejected, and a truth that the tables hold."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from netinv import intake
from netinv.case import open_case
from netinv.cypherfile import investigations
from tests.conftest import ROOT

MEASURED = {"find-rings", "find-circular-routes", "find-relabel-chains", "find-shared-directors"}
"""By bench/quality.py."""


def run(*words: str | Path) -> None:
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT / "bench", check=True)


@pytest.mark.parametrize("words", [(), ("--hard",)], ids=["easy", "hard"])
def test_a_labelled_world_is_the_same_twice_and_every_row_is_taken_in(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    base, one, two = tmp_path / "base", tmp_path / "one", tmp_path / "two"
    run("world", base, "--shipments", "5000", "--planted", "2", *words)
    before = {path.name: path.read_bytes() for path in base.iterdir()}
    for folder in (one, two):
        run("world.labelled", base, folder, *words)
    files = sorted(path.name for path in one.iterdir())
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)
    assert before == {path.name: path.read_bytes() for path in base.iterdir()}

    truth = json.loads((one / "truth.json").read_text("utf-8"))
    asked = {name for name in investigations() if name.startswith("find-")}
    assert set(truth) == asked - MEASURED - {"find-paths"}
    there = set()
    for table, label in (
        ("shipments", "Shipment"),
        ("companies", "Company"),
        ("vessels", "Vessel"),
    ):
        with (one / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            there |= {f"{label}:{row.get('id') or row['imo']}" for row in csv.DictReader(file)}
    for kinds in truth.values():
        assert {len(cases) for cases in kinds.values()} == {12}
        assert all(
            case["core"] and there >= set(case["core"])
            for cases in kinds.values()
            for case in cases
        )

    reports = intake.take_in(open_case(tmp_path / "case"), [one])
    read = [report for report in reports if report.read]
    assert all(report.written == report.read for report in read), read
    assert len(read) == len(files) - 1
