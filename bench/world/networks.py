"""What is hidden in a world, and beside each hidden network a lawful look-alike of it."""

from __future__ import annotations

import numpy as np
from world.lawful import LOOKALIKES, LOOKALIKES_HARDER
from world.parts import CHAINS, DAYS, RINGS, ROUTES, STANDING, World, rows
from world.paths import Leg, choose_firms, good_and_origin, legs_between, write


def plant(world: World, each: int) -> None:
    """Hide that many rings, circular routes and relabel chains, and as many look-alikes of each."""
    lawful = LOOKALIKES_HARDER if world.harder else LOOKALIKES
    for number in range(each):
        for command, hidden in ((RINGS, ring), (ROUTES, route), (CHAINS, chain)):
            legs = hidden(world)
            tags = write(world, legs)
            made_of = set().union(*(leg.made_of for leg in legs)) | {f"{len(legs)} legs"}
            world.note(command, "planted", tags, sorted(made_of))
        for command, makers in lawful.items():
            maker = makers[number % len(makers)]
            world.note(command, "lawful", maker(world), maker.__name__)


def ring(world: World) -> list[Leg]:
    """Three to six shipments that come home; the origin changes, at three of five the good too.

    In a harder world one in ten keeps its true origin, and one in four goes between companies that
    trade with each other anyway."""
    size = int(world.rng.integers(3, 7))
    firms = choose_firms(world, size, abroad=True)
    goods, origins = good_and_origin(world, firms, size, changes=world.rng.random() < 0.6)
    kept = world.harder and world.rng.random() < 0.1
    if kept:
        origins = [origins[0]] * size
    legs = legs_between(world, [*firms, firms[0]], goods, origins)
    legs[0].made_of.add("good changes" if goods[0] != goods[-1] else "good stays")
    if kept:
        legs[0].made_of.add("true origin")
    if world.harder and world.rng.random() < 0.25:
        legs[0].made_of.add("standing customers")
        for leg in legs:
            _standing_trade(world, leg)
    return legs


def route(world: World) -> list[Leg]:
    """Three to five shipments that come back to the port they left, to someone else."""
    size = int(world.rng.integers(3, 6))
    firms = choose_firms(world, size + 1, abroad=True)
    home = np.flatnonzero(world.port[world.quiet] == world.port[firms[0]])
    last = int(world.rng.choice(world.quiet[home]))
    if last in firms[:-1]:
        return route(world)
    firms[-1] = last
    changes = world.rng.random() < 0.6
    goods, origins = good_and_origin(world, firms, size, changes=changes)
    legs = legs_between(world, firms, goods, origins)
    legs[0].made_of.add("good changes" if changes else "good stays")
    return legs


def chain(world: World) -> list[Leg]:
    """Shipments on which heading, name and origin change: two to five on one lot, or three to five
    by weight alone (one hand-over by weight alone is no more than what chance makes by itself)."""
    traced = world.rng.random() < 1 / 2
    size = int(world.rng.integers(2 if traced else 3 if world.harder else 4, 6))
    firms = choose_firms(world, size + 1, abroad=False)
    goods, origins = good_and_origin(world, firms, size, changes=True)
    legs = legs_between(world, firms, goods, origins)
    legs[0].made_of.add("one lot" if traced else "by weight alone")
    if traced:
        lot = world.next_lot()
        for leg in legs:
            leg.lot = lot
    return legs


def _standing_trade(world: World, leg: Leg) -> None:
    """What the sender of a leg sends to its receiver anyway: what it is known for."""
    count = int(world.rng.integers(6, 15))
    good = world.known_for[leg.sender, world.rng.integers(0, 3, count)]
    left = np.sort(world.rng.integers(0, DAYS - 40, count))
    ports = world.port[[leg.sender, leg.receiver]]
    made = rows(
        count,
        shipper=leg.sender,
        consignee=leg.receiver,
        good=good,
        word=world.word(good),
        origin=world.country[leg.sender],
        departed=left,
        weight=world.weights(good),
        load=ports[0],
        discharge=ports[1],
        kind=STANDING,
    )
    made["arrived"] = left + world.transit(made["load"], made["discharge"])
    world.blocks.append(made)
