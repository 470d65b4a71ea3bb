"""Changes in the register that are most like a passage, each with the reasons that the library gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from holdfast.understand.alike import Candidate, Index, Record
from holdfast.web.insight import embedding
from holdfast.web.register import search
from holdfast.web.register.models import LIVE, Change
from holdfast.web.register.similar import BACKGROUND, CANDIDATES, telling

SHOWN: Final = 5
UNLIKELY: Final = 0.01
"""Probability below which a change is not put forward: something is always the nearest."""


@dataclass(frozen=True)
class Like:
    """A change, how probably it is the same one, and why it is put forward."""

    change: Change
    probability: float
    words: tuple[str, ...]
    ideas: tuple[str, ...]
    akin: tuple[tuple[str, str], ...]
    """Words that mean nearly the same: the passage's, the change's."""


def like(text: str, without: int = 0) -> list[Like]:
    """The five most like a text among those that share words with it, weighed against others of the register."""
    live = Change.objects.filter(LIVE).exclude(pk=without).only("identifier", "title", "description", "status")
    near = {one.pk: one for one in live.filter(pk__in=search.nearest(text, CANDIDATES))}
    others = {one.pk: one for one in live.order_by("-id")[:BACKGROUND]}
    changes = {**others, **near}
    if not changes:
        return []
    records = [Record(str(pk), telling(one)) for pk, one in changes.items()]
    index = Index.build(records, embed=embedding.ForChanges().ready([record.text for record in records]))
    found = index.like(text, k=SHOWN)
    return [_like(changes[int(one.key)], one) for one in found if one.probability >= UNLIKELY]


def _like(change: Change, found: Candidate) -> Like:
    return Like(change, found.probability, found.words, found.ideas, found.akin)
