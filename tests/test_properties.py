"""What must not change the links: the order and files of rows, names, dates, other trade."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from netinv import link
from netinv.case import open_case
from netinv.relate import Relations
from tests.test_link import World

pytestmark = pytest.mark.xdist_group("properties")  # the last test counts what the others made

Row = dict[str, str]
Tables = dict[str, list[Row]]

settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    phases=[hypothesis.Phase.generate],  # to shrink a case would take minutes
    max_examples=8,
    suppress_health_check=list(hypothesis.HealthCheck),
)
LINKS: list[int] = []
"""How many links the cases had."""

steady = settings(settings.get_profile("steady"))

FIRST = dt.date(2024, 1, 1)
COMPANIES = [f"{letter}{n}" for n in (1, 2) for letter in "CADBFE"]
KINDS = [("848210", "US", "ball bearings"), ("854231", "DE", "microcontrollers")]
IDS = {
    "shipments": ("id",),
    "companies": ("id",),
    "same_as": ("record", "same_record"),
    "ownerships": ("owner", "owned"),
    "processing": ("company",),
}
PARTIES = ("shipper", "consignee", "seller", "buyer", "notify")
DAYS = ("departed", "arrived")
NUMBERS = {
    "expected", "weight", "tie", "drift", "to_whom", "to_where", "to_land",
    "ring", "route", "chain",
}  # fmt: skip
"""Compared as numbers; the last three are what the paths through a link come to."""


@st.composite
def trades(draw: st.DrawFn) -> Tables:
    """Chains of hand-overs, made to be linked, and trade that may meet them by chance."""
    rows: list[Row] = []

    def shipment(sender: str, receiver: str, day: int, kg: float, **more: str) -> int:
        took = draw(st.integers(2, 12))
        hs, origin, text = draw(st.sampled_from(KINDS))
        row = {
            "id": f"S{len(rows):03}",
            draw(st.sampled_from(("shipper", "shipper", "seller"))): sender,
            draw(st.sampled_from(("consignee", "consignee", "buyer", "notify"))): receiver,
            "departed": str(FIRST + dt.timedelta(day)),
            "arrived": str(FIRST + dt.timedelta(day + took)),
            "weight_kg": f"{kg:.2f}",
            "hs": hs,
            "origin": origin,
            "description": text,
            "discharge_port": draw(st.sampled_from(("NLRTM", "JPYOK"))),
            **more,
        }
        hole = draw(st.sampled_from(("",) * 5 + ("weight_kg", "arrived", "departed", "hs")))
        if hole == "weight_kg":
            row["gross_kg"] = row["weight_kg"]
        if hole:
            row[hole] = ""
        rows.append(row)
        return day + took

    for chain in range(draw(st.integers(4, 9))):
        day, kg = draw(st.integers(0, 60)), draw(st.sampled_from((100.0, 100.0, 130.0, 900.0)))
        through = draw(st.lists(st.sampled_from(COMPANIES), min_size=3, max_size=5, unique=True))
        lot = {"lot": f"L{chain}"} if draw(st.booleans()) and draw(st.booleans()) else {}
        for sender, receiver in itertools.pairwise(through):
            day = shipment(sender, receiver, day, kg, **lot) + draw(st.integers(0, 20))
            kg *= draw(st.sampled_from((1.0, 0.98, 0.999, 1.02)))
        if draw(st.booleans()):  # and the last parts it, in two of different days
            for share in (0.6, 0.4):
                shipment(through[-1], "Z1", day + int(share * 10), kg * share)
    for _ in range(draw(st.integers(0, 8))):
        sender, receiver = draw(
            st.lists(st.sampled_from(COMPANIES), min_size=2, max_size=2, unique=True)
        )
        shipment(sender, receiver, draw(st.integers(0, 120)), draw(st.sampled_from((99.5, 130.0))))
    pair = st.lists(st.sampled_from(COMPANIES), min_size=2, max_size=2, unique=True)
    registered = draw(st.sampled_from((("C1", "C2"), ("A1", "C2"), ())))
    a, b = draw(pair)
    tables: Tables = {
        "shipments": rows,
        "companies": [
            {"id": id, "name": f"Co {n}", "registration": "R1" if id in registered else ""}
            for n, id in enumerate([*COMPANIES, "Z1", "OWNER"])
        ],
        "same_as": [
            {
                "record": a,
                "same_record": b,
                "decision": draw(st.sampled_from(("accepted", "rejected"))),
            }
        ],
        "ownerships": [
            {"owner": "OWNER", "owned": one, "share": "60"}
            for one in draw(st.sampled_from((("B1", "D1"), ("B1",))))
        ],
        "processing": [{"company": "B1", "hs_in": "8482", "hs_out": "8542"}],
    }
    return tables


@pytest.fixture(scope="module")
def relations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relations]:
    """Tables that the rule reads, whose rows `linked` changes: an intake a case would be slow."""
    case = open_case(tmp_path_factory.mktemp("case") / "case")
    with Relations(case) as opened:
        opened.database.execute("CREATE TABLE kept_shipments AS FROM shipments")
        opened.database.execute("CREATE OR REPLACE VIEW shipments AS FROM kept_shipments")
        link.relate(opened, "links", *link.rule())
        yield opened


def linked(relations: Relations, tables: Tables) -> list[dict[str, Any]]:
    """The links that the rule makes of these tables, all of them kept."""
    execute = relations.database.execute
    execute("BEGIN")  # a commit for every row would take most of the time
    for table in IDS:
        execute(f"DELETE FROM kept_{table}")
        for row in tables.get(table, ()):
            whole = {c: v for c, v in row.items() if v}
            whole |= {f"{c}_last": v for c, v in whole.items() if c in DAYS}
            columns, marks = ", ".join(whole), ", ".join("?" * len(whole))
            execute(f"INSERT INTO kept_{table} ({columns}) VALUES ({marks})", [*whole.values()])
    execute("COMMIT")
    link.relate(relations, "links", *link.rule({"keep": 50, "shift": 0}))
    found = execute("FROM links")
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    event(f"links: {min(len(rows) // 5 * 5, 20)} or more")
    for basis in {row["basis"] for row in rows}:
        event(f"basis: {basis}")
    LINKS.append(len(rows))
    return rows


def renamed(tables: Tables, names: Callable[[str], str]) -> Tables:
    """The same tables, every id named anew."""
    ids = {row["id"] for table in ("shipments", "companies") for row in tables[table]}

    def row_of(table: str, row: Row) -> Row:
        named = {*IDS[table], *(PARTIES if table == "shipments" else ())}
        return {c: names(v) if c in named and v in ids else v for c, v in row.items()}

    return {table: [row_of(table, row) for row in rows] for table, rows in tables.items()}


def told(rows: Iterable[Mapping[str, Any]], *ignored: str) -> dict[Any, Any]:
    """The links by the parts of their two loads, without keys and the rule's hash."""
    found = {}
    for row in rows:
        ends = tuple(
            frozenset(row.get(parts) or [row[end]])
            for parts, end in (("from_parts", "a"), ("to_parts", "b"))
        )
        left = {
            "key", "rule", "from_load", "to_load", "from_parts", "to_parts", "a", "b", *ignored,
        }  # fmt: skip
        found[ends] = {column: value for column, value in row.items() if column not in left}
    assert len(found) == len(list(rows))  # type: ignore[arg-type]
    return found


def of_one(tables: Tables, id: str | None) -> str | None:
    """The company of this id, by the first of all the ids that are decided or registered as one."""
    one = [id]
    groups = [{c["id"] for c in tables["companies"] if c["registration"]}]
    groups += [
        {row["record"], row["same_record"]}
        for row in tables["same_as"]
        if row["decision"] == "accepted"
    ]
    for group in groups * 2:
        one += [*group] if group & {*one} else []
    return min(one) if id else None


def same(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    assert one.keys() == other.keys()
    for ends, row in one.items():
        again = other[ends]
        assert row.keys() == again.keys()
        for column, value in row.items():
            if column in NUMBERS and None not in (value, again[column]):
                nearly = math.isclose(value, again[column], rel_tol=1e-6, abs_tol=1.01e-3)
                assert nearly, (ends, column, value, again[column])
            else:
                assert value == again[column], (ends, column, value, again[column])


@steady
@given(trades(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_link(
    relations: Relations, tables: Tables, chance: random.Random
) -> None:
    shuffled = {table: chance.sample(rows, len(rows)) for table, rows in tables.items()}
    same(told(linked(relations, tables)), told(linked(relations, shuffled)))


@settings(steady, max_examples=2)
@given(trades(), st.integers(2, 4))
def test_the_files_in_which_rows_come_change_no_link(tables: Tables, files: int) -> None:
    found = []
    for parts in (1, files):
        with tempfile.TemporaryDirectory() as name:
            world = World(open_case(Path(name) / "case"), Path(name))
            for part in range(parts):
                shown = {}
                for table, rows in tables.items():
                    columns = list(dict.fromkeys(c for row in rows for c in row))
                    lines = [
                        " | ".join(row.get(c, "") for c in columns) for row in rows[part::parts]
                    ]
                    if lines:
                        shown[table] = "\n".join([" | ".join(columns), *lines])
                world.load(**shown)
            world.link(keep=50, shift=0)
            found.append(told(world.paper.rows))
    same(*found)


@steady
@given(trades(), st.randoms(use_true_random=False))
def test_other_names_give_the_same_links(
    relations: Relations, tables: Tables, chance: random.Random
) -> None:
    """All but what names a record: which of a company's records stands for it, and so `second`."""
    ids = sorted({row["id"] for table in ("shipments", "companies") for row in tables[table]})
    names = dict(zip(ids, chance.sample(range(1000, 9999), len(ids)), strict=True))
    names = {id: f"N{number}" for id, number in names.items()}
    old = {name: id for id, name in names.items()}
    before = told(linked(relations, tables), "second", "dated")
    after = {}
    for ends, row in told(
        linked(relations, renamed(tables, names.__getitem__)), "second", "dated"
    ).items():
        start, end = (frozenset(old[id] for id in one) for one in ends)
        after[start, end] = row
    for row, name in ((r, n) for n, rows in ((old, after), ({}, before)) for r in rows.values()):
        for column in ("sender", "holder", "receiver", "sister"):
            row[column] = of_one(tables, name.get(row[column], row[column]))
    same(before, after)


@steady
@given(trades(), st.integers(-4000, 4000))
def test_the_same_trade_on_other_days_gives_the_same_links(
    relations: Relations, tables: Tables, days: int
) -> None:
    later = {
        **tables,
        "shipments": [
            {
                c: str(dt.date.fromisoformat(v) + dt.timedelta(days)) if c in DAYS and v else v
                for c, v in row.items()
            }
            for row in tables["shipments"]
        ],
    }
    links = told(linked(relations, tables))
    for link_ in links.values():
        link_["arrived"] += dt.timedelta(days)
    same(links, told(linked(relations, later)))


@steady
@given(trades(), st.integers(1, 9))
def test_the_parts_in_which_companies_are_worked_on_change_no_link(
    relations: Relations, tables: Tables, size: int
) -> None:
    whole = told(linked(relations, tables))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "PART", size)
        same(whole, told(linked(relations, tables)))
    used = relations.one("SELECT count(DISTINCT part) FROM pairs")
    event(f"parts with pairs: {min(used, 4)} or more")


@steady
@given(trades(), trades())
def test_other_trade_neither_adds_nor_removes_a_link(
    relations: Relations, tables: Tables, other: Tables
) -> None:
    """With all days known: where one is missing, what all trade takes stands in."""
    for one in (tables, other):
        one["shipments"] = [row for row in one["shipments"] if all(row[day] for day in DAYS)]
    other = renamed(other, "other {}".format)
    for row in other["shipments"]:
        for weight in ("weight_kg", "gross_kg"):
            if row.get(weight):
                row[weight] = str(float(row[weight]) * 1.5)
    more = {table: rows + other[table] for table, rows in tables.items()}
    before = told(linked(relations, tables))
    after = told(linked(relations, more))
    old = {row["id"] for row in tables["shipments"]}
    assert {ends for ends in after if (ends[0] | ends[1]) & old} == before.keys()
    for ends, row in before.items():
        for column in ("basis", "days", "drift", "holder", "changes", "of"):
            assert row[column] == after[ends][column]


def test_the_cases_hold_links() -> None:
    """Runs last: cases without links would prove nothing."""
    assert sum(LINKS) / len(LINKS) > 5 and sum(n == 0 for n in LINKS) < len(LINKS) / 5
