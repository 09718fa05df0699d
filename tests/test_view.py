"""The page: one file, no request, hostile names as text, in a real browser."""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netinv import view
from netinv.result import Finding, Node
from tests.samples import HOSTILE, empty, pair, ring, told

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def test_the_page_loads_nothing_and_holds_its_licence() -> None:
    text = view.page(pair())
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", text)
    policy = html.unescape(re.findall(r'Security-Policy" content="([^"]+)"', text)[0])
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "http" not in policy
    assert "vis.js is dual licensed" in text
    assert text.count("</script>") == 3  # its own three, none from a name
    assert "<b>more</b>" not in text


def test_the_page_is_the_same_each_time() -> None:
    assert view.page(pair()) == view.page(pair())


def test_what_does_not_fit_is_counted_and_said() -> None:
    result = pair()
    for number in range(view.MOST):
        node = Node(f"Company:X{number}", "Company", f"X{number}", f"X{number}")
        result.nodes[node.id] = node
        result.findings.append(Finding(f"{number:016x}", {}, nodes=(node.id,)))
    left_out = len(result.findings) - (view.MOST - 8 + 1)
    assert f"{left_out} findings are listed and not drawn" in view.page(result).replace(",", "")


def test_an_empty_result_is_a_page_too() -> None:
    assert "found nothing" in view.page(empty())


def test_a_notebook_gets_a_frame() -> None:
    text = view.embedded(pair())
    assert text.startswith("<iframe srcdoc=")
    assert "<script>" not in text


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium; without one the page tests are skipped, and counted as such."""
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
    )
    if not path:
        if os.environ.get("NETINV_REQUIRE_BROWSER"):
            pytest.fail("no Chromium on the path")
        pytest.skip("no Chromium on the path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """The page of `told`, with every request and every complaint recorded."""
    path = tmp_path / "page.html"
    path.write_text(view.page(told()), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.requests, page.complaints = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_selector("#findings li")
    yield page
    page.close()


def seen(page: Any) -> set[str]:
    """The nodes that the network shows."""
    return set(page.evaluate("netinv.nodes.get({filter: (n) => !n.hidden}).map((n) => n.id)"))


def place(page: Any, at: str) -> list[float]:
    """Where a place of the network, given as JavaScript, is on the screen."""
    spot: list[float] = page.evaluate(
        f"(() => {{ const at = netinv.network.canvasToDOM({at});"
        " const box = document.getElementById('network').getBoundingClientRect();"
        " return [at.x + box.x, at.y + box.y]; })()"
    )
    return spot


def click(page: Any, at: str) -> None:
    page.mouse.click(*place(page, at))
    page.wait_for_timeout(100)


def sight(page: Any) -> list[float]:
    """The scale and the middle of the view."""
    x, y = "netinv.network.getViewPosition().x", "netinv.network.getViewPosition().y"
    return [round(one, 3) for one in page.evaluate(f"[netinv.network.getScale(), {x}, {y}]")]


def filled(page: Any) -> float:
    """The larger share of the stage, across or down, that the nodes shown take up."""
    share: float = page.evaluate(
        "(() => { const stage = document.getElementById('network'); const at = netinv.nodes"
        ".get({filter: (n) => !n.hidden}).map((n) => netinv.network.canvasToDOM(n));"
        " const range = (of) => Math.max(...at.map(of)) - Math.min(...at.map(of));"
        " return Math.max(range((p) => p.x) / stage.clientWidth,"
        " range((p) => p.y) / stage.clientHeight); })()"
    )
    return share


def listed(page: Any) -> int:
    return int(page.locator("#findings li:visible").count())


@pytest.mark.page
def test_it_asks_for_nothing_but_itself_and_runs_no_name(opened: Any) -> None:
    opened.wait_for_timeout(300)
    assert len(opened.requests) == 1 and opened.requests[0].startswith("file://")
    assert opened.complaints == []
    assert opened.evaluate("window.hacked") is None
    text = opened.inner_text("#findings")
    assert HOSTILE["script"] in text
    assert "invoice\\u202efdp.exe" in text and "\u202e" not in text
    assert opened.inner_text("h1") == "Goods that come home & <b>more</b>"


def test_the_head_names_whom_it_was_asked_of() -> None:
    one = ring()
    one.question = replace(one.question, inputs={"company": "C1", "days": 180, "regime": "X"})
    assert one.heading() == f"{one.question.title}: {HOSTILE['image']} (C1)"
    assert f"{html.escape(HOSTILE['image'])} (C1)</h1>" in view.page(one)
    one.question = replace(one.question, inputs={"company": HOSTILE["image"].upper()})
    assert one.heading() == f"{one.question.title}: {HOSTILE['image']} (C1)"
    assert ring().heading() == one.question.title


@pytest.mark.page
def test_a_click_on_a_finding_shows_only_it(opened: Any) -> None:
    assert len(seen(opened)) == 9
    opened.click("#findings li:nth-child(2)")
    assert seen(opened) == {"Company:L"}
    opened.click("#all")
    assert len(seen(opened)) == 9
    opened.focus("#findings li:nth-child(1)")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    assert seen(opened) == {"Company:L"}
    opened.keyboard.press("Escape")
    assert len(seen(opened)) == 9


@pytest.mark.page
def test_a_click_on_a_node_shows_its_properties_and_rows(opened: Any) -> None:
    opened.click("#findings li:nth-child(1)")
    click(opened, "netinv.network.getPosition('Shipment:S1')")
    opened.wait_for_selector("#details:not([hidden])")
    text = opened.inner_text("#details")
    assert "Shipment S1" in text
    assert "shipments.csv, line 3 (record 1)" in text
    assert "more.csv, sheet Sheet1, line 12 (record 9)" in text
    assert "hs: odd" in text
    click(opened, "netinv.network.getPosition('Shipment:S2')")
    text = opened.inner_text("#details")
    assert "shipments.csv, record 2" in text and " row " not in text
    ground = opened.locator("#network").bounding_box()
    opened.mouse.click(ground["x"] + 5, ground["y"] + 5)
    assert opened.is_hidden("#details")


@pytest.mark.page
def test_a_hand_over_is_told_in_words_with_the_rows_of_its_shipments(opened: Any) -> None:
    opened.click("#findings li:nth-child(1)")
    click(opened, "netinv.network.body.edges['HANDOFF:0'].edgeType.getPoint(0.5)")
    opened.wait_for_selector("#details:not([hidden])")
    text = opened.inner_text("#details")
    for said in (
        "like weight: several loads went on in one",
        "1.2 %",
        "0.000063 expected",
        "heading 8110 → 7801",
        "declared as return",
        "derived by rule cafe from",
        "Shipment S1",
        "Shipment S2",
        "Shipment S3",
        "shipments.csv, line 3 (record 1)",
    ):
        assert said in text
    assert "rank" not in text
    opened.click("#details summary")
    text = opened.inner_text("#details")
    assert "rank" in text and "holder" in text
    assert "key" not in text


@pytest.mark.page
def test_the_view_of_a_finding_is_the_same_whatever_was_shown_before(opened: Any) -> None:
    opened.click("#findings li:nth-child(1)")
    fresh = sight(opened)
    assert filled(opened) > 0.6
    opened.click("#findings li:nth-child(2)")
    assert sight(opened) != fresh
    opened.click("#findings li:nth-child(1)")
    assert sight(opened) == fresh
    click(opened, "netinv.network.getPosition('Shipment:S1')")
    opened.mouse.wheel(0, -400)
    opened.click("#findings li:nth-child(2)")
    opened.click("#findings li:nth-child(1)")
    assert sight(opened) == fresh


@pytest.mark.page
def test_no_name_stands_in_another(opened: Any) -> None:
    overlaps = """() => { const all = netinv.written();
        const cut = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
        return all.filter((one, i) => all.slice(i + 1).some(
            (other) => one.boxes.some((a) => other.boxes.some((b) => cut(a, b))))).length; }"""
    links = "netinv.written().filter((one) => netinv.edges.get(one.id)).length"
    opened.wait_for_timeout(200)
    assert opened.evaluate("netinv.written().length") > 0
    assert opened.evaluate(links) == 0 and opened.evaluate(overlaps) == 0
    opened.click("#findings li:nth-child(1)")
    opened.wait_for_timeout(200)
    assert opened.evaluate(links) > 0 and opened.evaluate(overlaps) == 0


@pytest.mark.page
def test_search_and_legend(opened: Any) -> None:
    whole = sight(opened)
    opened.fill("#search", "祥云")
    assert "1 of 9 nodes" in opened.inner_text("#hits")
    assert "1 of 2 findings" in opened.inner_text("#hits")
    assert listed(opened) == 1
    opened.fill("#search", "no such thing")
    assert "0 of 9 nodes" in opened.inner_text("#hits")
    assert "try fewer" in opened.inner_text("#hits")
    assert listed(opened) == 0
    opened.fill("#search", "")
    assert listed(opened) == 2 and sight(opened) == whole
    assert "consigned to 4" in opened.inner_text("#legend")
    opened.click("#legend button:has-text('Shipment 4')")
    assert not any(id_.startswith("Shipment") for id_ in seen(opened))
    assert opened.evaluate("netinv.edges.get({filter: (e) => !e.hidden}).length") == 0
    for back in ("#all", "Escape"):
        opened.click(back) if back == "#all" else opened.keyboard.press(back)
        assert len(seen(opened)) == 9
        assert opened.locator("#legend button[aria-pressed=false]").count() == 0
        opened.click("#legend button:has-text('Company 5')")


@pytest.mark.page
def test_a_search_says_what_is_hidden_and_reads_the_links(opened: Any) -> None:
    opened.click("#findings li:nth-child(1)")
    opened.fill("#search", "lone star")
    assert "1 of 9 nodes, 1 hidden" in opened.inner_text("#hits")
    opened.click("#hits button")
    assert opened.input_value("#search") == "lone star"
    assert "hidden" not in opened.inner_text("#hits")
    assert opened.evaluate("netinv.network.getSelectedNodes()") == ["Company:L"]
    assert opened.evaluate("netinv.network.getScale()") <= 0.9
    opened.fill("#search", "declared as return")
    assert "0 of 9 nodes, 1 of 11 links" in opened.inner_text("#hits")
    assert opened.evaluate("netinv.network.getSelectedEdges()") == ["HANDOFF:0"]
    assert listed(opened) == 1


@pytest.mark.page
def test_at_a_small_size_nothing_lies_over_another(opened: Any) -> None:
    opened.set_viewport_size({"width": 900, "height": 700})
    opened.click("#findings li:nth-child(1)")
    click(opened, "netinv.network.getPosition('Shipment:S1')")
    opened.wait_for_selector("#details:not([hidden])")
    panel = opened.locator("#details").bounding_box()
    legend = opened.locator("#legend").bounding_box()
    assert panel["y"] + panel["height"] <= legend["y"]
    spot = place(opened, "netinv.network.getPosition('Shipment:S1')")
    assert spot[0] < panel["x"]
    rank, score = (opened.locator(f".rank span >> nth={n}").bounding_box() for n in (0, 1))
    assert rank["x"] + rank["width"] + 8 <= score["x"]
    assert opened.evaluate(
        "(() => { const box = document.getElementById('search');"
        " box.value = box.placeholder; return box.scrollWidth <= box.clientWidth; })()"
    )


@pytest.mark.page
@pytest.mark.parametrize("size", [(1440, 900), (800, 600)], ids=str)
def test_it_opens_still_and_whole_at_two_sizes(opened: Any, size: tuple[int, int]) -> None:
    opened.set_viewport_size({"width": size[0], "height": size[1]})
    where = "JSON.stringify(netinv.network.getPositions())"
    before = opened.evaluate(where)
    opened.wait_for_timeout(400)
    assert opened.evaluate(where) == before
    wide = opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tall = opened.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert wide and tall
    box = opened.evaluate("document.getElementById('network').getBoundingClientRect().toJSON()")
    assert box["width"] > size[0] * 0.4 and box["height"] > size[1] * 0.4


@pytest.mark.page
def test_what_was_asked_and_what_was_cut_is_there(opened: Any) -> None:
    opened.click("summary")
    text = opened.inner_text("#asked")
    assert "days: 180" in text
    assert "7 more findings beyond --limit 1." in text
    assert "shipments.csv (sha256 aaaaaaaaaaaa…)" in text
    assert "Records are counted from 1, without the header line." in text
    assert "Goods return." in text
    assert "unlikely: powers of ten" in text
    assert "window: 45" in text and "tight: yes" in text and "{" not in text
    opened.keyboard.press("Escape")
    assert opened.evaluate("document.getElementById('asked').open") is False
