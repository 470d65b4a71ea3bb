"""Insights of many comments: as many queries as of few; read once; and numbers that leave do so by the rule."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.web.insight import making

from holdfast.share.disclosure import DEFAULT, profile
from holdfast.web.insight import coding, gathering, leaving, looking
from holdfast.web.insight.models import Coding, Comment, SentFile, Suggestion
from holdfast.web.people.models import AuditEvent
from holdfast.web.register import merging, saving
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import new_deed

pytestmark = pytest.mark.django_db
THEMES = {"code": "seven_themes"}
PAGES: tuple[tuple[str, dict[str, str], str], ...] = (
    *(("insight:list", {}, "?by=setting&theme=digital"), ("insight:chart", {}, "")),
    *(("insight:download", {}, "?by=age_band"), ("insight:themes", THEMES, ""), ("insight:code", THEMES, "")),
    *(("insight:comments", {}, "?q=visit"), ("insight:scraps", {}, "")),
)


def more(by: Any, number: int) -> None:
    """Comments beside those that are there, every third coded, the others with a suggestion."""
    vocabulary, file = making.themes(), SentFile.objects.latest("pk")
    learned = Suggestion.objects.latest("pk").learning
    start = Comment.objects.count()
    Comment.objects.bulk_create(
        Comment(
            file=file, digest=uuid.uuid4().hex, text=f"visit {at} by video", setting=f"Ward {at % 9}",
            population={"age_band": f"{10 * (at % 7)}s"}, said_on=dt.date(2020, 1, 1) + dt.timedelta(days=at % 900),
        )
        for at in range(start, start + number)
    )  # fmt: skip
    fresh = list(Comment.objects.order_by("-pk")[:number])
    Coding.objects.bulk_create(
        Coding(deed=uuid.uuid4().hex, comment=one, vocabulary=vocabulary, themes=["digital"], by=by, coder="A")
        for one in fresh[::3]
    )
    Suggestion.objects.bulk_create(
        Suggestion(learning=learned, comment=one, theme="team", made_by="m", model="1") for one in fresh
    )


@pytest.fixture
def some(person: Callable[..., Any]) -> Any:
    """Forty comments, coded and learned from."""
    lead = person("improvement-lead")
    making.survey(lead, making.answers(40))
    making.code_all(lead, making.themes(), 20)
    making.learned(lead, making.themes())
    return lead


def _queries(client: Client) -> dict[str, int]:
    found = {}
    for name, words, query in PAGES:
        cache.clear()
        with CaptureQueriesContext(connection) as held:
            assert client.get(reverse(name, kwargs=words) + query).status_code in {200, 302}
        found[name] = len(held)
    return found


def test_many_comments_take_no_more_queries(some: Any, as_: Callable[[str], Client]) -> None:
    client = as_("improvement-lead")
    _queries(client)
    few = _queries(client)
    more(some, 3_000)
    many = _queries(client)
    assert all(many[name] <= few[name] + 5 for name in few), (few, many)


def test_the_comments_are_read_once_for_every_look(some: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    gather = gathering._gather

    def counted(*words: Any) -> Any:
        calls.append(words)
        return gather(*words)

    monkeypatch.setattr(gathering, "_gather", counted)
    monkeypatch.setattr(gathering, "_held", type(gathering._held)())
    for by in ("", "setting", "age_band"):
        looking.look(looking.Asked(making.themes(), by=by, theme="digital"))
    assert len(calls) == 1
    coding.code(some, Comment.objects.latest("pk"), making.themes(), ["team"], uuid.uuid4().hex)
    looking.look(looking.Asked(making.themes(), by="setting"))
    assert len(calls) == 2


def test_a_merge_undone_and_another_are_seen(some: Any) -> None:
    one, two, three = (saving.create(some, {"title": f"Change {at}"}) for at in range(3))
    before = gathering.stamp()

    def merged(kept: Change, absorbed: Change) -> str:
        kept.refresh_from_db()
        absorbed.refresh_from_db()
        merging.merge(kept, absorbed, some, read_at=(kept.version, absorbed.version), deed=new_deed())
        return gathering.stamp()

    first = merged(one, two)
    Change.objects.filter(pk=two.pk).update(merged_into=None)
    assert len({before, first, merged(one, three)}) == 3


def test_numbers_leave_by_the_rule(some: Any, as_: Callable[[str], Client]) -> None:
    more(some, 403)
    rule = profile(DEFAULT)
    exact = {row["theme"]: row for row in looking.look(looking.Asked(making.themes(), by="setting"))["rows"]}
    answer = as_("contributor").get(reverse("insight:download") + "?by=setting")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["disclosure"] for row in rows} == {leaving.line()}
    assert "(*)" not in leaving.line() and "(left empty)" in leaving.line()
    assert rule.in_words().split("; ", 1)[1] in leaving.line()
    shown = [int(row[name]) for row in rows for name in ("comments", "out_of") if row[name]]
    assert all(number == 0 or (number > rule.suppress_to and number % rule.base == 0) for number in shown)
    labels = dict(making.themes().terms.values_list("label", "code"))
    told = [row for row in rows if row["group"] == "everybody" and not row["period"] and row["comments"] > "0"]
    assert {labels[row["theme"]] for row in told} >= {"digital", "team"}
    for row in told:
        count, out_of = int(row["comments"]), int(row["out_of"])
        true = exact[labels[row["theme"]]]
        assert max(abs(true["count"] - count), abs(true["out_of"] - out_of)) <= rule.base / 2
        assert float(row["share"]) == pytest.approx(count / out_of, abs=1e-4)
        assert float(row["low"]) < float(row["share"]) < float(row["high"])
    event = AuditEvent.objects.filter(verb="insight.read", kind="list").latest("pk")
    assert event.detail["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert event.detail["disclosure"] == leaving.line()
