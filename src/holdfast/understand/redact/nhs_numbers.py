"""NHS numbers in free text: ten digits whose last is a modulus 11 check, however they are spaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_DIGITS: Final = re.compile(r"\d+")
_GAP: Final = re.compile(r"(?:[^\w£$€¥%+<>=&°]|_){1,3}")
"""What may part two digits of one number: spaces and punctuation, no amounts and no words."""
_CLOSE: Final = re.compile(r"(?:[\s\u200b-\u200d\u2060\ufeff.\-‐-―−/_]){1,2}")
_USUAL: Final = ((10,), (4, 3, 3), (5, 5), (6, 4), (4, 6), (3, 7), (2,) * 5, (1,) * 10, (3, 4, 3))
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_BEFORE: Final = re.compile(r"[+£$€]\Z|\d[.,]\Z")
_AFTER: Final = re.compile(r"[.,]\d")
_LABEL: Final = re.compile(r"\b(?:nhs|chi)\s*(?:no|num|number|id|#)?\s*(?:is|was)?\s*[.:#=(\-]*\s*\Z", re.IGNORECASE)
_NAMED: Final = re.compile(r"\b(?:nhs|chi)\s*(?:no|num|number|id|#)(?![a-z])", re.IGNORECASE)
_ROUNDS: Final = 3
NEARBY: Final = 40
"""Characters on either side in which the words “NHS number” lower the bar."""


@dataclass(frozen=True)
class Ten:
    """Ten digits in groups: where they stand, the groups, and the gaps between them."""

    start: int
    end: int
    groups: tuple[str, ...]
    gaps: tuple[str, ...]
    around: tuple[str | None, str | None]
    """The gaps to the digits before and after, None where there are none near."""

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(map(len, self.groups))

    @property
    def even(self) -> bool:
        """The same gap throughout: figures of a sentence or a table seldom have it."""
        return len(set(self.gaps)) < 2

    @property
    def usual(self) -> bool:
        """Spaced as people usually space such a number."""
        close = all(_CLOSE.fullmatch(gap) for gap in self.gaps)
        return close and (self.sizes == (3, 3, 4) or (self.even and self.sizes in _USUAL))

    @property
    def like_one(self) -> bool:
        """Spaced oddly, and yet not like dates, years, decimals or a row of figures."""
        if self.sizes == (3, 3, 4):
            return True
        row = self.even and self.gaps[0] in self.around
        figures = any(gap in (".", ",") for gap in self.gaps) or any(map(_YEAR.fullmatch, self.groups))
        return not row and not figures and len(self.groups) <= (4 if self.even else 3)


def find_nhs_numbers(text: str) -> tuple[tuple[int, int], ...]:
    """Where NHS numbers stand, as (start, end); a capture that has any should be refused.

    Ten digits that pass the check count however up to three spaces and marks part them, unless they look like dates,
    years, decimals or a row of figures; near the words “NHS number” those count too. Ten digits labelled as an NHS
    (or CHI) number count even when mistyped. One in eleven other ten-digit numbers passes the check by chance.
    """
    found: list[tuple[int, int]] = []
    for _ in range(_ROUNDS):
        more = _found(text)
        text = _without(text, more)  # what stood beside one is no longer a row of figures with it
        found += more
        if not more:
            break
    return tuple(sorted(found))


def ten_digits(text: str) -> list[tuple[int, int]]:
    """Every stretch of ten digits spaced as people usually space such numbers."""
    return [(ten.start, ten.end) for ten in _tens(text) if ten.usual]


def is_valid(text: str) -> bool:
    """True when the ten digits in ``text`` pass the NHS number's check (NHS Data Dictionary, modulus 11)."""
    digits = [int(ch) for ch in text if ch.isdecimal()]
    if len(digits) != 10:
        return False
    check = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
    return check != 10 and check % 11 == digits[9]


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text as long as before, with letters where the spans were."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    pieces = (text[a:b] if i % 2 == 0 else "x" * (b - a) for i, (a, b) in enumerate(pairwise(edges)))
    return "".join(pieces)


def _found(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for ten in _tens(text):
        if (not found or ten.start >= found[-1][1]) and _counts(text, ten):
            found.append((ten.start, ten.end))
    return found


def _counts(text: str, ten: Ten) -> bool:
    valid = is_valid("".join(ten.groups))
    if valid and (ten.usual or ten.like_one):
        return True
    before = text[max(0, ten.start - NEARBY) : ten.start]
    labelled = bool(_LABEL.search(before))
    if ten.usual:
        return labelled
    named = bool(_NAMED.search(before))
    return (labelled and named) or (valid and (named or bool(_NAMED.search(text, ten.end, ten.end + NEARBY))))


def _tens(text: str) -> Iterator[Ten]:
    """Every stretch of whole groups that hold ten digits between them, in order; its time grows with the text's."""
    spans = [match.span() for match in _DIGITS.finditer(text)]
    gaps = [_gap(text, end, start) for (_, end), (start, _) in pairwise(spans)]
    for first, (start, _) in enumerate(spans):
        last, digits = first, spans[first][1] - start
        while digits < 10 and last < len(gaps) and gaps[last] is not None:
            last += 1
            digits += spans[last][1] - spans[last][0]
        end = spans[last][1]
        if digits == 10 and not _BEFORE.search(text[max(0, start - 2) : start]) and not _AFTER.match(text, end):
            groups = tuple(text[a:b] for a, b in spans[first : last + 1])
            around = (gaps[first - 1] if first else None, gaps[last] if last < len(gaps) else None)
            yield Ten(start, end, groups, tuple(gap or "" for gap in gaps[first:last]), around)


def _gap(text: str, start: int, end: int) -> str | None:
    return text[start:end] if end - start <= 3 and _GAP.fullmatch(text, start, end) else None
