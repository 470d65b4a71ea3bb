"""What became of a change, for the pages of those who follow it: what was decided and why, and what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse
from django.utils import timezone

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.words import clean, day, listed, verdict_words
from holdfast.web.board.models import Action, Cell, Decision
from holdfast.web.register.following import DECIDED, DONE, News
from holdfast.web.register.merging import family
from holdfast.web.register.models import Change

MOST_PLACES = 4
"""Populations and settings named in one sentence; the page has the rest."""


def news_of(change: Change) -> Iterable[News]:
    """Every final decision, those made together told once, and every action that is done."""
    whose = family(change)
    final = Decision.objects.filter(cell__change__in=whose, state=Decision.FINAL).select_related("cell").order_by("id")
    together: dict[object, list[Decision]] = {}
    for one in final:
        together.setdefault(one.batch or one.pk, []).append(one)
    for made in together.values():
        yield _decided(made)
    done = Action.objects.filter(decision__cell__change__in=whose).exclude(done_on=None)
    for action in done.order_by("id"):
        href = reverse("board:decision", args=[action.decision_id])
        yield News(DONE, clean(action.words), action.done_on, because=action.done_words, href=href)


def outcomes_of(changes: Sequence[Change]) -> Mapping[int, str]:
    """What was decided about each change's own practice for everyone, in a sentence."""
    whole = Cell.objects.filter(
        change__in=list(changes), role="introduced", dimension=EVERYONE, level=EVERYONE, setting=ALL_SETTINGS
    ).exclude(decided=None)
    said = {}
    for cell in whole.select_related("decided").order_by("id"):
        on = day(timezone.localdate(cell.decided.final_at))
        said[cell.change_id] = f"Decided on {on}: {verdict_words(cell.chosen)[1].lower()}."
    return said


def _decided(made: Sequence[Decision]) -> News:
    one = made[0]
    _, word, meaning = verdict_words(one.verdict)
    places = [d.cell.place for d in made]
    more = len(places) - MOST_PLACES
    shown = [*places[:MOST_PLACES], f"{more} more"] if more > 0 else places
    said = f"{word} “{clean(one.cell.practice)}” for {listed(shown)}. {meaning}"
    on = timezone.localdate(one.final_at)
    return News(DECIDED, said, on, because=one.reasons, href=reverse("board:decision", args=[one.pk]))
