"""NHS numbers in free text: ten digits whose last is a modulus 11 check, however they are spaced."""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = r"[\s\u200b-\u200d\u2060\ufeff.\-‐-―−/_]"
_GROUPS: Final = ((3, 4, 3), (4, 3, 3), (5, 5), (6, 4), (4, 6), (3, 7), (2,) * 5, (1,) * 10)


def _evenly(shape: int, sizes: tuple[int, ...]) -> str:
    """Groups of these sizes with the same gap between them, so that a row of figures is not taken for one."""
    first, *rest = (rf"\d{{{size}}}" for size in sizes)
    return first + rf"(?P<gap{shape}>{_MARKS}{{1,2}})" + rf"(?P=gap{shape})".join(rest)


_SHAPES: Final = "|".join(
    (
        r"\d{10}",
        rf"\d{{3}}{_MARKS}{{0,2}}\d{{3}}{_MARKS}{{0,2}}\d{{4}}",
        *(_evenly(i, g) for i, g in enumerate(_GROUPS)),
    )
)
_TEN: Final = re.compile(rf"(?<![\d+£$€])(?<!\d[.,])(?:{_SHAPES})(?!\d)(?![.,]\d)")
_LABEL: Final = re.compile(r"\b(?:nhs|chi)\s*(?:no|num|number|id|#)?\s*(?:is|was)?\s*[.:#=\-]*\s*$", re.IGNORECASE)


def find_nhs_numbers(text: str) -> tuple[tuple[int, int], ...]:
    """Where NHS numbers stand, as (start, end); a capture that has any should be refused.

    Ten digits that pass the check count wherever they stand; ten digits labelled as an NHS (or CHI) number count
    even when mistyped. One in eleven other ten-digit numbers passes the check by chance.
    """
    return tuple(
        match.span() for match in ten_digits(text) if is_valid(match.group()) or _labelled(text, match.start())
    )


def _labelled(text: str, at: int) -> bool:
    return bool(_LABEL.search(text[max(0, at - 40) : at]))


def ten_digits(text: str) -> list[re.Match[str]]:
    """Every stretch of ten digits spaced as people space such numbers."""
    return list(_TEN.finditer(text))


def is_valid(text: str) -> bool:
    """True when the ten digits in ``text`` pass the NHS number's check (NHS Data Dictionary, modulus 11)."""
    digits = [int(ch) for ch in text if ch.isdigit()]
    if len(digits) != 10:
        return False
    check = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
    return check != 10 and check % 11 == digits[9]
