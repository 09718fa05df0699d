"""Builds a case's graph beside the one that stands and swaps them when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from netinv import derive, difference, link, load, server
from netinv.bulk import Bulk
from netinv.case import Case, Say
from netinv.difference import Progress
from netinv.errors import NetinvError, TooLargeError
from netinv.graph import Graph
from netinv.link import Links
from netinv.load import Written

Made = TypeVar("Made")


def beside(case: Case, say: Say, memory: str, build: Callable[[Graph], Made]) -> Made:
    """Let `build` write into a new local server, then put its store in the old one's place.

    The caller is the writer, and has closed its own connection. When `build` fails the old store
    and what is known of it stand as they were.
    """
    new, old = case.path("rebuild"), case.path("server.old")
    written, kept = case.path("written"), case.path("written.old")
    with suppress(NetinvError):
        server.stop(new, say)  # of a rebuild that was killed
    for folder in (new, old, kept):
        shutil.rmtree(folder, ignore_errors=True)
    new.mkdir()
    if written.exists():
        written.rename(kept)
    else:
        kept.mkdir()
    graph = Graph(lambda: server.ensure(new, say, memory or None), case.id)
    try:
        made = build(graph)
        graph.close()
        server.stop(new, say)
    except BaseException:
        graph.close()
        with suppress(NetinvError):
            server.stop(new, say)
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(written, ignore_errors=True)
        if kept.exists():
            kept.rename(written)
        raise
    server.stop(case.folder, say)
    home = case.path("server")
    home.rename(old) if home.exists() else old.mkdir()
    (new / "server").rename(home)
    # In this order: while the old server stands, the swap is known to be done.
    for folder in (new, kept, old):
        shutil.rmtree(folder, ignore_errors=True)
    return made


def in_bulk(
    case: Case, say: Say, memory: str, links: Mapping[str, Any] | None, progress: Progress
) -> tuple[Written, Links | None]:
    """Build the graph with Neo4j's own importer, links included unless `links`, their inputs, is
    None. The caller is the writer, and has closed its own connection.

    The server starts once, in its place: until it has made the constraints, `written/` says that
    something is lacking, and whoever comes after a kill makes it.
    """

    def build(graph: Graph) -> tuple[Written, Links | None]:
        bulk = Bulk(case, case.path("rebuild"))
        written = load.write(case, bulk, progress)
        made = None
        if links is not None:
            try:
                made = link.link(case, bulk, links, progress)
            except TooLargeError as error:
                say(f"{error}: the graph is made without links")
        derive.derive_all(case, bulk, progress)
        say("importing with neo4j-admin")
        bulk.build(say, memory)
        difference.unfinished(case, bulk.after)
        return written, made

    made = beside(case, say, memory, build)
    with Graph(lambda: server.ensure(case.folder, say, memory or None), case.id) as graph:
        difference.finish(case, graph)
    return made
