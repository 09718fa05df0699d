"""A named, typed value: how a shell word, a header default or a table's cell is read.

Every reader takes text and returns a `Reading`; what it cannot read raises `InputError` whose text
says what would have been right. Text stays text: `NO` is Norway and `0301` keeps its zero.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import hashlib
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from netinv.errors import DefinitionError, InputError
from netinv.shipped import home


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as.

    `value` is None where the text names nothing. `doubt` says which check the value fails (it is
    kept as written all the same). `also` holds the columns that the kind adds: `last` for the last
    day of a date, `key` for the folded form of an address, phone or email.
    """

    value: Any
    doubt: str = ""
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One type of input: its reader, its column type in a table, the columns it adds.

    `refers` is the label of the node that the value names, `""` if it names none; `keyed` says
    that the value is the key of a node, which may not be of any length.
    """

    read: Callable[[str], Reading]
    column: str = "text"
    also: Mapping[str, str] = field(default_factory=dict)
    refers: str = ""
    keyed: bool = False


LONGEST_KEY = 1_000
"""Characters that a key may have: an index of Neo4j takes about 8,000 bytes."""


NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ]\d\d:\d\d.*)?)?)?\Z", re.ASCII)
TO_ORDER = re.compile(
    r"\W*((consigned\s+)?(un)?to[\s-]*(the\s+)?((shipper|holder|bank)['’]?s?\s+)?order\b"
    r"|order(\s+of\b|\W*\Z)|a\s+la\s+orden\b|[àa]\s+l['’]\s*ordre\b|по\s+приказу\b"
    r"|[凭憑].*指示)",
    re.IGNORECASE,
)
FLAGS = {"true": True, "yes": True, "y": True, "1": True} | {
    "false": False,
    "no": False,
    "n": False,
    "0": False,
}


def read_text(text: str) -> Reading:
    return Reading(text)


def read_number(text: str) -> Reading:
    value = float(text) if NUMBER.match(text) else math.nan
    if not math.isfinite(value):  # 1e999 is infinite, and infinity has no logarithm to link by
        raise InputError(f"{text!r} is not a number", next="use 1234.5, without thousands marks")
    return Reading(value)


def read_amount(text: str) -> Reading:
    value = read_number(text).value
    return Reading(value, "is below zero" if value < 0 else "")


def read_integer(text: str) -> Reading:
    if not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        raise InputError(f"{text!r} is not a whole number", next="use 30")
    return Reading(int(text))


def read_share(text: str) -> Reading:
    value = read_number(text.removesuffix("%").strip()).value
    return Reading(value, "" if 0 <= value <= 100 else "is not between 0 and 100")


def read_flag(text: str) -> Reading:
    if text.lower() not in FLAGS:
        raise InputError(f"{text!r} is neither true nor false", next="use true or false")
    return Reading(FLAGS[text.lower()])


def _days(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of a date, a month or a year."""
    found = DATE.match(text)
    try:
        if not found:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        if day is not None and month is not None:
            exact = dt.date(year, month, day)
            return exact, exact
        if month is not None:
            end = calendar.monthrange(year, month)[1]
            return dt.date(year, month, 1), dt.date(year, month, end)
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    except (ValueError, IndexError):
        raise InputError(f"{text!r} is not a date", next="use 2024-02-28") from None


def read_date(text: str) -> Reading:
    first, last = _days(text)
    return Reading(first, also={"last": last})


def read_first_day(text: str) -> Reading:
    return Reading(_days(text)[0])


def read_last_day(text: str) -> Reading:
    return Reading(_days(text)[1])


@cache
def _countries() -> dict[str, str]:
    """Folded name or code → ISO 3166-1 alpha-2; pycountry's names, then ours for what it lacks."""
    import pycountry

    names: dict[str, str] = {}
    for country in pycountry.countries:
        code = country.alpha_2
        for attribute in ("name", "official_name", "common_name", "alpha_3"):
            if value := getattr(country, attribute, ""):
                names[fold(value)] = code
    extra = home("import") / "reference" / "country-names.csv"
    if extra.is_file():
        with extra.open(encoding="utf-8", newline="") as file:
            names |= {fold(row["name"]): row["code"] for row in csv.DictReader(file)}
    return names | {country.alpha_2.lower(): country.alpha_2 for country in pycountry.countries}


def read_country(text: str) -> Reading:
    code = _countries().get(fold(text))
    if code is None:
        raise InputError(f"{text!r} is no country", next="use ISO 3166-1 alpha-2, such as NO")
    return Reading(code or None)


def read_hs(text: str) -> Reading:
    digits = re.sub(r"[.\s]", "", text)
    if not re.fullmatch(r"\d{4,14}", digits, re.ASCII):
        raise InputError(f"{text!r} is no HS code", next="use 4 to 14 digits, such as 8112.92")
    odd = len(digits) % 2 == 1
    return Reading(digits, "has an odd number of digits: a leading zero may be lost" if odd else "")


def read_hs_prefix(text: str) -> Reading:
    digits = re.sub(r"[.\s]", "", text)
    if not re.fullmatch(r"\d{2,14}", digits, re.ASCII):
        raise InputError(
            f"{text!r} is no opening of an HS code", next="use 2 to 14 digits, one code a row"
        )
    return Reading(digits)


def imo_number(text: str) -> str:
    """The seven digits of an IMO number with a valid check digit, else an empty text."""
    from stdnum import imo

    bare = re.sub(r"^IMO[\s-]*", "", text.strip(), flags=re.IGNORECASE)
    return bare if re.fullmatch(r"\d{7}", bare, re.ASCII) and imo.is_valid(bare) else ""


def read_vessel(text: str) -> Reading:
    bare = re.sub(r"^IMO[\s-]*(?=\d)", "", text, flags=re.IGNORECASE)
    if re.fullmatch(r"\d+", bare, re.ASCII) and not imo_number(bare):
        return Reading(bare, "is not a valid IMO number (check digit)")
    return Reading(bare)


def read_port(text: str) -> Reading:
    tight = re.sub(r"\s", "", text)
    return Reading(tight.upper() if re.fullmatch(r"[A-Za-z]{2}[A-Za-z0-9]{3}", tight) else text)


def read_container(text: str) -> Reading:
    from stdnum import iso6346

    number = re.sub(r"[\s/.-]", "", text).upper()
    valid = iso6346.is_valid(number)
    return Reading(number, "" if valid else "is not a valid container number (ISO 6346)")


def read_lei(text: str) -> Reading:
    from stdnum import lei

    code = text.replace(" ", "").upper()
    return Reading(code, "" if lei.is_valid(code) else "is not a valid LEI (check digits)")


def read_currency(text: str) -> Reading:
    if not re.fullmatch(r"[A-Za-z]{3}", text, re.ASCII):
        raise InputError(f"{text!r} is no currency", next="use ISO 4217, such as USD")
    return Reading(text.upper())


def folded_key(text: str) -> str:
    """The key of a name or an address: its folded form, which is never too long for an index."""
    return _short(fold(text) or text)


def _short(key: str) -> str:
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:200]} … {hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def read_name(text: str) -> Reading:
    return Reading(text, also={"key": folded_key(text)})


def read_address(text: str) -> Reading:
    """An address; one that says nothing (`-`, `n/a`) has no key, or it would tie strangers."""
    said = fold(text)
    told = len(said) > 3 and said not in ("none", "unknown", "not available", "not applicable")
    return Reading(text, also={"key": folded_key(text) if told else None})


def read_phone(text: str) -> Reading:
    digits = re.sub(r"\D", "", text).lstrip("0")
    return Reading(text, also={"key": _short(f"tel:{digits}") if len(digits) >= 6 else None})


def read_email(text: str) -> Reading:
    return Reading(text, also={"key": _short(f"mail:{text.lower()}") if "@" in text else None})


def to_order(text: str) -> bool:
    """Whether a consignee cell only says TO ORDER, in any writing, and names nobody."""
    return bool(TO_ORDER.match(unicodedata.normalize("NFKC", text).strip()))


def fold(text: str) -> str:
    """One form for texts that differ in case, width, punctuation and spaces only."""
    flat = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in flat).split())


KINDS: dict[str, Kind] = {
    "text": Kind(read_text),
    "id": Kind(read_text, keyed=True),
    "name": Kind(read_name, also={"key": "text"}),
    "list": Kind(read_text, keyed=True),
    "number_of": Kind(read_text, keyed=True),
    "integer": Kind(read_integer, "integer"),
    "number": Kind(read_number, "number"),
    "amount": Kind(read_amount, "number"),
    "share": Kind(read_share, "number"),
    "flag": Kind(read_flag, "flag"),
    "date": Kind(read_date, "date", {"last": "date"}),
    "first_day": Kind(read_first_day, "date"),
    "last_day": Kind(read_last_day, "date"),
    "country": Kind(read_country),
    "hs": Kind(read_hs),
    "hs_prefix": Kind(read_hs_prefix),
    "imo": Kind(read_vessel, keyed=True),
    "port_code": Kind(read_port, keyed=True),
    "container": Kind(read_container, keyed=True),
    "lei": Kind(read_lei),
    "currency": Kind(read_currency),
    "address": Kind(read_address, also={"key": "text"}),
    "phone": Kind(read_phone, also={"key": "text"}),
    "email": Kind(read_email, also={"key": "text"}),
    "entity": Kind(read_text),
    "company": Kind(read_text, refers="Company", keyed=True),
    "party": Kind(read_text, refers="Party", keyed=True),
    "subject": Kind(read_text, refers="Party", keyed=True),
    "vessel": Kind(read_vessel, refers="Vessel", keyed=True),
    "port": Kind(read_port, refers="Port", keyed=True),
    "shipment": Kind(read_text, refers="Shipment", keyed=True),
    "document": Kind(read_text, refers="Document", keyed=True),
    "licence": Kind(read_text, refers="Licence", keyed=True),
}
"""The types a header may name. `subject` is a party's id or a vessel's IMO number; `entity` a
person's, company's, vessel's or port's id or name, looked up when a question is asked; `number_of`
a number, with its letters, of goods or papers."""

FIELDS = {
    "type",
    "optional",
    "default",
    "help",
    "min",
    "max",
    "choices",
    "argument",
    "ours",
    "of",
}


@dataclass(frozen=True)
class Input:
    """One input of a file of `cypher/` or `import/`.

    `default`, `min` and `max` are texts of the header, read by the same reader as any value.
    `ours` marks a default that no public source gives; `argument` a positional word; `of` names
    the column of a table (`controls.regime`) that must hold the value; of an entity its label; of a
    day the columns of rows, the first of which that is there is theirs (`departed|declared`).
    """

    name: str
    type: str = "text"
    optional: bool = False
    default: str | None = None
    help: str = ""
    min: str | None = None
    max: str | None = None
    choices: tuple[str, ...] = ()
    argument: bool = False
    ours: bool = False
    of: str = ""

    @property
    def kind(self) -> Kind:
        return KINDS[self.type]

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None

    def read(self, text: str) -> Reading:
        """Read one text. Raises InputError (without a place: the caller knows it)."""
        text = text.strip()
        if not text:
            return Reading(None)
        if self.choices:
            return self._choose(text)
        kind = self.kind
        if kind.keyed and len(text) > LONGEST_KEY:
            raise InputError(
                f"has {len(text):,} characters, too many for a key",
                next=f"use {LONGEST_KEY:,} at most",
            )
        reading = kind.read(text)
        if self.min is None and self.max is None:
            return reading
        for bound, wrong in ((self.min, "below"), (self.max, "above")):
            if bound is None or reading.value is None:
                continue
            limit = self.kind.read(bound).value
            if reading.value < limit if wrong == "below" else reading.value > limit:
                raise InputError(f"{text} is {wrong} {bound}", next=self.bounds())
        return reading

    def _choose(self, text: str) -> Reading:
        return Reading(one_of(text, self.choices))

    def bounds(self) -> str:
        if self.min is not None and self.max is not None:
            return f"use {self.min} to {self.max}"
        return f"use {self.min} or more" if self.min is not None else f"use {self.max} or less"

    def value(self, given: object = None) -> Any:
        """The value of an option: what was given, else the default, else None.

        Raises InputError that names the input.
        """
        text = self.default if given is None else written(given)
        if text is None or not text.strip():
            if given is not None:  # such as a variable of a script that is not set
                without = "or give a value" if self.default is None else f"for {self.default}"
                raise InputError("is empty", where=self.name, next=f"leave it out {without}")
            if self.required:
                raise InputError("is missing", where=self.name, next=self.help or "give it")
            return None
        try:
            return self.read(text).value
        except InputError as error:
            raise InputError(error.what, where=self.name, next=error.next) from None


def one_of(text: str, choices: Sequence[str]) -> str:
    """The choice that a text names, in any case and with spaces or `_`. Raises InputError."""
    plain = fold(text).replace(" ", "_")
    for choice in choices:
        if plain == fold(choice).replace(" ", "_"):
            return choice
    raise InputError(f"{text!r} is none of its values", next="use " + ", ".join(choices))


def guarded(text: str) -> str:
    """A text for a csv that people open: one that a spreadsheet would run gets an apostrophe."""
    flat = unicodedata.normalize("NFKC", text).lstrip(" \u00a0\u200b\ufeff")
    return "'" + text if flat[:1] and flat[0] in "=+-@\t\r\n" else text


SPELT = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode's control marks, format marks, surrogates and separators of lines: no terminal shows them
as they are."""


def _spelt(char: str) -> str:
    return " " if char == "\t" else f"\\u{ord(char):04x}"


def shown(text: str, spelt: Callable[[str], str] = _spelt) -> str:
    """A text for a terminal: control and direction marks, which could act on it, are spelt out."""
    if text.isprintable():
        return text
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in SPELT else spelt(char)
        for char in text
    )


def written(value: object) -> str:
    """The text that a value from a notebook, a spreadsheet or a Parquet file stands for."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def read_input(name: str, fields: Mapping[str, Any], where: str) -> Input:
    """An Input from its header entry (texts and lists of texts). Raises DefinitionError."""
    unknown = sorted(set(fields) - FIELDS)
    if unknown:
        raise DefinitionError(
            f"input {name}: unknown key {unknown[0]!r}", where=where, next=known(FIELDS)
        )
    type_ = fields.get("type", "text")
    if type_ not in KINDS:
        raise DefinitionError(f"input {name}: no type {type_!r}", where=where, next=known(KINDS))
    if not isinstance(fields.get("choices", []), list):
        raise DefinitionError(
            f"input {name}: choices is no list", where=where, next="write choices: [this, that]"
        )
    made = Input(
        name=name,
        type=type_,
        optional=_said(name, "optional", fields, where),
        default=fields.get("default"),
        help=" ".join(str(fields.get("help", "")).split()),
        min=fields.get("min"),
        max=fields.get("max"),
        choices=tuple(fields.get("choices", ())),
        argument=_said(name, "argument", fields, where),
        ours=_said(name, "ours", fields, where),
        of=str(fields.get("of", "")),
    )
    try:
        for bound in filter(None, (made.min, made.max)):
            made.kind.read(bound)
        if made.default is not None:
            made.value()
    except InputError as error:
        what = "default of " if error.where else f"bound of {name}: "
        raise DefinitionError(f"{what}{error}", where=where) from None
    return made


def _said(name: str, key: str, fields: Mapping[str, Any], where: str) -> bool:
    """What a header says of an input with true or false, in any case; false when it is silent."""
    try:
        return bool(read_flag(str(fields.get(key, "false"))).value)
    except InputError as error:
        what = f"input {name}: {key}: {error.what}"
        raise DefinitionError(what, where=where, next=error.next) from None


def known(names: object) -> str:
    return "known: " + ", ".join(sorted(names))  # type: ignore[call-overload]


def here(path: Path, line: int) -> str:
    """A place in a file, as every message writes it."""
    return f"{path.name}:{line}"
