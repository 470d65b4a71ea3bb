"""The coded patient comments of the shared data as comments and codings. Nothing here prints a comment's words."""

from __future__ import annotations

import csv
import gzip
import hashlib
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
PUBLISHED = {
    "Continuity of care": ("Referals & continuity of care", "Staff continuity"),
    "Environment, facilities & equipment": ("Environment & Facilities", "Provision of medical equipment"),
    "Staffing levels & responsiveness": ("Number & deployment of staff", "Staff responsiveness"),
    **{name: (name,) for name in (
        "Organisation & efficiency", "Funding & use of financial resources", "Staff manner & personal attributes",
        "Competence & training", "Unspecified communication", "Staff listening, understanding & involving patients",
        "Information directly from staff during care", "Information provision & guidance",
        "Being kept informed, clarity & consistency of information", "Contacting services", "Appointment arrangements",
        "Appointment method", "Timeliness of care", "Pain management", "Discharge",
        "Cleanliness, tidiness & infection control", "Service location", "Transport to/ from services", "Parking",
        "Electronic entertainment", "Feeling safe", "Mental Health Act", "Labelling not possible",
        "Supplying & understanding medication", "Activities & access to fresh air",
        "Food & drink provision & facilities", "Sensory experience", "Interaction with family/ carers",
        "Positive experience & gratitude",
    )},
}  # fmt: skip
"""The 32 themes published with pxtextmining 1.0.1 (``params.py``), and the columns of this edition that make each.

Twenty-nine keep their names. Which columns make the first three is inferred from their meaning: it leaves 0.860 of the
comments a theme, and 0.859 were kept where the later edition itself was measured. Other columns have no theme in it.
"""
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


def load(path: Path, leave_out: Collection[str] = NOT_THEMES, fewest: int = FEWEST, published: bool = False) -> Coded:
    """The comments with text and at least one of the themes that ``fewest`` or more comments have.

    With ``published``, the themes are those of ``PUBLISHED`` instead of the columns as coded.
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    coded = {name: (name,) for name in columns[columns.index(FIRST_THEME) :] if name not in leave_out}
    made_of = PUBLISHED if published else coded
    rows = [row for row in rows if row["FFT answer"].strip()]
    known = np.array([[any(_one(row[part]) for part in parts) for parts in made_of.values()] for row in rows])
    enough = known.sum(axis=0) >= fewest
    themes = tuple(name for name, kept in zip(made_of, enough, strict=True) if kept)
    held = np.atleast_1d(known[:, enough].any(axis=1))
    rows, known = [row for row, kept in zip(rows, held, strict=True) if kept], known[np.ix_(held, enough)]
    sentiment = np.array([float(row["Comment sentiment"] or "nan") for row in rows])
    return Coded(tuple(_comment(row) for row in rows), themes, known.astype(np.float64), sentiment)


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
