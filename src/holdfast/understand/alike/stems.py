"""Words cut to their stems, so that “monitored”, “monitoring” and “monitors” meet. Small, quick and for English."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final

STOP: Final = frozenset(
    word
    for line in resources.files("holdfast.understand.alike").joinpath("data/stop.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""Words too common to tell one change from another."""
_ENDINGS: Final = (
    ("ational", "ate"), ("ization", "ize"), ("isation", "ise"), ("fulness", "ful"), ("iveness", "ive"),
    ("ousness", "ous"), ("ically", "ic"), ("ements", ""), ("ement", ""), ("ments", ""), ("ment", ""),
    ("ations", "at"), ("ation", "at"), ("ities", ""), ("ity", ""), ("ingly", ""), ("edly", ""), ("ings", ""),
    ("ing", ""), ("iers", "y"), ("ier", "y"), ("ies", "y"), ("ied", "y"), ("ers", ""), ("ives", ""), ("ive", ""),
    ("ors", ""), ("ions", ""), ("ion", ""), ("ally", "al"), ("ated", "at"), ("ates", "at"), ("ate", "at"),
    ("ness", ""), ("ed", ""), ("er", ""), ("or", ""), ("es", ""), ("ly", ""), ("s", ""),
)  # fmt: skip
_KEPT: Final = 3
"""No stem is shorter than this."""
_OWN: Final = {
    word: stem
    for stem, words in (
        ("carer", "carer carers"), ("letter", "letter letters"), ("liver", "liver livers"), ("early", "early earlier"),
        ("police", "police"), ("policy", "policy policies"), ("worker", "worker workers"), ("note", "note notes"),
        ("monitor", "monitor monitors"), ("refer", "refer refers referral referrals"), ("famil", "family"),
        ("suppl", "supply"), ("deliver", "deliver delivers"), ("careers", "career careers"),
    )
    for word in words.split()
}  # fmt: skip
"""Words that the endings would cut to another word's stem, or away from their own."""


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a word in small letters; words with digits and short words as they are."""
    if len(word) <= _KEPT or not word.isalpha():
        return word
    if word in _OWN:
        return _OWN[word]
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _KEPT and not (ending == "s" and word.endswith("ss")):
            return _trimmed(word[: -len(ending)] + instead)
    return _trimmed(word)


def _trimmed(word: str) -> str:
    """A doubled letter made single and a last e or y dropped, so that “referred”, “refer” and “referral” come near."""
    if len(word) > _KEPT and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word[:-1] if len(word) > _KEPT and word[-1] in "ey" else word
