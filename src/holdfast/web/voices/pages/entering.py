"""Typing in voices from paper, meetings and phone lines; and conversations in the shapes that Polis exports."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.records import InputProblems
from holdfast.records.involving import CHANNELS
from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.register.models import Change
from holdfast.web.voices import conversing, typing_in
from holdfast.web.voices.asked import ROLES, choices
from holdfast.web.voices.models import Batch
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.words import ShortWords
from holdfast.workspace.writing.spreadsheets import safe_text

GRID: Final = 8
"""People on one page of the grid."""
LARGEST: Final = 20 * 1024 * 1024


class BatchForm(PlainForm):
    """Where voices come from, and a file of them if there is one."""

    name = ShortWords(label="What to call this batch", help_text="For instance: library drop-in, 3 March.",
                      error_messages={"required": "Say what to call this batch"})  # fmt: skip
    channel = forms.ChoiceField(
        label="How they took part", choices=[(c, c.capitalize()) for c in CHANNELS if c != "online"]
    )
    file = forms.FileField(
        label="A CSV file, one row for each person", required=False,
        help_text="Or fill in the grid below and leave this empty.",
    )  # fmt: skip


class PolisForm(PlainForm):
    """A zip of an export."""

    file = forms.FileField(
        label="A zip file with comments and votes, as CSV or JSON", error_messages={"required": "Choose a zip file"}
    )


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, identifier: str) -> HttpResponse:
    """The grid, the file, and the batches so far with what was refused."""
    change = change_of(identifier)
    sheet = typing_in.Sheet.of(change)
    if "empty" in request.GET:
        return _empty(sheet)
    posted = request.method == "POST"
    form = BatchForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            found = _found(request, sheet, form)
        except typing_in.UnreadableError as problem:
            form.add_error("file", str(problem))
        else:
            return _kept(request, change, form, found)
    said = {
        "change": change, "sheet": sheet, "form": form, "roles": ROLES, "choices": choices, "wide": True,
        "rows": range(1, GRID + 1), "batches": list(Batch.objects.filter(change=change).select_related("by")[:20]),
    }  # fmt: skip
    return render(request, "voices/batch.jinja", said, status=422 if form.errors else 200)


def _found(request: HttpRequest, sheet: typing_in.Sheet, form: BatchForm) -> typing_in.Read:
    file = form.cleaned_data["file"]
    if file is not None:
        if file.size > LARGEST:
            raise typing_in.UnreadableError("This file is larger than 20 MB. Send it in parts.")
        found = typing_in.read(sheet, typing_in.rows_of(file.read()))
    else:
        grid = [{name: request.POST.get(f"r{n}-{name}", "") for name in sheet.names} for n in range(1, GRID + 1)]
        found = typing_in.read(sheet, grid, first=1)
    if not found.people:
        why = "; ".join(f"line {r['line']}: {r['why']}" for r in found.refused[:5])
        raise typing_in.UnreadableError(
            f"No row could be read. {why}" if why else "Fill in at least one person, or choose a file."
        )
    return found


def _kept(request: HttpRequest, change: Change, form: BatchForm, found: typing_in.Read) -> HttpResponse:
    said = form.cleaned_data
    made, new = typing_in.enter(change, request.user, said["name"], said["channel"], found)
    if not new:
        messages.info(request, f"This very batch was entered before, as “{made.name}”. Nothing was entered twice.")
    else:
        refused = f" {len(found.refused)} rows could not be read; they are listed below." if found.refused else ""
        messages.success(request, f"{len(found.people)} people are entered.{refused}")
    return redirect("voices:batch", identifier=change.identifier)


def _empty(sheet: typing_in.Sheet) -> HttpResponse:
    """A file to fill in: the columns' names, which the page explains, and no row."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([safe_text(name) for name in sheet.names])
    headers = {"Content-Disposition": 'attachment; filename="voices.csv"'}
    return HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)


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
        except typing_in.UnreadableError as problem:
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
        raise typing_in.UnreadableError(
            "This is not a zip file that can be opened. Zip the export, then send it."
        ) from None
    return folder
