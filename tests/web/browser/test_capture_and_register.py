"""In a real browser: a change in ninety seconds on a phone, with scripts and without; search and filter; an import."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.web.register import saving, spelling

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOLD = "We moved skin clinics to video. People send a photograph first."
Sit = Callable[..., Any]
Axe = Callable[[Any], None]


@pytest.fixture(autouse=True)
def _fresh(transactional_db: None) -> None:
    """The lists and roles, which emptying the tables takes away."""
    from holdfast.web.people.models import Role
    from holdfast.web.people.verbs import ROLES
    from holdfast.web.register.vocabularies import ensure_vocabularies

    for code, (name, meaning, verbs) in ROLES.items():
        Role.objects.get_or_create(code=code, defaults={"name": name, "meaning": meaning, "verbs": list(verbs)})
    ensure_vocabularies()
    spelling.forget()


def _fits(page: Any) -> None:
    """Nothing hangs out of the side of the window."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window, page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_change_is_recorded_on_a_phone(sit_down: Sit, axe: Axe, scripts: bool) -> None:
    saving.create("the tests", {"title": "Skin clinics by video", "organisation": "Airedale", "description": TOLD})
    page = sit_down("", phone=True, scripts=scripts)
    page.goto("/changes/new")
    if scripts:
        axe(page)
    _fits(page)
    page.get_by_label("What changed?").fill(TOLD)
    if scripts:
        page.get_by_text("1 other did something like this").wait_for()
        axe(page)
    page.get_by_role("button", name="Save this change").click()
    page.get_by_role("heading", name="Thank you. It is saved.").wait_for()
    assert page.get_by_text("1 other did something like this").is_visible()
    _fits(page)
    if scripts:
        axe(page)
    page.get_by_role("button", name="Answer the first question").click()
    page.get_by_label("What did it replace").fill("Clinic slots")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Skip this question").click()
    page.get_by_label("Organisation or place").fill("Wirral")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("Months it had been planned to take").fill("24")
    page.get_by_label("Months it took").fill("0.46")
    page.get_by_role("button", name="Save and stop here").click()
    assert page.get_by_text("That is 52 times faster than planned.").is_visible()
    assert page.get_by_text("Nothing has been decided yet.").is_visible()
    _fits(page)


def test_every_question_is_accessible(sit_down: Sit, axe: Axe) -> None:
    from holdfast.web.register import capturing
    from holdfast.web.register.questions import questions

    held = capturing.capture("the tests", TOLD, once="x")
    page = sit_down("", phone=True)
    kinds = {question.code for question in questions() if not question.code.startswith("list-")}
    for code in sorted(kinds & {"stopped", "time", "words"} | {"list-kind", "list-level", "list-populations"}):
        page.goto(f"/changes/told/{held.token}/questions/{code}")
        axe(page)
        _fits(page)
    page.goto(f"/changes/told/{held.token}/questions")
    axe(page)
    page.goto(f"/changes/told/{held.token}")
    axe(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_searching_filtering_and_keeping_a_view(sit_down: Sit, axe: Axe, scripts: bool) -> None:
    for number in range(30):
        saving.create("the tests", {"title": f"Beds moved at night {number}", "description": "Porters."})
    saving.create("the tests", {"title": "Dermatology by video", "status": "stopped", "organisation": "Airedale"})
    page = sit_down("improvement-lead", scripts=scripts)
    page.goto("/changes/")
    if scripts:
        axe(page)
    _fits(page)
    page.get_by_role("link", name=re.compile("Next")).click()
    assert page.get_by_text("26 to 31 shown").is_visible()
    page.get_by_label("Search the changes").fill("dermatolgy")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_text("Also showing results for dermatology").is_visible()
    if not scripts:
        page.get_by_text("Filter and sort").click()
    page.get_by_text("Status", exact=True).first.click()
    page.get_by_label("Stopped").check()
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.get_by_role("heading", name="1 change").is_visible()
    page.get_by_label("Keep this search").fill("Stopped skin")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("link", name="Clear all").click()
    page.get_by_role("link", name="Stopped skin").click()
    assert page.get_by_role("heading", name="1 change").is_visible()
    if scripts:
        axe(page)
    page.get_by_role("link", name="Dermatology by video").click()
    if scripts:
        axe(page)
    _fits(page)
    page.get_by_role("link", name="Amend this record").click()
    if scripts:
        axe(page)
    page.get_by_label("What must be in place").fill("A quiet room")
    page.get_by_role("button", name="Save as a new version").click()
    assert page.get_by_text("A quiet room").is_visible()


def test_the_list_on_a_phone(sit_down: Sit, axe: Axe) -> None:
    saving.create("the tests", {"title": "x" * 200, "description": "y" * 2_000, "organisation": "z" * 200})
    change = saving.create("the tests", {"title": "خدمة الفيديو <b>", "description": "=1+1 👩🏽"})
    page = sit_down("", phone=True)
    for where in ("/changes/", "/changes/?q=zzz", f"/changes/c/{change.identifier}"):
        page.goto(where)
        page.wait_for_load_state()
        axe(page)
        _fits(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_bringing_in_a_file(sit_down: Sit, axe: Axe, scripts: bool) -> None:
    rows = "".join(f"Change {n},What we did number {n},emerging\n" for n in range(30))
    content = "Title,Details,Status\n" + rows + "Wrong,,nonsense\n"
    page = sit_down("analyst", scripts=scripts)
    page.goto("/changes/import")
    if scripts:
        axe(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "changes.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Continue").click()
    if scripts:
        axe(page)
    page.get_by_role("button", name="Check the rows").click()
    if scripts:
        axe(page)
    page.get_by_role("button", name="Bring in 30 changes").click()
    page.get_by_role("heading", name=re.compile("Brought in|Bringing in")).first.wait_for()
    for _ in range(20):
        if not scripts and page.get_by_role("button", name="Carry on").count():
            page.get_by_role("button", name="Carry on").click()
        elif page.get_by_text("30 brought in").count():
            break
        else:
            page.wait_for_timeout(300)
    page.get_by_text("30 brought in").wait_for()
    if scripts:
        axe(page)
    page.get_by_role("link", name="Put right row 32").click()
    if scripts:
        axe(page)
    page.get_by_label("Status").fill("stopped")
    page.get_by_role("button", name="Save and check this row").click()
    assert page.get_by_text("Row 32 can be read now").is_visible()
