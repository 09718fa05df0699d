"""Makes the demo case: lawful trade from world.toml, with what networks.toml and cases.toml hide.

    python import/sample/make.py [FOLDER]

writes the tables (data.md) and truth.yaml, which says what is planted and what only looks like it.
The same bytes come out on every machine: chance is drawn from `Random.random` alone, the one
sequence that Python promises to keep, and no arithmetic leaves the four operations.
"""

from __future__ import annotations

import argparse
import csv
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from trade import Found, Shipment, Trade
from world import Company, Person, World

HERE = Path(__file__).parent


# ---------------------------------------------------------------- files


def cell(value: Any) -> str:
    if isinstance(value, Company | Person):
        return value.id
    return value.isoformat() if isinstance(value, date) else str(value)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([cell(value) for value in row] for row in rows)


def truth(found: Sequence[Found]) -> str:
    """truth.yaml; JSON texts and lists are YAML too, and need no library to come out the same."""
    lines = [
        "# What import/sample/make.py hid in the demo case, and what only looks like it.",
        "# Every company, person, ship and list is invented; the controls are real rows of the",
        "# reference table. Made by the script: change networks.toml or cases.toml instead.",
        "# A pool that goes round for months is listed whole: each of its rounds is a ring.",
    ]
    for kind, planted in (("networks", True), ("lookalikes", False)):
        lines.append(f"{kind}:")
        for one in found:
            if one.planted != planted:
                continue
            entry = one.entry
            lines += [f"  - name: {entry['name']}", f"    investigation: {entry['command']}"]
            for key in ("case", "story", "reason"):
                if key in entry:
                    lines.append(f"    {key}: {json.dumps(entry[key], ensure_ascii=False)}")
            lists = {"also": entry.get("also", [])}
            for key in ("shipments", "companies", "people"):
                lists[key] = [row.id for row in getattr(one, key)]
            lists["vessels"] = [json.dumps(imo) for imo in one.vessels]  # YAML would read a number
            lines += [f"    {key}: [{', '.join(ids)}]" for key, ids in lists.items() if ids]
    return "\n".join(lines) + "\n"


def resolve(world: World, trade: Trade, value: Any) -> Any:
    """A cell of a case: the id of the party, vessel or shipment that it names, else as it is."""
    if not isinstance(value, str):
        return value
    known = world.companies.get(value) or world.people.get(value)
    if known is None and value in trade.labels:
        return trade.labels[value].id
    return known or world.tramps.get(value, value)


def write_controls(ids: Sequence[str], path: Path) -> None:
    """The rows of the reference table that the demo case needs, as they stand there."""
    with (HERE.parent / "reference" / "controls.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    kept = [row for row in rows if row[0] in ids]
    if {row[0] for row in kept} != set(ids):
        raise SystemExit(f"not in the reference table: {set(ids) - {row[0] for row in kept}}")
    write_table(path, header, kept)


def write(world: World, trade: Trade, out: Path) -> None:
    parties = sorted(world.companies.values(), key=lambda one: one.id)
    columns = "id name country incorporated dissolved role industry address phone email"
    write_table(
        out / "companies.csv",
        [*columns.split(), "registration"],
        ([c.id, c.name, c.country, c.since, c.dissolved, c.role, c.industry, c.address, c.phone,
          c.email, c.registration] for c in parties),
    )  # fmt: skip
    people = sorted(world.people.values(), key=lambda one: one.id)
    rows = ([p.id, p.name, p.country, p.born] for p in people)
    write_table(out / "people.csv", ["id", "name", "country", "born"], rows)
    write_table(
        out / "vessels.csv",
        ["imo", "name", "flag", "type"],
        ([*vessel.values()] for vessel in world.vessels),
    )
    write_table(out / "ports.csv", ["code", "name", "country", "lat", "lon"], world.world["ports"])
    names = [one.name for one in fields(Shipment)]
    rows = ([getattr(row, name) for name in names] for row in trade.shipments)
    write_table(out / "shipments.csv", names, rows)
    seats = sorted([cell(who), cell(of), *rest] for who, *rest, of in (
        (who, role, since, to, of) for who, role, of, since, to in world.seats))  # fmt: skip
    write_table(out / "directorships.csv", ["director", "company", "role", "from", "to"], seats)
    for table, columns in trade.TABLES.items():
        header = columns.split()
        standing = [dict(zip(header, row, strict=True))
                    for row in world.networks["tables"].get(table, [])]  # fmt: skip
        rows = [[resolve(world, trade, one.get(name, "")) for name in header]
                for one in [*standing, *trade.tables[table]]]  # fmt: skip
        if table == "ownerships":
            rows += [[world.companies[line], imo, "100", "", ""] for line, imo in world.fleet]
        if table == "port_calls":
            rows += [
                [vessel, port, day, min(left, day + timedelta(1))]
                for (vessel, port, day), left in trade.calls.items()
            ]
            rows.sort(key=lambda row: [cell(value) for value in row])
        write_table(out / f"{table}.csv", header, rows)
    write_controls(world.cases["controls"], out / "controls.csv")
    (out / "truth.yaml").write_text(truth(trade.found), encoding="utf-8", newline="\n")


def make(out: Path) -> None:
    """Write the tables and truth.yaml into the folder `out`."""
    read = {
        name: tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("world", "networks", "cases")
    }
    world = World(read["world"], read["networks"], read["cases"])
    trade = Trade(world)
    out.mkdir(parents=True, exist_ok=True)
    write(world, trade, out)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Make the demo case.")
    asked.add_argument("folder", nargs="?", type=Path, default=HERE, help="where (default: here)")
    make(asked.parse_args().folder)
