"""The rivals of the bench of speed find the same rings, so that beating them means something."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from netinv.api import OpenCase
from tests.conftest import ROOT, write_tables

SHIPMENTS = """
    | id,shipper,consignee,departed,arrived,weight_kg,hs,load_port,discharge_port
    | A1,A,B,2024-01-05,2024-01-20,1000,811292,,
    | A2,B,C,2024-01-20,2024-02-01,960,811292,,
    | A3,C,A,2024-03-17,2024-03-20,950,720449,,
    | B1,D,E,2024-02-01,2024-02-03,500,850440,,
    | B2,E,F,2024-02-10,2024-02-13,510,850440,,
    | B3,F,G,2024-02-20,2024-02-23,505,850440,,
    | B4,G,D,2024-03-01,2024-03-03,500,850440,,
    | two-1,H,I,2024-01-01,2024-01-05,70,392690,,
    | two-2,I,H,2024-01-10,2024-01-15,70,392690,,
    | late-1,J,K,2024-01-01,2024-01-05,33,392690,,
    | late-2,K,L,2024-01-10,2024-01-15,33,392690,,
    | late-3,L,J,2024-03-01,2024-03-05,33,392690,,
    | light-1,M,N,2024-01-01,2024-01-05,7000,392690,,
    | light-2,N,O,2024-01-10,2024-01-15,6600,392690,,
    | light-3,O,M,2024-01-20,2024-01-25,6600,392690,,
    | order-1,P,Q,2024-01-01,2024-01-05,90000,392690,,
    | order-2,Q,TO ORDER,2024-01-10,2024-01-15,90000,392690,,
    | order-3,R,P,2024-01-20,2024-01-25,90000,392690,,
    | eight-1,S,T,2024-01-01,2024-01-05,12,392690,,
    | eight-2,T,U,2024-01-06,2024-01-08,12,392690,,
    | eight-3,U,T,2024-01-09,2024-01-12,12,392690,,
    | eight-4,T,S,2024-01-13,2024-01-15,12,392690,,
"""
RINGS = {frozenset({"A1", "A2", "A3"}), frozenset({"B1", "B2", "B3", "B4"})}


def bench(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "bench")
    return importlib.import_module(name)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_tables(tmp_path / "world", {"shipments": SHIPMENTS})


@pytest.mark.parametrize("name", ["plain", "sql", "igraph", "networkx"])
def test_a_rival_finds_the_rings_and_no_other(
    name: str, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = bench("rivals", monkeypatch).RIVALS[name](world)
    assert {frozenset(ring) for ring in found} == RINGS


@pytest.mark.server
def test_cypher_over_the_raw_graph_finds_them_too_and_the_stage_makes_netinvs_links(
    case: OpenCase, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.load(world)
    found = bench("rivals", monkeypatch).cypher(case.folder, 60)
    assert {frozenset(ring) for ring in found} == RINGS
    assert bench("stage", monkeypatch).links(case.folder)["links"] == case.link().kept
