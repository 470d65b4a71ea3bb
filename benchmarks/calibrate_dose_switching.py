"""Calibration of dose–response and of switching on and off: false positives and coverage, printed as tables.

Run from the project root: python benchmarks/calibrate_dose_switching.py [--studies 500] [--table switching]
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.dose import dose_response
from holdfast.evaluate.estimate.switching import switching_effects
from holdfast.evaluate.estimate.switching.result import EffectKind

Array = NDArray[np.float64]


def noise(sites: int, months: int, rho: float, rng: np.random.Generator) -> Array:
    """Site levels, a common path, and AR(1) noise of unit variance (sites, months)."""
    e = rng.standard_normal((sites, months))
    for t in range(1, months):
        e[:, t] = rho * e[:, t - 1] + np.sqrt(1 - rho**2) * e[:, t]
    return e + rng.normal(size=(sites, 1)) + np.sin(np.arange(months) / 2)


def table_dose(studies: int) -> None:
    """Size and coverage of the slope by number of sites, with two shapes of dose and unequal noise."""
    print("\nDose-response, 24 months, AR(1) 0.5: % of intervals missing the truth")
    print("sites  dose        studies  CR1, t     CR2, BM df   default    inference    leads drift p<.05")
    for sites in (8, 12, 20, 29, 30, 50, 106):
        for shape in ("normal", "exponential"):
            rng = np.random.default_rng([5, sites, len(shape)])
            missed = np.zeros(4)
            few = studies if sites >= 30 else max(studies // 2, 50)
            for _ in range(few):
                d = rng.normal(size=sites) if shape == "normal" else rng.exponential(size=sites)
                spread = rng.lognormal(0, 0.4, (sites, 1))
                y = spread * noise(sites, 24, 0.5, rng) + 0.5 * d[:, None] * (np.arange(24) >= 12)
                results = [
                    dose_response(y, d, 12, horizons=(), errors="CR1", inference="cluster"),
                    dose_response(y, d, 12, horizons=(), inference="cluster"),
                    dose_response(y, d, 12, horizons=()),
                ]
                missed[:3] += [not r.effects[0].lower <= 0.5 <= r.effects[0].upper for r in results]
                leads = results[1].leads
                missed[3] += leads is not None and leads.drift_p < 0.05
            rates = 100 * missed / few
            print(
                f"{sites:5d}  {shape:12}{few:7d}{rates[0]:5.1f}{rates[1]:12.1f}{rates[2]:12.1f}    "
                f"{results[2].effects[0].inference:12}{rates[3]:8.1f}",
                flush=True,
            )


def pattern_f(switchers: int, sites: int, months: int, effect: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Staggered starts, each switched off after four months (pattern F of the ten)."""
    status = np.zeros((sites, months))
    for i in range(switchers):
        g = int(rng.integers(8, months - 12))
        status[i, g : g + 4] = 1
    return noise(sites, months, 0.5, rng) + effect * status, status


def table_switching(studies: int) -> None:
    """Misses of the truth while on, after stopping, and of stopping, by number of switching sites."""
    print(f"\nSwitching, 100 sites, 36 months, pattern F, effect 1 while on, {studies} studies a cell")
    print("mean estimate and % of 95 % intervals missing the truth (1, 0, -1), false positives when nothing happens")
    print("switchers        on          after        stopping    null on  null after  inference")
    kinds: tuple[tuple[EffectKind, str, float], ...] = (
        ("on", "early", 1.0),
        ("after", "all", 0.0),
        ("stopping", "early", -1.0),
    )
    for switchers in (1, 2, 5, 10, 19, 20, 30, 50):
        rng = np.random.default_rng([6, switchers])
        estimates, missed, false = np.zeros(3), np.zeros(3), np.zeros(2)
        for _ in range(studies):
            y, status = pattern_f(switchers, 100, 36, 1.0, rng)
            found = [switching_effects(y, status).effect(kind, name) for kind, name, _ in kinds]
            estimates += [e.estimate for e in found]
            missed += [not e.lower <= truth <= e.upper for e, (_, _, truth) in zip(found, kinds, strict=True)]
            null = switching_effects(y - status, status)
            false += [null.effect("on", "early").p_value < 0.05, null.effect("after").p_value < 0.05]
        cells = "".join(
            f"{m / studies:7.2f} ({100 * x / studies:4.1f})" for m, x in zip(estimates, missed, strict=True)
        )
        nulls = "".join(f"{100 * x / studies:10.1f}" for x in false)
        print(f"{switchers:9d}{cells}{nulls}  {found[0].inference}", flush=True)


def main() -> None:
    """Print the tables asked for."""
    tables = {"dose": table_dose, "switching": table_switching}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=500)
    parser.add_argument("--table", choices=list(tables), default=None)
    chosen = parser.parse_args()
    for name, table in tables.items():
        if chosen.table in (None, name):
            table(chosen.studies)


if __name__ == "__main__":
    main()
