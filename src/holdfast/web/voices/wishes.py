"""What people may say they would do with a practice, in plain words, and for whom their answer may differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from holdfast.involve.people import CHANNEL
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.register.models import DISPLACED, Change, Practice, Term
from holdfast.web.voices.models import AboutQuestion

INTRODUCED_WORDS: Final = {
    "retain": "Keep it as it is",
    "adapt": "Keep it, but change it",
    "reinstate": "Go back to what was done before",
    "stop": "Stop it",
}
DISPLACED_WORDS: Final = {
    "reinstate": "Bring it back",
    "adapt": "Bring it back, but change it",
    "stop": "Leave it stopped",
}
BETWEEN: Final = "|"
HOW: Final = "How did you take part?"
SETTINGS: Final = "setting"
"""The vocabulary of settings."""


def practices(change: Change) -> list[Practice]:
    """The introduced practice, then each that it displaced."""
    return sorted(change.practices.all(), key=lambda one: (one.role == DISPLACED, one.pk))


def preferences(practice: Practice, *, beside: bool) -> list[tuple[str, str]]:
    """The answers that may be given for a practice; ``beside``: whether there is something to go back to."""
    if practice.role == DISPLACED:
        return list(DISPLACED_WORDS.items())
    return [(code, words) for code, words in INTRODUCED_WORDS.items() if beside or code != "reinstate"]


def said_words(practice: Practice | None) -> dict[str, str]:
    """Every answer in the words in which it is offered; the introduced practice's where the practice is no more."""
    displaced = practice is not None and practice.role == DISPLACED
    return {**INTRODUCED_WORDS, **(DISPLACED_WORDS if displaced else {})}


def labels() -> dict[str, str]:
    """What is asked of people, by its code, and how they took part."""
    return {CHANNEL: HOW, **dict(AboutQuestion.objects.values_list("code", "label"))}


def groups() -> list[tuple[str, str]]:
    """Groups of people for whom an answer may differ: every answer to every question about people."""
    found = [
        (f"{question.code}{BETWEEN}{level}", f"{question.label} {level}")
        for question in AboutQuestion.objects.filter(asked=True)
        for level in question.levels
    ]
    return [(f"{EVERYONE}{BETWEEN}{EVERYONE}", "Everyone"), *found]


def settings() -> list[tuple[str, str]]:
    """Kinds of place for which an answer may differ."""
    terms = Term.objects.filter(vocabulary__code=SETTINGS, retired=False).order_by("place", "label")
    labels = terms.values_list("label", flat=True)
    return [(ALL_SETTINGS, "Everywhere"), *((label[:120], label) for label in labels)]


def place_of(who: str, where: str) -> tuple[str, str, str]:
    """Dimension, level and setting of a choice."""
    dimension, _, level = who.partition(BETWEEN)
    return dimension or EVERYONE, level or EVERYONE, where or ALL_SETTINGS


def answered(label: str, level: str) -> str:
    """Whoever gives an answer to a question, in words that follow “people who”."""
    return f"answer “{level}” to “{label}”"


def place_words(dimension: str, level: str, setting: str, asked: Mapping[str, str]) -> str:
    """For whom an answer holds, in words; empty for everyone everywhere. ``asked``: questions by code."""
    who = "" if dimension == EVERYONE else f"people who {answered(asked.get(dimension, named(dimension)), level)}"
    where = "" if setting == ALL_SETTINGS else setting
    return ", ".join(part for part in (who, where) if part)


def named(code: str) -> str:
    """A dimension as a heading, where it is no question."""
    return code.replace("-", " ").replace("_", " ").capitalize()
