"""The worlds of the benches: the same seed gives the same bytes, and the truth is in the tables."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netinv import intake
from netinv.case import open_case
from tests.conftest import ROOT


def made(folder: Path, *words: str) -> Path:
    subprocess.run(
        [sys.executable, "-m", "world", folder, "--shipments", "5000", "--planted", "6", *words],
        cwd=ROOT / "bench",
        check=True,
    )
    return folder


@pytest.mark.parametrize(
    "words",
    [(), ("--hard",), ("--harder",), ("--harder", "--blinded")],
    ids=["easy", "hard", "harder", "blinded"],
)
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, words: tuple[str, ...]) -> None:
    one, two = made(tmp_path / "one", *words), made(tmp_path / "two", *words)
    files = sorted(path.name for path in one.iterdir())
    assert "truth.json" in files and len(files) == 8
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in files)
    other = made(tmp_path / "other", *words, "--seed", "2")
    assert (one / "shipments.csv").read_bytes() != (other / "shipments.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "digest"),
    [
        ((), "d8f38467b394f404ccd7d76518e60620e36e80aacb58b4ade7b266b70e01b720"),
        (("--hard",), "af733e7f3d7f5b3f05c61937f32a52b97ae1324ddfc9771a1dc30bdaed1b6558"),
    ],
    ids=["easy", "hard"],
)
def test_a_world_measured_once_stays_the_world_it_was(
    tmp_path: Path, words: tuple[str, ...], digest: str
) -> None:
    """Figures of two days are figures of one world; a numpy of other random numbers shows here."""
    folder = made(tmp_path / "world", *words)
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        found.update(path.name.encode() + path.read_bytes())
    assert found.hexdigest() == digest


def test_the_truth_is_in_the_tables_and_every_row_is_taken_in(tmp_path: Path) -> None:
    folder = made(tmp_path / "world", "--hard")
    with (folder / "shipments.csv").open(encoding="utf-8", newline="") as file:
        shipments = {row["id"]: row for row in csv.DictReader(file)}
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert {len(kinds["planted"]) for kinds in truth.values()} == {6}
    assert {len(kinds["lawful"]) for kinds in truth.values()} == {6}
    for command in ("find-rings", "find-circular-routes", "find-relabel-chains"):
        for network in truth[command]["planted"]:
            legs = [shipments[id_] for id_ in network]
            days = [leg["departed"] for leg in legs]
            assert len(legs) >= 2 and all(days)
            if command == "find-relabel-chains":
                assert len({leg["hs"] for leg in legs}) == 2
    reports = intake.take_in(open_case(tmp_path / "case"), [folder])
    read = [one for one in reports if one.read]
    assert all(one.written == one.read for one in read), read
    assert len(read) == 7


# ---------------------------------------------------------------- harder: each is what it says

Row = dict[str, str]


@dataclass(frozen=True)
class Harder:
    """The tables of a harder world, and its truth."""

    shipments: dict[str, Row]
    companies: dict[str, Row]
    people: dict[str, str]
    owners: dict[str, dict[str, float]]
    seats: dict[str, list[str]]
    processing: set[str]
    truth: dict[str, Any]

    def networks(self, command: str, ingredient: str = "") -> Iterator[tuple[list[str], set[str]]]:
        """The planted networks that are made of an ingredient, with all that they are made of."""
        told = self.truth[command]
        for network, made_of in zip(told["planted"], told["ingredients"], strict=True):
            if not ingredient or ingredient in made_of:
                yield network, set(made_of)

    def alike(self, command: str, kind: str) -> list[list[str]]:
        told = self.truth[command]
        pairs = zip(told["lawful"], told["kinds"], strict=True)
        found = [network for network, one in pairs if one == kind]
        assert found, f"no {kind} in this world"
        return found

    def legs(self, network: list[str]) -> list[list[Row]]:
        """Its shipments; the parts of one leg together."""
        rows = [self.shipments[one] for one in network]
        return [
            list(parts)
            for _, parts in itertools.groupby(rows, lambda row: (row["shipper"], holder(row)))
        ]

    def of_one_owner(self, a: str, b: str) -> bool:
        mine = {one for one, share in self.owners[a].items() if share >= 50}
        its = {one for one, share in self.owners[b].items() if share >= 50}
        return bool(mine & its) or b in mine or a in its

    def of_one_record(self, a: str, b: str) -> bool:
        one, other = self.companies[a], self.companies[b]
        return any(one[tell] == other[tell] != "" for tell in ("registration", "phone"))


def holder(row: Row) -> str:
    return row["notify"] if row["consignee"] == "TO ORDER" else row["consignee"]


@pytest.fixture(scope="module")
def harder(tmp_path_factory: pytest.TempPathFactory) -> Harder:
    words = ("--harder", "--planted", "16", "--shipments", "25000")
    folder = made(tmp_path_factory.mktemp("harder") / "world", *words)

    def table(name: str) -> list[Row]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    owners: dict[str, dict[str, float]] = defaultdict(dict)
    for row in table("ownerships"):
        owners[row["owned"]][row["owner"]] = float(row["share"])
    seats: dict[str, list[str]] = defaultdict(list)
    for row in table("directorships"):
        seats[row["director"]].append(row["company"])
    return Harder(
        {row["id"]: row for row in table("shipments")},
        {row["id"]: row for row in table("companies")},
        {row["id"]: row["name"] for row in table("people")},
        owners,
        seats,
        {row["company"] for row in table("processing")},
        json.loads((folder / "truth.json").read_text("utf-8")),
    )


SHIPPED = ("find-rings", "find-circular-routes", "find-relabel-chains")


def test_a_sister_that_sends_on_is_of_the_same_owner(harder: Harder) -> None:
    sisters = 0
    for command in SHIPPED:
        for network, made_of in harder.networks(command):
            for before, after in itertools.pairwise(harder.legs(network)):
                came_to, sent_by = holder(before[0]), after[0]["shipper"]
                if not came_to or came_to == sent_by:
                    continue
                if harder.of_one_owner(came_to, sent_by):
                    assert "sister" in made_of
                    sisters += 1
                else:
                    assert "second record" in made_of and harder.of_one_record(came_to, sent_by)
    assert sisters >= 3


def test_part_loads_are_as_many_as_told_and_leave_within_nine_days(harder: Harder) -> None:
    counted = set()
    for command in SHIPPED:
        for network, made_of in harder.networks(command):
            legs = harder.legs(network)
            parts = {f"{len(leg)} parts" for leg in legs if len(leg) > 1}
            assert parts == {one for one in made_of if one.endswith("parts")}
            assert len(legs) == int(next(one for one in made_of if one.endswith("legs"))[0])
            for leg in legs:
                days = [int(row["departed"][-2:]) for row in leg]
                assert len(leg) == 1 or (days[-1] - days[0]) % 28 <= 12
            counted |= parts
    assert counted >= {"2 parts", "3 parts"} or counted >= {"2 parts", "4 parts"}


def test_a_ring_keeps_its_origin_or_not_and_comes_home_as_told(harder: Harder) -> None:
    kept = {True: 0, False: 0}
    for network, made_of in harder.networks("find-rings"):
        rows = [harder.shipments[one] for one in network]
        true = "true origin" in made_of
        assert len({row["origin"] for row in rows}) == (1 if true else 2)
        assert (len({row["hs"] for row in rows}) == 2) == ("good changes" in made_of)
        assert holder(rows[-1]) == rows[0]["shipper"]
        kept[true] += 1
    assert kept[True] and kept[False] > kept[True]


def test_standing_customers_trade_anyway(harder: Harder) -> None:
    anyway: dict[tuple[str, str], int] = defaultdict(int)
    for one in harder.truth["background"]["standing customers"]:
        anyway[harder.shipments[one]["shipper"], harder.shipments[one]["consignee"]] += 1
    rings = list(harder.networks("find-rings", "standing customers"))
    assert rings
    for network, made_of in rings:
        for leg in harder.legs(network):
            pair = leg[0]["shipper"], holder(leg[0])
            assert anyway[pair] >= 6 or made_of & {"second record", "sister"} or not pair[1]


@pytest.mark.parametrize("kind", ["standing_loop", "plain_loop", "leased_by_depot"])
def test_a_loop_goes_round_at_least_three_times_and_no_word_says_so(
    harder: Harder, kind: str
) -> None:
    for network in harder.alike("find-rings", kind):
        rows = [harder.shipments[one] for one in network]
        ways = [(row["shipper"], row["consignee"]) for row in rows]
        laps, left = divmod(len(ways), len(set(ways)))
        assert laps >= 3 and not left and ways == ways[: len(set(ways))] * laps
        assert ways[-1][1] == ways[0][0]
        assert {row["procedure"] for row in rows} <= {"", "export"}
        if kind == "leased_by_depot":
            assert len({row["weight_kg"] for row in rows}) == 1 and laps >= 6


def test_leased_goods_come_home_to_a_company_of_the_lessor(harder: Harder) -> None:
    for network in harder.alike("find-circular-routes", "leased_home"):
        rows = [harder.shipments[one] for one in network]
        out, back = rows[::2], rows[1::2]
        assert {(row["shipper"], row["consignee"]) for row in out} != set()
        lessor, depot = out[0]["shipper"], back[0]["consignee"]
        assert lessor != depot and harder.of_one_owner(lessor, depot)
        assert out[0]["load_port"] == back[0]["discharge_port"]
        assert len({row["weight_kg"] for row in rows}) == len({row["origin"] for row in rows}) == 1
        assert not any(row["procedure"] for row in rows)


def test_the_background_leases_processes_and_repacks(harder: Harder) -> None:
    told = {
        kind: [harder.shipments[one] for one in ids]
        for kind, ids in harder.truth["background"].items()
    }
    into, out = defaultdict(list), defaultdict(list)
    for row in told["rare processing"]:
        into[holder(row)].append(row["hs"])
        out[row["shipper"]].append(row["hs"])
    makers = [  # a consignee may be missing
        one
        for one in out
        if len(out[one]) in (2, 3) and len(set(out[one])) == 1 and set(into[one]) - set(out[one])
    ]
    assert len(makers) >= 15 and len(harder.processing & set(makers)) * 4 <= len(makers)
    pairs = {(row["shipper"], row["consignee"]) for row in told["leasing"]}
    assert sum((b, a) in pairs for a, b in pairs) * 2 >= len(pairs)
    assert not any(row["procedure"] for row in told["leasing"] + told["repacking"])


def test_boards_that_look_like_rings_are_groups_law_firms_and_families(harder: Harder) -> None:
    boards = "find-shared-directors"
    for group in harder.alike(boards, "wide_group"):
        above = [set(harder.owners[one]) for one in group]
        top = set.union(*(set(harder.owners[one]) for owners in above for one in owners))
        assert all(above) and len(top) == 1
    for kind, prefix, least, most in (("law_firm", "L", 8, 25), ("family", "F", 2, 3)):
        for companies in harder.alike(boards, kind):
            people = [
                one
                for one, held in harder.seats.items()
                if one.startswith(prefix) and set(held) <= set(companies)
            ]
            assert len(people) >= 2
            assert all(least <= len(harder.seats[one]) <= most for one in people)
            if kind == "family":
                assert len({harder.people[one].split()[-1] for one in people}) == 1


def test_blinded_is_the_same_trade_without_a_telling_word(tmp_path: Path) -> None:
    told, blind = made(tmp_path / "told", "--harder"), made(tmp_path / "b", "--harder", "--blinded")
    for path in told.iterdir():
        if path.name != "shipments.csv":
            assert path.read_bytes() == (blind / path.name).read_bytes(), path.name
    with (
        (told / "shipments.csv").open(encoding="utf-8", newline="") as one,
        (blind / "shipments.csv").open(encoding="utf-8", newline="") as other,
    ):
        for row, bare in zip(csv.DictReader(one), csv.DictReader(other), strict=True):
            assert bare.pop("description") in ("", "goods")
            assert bare.pop("procedure") in ("", "export")
            assert bare.items() <= row.items()
