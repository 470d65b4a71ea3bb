"""The improvement lead's day, by keyboard alone, on every kind of screen, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.web.register.models import Change, Term
from holdfast.web.register.models_sorting import MergeEvent, Question
from holdfast.web.register.saving import amend, create

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VIDEO = "Outpatient clinics moved to video calls so that people with asthma need not travel to the hospital"
AGAIN = "Outpatient clinics by video call, so people with asthma do not travel to hospital any more"
TWO = "Volunteers telephone older people who live alone. They also bring parcels of food from the market"


@pytest.fixture
def three(person: Callable[..., Any]) -> list[Change]:
    author = person("contributor")
    kind = list(Term.objects.filter(code="kind_service"))
    return [
        create(author, {"title": "Video clinics", "description": VIDEO, "needs": "Laptops"}, terms=kind),
        create(author, {"title": "Clinics by video", "description": AGAIN}, displaced=["Letters"]),
        create("a paper form", {"title": "Calls and parcels", "description": TWO, "organisation": "South West"}),
    ]


def to(page: Any, what: str) -> None:
    """Press Tab until the thing with these words has the focus."""
    named = "e => (e.labels && e.labels.length ? e.labels[0].innerText : e.innerText || e.name || '')"
    for _press in range(80):
        page.keyboard.press("Tab")
        if what in page.evaluate(f"({named})(document.activeElement)"):
            return
    raise AssertionError(f"{what!r} cannot be reached by keyboard on {page.url}")


def choose(page: Any, what: str) -> None:
    """Go to the radios, move to the one with these words, and press Enter on the button."""
    page.wait_for_selector("h1")
    page.keyboard.press("Tab")
    for _press in range(80):
        if page.evaluate("document.activeElement.type") == "radio":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _press in range(12):
        if what in page.evaluate("document.activeElement.labels[0].innerText"):
            break
        page.keyboard.press("ArrowDown")
    to(page, "Continue")
    page.keyboard.press("Enter")


def enter(page: Any, what: str) -> None:
    to(page, what)
    page.keyboard.press("Enter")


def test_a_lead_sorts_by_keyboard(
    sit_down: Callable[..., Any], axe: Callable[[Any], None], three: list[Change]
) -> None:
    page = sit_down("improvement-lead")
    page.goto("/changes/to-sort")
    axe(page)
    assert "3 records to sort" in page.inner_text("main")
    enter(page, "Start with the first")
    page.wait_for_url(f"**/record/{three[0].identifier}")
    axe(page)
    choose(page, "Keep it as it is")
    page.wait_for_url(f"**/record/{three[1].identifier}")
    page.goto(f"/changes/to-sort/record/{three[0].identifier}/merge/{three[1].identifier}")
    axe(page)
    enter(page, "Merge them")
    page.wait_for_url(f"**/record/{three[2].identifier}")
    event = MergeEvent.objects.get()
    assert event.absorbed == three[1] and "Nothing is lost" in page.inner_text("main")
    choose(page, "Ask whoever recorded it")
    page.wait_for_url("**/ask")
    axe(page)
    to(page, "Your question")
    page.keyboard.type("Is this one service or two?")
    enter(page, "Ask")
    page.wait_for_url("**/questions/*")
    axe(page)
    question = Question.objects.get()
    author = sit_down("", phone=True)
    author.goto(page.locator(".hf-link a").inner_text().removeprefix("http://localhost:8000"))
    axe(author)
    to(author, "Your answer")
    author.keyboard.type("Two: calls, and parcels.")
    enter(author, "Send")
    author.wait_for_url("**thanks=1")
    axe(author)
    question.refresh_from_db()
    assert question.answer == "Two: calls, and parcels."
    enter(page, "Back to the record")
    page.wait_for_url(f"**/record/{three[2].identifier}")
    assert "Two: calls, and parcels." in page.inner_text("main")
    choose(page, "Split it")
    page.wait_for_url("**/split")
    axe(page)
    page.locator("#id_part1-title").focus()
    page.keyboard.type("Parcels")
    enter(page, "Split it")
    page.wait_for_selector("text=is split")
    assert Change.objects.get(split_from=three[2]).title == "Parcels"
    page.goto(f"/changes/to-sort/merges/{event.pk}/undo")
    axe(page)
    enter(page, "Undo the merge")
    page.wait_for_selector("text=The merge is undone")
    axe(page)
    assert Change.objects.get(pk=three[1].pk).merged_into_id is None


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_page_of_sorting_is_accessible_and_fits(
    sit_down: Callable[..., Any], axe: Callable[[Any], None], three: list[Change], phone: bool
) -> None:
    first = three[0].identifier
    amend(three[0], "somebody", {"description": VIDEO + " at all"}, read_at=1)
    page = sit_down("all", phone=phone)
    for path in (
        "/changes/to-sort?show=alike",
        f"/changes/to-sort/record/{first}/assign",
        f"/changes/to-sort/record/{first}/withdraw",
        f"/changes/to-sort/record/{three[1].identifier}",
        f"/changes/to-sort/record/{first}/merge/{three[1].identifier}",
        f"/changes/c/{first}/versions",
        f"/changes/c/{first}/versions/compare?a=1&b=2",
        f"/changes/c/{first}/versions/1/put-back",
        "/changes/vocabularies",
        "/changes/vocabularies/add",
        "/changes/vocabularies/upload",
        "/changes/vocabularies/list/populations",
        "/changes/vocabularies/list/kind/edit",
        "/changes/vocabularies/list/kind/history",
        "/changes/vocabularies/list/kind/terms/add",
    ):
        page.goto(path)
        axe(page)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{path} is wider than the screen"


def test_sorting_works_without_scripts(sit_down: Callable[..., Any], three: list[Change]) -> None:
    page = sit_down("improvement-lead", scripts=False)
    page.goto(f"/changes/to-sort/record/{three[1].identifier}")
    page.get_by_text(f"Merge it with {three[0].identifier}").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Both, one after").or_(page.get_by_text("’s words, then")).first.click()
    page.get_by_role("button", name="Merge them").click()
    kept = Change.objects.get(pk=three[0].pk)
    assert kept.description == f"{VIDEO}\n\n{AGAIN}"
    page.goto(f"/changes/c/{kept.identifier}/versions")
    page.get_by_role("button", name="Compare").click()
    assert page.locator("ins").count() >= 1
    page.goto(f"/changes/to-sort/record/{three[2].identifier}/withdraw")
    page.get_by_role("button", name="Withdraw it").click()
    assert page.title().startswith("Error: ")
    page.get_by_label("Why is it withdrawn?").fill("Only a test")
    page.get_by_role("button", name="Withdraw it").click()
    assert Change.objects.get(pk=three[2].pk).withdrawn_at is not None
