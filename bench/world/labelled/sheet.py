"""The tables of a labelled world in the making, and the truth about each case in them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stdnum import imo as imo_number
from world.parts import DAYS, SAMPLE

FIRST = dt.date(2023, 1, 1)
PLANTED, NEAR, ALIKE = KINDS = ("planted", "near", "alike")
KEYS = {"shipments": "Shipment", "companies": "Company", "people": "Person", "vessels": "Vessel"}

Row = dict[str, Any]


def day(number: float) -> str:
    return (FIRST + dt.timedelta(int(number))).isoformat()


def number_of(text: str) -> int:
    return (dt.date.fromisoformat(text) - FIRST).days


@dataclass
class Case:
    """One planted network, near miss or look-alike: `core` is what a finding must name, `wide` all
    that was written for it, by which findings of other investigations are told to be of it."""

    core: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)

    def shipments(self, *ids: str) -> None:
        self.core += [f"Shipment:{one}" for one in ids]

    def companies(self, *ids: str) -> None:
        self.core += [f"Company:{one}" for one in ids]

    def vessels(self, *ids: str) -> None:
        self.core += [f"Vessel:{one}" for one in ids]


class Sheet:
    """All tables as rows, and what is true of them. `hard` puts amounts and days near the
    thresholds, parties into other columns, and leaves cells empty."""

    def __init__(self, folder: Path, seed: int, each: int, hard: bool) -> None:
        self.rng = random.Random(f"{seed} {hard}")
        self.hard, self.each = hard, each
        self.tables: dict[str, list[Row]] = defaultdict(list)
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                self.tables[path.stem] = list(csv.DictReader(file))
        self.base = list(self.tables["shipments"])
        self.cases: dict[str, dict[str, list[Case]]] = {}
        self.open: Case | None = None
        told = tomllib.loads((SAMPLE / "world.toml").read_text("utf-8"))
        self.usd = {one["hs"]: float(one["usd"]) for one in told["goods"].values()}
        self.range = {one["hs"]: one["kg"] for one in told["goods"].values()}
        self.words = {one["hs"]: one["words"][0] for one in told["goods"].values()}
        self.place = {one[0]: (float(one[3]), float(one[4])) for one in told["ports"]}
        self.port_country = {one["code"]: one["country"] for one in self.tables["ports"]}
        self.ports: dict[str, list[str]] = defaultdict(list)
        for code, country in self.port_country.items():
            self.ports[country].append(code)
        self.country = {one["id"]: one["country"] for one in self.tables["companies"]}
        self.hubs = [one["id"] for one in self.tables["companies"] if one["role"] == "forwarder"]
        busy: dict[str, int] = defaultdict(int)
        for one in self.base:
            busy[one["shipper"]] += 1
            busy[one["consignee"]] += 1
        hubs = set(self.hubs)
        self.firms = [
            one
            for one in self.country
            if one not in hubs and 0 < busy[one] <= 2 * len(self.base) / 500
        ]
        self.made = 0
        self.codes = iter(
            f"{heading}{end}"
            for heading in (*range(2902, 2943), *range(2804, 2849), *range(8102, 8113))
            for end in ("10", "20", "30", "41", "50", "60", "70", "80", "91")
            if f"{heading}{end}" not in self.usd
        )

    # ------------------------------------------------------------ choosing

    def pick(self, easy: tuple[float, float], hard: tuple[float, float]) -> float:
        """A number of the span of the difficulty."""
        return self.rng.uniform(*(hard if self.hard else easy))

    def whole(self, easy: tuple[int, int], hard: tuple[int, int]) -> int:
        return self.rng.randint(*(hard if self.hard else easy))

    def firm(self, *, but: str = "") -> str:
        """A small firm of the base world, outside a country."""
        while True:
            one = self.rng.choice(self.firms)
            if self.country[one] != but:
                return one

    def hub(self) -> str:
        """A forwarder: the first ones have most of the trade."""
        return self.hubs[int(len(self.hubs) * self.rng.random() ** 2)]

    def land(self, *but: str) -> str:
        return self.rng.choice([one for one in sorted(self.ports) if one not in but])

    def code(self) -> str:
        """An HS code that nothing else uses."""
        return next(self.codes)

    # ------------------------------------------------------------ writing

    def add(self, table: str, **cells: Any) -> Row:
        self.tables[table].append(cells)
        if self.open and table in KEYS:
            self.open.wide.append(f"{KEYS[table]}:{cells.get('id') or cells.get('imo')}")
        return cells

    def next(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}{900_000 + self.made}"

    def company(self, country: str = "", **cells: Any) -> str:
        id_ = self.next("C")
        self.country[id_] = country = country or self.land()
        syllables = ("Ar", "Bel", "Cor", "Dan", "Esk", "Fir", "Gol", "Hav", "Ist", "Jun", "Kol")
        rest, name = self.made, ""
        for _ in range(4):
            name, rest = name + syllables[rest % len(syllables)].lower(), rest // len(syllables)
        if "incorporated" not in cells:
            cells["incorporated"] = day(-self.rng.randint(400, 6000))
        given: Row = {
            "id": id_,
            "name": f"{name.capitalize()} {self.made} Ltd.",
            "country": country,
            "role": "trader",
            "address": f"{self.made} Quay Street, {self.ports[country][0]}",
            "phone": f"+9{10_000_000 + self.made}",
            "registration": f"{country}-9{self.made:06}",
        }
        self.add("companies", **{**given, **cells})
        return id_

    def person(self) -> str:
        id_ = self.next("P")
        self.add("people", id=id_, name=f"Person {id_}")
        return id_

    def ship(
        self, a: str, b: str, hs: str, left: float, kg: float, plain: bool = False, **cells: Any
    ) -> str:
        """A shipment; `plain` leaves its parties and days as they are also where it is hard."""
        rng, id_ = self.rng, self.next("S1")
        load = cells.pop("load", None) or rng.choice(
            self.ports[cells.pop("out_of", None) or self.country[a]]
        )
        into = cells.pop("discharge", None) or rng.choice(
            self.ports[cells.pop("into", None) or self.country[b]]
        )
        took = cells.pop("took", None) or 4 + (sum(map(ord, load + into)) % 21) + rng.randint(0, 3)
        price = cells.pop("price", None) or self.usd.get(hs[:6], 12.0) * rng.lognormvariate(0, 0.12)
        row: Row = {
            "id": id_,
            "hs": hs,
            "description": self.words.get(hs[:6], "Goods of " + hs[:6]),
            "origin": self.port_country[load],
            "departed": day(left),
            "arrived": day(int(left) + took),
            "weight_kg": round(kg, 1),
            "value_usd": round(kg * price, 2),
            "load_port": load,
            "discharge_port": into,
            "dispatch": self.port_country[load],
            "destination": self.port_country[into],
            "shipper": a,
            "consignee": b,
        }
        if self.hard:
            row["forwarder"] = self.hub()
            draw = rng.random()
            if not plain and draw < 0.25:
                row |= {"exporter": a, "importer": b, "consignee": self.hub()}
            elif not plain and draw < 0.45:
                row |= {"seller": a, "buyer": b, "shipper": None, "consignee": None}
            draw = rng.random()
            if draw < 0.3:
                row |= {"dispatch": None, "destination": None}
            elif draw < 0.5 and "vessel" not in cells:  # a voyage is known by its ports
                row |= {"load_port": None, "discharge_port": None}
            if rng.random() < 0.15:
                row["description"] = None
        self.add("shipments", **{**row, **cells})
        return id_

    def traffic(
        self, company: str, count: int, hs: str = "", span: tuple[int, int] = (0, 720)
    ) -> None:
        """Lawful trade of a company with firms of the base world."""
        for at in range(count):
            good = hs or self.rng.choice(sorted(self.usd))
            ends = (company, self.firm()) if at % 2 else (self.firm(), company)
            self.ship(*ends, good, self.rng.randint(*span), self.kg(good), plain=True)

    def kg(self, hs: str) -> float:
        """The weight of a usual consignment."""
        low, high = self.range.get(hs[:6], (500, 20_000))
        return round(float(low * (high / low) ** self.rng.random()))

    def vessel(self, **cells: Any) -> str:
        self.made += 1
        bare = f"{900_000 + self.made:06}"
        id_ = bare + imo_number.calc_check_digit(bare)
        self.add(
            "vessels",
            **{
                "imo": id_,
                "name": f"Merle {self.made}",
                "flag": "PA",
                "mmsi": f"3519{self.made:05}",
            }
            | cells,
        )
        return id_

    def call(self, vessel: str, port: str, arrived: float, departed: float) -> None:
        self.add(
            "port_calls", vessel=vessel, port=port, arrived=day(arrived), departed=day(departed)
        )

    # ------------------------------------------------------------ the truth

    def each_case(self, command: str) -> Iterator[tuple[str, int, Case]]:
        """All cases of an investigation, one after the other: kind, number, and the case."""
        for kind in KINDS:
            for number in range(self.each):
                with self.case(command, kind) as case:
                    yield kind, number, case

    @contextmanager
    def case(self, command: str, kind: str) -> Iterator[Case]:
        self.open = case = Case()
        yield case
        self.open = None
        self.cases.setdefault(command, {one: [] for one in KINDS})[kind].append(case)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is written here is no part of the case."""
        held, self.open = self.open, None
        yield
        self.open = held

    def write(self, folder: Path) -> None:
        """All tables as csv, and `truth.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        for table, rows in self.tables.items():
            columns = list(dict.fromkeys(name for row in rows for name in row))
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                out = csv.DictWriter(file, columns, lineterminator="\n")
                out.writeheader()
                out.writerows(rows)
        truth = {
            command: {
                kind: [{"core": one.core, "wide": one.wide} for one in listed]
                for kind, listed in kinds.items()
            }
            for command, kinds in self.cases.items()
        }
        (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


LAST = DAYS - 1
