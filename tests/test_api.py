"""What a notebook can do: the same things, with the same names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import netinv
from netinv import investigate
from netinv.api import OpenCase
from netinv.errors import CaseError
from netinv.graph import Graph
from tests.conftest import write_tables
from tests.test_cli import RING

pytestmark = pytest.mark.server


def test_a_session_in_a_notebook(case: OpenCase, tmp_path: Path) -> None:
    loaded = case.load(write_tables(tmp_path / "tables", {"shipments": RING}))
    assert loaded.plain()["files"][0]["written"] == 3
    result = case.run("find-rings", window=30, strength=0)
    assert list(result.frame()["shipments"]) == [["S1", "S2", "S3"]]
    assert [path.name for path in result.save(tmp_path / "rings.html")] == ["rings.html"]
    assert "<iframe" in result._repr_html_() or "<table" in result._repr_html_()
    with pytest.raises(netinv.NetinvError, match="has no option 'windw'"):
        case.run("find-rings", windw=30)
    with pytest.raises(netinv.NetinvError, match="did you mean find-rings"):
        case.run("find-ring")


def test_two_who_ask_with_other_options_both_get_their_own_answer(
    case: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each makes the links anew that the other reads: who was overtaken asks again."""
    tables = {
        "companies": "id,name,role\nF,Quay Forwarding,forwarder",
        "shipments": "id,shipper,consignee,hs,departed\nS1,A,F,811292,2024-01-10\n"
        "S2,F,B,811292,2024-02-20\nS3,A,Z,0901,2024-12-01",
    }
    case.load(write_tables(tmp_path / "tables", tables))
    name, others, ask = "find-forwarder-consignees", [30], Graph.ask

    def overtaken(graph: Graph, *words: Any, **given: Any) -> Any:
        answer = ask(graph, *words, **given)
        if words[0] == question and others:
            (other,) = case.run(name, days=others.pop(), least=1).findings
            assert other.values["movements"] == 1
        return answer

    question = investigate.question_file(name).asked()
    monkeypatch.setattr(Graph, "ask", overtaken)
    assert case.run(name, days=60, least=1).findings == []
    assert not others


def test_links_that_cannot_be_made_are_no_clean_bill(
    case: OpenCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.load(write_tables(tmp_path / "tables", {"shipments": RING}))

    def busy(*_: Any) -> Any:
        raise CaseError("is being written")

    monkeypatch.setattr(OpenCase, "_derive", busy)
    with pytest.raises(CaseError, match="is being written"):
        case.run("find-price-outliers")


def test_py2neo_reads_the_same_graph(case: OpenCase, tmp_path: Path) -> None:
    pytest.importorskip("py2neo")
    case.load(write_tables(tmp_path / "tables", {"shipments": RING}))
    graph = case.py2neo()
    rows = graph.run("MATCH (s:Shipment) RETURN s.id AS id ORDER BY id").data()
    assert rows == [{"id": "S1"}, {"id": "S2"}, {"id": "S3"}]
    assert graph.nodes.match("Shipment", id="S2").first()["weight_kg"] == 1230


def test_a_case_is_shown_in_one_short_line(case: OpenCase) -> None:
    assert repr(case) == f"OpenCase({str(case.folder)!r})"


def test_the_extra_of_a_notebook_is_that_of_the_checkout(
    case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "py2neo", None)
    with pytest.raises(netinv.NetinvError, match=r"pip install '\.\[notebook\]' in netinv's"):
        case.py2neo()


def test_the_driver_says_nothing_by_itself() -> None:
    code = "import netinv.graph, logging; logging.getLogger('neo4j.io').critical('_: <CONNECTION>')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_result_is_kept_as_a_run(case: OpenCase, tmp_path: Path) -> None:
    case.load(write_tables(tmp_path / "tables", {"shipments": RING}))
    case.run("find-rings", strength=0)
    kept = list(case.folder.glob("runs/*-find-rings-*.json"))
    assert len(kept) == 1


def test_values_of_every_kind_stand_in_a_table(case: OpenCase, tmp_path: Path) -> None:
    case.load(write_tables(tmp_path / "t", {"companies": "id|name\nC1|Acme"}))
    question = tmp_path / "find-kinds.cypher"
    question.write_text(
        "// title: Kinds\n// key: c\nMATCH (c:Company) RETURN [1, c] AS mixed, {x: c} AS map,"
        " point({x: 1, y: 2}) AS place, duration('P1D') AS time, c",
        encoding="utf-8",
    )
    asking = netinv.open(case.folder, cypher_dirs=(tmp_path,))
    result = asking.run("find-kinds")
    values = result.findings[0].values
    assert values["mixed"] == [1, ["Company:C1"]] and values["map"] == {"x": ["Company:C1"]}
    assert "1.0" in values["place"] and "P1D" in values["time"]
    for suffix in ("csv", "xlsx", "json", "parquet", "html"):
        assert result.save(tmp_path / f"kinds.{suffix}")
    asking.close()
