"""The world of the demo case: ports, ships, companies, people and their boards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

FIRST, LAST = date(2023, 1, 1), date(2026, 6, 30)
ZONES = {
    "east": "CN HK TW TH MY SG VN ID JP KR RU",
    "west": "US MX CL BR",
    "europe": "NL BE DE GB PL ES IT TR BG",
    "gulf": "AE IN LK ZA",
}
ZONE = {country: zone for zone, countries in ZONES.items() for country in countries.split()}
T = TypeVar("T")


class Dice:
    """Draws that rest on `random()` only."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        return low + int((high - low + 1) * self._random())

    def chance(self, share: float) -> bool:
        return self._random() < share

    def pick(self, of: Sequence[T]) -> T:
        return of[int(len(of) * self._random())]

    def pick_early(self, of: Sequence[T]) -> T:
        """The n-th with weight 1/(n + 1): few have much, many have little."""
        draw = self._random() * sum(1 / (n + 1) for n in range(len(of)))
        for n, one in enumerate(of):
            draw -= 1 / (n + 1)
            if draw <= 0:
                return one
        return of[-1]

    def shuffled(self, of: Iterable[T]) -> list[T]:
        rest, out = list(of), []
        while rest:
            out.append(rest.pop(int(len(rest) * self._random())))
        return out


# ---------------------------------------------------------------- rows


@dataclass
class Company:
    name: str
    country: str
    role: str
    port: str
    since: str
    dissolved: str = ""
    industry: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    registration: str = ""
    id: str = ""
    trades: str = ""  # what it does in the background trade: maker, trader, user
    goods: list[str] = field(default_factory=list)
    quiet: bool = False


@dataclass
class Person:
    name: str
    country: str
    born: str = ""
    id: str = ""


@dataclass(frozen=True)
class Sailing:
    departed: date
    arrived: date
    vessel: str = ""


@dataclass(frozen=True)
class Board:
    """Companies and the officers who tie them, or seem to, with the entry that says which."""

    entry: dict[str, Any]
    companies: list[Company]
    people: list[Any]


# ---------------------------------------------------------------- the world


def imo_number(digits: str) -> str:
    """Six digits and their check digit (each weighted by its place from the right, 7 to 2)."""
    return digits + str(sum(int(d) * (7 - n) for n, d in enumerate(digits)) % 10)


class World:
    """Ships, companies, people and boards; what is shipped between them is Trade's."""

    def __init__(
        self, world: dict[str, Any], networks: dict[str, Any], cases: dict[str, Any]
    ) -> None:
        self.dice = Dice(20261124)
        self.world, self.networks, self.cases = world, networks, cases
        self.goods: dict[str, dict[str, Any]] = world["goods"]
        self.countries: dict[str, dict[str, Any]] = world["countries"]
        self.companies: dict[str, Company] = {}
        self.people: dict[str, Person] = {}
        self.seats: list[tuple[Any, str, Company, str, str]] = []
        self.boards: list[Board] = []
        self.vessels: list[dict[str, str]] = []
        self.fleet: list[tuple[str, str]] = []
        self.tramps: dict[str, str] = {}  # ships outside the liner services: key and IMO number
        self.sailings: dict[tuple[str, str], list[Sailing]] = {}
        self.build_services()
        self.build_companies()
        self.build_people()
        self.build_boards()

    # ---- ships

    def build_services(self) -> None:
        """Vessels on rounds, and from their rounds every sailing from port to port."""
        names = ["Amber", "Heron", "Cinder", "Lotus", "Granite", "Plover", "Saffron", "Tern"]
        kinds = ["Meridian", "Passage", "Harbour", "Lantern", "Current"]
        flags = ["PA", "LR", "MH", "SG", "HK", "MT", "CY"]
        for service in self.world["services"]:
            for ship in range(service["ships"]):
                n = len(self.vessels)
                # No ship that we know of bears a number in the 3,000,000s: these are invented.
                imo = imo_number(f"{301_207 + 137 * n:06d}")
                name = f"{names[n % 8]} {kinds[n % 5]}"
                row = {"imo": imo, "name": name, "flag": flags[n % 7], "type": "container ship"}
                self.vessels.append(row)
                self.fleet.append((f"line{n % 3 + 1}", imo))
                start = FIRST - timedelta(90 - ship * service["round"] // service["ships"])
                while start < LAST:
                    self._sail(imo, start, service["round"], service["calls"])
                    start += timedelta(service["round"])
        for key, tramp in self.cases["vessels"].items():
            self.tramps[key] = imo_number(tramp["digits"])
            row = {"imo": self.tramps[key], "name": tramp["name"], "flag": tramp["flag"]}
            self.vessels.append({**row, "type": "general cargo ship"})
        for one in self.sailings.values():
            one.sort(key=lambda s: (s.departed, s.arrived, s.vessel))

    def _sail(self, imo: str, start: date, days: int, calls: list[list[Any]]) -> None:
        stops = [*calls, *([port, day + days] for port, day in calls)]
        for at, (load, left) in enumerate(calls):
            for to, (discharge, reached) in enumerate(stops[at + 1 :], at + 1):
                # Nobody sends goods to a neighbour across an ocean and back.
                most = 24 if ZONE[load[:2]] == ZONE[discharge[:2]] else 50
                if to >= at + len(calls) or reached - left > most or load == discharge:
                    continue
                departed, arrived = start + timedelta(left + 1), start + timedelta(reached)
                if departed >= FIRST and arrived <= LAST:
                    pair = self.sailings.setdefault((load, discharge), [])
                    pair.append(Sailing(departed, arrived, imo))

    def passage(self, load: str, discharge: str, ready: date, days: int = 0) -> Sailing:
        """The next ship within a month, else a passage that the data knows no vessel of."""
        if not days:
            for one in self.sailings.get((load, discharge), []):
                if ready <= one.departed <= ready + timedelta(30):
                    return one
            days = self.days(load, discharge)
        return Sailing(ready, ready + timedelta(days))

    @staticmethod
    def days(load: str, discharge: str) -> int:
        """Days of a passage outside the liner services."""
        near = ZONE[load[:2]] == ZONE[discharge[:2]]
        return 3 if load[:2] == discharge[:2] else 8 if near else 31

    # ---- who there is

    def build_companies(self) -> None:
        known = {**self.world["carriers"], **self.networks["companies"], **self.cases["companies"]}
        for key, row in known.items():
            self.companies[key] = Company(**row)
        taken = {one.name for one in self.companies.values()}
        for code, country in self.countries.items():
            for n in range(country["n"]):
                company = self._invent(code, country, n, taken)
                taken.add(company.name)
                self.companies[f"{code}{n}"] = company
        for crowd in self.cases["crowds"]:
            for n in range(crowd["n"]):
                company = self._invent(crowd["country"], self.countries[crowd["country"]], n, taken)
                taken.add(company.name)
                company.trades, company.role = "", crowd["role"]
                company.port, company.industry = crowd["port"], crowd["industry"]
                self.companies[f"{crowd['key']}{n}"] = company
        for n, one in enumerate(self.dice.shuffled(self.companies.values()), 1):
            one.id = f"C{n:03d}"
            self._furnish(one)

    def _invent(self, code: str, country: dict[str, Any], n: int, taken: set[str]) -> Company:
        trades = self.world["trades"]
        kind = ("maker", "trader", "user", "maker", "user")[n % 5]
        port = country["ports"][n % len(country["ports"])]
        while True:
            stem, word = self.dice.pick(country["stems"]), self.dice.pick(trades[kind])
            if code == "CN":
                local = n % 3 > 0  # two of three in Chinese writing
                city = trades["cities"][port].split("|")[0 if local else 1]
                own = stem.split("|")[0 if local else 1]
                form = "{city}{stem}{trade}有限公司" if local else country["form"]
                name = form.format(city=city, stem=own, trade=word[1 if local else 0])
            else:
                script = {"TW": 3, "RU": 2, "BG": 2}.get(code, 0)
                name = country["form"].format(stem=stem, trade=word[script])
            if name not in taken:
                break
        role = {"maker": "manufacturer", "trader": "trader"}.get(kind, "")
        since = date(1985, 1, 1) + timedelta(self.dice.whole(0, 365 * 36))
        return Company(name, code, role, port, since.isoformat(), trades=kind)

    def _furnish(self, company: Company) -> None:
        """Address, phone, mail and number, each missing now and then."""
        dice, code = self.dice, company.country
        number = f"{dice.whole(100000, 999999)}{dice.whole(100, 999)}"
        registration = "" if dice.chance(0.3) else f"{code}-{number}"
        company.registration = company.registration or registration
        if code == "CN":
            city = self.world["trades"]["cities"][company.port].split("|")[0]
            place = f"{city}市澜港路{dice.whole(1, 980)}号"
        else:
            place = f"{dice.whole(1, 980)} Harbour Estate Road, {self.countries[code]['city']}"
        company.address = company.address or ("" if dice.chance(0.15) else place)
        phone = (
            f"+{self.countries[code]['calling']} {dice.whole(20, 89)} 555 {dice.whole(1000, 9999)}"
        )
        company.phone = company.phone or ("" if dice.chance(0.35) else phone)
        company.email = "" if dice.chance(0.5) else f"office@{company.id.lower()}.example"

    def build_people(self) -> None:
        for group in self.world["people"]:
            names: set[str] = set()
            while len(names) < group["n"]:
                family, given = self.dice.pick(group["family"]), self.dice.pick(group["given"])
                name = group["form"].format(family=family, given=given)
                if name not in names:
                    names.add(name)
                    self.people[name] = Person(name, self.dice.pick(group["in"]))
        for board in self.networks["boards"]:
            for key, (name, country) in board.get("people", {}).items():
                self.people[key] = Person(name, country)
        for key, (name, country) in self.cases["people"].items():
            self.people[key] = Person(name, country)
        for n, one in enumerate(self.dice.shuffled(self.people.values()), 1):
            one.id = f"P{n:03d}"
            if self.dice.chance(0.8):
                one.born = str(self.dice.whole(1948, 1994))

    def party(self, key: str) -> Any:
        return self.companies.get(key) or self.people[key]

    def background(self, *countries: str) -> list[Company]:
        some = [one for one in self.companies.values() if one.trades]
        return [one for one in some if not countries or one.country in countries]

    # ---- who sits where

    def build_boards(self) -> None:
        seated = {self.party(key).id for key in (*self.cases["companies"], *self.cases["people"])}
        for case in self.cases["cases"]:
            self.seats += [
                (self.party(who), "director", self.party(of), since, to)
                for who, of, since, to in case.get("seats", [])
            ]
        for board in self.networks["boards"]:
            seats = [
                (self.party(who), "director", self.companies[of], since, to)
                for who, of, since, to in board.get("seats", [])
            ]
            if hub := board.get("hub"):
                clients = self.dice.shuffled(self.background(*hub["in"]))[: hub["seats"]]
                role = "secretary" if hub["director"] == "agent" else "nominee director"
                for one in clients:
                    one.address = hub["address"]
                    seats.append((self.party(hub["director"]), role, one, one.since, ""))
            self.seats += seats
            own = [seat for seat in seats if seat[0].name != self.people["nominee"].name or hub]
            people = list({who.id: who for who, *_ in own}.values())
            companies = list({seat[2].id: seat[2] for seat in own}.values())
            seated |= {one.id for one in (*people, *companies)}
            self.boards.append(Board(board, companies, people))
        # Everyone else sits on one board, three on two: enough to show that it happens lawfully.
        free = [one for one in self.people.values() if one.id not in seated]
        for n, one in enumerate(self.dice.shuffled(free)):
            near = [c for c in self.companies.values() if c.country == one.country]
            open_ = [c for c in near if c.id not in seated] or self.background()
            for company in self.dice.shuffled(open_)[: 2 if n < 3 else 1]:
                since = date.fromisoformat(company.since) + timedelta(self.dice.whole(0, 900))
                to = ""
                if self.dice.chance(0.2):
                    to = (since + timedelta(self.dice.whole(900, 4000))).isoformat()
                role = "" if self.dice.chance(0.3) else "director"
                self.seats.append((one, role, company, since.isoformat(), to))
