"""What is hidden in a world, and beside each hidden network a lawful look-alike of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from world.parts import (
    DAYS,
    EXPORT,
    NOBODY,
    OUTWARD,
    PLAIN,
    REEXPORT,
    RETURN,
    TEMPORARY,
    TO_ORDER,
    World,
    rows,
)

LONGEST = 175
"""Days that a hidden network may take: the commands ask for 180."""

RINGS, ROUTES, CHAINS = "find-rings", "find-circular-routes", "find-relabel-chains"


@dataclass
class Leg:
    """One planted shipment, or the parts of one."""

    sender: int
    receiver: int
    good: int
    origin: int
    weight: float
    departed: int
    arrived: int
    procedure: int = EXPORT
    lot: int = -1
    notify: int = NOBODY
    to_order: bool = False
    parts: tuple[float, ...] = (1.0,)
    later: int = 0
    word: int = 0


def plant(world: World, each: int) -> None:
    """Hide that many rings, circular routes and relabel chains, and as many look-alikes of each."""
    for number in range(each):
        for hidden in (ring, route, chain):
            tags = _write(world, hidden(world))
            world.note(_COMMANDS[hidden.__name__], "planted", tags)
        for command, makers in LOOKALIKES.items():
            world.note(command, "lawful", makers[number % len(makers)](world))


# ---------------------------------------------------------------- the hidden


def ring(world: World) -> list[Leg]:
    """Three to six shipments that come home; the origin changes, at three of five the good too."""
    size = int(world.rng.integers(3, 7))
    firms = _firms(world, size, abroad=True)
    goods, origins = _good_and_origin(world, firms, size, changes=world.rng.random() < 0.6)
    return _path(world, [*firms, firms[0]], goods, origins)


def route(world: World) -> list[Leg]:
    """Three to five shipments that come back to the port they left, to someone else."""
    size = int(world.rng.integers(3, 6))
    firms = _firms(world, size + 1, abroad=True)
    home = np.flatnonzero(world.port[world.quiet] == world.port[firms[0]])
    last = int(world.rng.choice(world.quiet[home]))
    while last in firms[:-1]:
        last = int(world.rng.choice(world.quiet))
    firms[-1] = last
    changes = world.rng.random() < 0.6
    goods, origins = _good_and_origin(world, firms, size, changes=changes)
    return _path(world, firms, goods, origins)


def chain(world: World) -> list[Leg]:
    """Shipments on which heading, name and origin change: two to five on one lot, or three to five
    by weight alone (one hand-over by weight alone is no more than what chance makes by itself)."""
    traced = world.rng.random() < 1 / 3
    size = int(world.rng.integers(2 if traced else 3, 6))
    firms = _firms(world, size + 1, abroad=False)
    goods, origins = _good_and_origin(world, firms, size, changes=True)
    legs = _path(world, firms, goods, origins)
    if traced:
        lot = world.next_lot()
        for leg in legs:
            leg.lot = lot
    return legs


def _firms(world: World, count: int, *, abroad: bool) -> list[int]:
    """Different companies, of more than one country when asked for; `hard` mixes forwarders in."""
    while True:
        chosen = [int(one) for one in world.rng.choice(world.quiet, count, replace=False)]
        if not abroad or len({int(world.country[one]) for one in chosen[:3]}) > 1:
            break
    if world.hard:
        for at in range(1, count - 1):
            if world.rng.random() < 0.25:
                chosen[at] = int(world.rng.integers(0, 100))
    return chosen if len(set(chosen)) == count else _firms(world, count, abroad=abroad)


def _good_and_origin(
    world: World, firms: Sequence[int], size: int, *, changes: bool
) -> tuple[list[int], list[int]]:
    """The good and the origin declared on each leg: a false origin from some leg on, and with it
    another good when it changes."""
    first = int(world.known_for[firms[0], 0])
    goods, origins = [first] * size, [int(world.country[firms[0]])] * size
    at = int(world.rng.integers(1, size))
    other = (first + 1 + int(world.rng.integers(0, len(world.goods.hs) - 1))) % len(world.goods.hs)
    false = int(world.country[firms[at]])
    if false == origins[0]:
        false = (false + 1) % len(world.countries)
    for leg in range(at, size):
        goods[leg] = other if changes else first
        origins[leg] = false
    return goods, origins


def _path(
    world: World,
    firms: Sequence[int],
    goods: Sequence[int],
    origins: Sequence[int],
    procedures: Sequence[int] = (),
    drift: float | None = None,
) -> list[Leg]:
    """Shipments from each company to the next, each sent on some days after it arrived."""
    rng = world.rng
    most = drift if drift is not None else (0.045 if world.hard else 0.015)
    gap = 40 if world.hard else 20
    sea = world.transit(world.port[firms[:-1]], world.port[firms[1:]])
    waits = rng.integers(0, gap + 1, len(goods))
    while sea.sum() + waits[:-1].sum() > LONGEST:  # what takes longer nobody asks for
        waits, sea = waits * 4 // 5, np.where(waits.sum() > 9, sea, sea * 4 // 5)
    low, high = world.goods.least[goods[0]], world.goods.most[goods[0]]
    weight = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    day = int(rng.integers(0, DAYS - LONGEST - 10))
    legs = []
    for at, good in enumerate(goods):
        arrived = day + int(sea[at])
        legs.append(
            Leg(
                firms[at],
                firms[at + 1],
                good,
                origins[at],
                round(weight, 1),
                day,
                arrived,
                procedures[at] if procedures else (EXPORT if rng.random() < 0.5 else PLAIN),
            )
        )
        day = arrived + int(waits[at])
        weight *= 1 - most * rng.random()
    return legs


# ---------------------------------------------------------------- made hard, and written


def _write(world: World, legs: list[Leg]) -> list[int]:
    """Turn legs into rows; `hard` splits, orders, misspells and jitters. Returns their tags."""
    if world.hard:
        _harden(world, legs)
    tags = []
    for leg in legs:
        for share in leg.parts:
            tag = world.next_tag()
            tags.append(tag)
            load, discharge = world.port[leg.sender], world.port[leg.receiver]
            later = 0 if share == leg.parts[0] else leg.later
            made = rows(
                1,
                shipper=leg.sender,
                consignee=TO_ORDER if leg.to_order else leg.receiver,
                notify=leg.notify,
                good=leg.good,
                word=leg.word,
                origin=leg.origin,
                departed=leg.departed + later,
                arrived=leg.arrived + later if leg.arrived >= 0 else -1,
                weight=round(leg.weight * share, 1),
                load=load,
                discharge=discharge,
                procedure=leg.procedure,
                lot=leg.lot,
                tag=tag,
            )
            world.blocks.append(made)
    return tags


def _harden(world: World, legs: list[Leg]) -> None:
    rng = world.rng
    for at, leg in enumerate(legs):
        inner = 0 < at < len(legs) - 1 or at == 0
        if rng.random() < 0.07 and inner and leg.lot < 0:
            share = float(rng.uniform(0.35, 0.65))
            leg.parts = (share, 1 - share)
            room = legs[at + 1].departed - leg.arrived if at + 1 < len(legs) else 5
            leg.later = int(rng.integers(0, min(room, 5) + 1))
        if rng.random() < 0.08:
            leg.to_order = True
            if rng.random() < 0.7:
                leg.notify = leg.receiver
            else:
                follower = legs[at + 1] if at + 1 < len(legs) else None
                if follower is not None:
                    leg.lot = follower.lot = leg.lot if leg.lot >= 0 else world.next_lot()
                else:
                    leg.notify = leg.receiver
        if rng.random() < 0.04:
            leg.arrived = -1
        if at and rng.random() < 0.08 and leg.sender >= 100:
            leg.sender = second_record(world, leg.sender)
        if at and rng.random() < 0.3:
            _habit_near(world, leg)


def second_record(world: World, company: int) -> int:
    """Another record of a company: its name misspelt, its registration or its phone the same."""
    world.second.append(company)
    world.port = np.append(world.port, world.port[company])
    world.country = np.append(world.country, world.country[company])
    return world.companies + len(world.second) - 1


def _habit_near(world: World, leg: Leg) -> None:
    """Standing trade of the same company at nearly the same weight, to hide behind."""
    count = 8
    buyer = int(world.rng.choice(world.quiet))
    sender = leg.sender if leg.sender < world.companies else leg.receiver
    if buyer == sender:
        return
    left = int(world.rng.integers(0, 200)) + 45 * np.arange(count)
    ports = world.port[[sender, buyer]]
    made = rows(
        count,
        shipper=sender,
        consignee=buyer,
        good=leg.good,
        origin=world.country[sender],
        departed=left,
        weight=round(leg.weight * (1 + 0.03 * (world.rng.random() - 0.5))),
        load=ports[0],
        discharge=ports[1],
    )
    made["arrived"] = left + world.transit(made["load"], made["discharge"])
    world.blocks.append(made)


# ---------------------------------------------------------------- lawful look-alikes


def exhibition(world: World) -> list[int]:
    """A tour: out, on, and home, declared as temporary and return."""
    size = int(world.rng.integers(3, 7))
    firms = _firms(world, size, abroad=True)
    good = int(world.known_for[firms[0], 0])
    said = [TEMPORARY] * (size - 1) + [RETURN]
    legs = _path(
        world, [*firms, firms[0]], [good] * size, [int(world.country[firms[0]])] * size,
        procedures=said, drift=0.002,
    )  # fmt: skip
    return _write_lawful(world, legs)


def standing_loop(world: World) -> list[int]:
    """The same companies send the same goods round and round, four times in the two years."""
    size = int(world.rng.integers(3, 6))
    firms = _firms(world, size, abroad=True)
    good = int(world.known_for[firms[0], 0])
    origins = [int(world.country[firms[0]])] * size
    tags = []
    for lap in range(4):
        legs = _path(world, [*firms, firms[0]], [good] * size, origins, drift=0.01)
        shift = 20 + 175 * lap - legs[0].departed
        for leg in legs:
            leg.departed, leg.arrived = leg.departed + shift, leg.arrived + shift
        tags += _write_lawful(world, legs)
    return tags


def reexport_home(world: World) -> list[int]:
    """Entrepôt trade that ends where it began: re-export, its origin kept."""
    firms = _firms(world, 2, abroad=True)
    hub = int(world.rng.choice(world.hubs))
    home = np.flatnonzero(world.port[world.quiet] == world.port[firms[0]])
    last = int(world.rng.choice(world.quiet[home]))
    if len({firms[0], hub, last}) < 3:
        return reexport_home(world)
    good = int(world.known_for[firms[0], 0])
    origins = [int(world.country[firms[0]])] * 2
    legs = _path(
        world,
        [firms[0], hub, last],
        [good] * 2,
        origins,
        procedures=[EXPORT, REEXPORT],
        drift=0.004,
    )
    return _write_lawful(world, legs)


def outward_processing(world: World) -> list[int]:
    """Sent out to be worked on, and home as something else; on record."""
    firms = _firms(world, 2, abroad=True)
    home = np.flatnonzero(world.port[world.quiet] == world.port[firms[0]])
    last = int(world.rng.choice(world.quiet[home]))
    if last in firms:
        return outward_processing(world)
    goods, origins = _good_and_origin(world, firms, 2, changes=True)
    world.processing.append((firms[1], goods[0], goods[1]))
    legs = _path(world, [*firms, last], goods, origins, procedures=[OUTWARD, PLAIN], drift=0.03)
    return _write_lawful(world, legs)


def recorded_processor(world: World) -> list[int]:
    """A company turns one good into another, and the record says so."""
    firms = _firms(world, 3, abroad=False)
    goods, origins = _good_and_origin(world, firms, 2, changes=True)
    world.processing.append((firms[1], goods[0], goods[1]))
    return _write_lawful(world, _path(world, firms, goods, origins, drift=0.04))


def learned_processor(world: World) -> list[int]:
    """A company turns one good into another, six times, and no record says so."""
    firms = _firms(world, 3, abroad=False)
    goods, origins = _good_and_origin(world, firms, 2, changes=True)
    tags = []
    for _ in range(6):
        a, b = (int(one) for one in world.rng.choice(world.quiet, 2, replace=False))
        if firms[1] not in (a, b):
            path = _path(world, [a, firms[1], b], goods, origins, drift=0.04)
            tags += _write_lawful(world, path)
    return tags


LOOKALIKES = {
    RINGS: (exhibition, standing_loop),
    ROUTES: (reexport_home, outward_processing),
    CHAINS: (recorded_processor, learned_processor),
}
_COMMANDS = {"ring": RINGS, "route": ROUTES, "chain": CHAINS}


def _write_lawful(world: World, legs: list[Leg]) -> list[int]:
    """Look-alikes are not made hard: what is lawful is declared and recorded as it should be."""
    hard, world.hard = world.hard, False
    tags = _write(world, legs)
    world.hard = hard
    return tags
