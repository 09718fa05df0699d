"""Cases of the investigations of companies, and of who stands behind or between them."""

from __future__ import annotations

from world.labelled.sheet import ALIKE, NEAR, PLANTED, Row, Sheet, day


def parties(sheet: Sheet) -> None:
    phoenixes(sheet)
    related(sheet)
    housed(sheet)


def phoenixes(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-phoenix-companies"):
        event = rng.randint(200, 420)
        after = sheet.whole((10, 120), (150, 178))
        common, others = sheet.whole((4, 6), (3, 4)), sheet.whole((0, 3), (5, 6))
        listing = number % 2 == 0
        way = number % 3
        if kind == NEAR:
            if way == 0:
                after = sheet.whole((240, 300), (183, 192))
            elif way == 1:
                common, others = sheet.whole((1, 1), (2, 2)), sheet.whole((6, 8), (5, 6))
        one_number = f"XX-{sheet.made}"
        registration = {"registration": one_number} if kind == ALIKE and way == 0 else {}
        if registration:
            listing = False
        country = sheet.land()
        old = sheet.company(
            country, **registration, **({} if listing else {"dissolved": day(event)})
        )
        young = {"incorporated": day(event + after)} if number % 4 else {}
        new = sheet.company(country, **registration, **young)
        if listing:
            sheet.add("listings", entity=old, list="Lab list", **{"from": day(event)})
        tie = number % 3
        with sheet.aside():
            d = sheet.person()
        if kind == NEAR and way == 2:  # the tie had ended long before
            gone = event - sheet.whole((500, 700), (368, 400))
            sheet.add("directorships", director=d, company=old, role="director", to=day(gone))
            sheet.add("directorships", director=d, company=new, role="director")
        elif kind == ALIKE and way == 1:  # an agent's address
            with sheet.aside():
                for _ in range(22):
                    sheet.add("directorships", director=d, company=sheet.firm(), role="director")
            for one in (old, new):
                sheet.add("directorships", director=d, company=one, role="director")
        elif tie == 0:
            until = {"to": day(event - 200)} if sheet.hard else {}
            sheet.add("directorships", director=d, company=old, role="director", **until)
            sheet.add("directorships", director=d, company=new, role="director")
        elif tie == 1:
            for row in sheet.tables["companies"][-2:]:
                row["phone"] = f"+4477{number}{event:05}"
        else:
            for row in sheet.tables["companies"][-2:]:
                row["address"] = f"Unit 7, {number} Phoenix Way {event} {kind}"
        if kind == ALIKE and way == 2:  # only what everybody uses is common
            partners = rng.sample(sheet.hubs, common)
        else:
            partners = [sheet.company() for _ in range(common)]
        for one in partners + [sheet.company() for _ in range(2)]:
            sheet.ship(
                old, one, "848340", rng.randint(20, event - 5), rng.randint(500, 5000), plain=True
            )
        for one in partners + [sheet.company() for _ in range(others)]:
            left = (
                event + after + rng.randint(2, 100)
                if number % 4
                else event + after + rng.randint(0, 1)
            )
            sheet.ship(new, one, "848340", left, rng.randint(500, 5000), plain=True)
        case.companies(old, new)


def related(sheet: Sheet) -> None:
    rng = sheet.rng
    for kind, number, case in sheet.each_case("find-related-parties"):
        a, b = sheet.company(), sheet.company()
        left = rng.randint(100, 600)
        for at in range(sheet.whole((2, 6), (1, 2))):
            sheet.ship(a, b, "848340", left + 5 * at, rng.randint(500, 5000))
        d, e = sheet.person(), sheet.person()
        dates: Row = {}
        if sheet.hard and kind == PLANTED:
            dates = {"from": day(left - 400), "to": day(left + rng.randint(0, 3))}
        way = number % 3
        if kind == PLANTED:
            if way == 0:
                for one in (a, b):
                    sheet.add("directorships", director=d, company=one, role="director", **dates)
            elif way == 1:  # over a company between
                middle = sheet.company()
                sheet.add(
                    "ownerships", owner=a, owned=middle, share=sheet.whole((20, 40), (45, 49))
                )
                sheet.add("directorships", director=d, company=middle, role="director", **dates)
                sheet.add("directorships", director=d, company=b, role="director", **dates)
            else:
                sheet.add(
                    "ownerships", owner=a, owned=b, share=sheet.whole((20, 40), (45, 49)), **dates
                )
            if sheet.hard:  # the person sits elsewhere too
                with sheet.aside():
                    for _ in range(5):
                        sheet.add(
                            "directorships", director=d, company=sheet.firm(), role="director"
                        )
        elif kind == NEAR:
            if way < 2:
                gone = {"to": day(left - sheet.whole((60, 200), (1, 5)))}
                sheet.add("directorships", director=d, company=a, role="director", **gone)
                sheet.add("directorships", director=d, company=b, role="director")
            else:  # four steps
                middle = sheet.company()
                for person, one in ((d, a), (d, middle), (e, middle), (e, b)):
                    sheet.add("directorships", director=person, company=one, role="director")
        elif way == 0:
            for one in (a, b):
                sheet.add("ownerships", owner=d, owned=one, share=sheet.whole((60, 100), (50, 51)))
                sheet.add("directorships", director=d, company=one, role="director")
        elif way == 1:
            sheet.add("ownerships", owner=a, owned=b, share=sheet.whole((60, 100), (50, 51)))
        else:  # an agent
            for one in (a, b, *(sheet.firm() for _ in range(sheet.whole((40, 60), (9, 12))))):
                sheet.add("directorships", director=d, company=one, role="director")
        case.companies(a, b)


def housed(sheet: Sheet) -> None:
    for kind, number, case in sheet.each_case("find-shared-addresses"):
        count = sheet.whole((4, 7), (3, 3))
        room = f"Suite {number + 3}, {sheet.made} Lab Street"
        country = sheet.land()
        way = number % 3
        hit = kind == PLANTED and way == 2
        if hit:
            count = 2
        if kind == NEAR:
            count = 2 if way == 0 else 3
        elif kind == ALIKE and way == 1:
            count = sheet.whole((45, 60), (31, 34))
        elif kind == ALIKE and way == 2:
            room = f"{sheet.made} Lab Street"
        owner = sheet.person()
        for at in range(count):
            dates: Row = {"incorporated": day(-2000 + 90 * at)}
            if kind == NEAR and way > 0 and at == 0:
                dates["dissolved"] = day(-2000 + 90 * 2 - sheet.whole((60, 80), (1, 5)))
            address = room if not sheet.hard or at % 2 else room.upper().replace(",", " ,")
            c = sheet.company(country, address=address, **dates)
            case.companies(c)
            if kind == ALIKE and way == 0:
                sheet.add(
                    "ownerships", owner=owner, owned=c, share=sheet.whole((60, 100), (50, 51))
                )
            if hit and at == 0:
                sheet.add("listings", entity=c, list="Lab list", **{"from": day(100)})
