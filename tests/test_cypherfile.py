"""A header and one statement: what is read, and what is refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from netinv import cypherfile, link, shipped
from netinv.cypherfile import CypherFile
from netinv.errors import DefinitionError
from netinv.inputs import KINDS
from tests.conftest import ROOT

KEYS = ", ".join(sorted({*cypherfile.TEXTS, *cypherfile.OTHERS}))


def read(folder: Path, text: str | bytes, name: str = "find-x.cypher") -> CypherFile:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return cypherfile.read(path)


GOOD = """\
// title: Companies of a country
// about: |
//   Two lines
//   of text.
// key: c, d
// score:
//   age: how old
// inputs:
//   country: {type: country, default: NO, help: Seat}
//   days: {type: integer, default: 30}

MATCH (c:Company {country: $country})
WHERE c.age > $days
RETURN c, c AS d
"""


def test_a_header_says_what_the_file_is(tmp_path: Path) -> None:
    file = read(tmp_path, GOOD)
    assert (file.name, file.group, file.title) == (
        "find-x",
        tmp_path.name,
        "Companies of a country",
    )
    assert file.text("about") == "Two lines\nof text."
    assert file.text("misses") == ""
    assert file.columns("key") == ("c", "d")
    assert file.mapping("score") == {"age": "how old"}
    assert [(one.name, one.type, one.default) for one in file.inputs] == [
        ("country", "country", "NO"),
        ("days", "integer", "30"),
    ]
    assert file.input("days") is file.inputs[1]
    assert file.input("weeks") is None


def test_the_statement_begins_below_the_header_and_is_kept_as_it_is(tmp_path: Path) -> None:
    file = read(tmp_path, GOOD)
    assert file.body_line == 11
    assert file.statement == GOOD.split("\n\n")[1].strip()


def test_its_values_go_to_neo4j_as_one_map(tmp_path: Path) -> None:
    text = (
        "// title: T\n// inputs:\n//   days: {default: 1}\nRETURN $days AS a, '$days' AS b // $days"
    )
    assert read(tmp_path, text).asked() == "RETURN $given.days AS a, '$days' AS b // $days"


@pytest.mark.parametrize("word", ["NO", "no", "1E5", "0301", "2024-01-05", "null", "~", "1_000"])
def test_what_yaml_would_convert_stays_text(tmp_path: Path, word: str) -> None:
    text = f"// title: {word}\n// inputs:\n//   x: {{default: {word}}}\nRETURN $x"
    file = read(tmp_path, text)
    assert file.title == word
    assert file.inputs[0].value() == word


@pytest.mark.parametrize(
    "text",
    [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()],
    ids=["BOM", "CRLF"],
)
def test_the_file_of_another_editor_is_the_same_file(tmp_path: Path, text: bytes) -> None:
    plain, other = read(tmp_path, GOOD), read(tmp_path, text)
    assert (other.statement, other.sha256, other.inputs, other.body_line) == (
        plain.statement,
        plain.sha256,
        plain.inputs,
        plain.body_line,
    )


@pytest.mark.parametrize(
    "body",
    [
        "RETURN ';' AS a, \"$y;\" AS b",
        "RETURN 'it\\'s; $y' AS a",
        "RETURN x.`a;$y` AS a",
        "RETURN 1 AS a // ; $y",
        "RETURN /* ; $y\n; $z */ 1 AS a",
        "RETURN 'http://x' AS a;",
        "RETURN 1 AS a;  // done; really\n",
    ],
)
def test_marks_in_strings_and_comments_mean_nothing(tmp_path: Path, body: str) -> None:
    assert read(tmp_path, f"// title: T\n{body}").statement == body.strip()


def test_a_comment_below_the_header_is_no_header(tmp_path: Path) -> None:
    file = read(tmp_path, "// title: T\n\n// about: not read\nRETURN 1 AS a")
    assert file.text("about") == ""
    assert file.body_line == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RETURN 1", "find-x.cypher:1: has no header (begin with // title: what it finds)"),
        ("", "find-x.cypher:1: has no header (begin with // title: what it finds)"),
        (
            "// only words\nRETURN 1",
            "find-x.cypher:1: has no header (begin with // title: what it finds)",
        ),
        ("// about: x\nRETURN 1", "find-x.cypher:1: has no title (add // title: …)"),
        (
            "// title: T\n// abuot: x\nRETURN 1",
            f"find-x.cypher:2: unknown key 'abuot' (known: {KEYS})",
        ),
        (
            "// title: T\n// about: x\n// title: U\nRETURN 1",
            "find-x.cypher:3: has 'title' twice (keep one of them)",
        ),
        (
            "// title: T\n// inputs:\n//   a: {}\n//   a: {type: date}\nRETURN $a",
            "find-x.cypher:4: has 'a' twice (keep one of them)",
        ),
        (
            "// title: T\n// about: [x, y]\nRETURN 1",
            "find-x.cypher:2: about is no text (write about: and quote what follows)",
        ),
        (
            "// title: T\n// about: a: b\nRETURN 1",
            "find-x.cypher:2: the header is not YAML: mapping values are not allowed in this"
            " context (quote a text that holds ': ', or begin it with |)",
        ),
        (
            "// title: T\n// inputs: [a]\nRETURN 1",
            "find-x.cypher:1: inputs is not a mapping (write inputs: then name: text)",
        ),
        (
            "// title: T\n// inputs:\n//   a: {}\n//   days: integer\nRETURN $days",
            "find-x.cypher:4: input days is not a mapping (write days: {type: integer})",
        ),
        (
            "// title: T\n// inputs:\n//   a: {}\n//   b: {typ: date}\nRETURN $a, $b",
            "find-x.cypher:4: input b: unknown key 'typ' (known: argument, choices, default, help,"
            " max, min, of, optional, ours, type)",
        ),
        (
            "// title: T\n// inputs:\n//   a: {type: dat}\nRETURN $a",
            f"find-x.cypher:3: input a: no type 'dat' (known: {', '.join(sorted(KINDS))})",
        ),
        (
            "// title: T\n// inputs:\n//   a: {type: date, default: soon}\nRETURN $a",
            "find-x.cypher:3: default of a: 'soon' is not a date (use 2024-02-28)",
        ),
        (
            "// title: T\n// inputs:\n//   a: {}\nRETURN $a, $b",
            "find-x.cypher:4: uses 'b', which its inputs do not declare (add it under // inputs:)",
        ),
        (
            "// title: T\n// inputs:\n//   a: {}\nRETURN '$a'",
            "find-x.cypher:1: declares the input 'a' and does not use it (use it or remove it)",
        ),
        (
            "// title: T\nRETURN 1; RETURN 2",
            "find-x.cypher:2: holds more than one statement (keep one)",
        ),
        (
            "// title: T\n// writes: X\n// inputs:\n//   id: {}\nRETURN row.id, row {.name}",
            "find-x.cypher:5: uses 'name', which its inputs do not declare"
            " (add it under // inputs:)",
        ),
        (
            "// title: T\n// writes: X\n// inputs:\n//   id: {}\n//   name: {}\nRETURN row.id",
            "find-x.cypher:1: declares the input 'name' and does not use it (use it or remove it)",
        ),
    ],
)
def test_what_is_not_well_formed_is_refused_with_file_and_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, text)
    assert str(error.value) == said


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"find-x.cypher: cannot be read: 'utf-8' codec"):
        read(tmp_path, b"// title: \xff\nRETURN 1")
    with pytest.raises(DefinitionError, match=r"none.cypher: cannot be read: .*No such file"):
        cypherfile.read(tmp_path / "none.cypher")


def test_an_import_may_use_what_its_types_add_and_what_every_row_has(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        "// title: T\n// writes: X\n"
        "// inputs:\n//   born: {type: date}\n//   who: {type: subject}\n"
        "RETURN row.born, row {.born_last, .who, .who_vessel}, row.sources, row.doubts, row.key",
    )
    assert cypherfile.row_columns(file) >= {"born", "born_last", "who", "who_vessel", "sources"}


def test_a_header_in_sql_stands_behind_dashes(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        "-- title: Foreign companies\n-- table: companies\n-- reads:\n--   list: [Name, NO]\n"
        "SELECT ';' AS id; -- done\n",
        "companies.sql",
    )
    assert file.title == "Foreign companies"
    assert file.fields["table"] == "companies"
    assert file.mapping("reads") == {"list": ["Name", "NO"]}
    assert file.statement == "SELECT ';' AS id; -- done"
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, "-- title: T\n-- tabel: companies\nSELECT 1", "companies.sql")
    assert str(error.value) == f"companies.sql:2: unknown key 'tabel' (known: {KEYS})"


# ---------------------------------------------------------------- folders


def test_a_folder_of_ones_own_adds_investigations(tmp_path: Path) -> None:
    below = tmp_path / "deep" / "mine"
    below.mkdir(parents=True)
    read(below, "// title: Mine\nRETURN 1 AS a", "find-mine.cypher")
    found = cypherfile.investigations((tmp_path,))
    assert (found["find-mine"].title, found["find-mine"].group) == ("Mine", "mine")
    assert set(found) == {*cypherfile.investigations(), "find-mine"}


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    read(tmp_path, "// title: Before\nRETURN 1 AS a")
    assert cypherfile.investigations((tmp_path,))["find-x"].title == "Before"
    read(tmp_path, "// title: After, and longer\nRETURN 1 AS a")
    assert cypherfile.investigations((tmp_path,))["find-x"].title == "After, and longer"


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    read(tmp_path, "// title: Mine\nRETURN 1 AS a", "find-rings.cypher")
    with pytest.raises(DefinitionError) as error:
        cypherfile.investigations((tmp_path,))
    shipped_one = ROOT / "cypher" / "routes" / "find-rings.cypher"
    assert str(error.value) == (
        f"{tmp_path / 'find-rings.cypher'}: makes the command find-rings a second time"
        f" (rename it: {shipped_one} has the name)"
    )


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        cypherfile.investigations((tmp_path / "none",))
    assert str(error.value) == f"{tmp_path / 'none'}: is no folder (name a folder of .cypher)"


def test_the_checkouts_files_are_used_where_there_is_one_else_the_wheels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cypherfile.home("cypher") == ROOT / "cypher"
    for place, beside in (("toolkit", True), ("site-packages", False)):
        package = tmp_path / place / "netinv"
        package.mkdir(parents=True)
        (tmp_path / "cypher").mkdir(exist_ok=True)
        monkeypatch.setattr(shipped, "__file__", str(package / "shipped.py"))
        wanted = tmp_path / "cypher" if beside else package / "cypher"
        assert cypherfile.home("cypher") == wanted
        assert cypherfile.home("import") == package / "import"


# ---------------------------------------------------------------- what netinv ships


def test_a_table_like_another_takes_its_columns_and_needs_none_of_them() -> None:
    tables = cypherfile.tables()
    documents, shipments = tables["documents"], tables["shipments"]
    assert {one.name for one in shipments.inputs} <= {one.name for one in documents.inputs}
    required = [one.name for one in documents.inputs if one.required]
    assert required == ["id", "shipment", "kind"]


def test_tables_come_in_the_order_in_which_they_are_written() -> None:
    orders = [int(file.fields["order"]) for file in cypherfile.tables().values()]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("stage", cypherfile.STAGES)
def test_a_stage_of_the_links_uses_the_inputs_that_it_declares(stage: str) -> None:
    rule = link.program(stage)
    given = {"loads": {"parts"}, "pairs": {"part", "window"}, "handoff": {"part"}}
    assert {one.name for one in rule.inputs} | given.get(stage, set()) == rule.parameters()


def test_the_vocabulary_holds_what_the_tables_and_links_write() -> None:
    words = cypherfile.vocabulary()
    assert {"Company", "SHIPPED", "NOTIFIES", "HANDOFF", "born_last", "expected"} <= words
    assert not {"Shipmnt", "row", "MERGE"} & words
