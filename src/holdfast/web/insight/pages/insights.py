"""What the comments say: theme by population, setting and time; as a page, a picture and a table to take away."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.web.insight import drawing, frameworks, gathering, learning, leaving, looking
from holdfast.web.insight.models import Comment, Scrap
from holdfast.web.insight.pages.shared import FEW_CODINGS, deed
from holdfast.web.people import audit
from holdfast.web.people.access import may

NARROWER: Final = {"(max-width: 37.5em)": 1, "(max-width: 56.25em)": 2}
"""Small charts beside each other on a screen so narrow, so that their words stay large enough to read."""


@may("insight.read")
@require_safe
def insights(request: HttpRequest) -> HttpResponse:
    """What people talk about, for whom, where and when."""
    lists = frameworks.lists()
    if not lists:
        raise Http404("The register holds no list of themes.")
    asked, known, now = _asked(request, lists)
    told = looking.look(asked, now)
    terms = {term.code: term.label for term in frameworks.terms_of(asked.vocabulary)}
    last = learning.latest(asked.vocabulary)
    judged = last.told.get("themes", ()) if last else ()
    said = {
        "asked": asked, "told": told, "lists": lists, "labels": terms, "facts": known.facts, "spans": looking.SPANS,
        "settings": known.settings, "last": last, "once": deed(),
        "sizes": {across: drawing.size_of(len(terms), across) for across in NARROWER.values()},
        "chart": drawing.size_of(len(terms)), "narrower": NARROWER, "few_codings": FEW_CODINGS,
        "waiting": Scrap.objects.filter(state=Scrap.WAITING).count(), "comments": Comment.objects.count(),
        "groups": _table(told["groups"], terms), "wide": True, "query": request.GET.urlencode(),
        "judged": {row["theme"]: row for row in judged}, "support": sum(row.get("support", 0) for row in judged),
    }  # fmt: skip
    return render(request, "insight/list.jinja", said)


@may("insight.read")
@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """Small multiples of each theme over time."""
    asked, _known, now = _asked(request, frameworks.lists())
    told = looking.look(asked, now)
    names = {term.code: term.label for term in frameworks.terms_of(asked.vocabulary)}
    across = next((n for n in NARROWER.values() if request.GET.get("across") == str(n)), drawing.ACROSS)
    svg = drawing.multiples(names, told["series"], told["periods"], asked.span, across)
    made = HttpResponse(svg, content_type="image/svg+xml")
    made["Cache-Control"] = "private, max-age=60"
    return made


@may("insight.read")
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The page's numbers as CSV by the rule for what leaves: withheld as there, and the rest rounded."""
    asked, _known, now = _asked(request, frameworks.lists())
    names = {term.code: term.label for term in frameworks.terms_of(asked.vocabulary)}
    content = leaving.table(looking.look(asked, now), names)
    audit.record(
        request.user, "insight.read", "list", asked.vocabulary.code, "took insights away as CSV",
        disclosure=leaving.line(), sha256=hashlib.sha256(content).hexdigest(), asked=request.GET.urlencode()[:400],
    )  # fmt: skip
    made = HttpResponse(content, content_type="text/csv; charset=utf-8")
    made["Content-Disposition"] = 'attachment; filename="insights.csv"'
    return made


def _asked(request: HttpRequest, lists: list[Any]) -> tuple[looking.Asked, looking.Known, str]:
    """What the address asks for, less what is not known; what could be asked for; and the stamp of it all."""
    said = {key: value.replace("\x00", "")[:200] for key, value in request.GET.items()}
    by_code = {one.code: one for one in lists}
    now = gathering.stamp()
    known = looking.known(now)
    asked = looking.Asked(
        vocabulary=by_code.get(said.get("list", ""), lists[0]),
        theme=said.get("theme", ""),
        by=said.get("by", "") if said.get("by") in known.facts else "",
        span=said.get("span", "") if said.get("span") in looking.SPANS else "quarter",
        setting=said.get("setting", ""),
        change=said.get("change", ""),
    )
    return asked, known, now


def _table(cells: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    """Themes down, groups across."""
    groups = list(dict.fromkeys(cell["group"][0] for cell in cells))
    held = {(cell["theme"], cell["group"][0]): cell for cell in cells}
    rows = [(label, [held[code, group] for group in groups]) for code, label in names.items()] if cells else []
    return {"groups": groups, "rows": rows}
