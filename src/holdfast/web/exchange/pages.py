"""Taking the register out."""

from __future__ import annotations

import tempfile
from typing import Final

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from holdfast.web.evidence.models import Dataset
from holdfast.web.exchange import leaving
from holdfast.web.exchange.identity import INSIGHT, VOICES
from holdfast.web.people.access import allowed, may, refused
from holdfast.web.people.models import Role
from holdfast.web.people.verbs import VERBS

READ_BY: Final = {
    VOICES: (
        "What people said of changes: statements, votes, what they would do, their words, and who they said they are",
        "voices.moderate",
    ),
    INSIGHT: ("Comments and passages, what people coded in them, and what they rated", "insight.code"),
}
"""Each part with people’s own words, and the verb of whoever may read those words one by one."""


@may("exchange.export")
def out(request: HttpRequest) -> HttpResponse:
    """What can be taken out, and the way in."""
    held = Dataset.objects.filter(withdrawn_at=None)
    roles = list(Role.objects.all())
    parts = [
        {"code": code, "words": words, "verb": verb, "does": VERBS[verb], "may": allowed(request.user, verb),
         "roles": [role.name for role in roles if {verb, "exchange.export"} <= {*role.verbs}]}
        for code, (words, verb) in READ_BY.items()
    ]  # fmt: skip
    datasets = [d for d in held if (d.path / "holdfast.toml").is_file()]
    return render(request, "exchange/out.jinja", {"datasets": datasets, "parts": parts})


@may("exchange.export")
@require_POST
def take(request: HttpRequest) -> HttpResponse | FileResponse:
    """The archive, as a download."""
    number = request.POST.get("dataset", "")
    dataset = get_object_or_404(Dataset, pk=number, withdrawn_at=None) if number.isdigit() else None
    asked = [part for part in request.POST.getlist("parts") if part in READ_BY]
    if lacking := [READ_BY[part][1] for part in asked if not allowed(request.user, READ_BY[part][1])]:
        return refused(request, lacking[0])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    leaving.write(file, request.user, dataset, asked)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"holdfast-register-{timezone.localdate()}.zip")
