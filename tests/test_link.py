"""The rule of the hand-overs on small tables: who may have sent on what, how likely, how many."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from netinv import cli, link
from netinv.api import OpenCase
from netinv.case import Case, open_case
from netinv.errors import DefinitionError, InputError
from netinv.graph import Graph, Mark
from netinv.intake import take_in
from netinv.link import Links

FILES = iter(range(10_000))
SUMS = ("split", "merge")
"""The basis of a link whose one end is the sum of several shipments."""


class Paper(Graph):
    """A graph that only notes what is written into it: the rule needs no server."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.removed: list[tuple[str, str]] = []

    def claim(self, token: str) -> Mark:
        return Mark("case", 1, "graph", 0)

    def advance(self) -> None:
        pass

    def write(self, statement: str, rows: Sequence[Mapping[str, Any]], batch: str) -> None:
        if "DELETE h" in statement:
            self.removed += [(row["a"], row["b"]) for row in rows]
        else:
            self.rows += [dict(row) for row in rows]


@dataclass
class World:
    """A case without a server, and what its last linking wrote."""

    case: Case
    folder: Path
    paper: Paper = field(default_factory=Paper)

    def load(self, **tables: str) -> None:
        """Take tables in: one line a row with cells between bars, every row of which is good."""
        folder = self.folder / f"tables{next(FILES)}"
        folder.mkdir(parents=True)
        for name, text in tables.items():
            rows = [[c.strip() for c in line.split("|")] for line in text.strip().splitlines()]
            lines = "".join(",".join(row) + "\n" for row in rows)
            (folder / f"{name}.csv").write_text(lines, encoding="utf-8")
        for report in take_in(self.case, [folder]):
            assert (report.rejected, report.unknown_columns) == (0, [])

    def link(self, **inputs: Any) -> Links:
        self.paper = Paper()
        return link.link(self.case, self.paper, inputs)

    def pairs(self) -> set[tuple[str, str, str]]:
        return {(row["a"], row["b"], row["basis"]) for row in self.paper.rows}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(open_case(tmp_path / "case"), tmp_path)


Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """The links of one of many small cases, all linked at once for speed.

    `#` in a row stands for the number of its case, so that no case meets another.
    """
    kept: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    def give(cases: Sequence[str], number: int, more: str = "", **inputs: Any) -> list[Any]:
        key = (cases[0], *sorted(inputs.items()))
        if key not in kept:
            folder = tmp_path_factory.mktemp("cases")
            world = World(open_case(folder / "case"), folder)
            header = cases[0].strip().splitlines()[0]
            lines = [
                line.replace("#", f"-{at}")
                for at, case in enumerate(cases)
                for line in case.strip().splitlines()[1:]
            ]
            tables = {"shipments": "\n".join([header, *lines])}
            if more:
                heading, row = more.split("\n")
                rows = [row.replace("#", f"-{at}") for at in range(len(cases))]
                tables["processing"] = "\n".join([heading, *rows])
            world.load(**tables)
            world.link(**inputs)
            kept[key] = world.paper.rows
        return [row for row in kept[key] if row["a"].endswith(f"-{number}")]

    return give


# ---------------------------------------------------------------- days, weights, traces


DAYS = [
    # departed, window, days
    ("2024-01-09", 45, None),
    ("2024-01-10", 45, 0),
    ("2024-02-01", 45, 22),
    ("2024-02-24", 45, 45),
    ("2024-02-25", 45, None),
    ("2024-02-25", 46, 46),
    ("2024-01-10", 0, 0),
    ("2024-01-11", 0, None),
    ("2024-02", 45, None),
    ("2024", 45, None),
]


@pytest.mark.parametrize("number", range(len(DAYS)))
def test_goods_leave_from_the_day_they_came_to_the_last_of_the_window(
    ask: Ask, number: int
) -> None:
    cases = [
        f"""
        id  | shipper | consignee | arrived    | departed   | weight_kg
        S1# | A#      | B#        | 2024-01-10 | 2024-01-02 | 100
        S2# | B#      | C#        |            | {departed} | 100
        """
        for departed, _, _ in DAYS
    ]
    _, window, days = DAYS[number]
    found = [row["days"] for row in ask(cases, number, window=window)]
    assert found == ([] if days is None else [days])


WEIGHTS = [
    # net in, gross in, net out, gross out
    ("100", "", "95", "", 0.05, True),
    ("95", "", "100", "", 0.05, True),
    ("100", "", "94.9", "", 0.05, False),
    ("100", "", "105.26", "", 0.05, True),
    ("100", "", "105.3", "", 0.05, False),
    ("100", "", "100", "", 0, True),
    ("100", "", "99.99", "", 0, False),
    ("1000", "", "951", "", 0.05, True),
    ("0.1", "", "0.095", "", 0.05, True),
    ("1e9", "", "0.95e9", "", 0.05, True),
    # net with net, else gross with gross, never one with the other
    ("100", "150", "100", "900", 0.05, True),
    ("100", "150", "130", "150", 0.05, False),
    ("100", "150", "", "150", 0.05, True),
    ("", "150", "100", "150", 0.05, True),
    ("", "150", "", "150", 0.05, True),
    ("100", "", "", "100", 0.05, False),
    ("", "", "", "", 0.05, False),
    # what is no weight
    ("0", "", "0", "", 0.05, False),
    ("-100", "", "-100", "", 0.05, False),
    ("0", "150", "0", "150", 0.05, True),
    ("1e999", "", "100", "", 0.05, False),
]


@pytest.mark.parametrize("number", range(len(WEIGHTS)))
def test_a_weight_is_like_another_within_the_tolerance(ask: Ask, number: int) -> None:
    cases = [
        f"""
        id  | weight_kg | gross_kg    | shipper | consignee | departed   | arrived
        S1# | {net}     | {gross}     | A#      | B#        | 2024-01-02 | 2024-01-10
        S2# | {net_out} | {gross_out} | B#      | C#        | 2024-01-12 | 2024-01-20
        """
        for net, gross, net_out, gross_out, _, _ in WEIGHTS
    ]
    *_, tolerance, found = WEIGHTS[number]
    rows = ask(cases, number, tolerance=tolerance)
    assert [row["basis"] for row in rows] == (["weight"] if found else [])


TRACES = [
    # lot, serial, container, seal of the one and of the other
    (("L1", "", "", ""), ("L1", "", "", ""), "lot"),
    (("", "N1", "", ""), ("", "N1", "", ""), "serial"),
    (("", "", "K1", "Q1"), ("", "", "K1", "Q1"), "container+seal"),
    (("L1", "N1", "K1", "Q1"), ("L1", "N1", "K1", "Q1"), "lot"),
    (("L1", "N1", "", ""), ("L2", "N1", "", ""), "serial"),
    (("L1", "", "", ""), ("", "L1", "", ""), ""),
    (("", "", "K1", ""), ("", "", "K1", ""), ""),
    (("", "", "K1", "Q1"), ("", "", "K1", "Q2"), ""),
    (("", "", "", "Q1"), ("", "", "", "Q1"), ""),
]


@pytest.mark.parametrize("weights", [("", ""), ("100", "7")])
@pytest.mark.parametrize("number", range(len(TRACES)))
def test_a_physical_trace_needs_no_weight_and_a_container_alone_is_none(
    ask: Ask, number: int, weights: tuple[str, str]
) -> None:
    cases = [
        f"""
        id | lot | serial | container | seal | weight_kg | shipper | consignee | departed | arrived
        S1# | {" | ".join(first)} | {weights[0]} | A# | B# | 2024-01-02 | 2024-01-10
        S2# | {" | ".join(second)} | {weights[1]} | B# | C# | 2024-01-12 | 2024-01-20
        """
        for first, second, _ in TRACES
    ]
    *_, basis = TRACES[number]
    found = [(row["basis"], row["expected"]) for row in ask(cases, number)]
    assert found == ([(basis, 0.0001)] if basis else [])


# ---------------------------------------------------------------- who holds the goods


HOLDERS = [
    # consignee, buyer, importer → exporter, seller, shipper
    (("B", "", ""), ("", "", "B"), "B"),
    (("B", "X", ""), ("", "X", "B"), "X"),
    (("B", "X", "Y"), ("Y", "X", "B"), "Y"),
    (("B", "X", "Y"), ("", "X", "B"), ""),
    (("B", "X", ""), ("", "", "B"), ""),
]


@pytest.mark.parametrize("number", range(len(HOLDERS)))
def test_the_holder_is_importer_else_buyer_else_consignee_and_sends_as_exporter_first(
    ask: Ask, number: int
) -> None:
    def named(parties: tuple[str, ...]) -> str:
        return " | ".join(party and f"{party}#" for party in parties)

    cases = [
        f"""
        id | consignee | buyer | importer | exporter | seller | shipper | departed | arrived | lot
        S1# | {named(ends)} | | | A# | 2024-01-02 | 2024-01-10 | L
        S2# | C# | | | {named(starts)} | 2024-01-12 | 2024-01-20 | L
        """
        for ends, starts, _ in HOLDERS
    ]
    *_, holder = HOLDERS[number]
    found = [row["holder"] for row in ask(cases, number)]
    assert found == ([f"{holder}-{number}"] if holder else [])


def test_who_is_to_be_told_stands_in_for_an_order_and_it_is_said(world: World) -> None:
    world.load(
        shipments="""
        id | shipper | consignee       | notify | departed   | arrived    | weight_kg
        S1 | A       | TO ORDER        | B      | 2024-01-02 | 2024-01-10 | 100
        S2 | B       | C               | N      | 2024-01-12 | 2024-01-20 | 100
        S3 | C       | ORDER OF BANK X | E      | 2024-01-22 | 2024-01-30 | 100
        S4 | N       | Z               |        | 2024-01-22 | 2024-01-30 | 100
        """
    )
    world.link()
    told = {(row["a"], row["b"]): row["by_notify"] for row in world.paper.rows}
    assert told == {("S1", "S2"): True, ("S2", "S3"): True}


def test_goods_that_stay_with_their_sender_are_no_hand_over(world: World) -> None:
    world.load(
        shipments="""
        id | shipper | consignee | departed   | arrived    | weight_kg
        S1 | B       | B         | 2024-01-02 | 2024-01-10 | 100
        S2 | B       | C         | 2024-01-12 | 2024-01-20 | 100
        S3 | C       | C         | 2024-01-22 | 2024-01-30 | 100
        """
    )
    world.link()
    assert world.pairs() == set()


# ---------------------------------------------------------------- movements and bills


def test_rows_of_one_movement_are_one_leg_and_complete_each_other(world: World) -> None:
    world.load(
        shipments="""
        id | movement | shipper | consignee | departed   | arrived    | weight_kg
        S1 | M1       | A       |           | 2024-01-02 |            |
        S2 | M1       |         | B         |            | 2024-01-10 | 100
        S3 | M2       | B       |           | 2024-01-12 |            | 100
        S4 | M2       |         | C         |            | 2024-01-20 | 777
        """
    )
    links = world.link()
    assert world.pairs() == {("S1", "S3", "weight")}
    assert links.kept == 1
    (row,) = world.paper.rows
    assert (row["sender"], row["holder"], row["receiver"]) == ("A", "B", "C")


BILLS = [
    # movement, bill, master bill of the one and of the other
    (("", "", ""), ("", "", ""), True),
    (("M1#", "", ""), ("M1#", "", ""), False),
    (("M1#", "", ""), ("M2#", "", ""), True),
    (("", "B1", ""), ("", "B1", ""), False),
    (("", "B1", ""), ("", "B2", ""), True),
    (("", "B1", ""), ("", "B2", "B1"), False),
    (("", "", "B1"), ("", "", "B1"), False),
    (("S2#", "", ""), ("", "", ""), True),
]


@pytest.mark.parametrize("number", range(len(BILLS)))
def test_rows_of_one_movement_or_bill_are_not_handed_on_to_each_other(
    ask: Ask, number: int
) -> None:
    cases = [
        f"""
        id | movement | bill | master_bill | shipper | consignee | departed | arrived | weight_kg
        S1# | {" | ".join(first)} | A# | B# | 2024-01-02 | 2024-01-10 | 100
        S2# | {" | ".join(second)} | B# | C# | 2024-01-12 | 2024-01-20 | 100
        """
        for first, second, _ in BILLS
    ]
    *_, found = BILLS[number]
    assert [row["basis"] for row in ask(cases, number)] == (["weight"] if found else [])


# ---------------------------------------------------------------- what stands on a link

CHANGES = [
    # hs, origin, description, procedure of the one and of the other
    (
        ("811292", "CN", "gallium", ""),
        ("790111", "CN", "gallium", ""),
        (True, ["heading 8112 → 7901"], None),
    ),
    (
        ("811292", "CN", "gallium", ""),
        ("811292", "NO", "gallium", ""),
        (True, ["origin CN → NO"], None),
    ),
    (
        ("811292", "CN", "gallium metal", ""),
        ("811292", "CN", "zinc ingots", ""),
        (True, ["name “gallium metal” → “zinc ingots”"], None),
    ),
    (
        ("811292", "CN", "Gallium metal", ""),
        ("8112.99", "CN", "METAL of gallium", ""),
        (False, [], None),
    ),
    (
        ("", "CN", "gallium", ""),
        ("790111", "NO", "zinc", ""),
        (True, ["origin CN → NO", "name “gallium” → “zinc”"], None),
    ),
    (
        ("260300", "CL", "ore", ""),
        ("740311", "CL", "cathodes", ""),
        (
            False,
            ["heading 2603 → 7403", "name “ore” → “cathodes”"],
            "processing on record turns 2603 into 7403",
        ),
    ),
    (
        ("854810", "CN", "waste", ""),
        ("854913", "CN", "waste", ""),
        (False, ["heading 8548 → 8549"], "heading 8548 became 8549 between HS editions"),
    ),
    (
        ("811292", "CN", "gallium", "inward_processing"),
        ("790111", "CN", "gallium", "return"),
        (True, ["heading 8112 → 7901"], "declared as inward_processing and return"),
    ),
    (
        ("811292", "CN", "gallium", ""),
        ("811292", "CN", "gallium", "re-export"),
        (False, [], "declared as re-export with its origin kept"),
    ),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_link_says_what_changed_and_what_explains_it(ask: Ask, number: int) -> None:
    cases = [
        f"""
        id | hs | origin | description | procedure | shipper | consignee | departed | arrived | lot
        S1# | {" | ".join(first)} | A# | B# | 2024-01-02 | 2024-01-10 | L1
        S2# | {" | ".join(second)} | B# | C# | 2024-01-12 | 2024-01-20 | L1
        """
        for first, second, _ in CHANGES
    ]
    (row,) = ask(cases, number, "company | hs_in | hs_out\nB# | 2603 | 7403")
    *_, found = CHANGES[number]
    assert (row["relabelled"], row["changes"], row.get("lawful")) == found


@pytest.mark.parametrize(("times", "explained"), [(3, False), (6, True)])
def test_a_holder_that_does_so_again_and_again_may_process(
    world: World, times: int, explained: bool
) -> None:
    lines = ["id | shipper | consignee | departed | arrived | hs | lot"]
    for n in range(times):
        lines.append(f"A{n} | A | B | 2024-01-02 | 2024-01-10 | 260300 | L{n}")
        lines.append(f"B{n} | B | C | 2024-01-12 | 2024-01-20 | 740311 | L{n}")
    world.load(shipments="\n".join(lines))
    world.link()
    said = f"the holder hands 2603 on as 7403 {times} times: it may process"
    assert {row.get("lawful") for row in world.paper.rows} == {said if explained else None}
    assert {row["relabelled"] for row in world.paper.rows} == {not explained}


def test_the_drift_of_weights_that_are_not_both_known_is_unknown(world: World) -> None:
    world.load(
        shipments="""
        id | lot | weight_kg | gross_kg | shipper | consignee | departed   | arrived
        S1 | L1  | 100       |          | A       | B         | 2024-01-02 | 2024-01-10
        S2 | L1  |           | 90       | B       | C         | 2024-01-12 | 2024-01-20
        S3 | L1  | 80        | 90       | C       | D         | 2024-01-22 | 2024-01-30
        """
    )
    world.link()
    drifts = {(row["a"], row["b"]): row.get("drift") for row in world.paper.rows}
    assert drifts == {("S1", "S2"): None, ("S2", "S3"): 0.0}


def test_the_nearer_the_weight_the_fewer_hand_overs_chance_would_give(world: World) -> None:
    world.load(shipments=fan(99.9, 99.5, 99))
    world.link()
    ranked = sorted(world.paper.rows, key=lambda row: row["expected"])
    assert [(row["b"], row["rank"]) for row in ranked] == [("S1", 1), ("S2", 2), ("S3", 3)]
    assert len({row["expected"] for row in ranked}) == 3


def test_what_else_fits_speaks_against_a_hand_over(world: World) -> None:
    world.load(shipments=fan(99.9))
    world.link()
    (alone,) = world.paper.rows
    assert alone["weight"] == pytest.approx(-math.log10(alone["expected"]), abs=1e-3)
    lines = ["id | shipper | consignee | departed | arrived | weight_kg"]
    lines.append("S9 | B | C9 | 2024-01-12 | 2024-01-20 | 99.9")
    world.load(shipments="\n".join(lines))
    world.link()
    for row in world.paper.rows:
        # Each of two alike has the odds 0.02 / expected against it.
        rivals = math.log10(1 + 0.02 / row["expected"])
        assert row["weight"] == pytest.approx(-math.log10(row["expected"]) - rivals, abs=1e-3)


def test_goods_lose_on_the_way_and_seldom_gain(world: World) -> None:
    world.load(shipments=fan(99.5, 100.5))
    world.link()
    lost, gained = sorted(world.paper.rows, key=lambda row: row["expected"])
    assert (lost["b"], gained["b"]) == ("S1", "S2")
    assert gained["expected"] > 3 * lost["expected"]


def test_a_pair_that_trades_the_weight_often_is_a_habit_and_no_coincidence(world: World) -> None:
    world.load(shipments=fan(99.9))
    world.link()
    (before,) = world.paper.rows
    lines = ["id | shipper | consignee | departed | arrived | weight_kg"]
    lines += [f"H{n} | B | C1 | 2023-{n:02}-01 | 2023-{n:02}-09 | 99.9" for n in range(1, 10)]
    world.load(shipments="\n".join(lines))
    world.link()
    (after,) = (row for row in world.paper.rows if row["a"] == "S0")
    assert after["expected"] > 2 * before["expected"]


def holders(world: World) -> set[tuple[str, str, str]]:
    return {(row["a"], row["b"], row["basis"]) for row in world.paper.rows}


def test_decided_identities_are_one_company_and_rejected_ones_two(world: World) -> None:
    world.load(
        companies="""
        id | name  | country | registration
        B  | Bore  | NO      | 77
        B2 | Boré  | NO      | 77
        D  | Dora  |         |
        D2 | Dora. |         |
        """,
        shipments="""
        id | shipper | consignee | departed   | arrived    | weight_kg
        S1 | A       | B         | 2024-01-02 | 2024-01-10 | 100
        S2 | B2      | C         | 2024-01-12 | 2024-01-20 | 99
        S3 | A       | D         | 2024-01-02 | 2024-01-10 | 500
        S4 | D2      | C         | 2024-01-12 | 2024-01-20 | 499
        """,
    )
    world.link()
    assert holders(world) == {("S1", "S2", "weight")}
    world.load(same_as="record | same_record | decision\nB2 | B | rejected\nD | D2 |")
    world.link()
    assert [(row["a"], row["b"]) for row in world.paper.rows] == [("S3", "S4")]
    assert world.paper.removed == [("S1", "S2")]


def test_companies_of_one_owner_hand_on_for_each_other(world: World) -> None:
    world.load(
        ownerships="owner | owned | share\nH | B | 50\nH | B2 | 80\nK | B3 | 100",
        shipments="""
        id | shipper | consignee | departed   | arrived    | weight_kg
        S1 | A       | B         | 2024-01-02 | 2024-01-10 | 100
        S2 | B2      | C         | 2024-01-12 | 2024-01-20 | 99
        S3 | B       | C         | 2024-01-12 | 2024-01-20 | 99
        S4 | B3      | C         | 2024-01-12 | 2024-01-20 | 99
        """,
    )
    world.link()
    assert holders(world) == {("S1", "S2", "affiliate"), ("S1", "S3", "weight")}
    own, sister = sorted(world.paper.rows, key=lambda row: row["expected"])
    assert (own["b"], own.get("sister")) == ("S3", None)
    assert (sister["holder"], sister["sister"]) == ("B2", "B")


@pytest.mark.parametrize(
    ("inbound", "outbound", "times"),
    [
        ("40 | pcs | 1000 | EUR | K1", "40 | pcs | 900 | EUR | K2", 0.3),
        ("40 | pcs | 1000 | EUR | K1", "20 | pcs | 900 | EUR | K2", 3),
        ("40 | pcs | 1000 | EUR | K1", "40 | kg | 900 | EUR | K2", 1),
        ("40 | pcs | 1000 | EUR | K1", "40 | kg | 1000 | EUR | K2", 0.3),
        ("40 | pcs | 1000 | EUR | K1", "40 | kg | 1000 | USD | K2", 1),
        ("40 | pcs | 1000 | EUR | K1", "40 | kg | 900 | EUR | K1", 0.1),
    ],
)
def test_quantity_value_and_the_container_are_witnesses(
    world: World, inbound: str, outbound: str, times: float
) -> None:
    lines = "id | shipper | consignee | departed | arrived | weight_kg | load_port | discharge_port"
    lines += " | quantity | unit | value | currency | container"
    first, second = "2024-01-02 | 2024-01-10 | 100 | P | Q", "2024-01-12 | 2024-01-20 | 99 | Q | R"
    world.load(
        shipments=f"""{lines}
        S1 | A | B | {first} | {inbound}
        S2 | B | C | {second} | {outbound}
        S3 | A | E | {first} | 7 | pcs | 1 | EUR | K3
        S4 | E | C | {second} | 8 | kg | 2 | EUR | K4
        """
    )
    world.link()
    with_, without = (row["expected"] for row in sorted(world.paper.rows, key=lambda r: r["a"]))
    assert with_ / without == pytest.approx(times, rel=1e-3)


# ---------------------------------------------------------------- what is kept and counted


def fan(*weights: float) -> str:
    """One inbound shipment of 100 kg, and outbound ones of these weights."""
    lines = ["id | shipper | consignee | departed | arrived | weight_kg"]
    lines.append("S0 | A | B | 2024-01-02 | 2024-01-10 | 100")
    for n, weight in enumerate(weights, 1):
        lines.append(f"S{n} | B | C{n} | 2024-01-12 | 2024-01-20 | {weight}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("weights", "keep", "kept", "cut", "tied"),
    [
        ((99.5, 99, 98.5, 98, 97.5), 3, {"S1", "S2", "S3"}, 2, 0),
        ((99.5, 99, 98.5, 98, 97.5), 1, {"S1"}, 4, 0),
        ((99.5, 99, 98.5, 98, 97.5), 50, {"S1", "S2", "S3", "S4", "S5"}, 0, 0),
        ((99, 99, 99, 99, 99), 3, {"S1", "S2", "S3", "S4", "S5"}, 0, 2),
        ((99.9, 99.85, 99.8, 99.8, 99), 3, {"S1", "S2", "S3", "S4"}, 1, 1),
        ((99, 99, 99), 1, {"S1", "S2", "S3"}, 0, 2),
        ((99.5,), 3, {"S1"}, 0, 0),
    ],
)
def test_the_best_few_of_a_shipment_are_kept_ties_too_and_the_rest_is_counted(
    world: World, weights: tuple[float, ...], keep: int, kept: set[str], cut: int, tied: int
) -> None:
    world.load(shipments=fan(*weights))
    links = world.link(keep=keep)
    assert {row["b"] for row in world.paper.rows} == kept
    assert (links.kept, links.cut, links.tied) == (len(kept), cut, tied)
    assert {row["of"] for row in world.paper.rows} == {len(weights)}
    best = min(world.paper.rows, key=lambda row: row["expected"])
    assert best["rank"] == 1


@pytest.mark.parametrize(
    ("crowd", "found", "crowded"),
    [
        (100, {"S1", "S2", "S3", "S4", "S5"}, 0),
        (5, {"S1", "S2", "S3", "S4", "S5"}, 0),
        (3, {"S1", "S2", "S3", "S5"}, 5),  # up to 3 % of drift, and whatever bears the lot
        (1, {"S1", "S5"}, 5),
    ],
)
def test_in_a_crowd_the_nearest_weights_are_looked_at_and_the_shipments_counted(
    world: World, crowd: int, found: set[str], crowded: int
) -> None:
    world.load(
        shipments="""
        id | shipper | consignee | departed   | arrived    | weight_kg | lot
        S0 | A       | B         | 2024-01-02 | 2024-01-10 | 100       | L
        S1 | B       | C         | 2024-01-12 | 2024-01-20 | 99.5      |
        S2 | B       | C         | 2024-01-12 | 2024-01-20 | 98.5      |
        S3 | B       | D         | 2024-01-12 | 2024-01-20 | 97.5      |
        S4 | B       | D         | 2024-01-12 | 2024-01-20 | 96.5      |
        S5 | B       | D         | 2024-01-12 | 2024-01-20 | 96.4      | L
        """
    )
    links = world.link(keep=50, crowd=crowd)
    assert {row["b"] for row in world.paper.rows if row["basis"] in ("weight", "lot")} == found
    assert links.crowded == crowded
    said = " ".join(cli._linked_notes(links))
    assert ("only the nearest weights" in said) == bool(crowded)


def test_what_cannot_be_linked_is_counted_by_what_it_lacks(world: World) -> None:
    world.load(
        shipments="""
        id | shipper | consignee | notify | departed   | arrived    | weight_kg | container | seal
        S1 | A       | B         |        | 2024-01-02 | 2024-01-10 | 100       |           |
        S2 | A       | B         |        | 2024-01    | 2024       | 0         |           |
        S3 | A       | TO ORDER  |        |            |            |           | K1        |
        S4 |         | TO ORDER  | N      | 2024-01-02 | 2024-01-10 |           | K1        | Q1
        S5 | A       |           |        | 2024-01-02 | soon       | -5        |           |
        """
    )
    counted = world.link().unlinkable
    wanted = {
        "shipments": 5,
        "without a day of arrival": 3,
        "without a day of departure": 2,
        "without a holder at the end": 2,
        "without a holder at the start": 1,
        "without weight, lot, serial, or container and seal": 3,
    }
    assert {name.split(":")[0]: count for name, count in counted.items()} == wanted


def test_links_are_counted_by_their_basis(world: World) -> None:
    world.load(
        shipments="""
        id | shipper | consignee | departed   | arrived    | weight_kg | lot
        S1 | A       | B         | 2024-01-02 | 2024-01-10 | 100       | L1
        S2 | B       | C         | 2024-01-12 | 2024-01-20 | 100       | L1
        S3 | B       | C         | 2024-01-13 | 2024-01-20 | 100       |
        """
    )
    links = world.link()
    assert (dict(links.bases), links.kept, links.written) == ({"lot": 1, "weight": 1}, 2, 2)


# ---------------------------------------------------------------- the whole rule


def trade(chance: random.Random, rows: int) -> list[dict[str, str]]:
    """Shipments among few companies, with weights that are near each other and holes."""

    def some(text: str, often: float = 0.7) -> str:
        return text if chance.random() < often else ""

    found = []
    for number in range(rows):
        net, whole = 100 * 1.02 ** chance.randrange(8), some("whole", 0.8)
        found.append(
            {
                "id": f"S{number:03}",
                "shipper": some(chance.choice("ABCD"), 0.95),
                "consignee": some(chance.choice("ABCD"), 0.9),
                "importer": some(chance.choice("ABCD"), 0.1),
                "seller": some(chance.choice("ABCD"), 0.1),
                "notify": "E",
                "departed": f"2024-{chance.randrange(1, 4):02}{whole and '-15'}",
                "arrived": f"2024-{chance.randrange(1, 4):02}{whole and '-12'}",
                "weight_kg": some(f"{net:.2f}"),
                "gross_kg": some(f"{net * 1.1:.2f}"),
                "lot": some(chance.choice("LMN"), 0.1),
                "container": some(chance.choice("KJ"), 0.3),
                "seal": some("Q", 0.5),
                "bill": some(chance.choice("XYZ"), 0.2),
            }
        )
    return found


def by_hand(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """The pairs and their basis as docs/links.md tells them, one by one."""
    for a in rows:
        for b in rows:
            start = a["seller"] or a["shipper"]
            holder = a["importer"] or a["consignee"] or a["notify"]
            sends = b["seller"] or b["shipper"]
            ends = b["importer"] or b["consignee"] or b["notify"]
            whole = len(a["arrived"]) == len(b["departed"]) == len("2024-01-01")
            if a is b or not whole or holder != sends or start == holder or sends == ends:
                continue
            month = {"01": 0, "02": 31, "03": 60}
            left, came = (month[day[5:7]] + int(day[8:]) for day in (b["departed"], a["arrived"]))
            if not 0 <= left - came <= 45 or (a["bill"] and a["bill"] == b["bill"]):
                continue
            nets = a["weight_kg"] and b["weight_kg"]
            column = "weight_kg" if nets else "gross_kg"
            first, second = (float(one[column] or 0) for one in (a, b))
            if a["lot"] and a["lot"] == b["lot"]:
                yield a["id"], b["id"], "lot"
            elif a["container"] and a["seal"] and a["container"] == b["container"] and b["seal"]:
                yield a["id"], b["id"], "container+seal"
            elif first and second and round(1 - min(first, second) / max(first, second), 9) <= 0.05:
                yield a["id"], b["id"], "weight"


def table(rows: list[dict[str, str]]) -> str:
    lines = [" | ".join(rows[0]), *(" | ".join(row.values()) for row in rows)]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(6))
def test_the_rule_finds_what_is_found_by_hand(world: World, seed: int) -> None:
    rows = trade(random.Random(seed), 60)
    world.load(shipments=table(rows))
    links = world.link(keep=50)
    wanted = set(by_hand(rows))
    assert len(wanted) > 20
    assert links.cut == 0
    assert {pair for pair in world.pairs() if pair[2] not in SUMS} == wanted


def test_the_order_of_rows_and_files_changes_nothing(tmp_path: Path) -> None:
    rows = trade(random.Random(7), 80)
    found = []
    for seed in range(3):
        world = World(open_case(tmp_path / f"case{seed}"), tmp_path / str(seed))
        random.Random(seed).shuffle(rows)
        for part in (rows[: 20 * seed], rows[20 * seed :]):
            if part:
                world.load(shipments=table(part))
        links = world.link()
        found.append(
            (sorted(map(repr, world.paper.rows)), links.rule, links.kept, links.cut, links.tied)
        )
    assert len(found[0][0]) > 20
    assert found == [found[0]] * 3


# ---------------------------------------------------------------- made anew, and stale


def test_only_the_difference_is_written(world: World) -> None:
    world.load(shipments=fan(99.5, 99))
    assert (world.link().written, world.link().written) == (2, 0)
    world.load(
        shipments="""
        id | shipper | consignee | departed   | arrived    | lot
        T1 | Y       | Z         | 2024-01-02 | 2024-01-10 | L1
        T2 | Z       | W         | 2024-01-12 | 2024-01-20 | L1
        """
    )
    world.link()
    assert {("T1", "T2")} <= {(row["a"], row["b"]) for row in world.paper.rows}
    source = next(one for one in world.case.sources() if one.tables == {"shipments": 2})
    world.case.retire(source, "gone")
    links = world.link()
    assert ("T1", "T2") in world.paper.removed
    assert (links.kept, links.removed) == (2, 1)


def test_links_are_stale_when_sources_or_the_rule_change(world: World) -> None:
    assert link.stale(world.case) == "there are none yet"
    assert link.kept(world.case) is None
    world.load(shipments=fan(99.5))
    assert link.stale(world.case) == "there are none yet"
    made = world.link(window=20)
    assert link.stale(world.case) == ""
    assert link.kept(world.case) == made
    world.load(people="id | name\nP1 | Ann")
    assert link.stale(world.case) == ""
    world.load(processing="company | hs_in | hs_out\nB | 2603 | 7403")
    assert link.stale(world.case) == "the sources changed since they were made"
    world.link()
    assert link.stale(world.case) == ""
    path = world.case.path("written", "links.json")
    entry = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**entry, "rule": "0" * 12}), encoding="utf-8")
    assert link.stale(world.case) == "the rule changed since they were made"
    world.link()
    (world.case.path("written", "link_handoff.parquet")).unlink()
    assert link.stale(world.case) == "there are none yet"


def test_links_whose_writing_broke_off_are_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.load(shipments=fan(99.5))

    def breaks(self: Paper, statement: str, rows: object, batch: str) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(Paper, "write", breaks)
        with pytest.raises(ConnectionError):
            world.link()
    assert link.stale(world.case) == "there are none yet"
    assert world.link().written == 1
    assert link.stale(world.case) == ""


def test_the_rule_has_a_hash_of_its_text_and_inputs() -> None:
    name, values = link.rule()
    assert {"window": 45, "tolerance": 0.05, "keep": 3}.items() <= values.items()
    assert link.rule({"window": "45"}) == (name, values)
    assert link.rule({"window": 44})[0] != name


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"windw": 3}, "the links have no input 'windw'"),
        ({"window": 366}, "window: 366 is above 365 (use 0 to 365)"),
        ({"tolerance": 0.06}, "tolerance: 0.06 is above 0.05 (use 0 to 0.05)"),
        ({"keep": 0}, "keep: 0 is below 1 (use 1 to 100000)"),
    ],
)
def test_a_wrong_input_is_refused(world: World, inputs: dict[str, Any], said: str) -> None:
    with pytest.raises((InputError, DefinitionError)) as error:
        world.link(**inputs)
    assert str(error.value) == said


@pytest.mark.server
def test_what_the_rule_gives_stands_in_the_graph(case: OpenCase, tmp_path: Path) -> None:
    world = World(open_case(tmp_path / "paper"), tmp_path)
    world.load(shipments=fan(99.5, 99, 98.5, 98))
    world.link()
    for path in sorted(tmp_path.glob("tables*/*.csv")):
        case.load(path)
    assert case.link(keep=4).kept == 4
    assert case.link().removed == 1
    rows = case.graph().ask("MATCH (a)-[h:HANDOFF]->(b) RETURN a.id AS a, b.id AS b, h {.*} AS h")
    found = {(row["a"], row["b"]): row["h"] for row in rows.rows}
    for row in world.paper.rows:
        wanted = {key: value for key, value in row.items() if key not in "ab"}
        wanted |= {"arrived": str(row["arrived"]), "derived": True}
        assert found.pop((row["a"], row["b"])) == wanted
    assert found == {}


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("z-y y-x", {"x": "x", "y": "x", "z": "x"}),
        ("e-d d-c c-b b-a e-f", dict.fromkeys("abcdef", "a")),
        ("a-b b-c a!c", {}),
        ("a=b b-c a!c c-d", {"a": "a", "b": "a"}),
        ("a=b b=c a!c d-e", {"d": "d", "e": "d"}),
        ("a!b", {}),
    ],
)
def test_what_pairs_tie_together_is_one_company_but_never_a_rejected_pair(
    ties: str, expected: dict[str, str]
) -> None:
    kinds = {"-": "told", "=": "accepted", "!": "rejected"}
    pairs = [(one, other, kinds[kind]) for one, kind, other in ties.split()]
    assert dict(link.one_company(pairs)) == expected
    assert dict(link.one_company([(b, a, tie) for a, b, tie in reversed(pairs)])) == expected
