"""Tables as users bring them: every record is read or said to be wrong, with number and place."""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
import json
import random
import re
import time
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from netinv import files
from netinv.errors import InputError
from netinv.files import Opened, Record, fingerprint, keep_original, open_table, readable, stem

PLAIN = "id,name\nC1,Acme\nC2,Bolt\n"
ROWS = [["C1", "Acme"], ["C2", "Bolt"]]
CHANGED = "companies.csv: changed while it was read (load it again when nothing writes it)"
NEXT_ENCODING = "(name its encoding with --encoding, such as gb18030 or cp1251)"


def make(folder: Path, content: str | bytes, name: str = "companies.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(path: Path, encoding: str = "") -> tuple[Opened, list[Record]]:
    with open_table(path, encoding) as opened:
        return opened, list(opened.records())


def cells(records: list[Record]) -> list[list[str]]:
    return [list(one.cells) for one in records]


def said(path: Path, encoding: str = "") -> str:
    with pytest.raises(InputError) as error:
        read(path, encoding)
    return str(error.value)


# ---------------------------------------------------------------- csv


@pytest.mark.parametrize(
    ("mark", "dialect"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")]
)
def test_the_mark_between_cells_is_told_by_the_header(
    tmp_path: Path, mark: str, dialect: str
) -> None:
    text = PLAIN.replace(",", mark) + f'"C{mark}3"{mark}"Cargo, Inc; | A/S"\n'
    opened, records = read(make(tmp_path, text))
    assert (opened.header, opened.dialect, opened.encoding) == (("id", "name"), dialect, "utf-8")
    assert cells(records) == [*ROWS, [f"C{mark}3", "Cargo, Inc; | A/S"]]


def test_marks_in_a_quoted_name_of_a_column_do_not_count(tmp_path: Path) -> None:
    opened, records = read(make(tmp_path, '"name, in full, as filed";id\nAcme;C1\n'))
    assert opened.header == ("name, in full, as filed", "id")
    assert cells(records) == [["Acme", "C1"]]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (codecs.BOM_UTF8 + PLAIN.encode(), "utf-8-sig"),
        (PLAIN.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), "utf-16"),
        (PLAIN.replace("\n", "\r\n").encode(), "utf-8"),
        (PLAIN.replace("\n", "\r").encode(), "utf-8"),
        (PLAIN.rstrip("\n").encode(), "utf-8"),
    ],
    ids=["plain", "BOM", "UTF-16 LE", "UTF-16 BE", "CRLF", "CR", "no last line end"],
)
def test_marks_at_the_begin_and_at_line_ends_are_no_data(
    tmp_path: Path, content: bytes, encoding: str
) -> None:
    opened, records = read(make(tmp_path, content))
    assert (opened.header, opened.encoding) == (("id", "name"), encoding)
    assert cells(records) == ROWS


FOREIGN = [
    ("gb18030", "祥云贸易有限公司,上海市浦东新区世纪大道一百号"),
    ("cp1251", "ООО Тихоречье,г. Владивосток ул. Светланская"),
    ("euc-kr", "대한무역 주식회사,서울특별시 중구 세종대로"),
]


@pytest.mark.parametrize(("encoding", "line"), FOREIGN)
def test_an_encoding_is_told_or_named(tmp_path: Path, encoding: str, line: str) -> None:
    content = ("id,name,address\n" + f"C1,{line}\n" * 5).encode(encoding)
    for opened, records in (
        read(make(tmp_path, content)),
        read(make(tmp_path, content), encoding),
        read(make(tmp_path, gzip.compress(content), "companies.csv.gz")),
    ):
        assert opened.encoding not in ("", "utf-8")
        assert cells(records) == [["C1", *line.split(",")]] * 5


@pytest.mark.parametrize(("encoding", "line"), FOREIGN)
@pytest.mark.parametrize("pad", range(4))
def test_an_encoding_is_told_wherever_a_long_file_is_cut(
    tmp_path: Path, encoding: str, line: str, pad: int
) -> None:
    content = ("id,name,address\n" + "x" * pad + f"C1,{line}\n" * 4_000).encode(encoding)
    _, records = read(make(tmp_path, content))
    assert records[-1].cells == ["C1", *line.split(",")]


def test_a_foreign_letter_far_down_the_file_is_seen(tmp_path: Path) -> None:
    plain = "C1,Acme\n" * 60_000
    assert len(plain) > 1 << 18
    content = ("id,name\n" + plain + "C2,ООО Тихоречье и сыновья\n" * 20).encode("cp1251")
    opened, records = read(make(tmp_path, content))
    assert opened.encoding == "cp1251"
    assert records[-1].cells == ["C2", "ООО Тихоречье и сыновья"]


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        (
            "id,name\nC1,Ærø\n".encode("latin-1"),
            "utf-8",
            f"companies.csv: is not utf-8 at byte 11 of a block {NEXT_ENCODING}",
        ),
        (
            PLAIN.encode("utf-16-le"),
            "utf-16",
            f"companies.csv: cannot be decoded: UTF-16 stream does not start with BOM"
            f" {NEXT_ENCODING}",
        ),
        (PLAIN.encode(), "klingon", "no encoding 'klingon' (use a name such as gb18030)"),
        (PLAIN.encode(), "hex", "no encoding 'hex' (use a name such as gb18030)"),
        (PLAIN.encode(), "undefined", "no encoding 'undefined' (use a name such as gb18030)"),
    ],
    ids=["wrong", "no mark", "unknown", "no text", "undefined"],
)
def test_an_encoding_that_does_not_fit_is_refused(
    tmp_path: Path, content: bytes, encoding: str, text: str
) -> None:
    assert said(make(tmp_path, content), encoding) == text


def test_quotes_may_hold_marks_quotes_and_lines(tmp_path: Path) -> None:
    text = 'id,name\nC1,"Acme\nof ""Oslo"", AS"\nC2,\'Bolt\'\nC3,half "quoted"\n'
    _, records = read(make(tmp_path, text))
    assert records == [
        Record(1, "2", ["C1", 'Acme\nof "Oslo", AS']),
        Record(2, "4", ["C2", "'Bolt'"]),
        Record(3, "5", ["C3", 'half "quoted"']),
    ]


def test_a_record_that_cannot_be_read_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    text = 'id,name\nC1,Acme\nC2\nC3,Cargo,3\n\n   \nC4,"D" x\nC5,Eel\n,\n'
    _, records = read(make(tmp_path, text))
    assert records == [
        Record(1, "2", ["C1", "Acme"]),
        Record(2, "3", (), "has 1 cells where the header has 2", "C2"),
        Record(3, "4", (), "has 3 cells where the header has 2", "C3,Cargo,3"),
        Record(4, "7", (), "cannot be parsed: ',' expected after '\"'", 'C4,"D" x'),
        Record(5, "8", ["C5", "Eel"]),
        Record(6, "9", ["", ""]),
    ]


UNCLOSED = "a quote opens and never closes"


@pytest.mark.parametrize(
    ("rest", "after"),
    [
        ("C2,Bolt\nC3,Cargo\n", [*ROWS[1:], ["C3", "Cargo"]]),
        ('C2,"Bolt"\nC3,"Cargo"\n', [*ROWS[1:], ["C3", "Cargo"]]),
        ("C2,Bolt\n" * 1_200, ROWS[1:] * 1_200),
        ("", []),
    ],
    ids=["to the end", "to the next quote", "for too many lines", "in the last record"],
)
def test_an_unclosed_quote_costs_its_own_record_only(
    tmp_path: Path, rest: str, after: list[list[str]]
) -> None:
    _, records = read(make(tmp_path, f'id,name\nC1,"Acme\n{rest}'))
    assert records[0] == Record(1, "2", (), UNCLOSED, 'C1,"Acme')
    assert cells(records[1:]) == after
    assert [one.number for one in records] == list(range(1, len(after) + 2))
    assert [one.place for one in records] == [str(n + 1) for n in range(1, len(after) + 2)]


def test_many_unclosed_quotes_cost_one_record_each(tmp_path: Path) -> None:
    lines = [f'C{n},"open' if n % 3 == 0 else f"C{n},fine" for n in range(300)]
    _, records = read(make(tmp_path, "\n".join(["id,name", *lines])))
    assert len(records) == 300
    assert [one.number for one in records if one.wrong] == list(range(1, 301, 3))


def test_the_longest_quoted_record_is_still_read(tmp_path: Path) -> None:
    name = "\n".join(map(str, range(files.LONGEST)))
    _, records = read(make(tmp_path, f'id,name\nC1,"{name}"\nC2,Bolt\n'))
    assert cells(records) == [["C1", name], ["C2", "Bolt"]]
    assert records[1].place == str(files.LONGEST + 2)


def test_a_cell_may_hold_nul_and_marks_of_direction(tmp_path: Path) -> None:
    _, records = read(make(tmp_path, "id,name\nC1,a\0b\nC2,x\u202ey\n"))
    assert cells(records) == [["C1", "a\0b"], ["C2", "x\u202ey"]]


def test_blank_lines_are_no_records_and_blank_names_get_one(tmp_path: Path) -> None:
    opened, records = read(make(tmp_path, "\n \nid, ,name,\n\n1,2,3,4\n"))
    assert opened.header == ("id", "column_2", "name", "column_4")
    assert records == [Record(1, "5", ["1", "2", "3", "4"])]


def test_a_table_of_one_column_has_no_mark(tmp_path: Path) -> None:
    _, records = read(make(tmp_path, "id\nC1\n\nC2\n"))
    assert records == [Record(1, "2", ["C1"]), Record(2, "4", ["C2"])]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "companies.csv: is empty (check that it is whole)"),
        (b"\n \n\n", "companies.csv: is empty (check that it is whole)"),
        (b"\x7fELF\x02\x01\0\0", "companies.csv: is not a text file (save it as csv or xlsx)"),
        (
            PLAIN.encode("utf-16-le"),
            "companies.csv: is not a text file (save it as csv or xlsx)",
        ),
        (
            random.Random(1).randbytes(3_000),
            "companies.csv: is in no encoding that can be told (say --encoding)",
        ),
        (b"id,id\n1,2\n", "companies.csv:1: has the column 'id' twice (rename one of them)"),
        (b"\n\nID,id\n1,2\n", "companies.csv:3: has the column 'ID' twice (rename one of them)"),
        (
            b'id,"name\n' + b"C1,Acme\n" * 9,
            "companies.csv:1: its header cannot be parsed (mend its quotes)",
        ),
        (
            b'id,"name\n' + b"C1,Acme\n" * 900,
            "companies.csv:1: its header cannot be parsed (mend its quotes)",
        ),
    ],
    ids=[
        "empty",
        "blank",
        "program",
        "UTF-16 without mark",
        "random",
        "double",
        "double in another case",
        "open header",
        "open header, long",
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, text: str) -> None:
    assert said(make(tmp_path, content)) == text


def wide(columns: int, kind: str) -> str:
    names = [f"c{n}" for n in range(columns)]
    if kind == "json":  # objects with a column of their own each
        return "\n".join(json.dumps({name: "x"}) for name in names)
    return ",".join(f'"{name}"' if kind == "quoted" else name for name in names) + "\nx\n"


@pytest.mark.parametrize("kind", ["csv", "quoted", "json"])
def test_a_table_of_too_many_columns_is_refused_before_it_fills_the_memory(
    tmp_path: Path, kind: str
) -> None:
    name = f"companies.{kind.replace('quoted', 'csv')}"
    with open_table(make(tmp_path, wide(files.COLUMNS, kind), name)) as opened:
        assert len(opened.header) == files.COLUMNS
    for columns in (files.COLUMNS + 1, 50_000):
        path = make(tmp_path, wide(columns, kind), name)
        start = time.monotonic()
        message = said(path)
        assert time.monotonic() - start < 5
        assert message == (
            f"{name}{'' if kind == 'json' else ':1'}: has more than 5,000 columns, too many for a"
            " table (check that it is one, or leave out columns)"
        )


def test_a_workbook_and_parquet_of_too_many_columns_are_refused(tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(files.COLUMNS + 1)]
    path = tmp_path / "companies.parquet"
    pq.write_table(pa.table({name: ["x"] for name in names}), path)
    assert "has more than 5,000 columns" in said(path)
    assert "has more than 5,000 columns" in said(book(tmp_path, [names]))


def test_a_packed_file_reads_like_the_plain_one(tmp_path: Path) -> None:
    path = make(tmp_path, gzip.compress(PLAIN.encode()), "companies.csv.gz")
    assert cells(read(path)[1]) == ROWS


LONG = "cannot be parsed: its line is longer than 1,000 characters"


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of a thousand characters are the longest."""
    monkeypatch.setattr(files, "LINE", 1_000)
    monkeypatch.setattr(files, "RAW", 20)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("letter", ["x", "船", '"', '""', ",", '","', " "])
def test_a_line_too_long_to_read_costs_its_own_record_only(
    tmp_path: Path, letter: str, end: str
) -> None:
    for length in (1_500, 3_000_000):
        long = f"C1,{letter * length}"
        text = end.join(["id,name", "C0,Zeta", long, "C2,Bolt", long, "C3,Cargo", ""])
        _, records = read(make(tmp_path, text))
        raw = f"{long[:20]}… (cut)"
        assert records == [
            Record(1, "2", ["C0", "Zeta"]),
            Record(2, "3", (), LONG, raw),
            Record(3, "4", ["C2", "Bolt"]),
            Record(4, "5", (), LONG, raw),
            Record(5, "6", ["C3", "Cargo"]),
        ]
    last = make(tmp_path, f"id,name{end}C1,Acme{end}{long}")
    assert [one.wrong for one in read(last)[1]] == ["", LONG]


@pytest.mark.usefixtures("short")
def test_a_line_too_long_within_a_record_is_told_by_its_own_number(tmp_path: Path) -> None:
    text = f'id,name\nC1,"Acme\nof{"x" * 2_000}"\nC2,Bolt\n'
    _, records = read(make(tmp_path, text))
    assert [(one.place, one.wrong) for one in records] == [("2", UNCLOSED), ("3", LONG), ("4", "")]
    assert said(make(tmp_path, "\n" + "x" * 1_001)) == (
        "companies.csv:2: its header is longer than 1,000 characters (check that it is a table)"
    )


@pytest.mark.usefixtures("short")
def test_a_record_of_many_long_lines_is_not_kept_whole(tmp_path: Path) -> None:
    text = "id,name\n" + f'C1,"{"x" * 700}\n' + f'{"y" * 700}","\n' * 40 + 'z"\nC2,Bolt\n'
    _, records = read(make(tmp_path, text))
    assert records[0] == Record(1, "2", (), UNCLOSED, f'C1,"{"x" * 16}… (cut)')
    assert records[-1].cells == ["C2", "Bolt"]
    assert [one.number for one in records] == list(range(1, len(records) + 1))


def test_a_cell_too_long_rejects_one_record_and_the_rest_is_read(tmp_path: Path) -> None:
    text = f"id,name\nC1,Acme\nC2,{'x' * 50_000_000}\nC3,Cargo\n"
    _, records = read(make(tmp_path, gzip.compress(text.encode()), "companies.csv.gz"))
    assert cells([records[0], records[2]]) == [["C1", "Acme"], ["C3", "Cargo"]]
    assert records[1].wrong == "cannot be parsed: field larger than field limit (16777216)"
    assert len(records[1].raw) < 100_000


def test_a_packed_file_of_one_endless_line_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LINE", 1_000_000)
    packed = gzip.compress(b"id,name\nC1,Acme\n" + b"x" * 50_000_000 + b"\nC2,Bolt\n")
    path = make(tmp_path, packed, "companies.csv.gz")
    tracemalloc.start()
    _, records = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cells([records[0], records[2]]) == ROWS
    wrong = "cannot be parsed: its line is longer than 1,000,000 characters"
    assert (records[1].place, records[1].wrong) == ("3", wrong)
    assert peak < 25_000_000


@pytest.mark.parametrize("harm", ["cut", "flipped", "plain", "garbled"])
def test_a_damaged_packed_file_is_refused(tmp_path: Path, harm: str) -> None:
    whole = gzip.compress(PLAIN.encode() + random.Random(1).randbytes(5_000).hex().encode())
    content, text = {
        "cut": (whole[:-200], "Compressed file ended before the end-of-stream marker"),
        "flipped": (whole[:-8] + bytes(8), "CRC check failed"),
        "plain": (PLAIN.encode(), "Not a gzipped file (b'id')"),
        "garbled": (whole[:10] + b"\xff" * 200, "Error -3 while decompressing data"),
    }[harm]
    message = said(make(tmp_path, content, "companies.csv.gz"))
    assert message.startswith(f"companies.csv.gz: cannot be read: {text}")


# ---------------------------------------------------------------- xlsx


def book(folder: Path, rows: list[list[Any]], *more: str, name: str = "companies.xlsx") -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Firms"
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            sheet.cell(at, column, value)
    for title in more:
        made.create_sheet(title).append(["left", "out"])
    made.save(folder / name)
    return folder / name


def test_typed_cells_of_a_workbook_become_their_texts(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["id", " name ", "hs", "weight", "day", "yes"],
        ["C1", "Acme", "0301", 12, dt.date(2024, 2, 28), True],
        ["C2", None, 301, 12.5, dt.datetime(2024, 2, 28, 9, 30), None],
    ]
    opened, records = read(book(tmp_path, rows))
    assert (opened.header, opened.dialect) == (
        ("id", "name", "hs", "weight", "day", "yes"),
        "xlsx",
    )
    assert records == [
        Record(1, "Firms!2", ["C1", "Acme", "0301", "12", "2024-02-28", "true"]),
        Record(2, "Firms!3", ["C2", "", "301", "12.5", "2024-02-28 09:30:00", ""]),
    ]


def test_blank_rows_of_a_workbook_keep_their_number_of_excel(tmp_path: Path) -> None:
    rows = [[None], ["id", "name", None], [None], ["C1"], [None, "", None], ["C2", "Bolt"]]
    opened, records = read(book(tmp_path, rows))
    assert opened.header == ("id", "name")
    assert records == [
        Record(1, "Firms!4", ["C1", ""]),
        Record(2, "Firms!6", ["C2", "Bolt"]),
    ]


def test_a_cell_beyond_the_header_is_said(tmp_path: Path) -> None:
    _, records = read(book(tmp_path, [["id", "name"], ["C1", "Acme", "lost?"], ["C2", "Bolt"]]))
    wrong = "has cells beyond the header's 2 columns"
    assert records == [
        Record(1, "Firms!2", (), wrong, "['C1', 'Acme', 'lost?']"),
        Record(2, "Firms!3", ["C2", "Bolt"]),
    ]


def sheet(folder: Path, rows: str, before: str = "") -> Path:
    """A workbook whose first sheet has these rows, as they stand in its XML."""
    path = book(folder, [["id"]])
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{space}">{before}<sheetData>{rows}</sheetData></worksheet>'.encode()
    )
    with zipfile.ZipFile(path, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return path


FORMULA = "a formula without a stored value (open the file in a spreadsheet program and save it)"


def test_a_formula_without_a_stored_value_rejects_its_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["id", "name", "weight"],
        ["C1", "Acme", 5],
        ["=A2", "=B2", "=C2*2"],
        ["C3", "Cargo", "=C2*3"],
        [None, None, None],
        ["C5", "Eel", None],
        ["C6", "Fox", 6, "=C2*4"],
    ]
    _, records = read(book(tmp_path, rows))
    assert records == [
        Record(1, "Firms!2", ["C1", "Acme", "5"]),
        Record(2, "Firms!3", (), f"A3 is {FORMULA}", "['=A2', '=B2', '=C2*2']"),
        Record(3, "Firms!4", (), f"C4 is {FORMULA}", "['C3', 'Cargo', '=C2*3']"),
        Record(4, "Firms!6", ["C5", "Eel", ""]),
        Record(5, "Firms!7", (), f"D7 is {FORMULA}", "['C6', 'Fox', '6', '=C2*4']"),
    ]


def test_a_formula_with_a_stored_value_is_its_value_and_may_be_empty(tmp_path: Path) -> None:
    text = '<c r="{}" t="str"><f>IF(1,"","")</f><v>{}</v></c>'
    rows = "".join(
        f'<row r="{at}">{text.format(f"A{at}", first)}{text.format(f"B{at}", second)}</row>'
        for at, (first, second) in enumerate(
            [("id", "name"), ("C1", "Acme"), ("", ""), ("C2", "")], 1
        )
    )
    number = '<row r="5"><c r="A5"><f>1+1</f><v>2</v></c></row>'
    _, records = read(sheet(tmp_path, rows + number))
    assert records == [
        Record(1, "Firms!2", ["C1", "Acme"]),
        Record(2, "Firms!4", ["C2", ""]),
        Record(3, "Firms!5", ["2", ""]),
    ]


def test_a_header_of_formulas_without_stored_values_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path, [[None], ["=X1", "=X2"], ["C1", "Acme"], ["C2", "Bolt"]])
    assert said(path) == (
        "companies.xlsx:Firms!2: its header cannot be read: A2 is a formula without a stored value"
        " (open the file in a spreadsheet program and save it)"
    )


@pytest.mark.parametrize("size", ["A1", "A1:B2", "A1:XFD1048576"])
def test_a_wrong_size_of_a_sheet_costs_no_row(tmp_path: Path, size: str) -> None:
    cell = '<c r="{}{}" t="str"><v>{}</v></c>'
    rows = "".join(
        f'<row r="{at}">{cell.format("A", at, first)}{cell.format("B", at, second)}</row>'
        for at, first, second in [(1, "id", "name"), (2, *ROWS[0]), (4, *ROWS[1])]
    )
    _, records = read(sheet(tmp_path, rows, f'<dimension ref="{size}"/>'))
    assert [(one.place, one.cells) for one in records] == [
        ("Firms!2", ROWS[0]),
        ("Firms!4", ROWS[1]),
    ]


def test_sheets_beyond_the_first_are_noted(tmp_path: Path) -> None:
    path = book(tmp_path, [["id", "name"], ["C1", "Acme"]], "People", "Notes")
    opened, records = read(path)
    assert opened.note == "sheets not read: People, Notes"
    assert len(records) == 1


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([[None]], "companies.xlsx: is empty (check that it is whole)"),
        (
            [[None], ["id", "Id"], [1, 2]],
            "companies.xlsx:Firms!2: has the column 'id' twice (rename one of them)",
        ),
    ],
)
def test_a_workbook_that_is_no_table_is_refused(
    tmp_path: Path, rows: list[list[Any]], text: str
) -> None:
    assert said(book(tmp_path, rows)) == text


def test_a_workbook_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path, [["id", "name"], *([f"C{n}", f"Acme {n}"] for n in range(500))])
    with zipfile.ZipFile(path) as whole:
        texts = sum(o.file_size for o in whole.infolist() if "/worksheets/" not in o.filename)
    monkeypatch.setattr(files, "UNPACKED", texts)
    assert len(read(path)[1]) == 500
    monkeypatch.setattr(files, "UNPACKED", texts - 1)
    assert said(path) == (
        f"companies.xlsx: unpacks to {texts:,} bytes beside its sheets, more than {texts - 1:,}"
        " (save the sheet as csv)"
    )


def test_a_workbook_that_is_none_or_damaged_is_refused(tmp_path: Path) -> None:
    assert said(make(tmp_path, PLAIN, "companies.xlsx")) == (
        "companies.xlsx: is no xlsx file: File is not a zip file"
    )
    path = book(tmp_path, [["id", "name"], *([f"C{n}", "Acme"] for n in range(50))])
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    with zipfile.ZipFile(path, "w") as broken:
        for name, content in parts.items():
            cut = sheet[: len(sheet) // 2] if name.endswith("sheet1.xml") else content
            broken.writestr(name, cut)
    assert re.match(r"companies\.xlsx: cannot be read: (no element|unclosed)", said(path))


# ---------------------------------------------------------------- parquet


def test_typed_values_of_parquet_become_their_texts_and_nulls_nothing(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": ["C1", None],
            "hs": [b"0301", b"8112"],
            "count": pa.array([7, None], pa.int64()),
            "kg": [12.0, float("nan")],
            "day": pa.array([dt.date(2024, 2, 28), None]),
            "at": pa.array([dt.datetime(2024, 2, 28), dt.datetime(2024, 2, 28, 9, 30)]),
            "ok": [True, False],
        }
    )
    path = tmp_path / "companies.parquet"
    pq.write_table(table, path)
    opened, records = read(path)
    assert (opened.header, opened.dialect, opened.encoding) == (
        ("id", "hs", "count", "kg", "day", "at", "ok"),
        "parquet",
        "",
    )
    assert records == [
        Record(1, "row 1", ["C1", "0301", "7", "12", "2024-02-28", "2024-02-28", "true"]),
        Record(2, "row 2", ["", "8112", "", "", "", "2024-02-28 09:30:00", "false"]),
    ]


def test_rows_of_parquet_are_numbered_across_its_groups(tmp_path: Path) -> None:
    path = tmp_path / "companies.parquet"
    pq.write_table(pa.table({"id": [f"C{n}" for n in range(25_000)]}), path, row_group_size=9_999)
    _, records = read(path)
    assert [one.number for one in records] == list(range(1, 25_001))
    assert records[-1] == Record(25_000, "row 25000", ["C24999"])


def test_parquet_that_is_none_or_damaged_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path, PLAIN, "companies.parquet")
    assert said(path).startswith("companies.parquet: is no Parquet file: Parquet magic bytes")
    pq.write_table(pa.table({"id": [f"C{n}" for n in range(9_000)]}), path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[4:400] = b"\xff" * 396
    path.write_bytes(content)
    assert said(path).startswith("companies.parquet: cannot be read: ")
    twice = pa.Table.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["id", "id"])
    pq.write_table(twice, path)
    assert said(path) == "companies.parquet: has the column 'id' twice (rename one of them)"


# ---------------------------------------------------------------- json


def test_objects_are_records_and_what_they_hold_stays_as_written(tmp_path: Path) -> None:
    text = """[{"id": "C1", "hs": 8112.10, "lines": [{"kg": 1.50}]},
        {"name": "祥云", "id": null, "listed": true}, "no row"]"""
    opened, records = read(make(tmp_path, text, "companies.json"))
    assert (opened.header, opened.dialect) == (("id", "hs", "lines", "name", "listed"), "json")
    assert records == [
        Record(1, "object 1", ["C1", "8112.10", '[{"kg": "1.50"}]', "", ""]),
        Record(2, "object 2", ["", "", "", "祥云", "true"]),
        Record(3, "object 3", (), "is no object", '"no row"'),
    ]


def test_an_object_a_line_is_a_record_and_one_object_is_one(tmp_path: Path) -> None:
    lines = '{"id": "C1"}\n\n{"id": "C2"}\n'
    assert cells(read(make(tmp_path, lines, "companies.json"))[1]) == [["C1"], ["C2"]]
    assert cells(read(make(tmp_path, '{"id":\n"C1"}', "companies.json"))[1]) == [["C1"]]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_in_a_text_end_no_line_of_json(tmp_path: Path, mark: str, end: str) -> None:
    lines = f'{{"id": "C1", "name": "A{mark}S"}}{end}{end}{{"id": "C2"}}{end}'
    found = cells(read(make(tmp_path, lines, "companies.json"))[1])
    assert found == [["C1", f"A{mark}S"], ["C2", ""]]


def test_half_a_character_in_json_costs_its_own_record_only(tmp_path: Path) -> None:
    text = """[{"id": "C1", "name": "\\ud83d\\ude00"}, {"id": "C2", "name": "x\\ud800"},
        {"id": "C3", "\\udfff": 1}, {"id": "C4", "name": [["\\udc00"]]}, {"id": "C5"}]"""
    opened, records = read(make(tmp_path, text, "companies.json"))
    assert opened.header == ("id", "name")
    wrong = "holds half of a character, such as \\ud800"
    assert records == [
        Record(1, "object 1", ["C1", "\U0001f600"]),
        Record(2, "object 2", (), wrong, '{"id": "C2", "name": "x\\ud800"}'),
        Record(3, "object 3", (), wrong, '{"id": "C3", "\\udfff": 1}'),
        Record(4, "object 4", (), wrong, '{"id": "C4", "name": [["\\udc00"]]}'),
        Record(5, "object 5", ["C5", ""]),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,name", "is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ("", "holds no objects (check that it is whole)"),
        ("[1, 2]", "holds no objects (check that it is whole)"),
        ('[{"id": 1},\n{"id":', "is no JSON: Expecting value: line 2 column 7 (char 18)"),
        ('{"id": 1}\n{"id" 2}\n', "is no JSON: Expecting ':' delimiter: line 2 column 7 (char 16)"),
        ('[{"id": 1, "ID": 2}]', "has the column 'id' twice (rename one of them)"),
        (
            '[{"id": 1, "id": 2}]',
            "is no JSON: an object has a name twice, and one value of it would be lost",
        ),
        ("[" * 100_000, "is no JSON: "),
    ],
)
def test_json_that_is_no_table_is_refused(tmp_path: Path, text: str, why: str) -> None:
    assert said(make(tmp_path, text, "companies.json")).startswith(f"companies.json: {why}")


# ---------------------------------------------------------------- names and originals


@pytest.mark.parametrize(
    ("name", "table", "known"),
    [
        ("companies.csv", "companies", True),
        ("Companies.CSV", "companies", True),
        ("port_calls.csv.gz", "port_calls", True),
        ("ports.2024.tsv", "ports", True),
        ("people.XLSX", "people", True),
        ("vessels.parquet", "vessels", True),
        ("companies.txt", "companies", False),
        ("companies.gz", "companies", False),
    ],
)
def test_a_files_name_says_its_table_and_format(name: str, table: str, known: bool) -> None:
    assert (stem(Path(name)), readable(Path(name))) == (table, known)


def test_a_suffix_in_capitals_is_the_same_format(tmp_path: Path) -> None:
    assert cells(read(make(tmp_path, PLAIN, "COMPANIES.CSV"))[1]) == ROWS
    packed = make(tmp_path, gzip.compress(PLAIN.encode()), "COMPANIES.CSV.GZ")
    assert cells(read(packed)[1]) == ROWS
    table = [["id", "name"], *ROWS]
    assert cells(read(book(tmp_path, table, name="COMPANIES.XLSX"))[1]) == ROWS


def test_an_original_is_kept_byte_for_byte_under_its_hash(tmp_path: Path) -> None:
    content = random.Random(2).randbytes(3 << 20)
    path = make(tmp_path, content)
    kept = keep_original(path, fingerprint(path), tmp_path)
    assert kept.name == f"{fingerprint(path)}.gz"
    assert gzip.decompress(kept.read_bytes()) == content
    before = kept.read_bytes()
    assert keep_original(path, fingerprint(path), tmp_path) == kept
    assert kept.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([kept.name, path.name])


def test_a_file_that_is_no_longer_what_it_was_is_not_kept(tmp_path: Path) -> None:
    path, folder = make(tmp_path, PLAIN), tmp_path / "kept"
    folder.mkdir()
    before = fingerprint(path)
    make(tmp_path, PLAIN + "C3,Late\n")
    with pytest.raises(InputError) as error:
        keep_original(path, before, folder)
    assert str(error.value) == CHANGED
    assert list(folder.iterdir()) == []
    make(tmp_path, PLAIN)
    keep_original(path, before, folder)
    make(tmp_path, PLAIN + "C3,Late\n")
    with pytest.raises(InputError):  # one that is kept already is no reason not to look
        keep_original(path, before, folder)


def test_a_record_can_be_written_as_one_line_of_csv(tmp_path: Path) -> None:
    opened, _ = read(make(tmp_path, PLAIN))
    assert opened.raw(["C1", 'Acme, "AS"', ""]) == 'C1,"Acme, ""AS""",'


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize("text", ["", "<", "<a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&z;</a>"])
def test_a_damaged_workbook_is_one_error(tmp_path: Path, part: str, text: str) -> None:
    whole, broken = tmp_path / "whole.xlsx", tmp_path / "companies.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "name"])
    book.active.append(["C1", "Acme"])
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as made:
        for name in source.namelist():
            made.writestr(name, text if name == part else source.read(name))
    with pytest.raises(InputError), open_table(broken) as opened:
        list(opened.records())
