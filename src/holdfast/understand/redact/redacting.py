"""Take out what could point to a person, leaving the rest of the text as it was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from holdfast.understand.arriving import words
from holdfast.understand.redact.names import named
from holdfast.understand.redact.patterns import shaped
from holdfast.understand.redact.spans import Found, settled
from holdfast.understand.redact.tags import marked_up, put_back, without_tags

KINDS: Final = (
    "NHS number", "e-mail", "handle", "web address", "National Insurance number", "date of birth", "hospital number",
    "phone", "postcode", "long number", "name",
)  # fmt: skip
"""Every kind of thing that is taken out."""


@dataclass(frozen=True)
class Redacted:
    """Text with each finding replaced by its kind in square brackets, and how many of each kind were taken out."""

    text: str
    removed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def find(text: str) -> tuple[Found, ...]:
    """Where something that could point to a person stands, in order and without overlap.

    HTML tags are looked past, so that a name is whole though one stands inside it, and looked into as well.
    """
    found = settled((*shaped(text), *named(text)))
    if not marked_up(text):
        return found
    plain, places = without_tags(text)
    return settled((*put_back(settled((*shaped(plain), *named(plain))), places), *found))


def redact(text: str) -> Redacted:
    """``text`` without names, contact details, dates of birth or record numbers, as far as rules can tell.

    Rules miss some names (unusual ones written in lower case) and take out some words that are none: a person reads
    before anything is published. Counts hold no value that was taken out. None and NaN are an empty text.
    """
    text = words(text, "what to redact")
    found = find(text)
    pieces, at = [], 0
    for span in found:
        pieces += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    counts = Counter(span.kind for span in found)
    return Redacted(
        "".join((*pieces, text[at:])), MappingProxyType({kind: counts[kind] for kind in KINDS if counts[kind]})
    )
