"""The foreign sources: each excerpt gives exactly these rows, and each record is accounted for.

The excerpts lie in `data/`, each with its SOURCE.txt. Tests marked `shared` read the whole sets,
and compare them with what a reading of the raw files by other means gives.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pycountry
import pytest
from stdnum import imo

from netinv import cypherfile
from netinv.api import OpenCase
from netinv.case import Case, open_case
from netinv.inputs import fold, read_country
from netinv.intake import FileReport, take_in
from netinv.result import FOUND, UNCHECKED
from tests.conftest import ROOT, SHARED

DATA = Path(__file__).resolve().parent / "data"
WHOLE = {
    "wpi-ports": ["wpi-pub150/UpdatedPub150.csv"],
    "gfw-vessels": ["gfw-transshipment/transshipment-vessels.csv"],
    "ofac-sdn": ["ofac-sdn-2023/sdn.csv", "ofac-sdn-2023/sdn_address.csv"],
    "icij-panama": ["panama-2016/All-edges.csv", "panama-2016/All-nodes.csv"],
    "bods": [
        *(f"bods-examples/{name}.json" for name in ("fermcat", "bods-package-fi-soe", "tecido")),
        *(f"bods-examples/{name}.json" for name in ("joint-ownership", "indirect-ownership")),
        *(
            f"bods-examples/{name}.json"
            for name in ("nomination", "levent", "full-pep-declaration")
        ),
        "bods-examples/listed-company-exempt-from-disclosure.json",
        "bods-v04-fixtures/10-circular-ownership.json",
        "bods-v04-fixtures/11-anonymous-person.json",
    ],
    "korea-customs": [
        f"korea-customs-declarations/df_syn_{part}_eng.csv" for part in ("train", "valid", "test")
    ],
}


class Taken:
    """A source taken in, without a graph: its tables as texts, its reports by file."""

    def __init__(self, folder: Path, files: list[Path]) -> None:
        self.case: Case = open_case(folder)
        with self.case.writing("load"):
            self.reports: dict[str, FileReport] = {
                one.file: one for one in take_in(self.case, files)
            }
        self.roles = {
            member.id: member.role or source.kind
            for source in self.case.sources()
            for member in source.files
        }

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The rows of a table; a source stands as its role in the kind, such as `sdn:7`."""
        files = [str(path) for _, path in self.case.parquet(table)]
        names = ", ".join(f'"{name}"' for name in columns)
        found = duckdb.execute(f"SELECT {names} FROM read_parquet($1)", [files]).fetchall()
        return [tuple(map(self._plain, row)) for row in found]

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dt.date):
            return value.isoformat()
        if not isinstance(value, list):
            return value
        parts = (text.split(":") for text in value)
        return [f"{self.roles[id_]}:{record}" for id_, record in parts]

    def holds(self, table: str, text: str) -> None:
        """A table holds the rows of a text and no other: its first line names the columns."""
        head, *lines = [[cell.strip() for cell in line.split("|")] for line in text.split("\n")]
        wanted = sorted(tuple(line) for line in lines if len(line) == len(head))
        assert len(wanted) == len(lines) - 1  # the last line holds the closing quotes
        found = sorted(tuple(map(written, row)) for row in self.rows(table, *head))
        assert found == wanted

    def records(self) -> int:
        """How many different records of all files stand behind the rows of all tables."""
        paths = [str(path) for table in cypherfile.tables() for _, path in self.case.parquet(table)]
        count = "SELECT count(DISTINCT source) FROM (SELECT unnest(_sources) AS source FROM"
        found = duckdb.execute(f"{count} read_parquet($1, union_by_name = true))", [paths])
        return int((found.fetchone() or (0,))[0])

    def unread(self) -> Counter[str]:
        return sum((one.unread for one in self.reports.values()), Counter[str]())


def written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        parts = (text.split(":") for text in value)
        return " ".join(f"{role}:{n}" for role, n in sorted((r, int(n)) for r, n in parts))
    return str(value)


@pytest.fixture
def taken(request: pytest.FixtureRequest, tmp_path: Path) -> Taken:
    """The excerpt of the source that a test names with `@excerpt`."""
    return Taken(tmp_path / "case", sorted((DATA / request.param).glob("*.[cj]s*")))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The whole set of a source, taken in once."""
    kept: dict[str, Taken] = {}

    def take(source: str) -> Taken:
        if source not in kept:
            folder = tmp_path_factory.mktemp(source) / "case"
            kept[source] = Taken(folder, [SHARED / name for name in WHOLE[source]])
        return kept[source]

    yield take


def excerpt(source: str) -> Any:
    return pytest.mark.parametrize("taken", [source], indirect=True, ids=[""])


def told(report: FileReport) -> tuple[str, int, int, int, dict[str, int]]:
    return report.kind, report.read, report.written, report.rejected, dict(report.skipped)


# ---------------------------------------------------------------- every record is accounted for


def accounted(taken: Taken) -> None:
    for report in taken.reports.values():
        assert report.read == report.written + report.rejected + report.skipped.total(), report.file
        assert report.rejected == 0 and report.read > 0
        assert not [reason for reason in report.skipped if reason.startswith("no SELECT")]
    assert taken.records() == sum(one.written for one in taken.reports.values())


@pytest.mark.parametrize("taken", sorted(WHOLE), indirect=True)
def test_each_record_of_an_excerpt_stands_behind_a_row_or_is_skipped_with_a_reason(
    taken: Taken,
) -> None:
    accounted(taken)


@pytest.mark.shared
@pytest.mark.parametrize("source", sorted(WHOLE))
def test_each_record_of_a_whole_set_stands_behind_a_row_or_is_skipped_with_a_reason(
    whole: Any, source: str
) -> None:
    accounted(whole(source))


@pytest.mark.shared
@pytest.mark.parametrize("source", ["icij-panama", "ofac-sdn"])
def test_a_source_taken_in_again_gives_the_same_rows_in_the_same_order(
    whole: Any, source: str, tmp_path: Path
) -> None:
    first = whole(source)
    again = Taken(tmp_path / "case", [SHARED / name for name in reversed(WHOLE[source])])
    tables = [name for name in cypherfile.tables() if first.case.parquet(name)]
    assert len(tables) > 3
    for table in tables:
        assert again.rows(table, "_sources", "_record") == first.rows(table, "_sources", "_record")
    assert again.unread() == first.unread()


@pytest.mark.parametrize("source", sorted(cypherfile.sources()))
def test_each_source_has_an_excerpt_that_says_where_it_is_from(source: str) -> None:
    text = (DATA / source / "SOURCE.txt").read_text(encoding="utf-8")
    assert re.search(r"^commit: +[0-9a-f]{40} ", text, re.MULTILINE) and "licence" in text
    for path in (DATA / source).glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert 10 <= sum(1 for _ in csv.reader(file)) - 1 <= 40, path


# ---------------------------------------------------------------- names of countries


def test_our_names_of_countries_are_those_that_the_iso_table_lacks() -> None:
    with (ROOT / "import" / "reference" / "country-names.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [row["name"] for row in rows]
    assert names == sorted(set(names), key=str.casefold) and len(names) > 50
    iso = {
        fold(getattr(country, part))
        for country in pycountry.countries
        for part in ("alpha_2", "alpha_3", "name", "official_name", "common_name")
        if hasattr(country, part)
    }
    assert not [name for name in names if fold(name) in iso]
    codes = {country.alpha_2 for country in pycountry.countries} | {"XK", ""}
    assert {row["code"] for row in rows} <= codes
    for row in rows:
        assert read_country(row["name"].upper()).value == (row["code"] or None)
        assert row["source"]


@pytest.mark.shared
def test_nearly_every_country_of_the_whole_sets_is_read(whole: Any) -> None:
    unread = [whole(source).unread() for source in sorted(WHOLE)]
    assert dict(sum(unread, Counter[str]())) == {
        "companies: country: is no country, such as 'Netherlands Antilles'": 1,
        "people: country: is no country, such as 'possibly Palestinian'": 4,
        "vessels: flag: is no country, such as 'ANT'": 2,
    }


# ---------------------------------------------------------------- wpi-ports


@excerpt("wpi-ports")
def test_ports_have_their_locode_or_their_index_number(taken: Taken) -> None:
    taken.holds(
        "ports",
        """code | country | lat | name | _sources
        WPI-7950    | US | 40.533333   | Maurer             | index:1
        WPI-60720   | RU | 42.866667   | Bukhta Gaydamak    | index:2
        WPI-49460   | IN | 16.15       | Machilipatnam      | index:3
        WPI-56330   | UM | 19.283333   | Wake Island        | index:4
        GBGSY       | GB | 53.583333   | Grimsby            | index:5
        CADHS       | CA | 48.066667   | Dalhousie          | index:6
        BSMAT       | BS | 20.95       | Matthew Town       | index:7
        GBTOB       | GB | 56.616667   | Tobermory          | index:8
        WPI-56325   | UM | 16.75       | Johnston Atoll     | index:9
        CDMAT       | CD | -5.816667   | Matadi             | index:10
        CIABJ       | CI | 5.25        | Abidjan            | index:11
        ISSEY       | IS | 65.266667   | Seydhisfjordhur    | index:12
        GCCOG       | GQ | 1.083333    | Cogo               | index:13
        FKPSY       | FK | -51.7       | Stanley            | index:14
        JBHBI       | JP | 33.933333   | Hibikinada         | index:15
        WPI-450     | IS | 64.933333   | Budir              | index:16
        BSCBT       | BS | 24.05       | Cockburn Town      | index:17
        WPI-35600   | GB | 50.8        | Portsmouth Harbour | index:18
        INKRI       | IN | 14.25       | Krishnapatnam      | index:19
        WPI-4210    | CA | 45.95       | Cockburn           | index:20
        WPI-3770    | CA | 45.266667   | Tobermory          | index:21
        WPI-3060    | CA | 43.216667   | Port Dalhousie     | index:22
        NOMEH       | NO | 71.04134661 | Mehamnfjorden      | index:23
        WPI-49454.5 | IN | 13.30694444 | Kattupalli Port    | index:24
        WPI-49460   | IN | 16.15       | Machilipatnam      | index:25
        SJBAR       | SJ | 78.05944444 | Barentsburg        | index:26
        VGRAD       | VG | 18.416667   | Road Harbor        | index:27
        VCKTN       | VC | 13.15       | Kingstown          | index:28
        ISSEY       | IS | 65.26666667 | Seydisfjordur      | index:29
        ISFAS       | IS | 64.91666667 | Faskrudsfjordur    | index:30
        """,
    )
    report = taken.reports["UpdatedPub150.csv"]
    assert told(report) == ("wpi-ports", 30, 30, 0, {})
    assert not report.unread and not report.doubts


@pytest.mark.shared
def test_no_two_harbours_of_the_port_index_become_one(whole: Any) -> None:
    with (SHARED / WHOLE["wpi-ports"][0]).open(encoding="utf-8", newline="") as file:
        raw = list(csv.DictReader(file))
    numbers, codes = defaultdict(set), defaultdict(set)
    ports = whole("wpi-ports").rows("ports", "code", "country", "_sources")
    assert len(ports) == len(raw) == 3768
    for code, country, (source,) in ports:
        row = raw[int(source.split(":")[1]) - 1]
        numbers[code].add(row["World Port Index Number"])
        codes["".join(row["UN/LOCODE"].split())].add(code)
        assert country, row
    assert all(len(one) == 1 for one in numbers.values())  # a code is one harbour's
    assert len(numbers) == len({row["World Port Index Number"] for row in raw}) == 3766
    codes.pop("")
    for locode, has in codes.items():
        assert (locode in has) == bool(re.fullmatch("[A-Z]{2}[A-Z0-9]{3}", locode)), locode
    shared = {locode: has for locode, has in codes.items() if len(has) > 1}
    assert len(shared) == 24 and all(len(has) == 2 for has in shared.values())
    assert Counter(code[:4] == "WPI-" for code, *_ in ports) == {False: 3313, True: 455}


# ---------------------------------------------------------------- ofac-sdn


@excerpt("ofac-sdn")
def test_bodies_people_and_vessels_of_the_sanctions_list(taken: Taken) -> None:
    taken.holds(
        "companies",
        """id | country | incorporated | incorporated_last | phone | email | lei | registration | name | _sources
        ofac-36    | CU |            |            |                    |                                      |                      |                        | AEROCARIBBEAN AIRLINES          | sdn:1 sdn_address:1
        ofac-9936  |    |            |            |                    |                                      |                      |                        | NETHERLANDS CARIBBEAN BANK N.V. | sdn:7 sdn_address:7
        ofac-12686 | LY |            |            | (218) 21 273343326 | info@waatasemu.org                   |                      |                        | WAATASEMU CHARITY ASSOCIATION   | sdn:11 sdn_address:14
        ofac-18961 | UA |            |            |                    | info@oreanda.biz                     |                      |                        | RESORT NIZHNYAYA OREANDA        | sdn:18 sdn_address:21
        ofac-29020 | SY | 2017-01-01 | 2017-12-31 |                    |                                      |                      |                        | GRAND TOWN TOURIST CITY         | sdn:24 sdn_address:29
        ofac-31331 | MM |            |            | 95 013 70177       | reservations@theyangonrestaurant.com |                      |                        | THE YANGON RESTAURANT           | sdn:25 sdn_address:30
        ofac-37998 | RU | 1932-01-01 | 1932-12-31 |                    |                                      | 253400XSJ4C01YMCXG44 | 1027402166835 (Russia) | PUBLICHNOE AKTSIONERNOE OBSCHESTVO MAGNITOGORSKIY METALLURGICHESKIY KOMBINAT | sdn:27 sdn_address:32
        """,  # noqa: E501 - a row reads as a row
    )
    taken.holds(
        "companies",
        """id | industry | address
        ofac-36    |                                                    |
        ofac-9936  |                                                    | Kaya WFG (Jombi) Mensing 14, P.O. Box 3895, Willemstad, Curacao, Netherlands Antilles
        ofac-12686 |                                                    | Omar Almukhtar Street, Tripoli, Libya
        ofac-18961 |                                                    | Pgt Oreanda, Dom 12, Yalta, Crimea 298658, Ukraine
        ofac-29020 | Real estate activities on a fee or contract basis  | Airport Road, after the Fourth Bridge, Damascus, Syria
        ofac-31331 | Restaurants and mobile food service activities     | People's Park Compound, Near Planetarium Museum, Ahlone Road, Dagon Township, Yangon, Burma
        ofac-37998 |                                                    | 93 Kirov Street, Magnitogorsk 455000, Russia
        """,  # noqa: E501 - a row reads as a row
    )
    # Dates of birth: a day, a month, a year; none where the list says circa, or from … to.
    taken.holds(
        "people",
        """id | country | born | born_last | name | address | _sources
        ofac-2691  |    | 1938-01-01 | 1938-12-31 | YASSIN, Sheik Ahmed Ismail    |                                                                | sdn:2
        ofac-7846  | IQ |            |            | AL-TIKRITI, Abid Hamid Mahmud |                                                                | sdn:5
        ofac-7940  |    | 1966-02-01 | 1966-02-01 | ABU DHESS, Mohamed            | Holdenweg 76, Essen 45143, Germany                             | sdn:6 sdn_address:6
        ofac-10214 | CO | 1960-11-20 | 1960-11-20 | OCHOA VASCO, Fabio Enrique    | Av Miguel Angel 18, Real Vallarta, Zapopan, Jalisco 44020, Mexico | sdn:8 sdn_address:9 sdn_address:10
        ofac-10592 | GB | 1968-02-01 | 1968-02-29 | GHANI, Mohammad Nadeem        |                                                                | sdn:9
        ofac-11648 | KP | 1964-01-01 | 1964-12-31 | KIM, Tong-Myo'ng              |                                                                | sdn:10
        ofac-12890 | PK | 1977-08-01 | 1977-08-31 | KHAN, Mustafa Hajji Muhammad  |                                                                | sdn:12
        ofac-15496 | JP |            |            | NISHIGUCHI, Shigeo            | c/o 6-4-21 Akasaka, Minato-ku, Tokyo, Japan                    | sdn:16 sdn_address:19
        ofac-19930 |    | 1994-01-01 | 1994-12-31 | KONY, Ali                     |                                                                | sdn:19 sdn_address:24
        ofac-21547 | CN | 1979-01-08 | 1979-01-08 | XIANHUA, Qin                  |                                                                | sdn:21
        """,  # noqa: E501 - a row reads as a row
    )
    # IMO numbers stand with one blank, with two, and without the letters; else MMSI, else the id.
    taken.holds(
        "vessels",
        """imo | flag | callsign | mmsi | type | name | _sources
        ofac-4238      | CU | CL2192 |           | Tug                       | MAR AZUL       | sdn:3
        7406784        | PA |        |           | General Cargo             | EBANO          | sdn:4
        9187629        | IR | T2EU4  | 572469210 | Crude/Oil Products Tanker | ARTAVIL        | sdn:13
        9218454        |    | 9HEF9  | 256864000 | Crude Oil Tanker          | DEVON          | sdn:14
        8606173        | KP |        |           | General Cargo             | RYONG GUN BONG | sdn:17
        8605234        | IR |        |           | General Cargo             | DORITA         | sdn:22
        MMSI-375311000 | VC |        | 375311000 | Pleasure Craft            | ST. VITAMIN    | sdn:23
        8730455        | RU |        |           | Hopper Barge              | CHIZHOVKA      | sdn:26
        """,  # noqa: E501 - a row reads as a row
    )
    taken.holds(
        "vessel_identities",
        """vessel | field | value | _sources
        7406784 | name | ANA I     | sdn:4
        7406784 | name | SAND SWAN | sdn:4
        9187629 | name | ALPHA     | sdn:13
        9187629 | flag | Malta     | sdn:13
        9187629 | flag | Tanzania  | sdn:13
        9187629 | flag | Tuvalu    | sdn:13
        9218454 | flag | Malta     | sdn:14
        """,
    )


@excerpt("ofac-sdn")
def test_the_programmes_of_the_column_country_stand_in_listings(taken: Taken) -> None:
    taken.holds(
        "listings",
        """entity | kind | program | _sources
        ofac-36        | entity     | CUBA             | sdn:1
        ofac-2691      | individual | SDGT             | sdn:2
        ofac-4238      | vessel     | CUBA             | sdn:3
        7406784        | vessel     | CUBA             | sdn:4
        ofac-7846      | individual | IRAQ2            | sdn:5
        ofac-7940      | individual | SDGT             | sdn:6
        ofac-9936      | entity     | CUBA             | sdn:7
        ofac-10214     | individual | SDNT             | sdn:8
        ofac-10592     | individual | SDNTK            | sdn:9
        ofac-11648     | individual | NPWMD            | sdn:10
        ofac-12686     | entity     | LIBYA2           | sdn:11
        ofac-12890     | individual | SDGT             | sdn:12
        9187629        | vessel     | IRAN             | sdn:13
        9218454        | vessel     | IRAN             | sdn:14
        ofac-15496     | individual | TCO              | sdn:16
        8606173        | vessel     | DPRK             | sdn:17
        ofac-18961     | entity     | UKRAINE-EO13685  | sdn:18
        ofac-19930     | individual | CAR              | sdn:19
        ofac-21547     | individual | NPWMD            | sdn:21
        ofac-21547     | individual | IFSR             | sdn:21
        8605234        | vessel     | IRAN             | sdn:22
        8605234        | vessel     | NPWMD            | sdn:22
        8605234        | vessel     | IFSR             | sdn:22
        MMSI-375311000 | vessel     | UKRAINE-EO13661  | sdn:23
        MMSI-375311000 | vessel     | CYBER2           | sdn:23
        MMSI-375311000 | vessel     | ELECTION-EO13848 | sdn:23
        ofac-29020     | entity     | SYRIA            | sdn:24
        ofac-31331     | entity     | BURMA-EO14014    | sdn:25
        8730455        | vessel     | RUSSIA-EO14024   | sdn:26
        ofac-37998     | entity     | RUSSIA-EO14024   | sdn:27
        """,
    )


@excerpt("ofac-sdn")
def test_what_the_sanctions_list_says_beside_is_skipped_or_unread_with_a_reason(
    taken: Taken,
) -> None:
    entries, addresses = taken.reports["sdn.csv"], taken.reports["sdn_address.csv"]
    assert told(entries) == (
        "ofac-sdn",
        28,
        25,
        0,
        {"aircraft: no table holds them": 2, "an empty line": 1},
    )
    assert told(addresses) == (
        "ofac-sdn",
        33,
        12,
        0,
        {
            "an address line that says nothing": 13,
            "a further address: one is kept for each person or body": 4,
            "a town alone, or a country that is known already": 2,
            "address of an aircraft": 1,
            "an empty line": 1,
        },
    )
    assert dict(entries.unread) == {
        "companies: country: is no country, such as 'Netherlands Antilles'": 1,
        "people: country: is no country, such as 'possibly Palestinian'": 2,
    }
    assert not entries.doubts and not addresses.doubts and not addresses.unread
    raw = dict(taken.rows("people", "id", "_raw"))
    assert {id_: cell for id_, cell in raw.items() if cell} == {
        "ofac-7940": '{"country": "possibly Palestinian"}',
        "ofac-19930": '{"country": "Region: Kafia Kingi"}',
    }


@pytest.mark.server
def test_a_vessel_without_an_imo_number_stands_on_its_list(case: OpenCase) -> None:
    loaded = case.load(DATA / "ofac-sdn")
    assert loaded.graph.stubs == 0
    found = case.graph().ask(
        "MATCH (v:Vessel)-[r:LISTED_ON]->(l:List) RETURN v.imo, v.name, l.name, r.program"
    )
    assert {tuple(row.values()) for row in found.rows} == {
        (code, name, "OFAC SDN", program)
        for code, name, programs in (
            ("ofac-4238", "MAR AZUL", ["CUBA"]),
            ("7406784", "EBANO", ["CUBA"]),
            ("9187629", "ARTAVIL", ["IRAN"]),
            ("9218454", "DEVON", ["IRAN"]),
            ("8606173", "RYONG GUN BONG", ["DPRK"]),
            ("8605234", "DORITA", ["IRAN", "NPWMD", "IFSR"]),
            ("MMSI-375311000", "ST. VITAMIN", ["UKRAINE-EO13661", "CYBER2", "ELECTION-EO13848"]),
            ("8730455", "CHIZHOVKA", ["RUSSIA-EO14024"]),
        )
        for program in programs
    }
    both = case.graph().ask("MATCH (p:Party) WHERE NOT p:Person AND NOT p:Company RETURN p.id")
    assert both.rows == []
    case.drop(case.sources()[0].id, "to see that nothing stays")
    assert case.graph().ask("MATCH (n) WHERE NOT n:NetinvCase RETURN n").rows == []


def born(details: str) -> tuple[str, str]:
    """First and last day of the first date of birth in an entry's details, by Python's dates."""
    text = next((part[4:] for part in details.split("; ") if part.startswith("DOB ")), "")
    for form in ("%d %b %Y", "%b %Y", "%Y"):
        try:
            first = dt.datetime.strptime(text.rstrip("."), form).date()
        except ValueError:
            continue
        if form == "%Y":
            return str(first), str(first.replace(month=12, day=31))
        if form == "%b %Y":
            nearly = first.replace(day=28) + dt.timedelta(days=4)
            return str(first), str(nearly - dt.timedelta(days=nearly.day))
        return str(first), str(first)
    return "", ""


@pytest.mark.shared
def test_the_whole_sanctions_list_is_read_as_its_raw_rows_say(whole: Any) -> None:
    with (SHARED / WHOLE["ofac-sdn"][0]).open(encoding="utf-8", newline="") as file:
        raw = [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(file)]
    with (SHARED / WHOLE["ofac-sdn"][1]).open(encoding="utf-8", newline="") as file:
        lines = [[cell.strip() for cell in row] for row in list(csv.reader(file))[1:]]
    addresses: dict[str, str] = {}
    for id_, _, *parts in (line[:5] for line in lines):
        if parts[0] not in ("-0-", ""):
            words = [word for word in parts if word not in ("-0-", "undetermined")]
            addresses.setdefault(f"ofac-{id_}", ", ".join(words))
    list_ = whole("ofac-sdn")
    kinds = Counter(row["Type"] for row in raw)
    assert kinds == {"individual": 5890, "-0-": 4575, "vessel": 685, "aircraft": 293, "": 1}
    names = {f"ofac-{row['ID']}": row["Name"] for row in raw}
    for table, count in (("companies", 4575), ("people", 5890)):
        rows = list_.rows(table, "id", "name", "address")
        assert len({id_ for id_, *_ in rows}) == len(rows) == count
        for id_, name, address in rows:
            assert (name, address) == (names[id_], addresses.get(id_))
    births = {
        id_: (first or "", last or "")
        for id_, first, last in list_.rows("people", "id", "born", "born_last")
    }
    assert births == {
        f"ofac-{row['ID']}": born(row["Details"]) for row in raw if row["Type"] == "individual"
    }
    assert sum(first != "" for first, _ in births.values()) == 5585

    vessels = {row["Name"]: row for row in raw if row["Type"] == "vessel"}
    codes = dict(list_.rows("vessels", "imo", "name"))
    assert len(codes) == 685
    bare = {code: name for code, name in codes.items() if not re.fullmatch(r"\d{7}", code)}
    assert bare == {
        "ofac-4238": "MAR AZUL",
        "ofac-23424": "BONU 5",
        "MMSI-375311000": "ST. VITAMIN",
        "MMSI-273385420": "SHELLEST",
        "MMSI-273337970": "NEGA",
    }
    for code, name in codes.items():
        if code not in bare:
            assert imo.is_valid(code)
            assert name in vessels
    listed = list_.rows("listings", "entity", "program", "kind", "_sources")
    assert {(source, program) for _, program, _, (source,) in listed} == {
        (f"sdn:{record}", program)
        for record, row in enumerate(raw, 1)
        for program in row["Country"].split("] [")
        if row["Type"] not in ("aircraft", "")
    }
    assert Counter(kind for *_, kind, _ in listed) == {
        "individual": 6499,
        "entity": 5493,
        "vessel": 940,
    }
    assert {entity for entity, _, kind, _ in listed if kind == "vessel"} == set(codes)


# ---------------------------------------------------------------- icij-panama


@excerpt("icij-panama")
def test_bodies_people_seats_and_ownerships_of_the_graphs(taken: Taken) -> None:
    taken.holds(
        "companies",
        """id | country | incorporated | dissolved | role | registration | name | _sources
        icij-900005 |    |            |            |       |        | Stichting Norderlicht      | nodes:11
        icij-900006 |    |            |            |       |        | FUNDACIÓN AGUA QUIETA      | nodes:12
        icij-900007 |    |            |            |       |        | Coral Nominees Limited     | edges:2 nodes:3 nodes:13 nodes:17
        icij-900010 | VG | 2007-02-12 | 2010-10-31 |       | 990010 | QUILLON TRADING LTD.       | nodes:1 nodes:16
        icij-900011 | PA | 2006-08-09 |            |       | 990011 | MARROWBAY S.A.             | nodes:4
        icij-900012 | SC | 2010-07-01 |            |       | 990012 | OSTREY HOLDINGS CORP.      | nodes:5
        icij-900013 |    |            |            |       |        | PELLUCID VENTURES INC.     | nodes:6
        icij-900014 | US | 2004-02-29 |            |       |        | NEVORA LLC                 | nodes:7
        icij-900020 | HK |            |            | other |        | LEDGER & LAMP SERVICES LTD. | nodes:14
        icij-900021 |    |            |            | other |        | VORN ADVOCATEN             | nodes:15
        """,  # noqa: E501 - a row reads as a row
    )
    taken.holds(
        "people",
        """id | name | address | _sources
        icij-900001 | ELIAS TORVALD          | Harbour House; 2nd Floor; 7 Quay Lane; Port Tallis | edges:1 nodes:2 nodes:3 nodes:17
        icij-900002 | MRS. INGA TORVALD-LUND |                                                    | nodes:8
        icij-900003 | THE BEARER             |                                                    | nodes:9
        icij-900004 | EL PORTADOR            |                                                    | nodes:10
        """,  # noqa: E501 - a row reads as a row
    )
    taken.holds(
        "directorships",
        """director | company | from | to | role | _sources
        icij-900001 | icij-900010 | 2007-05-21 |            | Director                       | edges:3 edges:14
        icij-900001 | icij-900011 | 2008-01-11 | 2008-06-07 | Director / Shareholder         | edges:4
        icij-900001 | icij-900012 | 2010-07-01 |            | Power of Attorney              | edges:5
        icij-900005 | icij-900012 |            |            | Member of Foundation Council   | edges:11
        icij-900001 | icij-900006 | 2008-12-15 |            | Director                       | edges:12
        icij-900007 | icij-900013 | 2004-02-03 | 2013-04-30 | Owner, director and shareholder | edges:13
        """,  # noqa: E501 - a row reads as a row
    )
    taken.holds(
        "ownerships",
        """owner | owned | from | to | share | _sources
        icij-900001 | icij-900011 | 2008-01-11 | 2008-06-07 |  | edges:4
        icij-900002 | icij-900010 | 1996-04-10 |            |  | edges:6 edges:7
        icij-900002 | icij-900013 | 2005-01-01 | 2005-12-31 |  | edges:8
        icij-900003 | icij-900011 |            |            |  | edges:9
        icij-900004 | icij-900014 |            |            |  | edges:10
        icij-900007 | icij-900013 | 2004-02-03 | 2013-04-30 |  | edges:13
        """,
    )
    office = "office of a kind that is neither board nor ownership: "
    assert told(taken.reports["All-edges.csv"]) == (
        "icij-panama",
        20,
        14,
        0,
        {
            office + "Connected": 1,
            office + "Grantee of a mortgage": 1,
            "says which agent registered a company: no table holds it": 2,
            "likeness of two names: no relation between parties": 1,
            "an address of nobody in the graphs": 1,
        },
    )
    assert told(taken.reports["All-nodes.csv"]) == (
        "icij-panama",
        19,
        17,
        0,
        {"an address of nobody in the graphs": 1, "a node of no known category": 1},
    )
    assert not any(one.unread or one.doubts for one in taken.reports.values())


@pytest.mark.server
def test_boards_that_overlap_only_with_one_in_their_middle_are_one_group(case: OpenCase) -> None:
    """One officer's three other seats overlap with the one at QUILLON; two of them with no more."""
    assert case.load(DATA / "icij-panama").graph.stubs == 0
    (finding,) = case.run("find-shared-directors").findings
    assert {key: finding.values[key] for key in ("companies", "directors", "seats", "rounds")} == {
        "companies": [
            "FUNDACIÓN AGUA QUIETA",
            "QUILLON TRADING LTD.",
            "MARROWBAY S.A.",
            "OSTREY HOLDINGS CORP.",
        ],
        "directors": ["ELIAS TORVALD"],
        "seats": 4,
        "rounds": 0,
    }
    shared = case.run("find-paths", **{"from": "ELIAS TORVALD", "to": "Coral Nominees Limited"})
    assert [one.values["steps"] for one in shared.findings] == [2]
    assert "harbour house 2nd floor 7 quay lane port tallis" in shared.findings[0].values["ways"]


def office_day(text: str, end: bool) -> dt.date | None:
    """A day of the graphs: day/month/year, a year of two digits, or a year alone."""
    *rest, year = text.split("/")
    if not year:
        return None
    number = int(year) + (1900 if len(year) == 2 else 0)
    day, month = map(int, rest) if rest else ((31, 12) if end else (1, 1))
    return dt.date(number, month, day)


SEAT = ("director", "president", "secretary", "council", "signatory", "attorney", "protector")
OWNER = ("shareholder", "owner", "benefici")


def offices(words: tuple[str, ...]) -> dict[tuple[Any, ...], set[str]]:
    """The offices whose label holds one of the words, with their rows of the whole edges."""
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    with (SHARED / WHOLE["icij-panama"][0]).open(encoding="utf-8", newline="") as file:
        for record, row in enumerate(csv.DictReader(file), 1):
            label = row["data.properties.name"]
            if row["data.type"] == "is officer of" and any(w in label.lower() for w in words):
                start = office_day(row["data.properties.date_start"], False)
                end = office_day(row["data.properties.date_end"], True)
                ends = f"icij-{row['source']}", f"icij-{row['target']}"
                role = (label,) if words is SEAT else ()
                found[(*ends, *role, start, end)].add(f"edges:{record}")
    return found


@pytest.mark.shared
def test_the_whole_graphs_are_read_as_their_raw_rows_say(whole: Any) -> None:
    graphs = whole("icij-panama")
    for table, wanted, columns, count in (
        ("directorships", offices(SEAT), ("director", "company", "role", "from", "to"), 116),
        ("ownerships", offices(OWNER), ("owner", "owned", "from", "to"), 417),
    ):
        rows = graphs.rows(table, *columns, "_sources")
        assert {row[:-1]: set(row[-1]) for row in rows} == {
            tuple(str(cell) if isinstance(cell, dt.date) else cell for cell in key): sources
            for key, sources in wanted.items()
        }
        assert len(rows) == count
    with (SHARED / WHOLE["icij-panama"][1]).open(encoding="utf-8", newline="") as file:
        nodes = {
            f"icij-{row['id']}": row
            for row in csv.DictReader(file)
            if row["data.categories.0"] != "Address"
        }
    people = dict(graphs.rows("people", "id", "name"))
    bodies = dict(graphs.rows("companies", "id", "name"))
    assert (len(people), len(bodies)) == (236, 371) and not people.keys() & bodies.keys()
    assert people | bodies == {id_: row["label"].strip() for id_, row in nodes.items()}
    assert Counter(nodes[id_]["data.categories.0"] for id_ in bodies) == {
        "Company": 227,
        "Client": 77,
        "Officer": 67,
    }
    assert sum(name in ("THE BEARER", "EL PORTADOR") for name in people.values()) == 87
    # RCD INTERNATIONAL LTD, by hand: struck off in 2010; and one that was to be struck off in 2017.
    days = {
        id_: days
        for id_, *days in graphs.rows("companies", "id", "country", "incorporated", "dissolved")
    }
    assert days["icij-51918"] == ["VG", "2007-02-12", "2010-10-31"]
    assert all(day is None or day <= "2016-04-03" for *_, day in days.values())
    assert sum(day is not None for *_, day in days.values()) == 107


@pytest.mark.shared
@pytest.mark.server
def test_shared_directors_of_the_whole_graphs_are_those_of_the_raw_rows(case: OpenCase) -> None:
    case.load(*(SHARED / name for name in WHOLE["icij-panama"]))
    seats = offices(SEAT)
    first, last = dt.date.min, dt.date.max
    near: dict[str, set[str]] = defaultdict(set)
    for a in seats:
        for b in seats:
            overlap = (a[3] or first) <= (b[4] or last) and (b[3] or first) <= (a[4] or last)
            if a[0] == b[0] and overlap:
                near[a[1]].add(b[1])
    groups = set()
    for company in near:
        group, more = {company}, {company}
        while more := {other for one in more for other in near[one]} - group:
            group |= more
        groups.add(frozenset(group))
    groups = {group for group in groups if len(group) > 1}
    answer = case.run("find-shared-directors", max_seats=20)
    assert answer.answer == FOUND and len(groups) == len(answer.findings) == 14
    found = {}
    for finding in answer.findings:
        ends = {answer.edges[id_].end for id_ in finding.edges}
        found[frozenset(answer.nodes[id_].key for id_ in ends)] = finding
    assert set(found) == groups
    edges = next(one["id"] for one in answer.question.datasets if one["file"] == "All-edges.csv")
    for group, finding in found.items():
        on = defaultdict(set)
        for director, company, *_ in seats:
            if company in group:
                on[director].add(company)
        shared = {director: boards for director, boards in on.items() if len(boards) > 1}
        rows = {
            f"{edges}:{one.split(':')[1]}"
            for key, sources in seats.items()
            if key[0] in shared and key[1] in group
            for one in sources
        }
        evidence = {row for id_ in finding.edges for row in answer.edges[id_].properties["sources"]}
        assert finding.values["seats"] == sum(map(len, shared.values()))
        assert len(finding.values["directors"]) == len(shared)
        assert evidence == rows
    kejriwal = next(
        one for group, one in found.items() if "icij-206990" in group or len(group) == 4
    )
    assert sorted(kejriwal.values["companies"]) == [
        "BISCAY EXPORTS LIMITED [BISCAY OVERSEAS LIMITED]",
        "KRIMS INVESTMENTS INC.",
        "NEDSTAR COMMERCIAL LIMITED",
        "NEWINGTON GROUP TRADING LIMITED",
    ]


# ---------------------------------------------------------------- korea-customs


@excerpt("korea-customs")
def test_declarations_become_shipments_of_pseudonyms(taken: Taken) -> None:
    taken.holds(
        "shipments",
        """id | importer | seller | declarant | carrier | hs | origin | dispatch | declared | weight_kg | value | _sources
        kr-34131149 | kr-RZ871V1 |            | kr-1HMVIVH |           | 071080 | VN | VN | 2020-01-01 | 24000.0 | 6364800.0         | declarations:1
        kr-60904587 | kr-T9K1CH7 |            | kr-L5GONLU |           | 910229 | CH | KR | 2020-01-02 | 0.2     | 57.22000000000001 | declarations:2
        kr-32708224 | kr-C156PIZ |            | kr-DWNJQL8 | kr-MWIDNS | 392690 | CN | CN | 2020-01-02 | 15.5    | 9.3               | declarations:3
        kr-94070719 | kr-EAPRJGG | kr-NTDG5EH | kr-YEVMXEV | kr-W6UCD9 | 220870 | CN | CN | 2020-01-01 | 500.0   | 78900.0           | declarations:4
        kr-15755706 | kr-TP4IJ45 | kr-ONKQE2Z | kr-JLE5FET |           | 840999 |    | KR | 2020-01-08 | 5.0     | 97.5              | declarations:5
        kr-74891985 | kr-BE3LQAJ | kr-KIV5EBO | kr-XGAIPZH |           | 840999 |    |    | 2020-01-15 | 200.0   | 5780.0            | declarations:6
        kr-53289815 | kr-4CHYW4P | kr-XWSJEBL | kr-IYDJ16G |           | 600632 | IT | IT | 2020-01-06 | 0.0     | 0.0               | declarations:7
        kr-59882965 | kr-SDZNZGT | kr-KBGU3X7 | kr-ZQJIYI3 |           | 391590 | JP | JP | 2020-01-16 | 25959.0 | 0.0               | declarations:8
        kr-32843342 | kr-RZ871V1 | kr-TX08U2J | kr-0P8U6XH |           | 842890 | DE | DE | 2020-02-14 | 105.7   | 1057.0            | declarations:9
        kr-94748548 | kr-708A72F | kr-N1MU33Y | kr-XPROI7W |           | 950300 | CN | CN | 2020-01-02 | 110.0   | 28930.0           | declarations:10
        kr-50196114 | kr-QBIH1EB | kr-Z7DI1C1 | kr-6V0LO4Q |           | 071290 | JP | JP | 2020-01-02 | 100.0   | 81170.0           | declarations:11
        kr-40939130 | kr-0OUJIOF | kr-3EVLVZQ | kr-8XNBPP4 |           | 847790 | US | US | 2021-06-01 | 4.6     | 554.7599999999999 | declarations:12
        """,  # noqa: E501 - a row reads as a row
    )
    same = {("import_declaration", "import", "KR", "KRW", None, None, None, None)}
    columns = ("record", "procedure", "destination", "currency", "departed", "arrived", "shipper")
    assert set(taken.rows("shipments", *columns, "consignee")) == same
    roles = Counter(taken.rows("companies", "role"))
    assert roles == {("broker",): 12, ("carrier",): 2, (None,): 20}
    parties = {
        cell
        for row in taken.rows("shipments", "importer", "seller", "declarant", "carrier")
        for cell in row
        if cell
    }
    assert dict(taken.rows("companies", "id", "name")) == {id_: id_[3:] for id_ in parties}
    report = taken.reports["declarations.csv"]
    assert told(report) == ("korea-customs", 12, 12, 0, {})
    assert not report.unread and not report.doubts


@pytest.mark.server
def test_declarations_without_days_of_travel_cannot_be_checked(case: OpenCase) -> None:
    case.load(DATA / "korea-customs")
    for question in ("find-rings", "find-circular-routes", "find-relabel-chains"):
        answer = case.run(question)
        assert answer.answer == UNCHECKED and not answer.findings
        assert "0 of 12 shipments could be checked." in answer.checked
        assert "12 of 12 shipments lack arrived or departed." in answer.checked


@pytest.mark.shared
def test_all_declarations_are_read_as_their_raw_rows_say(whole: Any) -> None:
    wanted = {}
    for name in WHOLE["korea-customs"]:
        with (SHARED / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                parties = (
                    row[f"{who} ID"] and f"kr-{row[f'{who} ID']}"
                    for who in ("Importer", "Seller", "Declarant", "Courier")
                )
                countries = (row["Country of Origin"], row["Country of Departure"])
                wanted[f"kr-{row['Declaration ID']}"] = (
                    *(party or None for party in parties),
                    *(None if country == "ZZ" else country for country in countries),
                    row["HS6 Code"],
                    row["Date"],
                    float(row["Net Mass"]),
                    float(row["Item Price"]),
                )
    columns = ("importer", "seller", "declarant", "carrier", "origin", "dispatch", "hs")
    set_ = whole("korea-customs")
    rows = set_.rows("shipments", "id", *columns, "declared", "weight_kg", "value")
    assert len(rows) == len(wanted) == 54_000
    assert {id_: tuple(rest) for id_, *rest in rows} == wanted
    assert sum(row[2] is None for row in rows) == 5_201  # nearly a tenth names no seller
    assert sum(row[5] is None or row[6] is None for row in rows) == 44
    ids = {id_ for (id_,) in set_.rows("companies", "id")}
    assert len(ids) == 28_002 and not ids & wanted.keys()


# ---------------------------------------------------------------- gfw-vessels


@excerpt("gfw-vessels")
def test_a_vessel_has_its_last_name_and_its_identities_their_days(taken: Taken) -> None:
    taken.holds(
        "vessels",
        """imo | name | flag | mmsi | _sources
        9074729        | GREY HERON | RU | 273000003 | identities:1 identities:2 identities:3
        MMSI-529000004 | LONE STAR  | KI | 529000004 | identities:4
        7400000        | SEA OF CALM | JP | 431000005 | identities:5 identities:6
        MMSI-416000006 | NAMELESS 6 | TW | 416000006 | identities:7
        MMSI-416000007 | NAMELESS 7 | TW | 416000007 | identities:8
        8400001        | OLD ISLE   | BS | 311000009 | identities:9 identities:10
        """,
    )
    columns = ("vessel", "field", "value", "from", "to")
    rows = {tuple(map(written, row)) for row in taken.rows("vessel_identities", *columns)}
    assert len(rows) == 34
    assert {
        ("7400000", "name", "SEA OF CALM", "2012-01-01", "2013-12-31"),
        ("9074729", "name", "BLUE HERON", "2012-01-01", "2016-06-30"),
        ("9074729", "flag", "LBR", "2014-03-01", "2016-06-30"),
        ("MMSI-529000004", "flag", "KIR", "2015-01-01", ""),
    } < rows


@pytest.mark.shared
def test_the_whole_set_of_transshipment_vessels(whole: Any) -> None:
    taken = whole("gfw-vessels")
    assert told(taken.reports["transshipment-vessels.csv"]) == ("gfw-vessels", 1124, 1124, 0, {})
    assert len(taken.rows("vessels", "imo")) == 710
    assert len(taken.rows("vessel_identities", "vessel")) == 3826


# ---------------------------------------------------------------- bods


@excerpt("bods")
def test_statements_of_ownership_have_their_last_word(taken: Taken) -> None:
    taken.holds(
        "companies",
        """id | country | incorporated | registration | lei | name | address | _sources
        bods-e1 | GB | 2010-03-01 | 10000001 | 5493001KJTIIGC8Y1R12 | Acorn Holdings Ltd | 2 New Road, AB1 2CD, United Kingdom | statements:2
        bods-e2 | US |            |          |                      | Birch LLC          |                                     | statements:3
        bods-e3 |    |            |          |                      | The Cedar Trust    |                                     | statements:4
        """,  # noqa: E501 - a row reads as a row
    )
    taken.holds(
        "people",
        """id | country | born | born_last | name | address | _sources
        bods-p1 | IE | 1975-05-01 | 1975-05-31 | Jane Smith | 1 Old Road | statements:5
        """,
    )
    # The exact share, else the least; votes alone have none. What is closed has an end.
    taken.holds(
        "ownerships",
        """owner | owned | share | from | to | _sources
        bods-p1 | bods-e1 | 75.5 | 2016-04-06 |            | statements:7
        bods-p2 | bods-e1 | 24.5 | 2016-04-06 |            | statements:8
        bods-e1 | bods-e2 | 25.0 | 2018-01-01 | 2021-04-03 | statements:10
        bods-e3 | bods-e2 |      | 2019-01-01 |            | statements:13
        """,
    )
    taken.holds(
        "directorships",
        """director | company | role | from | to | _sources
        bods-p1 | bods-e1 | boardMember | 2015-01-01 | 2022-01-21 | statements:7
        """,
    )
    assert told(taken.reports["statements.json"]) == (
        "bods",
        14,
        8,
        0,
        {
            "replaced by a later statement of the same record": 2,
            "names nobody": 1,
            "an indirect relationship whose parts stand in other statements": 1,
            "says that a party is not disclosed": 1,
            "a relationship without an interest": 1,
        },
    )


@pytest.mark.shared
def test_shares_of_whole_statements_add_up_by_all_paths(whole: Any) -> None:
    """The examples state both the chain and what it comes to: only the chain is taken."""
    rows = whole("bods").rows("ownerships", "owner", "owned", "share")
    raw = [
        one["recordDetails"]
        for name in WHOLE["bods"]
        for one in json.loads((SHARED / name).read_text(encoding="utf-8"))
        if one["recordType"] == "relationship"
        and isinstance(one["recordDetails"]["interestedParty"], str)
    ]
    pairs = {
        (f"bods-{one['interestedParty']}", f"bods-{one['subject']}")
        for one in raw
        if not one.get("componentRecords")
        and any(i.get("type") not in ("boardMember", "trustee") for i in one["interests"])
    }
    assert {(owner, owned) for owner, owned, _ in rows} == pairs
    assert all(share is None or 0 < share <= 100 for *_, share in rows)
