"""A stretch of text that may point to a person, and which stretches to keep when they overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """Characters ``start`` to ``end`` (end not included) and what they seem to be. It never holds the text itself."""

    start: int
    end: int
    kind: str


def settled(found: Iterable[Found]) -> tuple[Found, ...]:
    """Stretches in order without overlap: the earlier listed wins, and what it leaves uncovered is kept too."""
    listed = list(found)
    taken = bytearray(max((span.end for span in listed), default=0))
    kept: list[Found] = []
    for span in listed:
        for start, end in _uncovered(span, taken):
            kept.append(Found(start, end, span.kind))
            taken[start:end] = b"\1" * (end - start)
    return tuple(sorted(kept, key=lambda span: span.start))


def _uncovered(span: Found, taken: bytearray) -> list[tuple[int, int]]:
    pieces, at = [], span.start
    while at < span.end:
        start = taken.find(0, at, span.end)
        if start < 0:
            break
        at = taken.find(1, start, span.end)
        at = span.end if at < 0 else at
        pieces.append((start, at))
    return pieces
