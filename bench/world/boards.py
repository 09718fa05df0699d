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
    for number in range(each):
        _ring(world, number)
        (_group, _partners)[number % 2](world, number)


def _ring(world: World, number: int) -> None:
    """Three to five companies, tied in a cycle by a different person for each link."""
    size = int(world.rng.integers(3, 6))
    chosen = _alone(world, size)
    _cycle(world, f"R{number}", chosen)
    world.note(COMMAND, "planted", chosen)


def _cycle(world: World, name: str, chosen: list[int]) -> None:
    """A person for each company who sits there and in the next."""
    for at, company in enumerate(chosen):
        world.seats += [(f"{name}-{at}", one) for one in (company, chosen[(at + 1) % len(chosen)])]


def _group(world: World, number: int) -> None:
    """A group: its board sits in each company, and the parent owns them."""
    size = int(world.rng.integers(3, 6))
    chosen = _alone(world, size)
    _cycle(world, f"G{number}", chosen)
    world.owned += [(chosen[0], one, float(world.rng.integers(51, 101))) for one in chosen[1:]]
    world.note(COMMAND, "lawful", chosen)


def _partners(world: World, number: int) -> None:
    """A corporate-service firm whose partners sit on the boards of thirty clients."""
    chosen = _alone(world, 30)
    for company in chosen:
        for partner in range(2):
            world.seats.append((f"L{number}-{partner}", company))
    world.note(COMMAND, "lawful", chosen)


def _alone(world: World, size: int) -> list[int]:
    """Companies that take part in no other arrangement of this file."""
    taken = world.__dict__.setdefault("seated", set())
    chosen: list[int] = []
    while len(chosen) < size:
        one = int(world.rng.choice(world.quiet))
        if one not in taken:
            taken.add(one)
            chosen.append(one)
    return chosen
