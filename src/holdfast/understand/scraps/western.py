"""Does text read as Windows-1252 look like a Western European language, or like another script read wrongly?"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_HIGH: Final = "À-ÖØ-öø-ÿŒœŠšŸŽž"
"""Letters of Windows-1252 beyond ASCII."""
_MARKS: Final = "‘’“”–—…•·«»‹›\xa0´'"
"""May stand between two letters, as apostrophes and dashes do."""
_SIGNS: Final = r"\x80-\xbfˆ˜ƒ€‚„†‡‰™×÷"
_ODD: Final = re.compile(
    "|".join(
        (
            rf"[{_HIGH}]{{3}}",  # no Western word has three in a row
            rf"(?<![A-Za-z{_HIGH}])[{_HIGH}]{{2}}(?![A-Za-z{_HIGH}])",  # nor is one made of nothing else
            r"[a-zß-öø-ÿœšž][À-ÖØ-ÞŒŠŸŽ]",  # nor does a capital follow a small letter
            rf"[A-Za-z{_HIGH}](?![{_MARKS}])[{_SIGNS}]+[A-Za-z{_HIGH}]",  # nor does a sign stand inside
            rf"[A-Za-z{_HIGH}][‚„¡¢£¤¥¦¨¬¯±µ¶¸¼½¾¿ˆ˜ƒ]",  # nor one of these at its end
            rf"(?<![\dA-Za-z{_HIGH}])[ª¤¦¨¯¬³²¹º¶¸¼¾ˆ˜ƒ][A-Za-z{_HIGH}]",  # nor one of these at its beginning
            r"£[a-z]",
            r"[çÇ][bcdf-hj-npqrtv-z]",  # nor does a cedilla before a consonant
            rf"[{_HIGH}]\xad|\xad[{_HIGH}]",
            r"[\x00-\x08\x0b\x0e-\x1f\x7f]",
        )
    )
)
_SPOILT: Final = re.compile(rf"[ÂÃ][{_SIGNS}]|â[€„‚][{_SIGNS}{_MARKS}œ]?|â[¢¬™]")
"""What UTF-8 turns into where it was read wrongly before it came here: the file says so itself, and is Western."""
_CHUNK: Final = re.compile(r"\S*[^\x00-\x7f]\S*")
_LETTER: Final = re.compile(f"[{_HIGH}]")
_ALPHABETS: Final = tuple(
    frozenset(letters)
    for letters in (
        "àâæçèéêëîïôœùûüÿ",  # French
        "äöüßéàè",  # German, with its borrowed words
        "áéíñóúüïç",  # Spanish
        "áâãàçéêíóôõúü",  # Portuguese
        "àèéìíîòóù",  # Italian
        "æøåéèêóòôüöä",  # Danish and Norwegian, with names of their neighbours
        "åäöéàüšž",  # Swedish, Finnish
        "äöõüšž",  # Estonian
        "áàâäéèêëíìîïóòôöúùûü",  # Dutch, Welsh, Irish, Scottish Gaelic, Catalan's vowels
        "àçèéíïòóúü",  # Catalan
    )
)
_BORROWED: Final = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüßœ")
"""Letters of names and borrowed words in text that is otherwise written without."""
SLIPS: Final = 0.02
"""Share of the words with letters or signs beyond ASCII that may look odd: a slip, and not a script."""
STRAY: Final = 0.05
"""Share of the letters beyond ASCII that may be of no one alphabet."""
SELDOM: Final = 0.01
"""Share of all letters up to which letters beyond ASCII count as borrowed."""


def looks_western(text: str) -> bool:
    """Whether ``text``, decoded as Windows-1252, can be what was written.

    In other scripts nearly every letter lies beyond ASCII, so that they stand in rows; other Latin alphabets leave
    signs inside words, or mix letters that no one Western language has. Text too short to show either is taken as it
    is.
    """
    chunks = _CHUNK.findall(_SPOILT.sub(" ", text))
    if sum(_ODD.search(chunk) is not None for chunk in chunks) > SLIPS * len(chunks):
        return False
    high = Counter(letter for chunk in chunks for letter in _LETTER.findall(chunk.lower()))
    total = sum(high.values())
    plain = sum(text.count(letter) for letter in "aeinorst") / 0.6  # those are about six letters in ten
    seldom = total <= SELDOM * plain and total < 0.5 * len(text)
    known = (_BORROWED, *_ALPHABETS) if seldom else _ALPHABETS
    return max(sum(high[letter] for letter in alphabet) for alphabet in known) >= (1 - STRAY) * total
