"""A second guard: a small count of people written out in a sentence.

Sentences in findings speak of sites, periods and model results. Should one name a small number of people all the same,
the number is put as "7 or fewer". Rates ("3 patients per 1,000") and effects ("3 fewer per 100") are left alone.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Final

from holdfast.share.disclosure.profiles import Profile

_NOUNS: Final = (
    "people person persons patient patients attendance attendances appointment appointments admission admissions "
    "death deaths birth births child children baby babies woman women man men resident residents user users event "
    "events case cases referral referrals call calls prescription prescriptions visit visits discharge discharges "
    "operation operations fall falls carer carers client clients"
)
PEOPLE: Final = tuple(_NOUNS.split())


def guard(text: str, rule: Profile, units: Iterable[str] = ()) -> str:
    """``text`` with every count of people from 1 to the rule's limit put as "… or fewer"."""
    if rule.statistics_above == 0:
        return text
    return _pattern(rule.statistics_above, frozenset(units)).sub(
        lambda found: f"{rule.statistics_above} or fewer {found['what']}", text
    )


@functools.lru_cache(maxsize=32)
def _pattern(limit: int, units: frozenset[str]) -> re.Pattern[str]:
    words = sorted({*PEOPLE, *(unit.strip().lower() for unit in units if unit.strip())}, key=len, reverse=True)
    nouns = "|".join(re.escape(word) for word in words)
    numbers = "|".join(str(n) for n in range(limit, 0, -1))
    return re.compile(
        rf"(?<![\w.,£%+−-])(?<!\bper )(?<!\bevery )(?<!\bin )(?<!\bof )(?:{numbers})(?:\.\d+)?\s+"
        rf"(?P<what>(?:(?!fewer|more|less|in|per|of)[a-z-]+\s+)?(?:{nouns}))\b"
        rf"(?!\s+(?:in|out of|per|for)\s+(?:every\s+|each\s+)?[\d(])",
        re.IGNORECASE,
    )
