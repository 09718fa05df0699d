"""The lawful background of a world: its trade, its groups of companies, and its holes."""

from __future__ import annotations

import numpy as np
from world.parts import (
    DAYS,
    ENTREPOT,
    FORWARDERS,
    HABIT,
    HOME,
    LEASING,
    NOBODY,
    ORDINARY,
    PLAIN,
    PROCESSING,
    RARE,
    REEXPORT,
    REPACKING,
    RETURN,
    TEMPORARY,
    TO_ORDER,
    Rows,
    World,
    joined,
    rows,
)


def background(world: World) -> None:
    """Add the lawful trade of a world."""
    total = world.shipments
    blocks = {
        HABIT: habits(world, int(total * 0.14)),
        ENTREPOT: entrepot(world, int(total * 0.08)),
        PROCESSING: processing(world, int(total * 0.05)),
        HOME: returns(world, int(total * 0.02)),
    }
    if world.harder:
        blocks[RARE] = rare_processing(world, max(20, world.companies // 40))
        blocks[LEASING] = leasing(world, int(total * 0.03))
        blocks[REPACKING] = repacking(world, int(total * 0.04))
        groups(world, world.companies // 16)
    done = sum(len(block["good"]) for block in blocks.values())
    blocks[ORDINARY] = ordinary(world, max(total - done, 0))
    for kind, block in blocks.items():
        block["kind"][:] = kind
    everything = joined(blocks.values())
    containers(world, everything)
    holes(world, everything)
    world.blocks = [everything]


def leg(world: World, a: np.ndarray, b: np.ndarray, good: np.ndarray, left: np.ndarray) -> Rows:
    """Shipments from company to company, port to port."""
    made = rows(len(a), shipper=a, consignee=b, good=good, departed=left)
    made["load"], made["discharge"] = world.port[a], world.port[b]
    made["arrived"] = left + world.transit(made["load"], made["discharge"])
    made["origin"] = world.country[a]
    made["word"] = world.word(good)
    made["weight"] = world.weights(good)
    return made


def other_than(world: World, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.where(a == b, (b + 1 + world.rng.integers(0, 50, len(b))) % world.companies, b)


def ordinary(world: World, count: int) -> Rows:
    """Three shipments of four go to one of the sender's five regular customers (a forwarder has
    forty), the others to anybody."""
    a = world.any_company(count)
    regular = world.any_company(world.companies * 5).reshape(-1, 5)
    served = world.any_company(FORWARDERS * 40).reshape(-1, 40)
    which = (5 * world.rng.random(count) ** 1.5).astype(int)
    custom = np.where(
        a < FORWARDERS,
        served[a % FORWARDERS, (8 * which + world.rng.integers(0, 8, count)) % 40],
        regular[a, which],
    )
    b = np.where(world.rng.random(count) < 0.75, custom, world.any_company(count))
    b = other_than(world, a, b)
    known = world.known_for[a, world.rng.integers(0, 3, count)]
    good = np.where(a < FORWARDERS, world.rng.integers(0, len(world.goods.hs), count), known)
    made = leg(world, a, b, good, world.rng.integers(0, DAYS, count))
    strange = world.rng.random(count) < 0.2
    made["origin"] = np.where(
        strange, world.rng.integers(0, len(world.countries), count), made["origin"]
    )
    return made


def habits(world: World, count: int) -> Rows:
    """Pairs that trade one unchanging weight month by month."""
    pairs = max(count // 20, 1)
    a = world.any_company(pairs)
    b = other_than(world, a, world.any_company(pairs))
    good = world.known_for[a, 0]
    weight = world.weights(good)
    begin = world.rng.integers(0, 120, pairs)
    which = np.repeat(np.arange(pairs), 20)
    left = begin[which] + 30 * np.tile(np.arange(20), pairs)
    left = left + world.rng.integers(-2, 3, len(which))
    made = leg(world, a[which], b[which], good[which], left)
    made["weight"] = weight[which]
    made["word"][:] = 0
    return made


def entrepot(world: World, count: int) -> Rows:
    """Goods that a hub sends on as they are, their origin kept; a third say so as re-export."""
    pairs = count // 2
    a = world.firm(pairs)
    hub = other_than(world, a, world.rng.choice(world.hubs, pairs))
    b = other_than(world, hub, world.firm(pairs))
    good = world.known_for[a, 0]
    first = leg(world, a, hub, good, world.rng.integers(0, DAYS - 60, pairs))
    second = leg(world, hub, b, good, first["arrived"] + world.rng.integers(1, 21, pairs))
    second["weight"] = np.round(first["weight"] * (1 - 0.004 * world.rng.random(pairs)))
    second["origin"], second["word"] = first["origin"], first["word"]
    second["procedure"] = np.where(world.rng.random(pairs) < 0.35, REEXPORT, PLAIN)
    return joined([first, second])


def processing(world: World, count: int) -> Rows:
    """Companies that turn one good into another, again and again; half of them on record."""
    pairs = count // 2
    makers = world.processors
    turn = world.rng.integers(0, len(world.goods.hs), (len(makers), 2))
    turn[:, 1] = np.where(turn[:, 0] == turn[:, 1], (turn[:, 1] + 1) % 40, turn[:, 1])
    which = world.rng.integers(0, len(makers), pairs)
    maker = makers[which]
    a = other_than(world, maker, world.firm(pairs))
    b = other_than(world, maker, world.firm(pairs))
    first = leg(world, a, maker, turn[which, 0], world.rng.integers(0, DAYS - 80, pairs))
    left = first["arrived"] + world.rng.integers(3, 31, pairs)
    second = leg(world, maker, b, turn[which, 1], left)
    second["weight"] = np.round(first["weight"] * (0.955 + 0.045 * world.rng.random(pairs)))
    world.processing += [
        (int(makers[i]), int(turn[i, 0]), int(turn[i, 1])) for i in range(0, len(makers), 2)
    ]
    return joined([first, second])


def returns(world: World, count: int) -> Rows:
    """Leased, repaired and returned goods: out and home again, and said to be so."""
    pairs = count // 2
    a = world.firm(pairs)
    b = other_than(world, a, world.firm(pairs))
    good = world.known_for[a, 1]
    out = leg(world, a, b, good, world.rng.integers(0, DAYS - 90, pairs))
    back = leg(world, b, a, good, out["arrived"] + world.rng.integers(5, 41, pairs))
    back["weight"], back["origin"], back["word"] = out["weight"], out["origin"], out["word"]
    out["procedure"][:], back["procedure"][:] = TEMPORARY, RETURN
    return joined([out, back])


def rare_processing(world: World, makers: int) -> Rows:
    """Companies that turn one good into another two or three times, and no record says so."""
    apart = world.quiet[~np.isin(world.quiet, world.processors)]
    maker = world.rng.choice(apart, makers, replace=False)
    turn = world.rng.integers(0, len(world.goods.hs), makers)
    into = (turn + world.rng.integers(1, len(world.goods.hs), makers)) % len(world.goods.hs)
    which = np.repeat(np.arange(makers), world.rng.integers(2, 4, makers))
    a = other_than(world, maker[which], world.firm(len(which)))
    b = other_than(world, maker[which], world.firm(len(which)))
    first = leg(world, a, maker[which], turn[which], world.rng.integers(0, DAYS - 80, len(which)))
    left = first["arrived"] + world.rng.integers(3, 31, len(which))
    second = leg(world, maker[which], b, into[which], left)
    second["weight"] = np.round(first["weight"] * (0.955 + 0.045 * world.rng.random(len(which))))
    return joined([first, second])


def leasing(world: World, count: int) -> Rows:
    """Equipment of one weight, out each month and home again, and no procedure says so."""
    months = 10
    pairs = max(count // (2 * months), 1)
    a = world.firm(pairs)
    b = other_than(world, a, world.firm(pairs))
    which = np.repeat(np.arange(pairs), months)
    good = world.known_for[a, 1]
    weight = world.weights(good)
    left = world.rng.integers(0, 300, pairs)[which] + 30 * np.tile(np.arange(months), pairs)
    out = leg(world, a[which], b[which], good[which], left + world.rng.integers(-2, 3, len(which)))
    used = world.rng.integers(5, 31, len(which))
    back = leg(world, b[which], a[which], good[which], out["arrived"] + used)
    for one in (out, back):
        one["weight"], one["origin"] = weight[which], world.country[a][which]
        one["word"][:] = 0  # one wording, as it is one kind of thing
    out["departed"] = np.maximum(out["departed"], 0)
    return joined([out, back])


def repacking(world: World, count: int) -> Rows:
    """Hubs that send goods on in other weights: what one to three firms sent, to two to four."""
    blocks: list[Rows] = []
    done = 0
    while done < count:
        into, out = int(world.rng.integers(1, 4)), int(world.rng.integers(2, 5))
        hub = np.full(out, world.rng.choice(world.hubs))
        a = other_than(world, hub[:1].repeat(into), world.firm(into))
        b = other_than(world, hub, world.firm(out))
        good = world.known_for[a[:1], 0]
        day = int(world.rng.integers(0, DAYS - 80))
        first = leg(world, a, hub[:1].repeat(into), good.repeat(into), np.full(into, day))
        first["departed"] += world.rng.integers(0, 8, into).astype(np.int32)
        first["arrived"] += first["departed"] - day
        there = int(first["arrived"].max())
        left = there + world.rng.integers(1, 21, out)
        second = leg(world, hub, b, good.repeat(out), left)
        shares = world.rng.uniform(0.5, 1.5, out)
        second["weight"] = np.round(first["weight"].sum() * shares / shares.sum())
        second["origin"][:], second["word"][:] = first["origin"][0], first["word"][0]
        blocks += [first, second]
        done += into + out
    return joined(blocks)


def groups(world: World, count: int) -> None:
    """Companies of one owner, as many have: two to five, a fifth of them held below a half."""
    free = world.rng.permutation(world.companies - FORWARDERS)[: 6 * count] + FORWARDERS
    for number in range(count):
        parent, *owned = (int(one) for one in free[6 * number :][: world.rng.integers(3, 7)])
        world.grouped |= {parent, *owned}
        for one in owned:
            least, most = (5, 50) if world.rng.random() < 0.2 else (50, 101)
            world.owned.append((parent, one, float(world.rng.integers(least, most))))


def containers(world: World, every: Rows) -> None:
    """Seven of ten ride in a container; one is used again and again, each time newly sealed."""
    count = len(every["good"])
    ride = world.rng.random(count) < 0.7
    pool = max(count // 8, 10)
    every["container"] = np.where(ride, world.rng.integers(0, pool, count), -1).astype(np.int32)
    every["seal"] = np.where(ride, np.arange(count), -1).astype(np.int32)


def holes(world: World, every: Rows) -> None:
    """What real data lack: weights, days, ports, consignees."""
    count = len(every["good"])

    def some(share: float) -> np.ndarray:
        return world.rng.random(count) < share

    every["weight"] = np.where(some(0.02), np.nan, every["weight"])
    every["arrived"] = np.where(some(0.04), -1, every["arrived"])
    every["departed"] = np.where(some(0.01), -1, every["departed"])
    every["load"] = np.where(some(0.03), -1, every["load"])
    every["discharge"] = np.where(some(0.03), -1, every["discharge"])
    ordered = some(0.05)
    told = some(0.7)
    every["notify"] = np.where(ordered & told, every["consignee"], NOBODY)
    every["consignee"] = np.where(ordered, TO_ORDER, every["consignee"])
