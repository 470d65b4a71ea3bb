"""The right verdict for each cell, were the truth known, and what each wrong one loses.

Worth is counted in smallest important differences of the primary measure, for one cell. To *retain* is worth the
benefit, less the harm where a balancing measure is worse by enough to matter, less one for a gap that widens (half of
one in a cell that is only part of the people), less a quarter for keeping anything going: so a null change is worth
−0.25 to retain and nothing to stop. To *adapt* halves those losses and costs a further quarter; where the change does
not help this cell it means leaving these people out, worth −0.1. To *keep learning* is worth half of retaining.
To *reinstate* is worth the harm that suspending the old practice did, or what keeping the new one would have lost,
less a quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from holdfast.records.vocabularies import EVERYONE
from holdfast.simulate.plan import Plan, watched
from holdfast.simulate.specs import ChangeSpec, MeasureSpec

KEEPING: Final = 0.25
WIDER: Final = 0.5
"""A gap that widens by half the smallest important difference counts as widening."""
CLOSE: Final = 0.2
"""Within this of a threshold the verdict on either side is right."""
NUDGES: Final = tuple(
    (x, y, z) for x in (0.0, CLOSE, -CLOSE) for y in (0.0, CLOSE, -CLOSE) for z in (0.0, CLOSE, -CLOSE)
)
PREFERRED: Final = ("lasting", "later", "early", "overall")
CELLS: Final = pa.schema(
    [(name, pa.string()) for name in ("change", "practice", "role", "dimension", "level", "setting", "horizon")]
    + [("right", pa.list_(pa.string()))]
    + [(name, pa.float64()) for name in ("benefit", "harm", "widening")]
    + [(f"loss_{name}", pa.float64()) for name in ("retain", "adapt", "stop", "reinstate", "keep_learning")]
)
Key = tuple[str, str, str, str, str]


def cell_table(plan: Plan, effects: pa.Table, gaps: pa.Table) -> pa.Table:
    """Every cell of every change: practice × population × setting."""
    best = _preferred(effects.filter(pc.is_in(effects["kind"], pa.array(["overall", "horizon"]))))
    wider = _widening(gaps)
    rows = [row for spec in plan.changes.values() for row in _cells(plan, spec, best, wider)]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(CELLS)
    return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, CELLS, strict=True)], schema=CELLS)


def _preferred(effects: pa.Table) -> dict[Key, tuple[str, float]]:
    """The effect at the first preferred horizon that exists."""
    found: dict[Key, tuple[str, float]] = {}
    rank = {name: k for k, name in enumerate(PREFERRED)}
    for row in effects.to_pylist():
        key = (row["change"], row["measure"], row["dimension"], row["level"], row["setting"])
        at = row["at"] or row["kind"]
        if key not in found or rank[at] < rank[found[key][0]]:
            found[key] = (at, row["effect"])
    return found


def _widening(gaps: pa.Table) -> dict[tuple[str, str, str, str], float]:
    rows = gaps.filter(pc.equal(gaps["kind"], "difference")).to_pylist()
    return {(r["change"], r["measure"], r["setting"], r["at"]): r["disadvantage"] for r in rows}


def _cells(
    plan: Plan, spec: ChangeSpec, best: dict[Key, tuple[str, float]], wider: dict[tuple[str, str, str, str], float]
) -> Iterator[tuple[object, ...]]:
    primary = plan.measures[spec.primary]
    keys = [key for key in best if key[:2] == (spec.change, spec.primary)]
    benefits = {key: _better(primary, best[key][1]) for key in keys}
    for key in keys:
        dimension, level, setting = key[2:]
        horizon, benefit = best[key][0], benefits[key]
        harm, shown, suspended = _harms(plan, spec, best, key)
        gap = wider.get((spec.change, spec.primary, setting, horizon), 0.0) / primary.important
        elsewhere = max(b for k, b in benefits.items() if k[4] == setting and k[2] in (dimension, EVERYONE))
        whole = dimension == EVERYONE
        right = right_verdicts(benefit, harm, gap if whole else 0.0, elsewhere)
        if not whole:
            right += right_verdicts(benefit, shown, gap, elsewhere)
        right = list(dict.fromkeys(right))
        worth = _worths(benefit, harm, gap, 1.0 if whole else 0.5)
        about, numbers = (dimension, level, setting, horizon), (benefit, harm, gap)
        yield (spec.change, spec.introduced, "introduced", *about, right, *numbers, *_losses(worth))
        told, worth = (
            displaced_verdicts(right, suspended, unsuitable(benefit, harm)),
            _displaced_worths(worth["retain"], suspended),
        )
        for practice in spec.displaced:
            yield (spec.change, practice, "displaced", *about, told, *numbers, *_losses(worth))


def _harms(plan: Plan, spec: ChangeSpec, best: dict[Key, tuple[str, float]], key: Key) -> tuple[float, float, float]:
    """Largest harm on a balancing measure: the truth, what the tables show, and by suspending the old practice.

    Where a measure is not counted for these people, the truth about them is taken to be that about everyone.
    """
    truth, shown, suspended = [0.0], [0.0], [0.0]
    for name in watched(spec):
        measure = plan.measures[name]
        here, all_people = (spec.change, name, *key[2:]), (spec.change, name, EVERYONE, EVERYONE, key[4])
        if measure.family != "balancing" or (here not in best and all_people not in best):
            continue
        worse = -_better(measure, best.get(here, best.get(all_people, ("", 0.0)))[1])
        truth.append(worse)
        shown += [worse] if here in best else []
        suspended += [worse] if measure.practice == "displaced" else []
    return max(truth), max(shown), max(suspended)


def _better(measure: MeasureSpec, effect: float) -> float:
    """An effect in smallest important differences, positive for better."""
    return -measure.worse * effect / measure.important


def right_verdicts(benefit: float, harm: float, gap: float, elsewhere: float) -> list[str]:
    """The default policy's verdict were every probability 0 or 1; more than one where a number is close."""
    near = [_by_policy(benefit + x, harm + y, gap + z / 2, elsewhere) for x, y, z in NUDGES]
    return list(dict.fromkeys(verdict for verdicts in near for verdict in verdicts))


def _by_policy(benefit: float, harm: float, gap: float, elsewhere: float) -> list[str]:
    if benefit >= 1:
        return ["retain"] if harm < 1 and gap < WIDER else ["adapt"]
    if elsewhere >= 1:
        return ["adapt", "stop"]
    return ["stop"] if harm >= 1 or benefit <= -1 else ["stop", "keep learning"]


def unsuitable(benefit: float, harm: float) -> bool:
    """Whether the new practice clearly does these people harm and no good."""
    return benefit < 1 - CLOSE and (harm >= 1 + CLOSE or benefit <= -1 - CLOSE)


def displaced_verdicts(introduced: list[str], suspended: float, unsuited: bool = False) -> list[str]:
    """Reinstate where the new practice should stop or does not suit, or where suspending the old one did harm."""
    if suspended >= 1 + CLOSE or introduced == ["stop"] or unsuited:
        return ["reinstate"]
    if suspended >= 1 - CLOSE or "stop" in introduced:
        return ["reinstate", "keep learning", "stop"]
    return ["keep learning", "stop"]


def _worths(benefit: float, harm: float, gap: float, gap_cost: float) -> dict[str, float]:
    cost = (harm if harm >= 1 else 0.0) + (gap_cost if gap >= WIDER else 0.0)
    retain = benefit - cost - KEEPING
    adapt = benefit - 0.5 * cost - 2 * KEEPING if benefit >= 1 else -0.1
    return {"retain": retain, "adapt": adapt, "stop": 0.0, "keep learning": 0.5 * retain}


def _displaced_worths(retain: float, suspended: float) -> dict[str, float]:
    reinstate = max(suspended if suspended >= 1 else 0.0, -retain - KEEPING) - KEEPING
    return {"reinstate": reinstate, "stop": 0.0, "keep learning": 0.5 * reinstate}


def _losses(worth: dict[str, float]) -> tuple[float | None, ...]:
    """What each verdict loses against the best one; None where it may not be given."""
    best = max(worth.values())
    verdicts = ("retain", "adapt", "stop", "reinstate", "keep learning")
    return tuple(best - worth[v] if v in worth else None for v in verdicts)
