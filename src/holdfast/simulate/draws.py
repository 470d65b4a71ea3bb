"""Counts drawn around the expected levels, and the rows of the observations table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from holdfast.records.panel import Bools, Floats
from holdfast.simulate.levels import Expected, expect
from holdfast.simulate.plan import Plan
from holdfast.simulate.specs import MeasureSpec

PILOTS: Final = {"ed-over-four-hours": ("booked-slots", 2, 28)}
"""Measure: change, how many of its adopters did not report it, and until which month: missing by design."""
LOST_ON_ADOPTION: Final = {"clinic-experience": ("video-clinics", 0.25)}
"""Measure: change, and the share of months lost in the adopters' first half year: missing because of the change."""
SCHEMA: Final = pa.schema(
    [
        ("measure", pa.string()),
        ("site", pa.string()),
        ("period", pa.date32()),
        ("dimension", pa.string()),
        ("level", pa.string()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Counts:
    """Numerator and denominator (n × T × P; no denominator for a count) and which site-months were reported."""

    numerator: Floats
    denominator: Floats | None
    reported: Bools


def draw(plan: Plan, expected: Expected, part: int = 2) -> Counts:
    """Draw people and events cell by cell, then add cells up, so that every dimension adds to everyone.

    ``part`` names the random stream: another value draws the same world again.
    """
    rng = plan.rng(expected.spec.measure, part)
    level = expected.cells()
    people = expected.volume[:, :, None] * expected.share[:, None, :]
    top, bottom = _cells(rng, expected.spec, people, level)
    margins = [None if cells is None else cells @ expected.belongs for cells in (top, bottom)]
    numerator = margins[0]
    assert numerator is not None
    return Counts(numerator, margins[1], _reported(plan, expected))


def _cells(rng: np.random.Generator, spec: MeasureSpec, people: Floats, level: Floats) -> tuple[Floats, Floats | None]:
    if spec.kind == "count":
        return rng.poisson(people * level).astype(float), None
    bottom = rng.poisson(people)
    if spec.kind == "proportion":
        top = rng.binomial(bottom, level).astype(float)
    elif spec.kind == "rate":
        top = rng.poisson(bottom * level).astype(float)
    else:
        counted = np.maximum(bottom, 1)
        sums = rng.gamma(counted / spec.spread**2, level * spec.spread**2)
        top = np.where(bottom > 0, np.round(sums, 1), 0.0)
    return top, bottom.astype(float)


def _reported(plan: Plan, expected: Expected) -> Bools:
    """Which site-months exist (n × T): some lost at random, some late starters, some lost because of a change."""
    spec, dial = expected.spec, plan.dials.missing
    rng = plan.rng(spec.measure, 3)
    n, months = expected.volume.shape
    periods = np.arange(months)
    lost = rng.random((n, months)) < spec.missing * dial
    late = np.where(rng.random(n) < 4 * spec.missing * dial, rng.integers(2, 8, n), 0)
    lost |= periods < late[:, None]
    draw_again = rng.random((n, months))
    if spec.measure in LOST_ON_ADOPTION and LOST_ON_ADOPTION[spec.measure][0] in plan.uptakes:
        change, share = LOST_ON_ADOPTION[spec.measure]
        since = plan.uptakes[change].since[expected.members]
        lost |= (since >= 0) & (since < 6) & (draw_again < share * dial)
    if spec.measure in PILOTS and PILOTS[spec.measure][0] in plan.uptakes and dial > 0:
        change, how_many, until = PILOTS[spec.measure]
        adopters = np.flatnonzero(plan.uptakes[change].on[expected.members].any(axis=1))
        lost[np.ix_(adopters[-how_many:], periods[:until])] = True
    return ~lost


def rows(plan: Plan, expected: Expected, counts: Counts) -> pa.Table:
    """Observations of one measure in long form; populations with nobody in them that month are left out."""
    keep = np.repeat(counts.reported[:, :, None], counts.numerator.shape[2], axis=2)
    if counts.denominator is not None:
        keep &= counts.denominator > 0
    site, period, kind = np.nonzero(keep)
    people = expected.populations
    bottom = None if counts.denominator is None else counts.denominator[keep]
    labels = (
        ([expected.spec.measure], np.zeros(len(site), dtype=np.int32)),
        ([plan.places.sites[m] for m in expected.members], site),
        (list(plan.periods), period),
        ([p.dimension for p in people], kind),
        ([p.level for p in people], kind),
    )
    columns = [
        pa.array(values, type=SCHEMA.field(k).type).take(pa.array(index)) for k, (values, index) in enumerate(labels)
    ]
    bottom_column = pa.nulls(len(site), pa.float64()) if bottom is None else pa.array(bottom)
    return pa.table([*columns, pa.array(counts.numerator[keep]), bottom_column], schema=SCHEMA)


def observations(plan: Plan) -> Iterator[pa.Table]:
    """The observations table, one measure at a time, so that a large world need never be held whole."""
    for spec in plan.measures.values():
        expected = expect(plan, spec)
        yield rows(plan, expected, draw(plan, expected))
