"""Does it decide well? Verdicts on simulated worlds of known truth, beside two naive readings of the same numbers.

    python benchmarks/decisions.py [--worlds 3] [--sites 60] [--months 36]

Every world is read three ways: by Holdfast's own evaluation, by before against after among the adopters, and by
two-way fixed effects. All three go through the same policy, and the naive readers doubt nothing: whatever they
can compute they take for an answer. Prints, for each kind of world and reader, the share of cells decided
rightly, left undecided and decided wrongly, the mean regret in smallest important differences, and how often a change
was retained that should not have been.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np

from holdfast.decide import Score, TrueCell, decide, score
from holdfast.records import (
    Cell,
    Change,
    Findings,
    Policy,
    Protocol,
    Study,
)
from holdfast.simulate import Dials, World, direct_panel, simulate_world
from naive import before_after, two_way_fixed_effects
from naive_findings import Asked, Estimator, naively

WORLDS: Mapping[str, Dials] = {
    "as documented": Dials(),
    "adoption follows need twice as much": Dials(confounding=2.0),
    "a shared shock twice as large": Dials(shock=2.0),
    "the needier already getting worse": Dials(trends=1.0),
    "nothing works": Dials(effects=0.0),
}


Scores = dict[tuple[str, str], Score]


def asked(world: World) -> list[Asked]:
    """Every study of a world."""
    measures = {name: spec.record() for name, spec in world.plan.measures.items()}
    found = []
    for study in world.studies:
        panel, adoption = direct_panel(world.plan, study.change)
        found.append(Asked(study, panel, adoption, measures))
    return found


def holdfast(a: Asked) -> Findings:
    """Holdfast's own evaluation."""
    from holdfast.evaluate.run import Question, evaluate_study

    return evaluate_study(Question(a.study, a.panel, a.adoption, a.measures))


READERS: Mapping[str, Estimator] = {
    "Holdfast": holdfast,
    "before and after": naively(before_after),
    "two-way fixed effects": naively(two_way_fixed_effects),
}


def decided(world: World, estimator: Estimator, policy: Policy | None = None) -> tuple[Cell, ...]:
    """Every study of a world read by one estimator and judged by the policy."""
    studies = asked(world)
    found = Findings()
    for one in studies:
        found = found + replace(estimator(one), protocols=(_protocol(one.study),))
    changes = {
        spec.change: Change(
            spec.change, spec.title, spec.introduced, spec.displaced, cost=_cost(spec.details.get("cost"))
        )
        for spec in world.plan.changes.values()
    }
    return decide(found, changes, studies[0].measures, policy or Policy())


def true_cells(world: World) -> list[TrueCell]:
    """The world's truth in the form that scoring reads."""
    return [
        TrueCell(
            row["change"],
            row["practice"],
            row["dimension"],
            row["level"],
            row["setting"],
            tuple(row["right"]),
            {
                name.removeprefix("loss_").replace("_", " "): loss
                for name, loss in row.items()
                if name.startswith("loss_") and loss is not None
            },
            row["benefit"],
        )
        for row in world.truth.cells.to_pylist()
    ]


def _cost(value: object) -> float | None:
    return None if value is None else float(str(value))


def _protocol(study: Study) -> Protocol:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return Protocol(study=study.study, version=1, sha256=study.sha256(), fixed_at=now, text=study.canonical())


def run(
    worlds: int, sites: int, months: int, readers: Mapping[str, Estimator] = READERS, role: str = "introduced"
) -> Scores:
    """Scores by kind of world and reader, over all worlds of a kind together; ``role`` empty for every practice."""
    scores = {}
    for kind, dials in WORLDS.items():
        made = [simulate_world(seed, sites, months, dials=dials) for seed in range(1, worlds + 1)]
        for name, estimator in readers.items():
            cells, truths = [], []
            for k, world in enumerate(made):
                given = [cell for cell in decided(world, estimator) if cell.role == role or not role]
                cells += [replace(c, change=f"{k}|{c.change}") for c in given]
                truths += [replace(t, change=f"{k}|{t.change}") for t in true_cells(world)]
            scores[kind, name] = score(cells, truths)
    return scores


def table(scores: Scores) -> str:
    """Scores as a Markdown table."""
    names = [field.name for field in fields(Score)]
    head = ["world", "read by", *(name.replace("_", " ") for name in names)]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for (kind, reader), given in scores.items():
        values = [getattr(given, name) for name in names]
        shown = [f"{v:,}" if isinstance(v, int) else "–" if np.isnan(v) else f"{v:.3f}" for v in values]
        lines.append(f"| {kind} | {reader} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--worlds", type=int, default=3, help="worlds of each kind")
    parser.add_argument("--sites", type=int, default=60)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--every-practice", action="store_true", help="displaced practices as well")
    given = parser.parse_args()
    began = time.process_time()
    print(table(run(given.worlds, given.sites, given.months, role="" if given.every_practice else "introduced")))
    print(f"\n{given.worlds} worlds of each kind, {time.process_time() - began:.0f} s of CPU")


if __name__ == "__main__":
    main()
