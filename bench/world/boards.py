"""Who sits on whose board: ordinary boards, nominees, groups, law firms, and rings of directors."""

from __future__ import annotations

from world.parts import World

COMMAND = "find-shared-directors"


def boards(world: World, each: int) -> None:
    """Fill the boards of a world, and hide that many rings of directors among them."""
    rng = world.rng
    count = world.companies
    people = count + count // 2
    # One to three seats a company; one person in fourteen sits on a second board.
    for company in range(count):
        for _ in range(int(rng.integers(1, 4))):
            sits = int(rng.integers(0, people))
            if rng.random() < 0.07 or sits >= people - count // 20:
                world.seats.append((f"P{sits % (people // 2)}", company))
            else:
                world.seats.append((f"P{people + len(world.seats)}", company))
    for agent in range(max(6, count // 400)):  # nominees and corporate-service agents
        for company in rng.choice(count, min(int(rng.integers(60, 300)), count // 3), False):
            world.seats.append((f"N{agent}", int(company)))
    kinds = (_group, _wide_group, _law_firm, _family) if world.harder else (_group, _partners)
    for number in range(each):
        _ring(world, number)
        kind = kinds[number % len(kinds)]
        world.note(COMMAND, "lawful", kind(world, number), kind.__name__.strip("_"))


def _ring(world: World, number: int) -> None:
    """Three to five companies, tied in a cycle by a different person for each link."""
    size = int(world.rng.integers(3, 6))
    chosen = _alone(world, size)
    _cycle(world, f"R{number}", chosen)
    world.note(COMMAND, "planted", chosen, [f"{size} companies"])


def _cycle(world: World, name: str, chosen: list[int]) -> None:
    """A person for each company who sits there and in the next."""
    for at, company in enumerate(chosen):
        world.seats += [(f"{name}-{at}", one) for one in (company, chosen[(at + 1) % len(chosen)])]


def _group(world: World, number: int) -> list[int]:
    """A group: its board sits in each company, and the parent owns them."""
    size = int(world.rng.integers(3, 6))
    chosen = _alone(world, size)
    _cycle(world, f"G{number}", chosen)
    world.owned += [(chosen[0], one, float(world.rng.integers(51, 101))) for one in chosen[1:]]
    return chosen


def _partners(world: World, number: int) -> list[int]:
    """A corporate-service firm whose partners sit on the boards of thirty clients."""
    chosen = _alone(world, 30)
    for company in chosen:
        for partner in range(2):
            world.seats.append((f"L{number}-{partner}", company))
    return chosen


def _wide_group(world: World, number: int) -> list[int]:
    """A group of two levels: a holding that nobody of the board sits in owns two others, and these
    the companies whose seats two to four people share."""
    rng = world.rng
    holding, one, other, *owned = _alone(world, int(rng.integers(6, 9)))
    world.owned += [(holding, middle, float(rng.integers(51, 101))) for middle in (one, other)]
    for at, company in enumerate(owned):
        world.owned.append(((one, other)[at % 2], company, float(rng.integers(51, 101))))
    for person in range(int(rng.integers(2, 5))):
        seats = rng.choice(owned, int(rng.integers(2, len(owned) + 1)), replace=False)
        world.seats += [(f"G{number}-{person}", int(company)) for company in seats]
    return owned


def _law_firm(world: World, number: int) -> list[int]:
    """A firm whose partners each sit on the boards of eight to twenty-five of its clients."""
    rng = world.rng
    clients = _alone(world, 28)
    served: set[int] = set()
    for partner in range(int(rng.integers(2, 5))):
        seats = rng.choice(clients, int(rng.integers(8, 26)), replace=False)
        world.seats += [(f"L{number}-{partner}", int(company)) for company in seats]
        served |= {int(company) for company in seats}
    return sorted(served)


def _family(world: World, number: int) -> list[int]:
    """Three to five people of one surname with two or three seats each in the firms of the family;
    at half of the families one of them owns the firms, at the others no record says who does."""
    rng = world.rng
    firms = _alone(world, int(rng.integers(3, 5)))
    surname = world.surname()
    for person in range(int(rng.integers(3, 6))):
        name = f"F{number}-{person}"
        world.surnames[name] = surname
        seats = rng.choice(firms, int(rng.integers(2, 4)), replace=False)
        world.seats += [(name, int(company)) for company in seats]
    if rng.random() < 0.5:
        world.held += [(f"F{number}-0", one, float(rng.integers(50, 101))) for one in firms]
    return firms


def _alone(world: World, size: int) -> list[int]:
    """Companies that take part in no other arrangement of this file."""
    taken = world.__dict__.setdefault("seated", set(world.grouped))
    if len(set(map(int, world.quiet)) - taken) < size:
        raise ValueError("too few companies for so many networks: make fewer, or more shipments")
    chosen: list[int] = []
    while len(chosen) < size:
        one = int(world.rng.choice(world.quiet))
        if one not in taken:
            taken.add(one)
            chosen.append(one)
    return chosen
