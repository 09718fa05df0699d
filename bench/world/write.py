"""Writes a world: the tables as csv, and `truth.json` beside them."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from stdnum import iso6346
from world.boards import boards
from world.networks import plant
from world.parts import (
    EXPORT,
    FORWARDERS,
    GIVEN,
    KINDS,
    ORDINARY,
    PLAIN,
    PROCEDURES,
    TO_ORDER,
    Rows,
    World,
    joined,
)
from world.trade import background

FIRST_DAY = np.datetime64("2023-01-01")
SYLLABLES = {
    "latin": ("Bren", "Dol", "Kes", "Mar", "Nor", "Pel", "Quo", "Ras", "Tir", "Vel", "Wes", "Zan"),
    "chinese": tuple("岚湘衢荔漪沅泓栖溱澜鹭砾筠檀珩"),
    "cyrillic": ("Вос", "Гор", "Дал", "Кам", "Лен", "Мор", "Нев", "Оль", "Рат", "Сев", "Тих", "Юг"),
}


def make(
    folder: Path,
    seed: int,
    shipments: int,
    planted: int,
    hard: bool,
    *,
    harder: bool = False,
    blinded: bool = False,
) -> World:
    """Make a world and write it: the same seed gives the same bytes, and blinded the same trade."""
    world = World(seed, shipments, hard, harder, blinded)
    background(world)
    plant(world, planted)
    boards(world, planted)
    folder.mkdir(parents=True, exist_ok=True)
    every = _shuffled(world)
    ids = _shipments(world, every, folder / "shipments.csv")
    _companies(world, folder)
    truth: dict[str, Any] = {
        command: {
            kind: [_named(world, command, one, ids) for one in listed]
            for kind, listed in kinds.items()
        }
        for command, kinds in world.truth.items()
    }
    if world.harder:
        for command, made_of in world.made_of.items():
            truth[command]["ingredients"] = made_of["planted"]
            truth[command]["kinds"] = made_of["lawful"]
        truth["background"] = {
            name: [f"S{at:07}" for at in np.flatnonzero(every["kind"] == kind)]
            for kind, name in enumerate(KINDS)
            if kind != ORDINARY
        }
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return world


def _named(world: World, command: str, one: Sequence[int], ids: dict[int, str]) -> list[str]:
    if command == "find-shared-directors":
        return [company_id(company) for company in one]
    return [ids[tag] for tag in one]


def company_id(number: int) -> str:
    return f"C{number:06}"


def _shuffled(world: World) -> Rows:
    """All shipments in an order that tells nothing."""
    every = joined(world.blocks)
    count = len(every["good"])
    order = world.rng.permutation(count)
    every = {name: values[order] for name, values in every.items()}
    if world.hard:
        slip = world.rng.integers(-1, 2, count)
        slip = np.where(every["tag"] >= 0, np.minimum(slip, 0), slip)  # nothing leaves too early
        every["arrived"] = np.where(every["arrived"] >= 0, every["arrived"] + slip, -1)
    return every


def _shipments(world: World, every: Rows, path: Path) -> dict[int, str]:
    """Write all shipments; gives the ids of the planted ones."""
    count = len(every["good"])
    companies = _names(company_id(n) for n in range(world.companies + len(world.second)))
    words = [word for listed in world.goods.words for word in listed]
    first_word = np.cumsum([0, *(len(listed) for listed in world.goods.words)])[:-1]
    described = first_word[every["good"]] + every["word"]
    procedure = every["procedure"]
    if world.blinded:  # one neutral word or none
        some = np.arange(count) % 2
        words, described = ["goods"], some - 1
        procedure = np.where(procedure > EXPORT, some * EXPORT, procedure)
    boxes = _names(_box(n) for n in range(int(every["container"].max()) + 1))
    consignee = _taken(companies, every["consignee"])
    consignee = pa.compute.if_else(
        pa.array(every["consignee"] == TO_ORDER), pa.scalar("TO ORDER"), consignee
    )
    table = pa.table(
        {
            "id": _numbered("S", np.arange(count)),
            "shipper": _taken(companies, every["shipper"]),
            "consignee": consignee,
            "notify": _taken(companies, every["notify"]),
            "hs": _taken(_names(world.goods.hs), every["good"]),
            "description": _taken(_names(words), described),
            "origin": _taken(_names(world.countries), every["origin"]),
            "procedure": _taken(
                _names(name.replace("_", "_") for name in PROCEDURES),
                np.where(procedure == PLAIN, -1, procedure),
            ),
            "departed": _day(every["departed"]),
            "arrived": _day(every["arrived"]),
            "weight_kg": pa.array(every["weight"], mask=np.isnan(every["weight"])),
            "load_port": _taken(_names(world.ports), every["load"]),
            "discharge_port": _taken(_names(world.ports), every["discharge"]),
            "container": _taken(boxes, every["container"]),
            "seal": _numbered("X", every["seal"]),
            "lot": _numbered("LOT-", every["lot"]),
        }
    )
    pa.csv.write_csv(table, path)
    tagged = np.flatnonzero(every["tag"] >= 0)
    return {int(every["tag"][at]): f"S{at:07}" for at in tagged}


def _names(texts: Iterable[str]) -> pa.Array:
    return pa.array(list(texts), pa.string())


def _taken(names: pa.Array, at: np.ndarray) -> pa.Array:
    return names.take(pa.array(at, pa.int64(), mask=at < 0))


def _numbered(prefix: str, numbers: np.ndarray) -> pa.Array:
    texts = np.char.add(prefix, np.char.zfill(numbers.astype(str), 7))
    return pa.array(texts, pa.string(), mask=numbers < 0)


def _day(days: np.ndarray) -> pa.Array:
    return pa.array(FIRST_DAY + days.astype("timedelta64[D]"), pa.date32(), mask=days < 0)


def _box(number: int) -> str:
    bare = f"XQZU{number % 1_000_000:06}"
    return bare + iso6346.calc_check_digit(bare)


def _companies(world: World, folder: Path) -> None:
    rng = world.rng
    total = world.companies
    scripts = rng.choice(("latin", "chinese", "cyrillic"), total, p=(0.6, 0.3, 0.1))
    begun = rng.integers(0, 9000, total)
    phones = rng.integers(10_000_000, 99_999_999, total)
    with (folder / "companies.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(
            ["id", "name", "country", "incorporated", "role", "address", "phone", "registration"]
        )
        for n in range(total + len(world.second)):
            first = n if n < total else world.second[n - total]
            name = _name(str(scripts[first]), first)
            registered = f"{world.countries[world.country[first]]}-{100_000 + first}"
            phone = f"+{phones[first]}"
            if n >= total:  # a second record keeps one of the two things that tell
                name = name[:-2] + name[-1:]
                if n % 2:
                    registered = ""
                else:
                    phone = ""
            out.writerow(
                [
                    company_id(n),
                    name,
                    world.countries[world.country[first]],
                    dt.date(1998, 1, 1) + dt.timedelta(int(begun[first])),
                    "forwarder" if first < FORWARDERS else "trader",
                    f"{first % 700 + 1} Harbour Road, {world.ports[world.port[first]]}",
                    phone,
                    registered,
                ]
            )
    _csv(
        folder / "processing.csv",
        ("company", "hs_in", "hs_out"),
        [(company_id(c), world.goods.hs[a], world.goods.hs[b]) for c, a, b in world.processing],
    )
    _csv(
        folder / "directorships.csv",
        ("director", "company", "role"),
        [(person, company_id(company), "director") for person, company in world.seats],
    )
    _csv(
        folder / "people.csv",
        ("id", "name"),
        _people(world),
    )
    _csv(
        folder / "ownerships.csv",
        ("owner", "owned", "share"),
        [(company_id(a), company_id(b), share) for a, b, share in world.owned]
        + [(person, company_id(b), share) for person, b, share in world.held],
    )
    _csv(
        folder / "ports.csv",
        ("code", "name", "country"),
        [
            (code, code, world.countries[world.port_country[at]])
            for at, code in enumerate(world.ports)
        ],
    )


def _people(world: World) -> list[tuple[str, str]]:
    ids = sorted({person for person, _ in world.seats})
    if not world.harder:
        return [(one, f"Person {one}") for one in ids]
    return [
        (one, f"{world.rng.choice(GIVEN)} {world.surnames.get(one) or world.surname()}")
        for one in ids
    ]


def _name(script: str, number: int) -> str:
    syllables = SYLLABLES[script]
    parts, rest = [], number
    for _ in range(4):
        parts.append(syllables[rest % len(syllables)])
        rest //= len(syllables)
    joined_up = "".join(parts)
    return {
        "latin": f"{joined_up.capitalize()} Trading Ltd.",
        "chinese": f"{joined_up}贸易有限公司",
        "cyrillic": f"ООО «{joined_up.capitalize()}»",
    }[script]


def _csv(path: Path, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows(lines)
