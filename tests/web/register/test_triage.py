"""The queue: what waits, what may be the same, and each decision a person can take there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.register.filling import filled

from holdfast.web.people.models import AuditEvent
from holdfast.web.register import triage, triage_alike
from holdfast.web.register.merging import RefusedError
from holdfast.web.register.models import Change, Term
from holdfast.web.register.models_sorting import Likeness, MergeEvent, Question, SplitEvent
from holdfast.web.register.saving import ConflictError, amend, create, record_of
from holdfast.web.register.splitting import PartOf, split

pytestmark = pytest.mark.django_db
VIDEO = "Outpatient clinics moved to video calls so that people with asthma need not travel to the hospital"
AGAIN = "Outpatient clinics by video call, so people with asthma do not travel to hospital any more"
OTHER = "Volunteers telephone older people who live alone every Friday afternoon"


def made(title: str, description: str = "", **more: Any) -> Change:
    return create("a test", {"title": title, "description": description, **more})


def sort(client: Client, change: Change, what: str, query: str = "") -> Any:
    return client.post(reverse("register:sort", args=[change.identifier]) + query, {"what": what})


def test_the_queue_holds_what_nobody_has_sorted_oldest_first(as_: Callable[[str], Client]) -> None:
    first, second, third = made("First"), made("Second"), made("Third")
    lead = as_("improvement-lead")
    page = lead.get(reverse("register:triage")).content.decode()
    assert page.index("First") < page.index("Second") < page.index("Third")
    assert "3 records to sort" in page
    sort(lead, second, "keep")
    person = first.author
    assert list(triage.queue(person)) == [first, third]
    sort(lead, second, "unsort")
    assert triage.queue(person).count() == 3


def test_after_each_decision_the_next_record_opens(as_: Callable[[str], Client]) -> None:
    first, second = made("First"), made("Second")
    lead = as_("improvement-lead")
    got = sort(lead, first, "keep")
    assert got.status_code == 302 and got["Location"] == reverse("register:sort", args=[second.identifier])
    got = sort(lead, second, "keep")
    assert got["Location"] == reverse("register:triage")
    assert "Everything is sorted" in lead.get(got["Location"]).content.decode()


def test_the_part_of_the_queue_is_kept_from_page_to_page(as_: Callable[[str], Client], person: Any) -> None:
    first, _between, last = made("First"), made("Between"), made("Last")
    me = person("improvement-lead")
    Change.objects.filter(pk__in=[first.pk, last.pk]).update(owner=me)
    got = sort(as_("improvement-lead"), first, "keep", "?show=mine")
    assert got["Location"].endswith(f"{last.identifier}?show=mine")


def test_possible_duplicates_stand_beside_each_other_with_what_differs(as_: Callable[[str], Client]) -> None:
    old, new, _else = made(VIDEO[:60], VIDEO), made(AGAIN[:60], AGAIN), made(OTHER[:60], OTHER)
    lead = as_("improvement-lead")
    page = lead.get(reverse("register:sort", args=[new.identifier])).content.decode()
    assert f"Merge it with {old.identifier}" in page
    assert "only here: " in page and "Differs" in page
    assert [c.pk for c in triage_alike.alike(new)] == [old.pk]
    shown = lead.get(reverse("register:triage") + "?show=alike").content.decode()
    assert "possible duplicate" in shown and OTHER[:30] not in shown


def test_records_said_to_be_different_are_not_offered_again(as_: Callable[[str], Client]) -> None:
    old, new, _else = made(VIDEO[:60], VIDEO), made(AGAIN[:60], AGAIN), made(OTHER[:60], OTHER)
    lead = as_("improvement-lead")
    lead.get(reverse("register:sort", args=[new.identifier]))
    sort(lead, new, "keep")
    assert Likeness.objects.get().apart_by
    assert triage_alike.alike(old) == []
    amend(new, "a test", {"description": AGAIN + "."}, read_at=1)
    triage_alike.look([Change.objects.get(pk=new.pk)])
    assert triage_alike.alike(new) == [], "compared again, and still said to be different"


def test_a_record_is_compared_again_only_when_it_was_saved(django_assert_num_queries: Any) -> None:
    change = made(VIDEO[:60], VIDEO)
    triage_alike.look([change])
    with django_assert_num_queries(1):
        triage_alike.look([change])
    assert not triage_alike.stale(Change.objects.all()).exists()
    amend(change, "a test", {"title": "Another"}, read_at=1)
    assert triage_alike.stale(Change.objects.all()).count() == 1


def test_merging_from_the_queue_and_undoing_it(as_: Callable[[str], Client]) -> None:
    old, new, more = made(VIDEO[:60], VIDEO), made(AGAIN[:60], AGAIN, needs="Laptops"), made(OTHER[:60], OTHER)
    triage.keep(old, "a test")
    triage.keep(more, "a test")
    lead = as_("improvement-lead")
    page = sort(lead, new, f"merge:{old.identifier}")["Location"]
    sent = filled(lead.get(page)) | {"take_description": "both"}
    got = lead.post(page, sent)
    assert got["Location"] == reverse("register:triage"), "nothing is left"
    assert lead.post(page, sent).status_code == 302, "the same form again is harmless"
    event = MergeEvent.objects.get()
    old.refresh_from_db()
    assert old.description == f"{VIDEO}\n\n{AGAIN}" and old.needs == "Laptops"
    undo = reverse("register:unmerge", args=[event.pk])
    asked = lead.get(undo)
    assert "taken out" in asked.content.decode()
    lead.post(undo, filled(asked))
    old.refresh_from_db()
    assert old.description == VIDEO and old.needs == ""
    assert "stands by itself again" in lead.get(undo).content.decode()


def test_two_leads_merging_the_same_record_the_second_is_told(as_: Callable[[str], Client]) -> None:
    a, b, c = made("Aaa"), made("Bbb"), made("Ccc")
    lead = as_("improvement-lead")
    into_a = reverse("register:merge", args=[a.identifier, b.identifier])
    into_c = reverse("register:merge", args=[c.identifier, b.identifier])
    forms = [filled(lead.get(page)) for page in (into_a, into_c)]
    assert lead.post(into_a, forms[0]).status_code == 302
    got = lead.post(into_c, forms[1])
    assert got.status_code == 409
    said = got.content.decode()
    assert f"{b.identifier} was merged into {a.identifier}" in said and "Nothing was lost" in said
    assert MergeEvent.objects.count() == 1


def test_a_merge_of_a_record_saved_meanwhile_shows_what_was_saved(as_: Callable[[str], Client]) -> None:
    a, b = made("Aaa", "One text"), made("Bbb", "Another text")
    lead = as_("improvement-lead")
    page = reverse("register:merge", args=[a.identifier, b.identifier])
    form = filled(lead.get(page)) | {"take_description": "both"}
    amend(b, "somebody else", {"description": "Another text, better"}, read_at=1)
    got = lead.post(page, form)
    assert got.status_code == 409 and "Somebody else saved" in got.content.decode()
    again = filled(got)
    assert again["take_description"] == "both", "the choice is kept"
    got = lead.post(page, again)
    assert got.status_code == 302
    assert Change.objects.get(pk=a.pk).description == "One text\n\nAnother text, better"


def test_giving_a_record_to_somebody(as_: Callable[[str], Client], person: Any) -> None:
    change, me, curator = made("One"), person("improvement-lead"), person("curator")
    lead = as_("improvement-lead")
    page = reverse("register:assign", args=[change.identifier])
    assert lead.post(page, {"owner": me.pk, "was": ""}).status_code == 302
    assert list(triage.queue(me, "mine")) == [change]
    got = lead.post(page, {"owner": curator.pk, "was": ""})
    assert got.status_code == 409 and "looks after it now" in got.content.decode()
    assert lead.post(page, {"owner": curator.pk, "was": me.pk}).status_code == 302
    assert Change.objects.get().owner == curator
    assert "contributor@" not in lead.get(page).content.decode()


def test_withdrawing_needs_a_reason_and_can_be_taken_back(as_: Callable[[str], Client]) -> None:
    change = made("A test of the system")
    lead = as_("improvement-lead")
    page = reverse("register:withdraw", args=[change.identifier])
    assert "Say why it is withdrawn" in lead.post(page, {"why": "", "read_at": 1}).content.decode()
    assert lead.post(page, {"why": "Only a test", "read_at": 1}).status_code == 302
    change.refresh_from_db()
    assert change.withdrawn_at and change.versions.first().why == "withdrawn: Only a test"
    assert not triage.queue(None).exists()
    lead.post(page, {"back": "1"})
    assert triage.queue(None).exists()
    with pytest.raises(ConflictError):
        triage.withdraw(change, "a test", "why", read_at=1)


def test_a_decision_about_a_record_merged_meanwhile_is_not_taken(as_: Callable[[str], Client]) -> None:
    from holdfast.web.register.merging import merge

    a, b = made("A"), made("B")
    merge(a, b, "somebody else", read_at=(1, 1), deed="x")
    for act in (triage.keep, triage.unsort):
        with pytest.raises(ConflictError):
            act(b, "a test")
    got = as_("improvement-lead").get(reverse("register:sort", args=[b.identifier]))
    assert got["Location"] == reverse("register:sort", args=[a.identifier])


def parts_of(change: Change) -> list[PartOf]:
    return [
        PartOf("Video", "By video", ("needs",), ("kind:kind_service",), ()),
        PartOf("Parcels", "By post", ("organisation", "needs"), (), ("Collecting",)),
    ]


def whole() -> Change:
    return create(
        "a test",
        {
            "title": "Both",
            "description": "Two things",
            "needs": "Laptops",
            "organisation": "A trust",
            "status": "decided",
        },
        terms=[Term.objects.get(code="kind_service")],
        displaced=["Collecting"],
    )


def test_a_split_gives_every_part_what_is_ticked() -> None:
    change = whole()
    event = split(change, "a test", parts_of(change), read_at=1, deed="x")
    change.refresh_from_db()
    part = event.parts.get()
    assert (change.title, change.needs, change.organisation) == ("Video", "Laptops", "")
    assert (part.title, part.needs, part.organisation, part.status) == ("Parcels", "Laptops", "A trust", "decided")
    assert part.split_from == change and part.identifier != change.identifier
    assert record_of(change)["terms"] == ["kind:kind_service"] and record_of(part)["displaced"] == ["Collecting"]
    assert split(change, "a test", parts_of(change), read_at=1, deed="x").pk == event.pk, "the same deed splits once"
    assert Change.objects.count() == 2


def test_a_split_loses_nothing() -> None:
    change = whole()
    with pytest.raises(RefusedError, match="Nothing may be lost"):
        split(change, "a test", [PartOf("One", ""), PartOf("Two", "")], read_at=1, deed="x")
    with pytest.raises(ConflictError):
        split(change, "a test", parts_of(change), read_at=7, deed="x")
    assert not SplitEvent.objects.exists() and Change.objects.count() == 1


def test_parts_are_not_offered_as_duplicates_and_merge_back() -> None:
    from holdfast.web.register.merging import merge

    change = whole()
    part = split(change, "a test", parts_of(change), read_at=1, deed="x").parts.get()
    triage_alike.look([change, part])
    assert triage_alike.alike(change) == []
    change.refresh_from_db()
    merge(change, part, "a test", read_at=(change.version, 1), deed="back")
    record = record_of(Change.objects.get(pk=change.pk))
    assert record["organisation"] == "A trust" and record["displaced"] == ["Collecting"]


def test_splitting_in_the_browser_asks_for_another_part_and_keeps_what_was_typed(as_: Callable[[str], Client]) -> None:
    change, lead = whole(), as_("improvement-lead")
    page = reverse("register:split", args=[change.identifier])
    sent = {
        "parts": "2", "part0-title": "One", "part0-description": "1", "part1-title": "Two", "part1-description": "2",
        "part0-gets": ["field:needs", "field:organisation"], "deed": "d", "read_at": "1", "why": "",
    }  # fmt: skip
    more = lead.post(page, {**sent, "more": "1"})
    kept = filled(more)
    assert kept["parts"] == "3" and kept["part1-title"] == "Two" and kept["part2-title"] == ""
    assert kept["part0-gets"] == ["field:organisation", "field:needs"] and kept["deed"] == "d"
    lost = lead.post(page, sent)
    assert "Nothing may be lost" in lost.content.decode()
    sent["part1-gets"] = ["term:kind:kind_service", "displaced:0"]
    assert lead.post(page, sent).status_code == 302
    assert Change.objects.filter(split_from=change).get().title == "Two"
    assert lead.post(page, sent).status_code == 302
    assert Change.objects.count() == 2


def test_what_is_done_is_in_the_audit_log(as_: Callable[[str], Client], person: Any) -> None:
    change, lead = made("One"), as_("improvement-lead")
    sort(lead, change, "keep")
    event = AuditEvent.objects.filter(verb="register.triage").first()
    assert event is not None and event.actor == "improvement-lead@example.org" and event.subject == change.identifier


def test_the_queue_asks_the_database_no_more_with_many_records(
    as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    for place in range(30):
        change = made(f"Record {place}")
        Question.objects.create(change=change, words="Which?")
    lead = as_("improvement-lead")
    lead.get(reverse("register:triage"))
    with django_assert_max_num_queries(22):
        lead.get(reverse("register:triage"))
