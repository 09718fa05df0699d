"""A query is a file: a YAML header behind `//` (or `--` in SQL) and one statement below it.

The same reader serves investigations (`cypher/`), tables (`import/tables/`), foreign sources
(`import/sources/`) and links (`import/links/`). Header values are read as text and converted by
`Input`, exactly like a shell word or a cell.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from netinv.errors import DefinitionError
from netinv.inputs import KINDS, Input, here, known, read_input
from netinv.model import KEYS
from netinv.shipped import home as home  # callers say cypherfile.home

TEXTS = (
    *("title", "about", "misses", "lawful", "red_flag", "explain", "group", "example"),
    "noun",  # what its rows are, where they are no findings: fact
    "chance",  # said against a finding as good as {by_chance} that chance alone makes
    "left_out",  # of a link: what the rows without an end are, {count} of them, that it left out
    "left_all",  # said where it left out all: a row without both ends is one that it looked at
)
OTHERS = {
    "inputs",  # name: {type, optional, default, help, min, max, choices, of}
    "key",  # the columns that name a finding, or a row
    "score",  # column: what this part of the score means
    "against",  # column: sentence shown when the column is not empty
    "needs",  # table: [columns without which a row cannot be checked; a|b for either]
    "either",  # branch: its needs; the question is asked when one has them, and the others are said
    "explained",  # the column that, when not empty, gives the lawful explanation
    "hubs",  # {node, by, above}: nodes of more relationships than that input are only listed
    "fold",  # the column of shipments: a row that shares one with a better row is folded into it
    "writes",  # the label or relationship type that a table's statement writes
    "doubts",  # SQL condition over a row: what it says when true
    "table",  # the table that a foreign source's SELECT feeds
    "reads",  # file of a foreign source: [its columns that the SELECT uses]; of a link: tables
    "absence",  # the tables from whose silence a question concludes
    "like",  # a table whose columns, all optional, this one takes as well
    "licence",  # of a foreign source
    "covers",  # what a foreign source is complete for
    "dated",  # the columns that say when a row of a table happened, which a register has none of
    "order",  # tables are written in this order
    "empty",  # all: an empty cell widens the row, so one that does not read rejects it
}
STANDING = {"key", "sources", "doubts", "conflicts", "row"}
"""What every import statement may use of a row beside its columns."""

STAGES = ("legs", "sums", "loads", "pairs", "handoff")
"""The programs of `import/links/` that make the hand-overs: each makes a table for the next."""

OPTIONS = (
    Input("limit", "integer", default="100", min="1", max="100000", help="Most findings listed"),
    Input(
        "time_limit",
        "integer",
        default="60",
        min="1",
        max="86400",
        help="Seconds until the server ends the question",
    ),
    Input(
        "lawful",
        "flag",
        default="false",
        help="List also the findings that something on record explains",
    ),
    Input(
        "dismissed",
        "flag",
        default="false",
        help="List also the findings that were dismissed (netinv dismiss)",
    ),
    Input(
        "exact",
        "flag",
        default="false",
        help="Cut nothing, neither rows nor time; say so where something was cut before",
    ),
)
"""The options of every investigation, beside the inputs of its file."""

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads texts, lists and mappings alone, ten times faster where PyYAML has libyaml."""

_STRINGS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.S)
_QUOTED_OR_VALUE = re.compile(rf"{_STRINGS.pattern}|\$(\w+)", re.S)


@dataclass(frozen=True)
class CypherFile:
    """A header and one statement.

    `name` is the file's stem, `group` the folder it lies in, `body_line` the line on which the
    statement begins. `fields` holds what the header says beside `title` and the other texts.
    """

    path: Path
    name: str
    group: str
    title: str
    statement: str
    body_line: int
    sha256: str
    inputs: tuple[Input, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    def columns(self, name: str) -> tuple[str, ...]:
        """A header entry that is one name or a list of names."""
        value = self.fields.get(name, ())
        return (
            tuple(part.strip() for part in value.split(","))
            if isinstance(value, str)
            else (tuple(value))
        )

    def mapping(self, name: str) -> dict[str, Any]:
        return dict(self.fields.get(name, {}))

    def input(self, name: str) -> Input | None:
        return next((one for one in self.inputs if one.name == name), None)

    def bare(self) -> str:
        """The statement without comments and quoted text: what a check may search."""
        return _STRINGS.sub(" ", self.statement)

    def asked(self) -> str:
        """The statement with its values in one map, `$given`: Neo4j plans anew for every other
        choice of types (a company or none, a day or none), and a map is always a map."""
        return _QUOTED_OR_VALUE.sub(
            lambda found: f"$given.{found[1]}" if found[1] else found[0], self.statement
        )

    def parameters(self) -> set[str]:
        """The names that the statement reads as `$name`."""
        return set(re.findall(r"\$(\w+)", self.bare()))


def read(path: Path) -> CypherFile:
    """Read one file and check its header against its statement. Raises DefinitionError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"cannot be read: {error}", where=str(path)) from None
    mark = "--" if path.suffix == ".sql" else "//"
    lines = text.splitlines()
    count = next((i for i, line in enumerate(lines) if not line.startswith(mark)), len(lines))
    header = "\n".join(line[len(mark) :].removeprefix(" ") for line in lines[:count])
    fields, places = _header(header, path)
    statement = "\n".join(lines[count:]).strip()
    inputs = tuple(
        read_input(name, _entry(name, entry, here(path, places[name])), here(path, places[name]))
        for name, entry in _mapping(fields, "inputs", path).items()
    )
    made = CypherFile(
        path=path,
        name=path.stem,
        group=path.parent.name,
        title=fields.get("title", ""),
        statement=statement,
        body_line=count + 1,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        inputs=inputs,
        texts={k: v.strip() for k, v in fields.items() if k in TEXTS and isinstance(v, str)},
        fields={k: v for k, v in fields.items() if k in OTHERS and k != "inputs"},
    )
    _check(made)
    return made


def _header(header: str, path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The header as texts, lists and mappings, and the line of each key and input."""
    try:
        node = yaml.compose(header, Loader=_LOADER)
        fields = yaml.load(header, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise DefinitionError(
            f"the header is not YAML: {getattr(error, 'problem', error)}",
            where=here(path, line),
            next="quote a text that holds ': ', or begin it with |",
        ) from None
    if not isinstance(fields, dict) or not isinstance(node, yaml.MappingNode):
        raise DefinitionError(
            "has no header", where=here(path, 1), next="begin with // title: what it finds"
        )
    places: dict[str, int] = {}
    _once(node, path)
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value not in TEXTS and key.value not in OTHERS:
            raise DefinitionError(
                f"unknown key {key.value!r}",
                where=here(path, line),
                next=known({*TEXTS, *OTHERS}),
            )
        if key.value in TEXTS and not isinstance(value, yaml.ScalarNode):
            raise DefinitionError(
                f"{key.value} is no text",
                where=here(path, line),
                next=f"write {key.value}: and quote what follows",
            )
        if key.value == "inputs" and isinstance(value, yaml.MappingNode):
            _once(value, path)
            places |= {name.value: name.start_mark.line + 1 for name, _ in value.value}
    return fields, places


def _once(node: yaml.MappingNode, path: Path) -> None:
    """Refuse a key that stands twice: YAML would keep the last without a word."""
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise DefinitionError(
                f"has {key.value!r} twice",
                where=here(path, key.start_mark.line + 1),
                next="keep one of them",
            )
        seen.add(key.value)


def _mapping(fields: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    value = fields.get(name) or {}
    if not isinstance(value, dict):
        raise DefinitionError(
            f"{name} is not a mapping", where=here(path, 1), next=f"write {name}: then name: text"
        )
    return value


def _entry(name: str, entry: Any, where: str) -> dict[str, Any]:
    """What the header says of an input; a word where a mapping must stand is not passed over."""
    if entry and not isinstance(entry, dict):
        raise DefinitionError(
            f"input {name} is not a mapping", where=where, next=f"write {name}: {{type: integer}}"
        )
    return entry or {}


def _check(file: CypherFile) -> None:
    """Inputs declared are the inputs used; a title stands; the statement is one."""
    if not file.title:
        raise DefinitionError("has no title", where=here(file.path, 1), next="add // title: …")
    if file.path.suffix == ".sql":
        return
    if ";" in file.bare().rstrip().rstrip(";"):
        raise DefinitionError(
            "holds more than one statement", where=here(file.path, file.body_line), next="keep one"
        )
    declared = {one.name for one in file.inputs}
    if "writes" in file.fields:
        implied = {
            f"{one.name}_{suffix}" for one in file.inputs for suffix in KINDS[one.type].also
        } | {f"{one.name}_vessel" for one in file.inputs if one.type == "subject"}
        used = row_columns(file)
        missing = used - declared - implied - STANDING
        unused = set() if "*" in used or not file.statement else declared - used
        missing -= {"*"}
    else:
        used = file.parameters()
        missing, unused = used - declared, declared - used
    if missing:
        raise DefinitionError(
            f"uses {sorted(missing)[0]!r}, which its inputs do not declare",
            where=here(file.path, file.body_line),
            next="add it under // inputs:",
        )
    if unused:
        raise DefinitionError(
            f"declares the input {sorted(unused)[0]!r} and does not use it",
            where=here(file.path, 1),
            next="use it or remove it",
        )


def row_columns(file: CypherFile) -> set[str]:
    """The columns of a row that an import's statement uses: `row.name` and `row {.name}`."""
    bare = file.bare()
    used = set(re.findall(r"\brow\.(\w+)", bare))
    for inner in re.findall(r"\brow\s*\{([^}]*)\}", bare):
        used |= set(re.findall(r"\.(\w+|\*)", inner))
    return used


def about(word: str, extra: tuple[Path, ...] = ()) -> list[CypherFile]:
    """The investigations whose name, title, red flag or other texts hold every word of a text, in
    any case; those that have it in name or title first."""
    words = word.casefold().split()

    def held(*texts: str) -> bool:
        whole = " ".join(texts).casefold()
        return all(one in whole for one in words)

    found = [
        one
        for one in investigations(extra).values()
        if held(one.name, one.title, *one.texts.values(), *map(str, one.fields.values()))
    ]
    return sorted(found, key=lambda one: (not held(one.name, one.title), one.name))


def files(folder: Path, suffix: str = ".cypher") -> Iterator[Path]:
    """The files below a folder, in the order of their names."""
    yield from sorted(folder.rglob(f"*{suffix}"), key=lambda path: path.name)


@cache
def _read_kept(path: Path, stamp: int) -> CypherFile:
    return read(path)


def shipped(path: Path) -> CypherFile:
    """A file of netinv's own, read again only when it changed."""
    return _read_kept(path, path.stat().st_mtime_ns)


def investigations(extra: tuple[Path, ...] = ()) -> dict[str, CypherFile]:
    """Command name → file: the shipped ones, then those of the user's folders, by name.

    Raises DefinitionError when two files would make one command.
    """
    found: dict[str, CypherFile] = {}
    for folder in (home("cypher"), *extra):
        if not folder.is_dir():
            raise DefinitionError(
                "is no folder", where=str(folder), next="name a folder of .cypher"
            )
        for path in files(folder):
            file = shipped(path)
            if file.name in found:
                raise DefinitionError(
                    f"makes the command {file.name} a second time",
                    where=str(path),
                    next=f"rename it: {found[file.name].path} has the name",
                )
            found[file.name] = file
    return found


@cache
def headings() -> dict[str, str]:
    """HS chapter or heading → its name."""
    path = home("import") / "reference" / "hs-headings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["hs"]: row["name"] for row in csv.DictReader(file)}


def stages() -> tuple[CypherFile, ...]:
    """The programs that make the hand-overs, in their order."""
    return tuple(shipped(home("import") / "links" / f"{stage}.sql") for stage in STAGES)


def tables() -> dict[str, CypherFile]:
    """Table name → its specification, in the order in which tables are written."""
    read_ = map(shipped, files(home("import") / "tables"))
    specs = {file.name: file for file in sorted(read_, key=lambda f: int(f.fields["order"]))}
    for name, file in specs.items():
        if like := file.fields.get("like"):
            own = {one.name for one in file.inputs}
            others = [replace(one, optional=True) for one in specs[like].inputs]
            more = tuple(one for one in others if one.name not in own)
            specs[name] = replace(file, inputs=file.inputs + more)
    return specs


def sources() -> dict[str, list[CypherFile]]:
    """Foreign source → its SELECTs, one for each table it feeds."""
    folder = home("import") / "sources"
    return {
        one.name: [*map(shipped, files(one, ".sql"))]
        for one in sorted(folder.iterdir() if folder.is_dir() else ())
        if one.is_dir()
    }


def vocabulary() -> frozenset[str]:
    """Every label, relationship type and property that the tables and links write."""
    folder = home("import")
    written = [*tables().values(), *map(shipped, files(folder / "links"))]
    names: set[str] = {*KEYS, "name", "stub", "derived", "sources", "doubts", "conflicts", "key"}
    for file in written:
        names |= {one.name for one in file.inputs}
        names |= {f"{one.name}_{suffix}" for one in file.inputs for suffix in one.kind.also}
        for types in re.findall(r"\[\w*:([A-Z_|\s]+)", file.bare()):
            names |= {name.strip() for name in types.split("|")}
    return frozenset(names)
