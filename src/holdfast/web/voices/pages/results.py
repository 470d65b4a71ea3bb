"""What people say: the list of conversations, one change's results, and their pictures."""

from __future__ import annotations

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
from holdfast.web.register.models import LIVE, Change
from holdfast.web.voices import wishes
from holdfast.web.voices.models import Participant, Statement
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.voices.results import counts, current, pictures
from holdfast.web.voices.results.keeping import described

PAGE: Final = 20


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
    told = held.told
    page = Paginator(told["statements"], PAGE).get_page(request.GET.get("page"))
    said = {
        "change": change, "told": told, "made_at": held.made_at, "page": page, "wide": True,
        "wishes": _wishes(told, change), "people": counts.people, "few": FEW,
        "named": wishes.named, "percent": _percent, "said": wishes.SAID,
    }  # fmt: skip
    return render(request, "voices/results.jinja", said)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _wishes(told: dict[str, Any], change: Change) -> list[dict[str, Any]]:
    """Each practice: everyone's answer by role, groups within roles, opinion groups, and where answers differ."""
    introduced = described(change).introduced
    found = []
    for practice, rows in groupby(
        sorted(told["voices"], key=lambda v: str(v["practice"])), key=lambda v: v["practice"]
    ):
        every = [{**row, "n": counts.shown(row["voices"])} for row in rows]
        whole = [r for r in every if (r["dimension"], r["setting"]) == (EVERYONE, ALL_SETTINGS)]
        found.append({
            "practice": practice, "introduced": practice == introduced,
            "roles": [r for r in whole if r["kind"] == "role"],
            "people": [r for r in whole if r["kind"] == "people"],
            "groups": [r for r in whole if r["kind"] == "opinion group"],
            "elsewhere": [(wishes.place_words(r["dimension"], r["level"], r["setting"]), r) for r in every
                          if r not in whole and r["kind"] == "role"],
        })  # fmt: skip
    return sorted(found, key=lambda one: not one["introduced"])


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
    every = _wishes(current(change).told, change)
    if not 1 <= number <= len(every):
        raise Http404("There is no such picture.")
    one = every[number - 1]
    told = "Shares of each role that would keep, change, bring back and stop it."
    return _svg(pictures.bars(one["roles"], pictures.WISHES, str(one["practice"]), told))


def _svg(picture: str) -> HttpResponse:
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=60"})
