"""A share under raked weights, with an error that knows the weights were raked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import stdtrit

from holdfast.involve.intervals import kish, of_share

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """A weighted share of ``people`` with its 95 % interval. ``effective`` is how many people drawn at random would
    know it as well; ``kish`` the size that the weights alone leave."""

    share: float
    se: float
    low: float
    high: float
    people: int
    effective: float
    kish: float


def weighted_share(
    y: ArrayLike,
    weights: ArrayLike,
    codes: Sequence[ArrayLike] = (),
    within: ArrayLike | None = None,
    *,
    wanted: Sequence[ArrayLike] = (),
    corrected: bool = True,
) -> Share:
    """Share of people with ``y`` (n,), by Taylor linearisation (Deville and Särndal 1992).

    ``codes`` are the dimensions that ``weights`` were raked to, over everybody raked, since an error is measured within
    what raking has fixed. ``within`` (n,) limits the share to some of them; the others still count towards the error.
    With ``wanted``, the make-up raked to (people or shares by level), the error allows for what trimming left undone.
    ``corrected=False`` leaves out the correction for leverage, as survey packages do. ValueError where lengths differ,
    or ``y`` of somebody counted is outside 0 to 1.
    """
    value, w = np.asarray(y, np.float64), np.asarray(weights, np.float64)
    inside = np.ones(len(w), bool) if within is None else np.asarray(within, bool)
    _refuse(value, w, inside, codes)
    people, total = int(inside.sum()), float(w[inside].sum())
    if people == 0 or total <= 0:
        return Share(np.nan, np.nan, np.nan, np.nan, people, 0.0, 0.0)
    share = float((w * value)[inside].sum() / total)
    u = np.where(inside, value - share, 0.0) / total
    e = _residual(u, w, codes, corrected)
    n, size = len(w), kish(w[inside])
    left = sum(_left(value, w * inside, w, code, want, share) ** 2 for code, want in zip(codes, wanted, strict=False))
    se = float(np.sqrt(n / (n - 1) * ((w * e) ** 2).sum() + left)) if n > 1 else np.nan
    alike = not codes and np.ptp(w[inside]) == 0  # each counts once, and the interval is that of counting
    effective = float(people) if alike else effective_size(share, se, people, size)
    low, high = of_share(share, effective)
    return Share(share, se, float(low), float(high), people, effective, size)


def _refuse(value: Floats, w: Floats, inside: NDArray[np.bool_], codes: Sequence[ArrayLike]) -> None:
    shapes = [np.shape(part) for part in (value, w, inside, *codes)]
    if len(set(shapes)) > 1 or value.ndim != 1:
        raise ValueError(f"y, weights, within and codes must be of the same people; their shapes are {shapes}")
    if wrong := int(((value < 0) | (value > 1))[inside].sum()):
        raise ValueError(f"{wrong:,} of {int(inside.sum()):,} values of y are outside 0 to 1, so they have no share")


def effective_size(share: float, se: float, people: int, size: float) -> float:
    """How many people drawn at random would know the share as well: never more than spoke.

    Korn and Graubard's (1998) correction for the error being estimated itself, here from as many people as the
    weights leave (``size``). Where all answered alike the error is 0 and says nothing, so that size is taken.
    """
    spread = share * (1 - share)
    if size < 2 or not se > 0 or spread <= 0:
        return min(size, float(people))
    normal, student = 1.959963984540054, float(stdtrit(size - 1, 0.975))
    return float(min(people, spread / se**2 * (normal / student) ** 2))


def _residual(u: Floats, w: Floats, codes: Sequence[ArrayLike], corrected: bool) -> Floats:
    """What of ``u`` the raked dimensions do not explain, by weighted least squares on their levels.

    Divided by 1 − leverage (HC3, MacKinnon and White 1985): somebody alone in a level fits themselves, and raking hangs
    most on such people.
    """
    blocks = [_levels(np.asarray(code, np.int64)) for code in codes]
    if not blocks:
        return u
    x = sparse.hstack(blocks, format="csr")
    weighted = x.T @ sparse.diags_array(w)
    bread = np.linalg.pinv((weighted @ x).toarray())
    e = np.asarray(u - x @ (bread @ (weighted @ u)))
    if not corrected:
        return e
    leverage = w * x.multiply(x @ bread).sum(axis=1)
    return np.asarray(e / np.maximum(1 - leverage, 1 / len(u)))


def _left(value: Floats, mine: Floats, w: Floats, code: ArrayLike, want: ArrayLike, share: float) -> float:
    """How far the share is off for a dimension that the weights do not match, as far as can be told.

    The gap in each level times the share in it, drawn towards the whole as one person's word would draw it. It enters
    the error squared: its sign is known no better than the levels' shares are.
    """
    held, target = np.asarray(code, np.int64), np.asarray(want, np.float64)
    known = held >= 0
    now, weight, agreeing, people = (
        np.bincount(held[known], part[known], len(target)) for part in (w, mine, mine * value, np.sign(mine))
    )
    if now.sum() <= 0:
        return 0.0
    own = np.divide(agreeing, weight, out=np.full(len(target), share), where=weight > 0)
    told = (people * own + share) / (people + 1)
    return float((target / target.sum() - now / now.sum()) @ told)


def _levels(code: NDArray[np.int64]) -> sparse.csr_array:
    """One column for each level; none for people whose level is not known, whom raking leaves free."""
    known = np.flatnonzero(code >= 0)
    wide = int(code.max(initial=-1)) + 1
    return sparse.csr_array((np.ones(len(known)), (known, code[known])), shape=(len(code), max(wide, 1)))
