"""Real coded comments, read where they lie and never quoted: a small part of what ``benchmarks/themes.py`` measures."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np

from holdfast.understand.themes import Coding, Comment, accuracy, learn

THEMES = (
    "Staff manner & personal attributes", "Timeliness of care", "Positive experience & gratitude",
    "Transport to/ from services", "Food & drink provision & facilities", "Contacting services",
)  # fmt: skip


def test_six_themes_are_learned_from_1500_comments_as_well_as_was_measured(shared_data: Path) -> None:
    """Micro F1 on 1,000 others was 0.751 when written; two standard errors are about 0.03."""
    path = shared_data / "feedback" / "patient_comments_train.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["FFT answer"].strip()]
    rows = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[:2500]]
    comments = [Comment(r["Comment ID"], r["FFT answer"], r["Trust"], (("question", r["FFT question"]),)) for r in rows]
    given = [tuple(theme for theme in THEMES if r[theme].strip() not in ("", "0", "0.0")) for r in rows]
    codings = [Coding(c.id, "patients", themes, "coder") for c, themes in zip(comments, given, strict=True)]
    model = learn(comments[:1500], codings[:1500], "patients", THEMES)
    assert model.learned == THEMES and model.machine is not None and model.accuracy is not None
    known = np.array([[float(theme in themes) for theme in THEMES] for themes in given[1500:]])
    found = accuracy(model.probabilities(comments[1500:]) > model.machine.cuts, known, THEMES, "held out")
    assert found.micro.value > 0.72
    assert abs(found.micro.value - model.accuracy.micro.value) < 0.05
