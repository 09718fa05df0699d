"""The demo case: every planted network is found, and no look-alike is flagged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import netinv
from netinv import cypherfile, demo
from netinv.api import OpenCase
from netinv.result import Finding, Result
from tests.conftest import ROOT

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("demo")]
TRUTH = yaml.safe_load((cypherfile.home("import") / "sample" / "truth.yaml").read_text("utf-8"))
DIRECTORS = "find-shared-directors"
WHOLE = sorted(
    file.name
    for file in cypherfile.investigations().values()
    if not any(one.required for one in file.inputs)
)


@pytest.fixture(scope="session")
def everything(neo4j_address, tmp_path_factory) -> dict[str, Result]:  # type: ignore[no-untyped-def]
    """What every investigation says of the sample, asked as `netinv demo` and `run-all` ask."""
    from netinv.graph import Graph

    with Graph(lambda: neo4j_address) as graph:
        graph.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS")
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch, netinv.open(folder / "case") as case:
        patch.setenv("NEO4J_URI", neo4j_address.uri)
        patch.setenv("NEO4J_USERNAME", neo4j_address.username)
        patch.setenv("NEO4J_PASSWORD", neo4j_address.password)
        shown = demo.run(case, folder)
        assert shown[0].files[0].suffix == ".html"
        assert all(path.stat().st_size for one in shown for path in one.files)
        answers, failed = case.run_all([name for name in WHOLE if name not in demo.ASKED])
        assert not failed
        return {one.question.command: one for one in [*(one.result for one in shown), *answers]}


@pytest.fixture(scope="session")
def answers(everything: dict[str, Result]) -> dict[str, Result]:
    """The four investigations that `netinv demo` asks."""
    return {name: everything[name] for name in demo.ASKED}


def listed(result: Result, entry: dict[str, Any]) -> bool:
    """Whether a finding shares half of an entry's shipments, companies or vessels."""
    labels = {"shipments": "Shipment:", "companies": "Company:", "vessels": "Vessel:"}
    for key, label in labels.items():
        wanted = {label + id_ for id_ in entry.get(key, [])}
        if wanted and any(2 * len(wanted & {*one.nodes}) >= len(wanted) for one in result.findings):
            return True
    return False


def test_every_investigation_finds_its_own_and_spares_its_look_alikes(
    everything: dict[str, Result],
) -> None:
    assert sorted(everything) == WHOLE
    for name, result in everything.items():
        planted, lawful = (
            [one for one in TRUTH[kind] if one["investigation"] == name]
            for kind in ("networks", "lookalikes")
        )
        assert planted and lawful, name
        assert result.answer == "found", name
        assert [one["name"] for one in planted if not listed(result, one)] == [], name
        assert [one["name"] for one in lawful if listed(result, one)] == [], name
        also = [one for one in TRUTH["networks"] if name in one.get("also", [])]
        assert [one["name"] for one in also if not listed(result, one)] == [], name


def elements(finding: Finding, name: str) -> set[str]:
    """What a finding is made of: its companies, or its shipments in their order."""
    label = "Company" if name == DIRECTORS else "Shipment"
    return {id_.split(":", 1)[1] for id_ in finding.nodes if id_.startswith(label + ":")}


@pytest.mark.parametrize(
    "planted",
    [one for one in TRUTH["networks"] if one["investigation"] in demo.ASKED],
    ids=lambda one: str(one["name"]),
)
def test_every_planted_network_is_found(answers: dict[str, Result], planted: dict) -> None:  # type: ignore[type-arg]
    for name in {planted["investigation"], *planted.get("also", [])} & {*demo.ASKED}:
        wanted = set(planted["companies" if name == DIRECTORS else "shipments"])
        seen = [elements(finding, name) for finding in answers[name].findings]
        # Another command may rightly see the same goods without their last leg.
        spared = 0 if name == planted["investigation"] else 1
        assert any(len(wanted - found) <= spared for found in seen), name


@pytest.mark.parametrize(
    "lawful",
    [one for one in TRUTH["lookalikes"] if one["investigation"] in demo.ASKED],
    ids=lambda one: str(one["name"]),
)
def test_no_look_alike_is_flagged(answers: dict[str, Result], lawful: dict) -> None:  # type: ignore[type-arg]
    spared = set(lawful["companies" if lawful["investigation"] == DIRECTORS else "shipments"])
    for name, result in answers.items():
        if (name == DIRECTORS) != (lawful["investigation"] == DIRECTORS):
            continue
        for finding in result.findings:
            shared = elements(finding, name) & spared
            assert len(shared) < 2, (name, finding.sentence)


def test_every_finding_leads_back_to_rows(everything: dict[str, Result]) -> None:
    for result in everything.values():
        files = {one["id"]: one for one in result.question.datasets}
        for finding in result.findings:
            observed = [result.nodes[id_] for id_ in finding.nodes]
            rows = [row for one in observed for row in one.sources]
            assert rows
            for row in rows:
                source, record = row.split(":")
                assert 1 <= int(record) <= files[source]["records"]


def test_asking_again_gives_the_same_findings(case: OpenCase, answers: dict[str, Result]) -> None:
    case.load(ROOT / "import" / "sample")
    for name, first in answers.items():
        again = case.run(name)
        assert [(f.id, f.score) for f in again.findings] == [
            (f.id, f.score) for f in first.findings
        ]


def test_the_sample_lies_beside_its_script() -> None:
    assert (Path(ROOT) / "import" / "sample" / "make.py").is_file()
