"""Bringing a register in: send it, see what it would do, say yes, and see what it did."""

from __future__ import annotations

import time
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.evidence import presence
from holdfast.web.evidence.receiving import receives, too_large
from holdfast.web.evidence.recovery import STALE
from holdfast.web.exchange import jobs, opening, sending, signs
from holdfast.web.exchange.models import CANCELLED, LOOKED, Arrival
from holdfast.web.insight.forms import Once
from holdfast.web.insight.models_jobs import DONE, RUNNING
from holdfast.web.insight.pages.shared import GET_OR_POST, deed, words
from holdfast.web.people.access import may

WORDS: Final = {
    "register.change": "Changes", "register.changeversion": "Versions of changes", "register.term": "Terms of lists",
    "evidence.run": "Evaluations", "board.recommendation": "Recommendations", "board.decision": "Decisions",
    "board.dissent": "Dissents", "board.meeting": "Meetings", "voices.participant": "People who took part",
    "voices.statement": "Statements", "voices.vote": "Votes", "voices.preference": "What people would do",
    "insight.scrap": "Passages", "insight.comment": "Comments", "insight.coding": "What people coded",
    "insight.enablerrating": "Ratings",
}  # fmt: skip
"""Tables with a row of their own; the others are counted together."""
LATELY: Final = 10


class BringForm(Once):
    """An archive that was taken out of a register."""

    archive = forms.FileField(label="The file", help_text="A zip file made by “Take the register out”.")

    def clean_archive(self) -> Any:
        """Refused at once when it is no register; a damaged one is found by the worker."""
        held = self.cleaned_data["archive"]
        try:
            with opening.opened(held) as box:
                opening.manifest_of(box)
        except opening.ArrivalError as problem:
            raise forms.ValidationError(str(problem)) from None
        return held


@receives
@may("exchange.import")
@require_http_methods(GET_OR_POST)
def bring(request: HttpRequest) -> HttpResponse:
    """Send an archive; and what became of those sent lately."""
    form = BringForm(request.POST, request.FILES) if request.method == "POST" else BringForm(initial={"once": deed()})
    if form.is_bound and (large := too_large(request)):
        form.errors.pop("archive", None)
        form.add_error("archive", large)
    if form.is_valid():
        told = form.cleaned_data
        return redirect("exchange:arrival", sending.send(request.user, told["archive"], told["once"]).pk)
    lately = [(one, _words(one)) for one in Arrival.objects.select_related("by")[:LATELY]]
    return render(request, "exchange/bring.jinja", {"form": form, "lately": lately}, status=422 if form.errors else 200)


@may("exchange.import")
@require_safe
def arrival(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; what it would do, with the question whether to do it; or what it did."""
    held = signs.progress(get_object_or_404(Arrival.objects.select_related("by"), pk=pk))
    alive = held.state == RUNNING and time.time() - signs.last_sign(held) < STALE
    said = {
        "held": held, "words": _words(held), "rows": _rows(held.told) if held.told else [], "here": held.file.exists(),
        "workers": None if held.finished or alive else presence.present(),
    }  # fmt: skip
    return render(request, "exchange/arrival.jinja", said)


@may("exchange.import")
@require_safe
def state(_request: HttpRequest, pk: int) -> JsonResponse:
    """How far it is, for the page that waits."""
    held = signs.progress(get_object_or_404(Arrival, pk=pk))
    told = {"state": held.state, "words": _words(held), "done": held.done, "total": held.total}
    return JsonResponse({**told, "finished": held.finished})


@may("exchange.import")
@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring in what was looked at, or try again what failed."""
    jobs.go_on(request.user, get_object_or_404(Arrival, pk=pk).pk)
    return redirect("exchange:arrival", pk)


@may("exchange.import")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave it: whatever is under way stops, and the file goes."""
    jobs.cancel(request.user, get_object_or_404(Arrival, pk=pk).pk)
    return redirect("exchange:arrival", pk)


def _words(held: Arrival) -> str:
    """How it stands, in a sentence."""
    told = {
        LOOKED: "It is looked at. Nothing has been brought in yet.", CANCELLED: "Nothing of it was brought in.",
        DONE: "It was brought in.",
    }.get(held.state)  # fmt: skip
    stopping = (
        " It is being cancelled, and stops at its next step." if signs.stopper(held) and not held.finished else ""
    )
    return (told or words(held)) + stopping


def _rows(told: dict[str, Any]) -> list[tuple[str, list[int]]]:
    """Rows that are new, here already and left out, for each kind; the tables that have no words of their own last."""
    counts = [told["added"], told["here"], told["out"]]
    rows = [(name, [one.get(label, 0) for one in counts]) for label, name in WORDS.items()]
    rest = [sum(many for label, many in one.items() if label not in WORDS) for one in counts]
    return [(name, row) for name, row in [*rows, ("Everything that hangs on these", rest)] if any(row)]
