"""The trade of the demo case: what is planted, what looks like it, and the lawful rest."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any, ClassVar

from world import FIRST, LAST, ZONE, Company, Sailing, World

ROWS = 1840
"""Rows to stop inventing trade at; second records and second lines bring some 120 more."""
HAND_OVER = 45
"""Days within which the linker hands goods on: a planted chain that waits longer is a mistake."""
USD = {"USD": 1, "EUR": 1.08, "CNY": 0.14, "HKD": 0.128, "JPY": 0.0067, "GBP": 1.26, "SGD": 0.74}


@dataclass
class Shipment:
    """One row of shipments.csv; the parties are ids once the row is written."""

    id: str = ""
    record: str = ""
    procedure: str = ""
    movement: str = ""
    line: str = ""
    shipper: Any = ""
    consignee: Any = ""
    notify: Any = ""
    exporter: Any = ""
    importer: Any = ""
    forwarder: Any = ""
    carrier: Any = ""
    end_user: Any = ""
    hs: str = ""
    description: str = ""
    origin: str = ""
    dispatch: str = ""
    destination: str = ""
    declared: Any = ""
    departed: Any = ""
    arrived: Any = ""
    weight_kg: Any = ""
    gross_kg: Any = ""
    quantity: Any = ""
    unit: str = ""
    value: Any = ""
    currency: str = ""
    incoterm: str = ""
    value_usd: Any = ""
    load_port: str = ""
    discharge_port: str = ""
    vessel: str = ""
    container: str = ""
    seal: str = ""
    lot: str = ""
    serial: str = ""
    bill: str = ""
    master_bill: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Found:
    """One entry of truth.yaml: what an investigation should find, or leave alone."""

    planted: bool
    entry: dict[str, Any]
    companies: list[Company]
    shipments: list[Shipment] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)
    vessels: list[str] = field(default_factory=list)


def container_number(serial: int) -> str:
    """A number of the invented owner XQZ with its ISO 6346 check digit, "" for a forbidden one."""
    text = f"XQZU{serial:06d}"
    letters = [n for n in range(10, 39) if n % 11]  # ISO 6346 leaves out the multiples of 11
    values = [int(c) if c.isdigit() else letters[ord(c) - ord("A")] for c in text]
    check = sum(v * 2**n for n, v in enumerate(values)) % 11
    return "" if check == 10 else text + str(check)


class Trade:
    """The shipments of a world, and which of them are there to be found or left alone."""

    TABLES: ClassVar[dict[str, str]] = {
        "documents": "id shipment kind number issued shipper consignee end_user hs origin"
        " destination weight_kg value currency incoterm",
        "payments": "id payer payee shipment amount currency paid",
        "shipment_versions": "shipment filed consignee end_user destination",
        "listings": "entity list program from to",
        "vessel_identities": "vessel field value from to",
        "ownerships": "owner owned share from to",
        "processing": "company hs_in hs_out capacity_kg_year from to",
        "licences": "id holder regime hs destination end_user quantity_kg from to",
        "port_calls": "vessel port arrived departed",
    }
    """Tables that a case may add rows to, with their columns."""

    def __init__(self, world: World) -> None:
        self.world, self.networks, self.dice = world, world.networks, world.dice
        self.companies, self.goods = world.companies, world.goods
        self.shipments: list[Shipment] = []
        self.found = [
            Found(
                board.entry.get("planted", False),
                {"command": "find-shared-directors", **board.entry},
                board.companies,
                people=board.people,
            )
            for board in world.boards
        ]
        self.calls: dict[tuple[str, str, date], date] = {}
        self.fixed: list[Shipment] = []  # rows of cases.toml, which stay as they are written
        self.labels: dict[str, Shipment] = {}
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.lots = 0
        self.background = world.background()
        self.build_chains()
        self.build_lanes()
        self.build_makers()
        self.build_cover()
        self.build_trade()
        self.build_cases()
        self.finish()

    def ship(
        self, sender: Company, receiver: Company, sailing: Sailing, kg: int, **cells: Any
    ) -> Shipment:
        """One row with what every row has; `usd` and `piece` are a kilogram's price and a piece."""
        usd, piece = cells.pop("usd"), cells.pop("piece", 0)
        row = Shipment(shipper=sender, consignee=receiver, weight_kg=kg, **cells)
        row.departed, row.arrived = sailing.departed, sailing.arrived
        row.vessel = row.vessel or sailing.vessel
        row.gross_kg = int(kg * self.dice.between(1.02, 1.08))
        row.quantity, row.unit = (max(1, int(kg / piece)), "PCE") if piece else (kg, "KGM")
        row.dispatch = row.dispatch or row.load_port[:2] or sender.country
        row.destination = row.destination or row.discharge_port[:2] or receiver.country
        own = self.world.countries[sender.country]["money"]
        row.currency = own if self.dice.chance(0.3) else "USD"
        row.value_usd = int(kg * usd * self.dice.between(0.92, 1.08))
        row.value = int(row.value_usd / USD[row.currency])
        row.incoterm = self.dice.pick(["FOB", "CIF", "CFR", "FCA", "DAP", "EXW"])
        # Declarations come in pairs (_second_record): one alone would be a gap in the mirror.
        row.record = row.record or self.dice.pick(["bill_of_lading", "bill_of_lading", "manifest"])
        if not row.procedure and row.record.endswith("declaration"):
            row.procedure = row.record.split("_")[0]
        row.declared = row.declared or row.departed - timedelta(self.dice.whole(0, 3))
        lines = {imo: line for line, imo in self.world.fleet}
        if row.vessel in lines:
            row.carrier = self.companies[lines[row.vessel]]
        if self.dice.chance(0.5):
            row.forwarder = self.dice.pick_early([self.companies[f"fw{n}"] for n in range(1, 6)])
        self.shipments.append(row)
        return row

    def build_chains(self) -> None:
        for planted, kind in ((True, "planted"), (False, "lookalike")):
            for entry in self.networks[kind]:
                runs = list(zip(entry["starts"], entry["kg"], strict=True))
                for n, (start, kg) in enumerate(runs, 1):
                    name = entry["name"] + (f"-{n}" if len(runs) > 1 else "")
                    self._chain(planted, {**entry, "name": name}, start, kg)

    def _chain(self, planted: bool, entry: dict[str, Any], start: date, kg: int) -> None:
        rows: list[Shipment] = []
        ready, weight = start, float(kg)
        holder, place = entry["legs"][0]["from"], entry["legs"][0]["at"]
        path = [holder]
        for leg in entry["legs"] * entry.get("rounds", 1):
            weight *= leg.get("drift", 1.0)
            if rows:
                ready = rows[-1].arrived + timedelta(leg.get("wait", 5))
            sailing = self.world.passage(place, leg["via"], ready, leg.get("days", 0))
            cells = {**entry.get("all", {}), **leg.get("with", {})}
            known = [one for one in self.goods.values() if one["hs"] == leg["hs"]]
            goods = known[0] if known else {"usd": 3, "piece": 0}
            holder_next = cells.get("importer", leg["to"])
            for role in ("importer", "end_user"):
                if role in cells:
                    cells[role] = self.companies[cells[role]]
            row = self.ship(
                self.companies[holder], self.companies[leg["to"]], sailing, int(weight),
                hs=leg["hs"], description=leg["goods"], origin=leg["origin"],
                load_port=place, discharge_port=leg["via"],
                usd=leg.get("usd", goods["usd"]), piece=goods["piece"], **cells,
            )  # fmt: skip
            if rows and (row.departed - rows[-1].arrived).days > HAND_OVER:
                raise SystemExit(f"{entry['name']}: goods wait too long before {row.departed}")
            rows.append(row)
            holder, place = holder_next, leg["via"]
            path.append(holder)
        companies = [self.companies[key] for key in dict.fromkeys(path)]
        self.found.append(Found(planted, entry, companies, rows))

    def build_lanes(self) -> None:
        """The standing trade that networks.toml names."""
        for lane in self.networks["lanes"]:
            first, last = lane["span"]
            goods, licences = self.goods[lane["good"]], lane.get("licence", [""])
            for n in range(lane["n"]):
                day = first + (last - first) * n // max(1, lane["n"] - 1)
                sailing = self.world.passage(lane["at"], lane["via"], day)
                self.ship(
                    self.companies[lane["from"]], self.companies[lane["to"]], sailing,
                    self.dice.whole(*lane["kg"]), hs=goods["hs"],
                    description=self.dice.pick(goods["words"]), origin=lane["at"][:2],
                    load_port=lane["at"], discharge_port=lane["via"],
                    licence=licences[n * len(licences) // lane["n"]],
                    usd=goods["usd"], piece=goods["piece"],
                )  # fmt: skip

    def build_makers(self) -> None:
        """What each maker makes: at most two goods of its country."""
        for one in self.background:
            makes = [key for key, g in self.goods.items() if one.country in g["made"]]
            if one.trades == "maker" and makes:
                one.goods = self.dice.shuffled(makes)[:2]
                one.industry = self.goods[one.goods[0]]["words"][0].split(",")[0]

    def build_cover(self) -> None:
        """Ordinary trade of the networks' companies, so that they do not stand apart."""
        makers = [one for one in self.background if one.goods]
        users = [one for one in self.background if one.trades == "user"]
        for key in self.networks["companies"]:
            one = self.companies[key]
            if one.quiet or one.role not in ("trader", "manufacturer"):
                continue
            seller = self.dice.pick([m for m in makers if m.country != one.country])
            good = self.dice.pick(seller.goods)
            self._relation(seller, one, good, self.dice.whole(2, 5))
            if one.role == "trader":
                buyer = self.dice.pick([u for u in users if u.country != one.country])
                self._relation(one, buyer, good, self.dice.whole(2, 4))

    def build_trade(self) -> None:
        """Lawful trade: few relations ship every month, many a few times."""
        dice = self.dice
        # The east ships most, as its ports and services do.
        far = {
            one.id: dice.between(0, 1 if ZONE[one.country] == "east" else 2.5)
            for one in self.background
        }
        some = sorted(self.background, key=lambda one: far[one.id])
        makers = [one for one in some if one.goods]
        traders = [one for one in some if one.trades == "trader"]
        users = [one for one in some if one.trades == "user"]
        known: set[tuple[str, str]] = set()
        while len(self.shipments) < ROWS:
            relations = len(known)
            often = 40 if relations < 9 else 17 if relations < 36 else 7 if relations < 100 else 3
            selling = [one for one in traders if one.goods] if dice.chance(0.22) else makers
            seller = dice.pick_early(selling or makers)
            good = dice.pick(seller.goods)
            buyer = dice.pick_early(traders if seller in makers and dice.chance(0.3) else users)
            if dice.chance(0.03):
                buyer = self.companies[f"fw{dice.whole(1, 5)}"]
            pair = (seller.id, buyer.id)
            if pair in known or (seller.country == buyer.country and dice.chance(0.8)):
                continue
            if buyer.trades == "trader" and len(buyer.goods) < 3 and good not in buyer.goods:
                buyer.goods.append(good)
            known.add(pair)
            behind = dice.pick(users) if buyer.role == "forwarder" else ""
            n = max(2, int(often * dice.between(0.75, 1.2)))
            self._relation(seller, buyer, good, n, notify=behind)

    def _relation(
        self, seller: Company, buyer: Company, good: str, n: int, notify: Any = ""
    ) -> None:
        dice, goods = self.dice, self.goods[good]
        low, high = goods["kg"]
        size = low + (high - low) * dice.between(0, 1) * dice.between(0.3, 1)
        swing = 0.005 if dice.chance(0.15) else 0.14  # some orders never change
        span = (LAST - FIRST).days - 60
        step = span / n if n > 10 else dice.between(30, span / n)
        start = dice.between(0, span - step * n)
        air = size < 900 and seller.country != buyer.country
        made = goods["made"]
        origin = seller.country if seller.country in made or not made else dice.pick(made)
        importer = buyer if buyer.role != "forwarder" and dice.chance(0.2) else ""
        words = dice.pick(goods["words"])
        for k in range(n):
            day = FIRST + timedelta(int(start + k * step + dice.between(0, step * 0.3)))
            ports = {"load_port": seller.port, "discharge_port": buyer.port}
            sailing = self.world.passage(
                seller.port, buyer.port, day, dice.whole(2, 4) if air else 0
            )
            if air:
                ports = {"dispatch": seller.country, "destination": buyer.country}
            if sailing.arrived > LAST:
                continue
            kg = int(size * dice.between(1 - swing, 1 + swing))
            self.ship(
                seller, buyer, sailing, kg, hs=goods["hs"],
                description=words if dice.chance(0.8) else dice.pick(goods["words"]),
                origin=origin, importer=importer, notify=notify, lot=self._lot(good),
                usd=goods["usd"], piece=goods["piece"], **ports,
            )  # fmt: skip

    # ---- what cases.toml says

    def build_cases(self) -> None:
        lists = {"rows", "same", "about", "of", "aboard", "seats", *self.TABLES}
        self.tables = {table: [] for table in self.TABLES}
        for entry in self.world.cases["cases"]:
            rows = [row for spec in entry.get("rows", []) for row in self._rows(spec)]
            keys = entry.get("about", [])
            about = [self.companies[key] for key in keys] or [
                one for row in rows for one in (row.shipper, row.consignee)
            ]
            for table in self.TABLES:
                self.tables[table] += entry.get(table, [])
            self.found.append(
                Found(
                    "case" in entry,
                    {key: value for key, value in entry.items() if key not in lists},
                    list({one.id: one for one in about}.values()),
                    rows + [self.labels[label] for label in entry.get("same", [])],
                    [self.world.people[key] for key in entry.get("of", [])],
                    [self.world.tramps[key] for key in entry.get("aboard", [])],
                )
            )

    def _rows(self, spec: dict[str, Any]) -> list[Shipment]:
        """The shipments of one line of a case; those of the trade around it are not returned."""
        days = spec["on"]
        if not isinstance(days, list):
            steps = range(spec.get("n", 1))
            days = [spec["on"] + timedelta(spec.get("every", 30) * step) for step in steps]
        rows = []
        for k, day in enumerate(days):
            turn = {"to": k // spec.get("turn", 1)}
            cells = {
                name: said[turn.get(name, k) % len(said)] if isinstance(said, list) else said
                for name, said in ((name, self._crowd(said)) for name, said in spec.items())
            }
            for name in ("on", "n", "every", "turn", "around", "as"):
                cells.pop(name, None)
            for role in ("from", "to", "notify", "end_user", "carrier"):
                if role in cells:
                    cells[role] = self.companies[cells[role]]
            if "vessel" in cells:
                cells["vessel"] = self.world.tramps[cells["vessel"]]
            sender, receiver, kg = cells.pop("from"), cells.pop("to"), cells.pop("kg")
            if isinstance(kg, dict):
                kg = self.dice.whole(kg["from"], kg["to"])
            at, via = cells.pop("at", sender.port), cells.pop("via", receiver.port)
            passage = cells.pop("days", self.world.days(at, via))
            row = self.ship(
                sender, receiver, Sailing(day, day + timedelta(passage)), kg,
                load_port=at, discharge_port=via, description=cells.pop("goods"),
                origin=cells.pop("origin", at[:2]), **cells,
            )  # fmt: skip
            self.fixed.append(row)
            rows.append(row)
            if label := spec.get("as"):
                self.labels[f"{label}-{k + 1}" if len(days) > 1 else label] = row
        return [] if spec.get("around") else rows

    def _crowd(self, said: Any) -> Any:
        """`crowd:x` stands for all companies of that crowd."""
        if not isinstance(said, str) or not said.startswith("crowd:"):
            return said
        key = said.removeprefix("crowd:")
        return [one for one in self.companies if one.startswith(key) and one[len(key) :].isdigit()]

    def _lot(self, good: str) -> str:
        """A lot number on some rows, never twice the same."""
        self.lots += 1
        return f"{good[:3].upper()}-{self.lots:05d}" if self.dice.chance(0.12) else ""

    # ---- as real data are

    def finish(self) -> None:
        """Bills, containers, second records and lines, holes in the data, and ids."""
        chains = {id(row) for one in self.found for row in one.shipments}
        chains |= {id(row) for row in self.fixed}
        self.shipments.sort(key=lambda row: (row.departed, row.shipper.id, row.description))
        self._stuff()
        for row in [one for one in self.shipments if id(one) not in chains]:
            draw = self.dice.between(0, 1)
            # Both customs within a month of each other, as the mirror of trade expects.
            if draw < 0.05 and (row.arrived - row.departed).days <= 28:
                self._second_record(row)
            elif draw < 0.07:
                self._second_line(row)
            elif draw < 0.08 and not (row.importer or row.notify or row.licence):
                words = ["TO ORDER", "To the order of shipper", "TO ORDER OF BANK"]
                row.notify, row.consignee = row.consignee, self.dice.pick(words)
            self._forget(row)
        self.shipments.sort(key=lambda row: (row.departed, row.bill, row.line, row.record))
        for n, row in enumerate(self.shipments, 1):
            row.id = f"S{n:05d}"

    def _stuff(self) -> None:
        """Containers that are free where the goods are, so that none is in two places at once."""
        free: dict[str, list[tuple[date, str]]] = {}
        serial = 410_000
        for n, row in enumerate(self.shipments, 1):
            if row.vessel and row.vessel not in self.world.tramps.values():
                self.calls[row.vessel, row.load_port, row.departed - timedelta(1)] = row.departed
                self.calls.setdefault((row.vessel, row.discharge_port, row.arrived), LAST)
            prefix = row.load_port or "AIR" + row.dispatch
            row.bill = row.bill or f"NQX{prefix}{n:06d}"
            if row.vessel and row.carrier and self.dice.chance(0.3):
                row.master_bill = f"{row.carrier.id}M{n:06d}"
            if (
                row.container
                or not row.load_port
                or not 900 < row.gross_kg < 28_500
                or self.dice.chance(0.12)
            ):
                continue
            here = free.setdefault(row.load_port, [])
            ready = [one for one in here if one[0] < row.departed]
            if ready and self.dice.chance(0.6):
                here.remove(ready[0])
                row.container = ready[0][1]
            while not row.container:
                serial += 17
                row.container = container_number(serial)
            row.seal = f"QX{n * 37 % 999983:06d}"
            back = (row.arrived + timedelta(9), row.container)
            free.setdefault(row.discharge_port, []).append(back)

    def _copy(self, row: Shipment, **cells: Any) -> Shipment:
        kept = {one.name: getattr(row, one.name) for one in fields(Shipment)}
        copy = Shipment(**{**kept, **cells})
        self.shipments.append(copy)
        return copy

    def _second_record(self, row: Shipment) -> None:
        """The same movement as the other customs saw it: never one more shipment."""
        row.movement = f"M{row.bill[3:]}"
        row.record, row.procedure = "export_declaration", "export"
        row.declared = row.departed - timedelta(1)
        arrived = row.arrived + timedelta(self.dice.whole(0, 2))
        self._copy(row, record="import_declaration", procedure="import", declared=arrived)

    def _second_line(self, row: Shipment) -> None:
        """Another good under the same bill."""
        row.line = "1"
        goods = self.dice.pick([one for one in self.goods.values() if one["made"]])
        kg = max(20, int(row.weight_kg * self.dice.between(0.08, 0.3)))
        usd = int(kg * goods["usd"])
        cells = {
            "line": "2",
            "hs": goods["hs"],
            "description": goods["words"][0],
            "lot": "",
            "licence": "",
        }
        cells |= {"weight_kg": kg, "gross_kg": int(kg * 1.05), "quantity": kg, "unit": "KGM"}
        self._copy(row, **cells, value=int(usd / USD[row.currency]), value_usd=usd)

    def _forget(self, row: Shipment) -> None:
        """Cells that real tables leave empty; the chains keep what their hand-overs rest on."""
        chance = self.dice.chance
        if chance(0.025):
            row.arrived = ""
        if chance(0.025):
            row.weight_kg, row.quantity, row.unit = "", "", ""
            row.gross_kg = "" if chance(0.3) else row.gross_kg
        if chance(0.15):
            row.declared = ""
        if chance(0.05):
            row.value, row.value_usd, row.currency = "", "", ""
        if chance(0.12):
            row.incoterm = ""
        if chance(0.06):
            row.quantity, row.unit = "", ""
        if chance(0.05):
            row.origin = ""
        if chance(0.06) and not row.movement:
            row.record, row.procedure = "", ""
