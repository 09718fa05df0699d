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


@pytest.mark.parametrize(("hs", "stands"), [("81", True), ("811", True), ("82", False)])
def test_a_control_of_a_whole_chapter_covers_it(derived: Derive, hs: str, stands: bool) -> None:
    controls = f"id | regime | measure | hs | from\nK | X | ban | {hs} | 2025-01-01"
    rows = derived("CONTROLLED_BY", shipment(hs="811292") | {"controls": controls})
    assert covered(rows) == ({"K"} if stands else set())
    assert {row["match"] for row in rows} <= {"exact"}


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


@pytest.mark.parametrize(
    ("others", "given", "found"),
    [
        # Of 111 days of record 13 are looked at: .12 for one more, .23 for two.
        ([], {}, True),
        (["1030"], {}, False),
        (["1030"], {"chance": "0.12"}, True),
        (["1030", "1040"], {"chance": "0.12"}, False),
        (["1500"], {}, True),  # of another weight
    ],
)
@pytest.mark.parametrize("traced", [False, True])
def test_goods_that_leave_a_port_often_are_alongside_only_by_number(
    derived: Derive, others: list[str], given: dict[str, str], found: bool, traced: bool
) -> None:
    made = alongside()
    head, *lines = made["shipments"].strip().splitlines()
    lines = [f"{head} | lot", *(f"{one} | {'L' if traced else one[:2]}" for one in lines)]
    lines += [
        f"O{n} | 9319466 | MYPKG | KRPUS | 2024-06-19 | 2024-07-20 | 811299 | {kg} | Z | O{n}"
        for n, kg in enumerate(others)
    ]
    rows = derived("ALONGSIDE", made | {"shipments": "\n".join(lines)}, **given)
    assert [(row["a"], row["b"]) for row in rows] == [("A1", "B1")] * (found or traced)
    assert all(row.get("traced", False) is traced for row in rows)


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


# ---------------------------------------------------------------- where goods end


FORWARDERS = """
id | name | role | address
F | F | forwarder | 1 Quay Road
D | D | | P.O. Box 12, Springfield
M | M | | 12 Boxwood Street
"""


def ended(
    to: str = "F", more: str = "", hs: str = "811292", notify: str = "", late: str = "2024-12-01"
) -> dict[str, str]:
    """A shipment of January, one much later that ends the records, and more rows."""
    rows = [f"S,A,{to},,{notify},,{hs},2024-01-10", f"L,X,Y,,,,0901,{late}", *more.split()]
    head = "id,shipper,consignee,end_user,notify,forwarder,hs,departed"
    return {"companies": FORWARDERS, "shipments": "\n".join([head, *rows])}


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (ended(), {}, ["S ended"]),
        (ended(to="D"), {}, ["S ended"]),  # a post box
        (ended(to="M"), {}, []),
        (ended(more="O,F,B,,,,8112,2024-03-10"), {}, ["S sent on"]),  # the sixtieth day
        (ended(more="O,F,B,,,,8112,2024-03-10"), {"days": "59"}, ["S ended"]),
        (ended(more="O,F,B,,,,8112,2024-01-09"), {}, ["S ended"]),
        (ended(more="O,F,B,,,,7108,2024-02-01"), {}, ["S ended"]),  # other goods
        (ended(more="O,F,B,,,,,2024-02-01"), {}, ["S sent on"]),  # that may be any goods
        (ended(hs="", more="O,F,B,,,,7108,2024-02-01"), {}, ["S sent on"]),
        (ended(more="O,B,C,,,F,8112,2024-02-01"), {}, ["S sent on"]),  # as forwarder
        (ended(more="O,F,F,,,,8112,2024-02-01"), {}, ["O ended", "S ended"]),  # to itself
        (ended(late="2024-03-09"), {}, ["S open"]),
        (ended(late="2924-12-01"), {}, ["S open"]),  # a misprint ends no records
        ({**ended(), "shipments": "id,consignee,arrived\nS,F,2924-01-01"}, {}, ["S open"]),
        (ended(more="O,F,B,,,,,2024-03-01 P,F,B,,,,8112,2024-06-01"), {}, ["S sent on"]),
        (ended(to="M", more="U,A,B,F,,,8112,2024-01-10"), {}, ["U ended user"]),
        (ended(notify="B"), {}, ["S ended but B"]),
        (ended(notify="D"), {}, ["S ended but D"]),
    ],
)
def test_goods_end_with_a_forwarder_who_sends_nothing_like_them_on(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: list[str]
) -> None:
    said = [
        f"{row['a']} {row['outcome']}{' user' * row['user']}"
        + (f" but {row['named']}" if row["named"] else "")
        for row in derived("ENDED_WITH", tables, **given)
    ]
    assert sorted(said) == found


# ---------------------------------------------------------------- papers


def papers(*rows: str) -> dict[str, str]:
    """A record and papers of it: consignee, HS code, net weight, value and its currency."""
    head = "kind,shipment,consignee,hs,weight_kg,value,currency"
    told = [f"D{n},invoice,S,{row}" for n, row in enumerate(rows)]
    return {
        "shipments": "id,consignee,hs,weight_kg,value,currency\nS,B,811292,100,1000,USD",
        "documents": "\n".join([f"id,{head}", *told]),
    }


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (papers("B,811292,100,1000,USD"), {}, {}),
        (papers("C,811292,100,1000,USD"), {}, {"D0": ["consignee"]}),
        (papers(",8112,100,,"), {}, {}),  # a code that begins like it
        (papers(",8112,,,", ",8110,,,"), {}, {"D0": ["hs"], "D1": ["hs"]}),
        (papers(",,105,,"), {}, {}),
        (papers(",,105.1,,"), {}, {"D0": ["weight_kg"]}),
        (papers(",,105.1,,"), {"weight": "6"}, {}),
        (papers(",,,1200,EUR"), {}, {}),  # another currency
        (papers(",,,1200,USD"), {}, {"D0": ["value"]}),
        (papers("C,,,,", ",,100,,"), {}, {"D0": ["consignee"]}),
    ],
)
def test_papers_that_do_not_all_say_the_same(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: dict[str, list[str]]
) -> None:
    assert {row["a"]: row["fields"] for row in derived("DISPUTES", tables, **given)} == found


# ---------------------------------------------------------------- numbers used twice


def twice(kind: str = "container", number: str = "CSQU3054383", **cells: str) -> dict[str, str]:
    """A number on two shipments, the second under other ports while the first is at sea."""
    one = {"dep": "2024-01-10", "arr": "2024-02-10", "dep2": "2024-01-20", "arr2": "2024-02-20"}
    one |= {"from2": "KRPUS", "to2": "USLAX", "more": "", "more2": "", "columns": ""} | cells
    return {
        "shipments": f"""
id,notify,{kind},hs,load_port,discharge_port,departed,arrived{one["columns"]}
S,N,{number},811292,CNSHA,NLRTM,{one["dep"]},{one["arr"]}{one["more"]}
T,N,{number},811292,{one["from2"]},{one["to2"]},{one["dep2"]},{one["arr2"]}{one["more2"]}
"""
    }


SEALED = {"columns": ",seal,dispatch,destination", "more": ",Z9,CN,NL", "more2": ",Z9,KR,US"}
LOT = {"kind": "lot", "number": "L1", "columns": ",origin,consignee,shipper"}


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (twice(), {}, "at once"),
        (twice(dep2="2024-02-10"), {}, ""),  # the day on which it arrives
        (twice(dep2="2024-01-12", from2="CNSHA"), {}, ""),  # one voyage
        (twice(dep2="2024-01-12", from2="CNSHA"), {"slack": "1"}, "at once"),
        (twice(to2="NLRTM", arr2="2024-02-12"), {}, ""),  # a later leg of one way
        (twice(columns=",movement", more=",M", more2=",M"), {}, ""),
        (twice(kind="serial", number="X1"), {}, "at once"),
        (twice(kind="serial", number="X1", columns=",manufacturer", more=",A", more2=",B"), {}, ""),
        (twice(kind="bill", number="B1", dep2="2024-01-14"), {}, "voyages"),
        (twice(kind="bill", number="B1", dep2="2024-01-13"), {}, ""),
        (twice(columns=",seal", more=",Z9", more2=",Z9"), {}, "at once sealed"),
        (twice(**SEALED, dep2="2024-02-20"), {}, "seal sealed"),
        (twice(**SEALED | {"more2": ",Z8,KR,US"}, dep2="2024-02-20"), {}, ""),  # another seal
        (twice(**SEALED | {"more2": ",Z9,NL,US"}, dep2="2024-02-20"), {}, ""),  # where it arrived
        (twice(kind="bill", number="B1", columns=",seal", more=",Z9", more2=",Z9"), {}, "voyages"),
        (twice(kind="bill", number="B1", dep2="2025-01-14"), {}, ""),  # after a year
        (twice(kind="bill", number="B1", from2="NLRTM"), {}, ""),  # sent on
        (twice(**LOT, more=",CN,B,A", more2=",VN,C,B"), {}, "origins"),
        (twice(**LOT, more=",CN,B,A", more2=",CN,C,B"), {}, ""),
        (twice(**LOT, more=",CN,B,A", more2=",VN,C,D"), {}, ""),
    ],
)
def test_two_shipments_of_one_number_that_cannot_both_be_true(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: str
) -> None:
    rows = derived("REUSES", tables, **given)
    assert ", ".join(row["why"] + " sealed" * row["sealed"] for row in rows) == found
    assert all((row["a"], row["b"]) == ("S", "T") for row in rows)


# ---------------------------------------------------------------- ties of those who trade


def tied(companies: str = "", boards: str = "", owners: str = "") -> dict[str, str]:
    """A sends B goods; more companies as id:address, seats as who:where, holdings as who:what."""
    return {
        "shipments": "id,shipper,consignee\nS,A,B",
        "companies": "\n".join(
            ["id,name,address", *(one.replace(":", ",N,") for one in ["X:", *companies.split()])]
        ),
        "directorships": "\n".join(
            ["director,company", *(one.replace(":", ",") for one in ["Q:R", *boards.split()])]
        ),
        "ownerships": "\n".join(
            [
                "owner,owned,share",
                *(one.replace(":", ",") + ",10" for one in ["Q:R", *owners.split()]),
            ]
        ),
    }


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (tied(), {}, None),
        (tied(owners="A:B"), {}, 1),
        (tied(boards="P:A P:B"), {}, 2),
        (tied(boards="P:A P:B"), {"steps": "1"}, None),
        (tied(companies="A:1-Quay-Road B:1-Quay-Road"), {}, 2),
        (tied(companies="A:1-Quay-Road B:2-Quay-Road"), {}, None),
        (tied(boards="P:A P:C", owners="C:B"), {}, 3),
        (tied(boards="P:A P:C", owners="C:B"), {"steps": "2"}, None),
        (tied(boards="P:A P:C P:D", owners="C:B"), {"hub": "2"}, None),
        (tied(boards="P:A P:B P:C"), {"hub": "2"}, 2),  # one between them, of any number of ties
        (tied(boards="P:C P:D"), {}, None),  # who do not trade
        (tied(boards="P:A P:C C:C", owners="C:B"), {"hub": "3"}, 3),  # a tie to itself is one
    ],
)
def test_who_trades_is_tied_by_boards_owners_and_addresses(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: int | None
) -> None:
    rows = derived("RELATED_TO", tables, **given)
    assert [(row["a"], row["b"], row["steps"]) for row in rows] == [("A", "B", found)] * bool(found)


# ---------------------------------------------------------------- newcomers to a good


def newcomers(
    weight: str = "900",
    day: str = "2024-02-01",
    code: str = "811292",
    more: str = "",
    born: str = "2000",
    begin: str = "2023-02-01",
) -> dict[str, str]:
    """Four trade the good on one lane before and after a control of 2023, and N begins then."""
    rows = [
        f"P{n},Q{n},{code},CN,VN,{when},100" for when in (begin, "2023-09-01") for n in range(4)
    ]
    rows += [f"N,,{code},CN,VN,{day},{weight}", *more.split()]
    return {
        "shipments": "\n".join(
            ["id,shipper,consignee,hs,dispatch,destination,departed,weight_kg"]
            + [f"S{n},{row}" for n, row in enumerate(rows)]
        ),
        "companies": f"id | name | incorporated\nN | N | {born}",
        "controls": "id | regime | measure | hs | from\nK | CN | licence | 8112921010 | 2023-08-01",
    }


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (newcomers(), {}, {"N": True}),
        (newcomers(weight="99"), {}, {}),  # less than the upper quarter
        (newcomers(day="2023-07-31"), {}, {}),  # before the control
        (newcomers(day="2023-08-01"), {}, {"N": True}),  # on its first day
        (newcomers(day="2025-08-01"), {}, {"N": True}),
        (newcomers(day="2025-08-02"), {}, {}),  # after the months
        (newcomers(more="N,,811292,US,DE,2023-03-01,1"), {}, {}),  # it traded it, on any lane
        (newcomers(code="8112"), {}, {}),  # its code says less
        (newcomers(), {"peers": "10"}, {"N": False}),  # all lanes are the measure
        (
            newcomers(begin="2023-08-01"),
            {},
            {"N": True, "P": True, "Q": True},
        ),  # no history: 0 days
        (newcomers(begin="2023-08-02", day="2023-09-01"), {}, {}),  # records begin too late
        (newcomers(begin="2023-08-02", day="2023-09-01", born="2023-08-15"), {}, {"N": True}),
    ],
)
def test_newcomers_move_much_soon_after_a_control(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: dict[str, bool]
) -> None:
    rows = derived("NEW_TO", tables, **given)
    assert {row["a"][0]: row["on_lane"] for row in rows} == found
    assert all(row["b"] == "K" and row["good"] == "811292" for row in rows)


# ---------------------------------------------------------------- mirror gaps


def mirrors(*rows: str) -> dict[str, str]:
    """Coffee that China and the United States record alike from January to June, 1,000 kg a month,
    and further rows."""
    lines = ["id,record,departed,arrived,weight_kg,shipper,hs,origin,dispatch,destination,movement"]
    for month in range(1, 7):
        day = f"2024-0{month}-05"
        lines.append(f"E{month},export_declaration,{day},,1000,A,090111,CN,CN,US,M{month}")
        lines.append(f"I{month},import_declaration,,{day},1000,A,090111,CN,CN,US,M{month}")
    return {"shipments": "\n".join([*lines, *rows])}


LEFT = "X,export_declaration,2024-03-20,,500,A,811010,CN,CN,US,"
CAME = "Y,import_declaration,,{},{},A,{},CN,CN,US,"


@pytest.mark.parametrize(
    ("rows", "given", "found"),
    [
        ([LEFT], {}, {("X", "exports", 500)}),
        ([LEFT, CAME.format("2024-03-31", 500, 811010)], {}, set()),
        ([LEFT, CAME.format("2024-04-01", 500, 811010)], {}, set()),  # in the next month
        ([LEFT, CAME.format("2024-05-01", 500, 811010)], {}, {("X", "exports", 500),
                                                              ("Y", "imports", 500)}),
        ([LEFT, CAME.format("2024-04-01", 375, 811010)], {}, set()),  # a quarter, and no more
        ([LEFT, CAME.format("2024-04-01", 374, 811010)], {}, {("X", "exports", 126)}),
        ([LEFT, CAME.format("2024-04-01", 374, 811010)], {"share": "26"}, set()),
        ([LEFT, CAME.format("2024-04-01", 374, 811010)], {"least_kg": "127"}, set()),
        ([LEFT, CAME.format("2024-03-31", 500, 811020)], {"digits": "4"}, set()),
        ([CAME.format("2024-03-31", 500, 811010)], {}, {("Y", "imports", 500)}),
        ([LEFT, LEFT.replace("X", "X2")], {}, {("X", "exports", 1000)}),
        ([LEFT + "M", LEFT.replace("X", "X2") + "M"], {}, {("X", "exports", 500)}),  # one movement
        ([LEFT.replace("03-20", "06-20")], {}, set()),  # it may come after the last declaration
        ([LEFT.replace("US", "DE")], {}, set()),  # of which no import is loaded
        ([LEFT.replace("export_declaration", "")], {}, set()),
    ],
)  # fmt: skip
def test_goods_of_a_month_that_one_side_alone_records(
    derived: Derive, rows: list[str], given: dict[str, str], found: set[tuple[str, str, float]]
) -> None:
    made = derived("UNMIRRORED", mirrors(*rows), **given)
    assert {(row["a"], row["side"], row["missing"]) for row in made} == found
    assert all((row["sent"], row["meant"]) == ("CN", "US") for row in made)


def test_a_gap_says_what_may_be_the_same_goods(derived: Derive) -> None:
    """By way of another country, or under another code of the heading; and how much is mirrored."""
    by_way = "Z,import_declaration,,2024-03-25,400,A,811010,CN,MX,US,"
    other = CAME.format("2024-03-25", 300, 811020)
    found = {row["a"]: row for row in derived("UNMIRRORED", mirrors(LEFT, by_way, other))}
    gap = found["X"]
    assert (gap["other"], gap["hub"]) == (400, "MX")
    assert (gap["beside"], gap["other_code"]) == (300, "811020")
    assert (gap["all_kg"], gap["mirrored"]) == (6500, 6000)
    assert (found["Y"]["side"], found["Y"]["beside"], found["Y"]["other_code"]) == (
        "imports", 500, "811010",
    )  # fmt: skip
    assert "Z" not in found  # nothing that Mexico declares is loaded


# ---------------------------------------------------------------- imports that may feed exports

FED = {
    "controls": """
id | measure | hs | to | origin | destination | suspends | regime | from
K1 | {measure} | 282580 | | CN | US | | CN | 2024-12-03
K2 | suspension | | 2025-12-31 | | | K | CN | {lift}
""",
    "shipments": """
id | shipper | consignee | departed | arrived | weight_kg | hs | origin | dispatch | destination
I1 | C | T | 2025-01-02 | 2025-01-12 | 400 | 282580 | {source} | {by} | TH
I2 | J | T | 2025-01-02 | 2025-01-12 | 70 | 282580 | JP | JP | TH
E1 | T | U | {left} | 2025-05-30 | 300 | 282580 | {made} | TH | {to}
E2 | T | U | 2025-06-20 | 2025-07-30 | 200 | 282580 | TH | TH | US
""",
}


def may_feed(**cells: str) -> dict[str, str]:
    whole = {"measure": "ban", "lift": "2025-12-01", "source": "CN", "by": "CN", "made": "TH"}
    whole |= {"left": "2025-02-01", "to": "US"}
    return {name: text.format(**whole | cells) for name, text in FED.items()}


@pytest.mark.parametrize(
    ("cells", "given", "exports"),
    [
        ({}, {}, ["E1"]),  # E2 left too late after the import
        ({"left": "2025-04-12"}, {}, ["E1"]),
        ({"left": "2025-04-13"}, {}, []),
        ({"left": "2025-04-13"}, {"days": "91"}, ["E1"]),
        ({"left": "2025-01-11"}, {}, []),  # before the import
        ({}, {"days": "180"}, ["E1", "E2"]),
        ({"by": "MY"}, {}, ["E1"]),  # of that origin, by way of another country
        ({"by": "MY", "source": "MY"}, {}, []),
        ({"made": "CN"}, {}, []),  # the origin is kept
        ({"made": ""}, {}, []),
        ({"to": "TH"}, {}, []),
        ({"to": "DE"}, {}, []),  # the control is of what goes to the United States
        ({"measure": "notice"}, {}, []),
    ],
)
def test_imports_of_restricted_goods_may_feed_the_exports_that_follow(
    derived: Derive, cells: dict[str, str], given: dict[str, str], exports: list[str]
) -> None:
    rows = derived("MAY_FEED", may_feed(**cells), **given)
    # Of the company and of the country, in the years from July 2024 and from January 2025.
    found = {(row["level"], row["who"]): row for row in rows if row["first"].month == 1}
    assert set(found) == ({("company", "T"), ("country", "TH")} if exports else set())
    for row in found.values():
        assert row["exports"] == exports and row["times"] == row["all_times"] == len(exports)
        assert (row["a"], row["b"], row["country"], row["control"]) == ("I1", "E1", "TH", "K1")
        assert (row["exported_kg"], row["imported_kg"], row["other_kg"]) == (500, 400, 70)


def test_exports_under_a_suspension_are_told_apart(derived: Derive) -> None:
    rows = derived("MAY_FEED", may_feed(lift="2025-01-15"))
    assert rows and all((row["all_times"], row["times"]) == (1, 0) for row in rows)


# ---------------------------------------------------------------- prices

LANE = (
    "id,movement,shipper,exporter,hs,dispatch,origin,destination,load_port,departed,weight_kg,value"
)


def lane(rest: str, lots: int = 20) -> dict[str, str]:
    """Goods from China to the USA at 9 to 11 a kilogram, a shipment a month, and the others."""
    rows = [
        f"N{n},,L{n},,811292,CN,,US,,{2022 + n // 12}-{n % 12 + 1:02}-01,1000,{9000 + n % 3 * 1000}"
        for n in range(lots)
    ]
    ports = "code,name,country\nCNSHA,Shanghai,CN"
    return {"ports": ports, "shipments": "\n".join([LANE, *rows, *rest.split()])}


DEAR = "D,,Q,,811292,CN,,US,,2023-01-01,1000,25000"
"""Sent by Q for 25 a kilogram."""


def soon(*companies: str, day: str = "2023-04-01", price: int = 20) -> str:
    """Others that sent goods on the lane on a day, at a price; by default 90 days after that."""
    return " ".join(f"O{c},,{c},,811292,CN,,US,,{day},1000,{price * 1000}" for c in companies)


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (lane(DEAR), {}, {"D": ("above", 21)}),
        (lane(DEAR), {"factor": "2.6"}, {}),
        (lane(DEAR.replace("25000", "50000")), {"factor": "5"}, {"D": ("above", 21)}),
        (lane(DEAR), {"deviations": "8"}, {}),  # 6.2 of them
        (lane(DEAR, lots=18), {}, {}),  # a lane of too few
        (lane(DEAR, lots=18), {"least": "19"}, {"D": ("above", 19)}),
        (lane(DEAR.replace("25000", "4000")), {}, {"D": ("below", 21)}),
        (lane(DEAR.replace("25000", "19000")), {}, {}),
        (lane(DEAR.replace(",1000,", ",0,")), {}, {}),
        (
            lane(DEAR.replace(",CN,,", ",,,").replace(",US,,", ",US,CNSHA,")),
            {},
            {"D": ("above", 21)},
        ),
        (lane(DEAR.replace(",CN,,", ",,CN,")), {}, {"D": ("above", 21)}),
        (lane(DEAR.replace(",CN,", ",,")), {}, {}),  # a lane that is not known
        (lane(DEAR.replace(",CN,", ",TH,")), {}, {}),  # another lane
        (lane(DEAR.replace("811292", "811299")), {}, {}),  # other goods
        (lane(DEAR.replace("811292", "811299")), {"digits": "4"}, {"D": ("above", 21)}),
        (  # two records of one movement
            lane(DEAR.replace("D,,", "D,M,") + " " + DEAR.replace("D,,", "E,M,"), lots=18),
            {},
            {},
        ),
    ],
)
def test_a_price_far_from_what_is_usual_on_the_lane(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: dict[str, Any]
) -> None:
    rows = derived("PRICED_OFF", tables, **given)
    assert {row["b"]: (row["side"], row["movements"]) for row in rows} == found
    assert all(row["a"] == row["b"] for row in rows)


@pytest.mark.parametrize(
    ("rest", "others", "again"),
    [
        ("", 0, 0),
        (soon("R", "S"), 2, 0),
        (soon("R", "S", day="2023-04-02"), 0, 0),  # too late
        (soon("R", price=37), 1, 0),
        (soon("R", price=38), 0, 0),  # more than half as much again
        (soon("Q"), 0, 1),
        (soon("Q", price=12), 0, 0),  # not far
        (soon("Q", price=4), 0, 0),  # on the other side
        (soon("Q", day="2025-01-01"), 0, 1),
        (soon("Q").replace("OQ,,Q,,", "OQ,,R,Q,"), 1, 1),  # exported by Q, shipped by R
    ],
)
def test_who_else_paid_so_much(derived: Derive, rest: str, others: int, again: int) -> None:
    rows = derived("PRICED_OFF", lane(f"{DEAR} {rest}"), factor="1.5")
    (row,) = [row for row in rows if row["b"] == "D"]
    assert (row["others"], row["again"]) == (others, again)


def test_where_most_prices_are_the_same_any_other_is_far(derived: Derive) -> None:
    same = "\n".join(f"N{n},,F{n},,811292,CN,,US,,2024-01-01,100,1000" for n in range(20))
    shipments = f"{LANE}\n{same}\n{DEAR}\nE,,Q,,811292,CN,,US,,2024-01-01,100,1500"
    rows = derived("PRICED_OFF", {"shipments": shipments}, deviations="100")
    assert [(row["b"], row["away"], row["usual"]) for row in rows] == [
        ("D", None, pytest.approx(10))
    ]


# ---------------------------------------------------------------- pieces

LOTS = "id,shipper,consignee,hs,departed,weight_kg,gross_kg,movement"
PIECES = """
G1,A,B,280461,2024-03-01,150,,
G2,{sender},B,280461,{day},150,,{movement}
G3,A,{receiver},{hs},2024-03-31,{kg},{gross},{movement}
"""
LIMIT = {"limit_kg": "400", "piece_kg": "200"}


def pieces(more: str = "", tables: dict[str, str] | None = None, **cells: str) -> dict[str, str]:
    """Three small lots of 450 kg together from A to B within thirty days, and other shipments."""
    whole = dict.fromkeys(("gross", "movement"), "")
    whole |= {"sender": "A", "receiver": "B", "hs": "28046190", "day": "2024-03-15", "kg": "150"}
    return {"shipments": f"{LOTS}{PIECES.format(**whole | cells)}{more}"} | (tables or {})


FOURTH = "G4,A,B,280461,2024-03-10,150,,\n"


def usual(count: int, kg: int) -> str:
    return "\n".join(f"U{n},U,W{n},280461,2023-01-01,{kg},," for n in range(count))


def held_by(owner: str, *owned: str, share: int = 50, to: str = "") -> dict[str, str]:
    rows = [f"{owner},{one},{share},{to}" for one in owned]
    return {"ownerships": "\n".join(["owner,owned,share,to", *rows])}


def at_quay(*companies: str) -> dict[str, str]:
    return {
        "companies": "\n".join(["id,name,address", *(f"{one},{one},1 Quay" for one in companies)])
    }


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (pieces(), LIMIT, True),
        (pieces(), LIMIT | {"pieces": "4"}, False),
        (pieces(), LIMIT | {"days": "29"}, False),
        (pieces(), LIMIT | {"limit_kg": "451"}, False),
        (pieces(), LIMIT | {"limit_kg": "450"}, True),
        (pieces(), LIMIT | {"piece_kg": "149"}, False),
        (pieces(kg="", gross="150"), LIMIT, True),
        (pieces(kg="201"), LIMIT, False),  # no small lot
        (pieces(hs="280469"), LIMIT, False),  # other goods
        (pieces(day=""), LIMIT, False),
        (pieces(movement="M", day="2024-03-31"), LIMIT, False),  # records of one movement
        (pieces(), {}, False),  # what is usual is not known
        (pieces(usual(17, 600), kg="300"), {"piece_kg": "300"}, True),  # twenty with the pieces
        (pieces(usual(16, 600), kg="300"), {"piece_kg": "300"}, False),
        (pieces(FOURTH + usual(16, 600)), {}, True),  # each a quarter of what is usual
        (pieces(FOURTH + usual(16, 590)), {}, False),
        (pieces(FOURTH + usual(16, 610)), {}, False),  # together less than is usual
        (pieces(sender="C"), LIMIT, False),
        (pieces(tables=held_by("H", "A", "C"), sender="C"), LIMIT, True),
        (pieces(tables=held_by("A", "C"), sender="C"), LIMIT, True),
        (pieces(tables=held_by("H", "A", "C", share=49), sender="C"), LIMIT, False),
        (pieces(tables=held_by("H", "A", "C", to="2024-03-31"), sender="C"), LIMIT, True),
        (pieces(tables=held_by("H", "A", "C", to="2024-03-30"), sender="C"), LIMIT, False),
        (pieces(receiver="D"), LIMIT, False),
        (pieces(tables=held_by("H", "B", "D"), receiver="D"), LIMIT, True),
        (pieces(tables=at_quay("B", "D"), receiver="D"), LIMIT, True),
        (pieces(tables=at_quay("B", "D", "E"), receiver="D"), LIMIT | {"crowd": "2"}, False),
        (pieces(tables=at_quay("B", "D") | held_by("H", "B"), receiver="D"), LIMIT, False),
        (pieces(tables=held_by("H", "A", "B")), LIMIT, False),  # within one owner
    ],
)
def test_small_lots_of_one_pair_that_are_a_usual_one_together(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: bool
) -> None:
    rows = derived("PIECE_FOR", tables, **given)
    assert sorted(row["a"] for row in rows)[:3] == ["G1", "G2", "G3"] * found
    assert all(row["kg"] <= row["piece"] for row in rows)


def test_all_small_lots_of_the_pair_are_joined_where_some_are_a_usual_one(derived: Derive) -> None:
    later = (
        "L,A,B,280461,2025-03-01,10,,\nK,A,B,280461,2025-03-01,900,,\nO,A,C,280461,2025-03-01,10,,"
    )
    rows = derived("PIECE_FOR", pieces(later), **LIMIT)
    assert sorted(row["a"] for row in rows) == ["G1", "G2", "G3", "L"]


# ---------------------------------------------------------------- turnover


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("S2,B,Z,9,,,,", [10, 9]),
        ("S2,B,Z,,9,,,", [10, 9]),  # gross stands in
        ("S2,B,Z,,,,,", None),
        ("S2,B,Z,9,,M,, S3,B,Z,9,,M,,", [10, 9]),  # one movement, said twice
        ("S2,B,Z,4,,M,1, S3,B,Z,5,,M,2,", [10, 9]),  # and in two lines
        ("S2,B,Z,4,,,, S3,B,Z,5,,,,", [10, 9]),
    ],
)
def test_what_a_company_gets_and_sends_is_added_up(
    derived: Derive, rest: str, found: list[float] | None
) -> None:
    head = "id,exporter,importer,weight_kg,gross_kg,movement,line,arrived"
    tables = {"shipments": "\n".join([head, "S1,X,B,10,,,,", *rest.split()])}
    rows = derived("TURNS_OVER", tables)
    assert [(row["a"], row["b"], [row["inflow"], row["outflow"]]) for row in rows] == (
        [("B", "B", found)] if found else []
    )


def test_what_a_company_gets_is_counted_by_the_month(derived: Derive) -> None:
    lines = ["S0,B,Z,,,2024-01-01"]
    lines += [f"S{n},X,B,,,2024-0{1 + n // 3}-28" for n in range(1, 6)]
    lines += ["T1,X,B,M,,2024-02-29", "T2,X,B,M,,2024-03-01", "T3,X,B,,,"]  # one movement, no day
    head = "id,exporter,importer,movement,line,arrived,weight_kg\n"
    (row,) = derived("TURNS_OVER", {"shipments": head + "".join(f"{one},1\n" for one in lines)})
    months = [str(one) for one in row["months"]]
    assert (months, row["inbound"]) == (["2024-01-01", "2024-02-01", "2024-03-01"], [2, 3, 1])


def test_months_bound_what_a_company_gets_and_sends_since_any_day(derived: Derive) -> None:
    """Against adding up the lines of the day or later, with movements over months and undated."""
    drawn = random.Random(5)
    lines = [
        {
            "id": f"S{n}",
            "exporter": drawn.choice("BX"),
            "importer": drawn.choice("BY"),
            "weight_kg": drawn.choice(["", "1.5", "20", "300"]),
            "movement": drawn.choice(["", *(f"M{m}" for m in range(40))]),
            "record": drawn.choice(["", "invoice", "transit"]),
            "line": drawn.choice(["", "1", "2"]),
            "arrived": drawn.choice(
                ["", f"2024-{drawn.randint(1, 9):02}-{drawn.randint(1, 28):02}"]
            ),
        }
        for n in range(200)
    ]
    head = list(lines[0])
    text = "\n".join(",".join(line) for line in (head, *(one.values() for one in lines)))
    (row,) = (one for one in derived("TURNS_OVER", {"shipments": text}) if one["a"] == "B")

    def flow(side: str, since: str) -> float:
        goods: dict[str, dict[str, dict[str, float]]] = {}
        for one in lines:
            if one[side] == "B" and one["arrived"] >= since:
                said = goods.setdefault(one["movement"] or one["id"], {})
                kept = said.setdefault(one["record"], {})
                kg = float(one["weight_kg"] or 0)
                kept[one["line"]] = max(kg, kept.get(one["line"], 0))
        return sum(max(sum(kept.values()) for kept in said.values()) for said in goods.values())

    assert row["inflow"] == flow("importer", "")
    for day in ("2024-01-01", "2024-04-01", "2024-06-15", "2024-09-30"):
        for side, kind, across in (
            ("importer", "got", "in_across"),
            ("exporter", "sent", "out_across"),
        ):
            by_month = list(zip(map(str, row["months"]), row[kind], strict=True))
            least = sum(kg for month, kg in by_month if month >= day)
            most = sum(kg for month, kg in by_month if month >= day[:8] + "01") + row[across]
            assert least <= flow(side, day) + 0.01, (day, side)
            assert flow(side, day) <= most + 0.01, (day, side)
            assert least > 0 or day > "2024-06-01"


# ---------------------------------------------------------------- drift


def drift(
    code: str = "811299",
    old: int = 0,
    new: int = 3,
    kg: int = 100,
    more: str = "",
    end: str = "2025-12-01",
) -> dict[str, str]:
    """A sent three lots of gallium before a control, so many after it, and another good."""
    rows = [f"A,811292,2023-10-{day:02},100," for day in (1, 2, 3)]
    rows += [f"A,811292,2024-02-{day + 1:02},100," for day in range(old)]
    rows += [f"A,{code},2024-03-{day + 1:02},{kg}," for day in range(new)]
    rows += [f"Z,0901,{end},1,", *more.split()]
    return {
        "shipments": "\n".join(
            ["id,shipper,hs,departed,weight_kg,value_usd,dispatch"]
            + [f"S{n},{row},CN" for n, row in enumerate(rows)]
        ),
        "controls": "id,regime,measure,hs,origin,from\nK,CN,licence,8112921010,CN,2024-01-01",
    }


def made_of(hs_in: str, hs_out: str) -> dict[str, str]:
    return {"processing": f"company | hs_in | hs_out\nM | {hs_in} | {hs_out}"}


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (drift(), {}, [300, 0, 0, 300]),
        (drift(old=1), {}, [300, 100, 0, 300]),
        (drift(old=2), {}, None),  # it falls by a third
        (drift(old=2), {"fall": "33"}, [300, 200, 0, 300]),
        (drift(new=2, kg=200), {}, None),
        (drift(new=2, kg=200), {"least": "2"}, [300, 0, 0, 400]),
        (drift(kg=49), {}, None),  # not half of what was lost
        (drift(more="A,811299,2023-11-01,150,"), {}, [300, 0, 150, 300]),
        (drift(more="A,811299,2023-11-01,151,"), {}, None),  # it does not double
        (drift(code="7108"), {}, None),  # another chapter
        (drift(code="7108") | made_of("811292", "7108"), {}, [300, 0, 0, 300]),
        (drift(code="8112"), {}, None),  # which may be the controlled good
        # A misprint: records end in March, and begin too early.
        (drift(end="2924-01-01"), {}, None),
        (drift(new=0), {}, None),
    ],
)
def test_trade_moves_from_a_controlled_good_to_its_neighbour(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: list[float] | None
) -> None:
    rows = derived("DRIFTED", tables, **given)
    assert [
        (row["a"], [row["before"], row["after"], row["before_new"], row["after_new"]])
        for row in rows
    ] == ([("A", found)] if found else [])


def test_a_good_under_a_control_of_its_own_is_no_way_out(derived: Derive) -> None:
    tables = drift()
    tables["controls"] += "\nL,CN,ban,811299,CN,2024-06-01"
    assert derived("DRIFTED", tables) == []


def test_what_others_ask_and_send_stands_beside_the_drift(derived: Derive) -> None:
    others = "B,811299,2023-11-01,10,100 B,811299,2024-03-01,30,150 B,811299,2026-03-01,30,150"
    (row,) = derived("DRIFTED", drift(more=others))
    assert (row["prices"], row["usual_price"]) == (2, 7.5)
    assert (row["all_before"], row["all_after"], row["span"]) == (10, 30, 365)


# ---------------------------------------------------------------- shifted lanes


def shift(
    direct: int = 0,
    onward: int = 3,
    inward: int = 3,
    before: int = 5,
    more: str = "",
    controls: str = "",
    control: str = "",
) -> dict[str, str]:
    """Five lots go from China to the United States before a ban, so many after; lots of 300 kg then
    go by way of Thailand."""
    lots = [("C,U,CN,CN,US", f"2024-02-{n + 1:02}", 100) for n in range(before)]
    lots += [("C,U,CN,CN,US", f"2024-07-{n + 1:02}", 100) for n in range(direct)]
    lots += [("C,T,CN,CN,TH", f"2024-07-{n + 1:02}", 300) for n in range(inward)]
    lots += [("T,U,TH,TH,US", f"2024-08-{n + 1:02}", 300) for n in range(onward)]
    rows = [f"{way},{day},{kg},811010," for way, day, kg in lots]
    rows += ["X,Y,AU,AU,NZ,2024-12-31,1,811010,", *more.split()]
    columns = "id,shipper,consignee,origin,dispatch,destination,departed,weight_kg,hs,movement"
    ban = f"K1,CN,ban,8110,CN,US,{control or '2024-06-01,'},,"
    return {
        "shipments": "\n".join([columns, *(f"S{n:02},{row}" for n, row in enumerate(rows))]),
        "controls": "\n".join(
            [
                "id,regime,measure,hs,origin,destination,from,to,suspends,end_use",
                ban,
                *controls.split(),
            ]
        ),
    }


WIDE = {"drop": "50", "share": "50", "least": "4"}
ONCE_MORE = "C,U,CN,CN,US,2024-02-09,{},{} "
PAUSE = "K2,CN,suspension,,,,{},K1,"


@pytest.mark.parametrize(
    ("tables", "given", "found"),
    [
        (shift(), {}, [500, 0, 900, 900, 180]),
        (shift(direct=1), {}, [500, 100, 900, 900, 180]),  # four fifths are gone
        (shift(direct=2), {}, None),
        (shift(direct=2), WIDE, [500, 200, 900, 900, 180]),
        (shift(before=4), {}, None),
        (shift(before=4), WIDE, [400, 0, 900, 900, 180]),
        (shift(onward=0), {}, None),
        (shift(inward=0), {}, None),
        (shift(inward=1), {}, [500, 0, 900, 300, 180]),
        (shift(inward=1), {"share": "61"}, None),  # it gets 300 kg of 500
        # Goods that say whose they are need no way there.
        (shift(inward=0, more="T,U,CN,TH,US,2024-08-01,200,811010,"), {}, [500, 0, 1100, 0, 180]),
        # What the third country sent before is no gain.
        (shift(more="T,U,TH,TH,US,2024-03-01,776,811010,"), {}, None),
        (shift(more="T,U,TH,TH,US,2024-03-01,775,811010,"), {}, [500, 0, 900, 900, 180]),
        (shift(more="T,U,TH,TH,US,2023-12-03,900,811010,"), {}, [500, 0, 900, 900, 180]),
        (shift(more="T,U,TH,TH,US,2023-12-04,900,811010,"), {}, None),  # the first day
        # Rows of one movement say one lot, and another good none.
        (shift(before=4, more=2 * ONCE_MORE.format(1, "811010,M")), {}, [401, 0, 900, 900, 180]),
        (shift(before=3, more=2 * ONCE_MORE.format(1, "811010,M")), {}, None),
        (shift(before=4, more=ONCE_MORE.format(100, "7108,")), {}, None),
        (shift(before=4, more=ONCE_MORE.format(100, "8110,")), {}, None),  # it says too little
        # The days after end with the control, a suspension or the records.
        (shift(control="2024-06-01,2024-08-31"), {}, [500, 0, 900, 900, 92]),
        (shift(controls=PAUSE.format("2024-08-03,")), {}, [500, 0, 600, 900, 63]),
        (shift(control="2024-06-01,2024-06-29"), {}, None),  # 29 days
        (shift(control="2024-12-01,"), {}, None),  # 31 days, and no lot before
        # What is suspended from its first day begins when that ends.
        (shift(controls=PAUSE.format("2024-05-01,2024-06-30")), {}, [500, 0, 900, 900, 180]),
        (shift(controls=PAUSE.format("2024-06-01,")), {}, None),
    ],
)  # fmt: skip
def test_a_lane_dies_at_a_control_and_comes_back_through_a_third_country(
    derived: Derive, tables: dict[str, str], given: dict[str, str], found: list[float] | None
) -> None:
    rows = derived("SHIFTED_TO", tables, **given)
    assert [
        [row[name] for name in ("before", "after", "through_after", "fed_after", "days_after")]
        for row in rows
    ] == ([found] if found else [])
    assert all(
        (row["origin"], row["through"], row["destination"]) == ("CN", "TH", "US") for row in rows
    )


@pytest.mark.parametrize(
    ("control", "found"),
    [
        ("ban,8110,CN,,2024-06-01,,", True),
        ("ban,8110,,US,2024-06-01,,", True),
        ("licence,8110100000,CN,,2024-06-01,,", True),
        ("ban,8110,VN,,2024-06-01,,", False),
        ("ban,8110,CN,JP,2024-06-01,,", False),
        ("notice,8110,CN,,2024-06-01,,", False),
        ("ban,8110,CN,,2024-06-01,,military", False),
        ("ban,7108,CN,,2024-06-01,,", False),
    ],
)
def test_a_lane_dies_at_a_control_that_restricts_it(
    derived: Derive, control: str, found: bool
) -> None:
    head = "id,regime,measure,hs,origin,destination,from,to,end_use"
    rows = derived("SHIFTED_TO", shift() | {"controls": f"{head}\nK,X,{control}"})
    assert [(row["a"], row["b"], row["control"]) for row in rows] == [("S00", "S08", "K")] * found
    assert all((row["licence"], row["wide"]) == ("licence" in control,) * 2 for row in rows)
    assert all((row["other_times"], row["capacity"]) == (None, 0) for row in rows)


def test_what_speaks_for_and_against_a_shift_stands_on_it(derived: Derive) -> None:
    more = "X,Y,CN,CN,US,2024-02-01,7,7108, X,Y,CN,CN,US,2024-08-01,5,, X,Y,CN,CN,US,2025-08-01,5,,"
    makers = "T,2617,811010,60, T,2617,8110,40, T,2618,811010,20,2024-05-31 T,2617,811020,10,"
    tables = shift(more=more) | {
        "companies": "id,name,country\nT,T,TH\nV,V,VN",
        "processing": "\n".join(
            ["company,hs_in,hs_out,capacity_kg_year,to", *makers.split(), "V,2617,811010,5,"]
        ),
    }
    (row,) = derived("SHIFTED_TO", tables)
    assert (row["buyers"], row["buyer_ids"], row["kept"], row["capacity"]) == (1, ["U"], 0, 100)
    assert (row["other_times"], row["other_before"], row["other_after"]) == (1, 7, 5)
    assert row["shipments"] == [f"S{n:02}" for n in (0, 1, 2, 3, 5, 6, 7, 8, 9, 10)]


# ---------------------------------------------------------------- rules and writers


EXAMPLES = {
    "CONTROLLED_BY": shipment(hs="8112", destination="KP") | {"controls": CONTROLS},
    "HOLDS": {"ownerships": "owner | owned | share\nP | A | 60"},
    "ALONGSIDE": alongside(),
    "DEVIATED_TO": voyage(),
    "OFF_BUSINESS": coffee(rest="X,F0,811292,"),
    "ENDED_WITH": ended(),
    "NEW_TO": newcomers(),
    "DISPUTES": papers("C,811292,100,1000,USD"),
    "REUSES": twice(),
    "RELATED_TO": tied(owners="A:B"),
    "UNMIRRORED": mirrors(LEFT),
    "MAY_FEED": may_feed(),
    "PRICED_OFF": lane(DEAR),
    "PIECE_FOR": pieces(FOURTH + usual(16, 600)),
    # A good that no other of these tables controls, so that all can stand in one case.
    "DRIFTED": {name: text.replace("8112", "2604") for name, text in drift().items()},
    "SHIFTED_TO": shift(),
    "TURNS_OVER": {"shipments": "id,exporter,importer,weight_kg\nS1,X,B,1\nS2,B,Z,1"},
}
"""Tables of which each rule makes something."""


@pytest.mark.parametrize("type_", derive.RULES)
def test_what_writes_a_relationship_writes_what_its_rule_gives(derived: Derive, type_: str) -> None:
    rows = derived(type_, EXAMPLES[type_])
    writer = derive.program(type_, "cypher")
    assert rows and set(rows[0]) | {"rule"} == {one.name for one in writer.inputs}
    # What is removed is found by the ends that the key begins with.
    assert writer.columns("key")[:2] == ("a", "b")
