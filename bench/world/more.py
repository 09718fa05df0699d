"""The tables that a world has not: papers, payments, vessels, lists and licences, lawful by nature.

A world (`world.write`) is of parties, ports and shipments. Here the same trade gets what the other
investigations read: a copy of the world with more columns, and more tables beside it, sized with
it. Nothing is planted. Papers say what their shipment says; the buyer pays, or its bank or its own
group; a vessel calls where its cargo is loaded and landed; whoever trades under control or on a
list holds a licence. What a question finds all the same is what a random trade looks like, and no
truth is kept of it: this is to measure time by, never how well a question finds.

Like `world.write`, the same seed gives the same bytes, and a world's own files are only read.
"""

from __future__ import annotations

import csv
import heapq
import math
import shutil
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from world.parts import SAMPLE
from world.write import FIRST_DAY

CONTROLS = SAMPLE.parent / "reference" / "controls.csv"
KM_A_DAY = 700
"""What a ship makes: a shipment that would have to go faster has no vessel on record."""
AIR = ("847150", "854231", "847170", "851762")
"""Goods that bear a serial number."""


def more(world: Path, folder: Path, seed: int = 1) -> None:
    """Write the world of one folder into another, with all tables that there are."""
    folder.mkdir(parents=True, exist_ok=True)
    trade = Trade(world, np.random.default_rng([seed, 20]))
    for name in ("people", "directorships"):
        shutil.copyfile(world / f"{name}.csv", folder / f"{name}.csv")
    shutil.copyfile(CONTROLS, folder / "controls.csv")
    sailed = voyages(trade)
    tables = {
        "companies": companies(trade),
        "ports": trade.ports,
        "ownerships": ownerships(trade),
        "listings": listings(trade),
        "licences": licences(trade),
        "processing": processing(trade),
        "vessels": sailed.vessels(),
        "vessel_identities": sailed.identities(trade),
        "port_calls": sailed.calls(),
        "documents": documents(trade),
        "payments": payments(trade),
        "shipment_versions": versions(trade),
        "shipments": shipments(trade, sailed),
    }
    for name, table in tables.items():
        pa.csv.write_csv(table, folder / f"{name}.csv")


@dataclass
class Trade:
    """A world read back: its shipments as columns, and what is drawn for each of them once."""

    world: Path
    rng: np.random.Generator
    table: pa.Table = field(init=False)
    ports: pa.Table = field(init=False)
    firms: dict[str, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        self.table = _read(self.world / "shipments.csv")
        self.count = len(self.table)
        self.ids = self._texts("id")
        self.shipper, self.consignee = self._texts("shipper"), self._texts("consignee")
        self.consignee[self.consignee == "TO ORDER"] = ""
        self.hs = self._texts("hs")
        self.origin = self._texts("origin")
        self.load, self.discharge = self._texts("load_port"), self._texts("discharge_port")
        self.departed, self.arrived = self._days("departed"), self._days("arrived")
        self.weight = self.table["weight_kg"].cast(pa.float64()).fill_null(0).to_numpy()
        firms = _read(self.world / "companies.csv")
        self.firms = {name: _text(firms[name]) for name in firms.column_names}
        self._ports()
        self._drawn()

    def _texts(self, name: str) -> np.ndarray:
        return _text(self.table[name])

    def _days(self, name: str) -> np.ndarray:
        """Days from the first one of the world; -1 where none is recorded."""
        days = self._texts(name).astype("datetime64[D]")
        return np.where(np.isnat(days), -1, (days - FIRST_DAY).astype(int))

    def _ports(self) -> None:
        sample = tomllib.loads((SAMPLE / "world.toml").read_text("utf-8"))
        places = {one[0]: one for one in sample["ports"]}
        codes = _text(_read(self.world / "ports.csv")["code"])
        self.land = {code: places[code][2] for code in codes}
        self.place = {code: (float(places[code][3]), float(places[code][4])) for code in codes}
        self.ports = pa.table(
            {
                "code": codes,
                "name": [places[code][1] for code in codes],
                "country": [self.land[code] for code in codes],
                "lat": [self.place[code][0] for code in codes],
                "lon": [self.place[code][1] for code in codes],
            }
        )
        self.dollars = {one["hs"]: float(one["usd"]) for one in sample["goods"].values()}

    def _drawn(self) -> None:
        """Values within a tenth of a good's usual price, and who has which papers."""
        usual = np.array([self.dollars[hs] for hs in self.hs])
        spread = np.clip(self.rng.normal(1, 0.04, self.count), 0.9, 1.1)
        self.value = np.round(self.weight * usual * spread, 2)
        self.euros = self.some(0.3)
        self.both = self.some(0.1)
        """Declared on both sides: an export and an import declaration of one movement."""
        self.meant = self.some(0.1) & (self.consignee != "")
        """Their consignee is named as the end user."""

    def some(self, share: float) -> np.ndarray:
        return self.rng.random(self.count) < share

    def company(self, count: int) -> np.ndarray:
        """Companies, each once."""
        return self.rng.choice(self.firms["id"], count, replace=False)

    @property
    def lines(self) -> list[str]:
        return [f"LINE{n:04}" for n in range(20 + self.count // 5_000)]

    @property
    def banks(self) -> list[str]:
        return [f"BANK{n:04}" for n in range(5 + self.count // 20_000)]

    @property
    def listed(self) -> dict[str, int]:
        """One company in 500 → the day from which it is listed."""
        firms = self.firms["id"][97::500]
        return {str(firm): 30 + 53 * at % 600 for at, firm in enumerate(firms)}


# ---------------------------------------------------------------- parties


def companies(trade: Trade) -> pa.Table:
    """The world's companies; some with a mail address, some wound up when their trade was over;
    and carriers and banks."""
    own = trade.firms
    count = len(own["id"])
    last = dict.fromkeys(own["id"], -1)
    first: dict[str, int] = {}
    # The last row of a company in order of departure is its last trade.
    for at in np.argsort(trade.departed, kind="stable"):
        for firm in (trade.shipper[at], trade.consignee[at]):
            if firm in last:
                last[firm] = int(trade.departed[at])
                first.setdefault(firm, int(trade.departed[at]))
    incorporated = own["incorporated"].copy()
    dissolved = np.full(count, "", dtype=object)
    for at, firm in enumerate(own["id"]):
        if 0 <= last[firm] < 600 and trade.rng.random() < 0.1:
            dissolved[at] = _iso(last[firm] + int(trade.rng.integers(40, 120)))
        if first.get(firm, 0) > 200 and trade.rng.random() < 0.3:
            incorporated[at] = _iso(first[firm] - int(trade.rng.integers(40, 180)))
    mail = np.where(trade.rng.random(count) < 0.5, own["id"], "")
    agents = trade.rng.integers(0, max(count // 1000, 1), count)
    mail = np.where(
        trade.rng.random(count) < 0.02, np.char.add("agent", agents.astype(str)), mail.astype(str)
    )
    further = [(line, f"{line} Lines", "SG", "carrier") for line in trade.lines]
    further += [(bank, f"{bank} Bank", "CH", "bank") for bank in trade.banks]
    columns: dict[str, list[Any]] = {name: [*values] for name, values in own.items()}
    columns["incorporated"], columns["dissolved"] = [*incorporated], [*dissolved]
    columns["email"] = [f"office@{one.lower()}.example" if one else "" for one in mail]
    for id_, name, country, role in further:
        for column, values in columns.items():
            known = {"id": id_, "name": name, "country": country, "role": role}
            values.append(known.get(column, ""))
    return _table(columns)


def ownerships(trade: Trade) -> pa.Table:
    """Those of the world, groups of two levels, and small holdings of listed companies."""
    have = _read(trade.world / "ownerships.csv")
    rows = list(zip(*(have[name].to_pylist() for name in ("owner", "owned", "share")), strict=True))
    count = len(trade.firms["id"])
    free = [one for one in trade.company(count // 2) if one not in trade.listed]
    for at in range(0, len(free) - 6, 6):
        parent, *owned = free[at : at + 6]
        for number, one in enumerate(owned):
            above = parent if number < 3 else owned[0]
            rows.append((above, one, float(trade.rng.integers(50, 101))))
    for firm in trade.listed:
        for other in trade.rng.choice(free, 3, replace=False):
            rows.append((firm, str(other), float(trade.rng.integers(1, 20))))
    return _rows(("owner", "owned", "share"), rows)


def listings(trade: Trade) -> pa.Table:
    """One company in 500; a third of the listings ended before the trade of the world began."""
    rows = []
    for number, (firm, day) in enumerate(trade.listed.items()):
        kind = ("company", f"LIST {number % 4}", f"PROGRAM {number % 7}")
        ended = number % 3 == 0
        rows.append((firm, *kind[1:], kind[0], _iso(day - 900 * ended), "2022-12-31" * ended))
    return _rows(("entity", "list", "program", "kind", "from", "to"), rows)


def licences(trade: Trade) -> pa.Table:
    """Whoever sends a controlled good, or is listed, holds a licence; one in five has a limit."""
    controls = _read(CONTROLS)
    codes = {one[:6] for one in _text(controls["hs"]) if one}
    held: dict[tuple[str, str], float] = defaultdict(float)
    for at in np.flatnonzero(np.isin(trade.hs, list(codes))):
        if trade.shipper[at]:
            held[str(trade.shipper[at]), str(trade.hs[at])] += float(trade.weight[at])
    rows: list[Sequence[Any]] = []
    for number, ((firm, hs), kg) in enumerate(held.items()):
        most = round(20 * kg + 1e6, 1) if number % 5 == 0 else ""
        rows.append((f"LIC{number:07}", firm, hs, most, "2022-01-01", "2026-12-31"))
    rows += [(f"LIC-{firm}", firm, "", "", "2022-01-01", "2026-12-31") for firm in trade.listed]
    return _rows(("id", "holder", "hs", "quantity_kg", "from", "to"), rows)


def processing(trade: Trade) -> pa.Table:
    """The processors of the world, and the capacity of whoever sends goods of its own country."""
    have = _read(trade.world / "processing.csv")
    names = ("company", "hs_in", "hs_out")
    rows = [(*one, "") for one in zip(*(have[name].to_pylist() for name in names), strict=True)]
    made: dict[tuple[str, str], float] = defaultdict(float)
    land = dict(zip(trade.firms["id"], trade.firms["country"], strict=True))
    for at in range(trade.count):
        firm = str(trade.shipper[at])
        if firm and land.get(firm) == trade.origin[at]:
            made[firm, str(trade.hs[at])] += float(trade.weight[at])
    rows += [(firm, hs, hs, str(round(2 * kg + 1000))) for (firm, hs), kg in made.items()]
    return _rows((*names, "capacity_kg_year"), rows)


# ---------------------------------------------------------------- papers


def documents(trade: Trade) -> pa.Table:
    """Of a tenth of the shipments an invoice and a bill or packing list; they say the same."""
    some = np.flatnonzero(trade.some(0.1) & (trade.weight > 0))
    at = np.repeat(some, 2)
    second = np.arange(len(at)) % 2
    kinds = np.where(second == 0, "invoice", np.where(at % 2, "bill_of_lading", "packing_list"))
    priced = second == 0
    return _table(
        {
            "id": [f"D{n:07}" for n in range(len(at))],
            "shipment": trade.ids[at],
            "kind": kinds,
            "number": [f"N{n:07}" for n in range(len(at))],
            "issued": _isos(np.where(trade.departed[at] > 2, trade.departed[at] - 2, -1)),
            "shipper": trade.shipper[at],
            "consignee": trade.consignee[at],
            "hs": trade.hs[at],
            "origin": trade.origin[at],
            "weight_kg": trade.weight[at],
            "value": [f"{v}" if p else "" for v, p in zip(trade.value[at], priced, strict=True)],
            "currency": np.where(priced, np.where(trade.euros[at], "EUR", "USD"), ""),
        }
    )


def payments(trade: Trade) -> pa.Table:
    """For a third of the shipments: the consignee pays the shipper, or a bank pays for it."""
    at = np.flatnonzero(trade.some(1 / 3) & (trade.shipper != "") & (trade.consignee != ""))
    bank = trade.rng.random(len(at)) < 0.05
    which = trade.rng.choice(trade.banks, len(at))
    day = trade.departed[at] + trade.rng.integers(0, 60, len(at))
    return _table(
        {
            "id": [f"P{n:07}" for n in range(len(at))],
            "payer": np.where(bank, which, trade.consignee[at]),
            "payee": trade.shipper[at],
            "shipment": trade.ids[at],
            "amount": trade.value[at],
            "currency": np.where(trade.euros[at], "EUR", "USD"),
            "paid": _isos(np.where(trade.departed[at] < 0, -1, day)),
        }
    )


def versions(trade: Trade) -> pa.Table:
    """An earlier filing of one shipment in twenty; one in ten of them named another receiver, and
    was set right weeks before departure."""
    at = np.flatnonzero(trade.some(0.05) & (trade.departed > 60))
    early = trade.rng.random(len(at)) < 0.1
    other = trade.rng.choice(trade.firms["id"], len(at))
    told = np.where(early & (trade.consignee[at] != ""), other, trade.consignee[at])
    filed = trade.departed[at] - np.where(early, 30, trade.rng.integers(1, 6, len(at)))
    again = np.flatnonzero(early)
    names = {
        "shipment": np.concatenate([trade.ids[at], trade.ids[at][again]]),
        "filed": _isos(np.concatenate([filed, filed[again] + 10])),
        "consignee": np.concatenate([told, trade.consignee[at][again]]),
        "hs": np.concatenate([trade.hs[at], trade.hs[at][again]]),
        "weight_kg": np.concatenate([trade.weight[at], trade.weight[at][again]]),
    }
    return _table(names)


# ---------------------------------------------------------------- vessels


@dataclass
class Sailings:
    """Which vessel carried which shipment, and where each vessel called."""

    carried: np.ndarray
    """A vessel's number for each shipment, -1 for none."""
    stays: list[list[tuple[str, int, int]]]
    """For each vessel, in order: port, day of arrival, day of departure."""

    def imo(self, number: int) -> str:
        six = f"{900_000 + number % 99_999}"
        return six + str(sum(int(d) * w for d, w in zip(six, range(7, 1, -1), strict=True)) % 10)

    def vessels(self) -> pa.Table:
        every = range(len(self.stays))
        return _table(
            {
                "imo": [self.imo(n) for n in every],
                "name": [f"Northern {n:05}" for n in every],
                "flag": [("PA", "LR", "MH", "SG", "MT")[n % 5] for n in every],
                "mmsi": [f"{351_000_000 + n}" for n in every],
            }
        )

    def identities(self, trade: Trade) -> pa.Table:
        """The name and flag of each; one in twenty was sold and renamed, once, years before."""
        rows: list[Sequence[str]] = []
        for n in range(len(self.stays)):
            imo, flag = self.imo(n), ("PA", "LR", "MH", "SG", "MT")[n % 5]
            sold = trade.rng.random() < 0.05
            if sold:
                rows.append((imo, "name", f"Southern {n:05}", "2012-01-01", "2018-06-30"))
            begun = "2018-07-01" if sold else "2012-01-01"
            rows.append((imo, "name", f"Northern {n:05}", begun, ""))
            rows.append((imo, "flag", flag, "2012-01-01", ""))
            rows.append((imo, "mmsi", f"{351_000_000 + n}", "2012-01-01", ""))
        return _rows(("vessel", "field", "value", "from", "to"), rows)

    def calls(self) -> pa.Table:
        rows = [
            (self.imo(n), port, _iso(came), _iso(left))
            for n, stays in enumerate(self.stays)
            for port, came, left in stays
        ]
        return _rows(("vessel", "port", "arrived", "departed"), rows)


def voyages(trade: Trade) -> Sailings:
    """Vessels that go from port to port, and call at a third where it lies on the way.

    A shipment goes with the vessel that leaves on its day and comes in on its day; else with the
    one that has lain longest in any port, if it can come over; else with a new one.
    """
    carried = np.full(trade.count, -1)
    stays: list[list[tuple[str, int, int]]] = []
    idle: list[tuple[int, int, str]] = []
    """A heap of vessels without cargo: since when, which, where."""
    bound: dict[tuple[str, str, int, int], int] = {}
    far = _apart(trade)
    ways = _on_the_way(far)
    known = (trade.departed >= 0) & (trade.arrived > trade.departed)
    known &= (trade.load != "") & (trade.discharge != "") & (trade.load != trade.discharge)
    for at in np.flatnonzero(known)[np.argsort(trade.departed[known], kind="stable")]:
        a, b = str(trade.load[at]), str(trade.discharge[at])
        left, came = int(trade.departed[at]), int(trade.arrived[at])
        if far[a, b] > KM_A_DAY * (came - left):
            continue
        vessel = bound.get((a, b, left, came), -1)
        if vessel < 0:
            if idle and far[idle[0][2], a] <= KM_A_DAY * (left - 2 - idle[0][0]):
                _, vessel, _ = heapq.heappop(idle)
            else:
                vessel = len(stays)
                stays.append([])
            stays[vessel].append((a, left - 1, left))
            between = ways[a, b]
            if between and came - left >= 10:
                middle = left + (came - left) // 2
                stays[vessel].append((between[vessel % len(between)], middle, middle + 1))
            bound[a, b, left, came] = vessel
            heapq.heappush(idle, (came + 1, vessel, b))
            stays[vessel].append((b, came, came + 1))
        carried[at] = vessel
    return Sailings(carried, [_joined(one) for one in stays])


def _joined(stays: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """A vessel that waits where it came in has one stay there."""
    whole: list[tuple[str, int, int]] = []
    for port, came, left in stays:
        if whole and whole[-1][0] == port:
            whole[-1] = (port, whole[-1][1], left)
        else:
            whole.append((port, came, left))
    return whole


def _apart(trade: Trade) -> dict[tuple[str, str], float]:
    places = trade.place.items()
    return {(a, b): _km(here, there) for a, here in places for b, there in places}


def _on_the_way(far: dict[tuple[str, str], float]) -> dict[tuple[str, str], list[str]]:
    """For two ports, those between that lengthen the way by a fifth at most."""
    codes = dict.fromkeys(a for a, _ in far)
    return {
        (a, b): [
            code
            for code in codes
            if min(far[a, code], far[code, b]) > 0.2 * direct > 0
            and far[a, code] + far[code, b] <= 1.2 * direct
        ][:4]
        for (a, b), direct in far.items()
    }


def _km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great circle between two places in degrees."""
    (north, east), (norther, easter) = (map(math.radians, one) for one in (a, b))
    cosine = math.sin(north) * math.sin(norther)
    cosine += math.cos(north) * math.cos(norther) * math.cos(east - easter)
    return 6371 * math.acos(max(-1.0, min(1.0, cosine)))


# ---------------------------------------------------------------- shipments


def containers(trade: Trade) -> np.ndarray:
    """The world draws its containers; here one comes back after all others have left, which is long
    after it has arrived. One number in a hundred stays as drawn, and may be anywhere."""
    box = _text(trade.table["container"])
    rides = np.flatnonzero(box != "")
    pool = np.unique(box[rides].astype(str))
    in_turn = rides[np.argsort(trade.departed[rides], kind="stable")]
    given = box.copy()
    given[in_turn] = pool[np.arange(len(rides)) % max(len(pool), 1)]
    given[rides[::100]] = box[rides[::100]]
    return given


def shipments(trade: Trade, sailed: Sailings) -> pa.Table:
    """The world's shipments with more columns, and the second declaration of one in ten."""
    imos = np.array([sailed.imo(n) for n in range(len(sailed.stays))] or [""], dtype=object)
    licensed = np.isin(trade.shipper, list(trade.listed)) | np.isin(
        trade.consignee, list(trade.listed)
    )
    holder = np.where(np.isin(trade.shipper, list(trade.listed)), trade.shipper, trade.consignee)
    line = trade.rng.choice(trade.lines, trade.count)
    serial = np.isin(trade.hs, AIR) & trade.some(0.2)
    every = {name: _text(trade.table[name]) for name in trade.table.column_names}
    every |= {
        "container": containers(trade),
        "record": np.where(trade.both, "export_declaration", "bill_of_lading"),
        "movement": np.where(trade.both, np.char.add("M", trade.ids.astype(str)), ""),
        "declared": _isos(np.where(trade.departed > 3, trade.departed - 2, -1)),
        "dispatch": [trade.land.get(code, "") for code in trade.load],
        "destination": [trade.land.get(code, "") for code in trade.discharge],
        "gross_kg": np.round(trade.weight * 1.06, 1),
        "value": trade.value,
        "currency": np.where(trade.euros, "EUR", "USD"),
        "value_usd": np.round(trade.value * np.where(trade.euros, 1.08, 1.0), 2),
        "carrier": np.where(trade.some(0.6), line, ""),
        "end_user": np.where(trade.meant, trade.consignee, ""),
        "vessel": np.where(sailed.carried < 0, "", imos[np.maximum(sailed.carried, 0)]),
        "bill": np.where(trade.both, "", np.char.add("BL-", trade.ids.astype(str))),
        "serial": np.where(serial, np.char.add("SN-", trade.ids.astype(str)), ""),
        "licence": np.where(licensed, np.char.add("LIC-", holder.astype(str)), ""),
    }
    # No weight on record is no value either.
    for name in ("gross_kg", "value", "value_usd"):
        told = np.char.mod("%.2f", np.asarray(every[name], float))
        every[name] = np.where(trade.weight > 0, told, "")
    second = np.flatnonzero(trade.both)
    again = {name: np.asarray(values, dtype=object)[second] for name, values in every.items()}
    again["id"] = np.array([f"{one}-I" for one in again["id"]], dtype=object)
    again["record"] = np.full(len(second), "import_declaration", dtype=object)
    return _table(
        {
            name: np.concatenate([np.asarray(values, dtype=object), again[name]])
            for name, values in every.items()
        }
    )


# ---------------------------------------------------------------- reading and writing


def _read(path: Path) -> pa.Table:
    """A table as text: codes keep their zeros, and numbers their signs."""
    with path.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    texts = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True
    )
    return pa.csv.read_csv(path, convert_options=texts)


def _text(column: pa.ChunkedArray) -> np.ndarray:
    """A column as texts, empty where there is none."""
    return column.cast(pa.string()).fill_null("").to_numpy(zero_copy_only=False)


def _table(columns: dict[str, Any]) -> pa.Table:
    return pa.table({name: pa.array(_plain(values)) for name, values in columns.items()})


def _plain(values: Any) -> list[str]:
    """Texts, whatever they are; nothing stands as an empty cell."""
    return ["" if one is None else str(one) for one in values]


def _rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    turned = list(zip(*rows, strict=True)) or [()] * len(names)
    return _table(dict(zip(names, turned, strict=True)))


def _iso(day: int) -> str:
    return str(FIRST_DAY + np.timedelta64(int(day), "D"))


def _isos(days: np.ndarray) -> np.ndarray:
    told = (FIRST_DAY + days.astype("timedelta64[D]")).astype(str)
    return np.where(days < 0, "", told)
