"""Why now: a short form, ratings added and never altered, and honest answers over all changes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from holdfast.web.insight import ratings
from holdfast.web.insight.models import EnablerRating
from holdfast.web.register import merging
from holdfast.web.register.models import Change, Term
from holdfast.web.register.models_sorting import new_deed
from holdfast.web.register.saving import create

pytestmark = pytest.mark.django_db


def test_the_form_takes_ten_taps_at_most() -> None:
    assert 6 <= len(ratings.asked()) <= 9


def test_ratings_are_added_once_a_form_and_never_altered(
    person: Callable[..., Any], as_: Callable[[str], Client]
) -> None:
    change = create(person("improvement-lead"), {"title": "Video"})
    terms, client = ratings.asked(), as_("contributor")
    path = f"/insights/why-now/{change.identifier}"
    assert client.post(path, {"once": "form-0001"}).status_code == 422
    told = {f"rate-{terms[0].code}": "5", f"rate-{terms[1].code}": "not relevant", f"rate-{terms[2].code}": "9"}
    for _twice in range(2):
        assert client.post(path, {"once": "form-0001", **told}).status_code == 302
    assert [(r.enabler, r.value) for r in EnablerRating.objects.all()] == [(terms[0], 5), (terms[1], None)]
    client.post(path, {"once": "form-0002", f"rate-{terms[0].code}": "2"})
    assert EnablerRating.objects.count() == 3
    as_("analyst").post(path, {"once": "form-0003", f"rate-{terms[0].code}": "5"})
    rated = ratings.of(change)
    row = rated["rows"][0]
    assert (rated["raters"], rated["apart"], row["raters"], row["spread"], row["profile"]) == (2, [], 2, [], None)
    page = as_("contributor").get(f"/changes/c/{change.identifier}").content.decode()
    assert "Rated by 2 people. Answers are shown from 3" in page and "2 to 5" not in page and "3.5" not in page
    as_("curator").post(path, {"once": "form-0004", f"rate-{terms[0].code}": "4"})
    rated = ratings.of(change)
    assert rated["apart"] == [terms[0].label] and rated["rows"][0]["spread"] == [("2", 1), ("4", 1), ("5", 1)]
    page = as_("contributor").get(f"/changes/c/{change.identifier}").content.decode()
    assert "2 to 5" in page and "People differ widely" in page
    assert client.get("/insights/why-now/HF-99").status_code == 404


def test_the_last_word_counts_though_it_is_not_relevant(person: Callable[..., Any]) -> None:
    lead, other, third = person("improvement-lead"), person("analyst"), person("curator")
    change, code = create(lead, {"title": "Video"}), ratings.asked()[0].code
    ratings.save(third, change, {code: 3}, "form-0000")
    ratings.save(lead, change, {code: 5}, "form-0001")
    ratings.save(other, change, {code: 2}, "form-0002")
    ratings.save(lead, change, {code: None}, "form-0003")
    told = ratings.of(change)
    row = told["rows"][0]
    assert (row["profile"].mean, row["profile"].raters) == (2.5, 2) and told["apart"] == []
    assert row["spread"] == [("2", 1), ("3", 1), ("not relevant", 1)] and told["raters"] == 3
    for by, deed in ((other, "form-0004"), (third, "form-0005")):
        ratings.save(by, change, {code: None}, deed)
    told = ratings.of(change)
    assert told["rows"][0]["profile"] is None and told["rows"][0]["spread"] == [("not relevant", 3)]
    assert ratings.over_all()["rows"][0]["agreement"] is None


def test_ratings_go_with_a_change_that_is_merged_into_another(
    person: Callable[..., Any], as_: Callable[[str], Client]
) -> None:
    lead, other, term = person("improvement-lead"), person("analyst"), ratings.asked()[0]
    kept, gone, last = (create(lead, {"title": title}) for title in ("Kept", "Gone", "Last"))
    _rated(gone, term, lead, 4, dt.date(2021, 1, 1))
    _rated(gone, term, other, 1, dt.date(2021, 1, 1))
    _rated(kept, term, lead, 2, dt.date(2022, 1, 1))
    _rated(last, term, person("curator"), 3, dt.date(2022, 1, 1))
    _merged(kept, gone, lead)
    _merged(last, kept, lead)
    told, every = ratings.of(last), ratings.over_all()
    assert told["raters"] == 3 and told["rows"][0]["profile"].mean == 2
    assert (every["changes"], every["raters"], every["ratings"]) == (1, 3, 4)
    page = as_("improvement-lead").get(f"/insights/why-now/{last.identifier}").content.decode()
    assert re.search(r'value="2" checked', page)
    Change.objects.filter(pk=last.pk).update(withdrawn_at=timezone.now())
    assert ratings.over_all()["changes"] == 0


def test_people_who_gave_the_same_answers_are_not_said_to_be_missing(
    person: Callable[..., Any], as_: Callable[[str], Client]
) -> None:
    lead, other, client = person("improvement-lead"), person("analyst"), as_("contributor")
    change, (same, apart) = create(lead, {"title": "Video"}), [term.code for term in ratings.asked()[:2]]
    ratings.save(lead, change, {same: 5, apart: 2}, "form-0001")
    assert "too few to tell agreement" not in client.get("/insights/why-now").content.decode()
    ratings.save(other, change, {same: 5, apart: 4}, "form-0002")
    page = client.get("/insights/why-now").content.decode()
    # Of two, neither learns from this page whether the other said the same.
    assert page.count("two people rated 1 change, too few to tell agreement from chance") == 2
    ratings.save(person("curator"), change, {same: 5, apart: 4}, "form-0003")
    page = client.get("/insights/why-now").content.decode()
    assert page.count("two people or more rated 1 change, and every answer was the same") == 1
    assert page.count("(-1.00 to 1.00), 1 change") == 1


def _merged(kept: Change, gone: Change, by: Any) -> None:
    kept.refresh_from_db()
    gone.refresh_from_db()
    merging.merge(kept, gone, by, read_at=(kept.version, gone.version), deed=new_deed())


def _rated(change: Change, term: Term, by: Any, value: int, on: dt.date) -> None:
    EnablerRating.objects.create(
        change=change, enabler=term, by=by, rater=str(by.pk), value=value, on=on, deed=f"{change.pk}{by.pk}{on}"
    )


def test_fading_and_going_with_lasting_come_from_the_library(
    person: Callable[..., Any], as_: Callable[[str], Client]
) -> None:
    lead, other, term = person("improvement-lead"), person("analyst"), ratings.asked()[0]
    for at in range(10):
        lasted = at < 5
        change = create(lead, {"title": f"Change {at}", "status": "embedded" if lasted else "lapsed"})
        for by in (lead, other):
            high = 5 if lasted else 3
            _rated(change, term, by, high, dt.date(2021, 1, 1))
            _rated(change, term, by, high - 1 - (at % 2 and by == lead), dt.date(2022, 1, 1))
    told = ratings.over_all()
    row = told["rows"][0]
    assert (told["changes"], told["raters"], told["ratings"]) == (10, 2, 40)
    assert row["trend"].verdict == "fading" and -2 < row["trend"].a_year < -1
    assert row["goes"].verdict == "goes with lasting" and row["agreement"].raters == 2
    page = as_("contributor").get("/insights/why-now").content.decode()
    assert "Fading" in page and "Goes with lasting" in page
    assert as_("").get("/insights/why-now").status_code == 302
