"""The questions about people are edited by those who moderate; what people answered keeps its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.people.models import AuditEvent
from holdfast.web.register.merging import family
from holdfast.web.voices import hearing, questions, taking, typing_in, wishes
from holdfast.web.voices.forms import YouForm
from holdfast.web.voices.models import AboutQuestion, Participant
from holdfast.web.voices.moderating import StaleError

pytestmark = pytest.mark.django_db


def _wanted(one: AboutQuestion, **more: Any) -> questions.Wanted:
    held = {"label": one.label, "why": one.why, "levels": list(one.levels), "version": one.version, "asked": one.asked}
    return questions.Wanted(**{**held, **more})


def _form(one: AboutQuestion, **more: Any) -> dict[str, Any]:
    held = {"label": one.label, "why": one.why, "levels": "\r\n".join(one.levels), "version": one.version,
            "place": one.place, "asked": "yes", "revision": one.revision}  # fmt: skip
    return held | more


def _age() -> AboutQuestion:
    return AboutQuestion.objects.get(code="age")


def test_what_somebody_answered_is_kept_in_its_words(person: Any) -> None:
    lead, one = person("equality-lead"), talking.change()
    talking.statements(one)
    [old, *_] = talking.people(one, "patients", 2, 1, "retain", about={"age": "65 to 79", "language": "No"})
    made = questions.save(_age(), lead, _wanted(_age(), levels=["80 or over", "65 and over", "Under 65"]), read_at=1)
    assert made.levels == ["80 or over", "65 and over", "Under 65"] and made.past == ["65 to 79"]
    assert set(hearing.hear(family(one)).about["age"]) == {"65 to 79"}
    back = questions.save(_age(), lead, _wanted(_age(), levels=["65 to 79", "Other"]), read_at=2)
    assert back.past == [] and back.revision == 3
    event = AuditEvent.objects.filter(kind="question").latest("pk")
    assert event.detail["before"]["past"] == ["65 to 79"] and event.detail["after"]["levels"] == ["65 to 79", "Other"]
    taking.withdraw(old)
    assert Participant.objects.filter(about__age="65 to 79").count() == 1


def test_a_preference_for_a_group_counts_as_given(person: Any) -> None:
    one = talking.change()
    [who] = talking.people(one, "patients", 1, 1, "retain")
    taking.prefer(who, "Video clinics", "stop", place=("internet", "I do not use it", "all settings"))
    held = AboutQuestion.objects.get(code="internet")
    made = questions.save(held, person("equality-lead"), _wanted(held, levels=["Easy", "Hard"]), read_at=1)
    assert made.past == ["I do not use it"]


def test_somebody_who_comes_back_loses_no_answer(person: Any, rf: Any) -> None:
    lead, one = person("equality-lead"), talking.change()
    [who] = talking.people(one, "carers", 1, 1, "retain", about={"age": "65 to 79", "sex": "Female"})
    questions.save(_age(), lead, _wanted(_age(), levels=["Young", "Old"]), read_at=1)
    sex = AboutQuestion.objects.get(code="sex")
    questions.save(sex, lead, _wanted(sex, asked=False), read_at=1)
    initial = {"role": who.role, **{f"about_{code}": level for code, level in who.about.items()}}
    form = YouForm({"role": "carers", "about_age": "65 to 79"}, initial=initial)
    assert form.is_valid() and "about_sex" not in form.fields
    assert ("65 to 79", "65 to 79") not in YouForm().fields["about_age"].choices
    role, answers = form.answers()
    taking.describe(who, role, answers)
    who.refresh_from_db()
    assert who.about == {"age": "65 to 79", "sex": "Female"}
    taking.describe(who, role, {})
    who.refresh_from_db()
    assert who.about == {"sex": "Female"}


def test_it_is_asked_as_edited_everywhere(person: Any, as_: Callable[[str], Client]) -> None:
    one = talking.change()
    form = _form(_age(), label="Your age <b>?", why="To hear everybody.", levels="Old\n\n  Young  ", place=9)
    answer = as_("equality-lead").post(reverse("voices:question", args=["age"]), form)
    assert answer.status_code == 302
    held = _age()
    assert (held.label, held.why, held.levels, held.place) == (
        "Your age <b>?",
        "To hear everybody.",
        ["Old", "Young"],
        9,
    )
    guest = Client()
    guest.post(reverse("voices:about", args=[one.identifier]))
    page = guest.get(reverse("voices:you", args=[one.identifier])).content.decode()
    assert "Your age &lt;b&gt;?" in page and "Why we ask: To hear everybody." in page
    assert page.index("About you") < page.index("What is your sex?") < page.index("Your age")
    assert ("age|Old", f"{AboutQuestion.objects.get(code='age').label} Old") in wishes.groups()
    assert typing_in.Sheet.of(one).about["age"].levels == ["Old", "Young"]


def test_two_people_at_once_lose_nothing(person: Any, as_: Callable[[str], Client]) -> None:
    first, second = _form(_age(), label="Mine"), _form(_age(), label="Yours")
    address = reverse("voices:question", args=["age"])
    assert as_("equality-lead").post(address, first).status_code == 302
    clash = as_("improvement-lead").post(address, second)
    page = clash.content.decode()
    assert clash.status_code == 409 and "Mine" in page and 'value="Yours"' in page and _age().label == "Mine"
    with pytest.raises(StaleError):
        questions.save(_age(), "x", _wanted(_age(), label="z"), read_at=1)
    again = as_("improvement-lead").post(address, second | {"revision": _age().revision})
    assert again.status_code == 302 and _age().label == "Yours"


def test_sending_it_twice_is_sending_it_once(as_: Callable[[str], Client]) -> None:
    form = {"label": "How deprived is your area?", "why": "To see whom care leaves behind.", "levels": "Most\nLeast",
            "version": "IMD 2019", "place": 7, "asked": "yes"}  # fmt: skip
    lead = as_("improvement-lead")
    for _ in range(2):
        assert lead.post(reverse("voices:add-question"), form).status_code == 302
    made = AboutQuestion.objects.get(label=form["label"])
    assert made.code == "how-deprived-is-your-area" and made.asked
    assert AuditEvent.objects.filter(kind="question", subject=made.code).count() == 1
    assert made.label in lead.get(reverse("voices:questions")).content.decode()
    lead.post(reverse("voices:add-question"), form | {"levels": "A\nB"})
    assert AboutQuestion.objects.filter(code="how-deprived-is-your-area-2").exists()


@pytest.mark.parametrize("label", ["Role", "Words", "s1", "prefer1", "مرحبا", "?"])
def test_a_question_never_takes_the_name_of_a_column(label: str, person: Any) -> None:
    made = questions.add(person("equality-lead"), questions.Wanted(label, "why", ["a", "b"]))
    one = talking.change()
    talking.statements(one)
    names = typing_in.Sheet.of(one).names
    assert len(names) == len(set(names)) and made.code in names and not made.code.startswith(("s1", "prefer"))


@pytest.mark.parametrize(
    ("text", "why"),
    [("One", "2 to 30"), ("a\nA", "stands twice"), ("a\nPrefer not to say", "always offered"), ("a;b\nc", "joins"),
     ("a\n" + "x" * 81, "80 characters"), ("a\n943 476 5919", "NHS number"),
     ("\n".join(map(str, range(31))), "2 to 30")],
)  # fmt: skip
def test_answers_that_cannot_be_kept_say_why(text: str, why: str, as_: Callable[[str], Client]) -> None:
    with pytest.raises(ValidationError) as told:
        questions.levels_of(text)
    assert why in " ".join(told.value.messages)
    before = _form(_age())
    page = as_("equality-lead").post(reverse("voices:question", args=["age"]), before | {"levels": text})
    assert page.status_code == 422 and "There is a problem" in page.content.decode() and _form(_age()) == before
