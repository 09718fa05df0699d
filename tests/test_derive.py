"""Controls on their deciding days, and holdings against a solver of linear equations."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netinv import derive, intake
from netinv.case import Case, open_case
from netinv.inputs import Input
from netinv.relate import Relations
from tests.conftest import SHARED, write_tables

Rows = list[dict[str, Any]]
Derive = Callable[..., Rows]


@pytest.fixture
def derived(tmp_path: Path) -> Derive:
    """Rows of a relationship's rule over tables, without a graph."""

    def rows(type_: str, tables: dict[str, str], reference: bool = False, **given: str) -> Rows:
        case: Case = open_case(tmp_path / "case")
        if reference:
            for path, how in intake.reference():
                intake.take_in(case, [path], how)
        for report in intake.take_in(case, [write_tables(tmp_path / "tables", tables)]):
            assert not report.rejected, report
        sql = derive.program(type_)
        values = {one.name: one.value(given.get(one.name)) for one in sql.inputs}
        with Relations(case) as relations:
            found = relations.database.execute(sql.statement, values)
            names = [column[0] for column in found.description]
            made = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            return [row for row in made if row["b"] is not None]  # the others were left out

    return rows


SHIPMENT = """
id | shipper | hs | hs_country | origin | dispatch | destination | end_use | declared | departed
S1 | A | {hs} | {hs_country} | {origin} | {dispatch} | {destination} | {end_use} | {declared} | {departed}
"""  # noqa: E501 - a row reads as a row


def shipment(**cells: str) -> dict[str, str]:
    whole = dict.fromkeys(
        ("hs", "hs_country", "origin", "dispatch", "destination", "end_use", "declared"), ""
    ) | {"origin": "CN", "dispatch": "CN", "destination": "DE", "departed": "2025-06-01"}
    return {"shipments": SHIPMENT.format(**whole | cells)}


def covered(rows: Rows, measure: str = "") -> set[str]:
    """The controls that stand, by id."""
    return {
        row["b"] for row in rows if row["lifted_by"] is None and measure in ("", row["measure"])
    }


@pytest.mark.parametrize(
    ("day", "stands"),
    [("2023-07-31", False), ("2023-08-01", True), ("2026-11-25", True)],
)
def test_gallium_needs_a_licence_from_the_first_day_on(
    derived: Derive, day: str, stands: bool
) -> None:
    rows = derived(
        "CONTROLLED_BY",
        shipment(hs="8112929010", hs_country="CN", declared=day),
        reference=True,
    )
    assert ("cn-2023-23-ga-metal-8112929010" in covered(rows, "licence")) == stands
    assert all(row["match"] == "exact" for row in rows if row["measure"] == "licence")


@pytest.mark.parametrize(
    ("day", "banned", "lifted"),
    [
        ("2024-12-02", False, False),
        ("2024-12-03", True, False),
        ("2025-11-08", True, False),
        ("2025-11-09", False, True),  # the first day of the suspension
        ("2026-11-27", False, True),  # and its last
        ("2026-11-28", True, False),
    ],
)
def test_a_suspension_lifts_the_ban_from_its_first_to_its_last_day(
    derived: Derive, day: str, banned: bool, lifted: bool
) -> None:
    rows = derived(
        "CONTROLLED_BY", shipment(hs="811010", destination="US", declared=day), reference=True
    )
    ban = "cn-2024-46-us-sb-811010"
    assert (ban in covered(rows, "ban")) == banned
    assert any(row["b"] == ban and row["lifted_by"] == "cn-2025-72-sb-811010" for row in rows) == (
        lifted
    )
    # The suspension lifts one clause: the licence of announcement 33 of 2024 is still asked for.
    if banned or lifted:
        licence = {row["b"] for row in rows if row["measure"] == "licence"}
        assert any(id_.startswith("cn-2024-33-sb-") for id_ in licence)
    decides = {row["measure"] for row in rows if row["decides"]}
    assert decides == {"ban" if banned else "licence"}


CONTROLS = """
id  | regime | measure | hs         | hs_country | from       | to         | origin | applies_to | destination | end_use  | day
K1  | X      | licence | 8112929010 | CN         | 2025-01-01 |            | CN     | dispatch   |             |          | declared
K2  | X      | ban     | 811292     |            | 2025-01-01 | 2025-12-31 | CN     | origin     | US          |          | departed
K3  | X      | ban     | 8112       |            | 2025-01-01 |            |        |            |             | military | departed
K4  | Y      | notice  | 8112       |            | 2025-01-01 |            |        |            | KP          |          | departed
"""  # noqa: E501 - a row reads as a row


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # National digits count with the country that issued them; else six are compared.
        ({"hs": "8112929010", "hs_country": "CN"}, {("K1", "exact", 10)}),
        ({"hs": "8112929010", "hs_country": "US"}, {("K1", "wider", 6)}),
        ({"hs": "8112920000", "hs_country": "US"}, {("K1", "wider", 6)}),
        ({"hs": "8112929090", "hs_country": "CN"}, set()),
        ({"hs": "811292"}, {("K1", "wider", 6)}),
        ({"hs": "8112"}, {("K1", "wider", 4)}),
        ({"hs": "811299"}, set()),
        # Where it leaves from, against where it was made.
        ({"hs": "811292", "dispatch": "TH", "destination": "US"}, {("K2", "exact", 6)}),
        ({"hs": "811292", "dispatch": "TH", "origin": "TH", "destination": "US"}, set()),
        ({"hs": "811292", "dispatch": "TH"}, set()),
        ({"hs": "811292", "dispatch": ""}, {("K1", "wider", 6)}),
        ({"hs": "811292", "destination": "CN"}, set()),  # stays at home
        ({"hs": "811292", "destination": "KP"}, {("K1", "wider", 6), ("K4", "exact", 4)}),
        # End use, said or by the end user's list.
        ({"hs": "811299", "end_use": "Military radar"}, {("K3", "exact", 4)}),
        # The deciding day, and what stands in for it.
        ({"hs": "8112929010", "hs_country": "CN", "departed": "2024-12-31"}, set()),
        (
            {"hs": "8112929010", "hs_country": "CN", "declared": "2025-01-01",
             "departed": "2024-12-31"},
            {("K1", "exact", 10)},
        ),
        (
            {"hs": "811292", "dispatch": "TH", "destination": "US", "departed": "2025-12-31"},
            {("K2", "exact", 6)},
        ),
        (
            {"hs": "811292", "dispatch": "TH", "destination": "US", "departed": "2026-01-01"},
            set(),
        ),
    ],
)  # fmt: skip
def test_a_control_covers_goods_ways_ends_and_days(
    derived: Derive, cells: dict[str, str], expected: set[tuple[str, str, int]]
) -> None:
    rows = derived("CONTROLLED_BY", shipment(**cells) | {"controls": CONTROLS})
    assert {(row["b"], row["match"], row["digits"]) for row in rows} == expected


def test_every_matching_row_is_linked_and_the_strictest_in_force_decides(derived: Derive) -> None:
    controls = """
    id    | regime | measure    | hs     | to         | suspends | from
    K-lic | X      | licence    | 8112   |            |          | 2025-01-01
    K-ban | X      | ban        | 811292 |            |          | 2025-01-01
    K-sus | X      | suspension |        | 2025-03-31 | K-b      | 2025-03-01
    K-not | X      | notice     | 8112   |            |          | 2025-01-01
    J-lic | J      | licence    | 8112   |            |          | 2025-01-01
    """

    def on(day: str) -> dict[str, tuple[Any, Any]]:
        cells = shipment(hs="811292", departed=day)
        rows = derived("CONTROLLED_BY", cells | {"controls": controls})
        return {row["b"]: (row["lifted_by"], row["decides"]) for row in rows}

    assert on("2025-02-28") == {
        "K-lic": (None, False), "K-ban": (None, True), "K-not": (None, False),
        "J-lic": (None, True),
    }  # fmt: skip


def test_a_month_in_which_a_control_begins_is_in_force_for_a_part_of_it(derived: Derive) -> None:
    controls = "id | regime | measure | hs | from\nK | X | ban | 8112 | 2025-06-15"
    cells = shipment(hs="8112", departed="2025-06")
    (row,) = derived("CONTROLLED_BY", cells | {"controls": controls})
    assert not row["whole_day"] and row["on"] == "departed (in force for a part of it)"


def test_a_listed_end_user_makes_the_end_use(derived: Derive) -> None:
    tables = {
        "controls": "id | regime | measure | hs | from | end_use\nK | X | ban | 8112 | 2024-01-01 | military",  # noqa: E501
        "shipments": "id | shipper | hs | dispatch | destination | departed | end_user\n"
        "S1 | A | 8112 | CN | RU | 2025-01-01 | U\nS2 | A | 8112 | CN | RU | 2026-01-01 | U",
        "listings": "entity | list | kind | from | to\nU | MEU | military end user | 2024-06-01 | 2025-06-01",  # noqa: E501
    }
    assert [row["a"] for row in derived("CONTROLLED_BY", tables)] == ["S1"]


# ---------------------------------------------------------------- holdings


def solved(edges: dict[tuple[int, int], float], n: int) -> dict[tuple[int, int], float]:
    """The shares by linear equations: of each owner, without the paths that go through it again."""
    held = np.zeros((n, n))
    for (owner, owned), share in edges.items():
        held[owner, owned] = share / 100
    found = {}
    for owner in range(n):
        rest = held.copy()
        rest[:, owner] = 0
        shares = np.linalg.solve((np.eye(n) - rest).T, rest[owner])
        found |= {(owner, to): 100 * share for to, share in enumerate(shares) if share > 1e-12}
    return found


@pytest.mark.parametrize("seed", range(4))
def test_holdings_are_what_the_equations_say(derived: Derive, seed: int) -> None:
    chance = random.Random(seed)
    n, edges = 40, {}
    for owned in range(8, n):  # the first eight are people; cycles and joint owners among the rest
        left = 100.0
        for owner in chance.sample(range(n), chance.randint(1, 4)):
            if owner != owned:
                share = round(chance.uniform(0, min(left, 70)), 2)
                left -= share
                edges[owner, owned] = share
    lines = [f"N{a} | N{b} | {share}" for (a, b), share in edges.items() if share > 0]
    rows = derived("HOLDS", {"ownerships": "\n".join(["owner | owned | share", *lines])})
    found = {(int(row["a"][1:]), int(row["b"][1:])): row["share"] for row in rows}
    wanted = solved(edges, n)
    assert any((b, a) in wanted and a != b for a, b in wanted), "no cycle in this graph"
    assert all(abs(share - found.get(pair, 0)) <= 0.01 for pair, share in wanted.items())
    assert all(pair in wanted for pair in found)


def test_holdings_are_of_a_day(derived: Derive) -> None:
    tables = {
        "ownerships": "owner | owned | from | to | share\nP | A | 2020-01-01 | 2022-12-31 | 60\n"
        "A | B | | | 50\nQ | A | 2023-01-01 | | 60"
    }

    def shares(**given: str) -> dict[tuple[str, str], float]:
        return {(r["a"], r["b"]): r["share"] for r in derived("HOLDS", tables, **given)}

    assert shares() == {("A", "B"): 50, ("Q", "A"): 60, ("Q", "B"): 30}
    assert shares(on="2022-12-31") == {("A", "B"): 50, ("P", "A"): 60, ("P", "B"): 30}


def test_shares_that_add_up_to_more_than_all_are_marked(derived: Derive) -> None:
    lines = "owner | owned | share\nP | A | 100\nP | B | 100\nA | C | 60\nB | C | 60"
    (row,) = [r for r in derived("HOLDS", {"ownerships": lines}) if r["b"] == "C" and r["a"] == "P"]
    assert (row["share"], row["over"], row["hops"]) == (100, True, 2)


def test_the_day_input_reads_as_every_day_does() -> None:
    assert isinstance(derive.program("HOLDS").input("on"), Input)


BODS = {
    # Direct shareholdings of the set's own statements → what they come to, in percent.
    "bods-examples/joint-ownership": {("91b4236a7d89", "31c55e425764"): 100.0,
                                      ("1accb8b18b99", "91b4236a7d89"): 50.0,
                                      ("f040df24d9ec", "91b4236a7d89"): 50.0,
                                      ("1accb8b18b99", "31c55e425764"): 50.0,
                                      ("f040df24d9ec", "31c55e425764"): 50.0},
    # Alpha owns Beta and Beta Alpha: the circle does not inflate what either holds.
    "bods-v04-fixtures/10-circular-ownership": {("rec-alpha-corp", "rec-beta-corp"): 100.0,
                                                ("rec-beta-corp", "rec-alpha-corp"): 100.0},
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("name", BODS)
def test_holdings_of_beneficial_ownership_statements(derived: Derive, name: str) -> None:
    lines = ["owner | owned | share"]
    for statement in json.loads((SHARED / f"{name}.json").read_text(encoding="utf-8")):
        about = statement["recordDetails"]
        for interest in about.get("interests", ()):
            if interest["type"] == "shareholding" and interest["directOrIndirect"] == "direct":
                share = interest["share"]["exact"]
                lines.append(f"{about['interestedParty']} | {about['subject']} | {share}")
    rows = derived("HOLDS", {"ownerships": "\n".join(lines)})
    assert {(row["a"], row["b"]): row["share"] for row in rows} == BODS[name]


# ---------------------------------------------------------------- goods alongside

MEETING = {
    "port_calls": """
vessel | port | arrived | departed
9074729 | MYPKG | 2024-03-10 | 2024-03-12
9321483 | MYPKG | {met} | 2024-03-13
""",
    "shipments": """
id | vessel | load_port | discharge_port | departed | arrived | hs | weight_kg | consignee
A1 | 9074729 | CNSHA | {to} | 2024-03-01 | 2024-03-30 | 811292 | 1000 | X
B1 | 9321483 | MYPKG | KRPUS | {left} | 2024-04-20 | {hs} | {kg} | Y
""",
}


def alongside(**cells: str) -> dict[str, str]:
    whole = {"met": "2024-03-11", "to": "USLAX", "left": "2024-03-15", "hs": "811299", "kg": "1010"}
    return {name: text.format(**whole | cells) for name, text in MEETING.items()}


@pytest.mark.parametrize(
    ("cells", "given", "found"),
    [
        ({}, {}, True),
        ({"to": "MYPKG"}, {}, False),  # the first was bound for that port
        ({"met": "2024-03-13"}, {}, False),  # the other came when the first had gone
        ({"left": "2024-03-22"}, {}, True),
        ({"left": "2024-03-23"}, {}, False),  # too late
        ({"left": "2024-03-23"}, {"within": "11"}, True),
        ({"left": "2024-03-10"}, {}, False),  # before the meeting
        ({"kg": "951"}, {}, True),
        ({"kg": "949"}, {}, False),
        ({"kg": "949"}, {"tolerance": "6"}, True),
        ({"kg": "-1000"}, {}, False),
        ({"hs": "790111"}, {}, False),
        ({"left": "2024-03"}, {}, False),  # a month: it may have left before
    ],
)
def test_goods_lay_alongside_like_goods_that_soon_left(
    derived: Derive, cells: dict[str, str], given: dict[str, str], found: bool
) -> None:
    rows = derived("ALONGSIDE", alongside(**cells), **given)
    assert [(row["a"], row["b"], row["times"]) for row in rows] == [("A1", "B1", 1)] * found
    assert all(str(row["days"][0]) == "2024-03-10" for row in rows)


# ---------------------------------------------------------------- deviations

VOYAGE = {
    "ports": """
code | name | lat | lon
CNSHA | Shanghai | 31.2 | 121.5
VNHPH | Haiphong | 20.8 | 106.7
IDJKT | Jakarta | -6.1 | 106.9
KPNAM | Nampo | {lat} | {lon}
""",
    "port_calls": """
vessel | port | arrived | departed
9074729 | {first} | 2024-03-01 | 2024-03-03
9074729 | {second} | {met} | {gone}
9074729 | {third} | 2024-03-20 | 2024-03-21
""",
    "shipments": """
id | vessel | load_port | discharge_port | departed | arrived | consignee
V1 | 9074729 | CNSHA | VNHPH | {dep} | {arr} | X
V2 | {other} | {from} | {to} | {dep2} | {arr2} | Y
""",
}


def voyage(**cells: str) -> dict[str, str]:
    """From Shanghai on 3 March to Haiphong on 20 March, by way of Jakarta from 12 to 13 March."""
    whole = {"first": "CNSHA", "second": "IDJKT", "met": "2024-03-12", "gone": "2024-03-13"}
    whole |= {"third": "VNHPH", "dep": "2024-03-03", "arr": "2024-03-20", "other": "9319466"}
    whole |= {"to": "IDJKT", "lat": "38.7", "lon": "125.4"}
    whole |= {"from": "CNSHA", "dep2": "2024-03-03", "arr2": "2024-03-12"}
    if "dep2" in cells:  # cargo from Jakarta
        whole |= {"from": "IDJKT", "to": "CNSHA", "arr2": "2024-05-01"}
    return {name: text.format(**whole | cells) for name, text in VOYAGE.items()}


NORTH = {"second": "KPNAM", "met": "2024-03-02", "gone": "2024-03-06", "first": "MYPKG"}
"""It lay at Nampo on the day on which it is said to have left Shanghai."""


@pytest.mark.parametrize(
    ("cells", "given", "found"),
    [
        ({}, {}, "detour"),
        ({}, {"factor": "3.9"}, "detour"),
        ({}, {"factor": "4"}, ""),  # it went 3.96 times the direct way
        ({"other": "9074729"}, {}, "detour served"),  # other cargo goes to Jakarta
        ({"other": "9074729", "to": "VNHPH"}, {}, "detour"),
        ({"met": "2024-02-12", "gone": "2024-02-13"}, {}, ""),  # before the voyage
        ({}, {"least_km": "5000"}, ""),
        ({"met": "2024-03-05", "gone": "2024-03-07"}, {}, "detour, too fast"),  # 33 knots
        ({"met": "2024-03-05", "gone": "2024-03-07"}, {"knots": "34"}, "detour"),
        (NORTH, {}, "elsewhere"),
        ({**NORTH, "gone": "2024-03-03"}, {}, ""),  # it may have left Nampo in the morning
        ({**NORTH, "second": "KPSON"}, {}, "elsewhere"),  # a port without a position is far
        ({**NORTH, "lat": "31.3", "lon": "121.6"}, {}, ""),  # the port next door
        ({"dep": "2024-03"}, {}, ""),  # a month: no day to set beside a call
        ({"arr": "2024-03-09"}, {}, ""),  # it was at sea
        ({"met": "2024-03-05", "gone": "2024-03"}, {}, "detour, too fast"),  # it left when it came
        (
            {"met": "2024-03", "gone": "2024-03"},
            {},
            "",
        ),  # it may have come on the last day of the month
        ({**NORTH, "met": "2024-03", "gone": "2024-04"}, {}, ""),
        ({**NORTH, "gone": "2024-03"}, {}, ""),  # it may have left as soon as it came
        ({"other": "9074729", "dep2": "2024-03-14"}, {}, "detour served"),  # a day after it left
        ({"other": "9074729", "dep2": "2024-03-14"}, {"slack": "0"}, "detour"),
        ({"second": "CNSHA", "met": "2024-03-12"}, {"least_km": "0"}, ""),  # one port, twice
        ({"arr": "2024-03-18"}, {}, "detour"),  # two days before it called
        ({"first": "VNHPH", "third": "CNSHA"}, {}, "out of order"),
        ({"first": "VNHPH", "third": "CNSHA", "dep": "2024-03-19", "arr": "2024-03-25"}, {}, ""),
    ],
)
def test_a_vessel_lay_where_its_papers_do_not_put_it(
    derived: Derive, cells: dict[str, str], given: dict[str, str], found: str
) -> None:
    rows = derived("DEVIATED_TO", voyage(**cells), **given)
    said = [row["kind"] + " served" * bool(row["served"]) for row in rows]
    assert ", ".join(sorted(said)) == found


# ---------------------------------------------------------------- goods outside a line


def coffee(firms: int = 20, rest: str = "", lots: int = 19) -> dict[str, str]:
    """Coffee traders of so many shipments each, and the rest of the shipments."""
    rows = [f"F{f}-{n},F{f},0901," for f in range(firms) for n in range(20 if f else lots)]
    return {"shipments": "\n".join(["id,shipper,hs,movement", *rows, *rest.split()])}


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (coffee(rest="X,F0,811292,"), {}, ["X"]),
        (coffee(rest="X,F0,811292,"), {"least": "21"}, []),
        (coffee(rest="X,F0,811292,", firms=19), {}, []),  # a line of too few
        (coffee(rest="X,F0,811292,"), {"share": "4.9"}, []),
        (coffee(rest="X,F0,811292, Y,F0,7108,", lots=38), {}, ["X", "Y"]),
        (coffee(rest="X,F0,811292, Y,F0,7108,"), {}, []),  # a little of everything
        (coffee(rest="X,F0,811292, Y,F0,811292,", lots=38), {}, ["X", "Y"]),
        (coffee(rest="X,F0,811292,M Y,F0,811292,M"), {}, ["X", "Y"]),  # one movement
        (coffee(rest="X,F0,811292, Y,F1,811292,"), {}, []),  # two of twenty trade it
        (coffee(rest="X,F0,811292, Y,F1,811292,"), {"usual": "10"}, ["X", "Y"]),
        (coffee(rest="X,F0,0902,"), {}, []),  # its own chapter
        (coffee(rest="X,F0,,"), {}, []),
    ],
)
def test_few_goods_that_hardly_any_company_of_the_line_trades_are_strange_to_it(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: list[str]
) -> None:
    rows = derived("OFF_BUSINESS", tables, **given)
    assert sorted(row["b"] for row in rows) == found
    assert all(row["line"] == "09" and row["peers"] >= 20 for row in rows)


# ---------------------------------------------------------------- turnover


@pytest.mark.parametrize(
    ("rest", "months", "inflows", "outflows"),
    [
        ("", "1", [10, 10], [0, 0]),
        ("B,2024-02-03,,B,Z,,4,,", "1 2", [10, 10, 0], [4, 4, 4]),
        ("B,2024-02-03,,Y,Z,B,4,,", "1", [10, 10], [0, 0]),  # B ships it, and Y exports it
        ("B,,2024-03-01,X,B,,4,,", "1 3", [14, 14, 4], [0, 0, 0]),
        ("B,,,X,B,,4,,", "1", [14, 10], [0, 0]),  # of no day
        ("B,,2024-01-09,X,B,,,5,", "1", [15, 15], [0, 0]),  # gross stands in
        ("B,,2024-01-09,X,B,,,,", "1", [10, 10], [0, 0]),
        # one movement: the most that is said of a line, and the lines added
        ("B,,2024-01-09,X,B,,4,,M C,,2024-01-09,X,B,,3,,M", "1", [14, 14], [0, 0]),
        ("B,,2024-01-09,X,B,,4,,M|1 C,,2024-01-09,X,B,,3,,M|2", "1", [17, 17], [0, 0]),
        # and from February on only its later paper
        ("B,,2024-01-09,X,B,,4,,M C,,2024-02-09,X,B,,3,,M", "1 2", [14, 14, 3], [0, 0, 0]),
        ("B,,2024-01-09,X,B,,3,,M C,,2024-02-09,X,B,,4,,M", "1 2", [14, 14, 4], [0, 0, 0]),
    ],
)
def test_a_company_turns_over_what_it_gets_and_sends_from_each_month_on(
    derived: Derive, rest: str, months: str, inflows: list[float], outflows: list[float]
) -> None:
    rows = ["A,,2024-01-05,X,B,,10,,", *rest.split()]
    head = "id,departed,arrived,exporter,importer,shipper,weight_kg,gross_kg,movement,line"
    lines = [row.replace("|", ",") if "|" in row else row + "," for row in rows]
    found = derived("TURNS_OVER", {"shipments": "\n".join([head, *lines])})
    (row,) = [row for row in found if row["a"] == "B"]
    assert row["b"] == "B" and " ".join(str(day.month) for day in row["months"]) == months
    assert (row["inflows"], row["outflows"]) == (inflows, outflows)
    assert all(one["a"] != "X" for one in found)  # who gets nothing passes nothing on


# ---------------------------------------------------------------- rules and writers


@pytest.mark.parametrize("type_", derive.RULES)
def test_what_writes_a_relationship_writes_what_its_rule_gives(derived: Derive, type_: str) -> None:
    tables = {"ownerships": "owner | owned | share\nP | A | 60", "controls": CONTROLS}
    trade = shipment(hs="8112", destination="KP")
    trade = {
        "ALONGSIDE": alongside(),
        "DEVIATED_TO": voyage(),
        "OFF_BUSINESS": coffee(rest="X,F0,811292,"),
        "TURNS_OVER": {"shipments": "id | importer | weight_kg\nS1 | A | 1.5"},
    }.get(type_, trade)
    rows = derived(type_, tables | trade)
    written = {one.name for one in derive.program(type_, "cypher").inputs}
    assert rows and set(rows[0]) | {"rule"} == written
