"""What the comments say: theme by population, setting and time; as a page, a picture and a table to take away."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.share.tables.text import safe
from holdfast.web.insight import drawing, frameworks, learning, looking
from holdfast.web.insight.models import Comment, Scrap
from holdfast.web.insight.pages.shared import deed
from holdfast.web.people import audit
from holdfast.web.people.access import may


@may("insight.read")
@require_safe
def insights(request: HttpRequest) -> HttpResponse:
    """What people talk about, for whom, where and when."""
    lists = frameworks.lists()
    if not lists:
        raise Http404("The register holds no list of themes.")
    asked, facts = _asked(request, lists), looking.facts()
    told = looking.look(asked)
    terms = {term.code: term.label for term in frameworks.terms_of(asked.vocabulary)}
    last = learning.latest(asked.vocabulary)
    width, height = drawing.size_of(len(terms))
    said = {
        "asked": asked, "told": told, "lists": lists, "labels": terms, "facts": facts, "spans": looking.SPANS,
        "settings": looking.settings_held(), "last": last, "width": width, "height": height, "once": deed(),
        "waiting": Scrap.objects.filter(state=Scrap.WAITING).count(), "comments": Comment.objects.count(),
        "groups": _table(told["groups"], terms), "wide": True, "query": request.GET.urlencode(),
        "judged": {row["theme"]: row for row in last.told.get("themes", ())} if last else {},
    }  # fmt: skip
    return render(request, "insight/list.jinja", said)


@may("insight.read")
@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """Small multiples of each theme over time."""
    asked = _asked(request, frameworks.lists())
    told = looking.look(asked)
    names = {term.code: term.label for term in frameworks.terms_of(asked.vocabulary)}
    made = HttpResponse(drawing.multiples(names, told["series"], told["periods"]), content_type="image/svg+xml")
    made["Cache-Control"] = "private, max-age=60"
    return made


@may("insight.read")
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The page's numbers as CSV; what is withheld there is withheld here."""
    asked = _asked(request, frameworks.lists())
    told = looking.look(asked)
    names = {term.code: term.label for term in frameworks.terms_of(asked.vocabulary)}
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["theme", "group", "period", "comments", "out_of", "share", "low", "high", "withheld", "direction"])
    for row in told["rows"]:
        rows.writerow(_line(names, row, "everybody", "", row["verdict"]))
    for row in told["groups"]:
        rows.writerow(_line(names, row, row["group"][0], "", ""))
    for code, points in told["series"].items():
        for name, row in zip(told["periods"], points, strict=True):
            if not row.get("none"):
                rows.writerow(_line(names, {**row, "theme": code}, "everybody", name, ""))
    audit.record(request.user, "insight.read", "list", asked.vocabulary.code, "took insights away as CSV")
    made = HttpResponse(b"\xef\xbb\xbf" + out.getvalue().encode("utf-8"), content_type="text/csv; charset=utf-8")
    made["Content-Disposition"] = 'attachment; filename="insights.csv"'
    return made


def _line(names: dict[str, str], row: dict[str, Any], group: str, period: str, direction: str) -> list[Any]:
    numbers = [row["count"], row["out_of"], *(_figure(row[key]) for key in ("share", "low", "high"))]
    withheld = "yes" if row["hidden"] else "no"
    return [safe(names.get(row["theme"], row["theme"])), safe(group), period, *numbers, withheld, direction]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _asked(request: HttpRequest, lists: list[Any]) -> looking.Asked:
    """What the address asks for; what is not known is left out."""
    said = {key: value.replace("\x00", "")[:200] for key, value in request.GET.items()}
    by_code = {one.code: one for one in lists}
    facts = looking.facts()
    return looking.Asked(
        vocabulary=by_code.get(said.get("list", ""), lists[0]),
        theme=said.get("theme", ""),
        by=said.get("by", "") if said.get("by") in facts else "",
        span=said.get("span", "") if said.get("span") in looking.SPANS else "quarter",
        setting=said.get("setting", ""),
        change=said.get("change", ""),
    )


def _table(cells: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    """Themes down, groups across."""
    groups = list(dict.fromkeys(cell["group"][0] for cell in cells))
    held = {(cell["theme"], cell["group"][0]): cell for cell in cells}
    rows = [(label, [held[code, group] for group in groups]) for code, label in names.items()] if cells else []
    return {"groups": groups, "rows": rows}
