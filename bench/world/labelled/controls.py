"""Cases of the investigations of controls and lists."""

from __future__ import annotations

from world.labelled.background import pay
from world.labelled.sheet import ALIKE, NEAR, PLANTED, Sheet, day


def controls(sheet: Sheet) -> None:
    unlicensed(sheet)
    listed(sheet)
    broken(sheet)
    owned(sheet)


def rule(sheet: Sheet, hs: str, since: float, measure: str = "licence", **cells: object) -> str:
    id_ = cells.pop("id", None) or sheet.next("LAB-")
    sheet.add(
        "controls", id=id_, regime="LAB", measure=measure, hs=hs, **{"from": day(since), **cells}
    )
    return str(id_)


def licence(sheet: Sheet, holder: str, **cells: object) -> str:
    id_ = sheet.next("L")
    sheet.add("licences", id=id_, holder=holder, **{"regime": "LAB", **cells})
    return id_


def lifted(sheet: Sheet, control: str, since: float, until: float) -> None:
    """A suspension of a control, first and last day included."""
    sheet.add(
        "controls",
        id=sheet.next("LIFT-"),
        regime="LAB",
        measure="suspension",
        hs=None,
        suspends=control,
        **{"from": day(since), "to": day(until)},
    )


def unlicensed(sheet: Sheet) -> None:
    """Three goods under control, which many firms send with licences of all kinds."""
    goods = [(sheet.code(), 200, "CN"), (sheet.code(), 330, "US"), (sheet.code(), 420, "DE")]
    lifts = {}
    for hs, since, origin in goods:
        id_ = rule(
            sheet, hs, since, origin=origin, applies_to="dispatch", description="Metal " + hs
        )
        lifts[hs] = since + 120
        lifted(sheet, id_, since + 120, since + 150)
        for _ in range(25):  # licensed trade, and trade before the control
            a = sheet.company(origin)
            regular = [sheet.firm(but=origin) for _ in range(2)]
            early = sheet.rng.sample(range(since - 10), 2)
            for at, left in enumerate(early + sheet.rng.sample(range(720), 6)):
                often = at < 2 or sheet.rng.random() < 0.9
                b = regular[at % 2] if often else sheet.firm(but=origin)
                sheet.ship(a, b, hs, left, sheet.rng.lognormvariate(6, 0.8))
            whole = sheet.rng.random() < 0.5
            licence(sheet, a, hs=hs if whole else hs[:4], **{"from": day(since - 30)})
    for kind, number, case in sheet.each_case("find-unlicensed-exports"):
        hs, since, origin = goods[number % 3]
        a, b = sheet.company(origin), sheet.company(sheet.land(origin))
        left = since + sheet.rng.choice(
            (sheet.whole((20, 100), (2, 110)), sheet.whole((170, 300), (152, 290)))
        )
        kg = sheet.pick((300, 4000), (40, 4000))
        way = number % 4
        if kind == PLANTED:
            if way == 1:  # a licence that had ended
                gone = sheet.whole((20, 90), (1, 4))
                licence(sheet, a, hs=hs, **{"from": day(left - 200), "to": day(left - gone)})
            elif way == 2:  # a licence for somebody else or elsewhere
                other = sheet.land(origin, sheet.country[b])
                licence(sheet, a, hs=hs, destination=other, **{"from": day(left - 50)})
            elif way == 3:  # a licence that is used up
                allowed = round(kg / sheet.pick((1.5, 3), (1.03, 1.1)), 1)
                licence(sheet, a, hs=hs, quantity_kg=allowed, **{"from": day(left - 50)})
            case.shipments(sheet.ship(a, b, hs, left, kg))
        elif kind == NEAR:
            if way == 0:  # the day before the control
                left = since - sheet.whole((5, 20), (1, 1))
            elif way == 1:  # the last day of the licence
                licence(sheet, a, hs=hs, **{"from": day(left - 200), "to": day(left)})
            elif way == 2:  # goods next to those under control
                hs = sheet.code()
            else:
                allowed = round(kg * sheet.pick((1.5, 3), (1.0, 1.02)) + 1, 1)
                licence(sheet, a, hs=hs, quantity_kg=allowed, **{"from": day(left - 50)})
            case.shipments(sheet.ship(a, b, hs, left, kg))
        else:
            cells = {}
            if way == 0:
                left = lifts[hs] + sheet.whole((5, 25), (0, 30))
            elif way == 1:
                cells = {"procedure": "return"}
            else:
                licence(sheet, a, hs=hs[: 4 + 2 * (way - 2)], destination=sheet.country[b])
            case.shipments(sheet.ship(a, b, hs, left, kg, **cells))


def listed(sheet: Sheet) -> None:
    for kind, number, case in sheet.each_case("find-listed-contacts"):
        on, other = sheet.company(), sheet.company()
        with sheet.aside():
            sheet.traffic(other, sheet.whole((2, 6), (8, 20)))
        since, until = sheet.rng.randint(150, 300), sheet.rng.randint(420, 560)
        sheet.add(
            "listings",
            entity=on,
            list="Lab list",
            program="METALS",
            **{"from": day(since), "to": day(until)},
        )
        role = ("consignee", "end_user", "notify", "payment", "shipper", "carrier")[number % 6]
        count = sheet.whole((2, 5), (1, 2))
        for _ in range(count):
            left = sheet.rng.randint(since, until)
            if sheet.hard and kind == PLANTED:
                left = sheet.rng.choice(
                    (since + sheet.rng.randint(0, 2), until - sheet.rng.randint(0, 2))
                )
            cells: dict[str, object] = {}
            if kind == NEAR:
                gone = sheet.whole((10, 60), (1, 2))
                left = sheet.rng.choice((since - gone, until + gone))
            elif kind == ALIKE:
                cells["licence"] = licence(sheet, other)
            kg = sheet.rng.lognormvariate(7, 1)
            if role == "payment" and kind != ALIKE:
                pay(sheet, other, on, None, left)
            elif role == "consignee" or role == "payment":
                sheet.ship(other, on, "848340", left, kg, **cells)
            elif role == "shipper":
                sheet.ship(on, other, "848340", left, kg, **cells)
            else:
                sheet.ship(
                    other, sheet.firm(), "848340", left, kg, plain=True, **{role: on}, **cells
                )
            if sheet.hard:  # and lawful trade before the list
                sheet.ship(other, on, "848340", since - sheet.rng.randint(30, 120), kg)
        case.companies(on, other)


def broken(sheet: Sheet) -> None:
    for kind, number, case in sheet.each_case("find-end-user-breaks"):
        a, user, holder, x = (sheet.company() for _ in range(4))
        hs = sheet.rng.choice(("848340", "854231", "847150", "850440", "811292"))
        direct = number % 2 == 0  # the end user itself sends on; or a holder that never delivers
        has = user if direct else holder
        if sheet.hard:
            with sheet.aside():
                for one in (has, x):
                    sheet.traffic(one, sheet.rng.randint(4, 10))
        kg = round(sheet.rng.lognormvariate(7.5, 0.8), 1)
        left = sheet.rng.randint(20, 550)
        took = sheet.rng.randint(8, 25)
        kept = sheet.whole((2, 20), (15, 43))
        drift = 1 - sheet.pick((0, 0.004), (0, 0.02))
        cells: dict[str, object] = {"lot": sheet.next("LT-")} if number % 3 == 0 else {}
        on = dict(cells)
        to = x
        if kind == NEAR:
            if number % 3 == 0:  # delivered to the end user
                to, has, on, direct = user, holder, dict(cells), False
            elif number % 3 == 1:  # other weights
                drift, on = 1 - sheet.pick((0.12, 0.3), (0.06, 0.09)), {}
            else:  # much later, and without a lot
                kept, on = sheet.whole((90, 160), (50, 80)), {}
        elif kind == ALIKE:
            if number % 2:
                on["procedure"] = "return" if direct else "outward_processing"
                to = a if direct else x
            else:
                sheet.add("processing", company=has, hs_in=hs, hs_out="841459")
        first = sheet.ship(a, has, hs, left, kg, took=took, end_user=user, **cells)
        out = "841459" if kind == ALIKE and not number % 2 else hs
        second = sheet.ship(has, to, out, left + took + kept, round(kg * drift, 1), **on)
        case.shipments(first, second)


def owned(sheet: Sheet) -> None:
    """Chains of holdings below listed owners, of one to four steps and one or two owners."""
    for kind, number, case in sheet.each_case("find-hidden-owners"):
        top, second = sheet.company(), sheet.company()
        since = sheet.rng.randint(0, 300)
        ended: dict[str, object] = {}
        share = sheet.pick((55, 100), (50, 52))
        sold: dict[str, object] = {}
        way = number % 3
        if kind != PLANTED:
            if way == 0:  # the listing had ended
                ended = {"to": day(sheet.whole((400, 600), (690, 720)))}
            elif way == 1:  # the shares were sold
                sold = {"to": day(sheet.whole((400, 600), (690, 720)))}
            elif kind == ALIKE:  # a small holding
                share = sheet.pick((2, 15), (15, 24))
            else:
                share = sheet.pick((8, 20), (20, 24.9))
        for one in (top, second):
            sheet.add("listings", entity=one, list="Lab list", **{"from": day(since), **ended})
        steps = sheet.whole((1, 3), (2, 4))
        owner, chain = top, []
        for step in range(steps):
            company = sheet.company()
            part = round(share if step == 0 or kind == PLANTED else 40.0, 2)
            if kind == PLANTED and sheet.hard and step == steps - 1:  # two together
                sheet.add(
                    "ownerships", owner=second, owned=company, share=round(part / 2, 2), **sold
                )
                part = round(part - part / 2 + 0.01, 2)
            sheet.add("ownerships", owner=owner, owned=company, share=part, **sold)
            with sheet.aside():
                sheet.add(
                    "ownerships", owner=sheet.person(), owned=company, share=round(99 - share, 2)
                )
            chain.append(company)
            owner = company
        case.companies(*chain)
