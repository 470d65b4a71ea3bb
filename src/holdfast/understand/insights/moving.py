"""Rising and falling: which themes take a growing or a shrinking share, with false discoveries controlled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from holdfast.understand.insights.counts import NOT_KNOWN, small
from holdfast.understand.insights.mentions import Mention

Floats = NDArray[np.float64]
FEWEST_PERIODS: Final = 4
FEWEST_HITS: Final = 10
"""Comments with the theme, and without it, below which the test's normal approximation is not to be trusted."""

Verdict = Literal["rising", "falling", "cannot tell yet"]


@dataclass(frozen=True)
class Movement:
    """A theme's trend in a group: the odds are multiplied by ``odds`` each period, with its 95 % interval.

    Periods that scatter more than chance widen the interval (quasi-binomial, Student's t). ``q`` controls false
    discoveries over every theme and group looked at; a direction is said only where it is at most the rate asked for.
    """

    theme: str
    group: tuple[tuple[str, str], ...]
    odds: float
    low: float
    high: float
    p: float
    q: float
    verdict: Verdict
    periods: int
    comments: int
    reason: str = ""


def moving(
    found: Sequence[Mention],
    themes: Sequence[str],
    periods: Sequence[str],
    by: Sequence[str] = (),
    hide_to: int = 7,
    rate: float = 0.05,
) -> list[Movement]:
    """A movement for each theme and group. ``periods`` gives the values of the fact ``period`` in their order.

    Periods without a comment stay in the count of time. Comments of no known period are left out.
    """
    at = {period: i for i, period in enumerate(periods)}
    groups: dict[tuple[tuple[str, str], ...], list[Mention]] = {}
    for mention in found:
        if mention.facts.get("period") in at:
            key = tuple((fact, mention.facts.get(fact) or NOT_KNOWN) for fact in by)
            groups.setdefault(key, []).append(mention)
    told = [
        _movement(theme, key, *_series(groups[key], theme, at), hide_to) for key in sorted(groups) for theme in themes
    ]
    return _controlled(told, rate)


def _series(here: Sequence[Mention], theme: str, at: dict[str, int]) -> tuple[Floats, Floats]:
    """Comments with the theme and comments, by period."""
    when = np.array([at[mention.facts["period"]] for mention in here])
    hit = np.array([theme in mention.themes for mention in here], dtype=np.float64)
    seen = np.bincount(when, minlength=len(at)).astype(np.float64)
    return np.bincount(when, hit, len(at)).astype(np.float64), seen


def _movement(theme: str, group: tuple[tuple[str, str], ...], hits: Floats, seen: Floats, hide_to: int) -> Movement:
    total, with_it, nan = int(seen.sum()), int(hits.sum()), float("nan")
    used = int((seen > 0).sum())
    blank = Movement(theme, group, nan, nan, nan, nan, nan, "cannot tell yet", used, total)
    if small(with_it, hide_to) or small(total - with_it, hide_to) or total <= hide_to:
        return replace(blank, comments=0, reason="too few comments to show")
    if used < FEWEST_PERIODS:
        return replace(blank, reason=f"{used} periods have comments; {FEWEST_PERIODS} are needed")
    if min(with_it, total - with_it) < FEWEST_HITS:
        return replace(blank, reason=f"fewer than {FEWEST_HITS} comments with the theme, or without it")
    slope, error, df = trend(hits, seen)
    if not np.isfinite(error) or error <= 0:
        return replace(blank, reason="the trend could not be fitted")
    half = float(stats.t.ppf(0.975, df)) * error
    p = float(2 * stats.t.sf(abs(slope) / error, df))
    with np.errstate(over="ignore"):  # a theme that comes all at once has no upper end
        odds, low, high = (float(np.exp(end)) for end in (slope, slope - half, slope + half))
    return replace(blank, odds=odds, low=low, high=high, p=p)


def trend(hits: Floats, seen: Floats) -> tuple[float, float, int]:
    """Slope of the log odds a period, its standard error, and degrees of freedom.

    Binomial regression on the period's number (periods with ``seen`` 0 are left out), its variance multiplied by
    Pearson's dispersion where that is above 1 (McCullagh and Nelder 1989, section 4.5).
    """
    when = np.flatnonzero(seen > 0).astype(np.float64)
    k, n = hits[seen > 0], seen[seen > 0]
    x = np.stack([np.ones_like(when), when - np.average(when, weights=n)], axis=1)
    beta = np.array([np.log((k.sum() + 0.5) / (n.sum() - k.sum() + 0.5)), 0.0])
    for _ in range(50):
        p = expit(x @ beta)
        information = (x * (n * p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(information + 1e-9 * np.eye(2), x.T @ (k - n * p))
        beta = beta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    p = expit(x @ beta)
    df = len(when) - 2
    pearson = float(np.sum((k - n * p) ** 2 / np.maximum(n * p * (1 - p), 1e-9))) / df
    covariance = np.linalg.inv(information + 1e-9 * np.eye(2)) * max(pearson, 1.0)
    return float(beta[1]), float(np.sqrt(covariance[1, 1])), df


def _controlled(told: list[Movement], rate: float) -> list[Movement]:
    tested = [i for i, one in enumerate(told) if np.isfinite(one.p)]
    if not tested:
        return told
    for i, q in zip(tested, stats.false_discovery_control([told[i].p for i in tested]), strict=True):
        moved: Verdict = "rising" if told[i].odds > 1 else "falling"
        clear = q <= rate
        why = "" if clear else "chance, or so many looked at, could give this"
        told[i] = replace(told[i], q=float(q), verdict=moved if clear else "cannot tell yet", reason=why)
    return told
