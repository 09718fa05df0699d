"""Cases of the investigations of trade that moves on after a control: other goods, other plants."""

from __future__ import annotations

from world.labelled.controls import licence, rule
from world.labelled.sheet import ALIKE, NEAR, PLANTED, Sheet, day


def moves(sheet: Sheet) -> None:
    offshored(sheet)
    drift(sheet)


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
        fed = sheet.pick((0.5, 0.9), (0.13, 0.3))
        way = number % 3
        if kind == NEAR:
            if way == 0:
                share = sheet.pick((30, 45), (49, 49.9))
            elif way == 1:  # it sent before the control
                begins = -sheet.whole((30, 60), (1, 3))
            else:
                fed = sheet.pick((0.01, 0.05), (0.07, 0.095))
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
