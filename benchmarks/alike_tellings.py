"""The same change told in other words: of the other tellings, how many are among the five shown?

    python benchmarks/alike_tellings.py [--model FOLDER] [--fit] [--many 100000]

The tellings are made up by Holdfast's authors (tests/understand/alike/). Weights were chosen and curves fitted on every
second change; the numbers are for the others. The ordinary tellings (one or two sentences) were written by a hand that
had seen neither the lexicon nor the other sets, and no number was fitted on them. Rows for words alone (cosine
of TF-IDF), for word vectors alone and for the embedding alone say how hard each set is. "words" is Holdfast without the
word vectors that come with it. ``--model`` is a folder with all-MiniLM-L6-v2 and adds its rows; ``--fit`` writes the
curves that are shipped.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import numpy as np

from holdfast.understand.alike.calibration import Curve, curve_to
from holdfast.understand.alike.index import Embed, Index
from holdfast.understand.alike.records import Record, Skill
from holdfast.understand.alike.scoring import NAMES, VECTOR_NAMES
from holdfast.understand.alike.vectors import embedded
from holdfast.understand.alike.word_vectors import packaged

HERE = Path(__file__).resolve().parents[1]
TELLINGS = HERE / "tests/understand/alike"
WRITTEN = HERE / "src/holdfast/understand/alike/data"
SETS = ("tellings.txt", "fuller_tellings.txt")
ORDINARY = "ordinary_tellings.txt"
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SHOWN = (*((name,) for name in SETS), SETS, *([(ORDINARY,)] if (TELLINGS / ORDINARY).exists() else []))
Told = list[tuple[str, Record]]


def read(names: tuple[str, ...], with_fields: bool) -> Told:
    """(change, record) of every telling in the files."""
    told: Told = []
    change, fields = "", {}
    for name in names:
        for line in (TELLINGS / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("="):
                change, setting, pathway = (part.strip() for part in line[1:].split("|"))
                fields = {"setting": setting, "pathway": pathway} if with_fields else {}
            elif line and not line.startswith("#"):
                told.append((change, Record(f"{change}/{len(told)}", line.split(": ", 1)[1], fields)))
    return told


def half(told: Told, which: int) -> Told:
    """Every second change, the same of both sets: 0 to develop on, 1 to report on; ordinary tellings have no halves.

    Changes are counted in the order of their names, those of the first set before those that only another has.
    """
    terse, every = ({change for change, _ in read(names, False)} for names in (SETS[:1], SETS))
    kept = {*sorted(terse)[which::2], *sorted(every - terse)[which::2]}
    return [row for row in told if row[0] in kept]


def shown(told: Told, embed: Embed | None, k: int = 5) -> tuple[float, float]:
    """Mean share of a telling's other tellings among ``k`` shown, and how often the first is right."""
    index = Index.build([record for _, record in told], embed=embed)
    change_of = {record.key: change for change, record in told}
    shares, firsts = [], []
    for change, record in told:
        there = sum(other == change for other in change_of.values()) - 1
        found = [c.key for c in index.like(record.text, record.fields, k, record.key)]
        shares.append(sum(change_of[key] == change for key in found) / min(k, there))
        firsts.append(bool(found) and change_of[found[0]] == change)
    return float(np.mean(shares)), float(np.mean(firsts))


def labelled(told: Told, embed: Embed | None) -> tuple[np.ndarray, np.ndarray]:
    """Evidence for every question and every other record, and whether they tell of one change."""
    index = Index.build([record for _, record in told], embed=embed)
    rows: list[np.ndarray] = []
    right: list[bool] = []
    for at, (change, record) in enumerate(told):
        _, evidence = index.evidence(record, without=at)
        others = [i for i in range(len(told)) if i != at]
        rows.append(evidence[others])
        right.extend(told[i][0] == change for i in others)
    return np.concatenate(rows), np.array(right)


def fit(embed: Embed | None, which: int) -> tuple[np.ndarray, np.ndarray]:
    """All evidence of one half: terse, fuller and both together, with fields and without."""
    sets = [(name,) for name in SETS] + [SETS]
    parts = [labelled(half(read(names, fields), which), embed) for names in sets for fields in (False, True)]
    rows, right = zip(*parts, strict=True)
    return np.concatenate(rows), np.concatenate(right)


def curve(embed: Embed | None, vectors: bool) -> Curve:
    """Fitted on one half; its skill measured on the other."""
    from sklearn.linear_model import LogisticRegression

    rows, right = fit(embed, 0)
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    model = LogisticRegression(C=10, max_iter=5000).fit((rows - centre) / spread, right)
    said = "made-up tellings of half of about 100 changes, by Holdfast's authors; measured on the other half"
    fitted = Curve(
        VECTOR_NAMES if vectors else NAMES, centre, spread, model.coef_[0], float(model.intercept_[0]), said, ()
    )
    rows, right = fit(embed, 1)
    probability = fitted.probability(rows)
    print("said, and how often it was so, on the other half")
    for low, high in ((0.01, 0.05), (0.05, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01)):
        band = (probability >= low) & (probability < high)
        if band.any():
            print(f"  {probability[band].mean():.2f}  {right[band].mean():.2f}  of {band.sum():,}")
    skill = []
    for t in THRESHOLDS:
        kept = right[probability >= t]
        skill.append(Skill(t, round(float(kept.mean()), 3), round(float(kept.sum() / right.sum()), 3)))
        print(f"  at {t:.2f}  precision {skill[-1].precision:.3f}  recall {skill[-1].recall:.3f}")
    return Curve(**{**fitted.__dict__, "skill": tuple(skill)})


def words_alone(texts: Sequence[str]) -> np.ndarray:
    """Rows of TF-IDF weights of length one: what a search for shared words sees."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return np.asarray(TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(texts).toarray())


def alone(told: Told, rows: np.ndarray, k: int = 5) -> tuple[float, float]:
    """As :func:`shown`, by the cosine of ``rows`` and nothing else."""
    change = np.array([one for one, _ in told])
    same = change[:, None] == change
    near = rows @ rows.T
    np.fill_diagonal(near, -2.0)
    best = np.argsort(-near, axis=1, kind="stable")[:, :k]
    right = np.take_along_axis(same, best, axis=1)
    return float((right.sum(axis=1) / np.minimum(k, same.sum(axis=1) - 1)).mean()), float(right[:, 0].mean())


def difficulty(name: str, rows_of: Callable[[Sequence[str]], np.ndarray]) -> None:
    """How far one plain measure gets with each set."""
    print(f"{name}, nothing else: recall among five (first right)")
    for names in SHOWN:
        told = read(names, False)
        parts = [told] if names == (ORDINARY,) else [half(told, 0), half(told, 1), told]
        cells = [alone(part, rows_of([record.text for _, record in part])) for part in parts]
        print(f"  {label(names):24}" + _cells(cells), flush=True)


def label(names: tuple[str, ...]) -> str:
    """A set's name in the tables."""
    return " + ".join(n.split(".")[0] for n in names).replace("_tellings", "")


def _cells(cells: list[tuple[float, float]]) -> str:
    texts = [f"{recall:.2f} ({first:.2f})" for recall, first in cells]
    return "".join(f"{text:>22}" for text in ["", ""][: 3 - len(texts)] + texts)


def table(embed: Embed | None, name: str) -> None:
    """Recall among five and first right, for each set, without fields and with."""
    print(f"{name}: recall among five (first right)")
    print(f"  {'set':24}{'developed on':>22}{'the other half':>22}{'all changes':>22}")
    for names in SHOWN:
        for fields in (False, True):
            told = read(names, fields)
            parts = [told] if names == (ORDINARY,) else [half(told, 0), half(told, 1), told]
            cells = [shown(part, embed) for part in parts]
            print(f"  {label(names) + (', fields' if fields else ''):24}" + _cells(cells), flush=True)


def many(number: int) -> None:
    """Time to build, to ask and to add at ``number`` records mixed from the tellings' own phrases."""
    draw = random.Random(3)
    told = read(SETS, True)
    pieces = [piece for _, record in told for piece in record.text.split(", ")]
    records = [
        Record(str(at), ", ".join(draw.sample(pieces, draw.randint(2, 4))), draw.choice(told)[1].fields)
        for at in range(number)
    ]
    start = time.perf_counter()
    index = Index.build(records)
    print(f"{number:,} records: built in {time.perf_counter() - start:.1f} s")
    asked, added = [], []
    for at, (_, record) in enumerate(draw.sample(told, 40)):
        start = time.perf_counter()
        index.like(record.text, record.fields)
        asked.append(time.perf_counter() - start)
        start = time.perf_counter()
        index.add(Record(f"new {at}", record.text, record.fields))
        added.append(time.perf_counter() - start)
    print(f"  asked: median {np.median(asked) * 1000:.0f} ms, slowest {max(asked) * 1000:.0f} ms")
    print(f"  added: median {np.median(added) * 1000:.0f} ms, slowest {max(added) * 1000:.0f} ms")


def main() -> None:
    """Fit if asked, then the tables and the timing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--many", type=int, default=100_000)
    asked = parser.parse_args()
    models: dict[str, Embed | None] = {"words": None, "offline": None}
    if asked.model:
        from holdfast.understand.embedding import load_minilm

        held: dict[str, np.ndarray] = {}
        model = load_minilm(asked.model)

        def remembered(texts: Sequence[str]) -> np.ndarray:
            new = [text for text in texts if text not in held]
            held.update(zip(new, model(new), strict=True) if new else ())
            return np.array([held[text] for text in texts])

        models["embedded"] = remembered
        difficulty("embedding", remembered)
    difficulty("words", words_alone)
    if held_vectors := packaged():
        difficulty("word vectors", lambda texts: embedded(held_vectors, texts))
    for name, embed in models.items():
        without = patch("holdfast.understand.alike.meanings.packaged", lambda: None)
        with without if name == "words" else nullcontext():
            if asked.fit:
                print(name)
                text = json.dumps(curve_to(curve(embed, name != "words")), indent=1) + "\n"
                (WRITTEN / f"{name}.json").write_text(text, encoding="utf-8")
            table(embed, name)
    if asked.many:
        many(asked.many)


if __name__ == "__main__":
    main()
