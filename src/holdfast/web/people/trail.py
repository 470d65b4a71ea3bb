"""The audit log, to read and to download."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from holdfast.share.tables.text import safe
from holdfast.web.people import audit
from holdfast.web.people.access import may
from holdfast.web.people.models import AuditEvent

COLUMNS = ("at", "actor", "verb", "kind", "subject", "summary", "detail")


@may("audit.read")
def log(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first."""
    page = Paginator(_asked(request), 50).get_page(request.GET.get("page"))
    verbs = AuditEvent.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return render(request, "people/log.jinja", {"page": page, "verbs": verbs, "wide": True})


@may("audit.read")
def download(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV; the download is itself noted."""
    audit.record(request.user, "audit.read", "audit log", "", "downloaded the audit log")
    answer = StreamingHttpResponse(_lines(_asked(request)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="holdfast-audit-log.csv"'
    return answer


def _asked(request: HttpRequest) -> QuerySet[AuditEvent]:
    """The events that the reader's filters leave."""
    events = AuditEvent.objects.all()
    for name in ("actor", "verb", "subject"):
        if said := request.GET.get(name, "").strip():
            events = events.filter(**{f"{name}__iexact" if name == "actor" else name: said})
    return events


class _Echo:
    """What csv writes to when each line is to be handed on at once."""

    def write(self, line: str) -> str:
        return line


def _lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=2_000):
        yield writer.writerow([safe(str(getattr(event, name))) for name in COLUMNS])
