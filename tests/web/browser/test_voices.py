"""Having a say on a phone, by keyboard alone, with scripts and without; and reading what people say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.web.voices import talking

from holdfast.web.voices.models import Participant, Vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Sit = Callable[..., Any]
Axe = Callable[[Any], None]


@pytest.fixture(autouse=True)
def _fresh(transactional_db: None) -> None:
    """The lists, roles and questions, which emptying the tables takes away."""
    from holdfast.web.people.models import Role
    from holdfast.web.people.verbs import ROLES
    from holdfast.web.register.vocabularies import ensure_vocabularies
    from holdfast.web.voices.asked import ensure_questions

    for code, (name, meaning, verbs) in ROLES.items():
        Role.objects.get_or_create(code=code, defaults={"name": name, "meaning": meaning, "verbs": list(verbs)})
    ensure_vocabularies()
    ensure_questions()


def _fits(page: Any) -> None:
    wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= window, page.url


def _tab_to(page: Any, name: str) -> None:
    """Press Tab until what has the focus says ``name``."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText || ''"):
            return
    raise AssertionError(f"the keyboard does not come to {name}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_having_a_say_on_a_phone_by_keyboard(sit_down: Sit, axe: Axe, scripts: bool) -> None:
    one = talking.change()
    talking.statements(one, talking.TEXTS[:2])
    page = sit_down("", phone=True, scripts=scripts)

    def look() -> None:
        _fits(page)
        if scripts:
            axe(page)

    page.goto(f"/voices/c/{one.identifier}")
    look()
    _tab_to(page, "Start")
    page.keyboard.press("Enter")
    for answer in ("Agree", "Disagree"):
        page.wait_for_url("**/statements")
        heading = page.locator("h1.hf-statement")
        heading.wait_for()
        assert page.evaluate("document.activeElement.tagName") == "H1", "the statement is read first"
        look()
        _tab_to(page, answer)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.get_by_role("heading", name="That was the last statement, thank you").wait_for()
    look()
    page.get_by_role("button", name="Go on: what should happen?").click()
    page.get_by_role("heading", name="Video clinics").wait_for()
    look()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.title().startswith("Error: ")
    look()
    page.get_by_label("Keep it, but change it").check()
    page.get_by_label("Why do you think so?").fill("It suits me.")
    page.get_by_text("For whom would your answer differ?").click()
    page.get_by_label("For which people?").select_option(
        label="How easy is it for you to use the internet? I do not use it"
    )
    page.get_by_label("What should happen for them?").select_option(label="Stop it")
    look()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("link", name="Skip this question").click()
    page.get_by_role("heading", name="About you").wait_for()
    look()
    page.get_by_label("I use this service, or have done").check()
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("heading", name="Thank you. Your answers are kept.").wait_for()
    look()
    assert [v.vote for v in Vote.objects.order_by("id")] == [1, -1]
    assert Participant.objects.get().role == "patients"
    page.get_by_role("link", name="Change your answer to").first.click()
    page.locator("h1.hf-statement").wait_for()
    assert page.get_by_role("button", name="Agree (your answer now)").is_visible()
    look()
    page.get_by_role("button", name="Pass").click()
    page.get_by_role("link", name="Erase everything I said").click()
    page.get_by_role("heading", name="Erase everything you said").wait_for()
    look()
    page.get_by_label("Yes, erase everything").check()
    page.get_by_role("button", name="Erase everything").click()
    page.get_by_role("heading", name="Your answers are erased").wait_for()
    look()
    assert not Vote.objects.exists()


@pytest.mark.parametrize("phone", [False, True], ids=["at a desk", "on a phone"])
def test_every_other_page_is_accessible(sit_down: Sit, axe: Axe, person: Any, phone: bool) -> None:
    from holdfast.web.voices import moderating, taking
    from holdfast.web.voices.models import Batch, Makeup, Preference

    one = talking.change()
    talking.statements(one)
    moderating.assume(one, None, "Staff have time to call.")
    talking.people(one, "patients", 12, 1, "retain", about={"internet": "Easy"})
    talking.people(one, "clinicians", 12, -1, "stop")
    [somebody] = talking.people(one, "carers", 1, 0, "adapt")
    taking.prefer(somebody, "Walk-in clinics", "stop")
    held = Batch.objects.create(name="Library drop-in", channel="paper", change=one, sha256="0" * 64)
    taking.propose(somebody, "Video works as well as coming in to the clinic.")
    Preference.objects.filter(participant=somebody).update(words="It saves <b>two</b> buses.")
    Makeup.objects.create(dimension="internet", level="Easy", people=70)
    Makeup.objects.create(dimension="internet", level="I do not use it", people=30)
    page = sit_down("improvement-lead", phone=phone)
    here = f"/voices/c/{one.identifier}"
    for path in (
        "/voices/", f"{here}/results", "/voices/read", f"/voices/read?change={one.identifier}", "/voices/make-up",
        f"{here}/batch", f"{here}/assumptions", f"{here}/export", f"{here}/watch", f"/changes/c/{one.identifier}",
        f"/voices/mine/{somebody.token}", f"{here}/batch/{held.pk}/take-out",
    ):  # fmt: skip
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        axe(page)
        _fits(page)


@pytest.mark.parametrize("phone", [False, True], ids=["at a desk", "on a phone"])
def test_a_grid_with_a_wrong_row_comes_back_as_it_was_typed(sit_down: Sit, axe: Axe, person: Any, phone: bool) -> None:
    one = talking.change()
    talking.statements(one)
    page = sit_down("improvement-lead", phone=phone)
    page.goto(f"/voices/c/{one.identifier}/batch")
    page.get_by_label("What to call this batch").fill("Library drop-in")
    page.get_by_label("Video clinics, person 1").select_option("stop")
    page.get_by_label("Own words of person 2").fill("It saves two buses.")
    page.get_by_role("button", name="Enter these voices").click()
    page.get_by_role("link", name="Person 2: It holds no vote and no preference.").wait_for()
    axe(page)
    _fits(page)
    assert page.get_by_label("Own words of person 2").input_value() == "It saves two buses."
    page.get_by_label("Video clinics, person 2").select_option("retain")
    page.get_by_role("button", name="Enter these voices").click()
    page.get_by_text("2 people are entered.").wait_for()
    assert Participant.objects.count() == 2


@pytest.mark.parametrize("phone", [False, True], ids=["at a desk", "on a phone"])
def test_a_file_sent_again_asks_before_anybody_is_entered(sit_down: Sit, axe: Axe, person: Any, phone: bool) -> None:
    one = talking.change()
    page = sit_down("improvement-lead", phone=phone)
    for last in ("keep", "adapt"):
        page.goto(f"/voices/c/{one.identifier}/batch")
        page.get_by_label("What to call this batch").fill("Library drop-in")
        rows = f"role,prefer1\npatients,retain\npatients,retain\ncarers,{last}\nmartians,stop\n".encode()
        page.locator("input[type=file]").set_input_files({"name": "v.csv", "mimeType": "text/csv", "buffer": rows})
        page.get_by_role("button", name="Enter these voices").click()
        page.get_by_text("could not be read").first.wait_for()
    for _ in range(2):
        page.get_by_role("heading", name="Some of these people are here already").wait_for()
        axe(page)
        _fits(page)
        page.get_by_role("button", name="Continue").click()  # the first time nothing is chosen
        page.get_by_role("link", name="Say whether they are the same people").wait_for()
    page.get_by_label("Yes. Leave those alone, and enter the 1 new row").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("1 person is entered. 2 people were here already").wait_for()
    assert Participant.objects.count() == 3


def test_a_browser_that_is_not_known_says_so_and_starts_anew(sit_down: Sit, axe: Axe) -> None:
    one = talking.change()
    talking.statements(one)
    page = sit_down("", phone=True)
    page.goto(f"/voices/c/{one.identifier}")
    page.get_by_role("button", name="Start").click()
    page.locator("h1.hf-statement").wait_for()
    page.context.clear_cookies(name="holdfast_voices")
    page.get_by_role("button", name="Disagree").click()
    page.get_by_role("heading", name="Your last answer was not kept").wait_for()
    axe(page)
    _fits(page)
    page.get_by_role("button", name="Start").click()
    page.locator("h1.hf-statement").wait_for()
    assert Participant.objects.count() == 2 and not Vote.objects.exists()
