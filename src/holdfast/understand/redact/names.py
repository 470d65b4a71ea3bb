"""People's names by rule: what introduces one (a title, “my name is”), and common names that stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from holdfast.understand.redact.lists import words as words_of
from holdfast.understand.redact.spans import Found
from holdfast.understand.redact.words import Word, after_particles, capital, joined, words_in

_STANDS_BEFORE_A_NAME: Final = frozenset({"doctor", "sister", "matron"})
_PERSON: Final = "|".join(
    sorted(words_of("kin") | words_of("roles") | {"patient", "lady", "man", "woman", "girl", "boy"})
)
_OF_NOBODY: Final = frozenset({"the", "a", "my", "our", "your", "his", "her", "their", "this", "that", "another"})
_AFTER_A_TITLE: Final = r"\.?[ \t\u00a0]{1,2}"
_CALLED: Final = frozenset(["called", "named"])
_INTRODUCED: Final = re.compile(
    rf"\b(?:my\s+name(?:\s+is|['’]s)|(?:his|her|their|whose|(?:{_PERSON})['’]s)\s+name(?:\s+is|\s+was|['’]s)"
    r"|i\s+am|i['’]m|this\s+is|signed"
    r"|(?:kind|best|warm|many)?\s*(?:regards|wishes|thanks)\s*,|yours\s+(?:sincerely|faithfully)\s*,"
    r"|(?:name|from|contact|author|submitted\s+by|written\s+by|reported\s+by|cc)\s*:)\s*(?=[^\W\d_])",
    re.IGNORECASE,
)
_SURE_INTRODUCTION: Final = re.compile(r"name|regards|wishes|sincerely|faithfully|by|signed", re.IGNORECASE)


def named(text: str) -> Iterator[Found]:
    """Every stretch that seems to be a person's name; titles are left standing."""
    words = words_in(text)
    introduced = {match.end(): bool(_SURE_INTRODUCTION.search(match.group())) for match in _INTRODUCED.finditer(text)}
    at = 0
    while at < len(words):
        last = _name_from(words, at, introduced)
        if last is None:
            at += 1
            continue
        yield Found(words[at].start, words[last].end_of_name, "name")
        at = last + 1


def _name_from(words: list[Word], at: int, introduced: dict[int, bool]) -> int | None:
    """The index of the last word of the name that starts at ``at``; None when none does."""
    word = words[at]
    if word.gap.endswith("["):  # a mark left by an earlier redaction
        return None
    sure = _expected(words, at, introduced)
    if not sure and not _alone(words, at):
        return None
    last = _to_the_end(words, at)
    return None if _is_place(words, at, last) and not sure else last


def _expected(words: list[Word], at: int, introduced: dict[int, bool]) -> bool:
    """Something before the word says that a name comes."""
    word = words[at]
    if word.key in words_of("not names") or word.key in words_of("titles"):
        return False
    if word.start in introduced:
        known = word.given or (word.capital and word.key in words_of("also words"))
        return known or (word.capital and (introduced[word.start] or capital(words, at + 1)))
    if at == 0:
        return False
    before = words[at - 1].key
    if before in words_of("titles") and _titled(words, at):
        return True
    if before in words_of("titles") or not re.fullmatch(_AFTER_A_TITLE, word.gap):
        return False
    known = word.given or word.key in words_of("also words") or word.key in words_of("surnames")
    if before in _CALLED:
        who = at - 3 if at > 2 and words[at - 2].key in {"is", "was"} else at - 2
        return word.capital and (known or (who >= 0 and words[who].key in words_of("kin") | words_of("roles")))
    if before in words_of("roles") or before in words_of("kin"):
        twice = capital(words, at + 1) or before in _STANDS_BEFORE_A_NAME
        titled = words[at - 1].capital and word.key not in words_of("places") | words_of("after a role") and twice
        return word.capital and "." not in word.gap and (known or titled or _after_my(words, at))
    return False


def _titled(words: list[Word], at: int) -> bool:
    """The word is the name of whom the title before it belongs to."""
    word, title = words[at], words[at - 1]
    known = word.given or word.key in words_of("surnames")
    if re.fullmatch(_AFTER_A_TITLE, word.gap):
        small = title.key != "miss" and len(word.key) > 2 and word.key not in words_of("roles")
        return word.capital or known or small or after_particles(words, at) is not None
    if not re.fullmatch(r"\.|\.?[ \t]*\r?\n[ \t]*", word.gap):
        return False
    # a new sentence may begin here: “I saw the Dr. Waiting was long”, “a clinic for MS”, “a Near Miss”
    sure = title.text.istitle() and title.key != "miss" and not (at > 1 and words[at - 2].key in _OF_NOBODY)
    return known or (word.capital and sure)


def _after_my(words: list[Word], at: int) -> bool:
    return at > 1 and words[at - 2].key in {"my", "our", "his", "her"} and words[at - 1].key in words_of("kin")


def _alone(words: list[Word], at: int) -> bool:
    """The word is itself a common name, and nothing around it says otherwise."""
    word = words[at]
    if at and words[at - 1].key in words_of("before a place") and joined(words, at):
        return False
    if word.given:
        return word.text[0].isupper() or len(word.key) > 3
    if word.key in words_of("also words") and word.capital:
        return at + 1 < len(words) and words[at + 1].key in words_of("surnames") and joined(words, at + 1)
    initial = (
        at > 0 and len(words[at - 1].text) == 1 and words[at - 1].text.isupper() and words[at - 1].text not in "AI"
    )
    given = at + 1 < len(words) and words[at + 1].key in words_of("surnames") and joined(words, at + 1)
    if word.capital and word.key not in words_of("not names") and given and words[at + 1].capital:
        return not (at == 0 or _starts_sentence(word)) or len(word.text) > 3
    return initial and word.capital and word.key in words_of("surnames")


def _starts_sentence(word: Word) -> bool:
    return bool(re.search(r"[.!?\n]", word.gap))


def _to_the_end(words: list[Word], at: int) -> int:
    """Up to three more words of the same name: capitals, initials, or known names, each with its “van der” or “de”."""
    last = after_particles(words, at) or at
    for _ in range(3):
        there = _next(words, last)
        if there is None:
            break
        last = there
    return last


def _next(words: list[Word], last: int) -> int | None:
    """The index of the next word of the name whose word so far is ``last``."""
    at = last + 1
    if at == len(words) or words[last].text.lower().endswith(("'s", "’s")):
        return None
    word = words[at]
    gap = r"[ \t\u00a0]{1,2}|\.[ \t]?" if len(words[last].text) == 1 else r"[ \t\u00a0]{1,2}"
    if not re.fullmatch(gap, word.gap):
        return None
    known = word.given or word.key in words_of("surnames")
    initial = len(word.text) == 1 and word.text.isupper() and word.text != "I"
    if known or initial or (word.capital and word.key not in words_of("not names") | words_of("places")):
        return after_particles(words, at) or at
    return after_particles(words, at)


def _is_place(words: list[Word], at: int, last: int) -> bool:
    """A hospital, ward or street named after somebody points to a place, not to them."""
    following = [word for word in words[last + 1 : last + 3] if re.fullmatch(r"[ \t\u00a0]{1,2}", word.gap)]
    if not following or not words[at].capital:
        return False
    near = following[: 1 + following[0].capital]
    return any(word.key in words_of("places") and word.text[0].isupper() for word in near)
