"""Makes the demo case: lawful trade from world.toml, with what networks.toml hides in it.

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
        "# Every company and person is invented. Made by the script: change networks.toml instead.",
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
            lines += [f"    {key}: [{', '.join(ids)}]" for key, ids in lists.items() if ids]
    return "\n".join(lines) + "\n"


def write(world: World, trade: Trade, out: Path) -> None:
    tables = world.networks["tables"]
    parties = sorted(world.companies.values(), key=lambda one: one.id)
    columns = "id name country incorporated role industry address phone email"
    write_table(
        out / "companies.csv",
        [*columns.split(), "registration"],
        ([c.id, c.name, c.country, c.since, c.role, c.industry, c.address, c.phone,
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
    owned = [[world.party(a), world.party(b), *rest] for a, b, *rest in tables["ownerships"]]
    owned += [[world.companies[line], imo, "100", "", ""] for line, imo in world.fleet]
    write_table(out / "ownerships.csv", ["owner", "owned", "share", "from", "to"], owned)
    made = [[world.companies[one], *rest] for one, *rest in tables["processing"]]
    columns = "company hs_in hs_out capacity_kg_year from to"
    write_table(out / "processing.csv", columns.split(), made)
    may = [[key, world.companies[holder], regime, hs, to, world.companies[user], *rest]
           for key, holder, regime, hs, to, user, *rest in tables["licences"]]  # fmt: skip
    columns = "id holder regime hs destination end_user quantity_kg from to"
    write_table(out / "licences.csv", columns.split(), may)
    calls = sorted(
        [vessel, port, day, min(left, day + timedelta(1))]
        for (vessel, port, day), left in trade.calls.items()
    )
    write_table(out / "port_calls.csv", ["vessel", "port", "arrived", "departed"], calls)
    (out / "truth.yaml").write_text(truth(trade.found), encoding="utf-8", newline="\n")


def make(out: Path) -> None:
    """Write the tables and truth.yaml into the folder `out`."""
    read = {
        name: tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("world", "networks")
    }
    world = World(read["world"], read["networks"])
    trade = Trade(world)
    out.mkdir(parents=True, exist_ok=True)
    write(world, trade, out)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Make the demo case.")
    asked.add_argument("folder", nargs="?", type=Path, default=HERE, help="where (default: here)")
    make(asked.parse_args().folder)
