"""Other people's text made safe to put inside a sentence, a page, a picture or a cell."""

from __future__ import annotations

import unicodedata
from typing import Final

_BIDI: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(text: str) -> str:
    """One line without control characters, direction overrides or doubled spaces; everything else as written."""
    if text.isprintable():
        return " ".join(text.split())
    kept = (" " if ch.isspace() else ch for ch in text if ch.isspace() or _printable(ch))
    return " ".join("".join(kept).split())


def _printable(ch: str) -> bool:
    return ch not in _BIDI and (ch == "\u200d" or unicodedata.category(ch) not in ("Cc", "Cs", "Co", "Cn"))


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis, in at most ``most`` characters."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def inside(text: str) -> str:
    """A label as it stands inside a sentence: a capital only where it begins a name or an abbreviation."""
    text = clean(text)
    first = text.split(" ", 1)[0]
    return (
        text
        if sum(ch.isupper() for ch in first) > 1 or any(ch.isdigit() for ch in first)
        else text[:1].lower() + text[1:]
    )


def noun(text: str) -> str:
    """A label where a sentence needs a thing: one that begins with what was done (“readmitted…”) goes in quotes."""
    label = inside(text)
    first = label.split(" ", 1)[0]
    return (
        f"“{label}”" if first.endswith("ed") or first in ("felt", "seen", "sent", "told", "given", "would") else label
    )


def sentence(text: str) -> str:
    """A capital at the front and a full stop at the end."""
    text = clean(text)
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…", ".)")) else ".")


def listed(items: list[str] | tuple[str, ...], last: str = "and") -> str:
    """``a, b and c``."""
    return "".join(items) if len(items) < 2 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def plural(count: float, one: str, many: str = "") -> str:
    """``1 site``, ``24 sites``."""
    return f"{count:,.0f} {one if count == 1 else many or one + 's'}"
