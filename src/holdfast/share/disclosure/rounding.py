"""Counts under a rule: hidden or rounded, and what a reader could still infer from each.

Arrays of counts are floats; NaN means not published. A count may be a mean of counts (people a period), so it is first
brought to a whole number; anything above zero counts as at least one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.share.disclosure.profiles import Profile

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def whole(counts: ArrayLike) -> Floats:
    """Counts to whole numbers, halves up; what is above zero stays at least one."""
    n = np.asarray(counts, dtype=np.float64)
    return np.where(n > 0, np.maximum(np.floor(n + 0.5), 1.0), n)


def hidden(counts: ArrayLike, rule: Profile) -> Bools:
    """Which counts the primary rule hides: 1 to ``suppress_to``. Negative or infinite counts are hidden too."""
    n = whole(counts)
    return np.asarray(((n > 0) & (n <= rule.suppress_to)) | (n < 0) | np.isinf(n))


def rounded(counts: ArrayLike, rule: Profile) -> Floats:
    """Counts rounded by the rule. Zero stays zero."""
    n = whole(counts)
    if rule.rounding == "nearest":
        n = rule.base * np.floor(n / rule.base + 0.5)
    elif rule.rounding == "midpoint":
        n = np.where(n > 0, np.ceil(n / rule.base) * rule.base - rule.base / 2, n)
    return n


def protected(counts: ArrayLike, rule: Profile) -> Floats:
    """Counts as they may be shown: rounded, NaN where hidden."""
    return np.where(hidden(counts, rule), np.nan, rounded(counts, rule))


def count(people: float, rule: Profile) -> float | None:
    """One count as it may be shown; None where hidden."""
    shown = float(protected(people, rule))
    return shown if np.isfinite(shown) else None


def share(level: ArrayLike, people: ArrayLike, rule: Profile, numerator_counts: bool = True) -> Floats:
    """A level (numerator / denominator) worked out again from the rounded numerator and denominator.

    NaN where the denominator is too small for statistics, or the numerator is a hidden count. With
    ``numerator_counts`` False the numerator is a sum of something else (minutes), and only the denominator is held.
    """
    level, people = np.broadcast_arrays(np.asarray(level, dtype=np.float64), np.asarray(people, dtype=np.float64))
    if rule.rounding == "none" and not rule.statistics_above:
        return level.copy()
    enough = whole(people) > rule.statistics_above
    if not numerator_counts:
        return np.where(enough, level, np.nan)
    top, bottom = protected(level * people, rule), rounded(people, rule)
    top = np.where((whole(level * people) > 0) & (whole(level * people) <= rule.statistics_above), np.nan, top)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(enough & (bottom > 0), top / bottom, np.nan)


def possible(shown: float | None, rule: Profile) -> tuple[float, float]:
    """The lowest and highest count that would have been shown like this; ``None`` is a hidden count.

    What a reader may infer from one released value, used to see what two releases tell together.
    """
    if shown is None:
        return 0.0, float("inf")
    if shown == 0:
        return (0.0, np.ceil(rule.base / 2) - 1) if rule.rounding == "nearest" and not rule.suppress_to else (0.0, 0.0)
    if rule.rounding == "none":
        return shown, shown
    if rule.rounding == "midpoint":
        return shown - rule.base / 2 + 1, shown + rule.base / 2
    low, high = np.ceil(shown - rule.base / 2), np.ceil(shown + rule.base / 2) - 1
    return float(max(low, rule.suppress_to + 1)), float(high)
