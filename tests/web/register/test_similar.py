"""Others like this: the same change in other words is counted, another change is not, whatever the register's size."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from holdfast.web.register import saving, similar
from holdfast.web.register.models import Change

pytestmark = pytest.mark.django_db
THERE = {
    "skin": "Video outpatient clinics in dermatology. Patients send a photograph beforehand.",
    "therapy": "Therapists moved to the acute ward. Musculoskeletal therapists joined the acute team on seven days.",
    "medicines": "Volunteers deliver medicines to people who stay at home.",
    "asthma": "Nurses do yearly asthma reviews by video.",
    "partners": "Health, social care and the voluntary sector meet once a day about discharges.",
    "blood": "A car park became a place for blood tests, with no waiting room.",
    "oxygen": "People with lung disease are watched at home with an oxygen meter.",
}
TOLD = {
    "skin": "We started doing skin clinics by video and people send a photo first.",
    "asthma": "asthma nurse video calls instead of coming in",
    "blood": "Blood tests in the car park, you stay in your car",
    "": "We changed the colour of the forms in the records office",
}


@pytest.fixture(autouse=True)
def _register() -> None:
    similar.forget()
    for name, text in THERE.items():
        saving.create("the tests", {"title": text.split(".")[0], "description": text, "organisation": name})


@pytest.mark.parametrize("whole", [5_000, 3], ids=["held whole", "by candidates"])
@pytest.mark.parametrize("name", list(TOLD))
def test_the_same_change_is_found_and_no_other(name: str, whole: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(similar, "WHOLE", whole)
    found = similar.others_like(TOLD[name])
    assert [one.change.organisation for one in found.closest] == ([name] if name else [])
    assert found.count == len(found.closest) and not found.more


def test_what_is_saved_is_among_the_others_at_once() -> None:
    assert similar.others_like(TOLD["skin"]).count == 1
    saving.create("the tests", {"title": "Dermatology by video", "description": TOLD["skin"]})
    assert similar.others_like(TOLD["skin"]).count == 2


def test_a_change_is_not_like_itself_and_what_is_gone_is_not_counted() -> None:
    change = Change.objects.get(organisation="skin")
    assert similar.others_like(similar.telling(change)).count == 1
    assert similar.others_like(similar.telling(change), without=change).count == 0
    Change.objects.filter(pk=change.pk).update(withdrawn_at=timezone.now())
    assert similar.others_like(TOLD["skin"]).count == 0


def test_amended_words_are_believed_and_not_the_earlier_ones() -> None:
    change = Change.objects.get(organisation="skin")
    saving.amend(
        change, "the tests", {"title": "Tea", "description": "Tea is served at four in the day room."}, read_at=1
    )
    assert similar.others_like(TOLD["skin"]).count == 0


def test_too_little_to_compare() -> None:
    assert similar.others_like("skin") == similar.Others()
