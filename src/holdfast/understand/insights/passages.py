"""In their own words: passages for a theme, taken out of what could point to a person before anybody sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from holdfast.understand.arriving import level
from holdfast.understand.insights.counts import small
from holdfast.understand.insights.mentions import Mention
from holdfast.understand.themes.records import Comment, tidy

LONGEST: Final = 600
"""Characters of a passage; a longer comment is shown from its beginning."""
READ: Final = 4_000
"""Characters of a comment that are redacted at all; what is cut off is not shown."""
EDGE: Final = 100
"""Characters left out before that cut, in which half a name could stand."""


class Cleaned(Protocol):
    """What a redaction gives back: the text, and how many of each kind of thing were taken out."""

    @property
    def text(self) -> str: ...
    @property
    def removed(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Passage:
    """A comment's words about a theme, redacted. ``by_people`` says that a person coded it so, not only a machine."""

    comment: str
    theme: str
    text: str
    removed: Mapping[str, int]
    by_people: bool
    cut: bool


def passages(
    comments: Sequence[Comment],
    found: Sequence[Mention],
    theme: str,
    redact: Callable[[str], Cleaned],
    where: Mapping[str, str] | None = None,
    most: int = 5,
    hide_to: int = 7,
) -> list[Passage]:
    """Up to ``most`` different texts that hold the theme, those that people coded first; none from a small group.

    ``where`` narrows to one group. The choice among equals is by a hash, so that it is the same every time and nobody
    picks. The text is redacted before it is cut, so that half a name cannot stand at the end.
    """
    texts = {comment.id: comment.text for comment in comments}
    wanted = [(fact, level(value)) for fact, value in (where or {}).items()]
    group = [m for m in found if all((m.facts.get(fact) or "") == value for fact, value in wanted)]
    holding = [m for m in group if theme in m.themes and tidy(texts.get(m.comment, ""))]
    if len(holding) <= hide_to or small(len(group) - len(holding), hide_to):
        return []
    chosen: dict[str, Mention] = {}
    for mention in sorted(holding, key=lambda m: (theme not in m.coded, _shuffle(m.comment))):
        chosen.setdefault(tidy(texts[mention.comment]).casefold(), mention)
        if len(chosen) == most:
            break
    return [_passage(texts[m.comment], m, theme, redact) for m in chosen.values()]


def _passage(text: str, mention: Mention, theme: str, redact: Callable[[str], Cleaned]) -> Passage:
    cleaned = redact(text[:READ])
    whole = tidy(cleaned.text)
    shown = whole[:-EDGE] if len(text) > READ else whole
    cut = len(shown) > LONGEST or shown != whole
    words = shown[: LONGEST - 1].rstrip() + "…" if cut else shown
    return Passage(mention.comment, theme, words, dict(cleaned.removed), theme in mention.coded, cut)


def _shuffle(comment: str) -> str:
    return hashlib.sha256(comment.encode("utf-8", "surrogatepass")).hexdigest()
