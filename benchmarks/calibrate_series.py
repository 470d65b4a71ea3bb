"""Calibration of interrupted time series: false positives, coverage and power, printed as tables.

Run from the project root: python benchmarks/calibrate_series.py [--studies 1000] [--table gaussian]
Every study has its change half-way (or six months before the end, `late`), a fitted level and slope, and
autocorrelated errors; "level" and "slope" are two-sided tests at 5 %.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.series.arms import fit_arm, fit_difference
from holdfast.evaluate.estimate.series.design import Segments
from holdfast.evaluate.estimate.series.glm import Family, Observed
from holdfast.evaluate.estimate.series.mixture import Mixture, two_sided_p
from holdfast.evaluate.estimate.series.result import Inference

Array = NDArray[np.float64]
RHOS = (0.0, 0.3, 0.6)
MONTHS = (24, 36, 48, 72)
INFERENCES: tuple[Inference, ...] = ("published", "prais-winsten", "integrated")


def ar1(studies: int, months: int, rho: float, rng: np.random.Generator) -> Array:
    """Stationary AR(1) with unit variance (studies, months)."""
    shocks = rng.standard_normal((studies, months))
    out = shocks.copy()
    for t in range(1, months):
        out[:, t] = rho * out[:, t - 1] + np.sqrt(1 - rho**2) * shocks[:, t]
    return out


def p_values(mixture: Mixture, truth: Array) -> Array:
    """Two-sided p values of level and slope against the truth (2,)."""
    rows = np.eye(mixture.centre.shape[1])[2:4]
    df = mixture.matched_df(rows)
    t: Array = (rows @ mixture.mean - truth) / mixture.standard_error(rows)
    return two_sided_p(t, df)


def rejections(studies: Iterator[Mixture], truth: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    """Share of studies rejecting `truth` at 5 % for level and slope."""
    p = np.array([p_values(mixture, np.array(truth)) for mixture in studies])
    level, slope = (p < 0.05).mean(axis=0)
    return float(level), float(slope)


def gaussian_studies(
    months: int, rho: float, inference: Inference, studies: int, start: int, level: float = 0.0, seed: int = 1
) -> Iterator[Mixture]:
    """Values with sd 1 around a trend; a change in level of `level` standard deviations."""
    rng = np.random.default_rng([seed, months, int(10 * rho)])
    month = np.arange(months, dtype=float)
    segments = Segments(start)
    x = segments.matrix(month)
    mean = 0.05 * month + level * (month >= start)
    ones = np.ones(months)
    for errors in ar1(studies, months, rho, rng):
        seen = Observed(mean + errors, ones, 0 * ones)
        yield fit_arm("gaussian", inference, x, month, seen).mixture


def count_studies(
    months: int, rho: float, inference: Inference, studies: int, mean: float, sd: float, family: Family
) -> Iterator[Mixture]:
    """Poisson counts (or binomial with the same expectation) around exp(trend + AR(1) of that sd)."""
    rng = np.random.default_rng([2, months, int(10 * rho), int(mean), int(100 * sd)])
    month = np.arange(months, dtype=float)
    x = Segments(months // 2).matrix(month)
    trials = np.full(months, 10 * mean)
    for errors in ar1(studies, months, rho, rng):
        eta = 0.003 * month + sd * errors - sd**2 / 2
        if family.endswith("binomial"):
            y = rng.binomial(trials.astype(int), np.minimum(0.1 * np.exp(eta), 0.99)).astype(float)
        else:
            y = rng.poisson(mean * np.exp(eta)).astype(float)
        yield fit_arm(family, inference, x, month, Observed(y, trials, 0 * trials)).mixture


def controlled_studies(months: int, rho: float, inference: Inference, studies: int, shared: float) -> Iterator[Mixture]:
    """Counts in two arms (means 300 and 900) sharing a disturbance of sd `shared` on the log scale."""
    rng = np.random.default_rng([3, months, int(10 * rho), int(100 * shared)])
    month = np.arange(months, dtype=float)
    x = Segments(months // 2).matrix(month)
    ones = np.ones(months)
    own = [ar1(studies, months, rho, rng) for _ in range(3)]
    for k in range(studies):
        arms = [
            Observed(rng.poisson(mean * np.exp(shared * own[0][k] + 0.05 * own[a][k])).astype(float), ones, 0 * ones)
            for mean, a in ((300, 1), (900, 2))
        ]
        yield fit_difference("quasi-poisson", inference, x, month, arms[0], arms[1])[0].mixture


def table_gaussian(studies: int) -> None:
    """False positives of level and slope, values."""
    print(f"\nValues: false positives at 5 %, level / slope, {studies} studies a cell")
    print(
        "months  rho "
        + "".join(f"{name:>22}" for name in ("published", "prais-winsten", "integrated", "integrated late"))
    )
    for months in MONTHS:
        for rho in RHOS:
            columns: list[tuple[Inference, int]] = [(name, months // 2) for name in INFERENCES]
            columns.append(("integrated", months - 6))
            cells = [rejections(gaussian_studies(months, rho, i, studies, s)) for i, s in columns]
            print(f"{months:6d}  {rho:.1f} " + "".join(f"{100 * a:14.1f} /{100 * b:5.1f} " for a, b in cells))


def table_power(studies: int) -> None:
    """Power of the level test at a change of 1 and 2 standard deviations."""
    print(f"\nValues: power at 5 % for a level change of 1 / 2 / 3 sd, {studies} studies a cell")
    print("months  rho " + "".join(f"{name:>22}" for name in ("prais-winsten", "integrated")))
    for months in MONTHS:
        for rho in RHOS:
            cells = [
                [rejections(gaussian_studies(months, rho, i, studies, months // 2, c))[0] for c in (1.0, 2.0, 3.0)]
                for i in INFERENCES[1:]
            ]
            print(f"{months:6d}  {rho:.1f} " + "".join("   " + " /".join(f"{100 * v:5.0f}" for v in c) for c in cells))


def table_counts(studies: int) -> None:
    """False positives of level, counts and proportions with a latent AR(1)."""
    print(f"\nCounts and proportions, 36 months: false positives at 5 % of level / slope, {studies} studies a cell")
    print("family          mean   sd  rho " + "".join(f"{n:>16}" for n in ("published", "prais-winsten", "integrated")))
    settings: list[tuple[Family, float, float]] = [
        ("quasi-poisson", 3, 0.0),
        ("quasi-poisson", 5, 0.3),
        ("quasi-poisson", 50, 0.15),
        ("quasi-poisson", 500, 0.0),
        ("quasi-poisson", 500, 0.1),
        ("poisson", 50, 0.15),
        ("quasi-binomial", 50, 0.15),
    ]
    for family, mean, sd in settings:
        for rho in RHOS:
            cells = [rejections(count_studies(36, rho, i, studies, mean, sd, family)) for i in INFERENCES]
            print(
                f"{family:14} {mean:5.0f} {sd:4.2f}  {rho:.1f} "
                + "".join(f"{100 * a:9.1f} /{100 * b:5.1f}" for a, b in cells)
            )


def table_controlled(studies: int) -> None:
    """False positives of the difference between two arms."""
    print(f"\nTwo arms, counts, 36 months: false positives at 5 % of level / slope, {studies} studies a cell")
    print("shared sd  rho " + "".join(f"{n:>16}" for n in ("published", "prais-winsten", "integrated")))
    for shared in (0.0, 0.15):
        for rho in RHOS:
            cells = [rejections(controlled_studies(36, rho, i, studies, shared)) for i in INFERENCES]
            print(f"{shared:9.2f}  {rho:.1f} " + "".join(f"{100 * a:9.1f} /{100 * b:5.1f}" for a, b in cells))


TABLES = {
    "gaussian": table_gaussian,
    "power": table_power,
    "counts": table_counts,
    "controlled": table_controlled,
}


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--table", choices=list(TABLES), default=None)
    chosen = parser.parse_args()
    for name, table in TABLES.items():
        if chosen.table in (None, name):
            table(chosen.studies)


if __name__ == "__main__":
    main()
