"""How often would a change that does nothing be retained, or sent to be adapted? By the rules alone, on exact nulls.

    python benchmarks/retaining_nothing.py [--studies 200000]

Every estimate is normal about zero with the same standard error; the smallest important difference (δ) is given as
a share of that error. Shown for a cell in which nothing but the primary measure is known, with a gap as well, and
with a balancing measure and a gap; each with and without the condition that it improves at all.
"""

from __future__ import annotations

import argparse

import numpy as np

from holdfast.decide.posterior import at_least, within
from holdfast.decide.quantities import Quantities, Thresholds
from holdfast.decide.rules import VERDICT, judge
from holdfast.records import Policy

SIZES = (0.0, 0.1, 0.25, 0.5, 0.8, 1.0, 1.5, 2.0)
KNOWN = {"primary only": (0, False), "and a gap": (0, True), "and a balancing measure and a gap": (1, True)}


def verdicts(size: float, balancing: int, gap: bool, policy: Policy, studies: int) -> np.ndarray:
    """The verdict of each null study."""
    rng = np.random.default_rng(1)
    estimate, others = rng.standard_normal(studies), rng.standard_normal((studies, balancing))
    one, inf, bar = np.ones(studies), np.full(studies, np.inf), np.full(studies, size)
    worse = [at_least(-x, one, inf, bar) for x in (estimate, *others.T)]
    harm, unknown = np.max(worse, axis=0), np.full(studies, np.nan)
    q = Quantities(
        answerable=np.ones(studies, dtype=bool),
        certainty=np.full(studies, 2),
        claim=np.full(studies, 3),
        benefit=at_least(estimate, one, inf, bar),
        improves=at_least(estimate, one, inf, 0 * bar),
        futile=within(estimate, one, inf, bar),
        harm=harm,
        harm_sure=harm,
        gap=rng.random(studies) if gap else unknown,
        not_here=unknown,
        suspension=unknown,
        opposition=unknown,
        cost=unknown,
        lacking=np.zeros(studies, dtype=bool),
        displaced=np.zeros(studies, dtype=bool),
        beside=np.full(studies, -1),
    )
    return np.asarray(VERDICT[judge(q, Thresholds.of(policy))])


def main() -> None:
    parser = argparse.ArgumentParser(description="Null changes retained or adapted by the default policy.")
    parser.add_argument("--studies", type=int, default=200_000)
    studies = parser.parse_args().studies
    policies = {"asked": Policy(), "not asked": Policy(retain_improves=0.0)}
    print("| what is known | improving at all is | verdict |", " | ".join(f"δ = {s:g} se" for s in SIZES), "|")
    print("|---|---|---|" + "---|" * len(SIZES))
    for known, (balancing, gap) in KNOWN.items():
        for asked, policy in policies.items():
            rows = [verdicts(size, balancing, gap, policy, studies) for size in SIZES]
            for verdict in ("retain", "adapt"):
                shares = " | ".join(f"{100 * (row == verdict).mean():.1f} %" for row in rows)
                print(f"| {known} | {asked} | {verdict} | {shares} |")


if __name__ == "__main__":
    main()
