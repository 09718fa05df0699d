"""A summary counts parties by the questions that touch them; hostile names do no harm in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl

from netinv import summary
from netinv.result import EXPLAINED, UNCHECKED, Result
from tests.samples import HOSTILE, empty, pair, question


def answers() -> list[Result]:
    other = pair()
    other.question = replace(question(), command="find-paths", title="Paths")
    other.findings[0] = replace(other.findings[0], explained="a return")
    lacking = Result(
        replace(question(), command="find-price-outliers"), UNCHECKED, notes=["No prices."]
    )
    return [pair(), other, empty(), lacking]


def test_a_party_counts_once_for_each_question() -> None:
    made = summary.of(answers(), {"find-broken": "SyntaxError"})
    first = made.touched[0]
    assert (first.id, first.questions) == ("Company:L", ["find-paths", "find-rings"])
    assert {one.id: len(one.questions) for one in made.touched}["Company:C0"] == 1
    assert not [one for one in made.touched if one.label == "Shipment"]
    assert [(one.command, one.why) for one in made.missing] == [
        ("find-price-outliers", "No prices.")
    ]
    assert made.failed == {"find-broken": "SyntaxError"}


def test_a_branch_that_could_not_be_checked_is_told_with_what_could_not() -> None:
    one = pair()
    one.notes = ["The links are stale.", "Could not be checked: payments. No payments are loaded."]
    made = summary.of([one])
    assert [lacking.why for lacking in made.missing] == [one.notes[1]]
    assert [(known.note, known.questions) for known in made.known][-1] == (
        "The links are stale.",
        ["find-rings"],
    )


def test_what_was_put_aside_is_counted_apart_from_what_was_lost() -> None:
    one = pair()
    one.cut = [f"3 explained and not listed: {EXPLAINED}", "9 more findings beyond --limit 1."]
    made = summary.of([one])
    assert made.asked[0].aside == "3 explained"
    assert [known.note for known in made.known] == [one.cut[1], *one.notes]


def test_a_page_of_an_earlier_summary_holds_what_is_so_now(tmp_path: Path) -> None:
    summary.save(summary.of([pair()], about={"case": HOSTILE["script"]}), tmp_path)
    assert (tmp_path / "find-rings.html").is_file()
    assert "<script" not in (tmp_path / "summary.html").read_text(encoding="utf-8")
    summary.save(summary.of([empty()]), tmp_path)
    assert "found nothing" in (tmp_path / "find-rings.html").read_text(encoding="utf-8")


def test_what_was_dismissed_does_not_count() -> None:
    (one, *_) = answers()
    one.findings = [replace(f, dismissed=True) for f in one.findings]
    assert summary.of([one]).touched == []


def test_the_page_and_the_workbook_hold_hostile_names(tmp_path: Path) -> None:
    made = summary.of(answers(), {"find-broken": HOSTILE["script"]})
    written = summary.save(made, tmp_path / "out")
    page = (tmp_path / "out" / "summary.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<img" not in page and "\u202e" not in page
    assert 'href="find-rings.html"' in page and "No prices." in page
    assert {path.name for path in written} == {
        *("summary.html", "summary.xlsx", "find-rings.html", "find-paths.html"),
    }
    book = openpyxl.load_workbook(tmp_path / "out" / "summary.xlsx")
    assert book.sheetnames == [
        *(
            "questions",
            "parties",
            "not checked",
            "to know",
            "asked",
            "find-rings",
            "find-paths",
            "about",
        ),
    ]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)
    assert book["parties"]["A2"].value == "Company:L"
