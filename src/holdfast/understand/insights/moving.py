"""Rising and falling: which themes take a growing or a shrinking share, with false discoveries controlled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from holdfast.understand.arriving import several
from holdfast.understand.insights.counts import NOT_KNOWN, small
from holdfast.understand.insights.mentions import Mention
from holdfast.understand.insights.trend import NoFitError, trend

Floats = NDArray[np.float64]
FEWEST_PERIODS: Final = 4
FEWEST_HITS: Final = 10
"""Comments with the theme, and without it, below which the test's approximation is not to be trusted."""

Verdict = Literal["rising", "falling", "cannot tell yet"]


@dataclass(frozen=True)
class Movement:
    """A theme's trend in a group: the odds are multiplied by ``odds`` each period, with its 95 % interval.

    Periods that scatter more than chance widen the interval (see :func:`trend`). ``q`` controls false
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
    themes, by, periods = several(themes, "themes"), several(by, "by"), several(periods, "periods")
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
    try:
        found = trend(hits, seen)
    except NoFitError:
        return replace(blank, reason="the trend could not be fitted")
    odds, low, high = (float(np.exp(end)) for end in (found.slope, found.low, found.high))
    return replace(blank, odds=odds, low=low, high=high, p=found.p)


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
