"""From words sent in to insights, in a real browser: by keyboard, on a phone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.web.insight import making

from holdfast.web.insight import jobs
from holdfast.web.insight.models import Coding, Comment, Delivery, EnablerRating, Learning, Scrap
from holdfast.web.register.models import Change

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _work() -> None:
    """What a worker would do."""
    for kind, model in jobs.MODELS.items():
        for job in model.objects.filter(state="waiting"):
            jobs.carry_out(kind, job.pk)


def test_scraps_become_a_change_without_scripts(sit_down: Callable[..., Any], axe: Any, tmp_path: Any) -> None:
    log = tmp_path / "learning log.txt"
    log.write_text(making.TOLD, encoding="utf-8")
    page = sit_down("improvement-lead", scripts=False)
    page.goto("/insights/send/scraps")
    page.get_by_role("button", name="Send").click()
    assert page.title().startswith("Error: ")
    page.locator("input[type=file]").set_input_files([str(log)])
    page.get_by_role("button", name="Send").click()
    assert "It is waiting to begin" in page.inner_text("main")
    _work()
    page.get_by_role("link", name="Check progress").click()
    assert "2 new passages" in page.inner_text("main").replace("\n", " ")
    page.get_by_role("button", name="Look at the passages").click()
    page.get_by_role("link", name=re.compile("video calls")).click()
    assert "[phone]" in page.inner_text("main") and "07700" not in page.content()
    page.get_by_role("button", name="Record it as a new change").click()
    page.get_by_label("What changed, in a few words").fill("Clinics by video")
    page.get_by_role("button", name="Record it").click()
    change = Change.objects.get()
    assert change.title == "Clinics by video" and Scrap.objects.get(change=change).state == "accepted"
    page.get_by_role("button", name="Set it aside").click()
    assert Scrap.objects.filter(state="set aside").count() == 1


def test_comments_are_coded_by_keyboard_and_shown(
    sit_down: Callable[..., Any], axe: Callable[[Any], None], tmp_path: Any
) -> None:
    survey = tmp_path / "survey.csv"
    survey.write_bytes(making.table(making.answers(40)))
    page = sit_down("improvement-lead")
    page.goto("/insights/send/comments")
    page.locator("input[type=file]").set_input_files(str(survey))
    page.get_by_label("What is this survey called?").fill("Spring survey")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="What does each column hold?").wait_for()
    axe(page)
    page.get_by_role("button", name="Bring them in").click()
    page.wait_for_url("**/sent/*")
    axe(page)
    _work()
    assert Comment.objects.count() == 40 and Learning.objects.filter(state="done").exists()
    page.goto("/insights/themes/seven_themes/next")
    axe(page)
    first = page.url
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "digital":
            break
    page.keyboard.press("Space")
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Save what I chose":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != first)
    assert Coding.objects.get().themes == ["digital"]
    making.code_all(Coding.objects.get().by, making.themes(), 30)
    _work()
    page.goto("/insights/themes/seven_themes")
    assert "Cannot learn yet" in page.inner_text("main")
    axe(page)
    page.goto("/insights/?theme=digital&by=setting")
    assert page.evaluate("document.querySelector('.hf-multiples').naturalWidth") > 0
    axe(page)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_page_is_accessible_and_fits(
    sit_down: Callable[..., Any], axe: Callable[[Any], None], person: Callable[..., Any], phone: bool
) -> None:
    lead = person("improvement-lead")
    held = making.sent(lead, making.file("log.txt", making.TOLD), making.file("empty.txt", b""), keep=True)
    making.survey(lead, making.answers(40))
    making.code_all(lead, making.themes(), 30)
    making.learned(lead, making.themes())
    scrap, comment = Scrap.objects.order_by("id").first(), Comment.objects.order_by("id").first()
    assert scrap is not None and comment is not None and Delivery.objects.count() == 2
    page = sit_down("all", phone=phone)
    page.goto(f"/insights/passages/{scrap.pk}/accept")
    axe(page)
    page.get_by_role("button", name="Record it").click()
    change = Change.objects.get()
    for path in (
        "/insights/?theme=digital&by=age_band&span=month", "/insights/sent", f"/insights/sent/{held.pk}",
        "/insights/passages", f"/insights/passages/{scrap.pk}", "/insights/passages?state=accepted",
        f"/insights/passages/{scrap.pk + 1}", "/insights/themes/seven_themes", "/insights/themes/enablers",
        f"/insights/themes/seven_themes/comments/{comment.pk}", "/insights/comments?q=team",
        f"/insights/comments/{comment.pk}", "/insights/why-now", f"/insights/why-now/{change.identifier}",
        f"/changes/c/{change.identifier}", "/insights/send/scraps", "/insights/send/comments",
    ):  # fmt: skip
        page.goto(path)
        axe(page)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{path} is wider than the screen"


def test_rating_takes_ten_taps_on_a_phone(
    sit_down: Callable[..., Any], person: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    from holdfast.web.register.saving import create

    change = create(person("improvement-lead"), {"title": "Video clinics"})
    page = sit_down("contributor", phone=True, scripts=False)
    page.goto(f"/insights/why-now/{change.identifier}")
    taps = 0
    for question in page.locator("fieldset").all():
        question.get_by_text("4", exact=True).click()
        taps += 1
    page.get_by_role("button", name="Save").click()
    taps += 1
    assert taps <= 10 and EnablerRating.objects.filter(value=4).count() == taps - 1
    assert "People differ" not in page.inner_text("main")
