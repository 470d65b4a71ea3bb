"""Sending words in: scraps that may tell of changes, and comments to code; and how each delivery stands."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.evidence import presence
from holdfast.web.evidence.receiving import receives, too_large
from holdfast.web.insight import columns, jobs, sending
from holdfast.web.insight.forms import CommentsForm, ScrapsForm
from holdfast.web.insight.models import Delivery, SentFile
from holdfast.web.insight.models_jobs import COLUMNS
from holdfast.web.insight.pages.shared import GET_OR_POST, deed, words
from holdfast.web.insight.plain import plain, together
from holdfast.web.people.access import may


@receives
@may("insight.code")
@require_http_methods(GET_OR_POST)
def scraps(request: HttpRequest) -> HttpResponse:
    """Send files or pasted text that may tell of changes."""
    form = ScrapsForm(request.POST, request.FILES) if request.method == "POST" else ScrapsForm(initial={"once": deed()})
    if (large := too_large(request)) and form.is_bound:
        form.add_error("files", large)
    if form.is_valid():
        told = form.cleaned_data
        held = sending.send(
            request.user, Delivery.SCRAPS, once=told["once"], files=told.get("files") or (), pasted=told["pasted"],
            keep=told["keep"],
        )  # fmt: skip
        return redirect("insight:delivery", held.pk)
    return render(request, "insight/send.jinja", {"form": form, "kind": "scraps"}, status=422 if form.errors else 200)


@receives
@may("insight.code")
@require_http_methods(GET_OR_POST)
def comments(request: HttpRequest) -> HttpResponse:
    """Send a survey export."""
    form = CommentsForm(request.POST, request.FILES) if request.method == "POST" else CommentsForm(
        initial={"once": deed()}
    )  # fmt: skip
    if (large := too_large(request)) and form.is_bound:
        form.add_error("file", large)
    if form.is_valid():
        told = form.cleaned_data
        held = sending.send(
            request.user, Delivery.COMMENTS, once=told["once"], files=[told["file"]], name=told["name"],
            keep=told["keep"],
        )  # fmt: skip
        found, problem = columns.look(held) if held.state == COLUMNS else ((), "")
        if problem and not found:
            columns.refuse(held, request.user, problem)
        return redirect("insight:columns", held.pk)
    return render(request, "insight/send.jinja", {"form": form, "kind": "comments"}, status=422 if form.errors else 200)


@may("insight.code")
@require_http_methods(GET_OR_POST)
def columns_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column of a survey holds."""
    held = get_object_or_404(Delivery, pk=pk, kind=Delivery.COMMENTS)
    if held.state != COLUMNS:
        return redirect("insight:delivery", held.pk)
    found, problem = columns.look(held)
    options = columns.options()
    chosen, wants_coder = columns.guess(found), False
    coder = plain(request.POST.get("coder", ""), 200)
    if request.method == "POST" and found:
        chosen = [request.POST.get(f"column-{at}", "") for at in range(len(found))]
        problem = columns.wrong(found, chosen, options)
        if not problem and columns.has_themes(chosen) and not re.search(r"[^\W\d_]", coder):
            problem, wants_coder = "Enter the name of whoever coded the themes.", True
        if not problem:
            columns.map_columns(held, request.user, found, chosen, coder)
            return redirect("insight:delivery", held.pk)
    said = {"held": held, "rows": list(zip(found, chosen, strict=True)), "options": options, "problem": problem,
            "sheets": len(columns.sheets(found)) > 1, "coder": coder, "wants_coder": wants_coder}  # fmt: skip
    return render(request, "insight/columns.jinja", said, status=422 if problem else 200)


@may("insight.read")
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """Everything that was sent."""
    jobs.recover_now_and_then()
    page = Paginator(Delivery.objects.select_related("by"), 20).get_page(request.GET.get("page"))
    return render(request, "insight/deliveries.jinja", {"page": page})


@may("insight.read")
@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """How a delivery stands: progress, what was kept, what was taken out, and what could not be read and why."""
    jobs.recover_now_and_then()
    held = get_object_or_404(Delivery.objects.select_related("by"), pk=pk)
    files = list(held.files.all())
    said: dict[str, Any] = {
        "held": held, "words": words(held), "workers": presence.present(), "files": files[:200], "every": len(files),
        "new": sum(one.new for one in files), "same": sum(one.same for one in files),
        "removed": sorted(together(one.removed for one in files).items()),
        "unread": [told for one in files for told in one.unread][:500],
        **_stand(files), "again": held.kind == Delivery.SCRAPS or bool(held.mapping),
        "already": [one for one in files if one.state == one.SAME],
        "here": held.finished and held.folder.exists(),
    }  # fmt: skip
    return render(request, "insight/delivery.jinja", said)


def _stand(files: list[SentFile]) -> dict[str, int]:
    """How many files were read, in part, or not, each counted once; a zipped folder is the files in it."""
    apart = Counter("part" if one.state == one.READ and one.unread else one.state for one in files)
    damaged = sum(name != one.name for one in files if one.state == one.OPENED for name, _why, _fix in one.unread)
    return {
        "all": len(files) - apart[SentFile.OPENED] + damaged, "whole": apart[SentFile.READ], "part": apart["part"],
        "not_read": apart[SentFile.UNREAD] + damaged,
    }  # fmt: skip


@may("insight.code")
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away the files as they were sent."""
    held = get_object_or_404(Delivery, pk=pk)
    gone = sending.drop_kept(held, request.user)
    if held.folder.exists():
        messages.error(
            request, "The files are still here: they are being read, or in use. Try again when that has ended."
        )
    else:
        messages.success(request, "The files are gone. What was read from them stays." if gone else "No file was here.")
    return redirect("insight:delivery", pk)
