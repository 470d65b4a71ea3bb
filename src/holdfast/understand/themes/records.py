"""What people said, what people coded, and what the machine suggested: three records that are never each other."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.understand.arriving import blank, key, level, several, words

OFFLINE: Final = "holdfast"
"""Made on this machine by Holdfast's own model."""
SEEDS: Final = "holdfast: seed terms"
"""Made from seed terms alone: a start, before anyone has coded."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A piece of free text. ``about`` holds what is known besides: (("question", "What was good?"), …).

    As tables give them: a whole number as ``id`` becomes text, None or NaN as ``text`` is no text, and as ``setting``
    or in ``about`` it is not known. TypeError for a text that is another thing, or no id.
    """

    id: str
    text: str
    setting: str = ""
    about: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", key(self.id, "a comment's id"))
        object.__setattr__(self, "text", words(self.text, "a comment's text"))
        object.__setattr__(self, "setting", level(self.setting))
        facts = tuple((name, level(value)) for name, value in self.about if not blank(value))
        object.__setattr__(self, "about", facts)


@dataclass(frozen=True, slots=True)
class Coding:
    """What a person said a comment is about, in one framework.

    A ``complete`` coding says that every theme not listed is absent. One that is not speaks only of ``themes``
    (present) and ``refused`` (absent), as a correction of one suggestion does. ``answers`` names the maker and model
    of the suggestion it answers, if any. A later coding by the same person of the same comment replaces the earlier
    for the themes it speaks of. ``themes`` and ``refused`` are lists: one text, such as "Parking", is refused with a
    TypeError, since it may be one theme or several written together. An id that is a whole number becomes text.
    """

    comment: str
    framework: str
    themes: tuple[str, ...]
    by: str
    at: str = ""
    refused: tuple[str, ...] = ()
    complete: bool = True
    answers: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "comment", key(self.comment, "the comment of a coding"))
        object.__setattr__(self, "themes", several(self.themes, "themes"))
        object.__setattr__(self, "refused", several(self.refused, "refused"))
        object.__setattr__(self, "by", level(self.by))
        object.__setattr__(self, "at", level(self.at))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a machine thinks a comment is about. It is never counted as a coding, whoever made it.

    ``probability`` is calibrated, and None where nothing has been learned. ``made_by`` tells Holdfast's own model,
    seed terms, an embedding and an endpoint apart; ``model`` is the fingerprint of what it learned from.
    """

    comment: str
    framework: str
    theme: str
    suggested: bool
    made_by: str
    model: str
    probability: float | None = None
    because: tuple[str, ...] = ()
    quote: str = ""


def correct(suggestion: Suggestion, right: bool, by: str, at: str = "", note: str = "") -> Coding:
    """A person's answer to one suggestion: a coding that speaks of that theme alone."""
    here, none = (suggestion.theme,), ()
    return Coding(
        comment=suggestion.comment,
        framework=suggestion.framework,
        themes=here if right else none,
        refused=none if right else here,
        by=by,
        at=at,
        complete=False,
        answers=f"{suggestion.made_by} {suggestion.model}".strip(),
        note=note,
    )


def once(comments: Iterable[Comment]) -> list[Comment]:
    """Each comment once, in their order. ValueError where an id stands for comments that are not the same."""
    held: dict[str, Comment] = {}
    again = ((held.setdefault(comment.id, comment), comment) for comment in comments)
    differ = {comment.id for first, comment in again if first is not comment and first != comment}
    if differ:
        raise ValueError(
            f"{len(differ):,} comment ids stand for two comments that differ in text, setting or what is known "
            "besides. Give each comment an id of its own."
        )
    return list(held.values())


def tidy(text: str) -> str:
    """Text as it is learned from: one form of each character, no controls, single spaces."""
    kept = "".join(" " if unicodedata.category(ch) in ("Cc", "Zl", "Zp") else ch for ch in text)
    return " ".join(unicodedata.normalize("NFKC", kept).split())


def same_words(comment: Comment) -> str:
    """What two comments share that say the same words, whatever their capitals and spaces."""
    return tidy(comment.text).casefold()


def fingerprint(parts: Iterable[Sequence[str]]) -> str:
    """A short hash of what was learned from, so that two models can be told apart."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update("\x1f".join(part).encode("utf-8", "surrogatepass") + b"\x1e")
    return digest.hexdigest()[:12]


def maker(embed: object | None = None) -> str:
    """The name under which suggestions are made: Holdfast's own model, alone or with a named embedding."""
    return OFFLINE if embed is None else f"{OFFLINE} with {getattr(embed, '__name__', type(embed).__name__)}"
