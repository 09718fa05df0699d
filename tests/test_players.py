"""Key players on networks whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netinv import players
from netinv.errors import InputError
from netinv.result import FOUND, NOTHING, Edge, Finding, Node, Result
from tests.samples import question


def network(ties: str, **more: str) -> Result:
    """A result with one finding of ties such as `A-B B-C`."""
    pairs = [tie.split("-") for tie in ties.split()]
    names = sorted({name for pair in pairs for name in pair})
    nodes = {
        f"Company:{name}": Node(f"Company:{name}", "Company", name, f"Firm {name}")
        for name in names
    }
    edges = {
        f"T:{a}{b}": Edge(f"T:{a}{b}", "TRADES", f"Company:{a}", f"Company:{b}") for a, b in pairs
    }
    finding = Finding("f" * 16, {}, 1.0, nodes=tuple(nodes), edges=tuple(edges), **more)
    return Result(question(), FOUND, (), [finding], nodes, edges)


TWO_STARS = "A-B A-C A-D A-M M-E E-F E-G E-H"


def test_who_joins_two_stars_stands_first_and_the_removal_beats_chance() -> None:
    made = players.players([network(TWO_STARS)], remove=2)
    found = {one.values["player"]: one for one in made.findings[:3]}
    assert set(found) == {"Firm A", "Firm E", "Firm M"}
    assert found["Firm M"].parts["breaks"] == pytest.approx(10 * (1 - 4 / 9), abs=1e-4)
    assert found["Firm A"].values["bridges"] == 4 and found["Firm A"].values["ties"] == 4
    assert found["Firm A"].parts["breaks"] == pytest.approx(10 * (1 - 5 / 9), abs=1e-4)
    assert {one.parts["parts"] for one in made.findings} == {1.0}  # the leaves hold nothing
    assert made.checked[0] == "Of find-rings (days 180): 1 finding."
    assert "Without Firm A, Firm E" in made.checked[2] and "holds 1;" in made.checked[2]
    chance = float(made.checked[2].rsplit("random, ")[1].split(" ")[0])
    assert chance > 1
    assert "can harden" in made.notes[0]


def test_in_a_ring_nobody_parts_anything() -> None:
    made = players.players([network("A-B B-C C-D D-A")])
    assert {one.parts["parts"] for one in made.findings} == {0.0}
    assert {one.values["bridges"] for one in made.findings} == {0}
    assert "No one party's loss parts this network" in made.notes[0]


def test_where_all_touch_all_nobody_holds_it_together() -> None:
    made = players.players([network("A-B B-C C-A")])
    assert (made.answer, made.findings) == (NOTHING, [])
    assert made.notes[0].startswith("No party holds this network together")


def test_it_is_the_same_in_any_order_and_counts_what_is_left_out() -> None:
    lawful = network("X-Y", explained="a return")
    one = players.players([network(TWO_STARS), lawful])
    other = players.players([lawful, network(" ".join(reversed(TWO_STARS.split())))])
    assert [f.id for f in one.findings] == [f.id for f in other.findings]
    assert one.checked == other.checked
    assert "1 finding explained or dismissed was left out." in one.cut
    assert not [f for f in one.findings if f.values["player"] == "Firm X"]


def test_one_is_counted_as_one() -> None:
    lawful = network("X-Y Y-Z", explained="a return")
    made = players.players([network("A-B B-C C-D"), lawful, lawful], most=1)
    (first,) = made.findings
    assert first.sentence == (
        "Firm B stands in 1 finding and has 2 ties in the network of all findings, 2 of which alone"
        " hold parts together; its loss parts the network."
    )
    assert "4 nodes and 3 ties of 1 finding; the largest piece holds 4." in made.checked[3]
    assert "2 findings explained or dismissed were left out." in made.cut
    assert "1 more party beyond --limit 1." in made.cut
    more = players.players([network("A-B B-C C-D D-E E-F")], most=1)
    assert "3 more parties beyond --limit 1." in more.cut


def test_nothing_to_look_at_is_an_error() -> None:
    nothing = network("A-B")
    nothing.findings = [replace(nothing.findings[0], dismissed=True)]
    with pytest.raises(InputError, match="hold no finding"):
        players.players([nothing])
