"""The library's warnings in the words of this register: questions in place of codes, and no exact counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.involve.people import CHANNEL
from holdfast.records.heard import Heard
from holdfast.web.voices import wishes
from holdfast.web.voices.results.counts import people, shown

WORTH: Final = re.compile(r"that ([\d,]+) voices tell as much as ([\d,]+) drawn at random would")
NAMED: Final = r"\b(make-up by|asked their|say their|Levels of|differs by) ({codes})\b"
UNWEIGHTED: Final = re.compile(r"make-up is not held: (.*)\.$")
INSTEAD: Final = {"asked their": "asked", "say their": "answer", "Levels of": "Answers to"}


def levels(heard: Heard) -> dict[str, tuple[str, ...]]:
    """Every answer to each question, and way of taking part, that somebody gave or the make-up holds."""
    columns = {**heard.about, CHANNEL: heard.channels}
    found = {code: {level for level in column if level} for code, column in columns.items()}
    for row in heard.makeup:
        for code, level in zip(row.dimensions, row.levels, strict=False):
            found.setdefault(code, set()).add(level)
    return {code: tuple(sorted(some, key=len, reverse=True)) for code, some in found.items()}


def plain(words: str, labels: Mapping[str, str], levels: Mapping[str, Sequence[str]]) -> str:
    """One warning for people who know the questions and not their codes."""
    known = sorted(labels, key=len, reverse=True)
    pattern = NAMED.format(codes="|".join(map(re.escape, known)))
    words = re.sub(pattern, lambda found: f"{INSTEAD.get(found[1], found[1])} “{labels[found[2]]}”", words)
    for code in known:
        for level in levels.get(code, ()):
            who = f"of people who {wishes.answered(labels[code], level)}"
            words = words.replace(f" of {code} {level} ", f" {who} ").replace(f" of {code} {level},", f" {who},")
    words = UNWEIGHTED.sub(lambda found: f"make-up is not held: {_listed(found[1], labels)}.", words)
    return WORTH.sub(_worth, words)


def _worth(found: re.Match[str]) -> str:
    return f"that {_rounded(found[1])} tell as much as {_rounded(found[2])} drawn at random would"


def _listed(codes: str, labels: Mapping[str, str]) -> str:
    return "; ".join(f"“{labels[code]}”" if code in labels else code for code in codes.split(", "))


def _rounded(count: str) -> str:
    return people(shown(int(count.replace(",", ""))))
