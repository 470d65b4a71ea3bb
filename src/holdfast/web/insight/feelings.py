"""Feelings: learned where people coded some, and shown only where the machine is right more often than the usual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from holdfast.records.frameworks import Framework
from holdfast.understand.insights import counts, mentions
from holdfast.understand.themes import Coding, SentimentModel, Suggestion, learn_sentiment
from holdfast.understand.themes import Comment as Words
from holdfast.web.insight.models import Comment
from holdfast.web.insight.plain import number, share_of
from holdfast.web.insight.withholding import hide_to, withheld, without

FEELINGS: Final = ("very negative", "negative", "neutral", "positive", "very positive")


def told(
    comments: Sequence[Words], codings: Iterable[Coding], found: Iterable[Suggestion], framework: Framework
) -> dict[str, Any]:
    """How often feelings are right; and, where that beats the commonest level alone, themes by feeling."""
    coded = {str(pk): said for pk, said in Comment.objects.exclude(feeling="").values_list("pk", "feeling")}
    model = learn_sentiment([c for c in comments if c.id in coded], coded, FEELINGS) if coded else None
    if model is None:
        return {"coded": len(coded), "works": False}
    said: dict[str, Any] = {
        "coded": len(coded), "works": bool(model.right.low > model.usual), "right": share_of(model.right),
        "near": share_of(model.near), "usual": number(model.usual), "how": model.by_level.how,
    }  # fmt: skip
    if said["works"]:
        said["levels"] = list(model.levels)
        said["cells"] = _by_feeling(model, comments, coded, codings, found, framework)
    return said


def _by_feeling(
    model: SentimentModel, comments: Sequence[Words], coded: dict[str, str], codings: Iterable[Coding],
    found: Iterable[Suggestion], framework: Framework,
) -> list[list[Any]]:  # fmt: skip
    """Theme, level, comments with both, and comments with the level; a person's word stands above the machine's."""
    levels = {one.comment: one.level for one in model.feelings(comments)} | coded
    facts = {comment: {"feeling": level} for comment, level in levels.items()}
    rows = mentions(comments, facts, framework.id, codings, found)
    hide = withheld(rows, framework.codes, ["feeling"], hide_to())
    cells = without(counts(rows, framework.codes, by=["feeling"], hide_to=hide_to()), hide)
    return [[c.theme, c.group[0][1], c.count, c.out_of] for c in cells if c.group[0][1] in model.levels]
