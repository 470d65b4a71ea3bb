"""Asking whoever recorded a change: by e-mail, on their follow page, or by a link that somebody passes on."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from holdfast.web.people import audit
from holdfast.web.register.following import ASKED, News
from holdfast.web.register.merging import VERB, family
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import Question
from holdfast.web.register.tables import Follow

SALT = "holdfast.question"
MESSAGE = """\
Hello,

You recorded a change in Holdfast: {title} ({identifier}).

Somebody who looks after the register asks:

{words}

Answer on this page. You do not need an account:
{link}

The link is yours alone. Please do not write anything that says who a patient is.
"""
log = logging.getLogger(__name__)


def address_of(change: Change) -> str:
    """The author's e-mail address: their account's, or the one they gave on their private link; empty for neither."""
    if change.author is not None and change.author.is_active:
        return str(change.author.email)
    followed = Follow.objects.filter(change=change, author=True).exclude(email="").first()
    return followed.email if followed else ""


def link_to(question: Question) -> str:
    """The private page on which a question is answered. Nothing that is kept in the database gives it away."""
    return f"{settings.SITE_ADDRESS}{path_to(question)}"


def path_to(question: Question) -> str:
    """The page's path alone."""
    return reverse("register:answer", kwargs={"token": signing.dumps(question.pk, salt=SALT)})


def question_by(token: str) -> Question | None:
    """The question that a private link stands for; None for a link that was altered or whose question is gone."""
    try:
        number = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return Question.objects.select_related("change").filter(pk=number, closed_at=None).first()


@transaction.atomic
def ask(change: Change, actor: Any, words: str, *, deed: str) -> Question:
    """Put a question to the author and send it where an address is known. The same ``deed`` twice asks once."""
    question, new = Question.objects.get_or_create(
        deed=deed, defaults={"change": change, "by": actor if actor.pk else None, "words": words}
    )
    if new:
        audit.record(actor, VERB, "question", change.identifier, "asked the author a question", question=question.pk)
        if to := address_of(change):
            transaction.on_commit(lambda: _send(question, to))
    return question


def _send(question: Question, to: str) -> None:
    """A post that fails loses nothing: the question stands, and its link can be passed on."""
    change = question.change
    said = MESSAGE.format(
        title=change.title, identifier=change.identifier, words=question.words, link=link_to(question)
    )
    try:
        send_mail(f"A question about {change.identifier}", said, None, [to])
    except OSError:  # smtplib's errors are OSErrors, as are those of files
        log.exception("question %s could not be sent", question.pk)
        return
    Question.objects.filter(pk=question.pk).update(sent_at=timezone.now())


@transaction.atomic
def answer(question: Question, words: str) -> Question:
    """Keep the author's answer and bring it back to the queue. A second one is added below the first, never over it."""
    held = Question.objects.select_for_update().get(pk=question.pk)
    if held.answer == words or held.answer.endswith(f"\n\n{words}"):
        return held
    held.answer = f"{held.answer}\n\n{words}" if held.answer else words
    held.answered_at, held.read_at = timezone.now(), None
    held.save(update_fields=("answer", "answered_at", "read_at"))
    audit.record("the author", VERB, "question", held.change.identifier, "answered a question", question=held.pk)
    return held


@transaction.atomic
def read(change: Change, actor: Any) -> int:
    """The answers about a change have been read: they leave the queue."""
    waiting = Question.objects.filter(change__in=family(change), read_at=None).exclude(answered_at=None)
    count = waiting.update(read_at=timezone.now())
    if count:
        audit.record(actor, VERB, "question", change.identifier, "read the author's answer")
    return int(count)


@transaction.atomic
def close(question: Question, actor: Any) -> None:
    """Take a question back that nobody answered; its link stops working."""
    if Question.objects.filter(pk=question.pk, closed_at=None).update(closed_at=timezone.now()):
        audit.record(actor, VERB, "question", question.change.identifier, "took a question back", question=question.pk)


def news(change: Change) -> Iterable[News]:
    """For the follow page: questions that wait for an answer, with the page to answer on."""
    for question in Question.objects.filter(change=change, answered_at=None, closed_at=None):
        yield News(ASKED, "We asked a question about this change.", question.at, question.words, path_to(question))
