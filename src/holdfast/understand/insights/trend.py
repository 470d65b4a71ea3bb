"""One trend in a series of shares: how the odds alter from period to period, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, log_expit

Floats = NDArray[np.float64]
_ROUNDS: Final = 1000
_LONGEST_STEP: Final = 2.0
STEEPEST: Final = 50.0
"""A slope beyond which an end of an interval is called infinite: odds times 5e21 each period."""
_NEAR: Final = 1e-9


@dataclass(frozen=True)
class Trend:
    """Slope of the log odds a period, its 95 % interval and p-value, and how the periods scatter (1: as by chance)."""

    slope: float
    low: float
    high: float
    p: float
    dispersion: float
    df: int


class NoFitError(ArithmeticError):
    """The search for the slope, or for an end of its interval, did not come to rest."""


def trend(hits: Floats, seen: Floats) -> Trend:
    """The trend over T periods with ``hits`` of ``seen`` (both T; periods with ``seen`` 0 leave a gap in time).

    Binomial regression on the period's number. As many comments as it has coefficients, two, are added, spread evenly
    over the periods and with the overall share (Clogg et al. 1991, Journal of the American Statistical Association
    86), so that a theme that comes all at once has a finite slope. The test and the interval come from the likelihood
    ratio, which holds where Wald's breaks, over Pearson's dispersion where that is above 1, against F with 1 and
    T − 2 degrees of freedom (McCullagh and Nelder 1989, section 4.5). NoFitError where there is none, ValueError below
    three periods.
    """
    when = np.flatnonzero(seen > 0).astype(np.float64)
    df = len(when) - 2
    if df < 1:
        raise ValueError(f"{len(when)} periods have comments; a trend needs 3")
    k, n = hits[seen > 0], seen[seen > 0]
    share = k.sum() / n.sum()
    fit = _Fit(k + 2 / len(k) * share, n + 2 / len(n), when - np.average(when, weights=n))
    flat = np.array([np.log(share / (1 - share)), 0.0])
    beta = fit.highest(flat, (0, 1))
    chance = expit(beta[0] + beta[1] * fit.time)
    pearson = float(np.sum((k - n * chance) ** 2 / np.maximum(n * chance * (1 - chance), _NEAR))) / df
    dispersion = max(pearson, 1.0)
    fallen = fit.at(beta)[0] - fit.at(fit.highest(flat, (0,)))[0]
    p = float(stats.f.sf(2 * max(fallen, 0.0) / dispersion, 1, df))
    drop = float(stats.f.ppf(0.95, 1, df)) * dispersion / 2
    low, high = (fit.end(beta, drop, side) for side in (-1, 1))
    return Trend(float(beta[1]), low, high, p, dispersion, df)


@dataclass(frozen=True)
class _Fit:
    """The likelihood of an intercept and a slope: ``k`` of ``n`` (T) at ``time`` (T). It has one summit."""

    k: Floats
    n: Floats
    time: Floats

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Log likelihood, its score (2) and the information (2 × 2)."""
        x = np.stack([np.ones_like(self.time), self.time])
        eta = beta @ x
        p = expit(eta)
        likelihood = float(self.k @ log_expit(eta) + (self.n - self.k) @ log_expit(-eta))
        return likelihood, x @ (self.k - self.n * p), (x * (self.n * p * expit(-eta))) @ x.T

    def highest(self, beta: Floats, free: tuple[int, ...]) -> Floats:
        """Where the likelihood is highest over the ``free`` coefficients; steps that gain too little are halved."""
        place = list(free)
        held = self.at(beta)
        for _ in range(_ROUNDS):
            step = np.zeros(2)
            step[place] = np.linalg.lstsq(held[2][np.ix_(place, place)], held[1][place], rcond=None)[0]
            step /= max(1.0, float(np.abs(step).max()) / _LONGEST_STEP)
            if float(step @ held[1]) < 1e-14 * (
                1 - held[0]
            ):  # but for rounding nothing more is to be gained, however far a flat top reaches
                return beta
            there = self.at(beta + step)
            while there[0] < held[0] + 1e-4 * float(step @ held[1]) - _NEAR and np.abs(step).max() > _NEAR:
                step /= 2
                there = self.at(beta + step)
            beta, held = beta + step, there
        raise NoFitError("the slope was not found")

    def end(self, beta: Floats, drop: float, side: int) -> float:
        """The slope on one ``side`` of the highest (``beta``) where the profile lies ``drop`` below it.

        Newton's steps on the root of twice the fall, which is nearly straight; halving where one leaves the bracket.
        """
        best, _, information = self.at(beta)
        wanted = float(np.sqrt(2 * drop))
        width = side * min(wanted * float(np.sqrt(np.linalg.pinv(information)[1, 1])), _LONGEST_STEP)
        inner, outer = float(beta[1]), side * np.inf
        here = np.array([beta[0], inner + width])
        for _ in range(_ROUNDS):
            if abs(inner) >= STEEPEST:
                return side * np.inf
            here = self.highest(here, (0,))
            height, score, _ = self.at(here)
            fallen = float(np.sqrt(2 * max(best - height, 0.0)))
            if abs(fallen - wanted) < 1e-7 * wanted:
                return float(here[1])
            inner, outer = (here[1], outer) if fallen < wanted else (inner, here[1])
            # the profile's own slope is the score, for the intercept's is nought there
            there = here[1] + (wanted - fallen) * fallen / -score[1] if score[1] * side < 0 else np.nan
            if not min(inner, outer) < there < max(inner, outer):
                there = (inner + outer) / 2 if np.isfinite(outer) else here[1] + width
            here = np.array([here[0], np.clip(there, -STEEPEST, STEEPEST)])
        raise NoFitError("an end of the interval was not found")
