"""What a run found, study by study, with its pictures and files."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from holdfast.web.evidence import reading
from holdfast.web.evidence.models import DONE, Answer
from holdfast.web.evidence.pages.running import run_of
from holdfast.web.people.access import may

KEEP = "private, max-age=86400"
"""A run's results never change, so a browser may keep them."""


@may("evidence.read")
@require_safe
def study(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """The whole account of one study."""
    found = Answer.objects.select_related("change", "run__dataset")
    answer = get_object_or_404(found, run_id=pk, place=place, run__state=DONE)
    try:
        said: dict[str, Any] = {"told": reading.study(answer.run, place), "line": reading.contents(answer.run)["line"]}
    except reading.NoResultsError:
        raise Http404("The files of this run are gone.") from None
    said |= {"answer": answer, "run": answer.run, "change_href": _to_change(answer.change.identifier), "wide": True}
    return render(request, "evidence/study_results.jinja", said)


def _to_change(identifier: str) -> str:
    """The change's own page, where this installation has one."""
    try:
        return reverse("register:change", kwargs={"identifier": identifier})
    except NoReverseMatch:
        return ""


@may("evidence.read")
@require_safe
def chart(_request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One picture."""
    try:
        picture = reading.chart(run_of(pk), name)
    except reading.NoResultsError:
        raise Http404("There is no such picture.") from None
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": KEEP})


@may("evidence.read")
@require_safe
def download(_request: HttpRequest, pk: int, name: str) -> FileResponse:
    """One of the run's files."""
    run = run_of(pk)
    try:
        path, kind = reading.downloads(run)[name]
    except (reading.NoResultsError, KeyError):
        raise Http404("There is no such file.") from None
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"holdfast-run-{pk}-{name}", content_type=kind)
