"""A labelled world: one of the base worlds, and the cases of every other investigation in it."""

from __future__ import annotations

from pathlib import Path

from world.labelled.background import background
from world.labelled.controls import controls
from world.labelled.goods import goods
from world.labelled.middlemen import middlemen
from world.labelled.moves import moves
from world.labelled.papers import papers
from world.labelled.parties import parties
from world.labelled.routes import routes
from world.labelled.sheet import Sheet
from world.labelled.vessels import vessels

GROUPS = {
    "controls": controls,
    "goods": goods,
    "moves": moves,
    "papers": papers,
    "middlemen": middlemen,
    "parties": parties,
    "routes": routes,
    "vessels": vessels,
}


def label(base: Path, folder: Path, seed: int, each: int, hard: bool, *groups: str) -> Sheet:
    """Write a base world again with the cases of all groups: the same seed gives the same bytes."""
    sheet = Sheet(base, seed, each, hard)
    background(sheet)
    for name, add in GROUPS.items():
        if not groups or name in groups:
            add(sheet)
    sheet.write(folder)
    return sheet
