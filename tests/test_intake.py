"""Taking files in, without a graph: kept, checked, counted, and nothing half done."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import itertools
import json
import os
import random
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from netinv import cypherfile
from netinv.api import Loaded
from netinv.case import Case, open_case
from netinv.cli import _loaded_notes
from netinv.errors import CaseError, DefinitionError, InputError
from netinv.intake import FileReport, Options, rejects_name, take_in
from netinv.load import Written

COMPANIES = "id,name,country,incorporated\nC1,Acme,NO,2020-02\nC2,Bolt,DE,2021-03-04\n"
SHIPMENTS = "id,shipper,consignee,hs,weight_kg,departed,arrived\n"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return open_case(tmp_path / "case")


def make(folder: Path, content: str | bytes, name: str = "companies.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def rows(case: Case, table: str) -> list[dict[str, Any]]:
    """The rows of a table's live files, in the order of the files."""
    return [row for _, path in case.parquet(table) for row in pq.read_table(path).to_pylist()]


def rejects(case: Case, file: str) -> list[dict[str, str]]:
    """What was rejected of the files of a name; nothing when nothing was."""
    named = re.compile(re.escape(file) + r"\.[0-9a-f]{12}\.csv")
    found = []
    for path in sorted(case.path("rejects").glob("*")):
        if named.fullmatch(path.name):
            with path.open(encoding="utf-8-sig", newline="") as lines:
                found += csv.DictReader(lines)
    return found


def everything(case: Case) -> dict[str, bytes]:
    """Every file of a case but its lock and mark, with its content."""
    return {
        str(path.relative_to(case.folder)): path.read_bytes()
        for path in sorted(case.folder.rglob("*"))
        if path.is_file() and path.name not in ("lock", "case.json")
    }


def adds_up(one: FileReport) -> bool:
    return one.read == one.written + one.unchanged + one.rejected + one.skipped.total()


# ---------------------------------------------------------------- what is kept


def test_a_file_becomes_one_immutable_table_and_its_bytes_are_kept(
    case: Case, tmp_path: Path
) -> None:
    path = make(tmp_path, COMPANIES)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    (report,) = take_in(case, [path])
    assert (report.read, report.written, report.source) == (2, 2, sha256[:12])
    assert (report.encoding, report.dialect, dict(report.rows)) == (
        "utf-8",
        "comma",
        {"companies": 2},
    )
    assert set(everything(case)) == {
        f"originals/{sha256}.gz",
        f"sources/{sha256[:12]}.json",
        f"tables/companies/{sha256}.parquet",
    }
    kept = case.path("originals", f"{sha256}.gz").read_bytes()
    assert gzip.decompress(kept) == path.read_bytes()
    first, second = rows(case, "companies")
    assert (first["incorporated"], first["incorporated_last"]) == (
        dt.date(2020, 2, 1),
        dt.date(2020, 2, 29),
    )
    assert (second["_record"], second["_place"], second["_sources"]) == (
        2,
        "3",
        [f"{sha256[:12]}:2"],
    )
    source = case.source(sha256[:4])
    assert (source.kind, source.tables, source.priority) == ("companies", {"companies": 2}, 1)
    assert (source.files[0].file, source.files[0].records) == ("companies.csv", 2)


def test_a_table_has_typed_columns_and_those_that_its_types_add(case: Case, tmp_path: Path) -> None:
    take_in(case, [make(tmp_path, SHIPMENTS + "S1,A,B,0301,1E3,2024-01,2024-02-03\n", "s.csv")])
    ((_, path),) = case.parquet("shipments")
    schema = pq.read_schema(path)
    types = {name: str(schema.field(name).type) for name in schema.names}
    assert types["hs"] == "string"
    assert types["weight_kg"] == "double"
    assert types["departed"] == types["departed_last"] == "date32[day]"
    assert types["to_order"] == "bool"
    assert types["_record"] == "int64"
    (row,) = rows(case, "shipments")
    assert (row["hs"], row["weight_kg"], row["arrived_last"]) == (
        "0301",
        1000.0,
        dt.date(2024, 2, 3),
    )


def test_the_same_rows_in_another_format_are_the_same_table(tmp_path: Path) -> None:
    names, *lines = (line.split(",") for line in COMPANIES.split())
    pq.write_table(
        pa.table(dict(zip(names, zip(*lines, strict=True), strict=True))),
        tmp_path / "companies.parquet",
    )
    found = []
    for name, path in {
        "csv": make(tmp_path, COMPANIES),
        "gz": make(tmp_path, gzip.compress(COMPANIES.encode()), "companies.csv.gz"),
        "tsv": make(tmp_path, COMPANIES.replace(",", "\t"), "companies.tsv"),
        "parquet": tmp_path / "companies.parquet",
    }.items():
        case = open_case(tmp_path / name)
        take_in(case, [path])
        found.append([{k: v for k, v in r.items() if k[0] != "_"} for r in rows(case, "companies")])
    assert found[0]
    assert found == [found[0]] * 4


def test_a_second_load_changes_nothing_whatever_the_files_name(case: Case, tmp_path: Path) -> None:
    (first,) = take_in(case, [make(tmp_path, COMPANIES)])
    before = everything(case)
    for name in ("companies.csv", "companies.again.csv"):
        (report,) = take_in(case, [make(tmp_path, COMPANIES, name)])
        assert (report.read, report.written, report.unchanged) == (2, 0, 2)
        assert (report.source, report.note) == (first.source, "is in already")
        assert adds_up(report)
    assert everything(case) == before


def test_the_same_content_as_another_table_is_refused(case: Case, tmp_path: Path) -> None:
    text = "id,name\nX1,Ann\n"
    (report,) = take_in(case, [make(tmp_path, text)])
    with pytest.raises(InputError) as error:
        take_in(case, [make(tmp_path, text, "people.csv")])
    assert str(error.value) == (
        "people.csv: is in already, as companies"
        f" (netinv sources drop {report.source} --reason … first)"
    )


def test_a_retired_file_may_come_back(case: Case, tmp_path: Path) -> None:
    path = make(tmp_path, COMPANIES)
    (report,) = take_in(case, [path])
    case.retire(case.source(report.source), "by mistake")
    assert rows(case, "companies") == []
    (again,) = take_in(case, [path])
    assert (again.written, again.source) == (2, report.source)
    assert len(rows(case, "companies")) == 2


def test_a_new_file_may_replace_an_old_one(case: Case, tmp_path: Path) -> None:
    (old,) = take_in(case, [make(tmp_path, COMPANIES)])
    newer = make(tmp_path, COMPANIES.replace("Bolt", "Bolt II"))
    (new,) = take_in(case, [newer], Options(replaces=old.source[:5]))
    assert [one.id for one in case.sources()] == [new.source]
    assert case.source(old.source).retired == f"replaced by {new.source}"
    assert [row["name"] for row in rows(case, "companies")] == ["Acme", "Bolt II"]


def test_a_file_does_not_replace_itself_and_none_replaces_nothing(
    case: Case, tmp_path: Path
) -> None:
    path = make(tmp_path, COMPANIES)
    (report,) = take_in(case, [path])
    take_in(case, [path], Options(replaces=report.source))
    assert [one.id for one in case.sources()] == [report.source]
    before = everything(case)
    with pytest.raises(CaseError) as error:
        take_in(case, [make(tmp_path, "id,name\nC9,Zed\n")], Options(replaces="ffff"))
    assert str(error.value) == "'ffff' names no source (see netinv sources)"
    assert everything(case) == before


def test_a_namespace_prefixes_ids_and_references_and_nothing_else(
    case: Case, tmp_path: Path
) -> None:
    text = "id,shipper,licence,vessel,load_port,bill\nS1,C1,L1,9074729,NOOSL,B1\n"
    take_in(case, [make(tmp_path, text, "shipments.csv")], Options(namespace="NO.customs"))
    (row,) = rows(case, "shipments")
    named = {name: row[name] for name in text.split("\n")[0].split(",")}
    assert named == {
        "id": "NO.customs-S1",
        "shipper": "NO.customs-C1",
        "licence": "NO.customs-L1",
        "vessel": "9074729",
        "load_port": "NOOSL",
        "bill": "B1",
    }
    take_in(
        case,
        [make(tmp_path, "entity,list\nC1,L\n9074729,L\n", "listings.csv")],
        Options(namespace="NO"),
    )
    assert [row["entity"] for row in rows(case, "listings")] == ["NO-C1", "9074729"]


def test_one_file_under_two_namespaces_is_two_sources(case: Case, tmp_path: Path) -> None:
    path = make(tmp_path, COMPANIES)
    for namespace in ("", "A", "B"):
        (report,) = take_in(case, [path], Options(namespace=namespace))
        assert report.written == 2
    assert sorted(row["id"] for row in rows(case, "companies")) == sorted(
        f"{prefix}{name}" for prefix in ("", "A-", "B-") for name in ("C1", "C2")
    )


@pytest.mark.parametrize("as_of", ["2024-05-06", "2024-05", "2024", ""])
def test_the_day_and_coverage_of_a_file_stand_with_its_source(
    case: Case, tmp_path: Path, as_of: str
) -> None:
    options = Options(as_of=as_of, covers="licences of Norway, 2024", priority=0)
    (report,) = take_in(case, [make(tmp_path, COMPANIES)], options)
    source = case.source(report.source)
    assert (source.as_of, source.covers, source.priority) == (
        as_of,
        "licences of Norway, 2024",
        0,
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(as_of="6 May"), "as_of: '6 May' is not a date (use 2024-02-28)"),
        (Options(namespace="a b"), "'a b' is no namespace (use letters and digits)"),
        (Options(namespace="a-b"), "'a-b' is no namespace (use letters and digits)"),
        (
            Options(kind="company"),
            "--as company: no such table or source (nearest: companies)",
        ),
        (Options(encoding="klingon"), "no encoding 'klingon' (use a name such as gb18030)"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_written(
    case: Case, tmp_path: Path, options: Options, said: str
) -> None:
    with pytest.raises(InputError) as error:
        take_in(case, [make(tmp_path, COMPANIES)], options)
    assert str(error.value) == said
    assert everything(case) == {}


# ---------------------------------------------------------------- what is rejected


def test_rejected_rows_are_written_with_file_record_line_and_reason(
    case: Case, tmp_path: Path
) -> None:
    text = (
        SHIPMENTS
        + "S1,A,B,0301,5,2024-01-02,2024-01-05\n"
        + ",A,B,0301,5,2024-01-02,2024-01-05\n\n"
        + 'S3,,,0301,5,"2024\n-01-02",2024-01-05\n'
        + "S4,A\n"
        + '"S5,A,B\n'
        + "S6,A,B,0301,5,,\n"
        + f"{'k' * 1001},A,B,0301,5,,\n"
    )
    (report,) = take_in(case, [make(tmp_path, text, "shipments.csv")])
    assert (report.read, report.written, report.rejected) == (7, 2, 5)
    assert adds_up(report)
    assert [row["id"] for row in rows(case, "shipments")] == ["S1", "S6"]
    assert [row["_record"] for row in rows(case, "shipments")] == [1, 6]
    wanted = [
        ("2", "3", "id", "", "is empty and must not be"),
        ("3", "5", "shipper", "", "no party is named at either end"),
        ("4", "7", "", "", "has 2 cells where the header has 7"),
        ("5", "8", "", "", "a quote opens and never closes"),
        (
            "7",
            "10",
            "id",
            "k" * 1001,
            "has 1,001 characters, too many for a key (use 1,000 at most)",
        ),
    ]
    found = rejects(case, "shipments.csv")
    assert list(found[0]) == ["file", "record", "line", "column", "value", "reason", "raw"]
    assert [tuple(one[k] for k in list(one)[1:6]) for one in found] == wanted
    assert {one["file"] for one in found} == {"shipments.csv"}
    assert found[0]["raw"] == ",A,B,0301,5,2024-01-02,2024-01-05"
    assert found[3]["raw"] == '"S5,A,B'


def test_a_cell_that_must_read_and_does_not_rejects_its_row(case: Case, tmp_path: Path) -> None:
    text = "vessel,port,arrived\n9074729,NOOSL,31/02/2024\n9074729,NOOSL,2024-02-28\n"
    (report,) = take_in(case, [make(tmp_path, text, "port_calls.csv")])
    assert (report.written, report.rejected) == (1, 1)
    (one,) = rejects(case, "port_calls.csv")
    assert one == {
        "file": "port_calls.csv",
        "record": "1",
        "line": "2",
        "column": "arrived",
        "value": "31/02/2024",
        "reason": "'31/02/2024' is not a date (use 2024-02-28)",
        "raw": "9074729,NOOSL,31/02/2024",
    }


def test_files_of_one_name_keep_their_rejects_apart(case: Case, tmp_path: Path) -> None:
    paths = [
        make(tmp_path / folder, f"id,name,born\n,{folder},\nP1,Ann,soon{folder}\n", "people.csv")
        for folder in ("a", "b")
    ]
    reports = take_in(case, paths)
    listed = {path.name: path.read_text("utf-8-sig") for path in case.path("rejects").iterdir()}
    assert set(listed) == {
        f"people.csv.{one.source}{kind}.csv" for one in reports for kind in ("", ".cells")
    }
    for one, folder in zip(reports, ("a", "b"), strict=True):
        assert f",{folder}," in listed[f"people.csv.{one.source}.csv"]
        assert f"soon{folder}" in listed[f"people.csv.{one.source}.cells.csv"]
    assert {one["raw"] for one in rejects(case, "people.csv")} == {",a,", ",b,"}
    told = "\n".join(_loaded_notes(Loaded(reports, Written()), case.folder))
    assert all(str(case.path("rejects", name)) in told for name in listed)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files have other bounds here")
@pytest.mark.parametrize("letter", ["x", "\u8239"])
def test_the_longest_name_of_a_file_has_rejects(case: Case, tmp_path: Path, letter: str) -> None:
    room = 255 - len("companies..csv")
    name = f"companies.{letter * (room // len(letter.encode()))}.csv"
    (report,) = take_in(case, [make(tmp_path, COMPANIES + ",Nobody,,\n", name)])
    (path,) = case.path("rejects").iterdir()
    assert path.name == rejects_name(name, report.source)
    assert path.name.endswith(f".{report.source}.csv")


def test_a_spreadsheet_runs_nothing_of_a_name_of_a_file_or_sheet(
    case: Case, tmp_path: Path
) -> None:
    make(tmp_path, "id,name\n,Nobody\n", "=1+1.csv")
    book = openpyxl.Workbook()
    book.active.title = "=1+2"
    for row in (["id", "name"], [None, "Nobody"]):
        book.active.append(row)
    book.save(tmp_path / "@firms.xlsx")
    names = ("=1+1.csv", "@firms.xlsx")
    take_in(case, [tmp_path / name for name in names], Options(kind="companies"))
    found = [(one["file"], one["line"]) for name in names for one in rejects(case, name)]
    assert found == [("'=1+1.csv", "2"), ("'@firms.xlsx", "'=1+2!2")]


def test_a_spreadsheet_runs_nothing_of_the_rejects(case: Case, tmp_path: Path) -> None:
    text = "id,name,country\n=1+1,,\n+C2,,\n@C3\n"
    take_in(case, [make(tmp_path, text)])
    for one in rejects(case, "companies.csv"):
        assert one["raw"].startswith("'")
        assert not any(one[k].startswith(("=", "+", "@")) for k in ("column", "value", "reason"))


def test_a_control_that_an_unread_cell_would_widen_is_rejected(case: Case, tmp_path: Path) -> None:
    head = "id,regime,measure,hs,from,to,origin,destination\n"
    good = "K1,X,ban,8112.92,2024-01-01,,China,usa\nK2,X,ban,81,2024-01-01,,,\n"
    bad = "K3,X,ban,81,2024-01-01,,,Atlantis\nK4,X,ban,81,2024-01-01,soon,,\nK5,X,ban,tin,2024,,,\n"
    (report,) = take_in(case, [make(tmp_path, head + good + bad, "controls.csv")])
    assert [(one["column"], one["value"]) for one in rejects(case, "controls.csv")] == [
        ("destination", "Atlantis"),
        ("to", "soon"),
        ("hs", "tin"),
    ]
    assert (report.written, report.rejected, dict(report.unread)) == (2, 3, {})
    told = [*_loaded_notes(Loaded([report], Written()), case.folder)]
    assert "what was loaded before under their keys stays as it is" in told[1]
    assert told[2].startswith("controls.csv: rejected: line 4: destination: 'Atlantis' is no")
    assert "line 6: hs: 'tin' is no opening" in told[4]
    kept = rows(case, "controls")
    assert [(one["hs"], one["origin"], one["destination"]) for one in kept] == [
        ("811292", "CN", "US"),
        ("81", None, None),
    ]


def test_a_cell_that_may_be_empty_and_does_not_read_is_kept_raw_and_counted(
    case: Case, tmp_path: Path
) -> None:
    text = SHIPMENTS + "S1,A,B,GALLIUM,5kg,,\nS2,A,B,TIN,5,soon,\n"
    (report,) = take_in(case, [make(tmp_path, text, "shipments.csv")])
    assert report.rejected == 0
    assert dict(report.unread) == {
        "hs: is no hs, such as 'GALLIUM'": 2,
        "weight_kg: is no amount, such as '5kg'": 1,
        "departed: is no date, such as 'soon'": 1,
    }
    first, second = rows(case, "shipments")
    assert (first["hs"], first["weight_kg"], first["_raw"]) == (
        None,
        None,
        '{"hs": "GALLIUM", "weight_kg": "5kg"}',
    )
    assert second["_raw"] == '{"hs": "TIN", "departed": "soon"}'


def test_a_cell_that_fails_its_check_is_kept_with_a_doubt_and_counted(
    case: Case, tmp_path: Path
) -> None:
    text = (
        "id,shipper,weight_kg,gross_kg,vessel,departed,arrived\n"
        "S1,A,-5,,9074728,2024-02-10,2024-02-08\n"
        "S2,A,10,9,9074729,2024-02-10,2024-02-09\n"
    )
    (report,) = take_in(case, [make(tmp_path, text, "shipments.csv")])
    first, second = rows(case, "shipments")
    assert (first["weight_kg"], first["vessel"]) == (-5.0, "9074728")
    assert first["_doubts"] == [
        "weight_kg: -5 is below zero",
        "vessel: 9074728 is not a valid IMO number (check digit)",
        "arrives more than a day before it departs",
    ]
    assert second["_doubts"] == ["weighs less gross than net"]
    assert dict(report.doubts) == {
        "weight_kg: is below zero": 1,
        "vessel: is not a valid IMO number (check digit)": 1,
        "arrives more than a day before it departs": 1,
        "weighs less gross than net": 1,
    }


def test_half_a_character_rejects_its_row_and_the_rest_is_taken_in(
    case: Case, tmp_path: Path
) -> None:
    text = '{"id": "C1", "name": "Acme"}\n{"id": "C2", "name": "B\\ud800"}\n{"id": "C\\udc00"}\n'
    (report,) = take_in(case, [make(tmp_path, text, "companies.json")])
    assert (report.read, report.written, report.rejected) == (3, 1, 2)
    assert [one["raw"] for one in rejects(case, "companies.json")] == [
        '{"id": "C2", "name": "B\\ud800"}',
        '{"id": "C\\udc00"}',
    ]


def test_to_order_is_no_consignee_and_is_marked(case: Case, tmp_path: Path) -> None:
    text = SHIPMENTS + "S1,A,TO THE ORDER OF BANK X,,,,\nS2,,凭指示,,,,\nS3,A,B,,,,\n"
    (report,) = take_in(case, [make(tmp_path, text, "shipments.csv")])
    assert (report.written, dict(report.unread)) == (3, {})
    found = [(row["consignee"], row["to_order"], row["_raw"]) for row in rows(case, "shipments")]
    assert found == [
        (None, True, '{"consignee": "TO THE ORDER OF BANK X"}'),
        (None, True, '{"consignee": "凭指示"}'),
        ("B", None, None),
    ]


def test_rows_of_many_columns_are_worked_on_few_at_a_time(case: Case, tmp_path: Path) -> None:
    objects = [{"id": f"C{n}", "name": "Acme", f"c{n % 4_000}": "x"} for n in range(8_000)]
    path = make(tmp_path, "\n".join(map(json.dumps, objects)), "companies.json")
    seen: list[int] = []
    (report,) = take_in(case, [path], progress=lambda what, done: seen.append(done))
    assert (report.read, report.written, len(report.unknown_columns)) == (8_000, 8_000, 4_000)
    assert max(b - a for a, b in itertools.pairwise([0, *seen])) < 1_000
    assert [row["_record"] for row in rows(case, "companies")] == list(range(1, 8_001))


def test_columns_that_no_table_knows_are_said_and_kept_in_the_original(
    case: Case, tmp_path: Path
) -> None:
    text = "ID,Name,colour\nC1,Acme,red\n"
    (report,) = take_in(case, [make(tmp_path, text)])
    assert report.unknown_columns == ["colour"]
    assert [row["name"] for row in rows(case, "companies")] == ["Acme"]


# ---------------------------------------------------------------- what is refused whole


def test_strict_refuses_a_file_with_a_bad_row_and_takes_nothing_in(
    case: Case, tmp_path: Path
) -> None:
    path = make(tmp_path, COMPANIES + "C3,,NO,\n,Nobody,,\n")
    with pytest.raises(InputError) as error:
        take_in(case, [path], Options(strict=True))
    assert str(error.value) == (
        "companies.csv:4: name: is empty and must not be (2 rows rejected, nothing taken in)"
        f" (see {case.path('rejects')}, mend the file or load without --strict)"
    )
    id = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert set(everything(case)) == {f"rejects/companies.csv.{id}.csv"}
    assert case.sources() == []
    (report,) = take_in(case, [path])
    assert (report.written, report.rejected) == (2, 2)


def test_strict_takes_a_clean_file_in(case: Case, tmp_path: Path) -> None:
    (report,) = take_in(case, [make(tmp_path, COMPANIES)], Options(strict=True))
    assert report.written == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "companies.csv: is empty (check that it is whole)"),
        (b"id,name\n\n", "companies.csv: holds no rows (check that it is whole)"),
        (
            b"id,country\nC1,NO\n",
            "companies.csv: has no column 'name', which companies needs"
            " (its columns are id, country; rename one or use --as)",
        ),
        (
            b"id,name\nC1,Acme\n" + "C2,Ærø\n".encode("latin-1") * 3,
            "companies.csv: is not utf-8 at byte 19 of a block"
            " (name its encoding with --encoding, such as gb18030 or cp1251)",
        ),
        (b"id,ID,name\n1,2,3\n", "companies.csv:1: has the column 'id' twice (rename one of them)"),
    ],
    ids=["empty", "no rows", "no column", "encoding", "double"],
)
def test_a_file_that_raises_leaves_nothing_behind(
    case: Case, tmp_path: Path, content: bytes, said: str
) -> None:
    options = Options(encoding="utf-8")
    with pytest.raises(InputError) as error:
        take_in(case, [make(tmp_path, content)], options)
    assert str(error.value) == said
    assert everything(case) == {}


def test_a_file_that_breaks_off_in_its_middle_leaves_nothing_behind(
    case: Case, tmp_path: Path
) -> None:
    text = "id,name\n" + "".join(f"C{n},{random.Random(n).random()}\n" for n in range(50_000))
    packed = gzip.compress(text.encode())
    with pytest.raises(InputError, match=r"companies.csv.gz: cannot be read: Compressed file"):
        take_in(case, [make(tmp_path, packed[:-5_000], "companies.csv.gz")])
    assert everything(case) == {}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("retired", [False, True])
def test_a_file_that_changes_while_it_is_read_leaves_nothing_behind(
    case: Case, tmp_path: Path, strict: bool, retired: bool
) -> None:
    text = COMPANIES + ("C3,,NO,\n" if strict else "")
    path = make(tmp_path, text)
    if retired:  # its original is kept already
        (report,) = take_in(case, [path])
        case.retire(case.source(report.source), "by mistake")
        for one in case.path("rejects").glob("*"):
            one.unlink()
    before = everything(case)

    def grow(what: str, done: int) -> None:
        if done:
            make(tmp_path, text + "C4,Late,NO,\n")

    with pytest.raises(InputError) as error:
        take_in(case, [path], Options(strict=strict), progress=grow)
    assert str(error.value) == (
        "companies.csv: changed while it was read (load it again when nothing writes it)"
    )
    assert everything(case) == before
    (report,) = take_in(case, [path])
    assert report.written == 3
    kept = case.path("originals", f"{case.source(report.source).sha256}.gz").read_bytes()
    assert gzip.decompress(kept) == path.read_bytes()


def test_a_second_file_of_a_source_that_changes_leaves_nothing_of_the_first(
    case: Case, tmp_path: Path
) -> None:
    texts = foreign("ofac-sdn", random.Random(1))
    paths = [make(tmp_path, text, f"{role}.csv") for role, text in texts.items()]

    def grow(what: str, done: int) -> None:
        make(tmp_path, texts["sdn_address"] + "\n", "sdn_address.csv")

    with pytest.raises(InputError, match=r"^sdn_address.csv: changed while it was read"):
        take_in(case, paths, progress=grow)
    assert everything(case) == {}


def test_files_before_the_one_that_raises_stay_in_and_are_told(case: Case, tmp_path: Path) -> None:
    good = make(tmp_path, COMPANIES)
    bad = make(tmp_path, "id,country\nP1,NO\n", "people.csv")
    with pytest.raises(InputError, match=r"^people.csv: has no column 'name'") as raised:
        take_in(case, [bad])
    assert "in before it" not in str(raised.value)
    with pytest.raises(InputError, match=r"^people.csv: has no column 'name'.*in before it: comp"):
        take_in(case, [good, bad])
    assert [one.kind for one in case.sources()] == ["companies"]
    last = make(tmp_path, "code,name\nNOOSL,Oslo\n", "ports.csv")
    with pytest.raises(InputError, match=r"not looked at: ports\.csv; load again"):
        take_in(case, [good, bad, last])


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are texts here")
def test_a_file_whose_name_is_no_text_is_taken_in(case: Case, tmp_path: Path) -> None:
    path = make(tmp_path, COMPANIES + ",Nobody,,\n", os.fsdecode(b"companies.\xff.csv"))
    (report,) = take_in(case, [path])
    assert (report.written, report.rejected) == (2, 1)
    assert case.source(report.source).files[0].file == path.name
    (one,) = rejects(case, path.name)
    assert one["file"] == "companies.\\udcff.csv"


def test_what_is_not_read_of_a_folder_is_reported(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    make(folder, COMPANIES)
    make(folder, "words", "readme.txt")
    make(folder / "older", COMPANIES)
    (folder / "people.csv").symlink_to("gone.csv")
    found = [(one.file, one.kind, one.note) for one in take_in(case, [folder])]
    assert found == [
        ("companies.csv", "companies", ""),
        ("older", "", "not read: a folder"),
        ("people.csv", "", "not read: a link that leads nowhere"),
        ("readme.txt", "", "not read: of no known kind"),
    ]


# ---------------------------------------------------------------- sums


def broken(seed: int) -> bytes:
    """Two hundred shipments, most of them harmed in one of the ways that files are."""
    chance = random.Random(seed)
    harms = [
        lambda line: line,
        lambda line: line,
        lambda line: line.replace(",", "", 1),
        lambda line: line + ",more",
        lambda line: line.replace(",A,", ',"A,'),
        lambda line: line.replace(",A,", ',"A\n",'),
        lambda line: line.replace(",A,", ',"A"x,'),
        lambda line: "," + line.split(",", 1)[1],
        lambda line: line.replace("2024-", "31/02/"),
        lambda line: line.replace(",A,B,", ",,,"),
        lambda line: line.replace(",5,", ",five,"),
        lambda line: line.replace("S", "\0\u202e"),
        lambda line: line + "\n\n \n",
        lambda line: "",
        lambda line: ",,,,,,",
        lambda line: "".join(chance.sample(line, len(line))),
    ]
    lines = [
        chance.choice(harms)(f"S{n},A,B,0301,5,2024-01-02,2024-01-05")
        for n in range(chance.randrange(1, 200))
    ]
    text = SHIPMENTS + "\n".join(lines)
    return (text[: -chance.randrange(1, 30)] if chance.random() < 0.3 else text).encode()


@pytest.mark.parametrize("seed", range(40))
def test_every_record_of_a_broken_file_is_accounted_for(
    case: Case, tmp_path: Path, seed: int
) -> None:
    path = make(tmp_path, broken(seed), "shipments.csv")
    try:
        (report,) = take_in(case, [path])
    except InputError as error:
        assert error.what == "holds no rows"
        return
    assert adds_up(report)
    held = [row["_record"] for row in rows(case, "shipments")]
    refused = [int(one["record"]) for one in (rejects(case, path.name) if report.rejected else [])]
    assert (len(held), len(refused)) == (report.written, report.rejected)
    assert sorted(held + refused) == list(range(1, report.read + 1))
    (again,) = take_in(case, [path])
    assert (again.read, again.unchanged, again.written) == (report.read, report.read, 0)


def foreign(kind: str, chance: random.Random) -> dict[str, str]:
    """The files of a foreign source, by role, with cells of all sorts below their columns."""
    roles: dict[str, set[str]] = {}
    for select in cypherfile.sources()[kind]:
        for role, names in select.mapping("reads").items():
            roles.setdefault(role, set()).update(names)
    words = ["", "", "1", "2", "3", "-0-", "individual", "vessel", "Company", "Officer", "NO"]
    words += [
        "is officer of",
        "director",
        "31/02/2024",
        "2024-01-05",
        "IMO 9074729",
        "x; DOB 1 May",
    ]
    own = {  # of a JSON file
        "recordType": ["entity", "entity", "person"],
        "recordDetails": ["{}", '{"name": "Acme"}', '{"name": "Acme"}'],
    }
    files = {}
    for role, names in roles.items():
        columns = sorted(names)
        lines = [",".join(columns)]
        for _ in range(60):
            cells = [chance.choice(own.get(name, words)).replace('"', '""') for name in columns]
            lines.append(
                ",".join(f'"{cell}"' for cell in cells) if chance.random() < 0.8 else "cut"
            )
        files[role] = "\n".join(lines)
    return files


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", sorted(cypherfile.sources()))
def test_every_record_of_a_broken_foreign_source_is_accounted_for(
    case: Case, tmp_path: Path, kind: str, seed: int
) -> None:
    texts: Mapping[str, str] = foreign(kind, random.Random(seed))
    paths = [make(tmp_path, text, f"{kind}-{role}.csv") for role, text in texts.items()]
    reports = take_in(case, paths, Options(kind=kind))
    assert len(reports) == len(paths)
    for report in reports:
        assert report.read == 60
        assert adds_up(report)
    assert sum(one.written for one in reports) > 0
    refused = sum(one.rejected for one in reports)
    listed = {(path.name, one["record"]) for path in paths for one in rejects(case, path.name)}
    assert len(listed) >= refused
    for table, count in case.sources()[0].tables.items():
        found = rows(case, table)
        assert len(found) == count
        assert all(row["_sources"] for row in found)


SELECTS = {
    "companies": (
        "-- title: T\n-- table: companies\n-- reads:\n--   list: [No, Firm, Kind]\n"
        "SELECT 'x-' || No AS id, Firm AS name, ['list:' || record] AS sources\n"
        "FROM list WHERE Kind = 'firm'\n"
    ),
    "skipped": (
        "-- title: T\n-- table: skipped\n-- reads:\n--   list: [Kind]\n"
        "SELECT 'list' AS file, record, 'a ship' AS reason FROM list WHERE Kind = 'ship'\n"
    ),
}


@pytest.fixture
def own_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign source of one file, that feeds companies and skips ships with a reason."""
    folder = tmp_path / "own"
    selects = [make(folder, text, f"{name}.sql") for name, text in SELECTS.items()]
    monkeypatch.setattr(cypherfile, "sources", lambda: {"own": [*map(cypherfile.read, selects)]})


@pytest.mark.usefixtures("own_source")
def test_a_foreign_record_is_used_skipped_with_a_reason_or_rejected(
    case: Case, tmp_path: Path
) -> None:
    text = "No,Firm,Kind\n1,Acme,firm\n2,Star,ship\n3,,firm\n4,odd,plane\n5\n6,Bolt,firm\n"
    (report,) = take_in(case, [make(tmp_path, text, "june.csv")])
    assert (report.kind, report.read, report.written, report.rejected) == ("own", 6, 2, 2)
    assert dict(report.skipped) == {"a ship": 1, "no SELECT of the source uses the record": 1}
    found = [(row["id"], row["_record"], row["_sources"]) for row in rows(case, "companies")]
    assert found == [("x-1", 1, [f"{report.source}:1"]), ("x-6", 6, [f"{report.source}:6"])]
    assert [tuple(one.values()) for one in rejects(case, "june.csv")] == [
        ("june.csv", "5", "6", "", "", "has 1 cells where the header has 3", "5"),
        (
            "june.csv",
            "3",
            "record 3",
            "name",
            "",
            "is empty and must not be",
            '{"id": "x-3", "name": null, "sources": ["list:3"]}',
        ),
    ]
    source = case.source(report.source)
    assert (source.tables, source.rejected, source.skipped) == ({"companies": 2}, 2, 2)


@pytest.mark.usefixtures("own_source")
def test_a_select_that_does_not_run_names_its_file_and_leaves_nothing_behind(
    case: Case, tmp_path: Path
) -> None:
    path = tmp_path / "own" / "companies.sql"
    path.write_text(SELECTS["companies"].replace("'x-' || No", "No::INT"), encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        take_in(case, [make(tmp_path, "No,Firm,Kind\none,Acme,firm\n", "june.csv")])
    assert str(error.value).startswith("own/companies.sql: Conversion Error: Could not convert")
    assert everything(case) == {}
