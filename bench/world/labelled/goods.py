"""Cases of the investigations of goods, their papers and their prices."""

from __future__ import annotations

import math
import statistics

from world.labelled.background import checked
from world.labelled.controls import licence, rule
from world.labelled.sheet import ALIKE, NEAR, PLANTED, Row, Sheet, day


def goods(sheet: Sheet) -> None:
    swarms(sheet)
    conflicts(sheet)
    fragments(sheet)
    late(sheet)
    strange(sheet)
    offshored(sheet)
    prices(sheet)
    drift(sheet)
    reused(sheet)


def swarms(sheet: Sheet) -> None:
    rng = sheet.rng
    express = [sheet.company(role="carrier") for _ in range(3)]
    small = [sheet.company(role="carrier") for _ in range(60)]
    for _ in range(150):  # parcels of ordinary services, and small hauliers for anybody
        a, b = sheet.company("CN"), sheet.firm(but="CN")
        sheet.ship(
            a, b, "854231", rng.randint(0, 700), rng.uniform(5, 90), carrier=rng.choice(express)
        )
    for one in small:
        for _ in range(2):
            sheet.ship(
                sheet.firm(but="VN"),
                sheet.company("VN"),
                "854231",
                rng.randint(0, 700),
                rng.uniform(5, 90),
                carrier=one,
            )
    for kind, number, case in sheet.each_case("find-courier-swarms"):
        a, b = sheet.company("CN"), sheet.company("VN")
        hs = ("811292", "854231", "847330")[number % 3]
        hands = sheet.whole((6, 12), (5, 6))
        span, most = sheet.whole((5, 20), (24, 29)), sheet.pick((10, 60), (70, 99))
        begin = rng.randint(30, 600)
        months = 1
        cells: Row = {}
        if kind == NEAR:
            if number % 3 == 0:
                hands = sheet.whole((3, 3), (4, 4))
            elif number % 3 == 1:  # too slowly: never five in 30 days
                hands, span = 5, sheet.whole((120, 150), (44, 60))
            else:
                most = sheet.pick((150, 300), (106, 140))
        elif kind == ALIKE:
            if number % 2:
                months, begin = sheet.whole((8, 10), (6, 8)), rng.randint(30, 400)
            else:
                cells["procedure"] = rng.choice(("temporary", "return"))
        load, into = rng.choice(sheet.ports["CN"]), rng.choice(sheet.ports["VN"])
        hauliers = [sheet.company(role="carrier") for _ in range(hands)]
        for month in range(months):
            for at, one in enumerate(hauliers):
                left = begin + 30 * month + round(span * at / max(hands - 1, 1))
                kg = most * (1 if kind == NEAR and number % 3 == 2 else rng.uniform(0.8, 1))
                case.shipments(
                    sheet.ship(a, b, hs, left, kg, load=load, discharge=into, carrier=one, **cells)
                )


def conflicts(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-document-conflicts"):
        a, b = sheet.company(), sheet.company()
        hs, kg = rng.choice(("848340", "854231", "740311")), round(rng.lognormvariate(8, 0.7), 1)
        cells: Row = {
            "incoterm": "FOB",
            "dispatch": sheet.country[a],
            "destination": sheet.country[b],
        }
        id_ = sheet.ship(a, b, hs, rng.randint(20, 690), kg, plain=True, price=20, **cells)
        case.shipments(id_)
        said: Row = {
            "shipper": a,
            "consignee": b,
            "hs": hs,
            "origin": sheet.country[a],
            "destination": sheet.country[b],
            "weight_kg": kg,
            "value_usd": kg * 20,
        }
        papers = [{"kind": one, **said} for one in ("invoice", "bill_of_lading", "packing_list")]
        if sheet.hard:  # no paper says all
            for one in papers:
                for name in rng.sample(("shipper", "origin", "destination", "hs"), 2):
                    one.pop(name)
        paper = rng.choice(papers[:2])
        factor = rng.choice((1, -1))
        other: Row
        if kind == PLANTED:
            weight, value = sheet.pick((1.2, 2), (1.06, 1.12)), sheet.pick((1.4, 3), (1.12, 1.2))
            other = (
                {"consignee": sheet.company()},
                {"weight_kg": round(kg * weight**factor, 1)},
                {"value_usd": round(kg * 20 * value**factor, 2)},
                {"hs": "790111" if sheet.hard is False else hs[:4] + "99"},
                {"origin": sheet.land(sheet.country[a])},
                {"destination": sheet.land(sheet.country[b])},
            )[number % 6]
            paper |= other
        elif kind == NEAR:
            weight, value = (
                sheet.pick((1.01, 1.03), (1.04, 1.049)),
                sheet.pick((1.02, 1.06), (1.08, 1.098)),
            )
            paper |= (
                {"weight_kg": kg * weight**factor},
                {"value_usd": kg * 20 * value**factor},
                {"hs": hs + "9010"},
            )[number % 3]
        elif number % 3 == 0:  # a later paper of that number corrects it
            paper |= {"number": f"N{number}", "issued": day(300)}
            papers.append({**paper, "issued": day(310)})
            paper["weight_kg"] = kg * sheet.pick((1.5, 2), (1.06, 1.1))
        elif number % 3 == 1:  # with freight
            papers[0] |= {
                "incoterm": "CIF",
                "value_usd": kg * 20 * sheet.pick((1.12, 1.2), (1.15, 1.24)),
            }
        else:  # the master bill names forwarders
            papers[1] |= {"shipper": sheet.hub(), "consignee": sheet.hub()}
        for one in papers:
            sheet.add("documents", id=sheet.next("D"), shipment=id_, **one)


def fragments(sheet: Sheet) -> None:
    rng = sheet.rng
    weights: dict[str, list[float]] = {}
    for one in sheet.base:
        if one["weight_kg"]:
            weights.setdefault(one["hs"], []).append(float(one["weight_kg"]))
    usual = sorted(weights, key=lambda hs: (-len(weights[hs]), hs))
    for at, (kind, number, case) in enumerate(sheet.each_case("find-fragmented-consignments")):
        hs = usual[at % len(usual)]
        middle = statistics.median(weights[hs])
        total = sheet.pick((1.5, 2.5), (1.1, 1.3))
        size, span = sheet.pick((0.1, 0.2), (0.18, 0.235)), sheet.whole((5, 20), (24, 29))
        begin = rng.randint(30, 450)
        cells: Row = {}
        months = 1
        if kind == NEAR:
            if number % 3 == 0:
                total = sheet.pick((0.4, 0.6), (0.7, 0.85))
            elif number % 3 == 1:  # too slowly
                span, total = sheet.whole((150, 200), (70, 90)), 1.3
            else:  # no small ones
                size = sheet.pick((0.4, 0.6), (0.28, 0.32))
        elif kind == ALIKE:
            if number % 2:
                months, total = sheet.whole((8, 10), (6, 7)), 1.15
            else:
                cells["procedure"] = "inward_processing"
        count = max(3, math.ceil(total / size))
        a, b = [sheet.company()], [sheet.company()]
        if kind == PLANTED and number % 3:  # sisters: of the sender, or of the receiver
            side = (a, b)[number % 2]
            side.append(sheet.company(sheet.country[side[0]]))
            if number % 3 == 1 or side is a:
                owner = sheet.person()
                for one in side:
                    sheet.add(
                        "ownerships", owner=owner, owned=one, share=sheet.whole((60, 100), (50, 55))
                    )
            else:
                for row in sheet.tables["companies"][-2:]:
                    row["address"] = f"Unit 4, {number} Side Lane"
        for month in range(months):
            for piece in range(count):
                left = (
                    begin + 30 * month + round((span if months == 1 else 20) * piece / (count - 1))
                )
                case.shipments(
                    sheet.ship(
                        a[piece % len(a)],
                        b[piece % len(b)],
                        hs,
                        left,
                        middle * total / count,
                        **cells,
                    )
                )


def late(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-late-changes"):
        a, old, new = (sheet.company() for _ in range(3))
        left = rng.randint(60, 650)
        field = ("consignee", "destination", "end_user")[number % 3]
        before, after = old, new
        if field == "destination":
            before, after = rng.sample(sorted(sheet.ports), 2)
            if kind == ALIKE:
                field, before, after = "consignee", old, new
        cells: Row = {field: after}
        if field == "destination":
            cells["into"] = after
        elif field == "end_user":
            cells |= {"consignee": new}
        filed = left - sheet.whole((1, 5), (5, 7))
        if number % 2:
            filed = left + sheet.whole((1, 12), (0, 20))
        if kind == NEAR:
            filed = left - sheet.whole((12, 20), (8, 9))
        back = kind == ALIKE and number % 2
        if back:
            cells[field] = before
        id_ = sheet.ship(a, new, "848340", left, 900 + number, plain=True, **cells)
        case.shipments(id_)
        sheet.add("shipment_versions", shipment=id_, filed=day(left - 35), **{field: before})
        if back:
            sheet.add("shipment_versions", shipment=id_, filed=day(filed), **{field: after})
            sheet.add(
                "shipment_versions",
                shipment=id_,
                filed=day(max(filed, left - 7) + 2),
                **{field: before},
            )
            continue
        sheet.add("shipment_versions", shipment=id_, filed=day(filed), **{field: after})
        if kind == ALIKE:
            owner = sheet.person()
            for one in (old, new):
                sheet.add(
                    "ownerships", owner=owner, owned=one, share=sheet.whole((60, 100), (50, 52))
                )


def strange(sheet: Sheet) -> None:
    rng = sheet.rng
    lines = ("610910", "401120", "940360")
    usual = ("480256", "392010", "842710", "540233")
    others = (
        "790111",
        "811292",
        "280461",
        "740311",
        "901890",
        "220421",
        "310520",
        "690721",
        "381010",
        "950300",
        "870899",
        "090111",
        "720510",
        "320611",
        "030617",
        "780110",
    )

    def trader(line: str, count: int, **cells: object) -> str:
        c = sheet.company(**cells)
        for _ in range(count):
            hs = rng.choice(usual) if rng.random() < 0.2 else line
            ends = (c, sheet.firm()) if rng.random() < 0.6 else (sheet.firm(), c)
            sheet.ship(*ends, hs, rng.randint(0, 500), sheet.kg(hs), plain=True)
        return c

    for line in lines:
        for _ in range(40):
            trader(line, rng.randint(22, 28))
    for kind, number, case in sheet.each_case("find-off-business-goods"):
        line, hs = lines[number % 3], others[number // 3 % 16]
        count, times, twice = sheet.whole((24, 36), (20, 24)), 1, 1
        role = "trader"
        if kind == NEAR:
            hs = others[(4 + number // 3) % 16]
            if number % 2:  # two firms of the line do so
                twice = 2 if sheet.hard else 4
            else:
                times = sheet.whole((5, 6), (2, 2))
        elif kind == ALIKE:
            hs = others[(8 + number // 3) % 16]
            role = "broker" if number % 3 == 0 else "trader"
            if number % 3 == 1:
                hs = "901890" if number % 2 else "870899"
        for _ in range(twice):
            with sheet.aside():
                c = trader(line, count, role=role)
            sent = kind != ALIKE or number % 3 != 1
            for _ in range(times):
                left = rng.randint(100, 600)
                ends = (c, sheet.firm()) if sent else (sheet.firm(), c)
                case.shipments(
                    sheet.ship(
                        *ends, hs, left, sheet.kg(hs) * sheet.pick((1, 2), (0.05, 0.4)), plain=True
                    )
                )
            if kind == ALIKE and number % 3 == 2:
                sheet.add("processing", company=c, hs_in=hs, hs_out=line)


def offshored(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-offshored-production"):
        hs, since = sheet.code(), rng.randint(250, 420)
        home, abroad, buyer = sheet.company("CN"), sheet.company("TH"), sheet.company("US")
        owner = sheet.person() if number % 2 else sheet.company("CN")
        rule(sheet, hs, since, origin="CN", applies_to="dispatch")
        licence(sheet, home, hs=hs)
        share = sheet.whole((60, 100), (50, 52))
        begins = sheet.whole((20, 80), (2, 120))
        fed = sheet.pick((0.5, 0.9), (0.24, 0.35))
        way = number % 3
        if kind == NEAR:
            if way == 0:
                share = sheet.pick((30, 45), (49, 49.9))
            elif way == 1:  # it sent before the control
                begins = -sheet.whole((30, 60), (1, 3))
            else:
                fed = sheet.pick((0.02, 0.1), (0.14, 0.19))
        elif kind == ALIKE:
            fed = 0.0
        sheet.add("ownerships", owner=owner, owned=home, share=round(share, 1))
        sheet.add("ownerships", owner=owner, owned=abroad, share=round(share, 1))
        for left in rng.sample(range(20, since - 5), 6):
            sheet.ship(home, buyer, hs, left, 1000 + rng.randint(0, 200), plain=True)
        times = sheet.whole((5, 8), (3, 5))
        sold = 0.0
        for at in range(times):
            kg = 900 + rng.randint(0, 200)
            sold += kg
            case.shipments(
                sheet.ship(
                    abroad,
                    buyer if at % 2 else sheet.company("US"),
                    hs,
                    since + begins + 25 * at,
                    kg,
                )
            )
        if kind == PLANTED and way == 1:  # more than the plant makes
            capacity = sold / sheet.pick((2, 3), (1.05, 1.2))
            sheet.add(
                "processing",
                company=abroad,
                hs_in="260111",
                hs_out=hs,
                capacity_kg_year=round(capacity),
            )
        elif kind == PLANTED and way == 2:  # a listed owner
            sheet.add("listings", entity=owner, list="Lab owners", **{"from": day(since - 60)})
        elif fed:
            for at in range(2):
                sheet.ship(
                    home, abroad, hs, since + begins + 10 * at + 1, sold * fed / 2, plain=True
                )
        elif number % 2:
            sheet.add(
                "processing",
                company=abroad,
                hs_in="260111",
                hs_out=hs,
                capacity_kg_year=round(sold * sheet.pick((2, 3), (1.05, 1.3))),
            )
        case.companies(home, abroad)
        case.core = [one for one in case.core if one.startswith("Company")]


def prices(sheet: Sheet) -> None:
    rng = sheet.rng
    spread = 0.18 if sheet.hard else 0.08
    lanes = []
    for at, hs in enumerate(("848340", "740311", "854231", "610910", "850440", "790111", "401120", "847330",
                             "901890", "540233", "480256", "848210")):  # fmt: skip
        out_of, into = rng.sample(("CN", "DE", "US", "JP", "KR", "IN", "MX", "TR"), 2)
        firms = [sheet.company(out_of) for _ in range(12)]
        buyers = [sheet.company(into) for _ in range(8)]
        usual = sheet.usd[hs] * rng.uniform(0.8, 1.25)
        for _ in range(70):
            sheet.ship(
                rng.choice(firms),
                rng.choice(buyers),
                hs,
                rng.randint(0, 700),
                sheet.kg(hs),
                price=usual * rng.lognormvariate(0, spread),
            )
        lanes.append((hs, firms, buyers, usual, 20 + 50 * at))
    for kind, number, case in sheet.each_case("find-price-outliers"):
        hs, firms, buyers, usual, month = lanes[number % 8 if kind != ALIKE else 8 + number % 4]
        factor = sheet.pick((3, 8), (2.3, 2.9)) ** rng.choice((1, -1))
        cells: Row = {}
        if kind == NEAR:
            factor = sheet.pick((1.3, 1.6), (1.6, 1.85)) ** rng.choice((1, -1))
        if kind == ALIKE and number < 4:  # the whole lane paid so at that time
            chosen = rng.sample(firms, 5)
        else:
            chosen = [rng.choice(firms)]
        if kind == ALIKE and number >= 4:
            cells["procedure"] = rng.choice(("temporary", "return", "outward_processing"))
        for one in chosen:
            left = month + rng.randint(0, 30) if len(chosen) > 1 else rng.randint(20, 690)
            high = factor if len(chosen) == 1 else max(factor, 1 / factor) * rng.uniform(0.95, 1.05)
            case.shipments(
                sheet.ship(
                    one, rng.choice(buyers), hs, left, sheet.kg(hs), price=usual * high, **cells
                )
            )


def drift(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-product-drift"):
        hs = sheet.code()
        while (instead := sheet.code())[:2] != hs[:2]:
            hs = instead
        since = rng.randint(300, 450)
        rule(sheet, hs, since, origin="CN", applies_to="dispatch")
        dear, cheap = rng.uniform(60, 120), rng.uniform(8, 15)
        makers = [sheet.company("CN") for _ in range(6)]
        for one in makers:  # others trade both, licensed, and go on
            licence(sheet, one, hs=hs)
            for left in rng.sample(range(20, 700), 5):
                sheet.ship(
                    one,
                    sheet.firm(but="CN"),
                    hs,
                    left,
                    800,
                    plain=True,
                    price=dear * rng.uniform(0.9, 1.1),
                )
                sheet.ship(
                    one,
                    sheet.firm(but="CN"),
                    instead,
                    left,
                    800,
                    plain=True,
                    price=cheap * rng.uniform(0.9, 1.1),
                )
        way = number % 3
        role = "forwarder" if kind == ALIKE and way == 2 else "trader"
        c, buyers = sheet.company("CN", role=role), [sheet.company("US") for _ in range(3)]
        licence(sheet, c, hs=hs)
        before = sheet.whole((5, 8), (4, 6))
        falls = sheet.pick((0.8, 1), (0.52, 0.6))
        times, price = sheet.whole((5, 8), (3, 5)), dear * sheet.pick((0.9, 1.1), (0.75, 1.4))
        if kind == NEAR:
            if way == 0:
                falls = sheet.pick((0.1, 0.3), (0.42, 0.48))
            elif way == 1:
                times = 2
            else:  # nearer to its own price
                price = cheap * sheet.pick((1.1, 1.3), (1.6, 1.9))
        elif kind == ALIKE:
            if way == 0:
                price = cheap * rng.uniform(0.85, 1.15)
            elif way == 1:
                sheet.add("processing", company=c, hs_in=hs, hs_out=instead)
        elif way == 2:  # at its own price, to a listed receiver
            price = cheap
            sheet.add("listings", entity=buyers[0], list="Lab buyers", **{"from": day(since - 20)})
        for left in rng.sample(range(since - 200, since - 5), before):
            sheet.ship(c, rng.choice(buyers), hs, left, 1000, plain=True, price=dear)
        for left in rng.sample(range(since + 5, since + 200), 2):
            sheet.ship(
                c,
                rng.choice(buyers),
                hs,
                left,
                1000 * before * (1 - falls) / 2 + 0.1,
                plain=True,
                price=dear,
            )
        kg = 1000 * before * max(falls, 0.6) * sheet.pick((0.8, 1.1), (0.6, 0.7)) / times
        for at, left in enumerate(rng.sample(range(since + 5, since + 200), times)):
            sheet.ship(c, buyers[at % 3], instead, left, kg, plain=True, price=price)
        case.companies(c)


def reused(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-reused-identities"):
        a, b, x, y = (
            sheet.company(one) for one in rng.sample(("CN", "US", "DE", "JP", "IN", "BR"), 4)
        )
        left, took = rng.randint(30, 600), rng.randint(15, 30)
        overlap = sheet.whole((5, 12), (1, 3))
        other = left + took - overlap
        first: Row = {"took": took, "plain": True}
        second: Row = {"took": rng.randint(12, 30), "plain": True}
        way = number % 5
        box = f"LBRU{sheet.made % 1_000_000:06}"
        same = (
            {"container": checked(box)},
            {"serial": sheet.next("SN")},
            {"bill": sheet.next("BL")},
            {"lot": sheet.next("LOT-X")},
            {"container": checked(box), "seal": sheet.next("XS")},
        )[way]
        hs = rng.choice(("854231", "848340", "811292"))
        ends = (x, y)
        if way == 2:
            other = left + sheet.whole((20, 60), (4, 6))
        elif way == 3:
            ends, other = (b, y), left + took + 5
            second["origin"] = sheet.land(sheet.country[a])
        elif way == 4:
            other = left + took + sheet.whole((5, 20), (1, 40))
        if kind == NEAR:
            if way < 2:
                other = left + took + sheet.whole((5, 10), (0, 1))
                if way == 0:
                    ends = (b, y)
            elif way == 2:
                other = left + sheet.whole((1, 2), (2, 3))
                ends = (a, y)
            elif way == 3:
                second["origin"] = sheet.country[a]
            else:
                ends = (b, y)  # closed still, sent on from where it came to
        elif kind == ALIKE:
            if number % 2:  # part loads of one voyage
                other, ends = left + sheet.whole((0, 0), (0, 3)), (a, b)
                second = {"took": took, "plain": True, "load": sheet.ports[sheet.country[a]][0]}
                first["load"], first["discharge"] = second["load"], sheet.ports[sheet.country[b]][0]
                second["discharge"] = first["discharge"]
            else:  # two records of one movement
                movement = sheet.next("M")
                first["movement"] = second["movement"] = movement
                ends, other = (a, b), left + sheet.whole((1, 3), (2, 8))
        case.shipments(
            sheet.ship(a, b, hs, left, 800, **first, **same),
            sheet.ship(*ends, hs, other, 700, **second, **same),
        )
