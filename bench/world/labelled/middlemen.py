"""Cases of the investigations of companies between others: straws, newcomers, payers, drops."""

from __future__ import annotations

from world.labelled.background import pay
from world.labelled.controls import licence, rule
from world.labelled.sheet import ALIKE, NEAR, PLANTED, Row, Sheet, day


def middlemen(sheet: Sheet) -> None:
    dropped(sheet)
    newcomers(sheet)
    passed_through(sheet)
    straws(sheet)
    payers(sheet)


def dropped(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-forwarder-consignees"):
        a, hs = sheet.company(), sheet.code()
        way = number % 4
        hub = (
            sheet.hub()
            if sheet.hard and way == 0
            else sheet.company(
                role=("forwarder", "bank", "warehouse", "trader")[way],
                **({"address": f"P.O. Box {sheet.made}, Main Post"} if way == 3 else {}),
            )
        )
        times = sheet.whole((3, 6), (2, 3))
        cells: Row = {}
        if kind == NEAR and number % 3 == 0:
            times = 1
        if kind == ALIKE:
            if number % 3 == 0:
                cells["notify"] = sheet.company()
            elif number % 3 == 1:
                cells["procedure"] = "transit"
            else:
                owner = sheet.person()
                for one in (a, hub):
                    sheet.add(
                        "ownerships", owner=owner, owned=one, share=sheet.whole((70, 100), (50, 55))
                    )
        for at in range(times):
            left, took = 30 + 80 * at + rng.randint(0, 40), rng.randint(5, 20)
            kg = rng.randint(300, 9000)
            case.shipments(sheet.ship(a, hub, hs, left, kg, plain=True, took=took, **cells))
            if kind == NEAR and number % 3 == 1:  # sent on in time
                after = sheet.whole((5, 30), (50, 60))
                sheet.ship(
                    hub,
                    sheet.company(),
                    hs,
                    left + took + after,
                    kg * rng.uniform(0.5, 1),
                    plain=True,
                )
            elif kind == NEAR and number % 3 == 2:  # the end user is no such firm, and is named
                sheet.tables["shipments"][-1]["end_user"] = sheet.company()
            elif kind == PLANTED and sheet.hard:  # other goods go on, and these too late
                sheet.ship(hub, sheet.firm(), "740311", left + took + 20, kg, plain=True)
                if at == times - 1:
                    sheet.ship(
                        hub, sheet.firm(), hs, left + took + rng.randint(63, 75), kg, plain=True
                    )


def newcomers(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-new-entrants"):
        hs, since = sheet.code(), rng.randint(260, 380)
        rule(sheet, hs, since, origin="CN", applies_to="dispatch")
        buyers = []
        volumes = []
        for at in range(8):
            a, b = sheet.company("CN"), sheet.company("US")
            buyers.append(b)
            licence(sheet, a, hs=hs)
            sheet.ship(a, b, hs, rng.randint(10, since - 10), 1000, plain=True)
            volumes.append(1000.0 * (at + 2))
            for left in rng.sample(range(since + 5, since + 280), 3):
                sheet.ship(a, b, hs, left, volumes[-1] / 3, plain=True)
        young = number % 2 == 0
        begun = day(since + rng.randint(1, 10)) if young else day(-900)
        c = sheet.company("CN", incorporated=begun)
        volume = sheet.pick((15_000, 30_000), (8_500, 9_500))
        begins = since + sheet.whole((15, 90), (60, 200))
        if kind == NEAR:
            if number % 2:  # it traded before the control
                sheet.ship(c, buyers[2], hs, since - sheet.whole((20, 90), (1, 5)), 500, plain=True)
            else:
                volume = sheet.pick((1000, 3000), (5000, 6500))
        elif kind == ALIKE:
            if number % 2:
                licence(sheet, c, hs=hs[: 4 if sheet.hard else 6], **{"from": day(begins - 30)})
            else:
                owner, sister = sheet.person(), sheet.company("CN")
                for one in (c, sister):
                    sheet.add(
                        "ownerships", owner=owner, owned=one, share=sheet.whole((60, 100), (50, 51))
                    )
                sheet.ship(sister, buyers[0], hs, since - 40, 900, plain=True)
        for at in range(4):
            sheet.ship(c, buyers[at % 2], hs, begins + 15 * at, volume / 4)
        case.companies(c)


def passed_through(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-pass-through-companies"):
        role = "trader"
        if kind == ALIKE and number % 3 == 0:
            role = rng.choice(("forwarder", "warehouse", "broker"))
        c = sheet.company(role=role)
        suppliers, customers = [
            [sheet.company() for _ in range(rng.randint(1, 2))] for _ in range(2)
        ]
        pairs, keep = sheet.whole((5, 9), (4, 5)), (sheet.whole((1, 8), (10, 13)))
        share = 1 - sheet.pick((0, 0.01), (0, 0.03))
        extra = 0.0
        way = number % 3
        if kind == NEAR:
            if way == 0:
                keep = sheet.whole((20, 30), (16, 18))
            elif way == 1:
                extra = sheet.pick((0.4, 0.8), (0.15, 0.2))
            else:
                pairs = 2
        elif kind == ALIKE and way == 1:
            owner = sheet.person()
            for one in (c, *suppliers):
                sheet.add(
                    "ownerships", owner=owner, owned=one, share=sheet.whole((60, 100), (50, 51))
                )
        turned = kind == ALIKE and way == 2
        hs = rng.choice(("848340", "854231", "740311"))
        if turned:
            sheet.add("processing", company=c, hs_in=hs, hs_out="841459")
        total, lightest = 0.0, 1e9
        for at in range(pairs):
            kg, took = round(rng.lognormvariate(8, 0.7), 1), rng.randint(6, 20)
            left = 20 + at * (600 // pairs) + rng.randint(0, 30)
            total, lightest = total + kg, min(lightest, kg)
            lot = {"lot": sheet.next("PT-")} if number % 4 == 0 and not turned else {}
            sheet.ship(rng.choice(suppliers), c, hs, left, kg, took=took, **lot)
            sheet.ship(
                c,
                rng.choice(customers),
                "841459" if turned else hs,
                left + took + max(keep + rng.randint(-1, 1), 0),
                round(kg * share, 1),
                **lot,
            )
        if extra:
            sheet.ship(suppliers[0], c, hs, 640, total * extra)
        elif sheet.hard and kind == PLANTED:  # and a little other trade, in and out
            sheet.ship(sheet.firm(), c, "480256", 300, total * 0.05, plain=True)
            sheet.ship(c, sheet.firm(), "220421", 500, total * 0.04, plain=True)
        case.companies(c)


def straws(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-straw-purchasers"):
        seller, behind = sheet.company(), sheet.company()
        receivers = [behind]
        if number % 4 == 1:
            receivers = [sheet.company(sheet.country[behind]) for _ in range(2)]
            for one in receivers:
                sheet.add(
                    "ownerships", owner=behind, owned=one, share=sheet.whole((60, 100), (50, 51))
                )
        count, span = sheet.whole((4, 6), (3, 4)), sheet.whole((5, 12), (15, 18))
        rounds = 1
        way = number % 3
        if kind == NEAR:
            if way == 0:
                count = 2
            elif way == 1:
                count, span = 3, sheet.whole((70, 100), (44, 50))
        elif kind == ALIKE and way == 2:
            rounds = 3
        hs = rng.choice(("854231", "847150", "848340"))
        buyers = [sheet.company() for _ in range(count)]
        begin = rng.randint(40, 150 if rounds > 1 else 500)
        owner = sheet.person()
        for at, buyer in enumerate(buyers):
            if kind == ALIKE and way == 0:
                for one in (buyer, behind):
                    sheet.add(
                        "ownerships", owner=owner, owned=one, share=sheet.whole((60, 100), (50, 51))
                    )
            if kind == ALIKE and way == 1:
                sheet.add("processing", company=buyer, hs_in=hs, hs_out="847330")
            for turn in range(rounds):
                kg = round(rng.lognormvariate(6.5, 0.8), 1)
                left = begin + 150 * turn + round(span * at / max(count - 1, 1))
                lot = {"lot": sheet.next("ST-")} if number % 3 == 0 else {}
                out = "847330" if kind == ALIKE and way == 1 else hs
                if kind == NEAR and way == 2:  # of other weights
                    lot, kg_on = {}, round(kg * rng.uniform(0.6, 0.85), 1)
                else:
                    kg_on = round(kg * (1 - sheet.pick((0, 0.004), (0, 0.01))), 1)
                took, keep = rng.randint(5, 9), sheet.whole((2, 6), (8, 14))
                case.shipments(
                    sheet.ship(seller, buyer, hs, left, kg, took=took, **lot),
                    sheet.ship(
                        buyer,
                        receivers[at % len(receivers)],
                        out,
                        left + took + keep,
                        kg_on,
                        took=rng.randint(5, 9),
                        **lot,
                    ),
                )
            if (sheet.hard and kind == PLANTED) or rounds > 1:
                for _ in range(3 if kind == PLANTED else 8):
                    sheet.ship(
                        buyer,
                        sheet.firm(),
                        "480256",
                        rng.randint(20, 700),
                        sheet.kg("480256"),
                        plain=True,
                    )


def payers(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-third-party-payers"):
        role = "bank" if kind == ALIKE and number % 3 == 0 else "trader"
        a, b, payer = sheet.company(), sheet.company(), sheet.company(role=role)
        if sheet.hard:
            with sheet.aside():
                sheet.traffic(payer, 6)
        way = number % 3
        carrier = sheet.company(role="carrier")
        for _ in range(sheet.whole((2, 4), (1, 1))):
            left = rng.randint(20, 600)
            cells: Row = {}
            if kind == NEAR and way == 1:  # the importer pays, and another is consignee
                cells = {"importer": payer}
            elif kind == NEAR and way == 2:
                cells = {"movement": sheet.next("M")}
                sheet.ship(a, payer, "848340", left, 4000, plain=True, **cells)
            elif kind == NEAR:
                cells = {"carrier": carrier}
            elif kind == ALIKE and way == 1:
                cells = {rng.choice(("notify", "end_user")): payer}
            id_ = sheet.ship(a, b, "848340", left, 4000, plain=kind != PLANTED, **cells)
            payee = carrier if kind == NEAR and way == 0 else a
            pay(
                sheet,
                payer,
                payee,
                id_,
                left + rng.randint(10, 60),
                **({"amount": None} if sheet.hard else {}),
            )
            if sheet.hard:  # the receiver pays the rest
                pay(sheet, b, a, id_, left + 70)
        if kind == ALIKE and way == 2:
            owner = sheet.person()
            for one in (b, payer):
                sheet.add(
                    "ownerships", owner=owner, owned=one, share=sheet.whole((60, 100), (50, 51))
                )
        case.companies(payer, b)
