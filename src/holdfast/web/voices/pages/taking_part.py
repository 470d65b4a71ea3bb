"""Taking part: the start, one statement a page, what should happen, a statement of one's own, and who one is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.people.access import may
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import choosing, recognising, taking, wishes
from holdfast.web.voices.forms import PreferForm, ProposeForm, YouForm
from holdfast.web.voices.models import Participant, Statement
from holdfast.web.voices.pages.finding import ANSWERS, JOINS, change_of, erased_is_told, held_up, link_of

VOTES = {"agree": 1, "disagree": -1, "pass": 0}


@may("voices.take_part")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: HttpRequest, identifier: str) -> HttpResponse:
    """What the change is, what happens with answers, and the way in."""
    change = change_of(identifier)
    if request.method == "POST":
        if (taking.here(request, change) is None) and (wait := held_up(request, "join", JOINS)):
            return wait
        person = taking.join(request, change)
        return recognising.remember(request, redirect("voices:next", identifier=change.identifier), person)
    return _start(request, change)


def _start(request: HttpRequest, change: Change) -> HttpResponse:
    """The first page; where an answer came from a browser that is not known, it says that it was not kept."""
    lost, statements = request.method == "POST", len(choosing.accepted(merging.family(change)))
    said = {
        "change": change, "practices": wishes.practices(change), "person": taking.here(request, change), "lost": lost,
        "typed": request.POST.get("words") or request.POST.get("text") or "",
        "minutes": choosing.minutes(statements), "statements": statements,
    }  # fmt: skip
    return render(request, "voices/about.jinja", said, status=409 if lost else 200)


def _not_known(request: HttpRequest, change: Change) -> HttpResponse:
    """To the first page; an answer that was sent is not lost without a word."""
    if request.method != "POST":
        return redirect("voices:about", change.identifier)
    if (gone := taking.gone(request, change)) is not None:
        return render(request, "voices/withdrawn.jinja", {"person": gone, "change": change, "late": True}, status=409)
    return _start(request, change)


@may("voices.take_part")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@erased_is_told
def next_statement(request: HttpRequest, identifier: str) -> HttpResponse:
    """One statement: agree, disagree or pass."""
    change, person = _who(request, identifier)
    if person is None:
        return _not_known(request, change)
    if request.method == "POST":
        if wait := held_up(request, "answer", ANSWERS):
            return wait
        keep_vote(request, person, merging.family(change))
        return redirect("voices:next", identifier=change.identifier)
    turn = choosing.turn(person, change)
    if turn.statement is None and not turn.all:
        return redirect("voices:prefer", identifier=change.identifier, number=1)
    said = {"change": change, "turn": turn, "person": person, "link": link_of(person)}
    return recognising.remember(request, render(request, "voices/next.jinja", said), person)


def keep_vote(request: HttpRequest, person: Participant, changes: list[int]) -> None:
    """Keep the vote that was sent, or say why not. A vote on a statement since taken down is not kept."""
    key, answer = request.POST.get("statement", ""), VOTES.get(request.POST.get("vote", ""))
    shown = Statement.objects.filter(change__in=changes, moderated="accepted", same_as=None)
    statement = shown.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() and len(key) < 16 else None
    if statement is None or answer is None:
        messages.error(
            request, "That answer could not be kept: the statement is no longer asked. Here is the next one."
        )
        return
    taking.vote(person, statement, answer)


@may("voices.take_part")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@erased_is_told
def prefer(request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    """What should happen to a practice."""
    change, person = _who(request, identifier)
    if person is None:
        return _not_known(request, change)
    every = wishes.practices(change)
    if not 1 <= number <= len(every):
        return redirect("voices:you", identifier=change.identifier)
    practice, beside = every[number - 1], len(every) > 1
    said = [p for p in taking.preferences_of(person) if p.practice == practice.name]
    first = next((p for p in said if (p.dimension, p.setting) == (EVERYONE, ALL_SETTINGS)), None)
    initial = {"preference": first.preference, "words": first.words} if first else {}
    form = PreferForm(
        request.POST if request.method == "POST" else None, practice=practice, beside=beside, initial=initial
    )
    if request.method == "POST" and (wait := held_up(request, "answer", ANSWERS)):
        return wait
    if request.method == "POST" and form.is_valid():
        _keep_wishes(person, practice.name, form)
        return redirect("voices:prefer", identifier=change.identifier, number=number + 1)
    shown = {"change": change, "practice": practice, "form": form, "number": number, "all": len(every), "said": said}
    return render(request, "voices/prefer.jinja", shown, status=422 if form.errors else 200)


def _keep_wishes(person: Participant, practice: str, form: PreferForm) -> None:
    said = form.cleaned_data
    taking.prefer(person, practice, said["preference"], words=said["words"])
    if said["differs"]:
        taking.prefer(person, practice, said["differs"], place=wishes.place_of(said["who"], said["where"]))


@may("voices.take_part")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@erased_is_told
def propose(request: HttpRequest, identifier: str) -> HttpResponse:
    """A statement of one's own, for others to vote on once somebody has read it."""
    change, person = _who(request, identifier)
    if person is None:
        return _not_known(request, change)
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (wait := held_up(request, "answer", ANSWERS)):
        return wait
    if request.method == "POST" and form.is_valid():
        try:
            taking.propose(person, form.cleaned_data["text"])
        except taking.TooManyError:
            form.add_error("text", f"You have sent {taking.MOST_PROPOSED} statements, the most that one person may")
        else:
            messages.success(request, "Thank you. Somebody will read it before others see it.")
            return redirect("voices:next", identifier=change.identifier)
    shown = {"change": change, "form": form}
    return render(request, "voices/propose.jinja", shown, status=422 if form.errors else 200)


@may("voices.take_part")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@erased_is_told
def you(request: HttpRequest, identifier: str) -> HttpResponse:
    """A role and a few questions, each of which may be left."""
    change, person = _who(request, identifier)
    if person is None:
        return _not_known(request, change)
    initial = {"role": person.role, **{f"about_{code}": level for code, level in person.about.items()}}
    form = YouForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and (wait := held_up(request, "answer", ANSWERS)):
        return wait
    if request.method == "POST" and form.is_valid():
        role, answers = form.answers()
        taking.describe(person, role, answers)
        return redirect("voices:receipt", token=person.token)
    return render(request, "voices/you.jinja", {"change": change, "form": form}, status=422 if form.errors else 200)


def _who(request: HttpRequest, identifier: str) -> tuple[Change, Participant | None]:
    change = change_of(identifier)
    return change, taking.here(request, change)
