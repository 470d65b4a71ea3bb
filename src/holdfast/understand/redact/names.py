"""People's names by rule: what introduces one (a title, “my name is”), and common names that stand alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from holdfast.understand.redact.lists import words as words_of
from holdfast.understand.redact.spans import Found

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-‐][^\W\d_]+)*")
_STANDS_BEFORE_A_NAME: Final = frozenset({"doctor", "sister", "matron"})
_CALLED: Final = frozenset(["called", "named"])
_INTRODUCED: Final = re.compile(
    r"\b(?:my\s+name(?:\s+is|['’]s)|(?:his|her|their|whose)\s+name(?:\s+is|\s+was|['’]s)|i\s+am|i['’]m|this\s+is|signed"
    r"|(?:kind|best|warm|many)?\s*(?:regards|wishes|thanks)\s*,|yours\s+(?:sincerely|faithfully)\s*,"
    r"|(?:name|from|contact|author|submitted\s+by|written\s+by|reported\s+by|cc)\s*:)\s*(?=[^\W\d_])",
    re.IGNORECASE,
)
_SURE_INTRODUCTION: Final = re.compile(r"name|regards|wishes|sincerely|faithfully|by|signed", re.IGNORECASE)


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    gap: str
    """What stands between the word before and this one."""

    @property
    def key(self) -> str:
        plain = unicodedata.normalize("NFKD", self.text).encode("ascii", "ignore").decode() or self.text
        return re.sub(r"'s?$", "", plain.lower() if "’" not in self.text else self.text.lower().replace("’", "'"))

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() and not (self.text.isupper() and len(self.text) > 2)

    @property
    def end_of_name(self) -> int:
        """Without a possessive ’s."""
        return self.end - (2 if self.text.lower().endswith(("'s", "’s")) else 0)


def named(text: str) -> Iterator[Found]:
    """Every stretch that seems to be a person's name; titles are left standing."""
    words = _words(text)
    introduced = {match.end(): bool(_SURE_INTRODUCTION.search(match.group())) for match in _INTRODUCED.finditer(text)}
    at = 0
    while at < len(words):
        last = _name_from(words, at, introduced)
        if last is None:
            at += 1
            continue
        yield Found(words[at].start, words[last].end_of_name, "name")
        at = last + 1


def _words(text: str) -> list[_Word]:
    words, end = [], 0
    for match in _WORD.finditer(text):
        words.append(_Word(match.start(), match.end(), match.group(), text[end : match.start()]))
        end = match.end()
    return words


def _name_from(words: list[_Word], at: int, introduced: dict[int, bool]) -> int | None:
    """The index of the last word of the name that starts at ``at``; None when none does."""
    word = words[at]
    if word.gap.endswith("["):  # a mark left by an earlier redaction
        return None
    sure = _expected(words, at, introduced)
    if not sure and not _alone(words, at):
        return None
    last = _to_the_end(words, at)
    return None if _is_place(words, at, last) and not sure else last


def _expected(words: list[_Word], at: int, introduced: dict[int, bool]) -> bool:
    """Something before the word says that a name comes."""
    word = words[at]
    if word.key in words_of("not names") or word.key in words_of("titles"):
        return False
    if word.start in introduced:
        known = word.key in words_of("plain") or (word.capital and word.key in words_of("also words"))
        return known or (word.capital and (introduced[word.start] or _capital(words, at + 1)))
    if at == 0 or not re.fullmatch(r"\.?[ \t\u00a0]{1,2}", word.gap):
        return False
    before = words[at - 1].key
    if before in words_of("titles"):
        return (
            word.capital
            or word.key in words_of("surnames")
            or (before != "miss" and len(word.key) > 2 and word.key not in words_of("roles"))
        )
    known = word.key in words_of("plain") or word.key in words_of("also words") or word.key in words_of("surnames")
    if before in _CALLED:
        return word.capital and (known or words[at - 2].key in words_of("kin") | words_of("roles") if at > 1 else known)
    if before in words_of("roles") or before in words_of("kin"):
        twice = _capital(words, at + 1) or before in _STANDS_BEFORE_A_NAME
        titled = words[at - 1].capital and word.key not in words_of("places") | words_of("after a role") and twice
        return word.capital and "." not in word.gap and (known or titled or _after_my(words, at))
    return False


def _after_my(words: list[_Word], at: int) -> bool:
    return at > 1 and words[at - 2].key in {"my", "our", "his", "her"} and words[at - 1].key in words_of("kin")


def _alone(words: list[_Word], at: int) -> bool:
    """The word is itself a common name, and nothing around it says otherwise."""
    word = words[at]
    if at and words[at - 1].key in words_of("before a place") and _joined(words, at):
        return False
    if word.key in words_of("plain"):
        return word.text[0].isupper() or len(word.key) > 3
    if word.key in words_of("also words") and word.capital:
        return at + 1 < len(words) and words[at + 1].key in words_of("surnames") and _joined(words, at + 1)
    initial = (
        at > 0 and len(words[at - 1].text) == 1 and words[at - 1].text.isupper() and words[at - 1].text not in "AI"
    )
    given = at + 1 < len(words) and words[at + 1].key in words_of("surnames") and _joined(words, at + 1)
    if word.capital and word.key not in words_of("not names") and given and words[at + 1].capital:
        return not (at == 0 or _starts_sentence(word)) or len(word.text) > 3
    return initial and word.capital and word.key in words_of("surnames")


def _starts_sentence(word: _Word) -> bool:
    return bool(re.search(r"[.!?\n]", word.gap))


def _joined(words: list[_Word], at: int) -> bool:
    return bool(re.fullmatch(r"[ \t\u00a0]{1,2}", words[at].gap))


def _capital(words: list[_Word], at: int) -> bool:
    return at < len(words) and words[at].capital and _joined(words, at) and words[at].key not in words_of("not names")


def _to_the_end(words: list[_Word], at: int) -> int:
    """Up to three more words of the same name: capitals, initials, or known names."""
    last = at
    while last < len(words) - 1 and last - at < 3:
        word = words[last + 1]
        known = word.key in words_of("surnames") or word.key in words_of("plain")
        initial = len(word.text) == 1 and word.text.isupper() and word.text != "I"
        gap = r"[ \t\u00a0]{1,2}|\.[ \t]?" if len(words[last].text) == 1 else r"[ \t\u00a0]{1,2}"
        if words[last].text.lower().endswith(("'s", "’s")) or not re.fullmatch(gap, word.gap):
            break
        if not (known or initial or (word.capital and word.key not in words_of("not names") | words_of("places"))):
            break
        last += 1
    return last


def _is_place(words: list[_Word], at: int, last: int) -> bool:
    """A hospital, ward or street named after somebody points to a place, not to them."""
    following = [word for word in words[last + 1 : last + 3] if re.fullmatch(r"[ \t\u00a0]{1,2}", word.gap)]
    if not following or not words[at].capital:
        return False
    near = following[: 1 + following[0].capital]
    return any(word.key in words_of("places") and word.text[0].isupper() for word in near)
