"""Is inference honest with one, two, five, twenty adopters? Simulated worlds of known truth.

    python benchmarks/calibrate_few.py                 # few adopters, every scenario (20 minutes on two busy cores)
    python benchmarks/calibrate_few.py --synthetic     # regression to the mean in synthetic comparisons

100 comparison sites, 48 months, AR(1) 0.5, site and month effects; adopters start in one of seven months. The true
effect is zero for every site, or varies between sites about zero ("effects vary"). An effect path shared by the
adopters moves estimates and intervals alike, exactly (a test holds this), so 1 − false positives is also the coverage
of any such path.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from holdfast.evaluate.estimate.small import Aggregates, arrangements, permutation, size_bands, welch
from holdfast.evaluate.estimate.staggered import HORIZONS, Moments, scheme, study
from holdfast.evaluate.estimate.synthetic import METHODS, NEVER, synthetic

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T, CONTROLS, RHO, DRAWS = 48, 100, 0.5, 499
MONTHS = np.array([18, 21, 24, 27, 30, 33, 36])
ADOPTERS = (1, 2, 3, 5, 10, 20, 50)


@dataclass(frozen=True)
class Scenario:
    """What departs from identical normal sites.

    noisy: adopters' noise over the others'. vary: spread of true effects between sites. skewed: exponential noise.
    sizes: spread of log weights (noise variance falls with the weight); banded: permute within bands of similar size.
    these_sites: the truth is the mean effect at these sites, not at sites like them.
    """

    name: str
    noisy: float = 1.0
    vary: float = 0.0
    skewed: bool = False
    sizes: float = 0.0
    banded: bool = False
    comparison: str = "never"
    block: bool = False
    these_sites: bool = False


SCENARIOS = (
    Scenario("alike"),
    Scenario("one start date", block=True),
    Scenario("not-yet comparison", comparison="not_yet"),
    Scenario("adopters twice as noisy", noisy=2.0),
    Scenario("skewed (exponential)", skewed=True),
    Scenario("effects vary, sd 0.7; truth: sites like these", vary=0.7),
    Scenario("effects vary, sd 0.7; truth: these sites", vary=0.7, these_sites=True),
    Scenario("weights (log sd 1)", sizes=1.0),
    Scenario("weights, within size bands", sizes=1.0, banded=True),
)


@dataclass(frozen=True)
class Panel:
    """Y (n, T), start (n,), weight (n,), each adopter's true effect (n1,)."""

    Y: Floats
    start: Ints
    weight: Floats
    effect: Floats


def draw(n1: int, how: Scenario, rng: np.random.Generator) -> Panel:
    """One study."""
    n = n1 + CONTROLS
    shock = rng.exponential(size=(n, T)) - 1 if how.skewed else rng.normal(size=(n, T))
    noise = np.empty((n, T))
    noise[:, 0] = shock[:, 0]
    for t in range(1, T):
        noise[:, t] = RHO * noise[:, t - 1] + np.sqrt(1 - RHO**2) * shock[:, t]
    noise[:n1] *= how.noisy
    weight = np.exp(rng.normal(size=n) * how.sizes)
    noise /= np.sqrt(weight)[:, None]
    months = np.full(n1, 30) if how.block else rng.choice(MONTHS, n1) if n1 < 20 else np.resize(MONTHS, n1)
    start = np.concatenate([months, np.full(CONTROLS, T)])
    effect = rng.normal(size=n1) * how.vary
    Y = noise + rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=T)
    Y[:n1] += effect[:, None] * (np.arange(T) >= months[:, None])
    return Panel(Y, start, weight, effect)


def rows(panel: Panel, how: Scenario) -> tuple[Aggregates, Ints, list[str], Floats, Moments]:
    """Aggregates, cohort labels, names, analytic standard errors, and the state they came from."""
    onset, label = np.unique(panel.start, return_inverse=True)
    cohort = np.where(panel.start >= T, np.inf, panel.start.astype(float))
    state = Moments.from_panel(panel.Y, cohort, weights=panel.weight if how.sizes else None)
    laid = study(state, comparison=how.comparison)  # type: ignore[arg-type]
    W, first, last, names, analytic = [], [], [], [], []
    for kind, options in (("simple", {}), ("window", {"weighting": "cell"}), ("event", {"min_e": 0, "max_e": 11})):
        made = laid.evaluate(scheme(laid.design, kind, **options))  # type: ignore[arg-type]
        variance = np.diag(laid.covariance(made))
        for a, name in enumerate(made.scheme.labels):
            if kind == "event" and name == "overall":
                continue
            low, high = (0, T) if kind == "simple" else HORIZONS[str(name)] if kind == "window" else (name, name)
            W.append(made.W[a])
            first.append(int(low))
            last.append(int(min(high, T)))
            names.append("event" if kind == "event" else str(name))
            analytic.append(np.sqrt(variance[a]))
    return Aggregates(np.array(W), onset, np.array(first), np.array(last)), label, names, np.array(analytic), state


def one_study(n1: int, how: Scenario, seed: int) -> dict[str, dict[str, float]]:
    """Share of intervals that miss the truth: inference → row → share (several event times are averaged)."""
    rng = np.random.default_rng([seed, n1])
    panel = draw(n1, how, rng)
    made, label, names, analytic, state = rows(panel, how)
    weight = panel.weight if how.sizes else np.ones(len(label))
    truth = np.zeros(len(names))
    if how.these_sites:
        size = np.bincount(label)
        truth = np.array([sum(made.share[a, label[i]] / size[label[i]] * panel.effect[i] for i in range(n1))
                          for a in range(len(names))])  # fmt: skip
    strata = size_bands(panel.weight, label, comparison=int(label.max())) if how.banded else None
    found = permutation(
        panel.Y, label, made, arrangements(label, strata, draws=DRAWS, seed=seed), weight if how.sizes else None
    )
    gram = state.block(0)
    t = welch(made, state.mean[0], gram[:, :T, :T], state.mass[0], gram[:, T, T])
    z = float(norm.ppf(0.975)) * analytic
    missed = {
        "analytic": np.abs(t.estimate - truth) > z,
        "welch": np.where(np.isfinite(t.se), (t.low > truth) | (t.high < truth), np.nan),
        "permutation": (found.low > truth) | (found.high < truth),
    }
    out = {name: _by_row(values, names) for name, values in missed.items()}
    outside = (found.band[:, 0] > truth) | (found.band[:, 1] < truth)
    out["permutation"]["any (band)"] = float(outside.any())
    return out


def _by_row(missed: Floats, names: list[str]) -> dict[str, float]:
    kinds = dict.fromkeys(names)
    with np.errstate(invalid="ignore"):
        return {kind: float(np.mean([m for m, n in zip(missed, names, strict=True) if n == kind])) for kind in kinds}


def table(how: Scenario, adopters: tuple[int, ...], studies: int, jobs: int) -> Iterator[str]:
    """One line for each number of adopters and inference."""
    yield f"\n{how.name}\n  adopters  inference     overall  early    later    lasting  event    any (band)"
    with ProcessPoolExecutor(jobs) as pool:
        for n1 in adopters:
            found = list(
                pool.map(one_study, [n1] * studies, [how] * studies, range(studies), chunksize=max(1, studies // 40))
            )
            for inference in found[0]:
                cells = []
                for row in ("overall", "early", "later", "lasting", "event", "any (band)"):
                    seen = [f[inference].get(row, np.nan) for f in found]
                    cells.append(f"{np.nanmean(seen):.3f}" if np.isfinite(seen).any() else "-")
                yield f"  {n1:8}  {inference:12}  " + "    ".join(cells)


def regression_to_the_mean(studies: int) -> Iterator[str]:
    """One adopter among 29 comparison sites with their own levels, alike or with the adopter's level two standard
    deviations up: false positives of the placebo rank, of the rank after dividing by the misfit, and the bias."""
    yield "\nsynthetic comparisons, one adopter of 30, 10 months after\n"
    yield "  before  rho   adopter  method  rank   rank/misfit  ± z se  bias"
    for before in (10, 36):
        for rho in (0.0, 0.5):
            for level in (None, 2.0):
                rng = np.random.default_rng([before, int(10 * rho), level is None])
                Y = np.stack([_levels(30, before + 10, rho, level, rng) for _ in range(studies)])
                start = np.where(np.arange(30) == 0, before, NEVER)
                for method in METHODS:
                    found = synthetic(Y, start, method)
                    said = [f.overall() for f in found]
                    rates = [np.mean([s.p <= 0.05 for s in said]), np.mean([s.p_fit <= 0.05 for s in said]),
                             np.mean([s.low > 0 or s.high < 0 for s in said])]  # fmt: skip
                    bias = np.mean([f.effect for f in found])
                    yield (
                        f"  {before:6}  {rho:.1f}   {'alike' if level is None else 'extreme':7}  {method:6}  "
                        f"{rates[0]:.3f}  {rates[1]:.3f}        {rates[2]:.3f}   {bias:+.2f}"
                    )


def _levels(n: int, periods: int, rho: float, level: float | None, rng: np.random.Generator) -> Floats:
    noise = rng.normal(size=(n, periods))
    for t in range(1, periods):
        noise[:, t] = rho * noise[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    own = rng.normal(size=n)
    if level is not None:
        own[0] = level
    return noise + own[:, None]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--adopters", type=int, nargs="*", default=list(ADOPTERS))
    parser.add_argument("--scenario", help="only those whose name contains this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--synthetic", action="store_true", help="regression to the mean, instead of the tables above")
    choices = parser.parse_args()
    if choices.synthetic:
        for line in regression_to_the_mean(choices.studies):
            print(line, flush=True)
        return
    error = np.sqrt(0.05 * 0.95 / choices.studies)
    print(f"share of 95 % intervals that miss the truth; Monte Carlo error {error:.3f}; {choices.studies} studies")
    for how in SCENARIOS:
        if choices.scenario is None or choices.scenario in how.name:
            for line in table(replace(how), tuple(choices.adopters), choices.studies, choices.jobs):
                print(line, flush=True)


if __name__ == "__main__":
    main()
