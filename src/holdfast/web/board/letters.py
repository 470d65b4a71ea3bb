"""The words of the messages: what was decided and why, what was done, and what is due for review. Plain text."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from holdfast.share.words import clean, day, listed, sentence, shortened, verdict_words
from holdfast.web.board.hooks import Follower
from holdfast.web.board.models import Action, Decision

Letter = tuple[str, str]
"""Subject and body."""


def decided(made: Sequence[Decision]) -> Letter:
    """What was decided, for whom and why."""
    one = made[0]
    _, word, meaning = verdict_words(one.verdict)
    cell = one.cell
    lines = [
        f"A decision was made about a change that you recorded or follow: {clean(cell.change.title)}.",
        f"We decided: {word}. {meaning}",
        f"What: {clean(cell.practice)}.",
        f"For: {listed([d.cell.place for d in made])}.",
        f"Why: {paragraph(one.reasons)}",
    ]
    lines += [f"On these conditions: {paragraph(one.conditions)}"] if one.conditions else []
    lines += [f"We will look at it again on {day(one.review_on)}."] if one.review_on else []
    lines.append(f"You can read all of it, and who disagreed, here: {address(one)}")
    return f"Decided: {word.lower()} “{shortened(cell.practice, 120)}”", "\n\n".join(lines)


def done(action: Action) -> Letter:
    """What was done because of a decision."""
    title = clean(action.decision.cell.change.title)
    lines = [
        f"Something was done because of a decision about a change that you recorded or follow: {title}.",
        f"What we said we would do: {paragraph(action.words)}",
        f"Done on {day(action.done_on)}." if action.done_on else "Done.",
        *([paragraph(action.done_words)] if action.done_words else []),
        f"You can read the decision here: {address(action.decision)}",
    ]
    return f"Done: {shortened(action.words, 150)}", "\n\n".join(lines)


def review(decision: Decision) -> Letter:
    """A decision whose review date has come."""
    cell = decision.cell
    when = day(decision.review_on) if decision.review_on else "today"
    lines = [
        f"The decision to {decision.verdict} “{clean(cell.practice)}” for {cell.place} was to be reviewed on {when}.",
        f"Look at the evidence again, and decide, here: {whole(reverse('board:cell', args=[cell.pk]))}",
    ]
    return f"Review due: {shortened(cell.practice, 150)}", "\n\n".join(lines)


def addressed(body: str, to: Follower) -> str:
    """The body with a greeting, and how to stop."""
    stop = (
        f"To stop these messages: {to.stop}"
        if to.stop
        else "You get this message because you recorded, look after or follow this change."
    )
    return f"{f'Hello {clean(to.name)},' if clean(to.name) else 'Hello,'}\n\n{body}\n\n{stop}\n"


def paragraph(text: str) -> str:
    """Somebody's text as one paragraph of a message, shortened where it is very long."""
    return sentence(shortened(text, 2_000))


def address(decision: Decision) -> str:
    """The decision's public page, whole."""
    return whole(reverse("board:decision", args=[decision.pk]))


def whole(path: str) -> str:
    """A path as an address that works outside this site."""
    return f"{settings.SITE_ADDRESS}{path}"
