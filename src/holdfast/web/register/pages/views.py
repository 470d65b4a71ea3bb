"""Views that people keep: a search and its filters under a name, with a link to share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from holdfast.web.forms import PlainForm
from holdfast.web.people import audit
from holdfast.web.people.access import may
from holdfast.web.people.verbs import SIGNED_IN
from holdfast.web.register import listing
from holdfast.web.register.tables import SavedView
from holdfast.web.words import ShortWords


class ViewForm(PlainForm):
    """A name to keep a search under."""

    name = ShortWords(label="Name of this view", most=80, error_messages={"required": "Enter a name for this view"})
    query = forms.CharField(max_length=2_000, required=False, widget=forms.HiddenInput())


@may("register.read")
@require_safe
def view(_request: HttpRequest, slug: str) -> HttpResponse:
    """A kept view, by its link."""
    kept = get_object_or_404(SavedView, slug=slug)
    return redirect(f"{reverse('register:list')}?{kept.query}")


@may(SIGNED_IN)
@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep a search under a name; the same name again puts the new search in its place."""
    form = ViewForm(request.POST)
    back = f"{reverse('register:list')}?{request.POST.get('query', '')[:2_000]}"
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect(back)
    keep(request.user, form.cleaned_data["name"], form.cleaned_data["query"])
    messages.success(request, f"Kept as “{form.cleaned_data['name']}”, among your views. Give its link to anybody.")
    return redirect(back)


@may(SIGNED_IN)
@require_POST
def drop_view(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget one of one's own views."""
    with transaction.atomic():
        gone, _ = SavedView.objects.filter(slug=slug, by=request.user).delete()
        if gone:
            audit.record(request.user, "register.read", "view", slug, "a saved view was taken away")
    messages.success(request, "The view is gone.")
    return redirect("register:list")


def keep(user: Any, name: str, query: str) -> SavedView:
    """A search kept under a name."""
    held = QueryDict(query, mutable=True)
    for key in set(held) - set(listing.KEYS):
        held.pop(key)
    for _ in range(2):
        try:
            with transaction.atomic():
                told = {"query": held.urlencode()}
                kept, _new = SavedView.objects.update_or_create(by=user, name=name, defaults=told)
                audit.record(user, "register.read", "view", kept.slug, "a view was saved")
                return kept
        except IntegrityError:
            continue  # the same form sent twice at one moment: the second finds the first
    raise AssertionError("a view could be neither made nor found")
