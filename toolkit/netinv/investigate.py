"""Asks the graph a question and makes findings of its rows."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from netinv import cypherfile, derive, link, runs
from netinv.case import Case
from netinv.cypherfile import OPTIONS, CypherFile
from netinv.errors import CaseError, ChangedError, DefinitionError, InputError, QueryError
from netinv.graph import Drawing, Graph, Plan
from netinv.inputs import Input, folded_key, one_of
from netinv.model import keyed_as
from netinv.relate import Coverage, coverage, held, narrowed, places
from netinv.result import (
    BRANCH,
    DISMISSED,
    EXPLAINED,
    FOUND,
    NOTHING,
    UNCHECKED,
    VARIANTS,
    Edge,
    Finding,
    Node,
    Question,
    Result,
    counted,
    finding_id,
)

MOST = 2_000
"""Rows read of one answer; a limit above it raises it."""

BY_CHANCE = "by_chance"
"""The column of how many findings as good as this one chance alone makes."""

_NAMED = re.compile(r"\{(\w+)(?::(\w[\w -]*)(?:\|(\w[\w -]*))?|\.\.(\w+))?\}")
"""What a sentence is filled by: see `_filled`."""

ALL = 1_000_000_000
"""Rows, and seconds, of an answer of which nothing is to be cut."""

FIND = """
CALL {
  MATCH (n:Party {id: $word}) RETURN n, 0 AS far
  UNION MATCH (n:Vessel {imo: $word}) RETURN n, 0 AS far
  UNION MATCH (n:Port {code: $word}) RETURN n, 0 AS far
  UNION MATCH (n:Shipment {id: $word}) RETURN n, 0 AS far
  UNION MATCH (n:Control {id: $word}) RETURN n, 3 AS far
  UNION MATCH (n:Licence {id: $word}) RETURN n, 3 AS far
  UNION MATCH (n:Payment {id: $word}) RETURN n, 3 AS far
  UNION MATCH (n:Document {id: $word}) RETURN n, 3 AS far
  UNION MATCH (n:Party {name_key: $key}) RETURN n, CASE n.name WHEN $word THEN 1 ELSE 2 END AS far
  UNION MATCH (n:Vessel {name_key: $key}) RETURN n, CASE n.name WHEN $word THEN 1 ELSE 2 END AS far
  UNION MATCH (n:Port {name_key: $key}) RETURN n, CASE n.name WHEN $word THEN 1 ELSE 2 END AS far
}
RETURN n, far ORDER BY far, n.name LIMIT 20
"""
HUBS = """
CYPHER 25
MATCH (n:$($node))-[r:$($by)]->()
WITH n, count(r) AS degree WHERE degree > $above
RETURN coalesce(n.name, n.id) AS name, degree ORDER BY degree DESC, name
"""
NEAR = """
MATCH (n:Party|Vessel|Port) WHERE toLower(n.name) CONTAINS toLower($word)
RETURN DISTINCT n.name AS name LIMIT 200
"""


def question_file(name: str, folders: Sequence[Path] = ()) -> CypherFile:
    """The investigation of a name. Raises InputError with the nearest names."""
    known = cypherfile.investigations(tuple(folders))
    if name not in known:
        near = get_close_matches(name, known, 3, 0.5)
        raise InputError(
            f"no investigation {name!r}",
            next=f"did you mean {' or '.join(near)}?" if near else "see netinv --help",
        )
    return known[name]


def run(
    case: Case,
    graph: Graph,
    file: CypherFile,
    given: Mapping[str, Any] | None = None,
    version: str = "",
) -> Result:
    """Ask one investigation. `given` are its inputs and the OPTIONS, as text or plain values.

    Raises InputError for an input that does not read, QueryError for a statement that the server
    refuses or ends, CaseError when the graph changed under the question.
    """
    given = dict(given or {})
    inputs = (*file.inputs, *OPTIONS)
    unknown = set(given) - {one.name for one in inputs}
    if unknown:
        wrong = sorted(unknown)[0]
        near = get_close_matches(wrong, [one.name for one in inputs], 1)
        raise InputError(
            f"{file.name} has no option {wrong!r}",
            next=f"did you mean {near[0]}?" if near else f"see netinv {file.name} --help",
        )
    values = {one.name: one.value(given.get(one.name)) for one in inputs}
    options = {one.name: values.pop(one.name) for one in OPTIONS}
    if options["exact"]:
        options |= {"limit": ALL, "time_limit": ALL // 1000}
    for one in file.inputs:
        # A value that no row holds would be an empty answer, and is an error.
        if not _of_column(one) or values[one.name] is None:
            continue
        if there := held(case, one.of):
            try:
                values[one.name] = one_of(values[one.name], there)
            except InputError as error:
                raise InputError(error.what, where=f"--{one.name}", next=error.next) from None
    result = Result(_question(case, file, values, options, version), NOTHING)
    if not _check(case, file, result, values):
        result.answer = UNCHECKED
        return result
    before = graph.mark()
    if before is None:
        raise CaseError("has no graph yet", where=str(case.folder), next="netinv load FILES")
    named = entities(graph, file, values)
    values |= {name: one.key for name, one in named.items()}
    _refuse_unknown(file, graph)
    result.question = replace(result.question, neo4j=graph.version)
    absent = _narrow(case, file, result, values, [*named.values()])
    answer = graph.ask(
        file.asked(),
        {"given": values},
        limit=options["time_limit"],
        most=max(MOST, options["limit"]),
    )
    after = graph.mark()
    if after is None or (after.generation, after.batch) != (before.generation, before.batch):
        raise ChangedError(
            "the graph changed while it was asked", where=str(case.folder), next="ask again"
        )
    links = link.kept(case)
    chance = None
    if links and links.inputs["shift"] and file.text("chance"):
        chance = links.chance.get(file.name, ())
    Reader(
        file, result, options, chance, runs.decisions(case), _undeclared(case, file, result)
    ).read(answer.rows, answer.columns, answer.more)
    lost = answer.more or bool(links and (links.cut or links.crowded) and uses_links(file))
    if hubs := file.mapping("hubs"):
        lost = _say_hubs(graph, hubs, values, result) or lost
    whys = [why for why in (absent, _say_left_out(case, file, result)) if why]
    if whys and not answer.rows:  # a record of the same company may stand for one that is absent
        result.notes += whys
        result.answer = UNCHECKED
    if options["exact"] and lost:
        result.notes.append("This is not exact: see above what was cut, and how to keep it.")
    rows = {row for node in result.nodes.values() for row in node.sources}
    rows |= {row for edge in result.edges.values() for row in edge.sources}
    result.lines = places(case, rows)
    return result


def _refuse_unknown(file: CypherFile, graph: Graph) -> None:
    """A name that neither the graph nor the tables know would be an empty answer, and is an error.

    Files that ship with netinv are checked when they are tested.
    """
    if file.path.is_relative_to(cypherfile.home("cypher")):
        return
    if said := _unknown(graph.plan(file.statement)):
        raise QueryError(f"{file.path.name}: {said[0]}", next=f"netinv lint {file.path}")


def _unknown(plan: Plan) -> list[str]:
    """The names of a statement that neither the graph nor the tables know, and the nearest."""
    said = []
    for name in sorted(set(plan.unknown) - cypherfile.vocabulary()):
        near = get_close_matches(name, cypherfile.vocabulary(), 1)
        hint = f": did you mean {near[0]}?" if near else ""
        said.append(f"names {name!r}, which neither the graph nor the tables know{hint}")
    return said


def _say_hubs(
    graph: Graph, hubs: Mapping[str, str], values: Mapping[str, Any], result: Result
) -> bool:
    """List the nodes that were not followed because they have too many relationships: any?"""
    above = values[hubs["above"]]
    rows = graph.ask(HUBS, {"node": hubs["node"], "by": hubs["by"], "above": above}).rows
    if rows:
        named = ", ".join(f"{row['name']} ({row['degree']})" for row in rows[:10])
        rest = f" and {len(rows) - 10} more" if len(rows) > 10 else ""
        result.cut.append(
            f"{len(rows):,} not followed, above --{hubs['above'].replace('_', '-')} {above}:"
            f" {named}{rest}."
        )
    return bool(rows)


def _say_left_out(case: Case, file: CypherFile, result: Result) -> str:
    """Say what the rules of the derived relationships that a question reads did not look at; gives
    why nothing was checked where one looked at nothing."""
    whys = []
    for type_ in derive.used(file):
        made = derive.kept(case, type_)
        if made and made.left_out:
            text = derive.program(type_).text("left_out")
            result.checked.append(_filled(text, {**made.inputs, "count": made.left_out}))
            if (why := derive.program(type_).text("left_all")) and not made.looked_at:
                whys.append(_filled(why, made.inputs))
    return " ".join(whys)


def entities(graph: Graph, file: CypherFile, given: Mapping[str, Any]) -> dict[str, Node]:
    """The entities that the inputs of a question name. Raises InputError for one that none has."""
    found = {}
    for one in file.inputs:
        if one.type == "entity" and (word := given.get(one.name)) is not None:
            found[one.name] = node = find(graph, str(word))
            if one.of not in ("", keyed_as(node.label)):
                raise InputError(
                    f"{str(word)!r} is a {node.label.lower()}",
                    where=f"--{one.name}",
                    next=f"name a {one.of.lower()}; netinv profile {node.key} shows that one",
                )
    return found


def find(graph: Graph, word: str) -> Node:
    """The one entity that a word names: by id, by name, by a name that differs in case, width and
    punctuation only. Raises InputError."""
    rows = graph.ask(FIND, {"word": word, "key": folded_key(word)}).rows
    best: list[Node] = [row["n"].nodes[0] for row in rows if row["far"] == rows[0]["far"]]
    if len(best) == 1:
        return best[0]
    if best:
        raise InputError(
            f"{word!r} names {len(best)} entities",
            next="use an id: " + ", ".join(f"{one.key} ({one.label})" for one in best[:5]),
        )
    names = [str(row["name"]) for row in graph.ask(NEAR, {"word": word}).rows]
    near = get_close_matches(word, names, 3, 0.3) or names[:3]
    raise InputError(
        f"no entity has the id or name {word!r}",
        next="did you mean " + " or ".join(near) + "?" if near else "check its spelling",
    )


def _question(
    case: Case,
    file: CypherFile,
    values: Mapping[str, Any],
    options: Mapping[str, Any],
    version: str,
) -> Question:
    shown = {**values, **options}
    return Question(
        command=file.name,
        title=file.title,
        texts=dict(file.texts),
        inputs={
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in shown.items()
        },
        query_sha256=file.sha256,
        score=file.mapping("score"),
        datasets=tuple(
            {
                "id": member.id,
                "file": member.file,
                "sha256": member.sha256,
                "kind": one.kind,
                "records": member.records,
            }
            | ({"covers": one.covers} if one.covers else {})
            | ({"as_of": one.as_of} if one.as_of else {})
            for one in case.sources()
            for member in one.files
        ),
        version=version,
    )


def uses_links(file: CypherFile) -> bool:
    """Whether a question reads hand-overs."""
    return bool(re.search(r"\bHANDOFF\b", file.bare()))


def _check(
    case: Case, file: CypherFile, result: Result, values: Mapping[str, Any] | None = None
) -> bool:
    """Say how many subjects can be checked; False when none can."""
    needs = {table: list(columns) for table, columns in file.mapping("needs").items()}
    values = values or {}
    holding = {
        one.of: values[one.name]
        for one in file.inputs
        if _of_column(one) and values.get(one.name) is not None
    }
    if not needs and not any(one.tables for one in case.sources()):
        result.notes.append("Nothing is loaded (netinv load FILES).")
        return False
    good = True
    for table, counts in coverage(case, needs, holding).items():
        if why := _lacking(case, table, counts):
            result.notes.append(why)
            good = False
        rows = counts.rows
        if not rows:
            continue
        result.checked.append(f"{counts.checkable:,} of {rows:,} {counts.what} could be checked.")
        for need, count in sorted(counts.lacks.items(), key=lambda item: -item[1]):
            if count:
                columns = " or ".join(need.split("|"))
                result.checked.append(f"{count:,} of {rows:,} {counts.what} lack {columns}.")
    for table in needs:
        if rejected := sum(one.rejected for one in case.sources() if one.kind == table):
            result.checked.append(
                f"{counted(rejected, 'row')} of {table} could not be taken in, and what they say"
                " is not looked at (netinv sources)."
            )
    branches = file.mapping("either")
    if good and branches:
        blind = {name: why for name in branches if (why := _blind(case, branches[name], holding))}
        result.notes += [f"{BRANCH}{name}. {why}" for name, why in blind.items()]
        good = len(blind) < len(branches)
    if good and uses_links(file):
        # Of a question with branches, each says itself whether it needs the days.
        if (why := _say_days(case, result)) and not branches:
            result.notes.append(why)
            good = False
        _say_links(case, result, values)
    return good


def _lacking(case: Case, table: str, counts: Coverage) -> str:
    """Why no row of a table has all that is needed of it; empty when one has."""
    if not counts.rows:
        return f"No {table} are loaded in {case.folder}: netinv load a table {table}."
    if not counts.checkable:
        worst = max(counts.lacks, key=lambda need: counts.lacks[need])
        return (
            f"No row of {counts.what} has all it needs: {' or '.join(worst.split('|'))} is empty in"
            f" {counts.lacks[worst]:,} of {counts.rows:,}."
        )
    return ""


def _blind(case: Case, needs: Mapping[str, Sequence[str]], holding: Mapping[str, str]) -> str:
    """Why a branch of a question cannot be checked; empty when it can."""
    told = (_lacking(case, *one) for one in coverage(case, needs, holding).items())
    return " ".join(why for why in told if why)


def _of_column(one: Input) -> bool:
    """Whether an input is a value that a column of a table must hold."""
    return "." in one.of


def _narrow(
    case: Case,
    file: CypherFile,
    result: Result,
    values: Mapping[str, Any],
    named: Sequence[Node] = (),
) -> str:
    """Say what a day and an entity leave of the rows that could be checked; gives why nothing can
    be checked when they leave none."""
    since = file.input("since")
    day = values.get("since") if since and since.of else None
    if not named and day is None:
        return ""
    days = since.of.split("|") if since and day else ()
    needs: dict[str, list[str]] = {}
    for branch in file.mapping("either").values():
        for table, wanted in branch.items():
            # Of what several branches need of a table, any will do.
            needs[table] = [] if table in needs else wanted
    needs |= file.mapping("needs")
    reasons = []
    for one in named or (None,):
        counts = narrowed(case, needs, day, days, (one.label, one.key) if one else None)
        whom = {"day": day, "name": (one.name or one.key) if one else None}
        told = " and ".join(["of {day} or later"] * bool(day) + ["naming {name}"] * bool(one))
        left = " and ".join(["is of {day} or later"] * bool(day) + ["names {name}"] * bool(one))
        for table in counts:
            result.checked.append(
                _filled(f"{told[:1].upper()}{told[1:]}", whom)
                + f": {table.rows:,} of {table.checkable:,} {table.table} that could be checked."
            )
            if table.undated:
                result.checked.append(
                    f"{table.undated:,} of {table.checkable:,} {table.table} have no such day:"
                    " --since leaves them out."
                )
        if counts and not any(table.rows for table in counts):
            listed = " or ".join(table.table for table in counts)
            reasons.append(_filled(f"No row of {listed} that could be checked {left}.", whom))
    return " ".join(reasons)


def _undeclared(case: Case, file: CypherFile, result: Result) -> str:
    """Say what the sources of the tables that a question reads are complete for; gives what speaks
    against every finding when it concludes from the silence of one of which no source says so."""
    silence = file.columns("absence")
    needs = [file.mapping("needs"), *file.mapping("either").values()]
    read = dict.fromkeys((*silence, *(table for need in needs for table in need)))
    for table in read or cypherfile.tables():
        for one in case.sources():
            if one.covers and one.tables.get(table):
                named = ", ".join(member.file for member in one.files)
                result.checked.append(f"{table}: {named} is complete for: {one.covers}.")
    silent = []
    for table in silence:
        sources = [one for one in case.sources() if one.tables.get(table)]
        if not sources or any(not one.covers and one.priority for one in sources):
            silent.append(table)
    if not silent:
        return ""
    listed = " and ".join(silent)
    result.notes.append(
        f"No source says that its {listed} are complete (netinv load --covers): what is not in them"
        " is not in the loaded records, and no more."
    )
    return f"none in the loaded {listed}, which nobody says are complete"


def _say_days(case: Case, result: Result) -> str:
    """Say for how many shipments the usual days of their lane stand in; gives why none can be
    handed on, when none has any."""
    counts = coverage(case, {"shipments": ["departed", "arrived"]})["shipments"]
    lacks, rows = counts.lacks, counts.rows
    if not counts.checkable:
        return (
            "No shipment has both a day of departure and of arrival, so none can be handed on:"
            f" departed is empty in {lacks['departed']:,} of {rows:,}, arrived is empty in"
            f" {lacks['arrived']:,} of {rows:,}."
        )
    for day in ("arrived", "departed"):
        if lacks[day]:
            result.checked.append(
                f"{lacks[day]:,} of {rows:,} shipments lack {day}: the usual days of their lane"
                " stand in."
            )
    return ""


def answerable(
    case: Case, file: CypherFile, values: Mapping[str, Any] | None = None
) -> tuple[bool, str]:
    """Whether a question with these values can be checked on what is loaded, and why it, or a
    branch of it, cannot: empty when all of it can."""
    result = Result(_question(case, file, {}, {}, ""), NOTHING)
    good = _check(case, file, result, values)
    if good and (why := _narrow(case, file, result, values or {})):
        return False, why
    return good, " ".join(note for note in result.notes if not good or note.startswith(BRANCH))


def _say_links(case: Case, result: Result, values: Mapping[str, Any]) -> None:
    links = link.kept(case)
    why = link.stale(case)
    if links is None:
        return
    result.question = replace(
        result.question,
        links={"rule": links.rule, "inputs": dict(links.inputs), "kept": links.kept},
    )
    result.checked.append(
        f"{counted(links.kept + links.cut, 'hand-over was', 'hand-overs were')} tried in all"
        f" shipments, and {links.kept:,} followed."
    )
    if why:
        result.notes.append(f"The links are stale: {why} (netinv link makes them anew).")
    reach, asked = int(links.inputs.get("window", 45)), values.get("window")
    if asked is not None and reach < asked:
        result.notes.append(
            f"The links reach {reach} days from arrival to departure, and {asked} were asked for"
            f" (netinv link --window {asked} makes them anew)."
        )
    total = links.unlinkable.get("shipments", 0)
    for what, count in links.unlinkable.items():
        if count and what.startswith("without") and "lane's" not in what:
            result.checked.append(f"{count:,} of {total:,} shipments are {what}.")
    if links.cut:
        result.cut.append(
            f"{links.cut:,} weaker hand-overs were not kept: {links.inputs['keep']} for a shipment,"
            " ties included (netinv link --keep 100000 keeps all)."
        )
    if links.crowded:
        result.cut.append(
            f"{links.crowded:,} shipments were looked for among the nearest weights alone: their"
            f" senders send more than {links.inputs['crowd']} like them within a window"
            " (netinv link --crowd 100000000 looks at all)."
        )


# ---------------------------------------------------------------- rows to findings


@dataclass
class Reader:
    """Makes findings of rows: identity, score, sentence, what speaks against it, folding."""

    file: CypherFile
    result: Result
    options: Mapping[str, Any]
    chance: Sequence[float] | None = None
    decided: Mapping[str, runs.Decision] = field(default_factory=dict)
    undeclared: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)

    def read(self, rows: list[dict[str, Any]], columns: tuple[str, ...], more: bool) -> None:
        findings = [self._finding(row) for row in rows]
        drawn = {name for row in rows for name, v in row.items() if isinstance(v, Drawing)}
        told = {name for row in rows for name, v in row.items() if v not in (None, [])}
        explains = str(self.file.fields.get("explained", ""))
        # What is drawn stands after it, and may be nothing in every row.
        after = columns[columns.index(explains) :] if explains in columns else ()
        hidden = drawn | {explains} | ({*after} - told)
        self.result.columns = tuple(name for name in columns if name not in hidden)
        order = sorted(
            range(len(findings)),
            key=lambda i: (bool(findings[i].explained), -(findings[i].score or 0.0)),
        )
        ranked = [findings[i] for i in order]
        ranked = self._folded(ranked, [rows[i] for i in order])
        explained = [one for one in ranked if one.explained]
        listed = ranked if self.options["lawful"] else [o for o in ranked if not o.explained]
        away = [one for one in listed if one.dismissed]
        if not self.options["dismissed"]:
            listed = [one for one in listed if not one.dismissed]
        limit = int(self.options["limit"])
        cut = self.result.cut
        if explained and not self.options["lawful"]:
            cut.append(
                f"{len(explained):,} explained by something on record (return, processing,"
                f" re-export, group …) and not listed: {EXPLAINED}"
            )
        if away and not self.options["dismissed"]:
            cut.append(f"{len(away):,} dismissed and not listed: {DISMISSED}")
        if len(listed) > limit:
            more_than = counted(len(listed) - limit, "more finding")
            cut.append(f"{more_than} beyond --limit {limit}.")
        if more:
            cut.append(f"Rows beyond the first {len(rows):,} were not read: raise --limit.")
        self.result.findings = listed[:limit]
        if self.chance is not None and self.result.findings:
            self.result.columns += (BY_CHANCE,)
            first, last = (self.result.findings[at].values[BY_CHANCE] for at in (0, -1))
            self.result.checked.append(
                f"Chance alone makes about {counted(first, 'finding')} as good as the first"
                f" listed, and {last:,} as good as the last."
                if last
                else "Chance alone makes less than one finding as good as any listed. What is no"
                " chance may be lawful trade: no proof of more."
            )
        self.result.answer = FOUND if self.result.findings else NOTHING
        wanted_nodes = {id_ for one in self.result.findings for id_ in one.nodes}
        wanted_edges = {id_ for one in self.result.findings for id_ in one.edges}
        self.result.nodes = {k: v for k, v in sorted(self.nodes.items()) if k in wanted_nodes}
        self.result.edges = {k: v for k, v in sorted(self.edges.items()) if k in wanted_edges}

    def _finding(self, row: dict[str, Any]) -> Finding:
        values: dict[str, Any] = {}
        nodes: dict[str, None] = {}
        edges: dict[str, None] = {}
        for name, value in row.items():
            if isinstance(value, Drawing):
                for node in value.nodes:
                    self.nodes.setdefault(node.id, node)
                    nodes[node.id] = None
                for edge in value.edges:
                    self.edges.setdefault(edge.id, edge)
                    edges[edge.id] = None
            else:
                values[name] = round(value, 6) if isinstance(value, float) else value
        explained = values.pop(str(self.file.fields.get("explained", "")), None)
        parts = {name: float(values.get(name) or 0.0) for name in self.file.mapping("score")}
        score = round(sum(parts.values()), 4)
        against = dict(self.file.mapping("against"))
        if self.chance is not None:
            # Best first: how many there are before the first that is worse.
            values[BY_CHANCE] = bisect_right(self.chance, -score, key=lambda one: -one)
            against[BY_CHANCE] = self.file.text("chance")
        id_ = finding_id(self.file.name, self._key(row))
        decision = self.decided.get(id_)
        said = [_filled(text, values) for name, text in against.items() if values.get(name)]
        if self.undeclared and not explained:  # what is explained rests on something found
            said.append(self.undeclared)
        return Finding(
            id=id_,
            values=values,
            score=score if parts else None,
            parts=parts,
            nodes=tuple(nodes),
            edges=tuple(edges),
            sentence=_filled(self.file.text("explain"), values),
            explained=str(explained or ""),
            against=tuple(said),
            decided=str(decision or ""),
            dismissed=bool(decision and decision.puts_away()),
        )

    def _key(self, row: Mapping[str, Any]) -> list[str]:
        """The `label:key` list that names a finding: the nodes of its key columns, or values."""
        names = self.file.columns("key") or tuple(row)
        found: list[str] = []
        for name in names:
            value = row.get(name)
            if isinstance(value, Drawing):
                found += [node.id for node in value.nodes]
            elif isinstance(value, list):
                found += [f"{name}:{one}" for one in value]
            else:
                found.append(f"{name}:{value}")
        return found

    def _folded(self, findings: list[Finding], rows: list[dict[str, Any]]) -> list[Finding]:
        """Each finding once; one that shares an element of `fold` with a better one under it."""
        name = str(self.file.fields.get("fold", ""))
        kept: dict[str, Finding] = {}
        owner: dict[str, str] = {}
        variants: dict[str, int] = {}
        for finding, row in zip(findings, rows, strict=True):
            if finding.id in kept:
                first = kept[finding.id]
                kept[finding.id] = replace(
                    first,
                    nodes=tuple(dict.fromkeys(first.nodes + finding.nodes)),
                    edges=tuple(dict.fromkeys(first.edges + finding.edges)),
                )
                continue
            value = row.get(name)
            elements = [one.id for one in value.nodes] if isinstance(value, Drawing) else []
            better = next((owner[one] for one in elements if one in owner), None)
            if better is not None:
                variants[better] = variants.get(better, 0) + 1
                continue
            kept[finding.id] = finding
            owner |= dict.fromkeys(elements, finding.id)
        if folded := sum(variants.values()):
            self.result.cut.append(
                f"{folded:,} weaker rows share a shipment with a better finding and are counted"
                f" {VARIANTS}"
            )
        return [replace(one, variants=variants.get(one.id, 0)) for one in kept.values()]


def _filled(text: str, values: Mapping[str, Any]) -> str:
    """A sentence with column names in braces, filled: `{name}`; `{n:movement}` as 1 movement or 2
    movements, `{n:company|companies}` likewise; `{first..last}` as on a day, or from one to one."""

    def said(name: str) -> str:
        value = values.get(name)
        if isinstance(value, list):
            return ", ".join(str(one) for one in value)
        if isinstance(value, float):
            return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
        return "" if value is None else str(value)

    def fill(found: re.Match[str]) -> str:
        name, one, many, last = found.groups()
        if one:
            return f"{said(name)} {one if values.get(name) == 1 else many or one + 's'}"
        if last:
            same = said(name) == said(last)
            day = said(name) or "a day not on record"
            return f"on {day}" if same else f"from {said(name)} to {said(last)}"
        return said(name)

    # A name may end with a full stop of its own; within it all stays.
    return re.sub(r"(?<!\.)\.\.(?=\s|$)", ".", " ".join(_NAMED.sub(fill, text).split()))


# ---------------------------------------------------------------- lint


def lint(file: CypherFile, graph: Graph) -> list[str]:
    """What is wrong with an investigation, asked of Neo4j itself; empty when all is well."""
    bare = file.bare()
    said: list[str] = []
    if re.search(r"\bLOAD\s+CSV\b", bare, re.IGNORECASE):
        return ["uses LOAD CSV: take files in with netinv load"]
    for text in ("about", "misses", "lawful", "red_flag"):
        if not file.text(text):
            said.append(f"has no {text}")
    try:
        plan = graph.plan(file.statement)
    except QueryError as error:
        return [*said, f"is refused by Neo4j: {error.what}"]
    said += _planned(file, plan)
    return said + _misnamed(file)


def _misnamed(file: CypherFile) -> list[str]:
    """What a question says that it needs and no table has."""
    tables = cypherfile.tables()
    said = []
    for needs in (file.mapping("needs"), *file.mapping("either").values()):
        for table, columns in needs.items():
            if table not in tables:
                said.append(f"needs the table {table!r}, which there is not")
                continue
            has = {one.name for one in tables[table].inputs}
            lacks = [one for need in columns for one in need.split("|") if one not in has]
            said += [f"needs the column {one!r} of {table}, which has none such" for one in lacks]
    for one in file.inputs:
        table, _, column = one.of.partition(".")
        if _of_column(one) and (table not in tables or not tables[table].input(column)):
            said.append(f"input {one.name}: of names {one.of!r}, which is no column of a table")
    return said


def _planned(file: CypherFile, plan: Plan) -> list[str]:
    said: list[str] = []
    if plan.kind != "r":
        said.append("writes: an investigation only reads")
    if plan.unbounded:
        said.append("holds a path without an upper bound: write {1,6}")
    if not plan.columns:
        said.append("returns nothing")
    said += [
        f"returns {name!r} without a name: write AS …"
        for name in plan.columns
        if not re.fullmatch(r"\w+", name)
    ]
    for name in (*file.columns("key"), *file.mapping("score"), *file.mapping("against")):
        if name not in plan.columns:
            said.append(f"its header names the column {name!r}, which it does not return")
    for name in ("explained", "fold"):
        if file.fields.get(name) and file.fields[name] not in plan.columns:
            said.append(f"{name}: no column {file.fields[name]!r} is returned")
    said += [
        f"explain: no column {name!r} is returned"
        for first, _, _, last in _NAMED.findall(file.text("explain"))
        for name in (first, last)
        if name and name not in plan.columns
    ]
    if not file.columns("key"):
        said.append("has no key: name the columns that make a finding the same finding")
    return said + _unknown(plan)


def checked_file(path: Path) -> CypherFile:
    """Read a user's file, as a command would."""
    file = cypherfile.read(path)
    if "writes" in file.fields:
        raise DefinitionError("is an import, no investigation", where=path.name)
    return file
