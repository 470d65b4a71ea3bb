"""Moments: all that a staggered evaluation needs to know of a panel, in a form that adds.

For each cohort: how many sites, their total weight, their weighted mean path and the cross-products of their weighted
deviations from it. Every ATT(g, t) of Callaway & Sant'Anna (2021), every aggregate, covariance (between outcomes
too) and simultaneous band is a function of this state. States of different sites add (Chan, Golub & LeVeque 1983,
extended to weights), so a trust can send a state instead of rows; months append (`months.py`); `wire.py` sends it.

With z_i = [w_i (y_i − m), w_i] for a site of a cohort with mean path m, the cross-products are G = Σ z_i z_i'. The
last column is what makes a change of m exact under weights: moving m by d turns z_i into z_i − w_i [d, 0], a linear map
of z_i.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats, Ints
from .gram import cohort_gram, joint_shift, shift


@dataclass(frozen=True)
class Moments:
    """The state of O outcomes × K cohorts × T periods.

    outcomes: O names (a measure in a population).
    periods: (T,) labels, ascending. cohorts: (K,) first adopting period, ascending, `inf` for never.
    n: (K,) sites. mass: (O, K) total weight. mean: (O, K, T) weighted mean paths.
    gram: cross-products about the mean: (O, K, T+1, T+1) within outcomes, or, when `joint`,
        (K, O·(T+1), O·(T+1)) between them too.
    weighted: whether sites carry weights other than one.
    """

    outcomes: tuple[str, ...]
    periods: Floats
    cohorts: Floats
    n: Ints
    mass: Floats
    mean: Floats
    gram: Floats
    joint: bool
    weighted: bool

    @classmethod
    def from_panel(
        cls,
        Y: ArrayLike,
        cohort: ArrayLike,
        *,
        periods: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        outcomes: Sequence[str] | None = None,
        joint: bool | None = None,
    ) -> Moments:
        """Read a balanced panel once.

        Y: (O, n, T) or (n, T), finite. cohort: (n,) first adopting period in the units of `periods`; `inf` or NaN for
        never (0 is a period here, not never). weights: (n,) or (O, n), positive, constant over periods.
        joint: keep the covariance between outcomes; by default when O·(T+1) is at most 512.
        """
        values = np.asarray(Y, dtype=np.float64)
        values = values[None] if values.ndim == 2 else values
        n_out, n_sites, n_per = _shape(values)
        labels = cohort_labels(cohort, n_sites)
        names = tuple(outcomes) if outcomes is not None else tuple(f"outcome {o + 1}" for o in range(n_out))
        times = np.arange(n_per, dtype=np.float64) if periods is None else np.asarray(periods, dtype=np.float64)
        _check(names, n_out, times, n_per)
        w = site_weights(weights, n_out, n_sites)
        joint = n_out > 1 and n_out * (n_per + 1) <= 512 if joint is None else joint
        known, index = np.unique(labels, return_inverse=True)
        n = np.bincount(index, minlength=len(known)).astype(np.int64)
        mass, mean, gram = cohort_gram(values, index, n, w, joint=joint)
        _finite(mean, gram, values)
        return cls(names, times, known, n, mass, mean, gram, joint, w is not None)

    def __add__(self, other: Moments) -> Moments:
        """The state of both holders' sites together; equal to reading their rows in one panel."""
        return self._merge(other, sign=1)

    def __sub__(self, other: Moments) -> Moments:
        """The state without `other`'s sites, which must be among this state's sites; a rank-n_other update."""
        return self._merge(other, sign=-1)

    def _merge(self, other: Moments, sign: int) -> Moments:
        _same_kind(self, other)
        cohorts = np.union1d(self.cohorts, other.cohorts)
        left, right = self._on(cohorts), other._on(cohorts)
        n = left.n + sign * right.n
        if n.min(initial=0) < 0:
            raise ValueError(
                "A state can only be taken out of one that holds its sites; a cohort would have fewer than none."
            )
        mass = np.where(n > 0, left.mass + sign * right.mass, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            pull = np.where(mass > 0, sign * right.mass / mass, 0.0)[..., None]
        gap = right.mean - left.mean
        mean = left.mean + pull * gap
        gram = left._about(mean) + sign * right._about(mean)
        merged = replace(left, n=n, mass=mass, mean=mean, gram=gram, weighted=self.weighted or other.weighted)
        return merged._where(n > 0)

    def _about(self, centre: Floats) -> Floats:
        """The cross-products about another centre (O, K, T)."""
        move = self.mean - centre
        return joint_shift(self.gram, move) if self.joint else shift(self.gram, move)

    def _on(self, cohorts: Floats) -> Moments:
        """This state over a larger set of cohorts, empty where it has no sites."""
        if len(cohorts) == len(self.cohorts):
            return self
        at = np.searchsorted(cohorts, self.cohorts)
        n = np.zeros(len(cohorts), dtype=np.int64)
        n[at] = self.n
        axis = 0 if self.joint else 1
        return replace(
            self,
            cohorts=cohorts,
            n=n,
            mass=_scatter(self.mass, at, len(cohorts), 1),
            mean=_scatter(self.mean, at, len(cohorts), 1),
            gram=_scatter(self.gram, at, len(cohorts), axis),
        )

    def _where(self, keep: Floats | Iterable[bool]) -> Moments:
        """The state of some cohorts only."""
        held = np.asarray(keep)
        if held.dtype == bool and held.all():
            return self
        gram = self.gram[held] if self.joint else self.gram[:, held]
        return replace(
            self,
            cohorts=self.cohorts[held],
            n=self.n[held],
            mass=self.mass[:, held],
            mean=self.mean[:, held],
            gram=gram,
        )

    def pooled(self, pool_of: Ints, pools: Floats, n_periods: int) -> Moments:
        """Cohorts merged into pools (-1 leaves a cohort out) and periods cut to the first n_periods."""
        state = self.first_periods(n_periods)
        if np.array_equal(pool_of, np.arange(len(pools))) and np.array_equal(state.cohorts, pools):
            return state
        parts = [
            replace(state._where(np.array([k])), cohorts=pools[[pool]]) for k, pool in enumerate(pool_of) if pool >= 0
        ]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def first_periods(self, n_periods: int) -> Moments:
        """The state of the first n_periods periods."""
        T = len(self.periods)
        if n_periods == T:
            return self
        held = np.r_[np.arange(n_periods), T]
        if self.joint:
            flat = (np.arange(len(self.outcomes))[:, None] * (T + 1) + held).ravel()
            gram = self.gram[:, flat[:, None], flat]
        else:
            gram = self.gram[:, :, held[:, None], held]
        return replace(self, periods=self.periods[:n_periods], mean=self.mean[..., :n_periods], gram=gram)

    def block(self, o: int, p: int | None = None) -> Floats:
        """Cross-products (K, T+1, T+1) of outcome o with outcome p (itself, when None)."""
        p = o if p is None else p
        if not self.joint:
            if o != p:
                raise ValueError("This state keeps no covariance between outcomes; read the panel with joint=True.")
            return np.asarray(self.gram[o], dtype=np.float64)
        size = len(self.periods) + 1
        return self.gram[:, o * size : (o + 1) * size, p * size : (p + 1) * size]

    def outcome(self, which: int | str) -> Moments:
        """The state of one outcome."""
        o = self.outcomes.index(which) if isinstance(which, str) else which
        return replace(
            self,
            outcomes=(self.outcomes[o],),
            mass=self.mass[[o]],
            mean=self.mean[[o]],
            gram=np.ascontiguousarray(self.block(o))[None],
            joint=False,
        )


def cohort_labels(cohort: ArrayLike, n_sites: int) -> Floats:
    """First adopting periods (n,) as floats with `inf` for sites that never adopt (given as inf or NaN)."""
    labels = np.asarray(cohort, dtype=np.float64)
    if labels.shape != (n_sites,):
        raise ValueError(f"cohort has shape {labels.shape}; one first adopting period per site ({n_sites}) is needed.")
    return np.where(np.isnan(labels), np.inf, labels)


def site_weights(weights: ArrayLike | None, n_out: int, n_sites: int) -> Floats | None:
    """Weights (O or 1, n) or None; must be finite and positive."""
    if weights is None:
        return None
    w = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    if w.shape not in {(1, n_sites), (n_out, n_sites)}:
        raise ValueError(f"weights have shape {w.shape}; give ({n_sites},) or ({n_out}, {n_sites}).")
    if not (np.isfinite(w) & (w > 0)).all():
        raise ValueError("Site weights must be finite and above zero; leave out sites that should not count.")
    return w


def _shape(values: Floats) -> tuple[int, int, int]:
    if values.ndim != 3 or 0 in values.shape:
        raise ValueError(
            f"Y has shape {values.shape}; give (sites, periods) or (outcomes, sites, periods), none empty."
        )
    return int(values.shape[0]), int(values.shape[1]), int(values.shape[2])


def _check(names: tuple[str, ...], n_out: int, times: Floats, n_per: int) -> None:
    if len(names) != n_out:
        raise ValueError(f"{len(names)} outcome names were given for {n_out} outcomes.")
    if times.shape != (n_per,) or np.any(np.diff(times) <= 0):
        raise ValueError(f"periods must be {n_per} ascending labels.")


def _finite(mean: Floats, gram: Floats, values: Floats) -> None:
    if np.isfinite(mean).all() and np.isfinite(gram).all():
        return
    holes = int((~np.isfinite(values)).sum())
    raise ValueError(
        f"The panel has {holes} missing or infinite site-months. Moments need every site in every period: use "
        "att_gt, which compares in each cell the sites seen in both of its periods, or fill or drop them first."
    )


def _same_kind(a: Moments, b: Moments) -> None:
    if a.outcomes != b.outcomes or a.joint != b.joint or not np.array_equal(a.periods, b.periods):
        raise ValueError(
            "Only states of the same outcomes and periods, both with or both without covariance between outcomes, add. "
            f"Here: {len(a.outcomes)} and {len(b.outcomes)} outcomes, {len(a.periods)} and {len(b.periods)} periods, "
            f"joint {a.joint} and {b.joint}."
        )


def _scatter(values: Floats, at: Ints, size: int, axis: int) -> Floats:
    shape = list(values.shape)
    shape[axis] = size
    out = np.zeros(shape)
    np.moveaxis(out, axis, 0)[at] = np.moveaxis(values, axis, 0)
    return out
