"""The report in a real browser: accessible, readable at any width, and nothing cut off."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import builders
import pytest

from holdfast.share import Meta, release, report

pytestmark = pytest.mark.browser
PLOTS = (dataclasses.replace(builders.PLOTS[1], small=True), builders.PLOTS[7])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, meta: Meta) -> Path:
    found = builders.findings(PLOTS, measures=builders.MEASURES[:2])
    html = report(release(found, measures=builders.MEASURES), builders.changes(PLOTS), builders.MEASURES, meta)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


def opened(browser: Any, path: Path, width: int) -> tuple[Any, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(f"console: {message.text}"))
    page.goto(path.as_uri())
    return page, asked


def test_axe_finds_nothing(browser: Any, page_file: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page, _ = opened(browser, page_file, 1280)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = axe.Axe().run(page, options={"runOnly": rules}).response["violations"]
    page.close()
    assert not [(v["id"], v["nodes"][0]["html"][:200]) for v in found]


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_only_tables_and_charts_scroll_sideways(browser: Any, page_file: Path, width: int) -> None:
    page, asked = opened(browser, page_file, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert wide <= width
    assert asked == [page_file.as_uri()], "the page asks for nothing but itself, and no rule of its policy is broken"


def test_no_text_in_a_chart_is_cut_off(browser: Any, page_file: Path) -> None:
    page, _ = opened(browser, page_file, 1280)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    cut = page.evaluate(
        """() => [...document.querySelectorAll('svg')].flatMap(svg => {
            const box = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(t => {
                const b = t.getBoundingClientRect();
                return b.width && (b.left < box.left - 1 || b.right > box.right + 1 ||
                                   b.top < box.top - 1 || b.bottom > box.bottom + 1);
            }).map(t => t.textContent);
        })"""
    )
    page.close()
    assert cut == []


def test_printing_opens_what_is_folded(browser: Any, page_file: Path) -> None:
    page, _ = opened(browser, page_file, 700)
    page.emulate_media(media="print")
    hidden = page.evaluate(
        "[...document.querySelectorAll('details table')].filter(t => !t.getBoundingClientRect().height).length"
    )
    page.close()
    assert hidden == 0


def test_the_first_stop_of_the_keyboard_is_the_skip_link(browser: Any, page_file: Path) -> None:
    page, _ = opened(browser, page_file, 1280)
    page.keyboard.press("Tab")
    first = page.evaluate(
        "[document.activeElement.textContent, document.activeElement.getBoundingClientRect().left >= 0]"
    )
    page.close()
    assert first == ["Skip to main content", True]
