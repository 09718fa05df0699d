"""Every investigation fires on its cases and stays quiet on their lawful look-alikes."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from netinv import cypherfile, investigate
from netinv.api import OpenCase
from netinv.case import open_case
from netinv.errors import InputError
from netinv.intake import take_in
from netinv.result import Result
from tests.conftest import write_tables

CASES = Path(__file__).parent / "cases"
NAMES = sorted(cypherfile.investigations())
pytestmark = pytest.mark.server


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KINDS = {
    path.stem: yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    for path in sorted(CASES.glob("*.yaml"))
}


def cases(kind: str) -> list[Any]:
    """The cases of all files: `fires`, `quiet` or `unchecked`."""
    # In one process, which then plans a question once.
    return [
        pytest.param(name, one, id=f"{name}: {one['name']}", marks=pytest.mark.xdist_group(name))
        for name, kinds in KINDS.items()
        for one in kinds.get(kind, [])
    ]


def background(count: int) -> str:
    """Unrelated trade: other companies, other weights, the same every time."""
    chance = random.Random(7)
    rows = ["id | shipper | consignee | departed | arrived | weight_kg | hs | origin | description"]
    for number in range(count):
        month, day = chance.randint(1, 11), chance.randint(1, 20)
        rows.append(
            f"BG{number} | BGA{number} | BGB{number} | 2024-{month:02}-{day:02}"
            f" | 2024-{month:02}-{day + 7:02} | {round(10 ** chance.uniform(1, 5))}"
            f" | {chance.choice(['090111', '520100', '870323', '640399'])} | BR | general trade"
        )
    return "\n".join(rows)


def loaded(case: OpenCase, one: dict[str, Any], folder: Path) -> OpenCase:
    """The tables of a case, those apart that `covers` says are complete, and for what."""
    if one.get("background"):
        write_tables(folder / "more", {"shipments": background(one["background"])})
        case.load(folder / "more")
    tables, covers = one.get("tables", {}), one.get("covers", {})
    assert covers.keys() <= tables.keys()
    for number, text in enumerate(sorted({covers.get(table, "") for table in tables})):
        some = {table: rows for table, rows in tables.items() if covers.get(table, "") == text}
        case.load(write_tables(folder / f"tables{number}", some), covers=text)
    return case


def said(result: Result) -> str:
    """All that an answer says beside its findings, and what it says against them."""
    against = [line for finding in result.findings for line in finding.against]
    return " ".join([*result.checked, *result.cut, *result.notes, *against])


@pytest.mark.parametrize(("name", "one"), cases("fires"))
def test_fires(case: OpenCase, tmp_path: Path, name: str, one: dict[str, Any]) -> None:
    result = loaded(case, one, tmp_path).run(name, **one.get("inputs", {}))
    assert result.answer == "found", result.checked + result.cut + result.notes
    for wanted in one["expect"]:
        matching = [
            finding
            for finding in result.findings
            if all(seen(finding.values.get(key)) == seen(value) for key, value in wanted.items())
        ]
        assert matching, [finding.values for finding in result.findings]
    if "count" in one:
        assert len(result.findings) == one["count"], [f.values for f in result.findings]
    assert [text for text in one.get("says", []) if text not in said(result)] == []
    assert [text for text in one.get("unsaid", []) if text in said(result)] == []
    told = " ".join(finding.sentence for finding in result.findings)
    assert [text for text in one.get("tells", []) if text not in told] == [], told
    assert [text for text in one.get("untold", []) if text in told] == [], told


@pytest.mark.parametrize(("name", "one"), cases("quiet"))
def test_stays_quiet(case: OpenCase, tmp_path: Path, name: str, one: dict[str, Any]) -> None:
    result = loaded(case, one, tmp_path).run(name, **one.get("inputs", {}))
    if "absent" in one:
        assert one["absent"] not in repr([finding.values for finding in result.findings])
        return
    assert result.answer == "found nothing", [finding.values for finding in result.findings]
    assert not {"around", "carried", "drawn", "legs", "trades"} & {*result.columns}
    assert [text for text in one.get("says", []) if text not in said(result)] == []
    if "explained" in one:
        lawful = case.run(name, lawful=True, **one.get("inputs", {}))
        assert any(one["explained"] in finding.explained for finding in lawful.findings), (
            lawful.findings
        )


@pytest.mark.parametrize(("name", "one"), cases("unchecked"))
def test_could_not_be_checked(tmp_path: Path, name: str, one: dict[str, Any]) -> None:
    """What cannot be checked is told from the tables alone, before the graph is asked."""
    case = open_case(tmp_path / "case")
    if one.get("background"):
        take_in(
            case, [write_tables(tmp_path / "more", {"shipments": background(one["background"])})]
        )
    if one.get("tables"):
        take_in(case, [write_tables(tmp_path / "tables", one["tables"])])
    good, why = investigate.answerable(case, cypherfile.investigations()[name])
    assert not good and one["says"] in why


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in NAMES
        if cypherfile.investigations()[name].input("since")
        and name != "find-vessel-identity-changes"  # a flag that changed has no day of its own
    ],
)
def test_a_day_after_all_records_could_not_be_checked(tmp_path: Path, name: str) -> None:
    case = open_case(tmp_path / "case")
    one = KINDS[name]["fires"][0]
    if one.get("background"):
        take_in(
            case, [write_tables(tmp_path / "more", {"shipments": background(one["background"])})]
        )
    take_in(case, [write_tables(tmp_path / "tables", one["tables"])])
    good, why = investigate.answerable(
        case, cypherfile.investigations()[name], {"since": dt.date(2999, 1, 31)}
    )
    assert not good and why.endswith("that could be checked is of 2999-01-31 or later.")


DAYS = """
id | shipper | consignee | departed | arrived | weight_kg | hs
I1 | A | B | 2024-01-01 | 2024-01-10 | 1234 | 811292
O1 | B | C | 2024-01-15 | 2024-01-20 | 1230 | 811292
I2 | A | B | | | 5 | 811292
"""


def test_an_answer_says_how_much_of_the_records_it_is_narrowed_to(
    case: OpenCase, tmp_path: Path
) -> None:
    companies = "id | name\nZ | Zeta\nB | Borealis"
    case.load(write_tables(tmp_path / "tables", {"companies": companies, "shipments": DAYS}))
    since = case.run("find-pass-through-companies", since="2024-01-12")
    assert since.answer == "found nothing"
    assert "Of 2024-01-12 or later: 1 of 2 shipments that could be checked." in since.checked
    one = case.run("find-pass-through-companies", company="borealis")
    assert one.answer == "found nothing"
    assert "Naming Borealis: 2 of 2 shipments that could be checked." in one.checked
    both = case.run("find-pass-through-companies", company="borealis", since="2024-01-21")
    assert both.answer == "could not be checked"
    assert both.notes[-1] == (
        "No row of shipments that could be checked is of 2024-01-21 or later and names Borealis."
    )
    none = case.run("find-pass-through-companies", company="Zeta")
    assert none.answer == "could not be checked"
    assert none.notes[-1] == "No row of shipments that could be checked names Zeta."
    known = case.run("find-forwarder-consignees", company="Zeta", least=1)
    assert known.answer == "could not be checked"  # that the register knows it is no trade
    with pytest.raises(InputError, match="'I1' is a shipment"):
        case.run("find-pass-through-companies", company="I1")


def test_a_day_is_the_one_that_the_question_goes_by(case: OpenCase, tmp_path: Path) -> None:
    shipments = """
    id | movement | shipper | consignee | declared   | departed   | arrived    | hs     | dispatch | destination
    S1 | M        | A       | B         | 2025-02-27 | 2025-02-28 | 2025-03-05 | 811292 | CN       | DE
    S2 | M        | A       | B         | 2025-03-06 | 2025-02-28 | 2025-03-05 | 811292 | CN       | DE
    """  # noqa: E501 - a row reads as a row
    controls = (
        "id | regime | measure | hs | from | origin\nK | XX | licence | 811292 | 2023-08-01 | CN"
    )
    tables = {"shipments": shipments, "controls": controls, "licences": "id | holder\nL1 | Z"}
    tables["companies"] = "id | name\nZ | Zeta"
    case.load(write_tables(tmp_path / "tables", tables))
    assert case.run("find-unlicensed-exports", since="2025-02-28").answer == "found"
    late = case.run("find-unlicensed-exports", since="2025-03-01")
    assert late.answer == "could not be checked"
    assert "Of 2025-03-01 or later: 0 of 2 shipments that could be checked." in late.checked
    # Who only holds a licence sent nothing that might lack one.
    assert case.run("find-unlicensed-exports", company="Z").answer == "could not be checked"


def test_rows_that_were_rejected_are_said(case: OpenCase, tmp_path: Path) -> None:
    controls = (
        "id | regime | measure | hs | from\nK | X | ban | 8112 | 2023\nL | X | ban | tin | 2023"
    )
    case.load(write_tables(tmp_path / "tables", {"controls": controls, "shipments": DAYS}))
    said_ = case.run("find-product-drift").checked
    assert any(one.startswith("1 row of controls could not be taken in") for one in said_), said_


def test_payments_may_come_after_the_last_shipment(case: OpenCase, tmp_path: Path) -> None:
    payments = "id | payer | payee | shipment | paid\nP1 | D | A | I1 | 2024-05"
    case.load(write_tables(tmp_path / "tables", {"payments": payments, "shipments": DAYS}))
    assert case.run("find-third-party-payers", since="2024-05-31").answer == "found"
    assert case.run("find-third-party-payers", since="2024-06-01").answer == "could not be checked"


def test_a_regime_whose_rules_lack_their_codes_could_not_be_checked(tmp_path: Path) -> None:
    case = open_case(tmp_path / "case")
    controls = """
id | regime | hs | measure | from | origin
A | XX-ONE | 811292 | licence | 2023-01-01 | CN
B | XX-TWO | | licence | 2023-01-01 | CN
"""
    tables = {"controls": controls, "shipments": DAYS, "licences": "id | holder\nL1 | A"}
    take_in(case, [write_tables(tmp_path / "tables", tables)])
    file = cypherfile.investigations()["find-new-entrants"]
    good, why = investigate.answerable(case, file, {"regime": "XX-TWO"})
    assert not good and "No row of controls of regime XX-TWO has all it needs: hs is empty" in why
    assert "controls" not in investigate.answerable(case, file, {"regime": "XX-ONE"})[1]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES]
)
def test_every_file_is_clean_and_has_its_cases(case: OpenCase, name: str) -> None:
    file = cypherfile.investigations()[name]
    case.graph().claim("test")
    assert investigate.lint(file, case.graph()) == []
    assert name in KINDS, f"tests/cases/{name}.yaml is missing"
    kinds = KINDS[name]
    assert kinds.get("fires"), "no case that fires"
    assert any(one.get("covers") and one.get("says") for one in kinds["fires"]), "no coverage"
    assert len(kinds.get("quiet", [])) >= 2, "no two look-alikes that stay quiet"
    assert kinds.get("unchecked"), "no case of which the tables say too little"
    assert file.text("example").startswith(f"netinv {name}")


def weighed_gross(tables: dict[str, str]) -> dict[str, str]:
    """The same shipments, weighed gross, beside a net weight that is none."""
    rows = [line for line in tables["shipments"].splitlines() if line.strip()]
    head = rows[0].replace("weight_kg", "gross_kg")
    made = [f"| weight_kg {head.strip()}"]
    for number, row in enumerate(rows[1:]):
        made.append(f"| {-5 if number % 2 else 0} {row.strip()}")
    return {**tables, "shipments": "\n".join(made)}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xdist_group(name))
        for name in NAMES
        if "gross_kg" in cypherfile.investigations()[name].statement
        and name != "find-document-conflicts"  # it compares the weights
    ],
)
def test_a_weight_at_or_below_zero_is_none(case: OpenCase, tmp_path: Path, name: str) -> None:
    fires = KINDS[name]["fires"]
    # Of a vessel's voyages, only the goods of two that met are weighed.
    one = next((one for one in fires if one["expect"][0].get("kind") == "alongside"), fires[0])
    one = {**one, "tables": weighed_gross(one["tables"])}
    result = loaded(case, one, tmp_path).run(name, **one.get("inputs", {}))
    found = [finding.values for finding in result.findings]
    for wanted in one["expect"]:
        assert any(
            all(seen(values.get(key)) == seen(value) for key, value in wanted.items())
            for values in found
        ), found


def test_no_cases_without_an_investigation() -> None:
    assert set(KINDS) <= set(NAMES)


def seen(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)


def test_a_sentence_counts_one_as_one_and_names_one_day_once(
    case: OpenCase, tmp_path: Path
) -> None:
    path = tmp_path / "find-loads.cypher"
    path.write_text(
        "// title: Loads\n// about: all\n// misses: none\n// lawful: all\n// red_flag: none\n"
        "// key: who\n// explain: '{n:load} of {kg} kg, {n:lorry|lorries}, {first..last}'\n"
        "// against:\n//   n: '{n:part load} only'\n"
        "MATCH (s:Shipment)<-[:SHIPPED]-(c)\n"
        "RETURN c.id AS who, count(*) AS n, sum(s.weight_kg) AS kg, min(s.departed) AS first,\n"
        "  max(s.departed) AS last\n",
        encoding="utf-8",
    )
    shipments = "id | shipper | consignee | departed | weight_kg\n"
    shipments += "S1 | A | B | 2024-03-01 | 1234567\n"
    shipments += "S2 | C | B | 2024-03-01 | 0.5\nS3 | C | B | 2024-03-04 | 0.25\nS4 | D | B | | 1"
    case.load(write_tables(tmp_path / "tables", {"shipments": shipments}))
    file = cypherfile.read(path)
    assert investigate.lint(file, case.graph()) == []
    found = {
        one.values["who"]: one for one in investigate.run(case.case, case.graph(), file).findings
    }
    assert found["A"].sentence == "1 load of 1234567 kg, 1 lorry, on 2024-03-01"
    assert found["A"].against == ("1 part load only",)
    assert found["C"].sentence == "2 loads of 0.75 kg, 2 lorries, from 2024-03-01 to 2024-03-04"
    assert found["C"].against == ("2 part loads only",)
    assert found["D"].sentence == "1 load of 1 kg, 1 lorry, on a day not on record"
    path.write_text(
        path.read_text(encoding="utf-8").replace("AS last", "AS newest").replace("{n:l", "{m:l"),
        encoding="utf-8",
    )
    said = investigate.lint(cypherfile.read(path), case.graph())
    assert sorted({line.split("'")[1] for line in said}) == ["last", "m"]


def test_one_more_row_of_controls_changes_what_the_same_command_finds(
    case: OpenCase, tmp_path: Path
) -> None:
    shipments = "id | shipper | consignee | hs | dispatch | destination | declared\n"
    shipments += "S1 | A | B | 811292 | CN | DE | 2025-01-01"
    head = "id | regime | measure | hs | from\n"
    tables = {
        "shipments": shipments,
        "licences": "id | holder\nL9 | OTHER",
        "controls": head + "K1 | X | licence | 8110 | 2020-01-01",
    }
    case.load(write_tables(tmp_path / "tables", tables))
    assert case.run("find-unlicensed-exports").answer == "found nothing"
    more = {"controls": head + "K2 | X | licence | 8112 | 2024-12-31"}
    case.load(write_tables(tmp_path / "more", more))
    assert [f.values["shipment"] for f in case.run("find-unlicensed-exports").findings] == ["S1"]


def test_a_value_that_no_row_holds_is_an_error_and_no_clean_bill(
    case: OpenCase, tmp_path: Path
) -> None:
    tables = {
        "shipments": "id | shipper | consignee | hs | dispatch | destination | declared\n"
        "S1 | A | B | 811292 | CN | DE | 2025-01-01",
        "licences": "id | holder\nL9 | OTHER",
        "controls": "id | regime | measure | hs | from\n"
        "K1 | CN-DUAL-USE | licence | 8112 | 2020-01-01",
    }
    case.load(write_tables(tmp_path / "tables", tables))
    found = case.run("find-unlicensed-exports", regime="cn dual use")
    assert len(found.findings) == 1 and found.question.inputs["regime"] == "CN-DUAL-USE"
    with pytest.raises(InputError, match="--regime: 'US-EAR' is none of its values") as error:
        case.run("find-unlicensed-exports", regime="US-EAR")
    assert error.value.next == "use CN-DUAL-USE"


def test_reference_tables_stand_behind_the_users_own(case: OpenCase, tmp_path: Path) -> None:
    shipments = "id | shipper | consignee | hs | dispatch | destination | declared\n"
    shipments += "S1 | A | B | 811010 | CN | US | 2025-01-01"
    tables = {"shipments": shipments, "licences": "id | holder\nL9 | OTHER"}
    case.load(write_tables(tmp_path / "tables", tables), reference=True)
    said = {one.kind: (one.as_of, one.priority) for one in case.sources()}
    assert said["controls"] == ("2026-11-21", 0)
    ban = "cn-2024-46-us-sb-811010"
    (found,) = case.run("find-unlicensed-exports").findings
    assert ban in found.values["controls"]
    corrected = (
        f"id | regime | measure | hs | from\n{ban} | CN-DUAL-USE | notice | 811010 | 2024-12-03"
    )
    case.load(write_tables(tmp_path / "mine", {"controls": corrected}))
    (found,) = case.run("find-unlicensed-exports").findings
    assert ban not in found.values["controls"] and found.parts["measure"] < 3
    before = len(case.sources())
    assert [one.unchanged for one in case.load(reference=True).files] == [389, 3766]
    assert len(case.sources()) == before


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("find-off-business-goods", "No company has a line with enough others in it"),
        ("find-fragmented-consignments", "No heading has twenty movements"),
        ("find-price-outliers", "No lane has --least"),
    ],
)
def test_where_nothing_can_be_compared_nothing_was_checked(
    case: OpenCase, tmp_path: Path, name: str, why: str
) -> None:
    shipments = """
    id | shipper | consignee | departed   | weight_kg | hs     | dispatch | destination | value_usd
    S1 | A       | B         | 2024-01-01 | 1234      | 811292 | CN       | DE          | 100
    """
    case.load(write_tables(tmp_path / "tables", {"shipments": shipments}))
    result = case.run(name)
    assert result.answer == "could not be checked"
    assert result.notes[-1].startswith(why)


def test_one_more_row_of_a_control_changes_what_is_found(case: OpenCase, tmp_path: Path) -> None:
    head = "id | regime | measure | hs | from | origin\n"
    shipments = DAYS.replace("| hs", "| hs | dispatch | destination").replace(
        "811292", "811292 | CN | DE"
    )
    tables = {
        "controls": head + "K1 | XX | licence | 790111 | 2023-08-01 | CN",
        "shipments": shipments,
        "licences": "id | holder\nL1 | Z",
    }
    case.load(write_tables(tmp_path / "tables", tables))
    assert not case.run("find-unlicensed-exports").findings
    row = {"controls": head + "K2 | XX | licence | 811292 | 2023-08-01 | CN"}
    case.load(write_tables(tmp_path / "more", row))
    assert {"I1", "O1"} & {
        str(one.values["shipment"]) for one in case.run("find-unlicensed-exports").findings
    }
