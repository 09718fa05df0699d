"""Cases of the investigations of routes: third countries, lanes, origins, and mirror data."""

from __future__ import annotations

from world.labelled.controls import licence, lifted, rule
from world.labelled.sheet import ALIKE, NEAR, PLANTED, Row, Sheet, day


def routes(sheet: Sheet) -> None:
    transshipped(sheet)
    substituted(sheet)
    impossible(sheet)
    mirrored(sheet)


def transshipped(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-transshipments"):
        hs, since = sheet.code(), rng.randint(150, 300)
        through, into = rng.sample(("TH", "MY", "SG", "AE", "HK", "MX", "US", "JP", "DE", "IN"), 2)
        way = number % 3
        measure = "licence" if kind == ALIKE and way == 1 else rng.choice(("ban", "licence"))
        control = rule(
            sheet, hs, since, measure, origin="CN", applies_to="origin", destination=into
        )
        a, holder, b = sheet.company("CN"), sheet.company(through), sheet.company(into)
        if sheet.hard:
            with sheet.aside():
                sheet.traffic(holder, rng.randint(4, 12))
        kept, origin = sheet.whole((2, 15), (20, 43)), rng.choice(("CN", through))
        meant, before, same = b, 0.0, True
        tie: Row = {"lot": sheet.next("TS-")} if number % 3 == 0 else {}
        if kind == NEAR:
            if way == 0:  # it left before the control
                before = 1
            elif way == 1:  # to where they may go
                meant = sheet.company(sheet.land("CN", through, into))
            else:  # goods of the third country itself, of other weights
                origin, same = through, False
        out = hs
        if kind == ALIKE:
            if way == 0:
                lifted(sheet, control, since + 20, since + 390)
            elif way == 1:
                licence(
                    sheet,
                    holder,
                    hs=hs if number % 2 else hs[:4],
                    destination=into,
                    **{"from": day(since - 5)},
                )
            else:
                origin, out, tie = through, "841459", {}
                sheet.add("processing", company=holder, hs_in=hs, hs_out=out)
        legs = []
        for at in range(sheet.whole((1, 4), (1, 2)) if before == 0 else 1):
            kg, took = round(rng.lognormvariate(7, 0.7), 1), rng.randint(6, 15)
            left = since + 40 + 60 * at + rng.randint(0, 30)
            if before:
                left = since - kept - took - sheet.whole((10, 30), (1, 2))
            legs.append(sheet.ship(a, holder, hs, left, kg, took=took, **tie))
            share = 1 - sheet.pick((0, 0.005), (0, 0.01)) if same else rng.uniform(0.5, 0.85)
            legs.append(
                sheet.ship(
                    holder,
                    meant,
                    out,
                    left + took + kept,
                    round(kg * share, 1),
                    origin=origin,
                    **({} if not same else tie),
                )
            )
        case.shipments(*legs)


def substituted(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-lane-substitutions"):
        hs, since = sheet.code(), rng.randint(300, 400)
        through, into = rng.sample(("TH", "MY", "SG", "AE", "MX", "US", "JP", "DE", "IN"), 2)
        control = rule(
            sheet, hs, since, "ban", origin="CN", applies_to="dispatch", destination=into
        )
        a, c, b = sheet.company("CN"), sheet.company(through), sheet.company(into)
        goes_on, comes = sheet.pick((0, 0.08), (0.12, 0.18)), sheet.pick((0.5, 0.9), (0.29, 0.4))
        feeds = 1.0
        way = number % 3
        if kind == NEAR:
            if way == 0:
                goes_on = sheet.pick((0.4, 0.6), (0.23, 0.3))
            elif way == 1:
                comes = sheet.pick((0.05, 0.15), (0.15, 0.19))
            else:
                feeds = 0.0
        elif kind == ALIKE:
            if way == 0:  # a maker there, of that capacity
                capacity = 80_000 * sheet.pick((4, 5), (2.5, 3))
                maker = c if number % 2 else sheet.company(through)
                sheet.add(
                    "processing",
                    company=maker,
                    hs_in="260111",
                    hs_out=hs,
                    capacity_kg_year=round(capacity),
                )
            elif way == 1:  # suspended as soon as it began
                lifted(sheet, control, since, since + 400)
            else:  # it has long come so
                for left in rng.sample(range(since - 175, since - 5), 6):
                    case.shipments(
                        sheet.ship(c, b, hs, left, 80_000 * comes / 6, plain=True),
                        sheet.ship(a, c, hs, left, 80_000 * comes / 6, plain=True),
                    )
        legs = []
        for left in rng.sample(range(since - 175, since - 3), 8):
            legs.append(sheet.ship(a, b, hs, left, 10_000))
        if goes_on:
            legs.append(sheet.ship(a, b, hs, since + 60, 80_000 * goes_on))
        for left in rng.sample(range(since + 25, since + 170), 5):
            kg = 80_000 * comes / 5
            if feeds:
                legs.append(sheet.ship(a, c, hs, left - 20, kg * rng.uniform(1.0, 1.1)))
            legs.append(sheet.ship(c, b, hs, left, kg))
        case.shipments(*legs)


def impossible(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-impossible-origins"):
        hs, since = sheet.code(), rng.randint(100, 200)
        own, into = rng.sample(("TH", "MY", "MX", "JP", "DE", "IN", "KR"), 2)
        control = rule(
            sheet, hs, since, "ban", origin="CN", applies_to="dispatch", destination=into
        )
        a, c, b = sheet.company("CN"), sheet.company(own), sheet.company(into)
        times, gap = sheet.whole((4, 7), (3, 4)), sheet.whole((10, 50), (75, 88))
        made = 0.0
        way = number % 3
        if kind == PLANTED and way:
            made = sheet.pick((0.1, 0.5), (0.8, 0.88))
        elif kind == NEAR:
            if way == 0:
                times = 2
            elif way == 1:
                made = sheet.pick((0.97, 1.0), (0.93, 0.96))
            else:
                gap = sheet.whole((130, 160), (96, 102))
        exported, legs = 0.0, []
        begin = since + 30
        spread = 1 if kind == NEAR and way == 2 else 28
        for at in range(times):
            kg = rng.randint(2000, 6000)
            exported += kg
            left = begin + spread * at
            took = rng.randint(5, 10)
            legs.append(sheet.ship(a, c, hs, left, kg * rng.uniform(1.1, 1.4), took=took))
            legs.append(sheet.ship(c, b, hs, left + took + gap, kg, plain=True, origin=own))
        if kind == ALIKE:
            if way == 0:
                lifted(sheet, control, since, since + 600)
            elif way == 1:
                sheet.add("processing", company=c, hs_in="260111", hs_out=hs)
            else:
                sheet.add(
                    "processing",
                    company=sheet.company(own),
                    hs_in="260111",
                    hs_out=hs,
                    capacity_kg_year=round(exported * sheet.pick((2, 3), (1.02, 1.1))),
                )
        elif made:
            sheet.add(
                "processing",
                company=c,
                hs_in="260111",
                hs_out=hs,
                capacity_kg_year=round(exported * made),
            )
        case.shipments(*legs)


def mirrored(sheet: Sheet) -> None:
    rng = sheet.rng
    lands = ("CN", "US", "DE", "JP", "KR", "IN")
    usual = [sheet.code() for _ in range(10)]

    def both(
        a: str, b: str, hs: str, left: int, kg: float, sides: str = "ei", **cells: object
    ) -> list[str]:
        """One movement, declared by either side."""
        movement, took = sheet.next("M"), rng.randint(5, 20)
        made = []
        for side, record in (("e", "export_declaration"), ("i", "import_declaration")):
            if side in sides:
                more = dict(cells) if side == "i" else {}
                code = str(more.pop("counted", hs))
                more |= {"movement": movement, "record": record, "took": took}
                made.append(sheet.ship(a, b, code, left, kg, plain=True, **more))
        return made

    firms = {one: [sheet.company(one) for _ in range(6)] for one in lands}
    for _ in range(700):
        x, y = rng.sample(lands, 2)
        both(
            rng.choice(firms[x]),
            rng.choice(firms[y]),
            rng.choice(usual),
            rng.randint(0, 728),
            sheet.kg("790111"),
        )
    for kind, number, case in sheet.each_case("find-mirror-gaps"):
        x, y = rng.sample(lands, 2)
        a, b, hs = sheet.company(x), sheet.company(y), sheet.code()
        share, months = sheet.pick((0.7, 0.95), (0.3, 0.36)), sheet.whole((3, 5), (2, 2))
        # Goods may be there in the next month: what is lost of a trade month by month shows late.
        step = 2 if sheet.hard and kind != ALIKE else 1
        way = number % 3
        if kind == NEAR:
            if number % 2:
                share = sheet.pick((0.05, 0.15), (0.19, 0.24))
            else:
                months = 1
        begin, lost = rng.randint(90, 300) // 30 * 30 + 5, "i" if number % 4 else "e"
        kept = "e" if lost == "i" else "i"
        for month in range(5):
            for part in range(3):
                left = begin + round(30.44 * step * month) + part * 2
                case.shipments(*both(a, b, hs, left, 4000 * (1 - share if month < months else 1)))
                if month >= months:
                    continue
                kg = 4000 * share
                if kind != ALIKE:
                    case.shipments(*both(a, b, hs, left, kg, kept))
                elif way == 0:  # under another code of the heading
                    case.shipments(*both(a, b, hs, left, kg, counted=hs[:4] + "29"))
                elif way == 1:  # the other side counts them as sent by way of a third country
                    hub = sheet.land(x, y)
                    case.shipments(
                        *both(
                            a, b, hs, left, kg, dispatch="SG" if hub else "", origin=x, load="SGSIN"
                        )
                    )
                else:  # late in the month, and there in the next
                    case.shipments(*both(a, b, hs, left + 22 - part * 2, kg))
