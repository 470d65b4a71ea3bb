"""Calibrate the whole study runner on simulated studies of known truth: does a 95 % interval cover 95 %?

    python -m benchmarks calibrate_loop [--studies 1000]

Each study is a panel of 100 sites × 36 months in five deprivation groups whose errors are correlated, with adoption
confounded by level and a shared shock, run from panel to findings exactly as `holdfast learn` runs it. Printed: how
often the interval holds the truth overall, by horizon, by event time, by group (raw and pooled) and for the gap.
Intervals move with a constant effect, so what they miss is also how often a change that does nothing is found to act.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from holdfast.evaluate.run import Question, evaluate_study
from holdfast.records import Adoption, Findings, Measure, Panel, Population, Study
from holdfast.simulate import staggered_panels
from holdfast.simulate.panels import Panels

GROUPS = tuple(str(i) for i in range(1, 6))
MEASURE = Measure("m", "Mean score", "outcome", "mean", "higher", 0.3, unit="points")
STUDY = Study(study="s", change="c", primary="m", equity_dimension="deprivation", weights="equal")
SCENARIOS: dict[str, dict[str, object]] = {
    "40 adopters, same effect": {"treated": 40, "effect": (0.5,) * 5},
    "40 adopters, by group": {"treated": 40, "effect": (0.2, 0.35, 0.5, 0.65, 0.8), "heterogeneity": 0.3},
    "10 adopters, same effect": {"treated": 10, "effect": (0.5,) * 5},
    "40 adopters, 3 % missing": {"treated": 40, "effect": (0.5,) * 5, "missing": 0.03},
}


def main(argv: list[str] | None = None) -> int:
    """Print the table; the exit code is always 0, since a calibration is read and not asserted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(argv)
    print(f"share of 95 % intervals that hold the truth, {options.studies} studies a row")
    for name, dials in SCENARIOS.items():
        held: dict[str, list[bool]] = defaultdict(list)
        for found, truth in studies(options.studies, options.seed, dials):
            _collect(found, truth, held)
        cells = "  ".join(f"{what} {np.mean(v):.3f}" for what, v in held.items())
        print(f"{name:28s} {cells}", flush=True)
    return 0


def studies(count: int, seed: int, dials: dict[str, object]) -> Iterator[tuple[Findings, dict[tuple[str, str], float]]]:
    """Findings of each simulated study with its truth by (what, which)."""
    rng = np.random.default_rng(seed)
    for start in range(0, count, 50):
        made = staggered_panels(
            rng,
            min(50, count - start),
            sites=100,
            months=36,
            cohorts=(14, 18, 22),
            growth=3,
            **dials,  # type: ignore[arg-type]
        )
        for r in range(len(made.first)):
            yield evaluate_study(_question(made, r)), _truth(made, r)


def _question(made: Panels, r: int) -> Question:
    _, groups, sites, months = made.outcome.shape
    outcomes = (("m", Population()), *(("m", Population("deprivation", g)) for g in GROUPS[:groups]))
    values = np.concatenate([made.outcome[r].mean(axis=0)[None], made.outcome[r]])
    panel = Panel(
        sites=tuple(f"S{i}" for i in range(sites)),
        periods=tuple(dt.date(2020 + t // 12, t % 12 + 1, 1) for t in range(months)),
        outcomes=outcomes,
        numerator=values,
        denominator=np.full_like(values, np.nan),
        setting=np.full(sites, ""),
        levels={"deprivation": GROUPS},
    )
    on = np.arange(months) >= made.first[r][:, None]
    return Question(STUDY, panel, Adoption("c", on, None, "simulated"), {"m": MEASURE}, deep=False)


def _truth(made: Panels, r: int) -> dict[tuple[str, str], float]:
    """True effects of these sites: the mean over groups for everyone, each group's, and the first less the last."""
    wanted = [("overall", ""), ("horizon", "early"), ("horizon", "later"), ("event time", "3"), ("event time", "10")]
    out: dict[tuple[str, str], float] = {}
    for kind, at in wanted:
        by_group = made.truth(kind, at)[r]
        out[kind, at] = float(by_group.mean())
        for group, value in zip(GROUPS, by_group, strict=True):
            out[f"{kind} {group}", at] = float(value)
    by_group = made.truth("overall")[r]
    out["gap", ""] = float(by_group[0] - by_group[-1])
    return out


def _collect(found: Findings, truth: dict[tuple[str, str], float], held: dict[str, list[bool]]) -> None:
    for e in found.effects:
        everyone = e.dimension == "everyone"
        key = (e.kind if everyone else f"{e.kind} {e.level}", e.at)
        if key not in truth or e.low is None or e.high is None or (not everyone and e.kind != "overall"):
            continue
        what = e.kind if everyone else "by group"
        held[what].append(e.low <= truth[key] <= e.high)
        if not everyone and e.pooled is not None and e.pooled_se is not None:
            held["pooled"].append(abs(e.pooled - truth[key]) <= 1.96 * e.pooled_se)
    for gap in found.gaps:
        if gap.kind == "difference" and gap.low is not None and gap.high is not None:
            held["gap"].append(gap.low <= truth["gap", ""] <= gap.high)


if __name__ == "__main__":
    raise SystemExit(main())
