"""Builds a case's graph anew beside the old one and swaps them when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from netinv import server
from netinv.case import Case, Say
from netinv.errors import NetinvError
from netinv.graph import Graph

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
    try:
        with Graph(lambda: server.ensure(new, say, memory or None), case.id) as graph:
            made = build(graph)
        server.stop(new, say)
    except BaseException:
        with suppress(NetinvError):
            server.stop(new, say)
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(written, ignore_errors=True)
        if kept.exists():
            kept.rename(written)
        raise
    server.stop(case.folder, say)
    home = case.path("server")
    if home.exists():
        home.rename(old)
    (new / "server").rename(home)
    # In this order: while the old server stands, the swap is known to be done.
    for folder in (new, kept, old):
        shutil.rmtree(folder, ignore_errors=True)
    return made
