"""The private link: what somebody said, what became of what they proposed, going on, and taking it all back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.web.people.access import may
from holdfast.web.people.verbs import EVERYBODY
from holdfast.web.register import merging
from holdfast.web.register.merging import standing
from holdfast.web.voices import recognising, taking, wishes
from holdfast.web.voices.asked import ROLES
from holdfast.web.voices.forms import WithdrawForm
from holdfast.web.voices.models import Statement
from holdfast.web.voices.pages.finding import ANSWERS, erased_is_told, held_up, link_of, person_of
from holdfast.web.voices.pages.taking_part import keep_vote

WORDS = {1: "Agree", -1: "Disagree", 0: "Pass"}


@may(EVERYBODY)
@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that somebody said, and their link."""
    person = person_of(token)
    change = standing(person.change)
    if person.withdrawn_at is not None:
        return render(request, "voices/withdrawn.jinja", {"person": person, "change": change})
    given = taking.votes_of(person)
    statements = Statement.objects.in_bulk(list(given))
    asked, practices = wishes.labels(), {one.name: one for one in wishes.practices(change)}

    def words(practice: str) -> dict[str, str]:
        return wishes.said_words(practices.get(practice))

    said = {
        "person": person, "change": change, "link": link_of(person),
        "votes": [(statements[pk], WORDS[vote]) for pk, vote in given.items()],
        "wishes": [
            (p, wishes.place_words(p.dimension, p.level, p.setting, asked), words(p.practice)[p.preference])
            for p in taking.preferences_of(person)
        ],
        "proposed": list(person.proposed.select_related("same_as").order_by("id")),
        "about": [(asked.get(code, code), level) for code, level in person.about.items()],
        "role": dict(ROLES).get(person.role, person.role),
    }  # fmt: skip
    return render(request, "voices/receipt.jinja", said)


@may(EVERYBODY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def go_on(request: HttpRequest, token: str) -> HttpResponse:
    """Let this browser go on where somebody stopped: to the statements, what should happen, or who they are."""
    person = person_of(token)
    if request.method != "POST" or person.withdrawn_at is not None or person.batch_id:
        return redirect("voices:receipt", token=token)
    change = standing(person.change)
    pages = {"prefer": {"number": 1}, "you": {}, "propose": {}}
    to = request.POST.get("to", "")
    answer = redirect(f"voices:{to if to in pages else 'next'}", identifier=change.identifier, **pages.get(to, {}))
    return recognising.remember(request, answer, person)


@may(EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Let this browser, which others may use, no longer be somebody."""
    person = person_of(token)
    if request.method != "POST":
        return redirect("voices:receipt", token=token)
    messages.success(request, "This browser no longer knows you. Your answers are kept; your private link opens them.")
    return recognising.forget(request, redirect("voices:about", standing(person.change).identifier), person)


@may(EVERYBODY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@erased_is_told
def again(request: HttpRequest, token: str, statement: int) -> HttpResponse:
    """One answer, changed by whoever holds the private link."""
    person = person_of(token)
    if person.withdrawn_at is not None:
        return redirect("voices:receipt", token=token)
    changes = merging.family(standing(person.change))
    shown = get_object_or_404(Statement, pk=statement, change__in=changes, moderated="accepted", same_as=None)
    if request.method == "POST":
        if wait := held_up(request, "answer", ANSWERS):
            return wait
        keep_vote(request, person, changes)
        return redirect("voices:receipt", token=token)
    last = WORDS.get(taking.votes_of(person).get(shown.pk, 9), "")
    said = {"change": person.change, "statement": shown, "person": person, "last": last}
    return render(request, "voices/again.jinja", said)


@may(EVERYBODY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Erase everything, once somebody has said that they are sure."""
    person = person_of(token)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if person.withdrawn_at is not None:
        return redirect("voices:receipt", token=token)
    if request.method == "POST" and form.is_valid():
        taking.withdraw(person)
        messages.success(request, "Everything you said is erased.")
        return redirect("voices:receipt", token=token)
    said = {"person": person, "change": person.change, "form": form}
    return render(request, "voices/withdraw.jinja", said, status=422 if form.errors else 200)
