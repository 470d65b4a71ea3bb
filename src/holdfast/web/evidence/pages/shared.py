"""What several pages do alike: find a dataset, save an edit of its configuration, and answer a conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from holdfast.web.evidence import checking, configuring
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.forms import typed
from holdfast.web.evidence.models import Dataset
from holdfast.web.forms import PlainForm


def dataset_of(pk: int) -> Dataset:
    """A dataset that has not been withdrawn."""
    return get_object_or_404(Dataset.objects.select_related("by"), pk=pk, withdrawn_at=None)


def own_dataset(pk: int) -> Dataset:
    """A dataset whose configuration is edited here, and not in a folder of somebody's."""
    dataset = dataset_of(pk)
    if dataset.served:
        raise Http404("The configuration of a served workspace is edited in its folder.")
    return dataset


def show(request: HttpRequest, template: str, dataset: Dataset, status: int = 200, **said: Any) -> HttpResponse:
    """A page about a dataset, with the version it was read at."""
    known = {"dataset": dataset, "read_at": dataset.mapping.get("version", 0), "current": checking.is_current(dataset)}
    return render(request, f"evidence/{template}.jinja", {**known, **said}, status=status)


def saved(
    request: HttpRequest,
    dataset: Dataset,
    form: PlainForm | None,
    what: str,
    edit: Callable[[dict[str, Any]], None],
    go: str,
    *words: Any,
    text: str = "",
) -> HttpResponse:
    """Save an edit and go on; a conflict shows both sides and loses nothing, a refusal says why."""
    try:
        configuring.change(request.user, dataset, read_at(request), what, edit, text)
    except configuring.ConflictError as conflict:
        return conflicting(request, conflict.current, form)
    except RefusedError as refused:
        return refusing(request, refused)
    return redirect(go, *words)


def read_at(request: HttpRequest) -> int:
    """The version that the form was read at; a form without one is out of date."""
    said = request.POST.get("read_at", "")
    return int(said) if said.isdigit() and len(said) < 10 else -1


def conflicting(request: HttpRequest, current: Dataset, form: PlainForm | None) -> HttpResponse:
    """What is saved now, and what was entered, with the way to save it over that."""
    entered = [
        (k, v) for k in request.POST for v in request.POST.getlist(k) if k not in ("csrfmiddlewaretoken", "read_at")
    ]
    return show(
        request,
        "conflict",
        current,
        409,
        text=configuring.text_of(current),
        typed=typed(form) if form is not None else dict(entered),
        entered=entered,
    )


def refusing(request: HttpRequest, refused: RefusedError, status: int = 409) -> HttpResponse:
    """Why it cannot be done now, on a page of its own."""
    return render(request, "evidence/refused.jinja", {"reasons": refused.reasons, "back": request.path}, status=status)


def note(request: HttpRequest, said: list[str]) -> None:
    """What was noticed on the way, on the next page."""
    for one in said:
        messages.info(request, one)
