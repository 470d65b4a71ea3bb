"""The register's list: filters, order, pages, kept views, and a fixed number of questions to the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from holdfast.web.register import saving, search, spelling
from holdfast.web.register.models import Change, ChangeVersion, Practice, Term, Vocabulary
from holdfast.web.register.tables import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    spelling.forget()


def _make(title: str, *terms: Term, **more: Any) -> Change:
    return saving.create("the tests", {"title": title, **more}, terms=terms)


def _titles(client: Client, query: str = "") -> list[str]:
    import re

    page = client.get(f"{reverse('register:list')}?{query}").content.decode()
    return re.findall(r'hf-list__title"><a href="[^"]+" dir="auto">([^<]+)<', page)


def _term(vocabulary: str, at: int = 0) -> Term:
    return Vocabulary.objects.get(code=vocabulary).terms.all()[at]


def test_newest_first_and_other_orders(client: Client) -> None:
    for title in ("Beta", "Alpha", "Gamma"):
        _make(title)
    assert _titles(client) == ["Gamma", "Alpha", "Beta"]
    assert _titles(client, "sort=oldest") == ["Beta", "Alpha", "Gamma"]
    assert _titles(client, "sort=title") == ["Alpha", "Beta", "Gamma"]
    saving.amend(Change.objects.get(title="Beta"), "x", {"risks": "some"}, read_at=1)
    assert _titles(client, "sort=saved")[0] == "Beta"
    assert _titles(client, "sort=nonsense") == ["Gamma", "Alpha", "Beta"]


def test_terms_of_one_list_widen_and_lists_narrow(client: Client) -> None:
    acute, community, level = _term("setting", 0), _term("setting", 1), _term("level", 0)
    _make("One", acute)
    _make("Two", community, level)
    _make("Three", level)
    a, c, lv = (f"term={t.vocabulary.code}:{t.code}" for t in (acute, community, level))
    assert _titles(client, a) == ["One"]
    assert _titles(client, f"{a}&{c}") == ["Two", "One"]
    assert _titles(client, f"{a}&{c}&{lv}") == ["Two"]
    assert _titles(client, f"{lv}&status=stopped") == []


def test_a_term_takes_in_those_under_it(client: Client) -> None:
    vocabulary = Vocabulary.objects.create(code="own", name="Own")
    top = Term.objects.create(vocabulary=vocabulary, code="top", label="Top")
    middle = Term.objects.create(vocabulary=vocabulary, code="middle", label="Middle", parent=top)
    leaf = Term.objects.create(vocabulary=vocabulary, code="leaf", label="Leaf", parent=middle)
    _make("Under it", leaf)
    assert _titles(client, "term=own:top") == ["Under it"]


def test_status_organisation_owner_and_dates(as_: Any, person: Any) -> None:
    client = as_("improvement-lead")
    one = _make("One", status="stopped", organisation="Airedale NHS Foundation Trust")
    two = _make("Two", organisation="Wirral")
    Change.objects.filter(pk=one.pk).update(
        owner=person("improvement-lead"), created_at=timezone.make_aware(dt.datetime(2020, 3, 23, 12))
    )
    for query, found in (
        ("status=stopped", ["One"]), ("status=stopped&status=emerging", ["Two", "One"]),
        ("organisation=airedale", ["One"]), ("owner=me", ["One"]), ("owner=nobody", ["Two"]),
        ("from=23/3/2020&to=23/3/2020", ["One"]), ("to=22/3/2020", []), ("from=2021-01-01", ["Two"]),
    ):  # fmt: skip
        assert _titles(client, query) == found, query
    assert two.pk


def test_what_a_link_asks_for_and_is_not_known_is_said(client: Client) -> None:
    _make("One")
    page = client.get(reverse("register:list") + "?status=vanished&term=setting:nowhere&from=soon").content.decode()
    assert "Left out, because it is not known any more: vanished, setting:nowhere, soon" in page
    assert (
        client.get(
            reverse("register:list") + "?q=%00&organisation=%00&page=-1&owner=99999999999999999999999"
        ).status_code
        == 200
    )


def test_merged_and_withdrawn_changes_are_not_listed(client: Client) -> None:
    kept, merged, withdrawn = _make("Kept video"), _make("Merged video"), _make("Withdrawn video")
    Change.objects.filter(pk=merged.pk).update(merged_into=kept)
    Change.objects.filter(pk=withdrawn.pk).update(withdrawn_at=timezone.now())
    assert _titles(client) == _titles(client, "q=video") == ["Kept video"]


def test_pages_hold_every_change_once(client: Client) -> None:
    for number in range(60):
        _make("The same title" if number % 2 else "The same")
    for order in ("newest", "oldest", "title", "saved", "closest"):
        found = []
        for page in (1, 2, 3):
            got = client.get(reverse("register:list"), {"sort": order, "page": page, "q": "same"})
            found += [line for line in got.content.decode().split() if line.startswith('href="/changes/c/')]
        assert len(found) == len(set(found)) == 60, order


def test_a_search_says_what_else_it_shows(client: Client) -> None:
    _make("Dermatology by video")
    page = client.get(reverse("register:list") + "?q=dermatolgy").content.decode()
    assert "Also showing results for <strong>dermatology</strong>" in page and "1 change" in page


def test_a_view_is_kept_shared_replaced_and_dropped(as_: Any) -> None:
    lead, reader = as_("improvement-lead"), as_("")
    _make("Stopped one", status="stopped")
    _make("Other one")
    lead.post(reverse("register:keep-view"), {"name": "Stopped", "query": "status=stopped&page=3&evil=1"})
    kept = SavedView.objects.get()
    assert kept.query == "status=stopped"
    got = reader.get(reverse("register:view", kwargs={"slug": kept.slug}), follow=True)
    assert "Stopped one" in got.content.decode() and "Other one" not in got.content.decode()
    lead.post(reverse("register:keep-view"), {"name": "Stopped", "query": "status=lapsed"})
    assert SavedView.objects.get().query == "status=lapsed"
    as_("analyst").post(reverse("register:drop-view", kwargs={"slug": kept.slug}))
    assert SavedView.objects.exists()
    lead.post(reverse("register:drop-view", kwargs={"slug": kept.slug}))
    assert not SavedView.objects.exists()


def _fill(count: int) -> None:
    """Many changes without the ceremony of saving each."""
    terms = list(Term.objects.all()[:6])
    made = Change.objects.bulk_create(
        Change(identifier=f"B-{count}-{n}", title=f"Video clinics number {n}", description="For people at home. " * 5)
        for n in range(count)
    )
    ChangeVersion.objects.bulk_create(ChangeVersion(change=one, version=1, by="x", record={}) for one in made)
    Practice.objects.bulk_create(Practice(change=one, role="introduced", name=one.title) for one in made)
    through = Change.terms.through
    through.objects.bulk_create(through(change_id=one.pk, term_id=terms[n % 6].pk) for n, one in enumerate(made))
    search.index_many(made)


def test_no_page_asks_the_database_more_with_more_changes(as_: Any) -> None:
    client = as_("improvement-lead")
    _fill(100)
    first = Change.objects.earliest("pk")
    term = first.terms.select_related("vocabulary").get()
    addresses = [
        reverse("register:list"),
        reverse("register:list") + "?q=vidio+clinic",
        reverse("register:list") + f"?q=video&status=emerging&term={term.vocabulary.code}:{term.code}&sort=title",
        reverse("register:list") + "?page=3",
        reverse("register:change", kwargs={"identifier": first.identifier}),
        reverse("register:capture"),
        reverse("register:amend", kwargs={"identifier": first.identifier}),
    ]

    def count(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    for address in addresses:
        count(address)
    before = [count(address) for address in addresses]
    _fill(1_900)
    for address in addresses:
        count(address)  # reads the new words once
    after = [count(address) for address in addresses]
    assert after == before
    assert max(after) <= 40, after
