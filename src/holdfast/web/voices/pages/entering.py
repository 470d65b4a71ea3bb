"""Typing in voices from paper, meetings and phone lines, or sending a file of them, once or again."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.records.involving import CHANNELS
from holdfast.web.forms import PlainForm
from holdfast.web.jinja import plural
from holdfast.web.people.access import may
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import batches, files, typing_in
from holdfast.web.voices.asked import ROLES, choices
from holdfast.web.voices.files import UnreadableError
from holdfast.web.voices.models import Batch
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.voices.pages.sending import LONGEST, NOBODY, OTHERS, SAME, SameForm, Sent, unfolded
from holdfast.web.voices.resending import Answer, HereAlreadyError
from holdfast.web.voices.taking import ONLINE
from holdfast.web.words import ShortWords
from holdfast.workspace.writing.spreadsheets import safe_text

GRID: Final = 8
"""People on one page of the grid."""
BATCHES: Final = 20
TOLD: Final = 20
"""Rows of a file whose faults are told, where none could be read."""
MEND: Final = "Mend those rows and send the file again: nobody is entered twice."
OLD: Final = "Nobody is entered: this question is too old, or was not yours. Send the file again."
LONG: Final = (
    "Some of these rows are here already, and the file is too long to ask about at once. Send it in parts, each with "
    "the first line."
)
ALIKE: Final = "If these are other people who answered alike, give the batch a name of its own and send it again."


class BatchForm(PlainForm):
    """Where voices come from, and a file of them if there is one."""

    name = ShortWords(label="What to call this batch", help_text="For instance: library drop-in, 3 March.",
                      error_messages={"required": "Say what to call this batch"})  # fmt: skip
    channel = forms.ChoiceField(
        label="How they took part", choices=[(c, c.capitalize()) for c in CHANNELS if c != ONLINE]
    )
    file = forms.FileField(
        label="A CSV file, one row for each person", required=False,
        help_text="Or fill in the grid below and leave this empty.",
    )  # fmt: skip


class TakeOutForm(PlainForm):
    """Why a batch is taken out."""

    why = ShortWords(label="Why is it taken out?", most=300, help_text="For instance: the wrong change, or a test.",
                     error_messages={"required": "Say why it is taken out"})  # fmt: skip


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
    if posted and "sent" in request.POST:
        return _answered(request, change, sheet)
    form = BatchForm(request.POST if posted else None, request.FILES if posted else None)
    faults: dict[int, str] = {}
    if posted and form.is_valid():
        sent, faults = _sent(request, sheet, form)
        if sent is not None and not faults and not form.errors:
            return _kept(request, change, sheet, form, sent)
    return _shown(request, change, sheet, form, faults)


def _shown(
    request: HttpRequest, change: Change, sheet: typing_in.Sheet, form: BatchForm, faults: dict[int, str]
) -> HttpResponse:
    every = batches.of_family(change).select_related("by", "taken_out_by")
    page = Paginator(every, BATCHES).get_page(request.GET.get("page"))
    said = {
        "change": change, "sheet": sheet, "form": form, "faults": faults, "roles": ROLES, "choices": choices,
        "wide": True, "rows": range(1, GRID + 1), "page": page,
    }  # fmt: skip
    return render(request, "voices/batch.jinja", said, status=422 if form.errors or faults else 200)


def _sent(request: HttpRequest, sheet: typing_in.Sheet, form: BatchForm) -> tuple[Sent | None, dict[int, str]]:
    """Rows from the file or the grid, and what is wrong in the grid: one row wrong there, and none is kept.

    Whoever types sees the rows and mends them, and none is entered twice. Rows of a file that can be read are kept.
    """
    said, file = form.cleaned_data, form.cleaned_data["file"]
    grid = [{name: request.POST.get(f"r{n}-{name}", "") for name in sheet.names} for n in range(1, GRID + 1)]
    typed = typing_in.read(sheet, grid, first=1)
    if file is not None and (typed.people or typed.refused):
        form.add_error("file", "Send the file or the rows below, one after the other. You have given both")
        return None, {}
    if file is None:
        if not typed.people and not typed.refused:
            form.add_error("file", "Fill in at least one person below, or choose a file")
        sent = Sent(said["name"], said["channel"], grid, typed=True)
        return sent, {row["line"]: row["why"] for row in typed.refused}
    try:
        return Sent(said["name"], said["channel"], _rows(file), typed=False), {}
    except UnreadableError as problem:
        form.add_error("file", [*problem.args])
        return None, {}


def _rows(file: Any) -> list[dict[str, str]]:
    if file.size > files.LARGEST:
        raise UnreadableError("This file is larger than 20 MB. Send it in parts.")
    return files.rows_of(file.read())


def _answered(request: HttpRequest, change: Change, sheet: typing_in.Sheet) -> HttpResponse:
    """Somebody was asked whether people are here already: the rows come back with what they say."""
    sent, who = unfolded(request, change), request.POST.get("who", "")
    if sent is None or who == NOBODY:
        messages.info(request, OLD if sent is None else "Nobody is entered. Look at the file, then send it again.")
        return redirect("voices:batch", identifier=change.identifier)
    form = BatchForm({"name": sent.name, "channel": sent.channel})
    form.full_clean()
    answer = Answer(who == OTHERS, sent.state) if who in {SAME, OTHERS} else None
    return _kept(request, change, sheet, form, sent, answer)


def _kept(
    request: HttpRequest,
    change: Change,
    sheet: typing_in.Sheet,
    form: BatchForm,
    sent: Sent,
    answer: Answer | None = None,
) -> HttpResponse:
    try:
        found = sent.read(sheet)
        if not found.people:
            why = [f"Line {row['line']}: {row['why']}" for row in found.refused[:TOLD]]
            raise UnreadableError("No row could be read, so nobody is entered.", *why)
        made = typing_in.enter(
            change, request.user, sent.name, sent.channel, found, typed=sent.typed, answer=answer
        )  # fmt: skip
    except HereAlreadyError as problem:
        folded = sent.folded(request, change, problem.there)
        if len(folded) <= LONGEST:
            return _asked(request, change, sent, found, problem, folded, late=answer is not None)
        form.add_error("file", LONG)
        return _shown(request, change, sheet, form, {})
    except UnreadableError as problem:
        form.add_error("file", [*problem.args])
        return _shown(request, change, sheet, form, {})
    _tell(request, made, found)
    return redirect("voices:batch", identifier=change.identifier)


def _asked(
    request: HttpRequest,
    change: Change,
    sent: Sent,
    found: typing_in.Read,
    problem: HereAlreadyError,
    folded: str,
    *,
    late: bool,
) -> HttpResponse:
    """Which rows are here already, before anything is done: are they the same people?"""
    unanswered = "sent" in request.POST and not late
    form = SameForm(request.POST if unanswered else None, there=problem.there, sent=len(found.people))
    said = {"change": change, "sent": sent, "found": found, "there": problem.there, "folded": folded, "form": form}
    status = 409 if late else 422 if form.errors else 200
    return render(request, "voices/same_people.jinja", {**said, "late": late, "told": TOLD}, status=status)


def _tell(request: HttpRequest, made: typing_in.Entered, found: typing_in.Read) -> None:
    """What became of the file."""
    unread = f" {plural(len(found.refused), 'row')} could not be read" if found.refused else ""
    if made.again and made.batch is not None:
        held = f"This very batch was entered before, as “{made.batch.name}”. Nothing was entered twice."
        messages.info(request, f"{held}{unread}{'.' if unread else ''} {ALIKE}")
        return
    left = f" {plural(made.left, 'person was', 'people were')} here already and left alone." if made.left else ""
    entered = f"{plural(made.people, 'person is', 'people are')} entered." if made.people else "Nobody is entered."
    rest = f"{unread}{': see below' if made.batch else ''}. {MEND}" if unread else ""
    messages.success(request, entered + left + rest)


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
    gone = held.people.exclude(withdrawn_at=None).exists()
    said = {"change": change, "held": held, "form": form, "people": people, "gone": gone}
    return render(request, "voices/take_out.jinja", said, status=422 if form.errors else 200)


def _empty(sheet: typing_in.Sheet) -> HttpResponse:
    """A file to fill in: each column's name and what it asks, and no row."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([safe_text(name) for name in sheet.headings])
    headers = {"Content-Disposition": 'attachment; filename="voices.csv"'}
    return HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)
