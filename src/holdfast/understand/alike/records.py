"""What is compared, and what comes back: small records that say how they were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from holdfast.understand.arriving import blank, key, known, words

OFFLINE: Final = "holdfast, words and characters"
"""``made_by`` of what is made of letters and words alone."""


@dataclass(frozen=True)
class Record:
    """One telling of one change: its key, its words, and what is known of it besides (setting, pathway, displaced…).

    As tables give them: a whole number as ``key`` becomes text, None or NaN as ``text`` is no text, and in ``fields``
    it is not known.
    """

    key: str
    text: str
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key(self.key, "a record's key"))
        object.__setattr__(self, "text", words(self.text, "a record's text"))
        if any(blank(value) for value in self.fields.values()):
            object.__setattr__(self, "fields", MappingProxyType(known(self.fields)))


def unlike(records: Sequence[Record]) -> None:
    """ValueError where two records have one key."""
    again = len(records) - len({record.key for record in records})
    if again:
        raise ValueError(f"{again:,} records have a key that another has: keys must differ")


@dataclass(frozen=True)
class Pair:
    """Two records that seem to be one text, edited. Nothing follows from it until a person says so."""

    first: str
    second: str
    probability: float
    cosine: float
    reason: str


@dataclass(frozen=True)
class Skill:
    """How a score did where the truth was known: of those at or above ``threshold``, and of those to be found."""

    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True)
class Copies:
    """Every pair found, the likeliest first, and what to know about the search.

    ``compared`` pairs were looked at closely; ``left_out`` were not, for want of room. ``empty`` keys had no letters
    or digits. ``skill`` is what was measured at these thresholds when the score was made.
    """

    pairs: tuple[Pair, ...]
    records: int
    compared: int
    left_out: int
    empty: tuple[str, ...]
    skill: tuple[Skill, ...]
    made_by: str = OFFLINE


@dataclass(frozen=True)
class Candidate:
    """One record that may tell of the same change, and why it was put forward."""

    key: str
    probability: float
    score: float
    words: tuple[str, ...]
    """Words both have, the most telling first, as the candidate writes them."""
    ideas: tuple[str, ...]
    """Ideas both name, though perhaps in other words."""
    fields: tuple[str, ...]
    """Labels both have, as “name=value”."""
    akin: tuple[tuple[str, str], ...] = ()
    """Words that mean nearly the same: the telling's, the candidate's."""
    made_by: str = OFFLINE


@dataclass(frozen=True)
class Others:
    """How many others did something like this: those at or above ``at_least``, each group of merged records once.

    ``expected`` adds up every probability above one in a hundred: the number right on average, if the curve holds.
    """

    number: int
    keys: tuple[str, ...]
    expected: float
    at_least: float
    made_by: str = OFFLINE
