"""One self-contained page of a result: the findings beside the network. The home of pyvis."""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import networkx as nx
import pyvis
from pyvis.network import Network

from netinv.inputs import shown
from netinv.result import LEAD, Edge, Finding, Node, Result, plain

MOST = 1_500
"""Nodes drawn on one page: the first findings that fit; how many are not drawn is said."""

VIS = Path(pyvis.__file__).parent / "templates" / "lib" / "vis-9.1.2"

LOOKS: dict[str, tuple[str, str]] = {
    "Company": ("dot", "#0072b2"),
    "Person": ("triangle", "#d55e00"),
    "Party": ("dot", "#56b4e9"),
    "Shipment": ("square", "#e69f00"),
    "Port": ("diamond", "#009e73"),
    "Vessel": ("triangleDown", "#cc79a7"),
    "Address": ("hexagon", "#7f7f7f"),
    "Contact": ("hexagon", "#b0a990"),
    "Container": ("square", "#8c6d31"),
    "Document": ("square", "#a6761d"),
    "Payment": ("star", "#f0e442"),
    "Licence": ("star", "#66a61e"),
    "Control": ("star", "#b2182b"),
    "List": ("star", "#000000"),
    "Country": ("hexagon", "#999999"),
}
"""Label → shape and colour. The colours are those of Okabe and Ito, told apart by most eyes."""

OTHER = ("dot", "#999999")


COUNTED = "Records are counted from 1, without the header line."


def page(result: Result) -> str:
    """The page as one text: it makes no network request and runs no script but its own.

    Raises nothing for any text in the result: names are data of the page, never part of it.
    """
    drawn, left_out = _drawn(result)
    network = _network(result, drawn)
    whole = plain(result)
    data = {
        "network": network,
        "findings": [
            {**one, "places": _alone(result, finding) if one["id"] in drawn else None}
            for one, finding in zip(whole["findings"], result.findings, strict=True)
        ],
        "nodes": {n["id"]: n for n in whole["nodes"]},
        "edges": {e["id"]: e for e in whole["edges"]},
        "files": {one["id"]: one["file"] for one in result.question.datasets},
        "looks": {label: LOOKS.get(label, OTHER) for label in _labels(result.nodes.values())},
        "types": dict(Counter(edge.type for edge in result.edges.values())),
        "words": {type_: _words(type_) for type_ in {e.type: 0 for e in result.edges.values()}},
        "lines": dict(getattr(result, "lines", {})),
    }
    template = _part("page.html")
    style, script = _vis("vis-network.css") + _part("page.css"), _part("page.js")
    vis = _vis("vis-network.min.js")
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_hash(style)}; script-src {_hash(vis)} {_hash(script)}"
    )
    values = {
        "title": html.escape(shown(result.heading())),
        "policy": html.escape(policy),
        "style": style,
        "vis": vis,
        "script": script,
        "data": _embedded_json(data),
        "answer": html.escape(result.in_short()),
        "lead": "" if result.question.texts.get("noun") else f" · {LEAD}",
        "asked": _asked(result, left_out),
    }
    return re.sub(r"<!--(\w+)-->", lambda found: values[found[1]], template)


def embedded(result: Result) -> str:
    """The page inside a frame, for a notebook."""
    inside = html.escape(page(result), quote=True)
    return (
        f'<iframe srcdoc="{inside}" sandbox="allow-scripts" width="100%" height="640"'
        ' style="border:1px solid #ccc"></iframe>'
    )


def _asked(result: Result, left_out: int) -> str:
    """What was asked, of what, and what was cut, as the lists of the page's head."""
    question = result.question
    inputs = [
        f"{name}: {_said(value)}" for name, value in question.inputs.items() if value is not None
    ]
    links = [
        f"{name}: {_said(value)}"
        for key, inner in question.links.items()
        for name, value in (inner.items() if isinstance(inner, Mapping) else [(key, inner)])
    ]
    data = [f"{one['file']} (sha256 {one['sha256'][:12]}…)" for one in question.datasets]
    cut = [*result.cut]
    if left_out:
        cut.append(f"{left_out:,} findings are listed and not drawn: over {MOST:,} nodes.")
    parts = [
        ("About", [question.texts.get("about", "")]),
        ("Red flag", [question.texts.get("red_flag", "")]),
        ("Misses", [question.texts.get("misses", "")]),
        ("Lawful look-alikes", [question.texts.get("lawful", "")]),
        ("Asked", inputs),
        ("Score, the sum of", [f"{name}: {said}" for name, said in question.score.items()]),
        ("Checked", result.checked),
        ("Cut", cut),
        ("Notes", result.notes),
        ("Links", links),
        ("Data", [*data, COUNTED] if data else []),
        (
            "Made with",
            [
                f"netinv {question.version}, Neo4j {question.neo4j}, query "
                f"{question.query_sha256[:12]}…"
            ],
        ),
    ]
    return "".join(
        f"<section><h3>{html.escape(title)}</h3><ul>"
        + "".join(f"<li>{html.escape(shown(str(line)))}</li>" for line in lines)
        + "</ul></section>"
        for title, lines in parts
        if any(lines)
    )


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(_said, value)) if isinstance(value, list | tuple) else str(value)


# ---------------------------------------------------------------- the network


def _drawn(result: Result) -> tuple[dict[str, None], int]:
    """The findings whose nodes fit on the page, in their order, and how many do not."""
    nodes: set[str] = set()
    drawn: dict[str, None] = {}
    for finding in result.findings:
        if len(nodes | set(finding.nodes)) > MOST:
            continue
        nodes |= set(finding.nodes)
        drawn[finding.id] = None
    return drawn, len(result.findings) - len(drawn)


def _network(result: Result, drawn: Iterable[str]) -> dict[str, Any]:
    """The nodes, edges and options that pyvis makes of what is drawn."""
    wanted = set(drawn)
    chosen = [one for one in result.findings if one.id in wanted]
    nodes = {id_: result.nodes[id_] for one in chosen for id_ in one.nodes}
    edges = {id_: result.edges[id_] for one in chosen for id_ in one.edges}
    places = layout(nodes, edges)
    network = Network(directed=True, cdn_resources="in_line")
    for id_, node in nodes.items():
        shape, colour = LOOKS.get(node.label, OTHER)
        x, y = places[id_]
        network.add_node(
            id_,
            # Sentences name a shipment by its id.
            label=_short(f"{node.key} {node.name}" if node.label == "Shipment" else node.name),
            shape=shape,
            color=colour,
            x=x,
            y=y,
            size=16 if node.label in ("Company", "Person") else 11,
            borderWidth=2 if node.properties.get("stub") else 1,
            physics=False,
        )
    for id_, edge in edges.items():
        if edge.start in nodes and edge.end in nodes:
            network.add_edge(
                edge.start,
                edge.end,
                id=id_,
                label=_edge_label(edge),
                dashes=edge.derived,
                width=2.5 if edge.derived else 1,
                color="#b2182b" if edge.derived else "#8a8f98",
            )
    network.set_options(json.dumps(OPTIONS))
    listed, joined, _, _, _, options = network.get_network_data()
    return {"nodes": listed, "edges": joined, "options": json.loads(str(options))}


OPTIONS: dict[str, Any] = {
    "autoResize": False,
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "keyboard": False, "navigationButtons": False},
    "nodes": {
        "borderWidthSelected": 4,
    },
    "edges": {
        "arrows": {"to": {"enabled": True, "scaleFactor": 0.6}},
        "smooth": {"enabled": True, "type": "continuous", "roundness": 0.2},
    },
}


PLACES = ("Port", "Country", "List")
"""Labels of nodes that much trade shares: they are set beside what they touch and pull nothing."""


def layout(nodes: Mapping[str, Node], edges: Mapping[str, Edge]) -> dict[str, tuple[int, int]]:
    """A place for each node, computed beforehand and the same every time.

    Each connected part is laid out by itself (the method of Fruchterman and Reingold, from a
    circle), and the parts stand in rows.
    """
    graph = nx.Graph()
    graph.add_nodes_from(sorted(nodes))
    graph.add_edges_from(
        sorted((e.start, e.end) for e in edges.values() if e.start in nodes and e.end in nodes)
    )
    beside = [id_ for id_ in graph if nodes[id_].label in PLACES and graph.degree(id_)]
    if len(beside) == len(graph):
        beside = []
    core = graph.subgraph(set(graph) - set(beside))
    parts = sorted((sorted(part) for part in nx.connected_components(core)), key=_by_size)
    boxes = [(part, _spots(core, part), 95 * math.sqrt(len(part)) + 70) for part in parts]
    row = max(
        max((2 * size for *_, size in boxes), default=0),
        3.6 * math.sqrt(sum(size**2 for *_, size in boxes)),
    )
    placed: dict[str, tuple[int, int]] = {}
    x = y = tall = 0.0
    for part, spots, size in boxes:
        if x and x + 2 * size > row:
            x, y, tall = 0.0, y + tall, 0.0
        for id_ in part:
            across, down = spots[id_]
            placed[id_] = (round(x + size + across * size), round(y + size + down * size))
        x, tall = x + 2 * size + 90, max(tall, 2 * size + 90)
    for number, id_ in enumerate(beside):
        near = [placed[other] for other in graph[id_] if other in placed] or [(0, 0)]
        turn = 2.4 * number
        placed[id_] = (
            round(sum(at[0] for at in near) / len(near) + 55 * math.cos(turn)),
            round(sum(at[1] for at in near) / len(near) + 55 * math.sin(turn)),
        )
    return _apart(placed) if len(placed) <= FEW else placed


FEW = 60
"""Up to so many nodes are moved until the name of each has room."""


def _apart(placed: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The places, moved until no two nodes stand in each other's names."""
    wide, high = 120.0, 62.0
    at = {id_: [float(x), float(y)] for id_, (x, y) in placed.items()}
    pairs = list(itertools.combinations(at.values(), 2))
    for _ in range(60):
        moved = False
        for one, other in pairs:
            dx, dy = other[0] - one[0], other[1] - one[1]
            if abs(dx) >= wide or abs(dy) >= high:
                continue
            moved = True
            if (wide - abs(dx)) / wide < (high - abs(dy)) / high:
                way = math.copysign((wide - abs(dx)) / 2 + 1, dx)
                one[0], other[0] = one[0] - way, other[0] + way
            else:
                way = math.copysign((high - abs(dy)) / 2 + 1, dy)
                one[1], other[1] = one[1] - way, other[1] + way
        if not moved:
            break
    return {id_: (round(x), round(y)) for id_, (x, y) in at.items()}


def _spots(graph: Any, part: list[str]) -> dict[str, Any]:
    """Places of one connected part between -1 and 1."""
    inside = nx.Graph()  # nodes in the order of their names, whatever the order they came in
    inside.add_nodes_from(part)
    inside.add_edges_from(sorted(tuple(sorted(pair)) for pair in graph.subgraph(part).edges))
    steps = 300 if len(part) <= 200 else 80
    start = nx.circular_layout(inside)
    return dict(nx.spring_layout(inside, pos=start, seed=7, iterations=steps, method="force"))


def _alone(result: Result, finding: Finding) -> dict[str, tuple[int, int]]:
    """The places of a finding's nodes when it is looked at by itself."""
    if not finding.nodes:
        return {}
    nodes = {id_: result.nodes[id_] for id_ in finding.nodes}
    placed = layout(nodes, {id_: result.edges[id_] for id_ in finding.edges})
    wide, tall = (max(side) - min(side) for side in zip(*placed.values(), strict=True))
    if tall <= 1.3 * wide or len(placed) > FEW:
        return placed
    return _apart({id_: (y, x) for id_, (x, y) in placed.items()})  # a screen is wide


def _by_size(part: list[str]) -> tuple[int, str]:
    return -len(part), part[0]


def _labels(nodes: Iterable[Node]) -> list[str]:
    found = Counter(node.label for node in nodes)
    return [*[label for label in LOOKS if label in found], *sorted(set(found) - set(LOOKS))]


def _short(text: str, most: int = 20) -> str:
    """The beginning of a text, no wider than `most` letters. Chinese signs are two wide."""
    text = " ".join(shown(text).split())
    widths = [2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text]
    if sum(widths) <= most:
        return text
    cut = next(n for n in range(len(text)) if sum(widths[: n + 1]) > most - 1)
    return text[:cut].rstrip(" ,.;") + "…"


def _words(type_: str) -> str:
    """A type of relationship in words."""
    return "hand-over" if type_ == "HANDOFF" else type_.lower().replace("_", " ")


def _edge_label(edge: Edge) -> str:
    if edge.type != "HANDOFF":
        return "" if edge.derived else _words(edge.type)
    return f"{edge.properties.get('days', '?')} d, {edge.properties.get('basis', '')}"


# ---------------------------------------------------------------- one file


def _part(name: str) -> str:
    return files("netinv").joinpath("page", name).read_text(encoding="utf-8")


def _vis(name: str) -> str:
    """A file of vis-network as pyvis ships it, without the addresses of its source maps."""
    text = (VIS / name).read_text(encoding="utf-8")
    return "\n".join(line for line in text.split("\n") if "sourceMappingURL" not in line)


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _embedded_json(value: Any) -> str:
    """JSON that no text inside it can end: what HTML reads is spelt out."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode("utf-8", "replace").decode()
