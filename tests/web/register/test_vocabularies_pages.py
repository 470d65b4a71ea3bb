"""The curators' pages: nothing is deleted, nobody overwrites anybody, and a file's faults are told all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.web.register.filling import filled

from holdfast.web.people.models import AuditEvent
from holdfast.web.register.models import Term, Vocabulary
from holdfast.web.register.saving import create

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(as_: Callable[[str], Client]) -> Client:
    return as_("curator")


def upload(client: Client, name: str, text: str) -> Any:
    return client.post(reverse("register:vocabulary_upload"), {"file": SimpleUploadedFile(name, text.encode())})


def test_editing_a_list_is_in_its_history(curator: Client, as_: Callable[[str], Client]) -> None:
    page = reverse("register:vocabulary_edit", args=["setting"])
    sent = filled(curator.get(page))
    assert curator.post(page, sent | {"name": "Where care is given"}).status_code == 302
    assert Vocabulary.objects.get(code="setting").name == "Where care is given"
    event = AuditEvent.objects.filter(subject="setting", verb="register.curate").first()
    assert event is not None and event.detail["altered"] == {"name": ["Setting", "Where care is given"]}
    history = reverse("register:vocabulary_history", args=["setting"])
    assert "curator@example.org" in curator.get(history).content.decode()
    shown = as_("").get(history).content.decode()
    assert "Where care is given" in shown and "curator@example.org" not in shown


def test_two_curators_at_once_the_second_sees_both(curator: Client) -> None:
    term = Term.objects.get(code="setting_acute")
    page = reverse("register:term_edit", args=["setting", term.pk])
    first = second = filled(curator.get(page))
    assert curator.post(page, first | {"label": "Hospitals"}).status_code == 302
    got = curator.post(page, second | {"label": "Acute trusts"})
    assert got.status_code == 409
    said = got.content.decode()
    assert "Hospitals" in said and "Acute trusts" in said
    assert Term.objects.get(pk=term.pk).label == "Hospitals"
    assert curator.post(page, filled(got)).status_code == 302
    assert Term.objects.get(pk=term.pk).label == "Acute trusts"


def test_a_term_is_retired_and_offered_again_but_never_deleted(curator: Client) -> None:
    term = Term.objects.get(code="setting_acute")
    change = create("a test", {"title": "One"}, terms=[term])
    page = reverse("register:term_retire", args=["setting", term.pk])
    curator.post(page)
    curator.post(page)
    assert Term.objects.get(pk=term.pk).retired and list(change.terms.all()) == [term]
    assert AuditEvent.objects.filter(subject="setting:setting_acute").count() == 1
    curator.post(page, {"again": "1"})
    assert not Term.objects.get(pk=term.pk).retired


def test_adding_a_list_and_its_terms(curator: Client) -> None:
    add = reverse("register:vocabulary_add")
    sent = {"name": "Our wards", "code": "our_wards", "asked": "0", "many": "on"}
    assert "code of another list" in curator.post(add, sent | {"code": "kind"}).content.decode()
    assert "how the capture pages ask" in curator.post(add, sent | {"asked": "3"}).content.decode()
    assert curator.post(add, sent).status_code == 302
    page = reverse("register:term_add", args=["our_wards"])
    term = {"label": "Ward 7", "code": "ward_7", "seeds": "seventh floor\nward seven"}
    assert curator.post(page, term).status_code == 302
    assert "code of another term" in curator.post(page, term).content.decode()
    held = Term.objects.get(code="ward_7")
    assert held.seeds == ["seventh floor", "ward seven"] and held.place == 1
    below = {"label": "Bay 1", "code": "bay_1", "parent": held.pk}
    assert curator.post(page, below).status_code == 302
    edit = reverse("register:term_edit", args=["our_wards", held.pk])
    other = Term.objects.create(vocabulary=held.vocabulary, code="ward_8", label="Ward 8")
    told = curator.post(edit, filled(curator.get(edit)) | {"parent": other.pk}).content.decode()
    assert "Other terms stand under this one" in told


def test_a_list_from_a_file(curator: Client) -> None:
    text = "code,label,meaning,seeds\nward_7,ward 7,The seventh,seven;seventh\nward_8,ward 8,,\n"
    assert upload(curator, "Our wards.csv", text).status_code == 302
    held = Vocabulary.objects.get(code="our_wards")
    assert held.name == "Our wards" and held.terms.count() == 2
    Term.objects.filter(code="ward_7").update(label="Seven")
    assert upload(curator, "Our wards.csv", text + "ward_9,ward 9,,\n").status_code == 302
    assert held.terms.count() == 3 and Term.objects.get(code="ward_7").label == "Seven"


def test_everything_wrong_with_a_file_is_told_at_once(curator: Client) -> None:
    text = (
        'id = "wards"\nname = "Wards"\nversion = "1"\nterms = [\n'
        '{ code = "a", label = "" },\n{ code = "b", label = "B", colour = "red" },\n'
        '{ code = "c", label = "C", parent = 5 },\n]\n'
    )
    said = upload(curator, "wards.toml", text).content.decode()
    assert "things to put right" in said and "colour" in said and "has no label" in said
    assert not Vocabulary.objects.filter(code="wards").exists()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("wards.xlsx", "x", "neither TOML nor CSV"),
        ("wards.csv", "code,label\na,patient 943 476 5919\n", "NHS number"),
        ("wards.csv", f"code,label\na,{'x' * 300}\n", "200 characters"),
        ("wards.toml", "not toml at all [", "not TOML"),
        ("wards.csv", "", "empty"),
        ("wards.csv", "code,label\n" + "a,b\n" * 300_000, "larger than 1 MB"),
        ("kind.toml", 'id = "kind"\nname = "Mine"\nversion = "1"\nterms = [{code="a",label="A"}]', "is here already"),
    ],
)
def test_files_that_cannot_be_kept_are_refused_with_a_reason(curator: Client, name: str, text: str, said: str) -> None:
    before = Vocabulary.objects.count(), Term.objects.count()
    got = upload(curator, name, text)
    assert got.status_code == 200 and said in got.content.decode()
    assert (Vocabulary.objects.count(), Term.objects.count()) == before


def test_a_list_with_many_terms_takes_few_queries(curator: Client, django_assert_max_num_queries: Any) -> None:
    curator.get(reverse("register:vocabulary", args=["populations"]))
    with django_assert_max_num_queries(8):
        curator.get(reverse("register:vocabulary", args=["populations"]))
    with django_assert_max_num_queries(8):
        curator.get(reverse("register:vocabularies"))
