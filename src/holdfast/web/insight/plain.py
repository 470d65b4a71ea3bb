"""Text from anywhere as it may be kept: no character that cannot be stored, nothing that points to a person."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from holdfast.understand.redact import redact
from holdfast.understand.shares import Share

MARK: Final = "\u2400"
"""Stands where a character was that cannot be kept."""
_TURNED: Final = {chr(code): None for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def plain(text: str, most: int) -> str:
    """The text without control characters, lone surrogates and marks that turn its direction; cut to ``most``."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        MARK if unicodedata.category(ch) in ("Cc", "Cs") and ch not in "\t\n" else ch
        for ch in text
        if ch not in _TURNED
    )
    kept = kept.strip()
    return kept if len(kept) <= most else kept[: most - 1].rstrip() + "…"


def redacted(text: str, most: int) -> tuple[str, dict[str, int]]:
    """The same, redacted before it is cut so that half a name cannot stand at the end; and how much was taken out."""
    found = redact(plain(text, 4 * most))
    return plain(found.text, most), dict(found.removed)


def share_of(one: Share) -> dict[str, float | None]:
    """A share with its interval, as JSON can hold it."""
    return {"value": number(one.value), "low": number(one.low), "high": number(one.high)}


def number(value: float) -> float | None:
    """A number as JSON can hold it."""
    return round(float(value), 6) if math.isfinite(value) else None


def together(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts by kind added up."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)
