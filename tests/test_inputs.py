"""Every type of input: what reads, what is kept with a doubt, what is refused with which words."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest

from netinv.errors import DefinitionError, InputError
from netinv.inputs import (
    KINDS,
    LONGEST_KEY,
    Input,
    fold,
    guarded,
    imo_number,
    read_input,
    shown,
    to_order,
    written,
)

DAY = dt.date
NUMBER = "(use 1234.5, without thousands marks)"
WHOLE = "(use 30)"
DATE = "(use 2024-02-28)"
FLAG = "(use true or false)"
COUNTRY = "(use ISO 3166-1 alpha-2, such as NO)"
HS = "(use 4 to 14 digits, such as 8112.92)"
PREFIX = "(use 2 to 14 digits, one code a row)"
CURRENCY = "(use ISO 4217, such as USD)"
NO_IMO = "is not a valid IMO number (check digit)"
NO_BOX = "is not a valid container number (ISO 6346)"
NO_LEI = "is not a valid LEI (check digits)"
ODD = "has an odd number of digits: a leading zero may be lost"

READ: list[tuple[str, str, Any]] = [
    *(
        (kind, text, text)
        for kind in ("text", "id", "list", "number_of")
        for text in ("NO", "0301", "1E5")
    ),
    *((kind, "2024-02", "2024-02") for kind in ("entity", "company", "party", "subject")),
    *((kind, "007", "007") for kind in ("shipment", "licence", "document")),
    ("name", "1E5", "1E5"),
    ("text", "  two  words ", "two  words"),
    ("integer", "0301", 301),
    ("integer", "-7", -7),
    ("integer", "+7", 7),
    ("number", "1E5", 100_000.0),
    ("number", ".5", 0.5),
    ("number", "5.", 5.0),
    ("number", "-0.25", -0.25),
    ("amount", "0", 0.0),
    ("share", "50 %", 50.0),
    ("share", "100", 100.0),
    ("flag", "Yes", True),
    ("flag", "NO", False),
    ("flag", "1", True),
    ("date", "2024-02-29", DAY(2024, 2, 29)),
    ("date", "2024-02-28T10:00:00Z", DAY(2024, 2, 28)),
    ("date", "2024-02-28 00:00:00+09:00", DAY(2024, 2, 28)),
    ("first_day", "2024-02", DAY(2024, 2, 1)),
    ("first_day", "2024", DAY(2024, 1, 1)),
    ("last_day", "2024-02", DAY(2024, 2, 29)),
    ("last_day", "2023", DAY(2023, 12, 31)),
    ("last_day", "9999-12", DAY(9999, 12, 31)),
    ("country", "NO", "NO"),
    ("country", "no", "NO"),
    ("country", "NOR", "NO"),
    ("country", "Kingdom of Norway", "NO"),
    ("country", "NA", "NA"),
    ("country", "korea,  REPUBLIC of", "KR"),
    ("country", "ＤＥ", "DE"),
    ("hs", "0301", "0301"),
    ("hs", "8112.92", "811292"),
    ("hs", "8112 92 00", "81129200"),
    ("hs_prefix", "81", "81"),
    ("hs_prefix", " 8112.92 1090 ", "8112921090"),
    ("imo", "IMO 9074729", "9074729"),
    ("imo", "MMSI-257123456", "MMSI-257123456"),
    ("vessel", "imo9074729", "9074729"),
    ("port_code", "no osl", "NOOSL"),
    ("port", "NOOSL", "NOOSL"),
    ("port", "WPI-7950", "WPI-7950"),
    ("container", "csqu 305438-3", "CSQU3054383"),
    ("lei", "5299 00t8bm49aursdo55", "529900T8BM49AURSDO55"),
    ("currency", "usd", "USD"),
    ("address", "1 Main St, Oslo", "1 Main St, Oslo"),
    ("phone", "+47 2233 4455", "+47 2233 4455"),
    ("email", "INFO@acme.no", "INFO@acme.no"),
]

DOUBTED = [
    ("amount", "-5", -5.0, "is below zero"),
    ("share", "100.5", 100.5, "is not between 0 and 100"),
    ("share", "-1%", -1.0, "is not between 0 and 100"),
    ("hs", "81129", "81129", ODD),
    ("imo", "9074728", "9074728", NO_IMO),
    ("vessel", "IMO-1234568", "1234568", NO_IMO),
    ("vessel", "907472", "907472", NO_IMO),
    ("container", "CSQU3054384", "CSQU3054384", NO_BOX),
    ("container", "box 7", "BOX7", NO_BOX),
    ("lei", "529900T8BM49AURSDO56", "529900T8BM49AURSDO56", NO_LEI),
]

REFUSED = [
    ("integer", "1E5", f"'1E5' is not a whole number {WHOLE}"),
    ("integer", "1.0", f"'1.0' is not a whole number {WHOLE}"),
    ("integer", "9" * 19, f"'{'9' * 19}' is not a whole number {WHOLE}"),
    ("integer", "١٢", f"'١٢' is not a whole number {WHOLE}"),
    ("number", "NO", f"'NO' is not a number {NUMBER}"),
    ("number", "1,234", f"'1,234' is not a number {NUMBER}"),
    ("number", "1_000", f"'1_000' is not a number {NUMBER}"),
    ("number", "nan", f"'nan' is not a number {NUMBER}"),
    ("number", "inf", f"'inf' is not a number {NUMBER}"),
    ("number", "1e999", f"'1e999' is not a number {NUMBER}"),
    ("amount", "9" * 400, f"'{'9' * 400}' is not a number {NUMBER}"),
    ("share", "half", f"'half' is not a number {NUMBER}"),
    ("flag", "ja", f"'ja' is neither true nor false {FLAG}"),
    ("date", "31/02/2024", f"'31/02/2024' is not a date {DATE}"),
    ("date", "2023-02-29", f"'2023-02-29' is not a date {DATE}"),
    ("date", "2024-2-3", f"'2024-2-3' is not a date {DATE}"),
    ("date", "2024-02-28x", f"'2024-02-28x' is not a date {DATE}"),
    ("date", "２０２４-01-01", f"'２０２４-01-01' is not a date {DATE}"),
    ("first_day", "2024-13", f"'2024-13' is not a date {DATE}"),
    ("first_day", "2024-00", f"'2024-00' is not a date {DATE}"),
    ("last_day", "0000", f"'0000' is not a date {DATE}"),
    ("country", "XX", f"'XX' is no country {COUNTRY}"),
    ("country", "Norvay", f"'Norvay' is no country {COUNTRY}"),
    ("hs", "301", f"'301' is no HS code {HS}"),
    ("hs", "1" * 15, f"'{'1' * 15}' is no HS code {HS}"),
    ("hs", "８１１２", f"'８１１２' is no HS code {HS}"),
    ("hs_prefix", "8", f"'8' is no opening of an HS code {PREFIX}"),
    ("hs_prefix", "8110; 8112", f"'8110; 8112' is no opening of an HS code {PREFIX}"),
    ("hs_prefix", "antimony", f"'antimony' is no opening of an HS code {PREFIX}"),
    ("currency", "€", f"'€' is no currency {CURRENCY}"),
    ("currency", "DOLLAR", f"'DOLLAR' is no currency {CURRENCY}"),
]

NEVER_REFUSE = {"text", "name", "entity", "address", "phone", "email", "lei"}
"""Kinds that take any text; of the keyed ones only its length is refused."""


@pytest.mark.parametrize(("kind", "text", "value"), READ)
def test_what_reads_reads_without_a_doubt(kind: str, text: str, value: object) -> None:
    reading = Input("x", kind).read(text)
    assert (reading.value, reading.doubt) == (value, "")
    assert type(reading.value) is type(value)


@pytest.mark.parametrize(("kind", "text", "value", "doubt"), DOUBTED)
def test_what_fails_its_check_is_kept_with_a_doubt(
    kind: str, text: str, value: object, doubt: str
) -> None:
    reading = Input("x", kind).read(text)
    assert (reading.value, reading.doubt) == (value, doubt)


@pytest.mark.parametrize(("kind", "text", "said"), REFUSED)
def test_what_cannot_be_read_is_refused_with_what_to_write(kind: str, text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        Input("x", kind).read(text)
    assert str(error.value) == said


def test_every_kind_has_its_rows_here() -> None:
    assert {kind for kind, *_ in READ} == set(KINDS)
    refuses = {kind for kind, *_ in REFUSED} | {k for k, kind in KINDS.items() if kind.keyed}
    assert refuses == set(KINDS) - NEVER_REFUSE


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_an_empty_cell_is_nothing(kind: str, text: str) -> None:
    assert Input("x", kind).read(text).value is None


@pytest.mark.parametrize("kind", sorted(name for name, kind in KINDS.items() if kind.keyed))
def test_a_key_of_any_length_is_refused(kind: str) -> None:
    Input("x", kind).read("k" * LONGEST_KEY)
    with pytest.raises(InputError) as error:
        Input("x", kind).read("k" * (LONGEST_KEY + 1))
    assert str(error.value) == "has 1,001 characters, too many for a key (use 1,000 at most)"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-02-28", DAY(2024, 2, 28), DAY(2024, 2, 28)),
        ("2024-02", DAY(2024, 2, 1), DAY(2024, 2, 29)),
        ("2024", DAY(2024, 1, 1), DAY(2024, 12, 31)),
    ],
)
def test_a_partial_date_is_an_interval(text: str, first: DAY, last: DAY) -> None:
    reading = Input("x", "date").read(text)
    assert (reading.value, reading.also) == (first, {"last": last})


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        ("address", "1  MAIN ST. (Oslo)", "1 main st oslo"),
        ("address", "１ Main st, oslo", "1 main st oslo"),
        ("name", "ACME, Ltd.", "acme ltd"),
        ("phone", "+47 2233 4455", "tel:4722334455"),
        ("phone", "0047-22334455", "tel:4722334455"),
        ("phone", "12345", None),
        ("email", "Info@Acme.NO", "mail:info@acme.no"),
        ("email", "none", None),
    ],
)
def test_what_differs_in_form_only_has_one_key(kind: str, text: str, key: str | None) -> None:
    assert Input("x", kind).read(text).also["key"] == key


@pytest.mark.parametrize("kind", ["name", "address", "phone", "email"])
def test_a_folded_key_is_never_too_long_and_never_shared(kind: str) -> None:
    texts = ["@" + "7" * 5_000, "@" + "7" * 5_000 + "8"]
    keys = [Input("x", kind).read(text).also["key"] for text in texts]
    assert max(map(len, keys)) <= LONGEST_KEY
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    "kind", ["text", "id", "name", "company", "vessel", "port", "container", "lei", "address"]
)
@pytest.mark.parametrize(
    "text",
    ["a\u202efdp.exe", "nul\0byte", "lone\ud800", "x'}) DETACH DELETE n //", "=cmd|' /C calc'!A0"],
    ids=["override", "nul", "surrogate", "cypher", "formula"],
)
def test_hostile_text_is_a_value_like_any_other(kind: str, text: str) -> None:
    value = Input("x", kind).read(text).value
    assert fold(value).replace(" ", "") == fold(text).replace(" ", "")


# ---------------------------------------------------------------- to order


@pytest.mark.parametrize(
    "text",
    [
        "TO ORDER",
        " to  order. ",
        "To the Order",
        "TO THE ORDER OF BANK X",
        "TO ORDER OF BANK X",
        "UNTO THE ORDER OF BANK X",
        "CONSIGNED TO THE ORDER OF BANK X",
        "TO SHIPPER'S ORDER",
        "TO SHIPPERS ORDER",
        "TO-ORDER",
        "(TO ORDER)",
        "ＴＯ\u3000ＯＲＤＥＲ",
        "TO\u00a0ORDER",
        "ORDER",
        "ORDER OF BANK X",
        "A LA ORDEN",
        "a la orden de Banco X",
        "à l'ordre de Banque X",
        "凭指示",
        "憑指示",
        "凭中国银行指示",
        "ПО ПРИКАЗУ",
        "по приказу банка",
    ],
)
def test_to_order_in_any_writing_names_nobody(text: str) -> None:
    assert to_order(text)


@pytest.mark.parametrize(
    "text",
    ["", "C1", "To Orderly Ltd", "Order Logistics Ltd", "Orders Inc", "Toronto Orders", "指示公司"],
)
def test_a_company_is_no_order(text: str) -> None:
    assert not to_order(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9074729", "9074729"),
        (" IMO 9074729 ", "9074729"),
        ("imo-9074729", "9074729"),
        ("9074728", ""),
        ("907472", ""),
        ("C9074729", ""),
        ("٩٠٧٤٧٢٩", ""),
    ],
)
def test_an_imo_number_is_known_by_its_check_digit(text: str, number: str) -> None:
    assert imo_number(text) == number


# ---------------------------------------------------------------- options


@pytest.mark.parametrize(
    ("one", "given", "value"),
    [
        (Input("days", "integer", default="30"), None, 30),
        (Input("days", "integer", default="30"), 7, 7),
        (Input("days", "integer", default="30", max="45"), "45", 45),
        (Input("since", "date", optional=True), None, None),
        (Input("since", "date", optional=True), dt.date(2024, 2, 28), DAY(2024, 2, 28)),
        (Input("country", default="NO"), None, "NO"),
        (Input("least", "number", min="0"), 0, 0.0),
        (Input("role", choices=("trader", "re-export")), "Re Export", "re-export"),
        (Input("lawful", "flag", default="false"), True, True),
    ],
)
def test_an_option_is_what_was_given_else_its_default(
    one: Input, given: object, value: object
) -> None:
    assert one.value(given) == value


@pytest.mark.parametrize(
    ("one", "given", "said"),
    [
        (Input("id", help="Id or name"), None, "id: is missing (Id or name)"),
        (Input("id"), None, "id: is missing (give it)"),
        (Input("id"), " ", "id: is empty (leave it out or give a value)"),
        (Input("company", optional=True), "", "company: is empty (leave it out or give a value)"),
        (Input("days", "integer", min="1", max="9"), 0, "days: 0 is below 1 (use 1 to 9)"),
        (Input("days", "integer", min="1", max="9"), "10", "days: 10 is above 9 (use 1 to 9)"),
        (Input("days", "integer", min="1"), "0", "days: 0 is below 1 (use 1 or more)"),
        (Input("days", "integer", max="9"), "10", "days: 10 is above 9 (use 9 or less)"),
        (
            Input("since", "date", min="2000"),
            "1999-12-31",
            "since: 1999-12-31 is below 2000 (use 2000 or more)",
        ),
        (
            Input("role", choices=("trader", "bank")),
            "Traders",
            "role: 'Traders' is none of its values (use trader, bank)",
        ),
        (Input("days", "integer"), 1.5, "days: '1.5' is not a whole number (use 30)"),
    ],
)
def test_a_wrong_option_says_which_and_what_would_be_right(
    one: Input, given: object, said: str
) -> None:
    with pytest.raises(InputError) as error:
        one.value(given)
    assert str(error.value) == said


KNOWN = "argument, choices, default, help, max, min, of, optional, ours, type"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"typ": "integer"}, f"input days: unknown key 'typ' (known: {KNOWN})"),
        (
            {"type": "integr"},
            f"input days: no type 'integr' (known: {', '.join(sorted(KINDS))})",
        ),
        (
            {"type": "integer", "default": "soon"},
            "default of days: 'soon' is not a whole number (use 30)",
        ),
        (
            {"type": "integer", "default": "0", "min": "1"},
            "default of days: 0 is below 1 (use 1 or more)",
        ),
        (
            {"type": "integer", "max": "many"},
            "bound of days: 'many' is not a whole number (use 30)",
        ),
        (
            {"optional": "perhaps"},
            "input days: optional: 'perhaps' is neither true nor false (use true or false)",
        ),
        (
            {"choices": "trader"},
            "input days: choices is no list (write choices: [this, that])",
        ),
    ],
)
def test_a_header_entry_that_is_not_well_formed_is_refused(
    fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(DefinitionError) as error:
        read_input("days", fields, "q.cypher:4")
    assert str(error.value) == f"q.cypher:4: {said}"


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "yes"])
def test_true_in_any_case_makes_an_input_optional(word: str) -> None:
    made = read_input("days", {"optional": word, "ours": word, "argument": word}, "q.cypher:4")
    assert (made.optional, made.ours, made.argument, made.required) == (True, True, True, False)


# ---------------------------------------------------------------- texts on their way out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (3.0, "3"),
        (2.5, "2.5"),
        (1e22, "1e+22"),
        (float("nan"), ""),
        (dt.datetime(2024, 2, 28), "2024-02-28"),
        (dt.datetime(2024, 2, 28, 9, 30), "2024-02-28 09:30:00"),
        (dt.date(2024, 2, 28), "2024-02-28"),
        (b"0301", "0301"),
        (b"\xff", "\ufffd"),
        ("0301", "0301"),
    ],
)
def test_a_typed_cell_is_written_as_the_text_it_stands_for(value: object, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("two\nlines", "two\nlines"),
        ("a\tb", "a b"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("nul\0", "nul\\u0000"),
        ("lone\ud800", "lone\\ud800"),
        ("\r", "\\u000d"),
        ("祥云 🚢 é", "祥云 🚢 é"),
    ],
)
def test_a_terminal_gets_marks_spelt_out(text: str, plain: str) -> None:
    assert shown(text) == plain
    shown(text).encode("utf-8")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", "\ufeff"])
def test_a_guarded_cell_is_never_run_and_loses_nothing(sign: str, before: str) -> None:
    text = f"{before}{sign}1+1"
    line = io.StringIO()
    csv.writer(line).writerow([guarded(text)])
    (cell,) = next(csv.reader(io.StringIO(line.getvalue(), newline="")))
    assert cell == "'" + text


@pytest.mark.parametrize("text", ["", "'", "a=b", "1-1", "Łódź", "祥云"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
