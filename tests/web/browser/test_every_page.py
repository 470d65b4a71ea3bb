"""Every page of the access lines, in a real browser: no broken accessibility rule, at desk and on a phone, with and
without JavaScript; nothing fetched from elsewhere, no error in the console, nothing wider than the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINES = [
    [part.strip() for part in line.split("|")]
    for file in sorted((Path(__file__).parents[1] / "access").glob("*.txt"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]
PARTS = 4
"""The pages are walked in this many tests, so that two cores share them."""


def _addresses(things: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, words, _roles in LINES:
        named = dict(pair.split("=", 1) for pair in words.split()) if words else {}
        filled = {key: things[value[1:-1]] if value.startswith("{") else value for key, value in named.items()}
        yield name, reverse(name, kwargs=filled)


def _walk(page: Any, base: str, things: dict[str, str], part: int, look: Callable[[str], None]) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((base, "data:", "blob:")) else faults.append(r.url))
    for name, path in list(_addresses(things))[part::PARTS]:
        answer = page.request.get(path, max_redirects=5)
        if "text/html" not in answer.headers.get("content-type", "") or answer.status >= 400:
            continue  # downloads, pictures, fragments; refusals are the access test's
        page.goto(path)
        if page.locator("html[lang]").count() == 0:
            continue  # a fragment of a page
        assert page.locator("h1").count() == 1, f"{name}: a page has one h1"
        look(name)
        assert not faults, (name, faults)


@pytest.mark.parametrize("part", range(PARTS))
def test_at_a_desk(part: int, sit_down: Callable[..., Any], axe: Any, things: Any, live_server: Any) -> None:
    page = sit_down("all")
    _walk(page, live_server.url, things, part, lambda name: axe(page))


@pytest.mark.parametrize("part", range(PARTS))
def test_on_a_phone(part: int, sit_down: Callable[..., Any], things: Any, live_server: Any) -> None:
    page = sit_down("all", phone=True)

    def narrow(name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} pixels wider than a phone"

    _walk(page, live_server.url, things, part, narrow)


@pytest.mark.parametrize("part", range(PARTS))
def test_without_javascript(part: int, sit_down: Callable[..., Any], things: Any, live_server: Any) -> None:
    page = sit_down("all", scripts=False)

    def useful(name: str) -> None:
        assert page.locator("main").inner_text().strip(), name
        hidden = page.locator("main form button:not([disabled])")
        assert all(button.is_visible() or button.evaluate("b => b.closest('details')") for button in hidden.all()), name

    _walk(page, live_server.url, things, part, useful)
