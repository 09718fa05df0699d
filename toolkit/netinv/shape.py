"""What an import statement makes of each row, read from its Cypher: nodes and relationships.

The importer of a new store takes files of nodes and relationships and runs no Cypher. So that the
statements of `import/` stay the one definition, they are read here, clause by clause; a clause of
another form is an error, and such a statement is written over Bolt alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from netinv.errors import DefinitionError
from netinv.model import KEYS

Choice = tuple[str, str]
"""A label, and the column that holds the key of the node under it."""


@dataclass
class MadeNode:
    """A node that each row makes, or finds made. `properties`, beside its key, maps a name to an
    SQL expression over the row; it is empty for a node of which the row says nothing, and `*`
    stands for every column."""

    label: str
    key: str
    column: str
    labels: list[str]
    properties: dict[str, str] = field(default_factory=dict)


@dataclass
class MadeEdge:
    """A relationship that each row makes between nodes of which it has the keys. Of several choices
    for an end a row fills one."""

    type: str
    start: tuple[Choice, ...]
    end: tuple[Choice, ...]
    properties: dict[str, str] = field(default_factory=dict)


@dataclass
class Shape:
    """What a statement makes of each row."""

    nodes: list[MadeNode] = field(default_factory=list)
    edges: list[MadeEdge] = field(default_factory=list)


def read(statement: str) -> Shape:
    """The shape of an import statement. Raises DefinitionError for a clause that is not known."""
    reader = _Reader()
    rest = " ".join(re.sub(r"//[^\n]*", " ", statement).split())
    while rest:
        for pattern, take in reader.clauses:
            if found := re.match(pattern + r"(?= |$)", rest):
                try:
                    take(found)
                except KeyError:  # a variable that none of the clauses before has bound
                    raise _unclear(found[0]) from None
                rest = rest[found.end() :].lstrip()
                break
        else:
            raise _unclear(rest)
    return reader.shape


def _unclear(clause: str) -> DefinitionError:
    return DefinitionError(f"cannot be written in bulk: {clause[:60]!r} is not understood")


NODE = r"\((\w+):(\w+) \{(\w+): row\.(\w+)\}\)"
VALUE = r"(?:row\.\w+|true|false|-?\d+|'[^'\\]*')"
ITEM = rf"(?:\w+ = row(?: \{{[^}}]*\}})?|\w+\.\w+ = {VALUE}|\w+:\w+)"


class _Reader:
    """Takes one clause after the other; `bound` holds what each variable stands for."""

    def __init__(self) -> None:
        self.shape = Shape()
        self.bound: dict[str, tuple[Choice, ...]] = {}
        self.made: dict[str, MadeNode | MadeEdge] = {}
        # What stood before is removed by some clauses: a new store has none of it.
        self.clauses: tuple[tuple[str, Callable[[re.Match[str]], None]], ...] = (
            (r"UNWIND \$rows AS row", _nothing),
            (r"WITH \w+, row", _nothing),
            (r"CALL \(\w+\) \{ MATCH \(\w+\)-\[old:[\w| ]+\]->?\(\) DELETE old \}", _nothing),
            (r"REMOVE (\w+):(\w+)", self._remove),
            (rf"MERGE {NODE}", self._merge),
            (rf"MATCH {NODE}", self._match),
            (
                rf"CALL \(row\) \{{ MATCH {NODE} RETURN \1 AS (\w+)"
                rf" UNION MATCH {NODE} RETURN \6 AS \5 \}}",
                self._either,
            ),
            (r"MERGE \((\w+)\)-\[(\w+):(\w+) \{key: row\.key\}\]->\((\w+)\)", self._relate),
            (rf"SET ({ITEM}(?:, {ITEM})*)", self._set),
            (
                r"FOREACH \((\w+) IN \[x IN \[(row\.\w+(?:, row\.\w+)*)\] WHERE x IS NOT NULL\] \|"
                r" MERGE \((\w+):(\w+) \{(\w+): \1\}\)"
                r" CREATE \((\w+)\)(<?)-\[:(\w+) \{([^}]*)\}\]-(>?)\((\w+)\)\)",
                self._each,
            ),
        )

    def _merge(self, found: re.Match[str]) -> None:
        variable, label, key, column = found.groups()
        self.made[variable] = self._node(label, key, column)
        self.bound[variable] = (_choice(label, key, column),)

    def _node(self, label: str, key: str, column: str) -> MadeNode:
        node = MadeNode(label, key, column, [label])
        self.shape.nodes.append(node)
        return node

    def _match(self, found: re.Match[str]) -> None:
        variable, *named = found.groups()
        self.bound[variable] = (_choice(*named),)

    def _either(self, found: re.Match[str]) -> None:
        _, label, key, column, variable, *_ = found.groups()
        self.bound[variable] = (_choice(label, key, column), _choice(*found.groups()[6:]))

    def _relate(self, found: re.Match[str]) -> None:
        start, variable, type_, end = found.groups()
        self.made[variable] = self._edge(type_, start, end, {"key": '"key"'})

    def _edge(self, type_: str, start: str, end: str, properties: dict[str, str]) -> MadeEdge:
        edge = MadeEdge(type_, self.bound[start], self.bound[end], properties)
        self.shape.edges.append(edge)
        return edge

    def _set(self, found: re.Match[str]) -> None:
        for item in re.findall(ITEM, found[1]):
            made = self.made[re.split(r"\W", item)[0]]
            if whole := re.fullmatch(r"\w+ = row(?: \{([^}]*)\})?", item):
                made.properties = _map(whole[1] if whole[1] is not None else ".*")
                if isinstance(made, MadeNode):  # what replaces all properties must keep the key
                    own = '"*"' if "*" in made.properties else made.properties.pop(made.key, "")
                    if own != f'"{made.column}"' and (own, made.column) != ('"*"', made.key):
                        raise _unclear(item)
            elif one := re.fullmatch(rf"\w+\.(\w+) = ({VALUE})", item):
                made.properties[one[1]] = _value(one[2])
            elif isinstance(made, MadeNode):
                made.labels.append(item.split(":")[1])
            else:
                raise _unclear(item)

    def _remove(self, found: re.Match[str]) -> None:
        made = self.made[found[1]]
        if isinstance(made, MadeNode):
            made.labels = [label for label in made.labels if label != found[2]]

    def _each(self, found: re.Match[str]) -> None:
        _, columns, variable, label, key, left, back, type_, about, _, right = found.groups()
        start, end = (right, left) if back else (left, right)
        for column in re.findall(r"row\.(\w+)", columns):
            self._node(label, key, column)
            self.bound[variable] = (_choice(label, key, column),)
            self._edge(type_, start, end, _map(about))


def _choice(label: str, key: str, column: str) -> Choice:
    if KEYS.get(label) != key:
        raise _unclear(f"{label} {{{key}: …}}")
    return label, column


def _nothing(found: re.Match[str]) -> None:
    """A clause that makes nothing of a row in a new store."""


def _map(text: str) -> dict[str, str]:
    """The entries of `row {.a, b: row.c, d: true}` as SQL expressions."""
    entries: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        if part == ".*":
            entries["*"] = "*"
        elif one := re.fullmatch(r"\.(\w+)", part):
            entries[one[1]] = f'"{one[1]}"'
        elif one := re.fullmatch(rf"(\w+): ({VALUE})", part):
            entries[one[1]] = _value(one[2])
        else:
            raise _unclear(part)
    return entries


def _value(text: str) -> str:
    return f'"{text[4:]}"' if text.startswith("row.") else text
