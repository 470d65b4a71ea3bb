"""The evidence on the change's page: what the latest runs found, and what nobody knows yet."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest

from holdfast.web.evidence import reading
from holdfast.web.evidence.models import DONE, Answer
from holdfast.web.register.loop import Part, Step, add_step
from holdfast.web.register.merging import family
from holdfast.web.register.models import Change

MOST: Final = 200
"""Answers looked through for the latest of each study."""
SHOWN: Final = 3
"""Studies shown whole; the others are listed with a link."""


def hang() -> None:
    """Called once, when the server starts."""
    add_step(Step("Evidence", 30, "evidence.read", build))


def answers_of(change: Change) -> list[Answer]:
    """The latest answer of each study about a change, or about those merged into it."""
    found = (
        Answer.objects.filter(change__in=family(change), run__state=DONE)
        .select_related("run__dataset")
        .order_by("-run_id", "place")[:MOST]
    )
    latest: dict[tuple[int, str], Answer] = {}
    for answer in found:
        latest.setdefault((answer.run.dataset_id, answer.study), answer)
    return list(latest.values())


def build(_request: HttpRequest, change: Change) -> Part:
    """What the step says of one change."""
    answers = answers_of(change)
    if not answers:
        said = "No evaluation has been run for this change, so nobody here can say what it did, or for whom."
        return Part("evidence/step.jinja", {"change": change, "studies": [], "others": []}, (said,))
    studies = [(answer, told) for answer in answers[:SHOWN] if (told := _told(answer)) is not None]
    missing = tuple(dict.fromkeys(said for _answer, told in studies for said in told["missing"]))
    said_of = {"change": change, "studies": studies, "others": answers[SHOWN:]}
    return Part("evidence/step.jinja", said_of, missing)


def _told(answer: Answer) -> dict[str, Any] | None:
    try:
        return reading.study(answer.run, answer.place)
    except reading.NoResultsError:
        return None
