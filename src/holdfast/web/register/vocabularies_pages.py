"""The lists that describe changes: anybody reads them, curators keep them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from holdfast.records.problems import InputProblems
from holdfast.web.people.access import may
from holdfast.web.people.models import AuditEvent
from holdfast.web.register import vocabularies_editing as editing
from holdfast.web.register.models import Term, Vocabulary
from holdfast.web.register.triage_pages import either
from holdfast.web.register.vocabularies_forms import (
    ListForm,
    NewListForm,
    NewTermForm,
    TermForm,
    UploadForm,
    first_list,
    first_term,
)

VERB = editing.VERB


def _list(code: str) -> Vocabulary:
    return get_object_or_404(Vocabulary, code=code)


@may("register.read")
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """Every list: those that the capture pages ask for first, in their order."""
    counted = Vocabulary.objects.annotate(
        live=Count("terms", filter=Q(terms__retired=False)), retired=Count("terms", filter=Q(terms__retired=True))
    )
    held = sorted(counted, key=lambda one: (one.asked == 0, one.asked, one.name))
    return render(request, "register/vocabularies.jinja", {"lists": held})


@may("register.read")
@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One list with its terms, and how many changes hold each."""
    vocabulary = _list(code)
    terms = list(vocabulary.terms.annotate(uses=Count("changes")).order_by("place", "label"))
    above = {term.pk: term for term in terms}
    rows = [(term, _depth(term, above)) for term in _in_order(terms)]
    return render(request, "register/vocabulary.jinja", {"list": vocabulary, "rows": rows})


def _in_order(terms: list[Term]) -> list[Term]:
    """Each term followed by those that stand under it."""
    under: dict[int | None, list[Term]] = {}
    for term in terms:
        under.setdefault(term.parent_id, []).append(term)
    out: list[Term] = []
    waiting = list(reversed(under.get(None, [])))
    while waiting:
        term = waiting.pop()
        out.append(term)
        waiting += reversed(under.get(term.pk, []))
    return out


def _depth(term: Term, above: dict[int, Term]) -> int:
    depth = 0
    while term.parent_id in above and depth < 5:
        term, depth = above[term.parent_id], depth + 1
    return depth


@may(VERB)
@either
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """A list's own words."""
    vocabulary = _list(code)
    form = ListForm(request.POST or None, initial=first_list(vocabulary))
    if request.method == "POST" and form.is_valid():
        return _saved(request, vocabulary, form, {"list": vocabulary}, "register/vocabulary_edit.jinja")
    return render(request, "register/vocabulary_edit.jinja", {"list": vocabulary, "form": form})


@may(VERB)
@either
def add(request: HttpRequest) -> HttpResponse:
    """A list of the organisation's own."""
    form = NewListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = editing.add_vocabulary(request.user, form.cleaned_data["code"], form.fields_to_save())
        messages.success(request, f"{made.name} is added. Now add its terms.")
        return redirect("register:vocabulary", code=made.code)
    return render(request, "register/vocabulary_edit.jinja", {"list": None, "form": form})


@may(VERB)
@either
def add_term(request: HttpRequest, code: str) -> HttpResponse:
    """One more term."""
    vocabulary = _list(code)
    form = NewTermForm(vocabulary, request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = editing.add_term(vocabulary, request.user, form.cleaned_data["code"], form.fields_to_save())
        messages.success(request, f"“{made.label}” is added.")
        return redirect("register:vocabulary", code=code)
    return render(request, "register/vocabulary_term.jinja", {"list": vocabulary, "term": None, "form": form})


@may(VERB)
@either
def edit_term(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A term's words. Its code never changes, so that old records keep their meaning."""
    term = get_object_or_404(Term.objects.select_related("vocabulary"), pk=number, vocabulary__code=code)
    form = TermForm(term.vocabulary, request.POST or None, term=term, initial=first_term(term))
    said = {"list": term.vocabulary, "term": term}
    if request.method == "POST" and form.is_valid():
        return _saved(request, term, form, said, "register/vocabulary_term.jinja")
    return render(request, "register/vocabulary_term.jinja", {**said, "form": form})


def _saved(
    request: HttpRequest, row: Vocabulary | Term, form: ListForm | TermForm, said: dict[str, Any], page: str
) -> HttpResponse:
    """Save, or show how it stands now beside what was typed."""
    try:
        held: Vocabulary | Term = editing.save(row, request.user, form.fields_to_save(), read_as=form.data["read_as"])
    except editing.EditedError as edited:
        current = edited.current
        fresh = first_list(current) if isinstance(current, Vocabulary) else first_term(current)
        told = form.data.copy()
        told["read_as"] = fresh["read_as"]
        shown = [
            (form.fields[name].label, fresh[name], form.cleaned_data.get(name))
            for name in fresh
            if name != "read_as" and _said(fresh[name]) != _said(form.cleaned_data.get(name))
        ]
        form.data = told
        return render(request, page, {**said, "form": form, "conflict": shown}, status=409)
    messages.success(request, f"“{held}” is saved.")
    return redirect("register:vocabulary", code=(held if isinstance(held, Vocabulary) else held.vocabulary).code)


def _said(value: Any) -> str:
    if isinstance(value, Term):
        return str(value.pk)
    return "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)


@may(VERB)
@require_POST
def retire(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Offer a term no longer, or again; it is never deleted."""
    term = get_object_or_404(Term, pk=number, vocabulary__code=code)
    held = editing.retire(term, request.user, "again" not in request.POST)
    said = "is retired. Records that have it keep it." if held.retired else "is offered again."
    messages.success(request, f"“{held.label}” {said}")
    return redirect(reverse("register:vocabulary", kwargs={"code": code}))


@may(VERB)
@either
def upload(request: HttpRequest) -> HttpResponse:
    """A list from a file; everything that is wrong with it is told at once."""
    form = UploadForm(request.POST or None, request.FILES or None)
    problems: tuple[Any, ...] = ()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            framework = editing.read_upload(file.name, file.read(editing.MOST_BYTES + 1))
            held, count = editing.bring_in(framework, request.user)
            messages.success(request, f"{held.name}: {count} terms added. What was here already is left as it was.")
            return redirect("register:vocabulary", code=held.code)
        except InputProblems as told:
            problems = told.problems
    return render(request, "register/vocabulary_upload.jinja", {"form": form, "problems_found": problems})


@may("register.read")
@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Who changed what in a list, from the audit log; curators see who."""
    vocabulary = _list(code)
    about = Q(kind="vocabulary", subject=code) | Q(kind="term", subject__startswith=f"{code}:")
    page = Paginator(AuditEvent.objects.filter(about, verb=VERB), 50).get_page(request.GET.get("page"))
    return render(request, "register/vocabulary_history.jinja", {"list": vocabulary, "page": page})
