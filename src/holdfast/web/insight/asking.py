"""Asking a language model elsewhere what comments are about: where the server is set so and somebody presses it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from holdfast.understand.plugs import Asked, Endpoint, ask_endpoint, endpoint_from
from holdfast.understand.redact import redact
from holdfast.web.insight import comparing, frameworks, jobs, learning
from holdfast.web.insight.models import Asking, Coding, Comment, Hint
from holdfast.web.insight.models_jobs import UNFINISHED
from holdfast.web.people import audit
from holdfast.web.register.models import Vocabulary

AMOUNTS: Final = (50, 200, 500)
"""How many comments may be sent at once."""
CHUNK: Final = 20
"""Comments after which what came back is kept."""
PATIENT: Final = 45.0
"""Seconds that an answer may take."""
PATIENCE: Final = 2
"""Times in a row without any answer after which no more is sent."""


class NoAnswerError(Exception):
    """The model gave no usable answer; the words say why, and hold nobody's."""

    for_people = True


def endpoint() -> Endpoint | None:
    """The language model that the server is set to; None for none, which is the rule."""
    found = endpoint_from(settings.LLM) if settings.LLM else None
    return replace(found, timeout=PATIENT) if found is not None else None


def choose(vocabulary: Vocabulary, amount: int) -> list[int]:
    """Comments to ask about: at most half of them coded by people, to see how often it is right; then those in line."""
    golden = comparing.golden(vocabulary)[: amount // 2]
    chosen = dict.fromkeys([*golden, *(row[0] for row in learning.line(vocabulary))])
    if len(chosen) < amount:
        rest = Comment.objects.exclude(text="").exclude(pk__in=chosen).order_by("digest")
        uncoded = rest.exclude(pk__in=Coding.objects.filter(vocabulary=vocabulary).values("comment"))
        chosen |= dict.fromkeys(uncoded.values_list("pk", flat=True)[:amount])
    return list(chosen)[:amount]


@transaction.atomic
def ask(vocabulary: Vocabulary, actor: Any, amount: int, once: str) -> Asking:
    """Put a question before a worker. The same form sent twice asks once; while one waits, it is that one."""
    model = endpoint()
    if model is None:
        raise ValueError("This server is set to no language model.")
    Vocabulary.objects.select_for_update().get(pk=vocabulary.pk)
    earlier = Asking.objects.filter(once=once).first() or under_way(vocabulary)
    if earlier is not None:
        return earlier
    made = Asking.objects.create(
        vocabulary=vocabulary, by=audit.account(actor), once=once, maker=model.name()[:300],
        comments=choose(vocabulary, amount),
    )  # fmt: skip
    made.total = len(made.comments)
    made.save(update_fields=["total"])
    jobs.ask(made)
    said = f"asked {made.maker} about {made.total} comments: {vocabulary.name}"
    audit.record(actor, "insight.code", "asking", made.pk, said, comments=made.total)
    return made


def under_way(vocabulary: Vocabulary) -> Asking | None:
    """The question that waits for its answer."""
    return Asking.objects.filter(vocabulary=vocabulary, state__in=UNFINISHED).first()


def latest(vocabulary: Vocabulary) -> Asking | None:
    """The last question that was answered, in whole or in part."""
    return Asking.objects.filter(vocabulary=vocabulary).exclude(asked=[]).order_by("-id").first()


def hints(comment: Comment, vocabulary: Vocabulary | None = None) -> list[Hint]:
    """What the language model said of a comment when it last answered about it, in one list or in each."""
    rows = comment.hints.select_related("asking__vocabulary").order_by("-asking", "theme")
    rows = rows if vocabulary is None else rows.filter(asking__vocabulary=vocabulary)
    found = list(rows)
    if not found:
        return []
    last = {one.asking.vocabulary_id: one.asking_id for one in reversed(found)}
    later = Asking.objects.filter(vocabulary__in=last, pk__gt=min(last.values())).order_by("pk")
    for pk, of, asked, unanswered in later.values_list("pk", "vocabulary", "asked", "left"):
        if comment.pk in asked and comment.pk not in unanswered:  # it may have said that it is about none of them
            last[of] = max(last[of], pk)
    return [one for one in found if one.asking_id == last[one.asking.vocabulary_id]]


def carry_out(job: Asking) -> None:
    """Send what has not been sent, a chunk at a time; keep what came back; then see how often it was right."""
    model, framework = endpoint(), frameworks.framework_of(job.vocabulary)
    if model is None or model.name()[:300] != job.maker:
        raise NoAnswerError("The server is no longer set to the language model that this was asked of. Ask again.")
    answered = set(job.asked) - set(job.left)
    waiting = [pk for pk in job.comments if pk not in answered]
    size, idle = 1, 0
    while waiting and idle < PATIENCE:
        jobs.tell(job, f"asking {model.name()}", len(job.comments) - len(waiting), len(job.comments))
        some, waiting = waiting[:size], waiting[size:]
        told = ask_endpoint(model, learning.words_of(Comment.objects.filter(pk__in=some)), framework, redact)
        _keep(job, some, told)
        idle = idle + 1 if len(told.queued) == len(some) else 0
        size = 1 if idle else CHUNK  # one by one until it answers, so that nobody waits for many that do not
    job.refresh_from_db()
    if len(job.left) == len(job.asked):
        raise NoAnswerError(" ".join(job.problems) or "It answered nothing about any of the comments.")
    jobs.tell(job, "seeing how often it was right", len(job.asked), len(job.comments))
    told_so = comparing.compare(job.vocabulary, sorted(set(job.asked) - set(job.left)), list(job.hints.all()))
    with transaction.atomic():
        held = jobs.still_mine(job)
        held.told = told_so
        held.save(update_fields=["told"])


@transaction.atomic
def _keep(job: Asking, some: Sequence[int], told: Asked) -> None:
    held = jobs.still_mine(job)
    Hint.objects.bulk_create(
        (
            Hint(asking=held, comment_id=int(one.comment), theme=one.theme, quote=one.quote or "",
                 made_by=one.made_by[:320], model=one.model[:80])
            for one in told.suggestions
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    held.asked = list(dict.fromkeys([*held.asked, *some]))
    held.left = [pk for pk in held.left if pk not in some] + [int(pk) for pk in told.queued]
    held.requests, held.unfounded = held.requests + told.requests, held.unfounded + len(told.unfounded)
    held.problems = list(dict.fromkeys([*held.problems, *told.problems]))[:20]
    held.save(update_fields=["asked", "left", "requests", "unfounded", "problems"])
    said = f"sent {len(some)} redacted comments to {held.maker}"
    audit.record(jobs.SERVER, "insight.code", "asking", held.pk, said, comments=len(some), requests=told.requests)


def left() -> list[tuple[str, int]]:
    """How many different comments have left for each language model so far."""
    found: dict[str, set[int]] = {}
    for maker, asked in Asking.objects.values_list("maker", "asked"):
        found.setdefault(maker, set()).update(asked)
    return [(maker, len(comments)) for maker, comments in found.items() if comments]


def has_key() -> bool:
    """Whether a key goes with what is sent."""
    return bool(os.environ.get(Endpoint.key_variable))
