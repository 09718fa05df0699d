"""What every world is made of: goods, ports, companies, and rows of shipments as columns."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SAMPLE = Path(__file__).resolve().parents[2] / "import" / "sample"
DAYS = 730
"""Days that a world spans, from 2023-01-01."""

FORWARDERS = 100
PROCEDURES = (
    *("", "export", "re-export", "temporary", "return"),
    *("inward_processing", "outward_processing"),
)
PLAIN, EXPORT, REEXPORT, TEMPORARY, RETURN, INWARD, OUTWARD = range(len(PROCEDURES))
NOBODY, TO_ORDER = -1, -2
RINGS, ROUTES, CHAINS = "find-rings", "find-circular-routes", "find-relabel-chains"
KINDS = (
    *("ordinary", "habit", "entrepot", "processing", "return"),
    *("standing customers", "rare processing", "leasing", "repacking"),
)
ORDINARY, HABIT, ENTREPOT, PROCESSING, HOME, STANDING, RARE, LEASING, REPACKING = range(len(KINDS))
"""What a shipment of the background is: told in the truth of a harder world."""

HUBS = ("HK", "SG", "AE", "NL", "MY", "KR")

SURNAMES = tuple(
    begin + end
    for begin in ("Al", "Bor", "Cas", "Den", "Er", "Fal", "Gar", "Hol", "Is", "Kor", "Lan", "Mor")
    for end in ("", "aki", "an", "berg", "dal", "eda", "ev", "ino", "man", "ova", "sen", "ström")
)
GIVEN = ("Ada", "Ben", "Cem", "Dora", "Edo", "Fay", "Gus", "Hana", "Ivo", "Jin", "Kai", "Lea")

COLUMNS: dict[str, tuple[type, Any]] = {
    "shipper": (np.int32, NOBODY),
    "consignee": (np.int32, NOBODY),
    "notify": (np.int32, NOBODY),
    "good": (np.int16, 0),
    "word": (np.int8, 0),
    "origin": (np.int16, -1),
    "departed": (np.int32, 0),
    "arrived": (np.int32, 0),
    "weight": (np.float64, np.nan),
    "load": (np.int16, -1),
    "discharge": (np.int16, -1),
    "procedure": (np.int8, PLAIN),
    "container": (np.int32, -1),
    "seal": (np.int32, -1),
    "lot": (np.int32, -1),
    "tag": (np.int32, -1),
    "kind": (np.int8, ORDINARY),
}
"""Column of a shipment → its type and what stands where nothing is said."""

Rows = dict[str, np.ndarray]


def rows(count: int, **given: Any) -> Rows:
    """That many shipments, with the columns given and the others empty."""
    made = {name: np.full(count, empty, dtype=kind) for name, (kind, empty) in COLUMNS.items()}
    for name, values in given.items():
        made[name][:] = values
    return made


def joined(parts: Iterable[Rows]) -> Rows:
    listed = list(parts)
    return {name: np.concatenate([one[name] for one in listed]) for name in COLUMNS}


@dataclass(frozen=True)
class Goods:
    """The goods of the sample case: HS code, wordings, and the range of a consignment in kg."""

    hs: list[str]
    words: list[list[str]]
    least: np.ndarray
    most: np.ndarray

    @classmethod
    def read(cls) -> Goods:
        listed = list(tomllib.loads((SAMPLE / "world.toml").read_text("utf-8"))["goods"].values())
        once = list({one["hs"]: one for one in listed}.values())
        return cls(
            [one["hs"] for one in once],
            [one["words"] for one in once],
            np.array([one["kg"][0] for one in once], float),
            np.array([one["kg"][1] for one in once], float),
        )


@dataclass
class World:
    """One world in the making: who there is, what was shipped, who sits where, what is true."""

    seed: int
    shipments: int
    hard: bool
    harder: bool = False
    """Hard, and beside it what `bench/README.md` lists."""
    blinded: bool = False
    """No description and no procedure tells anything."""
    rng: np.random.Generator = field(init=False)
    goods: Goods = field(init=False)
    ports: list[str] = field(init=False)
    port_country: np.ndarray = field(init=False)
    countries: list[str] = field(init=False)
    blocks: list[Rows] = field(default_factory=list)
    processing: list[tuple[int, int, int]] = field(default_factory=list)
    second: list[int] = field(default_factory=list)
    seats: list[tuple[str, int]] = field(default_factory=list)
    owned: list[tuple[int, int, float]] = field(default_factory=list)
    truth: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    held: list[tuple[str, int, float]] = field(default_factory=list)
    """Companies that a person owns: the person, the company, the share."""
    grouped: set[int] = field(default_factory=set)
    """Companies that an owner has put together, of a harder world."""
    surnames: dict[str, str] = field(default_factory=dict)
    made_of: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    """What each network and each look-alike of `truth` is made of, in the same order."""
    tags: int = 0
    lots: int = 0

    def __post_init__(self) -> None:
        self.hard = self.hard or self.harder
        self.rng = np.random.default_rng([self.seed, self.shipments, self.hard + self.harder])
        self.goods = Goods.read()
        listed = tomllib.loads((SAMPLE / "world.toml").read_text("utf-8"))["ports"]
        self.ports = [one[0] for one in listed]
        self.countries = sorted({one[2] for one in listed})
        self.port_country = np.array([self.countries.index(one[2]) for one in listed])
        self._companies(int(np.clip(self.shipments // 25, 500, 200_000)))

    def _companies(self, count: int) -> None:
        rng = self.rng
        self.companies = count
        self.port = rng.integers(0, len(self.ports), count)
        self.country = self.port_country[self.port]
        self.known_for = rng.integers(0, len(self.goods.hs), (count, 3))
        rank = rng.permutation(count - FORWARDERS)
        often = 1 / (rank + 12.0) ** 0.85
        self.cumulative = np.cumsum(often) / often.sum()
        self.quiet = FORWARDERS + np.flatnonzero(rank > len(rank) // 4)
        """Companies of little trade: where networks hide, and where lawful small firms are."""
        large = FORWARDERS + np.argsort(rank)
        in_hubs = np.isin(np.array(self.countries)[self.country[large]], HUBS)
        self.hubs = large[in_hubs][:40]
        forward = 1 / (np.arange(FORWARDERS) + 4.0)
        self.forward_cumulative = np.cumsum(forward) / forward.sum()
        self.processors = rng.choice(self.quiet, max(20, count // 60), replace=False)

    # ------------------------------------------------------------ choosing

    def any_company(self, count: int) -> np.ndarray:
        """Companies as trade knows them: few trade much, 30 % are forwarders."""
        drawn = FORWARDERS + np.searchsorted(self.cumulative, self.rng.random(count))
        forwarder = np.searchsorted(self.forward_cumulative, self.rng.random(count))
        return np.where(self.rng.random(count) < 0.3, forwarder, drawn).clip(0, self.companies - 1)

    def firm(self, count: int) -> np.ndarray:
        """Companies that are no forwarders."""
        drawn = FORWARDERS + np.searchsorted(self.cumulative, self.rng.random(count))
        return drawn.clip(0, self.companies - 1)

    def weights(self, good: np.ndarray) -> np.ndarray:
        """Weights of consignments: log-uniform over the good's range, a fifth full containers."""
        low, high = self.goods.least[good], self.goods.most[good]
        spread = np.exp(np.log(low) + self.rng.random(len(good)) * (np.log(high) - np.log(low)))
        full = self.rng.choice([18000.0, 20000, 21000, 22000, 24000, 25000], len(good))
        fits = (self.rng.random(len(good)) < 0.35) & (high > 15000) & (low < 24000)
        return np.where(fits, full, np.round(spread))

    def transit(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Days at sea between two ports: the same for a lane, give or take three."""
        lane = 3 + (np.minimum(a, b) * 7 + np.maximum(a, b) * 13) % 29
        return lane + self.rng.integers(0, 4, len(lane))

    def word(self, good: np.ndarray) -> np.ndarray:
        sizes = np.array([len(words) for words in self.goods.words])
        return (self.rng.random(len(good)) * sizes[good]).astype(np.int8)

    def surname(self) -> str:
        """A surname: some are common."""
        return SURNAMES[int(len(SURNAMES) * self.rng.random() ** 1.5)]

    def next_tag(self) -> int:
        self.tags += 1
        return self.tags - 1

    def next_lot(self) -> int:
        self.lots += 1
        return self.lots - 1

    def note(self, command: str, kind: str, what: Any, made_of: Any) -> None:
        """Write a planted network or a lawful look-alike into the truth, and what it is made of."""
        for told, one in ((self.truth, what), (self.made_of, made_of)):
            told.setdefault(command, {"planted": [], "lawful": []})[kind].append(one)
