"""Plain British English: tested functions from findings to sentences and from values to figures."""

from holdfast.share.words.frequency import size
from holdfast.share.words.headline import Evidence, Reading, clear, gap_sentence, read, worse
from holdfast.share.words.methods import ANYTIME, CERTAINTY, CLAIM, FIXED, METHOD, VERDICTS, verdict_words
from holdfast.share.words.numbers import (
    amount,
    chance,
    day,
    effect,
    effect_in_full,
    level,
    number,
    p_value,
    period,
    places,
    plain,
    scale,
)
from holdfast.share.words.text import clean, inside, listed, plural, sentence, shortened

__all__ = [
    "ANYTIME",
    "CERTAINTY",
    "CLAIM",
    "FIXED",
    "METHOD",
    "VERDICTS",
    "Evidence",
    "Reading",
    "amount",
    "chance",
    "clean",
    "clear",
    "day",
    "effect",
    "effect_in_full",
    "gap_sentence",
    "inside",
    "level",
    "listed",
    "number",
    "p_value",
    "period",
    "places",
    "plain",
    "plural",
    "read",
    "scale",
    "sentence",
    "shortened",
    "size",
    "verdict_words",
    "worse",
]
