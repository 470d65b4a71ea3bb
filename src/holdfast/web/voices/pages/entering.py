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
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.records import InputProblems
from holdfast.records.involving import CHANNELS
from holdfast.web.forms import PlainForm
from holdfast.web.jinja import plural
from holdfast.web.people.access import may
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import batches, conversing, typing_in
from holdfast.web.voices.asked import ROLES, choices
from holdfast.web.voices.models import Batch
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.words import ShortWords
from holdfast.workspace.writing.spreadsheets import safe_text

GRID: Final = 8
"""People on one page of the grid."""
BATCHES: Final = 20
TOLD: Final = 20
"""Rows of a file whose faults are told, where none could be read."""
MEND: Final = "Mend those rows and send them alone, since sending the whole file again would enter the others twice."
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


class TakeOutForm(PlainForm):
    """Why a batch is taken out."""

    why = ShortWords(label="Why is it taken out?", most=300, help_text="For instance: the wrong change, or a test.",
                     error_messages={"required": "Say why it is taken out"})  # fmt: skip


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
    faults: dict[int, str] = {}
    if posted and form.is_valid():
        found, faults = _found(request, sheet, form)
        if found is not None and not faults and not form.errors:
            return _kept(request, change, form, found)
    return _shown(request, change, sheet, form, faults)


def _shown(
    request: HttpRequest, change: Change, sheet: typing_in.Sheet, form: BatchForm, faults: dict[int, str]
) -> HttpResponse:
    every = Batch.objects.filter(change__in=merging.family(change)).select_related("by", "taken_out_by")
    page = Paginator(every, BATCHES).get_page(request.GET.get("page"))
    said = {
        "change": change, "sheet": sheet, "form": form, "faults": faults, "roles": ROLES, "choices": choices,
        "wide": True, "rows": range(1, GRID + 1), "page": page,
    }  # fmt: skip
    return render(request, "voices/batch.jinja", said, status=422 if form.errors or faults else 200)


def _found(
    request: HttpRequest, sheet: typing_in.Sheet, form: BatchForm
) -> tuple[typing_in.Read | None, dict[int, str]]:
    """People from the file or the grid, and what is wrong in the grid: one row wrong there, and none is kept.

    Whoever types sees the rows and mends them, and none is entered twice. Rows of a file that can be read are kept.
    """
    file = form.cleaned_data["file"]
    grid = [{name: request.POST.get(f"r{n}-{name}", "") for name in sheet.names} for n in range(1, GRID + 1)]
    typed = typing_in.read(sheet, grid, first=1)
    if file is not None and (typed.people or typed.refused):
        form.add_error("file", "Send the file or the rows below, one after the other. You have given both")
        return None, {}
    if file is None:
        if not typed.people and not typed.refused:
            form.add_error("file", "Fill in at least one person below, or choose a file")
        return typed, {row["line"]: row["why"] for row in typed.refused}
    try:
        return _of_file(sheet, file), {}
    except typing_in.UnreadableError as problem:
        form.add_error("file", [*problem.args])
        return None, {}


def _of_file(sheet: typing_in.Sheet, file: Any) -> typing_in.Read:
    if file.size > LARGEST:
        raise typing_in.UnreadableError("This file is larger than 20 MB. Send it in parts.")
    found = typing_in.read(sheet, typing_in.rows_of(file.read()))
    if not found.people:
        why = [f"Line {row['line']}: {row['why']}" for row in found.refused[:TOLD]]
        raise typing_in.UnreadableError("No row could be read, so nobody is entered.", *why)
    return found


def _kept(request: HttpRequest, change: Change, form: BatchForm, found: typing_in.Read) -> HttpResponse:
    said = form.cleaned_data
    made, new = typing_in.enter(change, request.user, said["name"], said["channel"], found)
    if not new:
        messages.info(request, f"This very batch was entered before, as “{made.name}”. Nothing was entered twice.")
    else:
        entered = f"{plural(len(found.people), 'person is', 'people are')} entered."
        rest = f" {plural(len(found.refused), 'row')} could not be read: see below. {MEND}" if found.refused else ""
        messages.success(request, entered + rest)
    return redirect("voices:batch", identifier=change.identifier)


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_out(request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    """Take a batch out again, with a reason, once somebody has seen what goes with it."""
    change = change_of(identifier)
    held = get_object_or_404(Batch, pk=number, change__in=merging.family(change))
    form = TakeOutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if batches.take_out(held, request.user, form.cleaned_data["why"]):
            messages.success(request, f"“{held.name}” is taken out. The same file can be entered again.")
        else:
            messages.info(request, f"“{held.name}” was taken out before.")
        return redirect("voices:batch", identifier=change.identifier)
    people = held.people.filter(withdrawn_at=None).count()
    said = {"change": change, "held": held, "form": form, "people": people}
    return render(request, "voices/take_out.jinja", said, status=422 if form.errors else 200)


def _empty(sheet: typing_in.Sheet) -> HttpResponse:
    """A file to fill in: each column's name and what it asks, and no row."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([safe_text(name) for name in sheet.headings])
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
