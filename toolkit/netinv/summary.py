"""Many answers summed up: who stands in several, and what could not be checked for want of what."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netinv.inputs import shown
from netinv.result import BRANCH, DISMISSED, EXPLAINED, UNCHECKED, VARIANTS, Result

PARTIES = ("Company", "Person", "Party", "Vessel")
"""The labels of those who stand in findings as actors."""

LISTED = 200
"""Parties listed on the page; the workbook has all."""


@dataclass(frozen=True)
class Asked:
    """One question and its answer: its findings listed, and those put aside as `3 explained`."""

    command: str
    title: str
    answer: str
    findings: int
    aside: str = ""


@dataclass(frozen=True)
class Touched:
    """A party and the questions that have it in a finding, with its findings."""

    id: str
    name: str
    label: str
    questions: list[str]
    findings: list[str]
    score: float


@dataclass(frozen=True)
class Missing:
    """A question that could not be checked, wholly or in a branch, and why."""

    command: str
    why: str


@dataclass(frozen=True)
class Known:
    """What a reader must know of answers (stale links, a table that nobody says is complete, what
    was cut), and the questions of which it is said."""

    note: str
    questions: list[str]


@dataclass(frozen=True)
class Summary:
    """What many answers come to. `about` says what was asked of what, as name → text."""

    asked: list[Asked]
    touched: list[Touched]
    missing: list[Missing]
    failed: Mapping[str, str]
    known: list[Known] = field(default_factory=list)
    about: Mapping[str, str] = field(default_factory=dict)
    answers: Sequence[Result] = field(default=(), repr=False)


def of(
    answers: Sequence[Result],
    failed: Mapping[str, str] | None = None,
    about: Mapping[str, str] | None = None,
) -> Summary:
    """Sum answers up. A party counts once for each question that has it in a finding; findings that
    something explains, or that were dismissed, do not count."""
    questions: dict[str, dict[str, float]] = {}
    findings: dict[str, list[str]] = {}
    nodes = {}
    known: dict[str, list[str]] = {}
    for result in answers:
        for note in (*result.lost(), *result.notes):
            if note not in _lacking(result):
                known.setdefault(note, []).append(result.question.command)
        for one in result.findings:
            if one.put_aside:
                continue
            for id_ in one.nodes:
                node = result.nodes[id_]
                if node.label in PARTIES:
                    nodes[id_] = node
                    best = questions.setdefault(id_, {})
                    command = result.question.command
                    best[command] = max(best.get(command, 0.0), one.score or 0.0)
                    findings.setdefault(id_, []).append(one.id)
    touched = [
        Touched(
            id_,
            nodes[id_].name,
            nodes[id_].label,
            sorted(best),
            findings[id_],
            round(sum(best.values()), 4),
        )
        for id_, best in questions.items()
    ]
    return Summary(
        asked=[
            Asked(
                one.question.command,
                one.question.title,
                one.answer,
                len(one.findings),
                _aside(one),
            )
            for one in answers
        ],
        touched=sorted(touched, key=lambda one: (-len(one.questions), -one.score, one.id)),
        missing=[
            Missing(one.question.command, " ".join(lacking))
            for one in answers
            if (lacking := _lacking(one))
        ],
        failed=dict(failed or {}),
        known=[Known(note, names) for note, names in known.items()],
        about=dict(about or {}),
        answers=tuple(answers),
    )


def _aside(one: Result) -> str:
    """How many findings an answer does not list, and why."""
    kinds = {EXPLAINED: "explained", DISMISSED: "dismissed", VARIANTS: "weaker variants"}
    return ", ".join(
        f"{line.split()[0]} {kind}"
        for line in one.cut
        for end, kind in kinds.items()
        if line.endswith(end)
    )


def _lacking(one: Result) -> list[str]:
    """Why a question could not be checked, or some of its branches."""
    return [note for note in one.notes if one.answer == UNCHECKED or note.startswith(BRANCH)]


def save(summary: Summary, folder: Path) -> list[Path]:
    """Write summary.html, summary.xlsx, and a page of each question that found something, or has
    one there of an earlier time.

    Raises InputError for a folder that cannot be written.
    """
    from netinv import tables

    with tables.translated(folder):
        folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "summary.html", folder / "summary.xlsx"]
    tables.save_book(
        written[1],
        {
            "questions": (
                ["question", "title", "answer", "findings", "put aside"],
                [[o.command, o.title, o.answer, o.findings, o.aside] for o in summary.asked]
                + [[name, "", f"failed: {why}", 0, ""] for name, why in summary.failed.items()],
            ),
            "parties": (
                ["party", "name", "label", "questions", "count", "score", "findings"],
                [
                    [o.id, o.name, o.label, o.questions, len(o.questions), o.score, o.findings]
                    for o in summary.touched
                ],
            ),
            "not checked": (
                ["question", "why"],
                [[one.command, one.why] for one in summary.missing],
            ),
            "to know": (
                ["note", "questions"],
                [[one.note, one.questions] for one in summary.known],
            ),
            "asked": (["what", "is"], [list(pair) for pair in summary.about.items()]),
        },
        summary.answers,
    )
    for result in summary.answers:
        one = folder / f"{result.question.command}.html"
        if result.findings or one.exists():  # a page of an earlier summary is no longer so
            written += tables.save(result, one)
    with tables.translated(folder):
        written[0].write_text(page(summary), encoding="utf-8")
    return written


def page(summary: Summary) -> str:
    """The summary as one page without scripts; texts of files are escaped."""
    found = {one.command for one in summary.asked if one.findings}

    def cells(values: Sequence[object], tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{value}</{tag}>" for value in values) + "</tr>"

    def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
        lines = "\n".join(cells(row) for row in rows)
        if not rows:
            return "<p>None.</p>"
        return f"<table><thead>{cells(head, 'th')}</thead><tbody>{lines}</tbody></table>"

    def said(text: object) -> str:
        return html.escape(shown(str(text)))

    def linked(command: str) -> str:
        name = said(command)
        return f'<a href="{name}.html">{name}</a>' if command in found else name

    asked = [
        [linked(one.command), *map(said, (one.title, one.answer, one.findings, one.aside))]
        for one in sorted(summary.asked, key=lambda one: -one.findings)
    ] + [[said(name), "", f"failed: {said(why)}", 0, ""] for name, why in summary.failed.items()]
    touched = [
        (
            said(one.name or one.id),
            said(one.id),
            len(one.questions),
            f"{one.score:.1f}",
            ", ".join(linked(command) for command in one.questions),
        )
        for one in summary.touched[:LISTED]
    ]
    more = len(summary.touched) - len(touched)
    missing = [(said(one.command), said(one.why)) for one in summary.missing]
    known = [
        (said(one.note), ", ".join(linked(command) for command in one.questions))
        for one in summary.known
    ]
    about = [(said(name), said(text)) for name, text in summary.about.items()]
    parts = [
        "<h1>What was found, and what was not</h1>",
        "<p>A finding is a lead and no proof: each page says what speaks against it. Who stands"
        " high in the first list stands in many findings, as a forwarder may by its trade.</p>",
        table(("asked", ""), about) if about else "",
        "<h2>Parties, by how many questions have them in a finding</h2>",
        "<p>The score adds up the best of each question. Their scales differ: it orders those of"
        " as many questions, and says no more.</p>",
        table(("party", "id", "questions", "score", "which"), touched),
        f"<p>{more:,} more stand in summary.xlsx.</p>" if more > 0 else "",
        "<h2>Questions</h2>",
        table(("question", "title", "answer", "findings", "put aside"), asked),
        "<h2>What must be known of these answers</h2>",
        table(("note", "questions"), known),
        "<h2>Could not be checked</h2>",
        table(("question", "why"), missing),
    ]
    return TEMPLATE.format(style=STYLE, body="\n".join(parts))


STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: #1b1b1b; background: #fff }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top;
  padding: .35rem .6rem; border-bottom: 1px solid #ddd; overflow-wrap: break-word }
th { position: sticky; top: 0; background: #f4f4f4 } a { color: #00558b }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #191919 }
  th { background: #2a2a2a } th, td { border-color: #444 } a { color: #7cc4f5 } }
"""
TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Summary · netinv</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
