"""What a search may have meant: words begun but not finished, and words a slip of the finger away."""

from __future__ import annotations

import re
import threading
import time
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.web.register.tables import Word

MOST_WORDS: Final = 12
MOST_ENDINGS: Final = 12
MOST_GUESSES: Final = 4
FRESH: Final = 600.0
"""Seconds after which the words are read anew; until then only those that are new."""
_SMALL: Final = (
    "a an and are as at be been but by did do does for from had has have he her his how i if in into is it its me my no"
    " not of on or our out she so than that the their them then there these they this to too up us was we were what"
    " when where which who why will with you your"
)
SMALL: Final = frozenset(_SMALL.split())
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Reading:
    """A search as it is asked: for each word the words that will do; ``also``, what was typed and read instead."""

    words: tuple[tuple[str, ...], ...] = ()
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass
class _Known:
    """The register's words, in order, as this process last read them."""

    words: list[str] = field(default_factory=list)
    last: int = 0
    read_at: float = 0.0


_known = _Known()
_lock = threading.Lock()


def fold(text: str) -> str:
    """Small letters without accents, so that both databases read a word alike."""
    spread = unicodedata.normalize("NFKD", text)
    return "".join(ch for ch in spread if not unicodedata.combining(ch)).casefold().replace("\x00", " ")


def words_of(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return _WORDS.findall(fold(text))


def read(text: str) -> Reading:
    """How a search is to be read. Small words are left out unless there is nothing else."""
    typed = list(dict.fromkeys(words_of(text)))
    wanted = ([word for word in typed if word not in SMALL] or typed)[:MOST_WORDS]
    if not wanted:
        return Reading()
    known, words, also = _words(), [], []
    for word in wanted:
        begun = _beginning(known, word)
        instead = () if begun or word.isdigit() or len(word) < 4 else _close(known, word)
        if instead:
            also.append((word, instead))
        words.append((word, *(other for other in (*begun, *instead) if other != word)))
    return Reading(tuple(words), tuple(also))


def forget() -> None:
    """Read the words anew at the next search."""
    global _known
    _known = _Known()


def _words() -> list[str]:
    """The register's words: all of them at first and now and then, otherwise only what has been added since."""
    global _known
    with _lock:
        held, now = _known, time.monotonic()
        if now - held.read_at > FRESH or not held.words:
            held = _Known(read_at=now)
        new = list(Word.objects.filter(pk__gt=held.last).values_list("pk", "text"))
        if new:
            last = max(pk for pk, _text in new)
            words = sorted({*held.words, *(text for _pk, text in new)})
            held = _Known(words, last, held.read_at)
        _known = held
        return held.words


def _beginning(known: Sequence[str], word: str) -> tuple[str, ...]:
    """Known words that begin with the word, itself among them: enough for somebody still typing."""
    at = bisect_left(known, word)
    found: list[str] = []
    while at < len(known) and known[at].startswith(word) and len(found) < MOST_ENDINGS:
        found.append(known[at])
        at += 1
    return tuple(found)


def _close(known: Sequence[str], word: str) -> tuple[str, ...]:
    """The closest known words: one slip in a short word, two in a longer one; swapped letters are one slip."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = 1 if len(word) < 6 else 2
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=most, limit=40)
    best = min((slips for _text, slips, _at in found), default=0)
    close = [text for text, slips, _at in found if slips == best]
    return tuple(sorted(close, key=lambda text: (text[0] != word[0], abs(len(text) - len(word)), text))[:MOST_GUESSES])
