"""Text into sentences with their places, and HTML into the words that a reader would see."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from holdfast.understand.redact.tags import TAG

_ABBREVIATIONS: Final = frozenset(
    ("dr", "mr", "mrs", "ms", "prof", "st", "e.g", "i.e", "etc", "vs", "no", "approx", "dept", "hosp", "ltd", "rev")
)
_END: Final = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|\n+(?=\s*(?:[-•*·o]\s|\d{1,2}[.)]\s|[A-Z]))|[。！？]")
_SCRIPT: Final = re.compile(r"<(script|style)\b.{0,20000}?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BULLET: Final = re.compile(r"\s*(?:[-•*·–]\s+|\d{1,2}[.)]\s+)?")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence or bullet, without the spaces and the bullet mark around it."""
    start = 0
    for match in [*_END.finditer(text), None]:
        end = match.end() if match else len(text)
        if match and match.group().startswith(".") and _abbreviated(text, start, match.start()):
            continue
        lead = _BULLET.match(text, start, end)
        first = lead.end() if lead else start
        last = len(text[first:end].rstrip()) + first
        if last > first:
            yield first, last
        start = end


def _abbreviated(text: str, start: int, end: int) -> bool:
    words = text[start:end].rsplit(None, 1)
    if not words:
        return False
    initial = len(words[-1]) == 1 and words[-1].isupper()
    return initial or words[-1].lower().strip("(") in _ABBREVIATIONS


def seen(text: str) -> str:
    """The words a reader would see: no tags, no scripts, single spaces."""
    if "<" in text or "&" in text:
        text = html.unescape(TAG.sub(" ", _SCRIPT.sub(" ", text)))
    return " ".join(text.split())
