"""Coding comments, one a page; how well the machine has learned; and putting it right anywhere."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.evidence import presence
from holdfast.web.insight import asking, coding, frameworks, jobs, learning
from holdfast.web.insight.models import Asking, Coding, Comment, Learning
from holdfast.web.insight.models_jobs import UNFINISHED
from holdfast.web.insight.pages.shared import FEW_CODINGS, GET_OR_POST, deed, words
from holdfast.web.people.access import may
from holdfast.web.register.models import Vocabulary

PASSED = 500
"""Comments that one person passed and that are remembered."""


@may("insight.code")
@require_safe
def following(request: HttpRequest, code: str) -> HttpResponse:
    """On to the comment that is most worth this person's time."""
    vocabulary = frameworks.named(code)
    if "again" in request.GET:
        mine = Coding.objects.filter(vocabulary=vocabulary, by=request.user).values_list("comment", flat=True)
        found = coding.second(request.user, vocabulary, {*mine, *_passed(request, vocabulary)})
    else:
        found = coding.next_for(request.user, vocabulary, _passed(request, vocabulary))
    if found.comment is None:
        return render(request, "insight/nothing_left.jinja", {"vocabulary": vocabulary})
    return redirect("insight:code-one", code, found.comment)


@may("insight.code")
@require_http_methods(GET_OR_POST)
def one(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What is this comment about?"""
    vocabulary = frameworks.named(code)
    comment = get_object_or_404(Comment.objects.select_related("change"), pk=pk)
    terms = frameworks.terms_of(vocabulary)
    problem = ""
    if request.method == "POST":
        if "pass" in request.POST:
            _pass(request, vocabulary, pk)
            return redirect("insight:code", code)
        shown = _shown(request, comment, vocabulary)
        chosen, problem = _chosen(request, shown.get("offered", []), [term.code for term in terms])
        if not problem:
            coding.code(request.user, comment, vocabulary, chosen, _deed(request), shown.get("seen"))
            messages.success(request, "Saved. Here is the next one.")
            return redirect("insight:code", code)
    items = _items(request, terms, comment, vocabulary)
    on_page = {"seen": coding.seen(comment, vocabulary), "offered": [i["term"].code for i in items if i["offer"]]}
    said = {
        "comment": comment, "vocabulary": vocabulary, "problem": problem, "once": deed(), "items": items,
        "mine": Coding.objects.filter(vocabulary=vocabulary, by=request.user).values("comment").distinct().count(),
        "second": Coding.objects.filter(vocabulary=vocabulary, comment=comment).exclude(by=request.user).exists(),
        "shown": signing.dumps(on_page, salt=_salt(comment, vocabulary)),
    }  # fmt: skip
    return render(request, "insight/code.jinja", said, status=422 if problem else 200)


def _salt(comment: Comment, vocabulary: Vocabulary) -> str:
    return f"insight:shown:{vocabulary.pk}:{comment.pk}"


def _shown(request: HttpRequest, comment: Comment, vocabulary: Vocabulary) -> dict[str, Any]:
    """What machines suggested on the page that was sent, in our own hand: by now it may have been replaced."""
    try:
        found: dict[str, Any] = signing.loads(request.POST.get("shown", ""), salt=_salt(comment, vocabulary))
    except signing.BadSignature:
        return {}
    return found


def _chosen(request: HttpRequest, offered: list[str], known: list[str]) -> tuple[list[str], str]:
    if "agree" in request.POST:
        if not offered or any(theme not in known for theme in offered):
            return [], "What the machine suggests has altered. Look again, then agree or choose."
        return offered, ""
    said = list(dict.fromkeys(request.POST.getlist("themes")))
    none = "none" in said
    said = [theme for theme in said if theme != "none"]
    if any(theme not in known for theme in said):
        return [], "One of the themes is no longer in the list. Choose again."
    if none and said:
        return [], "Choose themes, or “None of these”, not both."
    if not none and not said:
        return [], "Choose at least one theme, or “None of these”."
    return said, ""


def _items(request: HttpRequest, terms: list[Any], comment: Comment, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Each theme with what machines think of it. Nothing is ticked beforehand: a person decides."""
    by_theme = {one.theme: one for one in coding.suggestions(comment, vocabulary)}
    hints = {one.theme: one for one in asking.hints(comment, vocabulary)}
    ticked = request.POST.getlist("themes")
    return [
        {"term": term, "offer": by_theme.get(term.code), "hint": hints.get(term.code), "checked": term.code in ticked}
        for term in terms
    ]


@may("insight.read")
@require_safe
def themes(request: HttpRequest, code: str) -> HttpResponse:
    """How well each theme is learned, how far coders agree, and the way to code the next comment."""
    jobs.recover_now_and_then()
    vocabulary = frameworks.named(code)
    last, under_way = learning.latest(vocabulary), Learning.objects.filter(vocabulary=vocabulary).first()
    labels = {term.code: term for term in frameworks.terms_of(vocabulary)}
    told = last.told if last is not None else {}
    coders = Coding.objects.filter(vocabulary=vocabulary)
    said = {
        "vocabulary": vocabulary, "lists": frameworks.lists(), "last": last, "told": told,
        "labels": {code: term.label for code, term in labels.items()},
        "rows": [(labels[row["theme"]], row) for row in told.get("themes", ()) if row["theme"] in labels],
        "job": under_way if under_way is not None and (under_way.state in UNFINISHED or under_way.problem) else None,
        "words": words(under_way) if under_way is not None else "", "workers": presence.present(),
        "support": sum(row.get("support", 0) for row in told.get("themes", ())), "few_codings": FEW_CODINGS,
        "comments": Comment.objects.count(), "coded": coders.values("comment").distinct().count(),
        "model": asking.endpoint(), "asking": asking.latest(vocabulary), "asking_job": _unsettled(vocabulary),
        "people": sorted(set(coders.values_list("coder", flat=True).distinct())), "wide": True,
    }  # fmt: skip
    return render(request, "insight/themes.jinja", said)


def _unsettled(vocabulary: Vocabulary) -> tuple[Asking, str] | None:
    """The last question to a language model, while it is under way or where it failed, with how it stands."""
    last = Asking.objects.filter(vocabulary=vocabulary).first()
    return (last, words(last)) if last is not None and (last.state in UNFINISHED or last.problem) else None


@may("insight.code")
@require_POST
def learn(request: HttpRequest, code: str) -> HttpResponse:
    """Learn from everything that is coded, now."""
    learning.ask(frameworks.named(code), request.user)
    return redirect("insight:themes", code)


@may("insight.code")
@require_safe
def comments(request: HttpRequest) -> HttpResponse:
    """Every comment, redacted, to look one up."""
    found = Comment.objects.order_by("-id").only("text", "setting", "said_on")
    if asked := request.GET.get("q", "").replace("\x00", "").strip()[:100]:
        found = found.filter(text__icontains=asked)
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "insight/comments.jinja", {"page": page, "asked": asked})


@may("insight.code")
@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment: what people coded, what a machine suggested, and a way to put either right."""
    held = get_object_or_404(Comment.objects.select_related("file__delivery", "change"), pk=pk)
    hints = asking.hints(held)
    offers = list(held.suggestions.select_related("learning__vocabulary"))
    codings = list(held.codings.select_related("vocabulary", "by").order_by("-id"))
    lists = frameworks.lists()
    labels = {(one.pk, term.code): term.label for one in lists for term in frameworks.terms_of(one)}
    said = {"comment": held, "offers": offers, "codings": codings, "lists": lists, "labels": labels, "once": deed(),
            "hints": hints, "standing": coding.standing(codings), "replaced": coding.replaced(codings)}  # fmt: skip
    return render(request, "insight/comment.jinja", said)


@may("insight.code")
@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A word on one theme of a comment: it is about it, or it is not."""
    held = get_object_or_404(Comment, pk=pk)
    vocabulary = frameworks.named(request.POST.get("list", ""))
    theme, right = request.POST.get("theme", ""), request.POST.get("right", "")
    if right not in {"yes", "no"} or theme not in {term.code for term in frameworks.terms_of(vocabulary)}:
        raise Http404("No theme of this list has this code.")
    coding.correct(request.user, held, vocabulary, theme, right == "yes", _deed(request))
    messages.success(request, "Thank you. Your word stands above the machine’s, and it will learn from it.")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if safe else reverse("insight:comment", args=[pk]))


def _deed(request: HttpRequest) -> str:
    """The form's own name, with what was pressed, so that the same form counts once."""
    said = request.POST.get("once", "").replace("\x00", "")[:60]
    return said if len(said) >= 8 else deed()


def _passed(request: HttpRequest, vocabulary: Vocabulary) -> list[int]:
    return list(request.session.get(f"passed-{vocabulary.pk}", []))


def _pass(request: HttpRequest, vocabulary: Vocabulary, pk: int) -> None:
    request.session[f"passed-{vocabulary.pk}"] = [*_passed(request, vocabulary), pk][-PASSED:]
