"""Text without its HTML tags, and where each of its characters stood."""

from __future__ import annotations

import re
from typing import Final

from holdfast.understand.redact.spans import Found

TAG: Final = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,400}|!--.{0,2000}?--)>", re.DOTALL)
_BETWEEN: Final = re.compile(rf"(?:{TAG.pattern}|&nbsp;|&#160;|\s)+", re.DOTALL)
_INLINE: Final = re.compile(
    r"(?:</?(?:b|i|u|em|strong|span|font|a|mark|small|sub|sup|big|s|wbr)\b[^<>]*>)+", re.IGNORECASE
)


def marked_up(text: str) -> bool:
    """The text may hold tags or a space written as a word of HTML."""
    return "<" in text or "&nbsp;" in text or "&#160;" in text


def without_tags(text: str) -> tuple[str, list[int]]:
    """The text as a reader sees it, and for each of its characters, and the end, where it stood.

    Tags that only change a letter's looks vanish; other tags, and any spaces around, become one space.
    """
    kept: list[str] = []
    places: list[int] = []
    at = 0
    for match in _BETWEEN.finditer(text):
        if match.group().isspace():
            continue
        kept.append(text[at : match.start()])
        places.extend(range(at, match.start()))
        if not _INLINE.fullmatch(match.group()):
            kept.append(" ")
            places.append(match.start())
        at = match.end()
    kept.append(text[at:])
    places.extend(range(at, len(text) + 1))
    return "".join(kept), places


def put_back(found: tuple[Found, ...], places: list[int]) -> tuple[Found, ...]:
    """Stretches of the text without tags as stretches of the text that held them."""
    return tuple(Found(places[span.start], places[span.end - 1] + 1, span.kind) for span in found)
