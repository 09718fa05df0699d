"""Legs of a network: who sends what to whom, when, made hard and written as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from world.parts import DAYS, EXPORT, FORWARDERS, NOBODY, PLAIN, TO_ORDER, World, rows

LONGEST = 175
"""Days that a hidden network may take: the commands ask for 180."""


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
    made_of: set[str] = field(default_factory=set)
    """What makes it hard to find, as `truth.json` of a harder world tells it."""


def choose_firms(world: World, count: int, *, abroad: bool) -> list[int]:
    """Different companies, of more than one country when asked for; `hard` mixes forwarders in."""
    while True:
        chosen = [int(one) for one in world.rng.choice(world.quiet, count, replace=False)]
        if not abroad or len({int(world.country[one]) for one in chosen[:3]}) > 1:
            break
    if world.hard:
        for at in range(1, count - 1):
            if world.rng.random() < 0.25:
                chosen[at] = int(world.rng.integers(0, 100))
    return chosen if len(set(chosen)) == count else choose_firms(world, count, abroad=abroad)


def good_and_origin(
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


def legs_between(
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
        change = most * rng.random()  # goods lose on the way; one declaration in ten says more
        weight *= 1 + change if rng.random() < 0.1 else 1 - change
    return legs


def write(world: World, legs: list[Leg]) -> list[int]:
    """Turn legs into rows; `hard` splits, orders, misspells and jitters. Returns their tags."""
    if world.hard:
        _harden(world, legs)
    tags = []
    for leg in legs:
        for part, share in enumerate(leg.parts):
            tag = world.next_tag()
            tags.append(tag)
            load, discharge = world.port[leg.sender], world.port[leg.receiver]
            later = leg.later * part // max(len(leg.parts) - 1, 1)
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
        room = legs[at + 1].departed - leg.arrived if at + 1 < len(legs) else 5
        if rng.random() < 0.07 and inner and leg.lot < 0:
            share = float(rng.uniform(0.35, 0.65))
            leg.parts = (share, 1 - share)
            leg.later = int(rng.integers(0, min(room, 5) + 1))
        elif world.harder and rng.random() < 0.06 and inner and leg.lot < 0:
            shares = rng.uniform(0.6, 1.4, int(rng.integers(3, 5)))
            leg.parts = tuple(float(one) for one in shares / shares.sum())
            leg.later = int(rng.integers(0, min(room, 9) + 1))
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
        if world.harder and at and _has_sister(legs[at - 1], leg) and rng.random() < 0.14:
            leg.sender = sister(world, leg.sender, legs)
            leg.made_of.add("sister")
        elif at and rng.random() < 0.08 and leg.sender >= FORWARDERS:
            leg.sender = second_record(world, leg.sender)
            leg.made_of.add("second record")
        if at and rng.random() < 0.3:
            _habit_near(world, leg)
            leg.made_of.add("habit near")
        leg.made_of |= _told(leg)


def _told(leg: Leg) -> set[str]:
    """What is hard about a leg by its own columns."""
    told = set()
    if len(leg.parts) > 1:
        told.add(f"{len(leg.parts)} parts")
    if leg.to_order:
        told.add("to order, " + ("nobody notified" if leg.notify == NOBODY else "notified"))
    if leg.arrived < 0:
        told.add("no arrival")
    if leg.sender < FORWARDERS:
        told.add("forwarder")
    return told


def _has_sister(before: Leg, leg: Leg) -> bool:
    """A firm that is named where the goods came to it, so that another can be named as sending."""
    return leg.sender >= FORWARDERS and not (before.to_order and before.notify == NOBODY)


def sister(world: World, company: int, legs: Sequence[Leg]) -> int:
    """A company of the same owner, or its owner, or owned by it, near by and in no other group."""
    rng = world.rng
    apart = {end for leg in legs for end in (leg.sender, leg.receiver)} | world.grouped
    free = np.array([one for one in world.quiet if int(one) not in apart])
    for near in (
        world.port[free] == world.port[company],
        world.country[free] == world.country[company],
    ):
        if near.any():
            free = free[near]
            break
    other = int(rng.choice(free))
    share = float(rng.integers(50, 101))
    if rng.random() < 0.5:
        parent = int(rng.choice([one for one in world.quiet if one not in apart and one != other]))
        world.owned += [(parent, company, share), (parent, other, float(rng.integers(50, 101)))]
        world.grouped |= {parent}
    else:
        world.owned.append(
            (company, other, share) if rng.random() < 0.5 else (other, company, share)
        )
    world.grouped |= {company, other}
    return other


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
