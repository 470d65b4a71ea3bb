"""The vocabularies: filled once from the library's frameworks, and the curators' own from then on."""

from __future__ import annotations

import pytest

from holdfast.records.frameworks import Framework, load_frameworks
from holdfast.web.people.models import AuditEvent
from holdfast.web.register.models import Term, Vocabulary
from holdfast.web.register.vocabularies import asked, ensure_vocabularies, load, shipped

pytestmark = pytest.mark.django_db


def test_a_new_register_has_every_framework_with_its_version_and_source() -> None:
    for framework in load_frameworks().values():
        if framework.id == "change_facets":
            continue
        held = Vocabulary.objects.get(code=framework.id)
        assert held.version == framework.version
        assert framework.source[:60] in held.source
        assert set(held.terms.values_list("code", flat=True)) == set(framework.codes)


def test_the_facets_of_a_change_are_lists_of_their_own_asked_in_order() -> None:
    order = list(Vocabulary.objects.filter(asked__gt=0).values_list("code", flat=True))
    assert order == list(asked())
    assert order[:6] == ["kind", "origin", "magnitude", "aspect", "setting", "level"]
    assert set(Vocabulary.objects.get(code="kind").terms.values_list("code", flat=True)) == {
        "kind_technology",
        "kind_service",
        "kind_working",
    }
    assert all(v.question for v in Vocabulary.objects.filter(asked__gt=0))


def test_what_stands_under_another_term_keeps_its_place() -> None:
    fifth = Term.objects.get(vocabulary__code="populations", code="imd_quintile_2019:1")
    assert fifth.parent is not None and fifth.parent.code == "imd_quintile_2019"


def test_slots_that_nobody_has_filled_are_not_terms() -> None:
    framework = load_frameworks()["eight_conditions"]
    assert framework.slots > 0
    assert Vocabulary.objects.get(code="eight_conditions").terms.count() == len(framework.filled)


def test_filling_again_adds_nothing_and_keeps_what_a_curator_wrote() -> None:
    Vocabulary.objects.filter(code="setting").update(name="Where", version="ours", asked=0)
    Term.objects.filter(code="setting_acute").update(label="Hospitals", retired=True)
    before = AuditEvent.objects.count()
    assert ensure_vocabularies() == 0
    assert AuditEvent.objects.count() == before
    held = Vocabulary.objects.get(code="setting")
    assert (held.name, held.version, held.asked) == ("Where", "ours", 0)
    term = Term.objects.get(code="setting_acute")
    assert term.label == "Hospitals" and term.retired


def test_a_newer_edition_adds_its_new_terms_and_says_so() -> None:
    old = next(f for f in shipped() if f.id == "service_shifts")
    new = Framework.model_validate(
        {
            **old.model_dump(),
            "version": "2031",
            "terms": [*old.model_dump()["terms"], {"code": "robots", "label": "robots"}],
        }
    )
    assert load([new]) == 1
    assert Term.objects.get(code="robots").label == "Robots"
    assert Vocabulary.objects.get(code="service_shifts").version == old.version
    event = AuditEvent.objects.filter(subject="service_shifts").first()
    assert event is not None and event.detail == {"terms": 1}


def test_filling_takes_few_queries(django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        ensure_vocabularies()
