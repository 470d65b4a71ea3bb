"""One small register for the access lines: a change, its private link, a saved view and an import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def make(person: Callable[..., Any], made: dict[str, str]) -> None:
    """Fill ``made`` with what the room's addresses need."""
    from holdfast.web.register import capturing, importing
    from holdfast.web.register.importing_reading import read_pasted
    from holdfast.web.register.pages.views import keep

    by = person("improvement-lead")
    follow = capturing.capture("the tests", "Video clinics replaced travel for people with asthma.", once="one-form")
    made["change"] = follow.change.identifier
    made["token"] = follow.token
    made["view"] = keep(by, "Stopped ones", "status=stopped").slug
    text = "title\tstatus\nA quiet room\temerging\nA loud room\tnonsense\n"
    held = importing.begin(by, "Pasted text", text.encode(), read_pasted(text))
    made["import"] = str(importing.map_columns(held, held.mapping).pk)
    _sorting(by, made)


def _sorting(by: Any, made: dict[str, str]) -> None:
    """A merge, a question and a term, for the pages of sorting."""
    from django.core import signing

    from holdfast.web.register import asking
    from holdfast.web.register.merging import merge
    from holdfast.web.register.models import Change, Term
    from holdfast.web.register.saving import create

    change = Change.objects.get(identifier=made["change"])
    made["alike"] = create(by, {"title": "Clinics by video"}).identifier
    pair = [create(by, {"title": title}) for title in ("A walk", "Walking")]
    made["merge"] = str(merge(pair[0], pair[1], by, read_at=(1, 1), deed="things").pk)
    question = asking.ask(change, by, "Which clinics?", deed="things")
    made["question"] = str(question.pk)
    made["answer"] = signing.dumps(question.pk, salt=asking.SALT)
    made["term"] = str(Term.objects.get(code="kind_service").pk)
