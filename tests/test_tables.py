"""What a result becomes in a file: nothing runs, nothing is lost, the same bytes each time."""

from __future__ import annotations

import csv
import errno
import io
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from netinv import tables
from netinv.errors import InputError
from netinv.inputs import guarded
from netinv.result import NOTHING, Edge, Result
from tests.samples import HOSTILE, empty, ring


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("\u200b=1", "'\u200b=1"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(text: str, safe: str) -> None:
    assert guarded(text) == safe


def test_a_csv_has_one_line_a_finding_and_lists_as_json(tmp_path: Path) -> None:
    paths = tables.save(ring(), tmp_path / "rings.csv")
    assert [path.name for path in paths] == [
        "rings.csv",
        "rings.evidence.csv",
        "rings.question.json",
    ]
    (line,) = read_csv(paths[0])
    assert json.loads(line["shipments"]) == ["S1", "S2", "S3", "S4"]
    assert line["finding"] == "00c0ffee00c0ffee"
    assert line["note"].startswith("'=cmd|")
    assert list(line)[-1] == "sentence"
    assert line["sentence"] == ring().findings[0].sentence
    said = json.loads(paths[2].read_text(encoding="utf-8"))
    assert said["guarded_cells"] >= 1
    assert said["question"]["datasets"][0]["file"] == "shipments.csv"
    assert said["cut"] == ["7 more findings beyond --limit 1."]


def test_every_line_of_evidence_leads_to_a_row_or_says_that_it_is_derived(tmp_path: Path) -> None:
    _, path, _ = tables.save(ring(), tmp_path / "rings.csv")
    lines = read_csv(path)
    found = {(one["element"], one["source"], one["record"], one["file"]) for one in lines}
    assert ("Shipment:S1", "aaaaaaaaaaaa", "1", "shipments.csv") in found
    assert ("Shipment:S1", "bbbbbbbbbbbb", "9", "more.csv") in found
    derived = [one for one in lines if one["derived"] == "True"]
    assert {one["kind"] for one in derived} == {"HANDOFF"}
    assert all(one["name"] == "rule cafe: 5 days, by weight" for one in derived)
    first = [(one["source"], one["record"]) for one in derived if one["element"] == "HANDOFF:0"]
    assert first == [("a" * 12, "1"), ("b" * 12, "9"), ("a" * 12, "2")]
    assert all(one["source"] for one in lines)


def test_a_derived_link_says_its_numbers_and_its_part_loads_their_rows() -> None:
    result = ring()
    about = {
        "derived": True,
        "rule": "344cafe",
        "days": 1,
        "drift": 0.001,
        "expected": 0.0003,
        "basis": "weight",
        "from_parts": ["S1", "S2", "elsewhere"],
        "to_parts": ["S3", "S4"],
    }
    result.edges["HANDOFF:0"] = Edge("HANDOFF:0", "HANDOFF", "Shipment:S1", "Shipment:S3", about)
    lines = tables.evidence(result)
    link = lines[lines["element"] == "HANDOFF:0"]
    assert set(link["name"]) == {"rule 344cafe: 1 day, drift 0.1 %, expected 0.0003, by weight"}
    rows = list(zip(link["source"], link["record"], strict=True))
    assert rows == [("a" * 12, 1), ("b" * 12, 9), *(("a" * 12, n) for n in (2, 3, 4))]


def test_evidence_says_the_line_of_the_file_where_it_is_known() -> None:
    result = ring()
    result.lines = {f"{'a' * 12}:1": "sheet Data, row 3"}  # type: ignore[attr-defined,unused-ignore]
    lines = tables.evidence(result)
    assert list(lines.columns)[-3:] == ["record", "line", "file"]
    places = {(one.source, one.record): one.line for one in lines.itertuples()}
    assert places["a" * 12, 1] == "sheet Data, row 3"
    assert places["b" * 12, 9] == ""


def test_a_column_of_the_question_may_have_a_name_of_ours() -> None:
    result = ring()
    result.columns = ("sentence", "note")
    assert list(tables.frame(result).columns) == [
        *("finding", "score", "unlikely", "sentence_", "note"),
        *("explained", "against", "variants", "decided", "sentence"),
    ]


def test_no_cell_of_xlsx_is_a_formula(tmp_path: Path) -> None:
    (path,) = tables.save(ring(), tmp_path / "rings.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["findings", "evidence", "question"]
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    texts = {cell.value for cell in cells}
    assert HOSTILE["formula"] in texts
    score = next(cell for cell in book["findings"]["B"] if cell.row == 2)
    assert score.value == 12.5
    for name in ("findings", "evidence"):
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
        assert not any(cell.font.bold for cell in sheet[2])
    widths = {one: book["findings"].column_dimensions[one].width for one in "ABJ"}
    assert widths == {"A": 18, "B": 8, "J": 60}


def test_a_text_too_long_for_xlsx_is_cut_and_counted(tmp_path: Path) -> None:
    result = ring()
    result.findings[0] = result.findings[0].__class__(
        **{**result.findings[0].__dict__, "values": {"note": "x" * 40_000}}
    )
    (path,) = tables.save(result, tmp_path / "long.xlsx")
    last = list(openpyxl.load_workbook(path)["question"].values)[-1]
    assert last == ("cells cut to the length that xlsx allows", 1)


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet", "html"])
def test_the_same_result_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first = [path.read_bytes() for path in tables.save(ring(), tmp_path / f"a.{suffix}")]
    second = [path.read_bytes() for path in tables.save(ring(), tmp_path / f"b.{suffix}")]
    assert first == second


def test_json_and_parquet_are_verbatim(tmp_path: Path) -> None:
    (path,) = tables.save(ring(), tmp_path / "rings.json")
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert whole["shape"] == "netinv.result/1"
    assert whole["findings"][0]["values"]["note"] == HOSTILE["formula"]
    path, beside = tables.save(ring(), tmp_path / "rings.parquet")
    table = pq.read_table(path)
    assert table.column("note").to_pylist() == [HOSTILE["formula"]]
    assert table.column_names[-1] == "sentence"
    assert b"netinv.question" in table.schema.metadata
    assert beside.name == "rings.evidence.parquet"
    rows = pq.read_table(beside)
    assert rows.to_pylist() == tables.evidence(ring()).to_dict("records")
    assert b"netinv.question" in rows.schema.metadata


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "parquet", "html"])
def test_an_empty_result_still_says_what_was_asked(tmp_path: Path, suffix: str) -> None:
    paths = tables.save(empty(), tmp_path / f"none.{suffix}")
    assert all(path.stat().st_size > 0 for path in paths)
    assert empty().answer == NOTHING


def test_a_wrong_place_or_format_is_refused_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"use \.csv, \.xlsx, \.json, \.parquet, \.html"):
        tables.save(ring(), tmp_path / "rings.pdf")
    with pytest.raises(InputError, match=r"make .* first"):
        tables.save(ring(), tmp_path / "no" / "rings.csv")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(InputError, match=r"d\.csv: is a folder \(name a file\)"):
        tables.save(ring(), tmp_path / "d.csv")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no file system that takes no files")
def test_a_place_that_takes_no_files_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(InputError, match=r"x\.csv: cannot be written: .*another folder"):
        tables.writable(Path("/proc/x.csv"))


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "parquet", "html"])
def test_what_the_system_says_against_a_file_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=rf"r\.{suffix}: cannot be written: No space left"):
        tables.save(ring(), tmp_path / f"r.{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Result) -> None:
        raise RuntimeError

    monkeypatch.setattr(tables, "evidence", broken)
    with pytest.raises(RuntimeError):
        tables.save(ring(), tmp_path / "rings.xlsx")
    assert not (tmp_path / "rings.xlsx").exists()
