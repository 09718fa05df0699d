"""Who holds the flagged network together: articulation, bridges, betweenness, and what to remove.

It works on the findings of answers given to it and never on the whole trade, where such measures
only find the largest firms. The method is standard: articulation points and bridges by depth-first
search, betweenness by Brandes; the set to remove is chosen greedily, one after the other, each time
whoever leaves the fewest pairs joined.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import mean
from typing import Any

import networkx as nx

from netinv.cypherfile import OPTIONS
from netinv.errors import InputError
from netinv.result import (
    FOUND,
    NOTHING,
    Edge,
    Finding,
    Node,
    Question,
    Result,
    counted,
    finding_id,
)

COMMAND = "find-key-players"
TITLE = "Who holds the flagged network together"
PARTIES = ("Company", "Person", "Party", "Vessel")
MOST = 5_000
"""Nodes of a subgraph beyond which betweenness is estimated from a sample of as many sources."""
SAMPLE = 400
DRAWS = 200
"""Random removals of as many players, beside which the chosen removal stands."""

TEXTS = {
    "about": (
        "On the network that the given findings make together: the parties whose loss parts it"
        " (articulation), the ties that alone hold parts together (bridges), who stands on most"
        " shortest ways (betweenness), and the few whose removal leaves the fewest pairs joined."
    ),
    "misses": (
        "whoever the findings do not name; ties outside them. A network that loses players may"
        " harden: others take their place, and what is left hides better."
    ),
    "lawful": (
        "carriers, forwarders and ports stand between many by trade: being central is no guilt."
    ),
    "red_flag": "none of its own: it reads findings that other questions made.",
}
SCORE = {
    "breaks": "share of the largest piece that falls away when this player goes, tenfold",
    "between": "betweenness, 0 to 1, times 3",
    "parts": "1 when its loss parts the network",
}


def players(answers: Sequence[Result], most: int = 10, remove: int = 5, seed: int = 1) -> Result:
    """Find the key players of the subgraph that findings make together.

    `most` players are listed, best first; `remove` is how many the chosen removal takes. Findings
    that something explains, or that were dismissed, are left out. The same answers and seed give
    the same result. Raises InputError for answers without a finding.
    """
    nodes: dict[str, Node] = {}
    edges: dict[str, Edge] = {}
    in_findings: dict[str, set[str]] = {}
    left_out = 0
    for result in answers:
        for one in result.findings:
            if one.put_aside:
                left_out += 1
                continue
            for id_ in one.nodes:
                nodes[id_] = result.nodes[id_]
                in_findings.setdefault(id_, set()).add(one.id)
            edges |= {id_: result.edges[id_] for id_ in one.edges}
    if not nodes:
        raise InputError(
            "the answers hold no finding to look at", next="name answers that found something"
        )
    graph = nx.Graph()
    graph.add_nodes_from(sorted(nodes))
    graph.add_edges_from(
        (one.start, one.end)
        for one in sorted(edges.values(), key=lambda one: one.id)
        if one.start in nodes and one.end in nodes and one.start != one.end
    )
    parties = [id_ for id_ in graph if nodes[id_].label in PARTIES]
    sample = SAMPLE if len(graph) > MOST else None
    between = nx.betweenness_centrality(graph, k=sample, seed=seed)
    parting = set(nx.articulation_points(graph))
    bridges = {frozenset(pair) for pair in nx.bridges(graph)}
    whole = _largest(graph)
    alone = {id_: 1 - _largest(graph, [id_]) / whole for id_ in parties if id_ in parting}
    parts = {
        id_: {
            "breaks": round(10 * alone.get(id_, 0.0), 4),
            "between": round(3 * between[id_], 4),
            "parts": 1.0 if id_ in parting else 0.0,
        }
        for id_ in parties
    }
    telling = [id_ for id_ in parties if sum(parts[id_].values())]
    ranked = sorted(telling, key=lambda id_: (-sum(parts[id_].values()), id_))[:most]
    chosen, left = _removal(graph, parties, remove, between)
    chance = _random(graph, parties, len(chosen), seed)
    findings = [
        _finding(nodes, edges, graph, bridges, id_, parts[id_], in_findings[id_], id_ in chosen)
        for id_ in ranked
    ]
    wanted = {id_ for one in findings for id_ in one.nodes}
    drawn = {id_ for one in findings for id_ in one.edges}
    named = [nodes[id_].name or id_ for id_ in chosen]
    return Result(
        question=Question(
            command=COMMAND,
            title=TITLE,
            texts=TEXTS,
            inputs={
                "answers": [_told(one) for one in answers],
                "most": most,
                "remove": remove,
                "seed": seed,
            },
            query_sha256="",
            score=SCORE,
            datasets=tuple(
                {one["id"]: one for result in answers for one in result.question.datasets}.values()
            ),
            version=answers[0].question.version,
        ),
        answer=FOUND if findings else NOTHING,
        columns=("player", "label", "in_findings", "ties", "bridges", "betweenness", "removed"),
        findings=findings,
        nodes={id_: node for id_, node in sorted(nodes.items()) if id_ in wanted},
        edges={id_: edge for id_, edge in sorted(edges.items()) if id_ in drawn},
        checked=[
            *sorted(f"Of {_told(one)}." for one in answers),
            f"{counted(len(graph), 'node')} and {counted(graph.number_of_edges(), 'tie')} of"
            f" {counted(len({f for fs in in_findings.values() for f in fs}), 'finding')};"
            f" the largest piece holds {whole:,}. Drawn: the listed parties and what they touch.",
            f"Without {', '.join(named) or 'anybody'} (chosen greedily among {len(parties):,}"
            f" parties) the largest piece holds {left:,}; without as many at random, {chance:,.0f}"
            f" on average of {DRAWS}.",
        ],
        cut=[
            *(
                [
                    f"{counted(left_out, 'finding')} explained or dismissed"
                    f" {'was' if left_out == 1 else 'were'} left out."
                ]
                if left_out
                else []
            ),
            *(
                [f"Betweenness is estimated from {SAMPLE} of {len(graph):,} nodes."]
                if sample
                else []
            ),
            *(
                [
                    counted(len(telling) - most, "more party", "more parties")
                    + f" beyond --limit {most}."
                ]
                if len(telling) > most
                else []
            ),
        ],
        notes=[
            *([] if telling else ["No party holds this network together: none stands between."]),
            *(
                []
                if any(one["parts"] for one in parts.values()) or not telling
                else ["No one party's loss parts this network: they only stand on ways between."]
            ),
            "Removal is a model: a party and all its ties go, nothing takes their place. In truth a"
            " network can harden.",
        ],
        lines={row: line for result in answers for row, line in result.lines.items()},
    )


def _told(answer: Result) -> str:
    """An answer by its question, what was given to it, and how many findings it has."""
    options = {one.name for one in OPTIONS}  # how much of it is listed
    asked = {k: v for k, v in answer.question.inputs.items() if k not in options}
    given = [f"{name} {value}" for name, value in asked.items() if value not in (None, False)]
    said = f"{answer.question.command} ({', '.join(given)})" if given else answer.question.command
    return f"{said}: {counted(len(answer.findings), 'finding')}"


def _largest(graph: Any, without: Sequence[str] = ()) -> int:
    """The nodes of the largest piece when some are gone."""
    rest = graph.subgraph(set(graph) - set(without)) if without else graph
    return max((len(piece) for piece in nx.connected_components(rest)), default=0)


def _removal(
    graph: Any, parties: Sequence[str], count: int, between: dict[str, float]
) -> tuple[list[str], int]:
    """Up to `count` parties, each the one that leaves the fewest pairs joined by any way; and the
    largest piece then left.

    Only the 50 most between are tried for each: whoever stands on no way breaks nothing.
    """
    gone: list[str] = []
    left = _joined(graph)
    candidates = sorted(parties, key=lambda id_: (-between[id_], id_))[:50]
    for _ in range(count):
        tried = [(_joined(graph, [*gone, id_]), id_) for id_ in candidates if id_ not in gone]
        if not tried or min(tried)[0] >= left:
            break
        left, best = min(tried)
        gone.append(best)
    return gone, _largest(graph, gone)


def _joined(graph: Any, without: Sequence[str] = ()) -> int:
    """The pairs of nodes that some way joins when some nodes are gone."""
    rest = graph.subgraph(set(graph) - set(without)) if without else graph
    return sum(len(piece) * (len(piece) - 1) // 2 for piece in nx.connected_components(rest))


def _random(graph: Any, parties: Sequence[str], count: int, seed: int) -> float:
    """The largest piece after as many parties are gone at random, on average."""
    chance = random.Random(seed)
    draws = [_largest(graph, chance.sample(list(parties), count)) for _ in range(DRAWS)]
    return mean(draws)


def _finding(
    nodes: dict[str, Node],
    edges: dict[str, Edge],
    graph: Any,
    bridges: set[frozenset[str]],
    id_: str,
    parts: dict[str, float],
    found_in: set[str],
    removed: bool,
) -> Finding:
    around = [one for one in edges.values() if id_ in (one.start, one.end) and one.end in nodes]
    near = dict.fromkeys([id_, *sorted(graph[id_])])
    crossed = sum(frozenset((id_, other)) in bridges for other in graph[id_])
    name = nodes[id_].name or id_
    score = round(sum(parts.values()), 4)
    what = "its loss parts the network" if parts["parts"] else "its loss parts nothing"
    return Finding(
        id=finding_id(COMMAND, [id_]),
        values={
            "player": name,
            "label": nodes[id_].label,
            "in_findings": len(found_in),
            "ties": len(graph[id_]),
            "bridges": crossed,
            "betweenness": round(parts["between"] / 3, 4),
            "removed": removed,
        },
        score=score,
        parts=parts,
        nodes=tuple(near),
        edges=tuple(one.id for one in around if {one.start, one.end} <= set(near)),
        sentence=(
            f"{name} stands in {counted(len(found_in), 'finding')} and has"
            f" {counted(len(graph[id_]), 'tie')} in the network of all findings, {crossed} of"
            f" which alone {'holds' if crossed == 1 else 'hold'} parts together; {what}."
        ),
        against=("being central is no guilt: forwarders and banks stand between many by trade",),
    )
