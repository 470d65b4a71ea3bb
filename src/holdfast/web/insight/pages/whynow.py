"""Rating what made a change possible, and what the ratings say over all changes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.web.insight import ratings
from holdfast.web.insight.models import SCALE, EnablerRating
from holdfast.web.insight.pages.shared import GET_OR_POST, deed
from holdfast.web.people.access import may
from holdfast.web.register.merging import family
from holdfast.web.register.models import LIVE, Change

NOT = "not relevant"
WORDS = {"1": "1 – not at all", "2": "2", "3": "3", "4": "4", "5": "5 – very much", NOT: "Not relevant"}


@may("insight.read")
@require_safe
def whynow(request: HttpRequest) -> HttpResponse:
    """Which enablers are fading, and which go with changes that last."""
    return render(request, "insight/whynow.jinja", {"told": ratings.over_all(), "wide": True})


@may("insight.read")
@require_http_methods(GET_OR_POST)
def rate(request: HttpRequest, identifier: str) -> HttpResponse:
    """A short form: how much of each enabler there is now."""
    change = Change.objects.filter(LIVE, identifier=identifier).first()
    if change is None:
        raise Http404("No change has this number.")
    terms, problem = ratings.asked(), ""
    if request.method == "POST":
        said = {term.code: request.POST.get(f"rate-{term.code}", "") for term in terms}
        given = {code: None if value == NOT else int(value) for code, value in said.items() if value in WORDS}
        problem = "" if given else "Choose an answer for at least one of them."
        if given:
            role = request.user.roles.order_by("name").values_list("name", flat=True).first() or ""
            once = request.POST.get("once", "").replace("\x00", "")[:60]
            ratings.save(request.user, change, given, once if len(once) >= 8 else deed(), role)
            messages.success(request, "Thank you. Your answers are kept with their date. Come back when things change.")
            return redirect(f"{reverse('register:change', args=[identifier])}#understand")
    mine = EnablerRating.objects.filter(change__in=family(change), by=request.user)
    mine = mine.select_related("enabler").order_by("on", "id")
    before = {one.enabler.code: NOT if one.value is None else str(one.value) for one in mine}
    said_here = {"change": change, "terms": terms, "problem": problem, "once": deed(), "before": before, "words": WORDS}
    return render(
        request,
        "insight/rate.jinja",
        {**said_here, "scale": SCALE, "fewest": ratings.FEWEST},
        status=422 if problem else 200,
    )
