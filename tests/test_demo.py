"""The demo case: every planted network is found, and no look-alike is flagged."""

from __future__ import annotations

from pathlib import Path

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


@pytest.fixture(scope="module")
def answers(neo4j_address, tmp_path_factory) -> dict[str, Result]:  # type: ignore[no-untyped-def]
    """The four investigations asked of the sample, as `netinv demo` asks them."""
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
        return {one.result.question.command: one.result for one in shown}


def elements(finding: Finding, name: str) -> set[str]:
    """What a finding is made of: its companies, or its shipments in their order."""
    label = "Company" if name == DIRECTORS else "Shipment"
    return {id_.split(":", 1)[1] for id_ in finding.nodes if id_.startswith(label + ":")}


@pytest.mark.parametrize("planted", TRUTH["networks"], ids=lambda one: str(one["name"]))
def test_every_planted_network_is_found(answers: dict[str, Result], planted: dict) -> None:  # type: ignore[type-arg]
    for name in [planted["investigation"], *planted.get("also", [])]:
        wanted = set(planted["companies" if name == DIRECTORS else "shipments"])
        listed = [elements(finding, name) for finding in answers[name].findings]
        # Another command may rightly see the same goods without their last leg.
        spared = 0 if name == planted["investigation"] else 1
        assert any(len(wanted - found) <= spared for found in listed), name


@pytest.mark.parametrize("lawful", TRUTH["lookalikes"], ids=lambda one: str(one["name"]))
def test_no_look_alike_is_flagged(answers: dict[str, Result], lawful: dict) -> None:  # type: ignore[type-arg]
    spared = set(lawful["companies" if lawful["investigation"] == DIRECTORS else "shipments"])
    for name, result in answers.items():
        if (name == DIRECTORS) != (lawful["investigation"] == DIRECTORS):
            continue
        for finding in result.findings:
            shared = elements(finding, name) & spared
            assert len(shared) < 2, (name, finding.sentence)


def test_every_finding_leads_back_to_rows(answers: dict[str, Result]) -> None:
    for result in answers.values():
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
