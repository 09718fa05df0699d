"""The rule of the hand-overs, stated a second time, gives the very links of the first.

tests/rule.cypher says docs/links.md as one statement of Cypher, written from the page and not from
import/links/, and runs on the graph that was loaded. Processing and the moves of HS
headings stand in no graph and are parameters. It leaves out what only a path reads of a link
(to_whom, to_where, to_land, the days, ports and countries of its ends, what its paths come to), the
wording of what is changed or lawful (it says how many changes there are, and whether anything
explains them), and departures set back, which are no hand-overs.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import netinv
from netinv.api import OpenCase
from tests.conftest import ROOT

Row = dict[str, Any]

EXACT = (
    "a", "b", "basis", "rank", "of", "days", "drift", "as_it_is", "by_notify", "second", "sister",
    "holder", "heading_changed", "origin_changed", "renamed", "changes", "lawful",
)  # fmt: skip


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[Row]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def world(folder: Path, kind: str) -> Path:
    """A world of the bench, and in it what its rows never have, so that every factor counts."""
    subprocess.run(
        [sys.executable, "-m", "world", folder, "--shipments", "5000", "--planted", "6", kind],
        cwd=ROOT / "bench",
        check=True,
    )
    chance = random.Random(kind)
    rows, records = read(folder / "shipments.csv"), []
    sent = defaultdict(list)
    for row in rows:
        sent[row["shipper"]].append(row)
    onward = [
        (row, next_)
        for row in rows
        for next_ in sent[row["consignee"]]
        if row["arrived"] and 0 <= ordinal(next_["departed"]) - ordinal(row["arrived"]) <= 45
    ]
    for number, (row, next_) in enumerate(chance.sample(onward, 600)):
        column = ("serial", "bill", "lot", "box", "seal", "late")[number % 6]
        if column == "box":
            row["container"] = next_["container"] = row["container"] or "MSCU6639870"
            next_["load_port"] = row["discharge_port"]
        elif column == "seal":
            row["container"] = next_["container"] = row["container"] or "MSCU6639870"
            row["seal"] = next_["seal"] = f"T{number}"
        elif column == "late":  # the whole goods again, and a little more of them
            next_["weight_kg"] = row["weight_kg"] and round(
                float(row["weight_kg"]) * chance.choice((0.9997, 0.97, 1, 1.0003, 1.01, 1.04)), 3
            )
        else:
            row[column] = next_["master_bill" if column == "bill" and number % 4 else column] = (
                f"{column}-{number}"
            )
    for number, row in enumerate(rows):
        net = float(row["weight_kg"] or 0)
        if net and chance.random() < 0.7:
            row["gross_kg"] = round(net * chance.choice((1.01, 1.01, 1.03, 1.1)), 3)
            if chance.random() < 0.3:
                row["weight_kg"] = ""
        if net and chance.random() < 0.5:
            row["quantity"] = chance.choice(("", 0, *[round(net / n) for n in (10, 10, 10, 14)]))
            row["unit"] = chance.choice(("pcs", "pcs", "boxes"))
        if net and chance.random() < 0.5:
            column, currency = chance.choice(
                (("value", "EUR"), ("value_usd", ""), ("value", "USD"))
            )
            row[column] = chance.choice(("", *[round(net * n, 2) for n in (7, 7, 7.01, 8)]))
            row["currency"] = currency
        if chance.random() < 0.05:
            row["procedure"] = chance.choice(
                ("return", "temporary", "re-export", "outward_processing")
            )
        if chance.random() < 0.03:
            row["departed"] = row["departed"][:7]
        if chance.random() < 0.03:
            row["arrived"] = row["arrived"][:4]
        if chance.random() < 0.05:
            row["exporter"], row["shipper"] = row["shipper"], chance.choice(rows)["shipper"]
        if chance.random() < 0.05 and row["consignee"] != "TO ORDER":
            row["buyer"], row["consignee"] = row["consignee"], chance.choice(rows)["consignee"]
        if chance.random() < 0.05:  # two records of one movement, either without what the other has
            row["movement"] = f"M{number}"
            other = {"id": f"{row['id']}-2", "movement": f"M{number}", "seller": row["shipper"]}
            for column in ("consignee", "arrived", "weight_kg", "hs", "lot", "container", "seal"):
                if chance.random() < 0.5:
                    other[column] = row.get(column, "")
                    if chance.random() < 0.7 and column not in ("container", "seal"):
                        row[column] = ""
            records.append(other)
    write(folder / "shipments.csv", rows + records)
    companies = sorted({row["shipper"] for row in rows if row["shipper"]})
    chained = [chance.sample(companies, 3) for _ in range(6)]
    pairs = [pair for a, b, c in chained for pair in ((a, b), (c, b))]
    write(
        folder / "same_as.csv",
        [
            {"record": a, "same_record": b, "decision": ("accepted", "rejected", "")[number % 3]}
            for number, (a, b) in enumerate(pairs)
        ],
    )
    processing = read(folder / "processing.csv")
    for row in processing:
        row |= {"from": chance.choice(("", "2023-06-01")), "to": chance.choice(("", "2024-03-31"))}
    moved = read(ROOT / "import" / "reference" / "hs-moves.csv")[0]
    for row, next_ in chance.sample(onward, 40):
        row["hs"], next_["hs"] = moved["hs_from"], moved["hs_to"] + "00"
    write(folder / "processing.csv", processing)
    return folder


def ordinal(day: str) -> int:
    return dt.date.fromisoformat(day).toordinal() if len(day) == 10 else 0


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenCase]:
    """A new case on a server of its own, with memory for one long statement."""
    monkeypatch.delenv("NEO4J_URI", raising=False)
    with netinv.open(tmp_path / "own", memory="1g") as opened:
        yield opened
        opened.stop()


@pytest.mark.server
def test_the_rule_said_twice_gives_the_same_links(own: OpenCase, tmp_path: Path) -> None:
    folder = world(tmp_path / "world", "--harder")
    assert all(report.rejected == 0 for report in own.load(folder).files)
    links = own.link(shift=0, crowd=1)
    assert links.kept > 1000 and links.cut and links.crowded > 100
    assert {"affiliate", "merge", "split"} <= {*links.bases}
    values = {
        **links.inputs,
        "moves": read(ROOT / "import" / "reference" / "hs-moves.csv"),
        "processing": [
            {column: value or None for column, value in row.items()}
            for row in read(folder / "processing.csv")
        ],
    }
    statement = (ROOT / "tests" / "rule.cypher").read_text(encoding="utf-8")
    wanted = {
        (row["from_load"], row["to_load"]): row for row in own.graph().ask(statement, values).rows
    }
    rows = own.graph().ask("MATCH (a)-[h:HANDOFF]->(b) RETURN a.id AS a, b.id AS b, h {.*} AS h")
    found = {}
    for row in rows.rows:
        h = row["h"]
        found[h["from_load"], h["to_load"]] = {
            **h,
            "a": row["a"],
            "b": row["b"],
            "changes": len(h.get("changes") or ()),
            "lawful": h.get("lawful") is not None,
        }
    assert found.keys() == wanted.keys()
    differ = [
        (key, column, found[key].get(column), wanted[key][column])
        for key in sorted(found)
        for column in EXACT
        if found[key].get(column) != wanted[key][column]
    ]
    differ += [
        (key, column, found[key][column], wanted[key][column])
        for key in sorted(found)
        for column, nearly in (
            ("expected", pytest.approx(wanted[key]["expected"], rel=1e-6, abs=1e-9)),
            ("weight", pytest.approx(wanted[key]["weight"], abs=1e-3)),
        )
        if found[key][column] != nearly
    ]
    assert differ == []
