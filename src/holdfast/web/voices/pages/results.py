"""What people say: the list of conversations, one change's results, and their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.involve.roles import FEW
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.people.access import may
from holdfast.web.register.models import DISPLACED, LIVE, Change, Practice
from holdfast.web.voices import wishes
from holdfast.web.voices.models import Participant, Statement
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.voices.results import counts, current, pictures, places
from holdfast.web.voices.results.keeping import described

PAGE: Final = 20
WEIGHTED: Final = "weighted to the population"
"""How a voice is made of people who are weighted, as the library says it."""


@may("voices.read")
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """Changes that people are asked about, the latest first."""
    asked = Statement.objects.filter(change=OuterRef("pk"), moderated="accepted")
    joined = Participant.objects.filter(change=OuterRef("pk"), withdrawn_at=None)
    every = Change.objects.filter(LIVE).filter(Exists(asked) | Exists(joined)).order_by("-pk")
    page = Paginator(every.only("identifier", "title"), PAGE).get_page(request.GET.get("page"))
    size = dict(
        Change.objects.filter(pk__in=[one.pk for one in page])
        .annotate(n=Count("participants", filter=Q(participants__withdrawn_at=None)))
        .values_list("pk", "n")
    )
    rows = [(one, counts.people(counts.shown(size[one.pk]))) for one in page]
    waiting = Statement.objects.filter(moderated="waiting").count()
    return render(request, "voices/list.jinja", {"page": page, "rows": rows, "waiting": waiting})


@may("voices.read")
@require_safe
def results(request: HttpRequest, identifier: str) -> HttpResponse:
    """Role by role, what all share, who differs, who is missing, opinion groups, and what it rests on."""
    change = change_of(identifier)
    held = current(change)
    told, asked = held.told, wishes.labels()
    page = Paginator(told["statements"], PAGE).get_page(request.GET.get("page"))
    said = {
        "change": change, "told": told, "made_at": held.made_at, "page": page, "wide": True,
        "wishes": _wishes(told, change, asked), "people": counts.people, "few": FEW,
        "asked": asked, "percent": _percent,
    }  # fmt: skip
    return render(request, "voices/results.jinja", said)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _wishes(told: dict[str, Any], change: Change, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each practice: everyone's answer by role, groups within roles, opinion groups, and where answers differ."""
    introduced = described(change).introduced
    practices = {one.name: one for one in wishes.practices(change)}
    found = []
    for practice, rows in groupby(
        sorted(told["voices"], key=lambda v: str(v["practice"])), key=lambda v: v["practice"]
    ):
        every = [_row(row, asked) for row in rows]
        whole = [r for r in every if (r["dimension"], r["setting"]) == (EVERYONE, ALL_SETTINGS)]
        heavy = {r["role"] for r in whole if r["made"] == WEIGHTED}
        found.append({
            "practice": practice, "introduced": practice == introduced,
            "answers": _answers(practices.get(practice)), "weighted": bool(heavy),
            "roles": [r for r in whole if r["kind"] == "role"],
            "people": [r for r in whole if r["kind"] == "people"],
            "groups": [r for r in whole if r["kind"] == "opinion group"],
            "elsewhere": [r for r in every if r not in whole and r["kind"] == "role" and places.may_be_shown(r)],
            "too_few": places.too_few(told, practice),
        })  # fmt: skip
    return sorted(found, key=lambda one: not one["introduced"])


def _row(voice: dict[str, Any], asked: Mapping[str, str]) -> dict[str, Any]:
    """A voice as a row of a table. What it is worth is told where weights cost something, and as counts are told.

    Of people who are not weighted it is how many they are, exactly.
    """
    who = str(voice["role"])
    if voice["kind"] == "people":
        label = asked.get(voice["of_dimension"], wishes.named(voice["of_dimension"]))
        who = f"{voice['of_role']} who {wishes.answered(label, voice['of_level'])}"
    worth = counts.shown(voice["effective"]) if voice["made"] == WEIGHTED else None
    place = wishes.place_words(voice["dimension"], voice["level"], voice["setting"], asked)
    return {**voice, "who": who, "n": counts.shown(voice["voices"]), "worth": worth, "place": place}


def _answers(practice: Practice | None) -> list[tuple[str, str]]:
    """The answers that were offered, in the words in which they were; all of them where the practice is no more."""
    words = wishes.said_words(practice)
    offered = wishes.DISPLACED_WORDS if practice and practice.role == DISPLACED else words
    return [(code, words[code]) for code in offered]


@may("voices.read")
@require_safe
def statement_chart(_request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    """The bars of one statement."""
    change = change_of(identifier)
    one = next((s for s in current(change).told["statements"] if s["id"] == str(number)), None)
    if one is None:
        raise Http404("There is no such picture.")
    return _svg(
        pictures.bars(one["rows"], pictures.ANSWERS, one["text"], "Shares of each role that agree, pass and disagree.")
    )


@may("voices.read")
@require_safe
def wishes_chart(_request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    """The bars of what roles would do with one practice."""
    change = change_of(identifier)
    every = _wishes(current(change).told, change, wishes.labels())
    if not 1 <= number <= len(every):
        raise Http404("There is no such picture.")
    one = every[number - 1]
    told = "Shares of each role that gave each answer."
    parts = tuple((code, words, pictures.WISHES[code]) for code, words in one["answers"])
    return _svg(pictures.bars(one["roles"], parts, str(one["practice"]), told))


def _svg(picture: str) -> HttpResponse:
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=60"})
