"""From evidence to the quantities that rules are written in."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.evidence import NEEDS, Effects, Evidence
from holdfast.decide.posterior import at_least, both, with_prior, within
from holdfast.decide.reading import RANK
from holdfast.records import Policy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Thresholds:
    """A policy's numbers as arrays that broadcast with the cells, so that one may be moved cell by cell."""

    retain_benefit: Floats
    retain_improves: Floats
    retain_harm: Floats
    retain_gap: Floats
    adapt_elsewhere: Floats
    stop_harm: Floats
    stop_futile: Floats
    reinstate_harm: Floats
    oppose: Floats
    minimum_certainty: Ints
    retain_claim: Ints
    adapt_claim: Ints
    stop_claim: Ints
    reinstate_claim: Ints
    harm_stops_despite_benefit: Bools
    must_have: Bools

    @staticmethod
    def of(policy: Policy) -> Thresholds:
        """The thresholds of ``policy``."""
        values = {f.name: np.asarray(getattr(policy, f.name)) for f in fields(Thresholds)}
        values["minimum_certainty"] = np.asarray(RANK[policy.minimum_certainty])
        values["must_have"] = np.array([need in policy.must_have for need in NEEDS])
        return Thresholds(**values)


@dataclass(frozen=True)
class Quantities:
    """What rules compare with a policy's thresholds; one entry per cell, NaN not known.

    ``improves`` is P(it improves at all). ``harm`` is the largest chance of being worse by the smallest important
    difference, over every measure harm may show in; ``harm_sure`` the same over those whose certainty and claim suffice
    to stop on. ``not_here`` is P(it works in its best other place, and not here). ``suspension`` is P(suspending the
    displaced practice did harm), over measures sure enough. ``cost`` and ``opposition`` are as in the evidence;
    ``lacking`` says that something the policy insists on is not known.
    """

    answerable: Bools
    certainty: Ints
    claim: Ints
    benefit: Floats
    improves: Floats
    futile: Floats
    harm: Floats
    harm_sure: Floats
    gap: Floats
    not_here: Floats
    suspension: Floats
    opposition: Floats
    cost: Floats
    lacking: Bools
    displaced: Bools
    beside: Ints
    """For rules on a displaced practice: which rule judged the introduced one in the same cell."""

    def take(self, rows: NDArray[np.int64]) -> Quantities:
        """The same for some of the cells."""
        return Quantities(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def quantities(evidence: Evidence, t: Thresholds) -> Quantities:
    """Every quantity of every cell."""
    own = evidence.own
    mean, sd = with_prior(own.mean, own.sd, evidence.prior * own.delta)
    benefit = at_least(mean, sd, own.df, own.delta)
    harm, harm_sure, suspension = harm_quantities(evidence, t)
    return Quantities(
        answerable=~np.isnan(own.mean),
        certainty=own.rank,
        claim=own.claim,
        benefit=benefit,
        improves=at_least(mean, sd, own.df, np.zeros_like(mean)),
        futile=within(mean, sd, own.df, own.delta),
        harm=harm,
        harm_sure=harm_sure,
        gap=evidence.gap,
        not_here=not_here(evidence, benefit, t),
        suspension=suspension,
        opposition=evidence.opposition,
        cost=evidence.cost,
        lacking=np.asarray((evidence.absent & t.must_have).any(axis=-1)),
        displaced=evidence.displaced,
        beside=np.full(evidence.size, -1, dtype=np.int64),
    )


def harm_quantities(evidence: Evidence, t: Thresholds) -> tuple[Floats, Floats, Floats]:
    """``harm``, ``harm_sure`` and ``suspension``; the primary measure itself may be what gets worse."""
    own, others = worse_by(evidence.own, evidence.prior), worse_by(evidence.others, evidence.prior)
    return combine_harm(evidence, t, own, others)


def combine_harm(evidence: Evidence, t: Thresholds, own: Floats, others: Floats) -> tuple[Floats, Floats, Floats]:
    """The same from each measure's own chance: (n) and (n × m), or over draws (n × S) and (n × S × m)."""
    stops = _sure(evidence.others, t, t.stop_claim)
    speaks = evidence.others.displaced & _sure(evidence.others, t, t.reinstate_claim)
    own_speaks = evidence.own.displaced & _sure(evidence.own, t, t.reinstate_claim)
    if own.ndim == 2:
        stops, speaks, own_speaks = stops[:, None], speaks[:, None], own_speaks[:, None]
    sure = np.fmax(own, largest(np.where(stops, others, np.nan)))
    suspension = np.fmax(np.where(own_speaks, own, np.nan), largest(np.where(speaks, others, np.nan)))
    return np.fmax(own, largest(others)), sure, suspension


def worse_by(effects: Effects, prior: float) -> Floats:
    """P(worse by at least the smallest important difference) of each measure."""
    mean, sd = with_prior(effects.mean, effects.sd, prior * effects.delta)
    return at_least(-mean, sd, effects.df, effects.delta)


def not_here(evidence: Evidence, benefit: Floats, t: Thresholds) -> Floats:
    """P(at least the smallest important difference there, and less than it here), from the joint posterior.

    NaN where nowhere else can be compared or the other place is itself not sure enough.
    """
    there = evidence.there
    mean, sd = with_prior(there.mean, there.sd, evidence.prior * there.delta)
    works = at_least(mean, sd, there.df, there.delta)
    chance = both(works, 1.0 - benefit, -evidence.rho)
    enough = (there.rank >= t.minimum_certainty) & (there.claim >= t.adapt_claim)
    return np.where(enough, chance, np.nan)


def _sure(effects: Effects, t: Thresholds, claim: Ints) -> Bools:
    return np.asarray((effects.rank >= t.minimum_certainty) & (effects.claim >= claim))


def largest(chances: Floats) -> Floats:
    """The largest known chance of each cell, NaN where none is known."""
    known = np.where(np.isnan(chances), -1.0, chances)
    top = known.max(axis=-1, initial=-1.0)
    return np.where(top < 0, np.nan, top)
