"""Conversations in the shapes that Polis exports: out, and in."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.records import InputProblems
from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.voices import conversing
from holdfast.web.voices.files import LARGEST, UnreadableError
from holdfast.web.voices.pages.finding import change_of


class PolisForm(PlainForm):
    """A zip of an export."""

    file = forms.FileField(
        label="A zip file with comments and votes, as CSV or JSON", error_messages={"required": "Choose a zip file"}
    )


@may("voices.moderate")
@require_http_methods(["GET", "HEAD"])
def export(request: HttpRequest, identifier: str) -> HttpResponse:
    """The page, or with ``kind`` the zip of a conversation."""
    change = change_of(identifier)
    kind = request.GET.get("kind", "")
    if kind not in {"csv", "json"}:
        return render(request, "voices/exchange.jinja", {"change": change, "form": PolisForm()})
    content = conversing.write(change, request.user, kind)
    name = f"{change.identifier}-voices-{kind}.zip".replace('"', "")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, identifier: str) -> HttpResponse:
    """Bring a conversation in from a zip of an export."""
    change = change_of(identifier)
    posted = request.method == "POST"
    form = PolisForm(request.POST if posted else None, request.FILES if posted else None)
    problems: list[Any] = []
    if posted and form.is_valid():
        try:
            with tempfile.TemporaryDirectory() as folder:
                made = conversing.read(change, request.user, _unpacked(form.cleaned_data["file"], Path(folder)))
        except UnreadableError as problem:
            form.add_error("file", str(problem))
        except InputProblems as found:
            form.add_error("file", " ".join(f"{p.where}: {p.rule}. {p.fix}" for p in found.problems[:3]))
        else:
            messages.success(request, made.words)
            problems = made.problems
            if not problems:
                return redirect("voices:results", identifier=change.identifier)
    said = {"change": change, "form": form, "left_out": problems}
    return render(request, "voices/exchange.jinja", said, status=422 if form.errors else 200)


def _unpacked(file: Any, folder: Path) -> Path:
    """The files that an export holds, flat and by name; nothing else is taken out of the zip."""
    wanted = conversing.FILES
    try:
        with zipfile.ZipFile(file) as packed:
            for info in packed.infolist():
                name = Path(info.filename).name
                if name in wanted and info.file_size <= 4 * LARGEST:
                    (folder / name).write_bytes(packed.read(info))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise UnreadableError("This is not a zip file that can be opened. Zip the export, then send it.") from None
    return folder
