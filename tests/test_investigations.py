"""Every investigation fires on its cases and stays quiet on their lawful look-alikes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from netinv import cypherfile, investigate
from netinv.api import OpenCase
from netinv.case import open_case
from netinv.intake import take_in
from tests.conftest import write_tables

CASES = Path(__file__).parent / "cases"
NAMES = sorted(cypherfile.investigations())
pytestmark = pytest.mark.server


def cases(kind: str) -> list[Any]:
    """The cases of all files: `fires`, `quiet` or `unchecked`."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for one in yaml.safe_load(path.read_text(encoding="utf-8")).get(kind, []):
            # In one process, which then plans a question once.
            group = pytest.mark.xdist_group(path.stem)
            found.append(
                pytest.param(path.stem, one, id=f"{path.stem}: {one['name']}", marks=group)
            )
    return found


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
    write_tables(folder / "tables", one.get("tables", {}))
    if one.get("background"):
        write_tables(folder / "more", {"shipments": background(one["background"])})
        case.load(folder / "more")
    if one.get("tables"):
        case.load(folder / "tables", covers=one.get("covers", ""))
    return case


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
    for said in one.get("says", []):
        text = " ".join([*result.checked, *result.cut, *result.notes])
        text += " ".join(line for finding in result.findings for line in finding.against)
        assert said in text


@pytest.mark.parametrize(("name", "one"), cases("quiet"))
def test_stays_quiet(case: OpenCase, tmp_path: Path, name: str, one: dict[str, Any]) -> None:
    result = loaded(case, one, tmp_path).run(name, **one.get("inputs", {}))
    if "absent" in one:
        assert one["absent"] not in repr([finding.values for finding in result.findings])
        return
    assert result.answer == "found nothing", [finding.values for finding in result.findings]
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
    assert one["says"] in investigate.unanswerable(case, cypherfile.investigations()[name])


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES]
)
def test_every_file_is_clean_and_has_its_cases(case: OpenCase, name: str) -> None:
    file = cypherfile.investigations()[name]
    case.graph().claim("test")
    assert investigate.lint(file, case.graph()) == []
    path = CASES / f"{name}.yaml"
    assert path.is_file(), f"tests/cases/{name}.yaml is missing"
    kinds = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert kinds.get("fires"), "no case that fires"
    assert kinds.get("quiet"), "no look-alike that stays quiet"
    assert file.text("example").startswith(f"netinv {name}")


def test_no_cases_without_an_investigation() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} <= set(NAMES)


def seen(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
