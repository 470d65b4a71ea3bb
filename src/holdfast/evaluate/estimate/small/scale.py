"""Standard errors for every arrangement, so that arrangements of unlike sites can be compared.

A permutation test compares means of different sites; when adopters are noisier than others, or effects vary, the plain
difference rejects too often. Dividing by a standard error that sees the difference repairs it (Janssen 1997; Chung &
Romano 2013). Two are offered, because with one or two adopters nothing after adoption can be estimated:

`noise` takes each site's own variability before anybody adopts: the only information there is with one or two adopters,
and free, because permuting keeps the test exact whatever the divisor when sites are alike. It is not shrunk towards the
common value: one unusual adopter among a hundred sites is just what a prior would hide. `dispersion` takes how
the adopters' own effects differ, which needs several adopters and makes the interval one for the effect at sites like
these, not only at these.
"""

from __future__ import annotations

import numpy as np

from holdfast.evaluate.estimate.small.arrangements import Floats, Ints
from holdfast.evaluate.estimate.small.linear import Aggregates, Dealt

FEWEST_PERIODS = 12  # before the first adoption, for a site's own variability to be worth using
FEWEST_ADOPTERS = 5  # behind an aggregate, for how their effects differ to be worth using


def site_noise(before: Floats) -> Floats:
    """Standard deviation of each site (n,) about its mean over the shared periods before (n, T₀); ones if too few."""
    if before.shape[1] < FEWEST_PERIODS:
        return np.ones(len(before))
    gap = before - before.mean(axis=0)
    sd = gap.std(axis=1, ddof=1)
    return np.asarray(sd) if (sd > 0).all() else np.ones(len(before))


def adopters_behind(aggregates: Aggregates, size: Ints) -> Ints:
    """(A,): how many adopters' effects each aggregate averages; cohort sizes (K,)."""
    return np.asarray((np.abs(aggregates.share) > 1e-12) @ size)


def by_noise(dealt: Dealt, weights: Floats, gap: Floats, noise: Floats, weight: Floats) -> Floats:
    """s(π) (B, A) from each site's own noise (n,), for weights W (A, K, T).

    gap (n, T): the panel about its mean path, effects removed; says how far one unit of noise goes in each aggregate.
    """
    total = np.zeros((len(dealt.members[0]), len(weights)))
    relative = gap / noise[:, None]
    for k in range(weights.shape[1]):
        W = weights[:, k]
        if W.any() and dealt.members[k].shape[1]:
            per_unit = np.mean((relative @ W.T) ** 2, axis=0)
            mass = dealt.sums(k, weight[:, None])
            total += dealt.sums(k, (weight * noise)[:, None] ** 2) / mass**2 * per_unit
    return np.asarray(np.sqrt(total))


def by_dispersion(dealt: Dealt, aggregates: Aggregates, tables: Floats, weight: Floats, theta: Floats) -> Floats:
    """s(π) (B, A) from how sites differ; tables (K, n, A) of the panel about its mean path, θ(π) (B, A).

    Adopters' parts are taken about the common effect θ(π), comparison sites' about their mean; both are unbiased when
    sites are alike. NaN where an aggregate rests on one adopter.
    """
    total = np.zeros_like(theta)
    share, size = aggregates.share, np.array([m.shape[1] for m in dealt.members])
    per_site = share / np.maximum(size, 1)
    squares = (size * per_site**2).sum(axis=1)
    for k, table in enumerate(tables):
        if not size[k] or not aggregates.W[:, k].any():
            continue
        mass = dealt.sums(k, weight[:, None])
        own = np.abs(share[:, k]) > 1e-12
        one = dealt.sums(k, weight[:, None] * table) / mass
        two = dealt.sums(k, weight[:, None] ** 2 * table) / mass**2
        three = dealt.sums(k, (weight[:, None] * table) ** 2) / mass**2
        ww = dealt.sums(k, weight[:, None] ** 2) / mass**2
        centre = np.where(own, share[:, k] * theta, one)
        left = 1 - 2 * per_site[:, k] + squares
        factor = np.where(own, np.where(left > 1e-9, left, np.nan), 1 - ww if size[k] > 1 else np.nan)
        here = np.maximum(three - 2 * centre * two + centre**2 * ww, 0.0) / factor
        total += np.where(aggregates.W[:, k].any(axis=1), here, 0.0)
    return np.asarray(np.sqrt(total))
