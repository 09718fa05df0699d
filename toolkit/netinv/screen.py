"""What a person sees at a terminal: tables, progress, plain lines when piped. The home of rich."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from netinv.inputs import shown
from netinv.result import Edge, Node, counted

if TYPE_CHECKING:
    from netinv.result import Finding, Result

SHOWN = 40
"""Source rows of one finding that are shown at a terminal."""


def talk(line: str = "") -> None:
    """One line for a person, on stderr."""
    print(shown(line), file=sys.stderr, flush=True)  # noqa: T201


def data(line: str) -> None:
    """One line of data, on stdout, as it is but for what UTF-8 cannot hold."""
    print(line.encode("utf-8", "backslashreplace").decode("utf-8"), flush=True)  # noqa: T201


def clipped(text: str, most: int = 160) -> str:
    """A text for one line."""
    text = shown(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on stdout: drawn on a terminal, tab-separated when piped."""
    if not sys.stdout.isatty():
        data("\t".join(columns))
        for row in rows:
            data("\t".join(_flat(cell) for cell in row))
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(escape(column), overflow="fold")
    for row in rows:
        drawn.add_row(*(escape(_cell(cell)) for cell in row))
    Console(highlight=False).print(drawn)


def findings(result: Result) -> None:
    """The findings of a result: a readable list on a terminal, a plain table when piped."""
    if not sys.stdout.isatty():
        beside = ("explained", "against", "variants", "decided")
        columns = ("finding", "score", *result.columns, *beside)
        table(
            columns,
            (
                (
                    one.id,
                    one.score,
                    *(one.values.get(name) for name in result.columns),
                    one.explained,
                    one.against,
                    one.variants,
                    one.decided,
                )
                for one in result.findings
            ),
        )
        return
    if not result.findings:
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0))
    drawn.add_column("#", justify="right")
    drawn.add_column("score", justify="right")
    drawn.add_column("finding", overflow="fold")
    drawn.add_column("id", style="dim")
    for number, one in enumerate(result.findings, 1):
        text = one.sentence or ", ".join(f"{k}: {_cell(v)}" for k, v in one.values.items())
        lines = [escape(shown(text))]
        lines += [f"[dim]against: {escape(shown(said))}[/dim]" for said in one.against]
        if one.explained:
            lines.append(f"[dim]explained: {escape(shown(one.explained))}[/dim]")
        if one.variants:
            lines.append(f"[dim]{counted(one.variants, 'weaker variant')}[/dim]")
        if one.decided:
            lines.append(f"[dim]{escape(shown(one.decided))}[/dim]")
        score = "" if one.score is None else f"{one.score:.1f}"
        drawn.add_row(str(number), score, "\n".join(lines), one.id)
    Console(highlight=False).print(drawn)


def _flat(cell: Any) -> str:
    return " ".join(_cell(cell).split())


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:g}"
    if isinstance(cell, list | tuple):
        return ", ".join(_cell(one) for one in cell)
    if isinstance(cell, dict):
        return ", ".join(f"{key}: {_cell(value)}" for key, value in cell.items() if value)
    return shown(str(cell))


class Rate(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


class Meter:
    """Progress with rate and time left on a terminal's stderr; nothing when piped."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar
        self.tasks: dict[str, Any] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        if self.bar is None:
            return
        if what not in self.tasks:
            self.tasks[what] = self.bar.add_task(escape(shown(what)), total=total or None)
        self.bar.update(self.tasks[what], completed=done, total=total or None)


@contextmanager
def meter(quiet: bool) -> Iterator[Meter]:
    """A progress display for the time of a block."""
    if quiet or not sys.stderr.isatty():
        yield Meter(None)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Meter(bar)


def explained(result: Result, one: Finding, headings: Mapping[str, str]) -> None:
    """One finding in plain sentences: what was seen, why it is notable, what speaks against it,
    what was not checked. `headings` names the HS codes among its values."""
    texts = result.question.texts
    data(f"{result.question.title}: finding {one.id}")
    _part("What was seen", [one.sentence or "see the rows below", *_named(one, headings)])
    files = {entry["id"]: entry["file"] for entry in result.question.datasets}
    names = list(files.values())
    files = {id_: f"{n} ({id_})" if names.count(n) > 1 else n for id_, n in files.items()}
    rows: dict[str, list[str]] = {}
    elements: list[Node | Edge] = [result.nodes[id_] for id_ in one.nodes if id_ in result.nodes]
    elements += [result.edges[id_] for id_ in one.edges if id_ in result.edges]
    for element in elements:
        for row in element.sources:
            named = element.type if isinstance(element, Edge) else element.name
            rows.setdefault(row, []).append(named or element.id)
    places = []
    for row, seen in rows.items():
        source, _, record = row.partition(":")
        line = result.lines.get(row)
        where = f"{files.get(source, source)}, record {record}" + (f", line {line}" if line else "")
        places.append(f"{where}: {', '.join(dict.fromkeys(seen))}")
    _part("In which rows", places[:SHOWN])
    if len(places) > SHOWN:
        data(f"  … and {len(places) - SHOWN:,} more rows (-o x.csv writes all of them)")
    derived = sum(element.derived for element in elements if isinstance(element, Edge))
    if derived:
        data(f"  {counted(derived, 'link')} of it {'is' if derived == 1 else 'are'} derived: no row"
             " says so, a rule does (docs/links.md)")  # fmt: skip
    _part("Why it is notable", [texts.get("about", ""), f"Red flag: {texts.get('red_flag', '')}"])
    _part(
        "How it is scored" + ("" if one.score is None else f": {one.score:g}"),
        [
            f"{name} {value:g}: {result.question.score.get(name, '')}"
            for name, value in sorted(one.parts.items(), key=lambda part: -part[1])
        ],
    )
    against = [*one.against, *([f"Explained: {one.explained}"] if one.explained else [])]
    _part("What speaks against it", against or ["nothing that this question looks for"])
    if texts.get("lawful"):
        data(f"  Lawful look-alikes: {' '.join(texts['lawful'].split())}")
    _part(
        "What was not checked",
        [f"It misses: {texts.get('misses', '')}", *result.checked, *result.cut, *result.notes],
    )
    if one.decided:
        _part("What was decided", [one.decided])


def _named(one: Finding, headings: Mapping[str, str]) -> list[str]:
    """The HS headings that a finding's values name, with what they hold."""
    # What a control or a description quotes may be a code of something else.
    coded = [v for name, v in one.values.items() if re.search("heading|hs|code|change", name)]
    text = json.dumps(coded, default=str)
    return [
        f"HS {code}: {headings[code]}"
        for code in dict.fromkeys(word[:4] for word in re.findall(r"\b\d{4,10}\b", text))
        if code in headings
    ]


def _part(title: str, lines: Iterable[str]) -> None:
    data(f"\n{title}")
    for line in lines:
        if line:
            data(f"  {' '.join(shown(line).split())}")
