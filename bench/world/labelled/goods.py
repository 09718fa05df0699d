"""Cases of the investigations of goods and their prices."""

from __future__ import annotations

import math
import statistics

from world.labelled.sheet import ALIKE, NEAR, PLANTED, Row, Sheet


def goods(sheet: Sheet) -> None:
    swarms(sheet)
    fragments(sheet)
    strange(sheet)
    prices(sheet)


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
                total = sheet.pick((0.4, 0.6), (0.7, 0.8))
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
                    row["address"] = f"Unit 4, {sheet.made} Side Lane"
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
        for _ in range(60):
            trader(line, rng.randint(22, 28))
    for kind, number, case in sheet.each_case("find-off-business-goods"):
        line, hs = lines[number % 3], others[number // 3 % 16]
        count, times, twice = sheet.whole((24, 36), (20, 24)), 1, 1
        role = "trader"
        if kind == NEAR:
            hs = others[(4 + number // 3) % 16]
            if number % 2:  # two firms of the line do so
                twice = 3 if sheet.hard else 5
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


def prices(sheet: Sheet) -> None:
    rng = sheet.rng
    spread = 0.18 if sheet.hard else 0.08
    lanes = []
    for at, hs in enumerate(
        ("848340", "740311", "854231", "610910", "850440", "790111")
        + ("401120", "847330", "901890", "540233", "480256", "848210")
    ):
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
        whole = kind == ALIKE and number < 4  # the whole lane paid so at that time
        chosen = rng.sample(firms, 5 if whole else 1)
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
