"""The demo case is the same every time, holds what truth.yaml says, and reads without a doubt."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
import unicodedata
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from stdnum import imo, iso6346

from netinv import cypherfile, intake
from netinv.case import open_case

SAMPLE = Path(__file__).resolve().parents[1] / "import" / "sample"
TABLES = sorted(SAMPLE.glob("*.csv"))
Row = dict[str, str]


def read(table: str) -> list[Row]:
    with (SAMPLE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SHIPMENTS = {row["id"]: row for row in read("shipments")}
COMPANIES = {row["id"]: row for row in read("companies")}
PEOPLE = {row["id"]: row for row in read("people")}
TRUTH: dict[str, Any] = yaml.safe_load((SAMPLE / "truth.yaml").read_text(encoding="utf-8"))
ENTRIES = TRUTH["networks"] + TRUTH["lookalikes"]
FOLLOWED = ("find-rings", "find-circular-routes", "find-relabel-chains")
CHAINS = [entry for entry in ENTRIES if entry["investigation"] in FOLLOWED]


def named(entry: dict[str, Any]) -> str:
    return str(entry["name"])


def chosen(kind: str, command: str) -> list[dict[str, Any]]:
    return [entry for entry in TRUTH[kind] if entry["investigation"] == command]


def legs(entry: dict[str, Any]) -> list[Row]:
    return [SHIPMENTS[id] for id in entry["shipments"]]


def sender(row: Row) -> str:
    return row["exporter"] or row["shipper"]


def holder(row: Row) -> str:
    return row["importer"] or row["consignee"]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# ---------------------------------------------------------------- the files


def test_the_script_writes_the_committed_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", SAMPLE / "make.py", tmp_path], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(made) == sorted([*(path.name for path in TABLES), "truth.yaml"])
    for name, written in made.items():
        assert written == (SAMPLE / name).read_bytes(), name


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_columns_are_those_of_the_table(path: Path) -> None:
    spec = cypherfile.tables()[path.stem]
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert set(header) <= {one.name for one in spec.inputs}
    assert {one.name for one in spec.inputs if not one.optional} <= set(header)


def test_every_row_is_taken_in_without_reject_or_doubt(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    with case.writing("test"):
        reports = intake.take_in(case, [SAMPLE])
    taken = {report.kind: report for report in reports if report.kind}
    assert sorted(taken) == sorted(path.stem for path in TABLES)
    for report in taken.values():
        assert report.rejected == 0 and report.read == report.written, report
        assert not report.doubts and not report.unread and not report.unknown_columns, report


def test_size() -> None:
    assert 1900 <= len(SHIPMENTS) <= 2600
    assert len(COMPANIES) > 200 and len(PEOPLE) > 140
    assert 35 <= len(read("ports")) <= 60


def test_ids_are_unique() -> None:
    keys = {"ports": "code", "vessels": "imo"}
    for table in ("ports", "vessels", "licences", "documents", "payments", "controls"):
        key = keys.get(table, "id")
        assert max(Counter(row[key] for row in read(table)).values()) == 1, table
    assert len(SHIPMENTS) == len(read("shipments"))
    assert len({**COMPANIES, **PEOPLE}) == len(read("companies")) + len(read("people"))
    assert max(Counter(row["name"] for row in COMPANIES.values()).values()) == 1


def test_references_resolve() -> None:
    ports = {row["code"] for row in read("ports")} | {""}
    ships = {row["imo"] for row in read("vessels")} | {""}
    licences = {row["id"] for row in read("licences")} | {""}
    known = {*COMPANIES, ""}
    roles = ("shipper", "notify", "exporter", "importer", "forwarder", "carrier", "end_user")
    for row in SHIPMENTS.values():
        assert {row[role] for role in roles} <= known, row["id"]
        assert row["consignee"] in known or row["consignee"].upper().startswith("TO "), row["id"]
        assert {row["load_port"], row["discharge_port"]} <= ports, row["id"]
        assert row["vessel"] in ships and row["licence"] in licences, row["id"]
    for row in read("directorships"):
        assert {row["director"]} <= {*PEOPLE, *COMPANIES} and row["company"] in COMPANIES
    for row in read("ownerships"):
        assert row["owner"] in {*PEOPLE, *COMPANIES} and row["owned"] in {*COMPANIES, *ships}
    for row in read("processing"):
        assert row["company"] in COMPANIES
    for row in read("licences"):
        assert {row["holder"], row["end_user"]} <= known
    for row in read("port_calls"):
        assert row["vessel"] in ships and row["port"] in ports
    parties = {*COMPANIES, *PEOPLE}
    for row in read("listings"):
        assert row["entity"] in parties, row
    for row in read("payments"):
        assert {row["payer"], row["payee"]} <= parties and row["shipment"] in SHIPMENTS, row
    for row in read("documents") + read("shipment_versions"):
        assert row["shipment"] in SHIPMENTS, row
        assert {row.get("shipper", ""), row["consignee"], row["end_user"]} <= known, row
    for row in read("vessel_identities"):
        assert row["vessel"] in ships - {""}, row
    for entry in ENTRIES:
        assert {*entry.get("shipments", [])} <= {*SHIPMENTS}, entry["name"]
        assert {*entry.get("companies", [])} <= {*COMPANIES}, entry["name"]
        assert {*entry.get("people", [])} <= parties, entry["name"]
        assert {*entry.get("vessels", [])} <= ships, entry["name"]


def test_controls_are_rows_of_the_reference_table() -> None:
    path = SAMPLE.parent / "reference" / "controls.csv"
    with path.open(encoding="utf-8", newline="") as file:
        real = {row["id"]: row for row in csv.DictReader(file)}
    assert [row for row in read("controls") if row != real[row["id"]]] == []


def test_check_digits() -> None:
    assert all(imo.is_valid(row["imo"]) for row in read("vessels"))
    boxes = {row["container"] for row in SHIPMENTS.values()} - {""}
    assert len(boxes) > 500 and all(iso6346.is_valid(box) for box in boxes)


def test_dates() -> None:
    for row in SHIPMENTS.values():
        assert dt.date(2023, 1, 1) <= day(row["departed"]) <= dt.date(2026, 6, 30), row["id"]
        if row["arrived"]:
            assert day(row["departed"]) <= day(row["arrived"]) <= dt.date(2026, 6, 30), row["id"]
    for table in ("directorships", "ownerships", "processing", "licences"):
        for row in read(table):
            assert not row["to"] or row["from"] <= row["to"], row
    for row in read("port_calls"):
        assert row["arrived"] <= row["departed"], row


def test_ships_call_where_they_load_and_discharge() -> None:
    calls = read("port_calls")
    left = {(row["vessel"], row["port"], row["departed"]) for row in calls}
    reached = {(row["vessel"], row["port"], row["arrived"]) for row in calls}
    astray = {
        id
        for entry in chosen("networks", "find-voyage-irregularities")
        for id in entry["shipments"]
    }
    for row in SHIPMENTS.values():
        if row["vessel"] and row["id"] not in astray:
            assert (row["vessel"], row["load_port"], row["departed"]) in left, row["id"]
            if row["arrived"]:
                at = (row["vessel"], row["discharge_port"], row["arrived"])
                assert at in reached, row["id"]


def test_a_container_is_never_in_two_places() -> None:
    trips: dict[str, dict[str, tuple[str, str, str]]] = {}
    for row in SHIPMENTS.values():
        if row["container"] and row["arrived"]:
            trip = (row["departed"], row["arrived"], row["seal"])
            trips.setdefault(row["container"], {})[row["bill"]] = trip
    for box, of in trips.items():
        for (_, arrived, seal), (departed, _, other) in pairwise(sorted(of.values())):
            assert arrived < departed and seal != other, box


def test_three_scripts() -> None:
    for table in (COMPANIES, PEOPLE):
        scripts = Counter(
            unicodedata.name(letter).split()[0]
            for row in table.values()
            for letter in row["name"]
            if letter.isalpha()
        )
        assert {"LATIN", "CJK", "CYRILLIC"} <= set(scripts)


def test_as_full_of_holes_as_real_data() -> None:
    empty = Counter(column for row in SHIPMENTS.values() for column in row if not row[column])
    for column in ("arrived", "weight_kg", "origin", "value", "declared"):
        assert empty[column] > 10, column
    assert sum(row["consignee"].upper().startswith("TO ") for row in SHIPMENTS.values()) > 3
    movements = Counter(row["movement"] for row in SHIPMENTS.values() if row["movement"])
    assert len(movements) > 30 and set(movements.values()) == {2}


def test_licences_cover_the_shipments_that_name_them() -> None:
    licences = {row["id"]: row for row in read("licences")}
    under = [row for row in SHIPMENTS.values() if row["licence"]]
    assert under
    for row in under:
        licence = licences[row["licence"]]
        assert licence["from"] <= row["departed"] <= licence["to"], row["id"]
        assert (licence["holder"], licence["hs"]) == (row["shipper"], row["hs"]), row["id"]
        assert licence["destination"] == row["destination"], row["id"]


# ---------------------------------------------------------------- what is hidden in it


def test_every_investigation_has_networks_and_lookalikes() -> None:
    known = cypherfile.investigations()
    asked = {name for name, file in known.items() if not any(one.required for one in file.inputs)}
    assert {entry["investigation"] for entry in ENTRIES} == asked
    for command in asked:
        least = 2 if command in (*FOLLOWED, "find-shared-directors") else 1
        assert len(chosen("networks", command)) >= least, command
        assert len(chosen("lookalikes", command)) >= least, command
    assert all({*entry.get("also", [])} <= asked for entry in ENTRIES)
    assert max(Counter(map(named, ENTRIES)).values()) == 1
    assert all(entry["case"] and entry["story"] for entry in TRUTH["networks"])
    assert all(entry["reason"] for entry in TRUTH["lookalikes"])


@pytest.mark.parametrize("entry", CHAINS, ids=named)
def test_chains_are_handed_over(entry: dict[str, Any]) -> None:
    """The plain rule: same holder, 0 to 45 days, net weight within 5 % or one lot or serial."""
    for a, b in pairwise(legs(entry)):
        assert holder(a) == sender(b), (a["id"], b["id"])
        assert 0 <= (day(b["departed"]) - day(a["arrived"])).days <= 45, (a["id"], b["id"])
        one, other = float(a["weight_kg"]), float(b["weight_kg"])
        physical = any(a[key] and a[key] == b[key] for key in ("lot", "serial"))
        assert physical or abs(one - other) <= 0.05 * max(one, other), (a["id"], b["id"])
        assert a["bill"] != b["bill"] and not a["movement"] and not b["movement"]


def test_rings_come_home() -> None:
    for entry in chosen("networks", "find-rings") + chosen("lookalikes", "find-rings"):
        rows = legs(entry)
        assert sender(rows[0]) == holder(rows[-1]) == entry["companies"][0], entry["name"]
    for entry in chosen("networks", "find-rings"):
        rows = legs(entry)
        assert 3 <= len(rows) <= 5
        assert (day(rows[-1]["arrived"]) - day(rows[0]["departed"])).days <= 180, entry["name"]
        assert len({row["hs"] for row in rows}) > 1, entry["name"]


@pytest.mark.parametrize("kind", ["networks", "lookalikes"])
def test_circular_routes_close_on_port_or_country(kind: str) -> None:
    for entry in chosen(kind, "find-circular-routes"):
        rows = legs(entry)
        assert 2 <= len(rows) <= 6 and sender(rows[0]) != holder(rows[-1]), entry["name"]
        assert rows[0]["dispatch"] == rows[-1]["destination"], entry["name"]
        assert {row["destination"] for row in rows} - {rows[0]["dispatch"]}, entry["name"]
    strict = [legs(entry) for entry in chosen("networks", "find-circular-routes")]
    assert any(rows[0]["load_port"] == rows[-1]["discharge_port"] for rows in strict)


def test_relabelled_goods_change_and_no_processing_explains_it() -> None:
    processing = {(row["company"], row["hs_in"], row["hs_out"]) for row in read("processing")}
    habits: Counter[tuple[str, str, str]] = Counter()
    for entry in chosen("networks", "find-relabel-chains"):
        changes = [
            (holder(a), a["hs"], b["hs"])
            for a, b in pairwise(legs(entry))
            if (a["hs"], a["origin"]) != (b["hs"], b["origin"])
        ]
        assert changes and not processing & set(changes), entry["name"]
        habits.update(changes)
    assert max(habits.values()) < 4, "a firm that does it four times reads as a processor"


def test_lookalikes_are_lawful_for_the_reason_given() -> None:
    processing = {(row["company"], row["hs_in"], row["hs_out"]) for row in read("processing")}
    come_home = {"temporary", "return", "inward_processing", "outward_processing"}
    for entry in TRUTH["lookalikes"]:
        if entry not in CHAINS:
            continue
        rows = legs(entry)
        changes = [(holder(a), a["hs"], b["hs"]) for a, b in pairwise(rows) if a["hs"] != b["hs"]]
        routine = Counter((sender(row), holder(row), row["weight_kg"]) for row in rows)
        reasons = {
            "procedure": 2 * sum(row["procedure"] in come_home for row in rows) >= len(rows),
            "processing": bool(changes) and set(changes) <= processing,
            "origin kept": len({(row["origin"], row["hs"]) for row in rows}) == 1,
            "habit": min(routine.values()) >= 3,
            "remelter": entry["name"].startswith("aluminium-remelter"),
        }
        assert any(reasons.values()), (entry["name"], reasons)
    assert len([1 for one in TRUTH["lookalikes"] if one["name"].startswith("aluminium")]) >= 4


# ---------------------------------------------------------------- boards


def overlaps(a: Row, b: Row) -> bool:
    return a["from"] <= (b["to"] or "9999") and b["from"] <= (a["to"] or "9999")


def ties(entry: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Person and pair of companies on whose boards the person sat at the same time."""
    seats = [row for row in read("directorships") if row["director"] in entry["people"]]
    return {
        (a["director"], *sorted((a["company"], b["company"])))
        for a, b in combinations(seats, 2)
        if a["director"] == b["director"] and overlaps(a, b)
    }


@pytest.mark.parametrize("entry", chosen("networks", "find-shared-directors"), ids=named)
def test_planted_boards_are_a_cycle_of_distinct_persons(entry: dict[str, Any]) -> None:
    found = ties(entry)
    size = len(entry["companies"])
    assert len(found) == size == len({person for person, *_ in found})
    assert set(Counter(one for _, *pair in found for one in pair).values()) == {2}
    goods = [row["hs"] for row in SHIPMENTS.values() if row["shipper"] in entry["companies"]]
    assert Counter(goods).most_common(1)[0][1] > 10, "they share a good"


def test_boards_that_tie_nobody() -> None:
    seats = Counter(row["director"] for row in read("directorships"))
    owned = {row["owned"] for row in read("ownerships") if float(row["share"]) >= 50}
    for entry in chosen("lookalikes", "find-shared-directors"):
        hub = any(seats[one] > 20 for one in entry["people"])
        group = len(owned & set(entry["companies"])) >= len(entry["companies"]) - 1
        assert hub or group or not ties(entry), entry["name"]
    assert sorted(seats.values())[-2:] > [20, 25]
