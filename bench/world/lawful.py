"""Lawful look-alikes of the hidden networks: each is what it says."""

from __future__ import annotations

import numpy as np
from world.parts import (
    CHAINS,
    EXPORT,
    OUTWARD,
    PLAIN,
    REEXPORT,
    RETURN,
    RINGS,
    ROUTES,
    TEMPORARY,
    World,
)
from world.paths import Leg, choose_firms, good_and_origin, legs_between, write


def exhibition(world: World) -> list[int]:
    """A tour: out, on, and home, declared as temporary and return."""
    size = int(world.rng.integers(3, 7))
    firms = choose_firms(world, size, abroad=True)
    good = int(world.known_for[firms[0], 0])
    said = [TEMPORARY] * (size - 1) + [RETURN]
    legs = legs_between(
        world, [*firms, firms[0]], [good] * size, [int(world.country[firms[0]])] * size,
        procedures=said, drift=0.002,
    )  # fmt: skip
    return _write_lawful(world, legs)


def standing_loop(world: World) -> list[int]:
    """The same companies send the same goods round and round, four times in the two years."""
    size = int(world.rng.integers(3, 6))
    firms = choose_firms(world, size, abroad=True)
    good = int(world.known_for[firms[0], 0])
    origins = [int(world.country[firms[0]])] * size
    tags = []
    for lap in range(4):
        legs = legs_between(world, [*firms, firms[0]], [good] * size, origins, drift=0.01)
        tags += _write_lawful(world, _moved(legs, 20 + 175 * lap))
    return tags


def _home_by_a_hub(world: World) -> list[int]:
    """A company, a hub, and another company in the port of the first."""
    while True:
        first = choose_firms(world, 2, abroad=True)[0]
        hub = int(world.rng.choice(world.hubs))
        home = np.flatnonzero(world.port[world.quiet] == world.port[first])
        last = int(world.rng.choice(world.quiet[home]))
        if len({first, hub, last}) == 3:
            return [first, hub, last]


def reexport_home(world: World) -> list[int]:
    """Entrepôt trade that ends where it began: re-export, its origin kept."""
    firms = _home_by_a_hub(world)
    good = int(world.known_for[firms[0], 0])
    origins = [int(world.country[firms[0]])] * 2
    legs = legs_between(
        world,
        firms,
        [good] * 2,
        origins,
        procedures=[EXPORT, REEXPORT],
        drift=0.004,
    )
    return _write_lawful(world, legs)


def outward_processing(world: World) -> list[int]:
    """Sent out to be worked on, and home as something else; on record."""
    firms = choose_firms(world, 2, abroad=True)
    home = np.flatnonzero(world.port[world.quiet] == world.port[firms[0]])
    last = int(world.rng.choice(world.quiet[home]))
    if last in firms:
        return outward_processing(world)
    goods, origins = good_and_origin(world, firms, 2, changes=True)
    world.processing.append((firms[1], goods[0], goods[1]))
    legs = legs_between(
        world, [*firms, last], goods, origins, procedures=[OUTWARD, PLAIN], drift=0.03
    )
    return _write_lawful(world, legs)


def recorded_processor(world: World) -> list[int]:
    """A company turns one good into another, and the record says so."""
    firms = choose_firms(world, 3, abroad=False)
    goods, origins = good_and_origin(world, firms, 2, changes=True)
    world.processing.append((firms[1], goods[0], goods[1]))
    return _write_lawful(world, legs_between(world, firms, goods, origins, drift=0.04))


def learned_processor(world: World) -> list[int]:
    """A company turns one good into another, six times, and no record says so."""
    firms = choose_firms(world, 3, abroad=False)
    goods, origins = good_and_origin(world, firms, 2, changes=True)
    tags = []
    for _ in range(6):
        a, b = (int(one) for one in world.rng.choice(world.quiet, 2, replace=False))
        if firms[1] not in (a, b):
            legs = legs_between(world, [a, firms[1], b], goods, origins, drift=0.04)
            tags += _write_lawful(world, legs)
    return tags


def plain_loop(world: World) -> list[int]:
    """A standing loop of three to five laps, and no word says so; one in three is declared as of
    the country that it was last sent from."""
    size = int(world.rng.integers(3, 6))
    firms = choose_firms(world, size, abroad=True)
    good = int(world.known_for[firms[0], 0])
    made_in = firms if world.rng.random() < 1 / 3 else [firms[0]] * size
    origins = [int(world.country[one]) for one in made_in]
    every = int(world.rng.integers(45, 110))
    tags = []
    for lap in range(int(world.rng.integers(3, 6))):
        legs = legs_between(
            world, [*firms, firms[0]], [good] * size, origins, procedures=[PLAIN] * size, drift=0.01
        )
        tags += _write_lawful(world, _moved(legs, 20 + every * lap))
    return tags


def leased_by_depot(world: World) -> list[int]:
    """Equipment of one weight, month by month to its user, to a depot, and home."""
    firms = choose_firms(world, 3, abroad=True)
    return _leased(world, [*firms, firms[0]])


def leased_home(world: World) -> list[int]:
    """Equipment of one weight, month by month to its user, and home to the lessor's depot firm."""
    lessor, user = choose_firms(world, 2, abroad=True)
    home = [
        int(one)
        for one in world.quiet[world.port[world.quiet] == world.port[lessor]]
        if one not in (lessor, user) and int(one) not in world.grouped
    ]
    if not home or world.port[lessor] == world.port[user]:
        return leased_home(world)
    depot = int(world.rng.choice(home))
    world.owned.append((lessor, depot, 100.0))
    world.grouped |= {lessor, depot}
    return _leased(world, [lessor, user, depot])


def _leased(world: World, firms: list[int]) -> list[int]:
    size = len(firms) - 1
    good, origin = int(world.known_for[firms[0], 1]), int(world.country[firms[0]])
    weight = 0.0
    tags = []
    for month in range(int(world.rng.integers(6, 13))):
        legs = legs_between(
            world, firms, [good] * size, [origin] * size, procedures=[PLAIN] * size, drift=0
        )
        weight = weight or round(legs[0].weight)
        for leg in legs:
            leg.weight = weight
        tags += _write_lawful(world, _moved(legs, 20 + 30 * month))
    return tags


def repacked_home(world: World) -> list[int]:
    """Entrepôt trade that ends where it began, in two or three loads; nothing says re-export."""
    firms = _home_by_a_hub(world)
    good, origin = int(world.known_for[firms[0], 0]), int(world.country[firms[0]])
    legs = legs_between(world, firms, [good] * 2, [origin] * 2, procedures=[PLAIN] * 2, drift=0.004)
    shares = world.rng.uniform(0.6, 1.4, int(world.rng.integers(2, 4)))
    legs[1].parts = tuple(float(one) for one in shares / shares.sum())
    legs[1].later = int(world.rng.integers(0, 8))
    return _write_lawful(world, legs)


def _moved(legs: list[Leg], begin: int) -> list[Leg]:
    """The same legs, the first of them sent on that day."""
    shift = begin - legs[0].departed
    for leg in legs:
        leg.departed, leg.arrived = leg.departed + shift, leg.arrived + shift
    return legs


LOOKALIKES = {
    RINGS: (exhibition, standing_loop),
    ROUTES: (reexport_home, outward_processing),
    CHAINS: (recorded_processor, learned_processor),
}
LOOKALIKES_HARDER = {
    RINGS: (*LOOKALIKES[RINGS], plain_loop, leased_by_depot),
    ROUTES: (*LOOKALIKES[ROUTES], leased_home, repacked_home),
    CHAINS: LOOKALIKES[CHAINS],
}


def _write_lawful(world: World, legs: list[Leg]) -> list[int]:
    """Look-alikes are not made hard: what is lawful is declared and recorded as it should be."""
    hard, world.hard = world.hard, False
    tags = write(world, legs)
    world.hard = hard
    return tags
