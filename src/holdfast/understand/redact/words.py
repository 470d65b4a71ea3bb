"""The words of a text, as the rules about names see them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from holdfast.understand.redact.lists import words as words_of

_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’\-‐][^\W\d_]+)*")


@dataclass(frozen=True)
class Word:
    """A word as it stands in the text."""

    start: int
    end: int
    text: str
    gap: str
    """What stands between the word before and this one."""

    @property
    def key(self) -> str:
        """As the lists hold it: small letters, without accents and a possessive."""
        plain = unicodedata.normalize("NFKD", self.text).encode("ascii", "ignore").decode() or self.text
        return re.sub(r"'s?$", "", plain.lower() if "’" not in self.text else self.text.lower().replace("’", "'"))

    @property
    def capital(self) -> bool:
        """Written as a name is; a word of nothing but capitals says nothing."""
        return self.text[0].isupper() and not (self.text.isupper() and len(self.text) > 2)

    @property
    def end_of_name(self) -> int:
        """Without a possessive ’s."""
        return self.end - (2 if self.text.lower().endswith(("'s", "’s")) else 0)

    @property
    def given(self) -> bool:
        """A common given name, or two with a hyphen (Sarah-Jane, not Victoria-based)."""
        first, *rest = self.key.split("-")
        known = first in words_of("plain") and all(part in words_of("plain") | words_of("also words") for part in rest)
        return known or self.key in words_of("plain")


def words_in(text: str) -> list[Word]:
    """Every word of the text in order."""
    words, end = [], 0
    for match in _LETTERS.finditer(text):
        words.append(Word(match.start(), match.end(), match.group(), text[end : match.start()]))
        end = match.end()
    return words


def joined(words: list[Word], at: int) -> bool:
    """Nothing but a space stands before the word."""
    return bool(re.fullmatch(r"[ \t\u00a0]{1,2}", words[at].gap))


def capital(words: list[Word], at: int) -> bool:
    """There is such a word; it belongs to the one before and is written as a name is."""
    return at < len(words) and words[at].capital and joined(words, at) and words[at].key not in words_of("not names")


def after_particles(words: list[Word], at: int) -> int | None:
    """The index of the name that “van der”, “de” or the like before it lead to; None where none do."""
    last = at
    while last < len(words) and last - at < 3 and words[last].key in words_of("particles"):
        last += 1
    known = last < len(words) and words[last].key in words_of("surnames") and joined(words, last)
    led = last > at and all(joined(words, i) for i in range(at + 1, last)) and (known or capital(words, last))
    return last if led else None
