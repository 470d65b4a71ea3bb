"""People code comments: the most useful next, by several coders now and then, and every word kept with who and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from holdfast.understand.themes import gather
from holdfast.web.insight import asking, learning
from holdfast.web.insight.models import Coding, Comment, Hint, Suggestion
from holdfast.web.people import audit
from holdfast.web.register.models import Vocabulary

AGAIN: Final = 5
"""Every so many comments, one that somebody else has coded, so that agreement can be seen."""


@dataclass(frozen=True)
class Next:
    """The comment to code next, and why this one. ``second``: somebody else has coded it."""

    comment: int | None
    theme: str = ""
    reason: str = ""
    second: bool = False


def next_for(actor: Any, vocabulary: Vocabulary, passed: Collection[int] = ()) -> Next:
    """The comment most worth this person's time that they have neither coded nor passed."""
    mine = set(_codings(vocabulary).filter(by=actor).values_list("comment", flat=True))
    if len(mine) % AGAIN == AGAIN - 1:
        found = second(actor, vocabulary, {*mine, *passed})
        if found.comment is not None:
            return found
    for pk, theme, reason in learning.line(vocabulary):
        if pk not in passed:
            return Next(pk, theme, reason)
    left = Comment.objects.exclude(pk__in=_codings(vocabulary).values("comment")).exclude(pk__in=list(passed))
    first = left.order_by("digest").values_list("pk", flat=True).first()
    return Next(first, reason="") if first is not None else second(actor, vocabulary, {*mine, *passed})


def second(actor: Any, vocabulary: Vocabulary, without: Collection[int]) -> Next:
    """The comment that somebody else coded last and this person has not."""
    others = _codings(vocabulary).filter(complete=True).exclude(by=actor).exclude(comment__in=list(without))
    pk = others.order_by("-id").values_list("comment", flat=True).first()
    return Next(pk, second=pk is not None)


def suggestions(comment: Comment, vocabulary: Vocabulary) -> list[Suggestion]:
    """What the machine thinks this comment is about."""
    rows = comment.suggestions.filter(learning__vocabulary=vocabulary)
    return list(rows.order_by("-probability", "theme"))


def seen(comment: Comment, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """What machines suggest of a comment, as a coding keeps it."""
    told: list[tuple[Suggestion | Hint, float | None]] = [
        *((one, one.probability) for one in suggestions(comment, vocabulary)),
        *((one, None) for one in asking.hints(comment, vocabulary)),
    ]
    return [{"theme": one.theme, "probability": sure, "made_by": one.made_by, "model": one.model} for one, sure in told]


def code(
    actor: Any, comment: Comment, vocabulary: Vocabulary, themes: Sequence[str], deed: str,
    shown: list[dict[str, Any]] | None = None,
) -> Coding:  # fmt: skip
    """Everything a comment is about, in one person's eyes. The same form sent twice counts once.

    ``shown``: what machines suggested on the page that it was coded on, by now perhaps replaced.
    """
    return _add(actor, comment, vocabulary, deed, shown, themes=list(themes), refused=[], complete=True)


def correct(actor: Any, comment: Comment, vocabulary: Vocabulary, theme: str, right: bool, deed: str) -> Coding:
    """A word on one theme of a comment, as an answer to a machine's suggestion."""
    said = {"themes": [theme] if right else [], "refused": [] if right else [theme]}
    return _add(actor, comment, vocabulary, deed, None, complete=False, **said)


@dataclass(frozen=True)
class Standing:
    """What people's codings of a comment come to in one list: themes that it holds, and does not, and ties."""

    vocabulary: Vocabulary
    about: tuple[str, ...]
    refused: tuple[str, ...]
    tied: tuple[str, ...]
    whole: bool


def standing(codings: Sequence[Coding]) -> list[Standing]:
    """What stands of a comment's codings, a list at a time: each person's last word, and of several the majority."""
    lists = dict.fromkeys(one.vocabulary for one in codings)
    return [_standing(one, [coding for coding in codings if coding.vocabulary == one]) for one in lists]


def _standing(vocabulary: Vocabulary, codings: Sequence[Coding]) -> Standing:
    said = [learning.as_said(one, vocabulary) for one in sorted(codings, key=lambda one: one.pk)]
    found = gather(said, said[0].framework)
    known = list(zip(found.themes, found.known[0].tolist(), strict=True))
    about, refused = (tuple(theme for theme, value in known if value == sure) for sure in (1, 0))
    tied = tuple(theme for theme, value in known if value != value)
    return Standing(vocabulary, about, refused, tied, any(one.complete for one in codings))


def replaced(codings: Sequence[Coding]) -> set[int]:
    """Codings of which nothing stands, as the same person spoke later of all that they spoke of."""
    gone: set[int] = set()
    later: dict[tuple[int, str], set[str]] = {}
    for one in sorted(codings, key=lambda one: -one.pk):
        spoken = later.setdefault((one.vocabulary_id, str(one.by_id or one.coder)), set())
        mine = {"every" if one.complete else "", *one.themes, *one.refused} - {""}
        if "every" in spoken or mine <= spoken:
            gone.add(one.pk)
        spoken |= mine
    return gone


def _add(
    actor: Any, comment: Comment, vocabulary: Vocabulary, deed: str, shown: list[dict[str, Any]] | None, **said: Any
) -> Coding:
    earlier = Coding.objects.filter(deed=deed).first()
    if earlier is not None:
        return earlier
    told = seen(comment, vocabulary) if shown is None else shown
    makers = dict.fromkeys(f"{one['made_by']} {one['model']}" for one in told)
    answers = " and ".join(makers)
    try:
        with transaction.atomic():
            made = Coding.objects.create(
                deed=deed, comment=comment, vocabulary=vocabulary, by=actor, coder=str(actor)[:200],
                offered=told, answers=answers[:200], **said,
            )  # fmt: skip
            what = "coded a comment" if made.complete else "corrected the machine on a comment"
            audit.record(actor, "insight.code", "comment", comment.pk, f"{what}: {vocabulary.name}", themes=made.themes)
    except IntegrityError:  # the same form at this very moment
        return Coding.objects.get(deed=deed)
    learning.after_coding(vocabulary)
    return made


def _codings(vocabulary: Vocabulary) -> Any:
    return Coding.objects.filter(vocabulary=vocabulary)
