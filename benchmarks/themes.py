"""Themes and sentiment on real coded patient comments: within, between trusts, and what local labels buy back.

    python benchmarks/themes.py [--data ../shared/data] [--quick] [--only within|around|between]

The split is by a hash of the comment's id (see ``themes_data.split_by_hash``), then five seeds. Themes with fewer than
ten comments are left out, and so is “Not assigned”, which says that the coder gave no theme; the last rows put it
back. The bars are on the published list of themes (``themes_data.PUBLISHED``). No comment's words are printed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.themes import accuracy, ask_next, discover, learn, learn_sentiment
from holdfast.understand.themes.learning import ThemeModel
from themes_data import FIXED_TEXT, FRAMEWORK, Coded, load, split_by_hash, split_by_seed

Bools = NDArray[np.bool_]
Rows = NDArray[np.intp]
HERE = Path(__file__).parents[1]
FILE = "feedback/patient_comments_train.csv.gz"
LEVELS = ["1", "2", "3", "4", "5"]
BUDGETS = (50, 75, 100, 150, 200, 300, 400, 800)


def trained(coded: Coded, rows: Rows, there: Rows | None = None) -> tuple[ThemeModel, float]:
    """A model of these comments' codings, ``there`` adding comments not coded, and its seconds of one processor."""
    start = time.process_time()
    comments = [coded.comments[i] for i in (rows if there is None else there)]
    model = learn(comments, coded.codings(rows), FRAMEWORK, themes=coded.themes)
    return model, time.process_time() - start


def suggested(model: ThemeModel, coded: Coded, rows: Rows) -> Bools:
    """What the model suggests for these comments (comments × every theme)."""
    found = np.zeros((len(rows), len(coded.themes)), dtype=bool)
    if model.machine is not None:
        columns = [coded.themes.index(theme) for theme in model.learned]
        found[:, columns] = model.probabilities([coded.comments[i] for i in rows]) > model.machine.cuts
    return found


def scored(model: ThemeModel, coded: Coded, rows: Rows) -> tuple[float, float, float]:
    """Micro F1, macro F1, and micro F1 without the fixed text."""
    found, known = suggested(model, coded, rows), coded.known[rows]
    whole = accuracy(found, known, coded.themes, "held out", draws=0)
    return whole.micro.value, whole.macro, micro_without(found, known, coded.themes)


def micro_without(found: Bools, known: NDArray[np.float64], themes: Sequence[str]) -> float:
    """Micro F1 leaving out the theme that is one fixed text."""
    return accuracy(found, known, themes, "held out", without=(FIXED_TEXT,), draws=0).micro.value


def within(coded: Coded, seeds: int, title: str) -> None:
    """Train on four fifths and judge on the rest, by hash and by seed."""
    print(f"\n{title}: {len(coded.comments):,} comments, {len(coded.themes)} themes")
    print("split      micro  macro  micro without fixed text   said by cross-validation   seconds")
    splits = [("hash", split_by_hash(coded)), *((f"seed {s}", split_by_seed(coded, s)) for s in range(seeds))]
    rows = []
    for name, test in splits:
        model, seconds = trained(coded, np.flatnonzero(~test))
        score = scored(model, coded, np.flatnonzero(test))
        said = model.accuracy.micro.value if model.accuracy else float("nan")
        rows.append((*score, said, seconds))
        print(f"{name:9s}  {score[0]:.3f}  {score[1]:.3f}  {score[2]:.3f}  {said:30.3f}  {seconds:22.1f}", flush=True)
    mean = np.mean(rows, axis=0)
    print(f"mean       {mean[0]:.3f}  {mean[1]:.3f}  {mean[2]:.3f}  {mean[3]:30.3f}  {mean[4]:22.1f}")


def usual(coded: Coded, splits: int) -> None:
    """The usual recipe on the same comments: the same texts and question, balanced classifiers, threshold at none."""
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import OneHotEncoder
    from sklearn.svm import LinearSVC

    texts = np.array([comment.text for comment in coded.comments])
    asked = np.array([[dict(comment.about).get("question", "")] for comment in coded.comments])
    rows = []
    for test in [split_by_hash(coded), *(split_by_seed(coded, s) for s in range(splits))]:
        parts = [TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)]
        parts += [TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)]
        question = OneHotEncoder(handle_unknown="ignore").fit(asked[~test])
        train = sparse.hstack([*(p.fit_transform(texts[~test]) for p in parts), question.transform(asked[~test])])
        judged = sparse.hstack([*(p.transform(texts[test]) for p in parts), question.transform(asked[test])])
        machines = [
            LinearSVC(class_weight="balanced", random_state=0, max_iter=5000).fit(train, y)
            for y in coded.known[~test].T
        ]
        found = np.stack([machine.decision_function(judged) > 0 for machine in machines], axis=1)
        whole = accuracy(found, coded.known[test], coded.themes, "held out", draws=0)
        rows.append((whole.micro.value, whole.macro, micro_without(found, coded.known[test], coded.themes)))
    mean = np.mean(rows, axis=0)
    print(f"the usual recipe, mean of {len(rows)} splits: {mean[0]:.3f}  {mean[1]:.3f}  {mean[2]:.3f}", flush=True)


def between(coded: Coded) -> None:
    """Train in one trust and judge in the other, beside training at home with as much."""
    trusts = np.array([comment.setting for comment in coded.comments])
    test = split_by_hash(coded)
    print("\nbetween trusts   micro  macro  micro without fixed text")
    for here in sorted(set(trusts)):
        judged = np.flatnonzero(test & (trusts == here))
        for name, rows in (("home", ~test & (trusts == here)), ("away", trusts != here), ("both", ~test)):
            model, _ = trained(coded, np.flatnonzero(rows))
            score = scored(model, coded, judged)
            print(f"{here} from {name:5s}  {score[0]:.3f}  {score[1]:.3f}  {score[2]:.3f}", flush=True)


def bought(coded: Coded, here: str, budgets: Sequence[int], seed: int, active: bool) -> list[tuple[int, float]]:
    """Micro F1 at home after so many local labels, started from the other trust's, asked for or drawn by chance."""
    trusts, test = np.array([comment.setting for comment in coded.comments]), split_by_hash(coded)
    away, pool = np.flatnonzero(trusts != here), np.flatnonzero(~test & (trusts == here))
    judged = np.flatnonzero(test & (trusts == here))
    place = {coded.comments[i].id: i for i in pool}
    order = np.random.default_rng(seed).permutation(pool)
    got: list[np.intp] = []
    everybody = np.r_[away, pool]
    curve, (model, _) = [], trained(coded, away)
    for budget in budgets:
        if active:
            waiting = [coded.comments[i] for i in pool]
            asked = ask_next(model, waiting, {coded.comments[i].id for i in got}, budget - len(got), seed)
            got = got + [place[ask.comment] for ask in asked]
        else:
            got = list(order[:budget])
        model, _ = trained(coded, np.r_[away, np.array(got, dtype=np.intp)], everybody)
        curve.append((len(got), scored(model, coded, judged)[0]))
    return curve


def buying(coded: Coded, budgets: Sequence[int], seeds: int) -> None:
    """How many local labels reach nine tenths of what all of them give."""
    trusts, test = np.array([comment.setting for comment in coded.comments]), split_by_hash(coded)
    for here in sorted(set(trusts)):
        judged = np.flatnonzero(test & (trusts == here))
        none, _ = trained(coded, np.flatnonzero(trusts != here))
        every, _ = trained(coded, np.flatnonzero(~test))
        start, full = scored(none, coded, judged)[0], scored(every, coded, judged)[0]
        print(f"\nlocal labels at {here}: micro {start:.3f} with none, {full:.3f} with all; 90 % is {0.9 * full:.3f}")
        for active in (True, False):
            curves = [bought(coded, here, budgets, seed, active) for seed in range(seeds)]
            mean = [(curve[0][0], float(np.mean([one[1] for one in curve]))) for curve in zip(*curves, strict=True)]
            enough = next((str(n) for n, score in mean if score >= 0.9 * full), f"more than {budgets[-1]}")
            told = "  ".join(f"{n}: {score:.3f}" for n, score in mean)
            print(f"{'asked for' if active else 'by chance'}: {told}   90 % at {enough}", flush=True)


def feelings(coded: Coded, seeds: int) -> None:
    """Sentiment on held-out comments: share right and macro F1 over five levels."""
    have = np.isfinite(coded.sentiment)
    given = {c.id: str(int(s)) for c, s, h in zip(coded.comments, coded.sentiment, have, strict=True) if h}
    rows: list[Any] = []
    for test in [split_by_hash(coded), *(split_by_seed(coded, s) for s in range(seeds))]:
        model = learn_sentiment([coded.comments[i] for i in np.flatnonzero(~test & have)], given, LEVELS)
        if model is None:
            continue
        judged = [coded.comments[i] for i in np.flatnonzero(test & have)]
        said = np.array([LEVELS.index(f.level) for f in model.feelings(judged)])
        true = np.array([LEVELS.index(given[c.id]) for c in judged])
        table = accuracy(np.eye(5, dtype=bool)[said], np.eye(5)[true], LEVELS, "held out", draws=0)
        rows.append(((said == true).mean(), table.macro, (abs(said - true) <= 1).mean(), model.right.value))
    mean = np.mean(rows, axis=0)
    print(
        f"\nsentiment: {len(given):,} comments; right {mean[0]:.3f} (said {mean[3]:.3f}), macro F1 {mean[1]:.3f}, ",
        end="",
    )
    print(f"right or one off {mean[2]:.3f}")


def found_alone(coded: Coded) -> None:
    """Normalised mutual information of discovered groups with the one theme that people gave."""
    from sklearn.metrics import normalized_mutual_info_score

    single = [i for i in range(len(coded.comments)) if coded.known[i].sum() == 1]
    theme = {coded.comments[i].id: int(coded.known[i].argmax()) for i in single}
    for how in ("nmf", "k-means"):
        proposals = discover([coded.comments[i] for i in single], groups=30, how=how)
        pairs = [(theme[c], g) for g, proposal in enumerate(proposals) for c in proposal.comments]
        score = normalized_mutual_info_score(*zip(*pairs, strict=True))
        stable = np.median([proposal.stability for proposal in proposals])
        print(f"discovery by {how}: {len(proposals)} proposals, NMI {score:.3f}, median stability {stable:.2f}")


def main() -> int:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent / "shared" / "data")
    parser.add_argument("--quick", action="store_true", help="one seed, fewer budgets")
    parser.add_argument("--only", choices=("within", "around", "between"), default="")
    told = parser.parse_args()
    path = told.data / FILE
    if not path.is_file():
        print(f"{FILE} is not in the data folder; nothing was measured")
        return 0
    coded, seeds = load(path), 1 if told.quick else 5
    if told.only in ("", "within"):
        measured_within(path, coded, seeds, told.quick)
    if told.only in ("", "around"):
        feelings(coded, seeds)
        found_alone(coded)
    if told.only in ("", "between"):
        between(coded)
        buying(coded, BUDGETS[:3] if told.quick else BUDGETS, 1 if told.quick else 3)
    return 0


def measured_within(path: Path, coded: Coded, seeds: int, quick: bool) -> None:
    """The themes as coded, of the published list, without the question, and with the theme that says nothing."""
    within(coded, seeds, "themes")
    usual(coded, seeds)
    published = load(path, published=True)
    within(published, seeds, "themes of the published list")
    usual(published, seeds)
    alone = replace(coded, comments=tuple(replace(c, about=()) for c in coded.comments))
    within(alone, 0 if quick else 2, "themes, without the question asked")
    within(load(path, leave_out=()), 0 if quick else 2, "with “Not assigned” as a theme")


if __name__ == "__main__":
    raise SystemExit(main())
