"""What the base world lacks beside its trade: prices, papers, payments, filings, voyages, lists."""

from __future__ import annotations

import math
from collections import defaultdict

from stdnum import iso6346
from world.labelled.sheet import Row, Sheet, day, number_of


def background(sheet: Sheet) -> None:
    """Add lawful tables to the base world: whatever an investigation reads is there, and right."""
    _positions(sheet)
    _containers(sheet)
    _values(sheet)
    _notified(sheet)
    _end_users(sheet)
    _papers(sheet)
    _payments(sheet)
    _filings(sheet)
    _boards(sheet)
    _owners(sheet)
    _lists(sheet)
    _rooms(sheet)
    _voyages(sheet)


def some(sheet: Sheet, share: float) -> list[Row]:
    """Base shipments that say their days and parties."""
    told = ("departed", "arrived", "weight_kg", "load_port", "discharge_port")
    return [
        one
        for one in sheet.base
        if sheet.rng.random() < share
        and all(one[name] for name in told)
        and one["consignee"] in sheet.country
    ]


def distance(sheet: Sheet, a: str, b: str) -> float:
    """Kilometres between two ports."""
    (x, y), (u, v) = sheet.place[a], sheet.place[b]
    x, y, u, v = map(math.radians, (x, y, u, v))
    half = math.sin((u - x) / 2) ** 2 + math.cos(x) * math.cos(u) * math.sin((v - y) / 2) ** 2
    return 12742 * math.asin(math.sqrt(half))


def _positions(sheet: Sheet) -> None:
    for one in sheet.tables["ports"]:
        one["lat"], one["lon"] = sheet.place[one["code"]]


def _containers(sheet: Sheet) -> None:
    """No container is at sea twice at once; a seal that two shipments share stays as it is."""
    seals: dict[str, int] = defaultdict(int)
    for one in sheet.base:
        seals[one["seal"]] += 1
    free: list[tuple[int, str]] = []
    made = 0
    ride = [one for one in sheet.base if one["container"] and seals[one["seal"]] == 1]
    for one in sorted(ride, key=lambda row: (row["departed"] or "9999", row["id"])):
        if not one["departed"]:
            one["container"] = ""
            continue
        left = number_of(one["departed"])
        at = next((n for n, (until, _) in enumerate(free[:40]) if until < left), None)
        if at is None:
            made += 1
            number = f"LBLU{made:06}"
        else:
            number = free.pop(at)[1]
        one["container"] = checked(number)
        until = number_of(one["arrived"]) + 2 if one["arrived"] else left + 60
        free.append((until, number[:10]))
        if len(free) % 50 == 0:
            free.sort()


def checked(bare: str) -> str:
    return bare[:10] + iso6346.calc_check_digit(bare[:10])


def _values(sheet: Sheet) -> None:
    """Prices by heading, each company a little dearer or cheaper, with spread."""
    own = {one: sheet.rng.lognormvariate(0, 0.1) for one in sheet.country}
    for one in sheet.base:
        if one["weight_kg"] and sheet.rng.random() < 0.9:
            price = sheet.usd[one["hs"]] * own[one["shipper"]] * sheet.rng.lognormvariate(0, 0.12)
            one["value_usd"] = round(float(one["weight_kg"]) * price, 2)


def _notified(sheet: Sheet) -> None:
    """Who gets goods through a forwarder is named as notify party; a few once are not."""
    hubs, bare = set(sheet.hubs), set()
    for one in sheet.base:
        if one["consignee"] in hubs:
            pair = one["shipper"], one["consignee"]
            if sheet.hard and pair not in bare and sheet.rng.random() < 0.1:
                bare.add(pair)
                continue
            one["notify"] = sheet.firm()


def _end_users(sheet: Sheet) -> None:
    """End users that keep what they get: they send nothing of that heading on."""
    sends = {(one["shipper"], one["hs"]) for one in sheet.base}
    for one in some(sheet, 0.3):
        if (one["consignee"], one["hs"]) not in sends and one["consignee"] not in sheet.hubs:
            one["end_user"] = one["consignee"]


def _papers(sheet: Sheet) -> None:
    """Invoices, bills and packing lists that agree within what is usual."""
    rng = sheet.rng
    for number, one in enumerate(some(sheet, 0.06)):
        kg = float(one["weight_kg"])
        for kind in ("invoice", "bill_of_lading", "packing_list"):
            said: Row = {
                "kind": kind,
                "issued": one["departed"],
                "number": f"{kind[0].upper()}{number}",
            }
            if kind != "packing_list":
                said |= {"shipper": one["shipper"], "consignee": one["consignee"]}
            if kind == "invoice" and one.get("value_usd"):
                said["value_usd"] = round(one["value_usd"] * rng.uniform(0.96, 1.04), 2)
            said |= {"weight_kg": round(kg * rng.uniform(0.981, 1.019), 1), "hs": one["hs"]}
            sheet.add("documents", id=sheet.next("D"), shipment=one["id"], **said)


def _payments(sheet: Sheet) -> None:
    """The consignee pays the shipper; some pay in two parts."""
    for one in some(sheet, 0.12):
        for _ in range(sheet.rng.choice((1, 1, 2))):
            pay(sheet, one["consignee"], one["shipper"], one["id"], number_of(one["arrived"]) + 20)


def pay(
    sheet: Sheet, payer: str, payee: str, shipment: str | None, on: float, **cells: object
) -> str:
    id_ = sheet.next("Y")
    told: Row = {"amount": sheet.rng.randint(20, 900) * 100, "currency": "USD", "paid": day(on)}
    sheet.add("payments", id=id_, payer=payer, payee=payee, shipment=shipment, **{**told, **cells})
    return id_


def _filings(sheet: Sheet) -> None:
    """Earlier filings that said the same, or were changed long before."""
    for one in some(sheet, 0.06):
        left = number_of(one["departed"])
        for before in sheet.rng.sample(range(1, 60), 2):
            early = before > 25 and sheet.rng.random() < 0.3
            receiver = sheet.firm() if early else one["consignee"]
            sheet.add(
                "shipment_versions",
                shipment=one["id"],
                filed=day(left - before),
                consignee=receiver,
            )
            if early:
                sheet.add(
                    "shipment_versions",
                    shipment=one["id"],
                    filed=day(left - 12),
                    consignee=one["consignee"],
                )


def _boards(sheet: Sheet) -> None:
    """Who sits on two boards that trade with each other, as chance has it, had left one before."""
    trades = {(one["shipper"], one["consignee"]) for one in sheet.base}
    trades |= {(b, a) for a, b in trades}
    held: dict[str, list[Row]] = defaultdict(list)
    for seat in sheet.tables["directorships"]:
        held[seat["director"]].append(seat)
    for seats in held.values():
        if len(seats) > 12:  # an agent
            continue
        for at, seat in enumerate(seats):
            if any((seat["company"], one["company"]) in trades for one in seats[:at]):
                seat["to"] = day(-30 - 5 * at)


def _owners(sheet: Sheet) -> None:
    """Owners of small firms: people, and companies that hold a part or all."""
    for one in sheet.firms[::4]:
        with_person = sheet.rng.random() < 0.6
        owner = sheet.person() if with_person else sheet.company(sheet.country[one])
        sheet.add(
            "ownerships", owner=owner, owned=one, share=sheet.rng.choice((10, 25, 40, 51, 75, 100))
        )


def _lists(sheet: Sheet) -> None:
    """Listed firms that trade with nobody while they are listed."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for one in sheet.base:
        days = [number_of(one[name]) for name in ("departed", "arrived") if one[name]]
        for party in (one["shipper"], one["consignee"], one.get("notify"), one.get("end_user")):
            if party and days:
                first[party] = min(first.get(party, 9999), *days)
                last[party] = max(last.get(party, -9999), *days)
    for paid in sheet.tables["payments"]:
        for party in (paid["payer"], paid["payee"]):
            last[party] = max(last.get(party, -9999), number_of(paid["paid"]))
    where: dict[str, int] = defaultdict(int)
    for row in sheet.tables["companies"]:
        where[row["address"]] += 1
    alone = {row["id"] for row in sheet.tables["companies"] if where[row["address"]] == 1}
    quiet = [one for one in sheet.firms if last.get(one, 9999) < 690 and one in alone]
    for one in sheet.rng.sample(quiet, min(40, len(quiet) // 4)):
        sheet.add(
            "listings", entity=one, list="Old list", **{"from": day(last[one] + 1), "to": None}
        )
        sheet.firms.remove(one)
    lone = [one for one in sheet.firms if one in alone]
    for one in sheet.rng.sample(lone, min(40, len(lone) // 10)):
        before = min(first.get(one, 0), 0) - 30
        sheet.add(
            "listings",
            entity=one,
            list="Old list",
            **{"from": day(before - 900), "to": day(before)},
        )


def _rooms(sheet: Sheet) -> None:
    """Rooms that two firms share, and buildings of many."""
    for _ in range(40):
        country = sheet.land()
        house = f"{sheet.next('')} Hill Road, {sheet.ports[country][0]}"
        room = f"Room {sheet.rng.randint(1, 999)}, {house}"
        for _ in range(2):
            sheet.company(country, address=room)


def _voyages(sheet: Sheet) -> None:
    """Vessels that call where and when the papers say, and go no faster than vessels go."""
    rng = sheet.rng
    share = min(0.2, 1500 / len(sheet.base))
    fleet: list[tuple[str, int, str]] = []  # vessel, free from, where
    for one in sorted(some(sheet, share), key=lambda row: (row["departed"], row["id"])):
        left, came = number_of(one["departed"]), number_of(one["arrived"])
        load, into = one["load_port"], one["discharge_port"]
        if load == into or distance(sheet, load, into) > 800 * (came - left):
            continue
        at = next(
            (
                n
                for n, (_, free, where) in enumerate(fleet)
                if free + 2 + distance(sheet, where, load) / 700 < left - 1
            ),
            None,
        )
        vessel = fleet.pop(at)[0] if at is not None else sheet.vessel()
        one["vessel"] = vessel
        sheet.call(vessel, load, left - rng.choice((1, 1, 2)), left)
        sheet.call(vessel, into, came, came + 1)
        fleet.append((vessel, came + 1, into))
    for vessel, _, _ in fleet:
        told = next(one for one in sheet.tables["vessels"] if one["imo"] == vessel)
        since = rng.randint(-2000, 200)
        for field, value in (("name", told["name"]), ("flag", told["flag"])):
            sheet.add(
                "vessel_identities", vessel=vessel, field=field, value=value, **{"from": day(since)}
            )
        sheet.add(
            "vessel_identities",
            vessel=vessel,
            field="name",
            value="Old " + told["name"],
            **{"from": day(since - 900), "to": day(since - 1)},
        )
