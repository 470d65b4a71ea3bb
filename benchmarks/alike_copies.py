"""Edited copies found: fit the curve on half of the comments, measure on the other half, then time 100,000.

    python benchmarks/alike_copies.py [--fit] [--many 100000]

A pair counts as right only when one is the edited copy of the other; two people who wrote much the same words count
as wrong. ``--fit`` writes the curve that is shipped (coefficients and measured precision and recall; no words).
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from pathlib import Path

import numpy as np

from copied_comments import comments, heavy, light, with_copies, written_anew
from holdfast.understand.alike.calibration import Curve, curve_to
from holdfast.understand.alike.copies import close_pairs, copies
from holdfast.understand.alike.grams import Floats, plain
from holdfast.understand.alike.pair_evidence import NAMES, evidence
from holdfast.understand.alike.records import Record, Skill

WRITTEN = Path(__file__).resolve().parents[1] / "src/holdfast/understand/alike/data/copies.json"
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def labelled(texts: list[str]) -> tuple[Floats, np.ndarray]:
    """Evidence of the close pairs of distinct texts, and which are copies."""
    plains = [plain(text) for text in texts]
    distinct = list(dict.fromkeys(plains))
    half = len(texts) // 2
    truth = {frozenset((plains[i], plains[i + half])) for i in range(half)}
    held, pairs, cosine, _ = close_pairs(distinct)
    right = np.array([frozenset((distinct[i], distinct[j])) in truth for i, j in pairs.tolist()])
    return evidence(held, pairs, cosine), right


def fit(originals: list[str]) -> Curve:
    """A logistic curve through light and heavy edits alike."""
    from sklearn.linear_model import LogisticRegression

    parts = [labelled(with_copies(originals, edit, seed)) for edit, seed in ((light, 1), (light, 2), (heavy, 3))]
    rows, right = (np.concatenate(column) for column in zip(*parts, strict=True))
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    model = LogisticRegression(C=10, max_iter=9000).fit((rows - centre) / spread, right)
    said = f"{len(originals):,} distinct Friends and Family comments of two trusts, each with a copy edited by rule"
    return Curve(NAMES, centre, spread, model.coef_[0], float(model.intercept_[0]), said, ())


def measure(texts: list[str], curve: Curve | None, least: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Probability and rightness of every pair found, and how many there were to find."""
    half = len(texts) // 2
    found = copies([Record(str(at), text) for at, text in enumerate(texts)], least, curve)
    right = [abs(int(pair.first) - int(pair.second)) == half for pair in found.pairs]
    return np.array([pair.probability for pair in found.pairs]), np.array(right), half


def skill(probability: np.ndarray, right: np.ndarray, there: int) -> tuple[Skill, ...]:
    """Precision and recall at each threshold."""
    rows = [(t, right[probability >= t]) for t in THRESHOLDS]
    return tuple(Skill(t, round(float(kept.mean()), 3), round(float(kept.sum() / there), 3)) for t, kept in rows)


def show(name: str, rows: tuple[Skill, ...]) -> None:
    """One line a threshold."""
    print(name)
    for row in rows:
        print(f"  at {row.threshold:.2f}  precision {row.precision:.3f}  recall {row.recall:.3f}")


def reliability(probability: np.ndarray, right: np.ndarray) -> None:
    """Where the curve says p, how often it was so."""
    print("said, and how often it was so")
    for low, high in ((0.01, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)):
        band = (probability >= low) & (probability < high)
        if band.any():
            print(f"  {probability[band].mean():.2f}  {right[band].mean():.2f}  of {band.sum():,}")


def many(texts: list[str], number: int) -> None:
    """Time and memory for a large register of made-up comments, half of them copies."""
    originals = written_anew(texts, number // 2, random.Random(9))
    records = [Record(str(at), text) for at, text in enumerate(with_copies(originals, light, 4))]
    start = time.perf_counter()
    found = copies(records)
    took = time.perf_counter() - start
    right = sum(abs(int(p.first) - int(p.second)) == number // 2 for p in found.pairs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{number:,} records: {took:.1f} s, peak {memory:.2f} GiB, {found.compared:,} looked at, {found.left_out:,} not"
    )
    print(f"  precision {right / len(found.pairs):.3f}  recall {right / len(originals):.3f}")


def main() -> None:
    """Fit if asked, measure, time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--many", type=int, default=100_000)
    told = parser.parse_args()
    every = comments()
    if not every:
        raise SystemExit("the shared data folder (../shared/data beside the project) is absent")
    random.Random(0).shuffle(every)
    fitted, kept = every[: len(every) // 2], every[len(every) // 2 :]
    curve = fit(fitted) if told.fit else None
    for name, edit in (("light edits", light), ("heavy edits", heavy)):
        for least in (1, 20):
            texts = with_copies([text for text in kept if len(plain(text)) >= least], edit, 11)
            probability, right, there = measure(texts, curve, 0.01)
            rows = skill(probability, right, there)
            show(f"{name}, {there:,} kept-back comments of {least} characters or more, and a copy of each", rows)
            if curve and edit is light and least == 1:
                reliability(probability, right)
                curve = Curve(**{**curve.__dict__, "skill": rows})
                WRITTEN.write_text(json.dumps(curve_to(curve), indent=1) + "\n", encoding="utf-8")
    probability, right, there = measure(with_copies(every[:3000], light, 12), curve, 0.01)
    show("light edits, 3,000 comments (half of them fitted on)", skill(probability, right, there))
    if told.many:
        many(every, told.many)


if __name__ == "__main__":
    main()
