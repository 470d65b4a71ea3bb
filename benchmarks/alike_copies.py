"""Edited copies found: fit the curve on some comments, measure on others, then time 100,000.

    python benchmarks/alike_copies.py [--fit] [--seeds 5] [--many 100000]

What counts: comments are real, of any length, one of each wording (capitals and punctuation make no other wording).
A pair is right only when both texts come from one comment by editing; any pair of two comments counts as wrong, however
alike two people (or one, twice) wrote them. ``--fit`` writes the curve that is shipped (coefficients and measured
precision and recall; no words).
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final

import numpy as np

from copied_comments import Edit, added, comments, heavy, light, otherwise, with_copies, with_several, written_anew
from holdfast.understand.alike.calibration import Curve, curve_to
from holdfast.understand.alike.copies import close_pairs, copies
from holdfast.understand.alike.grams import Floats, plain
from holdfast.understand.alike.pair_evidence import NAMES, evidence
from holdfast.understand.alike.records import Record, Skill

WRITTEN = Path(__file__).resolve().parents[1] / "src/holdfast/understand/alike/data/copies.json"
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
LENGTHS: Final = (1, 10, 20, 30, 60, 4001)
ONE, FEW, MANY = (1,), (0,) * 9 + (1,), (0, 0, 1, 1, 1, 2, 3)
"""Copies of each comment: one; one in ten has one; several for some and none for others."""
SMALL: Final = ((10, 40), (30, 20), (100, 8), (300, 4))
"""Comments in the small registers that the curve is fitted through besides the large, and how many of them."""
Found = tuple[Floats, np.ndarray, np.ndarray, np.ndarray]


def labelled(texts: list[str], source: list[int]) -> tuple[Floats, np.ndarray]:
    """Evidence of the close pairs of distinct texts, and which are copies."""
    plains = [plain(text) for text in texts]
    distinct = list(dict.fromkeys(plains))
    truth = {frozenset((plains[i], plains[j])) for i, j in siblings(source)}
    held, pairs, cosine, _ = close_pairs(distinct)
    right = np.array([frozenset((distinct[i], distinct[j])) in truth for i, j in pairs.tolist()])
    return evidence(held, pairs, cosine), right


def registers(originals: list[str]) -> list[tuple[list[str], Edit, int, tuple[int, ...]]]:
    """What the curve is fitted through: large registers and small, light edits and heavy, few copies and many."""
    whole = ((light, 1, MANY), (light, 2, ONE), (heavy, 3, MANY), (light, 4, FEW), (added(originals), 5, ONE))
    pieces = [(size, at * size) for size, number in SMALL for at in range(min(number, len(originals) // size))]
    small = [(originals[at : at + size], light, at + size, MANY) for size, at in pieces]
    return [(originals, *how) for how in whole] + small


def siblings(source: list[int]) -> list[tuple[int, int]]:
    """Every pair of texts that come from one comment."""
    held: dict[int, list[int]] = {}
    for at, one in enumerate(source):
        held.setdefault(one, []).append(at)
    return [pair for group in held.values() for pair in combinations(group, 2)]


def fit(originals: list[str]) -> Curve:
    """A logistic curve with two bends in each slope, where it is in doubt, through light and heavy edits alike."""
    from sklearn.linear_model import LogisticRegression

    parts = [labelled(*with_several(*told)) for told in registers(originals)]
    rows, right = (np.concatenate(column) for column in zip(*parts, strict=True))
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    first = LogisticRegression(C=10, max_iter=9000).fit((rows - centre) / spread, right)
    doubtful = np.abs(first.decision_function((rows - centre) / spread)) < 5
    knots = np.quantile(rows[doubtful], (1 / 3, 2 / 3), axis=0)
    bent = np.column_stack([np.maximum(0.0, rows - knot) for knot in knots])
    middle, width = bent.mean(axis=0), bent.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.1, max_iter=9000).fit(
        np.column_stack(((rows - centre) / spread, (bent - middle) / width)), right
    )
    slope, turns = model.coef_[0, : len(NAMES)], model.coef_[0, len(NAMES) :] / width
    said = f"{len(originals):,} distinct Friends and Family comments of two trusts, with copies edited by rule"
    start = float(model.intercept_[0] - middle @ turns)
    return Curve(NAMES, centre, spread, slope, start, said, (), knots, turns.reshape(knots.shape), float(right.mean()))


def measure(texts: list[str], source: list[int], curve: Curve | None, least: float = 0.01) -> Found:
    """Probability, rightness and shorter length of every pair found, and the lengths of those there were to find."""
    lengths = [len(plain(text)) for text in texts]
    found = copies([Record(str(at), text) for at, text in enumerate(texts)], least, curve)
    both = [(int(pair.first), int(pair.second)) for pair in found.pairs]
    right = np.array([source[i] == source[j] for i, j in both])
    shorter = np.array([min(lengths[i], lengths[j]) for i, j in both])
    there = np.array([min(lengths[i], lengths[j]) for i, j in siblings(source)])
    return np.array([pair.probability for pair in found.pairs]), right, shorter, there


def skill(found: Found, low: int = 0, high: int = 9999) -> tuple[Skill, ...]:
    """Precision and recall at each threshold, of pairs whose shorter text has ``low`` to ``high`` characters."""
    probability, right, shorter, there = found
    band = (shorter >= low) & (shorter < high)
    number = max(1, int(((there >= low) & (there < high)).sum()))
    rows = [(t, right[band & (probability >= t)]) for t in THRESHOLDS]
    return tuple(
        Skill(t, round(float(kept.mean()) if len(kept) else 1.0, 3), round(float(kept.sum() / number), 3))
        for t, kept in rows
    )


def show(name: str, rows: tuple[Skill, ...]) -> None:
    """One line a threshold."""
    print(name)
    for row in rows:
        print(f"  at {row.threshold:.2f}  precision {row.precision:.3f}  recall {row.recall:.3f}", flush=True)


def by_length(found: Found) -> None:
    """Precision and recall at 0.3, 0.5 and 0.7 by the characters of the shorter text."""
    for low, high in pairwise(LENGTHS):
        rows = {row.threshold: row for row in skill(found, low, high)}
        there = int(((found[3] >= low) & (found[3] < high)).sum())
        cells = "  ".join(f"at {t}: {rows[t].precision:.3f} {rows[t].recall:.3f}" for t in (0.3, 0.5, 0.7))
        print(f"  {low:>3} to {high - 1:>4} characters, {there:>5} copies  {cells}", flush=True)


def reliability(found: Found) -> None:
    """Where the curve says p, how often it was so."""
    probability, right, *_ = found
    print("  said, and how often it was so")
    for low, high in ((0.01, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.99), (0.99, 1.01)):
        band = (probability >= low) & (probability < high)
        if band.any():
            print(f"    {probability[band].mean():.2f}  {right[band].mean():.2f}  of {band.sum():,}")


def kept_back(every: list[str], seeds: int) -> None:
    """3,000 comments of any length with an edited copy each, by a curve fitted on the others, several times."""
    together: dict[str, list[Found]] = {}
    for seed in range(1, seeds + 1):
        order = random.Random(seed).sample(every, len(every))
        curve, kept = fit(order[3000:]), order[:3000]
        cases: tuple[tuple[str, Edit, list[str], tuple[int, ...]], ...] = (
            ("light edits", light, kept, ONE),
            ("heavy edits", heavy, kept, ONE),
            ("edits of other kinds", otherwise, kept, ONE),
            ("light edits, one comment in ten has a copy", light, kept, FEW),
            ("light edits, three copies of each of 1,000", light, kept[:1000], (3,)),
            ("light edits, 1,000 comments", light, kept[:1000], ONE),
            ("light edits, 200 comments", light, kept[:200], ONE),
        )
        for name, edit, texts, numbers in cases:
            told = with_several(texts, edit, 10 + seed, numbers)
            together.setdefault(name, []).append(measure(*told, curve=curve))
    for name, parts in together.items():
        rows = [[(row.precision, row.recall) for row in skill(part)] for part in parts]
        print(f"{name}: {seeds} draws of 3,000 kept back, mean (least) precision and recall")
        for t, cell in zip(THRESHOLDS, np.array(rows).transpose(1, 0, 2), strict=True):
            (precision, recall), (worst, least) = cell.mean(axis=0), cell.min(axis=0)
            print(f"  at {t:.2f}  precision {precision:.3f} ({worst:.3f})  recall {recall:.3f} ({least:.3f})")
        pooled = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
        by_length(pooled)  # type: ignore[arg-type]
        reliability(pooled)  # type: ignore[arg-type]


def many(texts: list[str], number: int) -> None:
    """Time and memory for a large register of made-up comments, half of them copies."""
    originals = written_anew(texts, number // 2, random.Random(9))
    records = [Record(str(at), text) for at, text in enumerate(with_copies(originals, light, 4))]
    start, spent = time.perf_counter(), time.process_time()
    found = copies(records)
    took, spent = time.perf_counter() - start, time.process_time() - spent
    right = sum(abs(int(p.first) - int(p.second)) == number // 2 for p in found.pairs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{number:,} records: {took:.1f} s ({spent:.1f} s of processor), peak {memory:.2f} GiB")
    print(f"  {found.compared:,} pairs looked at closely, {found.left_out:,} left out")
    print(f"  precision {right / len(found.pairs):.3f}  recall {right / len(originals):.3f}")


def main() -> None:
    """Fit if asked, measure, time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--many", type=int, default=100_000)
    told = parser.parse_args()
    every = comments()
    if not every:
        raise SystemExit("the shared data folder (../shared/data beside the project) is absent")
    random.Random(0).shuffle(every)
    fitted, kept = every[: len(every) // 2], every[len(every) // 2 :]
    curve = fit(fitted) if told.fit else None
    for name, edit in (("light edits", light), ("heavy edits", heavy)):
        found = measure(*with_several(kept, edit, 11, ONE), curve=curve)
        show(
            f"{name}, {len(kept):,} comments of any length that the shipped curve has not seen, a copy of each",
            skill(found),
        )
        by_length(found)
        if curve and edit is light:
            held = curve_to(replace(curve, skill=skill(found)))
            WRITTEN.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    if told.seeds:
        kept_back(every, told.seeds)
    if told.many:
        many(every, told.many)


if __name__ == "__main__":
    main()
