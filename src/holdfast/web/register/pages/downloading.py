"""The changes asked for, as files."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.web.people.access import may
from holdfast.web.register import downloads, listing
from holdfast.web.register.pages.listing import words_for


@may("register.read")
@require_safe
def download(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """Every change asked for, as a file."""
    lists = listing.vocabularies()
    wanted = listing.asked_for(request.GET, lists)
    found = listing.chosen(wanted, lists, request.user)
    if kind == "csv":
        made: Any = StreamingHttpResponse(downloads.csv_lines(found, lists), content_type="text/csv; charset=utf-8")
    elif kind == "json":
        made = StreamingHttpResponse(
            downloads.json_pieces(found, lists, timezone.now()), content_type="application/json; charset=utf-8"
        )
    elif kind == "xlsx":
        return _workbook(request, wanted, lists, found)
    else:
        raise Http404
    made["Content-Disposition"] = f'attachment; filename="changes.{kind}"'
    return made


def _workbook(request: HttpRequest, wanted: listing.Wanted, lists: Any, found: Any) -> HttpResponse | FileResponse:
    total = found.count()
    if total > downloads.MOST_IN_A_WORKBOOK:
        messages.error(
            request,
            f"{total:,} changes are more than one workbook holds ({downloads.MOST_IN_A_WORKBOOK:,}). "
            "Filter the register first, or take CSV, which Excel opens too.",
        )
        return redirect(f"{reverse('register:list')}?{request.GET.urlencode()}")
    when = timezone.localtime()
    about = [
        "Changes in the register",
        f"A snapshot taken on {when.day} {when:%B %Y}. Records are emerging: they are added to as more is learned.",
        f"It holds {total:,} changes{': ' + '; '.join(words_for(wanted, lists)) if wanted.filtered else ''}.",
        "The sheet “Columns” says what each column means. The sheet “Changes” holds one table, headings in row 1.",
        "An empty cell is not known.",
    ]
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed with the response
    downloads.write_workbook(out, found, lists, about)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename="changes.xlsx")
