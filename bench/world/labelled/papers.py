"""Cases of the investigations of papers, filings and numbers."""

from __future__ import annotations

from world.labelled.background import checked
from world.labelled.sheet import ALIKE, NEAR, PLANTED, Row, Sheet, day


def papers(sheet: Sheet) -> None:
    conflicts(sheet)
    late(sheet)
    reused(sheet)


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
