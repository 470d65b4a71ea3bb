"""Edited copies of texts: what the search for copies is fitted and measured on. Words are never printed."""

from __future__ import annotations

import csv
import gzip
import math
import random
import string
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from holdfast.understand.alike.grams import plain

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
Edit = Callable[[str, random.Random], str]


def comments() -> list[str]:
    """Real comments, one of each wording; empty when the shared data are not there."""
    path = SHARED / "feedback" / "patient_comments_train.csv.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        distinct = {plain(row["FFT answer"]): row["FFT answer"] for row in csv.DictReader(file)}
    distinct.pop("", None)
    return [distinct[key] for key in sorted(distinct)]


def slips(text: str, draw: random.Random, number: int) -> str:
    """Letters swapped, dropped, added or mistaken."""
    for _ in range(number):
        at = draw.randrange(len(text))
        letter = draw.choice(string.ascii_lowercase)
        kinds = (text[at + 1 : at + 2] + text[at], "", letter + text[at], letter)
        kind = draw.randrange(4)
        text = text[:at] + kinds[kind] + text[at + (2 if kind == 0 else 1) :] or text
    return text


def cut(text: str, draw: random.Random, least: float) -> str:
    """The beginning or the end missing."""
    words = text.split()
    kept = max(1, math.ceil(len(words) * draw.uniform(least, 0.97)))
    start = draw.choice((0, 0, len(words) - kept))
    return " ".join(words[start : start + kept])


def dressed(text: str, draw: random.Random) -> str:
    """Capitals or punctuation changed."""
    if draw.random() < 0.5:
        return draw.choice((str.upper, str.lower, str.title))(text)
    bare = "".join(ch for ch in text if ch.isalnum() or ch.isspace())
    return bare if draw.random() < 0.6 and bare.strip() else text.replace(" ", "  ").replace(".", "!!") + "..."


def light(text: str, draw: random.Random) -> str:
    """One to three slips, up to a fifth cut away, dress: one to three kinds of edit."""
    for kind in draw.sample(("slips", "cut", "dress"), k=draw.choice((1, 2, 2, 3))):
        if kind == "slips":
            text = slips(text, draw, draw.choice((1, 1, 2, 3)))
        text = cut(text, draw, 0.8) if kind == "cut" else dressed(text, draw) if kind == "dress" else text
    return text


def heavy(text: str, draw: random.Random) -> str:
    """Up to one letter in twenty wrong, up to two fifths cut away, words dropped or swapped."""
    words = text.split()
    for _ in range(len(words) // 15):
        at = draw.randrange(len(words) - 1)
        words[at : at + 2] = [words[at + 1]] if draw.random() < 0.5 else [words[at + 1], words[at]]
    text = cut(" ".join(words), draw, 0.6)
    return dressed(slips(text, draw, max(1, int(len(text) * draw.uniform(0.01, 0.05)))), draw)


def added(others: Sequence[str]) -> Edit:
    """Light edits, and in half of the texts one to four words put before or after, as they run in ``others``."""

    def edit(text: str, draw: random.Random) -> str:
        text = light(text, draw)
        if draw.random() < 0.5:
            words = draw.choice(others).split()
            at = draw.randrange(len(words))
            some = " ".join(words[at : at + draw.randint(1, 4)])
            text = f"{text} {some}" if draw.random() < 0.7 else f"{some} {text}"
        return text

    return edit


KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def otherwise(text: str, draw: random.Random) -> str:
    """Edits nothing was fitted on: neighbouring keys, doubled letters, lost spaces, a cut in mid-word, words added."""
    for _ in range(draw.choice((1, 1, 2))):
        kind = draw.randrange(5)
        at = draw.randrange(len(text))
        if kind == 0:
            text = text[:at] + _beside(text[at], draw) + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + text[at] + text[at:]
        elif kind == 2:
            text = text.replace(" ", "", 1) if draw.random() < 0.5 else " ".join(text.rsplit(" ", 1)[:1]) or text
        elif kind == 3:
            text = text[: max(1, int(len(text) * draw.uniform(0.8, 0.97)))]
        else:
            text += draw.choice((" thank you", " many thanks", ". no further comments", " (copied from the form)"))
    return text


def _beside(letter: str, draw: random.Random) -> str:
    for row in KEYS:
        at = row.find(letter.lower())
        if at >= 0:
            return draw.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2])
    return letter


def with_several(originals: list[str], edit: Edit, seed: int, numbers: Sequence[int]) -> tuple[list[str], list[int]]:
    """The originals, then edited copies of each, as many as a draw from ``numbers`` says; and each text's original."""
    draw = random.Random(seed)
    texts, source = list(originals), list(range(len(originals)))
    for at, text in enumerate(originals):
        for _ in range(draw.choice(numbers)):
            copy = edit(text, draw)
            texts.append(copy if plain(copy) else text)
            source.append(at)
    return texts, source


def with_copies(originals: list[str], edit: Edit, seed: int) -> list[str]:
    """The originals, then an edited copy of each in the same order."""
    draw = random.Random(seed)
    copies = [edit(text, draw) for text in originals]
    return originals + [copy if plain(copy) else text for copy, text in zip(copies, originals, strict=True)]


def written_anew(texts: list[str], number: int, draw: random.Random) -> list[str]:
    """Made-up comments: each word follows the two before it as in some comment, with a jump after one in four."""
    after: dict[tuple[str, str], list[str]] = {}
    for text in texts:
        words = ["", "", *text.split(), ""]
        for at in range(len(words) - 2):
            after.setdefault((words[at], words[at + 1]), []).append(words[at + 2])
    states = [state for state in after if all(state)]
    made: list[str] = []
    while len(made) < number:
        state, words = ("", ""), []
        while len(words) < 80 and (word := draw.choice(after[state])):
            words.append(word)
            state = draw.choice(states) if draw.random() < 0.25 else (state[1], word)
        if len(text := " ".join(words)) >= 25:
            made.append(text)
    return made
