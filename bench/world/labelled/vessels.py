"""Cases of the investigations of vessels: identities and voyages."""

from __future__ import annotations

from world.labelled.background import distance
from world.labelled.controls import lifted, rule
from world.labelled.sheet import ALIKE, NEAR, PLANTED, Row, Sheet, day


def vessels(sheet: Sheet) -> None:
    renamed(sheet)
    voyages(sheet)


def known(sheet: Sheet, vessel: str, field: str, *entries: tuple[str, float]) -> None:
    """One identity after the other, each from its day until the next begins."""
    for at, (value, since) in enumerate(entries):
        until = {"to": day(entries[at + 1][1] - 1)} if at + 1 < len(entries) else {}
        sheet.add(
            "vessel_identities",
            vessel=vessel,
            field=field,
            value=value,
            **{"from": day(since), **until},
        )


def renamed(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-vessel-identity-changes"):
        way = number % 3
        first = rng.randint(100, 300)
        if way == 0:  # flags or names again and again
            apart = sheet.whole((60, 200), (300, 360))
            if kind == NEAR:
                apart = sheet.whole((420, 500), (366, 380))
            field = ("flag", "name")[number % 2]
            values = ("LR", "PA", "KM") if field == "flag" else ("Ostrand", "Vesper", "Calder")
            v = sheet.vessel(**{field: values[2]})
            known(sheet, v, field, *zip(values, (-1500, first, first + apart), strict=True))
            if kind == ALIKE:
                for at in (first, first + apart):
                    sheet.add(
                        "ownerships",
                        owner=sheet.company(),
                        owned=v,
                        share=100,
                        **{"from": day(at - sheet.whole((0, 10), (20, 30)))},
                    )
            case.vessels(v)
        elif way == 1:  # one MMSI
            shared = f"5740{number}{first}{len(kind)}"
            v = sheet.vessel(mmsi=shared)
            w = sheet.vessel(mmsi=f"6120{number}{first}{len(kind)}")
            if kind == ALIKE:
                with sheet.aside():
                    sheet.tables["vessels"].remove(sheet.tables["vessels"][-1])
                w = f"MMSI-{shared}"
                sheet.add("vessels", imo=w, name="Unnamed", flag=None, mmsi=shared)
            until = first + sheet.whole((60, 200), (1, 2))
            if kind == NEAR:
                until = first - sheet.whole((60, 200), (1, 3))
            if kind != ALIKE:
                sheet.add(
                    "vessel_identities",
                    vessel=w,
                    field="mmsi",
                    value=shared,
                    **{"from": day(first - 500), "to": day(until)},
                )
            sheet.add(
                "vessel_identities", vessel=v, field="mmsi", value=shared, **{"from": day(first)}
            )
            case.vessels(v, w)
        else:  # at sea, with goods under control
            v, hs = sheet.vessel(name="Second"), sheet.code()
            control = rule(
                sheet, hs, 50, "ban", origin="CN", applies_to="dispatch", destination="US"
            )
            took = rng.randint(14, 25)
            at = first + sheet.whole((4, took - 4), (1, 1))
            if kind == NEAR:
                at = first + took + sheet.whole((5, 20), (0, 1))
            known(sheet, v, "name", ("Former", -900), ("Second", at))
            if kind == ALIKE:
                lifted(sheet, control, first - 30, first + 30)
            sheet.ship(
                sheet.company("CN"),
                sheet.company("US"),
                hs,
                first,
                5000,
                took=took,
                plain=True,
                vessel=v,
                load="CNSHA",
                discharge="USLAX",
            )
            case.vessels(v)


def voyages(sheet: Sheet) -> None:
    rng = sheet.rng
    ports = sorted(sheet.place)

    def way_by(least: float, most: float) -> tuple[str, str, str]:
        """Two ports, and a third by which the way is so many times as long."""
        while True:
            load, into, via = rng.sample(ports, 3)
            direct = distance(sheet, load, into)
            legs = distance(sheet, load, via), distance(sheet, via, into)
            if direct > 900 and min(legs) > 400 and least <= sum(legs) / direct <= most:
                return load, into, via

    def days(a: str, b: str) -> int:
        return 1 + round(distance(sheet, a, b) / 650)

    for kind, number, case in sheet.each_case("find-voyage-irregularities"):
        v = sheet.vessel()
        case.vessels(v)
        way = number % 4
        span = (1.65, 4.0) if not sheet.hard else (1.53, 1.8)
        if kind == NEAR and way == 0:
            span = (1.1, 1.3) if not sheet.hard else (1.3, 1.46)
        load, into, via = way_by(*span)
        left = rng.randint(40, 500)
        took = days(load, via) + days(via, into) + 3
        cells: Row = {"plain": True, "vessel": v, "took": took, "load": load, "discharge": into}
        ends = sheet.company(sheet.port_country[load]), sheet.company(sheet.port_country[into])
        kg = round(rng.lognormvariate(9, 0.5), 1)
        lands = left + took
        there = left + days(load, via) + 1
        if way == 0:
            sheet.call(v, load, left - 1, left)
            sheet.call(v, via, there, there + 1)
            sheet.call(v, into, lands, lands + 1)
            if kind == ALIKE and number % 8 == 0:  # other cargo for that port
                sheet.ship(
                    ends[0],
                    sheet.company(sheet.port_country[via]),
                    "480256",
                    left,
                    kg / 2,
                    plain=True,
                    vessel=v,
                    took=there - left,
                    load=load,
                    discharge=via,
                )
            elif kind == ALIKE:  # a round that is made again and again
                for turn in (1, 2):
                    w, on = sheet.vessel(), left + 60 * turn
                    case.vessels(w)
                    sheet.call(w, load, on - 1, on)
                    sheet.call(w, via, on + there - left, on + there - left + 1)
                    sheet.call(w, into, on + took, on + took + 1)
                    sheet.ship(*ends, "848340", on, kg, **{**cells, "vessel": w})
        elif way == 1:  # it lay elsewhere when it is said to have left
            slip = sheet.whole((3, 6), (1, 2))
            if kind == PLANTED:
                sheet.call(v, via, left - slip, left + slip)
            elif kind == NEAR:  # a day or two apart
                sheet.call(v, load, left - 1, left + sheet.whole((0, 1), (2, 2)))
            else:  # another port of the same bay
                load = "USLAX"
                cells["load"] = load
                if into in ("USLAX", "USLGB"):
                    into = cells["discharge"] = "CNSHA"
                sheet.call(v, "USLGB", left - 3, left + 3)
            sheet.call(
                v,
                into,
                max(lands, left + 3 + days(via, into), left + 3 + days(load, into)),
                lands + 40,
            )
        elif way == 2:  # the other way about
            cells["took"] = took = took + 25
            if kind == PLANTED:
                sheet.call(v, into, left - sheet.whole((0, 1), (0, 1)), left + 1)
                sheet.call(v, load, left + took - 3, left + took - 1)
            elif kind == NEAR:
                sheet.call(
                    v,
                    into,
                    left - days(load, into) - sheet.whole((8, 12), (4, 5)),
                    left - days(load, into) - 3,
                )
                sheet.call(v, load, left - 1, left)
                sheet.call(v, into, left + took, left + took + 2)
            else:
                sheet.call(v, load, left - 2, left + 2)
                sheet.call(v, into, left + took - 2, left + took + 2)
        else:  # alongside on the way
            load, into, via = way_by(1.0, 1.25)
            took = days(load, via) + days(via, into) + 6
            cells |= {"load": load, "discharge": into, "took": took}
            there, w = left + days(load, via) + 1, sheet.vessel()
            case.vessels(w)
            for port, at in ((load, left - 1), (via, there), (into, left + took)):
                sheet.call(v, port, at, at + 1)
            after = there + sheet.whole((1, 4), (8, 10))
            same = 1 - sheet.pick((0, 0.01), (0.02, 0.04))
            if kind == NEAR:
                if number % 2:
                    same = 1 - sheet.pick((0.2, 0.4), (0.065, 0.09))
                else:
                    after = there + sheet.whole((20, 25), (13, 14))
            e = rng.choice([one for one in ports if one not in (load, into, via)])
            sheet.call(w, via, there - 1, after)
            on = days(via, e) + 2
            sheet.call(w, e, after + on, after + on + 1)
            bill = {"bill": sheet.next("BL")} if kind == ALIKE else {}
            cells |= bill
            sheet.ship(
                sheet.company(sheet.port_country[via]),
                sheet.company(sheet.port_country[e]),
                "740311",
                after,
                round(kg * same, 1),
                plain=True,
                vessel=w,
                took=on,
                load=via,
                discharge=e,
                **bill,
            )
        sheet.ship(*ends, "740311", left, kg, **cells)
