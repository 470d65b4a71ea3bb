"""Taking the register out, and bringing one in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from holdfast.web.evidence.models import Dataset
from holdfast.web.exchange import arriving, leaving
from holdfast.web.exchange.identity import INSIGHT, VOICES
from holdfast.web.forms import PlainForm
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


class BringForm(PlainForm):
    """An archive that was taken out of a register."""

    archive = forms.FileField(label="The file", help_text="A zip file made by “Take the register out”.")

    def clean_archive(self) -> Any:
        """Refused when it is larger than uploads may be."""
        held = self.cleaned_data["archive"]
        if held.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(f"The file is larger than {settings.UPLOAD_LIMIT // 2**20} MB.")
        return held


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


@may("exchange.import")
def bring(request: HttpRequest) -> HttpResponse:
    """Send an archive; see what it would do; then bring it in."""
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "exchange/bring.jinja", {"form": form})
    for_real = "yes" in request.POST
    with tempfile.NamedTemporaryFile(suffix=".zip") as kept:
        for chunk in form.cleaned_data["archive"].chunks():
            kept.write(chunk)
        kept.flush()
        try:
            arrived = arriving.bring(Path(kept.name), request.user, for_real=for_real)
        except arriving.ArrivalError as problem:
            form.add_error("archive", str(problem))
            return render(request, "exchange/bring.jinja", {"form": form})
    if for_real:
        messages.success(request, f"Brought in: {arrived.added['register.change']:,} changes are new here.")
        return redirect("register:list")
    return render(request, "exchange/bring.jinja", {"form": form, "arrived": arrived})
