"""The placebo designs of Arkhangelsky et al. (2021), section III: real wages, no effect, known truth.

    python benchmarks/placebo_designs.py --panel ../shared/data/reference/cps_placebo.csv

State by year log wages (CPS, 50 × 40) are split into a rank-4 signal L and a residual whose AR(2) covariance Σ is
fitted; each study draws Y = L + E, E ~ N(0, Σ), gives "treatment" to at most 10 states with the probabilities that
a logistic regression of a real law on the states' factors gives, in the last 10 years, and has a true effect of zero.
Printed beside the paper's table 2 (root mean squared error) and table 4 (coverage of placebo intervals).
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.synthetic.block import METHODS, Method, estimate, settings

Floats = NDArray[np.float64]
RANK, MOST_TREATED, PERIODS_AFTER = 4, 10, 10
PAPER = {"did": (0.049, 0.96), "sc": (0.037, 0.89), "sdid": (0.028, 0.95)}


@dataclass(frozen=True)
class Design:
    """Signal (N, T), noise covariance (T, T), chance of treatment (N,), AR(2) coefficients (2,)."""

    signal: Floats
    covariance: Floats
    chance: Floats
    ar: Floats


@dataclass(frozen=True)
class Study:
    """R simulated panels Y (R, N, T) and who was treated in each (R, N)."""

    Y: Floats
    treated: NDArray[np.bool_]


def read(path: Path, outcome: str, law: str) -> tuple[Floats, Floats]:
    """Outcome (N, T) and whether each site has the law in the last period (N,)."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    states = {name: i for i, name in enumerate(sorted({r["state"] for r in rows}))}
    years = {name: i for i, name in enumerate(sorted({r["year"] for r in rows}))}
    Y, has = np.full((len(states), len(years)), np.nan), np.zeros(len(states))
    for row in rows:
        i, t = states[row["state"]], years[row["year"]]
        Y[i, t] = float(row[outcome])
        if t == len(years) - 1:
            has[i] = row[law] == "TRUE"
    return Y, has


def fit_design(Y: Floats, law: Floats) -> Design:
    """The paper's section III.A: standardise, split by singular values, fit AR(2) to the residual."""
    N, T = Y.shape
    Y = (Y - Y.mean()) / Y.std()
    left, values, right = np.linalg.svd(Y, full_matrices=False)
    signal = (left[:, :RANK] * values[:RANK]) @ right[:RANK]
    residual = Y - signal
    now, one, two = residual[:, 2:], residual[:, 1:-1], residual[:, :-2]
    ar = np.linalg.solve(
        [[np.sum(one * one), np.sum(one * two)], [np.sum(one * two), np.sum(two * two)]],
        [np.sum(one * now), np.sum(two * now)],
    ).round(2)
    correlation = ar2_correlation(ar, T)
    scale = np.linalg.norm(residual.T @ residual / N) / np.linalg.norm(correlation)
    return Design(signal, correlation * scale, logistic(law, left[:, :RANK] * np.sqrt(N)), ar)


def ar2_correlation(ar: Floats, T: int) -> Floats:
    """Autocorrelation matrix of an AR(2) series."""
    rho = np.ones(T)
    rho[1] = ar[0] / (1 - ar[1])
    for t in range(2, T):
        rho[t] = ar[0] * rho[t - 1] + ar[1] * rho[t - 2]
    return rho[np.abs(np.subtract.outer(np.arange(T), np.arange(T)))]


def logistic(y: Floats, X: Floats) -> Floats:
    """Fitted probabilities of a logistic regression with an intercept, by 25 Newton steps."""
    X = np.column_stack([np.ones(len(X)), X])
    beta = np.zeros(X.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-X @ beta))
        beta = beta + np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X, X.T @ (y - p))
    return np.asarray(1 / (1 + np.exp(-X @ beta)))


def simulate(design: Design, replications: int, rng: np.random.Generator, most: int = MOST_TREATED) -> Study:
    """Draw studies; if nobody is treated one site is, and if more than `most` are, `most` of them stay."""
    N, T = design.signal.shape
    noise = rng.multivariate_normal(np.zeros(T), design.covariance, size=(replications, N), method="cholesky")
    treated = rng.random((replications, N)) < design.chance
    for row in treated:
        chosen = np.flatnonzero(row)
        if len(chosen) == 0:
            row[rng.integers(N)] = True
        elif len(chosen) > most:
            row[rng.choice(chosen, len(chosen) - most, replace=False)] = False
    return Study(design.signal + noise, treated)


def effects(study: Study, method: Method, after: int = PERIODS_AFTER) -> Floats:
    """The estimate in each study (R,)."""
    onset = study.Y.shape[2] - after
    how = settings(study.Y, ~study.treated, onset, study.treated.sum(axis=1), method)
    return estimate(study.Y, study.treated, ~study.treated, how, np.arange(len(study.Y))).effect


def placebo_errors(
    study: Study, method: Method, placebos: int, rng: np.random.Generator, after: int = PERIODS_AFTER
) -> Floats:
    """Placebo standard error of each study (R,): Algorithm 4, `placebos` random sets of control states each."""
    onset = study.Y.shape[2] - after
    out = np.empty(len(study.Y))
    for at in np.array_split(np.arange(len(study.Y)), max(1, len(study.Y) // 20)):
        Y, real = study.Y[at], study.treated[at]
        how = settings(Y, ~real, onset, real.sum(axis=1), method)
        panel = np.repeat(np.arange(len(at)), placebos)
        draw = np.where(real[panel], 2.0, rng.random((len(panel), Y.shape[1]))).argsort(axis=1).argsort(axis=1)
        fake = draw < real.sum(axis=1)[panel][:, None]
        drawn = estimate(Y, fake, ~fake & ~real[panel], how, panel).effect
        out[at] = drawn.reshape(len(at), placebos).std(axis=1)
    return out


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--panel", type=Path, default=Path("../shared/data/reference/cps_placebo.csv"))
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--coverage", type=int, default=400, help="studies whose placebo interval is computed")
    parser.add_argument("--placebos", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2021)
    choices = parser.parse_args()
    design = fit_design(*read(choices.panel, "log_wage", "min_wage"))
    rng = np.random.default_rng(choices.seed)
    study = simulate(design, choices.replications, rng)
    some = replace(study, Y=study.Y[: choices.coverage], treated=study.treated[: choices.coverage])
    print(f"AR(2) {design.ar}; mean treated {study.treated.sum(axis=1).mean():.2f}")
    print("method  RMSE (± Monte Carlo)  paper   bias     coverage (±)   paper")
    for method in reversed(METHODS):
        found = effects(study, method)
        rmse = np.sqrt(np.mean(found**2))
        mc = np.std(found**2) / np.sqrt(len(found)) / (2 * rmse)
        se = placebo_errors(some, method, choices.placebos, rng)
        covered = np.mean(np.abs(found[: len(se)]) <= 1.96 * se)
        mc_covered = np.sqrt(covered * (1 - covered) / len(se))
        was, was_covered = PAPER[method]
        print(
            f"{method:6}  {rmse:.4f} ({mc:.4f})       {was:.3f}   {found.mean():+.4f}  "
            f"{covered:.3f} ({mc_covered:.3f})  {was_covered:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
