"""What more evidence would be expected to do: preposterior analysis with normal approximations.

If an effect's posterior is N(m, s²) now and will have standard deviation s' once more is observed, its future centre is
N(m, s² − s'²) seen from today (Raiffa & Schlaifer 1961). Drawing that future and judging it by the same rules gives
the chance that a verdict is reached. Different measures' futures are drawn independently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from holdfast.decide.evidence import Effects
from holdfast.decide.inputs import State
from holdfast.decide.posterior import FAR, at_least, with_prior, within
from holdfast.decide.quantities import Quantities, combine_harm
from holdfast.decide.rules import RULES, VERDICT, judge

Floats = NDArray[np.float64]

DRAWS: Final = 200
_CHUNK: Final = 250


@dataclass(frozen=True)
class Learning:
    """How far each input's standard error falls: the ratio of its new value to the present one, per cell.

    1 learns nothing about it, 0 learns it exactly. ``others`` is one ratio for all of a cell's other measures.
    """

    own: Floats
    others: Floats
    gap: Floats

    @staticmethod
    def alike(ratio: Floats) -> Learning:
        """Everything learnt at the same pace, as when time passes or sites are added."""
        return Learning(ratio, ratio, ratio)

    def take(self, rows: slice) -> Learning:
        """The same for some of the cells."""
        return Learning(self.own[rows], self.others[rows], self.gap[rows])


def verdict_chances(state: State, learning: Learning) -> dict[str, Floats]:
    """For each verdict the chance, cell by cell, that it would be the verdict once that much has been learnt."""
    futures = []
    for start in range(0, state.evidence.size, _CHUNK):
        rows = slice(start, min(start + _CHUNK, state.evidence.size))
        part = state.take(np.arange(rows.start, rows.stop))
        futures.append(VERDICT[judge(future(part, learning.take(rows)), part.t)])
    drawn = np.concatenate(futures) if futures else np.empty((0, DRAWS), dtype=VERDICT.dtype)
    return {str(v): (drawn == v).mean(axis=1) for v in dict.fromkeys(rule.verdict for rule in RULES)}


def future(state: State, learning: Learning) -> Quantities:
    """The quantities of each cell (rows) in each of the drawn futures (columns)."""
    e, q = state.evidence, state.q
    noise = _draws(2 + e.others.mean.shape[1])
    mean, sd = _learnt(e.own, e.prior, learning.own, noise[0])
    bar = e.own.delta[:, None]
    worse = _worse(e.others, e.prior, learning.others, noise[2:])
    harm, sure, suspension = combine_harm(e, state.t, _at_least(-mean, sd, bar), worse)
    benefit = _at_least(mean, sd, bar)
    works = _at_least(e.there.mean[:, None], e.there.sd[:, None], e.there.delta[:, None])
    wide = np.broadcast_to
    shape = benefit.shape
    return Quantities(
        answerable=wide(q.answerable[:, None], shape),
        certainty=wide(q.certainty[:, None], shape),
        claim=wide(q.claim[:, None], shape),
        benefit=benefit,
        improves=_at_least(mean, sd, np.zeros_like(bar)),
        futile=within(mean, sd, np.array(np.inf), bar),
        harm=harm,
        harm_sure=sure,
        gap=_gap(q.gap, learning.gap, noise[1]),
        not_here=np.where(np.isnan(q.not_here)[:, None], np.nan, works * (1 - benefit)),
        suspension=suspension,
        opposition=wide(q.opposition[:, None], shape),
        cost=wide(q.cost[:, None], shape),
        lacking=wide(q.lacking[:, None], shape),
        displaced=wide(q.displaced[:, None], shape),
        beside=wide(q.beside[:, None], shape),
    )


def _learnt(effects: Effects, prior: float, ratio: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """Future centre and standard deviation, (n, draws) and (n, 1)."""
    mean, sd = with_prior(effects.mean, effects.sd, prior * effects.delta)
    _, then = with_prior(effects.mean, effects.sd * ratio, prior * effects.delta)
    move = np.sqrt(np.maximum(sd**2 - then**2, 0.0))
    return mean[:, None] + move[:, None] * noise, then[:, None]


def _worse(effects: Effects, prior: float, ratio: Floats, noise: Floats) -> Floats:
    """P(worse by enough) of every measure in every future, (n, draws, measures)."""
    mean, sd = with_prior(effects.mean, effects.sd, prior * effects.delta)
    _, then = with_prior(effects.mean, effects.sd * ratio[:, None], prior * effects.delta)
    move = np.sqrt(np.maximum(sd**2 - then**2, 0.0))
    centre = mean[:, None, :] + move[:, None, :] * noise.T
    return _at_least(-centre, then[:, None, :], effects.delta[:, None, :])


def _gap(p: Floats, ratio: Floats, noise: Floats) -> Floats:
    """P(the gap widens) in each future: its normal score moves and then counts for more."""
    z = np.clip(ndtri(p), -FAR, FAR)[:, None] + np.sqrt(1 - ratio**2)[:, None] * noise
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(ratio[:, None] > 0, ndtr(z / ratio[:, None]), np.where(np.isnan(z), np.nan, z > 0))


def _at_least(mean: Floats, sd: Floats, bar: Floats) -> Floats:
    return at_least(mean, sd, np.array(np.inf), bar)


def _draws(inputs: int) -> Floats:
    """Standard normal scores, a Latin hypercube: every input's draws are evenly spread, each in its own order."""
    rng = np.random.default_rng(20201105)
    scores = ndtri((np.arange(DRAWS) + 0.5) / DRAWS)
    return np.stack([rng.permutation(scores) for _ in range(inputs)])
