"""How often suggestions were right: per theme and over all, always with intervals and with what they rest on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.shares import Share, f1, share

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ThemeAccuracy:
    """One theme: of what was suggested, how much was right; of what people coded, how much was found.

    ``support`` is how many comments people coded with it among those judged.
    """

    theme: str
    precision: Share
    recall: Share
    f1: Share
    support: int


@dataclass(frozen=True)
class Accuracy:
    """Over all themes. Micro counts every pair of comment and theme alike, macro every theme alike.

    ``macro`` is the mean F1 of the themes in ``themes`` with support; its interval is a bootstrap over comments.
    """

    themes: tuple[ThemeAccuracy, ...]
    micro: Share
    macro: float
    macro_low: float
    macro_high: float
    comments: int
    how: str

    def theme(self, code: str) -> ThemeAccuracy | None:
        """The accuracy of one theme, or None where it was not judged."""
        return next((theme for theme in self.themes if theme.theme == code), None)


def accuracy(
    suggested: Bools,
    known: Floats,
    themes: Sequence[str],
    how: str,
    without: Collection[str] = (),
    draws: int = 200,
    seed: int = 0,
) -> Accuracy:
    """Suggestions held against people's coding.

    ``suggested`` and ``known`` are comments × themes (``known`` 1, 0 or NaN: not judged). ``without`` leaves themes
    out of everything, as for a theme that is one fixed text and flatters the rest.
    """
    kept = [j for j, theme in enumerate(themes) if theme not in without]
    suggested, known = suggested[:, kept], known[:, kept]
    counts = _counts(suggested, known)
    rows = tuple(_theme(themes[j], *(int(c) for c in counts[:, i])) for i, j in enumerate(kept))
    low, high = _macro_interval(suggested, known, draws, seed)
    return Accuracy(rows, f1(*counts.sum(axis=1)), _macro(counts), low, high, len(known), how)


def _counts(suggested: Bools, known: Floats) -> NDArray[np.int64]:
    """Right, wrong and missed (3 × themes)."""
    yes, no = known == 1, known == 0
    return np.stack([(suggested & yes).sum(0), (suggested & no).sum(0), (~suggested & yes).sum(0)])


def _theme(theme: str, hits: int, wrong: int, missed: int) -> ThemeAccuracy:
    support = hits + missed
    return ThemeAccuracy(theme, share(hits, hits + wrong), share(hits, support), f1(hits, wrong, missed), support)


def _macro(counts: NDArray[np.int64]) -> float:
    hits, wrong, missed = counts
    with_support = hits + missed > 0
    if not with_support.any():
        return float("nan")
    return float(np.mean((2 * hits / np.maximum(2 * hits + wrong + missed, 1))[with_support]))


def _macro_interval(suggested: Bools, known: Floats, draws: int, seed: int) -> tuple[float, float]:
    """Percentile interval over comments drawn again with replacement, as weights rather than copies.

    NaN where every draw gives the same: then drawing again shows nothing of how sure it is.
    """
    if len(known) < 2 or draws < 2:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(known), np.full(len(known), 1 / len(known)), size=draws).astype(np.float64)
    yes, no = known == 1, known == 0
    hits, wrong, missed = (weights @ part for part in (suggested & yes, suggested & no, ~suggested & yes))
    each = 2 * hits / np.maximum(2 * hits + wrong + missed, 1)
    support = hits + missed > 0
    macro = np.divide((each * support).sum(1), support.sum(1), out=np.full(draws, np.nan), where=support.any(1))
    if np.isnan(macro).all():
        return float("nan"), float("nan")
    low, high = (float(end) for end in np.nanquantile(macro, (0.025, 0.975)))
    return (low, high) if low < high else (float("nan"), float("nan"))
