"""Calibration of the checks and of the for-whom inference on simulated studies with known truth.

    python benchmarks/calibrate_checks.py [--repeats 1000]

Prints one row per quantity: what was asked, what happened, and its Monte Carlo standard error.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from holdfast.evaluate.answerable.detectable import detectable, planned_se
from holdfast.evaluate.check.anytime import confidence_sequence
from holdfast.evaluate.check.functionals import effective_df, joint_wald
from holdfast.evaluate.check.missingness import missingness
from holdfast.evaluate.check.sensitivity import breakdown_mbar, event_study, relative_magnitudes, smoothness
from holdfast.evaluate.check.trends import pre_trends
from holdfast.evaluate.forwhom.gap import gap
from holdfast.evaluate.forwhom.heterogeneity import heterogeneity
from holdfast.evaluate.forwhom.inequality import measures
from holdfast.evaluate.forwhom.multiplicity import q_values
from holdfast.evaluate.forwhom.pooling import pool

Floats = NDArray[np.float64]
Row = tuple[str, str, float]
LOOKS = np.arange(1, 25)


def ar1(rho: float, size: int) -> Floats:
    lag = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    result: Floats = np.asarray(rho, dtype=np.float64) ** lag
    return result


def panel(rng: np.random.Generator, sites: int, months: int, rho: float) -> Floats:
    values: Floats = rng.standard_normal((sites, months)) @ np.linalg.cholesky(ar1(rho, months)).T
    return values


def sensitivity(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    """Coverage where the violation is exactly as large as allowed, the hardest case."""
    sigma = ar1(0.6, 6)
    edges = {
        "one large change before": np.array([0.0, -4.0, 0.0, 4.0, 8.0, 12.0]),
        "all changes alike": np.array([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5]),
        "none": np.zeros(6),
    }
    for name, delta in edges.items():
        for l_vec in ([1, 0, 0], [1 / 3] * 3):
            hits = 0
            for _ in range(repeats):
                study = event_study(rng.multivariate_normal(delta, sigma), sigma, 3, 3, l_vec)
                found = relative_magnitudes(study, 1.0)
                hits += found.lower <= 0 <= found.upper
            yield (
                f"relative magnitudes, Mbar 1, {name}, {'first' if l_vec[0] == 1 else 'mean'}",
                ">= .95",
                hits / repeats,
            )
    steps = np.array([-3, -2, -1, 1, 2, 3])
    for name, delta in {"bent by M": 0.25 * steps**2, "straight": 0.7 * steps}.items():
        hits = 0
        for _ in range(repeats):
            found = smoothness(event_study(rng.multivariate_normal(delta, sigma), sigma, 3, 3), 0.5)
            hits += found.lower <= 0 <= found.upper
        yield f"smoothness, M 0.5, {name}", ">= .95", hits / repeats
    start = time.perf_counter()
    wide = event_study(np.concatenate([np.zeros(24), np.full(24, 3.0)]), ar1(0.5, 48), 24, 24)
    breakdown_mbar(wide)
    yield "seconds for a breakdown value, 24 periods before and after", "<= 1", time.perf_counter() - start


def pretrend_size(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    """Adopters and 30 comparison sites without any trend; leads against the last period before the change."""
    for adopters in (4, 6, 12, 30):
        rejected = naive = 0
        for _ in range(repeats):
            y = panel(rng, adopters + 30, 6, 0.5)
            d = y[:, :5] - y[:, 5:]
            b = d[:adopters].mean(axis=0) - d[adopters:].mean(axis=0)
            parts = np.cov(d[:adopters].T) / adopters, np.cov(d[adopters:].T) / 30
            v = parts[0] + parts[1]
            df = effective_df([(parts[0], adopters - 1), (parts[1], 29)])
            found = pre_trends(np.arange(-6, -1), b, v, df=df)
            rejected += found is not None and found.p < 0.05
            naive += joint_wald(b, v).p < 0.05
        yield f"pre-trend test, {adopters} adopters", "<= .05", rejected / repeats
        yield f"  the same with a chi-squared reference, {adopters} adopters", "", naive / repeats


def looks(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    """Any of 24 monthly looks at a difference-in-differences excludes the truth."""
    for adopters, comparison, rho in ((3, 20, 0.5), (8, 24, 0.5), (20, 40, 0.0), (20, 40, 0.7), (50, 50, 0.9)):
        ever = fixed = 0
        for _ in range(repeats):
            y = panel(rng, adopters + comparison, 48, rho)
            change = np.cumsum(y[:, 24:], axis=1) / LOOKS - y[:, :24].mean(axis=1, keepdims=True)
            a, c = change[:adopters], change[adopters:]
            parts = a.var(axis=0, ddof=1) / adopters, c.var(axis=0, ddof=1) / comparison
            se = np.sqrt(parts[0] + parts[1])
            df = float(np.min(se**4 / (parts[0] ** 2 / (adopters - 1) + parts[1] ** 2 / (comparison - 1))))
            estimate = a.mean(axis=0) - c.mean(axis=0)
            found = confidence_sequence(estimate, se, tuned_at=11, df=df)
            ever += bool(np.any((found.lower > 0) | (found.upper < 0)))
            fixed += bool(np.any(np.abs(estimate / se) > stats.t.ppf(0.975, df)))
        label = f"{adopters} adopters, {comparison} others, autocorrelation {rho}"
        yield f"any of 24 looks, anytime-valid, {label}", "<= .05", ever / repeats
        yield f"any of 24 looks, fixed intervals, {label}", "", fixed / repeats


def groups(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    for sites, count in ((6, 3), (15, 5), (30, 5)):
        root = rng.normal(size=(count, count))
        rejected = covered = 0
        for _ in range(repeats):
            x = rng.normal(size=(sites, count)) @ root
            found = heterogeneity(x.mean(axis=0), np.cov(x.T) / sites, df=sites - 1)
            rejected += found.p < 0.05
            covered += all(c.lower <= 0 <= c.upper for c in found.contrasts)
        yield f"joint test of difference, {count} groups at {sites} sites", ".05", rejected / repeats
        yield f"all contrasts covered at once, {count} groups at {sites} sites", ".95", covered / repeats
    for count in (2, 3, 5, 10):
        for spread in (0.0, 0.5, 1.0, 3.0):
            hits = 0
            for _ in range(repeats):
                s = rng.uniform(0.5, 2, count)
                v = (0.3 + 0.7 * np.eye(count)) * np.outer(s, s)
                truth = rng.normal(1, spread, count)
                pooled = pool(rng.multivariate_normal(truth, v), v)
                assert pooled is not None
                hits += int(np.sum((pooled.lower <= truth) & (truth <= pooled.upper)))
            yield f"partially pooled, {count} groups, spread {spread}", ">= .935", hits / (repeats * count)


def gaps(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    """Five levels at shared sites; effects, their covariance and the counterfactual all estimated."""
    shares = np.array([0.26, 0.22, 0.2, 0.17, 0.15])
    counterfactual = np.array([30.0, 27.0, 24.0, 22.0, 20.0])
    truth = np.array([-1.0, -2.0, -2.0, -3.0, -3.0])
    want = {n: m(counterfactual + truth) - m(counterfactual) for n, m in measures(shares).items()}
    for sites in (8, 15, 60):
        hits = dict.fromkeys(want, 0)
        for _ in range(repeats):
            x = rng.multivariate_normal(truth, 4 * (0.5 + 0.5 * np.eye(5)), size=sites)
            effect = x.mean(axis=0)
            after = counterfactual + truth
            found = gap(effect, np.cov(x.T) / sites, after - effect, shares, better="lower", df=sites - 1)
            assert found is not None
            for name, value in want.items():
                hits[name] += found[name].lower <= float(np.real(value)) <= found[name].upper
        for name, count in hits.items():
            yield f"gap, {name}, {sites} sites", ".935-.965", count / repeats


def others(rng: np.random.Generator, repeats: int) -> Iterator[Row]:
    for adopters, comparison in ((3, 10), (10, 30)):
        se, df = planned_se(1.0, 0.4, adopters=adopters, comparison=comparison, before=12, after=6)
        effect = detectable(se, df=df).effect
        found = 0
        for _ in range(repeats):
            y = panel(rng, adopters + comparison, 18, 0.4)
            change = y[:, 12:].mean(axis=1) - y[:, :12].mean(axis=1)
            found += stats.ttest_ind(change[:adopters] + effect, change[adopters:]).pvalue < 0.05
        yield f"power at the planned detectable effect, {adopters} adopters", ".80", found / repeats
    hits = 0
    for _ in range(repeats):
        rate = rng.beta(1, 9, size=(40, 1))
        seen = rng.random((40, 24)) > rate
        date = np.where(np.arange(40) < 10, 12, np.nan)
        lost = missingness(seen, date)
        assert lost is not None
        hits += lost.after.lower <= 0 <= lost.after.upper
    yield "missingness risk difference, 10 adopters, 30 others", ".95", hits / repeats
    shares = []
    for _ in range(repeats):
        z = rng.standard_normal(200) * np.sqrt(0.7) + rng.standard_normal() * np.sqrt(0.3)
        z[:30] += 3
        chosen = q_values(2 * stats.norm.sf(np.abs(z))) <= 0.1
        shares.append(chosen[30:].sum() / max(int(chosen.sum()), 1))
    yield "false discoveries among 200 correlated tests at q 0.1", "<= .10", float(np.mean(shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--only", default="", help="run the parts whose name contains this")
    chosen = parser.parse_args()
    print(f"{'quantity':<84}{'asked':>10}{'found':>9}{'+/-':>8}")
    for part in (sensitivity, pretrend_size, looks, groups, gaps, others):
        if chosen.only not in part.__name__:
            continue
        rng = np.random.default_rng(20261122)
        for name, asked, value in part(rng, chosen.repeats):
            error = np.sqrt(max(value * (1 - value), 0) / chosen.repeats) if value <= 1 else float("nan")
            print(f"{name:<84}{asked:>10}{value:>9.3f}{error:>8.3f}", flush=True)


if __name__ == "__main__":
    main()
