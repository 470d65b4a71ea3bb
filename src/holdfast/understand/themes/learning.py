"""Learn a framework's themes from people's coding, and say how well before anything is suggested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from holdfast.records.frameworks import Framework
from holdfast.understand.arriving import several
from holdfast.understand.themes.accuracy import Accuracy, accuracy
from holdfast.understand.themes.calibrate import Platt, by_setting, platt, thresholds
from holdfast.understand.themes.classify import Linear, out_of_fold, train
from holdfast.understand.themes.features import Embed, Features
from holdfast.understand.themes.folds import Integers, folds
from holdfast.understand.themes.labels import Labels, gather
from holdfast.understand.themes.records import Coding, Comment, fingerprint, maker, once, same_words, tidy
from holdfast.understand.themes.together import Together, together

Floats = NDArray[np.float64]
FOLDS: Final = 3
FEWEST: Final = 5
"""Comments with a theme, and without it, below which it cannot be learned: each fold must hold one and leave some."""

State = Literal["learned", "cannot learn yet"]


@dataclass(frozen=True)
class Readiness:
    """Whether a theme could be learned, and if not what would make it so."""

    theme: str
    state: State
    examples: int
    reason: str = ""


@dataclass(frozen=True)
class Calibration:
    """From scores to probabilities: each theme's sigmoid, then all themes of a comment beside each other."""

    each: tuple[Platt, ...]
    together: Together

    def __call__(self, scores: Floats, settings: NDArray[np.str_]) -> Floats:
        """Comments × themes, from scores of that shape and each comment's setting."""
        return self.together(_each(self.each, scores, settings))


@dataclass(frozen=True)
class Machine:
    """The fitted parts: columns, classifiers, from scores to probabilities, and the one at which each is suggested."""

    features: Features
    linear: Linear
    calibration: Calibration
    cuts: Floats


@dataclass(frozen=True)
class ThemeModel:
    """What was learned of one framework. It holds no comment; retrain it from the codings, which takes seconds.

    ``readiness`` speaks of every theme; ``learned`` lists those that suggestions are made for. ``accuracy`` is of
    comments the classifiers had not seen, each fold's thresholds taken from the others; ``by_setting`` the same of each
    setting's, without an interval of its macro F1. ``unread`` lists coded comments that had no text or are not there;
    ``disputed`` the comments and themes on which coders differ; ``unknown`` the codes that codings give though they
    are no theme of the framework, as where one was mistyped, with how many codings give each. ``repeated`` counts
    comments that were given again, which were read once.
    """

    framework: str
    version: str
    learned: tuple[str, ...]
    readiness: tuple[Readiness, ...]
    accuracy: Accuracy | None
    by_setting: Mapping[str, Accuracy]
    unread: tuple[str, ...]
    disputed: tuple[tuple[str, str], ...]
    coders: tuple[str, ...]
    fingerprint: str
    made_by: str
    machine: Machine | None
    unknown: tuple[tuple[str, int], ...] = ()
    repeated: int = 0

    def probabilities(self, comments: Sequence[Comment], matrix: Any = None) -> Floats:
        """Calibrated probability of each learned theme (comments × learned); NaN for a comment without text.

        ``matrix``: the comments as ``machine.features.of`` gives them, where somebody has it already.
        """
        if self.machine is None or not comments:
            return np.zeros((len(comments), len(self.learned)))
        scores = self.machine.linear.scores(self.machine.features.of(comments) if matrix is None else matrix)
        settings = np.array([comment.setting for comment in comments], dtype=str)
        found = self.machine.calibration(scores, settings)
        found[[not tidy(comment.text) for comment in comments]] = np.nan
        return found


def learn(
    comments: Sequence[Comment],
    codings: Iterable[Coding],
    framework: Framework | str,
    themes: Sequence[str] | None = None,
    seed: int = 0,
    embed: Embed | None = None,
) -> ThemeModel:
    """A model of the framework's themes from every coding people have made in it.

    ``framework`` may be only a name, when the themes are those that people gave. ``themes`` restricts them. Themes
    with fewer than ``FEWEST`` examples either way are named and not learned. Deterministic for a given ``seed``.
    ``embed`` adds a sentence embedding's vectors to what is learned from, and to the name of the maker.
    ValueError where an id stands for two comments that differ.
    """
    given, comments = len(comments), once(comments)
    themes = themes if themes is None else several(themes, "themes")
    name, version = (framework, "") if isinstance(framework, str) else (framework.id, framework.version)
    wanted = themes if themes is not None else None if isinstance(framework, str) else framework.codes
    codings = list(codings)
    listed = {theme for said in codings for theme in said.themes} if isinstance(framework, str) else framework.codes
    labels = gather(codings, name, wanted, listed)
    used, known, unread = _with_text(comments, labels)
    copies, alike = _copies(comments, used, known)
    every = np.concatenate([known, alike])
    readiness = tuple(_ready(theme, every[:, j], known[:, j]) for j, theme in enumerate(labels.themes))
    can = [j for j, ready in enumerate(readiness) if ready.state == "learned"]
    learned = tuple(labels.themes[j] for j in can)
    machine, judged, apart = (
        _fit([*used, *copies], every[:, can], len(used), learned, seed, embed) if can else (None, None, {})
    )
    return ThemeModel(
        framework=name,
        version=version,
        learned=learned,
        readiness=readiness,
        accuracy=judged,
        by_setting=apart,
        unread=unread,
        disputed=labels.disputed,
        coders=labels.coders,
        fingerprint=fingerprint([(name, version, str(seed)), *sorted(_said(codings, name))]),
        made_by=maker(embed),
        machine=machine,
        unknown=labels.unknown,
        repeated=given - len(comments),
    )


def _fit(
    used: list[Comment], known: Floats, coded: int, learned: tuple[str, ...], seed: int, embed: Embed | None
) -> tuple[Machine, Accuracy, dict[str, Accuracy]]:
    features = Features(embed)
    matrix = features.fit(used)
    settings = np.array([comment.setting for comment in used], dtype=str)
    fold = folds(known, [comment.id for comment in used], FOLDS, seed)
    scores = np.nan_to_num(out_of_fold(matrix, known, fold, seed))
    calibration = calibrated(scores, known, settings)
    cuts = thresholds(calibration(scores, settings), known)
    machine = Machine(features, train(matrix, known, seed), calibration, cuts)
    return machine, *judge(scores, known, settings, fold, learned, coded)


def calibrated(scores: Floats, known: Floats, settings: NDArray[np.str_]) -> Calibration:
    """Each theme's sigmoid with each setting's shift, and the themes together, from out-of-sample scores."""
    found = []
    for score, theme in zip(scores.T, known.T, strict=True):
        held = ~np.isnan(theme)
        common = platt(score[held], theme[held])
        found.append(by_setting(common, score[held], theme[held], settings[held]))
    return Calibration(tuple(found), together(_each(found, scores, settings), known))


def judge(
    scores: Floats, known: Floats, settings: NDArray[np.str_], fold: Integers, themes: tuple[str, ...], coded: int
) -> tuple[Accuracy, dict[str, Accuracy]]:
    """Accuracy over all and by setting; calibration and thresholds for a fold come from the other folds only.

    Only the first ``coded`` comments are judged: the rest are copies that nobody coded.
    """
    suggested = np.zeros(known.shape, dtype=bool)
    for held in range(int(fold.max()) + 1):
        others, here = fold != held, fold == held
        fitted = calibrated(scores[others], known[others], settings[others])
        cuts = thresholds(fitted(scores[others], settings[others]), known[others])
        suggested[here] = fitted(scores[here], settings[here]) > cuts
    suggested, known, settings = suggested[:coded], known[:coded], settings[:coded]
    how = f"cross-validated in {int(fold.max()) + 1} parts on {len(known):,} coded comments"
    named = sorted({str(setting) for setting in settings if setting})
    apart = {s: accuracy(suggested[settings == s], known[settings == s], themes, f"{how}, {s}", draws=0) for s in named}
    return accuracy(suggested, known, themes, how), apart


def _each(sigmoids: Sequence[Platt], scores: Floats, settings: NDArray[np.str_]) -> Floats:
    return np.stack([fit(score, settings) for fit, score in zip(sigmoids, scores.T, strict=True)], axis=1)


def _with_text(comments: Sequence[Comment], labels: Labels) -> tuple[list[Comment], Floats, tuple[str, ...]]:
    """Coded comments that can be read, what is known of them, and the ids of those that cannot."""
    there = {comment.id: comment for comment in comments if tidy(comment.text)}
    rows = [i for i, comment in enumerate(labels.comments) if comment in there]
    unread = tuple(comment for comment in labels.comments if comment not in there)
    return [there[labels.comments[i]] for i in rows], labels.known[rows], unread


def _copies(comments: Sequence[Comment], used: list[Comment], known: Floats) -> tuple[list[Comment], Floats]:
    """Comments that nobody coded with the very words of one that somebody did, and what is known of those words.

    Whoever codes one of them need not code the rest, and a stock phrase counts for as much as it is said. Where codings
    of the same words differ on a theme, it is not known of their copies.
    """
    rows: dict[str, list[int]] = {}
    for i, comment in enumerate(used):
        rows.setdefault(same_words(comment), []).append(i)
    there = {comment.id for comment in used}
    ordered = sorted(comments, key=lambda comment: comment.id)
    found = [comment for comment in ordered if comment.id not in there and same_words(comment) in rows]
    alike = np.full((len(found), known.shape[1]), np.nan)
    for row, comment in zip(alike, found, strict=True):
        said = known[rows[same_words(comment)]]
        row[:] = np.where((said == said[0]).all(axis=0), said[0], np.nan)
    return found, alike


def _ready(theme: str, every: Floats, coded: Floats) -> Readiness:
    """Copies of coded words count towards being learned from, and not as examples that somebody coded."""
    have, lack, examples = int(np.nansum(every)), int(np.nansum(1 - every)), int(np.nansum(coded))
    if have < FEWEST:
        more = FEWEST - have
        return Readiness(theme, "cannot learn yet", examples, f"{have} coded with it; {more} more are needed")
    if lack < FEWEST:
        return Readiness(
            theme, "cannot learn yet", examples, f"only {lack} coded without it; code comments on other themes"
        )
    return Readiness(theme, "learned", examples)


def _said(codings: Iterable[Coding], framework: str) -> list[tuple[str, ...]]:
    return [
        (c.comment, c.by, c.at, str(c.complete), *sorted(c.themes), "/", *sorted(c.refused))
        for c in codings
        if c.framework == framework
    ]
