"""The decision board in a real browser: a meeting by keyboard alone, paper that fits, and pages without scripts."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from tests.web.board import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "What people said about it at length, with every reason given in full. " * 60


@pytest.fixture
def ten(person: Callable[..., Any]) -> Any:
    """A meeting with ten items, two of them with long texts and odd words."""
    from holdfast.web.board import acting, meeting
    from holdfast.web.board.models import Cell

    actor = person("all")
    one = meeting.save(actor, {"name": "Committee", "on": dt.date(2026, 3, 1), "group": "Board", "attendees": "A\nB"})
    for n in range(5):
        making.board(actor, making.many if n == 0 else None, title=f"Change {n}")
    meeting.fill(one, actor)
    cell = Cell.objects.order_by("pk").first()
    for n in range(5):
        acting.dissent(cell, actor, f"Person {n}", "carer", LONG)
    return one


def decided(count: int) -> Any:
    from holdfast.web.board.models import Decision

    found = list(Decision.objects.filter(state="final").order_by("id"))
    assert len(found) == count
    return found


def test_deciding_at_a_meeting_by_keyboard_alone(ten: Any, sit_down: Callable[..., Any]) -> None:
    page = sit_down("decision-maker")
    page.goto(reverse("board:meeting", args=[ten.pk]))
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Begin with the first item":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/1")
    keys = page.keyboard
    keys.press("j")
    page.wait_for_url("**/items/2")
    keys.press("k")
    page.wait_for_url("**/items/1")
    keys.press("2")
    assert page.evaluate("document.activeElement.value") == "adapt"
    for key, words in (
        ("r", "It helps, and jnpk are only letters here."),
        ("o", "The gap grew."),
        ("c", "Keep a door."),
    ):
        keys.press(key)
        keys.type(words)
        keys.press("Escape")
    keys.press("v")
    page.evaluate("document.activeElement.value = '2027-06-30'")
    keys.press("Escape")
    keys.press("d")
    keys.type("Not for us, said the carers.")
    keys.press("Escape")
    keys.press("f")
    keys.press("Enter")
    page.wait_for_selector("text=The decision is final.")
    [made] = decided(1)
    assert made.reasons == "It helps, and jnpk are only letters here."
    assert (made.verdict, made.decided_by, made.dissents.filter(name="").get().words) == (
        "adapt", "Board: A, B", "Not for us, said the carers."
    )  # fmt: skip
    keys.press("n")
    page.wait_for_url("**/items/2")


def test_single_keys_can_be_turned_off_and_stay_off(ten: Any, sit_down: Callable[..., Any]) -> None:
    page = sit_down("decision-maker")
    address = reverse("board:item", args=[ten.pk, 1])
    page.goto(address)
    page.keyboard.press("?")
    assert page.evaluate("document.activeElement.id") == "keys-on"
    page.keyboard.press("Space")
    page.goto(address)
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url.endswith(address) and not page.locator("#keys-on").is_checked()


def test_an_item_is_decided_without_scripts(ten: Any, sit_down: Callable[..., Any]) -> None:
    page = sit_down("decision-maker", scripts=False, phone=True)
    page.goto(reverse("board:item", args=[ten.pk, 1]))
    assert not page.locator("#keys").is_visible()
    page.get_by_label("Adapt: keep it, but change it first").check()
    page.locator('[name="reasons"]').fill("It helps.")
    page.locator('[name="review_on"]').fill("2027-06-30")
    page.get_by_role("button", name="Make it final").click()
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    assert page.locator('[name="reasons"]').input_value() == "It helps."
    page.locator('[name="departs_because"]').fill("The gap grew.")
    page.get_by_role("button", name="Make it final").click()
    assert page.get_by_text("The decision is final.").is_visible()
    decided(1)
    page.get_by_role("link", name="Next item").click()
    assert "Item 2 of 10" in page.content()


def test_ten_items_print_on_ten_sheets_of_a4_and_nothing_is_cut_off(ten: Any, sit_down: Callable[..., Any]) -> None:
    import pypdf

    page = sit_down("decision-maker")
    page.goto(reverse("board:paper", args=[ten.pk]))
    page.emulate_media(media="print")
    over = page.evaluate("[...document.querySelectorAll('.hf-sheet')].map(s => s.scrollHeight - s.clientHeight)")
    assert over == [0] * 10
    book = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(book.pages) == 10
    for n, sheet in enumerate(book.pages, start=1):
        assert [round(float(x) / 72 * 25.4) for x in sheet.mediabox[2:]] == [210, 297]
        text = sheet.extract_text()
        assert f"item {n} of 10" in text and "We decide" in text and "/decisions/cell/" in text


@pytest.mark.parametrize("name", ["decide", "item", "duty"])
def test_axe_finds_nothing_on_a_page_with_errors_or_a_conflict(
    name: str, ten: Any, sit_down: Callable[..., Any], axe: Any
) -> None:
    from holdfast.web.board.models import Cell

    cell = ten.items.get(place=1).cell
    where = {"decide": [cell.pk], "item": [ten.pk, 1], "duty": [cell.change_id, "retain", "equality"]}[name]
    page = sit_down("all")
    page.goto(reverse(f"board:{name}", args=where))
    if name == "duty":
        page.get_by_role("button", name="Save the answer").click()
    else:
        from holdfast.web.board import deciding
        from holdfast.web.people.models import User

        seen = [deciding.Seen.of(Cell.objects.get(pk=cell.pk), None)]
        actor = User.objects.get(email="all@example.org")
        deciding.decide(actor, making.words(reasons="Theirs"), seen=seen, batch=uuid.uuid4(), final=True)
        page.locator('[name="verdict"]').first.check()
        page.get_by_role("button", name="Make it final").click()
        assert page.get_by_text("Something changed while you were writing").is_visible()
    axe(page)


def test_the_decision_prints_on_a4_without_the_site_around_it(sit_down: Callable[..., Any], things: Any) -> None:
    import pypdf

    page = sit_down("")
    page.goto(reverse("board:decision", args=[things["decision"]]))
    book = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join(sheet.extract_text() for sheet in book.pages)
    assert len(book.pages) <= 2 and "We decided" in text and "Skip to main content" not in text
