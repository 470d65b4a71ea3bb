"""Synthetic comparisons for a few adopters that may start on different dates.

One estimate for each start date against the sites that never adopt, averaged with treated site-periods as weights
(Arkhangelsky et al. 2021, online appendix; Clarke et al. 2024, eq. 5). One start date is the ordinary block design.
"""

from __future__ import annotations

import numpy as np

from holdfast.evaluate.estimate.synthetic.block import Blocks, Method, estimate, settings
from holdfast.evaluate.estimate.synthetic.placebos import NEVER, placebos
from holdfast.evaluate.estimate.synthetic.result import SyntheticEffect
from holdfast.evaluate.estimate.synthetic.solver import Floats, Ints


def synthetic(
    Y: Floats, start: Ints, method: Method = "sdid", limit: int = 399, seed: int = 0
) -> tuple[SyntheticEffect, ...]:
    """The effect in each of C panels (measures, populations) of the same sites, with its placebos.

    Y (C, N, T): finite outcomes. start (N,): index of each site's first treated period, −1 for never. All placebos
    are made when there are at most `limit`; otherwise `limit` distinct ones drawn with `seed`, the same in each panel.
    """
    start = np.asarray(start, dtype=np.int64)
    _require_some(Y, start)
    drawn = placebos(start, limit, np.random.default_rng(seed))
    starts = np.vstack([start, drawn.starts])
    panels, B = Y.shape[0], len(starts)
    every = np.tile(starts, (panels, 1))
    panel = np.repeat(np.arange(panels), B)
    cohorts = np.unique(start[start != NEVER])
    by_cohort = []
    for g in cohorts:
        how = settings(Y, start == NEVER, int(g), int(np.sum(start == g)), method)
        by_cohort.append(estimate(Y, every == g, every == NEVER, how, panel))
    sizes = np.array([np.sum(start == g) for g in cohorts])
    together = _Average(by_cohort, cohorts, sizes, Y.shape[2])
    return tuple(
        SyntheticEffect(
            method=method,
            effect=float(together.effect[c * B]),
            event_time=together.event_time,
            adopters=together.adopters,
            by_event=together.by_event[c * B],
            misfit=float(together.misfit[c * B]),
            starts=cohorts,
            omega=np.stack([b.omega[c * B] for b in by_cohort]),
            lam=np.stack([_padded(b.lam[c * B], Y.shape[2]) for b in by_cohort]),
            placebo_effect=together.effect[c * B + 1 : (c + 1) * B],
            placebo_by_event=together.by_event[c * B + 1 : (c + 1) * B],
            placebo_misfit=together.misfit[c * B + 1 : (c + 1) * B],
            possible=drawn.possible,
            enumerated=drawn.enumerated,
        )
        for c in range(panels)
    )


class _Average:
    """Start dates put together: site-periods weigh effects, sites weigh misfits and each event time."""

    def __init__(self, blocks: list[Blocks], cohorts: Ints, sizes: Ints, T: int) -> None:
        weight = sizes * (T - cohorts)
        self.effect = sum(w * b.effect for w, b in zip(weight, blocks, strict=True)) / weight.sum()
        squares = sum(n * b.misfit**2 for n, b in zip(sizes, blocks, strict=True))
        self.misfit = np.sqrt(squares / sizes.sum())
        self.event_time = np.arange(-int(cohorts.max()), T - int(cohorts.min()))
        total = np.zeros((len(blocks[0].effect), len(self.event_time)))
        self.adopters = np.zeros(len(self.event_time), dtype=np.int64)
        for g, n, block in zip(cohorts, sizes, blocks, strict=True):
            at = slice(int(cohorts.max() - g), int(cohorts.max() - g) + T)
            total[:, at] += n * block.path
            self.adopters[at] += n
        self.by_event = total / self.adopters


def _padded(lam: Floats, T: int) -> Floats:
    return np.concatenate([lam, np.zeros(T - len(lam))])


def _require_some(Y: Floats, start: Ints) -> None:
    if Y.ndim != 3 or start.shape != (Y.shape[1],):
        raise ValueError(
            f"Y has shape {Y.shape} and start {start.shape}; they must be (panels, sites, periods) and (sites,)"
        )
    if not (start != NEVER).any():
        raise ValueError("no site adopts, so there is no effect to estimate")
