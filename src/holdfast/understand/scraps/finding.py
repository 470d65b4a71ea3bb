"""Does a passage tell of a change? Cues by rule, and the words for what came and what went."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from importlib import resources
from typing import Final

from holdfast.understand.alike.grams import plain
from holdfast.understand.alike.lexicon import shipped_lexicon
from holdfast.understand.alike.telling import stems_in

_I: Final = re.IGNORECASE
_WENT: Final = r"instead of|rather than|in place of|in lieu of|as an alternative to|replacing|replaces"
"""What comes next was there before."""
_STOPPED_AT: Final = (
    r"(?=[.,;:!?()\n]|\s(?:so|because|which|who|since|when|where|and|but|to (?:help|avoid|reduce|save|free)"
    rf"|{_WENT})\b|$)"
)
_THING: Final = rf"(?P<thing>(?!(?:{_WENT})\b)[^.,;:!?()\n]{{3,90}}?){_STOPPED_AT}"


@dataclass(frozen=True)
class _Cue:
    speaks_for: bool
    name: str
    weight: float
    pattern: re.Pattern[str]


def _cues() -> tuple[_Cue, ...]:
    text = resources.files("holdfast.understand.scraps").joinpath("data/cues.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(_Cue(sign == "+", name, float(weight), re.compile(p, _I)) for sign, name, weight, p in rows)


_CUES: Final = _cues()
_STRONG: Final = 1.2
_IDEA: Final = 0.35
"""What each idea of the health and care lexicon counts for, and the most that ideas can."""
_MOST_FOR_IDEAS: Final = 1.05
_LEVEL: Final = 1.8
_DISPLACED: Final = tuple(
    re.compile(pattern, _I)
    for pattern in (
        rf"\b(?:{_WENT})\s+{_THING}",
        r"\breplaced\s+(?P<thing>[^.,;:!?()\n]{3,90}?)\s+(?:with|by)\b",
        r"\b(?:moved|switched|shifted|changed|went)\s+from\s+(?P<thing>[^.,;:!?()\n]{3,90}?)\s+(?:in)?to\b",
        rf"\b(?:stopped|ceased|suspended|paused|cancelled|scrapped|no longer)\s+{_THING}",
        rf"\b(?:used to|previously)\s+{_THING}",
    )
)
_INTRODUCED: Final = tuple(
    re.compile(pattern, _I)
    for pattern in (
        rf"\breplaced\s+[^.;:!?()\n]{{3,90}}?\s+with\s+{_THING}",
        rf"\b(?:moved|switched|shifted|changed|went)\b[^.;:!?()\n]{{0,90}}?\s(?:in)?to\s+{_THING}",
        rf"\b(?:introduced|launched|brought in|set up|opened|established|rolled out|put in place|created|developed"
        rf"|implemented|trial(?:l?ed)|piloted|started|began|adopted)\s+{_THING}",
        r"^(?P<thing>[^.,;:!?()\n]{3,90}?)\s+(?:has |have )?replaced\b",
        rf"\b(?:we|they|patients|staff|nurses|doctors|gps)\s+now\s+{_THING}",
    )
)


@dataclass(frozen=True)
class Finding:
    """How much a sentence sounds like a change, by which cues, and the words for what came and what went."""

    score: float
    cues: tuple[str, ...]
    introduced: str
    displaced: str


def judge(sentence: str) -> Finding:
    """The finding for one sentence as a reader sees it."""
    heard = [cue for cue in _CUES if cue.pattern.search(sentence)]
    cues = [cue for cue in heard if cue.speaks_for]
    total = sum(cue.weight if cue.speaks_for else -cue.weight for cue in heard) - _LEVEL
    ideas = len(set(shipped_lexicon().ideas(stems_in(plain(sentence)))))
    total += min(_MOST_FOR_IDEAS, ideas * _IDEA)
    total -= 2.0 if len(sentence.split()) < 4 else 0.0
    total -= 0.0 if any(cue.weight >= _STRONG for cue in cues) else 1.0
    names = tuple(cue.name for cue in cues)
    score = round(1.0 / (1.0 + math.exp(-total)), 3)
    return Finding(score, names, _first(_INTRODUCED, sentence), _first(_DISPLACED, sentence))


def _first(patterns: tuple[re.Pattern[str], ...], sentence: str) -> str:
    for pattern in patterns:
        if match := pattern.search(sentence):
            return match.group("thing").strip()
    return ""
