"""The coded patient comments of the shared data as comments and codings. Nothing here prints a comment's words."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.themes import Coding, Comment

FRAMEWORK = "patient_experience"
FIRST_THEME = "Not assigned"
NOT_THEMES = ("Not assigned",)
"""Says that the coder gave no theme; every other column says what a comment is about."""
FIXED_TEXT = "Labelling not possible"
MERGED = {
    "Medication": ("Pain management", "Supplying & understanding medication"),
    "Travel": ("Service location", "Transport to/ from services", "Parking"),
    "Activities": ("Activities & access to fresh air", "Electronic entertainment"),
    "Environment": (
        "Environment & Facilities", "Cleanliness, tidiness & infection control", "Sensory experience",
        "Provision of medical equipment",
    ),
    "Patient journey": (
        "Referals & continuity of care", "Admission", "Discharge", "Care plans", "Patient records",
        "Diagnosis & triage",
    ),
    "Dignity and safety": ("Feeling safe", "Patient appearance & grooming", "Equality, Diversity & Inclusion"),
    "Organisation": ("Organisation & efficiency", "Funding & use of financial resources"),
    "Information": ("Information directly from staff during care", "Information provision & guidance"),
    "Staffing": ("Number & deployment of staff", "Staff continuity"),
}  # fmt: skip
"""Rare neighbours put together. A later edition of the coders' framework merged themes too; how was not available."""
FEWEST = 10
"""Themes with fewer coded comments are left out, as by those who published the data's first results."""


@dataclass(frozen=True)
class Coded:
    """Comments, the themes judged, what people coded (comments × themes), and their sentiment (1–5, NaN: none)."""

    comments: tuple[Comment, ...]
    themes: tuple[str, ...]
    known: NDArray[np.float64]
    sentiment: NDArray[np.float64]

    def codings(self, rows: Sequence[int] | NDArray[np.intp]) -> list[Coding]:
        """A complete coding by one coder for each of these comments."""
        given = [tuple(self.themes[j] for j in np.flatnonzero(self.known[i])) for i in rows]
        return [Coding(self.comments[i].id, FRAMEWORK, themes, "coder") for i, themes in zip(rows, given, strict=True)]


def load(path: Path, leave_out: Collection[str] = NOT_THEMES, fewest: int = FEWEST, merge: bool = False) -> Coded:
    """The comments with text and at least one of the themes that ``fewest`` or more comments have.

    With ``merge``, rare neighbours are one theme, as ``MERGED`` says.
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    every = [name for name in columns[columns.index(FIRST_THEME) :] if name not in leave_out]
    rows = [row for row in rows if row["FFT answer"].strip()]
    if merge:
        every = _merge(rows, every)
    counts = Counter(name for row in rows for name in every if _one(row[name]))
    themes = tuple(name for name in every if counts[name] >= fewest)
    rows = [row for row in rows if any(_one(row[name]) for name in themes)]
    known = np.array([[float(_one(row[name])) for name in themes] for row in rows])
    sentiment = np.array([float(row["Comment sentiment"] or "nan") for row in rows])
    return Coded(tuple(_comment(row) for row in rows), themes, known, sentiment)


def _merge(rows: list[dict[str, str]], every: list[str]) -> list[str]:
    gone = {name for parts in MERGED.values() for name in parts}
    for row in rows:
        row.update({name: "1" if any(_one(row[p]) for p in parts) else "" for name, parts in MERGED.items()})
    return [name for name in every if name not in gone] + list(MERGED)


def _one(cell: str) -> bool:
    return cell.strip() not in ("", "0", "0.0")


def _comment(row: dict[str, str]) -> Comment:
    question = " ".join(row["FFT question"].split())
    about = (("question", question),) if question else ()
    return Comment(row["Comment ID"], row["FFT answer"], row["Trust"], about)


def split_by_hash(coded: Coded, share: float = 0.2) -> NDArray[np.bool_]:
    """True for the test fifth: SHA-256 of the comment's id, its first eight hex digits as a fraction below 0.2."""
    return np.array([_fraction(comment.id) < share for comment in coded.comments])


def split_by_seed(coded: Coded, seed: int, share: float = 0.2) -> NDArray[np.bool_]:
    """True for a random fifth."""
    return np.random.default_rng(seed).random(len(coded.comments)) < share


def _fraction(text: str) -> float:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32
