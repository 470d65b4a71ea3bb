"""Asking the author, and the author's page for answering."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from holdfast.web.people.access import may
from holdfast.web.people.limits import too_often
from holdfast.web.people.verbs import EVERYBODY
from holdfast.web.register import asking
from holdfast.web.register.merging import VERB
from holdfast.web.register.models_sorting import Question
from holdfast.web.register.triage_forms import AnswerForm, AskForm
from holdfast.web.register.triage_pages import address, either, found, onward, show


@may(VERB)
@either
def ask(request: HttpRequest, identifier: str) -> HttpResponse:
    """One question to whoever recorded the change."""
    change = found(identifier)
    form = AskForm(request.POST or None)
    known = bool(asking.address_of(change))
    if request.method == "POST" and form.is_valid():
        question = asking.ask(change, request.user, form.cleaned_data["words"], deed=form.cleaned_data["deed"])
        question.refresh_from_db()
        if question.sent_at:
            messages.success(request, "Your question is sent. The answer comes back to this queue.")
            return onward(request, change)
        return redirect(address("register:asked", request, number=question.pk))
    said = {"change": change, "form": form, "known": known, "show": show(request), "address": address}
    return render(request, "register/ask.jinja", said)


@may(VERB)
@either
def asked(request: HttpRequest, number: int) -> HttpResponse:
    """A question with its private link, to be passed on by hand."""
    question = get_object_or_404(Question.objects.select_related("change", "change__author", "by"), pk=number)
    said = {
        "question": question,
        "change": question.change,
        "link": asking.link_to(question),
        "known": bool(asking.address_of(question.change)),
        "show": show(request),
        "address": address,
    }
    return render(request, "register/ask_link.jinja", said)


@may(VERB)
@require_POST
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Take a question back; its link stops working."""
    question = get_object_or_404(Question.objects.select_related("change"), pk=number)
    asking.close(question, request.user)
    messages.success(request, "The question is taken back. Its link no longer works.")
    return redirect(address("register:sort", request, identifier=question.change.identifier))


@may(EVERYBODY)
@either
@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The author's page: the question, what they recorded, and one box."""
    question = asking.question_by(token)
    if question is None:
        return render(request, "register/ask_unknown.jinja", status=404)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and too_often(request, "answer", 60, 600):
        form.add_error(None, "Many answers have come from your network. Wait ten minutes, then send it again.")
    if request.method == "POST" and form.is_valid():
        asking.answer(question, form.cleaned_data["answer"])
        return redirect(f"{request.path}?thanks=1")
    said = {"question": question, "change": question.change, "form": form, "thanks": "thanks" in request.GET}
    return render(request, "register/ask_answer.jinja", said)
