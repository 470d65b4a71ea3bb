"""Bringing many changes in: send, say what the columns hold, look, bring in, put right what could not be read."""

from __future__ import annotations

import csv
import io
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.share.tables.text import safe
from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.register import importing
from holdfast.web.register.fields import LABELS
from holdfast.web.register.importing_fields import LIST, TARGETS, RowError, parse
from holdfast.web.register.importing_reading import (
    MOST_BYTES,
    MOST_ROWS,
    UnreadableError,
    kept,
    read_file,
    read_pasted,
)
from holdfast.web.register.listing import vocabularies
from holdfast.web.register.models import Vocabulary
from holdfast.web.register.tables import Import, ImportRow
from holdfast.web.words import LONG

SHOWN = 20
GET_OR_POST = ("GET", "HEAD", "POST")


class SendForm(PlainForm):
    """A file, or pasted text."""

    file = forms.FileField(
        label="A file", required=False, allow_empty_file=True,
        help_text=f"CSV or Excel, with headings in the first row. Up to {MOST_ROWS:,} rows and "
        f"{MOST_BYTES // 1024 // 1024} MB. It should hold nothing about any patient.",
    )  # fmt: skip
    pasted = forms.CharField(
        label="Or pasted text", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="One change a line, or cells copied from a spreadsheet with their headings.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """One of the two, read."""
        told = super().clean()
        file, pasted = told.get("file"), told.get("pasted") or ""
        if bool(file) == bool(pasted.strip()):
            raise forms.ValidationError("Choose a file or paste some text, one of the two.")
        name = file.name if file else "Pasted text"
        try:
            if file and file.size > MOST_BYTES:
                raise UnreadableError(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it first.")
            content = file.read() if file else pasted.encode("utf-8", "replace")
            sheet = read_file(name, content) if file else read_pasted(pasted)
        except UnreadableError as problem:
            self.add_error("file" if file else "pasted", str(problem))
            return told
        return {**told, "name": name, "content": content, "sheet": sheet}


@may("register.import")
@require_http_methods(GET_OR_POST)
def imports(request: HttpRequest) -> HttpResponse:
    """Send many changes; and what was sent before."""
    form = SendForm(request.POST, request.FILES) if request.method == "POST" else SendForm()
    if form.is_valid():
        told = form.cleaned_data
        held = importing.begin(request.user, told["name"], told["content"], told["sheet"])
        return redirect("register:import-columns", number=held.pk)
    earlier = Paginator(Import.objects.select_related("by"), 10).get_page(request.GET.get("page"))
    status = 422 if form.errors else 200
    return render(request, "register/import.jinja", {"form": form, "page": earlier}, status=status)


@may("register.import")
@require_http_methods(GET_OR_POST)
def columns(request: HttpRequest, number: int) -> HttpResponse:
    """What each column holds."""
    held = get_object_or_404(Import, pk=number)
    if held.state not in {Import.COLUMNS, Import.READY}:
        return redirect("register:import-one", number=held.pk)
    lists = vocabularies()
    options = {"": "Leave out", **{name: LABELS[name] for name in TARGETS}}
    options |= {f"{LIST}{one.code}": f"List: {one.name}" for one in lists}
    problem = ""
    mapping = held.mapping
    if request.method == "POST":
        mapping = [request.POST.get(f"column-{place}", "") for place in range(len(held.columns))]
        problem = _wrong(mapping, options)
        if not problem:
            importing.map_columns(held, mapping)
            return redirect("register:import-one", number=held.pk)
    some = list(held.rows.order_by("number")[:3])
    rows = [(name, mapping[at], [row.cells[at] for row in some if row.cells[at].strip()])
            for at, name in enumerate(held.columns)]  # fmt: skip
    said = {"held": held, "rows": rows, "options": options, "problem": problem}
    return render(request, "register/import_columns.jinja", said, status=422 if problem else 200)


@may("register.import")
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """How an import stands: what would come of its rows, how far it is, what could not be read."""
    held = get_object_or_404(Import.objects.select_related("by"), pk=number)
    if held.state == Import.COLUMNS:
        return redirect("register:import-columns", number=held.pk)
    found = importing.counts(held)
    unread = Paginator(held.rows.filter(state=ImportRow.UNREAD), SHOWN).get_page(request.GET.get("page"))
    same = list(held.rows.filter(state=ImportRow.DUPLICATE)[:SHOWN])
    first = list(held.rows.filter(state=ImportRow.WAITING)[:SHOWN]) if held.state == Import.READY else []
    done = list(held.rows.filter(state=ImportRow.IMPORTED).select_related("change")[:SHOWN])
    lists = vocabularies()
    said = {
        "held": held, "counts": found, "page": unread, "same": same, "done": done,
        "preview": [(row, _told(held, row, lists)) for row in first], "wide": True,
    }  # fmt: skip
    return render(request, "register/import_one.jinja", said)


@may("register.import")
@require_POST
def run(request: HttpRequest, number: int) -> HttpResponse:
    """Bring in for a couple of seconds; the page that follows carries on until all is done."""
    held = get_object_or_404(Import, pk=number)
    if held.state != Import.COLUMNS:
        importing.carry_on(held, request.user)
    return redirect("register:import-one", number=held.pk)


@may("register.import")
@require_http_methods(GET_OR_POST)
def row(request: HttpRequest, number: int, line: int) -> HttpResponse:
    """Put right a row that could not be read."""
    held = get_object_or_404(Import, pk=number)
    found = get_object_or_404(ImportRow.objects.select_related("change"), source=held, number=line)
    if request.method != "POST" or found.state == ImportRow.IMPORTED:
        said = {"held": held, "row": found, "cells": list(zip(held.columns, found.cells, strict=False))}
        return render(request, "register/import_row.jinja", said)
    cells = [request.POST.get(f"cell-{place}", "")[: LONG * 2] for place in range(len(held.columns))]

    found = importing.put_right(held, line, [kept(cell) for cell in cells])
    if found.state == ImportRow.UNREAD:
        said = {"held": held, "row": found, "cells": list(zip(held.columns, found.cells, strict=False))}
        return render(request, "register/import_row.jinja", {**said, "again": True}, status=422)
    if found.state == ImportRow.DUPLICATE:
        messages.info(request, f"Row {line} is here already: {found.reason}")
    else:
        messages.success(request, f"Row {line} can be read now, and is ready to be brought in.")
    return redirect("register:import-one", number=held.pk)


@may("register.import")
@require_safe
def unread(_request: HttpRequest, number: int) -> StreamingHttpResponse:
    """The rows that could not be read, with the reason, to put right in a spreadsheet and send again."""
    held = get_object_or_404(Import, pk=number)
    made = StreamingHttpResponse(_unread_lines(held), content_type="text/csv; charset=utf-8")
    made["Content-Disposition"] = f'attachment; filename="could-not-be-read-{held.pk}.csv"'
    return made


def _unread_lines(held: Import) -> Any:
    yield b"\xef\xbb\xbf" + _line([*held.columns, "Why it could not be read"])
    for found in held.rows.filter(state=ImportRow.UNREAD).iterator(500):
        yield _line([*found.cells, found.reason])


def _line(cells: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return out.getvalue().encode("utf-8", "replace")


def _wrong(mapping: list[str], options: dict[str, str]) -> str:
    """What is wrong with a mapping, or nothing."""
    chosen = [target for target in mapping if target]
    if any(target not in options for target in chosen):
        return "One of the choices is not known any more. Choose again."
    twice = next((target for target in chosen if chosen.count(target) > 1), "")
    if twice:
        return f"Two columns are both “{options[twice]}”. Choose one, and leave the other out."
    if not {"title", "description"} & set(chosen):
        return "Say which column tells what changed: its title, its description, or both."
    return ""


def _told(held: Import, found: ImportRow, lists: list[Vocabulary]) -> list[tuple[str, str]]:
    """What a row would become."""
    try:
        told = parse(held.columns, held.mapping, found.cells, lists)
    except RowError:
        return []
    said = [(LABELS[name], str(value)) for name, value in told.fields.items()]
    said += [("Lists", "; ".join(term.label for term in told.terms))] if told.terms else []
    return said + ([(LABELS["displaced"], "; ".join(told.displaced))] if told.displaced else [])
