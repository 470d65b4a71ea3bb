"""What people said, what people coded, and what the machine suggested: three records that are never each other."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

OFFLINE: Final = "holdfast"
"""Made on this machine by Holdfast's own model."""
SEEDS: Final = "holdfast: seed terms"
"""Made from seed terms alone: a start, before anyone has coded."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A piece of free text. ``about`` holds what is known besides: (("question", "What was good?"), …)."""

    id: str
    text: str
    setting: str = ""
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Coding:
    """What a person said a comment is about, in one framework.

    A ``complete`` coding says that every theme not listed is absent. One that is not speaks only of ``themes``
    (present) and ``refused`` (absent), as a correction of one suggestion does. ``answers`` names the maker and model
    of the suggestion it answers, if any. A later coding by the same person of the same comment replaces the earlier
    for the themes it speaks of.
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
