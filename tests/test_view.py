"""The page: one file, no request, hostile names as text, in a real browser."""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netinv import view
from netinv.result import Finding, Node
from tests.samples import HOSTILE, empty, pair

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
    """The page of two findings, with every request and every complaint recorded."""
    path = tmp_path / "page.html"
    path.write_text(view.page(pair()), encoding="utf-8")
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
    spot = opened.evaluate(
        "(() => { const at = netinv.network.canvasToDOM(netinv.network.getPosition('Shipment:S1'));"
        " const box = document.getElementById('network').getBoundingClientRect();"
        " return [at.x + box.x, at.y + box.y]; })()"
    )
    opened.mouse.click(*spot)
    opened.wait_for_selector("#details:not([hidden])")
    text = opened.inner_text("#details")
    assert "Shipment S1" in text
    assert "shipments.csv, row 1" in text and "more.csv, row 9" in text
    assert "hs: odd" in text


@pytest.mark.page
def test_search_and_legend(opened: Any) -> None:
    opened.fill("#search", "祥云")
    assert "1 of 9 nodes" in opened.inner_text("#hits")
    opened.fill("#search", "no such thing")
    assert "0 of 9 nodes" in opened.inner_text("#hits")
    opened.click("#legend button:has-text('Shipment 4')")
    assert not any(id_.startswith("Shipment") for id_ in seen(opened))


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
