"""What a question answered: rows for the table, nodes and edges for the picture, what was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from netinv.inputs import folded_key

FOUND, NOTHING, UNCHECKED = "found", "found nothing", "could not be checked"
BRANCH = "Could not be checked: "
"""Begins the note of a part of a question that could not be checked where the rest was."""

EXPLAINED, DISMISSED, VARIANTS = (
    "--lawful lists them.",
    "--dismissed lists them.",
    "with it as variants.",
)
"""End what is said of findings that were put aside, and not lost."""

ENTITIES = ("Company", "Person", "Party", "Vessel", "Port", "Shipment")
"""Labels of what a question can be asked of."""

LEAD = "A finding is a lead and no proof: read what speaks against it."

SHAPE = "netinv.result/1"
"""The version of the JSON shape of a result."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what is counted: `1 link`, `1,200 links`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@dataclass(frozen=True)
class Node:
    """A node of the picture. `id` is `Label:key`; `properties` are plain values."""

    id: str
    label: str
    key: str
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        """The rows that define it, as `<source>:<record>`."""
        return tuple(self.properties.get("sources") or ())


@dataclass(frozen=True)
class Edge:
    """A relationship of the picture between two nodes' ids. `id` is stable over rebuilds."""

    id: str
    type: str
    start: str
    end: str
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.properties.get("sources") or ())

    @property
    def derived(self) -> bool:
        return bool(self.properties.get("derived"))


@dataclass(frozen=True)
class Finding:
    """One row of a result.

    `values` are its table columns (plain values, lists, None); `parts` the columns that add up to
    `score`; `nodes` and `edges` the ids of what it drew; `sentence` says it in words; `against`
    what speaks against it; `explained` why it may be lawful (then it ranks behind all others);
    `variants` counts the weaker rows that were folded into it; `decided` is what a person decided
    of it, `dismissed` whether that puts it away.
    """

    id: str
    values: Mapping[str, Any]
    score: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    sentence: str = ""
    explained: str = ""
    against: tuple[str, ...] = ()
    variants: int = 0
    decided: str = ""
    dismissed: bool = False

    @property
    def put_aside(self) -> bool:
        """Whether something on record, or a person, says that it is none."""
        return self.dismissed or bool(self.explained)


@dataclass(frozen=True)
class Question:
    """What was asked, of what. Holds no time and no run, so that the same question is the same."""

    command: str
    title: str
    texts: Mapping[str, str]
    inputs: Mapping[str, Any]
    query_sha256: str
    score: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[Mapping[str, Any], ...] = ()
    links: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    neo4j: str = ""


@dataclass
class Result:
    """The answer to one question.

    `answer` is FOUND, NOTHING or UNCHECKED. `columns` are the table's columns in order. `checked`
    says how many subjects could be checked and how many not, for which empty column. `cut` says,
    one sentence each, what was left out (limit, hubs, time, folded rows); `notes` what else a
    reader must know (stale links, no coverage); `lines` where a source row stands in its file:
    `<source>:<record>` → its line, or sheet and row.
    """

    question: Question
    answer: str
    columns: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    checked: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)

    def heading(self) -> str:
        """The question's title, and whom it was asked of, by name, as far as they were found."""
        words = [one for one in self.question.inputs.values() if isinstance(one, str)]
        if not words:
            return self.question.title
        entities = [node for node in self.nodes.values() if node.label in ENTITIES]
        known = {folded_key(node.name): node for node in entities if node.name}
        known |= {folded_key(node.key): node for node in entities}
        found = [known[key] for word in words if (key := folded_key(word)) in known]
        whom = [
            f"{one.name[:60]} ({one.key})" if one.name not in ("", one.key) else one.key
            for one in found
        ]
        return self.question.title + (f": {', '.join(whom)}" if whom else "")

    def in_short(self) -> str:
        """How many findings there are, in words, or what else the answer is."""
        noun = self.question.texts.get("noun") or "finding"
        return counted(len(self.findings), noun) if self.findings else self.answer

    def lost(self) -> list[str]:
        """What was left out and may hold findings: of `cut`, what was not merely put aside."""
        aside = (EXPLAINED, DISMISSED, VARIANTS)
        return [line for line in self.cut if not line.endswith(aside)]

    def frame(self) -> Any:
        """The findings as a pandas DataFrame, one line a finding."""
        from netinv.tables import frame

        return frame(self)

    def save(self, path: Any) -> list[Any]:
        """Write to a file whose suffix chooses csv, xlsx, json, parquet or html.

        Returns the paths written (side files included). Raises InputError for another suffix.
        """
        from netinv.tables import save

        return save(self, path)

    def _repr_html_(self) -> str:
        from netinv.view import embedded

        return embedded(self)


def finding_id(command: str, elements: Iterable[str]) -> str:
    """The identity of a finding: the first 16 hex digits of the sha256 of the command's name and
    the sorted `label:key` list. The same tomorrow, on another machine, after a rebuild."""
    text = "\n".join([command, *sorted(set(elements))])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain(result: Result) -> dict[str, Any]:
    """The whole result as plain values, ready for JSON, in a versioned shape."""
    return {
        "shape": SHAPE,
        "answer": result.answer,
        "question": asdict(result.question),
        "columns": list(result.columns),
        "findings": [asdict(one) for one in result.findings],
        "nodes": [asdict(one) for one in result.nodes.values()],
        "edges": [asdict(one) for one in result.edges.values()],
        "checked": result.checked,
        "cut": result.cut,
        "notes": result.notes,
        "lines": result.lines,
    }


def from_plain(value: Mapping[str, Any]) -> Result:
    """The result that `plain` gave, read back from JSON."""

    def made(kind: Any, entry: Mapping[str, Any]) -> Any:
        known = {name: entry[name] for name in kind.__dataclass_fields__ if name in entry}
        tuples = ("nodes", "edges", "against", "datasets")
        return kind(**{k: tuple(v) if k in tuples else v for k, v in known.items()})

    return Result(
        question=made(Question, value["question"]),
        answer=value["answer"],
        columns=tuple(value["columns"]),
        findings=[made(Finding, one) for one in value["findings"]],
        nodes={one["id"]: made(Node, one) for one in value["nodes"]},
        edges={one["id"]: made(Edge, one) for one in value["edges"]},
        checked=list(value["checked"]),
        cut=list(value["cut"]),
        notes=list(value["notes"]),
        lines=dict(value["lines"]),
    )
