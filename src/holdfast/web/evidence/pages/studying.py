"""From tables to a run: check them, say what is asked, fix it, and run it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.evidence import asking, checking, editing, forms_study, presence, protocols
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.forms import RunForm
from holdfast.web.evidence.forms_study import StudyForm
from holdfast.web.evidence.models import Dataset
from holdfast.web.evidence.pages import shared
from holdfast.web.people.access import may

FORM = require_http_methods(["GET", "HEAD", "POST"])


@may("evidence.run")
@FORM
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is wrong; when there is nothing, what can be answered."""
    held = shared.dataset_of(pk)
    if request.method == "POST":
        checking.ask(request.user, held)
        return redirect("evidence:check", pk)
    found = held.checked
    rows = found.get("rows", [])
    said = {
        "found": found,
        "waiting": found.get("state") == "waiting" and checking.is_current(held),
        "front": [row for row in rows if row["front"]],
        "others": [row for row in rows if not row["front"]],
        "workers": presence.present(),
        "sound": checking.is_sound(held),
        "wide": True,
    }
    return shared.show(request, "check", held, **said)


@may("evidence.run")
@require_safe
def check_state(_request: HttpRequest, pk: int) -> JsonResponse:
    """How far a check is, for the page that waits."""
    found = shared.dataset_of(pk).checked
    told = {key: found.get(key) for key in ("step", "done", "total")}
    return JsonResponse({**told, "finished": found.get("state") != "waiting", "words": found.get("step") or "waiting"})


@may("evidence.run")
@require_safe
def fixing(request: HttpRequest, pk: int) -> HttpResponse:
    """Each study with its protocol: fixed or not, every version, and what has been edited since."""
    held = shared.dataset_of(pk)
    said = {
        "standing": protocols.standings(held),
        "sound": checking.is_sound(held),
        "tampered": protocols.tampered(held),
        "titles": held.checked.get("changes", {}),
        "labels": {name: row["label"] or name for name, row in held.checked.get("measures", {}).items()},
    }
    return shared.show(request, "protocols", held, **said)


@may("evidence.run")
@require_POST
def fix(request: HttpRequest, pk: int) -> HttpResponse:
    """Fix one protocol, or every one that is open."""
    held = shared.dataset_of(pk)
    named = request.POST.getlist("study")
    try:
        for study in named or [one.study.study for one in protocols.standings(held) if not one.fixed]:
            protocols.fix(request.user, held, study)
    except RefusedError as refused:
        return shared.refusing(request, refused)
    return redirect("evidence:protocols", pk)


@may("evidence.run")
@FORM
def study(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """One study's protocol in a form; number 0 is a new one. Saving it checks the tables again."""
    held = shared.own_dataset(pk)
    known = held.checked.get("studies", [])
    if not known and not held.checked.get("changes"):
        return redirect("evidence:check", pk)
    if place > len(known):
        raise Http404("There is no such study.")
    before: dict[str, Any] = known[place - 1] if place else {}
    form = StudyForm(
        request.POST or None,
        initial=forms_study.initial(before)
        if before
        else {"anticipation": 0, "comparison": "not_yet", "weights": "denominator"},
        changes=held.checked.get("changes", {}),
        measures={name: row["label"] or name for name, row in held.checked.get("measures", {}).items()},
    )
    if request.method == "POST" and form.is_valid():
        return _save_study(request, held, form, before)
    return shared.show(request, "study", held, 422 if form.errors else 200, form=form, place=place, before=before)


def _save_study(request: HttpRequest, held: Dataset, form: StudyForm, before: dict[str, Any]) -> HttpResponse:
    told, offered = forms_study.as_told(form.cleaned_data), list(form.fields)
    known = held.checked.get("studies", [])

    def edit(config: dict[str, Any]) -> None:
        if not config.get("studies"):  # those that were made by default are declared, so that none is lost
            config["studies"] = [forms_study.declared(one) for one in known]
        editing.set_study(config, before.get("study", ""), told, offered)

    answer = shared.saved(request, held, form, f"wrote the study {told['study']}", edit, "evidence:check", held.pk)
    if answer.status_code == 302:
        checking.ask(request.user, Dataset.objects.get(pk=held.pk))
    return answer


@may("evidence.run")
@FORM
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a run of everything that has been fixed."""
    held = shared.dataset_of(pk)
    standing = protocols.standings(held)
    form = RunForm(request.POST or None, policies=held.checked.get("policies", []))
    if request.method == "POST" and form.is_valid():
        try:
            run = asking.ask(request.user, held, **form.cleaned_data)
        except RefusedError as refused:
            return shared.refusing(request, refused)
        return redirect("evidence:run", run.pk)
    ready = bool(standing) and all(one.fixed for one in standing)
    said = {"form": form, "standing": standing, "ready": ready, "workers": presence.present()}
    return shared.show(request, "ask", held, 422 if form.errors else 200, **said)
